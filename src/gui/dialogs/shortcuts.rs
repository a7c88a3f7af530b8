//! The shortcut sheet.

use egui::{Align, Context, FontId, Frame, Layout, Margin, RichText, Sense, WidgetInfo, accesskit::Role, vec2};

use super::modal;
use crate::gui::{
    command::{Action, Group},
    theme::{self, STEP, colors, heading},
    widgets::{Icon, bar, elided, icon_button, paint_keys},
};

/// What the mouse does, which no menu can show.
const GESTURES: [(&str, &str); 18] = [
    ("Hide labels while held", "Shift"),
    ("Zoom the frame", "Wheel"),
    ("Move the frame", "Drag"),
    ("Fit the frame", "Double-click"),
    ("Select several", "Ctrl+Click"),
    ("Select a range", "Shift+Click"),
    ("Filter by a range", "Drag a histogram"),
    ("Leave a value out", "Alt+Click"),
    ("Go to a moment", "Click a plot"),
    ("Zoom the timeline", "Wheel"),
    ("Move the timeline", "Shift+Wheel"),
    ("Move it by hand", "Shift+Drag"),
    ("Zoom into a stretch", "Ctrl+Drag"),
    ("Zoom a plot's values", "Alt+Wheel"),
    ("Show the whole time", "Double-click"),
    ("Move a panel", "Drag its tab"),
    ("Maximise a panel", "Double-click its tab"),
    ("Close a panel", "Middle-click its tab"),
];

/// Least width of a column, and what the scroll bar takes, points.
const COLUMN: f32 = 250.0;
const SCROLL: i8 = 14;

/// A line of the sheet.
enum Item {
    Heading(&'static str),
    Line(&'static str, String),
}

pub(super) fn shortcuts_ui(ctx: &Context) -> bool {
    modal(ctx, "shortcuts", 1180.0, |ui| {
        let mut keep = true;
        bar(ui, 28.0, |ui| {
            ui.label(heading("Keyboard and mouse"));
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                keep = !icon_button(ui, Icon::Close, "Close").clicked();
            });
        });
        ui.add_space(STEP);
        // The scroll bar lies over the right edge, where the keys end.
        let margin = Margin { left: 0, right: SCROLL, top: 0, bottom: 0 };
        Frame::new().inner_margin(margin).show(ui, |ui| {
            ui.spacing_mut().item_spacing = vec2(28.0, 0.0);
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "one to four")]
            let count = ((ui.available_width() + 28.0) / (COLUMN + 28.0)).clamp(1.0, 4.0) as usize;
            ui.columns(count, |columns| {
                for (ui, items) in columns.iter_mut().zip(dealt(items(), count)) {
                    for (at, item) in items.into_iter().enumerate() {
                        match item {
                            Item::Heading(name) => section(ui, name, at > 0),
                            Item::Line(name, shortcut) => line(ui, name, &shortcut),
                        }
                    }
                }
            });
        });
        keep
    })
}

/// Everything there is to tell, group by group.
fn items() -> Vec<Item> {
    let mut items = Vec::new();
    for group in Group::ALL {
        items.push(Item::Heading(group.name()));
        items.extend(Action::of(group).filter_map(|action| Some(Item::Line(action.name(), action.keys()?))));
    }
    items.push(Item::Heading("Mouse"));
    items.extend(GESTURES.iter().map(|(name, gesture)| Item::Line(name, (*gesture).to_owned())));
    items
}

/// The items in columns of about the same length, none of which ends with a heading.
fn dealt(items: Vec<Item>, columns: usize) -> Vec<Vec<Item>> {
    let longest = items.len().div_ceil(columns.max(1));
    let mut dealt: Vec<Vec<Item>> = vec![Vec::new()];
    for item in items {
        let last = dealt.len() - 1;
        let heading = matches!(item, Item::Heading(_));
        let full = dealt[last].len() >= longest || (heading && dealt[last].len() + 2 >= longest);
        if full && dealt.len() < columns {
            dealt.push(vec![item]);
        } else {
            dealt[last].push(item);
        }
    }
    dealt
}

fn section(ui: &mut egui::Ui, name: &str, apart: bool) {
    let accent = colors(ui).accent;
    ui.add_space(if apart { STEP * 1.5 } else { 0.0 });
    ui.label(RichText::new(name).font(theme::semibold(12.0)).color(accent));
    ui.add_space(STEP / 2.0);
}

fn line(ui: &mut egui::Ui, name: &str, shortcut: &str) {
    let ink = colors(ui).text;
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 24.0), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, format!("{name}: {shortcut}")));
    let keys = paint_keys(ui, rect.right_center(), shortcut);
    elided(ui.painter(), rect.left_center(), name, FontId::proportional(12.5), ink, keys - 8.0 - rect.left());
    response.on_hover_text(name);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_on_the_sheet_once_and_no_column_ends_with_a_heading() {
        let all = items().len();
        for columns in 1..=4 {
            let dealt = dealt(items(), columns);
            assert!(dealt.len() <= columns);
            assert_eq!(dealt.iter().map(Vec::len).sum::<usize>(), all);
            for column in &dealt {
                assert!(matches!(column.last(), Some(Item::Line(..))), "{columns}");
                assert!(column.len() <= all.div_ceil(columns) + 6, "{columns}");
            }
        }
    }
}
