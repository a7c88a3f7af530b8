//! Histograms and quantiles of every metric at the pace of a brush.

use std::sync::Arc;

use super::frames::frame_numbers;
use crate::{
    analytics::stats::{Distribution, Distributions, RankedColumn},
    catalog::FrameTable,
    filter::{
        FrameColumns, FrameSet,
        histogram::{Bins, NumberColumn},
    },
    jobs::Progress,
    model::MetricKind,
    session::{Session, SessionError},
};

/// Memory for columns in order.
const MOST_BYTES: usize = 1 << 30;

/// A metric whose distribution is told.
#[derive(Debug, Clone, PartialEq)]
pub struct LiveColumn {
    /// Its name.
    pub name: String,
    /// Its unit, when known.
    pub unit: Option<String>,
    /// Where the bars of its histogram lie.
    pub bins: Bins,
}

/// The metrics of numbers of a table, made ready: a new filter then takes milliseconds.
#[derive(Debug)]
pub struct LiveStatistics {
    columns: Vec<LiveColumn>,
    ranked: Distributions,
    /// Metrics that found no room, by name.
    pub left_out: Vec<String>,
}

impl LiveStatistics {
    /// The metrics, in name order.
    #[must_use]
    pub fn columns(&self) -> &[LiveColumn] {
        &self.columns
    }

    /// Histogram and quantiles of each metric over the matching frames.
    #[must_use]
    pub fn of(&self, set: &FrameSet, shares: &[f64]) -> Vec<Distribution> {
        self.ranked.of(set, shares)
    }
}

impl Session {
    /// Makes the metrics of a table ready for [`LiveStatistics::of`]: each is put in order once, which takes a tenth of a
    /// second for a million frames.
    ///
    /// # Errors
    /// A column cannot be read, or the work was cancelled.
    pub fn live_statistics(
        &self,
        table: &FrameTable,
        bars: usize,
        progress: &Progress,
    ) -> Result<Arc<LiveStatistics>, SessionError> {
        let (mut columns, mut ranked, mut left_out, mut bytes) = (Vec::new(), Distributions::default(), Vec::new(), 0);
        let numbers = table.metrics().iter().filter(|metric| metric.kind != MetricKind::Text);
        for metric in numbers {
            progress.check()?;
            let column = table.metric(&metric.name).map_err(SessionError::Failed)?;
            let bins = Bins::over(NumberColumn::Metric(&column), bars);
            let found = RankedColumn::new(&frame_numbers(&column), bins);
            if bytes + found.bytes() > MOST_BYTES {
                left_out.push(metric.name.clone());
                continue;
            }
            bytes += found.bytes();
            ranked.push(found);
            columns.push(LiveColumn { name: metric.name.clone(), unit: metric.unit.clone(), bins });
        }
        Ok(Arc::new(LiveStatistics { columns, ranked, left_out }))
    }
}
