//! LZF (filter 32000): a control byte below 32 is followed by one more literal than it says; others carry a length
//! (3 bits, 7 meaning one more byte) and a distance (13 bits). Source: `lzf_d.c` of `LibLZF`.

/// Decodes and returns the number of bytes written.
pub(super) fn decode(input: &[u8], out: &mut [u8]) -> Result<usize, String> {
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
        if !super::repeat(out, to, distance, length) {
            return Err(damaged());
        }
        to += length;
    }
    Ok(to)
}
