//! The checksums of a store, and their packed form for the catalog.
//!
//! Packed form, version 1: a version byte, the length of the store, the number of runs that frames need, for each run its
//! distance from the end of the one before and the difference of its length from the one before, the number of
//! checksums, then each in four bytes, little-endian. Numbers are LEB128, differences zigzag coded. A frame stored in one
//! chunk takes about eight bytes.

use std::ops::Range;

use super::Cover;
use crate::frames::{
    FramesError,
    extents::{put, take, unzigzag, zigzag},
};

const VERSION: u8 = 1;

/// One checksum for each part of a store.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StoreChecksums {
    /// How the store is cut into parts.
    pub cover: Cover,
    /// XXH3-64 of each part, in order, without its upper half.
    pub sums: Vec<u32>,
}

impl StoreChecksums {
    /// The packed form for the catalog.
    #[must_use]
    pub fn pack(&self) -> Vec<u8> {
        let runs = self.cover.runs();
        let mut out = Vec::with_capacity(16 + runs.len() * 4 + self.sums.len() * 4);
        out.push(VERSION);
        put(&mut out, self.cover.size_bytes());
        put(&mut out, runs.len() as u64);
        let (mut end, mut last_length) = (0, 0_u64);
        for run in runs {
            let length = run.end - run.start;
            put(&mut out, run.start - end);
            put(&mut out, zigzag(length.wrapping_sub(last_length)));
            (end, last_length) = (run.end, length);
        }
        put(&mut out, self.sums.len() as u64);
        out.extend(self.sums.iter().flat_map(|sum| sum.to_le_bytes()));
        out
    }

    /// Reads the packed form. The bytes may come from anywhere: counts are checked before memory is taken.
    ///
    /// # Errors
    /// [`FramesError::BadExtents`] when the bytes are not packed checksums.
    pub fn unpack(bytes: &[u8]) -> Result<Self, FramesError> {
        Self::read(bytes).ok_or(FramesError::BadExtents("its checksums do not decode"))
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let [VERSION, rest @ ..] = bytes else { return None };
        let mut rest = rest;
        let size_bytes = take(&mut rest)?;
        let count = take(&mut rest)?;
        let capacity = usize::try_from(count).ok().filter(|count| *count <= rest.len() / 2)?;
        let mut runs: Vec<Range<u64>> = Vec::with_capacity(capacity);
        let (mut end, mut length) = (0_u64, 0_u64);
        for _ in 0..capacity {
            let start = end.checked_add(take(&mut rest)?)?;
            length = length.wrapping_add(unzigzag(take(&mut rest)?));
            end = start.checked_add(length)?;
            runs.push(start..end);
        }
        let count = take(&mut rest)?;
        let (sums, left) = rest.as_chunks::<4>();
        if !left.is_empty() || sums.len() as u64 != count {
            return None;
        }
        let sums = sums.iter().map(|sum| u32::from_le_bytes(*sum)).collect();
        Some(Self { cover: Cover::from_runs(size_bytes, runs)?, sums })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn frames_in_a_row_take_few_bytes() {
        let cover =
            Cover::new(40_000_000, (0..1000).map(|at| 4096 + at * 30_000..4096 + at * 30_000 + 29_000 + at % 90));
        let sums = (0..u32::try_from(cover.count_parts(&(0..cover.windows()))).unwrap()).collect();
        let packed = StoreChecksums { cover, sums }.pack();
        assert!(packed.len() < 9500, "{}", packed.len());
    }

    proptest! {
        #[test]
        fn unpacks_what_it_packs(
            size_bytes in 0_u64..1 << 40,
            spans in prop::collection::vec((0_u64..1 << 40, 0_u64..1 << 30), 0..40),
            sums in prop::collection::vec(any::<u32>(), 0..40),
        ) {
            let cover = Cover::new(size_bytes, spans.into_iter().map(|(start, length)| start..start + length));
            let checksums = StoreChecksums { cover, sums };
            prop_assert_eq!(StoreChecksums::unpack(&checksums.pack()).unwrap(), checksums);
        }

        #[test]
        fn foreign_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = StoreChecksums::unpack(&bytes);
            let _ = StoreChecksums::unpack(&[&[1][..], &bytes].concat());
        }
    }
}
