//! Native numbers and texts as they come from the library, made into the app's own.

/// Whole numbers of `bytes` bytes each in the machine's order; unsigned ones beyond the range become the largest.
pub(super) fn integers(values: &[u8], bytes: usize, signed: bool) -> Vec<i64> {
    match (bytes, signed) {
        (1, true) => values.iter().map(|v| i64::from(v.cast_signed())).collect(),
        (1, false) => values.iter().map(|v| i64::from(*v)).collect(),
        (2, true) => each(values, |b| i64::from(i16::from_ne_bytes(b))),
        (2, false) => each(values, |b| i64::from(u16::from_ne_bytes(b))),
        (4, true) => each(values, |b| i64::from(i32::from_ne_bytes(b))),
        (4, false) => each(values, |b| i64::from(u32::from_ne_bytes(b))),
        (8, true) => each(values, i64::from_ne_bytes),
        (8, false) => each(values, |b| i64::try_from(u64::from_ne_bytes(b)).unwrap_or(i64::MAX)),
        _ => Vec::new(),
    }
}

/// Floating-point numbers of `bytes` bytes each in the machine's order.
pub(super) fn floats(values: &[u8], bytes: usize) -> Vec<f64> {
    match bytes {
        4 => each(values, |b| f64::from(f32::from_ne_bytes(b))),
        8 => each(values, f64::from_ne_bytes),
        _ => Vec::new(),
    }
}

fn each<const N: usize, T>(values: &[u8], convert: impl Fn([u8; N]) -> T) -> Vec<T> {
    values.as_chunks::<N>().0.iter().map(|bytes| convert(*bytes)).collect()
}

/// Text up to the first zero byte, without spaces at the end; bytes that are not UTF-8 are read as Latin-1.
pub(super) fn text(bytes: &[u8]) -> String {
    let end = bytes.iter().position(|b| *b == 0).unwrap_or(bytes.len());
    let bytes = bytes[..end].trim_ascii_end();
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => bytes.iter().map(|b| char::from(*b)).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_texts() {
        assert_eq!(integers(&[255, 1], 1, true), [-1, 1]);
        assert_eq!(integers(&[255, 1], 1, false), [255, 1]);
        assert_eq!(integers(&u64::MAX.to_ne_bytes(), 8, false), [i64::MAX]);
        assert_eq!(integers(&(-5_i32).to_ne_bytes(), 4, true), [-5]);
        assert_eq!(floats(&1.5_f32.to_ne_bytes(), 4), [1.5]);
        assert_eq!(text(b"abc  \0x"), "abc");
        assert_eq!(text("é".as_bytes()), "é");
        assert_eq!(text(b"caf\xe9"), "café");
    }
}
