//! What is remembered of a lake, in two SQLite databases.
//!
//! The *catalog* is derived: recordings, footages, extents, frame columns, labels, problems; delete it, index again, same
//! answers. The *kept* database holds what cannot be made again: runs, selections,
//! views and tags. All SQL of the project is here.

mod checksums;
mod concerns;
mod connect;
mod damage;
mod error;
mod frame_table;
mod kept;
mod kept_queries;
mod kept_selections;
mod kept_tags;
mod kept_views;
mod label_block;
mod pack;
mod position;
mod read;
mod schema;
mod thumbnail_schema;
mod thumbnail_store;
mod widen;
mod write;

pub use checksums::{ChecksumState, FootageName, NewChecksums, StoreState};
pub use damage::{Finding, FootageDamage};
pub use error::CatalogError;
pub use frame_table::FrameTable;
pub use kept::{KeptDb, RunEnd};
pub use kept_queries::{KeptQuery, PastQuery};
pub use kept_selections::{KeptSelection, SavedSelection};
pub use kept_tags::KeptTag;
pub use kept_views::KeptView;
pub use position::SourceFiles;
pub use read::{CatalogReader, CatalogRecording, CatalogTotals, FootagePlace, MetricTotal};
pub use thumbnail_store::{ThumbnailKey, ThumbnailStore, ThumbnailTotals};
pub use write::{CatalogWriter, FootageNames, FootageRecord, RecordingRecord, SourceRecord};
