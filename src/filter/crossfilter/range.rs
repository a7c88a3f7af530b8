//! The rows of a coded column inside an interval. Most rows are told by their code alone; those of the two codes in which
//! the ends lie are compared with their value.

use rayon::prelude::*;

use super::coded::{Coded, Codes, Shape};
use crate::{
    filter::{
        bounds::Bounds,
        frame_set::WORD_ROWS,
        kernel::{STRIP_ROWS, STRIP_WORDS, select},
        run::every_row,
        typed::{Number, Predicate},
    },
    model::Column,
};

/// Words that one task works through.
const TASK_WORDS: usize = 64 * STRIP_WORDS;

/// The metric and the interval of a condition that is nothing but an interval of one metric.
pub(super) fn interval(predicate: &Predicate) -> Option<(&str, Bounds)> {
    match predicate {
        Predicate::Within { value: Number::Floats(name) | Number::Ints(name), bounds } => Some((&name.name, *bounds)),
        Predicate::All(parts) => {
            let mut parts = parts.iter().map(interval);
            let (name, mut bounds) = parts.next()??;
            for part in parts {
                let (other, more) = part?;
                bounds = bounds.intersect(more).filter(|_| name == other)?;
            }
            Some((name, bounds))
        }
        _ => None,
    }
}

/// The rows inside the interval as words; `None` when the codes do not tell.
#[expect(
    clippy::cast_precision_loss,
    reason = "rounding keeps the order, and values near the ends are compared exactly"
)]
pub(super) fn rows_inside(coded: &Coded, bounds: Bounds) -> Option<Vec<usize>> {
    let Shape::Numbers { column, bins, .. } = &coded.shape else { return None };
    let [lane] = coded.lanes.as_deref()? else { return None };
    let Codes::Narrow(codes) = &lane.codes else { return None };
    let slot = bins.slot();
    match (&**column, bounds) {
        (Column::Float(values), Bounds::Float { low, high }) if !low.is_nan() && !high.is_nan() => {
            let ends = (slot(low), slot(high));
            Some(words(codes, ends, |row| values[row] >= low && values[row] <= high))
        }
        (Column::Int { values, valid }, Bounds::Int { low, high }) => {
            let ends = (slot(low as f64), slot(high as f64));
            let there = |row: usize| valid.is_empty() || valid[row];
            Some(words(codes, ends, |row| there(row) && values[row] >= low && values[row] <= high))
        }
        _ => None,
    }
}

/// The rows whose code lies between the ends, and of those with the code of an end the ones that pass. The last slot, of
/// missing values, is beyond every end.
fn words(codes: &[u8], ends: (usize, usize), passes: impl Fn(usize) -> bool + Sync) -> Vec<usize> {
    let (Ok(low), Ok(high)) = (u8::try_from(ends.0), u8::try_from(ends.1)) else { return vec![0; words_of(codes)] };
    let mut words = vec![0; words_of(codes)];
    words.par_chunks_mut(TASK_WORDS).enumerate().for_each(|(task, words)| {
        for (at, words) in words.chunks_mut(STRIP_WORDS).enumerate() {
            let first = (task * TASK_WORDS + at * STRIP_WORDS) * WORD_ROWS;
            let codes = &codes[first..codes.len().min(first + STRIP_ROWS)];
            let every = every_row(codes.len());
            let inside = select(codes, &every, |code| code > low && code < high);
            let edge = select(codes, &every, |code| code == low || code == high);
            for (at, (word, (inside, mut edge))) in words.iter_mut().zip(inside.into_iter().zip(edge)).enumerate() {
                let mut found = inside;
                while edge != 0 {
                    let row = edge.trailing_zeros();
                    found |= u64::from(passes(first + at * WORD_ROWS + row as usize)) << row;
                    edge &= edge - 1;
                }
                #[expect(clippy::cast_possible_truncation, reason = "the frame set makes sure that words are 64 bits")]
                let found = found as usize;
                *word = found;
            }
        }
    });
    words
}

fn words_of(codes: &[u8]) -> usize {
    codes.len().div_ceil(WORD_ROWS)
}
