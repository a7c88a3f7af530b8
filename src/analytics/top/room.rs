//! Whether the windows of an answer fit into memory, told before they are made: one event may lie in thousands.

use std::sync::PoisonError;

use super::{
    counts::Key,
    query::{Resources, Window},
    rank::Chunk,
    totals::{Cell, in_parallel},
};
use crate::analytics::AnalyticsError;

/// Memory that windows may take at least, however little events may: they come when the events are gone.
const LEAST_BYTES: usize = 256 << 20;
/// Bytes of a row of the answer, with what it is made from.
const ROW_BYTES: u64 = 96;

/// What becomes of windows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kept {
    /// All of them, as rows of the answer.
    All,
    /// All of them until they are ranked together.
    UntilRanked,
    /// So many of each place and window; a piece of the counts is done with when it is ranked.
    Best(u32),
}

/// Windows of a piece of the counts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Windows {
    all: u64,
    kept: u64,
}

/// Refuses windows that would not fit into memory. Windows that do not overlap are no more than the counts they come from.
///
/// # Errors
/// [`AnalyticsError::Query`] says how many there would be, and what to do.
pub(super) fn check(
    chunks: &[Chunk],
    window: Option<Window>,
    kept: Kept,
    resources: &Resources,
) -> Result<(), AnalyticsError> {
    let Some(window) = window.filter(|window| window.slide_ns < window.size_ns) else { return Ok(()) };
    let mut pieces = in_parallel(resources.threads, chunks.len(), |at| {
        let mut list = chunks[at].lock().unwrap_or_else(PoisonError::into_inner);
        list.sort_unstable_by_key(|(key, _)| (key.place, key.item, key.pane));
        windows_of(&list, window, kept)
    });
    let groups = chunks.iter().map(|list| list.lock().unwrap_or_else(PoisonError::into_inner).len()).sum::<usize>();
    let sum = |pieces: &[Windows], of: fn(&Windows) -> u64| pieces.iter().map(of).fold(0, u64::saturating_add);
    let all = sum(&pieces, |piece| piece.all);
    let cell = size_of::<Cell>() as u64;
    let bytes = match kept {
        Kept::All => all.saturating_mul(ROW_BYTES),
        // Once in pieces, and once together.
        Kept::UntilRanked => all.saturating_mul(2 * cell),
        Kept::Best(_) => {
            pieces.sort_unstable_by_key(|piece| std::cmp::Reverse(piece.all));
            let at_once = sum(&pieces[..pieces.len().min(resources.threads.max(1))], |piece| piece.all);
            let rows = sum(&pieces, |piece| piece.kept);
            at_once.saturating_mul(cell).saturating_add(rows.saturating_mul(ROW_BYTES))
        }
    };
    let limit = resources.buffer_bytes.max(LEAST_BYTES) as u64;
    if bytes <= limit {
        return Ok(());
    }
    let (needed, limit) = (bytes >> 20, limit >> 20);
    Err(AnalyticsError::Query {
        what: format!(
            "the {groups} counts lie in {all} windows, which take {needed} MiB of memory, and {limit} MiB are allowed for them"
        ),
        remedy: "let windows begin further apart, make them shorter, ask for a span of time, or allow more memory",
    })
}

/// The windows that hold events, of counts in the order of place, item and time: counted without making them.
fn windows_of(list: &[(Key, u64)], window: Window, kept: Kept) -> Windows {
    let pane_ns = i128::from(window.pane_ns());
    let (size, step) = (i128::from(window.size_ns) / pane_ns, i128::from(window.slide_ns) / pane_ns);
    let reach = |key: &Key| {
        let pane = i128::from(key.pane);
        ((pane - size).div_euclid(step) + 1, pane.div_euclid(step))
    };
    let mut sum = Windows::default();
    for place in list.chunk_by(|(one, _), (other, _)| one.place == other.place) {
        let (mut all, mut ends) = (0_i128, (i128::MAX, i128::MIN));
        for panes in place.chunk_by(|(one, _), (other, _)| one.item == other.item) {
            let mut next = i128::MIN;
            for (first, last) in panes.iter().map(|(key, _)| reach(key)) {
                all += (last + 1 - first.max(next)).max(0);
                next = last + 1;
                ends = (ends.0.min(first), ends.1.max(last));
            }
        }
        let best = match kept {
            Kept::Best(n) => all.min((ends.1 - ends.0 + 1).saturating_mul(i128::from(n))),
            Kept::All | Kept::UntilRanked => all,
        };
        let number = |count: i128| u64::try_from(count).unwrap_or(u64::MAX);
        sum.all = sum.all.saturating_add(number(all));
        sum.kept = sum.kept.saturating_add(number(best));
    }
    sum
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use proptest::prelude::*;

    use super::{super::totals::windows, *};
    use crate::jobs::Progress;

    proptest! {
        #[test]
        fn windows_are_counted_as_they_are_made(
            panes in prop::collection::btree_set((0_u32..3, 0_u32..3, prop_oneof![-40_i64..40, -2000_i64..2000]), 0..60),
            (size, slide) in (1_i64..40, 1_i64..40),
        ) {
            let window = Window { size_ns: size.max(slide) + 1, slide_ns: size.min(slide) };
            let list: Vec<_> = panes.into_iter().map(|(place, item, pane)| (Key { place, pane, item }, 1)).collect();
            let made = windows(list.clone(), Some(window), &Progress::new()).len() as u64;
            let counted = windows_of(&list, window, Kept::Best(1));
            prop_assert_eq!(counted.all, made);
            prop_assert!(counted.kept <= made);
        }
    }

    #[test]
    fn windows_that_do_not_fit_are_refused() {
        let second = 1_000_000_000;
        let window = |slide_ns| Some(Window { size_ns: 10_000 * second, slide_ns });
        let list = |panes: i64| {
            let key = |at: i64| Key { place: 0, pane: at * 1_000_000, item: 0 };
            vec![Mutex::new((0..panes).map(|at| (key(at), 1)).collect())]
        };
        let resources = Resources { threads: 2, buffer_bytes: 1 << 30, ..Resources::default() };
        for kept in [Kept::All, Kept::UntilRanked, Kept::Best(10)] {
            let told = check(&list(10_000), window(second), kept, &resources).unwrap_err().to_string();
            assert!(told.contains("10000 counts lie in 100000000 windows"), "{told}");
            assert!(told.contains("begin further apart"), "{told}");
            assert!(check(&list(100), window(second), kept, &resources).is_ok());
            assert!(check(&list(10_000), window(10_000 * second), kept, &resources).is_ok());
        }
    }
}
