//! Many facets over one filter that changes in small steps, as it does while a brush is dragged.
//!
//! Each facet is coded once: a byte per row says into which bar or line of the facet the row falls. The filter is kept as
//! the rows of each of its conditions, of which a step evaluates only those whose text changed. What a facet counted then
//! changes by the rows that came and that left, or is counted anew where those are more than all that match. The
//! outcome is always what [`Filter::evaluate`], [`super::facets`] and [`super::histogram`] say.

mod coded;
mod range;
mod tally;
#[cfg(test)]
mod tests;

use std::{
    collections::HashMap,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, Ordering},
    },
};

pub use coded::{Coded, FacetCounts};
use rayon::prelude::*;

use super::{
    Expr, Filter, FilterError, FootageRows, FrameColumns, FrameSet,
    check::check,
    check_time::text_with_tags,
    edit::{Owner, by_owner},
    evaluate::{check_footages, sides},
    metric_name,
    plan::Planner,
    run::Want,
};
use coded::Shape;

/// Bars of a histogram.
const BINS: usize = 64;
/// Memory for codes, bytes: fifty facets of ten million frames.
const BUDGET: usize = 512 << 20;

/// Words that one task works through.
const PIECE_WORDS: usize = 1 << 12;

/// What is counted.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum FacetKey {
    /// A metric of numbers, by its own name.
    Numbers(String),
    /// Recording, camera, an attribute, or a metric of words or truth values, as a filter names it (without back quotes).
    Category(String),
    /// All label classes, each among the frames that match the whole filter: what one more of them would bring.
    Classes,
    /// How many labels of a class there are on a frame; of any class without one.
    Labels(Option<String>),
}

impl FacetKey {
    /// What the facet does not obey.
    fn owner(&self) -> Option<Owner> {
        match self {
            Self::Numbers(metric) => Some(Owner::name(&metric_name(metric))),
            Self::Category(name) => Some(Owner::name(name)),
            Self::Classes => None,
            Self::Labels(Some(class)) => Some(Owner::Class(class.clone())),
            Self::Labels(None) => Some(Owner::name("labels")),
        }
    }
}

/// The outcome of one step.
#[derive(Debug, Clone)]
pub struct Step {
    /// The frames that match the whole filter.
    pub set: FrameSet,
    /// Each facet that was asked for: counts of the frames that match everything but the facet's own conditions, or why
    /// it could not be counted.
    pub facets: Vec<(FacetKey, Result<Arc<FacetCounts>, FilterError>)>,
}

/// A filter and its facets over one state of the columns; to be dropped when those change.
#[derive(Debug)]
pub struct Crossfilter {
    most_bytes: usize,
    conditions: Vec<Condition>,
    /// Where the last step's facets stand.
    bases: Vec<Arc<Base>>,
    facets: HashMap<FacetKey, Facet>,
    rows: usize,
    step: u64,
}

/// The conjuncts of one owner.
#[derive(Debug)]
struct Condition {
    owner: Owner,
    text: String,
    /// The rows where it is true, as words of 64.
    rows: Arc<Vec<usize>>,
}

/// The rows that fulfil all conditions, or all but those of one owner.
#[derive(Debug)]
struct Base {
    parts: Vec<Arc<Vec<usize>>>,
    set: FrameSet,
    /// How many of the rows of each footage.
    by_footage: OnceLock<Vec<usize>>,
}

#[derive(Debug)]
struct Facet {
    coded: Arc<Coded>,
    /// The rows that match of each code of each lane.
    slots: Vec<Vec<u64>>,
    /// The rows that were counted.
    base: Option<Arc<Base>>,
    counts: Option<Arc<FacetCounts>>,
    wanted_in: u64,
}

impl Default for Crossfilter {
    fn default() -> Self {
        Self::new(BUDGET)
    }
}

impl Crossfilter {
    /// Without facets; their codes will take at most `most_bytes`.
    #[must_use]
    pub fn new(most_bytes: usize) -> Self {
        Self { most_bytes, conditions: Vec::new(), bases: Vec::new(), facets: HashMap::new(), rows: 0, step: 0 }
    }

    /// Bytes of the codes, and of the rows of conditions.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let rows = self.conditions.iter().map(|condition| condition.rows.len() * 8).sum::<usize>();
        let bases = self.bases.iter().map(|base| base.set.bits().as_slice().len() * 8).sum::<usize>();
        self.codes_bytes() + rows + bases
    }

    fn codes_bytes(&self) -> usize {
        self.facets.values().map(|facet| facet.coded.bytes()).sum()
    }

    /// Bytes that the codes of one more facet may take, once those that the last step did not ask for are gone.
    #[must_use]
    pub fn room(&self) -> usize {
        let wanted = self.facets.values().filter(|facet| facet.wanted_in == self.step);
        self.most_bytes.saturating_sub(wanted.map(|facet| facet.coded.bytes()).sum())
    }

    /// Reads and codes a facet, for [`Self::insert`]. This is the slow part, so it needs no hold on the whole.
    ///
    /// # Errors
    /// When the facet is unknown, or its columns cannot be read.
    pub fn prepare(columns: &dyn FrameColumns, key: &FacetKey, room: usize) -> Result<Coded, FilterError> {
        Coded::new(columns, key, BINS, room)
    }

    /// Takes a facet in. Facets that the last step did not ask for make room, the one not asked for longest first.
    pub fn insert(&mut self, coded: Coded) {
        let needed = coded.bytes();
        while needed > 0 && self.codes_bytes() + needed > self.most_bytes {
            let idle = self.facets.iter().filter(|(_, facet)| facet.wanted_in < self.step && facet.coded.bytes() > 0);
            let Some(oldest) = idle.min_by_key(|(_, facet)| facet.wanted_in).map(|(key, _)| key.clone()) else { break };
            self.facets.remove(&oldest);
        }
        let coded = if self.codes_bytes() + needed > self.most_bytes { coded.without_codes() } else { coded };
        if coded.is_plain() {
            log::info!("{:?} is counted from its columns: its codes would take too much memory", coded.key());
        }
        let facet = Facet { slots: Vec::new(), base: None, counts: None, wanted_in: self.step, coded: Arc::new(coded) };
        self.facets.insert(facet.coded.key().clone(), facet);
    }

    /// Goes to this filter and counts these facets, those first that are not there yet prepared; `None` when `cancelled`
    /// was set meanwhile, after which the next step goes on from where this one came to.
    ///
    /// # Errors
    /// As [`Filter::evaluate`].
    pub fn step(
        &mut self,
        columns: &dyn FrameColumns,
        filter: &Filter,
        wanted: &[FacetKey],
        cancelled: &AtomicBool,
    ) -> Result<Option<Step>, FilterError> {
        // The whole is checked first, so that mistakes are told with their place in it.
        filter.bind(columns)?;
        check_footages(columns.footages(), columns.rows())?;
        self.step += 1;
        self.forget_other_rows(columns.rows());
        if !self.go_to(columns, filter.expr(), cancelled)? {
            return Ok(None);
        }
        let before = std::mem::take(&mut self.bases);
        let all = self.base(None, &before);
        let mut failed = HashMap::new();
        let mut targets = HashMap::new();
        for key in wanted {
            if !self.facets.contains_key(key) {
                match Self::prepare(columns, key, self.room()) {
                    Ok(coded) => self.insert(coded),
                    Err(error) => drop(failed.insert(key, error)),
                }
            }
            let owner = key.owner().filter(|owner| self.conditions.iter().any(|condition| condition.owner == *owner));
            let target = self.base(owner.as_ref(), &before);
            if let Some(facet) = self.facets.get_mut(key) {
                facet.wanted_in = self.step;
                if let Err(error) = facet.count_plainly(columns, &target) {
                    failed.insert(key, error);
                }
            }
            targets.insert(key, target);
            if cancelled.load(Ordering::Relaxed) {
                return Ok(None);
            }
        }
        if !self.count_lanes(&targets, cancelled) {
            return Ok(None);
        }
        for facet in self.facets.values_mut().filter(|facet| facet.wanted_in < self.step) {
            // What lies far back is counted anew when it is asked for again, and holds no rows until then.
            facet.base = None;
        }
        let counts = |key: &FacetKey| {
            let counted = self.facets.get(key).and_then(|facet| facet.counts.clone());
            let unknown = || FilterError::new(0..0, "the facet cannot be counted").of_lake();
            let found = match failed.remove(key) {
                Some(error) => Err(error),
                None => counted.ok_or_else(unknown),
            };
            (key.clone(), found)
        };
        let facets = wanted.iter().map(counts).collect();
        Ok(Some(Step { set: all.set.clone(), facets }))
    }

    /// Codes and rows of a table of another length would say nothing.
    fn forget_other_rows(&mut self, rows: usize) {
        self.facets.retain(|_, facet| facet.coded.rows() == rows);
        self.conditions.retain(|_| rows == self.rows);
        self.bases.retain(|base| base.set.rows() == rows);
        self.rows = rows;
    }

    /// Evaluates the conditions of a filter that are new; false when cancelled.
    fn go_to(
        &mut self,
        columns: &dyn FrameColumns,
        expr: Option<&Expr>,
        cancelled: &AtomicBool,
    ) -> Result<bool, FilterError> {
        let mut conditions = Vec::new();
        for (owner, expr) in expr.map(by_owner).unwrap_or_default() {
            if cancelled.load(Ordering::Relaxed) {
                return Ok(false);
            }
            let text = text_with_tags(&expr, columns)?;
            let known = self.conditions.iter().find(|known| known.text == text);
            let rows = match known {
                Some(known) => Arc::clone(&known.rows),
                None => Arc::new(self.rows_of(columns, &expr)?),
            };
            conditions.push(Condition { owner, text, rows });
        }
        self.conditions = conditions;
        Ok(true)
    }

    fn rows_of(&self, columns: &dyn FrameColumns, expr: &Expr) -> Result<Vec<usize>, FilterError> {
        let predicate = check(expr, columns)?;
        if let Some((metric, bounds)) = range::interval(&predicate)
            && let Some(facet) = self.facets.get(&FacetKey::Numbers(metric.to_owned()))
            && let Some(rows) = range::rows_inside(&facet.coded, bounds)
        {
            return Ok(rows);
        }
        let test = Planner::new(columns).test(&predicate)?;
        Ok(sides(&test, columns.rows(), columns.footages(), Want { yes: true, no: false }).0)
    }

    /// The rows that fulfil all conditions but those of `without`: those of this step or of the one before, if they are
    /// the same.
    fn base(&mut self, without: Option<&Owner>, before: &[Arc<Base>]) -> Arc<Base> {
        let kept = self.conditions.iter().filter(|condition| without != Some(&condition.owner));
        let parts: Vec<Arc<Vec<usize>>> = kept.map(|condition| Arc::clone(&condition.rows)).collect();
        if let Some(known) = self.bases.iter().find(|base| base.is_of(&parts)) {
            return Arc::clone(known);
        }
        let same = before.iter().find(|base| base.is_of(&parts));
        let base = same.map_or_else(|| Arc::new(Base::new(parts, self.rows)), Arc::clone);
        self.bases.push(Arc::clone(&base));
        base
    }

    /// Counts the coded facets whose rows changed, together those that change alike; false when cancelled.
    fn count_lanes(&mut self, targets: &HashMap<&FacetKey, Arc<Base>>, cancelled: &AtomicBool) -> bool {
        let mut waiting: Vec<(&mut Facet, &Arc<Base>)> = Vec::new();
        for (key, facet) in &mut self.facets {
            if let Some(target) = targets.get(key)
                && facet.coded.lanes.is_some()
                && !facet.stands_at(target)
            {
                waiting.push((facet, target));
            }
        }
        while let Some((facet, target)) = waiting.pop() {
            if cancelled.load(Ordering::Relaxed) {
                return false;
            }
            let mut group = vec![facet];
            let from = group[0].base.clone();
            let alike = |facet: &Facet| facet.base.as_ref().map(Arc::as_ptr) == from.as_ref().map(Arc::as_ptr);
            let mut at = 0;
            while at < waiting.len() {
                if Arc::ptr_eq(waiting[at].1, target) && alike(waiting[at].0) {
                    group.push(waiting.swap_remove(at).0);
                } else {
                    at += 1;
                }
            }
            count_group(&mut group, from.as_deref(), target);
        }
        true
    }
}

/// Brings facets that were counted over the same rows to the rows of another base.
fn count_group(facets: &mut [&mut Facet], from: Option<&Base>, target: &Arc<Base>) {
    let coded: Vec<Arc<Coded>> = facets.iter().map(|facet| Arc::clone(&facet.coded)).collect();
    let lanes: Vec<_> = coded.iter().flat_map(|coded| coded.lanes.iter().flatten()).collect();
    let now = target.set.bits().as_slice();
    // Going on is worth it while fewer rows change than match.
    let before = from.map(|from| from.set.bits().as_slice()).filter(|before| {
        let changed = |(before, now): (&[usize], &[usize])| -> usize {
            before.iter().zip(now).map(|(before, now)| (before ^ now).count_ones() as usize).sum()
        };
        let pieces = before.par_chunks(PIECE_WORDS).zip(now.par_chunks(PIECE_WORDS));
        pieces.map(changed).sum::<usize>() < target.set.count()
    });
    let mut changes = tally::changes(&lanes, before, now).into_iter();
    for facet in facets {
        let lanes = facet.coded.lanes.as_deref().unwrap_or_default();
        if before.is_none() {
            facet.slots = lanes.iter().map(|lane| vec![0; lane.totals.len()]).collect();
        }
        for slots in &mut facet.slots {
            for (slot, change) in slots.iter_mut().zip(changes.next().unwrap_or_default()) {
                *slot = slot.saturating_add_signed(change);
            }
        }
        facet.counts = Some(Arc::new(facet.coded.counts(&facet.slots)));
        facet.base = Some(Arc::clone(target));
    }
}

impl Facet {
    fn stands_at(&self, base: &Arc<Base>) -> bool {
        self.counts.is_some() && self.base.as_ref().is_some_and(|own| Arc::ptr_eq(own, base))
    }

    /// Counts a facet that has no codes, unless it stands there already.
    fn count_plainly(&mut self, columns: &dyn FrameColumns, base: &Arc<Base>) -> Result<(), FilterError> {
        if self.coded.lanes.is_some() || self.stands_at(base) {
            return Ok(());
        }
        self.counts = None;
        let counts = match &self.coded.shape {
            Shape::Footages { .. } => {
                self.coded.footage_counts(columns.footages(), base.by_footage(columns.footages()))
            }
            _ => Some(self.coded.plain_counts(columns, &base.set)?),
        };
        self.counts = counts.map(Arc::new);
        self.base = Some(Arc::clone(base));
        Ok(())
    }
}

impl Base {
    fn new(parts: Vec<Arc<Vec<usize>>>, rows: usize) -> Self {
        let set = match parts.as_slice() {
            [] => FrameSet::all(rows),
            [first, rest @ ..] => {
                let mut words = first.as_ref().clone();
                words.par_chunks_mut(PIECE_WORDS).enumerate().for_each(|(piece, words)| {
                    for part in rest {
                        let part = part.iter().skip(piece * PIECE_WORDS);
                        words.iter_mut().zip(part).for_each(|(word, part)| *word &= part);
                    }
                });
                FrameSet::from_words(rows, words)
            }
        };
        Self { parts, set, by_footage: OnceLock::new() }
    }

    fn is_of(&self, parts: &[Arc<Vec<usize>>]) -> bool {
        self.parts.len() == parts.len() && self.parts.iter().zip(parts).all(|(a, b)| Arc::ptr_eq(a, b))
    }

    fn by_footage(&self, footages: &[FootageRows]) -> &[usize] {
        let count = |footage: &FootageRows| self.set.count_in(footage.first_row, footage.first_row + footage.rows);
        self.by_footage.get_or_init(|| footages.iter().map(count).collect())
    }
}
