//! Pages of Parquet column chunks as whole numbers, or as codes of whole numbers and words.
//!
//! The usual encodings (plain and dictionary) are taken from the pages directly, so that a word of a dictionary is looked at
//! once and not once a row; a chunk with any other encoding is decoded by the library as a whole.

use std::{fs::File, io::Cursor};

use polars_arrow::{
    array::{Array, BinaryViewArray, PrimitiveArray},
    datatypes::{ArrowDataType, Field},
};
use polars_buffer::Buffer;
use polars_parquet::{
    parquet::{
        encoding::{Encoding, plain_byte_array::BinaryIter},
        error::ParquetError,
        page::{CompressedPage, DataPage},
    },
    read::{BasicDecompressor, ColumnChunkMetadata, PageReader, PhysicalType, column_iter_to_arrays},
};

pub(in crate::formats) use super::page_parts::{coded, dictionary_codes, split, spread};
use super::{EventWords, NO_CODE};
use crate::formats::parquet_pages::check_chunk;

/// Longest page taken in, packed or not.
const MAX_PAGE_BYTES: usize = 1 << 30;

/// How a column stores whole numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::formats) enum Whole {
    I32,
    U32,
    I64,
    U64,
    /// Decimal numbers that must all be whole, as tables with gaps are often written.
    F32,
    F64,
}

/// What stands for a decimal number that is none (NaN): no whole one that a decimal number holds exactly is as far from zero.
const NO_NUMBER: i64 = i64::MIN;

/// A decimal number that must be whole and below a limit, up to which such numbers leave no whole one out.
fn whole_number(value: f64, limit: f64) -> Result<i64, String> {
    if value.is_nan() {
        return Ok(NO_NUMBER);
    }
    if value.fract() != 0.0 {
        return Err(format!("it holds {value}, which is no whole number"));
    }
    if value.abs() > limit {
        return Err(format!("it holds the decimal number {value}, beyond which whole numbers are not told apart"));
    }
    #[expect(clippy::cast_possible_truncation, reason = "whole and small")]
    Ok(value as i64)
}

fn beyond(value: u64) -> String {
    format!("it holds the number {value}, which is beyond 2^63")
}

/// Largest whole numbers up to which decimal numbers of 32 and of 64 bits have all.
const WHOLE_F32: f64 = 16_777_216.0;
const WHOLE_F64: f64 = 9_007_199_254_740_992.0;

impl Whole {
    fn bytes(self) -> usize {
        match self {
            Self::I32 | Self::U32 | Self::F32 => 4,
            Self::I64 | Self::U64 | Self::F64 => 8,
        }
    }

    fn is_decimal(self) -> bool {
        matches!(self, Self::F32 | Self::F64)
    }

    /// What the library decodes such a column as.
    fn decoded(self) -> ArrowDataType {
        match self {
            Self::I32 | Self::U32 => ArrowDataType::Int32,
            Self::I64 | Self::U64 => ArrowDataType::Int64,
            Self::F32 => ArrowDataType::Float32,
            Self::F64 => ArrowDataType::Float64,
        }
    }

    /// Numbers in plain encoding.
    fn plain(self, bytes: &[u8], out: &mut Vec<i64>) -> Result<(), String> {
        let four = |bytes: &[u8]| <[u8; 4]>::try_from(bytes).unwrap_or_default();
        let eight = |bytes: &[u8]| <[u8; 8]>::try_from(bytes).unwrap_or_default();
        match self {
            Self::I32 => out.extend(bytes.chunks_exact(4).map(|value| i64::from(i32::from_le_bytes(four(value))))),
            Self::U32 => out.extend(bytes.chunks_exact(4).map(|value| i64::from(u32::from_le_bytes(four(value))))),
            Self::I64 => out.extend(bytes.chunks_exact(8).map(|value| i64::from_le_bytes(eight(value)))),
            Self::U64 => {
                for value in bytes.chunks_exact(8) {
                    let value = u64::from_le_bytes(eight(value));
                    out.push(i64::try_from(value).map_err(|_| beyond(value))?);
                }
            }
            Self::F32 => {
                for value in bytes.chunks_exact(4) {
                    out.push(whole_number(f32::from_le_bytes(four(value)).into(), WHOLE_F32)?);
                }
            }
            Self::F64 => {
                for value in bytes.chunks_exact(8) {
                    out.push(whole_number(f64::from_le_bytes(eight(value)), WHOLE_F64)?);
                }
            }
        }
        Ok(())
    }
}

#[expect(clippy::needless_pass_by_value, reason = "as `map_err` hands it over")]
pub(in crate::formats) fn damaged(error: ParquetError) -> String {
    error.to_string()
}

/// One column of a row group.
#[derive(Clone, Copy)]
pub(in crate::formats) struct Chunk<'a> {
    pub(in crate::formats) file: &'a File,
    pub(in crate::formats) file_bytes: u64,
    pub(in crate::formats) about: &'a ColumnChunkMetadata,
    /// Rows of the group.
    pub(in crate::formats) rows: usize,
}

/// The pages of one column chunk.
pub(in crate::formats) struct Pages<'a> {
    bytes: Buffer<u8>,
    about: &'a ColumnChunkMetadata,
    pub(in crate::formats) reader: BasicDecompressor,
}

impl<'a> Pages<'a> {
    pub(in crate::formats) fn open(Chunk { file, file_bytes, about, rows }: Chunk<'a>) -> Result<Self, String> {
        // The metadata panics on ranges that lie in no file.
        let range = about.byte_range();
        if range.start > range.end || range.end > file_bytes {
            return Err("a column lies outside of the file".to_owned());
        }
        let length = usize::try_from(range.end - range.start).map_err(|_| "a column is too long".to_owned())?;
        let bytes = read_at(file, length, range.start).map_err(|error| error.to_string())?;
        let bytes = Buffer::from(bytes);
        check_chunk(&bytes, about, rows)?;
        let reader = Self::pages_of(&bytes, about);
        Ok(Self { bytes, about, reader })
    }

    fn pages_of(bytes: &Buffer<u8>, about: &ColumnChunkMetadata) -> BasicDecompressor {
        let reader = PageReader::new(Cursor::new(bytes.clone()), about, Vec::new(), MAX_PAGE_BYTES);
        BasicDecompressor::new(reader, Vec::new())
    }

    /// The next page, unpacked.
    pub(in crate::formats) fn next(&mut self) -> Result<Option<DataPage>, String> {
        let Some(page) = self.reader.next() else { return Ok(None) };
        page.and_then(|page| page.decompress(&mut self.reader)).map(Some).map_err(damaged)
    }

    /// The whole chunk by the library.
    pub(in crate::formats) fn decoded(&self, kind: ArrowDataType) -> Result<Vec<Box<dyn Array>>, String> {
        let descriptor = self.about.descriptor();
        let field = Field::new(descriptor.path_in_schema[0].clone(), kind, true);
        let pages = Self::pages_of(&self.bytes, self.about);
        let (arrays, _) = column_iter_to_arrays(vec![pages], vec![&descriptor.descriptor.primitive_type], field, None)
            .map_err(|error| error.to_string())?;
        Ok(arrays)
    }
}

/// Bytes of a file, without zeros being written first where they go.
fn read_at(file: &File, length: usize, offset: u64) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(length);
    while bytes.len() < length {
        let left = length - bytes.len();
        let read = rustix::io::pread(file, rustix::buffer::spare_capacity(&mut bytes), offset + (length - left) as u64);
        match read {
            Ok(0) => return Err(std::io::ErrorKind::UnexpectedEof.into()),
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
    // The allocation may have room for more than was asked for.
    bytes.truncate(length);
    Ok(bytes)
}

/// A column of whole numbers that is read in steps.
pub(in crate::formats) struct Numbers<'a> {
    pages: Pages<'a>,
    whole: Whole,
    dictionary: Vec<i64>,
    /// What was read, and which of the rows have a value; empty when all have.
    values: Vec<i64>,
    valid: Vec<bool>,
    /// How many of them were taken.
    taken: usize,
    /// Rows handed out or lying here.
    rows: usize,
    ended: bool,
}

impl<'a> Numbers<'a> {
    pub(in crate::formats) fn open(chunk: Chunk<'a>, whole: Whole) -> Result<Self, String> {
        let mut pages = Pages::open(chunk)?;
        let mut dictionary = Vec::new();
        if let Some(page) = pages.reader.read_dict_page().map_err(damaged)? {
            whole.plain(&page.buffer, &mut dictionary)?;
        }
        let (values, valid) = (Vec::new(), Vec::new());
        Ok(Self { pages, whole, dictionary, values, valid, taken: 0, rows: 0, ended: false })
    }

    /// Reads until at least `rows` rows lie here, or the chunk ends; tells how many lie here.
    pub(in crate::formats) fn fill(&mut self, rows: usize) -> Result<usize, String> {
        while self.values.len() - self.taken < rows && !self.ended {
            self.drop_taken();
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

    /// Forgets what was taken. Little is left then, so little is moved.
    fn drop_taken(&mut self) {
        self.values.drain(..self.taken);
        self.valid.drain(..self.taken.min(self.valid.len()));
        self.taken = 0;
        if self.valid.iter().all(|valid| *valid) {
            self.valid.clear();
        }
    }

    /// Adds a page; `false` when its encoding is left to the library.
    fn page(&mut self, page: &DataPage) -> Result<bool, String> {
        let (present, bytes) = split(page)?;
        let before = self.values.len();
        if coded(page) {
            let codes = dictionary_codes(bytes, present.values)?;
            let mut values = Vec::with_capacity(codes.len());
            for code in codes {
                values
                    .push(*self.dictionary.get(code as usize).ok_or("a page names a value that its dictionary lacks")?);
            }
            spread(&values, &present, 0, &mut self.values);
        } else if page.encoding() == Encoding::Plain {
            let length = present.values.checked_mul(self.whole.bytes()).ok_or("a page is too long")?;
            let bytes = bytes.get(..length).ok_or("a page holds fewer values than it declares")?;
            if present.valid.is_empty() {
                self.whole.plain(bytes, &mut self.values)?;
            } else {
                let mut values = Vec::with_capacity(present.values);
                self.whole.plain(bytes, &mut values)?;
                spread(&values, &present, 0, &mut self.values);
            }
        } else {
            return Ok(false);
        }
        self.mark(before, &present.valid);
        self.rows += present.rows;
        Ok(true)
    }

    /// Keeps which of the rows after the first `before` have a value; an empty `valid` means all.
    fn mark(&mut self, before: usize, valid: &[bool]) {
        if self.whole.is_decimal() {
            self.mark_decimals(before, valid);
            return;
        }
        if self.valid.is_empty() && valid.is_empty() {
            return;
        }
        self.valid.resize(before, true);
        self.valid.extend_from_slice(valid);
        self.valid.resize(self.values.len(), true);
    }

    /// The same where a value may be no number, which is no value.
    fn mark_decimals(&mut self, before: usize, valid: &[bool]) {
        self.valid.resize(before, true);
        for (row, value) in self.values[before..].iter_mut().enumerate() {
            let there = *value != NO_NUMBER && valid.get(row).copied().unwrap_or(true);
            if !there {
                *value = 0;
            }
            self.valid.push(there);
        }
    }

    /// Reads what is left of the chunk through the library.
    fn rest(&mut self) -> Result<(), String> {
        let arrays = self.pages.decoded(self.whole.decoded())?;
        let mut skip = self.rows;
        for array in arrays {
            let before = self.values.len();
            let rows = skip.min(array.len())..array.len();
            skip -= rows.start;
            let mut bytes = Vec::new();
            if let Some(array) = array.as_any().downcast_ref::<PrimitiveArray<i32>>() {
                bytes.extend(array.values()[rows.clone()].iter().flat_map(|value| value.to_le_bytes()));
            } else if let Some(array) = array.as_any().downcast_ref::<PrimitiveArray<i64>>() {
                bytes.extend(array.values()[rows.clone()].iter().flat_map(|value| value.to_le_bytes()));
            } else if let Some(array) = array.as_any().downcast_ref::<PrimitiveArray<f32>>() {
                bytes.extend(decimals(array, rows.clone()).flat_map(f32::to_le_bytes));
            } else if let Some(array) = array.as_any().downcast_ref::<PrimitiveArray<f64>>() {
                bytes.extend(decimals(array, rows.clone()).flat_map(f64::to_le_bytes));
            } else {
                return Err("a column of whole numbers was decoded as something else".to_owned());
            }
            self.whole.plain(&bytes, &mut self.values)?;
            let valid: Vec<bool> =
                array.validity().map(|bits| rows.clone().map(|row| bits.get_bit(row)).collect()).unwrap_or_default();
            self.mark(before, &valid);
            self.rows += rows.len();
        }
        Ok(())
    }

    /// Takes the first `rows` rows that lie here.
    pub(in crate::formats) fn take(&mut self, rows: usize, values: &mut Vec<i64>, valid: &mut Vec<bool>) {
        let taken = self.taken..self.taken + rows;
        values.clear();
        values.extend_from_slice(&self.values[taken.clone()]);
        valid.clear();
        valid.extend_from_slice(self.valid.get(taken).unwrap_or_default());
        if valid.iter().all(|valid| *valid) {
            valid.clear();
        }
        self.taken += rows;
    }
}

/// What the values of a [`Codes`] column are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Coded {
    /// Locations, by their oid.
    Location(Whole),
    /// Names of items.
    Item,
}

impl Coded {
    /// A number of 64 bits as the library tells it, which does not heed that some have no sign.
    fn checked(self, value: i64) -> Result<i64, String> {
        if self == Self::Location(Whole::U64) && value < 0 {
            return Err(beyond(value.cast_unsigned()));
        }
        Ok(value)
    }
}

/// A column that is read as codes into [`EventWords`].
pub(super) struct Codes<'a> {
    pages: Pages<'a>,
    what: Coded,
    /// The codes of the chunk's own dictionary.
    dictionary: Vec<u32>,
    values: Vec<u32>,
    taken: usize,
    rows: usize,
    ended: bool,
}

impl<'a> Codes<'a> {
    pub(super) fn open(chunk: Chunk<'a>, what: Coded, words: &mut EventWords) -> Result<Self, String> {
        let mut pages = Pages::open(chunk)?;
        let mut dictionary = Vec::new();
        if let Some(page) = pages.reader.read_dict_page().map_err(damaged)? {
            plain_codes(what, &page.buffer, page.num_values, words, &mut dictionary)?;
        }
        Ok(Self { pages, what, dictionary, values: Vec::new(), taken: 0, rows: 0, ended: false })
    }

    /// Whether all rows name words of the dictionary, and all these are words, as far as it can be told without unpacking
    /// pages: none of the rows must be without a value.
    pub(super) fn all_are_words(&self, rows: usize) -> Result<bool, String> {
        if self.dictionary.is_empty() || self.dictionary.contains(&NO_CODE) {
            return Ok(false);
        }
        let mut pages =
            PageReader::new(Cursor::new(self.pages.bytes.clone()), self.pages.about, Vec::new(), MAX_PAGE_BYTES);
        pages.read_dict().map_err(damaged)?;
        let mut told = 0_usize;
        for page in pages {
            let CompressedPage::Data(page) = page.map_err(damaged)? else { return Ok(false) };
            if !page.header().is_dictionary_encoded() {
                return Ok(false);
            }
            told = told.saturating_add(page.num_values());
        }
        Ok(told == rows)
    }

    /// As [`Numbers::fill`].
    pub(super) fn fill(&mut self, rows: usize, words: &mut EventWords) -> Result<usize, String> {
        while self.values.len() - self.taken < rows && !self.ended {
            self.values.drain(..self.taken);
            self.taken = 0;
            let Some(page) = self.pages.next()? else {
                self.ended = true;
                break;
            };
            let (present, bytes) = split(&page)?;
            if coded(&page) {
                let mut codes = dictionary_codes(bytes, present.values)?;
                let most = codes.iter().max().copied().unwrap_or(0) as usize;
                if !codes.is_empty() && most >= self.dictionary.len() {
                    return Err("a page names a word that its dictionary lacks".to_owned());
                }
                for code in &mut codes {
                    *code = self.dictionary[*code as usize];
                }
                spread(&codes, &present, NO_CODE, &mut self.values);
            } else if page.encoding() == Encoding::Plain {
                let mut codes = Vec::with_capacity(present.values);
                plain_codes(self.what, bytes, present.values, words, &mut codes)?;
                spread(&codes, &present, NO_CODE, &mut self.values);
            } else {
                self.rest(words)?;
                self.ended = true;
                break;
            }
            self.rows += present.rows;
            self.pages.reader.reuse_page_buffer(page);
        }
        Ok(self.values.len() - self.taken)
    }

    fn rest(&mut self, words: &mut EventWords) -> Result<(), String> {
        let kind = match self.what {
            Coded::Item => ArrowDataType::BinaryView,
            Coded::Location(whole) => whole.decoded(),
        };
        let mut skip = self.rows;
        for array in self.pages.decoded(kind)? {
            let rows = skip.min(array.len())..array.len();
            skip -= rows.start;
            for row in rows {
                let code = if !array.is_valid(row) {
                    NO_CODE
                } else if let Some(array) = array.as_any().downcast_ref::<BinaryViewArray>() {
                    words.item(array.value(row))
                } else if let Some(array) = array.as_any().downcast_ref::<PrimitiveArray<i32>>() {
                    let value = array.value(row);
                    let unsigned = self.what == Coded::Location(Whole::U32);
                    words.location(if unsigned { i64::from(value.cast_unsigned()) } else { i64::from(value) })
                } else if let Some(array) = array.as_any().downcast_ref::<PrimitiveArray<i64>>() {
                    words.location(self.what.checked(array.value(row))?)
                } else if let Some(array) = array.as_any().downcast_ref::<PrimitiveArray<f32>>() {
                    location(words, whole_number(array.value(row).into(), WHOLE_F32)?, true)
                } else if let Some(array) = array.as_any().downcast_ref::<PrimitiveArray<f64>>() {
                    location(words, whole_number(array.value(row), WHOLE_F64)?, true)
                } else {
                    return Err("a column was decoded as something else".to_owned());
                };
                self.values.push(code);
                self.rows += 1;
            }
        }
        Ok(())
    }

    /// As [`Numbers::take`].
    pub(super) fn take(&mut self, rows: usize, values: &mut Vec<u32>) {
        values.clear();
        values.extend_from_slice(&self.values[self.taken..self.taken + rows]);
        self.taken += rows;
    }
}

/// The values of rows; what is not there must not be looked at, and is no number.
fn decimals<T: polars_arrow::types::NativeType + From<f32>>(
    array: &PrimitiveArray<T>,
    rows: std::ops::Range<usize>,
) -> impl Iterator<Item = T> {
    rows.map(|row| if array.is_valid(row) { array.value(row) } else { f32::NAN.into() })
}

/// The code of a location; of a decimal number that is none there is none.
#[inline]
fn location(words: &mut EventWords, oid: i64, decimal: bool) -> u32 {
    if decimal && oid == NO_NUMBER { NO_CODE } else { words.location(oid) }
}

/// Codes of values in plain encoding.
fn plain_codes(
    what: Coded,
    bytes: &[u8],
    values: usize,
    words: &mut EventWords,
    out: &mut Vec<u32>,
) -> Result<(), String> {
    let before = out.len();
    match what {
        Coded::Location(whole) => {
            let length = values.checked_mul(whole.bytes()).ok_or("a page is too long")?;
            let mut oids = Vec::new();
            whole.plain(bytes.get(..length).ok_or("a page holds fewer values than it declares")?, &mut oids)?;
            // Neighbours are often of one location.
            let mut last = None;
            for oid in oids {
                let code = match last {
                    Some((known, code)) if known == oid => code,
                    _ => location(words, oid, whole.is_decimal()),
                };
                last = Some((oid, code));
                out.push(code);
            }
        }
        Coded::Item => {
            for value in BinaryIter::new(bytes, Some(values)).take(values) {
                out.push(words.item(value.map_err(damaged)?));
            }
        }
    }
    if out.len() - before == values { Ok(()) } else { Err("a page holds fewer values than it declares".to_owned()) }
}

/// How a column of this type stores whole numbers, or decimal numbers that may be whole; `None` when it stores something else.
pub(in crate::formats) fn whole_of(about: &ColumnChunkMetadata) -> Option<Whole> {
    use polars_parquet::parquet::schema::types::{
        IntegerType, PrimitiveConvertedType as Converted, PrimitiveLogicalType as Logical,
    };
    let kind = &about.descriptor().descriptor.primitive_type;
    let unsigned = matches!(
        kind.logical_type,
        Some(Logical::Integer(IntegerType::UInt8 | IntegerType::UInt16 | IntegerType::UInt32 | IntegerType::UInt64))
    ) || matches!(
        kind.converted_type,
        Some(Converted::Uint8 | Converted::Uint16 | Converted::Uint32 | Converted::Uint64)
    );
    let plain = matches!(kind.logical_type, None | Some(Logical::Integer(_) | Logical::Timestamp { .. }))
        && !matches!(
            kind.converted_type,
            Some(Converted::Decimal(..) | Converted::Date | Converted::TimeMillis | Converted::TimeMicros)
        );
    match (about.physical_type(), unsigned) {
        _ if !plain => None,
        (PhysicalType::Int32, false) => Some(Whole::I32),
        (PhysicalType::Int32, true) => Some(Whole::U32),
        (PhysicalType::Int64, false) => Some(Whole::I64),
        (PhysicalType::Int64, true) => Some(Whole::U64),
        (PhysicalType::Float, _) => Some(Whole::F32),
        (PhysicalType::Double, _) => Some(Whole::F64),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_without_a_sign_do_not_become_negative() {
        let large = (1_u64 << 63) + 5;
        let plain = Whole::U64.plain(&large.to_le_bytes(), &mut Vec::new()).unwrap_err();
        let decoded = Coded::Location(Whole::U64).checked(large.cast_signed()).unwrap_err();
        assert_eq!(plain, decoded);
        assert!(plain.contains("9223372036854775813, which is beyond 2^63"), "{plain}");
        assert_eq!(Coded::Location(Whole::I64).checked(-5), Ok(-5));
        assert_eq!(Coded::Location(Whole::U64).checked(5), Ok(5));
    }
}
