//! Where the stored pieces of a footage lie in their file, in memory and packed for the catalog.
//!
//! Packed form, version 1: a version byte, a flags byte (bit 0: some pieces are absent, so that each carries its
//! distance from the one before; bit 1: filter masks follow), the number of pieces and of stored pieces, then for each
//! stored piece the difference of its address from the end of the one before, the difference of its length from the
//! one before, and what the flags say. All numbers are LEB128; differences are zigzag coded. Chunks written one after
//! the other take about four bytes each.

use super::FramesError;

const VERSION: u8 = 1;
const FLAG_SPARSE: u8 = 1;
const FLAG_MASKS: u8 = 2;

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
        Ok(Self { total, numbers, spans, masks })
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
        self.spans.iter().enumerate().map(|(at, (address, length_bytes))| {
            let number = self.numbers.as_ref().map_or(at as u64, |numbers| numbers[at]);
            let filter_mask = self.masks.get(at).copied().unwrap_or(0);
            (number, Extent { address: *address, length_bytes: *length_bytes, filter_mask })
        })
    }

    /// The packed form for the catalog.
    #[must_use]
    pub fn pack(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(16 + self.spans.len() * 5);
        let flags =
            if self.numbers.is_some() { FLAG_SPARSE } else { 0 } | if self.masks.is_empty() { 0 } else { FLAG_MASKS };
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
        if flags & !(FLAG_SPARSE | FLAG_MASKS) != 0 {
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
        if !rest.is_empty() {
            return Err(bad("bytes left over"));
        }
        Ok(Self { total, numbers: sparse.then_some(numbers), spans, masks })
    }
}

fn put(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    out.push((value & 0x7f) as u8);
}

fn take(bytes: &mut &[u8]) -> Option<u64> {
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
fn zigzag(difference: u64) -> u64 {
    let sign = if difference >> 63 == 1 { u64::MAX } else { 0 };
    (difference << 1) ^ sign
}

fn unzigzag(coded: u64) -> u64 {
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

    proptest! {
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
        }
    }
}
