//! The charts of the answer, made when an answer came and kept until another one comes.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use egui::Context;

use super::{
    ChartOf,
    answer::Places,
    door::{Repeats, Times},
    state::Answers,
};
use crate::{
    gui::{
        charts::{Axis, Chart, Marks, Scale, Series},
        dock::Pane,
        fetch::Fetch,
        lake::Lake,
        work::Workers,
    },
    jobs::Priority,
};

/// What a chart was made of: the address of an answer, and how it is looked at.
type MadeOf = (usize, u8, Vec<i64>);

/// Locations that a map draws at most, beside those that are chosen: more than can be told apart.
const MOST_DOTS: usize = 20_000;
/// Spots of a map of more locations, along each axis.
const SPOTS: [usize; 2] = [200, 100];

/// What the map was made of.
struct MapOf {
    places: Arc<Places>,
    chosen: Vec<i64>,
}

impl PartialEq for MapOf {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.places, &other.places) && self.chosen == other.chosen
    }
}

/// The charts.
#[derive(Default)]
pub struct Charts {
    made: HashMap<ChartOf, (MadeOf, Arc<Chart>)>,
    /// The map, which may have any number of locations and is made by a worker.
    map: Fetch<MapOf, Arc<Chart>>,
}

impl Charts {
    /// Makes those anew that are seen and whose answer is another one. But for the map each has at most some thousand points,
    /// so that this takes no time that anyone notices.
    pub(super) fn renew(
        &mut self,
        lake: &Lake,
        answers: &Answers,
        (workers, ctx): (&Workers, &Context),
        seen: &dyn Fn(Pane) -> bool,
    ) {
        let look = &lake.detections.look;
        let chosen = &lake.detections.choice.locations;
        if let Some(times) = answers.times.value() {
            let log = look.log_time.unwrap_or_else(|| suits_log(times));
            let made_of = (Arc::as_ptr(times).addr(), u8::from(log), Vec::new());
            self.put(ChartOf::OverTime, made_of, || over_time(times, log));
        }
        if let Some(places) = answers.places.value().filter(|_| seen(Pane::Skew)) {
            let made_of = (Arc::as_ptr(places).addr(), u8::from(look.shares), Vec::new());
            self.put(ChartOf::Skew, made_of, || skew(places, look.shares));
        }
        if let Some(places) = answers.places.value().filter(|_| seen(Pane::Map)) {
            let (places, chosen) = (Arc::clone(places), chosen.clone());
            let key = MapOf { places: Arc::clone(&places), chosen: chosen.clone() };
            self.map.request(key, &workers.ask, Priority::Visible, ctx, move |_| Ok(Arc::new(map(&places, &chosen))));
        }
        self.map.poll();
        if let Some(repeats) = answers.repeats.value() {
            self.put(ChartOf::Repeats, (Arc::as_ptr(repeats).addr(), 0, Vec::new()), || delays(repeats));
        }
    }

    fn put(&mut self, of: ChartOf, made_of: MadeOf, make: impl FnOnce() -> Chart) {
        if self.made.get(&of).is_none_or(|known| known.0 != made_of) {
            self.made.insert(of, (made_of, Arc::new(make())));
        }
    }

    /// A chart, once it was made.
    pub(super) fn get(&self, of: ChartOf) -> Option<Arc<Chart>> {
        match of {
            ChartOf::Map => self.map.value().cloned(),
            _ => self.made.get(&of).map(|known| Arc::clone(&known.1)),
        }
    }
}

/// Whether a few windows have so many events that the others would not be seen beside them.
fn suits_log(times: &Times) -> bool {
    let mut counts: Vec<u64> = times.counts.iter().map(|window| window.1).collect();
    counts.sort_unstable();
    let middle = counts.get(counts.len() / 2).copied().unwrap_or(0);
    counts.last().is_some_and(|most| *most > middle.saturating_mul(40))
}

#[expect(clippy::cast_precision_loss, reason = "drawn on a chart")]
fn over_time(times: &Times, log: bool) -> Chart {
    // Windows that overlap stand side by side, each where it begins.
    let width = times.slide_ns as f64 / 1e9;
    let points = times.counts.iter().map(|(start, count)| [*start as f64 / 1e9, *count as f64]).collect();
    let series = Series { name: "events".into(), color: 0, marks: Marks::Spans(width), points, ..Series::default() };
    let scale = if log { Scale::Log } else { Scale::Linear };
    let length = super::choice::length_text;
    let title = if times.slide_ns < times.window_ns {
        format!("begin of windows of {}, UTC, every {}", length(times.window_ns), length(times.slide_ns))
    } else {
        format!("time, UTC, {} each", length(times.window_ns))
    };
    Chart {
        name: ChartOf::OverTime.name().into(),
        x: Axis { title, scale: Scale::Time, ..Axis::default() },
        y: Axis { scale, ..Axis::counts("events") },
        series: vec![series],
        ..Chart::default()
    }
}

/// Points of a curve over many locations: all of the first, then ever fewer.
fn thinned(count: usize) -> Vec<usize> {
    let mut places = Vec::new();
    let mut at = 0;
    while at < count {
        places.push(at);
        at += 1 + at / 200;
    }
    if let Some(last) = count.checked_sub(1).filter(|last| places.last() != Some(last)) {
        places.push(last);
    }
    places
}

#[expect(clippy::cast_precision_loss, reason = "drawn on a chart")]
fn skew(places: &Places, shares: bool) -> Chart {
    let busy = places.list.iter().take_while(|place| place.events > 0).count();
    let mut sums = Vec::with_capacity(busy);
    let mut sum = 0_u64;
    for place in &places.list[..busy] {
        sum = sum.saturating_add(place.events);
        sums.push(sum);
    }
    let at = thinned(busy);
    let name = |index: usize| format!("{}. {}", index + 1, places.list[index].text());
    let value =
        |index: usize| if shares { places.share(sums[index]) * 100.0 } else { places.list[index].events as f64 };
    let points = at.iter().map(|index| [*index as f64 + 1.0, value(*index)]).collect();
    let names = at.iter().map(|index| name(*index)).collect();
    let y = if shares {
        Axis { unit: Some("%".into()), ..Axis::counts("share of all events") }
    } else {
        Axis { scale: Scale::Log, ..Axis::counts("events") }
    };
    let series = if shares { "this and all busier ones" } else { "events" };
    Chart {
        name: ChartOf::Skew.name().into(),
        x: Axis { scale: Scale::Log, ..Axis::counts("location, busiest first") },
        y,
        series: vec![Series { name: series.into(), color: 0, marks: Marks::Line, points, names, gap: None }],
        ..Chart::default()
    }
}

/// Where more locations have coordinates than a map draws: those that are chosen, and of each spot the busiest one.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a part of a span, from 0 to 1, times some hundred spots"
)]
fn busiest_of_spots(places: &Places, chosen: &HashSet<i64>) -> Option<HashSet<usize>> {
    let at = || places.list.iter().enumerate().filter_map(|(index, place)| Some((index, place.oid, place.at?)));
    at().nth(MOST_DOTS)?;
    let (mut least, mut most) = ([f64::INFINITY; 2], [f64::NEG_INFINITY; 2]);
    for (_, _, point) in at() {
        for axis in 0..2 {
            (least[axis], most[axis]) = (least[axis].min(point[axis]), most[axis].max(point[axis]));
        }
    }
    let spot = |point: [f64; 2], axis: usize| {
        let part = (point[axis] - least[axis]) / (most[axis] - least[axis]).max(f64::MIN_POSITIVE);
        ((part * SPOTS[axis] as f64) as usize).min(SPOTS[axis] - 1)
    };
    let mut taken = HashSet::new();
    // Locations come with the busiest first.
    let kept = at().filter(|(_, oid, point)| taken.insert((spot(*point, 0), spot(*point, 1))) || chosen.contains(oid));
    Some(kept.map(|(index, ..)| index).collect())
}

#[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "sizes of dots")]
fn map(places: &Places, chosen: &[i64]) -> Chart {
    let most = places.list.first().map_or(1, |place| place.events.max(1)) as f64;
    let chosen: HashSet<i64> = chosen.iter().copied().collect();
    let drawn = busiest_of_spots(places, &chosen);
    // Files and the legend tell what is left out.
    let named = |name: &str| if drawn.is_some() { format!("{name}, busiest of each spot") } else { name.to_owned() };
    let mut quiet = Series { name: named("no events"), color: 5, marks: Marks::Line, ..Series::default() };
    let mut busy = Series { name: named("events"), color: 0, ..Series::default() };
    let mut picked = Series { name: "chosen".into(), color: 1, ..Series::default() };
    let (mut looks, mut quiets, mut picks) = (Vec::new(), Vec::new(), Vec::new());
    // The busiest last, so that they lie on top.
    for (index, place) in places.list.iter().enumerate().rev() {
        let Some(at) = place.at else { continue };
        if drawn.as_ref().is_some_and(|drawn| !drawn.contains(&index)) {
            continue;
        }
        let part = (place.events as f64 / most).sqrt();
        let look = ((2.5 + 9.5 * part) as f32, (0.35 + 0.55 * part) as f32);
        let name = format!("{}: {}", place.text(), crate::gui::widgets::text::counted(place.events, "event"));
        let (series, looks) = if chosen.contains(&place.oid) {
            (&mut picked, &mut picks)
        } else if place.events == 0 {
            (&mut quiet, &mut quiets)
        } else {
            (&mut busy, &mut looks)
        };
        series.points.push(at);
        series.names.push(name);
        looks.push(if place.events == 0 { (2.0, 0.35) } else { look });
    }
    quiet.marks = Marks::Dots(quiets);
    busy.marks = Marks::Dots(looks);
    picked.marks = Marks::Dots(picks.into_iter().map(|look| (look.0.max(5.0), 1.0)).collect());
    let series: Vec<Series> = [quiet, busy, picked].into_iter().filter(|series| !series.points.is_empty()).collect();
    let latitudes = series.iter().flat_map(|series| &series.points).map(|point| point[1]);
    let (sum, count) = latitudes.fold((0.0, 0_u32), |(sum, count), latitude| (sum + latitude, count + 1));
    let middle = if count == 0 { 0.0 } else { sum / f64::from(count) };
    Chart {
        name: ChartOf::Map.name().into(),
        x: Axis { title: "longitude".into(), unit: Some("°".into()), ..Axis::default() },
        y: Axis { title: "latitude".into(), unit: Some("°".into()), ..Axis::default() },
        series,
        // Degrees of longitude are shorter towards the poles.
        aspect: Some(1.0 / middle.to_radians().cos().max(0.05)),
        ..Chart::default()
    }
}

/// Ends of the bars of delays, s; before the first lie copies of the same time.
const DELAYS: [u32; 18] = [1, 2, 5, 10, 15, 20, 25, 30, 45, 60, 120, 300, 600, 1800, 3600, 21_600, 86_400, 604_800];

#[expect(clippy::cast_precision_loss, reason = "drawn on a chart")]
fn delays(repeats: &Repeats) -> Chart {
    let bounds: Vec<u64> = std::iter::once(1).chain(DELAYS.iter().map(|end| u64::from(*end) * 1_000_000_000)).collect();
    let counts = repeats.delays.histogram(&bounds);
    let last = counts.iter().rposition(|count| *count > 0).unwrap_or(0);
    let points = counts.iter().take(last + 1).enumerate().map(|(index, count)| [index as f64, *count as f64]).collect();
    let series = Series {
        name: "copies".into(),
        color: 2,
        marks: Marks::Bars(0.9),
        points,
        names: (0..=last).map(|index| delay_name(index, true)).collect(),
        ..Series::default()
    };
    Chart {
        name: ChartOf::Repeats.name().into(),
        x: Axis {
            title: "delay".into(),
            labels: (0..=last).map(|index| delay_name(index, false)).collect(),
            ..Axis::default()
        },
        y: Axis { scale: Scale::Log, ..Axis::counts("copies") },
        series: vec![series],
        ..Chart::default()
    }
}

/// What a bar of delays counts: those up to its end, or all beyond the last.
fn delay_name(index: usize, whole: bool) -> String {
    let text = |seconds: u32| super::choice::length_text(i64::from(seconds) * 1_000_000_000);
    let from = index.checked_sub(2).and_then(|before| DELAYS.get(before)).copied().map_or_else(|| "0".to_owned(), text);
    match (index.checked_sub(1).and_then(|place| DELAYS.get(place)).copied(), index, whole) {
        (_, 0, true) => "At the same time".to_owned(),
        (_, 0, false) => "same".to_owned(),
        (Some(to), _, true) => format!("{from} to {}", text(to)),
        (Some(to), _, false) => format!("< {}", text(to)),
        (None, _, true) => format!("Over {from}"),
        (None, _, false) => format!("> {from}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gui::detections::answer::Place;

    fn places() -> Places {
        let place = |oid: i64, events, at| Place { oid, name: Some(format!("P{oid}")), matched: true, events, at };
        Places::new(vec![
            place(1, 10, Some([13.4, 52.5])),
            place(2, 30, None),
            place(3, 0, Some([13.5, 52.4])),
            place(4, 60, Some([13.3, 52.6])),
        ])
    }

    #[test]
    fn curves_keep_the_first_and_the_last_location() {
        assert_eq!(thinned(0), Vec::<usize>::new());
        assert_eq!(thinned(3), [0, 1, 2]);
        let many = thinned(1_000_000);
        assert!(many.len() < 4000 && many[..200] == (0..200).collect::<Vec<_>>() && many.last() == Some(&999_999));
        let chart = skew(&places(), true);
        assert_eq!(chart.series[0].points, [[1.0, 60.0], [2.0, 90.0], [3.0, 100.0]]);
        assert_eq!(skew(&places(), false).series[0].points, [[1.0, 60.0], [2.0, 30.0], [3.0, 10.0]]);
    }

    #[test]
    fn the_map_shows_each_located_place_once() {
        let chart = map(&places(), &[1]);
        let names: Vec<_> = chart.series.iter().map(|series| (series.name.as_str(), series.points.len())).collect();
        assert_eq!(names, [("no events", 1), ("events", 1), ("chosen", 1)]);
        assert!(chart.aspect.is_some_and(|aspect| (1.5..1.8).contains(&aspect)));
        assert!(map(&Places::default(), &[]).series.is_empty());
    }

    #[test]
    fn a_map_of_very_many_places_shows_the_busiest_of_each_spot() {
        let place = |oid: u32| {
            let at = Some([f64::from(oid % 300), f64::from(oid / 300 % 80)]);
            Place { oid: i64::from(oid), name: None, matched: true, events: u64::from(oid % 1000), at }
        };
        let all = Places::new((1..=60_000).map(place).collect());
        let chart = map(&all, &[59_000, 1]);
        let dots: usize = chart.series.iter().map(|series| series.points.len()).sum();
        assert!((1000..=MOST_DOTS + 2).contains(&dots), "{dots}");
        let drawn = |name: &str| chart.series.iter().find(|series| series.name == name).unwrap();
        assert_eq!(drawn("chosen").points.len(), 2);
        let busiest = drawn("events, busiest of each spot");
        assert!(busiest.names.last().is_some_and(|name| name.contains("999 events")), "{:?}", busiest.names.last());
    }

    #[test]
    fn few_towering_windows_ask_for_logarithms() {
        let times =
            |counts: &[u64]| Times { window_ns: 1, slide_ns: 1, counts: (0..).zip(counts.iter().copied()).collect() };
        for (counts, log) in [(&[5, 6, 7][..], false), (&[5, 6, 900], true), (&[], false), (&[3], false)] {
            assert_eq!(suits_log(&times(counts)), log, "{counts:?}");
        }
    }

    #[test]
    fn delays_are_named() {
        let names = [0, 1, 2, 13, DELAYS.len() + 1].map(|index| delay_name(index, true));
        assert_eq!(names, ["At the same time", "0 to 1s", "1s to 2s", "5min to 10min", "Over 168h"]);
        assert_eq!([0, 1, 19].map(|index| delay_name(index, false)), ["same", "< 1s", "> 168h"]);
    }
}
