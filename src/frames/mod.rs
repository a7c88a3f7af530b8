//! HDF5 image stores: structure through a child process, pixels by positioned reads of our own.
//!
//! [`probe_store`] says what a store holds; [`FrameReader`] reads its frames. Only [`child`] uses the HDF5 library for
//! reading, and it runs in a process of its own ([`child_main`], started by [`ChildPool`]).

pub mod checksum;
pub mod child;
mod chunk_cache;
mod chunk_grid;
mod clock;
mod coded;
mod elsewhere;
mod error;
mod extents;
mod file_access;
mod filters;
mod identity;
mod large_work;
mod layout;
mod open_stores;
mod pixels;
mod pool;
mod probe;
pub mod protocol;
mod read_many;
mod reader;
mod recognise;
mod scratch;
mod stored_frame;
pub mod structure;
mod superblock;
mod thumbnail;
mod thumbnail_code;
mod writer;

pub use child::child_main;
pub use clock::{Clock, TimeUnit};
pub use elsewhere::sources_changed;
pub use error::FramesError;
pub use extents::{Extent, Extents};
pub use layout::{
    Encoding, FrameLayout, Origin, Part, PieceFile, PixelOrder, SourceFile, Storage, StoreIdentity, StoredFilter,
    ValueType,
};
pub use open_stores::{StoreRef, look_at};
pub use pool::{ChildPool, PoolLimits};
pub use probe::{FoundFootage, Guesses, StoreProbe, TimesSource, probe_store, read_times};
pub use reader::{FrameReader, StoredBytes};
pub use thumbnail::{fit as thumbnail_size, shrink};
pub use thumbnail_code::{decode_thumbnail, encode_thumbnail, thumbnail_dimensions};
pub use writer::{StoreLayout, StoreSpec, StoreWriter, WriteStoreError};

#[cfg(test)]
mod tests;
