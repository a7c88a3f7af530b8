//! A store probed: its footages with layouts, extents, times and arrays, ready for the catalog.

mod columns;
mod settle;

use std::{fs::File, path::Path};

use super::{
    ChildPool, Clock, Encoding, Extents, FrameLayout, FramesError, Origin, PixelOrder, Storage, StoreIdentity, coded,
    file_access, filters,
    recognise::{self, Candidate, ClockSource, Form, Recognised},
    stored_frame::StoredFrames,
    structure::{DatasetInfo, StoredValue, Structure, Values},
    superblock,
};

pub use settle::{Guesses, TimesSource, read_times};

/// Most frames of a dataset of which nothing is stored, or that only the library can read.
const MAX_UNSTORED_FRAMES: u64 = 1_000_000;
/// First bytes of a coded row that are looked at before the whole row is.
const GENTLE_LIMIT: u64 = 64 << 20;

/// What a store holds.
#[derive(Debug, Clone, PartialEq)]
pub struct StoreProbe {
    /// The state of the file that was probed.
    pub identity: StoreIdentity,
    /// Its footages, in natural order of recording and camera.
    pub footages: Vec<FoundFootage>,
    /// Numeric columns of a store without images, by name: a log.
    pub log: Vec<(String, Values)>,
    /// What could not be read and what was guessed: what happened, and what to do.
    pub problems: Vec<(String, String)>,
}

/// One footage of a store.
#[derive(Debug, Clone, PartialEq)]
pub struct FoundFootage {
    /// Name of the recording inside the file, where it holds several (`demo_3`).
    pub recording_hint: Option<String>,
    /// Name of the camera, where the file tells one.
    pub camera: Option<String>,
    /// How the frames are stored.
    pub layout: FrameLayout,
    /// Where they are.
    pub extents: Extents,
    /// Number of frames.
    pub frames: u64,
    /// Width in pixels; 0 without images.
    pub width_px: u32,
    /// Height in pixels; 0 without images.
    pub height_px: u32,
    /// Their times.
    pub clock: Clock,
    /// Where the times were read from.
    pub times: Option<TimesSource>,
    /// What was guessed of the images, as a sentence part.
    pub guessed: Option<String>,
    /// `jpeg`, `png`, `gzip`, `lzf`, `raw`, `none`, or the name of another filter.
    pub store_kind: String,
    /// One class per frame (`train_set_y`): its name where the store lists names, else its number.
    pub labels_by_frame: Option<Vec<String>>,
    /// Numeric columns with one value per frame, by name (`qpos_0`).
    pub arrays: Vec<(String, Values)>,
}

/// Probes a store of a lake.
///
/// # Errors
/// Why nothing of the store can be used, in words for Problems (see [`FramesError::problem`]).
pub fn probe_store(pool: &ChildPool, lake_root: &Path, store: &str) -> Result<StoreProbe, FramesError> {
    let (_, file) = file_access::open(lake_root, store)?;
    let fail = |source| FramesError::Open { store: store.to_owned(), source };
    let identity = StoreIdentity::of(&file).map_err(fail)?;
    superblock::read_superblock(&file, identity.size_bytes).map_err(|not| FramesError::NotHdf5 {
        store: store.to_owned(),
        what: not.what,
        hint: not.hint,
    })?;
    let structure = pool.probe(lake_root, store)?;
    let recognised = recognise::recognise(&structure);
    let mut probing = Probing {
        pool,
        lake_root,
        store,
        file: &file,
        structure: &structure,
        problems: Vec::new(),
        doubtful: recognised.unused.iter().map(|at| recognise::why_unused(&structure.datasets[*at])).collect(),
        array_bytes: 0,
    };
    for what in &structure.problems {
        probing.problem(what.clone(), "The rest of the store is used; copy the file again if it should hold more");
    }
    let footages = probing.footages(&recognised)?;
    let log = probing.log(&recognised.log)?;
    probing.tell_refused(&recognised);
    probing.tell_doubtful();
    if footages.is_empty() && log.is_empty() && probing.problems.is_empty() {
        probing.problem(
            "It has no images in it".to_owned(),
            "See docs/lake-format.md for the layouts that open, or move it away",
        );
    }
    let problems = probing.problems;
    // What was read must be of one state of the file, also when another one took its name meanwhile.
    let (_, now) = file_access::open(lake_root, store)?;
    if StoreIdentity::of(&now).map_err(fail)? != identity {
        return Err(FramesError::StoreChanged { store: store.to_owned() });
    }
    Ok(StoreProbe { identity, footages, log, problems })
}

struct Probing<'a> {
    pool: &'a ChildPool,
    lake_root: &'a Path,
    store: &'a str,
    file: &'a File,
    structure: &'a Structure,
    problems: Vec<(String, String)>,
    /// What may have been meant as images and is not shown as such, told together at the end.
    doubtful: Vec<String>,
    /// Bytes of per-frame arrays read so far.
    array_bytes: u64,
}

/// The first few of several, and how many more there are.
fn some_of(names: &[String]) -> String {
    let first = names.iter().take(3).cloned().collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(3) {
        0 => first,
        more => format!("{first} and {more} more"),
    }
}

/// Whether an error concerns one dataset only, or the reader itself.
fn is_local(error: &FramesError) -> bool {
    matches!(error, FramesError::Refused { .. } | FramesError::BadExtents(_) | FramesError::Protocol { .. })
}

impl Probing<'_> {
    fn problem(&mut self, what: String, hint: &str) {
        let line = (what, hint.to_owned());
        if !self.problems.contains(&line) {
            self.problems.push(line);
        }
    }

    /// Datasets that may not or cannot be read, other than the images, which were told one by one.
    fn tell_refused(&mut self, recognised: &Recognised) {
        let images: Vec<usize> = recognised.footages.iter().flat_map(|c| c.datasets.iter().copied()).collect();
        let refused = self.structure.datasets.iter().enumerate().filter(|(at, _)| !images.contains(at));
        let told: Vec<String> =
            refused.filter_map(|(_, d)| d.refused.as_ref().map(|why| format!("{}: {why}", d.path))).collect();
        if !told.is_empty() {
            self.problem(some_of(&told), "Write them again as plain datasets, uncompressed or with gzip");
        }
    }

    fn tell_doubtful(&mut self) {
        if !self.doubtful.is_empty() {
            let what = format!("Perhaps images, but not used as such: {}", some_of(&self.doubtful));
            self.problem(what, "If they are, write them as docs/lake-format.md tells; otherwise leave them");
        }
    }

    /// Turns an error about one dataset into a problem; other errors end the probing.
    fn local<T>(&mut self, result: Result<T, FramesError>) -> Result<Option<T>, FramesError> {
        match result {
            Ok(value) => Ok(Some(value)),
            Err(error) if is_local(&error) => {
                self.problems.push(error.problem());
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    fn footages(&mut self, recognised: &Recognised) -> Result<Vec<FoundFootage>, FramesError> {
        let mut found = Vec::new();
        for candidate in &recognised.footages {
            let first = self.dataset(candidate.datasets[0]);
            if let Some(why) = first.refused.clone() {
                let path = first.path.clone();
                self.problem(format!("{path}: {why}"), "Write it again as a plain dataset, uncompressed or with gzip");
                continue;
            }
            found.extend(self.footage(candidate)?);
        }
        if let Some(at) = recognised.times_only {
            found.extend(self.times_only(at)?);
        }
        Ok(found)
    }

    fn dataset(&self, at: usize) -> &DatasetInfo {
        &self.structure.datasets[at]
    }

    fn footage(&mut self, candidate: &Candidate) -> Result<Option<FoundFootage>, FramesError> {
        let mut layout = self.layout(candidate);
        let extents = if layout.storage == Storage::Library {
            Extents::default()
        } else {
            let paths = candidate.datasets.iter().map(|at| self.dataset(*at).path.clone()).collect();
            let located = self.pool.locate(self.lake_root, self.store, paths);
            let Some(extents) = self.local(located)? else { return Ok(None) };
            extents
        };
        if !self.is_plausible(&layout, &extents) {
            return Ok(None);
        }
        let Some((width_px, height_px, coding)) = self.size(candidate, &mut layout, &extents)? else {
            return Ok(None);
        };
        let frames = layout.frames();
        let one_image = !layout.members.is_empty() && candidate.datasets.len() == 1;
        let first = self.dataset(candidate.datasets[0]);
        let sure = candidate.per_frame && candidate.guessed.is_none();
        let against = if one_image && !sure { recognise::contradiction(self.structure, first) } else { None };
        let guessed = if against.is_some() { None } else { candidate.guessed.clone() };
        self.doubtful.extend(against);
        if let Some(at) = candidate.palette {
            layout.palette = self.palette(at)?;
        }
        // Rows that turned out to be one image have no companions: what has as many entries as rows is a chance.
        let settled;
        let candidate = if !candidate.per_frame && !layout.members.is_empty() {
            settled =
                Candidate { clock: ClockSource::Rate(None), arrays: Vec::new(), labels: None, ..candidate.clone() };
            &settled
        } else {
            candidate
        };
        let (clock, times) = self.clock(candidate)?;
        let labels_by_frame = self.labels(candidate)?;
        let scope = recognise::Scope::of(&self.dataset(candidate.datasets[0]).path);
        let arrays = self.columns(&candidate.arrays, &scope.prefix)?;
        let store_kind = coding.map_or_else(|| filters::kind(&layout.filters), |c| c.extension().to_owned());
        Ok(Some(FoundFootage {
            recording_hint: candidate.recording_hint.clone(),
            camera: candidate.camera.clone(),
            layout,
            extents,
            frames,
            width_px,
            height_px,
            clock,
            times,
            guessed,
            store_kind,
            labels_by_frame,
            arrays,
        }))
    }

    fn labels(&mut self, candidate: &Candidate) -> Result<Option<Vec<String>>, FramesError> {
        let Some(at) = candidate.labels else { return Ok(None) };
        let Some(Values::Integers(classes)) = self.values(at)? else { return Ok(None) };
        let names = match candidate.class_names {
            Some(at) => self.values(at)?,
            None => None,
        };
        let names = if let Some(Values::Texts(names)) = names { names } else { Vec::new() };
        let name =
            |class: i64| usize::try_from(class).ok().and_then(|at| names.get(at)).filter(|name| !name.is_empty());
        Ok(Some(classes.into_iter().map(|class| name(class).cloned().unwrap_or_else(|| class.to_string())).collect()))
    }

    /// Tells of a dataset that declares far more frames than it holds: a few kilobytes can declare billions.
    fn is_plausible(&mut self, layout: &FrameLayout, extents: &Extents) -> bool {
        let frames = layout.frames();
        let frames_per_piece = match layout.storage {
            Storage::Chunked => layout.chunk.first().copied().unwrap_or(1),
            Storage::Contiguous => frames,
            _ => 1,
        };
        let stored = (extents.stored() as u64).saturating_mul(frames_per_piece);
        let most = match layout.storage {
            Storage::Library => MAX_UNSTORED_FRAMES,
            _ => stored.saturating_mul(1000).max(MAX_UNSTORED_FRAMES),
        };
        if frames > most {
            let dataset = layout.dataset.clone();
            self.problem(
                format!("{dataset} declares {frames} frames, but holds only {stored}"),
                "Copy the file again, or write it with the frames that there are",
            );
        }
        frames <= most
    }

    fn layout(&self, candidate: &Candidate) -> FrameLayout {
        let first = self.dataset(candidate.datasets[0]);
        let storage = match (&first.library_only, candidate.per_frame, &first.value) {
            (Some(_), ..) => Storage::Library,
            (None, true, _) => Storage::PerFrame,
            (None, false, StoredValue::Bytes) => Storage::Rows,
            (None, false, _) if first.chunk.is_empty() => Storage::Contiguous,
            (None, false, _) => Storage::Chunked,
        };
        let members: Vec<String> = if candidate.per_frame {
            candidate.datasets.iter().map(|at| recognise::last(&self.dataset(*at).path).to_owned()).collect()
        } else {
            Vec::new()
        };
        let encoding = match (candidate.form, recognise::value_type(first)) {
            (Form::Pixels(order), Some((value, big_endian))) => Encoding::Pixels { value, big_endian, order },
            _ => Encoding::Coded,
        };
        // The chunks of coded rows hold references; the layout tells of the rows.
        let rows = storage == Storage::Rows;
        FrameLayout {
            dataset: if candidate.per_frame { recognise::parent(&first.path).to_owned() } else { first.path.clone() },
            members,
            shape: first.shape.clone(),
            chunk: if rows { Vec::new() } else { first.chunk.clone() },
            encoding,
            storage,
            filters: if rows { Vec::new() } else { first.filters.clone() },
            fill: first.fill.clone(),
            palette: Vec::new(),
            white_is_zero: candidate.white_is_zero,
            origin: candidate.origin,
        }
    }

    /// Width, height and coding of the frames; the layout is settled where it depends on the first row's bytes.
    fn size(
        &mut self,
        candidate: &Candidate,
        layout: &mut FrameLayout,
        extents: &Extents,
    ) -> Result<Option<(u32, u32, Option<coded::Coding>)>, FramesError> {
        if let Encoding::Pixels { order, .. } = layout.encoding {
            return Ok(pixel_size(layout, order).map(|(width, height)| (width, height, None)));
        }
        if layout.frames() == 0 {
            return Ok(Some((0, 0, Some(coded::Coding::Jpeg))));
        }
        let bytes = self.first_row(layout, extents)?;
        let coding = bytes.as_deref().and_then(coded::Coding::of);
        if let (Some(bytes), Some(coding)) = (&bytes, coding) {
            return match coded::dimensions(bytes) {
                Ok((width, height)) => Ok(Some((width, height, Some(coding)))),
                Err(what) => {
                    let dataset = layout.dataset.clone();
                    self.problem(format!("The first row of {dataset}: {what}"), "Copy the file again");
                    Ok(None)
                }
            };
        }
        if candidate.form == Form::RowsOrGray {
            return Ok(self.gray_image(candidate, layout));
        }
        let dataset = layout.dataset.clone();
        self.problem(
            format!("The rows of {dataset} are neither JPEG nor PNG"),
            "Leave it, or write the images as JPEG, PNG or pixels",
        );
        Ok(None)
    }

    /// Rows of bytes that are no files are one gray image.
    fn gray_image(&self, candidate: &Candidate, layout: &mut FrameLayout) -> Option<(u32, u32, Option<coded::Coding>)> {
        let first = self.dataset(candidate.datasets[0]);
        let (value, big_endian) = recognise::value_type(first)?;
        layout.encoding = Encoding::Pixels { value, big_endian, order: PixelOrder::Hw };
        recognise::parent(&first.path).clone_into(&mut layout.dataset);
        layout.members = vec![recognise::last(&first.path).to_owned()];
        if layout.storage != Storage::Library {
            layout.storage = Storage::PerFrame;
        }
        pixel_size(layout, PixelOrder::Hw).map(|(width, height)| (width, height, None))
    }

    /// The bytes of the first row that is there: one read, or one chunk decoded.
    fn first_row(&mut self, layout: &FrameLayout, extents: &Extents) -> Result<Option<Vec<u8>>, FramesError> {
        if layout.storage == Storage::Library {
            let row = self.pool.read_row(self.lake_root, self.store, &layout.dataset, Some(0));
            return Ok(self.local(row)?.map(|(_, bytes)| bytes));
        }
        let first = match layout.storage {
            Storage::Rows => extents.iter().find(|(_, e)| e.length_bytes <= GENTLE_LIMIT).map(|(number, _)| number),
            _ => Some(0),
        };
        let frames = StoredFrames { file: self.file, layout, extents, cache: None };
        match first.map(|frame_idx| frames.read(frame_idx)) {
            Some(Ok(bytes)) => Ok(Some(bytes)),
            Some(Err(what)) => {
                self.problem(format!("The first row of {}: {what}", layout.dataset), "Copy the file again");
                Ok(None)
            }
            None => Ok(None),
        }
    }

    fn palette(&mut self, at: usize) -> Result<Vec<u8>, FramesError> {
        let colours = match self.values(at)? {
            Some(Values::Integers(values)) if values.len() % 3 == 0 && values.len() <= 768 => values,
            _ => return Ok(Vec::new()),
        };
        Ok(colours.into_iter().map(|v| u8::try_from(v.clamp(0, 255)).unwrap_or(0)).collect())
    }

    fn clock(&mut self, candidate: &Candidate) -> Result<(Clock, Option<TimesSource>), FramesError> {
        let first = self.dataset(candidate.datasets[0]);
        let told = recognise::rate_attribute(self.structure, first);
        let at = match candidate.clock {
            ClockSource::Dataset(at) => at,
            ClockSource::Rate(Some(rate)) => return Ok((Clock::Rate(rate), None)),
            ClockSource::Rate(None) => return Ok((Clock::Unknown, None)),
        };
        if let Some((times, source)) = self.times(at)? {
            return Ok((Clock::Timestamps(times), Some(source)));
        }
        let times = self.dataset(at).path.clone();
        self.problem(
            format!("The times in {times} cannot be used"),
            "Write them again as int64 nanoseconds, one per frame",
        );
        Ok((told.map_or(Clock::Unknown, Clock::Rate), Some(TimesSource { dataset: times, guessed_unit: None })))
    }

    fn times_only(&mut self, at: usize) -> Result<Option<FoundFootage>, FramesError> {
        let Some((times, source)) = self.times(at)? else { return Ok(None) };
        let frames = times.len() as u64;
        let dataset = self.dataset(at);
        let layout = FrameLayout {
            dataset: dataset.path.clone(),
            members: Vec::new(),
            shape: vec![frames],
            chunk: Vec::new(),
            encoding: Encoding::Coded,
            storage: Storage::None,
            filters: Vec::new(),
            fill: Vec::new(),
            palette: Vec::new(),
            white_is_zero: false,
            origin: Origin::UpperLeft,
        };
        Ok(Some(FoundFootage {
            recording_hint: None,
            camera: None,
            layout,
            extents: Extents::default(),
            frames,
            width_px: 0,
            height_px: 0,
            clock: Clock::Timestamps(times),
            times: Some(source),
            guessed: None,
            store_kind: "none".to_owned(),
            labels_by_frame: None,
            arrays: Vec::new(),
        }))
    }
}

/// Width and height of frames of pixels.
fn pixel_size(layout: &FrameLayout, order: PixelOrder) -> Option<(u32, u32)> {
    let (width, height, _) = recognise::picture_size(layout.frame_shape(), order)?;
    Some((u32::try_from(width).ok()?, u32::try_from(height).ok()?))
}
