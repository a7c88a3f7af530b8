//! Blosc2 (filter 32026): a contiguous frame with one Blosc chunk, whose blocks may be blocks of an array.
//!
//! Offsets below are those of `README_CFRAME_FORMAT.rst` and `README_B2ND_METALAYER.rst` of C-Blosc2; numbers of the
//! frame's header are big-endian.

use super::{Codecs, be32, be64, blosc, blosc::Chunk, wrong_size};

const MAGIC: &[u8] = b"b2frame\0";
/// Most axes of an array (`BLOSC2_MAX_DIM` is 8, with room for more).
const MAX_AXES: usize = 16;

/// What the frame's header says.
struct Frame<'a> {
    /// The chunk; none when it was never set or holds zeros only.
    chunk: Option<&'a [u8]>,
    /// Length when decoded.
    length: usize,
    /// Shape of the array and of its blocks, when it is one.
    array: Option<Array>,
}

#[derive(Debug, PartialEq, Eq)]
struct Array {
    shape: Vec<usize>,
    block: Vec<usize>,
}

/// The size the frame declares; that of the array when it is one, which leaves out what blocks hold beyond its edges.
pub(super) fn declared(input: &[u8]) -> Option<usize> {
    let frame = read(input, &mut Codecs::default()).ok()?;
    match (&frame.array, frame.chunk) {
        (Some(array), Some(chunk)) => {
            let value_bytes = Chunk::read(chunk).ok()?.value_bytes;
            array.shape.iter().try_fold(value_bytes, |n, axis| n.checked_mul(*axis))
        }
        _ => Some(frame.length),
    }
}

/// Decodes a chunk, which must be as long as `out`.
pub(super) fn decode(input: &[u8], out: &mut [u8], codecs: &mut Codecs) -> Result<(), String> {
    let frame = read(input, codecs)?;
    let Some(chunk) = frame.chunk else {
        // Blocks may hold more than the array has.
        if frame.length < out.len() {
            return Err(wrong_size(frame.length, out.len()));
        }
        out.fill(0);
        return Ok(());
    };
    let Some(array) = frame.array else { return blosc::decode(chunk, out, codecs) };
    let chunk = Chunk::read(chunk)?;
    let value_bytes = chunk.value_bytes;
    let bytes = |axes: &[usize]| axes.iter().try_fold(value_bytes, |n, axis| n.checked_mul(*axis));
    let damaged = || "its Blosc2 array makes no sense".to_owned();
    let length = bytes(&array.shape).ok_or_else(damaged)?;
    if length != out.len() {
        return Err(wrong_size(length, out.len()));
    }
    let block_bytes = bytes(&array.block).ok_or_else(damaged)?;
    let counts: Vec<usize> = array.shape.iter().zip(&array.block).map(|(axis, block)| axis.div_ceil(*block)).collect();
    let blocks = counts.iter().try_fold(1_usize, |n, count| n.checked_mul(*count)).ok_or_else(damaged)?;
    if block_bytes != chunk.block_bytes() || blocks.checked_mul(block_bytes) != Some(chunk.length) {
        return Err(damaged());
    }
    if chunk.fill(out)? {
        return Ok(());
    }
    let mut block = std::mem::take(&mut codecs.part);
    if block.len() < block_bytes {
        block.resize(block_bytes, 0);
    }
    let mut result = Ok(());
    for number in 0..blocks {
        result = chunk.decode_block(number, &mut block[..block_bytes], codecs);
        if result.is_err() {
            break;
        }
        place(&array, &counts, number, value_bytes, &block[..block_bytes], out);
    }
    codecs.part = block;
    result
}

/// Copies one block of the array to its place, without what reaches over the edges.
fn place(array: &Array, counts: &[usize], number: usize, value_bytes: usize, block: &[u8], out: &mut [u8]) {
    let axes = counts.len();
    let Some(last) = axes.checked_sub(1) else { return };
    let (mut start, mut left) = (vec![0; axes], number);
    for axis in (0..axes).rev() {
        start[axis] = left % counts[axis] * array.block[axis];
        left /= counts[axis];
    }
    let span = |axis: usize| array.block[axis].min(array.shape[axis] - start[axis]);
    let run = span(last) * value_bytes;
    let mut at = vec![0; last];
    loop {
        let (mut from, mut to) = (0, 0);
        for axis in 0..last {
            from = from * array.block[axis] + at[axis];
            to = to * array.shape[axis] + start[axis] + at[axis];
        }
        let from = from * array.block[last] * value_bytes;
        let to = (to * array.shape[last] + start[last]) * value_bytes;
        out[to..to + run].copy_from_slice(&block[from..from + run]);
        let Some(axis) = (0..last).rev().find(|axis| at[*axis] + 1 < span(*axis)) else { return };
        at[axis] += 1;
        at[axis + 1..].fill(0);
    }
}

fn read<'a>(input: &'a [u8], codecs: &mut Codecs) -> Result<Frame<'a>, String> {
    let cut = || "its Blosc2 frame ends too early".to_owned();
    let damaged = || "its Blosc2 frame is damaged".to_owned();
    if input.get(2..10) != Some(MAGIC) {
        return Err("its bytes are no Blosc2 frame".to_owned());
    }
    let size32 = |at| be32(input, at).and_then(|n| usize::try_from(n).ok()).ok_or_else(cut);
    let size64 = |at| be64(input, at).and_then(|n| usize::try_from(n).ok()).ok_or_else(cut);
    let (header_bytes, length, stored_bytes) = (size32(0x0b)?, size64(0x1e)?, size64(0x27)?);
    let chunk_bytes = size32(0x3a)?;
    if length > chunk_bytes {
        return Err("its Blosc2 frame has more than one chunk".to_owned());
    }
    let body = input.get(header_bytes..).ok_or_else(cut)?;
    let array = array(input.get(..header_bytes).ok_or_else(cut)?)?;
    if length == 0 {
        return Ok(Frame { chunk: None, length, array });
    }
    // After the chunks comes one that holds their offsets: eight bytes for ours.
    let index = body.get(stored_bytes..).ok_or_else(cut)?;
    let mut offset = [0; 8];
    blosc::decode(index, &mut offset, codecs)?;
    let offset = i64::from_le_bytes(offset);
    if offset < 0 {
        // The top byte says which value all of the chunk has.
        return match offset.to_le_bytes()[7] & 7 {
            1 | 4 => Ok(Frame { chunk: None, length, array }),
            _ => Err("its Blosc2 frame has values of a kind that is not known here".to_owned()),
        };
    }
    let chunk = usize::try_from(offset).ok().and_then(|at| body.get(at..)).ok_or_else(damaged)?;
    Ok(Frame { chunk: Some(chunk), length, array })
}

/// The shapes of the array in the frame's header; nothing when there is none.
fn array(header: &[u8]) -> Result<Option<Array>, String> {
    let damaged = || "its Blosc2 frame is damaged".to_owned();
    // A map of names and offsets: its length, then each name with its length and each offset with its type.
    let Some(count) = header.get(0x5c..0x5e) else { return Ok(None) };
    let mut at = 0x5e;
    for _ in 0..u16::from_be_bytes([count[0], count[1]]) {
        let length = usize::from(header.get(at).ok_or_else(damaged)? & 0x1f);
        let name = header.get(at + 1..at + 1 + length).ok_or_else(damaged)?;
        let offset = be32(header, at + 2 + length).and_then(|n| usize::try_from(n).ok()).ok_or_else(damaged)?;
        if name == b"b2nd" || name == b"caterva" {
            // The type and the length of the bytes that follow.
            let content = offset.checked_add(5).and_then(|at| header.get(at..)).ok_or_else(damaged)?;
            return shapes(content).map(Some).ok_or_else(damaged);
        }
        at += 6 + length;
    }
    Ok(None)
}

fn shapes(content: &[u8]) -> Option<Array> {
    let axes = usize::from(*content.get(2)?);
    if axes == 0 || axes > MAX_AXES {
        return None;
    }
    let shape_at = 4;
    let block_at = shape_at + 9 * axes + 1 + 5 * axes + 1;
    let shape = (0..axes).map(|axis| usize::try_from(be64(content, shape_at + 9 * axis + 1)?).ok());
    let block = (0..axes).map(|axis| usize::try_from(be32(content, block_at + 5 * axis + 1)?).ok());
    let mut array = Array { shape: shape.collect::<Option<_>>()?, block: block.collect::<Option<_>>()? };
    let sound = array.shape.iter().zip(&array.block).all(|(axis, block)| *block > 0 && block <= axis);
    if !sound {
        return None;
    }
    // A last axis that blocks hold whole is one with the axis before it, so that longer runs are copied at once.
    while let ([.., before, last], [.., block_before, block_last]) = (&mut array.shape[..], &mut array.block[..])
        && last == block_last
    {
        (*before, *block_before) = (before.checked_mul(*last)?, block_before.checked_mul(*last)?);
        array.shape.pop();
        array.block.pop();
    }
    Some(array)
}
