//! Pictures of the grid's tiles: asked for while their tile is on screen, cancelled once it is gone, kept in an [`Atlas`].
//! What a picture is of, a frame or an object, is told by its [`Request`].

use std::{
    collections::HashMap,
    hash::Hash,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use crossbeam_channel::{Receiver, Sender, unbounded};
use egui::{ColorImage, Context, Rect, TextureId};

use super::{
    atlas::{Atlas, Cell},
    source::Source,
    trouble::Trouble,
};
use crate::{
    catalog::FrameTable,
    jobs::{JobHandle, Priority},
    model::RgbImage,
    session::{Session, SessionError},
};

/// Bytes put on the graphics card in one frame of the window.
const UPLOADS: usize = 6 << 20;
/// Reasons for missing pictures that are remembered beyond those on screen.
const FAILURES: usize = 4096;

/// Takes the picture of the request at a place, and says whether the others are still wanted.
pub type Each<'a> = &'a mut dyn FnMut(usize, Result<RgbImage, SessionError>) -> bool;

/// What a tile asks for.
pub trait Request: Copy + Send + Sync + 'static {
    /// What names its picture.
    type Key: Copy + Eq + Hash + Send + 'static;
    /// How all pictures are made; another way forgets those that are there.
    type Way: Copy + Default + PartialEq + Send + 'static;
    /// Number of cell sizes.
    const BUCKETS: usize;

    /// What names its picture.
    fn key(&self) -> Self::Key;
    /// The row of its frame.
    fn row(&self) -> usize;
    /// The footage that a picture is of.
    fn footage(key: &Self::Key) -> i64;
    /// Width and height of the cells of a bucket, px.
    fn cell_size(bucket: usize) -> [usize; 2];
    /// The requests of each job.
    fn jobs(wanted: &[Self]) -> Vec<Vec<Self>>;
    /// Makes the pictures, none larger than the cell; called by a worker.
    fn make(session: &Session, table: &FrameTable, wanted: &[Self], bucket: usize, way: Self::Way, each: Each<'_>);
}

type Owner<R> = super::atlas::Owner<<R as Request>::Key>;

enum Slot {
    Waiting(Waiting),
    Ready(Cell),
    Failed { trouble: Trouble, seen: u64 },
}

/// Dropping it tells the job not to make this picture; once nobody wants any picture of a job, it is cancelled.
struct Waiting {
    job: Arc<JobHandle>,
    unwanted: Arc<AtomicBool>,
    priority: Priority,
    wanted: u64,
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.unwanted.store(true, Ordering::Relaxed);
    }
}

/// What a tile can show now.
pub enum Thumb {
    /// The picture.
    Ready(TextureId, Rect),
    /// Still to come.
    Loading,
    /// It could not be read.
    Failed(Trouble),
}

struct Answer<R: Request> {
    owner: Owner<R>,
    epoch: u64,
    image: Result<ColorImage, Trouble>,
}

/// The pictures of one lake's tiles.
pub struct TilePictures<R: Request> {
    atlas: Atlas<R::Key>,
    slots: HashMap<Owner<R>, Slot>,
    failures: usize,
    /// On screen and not there, in the order of the tiles.
    missing: Vec<R>,
    /// On screen and still to come.
    awaited: usize,
    answers: Receiver<Answer<R>>,
    answer: Sender<Answer<R>>,
    frame: u64,
    catalog: (String, u64),
    way: R::Way,
    /// Grows when pictures were forgotten; per footage when that was, so that answers of before are dropped.
    epoch: u64,
    forgotten: HashMap<i64, u64>,
    /// Grows with every picture that came.
    came: u64,
}

impl<R: Request> Default for TilePictures<R> {
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
            way: R::Way::default(),
            epoch: 0,
            forgotten: HashMap::new(),
            came: 0,
        }
    }
}

impl<R: Request> TilePictures<R> {
    /// Takes in what has come. To be called once a frame, first. A new generation of the index keeps the pictures, as
    /// their keys name the same frames still; another catalog does not, nor another way of making them.
    pub fn begin_frame(&mut self, ctx: &Context, table: &FrameTable, way: R::Way, budget: usize) {
        self.frame += 1;
        self.awaited = 0;
        if self.catalog.0 != table.catalog_uid() || self.way != way {
            *self = Self { frame: self.frame, came: self.came, way, ..Self::default() };
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
            && let Ok(Answer { owner, epoch, image }) = self.answers.try_recv()
        {
            if self.forgotten.get(&R::footage(&owner.1)).is_some_and(|since| epoch < *since) {
                continue;
            }
            self.came += 1;
            let slot = match image {
                Err(trouble) => {
                    self.failures += 1;
                    Slot::Failed { trouble, seen: self.frame }
                }
                Ok(image) => {
                    uploaded += image.pixels.len() * 4;
                    let cell = self.atlas.insert(ctx, owner, R::cell_size(owner.0), image, &mut evicted);
                    for gone in evicted.drain(..) {
                        self.slots.remove(&gone);
                    }
                    Slot::Ready(cell)
                }
            };
            if let Some(Slot::Ready(before)) = self.slots.insert(owner, slot) {
                self.atlas.remove(before);
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

    /// The picture that a tile asks for, noted as missing unless it is there.
    pub fn get(&mut self, request: R, bucket: usize, table: &FrameTable) -> Thumb {
        // A mark may be newer than the picture that is there.
        if let Some(reason) = table.damage(request.row()) {
            return Thumb::Failed(Trouble::marked(reason));
        }
        let key = request.key();
        match self.slots.get_mut(&(bucket, key)) {
            Some(Slot::Ready(cell)) => {
                let (texture, uv) = self.atlas.get(*cell);
                return Thumb::Ready(texture, uv);
            }
            Some(Slot::Failed { trouble, seen }) => {
                *seen = self.frame;
                return Thumb::Failed(trouble.clone());
            }
            Some(Slot::Waiting(waiting)) => {
                waiting.wanted = self.frame;
                // Read ahead and now waited for: ask again in the faster lane, unless it is being made already.
                if waiting.priority == Priority::Background && !waiting.job.has_begun() {
                    self.missing.push(request);
                }
            }
            None => self.missing.push(request),
        }
        self.awaited += 1;
        // While the right size is on its way, any other size is better than nothing.
        for other in (0..R::BUCKETS).filter(|other| *other != bucket) {
            if let Some(Slot::Ready(cell)) = self.slots.get(&(other, key)) {
                let (texture, uv) = self.atlas.get(*cell);
                return Thumb::Ready(texture, uv);
            }
        }
        Thumb::Loading
    }

    /// Grows with every picture that came.
    pub fn came(&self) -> u64 {
        self.came
    }

    /// The footages that pictures are kept of.
    pub fn footages(&self) -> impl Iterator<Item = i64> + '_ {
        self.slots.keys().map(|owner| R::footage(&owner.1))
    }

    /// Whether every picture asked for in this frame is there.
    pub fn is_complete(&self) -> bool {
        self.awaited == 0
    }

    /// Asks for what is missing, and cancels what was asked for and is no longer wanted. To be called once a frame,
    /// last. `ahead` is likely to be seen next; it is read while nothing on screen is missing.
    pub fn end_frame(&mut self, source: Source<'_>, bucket: usize, ahead: impl Iterator<Item = R>) {
        let missing = std::mem::take(&mut self.missing);
        self.ask(source, bucket, &missing, Priority::Visible);
        if self.is_complete() {
            let mut next = Vec::new();
            for request in ahead {
                match self.slots.get_mut(&(bucket, request.key())) {
                    Some(Slot::Waiting(waiting)) => waiting.wanted = self.frame,
                    Some(_) => {}
                    None => next.push(request),
                }
            }
            self.ask(source, bucket, &next, Priority::Background);
        }
        let frame = self.frame;
        self.slots.retain(|_, slot| !matches!(slot, Slot::Waiting(waiting) if waiting.wanted < frame));
        if self.failures > FAILURES {
            self.slots.retain(|_, slot| !matches!(slot, Slot::Failed { seen, .. } if *seen < frame));
            self.failures = 0;
        }
    }

    fn ask(&mut self, source: Source<'_>, bucket: usize, wanted: &[R], priority: Priority) {
        let mut jobs = R::jobs(wanted);
        // Of what a person waits for, the newest request is worked on first: the last group is asked for first.
        if priority == Priority::Visible {
            jobs.reverse();
        }
        for requests in jobs {
            let work: Vec<_> = requests.into_iter().map(|one| (one, Arc::new(AtomicBool::new(false)))).collect();
            let (session, table, ctx) = (source.session.clone(), Arc::clone(source.table), source.ctx.clone());
            let (answer, epoch, items, way) = (self.answer.clone(), self.epoch, work.clone(), self.way);
            let job = source.pool.spawn(priority, move |cancelled| {
                let given_up = |unwanted: &AtomicBool| unwanted.load(Ordering::Relaxed);
                let items: Vec<_> = items.into_iter().filter(|(_, unwanted)| !given_up(unwanted)).collect();
                if cancelled.load(Ordering::Relaxed) || items.is_empty() {
                    return;
                }
                let requests: Vec<R> = items.iter().map(|(request, _)| *request).collect();
                R::make(&session, &table, &requests, bucket, way, &mut |at, image| {
                    let (request, unwanted) = &items[at];
                    if !given_up(unwanted) {
                        let image =
                            image.map_err(Trouble::from).and_then(|image| fitting(&image, R::cell_size(bucket)));
                        let _ = answer.send(Answer { owner: (bucket, request.key()), epoch, image });
                        ctx.request_repaint();
                    }
                    !cancelled.load(Ordering::Relaxed) && !items.iter().all(|(_, unwanted)| given_up(unwanted))
                });
            });
            let job = Arc::new(job);
            for (request, unwanted) in work {
                let waiting = Waiting { job: Arc::clone(&job), unwanted, priority, wanted: self.frame };
                self.slots.insert((bucket, request.key()), Slot::Waiting(waiting));
            }
        }
    }

    /// Forgets the pictures of a footage, because they look different from now on.
    pub fn forget(&mut self, footage: i64) {
        self.epoch += 1;
        self.forgotten.insert(footage, self.epoch);
        let atlas = &mut self.atlas;
        self.slots.retain(|owner, slot| {
            let stays = R::footage(&owner.1) != footage;
            if let Slot::Ready(cell) = slot
                && !stays
            {
                atlas.remove(*cell);
            }
            stays
        });
    }
}

/// The picture as the atlas takes it, if it fits the cell.
fn fitting(image: &RgbImage, [width, height]: [usize; 2]) -> Result<ColorImage, Trouble> {
    let size = [image.width_px as usize, image.height_px as usize];
    if size[0] == 0 || size[1] == 0 || image.pixels.len() != size[0] * size[1] * 3 {
        return Err(Trouble::damaged("the picture is empty"));
    }
    if size[0] > width || size[1] > height {
        return Err(Trouble::damaged(format!("the picture is larger than asked for: {} × {}", size[0], size[1])));
    }
    Ok(ColorImage::from_rgb(size, &image.pixels))
}
