//! Rows sorted apart, in memory or, past a limit, on disk.
//!
//! What belongs together lands in one partition, so partitions are free of each other; each is small enough for the
//! processor's cache while it is worked on.

use std::{
    fs::File,
    io::{self, Write},
    os::unix::fs::FileExt,
    path::Path,
};

use super::rows::{EventRow, Row, spread};

/// Most rows of a block of memory.
const BLOCK_ROWS: usize = 1024;
/// Fewest of them: less is all bookkeeping.
const MIN_BLOCK_ROWS: usize = 16;
/// Part of the memory that blocks may take that hold a single row each.
const BLOCKS_SHARE: usize = 4;

/// Where a run of rows of one partition lies in the file.
#[derive(Debug, Clone, Copy)]
struct Segment {
    offset: u64,
    rows: usize,
}

/// The rows that one thread has sorted apart.
pub(super) struct Partitions<R> {
    /// Per partition the block that is being filled: one look-up a row.
    open: Vec<Vec<R>>,
    /// Per partition the blocks that are full.
    blocks: Vec<Vec<Vec<R>>>,
    block_rows: usize,
    rows_in_memory: usize,
    segments: Vec<Vec<Segment>>,
    file: Option<File>,
    written: u64,
    shift: u32,
}

impl<R: Row> Partitions<R> {
    /// `1 << bits` partitions.
    pub(super) fn new(bits: u32) -> Self {
        Self::within(bits, usize::MAX)
    }

    /// `1 << bits` partitions, whose blocks are small where there is little memory: every partition has one that is not full.
    pub(super) fn within(bits: u32, memory_bytes: usize) -> Self {
        let count = 1 << bits;
        let rows = memory_bytes / BLOCKS_SHARE / size_of::<R>() / count;
        Self {
            block_rows: rows.clamp(MIN_BLOCK_ROWS, BLOCK_ROWS),
            open: (0..count).map(|_| Vec::new()).collect(),
            blocks: (0..count).map(|_| Vec::new()).collect(),
            rows_in_memory: 0,
            segments: (0..count).map(|_| Vec::new()).collect(),
            file: None,
            written: 0,
            shift: 64 - bits,
        }
    }

    /// Adds a row to the partition that a spread number says.
    #[inline]
    pub(super) fn push_to(&mut self, spread: u64, row: R) {
        #[expect(clippy::cast_possible_truncation, reason = "there are few partitions")]
        let at = (spread >> self.shift) as usize;
        let open = &mut self.open[at];
        if open.len() == open.capacity() {
            let full = std::mem::replace(open, Vec::with_capacity(self.block_rows));
            self.rows_in_memory += self.block_rows;
            if !full.is_empty() {
                self.blocks[at].push(full);
            }
        }
        open.push(row);
    }

    /// Bytes of memory that the rows take.
    pub(super) fn bytes(&self) -> usize {
        self.rows_in_memory * size_of::<R>()
    }

    /// Moves all rows to a file in `folder`.
    pub(super) fn spill(&mut self, folder: &Path) -> io::Result<()> {
        let file = match &mut self.file {
            Some(file) => file,
            // Without a name: it is gone when the program is, however that ends.
            None => self.file.insert(tempfile::tempfile_in(folder)?),
        };
        let mut bytes = Vec::with_capacity(1 << 20);
        for ((open, blocks), segments) in self.open.iter_mut().zip(&mut self.blocks).zip(&mut self.segments) {
            let mut blocks = std::mem::take(blocks);
            blocks.push(std::mem::take(open));
            let rows: usize = blocks.iter().map(Vec::len).sum();
            if rows == 0 {
                continue;
            }
            segments.push(Segment { offset: self.written, rows });
            for block in blocks {
                for row in &block {
                    row.write(&mut bytes);
                }
                if bytes.len() >= 1 << 20 {
                    file.write_all(&bytes)?;
                    bytes.clear();
                }
            }
            self.written += (rows * R::BYTES) as u64;
        }
        file.write_all(&bytes)?;
        self.rows_in_memory = 0;
        Ok(())
    }

    /// Bytes on disk.
    pub(super) fn spilled(&self) -> u64 {
        self.written
    }

    /// Number of rows of a partition.
    pub(super) fn rows(&self, at: usize) -> usize {
        let memory: usize = self.open[at].len() + self.blocks[at].iter().map(Vec::len).sum::<usize>();
        memory + self.segments[at].iter().map(|segment| segment.rows).sum::<usize>()
    }

    /// Gives each row of a partition to `each`.
    pub(super) fn for_each(&self, at: usize, mut each: impl FnMut(&R)) -> io::Result<()> {
        for block in self.blocks[at].iter().chain([&self.open[at]]) {
            block.iter().for_each(&mut each);
        }
        let Some(file) = &self.file else { return Ok(()) };
        let mut bytes = Vec::new();
        for segment in &self.segments[at] {
            let mut rest = *segment;
            while rest.rows > 0 {
                let rows = rest.rows.min(1 << 16);
                bytes.resize(rows * R::BYTES, 0);
                file.read_exact_at(&mut bytes, rest.offset)?;
                bytes.chunks_exact(R::BYTES).for_each(|row| each(&R::read(row)));
                rest = Segment { offset: rest.offset + bytes.len() as u64, rows: rest.rows - rows };
            }
        }
        Ok(())
    }
}

impl<R: EventRow> Partitions<R> {
    /// Adds an event to the partition of its id.
    #[inline]
    pub(super) fn push(&mut self, row: R, seed: u64) {
        self.push_to(spread(row.detection(), seed), row);
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::rows::{EventRow, Narrow},
        *,
    };

    fn rows_of<R: EventRow>(partitions: &Partitions<R>, count: usize) -> Vec<Vec<u64>> {
        let rows = |at| {
            let mut found = Vec::new();
            partitions.for_each(at, |row| found.push(row.detection())).unwrap();
            assert_eq!(found.len(), partitions.rows(at));
            found.sort_unstable();
            found
        };
        (0..count).map(rows).collect()
    }

    #[test]
    fn rows_come_back_from_disk() {
        let ids = || (0..200_000_i64).map(|id| id * 7 - 500_000).chain([i64::MIN, i64::MAX, -1]);
        let mut kept = Partitions::new(3);
        let mut spilled = Partitions::within(3, 4096);
        assert_eq!((kept.block_rows, spilled.block_rows), (BLOCK_ROWS, MIN_BLOCK_ROWS));
        for (at, id) in ids().enumerate() {
            kept.push(Narrow::new(id, 7), 5);
            spilled.push(Narrow::new(id, 7), 5);
            if at % 60_000 == 0 {
                spilled.spill(&std::env::temp_dir()).unwrap();
                assert_eq!(spilled.bytes(), 0);
            }
        }
        assert!(spilled.spilled() > 0);
        assert_eq!(rows_of(&kept, 8), rows_of(&spilled, 8));
        assert!(rows_of(&kept, 8).iter().all(|rows| rows.len() > 20_000));
    }
}
