//! What tells a span of frames from a single one: the edges of a stack, count and duration, and the strip to scrub by.

use egui::{Color32, CornerRadius, Rect, Ui, pos2, vec2};

use super::{lattice::CAPTION, tile::named};
use crate::gui::{
    lake::Lake,
    spans::SpanTile,
    theme::{self, colors},
    view::View,
    widgets::text::{clock, count, counted, number, unit_text},
};

/// Least width of a tile that tells the number of frames, px.
const COUNT: f32 = 44.0;

/// A span on a tile.
pub(super) struct Card<'a> {
    pub span: &'a SpanTile,
    /// Where the pointer is, as a part of the picture's width.
    pub at: Option<f32>,
}

/// The peak of a span, where the grid shows peaks; without a unit it tells by its name what it is.
pub(super) fn peak_text(span: &SpanTile, view: &View) -> Option<(String, bool)> {
    let peak = view.spans.as_ref()?.peak.as_ref()?;
    let text = match unit_text(peak.unit.as_deref()) {
        _ if span.value.is_nan() => "—".to_owned(),
        Some(unit) => format!("{} {unit}", number(span.value)),
        None => named(&peak.of, span.value),
    };
    Some((text, true))
}

/// Where over a picture the pointer is, from 0 at the left to 1 at the right.
pub(super) fn scrubbed(ui: &Ui, picture: Rect) -> Option<f32> {
    // A dialog opened by a key leaves the pointer where it was.
    if !ui.rect_contains_pointer(picture) || ui.ctx().memory(|memory| memory.top_modal_layer().is_some()) {
        return None;
    }
    let pointer = ui.input(|input| input.pointer.hover_pos())?;
    Some(((pointer.x - picture.left()) / picture.width().max(1.0)).clamp(0.0, 1.0))
}

/// `1.2 s`, `0.03 s`, `2 min 05 s`
pub(super) fn lasting(duration_ns: i64) -> String {
    let ns = u64::try_from(duration_ns).unwrap_or(0);
    match ns {
        0..100_000_000 => {
            let hundredths = ns.div_ceil(10_000_000);
            format!("0.{hundredths:02} s")
        }
        _ => crate::gui::widgets::text::duration(std::time::Duration::from_nanos(ns)),
    }
}

impl Card<'_> {
    /// What it adds to the accessible name of its frame.
    pub fn spoken(&self) -> String {
        format!(", span of {} over {}", counted(u64::from(self.span.frames), "frame"), lasting(self.span.duration_ns))
    }

    /// The edges of further pictures behind this one, in the gap above it.
    pub fn stack_ui(ui: &Ui, picture: Rect, gap: f32) {
        if picture.width() < COUNT || gap < 8.0 {
            return;
        }
        let colors = colors(ui);
        let corners = CornerRadius { nw: 2, ne: 2, sw: 0, se: 0 };
        for (inset, up, fill) in [(8.0, 5.5, colors.behind), (4.0, 3.0, colors.faint)] {
            let edge = Rect::from_min_max(
                pos2(picture.left() + inset, picture.top() - up),
                pos2(picture.right() - inset, picture.top() - up + 2.0),
            );
            ui.painter().rect_filled(edge, corners, fill);
        }
    }

    /// Count, duration, and where one is while scrubbing.
    pub fn marks_ui(&self, ui: &Ui, view: &View, picture: Rect) {
        let colors = colors(ui);
        if picture.width() < COUNT {
            // Too small for words: a line along the lower edge.
            let line = picture.with_min_y(picture.bottom() - 2.0);
            ui.painter().rect_filled(line, 0, colors.accent);
            return;
        }
        let mut text = count(u64::from(self.span.frames));
        if picture.width() >= CAPTION {
            text = format!("{text} · {}", lasting(self.span.duration_ns));
        }
        let galley = ui.painter().layout_no_wrap(text, theme::numbers_medium(11.0), Color32::WHITE);
        let lift = if self.at.is_some() { 9.0 } else { 5.0 };
        let size = galley.size() + vec2(10.0, 3.0);
        let badge = Rect::from_min_size(pos2(picture.left() + 5.0, picture.bottom() - lift - size.y), size);
        ui.painter().rect_filled(badge, 4, Color32::from_black_alpha(175));
        ui.painter().galley(badge.center() - galley.size() / 2.0, galley, Color32::WHITE);
        let Some(at) = self.at else { return };
        let strip = Rect::from_min_max(pos2(picture.left(), picture.bottom() - 4.0), picture.right_bottom());
        ui.painter().rect_filled(strip, 0, Color32::from_black_alpha(190));
        let done = strip.with_max_x(strip.left() + strip.width() * at);
        ui.painter().rect_filled(done, 0, colors.accent);
        // The frame that stands for the span.
        let inside = view.set.rank(self.span.face as usize) - view.set.rank(self.span.first as usize);
        #[expect(clippy::cast_precision_loss, reason = "a part of a strip")]
        let part = (inside as f32 + 0.5) / self.span.frames as f32;
        let face = pos2(strip.left() + strip.width() * part, strip.center().y);
        ui.painter().circle_filled(face, 3.0, Color32::WHITE);
    }

    /// What stands at the right below the picture: the peak, else when the span begins.
    pub fn value(&self, lake: &Lake, view: &View) -> (String, bool) {
        peak_text(self.span, view).unwrap_or_else(|| {
            let first = self.span.first as usize;
            (clock(lake.time(first) - lake.footage(first).1.started_at_ns), false)
        })
    }

    /// The lines of the tooltip.
    pub fn told(&self, lake: &Lake, view: &View) -> String {
        let (first, last) = (self.span.first as usize, self.span.last as usize);
        let (_, footage) = lake.footage(first);
        let mut text = format!(
            "{} over {}, frames {} to {}",
            counted(u64::from(self.span.frames), "frame"),
            lasting(self.span.duration_ns),
            first - footage.first_row,
            last - footage.first_row
        );
        let peak = view.spans.as_ref().and_then(|spans| spans.peak.as_ref());
        if let Some(peak) = peak.filter(|_| !self.span.value.is_nan()) {
            let unit = unit_text(peak.unit.as_deref()).unwrap_or_default();
            let side = if peak.lowest { "smallest" } else { "largest" };
            let value = number(self.span.value);
            let frame = self.span.face as usize - footage.first_row;
            text += "\n";
            text += &[side, " ", &peak.of, ": ", &value, " ", unit, " at frame ", &frame.to_string()].concat();
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_well_however_short() {
        for (ns, expected) in
            [(33_333_333, "0.04 s"), (0, "0.00 s"), (100_000_000, "0.1 s"), (1_250_000_000, "1.2 s"), (-5, "0.00 s")]
        {
            assert_eq!(lasting(ns), expected);
        }
    }
}
