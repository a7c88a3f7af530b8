//! `lakescope compare`

use std::sync::atomic::AtomicBool;

use super::{
    Failure,
    frames::print_sql,
    keep::tell_gone,
    keep_args::CompareArgs,
    table::{open_indexed, print, print_json},
};
use crate::session::{Comparison, MetricCompared, SqlView};

pub(super) fn run(args: &CompareArgs) -> Result<(), Failure> {
    let session = open_indexed(&args.lake)?;
    let table = session.table()?;
    let (a, b) = (session.named(&args.a)?, session.named(&args.b)?);
    if args.sql {
        return print_sql(&session.sql_view(&table, &SqlView::Compare(a, b))?, args.json);
    }
    let comparison = session.compare(&table, &a, &b, &AtomicBool::new(false))?;
    if args.json {
        return print_json(&comparison);
    }
    tell_gone(comparison.a.gone);
    tell_gone(comparison.b.gone);
    print(&["what", "of", "a", "b", "difference"], &rows(&comparison))
}

fn rows(comparison: &Comparison) -> Vec<Vec<String>> {
    let (a, b) = (&comparison.a, &comparison.b);
    let row = |what: &str, of: &str, cells: [String; 3]| {
        let [a, b, difference] = cells;
        vec![what.to_owned(), of.to_owned(), a, b, difference]
    };
    let counts = |a: u64, b: u64| [a.to_string(), b.to_string(), (i128::from(b) - i128::from(a)).to_string()];
    let mut rows = vec![
        row("frames", "", counts(a.frames, b.frames)),
        row("in both", "", [comparison.in_both.to_string(), comparison.in_both.to_string(), String::new()]),
        row("recordings", "", counts(a.recordings, b.recordings)),
        row("footages", "", counts(a.footages, b.footages)),
        row("labels", "", counts(a.labels, b.labels)),
    ];
    rows.extend(comparison.classes.iter().map(|class| row("labels", &class.class, counts(class.a, class.b))));
    for metric in &comparison.metrics {
        let MetricCompared { name, a, b, .. } = metric;
        let numbers = |a: Option<f64>, b: Option<f64>, difference: Option<f64>| [text(a), text(b), text(difference)];
        if a.mean.is_some() || b.mean.is_some() {
            rows.push(row("mean", name, numbers(a.mean, b.mean, metric.mean_difference)));
            rows.push(row("median", name, numbers(a.median, b.median, metric.median_difference)));
        }
        rows.extend(
            metric
                .values
                .iter()
                .map(|value| row("value", &format!("{name}={}", value.value), counts(value.a, value.b))),
        );
        rows.push(row("missing", name, counts(a.missing, b.missing)));
    }
    rows
}

fn text(value: Option<f64>) -> String {
    value.map_or_else(String::new, |value| value.to_string())
}
