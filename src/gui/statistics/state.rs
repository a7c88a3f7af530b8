//! What was asked and answered. The numbers are asked for while the workspace is shown, a shape while its chart is in sight.

use std::{sync::Arc, time::Duration};

use egui::Context;

use super::{
    StatChoice,
    draw::{Drawn, drawn},
};
use crate::{
    filter::attribute_keys,
    gui::{asking::Asking, fetch::Fetch, lake::Lake, work::Workers},
    jobs::{Priority, Progress},
    session::{SavedAnalysis, StatsRequest, StatsTable},
};

/// Work that takes longer is told in the status bar.
const LONG: Duration = Duration::from_millis(400);

/// A question, of one state of the index and of what is kept.
#[derive(Debug, Clone, PartialEq)]
pub struct Key {
    request: StatsRequest,
    generation: u64,
    kept: u64,
    version: u64,
}

/// What a chart was drawn of.
#[derive(Debug, Clone, PartialEq)]
struct DrawnOf {
    numbers: usize,
    shape: usize,
    choice: StatChoice,
}

/// All answers.
#[derive(Default)]
pub struct Answers {
    /// The numbers of each group.
    pub numbers: Asking<Key, Arc<StatsTable>>,
    /// What the chart shows, where that is not the numbers.
    pub shape: Asking<Key, Arc<StatsTable>>,
    /// Why no shape is asked for.
    pub needs: Option<String>,
    wants_shape: bool,
    drawing: Fetch<DrawnOf, Option<Arc<Drawn>>>,
    /// What the newest drawing was made of: numbers and shapes that addresses tell apart only as long as they are kept.
    made_of: Option<(Arc<StatsTable>, Option<Arc<StatsTable>>)>,
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
    fn key(&self, request: StatsRequest, lake: &Lake) -> Key {
        let generation = lake.table().generation();
        Key { request, generation, kept: lake.selections_version, version: self.version }
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
        let asked = |key: &Key, lake: &Lake| {
            let (request, session, table) = (key.request.clone(), lake.session.clone(), Arc::clone(lake.table()));
            move |progress: &Progress| {
                session.stats(&table, &request, progress).map(Arc::new).map_err(|error| error.to_string())
            }
        };
        match choice.analysis(filter).request() {
            Err(error) => self.needs = Some(error.to_string()),
            Ok(request) => {
                let key = self.key(request, lake);
                let work = asked(&key, lake);
                self.numbers.ask(&key, &workers.ask, ctx, work);
            }
        }
        if !chart_seen {
            return;
        }
        self.needs = None;
        self.wants_shape = false;
        match choice.chart_analysis(filter).chart_request() {
            Err(error) => self.needs = Some(error.to_string()),
            Ok(None) => {}
            Ok(Some(request)) => {
                self.wants_shape = true;
                let key = self.key(request, lake);
                let work = asked(&key, lake);
                self.shape.ask(&key, &workers.ask, ctx, work);
            }
        }
        self.draw(lake, workers, ctx);
    }

    /// Has the chart drawn anew when it is one of other numbers.
    fn draw(&mut self, lake: &Lake, workers: &Workers, ctx: &Context) {
        self.drawing.poll();
        let Some(numbers) = self.numbers.value().cloned() else { return };
        let shape = self.shape.value().filter(|_| self.wants_shape).cloned();
        if self.wants_shape && shape.is_none() {
            return;
        }
        let choice = lake.statistics.choice.clone();
        // The shape of the chart before says nothing of this one.
        let fits = shape.as_ref().is_none_or(|shape| {
            choice.chart_analysis("").chart_request().ok().flatten().is_some_and(|asked| {
                asked.shape.name() == shape.request.shape.name() && asked.metrics == shape.request.metrics
            })
        });
        if !fits {
            return;
        }
        let of = DrawnOf {
            numbers: Arc::as_ptr(&numbers).addr(),
            shape: shape.as_ref().map_or(0, |shape| Arc::as_ptr(shape).addr()),
            choice: choice.clone(),
        };
        if self.drawing.key() == Some(&of) {
            return;
        }
        self.made_of = Some((Arc::clone(&numbers), shape.clone()));
        self.drawing.request(of, &workers.ask, Priority::Visible, ctx, move |_| {
            Ok(drawn(&choice, &numbers, shape.as_deref()).map(Arc::new))
        });
    }

    /// The chart as it was drawn last, with the table that its marks are rows of; `None` within when there is nothing to draw.
    #[expect(clippy::option_option, reason = "not drawn yet is another thing than nothing to draw")]
    pub fn drawn(&self) -> Option<Option<(&Arc<Drawn>, &Arc<StatsTable>)>> {
        let drawn = self.drawing.value()?;
        let (numbers, shape) = self.made_of.as_ref()?;
        Some(drawn.as_ref().map(|drawn| (drawn, shape.as_ref().unwrap_or(numbers))))
    }

    /// Whether the chart that was drawn last is of this choice.
    pub fn is_drawn(&self, choice: &StatChoice) -> bool {
        self.drawing.ready().is_some() && self.drawing.key().is_some_and(|of| of.choice.chart == choice.chart)
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
        [self.numbers.long_work(after), self.shape.long_work(after)].into_iter().flatten()
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
        self.shape.stop();
    }

    /// Asks everything again.
    pub fn again(&mut self) {
        self.version += 1;
        self.numbers.again();
        self.shape.again();
        self.read_saved();
    }
}
