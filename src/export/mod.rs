//! Carries answers out: frames as rows, labels, images. A result appears under its final name when it is whole.

mod batches;
mod cell;
mod columns;
mod crops;
mod error;
mod folder;
mod images;
mod label_files;
mod package;
mod parquet;
mod plain_table;
mod rows;

pub use batches::{BatchColumn, NextBatch, frame_texts, write_batches, write_parquet_batches};
pub use cell::Cell;
pub use columns::{
    CellType, OutColumn, cell_column, class_column_name, frame_columns, match_column, object_columns, span_columns,
};
pub use crops::{CropToWrite, Crops, CropsWritten};
pub use error::ExportError;
pub use folder::{FinishedFolder, check_place, replace_file, write_file};
pub use images::{ImageFormat, draw_labels, encode};
pub use label_files::{LABEL_COLUMNS, LabelFormat};
pub use package::{FrameSource, Package, PackageImages, PackageReport};
pub use parquet::write_parquet;
pub use plain_table::{PlainColumn, PlainTable, PlainValues, TableFormat};
pub use rows::{RowFormat, write_rows};
