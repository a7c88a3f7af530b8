//! One line per run, newest first.

use egui::{Align, Align2, Color32, Rect, ScrollArea, Sense, Ui, WidgetInfo, accesskit::Role, pos2, vec2};

use super::Listed;
use crate::{
    gui::{
        command::Command,
        theme::{self, Colors, colors},
        widgets::{
            elided, rows_table_header,
            text::{bytes, count, duration, time_utc},
        },
    },
    model::{Finding, Run, RunState},
};

/// Height of a line, points.
pub(super) const LINE: f32 = 40.0;

/// Name, width and side of each column; the task takes what is left.
const COLUMNS: [(&str, f32, Align); 7] = [
    ("Task", 84.0, Align::Min),
    ("State", 116.0, Align::Min),
    ("Progress", 150.0, Align::Min),
    ("Started, UTC", 150.0, Align::Min),
    ("Duration", 88.0, Align::Max),
    ("Rows in", 80.0, Align::Max),
    ("Rows out", 80.0, Align::Max),
];
/// What gives way first where there is no room for all; the run's page tells it too.
const GIVE_WAY: [usize; 5] = [5, 6, 4, 3, 2];

/// The columns that have room, by number, with their widths.
fn places(room: f32) -> Vec<(usize, f32)> {
    let mut shown: Vec<usize> = (0..COLUMNS.len()).collect();
    let wide = |shown: &[usize]| shown.iter().map(|place| COLUMNS[*place].1).sum::<f32>();
    for goes in GIVE_WAY {
        if wide(&shown) > room {
            shown.retain(|place| *place != goes);
        }
    }
    let left = (room - wide(&shown)).max(0.0);
    shown.into_iter().map(|place| (place, COLUMNS[place].1 + if place == 0 { left } else { 0.0 })).collect()
}

/// Colour and word of how a run stands, or ended. One that found damage did its work, but nobody should take it for good news.
pub(super) fn state_look(listed: &Listed, colors: &Colors) -> (Color32, &'static str) {
    match (listed.finding, listed.run.state) {
        (Finding::Damage, _) => (colors.error, "Damage found"),
        (Finding::Gaps, _) => (colors.warning, "Done, with gaps"),
        (Finding::Nothing, state) => state_ink(state, colors),
    }
}

/// Colour and word of a state.
pub(super) fn state_ink(state: RunState, colors: &Colors) -> (Color32, &'static str) {
    match state {
        RunState::Running => (colors.accent, "Running"),
        RunState::Done => (colors.success, "Done"),
        RunState::Failed => (colors.error, "Failed"),
        RunState::Cancelled => (colors.muted, "Cancelled"),
        RunState::Lost => (colors.warning, "Lost"),
    }
}

/// How long a run took, or has taken so far.
pub(super) fn run_duration(run: &Run) -> String {
    let end = run
        .ended_at_ns
        .unwrap_or_else(|| i64::try_from(jiff::Timestamp::now().as_nanosecond()).unwrap_or(run.started_at_ns));
    if run.ended_at_ns.is_none() && run.state != RunState::Running {
        return "—".to_owned();
    }
    let ns = u64::try_from(end.saturating_sub(run.started_at_ns)).unwrap_or(0);
    duration(std::time::Duration::from_nanos(ns))
}

pub(super) fn runs_ui(ui: &mut Ui, runs: &[Listed], chosen: Option<i64>, out: &mut Vec<Command>) {
    let colors = colors(ui);
    let places = places(ui.available_width() - 32.0);
    let columns: Vec<_> = places.iter().map(|(place, width)| (COLUMNS[*place].0, *width, COLUMNS[*place].2)).collect();
    egui::Frame::new().inner_margin(egui::Margin::symmetric(16, 0)).show(ui, |ui| rows_table_header(ui, &columns));
    ScrollArea::vertical().auto_shrink(false).show_rows(ui, LINE, runs.len(), |ui, range| {
        ui.spacing_mut().item_spacing.y = 0.0;
        for listed in &runs[range] {
            let run = &listed.run;
            let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), LINE), Sense::click());
            let on = chosen == Some(run.run_id);
            response.widget_info(|| {
                WidgetInfo::selected(
                    Role::Row,
                    true,
                    on,
                    format!("Run {} {}, {}", run.run_id, run.task, state_look(listed, colors).1),
                )
            });
            if on || response.hovered() {
                ui.painter().rect_filled(rect, 0, if on { colors.accent_wash } else { colors.hover });
            }
            ui.painter().hline(rect.x_range(), rect.bottom(), egui::Stroke::new(1.0, colors.line));
            let (ink, word) = state_look(listed, colors);
            let amount = if run.counts_bytes() { bytes } else { count };
            let progress = match run.total {
                Some(total) if run.done < total => format!("{} of {}", amount(run.done), amount(total)),
                _ => amount(run.done),
            };
            let number = |value: Option<u64>| value.map_or_else(|| "—".to_owned(), count);
            let cells = [
                (run.task.clone(), colors.text),
                (word.to_owned(), ink),
                (progress, colors.text),
                (time_utc(run.started_at_ns).get(..19).unwrap_or_default().to_owned(), colors.muted),
                (run_duration(run), colors.text),
                (number(run.rows_in), colors.text),
                (number(run.rows_out), colors.text),
            ];
            let mut left = rect.left() + 16.0;
            for ((place, width), (_, _, align)) in places.iter().copied().zip(&columns) {
                let (text, ink) = cells[place].clone();
                let cell = Rect::from_min_size(pos2(left, rect.top()), vec2(width, LINE));
                left += width;
                let painter = ui.painter().with_clip_rect(cell.intersect(ui.clip_rect()));
                let font = if place == 0 { theme::medium(13.0) } else { theme::numbers(12.5) };
                let (mut at, anchor) = match align {
                    Align::Max => (cell.right_center(), Align2::RIGHT_CENTER),
                    _ => (cell.left_center(), Align2::LEFT_CENTER),
                };
                if place == 1 {
                    painter.circle_filled(at + vec2(4.0, 0.0), 4.0, ink);
                    at.x += 14.0;
                }
                if place == 0 {
                    elided(&painter, at, text, font, ink, width - 8.0);
                } else {
                    painter.text(at, anchor, text, font, ink);
                }
                if place == 2
                    && run.state == RunState::Running
                    && let Some(total) = run.total.filter(|total| *total > 0)
                {
                    let track = Rect::from_min_size(pos2(cell.left(), cell.bottom() - 9.0), vec2(width - 24.0, 3.0));
                    ui.painter().rect_filled(track, 1, colors.pressed);
                    #[expect(clippy::cast_precision_loss, reason = "drawn as a bar")]
                    let part = (run.done as f32 / total as f32).clamp(0.0, 1.0);
                    ui.painter().rect_filled(track.with_max_x(track.left() + track.width() * part), 1, colors.accent);
                }
            }
            if response.clicked() {
                out.push(Command::ShowRun(run.run_id));
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_give_way_rather_than_overlap() {
        for (room, expected) in [
            (1000.0, vec![0, 1, 2, 3, 4, 5, 6]),
            (600.0, vec![0, 1, 2, 3, 4]),
            (400.0, vec![0, 1, 2]),
            (200.0, vec![0, 1]),
        ] {
            let places = places(room);
            assert_eq!(places.iter().map(|(place, _)| *place).collect::<Vec<_>>(), expected, "{room}");
            assert!((places.iter().map(|(_, width)| width).sum::<f32>() - room).abs() < 0.1, "{room}");
        }
    }
}
