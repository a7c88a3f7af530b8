//! A filter bound to a lake, and its evaluation over all rows on every core.

use rayon::prelude::*;

use super::{
    FilterError, FootageRows, FrameColumns, FrameSet,
    check::check,
    frame_set::WORD_ROWS,
    kernel::{STRIP_ROWS, STRIP_WORDS},
    plan::{Planner, Test},
    run::{Strip, Want},
    typed::Predicate,
};

/// Words that one task works through: 65,536 rows.
const TASK_WORDS: usize = 64 * STRIP_WORDS;

/// A filter whose names and types were checked against a lake.
#[derive(Debug, Clone)]
pub struct Bound {
    predicate: Predicate,
}

impl Bound {
    /// Checks a tree; `None` lets every frame through.
    pub(super) fn new(expr: Option<&super::Expr>, columns: &dyn FrameColumns) -> Result<Self, FilterError> {
        let predicate = expr.map_or(Ok(Predicate::Constant(Some(true))), |expr| check(expr, columns))?;
        Ok(Self { predicate })
    }

    /// The frames for which the filter is true. Unknown does not match.
    ///
    /// # Errors
    /// When a column cannot be read, or does not have one value of its kind for each frame.
    pub fn evaluate(&self, columns: &dyn FrameColumns) -> Result<FrameSet, FilterError> {
        let rows = columns.rows();
        let footages = columns.footages();
        check_footages(footages, rows)?;
        let test = Planner::new(columns).test(&self.predicate)?;
        if let Test::Constant(value) = test {
            return Ok(if value == Some(true) { FrameSet::all(rows) } else { FrameSet::none(rows) });
        }
        let mut words = vec![0_usize; rows.div_ceil(WORD_ROWS)];
        words.par_chunks_mut(TASK_WORDS).enumerate().for_each(|(task, words)| {
            for (at, words) in words.chunks_mut(STRIP_WORDS).enumerate() {
                let first = (task * TASK_WORDS + at * STRIP_WORDS) * WORD_ROWS;
                let strip = Strip { first, rows: (rows - first).min(STRIP_ROWS), footages };
                let truth = test.truth(&strip, &strip.every_row(), Want { yes: true, no: false });
                for (word, bits) in words.iter_mut().zip(truth.yes) {
                    #[expect(
                        clippy::cast_possible_truncation,
                        reason = "the frame set makes sure that words are 64 bits"
                    )]
                    let bits = bits as usize;
                    *word = bits;
                }
            }
        });
        Ok(FrameSet::from_words(rows, words))
    }
}

/// Everything below counts on footages that cover the rows one after the other.
fn check_footages(footages: &[FootageRows], rows: usize) -> Result<(), FilterError> {
    let mut end = Some(0_usize);
    for footage in footages {
        if end != Some(footage.first_row) {
            end = None;
            break;
        }
        end = footage.first_row.checked_add(footage.rows);
    }
    if end != Some(rows) {
        return Err(FilterError::new(0..0, "the footages of the index do not add up to its frames")
            .hint("index the lake again"));
    }
    if u32::try_from(rows).is_err() {
        return Err(FilterError::new(0..0, format!("{rows} frames are more than a filter can number"))
            .hint("open a part of the lake"));
    }
    Ok(())
}
