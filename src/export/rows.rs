//! Rows as CSV, JSON, NDJSON or an aligned table, streamed to wherever they go.

use std::{
    borrow::Cow,
    io::{self, Write},
};

use unicode_width::UnicodeWidthStr;

use super::{Cell, ExportError, OutColumn, cell::guard_formula, columns::CellType};
use crate::{jobs::Progress, model::one_line};

/// How rows are written as text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowFormat {
    /// Aligned columns for a terminal.
    Table,
    /// RFC 4180 with a header; `spreadsheet` guards text against being taken for a formula.
    Csv {
        /// Guard text that a spreadsheet would take for a formula.
        spreadsheet: bool,
    },
    /// One array of objects.
    Json,
    /// One object a line.
    Ndjson,
}

/// A column that rows are written of.
pub(super) trait Cells {
    /// Its name.
    fn name(&self) -> &str;
    /// Type of its values.
    fn kind(&self) -> CellType;
    /// The value at a row.
    fn at(&self, row: usize) -> Cell<'_>;
}

impl Cells for OutColumn<'_> {
    fn name(&self) -> &str {
        &self.name
    }

    fn kind(&self) -> CellType {
        self.cell_type()
    }

    fn at(&self, row: usize) -> Cell<'_> {
        self.cell(row)
    }
}

/// Rows that decide how wide the columns of a table are; later wider values push their line out.
const MEASURED_ROWS: usize = 1_000;
/// Rows between two looks at whether the work should stop.
const CHECK_EVERY: usize = 4_096;

/// Writes `rows` of the columns.
///
/// # Errors
/// `out` refuses bytes, or the work was cancelled.
pub fn write_rows(
    columns: &[OutColumn<'_>],
    rows: &[u32],
    format: RowFormat,
    out: impl Write,
    progress: &Progress,
) -> Result<(), ExportError> {
    write_cells(columns, rows, format, out, progress)
}

/// The same for columns of any kind.
pub(super) fn write_cells<C: Cells>(
    columns: &[C],
    rows: &[u32],
    format: RowFormat,
    out: impl Write,
    progress: &Progress,
) -> Result<(), ExportError> {
    let mut out = io::BufWriter::with_capacity(1 << 18, out);
    match format {
        RowFormat::Csv { spreadsheet } => csv_rows(columns, rows, spreadsheet, &mut out, progress)?,
        RowFormat::Json | RowFormat::Ndjson => json_rows(columns, rows, format == RowFormat::Json, &mut out, progress)?,
        RowFormat::Table => table_rows(columns, rows, &mut out, progress)?,
    }
    out.flush()?;
    Ok(())
}

fn told(at: usize, progress: &Progress) -> Result<(), ExportError> {
    if at > 0 && at.is_multiple_of(CHECK_EVERY) {
        progress.check()?;
        progress.add(CHECK_EVERY as u64);
    }
    Ok(())
}

fn csv_rows<C: Cells>(
    columns: &[C],
    rows: &[u32],
    spreadsheet: bool,
    out: &mut impl Write,
    progress: &Progress,
) -> Result<(), ExportError> {
    let mut writer = csv::Writer::from_writer(out);
    let csv_error = |error: csv::Error| ExportError::Rows(error.into());
    let mut text = String::new();
    for column in columns {
        text.clear();
        text.push_str(column.name());
        if spreadsheet {
            guard_formula(&mut text);
        }
        writer.write_field(&text).map_err(csv_error)?;
    }
    writer.write_record(None::<&[u8]>).map_err(csv_error)?;
    for (at, row) in rows.iter().enumerate() {
        told(at, progress)?;
        for column in columns {
            text.clear();
            column.at(*row as usize).write_text(&mut text);
            if spreadsheet && column.kind() == CellType::Text {
                guard_formula(&mut text);
            }
            writer.write_field(&text).map_err(csv_error)?;
        }
        writer.write_record(None::<&[u8]>).map_err(csv_error)?;
    }
    writer.flush()?;
    Ok(())
}

fn json_rows<C: Cells>(
    columns: &[C],
    rows: &[u32],
    array: bool,
    out: &mut impl Write,
    progress: &Progress,
) -> Result<(), ExportError> {
    let names: Vec<String> = columns.iter().map(|column| serde_json::Value::from(column.name()).to_string()).collect();
    if array {
        out.write_all(b"[")?;
    }
    for (at, row) in rows.iter().enumerate() {
        told(at, progress)?;
        if array {
            out.write_all(if at == 0 { b"\n" } else { b",\n" })?;
        }
        for (column, name) in columns.iter().zip(&names) {
            out.write_all(if std::ptr::eq(column, &raw const columns[0]) { b"{" } else { b"," })?;
            write!(out, "{name}:{}", column.at(*row as usize).json())?;
        }
        out.write_all(if array { b"}" } else { b"}\n" })?;
    }
    if array {
        out.write_all(if rows.is_empty() { b"]\n" } else { b"\n]\n" })?;
    }
    Ok(())
}

fn table_rows<C: Cells>(
    columns: &[C],
    rows: &[u32],
    out: &mut impl Write,
    progress: &Progress,
) -> Result<(), ExportError> {
    let text_of = |column: &C, row: u32| {
        let mut text = String::new();
        column.at(row as usize).write_text(&mut text);
        // A table is for a terminal: names from files must not move its cursor.
        if let Cow::Owned(printable) = one_line(&text) { printable } else { text }
    };
    let widths: Vec<usize> = columns
        .iter()
        .map(|column| {
            rows.iter()
                .take(MEASURED_ROWS)
                .map(|row| text_of(column, *row).width())
                .fold(column.name().width(), usize::max)
        })
        .collect();
    let mut line = |texts: &mut dyn Iterator<Item = String>| -> io::Result<()> {
        let mut gap = 0;
        for ((text, column), width) in texts.zip(columns).zip(&widths) {
            let pad = width.saturating_sub(text.width());
            let right = matches!(column.kind(), CellType::Int | CellType::Float);
            let (before, after) = if right { (pad, 0) } else { (0, pad) };
            write!(out, "{:1$}{text}", "", gap + before)?;
            gap = after + 2;
        }
        writeln!(out)
    };
    line(&mut columns.iter().map(|column| one_line(column.name()).into_owned()))?;
    for (at, row) in rows.iter().enumerate() {
        told(at, progress)?;
        line(&mut columns.iter().map(|column| text_of(column, *row)))?;
    }
    Ok(())
}
