//! A table file as columns, before anyone decides what the columns mean.

use std::{collections::HashMap, path::Path};

use super::{
    BadRows, FormatError, Note,
    csv_cells::Reading,
    csv_table,
    decimal::{Decimal, NO_TIME},
    error::{read_bytes, reject_placeholders},
    parquet_table,
};
use crate::model::{Column, NULL_WORD, Zone};

/// Longest table file taken in.
pub(super) const MAX_BYTES: u64 = 16 << 30;
/// Most values (rows × columns) of one table.
pub(super) const MAX_VALUES: u64 = 1 << 31;

/// The values of one column as the file kept them.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Cells {
    /// Numbers, booleans or words.
    Values(Column),
    /// Points in time, ns UTC; [`NO_TIME`] where there is none.
    Instants(Vec<i64>),
    /// Numbers of a column whose name says time, kept exactly.
    Decimals(Vec<Decimal>),
}

impl Cells {
    /// The values as a metric: instants become whole nanoseconds, decimals whole numbers or doubles.
    pub(super) fn into_column(self) -> Column {
        match self {
            Self::Values(column) => column,
            Self::Instants(times) => whole_numbers(times.len(), times.iter().map(|ns| (*ns != NO_TIME).then_some(*ns))),
            Self::Decimals(numbers) if numbers.iter().all(|number| number.is_null() || number.nano == 0) => {
                whole_numbers(numbers.len(), numbers.iter().map(|number| (!number.is_null()).then_some(number.whole)))
            }
            Self::Decimals(numbers) => Column::Float(numbers.into_iter().map(Decimal::to_f64).collect()),
        }
    }
}

/// Whole numbers with nulls; `valid` stays empty when all are there.
pub(super) fn whole_numbers(rows: usize, numbers: impl Iterator<Item = Option<i64>>) -> Column {
    let mut values = Vec::with_capacity(rows);
    let mut valid = Vec::new();
    for (row, number) in numbers.enumerate() {
        if number.is_none() && valid.is_empty() {
            valid = vec![true; row];
            valid.reserve(rows - row);
        }
        if number.is_none() || !valid.is_empty() {
            valid.push(number.is_some());
        }
        values.push(number.unwrap_or(0));
    }
    Column::Int { values, valid }
}

/// A named column.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct TableColumn {
    /// The name without its unit.
    pub(super) name: String,
    /// The unit, when the name (`speed [m/s]`) or the file's metadata tells it.
    pub(super) unit: Option<String>,
    /// The values.
    pub(super) cells: Cells,
}

/// Where the rows of a text table stand: pairs of (first row, its line), lines then run on one by one.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct LineMap(Vec<(usize, u64)>);

impl LineMap {
    /// Tells that `row` stands on `line`.
    pub(super) fn push(&mut self, row: usize, line: u64) {
        if self.0.last().is_none_or(|(first, at)| at + (row - first) as u64 != line) {
            self.0.push((row, line));
        }
    }

    /// Adds the lines of the following part of the file, whose row 0 is row `first_row` here.
    pub(super) fn append(&mut self, other: &Self, first_row: usize) {
        other.0.iter().for_each(|(row, line)| self.push(first_row + row, *line));
    }

    /// `line 7` in a text file, `row 7` (from 1) in a binary one.
    pub(super) fn place(&self, row: usize) -> String {
        match self.0.partition_point(|(first, _)| *first <= row).checked_sub(1) {
            Some(run) => format!("line {}", self.0[run].1 + (row - self.0[run].0) as u64),
            None => format!("row {}", row + 1),
        }
    }
}

/// A table file in memory. All columns have `rows` values.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Table {
    /// The columns, in file order; no two share a name.
    pub(super) columns: Vec<TableColumn>,
    /// Number of rows.
    pub(super) rows: usize,
    /// Where the rows stand in the file.
    pub(super) lines: LineMap,
    /// Rows that could not be taken apart.
    pub(super) bad_rows: BadRows,
    /// What was guessed.
    pub(super) notes: Vec<Note>,
}

impl Table {
    /// The place of the first column called one of `names`, in the order of `names`, letter case ignored.
    pub(super) fn find(&self, names: &[&str]) -> Option<usize> {
        names.iter().find_map(|name| self.columns.iter().position(|column| column.name.eq_ignore_ascii_case(name)))
    }

    /// The names of all columns, for messages.
    pub(super) fn column_names(&self) -> String {
        let names: Vec<&str> = self.columns.iter().take(40).map(|column| column.name.as_str()).collect();
        let more = if self.columns.len() > names.len() { ", …" } else { "" };
        format!("{}{more}", names.join(", "))
    }

    /// Takes the values of a column out, leaving none.
    pub(super) fn take(&mut self, column: usize) -> Cells {
        std::mem::replace(&mut self.columns[column].cells, Cells::Instants(Vec::new()))
    }
}

/// The kind of a table file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TableKind {
    /// Text with a delimiter.
    Csv,
    /// Apache Parquet.
    Parquet,
}

/// The kind of a table file by its ending, `None` for no table.
pub(super) fn table_kind(path: &Path) -> Option<TableKind> {
    Some(match path.extension()?.to_str()?.to_ascii_lowercase().as_str() {
        "csv" | "tsv" | "txt" | "tab" => TableKind::Csv,
        "parquet" | "pq" | "parq" => TableKind::Parquet,
        _ => return None,
    })
}

/// Reads a CSV or Parquet file. `reading` tells by the name of a column how text becomes values. Times without a zone are
/// in `zone`, or in UTC.
pub(super) fn read_table(
    path: &Path,
    reading: &dyn Fn(&str) -> Reading,
    zone: Option<&Zone>,
) -> Result<Table, FormatError> {
    let kind = table_kind(path).ok_or_else(|| FormatError::UnknownExtension { path: path.to_owned() })?;
    let bytes = read_bytes(path, MAX_BYTES)?;
    if bytes.starts_with(b"PAR1") {
        return parquet_table::read(path, bytes, zone);
    }
    match kind {
        TableKind::Csv => {
            reject_placeholders(path, &bytes, "a text table")?;
            csv_table::read(path, bytes, reading, zone)
        }
        TableKind::Parquet => {
            reject_placeholders(path, &bytes, "a Parquet file")?;
            parquet_table::read(path, bytes, zone)
        }
    }
}

/// Splits a unit in brackets off a column name: `speed [m/s]` and `speed (m/s)` give `speed` and `m/s`.
pub(super) fn split_unit(name: &str) -> (String, Option<String>) {
    let name = name.trim();
    for (open, close) in [('[', ']'), ('(', ')')] {
        if let Some(inner) = name.strip_suffix(close)
            && let Some(at) = inner.rfind(open)
            && at > 0
        {
            let (base, unit) = (inner[..at].trim(), inner[at + 1..].trim());
            if !base.is_empty() {
                return (base.to_owned(), (!unit.is_empty()).then(|| unit.to_owned()));
            }
        }
    }
    (name.to_owned(), None)
}

/// Gives each column a name of its own, noting what was changed.
pub(super) fn distinct_names(names: Vec<String>, notes: &mut Vec<Note>) -> Vec<String> {
    let mut seen: HashMap<String, usize> = HashMap::new();
    let mut distinct: Vec<String> = Vec::with_capacity(names.len());
    for (at, name) in names.into_iter().enumerate() {
        let wanted = if name.is_empty() { format!("column_{}", at + 1) } else { name };
        let mut unique = wanted.clone();
        while seen.contains_key(&unique) {
            let count = seen.entry(wanted.clone()).or_insert(1);
            *count += 1;
            unique = format!("{wanted}_{count}");
        }
        if unique != wanted {
            notes.push(Note::new(
                format!("column {} is a second `{wanted}`; it is called `{unique}`", at + 1),
                "give each column a name of its own",
            ));
        }
        seen.insert(unique.clone(), 1);
        distinct.push(unique);
    }
    distinct
}

/// Collects words into a dictionary-coded column.
#[derive(Debug, Default)]
pub(super) struct Words {
    distinct: Vec<String>,
    codes: Vec<u32>,
    known: HashMap<String, u32>,
}

impl Words {
    /// Adds one row.
    pub(super) fn push(&mut self, word: Option<&str>) {
        let code = match word {
            // Neighbouring rows mostly repeat a word; comparing is cheaper than hashing.
            Some(word) => match self.codes.last() {
                Some(last) if *last != NULL_WORD && self.distinct[*last as usize] == word => *last,
                _ => self.code(word),
            },
            None => NULL_WORD,
        };
        self.codes.push(code);
    }

    fn code(&mut self, word: &str) -> u32 {
        if let Some(code) = self.known.get(word) {
            return *code;
        }
        // A table holds fewer than 2^31 values, so there are fewer words than that.
        let code = u32::try_from(self.distinct.len()).unwrap_or(NULL_WORD);
        self.distinct.push(word.to_owned());
        self.known.insert(word.to_owned(), code);
        code
    }

    /// Number of rows so far.
    pub(super) fn len(&self) -> usize {
        self.codes.len()
    }

    /// One code per row.
    pub(super) fn codes(&self) -> &[u32] {
        &self.codes
    }

    /// The distinct words, in the order they were met.
    pub(super) fn words(&self) -> &[String] {
        &self.distinct
    }

    /// The codes, one per row, and the distinct words.
    pub(super) fn into_parts(self) -> (Vec<u32>, Vec<String>) {
        (self.codes, self.distinct)
    }

    /// The column.
    pub(super) fn into_column(self) -> Column {
        Column::Text { codes: self.codes, words: self.distinct }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_come_off_names() {
        for (name, expected) in [
            ("speed [m/s]", ("speed", Some("m/s"))),
            (" speed (km/h) ", ("speed", Some("km/h"))),
            ("speed_mps", ("speed_mps", None)),
            ("speed[]", ("speed", None)),
            ("[odd]", ("[odd]", None)),
            ("f(x) [rad s^-1]", ("f(x)", Some("rad s^-1"))),
            ("", ("", None)),
        ] {
            let (base, unit) = split_unit(name);
            assert_eq!((base.as_str(), unit.as_deref()), expected, "{name}");
        }
    }

    #[test]
    fn names_become_distinct() {
        let mut notes = Vec::new();
        let names = ["a", "", "a", "a", "a_2"].map(str::to_owned).to_vec();
        assert_eq!(distinct_names(names, &mut notes), ["a", "column_2", "a_2", "a_3", "a_2_2"]);
        assert_eq!(notes.len(), 3);
    }

    #[test]
    fn lines_are_found_again() {
        let mut lines = LineMap::default();
        assert_eq!(lines.place(4), "row 5");
        for (row, line) in [(0, 2), (1, 3), (2, 7), (3, 8)] {
            lines.push(row, line);
        }
        assert_eq!(lines.0.len(), 2);
        for (row, line) in [(0, "line 2"), (1, "line 3"), (2, "line 7"), (3, "line 8")] {
            assert_eq!(lines.place(row), line);
        }
    }

    #[test]
    fn whole_numbers_keep_nulls() {
        let column = whole_numbers(3, [Some(1), None, Some(3)].into_iter());
        assert_eq!(column, Column::Int { values: vec![1, 0, 3], valid: vec![true, false, true] });
        assert_eq!(whole_numbers(1, [Some(1)].into_iter()), Column::Int { values: vec![1], valid: vec![] });
        assert_eq!(whole_numbers(1, [None].into_iter()), Column::Int { values: vec![0], valid: vec![false] });
    }
}
