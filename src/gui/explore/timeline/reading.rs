//! What is under the pointer: its time in the head, and its value in each lane beside the pointer's line, in a colour of its
//! own. What stands in the column of names is always of the frame that is looked at.

use egui::{Align2, Rect, Sense, Stroke, StrokeKind, Ui, WidgetInfo, accesskit::Role, pos2, vec2};

use super::scene::Scene;
use crate::gui::theme;

/// Draws the value under the pointer into the lane `room`, on the side of the line that has room for it.
pub(super) fn reading_ui(ui: &Ui, room: Rect, scene: &Scene<'_>, name: &str, value: Option<&str>, unit: Option<&str>) {
    let (Some(hover), colors) = (scene.hover, scene.colors) else { return };
    let x = scene.axis.x(hover);
    let value = value.unwrap_or("no value");
    let text = unit.map_or_else(|| value.to_owned(), |unit| format!("{value} {unit}"));
    let galley = ui.painter().layout_no_wrap(text.clone(), theme::numbers_medium(11.0), scene.pointer_ink());
    let size = galley.size() + vec2(8.0, 2.0);
    let left = if x + 8.0 + size.x <= room.right() { x + 8.0 } else { x - 8.0 - size.x };
    let top = (room.center().y - size.y / 2.0).max(room.top());
    let pill = Rect::from_min_size(pos2(left.max(room.left()), top), size);
    let painter = ui.painter().with_clip_rect(room.intersect(ui.clip_rect()));
    let edge = Stroke::new(1.0, scene.pointer_ink().gamma_multiply(0.6));
    painter.rect(pill, 4, colors.raised, edge, StrokeKind::Inside);
    painter.galley(pill.min + vec2(4.0, 1.0), galley, scene.pointer_ink());
    let told = ui.interact(pill, ui.scope_id().with(("under pointer", name)), Sense::empty());
    told.widget_info(|| WidgetInfo::labeled(Role::Status, true, format!("Under the pointer: {name} {text}")));
}

/// The time of the frame, and above it that of the pointer, each with its name.
pub(super) fn times_ui(ui: &Ui, area: Rect, scene: &Scene<'_>) {
    let colors = scene.colors;
    let lower = area.bottom() - 10.0;
    let pointer = scene.hover.map(|hover| (area.top() + 9.0, "pointer", hover, scene.pointer_ink()));
    for (y, name, time, ink) in [Some((lower, "frame", scene.here.moment, colors.text)), pointer].into_iter().flatten()
    {
        let text = scene.time_text(time);
        let at = pos2(area.left() + 12.0, y);
        let end = ui.painter().text(at, Align2::LEFT_CENTER, &text, theme::numbers_medium(12.5), ink).right();
        let word = ui.painter().layout_no_wrap(name.to_owned(), theme::medium(10.5), colors.muted);
        if end + 6.0 + word.size().x <= area.right() - 2.0 {
            ui.painter().galley(pos2(end + 6.0, y - word.size().y / 2.0 + 0.5), word, colors.muted);
        }
    }
    if let Some(hover) = scene.hover {
        let told = ui.interact(area.with_max_y(area.center().y), ui.scope_id().with("pointer time"), Sense::empty());
        let text = format!("Pointer at {}", scene.time_text(hover));
        told.widget_info(|| WidgetInfo::labeled(Role::Status, true, &text));
    }
}
