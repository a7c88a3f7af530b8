//! What a tile of the grid stands for. Views keep it, so that it is the session's.

pub use crate::session::{GridChoice, SpanChoice};
