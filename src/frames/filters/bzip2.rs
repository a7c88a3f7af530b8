//! bzip2 (filter 307): one plain stream.

use bzip2::{Decompress, Status};

/// Decodes and returns the number of bytes written. Fails when the stream holds more than `out`.
pub(super) fn decode(input: &[u8], out: &mut [u8]) -> Result<usize, String> {
    let mut stream = Decompress::new(false);
    loop {
        let before = (stream.total_in(), stream.total_out());
        let (from, to) = (as_usize(before.0), as_usize(before.1));
        let (Some(rest), Some(room)) = (input.get(from..), out.get_mut(to..)) else {
            return Err("its bzip2 data is damaged".to_owned());
        };
        match stream.decompress(rest, room) {
            Ok(Status::StreamEnd) => return Ok(as_usize(stream.total_out())),
            Ok(_) if (stream.total_in(), stream.total_out()) != before => {}
            Ok(_) if as_usize(stream.total_out()) == out.len() => {
                return Err("its bzip2 data is longer than the chunk".to_owned());
            }
            Ok(_) => return Err("its bzip2 data ends too early".to_owned()),
            Err(_) => return Err("its bzip2 data is damaged".to_owned()),
        }
    }
}

fn as_usize(count: u64) -> usize {
    usize::try_from(count).unwrap_or(usize::MAX)
}
