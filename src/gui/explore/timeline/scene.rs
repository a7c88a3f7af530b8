//! What the ruler and the lanes of one frame of the window are drawn with.

use egui::{Color32, Painter, Rect, Stroke, pos2};

use super::{
    axis::{Axis, Stretch},
    choice::AxisTime,
    frames::Here,
    gesture::upright,
    ticks::{TimeTicks, clock_tick, elapsed_tick, time_of_day, time_ticks},
};
use crate::gui::{lake::Lake, theme::Colors, widgets::text::clock};

/// One look at a recording.
pub struct Scene<'a> {
    /// The lake.
    pub lake: &'a Lake,
    /// The frame that is looked at.
    pub here: &'a Here,
    /// The axis of the ruler and of every lane.
    pub axis: Axis,
    /// What can be shown at most.
    pub limits: Stretch,
    /// How times are written.
    pub time: AxisTime,
    /// Ticks of the axis.
    pub ticks: TimeTicks,
    /// The marks, where both are set.
    pub span: Option<(i64, i64)>,
    /// The time under the pointer.
    pub hover: Option<i64>,
    /// Colours.
    pub colors: &'static Colors,
}

impl<'a> Scene<'a> {
    /// A scene with its ticks.
    pub fn new(
        lake: &'a Lake,
        here: &'a Here,
        axis: Axis,
        limits: Stretch,
        hover: Option<i64>,
        colors: &'static Colors,
    ) -> Self {
        let time = lake.timeline.axis;
        let zero = if time == AxisTime::Clock { 0 } else { here.zero };
        // Clock times are wider than minutes and seconds.
        let apart = if time == AxisTime::Clock { 88 } else { 68 };
        let ticks = time_ticks(axis.shown.from, axis.shown.to, zero, (axis.columns() / apart).max(2));
        let span = lake.marks.span(&here.recording);
        Self { lake, here, axis, limits, time, ticks, span, hover, colors }
    }

    /// The colour of everything that is told of the pointer, and of nothing else.
    pub fn pointer_ink(&self) -> Color32 {
        self.colors.syntax_word
    }

    /// The text at a tick.
    pub fn tick_text(&self, ns: i64) -> String {
        match self.time {
            AxisTime::Clock => clock_tick(ns, self.ticks.step),
            AxisTime::Elapsed => elapsed_tick(ns, self.here.zero, self.ticks.step),
        }
    }

    /// A time to the millisecond.
    pub fn time_text(&self, ns: i64) -> String {
        match self.time {
            AxisTime::Clock => time_of_day(ns),
            AxisTime::Elapsed => clock(ns.saturating_sub(self.here.zero)),
        }
    }

    /// Paints what lies behind a lane: lines of the ticks, and the span from A to B.
    pub fn paint_behind(&self, painter: &Painter, area: Rect) {
        if let Some((from, to)) = self.span {
            let (left, right) = (self.axis.x(from).max(area.left()), self.axis.x(to).min(area.right()));
            if left < right {
                let shaded = Rect::from_x_y_ranges(left..=right, area.y_range());
                painter.rect_filled(shaded, 0, self.colors.accent.gamma_multiply(0.10));
            }
        }
        for tick in &self.ticks.at {
            painter.line_segment(upright(area, self.axis.x(*tick)), Stroke::new(1.0, self.colors.line));
        }
    }

    /// Paints what lies over all lanes: the marks, the pointer's time, and the frame's moment.
    pub fn paint_over(&self, painter: &Painter, area: Rect) {
        let painter = painter.with_clip_rect(area.intersect(painter.clip_rect()));
        let line = |ns: i64, width: f32, ink: Color32| {
            painter.line_segment(upright(area, self.axis.x(ns)), Stroke::new(width, ink));
        };
        for mark in [super::choice::Mark::A, super::choice::Mark::B] {
            if let Some(at) = self.lake.marks.at(&self.here.recording, mark) {
                line(at, 1.0, self.colors.accent);
            }
        }
        if let Some(hover) = self.hover {
            line(hover, 1.0, self.pointer_ink().gamma_multiply(0.7));
        }
        line(self.here.moment, 1.4, self.colors.text);
    }
}

/// Paints a strip's levels between two heights.
pub fn paint_levels(
    painter: &Painter,
    parts: &[(f32, f32, u8)],
    (top, bottom): (f32, f32),
    quiet: Color32,
    ink: Color32,
) {
    for (left, right, level) in parts {
        let part = Rect::from_min_max(pos2(*left, top), pos2(*right, bottom));
        match *level {
            super::strips::NO_FRAME => {}
            super::strips::NOTHING => {
                painter.rect_filled(part, 0, quiet);
            }
            level => {
                painter.rect_filled(part, 0, ink.gamma_multiply(super::strips::strength(level)));
            }
        }
    }
}
