//! Aggregates over a window whose frame moves with the row, which the engine does not have: a function that is given the
//! values, what they are ordered by, and what they are partitioned by.

use std::sync::Arc;

use polars::{
    lazy::dsl::{AnonymousColumnsUdf, ColumnsUdf},
    prelude::{
        Column, DataFrame, DataType, Field, IntoColumn, NamedFrom, PlSmallStr, PolarsError, PolarsResult, Schema,
        Series,
    },
};

/// Begins the names of these functions. No function that a person can call begins so.
pub(super) const PREFIX: &str = "moving|";

/// What is worked out of the rows in a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum MovingFunction {
    Min,
    Max,
    Sum,
    Avg,
    Count,
    /// `count(*)`
    Rows,
}

impl MovingFunction {
    const ALL: [(Self, &'static str); 6] = [
        (Self::Min, "min"),
        (Self::Max, "max"),
        (Self::Sum, "sum"),
        (Self::Avg, "avg"),
        (Self::Count, "count"),
        (Self::Rows, "rows"),
    ];

    /// The function of this name, as a query calls it.
    pub(super) fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(one, known)| *one != Self::Rows && *known == name).map(|(one, _)| one)
    }
}

/// How the length of a frame is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Units {
    /// In rows.
    Rows,
    /// In values of what the rows are ordered by.
    Range,
}

/// One end of a frame. Lengths are kept as they were written, so that whole numbers stay whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Bound {
    FarBefore,
    Before(String),
    Here,
    Behind(String),
    FarBehind,
}

impl Bound {
    fn write(&self) -> String {
        match self {
            Self::FarBefore => "start".to_owned(),
            Self::Before(length) => format!("-{length}"),
            Self::Here => "here".to_owned(),
            Self::Behind(length) => format!("+{length}"),
            Self::FarBehind => "end".to_owned(),
        }
    }

    fn read(text: &str) -> Option<Self> {
        Some(match text {
            "start" => Self::FarBefore,
            "here" => Self::Here,
            "end" => Self::FarBehind,
            text => match text.split_at_checked(1)? {
                ("-", length) => Self::Before(length.to_owned()),
                ("+", length) => Self::Behind(length.to_owned()),
                _ => return None,
            },
        })
    }

    /// How far from the row it lies, in whole numbers; `None` for the far ends.
    fn whole(&self) -> Option<i128> {
        let number = |length: &str| length.parse::<i64>().ok().map(i128::from);
        // A part of a whole number reaches no further than the whole number below it.
        #[expect(clippy::cast_possible_truncation, reason = "saturates, far beyond any value of 64 bits")]
        let whole =
            |length: &str| number(length).or_else(|| length.parse::<f64>().ok().map(|length| length.floor() as i128));
        match self {
            Self::FarBefore | Self::FarBehind => None,
            Self::Here => Some(0),
            Self::Before(length) => whole(length).map(|length| -length),
            Self::Behind(length) => whole(length),
        }
    }

    fn real(&self) -> Option<f64> {
        match self {
            Self::FarBefore | Self::FarBehind => None,
            Self::Here => Some(0.0),
            Self::Before(length) => length.parse::<f64>().ok().map(|length| -length),
            Self::Behind(length) => length.parse().ok(),
        }
    }
}

/// A frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Frame {
    pub(super) units: Units,
    pub(super) start: Bound,
    pub(super) end: Bound,
}

impl Frame {
    /// The name under which a function over this frame is called.
    pub(super) fn name(&self, function: MovingFunction, descending: bool) -> String {
        let function =
            MovingFunction::ALL.into_iter().find(|(one, _)| *one == function).map_or("rows", |(_, name)| name);
        let units = if self.units == Units::Rows { "rows" } else { "range" };
        let order = if descending { "down" } else { "up" };
        format!("{PREFIX}{function}|{units}|{}|{}|{order}", self.start.write(), self.end.write())
    }
}

/// A function over a moving frame, as the engine calls it.
#[derive(Debug, Clone)]
pub(super) struct Moving {
    function: MovingFunction,
    frame: Frame,
    descending: bool,
}

impl Moving {
    /// Reads what [`Frame::name`] writes.
    pub(super) fn read(name: &str) -> Option<Self> {
        let parts: Vec<&str> = name.strip_prefix(PREFIX)?.split('|').collect();
        let [function, units, start, end, order] = parts.as_slice() else { return None };
        let function = MovingFunction::ALL.into_iter().find(|(_, name)| name == function)?.0;
        let units = match *units {
            "rows" => Units::Rows,
            "range" => Units::Range,
            _ => return None,
        };
        let frame = Frame { units, start: Bound::read(start)?, end: Bound::read(end)? };
        Some(Self { function, frame, descending: *order == "down" })
    }

    fn output(&self, kind: &DataType) -> PolarsResult<DataType> {
        let kind = kind.clone().materialize_unknown(true)?;
        let number = kind.is_primitive_numeric() || matches!(kind, DataType::Boolean | DataType::Null);
        match self.function {
            MovingFunction::Count | MovingFunction::Rows => Ok(DataType::Int64),
            MovingFunction::Avg if number => Ok(DataType::Float64),
            MovingFunction::Sum if number => Ok(if kind.is_float() { DataType::Float64 } else { DataType::Int64 }),
            MovingFunction::Min | MovingFunction::Max
                if number || kind.is_string() || matches!(kind, DataType::Datetime(..)) =>
            {
                Ok(kind)
            }
            _ => Err(PolarsError::InvalidOperation(
                "sum and avg over a moving window work over numbers, not over texts and times".into(),
            )),
        }
    }

    fn run(&self, columns: &[Column]) -> PolarsResult<Column> {
        let [values, order, partitions @ ..] = columns else {
            return Err(PolarsError::ComputeError("a moving window lacks its order".into()));
        };
        let rows = columns.iter().map(Column::len).max().unwrap_or(0);
        let whole =
            |column: &Column| if column.len() == rows { column.clone() } else { column.new_from_index(0, rows) };
        let kind = self.output(values.dtype())?;
        let values = whole(values);
        // Texts are compared by their places in the order of all of them.
        let words = if kind.is_string() { words_of(&values)? } else { Vec::new() };
        let values = Values::of(&values, self.function)?;
        let keys = Keys::of(&whole(order), self.descending)?;
        let mut out = Out::new(rows, &values, self.function);
        for group in groups(&partitions.iter().map(whole).collect::<Vec<_>>(), rows)? {
            match &keys {
                Keys::Whole(keys) => self.group(group, keys, &values, &mut out, |key, bound| {
                    bound.whole().map(|away| key.saturating_add(away))
                }),
                Keys::Real(keys) => {
                    self.group(group, keys, &values, &mut out, |key, bound| bound.real().map(|away| key + away));
                }
            }
        }
        if kind.is_string() {
            let text = |place: &Option<i64>| {
                place.and_then(|place| words.get(usize::try_from(place).ok()?).map(String::as_str))
            };
            let texts: Vec<Option<&str>> = out.whole.iter().map(text).collect();
            return Ok(Series::new(columns[0].name().clone(), texts).into_column());
        }
        out.finish(columns[0].name().clone(), &kind)
    }

    /// Works out the rows of one partition.
    fn group<K: Copy + PartialOrd>(
        &self,
        mut rows: Vec<u32>,
        keys: &[Option<K>],
        values: &Values,
        out: &mut Out,
        reach: impl Fn(K, &Bound) -> Option<K>,
    ) {
        // Stable, so that rows of one place stay as they came; without a key they are the last.
        rows.sort_by(|a, b| match (keys[*a as usize], keys[*b as usize]) {
            (Some(a), Some(b)) => a.partial_cmp(&b).unwrap_or(std::cmp::Ordering::Equal),
            (one, other) => one.is_none().cmp(&other.is_none()),
        });
        let sorted: Vec<K> = rows.iter().map_while(|row| keys[*row as usize]).collect();
        let tree = Tree::new(values, &rows, self.function);
        for (at, row) in rows.iter().enumerate() {
            let (from, to) = match self.frame.units {
                Units::Rows => self.rows_around(at, rows.len()),
                Units::Range => self.range_around(at, &sorted, rows.len(), &reach),
            };
            out.set(*row as usize, &tree, from, to.max(from));
        }
    }

    fn rows_around(&self, at: usize, len: usize) -> (usize, usize) {
        let place = |bound: &Bound, far: usize, beside: i128| match bound.whole() {
            None => far,
            Some(away) => {
                let place = i128::try_from(at).unwrap_or(i128::MAX).saturating_add(away).saturating_add(beside);
                usize::try_from(place.max(0)).unwrap_or(usize::MAX).min(len)
            }
        };
        let far = |bound: &Bound| if *bound == Bound::FarBehind { len } else { 0 };
        (place(&self.frame.start, far(&self.frame.start), 0), place(&self.frame.end, far(&self.frame.end), 1))
    }

    fn range_around<K: Copy + PartialOrd>(
        &self,
        at: usize,
        sorted: &[K],
        len: usize,
        reach: &impl Fn(K, &Bound) -> Option<K>,
    ) -> (usize, usize) {
        let (start, end) = (&self.frame.start, &self.frame.end);
        let Some(key) = sorted.get(at) else {
            // Rows without a key are each other's neighbours.
            let from = if *start == Bound::FarBefore { 0 } else { sorted.len() };
            return (from, len);
        };
        let from = match reach(*key, start) {
            Some(least) => sorted.partition_point(|key| *key < least),
            None if *start == Bound::FarBehind => len,
            None => 0,
        };
        let to = match reach(*key, end) {
            Some(most) => sorted.partition_point(|key| *key <= most),
            None if *end == Bound::FarBefore => 0,
            None => len,
        };
        (from, to)
    }
}

impl ColumnsUdf for Moving {
    fn call_udf(&self, columns: &mut [Column]) -> PolarsResult<Column> {
        self.run(columns)
    }
}

impl AnonymousColumnsUdf for Moving {
    fn as_column_udf(self: Arc<Self>) -> Arc<dyn ColumnsUdf> {
        self
    }

    fn deep_clone(self: Arc<Self>) -> Arc<dyn AnonymousColumnsUdf> {
        Arc::new((*self).clone())
    }

    fn get_field(&self, _: &Schema, fields: &[Field]) -> PolarsResult<Field> {
        let first =
            fields.first().ok_or_else(|| PolarsError::ComputeError("a moving window lacks its values".into()))?;
        Ok(Field::new(first.name().clone(), self.output(first.dtype())?))
    }
}

/// Rows by partition.
fn groups(partitions: &[Column], rows: usize) -> PolarsResult<Vec<Vec<u32>>> {
    let all = u32::try_from(rows).map_err(|_| PolarsError::ComputeError("a moving window has too many rows".into()))?;
    if partitions.is_empty() {
        return Ok(vec![(0..all).collect()]);
    }
    let names: Vec<String> = (0..partitions.len()).map(|at| format!("p{at}")).collect();
    let columns =
        partitions.iter().zip(&names).map(|(column, name)| column.clone().with_name(name.as_str().into())).collect();
    let frame = DataFrame::new(rows, columns)?;
    let grouped = frame.group_by_stable(names)?;
    let groups = grouped.get_groups();
    Ok(groups
        .iter()
        .map(|group| match group {
            polars::prelude::GroupsIndicator::Idx((_, rows)) => rows.iter().copied().collect(),
            polars::prelude::GroupsIndicator::Slice([from, len]) => (from..from + len).collect(),
        })
        .collect())
}

/// What rows are ordered by, the largest first where it is turned round.
enum Keys {
    Whole(Vec<Option<i128>>),
    Real(Vec<Option<f64>>),
}

impl Keys {
    fn of(column: &Column, descending: bool) -> PolarsResult<Self> {
        let kind = column.dtype();
        if kind.is_float() {
            let real = column.cast(&DataType::Float64)?;
            let turn = |value: f64| if descending { -value } else { value };
            return Ok(Self::Real(
                real.f64()?.iter().map(|value| value.filter(|value| !value.is_nan()).map(turn)).collect(),
            ));
        }
        let turn = |value: i64| if descending { -i128::from(value) } else { i128::from(value) };
        if kind.is_string() {
            // Texts have no distance, but places.
            return Ok(Self::Whole(places(column)?.into_iter().map(|place| place.map(turn)).collect()));
        }
        let whole = column.to_physical_repr().cast(&DataType::Int64)?;
        Ok(Self::Whole(whole.i64()?.iter().map(|value| value.map(turn)).collect()))
    }
}

/// The texts of a column, each once, in order.
fn words_of(column: &Column) -> PolarsResult<Vec<String>> {
    let mut words: Vec<String> = column.str()?.iter().flatten().map(str::to_owned).collect();
    words.sort_unstable();
    words.dedup();
    Ok(words)
}

/// The place of each text in the order of all of them.
fn places(column: &Column) -> PolarsResult<Vec<Option<i64>>> {
    let words = words_of(column)?;
    let place = |text: &str| i64::try_from(words.partition_point(|word| word.as_str() < text)).unwrap_or(i64::MAX);
    Ok(column.str()?.iter().map(|text| text.map(place)).collect())
}

/// What is aggregated.
enum Values {
    Whole(Vec<Option<i64>>),
    Real(Vec<Option<f64>>),
}

impl Values {
    fn of(column: &Column, function: MovingFunction) -> PolarsResult<Self> {
        match function {
            MovingFunction::Rows => Ok(Self::Whole(vec![Some(0); column.len()])),
            MovingFunction::Count => Ok(Self::Whole(
                column.is_not_null().iter().map(|there| there.filter(|there| *there).map(|_| 0)).collect(),
            )),
            _ if column.dtype().is_float() || function == MovingFunction::Avg => {
                Ok(Self::Real(column.cast(&DataType::Float64)?.f64()?.iter().collect()))
            }
            _ if column.dtype().is_string() => Ok(Self::Whole(places(column)?)),
            _ => Ok(Self::Whole(column.to_physical_repr().cast(&DataType::Int64)?.i64()?.iter().collect())),
        }
    }
}

/// Sums, or extremes, of any run of rows: a tree of halves. Adding up afresh, and not taking away, keeps sums of doubles exact
/// beside large values.
enum Tree {
    Whole { nodes: Vec<Option<i128>>, join: fn(i128, i128) -> i128, counts: Vec<u32> },
    Real { nodes: Vec<Option<f64>>, join: fn(f64, f64) -> f64, counts: Vec<u32> },
}

fn build<T: Copy>(leaves: impl ExactSizeIterator<Item = Option<T>>, join: fn(T, T) -> T) -> (Vec<Option<T>>, Vec<u32>) {
    let len = leaves.len();
    let mut nodes = vec![None; len * 2];
    let mut counts = Vec::with_capacity(len + 1);
    let mut count = 0;
    counts.push(0);
    for (at, leaf) in leaves.enumerate() {
        nodes[len + at] = leaf;
        count += u32::from(leaf.is_some());
        counts.push(count);
    }
    for at in (1..len).rev() {
        nodes[at] = both(nodes[at * 2], nodes[at * 2 + 1], join);
    }
    (nodes, counts)
}

fn both<T>(one: Option<T>, other: Option<T>, join: fn(T, T) -> T) -> Option<T> {
    match (one, other) {
        (Some(one), Some(other)) => Some(join(one, other)),
        (one, other) => one.or(other),
    }
}

fn over<T: Copy>(nodes: &[Option<T>], from: usize, to: usize, join: fn(T, T) -> T) -> Option<T> {
    let len = nodes.len() / 2;
    let (mut left, mut right) = (from + len, to + len);
    let (mut head, mut tail) = (None, None);
    while left < right {
        if left % 2 == 1 {
            head = both(head, nodes[left], join);
            left += 1;
        }
        if right % 2 == 1 {
            right -= 1;
            tail = both(nodes[right], tail, join);
        }
        left /= 2;
        right /= 2;
    }
    both(head, tail, join)
}

impl Tree {
    fn new(values: &Values, rows: &[u32], function: MovingFunction) -> Self {
        match values {
            Values::Whole(values) => {
                let join: fn(i128, i128) -> i128 = match function {
                    MovingFunction::Min => i128::min,
                    MovingFunction::Max => i128::max,
                    _ => i128::saturating_add,
                };
                let (nodes, counts) = build(rows.iter().map(|row| values[*row as usize].map(i128::from)), join);
                Self::Whole { nodes, join, counts }
            }
            Values::Real(values) => {
                let join: fn(f64, f64) -> f64 = match function {
                    MovingFunction::Min => f64::min,
                    MovingFunction::Max => f64::max,
                    _ => |one, other| one + other,
                };
                let (nodes, counts) = build(rows.iter().map(|row| values[*row as usize]), join);
                Self::Real { nodes, join, counts }
            }
        }
    }
}

/// What was worked out, by row.
struct Out {
    function: MovingFunction,
    whole: Vec<Option<i64>>,
    real: Vec<Option<f64>>,
    too_large: bool,
}

impl Out {
    fn new(rows: usize, values: &Values, function: MovingFunction) -> Self {
        let real = matches!(values, Values::Real(_));
        Self {
            function,
            whole: if real { Vec::new() } else { vec![None; rows] },
            real: if real { vec![None; rows] } else { Vec::new() },
            too_large: false,
        }
    }

    fn set(&mut self, row: usize, tree: &Tree, from: usize, to: usize) {
        match tree {
            Tree::Whole { nodes, join, counts } => {
                self.whole[row] = match self.function {
                    MovingFunction::Count | MovingFunction::Rows => Some(i64::from(counts[to] - counts[from])),
                    _ => over(nodes, from, to, *join).and_then(|value| {
                        let value = i64::try_from(value).ok();
                        self.too_large |= value.is_none();
                        value
                    }),
                };
            }
            Tree::Real { nodes, join, counts } => {
                let value = over(nodes, from, to, *join);
                self.real[row] = match self.function {
                    MovingFunction::Avg => value.map(|sum| sum / f64::from(counts[to] - counts[from])),
                    _ => value,
                };
            }
        }
    }

    fn finish(self, name: PlSmallStr, kind: &DataType) -> PolarsResult<Column> {
        if self.too_large {
            return Err(PolarsError::ComputeError(
                "a sum is larger than 64 bits hold; take the values as DOUBLE".into(),
            ));
        }
        if self.whole.is_empty() && !self.real.is_empty() {
            return Ok(Series::new(name, self.real).cast(kind)?.into_column());
        }
        if *kind == DataType::Boolean {
            let values: Vec<Option<bool>> = self.whole.into_iter().map(|value| value.map(|value| value != 0)).collect();
            return Ok(Series::new(name, values).into_column());
        }
        Ok(Series::new(name, self.whole).cast(kind)?.into_column())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Order, value, part.
    type Row = (i64, Option<i64>, i64);

    fn start() -> impl Strategy<Value = Bound> {
        let length = || (0_u8..6).prop_map(|length| length.to_string());
        prop_oneof![
            Just(Bound::FarBefore),
            Just(Bound::Here),
            length().prop_map(Bound::Before),
            length().prop_map(Bound::Behind)
        ]
    }

    fn end() -> impl Strategy<Value = Bound> {
        start().prop_map(|bound| if bound == Bound::FarBefore { Bound::FarBehind } else { bound })
    }

    proptest! {
        #[test]
        fn frames_are_those_of_the_definition(
            rows in prop::collection::vec((0_i64..8, prop::option::of(-9_i64..9), 0_i64..2), 0..30),
            (start, end) in (start(), end()),
            by_rows in any::<bool>(),
            descending in any::<bool>(),
        ) {
            let units = if by_rows { Units::Rows } else { Units::Range };
            let column = |name: &str, of: &dyn Fn(&Row) -> Option<i64>| {
                Series::new(name.into(), rows.iter().map(of).collect::<Vec<_>>()).into_column()
            };
            let columns = [column("v", &|row| row.1), column("k", &|row| Some(row.0)), column("p", &|row| Some(row.2))];
            let turned = |key: i64| if descending { -key } else { key };
            // Rows by partition in their order, ties as they came.
            let mut order: Vec<usize> = (0..rows.len()).collect();
            order.sort_by_key(|row| turned(rows[*row].0));
            let whole = |bound: &Bound| bound.whole().and_then(|away| i64::try_from(away).ok());
            for function in [MovingFunction::Min, MovingFunction::Max, MovingFunction::Sum, MovingFunction::Count, MovingFunction::Rows] {
                let frame = Frame { units, start: start.clone(), end: end.clone() };
                let moving = Moving::read(&frame.name(function, descending)).unwrap();
                let found = moving.run(&columns).unwrap();
                for (row, (key, _, part)) in rows.iter().enumerate() {
                    let mates: Vec<usize> = order.iter().copied().filter(|other| rows[*other].2 == *part).collect();
                    let at = i64::try_from(mates.iter().position(|other| *other == row).unwrap()).unwrap();
                    let inside = mates.iter().enumerate().filter(|(place, other)| {
                        let (here, there) = match units {
                            Units::Rows => (at, i64::try_from(*place).unwrap()),
                            Units::Range => (turned(*key), turned(rows[**other].0)),
                        };
                        whole(&start).is_none_or(|away| there >= here + away) && whole(&end).is_none_or(|away| there <= here + away)
                    });
                    let inside: Vec<Option<i64>> = inside.map(|(_, other)| rows[*other].1).collect();
                    let values = || inside.iter().copied().flatten();
                    let expected = match function {
                        MovingFunction::Min => values().min(),
                        MovingFunction::Max => values().max(),
                        MovingFunction::Count => Some(i64::try_from(values().count()).unwrap()),
                        MovingFunction::Rows => Some(i64::try_from(inside.len()).unwrap()),
                        _ => values().next().map(|_| values().sum()),
                    };
                    prop_assert_eq!(found.i64().unwrap().get(row), expected, "{:?} row {} of {:?}", moving, row, rows);
                }
            }
        }
    }
}
