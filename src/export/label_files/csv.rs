//! Labels as CSV: one row per object, joined to its frame by `frame_id`.

use std::io::Write;

use super::{LabelFrame, LabelSink, Lost};
use crate::{
    export::{Cell, ExportError, cell::guard_formula},
    model::Label,
};

/// The columns of `labels.csv`: boxes in pixels, 0-based, top-left corner; `attributes` is a JSON object.
pub const LABEL_COLUMNS: [&str; 9] = ["frame_id", "class", "x", "y", "w", "h", "score", "track_id", "attributes"];

/// Writes label rows as they come.
pub(super) struct LabelWriter<W: Write> {
    writer: csv::Writer<W>,
    spreadsheet: bool,
    text: String,
}

impl<W: Write> LabelWriter<W> {
    pub(super) fn new(out: W, spreadsheet: bool) -> Result<Self, ExportError> {
        let mut writer = csv::Writer::from_writer(out);
        writer.write_record(LABEL_COLUMNS).map_err(ExportError::from)?;
        Ok(Self { writer, spreadsheet, text: String::new() })
    }

    fn write(&mut self, frame_id: &str, label: &Label) -> Result<(), ExportError> {
        let number = |value: Option<f64>| value.map_or(Cell::Null, Cell::Float);
        let cells = [
            Cell::Text(frame_id.into()),
            Cell::Text(label.class.as_str().into()),
            number(label.bbox.map(|bbox| bbox.x)),
            number(label.bbox.map(|bbox| bbox.y)),
            number(label.bbox.map(|bbox| bbox.w)),
            number(label.bbox.map(|bbox| bbox.h)),
            number(label.score),
            label.track_id.map_or(Cell::Null, Cell::Int),
            label.attributes.as_deref().map_or(Cell::Null, |text| Cell::Text(text.into())),
        ];
        for cell in &cells {
            self.text.clear();
            cell.write_text(&mut self.text);
            if self.spreadsheet && matches!(cell, Cell::Text(_)) {
                guard_formula(&mut self.text);
            }
            self.writer.write_field(&self.text).map_err(ExportError::from)?;
        }
        self.writer.write_record(None::<&[u8]>).map_err(ExportError::from)
    }
}

impl<W: Write> LabelSink for LabelWriter<W> {
    fn frame(&mut self, frame: &LabelFrame<'_>, _: &mut Lost) -> Result<u64, ExportError> {
        let frame_id = frame.id.to_string();
        for label in frame.labels {
            self.write(&frame_id, label)?;
        }
        Ok(frame.labels.len() as u64)
    }

    fn finish(mut self: Box<Self>) -> Result<(), ExportError> {
        Ok(self.writer.flush()?)
    }
}
