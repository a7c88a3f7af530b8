//! The first bytes of an HDF5 file, and what a file is that merely bears the name of one.
//!
//! Source: HDF5 File Format Specification 3.0, II.A "Disk Format: Level 0A - Format Signature and Superblock".

use std::fs::File;

use super::file_access;

const SIGNATURE: [u8; 8] = *b"\x89HDF\r\n\x1a\n";

/// What the superblock says about the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Superblock {
    /// Position of the signature; addresses in the file count from here (the user block comes before).
    pub base_address: u64,
    /// Bytes in a stored address.
    pub offset_bytes: u8,
    /// Bytes in a stored length.
    pub length_bytes: u8,
    /// Where the file should end.
    pub end_of_file: u64,
}

/// Why a file is not a readable HDF5 file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotHdf5 {
    /// What it is instead, as a clause.
    pub what: String,
    /// What to do, as a clause.
    pub hint: String,
}

impl NotHdf5 {
    fn new(what: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { what: what.into(), hint: hint.into() }
    }
}

/// Finds and reads the superblock of a file of `size_bytes`: at 0, 512, 1024 and every doubling.
///
/// # Errors
/// What the file is instead, in words for a person.
pub fn read_superblock(file: &File, size_bytes: u64) -> Result<Superblock, NotHdf5> {
    let mut at = 0_u64;
    while at.checked_add(SIGNATURE.len() as u64).is_some_and(|end| end <= size_bytes) {
        let mut bytes = [0; 96];
        let length = file_access::read_up_to(file, &mut bytes, at).unwrap_or(0);
        if bytes[..length].starts_with(&SIGNATURE) {
            let superblock = parse(&bytes[..length], at)?;
            if superblock.end_of_file > size_bytes {
                return Err(NotHdf5::new(
                    format!("the file is cut off: {size_bytes} of {} bytes are there", superblock.end_of_file),
                    "copy it again from where it came from",
                ));
            }
            return Ok(superblock);
        }
        at = if at == 0 { 512 } else { at.saturating_mul(2) };
    }
    let mut head = [0; 512];
    let length = file_access::read_up_to(file, &mut head, 0).unwrap_or(0);
    Err(describe(&head[..length], size_bytes))
}

fn parse(bytes: &[u8], at: u64) -> Result<Superblock, NotHdf5> {
    let damaged = || NotHdf5::new("its superblock is damaged", "copy it again from where it came from");
    let byte = |i: usize| bytes.get(i).copied().ok_or_else(damaged);
    let version = byte(8)?;
    let (offset_bytes, length_bytes, addresses) = match version {
        0 => (byte(13)?, byte(14)?, 24),
        1 => (byte(13)?, byte(14)?, 28),
        2 | 3 => (byte(9)?, byte(10)?, 12),
        other => {
            return Err(NotHdf5::new(
                format!("its superblock has version {other}, which this program does not know"),
                "write it again with h5repack from a current HDF5",
            ));
        }
    };
    if ![2, 4, 8].contains(&offset_bytes) || ![2, 4, 8].contains(&length_bytes) {
        return Err(damaged());
    }
    let width = usize::from(offset_bytes);
    let address = |nth: usize| {
        let start = addresses + nth * width;
        bytes.get(start..start + width).map(little_endian).ok_or_else(damaged)
    };
    // The library trusts the place of the signature over the stored base address and moves the end by the difference.
    let (stored_base, stored_end) = (address(0)?, address(2)?);
    let end_of_file =
        stored_end.checked_sub(stored_base).and_then(|length| length.checked_add(at)).ok_or_else(damaged)?;
    Ok(Superblock { base_address: at, offset_bytes, length_bytes, end_of_file })
}

/// An unsigned little-endian number of up to eight bytes.
pub(super) fn little_endian(bytes: &[u8]) -> u64 {
    bytes.iter().rev().fold(0, |value, byte| value << 8 | u64::from(*byte))
}

/// Says what a file without a signature seems to be.
fn describe(head: &[u8], size_bytes: u64) -> NotHdf5 {
    let text = String::from_utf8_lossy(head);
    let start = text.trim_start_matches('\u{feff}').trim_start().to_ascii_lowercase();
    if size_bytes == 0 {
        return NotHdf5::new("the file is empty", "copy it again from where it came from");
    }
    if start.starts_with("version https://git-lfs") {
        return NotHdf5::new("it is a Git LFS pointer, not the data itself", "run `git lfs pull` where it came from");
    }
    if start.starts_with("<!doctype html") || start.starts_with("<html") || start.starts_with("<head") {
        return NotHdf5::new("it is a web page, not HDF5", "download the file itself, not the page about it");
    }
    if head.starts_with(b"CDF\x01") || head.starts_with(b"CDF\x02") || head.starts_with(b"CDF\x05") {
        return NotHdf5::new("it is netCDF-3, not HDF5", "convert it with `nccopy -k nc4`");
    }
    if head.starts_with(b"\x0e\x03\x13\x01") {
        return NotHdf5::new("it is HDF4, not HDF5", "convert it with h4toh5");
    }
    if head.starts_with(b"PK\x03\x04") || head.starts_with(b"\x1f\x8b") {
        return NotHdf5::new("it is a compressed archive, not HDF5", "unpack it first");
    }
    if head.iter().all(|byte| *byte == 0) {
        return NotHdf5::new("it holds only zeros, as after a broken copy", "copy it again from where it came from");
    }
    let is_text = |byte: &u8| matches!(byte, b'\t' | b'\n' | b'\r' | 0x20..=0x7e | 0x80..=0xff);
    if head.iter().all(is_text) && std::str::from_utf8(&head[..head.len().min(500)]).is_ok() {
        return NotHdf5::new("it is a text file, not HDF5", "remove it or give it another name");
    }
    NotHdf5::new("it is not an HDF5 file (no signature)", "remove it or give it another name")
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn check(bytes: &[u8], expected: Result<u64, &str>) {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(bytes).unwrap();
        match (read_superblock(&file, bytes.len() as u64), expected) {
            (Ok(found), Ok(base)) => assert_eq!(found.base_address, base),
            (Err(found), Err(part)) => assert!(found.what.contains(part), "{} / {part}", found.what),
            (found, expected) => panic!("{found:?} / {expected:?}"),
        }
    }

    fn version_0(base: u64, end: u64) -> Vec<u8> {
        let mut bytes = SIGNATURE.to_vec();
        bytes.extend([0, 0, 0, 0, 0, 8, 8, 0, 4, 0, 16, 0, 0, 0, 0, 0]);
        for address in [base, u64::MAX, end, u64::MAX] {
            bytes.extend(address.to_le_bytes());
        }
        bytes.resize(256, 0);
        bytes
    }

    #[test]
    fn tells_what_a_file_is() {
        check(&version_0(0, 256), Ok(0));
        check(&version_0(0, 257), Err("cut off"));
        check(&[vec![b'x'; 512], version_0(512, 768)].concat(), Ok(512));
        check(&[vec![b'x'; 1024], version_0(0, 256)].concat(), Ok(1024));
        check(&[vec![0; 512], version_0(512, 1000)].concat(), Err("cut off"));
        check(&SIGNATURE, Err("damaged"));
        check(&[&SIGNATURE[..], &[9; 60]].concat(), Err("version 9"));
        check(b"", Err("empty"));
        check(b"<!DOCTYPE html><html>", Err("web page"));
        check(b"\n <html>", Err("web page"));
        check(b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 5\n", Err("Git LFS"));
        check(b"CDF\x01\0\0\0\0", Err("netCDF-3"));
        check(b"this is a text\n", Err("text file"));
        check(&[0; 4096], Err("only zeros"));
        check(&[7; 4096], Err("no signature"));
        check(b"PK\x03\x04abc", Err("archive"));
    }
}
