//! Events in Parquet files, a row group at a time.

use std::{
    fs::File,
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
};

use polars_parquet::{
    parquet::schema::types::{PrimitiveLogicalType, TimeUnit as ParquetUnit},
    read::{ColumnChunkMetadata, FileMetadata, PhysicalType, read_metadata},
};

use super::{
    BATCH_ROWS, EventBatch, EventColumn, EventOptions, EventWords, Given, GivenValue, NO_CODE, PartReport, Places,
    StoredColumn, TakeBatch, Wanted, guessed_unit,
    pages::{Chunk, Coded, Codes, Numbers, Whole, whole_of},
    push, time_ns,
};
use crate::formats::{FormatError, Note, TimeUnit, error::open_regular};

/// A Parquet file of events: its footer, and which of its columns are which.
#[derive(Debug)]
pub(super) struct ParquetEvents {
    path: PathBuf,
    size_bytes: u64,
    metadata: FileMetadata,
    places: Places,
    /// The columns that folders tell.
    given: Given,
}

/// Damaged files make the Parquet library panic in places; such a panic is one unreadable part.
fn guarded<T>(path: &Path, work: impl FnOnce() -> Result<T, String>) -> Result<T, FormatError> {
    let done = catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| {
        let said = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
        Err(format!("its contents are damaged ({})", said.unwrap_or("no reason given")))
    });
    done.map_err(|what| FormatError::Parquet { path: path.to_owned(), what })
}

impl ParquetEvents {
    /// Reads the footer and finds the columns.
    pub(super) fn open(path: &Path, mut file: File) -> Result<(Self, Vec<Note>), FormatError> {
        let size_bytes = file.metadata().map_err(|source| FormatError::Read { path: path.to_owned(), source })?.len();
        let metadata = guarded(path, || {
            if size_bytes < 12 {
                return Err("it is too short to be one".to_owned());
            }
            read_metadata(&mut file).map_err(|error| error.to_string())
        })?;
        let mut notes = Vec::new();
        let columns = metadata.schema().columns();
        // Columns inside of lists and structures are none of an event's.
        let names: Vec<&str> = columns
            .iter()
            .map(|column| match &column.path_in_schema[..] {
                [name] if column.descriptor.max_rep_level == 0 => name.as_str(),
                _ => "",
            })
            .collect();
        let places = Places::find(&names, &mut notes);
        let names: Vec<String> = names.into_iter().map(str::to_owned).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let given = places.given(path, &names)?;
        let events = Self { path: path.to_owned(), size_bytes, metadata, places, given };
        events.check()?;
        Ok((events, notes))
    }

    /// Whether the columns are there and of types that can be read.
    fn check(&self) -> Result<(), FormatError> {
        for wanted in EventColumn::ALL {
            let Some(at) = self.places.of(wanted) else { continue };
            for row_group in &self.metadata.row_groups {
                let refuse = |what: String| FormatError::Parquet { path: self.path.clone(), what };
                let Some(about) = row_group.parquet_columns().get(at) else {
                    return Err(refuse(format!("a row group lacks the column `{}`", wanted.name())));
                };
                let fits = match wanted {
                    EventColumn::Item => about.physical_type() == PhysicalType::ByteArray,
                    _ => whole_of(about).is_some(),
                };
                if !fits {
                    let (need, found) =
                        (if wanted == EventColumn::Item { "text" } else { "whole numbers" }, kind_of(about));
                    return Err(refuse(format!("`{}` must hold {need} and holds {found}", wanted.name())));
                }
            }
        }
        Ok(())
    }

    pub(super) fn row_groups(&self) -> usize {
        self.metadata.row_groups.len()
    }

    pub(super) fn rows(&self, row_group: usize) -> u64 {
        self.metadata.row_groups.get(row_group).map_or(0, |group| group.num_rows() as u64)
    }

    /// How the columns are stored.
    pub(super) fn stored(&self) -> Result<[StoredColumn; EventColumn::ALL.len()], FormatError> {
        let mut stored = Vec::new();
        for column in EventColumn::ALL {
            if let Some(value) = self.given.get(column) {
                let value = Some(value.clone());
                stored.push(StoredColumn {
                    name: String::new(),
                    kind: String::new(),
                    unit: None,
                    decimal: false,
                    given: value,
                });
                continue;
            }
            let about = self.metadata.schema().columns().get(self.places.of(column).unwrap_or(usize::MAX));
            let about = about.ok_or_else(|| FormatError::Parquet {
                path: self.path.clone(),
                what: format!("the column `{}` is not there", column.name()),
            })?;
            let kind = &about.descriptor.primitive_type;
            stored.push(StoredColumn {
                name: about.path_in_schema.first().map(ToString::to_string).unwrap_or_default(),
                kind: format!("{:?} {:?}", kind.physical_type, kind.logical_type),
                unit: unit_of(kind.logical_type.as_ref()),
                decimal: matches!(kind.physical_type, PhysicalType::Float | PhysicalType::Double),
                given: None,
            });
        }
        stored.try_into().map_err(|_| FormatError::Empty { path: self.path.clone() })
    }

    fn column(&self, row_group: usize, column: EventColumn) -> Result<&ColumnChunkMetadata, String> {
        let place = self.places.of(column);
        let group = self.metadata.row_groups.get(row_group);
        group
            .and_then(|group| group.parquet_columns().get(place?))
            .ok_or_else(|| format!("the column `{}` is not there", column.name()))
    }
}

/// The type of a column in words.
fn kind_of(about: &ColumnChunkMetadata) -> String {
    let kind = &about.descriptor().descriptor.primitive_type;
    match (about.physical_type(), &kind.logical_type) {
        (_, Some(PrimitiveLogicalType::Decimal(..))) | (PhysicalType::Float | PhysicalType::Double, _) => {
            "decimal numbers".to_owned()
        }
        (_, Some(PrimitiveLogicalType::Date | PrimitiveLogicalType::Time { .. })) => "dates or times of day".to_owned(),
        (PhysicalType::ByteArray, _) => "text".to_owned(),
        (PhysicalType::Boolean, _) => "true and false".to_owned(),
        (PhysicalType::Int32 | PhysicalType::Int64, _) => "whole numbers".to_owned(),
        (other, _) => format!("{other:?}"),
    }
}

/// The unit that the type of a column of times tells.
fn unit_of(logical: Option<&PrimitiveLogicalType>) -> Option<TimeUnit> {
    match logical {
        Some(PrimitiveLogicalType::Timestamp { unit, .. }) => Some(match unit {
            ParquetUnit::Milliseconds => TimeUnit::Ms,
            ParquetUnit::Microseconds => TimeUnit::Us,
            ParquetUnit::Nanoseconds => TimeUnit::Ns,
        }),
        _ => None,
    }
}

/// Reads one row group.
pub(super) fn read(
    events: &ParquetEvents,
    row_group: usize,
    wanted: Wanted,
    options: &EventOptions,
    take: &mut TakeBatch<'_>,
) -> Result<PartReport, FormatError> {
    let file = open_regular(&events.path)?;
    guarded(&events.path, || columns(events, &file, row_group, wanted, options, take))
}

fn columns(
    events: &ParquetEvents,
    file: &File,
    row_group: usize,
    wanted: Wanted,
    options: &EventOptions,
    take: &mut TakeBatch<'_>,
) -> Result<PartReport, String> {
    let mut words = EventWords::default();
    let about = |column| events.column(row_group, column);
    let rows = usize::try_from(events.rows(row_group)).map_err(|_| "a row group is too long".to_owned())?;
    let chunk = |about| Chunk { file, file_bytes: events.size_bytes, about, rows };
    let whole = |about: &ColumnChunkMetadata| whole_of(about).unwrap_or(Whole::I64);
    let given = &events.given;
    let numbers = |column, read: bool| -> Result<Option<Numbers>, String> {
        if !read || given.has(column) {
            return Ok(None);
        }
        let about = about(column)?;
        Numbers::open(chunk(about), whole(about)).map(Some).map_err(named(column))
    };
    let (mut locations, mut given_location) = (None, NO_CODE);
    if let Some(value) = given.get(EventColumn::Location) {
        given_location = value.number().map_or(NO_CODE, |oid| words.location(oid));
    } else {
        let about = about(EventColumn::Location)?;
        let codes = Codes::open(chunk(about), Coded::Location(whole(about)), &mut words);
        locations = Some(codes.map_err(named(EventColumn::Location))?);
    }
    let (mut items, mut given_item) = (None, None);
    if let Some(value) = given.get(EventColumn::Item) {
        let code = value.text().map_or(NO_CODE, |name| words.item(name.as_bytes()));
        given_item = Some(code).filter(|code| wanted.item || *code == NO_CODE);
    } else {
        let about = about(EventColumn::Item)?;
        let codes = Codes::open(chunk(about), Coded::Item, &mut words)?;
        // Words that nobody asks for are not looked at where the file tells that none is missing.
        let known = !wanted.item && none_missing(events, about) && codes.all_are_words(rows)?;
        items = (!known).then_some(codes);
    }
    let mut detections = numbers(EventColumn::Detection, wanted.detection)?;
    let mut cameras = numbers(EventColumn::Camera, wanted.camera)?;
    let mut times = numbers(EventColumn::Time, wanted.time)?;
    // What the type of a column tells is no guess, so nothing that was told of the files changes it.
    let typed = about(EventColumn::Time).ok();
    let typed = typed.and_then(|about| unit_of(about.descriptor().descriptor.primitive_type.logical_type.as_ref()));
    let unit = typed.or(options.time_unit);

    let mut batch = EventBatch::default();
    let (mut raw_times, mut raw_valid) = (Vec::new(), Vec::new());
    let mut report = PartReport::default();
    loop {
        let (mut ready, mut most) = (usize::MAX, 0);
        let mut meet = |rows: usize| {
            ready = ready.min(rows);
            most = most.max(rows);
        };
        for (column, name) in [(&mut locations, EventColumn::Location), (&mut items, EventColumn::Item)] {
            let Some(column) = column else { continue };
            meet(column.fill(BATCH_ROWS, &mut words).map_err(named(name))?);
        }
        let numbers = [
            (&mut detections, EventColumn::Detection),
            (&mut cameras, EventColumn::Camera),
            (&mut times, EventColumn::Time),
        ];
        for (column, name) in numbers {
            let Some(column) = column else { continue };
            meet(column.fill(BATCH_ROWS).map_err(named(name))?);
        }
        if ready == usize::MAX {
            // The folders tell all that is asked.
            ready = usize::try_from(rows as u64 - report.rows).unwrap_or(0);
        }
        if ready == 0 {
            if most > 0 {
                return Err("its columns are of different lengths".to_owned());
            }
            break;
        }
        let rows = ready.min(BATCH_ROWS);
        match &mut locations {
            Some(locations) => locations.take(rows, &mut batch.locations),
            None => batch.locations = vec![given_location; rows],
        }
        match (&mut items, given_item) {
            (Some(items), _) => items.take(rows, &mut batch.items),
            (None, Some(code)) => batch.items = vec![code; rows],
            (None, None) => {}
        }
        let given = |column, wanted: bool| given.get(column).filter(|_| wanted);
        let detection = given(EventColumn::Detection, wanted.detection);
        taken(&mut detections, detection, rows, (&mut batch.detections, &mut batch.detection_valid));
        let camera = given(EventColumn::Camera, wanted.camera);
        taken(&mut cameras, camera, rows, (&mut batch.cameras, &mut batch.camera_valid));
        if wanted.time {
            taken(&mut times, given(EventColumn::Time, true), rows, (&mut raw_times, &mut raw_valid));
            times_of(&raw_times, &raw_valid, unit, &mut batch);
        }
        report.rows += rows as u64;
        if !take(&batch, &words) {
            report.stopped = true;
            return Ok(report);
        }
    }
    if report.rows != events.rows(row_group) {
        return Err(format!("it declares {} rows and holds {}", events.rows(row_group), report.rows));
    }
    Ok(report)
}

/// What is wrong with a column, with its name.
fn named(column: EventColumn) -> impl Fn(String) -> String {
    move |what| format!("of `{}`: {what}", column.name())
}

/// Takes so many rows of a column from its pages, or from what folders tell.
fn taken(
    column: &mut Option<Numbers<'_>>,
    given: Option<&GivenValue>,
    rows: usize,
    (values, valid): (&mut Vec<i64>, &mut Vec<bool>),
) {
    match (column, given) {
        (Some(column), _) => column.take(rows, values, valid),
        (None, Some(value)) => {
            let value = value.number();
            *values = vec![value.unwrap_or(0); rows];
            *valid = if value.is_some() { Vec::new() } else { vec![false; rows] };
        }
        (None, None) => {}
    }
}

/// Whether the file tells that every row of a column has a value.
fn none_missing(events: &ParquetEvents, about: &ColumnChunkMetadata) -> bool {
    let told = || Some(about.statistics(&events.metadata.footer_buf)?.ok()?.null_count() == Some(0));
    about.descriptor().descriptor.max_def_level == 0 || told().unwrap_or(false)
}

/// Puts times into a batch, as ns UTC.
fn times_of(raw: &[i64], valid: &[bool], unit: Option<TimeUnit>, batch: &mut EventBatch) {
    batch.times_ns.clear();
    batch.time_valid.clear();
    if valid.is_empty()
        && let Some((least, most)) = raw.iter().min().zip(raw.iter().max())
    {
        // Where the smallest and the largest are of one unit and fit, all are and do.
        let unit =
            unit.or_else(|| (*least >= 0 && guessed_unit(*least) == guessed_unit(*most)).then(|| guessed_unit(*least)));
        if let Some(factor) = unit.map(TimeUnit::ns)
            && least.checked_mul(factor).is_some()
            && most.checked_mul(factor).is_some()
        {
            batch.times_ns.extend(raw.iter().map(|time| time * factor));
            return;
        }
    }
    for (row, time) in raw.iter().enumerate() {
        let time = if valid.get(row) == Some(&false) { None } else { time_ns(*time, unit) };
        push(&mut batch.times_ns, &mut batch.time_valid, time);
    }
}
