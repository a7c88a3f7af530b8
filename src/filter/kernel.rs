//! The inner loops: a strip of values against an interval, one bit per row. Plain loops that compile to vector
//! instructions; no nulls but NaN, which is inside no interval.

use super::frame_set::WORD_ROWS;

/// Words in a strip: 1,024 rows, whose values stay in the nearest cache.
pub(super) const STRIP_WORDS: usize = 16;
/// Rows in a strip.
pub(super) const STRIP_ROWS: usize = STRIP_WORDS * WORD_ROWS;

/// One bit for each row of a strip.
pub(super) type Mask = [u64; STRIP_WORDS];

/// No row.
pub(super) const EMPTY: Mask = [0; STRIP_WORDS];

/// `combine` of two masks, word by word.
pub(super) fn zip(a: &Mask, b: &Mask, combine: impl Fn(u64, u64) -> u64) -> Mask {
    std::array::from_fn(|word| combine(a[word], b[word]))
}

/// The rows among `care` whose value passes `test`. Words without a row to care for are not looked at.
#[inline]
pub(super) fn select<T: Copy>(values: &[T], care: &Mask, test: impl Fn(T) -> bool + Copy) -> Mask {
    let mut mask = EMPTY;
    for ((out, care), values) in mask.iter_mut().zip(care).zip(values.chunks(WORD_ROWS)) {
        if *care != 0 {
            *out = care & word(values, test);
        }
    }
    mask
}

/// The bits of up to 64 values.
#[inline]
fn word<T: Copy>(values: &[T], test: impl Fn(T) -> bool + Copy) -> u64 {
    let Ok(values) = <&[T; WORD_ROWS]>::try_from(values) else {
        return values.iter().enumerate().fold(0, |bits, (row, value)| bits | (u64::from(test(*value)) << row));
    };
    // One byte per row first: that loop is all compares, which the compiler turns into vector instructions.
    let mut flags = [0_u8; WORD_ROWS];
    for (flag, value) in flags.iter_mut().zip(values) {
        *flag = u8::from(test(*value));
    }
    pack(&flags)
}

/// 64 bytes of 0 or 1 to 64 bits.
#[inline]
fn pack(flags: &[u8; WORD_ROWS]) -> u64 {
    // Eight bytes of 0 or 1, as one number, times this constant: bit 8i lands on bit 56 + i, and nothing carries.
    const GATHER: u64 = 0x0102_0408_1020_4080;
    let (bytes, _) = flags.as_chunks::<8>();
    bytes
        .iter()
        .enumerate()
        .fold(0, |bits, (at, eight)| bits | ((u64::from_le_bytes(*eight).wrapping_mul(GATHER) >> 56) << (at * 8)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn selects_what_a_plain_loop_selects(
            values in prop::collection::vec(prop_oneof![Just(f64::NAN), -2.0..2.0], 0..=STRIP_ROWS),
            care in prop::collection::vec(prop_oneof![Just(0), Just(u64::MAX), any::<u64>()], STRIP_WORDS),
            (low, high) in (-2.0..2.0, -2.0..2.0),
        ) {
            let care: Mask = care.try_into().unwrap();
            let mask = select(&values, &care, |v| v >= low && v <= high);
            for row in 0..STRIP_ROWS {
                let bit = |mask: &Mask| mask[row / 64] >> (row % 64) & 1 == 1;
                let expected = bit(&care) && values.get(row).is_some_and(|v| low <= *v && *v <= high);
                prop_assert_eq!(bit(&mask), expected, "row {}", row);
            }
        }
    }
}
