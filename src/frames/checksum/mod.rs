//! Checksums over the bytes of a store: one for each run of bytes that frames need, and for the rest of the file in blocks,
//! so that a flipped byte can be told as the frames it belongs to, or as the place in the structure.

mod cover;
mod packed;
mod spans;

use std::{fs::File, io, ops::Range, path::Path};

use xxhash_rust::xxh3::{Xxh3, xxh3_64};

pub use cover::{Cover, Part, WINDOW_BYTES};
pub use packed::StoreChecksums;
pub use spans::{FrameSpan, frame_spans, frames_in, joined};

use super::{FramesError, StoreIdentity, file_access, file_access::Status, identity::hash_ends};

/// A store opened to be read from end to end.
#[derive(Debug)]
pub struct StoreFile {
    file: File,
    status: Status,
}

impl StoreFile {
    /// Opens a store of a lake.
    ///
    /// # Errors
    /// What keeps it from being opened.
    pub fn open(lake_root: &Path, store: &str) -> Result<Self, FramesError> {
        let (_, file) = file_access::open(lake_root, store)?;
        let status =
            file_access::status(&file).map_err(|source| FramesError::Open { store: store.to_owned(), source })?;
        // Read from front to back, which lets the system read ahead further; it works without the hint, too.
        let _ = rustix::fs::fadvise(&file, 0, None, rustix::fs::Advice::Sequential);
        Ok(Self { file, status })
    }

    /// Its length.
    #[must_use]
    pub fn size_bytes(&self) -> u64 {
        self.status.size_bytes
    }

    /// Whether size, time and inode are those of `identity`; its content is not looked at.
    #[must_use]
    pub fn looks_like(&self, identity: &StoreIdentity) -> bool {
        (self.status.size_bytes, self.status.mtime_ns, self.status.inode)
            == (identity.size_bytes, identity.mtime_ns, identity.inode)
    }

    /// Its identity; reads both ends of the file.
    ///
    /// # Errors
    /// What the system said.
    pub fn identity(&self) -> io::Result<StoreIdentity> {
        let Status { size_bytes, mtime_ns, inode, .. } = self.status;
        Ok(StoreIdentity { size_bytes, mtime_ns, inode, ends_hash: hash_ends(&self.file, size_bytes)? })
    }

    /// Whether it is still as it was when it was opened.
    #[must_use]
    pub fn is_unchanged(&self) -> bool {
        file_access::status(&self.file).is_ok_and(|now| now == self.status)
    }

    /// Sums the parts of these windows, read at once into `buffer`. A part whose bytes the system cannot read is given
    /// with the error.
    pub fn sum(
        &self,
        cover: &Cover,
        windows: &Range<u64>,
        buffer: &mut Vec<u8>,
        mut take: impl FnMut(Part, io::Result<u32>),
    ) {
        let bytes = cover.bytes_of(windows);
        let at = |place: u64| usize::try_from(place - bytes.start).unwrap_or(usize::MAX);
        buffer.resize(at(bytes.end), 0);
        if file_access::read_at(&self.file, buffer, bytes.start).is_ok() {
            cover.each_part(windows, |part| {
                let sum = sum_of(part.runs().iter().map(|run| &buffer[at(run.start)..at(run.end)]));
                take(part, Ok(sum));
            });
            return;
        }
        // A bad sector takes only its own parts along.
        cover.each_part(windows, |part| {
            let read = part.runs().iter().try_for_each(|run| {
                file_access::read_at(&self.file, &mut buffer[at(run.start)..at(run.end)], run.start)
            });
            let sum = read.map(|()| sum_of(part.runs().iter().map(|run| &buffer[at(run.start)..at(run.end)])));
            take(part, sum);
        });
    }
}

/// XXH3-64 of these bytes one after the other, without its upper half: one change in four billion goes unseen.
#[expect(clippy::cast_possible_truncation, reason = "the lower half is what is kept")]
fn sum_of<'a>(mut runs: impl ExactSizeIterator<Item = &'a [u8]>) -> u32 {
    if runs.len() == 1 {
        return runs.next().map_or(0, |run| xxh3_64(run) as u32);
    }
    let mut hasher = Xxh3::new();
    runs.for_each(|run| hasher.update(run));
    hasher.digest() as u32
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    #[test]
    fn any_flipped_byte_changes_the_sum_of_its_part_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store.h5");
        let size = WINDOW_BYTES + 300_000;
        let bytes: Vec<u8> = (0..size).map(|at| u8::try_from(at * 7 % 251).unwrap()).collect();
        let cover = Cover::new(size, [1000..5000, 5000..9000, 4000..6000, WINDOW_BYTES - 10..WINDOW_BYTES + 10]);
        let sums = |bytes: &[u8]| {
            File::create(&path).unwrap().write_all(bytes).unwrap();
            let file = StoreFile::open(folder.path(), "store.h5").unwrap();
            let (mut out, mut buffer) = (Vec::new(), Vec::new());
            for window in 0..cover.windows() {
                file.sum(&cover, &(window..window + 1), &mut buffer, |part, sum| out.push((part, sum.unwrap())));
            }
            out
        };
        let before = sums(&bytes);
        assert_eq!(before.len(), cover.count_parts(&(0..cover.windows())));
        for at in [0, 999, 1000, 4000, 5999, 6000, 9000, WINDOW_BYTES - 1, WINDOW_BYTES, WINDOW_BYTES + 10, size - 1] {
            let mut changed = bytes.clone();
            changed[usize::try_from(at).unwrap()] ^= 0x10;
            for ((part, sum), (_, now)) in before.iter().zip(sums(&changed)) {
                let holds = part.runs().iter().any(|run| run.contains(&at));
                assert_eq!(*sum != now, holds, "byte {at}, {part:?}");
            }
        }
    }

    #[test]
    fn what_cannot_be_read_takes_only_its_own_parts_along() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("store.h5"), [3; 1000]).unwrap();
        let file = StoreFile::open(folder.path(), "store.h5").unwrap();
        let cover = Cover::new(2000, [0..500, 900..1100]);
        let mut told = Vec::new();
        file.sum(&cover, &(0..1), &mut Vec::new(), |part, sum| told.push((part.runs()[0].start, sum.is_ok())));
        assert_eq!(told, [(0, true), (900, false), (500, false)]);
    }
}
