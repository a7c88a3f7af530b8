//! What recording checksums and verifying tell.

use serde::Serialize;

/// What recording checksums did.
#[derive(Debug, Clone, PartialEq, Serialize, Default)]
pub struct ChecksumReport {
    /// Stores in the lake.
    pub stores: u64,
    /// Stores whose checksums were made in this run.
    pub stores_read: u64,
    /// Stores that had checksums of their present state.
    pub stores_kept: u64,
    /// Bytes read in this run.
    pub bytes_read: u64,
    /// Bytes that the new checksums take in the index.
    pub checksum_bytes: u64,
    /// Stores with a new time or place whose bytes are the same as when their checksums were made.
    pub touched: Vec<String>,
    /// Stores that were rewritten at the same length since their checksums were made: those were kept.
    pub differing: Vec<String>,
    /// Stores left out, and why.
    pub skipped: Vec<Told>,
    /// Seconds it took.
    pub seconds: f64,
}

/// A store and what is to be said about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Told {
    /// The store.
    pub store: String,
    /// What is to be said.
    pub what: String,
}

/// What verifying found.
#[derive(Debug, Clone, PartialEq, Serialize, Default)]
pub struct VerifyReport {
    /// Whether every byte that has a checksum is as it was.
    pub intact: bool,
    /// Stores looked at.
    pub stores: u64,
    /// Of those, stores with checksums.
    pub stores_covered: u64,
    /// Frames in the stores looked at.
    pub frames: u64,
    /// Frames in stores with checksums.
    pub frames_covered: u64,
    /// Bytes of the stores looked at.
    pub bytes: u64,
    /// Bytes with checksums.
    pub bytes_covered: u64,
    /// Number of damaged frames.
    pub frames_damaged: u64,
    /// Stores with bytes that differ from their checksums.
    pub damaged: Vec<DamagedStore>,
    /// Stores of another length than when their checksums were made.
    pub resized: Vec<Told>,
    /// Stores that are not there, or cannot be opened.
    pub missing: Vec<Told>,
    /// Stores with a new time or place and the same bytes.
    pub touched: Vec<String>,
    /// Stores that someone wrote to while they were read.
    pub busy: Vec<String>,
    /// Stores without checksums.
    pub not_covered: Vec<String>,
    /// Seconds it took.
    pub seconds: f64,
}

/// A store whose bytes differ from their checksums.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DamagedStore {
    /// The store.
    pub store: String,
    /// When its checksums were made, UTC.
    pub checksums_made_at: String,
    /// The damaged frames.
    pub frames: Vec<DamagedFrames>,
    /// Stretches of the rest of the file that hold a byte that differs.
    pub structure: Vec<ByteRange>,
    /// What the system said when bytes could not be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unreadable: Option<String>,
    /// Whether the file looks as it was indexed (size, time, inode): its bytes changed without a write.
    pub looks_unchanged: bool,
}

/// A run of damaged frames of one footage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DamagedFrames {
    /// `recording/camera/first`, or `recording/camera/first-last`.
    pub frames: String,
    /// The recording.
    pub recording: String,
    /// The camera.
    pub camera: String,
    /// The first of them.
    pub first: u64,
    /// The last of them.
    pub last: u64,
}

/// Bytes of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct ByteRange {
    /// The first byte.
    pub first: u64,
    /// The last byte.
    pub last: u64,
}

impl DamagedFrames {
    pub(super) fn new(recording: &str, camera: &str, frames: &std::ops::Range<u64>) -> Self {
        let (first, last) = (frames.start, frames.end.saturating_sub(1));
        let numbers = if first == last { first.to_string() } else { format!("{first}-{last}") };
        Self {
            frames: format!("{recording}/{camera}/{numbers}"),
            recording: recording.to_owned(),
            camera: camera.to_owned(),
            first,
            last,
        }
    }
}

impl DamagedStore {
    /// Number of damaged frames.
    #[must_use]
    pub fn frame_count(&self) -> u64 {
        self.frames.iter().map(|run| run.last - run.first + 1).sum()
    }
}
