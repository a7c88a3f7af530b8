//! A column of numbers of a Parquet file, read in steps as doubles.

use polars_arrow::{
    array::{BooleanArray, PrimitiveArray},
    datatypes::ArrowDataType,
};
use polars_parquet::{
    parquet::{encoding::Encoding, page::DataPage},
    read::{ColumnChunkMetadata, PhysicalType},
};

use super::events::pages::{Chunk, Numbers, Pages, Whole, coded, damaged, dictionary_codes, split, spread, whole_of};
use crate::model::NULL_FLOAT;

/// What the numbers of a column are stored as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stored {
    Double,
    Single,
    Whole(Whole),
    Truth,
}

/// How a column stores numbers; `None` when it holds something else, or numbers that need a closer look.
pub(super) fn stored_as(about: &ColumnChunkMetadata) -> Option<Stored> {
    use polars_parquet::parquet::schema::types::PrimitiveLogicalType as Logical;
    let plain = !matches!(about.descriptor().descriptor.primitive_type.logical_type, Some(Logical::Timestamp { .. }));
    match about.physical_type() {
        PhysicalType::Double => Some(Stored::Double),
        PhysicalType::Float => Some(Stored::Single),
        PhysicalType::Boolean => Some(Stored::Truth),
        _ => whole_of(about).filter(|whole| plain && *whole != Whole::U64).map(Stored::Whole),
    }
}

/// A column that is read in steps.
pub(super) enum NumberPages<'a> {
    /// Doubles and singles, truth values.
    Floats(Floats<'a>),
    /// Whole numbers, and what is taken of them in a step.
    Whole(Numbers<'a>, Vec<i64>, Vec<bool>),
}

impl<'a> NumberPages<'a> {
    pub(super) fn open(chunk: Chunk<'a>, stored: Stored) -> Result<Self, String> {
        Ok(match stored {
            Stored::Whole(whole) => Self::Whole(Numbers::open(chunk, whole)?, Vec::new(), Vec::new()),
            other => Self::Floats(Floats::open(chunk, other)?),
        })
    }

    /// Reads until at least `rows` rows lie here, or the chunk ends; tells how many lie here.
    pub(super) fn fill(&mut self, rows: usize) -> Result<usize, String> {
        match self {
            Self::Floats(floats) => floats.fill(rows),
            Self::Whole(numbers, ..) => numbers.fill(rows),
        }
    }

    /// Takes the first `rows` rows that lie here.
    #[expect(clippy::cast_precision_loss, reason = "metrics are doubles; counters beyond 2^53 lose their last digits")]
    pub(super) fn take(&mut self, rows: usize, out: &mut Vec<f64>) {
        out.clear();
        match self {
            Self::Floats(floats) => floats.take(rows, out),
            Self::Whole(numbers, values, valid) => {
                numbers.take(rows, values, valid);
                out.extend(values.iter().map(|value| *value as f64));
                out.iter_mut().zip(valid).filter(|(_, valid)| !**valid).for_each(|(value, _)| *value = NULL_FLOAT);
            }
        }
    }
}

/// Doubles, page by page.
pub(super) struct Floats<'a> {
    pages: Pages<'a>,
    stored: Stored,
    dictionary: Vec<f64>,
    /// What was read; the first `taken` of it were taken.
    values: Vec<f64>,
    taken: usize,
    /// Rows read.
    rows: usize,
    ended: bool,
}

impl<'a> Floats<'a> {
    fn open(chunk: Chunk<'a>, stored: Stored) -> Result<Self, String> {
        let mut pages = Pages::open(chunk)?;
        let mut dictionary = Vec::new();
        if let Some(page) = pages.reader.read_dict_page().map_err(damaged)? {
            plain(stored, &page.buffer, &mut dictionary);
        }
        Ok(Self { pages, stored, dictionary, values: Vec::new(), taken: 0, rows: 0, ended: false })
    }

    fn fill(&mut self, rows: usize) -> Result<usize, String> {
        if self.values.len() - self.taken < rows && self.taken > 0 {
            self.values.drain(..self.taken);
            self.taken = 0;
        }
        while self.values.len() - self.taken < rows && !self.ended {
            let Some(page) = self.pages.next()? else {
                self.ended = true;
                break;
            };
            if !self.page(&page)? {
                self.rest()?;
                self.ended = true;
            }
            self.pages.reader.reuse_page_buffer(page);
        }
        Ok(self.values.len() - self.taken)
    }

    /// Adds a page; `false` when its encoding is left to the library.
    fn page(&mut self, page: &DataPage) -> Result<bool, String> {
        let width = match self.stored {
            Stored::Double => 8,
            Stored::Single => 4,
            Stored::Truth | Stored::Whole(_) => return Ok(false),
        };
        let (present, bytes) = split(page)?;
        if coded(page) {
            let codes = dictionary_codes(bytes, present.values)?;
            let mut values = Vec::with_capacity(codes.len());
            for code in codes {
                values
                    .push(*self.dictionary.get(code as usize).ok_or("a page names a value that its dictionary lacks")?);
            }
            spread(&values, &present, NULL_FLOAT, &mut self.values);
        } else if page.encoding() == Encoding::Plain {
            let length = present.values.checked_mul(width).ok_or("a page is too long")?;
            let bytes = bytes.get(..length).ok_or("a page holds fewer values than it declares")?;
            if present.valid.is_empty() {
                plain(self.stored, bytes, &mut self.values);
            } else {
                let mut values = Vec::with_capacity(present.values);
                plain(self.stored, bytes, &mut values);
                spread(&values, &present, NULL_FLOAT, &mut self.values);
            }
        } else {
            return Ok(false);
        }
        self.rows += present.rows;
        Ok(true)
    }

    /// Reads what is left of the chunk through the library.
    fn rest(&mut self) -> Result<(), String> {
        let kind = match self.stored {
            Stored::Single => ArrowDataType::Float32,
            Stored::Truth => ArrowDataType::Boolean,
            Stored::Double | Stored::Whole(_) => ArrowDataType::Float64,
        };
        let mut skip = self.rows;
        for array in self.pages.decoded(kind)? {
            let rows = skip.min(array.len())..array.len();
            skip -= rows.start;
            self.rows += rows.len();
            let any = array.as_any();
            let doubles = any.downcast_ref::<PrimitiveArray<f64>>();
            let singles = any.downcast_ref::<PrimitiveArray<f32>>();
            let truths = any.downcast_ref::<BooleanArray>();
            for row in rows {
                let value = if array.is_null(row) {
                    NULL_FLOAT
                } else if let Some(doubles) = doubles {
                    doubles.value(row)
                } else if let Some(singles) = singles {
                    f64::from(singles.value(row))
                } else if let Some(truths) = truths {
                    f64::from(u8::from(truths.value(row)))
                } else {
                    return Err("a column of numbers was decoded as something else".to_owned());
                };
                self.values.push(value);
            }
        }
        Ok(())
    }

    fn take(&mut self, rows: usize, out: &mut Vec<f64>) {
        let end = (self.taken + rows).min(self.values.len());
        out.extend_from_slice(&self.values[self.taken..end]);
        self.taken = end;
    }
}

/// Numbers in plain encoding.
fn plain(stored: Stored, bytes: &[u8], out: &mut Vec<f64>) {
    if stored == Stored::Single {
        out.extend(bytes.as_chunks::<4>().0.iter().map(|value| f64::from(f32::from_le_bytes(*value))));
    } else {
        out.extend(bytes.as_chunks::<8>().0.iter().map(|value| f64::from_le_bytes(*value)));
    }
}
