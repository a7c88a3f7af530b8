//! What a person settles about a footage that was probed: the order of its axes, its times. What nobody settled and was
//! guessed is told.

use std::path::Path;

use super::{FoundFootage, pixel_size, some_of};
use crate::frames::{
    ChildPool, Clock, Encoding, FramesError, PixelOrder, Storage, TimeUnit,
    clock::{since, to_ns},
    recognise,
};

/// Where the times of a footage come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimesSource {
    /// Path of the dataset.
    pub dataset: String,
    /// The unit that its numbers were taken for, where nothing told it.
    pub guessed_unit: Option<&'static str>,
}

/// What was guessed about the footages of a store and nobody settled.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Guesses {
    images: Vec<String>,
    times: Vec<(String, &'static str)>,
}

impl Guesses {
    /// Takes in what was guessed about one footage.
    pub fn add(&mut self, footage: &FoundFootage) {
        self.images.extend(footage.guessed.clone());
        if let Some(TimesSource { dataset, guessed_unit: Some(unit) }) = &footage.times {
            let guess = (dataset.clone(), *unit);
            if !self.times.contains(&guess) {
                self.times.push(guess);
            }
        }
    }

    /// A line for all images and one for each array of times: what, and what to do.
    #[must_use]
    pub fn problems(self) -> Vec<(String, String)> {
        let images = (!self.images.is_empty()).then(|| {
            (
                format!("Guessed: {}", some_of(&self.images)),
                "Look at a frame; if it is wrong, set order in lake.toml (docs/lake-format.md)".to_owned(),
            )
        });
        let times = self.times.into_iter().map(|(dataset, unit)| {
            (
                format!("Guessed: the times in {dataset} are {unit}"),
                "If that is wrong, set clock in lake.toml, or add an attribute `units` with s, ms, us or ns".to_owned(),
            )
        });
        images.into_iter().chain(times).collect()
    }
}

/// The times in a dataset of a store, ns. Their unit is `unit`, else what the dataset tells, else a guess.
///
/// # Errors
/// The store or the dataset cannot be read; [`FramesError::Refused`] when its values are no times.
pub fn read_times(
    pool: &ChildPool,
    lake_root: &Path,
    store: &str,
    dataset: &str,
    unit: Option<TimeUnit>,
) -> Result<(Vec<i64>, TimesSource), FramesError> {
    let structure = pool.probe(lake_root, store)?;
    let told = structure.datasets.iter().find(|one| one.path == dataset).and_then(recognise::told_unit);
    let known = unit.or(told.map(|told| told.unit));
    let values = pool.read_values(lake_root, store, dataset)?;
    let read = to_ns(&values, known);
    let read = read.and_then(|(times, unit)| Some((since(times, told.and_then(|told| told.since_ns))?, unit)));
    let (times, unit) = read.ok_or_else(|| FramesError::Refused {
        store: store.to_owned(),
        what: format!("the values in {dataset} are no times"),
        hint: "name an array of numbers, one per frame, and its unit in lake.toml".to_owned(),
    })?;
    let guessed = known.is_none() && unit != TimeUnit::Nanoseconds;
    Ok((times, TimesSource { dataset: dataset.to_owned(), guessed_unit: guessed.then(|| unit.name()) }))
}

impl FoundFootage {
    /// Takes the axes of the frames to be in another order. An array of three axes is a stack of gray frames in the order
    /// [`PixelOrder::Hw`] and one colour image in any other; what belonged to the frames before does not any more then.
    ///
    /// # Errors
    /// Why that cannot be, as a clause; the footage is as it was.
    pub fn reorder(&mut self, order: PixelOrder) -> Result<(), String> {
        let Encoding::Pixels { value, big_endian, .. } = self.layout.encoding else {
            return Err("its frames are stored as image files, which tell the order themselves".to_owned());
        };
        let mut layout = self.layout.clone();
        layout.encoding = Encoding::Pixels { value, big_endian, order };
        let gray = order == PixelOrder::Hw;
        let member = layout.members.first().cloned();
        match (layout.shape.len(), layout.members.len(), member) {
            // One image of three axes, that is a stack.
            (3, 1, Some(member)) if gray => {
                layout.dataset = format!("{}/{member}", layout.dataset.trim_end_matches('/'));
                layout.members.clear();
                if layout.storage == Storage::PerFrame {
                    layout.storage = if layout.chunk.is_empty() { Storage::Contiguous } else { Storage::Chunked };
                }
            }
            // A stack of gray frames, that is one image.
            (3, 0, _) if !gray => {
                layout.members = vec![recognise::last(&layout.dataset).to_owned()];
                layout.dataset = String::from(recognise::parent(&layout.dataset));
                if layout.storage != Storage::Library {
                    layout.storage = Storage::PerFrame;
                }
            }
            _ => {}
        }
        let shape: Vec<String> = layout.shape.iter().map(u64::to_string).collect();
        let channels = recognise::picture_size(layout.frame_shape(), order).map(|(_, _, channels)| channels);
        let size = pixel_size(&layout, order).filter(|_| channels.is_some_and(|count| matches!(count, 1 | 3 | 4)));
        let (width_px, height_px) =
            size.ok_or_else(|| format!("its axes are {}, which do not go with it", shape.join("×")))?;
        let frames = layout.frames();
        if frames != self.frames {
            self.labels_by_frame = None;
            self.arrays.clear();
            if let Clock::Timestamps(_) = self.clock {
                self.clock = Clock::Unknown;
                self.times = None;
            }
        }
        (self.width_px, self.height_px, self.frames) = (width_px, height_px, frames);
        self.layout = layout;
        self.guessed = None;
        Ok(())
    }
}
