//! HDF5 image stores: structure through a child process, pixels by positioned reads of our own.

mod layout;
mod writer;

pub use layout::{Encoding, FrameLayout, PixelOrder, Storage, StoreIdentity, StoredFilter, ValueType};
pub use writer::{StoreLayout, StoreSpec, StoreWriter, WriteStoreError};
