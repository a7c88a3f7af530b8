//! Times of events as whole numbers: told apart by their size, and cut into windows.

use super::{Aggregate, Expr, How, Kind, Op, Tree, Value, col, int};
use crate::{analytics::Window, formats::TimeUnit};

/// Up to this size a number counts seconds; up to a thousand times as much milliseconds, and so on.
const SECONDS_BELOW: i64 = 100_000_000_000;

/// A whole-number time as ns UTC: its unit as told, or by its size as `formats` tell it. No value where 64 bits do not hold it.
#[must_use]
pub fn time_ns(time: Expr, unit: Option<TimeUnit>) -> Expr {
    let scaled = |factor: i64| {
        let most = i64::MAX / factor;
        (time.clone().between(-most, most), time.clone().with(Op::Multiply, int(factor)))
    };
    let null = Expr::Value(Value::Null(Kind::Int64));
    match unit.map(TimeUnit::ns) {
        Some(1) => time,
        Some(factor) => Expr::Case(vec![scaled(factor)], Box::new(null)),
        None => {
            let mut arms = Vec::new();
            let mut below = SECONDS_BELOW;
            for factor in [1_000_000_000, 1_000_000, 1_000] {
                arms.push(scaled(factor));
                // Too large for this unit and too small for the next.
                arms.push((time.clone().between(1 - below, below - 1), null.clone()));
                below = below.saturating_mul(1000);
            }
            Expr::Case(arms, Box::new(time))
        }
    }
}

/// The rows of a tree, each as often as there are windows that hold its time, with the start of the window in a further
/// column; rows without a time are in none. Windows that would begin before the first 64-bit time are left out.
#[must_use]
pub fn in_windows(tree: Tree, time: &str, start: &str, window: Window, keep: &[&str]) -> Tree {
    let Window { size_ns, slide_ns } = window;
    let (rest, back) = ("time_in_window", "windows_back");
    let mut columns: Vec<(&str, Expr)> = keep.iter().map(|name| (*name, col(name))).collect();
    columns.push((time, col(time)));
    columns.push((rest, Expr::Modulo(Box::new(col(time)), slide_ns)));
    let cut = tree.filter(col(time).is_there()).project(columns);
    // The last window that holds the time begins `rest` before it, the one before that `slide_ns` earlier, and so on.
    let count = size_ns.div_euclid(slide_ns) + i64::from(size_ns.rem_euclid(slide_ns) > 0);
    let mut kept: Vec<(&str, Expr)> = keep.iter().map(|name| (*name, col(name))).collect();
    if count == 1 {
        let fits = col(time).with(Op::GreaterOrEqual, int(i64::MIN).with(Op::Add, col(rest)));
        kept.push((start, col(time).with(Op::Subtract, col(rest))));
        return cut.filter(fits).project(kept);
    }
    let numbers = Tree::Numbers { column: back.to_owned(), count: u32::try_from(count).unwrap_or(u32::MAX) };
    let behind = "ns_behind";
    let numbers = numbers.project([(behind, col(back).with(Op::Multiply, int(slide_ns)))]);
    // All of these fit into 64 bits: `rest` is below `slide_ns`, and `ns_behind` below `size_ns`.
    let inside = col(rest).with(Op::Less, int(size_ns).with(Op::Subtract, col(behind)));
    let first = Expr::Case(
        vec![(
            col(time).with(Op::GreaterOrEqual, int(i64::MIN).with(Op::Add, col(rest))),
            col(time).with(Op::Subtract, col(rest)),
        )],
        Box::new(Expr::Value(Value::Null(Kind::Int64))),
    );
    let mut with_first: Vec<(&str, Expr)> = keep.iter().map(|name| (*name, col(name))).collect();
    with_first.push((behind, col(behind)));
    with_first.push(("last_start", first));
    kept.push((start, col("last_start").with(Op::Subtract, col(behind))));
    let fits = col("last_start").with(Op::GreaterOrEqual, int(i64::MIN).with(Op::Add, col(behind)));
    cut.join(numbers, How::Cross, &[]).filter(inside).project(with_first).filter(fits).project(kept)
}

/// How many rows there are of each window and each value of some columns.
#[must_use]
pub fn windowed_counts(tree: Tree, time: &str, window: Window, by: &[&str]) -> Tree {
    let keys: Vec<&str> = by.iter().copied().chain(["window_start_ns"]).collect();
    in_windows(tree, time, "window_start_ns", window, by).group(&keys, [("count", Aggregate::Count)])
}
