//! The shortcut sheet.

use egui::{Align, Context, Layout, RichText};

use super::modal;
use crate::gui::{
    command::{Action, Group},
    theme::{self, STEP, colors, heading},
    widgets::{Icon, bar, icon_button, keys},
};

/// What the mouse does, which no menu can show.
const GESTURES: [(&str, &str); 8] = [
    ("Hide labels while held", "Shift"),
    ("Zoom the frame", "Wheel"),
    ("Move the frame", "Drag"),
    ("Fit the frame", "Double-click"),
    ("Select several", "Ctrl+Click"),
    ("Select a range", "Shift+Click"),
    ("Filter by a range", "Drag a histogram"),
    ("Go to a moment", "Click a plot"),
];

pub(super) fn shortcuts_ui(ctx: &Context) -> bool {
    modal(ctx, "shortcuts", 840.0, |ui| {
        let mut keep = true;
        bar(ui, 28.0, |ui| {
            ui.label(heading("Keyboard and mouse"));
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                keep = !icon_button(ui, Icon::Close, "Close").clicked();
            });
        });
        ui.add_space(STEP);
        ui.columns(3, |columns| {
            for (column, groups) in
                [vec![Group::Frame], vec![Group::Lake, Group::Find, Group::Select], vec![Group::View]]
                    .into_iter()
                    .enumerate()
            {
                let ui = &mut columns[column];
                for group in groups {
                    section(ui, group.name());
                    for action in Action::of(group) {
                        if let Some(shortcut) = action.keys() {
                            line(ui, action.name(), &shortcut);
                        }
                    }
                    ui.add_space(STEP);
                }
                if column == 2 {
                    section(ui, "Mouse");
                    for (name, gesture) in GESTURES {
                        line(ui, name, gesture);
                    }
                }
            }
        });
        keep
    })
}

fn section(ui: &mut egui::Ui, name: &str) {
    let accent = colors(ui).accent;
    ui.label(RichText::new(name).font(theme::semibold(12.0)).color(accent));
}

fn line(ui: &mut egui::Ui, name: &str, shortcut: &str) {
    bar(ui, 22.0, |ui| {
        ui.label(RichText::new(name).size(12.5));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| keys(ui, shortcut));
    });
}
