//! Byte shuffling (filter 2, and inside Blosc): the first bytes of all values stand first, then the second ones, …;
//! bytes beyond a whole number of values stand at the end as they are. Source: `H5Zshuffle.c`.

use super::wrong_size;

/// Puts the bytes of each value side by side again.
pub(super) fn decode(value_bytes: usize, input: &[u8], out: &mut [u8]) -> Result<(), String> {
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
