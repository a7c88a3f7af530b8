//! What the pointer does in the ruler and in lanes, the same everywhere.

use egui::{Modifiers, PointerButton, Rect, Response, Ui, Vec2, pos2};

use super::axis::{Axis, Stretch};
use crate::gui::theme::colors;

/// How strongly a turn of the wheel zooms.
const WHEEL: f32 = 0.004;
/// A box has at least this side, points.
const BOX: f32 = 5.0;

/// Something that a person did.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Gesture {
    /// Goes to a time.
    Seek(i64),
    /// Shows a stretch of time.
    Show(Stretch),
    /// Shows everything again.
    ShowAll,
    /// Shows values of a plot from a low one to a high one.
    Values(f64, f64),
}

/// Values of a plot laid out from `bottom` to `top`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ValueAxis {
    /// Value at the bottom.
    pub low: f64,
    /// Value at the top.
    pub high: f64,
    /// Lower edge, points.
    pub bottom: f32,
    /// Upper edge, points.
    pub top: f32,
}

impl ValueAxis {
    /// Where a value stands.
    #[must_use]
    #[expect(clippy::cast_possible_truncation, reason = "a place on screen")]
    pub fn y(&self, value: f64) -> f32 {
        let part = (value - self.low) / (self.high - self.low).max(f64::MIN_POSITIVE);
        (f64::from(self.bottom) + part * f64::from(self.top - self.bottom)).clamp(-1e5, 1e5) as f32
    }

    /// The value at a place.
    #[must_use]
    pub fn value(&self, y: f32) -> f64 {
        let part = f64::from(self.bottom - y) / f64::from((self.bottom - self.top).max(1.0));
        self.low + part * (self.high - self.low)
    }

    /// `factor` times closer around a value; `None` where that cannot be shown.
    #[must_use]
    pub fn zoomed(&self, center: f64, factor: f64) -> Option<(f64, f64)> {
        let scaled = |end: f64| center + (end - center) / factor;
        let (low, high) = (scaled(self.low), scaled(self.high));
        // Values closer together than doubles can tell apart, or infinitely far, have no place.
        (low.is_finite() && high.is_finite() && high - low > (low.abs() + high.abs()) * 1e-12).then_some((low, high))
    }
}

/// Reads what a person does over `response`: a press or drag goes there; with Shift, or with another button, a drag moves; with
/// Ctrl it zooms into a box; the wheel zooms time, with Shift it moves, with Alt it zooms the values; a double click shows all.
pub fn gestures(
    ui: &Ui,
    response: &Response,
    axis: &Axis,
    limits: Stretch,
    values: Option<&ValueAxis>,
    out: &mut Vec<Gesture>,
) {
    if response.double_clicked() {
        out.push(Gesture::ShowAll);
        return;
    }
    let (shift, command) = ui.input(|input| (input.modifiers.shift, input.modifiers.command));
    let pointer = response.interact_pointer_pos();
    let primary = response.dragged_by(PointerButton::Primary) || response.drag_stopped_by(PointerButton::Primary);
    let other = response.dragged_by(PointerButton::Middle) || response.dragged_by(PointerButton::Secondary);
    if let Some(pointer) = pointer {
        if primary && command {
            box_ui(ui, response, axis, limits, values, out);
        } else if other || (primary && shift) {
            let moved = axis.time(0.0).saturating_sub(axis.time(response.drag_delta().x));
            if moved != 0 {
                out.push(Gesture::Show(axis.shown.moved(moved, limits)));
            }
        } else if primary || (response.clicked() && !command) {
            out.push(Gesture::Seek(axis.time_inside(pointer.x)));
        }
    }
    wheel(ui, response, axis, limits, values, out);
}

fn wheel(
    ui: &Ui,
    response: &Response,
    axis: &Axis,
    limits: Stretch,
    values: Option<&ValueAxis>,
    out: &mut Vec<Gesture>,
) {
    let Some(pointer) = response.hover_pos() else { return };
    let (delta, pinch, modifiers) =
        ui.input(|input| (input.smooth_scroll_delta(), input.zoom_delta(), input.modifiers));
    if delta == Vec2::ZERO && (pinch - 1.0).abs() < 1e-4 {
        return;
    }
    ui.input_mut(|input| input.smooth_scroll_delta = Vec2::ZERO);
    let (turned, across) = turned(delta, modifiers);
    let factor = f64::from((turned * WHEEL).exp() * pinch);
    if modifiers.alt {
        if let Some(values) = values
            && let Some((low, high)) = values.zoomed(values.value(pointer.y), factor)
        {
            out.push(Gesture::Values(low, high));
        }
        return;
    }
    let center = axis.time_inside(pointer.x);
    let mut shown = axis.shown.zoomed(center, factor, limits);
    if across != 0.0 {
        let moved = axis.time(0.0).saturating_sub(axis.time(across));
        shown = shown.moved(moved, limits);
    }
    out.push(Gesture::Show(shown));
}

/// How far a turn of the wheel zooms, and how far it moves. With Shift or Alt some systems turn it sideways by themselves.
fn turned(delta: Vec2, modifiers: Modifiers) -> (f32, f32) {
    match (modifiers.alt, modifiers.shift) {
        (true, _) => (delta.x + delta.y, 0.0),
        (false, true) => (0.0, delta.x + delta.y),
        (false, false) => (delta.y, delta.x),
    }
}

/// The box that is drawn with Ctrl held, and what it shows once it is let go.
fn box_ui(
    ui: &Ui,
    response: &Response,
    axis: &Axis,
    limits: Stretch,
    values: Option<&ValueAxis>,
    out: &mut Vec<Gesture>,
) {
    let Some(now) = response.interact_pointer_pos() else { return };
    let Some(start) = response.total_drag_delta().map(|moved| now - moved) else { return };
    let area = Rect::from_x_y_ranges(axis.left..=axis.right, response.rect.y_range());
    let drawn = Rect::from_two_pos(start, now).intersect(area);
    // A low box is one of time alone.
    let values = values.filter(|_| drawn.height() >= BOX * 3.0);
    let shown = if values.is_some() { drawn } else { Rect::from_x_y_ranges(drawn.x_range(), area.y_range()) };
    let accent = colors(ui).accent;
    ui.painter().rect(
        shown,
        2,
        accent.gamma_multiply(0.16),
        egui::Stroke::new(1.0, accent.gamma_multiply(0.7)),
        egui::StrokeKind::Inside,
    );
    if response.drag_stopped() && drawn.width() >= BOX {
        out.push(Gesture::Show(Stretch::new(axis.time(drawn.left()), axis.time(drawn.right())).within(limits)));
        if let Some(values) = values {
            out.push(Gesture::Values(values.value(drawn.bottom()), values.value(drawn.top())));
        }
    }
}

/// A line from top to bottom of an area.
pub fn upright(area: Rect, x: f32) -> [egui::Pos2; 2] {
    [pos2(x, area.top()), pos2(x, area.bottom())]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wheel_zooms_and_with_shift_it_moves() {
        let (up, aside) = (Vec2::new(0.0, 30.0), Vec2::new(30.0, 0.0));
        for (delta, modifiers, expected) in [
            (up, Modifiers::NONE, (30.0, 0.0)),
            (aside, Modifiers::NONE, (0.0, 30.0)),
            (up, Modifiers::SHIFT, (0.0, 30.0)),
            (aside, Modifiers::SHIFT, (0.0, 30.0)),
            (up, Modifiers::ALT, (30.0, 0.0)),
            (aside, Modifiers::ALT, (30.0, 0.0)),
        ] {
            assert_eq!(turned(delta, modifiers), expected, "{delta:?} {modifiers:?}");
        }
    }

    #[test]
    fn values_and_places_belong_together() {
        let axis = ValueAxis { low: -10.0, high: 30.0, bottom: 100.0, top: 20.0 };
        for (value, y) in [(-10.0, 100.0), (10.0, 60.0), (30.0, 20.0)] {
            assert!((axis.y(value) - y).abs() < 1e-3);
            assert!((axis.value(y) - value).abs() < 1e-6);
        }
        assert_eq!(axis.zoomed(10.0, 2.0), Some((0.0, 20.0)));
        for factor in [0.0, f64::INFINITY, f64::NAN, 1e300] {
            assert_eq!(axis.zoomed(10.0, factor), None, "{factor}");
        }
        assert!(axis.y(f64::INFINITY).is_finite());
    }
}
