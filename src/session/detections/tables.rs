//! Answers about detection events as tables, on their way to a file or a terminal.

use std::{fs::File, path::Path, sync::Arc};

use super::{DetectionEvent, Duplicates, EventCounts, Scope, TopItems};
use crate::{
    export::{PlainColumn, PlainTable, PlainValues, RowFormat, TableFormat},
    jobs::Progress,
    session::{FrameFormat, SessionError, find::write_whole_file},
};

/// An answer as a table.
#[derive(Debug, Clone, Default)]
pub struct DetectionTable(PlainTable);

fn column(name: &'static str, values: PlainValues) -> PlainColumn {
    PlainColumn { name, values }
}

impl From<TopItems> for DetectionTable {
    /// `geographical_location_oid` int64, `geographical_location` string, `item_rank` int32, `item_name` string,
    /// `item_count` int64; the first two are left out when locations are not told apart. With windows, `window_start` comes
    /// before the rank.
    fn from(top: TopItems) -> Self {
        let mut columns = Vec::new();
        if top.scope == Scope::Location {
            columns.push(column("geographical_location_oid", PlainValues::Int(top.locations)));
            columns.push(column("geographical_location", PlainValues::MaybeText(top.location_names)));
        }
        if top.windowed {
            columns.push(column("window_start", PlainValues::Time(top.windows_ns)));
        }
        columns.push(column("item_rank", PlainValues::Int32(top.ranks)));
        columns.push(column("item_name", PlainValues::Text(top.items)));
        columns.push(column("item_count", PlainValues::Int(top.counts)));
        Self(PlainTable { columns })
    }
}

impl From<EventCounts> for DetectionTable {
    /// `geographical_location_oid` int64, `item_name` string, `window_start` timestamp, `event_count` int64; the first three as
    /// far as they are told apart.
    fn from(counts: EventCounts) -> Self {
        let mut columns = Vec::new();
        if counts.by.location {
            columns.push(column("geographical_location_oid", PlainValues::Int(counts.locations)));
        }
        if counts.by.item {
            columns.push(column("item_name", PlainValues::Text(counts.items)));
        }
        if counts.windowed {
            columns.push(column("window_start", PlainValues::Time(counts.windows_ns)));
        }
        columns.push(column("event_count", PlainValues::Int(counts.counts)));
        Self(PlainTable { columns })
    }
}

impl DetectionTable {
    /// Events, a row each.
    #[must_use]
    pub fn of_events<'a>(events: impl Iterator<Item = &'a DetectionEvent> + Clone) -> Self {
        let int = |of: fn(&DetectionEvent) -> Option<i64>| PlainValues::MaybeInt(events.clone().map(of).collect());
        let frame = |event: &DetectionEvent| event.frame.as_ref().map(|frame| Arc::from(frame.to_string().as_str()));
        let copies = |event: &DetectionEvent| Some(i64::try_from(event.copies).unwrap_or(i64::MAX));
        Self(PlainTable {
            columns: vec![
                column("detection_oid", int(|event| event.detection)),
                column("time", PlainValues::MaybeTime(events.clone().map(|event| event.time_ns).collect())),
                column("geographical_location_oid", int(|event| event.location)),
                column(
                    "geographical_location",
                    PlainValues::MaybeText(events.clone().map(|event| event.location_name.clone()).collect()),
                ),
                column("video_camera_oid", int(|event| event.camera)),
                column("item_name", PlainValues::MaybeText(events.clone().map(|event| event.item.clone()).collect())),
                column("copies", PlainValues::MaybeInt(events.clone().map(copies).collect())),
                column("frame", PlainValues::MaybeText(events.map(frame).collect())),
            ],
        })
    }

    /// The events of ids whose events disagree; of each id the one that holds comes first.
    #[must_use]
    pub fn of_disagreements(duplicates: &Duplicates) -> Self {
        Self::of_events(duplicates.disagreements.iter().flat_map(|one| &one.events))
    }

    /// Number of rows.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.0.rows()
    }

    /// Writes the table.
    ///
    /// # Errors
    /// `out` refuses bytes, or the work was cancelled.
    pub fn write(self, format: FrameFormat, out: &mut File, progress: &Progress) -> Result<(), SessionError> {
        let format = match format {
            FrameFormat::Parquet => TableFormat::Parquet,
            FrameFormat::Table => TableFormat::Rows(RowFormat::Table),
            FrameFormat::Csv { spreadsheet } => TableFormat::Rows(RowFormat::Csv { spreadsheet }),
            FrameFormat::Json => TableFormat::Rows(RowFormat::Json),
            FrameFormat::Ndjson => TableFormat::Rows(RowFormat::Ndjson),
        };
        Ok(self.0.write(format, out, progress)?)
    }

    /// The same into a file that appears under its name when it is whole.
    ///
    /// # Errors
    /// As [`Self::write`], or the file cannot be made.
    pub fn write_file(self, format: FrameFormat, path: &Path, progress: &Progress) -> Result<(), SessionError> {
        write_whole_file(path, |file| self.write(format, file, progress))
    }
}
