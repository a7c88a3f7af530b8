//! What a filter is made of: how many frames each part leaves, and which number it is chiefly about.

use super::{
    Bound, Expr, Filter, FilterError, FrameColumns, FrameSet,
    ast::{CompareOp, ExprKind},
    check::{Checker, Typed},
    edit::conjuncts,
    names::{Names, Referent},
    plan::Planner,
    typed::Number,
};
use crate::model::MetricKind;

/// A top-level part of a filter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// As it was written.
    pub text: String,
    /// Frames that this part alone lets through.
    pub alone: usize,
    /// Frames that this part and all before it let through.
    pub together: usize,
}

/// The parts of a filter that must all hold, in the order written; none for the empty filter.
///
/// # Errors
/// As [`Filter::evaluate`].
pub fn explain(filter: &Filter, columns: &dyn FrameColumns) -> Result<Vec<Part>, FilterError> {
    let Some(expr) = filter.expr() else { return Ok(Vec::new()) };
    let mut together: Option<FrameSet> = None;
    let part = |part: &Expr| {
        let alone = Bound::new(Some(part), columns)?.evaluate(columns)?;
        let count = alone.count();
        let set = match together.take() {
            Some(before) => before.intersection(&alone),
            None => alone,
        };
        let text = filter.text().get(part.span.clone()).map_or_else(|| part.to_string(), str::to_owned);
        let part = Part { text, alone: count, together: set.count() };
        together = Some(set);
        Ok(part)
    };
    conjuncts(expr).iter().map(part).collect()
}

/// A number whose extreme stands for a span of frames.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Peak {
    /// The number as a filter spells it, such as `speed` or `rate(speed)`.
    pub of: String,
    /// Whether the smallest value is the peak.
    pub lowest: bool,
}

/// What a filter is chiefly about: the first number with a metric in it that is compared with something, its smallest
/// value where the filter asks for small ones (`speed < 3`).
///
/// # Errors
/// As [`Filter::bind`].
pub fn peak_of(filter: &Filter, columns: &dyn FrameColumns) -> Result<Option<Peak>, FilterError> {
    filter.bind(columns)?;
    let finder = Finder { checker: Checker { names: Names::new(columns) } };
    Ok(filter.expr().and_then(|expr| finder.find(expr, false)))
}

struct Finder<'a> {
    checker: Checker<'a>,
}

impl Finder<'_> {
    fn find(&self, expr: &Expr, denied: bool) -> Option<Peak> {
        let peak = |of: &Expr, lowest: bool| Some(Peak { of: of.to_string(), lowest: lowest != denied });
        match &expr.kind {
            ExprKind::Compare { op, left, .. } if self.is_about_a_metric(left) => {
                peak(left, matches!(op, CompareOp::Less | CompareOp::LessEqual))
            }
            ExprKind::Compare { op, right, .. } if self.is_about_a_metric(right) => {
                peak(right, matches!(op, CompareOp::Greater | CompareOp::GreaterEqual))
            }
            ExprKind::Between { value, .. } | ExprKind::In { value, .. } if self.is_about_a_metric(value) => {
                Some(Peak { of: value.to_string(), lowest: false })
            }
            ExprKind::Not(inner) => self.find(inner, !denied),
            // Names behind a `where` are of labels.
            ExprKind::LabelsWhere { .. } => None,
            _ => expr.children().into_iter().find_map(|child| self.find(child, denied)),
        }
    }

    fn is_about_a_metric(&self, expr: &Expr) -> bool {
        matches!(self.checker.typed(expr), Ok(Typed::Number(_))) && self.names_a_metric(expr)
    }

    fn names_a_metric(&self, expr: &Expr) -> bool {
        match &expr.kind {
            ExprKind::Name(name) => matches!(
                self.checker.names.resolve(name),
                Some(Referent::Metric { kind: MetricKind::Float | MetricKind::Int, .. })
            ),
            ExprKind::LabelsWhere { .. } => false,
            _ => expr.children().into_iter().any(|child| self.names_a_metric(child)),
        }
    }
}

/// The values of a number as a filter spells it (`speed`, `rate(speed)`, `count(car)`), one for each row, NaN where there
/// is none.
///
/// # Errors
/// The text is no number of this lake, or a column cannot be read.
pub fn numbers(text: &str, columns: &dyn FrameColumns) -> Result<Vec<f64>, FilterError> {
    let filter = Filter::parse(text)?;
    let not_a_number = |what: &str| {
        FilterError::new(0..text.len(), format!("a number is expected here, and this is {what}"))
            .hint("for example `speed`, `rate(speed)` or `count(car)`")
    };
    let Some(expr) = filter.expr() else { return Err(not_a_number("nothing")) };
    match (Checker { names: Names::new(columns) }).typed(expr)? {
        Typed::Number(measured) if !matches!(measured.number, Number::Constant(_)) => {
            let mut planner = Planner::new(columns);
            let values = planner.values(&measured.number)?;
            Ok(planner.all_floats(&values))
        }
        other => Err(not_a_number(other.describe())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::filter::truth_table::lake;

    #[test]
    fn parts_are_counted_alone_and_together() {
        let lake = lake();
        let filter = Filter::parse("speed>0  and (has(car) or braking) and camera = 'front'").unwrap();
        let parts = explain(&filter, &lake).unwrap();
        let shown: Vec<_> = parts.iter().map(|part| (part.text.as_str(), part.alone, part.together)).collect();
        assert_eq!(shown, [("speed>0", 4, 4), ("(has(car) or braking)", 4, 2), ("camera = 'front'", 4, 1)]);
        assert_eq!(explain(&Filter::default(), &lake).unwrap(), []);
    }

    #[test]
    fn the_chief_number_is_found() {
        let lake = lake();
        for (text, expected) in [
            ("has(car) and speed > 3 and gear < 2", Some(("speed", false))),
            ("camera = 'front' and 3 > gear", Some(("gear", true))),
            ("not rate(speed) > -4 for 1 s", Some(("rate(speed)", true))),
            ("has(car) within 2 s of mean(speed, 1 s) between 1 and 2", Some(("mean(speed, 1 s)", false))),
            ("has(car where score < 1) and t < 3", None),
            ("count(car) > 1 or frame < 2", None),
            ("(speed < 3) = braking", Some(("speed", true))),
            ("", None),
        ] {
            let peak = peak_of(&Filter::parse(text).unwrap(), &lake).unwrap();
            assert_eq!(peak.as_ref().map(|peak| (peak.of.as_str(), peak.lowest)), expected, "{text}");
        }
        assert_eq!(numbers("count(car) * 2", &lake).unwrap()[..3], [4.0, 0.0, 2.0]);
        for text in ["", "camera", "braking", "5", "sped"] {
            assert!(numbers(text, &lake).is_err(), "{text}");
        }
    }
}
