//! What was asked and answered. Each side of the answer is asked for while a panel shows it, and no sooner.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use egui::Context;

use super::{
    Choice, Sighted,
    answer::{Places, Top},
    asking::Asking,
    door::{self, Repeats, Sightings, Sources, Times},
};
use crate::{
    gui::{dock::Pane, lake::Lake, work::Workers},
    jobs::Progress,
    session::Lateness,
};

/// Work that takes longer is told in the status bar.
const LONG: Duration = Duration::from_millis(400);

/// A question, of one state of the files.
#[derive(Debug, Clone, PartialEq)]
pub struct Key<T> {
    asked: T,
    version: u64,
}

/// All answers.
#[derive(Default)]
pub struct Answers {
    /// Where events and locations lie.
    pub sources: Asking<Key<Choice>, Arc<Sources>>,
    /// The top items.
    pub top: Asking<Key<Choice>, Arc<Top>>,
    /// Events by location, whatever locations are chosen.
    pub places: Asking<Key<Choice>, Arc<Places>>,
    /// Events by item, whatever items are chosen.
    pub items: Asking<Key<Choice>, Arc<Vec<(String, u64)>>>,
    /// Events over time, whatever span is chosen.
    pub times: Asking<Key<Choice>, Arc<Times>>,
    /// Late events and events from the future.
    pub lateness: Asking<Key<Choice>, Arc<Lateness>>,
    /// Detections that came more than once.
    pub repeats: Asking<Key<Choice>, Arc<Repeats>>,
    /// The events of the item that is shown.
    pub sightings: Asking<Key<(Choice, Sighted)>, Arc<Sightings>>,
    /// What addresses of clusters answered when they were tried.
    tests: BTreeMap<String, Asking<u64, String>>,
    version: u64,
    /// The list of items is open.
    pub wants_items: bool,
}

impl Choice {
    /// What decides events by location.
    fn for_places(&self) -> Self {
        Self { locations: Vec::new(), ..self.for_counts() }
    }

    /// What decides events by item.
    fn for_items(&self) -> Self {
        Self { items: Vec::new(), ..self.for_counts() }
    }

    /// What decides events over time: their windows do not overlap.
    fn for_times(&self) -> Self {
        Self { from_ns: None, to_ns: None, window_ns: self.window_ns, ..self.for_counts() }
    }

    fn for_counts(&self) -> Self {
        let plain = Self::default();
        Self {
            n: plain.n,
            overall: plain.overall,
            ranking: plain.ranking,
            window_ns: None,
            slide_ns: None,
            // Counts are this machine's work.
            engine: plain.engine,
            ..self.clone()
        }
    }

    /// What decides where files are.
    fn for_sources(&self) -> Self {
        Self { events: self.events.clone(), places: self.places.clone(), ..Self::default() }
    }
}

impl Answers {
    fn key(&self, choice: Choice, lake: &Lake) -> Key<Choice> {
        Key { asked: choice, version: self.version_of(lake) }
    }

    fn version_of(&self, lake: &Lake) -> u64 {
        self.version.wrapping_mul(1 << 32).wrapping_add(lake.table().generation())
    }

    /// Asks where events and locations lie.
    pub fn ask_sources(&mut self, lake: &Lake, workers: &Workers, ctx: &Context) {
        let key = self.key(lake.detections.choice.for_sources(), lake);
        let (session, choice) = (lake.session.clone(), key.asked.clone());
        self.sources.ask(&key, &workers.ask, ctx, move |_| door::sources(&session, &choice).map(Arc::new));
    }

    /// Whether there are no events to ask about, or it is not known yet.
    pub fn nothing_to_ask(&self) -> bool {
        self.sources.value().is_none_or(|sources| !sources.any())
    }

    /// Asks for what is in sight, and takes in what came.
    pub fn ask(&mut self, lake: &Lake, workers: &Workers, ctx: &Context, seen: &dyn Fn(Pane) -> bool) {
        let (choice, pool) = (&lake.detections.choice, &workers.events);
        let at = |asked: Choice, lake: &Lake| (asked.clone(), lake.session.clone());
        let key = self.key(choice.clone(), lake);
        let (asked, session) = at(key.asked.clone(), lake);
        self.top.ask(&key, pool, ctx, move |progress| door::top(&session, &asked, progress).map(Arc::new));
        // Without a choice of locations, the answer tells of all of them already.
        let told = choice.locations.is_empty() && choice.engine.is_empty() && self.top.error().is_none();
        let answer = self.top.answer_to(&key).cloned();
        if !told || answer.is_some() {
            let key = self.key(choice.for_places(), lake);
            let (asked, session) = at(key.asked.clone(), lake);
            let answer = answer.filter(|_| told);
            self.places.ask(&key, pool, ctx, move |progress| {
                door::places(&session, &asked, answer.as_deref(), progress).map(Arc::new)
            });
        }
        // Once the answer is there: it costs another reading, and depends on the files alone.
        if self.top.value().is_some() {
            let key = self.key(choice.for_sources(), lake);
            let (asked, session) = at(key.asked.clone(), lake);
            self.lateness
                .ask(&key, pool, ctx, move |progress| door::lateness(&session, &asked, progress).map(Arc::new));
        }
        if seen(Pane::OverTime) {
            let key = self.key(choice.for_times(), lake);
            let (asked, session) = at(key.asked.clone(), lake);
            self.times.ask(&key, pool, ctx, move |progress| door::times(&session, &asked, progress).map(Arc::new));
        }
        if self.wants_items {
            let key = self.key(choice.for_items(), lake);
            let (asked, session) = at(key.asked.clone(), lake);
            self.items.ask(&key, pool, ctx, move |progress| door::items(&session, &asked, progress).map(Arc::new));
        }
        if seen(Pane::Repeats) {
            let key = self.key(choice.for_sources(), lake);
            let (asked, session) = at(key.asked.clone(), lake);
            self.repeats.ask(&key, pool, ctx, move |progress| door::repeats(&session, &asked, progress).map(Arc::new));
        }
        if let Some(shown) = lake.detections.shown.clone().filter(|_| seen(Pane::Sightings)) {
            let key = Key { asked: (choice.for_counts(), shown), version: self.version_of(lake) };
            let (asked, session, table) = (key.asked.clone(), lake.session.clone(), Arc::clone(lake.table()));
            self.sightings.ask(&key, pool, ctx, move |progress| {
                door::sightings(&session, &table, &asked.0, &asked.1, progress).map(Arc::new)
            });
        }
    }

    /// Tries whether a cluster answers.
    pub fn test(&mut self, address: &str, lake: &Lake, workers: &Workers, ctx: &Context) {
        self.version += 1;
        let (asked, session) = (address.to_owned(), lake.session.clone());
        let mut test = Asking::default();
        test.ask(&self.version, &workers.events, ctx, move |progress| door::test(&session, &asked, progress));
        self.tests.insert(address.to_owned(), test);
    }

    /// What a cluster answered when it was tried; `None` while the answer is to come.
    pub fn tested(&mut self, address: &str) -> Option<Result<String, String>> {
        let test = self.tests.get_mut(address)?;
        test.poll();
        test.error().map(|error| Err(error.to_owned())).or_else(|| test.value().cloned().map(Ok))
    }

    /// The work under way, once it takes long.
    pub fn long_work(&self) -> Option<&Progress> {
        self.top
            .long_work(LONG)
            .or_else(|| self.places.long_work(LONG))
            .or_else(|| self.times.long_work(LONG))
            .or_else(|| self.repeats.long_work(LONG))
            .or_else(|| self.sightings.long_work(LONG))
    }

    /// Whether something is worked out.
    pub fn is_asking(&self) -> bool {
        let now = Duration::ZERO;
        let all = [
            self.top.long_work(now),
            self.places.long_work(now),
            self.times.long_work(now),
            self.repeats.long_work(now),
            self.sightings.long_work(now),
        ];
        all.into_iter().any(|work| work.is_some())
    }

    /// Stops what is under way.
    pub fn stop(&mut self) {
        self.top.stop();
        self.places.stop();
        self.items.stop();
        self.times.stop();
        self.lateness.stop();
        self.repeats.stop();
        self.sightings.stop();
    }

    /// Asks everything again.
    pub fn again(&mut self) {
        self.version += 1;
        self.top.again();
        self.places.again();
        self.items.again();
        self.times.again();
        self.lateness.again();
        self.repeats.again();
        self.sightings.again();
        self.sources.again();
    }
}
