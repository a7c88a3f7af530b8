//! Events on their way from the files to the counts: packed rows, as narrow as a question allows.

/// A packed row.
pub(super) trait Row: Copy + Send + Sync + 'static {
    /// Bytes on disk.
    const BYTES: usize;
    /// Puts it behind `out`.
    fn write(&self, out: &mut Vec<u8>);
    /// Reads it from as many bytes as it has.
    fn read(bytes: &[u8]) -> Self;
}

/// A row that is an event.
pub(super) trait EventRow: Row {
    /// Its `detection_oid`.
    fn detection(&self) -> u64;
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
        let high = (bits >> 32) as u32;
        Self { low, high, group }
    }
}

impl Row for Narrow {
    const BYTES: usize = 12;

    fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.low.to_le_bytes());
        out.extend_from_slice(&self.high.to_le_bytes());
        out.extend_from_slice(&self.group.to_le_bytes());
    }

    fn read(bytes: &[u8]) -> Self {
        Self { low: four(bytes, 0), high: four(bytes, 4), group: four(bytes, 8) }
    }
}

impl EventRow for Narrow {
    #[inline]
    fn detection(&self) -> u64 {
        u64::from(self.high) << 32 | u64::from(self.low)
    }
}

/// An event without its camera.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Timed {
    pub(super) detection: i64,
    /// ns UTC; 0 where there is none.
    time_ns: i64,
    pub(super) place: u32,
    item: u32,
}

impl Timed {
    pub(super) fn new(detection: i64, time_ns: Option<i64>, place: u32, item: u32) -> Self {
        let missing = if time_ns.is_none() { MISSING } else { 0 };
        Self { detection, time_ns: time_ns.unwrap_or(0), place, item: item | missing }
    }

    pub(super) fn item(&self) -> u32 {
        self.item & !MISSING
    }

    pub(super) fn time(&self) -> Option<i64> {
        (self.item & MISSING == 0).then_some(self.time_ns)
    }
}

impl Row for Timed {
    const BYTES: usize = 24;

    fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.detection.to_le_bytes());
        out.extend_from_slice(&self.time_ns.to_le_bytes());
        out.extend_from_slice(&self.place.to_le_bytes());
        out.extend_from_slice(&self.item.to_le_bytes());
    }

    fn read(bytes: &[u8]) -> Self {
        Self {
            detection: eight(bytes, 0).cast_signed(),
            time_ns: eight(bytes, 8).cast_signed(),
            place: four(bytes, 16),
            item: four(bytes, 20),
        }
    }
}

impl EventRow for Timed {
    #[inline]
    fn detection(&self) -> u64 {
        self.detection.cast_unsigned()
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

impl EventRow for Full {
    #[inline]
    fn detection(&self) -> u64 {
        self.detection.cast_unsigned()
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

#[cfg(test)]
mod tests {
    use super::*;

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
        for row in [Timed::new(i64::MIN, None, 3, 4), Timed::new(7, Some(i64::MAX), 0, (1 << 31) - 1)] {
            let mut bytes = Vec::new();
            row.write(&mut bytes);
            assert_eq!((bytes.len(), Timed::read(&bytes)), (Timed::BYTES, row));
        }
    }
}
