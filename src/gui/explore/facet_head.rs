//! Heads of facets: their name, what they ask for, and a cross that takes it away.

use egui::{Align2, FontId, Rect, Response, Sense, Stroke, StrokeKind, Ui, WidgetInfo, accesskit::Role, pos2, vec2};

use crate::{
    filter::edit::NumberRange,
    gui::{
        theme::{self, colors},
        widgets::{
            Icon, elided, paint_icon,
            text::{count, number},
        },
    },
};

/// Width kept for the cross, px.
const CROSS: f32 = 18.0;

/// A small cross at the right edge of `rect`; whether it was pressed. `name` is what it clears.
pub(super) fn clear_ui(ui: &Ui, rect: Rect, name: &str) -> bool {
    let colors = colors(ui);
    let place = Rect::from_center_size(pos2(rect.right() - CROSS / 2.0 + 2.0, rect.center().y), vec2(CROSS, CROSS));
    let response = ui.interact(place, ui.scope_id().with(("clear", name)), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, format!("Clear {name}")));
    if response.hovered() || response.has_focus() {
        ui.painter().rect_filled(place, 4, colors.hover);
    }
    paint_icon(ui.painter(), place.shrink(4.0), Icon::Close, colors.accent);
    response.on_hover_text(format!("Take the condition on {name} away")).clicked()
}

/// A range as people write it; an end that the filter leaves out is told as such.
pub(super) fn range_text(range: NumberRange) -> String {
    let finite = |value: f64| Some(value).filter(|value| value.is_finite());
    let (low, high) = (finite(range.low), finite(range.high));
    let above = if range.above { ">" } else { "≥" };
    let below = if range.below { "<" } else { "≤" };
    match (low, high) {
        (Some(low), Some(high)) if low.total_cmp(&high).is_eq() => format!("= {}", number(low)),
        (Some(low), Some(high)) if range.above || range.below => {
            format!("{above} {}, {below} {}", number(low), number(high))
        }
        (Some(low), Some(high)) => format!("{} to {}", number(low), number(high)),
        (Some(low), None) => format!("{above} {}", number(low)),
        (None, Some(high)) => format!("{below} {}", number(high)),
        (None, None) => String::new(),
    }
}

/// Name and unit on the left, what is asked for and a cross on the right; whether the cross was pressed.
pub(super) fn head_ui(ui: &mut Ui, name: &str, unit: Option<&str>, asked: Option<&str>) -> bool {
    let colors = colors(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 22.0), Sense::hover());
    let center = rect.center().y;
    let mut right = rect.right();
    let mut cleared = false;
    if let Some(asked) = asked {
        cleared = clear_ui(ui, rect, name);
        right -= CROSS;
        let at = pos2(right, center);
        let drawn = ui.painter().text(at, Align2::RIGHT_CENTER, asked, theme::numbers_medium(12.0), colors.accent);
        right = drawn.left() - 6.0;
    }
    let painter = ui.painter().with_clip_rect(rect.with_max_x(right).intersect(ui.clip_rect()));
    let at = pos2(rect.left(), center);
    let drawn = painter.text(at, Align2::LEFT_CENTER, name, theme::medium(12.5), colors.text);
    if let Some(unit) = unit {
        painter.text(
            pos2(drawn.right() + 6.0, center),
            Align2::LEFT_CENTER,
            unit,
            FontId::proportional(11.5),
            colors.muted,
        );
    }
    response.on_hover_text(unit.map_or_else(|| name.to_owned(), |unit| format!("{name}, {unit}")));
    cleared
}

/// Name of a list on the left; on the right how many values it has, or a cross while it asks for some.
pub(super) fn list_head_ui(ui: &mut Ui, title: &str, values: usize, asked: bool) -> bool {
    let colors = colors(ui);
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 32.0), Sense::hover());
    let inner = rect.shrink2(vec2(14.0, 0.0)).translate(vec2(0.0, 2.0));
    let center = inner.center().y;
    let mut right = inner.right();
    let cleared = asked && clear_ui(ui, inner, title);
    if asked {
        right -= CROSS + 2.0;
    }
    let ink = if asked { colors.accent } else { colors.muted };
    let at = pos2(right, center);
    let drawn = ui.painter().text(at, Align2::RIGHT_CENTER, count(values as u64), theme::numbers(12.0), ink);
    let room = drawn.left() - 8.0 - inner.left();
    elided(ui.painter(), pos2(inner.left(), center), title, theme::semibold(12.5), colors.text, room);
    cleared
}

/// How many frames have no value, in the middle of a line that is there already; it can be pressed to ask for them.
pub(super) fn nulls_ui(ui: &Ui, line: Rect, name: &str, asked: bool, all: u64, matching: u64) -> Option<Response> {
    if all == 0 && !asked {
        return None;
    }
    let colors = colors(ui);
    let ink = if asked { colors.accent } else { colors.muted };
    let text = format!("no value  {}", count(matching));
    let galley = ui.painter().layout_no_wrap(text, theme::numbers(11.0), ink);
    let rect = Rect::from_center_size(line.center(), galley.size() + vec2(12.0, 2.0));
    let response = ui.interact(rect, ui.scope_id().with(("nulls", name)), Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::CheckBox, true, asked, format!("{name}: no value")));
    if asked || response.hovered() || response.has_focus() {
        let fill = if asked { colors.accent_wash } else { colors.hover };
        let edge = if asked { colors.accent } else { colors.outline };
        ui.painter().rect(rect, 7, fill, Stroke::new(1.0, edge), StrokeKind::Inside);
    }
    ui.painter().galley(rect.center() - galley.size() / 2.0, galley, ink);
    let tip = format!("{} of {} without a value match everything else in the filter", count(matching), count(all));
    Some(response.on_hover_text(tip))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::filter::{Filter, edit};

    #[test]
    fn ends_are_told_as_the_filter_has_them() {
        for (filter, expected) in [
            ("speed > 15 m/s", "> 15"),
            ("15 < speed", "> 15"),
            ("speed >= 15", "≥ 15"),
            ("speed < 2", "< 2"),
            ("speed <= 2", "≤ 2"),
            ("speed between 1 and 2", "1 to 2"),
            ("speed = 3", "= 3"),
            ("speed > 1 and speed <= 2", "> 1, ≤ 2"),
            ("speed >= 1 and speed > 1", "> 1"),
            ("speed > 1 and speed >= 2", "≥ 2"),
        ] {
            let expr = Filter::parse(filter).unwrap().expr().cloned().unwrap();
            let range = edit::range_of(&expr, "speed", Some("m/s")).unwrap();
            assert_eq!(range_text(range), expected, "{filter}");
        }
    }
}
