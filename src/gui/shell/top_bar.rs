//! The bar on top: the lake, the workspaces, the query bar, the menu.

use egui::{Align, Frame, Layout, Margin, Panel, Rect, RichText, Sense, Stroke, Ui, WidgetInfo, accesskit::Role, vec2};

use super::menus;
use crate::gui::{
    app::Slot,
    command::{Action, Command},
    explore::QueryBar,
    lake::Lake,
    state::{State, ThemeChoice, Workspace},
    theme::{self, CONTROL, ROUND, STEP, colors},
    widgets::{Icon, icon_button, paint_brand, paint_icon, segmented},
    work::Workers,
};

/// Height of the bar, px.
const HEIGHT: f32 = 48.0;

/// Draws the bar.
pub fn top_bar_ui(
    ui: &mut Ui,
    state: &State,
    slot: &Slot,
    query: &mut QueryBar,
    workers: &Workers,
    out: &mut Vec<Command>,
) {
    let colors = colors(ui);
    let frame = Frame::new().fill(colors.panel).inner_margin(Margin::symmetric(12, 0));
    Panel::top("top").exact_size(HEIGHT).resizable(false).frame(frame).show(ui, |ui| {
        ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
            ui.spacing_mut().item_spacing.x = STEP;
            let lake = if let Slot::Ready(lake) = slot { Some(&**lake) } else { None };
            lake_button_ui(ui, state, lake, out);
            if lake.is_some() {
                let pages = [
                    (Workspace::Explore, "Explore"),
                    (Workspace::Statistics, "Statistics"),
                    (Workspace::Detections, "Detections"),
                    (Workspace::Runs, "Runs"),
                ];
                if let Some(page) = segmented(ui, state.persisted.workspace, &pages) {
                    out.push(Command::ShowWorkspace(page));
                }
            }
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                ui.spacing_mut().item_spacing.x = 2.0;
                let menu = icon_button(ui, Icon::Menu, "Menu");
                egui::Popup::menu(&menu).show(|ui| menus::all_groups_ui(ui, state, lake.is_some(), out));
                let icon = match state.persisted.theme {
                    ThemeChoice::System => Icon::Screen,
                    ThemeChoice::Dark => Icon::Moon,
                    ThemeChoice::Light => Icon::Sun,
                };
                let theme = icon_button(ui, icon, "Theme");
                egui::Popup::menu(&theme)
                    .style(egui::style::StyleModifier::default())
                    .show(|ui| theme_menu_ui(ui, state, out));
                if lake.is_some() && state.persisted.workspace != Workspace::Runs {
                    let panels = icon_button(ui, Icon::Panels, "Panels and layouts");
                    egui::Popup::menu(&panels)
                        .style(egui::style::StyleModifier::default())
                        .close_behavior(egui::PopupCloseBehavior::CloseOnClickOutside)
                        .show(|ui| menus::arrange_ui(ui, &state.persisted, out));
                }
                if icon_button(ui, Icon::Keyboard, &Action::Shortcuts.tip()).clicked() {
                    out.push(Action::Shortcuts.into());
                }
                if icon_button(ui, Icon::Search, &Action::Palette.tip()).clicked() {
                    out.push(Action::Palette.into());
                }
                ui.add_space(STEP);
                if let Some(lake) = lake
                    && matches!(state.persisted.workspace, Workspace::Explore | Workspace::Statistics)
                {
                    let width = ui.available_width();
                    ui.allocate_ui_with_layout(
                        vec2(width, CONTROL + 4.0),
                        Layout::left_to_right(Align::Center),
                        |ui| {
                            query.ui(ui, state, lake, workers, out);
                        },
                    );
                }
            });
        });
    });
}

fn theme_menu_ui(ui: &mut Ui, state: &State, out: &mut Vec<Command>) {
    for (choice, name) in
        [(ThemeChoice::System, "Like the desktop"), (ThemeChoice::Dark, "Dark"), (ThemeChoice::Light, "Light")]
    {
        if ui.radio(state.persisted.theme == choice, name).clicked() {
            out.push(Command::SetTheme(choice));
            ui.close();
        }
    }
}

fn lake_button_ui(ui: &mut Ui, state: &State, lake: Option<&Lake>, out: &mut Vec<Command>) {
    let colors = colors(ui);
    let name = lake.map_or("Lakescope", |lake| lake.session.name());
    let galley = ui.painter().layout_no_wrap(name.to_owned(), theme::semibold(14.0), colors.text);
    let width = galley.size().x.min(260.0) + 60.0;
    let (rect, response) = ui.allocate_exact_size(vec2(width, CONTROL + 4.0), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, format!("Lake: {name}")));
    if response.hovered() {
        ui.painter().rect_filled(rect, ROUND, colors.hover);
    }
    if response.has_focus() {
        ui.painter().rect_stroke(rect, ROUND, Stroke::new(1.0, colors.accent), egui::StrokeKind::Inside);
    }
    let mark = Rect::from_center_size(egui::pos2(rect.left() + 17.0, rect.center().y), vec2(22.0, 22.0));
    paint_brand(ui, mark);
    let clip = ui.painter().with_clip_rect(rect.with_max_x(rect.right() - 24.0));
    clip.galley(egui::pos2(rect.left() + 34.0, rect.center().y - galley.size().y / 2.0), galley, colors.text);
    let arrow = Rect::from_center_size(egui::pos2(rect.right() - 13.0, rect.center().y), vec2(14.0, 14.0));
    paint_icon(ui.painter(), arrow, Icon::Down, colors.muted);
    let response = match lake {
        Some(lake) => response.on_hover_text(lake.root.display().to_string()),
        None => response,
    };
    egui::Popup::menu(&response).show(|ui| {
        for action in [Action::OpenFolder, Action::OpenSample] {
            menus::entry_ui(ui, action, true, None, out);
        }
        if !state.persisted.recent.is_empty() {
            ui.separator();
            ui.label(RichText::new("Recent").font(theme::medium(11.5)).color(colors.muted));
            for recent in &state.persisted.recent {
                let text = recent
                    .file_name()
                    .map_or_else(|| recent.display().to_string(), |name| name.to_string_lossy().into());
                let missing = state.transient.missing.contains(recent);
                let text = if missing { format!("{text}, not found") } else { text };
                let entry = ui
                    .add(egui::Button::new(text).frame_when_inactive(false).min_size(vec2(236.0, CONTROL)))
                    .on_hover_text(recent.display().to_string());
                if entry.clicked() {
                    out.push(Command::OpenLake(recent.clone()));
                    ui.close();
                }
            }
        }
        if lake.is_some() {
            ui.separator();
            for action in [Action::IndexAgain, Action::RecordChecksums, Action::VerifyLake, Action::CloseLake] {
                menus::entry_ui(ui, action, true, None, out);
            }
        }
    });
}
