//! Questions about detection events: what was seen most, where and when; and statistics of many values by group ([`stats`]).
//!
//! A question is plain data ([`TopQuery`]). The kernel answers it on this machine; a query tree on Polars says the same in
//! the engine's own words and is held equal to the kernel by tests.

mod error;
pub mod stats;
mod top;

pub use error::AnalyticsError;
pub use top::{
    Behind, CameraDuplicates, CountsBy, Delays, DetectionEvent, Disagreement, Duplicates, EventCounts, LateEvent,
    Lateness, LocationEvents, OnError, Ranking, Resources, Scope, Skipped, Stages, TopItems, TopQuery, Window, behind,
    duplicates, event_counts, lateness, top,
};
