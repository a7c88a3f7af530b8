//! A filter bound to a lake, and its evaluation over all rows on every core.

use rayon::prelude::*;

use super::{
    FilterError, FootageRows, FrameColumns, FrameSet,
    check::check,
    frame_set::WORD_ROWS,
    kernel::{Mask, STRIP_ROWS, STRIP_WORDS},
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

    /// What the filter says.
    pub(super) fn predicate(&self) -> &Predicate {
        &self.predicate
    }

    /// The frames for which the filter is true. Unknown does not match.
    ///
    /// # Errors
    /// When a column cannot be read, or does not have one value of its kind for each frame.
    pub fn evaluate(&self, columns: &dyn FrameColumns) -> Result<FrameSet, FilterError> {
        let rows = columns.rows();
        let footages = columns.footages();
        check_footages(footages, rows)?;
        let test = Planner::new(columns).whole(&self.predicate)?;
        if let Test::Constant(value) = test {
            return Ok(if value == Some(true) { FrameSet::all(rows) } else { FrameSet::none(rows) });
        }
        let (words, _) = sides(&test, rows, footages, Want { yes: true, no: false });
        Ok(FrameSet::from_words(rows, words))
    }
}

/// The rows where a condition is true and those where it is false, as words; a side that is not asked for is empty.
pub(super) fn sides(test: &Test, rows: usize, footages: &[FootageRows], want: Want) -> (Vec<usize>, Vec<usize>) {
    let side = |wanted: bool| vec![0_usize; if wanted { rows.div_ceil(WORD_ROWS) } else { 0 }];
    let (mut yes, mut no) = (side(want.yes), side(want.no));
    let pieces = rows.div_ceil(TASK_WORDS * WORD_ROWS);
    let mut tasks: Vec<(&mut [usize], &mut [usize])> = Vec::with_capacity(pieces);
    let (mut yes_rest, mut no_rest) = (yes.as_mut_slice(), no.as_mut_slice());
    for _ in 0..pieces {
        let (yes_part, yes_after) = yes_rest.split_at_mut(yes_rest.len().min(TASK_WORDS));
        let (no_part, no_after) = no_rest.split_at_mut(no_rest.len().min(TASK_WORDS));
        tasks.push((yes_part, no_part));
        (yes_rest, no_rest) = (yes_after, no_after);
    }
    tasks.into_par_iter().enumerate().for_each(|(task, (yes, no))| {
        let begin = task * TASK_WORDS * WORD_ROWS;
        let end = rows.min(begin + TASK_WORDS * WORD_ROWS);
        for first in (begin..end).step_by(STRIP_ROWS) {
            let strip = Strip { first, rows: (rows - first).min(STRIP_ROWS), footages };
            let truth = test.truth(&strip, &strip.every_row(), want);
            let word = (first - begin) / WORD_ROWS;
            copy_words(&truth.yes, yes.get_mut(word..).unwrap_or_default());
            copy_words(&truth.no, no.get_mut(word..).unwrap_or_default());
        }
    });
    (yes, no)
}

fn copy_words(mask: &Mask, words: &mut [usize]) {
    for (word, bits) in words.iter_mut().zip(mask) {
        #[expect(clippy::cast_possible_truncation, reason = "the frame set makes sure that words are 64 bits")]
        let bits = *bits as usize;
        *word = bits;
    }
}

/// Everything below counts on footages that cover the rows one after the other.
pub(super) fn check_footages(footages: &[FootageRows], rows: usize) -> Result<(), FilterError> {
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
            .hint("index the lake again")
            .of_lake());
    }
    if u32::try_from(rows).is_err() {
        return Err(FilterError::new(0..0, format!("{rows} frames are more than a filter can number"))
            .hint("open a part of the lake")
            .of_lake());
    }
    Ok(())
}
