//! Exact quantiles: of values in memory by selection, of more than fit by counting the bits of their order.
//!
//! A quantile lies at place `share * (n - 1)` of the sorted values, counted from 0, linear between the two values beside it:
//! the usual definition of numpy, pandas, R (type 7) and spreadsheets.
//!
//! Where values do not fit, they are read several times. The bits of a double, turned so that they sort as the doubles do,
//! are counted in buckets; then only the buckets that hold a place asked for are looked into, and so on until what is in
//! them fits, or is one value.

/// The bits of a double as a number that sorts as doubles do; -0 is 0.
#[must_use]
pub fn key_of(value: f64) -> u64 {
    let bits = (value + 0.0).to_bits();
    if bits >> 63 == 0 { bits | 1 << 63 } else { !bits }
}

/// The double of such a number.
#[must_use]
pub fn value_of(key: u64) -> f64 {
    f64::from_bits(if key >> 63 == 1 { key & !(1 << 63) } else { !key })
}

/// The two places beside a quantile of `count` values, and how far the quantile lies between them.
#[must_use]
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a place among the values"
)]
pub fn places(share: f64, count: u64) -> (u64, u64, f64) {
    let last = count.saturating_sub(1);
    let place = share * last as f64;
    let below = (place.floor() as u64).min(last);
    (below, (below + 1).min(last), place - below as f64)
}

/// Between two values, as numpy computes it, so that the last digit is the same.
#[must_use]
pub fn between(low: f64, high: f64, part: f64) -> f64 {
    if low.to_bits() == high.to_bits() || part == 0.0 {
        return low;
    }
    let span = high - low;
    if part >= 0.5 { high - span * (1.0 - part) } else { low + span * part }
}

/// Quantiles of values, which are put into another order. NaN must have been left out.
pub fn quantiles_of(values: &mut [f64], shares: &[f64]) -> Vec<Option<f64>> {
    if values.is_empty() {
        return vec![None; shares.len()];
    }
    let mut wanted: Vec<usize> = shares
        .iter()
        .flat_map(|share| {
            let (below, above, _) = places(*share, values.len() as u64);
            [below, above]
        })
        .filter_map(|place| usize::try_from(place).ok())
        .collect();
    wanted.sort_unstable();
    wanted.dedup();
    // From the last place down: what lies above it needs no second look.
    let mut end = values.len();
    for place in wanted.iter().rev() {
        values[..end].select_nth_unstable_by(*place, f64::total_cmp);
        end = *place;
    }
    let at = |place: u64| usize::try_from(place).map_or(f64::NAN, |place| values[place]);
    shares
        .iter()
        .map(|share| {
            let (below, above, part) = places(*share, values.len() as u64);
            Some(between(at(below), at(above), part))
        })
        .collect()
}

/// Quantiles of values that weigh differently: the smallest value up to which the share of the whole weight lies.
pub fn weighted_quantiles_of(pairs: &mut [(f64, f64)], shares: &[f64]) -> Vec<Option<f64>> {
    pairs.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
    let whole: f64 = pairs.iter().map(|(_, weight)| weight).sum();
    let mut sums = Vec::with_capacity(pairs.len());
    let mut sum = 0.0;
    for (_, weight) in pairs.iter() {
        sum += weight;
        sums.push(sum);
    }
    let at = |share: &f64| {
        let place = sums.partition_point(|sum| *sum / whole < *share).min(pairs.len().saturating_sub(1));
        pairs.get(place).map(|(value, _)| *value)
    };
    shares.iter().map(at).collect()
}

/// Values of one stretch that a look may keep.
const FIT: u64 = 1 << 16;

/// A search for values at some places of the sorted whole, over several looks at the values.
#[derive(Debug, Clone)]
pub struct Search {
    /// What is still open, apart from each other and ascending.
    open: Vec<Open>,
    /// Places that were found, with their values.
    found: Vec<(u64, f64)>,
}

/// A stretch of keys that holds some of the places.
#[derive(Debug, Clone)]
struct Open {
    low: u64,
    high: u64,
    /// Values below the stretch.
    below: u64,
    places: Vec<u64>,
    look: Look,
}

#[derive(Debug, Clone)]
enum Look {
    /// Counts by the bits above `shift`.
    Count { shift: u32, counts: Vec<u64> },
    /// The keys themselves.
    Keep(Vec<u64>),
}

impl Look {
    fn new(low: u64, high: u64, values: u64, bits: u32) -> Self {
        if values <= FIT {
            return Self::Keep(Vec::new());
        }
        let needed = 64 - (high - low).leading_zeros();
        let shift = needed.saturating_sub(bits);
        let buckets = usize::try_from((high - low) >> shift).map_or(0, |last| last + 1);
        Self::Count { shift, counts: vec![0; buckets] }
    }

    fn emptied(&self) -> Self {
        match self {
            Self::Count { shift, counts } => Self::Count { shift: *shift, counts: vec![0; counts.len()] },
            Self::Keep(_) => Self::Keep(Vec::new()),
        }
    }
}

impl Search {
    /// For quantiles of `count` values between `min` and `max`; buckets are told apart by `bits` bits a look.
    #[must_use]
    pub fn new(shares: &[f64], count: u64, min: f64, max: f64, bits: u32) -> Self {
        let mut wanted: Vec<u64> = shares
            .iter()
            .flat_map(|share| {
                let (below, above, _) = places(*share, count);
                [below, above]
            })
            .collect();
        wanted.sort_unstable();
        wanted.dedup();
        let mut search = Self { open: Vec::new(), found: Vec::new() };
        if count > 0 && !wanted.is_empty() {
            search.narrow(key_of(min), key_of(max), 0, count, wanted, bits);
        }
        search
    }

    /// A stretch that is looked at next, unless it is one value.
    fn narrow(&mut self, low: u64, high: u64, below: u64, values: u64, places: Vec<u64>, bits: u32) {
        if low >= high {
            self.found.extend(places.into_iter().map(|place| (place, value_of(low))));
        } else {
            let look = Look::new(low, high, values, bits);
            self.open.push(Open { low, high, below, places, look });
        }
    }

    /// Whether everything is found.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.open.is_empty()
    }

    /// The same search with nothing counted, for another thread.
    #[must_use]
    pub fn emptied(&self) -> Self {
        let open = self.open.iter().map(|open| Open { look: open.look.emptied(), ..open.clone() }).collect();
        Self { open, found: Vec::new() }
    }

    /// Looks at values; NaN are left out.
    pub fn add(&mut self, values: &[f64]) {
        if let [open] = self.open.as_mut_slice() {
            for value in values.iter().filter(|value| !value.is_nan()) {
                open.add(key_of(*value));
            }
            return;
        }
        for value in values.iter().filter(|value| !value.is_nan()) {
            let key = key_of(*value);
            let at = self.open.partition_point(|open| open.high < key);
            if let Some(open) = self.open.get_mut(at) {
                open.add(key);
            }
        }
    }

    /// Adds what another thread counted with [`Self::emptied`].
    pub fn merge(&mut self, other: Self) {
        for (open, other) in self.open.iter_mut().zip(other.open) {
            match (&mut open.look, other.look) {
                (Look::Count { counts, .. }, Look::Count { counts: more, .. }) => {
                    counts.iter_mut().zip(more).for_each(|(count, more)| *count += more);
                }
                (Look::Keep(keys), Look::Keep(more)) => keys.extend(more),
                _ => {}
            }
        }
    }

    /// Ends a look: what is known then decides what is looked at next.
    pub fn next_look(&mut self, bits: u32) {
        for open in std::mem::take(&mut self.open) {
            match open.look {
                Look::Keep(mut keys) => {
                    keys.sort_unstable();
                    for place in open.places {
                        let at = usize::try_from(place.saturating_sub(open.below)).unwrap_or(usize::MAX);
                        // Every look sees the same values; were a file changed meanwhile, the nearest is told.
                        let key = keys.get(at).or(keys.last()).copied().unwrap_or(open.low);
                        self.found.push((place, value_of(key)));
                    }
                }
                Look::Count { shift, counts } => {
                    let mut below = open.below;
                    let mut places = open.places.into_iter().peekable();
                    for (bucket, count) in counts.iter().enumerate() {
                        let mut inside = Vec::new();
                        while let Some(place) = places.next_if(|place| *place < below + count) {
                            inside.push(place);
                        }
                        if !inside.is_empty() {
                            let low = open.low + ((bucket as u64) << shift);
                            let high = low.saturating_add((1_u64 << shift) - 1).min(open.high);
                            self.narrow(low, high, below, *count, inside, bits);
                        }
                        below += count;
                    }
                    self.found.extend(places.map(|place| (place, value_of(open.high))));
                }
            }
        }
    }

    /// The quantiles, once all is found.
    #[must_use]
    pub fn quantiles(&self, shares: &[f64], count: u64) -> Vec<Option<f64>> {
        let at = |place: u64| self.found.iter().find(|(known, _)| *known == place).map(|(_, value)| *value);
        shares
            .iter()
            .map(|share| {
                let (below, above, part) = places(*share, count);
                Some(between(at(below)?, at(above)?, part))
            })
            .collect()
    }
}

impl Open {
    fn add(&mut self, key: u64) {
        if key < self.low || key > self.high {
            return;
        }
        match &mut self.look {
            Look::Count { shift, counts } => {
                if let Some(count) = usize::try_from((key - self.low) >> *shift).ok().and_then(|at| counts.get_mut(at))
                {
                    *count += 1;
                }
            }
            Look::Keep(keys) => keys.push(key),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SHARES: [f64; 7] = [0.0, 0.001, 0.25, 0.5, 0.95, 0.999, 1.0];

    /// By sorting, in plain words.
    fn plain(values: &[f64], share: f64) -> f64 {
        let mut sorted = values.to_vec();
        sorted.sort_by(f64::total_cmp);
        let (below, above, part) = places(share, sorted.len() as u64);
        let at = |place: u64| sorted[usize::try_from(place).unwrap()] + 0.0;
        between(at(below), at(above), part)
    }

    #[test]
    fn keys_sort_as_values_do() {
        let values =
            [f64::NEG_INFINITY, -1e300, -1.0, -f64::MIN_POSITIVE, 0.0, f64::MIN_POSITIVE, 1.0, 1e300, f64::INFINITY];
        assert!(values.windows(2).all(|pair| key_of(pair[0]) < key_of(pair[1])));
        assert!(values.iter().all(|value| value_of(key_of(*value)).to_bits() == value.to_bits()));
        assert_eq!(key_of(-0.0), key_of(0.0));
    }

    #[test]
    fn quantiles_lie_between_values() {
        for (values, share, expected) in [
            (vec![1.0, 2.0, 3.0, 4.0], 0.5, Some(2.5)),
            (vec![4.0, 1.0], 0.25, Some(1.75)),
            (vec![7.0], 0.9, Some(7.0)),
            (vec![], 0.5, None),
            (vec![1.0, f64::INFINITY], 0.0, Some(1.0)),
            (vec![f64::INFINITY, f64::INFINITY], 0.3, Some(f64::INFINITY)),
        ] {
            assert_eq!(quantiles_of(&mut values.clone(), &[share]), [expected], "{values:?}");
        }
        let mut pairs = vec![(3.0, 1.0), (1.0, 1.0), (2.0, 8.0)];
        assert_eq!(
            weighted_quantiles_of(&mut pairs, &[0.0, 0.1, 0.5, 1.0]),
            [Some(1.0), Some(1.0), Some(2.0), Some(3.0)]
        );
        assert_eq!(weighted_quantiles_of(&mut [], &[0.5]), [None]);
    }

    /// A search in which every stretch is counted down to one value.
    fn search(values: &[f64], bits: u32, keep: bool) -> Vec<Option<f64>> {
        let there: Vec<f64> = values.iter().copied().filter(|value| !value.is_nan()).collect();
        let (min, max) = there
            .iter()
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(min, max), value| (min.min(*value), max.max(*value)));
        let count = there.len() as u64;
        let mut search = Search::new(&SHARES, count, min, max, bits);
        while !search.is_done() {
            if !keep {
                for open in &mut search.open {
                    open.look = Look::new(open.low, open.high, u64::MAX, bits);
                }
            }
            let (mut one, mut other) = (search.emptied(), search.emptied());
            one.add(&values[..values.len() / 2]);
            other.add(&values[values.len() / 2..]);
            search.merge(one);
            search.merge(other);
            search.next_look(bits);
        }
        search.quantiles(&SHARES, count)
    }

    proptest! {
        #[test]
        fn every_way_finds_what_sorting_finds(
            values in prop::collection::vec(
                prop_oneof![4 => -1e3..1e3, 2 => (-3_i32..3).prop_map(f64::from), 1 => prop::num::f64::ANY, 1 => Just(f64::NAN)],
                1..400,
            )
        ) {
            let mut there: Vec<f64> = values.iter().copied().filter(|value: &f64| !value.is_nan()).collect();
            let expected: Vec<Option<f64>> =
                SHARES.iter().map(|share| (!there.is_empty()).then(|| plain(&there, *share))).collect();
            // Equal, and both nothing where infinities of both signs have no middle.
            let same = |found: &[Option<f64>]| -> bool {
                found.iter().zip(&expected).all(|(a, b)| a == b || a.zip(*b).is_some_and(|(a, b): (f64, f64)| a.is_nan() && b.is_nan()))
            };
            prop_assert!(same(&search(&values, 12, false)));
            prop_assert!(same(&search(&values, 3, false)));
            prop_assert!(same(&search(&values, 12, true)));
            prop_assert!(same(&quantiles_of(&mut there, &SHARES)));
        }
    }
}
