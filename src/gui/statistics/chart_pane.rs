//! The chart: what is drawn and how, a press on a mark shows its frames, a brush sets the filter.

use std::sync::Arc;

use egui::{
    Align, DragValue, Frame, Layout, Margin, Popup, PopupCloseBehavior, RichText, Ui, style::StyleModifier, vec2,
};

use super::{
    StatChoice, StatScope, StatisticsCommand,
    build::{ask, ask_dragged, metric_entries},
    choice::{CHARTS, range_in},
    command::Behind,
    draw::{Drawn, chosen, column_title, drawable},
    pick::{List, list_ui, toggled},
    state::{Answers, in_force},
    words::failed_or_waiting,
};
use crate::{
    analytics::stats::GroupKey,
    filter::{FilterError, FrameColumns, edit, metric_name},
    gui::{
        charts::{Brush, Brushing, Look, Point, chart_ui, charts_ui},
        command::{Action, Command},
        lake::Lake,
        state::Workspace,
        theme::{self, CONTROL, STEP, colors},
        widgets::{
            Icon, bar, choice_button, empty_ui, icon_button, plain_button, quiet_button, segmented, text::counted,
            waiting_ui,
        },
    },
    model::MetricKind,
    session::{ChartKind, ChartLook},
};

/// Width in which all kinds of charts stand beside each other, points.
const ALL_KINDS: f32 = 640.0;

/// The panel.
#[derive(Default)]
pub struct ChartPane {
    metric: String,
}

fn with_look(choice: &StatChoice, look: ChartLook) -> StatChoice {
    StatChoice { look, ..choice.clone() }
}

impl ChartPane {
    pub(super) fn ui(&mut self, ui: &mut Ui, lake: &Lake, answers: &Answers, out: &mut Vec<Command>) {
        let choice = &lake.statistics.choice;
        Frame::new().inner_margin(Margin::symmetric(12, 0)).show(ui, |ui| {
            bar(ui, 40.0, |ui| {
                kinds_ui(ui, choice, out);
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    if icon_button(ui, Icon::Export, "Save the chart").clicked() {
                        out.push(Command::Statistics(StatisticsCommand::OpenExport { chart: true }));
                    }
                    let found = lake.view.as_ref().map(|view| view.len());
                    if let Some(found) = found.filter(|_| ui.available_width() > 120.0) {
                        let told = format!("{} →", counted(found as u64, "frame"));
                        let told = RichText::new(told).font(theme::numbers_medium(12.5)).color(colors(ui).accent);
                        let shown = quiet_button(ui, told).accessible_name("Show the frames in Explore");
                        if shown.on_hover_text("The frames that the filter matches, in Explore.").clicked() {
                            out.push(Command::ShowWorkspace(Workspace::Explore));
                        }
                    }
                });
            });
        });
        if choice.is_empty() {
            nothing_ui(ui, lake, out);
            return;
        }
        Frame::new().inner_margin(Margin::symmetric(12, 0)).show(ui, |ui| {
            let width = ui.available_width();
            ui.horizontal_wrapped(|ui| {
                ui.set_width(width);
                ui.set_row_height(CONTROL);
                ui.spacing_mut().item_spacing = vec2(STEP, 4.0);
                self.controls_ui(ui, lake, answers, choice, out);
            });
        });
        ui.add_space(2.0);
        drawn_ui(ui, lake, answers, choice, out);
    }

    /// What is drawn of the answer.
    fn controls_ui(
        &mut self,
        ui: &mut Ui,
        lake: &Lake,
        answers: &Answers,
        choice: &StatChoice,
        out: &mut Vec<Command>,
    ) {
        let look = &choice.look;
        let of_groups = choice.chart == ChartKind::Heat && choice.by.len() > 1;
        let log = |ui: &mut Ui, name: &str, on: bool, asked: ChartLook, out: &mut Vec<Command>| {
            let mut on = on;
            if ui.checkbox(&mut on, name).accessible_name(format!("Scale of logarithms: {name}")).clicked() {
                out.push(ask(with_look(choice, asked)));
            }
        };
        let log_y = ChartLook { log_y: !look.log_y, ..look.clone() };
        match choice.chart {
            ChartKind::Bar | ChartKind::Line => {
                values_ui(ui, answers, choice, false, out);
                log(ui, "Log", look.log_y, log_y, out);
            }
            ChartKind::Heat if of_groups => {
                values_ui(ui, answers, choice, true, out);
                log(ui, "Log colours", look.log_y, log_y, out);
            }
            ChartKind::Histogram => {
                each_ui(ui, lake, choice, out);
                bars_ui(ui, answers, choice, "bars", out);
                log(ui, "Log x", look.log_x, ChartLook { log_x: !look.log_x, ..look.clone() }, out);
                log(ui, "Log y", look.log_y, log_y, out);
            }
            ChartKind::Box => {
                each_ui(ui, lake, choice, out);
                log(ui, "Log", look.log_y, log_y, out);
            }
            ChartKind::Scatter | ChartKind::Heat => {
                self.metric_ui(ui, lake, choice, ("x", false), out);
                self.metric_ui(ui, lake, choice, ("y", true), out);
                if choice.chart == ChartKind::Scatter {
                    log(ui, "Log x", look.log_x, ChartLook { log_x: !look.log_x, ..look.clone() }, out);
                    log(ui, "Log y", look.log_y, log_y, out);
                } else {
                    bars_ui(ui, answers, choice, "cells a side", out);
                    log(ui, "Log colours", look.log_y, log_y, out);
                }
            }
            ChartKind::Correlation => {
                let muted = colors(ui).muted;
                let told =
                    "Pearson's correlation of each chosen metric with each other. A press shows the two as points.";
                ui.label(RichText::new(told).size(12.0).color(muted));
            }
        }
    }

    /// Chooses the metric along x, or along y. One that is not among those asked for is added to them.
    fn metric_ui(
        &mut self,
        ui: &mut Ui,
        lake: &Lake,
        choice: &StatChoice,
        (caption, upright): (&str, bool),
        out: &mut Vec<Command>,
    ) {
        let now = if upright { choice.y() } else { choice.x() };
        let name = if upright { "Metric along y" } else { "Metric along x" };
        let button = choice_button(ui, caption, now.unwrap_or("choose one"), now.is_none(), name);
        let entries = metric_entries(lake.table().metrics(), true, |metric| Some(metric) == now);
        let list = List { what: name, hint: "Search metrics", one: true };
        if let Some(metric) = list_ui(&button, &list, &mut self.metric, &entries, |_| {}) {
            let mut asked = choice.clone();
            // What the other axis shows stays.
            let (x, y) = (choice.x().map(str::to_owned), choice.y().map(str::to_owned));
            if !asked.metrics.contains(&metric) {
                asked.metrics.push(metric.clone());
            }
            if upright {
                (asked.look.x, asked.look.y) = (x, Some(metric));
            } else {
                let other = y.filter(|y| *y != metric).or(x.filter(|x| *x != metric));
                (asked.look.x, asked.look.y) = (Some(metric), other);
            }
            out.push(ask(asked));
        }
    }
}

/// Chooses one of the metrics, or all of them, for charts that tell of each by itself.
fn each_ui(ui: &mut Ui, lake: &Lake, choice: &StatChoice, out: &mut Vec<Command>) {
    let words = |name: &str| lake.table().metrics().iter().any(|one| one.name == name && one.kind == MetricKind::Text);
    let metrics: Vec<&String> = choice.metrics.iter().filter(|name| !words(name)).collect();
    if metrics.len() < 2 {
        return;
    }
    let now = choice.look.x.as_ref().filter(|x| metrics.contains(x));
    let all = format!("all {} metrics", metrics.len());
    let button = choice_button(ui, "of", now.map_or(&*all, |x| x), false, "Metrics that are drawn");
    Popup::menu(&button).style(StyleModifier::default()).show(|ui| {
        let mut entry = |ui: &mut Ui, on: bool, text: &str, x: Option<String>| {
            if ui.radio(on, text).accessible_name(format!("Draw {text}")).clicked() {
                out.push(ask(with_look(choice, ChartLook { x, ..choice.look.clone() })));
                ui.close();
            }
        };
        entry(ui, now.is_none(), &all, None);
        for metric in &metrics {
            entry(ui, now == Some(*metric), metric, Some((*metric).clone()));
        }
    });
}

/// Draws the chart, or tells why there is none.
fn drawn_ui(ui: &mut Ui, lake: &Lake, answers: &Answers, choice: &StatChoice, out: &mut Vec<Command>) {
    if let Some(needs) = &answers.needs {
        needs_ui(ui, choice, needs);
        return;
    }
    if choice.chart == ChartKind::Line && choice.by.is_empty() {
        empty_ui(
            ui,
            Icon::Chart,
            "A line needs groups",
            "Choose what stands along the axis: time, or bins of a metric.",
            |ui| {
                if plain_button(ui, true, "Group by hour").clicked() {
                    out.push(ask(StatChoice { by: vec!["hour".into()], ..choice.clone() }));
                }
            },
        );
        return;
    }
    if failed_or_waiting(ui, &answers.numbers, "Working the numbers out…", out).is_none() {
        return;
    }
    if let Some(error) = answers.shapes.error().filter(|_| !matches!(choice.chart, ChartKind::Bar | ChartKind::Line)) {
        empty_ui(ui, Icon::Warning, "This cannot be drawn", error, |ui| {
            if plain_button(ui, true, "Retry").clicked() {
                out.push(Action::AskAgain.into());
            }
        });
        return;
    }
    if !answers.is_drawn(choice) {
        waiting_ui(ui, "Drawing…");
        return;
    }
    let Some(all) = answers.drawn().filter(|all| !all.is_empty()) else {
        let body = "No frame that the filter matches has a value of it. Change the filter, or choose another metric.";
        empty_ui(ui, Icon::Chart, "Nothing to draw", body, |ui| {
            if plain_button(ui, !lake.filter.is_empty(), Action::ClearFilter.name()).clicked() {
                out.push(Action::ClearFilter.into());
            }
        });
        return;
    };
    let mut notes: Vec<&str> = Vec::new();
    for note in all.iter().flat_map(|drawn| &drawn.notes) {
        if !notes.contains(&note.as_str()) {
            notes.push(note);
        }
    }
    let below = if notes.is_empty() { 0.0 } else { 20.0 };
    let room = ui.available_size() - vec2(0.0, below);
    Frame::new().inner_margin(Margin { left: 8, right: 12, top: 0, bottom: 6 }).show(ui, |ui| {
        ui.set_max_height(room.y - 6.0);
        charts_ui(ui, all.len(), |ui, at| {
            let drawn = &all[at];
            let brush = brushing(lake, choice, drawn);
            let shown = chart_ui(ui, &drawn.chart, &Look { id: "statistics", brush, ..Look::default() });
            if let Some(point) = shown.clicked {
                clicked(choice, drawn, point, out);
            }
            if let Some(brush) = shown.brush {
                brushed(lake, choice, drawn, brush, out);
            }
        });
    });
    if below > 0.0 {
        let muted = colors(ui).muted;
        Frame::new().inner_margin(Margin::symmetric(14, 0)).show(ui, |ui| {
            let told = notes.join(" · ");
            ui.add(egui::Label::new(RichText::new(&told).size(11.5).color(muted)).truncate()).on_hover_text(told);
        });
    }
}

fn kinds_ui(ui: &mut Ui, choice: &StatChoice, out: &mut Vec<Command>) {
    let mut chosen = None;
    if ui.available_width() > ALL_KINDS {
        let kinds: Vec<(ChartKind, &str)> = CHARTS.to_vec();
        chosen = segmented(ui, choice.chart, &kinds);
    } else {
        let name = CHARTS.iter().find(|kind| kind.0 == choice.chart).map_or("", |kind| kind.1);
        let button = choice_button(ui, "Chart", name, false, "Kind of chart");
        Popup::menu(&button).style(StyleModifier::default()).show(|ui| {
            for (kind, name) in CHARTS {
                if ui.radio(choice.chart == kind, name).clicked() {
                    chosen = Some(kind);
                    ui.close();
                }
            }
        });
    }
    if let Some(chart) = chosen {
        out.push(ask(StatChoice { chart, ..choice.clone() }));
    }
}

/// Chooses the columns that are drawn; of a heat map, one.
fn values_ui(ui: &mut Ui, answers: &Answers, choice: &StatChoice, one: bool, out: &mut Vec<Command>) {
    let Some(table) = answers.table() else { return };
    let now: Vec<String> = chosen(choice, table).iter().map(|column| column.name.clone()).collect();
    let told = match chosen(choice, table).as_slice() {
        [] => "nothing".to_owned(),
        [column] => column_title(column),
        many => format!("{} columns", many.len()),
    };
    let button = choice_button(ui, "Show", &told, false, "Columns that are drawn");
    let menu =
        Popup::menu(&button).style(StyleModifier::default()).close_behavior(PopupCloseBehavior::CloseOnClickOutside);
    menu.show(|ui| {
        ui.set_width(240.0);
        egui::ScrollArea::vertical().max_height(320.0).show(ui, |ui| {
            for column in drawable(table) {
                let mut on = now.contains(&column.name);
                let name = format!("Draw {}", column.name);
                let pressed = if one {
                    ui.radio(on, column_title(column)).accessible_name(name).clicked()
                } else {
                    ui.checkbox(&mut on, column_title(column)).accessible_name(name).clicked()
                };
                if pressed {
                    let values = if one { vec![column.name.clone()] } else { toggled(&now, &column.name) };
                    out.push(ask(with_look(choice, ChartLook { values, ..choice.look.clone() })));
                }
            }
        });
    });
}

/// How many bars; as many as suit the values until someone chooses.
fn bars_ui(ui: &mut Ui, answers: &Answers, choice: &StatChoice, what: &str, out: &mut Vec<Command>) {
    let drawn = answers.drawn().and_then(|all| all.first()).map_or(0, |drawn| {
        let several = drawn.chart.series.len() > 1;
        drawn.rows.first().map_or(0, Vec::len) / if several { 2 } else { 1 }
    });
    let suits = if choice.chart == ChartKind::Heat { 60 } else { u32::try_from(drawn).unwrap_or(1).max(1) };
    let mut bars = choice.look.bars.unwrap_or(suits);
    let most = if choice.chart == ChartKind::Heat { 500 } else { 10_000 };
    let drag = DragValue::new(&mut bars).range(1..=most).speed(1.0).suffix(format!(" {what}"));
    let response = ui.add_sized(vec2(104.0, CONTROL), drag).accessible_name("Number of bars");
    if response.on_hover_text("Drag, or click and type.").changed() {
        let look = ChartLook { bars: Some(bars), ..choice.look.clone() };
        out.push(ask_dragged(ui, with_look(choice, look)));
    }
    if choice.look.bars.is_some() {
        let hint = "As many bars as the rule of Freedman and Diaconis asks for.";
        if plain_button(ui, true, "Automatic").on_hover_text(hint).clicked() {
            out.push(ask(with_look(choice, ChartLook { bars: None, ..choice.look.clone() })));
        }
    }
}

/// Nothing was chosen yet.
fn nothing_ui(ui: &mut Ui, lake: &Lake, out: &mut Vec<Command>) {
    let choice = &lake.statistics.choice;
    if lake.table().metrics().is_empty() {
        let body = "Statistics are of the metrics of sensors. Put sensors.parquet, CSV, MDF 4 or MCAP beside the footages and index again.";
        empty_ui(ui, Icon::Chart, "No metrics in this lake", body, |ui| {
            if plain_button(ui, true, Action::IndexAgain.name()).clicked() {
                out.push(Action::IndexAgain.into());
            }
        });
        return;
    }
    let body = "Choose one or more metrics on the left; the numbers and the chart follow.";
    empty_ui(ui, Icon::Chart, "Which metric?", body, |ui| {
        for metric in lake.table().metrics().iter().take(3) {
            if plain_button(ui, true, &metric.name).clicked() {
                out.push(ask(StatChoice { metrics: vec![metric.name.clone()], ..choice.clone() }));
            }
        }
    });
}

/// The chart needs more than was chosen.
fn needs_ui(ui: &mut Ui, choice: &StatChoice, needs: &str) {
    let mut letters = needs.chars();
    let text =
        letters.next().map_or_else(String::new, |first| first.to_uppercase().collect::<String>() + letters.as_str());
    let headline = if choice.metrics.len() < 2 { "Another metric is needed" } else { "This cannot be drawn" };
    empty_ui(ui, Icon::Chart, headline, &format!("{text}."), |_| {});
}

/// What can be brushed: ranges of the filter of the window, no others.
fn brushing(lake: &Lake, choice: &StatChoice, drawn: &Drawn) -> Brushing {
    if choice.scope != StatScope::Filter {
        return Brushing::Off;
    }
    match choice.chart {
        ChartKind::Histogram => {
            let metric = drawn.x.as_deref().unwrap_or_default();
            let unit = lake.table().metrics().iter().find(|known| known.name == metric);
            let range = range_in(in_force(lake), metric, unit.and_then(|known| known.unit.as_deref()));
            range.map_or(Brushing::None, |(low, high)| Brushing::Range(low, high))
        }
        ChartKind::Line if along_x(choice).is_some() && drawn.chart.x.labels.is_empty() => Brushing::None,
        ChartKind::Scatter => Brushing::Area,
        ChartKind::Heat if choice.by.len() < 2 => Brushing::Area,
        _ => Brushing::Off,
    }
}

/// What a range of x of a line means.
fn along_x(choice: &StatChoice) -> Option<GroupKey> {
    let key: GroupKey = choice.by.first()?.parse().ok()?;
    matches!(key, GroupKey::Hour | GroupKey::Day | GroupKey::Bins { .. }).then_some(key)
}

/// The ends of a range in as many digits as a pointer can mean.
fn rounded((low, high): (f64, f64)) -> (f64, f64) {
    let step = 10_f64.powf(((high - low) / 200.0).log10().floor());
    if !(step.is_finite() && step > 0.0) {
        return (low, high);
    }
    // Through text, so that no digits come behind.
    let round = |value: f64| {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a few digits")]
        let digits = (-step.log10()).clamp(0.0, 12.0) as usize;
        let near = (value / step).round() * step;
        format!("{near:.digits$}").parse().unwrap_or(near)
    };
    (round(low), round(high))
}

fn brushed(lake: &Lake, choice: &StatChoice, drawn: &Drawn, brush: Brush, out: &mut Vec<Command>) {
    let filter = &lake.filter;
    let (x_metric, y_metric) = (drawn.x.as_deref(), drawn.y.as_deref());
    let set = |filter: &str, metric: Option<&str>, range: Option<(f64, f64)>| match metric {
        Some(metric) => edit::set_range(filter, &metric_name(metric), range.map(rounded)),
        None => Ok(filter.to_owned()),
    };
    #[expect(clippy::cast_possible_truncation, reason = "times on a chart")]
    let changed: Result<String, FilterError> = match (choice.chart, brush, along_x(choice)) {
        (ChartKind::Line, Brush::Range(from, to), Some(GroupKey::Hour | GroupKey::Day)) => {
            edit::set_time_range(filter, Some(((from * 1e9) as i64, (to * 1e9) as i64)))
        }
        (ChartKind::Line, Brush::Clear, Some(GroupKey::Hour | GroupKey::Day)) => edit::set_time_range(filter, None),
        (ChartKind::Line, Brush::Range(from, to), Some(GroupKey::Bins { metric, .. })) => {
            set(filter, Some(&metric), Some((from, to)))
        }
        (ChartKind::Line, Brush::Clear, Some(GroupKey::Bins { metric, .. })) => set(filter, Some(&metric), None),
        (ChartKind::Histogram, Brush::Range(from, to), _) => set(filter, x_metric, Some((from, to))),
        (ChartKind::Histogram, Brush::Clear, _) => set(filter, x_metric, None),
        (_, Brush::Area(x, y), _) => set(filter, x_metric, Some(x)).and_then(|filter| set(&filter, y_metric, Some(y))),
        (_, Brush::Clear, _) => set(filter, x_metric, None).and_then(|filter| set(&filter, y_metric, None)),
        _ => return,
    };
    out.push(match changed {
        Ok(filter) => Command::AskFilter(filter),
        // One that cannot be read is mended first.
        Err(_) => Action::FocusQuery.into(),
    });
}

/// A press on a mark: to its frames; on a correlation, to the two metrics as points.
fn clicked(choice: &StatChoice, drawn: &Drawn, point: Point, out: &mut Vec<Command>) {
    if choice.chart == ChartKind::Correlation {
        let Some((x, y)) = drawn.pairs.get(point.1).filter(|pair| pair.0 != pair.1) else { return };
        let look = ChartLook { x: Some(x.clone()), y: Some(y.clone()), ..choice.look.clone() };
        out.push(ask(StatChoice { chart: ChartKind::Scatter, look, ..choice.clone() }));
        return;
    }
    let Some(row) = drawn.rows.get(point.0).and_then(|rows| rows.get(point.1)) else { return };
    let behind = Behind { table: Arc::clone(&drawn.table), row: *row };
    out.push(Command::Statistics(StatisticsCommand::Go(behind)));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_of_a_brush_have_few_digits() {
        for (range, expected) in [
            ((4.141_592, 17.777_7), (4.14, 17.78)),
            ((1234.567, 99_999.9), (1200.0, 100_000.0)),
            ((-0.001_234_5, 0.002), (-0.001_23, 0.002)),
            ((5.0, 5.0), (5.0, 5.0)),
        ] {
            let found = rounded(range);
            assert!((found.0 - expected.0).abs() < 1e-9 && (found.1 - expected.1).abs() < 1e-9, "{found:?}");
        }
    }
}
