//! How far long work is.

use std::time::Duration;

use egui::{Response, Sense, Ui, WidgetInfo, accesskit::Role, pos2, vec2};

use super::text::{bytes, count, duration};
use crate::{gui::theme::colors, jobs::Snapshot};

/// A thin bar; without a known fraction it shows a block that wanders with the work's own count, never by itself.
pub fn meter(ui: &mut Ui, width: f32, fraction: Option<f32>, name: &str) -> Response {
    let colors = colors(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(width, 6.0), Sense::hover());
    response.widget_info(|| {
        let mut info = WidgetInfo::labeled(Role::ProgressIndicator, true, name);
        info.value = fraction.map(|part| f64::from(part) * 100.0);
        info
    });
    ui.painter().rect_filled(rect, 3, colors.pressed);
    let mut done = rect;
    if let Some(part) = fraction {
        done.max.x = rect.left() + rect.width() * part.clamp(0.0, 1.0);
    } else {
        #[expect(clippy::cast_possible_truncation, reason = "a phase between 0 and 1")]
        let phase = (ui.input(|input| input.time) * 0.6).fract() as f32;
        let left = rect.left() + (rect.width() * 0.75) * (1.0 - (phase * 2.0 - 1.0).abs());
        done = egui::Rect::from_min_max(pos2(left, rect.top()), pos2(left + rect.width() * 0.25, rect.bottom()));
    }
    ui.painter().rect_filled(done, 3, colors.accent);
    response
}

/// The part that is done.
#[expect(clippy::cast_precision_loss, reason = "drawn as a bar")]
#[must_use]
pub fn fraction(snapshot: &Snapshot) -> Option<f32> {
    let total = snapshot.total.filter(|total| *total > 0)?;
    Some(snapshot.done as f32 / total as f32)
}

/// `12,000 of 48,000 · 3,400/s · 11 s left`
#[must_use]
pub fn progress_line(snapshot: &Snapshot) -> String {
    let amount = if snapshot.in_bytes { bytes } else { count };
    let mut line = match snapshot.total {
        Some(total) => format!("{} of {}", amount(snapshot.done), amount(total)),
        None => amount(snapshot.done),
    };
    let rate = snapshot.rate();
    if snapshot.done > 0 && snapshot.elapsed > Duration::from_millis(500) {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a positive rate for people")]
        let whole = rate.round() as u64;
        let rate = if rate >= 10.0 { amount(whole) } else { format!("{rate:.1}") };
        let left = snapshot.remaining().map(|left| format!(" · {} left", duration(left))).unwrap_or_default();
        line = format!("{line} · {rate}/s{left}");
    }
    line
}
