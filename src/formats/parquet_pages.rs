//! A look at the headers of a Parquet file's pages before the library reads them: it takes what they say of their number of
//! values and their unpacked size at their word, and a forged one would end the program for want of memory.

use std::io::Cursor;

use polars_buffer::Buffer;
use polars_parquet::read::{ColumnChunkMetadata, PageReader, read_metadata};

/// Unpacked bytes of a page that any file may have.
const SMALL_PAGE_BYTES: usize = 16 << 20;
/// Beyond that, unpacked bytes for each packed one; zlib reaches 1032, runs of one value in Zstandard some more.
const MOST_EXPANSION: usize = 4096;
/// The longest page.
const MAX_PAGE_BYTES: usize = 1 << 30;
/// Most rows of a row group: as many as the usual writers make at most. A run of a few bytes may stand for all of them, so that
/// the bytes of a page do not bound how many values it has.
const MAX_ROWS: usize = 64 << 20;

/// Checks the pages of all columns. An error says what is wrong.
pub(super) fn check(bytes: &Buffer<u8>) -> Result<(), String> {
    let metadata = read_metadata(&mut Cursor::new(bytes)).map_err(|error| error.to_string())?;
    for group in &metadata.row_groups {
        for column in group.parquet_columns() {
            check_column(bytes, column, group.num_rows())?;
        }
    }
    Ok(())
}

fn check_column(bytes: &Buffer<u8>, column: &ColumnChunkMetadata, rows: usize) -> Result<(), String> {
    let range = column.byte_range();
    let place = usize::try_from(range.start).ok().zip(usize::try_from(range.end).ok());
    let Some((start, end)) = place.filter(|(start, end)| start <= end && *end <= bytes.len()) else {
        return Err("a column lies outside of the file".to_owned());
    };
    check_chunk(&bytes.clone().sliced(start..end), column, rows)
}

/// Checks the pages of one column chunk, whose bytes these are, of a row group of so many rows.
pub(super) fn check_chunk(chunk: &Buffer<u8>, column: &ColumnChunkMetadata, rows: usize) -> Result<(), String> {
    // Lists hold any number of values a row; they are bounded by what the chunk declares.
    let most = if column.descriptor().descriptor.max_rep_level == 0 {
        if rows > MAX_ROWS {
            return Err(format!(
                "a row group declares {rows} rows, and at most {MAX_ROWS} are read; write it with smaller row groups"
            ));
        }
        rows
    } else {
        usize::try_from(column.num_values()).unwrap_or(0)
    };
    let mut pages = PageReader::new(Cursor::new(chunk.clone()), column, Vec::new(), MAX_PAGE_BYTES);
    pages.read_dict().map_err(|error| error.to_string())?;
    let mut left = most;
    for page in pages {
        let polars_parquet::parquet::page::CompressedPage::Data(page) = page.map_err(|error| error.to_string())? else {
            return Err("a dictionary stands behind the values that name it".to_owned());
        };
        left = left.checked_sub(page.num_values()).ok_or("a page declares more values than there are rows")?;
        let packed = page.compressed_size();
        if page.uncompressed_size() > SMALL_PAGE_BYTES.max(packed.saturating_mul(MOST_EXPANSION)) {
            return Err(format!("a page of {packed} bytes declares {} unpacked ones", page.uncompressed_size()));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use polars::prelude::{DataFrame, NamedFrom, ParquetWriter, Series};

    use super::*;

    fn written() -> Vec<u8> {
        let numbers: Vec<Option<f64>> = (0..5000).map(|at| (at % 7 > 0).then_some(f64::from(at))).collect();
        let words: Vec<String> = (0..5000).map(|at| format!("word {}", at % 13)).collect();
        let columns = vec![Series::new("x".into(), numbers).into(), Series::new("word".into(), words).into()];
        let mut frame = DataFrame::new(5000, columns).unwrap();
        let mut bytes = Vec::new();
        ParquetWriter::new(&mut bytes).with_row_group_size(Some(1500)).finish(&mut frame).unwrap();
        bytes
    }

    #[test]
    fn row_groups_have_an_end() {
        let bytes = Buffer::from(written());
        let metadata = read_metadata(&mut Cursor::new(&bytes)).unwrap();
        for column in metadata.row_groups[0].parquet_columns() {
            let range = column.byte_range();
            let chunk =
                bytes.clone().sliced(usize::try_from(range.start).unwrap()..usize::try_from(range.end).unwrap());
            check_chunk(&chunk, column, MAX_ROWS).unwrap();
            let error = check_chunk(&chunk, column, i32::MAX as usize).unwrap_err();
            assert!(error.contains("declares 2147483647 rows, and at most 67108864 are read"), "{error}");
        }
    }

    #[test]
    fn whole_files_pass_and_forged_pages_do_not() {
        let bytes = written();
        check(&Buffer::from(bytes.clone())).unwrap();
        // A page that declares two thousand million values.
        let forged = include_bytes!("../../fuzz/seeds/labels_table/page_of_2g_values.parquet");
        let error = check(&Buffer::from(forged.to_vec())).unwrap_err();
        assert!(error.contains("more values than there are rows"), "{error}");
        // Whatever a byte is changed to, the reader comes back.
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.parquet");
        for at in (4..bytes.len()).step_by(bytes.len() / 150) {
            let mut damaged = bytes.clone();
            damaged[at] ^= 0xff;
            std::fs::write(&path, &damaged).unwrap();
            let _ = crate::formats::table::read_table(&path, &|_| crate::formats::csv_cells::Reading::Guessed, None);
        }
    }
}
