//! CSV files as tables: every row is taken or counted.

use std::path::Path;

use rayon::prelude::*;

use super::{
    BadRows, FormatError, Note,
    csv_cells::{CellKind, CellReader, Reading, guess_kind},
    csv_text::{Dialect, decode, dialect},
    note::local_notes,
    table::{LineMap, MAX_VALUES, Table, TableColumn, distinct_names, split_unit},
};
use crate::model::Zone;

/// Rows looked at to decide what a column holds.
const SAMPLE_ROWS: usize = 2_000;
/// Text worth giving to another core.
const PART_BYTES: usize = 4 << 20;
/// A quoted cell that runs over more lines than this was never meant to be one.
const MAX_CELL_LINES: u64 = 1_000;

/// Reads the bytes of a CSV file. `reading` tells by name how the kind of a column is found.
pub(super) fn read(
    path: &Path,
    bytes: Vec<u8>,
    reading: &dyn Fn(&str) -> Reading,
    zone: Option<&Zone>,
) -> Result<Table, FormatError> {
    let mut notes = Vec::new();
    let text = decode(path, bytes, &mut notes)?;
    let mut dialect = dialect(path, &text, &mut notes)?;
    let (bases, units): (Vec<String>, Vec<Option<String>>) = dialect.header.iter().map(|name| split_unit(name)).unzip();
    let names = distinct_names(bases, &mut notes);
    let readings: Vec<Reading> = names.iter().map(|name| reading(name)).collect();
    let body = text.get(dialect.body_start..).unwrap_or("");

    if body.contains('"') && quotes_run_away(body, &dialect) {
        dialect.quoting = false;
        notes.push(Note::new(
            "a double quote is never closed; quotes were read as ordinary characters",
            "close the quote or remove it",
        ));
    }
    let mut kinds = sample_kinds(body, &dialect, &readings);
    let part = loop {
        let part = read_parts(path, body, &dialect, &kinds, &readings)?;
        // A column that turned out to hold mostly something else than its first rows is read again as words.
        let mixed: Vec<usize> = (0..kinds.len())
            .filter(|at| {
                let column = &part.columns[*at];
                let bearable = if readings[*at] == Reading::Times { column.filled / 2 } else { column.filled / 10 };
                part.mixed[*at] || column.misfits > bearable
            })
            .collect();
        if mixed.is_empty() {
            break part;
        }
        for at in mixed {
            kinds[at] = CellKind::Text;
        }
    };

    let mut columns = Vec::with_capacity(names.len());
    for ((reader, name), unit) in part.columns.into_iter().zip(names).zip(units) {
        if let Some((row, cell)) = &reader.first_misfit {
            notes.push(Note::new(
                format!(
                    "{} values of column `{name}` are not of its kind and count as missing (first: `{cell}` on {})",
                    reader.misfits,
                    part.lines.place(*row)
                ),
                "correct these values in the file",
            ));
        }
        let mut local = zone.map(Zone::reader);
        let cells = reader.finish(local.as_mut());
        notes.extend(local_notes(local.as_ref(), &name));
        columns.push(TableColumn { name, unit, cells });
    }
    Ok(Table { columns, rows: part.rows, lines: part.lines, bad_rows: part.bad_rows, notes })
}

/// The column names of the first part of a CSV file, and whether a cell of its first row is a date.
pub(super) fn column_names(path: &Path, head: Vec<u8>) -> Option<(Vec<String>, bool)> {
    let text = decode(path, head, &mut Vec::new()).ok()?;
    let dialect = dialect(path, &text, &mut Vec::new()).ok()?;
    let names = dialect.header.iter().map(|name| split_unit(name).0).collect();
    let mut first = csv::StringRecord::new();
    let read = reader(text.get(dialect.body_start..).unwrap_or(""), &dialect).read_record(&mut first);
    let date = |cell: &str| guess_kind(std::iter::once(cell), false, Reading::Guessed) == CellKind::Instant;
    Some((names, matches!(read, Ok(true)) && first.iter().any(date)))
}

fn reader<'a>(text: &'a str, dialect: &Dialect) -> csv::Reader<&'a [u8]> {
    csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(dialect.delimiter)
        .quoting(dialect.quoting)
        .comment(Some(b'#'))
        .from_reader(text.as_bytes())
}

/// Whether some quoted cell swallows a long stretch of lines, or rows it should not.
fn quotes_run_away(body: &str, dialect: &Dialect) -> bool {
    let mut reader = reader(body, dialect);
    let mut record = csv::StringRecord::new();
    let mut from = 1;
    let odd = body.bytes().filter(|byte| *byte == b'"').count() % 2 == 1;
    while matches!(reader.read_record(&mut record), Ok(true)) {
        let to = reader.position().line();
        let suspicious = odd || record.len() != dialect.header.len();
        if to - from > MAX_CELL_LINES || (suspicious && record.iter().any(|cell| cell.contains('\n'))) {
            return true;
        }
        from = to;
    }
    false
}

fn sample_kinds(body: &str, dialect: &Dialect, readings: &[Reading]) -> Vec<CellKind> {
    let mut reader = reader(body, dialect);
    let mut record = csv::StringRecord::new();
    let mut rows = Vec::new();
    while rows.len() < SAMPLE_ROWS && matches!(reader.read_record(&mut record), Ok(true)) {
        if record.len() == readings.len() {
            rows.push(record.clone());
        }
    }
    let cells = |at: usize| rows.iter().filter_map(move |row| row.get(at)).map(str::trim);
    (0..readings.len()).map(|at| guess_kind(cells(at), dialect.delimiter != b',', readings[at])).collect()
}

/// What was read of one stretch of the file.
struct Part {
    columns: Vec<CellReader>,
    rows: usize,
    lines: LineMap,
    bad_rows: BadRows,
    /// Columns whose parts are of kinds that do not mix.
    mixed: Vec<bool>,
}

fn read_parts(
    path: &Path,
    body: &str,
    dialect: &Dialect,
    kinds: &[CellKind],
    readings: &[Reading],
) -> Result<Part, FormatError> {
    // A line end inside quotes is no row end, so only text without quotes can be cut at line ends.
    let whole = dialect.quoting && body.contains('"');
    let stretches = if whole { vec![body] } else { cut(body) };
    let mut line = dialect.body_line;
    let mut jobs = Vec::with_capacity(stretches.len());
    for text in stretches {
        jobs.push((text, line));
        line += text.bytes().filter(|byte| *byte == b'\n').count() as u64;
    }
    let parts: Vec<Part> =
        jobs.into_par_iter().map(|(text, line)| read_part(text, line, dialect, kinds, readings)).collect();
    let rows: usize = parts.iter().map(|part| part.rows).sum();
    let columns = kinds.len();
    if (rows as u64).saturating_mul(columns as u64) > MAX_VALUES {
        let (rows, columns) = (rows as u64, columns as u64);
        return Err(FormatError::TooManyValues { path: path.to_owned(), rows, columns, limit: MAX_VALUES });
    }
    let mut parts = parts.into_iter();
    let mut joined = parts.next().unwrap_or_else(|| read_part("", dialect.body_line, dialect, kinds, readings));
    for part in parts {
        for (at, (column, more)) in joined.columns.iter_mut().zip(part.columns).enumerate() {
            joined.mixed[at] |= !column.append(more);
        }
        joined.lines.append(&part.lines, joined.rows);
        joined.rows += part.rows;
        joined.bad_rows.append(part.bad_rows);
    }
    Ok(joined)
}

/// Cuts text into stretches that end at line ends.
fn cut(body: &str) -> Vec<&str> {
    let mut rest = body;
    let mut stretches = Vec::new();
    while rest.len() > PART_BYTES {
        let Some(end) = rest.as_bytes()[PART_BYTES..].iter().position(|byte| *byte == b'\n') else { break };
        let (stretch, after) = rest.split_at(PART_BYTES + end + 1);
        stretches.push(stretch);
        rest = after;
    }
    stretches.push(rest);
    stretches
}

fn read_part(text: &str, first_line: u64, dialect: &Dialect, kinds: &[CellKind], readings: &[Reading]) -> Part {
    let decimal_comma = dialect.delimiter != b',';
    let mut part = Part {
        columns: kinds
            .iter()
            .zip(readings)
            .map(|(kind, reading)| CellReader::new(*kind, decimal_comma, *reading))
            .collect(),
        rows: 0,
        lines: LineMap::default(),
        bad_rows: BadRows::default(),
        mixed: vec![false; kinds.len()],
    };
    let mut reader = reader(text, dialect);
    let mut record = csv::StringRecord::new();
    // Reading text from memory cannot fail: rows may have any length and the text is UTF-8.
    while matches!(reader.read_record(&mut record), Ok(true)) {
        let line = || first_line - 1 + record.position().map_or(1, |at| line_of(text, at));
        let blank_from = |first: usize| record.iter().skip(first).all(|cell| cell.trim().is_empty());
        if record.len() < kinds.len() || (record.len() > kinds.len() && !blank_from(kinds.len())) {
            if record.len() == 1 && blank_from(0) {
                continue;
            }
            let why = if record.len() < kinds.len() { "has too few cells" } else { "has too many cells" };
            part.bad_rows.add(why, || format!("line {}: `{}`", line(), snippet(&record, dialect.delimiter)));
            continue;
        }
        part.lines.push(part.rows, line());
        part.columns.iter_mut().zip(record.iter()).for_each(|(column, cell)| column.push(cell));
        part.rows += 1;
    }
    part
}

/// The line of a record (from 1 in `text`): its position may still point at line ends and comments before it.
fn line_of(text: &str, position: &csv::Position) -> u64 {
    let bytes = text.as_bytes();
    let mut line = position.line();
    let mut at = usize::try_from(position.byte()).unwrap_or(usize::MAX);
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'\n' => line += 1,
            b'\r' => {}
            b'#' => {
                at += bytes[at..].iter().position(|byte| *byte == b'\n').unwrap_or(bytes.len());
                continue;
            }
            _ => break,
        }
        at += 1;
    }
    line
}

fn snippet(record: &csv::StringRecord, delimiter: u8) -> String {
    let cells: Vec<&str> = record.iter().collect();
    let text: String = cells.join(&char::from(delimiter).to_string());
    let short: String = text.chars().take(40).collect();
    if short.len() < text.len() { format!("{short}…") } else { short }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use super::*;
    use crate::{formats::table::Cells, model::Column};

    fn table(text: &str) -> Table {
        read(
            Path::new("a.csv"),
            text.as_bytes().to_vec(),
            &|name| if name == "t" { Reading::Times } else { Reading::Guessed },
            None,
        )
        .unwrap()
    }

    #[test]
    fn bad_rows_are_counted_with_their_line() {
        for (text, rows, bad) in [
            ("t,a\n1,2\n3\n4,5,6\n7,8,\n", 2, vec!["line 3: `3`", "line 4: `4,5,6`"]),
            ("t,a\r\n1,2\r\n\r\n# note\r\n3\r\n4,5\r\n", 2, vec!["line 5: `3`"]),
            ("t,a\n\n\n1,2\n  \n3,4", 2, vec![]),
            ("t,a\n1,\"x\ny\"\n2,z\n3", 2, vec!["line 5: `3`"]),
            ("t,a\n", 0, vec![]),
        ] {
            let table = table(text);
            let found: Vec<&String> = table.bad_rows.reasons().iter().flat_map(|reason| &reason.examples).collect();
            assert_eq!(
                (table.rows, found),
                (rows, bad.iter().map(|b| (*b).to_owned()).collect::<Vec<_>>().iter().collect()),
                "{text:?}"
            );
        }
    }

    #[test]
    fn a_quote_never_closed_does_not_swallow_the_file() {
        let table = table("t,a\n1,\"x\n2,y\n3,z\n");
        assert_eq!(table.rows, 3);
        assert!(table.notes.iter().any(|note| note.what.contains("never closed")), "{:?}", table.notes);
    }

    #[test]
    fn stray_words_are_told_and_mixed_columns_are_words() {
        let mut text = "t,a,b\n".to_owned();
        for row in 0..3000 {
            let a = if row == 5 { "ERR".to_owned() } else { row.to_string() };
            let b = if row < 2500 { row.to_string() } else { "off".to_owned() };
            writeln!(text, "{row},{a},{b}").unwrap();
        }
        let table = table(&text);
        assert!(matches!(&table.columns[0].cells, Cells::Decimals(times) if times.len() == 3000));
        assert!(matches!(&table.columns[1].cells, Cells::Values(Column::Int { valid, .. }) if !valid[5]));
        assert!(matches!(&table.columns[2].cells, Cells::Values(Column::Text { words, .. }) if words.len() == 2501));
        assert_eq!(table.notes.len(), 1);
        assert!(table.notes[0].what.contains("`ERR` on line 7"), "{}", table.notes[0].what);
    }

    #[test]
    fn parts_of_a_long_file_join() {
        let mut text = "t,a,word\n".to_owned();
        let rows = 700_000;
        for row in 0..rows {
            let a = if row == rows - 1 { "0.5".to_owned() } else { row.to_string() };
            writeln!(text, "{row},{a},w{}", row % 3).unwrap();
            if row == rows / 2 {
                text += "broken\n";
            }
        }
        assert!(text.len() > 2 * PART_BYTES);
        let table = table(&text);
        assert_eq!((table.rows, table.bad_rows.total()), (rows, 1));
        assert_eq!(table.bad_rows.reasons()[0].examples, [format!("line {}: `broken`", rows / 2 + 3)]);
        assert_eq!(table.lines.place(rows - 1), format!("line {}", rows + 2));
        let Cells::Values(Column::Float(a)) = &table.columns[1].cells else { panic!("a is not doubles") };
        assert_eq!(
            a[rows - 2..].iter().map(f64::to_string).collect::<Vec<_>>(),
            [(rows - 2).to_string(), "0.5".to_owned()]
        );
        let Cells::Values(Column::Text { codes, words }) = &table.columns[2].cells else { panic!("no words") };
        assert_eq!(words[codes[rows - 1] as usize], format!("w{}", (rows - 1) % 3));
    }
}
