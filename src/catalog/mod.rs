//! The catalog.

use std::sync::Arc;

use crate::{filter::{FootageRows, FrameColumns, MetricName}, model::{Column, Footage, FrameId}};

/// All frames of a lake as columns, loaded from the catalog when first named.
pub struct FrameTable {}

#[expect(unused_variables, clippy::unused_self)]
impl FrameTable {
    /// The generation of the index it was made from.
    pub fn generation(&self) -> u64 { unimplemented!() }
    /// Index into [`Self::footage_list`] of the footage that holds `row`.
    pub fn footage_index(&self, row: usize) -> usize { unimplemented!() }
    /// The footages in row order, parallel to `FrameColumns::footages`.
    pub fn footage_list(&self) -> &[Footage] { unimplemented!() }
    /// Name of the frame at `row`.
    pub fn frame_id(&self, row: usize) -> FrameId { unimplemented!() }
    /// Row of a frame, when it is in the lake.
    pub fn row_of(&self, id: &FrameId) -> Option<usize> { unimplemented!() }
}

impl FrameColumns for FrameTable {
    fn rows(&self) -> usize { unimplemented!() }
    fn footages(&self) -> &[FootageRows] { unimplemented!() }
    fn metrics(&self) -> &[MetricName] { unimplemented!() }
    fn classes(&self) -> &[String] { unimplemented!() }
    fn metric(&self, _: &str) -> Result<Arc<Column>, String> { unimplemented!() }
    fn class_count(&self, _: &str) -> Result<Arc<Vec<u32>>, String> { unimplemented!() }
    fn label_count(&self) -> Result<Arc<Vec<u32>>, String> { unimplemented!() }
    fn timestamps(&self) -> Result<Arc<Vec<i64>>, String> { unimplemented!() }
}
