//! Labels of one stretch of frames as bytes: columns one after the other, frames ascending.
//!
//! A block holds whole frames only, so one row of the catalog answers for a frame.

use crate::model::{BoundingBox, Label};

/// Labels a block aims at; one frame with more than that makes a larger block.
const BLOCK_LABELS: usize = 16_384;

/// A packed stretch of labels.
pub(super) struct LabelBlock {
    /// Frame of the first label.
    pub(super) first_frame: u64,
    /// Number of labels.
    pub(super) labels: usize,
    /// The bytes.
    pub(super) data: Vec<u8>,
}

/// Packs labels that are sorted by frame.
pub(super) fn pack(labels: &[Label]) -> Vec<LabelBlock> {
    let mut blocks = Vec::new();
    let mut rest = labels;
    while let Some(first) = rest.first() {
        let mut end = rest.len().min(BLOCK_LABELS);
        while end < rest.len() && rest[end].frame_idx == rest[end - 1].frame_idx {
            end += 1;
        }
        let (block, after) = rest.split_at(end);
        blocks.push(LabelBlock { first_frame: first.frame_idx, labels: block.len(), data: pack_block(block) });
        rest = after;
    }
    blocks
}

const HAS_BOX: u8 = 1;
const HAS_SCORE: u8 = 2;
const HAS_TRACK: u8 = 4;
const HAS_ATTRIBUTES: u8 = 8;

fn pack_block(labels: &[Label]) -> Vec<u8> {
    let mut classes: Vec<&str> = Vec::new();
    let mut bytes = Vec::with_capacity(labels.len() * 48);
    let mut body = Vec::with_capacity(labels.len() * 48);
    for label in labels {
        let class = classes.iter().position(|class| *class == label.class).unwrap_or_else(|| {
            classes.push(&label.class);
            classes.len() - 1
        });
        let flags = u8::from(label.bbox.is_some()) * HAS_BOX
            + u8::from(label.score.is_some()) * HAS_SCORE
            + u8::from(label.track_id.is_some()) * HAS_TRACK
            + u8::from(label.attributes.is_some()) * HAS_ATTRIBUTES;
        body.extend(label.frame_idx.to_le_bytes());
        body.extend(u32::try_from(class).unwrap_or(u32::MAX).to_le_bytes());
        body.push(flags);
        if let Some(bbox) = label.bbox {
            body.extend([bbox.x, bbox.y, bbox.w, bbox.h].iter().flat_map(|v| v.to_le_bytes()));
        }
        if let Some(score) = label.score {
            body.extend(score.to_le_bytes());
        }
        if let Some(track) = label.track_id {
            body.extend(track.to_le_bytes());
        }
        if let Some(text) = &label.attributes {
            put_text(&mut body, text);
        }
    }
    bytes.extend(u32::try_from(classes.len()).unwrap_or(u32::MAX).to_le_bytes());
    for class in classes {
        put_text(&mut bytes, class);
    }
    bytes.extend(body);
    bytes
}

fn put_text(bytes: &mut Vec<u8>, text: &str) {
    bytes.extend(u32::try_from(text.len()).unwrap_or(u32::MAX).to_le_bytes());
    bytes.extend_from_slice(text.as_bytes());
}

/// Unpacks `count` labels; `None` when the bytes are not such a block.
pub(super) fn unpack(bytes: &[u8], count: usize) -> Option<Vec<Label>> {
    let mut rest = bytes;
    let class_count = u32::from_le_bytes(take(&mut rest)?) as usize;
    let mut classes = Vec::new();
    for _ in 0..class_count {
        classes.push(take_text(&mut rest)?);
    }
    // Thirteen bytes are the least a label takes, so a wild count cannot ask for memory.
    if count > rest.len() / 13 {
        return None;
    }
    let mut labels = Vec::with_capacity(count);
    for _ in 0..count {
        let frame_idx = u64::from_le_bytes(take(&mut rest)?);
        let class = classes.get(u32::from_le_bytes(take(&mut rest)?) as usize)?.clone();
        let [flags] = take(&mut rest)?;
        let mut double = || Some(f64::from_le_bytes(take(&mut rest)?));
        let bbox = match flags & HAS_BOX {
            0 => None,
            _ => Some(BoundingBox { x: double()?, y: double()?, w: double()?, h: double()? }),
        };
        let score = if flags & HAS_SCORE == 0 { None } else { Some(double()?) };
        let track_id = if flags & HAS_TRACK == 0 { None } else { Some(i64::from_le_bytes(take(&mut rest)?)) };
        let attributes = if flags & HAS_ATTRIBUTES == 0 { None } else { Some(take_text(&mut rest)?) };
        labels.push(Label { frame_idx, class, bbox, score, track_id, attributes });
    }
    rest.is_empty().then_some(labels)
}

fn take<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
    let (head, after) = rest.split_first_chunk::<N>()?;
    *rest = after;
    Some(*head)
}

fn take_text(rest: &mut &[u8]) -> Option<String> {
    let len = u32::from_le_bytes(take(rest)?) as usize;
    let (text, after) = rest.split_at_checked(len)?;
    *rest = after;
    String::from_utf8(text.to_vec()).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn label() -> impl Strategy<Value = Label> {
        (
            0u64..50,
            "[a-c]{1,2}",
            prop::option::of((-1e3..1e3f64, -1e3..1e3f64, 0.0..1e3f64, 0.0..1e3f64)),
            prop::option::of(0.0..1.0f64),
            prop::option::of(any::<i64>()),
            prop::option::of("\\PC{0,5}"),
        )
            .prop_map(|(frame_idx, class, bbox, score, track_id, attributes)| Label {
                frame_idx,
                class,
                bbox: bbox.map(|(x, y, w, h)| BoundingBox { x, y, w, h }),
                score,
                track_id,
                attributes,
            })
    }

    proptest! {
        #[test]
        fn labels_come_back(mut labels in prop::collection::vec(label(), 0..60)) {
            labels.sort_by_key(|label| label.frame_idx);
            let back: Vec<Label> = pack(&labels).iter().flat_map(|block| unpack(&block.data, block.labels).unwrap()).collect();
            prop_assert_eq!(back, labels);
        }

        #[test]
        fn foreign_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..80), count in any::<usize>()) {
            let _ = unpack(&bytes, count);
        }
    }

    #[test]
    fn a_frame_is_never_split_between_blocks() {
        let make = |frame_idx| Label {
            frame_idx,
            class: "car".into(),
            bbox: None,
            score: None,
            track_id: None,
            attributes: None,
        };
        let labels: Vec<Label> =
            (0..BLOCK_LABELS as u64 - 1).chain(std::iter::repeat_n(BLOCK_LABELS as u64, 5)).map(make).collect();
        let blocks = pack(&labels);
        assert_eq!(blocks.len(), 1);
        assert_eq!(blocks[0].labels, BLOCK_LABELS + 4);
        let labels: Vec<Label> = (0..3 * BLOCK_LABELS as u64).map(make).collect();
        assert_eq!(pack(&labels).iter().map(|block| block.first_frame).collect::<Vec<_>>(), [0, 16_384, 32_768]);
    }
}
