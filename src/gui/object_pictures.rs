//! Pictures of single objects for the grid: asked for while their tile is on screen, cancelled once it is gone, kept in an
//! [`Atlas`]. A frame is decoded once for all of its objects that are wanted together.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use crossbeam_channel::{Receiver, Sender, unbounded};
use egui::{ColorImage, Context};

use super::{
    atlas::{Atlas, Cell},
    frame_key::FrameKey,
    source::{Source, Wanted, groups},
    thumbs::Thumb,
    trouble::Trouble,
};
use crate::{
    catalog::FrameTable,
    filter::LabelBox,
    jobs::{JobHandle, Priority},
    model::{BoundingBox, CropCut, RgbImage},
};

/// Sides of the square cells, px. A tile takes the smallest that is not enlarged by much.
const BUCKETS: [usize; 4] = [64, 128, 256, 512];
/// Bytes put on the graphics card in one frame of the window.
const UPLOADS: usize = 6 << 20;
/// Reasons for missing pictures that are remembered beyond those on screen.
const FAILURES: usize = 4096;

/// Names an object's picture: its frame, and the bits of its box.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ObjectKey {
    frame: FrameKey,
    bbox: [u64; 4],
}

impl ObjectKey {
    fn of(table: &FrameTable, row: usize, bbox: &BoundingBox) -> Self {
        let BoundingBox { x, y, w, h } = bbox;
        Self { frame: FrameKey::of(table, row), bbox: [x, y, w, h].map(|side| side.to_bits()) }
    }
}

type Owner = super::atlas::Owner<ObjectKey>;

enum Slot {
    Waiting { job: Arc<JobHandle>, unwanted: Arc<AtomicBool>, priority: Priority, wanted: u64 },
    Ready(Cell),
    Failed { trouble: Trouble, seen: u64 },
}

impl Drop for Slot {
    /// Tells the job not to make this picture; once nobody wants any picture of a job, it is cancelled.
    fn drop(&mut self) {
        if let Self::Waiting { unwanted, .. } = self {
            unwanted.store(true, Ordering::Relaxed);
        }
    }
}

struct Answer {
    owner: Owner,
    image: Result<ColorImage, Trouble>,
}

/// An object whose picture is not there.
#[derive(Clone, Copy)]
struct Missing {
    row: usize,
    bbox: BoundingBox,
    key: ObjectKey,
}

/// The pictures of one lake's objects.
pub struct ObjectPictures {
    atlas: Atlas<ObjectKey>,
    slots: HashMap<Owner, Slot>,
    failures: usize,
    /// On screen and not there, in the order of the tiles.
    missing: Vec<Missing>,
    /// On screen and still to come.
    awaited: usize,
    answers: Receiver<Answer>,
    answer: Sender<Answer>,
    frame: u64,
    catalog: (String, u64),
    cut: CropCut,
}

impl Default for ObjectPictures {
    fn default() -> Self {
        let (answer, answers) = unbounded();
        Self {
            atlas: Atlas::default(),
            slots: HashMap::new(),
            failures: 0,
            missing: Vec::new(),
            awaited: 0,
            answers,
            answer,
            frame: 0,
            catalog: Default::default(),
            cut: CropCut::default(),
        }
    }
}

/// The cell size for tiles whose side is so many pixels of the screen.
pub fn object_bucket(side_px: f32) -> usize {
    #[expect(clippy::cast_precision_loss, reason = "small numbers")]
    BUCKETS.iter().position(|bucket| *bucket as f32 * 1.2 >= side_px).unwrap_or(BUCKETS.len() - 1)
}

impl ObjectPictures {
    /// Takes in what has come. To be called once a frame, first. Another catalog, or another way of cutting out, forgets
    /// everything.
    pub fn begin_frame(&mut self, ctx: &Context, table: &FrameTable, cut: CropCut, budget: usize) {
        self.frame += 1;
        self.awaited = 0;
        if self.catalog.0 != table.catalog_uid() || self.cut != cut {
            *self = Self { frame: self.frame, cut, ..Self::default() };
        }
        if self.catalog.1 != table.generation() || self.catalog.0.is_empty() {
            self.catalog = (table.catalog_uid().to_owned(), table.generation());
            // What could not be read may be readable now.
            self.slots.retain(|_, slot| !matches!(slot, Slot::Failed { .. }));
            self.failures = 0;
        }
        self.atlas.begin_frame(budget);
        let (mut uploaded, mut evicted) = (0, Vec::new());
        while uploaded < UPLOADS
            && let Ok(Answer { owner, image }) = self.answers.try_recv()
        {
            let slot = match image {
                Err(trouble) => {
                    self.failures += 1;
                    Slot::Failed { trouble, seen: self.frame }
                }
                Ok(image) => {
                    uploaded += image.pixels.len() * 4;
                    let cell = self.atlas.insert(ctx, owner, [BUCKETS[owner.0]; 2], image, &mut evicted);
                    for gone in evicted.drain(..) {
                        self.slots.remove(&gone);
                    }
                    Slot::Ready(cell)
                }
            };
            if let Some(Slot::Ready(before)) = self.slots.insert(owner, slot).as_ref() {
                self.atlas.remove(*before);
            }
        }
        self.atlas.shrink(&mut evicted);
        for gone in evicted {
            self.slots.remove(&gone);
        }
        if !self.answers.is_empty() {
            ctx.request_repaint();
        }
    }

    /// The picture of an object, noted as missing unless it is there.
    pub fn get(&mut self, object: &LabelBox, bucket: usize, table: &FrameTable) -> Thumb {
        let row = object.row as usize;
        if let Some(reason) = table.damage(row) {
            return Thumb::Failed(Trouble::marked(reason));
        }
        let key = ObjectKey::of(table, row, &object.bbox);
        let missing = Missing { row, bbox: object.bbox, key };
        match self.slots.get_mut(&(bucket, key)) {
            Some(Slot::Ready(cell)) => {
                let (texture, uv) = self.atlas.get(*cell);
                return Thumb::Ready(texture, uv);
            }
            Some(Slot::Failed { trouble, seen }) => {
                *seen = self.frame;
                return Thumb::Failed(trouble.clone());
            }
            Some(Slot::Waiting { job, priority, wanted, .. }) => {
                *wanted = self.frame;
                // Read ahead and now waited for: ask again in the faster lane, unless it is being made already.
                if *priority == Priority::Background && !job.has_begun() {
                    self.missing.push(missing);
                }
            }
            None => self.missing.push(missing),
        }
        self.awaited += 1;
        // While the right size is on its way, any other size is better than nothing.
        for other in (0..BUCKETS.len()).filter(|other| *other != bucket) {
            if let Some(Slot::Ready(cell)) = self.slots.get(&(other, key)) {
                let (texture, uv) = self.atlas.get(*cell);
                return Thumb::Ready(texture, uv);
            }
        }
        Thumb::Loading
    }

    /// Whether every picture asked for in this frame is there.
    pub fn is_complete(&self) -> bool {
        self.awaited == 0
    }

    /// Asks for what is missing, and cancels what was asked for and is no longer wanted. To be called once a frame, last.
    /// `ahead` is likely to be seen next; it is read while nothing on screen is missing.
    pub fn end_frame<'a>(&mut self, source: Source<'_>, bucket: usize, ahead: impl Iterator<Item = &'a LabelBox>) {
        let missing = std::mem::take(&mut self.missing);
        self.ask(source, bucket, &missing, Priority::Visible);
        if self.is_complete() {
            let mut next = Vec::new();
            for object in ahead {
                let row = object.row as usize;
                let key = ObjectKey::of(source.table, row, &object.bbox);
                match self.slots.get_mut(&(bucket, key)) {
                    Some(Slot::Waiting { wanted, .. }) => *wanted = self.frame,
                    Some(_) => {}
                    None => next.push(Missing { row, bbox: object.bbox, key }),
                }
            }
            self.ask(source, bucket, &next, Priority::Background);
        }
        let frame = self.frame;
        self.slots.retain(|_, slot| !matches!(slot, Slot::Waiting { wanted, .. } if *wanted < frame));
        if self.failures > FAILURES {
            self.slots.retain(|_, slot| !matches!(slot, Slot::Failed { seen, .. } if *seen < frame));
            self.failures = 0;
        }
    }

    fn ask(&mut self, source: Source<'_>, bucket: usize, missing: &[Missing], priority: Priority) {
        let mut jobs = jobs_of(missing);
        // Of what a person waits for, the newest request is worked on first: the first tiles are asked for last.
        if priority == Priority::Visible {
            jobs.reverse();
        }
        for objects in jobs {
            let work: Vec<_> = objects.into_iter().map(|object| (object, Arc::new(AtomicBool::new(false)))).collect();
            let (session, table, ctx) = (source.session.clone(), Arc::clone(source.table), source.ctx.clone());
            let (answer, items, cut) = (self.answer.clone(), work.clone(), self.cut);
            let job = source.pool.spawn(priority, move |cancelled| {
                let given_up = |unwanted: &AtomicBool| unwanted.load(Ordering::Relaxed);
                let items: Vec<_> = items.into_iter().filter(|(_, unwanted)| !given_up(unwanted)).collect();
                if cancelled.load(Ordering::Relaxed) || items.is_empty() {
                    return;
                }
                let wanted: Vec<_> = items.iter().map(|(object, _)| (object.row, object.bbox)).collect();
                let most_px = u32::try_from(BUCKETS[bucket]).unwrap_or(u32::MAX);
                session.crops(&table, &wanted, (cut, most_px), |at, image| {
                    let (object, unwanted) = &items[at];
                    if !given_up(unwanted) {
                        let image = image.map_err(Trouble::from).and_then(|image| color_image(&image));
                        let _ = answer.send(Answer { owner: (bucket, object.key), image });
                        ctx.request_repaint();
                    }
                    !cancelled.load(Ordering::Relaxed) && !items.iter().all(|(_, unwanted)| given_up(unwanted))
                });
            });
            let job = Arc::new(job);
            for (Missing { key, .. }, unwanted) in work {
                let waiting = Slot::Waiting { job: Arc::clone(&job), unwanted, priority, wanted: self.frame };
                self.slots.insert((bucket, key), waiting);
            }
        }
    }

    /// Forgets everything, because frames look different from now on.
    pub fn forget(&mut self) {
        // Answers still to come find nobody who listens any more.
        *self = Self { frame: self.frame, cut: self.cut, ..Self::default() };
    }
}

/// The objects of each job: all that are wanted of one frame go together, and so do a few frames that lie near each other.
fn jobs_of(missing: &[Missing]) -> Vec<Vec<Missing>> {
    let mut of_frames: HashMap<FrameKey, Vec<Missing>> = HashMap::new();
    let mut frames = Vec::new();
    for one in missing {
        let objects = of_frames.entry(one.key.frame).or_default();
        if objects.is_empty() {
            frames.push(Wanted { row: one.row, key: one.key.frame });
        }
        objects.push(*one);
    }
    groups(&frames)
        .map(|group| group.iter().flat_map(|frame| of_frames.remove(&frame.key).unwrap_or_default()).collect())
        .collect()
}

fn color_image(image: &RgbImage) -> Result<ColorImage, Trouble> {
    let size = [image.width_px as usize, image.height_px as usize];
    if size[0] == 0 || size[1] == 0 || image.pixels.len() != size[0] * size[1] * 3 {
        return Err(Trouble::damaged("the picture is empty"));
    }
    Ok(ColorImage::from_rgb(size, &image.pixels))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_is_in_one_job_whatever_the_order_of_its_objects() {
        let object = |footage, frame, x: f64| {
            let bbox = BoundingBox { x, y: 0.0, w: 1.0, h: 1.0 };
            let bits = [x, 0.0, 1.0, 1.0].map(f64::to_bits);
            Missing { row: frame, bbox, key: ObjectKey { frame: FrameKey { footage, frame }, bbox: bits } }
        };
        let missing = [object(1, 5, 0.0), object(2, 9, 0.0), object(1, 5, 1.0), object(1, 900, 0.0), object(2, 9, 2.0)];
        let jobs: Vec<Vec<(i64, usize)>> = jobs_of(&missing)
            .iter()
            .map(|job| job.iter().map(|one| (one.key.frame.footage, one.key.frame.frame)).collect())
            .collect();
        assert_eq!(jobs, [vec![(1, 5), (1, 5)], vec![(2, 9), (2, 9)], vec![(1, 900)]]);
    }

    #[test]
    fn tiles_take_the_next_larger_cell() {
        for (side, bucket) in [(24.0, 0), (76.0, 0), (100.0, 1), (300.0, 2), (4000.0, 3)] {
            assert_eq!(object_bucket(side), bucket, "{side}");
        }
    }
}
