//! Which view is open, and whether what is shown still is what it says.

use egui::{RichText, Ui};

use crate::gui::{
    command::{Action, Command},
    keep::KeepCommand,
    lake::Lake,
    theme::{self, colors},
    widgets::quiet_button,
};

/// Draws the name of the open view and what can be done with changes; nothing when none is open.
pub fn view_status_ui(ui: &mut Ui, lake: &Lake, out: &mut Vec<Command>) {
    let Some(opened) = &lake.keep.opened else { return };
    let colors = colors(ui);
    let changed = lake.view_changed();
    ui.horizontal_centered(|ui| {
        ui.spacing_mut().item_spacing.x = 2.0;
        let name: String = if opened.name.chars().count() > 28 {
            opened.name.chars().take(27).chain(['…']).collect()
        } else {
            opened.name.clone()
        };
        ui.label(RichText::new(format!("View: {name}")).font(theme::medium(12.0)).color(colors.text))
            .on_hover_text(&opened.rule.filter);
        if changed {
            ui.label(RichText::new("· changed").font(theme::medium(12.0)).color(colors.warning));
        }
        let mut press = |ui: &mut Ui, text: &str, spoken: &str, command: Command| {
            let ink = RichText::new(text).font(theme::medium(12.0)).color(colors.accent);
            if quiet_button(ui, ink).accessible_name(spoken).clicked() {
                out.push(command);
            }
        };
        if changed {
            press(ui, "Update", "Update the view", KeepCommand::UpdateView.into());
            press(ui, "Save as new…", "Save as a new view", Action::SaveView.into());
            press(ui, "Revert", "Revert to the view", KeepCommand::RevertView.into());
        }
        press(ui, "Leave", "Leave the view", KeepCommand::LeaveView.into());
    });
}
