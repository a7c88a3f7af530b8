//! The parts of a page of a Parquet column chunk: which rows have a value, and the codes of values.

use polars_parquet::parquet::{
    encoding::{
        Encoding,
        hybrid_rle::{HybridRleChunk, HybridRleDecoder},
    },
    page::{DataPage, split_buffer},
};

use super::pages::damaged;

/// Which rows of a page have a value.
pub(in crate::formats) struct Present {
    pub(in crate::formats) rows: usize,
    /// Number of rows that have one.
    pub(in crate::formats) values: usize,
    /// One per row; empty when all have one.
    pub(in crate::formats) valid: Vec<bool>,
}

/// Splits a page into who is there and the encoded values.
pub(in crate::formats) fn split(page: &DataPage) -> Result<(Present, &[u8]), String> {
    let rows = page.num_values();
    let parts = split_buffer(page).map_err(damaged)?;
    if page.descriptor.max_def_level == 0 {
        return Ok((Present { rows, values: rows, valid: Vec::new() }, parts.values));
    }
    Ok((present(parts.def, rows)?, parts.values))
}

/// Who is there, by the levels of a page: 1 or 0 for each row, in runs. They become no list of their own, as a run of a few
/// bytes may stand for all rows.
fn present(levels: &[u8], rows: usize) -> Result<Present, String> {
    let mut present = Present { rows, values: 0, valid: Vec::new() };
    let (mut seen, mut packed) = (0, Vec::new());
    let mut add = |there: bool, count: usize| {
        if !there && present.valid.is_empty() {
            present.valid.resize(seen, true);
        }
        seen += count;
        if !there || !present.valid.is_empty() {
            present.valid.resize(seen, there);
        }
        present.values += if there { count } else { 0 };
    };
    for run in HybridRleDecoder::new(levels, 1, rows).into_chunk_iter() {
        match run.map_err(damaged)? {
            HybridRleChunk::Rle(level, count) => add(level != 0, count),
            HybridRleChunk::Bitpacked(bits) => {
                packed.clear();
                bits.collect_into(&mut packed);
                for level in &packed {
                    add(*level != 0, 1);
                }
            }
        }
    }
    if seen != rows {
        return Err("a page does not say which of its rows have values".to_owned());
    }
    Ok(present)
}

/// The codes of a page in dictionary encoding.
pub(in crate::formats) fn dictionary_codes(bytes: &[u8], values: usize) -> Result<Vec<u32>, String> {
    let (width, bytes) = match bytes.split_first() {
        Some((width, bytes)) if *width <= 32 => (u32::from(*width), bytes),
        _ if values == 0 => return Ok(Vec::new()),
        _ => return Err("a page of codes does not say how wide they are".to_owned()),
    };
    let codes = HybridRleDecoder::new(bytes, width, values).collect().map_err(damaged)?;
    if codes.len() == values { Ok(codes) } else { Err("a page holds fewer values than it declares".to_owned()) }
}

/// Whether codes of a dictionary stand in the page.
pub(in crate::formats) fn coded(page: &DataPage) -> bool {
    matches!(page.encoding(), Encoding::PlainDictionary | Encoding::RleDictionary)
}

/// Values with gaps where a row has none.
pub(in crate::formats) fn spread<T: Copy>(values: &[T], present: &Present, gap: T, out: &mut Vec<T>) {
    if present.valid.is_empty() {
        out.extend_from_slice(values);
        return;
    }
    let mut values = values.iter();
    out.extend(present.valid.iter().map(|valid| if *valid { values.next().copied().unwrap_or(gap) } else { gap }));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_tell_who_is_there() {
        let all = |rows| (rows, Vec::new());
        // A run is its length times two and a level; bits are their number of bytes times two and one, and these bytes.
        for (levels, rows, expected) in [
            (&[10, 1][..], 5, Some(all(5))),
            (&[6, 1, 4, 0], 5, Some((3, vec![true, true, true, false, false]))),
            (&[4, 0, 6, 1], 5, Some((3, vec![false, false, true, true, true]))),
            // Bits beyond the rows are passed over.
            (&[3, 0b101, 4, 1], 6, Some((2, vec![true, false, true, false, false, false]))),
            (&[4, 1, 3, 0b1111_1101], 10, Some((9, [&[true, true, true, false][..], &[true; 6]].concat()))),
            (&[10, 1], 6, None),
            (&[], 0, Some(all(0))),
            (&[], 1, None),
        ] {
            let told = present(levels, rows).ok().map(|present| (present.values, present.valid));
            assert_eq!(told, expected, "{levels:?}");
        }
    }

    #[test]
    fn codes_are_as_many_as_are_declared() {
        assert_eq!(dictionary_codes(&[0], 3), Ok(vec![0, 0, 0]));
        assert_eq!(dictionary_codes(&[1, 6, 1], 3), Ok(vec![1, 1, 1]));
        assert!(dictionary_codes(&[1, 6, 1], 4).is_err());
        assert!(dictionary_codes(&[33, 6, 1], 3).is_err() && dictionary_codes(&[], 3).is_err());
    }
}
