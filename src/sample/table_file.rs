//! Writing tables as Parquet and text files.

use std::{
    fs::{self, File},
    path::Path,
};

use polars::prelude::{Column, DataFrame, ParquetCompression, ParquetWriter};

use super::SampleError;

/// Writes columns of equal length as a Parquet file.
pub(super) fn write_parquet(path: &Path, columns: Vec<Column>) -> Result<(), SampleError> {
    let table = |source| SampleError::Table { path: path.to_owned(), source };
    let file = File::create(path).map_err(|source| SampleError::File { path: path.to_owned(), source })?;
    let mut frame = DataFrame::new_infer_height(columns).map_err(table)?;
    ParquetWriter::new(file).with_compression(ParquetCompression::Zstd(None)).finish(&mut frame).map_err(table)?;
    Ok(())
}

/// Writes a text file.
pub(super) fn write_text(path: &Path, text: &str) -> Result<(), SampleError> {
    fs::write(path, text).map_err(|source| SampleError::File { path: path.to_owned(), source })
}
