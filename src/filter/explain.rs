//! What a filter is made of: how many frames each part leaves, and which number it is chiefly about.

use std::{
    ops::{Deref, Range},
    sync::Arc,
};

use super::{
    Bound, Expr, Filter, FilterError, FrameColumns, FrameSet,
    ast::{CompareOp, ExprKind},
    check::{Checker, Typed},
    edit::conjuncts,
    names::{Names, Referent},
    plan::{Planner, Values},
    typed::Number,
};
use crate::model::{Column, MetricKind};

/// A part of a filter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// As it was written.
    pub text: String,
    /// Where, in bytes of the filter text.
    pub span: Range<usize>,
    /// 0 for a part that must hold, more for what stands inside the part above that is less deep.
    pub depth: usize,
    /// Frames that this part alone lets through.
    pub alone: usize,
    /// Frames that this part and all before it let through; `None` inside another part.
    pub together: Option<usize>,
}

/// The deepest parts that are told.
const DEEPEST: usize = 4;

/// The parts of a filter that must all hold, in the order written, each followed by what it is made of: the branches of an
/// `or`, the condition of a `for`, both conditions of a `within`. None for the empty filter.
///
/// # Errors
/// As [`Filter::evaluate`].
pub fn explain(filter: &Filter, columns: &dyn FrameColumns) -> Result<Vec<Part>, FilterError> {
    let Some(expr) = filter.expr() else { return Ok(Vec::new()) };
    let (mut together, mut parts) = (None::<FrameSet>, Vec::new());
    for part in conjuncts(expr) {
        let alone = Bound::new(Some(part), columns)?.evaluate(columns)?;
        let count = alone.count();
        let set = match together.take() {
            Some(before) => before.intersection(&alone),
            None => alone,
        };
        parts.push(part_of(filter, part, 0, (count, Some(set.count()))));
        together = Some(set);
        add_inner(filter, part, columns, 1, &mut parts)?;
    }
    Ok(parts)
}

fn part_of(filter: &Filter, part: &Expr, depth: usize, (alone, together): (usize, Option<usize>)) -> Part {
    let text = filter.text().get(part.span.clone()).map_or_else(|| part.to_string(), str::to_owned);
    Part { text, span: part.span.clone(), depth, alone, together }
}

/// Adds what a part is made of, each alone.
fn add_inner(
    filter: &Filter,
    part: &Expr,
    columns: &dyn FrameColumns,
    depth: usize,
    parts: &mut Vec<Part>,
) -> Result<(), FilterError> {
    let inner: Vec<&Expr> = match &part.kind {
        ExprKind::Or(branches) | ExprKind::And(branches) => branches.iter().collect(),
        ExprKind::For { condition, .. } => vec![condition],
        ExprKind::Within { condition, other, .. } => vec![condition, other],
        _ => return Ok(()),
    };
    if depth > DEEPEST {
        return Ok(());
    }
    for inner in inner {
        let alone = Bound::new(Some(inner), columns)?.evaluate(columns)?.count();
        parts.push(part_of(filter, inner, depth, (alone, None)));
        add_inner(filter, inner, columns, depth + 1, parts)?;
    }
    Ok(())
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

/// One number for each row.
#[derive(Debug, Clone)]
pub enum Numbers {
    /// A column as it is.
    Column(Arc<Column>),
    /// Worked out.
    Own(Vec<f64>),
}

impl Deref for Numbers {
    type Target = [f64];

    fn deref(&self) -> &[f64] {
        match self {
            Self::Own(values) => values,
            Self::Column(column) => match &**column {
                Column::Float(values) => values,
                Column::Int { .. } | Column::Bool(_) | Column::Text { .. } => &[],
            },
        }
    }
}

/// The values of a number as a filter spells it (`speed`, `rate(speed)`, `count(car)`), one for each row, NaN where there
/// is none.
///
/// # Errors
/// The text is no number of this lake, or a column cannot be read.
pub fn numbers(text: &str, columns: &dyn FrameColumns) -> Result<Numbers, FilterError> {
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
            Ok(match values {
                Values::Column(column) if matches!(&*column, Column::Float(_)) => Numbers::Column(column),
                values => Numbers::Own(planner.all_floats(&values)),
            })
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
        let shown: Vec<_> =
            parts.iter().map(|part| (part.depth, part.text.as_str(), part.alone, part.together)).collect();
        assert_eq!(
            shown,
            [
                (0, "speed>0", 4, Some(4)),
                (0, "(has(car) or braking)", 4, Some(2)),
                (1, "has(car)", 3, None),
                (1, "braking", 3, None),
                (0, "camera = 'front'", 4, Some(1))
            ]
        );
        for part in &parts {
            assert_eq!(filter.text()[part.span.clone()], part.text);
        }
        assert_eq!(explain(&Filter::default(), &lake).unwrap(), []);
    }

    #[test]
    fn conditions_over_time_and_branches_are_told_from_inside() {
        let lake = lake();
        for (text, expected) in [
            (
                "(braking or speed > 20 and gear = 3) for 0.5 s",
                vec![
                    (0, "(braking or speed > 20 and gear = 3) for 0.5 s"),
                    (1, "(braking or speed > 20 and gear = 3)"),
                    (2, "braking"),
                    (2, "speed > 20 and gear = 3"),
                    (3, "speed > 20"),
                    (3, "gear = 3"),
                ],
            ),
            (
                "has(car) within 1 s of braking",
                vec![(0, "has(car) within 1 s of braking"), (1, "has(car)"), (1, "braking")],
            ),
            ("not (braking or has(car))", vec![(0, "not (braking or has(car))")]),
        ] {
            let parts = explain(&Filter::parse(text).unwrap(), &lake).unwrap();
            let shown: Vec<_> = parts.iter().map(|part| (part.depth, part.text.as_str())).collect();
            assert_eq!(shown, expected, "{text}");
            for part in &parts {
                let alone = Filter::parse(&part.text).unwrap().evaluate(&lake).unwrap().count();
                assert_eq!(part.alone, alone, "{}", part.text);
            }
        }
    }

    #[test]
    fn a_column_of_numbers_is_borrowed_and_not_copied() {
        let lake = lake();
        let Numbers::Column(found) = numbers("speed", &lake).unwrap() else { panic!("a copy") };
        assert!(Arc::ptr_eq(&found, &lake.metric("speed").unwrap()));
        assert!(matches!(numbers("gear", &lake).unwrap(), Numbers::Own(_)));
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
