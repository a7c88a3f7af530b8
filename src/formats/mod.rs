//! Other people's files -> model: one file per format, each with its own reader.
//!
//! Readers take a path (or the arrays of a store) and answer with records of [`crate::model`], beside notes of what was
//! guessed and counts of what could not be used. Nothing here writes, and nothing here knows the catalog.

mod align;
mod array_log;
mod array_metrics;
mod coco_entry;
mod comma_log;
mod csv_cells;
mod csv_table;
mod csv_text;
mod decimal;
mod detect;
mod error;
mod events;
mod image_counting;
mod image_names;
mod label_files;
mod label_rows;
mod labels_coco;
mod labels_table;
mod locations;
mod mcap;
mod mdf;
mod metrics_table;
mod note;
mod oxts;
mod parquet_pages;
mod parquet_table;
mod recording_toml;
mod sample_file;
mod sample_pages;
mod summary;
mod table;
mod time_axis;

pub use align::{
    AlignOptions, DEFAULT_MAX_GAP_NS, Interpolation, Located, align, align_located, circle_of, default_interpolation,
    value_at,
};
pub use array_log::{ArrayLog, read_array_log};
pub use array_metrics::array_metrics;
pub use comma_log::{CommaLog, read_comma_log};
pub use decimal::TimeUnit;
pub use detect::{FileKind, detect};
pub use error::FormatError;
pub use events::{
    EventBatch, EventColumn, EventOptions, EventPart, EventSet, EventWords, GivenValue, NO_CODE, PartReport, Stored,
    StoredColumn, TakeBatch, Wanted,
};
pub use label_files::{LabelSet, LabelsRead, ListedFile, read_label_files, value_of_text};
pub use label_rows::{Attached, FootageName, FrameAt, LabelOptions, LabelRow, LabelTable, attach};
pub use labels_coco::read_labels_coco;
pub use labels_table::read_labels_table;
pub use locations::{Locations, read_locations};
pub use metrics_table::{MetricOptions, MetricTable, read_metrics};
pub use note::{BadReason, BadRows, Note};
pub use oxts::read_oxts;
pub use recording_toml::{RecordingFile, read_recording_toml, read_recording_toml_in};
pub use sample_file::{SampleFile, TakeSamples};
pub use summary::summarise;
pub use time_axis::TimeOptions;
