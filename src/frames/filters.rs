//! Undoing the filter pipeline of a stored chunk, with every output bounded by the size the chunk must have.
//!
//! Filters: deflate (1), shuffle (2), fletcher32 (3), LZF (32000). Sources: HDF5 File Format Specification IV.A.2.l
//! and the sources of the filters named at each function.

use std::cell::RefCell;

use super::StoredFilter;

const DEFLATE: u32 = 1;
const SHUFFLE: u32 = 2;
const FLETCHER32: u32 = 3;
const LZF: u32 = 32_000;

/// Most filters a pipeline can have (the mask has as many bits).
const MAX_FILTERS: usize = 32;

/// Scratch of one thread: the inflater and two buffers that take turns.
struct Scratch {
    inflater: libdeflater::Decompressor,
    here: Vec<u8>,
    there: Vec<u8>,
}

thread_local! {
    static SCRATCH: RefCell<Scratch> = RefCell::new(Scratch {
        inflater: libdeflater::Decompressor::new(),
        here: Vec::new(),
        there: Vec::new(),
    });
}

/// Buffers larger than this are given back after use, so that one odd chunk does not stay in every thread.
const KEEP_BYTES: usize = 16 << 20;

/// The first filter that this module cannot undo: one it does not know, or a second compression, whose output would
/// have no size to check against.
#[must_use]
pub fn unknown(filters: &[StoredFilter]) -> Option<&StoredFilter> {
    let mut compressed = false;
    filters.iter().find(|f| match f.id {
        SHUFFLE | FLETCHER32 => false,
        DEFLATE | LZF => std::mem::replace(&mut compressed, true),
        _ => true,
    })
}

/// A short name for the way values are stored: `gzip`, `lzf`, … or `raw`.
#[must_use]
pub fn kind(filters: &[StoredFilter]) -> String {
    let name = |filter: &StoredFilter| match filter.id {
        DEFLATE => Some("gzip".to_owned()),
        SHUFFLE | FLETCHER32 => None,
        4 => Some("szip".to_owned()),
        5 => Some("nbit".to_owned()),
        6 => Some("scaleoffset".to_owned()),
        307 => Some("bzip2".to_owned()),
        LZF => Some("lzf".to_owned()),
        32_001 => Some("blosc".to_owned()),
        32_004 => Some("lz4".to_owned()),
        32_008 => Some("bitshuffle".to_owned()),
        32_013 => Some("zfp".to_owned()),
        32_015 => Some("zstd".to_owned()),
        32_026 => Some("blosc2".to_owned()),
        id => Some(format!("filter {id}")),
    };
    filters.iter().rev().find_map(name).unwrap_or_else(|| "raw".to_owned())
}

/// Undoes the pipeline: fills all of `out` from the `stored` bytes of one chunk. `value_bytes` is the size of one
/// element.
///
/// # Errors
/// What is wrong with the bytes, as a clause.
pub fn decode(
    filters: &[StoredFilter],
    filter_mask: u32,
    value_bytes: usize,
    stored: &[u8],
    out: &mut [u8],
) -> Result<(), String> {
    if filters.len() > MAX_FILTERS {
        return Err("its filter pipeline is too long".to_owned());
    }
    let applied: Vec<&StoredFilter> =
        filters.iter().enumerate().filter(|(i, _)| filter_mask >> i & 1 == 0).map(|(_, f)| f).collect();
    SCRATCH.with_borrow_mut(|scratch| {
        let result = undo(&applied, value_bytes, stored, out, scratch);
        for buffer in [&mut scratch.here, &mut scratch.there] {
            if buffer.capacity() > KEEP_BYTES {
                *buffer = Vec::new();
            }
        }
        result
    })
}

/// Where the bytes are at the moment.
enum At<'a> {
    Stored(&'a [u8]),
    Here(usize),
}

fn undo(
    applied: &[&StoredFilter],
    value_bytes: usize,
    stored: &[u8],
    out: &mut [u8],
    scratch: &mut Scratch,
) -> Result<(), String> {
    let Scratch { inflater, here, there } = scratch;
    let mut at = At::Stored(stored);
    for (i, filter) in applied.iter().enumerate().rev() {
        let input = match at {
            At::Stored(bytes) => bytes,
            At::Here(length) => &here[..length],
        };
        if filter.id == FLETCHER32 {
            let length = check_fletcher32(input)?;
            at = match at {
                At::Stored(bytes) => At::Stored(&bytes[..length]),
                At::Here(_) => At::Here(length),
            };
            continue;
        }
        // Shuffling keeps the size. What a compression gives has the size of the chunk, and four bytes more for each
        // checksum that was put on before.
        let output_bytes = match filter.id {
            SHUFFLE => input.len(),
            _ => out.len() + 4 * applied[..i].iter().filter(|f| f.id == FLETCHER32).count(),
        };
        let last = i == 0;
        let target: &mut [u8] = if last {
            &mut *out
        } else {
            if there.len() < output_bytes {
                there.resize(output_bytes, 0);
            }
            &mut there[..output_bytes]
        };
        match filter.id {
            DEFLATE => inflate(inflater, input, target)?,
            SHUFFLE => unshuffle(value_bytes, input, target)?,
            LZF => lzf(input, target)?,
            other => return Err(format!("filter {other} ({}) is not known here", filter.name)),
        }
        if last {
            return Ok(());
        }
        std::mem::swap(here, there);
        at = At::Here(output_bytes);
    }
    let bytes = match at {
        At::Stored(bytes) => bytes,
        At::Here(length) => &here[..length],
    };
    if bytes.len() != out.len() {
        return Err(wrong_size(bytes.len(), out.len()));
    }
    out.copy_from_slice(bytes);
    Ok(())
}

fn wrong_size(found: usize, expected: usize) -> String {
    format!("a chunk has {found} bytes where {expected} belong")
}

fn inflate(inflater: &mut libdeflater::Decompressor, input: &[u8], out: &mut [u8]) -> Result<(), String> {
    match inflater.zlib_decompress(input, out) {
        Ok(length) if length == out.len() => Ok(()),
        Ok(length) => Err(wrong_size(length, out.len())),
        Err(libdeflater::DecompressionError::BadData) => Err("its deflate data is damaged".to_owned()),
        Err(libdeflater::DecompressionError::InsufficientSpace) => {
            Err("its deflate data is longer than the chunk".to_owned())
        }
    }
}

/// Undoes byte shuffling: the first bytes of all values stand first, then the second ones, …; bytes beyond a whole
/// number of values stand at the end as they are. Source: `H5Zshuffle.c`.
fn unshuffle(value_bytes: usize, input: &[u8], out: &mut [u8]) -> Result<(), String> {
    if input.len() != out.len() {
        return Err(wrong_size(input.len(), out.len()));
    }
    let count = if value_bytes > 1 { input.len() / value_bytes } else { 0 };
    if count <= 1 {
        out.copy_from_slice(input);
        return Ok(());
    }
    match value_bytes {
        2 => unshuffle_values::<2>(count, input, out),
        4 => unshuffle_values::<4>(count, input, out),
        8 => unshuffle_values::<8>(count, input, out),
        _ => {
            for byte in 0..value_bytes {
                for (value, from) in input[byte * count..(byte + 1) * count].iter().enumerate() {
                    out[value * value_bytes + byte] = *from;
                }
            }
        }
    }
    let whole = count * value_bytes;
    out[whole..].copy_from_slice(&input[whole..]);
    Ok(())
}

fn unshuffle_values<const N: usize>(count: usize, input: &[u8], out: &mut [u8]) {
    let planes: [&[u8]; N] = std::array::from_fn(|byte| &input[byte * count..(byte + 1) * count]);
    for (value, to) in out.chunks_exact_mut(N).take(count).enumerate() {
        for byte in 0..N {
            to[byte] = planes[byte][value];
        }
    }
}

/// Checks the four bytes at the end and returns the length without them. Old writers stored the halves of the sum with
/// their bytes swapped; both are taken. Source: `H5Zfletcher32.c`.
fn check_fletcher32(input: &[u8]) -> Result<usize, String> {
    let Some((data, [a, b, c, d])) = input.split_last_chunk::<4>() else {
        return Err("a chunk is shorter than its checksum".to_owned());
    };
    let sum = fletcher32(data);
    if sum == u32::from_le_bytes([*a, *b, *c, *d]) || sum == u32::from_le_bytes([*b, *a, *d, *c]) {
        Ok(data.len())
    } else {
        Err("a chunk does not match its checksum (fletcher32)".to_owned())
    }
}

/// Fletcher's checksum over big-endian 16-bit words; an odd last byte is the high half of a word. Source:
/// `H5_checksum_fletcher32` in `H5checksum.c`.
fn fletcher32(data: &[u8]) -> u32 {
    let fold = |sum: u32| (sum & 0xffff) + (sum >> 16);
    let (mut sum1, mut sum2) = (0_u32, 0_u32);
    let (words, odd) = data.as_chunks::<2>();
    // 360 words are the most that cannot overflow 32 bits.
    for block in words.chunks(360) {
        for word in block {
            sum1 += u32::from(u16::from_be_bytes(*word));
            sum2 += sum1;
        }
        (sum1, sum2) = (fold(sum1), fold(sum2));
    }
    if let [byte] = odd {
        sum1 += u32::from(*byte) << 8;
        sum2 += sum1;
        (sum1, sum2) = (fold(sum1), fold(sum2));
    }
    fold(sum2) << 16 | fold(sum1)
}

/// LZF: a control byte below 32 is followed by one more literal than it says; others carry a length (3 bits, 7 meaning
/// one more byte) and a distance (13 bits). Source: `lzf_d.c` of `LibLZF`.
fn lzf(input: &[u8], out: &mut [u8]) -> Result<(), String> {
    let damaged = || "its LZF data is damaged".to_owned();
    let (mut from, mut to) = (0, 0);
    let next = |from: &mut usize| {
        let byte = input.get(*from).copied().ok_or_else(damaged)?;
        *from += 1;
        Ok::<usize, String>(usize::from(byte))
    };
    while from < input.len() {
        let control = next(&mut from)?;
        if control < 32 {
            let length = control + 1;
            let literals = input.get(from..from + length).ok_or_else(damaged)?;
            out.get_mut(to..to + length).ok_or_else(damaged)?.copy_from_slice(literals);
            from += length;
            to += length;
            continue;
        }
        let mut length = control >> 5;
        if length == 7 {
            length += next(&mut from)?;
        }
        length += 2;
        let distance = ((control & 0x1f) << 8) + next(&mut from)? + 1;
        let start = to.checked_sub(distance).ok_or_else(damaged)?;
        if to + length > out.len() {
            return Err(damaged());
        }
        if distance >= length {
            out.copy_within(start..start + length, to);
        } else {
            for i in 0..length {
                out[to + i] = out[start + i];
            }
        }
        to += length;
    }
    if to == out.len() { Ok(()) } else { Err(wrong_size(to, out.len())) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn filter(id: u32) -> StoredFilter {
        StoredFilter { id, name: String::new(), params: vec![] }
    }

    fn deflate(data: &[u8]) -> Vec<u8> {
        let mut compressor = libdeflater::Compressor::new(libdeflater::CompressionLvl::new(4).unwrap());
        let mut out = vec![0; compressor.zlib_compress_bound(data.len())];
        let length = compressor.zlib_compress(data, &mut out).unwrap();
        out.truncate(length);
        out
    }

    fn shuffle(value_bytes: usize, data: &[u8]) -> Vec<u8> {
        let count = data.len() / value_bytes;
        let mut out: Vec<u8> =
            (0..value_bytes).flat_map(|byte| (0..count).map(move |v| data[v * value_bytes + byte])).collect();
        out.extend(&data[count * value_bytes..]);
        out
    }

    fn with_checksum(mut data: Vec<u8>) -> Vec<u8> {
        let sum = fletcher32(&data);
        data.extend(sum.to_le_bytes());
        data
    }

    fn store(ids: &[u32], value_bytes: usize, data: &[u8]) -> Vec<u8> {
        ids.iter().fold(data.to_vec(), |data, id| match *id {
            DEFLATE => deflate(&data),
            SHUFFLE => shuffle(value_bytes, &data),
            _ => with_checksum(data),
        })
    }

    #[test]
    fn refuses_what_does_not_fit() {
        let data: Vec<u8> = (0..1000_u32).map(|i| (i % 7) as u8).collect();
        let mut out = vec![0; 1000];
        let deflated = deflate(&data);
        assert!(decode(&[filter(1)], 0, 1, &deflated, &mut out[..999]).is_err(), "too long");
        assert!(decode(&[filter(1)], 0, 1, &deflated, &mut vec![0; 1001]).is_err(), "too short");
        assert!(decode(&[filter(1)], 0, 1, &deflated[1..], &mut out).is_err(), "damaged");
        let mut summed = with_checksum(data.clone());
        assert!(decode(&[filter(3)], 0, 1, &summed, &mut out).is_ok());
        assert!(decode(&[filter(3)], 1, 1, &data, &mut out).is_ok(), "the mask skips the filter");
        summed[5] ^= 1;
        assert!(decode(&[filter(3)], 0, 1, &summed, &mut out).unwrap_err().contains("checksum"));
        assert!(decode(&[filter(99)], 0, 1, &data, &mut out).unwrap_err().contains("99"));
        assert!(decode(&[], 0, 1, &data[1..], &mut out).is_err());
    }

    #[test]
    fn lzf_copies_overlapping_runs() {
        // Two literals, then 12 more copied from a distance of 2.
        let mut out = [0; 14];
        lzf(&[1, b'a', b'b', 7 << 5, 3, 1], &mut out).unwrap();
        assert_eq!(&out, b"ababababababab");
        assert!(lzf(&[1, b'a', b'b', 7 << 5, 3, 5], &mut out).is_err(), "before the start");
        assert!(lzf(&[1, b'a'], &mut out).is_err(), "ends early");
    }

    proptest! {
        #[test]
        fn undoes_every_pipeline(
            data in prop::collection::vec(any::<u8>(), 0..3000),
            ids in prop::collection::vec(1_u32..=3, 0..5),
            value_bytes in 1_usize..10,
        ) {
            let filters: Vec<_> = ids.iter().map(|id| filter(*id)).collect();
            prop_assume!(unknown(&filters).is_none());
            let stored = store(&ids, value_bytes, &data);
            let mut out = vec![0; data.len()];
            decode(&filters, 0, value_bytes, &stored, &mut out).unwrap();
            prop_assert_eq!(out, data);
        }

        #[test]
        fn never_panics_on_foreign_bytes(
            stored in prop::collection::vec(any::<u8>(), 0..300),
            ids in prop::collection::vec(prop::sample::select(vec![1_u32, 2, 3, 32_000]), 0..4),
            mask in any::<u32>(),
            length in 0_usize..2000,
        ) {
            let filters: Vec<_> = ids.iter().map(|id| filter(*id)).collect();
            let _ = decode(&filters, mask, 4, &stored, &mut vec![0; length]);
        }
    }
}
