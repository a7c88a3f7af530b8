//! Where lanes stand under each other.

use std::ops::Range;

/// Lanes under each other, in points from the top of the first.
#[derive(Debug, Clone, PartialEq)]
pub struct Stack {
    /// Upper edges, and the lower edge of the last.
    edges: Vec<f32>,
}

impl Stack {
    /// Lanes of these heights.
    #[must_use]
    pub fn of(heights: impl IntoIterator<Item = f32>) -> Self {
        let mut edges = vec![0.0];
        let mut bottom = 0.0;
        for height in heights {
            bottom += height;
            edges.push(bottom);
        }
        Self { edges }
    }

    /// Height of all together.
    #[must_use]
    pub fn height(&self) -> f32 {
        self.edges.last().copied().unwrap_or(0.0)
    }

    /// Upper and lower edge of a lane.
    #[must_use]
    pub fn place(&self, lane: usize) -> (f32, f32) {
        let edge = |at: usize| self.edges.get(at).copied().unwrap_or(self.height());
        (edge(lane), edge(lane + 1))
    }

    /// The lanes that are at least partly between two heights.
    #[must_use]
    pub fn between(&self, top: f32, bottom: f32) -> Range<usize> {
        let lanes = self.edges.len() - 1;
        let first = self.edges.partition_point(|edge| *edge <= top).saturating_sub(1).min(lanes);
        let end = self.edges.partition_point(|edge| *edge < bottom).min(lanes);
        first..end.max(first)
    }

    /// The place that a lane dropped at this height takes among the others: before lane 0, 1, … or behind the last.
    #[must_use]
    pub fn slot(&self, y: f32) -> usize {
        let middles = self.edges.windows(2).map(|pair| f32::midpoint(pair[0], pair[1]));
        middles.take_while(|middle| *middle < y).count()
    }
}

/// A list with one entry taken out of its place and put before the entry that stands at `slot` now.
pub fn moved<T>(list: &mut Vec<T>, from: usize, slot: usize) {
    if from >= list.len() {
        return;
    }
    let entry = list.remove(from);
    let to = if slot > from { slot - 1 } else { slot };
    list.insert(to.min(list.len()), entry);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_lanes_in_sight_are_drawn() {
        let stack = Stack::of([20.0, 60.0, 20.0, 60.0]);
        assert!((stack.height() - 160.0).abs() < 1e-6);
        assert_eq!(stack.place(1), (20.0, 80.0));
        for (top, bottom, expected) in [
            (0.0, 160.0, 0..4),
            (0.0, 20.0, 0..1),
            (19.0, 21.0, 0..2),
            (20.0, 80.0, 1..2),
            (85.0, 500.0, 2..4),
            (200.0, 300.0, 4..4),
            (-50.0, -1.0, 0..0),
        ] {
            assert_eq!(stack.between(top, bottom), expected, "{top}..{bottom}");
        }
        assert_eq!(Stack::of([]).between(0.0, 10.0), 0..0);
        let many = Stack::of(std::iter::repeat_n(20.0, 10_000));
        assert_eq!(many.between(50_000.0, 50_100.0), 2500..2505);
    }

    #[test]
    fn a_lane_is_dropped_where_the_line_shows() {
        let stack = Stack::of([20.0, 60.0, 20.0]);
        for (y, slot) in [(-5.0, 0), (5.0, 0), (15.0, 1), (49.0, 1), (51.0, 2), (95.0, 3), (500.0, 3)] {
            assert_eq!(stack.slot(y), slot, "{y}");
        }
        for (from, slot, expected) in [
            (0, 0, "abcd"),
            (0, 1, "abcd"),
            (0, 2, "bacd"),
            (0, 4, "bcda"),
            (3, 0, "dabc"),
            (2, 1, "acbd"),
            (9, 0, "abcd"),
        ] {
            let mut list: Vec<char> = "abcd".chars().collect();
            moved(&mut list, from, slot);
            assert_eq!(list.into_iter().collect::<String>(), expected, "{from} to {slot}");
        }
    }
}
