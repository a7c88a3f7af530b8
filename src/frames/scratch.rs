//! Buffers that threads keep from one frame to the next, so that reading does not ask for memory frame by frame.

use std::cell::RefCell;

/// Buffers larger than this are not kept.
const KEEP_BYTES: usize = 16 << 20;
/// Buffers a thread keeps: stored bytes and decoded ones can be in use at once, inside a group of neighbours.
const KEEP_BUFFERS: usize = 4;

thread_local! {
    static FREE: RefCell<Vec<Vec<u8>>> = const { RefCell::new(Vec::new()) };
}

/// Lends `use_it` a buffer of this many bytes, whatever is in them.
pub(super) fn with_scratch<T>(bytes: usize, use_it: impl FnOnce(&mut [u8]) -> T) -> T {
    with_buffer(|buffer| {
        if buffer.len() < bytes {
            buffer.resize(bytes, 0);
        }
        use_it(&mut buffer[..bytes])
    })
}

/// Lends `use_it` a buffer that may be empty or full of old bytes. Buffers can be lent inside each other.
pub(super) fn with_buffer<T>(use_it: impl FnOnce(&mut Vec<u8>) -> T) -> T {
    // The one used last lies warm in the cache of the core.
    let mut buffer = FREE.with_borrow_mut(Vec::pop).unwrap_or_default();
    let result = use_it(&mut buffer);
    FREE.with_borrow_mut(|free| {
        if buffer.capacity() <= KEEP_BYTES && free.len() < KEEP_BUFFERS {
            free.push(buffer);
        }
    });
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buffers_are_lent_inside_each_other_and_large_ones_given_back() {
        let total: usize = with_scratch(10, |outer| {
            outer.fill(1);
            with_scratch(20, |inner| {
                inner.fill(2);
                inner.len()
            }) + outer.iter().map(|byte| usize::from(*byte)).sum::<usize>()
        });
        assert_eq!(total, 30);
        with_scratch(KEEP_BYTES + 1, |large| large.fill(3));
        FREE.with_borrow(|free| {
            assert!(free.len() <= KEEP_BUFFERS);
            assert!(free.iter().all(|buffer| buffer.capacity() <= KEEP_BYTES));
        });
    }
}
