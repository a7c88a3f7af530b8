//! What was asked and answered. The numbers are asked for while the workspace is shown, a shape while its chart is in sight.

use std::{sync::Arc, time::Duration};

use egui::Context;

use super::{
    StatChoice,
    draw::{Drawn, drawn},
};
use crate::{
    filter::{FrameColumns, attribute_keys},
    gui::{asking::Asking, fetch::Fetch, lake::Lake, work::Workers},
    jobs::{Priority, Progress},
    model::MetricKind,
    session::{LiveStatistics, SavedAnalysis, StatsRequest, StatsTable},
};

/// Work that takes longer is told in the status bar.
const LONG: Duration = Duration::from_millis(400);

/// How long the answer under way to a question that takes milliseconds may hold up a newer one.
const PATIENCE: Duration = Duration::from_millis(200);

/// Questions, of one state of the index and of what is kept.
#[derive(Debug, Clone, PartialEq)]
pub struct Key {
    requests: Vec<StatsRequest>,
    generation: u64,
    kept: u64,
    version: u64,
}

/// What a chart was drawn of.
#[derive(Debug, Clone, PartialEq)]
struct DrawnOf {
    numbers: usize,
    shapes: usize,
    choice: StatChoice,
}

/// Tables, one for each question.
type Tables = Arc<Vec<Arc<StatsTable>>>;

/// All answers.
#[derive(Default)]
pub struct Answers {
    /// The numbers of each group.
    pub numbers: Asking<Key, Tables>,
    /// What the charts show, where that is not the numbers.
    pub shapes: Asking<Key, Tables>,
    /// Why no shape is asked for.
    pub needs: Option<String>,
    wanted: Vec<StatsRequest>,
    drawing: Fetch<DrawnOf, Arc<Vec<Drawn>>>,
    /// What the newest drawing was made of: tables that addresses tell apart only as long as they are kept.
    made_of: Option<(Tables, Option<Tables>)>,
    /// The metrics at frames, in order as far as they were asked for.
    live: Option<Arc<LiveStatistics>>,
    /// The saved analyses.
    pub saved: Fetch<u64, Vec<SavedAnalysis>>,
    /// The keys of recordings.
    pub attributes: Fetch<u64, Vec<String>>,
    version: u64,
    saved_version: u64,
}

/// The filter that holds: the newest one that could be applied.
pub fn in_force(lake: &Lake) -> &str {
    match &lake.view {
        Some(view) if !lake.off => &view.key.filter,
        _ => lake.applied(),
    }
}

impl Answers {
    /// Asks some questions: at once and from memory where that can tell them, so that the answers keep up with a brush.
    fn question(&mut self, of_chart: bool, requests: Vec<StatsRequest>, lake: &Lake, workers: &Workers, ctx: &Context) {
        let table = lake.table();
        let generation = table.generation();
        if !self.live.as_ref().is_some_and(|live| Arc::ptr_eq(live.table(), table)) {
            self.live = Some(Arc::new(LiveStatistics::new(table)));
        }
        let live = self.live.clone().filter(|live| requests.iter().all(|request| live.fits(request)));
        let quick = live.is_some();
        let key = Key { requests, generation, kept: lake.selections_version, version: self.version };
        let (session, table, requests) = (lake.session.clone(), Arc::clone(table), key.requests.clone());
        let work = move |progress: &Progress| {
            let found = match &live {
                Some(live) => session.stats_live(live, &requests, progress),
                None => requests.iter().map(|request| session.stats(&table, request, progress)).collect(),
            };
            let shared = |tables: Vec<StatsTable>| Arc::new(tables.into_iter().map(Arc::new).collect());
            found.map(shared).map_err(|error| error.to_string())
        };
        let asking = if of_chart { &mut self.shapes } else { &mut self.numbers };
        if quick {
            asking.follow(&key, PATIENCE, &workers.ask, ctx, work);
        } else {
            asking.ask(&key, &workers.ask, ctx, work);
        }
    }

    /// Asks for what is in sight, and takes in what came.
    pub fn ask(&mut self, lake: &Lake, workers: &Workers, ctx: &Context, chart_seen: bool) {
        self.ask_names(lake, workers, ctx);
        let choice = &lake.statistics.choice;
        if choice.is_empty() {
            self.stop();
            return;
        }
        let filter = in_force(lake);
        match choice.analysis(filter).request() {
            Err(error) => self.needs = Some(error.to_string()),
            Ok(request) => self.question(false, vec![request], lake, workers, ctx),
        }
        if !chart_seen {
            return;
        }
        self.needs = None;
        let is_number =
            |name: &str| !lake.table().metrics().iter().any(|one| one.name == name && one.kind == MetricKind::Text);
        match choice.chart_requests(filter, is_number) {
            Err(error) => {
                self.needs = Some(error.to_string());
                self.wanted = Vec::new();
            }
            Ok(requests) => {
                self.wanted.clone_from(&requests);
                if !requests.is_empty() {
                    self.question(true, requests, lake, workers, ctx);
                }
            }
        }
        self.draw(lake, workers, ctx);
    }

    /// Has the charts drawn anew when they are of other numbers.
    fn draw(&mut self, lake: &Lake, workers: &Workers, ctx: &Context) {
        self.drawing.poll();
        let Some(numbers) = self.numbers.value().cloned() else { return };
        let shapes = self.shapes.value().filter(|_| !self.wanted.is_empty()).cloned();
        // The shapes of the chart before say nothing of this one.
        let fits = |shapes: &Tables| {
            let same = |(asked, table): (&StatsRequest, &Arc<StatsTable>)| {
                asked.shape.name() == table.request.shape.name() && asked.metrics == table.request.metrics
            };
            shapes.len() == self.wanted.len() && self.wanted.iter().zip(shapes.iter()).all(same)
        };
        if !self.wanted.is_empty() && !shapes.as_ref().is_some_and(fits) {
            return;
        }
        let choice = lake.statistics.choice.clone();
        let of = DrawnOf {
            numbers: Arc::as_ptr(&numbers).addr(),
            shapes: shapes.as_ref().map_or(0, |shapes| Arc::as_ptr(shapes).addr()),
            choice: choice.clone(),
        };
        if self.drawing.key() == Some(&of) {
            return;
        }
        self.made_of = Some((Arc::clone(&numbers), shapes.clone()));
        self.drawing.request(of, &workers.ask, Priority::Visible, ctx, move |_| {
            let tables = shapes.as_ref().map_or(&[][..], |shapes| shapes);
            Ok(Arc::new(numbers.first().map_or_else(Vec::new, |numbers| drawn(&choice, numbers, tables))))
        });
    }

    /// The numbers of each group.
    pub fn table(&self) -> Option<&Arc<StatsTable>> {
        self.numbers.value()?.first()
    }

    /// The charts as they were drawn last; none when there is nothing to draw.
    pub fn drawn(&self) -> Option<&Arc<Vec<Drawn>>> {
        self.drawing.value()
    }

    /// Whether the charts that were drawn last are of the kind that is chosen.
    pub fn is_drawn(&self, choice: &StatChoice) -> bool {
        match self.drawing.value().and_then(|all| all.first()) {
            Some(one) => one.kind == choice.chart,
            None => self.drawing.ready().is_some(),
        }
    }

    /// Asks for the saved analyses and the keys of recordings.
    fn ask_names(&mut self, lake: &Lake, workers: &Workers, ctx: &Context) {
        let session = lake.session.clone();
        self.saved.request(self.saved_version, &workers.ask, Priority::Visible, ctx, move |_| Ok(session.analyses()));
        self.saved.poll();
        let table = Arc::clone(lake.table());
        self.attributes.request(table.generation(), &workers.ask, Priority::Visible, ctx, move |_| {
            let mut keys: Vec<String> = attribute_keys(&*table).iter().map(ToString::to_string).collect();
            keys.sort();
            Ok(keys)
        });
        self.attributes.poll();
    }

    /// Reads the saved analyses again when they are shown next.
    pub fn read_saved(&mut self) {
        self.saved_version += 1;
    }

    fn work(&self, after: Duration) -> impl Iterator<Item = &Progress> {
        [self.numbers.long_work(after), self.shapes.long_work(after)].into_iter().flatten()
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
        self.numbers.stop();
        self.shapes.stop();
    }

    /// Asks everything again.
    pub fn again(&mut self) {
        self.version += 1;
        self.numbers.again();
        self.shapes.again();
        self.read_saved();
    }
}
