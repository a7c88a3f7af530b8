//! Full frames for the viewer: the one that is shown, and its neighbours read ahead.

use std::{collections::HashMap, sync::Arc};

use crossbeam_channel::{Receiver, Sender, unbounded};
use egui::{ColorImage, Context};

use crate::{
    catalog::FrameTable,
    jobs::{JobHandle, Pool, Priority},
    model::Raster,
    session::{FrameDetail, Session},
};

/// Bytes of frames kept.
const BUDGET: usize = 96 << 20;

/// A frame ready to be drawn.
#[derive(Debug)]
pub struct Picture {
    /// The picture, ready for the graphics card; or why there is none.
    pub image: Result<Arc<ColorImage>, String>,
    /// The stored values.
    pub raster: Option<Raster>,
    /// Values, labels, attributes; or why they cannot be told.
    pub detail: Result<FrameDetail, String>,
}

enum Slot {
    Waiting(#[expect(dead_code, reason = "dropping it cancels the job")] JobHandle, Priority),
    Ready { picture: Arc<Picture>, bytes: usize, used: u64 },
}

/// Frames by row.
pub struct Pictures {
    slots: HashMap<usize, Slot>,
    answers: Receiver<(u64, usize, Picture)>,
    answer: Sender<(u64, usize, Picture)>,
    bytes: usize,
    tick: u64,
    generation: u64,
}

impl Default for Pictures {
    fn default() -> Self {
        let (answer, answers) = unbounded();
        Self { slots: HashMap::new(), answers, answer, bytes: 0, tick: 0, generation: 0 }
    }
}

impl Pictures {
    /// Takes in what has come; a new generation of the index forgets all.
    pub fn begin_frame(&mut self, generation: u64) {
        self.tick += 1;
        if self.generation != generation {
            *self = Self { tick: self.tick, generation, ..Self::default() };
        }
        while let Ok((of, row, picture)) = self.answers.try_recv() {
            if of != self.generation {
                continue;
            }
            let bytes = picture.bytes();
            self.bytes += bytes;
            let ready = Slot::Ready { picture: Arc::new(picture), bytes, used: self.tick };
            if let Some(Slot::Ready { bytes, .. }) = self.slots.insert(row, ready) {
                self.bytes -= bytes;
            }
        }
        self.shrink();
    }

    /// The frame at `row`, if it is there already; asks for it otherwise.
    pub fn get(
        &mut self,
        row: usize,
        priority: Priority,
        session: &Session,
        table: &Arc<FrameTable>,
        pool: &Pool,
        ctx: &Context,
    ) -> Option<Arc<Picture>> {
        match self.slots.get_mut(&row) {
            Some(Slot::Ready { picture, used, .. }) => {
                *used = self.tick;
                return Some(Arc::clone(picture));
            }
            // Read ahead and now waited for: ask again in the faster lane.
            Some(Slot::Waiting(_, Priority::Background)) if priority == Priority::Visible => {}
            Some(Slot::Waiting(..)) => return None,
            None => {}
        }
        let (session, table, ctx, answer, generation) =
            (session.clone(), Arc::clone(table), ctx.clone(), self.answer.clone(), self.generation);
        let handle = pool.spawn(priority, move |_| {
            let _ = answer.send((generation, row, Picture::read(&session, &table, row)));
            ctx.request_repaint();
        });
        self.slots.insert(row, Slot::Waiting(handle, priority));
        None
    }

    /// Cancels what waits, except for `wanted`.
    pub fn keep_only(&mut self, wanted: &[usize]) {
        self.slots.retain(|row, slot| matches!(slot, Slot::Ready { .. }) || wanted.contains(row));
    }

    fn shrink(&mut self) {
        while self.bytes > BUDGET {
            let oldest = self
                .slots
                .iter()
                .filter_map(|(row, slot)| match slot {
                    Slot::Ready { used, .. } if *used < self.tick => Some((*used, *row)),
                    _ => None,
                })
                .min();
            let Some((_, row)) = oldest else { return };
            if let Some(Slot::Ready { bytes, .. }) = self.slots.remove(&row) {
                self.bytes -= bytes;
            }
        }
    }
}

impl Picture {
    fn read(session: &Session, table: &FrameTable, row: usize) -> Self {
        let detail = session.frame(table, row).map_err(|error| error.to_string());
        match session.image(table, row) {
            Ok(raster) => {
                let image = raster.to_rgb(&session.look(table, table.footage_index(row)));
                let size = [image.width_px as usize, image.height_px as usize];
                let image = if size[0] * size[1] * 3 == image.pixels.len() && !image.pixels.is_empty() {
                    Ok(Arc::new(ColorImage::from_rgb(size, &image.pixels)))
                } else {
                    Err("the stored picture is empty".to_owned())
                };
                Self { image, raster: Some(raster), detail }
            }
            Err(error) => Self { image: Err(error.to_string()), raster: None, detail },
        }
    }

    fn bytes(&self) -> usize {
        let image = self.image.as_ref().map_or(0, |image| image.pixels.len() * 4);
        let raster = self.raster.as_ref().map_or(0, |raster| {
            raster.width_px as usize * raster.height_px as usize * usize::from(raster.channels).max(1)
        });
        image + raster + 4096
    }
}
