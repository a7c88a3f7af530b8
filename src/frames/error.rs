//! What can go wrong with image stores.

use std::{io, path::PathBuf};

/// An operation on a store, or on one of its frames, failed. Stores are named by their path inside the lake.
#[derive(Debug, thiserror::Error)]
pub enum FramesError {
    /// Size, time, inode or the ends of the file differ from what was indexed.
    #[error("{store} changed since it was indexed; index the lake again")]
    StoreChanged {
        /// The store.
        store: String,
    },
    /// The operating system could not open or read the file.
    #[error("{store} cannot be read: {source}; check that the file is there and that you may read it")]
    Open {
        /// The store.
        store: String,
        /// What the system said.
        source: io::Error,
    },
    /// The path leaves the lake (`..`, or a link to somewhere else).
    #[error("{store} lies outside the lake; put the file itself into the lake's folder")]
    OutsideLake {
        /// The path as asked.
        store: String,
    },
    /// The file is something other than a complete HDF5 file.
    #[error("{store}: {what}; {hint}")]
    NotHdf5 {
        /// The store.
        store: String,
        /// What it is instead.
        what: String,
        /// What to do.
        hint: String,
    },
    /// The reader process could not be started.
    #[error("the HDF5 reader {exe} could not be started: {source}; reinstall Lakescope")]
    StartReader {
        /// The program.
        exe: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The reader process ended while it read this store.
    #[error(
        "reading {store} ended the HDF5 reader ({how}); the file is damaged: copy it again or repair it with h5repack. \
         It is not tried again until it changes"
    )]
    ReaderDied {
        /// The store.
        store: String,
        /// How it ended, as a clause.
        how: String,
    },
    /// The reader process did not answer in time and was ended.
    #[error(
        "{store} was not read within {seconds} s; the file is damaged or the disk too slow: copy it again. \
         It is not tried again until it changes"
    )]
    TimedOut {
        /// The store.
        store: String,
        /// The time that was given.
        seconds: u64,
    },
    /// The reader process answered with something that makes no sense.
    #[error("the HDF5 reader gave a wrong answer about {store}: {what}; index the lake again")]
    Protocol {
        /// The store.
        store: String,
        /// What was wrong.
        what: String,
    },
    /// The HDF5 library, or the reader's own limits, refused.
    #[error("{store}: {what}; {hint}")]
    Refused {
        /// The store.
        store: String,
        /// What happened.
        what: String,
        /// What to do.
        hint: String,
    },
    /// There is no such frame.
    #[error("{store} {dataset} has no frame {frame_idx}; it has {frames}")]
    NoSuchFrame {
        /// The store.
        store: String,
        /// The dataset.
        dataset: String,
        /// The frame asked for.
        frame_idx: u64,
        /// Number of frames there are.
        frames: u64,
    },
    /// A frame could not be read or decoded.
    #[error("frame {frame_idx} of {store} {dataset}: {what}")]
    ReadFrame {
        /// The store.
        store: String,
        /// The dataset.
        dataset: String,
        /// The frame.
        frame_idx: u64,
        /// What happened and what to do.
        what: String,
    },
    /// The packed extents of a footage make no sense.
    #[error("the catalog's list of chunks is damaged ({0}); index the lake again")]
    BadExtents(&'static str),
}

impl FramesError {
    /// What happened, without the store's name, and what to do about it: the two halves of a problem line.
    #[must_use]
    pub fn problem(&self) -> (String, String) {
        match self {
            Self::NotHdf5 { what, hint, .. } | Self::Refused { what, hint, .. } => (what.clone(), hint.clone()),
            other => {
                let text = other.to_string();
                match text.split_once("; ") {
                    Some((what, hint)) => (what.to_owned(), hint.to_owned()),
                    None => (text, "Copy the file again, or leave it out of the lake".to_owned()),
                }
            }
        }
    }
}
