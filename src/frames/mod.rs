//! HDF5 image stores: structure through a child process, pixels by positioned reads of our own.

pub mod child;
mod chunk_grid;
mod error;
mod extents;
mod file_access;
mod filters;
mod identity;
mod layout;
mod pool;
mod recognise;
pub mod protocol;
pub mod structure;
mod superblock;

pub use child::child_main;
pub use error::FramesError;
pub use extents::{Extent, Extents};
pub use layout::{Encoding, FrameLayout, PixelOrder, Storage, StoreIdentity, StoredFilter, ValueType};
pub use pool::{ChildPool, PoolLimits};
