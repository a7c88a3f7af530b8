//! The grid of chunks of a dataset: how many there are along each axis, and their numbers in row-major order.

/// Chunks along each axis of a dataset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ChunkGrid {
    chunk: Vec<u64>,
    counts: Vec<u64>,
    chunks: u64,
}

impl ChunkGrid {
    /// The grid of a dataset; nothing when the shapes do not fit or the count overflows.
    pub(super) fn new(shape: &[u64], chunk: &[u64]) -> Option<Self> {
        if shape.len() != chunk.len() || shape.is_empty() || chunk.contains(&0) {
            return None;
        }
        let counts: Vec<u64> = shape.iter().zip(chunk).map(|(length, chunk)| length.div_ceil(*chunk)).collect();
        let chunks = counts.iter().try_fold(1_u64, |product, count| product.checked_mul(*count))?;
        Some(Self { chunk: chunk.to_vec(), counts, chunks })
    }

    /// Number of chunks.
    pub(super) fn chunks(&self) -> u64 {
        self.chunks
    }

    /// Chunks along each axis.
    pub(super) fn counts(&self) -> &[u64] {
        &self.counts
    }

    /// Number of the chunk at these places of the grid.
    pub(super) fn number(&self, places: impl Iterator<Item = u64>) -> Option<u64> {
        let mut number = 0_u64;
        for (place, count) in places.zip(&self.counts) {
            if place >= *count {
                return None;
            }
            // Cannot overflow: it stays below the product of the counts, which was checked.
            number = number * count + place;
        }
        Some(number)
    }

    /// Whether chunk `number` of a dataset of this shape reaches over one of its edges.
    pub(super) fn reaches_over(&self, number: u64, shape: &[u64]) -> bool {
        let mut left = number;
        (0..self.counts.len().min(shape.len())).rev().any(|axis| {
            let place = left % self.counts[axis].max(1);
            left /= self.counts[axis].max(1);
            (place + 1).saturating_mul(self.chunk[axis]) > shape[axis]
        })
    }

    /// Number of the chunk whose first element is at `offset`; nothing outside the grid.
    pub(super) fn number_at(&self, offset: &[u64]) -> Option<u64> {
        self.number(offset.iter().zip(&self.chunk).map(|(offset, chunk)| offset / chunk))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_run_row_by_row() {
        let grid = ChunkGrid::new(&[5, 7], &[2, 3]).unwrap();
        assert_eq!((grid.chunks(), grid.counts()), (9, &[3, 3][..]));
        assert_eq!(grid.number_at(&[0, 3]), Some(1));
        assert_eq!(grid.number_at(&[4, 6]), Some(8));
        assert_eq!(grid.number_at(&[6, 0]), None);
        let over: Vec<u64> = (0..9).filter(|number| grid.reaches_over(*number, &[5, 7])).collect();
        assert_eq!(over, [2, 5, 6, 7, 8]);
        assert_eq!(ChunkGrid::new(&[5], &[0]), None);
        assert_eq!(ChunkGrid::new(&[u64::MAX, u64::MAX], &[1, 1]), None);
        assert_eq!(ChunkGrid::new(&[0, 4], &[1, 4]).unwrap().chunks(), 0);
    }
}
