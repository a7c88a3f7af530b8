//! The shortcut sheet.

use egui::{Align, Align2, Context, FontId, Layout, RichText, Sense, WidgetInfo, accesskit::Role, vec2};

use super::modal;
use crate::gui::{
    command::{Action, Group},
    theme::{self, STEP, colors, heading},
    widgets::{Icon, bar, icon_button, paint_keys},
};

/// What the mouse does, which no menu can show.
const GESTURES: [(&str, &str); 12] = [
    ("Hide labels while held", "Shift"),
    ("Zoom the frame", "Wheel"),
    ("Move the frame", "Drag"),
    ("Fit the frame", "Double-click"),
    ("Select several", "Ctrl+Click"),
    ("Select a range", "Shift+Click"),
    ("Filter by a range", "Drag a histogram"),
    ("Leave a value out", "Alt+Click"),
    ("Go to a moment", "Click a plot"),
    ("Move a panel", "Drag its tab"),
    ("Maximise a panel", "Double-click its tab"),
    ("Close a panel", "Middle-click its tab"),
];

/// Parts of the sheet from left to right where three stand beside each other; fewer columns take them one after the other.
const COLUMNS: [&[Option<Group>]; 3] = [
    &[Some(Group::Frame)],
    &[Some(Group::Lake), Some(Group::Find), Some(Group::Select), Some(Group::Help)],
    &[Some(Group::View), Some(Group::Detections), None],
];

/// Least width of a column, points.
const COLUMN: f32 = 250.0;

pub(super) fn shortcuts_ui(ctx: &Context) -> bool {
    modal(ctx, "shortcuts", 900.0, |ui| {
        let mut keep = true;
        bar(ui, 28.0, |ui| {
            ui.label(heading("Keyboard and mouse"));
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                keep = !icon_button(ui, Icon::Close, "Close").clicked();
            });
        });
        ui.add_space(STEP);
        ui.spacing_mut().item_spacing = vec2(32.0, 0.0);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "one to three")]
        let count = (ui.available_width() / COLUMN).clamp(1.0, 3.0) as usize;
        ui.columns(count, |columns| {
            for (place, parts) in COLUMNS.iter().enumerate() {
                let ui = &mut columns[place.min(count - 1)];
                for part in *parts {
                    part_ui(ui, *part);
                }
            }
        });
        keep
    })
}

/// One group of shortcuts, or what the mouse does.
fn part_ui(ui: &mut egui::Ui, part: Option<Group>) {
    section(ui, part.map_or("Mouse", Group::name));
    match part {
        Some(group) => {
            for action in Action::of(group) {
                if let Some(shortcut) = action.keys() {
                    line(ui, action.name(), &shortcut);
                }
            }
        }
        None => {
            for (name, gesture) in GESTURES {
                line(ui, name, gesture);
            }
        }
    }
    ui.add_space(STEP * 2.0);
}

fn section(ui: &mut egui::Ui, name: &str) {
    let accent = colors(ui).accent;
    ui.label(RichText::new(name).font(theme::semibold(12.0)).color(accent));
    ui.add_space(STEP / 2.0);
}

fn line(ui: &mut egui::Ui, name: &str, shortcut: &str) {
    let ink = colors(ui).text;
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 26.0), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, format!("{name}: {shortcut}")));
    ui.painter().text(rect.left_center(), Align2::LEFT_CENTER, name, FontId::proportional(12.5), ink);
    paint_keys(ui, rect.right_center(), shortcut);
}
