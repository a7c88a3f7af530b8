//! Makes the tables that a query names, a batch of rows after the other: only the columns that it names, and of `samples` only
//! the recordings and metrics that it asks for.

use std::{fmt::Write as _, ops::Range, sync::Arc};

use polars::prelude::{Column as Packed, DataFrame, DataType, IntoColumn, NamedFrom, Series, TimeUnit, TimeZone};

use super::small::{self, packed, signed};
use crate::{
    analytics::sql::{Need, TableSource},
    catalog::FrameTable,
    filter::{FrameColumns, metric_name},
    jobs::Progress,
    model::{Column, Label},
    session::{DetectionEvent, Session, SessionError, detection_events_of_files},
};

/// Rows of a batch, about.
const BATCH_ROWS: usize = 128 << 10;
/// Events that are taken at once; those beyond are read in a further pass over the files.
const EVENTS_AT_ONCE: u64 = 4 << 20;

/// The tables of a lake at one moment.
pub(super) struct LakeTables {
    session: Session,
    table: Arc<FrameTable>,
    progress: Progress,
}

/// Takes a batch, and says whether more are wanted.
type Take<'a> = &'a mut dyn FnMut(DataFrame) -> bool;

impl LakeTables {
    pub(super) fn new(session: &Session, progress: &Progress) -> Result<Self, SessionError> {
        Ok(Self { session: session.clone(), table: session.table()?, progress: progress.clone() })
    }

    fn frames(&self, wanted: &[String], take: Take<'_>) -> Result<(), String> {
        let table = &*self.table;
        let columns = wanted.iter().map(|name| FrameColumn::of(table, name)).collect::<Result<Vec<_>, _>>()?;
        for from in (0..table.rows()).step_by(BATCH_ROWS) {
            let rows = from..(from + BATCH_ROWS).min(table.rows());
            let made = wanted.iter().zip(&columns).map(|(name, column)| column.make(table, name, rows.clone()));
            if !take(batch(made.collect::<Result<_, _>>()?)?) {
                return Ok(());
            }
        }
        Ok(())
    }

    fn labels(&self, wanted: &[String], take: Take<'_>) -> Result<(), String> {
        let mut waiting = LabelColumns::new(wanted);
        for (at, footage) in self.table.footages().iter().enumerate() {
            for block in self.table.all_labels(at).map_err(|error| error.to_string())? {
                for label in block {
                    waiting.push(&footage.recording, &footage.camera, label);
                }
                if waiting.rows >= BATCH_ROWS && !take(waiting.take()?) {
                    return Ok(());
                }
            }
        }
        if waiting.rows > 0 {
            take(waiting.take()?);
        }
        Ok(())
    }

    fn samples(&self, need: &Need, take: Take<'_>) -> Result<(), String> {
        let told = |error: SessionError| error.to_string();
        let recordings = self.table.recordings().map_err(|error| error.to_string())?;
        let asked = |list: &Option<Vec<String>>, name: &str| {
            list.as_ref().is_none_or(|list| list.iter().any(|one| one == name))
        };
        for recording in recordings.iter().filter(|recording| asked(&need.recordings, &recording.name)) {
            self.progress.check().map_err(|_| "stopped".to_owned())?;
            let series = self.session.all_series(&recording.name).map_err(told)?;
            let mut series: Vec<_> = series.iter().filter(|one| asked(&need.metrics, &one.name)).collect();
            series.sort_by(|a, b| a.name.cmp(&b.name));
            for one in series {
                let rows = one.values.len().min(one.time_ns.len());
                for from in (0..rows).step_by(BATCH_ROWS) {
                    let part = from..(from + BATCH_ROWS).min(rows);
                    let column = |name: &String| sample_column(name, &recording.name, one, part.clone());
                    if !take(batch(need.columns.iter().map(column).collect())?) {
                        return Ok(());
                    }
                }
            }
        }
        Ok(())
    }

    fn detections(&self, wanted: &[String], take: Take<'_>) -> Result<(), String> {
        let told = |error: SessionError| error.to_string();
        if self.session.detection_source().map_err(told)?.is_none() {
            return Ok(());
        }
        let request = self.session.top_request().map_err(told)?;
        let mut from = 0;
        loop {
            let found = detection_events_of_files(&request, (from, EVENTS_AT_ONCE), &self.progress).map_err(told)?;
            for part in found.events.chunks(BATCH_ROWS) {
                let columns = wanted.iter().map(|name| event_column(name, part)).collect();
                if !take(batch(columns)?) {
                    return Ok(());
                }
            }
            from += found.events.len() as u64;
            if found.events.is_empty() || from >= found.total {
                return Ok(());
            }
        }
    }
}

impl TableSource for LakeTables {
    fn read(&mut self, need: &Need, take: Take<'_>) -> Result<(), String> {
        let wanted = &need.columns;
        let whole = |columns: Result<Vec<Packed>, String>| columns.and_then(batch);
        let small = match need.table.as_str() {
            "frames" => return self.frames(wanted, take),
            "labels" => return self.labels(wanted, take),
            "samples" => return self.samples(need, take),
            "detections" => return self.detections(wanted, take),
            "recordings" => whole(small::recordings(&self.table, wanted)),
            "footages" => whole(small::footages(&self.table, wanted)),
            "locations" => whole(small::locations(&self.session, wanted)),
            "runs" => {
                let runs = self.session.runs().map_err(|error| error.to_string())?;
                whole(small::runs(&runs, wanted))
            }
            other => Err(format!("there is no table {other}")),
        };
        take(small?);
        Ok(())
    }
}

fn batch(columns: Vec<Packed>) -> Result<DataFrame, String> {
    let rows = columns.first().map_or(0, Packed::len);
    DataFrame::new(rows, columns).map_err(|error| error.to_string())
}

/// Times in the engine's form.
fn times(name: &str, values: impl Iterator<Item = Option<i64>>) -> Result<Packed, String> {
    let zone = TimeZone::opt_try_new(Some("UTC")).map_err(|error| error.to_string())?;
    let whole = Series::new(name.into(), values.collect::<Vec<_>>());
    let cast = whole.cast(&DataType::Datetime(TimeUnit::Nanoseconds, zone));
    Ok(cast.map_err(|error| error.to_string())?.into_column())
}

/// A column of `frames`, read.
enum FrameColumn {
    FrameId,
    Recording,
    Camera,
    FrameIdx,
    Timestamp(Arc<Vec<i64>>),
    Time(Arc<Vec<i64>>),
    Metric(Arc<Column>),
    Labels(Arc<Vec<u32>>),
}

impl FrameColumn {
    fn of(table: &FrameTable, name: &str) -> Result<Self, String> {
        Ok(match name {
            "frame_id" => Self::FrameId,
            "recording" => Self::Recording,
            "camera" => Self::Camera,
            "frame_idx" => Self::FrameIdx,
            "timestamp_ns" => Self::Timestamp(table.timestamps()?),
            "time" => Self::Time(table.timestamps()?),
            "labels" => Self::Labels(table.label_count()?),
            name => {
                let metric = table.metrics().iter().find(|metric| metric_name(&metric.name) == name);
                let metric =
                    metric.ok_or_else(|| format!("frames have no column {name} any more; run the query again"))?;
                Self::Metric(table.metric(&metric.name)?)
            }
        })
    }

    fn make(&self, table: &FrameTable, name: &str, rows: Range<usize>) -> Result<Packed, String> {
        let footage = |row: usize| &table.footages()[table.footage_index(row)];
        // Rows lie footage by footage, so names come in runs.
        let by_footage = |of: &dyn Fn(usize) -> String| {
            let mut values = Vec::with_capacity(rows.len());
            let mut row = rows.start;
            while row < rows.end {
                let footage = footage(row);
                let end = (footage.first_row + footage.rows).min(rows.end);
                let text = of(row);
                values.extend(std::iter::repeat_n(text, end - row));
                row = end;
            }
            Series::new(name.into(), values).into_column()
        };
        Ok(match self {
            Self::Recording => by_footage(&|row| footage(row).recording.clone()),
            Self::Camera => by_footage(&|row| footage(row).camera.clone()),
            Self::FrameId => {
                let mut values = Vec::with_capacity(rows.len());
                let mut row = rows.start;
                while row < rows.end {
                    let footage = footage(row);
                    let end = (footage.first_row + footage.rows).min(rows.end);
                    let prefix = format!("{}/{}/", footage.recording, footage.camera);
                    values.extend((row..end).map(|row| format!("{prefix}{}", row - footage.first_row)));
                    row = end;
                }
                Series::new(name.into(), values).into_column()
            }
            Self::FrameIdx => {
                let values: Vec<i64> = rows.map(|row| signed((row - footage(row).first_row) as u64)).collect();
                Series::new(name.into(), values).into_column()
            }
            Self::Timestamp(values) => Series::new(name.into(), &values[rows]).into_column(),
            Self::Time(values) => times(name, values[rows].iter().copied().map(Some))?,
            Self::Metric(column) => packed(name, column, rows),
            Self::Labels(counts) => {
                let values: Vec<i32> =
                    counts[rows].iter().map(|count| i32::try_from(*count).unwrap_or(i32::MAX)).collect();
                Series::new(name.into(), values).into_column()
            }
        })
    }
}

/// Labels on their way into columns.
struct LabelColumns<'a> {
    wanted: &'a [String],
    rows: usize,
    texts: Vec<Vec<Option<String>>>,
    numbers: Vec<Vec<Option<f64>>>,
    tracks: Vec<Option<i64>>,
}

impl<'a> LabelColumns<'a> {
    fn new(wanted: &'a [String]) -> Self {
        let empty = || vec![Vec::new(); wanted.len()];
        Self { wanted, rows: 0, texts: empty(), numbers: vec![Vec::new(); wanted.len()], tracks: Vec::new() }
    }

    fn push(&mut self, recording: &str, camera: &str, label: Label) {
        let Label { frame_idx, class, bbox, score, track_id, attributes } = label;
        let (mut class, mut attributes) = (Some(class), Some(attributes));
        self.rows += 1;
        for (at, name) in self.wanted.iter().enumerate() {
            match name.as_str() {
                "frame_id" => {
                    let mut text = String::with_capacity(recording.len() + camera.len() + 8);
                    // Writing to a String cannot fail.
                    let _ = write!(text, "{recording}/{camera}/{frame_idx}");
                    self.texts[at].push(Some(text));
                }
                "class" => self.texts[at].push(class.take()),
                "attributes" => self.texts[at].push(attributes.take().flatten()),
                "x" => self.numbers[at].push(bbox.map(|sides| sides.x)),
                "y" => self.numbers[at].push(bbox.map(|sides| sides.y)),
                "w" => self.numbers[at].push(bbox.map(|sides| sides.w)),
                "h" => self.numbers[at].push(bbox.map(|sides| sides.h)),
                "score" => self.numbers[at].push(score),
                _ => self.tracks.push(track_id),
            }
        }
    }

    fn take(&mut self) -> Result<DataFrame, String> {
        self.rows = 0;
        let mut columns = Vec::with_capacity(self.wanted.len());
        for (at, name) in self.wanted.iter().enumerate() {
            let name = name.as_str();
            columns.push(
                match name {
                    "frame_id" | "class" | "attributes" => {
                        Series::new(name.into(), std::mem::take(&mut self.texts[at]))
                    }
                    "track_id" => Series::new(name.into(), std::mem::take(&mut self.tracks)),
                    _ => Series::new(name.into(), std::mem::take(&mut self.numbers[at])),
                }
                .into_column(),
            );
        }
        batch(columns)
    }
}

/// A column of `samples`, of one metric of one recording.
fn sample_column(name: &str, recording: &str, series: &crate::model::Series, rows: Range<usize>) -> Packed {
    let text = matches!(series.values, Column::Text { .. });
    let same = |value: &str| Series::new(name.into(), vec![value; rows.len()]).into_column();
    match name {
        "recording" => same(recording),
        "metric" => same(&series.name),
        "timestamp_ns" => Series::new(name.into(), &series.time_ns[rows]).into_column(),
        "value_text" if text => packed(name, &series.values, rows),
        "value_text" => Series::new(name.into(), vec![None::<&str>; rows.len()]).into_column(),
        _ => {
            let values: Vec<Option<f64>> = rows.map(|row| series.values.number(row)).collect();
            Series::new(name.into(), values).into_column()
        }
    }
}

/// A column of `detections`.
fn event_column(name: &str, events: &[DetectionEvent]) -> Packed {
    let ints = |of: &dyn Fn(&DetectionEvent) -> Option<i64>| {
        Series::new(name.into(), events.iter().map(of).collect::<Vec<_>>()).into_column()
    };
    match name {
        "geographical_location_oid" => ints(&|event| event.location),
        "video_camera_oid" => ints(&|event| event.camera),
        "detection_oid" => ints(&|event| event.detection),
        "item_name" => {
            Series::new(name.into(), events.iter().map(|event| event.item.as_deref()).collect::<Vec<_>>()).into_column()
        }
        "time" => {
            times(name, events.iter().map(|event| event.time_ns)).unwrap_or_else(|_| ints(&|event| event.time_ns))
        }
        _ => ints(&|event| event.time_ns.map(|time| time.div_euclid(1_000_000))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::FrameId;

    #[test]
    fn ids_are_those_of_frames() {
        let label =
            Label { frame_idx: 7, class: "car".into(), bbox: None, score: None, track_id: None, attributes: None };
        let wanted = ["frame_id".to_owned()];
        let mut columns = LabelColumns::new(&wanted);
        columns.push("a/b", "front", label);
        let made = columns.take().unwrap();
        let id = FrameId { recording: "a/b".into(), camera: "front".into(), frame_idx: 7 };
        assert_eq!(made.columns()[0].str().unwrap().get(0), Some(id.to_string().as_str()));
    }
}
