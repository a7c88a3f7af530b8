//! The menu: every action with its shortcut, in groups.

use egui::{
    Align, Button, Frame, Layout, Margin, MenuBar, Panel, PopupCloseBehavior, RichText, Ui,
    containers::menu::{MenuConfig, SubMenuButton},
    vec2,
};

use crate::gui::{
    Memory,
    command::{Action, Command, Group},
    dock::{BUILT_IN, Layout as Panels, Pane},
    state::{Persisted, State, ThemeChoice},
    theme::{self, CONTROL, colors},
};

/// One entry of a menu.
pub fn entry_ui(ui: &mut Ui, action: Action, enabled: bool, ticked: Option<bool>, out: &mut Vec<Command>) {
    let name = match ticked {
        Some(true) => format!("{}  •", action.name()),
        _ => action.name().to_owned(),
    };
    let mut button = Button::new(name).min_size(vec2(236.0, CONTROL)).frame_when_inactive(false);
    if let Some(keys) = action.keys() {
        let ink = colors(ui).muted;
        button = button.shortcut_text(RichText::new(keys).font(theme::medium(11.5)).color(ink));
    }
    let response = ui.add_enabled(enabled, button).accessible_name(action.name());
    if response.clicked() {
        out.push(action.into());
        ui.close();
    }
}

/// All menus in a row, as in other programs.
pub fn menu_bar_ui(ui: &mut Ui, state: &State, with_lake: bool, out: &mut Vec<Command>) {
    let colors = colors(ui);
    let frame = Frame::new().fill(colors.panel).inner_margin(Margin::symmetric(8, 0));
    Panel::top("menu bar").exact_size(CONTROL + 2.0).resizable(false).frame(frame).show(ui, |ui| {
        MenuBar::new().ui(ui, |ui| all_groups_ui(ui, state, with_lake, out));
    });
}

/// All groups as submenus.
pub(super) fn all_groups_ui(ui: &mut Ui, state: &State, with_lake: bool, out: &mut Vec<Command>) {
    for group in Group::ALL {
        ui.menu_button(group.name(), |ui| {
            if group == Group::View && with_lake {
                let stays = MenuConfig::new().close_behavior(PopupCloseBehavior::CloseOnClickOutside);
                SubMenuButton::new("Panels").config(stays).ui(ui, |ui| panels_ui(ui, &state.persisted, out));
                ui.menu_button("Layouts", |ui| layouts_ui(ui, &state.persisted, out));
                ui.separator();
            }
            for action in Action::of(group) {
                entry_ui(ui, action, with_lake || !action.needs_lake(), ticked(action, &state.persisted), out);
            }
            if group == Group::View {
                ui.separator();
                theme_ui(ui, &state.persisted, out);
                ui.separator();
                memory_ui(ui, &state.persisted, out);
            }
        });
    }
}

fn ticked(action: Action, persisted: &Persisted) -> Option<bool> {
    match action {
        Action::ToggleBoxes => Some(persisted.boxes),
        Action::TileBoxes => Some(persisted.tile_boxes),
        Action::PlayAgain => Some(persisted.repeat),
        Action::MenuBar => Some(persisted.menu_bar),
        _ => None,
    }
}

/// Every panel with whether it is shown.
fn panels_ui(ui: &mut Ui, persisted: &Persisted, out: &mut Vec<Command>) {
    let (layout, _) = persisted.layout_here();
    for pane in Pane::of(layout.workspace()) {
        let mut open = layout.is_open(pane);
        if ui.checkbox(&mut open, pane.name()).clicked() {
            // The menu stays, so that several can be ticked one after the other.
            out.push(if open { Command::OpenPane(pane) } else { Command::ClosePane(pane) });
        }
    }
    ui.separator();
    entry_ui(ui, Action::MaximisePane, true, None, out);
}

/// Layouts by name: those that are always there, then those that a person saved.
fn layouts_ui(ui: &mut Ui, persisted: &Persisted, out: &mut Vec<Command>) {
    let (layout, chosen) = persisted.layout_here();
    let here = layout.workspace();
    let saved = persisted.layouts.iter().filter(|(_, layout)| layout.workspace() == here);
    let saved = saved.map(|(name, _)| name.as_str()).collect::<Vec<_>>();
    let always =
        BUILT_IN.iter().copied().filter(|name| Panels::built_in(name).is_some_and(|layout| layout.workspace() == here));
    for name in always.chain(saved.iter().copied()) {
        if ui.radio(chosen == name, name).clicked() {
            out.push(Command::UseLayout(name.to_owned()));
            ui.close();
        }
    }
    ui.separator();
    entry_ui(ui, Action::SaveLayout, true, None, out);
    entry_ui(ui, Action::ResetLayout, true, None, out);
    if !saved.is_empty() {
        ui.menu_button("Delete a layout", |ui| {
            for name in &saved {
                if ui.button(*name).clicked() {
                    out.push(Command::DeleteLayout((*name).to_owned()));
                    ui.close();
                }
            }
        });
    }
}

/// Panels and layouts together, for the button in the bar on top.
pub(super) fn arrange_ui(ui: &mut Ui, persisted: &Persisted, out: &mut Vec<Command>) {
    let caption = |ui: &mut Ui, text: &str| {
        let muted = colors(ui).muted;
        ui.label(RichText::new(text).font(theme::medium(11.5)).color(muted));
    };
    caption(ui, "Panels");
    panels_ui(ui, persisted, out);
    ui.separator();
    caption(ui, "Layouts");
    layouts_ui(ui, persisted, out);
}

fn memory_ui(ui: &mut Ui, persisted: &Persisted, out: &mut Vec<Command>) {
    ui.menu_button("Memory for pictures", |ui| {
        for (choice, name) in Memory::ALL {
            if ui.radio(persisted.memory == choice, name).clicked() {
                out.push(Command::SetMemory(choice));
                ui.close();
            }
        }
    })
    .response
    .on_hover_text(
        "Thumbnails, frames read ahead and decoded parts of stores together. The part for stores changes when a lake is opened next.",
    );
}

fn theme_ui(ui: &mut Ui, persisted: &Persisted, out: &mut Vec<Command>) {
    ui.with_layout(Layout::top_down_justified(Align::Min), |ui| {
        for (choice, name) in [
            (ThemeChoice::System, "Theme of the desktop"),
            (ThemeChoice::Dark, "Dark theme"),
            (ThemeChoice::Light, "Light theme"),
        ] {
            if ui.radio(persisted.theme == choice, name).clicked() {
                out.push(Command::SetTheme(choice));
                ui.close();
            }
        }
    });
}
