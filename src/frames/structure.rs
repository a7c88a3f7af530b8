//! What a probe finds in a store: its datasets and attributes, as plain records that travel between processes.

use serde::{Deserialize, Serialize};

use super::StoredFilter;

/// The datasets and the groups with attributes of one store, in order of the walk.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Structure {
    /// Datasets.
    pub datasets: Vec<DatasetInfo>,
    /// Groups that carry attributes; the root is `/`.
    #[serde(default)]
    pub groups: Vec<GroupInfo>,
    /// What could not be walked, in words, without the store's name.
    #[serde(default)]
    pub problems: Vec<String>,
}

/// One group with its attributes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GroupInfo {
    /// Path from the root, with a leading `/`.
    pub path: String,
    /// Its attributes.
    pub attributes: Vec<Attribute>,
}

/// One dataset.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DatasetInfo {
    /// Path from the root, with a leading `/`.
    pub path: String,
    /// Length of each axis; empty for a scalar.
    pub shape: Vec<u64>,
    /// Number format.
    pub value: StoredValue,
    /// Where the library keeps the values.
    pub kept: Kept,
    /// Chunk shape, when chunked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub chunk: Vec<u64>,
    /// Filter pipeline, in the order of writing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub filters: Vec<StoredFilter>,
    /// Fill value of one element as stored; empty when it is zero or undefined.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fill: Vec<u8>,
    /// Bytes allocated in the file.
    #[serde(default)]
    pub storage_bytes: u64,
    /// Why only the library can read the values, when that is so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub library_only: Option<String>,
    /// Why nobody may read the values, when that is so: external or virtual sources outside the lake.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
    /// Where the frames of a virtual dataset come from, in order, when whole frames come from each source; else empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<SourcePiece>,
    /// Files that hold the values one after the other, when they are outside the store.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub segments: Vec<Segment>,
    /// Attributes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attributes: Vec<Attribute>,
}

/// Frames of a virtual dataset that come from one other dataset.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourcePiece {
    /// First frame of the virtual dataset.
    pub first: u64,
    /// Number of frames.
    pub frames: u64,
    /// Path of the source's store in the lake; nothing for the same store.
    pub store: Option<String>,
    /// Whether that store is not there.
    pub absent: bool,
    /// Path of the source in its store.
    pub dataset: String,
    /// First frame of the source.
    pub source_first: u64,
}

/// A stretch of a file that holds values of a dataset.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Segment {
    /// Path of the file in the lake.
    pub store: String,
    /// Where the stretch begins.
    pub offset_bytes: u64,
    /// Its length; the largest number when it goes on to where the dataset ends.
    pub length_bytes: u64,
}

/// Layout class of a dataset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kept {
    /// In the object header.
    Compact,
    /// In one piece.
    Contiguous,
    /// In chunks.
    Chunked,
    /// In other datasets.
    Virtual,
    /// In files beside the store.
    External,
}

/// Type of one element as stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum StoredValue {
    /// A whole number (enumerations and booleans included) that fills its bytes.
    Integer {
        /// Bytes of one value.
        bytes: u32,
        /// Whether it has a sign.
        signed: bool,
        /// Byte order.
        big_endian: bool,
    },
    /// An IEEE number.
    Float {
        /// Bytes of one value.
        bytes: u32,
        /// Byte order.
        big_endian: bool,
    },
    /// A variable-length sequence of single bytes: coded images, most often.
    Bytes,
    /// Text of fixed or variable length.
    Text,
    /// Anything else, by name.
    Other(String),
}

impl StoredValue {
    /// Bytes of one stored number; none when it is not a number.
    #[must_use]
    pub fn number_bytes(&self) -> Option<u32> {
        match self {
            Self::Integer { bytes, .. } | Self::Float { bytes, .. } => Some(*bytes),
            Self::Bytes | Self::Text | Self::Other(_) => None,
        }
    }
}

/// A small attribute.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Attribute {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: AttributeValue,
}

/// Value of a small attribute.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AttributeValue {
    /// One text, or the first of several.
    Text(String),
    /// Whole numbers.
    Integers(Vec<i64>),
    /// Floating-point numbers; those that are not finite are absent.
    Floats(Vec<Option<f64>>),
    /// Path of the object the first reference points to.
    Reference(String),
}

impl AttributeValue {
    /// The first number.
    #[must_use]
    pub fn number(&self) -> Option<f64> {
        match self {
            #[expect(clippy::cast_precision_loss, reason = "rates and flags are small")]
            Self::Integers(values) => values.first().map(|v| *v as f64),
            Self::Floats(values) => values.first().copied().flatten(),
            Self::Text(text) => text.trim().parse().ok(),
            Self::Reference(_) => None,
        }
    }

    /// The text, when it is one.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }
}

/// The attribute called `name`, without regard to case.
#[must_use]
pub fn attribute<'a>(attributes: &'a [Attribute], name: &str) -> Option<&'a AttributeValue> {
    attributes.iter().find(|a| a.name.eq_ignore_ascii_case(name)).map(|a| &a.value)
}

/// Values of a dataset read whole, row by row.
#[derive(Debug, Clone, PartialEq)]
pub enum Values {
    /// Whole numbers; 64-bit unsigned ones beyond the range become the largest.
    Integers(Vec<i64>),
    /// Floating-point numbers.
    Floats(Vec<f64>),
    /// Texts.
    Texts(Vec<String>),
}

impl Values {
    /// Number of values.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::Integers(values) => values.len(),
            Self::Floats(values) => values.len(),
            Self::Texts(values) => values.len(),
        }
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Every `step`-th value from `first`: a column of a row-major table.
    #[must_use]
    pub fn column(&self, first: usize, step: usize) -> Self {
        match self {
            Self::Integers(values) => Self::Integers(values.iter().skip(first).step_by(step).copied().collect()),
            Self::Floats(values) => Self::Floats(values.iter().skip(first).step_by(step).copied().collect()),
            Self::Texts(values) => Self::Texts(values.iter().skip(first).step_by(step).cloned().collect()),
        }
    }
}
