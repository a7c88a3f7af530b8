//! What looks at many frames says what its definition says, looked up frame by frame: over footages of different rates,
//! with gaps, lost frames, clocks that go back, and missing values.

use std::{collections::BTreeMap, ops::Range, sync::Arc};

use proptest::prelude::*;

use super::{
    Filter, FrameColumns, MemoryColumns, Rhythm,
    ast::WindowFunction,
    over_time::{self, Timeline},
};
use crate::model::{Circle, Column, NULL_BOOL};

const MS: i64 = 1_000_000;

/// A recording's number, the frame period in ms, and the step to each frame as a multiple of it in percent.
type Plan = (usize, i64, Vec<i64>);

fn plans() -> impl Strategy<Value = Vec<Plan>> {
    let step = prop_oneof![6 => Just(100_i64), 2 => 90_i64..110, 1 => Just(200_i64), 1 => 240_i64..260, 1 => 300_i64..900, 1 => Just(0_i64), 1 => -150_i64..0];
    let footage = (0_usize..3, prop::sample::select(vec![10_i64, 33, 100, 250]), prop::collection::vec(step, 0..40));
    prop::collection::vec(footage, 1..5)
}

/// A lake of these footages; `draw` gives its values.
fn lake(plans: &[Plan], seed: u64) -> MemoryColumns {
    let mut state = seed | 1;
    let mut draw = move |below: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((state >> 33) % below).unwrap()
    };
    let mut lake = MemoryColumns::new();
    let mut rows = 0;
    for (at, (recording, period_ms, steps)) in plans.iter().enumerate() {
        let mut time = i64::try_from(at).unwrap() * 7 * MS;
        let times: Vec<i64> = steps
            .iter()
            .map(|percent| {
                time += percent * period_ms * MS / 100;
                time
            })
            .collect();
        rows += times.len();
        lake.add_footage(&format!("r{recording}"), &format!("c{at}"), 0, &Arc::new(BTreeMap::new()), times);
    }
    let mut runs = |levels: u64| {
        // Runs of equal values, so that there are stretches to find.
        let mut level = 0;
        (0..rows)
            .map(|_| {
                if draw(4) == 0 {
                    level = draw(levels);
                }
                level
            })
            .collect::<Vec<_>>()
    };
    let flag = |values: Vec<usize>| Column::Bool(values.into_iter().map(|v| [0, 1, 1, NULL_BOOL][v]).collect());
    lake.add_metric("a", None, flag(runs(4))).add_metric("b", None, flag(runs(4)));
    let values = [f64::NAN, 0.1, -3.7, 1e9, 2.5, -1e-9];
    lake.add_metric("x", None, Column::Float(runs(6).into_iter().map(|v| values[v]).collect()));
    lake
}

/// One flag a row; `None` is unknown.
fn flags(lake: &MemoryColumns, name: &str) -> Vec<Option<bool>> {
    let column = lake.metric(name).unwrap();
    (0..lake.rows()).map(|row| column.number(row).map(|value| value > 0.0)).collect()
}

fn range(lake: &MemoryColumns, footage: usize) -> Range<usize> {
    let footage = &lake.footages()[footage];
    footage.first_row..footage.first_row + footage.rows
}

/// The median of the steps forward, and whether a step is a break, told from the definition.
fn period_and_breaks(times: &[i64]) -> (i64, impl Fn(usize) -> bool + '_) {
    let mut steps: Vec<i64> = times.windows(2).map(|pair| pair[1] - pair[0]).filter(|step| *step > 0).collect();
    steps.sort_unstable();
    let period = steps.get(steps.len() / 2).copied().unwrap_or(0);
    (period, move |to: usize| {
        let step = times[to] - times[to - 1];
        step < 0 || (step * 2 > period * 5 && step > 50 * MS)
    })
}

fn rows_of(lake: &MemoryColumns, text: &str) -> Vec<bool> {
    let set = Filter::parse(text).unwrap().evaluate(lake).unwrap_or_else(|error| panic!("{}", error.render(text)));
    (0..lake.rows()).map(|row| set.contains(row)).collect()
}

fn with_timeline<T>(lake: &MemoryColumns, work: impl FnOnce(&[f64], Timeline<'_>) -> T) -> T {
    let Column::Float(values) = &*lake.metric("x").unwrap() else { unreachable!("x is made of floats") };
    let (times, rhythms) = (lake.timestamps().unwrap(), lake.rhythms().unwrap());
    work(values, Timeline { footages: lake.footages(), times: &times, rhythms: &rhythms })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn for_is_what_it_says(plans in plans(), seed in any::<u64>(), least_ms in 0_i64..700) {
        let lake = lake(&plans, seed);
        let (times, a) = (lake.timestamps().unwrap(), flags(&lake, "a"));
        let mut expected = vec![(false, false); lake.rows()];
        for footage in 0..lake.footages().len() {
            let rows = range(&lake, footage);
            let times = &times[rows.clone()];
            let a = &a[rows.clone()];
            let (period, breaks) = period_and_breaks(times);
            for at in 0..times.len() {
                let (mut first, mut last) = (at, at);
                while first > 0 && a[first - 1] == Some(true) && !breaks(first) {
                    first -= 1;
                }
                while last + 1 < times.len() && a[last + 1] == Some(true) && !breaks(last + 1) {
                    last += 1;
                }
                let long = times[last] - times[first] + period >= least_ms * MS;
                let yes = a[at] == Some(true) && long;
                expected[rows.start + at] = (yes, a[at].is_some() && !yes);
            }
        }
        let found = rows_of(&lake, &format!("a for {least_ms} ms"));
        prop_assert_eq!(&found, &expected.iter().map(|e| e.0).collect::<Vec<_>>());
        let denied = rows_of(&lake, &format!("not (a for {least_ms} ms)"));
        prop_assert_eq!(&denied, &expected.iter().map(|e| e.1).collect::<Vec<_>>());
    }

    #[test]
    fn within_is_what_it_says(plans in plans(), seed in any::<u64>(), most_ms in 0_i64..400, side in 0_usize..3) {
        let lake = lake(&plans, seed);
        let (times, a, b) = (lake.timestamps().unwrap(), flags(&lake, "a"), flags(&lake, "b"));
        let recording_of: Vec<&str> =
            lake.footages().iter().flat_map(|footage| std::iter::repeat_n(footage.recording.as_str(), footage.rows)).collect();
        let most = most_ms * MS;
        let near = |row: usize| {
            (0..lake.rows()).any(|other| {
                let ahead = times[other] - times[row];
                b[other] == Some(true)
                    && recording_of[other] == recording_of[row]
                    && ahead.abs() <= most
                    && [true, ahead >= 0, ahead <= 0][side]
            })
        };
        let word = ["of", "before", "after"][side];
        let found = rows_of(&lake, &format!("a within {most_ms} ms {word} b"));
        prop_assert_eq!(&found, &(0..lake.rows()).map(|row| a[row] == Some(true) && near(row)).collect::<Vec<_>>());
        let denied = rows_of(&lake, &format!("not (a within {most_ms} ms {word} b)"));
        prop_assert_eq!(&denied, &(0..lake.rows()).map(|row| a[row] == Some(false) || !near(row)).collect::<Vec<_>>());
    }

    #[test]
    fn rate_is_what_it_says(plans in plans(), seed in any::<u64>()) {
        let lake = lake(&plans, seed);
        let times = lake.timestamps().unwrap();
        let found = with_timeline(&lake, |values, timeline| over_time::rate(values, None, timeline));
        for footage in 0..lake.footages().len() {
            let rows = range(&lake, footage);
            let (_, breaks) = period_and_breaks(&times[rows.clone()]);
            for row in rows.clone() {
                let at = row - rows.start;
                let inside = at > 0 && row + 1 < rows.end && !breaks(at) && !breaks(at + 1);
                let value = |row| lake.metric("x").unwrap().number(row);
                let elapsed = if inside { times[row + 1] - times[row - 1] } else { 0 };
                #[expect(clippy::cast_precision_loss, reason = "small")]
                let expected = (elapsed > 0)
                    .then(|| Some((value(row + 1)? - value(row - 1)?) / (elapsed as f64 / 1e9)))
                    .flatten();
                prop_assert_eq!(Some(found[row]).filter(|v| !v.is_nan()), expected, "row {}", row);
            }
        }
    }

    #[test]
    fn windows_are_what_they_say(plans in plans(), seed in any::<u64>(), length_ms in 0_i64..900) {
        let lake = lake(&plans, seed);
        let times = lake.timestamps().unwrap();
        for function in [WindowFunction::Mean, WindowFunction::Min, WindowFunction::Max] {
            let found = with_timeline(&lake, |values, timeline| over_time::window((function, None), values, length_ms * MS, timeline));
            for footage in 0..lake.footages().len() {
                let rows = range(&lake, footage);
                for row in rows.clone() {
                    let begin = (rows.start..=row).rev().take_while(|at| *at == row || times[*at] <= times[*at + 1]);
                    let values: Vec<f64> = begin
                        .filter(|at| times[row] - times[*at] <= length_ms * MS)
                        .filter_map(|at| lake.metric("x").unwrap().number(at))
                        .collect();
                    if values.is_empty() {
                        prop_assert!(found[row].is_nan());
                        continue;
                    }
                    #[expect(clippy::cast_precision_loss, reason = "small")]
                    let expected = match function {
                        WindowFunction::Mean => values.iter().sum::<f64>() / values.len() as f64,
                        WindowFunction::Min => values.iter().copied().fold(f64::INFINITY, f64::min),
                        WindowFunction::Max => values.iter().copied().fold(f64::NEG_INFINITY, f64::max),
                    };
                    let most = values.iter().map(|value| value.abs()).fold(0.0, f64::max);
                    let slack = if function == WindowFunction::Mean { most * 1e-14 } else { 0.0 };
                    prop_assert!((found[row] - expected).abs() <= slack, "{} instead of {}", found[row], expected);
                }
            }
        }
    }
}

#[test]
fn a_large_value_leaves_no_trace_in_later_means() {
    let mut lake = MemoryColumns::new();
    lake.add_footage("r", "c", 0, &Arc::default(), (0..300).map(|at| at * 100 * MS));
    let values = (0..300).map(|at| if at == 7 { 1e300 } else { 0.1 }).collect();
    lake.add_metric("x", None, Column::Float(values));
    let means = with_timeline(&lake, |values, timeline| {
        over_time::window((WindowFunction::Mean, None), values, 1000 * MS, timeline)
    });
    assert!(means[18..].iter().all(|mean| (mean - 0.1).abs() < 1e-15));
    assert_eq!(Rhythm::of_all(lake.footages(), &lake.timestamps().unwrap())[0].period_ns, 100 * MS);
}

#[test]
fn headings_turn_by_the_short_way() {
    let mut lake = MemoryColumns::new();
    lake.add_footage("r", "c", 0, &Arc::default(), (0..5).map(|at| at * 1000 * MS));
    let nan = f64::NAN;
    lake.add_metric("heading", Some("deg"), Column::Float(vec![356.0, 358.0, 0.0, 2.0, nan]))
        .add_metric("count", None, Column::Float(vec![356.0, 358.0, 0.0, 2.0, nan]))
        .set_circle("heading", Circle { radians: false, signed: false });
    let rows = |text: &str| {
        let set = Filter::parse(text).unwrap().evaluate(&lake).unwrap_or_else(|error| panic!("{}", error.render(text)));
        set.iter().collect::<Vec<_>>()
    };
    for (text, expected) in [
        ("rate(heading) between 1.99 and 2.01", vec![1, 2]),
        ("rate(heading + 10) between 1.99 and 2.01", vec![1, 2]),
        ("rate(-heading) between -2.01 and -1.99", vec![1, 2]),
        ("rate(count) < -100", vec![1, 2]),
        ("mean(heading, 1 s) between 356.99 and 357.01", vec![1]),
        ("mean(heading, 1 s) between 358.99 and 359.01", vec![2]),
        ("mean(heading, 3 s) between 358.99 and 359.01", vec![3]),
        ("rate(mean(heading, 1 s)) between 1.49 and 1.51", vec![1, 3]),
        ("max(heading * 2, 1 s) > 700", vec![0, 1, 2]),
        ("max(rate(heading), 9 s) > 1.9", vec![1, 2, 3, 4]),
    ] {
        assert_eq!(rows(text), expected, "{text}");
    }
    for text in ["min(heading, 1 s) < 3", "max(heading - 3 deg, 1 s) < 3"] {
        let error = Filter::parse(text).unwrap().bind(&lake).expect_err(text);
        assert!(error.message.contains("direction") && error.hint.unwrap().contains("mean("), "{text}");
    }
}
