//! Questions about detection events: what was seen most, where and when; statistics of many values by group ([`stats`]); and a
//! person's own SQL over the lake.
//!
//! A question about events is plain data ([`TopQuery`]). The kernel answers it on this machine; a query tree on Polars says the
//! same in the engine's own words and is held equal to the kernel by tests. SQL is worked out in a process of its own.

pub mod engine;
mod error;
pub mod sql;
pub mod stats;
mod top;
pub mod tree;

pub use error::AnalyticsError;
use top::refuse_if_all_bad;
pub use top::{
    Behind, CameraDuplicates, CountsBy, Delays, DetectionEvent, Disagreement, Duplicates, EventCounts, LateEvent,
    Lateness, LocationEvents, OnError, PassedOver, Ranking, Resources, Scope, Skipped, Stages, TopItems, TopQuery,
    Unmet, Window, behind, duplicates, event_counts, lateness, top,
};
