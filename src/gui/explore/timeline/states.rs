//! Metrics that are states (gears, lights, words): stretches of time in which the state stays the same.

use std::collections::BTreeSet;

use super::axis::Axis;
use crate::model::{Column, NULL_BOOL, NULL_WORD, Series};

/// Whole numbers with more different values than this are a curve.
const MOST_NUMBERS: usize = 24;

/// A stretch of time in one state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Run {
    from: i64,
    to: i64,
    state: u32,
}

/// The states of a metric in one recording.
#[derive(Debug, PartialEq, Eq)]
pub struct States {
    /// Names of the states: numbers in their order, false before true, words in that of the file.
    pub names: Vec<String>,
    runs: Vec<Run>,
}

/// A stretch as it is drawn, points.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Band {
    /// Where it begins.
    pub left: f32,
    /// Where it ends.
    pub right: f32,
    /// The state; `None` where several come in turn within a point.
    pub state: Option<usize>,
}

impl States {
    /// From raw samples; `None` for metrics that are curves. A sample says nothing about times more than `max_gap_ns` later, as
    /// when values are found for frames.
    #[must_use]
    pub fn of(series: &Series, max_gap_ns: i64) -> Option<Self> {
        let (names, codes): (Vec<String>, Vec<u32>) = match &series.values {
            Column::Float(_) => return None,
            Column::Int { values, valid } => {
                let there = |row: &usize| valid.is_empty() || valid.get(*row) == Some(&true);
                let mut known = BTreeSet::new();
                for row in (0..values.len()).filter(there) {
                    if known.insert(values[row]) && known.len() > MOST_NUMBERS {
                        return None;
                    }
                }
                let known: Vec<i64> = known.into_iter().collect();
                let code =
                    |row: usize| known.binary_search(&values[row]).ok().and_then(|code| u32::try_from(code).ok());
                let codes =
                    (0..values.len()).map(|row| if there(&row) { code(row) } else { None }.unwrap_or(NULL_WORD));
                let codes = codes.collect();
                (known.iter().map(i64::to_string).collect(), codes)
            }
            Column::Bool(values) => {
                let code = |value: &u8| if *value == NULL_BOOL { NULL_WORD } else { u32::from(*value) };
                (vec!["false".to_owned(), "true".to_owned()], values.iter().map(code).collect())
            }
            Column::Text { codes, words } => (words.clone(), codes.clone()),
        };
        Some(Self { names, runs: runs(&series.time_ns, &codes, max_gap_ns) })
    }

    /// First and last time that a state is known for.
    #[must_use]
    pub fn extent(&self) -> Option<(i64, i64)> {
        Some((self.runs.first()?.from, self.runs.last()?.to))
    }

    /// The state at a time.
    #[must_use]
    pub fn at(&self, ns: i64) -> Option<&str> {
        let run = self.runs.get(self.runs.partition_point(|run| run.from <= ns).checked_sub(1)?)?;
        self.names.get(run.state as usize).filter(|_| ns < run.to).map(String::as_str)
    }

    /// What to draw: no more bands than twice the points of the axis, however many states come in turn.
    #[must_use]
    pub fn bands(&self, axis: &Axis) -> Vec<Band> {
        let mut bands: Vec<Band> = Vec::new();
        let mut at = self.runs.partition_point(|run| run.to <= axis.shown.from);
        while let Some(run) = self.runs.get(at).filter(|run| run.from < axis.shown.to) {
            let (left, right) = (axis.x(run.from).max(axis.left), axis.x(run.to).min(axis.right));
            if right - left >= 1.0 {
                bands.push(Band { left, right, state: Some(run.state as usize) });
                at += 1;
                continue;
            }
            // Everything that ends within this point is drawn as one.
            let edge = axis.time(left + 1.0).max(run.to);
            let next = at + self.runs[at..].partition_point(|run| run.to <= edge).max(1);
            let one = self.runs[at..next].iter().all(|other| other.state == run.state);
            let state = one.then_some(run.state as usize);
            let right = (left + 1.0).min(axis.right);
            match bands.last_mut() {
                // What begins within a point that is drawn already belongs to it.
                Some(last) if last.right > left + 0.25 && last.state != state => last.state = None,
                Some(last) if last.state == state && last.right >= left - 0.5 => last.right = right,
                _ => bands.push(Band { left, right, state }),
            }
            at = next;
        }
        bands
    }
}

/// Neighbouring samples of one state, each as long as the next sample is awaited.
fn runs(times: &[i64], codes: &[u32], max_gap_ns: i64) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for (at, (from, state)) in times.iter().zip(codes).enumerate() {
        if *state == NULL_WORD {
            continue;
        }
        let held = from.saturating_add(max_gap_ns);
        let to = times.get(at + 1).map_or(held, |next| (*next).min(held)).max(*from);
        match runs.last_mut() {
            Some(last) if last.state == *state && last.to == *from => last.to = to,
            _ => runs.push(Run { from: *from, to, state: *state }),
        }
    }
    runs
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::{super::axis::Stretch, *};

    const S: i64 = 1_000_000_000;

    fn series(times_ms: &[i64], values: Column) -> Series {
        let times = times_ms.iter().map(|time| time * 1_000_000).collect();
        Series { name: "state".into(), unit: None, time_ns: Arc::new(times), values }
    }

    fn told(states: &States) -> Vec<(i64, i64, &str)> {
        let ms = |ns: i64| ns / 1_000_000;
        states.runs.iter().map(|run| (ms(run.from), ms(run.to), states.names[run.state as usize].as_str())).collect()
    }

    #[test]
    fn samples_of_one_state_are_one_band_and_gaps_stay() {
        let gear = Column::Int { values: vec![1, 1, 3, 0, 3], valid: vec![true, true, true, false, true] };
        let states = States::of(&series(&[0, 100, 200, 300, 2000], gear), S).unwrap();
        assert_eq!(told(&states), [(0, 200, "1"), (200, 300, "3"), (2000, 3000, "3")]);
        assert_eq!(states.names, ["1", "3"]);
        let at = |ms: i64| states.at(ms * 1_000_000);
        assert_eq!(
            (at(-1), at(150), at(250), at(350), at(2500), at(3000)),
            (None, Some("1"), Some("3"), None, Some("3"), None)
        );
        assert_eq!(states.extent(), Some((0, 3_000_000_000)));

        // As long as is set for the metric.
        let gear = Column::Int { values: vec![1, 3], valid: Vec::new() };
        let states = States::of(&series(&[0, 7000], gear), 5 * S).unwrap();
        assert_eq!(told(&states), [(0, 5000, "1"), (7000, 12_000, "3")]);

        let light = Column::Bool(vec![0, 1, NULL_BOOL, 1]);
        let states = States::of(&series(&[0, 100, 200, 5000], light), S).unwrap();
        assert_eq!(told(&states), [(0, 100, "false"), (100, 200, "true"), (5000, 6000, "true")]);

        let words = Column::Text { codes: vec![1, NULL_WORD, 0], words: vec!["wet".into(), "dry".into()] };
        let states = States::of(&series(&[0, 100, 5000], words), S).unwrap();
        assert_eq!(told(&states), [(0, 100, "dry"), (5000, 6000, "wet")]);
    }

    #[test]
    fn numbers_that_count_and_floats_are_curves() {
        let rising = Column::Int { values: (0..100).collect(), valid: Vec::new() };
        let times: Vec<i64> = (0..100).collect();
        assert_eq!(States::of(&series(&times, rising), S), None);
        assert_eq!(States::of(&series(&[0], Column::Float(vec![1.0])), S), None);
    }

    #[test]
    fn bands_never_outnumber_the_points_and_those_too_narrow_are_told_as_mixed() {
        let many = 100_000;
        let times: Vec<i64> = (0..many).collect();
        let values = Column::Bool((0..many).map(|at| u8::from(at % 2 == 0)).collect());
        let states = States::of(&series(&times, values), S).unwrap();
        let axis = |to_ms: i64| Axis { shown: Stretch::new(0, to_ms * 1_000_000), left: 0.0, right: 500.0 };
        let whole = states.bands(&axis(many));
        assert!(whole.len() <= 1000, "{}", whole.len());
        assert!(whole.iter().all(|band| band.right <= 500.0));
        // The last sample holds alone for a while.
        assert!(whole.iter().rev().skip(1).all(|band| band.state.is_none()));
        let near = states.bands(&axis(10));
        assert_eq!(near.len(), 10);
        assert_eq!((near[0].state, near[1].state), (Some(1), Some(0)));
        assert!((near[1].left - 50.0).abs() < 0.01 && (near[1].right - 100.0).abs() < 0.01);
        // What lies before is not drawn.
        let later = Axis { shown: Stretch::new(50_000_000, 60_000_000), left: 0.0, right: 500.0 };
        assert_eq!(states.bands(&later).len(), 10);
    }
}
