//! Blosc chunks, of version 1 (filter 32001) and 2 (inside the frames of filter 32026).
//!
//! A header of 16 bytes (32 when both shuffle flags are set), the positions of the blocks, and per block one stream or
//! one stream for each byte of a value. Numbers are little-endian. Source: `README_CHUNK_FORMAT.rst` of C-Blosc2.

use std::cell::Cell;

use super::{Codecs, bits, blosclz, deflate, le32, lz4, shuffle, wrong_size};

const SHUFFLED: u8 = 1;
const COPIED: u8 = 2;
const BIT_SHUFFLED: u8 = 4;
const NOT_SPLIT: u8 = 16;
const HEADER_BYTES: usize = 16;
const EXTENDED_BYTES: usize = 32;
/// Version 1 writes a block in one stream when values are longer, …
const MOST_STREAMS: usize = 16;
/// … or streams would be shorter than this.
const LEAST_STREAM_BYTES: usize = 128;
/// The last format that C-Blosc of version 1 wrote.
const LAST_OLD_FORMAT: u8 = 2;

const NAN_32: [u8; 4] = f32::NAN.to_le_bytes();
const NAN_64: [u8; 8] = f64::NAN.to_le_bytes();

/// A filter inside Blosc.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Bytes,
    Bits,
}

/// What the whole chunk is, where it has no blocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Special<'a> {
    Zeros,
    NotANumber,
    Value(&'a [u8]),
}

/// A chunk with its header read and checked.
#[derive(Debug)]
pub(super) struct Chunk<'a> {
    bytes: &'a [u8],
    /// Length when decoded.
    pub(super) length: usize,
    /// Bytes of a value.
    pub(super) value_bytes: usize,
    block_bytes: usize,
    header_bytes: usize,
    flags: u8,
    format: u8,
    /// Filters, in the order of writing.
    steps: Vec<Step>,
    special: Option<Special<'a>>,
    /// Bytes of streams that may still be decoded. Streams do not share bytes, so that small damage cannot make the same
    /// ones be decoded over and over.
    unread: Cell<usize>,
}

/// The size the chunk declares.
pub(super) fn declared(input: &[u8]) -> Option<usize> {
    usize::try_from(le32(input, 4)?).ok()
}

/// Decodes a chunk, which must be as long as `out`.
pub(super) fn decode(input: &[u8], out: &mut [u8], codecs: &mut Codecs) -> Result<(), String> {
    let chunk = Chunk::read(input)?;
    if chunk.length != out.len() {
        return Err(wrong_size(chunk.length, out.len()));
    }
    if chunk.fill(out)? {
        return Ok(());
    }
    for (number, block) in out.chunks_mut(chunk.block_bytes).enumerate() {
        chunk.decode_block(number, block, codecs)?;
    }
    Ok(())
}

impl<'a> Chunk<'a> {
    /// Reads the header.
    pub(super) fn read(input: &'a [u8]) -> Result<Self, String> {
        let cut = || "its Blosc data ends too early".to_owned();
        let damaged = || "its Blosc header is damaged".to_owned();
        let size = |at| le32(input, at).and_then(|n| usize::try_from(n).ok()).ok_or_else(cut);
        let (length, block_bytes, stored_bytes) = (size(4)?, size(8)?, size(12)?);
        let (format, flags, value_bytes) = (input[0], input[2], usize::from(input[3]));
        let bytes = input.get(..stored_bytes).ok_or_else(cut)?;
        let extended = flags & (SHUFFLED | BIT_SHUFFLED) == SHUFFLED | BIT_SHUFFLED;
        let header_bytes = if extended { EXTENDED_BYTES } else { HEADER_BYTES };
        if bytes.len() < header_bytes || value_bytes == 0 || (length > 0 && block_bytes == 0) {
            return Err(damaged());
        }
        let mut chunk = Self {
            bytes,
            length,
            value_bytes,
            block_bytes: block_bytes.min(length).max(1),
            header_bytes,
            flags,
            format,
            steps: Vec::new(),
            special: None,
            unread: Cell::new(bytes.len()),
        };
        if extended {
            chunk.read_extension()?;
        } else if flags & SHUFFLED != 0 {
            chunk.steps.push(Step::Bytes);
        } else if flags & BIT_SHUFFLED != 0 {
            chunk.steps.push(Step::Bits);
        }
        Ok(chunk)
    }

    fn read_extension(&mut self) -> Result<(), String> {
        for filter in &self.bytes[16..22] {
            match filter {
                // Nothing, and cut precision, which cannot be undone.
                0 | 4 => {}
                1 => self.steps.push(Step::Bytes),
                2 => self.steps.push(Step::Bits),
                3 => return Err("its Blosc2 data uses the delta filter, which is not known here".to_owned()),
                35 => return Err("its Blosc2 data uses the filter bytedelta, which is not known here".to_owned()),
                other => return Err(format!("its Blosc2 data uses filter {other}, which is not known here")),
            }
        }
        let flags = self.bytes[31];
        let special = flags >> 4 & 7;
        if special == 0 && flags & 1 != 0 {
            return Err("its Blosc2 data uses a dictionary, which is not known here".to_owned());
        }
        if flags & 0x88 != 0 {
            return Err("its Blosc2 data is not stored in the chunk".to_owned());
        }
        self.special = match special {
            0 => None,
            // Values that were never set are anything, and zeros say so best.
            1 | 4 => Some(Special::Zeros),
            2 => Some(Special::NotANumber),
            3 => {
                let value = self.bytes.get(EXTENDED_BYTES..EXTENDED_BYTES + self.value_bytes);
                Some(Special::Value(value.ok_or("its Blosc2 data ends too early")?))
            }
            other => return Err(format!("its Blosc2 data is of kind {other}, which is not known here")),
        };
        Ok(())
    }

    /// Bytes of a block; the last one may be shorter.
    pub(super) fn block_bytes(&self) -> usize {
        self.block_bytes
    }

    /// Fills `out` when the whole chunk has one value; false when it has not.
    pub(super) fn fill(&self, out: &mut [u8]) -> Result<bool, String> {
        let Some(special) = self.special else { return Ok(false) };
        fill(special, self.value_bytes, out).map(|()| true)
    }

    /// Decodes block `number` of a chunk that is not of one value; `out` is as long as that block.
    pub(super) fn decode_block(&self, number: usize, out: &mut [u8], codecs: &mut Codecs) -> Result<(), String> {
        let cut = || "its Blosc data ends too early".to_owned();
        if self.flags & COPIED != 0 {
            let start = number.checked_mul(self.block_bytes).and_then(|at| at.checked_add(self.header_bytes));
            let block = start.and_then(|start| self.bytes.get(start..)?.get(..out.len())).ok_or_else(cut)?;
            out.copy_from_slice(block);
            return Ok(());
        }
        let place = number.checked_mul(4).and_then(|at| at.checked_add(self.header_bytes)).ok_or_else(cut)?;
        let start = le32(self.bytes, place).and_then(|at| usize::try_from(at).ok()).ok_or_else(cut)?;
        let streams = self.bytes.get(start..).ok_or_else(cut)?;
        let mut steps = self.steps.iter().rev().copied();
        let Some(first) = steps.next() else { return self.decode_streams(streams, out, codecs) };
        let (mut here, mut there) = (std::mem::take(&mut codecs.block), std::mem::take(&mut codecs.other_block));
        for buffer in [&mut here, &mut there] {
            if buffer.len() < out.len() {
                buffer.resize(out.len(), 0);
            }
        }
        let mut result = self.decode_streams(streams, &mut here[..out.len()], codecs);
        if result.is_ok() {
            result = self.undo(first, &here[..out.len()], out);
        }
        for step in steps {
            if result.is_ok() {
                there[..out.len()].copy_from_slice(out);
                result = self.undo(step, &there[..out.len()], out);
            }
        }
        (codecs.block, codecs.other_block) = (here, there);
        result
    }

    fn undo(&self, step: Step, input: &[u8], out: &mut [u8]) -> Result<(), String> {
        match step {
            Step::Bytes => shuffle::decode(self.value_bytes, input, out),
            Step::Bits => {
                let group = 8 * self.value_bytes;
                let mut whole = input.len() / group * group;
                // The old format shuffles all values or none.
                if self.format <= LAST_OLD_FORMAT && !(input.len() / self.value_bytes).is_multiple_of(8) {
                    whole = 0;
                }
                bits::unshuffle(self.value_bytes, &input[..whole], &mut out[..whole]);
                out[whole..].copy_from_slice(&input[whole..]);
                Ok(())
            }
        }
    }

    fn decode_streams(&self, streams: &[u8], out: &mut [u8], codecs: &mut Codecs) -> Result<(), String> {
        let cut = || "its Blosc data ends too early".to_owned();
        let old = self.format <= LAST_OLD_FORMAT;
        let fits = self.value_bytes <= MOST_STREAMS && self.block_bytes / self.value_bytes >= LEAST_STREAM_BYTES;
        let split = self.flags & NOT_SPLIT == 0 && out.len() == self.whole_block() && (fits || !old);
        let count = if split { self.value_bytes } else { 1 };
        let length = out.len() / count;
        if length == 0 || length * count != out.len() {
            return Err("its Blosc blocks have a wrong length".to_owned());
        }
        let mut rest = streams;
        for part in out.chunks_exact_mut(length) {
            let stored = le32(rest, 0).ok_or_else(cut)?.cast_signed();
            rest = &rest[4..];
            if stored <= 0 {
                // A run of one byte, in the new format only; its value is the negative of the length.
                let byte = if stored == 0 { 0 } else { u8::try_from(-i64::from(stored)).map_err(|_| cut())? };
                if stored < 0 {
                    let (token, later) = rest.split_first().ok_or_else(cut)?;
                    if token & 1 == 0 {
                        return Err("its Blosc data is damaged".to_owned());
                    }
                    rest = later;
                }
                if old {
                    return Err("its Blosc data is damaged".to_owned());
                }
                part.fill(byte);
                continue;
            }
            let stored = usize::try_from(stored).map_err(|_| cut())?;
            let stream = rest.get(..stored).ok_or_else(cut)?;
            rest = &rest[stored..];
            self.unread.set(self.unread.get().checked_sub(stored).ok_or("its Blosc blocks share bytes")?);
            if stored == length {
                part.copy_from_slice(stream);
            } else {
                self.decode_stream(stream, part, codecs)?;
            }
        }
        Ok(())
    }

    /// Length of a block that is not a shorter last one.
    fn whole_block(&self) -> usize {
        // The block's declared length was cut to the chunk's, so a chunk of one short block counts as whole only when
        // it is as long as declared.
        le32(self.bytes, 8).and_then(|n| usize::try_from(n).ok()).unwrap_or(usize::MAX)
    }

    fn decode_stream(&self, stream: &[u8], out: &mut [u8], codecs: &mut Codecs) -> Result<(), String> {
        let exactly = |length: usize, out: &[u8]| {
            if length == out.len() { Ok(()) } else { Err(wrong_size(length, out.len())) }
        };
        match self.flags >> 5 {
            0 => blosclz::decode(stream, out).and_then(|length| exactly(length, out)),
            1 => lz4::block(stream, out),
            2 => {
                let length = snap::raw::Decoder::new().decompress(stream, out);
                length.map_err(|_| "its Snappy data is damaged".to_owned()).and_then(|length| exactly(length, out))
            }
            3 => deflate::decode(&mut codecs.inflater, stream, out),
            4 => codecs.zstd.decode(stream, out),
            // The codec of a plugin, whose number the extension tells.
            6 if self.header_bytes == EXTENDED_BYTES => {
                let codec = self.bytes.get(22).copied().unwrap_or(0);
                Err(format!("its Blosc2 data uses the plugin codec {codec}, which is not known here"))
            }
            other => Err(format!("its Blosc data uses codec {other}, which is not known here")),
        }
    }
}

/// Fills a chunk that has one value only.
fn fill(special: Special<'_>, value_bytes: usize, out: &mut [u8]) -> Result<(), String> {
    let value: &[u8] = match special {
        Special::Zeros => &[0],
        Special::NotANumber => match value_bytes {
            4 => &NAN_32,
            8 => &NAN_64,
            _ => return Err("its Blosc2 data says it is no number, of a type that is none".to_owned()),
        },
        Special::Value(value) => value,
    };
    for part in out.chunks_mut(value.len()) {
        part.copy_from_slice(&value[..part.len()]);
    }
    Ok(())
}
