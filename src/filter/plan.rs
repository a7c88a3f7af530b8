//! The checked filter with its columns at hand: read once, tests of words and of footages answered once each.

use std::{collections::HashMap, ops::Range, sync::Arc};

use fixedbitset::FixedBitSet;

use super::{
    FilterError, FrameColumns, Mark, Rhythm, WorkedOut,
    ast::{ArithmeticOp, CompareOp, Number as Value},
    bounds::{Bounds, NumberList},
    in_place::Place,
    typed::{ColumnName, Number, Predicate, Text, TextTest},
};
use crate::model::{Column, NULL_WORD};

/// A condition ready to run. Mirrors [`Predicate`].
pub(super) enum Test {
    Constant(Option<bool>),
    Not(Box<Test>),
    All(Vec<Test>),
    Any(Vec<Test>),
    Same(Box<Test>, Box<Test>),
    IsUnknown(Box<Test>),
    /// Worked out for all rows beforehand: the rows where it is true, and those where it is false.
    Known(Arc<(Vec<usize>, Vec<usize>)>),
    Flag(Arc<Column>),
    Within {
        values: Values,
        bounds: Bounds,
    },
    OneOf {
        values: Values,
        list: NumberList,
    },
    Compare {
        op: CompareOp,
        left: Values,
        right: Values,
    },
    InPlace {
        latitude: Values,
        longitude: Values,
        place: Arc<Place>,
    },
    IsNull(Values),
    /// One outcome for each footage.
    Footages(Vec<Option<bool>>),
    /// One outcome for each word of the column, and the outcome for null.
    Words {
        column: Arc<Column>,
        outcomes: Vec<Option<bool>>,
        null: Option<bool>,
    },
    CompareText {
        op: CompareOp,
        left: Texts,
        right: Texts,
    },
}

/// Numbers ready to read. Mirrors [`Number`].
pub(super) enum Values {
    Constant(Value),
    Null,
    /// [`Column::Float`] or [`Column::Int`].
    Column(Arc<Column>),
    Counts(Arc<Vec<u32>>),
    Times(Arc<Vec<i64>>),
    Frame,
    SinceStart(Arc<Vec<i64>>),
    Negate(Box<Values>),
    Arithmetic {
        op: ArithmeticOp,
        left: Box<Values>,
        right: Box<Values>,
    },
}

/// Texts ready to read.
pub(super) enum Texts {
    Constant(String),
    /// [`Column::Text`].
    Column(Arc<Column>),
    /// One text for each footage.
    Footages(Vec<Option<String>>),
}

/// Reads the columns of a filter, each once.
pub(super) struct Planner<'a> {
    pub(super) columns: &'a dyn FrameColumns,
    metrics: HashMap<String, Arc<Column>>,
    counts: HashMap<String, Arc<Vec<u32>>>,
    /// What was worked out for this filter, by its text.
    pub(super) worked_out: HashMap<String, WorkedOut>,
    /// The rhythms of the footages, once they were needed.
    pub(super) rhythms: Option<Arc<Vec<Rhythm>>>,
    /// The footages whose labels matter.
    pub(super) needed: Vec<bool>,
}

impl<'a> Planner<'a> {
    pub(super) fn new(columns: &'a dyn FrameColumns) -> Self {
        Self {
            columns,
            metrics: HashMap::new(),
            counts: HashMap::new(),
            worked_out: HashMap::new(),
            rhythms: None,
            needed: vec![true; columns.footages().len()],
        }
    }

    /// A whole filter, of which only the rows where it is true are asked for: labels of footages that one of its parts
    /// rules out are not read.
    pub(super) fn whole(&mut self, predicate: &Predicate) -> Result<Test, FilterError> {
        if let Predicate::All(parts) = predicate {
            for part in parts.iter().filter(|part| matches!(part, Predicate::Text { .. })) {
                if let Test::Footages(outcomes) = self.test(part)? {
                    self.needed.iter_mut().zip(outcomes).for_each(|(needed, outcome)| *needed &= outcome == Some(true));
                }
            }
        }
        self.test(predicate)
    }

    pub(super) fn test(&mut self, predicate: &Predicate) -> Result<Test, FilterError> {
        Ok(match predicate {
            Predicate::Constant(value) => Test::Constant(*value),
            Predicate::Not(inner) => Test::Not(Box::new(self.test(inner)?)),
            Predicate::All(parts) => Test::All(self.tests(parts)?),
            Predicate::Any(parts) => Test::Any(self.tests(parts)?),
            Predicate::Same(left, right) => Test::Same(Box::new(self.test(left)?), Box::new(self.test(right)?)),
            Predicate::IsUnknown(inner) => Test::IsUnknown(Box::new(self.test(inner)?)),
            Predicate::Held { condition, at_least_ns, name } => self.held(condition, *at_least_ns, name)?,
            Predicate::Near { other, length_ns, side, name } => self.near(other, *length_ns, *side, name)?,
            Predicate::Tagged { test, span } => self.tagged(test.as_ref(), span)?,
            Predicate::Flag(name) => Test::Flag(self.metric(name, |column| matches!(column, Column::Bool(_)))?),
            Predicate::Marked(mark) => self.marked(*mark),
            Predicate::Within { value, bounds } => Test::Within { values: self.values(value)?, bounds: *bounds },
            Predicate::OneOf { value, list } => Test::OneOf { values: self.values(value)?, list: list.clone() },
            Predicate::Compare { op, left, right } => {
                Test::Compare { op: *op, left: self.values(left)?, right: self.values(right)? }
            }
            Predicate::InPlace { latitude, longitude, place } => Test::InPlace {
                latitude: self.values(latitude)?,
                longitude: self.values(longitude)?,
                place: Arc::clone(place),
            },
            Predicate::NumberIsNull(value) => Test::IsNull(self.values(value)?),
            Predicate::Text { value, test } => self.text_test(value, test)?,
            Predicate::CompareText { op, left, right } => match (self.texts(left)?, self.texts(right)?) {
                // Two columns of footages: one comparison for each footage.
                (Texts::Footages(left), Texts::Footages(right)) => Test::Footages(
                    left.iter().zip(&right).map(|(a, b)| Some(op.holds(a.as_ref()?.cmp(b.as_ref()?)))).collect(),
                ),
                (left, right) => Test::CompareText { op: *op, left, right },
            },
        })
    }

    /// The rows with a mark, and those without; none is unknown.
    fn marked(&self, mark: Mark) -> Test {
        let rows = self.columns.rows();
        let ranges = self.columns.marked(mark);
        if ranges.is_empty() {
            return Test::Constant(Some(false));
        }
        let mut yes = FixedBitSet::with_capacity(rows);
        for range in ranges {
            yes.insert_range(range.start.min(rows)..range.end.min(rows));
        }
        let mut no = yes.clone();
        no.toggle_range(..);
        Test::Known(Arc::new((yes.as_slice().to_vec(), no.as_slice().to_vec())))
    }

    fn tests(&mut self, parts: &[Predicate]) -> Result<Vec<Test>, FilterError> {
        let mut tests = parts.iter().map(|part| self.test(part)).collect::<Result<Vec<_>, _>>()?;
        // Cheap tests first: those that read no column rule out whole stretches before one is read. The order has no
        // influence on the outcome.
        tests.sort_by_key(|test| !matches!(test, Test::Constant(_) | Test::Footages(_)));
        Ok(tests)
    }

    fn tagged(&self, test: Option<&TextTest>, span: &Range<usize>) -> Result<Test, FilterError> {
        let tags = self
            .columns
            .tags()
            .map_err(|cause| FilterError::new(span.clone(), format!("tags cannot be read: {cause}")).of_lake())?;
        let yes = tags.rows_with(test, self.columns.rows());
        let no = yes.iter().map(|word| !word).collect();
        Ok(Test::Known(Arc::new((yes, no))))
    }

    fn text_test(&mut self, value: &Text, test: &TextTest) -> Result<Test, FilterError> {
        Ok(match self.texts(value)? {
            Texts::Constant(constant) => Test::Constant(test.outcome(Some(&constant))),
            Texts::Footages(texts) => Test::Footages(texts.iter().map(|text| test.outcome(text.as_deref())).collect()),
            Texts::Column(column) => {
                let Column::Text { words, .. } = &*column else { return Ok(Test::Constant(None)) };
                let outcomes = words.iter().map(|word| test.outcome(Some(word))).collect();
                Test::Words { outcomes, null: test.outcome(None), column }
            }
        })
    }

    pub(super) fn values(&mut self, number: &Number) -> Result<Values, FilterError> {
        Ok(match number {
            Number::Constant(value) => Values::Constant(*value),
            Number::Null => Values::Null,
            Number::Floats(name) => Values::Column(self.metric(name, |column| matches!(column, Column::Float(_)))?),
            Number::Ints(name) => Values::Column(self.metric(name, |column| matches!(column, Column::Int { .. }))?),
            Number::ClassCount(name) => Values::Counts(self.class_count(name)?),
            Number::LabelCount(span) => {
                Values::Counts(self.aligned(self.columns.label_count(), Vec::len, "labels", span)?)
            }
            Number::Labels(wanted) => Values::Counts(self.labels(wanted)?),
            Number::Rate { value, circle, name } => self.rate(value, *circle, name)?,
            Number::Window { function, value, length_ns, circle, name } => {
                self.window((*function, *circle), value, *length_ns, name)?
            }
            Number::Frame => Values::Frame,
            Number::Timestamp(span) => Values::Times(self.times(span)?),
            Number::SinceStart(span) => Values::SinceStart(self.times(span)?),
            Number::Negate(inner) => Values::Negate(Box::new(self.values(inner)?)),
            Number::Arithmetic { op, left, right } => {
                Values::Arithmetic { op: *op, left: Box::new(self.values(left)?), right: Box::new(self.values(right)?) }
            }
        })
    }

    fn texts(&mut self, text: &Text) -> Result<Texts, FilterError> {
        let footages = self.columns.footages().iter();
        Ok(match text {
            Text::Constant(text) => Texts::Constant(text.clone()),
            Text::Recording => Texts::Footages(footages.map(|footage| Some(footage.recording.clone())).collect()),
            Text::Camera => Texts::Footages(footages.map(|footage| Some(footage.camera.clone())).collect()),
            Text::Store => {
                let stores = (0..footages.len()).map(|footage| self.columns.store(footage).map(str::to_owned));
                Texts::Footages(stores.collect())
            }
            Text::Attribute(key) => {
                Texts::Footages(footages.map(|footage| footage.attributes.get(key).cloned()).collect())
            }
            Text::Metric(name) => Texts::Column(self.metric(name, |column| matches!(column, Column::Text { .. }))?),
        })
    }

    fn metric(&mut self, name: &ColumnName, fits: fn(&Column) -> bool) -> Result<Arc<Column>, FilterError> {
        if let Some(column) = self.metrics.get(&name.name) {
            return Ok(column.clone());
        }
        let column = self.aligned(self.columns.metric(&name.name), Column::len, &name.name, &name.span)?;
        let whole = match &*column {
            Column::Int { values, valid } => valid.is_empty() || valid.len() == values.len(),
            _ => true,
        };
        if !fits(&column) || !whole {
            let message = format!("the values of `{}` are not of the kind that the index tells", name.name);
            return Err(FilterError::new(name.span.clone(), message).hint("index the lake again").of_lake());
        }
        self.metrics.insert(name.name.clone(), column.clone());
        Ok(column)
    }

    pub(super) fn class_count(&mut self, name: &ColumnName) -> Result<Arc<Vec<u32>>, FilterError> {
        if let Some(counts) = self.counts.get(&name.name) {
            return Ok(counts.clone());
        }
        let counts = self.aligned(self.columns.class_count(&name.name), Vec::len, &name.name, &name.span)?;
        self.counts.insert(name.name.clone(), counts.clone());
        Ok(counts)
    }

    pub(super) fn times(&self, span: &Range<usize>) -> Result<Arc<Vec<i64>>, FilterError> {
        self.aligned(self.columns.timestamps(), Vec::len, "time", span)
    }

    /// The column, when it was read and has one value for each frame.
    pub(super) fn aligned<T>(
        &self,
        read: Result<Arc<T>, String>,
        len: impl Fn(&T) -> usize,
        name: &str,
        span: &Range<usize>,
    ) -> Result<Arc<T>, FilterError> {
        let column = read
            .map_err(|cause| FilterError::new(span.clone(), format!("`{name}` cannot be read: {cause}")).of_lake())?;
        let (found, rows) = (len(&column), self.columns.rows());
        if found == rows {
            return Ok(column);
        }
        let message = format!("`{name}` has {found} values for {rows} frames");
        Err(FilterError::new(span.clone(), message).hint("index the lake again").of_lake())
    }
}

/// The word of a row; `None` for null and for a code that no word has.
pub(super) fn word(column: &Column, row: usize) -> Option<&str> {
    match column {
        Column::Text { codes, words } if codes[row] != NULL_WORD => words.get(codes[row] as usize).map(String::as_str),
        _ => None,
    }
}
