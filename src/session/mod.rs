//! The one door to a lake: a method for each thing a person can do. `cli` and `gui` call nothing else.

mod bench;
mod changing;
mod compare;
mod crops;
mod detections;
mod exporting;
mod find;
mod frame_list;
mod grid_choice;
mod images;
mod index;
mod kept_undo;
mod named_tasks;
mod quality;
mod query;
mod samples;
mod scope;
mod selections;
mod settings;
mod settings_held;
mod sort_column;
mod spans;
mod sql;
mod sql_views;
mod statistics;
mod stats;
mod tags;
mod thumbnails;
mod types;
mod verify;
mod views;

use std::{path::Path, sync::Arc};

use parking_lot::Mutex;

pub use crate::lake::{FootageSetting, MetricSetting, SensorSetting, SettingChange, SettingOf};
pub use bench::{BenchReport, BenchRequest, BenchWhat, FilterRow, FramesRow, IndexRow, OpenRow};
pub use changing::{CameraSettings, Concerned, LakeSettings, MetricSettings, SensorFile};
pub use compare::{Bins, ClassCompared, Compared, Comparison, MetricCompared, Numbers, ValueCompared};
pub use detections::{
    Behind, CameraDuplicates, CountsBy, DEFAULT_MEMORY_BYTES, Delays, DetectionEvent, DetectionReport, DetectionSource,
    DetectionTable, Disagreement, Duplicates, EngineAddress, EngineChoice, EventCounts, LateEvent, Lateness,
    LocationEvents, LocationPlace, LocationShare, OnError, PassedOver, Ranking, Recorded, Scope, Stages, TimeUnit,
    TopColumn, TopItems, TopOrder, TopQuery, TopRequest, Unmet, Window, are_odd, check_place,
    detection_counts_of_files, detection_events_of_files, duplicates_of_files, top_of_files, write_json_file,
};
pub use find::write_bytes;
pub use grid_choice::{Cut, GridChoice, SpanChoice};
pub use images::StoreWatch;
pub use kept_undo::{KeptUndo, Undone};
pub use named_tasks::{LastRun, Task, TaskKind, TaskParameter, TaskReport, TaskRequest};
pub use quality::{FindingKind, FootageQuality, MetricQuality, QualityFinding, QualityReport, QualityTable, Severity};
pub use query::{
    PastQuery, SavedQuery, SqlAnswer, SqlCandidate, SqlCandidateKind, SqlColumn, SqlCompletions, SqlError, SqlMistake,
    SqlReport, SqlRequest, SqlSort, SqlStream, SqlTable, SqlType, SqlValues, SqlWord,
};
pub use scope::ExportCount;
pub use selections::Combine;
pub use settings::Meant;
pub use settings_held::HeldSetting;
pub use sort_column::SortColumn;
pub use sql::SqlText;
pub use sql_views::SqlView;
pub use statistics::{SampleStatistics, SampleValue};
pub use stats::{
    Analysis, ChartKind, ChartLook, ColumnRole, LiveStatistics, Over, SavedAnalysis, Shape, StatColumn, StatValue,
    StatsRequest, StatsTable, Weight,
};
pub use tags::Tag;
pub use types::{
    BoxOrder, BoxQuery, CropsReport, CropsRequest, DrawnLabels, Explanation, ExportImages, ExportLabels, ExportReport,
    ExportRequest, ExportScope, FilterPart, FrameDetail, FrameFormat, FrameTrouble, IndexReport, LakeInfo,
    LookOverride, MetricInfo, OpenOptions, Selection, SessionError, Sort, SpanOrder,
};
pub use verify::{ByteRange, ChecksumReport, DamagedFrames, DamagedStore, Told, VerifyReport};
pub use views::{SavedView, SavedViews, UnreadableView, ViewRule};

use crate::{
    catalog::{CatalogError, CatalogReader, FrameTable, KeptDb},
    jobs::Progress,
    lake::{Manifest, Places},
    model::{Problem, Run, format_ns},
    tasks,
};

/// An open lake. Cheap to clone; clones share caches; every method may be called from any thread and may block on disk.
#[derive(Clone)]
pub struct Session {
    inner: Arc<Inner>,
}

struct Inner {
    places: Places,
    name: String,
    /// The lake's own database; reading goes on without it when it cannot be opened.
    kept: Result<Arc<KeptDb>, String>,
    reader: Mutex<Option<Arc<CatalogReader>>>,
    table: Mutex<Option<Arc<FrameTable>>>,
    images: images::Images,
    /// As it was opened, to open it once more for a measurement.
    options: OpenOptions,
    samples: samples::SampleCache,
    settings: settings::SettingsCache,
}

impl Session {
    /// Opens a lake folder. Reads no store; an index that is already there is used as it is.
    ///
    /// # Errors
    /// The folder is not there, its `lake.toml` is not valid, or its own database cannot be opened.
    pub fn open(folder: &Path, options: OpenOptions) -> Result<Self, SessionError> {
        Self::open_at(Places::of(folder, options.user_dir.as_deref())?, options)
    }

    /// Opens a lake whose databases lie at these places.
    fn open_at(places: Places, options: OpenOptions) -> Result<Self, SessionError> {
        let manifest = Manifest::read(&places.root)?;
        let kept = KeptDb::open(places.kept.clone()).map(Arc::new).map_err(|error| error.to_string());
        match &kept {
            Ok(kept) => tasks::mark_lost(kept).unwrap_or_else(|error| log::warn!("{error}")),
            Err(error) => log::warn!("runs are not recorded and selections not at hand: {error}"),
        }
        let folder_name = places
            .root
            .file_name()
            .map_or_else(|| places.root.display().to_string(), |name| name.to_string_lossy().into_owned());
        let images = images::Images::new(&places, options.clone())?;
        Ok(Self {
            inner: Arc::new(Inner {
                name: manifest.name.clone().unwrap_or(folder_name),
                places,
                kept,
                reader: Mutex::default(),
                table: Mutex::default(),
                images,
                options,
                samples: samples::SampleCache::default(),
                settings: settings::SettingsCache::default(),
            }),
        })
    }

    /// The lake's folder.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.inner.places.root
    }

    /// The lake's name: `name` of `lake.toml`, or the folder's.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.inner.name
    }

    /// Whether an index is there that a run finished once.
    #[must_use]
    pub fn is_indexed(&self) -> bool {
        self.reader().and_then(|reader| Ok(reader.is_complete()?)).unwrap_or(false)
    }

    /// Number that grows each time some process changed the index; cheap (a read of one row).
    ///
    /// # Errors
    /// There is no index yet, or it cannot be read.
    pub fn generation(&self) -> Result<u64, SessionError> {
        Ok(self.reader()?.generation()?)
    }

    /// Another number when another process has changed what is kept of the lake: selections, views, tags, runs.
    ///
    /// # Errors
    /// The lake's own database cannot be read.
    pub fn kept_version(&self) -> Result<i64, SessionError> {
        Ok(self.kept()?.data_version()?)
    }

    /// The lake's own database.
    fn kept(&self) -> Result<&Arc<KeptDb>, SessionError> {
        self.inner.kept.as_ref().map_err(|error| SessionError::Failed(error.clone()))
    }

    /// The catalog's reader, opened when there is something to open. A catalog that was replaced (deleted and made again)
    /// is opened anew.
    fn reader(&self) -> Result<Arc<CatalogReader>, SessionError> {
        let mut held = self.inner.reader.lock();
        if let Some(reader) = held.as_ref().filter(|reader| reader.is_current()) {
            return Ok(Arc::clone(reader));
        }
        let path = &self.inner.places.catalog;
        let reader = CatalogReader::open(path.clone())?
            .ok_or_else(|| CatalogError::NotIndexed(self.inner.places.root.clone()))?;
        let reader = Arc::new(reader);
        *held = Some(Arc::clone(&reader));
        Ok(reader)
    }

    /// Builds or refreshes the index, as a run named `index`.
    ///
    /// # Errors
    /// The folder or the databases cannot be used, or the work was cancelled; what was indexed until then stays.
    pub fn index(&self, progress: &Progress) -> Result<IndexReport, SessionError> {
        let report = tasks::run(self.inner.kept.as_ref().ok(), "index", "{}", progress, |progress| {
            let report = index::run(self, progress)?;
            Ok(tasks::Outcome {
                rows_in: report.samples_read,
                rows_out: report.frames,
                result: json_text(&report),
                value: report,
            })
        })?;
        Ok(report)
    }

    /// Counts, metrics, problems, sizes.
    ///
    /// # Errors
    /// There is no index yet, or it cannot be read.
    pub fn info(&self) -> Result<LakeInfo, SessionError> {
        let reader = self.reader()?;
        let totals = reader.totals()?;
        let metrics = reader.metrics()?;
        Ok(LakeInfo {
            lake: self.inner.name.clone(),
            recordings: totals.recordings,
            footages: totals.footages,
            frames: totals.frames,
            labels: totals.labels,
            metrics: metrics
                .into_iter()
                .map(|metric| MetricInfo {
                    name: metric.name,
                    unit: metric.unit,
                    kind: metric.kind,
                    min: metric.min,
                    max: metric.max,
                })
                .collect(),
            problems: reader.problems()?,
            catalog_bytes: std::fs::metadata(&self.inner.places.catalog).map_or(0, |meta| meta.len()),
        })
    }

    /// The frame table of the current generation (kept until the generation changes). Columns load when first asked for.
    ///
    /// # Errors
    /// There is no index yet, or it cannot be read.
    pub fn table(&self) -> Result<Arc<FrameTable>, SessionError> {
        let reader = self.reader()?;
        let generation = reader.generation()?;
        let mut held = self.inner.table.lock();
        if let Some(table) =
            held.as_ref().filter(|table| table.generation() == generation && table.catalog_uid() == reader.uid())
        {
            return Ok(Arc::clone(table));
        }
        let table = Arc::new(reader.table()?.with_kept(self.inner.kept.clone()));
        *held = Some(Arc::clone(&table));
        Ok(table)
    }

    /// The runs of this lake, newest first.
    ///
    /// # Errors
    /// The lake's own database cannot be read.
    pub fn runs(&self) -> Result<Vec<Run>, SessionError> {
        let kept = self.kept()?;
        tasks::mark_lost(kept)?;
        Ok(kept.runs()?)
    }

    /// The log of one run.
    ///
    /// # Errors
    /// The lake's own database cannot be read.
    pub fn run_log(&self, run_id: i64) -> Result<Vec<String>, SessionError> {
        Ok(self.kept()?.run_log(run_id)?)
    }

    /// What could not be read, and what was guessed.
    ///
    /// # Errors
    /// There is no index yet, or it cannot be read.
    pub fn problems(&self) -> Result<Vec<Problem>, SessionError> {
        Ok(self.reader()?.problems()?)
    }
}

/// Rows of an answer that its run keeps.
const HEAD_ROWS: usize = 20;

/// The time of now, ns UTC.
fn now_ns() -> i64 {
    i64::try_from(jiff::Timestamp::now().as_nanosecond()).unwrap_or(i64::MAX)
}

/// The time of now as text.
fn now_text() -> String {
    format_ns(now_ns())
}

/// A result as JSON text. Plain records always turn into JSON.
fn json_text(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).unwrap_or_else(|_| "null".to_owned())
}
