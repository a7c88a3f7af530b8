//! Thumbnails of the grid: asked for while their tile is on screen, cancelled once it is gone, kept in an [`Atlas`].

use std::{
    collections::HashMap,
    sync::{Arc, atomic::Ordering},
};

use crossbeam_channel::{Receiver, Sender, unbounded};
use egui::{ColorImage, Context, Rect, TextureId};

use super::atlas::{Atlas, Cell};
use crate::{
    catalog::FrameTable,
    jobs::{JobHandle, Pool, Priority},
    model::Label,
    session::Session,
};

/// Widths of the cells, px; heights are three quarters. A tile takes the smallest that is not enlarged by much.
const BUCKETS: [usize; 5] = [64, 128, 256, 512, 1024];
/// Pictures put on the graphics card in one frame of the window.
const UPLOADS: usize = 48;
/// Frames whose labels are remembered for tiles.
const LABELS: usize = 20_000;

enum Slot {
    Waiting { handle: Option<JobHandle>, wanted: u64 },
    Ready(Cell),
    Failed(Arc<str>),
}

/// What a tile can show now.
pub enum Thumb {
    /// The picture.
    Ready(TextureId, Rect),
    /// Still to come.
    Loading,
    /// It could not be read.
    Failed(Arc<str>),
}

type Answer = (usize, usize, Result<ColorImage, String>);

/// The thumbnails of one lake.
pub struct Thumbs {
    atlas: Atlas,
    slots: HashMap<(usize, usize), Slot>,
    labels: HashMap<usize, LabelSlot>,
    answers: Receiver<Answer>,
    answer: Sender<Answer>,
    label_answers: Receiver<(usize, Vec<Label>)>,
    label_answer: Sender<(usize, Vec<Label>)>,
    frame: u64,
    generation: u64,
}

enum LabelSlot {
    Waiting(#[expect(dead_code, reason = "dropping it cancels the job")] JobHandle, u64),
    Ready(Arc<Vec<Label>>),
}

impl Default for Thumbs {
    fn default() -> Self {
        let (answer, answers) = unbounded();
        let (label_answer, label_answers) = unbounded();
        Self {
            atlas: Atlas::default(),
            slots: HashMap::new(),
            labels: HashMap::new(),
            answers,
            answer,
            label_answers,
            label_answer,
            frame: 0,
            generation: 0,
        }
    }
}

/// The cell size for tiles `width_px` wide.
pub fn bucket_for(width_px: f32) -> usize {
    #[expect(clippy::cast_precision_loss, reason = "small numbers")]
    BUCKETS.iter().position(|bucket| *bucket as f32 * 1.2 >= width_px).unwrap_or(BUCKETS.len() - 1)
}

impl Thumbs {
    /// Takes in what has come, and forgets everything when the index changed. To be called once a frame, first.
    pub fn begin_frame(&mut self, ctx: &Context, generation: u64) {
        self.frame += 1;
        self.atlas.begin_frame();
        if self.generation != generation {
            *self = Self { frame: self.frame, generation, ..Self::default() };
        }
        for (bucket, row, image) in self.answers.try_iter().take(UPLOADS) {
            let key = (bucket, row);
            let slot = match image {
                Err(error) => Slot::Failed(error.into()),
                Ok(image) => {
                    let (cell, evicted) = self.atlas.insert(ctx, bucket, cell_size(bucket), row, image);
                    for gone in evicted {
                        self.slots.remove(&gone);
                    }
                    Slot::Ready(cell)
                }
            };
            self.slots.insert(key, slot);
        }
        if !self.answers.is_empty() {
            ctx.request_repaint();
        }
        for (row, labels) in self.label_answers.try_iter() {
            self.labels.insert(row, LabelSlot::Ready(Arc::new(labels)));
        }
    }

    /// Cancels what was asked for and is no longer on screen. To be called once a frame, last.
    pub fn end_frame(&mut self) {
        let frame = self.frame;
        for slot in self.slots.values_mut() {
            if let Slot::Waiting { handle, wanted } = slot
                && *wanted < frame
            {
                handle.take();
            }
        }
        self.slots.retain(|_, slot| !matches!(slot, Slot::Waiting { handle: None, .. }));
        self.labels.retain(|_, slot| !matches!(slot, LabelSlot::Waiting(_, wanted) if *wanted < frame));
        if self.labels.len() > LABELS {
            self.labels.clear();
        }
    }

    /// The picture of `row`, asked for unless it is there. Of two asked for, the later one is worked on first.
    pub fn get(
        &mut self,
        row: usize,
        bucket: usize,
        session: &Session,
        table: &Arc<FrameTable>,
        pool: &Pool,
        ctx: &Context,
    ) -> Thumb {
        let key = (bucket, row);
        match self.slots.get_mut(&key) {
            Some(Slot::Ready(cell)) => {
                let (texture, uv) = self.atlas.get(*cell);
                return Thumb::Ready(texture, uv);
            }
            Some(Slot::Failed(error)) => return Thumb::Failed(Arc::clone(error)),
            Some(Slot::Waiting { wanted, .. }) => *wanted = self.frame,
            None => {
                let (session, table, ctx, answer) =
                    (session.clone(), Arc::clone(table), ctx.clone(), self.answer.clone());
                let handle = pool.spawn(Priority::Visible, move |cancelled| {
                    if cancelled.load(Ordering::Relaxed) {
                        return;
                    }
                    let image = thumbnail(&session, &table, row, bucket);
                    let _ = answer.send((bucket, row, image));
                    ctx.request_repaint();
                });
                self.slots.insert(key, Slot::Waiting { handle: Some(handle), wanted: self.frame });
            }
        }
        // While the right size is on its way, any other size is better than nothing.
        for other in (0..BUCKETS.len()).filter(|other| *other != bucket) {
            if let Some(Slot::Ready(cell)) = self.slots.get(&(other, row)) {
                let (texture, uv) = self.atlas.get(*cell);
                return Thumb::Ready(texture, uv);
            }
        }
        Thumb::Loading
    }

    /// The labels of `row`, asked for unless they are there.
    pub fn labels(
        &mut self,
        row: usize,
        session: &Session,
        table: &Arc<FrameTable>,
        pool: &Pool,
        ctx: &Context,
    ) -> Option<Arc<Vec<Label>>> {
        match self.labels.get_mut(&row) {
            Some(LabelSlot::Ready(labels)) => Some(Arc::clone(labels)),
            Some(LabelSlot::Waiting(_, wanted)) => {
                *wanted = self.frame;
                None
            }
            None => {
                let (session, table, ctx, answer) =
                    (session.clone(), Arc::clone(table), ctx.clone(), self.label_answer.clone());
                let handle = pool.spawn(Priority::Visible, move |_| {
                    // A frame whose labels cannot be read shows none here; the viewer tells why.
                    let _ = answer.send((row, session.labels(&table, row).unwrap_or_default()));
                    ctx.request_repaint();
                });
                self.labels.insert(row, LabelSlot::Waiting(handle, self.frame));
                None
            }
        }
    }
}

fn cell_size(bucket: usize) -> [usize; 2] {
    [BUCKETS[bucket], BUCKETS[bucket] * 3 / 4]
}

fn thumbnail(session: &Session, table: &FrameTable, row: usize, bucket: usize) -> Result<ColorImage, String> {
    let [width, height] = cell_size(bucket);
    let side = |pixels: usize| u32::try_from(pixels).unwrap_or(u32::MAX);
    let image = session.thumbnail(table, row, side(width), side(height)).map_err(|error| error.to_string())?;
    let size = [image.width_px as usize, image.height_px as usize];
    if size[0] == 0 || size[1] == 0 || image.pixels.len() != size[0] * size[1] * 3 {
        return Err("the picture is empty".to_owned());
    }
    if size[0] > width || size[1] > height {
        return Err(format!("the picture is larger than asked for: {} × {}", size[0], size[1]));
    }
    Ok(ColorImage::from_rgb(size, &image.pixels))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tiles_take_the_next_larger_cell() {
        for (width, bucket) in [(24.0, 0), (64.0, 0), (76.0, 0), (100.0, 1), (256.0, 2), (600.0, 3), (4000.0, 4)] {
            assert_eq!(bucket_for(width), bucket, "{width}");
        }
    }
}
