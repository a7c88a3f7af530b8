//! Fletcher's checksum at the end of a chunk (filter 3).

/// Checks the four bytes at the end and returns the length without them. Old writers stored the halves of the sum with
/// their bytes swapped; both are taken. Source: `H5Zfletcher32.c`.
pub(super) fn check(input: &[u8]) -> Result<usize, String> {
    let Some((data, [a, b, c, d])) = input.split_last_chunk::<4>() else {
        return Err("a chunk is shorter than its checksum".to_owned());
    };
    let sum = sum(data);
    if sum == u32::from_le_bytes([*a, *b, *c, *d]) || sum == u32::from_le_bytes([*b, *a, *d, *c]) {
        Ok(data.len())
    } else {
        Err("a chunk does not match its checksum (fletcher32)".to_owned())
    }
}

/// Fletcher's checksum over big-endian 16-bit words; an odd last byte is the high half of a word. Source:
/// `H5_checksum_fletcher32` in `H5checksum.c`.
pub(super) fn sum(data: &[u8]) -> u32 {
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
