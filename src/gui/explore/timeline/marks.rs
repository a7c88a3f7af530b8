//! The span from A to B below the lanes: how long it is, what the metrics did in it, and what can be done with it.

use egui::{
    Align, Align2, CursorIcon, Layout, Rect, RichText, ScrollArea, Sense, Stroke, Ui, UiBuilder, WidgetInfo,
    accesskit::Role, pos2, vec2,
};

use super::{
    Timeline,
    choice::{Lane, TimelineCommand},
    scene::Scene,
    span::{count_between, count_of_camera},
};
use crate::{
    gui::{
        command::{Action, Command},
        explore::transport::fitting,
        theme,
        widgets::{
            Icon, bar, elided, icon_button, icon_toggle,
            text::{count, counted, number, shortened, unit_text},
        },
        work::Workers,
    },
    jobs::Priority,
    session::{SampleStatistics, SampleValue},
};

/// Height of the bar, of the heads and of a row, points.
const BAR: f32 = 36.0;
const ROW: f32 = 22.0;
/// Part of the room that the table takes at most, and height that it leaves to the lanes; a person can drag its edge.
const SHARE: f32 = 0.3;
const LANES: f32 = 150.0;
/// Rows below which a table tells too little: it is left out until there is room, or someone asks for it.
const FEWEST: f32 = 2.5;
/// Height of the edge that can be dragged.
const EDGE: f32 = 6.0;
/// Least width of the table, and widths of its columns of numbers.
const WIDTH: f32 = 664.0;
const NUMBERS: [(&str, f32); 7] = [
    ("Samples", 68.0),
    ("Mean", 72.0),
    ("Std", 72.0),
    ("Min", 72.0),
    ("Max", 72.0),
    ("Last − first", 84.0),
    ("Over", 68.0),
];

impl Timeline {
    /// Height that the span takes out of `room`: nothing while it has no marks.
    pub(super) fn marks_height(&self, scene: &Scene<'_>, lanes: &[Lane], room: f32) -> f32 {
        if scene.span.is_none() {
            return 0.0;
        }
        let metrics = lanes.iter().filter(|lane| matches!(lane, Lane::Metric(_))).count();
        #[expect(clippy::cast_precision_loss, reason = "a few rows")]
        let whole = if metrics == 0 { 0.0 } else { ROW * (metrics as f32 + 1.0) + 8.0 };
        let table = match (self.statistics_shown, self.statistics_height) {
            (Some(false), _) => 0.0,
            (_, Some(height)) => height.clamp(ROW * FEWEST, (room - BAR).max(ROW * FEWEST)),
            (Some(true), None) => room * SHARE.max(ROW * FEWEST / room.max(1.0)),
            (None, None) => (room * SHARE).min(room - BAR - LANES),
        };
        let table = if table < ROW * FEWEST { 0.0 } else { table.min(whole) };
        (BAR + table).min(room)
    }

    /// Draws the span's bar and table into `area`.
    pub(super) fn marks_ui(
        &mut self,
        ui: &mut Ui,
        area: Rect,
        (scene, lanes): (&Scene<'_>, &[Lane]),
        repeat: bool,
        workers: &Workers,
        out: &mut Vec<Command>,
    ) {
        let Some(span) = scene.span else { return };
        let colors = scene.colors;
        let metrics: Vec<String> = lanes
            .iter()
            .filter_map(|lane| if let Lane::Metric(name) = lane { Some(name.clone()) } else { None })
            .collect();
        ui.painter().rect_filled(area, 0, colors.raised);
        ui.painter().hline(area.x_range(), area.top() + 0.5, Stroke::new(1.0, colors.line));
        ui.scope_builder(UiBuilder::new().max_rect(area), |ui| {
            ui.shrink_clip_rect(area);
            ui.spacing_mut().item_spacing = vec2(0.0, 0.0);
            let shown = !metrics.is_empty() && area.height() > BAR + 1.0;
            self.span_ui(ui, scene, span, (repeat, shown), out);
            if shown {
                self.statistics_ui(ui, scene, span, metrics, workers);
                self.edge_ui(ui, area);
            }
        });
    }

    /// The upper edge of the table, which can be dragged.
    fn edge_ui(&mut self, ui: &Ui, area: Rect) {
        let edge = Rect::from_x_y_ranges(area.x_range(), area.top()..=area.top() + EDGE);
        let response = ui.interact(edge, ui.scope_id().with("statistics edge"), Sense::drag());
        response.widget_info(|| WidgetInfo::labeled(Role::Splitter, true, "Height of the statistics"));
        if response.hovered() || response.dragged() {
            ui.ctx().set_cursor_icon(CursorIcon::ResizeVertical);
            ui.painter().hline(area.x_range(), area.top() + 0.5, Stroke::new(2.0, theme::colors(ui).accent));
        }
        if response.dragged() {
            self.statistics_height = Some(area.height() - BAR - response.drag_delta().y);
        }
    }

    fn span_ui(
        &mut self,
        ui: &mut Ui,
        scene: &Scene<'_>,
        (from, to): (i64, i64),
        (repeat, shown): (bool, bool),
        out: &mut Vec<Command>,
    ) {
        let colors = scene.colors;
        bar(ui, BAR, |ui| {
            ui.add_space(12.0);
            ui.spacing_mut().item_spacing.x = 2.0;
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                ui.add_space(6.0);
                for (icon, action) in [
                    (Icon::Close, Action::ClearMarks),
                    (Icon::Export, Action::ExportSpan),
                    (Icon::Funnel, Action::FilterSpan),
                ] {
                    if icon_button(ui, icon, &action.tip()).clicked() {
                        out.push(action.into());
                    }
                }
                if icon_toggle(ui, Icon::Repeat, "Play from A to B in a loop", repeat).clicked() {
                    out.push(Action::PlayAgain.into());
                }
                if icon_button(ui, Icon::Copy, "Copy the statistics as a command line").clicked() {
                    out.push(TimelineCommand::CopyStatistics.into());
                }
                if icon_toggle(ui, Icon::Chart, "Statistics from A to B", shown).clicked() {
                    self.statistics_shown = Some(!shown);
                }
                ui.add_space(8.0);
                ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                    ui.spacing_mut().item_spacing.x = 10.0;
                    let length = length_text(to.saturating_sub(from));
                    let text = RichText::new(length).font(theme::numbers_medium(13.0)).color(colors.text);
                    let _ = fitting(ui, text, "Time from A to B");
                    let here = count_of_camera(scene.lake, scene.here.row);
                    let all = count_between(scene.lake);
                    let frames = counted(here as u64, "frame");
                    let tip = format!("{frames} of this camera, {} of all cameras of the recording", count(all as u64));
                    let _ = fitting(ui, RichText::new(frames).font(theme::numbers(12.5)).color(colors.muted), &tip);
                    let ends = format!("A–B {} – {}", scene.time_text(from), scene.time_text(to));
                    let _ =
                        fitting(ui, RichText::new(ends).font(theme::numbers(12.0)).color(colors.muted), "The marks");
                });
            });
        });
    }

    /// A row for each metric that has a lane, from its raw samples.
    fn statistics_ui(
        &mut self,
        ui: &mut Ui,
        scene: &Scene<'_>,
        span: (i64, i64),
        metrics: Vec<String>,
        workers: &Workers,
    ) {
        let recording = scene.here.recording.clone();
        let key = (scene.lake.table().generation(), recording, metrics, span);
        let (session, asked) = (scene.lake.session.clone(), key.clone());
        self.statistics.request(key, &workers.ask, Priority::Visible, ui.ctx(), move |_| {
            let (_, recording, metrics, span) = asked;
            session.statistics(&recording, Some(&metrics), span).map_err(|error| error.to_string())
        });
        self.statistics.poll();
        let colors = scene.colors;
        if let Some(error) = self.statistics.error() {
            ui.add_space(4.0);
            ui.indent("failed", |ui| ui.label(RichText::new(error).color(colors.error)));
            return;
        }
        let Some(found) = self.statistics.value() else {
            ui.indent("pending", |ui| ui.label(RichText::new("Reading samples…").color(colors.muted)));
            return;
        };
        ScrollArea::both().id_salt("statistics").auto_shrink(false).show(ui, |ui| {
            let width = ui.available_width().max(WIDTH);
            let numbers: f32 = NUMBERS.iter().map(|(_, width)| width).sum();
            let name = width - numbers - 24.0;
            let (head, _) = ui.allocate_exact_size(vec2(width, ROW), Sense::hover());
            let cell = |ui: &Ui, row: Rect, right: f32, width: f32, text: &str, ink| {
                let galley = ui.painter().layout_no_wrap(text.to_owned(), theme::numbers(12.0), ink);
                let left = (right - galley.size().x).max(right - width + 6.0);
                elided(ui.painter(), pos2(left, row.center().y), text, theme::numbers(12.0), ink, right - left + 1.0);
            };
            let columns = || {
                NUMBERS.iter().scan(12.0 + name, |left, (title, width)| {
                    *left += width;
                    Some((*title, *left, *width))
                })
            };
            let painter = ui.painter();
            let at = pos2(head.left() + 12.0, head.center().y);
            painter.text(at, Align2::LEFT_CENTER, "From A to B", theme::medium(11.5), colors.muted);
            for (title, right, _) in columns() {
                let at = pos2(head.left() + right, head.center().y);
                painter.text(at, Align2::RIGHT_CENTER, title, theme::medium(11.5), colors.muted);
            }
            for metric in found {
                let (row, response) = ui.allocate_exact_size(vec2(width, ROW), Sense::hover());
                let texts = texts(metric);
                let spoken = spoken(metric, &texts);
                response.widget_info(|| WidgetInfo::labeled(Role::Row, true, &spoken));
                ui.painter().hline(row.x_range(), row.top(), Stroke::new(1.0, colors.line));
                let unit = unit_text(metric.unit.as_deref()).unwrap_or_default();
                let at = pos2(row.left() + 12.0, row.center().y);
                elided(ui.painter(), at, metric.metric.as_str(), theme::medium(12.0), colors.text, name - 52.0);
                let galley = ui.painter().layout_no_wrap(metric.metric.clone(), theme::medium(12.0), colors.text);
                let at = pos2(row.left() + 18.0 + galley.size().x.min(name - 52.0), row.center().y);
                elided(ui.painter(), at, unit, theme::numbers(10.5), colors.muted, 46.0);
                for (text, (_, right, width)) in texts.iter().zip(columns()) {
                    let ink = if text == "—" { colors.muted } else { colors.text };
                    cell(ui, row, row.left() + right, width, text, ink);
                }
                response.on_hover_text(spoken);
            }
        });
    }
}

/// The cells of a row, in the order of [`NUMBERS`].
fn texts(metric: &SampleStatistics) -> [String; 7] {
    let told = |value: Option<f64>| value.map_or_else(|| "—".to_owned(), number);
    let change = match (metric.difference, &metric.first, &metric.last) {
        (Some(difference), ..) => number(difference),
        (None, Some(first), Some(last)) => format!("{first} → {last}"),
        _ => "—".to_owned(),
    };
    [
        count(metric.count),
        told(metric.mean),
        told(metric.std),
        told(metric.min),
        told(metric.max),
        change,
        metric.duration_ns.map_or_else(|| "—".to_owned(), length_text),
    ]
}

/// The row as a sentence.
fn spoken(metric: &SampleStatistics, [samples, mean, std, min, max, change, over]: &[String; 7]) -> String {
    let value =
        |value: Option<&SampleValue>| value.map_or_else(|| "—".to_owned(), |value| shortened(&value.to_string()));
    let missing =
        if metric.missing > 0 { format!(" ({} without a value)", count(metric.missing)) } else { String::new() };
    format!(
        "{}: {samples} samples{missing}, mean {mean}, std {std}, min {min}, max {max}, first {}, last {}, change {change}, over {over}",
        metric.metric,
        value(metric.first.as_ref()),
        value(metric.last.as_ref()),
    )
}

/// `2.250 s`, `3:05.500`
fn length_text(ns: i64) -> String {
    if ns < 60_000_000_000 {
        let ms = ns / 1_000_000;
        return format!("{}.{:03} s", ms / 1000, ms % 1000);
    }
    crate::gui::widgets::text::clock(ns)
}
