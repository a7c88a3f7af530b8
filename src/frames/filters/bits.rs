//! Bit shuffling of whole groups of eight values (in bitshuffle and in Blosc): the lowest bits of the first bytes of all
//! values stand first, eight to a byte, then the next ones, …. Source: `bshuf_trans_bit_elem` of bitshuffle.

/// Puts the bits of each value together again. Both slices are as long, a whole number of groups of eight values.
pub(super) fn unshuffle(value_bytes: usize, input: &[u8], out: &mut [u8]) {
    debug_assert!(value_bytes > 0 && input.len() == out.len() && input.len().is_multiple_of(8 * value_bytes));
    match value_bytes {
        1 => unshuffle_values::<1>(input, out),
        2 => unshuffle_values::<2>(input, out),
        4 => unshuffle_values::<4>(input, out),
        8 => unshuffle_values::<8>(input, out),
        _ => {
            let groups = input.len() / (8 * value_bytes);
            for byte in 0..value_bytes {
                let rows = rows(&input[byte * 8 * groups..][..8 * groups]);
                for group in 0..groups {
                    for (value, part) in turned(&rows, group).into_iter().enumerate() {
                        out[(group * 8 + value) * value_bytes + byte] = part;
                    }
                }
            }
        }
    }
}

fn unshuffle_values<const N: usize>(input: &[u8], out: &mut [u8]) {
    let groups = input.len() / (8 * N);
    let rows: [[&[u8]; 8]; N] = std::array::from_fn(|byte| rows(&input[byte * 8 * groups..][..8 * groups]));
    for (group, to) in out.chunks_exact_mut(8 * N).enumerate() {
        let bytes: [[u8; 8]; N] = std::array::from_fn(|byte| turned(&rows[byte], group));
        for value in 0..8 {
            for byte in 0..N {
                to[value * N + byte] = bytes[byte][value];
            }
        }
    }
}

/// The eight rows of bits of one byte of the values.
fn rows(input: &[u8]) -> [&[u8]; 8] {
    let groups = input.len() / 8;
    std::array::from_fn(|bit| &input[bit * groups..][..groups])
}

/// Eight bytes whose bits were in eight rows: a transposition of 8 × 8 bits (Hacker's Delight, 7-3).
fn turned(rows: &[&[u8]; 8], group: usize) -> [u8; 8] {
    let mut bits = u64::from_le_bytes(std::array::from_fn(|bit| rows[bit][group]));
    for (shift, mask) in [(7, 0x00aa_00aa_00aa_00aa_u64), (14, 0x0000_cccc_0000_cccc), (28, 0x0000_0000_f0f0_f0f0)] {
        let moved = (bits ^ (bits >> shift)) & mask;
        bits ^= moved ^ (moved << shift);
    }
    bits.to_le_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_come_back() {
        for value_bytes in [1_usize, 2, 3, 4, 8, 12] {
            let values = 8 * 5;
            let data: Vec<u8> = (0..values * value_bytes).map(|i| u8::try_from(i * 37 % 251).unwrap()).collect();
            let mut shuffled = vec![0; data.len()];
            for (bit, to) in (0..8 * value_bytes).flat_map(|bit| (0..values).map(move |value| (bit, value))) {
                let set = data[to * value_bytes + bit / 8] >> (bit % 8) & 1;
                shuffled[bit * values / 8 + to / 8] |= set << (to % 8);
            }
            let mut out = vec![0; data.len()];
            unshuffle(value_bytes, &shuffled, &mut out);
            assert!(out == data, "{value_bytes} bytes");
        }
    }
}
