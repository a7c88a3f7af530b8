//! What of a filter is worked out for all rows before it runs: conditions over time, rates, windows, counts of labels.

use std::sync::Arc;

use rayon::prelude::*;

use super::{
    FilterError, Rhythm, WorkedOut,
    ast::{Side, WindowFunction},
    count_labels::{self, LabelCount},
    evaluate::sides,
    kernel::STRIP_ROWS,
    over_time::{self, Timeline},
    plan::{Planner, Test, Values},
    run::{Strip, Want},
    typed::{ColumnName, Number, Predicate},
};
use crate::model::{Circle, Column};

/// Times and rhythms of all footages, held while a column is worked out.
struct Clock {
    times: Arc<Vec<i64>>,
    rhythms: Arc<Vec<Rhythm>>,
}

impl Planner<'_> {
    /// `condition for …`.
    pub(super) fn held(
        &mut self,
        condition: &Predicate,
        at_least_ns: i64,
        name: &ColumnName,
    ) -> Result<Test, FilterError> {
        self.truth(name, |planner| {
            let inner = planner.test(condition)?;
            let (columns, clock) = (planner.columns, planner.clock(name)?);
            let (yes, mut no) = sides(&inner, columns.rows(), columns.footages(), Want { yes: true, no: true });
            let held = over_time::held(&yes, at_least_ns, clock.timeline(planner));
            // A run that is too short is false; unknown stays unknown.
            no.iter_mut().zip(yes).zip(&held).for_each(|((no, yes), held)| *no |= yes & !held);
            Ok((held, no))
        })
    }

    /// The second half of `… within … of other`.
    pub(super) fn near(
        &mut self,
        other: &Predicate,
        length_ns: i64,
        side: Side,
        name: &ColumnName,
    ) -> Result<Test, FilterError> {
        self.truth(name, |planner| {
            // Another camera of the recording may be ruled out for the frame and count for what it is near to.
            let footages = planner.columns.footages().len();
            let needed = std::mem::replace(&mut planner.needed, vec![true; footages]);
            let inner = planner.test(other);
            planner.needed = needed;
            let (inner, columns, clock) = (inner?, planner.columns, planner.clock(name)?);
            let (yes, _) = sides(&inner, columns.rows(), columns.footages(), Want { yes: true, no: false });
            let near = over_time::near(&yes, length_ns, side, clock.timeline(planner));
            let far = near.iter().map(|word| !word).collect();
            Ok((near, far))
        })
    }

    /// `rate(value)`.
    pub(super) fn rate(
        &mut self,
        value: &Number,
        circle: Option<Circle>,
        name: &ColumnName,
    ) -> Result<Values, FilterError> {
        self.floats(name, value, |values, timeline| over_time::rate(values, circle, timeline))
    }

    /// `mean(value, …)` and its like.
    pub(super) fn window(
        &mut self,
        function: (WindowFunction, Option<Circle>),
        value: &Number,
        length_ns: i64,
        name: &ColumnName,
    ) -> Result<Values, FilterError> {
        self.floats(name, value, |values, timeline| over_time::window(function, values, length_ns, timeline))
    }

    /// `count(CLASS where …)`.
    pub(super) fn labels(&mut self, wanted: &LabelCount) -> Result<Arc<Vec<u32>>, FilterError> {
        let found = self.worked(&wanted.name, |planner| {
            let span = &wanted.name.span;
            let present = match &wanted.class {
                Some(class) => planner.class_count(class)?,
                None => planner.aligned(planner.columns.label_count(), Vec::len, "labels", span)?,
            };
            let counts = count_labels::count(planner.columns, wanted, &present, &planner.needed)?;
            Ok(WorkedOut::Counts(Arc::new(counts)))
        })?;
        Ok(match found {
            WorkedOut::Counts(counts) => counts,
            WorkedOut::Floats(_) | WorkedOut::Truth(_) => Arc::default(),
        })
    }

    fn truth(
        &mut self,
        name: &ColumnName,
        work: impl FnOnce(&mut Self) -> Result<(Vec<usize>, Vec<usize>), FilterError>,
    ) -> Result<Test, FilterError> {
        Ok(match self.worked(name, |planner| Ok(WorkedOut::Truth(Arc::new(work(planner)?))))? {
            WorkedOut::Truth(sides) => Test::Known(sides),
            WorkedOut::Floats(_) | WorkedOut::Counts(_) => Test::Constant(None),
        })
    }

    fn floats(
        &mut self,
        name: &ColumnName,
        value: &Number,
        work: impl FnOnce(&[f64], Timeline<'_>) -> Vec<f64>,
    ) -> Result<Values, FilterError> {
        let found = self.worked(name, |planner| {
            let values = planner.values(value)?;
            let clock = planner.clock(name)?;
            let timeline = clock.timeline(planner);
            let out = match &values {
                Values::Column(column) if let Column::Float(floats) = &**column => work(floats, timeline),
                values => work(&planner.all_floats(values), timeline),
            };
            Ok(WorkedOut::Floats(Arc::new(Column::Float(out))))
        })?;
        Ok(match found {
            WorkedOut::Floats(column) => Values::Column(column),
            WorkedOut::Counts(_) | WorkedOut::Truth(_) => Values::Null,
        })
    }

    /// What `name` says, from an earlier time if it was kept.
    fn worked(
        &mut self,
        name: &ColumnName,
        work: impl FnOnce(&mut Self) -> Result<WorkedOut, FilterError>,
    ) -> Result<WorkedOut, FilterError> {
        // What was worked out from the labels of some footages only is not what the text alone says.
        let key = if self.needed.iter().all(|needed| *needed) || !name.name.contains(" where ") {
            name.name.clone()
        } else {
            let ruled_out = self.needed.iter().enumerate().filter(|(_, needed)| !**needed);
            let numbers: Vec<String> = ruled_out.map(|(at, _)| at.to_string()).collect();
            format!("{} without {}", name.name, numbers.join(","))
        };
        let kept = self.worked_out.get(&key).cloned().or_else(|| self.columns.worked_out(&key));
        if let Some(column) = kept {
            return Ok(column);
        }
        let column = work(self)?;
        self.columns.keep_worked_out(&key, &column);
        self.worked_out.insert(key, column.clone());
        Ok(column)
    }

    fn clock(&mut self, name: &ColumnName) -> Result<Clock, FilterError> {
        let times = self.times(&name.span)?;
        if self.rhythms.is_none() {
            let rhythms = self.columns.rhythms().map_err(|cause| {
                FilterError::new(name.span.clone(), format!("the times of the frames cannot be read: {cause}"))
                    .of_lake()
            })?;
            self.rhythms = Some(rhythms);
        }
        Ok(Clock { times, rhythms: self.rhythms.clone().unwrap_or_default() })
    }

    /// The numbers of all rows, NaN where there is none.
    pub(super) fn all_floats(&self, values: &Values) -> Vec<f64> {
        let rows = self.columns.rows();
        let mut all = vec![f64::NAN; rows];
        all.par_chunks_mut(STRIP_ROWS).enumerate().for_each(|(at, out)| {
            let strip = Strip { first: at * STRIP_ROWS, rows: out.len(), footages: self.columns.footages() };
            out.copy_from_slice(&values.floats(&strip));
        });
        all
    }
}

impl Clock {
    fn timeline<'a>(&'a self, planner: &Planner<'a>) -> Timeline<'a> {
        Timeline { footages: planner.columns.footages(), times: &self.times, rhythms: &self.rhythms }
    }
}
