//! How long after an event its copies came: a histogram fine enough to tell quantiles from, of fixed size.

/// Bits of a number that tell its place between two powers of two: quantiles are within 0.1 % of the truth.
const FINE_BITS: u32 = 10;
const FINE: usize = 1 << FINE_BITS;

/// Spans of time, counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delays {
    /// Spans below `FINE` ns stand for themselves, longer ones share a place with those within 0.1 %.
    counts: Vec<u64>,
    total: u64,
    shortest_ns: u64,
    longest_ns: u64,
}

impl Default for Delays {
    fn default() -> Self {
        Self { counts: Vec::new(), total: 0, shortest_ns: u64::MAX, longest_ns: 0 }
    }
}

fn place(span_ns: u64) -> usize {
    if span_ns < FINE as u64 {
        return usize::try_from(span_ns).unwrap_or(0);
    }
    let octave = span_ns.ilog2() - FINE_BITS;
    let within = usize::try_from(span_ns >> octave).unwrap_or(0) - FINE;
    FINE * (octave as usize + 1) + within
}

/// The middle of the spans that share a place.
fn middle(place: usize) -> u64 {
    if place < FINE {
        return place as u64;
    }
    let octave = place / FINE - 1;
    let low = ((place % FINE + FINE) as u64) << octave;
    low + ((1_u64 << octave) >> 1)
}

impl Delays {
    /// Counts a span.
    pub(super) fn add(&mut self, span_ns: u64) {
        let at = place(span_ns);
        if self.counts.len() <= at {
            self.counts.resize(at + 1, 0);
        }
        self.counts[at] += 1;
        self.total += 1;
        self.shortest_ns = self.shortest_ns.min(span_ns);
        self.longest_ns = self.longest_ns.max(span_ns);
    }

    /// Adds what another thread counted.
    pub(super) fn merge(&mut self, other: &Self) {
        if self.counts.len() < other.counts.len() {
            self.counts.resize(other.counts.len(), 0);
        }
        self.counts.iter_mut().zip(&other.counts).for_each(|(mine, other)| *mine += other);
        self.total += other.total;
        self.shortest_ns = self.shortest_ns.min(other.shortest_ns);
        self.longest_ns = self.longest_ns.max(other.longest_ns);
    }

    /// Number of spans.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.total
    }

    /// The shortest and the longest, ns, exactly; `None` when there are none.
    #[must_use]
    pub fn extremes_ns(&self) -> Option<(u64, u64)> {
        (self.total > 0).then_some((self.shortest_ns, self.longest_ns))
    }

    /// The smallest span, ns, that at least this share of all does not exceed (0.5 is the median), within 0.1 %.
    #[must_use]
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a share of a count"
    )]
    pub fn quantile_ns(&self, share: f64) -> Option<u64> {
        let (shortest, longest) = self.extremes_ns()?;
        let wanted = ((share.clamp(0.0, 1.0) * self.total as f64).ceil() as u64).clamp(1, self.total);
        let mut met = 0;
        for (at, count) in self.counts.iter().enumerate() {
            met += count;
            if met >= wanted {
                return Some(middle(at).clamp(shortest, longest));
            }
        }
        Some(longest)
    }

    /// Number of spans below each bound and not below the one before it, and of those at the last bound or longer; bounds
    /// are told in ns, ascending. A bound that is no power of two may take in spans within 0.1 % of it.
    #[must_use]
    pub fn histogram(&self, bounds_ns: &[u64]) -> Vec<u64> {
        let mut bars = vec![0; bounds_ns.len() + 1];
        for (at, count) in self.counts.iter().enumerate().filter(|(_, count)| **count > 0) {
            let span = middle(at);
            bars[bounds_ns.partition_point(|bound| *bound <= span)] += count;
        }
        bars
    }
}

#[cfg(test)]
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "shares of small counts"
)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn quantiles_are_within_a_thousandth(spans in prop::collection::vec(any::<u64>().prop_map(|span| span >> (span % 64)), 1..200), share in 0.0..1.0_f64) {
            let mut delays = Delays::default();
            for span in &spans {
                delays.add(*span);
            }
            let mut sorted = spans.clone();
            sorted.sort_unstable();
            let at = ((share * spans.len() as f64).ceil() as usize).max(1) - 1;
            let (found, truth) = (delays.quantile_ns(share).unwrap(), sorted[at]);
            prop_assert!(found.abs_diff(truth) <= truth / 1000, "{found} {truth}");
            prop_assert_eq!(delays.extremes_ns(), Some((sorted[0], sorted[sorted.len() - 1])));
            prop_assert_eq!(delays.histogram(&[1 << 20, 1 << 40]).iter().sum::<u64>(), spans.len() as u64);
            prop_assert_eq!(delays.histogram(&[1 << 20])[0], spans.iter().filter(|span| **span < 1 << 20).count() as u64);
        }
    }

    #[test]
    fn nothing_has_no_quantiles() {
        assert_eq!(Delays::default().quantile_ns(0.5), None);
        assert_eq!(Delays::default().histogram(&[5]), [0, 0]);
    }
}
