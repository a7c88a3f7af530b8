//! CSV and Parquet time series: one time column and one column per metric, or long form (time, metric, value).

use std::{collections::BTreeMap, path::Path, sync::Arc};

use super::{
    BadRows, FormatError, Note, TimeOptions,
    csv_cells::{CellReader, Reading, guess_kind},
    decimal::NO_TIME,
    table::{Cells, LineMap, Table, read_table},
    time_axis::{self, is_time_name},
};
use crate::model::{Column, NULL_WORD, Series};

/// What is known of a metrics file from elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MetricOptions {
    /// The time column.
    pub time: TimeOptions,
    /// Units by metric name; they win over what the file tells.
    pub units: BTreeMap<String, String>,
}

/// The metrics of one file.
#[derive(Debug, Clone, Default)]
pub struct MetricTable {
    /// The metrics in file order, times strictly ascending. Metrics of a wide table share one time axis, but for those
    /// that are filled in fewer than half of the rows: a table joined of several sensors, each at its own rate.
    pub series: Vec<Series>,
    /// Rows of the file, without the header.
    pub rows_read: u64,
    /// Rows that could not be used: broken, or without a time.
    pub bad_rows: BadRows,
    /// Rows that stood before an earlier time and were sorted in.
    pub unsorted_rows: u64,
    /// Rows that repeat the time of another row; the last value that is there holds.
    pub duplicate_rows: u64,
    /// Time of the first row that stood before an earlier one, ns UTC.
    pub first_unsorted_ns: Option<i64>,
    /// The first time that several rows have, ns UTC.
    pub first_duplicate_ns: Option<i64>,
    /// What was guessed.
    pub notes: Vec<Note>,
}

impl MetricTable {
    /// Takes over what was sorted in and left out.
    fn add_order(&mut self, order: &RowOrder) {
        self.unsorted_rows += order.unsorted;
        self.duplicate_rows += order.duplicates;
        self.first_unsorted_ns = earlier(self.first_unsorted_ns, order.first_unsorted_ns);
        self.first_duplicate_ns = earlier(self.first_duplicate_ns, order.first_duplicate_ns);
    }

    /// Everything a person should know of how the file was read: guesses, bad rows, sorting, duplicates.
    #[must_use]
    pub fn all_notes(&self) -> Vec<Note> {
        let mut notes = self.notes.clone();
        notes.extend(self.bad_rows.notes("rows"));
        if self.unsorted_rows > 0 {
            notes.push(Note::new(
                format!("{} rows stood out of time order and were sorted in", self.unsorted_rows),
                "write the rows in time order",
            ));
        }
        if self.duplicate_rows > 0 {
            notes.push(Note::new(
                format!("{} rows repeat the time of another row; the last value holds", self.duplicate_rows),
                "write each time once",
            ));
        }
        notes
    }
}

/// Reads the metrics of a CSV, Parquet, MDF 4 or MCAP file.
///
/// # Errors
/// [`FormatError`] when the file as a whole cannot be read or has no times.
pub fn read_metrics(path: &Path, options: &MetricOptions) -> Result<MetricTable, FormatError> {
    if is_mdf(path) {
        return super::mdf::read_mdf(path, options);
    }
    if is_mcap(path) {
        return super::mcap::read_mcap(path, options);
    }
    let chosen = options.time.column.as_deref().unwrap_or("");
    let reading = |name: &str| {
        if is_time_name(name) || name.eq_ignore_ascii_case(chosen) { Reading::Times } else { Reading::Guessed }
    };
    let table = read_table(path, &reading, options.time.zone.as_ref())?;
    from_table(path, table, options)
}

/// The earlier of two times that may be missing.
pub(super) fn earlier(one: Option<i64>, other: Option<i64>) -> Option<i64> {
    one.into_iter().chain(other).min()
}

/// Whether a file is an ASAM MDF 4 file by its ending.
pub(super) fn is_mdf(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("mf4"))
}

/// Whether a file is an MCAP recording by its ending.
pub(super) fn is_mcap(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("mcap"))
}

/// The metrics of a table; `path` is for messages.
pub(super) fn from_table(path: &Path, mut table: Table, options: &MetricOptions) -> Result<MetricTable, FormatError> {
    let axis = time_axis::read(path, &mut table, &options.time)?;
    let mut result = MetricTable {
        rows_read: table.rows as u64 + table.bad_rows.total(),
        bad_rows: std::mem::take(&mut table.bad_rows),
        ..MetricTable::default()
    };
    result.notes.append(&mut table.notes);
    result.notes.extend(axis.notes);
    for (row, ns) in axis.ns.iter().enumerate() {
        if *ns == NO_TIME {
            result.bad_rows.add("has no time that can be read", || table.lines.place(row));
        }
    }
    if let Some(form) = LongForm::find(&table, axis.column) {
        read_long(table, &axis.ns, &form, &mut result);
    } else {
        read_wide(table, axis.column, axis.ns, &mut result);
    }
    for series in &mut result.series {
        if let Some(unit) = options.units.get(&series.name) {
            series.unit = Some(unit.clone());
        }
    }
    Ok(result)
}

fn read_wide(table: Table, time_column: usize, times: Vec<i64>, result: &mut MetricTable) {
    let order = RowOrder::new(times);
    result.add_order(&order);
    let shared = Arc::clone(&order.times);
    for (at, column) in table.columns.into_iter().enumerate() {
        if at == time_column {
            continue;
        }
        let unit = column.unit.or_else(|| matches!(column.cells, Cells::Instants(_)).then(|| "ns".to_owned()));
        let values = order.apply(column.cells.into_column());
        let filled = (0..values.len()).filter(|row| !values.is_null(*row)).count();
        if filled > 0 && filled * 2 < values.len() {
            result.notes.push(Note::new(
                format!(
                    "`{}` is filled in {filled} of {} rows; it was read at its own rate",
                    column.name,
                    values.len()
                ),
                "write metrics of different rates to files of their own",
            ));
            let rows: Vec<usize> = (0..values.len()).filter(|row| !values.is_null(*row)).collect();
            let time_ns = Arc::new(rows.iter().map(|row| shared[*row]).collect());
            result.series.push(Series { name: column.name, unit, time_ns, values: pick(&values, &rows) });
        } else {
            result.series.push(Series { name: column.name, unit, time_ns: Arc::clone(&shared), values });
        }
    }
}

/// The rows of a column in the order given.
pub(super) fn pick(values: &Column, rows: &[usize]) -> Column {
    match values {
        Column::Float(values) => Column::Float(rows.iter().map(|row| values[*row]).collect()),
        Column::Int { values, valid } => Column::Int {
            values: rows.iter().map(|row| values[*row]).collect(),
            valid: if valid.is_empty() { Vec::new() } else { rows.iter().map(|row| valid[*row]).collect() },
        },
        Column::Bool(values) => Column::Bool(rows.iter().map(|row| values[*row]).collect()),
        Column::Text { codes, words } => {
            Column::Text { codes: rows.iter().map(|row| codes[*row]).collect(), words: words.clone() }
        }
    }
}

/// The way from rows in file order to rows with strictly ascending times.
pub(super) struct RowOrder {
    /// Strictly ascending times.
    pub(super) times: Arc<Vec<i64>>,
    /// Rows that stood before an earlier time.
    pub(super) unsorted: u64,
    /// Rows whose time another row has, too.
    pub(super) duplicates: u64,
    /// Time of the first row that stood before an earlier one.
    first_unsorted_ns: Option<i64>,
    /// The first time that several rows have.
    first_duplicate_ns: Option<i64>,
    /// Rows in time order, equal times in file order; `None` when the file's order is the right one.
    rows: Option<Vec<usize>>,
    /// Where each run of equal times begins in `rows`; `None` without duplicates.
    runs: Option<Vec<usize>>,
}

impl RowOrder {
    /// Sorts rows by time; rows without a time ([`NO_TIME`]) are left out.
    pub(super) fn new(times: Vec<i64>) -> Self {
        if times.first() != Some(&NO_TIME) && times.windows(2).all(|pair| pair[0] < pair[1]) {
            return Self {
                times: Arc::new(times),
                unsorted: 0,
                duplicates: 0,
                first_unsorted_ns: None,
                first_duplicate_ns: None,
                rows: None,
                runs: None,
            };
        }
        let mut rows: Vec<usize> = (0..times.len()).filter(|row| times[*row] != NO_TIME).collect();
        let back = |pair: &&[usize]| times[pair[1]] < times[pair[0]];
        let unsorted = rows.windows(2).filter(back).count() as u64;
        let first_unsorted_ns = rows.windows(2).find(back).map(|pair| times[pair[1]]);
        rows.sort_by_key(|row| times[*row]);
        let runs: Vec<usize> =
            (0..rows.len()).filter(|at| *at == 0 || times[rows[at - 1]] != times[rows[*at]]).collect();
        let duplicates = (rows.len() - runs.len()) as u64;
        let first_duplicate_ns =
            rows.windows(2).find(|pair| times[pair[0]] == times[pair[1]]).map(|pair| times[pair[0]]);
        Self {
            times: Arc::new(runs.iter().map(|at| times[rows[*at]]).collect()),
            unsorted,
            duplicates,
            first_unsorted_ns,
            first_duplicate_ns,
            runs: (duplicates > 0).then_some(runs),
            rows: Some(rows),
        }
    }

    /// Brings a column of the file to these times. Of rows with equal times, the last that holds a value counts.
    pub(super) fn apply(&self, values: Column) -> Column {
        let Some(rows) = &self.rows else { return values };
        let Some(runs) = &self.runs else { return pick(&values, rows) };
        let ends = runs.iter().skip(1).copied().chain(std::iter::once(rows.len()));
        let chosen: Vec<usize> = (runs.iter().zip(ends))
            .map(|(start, end)| {
                let run = &rows[*start..end];
                run.iter().rev().find(|row| !values.is_null(**row)).copied().unwrap_or(run[0])
            })
            .collect();
        pick(&values, &chosen)
    }
}

/// The columns of a long table.
struct LongForm {
    metric: usize,
    value: usize,
    unit: Option<usize>,
}

impl LongForm {
    /// A table is long when, beside the time, it has a column of metric names, one of values, and at most a unit.
    fn find(table: &Table, time: usize) -> Option<Self> {
        let metric =
            table.find(&["metric", "metric_name", "signal", "channel", "variable", "sensor", "name", "key"])?;
        let value = table.find(&["value", "values", "val", "reading"])?;
        let unit = table.find(&["unit", "units"]);
        let words = |at: usize| matches!(&table.columns[at].cells, Cells::Values(Column::Text { .. }));
        let known = 3 + usize::from(unit.is_some());
        (words(metric) && time != metric && time != value && table.columns.len() == known).then_some(Self {
            metric,
            value,
            unit,
        })
    }
}

fn read_long(mut table: Table, times: &[i64], form: &LongForm, result: &mut MetricTable) {
    let Column::Text { codes, words: names } = table.take(form.metric).into_column() else { return };
    let units = form.unit.map(|at| table.take(at).into_column());
    let values = table.take(form.value).into_column();
    let mut rows_of: Vec<Vec<usize>> = vec![Vec::new(); names.len()];
    for (row, code) in codes.iter().enumerate() {
        if *code == NULL_WORD {
            result.bad_rows.add("names no metric", || table.lines.place(row));
        } else if times[row] != NO_TIME {
            rows_of[*code as usize].push(row);
        }
    }
    for (name, rows) in names.into_iter().zip(rows_of) {
        let order = RowOrder::new(rows.iter().map(|row| times[*row]).collect());
        result.add_order(&order);
        let unit = units.as_ref().and_then(|units| rows.iter().find_map(|row| units.text(*row)));
        let own = own_kind(&name, pick(&values, &rows), &rows, &table.lines, &mut result.notes);
        result.series.push(Series { name, unit, time_ns: Arc::clone(&order.times), values: order.apply(own) });
    }
    result.series.sort_by(|a, b| a.name.cmp(&b.name));
}

/// Values of one metric of a long table: words that are all numbers or booleans become such.
fn own_kind(name: &str, values: Column, rows: &[usize], lines: &LineMap, notes: &mut Vec<Note>) -> Column {
    let Column::Text { codes, words } = values else { return values };
    let cell = |code: &u32| words.get(*code as usize).map_or("", String::as_str);
    let kind = guess_kind(codes.iter().take(2000).map(cell), false, Reading::Guessed);
    let mut reader = CellReader::new(kind, false, Reading::Guessed);
    for code in &codes {
        reader.push(cell(code));
    }
    if reader.misfits * 10 > reader.filled {
        // The dictionary is shared by all metrics of the table; keep the words of this one.
        let mut own = super::table::Words::default();
        for code in &codes {
            own.push(words.get(*code as usize).map(String::as_str));
        }
        return own.into_column();
    }
    if let Some((row, cell)) = &reader.first_misfit {
        notes.push(Note::new(
            format!(
                "{} values of metric `{name}` are not of its kind and count as missing (first: `{cell}` on {})",
                reader.misfits,
                lines.place(rows[*row])
            ),
            "correct these values in the file",
        ));
    }
    reader.finish(None).into_column()
}

#[cfg(test)]
#[path = "metrics_table_tests.rs"]
#[expect(clippy::cast_precision_loss, reason = "a test of just that")]
mod tests;
