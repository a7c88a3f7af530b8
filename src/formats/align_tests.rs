//! Tests of the alignment: tables of cases, and equality with a plain search over all samples.

use std::sync::Arc;

use proptest::prelude::*;

use super::*;

const S: i64 = 1_000_000_000;
const NAN: f64 = f64::NAN;

fn series(name: &str, unit: Option<&str>, times: &[i64], values: Column) -> Series {
    Series { name: name.to_owned(), unit: unit.map(str::to_owned), time_ns: Arc::new(times.to_vec()), values }
}

fn floats(column: &Column) -> Vec<String> {
    (0..column.len()).map(|row| column.number(row).map_or("-".to_owned(), |v| format!("{v:.3}"))).collect()
}

#[test]
fn aligns_each_way() {
    use Interpolation::{Circular, Linear, Nearest, Previous};
    let times = [0, S, 2 * S, 5 * S, 6 * S];
    let halves = |n: i64| n * S / 2;
    for (way, values, frames, expected) in [
        // A gap of 3 s is not bridged, nothing is extrapolated, exact hits count.
        (
            Linear,
            [0.0, 10.0, 20.0, 50.0, 60.0],
            vec![-1, 0, 1, 3, 4, 5, 10, 11, 12, 13],
            "- 0.000 5.000 15.000 20.000 - 50.000 55.000 60.000 -",
        ),
        // NaN at 1 s: neither side of it is bridged.
        (Linear, [0.0, NAN, 20.0, 50.0, 60.0], vec![0, 1, 2, 3, 4], "0.000 - - - 20.000"),
        (
            Previous,
            [0.0, 10.0, 20.0, 50.0, 60.0],
            vec![-1, 0, 1, 5, 6, 7, 13, 14, 15],
            "- 0.000 0.000 20.000 20.000 - 60.000 60.000 -",
        ),
        (Previous, [0.0, NAN, 20.0, 50.0, 60.0], vec![1, 2, 3, 4], "0.000 - - 20.000"),
        (Nearest, [0.0, 10.0, 20.0, 50.0, 60.0], vec![-3, -2, 1, 3, 7, 8], "- 0.000 0.000 10.000 - 50.000"),
        (Circular, [350.0, 10.0, 350.0, 90.0, 270.0], vec![1, 2, 3, 11], "0.000 10.000 0.000 180.000"),
        (Circular, [-170.0, 170.0, -90.0, 0.0, 1.0], vec![1, 3], "-180.000 -140.000"),
    ] {
        let frames: Vec<i64> = frames.into_iter().map(halves).collect();
        let options = AlignOptions { interpolation: Some(way), ..AlignOptions::default() };
        let found = align(&series("a", Some("deg"), &times, Column::Float(values.to_vec())), &frames, &options);
        assert_eq!(floats(&found).join(" "), expected, "{way:?} {values:?}");
    }
}

#[test]
fn other_kinds_keep_their_kind() {
    let times = [0, S];
    let frames = [-1, 0, S / 2, S, 3 * S];
    let words = ["park", "drive"].map(str::to_owned).to_vec();
    for (values, expected) in [
        (
            Column::Int { values: vec![7, 0], valid: vec![true, false] },
            Column::Int { values: vec![0, 7, 7, 0, 0], valid: vec![false, true, true, false, false] },
        ),
        (Column::Bool(vec![1, 0]), Column::Bool(vec![NULL_BOOL, 1, 1, 0, NULL_BOOL])),
        (
            Column::Text { codes: vec![1, 0], words: words.clone() },
            Column::Text { codes: vec![NULL_WORD, 1, 1, 0, NULL_WORD], words },
        ),
    ] {
        assert_eq!(align(&series("gear", None, &times, values), &frames, &AlignOptions::default()), expected);
    }
    let whole = Column::Int { values: vec![0, 10], valid: vec![] };
    let linear = AlignOptions { interpolation: Some(Interpolation::Linear), ..AlignOptions::default() };
    assert_eq!(floats(&align(&series("n", None, &times, whole), &[S / 4], &linear)), ["2.500"]);
    let none = series("n", None, &[], Column::Float(vec![]));
    assert_eq!(floats(&align(&none, &[1, 2], &AlignOptions::default())), ["-", "-"]);
}

#[test]
fn headings_are_known_by_name() {
    use MetricKind::{Bool, Float, Int, Text};
    for (name, kind, expected) in [
        ("heading", Float, Interpolation::Circular),
        ("gps.Heading", Int, Interpolation::Circular),
        ("yaw_angle", Float, Interpolation::Circular),
        ("vehicleYaw", Float, Interpolation::Circular),
        ("yaw_rate", Float, Interpolation::Linear),
        ("yawRate", Float, Interpolation::Linear),
        ("heading_error", Float, Interpolation::Linear),
        ("steering_angle", Float, Interpolation::Linear),
        ("of_course", Float, Interpolation::Circular),
        ("heading", Text, Interpolation::Previous),
        ("gear", Int, Interpolation::Previous),
        ("on", Bool, Interpolation::Previous),
    ] {
        assert_eq!(default_interpolation(name, kind), expected, "{name}");
    }
}

#[test]
fn radians_go_round_two_pi() {
    let at_half = |unit: Option<&str>, values: [f64; 2]| {
        let column =
            align(&series("yaw", unit, &[0, S], Column::Float(values.to_vec())), &[S / 2], &AlignOptions::default());
        column.number(0).unwrap()
    };
    for (unit, values, expected) in [
        (Some("rad"), [6.2, 0.1], 0.008_407),
        (None, [3.1, -3.1], -std::f64::consts::PI),
        (Some("deg"), [6.2, 0.1], 3.15),
        (None, [359.0, 3.0], 1.0),
        (Some("°"), [-179.0, 177.0], 179.0),
    ] {
        let found = at_half(unit, values);
        assert!((found - expected).abs() < 1e-5, "{unit:?} {values:?}: {found}");
    }
}

/// The rules again, written without regard to speed.
fn naive(times: &[i64], values: &[f64], frame: i64, way: Interpolation, max_gap: i64) -> f64 {
    let before = (0..times.len()).rev().find(|at| times[*at] <= frame);
    let after = (0..times.len()).find(|at| times[*at] > frame);
    match way {
        Interpolation::Previous => before.filter(|at| frame - times[*at] <= max_gap).map_or(NAN, |at| values[at]),
        Interpolation::Nearest => {
            let near = |at: &usize| (times[*at] - frame).abs();
            let nearest = before.into_iter().chain(after).min_by_key(|at| (near(at), *at));
            nearest.filter(|at| near(at) <= max_gap).map_or(NAN, |at| values[at])
        }
        Interpolation::Linear | Interpolation::Circular => match (before, after) {
            (Some(a), _) if times[a] == frame => values[a],
            (Some(a), Some(b)) if times[b] - times[a] <= max_gap => {
                let part = (frame - times[a]) as f64 / (times[b] - times[a]) as f64;
                values[a] + (values[b] - values[a]) * part
            }
            _ => NAN,
        },
    }
}

proptest! {
    #[test]
    fn equals_the_plain_search(
        steps in prop::collection::vec((0_i64..8, prop_oneof![4 => -100.0..100.0, 1 => Just(f64::NAN)]), 0..60),
        mut frames in prop::collection::vec(-5_i64..250, 0..60),
        sorted in any::<bool>(),
        max_gap in 0_i64..7,
        way in prop_oneof![Just(Interpolation::Linear), Just(Interpolation::Previous), Just(Interpolation::Nearest)],
    ) {
        if sorted {
            frames.sort_unstable();
        }
        // A step of 0 repeats a time: the last sample of such a run counts.
        let mut time = 0;
        let times: Vec<i64> = steps.iter().map(|(step, _)| { time += step; time }).collect();
        let values: Vec<f64> = steps.iter().map(|(_, value)| *value).collect();
        let options = AlignOptions { interpolation: Some(way), max_gap_ns: max_gap };
        let found = align(&series("a", None, &times, Column::Float(values.clone())), &frames, &options);
        let Column::Float(found) = found else { panic!("not doubles") };
        prop_assert_eq!(found.len(), frames.len());
        for (frame, value) in frames.iter().zip(found) {
            let expected = naive(&times, &values, *frame, way, max_gap);
            prop_assert!(value.to_bits() == expected.to_bits() || (value.is_nan() && expected.is_nan()), "{frame}: {value} not {expected}");
        }
    }

    #[test]
    fn circular_stays_on_the_circle_and_takes_the_short_way(a in 0.0..360.0, b in 0.0..360.0, part in 0_i64..1000) {
        let heading = series("heading", Some("deg"), &[0, 1000], Column::Float(vec![a, b]));
        let found = align(&heading, &[part], &AlignOptions::default()).number(0).unwrap();
        prop_assert!((0.0..360.0).contains(&found), "{found}");
        let apart = |x: f64, y: f64| { let d = (x - y).rem_euclid(360.0); d.min(360.0 - d) };
        let way = apart(a, b);
        prop_assert!((apart(a, found) - way * part as f64 / 1000.0).abs() < 1e-6);
    }
}

#[test]
fn aligns_many_frames_quickly() {
    let frames: Vec<i64> = (0..2_000_000).map(|at| at * 33_333_333).collect();
    let times: Vec<i64> = (0..6_600_000).map(|at| at * 10_000_000).collect();
    let values: Vec<f64> = (0..times.len()).map(|at| (at % 1000) as f64).collect();
    let one = series("speed", None, &times, Column::Float(values));
    let began = std::time::Instant::now();
    let located = Located::new(&one.time_ns, &frames);
    for _ in 0..10 {
        assert_eq!(align_located(&one, &frames, &located, &AlignOptions::default()).len(), frames.len());
    }
    let rate = 20.0 / began.elapsed().as_secs_f64();
    eprintln!("aligned {rate:.0} million frame-metrics a second");
    assert!(rate > 5.0, "{rate} million a second is far below what one pass takes");
}

#[test]
fn the_value_at_a_moment_is_that_of_a_frame_taken_then() {
    let times: Vec<i64> = [0, 100, 200, 2000, 2100, 2100, 9000].into_iter().map(|ms| ms * 1_000_000).collect();
    let floats = Column::Float(vec![350.0, 10.0, f64::NAN, 4.0, 5.0, 6.0, 7.0]);
    let ints =
        Column::Int { values: vec![1, 2, 0, 4, 5, 6, 7], valid: vec![true, true, false, true, true, true, true] };
    for (name, values) in [("heading", floats.clone()), ("speed", floats), ("gear", ints.clone()), ("heading", ints)] {
        let series = Series { name: name.into(), unit: Some("deg".into()), time_ns: Arc::new(times.clone()), values };
        let ways = [Interpolation::Linear, Interpolation::Previous, Interpolation::Nearest, Interpolation::Circular];
        for interpolation in std::iter::once(None).chain(ways.map(Some)) {
            for max_gap_ns in [1, 60_000_000, DEFAULT_MAX_GAP_NS, i64::MAX] {
                let options = AlignOptions { interpolation, max_gap_ns };
                let moments: Vec<i64> = (-3..190).map(|step| step * 50_000_000).collect();
                let frames = align(&series, &moments, &options);
                for (at, ns) in moments.iter().enumerate() {
                    let found = value_at(&series, *ns, &options, circle_of(&series));
                    assert_eq!(found, frames.number(at), "{name} {options:?} {ns}");
                }
            }
        }
    }
}
