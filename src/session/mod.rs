//! The one door to a lake: a method for each thing a person can do. `cli` and `gui` call nothing else.

mod types;

pub use types::{
    ExportImages, ExportReport, ExportRequest, ExportScope, FrameDetail, IndexReport, LakeInfo, MetricInfo,
    OpenOptions, Selection, SessionError, Sort,
};

use std::{path::Path, sync::Arc};

use crate::{
    catalog::FrameTable,
    jobs::Progress,
    model::{Label, Problem, Raster, RgbImage, Run, Series},
};

/// An open lake. Cheap to clone; clones share caches; every method may be called from any thread and may block on disk.
#[derive(Clone)]
pub struct Session {}

#[expect(unused_variables, clippy::unused_self, clippy::needless_pass_by_value, clippy::missing_errors_doc)]
impl Session {
    /// Opens a lake folder. Reads no store; an index that is already there is used as it is.
    pub fn open(folder: &Path, options: OpenOptions) -> Result<Self, SessionError> {
        unimplemented!()
    }
    /// The lake's folder.
    pub fn root(&self) -> &Path {
        unimplemented!()
    }
    /// The lake's name: `name` of `lake.toml`, or the folder's.
    pub fn name(&self) -> &str {
        unimplemented!()
    }
    /// Whether an index is there.
    pub fn is_indexed(&self) -> bool {
        unimplemented!()
    }
    /// Number that grows each time some process changed the index; cheap (a read of one row).
    pub fn generation(&self) -> Result<u64, SessionError> {
        unimplemented!()
    }
    /// Builds or refreshes the index, as a run named `index`.
    pub fn index(&self, progress: &Progress) -> Result<IndexReport, SessionError> {
        unimplemented!()
    }
    /// Counts, metrics, problems, sizes.
    pub fn info(&self) -> Result<LakeInfo, SessionError> {
        unimplemented!()
    }
    /// The frame table of the current generation (kept until the generation changes). Columns load when first asked for.
    pub fn table(&self) -> Result<Arc<FrameTable>, SessionError> {
        unimplemented!()
    }
    /// Everything told about one frame: values, labels, times, place.
    pub fn frame(&self, table: &FrameTable, row: usize) -> Result<FrameDetail, SessionError> {
        unimplemented!()
    }
    /// Labels of one frame.
    pub fn labels(&self, table: &FrameTable, row: usize) -> Result<Vec<Label>, SessionError> {
        unimplemented!()
    }
    /// The stored values of one frame.
    pub fn image(&self, table: &FrameTable, row: usize) -> Result<Raster, SessionError> {
        unimplemented!()
    }
    /// A picture of one frame no larger than the given size, never enlarged.
    pub fn thumbnail(
        &self,
        table: &FrameTable,
        row: usize,
        max_width_px: u32,
        max_height_px: u32,
    ) -> Result<RgbImage, SessionError> {
        unimplemented!()
    }
    /// Raw samples of some metrics of a recording, in the order asked for; a metric the recording lacks is left out.
    pub fn series(&self, recording: &str, metrics: &[String]) -> Result<Vec<Series>, SessionError> {
        unimplemented!()
    }
    /// Writes frames, labels and images, as a run named `export`.
    pub fn export(&self, request: &ExportRequest, progress: &Progress) -> Result<ExportReport, SessionError> {
        unimplemented!()
    }
    /// The runs of this lake, newest first.
    pub fn runs(&self) -> Result<Vec<Run>, SessionError> {
        unimplemented!()
    }
    /// The log of one run.
    pub fn run_log(&self, run_id: i64) -> Result<Vec<String>, SessionError> {
        unimplemented!()
    }
    /// What could not be read, and what was guessed.
    pub fn problems(&self) -> Result<Vec<Problem>, SessionError> {
        unimplemented!()
    }
    /// The saved selections, by name.
    pub fn selections(&self) -> Result<Vec<Selection>, SessionError> {
        unimplemented!()
    }
    /// Saves the frames of `rows` under `name` (an existing one is replaced).
    pub fn save_selection(&self, table: &FrameTable, name: &str, note: &str, rows: &[u32]) -> Result<(), SessionError> {
        unimplemented!()
    }
    /// Rows of a saved selection in `table`, and how many of its frames are no longer in the lake.
    pub fn selection_rows(&self, table: &FrameTable, name: &str) -> Result<(Vec<u32>, u64), SessionError> {
        unimplemented!()
    }
    /// Forgets a saved selection.
    pub fn delete_selection(&self, name: &str) -> Result<(), SessionError> {
        unimplemented!()
    }
}
