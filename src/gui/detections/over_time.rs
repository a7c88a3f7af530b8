//! Events over time: a drag across the chart is the span that counts.

use egui::{Align, Layout, RichText, Ui};

use super::{
    ChartOf, DetectionsCommand, DetectionsLook, bar::ask, charts::Charts, limits::span_text, places::set_look,
    state::Answers, words::failed_or_waiting,
};
use crate::gui::{
    charts::{Brush, Brushing, Look, Scale, chart_ui},
    command::Command,
    lake::Lake,
    theme::{self, colors},
    widgets::{Icon, bar, empty_ui, icon_button, quiet_button, segmented},
};

/// A button that writes a chart to a file.
pub(super) fn save_button(ui: &mut Ui, of: ChartOf, out: &mut Vec<Command>) {
    let name = format!("Save the chart “{}”", of.name());
    if icon_button(ui, Icon::Export, &name).clicked() {
        out.push(Command::Detections(DetectionsCommand::OpenExport(Some(of))));
    }
}

#[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "places on a chart")]
pub(super) fn over_time_ui(ui: &mut Ui, lake: &Lake, answers: &Answers, charts: &Charts, out: &mut Vec<Command>) {
    let colors = colors(ui);
    let Some(times) = failed_or_waiting(ui, &answers.times, answers.top.error(), "Counting events over time…", out)
    else {
        return;
    };
    let (choice, look) = (&lake.detections.choice, &lake.detections.look);
    if times.counts.is_empty() {
        let body = "No event of these locations and items has a time.";
        empty_ui(ui, Icon::Clock, "Nothing over time", body, |ui| {
            super::places::limits_button(ui, choice.is_limited(), out);
        });
        return;
    }
    let Some(chart) = charts.get(ChartOf::OverTime) else { return };
    egui::Frame::new().inner_margin(egui::Margin::symmetric(12, 0)).show(ui, |ui| {
        bar(ui, 36.0, |ui| {
            let limited = choice.from_ns.is_some() || choice.to_ns.is_some();
            let text = if limited {
                span_text(choice.from_ns, choice.to_ns)
            } else {
                "Drag to choose a span, with Ctrl to look closer".to_owned()
            };
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                save_button(ui, ChartOf::OverTime, out);
                let now = chart.y.scale == Scale::Log;
                if let Some(log) = segmented(ui, now, &[(false, "Linear"), (true, "Log")]) {
                    out.push(set_look(DetectionsLook { log_time: Some(log), ..look.clone() }));
                }
                let all = RichText::new("All times").font(theme::medium(12.5)).color(colors.accent);
                if limited && quiet_button(ui, all).clicked() {
                    out.push(ask(choice.with_span(None)));
                }
                // What is left of the line.
                let ink = if limited { colors.text } else { colors.muted };
                ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                    let text = RichText::new(text).font(theme::numbers(12.5)).color(ink);
                    ui.add(egui::Label::new(text).truncate());
                });
            });
        });
    });
    let (window, slide) = (times.window_ns, times.slide_ns.max(1));
    let first = times.counts.first().map_or(0, |one| one.0);
    let last = times.counts.last().map_or(0, |one| one.0.saturating_add(window));
    let brush = if choice.from_ns.is_some() || choice.to_ns.is_some() {
        Brushing::Range(choice.from_ns.unwrap_or(first) as f64 / 1e9, choice.to_ns.unwrap_or(last) as f64 / 1e9)
    } else {
        Brushing::None
    };
    egui::Frame::new().inner_margin(egui::Margin { left: 8, right: 12, top: 0, bottom: 6 }).show(ui, |ui| {
        let look = Look { id: "events over time", brush, ..Look::default() };
        match chart_ui(ui, &chart, &look).brush {
            Some(Brush::Range(from, to)) => {
                // To whole windows, so that what is drawn is what counts.
                let whole = |seconds: f64, up: bool| {
                    let ns = (seconds * 1e9) as i64;
                    let start = ns.div_euclid(slide).saturating_mul(slide);
                    if up && start < ns { start.saturating_add(slide) } else { start }
                };
                out.push(ask(choice.with_span(Some((whole(from, false), whole(to, true))))));
            }
            Some(Brush::Clear) => out.push(ask(choice.with_span(None))),
            Some(Brush::Area(..)) | None => {}
        }
    });
}
