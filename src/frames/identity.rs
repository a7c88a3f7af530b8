//! What tells one state of a store from another.

use std::{fs::File, io};

use xxhash_rust::xxh3::Xxh3;

use super::{StoreIdentity, file_access};

/// Bytes hashed at each end of a store.
const END_BYTES: u64 = 64 * 1024;

impl StoreIdentity {
    /// The identity of an open file.
    ///
    /// # Errors
    /// What the system said.
    pub fn of(file: &File) -> io::Result<Self> {
        let status = file_access::status(file)?;
        let ends_hash = hash_ends(file, status.size_bytes)?;
        Ok(Self { size_bytes: status.size_bytes, mtime_ns: status.mtime_ns, inode: status.inode, ends_hash })
    }
}

/// XXH3 (64 bits) of the first and the last 64 KB; of the whole file when the two would overlap.
///
/// # Errors
/// What the system said.
pub(super) fn hash_ends(file: &File, size_bytes: u64) -> io::Result<u64> {
    let mut hasher = Xxh3::new();
    let mut buffer = vec![0; usize::try_from(END_BYTES.min(size_bytes)).unwrap_or(0)];
    file_access::read_at(file, &mut buffer, 0)?;
    hasher.update(&buffer);
    let tail_bytes = size_bytes.saturating_sub(END_BYTES).min(END_BYTES);
    buffer.truncate(usize::try_from(tail_bytes).unwrap_or(0));
    file_access::read_at(file, &mut buffer, size_bytes - tail_bytes)?;
    hasher.update(&buffer);
    Ok(hasher.digest())
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn identity(bytes: &[u8]) -> StoreIdentity {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(bytes).unwrap();
        StoreIdentity::of(&file).unwrap()
    }

    #[test]
    fn a_change_at_either_end_shows() {
        for size in [0_usize, 1, 1000, 65_536, 65_537, 131_072, 400_000] {
            let bytes: Vec<u8> = (0..size).map(|i| u8::try_from(i % 251).unwrap()).collect();
            let before = identity(&bytes);
            assert_eq!(before.size_bytes, size as u64);
            assert_eq!(before.ends_hash, identity(&bytes).ends_hash);
            for at in [0, size.saturating_sub(1)] {
                let mut changed = bytes.clone();
                if let Some(byte) = changed.get_mut(at) {
                    *byte ^= 1;
                    assert_ne!(identity(&changed).ends_hash, before.ends_hash, "size {size} at {at}");
                }
            }
        }
    }
}
