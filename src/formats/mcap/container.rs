//! The records of an MCAP file: <https://mcap.dev/spec>. Read from front to end, so that a recording that was cut off gives
//! what it has; nothing is allocated before its length was held against the bytes that are there.

use std::{
    collections::HashMap,
    io::{self, BufRead, Read},
};

const MAGIC: &[u8; 8] = b"\x89MCAP0\r\n";

/// Longest chunk taken in, packed or not.
const MAX_CHUNK_BYTES: u64 = 1 << 30;

/// Describes the messages of channels.
#[derive(Debug, Clone)]
pub(super) struct Schema {
    pub(super) name: String,
    pub(super) encoding: String,
    pub(super) data: Vec<u8>,
}

/// One topic of a file.
#[derive(Debug, Clone)]
pub(super) struct Channel {
    pub(super) schema: u16,
    pub(super) topic: String,
    pub(super) encoding: String,
}

/// One message.
pub(super) struct Message<'a> {
    pub(super) channel: u16,
    pub(super) log_time: u64,
    pub(super) data: &'a [u8],
}

/// What takes the records of a file.
pub(super) trait Sink {
    fn schema(&mut self, id: u16, schema: Schema);
    fn channel(&mut self, id: u16, channel: Channel);
    fn message(&mut self, message: &Message<'_>) -> Result<(), String>;
}

/// How the file ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum End {
    Whole,
    /// It breaks off, or goes on with damaged bytes: why.
    Cut(String),
}

/// Reads all records. An error tells why nothing can be read; later damage is told in the end.
pub(super) fn read(mut file: impl BufRead, size_bytes: u64, sink: &mut impl Sink) -> Result<End, String> {
    let mut magic = [0; MAGIC.len()];
    file.read_exact(&mut magic).map_err(|_| "it is too short".to_owned())?;
    if magic != *MAGIC {
        return Err("it does not begin as an MCAP file does".to_owned());
    }
    let mut left = size_bytes.saturating_sub(MAGIC.len() as u64);
    loop {
        let mut head = [0; 9];
        if file.read_exact(&mut head).is_err() {
            return Ok(End::Cut("it ends without a footer".to_owned()));
        }
        left = left.saturating_sub(head.len() as u64);
        let (kind, length) = record_head(head);
        if length > left {
            return Ok(End::Cut("its last record is cut off".to_owned()));
        }
        left -= length;
        match kind {
            // The footer.
            0x02 => return Ok(End::Whole),
            0x03..=0x06 => {
                if length > MAX_CHUNK_BYTES {
                    return Ok(End::Cut(format!("a record of {length} bytes is longer than what is read")));
                }
                let mut body = Vec::new();
                if (&mut file).take(length).read_to_end(&mut body).is_err() || body.len() as u64 != length {
                    return Ok(End::Cut("its last record cannot be read".to_owned()));
                }
                let taken = if kind == 0x06 { chunk(&body, sink) } else { record(kind, &body, sink) };
                if let Err(stop) = taken {
                    return stop.into_end();
                }
            }
            _ => {
                if io::copy(&mut (&mut file).take(length), &mut io::sink()).is_err() {
                    return Ok(End::Cut("its last record cannot be read".to_owned()));
                }
            }
        }
    }
}

/// Why reading does not go on.
enum Stop {
    Damaged(&'static str),
    Refused(String),
}

impl Stop {
    fn into_end(self) -> Result<End, String> {
        match self {
            Self::Damaged(what) => Ok(End::Cut(what.to_owned())),
            Self::Refused(what) => Err(what),
        }
    }
}

fn record_head(head: [u8; 9]) -> (u8, u64) {
    let [kind, length @ ..] = head;
    (kind, u64::from_le_bytes(length))
}

fn chunk(body: &[u8], sink: &mut impl Sink) -> Result<(), Stop> {
    let damaged = Stop::Damaged("a chunk is damaged");
    let Some((size, compression, packed)) = Fields(body).chunk() else { return Err(damaged) };
    if size > MAX_CHUNK_BYTES {
        return Err(Stop::Damaged("a chunk is larger than what is read"));
    }
    let mut unpacked = Vec::new();
    let all = match compression.as_str() {
        "" => packed,
        "zstd" | "lz4" => {
            let result = if compression == "zstd" {
                zstd::Decoder::new(packed).and_then(|reader| reader.take(size).read_to_end(&mut unpacked))
            } else {
                lz4::Decoder::new(packed).and_then(|reader| reader.take(size).read_to_end(&mut unpacked))
            };
            if result.is_err() || unpacked.len() as u64 != size {
                return Err(damaged);
            }
            &unpacked
        }
        other => return Err(Stop::Refused(format!("its chunks are packed as `{other}`, which is not known"))),
    };
    let mut rest = Fields(all);
    while !rest.0.is_empty() {
        let head = rest.take(9).and_then(|head| head.try_into().ok()).map(record_head);
        let body = head.and_then(|(kind, length)| Some((kind, rest.take(usize::try_from(length).ok()?)?)));
        let Some((kind, body)) = body else { return Err(damaged) };
        record(kind, body, sink)?;
    }
    Ok(())
}

fn record(kind: u8, body: &[u8], sink: &mut impl Sink) -> Result<(), Stop> {
    let mut fields = Fields(body);
    let damaged = Stop::Damaged("a record is damaged");
    match kind {
        0x03 => {
            let (id, schema) = fields.schema().ok_or(damaged)?;
            sink.schema(id, schema);
        }
        0x04 => {
            let (id, channel) = fields.channel().ok_or(damaged)?;
            sink.channel(id, channel);
        }
        0x05 => sink.message(&fields.message().ok_or(damaged)?).map_err(Stop::Refused)?,
        _ => {}
    }
    Ok(())
}

/// Bytes that are taken from the front.
struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (front, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(front)
    }

    fn u16(&mut self) -> Option<u16> {
        Some(u16::from_le_bytes(self.take(2)?.try_into().ok()?))
    }

    fn u32(&mut self) -> Option<u32> {
        Some(u32::from_le_bytes(self.take(4)?.try_into().ok()?))
    }

    fn u64(&mut self) -> Option<u64> {
        Some(u64::from_le_bytes(self.take(8)?.try_into().ok()?))
    }

    /// Unpacked size, compression and packed records of a chunk.
    fn chunk(mut self) -> Option<(u64, String, &'a [u8])> {
        // Before the size stand the first and last time, before the compression a checksum.
        self.take(16)?;
        let size = self.u64()?;
        self.take(4)?;
        let compression = self.text()?;
        let length = usize::try_from(self.u64()?).ok()?;
        Some((size, compression, self.take(length)?))
    }

    fn schema(&mut self) -> Option<(u16, Schema)> {
        let (id, name, encoding) = (self.u16()?, self.text()?, self.text()?);
        let length = self.u32()? as usize;
        Some((id, Schema { name, encoding, data: self.take(length)?.to_vec() }))
    }

    fn channel(&mut self) -> Option<(u16, Channel)> {
        let (id, schema, topic, encoding) = (self.u16()?, self.u16()?, self.text()?, self.text()?);
        Some((id, Channel { schema, topic, encoding }))
    }

    fn message(&mut self) -> Option<Message<'a>> {
        let channel = self.u16()?;
        // A running number before the time of logging, the time of publishing after it.
        self.take(4)?;
        let log_time = self.u64()?;
        self.take(8)?;
        Some(Message { channel, log_time, data: self.0 })
    }

    fn text(&mut self) -> Option<String> {
        let length = self.u32()? as usize;
        Some(String::from_utf8_lossy(self.take(length)?).into_owned())
    }
}

/// Schemas and channels by id, for sinks.
pub(super) type ById<T> = HashMap<u16, T>;
