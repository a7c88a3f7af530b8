//! Events on their way from the files to the counts: packed rows, sorted apart by their `detection_oid`, in memory or, past
//! a limit, on disk.
//!
//! All events with one id land in one partition, so partitions are free of each other; each is small enough for the
//! processor's cache while its duplicates are looked for.

use std::{
    fs::File,
    io::{self, Write},
    os::unix::fs::FileExt,
    path::Path,
};

/// A packed event.
pub(super) trait Row: Copy + Send + Sync + 'static {
    /// Bytes on disk.
    const BYTES: usize;
    /// Its `detection_oid`.
    fn detection(&self) -> u64;
    /// Puts it behind `out`.
    fn write(&self, out: &mut Vec<u8>);
    /// Reads it from as many bytes as it has.
    fn read(bytes: &[u8]) -> Self;
}

/// Place and item in one number, and the id. Four byte words, since eight would leave holes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Narrow {
    low: u32,
    high: u32,
    /// Place and item; see [`super::words::Group`].
    pub(super) group: u32,
}

fn four(bytes: &[u8], at: usize) -> u32 {
    bytes.get(at..at + 4).and_then(|bytes| bytes.try_into().ok()).map_or(0, u32::from_le_bytes)
}

fn eight(bytes: &[u8], at: usize) -> u64 {
    bytes.get(at..at + 8).and_then(|bytes| bytes.try_into().ok()).map_or(0, u64::from_le_bytes)
}

impl Narrow {
    pub(super) fn new(detection: i64, group: u32) -> Self {
        let bits = detection.cast_unsigned();
        // The two halves of the number.
        #[expect(clippy::cast_possible_truncation, reason = "the low half")]
        let low = bits as u32;
        #[expect(clippy::cast_possible_truncation, reason = "the high half is 32 bits")]
        let high = (bits >> 32) as u32;
        Self { low, high, group }
    }
}

impl Row for Narrow {
    const BYTES: usize = 12;

    #[inline]
    fn detection(&self) -> u64 {
        u64::from(self.high) << 32 | u64::from(self.low)
    }

    fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.low.to_le_bytes());
        out.extend_from_slice(&self.high.to_le_bytes());
        out.extend_from_slice(&self.group.to_le_bytes());
    }

    fn read(bytes: &[u8]) -> Self {
        Self { low: four(bytes, 0), high: four(bytes, 4), group: four(bytes, 8) }
    }
}

/// Everything that decides which of several events with one id holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Full {
    pub(super) detection: i64,
    /// ns UTC; 0 where there is none.
    pub(super) time_ns: i64,
    /// 0 where there is none.
    pub(super) camera: i64,
    place: u32,
    item: u32,
}

/// The bit of a code that says something is missing.
const MISSING: u32 = 1 << 31;

impl Full {
    pub(super) fn new(detection: i64, time_ns: Option<i64>, camera: Option<i64>, place: u32, item: u32) -> Self {
        Self {
            detection,
            time_ns: time_ns.unwrap_or(0),
            camera: camera.unwrap_or(0),
            place: place | if camera.is_none() { MISSING } else { 0 },
            item: item | if time_ns.is_none() { MISSING } else { 0 },
        }
    }

    pub(super) fn place(&self) -> u32 {
        self.place & !MISSING
    }

    pub(super) fn item(&self) -> u32 {
        self.item & !MISSING
    }

    pub(super) fn time(&self) -> Option<i64> {
        (self.item & MISSING == 0).then_some(self.time_ns)
    }

    pub(super) fn camera(&self) -> Option<i64> {
        (self.place & MISSING == 0).then_some(self.camera)
    }
}

impl Row for Full {
    const BYTES: usize = 32;

    #[inline]
    fn detection(&self) -> u64 {
        self.detection.cast_unsigned()
    }

    fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.detection.to_le_bytes());
        out.extend_from_slice(&self.time_ns.to_le_bytes());
        out.extend_from_slice(&self.camera.to_le_bytes());
        out.extend_from_slice(&self.place.to_le_bytes());
        out.extend_from_slice(&self.item.to_le_bytes());
    }

    fn read(bytes: &[u8]) -> Self {
        Self {
            detection: eight(bytes, 0).cast_signed(),
            time_ns: eight(bytes, 8).cast_signed(),
            camera: eight(bytes, 16).cast_signed(),
            place: four(bytes, 24),
            item: four(bytes, 28),
        }
    }
}

/// Spreads ids evenly, whatever their pattern; the seed keeps anyone from choosing ids that fall together.
#[inline]
pub(super) fn spread(detection: u64, seed: u64) -> u64 {
    let product = u128::from(detection ^ seed) * 0x9E37_79B9_7F4A_7C15_F39C_C060_5CED_C835;
    #[expect(clippy::cast_possible_truncation, reason = "both halves are taken")]
    let folded = (product >> 64) as u64 ^ product as u64;
    folded
}

/// Rows of a block of memory.
const BLOCK_ROWS: usize = 1024;

/// Where a run of rows of one partition lies in the file.
#[derive(Debug, Clone, Copy)]
struct Segment {
    offset: u64,
    rows: usize,
}

/// The rows that one thread has sorted apart.
pub(super) struct Partitions<R> {
    /// Per partition the blocks, the last of them not full.
    blocks: Vec<Vec<Vec<R>>>,
    rows_in_memory: usize,
    segments: Vec<Vec<Segment>>,
    file: Option<File>,
    written: u64,
    shift: u32,
    seed: u64,
}

impl<R: Row> Partitions<R> {
    /// `1 << bits` partitions.
    pub(super) fn new(bits: u32, seed: u64) -> Self {
        let count = 1 << bits;
        Self {
            blocks: (0..count).map(|_| Vec::new()).collect(),
            rows_in_memory: 0,
            segments: (0..count).map(|_| Vec::new()).collect(),
            file: None,
            written: 0,
            shift: 64 - bits,
            seed,
        }
    }

    #[inline]
    pub(super) fn push(&mut self, row: R) {
        let at = (spread(row.detection(), self.seed) >> self.shift) as usize;
        let blocks = &mut self.blocks[at];
        match blocks.last_mut() {
            Some(block) if block.len() < BLOCK_ROWS => block.push(row),
            _ => {
                let mut block = Vec::with_capacity(BLOCK_ROWS);
                block.push(row);
                blocks.push(block);
                self.rows_in_memory += BLOCK_ROWS;
            }
        }
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
        for (blocks, segments) in self.blocks.iter_mut().zip(&mut self.segments) {
            let blocks = std::mem::take(blocks);
            let rows: usize = blocks.iter().map(Vec::len).sum();
            if rows == 0 {
                continue;
            }
            segments.push(Segment { offset: self.written, rows });
            for block in blocks {
                block.iter().for_each(|row| row.write(&mut bytes));
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
        let memory: usize = self.blocks[at].iter().map(Vec::len).sum();
        memory + self.segments[at].iter().map(|segment| segment.rows).sum::<usize>()
    }

    /// Gives each row of a partition to `each`.
    pub(super) fn for_each(&self, at: usize, mut each: impl FnMut(&R)) -> io::Result<()> {
        for block in &self.blocks[at] {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn rows_of<R: Row>(partitions: &Partitions<R>, count: usize) -> Vec<Vec<u64>> {
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
        let mut kept = Partitions::new(3, 5);
        let mut spilled = Partitions::new(3, 5);
        for (at, id) in ids().enumerate() {
            kept.push(Narrow::new(id, 7));
            spilled.push(Narrow::new(id, 7));
            if at % 60_000 == 0 {
                spilled.spill(&std::env::temp_dir()).unwrap();
                assert_eq!(spilled.bytes(), 0);
            }
        }
        assert!(spilled.spilled() > 0);
        assert_eq!(rows_of(&kept, 8), rows_of(&spilled, 8));
        assert!(rows_of(&kept, 8).iter().all(|rows| rows.len() > 20_000));
    }

    #[test]
    fn rows_are_packed_and_unpacked() {
        for row in [Full::new(i64::MIN, None, Some(-1), 3, 4), Full::new(7, Some(i64::MAX), None, 0, (1 << 31) - 1)] {
            let mut bytes = Vec::new();
            row.write(&mut bytes);
            assert_eq!(bytes.len(), Full::BYTES);
            assert_eq!(Full::read(&bytes), row);
        }
        let row = Full::new(7, None, Some(5), 3, 4);
        assert_eq!((row.time(), row.camera(), row.place(), row.item()), (None, Some(5), 3, 4));
        assert_eq!(Narrow::new(i64::MIN, 1).detection(), i64::MIN.cast_unsigned());
    }
}
