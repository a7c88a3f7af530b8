//! The timeline: one axis of time with the frames that match, what was measured and what was labelled, lane under lane.
//!
//! `axis` turns times into places, `ticks` finds round ones; `samples` and `frames` have workers make what `lanes` draws;
//! `states`, `strips` and `curve` are the three ways to draw it; `gesture` is the pointer, `jump` what is typed; `choice` is
//! what a person chose, `span` and `marks` what lies between A and B.

mod axis;
mod choice;
mod curve;
mod frames;
mod geometry;
mod gesture;
mod jump;
mod lanes;
mod marks;
mod menu;
mod reading;
mod ruler;
mod samples;
mod scene;
mod span;
mod states;
mod strips;
mod ticks;

#[cfg(test)]
pub use choice::AxisTime;
pub use choice::{Lane, Mark, Marks, TimelineCommand, TimelineMemory, usual_lanes};
pub use geometry::moved;
pub use jump::{ACCEPTED, Here as JumpFrom, Place};
pub use span::{count_between, marked_span, narrowed, part_between, span_filter};
pub use ticks::{clock_tick, time_ticks};

use std::{collections::HashMap, ops::Range};

use egui::{Rect, Ui, pos2, vec2};

use self::{
    axis::{Axis, Stretch},
    frames::{Here, Strips},
    gesture::Gesture,
    ruler::RULER,
    samples::Samples,
    scene::Scene,
};
use crate::{
    gui::{
        command::Command,
        fetch::Fetch,
        lake::Lake,
        state::State,
        theme::colors,
        widgets::{Icon, divider, empty_ui, plain_button},
        work::Workers,
    },
    session::SampleStatistics,
};

/// Widths of the column of names, points, and the part of the whole that it takes between them.
const NAMES: Range<f32> = 120.0..176.0;
const NAMES_PART: f32 = 0.26;
/// Free space at the right end, so that the last frame can be reached.
const MARGIN: f32 = 10.0;

type StatisticsKey = (u64, String, Vec<String>, (i64, i64));

/// What the timeline shows, and what was made for it.
#[derive(Default)]
pub struct Timeline {
    /// Catalog and recording that the rest belongs to.
    recording: (String, String),
    /// What is in sight; `None` is the whole recording.
    shown: Option<Stretch>,
    /// The frame's time when it was drawn last, ns UTC.
    moment: Option<i64>,
    /// Values in sight of plots that were zoomed by hand.
    values: HashMap<String, (f64, f64)>,
    samples: Samples,
    strips: Strips,
    statistics: Fetch<StatisticsKey, Vec<SampleStatistics>>,
    /// Whether a person wants the table of statistics; `None` shows it where there is room.
    statistics_shown: Option<bool>,
    /// Its height, once a person dragged its edge.
    statistics_height: Option<f32>,
    /// The lane that is being moved.
    dragged: Option<Lane>,
    search: String,
}

/// The lanes that a lake shows, from top to bottom.
#[must_use]
pub fn shown_lanes(lake: &Lake) -> Vec<Lane> {
    lake.timeline.lanes.clone().unwrap_or_else(|| usual_lanes(&**lake.table()))
}

impl Timeline {
    /// Fills the space that is left with the timeline of the recording that is looked at.
    pub fn timeline_ui(&mut self, ui: &mut Ui, state: &State, lake: &Lake, workers: &Workers, out: &mut Vec<Command>) {
        let Some(row) = lake.current.filter(|row| *row < lake.frames()) else {
            empty_ui(
                ui,
                Icon::Clock,
                "No frame is shown",
                "Press a tile in the grid to see its recording in time.",
                |_| {},
            );
            return;
        };
        let here = Here::of(lake, row);
        let lanes = shown_lanes(lake);
        let limits = self.turn_to(ui, lake, &here, &lanes, workers);
        let whole = ui.available_rect_before_wrap();
        ui.spacing_mut().item_spacing.y = 0.0;
        self.bar_ui(ui, lake, (&here, limits), &lanes, out);
        divider(ui);
        if lanes.is_empty() {
            empty_ui(ui, Icon::Chart, "No lane is shown", "Choose some under Lanes above.", |ui| {
                if plain_button(ui, true, "Show the usual lanes").clicked() {
                    out.push(TimelineCommand::UsualLanes.into());
                }
            });
            return;
        }
        let top = ui.cursor().top();
        let names = (whole.width() * NAMES_PART).clamp(NAMES.start, NAMES.end);
        let axis = Axis {
            shown: self.shown.unwrap_or(here.whole).within(limits),
            left: whole.left() + names,
            right: (whole.right() - MARGIN).max(whole.left() + names + 1.0),
        };
        let room = Rect::from_min_max(pos2(whole.left(), top), whole.max);
        let reach = Rect::from_x_y_ranges(axis.left..=axis.right, room.y_range());
        let pointer = ui.input(|input| input.pointer.hover_pos());
        let hover = pointer.filter(|_| ui.rect_contains_pointer(reach)).map(|pointer| axis.time_inside(pointer.x));
        let mut scene = Scene::new(lake, &here, axis, limits, hover, colors(ui));
        let ruler = Rect::from_min_size(room.min, vec2(room.width(), RULER));
        let marks = self.marks_height(&scene, &lanes, room.height() - RULER);
        let below = Rect::from_min_max(pos2(room.left(), room.bottom() - marks), room.max);
        if pointer.is_some_and(|pointer| below.contains(pointer)) {
            scene.hover = None;
        }
        let mut gestured = Vec::new();
        let between = Rect::from_min_max(pos2(room.left(), ruler.bottom()), pos2(room.right(), below.top()));
        if between.height() > 1.0 {
            self.lanes_ui(ui, between, (&scene, &lanes), workers, &mut gestured, out);
        }
        ruler::ruler_ui(ui, ruler, &scene, &mut gestured, out);
        self.marks_ui(ui, below, (&scene, &lanes), state.persisted.repeat, workers, out);
        for gesture in gestured {
            match gesture {
                Gesture::Seek(time) => out.push(Command::Seek(time)),
                Gesture::Show(shown) => self.shown = Some(shown).filter(|shown| *shown != here.whole),
                Gesture::ShowAll => self.shown = None,
                Gesture::Values(..) => {}
            }
        }
    }

    /// Takes in which frame is looked at: forgets what belonged to another recording, asks for samples, and keeps the frame in
    /// sight. Returns what can be shown at most.
    fn turn_to(&mut self, ui: &Ui, lake: &Lake, here: &Here, lanes: &[Lane], workers: &Workers) -> Stretch {
        let recording = (lake.table().catalog_uid().to_owned(), here.recording.clone());
        if self.recording != recording {
            self.recording = recording;
            self.shown = None;
            self.moment = None;
            self.values.clear();
            self.statistics.clear();
        }
        let metrics =
            lanes.iter().filter_map(|lane| if let Lane::Metric(name) = lane { Some(name.clone()) } else { None });
        self.samples.request(lake, &here.recording, metrics.collect(), workers, ui.ctx());
        self.strips.keep_labels(|class| lanes.iter().any(|lane| matches!(lane, Lane::Labels(shown) if shown == class)));
        let samples = self.samples.extent().map(|(from, to)| Stretch::new(from, to));
        let limits = samples.map_or(here.whole, |samples| here.whole.union(samples));
        // A frame that someone stepped to comes into sight; one that was there already does not hold the view fast.
        if self.moment.replace(here.moment).is_some_and(|before| before != here.moment) {
            self.shown = self.shown.map(|shown| shown.following(here.moment, limits));
        }
        limits
    }
}
