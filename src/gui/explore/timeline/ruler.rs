//! The ruler above the lanes: times, the frame's moment, the marks A and B, and what part of the recording is in sight.

use egui::{
    Align2, Color32, CursorIcon, Rect, Sense, Shape, Stroke, StrokeKind, Ui, WidgetInfo, accesskit::Role, pos2, vec2,
};

use super::{
    axis::{Axis, Stretch, seconds},
    choice::{Mark, TimelineCommand},
    gesture::{Gesture, gestures, upright},
    reading::times_ui,
    scene::Scene,
};
use crate::gui::{
    command::Command,
    theme,
    widgets::text::{clock, time_utc},
};

/// Height of the ruler, points.
pub const RULER: f32 = 34.0;
/// Height of the part that tells what is in sight, at its top.
const OVERVIEW: f32 = 8.0;
/// Side of the flag of a mark.
const FLAG: f32 = 15.0;

/// Draws the ruler; `area` begins with the column of names.
pub fn ruler_ui(ui: &Ui, area: Rect, scene: &Scene<'_>, gestured: &mut Vec<Gesture>, out: &mut Vec<Command>) {
    let colors = scene.colors;
    let axis = &scene.axis;
    let room = Rect::from_x_y_ranges(axis.left..=axis.right, area.y_range());
    let ruler = room.with_min_y(room.top() + OVERVIEW);
    ui.painter().hline(area.x_range(), area.bottom() - 0.5, Stroke::new(1.0, colors.line));
    moment_ui(ui, Rect::from_min_max(area.min, pos2(axis.left, area.bottom())), scene);

    let response = ui.interact(ruler, ui.scope_id().with("ruler"), Sense::click_and_drag());
    response.widget_info(|| {
        let mut info = WidgetInfo::labeled(Role::Slider, true, "Time ruler");
        info.value = Some(seconds(scene.here.moment, scene.here.zero));
        info.current_text_value = Some(scene.time_text(scene.here.moment));
        info
    });
    gestures(ui, &response, axis, scene.limits, None, gestured);

    let painter = ui.painter().with_clip_rect(room.intersect(ui.clip_rect()));
    if let Some((from, to)) = scene.span {
        let shaded = Rect::from_x_y_ranges(axis.x(from)..=axis.x(to), ruler.y_range());
        painter.rect_filled(shaded, 0, colors.accent.gamma_multiply(0.16));
    }
    let hover = scene.hover.map(|hover| {
        let galley = painter.layout_no_wrap(scene.time_text(hover), theme::numbers_medium(11.0), scene.pointer_ink());
        let left =
            (axis.x(hover) - galley.size().x / 2.0).clamp(axis.left, (axis.right - galley.size().x).max(axis.left));
        (Rect::from_min_size(pos2(left, ruler.top()), galley.size() + vec2(0.0, 2.0)), galley)
    });
    let flags = [Mark::A, Mark::B].into_iter().filter_map(|mark| scene.lake.marks.at(&scene.here.recording, mark));
    let flags = flags.map(|at| egui::Rangef::point(axis.x(at)).expand(FLAG + 3.0));
    let over: Vec<egui::Rangef> = hover.iter().map(|(place, _)| place.x_range().expand(6.0)).chain(flags).collect();
    let mut free = axis.left;
    for tick in &scene.ticks.at {
        let x = axis.x(*tick);
        painter
            .line_segment([pos2(x, ruler.bottom() - 6.0), pos2(x, ruler.bottom())], Stroke::new(1.0, colors.outline));
        let galley = painter.layout_no_wrap(scene.tick_text(*tick), theme::numbers(11.0), colors.muted);
        // A text that would run out of the ruler, into the one before, under the pointer's or under a flag is left out.
        let left = (x - galley.size().x / 2.0).max(axis.left + 2.0);
        let hidden = over.iter().any(|over| over.min < left + galley.size().x && left < over.max);
        if left >= free && left + galley.size().x <= axis.right - 2.0 && !hidden {
            free = left + galley.size().x + 10.0;
            painter.galley(pos2(left, ruler.top() + 1.0), galley, colors.muted);
        }
    }
    overview_ui(ui, room.with_max_y(room.top() + OVERVIEW), scene, gestured);
    if let (Some(at), Some((place, galley))) = (scene.hover, hover) {
        painter.line_segment(upright(ruler, axis.x(at)), Stroke::new(1.0, scene.pointer_ink().gamma_multiply(0.7)));
        let pill = place.expand2(vec2(4.0, 0.0));
        painter.rect(pill, 4, colors.raised, Stroke::new(1.0, colors.outline), StrokeKind::Inside);
        painter.galley(place.min + vec2(0.0, 1.0), galley, scene.pointer_ink());
    }
    let x = axis.x(scene.here.moment);
    painter.line_segment(upright(ruler, x), Stroke::new(1.4, colors.text));
    let head = [(-5.0, -9.0), (5.0, -9.0), (5.0, -5.0), (0.0, 0.0), (-5.0, -5.0)];
    let head = head.map(|(dx, dy)| pos2(x + dx, ruler.bottom() + dy)).to_vec();
    painter.add(Shape::convex_polygon(head, colors.text, Stroke::NONE));
    for mark in [Mark::A, Mark::B] {
        mark_ui(ui, ruler, scene, mark, out);
    }
}

/// The frame's time, above the names, and that of the pointer.
fn moment_ui(ui: &Ui, area: Rect, scene: &Scene<'_>) {
    let moment = scene.here.moment;
    let since = clock(moment.saturating_sub(scene.here.zero));
    let response = ui.interact(area, ui.scope_id().with("moment"), Sense::hover());
    let told = format!("{} UTC, {since} since the recording began", time_utc(moment));
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &told));
    times_ui(ui, area, scene);
    response.on_hover_text(format!("Time of the frame: {told}"));
}

/// How far the flag of a mark at `x` is moved, so that it does not lie over that of the other.
fn flag_aside(x: f32, scene: &Scene<'_>, mark: Mark) -> f32 {
    let other = if mark == Mark::A { Mark::B } else { Mark::A };
    let Some(other) = scene.lake.marks.at(&scene.here.recording, other) else { return 0.0 };
    let apart = x - scene.axis.x(other);
    let missing = (FLAG + 1.0 - apart.abs()).max(0.0) / 2.0;
    // At the same place, A stands first.
    if apart > 0.0 || (apart.abs() < f32::EPSILON && mark == Mark::B) { missing } else { -missing }
}

/// A mark with its letter; it can be dragged, and goes from frame to frame unless Alt is held.
fn mark_ui(ui: &Ui, ruler: Rect, scene: &Scene<'_>, mark: Mark, out: &mut Vec<Command>) {
    let Some(at) = scene.lake.marks.at(&scene.here.recording, mark) else { return };
    let x = scene.axis.x(at);
    if !(scene.axis.left - 8.0..=scene.axis.right + 8.0).contains(&x) {
        return;
    }
    let aside = flag_aside(x, scene, mark);
    let flag = Rect::from_center_size(pos2(x + aside, ruler.top() + 8.0), vec2(FLAG, FLAG));
    let response = ui.interact(flag.expand(2.0), ui.scope_id().with(("mark", mark)), Sense::click_and_drag());
    let name = format!("Mark {}", mark.letter());
    response.widget_info(|| {
        let mut info = WidgetInfo::labeled(Role::Slider, true, &name);
        info.value = Some(seconds(at, scene.here.zero));
        info
    });
    if response.hovered() || response.dragged() {
        ui.ctx().set_cursor_icon(CursorIcon::ResizeHorizontal);
    }
    if response.dragged()
        && let Some(pointer) = response.interact_pointer_pos()
    {
        let time = scene.axis.time_inside(pointer.x);
        let between = ui.input(|input| input.modifiers.alt);
        let time = if between {
            time
        } else {
            let footage = scene.lake.footage(scene.here.row).1;
            scene.lake.time(scene.lake.row_at(footage, time))
        };
        out.push(TimelineCommand::SetMark(mark, time).into());
    }
    let colors = scene.colors;
    let painter = ui.painter();
    painter.line_segment(upright(ruler, x), Stroke::new(1.0, colors.accent));
    painter.rect_filled(flag, 4, if response.hovered() { colors.accent_hover } else { colors.accent });
    painter.text(flag.center(), Align2::CENTER_CENTER, mark.letter(), theme::semibold(11.0), colors.on_accent);
    response.on_hover_text(format!(
        "{} at {}. Drag to move; Alt moves between frames.",
        mark.letter(),
        scene.time_text(at)
    ));
}

/// A bar for the whole recording with what is in sight; it can be dragged.
fn overview_ui(ui: &Ui, area: Rect, scene: &Scene<'_>, gestured: &mut Vec<Gesture>) {
    let colors = scene.colors;
    let whole = Axis { shown: scene.limits, left: area.left(), right: area.right() };
    let track = Rect::from_x_y_ranges(area.x_range(), area.center().y - 1.5..=area.center().y + 1.5);
    let shown = scene.axis.shown;
    let everything = shown.from <= scene.here.whole.from && shown.to >= scene.here.whole.to;
    let response = ui.interact(area, ui.scope_id().with("overview"), Sense::click_and_drag());
    response.widget_info(|| {
        let mut info = WidgetInfo::labeled(Role::ScrollBar, true, "Part of the recording in sight");
        info.value = Some(seconds(shown.length(), 0));
        info
    });
    if everything {
        return;
    }
    ui.painter().rect_filled(track, 2, colors.pressed);
    let (left, right) = (whole.x(shown.from), whole.x(shown.to));
    let middle = f32::midpoint(left, right);
    // However far one zooms in, there is something to take hold of.
    let half = ((right - left) / 2.0).max(5.0);
    let handle = Rect::from_x_y_ranges(middle - half..=middle + half, track.y_range()).expand2(vec2(0.0, 1.0));
    let ink: Color32 = if response.hovered() || response.dragged() { colors.muted } else { colors.faint };
    ui.painter().rect_filled(handle.intersect(area), 3, ink);
    if response.dragged() {
        let moved = whole.time(response.drag_delta().x).saturating_sub(whole.time(0.0));
        gestured.push(Gesture::Show(shown.moved(moved, scene.limits)));
    } else if response.clicked()
        && let Some(pointer) = response.interact_pointer_pos()
    {
        let half = shown.length() / 2;
        let center = whole.time(pointer.x);
        let there = Stretch::new(center.saturating_sub(half), center.saturating_add(half));
        gestured.push(Gesture::Show(there.within(scene.limits)));
    }
}
