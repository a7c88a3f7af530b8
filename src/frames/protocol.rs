//! Messages between the app and its reader process.
//!
//! A message is a `u32` length and that many bytes of JSON (the header), then a `u64` length and that many bytes of
//! packed little-endian values (the body). Declared lengths are checked against limits before anything is read, each kind
//! of answer having its own, and buffers grow only as bytes arrive. The body of a request holds the store's path and the lake's root, as the system
//! spells them, with a zero byte between.

use std::{
    ffi::OsStr,
    io::{self, Read, Write},
    os::unix::ffi::OsStrExt,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::ValueType;

/// Longest header, bytes: a request can name every dataset of a store.
pub const MAX_HEADER_BYTES: u32 = 64 << 20;
/// Longest body of any message, bytes.
pub const MAX_BODY_BYTES: u64 = 512 << 20;
/// Longest body of a request, bytes: two paths.
pub const MAX_REQUEST_BODY_BYTES: u64 = 64 << 10;
/// Longest structure, bytes of JSON.
pub const MAX_STRUCTURE_BYTES: u64 = 64 << 20;
/// Longest packed extents, bytes.
pub const MAX_EXTENTS_BYTES: u64 = 128 << 20;
/// Longest values of a dataset read whole, bytes.
pub const MAX_VALUES_BYTES: u64 = 256 << 20;
/// Longest row, bytes: one frame.
pub const MAX_ROW_BYTES: u64 = 256 << 20;

/// What the app asks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Request {
    /// The structure of the store; answered by [`Response::Structure`].
    Probe,
    /// The structure of one dataset; answered by [`Response::Structure`] with that dataset alone.
    Describe {
        /// Path of the dataset.
        dataset: String,
    },
    /// Where the pieces of datasets are, one dataset after the other; answered by [`Response::Located`].
    Locate {
        /// Paths of the datasets; several must have the same number of pieces each.
        datasets: Vec<String>,
    },
    /// All values of a numeric or text dataset; answered by [`Response::Values`].
    ReadValues {
        /// Path of the dataset.
        dataset: String,
    },
    /// One entry along the first axis, or the whole dataset when there is no row; answered by [`Response::Row`].
    ReadRow {
        /// Path of the dataset.
        dataset: String,
        /// Index along the first axis.
        row: Option<u64>,
    },
}

impl Request {
    /// Longest body that an answer to this can have, bytes.
    #[must_use]
    pub fn most_answer_bytes(&self) -> u64 {
        match self {
            Self::Probe | Self::Describe { .. } => MAX_STRUCTURE_BYTES,
            Self::Locate { .. } => MAX_EXTENTS_BYTES,
            Self::ReadValues { .. } => MAX_VALUES_BYTES,
            Self::ReadRow { .. } => MAX_ROW_BYTES,
        }
    }
}

/// What the reader process answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Response {
    /// The body is the JSON of a [`super::structure::Structure`].
    Structure,
    /// The body is packed [`super::Extents`].
    Located,
    /// The body is 8-byte values, or texts each ended by a zero byte.
    Values {
        /// What the values are.
        kind: ValuesKind,
        /// Number of values.
        count: u64,
    },
    /// The body is native little-endian numbers, or bytes of one variable-length row.
    Row {
        /// Number format.
        value: ValueType,
    },
    /// It could not be done.
    Failed {
        /// What happened, as a clause.
        what: String,
        /// What to do, as a clause.
        hint: String,
    },
}

/// Kind of values in an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ValuesKind {
    /// `i64`.
    Integers,
    /// `f64`.
    Floats,
    /// UTF-8 texts, each ended by a zero byte.
    Texts,
}

/// Which store a request is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StorePath {
    /// Real path of the store.
    pub store: PathBuf,
    /// Real path of the lake it belongs to.
    pub lake_root: PathBuf,
}

impl StorePath {
    /// The body of a request.
    #[must_use]
    pub fn to_body(&self) -> Vec<u8> {
        [self.store.as_os_str().as_bytes(), &[0], self.lake_root.as_os_str().as_bytes()].concat()
    }

    /// Reads the body of a request; nothing when it is none.
    #[must_use]
    pub fn from_body(body: &[u8]) -> Option<Self> {
        let zero = body.iter().position(|byte| *byte == 0)?;
        let path = |bytes: &[u8]| Path::new(OsStr::from_bytes(bytes)).to_owned();
        Some(Self { store: path(&body[..zero]), lake_root: path(&body[zero + 1..]) })
    }
}

/// Writes one message and flushes.
///
/// # Errors
/// What the system said; invalid input when the message is over the limits.
pub fn write_message(to: &mut impl Write, header: &impl Serialize, body: &[u8]) -> io::Result<()> {
    let json = serde_json::to_vec(header)?;
    let header_bytes = u32::try_from(json.len()).ok().filter(|length| *length <= MAX_HEADER_BYTES);
    let header_bytes = header_bytes.ok_or_else(|| too_long("header", json.len() as u64))?;
    if body.len() as u64 > MAX_BODY_BYTES {
        return Err(too_long("body", body.len() as u64));
    }
    let mut start = Vec::with_capacity(json.len() + 12);
    start.extend(header_bytes.to_le_bytes());
    start.extend(json);
    start.extend((body.len() as u64).to_le_bytes());
    to.write_all(&start)?;
    to.write_all(body)?;
    to.flush()
}

/// Reads one message with a body of at most `most_body_bytes`; nothing when the other side has closed between messages.
///
/// # Errors
/// What the system said; invalid data when the message is over the limits or not one.
pub fn read_message<H: DeserializeOwned>(
    from: &mut impl Read,
    most_body_bytes: u64,
) -> io::Result<Option<(H, Vec<u8>)>> {
    let mut first = [0; 1];
    loop {
        match from.read(&mut first) {
            Ok(0) => return Ok(None),
            Ok(_) => break,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    let mut rest = [0; 3];
    from.read_exact(&mut rest)?;
    let header_bytes = u32::from_le_bytes([first[0], rest[0], rest[1], rest[2]]);
    if header_bytes > MAX_HEADER_BYTES {
        return Err(too_long("header", u64::from(header_bytes)));
    }
    let json = read_exactly(from, u64::from(header_bytes))?;
    let mut length = [0; 8];
    from.read_exact(&mut length)?;
    let body_bytes = u64::from_le_bytes(length);
    if body_bytes > most_body_bytes.min(MAX_BODY_BYTES) {
        return Err(too_long("body", body_bytes));
    }
    let body = read_exactly(from, body_bytes)?;
    Ok(Some((serde_json::from_slice(&json)?, body)))
}

/// Reads exactly `length` bytes into a buffer that grows as they arrive.
fn read_exactly(from: &mut impl Read, length: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    from.take(length).read_to_end(&mut bytes)?;
    if bytes.len() as u64 == length { Ok(bytes) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
}

fn too_long(part: &str, length: u64) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("a message {part} of {length} bytes is over the limit"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn reads_what_it_writes() {
        let path = StorePath { store: "/lake/a b.h5".into(), lake_root: OsStr::from_bytes(b"/la\xffke").into() };
        let request = Request::ReadRow { dataset: "/frames".to_owned(), row: Some(3) };
        let mut wire = Vec::new();
        write_message(&mut wire, &request, &path.to_body()).unwrap();
        write_message(&mut wire, &Request::Probe, &[]).unwrap();
        let mut from = wire.as_slice();
        let (header, body) = read_message::<Request>(&mut from, MAX_REQUEST_BODY_BYTES).unwrap().unwrap();
        assert_eq!((header, StorePath::from_body(&body)), (request, Some(path)));
        assert_eq!(read_message::<Request>(&mut from, MAX_REQUEST_BODY_BYTES).unwrap(), Some((Request::Probe, vec![])));
        assert_eq!(read_message::<Request>(&mut from, MAX_REQUEST_BODY_BYTES).unwrap(), None);
    }

    #[test]
    fn declared_lengths_are_not_trusted() {
        for wire in [
            [&(MAX_HEADER_BYTES + 1).to_le_bytes()[..], &[b'{'; 100]].concat(),
            [&7_u32.to_le_bytes()[..], b"\"probe\"", &(MAX_BODY_BYTES + 1).to_le_bytes()].concat(),
            [&7_u32.to_le_bytes()[..], b"\"probe\"", &MAX_BODY_BYTES.to_le_bytes(), &[1; 50]].concat(),
            [&7_u32.to_le_bytes()[..], b"\"prune\"", &0_u64.to_le_bytes()].concat(),
        ] {
            assert!(read_message::<Request>(&mut wire.as_slice(), MAX_BODY_BYTES).is_err());
        }
        let wire = [&7_u32.to_le_bytes()[..], b"\"probe\"", &3_u64.to_le_bytes(), &[1; 3]].concat();
        assert!(read_message::<Request>(&mut wire.as_slice(), 3).is_ok());
        assert!(read_message::<Request>(&mut wire.as_slice(), 2).is_err(), "longer than this kind of answer can be");
    }

    proptest! {
        #[test]
        fn never_panics_on_foreign_bytes(bytes in prop::collection::vec(any::<u8>(), 0..100)) {
            let _ = read_message::<Response>(&mut bytes.as_slice(), MAX_BODY_BYTES);
        }
    }
}
