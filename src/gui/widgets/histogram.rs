//! A histogram with a brush: all frames behind, matching ones in front; drag to choose a range.

use egui::{CursorIcon, Id, Rect, Response, Sense, Stroke, Ui, WidgetInfo, accesskit::Role, pos2, vec2};

use super::text::count;
use crate::gui::theme::colors;

/// What a histogram shows.
pub struct Histogram<'a> {
    /// Accessible name.
    pub name: &'a str,
    /// Smallest value.
    pub min: f64,
    /// Largest value.
    pub max: f64,
    /// Frames per bin, of all.
    pub total: &'a [u32],
    /// Frames per bin, of those that match everything else.
    pub front: &'a [u32],
    /// The range that is chosen now; an open end is `None`.
    pub range: Option<(Option<f64>, Option<f64>)>,
}

/// What a person did.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Brush {
    /// Chose a range; an end at the edge of the histogram is open.
    Range(Option<f64>, Option<f64>),
    /// Took the range away.
    Clear,
}

/// Which part of the brush is being dragged.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Grip {
    /// A new range that begins here.
    New(f64),
    Low,
    High,
    /// The whole range, held at this value.
    Whole(f64),
}

const HEIGHT: f32 = 40.0;
/// How near the pointer must be to an edge to take hold of it, px.
const NEAR: f32 = 6.0;

impl Histogram<'_> {
    /// Draws it over the whole width.
    pub fn ui(&self, ui: &mut Ui) -> (Response, Option<Brush>) {
        let (_, rect) = ui.allocate_space(vec2(ui.available_width(), HEIGHT));
        // By name: what a drag brings onto the screen above (the condition itself, at first) must not end the drag.
        let id = ui.scope_id().with(("histogram", self.name));
        let response = ui.interact(rect, id, Sense::click_and_drag());
        response.widget_info(|| self.spoken());
        if ui.is_rect_visible(rect) {
            self.paint(ui, rect);
        }
        let brush = self.brush(ui, rect, &response);
        (response, brush)
    }

    fn spoken(&self) -> WidgetInfo {
        let sum = |counts: &[u32]| count(counts.iter().map(|count| u64::from(*count)).sum());
        let mut info = WidgetInfo::labeled(Role::Slider, true, self.name);
        info.current_text_value = Some(format!("{} of {} frames", sum(self.front), sum(self.total)));
        info
    }

    #[expect(clippy::cast_possible_truncation, reason = "positions on the screen")]
    fn x_of(&self, rect: Rect, value: f64) -> f32 {
        let part = ((value - self.min) / self.span()) as f32;
        rect.left() + rect.width() * part.clamp(0.0, 1.0)
    }

    fn value_at(&self, rect: Rect, x: f32) -> f64 {
        let part = f64::from(((x - rect.left()) / rect.width()).clamp(0.0, 1.0));
        round_to(self.min + part * self.span(), self.span() / f64::from(rect.width()).max(1.0))
    }

    fn span(&self) -> f64 {
        if self.max > self.min { self.max - self.min } else { 1.0 }
    }

    #[expect(clippy::cast_precision_loss, reason = "heights of bars")]
    fn paint(&self, ui: &Ui, rect: Rect) {
        let colors = colors(ui);
        let painter = ui.painter();
        let tallest = self.total.iter().copied().max().unwrap_or(0).max(1) as f32;
        let bins = self.total.len().max(1) as f32;
        let width = rect.width() / bins;
        let gap = if width > 3.0 { 1.0 } else { 0.0 };
        // A root scale keeps rare values visible beside frequent ones.
        let height = |count: u32| {
            if count == 0 { 0.0 } else { ((count as f32 / tallest).sqrt() * (rect.height() - 2.0)).max(1.5) }
        };
        let bar = |index: usize, count: u32| {
            let left = rect.left() + width * index as f32;
            Rect::from_min_max(pos2(left, rect.bottom() - height(count)), pos2(left + width - gap, rect.bottom()))
        };
        for (index, count) in self.total.iter().enumerate().filter(|(_, count)| **count > 0) {
            painter.rect_filled(bar(index, *count), 0, colors.behind);
        }
        let (low, high) = self.ends();
        for (index, count) in self.front.iter().enumerate().filter(|(_, count)| **count > 0) {
            let middle = self.min + (index as f64 + 0.5) / f64::from(bins) * self.span();
            let inside = self.range.is_none() || (low..=high).contains(&middle);
            painter.rect_filled(bar(index, *count), 0, if inside { colors.front } else { colors.faint });
        }
        painter.hline(rect.x_range(), rect.bottom(), Stroke::new(1.0, colors.outline));
        if self.range.is_some() {
            let (left, right) = (self.x_of(rect, low), self.x_of(rect, high));
            let chosen = Rect::from_min_max(pos2(left, rect.top()), pos2(right.max(left + 1.0), rect.bottom()));
            painter.rect_filled(chosen, 0, colors.accent.gamma_multiply(0.14));
            for x in [left, right] {
                painter.vline(x, rect.y_range(), Stroke::new(1.5, colors.accent));
                let grip = Rect::from_center_size(pos2(x, rect.center().y), vec2(5.0, 14.0));
                painter.rect_filled(grip, 2, colors.accent);
            }
        }
    }

    fn ends(&self) -> (f64, f64) {
        let (low, high) = self.range.unwrap_or_default();
        (low.unwrap_or(self.min), high.unwrap_or(self.max))
    }

    fn brush(&self, ui: &Ui, rect: Rect, response: &Response) -> Option<Brush> {
        if self.total.is_empty() {
            return None;
        }
        if response.double_clicked() {
            return Some(Brush::Clear);
        }
        let memory: Id = response.id.with("grip");
        let pointer = response.interact_pointer_pos().or(response.hover_pos())?;
        let (low, high) = self.ends();
        let near = |value: f64| self.range.is_some() && (self.x_of(rect, value) - pointer.x).abs() <= NEAR;
        if response.drag_started() {
            let origin = ui.input(|input| input.pointer.press_origin()).unwrap_or(pointer);
            let at = self.value_at(rect, origin.x);
            let near = |value: f64| self.range.is_some() && (self.x_of(rect, value) - origin.x).abs() <= NEAR;
            let grip = if near(low) {
                Grip::Low
            } else if near(high) {
                Grip::High
            } else if self.range.is_some() && (low..=high).contains(&at) {
                Grip::Whole(at)
            } else {
                Grip::New(at)
            };
            ui.data_mut(|data| data.insert_temp(memory, (grip, low, high)));
        }
        if response.hovered() {
            let icon = if near(low) || near(high) { CursorIcon::ResizeHorizontal } else { CursorIcon::Crosshair };
            ui.ctx().set_cursor_icon(icon);
        }
        if !response.dragged() {
            return None;
        }
        let (grip, low, high) = ui.data(|data| data.get_temp::<(Grip, f64, f64)>(memory))?;
        let at = self.value_at(rect, pointer.x);
        let (from, to) = match grip {
            Grip::New(start) => (start.min(at), start.max(at)),
            Grip::Low => (at.min(high), high),
            Grip::High => (low, at.max(low)),
            Grip::Whole(start) => {
                let moved = (at - start).clamp(self.min - low, self.max - high);
                (low + moved, high + moved)
            }
        };
        let step = self.span() / f64::from(rect.width()).max(1.0);
        let open_low = from <= self.min + step / 2.0;
        let open_high = to >= self.max - step / 2.0;
        Some(match (open_low, open_high) {
            (true, true) => Brush::Clear,
            _ => Brush::Range((!open_low).then(|| round_to(from, step)), (!open_high).then(|| round_to(to, step))),
        })
    }
}

/// `value` with no more decimals than `step` can tell apart.
fn round_to(value: f64, step: f64) -> f64 {
    if !(step.is_finite() && step > 0.0) {
        return value;
    }
    #[expect(clippy::cast_possible_truncation, reason = "a small number of digits")]
    let digits = (-step.log10()).ceil().clamp(-12.0, 12.0) as i32;
    let scale = 10_f64.powi(digits.abs());
    if digits >= 0 { (value * scale).round() / scale } else { (value / scale).round() * scale }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brushed_values_are_short() {
        for (value, step, expected) in [
            (12.345_678, 0.13, 12.3),
            (0.123_456, 0.001, 0.123),
            (1234.5, 10.0, 1230.0),
            (48.0, 1.0, 48.0),
            (7.0, 0.0, 7.0),
        ] {
            assert!((round_to(value, step) - expected).abs() < 1e-9, "{value} {step}");
        }
    }
}
