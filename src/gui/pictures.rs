//! Full frames for the viewer: the one that is shown, and those read ahead.

use std::{collections::HashMap, sync::Arc};

use crossbeam_channel::{Receiver, Sender, unbounded};
use egui::ColorImage;

use super::{frame_key::FrameKey, source::Source, trouble::Trouble};
use crate::{
    catalog::FrameTable,
    jobs::{JobHandle, Priority},
    model::{Look, Raster, Samples},
    session::{FrameDetail, Session},
};

/// A frame ready to be drawn.
#[derive(Debug)]
pub struct Picture {
    /// The picture, ready for the graphics card; or why there is none.
    pub image: Result<Arc<ColorImage>, Trouble>,
    /// The stored values.
    pub raster: Option<Arc<Raster>>,
    /// Values, labels, attributes; or why they cannot be told.
    pub detail: Result<FrameDetail, String>,
    /// How it is shown.
    pub look: Look,
    /// The generation of the index that the details are of.
    generation: u64,
}

enum Slot {
    Waiting(JobHandle, Priority),
    Ready { picture: Arc<Picture>, bytes: usize, used: u64, renewed: Option<JobHandle> },
}

struct Answer {
    key: FrameKey,
    epoch: u64,
    picture: Picture,
}

/// Frames by key.
pub struct Pictures {
    slots: HashMap<FrameKey, Slot>,
    answers: Receiver<Answer>,
    answer: Sender<Answer>,
    bytes: usize,
    tick: u64,
    catalog: String,
    epoch: u64,
    forgotten: HashMap<i64, u64>,
    /// Grows with every picture that came.
    came: u64,
}

impl Default for Pictures {
    fn default() -> Self {
        let (answer, answers) = unbounded();
        Self {
            slots: HashMap::new(),
            answers,
            answer,
            bytes: 0,
            tick: 0,
            catalog: String::new(),
            epoch: 0,
            forgotten: HashMap::new(),
            came: 0,
        }
    }
}

impl Pictures {
    /// Takes in what has come, and keeps to `budget` bytes; another catalog forgets all.
    pub fn begin_frame(&mut self, table: &FrameTable, budget: usize) {
        self.tick += 1;
        if self.catalog != table.catalog_uid() {
            *self =
                Self { tick: self.tick, came: self.came, catalog: table.catalog_uid().to_owned(), ..Self::default() };
        }
        while let Ok(Answer { key, epoch, picture }) = self.answers.try_recv() {
            if self.forgotten.get(&key.footage).is_some_and(|since| epoch < *since) {
                continue;
            }
            self.came += 1;
            let bytes = picture.bytes();
            self.bytes += bytes;
            let ready = Slot::Ready { picture: Arc::new(picture), bytes, used: self.tick, renewed: None };
            if let Some(Slot::Ready { bytes, .. }) = self.slots.insert(key, ready) {
                self.bytes -= bytes;
            }
        }
        self.shrink(budget);
    }

    /// The frame at `row`, if it is there already; asks for it otherwise.
    pub fn get(&mut self, row: usize, priority: Priority, source: Source<'_>) -> Option<Arc<Picture>> {
        let key = FrameKey::of(source.table, row);
        match self.slots.get_mut(&key) {
            Some(Slot::Ready { picture, used, renewed, .. }) => {
                *used = self.tick;
                let picture = Arc::clone(picture);
                if picture.generation != source.table.generation() && renewed.is_none() {
                    let before = Arc::clone(&picture);
                    *renewed =
                        Some(ask(source, priority, self.answer.clone(), key, self.epoch, move |session, table| {
                            before.renewed(session, table, row)
                        }));
                }
                return Some(picture);
            }
            // Read ahead and now waited for: ask again in the faster lane, unless it is being read already.
            Some(Slot::Waiting(job, Priority::Background)) if priority != Priority::Background && !job.has_begun() => {}
            Some(Slot::Waiting(..)) => return None,
            None => {}
        }
        let job = ask(source, priority, self.answer.clone(), key, self.epoch, move |session, table| {
            Picture::read(session, table, row)
        });
        self.slots.insert(key, Slot::Waiting(job, priority));
        None
    }

    /// The picture of a frame, if it is there.
    pub fn kept(&self, key: FrameKey) -> Option<&Arc<Picture>> {
        match self.slots.get(&key) {
            Some(Slot::Ready { picture, .. }) => Some(picture),
            _ => None,
        }
    }

    /// Grows with every picture that came.
    pub fn came(&self) -> u64 {
        self.came
    }

    /// The footages that pictures are kept of.
    pub fn footages(&self) -> impl Iterator<Item = i64> + '_ {
        self.slots.keys().map(|key| key.footage)
    }

    /// The latest frame of a footage that is there, of those in `frames`.
    pub fn latest(&self, footage: i64, frames: &std::ops::RangeInclusive<usize>) -> Option<usize> {
        self.slots
            .iter()
            .filter(|(key, slot)| {
                key.footage == footage && frames.contains(&key.frame) && matches!(slot, Slot::Ready { .. })
            })
            .map(|(key, _)| key.frame)
            .max()
    }

    /// Cancels what waits, except for `wanted`.
    pub fn keep_only(&mut self, wanted: &[FrameKey]) {
        self.slots.retain(|key, slot| matches!(slot, Slot::Ready { .. }) || wanted.contains(key));
    }

    /// Forgets the pictures of a footage, because they look different from now on.
    pub fn forget(&mut self, footage: i64) {
        self.epoch += 1;
        self.forgotten.insert(footage, self.epoch);
        let bytes = &mut self.bytes;
        self.slots.retain(|key, slot| {
            let stays = key.footage != footage;
            if let Slot::Ready { bytes: gone, .. } = slot
                && !stays
            {
                *bytes -= *gone;
            }
            stays
        });
    }

    fn shrink(&mut self, budget: usize) {
        while self.bytes > budget {
            let oldest = self
                .slots
                .iter()
                .filter_map(|(key, slot)| match slot {
                    // What the frame of the window before used is still wanted.
                    Slot::Ready { used, .. } if *used + 1 < self.tick => Some((*used, *key)),
                    _ => None,
                })
                .min();
            let Some((_, key)) = oldest else { return };
            if let Some(Slot::Ready { bytes, .. }) = self.slots.remove(&key) {
                self.bytes -= bytes;
            }
        }
    }
}

fn ask(
    source: Source<'_>,
    priority: Priority,
    answer: Sender<Answer>,
    key: FrameKey,
    epoch: u64,
    read: impl FnOnce(&Session, &FrameTable) -> Picture + Send + 'static,
) -> JobHandle {
    let (session, table, ctx) = (source.session.clone(), Arc::clone(source.table), source.ctx.clone());
    source.pool.spawn(priority, move |_| {
        let _ = answer.send(Answer { key, epoch, picture: read(&session, &table) });
        ctx.request_repaint();
    })
}

impl Picture {
    fn read(session: &Session, table: &FrameTable, row: usize) -> Self {
        let detail = session.frame(table, row).map_err(|error| error.to_string());
        let generation = table.generation();
        let look = session.look(table, table.footage_index(row));
        match session.image(table, row) {
            Ok(raster) => {
                let image = color_image(&raster, &look)
                    .map(Arc::new)
                    .ok_or_else(|| Trouble::damaged("the stored picture is empty"));
                Self { image, raster: Some(Arc::new(raster)), detail, look, generation }
            }
            Err(error) => Self { image: Err(error.into()), raster: None, detail, look, generation },
        }
    }

    /// The same pixels with the details of a newer index; what could not be read or is marked as damaged is read again.
    fn renewed(&self, session: &Session, table: &FrameTable, row: usize) -> Self {
        match &self.image {
            Ok(image) if table.damage(row).is_none() => Self {
                image: Ok(Arc::clone(image)),
                raster: self.raster.clone(),
                look: self.look,
                detail: session.frame(table, row).map_err(|error| error.to_string()),
                generation: table.generation(),
            },
            _ => Self::read(session, table, row),
        }
    }

    /// Memory it takes, bytes.
    pub fn bytes(&self) -> usize {
        let image = self.image.as_ref().map_or(0, |image| image.pixels.len() * 4);
        image + self.raster.as_ref().map_or(0, |raster| sample_bytes(&raster.samples)) + 4096
    }
}

fn sample_bytes(samples: &Samples) -> usize {
    match samples {
        Samples::U8(values) => values.len(),
        Samples::U16(values) => size_of_val(&values[..]),
        Samples::I32(values) => size_of_val(&values[..]),
        Samples::U32(values) => size_of_val(&values[..]),
        Samples::F32(values) => size_of_val(&values[..]),
        Samples::F64(values) => size_of_val(&values[..]),
    }
}

/// The picture as the graphics card takes it; made by the worker, so that the thread that draws only hands it on.
fn color_image(raster: &Raster, look: &Look) -> Option<ColorImage> {
    let size = [raster.width_px as usize, raster.height_px as usize];
    let pixels = size[0].checked_mul(size[1]).filter(|pixels| *pixels > 0)?;
    let plain = *look == Look::default();
    match (&raster.samples, raster.channels) {
        (Samples::U8(values), 3) if plain && values.len() == pixels * 3 => Some(ColorImage::from_rgb(size, values)),
        (Samples::U8(values), 1) if plain && values.len() == pixels => Some(ColorImage::from_gray(size, values)),
        _ => {
            let image = raster.to_rgb(look);
            (image.pixels.len() == pixels * 3).then(|| ColorImage::from_rgb(size, &image.pixels))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_raster_becomes_a_picture_and_a_torn_one_none() {
        let raster = |channels, samples| Raster { width_px: 2, height_px: 1, channels, samples };
        let pixels = |raster: &Raster| color_image(raster, &Look::default()).map(|image| image.pixels);
        let gray = |v| egui::Color32::from_gray(v);
        for (raster, expected) in [
            (
                raster(3, Samples::U8(vec![1, 2, 3, 4, 5, 6])),
                Some(vec![egui::Color32::from_rgb(1, 2, 3), egui::Color32::from_rgb(4, 5, 6)]),
            ),
            (raster(1, Samples::U8(vec![7, 9])), Some(vec![gray(7), gray(9)])),
            (raster(1, Samples::U16(vec![100, 300])), Some(vec![gray(0), gray(255)])),
            (raster(3, Samples::U8(vec![1, 2, 3])), None),
            (Raster { width_px: 0, height_px: 1, channels: 1, samples: Samples::U8(vec![]) }, None),
        ] {
            assert_eq!(pixels(&raster), expected);
        }
    }
}
