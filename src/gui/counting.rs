//! What matches, and what the facets count of it: asked for together, so that grid, histograms and lists move in step.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, atomic::AtomicBool},
    time::Duration,
};

use egui::Context;
use parking_lot::Mutex;

use super::{
    fetch::Fetch,
    view::{LastOrder, View, ViewError, ViewKey},
    work::Workers,
};
use crate::{
    catalog::FrameTable,
    filter::{
        Filter, FilterError,
        crossfilter::{Crossfilter, FacetCounts, FacetKey},
    },
    jobs::Priority,
    session::Session,
};

/// How long an answer that is under way is waited for before a newer question takes its place. While a brush moves, each
/// answer is a little late, but there is always one.
const PATIENCE: Duration = Duration::from_millis(400);

/// The question: which frames in which order, and which facets of them.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Question {
    view: ViewKey,
    facets: Vec<FacetKey>,
}

struct Answer {
    /// `None` when it was shown already.
    view: Option<View>,
    /// `None` when the counts were held by an earlier question.
    facets: Option<Counted>,
}

type Counted = Vec<(FacetKey, Result<Arc<FacetCounts>, FilterError>)>;

/// What came of a question.
pub(super) struct Outcome {
    /// Which frames were asked for.
    pub key: ViewKey,
    /// The frames, or `None` when they are shown already.
    pub view: Result<Option<View>, ViewError>,
}

/// Counts over one state of the index, and those of the state before until there are newer ones.
#[derive(Default)]
pub struct Counting {
    cross: Arc<Mutex<Crossfilter>>,
    order: Arc<LastOrder>,
    /// The facets that are in sight.
    wanted: Vec<FacetKey>,
    ready: HashSet<FacetKey>,
    counts: HashMap<FacetKey, Arc<FacetCounts>>,
    errors: HashMap<FacetKey, String>,
    preparing: Fetch<FacetKey, ()>,
    asked: Fetch<Question, Result<Answer, ViewError>>,
}

impl Counting {
    /// The newest counts of a facet, or why there are none.
    pub fn of(&self, key: &FacetKey) -> (Option<&FacetCounts>, Option<&str>) {
        (self.counts.get(key).map(|counts| &**counts), self.errors.get(key).map(String::as_str))
    }

    /// The facets that are counted.
    pub fn wanted(&self) -> &[FacetKey] {
        &self.wanted
    }

    /// Counts these facets from now on.
    pub fn want(&mut self, wanted: Vec<FacetKey>) {
        self.wanted = wanted;
    }

    /// Whether the answer to the newest question is still to come.
    pub fn is_pending(&self) -> bool {
        self.asked.is_pending()
    }

    /// Begins anew over another state of the index; what is shown stays until there is something newer.
    pub(super) fn renew(&mut self) {
        let (wanted, counts) = (std::mem::take(&mut self.wanted), std::mem::take(&mut self.counts));
        *self = Self { wanted, counts, ..Self::default() };
    }

    /// Asks for the frames of `key`, unless those of `shown` are the same, and for the facets; tells what came.
    pub(super) fn poll(
        &mut self,
        (session, table): (&Session, &Arc<FrameTable>),
        key: ViewKey,
        shown: Option<&Arc<View>>,
        workers: &Workers,
        ctx: &Context,
    ) -> Option<Outcome> {
        let outcome = self.take();
        self.prepare(table, workers, ctx);
        let facets = self.wanted.iter().filter(|facet| self.ready.contains(facet)).cloned().collect();
        let question = Question { view: key, facets };
        // What just came is about to be shown.
        let came = outcome.as_ref().filter(|outcome| outcome.view.is_ok()).map(|outcome| &outcome.key);
        let known = came.or(shown.map(|view| &view.key)) == Some(&question.view);
        let (session, table, asked) = (session.clone(), Arc::clone(table), question.clone());
        let (cross, order) = (Arc::clone(&self.cross), Arc::clone(&self.order));
        self.asked.follow(question, PATIENCE, &workers.ask, ctx, move |cancelled| {
            answer(&session, &table, asked, known, (&cross, &order), cancelled)
        });
        outcome
    }

    fn take(&mut self) -> Option<Outcome> {
        if !self.asked.poll() {
            return None;
        }
        let key = self.asked.key()?.view.clone();
        if let Some(error) = self.asked.error() {
            let error = FilterError::new(0..0, error.to_owned());
            return Some(Outcome { key, view: Err(ViewError::Filter(error)) });
        }
        let view = self.asked.take_ready()?.map(|answer| {
            if answer.facets.is_none() {
                self.asked.invalidate();
            }
            for (facet, counts) in answer.facets.into_iter().flatten() {
                match counts {
                    Ok(counts) => {
                        self.errors.remove(&facet);
                        self.counts.insert(facet, counts);
                    }
                    Err(error) => drop(self.errors.insert(facet, error.to_string())),
                }
            }
            answer.view
        });
        Some(Outcome { key, view })
    }

    /// Has the facets that are in sight for the first time read, one after the other, so that each shows when it is there.
    fn prepare(&mut self, table: &Arc<FrameTable>, workers: &Workers, ctx: &Context) {
        if self.preparing.poll()
            && let Some(key) = self.preparing.key().cloned()
        {
            if let Some(error) = self.preparing.error() {
                self.errors.insert(key.clone(), error.to_owned());
            }
            self.ready.insert(key);
            self.preparing.clear();
        }
        if self.preparing.is_pending() {
            return;
        }
        let Some(next) = self.wanted.iter().find(|facet| !self.ready.contains(facet)).cloned() else { return };
        let (table, cross, key) = (Arc::clone(table), Arc::clone(&self.cross), next.clone());
        self.preparing.request(next, &workers.ask, Priority::Background, ctx, move |_| {
            let room = cross.lock().room();
            let coded = Crossfilter::prepare(&*table, &key, room).map_err(|error| error.to_string())?;
            cross.lock().insert(coded);
            Ok(())
        });
    }
}

fn answer(
    session: &Session,
    table: &FrameTable,
    Question { view: key, facets }: Question,
    known: bool,
    (cross, order): (&Mutex<Crossfilter>, &LastOrder),
    cancelled: &AtomicBool,
) -> Result<Result<Answer, ViewError>, String> {
    let filter = match Filter::parse(&key.filter) {
        Ok(filter) => filter,
        Err(error) => return Ok(Err(ViewError::Filter(error))),
    };
    let (set, facets) =
        match cross.try_lock_for(PATIENCE).map(|mut cross| cross.step(table, &filter, &facets, cancelled)) {
            Some(Ok(Some(step))) => (step.set, Some(step.facets)),
            // Nobody waits for this answer any more.
            Some(Ok(None)) => return Err("superseded".to_owned()),
            Some(Err(error)) => return Ok(Err(ViewError::Filter(error))),
            None if known => return Ok(Ok(Answer { view: None, facets: None })),
            // A condition that takes long holds the counts: the frames are found without them, and the facets come later.
            None => match filter.evaluate(table) {
                Ok(set) => (set, None),
                Err(error) => return Ok(Err(ViewError::Filter(error))),
            },
        };
    if known {
        return Ok(Ok(Answer { view: None, facets }));
    }
    let view = View::of(session, table, key, set, order);
    Ok(view.map(|view| Answer { view: Some(view), facets }))
}
