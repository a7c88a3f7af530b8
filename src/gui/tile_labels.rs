//! Labels for the boxes on tiles: asked for while the tile is on screen, and kept up to a number of bytes.

use std::{collections::HashMap, sync::Arc};

use crossbeam_channel::{Receiver, Sender, unbounded};

use super::{
    frame_key::FrameKey,
    source::{Source, Wanted, groups},
};
use crate::{
    catalog::FrameTable,
    jobs::{JobHandle, Priority},
    model::Label,
};

enum Slot {
    Waiting {
        #[expect(dead_code, reason = "dropping the last one cancels the job")]
        job: Arc<JobHandle>,
        wanted: u64,
    },
    Ready {
        labels: TileLabel,
        bytes: usize,
        seen: u64,
    },
}

/// The labels of a frame, or why they cannot be told.
pub type TileLabel = Result<Arc<Vec<Label>>, Arc<str>>;

type Answer = (FrameKey, TileLabel);

/// Labels by frame.
pub struct TileLabels {
    slots: HashMap<FrameKey, Slot>,
    bytes: usize,
    missing: Vec<Wanted>,
    answers: Receiver<Answer>,
    answer: Sender<Answer>,
    frame: u64,
}

impl Default for TileLabels {
    fn default() -> Self {
        let (answer, answers) = unbounded();
        Self { slots: HashMap::new(), bytes: 0, missing: Vec::new(), answers, answer, frame: 0 }
    }
}

/// What a frame's labels take, with the map's own share.
fn bytes_of(labels: &[Label]) -> usize {
    let text = |label: &Label| label.class.len() + label.attributes.as_ref().map_or(0, String::len);
    128 + labels.iter().map(|label| size_of::<Label>() + text(label)).sum::<usize>()
}

impl TileLabels {
    /// Lets frames whose labels could not be read be asked for again.
    pub fn try_again(&mut self) {
        let bytes = &mut self.bytes;
        self.slots.retain(|_, slot| match slot {
            Slot::Ready { labels: Err(_), bytes: gone, .. } => {
                *bytes -= *gone;
                false
            }
            _ => true,
        });
    }

    /// Takes in what has come.
    pub fn begin_frame(&mut self) {
        self.frame += 1;
        while let Ok((key, labels)) = self.answers.try_recv() {
            let bytes = labels.as_ref().map_or_else(|error| error.len() + 128, |labels| bytes_of(labels));
            self.bytes += bytes;
            let ready = Slot::Ready { labels, bytes, seen: self.frame };
            if let Some(Slot::Ready { bytes, .. }) = self.slots.insert(key, ready) {
                self.bytes -= bytes;
            }
        }
    }

    /// The labels of `row`, noted as missing unless they are there.
    pub fn get(&mut self, row: usize, table: &FrameTable) -> Option<TileLabel> {
        let key = FrameKey::of(table, row);
        match self.slots.get_mut(&key) {
            Some(Slot::Ready { labels, seen, .. }) => {
                *seen = self.frame;
                Some(labels.clone())
            }
            Some(Slot::Waiting { wanted, .. }) => {
                *wanted = self.frame;
                None
            }
            None => {
                self.missing.push(Wanted { row, key });
                None
            }
        }
    }

    /// Asks for what is missing, cancels what is no longer on screen, and keeps to `budget` bytes.
    pub fn end_frame(&mut self, source: Source<'_>, budget: usize) {
        let frame = self.frame;
        self.slots.retain(|_, slot| !matches!(slot, Slot::Waiting { wanted, .. } if *wanted < frame));
        let missing = std::mem::take(&mut self.missing);
        // The newest request is worked on first, so the last group is asked for first.
        for group in groups(&missing).rev() {
            let (session, table, ctx) = (source.session.clone(), Arc::clone(source.table), source.ctx.clone());
            let (answer, wanted) = (self.answer.clone(), group.to_vec());
            let job = source.pool.spawn(Priority::Visible, move |_| {
                for Wanted { row, key } in wanted {
                    let labels = session.labels(&table, row).map(Arc::new);
                    let _ = answer.send((key, labels.map_err(|error| error.to_string().into())));
                }
                ctx.request_repaint();
            });
            let job = Arc::new(job);
            for Wanted { key, .. } in group {
                self.slots.insert(*key, Slot::Waiting { job: Arc::clone(&job), wanted: frame });
            }
        }
        if self.bytes > budget {
            self.shrink(budget / 4 * 3);
        }
    }

    /// Forgets what was shown longest ago, never what is on screen.
    fn shrink(&mut self, budget: usize) {
        let mut old: Vec<(u64, FrameKey)> = self
            .slots
            .iter()
            .filter_map(|(key, slot)| match slot {
                Slot::Ready { seen, .. } if *seen < self.frame => Some((*seen, *key)),
                _ => None,
            })
            .collect();
        old.sort_unstable();
        for (_, key) in old {
            if self.bytes <= budget {
                return;
            }
            if let Some(Slot::Ready { bytes, .. }) = self.slots.remove(&key) {
                self.bytes -= bytes;
            }
        }
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        *self = Self { frame: self.frame, ..Self::default() };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_kept_by_bytes_and_the_oldest_go_first() {
        let mut cache = TileLabels::default();
        let label = |attributes: usize| Label {
            frame_idx: 0,
            class: "car".into(),
            bbox: None,
            score: None,
            track_id: None,
            attributes: Some(" ".repeat(attributes)),
        };
        for frame in 0..50 {
            cache.answer.send((FrameKey { footage: 1, frame }, Ok(Arc::new(vec![label(1000)])))).unwrap();
            cache.begin_frame();
        }
        let each = bytes_of(&[label(1000)]);
        assert_eq!(cache.bytes, 50 * each);
        cache.frame += 1;
        cache.shrink(10 * each);
        assert_eq!((cache.bytes, cache.slots.len()), (10 * each, 10));
        assert!(cache.slots.keys().all(|key| key.frame >= 40));
        cache.answer.send((FrameKey { footage: 2, frame: 0 }, Err("torn".into()))).unwrap();
        cache.begin_frame();
        assert_eq!(cache.slots.len(), 11);
        cache.try_again();
        assert_eq!((cache.bytes, cache.slots.len()), (10 * each, 10));
    }
}
