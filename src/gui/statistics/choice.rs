//! What is asked, and how it is drawn: kept with the lake, and every change of it can be undone.

use serde::{Deserialize, Serialize};

use crate::{
    filter::{
        Filter,
        edit::{self, Facet},
        metric_name,
    },
    session::{Analysis, ChartKind, ChartLook, ExportScope, SessionError, Shape, StatsRequest},
};

/// Everything a person chose. Words are as the command line takes them.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct StatChoice {
    /// The metrics.
    pub metrics: Vec<String>,
    /// What groups are made of.
    pub by: Vec<String>,
    /// What is told of each metric; the usual when empty.
    pub aggregates: Vec<String>,
    /// What is kept of each group.
    pub keep: Option<String>,
    /// Values at frames rather than every reading.
    pub frames: bool,
    /// Values weigh as long as they hold.
    pub weighted: bool,
    /// The frames meant.
    pub scope: StatScope,
    /// How it is drawn.
    pub chart: ChartKind,
    /// What the chart shows.
    pub look: ChartLook,
}

/// Which frames are meant.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum StatScope {
    /// Those of the window's filter.
    #[default]
    Filter,
    /// Those that a saved view matches.
    View(String),
    /// Those of a saved selection.
    Selection(String),
}

/// What is told of a metric when nobody chose.
pub const USUAL: [&str; 4] = ["count", "mean", "min", "max"];

/// The charts in the order they are offered.
pub const CHARTS: [(ChartKind, &str); 7] = [
    (ChartKind::Bar, "Bars"),
    (ChartKind::Line, "Line"),
    (ChartKind::Histogram, "Histogram"),
    (ChartKind::Box, "Boxes"),
    (ChartKind::Scatter, "Scatter"),
    (ChartKind::Heat, "Heat map"),
    (ChartKind::Correlation, "Correlation"),
];

impl StatChoice {
    /// Whether nothing was chosen that numbers could be told of.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.metrics.is_empty() && self.keep.is_none()
    }

    /// The metric that a chart is drawn of, along x.
    #[must_use]
    pub fn x(&self) -> Option<&str> {
        self.look
            .x
            .as_deref()
            .filter(|x| self.metrics.iter().any(|metric| metric == x))
            .or(self.metrics.first().map(String::as_str))
    }

    /// The metric along y.
    #[must_use]
    pub fn y(&self) -> Option<&str> {
        let x = self.x();
        let known = |y: &&str| self.metrics.iter().any(|metric| metric == y);
        let other = || self.metrics.iter().map(String::as_str).find(|metric| Some(*metric) != x);
        self.look.y.as_deref().filter(known).or_else(other)
    }

    /// As an analysis, of the frames that `filter` matches unless others are meant.
    #[must_use]
    pub fn analysis(&self, filter: &str) -> Analysis {
        let usual = || USUAL.iter().map(ToString::to_string).collect();
        let mut analysis = Analysis {
            metrics: self.metrics.clone(),
            by: self.by.clone(),
            aggregates: if self.aggregates.is_empty() { usual() } else { self.aggregates.clone() },
            keep: self.keep.clone(),
            over: if self.frames { "frames" } else { "samples" }.to_owned(),
            weight: if self.weighted { "time".to_owned() } else { String::new() },
            chart: self.chart,
            look: Some(self.whole_look()),
            ..Analysis::default()
        };
        if self.metrics.is_empty() {
            analysis.aggregates.clear();
        }
        match &self.scope {
            StatScope::Filter => filter.trim().clone_into(&mut analysis.filter),
            StatScope::View(name) => analysis.view = Some(name.clone()),
            StatScope::Selection(name) => analysis.selection = Some(name.clone()),
        }
        analysis
    }

    /// What the chart shows, with its axes named. Histograms and boxes are of all metrics unless one was chosen.
    fn whole_look(&self) -> ChartLook {
        if self.is_of_each() {
            let known = |x: &&String| self.metrics.contains(x);
            return ChartLook { x: self.look.x.as_ref().filter(known).cloned(), y: None, ..self.look.clone() };
        }
        ChartLook { x: self.x().map(str::to_owned), y: self.y().map(str::to_owned), ..self.look.clone() }
    }

    /// Whether the chart tells of each metric by itself.
    #[must_use]
    pub fn is_of_each(&self) -> bool {
        matches!(self.chart, ChartKind::Histogram | ChartKind::Box)
    }

    /// The questions whose answers the chart shows: none where it shows the numbers. Each histogram obeys all of the filter but
    /// what is said of its own metric, so that what lies beside the range can be brushed too.
    ///
    /// # Errors
    /// What is missing for the chart.
    pub fn chart_requests(
        &self,
        filter: &str,
        is_number: impl Fn(&str) -> bool,
    ) -> Result<Vec<StatsRequest>, SessionError> {
        let mut analysis = self.analysis(filter);
        if self.is_of_each() || self.chart == ChartKind::Correlation {
            analysis.metrics.retain(|metric| is_number(metric));
        }
        let Some(request) = analysis.chart_request()? else { return Ok(Vec::new()) };
        if self.chart != ChartKind::Histogram {
            return Ok(vec![request]);
        }
        let of = |metric: &String| {
            let mut own = StatsRequest { metrics: vec![metric.clone()], ..request.clone() };
            if let ExportScope::Filter(filter) = &mut own.scope
                && let Ok(rest) = edit::clear(filter, Facet::Name(&metric_name(metric)))
            {
                *filter = rest;
            }
            own
        };
        Ok(request.metrics.iter().map(of).collect())
    }

    /// What an analysis asks, and its filter where it has one.
    #[must_use]
    pub fn of(analysis: &Analysis) -> (Self, Option<String>) {
        let (scope, filter) = match (&analysis.view, &analysis.selection) {
            (Some(view), _) => (StatScope::View(view.clone()), None),
            (None, Some(selection)) => (StatScope::Selection(selection.clone()), None),
            (None, None) => (StatScope::Filter, Some(analysis.filter.clone())),
        };
        let mut look = analysis.look.clone().unwrap_or_default();
        look.bars = look.bars.or(analysis.bars);
        // Analyses of the command line tell a shape rather than a chart.
        let chart = match Shape::named(&analysis.shape, None) {
            Some(shape @ (Shape::Histogram(_) | Shape::LogHistogram(_))) => {
                look.log_x |= matches!(shape, Shape::LogHistogram(_));
                ChartKind::Histogram
            }
            Some(Shape::Box) => ChartKind::Box,
            Some(Shape::Scatter) => ChartKind::Scatter,
            Some(Shape::Density(_)) => ChartKind::Heat,
            Some(Shape::Table) | None => analysis.chart,
        };
        let choice = Self {
            metrics: analysis.metrics.clone(),
            by: analysis.by.clone(),
            aggregates: analysis.aggregates.clone(),
            keep: analysis.keep.clone(),
            frames: analysis.over == "frames",
            weighted: analysis.weight == "time",
            scope,
            chart,
            look,
        };
        (choice, filter)
    }
}

/// The range that a filter leaves of a metric, told by the conditions that say nothing else.
#[must_use]
pub fn range_in(filter: &str, metric: &str, unit: Option<&str>) -> Option<(f64, f64)> {
    let filter = Filter::parse(filter).ok()?;
    let range = edit::range_of(filter.expr()?, &metric_name(metric), unit)?;
    (range.low.is_finite() || range.high.is_finite()).then_some((range.low, range.high))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_choice_comes_back_from_its_analysis() {
        let choice = StatChoice {
            metrics: vec!["speed".into(), "brake".into()],
            by: vec!["recording".into(), "speed:10".into()],
            aggregates: vec!["p95".into()],
            keep: Some("max:speed".into()),
            frames: true,
            weighted: true,
            chart: ChartKind::Heat,
            look: ChartLook { x: Some("speed".into()), y: Some("brake".into()), log_y: true, ..ChartLook::default() },
            ..StatChoice::default()
        };
        let analysis = choice.analysis(" has(car) ");
        assert_eq!(StatChoice::of(&analysis), (choice.clone(), Some("has(car)".into())));
        let viewed = StatChoice { scope: StatScope::View("night".into()), ..choice };
        let analysis = viewed.analysis("has(car)");
        assert_eq!((analysis.filter.as_str(), analysis.view.as_deref()), ("", Some("night")));
        assert_eq!(StatChoice::of(&analysis), (viewed, None));
        let typed = Analysis { shape: "density".into(), bars: Some(9), ..Analysis::default() };
        let (choice, _) = StatChoice::of(&typed);
        assert_eq!((choice.chart, choice.look.bars), (ChartKind::Heat, Some(9)));
    }

    #[test]
    fn what_is_drawn_is_among_what_is_chosen() {
        let mut choice = StatChoice { metrics: vec!["speed".into(), "brake".into()], ..StatChoice::default() };
        assert_eq!((choice.x(), choice.y()), (Some("speed"), Some("brake")));
        choice.look.x = Some("brake".into());
        assert_eq!((choice.x(), choice.y()), (Some("brake"), Some("speed")));
        choice.look.y = Some("gone".into());
        assert_eq!(choice.y(), Some("speed"));
        choice.metrics.clear();
        assert_eq!((choice.x(), choice.y(), choice.is_empty()), (None, None, true));
    }

    #[test]
    fn each_histogram_obeys_all_but_its_own_range() {
        let choice = StatChoice {
            metrics: vec!["speed".into(), "road".into(), "brake".into()],
            chart: ChartKind::Histogram,
            ..StatChoice::default()
        };
        let filter = "speed between 3 and 9 and has(car)";
        let asked = |choice: &StatChoice| -> Vec<(String, String)> {
            let requests = choice.chart_requests(filter, |metric| metric != "road").unwrap();
            let told = |request: StatsRequest| match request.scope {
                ExportScope::Filter(filter) => (request.metrics.join(","), filter),
                scope => panic!("{scope:?}"),
            };
            requests.into_iter().map(told).collect()
        };
        let whole = filter.to_owned();
        assert_eq!(asked(&choice), [("speed".to_owned(), "has(car)".to_owned()), ("brake".into(), whole.clone())]);
        assert_eq!(choice.analysis(filter).filter, filter);
        let one = StatChoice { look: ChartLook { x: Some("brake".into()), ..ChartLook::default() }, ..choice.clone() };
        assert_eq!(asked(&one), [("brake".to_owned(), whole.clone())]);
        assert_eq!(asked(&StatChoice { chart: ChartKind::Box, ..choice.clone() }), [("speed,brake".to_owned(), whole)]);
        assert_eq!(asked(&StatChoice { chart: ChartKind::Bar, ..choice }), []);
        assert_eq!(range_in(filter, "speed", None), Some((3.0, 9.0)));
        assert_eq!(range_in("has(car)", "speed", None), None);
    }
}
