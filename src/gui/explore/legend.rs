//! The classes of the labels on the frames that are shown, with their numbers: pressed, a class is hidden or shown. Beside
//! them, which boxes stand out when the filter talks of labels.

use std::collections::BTreeMap;

use egui::{
    Color32, CornerRadius, Frame, Margin, Popup, Rect, RichText, ScrollArea, Sense, Stroke, StrokeKind, Ui, WidgetInfo,
    accesskit::Role, pos2, scroll_area::ScrollBarVisibility, style::StyleModifier, vec2,
};

use super::boxes::broken_outline;
use crate::{
    gui::{
        command::{Action, Command},
        looking::{Emphasis, Looking},
        theme::{self, class_color, colors},
        widgets::{bar, quiet_button, text::count},
    },
    model::{Label, LinePattern, class_style},
};

/// Height of the strip, points.
pub(super) const HEIGHT: f32 = 32.0;
/// In a lake of so many classes each has its place in the strip, be it on the frame or not.
const FEW: usize = 12;

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
            let scroll = ScrollArea::horizontal().id_salt("classes").auto_shrink([false, true]);
            scroll.scroll_bar_visibility(ScrollBarVisibility::AlwaysHidden).show(ui, |ui| {
                for (class, number) in classes {
                    class_ui(ui, class, *number, !looking.classes_off.contains(*class), out);
                }
            });
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

/// One class: a piece of its outline, its name, its number.
fn class_ui(ui: &mut Ui, class: &str, number: usize, on: bool, out: &mut Vec<Command>) {
    let colors = colors(ui);
    let present = on && number > 0;
    let ink = if present { colors.text } else { colors.muted };
    let name = ui.painter().layout_no_wrap(class.to_owned(), theme::medium(12.0), ink);
    let told = ui.painter().layout_no_wrap(count(number as u64), theme::numbers(12.0), colors.muted);
    let size = vec2(name.size().x + told.size().x + 40.0, 24.0);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, on, format!("Class {class}: {number} on screen")));
    if ui.is_rect_visible(rect) {
        let painter = ui.painter();
        if response.hovered() || response.has_focus() {
            painter.rect_filled(rect, CornerRadius::same(5), colors.hover);
        }
        let mark = Rect::from_center_size(pos2(rect.left() + 14.0, rect.center().y), vec2(12.0, 12.0));
        mark_ui(painter, mark, class, on);
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

/// A small box in the colour and with the line of a class.
pub(super) fn mark_ui(painter: &egui::Painter, mark: Rect, class: &str, on: bool) {
    let style = class_style(class);
    let color = if on { class_color(class) } else { class_color(class).gamma_multiply(0.35) };
    painter.rect_filled(mark, 2, Color32::from_black_alpha(if on { 150 } else { 40 }));
    let stroke = Stroke::new(2.0, color);
    if style.line == LinePattern::Solid {
        painter.rect_stroke(mark.shrink(1.0), 2, stroke, StrokeKind::Middle);
    } else {
        let fine = Stroke::new(1.5, color);
        painter.extend(broken_outline(mark.shrink(1.0), mark.expand(4.0), fine, style.line));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
