//! Routes: gaps, coarser copies, directions, the nearest row.

use std::{collections::BTreeMap, sync::Arc, sync::atomic::AtomicBool};

use proptest::prelude::*;

use super::*;
use crate::filter::{MemoryColumns, position_of};

/// Collects what is drawn: lines of rows and points.
#[derive(Default)]
struct Lines(Vec<Vec<(usize, usize, Point)>>);

impl Pen for Lines {
    fn to(&mut self, row: usize, end: usize, point: Point) {
        if self.0.is_empty() {
            self.0.push(Vec::new());
        }
        if let Some(line) = self.0.last_mut() {
            line.push((row, end, point));
        }
    }

    fn up(&mut self) {
        if self.0.last().is_none_or(|line| !line.is_empty()) {
            self.0.push(Vec::new());
        }
    }
}

fn lines(route: &Route, window: &Bounds, apart: f64) -> Vec<Vec<(usize, usize, Point)>> {
    let mut lines = Lines::default();
    route.draw(window, apart, &mut lines);
    lines.0.retain(|line| !line.is_empty());
    lines.0
}

const ALL: Bounds = Bounds { low: [i32::MIN; 2], high: [i32::MAX; 2] };

/// A route of a frame every 0.1 s.
fn route(points: Vec<Point>) -> Route {
    let times: Vec<i64> = (0..points.len()).map(|at| i64::try_from(at).unwrap() * 100_000_000).collect();
    Route::of(1000, points, &times)
}

#[test]
fn short_gaps_are_bridged_and_long_ones_and_jumps_break_the_line() {
    let along = |at: i32| [at * 100, 7];
    let mut points: Vec<Point> = (0..200).map(along).collect();
    points[20] = NOWHERE;
    points[50..90].fill(NOWHERE);
    for point in &mut points[150..] {
        point[1] += 1_000_000;
    }
    let route = route(points);
    for apart in [0.0, 64.0, 512.0] {
        let drawn = lines(&route, &ALL, apart);
        let ends: Vec<(usize, usize)> = drawn.iter().map(|line| (line[0].0, line[line.len() - 1].0)).collect();
        assert_eq!(ends, [(1000, 1049), (1090, 1149), (1150, 1199)], "{apart}");
    }
    // Every row lies in the stretch of one point.
    let rows: usize = lines(&route, &ALL, 512.0).concat().iter().map(|(row, end, _)| end - row).sum();
    assert_eq!(rows, 200);
    assert!(lines(&route, &ALL, 512.0).concat().len() < 60);
}

#[test]
fn only_what_lies_in_the_window_is_walked() {
    let route = route((0..100_000).map(|at| [at * 100, 0]).collect());
    let window = Bounds { low: [5_000_000, -10], high: [5_010_000, 10] };
    let drawn = lines(&route, &window, 0.0);
    assert_eq!(drawn.len(), 1);
    assert!(drawn[0].len() < 1200, "{}", drawn[0].len());
    assert!(drawn[0].first().unwrap().2[0] <= 5_000_000 && drawn[0].last().unwrap().2[0] >= 5_010_000);
    let beside = Bounds { low: [5_000_000, 10], high: [5_010_000, 20] };
    assert!(lines(&route, &beside, 0.0).is_empty());
    let weight = |window, apart| route.weight(window, apart);
    assert!(weight(&ALL, 0.0) >= 100_000 && weight(&ALL, 1e5) <= 512 && weight(&window, 0.0) <= 1024);
    assert_eq!(weight(&beside, 0.0), 0);
}

#[test]
fn a_standing_car_keeps_its_direction() {
    let mut points: Vec<Point> = (0..50).map(|at| [at * 100, 0]).collect();
    points.extend([[4900, 1], [4901, 0], [4899, -1]].repeat(20));
    let route = route(points);
    for row in [1005, 1055, 1090] {
        let course = route.course(row, 300.0).unwrap().to_degrees();
        assert!((course - 90.0).abs() < 1.0, "{row}: {course}");
    }
    assert_eq!(Route::of(0, vec![[5, 5]; 9], &[]).course(3, 300.0), None);
}

#[test]
fn one_footage_of_each_recording_is_drawn_and_the_nearest_row_is_found() {
    let mut lake = MemoryColumns::new();
    let none = Arc::new(BTreeMap::new());
    for (recording, camera) in [("a", "front"), ("a", "rear"), ("b", "front"), ("c", "front")] {
        lake.add_footage(recording, camera, 0, &none, (0..4).map(|at| at * 1_000_000_000));
    }
    let nan = f64::NAN;
    let latitudes = [[nan, nan, 10.0, 10.0001], [10.0, 10.0001, 10.0002, 10.0003], [20.0, 0.0, 20.0002, nan], [nan; 4]];
    let longitudes = [[5.0; 4], [5.0; 4], [-179.9999, 0.0, 179.9999, nan], [nan; 4]];
    lake.add_metric("lat", None, Column::Float(latitudes.concat()));
    lake.add_metric("lon", Some("rad"), Column::Float(longitudes.concat().iter().map(|v| v.to_radians()).collect()));
    let names = position_of(lake.metrics()).unwrap();
    let routes = Routes::build(&lake, &names, &AtomicBool::new(false)).unwrap();
    assert_eq!((routes.drawn.as_slice(), routes.without_fix), (&[1, 2][..], 1));
    let near = |latitude, longitude| {
        let [x, y] = routes.projection.project(latitude, longitude);
        routes.nearest([f64::from(x), f64::from(y)], 1e5)
    };
    assert_eq!(near(10.000_19, 5.000_01), Some((1, 6)));
    assert_eq!(near(20.000_1, 179.999_95), Some((2, 10)));
    assert_eq!(near(30.0, 5.0), None);
    assert_eq!((routes.point(0, 0), routes.point(2, 9), routes.point(9, 0)), (None, None, None));
    assert!(routes.point(2, 10).is_some());
    assert!(Routes::build(&lake, &names, &AtomicBool::new(true)).is_err());
}

proptest! {
    #[test]
    fn coarser_copies_stay_near_and_hold_every_row(
        steps in prop::collection::vec((-90_i32..90, -90_i32..90, 0_u8..12), 1..2000),
        apart in prop::sample::select(vec![64.0, 128.0, 256.0, 1024.0]),
    ) {
        let mut at = [0, 0];
        let points: Vec<Point> = steps
            .iter()
            .map(|(east, south, gap)| {
                at = [at[0] + east, at[1] + south];
                if *gap == 0 { NOWHERE } else { at }
            })
            .collect();
        let route = route(points.clone());
        let drawn = lines(&route, &ALL, apart).concat();
        let positions = points.iter().filter(|point| **point != NOWHERE).count();
        prop_assert!(drawn.len() <= positions);
        prop_assert_eq!(drawn.is_empty(), positions == 0);
        for (row, end, point) in &drawn {
            prop_assert_eq!(points[row - 1000], *point);
            for skipped in points[row - 1000..end - 1000].iter().filter(|point| **point != NOWHERE) {
                prop_assert!(distance_squared(*skipped, *point) <= 4.0 * apart * apart, "{skipped:?} {point:?}");
            }
        }
    }
}
