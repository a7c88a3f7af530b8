//! How a store keeps the frames of one footage: everything the app needs to read them by itself.

use serde::{Deserialize, Serialize};

/// Number format of a stored value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ValueType {
    /// Unsigned 8 bit.
    U8,
    /// Signed 8 bit.
    I8,
    /// Unsigned 16 bit.
    U16,
    /// Signed 16 bit.
    I16,
    /// Unsigned 32 bit.
    U32,
    /// Signed 32 bit.
    I32,
    /// 32-bit float.
    F32,
    /// 64-bit float.
    F64,
}

/// Which axis of a frame means what; the axis that counts frames always stands first and is not named.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum PixelOrder {
    /// Gray: rows, columns.
    Hw,
    /// Rows, columns, channels.
    Hwc,
    /// Channels (planes), rows, columns.
    Chw,
    /// Rows, channels, columns: a line of each channel after the other.
    Hcw,
}

/// Where the first stored value of a frame is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// At the top left: rows from the top, columns from the left.
    #[default]
    UpperLeft,
    /// At the bottom left: rows from the bottom.
    LowerLeft,
    /// At the top right: columns from the right.
    UpperRight,
    /// At the bottom right.
    LowerRight,
}

impl Origin {
    /// Whether it is the usual one.
    #[must_use]
    pub fn is_usual(&self) -> bool {
        *self == Self::UpperLeft
    }
}

/// What the stored values of a frame are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", tag = "is")]
pub enum Encoding {
    /// Pixel values.
    Pixels {
        /// Number format.
        value: ValueType,
        /// Whether numbers are stored big-endian.
        big_endian: bool,
        /// Order of the axes of one frame.
        order: PixelOrder,
    },
    /// One JPEG or PNG file a row, told apart by its first bytes; rows may be padded with zeros.
    Coded,
}

/// An HDF5 filter of a pipeline, in the order of writing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredFilter {
    /// Registered id: 1 deflate, 2 shuffle, 3 fletcher32, 4 szip, 5 n-bit, 6 scale-offset, 32000 LZF, ….
    pub id: u32,
    /// Name as stored, for messages.
    pub name: String,
    /// Client data values.
    pub params: Vec<u32>,
}

/// Where the bytes of a dataset are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Storage {
    /// One piece; one extent.
    Contiguous,
    /// Chunks; one extent per chunk, in row-major order of the chunk grid.
    Chunked,
    /// Variable-length rows; one extent per row, inside global heap collections.
    Rows,
    /// One dataset per frame, all stored the same way: one extent per frame, or per chunk of each frame, frame by frame.
    PerFrame,
    /// Kept with the extents, as the file has it among its structure: one extent per dataset, a place in the kept bytes.
    Kept,
    /// One piece, cut into stretches of other files: one extent per source, in order.
    External,
    /// In other datasets, as the parts tell; frames of no part hold the fill value.
    Virtual,
    /// Only the library can read it (filters the app does not decode, odd numbers, mixed virtual datasets): asked of the
    /// child by row, or by member when there are members.
    Library,
    /// There are no images, only times.
    None,
}

/// Another file that holds frames of a footage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceFile {
    /// Its path in the lake.
    pub store: String,
    /// Its state when it was indexed; nothing when it was not there.
    pub identity: Option<StoreIdentity>,
}

/// A range of frames that are in another dataset.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Part {
    /// First frame of the footage.
    pub first: u64,
    /// Number of frames.
    pub frames: u64,
    /// Which of the sources holds them; nothing for the store itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<usize>,
    /// First frame of the other dataset.
    pub source_first: u64,
    /// Number of the other dataset's first piece among the extents.
    pub first_piece: u64,
    /// How the other dataset is stored.
    pub layout: FrameLayout,
}

/// How one footage is stored. Kept in the catalog as JSON; the extents stand beside it, packed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FrameLayout {
    /// Path of the dataset inside the store (of the parent group when there are members).
    pub dataset: String,
    /// Names of the datasets, in frame order, when each frame is one; empty otherwise.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub members: Vec<String>,
    /// Shape of the dataset; the first axis counts frames, except where there are members: then it is one frame's.
    pub shape: Vec<u64>,
    /// Chunk shape of a chunked dataset (or member), else empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub chunk: Vec<u64>,
    /// What the values are.
    pub encoding: Encoding,
    /// Where the bytes are.
    pub storage: Storage,
    /// Filter pipeline, in the order of writing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub filters: Vec<StoredFilter>,
    /// Fill value of one element as stored, for chunks that were never written; empty means zeros.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fill: Vec<u8>,
    /// Colours of an indexed image, red, green, blue each; empty when the values are pixels themselves.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub palette: Vec<u8>,
    /// Whether gray values count from white (0) to black, as some HDF5 images do.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub white_is_zero: bool,
    /// Other files that hold frames.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<SourceFile>,
    /// Where the frames of a virtual dataset are, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<Part>,
    /// Where the first value is shown, as some HDF5 images tell.
    #[serde(default, skip_serializing_if = "Origin::is_usual")]
    pub origin: Origin,
}

/// Which file holds a piece of a footage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PieceFile {
    /// The store itself.
    Store,
    /// Another file: its place among [`FrameLayout::sources`].
    Source(usize),
    /// None: the bytes are kept with the extents ([`super::Extents::kept`]), and the address is a place among them.
    Kept,
}

/// What tells one state of a store from another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoreIdentity {
    /// Length of the file.
    pub size_bytes: u64,
    /// Time of the last change, ns since 1970.
    pub mtime_ns: i64,
    /// Inode number (0 where there is none).
    pub inode: u64,
    /// XXH3 of the first and last 64 KB.
    pub ends_hash: u64,
}

impl FrameLayout {
    /// Number of frames the layout declares.
    #[must_use]
    pub fn frames(&self) -> u64 {
        if self.members.is_empty() { self.shape.first().copied().unwrap_or(0) } else { self.members.len() as u64 }
    }

    /// The file that the address of piece `number` of the extents is in.
    #[must_use]
    pub fn piece_file(&self, number: u64) -> PieceFile {
        match self.storage {
            Storage::Kept => PieceFile::Kept,
            Storage::External => usize::try_from(number).map_or(PieceFile::Store, PieceFile::Source),
            Storage::Virtual => {
                // The pieces of one dataset stand together, whatever the order of the parts.
                let before = self.parts.iter().filter(|part| part.first_piece <= number);
                match before.max_by_key(|part| part.first_piece) {
                    Some(part) if part.layout.storage == Storage::Kept => PieceFile::Kept,
                    Some(Part { source: Some(source), .. }) => PieceFile::Source(*source),
                    _ => PieceFile::Store,
                }
            }
            _ => PieceFile::Store,
        }
    }

    /// Shape of one frame.
    #[must_use]
    pub fn frame_shape(&self) -> &[u64] {
        if self.members.is_empty() { self.shape.get(1..).unwrap_or(&[]) } else { &self.shape }
    }
}

impl ValueType {
    /// Bytes of one value.
    #[must_use]
    pub fn bytes(self) -> usize {
        match self {
            Self::U8 | Self::I8 => 1,
            Self::U16 | Self::I16 => 2,
            Self::U32 | Self::I32 | Self::F32 => 4,
            Self::F64 => 8,
        }
    }
}
