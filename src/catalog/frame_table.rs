//! All frames of a lake as columns, loaded from the catalog when first named.

use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    ops::Range,
    path::PathBuf,
    sync::Arc,
};

use parking_lot::Mutex;
use rusqlite::Connection;

use super::{
    CatalogError, KeptDb,
    concerns::Concerns,
    connect::Doing,
    damage,
    damage::Marks,
    label_block, pack, position, read,
    read::{CatalogRecording, FootagePlace, count, from_json, generation, metrics, uid},
    widen,
};
use crate::{
    filter::{
        FootageRows, FrameColumns, FrameSet, LabelRows, LabelRowsBuilder, Mark, MetricName, PositionNames, Rhythm,
        TagRows, WorkedOut, label_attributes, position_of,
    },
    lake::natural_cmp,
    model::{Column, Footage, FrameId, Label},
};

/// The frames of a lake at one moment. It keeps a read transaction open, so that a column loaded late still belongs to
/// the same rows, whatever another process has indexed meanwhile.
pub struct FrameTable {
    path: PathBuf,
    uid: String,
    generation: u64,
    rows: usize,
    footages: Vec<Footage>,
    spans: Vec<FootageRows>,
    ids: Vec<i64>,
    position: HashMap<i64, usize>,
    metrics: Vec<MetricName>,
    position_names: Option<PositionNames>,
    classes: Vec<String>,
    damage: HashMap<usize, Marks>,
    concerns: Concerns,
    connection: Mutex<Connection>,
    loaded: Mutex<Loaded>,
    /// Where the tags are; what keeps them from being read, else.
    kept: Result<Arc<KeptDb>, String>,
}

/// Rows that are believed without a byte in the catalog for each.
const UNPROVEN_ROWS: usize = 1 << 24;

#[derive(Default)]
struct Loaded {
    metrics: HashMap<String, Arc<Column>>,
    classes: HashMap<String, Arc<Vec<u32>>>,
    labels: Option<Arc<Vec<u32>>>,
    times: Option<Arc<Vec<i64>>>,
    rhythms: Option<Arc<Vec<Rhythm>>>,
    label_attributes: Option<Arc<Vec<MetricName>>>,
    /// Labels as columns, by footage; those looked at last come first.
    label_rows: VecDeque<(usize, Arc<LabelRows>)>,
    /// What filters worked out, by its text; newest first.
    worked_out: VecDeque<(String, WorkedOut)>,
    tags: Option<Arc<TagRows>>,
}

/// Bytes of labels that are kept as columns.
const LABEL_BYTES: usize = 256 << 20;
/// Bytes kept of what filters worked out: at a million frames, about thirty conditions over time or ten rates.
const WORKED_OUT_BYTES: usize = 96 << 20;

/// Keeps the first entries that fit together, and the very first in any case.
fn bound<T>(kept: &mut VecDeque<T>, most: usize, bytes: impl Fn(&T) -> usize) {
    let mut total = 0_usize;
    let fit = kept.iter().take_while(|entry| {
        total = total.saturating_add(bytes(entry));
        total <= most
    });
    let fit = fit.count().max(1);
    kept.truncate(fit);
}

struct FoundFootage {
    id: i64,
    footage: Footage,
    started_at_ns: i64,
    attributes: Arc<BTreeMap<String, String>>,
}

impl FrameTable {
    pub(super) fn load(path: PathBuf, connection: Connection) -> Result<Self, CatalogError> {
        connection.execute_batch("BEGIN").doing(&path, "begin reading")?;
        let generation = generation(&connection).doing(&path, "read the generation")?;
        let uid = uid(&connection).doing(&path, "read the catalog's id")?;
        let told = position::circular(&connection).doing(&path, "read which metrics go round")?;
        let metrics = metrics(&connection)
            .doing(&path, "read the metrics")?
            .into_iter()
            .map(|total| {
                let turns = told.get(&total.name).copied();
                let circle = total.circle(turns);
                MetricName { name: total.name, kind: total.kind, unit: total.unit, circle }
            })
            .collect();
        let metrics: Vec<MetricName> = metrics;
        // A name that no metric has any more says nothing.
        let known = |name: &str| metrics.iter().any(|metric| metric.name == name);
        let position_names = position::position(&connection)
            .doing(&path, "read the names of positions")?
            .filter(|names| known(&names.latitude) && known(&names.longitude))
            .or_else(|| position_of(&metrics));
        let classes = classes(&connection).doing(&path, "read the classes")?;
        let mut found = footages(&connection).doing(&path, "read the footages")?;
        found.sort_by(|a, b| {
            natural_cmp(&a.footage.recording, &b.footage.recording)
                .then_with(|| natural_cmp(&a.footage.camera, &b.footage.camera))
        });
        let (mut rows, mut spans, mut ids) = (0usize, Vec::new(), Vec::new());
        for part in &found {
            let frames = usize::try_from(part.footage.frames).unwrap_or(usize::MAX);
            spans.push(FootageRows {
                recording: part.footage.recording.clone(),
                camera: part.footage.camera.clone(),
                first_row: rows,
                rows: frames,
                started_at_ns: part.started_at_ns,
                attributes: Arc::clone(&part.attributes),
            });
            ids.push(part.id);
            rows = rows
                .checked_add(frames)
                .filter(|rows| *rows < u32::MAX as usize)
                .ok_or_else(|| CatalogError::Damaged { path: path.clone(), what: "the number of frames".to_owned() })?;
        }
        // A count alone must not make this program ask for memory: beyond a size that does no harm, every frame has left at
        // least a byte in the file (its extent, or a metric).
        let bytes = std::fs::metadata(&path).map_or(0, |meta| meta.len());
        if rows > UNPROVEN_ROWS && bytes < rows as u64 {
            return Err(CatalogError::Damaged { path, what: format!("the number of frames ({rows})") });
        }
        let places: HashMap<i64, usize> = ids.iter().enumerate().map(|(at, id)| (*id, at)).collect();
        let damage = damage::marks(&connection)
            .doing(&path, "read marks of damage")?
            .into_iter()
            .filter_map(|(id, marks)| Some((*places.get(&id)?, marks)))
            .collect();
        let concerns = Concerns::read(&connection, &places).doing(&path, "read what problems concern")?;
        Ok(Self {
            uid,
            generation,
            rows,
            spans,
            position: places,
            damage,
            concerns,
            ids,
            footages: found.into_iter().map(|part| part.footage).collect(),
            metrics,
            position_names,
            classes,
            connection: Mutex::new(connection),
            loaded: Mutex::default(),
            kept: Err("the lake's own database is not open".to_owned()),
            path,
        })
    }

    /// The same table with the tags that `kept` holds.
    #[must_use]
    pub fn with_kept(mut self, kept: Result<Arc<KeptDb>, String>) -> Self {
        self.kept = kept;
        self
    }

    /// The generation of the index it was made from.
    #[must_use]
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// Id of the catalog it reads from; footage numbers mean something together with it only.
    #[must_use]
    pub fn catalog_uid(&self) -> &str {
        &self.uid
    }

    /// Index into [`Self::footage_list`] of the footage that holds `row`.
    ///
    /// # Panics
    /// When the table has no row at all; `row` past the end names the last footage.
    #[must_use]
    pub fn footage_index(&self, row: usize) -> usize {
        self.spans.partition_point(|span| span.first_row <= row).saturating_sub(1)
    }

    /// The footages in row order, parallel to `FrameColumns::footages`.
    #[must_use]
    pub fn footage_list(&self) -> &[Footage] {
        &self.footages
    }

    /// The catalog's number of a footage, by its index.
    #[must_use]
    pub fn footage_id(&self, index: usize) -> i64 {
        self.ids[index]
    }

    /// Name of the frame at `row`.
    #[must_use]
    pub fn frame_id(&self, row: usize) -> FrameId {
        let span = &self.spans[self.footage_index(row)];
        FrameId {
            recording: span.recording.clone(),
            camera: span.camera.clone(),
            frame_idx: (row - span.first_row) as u64,
        }
    }

    /// Why the frame at `row` is not to be shown, when verifying found its stored bytes damaged. Looks into memory only.
    #[must_use]
    pub fn damage(&self, row: usize) -> Option<&Arc<str>> {
        if self.damage.is_empty() {
            return None;
        }
        let footage = self.footage_index(row);
        let marks = self.damage.get(&footage)?;
        let frame = (row - self.spans[footage].first_row) as u64;
        let at = marks.ranges.partition_point(|range| range.end <= frame);
        marks.ranges.get(at).filter(|range| range.start <= frame).map(|_| &marks.reason)
    }

    /// The footages, by index, whose frames a problem with this path concerns: those of the store at the path, else all
    /// that were read together with the file. None for what concerns the lake as a whole.
    #[must_use]
    pub fn concerned(&self, problem_path: &str) -> &[usize] {
        self.concerns.of(problem_path)
    }

    /// Row of a frame, when it is in the lake.
    #[must_use]
    pub fn row_of(&self, id: &FrameId) -> Option<usize> {
        let at = self
            .spans
            .binary_search_by(|span| {
                natural_cmp(&span.recording, &id.recording).then_with(|| natural_cmp(&span.camera, &id.camera))
            })
            .ok()?;
        let span = &self.spans[at];
        usize::try_from(id.frame_idx).ok().filter(|idx| *idx < span.rows).map(|idx| span.first_row + idx)
    }

    /// Where the frames of a footage are, by its index; as of the moment of this table.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn place(&self, footage: usize) -> Result<FootagePlace, CatalogError> {
        read::place(&self.connection.lock(), self.ids[footage]).doing(&self.path, "read a footage")
    }

    /// The labels of the block that holds a frame of a footage, sorted by frame; it may hold other frames too. As of the
    /// moment of this table, so that labels and counts always agree.
    ///
    /// # Errors
    /// The database cannot be read, or the block is damaged.
    pub fn labels_near(&self, footage: usize, frame_idx: u64) -> Result<Vec<Label>, CatalogError> {
        let block = read::label_block_near(&self.connection.lock(), self.ids[footage], frame_idx)
            .doing(&self.path, "read labels")?;
        let Some((count, data)) = block else { return Ok(Vec::new()) };
        usize::try_from(count)
            .ok()
            .and_then(|count| label_block::unpack(&data, count))
            .ok_or_else(|| self.damaged("a block of labels"))
    }

    /// All recordings, those without frames too, in natural order; as of the moment of this table.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn recordings(&self) -> Result<Vec<CatalogRecording>, CatalogError> {
        let mut found = read::recordings(&self.connection.lock()).doing(&self.path, "read the recordings")?;
        found.sort_by(|a, b| natural_cmp(&a.name, &b.name));
        Ok(found)
    }

    /// All labels of a footage, by its index, block by block in the order of the frames.
    ///
    /// # Errors
    /// The database cannot be read, or a block is damaged.
    pub fn all_labels(&self, footage: usize) -> Result<Vec<Vec<Label>>, CatalogError> {
        let blocks = read::label_blocks(&self.connection.lock(), self.ids[footage]).doing(&self.path, "read labels")?;
        let unpacked = blocks.into_iter().map(|(count, data)| {
            let labels = usize::try_from(count).ok().and_then(|count| label_block::unpack(&data, count));
            labels.ok_or_else(|| self.damaged("a block of labels"))
        });
        unpacked.collect()
    }

    fn damaged(&self, what: impl Into<String>) -> CatalogError {
        CatalogError::Damaged { path: self.path.clone(), what: what.into() }
    }

    /// Reads the blobs of one query, `(footage id, bytes)` a row, and gives each with its footage's index.
    fn blobs(
        &self,
        sql: &str,
        name: Option<&str>,
        mut take: impl FnMut(usize, &[u8]) -> Result<(), CatalogError>,
    ) -> Result<(), CatalogError> {
        let connection = self.connection.lock();
        let doing = "read a column";
        let mut query = connection.prepare_cached(sql).doing(&self.path, doing)?;
        let mut rows = match name {
            Some(name) => query.query([name]),
            None => query.query([]),
        }
        .doing(&self.path, doing)?;
        while let Some(row) = rows.next().doing(&self.path, doing)? {
            let id: i64 = row.get(0).doing(&self.path, doing)?;
            let data = row.get_ref(1).doing(&self.path, doing)?;
            let bytes = data.as_blob().map_err(|_| self.damaged("a column"))?;
            if let Some(at) = self.position.get(&id) {
                take(*at, bytes)?;
            }
        }
        Ok(())
    }

    fn load_metric(&self, name: &str) -> Result<Column, CatalogError> {
        let kind = self
            .metrics
            .binary_search_by(|metric| metric.name.as_str().cmp(name))
            .map(|at| self.metrics[at].kind)
            .map_err(|_| self.damaged(format!("metric {name}")))?;
        let mut whole = Column::nulls(kind, self.rows);
        let mut known = HashMap::new();
        self.blobs(
            "SELECT footage_id, data FROM frame_column WHERE metric_id = (SELECT metric_id FROM metric WHERE name = ?1)",
            Some(name),
            |at, bytes| {
                let span = &self.spans[at];
                let part = pack::unpack_column(bytes, span.rows).ok_or_else(|| self.damaged(format!("metric {name}")))?;
                widen::place(&mut whole, span.first_row, part, &mut known);
                Ok(())
            },
        )?;
        if let Column::Int { valid, .. } = &mut whole
            && valid.iter().all(|valid| *valid)
        {
            valid.clear();
        }
        Ok(whole)
    }

    fn load_counts(&self, sql: &str, class: Option<&str>) -> Result<Vec<u32>, CatalogError> {
        let mut total = vec![0u32; self.rows];
        let mut part = Vec::new();
        self.blobs(sql, class, |at, bytes| {
            let span = &self.spans[at];
            part.clear();
            part.resize(span.rows, 0);
            pack::unpack_counts(bytes, &mut part).ok_or_else(|| self.damaged("label counts"))?;
            for (sum, count) in total[span.first_row..span.first_row + span.rows].iter_mut().zip(&part) {
                *sum = sum.saturating_add(*count);
            }
            Ok(())
        })?;
        Ok(total)
    }

    fn load_labels(&self, footage: usize) -> Result<LabelRows, CatalogError> {
        let blocks = read::label_blocks(&self.connection.lock(), self.ids[footage]).doing(&self.path, "read labels")?;
        let mut builder = LabelRowsBuilder::new(self.spans[footage].rows);
        for (count, data) in blocks {
            let labels = usize::try_from(count).ok().and_then(|count| label_block::unpack(&data, count));
            for label in labels.ok_or_else(|| self.damaged("a block of labels"))? {
                builder.push(&label);
            }
        }
        Ok(builder.finish())
    }

    fn load_times(&self) -> Result<Vec<i64>, CatalogError> {
        let mut times = vec![0i64; self.rows];
        let mut part = Vec::new();
        self.blobs("SELECT footage_id, data FROM frame_times", None, |at, bytes| {
            let span = &self.spans[at];
            part.clear();
            pack::unpack_times(bytes, span.rows, &mut part).ok_or_else(|| self.damaged("frame times"))?;
            times[span.first_row..span.first_row + span.rows].copy_from_slice(&part);
            Ok(())
        })?;
        Ok(times)
    }
}

impl FrameColumns for FrameTable {
    fn rows(&self) -> usize {
        self.rows
    }

    fn footages(&self) -> &[FootageRows] {
        &self.spans
    }

    fn metrics(&self) -> &[MetricName] {
        &self.metrics
    }

    fn position(&self) -> Option<PositionNames> {
        self.position_names.clone()
    }

    fn classes(&self) -> &[String] {
        &self.classes
    }

    fn metric(&self, name: &str) -> Result<Arc<Column>, String> {
        if let Some(column) = self.loaded.lock().metrics.get(name) {
            return Ok(Arc::clone(column));
        }
        let column = Arc::new(self.load_metric(name).map_err(|error| error.to_string())?);
        self.loaded.lock().metrics.insert(name.to_owned(), Arc::clone(&column));
        Ok(column)
    }

    fn class_count(&self, class: &str) -> Result<Arc<Vec<u32>>, String> {
        if let Some(counts) = self.loaded.lock().classes.get(class) {
            return Ok(Arc::clone(counts));
        }
        let sql = "SELECT footage_id, data FROM class_count WHERE class_id = (SELECT class_id FROM label_class WHERE name = ?1)";
        let counts = Arc::new(self.load_counts(sql, Some(class)).map_err(|error| error.to_string())?);
        self.loaded.lock().classes.insert(class.to_owned(), Arc::clone(&counts));
        Ok(counts)
    }

    fn label_count(&self) -> Result<Arc<Vec<u32>>, String> {
        if let Some(counts) = &self.loaded.lock().labels {
            return Ok(Arc::clone(counts));
        }
        let counts = Arc::new(
            self.load_counts("SELECT footage_id, data FROM class_count", None).map_err(|error| error.to_string())?,
        );
        self.loaded.lock().labels = Some(Arc::clone(&counts));
        Ok(counts)
    }

    fn timestamps(&self) -> Result<Arc<Vec<i64>>, String> {
        if let Some(times) = &self.loaded.lock().times {
            return Ok(Arc::clone(times));
        }
        let times = Arc::new(self.load_times().map_err(|error| error.to_string())?);
        self.loaded.lock().times = Some(Arc::clone(&times));
        Ok(times)
    }

    fn store(&self, footage: usize) -> Option<&str> {
        self.footages.get(footage).map(|footage| footage.store.as_str())
    }

    fn marked(&self, mark: Mark) -> Vec<Range<usize>> {
        match mark {
            Mark::Damaged => damage::rows(&self.damage, &self.spans),
            Mark::Problem => self.concerns.rows(&self.spans),
        }
    }

    fn labels_of(&self, footage: usize) -> Result<Arc<LabelRows>, String> {
        {
            let mut loaded = self.loaded.lock();
            if let Some(at) = loaded.label_rows.iter().position(|(known, _)| *known == footage)
                && let Some(entry) = loaded.label_rows.remove(at)
            {
                let labels = Arc::clone(&entry.1);
                loaded.label_rows.push_front(entry);
                return Ok(labels);
            }
        }
        let labels = Arc::new(self.load_labels(footage).map_err(|error| error.to_string())?);
        let mut loaded = self.loaded.lock();
        loaded.label_rows.push_front((footage, Arc::clone(&labels)));
        bound(&mut loaded.label_rows, LABEL_BYTES, |(_, labels)| labels.bytes());
        Ok(labels)
    }

    fn label_attributes(&self) -> Result<Arc<Vec<MetricName>>, String> {
        if let Some(names) = &self.loaded.lock().label_attributes {
            return Ok(Arc::clone(names));
        }
        let names = label_attributes((0..self.spans.len()).map(|footage| self.labels_of(footage)))?;
        self.loaded.lock().label_attributes = Some(Arc::clone(&names));
        Ok(names)
    }

    fn known_label_attributes(&self) -> Option<Arc<Vec<MetricName>>> {
        self.loaded.lock().label_attributes.clone()
    }

    fn tags(&self) -> Result<Arc<TagRows>, String> {
        let kept = self.kept.as_ref().map_err(Clone::clone)?;
        let told = |error: CatalogError| error.to_string();
        let version = kept.tag_version().map_err(told)?;
        if let Some(tags) = self.loaded.lock().tags.as_ref().filter(|tags| tags.version == version) {
            return Ok(Arc::clone(tags));
        }
        let (version, frames) = kept.tagged_frames().map_err(told)?;
        let mut tags = TagRows { version, ..TagRows::default() };
        for (tag, frames) in frames {
            let rows: Vec<usize> = frames.iter().filter_map(|frame| self.row_of(frame)).collect();
            tags.gone.insert(tag.clone(), (frames.len() - rows.len()) as u64);
            tags.tags.insert(tag, FrameSet::from_rows(self.rows, rows));
        }
        let tags = Arc::new(tags);
        self.loaded.lock().tags = Some(Arc::clone(&tags));
        Ok(tags)
    }

    fn known_tags(&self) -> Vec<String> {
        // Whoever reads them holds the lock for a moment alone; to offer none for once is better than to wait.
        let loaded = self.loaded.try_lock();
        loaded.and_then(|loaded| Some(loaded.tags.as_ref()?.tags.keys().cloned().collect())).unwrap_or_default()
    }

    fn rhythms(&self) -> Result<Arc<Vec<Rhythm>>, String> {
        if let Some(rhythms) = &self.loaded.lock().rhythms {
            return Ok(Arc::clone(rhythms));
        }
        let rhythms = Arc::new(Rhythm::of_all(&self.spans, &self.timestamps()?));
        self.loaded.lock().rhythms = Some(Arc::clone(&rhythms));
        Ok(rhythms)
    }

    fn worked_out(&self, text: &str) -> Option<WorkedOut> {
        let loaded = self.loaded.lock();
        loaded.worked_out.iter().find(|(known, _)| known == text).map(|(_, column)| column.clone())
    }

    fn keep_worked_out(&self, text: &str, column: &WorkedOut) {
        let mut loaded = self.loaded.lock();
        loaded.worked_out.retain(|(known, _)| known != text);
        loaded.worked_out.push_front((text.to_owned(), column.clone()));
        bound(&mut loaded.worked_out, WORKED_OUT_BYTES, |(_, column)| column.bytes());
    }
}

fn classes(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    connection
        .prepare("SELECT name FROM label_class WHERE EXISTS (SELECT 1 FROM class_count WHERE class_count.class_id = label_class.class_id) ORDER BY name")?
        .query_map([], |row| row.get(0))?
        .collect()
}

fn footages(connection: &Connection) -> rusqlite::Result<Vec<FoundFootage>> {
    let mut shared = HashMap::<i64, Arc<BTreeMap<String, String>>>::new();
    let mut query = connection.prepare(
        "SELECT footage_id, name, camera, store, frames, width_px, height_px, rate_hz, store_kind, started_at_ns, attributes, recording_id \
         FROM footage JOIN recording USING (recording_id)",
    )?;
    let mut rows = query.query([])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let recording: i64 = row.get(11)?;
        let attributes = if let Some(attributes) = shared.get(&recording) {
            Arc::clone(attributes)
        } else {
            let attributes = Arc::new(from_json(row, 10)?);
            shared.insert(recording, Arc::clone(&attributes));
            attributes
        };
        found.push(FoundFootage {
            id: row.get(0)?,
            footage: Footage {
                recording: row.get(1)?,
                camera: row.get(2)?,
                store: row.get(3)?,
                frames: count(row, 4)?,
                width_px: row.get(5)?,
                height_px: row.get(6)?,
                rate_hz: row.get(7)?,
                store_kind: row.get(8)?,
            },
            started_at_ns: row.get::<_, Option<i64>>(9)?.unwrap_or(0),
            attributes,
        });
    }
    Ok(found)
}
