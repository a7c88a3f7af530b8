//! The time axis that everything in the timeline shares: from times to points on the screen and back.

/// No stretch is shown shorter than this, ns.
const SHORTEST_NS: i64 = 5_000_000;

/// A stretch of time, ns UTC; its end lies after its beginning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stretch {
    /// Beginning.
    pub from: i64,
    /// End.
    pub to: i64,
}

impl Stretch {
    /// From the earlier to the later of two times.
    #[must_use]
    pub fn new(one: i64, other: i64) -> Self {
        let from = one.min(other).min(i64::MAX - 1);
        Self { from, to: one.max(other).max(from + 1) }
    }

    /// Its length, ns.
    #[must_use]
    pub fn length(self) -> i64 {
        self.to.saturating_sub(self.from).max(1)
    }

    /// Whether a time lies in it, the ends included.
    #[must_use]
    pub fn contains(self, ns: i64) -> bool {
        (self.from..=self.to).contains(&ns)
    }

    /// The shortest stretch that holds both.
    #[must_use]
    pub fn union(self, other: Self) -> Self {
        Self::new(self.from.min(other.from), self.to.max(other.to))
    }

    /// Moved and shortened so that it lies in `limits`, and at least as long as the shortest that is shown.
    #[must_use]
    pub fn within(self, limits: Self) -> Self {
        let most = limits.length();
        let length = self.length().clamp(SHORTEST_NS.min(most), most);
        let from = self.from.clamp(limits.from, limits.to.saturating_sub(length));
        Self { from, to: from.saturating_add(length) }
    }

    /// `factor` times closer, with `center` staying where it is.
    #[must_use]
    #[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "times on screen")]
    pub fn zoomed(self, center: i64, factor: f64, limits: Self) -> Self {
        if !(factor.is_finite() && factor > 0.0) {
            return self;
        }
        let part = center.saturating_sub(self.from) as f64 / self.length() as f64;
        let length = ((self.length() as f64 / factor) as i64).clamp(SHORTEST_NS, limits.length().max(SHORTEST_NS));
        let from = center.saturating_sub((length as f64 * part) as i64);
        Self::new(from, from.saturating_add(length)).within(limits)
    }

    /// Later by so many ns.
    #[must_use]
    pub fn moved(self, by: i64, limits: Self) -> Self {
        let from = self.from.saturating_add(by);
        Self::new(from, from.saturating_add(self.length())).within(limits)
    }

    /// Moved so that `moment` is in sight, with most of the room in the direction it went; as it is where it is in sight.
    #[must_use]
    pub fn following(self, moment: i64, limits: Self) -> Self {
        if self.contains(moment) {
            return self;
        }
        let before = if moment > self.to { self.length() / 8 } else { self.length() / 8 * 7 };
        let from = moment.saturating_sub(before);
        Self::new(from, from.saturating_add(self.length())).within(limits)
    }
}

/// A stretch of time laid out from `left` to `right`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Axis {
    /// What is shown.
    pub shown: Stretch,
    /// Where it begins, points.
    pub left: f32,
    /// Where it ends, points.
    pub right: f32,
}

impl Axis {
    /// Width, points.
    #[must_use]
    pub fn width(&self) -> f32 {
        (self.right - self.left).max(1.0)
    }

    /// Width in whole points.
    #[must_use]
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a positive width on screen")]
    pub fn columns(&self) -> usize {
        self.width() as usize
    }

    /// Where a time stands. Times far outside stand just outside the screen.
    #[must_use]
    #[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "a place on screen")]
    pub fn x(&self, ns: i64) -> f32 {
        let part = ns.saturating_sub(self.shown.from) as f64 / self.shown.length() as f64;
        (f64::from(self.left) + part * f64::from(self.width())).clamp(-1e5, 1e5) as f32
    }

    /// The time at a place.
    #[must_use]
    #[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "a time on screen")]
    pub fn time(&self, x: f32) -> i64 {
        let part = f64::from(x - self.left) / f64::from(self.width());
        self.shown.from.saturating_add((part * self.shown.length() as f64) as i64)
    }

    /// The time at a place, no further than the ends.
    #[must_use]
    pub fn time_inside(&self, x: f32) -> i64 {
        self.time(x).clamp(self.shown.from, self.shown.to)
    }
}

/// Seconds from `zero` to `ns`.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "seconds for people")]
pub fn seconds(ns: i64, zero: i64) -> f64 {
    ns.saturating_sub(zero) as f64 / 1e9
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const S: i64 = 1_000_000_000;

    #[test]
    fn a_stretch_stays_inside_and_keeps_its_length_where_it_can() {
        let limits = Stretch::new(0, 100 * S);
        for (from, to, expected) in [
            (10 * S, 20 * S, (10 * S, 20 * S)),
            (-5 * S, 5 * S, (0, 10 * S)),
            (95 * S, 105 * S, (90 * S, 100 * S)),
            (-50 * S, 500 * S, (0, 100 * S)),
            (10 * S, 10 * S, (10 * S, 10 * S + SHORTEST_NS)),
        ] {
            let found = Stretch::new(from, to).within(limits);
            assert_eq!((found.from, found.to), expected, "{from}..{to}");
        }
        // Even where everything is shorter than the shortest.
        assert_eq!(Stretch::new(0, 9).within(Stretch::new(5, 5)), Stretch::new(5, 6));
    }

    #[test]
    fn zooming_keeps_what_is_under_the_pointer() {
        let limits = Stretch::new(0, 100 * S);
        let shown = limits.zoomed(25 * S, 2.0, limits);
        assert_eq!((shown.from, shown.to), (25 * S / 2, 25 * S / 2 + 50 * S));
        assert_eq!(shown.zoomed(25 * S, 0.1, limits), limits);
        assert_eq!(shown.zoomed(25 * S, 1e12, limits).length(), SHORTEST_NS);
        assert_eq!(shown.zoomed(25 * S, f64::NAN, limits), shown);
    }

    #[test]
    fn a_frame_out_of_sight_is_followed_without_a_change_of_zoom() {
        let limits = Stretch::new(0, 100 * S);
        let shown = Stretch::new(20 * S, 28 * S);
        for (moment, from) in [(20, 20), (28, 20), (29, 28), (19, 12), (100, 92), (0, 0)] {
            let followed = shown.following(moment * S, limits);
            assert_eq!((followed.from, followed.length()), (from * S, 8 * S), "{moment}");
            assert!(followed.contains(moment * S), "{moment}");
        }
    }

    #[test]
    fn times_and_places_belong_together() {
        let axis = Axis { shown: Stretch::new(10 * S, 20 * S), left: 100.0, right: 300.0 };
        for (time, x) in [(10 * S, 100.0), (15 * S, 200.0), (20 * S, 300.0), (25 * S, 400.0)] {
            assert!((axis.x(time) - x).abs() < 1e-3);
            assert_eq!(axis.time(x), time);
        }
        assert_eq!(axis.time_inside(1000.0), 20 * S);
        assert_eq!(axis.columns(), 200);
    }

    proptest! {
        #[test]
        fn no_times_of_a_file_break_the_arithmetic(
            a: i64, b: i64, least: i64, most: i64, moment: i64, by: i64, factor in 1e-9..1e9_f64, x in -1e4..1e4_f32,
        ) {
            let (shown, limits) = (Stretch::new(a, b), Stretch::new(least, most));
            for found in [
                shown.within(limits),
                shown.zoomed(moment, factor, limits),
                shown.moved(by, limits),
                shown.within(limits).following(moment, limits),
            ] {
                prop_assert!(found.from >= limits.from && found.to <= limits.to && found.from < found.to);
            }
            let axis = Axis { shown, left: 0.0, right: 800.0 };
            prop_assert!(axis.x(moment).is_finite());
            prop_assert!(shown.contains(axis.time_inside(x)));
        }
    }
}
