//! szip (filter 4): the length of the chunk (4 bytes, little-endian), then blocks of adaptive entropy coding.
//!
//! Client data: options, values of a block, bits of a value, values of a line. Source: CCSDS 121.0-B-3 for the coding,
//! `H5Zszip.c` and `sz_compat.c` of libaec for how lines are padded and wide values cut into bytes.

use super::{StoredFilter, le32, shuffle, wrong_size};

/// Option: values are stored from their highest byte.
const HIGH_BYTE_FIRST: u32 = 16;
/// Option: neighbours are predicted from each other.
const PREDICTED: u32 = 32;
/// A run of zero blocks of this code reaches to the end of its segment.
const REST_OF_SEGMENT: u32 = 5;
/// Blocks of a segment.
const SEGMENT: usize = 64;
/// Largest code of two small values in one.
const MOST_PAIRED: u32 = 90;
/// Most values of a block, and most blocks of a line.
const MOST: (usize, usize) = (64, 4096);

/// How values are coded.
#[derive(Debug, Clone, Copy)]
struct Coding {
    bits: u32,
    /// Bits of a block's option.
    id_bits: u32,
    block: usize,
    /// Blocks that are coded together, beginning with a value as it is.
    blocks: usize,
    /// Values of a line.
    line: usize,
    predicted: bool,
    high_byte_first: bool,
    /// Bytes a decoded value takes.
    bytes: usize,
}

/// The size the chunk declares.
pub(super) fn declared(input: &[u8]) -> Option<usize> {
    usize::try_from(le32(input, 0)?).ok()
}

/// Decodes a chunk, which must be as long as `out`. `planes` is scratch.
pub(super) fn decode(filter: &StoredFilter, input: &[u8], out: &mut [u8], planes: &mut Vec<u8>) -> Result<(), String> {
    let length = declared(input).ok_or("its szip data ends too early")?;
    if length != out.len() {
        return Err(wrong_size(length, out.len()));
    }
    let [options, block, bits, line, ..] = filter.params[..] else {
        return Err("its szip filter lacks parameters".to_owned());
    };
    // Values of 32 and 64 bits are coded as their bytes: all first ones, then all second ones, ….
    let wide = matches!(bits, 32 | 64);
    let sample_bits = if wide { 8 } else { bits };
    let (block, line) = (usize::try_from(block).unwrap_or(0), usize::try_from(line).unwrap_or(0));
    let blocks = line.div_ceil(block.max(1));
    if !(1..=24).contains(&sample_bits) || !(1..=MOST.0).contains(&block) || !(1..=MOST.1).contains(&blocks) {
        return Err("its szip filter has parameters that make no sense".to_owned());
    }
    let (id_bits, bytes) = match sample_bits {
        0..=8 => (3, 1),
        9..=16 => (4, 2),
        _ => (5, 4),
    };
    let (predicted, high_byte_first) = (options & PREDICTED != 0, options & HIGH_BYTE_FIRST != 0);
    let coding = Coding { bits: sample_bits, id_bits, block, blocks, line, predicted, high_byte_first, bytes };
    let bits_of = Bits { bytes: &input[4..], at: 0 };
    if !wide {
        return decode_values(coding, bits_of, out);
    }
    if planes.len() < out.len() {
        planes.resize(out.len(), 0);
    }
    decode_values(coding, bits_of, &mut planes[..length])?;
    shuffle::decode(usize::try_from(bits / 8).unwrap_or(1), &planes[..length], out)
}

fn decode_values(coding: Coding, mut bits: Bits<'_>, out: &mut [u8]) -> Result<(), String> {
    if !out.len().is_multiple_of(coding.bytes) {
        return Err("its szip data is no whole number of values".to_owned());
    }
    let mut values = Vec::with_capacity(coding.block * coding.blocks);
    // Each line is coded for itself, with values beyond its end that fill its last block.
    for line in out.chunks_mut(coding.line * coding.bytes) {
        let count = line.len() / coding.bytes;
        values.clear();
        decode_line(coding, &mut bits, count, &mut values).ok_or("its szip data is damaged")?;
        if coding.predicted {
            undo_prediction(coding.bits, &mut values);
        }
        for (to, value) in line.chunks_exact_mut(coding.bytes).zip(&values) {
            if coding.high_byte_first {
                to.copy_from_slice(&value.to_be_bytes()[4 - coding.bytes..]);
            } else {
                to.copy_from_slice(&value.to_le_bytes()[..coding.bytes]);
            }
        }
    }
    Ok(())
}

/// Decodes whole blocks until there are `count` values.
fn decode_line(coding: Coding, bits: &mut Bits<'_>, count: usize, values: &mut Vec<u32>) -> Option<()> {
    let most = coding.block * coding.blocks;
    while values.len() < count {
        let id = bits.take(coding.id_bits)?;
        let begins = coding.predicted && values.is_empty();
        let block_end = values.len() + coding.block;
        if block_end > most {
            return None;
        }
        if id == (1 << coding.id_bits) - 1 {
            // As they are, the first value of the line among them.
            while values.len() < block_end {
                values.push(bits.take(coding.bits)?);
            }
            continue;
        }
        let paired = if id == 0 { Some(bits.take(1)? == 1) } else { None };
        if begins {
            values.push(bits.take(coding.bits)?);
        }
        match paired {
            Some(true) => take_pairs(bits, block_end, values)?,
            Some(false) => {
                let code = bits.zeros()?.checked_add(1)?;
                let done = values.len() / coding.block;
                let run = match code {
                    REST_OF_SEGMENT => (coding.blocks - done).min(SEGMENT - done % SEGMENT),
                    code => usize::try_from(if code > REST_OF_SEGMENT { code - 1 } else { code }).ok()?,
                };
                let end = run.checked_add(done)?.checked_mul(coding.block).filter(|end| *end <= most)?;
                values.resize(end, 0);
            }
            None => {
                let low_bits = id - 1;
                let start = values.len();
                while values.len() < block_end {
                    values.push(bits.zeros()?.checked_mul(1 << low_bits)?);
                }
                for value in &mut values[start..] {
                    *value = value.checked_add(bits.take(low_bits)?)?;
                }
            }
        }
    }
    Some(())
}

/// Pairs of small values: codes run along the diagonals of the table of pairs. Where a line begins, the first value is
/// there already and only the second of its pair is taken.
fn take_pairs(bits: &mut Bits<'_>, end: usize, values: &mut Vec<u32>) -> Option<()> {
    while values.len() < end {
        let code = bits.zeros()?;
        if code > MOST_PAIRED {
            return None;
        }
        let mut sum = 0;
        while (sum + 1) * (sum + 2) / 2 <= code {
            sum += 1;
        }
        let second = code - sum * (sum + 1) / 2;
        if values.len().is_multiple_of(2) {
            values.push(sum - second);
        }
        if values.len() < end {
            values.push(second);
        }
    }
    Some(())
}

/// Values from their mapped differences; the first one is as it was.
fn undo_prediction(bits: u32, values: &mut [u32]) {
    let most = u32::MAX >> (32 - bits);
    let Some((first, rest)) = values.split_first_mut() else { return };
    let mut last = *first;
    for value in rest {
        let mapped = *value;
        let half = (mapped >> 1) + (mapped & 1);
        // How far the value is from the nearer end of the range.
        let upper = last > most / 2;
        let near = if upper { most.wrapping_sub(last) } else { last };
        last = if half <= near {
            if mapped & 1 == 1 { last.wrapping_sub(half) } else { last.wrapping_add(half) }
        } else if upper {
            most.wrapping_sub(mapped)
        } else {
            mapped
        };
        *value = last;
    }
}

/// Bits from the highest of each byte on.
struct Bits<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Bits<'_> {
    /// The next 57 bits or more, from the highest bit on; zeros beyond the end.
    fn ahead(&self) -> u64 {
        let from = self.at / 8;
        let word = match self.bytes.get(from..).and_then(|rest| rest.first_chunk::<8>()) {
            Some(bytes) => u64::from_be_bytes(*bytes),
            None => (0..8).fold(0, |word, i| word << 8 | u64::from(self.bytes.get(from + i).copied().unwrap_or(0))),
        };
        word << (self.at % 8)
    }

    fn take(&mut self, count: u32) -> Option<u32> {
        if count == 0 {
            return Some(0);
        }
        self.skip(usize::try_from(count).ok()?, |ahead| u32::try_from(ahead >> (64 - count)).ok())
    }

    fn skip<T>(&mut self, count: usize, value: impl FnOnce(u64) -> Option<T>) -> Option<T> {
        let ahead = self.ahead();
        let end = self.at.checked_add(count).filter(|end| *end <= self.bytes.len() * 8)?;
        self.at = end;
        value(ahead)
    }

    /// The number of zero bits before the next one, which is passed over.
    fn zeros(&mut self) -> Option<u32> {
        let mut count = 0_u32;
        loop {
            let zeros = self.ahead().leading_zeros();
            if zeros < 56 {
                self.skip(usize::try_from(zeros).ok()? + 1, |_| Some(()))?;
                return count.checked_add(zeros);
            }
            self.skip(56, |_| Some(()))?;
            count = count.checked_add(56)?;
        }
    }
}
