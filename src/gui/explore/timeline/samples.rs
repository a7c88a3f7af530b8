//! Samples of the metrics that have a lane, read and made ready by a worker.

use std::sync::Arc;

use egui::Context;

use super::{super::pyramid::Pyramid, states::States};
use crate::{
    filter::FrameColumns,
    formats::{self, AlignOptions},
    gui::{fetch::Fetch, lake::Lake, work::Workers},
    jobs::Priority,
    model::{Circle, Column, Series},
};

/// What a lane draws.
#[derive(Debug)]
pub enum Shape {
    /// A line.
    Curve(Pyramid),
    /// Bands, each as long as the state stays the same.
    States(States),
}

/// One metric of the recording.
#[derive(Debug)]
pub struct MetricSamples {
    /// Its name.
    pub name: String,
    /// What is drawn.
    pub shape: Shape,
    /// Its values at the frames of the whole lake.
    pub at_frames: Arc<Column>,
    /// The samples, and how frames take their values from them.
    series: Series,
    alignment: AlignOptions,
    circle: Circle,
}

impl MetricSamples {
    fn new(series: Series, at_frames: Arc<Column>, alignment: AlignOptions) -> Option<Self> {
        let shape = match States::of(&series, alignment.max_gap_ns) {
            Some(states) => Shape::States(states),
            None => Shape::Curve(Pyramid::new(&series, alignment.max_gap_ns)?),
        };
        let circle = formats::circle_of(&series);
        Some(Self { name: series.name.clone(), shape, at_frames, series, alignment, circle })
    }

    /// The value at a moment, ns UTC: what a frame taken then would have.
    #[must_use]
    pub fn value_at(&self, ns: i64) -> Option<f64> {
        formats::value_at(&self.series, ns, &self.alignment, self.circle)
    }

    /// Times of the first and the last sample, ns UTC.
    #[must_use]
    pub fn extent(&self) -> Option<(i64, i64)> {
        match &self.shape {
            Shape::Curve(pyramid) => pyramid.extent(),
            Shape::States(states) => states.extent(),
        }
    }
}

type Asked = (u64, String, Vec<String>);

/// The samples of the metrics asked for last.
#[derive(Default)]
pub struct Samples {
    metrics: Fetch<Asked, Vec<Arc<MetricSamples>>>,
}

impl Samples {
    /// Asks for metrics of a recording. Those that are there already are not made again.
    pub fn request(&mut self, lake: &Lake, recording: &str, metrics: Vec<String>, workers: &Workers, ctx: &Context) {
        self.metrics.poll();
        let key = (lake.table().generation(), recording.to_owned(), metrics);
        if self.metrics.key() == Some(&key) {
            return;
        }
        let same = self.metrics.key().is_some_and(|known| (known.0, &known.1) == (key.0, &key.1));
        let known: Vec<_> = self.metrics.value().filter(|_| same).cloned().unwrap_or_default();
        if !same {
            // What was there is of another recording.
            self.metrics.clear();
        }
        let (session, table) = (lake.session.clone(), Arc::clone(lake.table()));
        self.metrics.request(key.clone(), &workers.ask, Priority::Visible, ctx, move |stop| {
            let (_, recording, metrics) = key;
            let mut ready = Vec::with_capacity(metrics.len());
            for name in metrics {
                if stop.load(std::sync::atomic::Ordering::Relaxed) {
                    return Err("no longer wanted".to_owned());
                }
                if let Some(metric) = known.iter().find(|metric| metric.name == name) {
                    ready.push(Arc::clone(metric));
                    continue;
                }
                let series =
                    session.series(&recording, std::slice::from_ref(&name)).map_err(|error| error.to_string())?;
                let Some(series) = series.into_iter().next() else { continue };
                let alignment = session.alignment(&name);
                ready.extend(MetricSamples::new(series, table.metric(&name)?, alignment).map(Arc::new));
            }
            Ok(ready)
        });
    }

    /// One metric, once it is there.
    pub fn get(&self, name: &str) -> Option<&Arc<MetricSamples>> {
        self.metrics.value()?.iter().find(|metric| metric.name == name)
    }

    /// Whether some are still to come.
    pub fn is_pending(&self) -> bool {
        self.metrics.is_pending()
    }

    /// Why there are none.
    pub fn error(&self) -> Option<&str> {
        self.metrics.error()
    }

    /// Times of the first and the last sample of all that are there, ns UTC.
    pub fn extent(&self) -> Option<(i64, i64)> {
        let extents = self.metrics.value()?.iter().filter_map(|metric| metric.extent());
        extents.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)))
    }
}
