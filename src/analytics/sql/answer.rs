//! An answer that is kept while a person looks at it: rows can be read from the moment they come, in any order. What is more
//! than a bound of memory lies in a temporary file without a name.

use std::{fs::File, io, ops::Range, os::unix::fs::FileExt, path::PathBuf, sync::Arc};

use parking_lot::Mutex;
use polars::prelude::DataFrame;

use super::{error::SqlError, process::SqlStream, schema::SqlColumn, wire::Batch};

/// Bytes of batches that are kept in memory.
const KEPT_BYTES: usize = 64 << 20;
/// Batches that are kept unpacked, those looked at last.
const UNPACKED: usize = 4;

/// An answer as far as it is known. Clones share it.
#[derive(Debug, Clone)]
pub struct SqlAnswer(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    columns: Vec<SqlColumn>,
    spill_folder: PathBuf,
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    batches: Vec<Place>,
    rows: usize,
    bytes: usize,
    file: Option<(Arc<File>, u64)>,
    unpacked: Vec<(usize, Arc<DataFrame>)>,
    whole: bool,
}

/// Where a batch is.
#[derive(Debug, Clone)]
struct Place {
    first_row: usize,
    rows: usize,
    at: At,
}

#[derive(Debug, Clone)]
enum At {
    Memory(Arc<Vec<u8>>),
    File { from: u64, length: usize },
}

impl SqlAnswer {
    /// An answer without rows yet. What finds no room in memory goes into a file in `spill_folder`, which no one else sees.
    #[must_use]
    pub fn new(columns: Vec<SqlColumn>, spill_folder: PathBuf) -> Self {
        Self(Arc::new(Inner { columns, spill_folder, kept: Mutex::default() }))
    }

    /// Takes every row of a query as it comes; `came` is called after each batch, with the rows so far.
    ///
    /// # Errors
    /// Anything that [`SqlError`] tells. The rows that came until then stay.
    pub fn fill(&self, stream: &mut SqlStream, came: &dyn Fn(usize)) -> Result<(), SqlError> {
        while let Some(batch) = stream.next_batch()? {
            self.push(batch).map_err(SqlError::Keep)?;
            came(self.rows());
        }
        self.0.kept.lock().whole = true;
        Ok(())
    }

    /// Adds rows.
    ///
    /// # Errors
    /// What the system said about the temporary file.
    pub fn push(&self, batch: Batch) -> io::Result<()> {
        let mut kept = self.0.kept.lock();
        let length = batch.bytes.len();
        let at = if kept.bytes + length <= KEPT_BYTES {
            kept.bytes += length;
            At::Memory(Arc::new(batch.bytes))
        } else {
            let (file, end) = match kept.file.take() {
                Some(file) => file,
                None => (Arc::new(tempfile::tempfile_in(&self.0.spill_folder)?), 0),
            };
            file.write_all_at(&batch.bytes, end)?;
            kept.file = Some((file, end + length as u64));
            At::File { from: end, length }
        };
        let place = Place { first_row: kept.rows, rows: batch.rows, at };
        kept.rows += batch.rows;
        kept.batches.push(place);
        Ok(())
    }

    /// The columns.
    #[must_use]
    pub fn columns(&self) -> &[SqlColumn] {
        &self.0.columns
    }

    /// The rows so far.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.0.kept.lock().rows
    }

    /// Whether these are all rows.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.0.kept.lock().whole
    }

    /// Bytes in memory and on disk.
    #[must_use]
    pub fn bytes(&self) -> (usize, u64) {
        let kept = self.0.kept.lock();
        (kept.bytes, kept.file.as_ref().map_or(0, |(_, end)| *end))
    }

    /// Some rows as columns, as many of them as there are.
    ///
    /// # Errors
    /// What the system said about the temporary file.
    pub fn slice(&self, rows: Range<usize>) -> io::Result<DataFrame> {
        let mut whole: Option<DataFrame> = None;
        let mut at = rows.start;
        while let Some((number, place)) = self.place(at).filter(|_| at < rows.end) {
            let frame = self.unpacked(number, &place)?;
            let from = at - place.first_row;
            let length = (rows.end - at).min(place.rows - from);
            let part = frame.slice(i64::try_from(from).unwrap_or(i64::MAX), length);
            match &mut whole {
                None => whole = Some(part),
                Some(whole) => {
                    whole.vstack_mut(&part).map_err(io::Error::other)?;
                }
            }
            at += length;
        }
        Ok(whole.unwrap_or_else(DataFrame::empty))
    }

    fn place(&self, row: usize) -> Option<(usize, Place)> {
        let kept = self.0.kept.lock();
        let number = kept.batches.partition_point(|place| place.first_row + place.rows <= row);
        kept.batches.get(number).map(|place| (number, place.clone()))
    }

    fn unpacked(&self, number: usize, place: &Place) -> io::Result<Arc<DataFrame>> {
        let file = {
            let mut kept = self.0.kept.lock();
            if let Some(at) = kept.unpacked.iter().position(|(known, _)| *known == number) {
                let entry = kept.unpacked.remove(at);
                let frame = Arc::clone(&entry.1);
                kept.unpacked.insert(0, entry);
                return Ok(frame);
            }
            kept.file.as_ref().map(|(file, _)| Arc::clone(file))
        };
        let bytes = match (&place.at, file) {
            (At::Memory(bytes), _) => Arc::clone(bytes),
            (At::File { from, length }, Some(file)) => {
                let mut bytes = vec![0; *length];
                file.read_exact_at(&mut bytes, *from)?;
                Arc::new(bytes)
            }
            (At::File { .. }, None) => return Err(io::Error::other("the temporary file is gone")),
        };
        let batch = Batch { rows: place.rows, bytes: Arc::unwrap_or_clone(bytes) };
        let frame = Arc::new(batch.frame().map_err(io::Error::other)?);
        let mut kept = self.0.kept.lock();
        kept.unpacked.insert(0, (number, Arc::clone(&frame)));
        kept.unpacked.truncate(UNPACKED);
        Ok(frame)
    }
}
