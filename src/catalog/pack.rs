//! Columns as bytes: little-endian, a tag first, as narrow as keeps every value exact.
//!
//! What is unpacked may come from a stranger's catalog, so every length is checked before it is used.

use crate::model::{Column, NULL_BOOL, NULL_WORD};

const FLOAT64: u8 = 0;
const FLOAT32: u8 = 1;
const INT: u8 = 2;
const INT_WITH_NULLS: u8 = 3;
const BOOL: u8 = 4;
const TEXT: u8 = 5;
const TIMES: u8 = 6;
const REGULAR_TIMES: u8 = 7;
const COUNT8: u8 = 8;
const COUNT16: u8 = 9;
const COUNT32: u8 = 10;
const COUNT_PAIRS: u8 = 11;

/// Packs a frame column.
pub(super) fn pack_column(column: &Column) -> Vec<u8> {
    match column {
        Column::Float(values) => {
            #[expect(clippy::cast_possible_truncation, reason = "that is what is being asked: does it survive")]
            let narrow = |v: f64| v as f32;
            if values.iter().all(|v| v.is_nan() || f64::from(narrow(*v)).to_bits() == v.to_bits()) {
                tagged(FLOAT32, values.len() * 4, values.iter().flat_map(|v| narrow(*v).to_le_bytes()))
            } else {
                tagged(FLOAT64, values.len() * 8, values.iter().flat_map(|v| v.to_le_bytes()))
            }
        }
        Column::Int { values, valid } => {
            let mut bytes = tagged(
                if valid.is_empty() { INT } else { INT_WITH_NULLS },
                values.len() * 8,
                values.iter().flat_map(|v| v.to_le_bytes()),
            );
            bytes.extend(valid.iter().map(|valid| u8::from(*valid)));
            bytes
        }
        Column::Bool(values) => tagged(BOOL, values.len(), values.iter().copied()),
        Column::Text { codes, words } => {
            let mut bytes = vec![TEXT];
            put_u32(&mut bytes, words.len());
            for word in words {
                put_u32(&mut bytes, word.len());
                bytes.extend_from_slice(word.as_bytes());
            }
            bytes.extend(codes.iter().flat_map(|code| code.to_le_bytes()));
            bytes
        }
    }
}

/// Unpacks a frame column of `rows` rows; `None` when the bytes are not one.
pub(super) fn unpack_column(bytes: &[u8], rows: usize) -> Option<Column> {
    let (tag, rest) = bytes.split_first()?;
    let column = match *tag {
        FLOAT64 => Column::Float(numbers(rest, rows, f64::from_le_bytes)?),
        FLOAT32 => Column::Float(numbers(rest, rows, |b| f64::from(f32::from_le_bytes(b)))?),
        INT => Column::Int { values: numbers(rest, rows, i64::from_le_bytes)?, valid: Vec::new() },
        INT_WITH_NULLS => {
            let (values, valid) = rest.split_at_checked(rows.checked_mul(8)?)?;
            if valid.len() != rows {
                return None;
            }
            Column::Int {
                values: numbers(values, rows, i64::from_le_bytes)?,
                valid: valid.iter().map(|v| *v != 0).collect(),
            }
        }
        BOOL if rest.len() == rows => Column::Bool(rest.iter().map(|v| (*v).min(NULL_BOOL)).collect()),
        TEXT => {
            let (count, mut rest) = take_u32(rest)?;
            let mut words = Vec::new();
            for _ in 0..count {
                let (len, after) = take_u32(rest)?;
                let (word, after) = after.split_at_checked(len)?;
                words.push(String::from_utf8(word.to_vec()).ok()?);
                rest = after;
            }
            let codes = numbers(rest, rows, u32::from_le_bytes)?;
            if codes.iter().any(|code| *code != NULL_WORD && *code as usize >= words.len()) {
                return None;
            }
            Column::Text { codes, words }
        }
        _ => return None,
    };
    Some(column)
}

/// Packs frame times; evenly spaced ones take 17 bytes in all.
pub(super) fn pack_times(times: &[i64]) -> Vec<u8> {
    if let [first, second, ..] = times
        && let Some(step) = second.checked_sub(*first)
        && times.windows(2).all(|pair| pair[1].checked_sub(pair[0]) == Some(step))
    {
        return tagged(REGULAR_TIMES, 16, first.to_le_bytes().into_iter().chain(step.to_le_bytes()));
    }
    tagged(TIMES, times.len() * 8, times.iter().flat_map(|time| time.to_le_bytes()))
}

/// Appends `rows` frame times to `out`; `None` when the bytes are not such times.
pub(super) fn unpack_times(bytes: &[u8], rows: usize, out: &mut Vec<i64>) -> Option<()> {
    let (tag, rest) = bytes.split_first()?;
    match *tag {
        TIMES => out.extend(numbers(rest, rows, i64::from_le_bytes)?),
        REGULAR_TIMES => {
            let pair = numbers(rest, 2, i64::from_le_bytes)?;
            let (first, step) = (pair[0], pair[1]);
            let last = i64::try_from(rows).ok()?.checked_sub(1)?.checked_mul(step)?;
            first.checked_add(last)?;
            let mut time = first;
            for _ in 0..rows {
                out.push(time);
                time = time.wrapping_add(step);
            }
        }
        _ => return None,
    }
    Some(())
}

/// Packs label counts of `rows` frames, given as `(frame, count)` in order of frame: one number a frame, or the pairs
/// themselves where few frames have any (a class per object id must not cost a column each).
#[expect(clippy::cast_possible_truncation, reason = "the width was chosen by the largest value")]
pub(super) fn pack_counts(counts: &[(u32, u32)], rows: usize) -> Vec<u8> {
    let most = counts.iter().map(|(_, count)| *count).max().unwrap_or(0);
    let width = if most <= 0xff {
        1
    } else if most <= 0xffff {
        2
    } else {
        4
    };
    if counts.len() * 8 < rows * width {
        return tagged(COUNT_PAIRS, counts.len() * 8, counts.iter().flat_map(|(frame, count)| pair(*frame, *count)));
    }
    let mut dense = vec![0u32; rows];
    for (frame, count) in counts {
        if let Some(place) = dense.get_mut(*frame as usize) {
            *place = *count;
        }
    }
    match width {
        1 => tagged(COUNT8, rows, dense.iter().map(|v| *v as u8)),
        2 => tagged(COUNT16, rows * 2, dense.iter().flat_map(|v| (*v as u16).to_le_bytes())),
        _ => tagged(COUNT32, rows * 4, dense.iter().flat_map(|v| v.to_le_bytes())),
    }
}

fn pair(frame: u32, count: u32) -> impl Iterator<Item = u8> {
    frame.to_le_bytes().into_iter().chain(count.to_le_bytes())
}

/// Writes label counts into `out`, which holds zeros, one per frame; `None` when the bytes are not such counts.
pub(super) fn unpack_counts(bytes: &[u8], out: &mut [u32]) -> Option<()> {
    let (tag, rest) = bytes.split_first()?;
    match *tag {
        COUNT8 if rest.len() == out.len() => out.iter_mut().zip(rest).for_each(|(out, v)| *out = u32::from(*v)),
        COUNT16 => out.copy_from_slice(&numbers(rest, out.len(), |b| u32::from(u16::from_le_bytes(b)))?),
        COUNT32 => out.copy_from_slice(&numbers(rest, out.len(), u32::from_le_bytes)?),
        COUNT_PAIRS => {
            let (words, left) = rest.as_chunks::<4>();
            if !left.is_empty() || words.len() % 2 != 0 {
                return None;
            }
            for pair in words.chunks_exact(2) {
                *out.get_mut(u32::from_le_bytes(pair[0]) as usize)? = u32::from_le_bytes(pair[1]);
            }
        }
        _ => return None,
    }
    Some(())
}

fn tagged(tag: u8, size: usize, payload: impl Iterator<Item = u8>) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(size + 1);
    bytes.push(tag);
    bytes.extend(payload);
    bytes
}

fn numbers<const N: usize, T>(bytes: &[u8], rows: usize, read: impl Fn([u8; N]) -> T) -> Option<Vec<T>> {
    let (chunks, rest) = bytes.as_chunks::<N>();
    (chunks.len() == rows && rest.is_empty()).then(|| chunks.iter().map(|chunk| read(*chunk)).collect())
}

/// Lengths in one column stay far below 4 G: a word list that would not fit is cut to what a `u32` can count.
fn put_u32(bytes: &mut Vec<u8>, value: usize) {
    bytes.extend(u32::try_from(value).unwrap_or(u32::MAX).to_le_bytes());
}

fn take_u32(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let (head, rest) = bytes.split_first_chunk::<4>()?;
    Some((u32::from_le_bytes(*head) as usize, rest))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn columns() -> impl Strategy<Value = Column> {
        prop_oneof![
            prop::collection::vec(prop_oneof![any::<f64>(), any::<f32>().prop_map(f64::from)], 0..40)
                .prop_map(Column::Float),
            prop::collection::vec(any::<i64>(), 0..40).prop_map(|values| Column::Int { values, valid: Vec::new() }),
            prop::collection::vec((any::<i64>(), any::<bool>()), 1..40).prop_map(|rows| {
                let (values, valid) = rows.into_iter().unzip();
                Column::Int { values, valid }
            }),
            prop::collection::vec(0u8..3, 0..40).prop_map(Column::Bool),
            prop::collection::vec(prop_oneof![0u32..3, Just(NULL_WORD)], 0..40)
                .prop_map(|codes| Column::Text { codes, words: vec!["a".into(), "ü".into(), String::new()] }),
        ]
    }

    proptest! {
        #[test]
        fn columns_come_back(column in columns()) {
            let back = unpack_column(&pack_column(&column), column.len()).unwrap();
            // NaN is unequal to itself, so bits are compared by the debug text.
            prop_assert_eq!(format!("{back:?}"), format!("{column:?}"));
        }

        #[test]
        fn times_come_back(start in any::<i64>(), step in -10i64..1_000_000_000, irregular in prop::collection::vec(any::<i64>(), 0..20), rows in 1i64..50) {
            for times in [irregular, (0..rows).map(|i| start.wrapping_add(i * step)).collect()] {
                let mut back = Vec::new();
                unpack_times(&pack_times(&times), times.len(), &mut back).unwrap();
                prop_assert_eq!(back, times);
            }
        }

        #[test]
        fn counts_come_back(counts in prop::collection::vec(prop_oneof![3 => Just(0u32), 1 => 0u32..5, 1 => 0u32..70_000, 1 => any::<u32>()], 0..40)) {
            let pairs: Vec<(u32, u32)> = (0..).zip(counts.iter().copied()).filter(|(_, count)| *count > 0).collect();
            let mut back = vec![0; counts.len()];
            unpack_counts(&pack_counts(&pairs, counts.len()), &mut back).unwrap();
            prop_assert_eq!(back, counts);
        }

        #[test]
        fn foreign_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..60), rows in 0usize..20) {
            let _ = unpack_column(&bytes, rows);
            let _ = unpack_times(&bytes, rows, &mut Vec::new());
            let _ = unpack_counts(&bytes, &mut vec![0; rows]);
        }
    }
}
