//! The page without a lake.

use egui::{
    Align, CentralPanel, Frame, Layout, Rect, RichText, ScrollArea, Sense, Ui, UiBuilder, WidgetInfo, accesskit::Role,
    vec2,
};

use crate::gui::{
    command::{Action, Command},
    state::State,
    theme::{self, CONTROL, ROUND, STEP, colors, title},
    widgets::{Icon, icon_button, paint_brand, paint_icon, plain_button, primary_button},
};

/// Draws the page.
pub fn welcome_ui(ui: &mut Ui, state: &State, out: &mut Vec<Command>) {
    let colors = colors(ui);
    CentralPanel::default().frame(Frame::new().fill(colors.canvas)).show(ui, |ui| {
        let area = ui.available_rect_before_wrap();
        let width = area.width().min(560.0);
        let height = area.height().min(520.0);
        let place = Rect::from_center_size(area.center(), vec2(width, height));
        ui.scope_builder(UiBuilder::new().max_rect(place).layout(Layout::top_down(Align::Min)), |ui| {
            let (mark, _) = ui.allocate_exact_size(vec2(64.0, 64.0), Sense::hover());
            paint_brand(ui, mark);
            ui.add_space(STEP * 2.0);
            ui.label(title("Open a lake"));
            ui.add_space(STEP / 2.0);
            ui.label(
                RichText::new(
                    "A lake is a folder of camera drives: HDF5 image stores, sensor metrics, labels. Any layout opens.",
                )
                .size(14.0)
                .color(colors.muted),
            );
            ui.add_space(STEP * 3.0);
            ui.horizontal(|ui| {
                if primary_button(ui, !state.transient.choosing_folder, "Open folder…").clicked() {
                    out.push(Action::OpenFolder.into());
                }
                if plain_button(ui, true, "Open the sample").clicked() {
                    out.push(Action::OpenSample.into());
                }
                ui.add_space(STEP);
                ui.label(RichText::new("or drop a folder here").color(colors.muted));
            });
            if !state.persisted.recent.is_empty() {
                ui.add_space(STEP * 4.0);
                ui.label(RichText::new("Recent").font(theme::semibold(13.0)).color(colors.muted));
                ui.add_space(STEP / 2.0);
                ScrollArea::vertical().auto_shrink([false, true]).show(ui, |ui| {
                    for recent in &state.persisted.recent {
                        recent_ui(ui, recent, state.transient.missing.contains(recent), out);
                    }
                });
            }
        });
    });
}

fn recent_ui(ui: &mut Ui, recent: &std::path::Path, missing: bool, out: &mut Vec<Command>) {
    let colors = colors(ui);
    let name =
        recent.file_name().map_or_else(|| recent.display().to_string(), |name| name.to_string_lossy().into_owned());
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 4.0;
        let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width() - CONTROL - 4.0, 44.0), Sense::click());
        response.widget_info(|| {
            WidgetInfo::labeled(
                Role::Button,
                true,
                if missing { format!("Open {name}, which is not found") } else { format!("Open {name}") },
            )
        });
        if response.hovered() || response.has_focus() {
            ui.painter().rect_filled(rect, ROUND, colors.hover);
        }
        let icon = Rect::from_center_size(egui::pos2(rect.left() + 20.0, rect.center().y), vec2(18.0, 18.0));
        paint_icon(ui.painter(), icon, Icon::Folder, if missing { colors.faint } else { colors.accent });
        let clip = ui.painter().with_clip_rect(rect.shrink2(vec2(8.0, 0.0)));
        let left = rect.left() + 42.0;
        clip.text(
            egui::pos2(left, rect.center().y - 9.0),
            egui::Align2::LEFT_CENTER,
            &name,
            theme::medium(13.5),
            if missing { colors.muted } else { colors.text },
        );
        if missing {
            let at = egui::pos2(rect.right() - 12.0, rect.center().y - 9.0);
            clip.text(at, egui::Align2::RIGHT_CENTER, "Not found", theme::medium(12.0), colors.warning);
        }
        clip.text(
            egui::pos2(left, rect.center().y + 9.0),
            egui::Align2::LEFT_CENTER,
            recent.display().to_string(),
            egui::FontId::proportional(11.5),
            colors.muted,
        );
        if response.clicked() {
            out.push(Command::OpenLake(recent.to_path_buf()));
        }
        if icon_button(ui, Icon::Close, &format!("Forget {name}")).clicked() {
            out.push(Command::ForgetRecent(recent.to_path_buf()));
        }
    });
}
