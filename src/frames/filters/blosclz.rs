//! `BloscLZ`, the own codec of Blosc: a control byte below 32 is followed by one more literal than it says; others carry a
//! length (3 bits, 7 meaning that bytes follow until one is not 255) and a distance (13 bits, all ones meaning that 16
//! more follow). The first control byte always stands for literals. Source: `blosclz.c` of C-Blosc.

/// A distance of as much or more is stored in 16 bits of its own.
const FAR: usize = 8191;

/// Decodes and returns the number of bytes written.
pub(super) fn decode(input: &[u8], out: &mut [u8]) -> Result<usize, String> {
    let damaged = || "its BloscLZ data is damaged".to_owned();
    let (mut from, mut to, mut first) = (0, 0, true);
    let next = |from: &mut usize| {
        let byte = input.get(*from).copied().ok_or_else(damaged)?;
        *from += 1;
        Ok::<usize, String>(usize::from(byte))
    };
    while from < input.len() {
        let mut control = next(&mut from)?;
        if std::mem::take(&mut first) {
            control &= 31;
        }
        if control < 32 {
            let length = control + 1;
            let literals = input.get(from..from + length).ok_or_else(damaged)?;
            out.get_mut(to..to + length).ok_or_else(damaged)?.copy_from_slice(literals);
            from += length;
            to += length;
            continue;
        }
        let mut length = (control >> 5) - 1;
        if length == 6 {
            loop {
                let more = next(&mut from)?;
                length += more;
                if more != 255 {
                    break;
                }
            }
        }
        length += 3;
        let (high, low) = (control & 31, next(&mut from)?);
        let mut distance = (high << 8) + low;
        if high == 31 && low == 255 {
            distance = (next(&mut from)? << 8) + next(&mut from)? + FAR;
        }
        if !super::repeat(out, to, distance + 1, length) {
            return Err(damaged());
        }
        to += length;
    }
    Ok(to)
}
