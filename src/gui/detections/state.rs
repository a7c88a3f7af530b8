//! What was asked and answered. Each side of the answer is asked for while a panel shows it, and no sooner.

use std::{sync::Arc, time::Duration};

use egui::Context;

use super::{
    Choice, Sighted,
    answer::{Places, Top},
    door::{self, Repeats, Sightings, Sources, Times},
};
use crate::{
    gui::{asking::Asking, dock::Pane, lake::Lake, work::Workers},
    jobs::Progress,
    session::{EngineChoice, Lateness, Recorded},
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
    tests: Vec<(EngineChoice, Asking<u64, String>)>,
    version: u64,
    /// The list of items is open.
    pub wants_items: bool,
    /// The notes are open, which tell of late events.
    pub wants_lateness: bool,
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

    /// What decides events over time.
    fn for_times(&self) -> Self {
        let (window_ns, slide_ns) = (self.window_ns, self.slide_ns);
        Self { from_ns: None, to_ns: None, window_ns, slide_ns, ..self.for_counts() }
    }

    fn for_counts(&self) -> Self {
        let plain = Self::default();
        Self {
            n: plain.n,
            overall: plain.overall,
            ranking: plain.ranking,
            window_ns: None,
            slide_ns: None,
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
        let recorded = if lake.detections.passing { Recorded::IfLong } else { Recorded::Always };
        self.top.ask(&key, pool, ctx, move |progress| door::top(&session, &asked, recorded, progress).map(Arc::new));
        // Without a choice of locations, the answer tells of all of them already.
        let told = choice.locations.is_empty() && self.top.error().is_none();
        let answer = self.top.answer_to(&key).cloned();
        if !told || answer.is_some() {
            let key = self.key(choice.for_places(), lake);
            let (asked, session) = at(key.asked.clone(), lake);
            let answer = answer.filter(|_| told);
            self.places.ask(&key, pool, ctx, move |progress| {
                door::places(&session, &asked, answer.as_deref(), progress).map(Arc::new)
            });
        }
        // It costs another reading of all files.
        if self.wants_lateness {
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
                door::sightings(&session, &table, &asked.0, &asked.1, recorded, progress).map(Arc::new)
            });
        }
    }

    /// Tries whether a cluster answers.
    pub fn test(&mut self, engine: &EngineChoice, lake: &Lake, workers: &Workers, ctx: &Context) {
        self.version += 1;
        let (asked, session) = (engine.clone(), lake.session.clone());
        let mut test = Asking::default();
        test.ask(&self.version, &workers.events, ctx, move |progress| door::test(&session, &asked, progress));
        self.tests.retain(|(tested, _)| tested != engine);
        self.tests.push((engine.clone(), test));
    }

    /// What a cluster answered when it was tried; `None` while the answer is to come.
    pub fn tested(&mut self, engine: &EngineChoice) -> Option<Result<String, String>> {
        let (_, test) = self.tests.iter_mut().find(|(tested, _)| tested == engine)?;
        test.poll();
        test.error().map(|error| Err(error.to_owned())).or_else(|| test.value().cloned().map(Ok))
    }

    /// The work of every question that is under way for so long.
    fn work(&self, after: Duration) -> impl Iterator<Item = &Progress> {
        let all = [
            self.top.long_work(after),
            self.places.long_work(after),
            self.items.long_work(after),
            self.times.long_work(after),
            self.lateness.long_work(after),
            self.repeats.long_work(after),
            self.sightings.long_work(after),
        ];
        all.into_iter().flatten()
    }

    /// The work under way, once it takes long.
    pub fn long_work(&self) -> Option<&Progress> {
        self.work(LONG).next()
    }

    /// Whether something is worked out.
    pub fn is_asking(&self) -> bool {
        self.work(Duration::ZERO).next().is_some()
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jobs::Pool;

    #[test]
    fn every_question_under_way_is_told_and_can_be_stopped() {
        fn waits<T>(progress: &Progress) -> Result<Arc<T>, String> {
            while !progress.is_cancelled() {
                std::thread::sleep(Duration::from_millis(1));
            }
            Err("stopped".to_owned())
        }
        let (pool, ctx) = (Pool::new("test", 2), Context::default());
        let key = Key { asked: Choice::default(), version: 0 };
        let mut answers = Answers::default();
        assert!(!answers.is_asking());
        answers.lateness.ask(&key, &pool, &ctx, waits);
        assert!(answers.is_asking(), "late events");
        answers.stop();
        assert!(!answers.is_asking());
        answers.items.ask(&key, &pool, &ctx, waits);
        assert!(answers.is_asking(), "items");
        answers.stop();
        assert!(!answers.is_asking());
    }

    #[test]
    fn counts_are_asked_where_the_answer_is() {
        let engine = EngineChoice::parse("sc://host").unwrap();
        let choice = Choice { engine: engine.clone(), n: 3, ..Choice::default() };
        for counts in [choice.for_places(), choice.for_items(), choice.for_times()] {
            assert_eq!(counts.engine, engine);
        }
    }
}
