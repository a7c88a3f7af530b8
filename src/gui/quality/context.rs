//! What is around the finding that is looked at: its samples, or the distances of its frames, with the stretch marked.

use std::sync::Arc;

use egui::{Align, Label, Layout, RichText, Ui};

use super::{
    cards::meaning,
    command::QualityCommand,
    listed::{about, kind_name, lasts_ns},
    table::lasts,
};
use crate::{
    filter::FrameColumns,
    gui::{
        charts::{Axis, Chart, Look, Marks, Scale, Series, chart_ui},
        command::Command,
        fetch::Fetch,
        lake::Lake,
        theme::{self, STEP, colors},
        widgets::{Icon, bar, divider, icon_button, plain_button},
        work::Workers,
    },
    jobs::Priority,
    model::{Column, NULL_WORD},
    session::{FindingKind, QualityFinding, Session},
};

/// At least so much is seen on both sides of a finding, ns.
const AROUND_NS: i64 = 5_000_000_000;

/// The plot below the rows.
#[derive(Default)]
pub(super) struct Context {
    plot: Fetch<(u64, Box<QualityFindingKey>), Option<Arc<Chart>>>,
}

/// What tells findings apart.
type QualityFindingKey = (FindingKind, String, String, i64, i64);

fn key(finding: &QualityFinding) -> QualityFindingKey {
    (finding.kind, finding.recording.clone(), about(finding), finding.start_ns, finding.end_ns)
}

impl Context {
    /// Draws it over the whole rectangle of `ui`.
    pub(super) fn ui(
        &mut self,
        ui: &mut Ui,
        lake: &Lake,
        (_, finding): (usize, &QualityFinding),
        workers: &Workers,
        out: &mut Vec<Command>,
    ) {
        let colors = colors(ui);
        divider(ui);
        egui::Frame::new().inner_margin(egui::Margin::symmetric(12, 0)).show(ui, |ui| {
            bar(ui, 38.0, |ui| {
                ui.spacing_mut().item_spacing.x = STEP;
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    if icon_button(ui, Icon::Close, "Let the finding go").clicked() {
                        out.push(Command::Quality(QualityCommand::Choose(None)));
                    }
                    if plain_button(ui, true, "Show in Explore").clicked() {
                        out.push(Command::Quality(QualityCommand::Go(
                            finding.recording.clone(),
                            finding.camera.clone(),
                            finding.start_ns,
                        )));
                    }
                    ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                        let about = about(finding);
                        let place = if about.is_empty() { String::new() } else { format!(" · {about}") };
                        let text = format!("{}{place}: {}", kind_name(finding.kind), finding.what);
                        let text = RichText::new(text).font(theme::medium(12.5)).color(colors.text);
                        let tip =
                            format!("{}.\n{}, {}", meaning(finding.kind), finding.recording, lasts(lasts_ns(finding)));
                        ui.add(Label::new(text).truncate()).on_hover_text(tip);
                    });
                });
            });
        });
        if ui.available_height() < 70.0 {
            return;
        }
        let (session, table, one) = (lake.session.clone(), Arc::clone(lake.table()), finding.clone());
        let asked = (table.generation(), Box::new(key(finding)));
        self.plot.request(asked.clone(), &workers.ask, Priority::Visible, ui.ctx(), move |_| {
            chart_of(&session, &*table, &one).map(|chart| chart.map(Arc::new))
        });
        self.plot.poll();
        let muted = |ui: &mut Ui, text: &str| {
            egui::Frame::new().inner_margin(egui::Margin::symmetric(12, 4)).show(ui, |ui| {
                ui.add(Label::new(RichText::new(text).color(colors.muted)).wrap());
            });
        };
        if let Some(error) = self.plot.error() {
            muted(ui, error);
            return;
        }
        match self.plot.ready() {
            None => muted(ui, "Reading…"),
            Some(None) => muted(ui, meaning(finding.kind)),
            Some(Some(chart)) => {
                let chart = Arc::clone(chart);
                let marked = (seconds(finding.start_ns), seconds(finding.end_ns));
                egui::Frame::new().inner_margin(egui::Margin { left: 8, right: 12, top: 0, bottom: 4 }).show(
                    ui,
                    |ui| {
                        let look = Look { id: "around a finding", shaded: Some(marked), ..Look::default() };
                        chart_ui(ui, &chart, &look);
                    },
                );
            }
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "drawn on a chart")]
fn seconds(ns: i64) -> f64 {
    ns as f64 / 1e9
}

/// The chart around a finding; `None` where there is nothing to plot.
fn chart_of(session: &Session, table: &dyn FrameColumns, finding: &QualityFinding) -> Result<Option<Chart>, String> {
    let margin = lasts_ns(finding).max(AROUND_NS);
    let span = (finding.start_ns.saturating_sub(margin), finding.end_ns.saturating_add(margin));
    let series = match (finding.kind, &finding.metric, &finding.camera) {
        (FindingKind::ClockOffset | FindingKind::NoOverlap, Some(metric), Some(camera)) => {
            return ends(session, table, finding, metric, camera).map(Some);
        }
        (_, Some(metric), _) => samples(session, &finding.recording, metric, span)?,
        (FindingKind::LabelCoverage, None, Some(camera)) => {
            frames(table, &finding.recording, camera, (i64::MIN, i64::MAX), true)?
        }
        (_, None, Some(camera)) => frames(table, &finding.recording, camera, span, false)?,
        (_, None, None) => None,
    };
    Ok(series.map(|(title, series)| Chart {
        name: format!("Around {} of {}", kind_name(finding.kind).to_lowercase(), finding.recording),
        x: Axis { title: "time, UTC".into(), scale: Scale::Time, ..Axis::default() },
        y: Axis { title, ..Axis::default() },
        series,
        ..Chart::default()
    }))
}

/// The title of the axis, and the lines of a plot.
type Plotted = Option<(String, Vec<Series>)>;

fn line(name: String, color: usize, points: Vec<[f64; 2]>) -> Series {
    Series { name, color, marks: Marks::Line, points, ..Series::default() }
}

/// Samples of a metric within a span. A line is broken where samples are missing.
fn samples(session: &Session, recording: &str, metric: &str, span: (i64, i64)) -> Result<Plotted, String> {
    let all = session.series(recording, &[metric.to_owned()]).map_err(|error| error.to_string())?;
    let Some(one) = all.first() else { return Ok(None) };
    let from = one.time_ns.partition_point(|time| *time < span.0);
    let to = one.time_ns.partition_point(|time| *time <= span.1);
    let value = |row: usize| match &one.values {
        // Words have no height of their own: where they change can be seen.
        Column::Text { codes, .. } => codes.get(row).filter(|code| **code != NULL_WORD).map(|code| f64::from(*code)),
        other => other.number(row),
    };
    let steps = one.time_ns[from..to].windows(2).map(|pair| pair[1].saturating_sub(pair[0]));
    let mut steps: Vec<i64> = steps.collect();
    steps.sort_unstable();
    let usual = steps.get(steps.len() / 2).copied().unwrap_or(0);
    let points: Vec<[f64; 2]> = (from..to)
        .filter_map(|row| Some([seconds(one.time_ns[row]), value(row).filter(|value| value.is_finite())?]))
        .collect();
    let gap = Some(seconds(usual.saturating_mul(8))).filter(|gap| *gap > 0.0);
    let series = Series { gap, ..line(metric.to_owned(), 0, points) };
    Ok((!series.points.is_empty()).then(|| (metric.to_owned(), vec![series])))
}

/// Distances of the frames of a camera, ms, or their labels.
#[expect(clippy::cast_precision_loss, reason = "drawn on a chart")]
fn frames(
    table: &dyn FrameColumns,
    recording: &str,
    camera: &str,
    span: (i64, i64),
    labels: bool,
) -> Result<Plotted, String> {
    let known = table.footages().iter().find(|one| one.recording == recording && one.camera == camera);
    let Some(footage) = known else { return Ok(None) };
    let times = table.timestamps()?;
    let rows = footage.first_row..footage.first_row + footage.rows;
    let inside = |row: &usize| (span.0..=span.1).contains(&times[*row]);
    if labels {
        let counts = table.label_count()?;
        let points = rows.filter(inside).map(|row| [seconds(times[row]), f64::from(counts[row])]).collect();
        return Ok(Some(("labels of a frame".to_owned(), vec![line("labels".to_owned(), 0, points)])));
    }
    let distance = |row: usize| {
        let step = times[row].saturating_sub(times[row - 1]);
        [seconds(times[row]), step as f64 / 1e6]
    };
    let points: Vec<[f64; 2]> = rows.skip(1).filter(inside).map(distance).collect();
    let title = "ms since the frame before".to_owned();
    Ok((!points.is_empty()).then(|| (title, vec![line("frames".to_owned(), 0, points)])))
}

/// Where samples and frames begin and end, each as a line.
fn ends(
    session: &Session,
    table: &dyn FrameColumns,
    finding: &QualityFinding,
    metric: &str,
    camera: &str,
) -> Result<Chart, String> {
    let all = session.series(&finding.recording, &[metric.to_owned()]).map_err(|error| error.to_string())?;
    let times = table.timestamps()?;
    let known = table.footages().iter().find(|one| one.recording == finding.recording && one.camera == camera);
    let frames = known.and_then(|footage| {
        let own = times.get(footage.first_row..footage.first_row + footage.rows)?;
        Some((*own.first()?, *own.last()?))
    });
    let samples = all.first().and_then(|one| Some((*one.time_ns.first()?, *one.time_ns.last()?)));
    let mut series = Vec::new();
    for (place, name, span) in [(1.0, metric, samples), (0.0, camera, frames)] {
        if let Some((from, to)) = span {
            let points = vec![[seconds(from), place], [seconds(to), place]];
            series.push(line(name.to_owned(), series.len(), points));
        }
    }
    Ok(Chart {
        name: format!("Begin and end of {metric} and {camera}"),
        x: Axis { title: "time, UTC".into(), scale: Scale::Time, ..Axis::default() },
        y: Axis { labels: vec![camera.to_owned(), metric.to_owned()], ..Axis::default() },
        series,
        ..Chart::default()
    })
}
