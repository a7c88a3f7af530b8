//! The classes of the labels on the frames that are shown, with their numbers: pressed, a class is hidden or shown. Beside
//! them, which boxes stand out when the filter talks of labels.

use std::collections::BTreeMap;

use egui::{
    CornerRadius, Frame, Margin, Popup, PopupCloseBehavior, Rect, RichText, ScrollArea, Sense, Stroke, Ui, WidgetInfo,
    accesskit::Role, pos2, style::StyleModifier, vec2,
};

use crate::{
    gui::{
        command::{Action, Command},
        looking::{Emphasis, Looking},
        theme::{self, colors},
        widgets::{MARK, bar, paint_class_mark, quiet_button, text::count},
    },
    model::Label,
};

/// Height of the strip, points.
pub(super) const HEIGHT: f32 = 32.0;
/// In a lake of so many classes each has its place in the strip, be it on the frame or not.
const FEW: usize = 12;
/// Width of an entry beside its name and number, and of the button for those without room, points.
const AROUND: f32 = 40.0;
const MORE: f32 = 40.0;

/// Numbers of labels by class, as the strip lists them: every class of a lake with few, else those on the frames and those
/// that are hidden, so that they can be shown again.
pub(super) fn counted<'a>(
    classes: &'a [String],
    hidden: &'a Looking,
    labels: impl Iterator<Item = &'a Label>,
) -> BTreeMap<&'a str, usize> {
    let mut found: BTreeMap<&str, usize> = BTreeMap::new();
    if classes.len() <= FEW {
        found.extend(classes.iter().map(|class| (class.as_str(), 0)));
    }
    found.extend(hidden.classes_off.iter().map(|class| (class.as_str(), 0)));
    for label in labels {
        *found.entry(label.class.as_str()).or_default() += 1;
    }
    found
}

/// Draws the strip over the whole width. `asked` tells whether the filter talks of labels.
pub(super) fn legend_ui(
    ui: &mut Ui,
    looking: &Looking,
    classes: &BTreeMap<&str, usize>,
    asked: bool,
    out: &mut Vec<Command>,
) {
    Frame::new().inner_margin(Margin::symmetric(8, 0)).show(ui, |ui| {
        bar(ui, HEIGHT, |ui| {
            ui.spacing_mut().item_spacing.x = 2.0;
            if asked {
                emphasis_ui(ui, looking.emphasis, out);
            }
            // Only whole entries; those without room are behind a button.
            let widths: Vec<f32> = classes.iter().map(|(class, number)| width_of(ui, class, *number)).collect();
            let shown = how_many_fit(&widths, 2.0, ui.available_width(), MORE);
            for (class, number) in classes.iter().take(shown) {
                class_ui(ui, class, *number, !looking.classes_off.contains(*class), out);
            }
            if shown < classes.len() {
                more_ui(ui, looking, classes, shown, out);
            }
        });
    });
}

fn emphasis_ui(ui: &mut Ui, now: Emphasis, out: &mut Vec<Command>) {
    let colors = colors(ui);
    let name = Emphasis::ALL.iter().find(|(choice, _)| *choice == now).map_or("", |(_, name)| *name);
    let text = RichText::new(name).font(theme::medium(12.0)).color(colors.accent);
    let tip = format!(
        "Which boxes stand out: the filter talks of labels\n{}",
        Action::NextEmphasis.keys().unwrap_or_default()
    );
    let button = quiet_button(ui, text).accessible_name(format!("Labels of the filter: {name}")).on_hover_text(tip);
    Popup::menu(&button).style(StyleModifier::default()).show(|ui| {
        ui.set_min_width(160.0);
        for (choice, name) in Emphasis::ALL {
            if ui.radio(choice == now, name).clicked() {
                out.push(Command::SetEmphasis(choice));
                ui.close();
            }
        }
    });
}

/// The classes that found no room, in a menu that stays open while they are hidden and shown.
fn more_ui(ui: &mut Ui, looking: &Looking, classes: &BTreeMap<&str, usize>, from: usize, out: &mut Vec<Command>) {
    let number = classes.len() - from;
    let text = RichText::new(format!("+{number}")).font(theme::numbers_medium(12.0)).color(colors(ui).muted);
    let button = quiet_button(ui, text).accessible_name(format!("{number} more classes"));
    let button = button.on_hover_text("Classes that have no room here");
    let popup = Popup::menu(&button).style(StyleModifier::default());
    popup.close_behavior(PopupCloseBehavior::CloseOnClickOutside).show(|ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        ScrollArea::vertical().max_height(360.0).show(ui, |ui| {
            for (class, number) in classes.iter().skip(from) {
                class_ui(ui, class, *number, !looking.classes_off.contains(*class), out);
            }
        });
    });
}

/// How many entries of these widths, `gap` apart, fit whole into `room`; where not all do, a button of the width `more`
/// follows them.
fn how_many_fit(widths: &[f32], gap: f32, room: f32, more: f32) -> usize {
    let ends: Vec<f32> = widths
        .iter()
        .scan(-gap, |end, width| {
            *end += gap + width;
            Some(*end)
        })
        .collect();
    if ends.last().is_none_or(|end| *end <= room) {
        return widths.len();
    }
    ends.iter().take_while(|end| **end + gap + more <= room).count()
}

/// Width of an entry, points.
fn width_of(ui: &Ui, class: &str, number: usize) -> f32 {
    let wide = |text: String, font| ui.painter().layout_no_wrap(text, font, colors(ui).text).size().x;
    wide(class.to_owned(), theme::medium(12.0)) + wide(count(number as u64), theme::numbers(12.0)) + AROUND
}

/// One class: its mark, its name, its number.
fn class_ui(ui: &mut Ui, class: &str, number: usize, on: bool, out: &mut Vec<Command>) {
    let colors = colors(ui);
    let present = on && number > 0;
    let ink = if present { colors.text } else { colors.muted };
    let name = ui.painter().layout_no_wrap(class.to_owned(), theme::medium(12.0), ink);
    let told = ui.painter().layout_no_wrap(count(number as u64), theme::numbers(12.0), colors.muted);
    let size = vec2(name.size().x + told.size().x + AROUND, 24.0);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, on, format!("Class {class}: {number} on screen")));
    if ui.is_rect_visible(rect) {
        let painter = ui.painter();
        if response.hovered() || response.has_focus() {
            painter.rect_filled(rect, CornerRadius::same(5), colors.hover);
        }
        let mark = Rect::from_center_size(pos2(rect.left() + 14.0, rect.center().y), vec2(MARK, MARK));
        paint_class_mark(painter, colors, mark, class, on);
        let left = pos2(rect.left() + 26.0, rect.center().y);
        let end = left.x + name.size().x;
        painter.galley(left - vec2(0.0, name.size().y / 2.0), name, ink);
        if !on {
            painter.hline(left.x..=end, rect.center().y + 1.0, Stroke::new(1.0, colors.muted));
        }
        painter.galley(pos2(end + 6.0, rect.center().y - told.size().y / 2.0), told, colors.muted);
    }
    let tip = if on { format!("Hide the boxes of {class}") } else { format!("Show the boxes of {class}") };
    if response.on_hover_text(tip).clicked() {
        out.push(Command::ShowClass { class: class.to_owned(), on: !on });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_whole_or_behind_the_button() {
        for (widths, room, expected) in [
            (&[50.0, 50.0, 50.0][..], 154.0, 3),
            (&[50.0, 50.0, 50.0], 153.0, 2),
            (&[50.0, 50.0, 50.0], 100.0, 1),
            (&[50.0, 50.0], 20.0, 0),
            (&[], 0.0, 0),
        ] {
            assert_eq!(how_many_fit(widths, 2.0, room, 40.0), expected, "{widths:?} in {room}");
        }
    }

    #[test]
    fn few_classes_keep_their_places_and_hidden_ones_can_be_shown_again() {
        let label = |class: &str| Label {
            frame_idx: 0,
            class: class.to_owned(),
            bbox: None,
            score: None,
            track_id: None,
            attributes: None,
        };
        let labels = [label("car"), label("car"), label("dog")];
        let few = ["car".to_owned(), "dog".to_owned(), "sign".to_owned()];
        let many: Vec<String> = (0..30).map(|number| format!("class {number}")).collect();
        let hidden = Looking { classes_off: ["bus".to_owned()].into(), ..Looking::default() };
        for (classes, looking, expected) in [
            (&few[..], Looking::default(), vec![("car", 2), ("dog", 1), ("sign", 0)]),
            (&many[..], Looking::default(), vec![("car", 2), ("dog", 1)]),
            (&many[..], hidden, vec![("bus", 0), ("car", 2), ("dog", 1)]),
        ] {
            let found: Vec<(&str, usize)> = counted(classes, &looking, labels.iter()).into_iter().collect();
            assert_eq!(found, expected);
        }
    }
}
