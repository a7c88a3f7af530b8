//! The scrub bar: one footage from end to end, with the frames that match.

use std::sync::Arc;

use egui::{Rect, Sense, Stroke, Ui, WidgetInfo, accesskit::Role, pos2, vec2};

use crate::{
    gui::{command::Command, fetch::Fetch, lake::Lake, theme::colors, view::ViewKey, work::Workers},
    jobs::Priority,
};

/// Parts of the match strip.
const BINS: usize = 512;

/// The strip of the footage shown last.
#[derive(Default)]
pub(super) struct Scrub {
    strip: Fetch<(ViewKey, usize), Vec<bool>>,
}

impl Scrub {
    /// Draws the bar over the whole width.
    #[expect(clippy::cast_precision_loss, reason = "positions on screen")]
    pub fn ui(&mut self, ui: &mut Ui, lake: &Lake, workers: &Workers, row: usize, out: &mut Vec<Command>) {
        let colors = colors(ui);
        let (number, footage) = lake.footage(row);
        let (first, rows) = (footage.first_row, footage.rows);
        if let Some(view) = &lake.view {
            let view = Arc::clone(view);
            self.strip.request((view.key.clone(), number), &workers.ask, Priority::Visible, ui.ctx(), move |_| {
                Ok((0..BINS)
                    .map(|bin| {
                        let (from, to) = (bin * rows / BINS, ((bin + 1) * rows / BINS).max(bin * rows / BINS + 1));
                        view.set.count_in(first + from, first + to.min(rows)) > 0
                    })
                    .collect())
            });
            self.strip.poll();
        }
        let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 24.0), Sense::click_and_drag());
        let last = rows.saturating_sub(1).max(1);
        let part = (row - first) as f32 / last as f32;
        response.widget_info(|| {
            let mut info = WidgetInfo::labeled(Role::Slider, true, "Position in the footage");
            info.value = Some((row - first) as f64);
            info
        });
        let track =
            Rect::from_min_max(pos2(rect.left(), rect.center().y - 4.0), pos2(rect.right(), rect.center().y + 4.0));
        ui.painter().rect_filled(track, 3, colors.pressed);
        let painter = ui.painter().with_clip_rect(track);
        // Where everything matches there is nothing to tell.
        if let Some(strip) = self.strip.value().filter(|strip| !strip.iter().all(|on| *on)) {
            let width = track.width() / BINS as f32;
            let mut bin = 0;
            while bin < strip.len() {
                let run = strip[bin..].iter().take_while(|on| **on == strip[bin]).count();
                if strip[bin] {
                    let left = track.left() + bin as f32 * width;
                    let right = left + (run as f32 * width).max(1.0);
                    let match_rect = Rect::from_min_max(pos2(left, track.top()), pos2(right, track.bottom()));
                    painter.rect_filled(match_rect, 0, colors.accent.gamma_multiply(0.55));
                }
                bin += run;
            }
        }
        let x = track.left() + track.width() * part;
        ui.painter().vline(x, rect.y_range(), Stroke::new(2.0, colors.text));
        ui.painter().circle(pos2(x, rect.center().y), 6.0, colors.text, Stroke::new(2.0, colors.panel));
        if (response.dragged() || response.clicked())
            && let Some(pointer) = response.interact_pointer_pos()
        {
            let part = ((pointer.x - track.left()) / track.width()).clamp(0.0, 1.0);
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and the last frame")]
            let index = (f64::from(part) * last as f64).round() as usize;
            let row = first + index.min(rows.saturating_sub(1));
            out.push(Command::ScrubTo(row));
        }
    }
}
