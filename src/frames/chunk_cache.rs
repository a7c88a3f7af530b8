//! Decoded chunks that hold several frames, kept up to a number of bytes; the least recently used goes first.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use parking_lot::Mutex;

/// Store and address of a chunk.
pub(super) type ChunkKey = (u64, u64);

/// The cache; shared by threads.
#[derive(Debug)]
pub(super) struct ChunkCache {
    most_bytes: usize,
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    chunks: HashMap<ChunkKey, (u64, Arc<Vec<u8>>)>,
    by_use: BTreeMap<u64, ChunkKey>,
    bytes: usize,
    clock: u64,
}

impl ChunkCache {
    pub(super) fn new(most_bytes: usize) -> Self {
        Self { most_bytes, kept: Mutex::default() }
    }

    /// The chunk, decoded now if it is not kept. Two threads may decode the same chunk at once: that costs time only.
    pub(super) fn get_or_try<E>(
        &self,
        key: ChunkKey,
        decode: impl FnOnce() -> Result<Vec<u8>, E>,
    ) -> Result<Arc<Vec<u8>>, E> {
        if let Some(chunk) = self.kept.lock().touch(key) {
            return Ok(chunk);
        }
        let chunk = Arc::new(decode()?);
        if chunk.len() <= self.most_bytes {
            self.kept.lock().insert(key, Arc::clone(&chunk), self.most_bytes);
        }
        Ok(chunk)
    }
}

impl Kept {
    fn touch(&mut self, key: ChunkKey) -> Option<Arc<Vec<u8>>> {
        let (used, chunk) = self.chunks.get_mut(&key)?;
        self.clock += 1;
        self.by_use.remove(used);
        *used = self.clock;
        self.by_use.insert(self.clock, key);
        Some(Arc::clone(chunk))
    }

    fn insert(&mut self, key: ChunkKey, chunk: Arc<Vec<u8>>, most_bytes: usize) {
        self.clock += 1;
        self.bytes += chunk.len();
        self.by_use.insert(self.clock, key);
        if let Some((used, old)) = self.chunks.insert(key, (self.clock, chunk)) {
            self.by_use.remove(&used);
            self.bytes -= old.len();
        }
        while self.bytes > most_bytes {
            let Some((_, oldest)) = self.by_use.pop_first() else { break };
            if let Some((_, old)) = self.chunks.remove(&oldest) {
                self.bytes -= old.len();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_what_was_used_last() {
        let cache = ChunkCache::new(300);
        let get = |address: u64, expect_decode: bool| {
            let mut decoded = false;
            let chunk = cache
                .get_or_try((0, address), || {
                    decoded = true;
                    Ok::<_, ()>(vec![u8::try_from(address).unwrap(); 100])
                })
                .unwrap();
            assert_eq!((chunk.len(), decoded), (100, expect_decode), "chunk {address}");
        };
        get(1, true);
        get(2, true);
        get(3, true);
        get(1, false);
        get(4, true);
        get(1, false);
        get(2, true);
        assert!(cache.kept.lock().bytes <= 300);
        assert!(cache.get_or_try((0, 9), || Err("damaged")).is_err());
        let large = cache.get_or_try((0, 10), || Ok::<_, ()>(vec![0; 301])).unwrap();
        assert_eq!(large.len(), 301);
        get(2, false);
    }
}
