//! Shapes of values as tables: histograms, boxes, points and cells of two metrics.

use std::sync::Arc;

use super::{
    ColumnRole, StatColumn, StatValue, StatsRequest, StatsTable,
    behind::{self, Within},
    plan::Plan,
    table::{Names, key_columns},
};
use crate::{
    analytics::stats::{
        Aggregate, Answer, Cell, NoAnswer, Source, answer,
        shape::{
            Bars, Ends, Pair, PairsFound, Whiskers, cells, fences, finite_ranges, freedman_diaconis, histograms, pairs,
            whiskers,
        },
    },
    catalog::FrameTable,
    export::CellType,
    filter::{FrameColumns, histogram::Bins},
    jobs::Progress,
    model::MetricKind,
    session::SessionError,
};

/// Most points that are told one by one.
pub(super) const MOST_POINTS: usize = 10_000;
/// Bars of each side of a plane that nobody gave a number of.
const PLANE: usize = 60;
/// Most bars that can be asked for, and most of each side of a plane.
const MOST: (u32, u32) = (10_000, 500);

/// What is made of the values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Shape {
    /// Numbers about them: aggregates.
    #[default]
    Table,
    /// How many lie between some edges: as many bars, or as many as suit them.
    Histogram(Option<u32>),
    /// The same of values above 0, in bars that are as wide as each other by their logarithms.
    LogHistogram(Option<u32>),
    /// Quartiles, whiskers and what lies beyond.
    Box,
    /// Two metrics at the same moments, point by point; as density where there are more than 10,000.
    Scatter,
    /// Two metrics at the same moments: how many lie in each cell of a plane of so many bars a side.
    Density(Option<u32>),
}

impl Shape {
    /// The shapes by name.
    pub const NAMES: [&'static str; 6] = ["table", "histogram", "log-histogram", "box", "scatter", "density"];

    /// A shape by its name, with a number of bars.
    #[must_use]
    pub fn named(name: &str, bars: Option<u32>) -> Option<Self> {
        Some(match Self::NAMES.iter().position(|known| *known == name)? {
            0 => Self::Table,
            1 => Self::Histogram(bars),
            2 => Self::LogHistogram(bars),
            3 => Self::Box,
            4 => Self::Scatter,
            _ => Self::Density(bars),
        })
    }

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::NAMES[match self {
            Self::Table => 0,
            Self::Histogram(_) => 1,
            Self::LogHistogram(_) => 2,
            Self::Box => 3,
            Self::Scatter => 4,
            Self::Density(_) => 5,
        }]
    }

    /// Whether it is a histogram of either kind.
    #[must_use]
    pub fn is_histogram(self) -> bool {
        matches!(self, Self::Histogram(_) | Self::LogHistogram(_))
    }

    /// The number of bars that was asked for.
    #[must_use]
    pub fn bars(self) -> Option<u32> {
        match self {
            Self::Histogram(bars) | Self::LogHistogram(bars) | Self::Density(bars) => bars,
            Self::Table | Self::Box | Self::Scatter => None,
        }
    }
}

/// The request whose plan reads what a shape needs.
pub(super) fn planned(table: &FrameTable, request: &StatsRequest) -> Result<StatsRequest, SessionError> {
    let usage = |text: String| Err(SessionError::Usage(text));
    let name = request.shape.name();
    if request.shape == Shape::Table {
        return Ok(request.clone());
    }
    if !request.aggregates.is_empty() || request.keep.is_some() || request.weight != super::Weight::None {
        return usage(format!("a {name} tells of all values alike: leave out aggregates, what to keep, and weights"));
    }
    let most = if matches!(request.shape, Shape::Density(_)) { MOST.1 } else { MOST.0 };
    if request.shape.bars().is_some_and(|bars| bars == 0 || bars > most) {
        return usage(format!("a {name} has from 1 to {most} bars"));
    }
    let words = |wanted: &String| {
        table.metrics().iter().any(|metric| metric.name == *wanted && metric.kind == MetricKind::Text)
    };
    if let Some(name) = request.metrics.iter().find(|name| words(name)) {
        return usage(format!("`{name}` holds words, which have no {}", request.shape.name()));
    }
    let mut planned = request.clone();
    match request.shape {
        Shape::Table => {}
        Shape::Histogram(_) | Shape::LogHistogram(_) => planned.aggregates = vec![Aggregate::Count],
        Shape::Box => planned.aggregates = [0.25, 0.5, 0.75].map(share).to_vec(),
        Shape::Scatter | Shape::Density(_) => {
            let [first, second] = request.metrics.as_slice() else {
                return usage(format!("a {name} is of two metrics; name two"));
            };
            planned.metrics = vec![first.clone()];
            // The first value asks for times, which points are told with.
            planned.aggregates = vec![Aggregate::Correlation(second.clone()), Aggregate::First];
        }
    }
    Ok(planned)
}

fn share(share: f64) -> Aggregate {
    Aggregate::Quantile { share, text: format!("q{share}") }
}

/// The request whose answer tells where the bars of histograms lie: of all groups together.
pub(super) fn whole(planned: &StatsRequest) -> Option<StatsRequest> {
    if !planned.shape.is_histogram() {
        return None;
    }
    let aggregates =
        if planned.shape.bars().is_some() { vec![Aggregate::Count] } else { [0.25, 0.75].map(share).to_vec() };
    Some(StatsRequest { by: Vec::new(), aggregates, keep: None, ..planned.clone() })
}

/// What was found.
pub(super) enum Found {
    /// Numbers about groups.
    Answer(Box<Answer>),
    /// Bars by metric, and counts by group, metric and bar.
    Histograms(Vec<Option<Bars>>, Vec<Vec<Vec<u64>>>),
    /// Numbers about groups, and whiskers by group and metric.
    Boxes(Box<Answer>, Vec<Vec<Whiskers>>),
    /// Points.
    Points(PairsFound),
    /// Bars of both sides, counts by group and cell, and how many pairs there are.
    Cells(Box<[Bars; 2]>, Vec<Vec<u64>>, u64),
}

/// Looks at the values, as often as the shape needs.
pub(super) fn look<S: Source>(
    source: &S,
    plan: &Plan<'_>,
    shape: Shape,
    bars: &[Option<Bars>],
    progress: &Progress,
) -> Result<Found, NoAnswer<S::Error>> {
    let again = |looks: u64| progress.set_total(source.units() as u64 * looks);
    Ok(match shape {
        Shape::Table => Found::Answer(Box::new(answer(source, &plan.question, progress)?)),
        Shape::Histogram(_) | Shape::LogHistogram(_) => {
            again(1);
            Found::Histograms(bars.to_vec(), histograms(source, bars, progress)?)
        }
        Shape::Box => {
            let found = answer(source, &plan.question, progress)?;
            let fence =
                |cell: &Cell| Some(fences((cell.quantiles.first().copied()??, cell.quantiles.get(2).copied()??)));
            let all: Vec<Vec<_>> = found.cells.iter().map(|cells| cells.iter().map(fence).collect()).collect();
            again(u64::from(found.looks) + 1);
            let told = whiskers(source, &all, progress)?;
            Found::Boxes(Box::new(found), told)
        }
        Shape::Scatter | Shape::Density(_) => {
            again(1);
            let most = if shape == Shape::Scatter { MOST_POINTS } else { 0 };
            let found = pairs(source, most, progress)?;
            let Some(ranges) = found.ranges.filter(|_| found.points.is_empty()) else {
                return Ok(Found::Points(found));
            };
            let count = shape.bars().map_or(PLANE, |bars| bars as usize);
            let kinds = [0, plan.metrics[0].pairs.first().copied().unwrap_or(0)].map(|at| plan.metrics[at].kind);
            let side = |at: usize| {
                let (low, high) = ranges[at];
                Bars::new(Bins::between(low, high, count, kinds[at] != MetricKind::Float))
            };
            let sides = [side(0), side(1)];
            again(2);
            let told = cells(source, &sides, progress)?;
            Found::Cells(Box::new(sides), told, found.count)
        }
    })
}

/// Where the bars of each metric lie.
pub(super) fn bars_of<S: Source>(
    source: &S,
    plan: &Plan<'_>,
    shape: Shape,
    progress: &Progress,
) -> Result<Vec<Option<Bars>>, NoAnswer<S::Error>> {
    let found = answer(source, &plan.question, progress)?;
    let cells = found.cells.first().map_or(&[][..], Vec::as_slice);
    let floor = floor_of(shape);
    let odd = |cell: &Cell| {
        let ends = [cell.moments.min(), cell.moments.max()];
        ends.iter().flatten().any(|end| end.is_infinite() || *end <= floor)
    };
    let mut ranges: Vec<Option<(f64, f64)>> =
        cells.iter().map(|cell| Some((cell.moments.min()?, cell.moments.max()?))).collect();
    if cells.iter().any(odd) {
        progress.set_total(source.units() as u64 * (u64::from(found.looks) + 1));
        ranges = finite_ranges(source, cells.len(), floor, progress)?;
    }
    let bars = |((cell, range), metric): ((&Cell, Option<Ends>), &super::plan::PlannedMetric)| {
        let quartile = |at: usize| cell.quantiles.get(at).copied().flatten().unwrap_or_default();
        Some(suited(shape, metric.kind, cell.moments.count, range?, (quartile(0), quartile(1))))
    };
    Ok(cells.iter().zip(ranges).zip(&plan.metrics).map(bars).collect())
}

/// What values have to be above to have a bar.
pub(super) fn floor_of(shape: Shape) -> f64 {
    if matches!(shape, Shape::LogHistogram(_)) { 0.0 } else { f64::NEG_INFINITY }
}

/// The bars of a histogram of so many values: as many as were asked for, else as suit them.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a number of bars, held within bounds")]
pub(super) fn suited(
    shape: Shape,
    kind: MetricKind,
    count: u64,
    (low, high): Ends,
    (lower, upper): (f64, f64),
) -> Bars {
    let wanted = shape.bars().map(|bars| bars as usize);
    if matches!(shape, Shape::LogHistogram(_)) {
        // Quartiles without a logarithm leave it to the count.
        let quartiles = if lower > 0.0 { (lower.ln(), upper.ln()) } else { (0.0, 0.0) };
        let suits = || freedman_diaconis(count, (low.ln(), high.ln()), quartiles);
        return Bars::logarithmic(low, high, wanted.unwrap_or_else(suits));
    }
    let whole = kind != MetricKind::Float;
    let mut bars = wanted.unwrap_or_else(|| freedman_diaconis(count, (low, high), (lower, upper)));
    // Bars narrower than the distance of whole numbers would stand apart from each other.
    if whole && wanted.is_none() {
        bars = if high - low < 64.0 { 65 } else { bars.min((high - low) as usize) };
    }
    Bars::new(Bins::between(low, high, bars, whole))
}

/// Rows of a table as they are put together.
#[derive(Default)]
struct Rows {
    groups: Vec<usize>,
    within: Vec<Vec<Within>>,
    columns: Vec<StatColumn>,
}

impl Rows {
    fn column(&mut self, name: impl Into<String>, unit: Option<&String>, kind: CellType) {
        let (name, unit) = (name.into(), unit.cloned());
        self.columns.push(StatColumn { name, unit, role: ColumnRole::Shape, kind, values: Vec::new() });
    }

    fn push<const N: usize>(&mut self, group: usize, within: Vec<Within>, values: [StatValue; N]) {
        self.groups.push(group);
        self.within.push(within);
        self.columns.iter_mut().zip(values).for_each(|(column, value)| column.values.push(value));
    }
}

/// Puts the table of a shape together.
pub(super) fn build(plan: &Plan<'_>, request: &StatsRequest, found: &Found, names: &Names<'_>) -> StatsTable {
    let keys = plan.groups.keys();
    let mut order: Vec<usize> = (0..keys.len()).collect();
    order.sort_by(|a, b| keys[*a].cmp(&keys[*b]));
    let (rows, mut notes) = match found {
        Found::Answer(_) => (Rows::default(), Vec::new()),
        Found::Histograms(bars, counts) => {
            let mut told = histogram_rows(plan, &order, bars, counts);
            if matches!(request.shape, Shape::LogHistogram(_)) {
                told.1.push("bars are of values above 0: no other has a logarithm".to_owned());
            }
            told
        }
        Found::Boxes(answer, told) => (box_rows(plan, &order, answer, told), Vec::new()),
        Found::Points(found) => (point_rows(plan, found, names), Vec::new()),
        Found::Cells(bars, counts, count) => cell_rows(plan, request, &order, bars, (counts, *count)),
    };
    notes.extend(super::table::notes(plan, 1));
    let groups: Vec<Arc<[_]>> = rows.groups.iter().map(|group| Arc::clone(&keys[*group])).collect();
    let mut columns = key_columns(plan, &groups);
    columns.extend(rows.columns.into_iter().filter(|column| column.name != "recording" || !has_recording(plan)));
    let filters = groups.iter().zip(&rows.within).map(|(group, within)| behind::filter_of(plan, group, within));
    StatsTable {
        units: super::table::units(plan),
        generation: plan.table.generation(),
        notes,
        request: request.clone(),
        rows: groups.len(),
        filters: filters.collect(),
        columns,
        read: match found {
            Found::Answer(answer) | Found::Boxes(answer, _) => answer.read,
            Found::Histograms(_, counts) => counts.iter().flatten().flatten().sum(),
            Found::Points(found) => found.count,
            Found::Cells(_, _, count) => *count,
        },
        looks: 1,
        seconds: 0.0,
        groups,
        within: rows.within,
        frames: Vec::new(),
    }
}

fn has_recording(plan: &Plan<'_>) -> bool {
    plan.by.contains(&crate::analytics::stats::GroupKey::Recording)
}

fn int(value: u64) -> StatValue {
    StatValue::Int(i64::try_from(value).unwrap_or(i64::MAX))
}

fn float(value: Option<f64>) -> StatValue {
    value.map_or(StatValue::Null, StatValue::Float)
}

fn histogram_rows(
    plan: &Plan<'_>,
    order: &[usize],
    bars: &[Option<Bars>],
    counts: &[Vec<Vec<u64>>],
) -> (Rows, Vec<String>) {
    let mut rows = Rows::default();
    let unit = plan.metrics.first().filter(|_| plan.shown == 1).and_then(|metric| metric.unit.as_ref());
    rows.column("metric", None, CellType::Text);
    rows.column("from", unit, CellType::Float);
    rows.column("to", unit, CellType::Float);
    rows.column("count", None, CellType::Int);
    let mut notes = Vec::new();
    for (at, metric) in plan.metrics.iter().take(plan.shown).enumerate() {
        let Some(Some(bars)) = bars.get(at) else {
            notes.push(format!("`{}` has no finite value here", metric.name));
            continue;
        };
        for group in order {
            let Some(counts) = counts.get(*group).and_then(|metrics| metrics.get(at)) else { continue };
            for (bar, count) in counts.iter().enumerate() {
                let (low, high) = bars.edges(bar);
                let within = Within { metric: metric.name.clone(), low, high, closed: bar + 1 == bars.count() };
                let values =
                    [StatValue::Text(metric.name.clone()), StatValue::Float(low), StatValue::Float(high), int(*count)];
                rows.push(*group, vec![within], values);
            }
        }
    }
    (rows, notes)
}

fn box_rows(plan: &Plan<'_>, order: &[usize], answer: &Answer, told: &[Vec<Whiskers>]) -> Rows {
    let mut rows = Rows::default();
    let unit = plan.metrics.first().filter(|_| plan.shown == 1).and_then(|metric| metric.unit.as_ref());
    rows.column("metric", None, CellType::Text);
    rows.column("count", None, CellType::Int);
    for name in ["min", "whisker_low", "p25", "median", "p75", "whisker_high", "max"] {
        rows.column(name, unit, CellType::Float);
    }
    rows.column("outliers", None, CellType::Int);
    for (at, metric) in plan.metrics.iter().take(plan.shown).enumerate() {
        for group in order {
            let Some(cell) = answer.cells.get(*group).and_then(|cells| cells.get(at)) else { continue };
            let whiskers = told.get(*group).and_then(|metrics| metrics.get(at)).copied().unwrap_or_default();
            let quartile = |at: usize| float(cell.quantiles.get(at).copied().flatten());
            let values = [
                StatValue::Text(metric.name.clone()),
                int(cell.moments.count),
                float(cell.moments.min()),
                float(whiskers.ends.map(|ends| ends.0)),
                quartile(0),
                quartile(1),
                quartile(2),
                float(whiskers.ends.map(|ends| ends.1)),
                float(cell.moments.max()),
                int(whiskers.below + whiskers.above),
            ];
            rows.push(*group, Vec::new(), values);
        }
    }
    rows
}

/// The two metrics of points and cells.
fn both<'p>(plan: &'p Plan<'_>) -> [&'p super::plan::PlannedMetric; 2] {
    let first = &plan.metrics[0];
    [first, &plan.metrics[first.pairs.first().copied().unwrap_or(0)]]
}

fn point_rows(plan: &Plan<'_>, found: &PairsFound, names: &Names<'_>) -> Rows {
    let mut rows = Rows::default();
    rows.column("recording", None, CellType::Text);
    rows.column("time", None, CellType::Time);
    for metric in both(plan) {
        rows.column(metric.name.clone(), metric.unit.as_ref(), CellType::Float);
    }
    let point = |rows: &mut Rows, pair: &Pair| {
        let recording = names
            .recordings
            .get(pair.recording as usize)
            .map_or(StatValue::Null, |name| StatValue::Text((*name).to_owned()));
        let [x, y] = pair.at.map(StatValue::Float);
        rows.push(pair.group as usize, Vec::new(), [recording, StatValue::Time(pair.time_ns), x, y]);
    };
    found.points.iter().for_each(|pair| point(&mut rows, pair));
    rows
}

fn cell_rows(
    plan: &Plan<'_>,
    request: &StatsRequest,
    order: &[usize],
    bars: &[Bars; 2],
    (counts, count): (&[Vec<u64>], u64),
) -> (Rows, Vec<String>) {
    let mut rows = Rows::default();
    let metrics = both(plan);
    for metric in metrics {
        for end in ["from", "to"] {
            rows.column(format!("{}_{end}", metric.name), metric.unit.as_ref(), CellType::Float);
        }
    }
    rows.column("count", None, CellType::Int);
    for group in order {
        let cells = counts.get(*group).map_or(&[][..], Vec::as_slice);
        for (cell, count) in cells.iter().enumerate().filter(|(_, count)| **count > 0) {
            let at = [cell / bars[1].count(), cell % bars[1].count()];
            let edges = [bars[0].edges(at[0]), bars[1].edges(at[1])];
            let within = |side: usize| Within {
                metric: metrics[side].name.clone(),
                low: edges[side].0,
                high: edges[side].1,
                closed: at[side] + 1 == bars[side].count(),
            };
            let [a, b, c, d] = [edges[0].0, edges[0].1, edges[1].0, edges[1].1].map(StatValue::Float);
            rows.push(*group, vec![within(0), within(1)], [a, b, c, d, int(*count)]);
        }
    }
    let notes = if request.shape == Shape::Scatter {
        vec![format!(
            "{count} points are more than {MOST_POINTS}: told is how many lie in each cell; cells without any are left out"
        )]
    } else {
        Vec::new()
    };
    (rows, notes)
}
