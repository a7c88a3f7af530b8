//! The answer as a chart: which column lies along x, which one is its height, and what tells series apart.

use std::{collections::HashMap, sync::Arc};

use egui::{Align, Layout, Popup, RichText, ScrollArea, Ui};
use serde::{Deserialize, Serialize};

use super::{command::SqlCommand, frames::Names, running::Running};
use crate::{
    gui::{
        charts::{Axis, Chart, Look, Marks, Scale, Series, chart_ui},
        command::Command,
        fetch::Fetch,
        lake::Lake,
        state::Workspace,
        theme::{self, STEP, colors},
        widgets::{
            Icon, choice_button, empty_ui, segmented,
            text::{count, number},
            waiting_ui,
        },
        work::Workers,
    },
    jobs::Priority,
    session::{Session, SqlAnswer, SqlColumn, SqlType, SqlValues},
};

/// Rows that are drawn at most, as bars, as a line, as dots; how many are left out is told.
const BARS: usize = 2_000;
const LINE: usize = 200_000;
const DOTS: usize = 20_000;
/// Series that are told apart by colour.
const SERIES: usize = 6;
/// Rows that are read at once.
const READ: usize = 1 << 16;

/// How values are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SqlKind {
    /// Upright bars.
    #[default]
    Bars,
    /// A line.
    Line,
    /// Dots.
    Dots,
}

/// How answers are drawn. A column that an answer lacks gives way to one that it has.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct SqlChart {
    /// How values are drawn; as suits them until someone chose.
    pub kind: Option<SqlKind>,
    /// The column along x.
    pub x: Option<String>,
    /// The column of heights.
    pub y: Option<String>,
    /// The column that tells series apart.
    pub series: Option<String>,
}

/// The columns that are drawn, by their numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Drawn {
    kind: SqlKind,
    x: usize,
    y: usize,
    series: Option<usize>,
}

fn is_number(column: &SqlColumn) -> bool {
    matches!(column.kind, SqlType::Int64 | SqlType::Int32 | SqlType::Double | SqlType::Bool)
}

/// Whether a column holds times: as such, or as nanoseconds under the names that this program gives them.
fn is_time(column: &SqlColumn) -> bool {
    let ns = |name: &str| name.ends_with("timestamp_ns") || name.ends_with("_at_ns");
    column.kind == SqlType::Timestamp || (column.kind == SqlType::Int64 && ns(&column.name))
}

impl SqlChart {
    /// What is drawn of an answer with these columns; `None` when none of them has numbers.
    fn of(&self, columns: &[SqlColumn]) -> Option<Drawn> {
        let named = |name: &Option<String>| {
            let name = name.as_deref()?;
            columns.iter().position(|column| column.name == name)
        };
        let height = |at: &usize| is_number(&columns[*at]) && !is_time(&columns[*at]);
        let all = || 0..columns.len();
        let y = named(&self.y)
            .filter(height)
            .or_else(|| all().rev().find(|at| height(at) && Some(*at) != named(&self.x)))
            .or_else(|| all().find(height))?;
        let x = named(&self.x)
            .or_else(|| all().find(|at| is_time(&columns[*at]) || columns[*at].kind == SqlType::Text))
            .or_else(|| all().find(|at| *at != y))
            .unwrap_or(y);
        let kind = self.kind.unwrap_or(match &columns[x] {
            column if is_time(column) => SqlKind::Line,
            column if column.kind == SqlType::Text => SqlKind::Bars,
            _ => SqlKind::Dots,
        });
        Some(Drawn { kind, x, y, series: named(&self.series).filter(|at| *at != x && *at != y) })
    }
}

/// A chart, the row that each of its points stands for, and what is to be known of it.
struct Built {
    chart: Arc<Chart>,
    rows: Vec<Vec<usize>>,
    note: String,
}

/// What a chart was made of: which answer, how many rows of it, and how it is drawn.
type MadeOf = (u64, usize, SqlChart);

/// The chart of the answer.
#[derive(Default)]
pub struct ChartPane {
    built: Fetch<MadeOf, Arc<Built>>,
    /// The cells of a row that was pressed.
    led: Fetch<(u64, usize), Vec<Option<String>>>,
}

impl ChartPane {
    /// The chart that is shown.
    pub(super) fn shown(&self) -> Option<Arc<Chart>> {
        self.built.value().map(|built| Arc::clone(&built.chart))
    }

    /// Draws the chart over the whole rectangle of `ui`.
    pub(super) fn ui(
        &mut self,
        ui: &mut Ui,
        lake: &Lake,
        (answer, running): (&SqlAnswer, &Running),
        workers: &Workers,
        out: &mut Vec<Command>,
    ) {
        let columns = answer.columns();
        let choice = &lake.sql.memory.chart;
        let Some(drawn) = choice.of(columns) else {
            let body = "No column of the answer holds numbers. Ask for some, such as count(*) or avg(speed).";
            empty_ui(ui, Icon::Chart, "Nothing to draw", body, |_| {});
            return;
        };
        egui::Frame::new().inner_margin(egui::Margin::symmetric(12, 0)).show(ui, |ui| {
            let note = self.built.value().map_or("", |built| built.note.as_str());
            choice_ui(ui, choice, drawn, columns, note, out);
        });
        let number = running.asked().map_or(0, |asked| asked.number);
        let key = (number, answer.rows(), choice.clone());
        // While rows come, the chart follows no faster than it can be made.
        if !(self.built.is_pending() && self.built.key().is_some_and(|known| (known.0, &known.2) == (key.0, &key.2))) {
            let all = answer.clone();
            self.built
                .request(key, &workers.ask, Priority::Visible, ui.ctx(), move |_| build(&all, drawn).map(Arc::new));
        }
        self.built.poll();
        self.lead(answer, lake, out);
        if let Some(error) = self.built.error() {
            empty_ui(ui, Icon::Warning, "The answer cannot be drawn", error, |_| {});
            return;
        }
        let Some(built) = self.built.value().cloned() else {
            waiting_ui(ui, "Drawing the answer…");
            return;
        };
        egui::Frame::new().inner_margin(egui::Margin { left: 8, right: 12, top: 0, bottom: 6 }).show(ui, |ui| {
            let shown = chart_ui(ui, &built.chart, &Look { id: "sql chart", ..Look::default() });
            let row = shown.clicked.and_then(|(series, point)| built.rows.get(series)?.get(point).copied());
            if let Some(row) = row
                && Names::of(columns).any()
            {
                let all = answer.clone();
                self.led.invalidate();
                self.led.request((number, row), &workers.ask, Priority::Visible, ui.ctx(), move |_| {
                    let rows = Session::sql_rows(&all, row..row + 1).map_err(|error| error.to_string())?;
                    Ok(rows.into_iter().next().unwrap_or_default())
                });
            }
        });
    }

    /// Goes to the frame of the row that was pressed.
    fn lead(&mut self, answer: &SqlAnswer, lake: &Lake, out: &mut Vec<Command>) {
        if self.led.poll()
            && let Some(cells) = self.led.take_ready()
        {
            match Names::of(answer.columns()).frame(&cells, lake) {
                Some(frame) => {
                    out.push(Command::ShowWorkspace(Workspace::Explore));
                    out.push(Command::Show(frame));
                }
                None => out.push(Command::Sql(SqlCommand::NoFrame)),
            }
        }
    }
}

/// The controls over the chart.
fn choice_ui(ui: &mut Ui, choice: &SqlChart, drawn: Drawn, columns: &[SqlColumn], note: &str, out: &mut Vec<Command>) {
    let set = |chart: SqlChart| Command::Sql(SqlCommand::SetChart(chart));
    let width = ui.available_width();
    ui.horizontal_wrapped(|ui| {
        ui.set_width(width);
        ui.spacing_mut().item_spacing = egui::vec2(STEP, STEP / 2.0);
        ui.set_row_height(theme::CONTROL);
        let kinds = [(SqlKind::Bars, "Bars"), (SqlKind::Line, "Line"), (SqlKind::Dots, "Dots")];
        if let Some(kind) = segmented(ui, drawn.kind, &kinds) {
            out.push(set(SqlChart { kind: Some(kind), ..choice.clone() }));
        }
        let any = |_: &SqlColumn| true;
        if let Some(x) = column_menu(ui, ("x", "Column along x"), columns, (Some(drawn.x), false), any) {
            out.push(set(SqlChart { x, kind: None, ..choice.clone() }));
        }
        let height = |column: &SqlColumn| is_number(column) && !is_time(column);
        if let Some(y) = column_menu(ui, ("y", "Column of heights"), columns, (Some(drawn.y), false), height) {
            out.push(set(SqlChart { y, ..choice.clone() }));
        }
        if let Some(series) = column_menu(ui, ("by", "Column of series"), columns, (drawn.series, true), any) {
            out.push(set(SqlChart { series, ..choice.clone() }));
        }
        if !note.is_empty() {
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                let text = RichText::new(note).font(theme::numbers(12.0)).color(colors(ui).warning);
                ui.add(egui::Label::new(text).wrap());
            });
        }
    });
    ui.add_space(4.0);
}

/// A menu of columns; the one that was chosen, or none of them.
#[expect(clippy::option_option, reason = "nothing was chosen, or no column, or a column")]
fn column_menu(
    ui: &mut Ui,
    (caption, name): (&str, &str),
    columns: &[SqlColumn],
    (now, can_be_none): (Option<usize>, bool),
    fits: impl Fn(&SqlColumn) -> bool,
) -> Option<Option<String>> {
    let shown = now.and_then(|at| columns.get(at)).map_or("none", |column| column.name.as_str());
    let button = choice_button(ui, caption, shown, false, name);
    let mut chosen = None;
    Popup::menu(&button).style(egui::style::StyleModifier::default()).show(|ui| {
        ScrollArea::vertical().max_height(320.0).show(ui, |ui| {
            if can_be_none && ui.radio(now.is_none(), "none").clicked() {
                chosen = Some(None);
                ui.close();
            }
            for (at, column) in columns.iter().enumerate().filter(|(_, column)| fits(column)) {
                if ui.radio(now == Some(at), &column.name).clicked() {
                    chosen = Some(Some(column.name.clone()));
                    ui.close();
                }
            }
        });
    });
    chosen
}

/// Things by name, in the order in which they came.
#[derive(Default)]
struct Things {
    names: Vec<String>,
    at: HashMap<String, usize>,
}

impl Things {
    fn at(&mut self, name: &str) -> usize {
        if let Some(at) = self.at.get(name) {
            return *at;
        }
        self.names.push(name.to_owned());
        self.at.insert(name.to_owned(), self.names.len() - 1);
        self.names.len() - 1
    }
}

/// A cell as a word.
fn word(values: &SqlValues, row: usize) -> String {
    let word = match values {
        SqlValues::Texts(texts) => texts.get(row).cloned().flatten(),
        SqlValues::Numbers(numbers) => numbers.get(row).copied().flatten().map(number),
        SqlValues::Times(times) => times.get(row).copied().flatten().map(crate::gui::widgets::text::time_utc),
    };
    word.unwrap_or_else(|| "null".to_owned())
}

/// A cell as a place on an axis.
#[expect(clippy::cast_precision_loss, reason = "drawn on a chart")]
fn place(values: &SqlValues, row: usize, column: &SqlColumn, things: &mut Things) -> Option<f64> {
    match values {
        SqlValues::Texts(_) => Some(things.at(&word(values, row)) as f64),
        SqlValues::Times(times) => times.get(row).copied().flatten().map(|ns| ns as f64 / 1e9),
        SqlValues::Numbers(numbers) => {
            let value = numbers.get(row).copied().flatten()?;
            Some(if is_time(column) { value / 1e9 } else { value })
        }
    }
}

/// Points of one series, and the row of each.
#[derive(Default)]
struct Points {
    at: Vec<[f64; 2]>,
    names: Vec<String>,
    rows: Vec<usize>,
}

/// Reads the rows that are drawn and makes the chart.
#[expect(clippy::cast_precision_loss, reason = "drawn on a chart")]
fn build(answer: &SqlAnswer, drawn: Drawn) -> Result<Built, String> {
    let (columns, rows) = (answer.columns(), answer.rows());
    let step = if drawn.kind == SqlKind::Dots { rows.div_ceil(DOTS).max(1) } else { 1 };
    let end = match drawn.kind {
        SqlKind::Bars => rows.min(BARS),
        SqlKind::Line => rows.min(LINE),
        SqlKind::Dots => rows,
    };
    let (mut things, mut names) = (Things::default(), Things::default());
    let mut all: Vec<Points> = Vec::new();
    let (mut unplaced, mut others) = (0_u64, 0_u64);
    let wanted = [drawn.x, drawn.y, drawn.series.unwrap_or(drawn.y)];
    for from in (0..end).step_by(READ) {
        let to = (from + READ).min(end);
        let values = Session::sql_values(answer, from..to, &wanted).map_err(|error| error.to_string())?;
        let [xs, ys, series] = values.as_slice() else { return Err("the answer has other columns now".to_owned()) };
        for row in (from..to).filter(|row| row.is_multiple_of(step)) {
            let at = row - from;
            let y = match ys {
                SqlValues::Numbers(numbers) => numbers.get(at).copied().flatten(),
                _ => None,
            };
            let (Some(x), Some(y)) = (place(xs, at, &columns[drawn.x], &mut things), y) else {
                unplaced += 1;
                continue;
            };
            let of = if drawn.series.is_some() { names.at(&word(series, at)) } else { 0 };
            if of >= SERIES {
                others += 1;
                continue;
            }
            if all.len() <= of {
                all.resize_with(of + 1, Points::default);
            }
            all[of].at.push([x, y]);
            all[of].rows.push(row);
            if matches!(xs, SqlValues::Texts(_)) {
                all[of].names.push(word(xs, at));
            }
        }
    }
    let mut notes = Vec::new();
    if end < rows {
        notes.push(format!("The first {} of {} rows are drawn.", count(end as u64), count(rows as u64)));
    }
    if step > 1 {
        notes.push(format!("Every {step}th of {} rows is drawn.", count(rows as u64)));
    }
    if names.names.len() > SERIES {
        notes.push(format!("{SERIES} of {} series are drawn, {} rows are not.", names.names.len(), count(others)));
    }
    if unplaced > 0 {
        notes.push(format!("{} without a value are left out.", crate::gui::widgets::text::counted(unplaced, "row")));
    }
    let parts = all.len().max(1) as f64;
    let apart = smallest_step(&all).unwrap_or(1.0);
    let mut series = Vec::new();
    let mut rows_of = Vec::new();
    for (of, mut points) in all.into_iter().enumerate() {
        if drawn.kind != SqlKind::Dots {
            points.sort_by_x();
        }
        let width = apart * 0.8 / parts;
        let shift = if drawn.kind == SqlKind::Bars { (of as f64 - (parts - 1.0) / 2.0) * width } else { 0.0 };
        points.at.iter_mut().for_each(|point| point[0] += shift);
        let marks = match drawn.kind {
            SqlKind::Bars => Marks::Bars(width),
            SqlKind::Line => Marks::Line,
            SqlKind::Dots => Marks::Dots(vec![(2.5, 0.7); points.at.len()]),
        };
        let name = names.names.get(of).cloned().unwrap_or_else(|| columns[drawn.y].name.clone());
        series.push(Series { name, color: of, marks, points: points.at, names: points.names, ..Series::default() });
        rows_of.push(points.rows);
    }
    let scale = if is_time(&columns[drawn.x]) { Scale::Time } else { Scale::Linear };
    let title = |at: usize| columns[at].name.clone();
    let chart = Chart {
        name: format!("{} by {}", title(drawn.y), title(drawn.x)),
        x: Axis { title: title(drawn.x), scale, labels: things.names, ..Axis::default() },
        y: Axis { title: title(drawn.y), from_zero: drawn.kind == SqlKind::Bars, ..Axis::default() },
        series,
        ..Chart::default()
    };
    Ok(Built { chart: Arc::new(chart), rows: rows_of, note: notes.join(" ") })
}

impl Points {
    /// In the order of x, equals as they were.
    fn sort_by_x(&mut self) {
        let mut order: Vec<usize> = (0..self.at.len()).collect();
        order.sort_by(|a, b| self.at[*a][0].total_cmp(&self.at[*b][0]));
        self.at = order.iter().map(|at| self.at[*at]).collect();
        self.rows = order.iter().map(|at| self.rows[*at]).collect();
        if !self.names.is_empty() {
            self.names = order.iter().map(|at| std::mem::take(&mut self.names[*at])).collect();
        }
    }
}

/// The smallest distance between two places along x, so that bars do not lie on each other.
fn smallest_step(all: &[Points]) -> Option<f64> {
    let mut places: Vec<f64> = all.iter().flat_map(|points| points.at.iter().map(|point| point[0])).collect();
    places.sort_by(f64::total_cmp);
    places.dedup();
    places.windows(2).map(|pair| pair[1] - pair[0]).filter(|step| *step > 0.0).min_by(f64::total_cmp)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns(list: &[(&str, SqlType)]) -> Vec<SqlColumn> {
        list.iter().map(|(name, kind)| SqlColumn::new(*name, *kind)).collect()
    }

    #[test]
    fn what_suits_an_answer_is_drawn_until_someone_chooses() {
        use SqlType::{Double, Int64, Text, Timestamp};
        let groups = columns(&[("recording", Text), ("n", Int64), ("mean", Double)]);
        let drawn = SqlChart::default().of(&groups).unwrap();
        assert_eq!(drawn, Drawn { kind: SqlKind::Bars, x: 0, y: 2, series: None });
        let chosen = SqlChart { y: Some("n".into()), series: Some("recording".into()), ..SqlChart::default() };
        let drawn = chosen.of(&groups).unwrap();
        assert_eq!((drawn.y, drawn.series), (1, None), "x tells series apart already");
        let over_time = columns(&[("time", Timestamp), ("speed", Double)]);
        assert_eq!(SqlChart::default().of(&over_time).unwrap().kind, SqlKind::Line);
        let ns = columns(&[("timestamp_ns", Int64), ("speed", Double)]);
        let drawn = SqlChart::default().of(&ns).unwrap();
        assert_eq!((drawn.kind, drawn.x, drawn.y), (SqlKind::Line, 0, 1));
        let two = columns(&[("speed", Double), ("brake", Double)]);
        let drawn = SqlChart::default().of(&two).unwrap();
        assert_eq!((drawn.kind, drawn.x, drawn.y), (SqlKind::Dots, 0, 1));
        assert_eq!(SqlChart::default().of(&columns(&[("class", Text)])), None);
        let one = SqlChart::default().of(&columns(&[("n", Int64)])).unwrap();
        assert_eq!((one.x, one.y), (0, 0));
    }
}
