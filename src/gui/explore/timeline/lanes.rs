//! The lanes under the ruler: those in sight are drawn, and can be moved, hidden and pressed.

use egui::{
    Align2, CursorIcon, Rect, ScrollArea, Sense, Stroke, Ui, UiBuilder, WidgetInfo, accesskit::Role, pos2, vec2,
};

use super::{
    Timeline,
    choice::{Lane, TimelineCommand},
    curve::{self, curve_ui},
    frames::Strip,
    geometry::Stack,
    gesture::{Gesture, ValueAxis, gestures},
    reading,
    samples::Shape,
    scene::{Scene, paint_levels},
    states::States,
};
use crate::{
    filter::FrameColumns,
    gui::{
        command::Command,
        theme::{self, class_ink},
        widgets::{
            MARK, elided, paint_class_mark,
            text::{count, counted, number, unit_text},
        },
        work::Workers,
    },
    model::MetricKind,
};

/// Heights of lanes, points.
const STRIP: f32 = 22.0;
const STATES: f32 = 26.0;
const CURVE: f32 = 64.0;
/// Height of one camera's line where a strip has several.
const CAMERA: f32 = 13.0;
/// Cameras whose names fit beside their lines.
const NAMED_CAMERAS: usize = 8;

impl Timeline {
    fn height(&self, lane: &Lane, scene: &Scene<'_>) -> f32 {
        match lane {
            Lane::Matches | Lane::Selected => match scene.here.cameras.len() {
                0 | 1 => STRIP,
                #[expect(clippy::cast_precision_loss, reason = "a few cameras")]
                cameras => CAMERA * cameras as f32 + 6.0,
            },
            Lane::Labels(_) => STRIP,
            Lane::Metric(name) => match self.samples.get(name).map(|metric| &metric.shape) {
                Some(Shape::Curve(_)) => CURVE,
                Some(Shape::States(_)) => STATES,
                // Until its samples are there, as most of its kind are.
                None => {
                    let metric = scene.lake.table().metrics().iter().find(|metric| metric.name == *name);
                    if metric.is_some_and(|metric| metric.kind == MetricKind::Float) { CURVE } else { STATES }
                }
            },
        }
    }

    /// Draws the lanes into `area`, which can be scrolled.
    pub(super) fn lanes_ui(
        &mut self,
        ui: &mut Ui,
        area: Rect,
        (scene, lanes): (&Scene<'_>, &[Lane]),
        workers: &Workers,
        gestured: &mut Vec<Gesture>,
        out: &mut Vec<Command>,
    ) {
        let stack = Stack::of(lanes.iter().map(|lane| self.height(lane, scene)));
        ui.scope_builder(UiBuilder::new().max_rect(area), |ui| {
            ui.shrink_clip_rect(area);
            ui.spacing_mut().item_spacing = vec2(0.0, 0.0);
            ScrollArea::vertical().id_salt("lanes").auto_shrink(false).show_viewport(ui, |ui, viewport| {
                ui.set_height(stack.height());
                let top = ui.max_rect().top();
                for at in stack.between(viewport.top(), viewport.bottom()) {
                    let (from, to) = stack.place(at);
                    let row = Rect::from_x_y_ranges(area.x_range(), top + from..=top + to);
                    self.lane_ui(ui, row, &lanes[at], (scene, lanes), workers, gestured, out);
                }
                self.dropping_ui(ui, top, (area, &stack), lanes, out);
            });
            let room = Rect::from_x_y_ranges(scene.axis.left..=scene.axis.right, area.y_range());
            scene.paint_over(ui.painter(), room);
        });
    }

    /// The line that shows where a dragged lane would go; once it is let go, it goes there.
    fn dropping_ui(
        &mut self,
        ui: &Ui,
        top: f32,
        (area, stack): (Rect, &Stack),
        lanes: &[Lane],
        out: &mut Vec<Command>,
    ) {
        let Some(lane) = &self.dragged else { return };
        let Some(pointer) = ui.input(|input| input.pointer.latest_pos()) else { return };
        let slot = stack.slot(pointer.y - top);
        let y = top + stack.place(slot).0;
        ui.painter().hline(area.x_range(), y, Stroke::new(2.0, theme::colors(ui).accent));
        if ui.input(|input| input.pointer.any_released()) {
            if lanes.contains(lane) {
                out.push(TimelineCommand::MoveLane(lane.clone(), slot).into());
            }
            self.dragged = None;
        }
    }

    #[expect(clippy::too_many_arguments, reason = "what a lane is drawn from")]
    fn lane_ui(
        &mut self,
        ui: &mut Ui,
        row: Rect,
        lane: &Lane,
        (scene, lanes): (&Scene<'_>, &[Lane]),
        workers: &Workers,
        gestured: &mut Vec<Gesture>,
        out: &mut Vec<Command>,
    ) {
        let room = Rect::from_x_y_ranges(scene.axis.left..=scene.axis.right, row.y_range());
        let painter = ui.painter().with_clip_rect(room.intersect(ui.clip_rect()));
        scene.paint_behind(&painter, room);
        ui.painter().hline(row.x_range(), row.bottom() - 0.5, Stroke::new(1.0, scene.colors.line));
        let place = lanes.iter().position(|other| other == lane).unwrap_or(0);
        let mut told = None;
        let mut values = None;
        let mut spoken = scene_name(lane);
        let ctx = ui.ctx().clone();
        match lane {
            Lane::Matches => {
                told = scene.lake.view.as_ref().map(|view| {
                    let cameras = scene.here.cameras.iter();
                    cameras.map(|camera| view.set.count_in(camera.first_row, camera.first_row + camera.rows)).sum()
                });
                let strip = self.strips.matches(scene.lake, scene.here, &scene.axis, workers, &ctx);
                // Without a filter everything matches, which is nothing to point out.
                let all = scene.lake.view.as_ref().is_some_and(|view| view.key.filter.trim().is_empty());
                let ink = if all { scene.colors.behind } else { scene.colors.accent };
                strip.inspect(|strip| paint_strip(&painter, room, scene, strip, ink));
            }
            Lane::Selected => {
                let cameras = scene.here.cameras.iter();
                let selected = &scene.lake.selected;
                told = Some(
                    cameras.map(|camera| selected.count_in(camera.first_row, camera.first_row + camera.rows)).sum(),
                );
                let strip = self.strips.selected(scene.lake, scene.here, &scene.axis, workers, &ctx);
                strip.inspect(|strip| paint_strip(&painter, room, scene, strip, scene.colors.success));
            }
            Lane::Labels(class) => {
                let (presence, error) = self.strips.labels(class, scene.lake, scene.here, &scene.axis, workers, &ctx);
                if let Some(error) = error {
                    message(ui, room, scene, error);
                }
                if let Some(presence) = presence {
                    told = presence.counts.get(scene.here.row).map(|labels| *labels as usize);
                    paint_strip(&painter, room, scene, &presence.strip, class_ink(scene.colors, class));
                }
            }
            Lane::Metric(name) => (spoken, values) = self.metric_ui(ui, row, room, (scene, lanes), lane, name),
        }
        match lane {
            Lane::Metric(_) => {}
            Lane::Labels(class) => {
                let told: String = told.map(|labels| count(labels as u64)).unwrap_or_default();
                name_ui(ui, row, scene, class, Before::Class(class), &told, None);
            }
            Lane::Matches | Lane::Selected => strip_names_ui(ui, row, scene, lane, told.unwrap_or(0)),
        }
        self.handle_ui(ui, row, lane, place, (scene, lanes.len()), out);
        let response = ui.interact(room, ui.scope_id().with(("lane", lane)), Sense::click_and_drag());
        response.widget_info(|| WidgetInfo::labeled(Role::Image, true, &spoken));
        let first = gestured.len();
        gestures(ui, &response, &scene.axis, scene.limits, values.as_ref(), gestured);
        if let Lane::Metric(name) = lane {
            for gesture in &gestured[first..] {
                match gesture {
                    Gesture::Values(low, high) => {
                        self.values.insert(name.clone(), (*low, *high));
                    }
                    Gesture::ShowAll => {
                        self.values.remove(name);
                    }
                    Gesture::Seek(_) | Gesture::Show(_) => {}
                }
            }
        }
    }

    /// A metric's curve or bands with its read-out. What it is called, and how its values are laid out.
    fn metric_ui(
        &self,
        ui: &Ui,
        row: Rect,
        room: Rect,
        (scene, lanes): (&Scene<'_>, &[Lane]),
        lane: &Lane,
        name: &str,
    ) -> (String, Option<ValueAxis>) {
        let ink = curve::ink(scene.colors, lanes, lane);
        let painter = ui.painter().with_clip_rect(room.intersect(ui.clip_rect()));
        let frame = scene.here.row;
        let Some(metric) = self.samples.get(name) else {
            name_ui(ui, row, scene, name, Before::Nothing, "", None);
            let text = match self.samples.error() {
                Some(error) => error,
                None if self.samples.is_pending() => "Reading samples…",
                None => "Not measured in this recording",
            };
            message(ui, room, scene, text);
            return (scene_name(lane), None);
        };
        let at_frames = &metric.at_frames;
        match &metric.shape {
            Shape::Curve(pyramid) => {
                let chosen = self.values.get(name).copied();
                let axis = curve_ui(ui, row, room, scene, (pyramid, ink, chosen));
                let at_frame = if frame < at_frames.len() { at_frames.number(frame) } else { None };
                curve::names_ui(ui, row, scene, (name, ink), at_frame.map(number), pyramid.has_values());
                if let Some(value) = at_frame {
                    let at = pos2(scene.axis.x(scene.here.moment), axis.y(value));
                    painter.circle(at, 3.5, ink, Stroke::new(1.5, scene.colors.panel));
                }
                if let Some(hover) = scene.hover {
                    let value = metric.value_at(hover);
                    if let Some(value) = value {
                        let at = pos2(scene.axis.x(hover), axis.y(value));
                        painter.circle(at, 3.5, scene.colors.panel, Stroke::new(1.5, scene.pointer_ink()));
                    }
                    reading::reading_ui(ui, room, scene, name, value.map(number).as_deref(), unit(scene, name));
                }
                (format!("Plot of {name}"), Some(axis))
            }
            Shape::States(states) => {
                paint_states(&painter, room, scene, states);
                let state = if frame < at_frames.len() { at_frames.text(frame) } else { None };
                name_ui(ui, row, scene, name, Before::Color(ink), state.as_deref().unwrap_or("—"), unit(scene, name));
                if let Some(hover) = scene.hover {
                    reading::reading_ui(ui, room, scene, name, states.at(hover), unit(scene, name));
                }
                (format!("States of {name}"), None)
            }
        }
    }

    /// The column of the name: it is dragged to move the lane, and has a menu.
    fn handle_ui(
        &mut self,
        ui: &Ui,
        row: Rect,
        lane: &Lane,
        place: usize,
        (scene, lanes): (&Scene<'_>, usize),
        out: &mut Vec<Command>,
    ) {
        let names = row.with_max_x(scene.axis.left);
        let response = ui.interact(names, ui.scope_id().with(("handle", lane)), Sense::click_and_drag());
        let name = format!("Lane {}", lane.full_name());
        response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &name));
        if response.drag_started() {
            self.dragged = Some(lane.clone());
        }
        if response.dragged() {
            ui.ctx().set_cursor_icon(CursorIcon::Grabbing);
            ui.painter().rect_filled(row, 0, scene.colors.accent.gamma_multiply(0.08));
        }
        response.context_menu(|ui| {
            ui.set_min_width(150.0);
            let mut entry = |ui: &mut Ui, enabled: bool, text: &str, command: TimelineCommand| {
                if ui.add_enabled(enabled, egui::Button::new(text).frame_when_inactive(false)).clicked() {
                    out.push(command.into());
                    ui.close();
                }
            };
            entry(ui, place > 0, "Move up", TimelineCommand::MoveLane(lane.clone(), place.saturating_sub(1)));
            entry(ui, place + 1 < lanes, "Move down", TimelineCommand::MoveLane(lane.clone(), place + 2));
            entry(ui, true, "Hide", TimelineCommand::ToggleLane(lane.clone()));
        });
        if !response.dragged() {
            response.on_hover_text(format!("{}\nDrag to move, right-click for more", lane.full_name()));
        }
    }
}

fn scene_name(lane: &Lane) -> String {
    match lane {
        Lane::Metric(name) => format!("Samples of {name}"),
        other => other.full_name(),
    }
}

/// The unit of a metric, where it is worth showing.
pub(super) fn unit<'a>(scene: &Scene<'a>, name: &str) -> Option<&'a str> {
    let metric = scene.lake.table().metrics().iter().find(|metric| metric.name == name)?;
    unit_text(metric.unit.as_deref())
}

/// A sentence in place of what a lane would show.
fn message(ui: &Ui, room: Rect, scene: &Scene<'_>, text: &str) {
    let at = pos2(room.left() + 10.0, room.center().y);
    elided(ui.painter(), at, text, theme::medium(11.5), scene.colors.muted, room.width() - 20.0);
}

/// What stands before the name of a lane.
#[derive(Clone, Copy)]
enum Before<'a> {
    Nothing,
    Color(egui::Color32),
    Class(&'a str),
}

/// Name on the left, and what is told on the right of it, on one line.
fn name_ui(ui: &Ui, row: Rect, scene: &Scene<'_>, name: &str, before: Before<'_>, told: &str, unit: Option<&str>) {
    let colors = scene.colors;
    let painter = ui.painter();
    let y = row.center().y;
    let mut left = row.left() + 12.0;
    match before {
        Before::Nothing => {}
        Before::Color(ink) => {
            let mark = Rect::from_center_size(pos2(left + 4.0, y), vec2(8.0, 8.0));
            painter.rect_filled(mark, 2, ink);
            left += 15.0;
        }
        Before::Class(class) => {
            let mark = Rect::from_center_size(pos2(left + 4.5, y), vec2(MARK - 1.0, MARK - 1.0));
            paint_class_mark(painter, colors, mark, class, true);
            left += 16.0;
        }
    }
    let right = scene.axis.left - 8.0;
    let mut end = right;
    let parts = [
        unit.map(|unit| (unit, theme::numbers(10.5), colors.muted)),
        Some((told, theme::numbers_medium(12.0), colors.text)),
    ];
    for (text, font, ink) in parts.into_iter().flatten().filter(|part| !part.0.is_empty()) {
        let galley = painter.layout(text.to_owned(), font, ink, f32::INFINITY);
        let width = galley.size().x.min((right - left) * 0.6);
        elided(
            painter,
            pos2(end - width, y),
            text,
            if ink == colors.muted { theme::numbers(10.5) } else { theme::numbers_medium(12.0) },
            ink,
            width + 1.0,
        );
        end -= width + 4.0;
    }
    elided(painter, pos2(left, y), name, theme::medium(12.0), colors.text, end - left - 2.0);
}

/// Name of a strip, and those of its cameras where it has several.
fn strip_names_ui(ui: &Ui, row: Rect, scene: &Scene<'_>, lane: &Lane, frames: usize) {
    let cameras = &scene.here.cameras;
    let colors = scene.colors;
    if cameras.len() < 2 || cameras.len() > NAMED_CAMERAS {
        return name_ui(ui, row, scene, lane.name(), Before::Nothing, &count(frames as u64), None);
    }
    let right = scene.axis.left - 8.0;
    let left = row.left() + 12.0;
    // The cameras take the room of the longest of their names, up to half.
    let wide =
        |name: &str| ui.painter().layout_no_wrap(name.to_owned(), theme::medium(10.5), colors.muted).size().x.ceil();
    let longest = cameras.iter().map(|camera| wide(&camera.name)).fold(0.0, f32::max);
    let middle = (right - longest - 8.0).max(left + (right - left) * 0.5);
    let y = row.top() + 3.0 + CAMERA / 2.0;
    elided(ui.painter(), pos2(left, y), lane.name(), theme::medium(12.0), colors.text, middle - left);
    let told = counted(frames as u64, "frame");
    elided(ui.painter(), pos2(left, y + CAMERA), told, theme::numbers(10.5), colors.muted, middle - left);
    for (at, camera) in cameras.iter().enumerate() {
        #[expect(clippy::cast_precision_loss, reason = "a few cameras")]
        let y = row.top() + 3.0 + CAMERA * (at as f32 + 0.5);
        let ink = if camera.footage == scene.here.footage { colors.text } else { colors.muted };
        let painter = ui.painter();
        let width = painter.layout_no_wrap(camera.name.clone(), theme::medium(10.5), ink).size().x;
        let width = width.min(right - middle);
        elided(painter, pos2(right - width, y), camera.name.as_str(), theme::medium(10.5), ink, width + 1.0);
    }
}

/// A strip, a line for each camera.
fn paint_strip(painter: &egui::Painter, room: Rect, scene: &Scene<'_>, strip: &Strip, ink: egui::Color32) {
    #[expect(clippy::cast_precision_loss, reason = "a few cameras")]
    let tall = (room.height() - 6.0) / strip.lines.len().max(1) as f32;
    for (at, line) in strip.lines.iter().enumerate() {
        #[expect(clippy::cast_precision_loss, reason = "a few cameras")]
        let top = room.top() + 3.0 + tall * at as f32;
        let gap = if strip.lines.len() > 1 { 2.0 } else { 1.0 };
        let parts = strip.tile.drawn(line, &scene.axis);
        paint_levels(painter, &parts, (top + gap, top + tall - gap), scene.colors.pressed.gamma_multiply(0.6), ink);
    }
}

/// Bands of states with their names where there is room.
fn paint_states(painter: &egui::Painter, room: Rect, scene: &Scene<'_>, states: &States) {
    let colors = scene.colors;
    let (top, bottom) = (room.top() + 4.0, room.bottom() - 4.0);
    let flag = states.names == ["false", "true"];
    for band in states.bands(&scene.axis) {
        let part = Rect::from_min_max(pos2(band.left, top), pos2(band.right, bottom));
        let Some(state) = band.state else {
            painter.rect_filled(part, 0, colors.muted.gamma_multiply(0.7));
            continue;
        };
        let ink = match (flag, state) {
            (true, 0) => colors.behind,
            (true, _) => colors.front,
            _ => colors.plot[state % colors.plot.len()],
        };
        let strength = if flag && state == 0 { 0.5 } else { 0.42 };
        painter.rect_filled(part, 2, ink.gamma_multiply(strength));
        painter.vline(part.left() + 0.5, part.y_range(), Stroke::new(1.0, ink));
        let Some(name) = states.names.get(state) else { continue };
        if part.width() > 16.0 {
            let font = theme::medium(11.0);
            let galley = painter.layout_no_wrap(name.clone(), font.clone(), colors.text);
            if galley.size().x + 10.0 <= part.width() {
                painter.galley(pos2(part.left() + 6.0, part.center().y - galley.size().y / 2.0), galley, colors.text);
            } else if part.width() > 40.0 {
                elided(
                    painter,
                    pos2(part.left() + 6.0, part.center().y),
                    name.as_str(),
                    font,
                    colors.text,
                    part.width() - 10.0,
                );
            }
        }
    }
    if states.extent().is_none() {
        let at = pos2(room.left() + 10.0, room.center().y);
        painter.text(at, Align2::LEFT_CENTER, "No values in this recording", theme::medium(11.5), colors.muted);
    }
}
