//! From values to what is told of them: one look for most questions, some more where quantiles or counts of values do not
//! fit into memory.

use std::sync::atomic::{AtomicU64, Ordering};

use rayon::prelude::*;

use super::{
    Ends, Moments, Occurrences, Pairs, Part, Source, Stopped, Top, Weighted,
    quantile::{Search, quantiles_of, weighted_quantiles_of},
    scan,
    tally::{Stretch, Tally},
};
use crate::jobs::Progress;

/// Values that are kept to answer what needs all of them at once: 128 MB.
const KEEP_VALUES: u64 = 1 << 24;
/// Values with their weights that are kept: 1 GB.
const KEEP_WEIGHTED: u64 = 1 << 26;
/// Memory for buckets of one look and thread.
const LOOK_BYTES: usize = 128 << 20;

/// What is asked of one metric.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Wanted {
    /// Shares of quantiles.
    pub shares: Vec<f64>,
    /// Mode or number of different values.
    pub occurrences: bool,
    /// First and last value.
    pub ends: bool,
    /// Number of metrics to correlate it with.
    pub pairs: usize,
}

impl Wanted {
    fn needs_values(&self) -> bool {
        !self.shares.is_empty() || self.occurrences
    }
}

/// What is asked of all values.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Question {
    /// Of each metric.
    pub metrics: Vec<Wanted>,
    /// Whether mean, spread and quantiles weigh the values.
    pub weighted: bool,
    /// Extremes to keep: the metric, whether the smallest, how many a group.
    pub keep: Option<(usize, bool, usize)>,
}

/// What is known of one metric in one group.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Cell {
    /// Count, mean, spread, extremes.
    pub moments: Moments,
    /// Mean and spread with weights.
    pub weighted: Weighted,
    /// Correlations, in the order asked for.
    pub pairs: Vec<Pairs>,
    /// First and last value.
    pub ends: Ends,
    /// Quantiles, in the order asked for.
    pub quantiles: Vec<Option<f64>>,
    /// Mode and different values.
    pub occurrences: Occurrences,
    kept: Vec<f64>,
    kept_weighted: Vec<(f64, f64)>,
}

/// Everything that was found.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Answer {
    /// By group and metric.
    pub cells: Vec<Vec<Cell>>,
    /// Extremes by group, where asked for.
    pub tops: Vec<Top>,
    /// Values that were looked at, those without a value among them.
    pub read: u64,
    /// How often everything was read.
    pub looks: u32,
}

/// Why there is no answer.
#[derive(Debug, PartialEq, Eq)]
pub enum NoAnswer<E> {
    /// The values cannot be read, or a person stopped it.
    Stopped(Stopped<E>),
    /// Too many values with weights for quantiles: so many fit.
    TooManyWeighted(u64),
}

impl<E> From<Stopped<E>> for NoAnswer<E> {
    fn from(stopped: Stopped<E>) -> Self {
        Self::Stopped(stopped)
    }
}

/// What one thread found.
struct State {
    cells: Vec<Vec<Cell>>,
    tops: Vec<Top>,
    read: u64,
}

/// How much is kept by all threads together.
struct Room {
    kept: AtomicU64,
    most: u64,
}

impl Room {
    /// Whether so many values more fit.
    fn take(&self, values: usize) -> bool {
        self.kept.fetch_add(values as u64, Ordering::Relaxed) + values as u64 <= self.most
    }

    fn is_over(&self) -> bool {
        self.kept.load(Ordering::Relaxed) > self.most
    }
}

/// Answers a question about the values of a source.
///
/// # Errors
/// [`NoAnswer`]
pub fn answer<S: Source>(source: &S, question: &Question, progress: &Progress) -> Result<Answer, NoAnswer<S::Error>> {
    answer_in(source, question, progress, KEEP_VALUES, KEEP_WEIGHTED)
}

fn answer_in<S: Source>(
    source: &S,
    question: &Question,
    progress: &Progress,
    keep_values: u64,
    keep_weighted: u64,
) -> Result<Answer, NoAnswer<S::Error>> {
    progress.set_total(source.units() as u64);
    let room = Room { kept: AtomicU64::new(0), most: if question.weighted { keep_weighted } else { keep_values } };
    let states = scan(
        source,
        progress,
        || State { cells: Vec::new(), tops: Vec::new(), read: 0 },
        |state, part| state.take(part, question, &room),
    )?;
    let mut answer = Answer { looks: 1, ..Answer::default() };
    for state in states {
        answer.merge(state, question);
    }
    if question.weighted && room.is_over() {
        return Err(NoAnswer::TooManyWeighted(keep_weighted));
    }
    if room.is_over() {
        answer.cells.iter_mut().flatten().for_each(|cell| cell.kept = Vec::new());
        answer.search(source, question, progress)?;
        answer.tally(source, question, progress)?;
    } else {
        let finish = |cells: &mut Vec<Cell>| {
            cells.iter_mut().zip(&question.metrics).for_each(|(cell, wanted)| cell.finish(wanted, question.weighted));
        };
        answer.cells.par_iter_mut().for_each(finish);
    }
    Ok(answer)
}

impl State {
    fn take(&mut self, part: &Part<'_>, question: &Question, room: &Room) {
        let group = part.group as usize;
        while self.cells.len() <= group {
            self.cells.push(cells_of(question));
            self.tops.extend(question.keep.map(|(_, lowest, number)| Top::new(lowest, number)));
        }
        self.read += part.values.len() as u64;
        let (Some(wanted), Some(cell)) = (question.metrics.get(part.metric), self.cells[group].get_mut(part.metric))
        else {
            return;
        };
        cell.moments.add(part.values);
        if question.weighted {
            cell.weighted.add(part.values, part.weights);
        }
        for (pairs, others) in cell.pairs.iter_mut().zip(part.others) {
            pairs.add(part.values, others);
        }
        if wanted.ends {
            cell.ends.add(part);
        }
        if question.keep.is_some_and(|(metric, ..)| metric == part.metric) {
            self.tops[group].add(part);
        }
        if wanted.needs_values() {
            if room.take(part.values.len()) {
                cell.keep(part, wanted, question.weighted);
            } else if !cell.kept.is_empty() {
                cell.kept = Vec::new();
            }
        }
    }
}

fn cells_of(question: &Question) -> Vec<Cell> {
    let cell = |wanted: &Wanted| Cell { pairs: vec![Pairs::default(); wanted.pairs], ..Cell::default() };
    question.metrics.iter().map(cell).collect()
}

impl Cell {
    /// What is known when the values were seen elsewhere.
    #[must_use]
    pub fn of(moments: Moments, quantiles: Vec<Option<f64>>, occurrences: Occurrences) -> Self {
        Self { moments, quantiles, occurrences, ..Self::default() }
    }

    fn keep(&mut self, part: &Part<'_>, wanted: &Wanted, weighted: bool) {
        let there = || part.values.iter().copied().filter(|value| !value.is_nan());
        if weighted && !wanted.shares.is_empty() {
            let pairs = part.values.iter().copied().zip(part.weights.iter().copied());
            self.kept_weighted.extend(pairs.filter(|(value, weight)| !value.is_nan() && *weight > 0.0));
        }
        if !weighted || wanted.occurrences {
            self.kept.extend(there());
        }
    }

    fn merge(&mut self, other: Self) {
        self.moments.merge(&other.moments);
        self.weighted.merge(&other.weighted);
        self.pairs.iter_mut().zip(&other.pairs).for_each(|(pairs, more)| pairs.merge(more));
        self.ends.merge(&other.ends);
        append(&mut self.kept, other.kept);
        append(&mut self.kept_weighted, other.kept_weighted);
    }

    /// What is told of all values once they are together.
    fn finish(&mut self, wanted: &Wanted, weighted: bool) {
        let (mut values, mut pairs) = (std::mem::take(&mut self.kept), std::mem::take(&mut self.kept_weighted));
        if wanted.occurrences {
            values.sort_unstable_by(f64::total_cmp);
            self.occurrences = Occurrences::of_sorted(&values);
        }
        if !wanted.shares.is_empty() {
            self.quantiles = if weighted {
                weighted_quantiles_of(&mut pairs, &wanted.shares)
            } else {
                quantiles_of(&mut values, &wanted.shares)
            };
        }
    }
}

/// Puts one list behind the other, whichever is the longer one: their order says nothing.
fn append<T>(all: &mut Vec<T>, mut more: Vec<T>) {
    if more.len() > all.len() {
        std::mem::swap(all, &mut more);
    }
    all.append(&mut more);
}

impl Answer {
    fn merge(&mut self, state: State, question: &Question) {
        self.read += state.read;
        for (group, cells) in state.cells.into_iter().enumerate() {
            while self.cells.len() <= group {
                self.cells.push(cells_of(question));
                self.tops.extend(question.keep.map(|(_, lowest, number)| Top::new(lowest, number)));
            }
            self.cells[group].iter_mut().zip(cells).for_each(|(cell, more)| cell.merge(more));
        }
        self.tops.iter_mut().zip(&state.tops).for_each(|(top, more)| top.merge(more));
    }

    /// Quantiles by several looks.
    fn search<S: Source>(
        &mut self,
        source: &S,
        question: &Question,
        progress: &Progress,
    ) -> Result<(), NoAnswer<S::Error>> {
        let asked = question.metrics.iter().enumerate().filter(|(_, wanted)| !wanted.shares.is_empty());
        let metrics: Vec<usize> = asked.map(|(metric, _)| metric).collect();
        let mut waiting: Vec<(usize, usize)> =
            (0..self.cells.len()).flat_map(|group| metrics.iter().map(move |metric| (group, *metric))).collect();
        // Fewer cells can tell more buckets apart in one look.
        let bits = if waiting.len() <= 64 { 16 } else { 12 };
        let at_once = (LOOK_BYTES / (8 << bits)).max(1);
        while !waiting.is_empty() {
            let batch = waiting.split_off(waiting.len().saturating_sub(at_once));
            let width = question.metrics.len();
            let mut places = vec![usize::MAX; self.cells.len() * width];
            let mut searches = Vec::with_capacity(batch.len());
            for (at, (group, metric)) in batch.iter().enumerate() {
                let moments = &self.cells[*group][*metric].moments;
                let (min, max) = (moments.min().unwrap_or_default(), moments.max().unwrap_or_default());
                searches.push(Search::new(&question.metrics[*metric].shares, moments.count, min, max, bits));
                places[group * width + metric] = at;
            }
            while searches.iter().any(|search| !search.is_done()) {
                self.looks += 1;
                progress.set_total(source.units() as u64 * u64::from(self.looks));
                let states = scan(
                    source,
                    progress,
                    || searches.iter().map(Search::emptied).collect::<Vec<_>>(),
                    |state, part| {
                        let place = places.get(part.group as usize * width + part.metric);
                        if let Some(search) = place.and_then(|at| state.get_mut(*at)) {
                            search.add(part.values);
                        }
                    },
                )?;
                for state in states {
                    searches.iter_mut().zip(state).for_each(|(search, more)| search.merge(more));
                }
                for search in &mut searches {
                    search.next_look(bits);
                }
            }
            for ((group, metric), search) in batch.into_iter().zip(searches) {
                let cell = &mut self.cells[group][metric];
                cell.quantiles = search.quantiles(&question.metrics[metric].shares, cell.moments.count);
            }
        }
        Ok(())
    }

    /// Modes and numbers of different values by several looks.
    fn tally<S: Source>(
        &mut self,
        source: &S,
        question: &Question,
        progress: &Progress,
    ) -> Result<(), NoAnswer<S::Error>> {
        if !question.metrics.iter().any(|wanted| wanted.occurrences) {
            return Ok(());
        }
        let width = question.metrics.len();
        let mut found = vec![Occurrences::default(); self.cells.len() * width];
        let mut stretch = Some(Stretch::default());
        while let Some(now) = stretch {
            self.looks += 1;
            progress.set_total(source.units() as u64 * u64::from(self.looks));
            let tallies = scan(source, progress, Tally::default, |tally, part| {
                if question.metrics.get(part.metric).is_some_and(|wanted| wanted.occurrences) {
                    let cell = part.group as usize * width + part.metric;
                    tally.add(u32::try_from(cell).unwrap_or(u32::MAX), part.values, &now);
                }
            })?;
            Tally::finish(tallies, &now, &mut found);
            stretch = now.next();
        }
        let cells = self.cells.iter_mut().flatten();
        cells.zip(found).for_each(|(cell, found)| cell.occurrences = found);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::analytics::stats::MemorySource;

    fn question() -> Question {
        let wanted = Wanted { shares: vec![0.05, 0.5, 0.99], occurrences: true, ends: true, pairs: 0 };
        Question { metrics: vec![wanted.clone(), wanted], weighted: false, keep: Some((0, false, 2)) }
    }

    proptest! {
        #[test]
        fn little_room_changes_nothing(
            parts in prop::collection::vec(
                (0_u32..3, 0_usize..2, prop::collection::vec(prop_oneof![5 => -50.0..50.0, 1 => Just(f64::NAN), 2 => Just(7.0)], 1..60)),
                1..12,
            )
        ) {
            let mut time = 0;
            let parts = parts.into_iter().map(|(group, metric, values)| {
                let times = (time..).take(values.len()).collect::<Vec<i64>>();
                time += 100;
                (group, metric, times, values)
            });
            let source = MemorySource { parts: parts.collect() };
            let progress = Progress::new();
            let at_once = answer_in(&source, &question(), &progress, 1 << 20, 0).unwrap();
            let in_looks = answer_in(&source, &question(), &progress, 5, 0).unwrap();
            prop_assert_eq!(at_once.looks, 1);
            prop_assert_eq!(&at_once.tops, &in_looks.tops);
            for (one, other) in at_once.cells.iter().flatten().zip(in_looks.cells.iter().flatten()) {
                prop_assert_eq!(&one.quantiles, &other.quantiles);
                prop_assert_eq!(one.occurrences, other.occurrences);
                prop_assert_eq!(one.ends, other.ends);
                prop_assert_eq!(one.moments.count, other.moments.count);
            }
        }
    }

    #[test]
    fn a_stopped_look_has_no_answer() {
        let source = MemorySource { parts: vec![(0, 0, vec![0], vec![1.0])] };
        let progress = Progress::new();
        progress.cancel();
        assert_eq!(answer(&source, &question(), &progress), Err(NoAnswer::Stopped(Stopped::Cancelled)));
        let none = answer(&MemorySource::default(), &question(), &Progress::new()).unwrap();
        assert!(none.cells.is_empty() && none.tops.is_empty());
        let weighted = Question { weighted: true, ..question() };
        let told = answer_in(&source, &weighted, &Progress::new(), 9, 0);
        assert_eq!(told, Err(NoAnswer::TooManyWeighted(0)));
    }
}
