//! Where the stored pieces of a footage lie in their file, in memory and packed for the catalog.
//!
//! Packed form, version 1: a version byte, a flags byte (bit 0: some pieces are absent, so that each carries its
//! distance from the one before; bit 1: filter masks follow), the number of pieces and of stored pieces, then for each
//! stored piece the difference of its address from the end of the one before, the difference of its length from the
//! one before, and what the flags say. With bit 2, kept bytes follow: their length, and they themselves; addresses
//! then are places among them where the layout says so. All numbers are LEB128; differences are zigzag coded. Chunks
//! written one after the other take about four bytes each.

use std::ops::Range;

use super::FramesError;

const VERSION: u8 = 1;
const FLAG_SPARSE: u8 = 1;
const FLAG_MASKS: u8 = 2;
const FLAG_KEPT: u8 = 4;

/// One stored piece: a chunk, a row, or a whole contiguous dataset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Extent {
    /// Position in the file, from its first byte.
    pub address: u64,
    /// Stored length in bytes.
    pub length_bytes: u64,
    /// Bit `i` set: filter `i` of the pipeline was skipped for this chunk.
    pub filter_mask: u32,
}

/// The extents of one footage, numbered as [`super::Storage`] says; pieces that were never written are absent.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Extents {
    total: u64,
    /// Numbers of the stored pieces, ascending; none when every piece is stored.
    numbers: Option<Vec<u64>>,
    spans: Vec<(u64, u64)>,
    /// Empty when every mask is zero.
    masks: Vec<u32>,
    /// Bytes of small datasets that have no place of their own in the file.
    kept: Vec<u8>,
}

impl Extents {
    /// Most stored pieces of one footage: several days of frames, and half a gigabyte while they are put in order.
    pub const MAX_STORED: usize = 8 << 20;

    /// Extents of `total` pieces from the stored ones, numbered in ascending order without repetition.
    ///
    /// # Errors
    /// [`FramesError::BadExtents`] when the numbers do not ascend or reach `total`.
    pub fn new(total: u64, stored: Vec<(u64, Extent)>) -> Result<Self, FramesError> {
        let ascending = stored.windows(2).all(|pair| pair[0].0 < pair[1].0);
        if !ascending || stored.last().is_some_and(|(number, _)| *number >= total) {
            return Err(FramesError::BadExtents("chunk numbers out of order"));
        }
        let numbers = (stored.len() as u64 != total).then(|| stored.iter().map(|(number, _)| *number).collect());
        let masks = if stored.iter().any(|(_, e)| e.filter_mask != 0) {
            stored.iter().map(|(_, e)| e.filter_mask).collect()
        } else {
            Vec::new()
        };
        let spans = stored.into_iter().map(|(_, e)| (e.address, e.length_bytes)).collect();
        Ok(Self { total, numbers, spans, masks, kept: Vec::new() })
    }

    /// One piece whose bytes are kept here, not in a file.
    #[must_use]
    pub fn of_bytes(kept: Vec<u8>) -> Self {
        Self { total: 1, numbers: None, spans: vec![(0, kept.len() as u64)], masks: Vec::new(), kept }
    }

    /// The bytes that are kept here.
    #[must_use]
    pub fn kept(&self) -> &[u8] {
        &self.kept
    }

    /// Number of pieces, absent ones included.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.total
    }

    /// Whether there is no piece at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.total == 0
    }

    /// Number of stored pieces.
    #[must_use]
    pub fn stored(&self) -> usize {
        self.spans.len()
    }

    /// Sum of the stored lengths.
    #[must_use]
    pub fn stored_bytes(&self) -> u64 {
        self.spans.iter().fold(0, |sum, span| sum.saturating_add(span.1))
    }

    /// Piece `number`; nothing when it is absent or there is none such.
    #[must_use]
    pub fn get(&self, number: u64) -> Option<Extent> {
        let at = match &self.numbers {
            Some(numbers) => numbers.binary_search(&number).ok()?,
            None => usize::try_from(number).ok()?,
        };
        let (address, length_bytes) = *self.spans.get(at)?;
        Some(Extent { address, length_bytes, filter_mask: self.masks.get(at).copied().unwrap_or(0) })
    }

    /// The stored pieces with their numbers, ascending.
    pub fn iter(&self) -> impl Iterator<Item = (u64, Extent)> + '_ {
        self.within(0..u64::MAX)
    }

    /// The stored ones of these pieces with their numbers, ascending.
    pub fn within(&self, pieces: Range<u64>) -> impl Iterator<Item = (u64, Extent)> + '_ {
        let place = |number: u64| match &self.numbers {
            Some(numbers) => numbers.partition_point(|stored| *stored < number),
            None => usize::try_from(number).unwrap_or(usize::MAX).min(self.spans.len()),
        };
        let (from, to) = (place(pieces.start), place(pieces.end));
        (from..to).map(|at| {
            let (address, length_bytes) = self.spans[at];
            let number = self.numbers.as_ref().map_or(at as u64, |numbers| numbers[at]);
            let filter_mask = self.masks.get(at).copied().unwrap_or(0);
            (number, Extent { address, length_bytes, filter_mask })
        })
    }

    /// The packed form for the catalog.
    #[must_use]
    pub fn pack(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(16 + self.spans.len() * 5);
        let flag = |set: bool, flag: u8| if set { flag } else { 0 };
        let flags = flag(self.numbers.is_some(), FLAG_SPARSE)
            | flag(!self.masks.is_empty(), FLAG_MASKS)
            | flag(!self.kept.is_empty(), FLAG_KEPT);
        out.extend([VERSION, flags]);
        put(&mut out, self.total);
        put(&mut out, self.spans.len() as u64);
        let (mut next_number, mut end, mut last_length) = (0, 0_u64, 0_u64);
        for (number, extent) in self.iter() {
            if self.numbers.is_some() {
                put(&mut out, number - next_number);
                next_number = number + 1;
            }
            put(&mut out, zigzag(extent.address.wrapping_sub(end)));
            put(&mut out, zigzag(extent.length_bytes.wrapping_sub(last_length)));
            if flags & FLAG_MASKS != 0 {
                put(&mut out, u64::from(extent.filter_mask));
            }
            end = extent.address.wrapping_add(extent.length_bytes);
            last_length = extent.length_bytes;
        }
        if !self.kept.is_empty() {
            put(&mut out, self.kept.len() as u64);
            out.extend(&self.kept);
        }
        out
    }

    /// Reads the packed form. The bytes may come from anywhere: counts are checked before memory is taken.
    ///
    /// # Errors
    /// [`FramesError::BadExtents`] when the bytes are not a packed list.
    pub fn unpack(bytes: &[u8]) -> Result<Self, FramesError> {
        let bad = FramesError::BadExtents;
        let [VERSION, flags, rest @ ..] = bytes else {
            return Err(bad("unknown version"));
        };
        if flags & !(FLAG_SPARSE | FLAG_MASKS | FLAG_KEPT) != 0 {
            return Err(bad("unknown flags"));
        }
        let (sparse, masked) = (flags & FLAG_SPARSE != 0, flags & FLAG_MASKS != 0);
        let mut rest = rest;
        let ended = || bad("ends too early");
        let total = take(&mut rest).ok_or_else(ended)?;
        let count = take(&mut rest).ok_or_else(ended)?;
        let least_bytes = 2 + u64::from(sparse) + u64::from(masked);
        if count.checked_mul(least_bytes).is_none_or(|least| least > rest.len() as u64) {
            return Err(ended());
        }
        if count > Self::MAX_STORED as u64 {
            return Err(bad("too many chunks"));
        }
        if count > total || (!sparse && count != total) {
            return Err(bad("counts disagree"));
        }
        let capacity = usize::try_from(count).map_err(|_| ended())?;
        let mut spans = Vec::with_capacity(capacity);
        let mut numbers = Vec::with_capacity(if sparse { capacity } else { 0 });
        let mut masks = Vec::with_capacity(if masked { capacity } else { 0 });
        let (mut next_number, mut end, mut length) = (0_u64, 0_u64, 0_u64);
        for _ in 0..count {
            if sparse {
                let gap = take(&mut rest).ok_or_else(ended)?;
                let number =
                    next_number.checked_add(gap).filter(|n| *n < total).ok_or(bad("chunk number too large"))?;
                numbers.push(number);
                next_number = number + 1;
            }
            let address = end.wrapping_add(unzigzag(take(&mut rest).ok_or_else(ended)?));
            length = length.wrapping_add(unzigzag(take(&mut rest).ok_or_else(ended)?));
            end = address.checked_add(length).ok_or(bad("address too large"))?;
            spans.push((address, length));
            if masked {
                let mask = take(&mut rest).ok_or_else(ended)?;
                masks.push(u32::try_from(mask).map_err(|_| bad("filter mask too large"))?);
            }
        }
        if flags & FLAG_KEPT != 0 && take(&mut rest).ok_or_else(ended)? != rest.len() as u64 {
            return Err(bad("kept bytes of another length"));
        }
        if flags & FLAG_KEPT == 0 && !rest.is_empty() {
            return Err(bad("bytes left over"));
        }
        Ok(Self { total, numbers: sparse.then_some(numbers), spans, masks, kept: rest.to_vec() })
    }
}

/// The extents of several datasets, put one after the other.
#[derive(Debug, Default)]
pub(super) struct Joined {
    total: u64,
    stored: Vec<(u64, Extent)>,
    kept: Vec<u8>,
}

impl Joined {
    /// Number of stored pieces so far.
    pub(super) fn stored(&self) -> usize {
        self.stored.len()
    }

    /// Number of pieces so far: the number of the next one's first piece.
    pub(super) fn len(&self) -> u64 {
        self.total
    }

    /// Adds the pieces of one more dataset.
    pub(super) fn add(&mut self, extents: &Extents) {
        let shift = if extents.kept.is_empty() { 0 } else { self.kept.len() as u64 };
        let first = self.total;
        self.stored.extend(extents.iter().map(|(piece, extent)| {
            (first.saturating_add(piece), Extent { address: extent.address.saturating_add(shift), ..extent })
        }));
        self.kept.extend(&extents.kept);
        self.total = self.total.saturating_add(extents.len());
    }

    /// All of them.
    ///
    /// # Errors
    /// [`FramesError::BadExtents`] when there are more pieces than numbers.
    pub(super) fn finish(self) -> Result<Extents, FramesError> {
        Ok(Extents { kept: self.kept, ..Extents::new(self.total, self.stored)? })
    }
}

pub(super) fn put(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    out.push((value & 0x7f) as u8);
}

pub(super) fn take(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0_u64;
    for shift in (0..64).step_by(7) {
        let (first, rest) = bytes.split_first()?;
        *bytes = rest;
        let part = u64::from(first & 0x7f);
        if shift == 63 && part > 1 {
            return None;
        }
        value |= part << shift;
        if first & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

/// Small differences of either sign become small numbers.
pub(super) fn zigzag(difference: u64) -> u64 {
    let sign = if difference >> 63 == 1 { u64::MAX } else { 0 };
    (difference << 1) ^ sign
}

pub(super) fn unzigzag(coded: u64) -> u64 {
    (coded >> 1) ^ (coded & 1).wrapping_neg()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn extent(address: u64, length_bytes: u64, filter_mask: u32) -> Extent {
        Extent { address, length_bytes, filter_mask }
    }

    #[test]
    fn chunks_in_a_row_take_few_bytes() {
        let mut address = 4096;
        let stored = (0..1000)
            .map(|number| {
                let length = 30_000 + (number * 37) % 500;
                address += length;
                (number, extent(address - length, length, 0))
            })
            .collect();
        let extents = Extents::new(1000, stored).unwrap();
        assert!(extents.pack().len() < 5000, "{}", extents.pack().len());
        assert_eq!(extents.get(999).unwrap().length_bytes, 30_000 + (999 * 37) % 500);
        assert_eq!(extents.get(1000), None);
    }

    #[test]
    fn absent_pieces_and_masks_are_kept() {
        let extents = Extents::new(u64::MAX, vec![(3, extent(100, 8, 1)), (1 << 40, extent(50, 9, 0))]).unwrap();
        let again = Extents::unpack(&extents.pack()).unwrap();
        assert_eq!(again, extents);
        assert_eq!(again.get(3), Some(extent(100, 8, 1)));
        assert_eq!(again.get(4), None);
        assert_eq!(again.get(1 << 40), Some(extent(50, 9, 0)));
        assert_eq!(again.stored_bytes(), 17);
    }

    #[test]
    fn refuses_what_makes_no_sense() {
        for (name, bytes) in [
            ("empty", vec![]),
            ("version", vec![2, 0, 0, 0]),
            ("flags", vec![1, 8, 0, 0]),
            ("too many", [vec![1, 0], vec![0xff; 9], vec![1], vec![0xff; 9], vec![1]].concat()),
            ("counts disagree", vec![1, 0, 2, 1, 0, 0]),
            ("number too large", vec![1, 1, 2, 1, 2, 0, 0]),
            ("left over", vec![1, 0, 1, 1, 0, 0, 0]),
            ("overlong number", [vec![1, 0], vec![0x80; 11]].concat()),
        ] {
            assert!(Extents::unpack(&bytes).is_err(), "{name}");
        }
        assert!(Extents::new(1, vec![(1, extent(0, 0, 0))]).is_err());
        assert!(Extents::new(3, vec![(1, extent(0, 0, 0)), (1, extent(0, 0, 0))]).is_err());
    }

    #[test]
    fn datasets_are_joined() {
        let mut joined = Joined::default();
        joined.add(&Extents::of_bytes(vec![1, 2, 3]));
        joined.add(&Extents::new(2, vec![(1, extent(500, 9, 0))]).unwrap());
        joined.add(&Extents::of_bytes(vec![4, 5]));
        assert_eq!((joined.len(), joined.stored()), (4, 3));
        let all = joined.finish().unwrap();
        assert_eq!(Extents::unpack(&all.pack()).unwrap(), all);
        assert_eq!(all.kept(), [1, 2, 3, 4, 5]);
        assert_eq!(all.get(3), Some(extent(3, 2, 0)));
        assert_eq!((all.get(1), all.get(2)), (None, Some(extent(500, 9, 0))));
    }

    proptest! {
        #[test]
        fn unpacks_what_it_joins(
            datasets in prop::collection::vec(
                prop_oneof![
                    prop::collection::vec(any::<u8>(), 1..50).prop_map(Extents::of_bytes),
                    prop::collection::vec((0_u64..1 << 40, 0_u64..1 << 30, 0_u32..3), 0..20).prop_map(|pieces| {
                        let stored = pieces.into_iter().zip(0..).map(|((a, l, m), n)| (n * 2, extent(a, l, m)));
                        Extents::new(41, stored.collect()).unwrap()
                    }),
                ],
                0..8,
            ),
        ) {
            let mut joined = Joined::default();
            for one in &datasets {
                joined.add(one);
            }
            let all = joined.finish().unwrap();
            let packed = all.pack();
            prop_assert!(packed.len() <= 32 + 30 * all.stored() + all.kept().len());
            prop_assert_eq!(&Extents::unpack(&packed).unwrap(), &all);
            let mut first = 0;
            for one in &datasets {
                for (number, piece) in one.iter() {
                    let found = all.get(first + number).unwrap();
                    prop_assert_eq!((found.length_bytes, found.filter_mask), (piece.length_bytes, piece.filter_mask));
                    if !one.kept().is_empty() {
                        let at = usize::try_from(found.address).unwrap();
                        prop_assert_eq!(&all.kept()[at..at + one.kept().len()], one.kept());
                    }
                }
                first += one.len();
            }
        }

        #[test]
        fn unpacks_what_it_packs(
            pieces in prop::collection::btree_map(0_u64..500, (0_u64..1 << 62, 0_u64..1 << 61, 0_u32..3), 0..100),
            more in 0_u64..100,
        ) {
            let total = pieces.keys().last().map_or(0, |last| last + 1) + more;
            let stored: Vec<_> = pieces.into_iter().map(|(n, (a, l, m))| (n, extent(a, l, m))).collect();
            let extents = Extents::new(total, stored.clone()).unwrap();
            let again = Extents::unpack(&extents.pack()).unwrap();
            prop_assert_eq!(&again, &extents);
            prop_assert_eq!(again.iter().collect::<Vec<_>>(), stored);
        }

        #[test]
        fn never_panics_on_foreign_bytes(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = Extents::unpack(&bytes);
            let _ = Extents::unpack(&[&[1, 3][..], &bytes].concat());
            let _ = Extents::unpack(&[&[1, 4][..], &bytes].concat());
        }
    }
}
