//! The records of an MCAP file: <https://mcap.dev/spec>. Read from front to end, so that a recording that was cut off gives
//! what it has; nothing is allocated before its length was held against the bytes that are there. A chunk gives all of its
//! values or, when its checksum, its packing or a record in it is wrong, none; reading goes on behind it.
//!
//! The crate `mcap` was looked at (0.26) and is not used: its reader ends at the first damaged chunk, gives out records before
//! it has seen the checksum of their chunk or else refuses chunks that carry none, and allocates whatever length a record
//! claims, attachments included.

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

/// What reading turned up beside the records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) end: End,
    pub(super) chunks: u64,
    /// Chunks that nothing was taken of.
    pub(super) damaged_chunks: u64,
    /// Where the first of them begins.
    pub(super) first_damaged_byte: Option<u64>,
    /// Whether the checksum of everything before the summary is another one than the file tells.
    pub(super) data_differs: bool,
}

/// A file from which what is taken is also summed up.
struct Summed<R> {
    file: R,
    sum: crc32fast::Hasher,
    at: u64,
}

impl<R: Read> Read for Summed<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(into)?;
        self.sum.update(&into[..read]);
        self.at += read as u64;
        Ok(read)
    }
}

/// Reads all records. An error tells why nothing can be read; later damage is told in what was found.
pub(super) fn read(file: impl BufRead, size_bytes: u64, sink: &mut impl Sink) -> Result<Found, String> {
    let mut file = Summed { file, sum: crc32fast::Hasher::new(), at: 0 };
    let mut magic = [0; MAGIC.len()];
    file.read_exact(&mut magic).map_err(|_| "it is too short".to_owned())?;
    if magic != *MAGIC {
        return Err("it does not begin as an MCAP file does".to_owned());
    }
    let mut found =
        Found { end: End::Whole, chunks: 0, damaged_chunks: 0, first_damaged_byte: None, data_differs: false };
    found.end = records(&mut file, size_bytes, sink, &mut found)?;
    Ok(found)
}

fn records(
    file: &mut Summed<impl BufRead>,
    size_bytes: u64,
    sink: &mut impl Sink,
    found: &mut Found,
) -> Result<End, String> {
    let cut = |why: &str| Ok(End::Cut(why.to_owned()));
    loop {
        let (start, sum) = (file.at, file.sum.clone());
        let mut head = [0; 9];
        if file.read_exact(&mut head).is_err() {
            return cut("it ends without a footer");
        }
        let (kind, length) = record_head(head);
        if length > size_bytes.saturating_sub(file.at) {
            return cut("its last record is cut off");
        }
        match kind {
            // The footer.
            0x02 => return Ok(End::Whole),
            0x03..=0x06 | 0x0f => {
                if length > MAX_CHUNK_BYTES {
                    return Ok(End::Cut(format!("a record of {length} bytes is longer than what is read")));
                }
                let mut body = Vec::new();
                if file.take(length).read_to_end(&mut body).is_err() || body.len() as u64 != length {
                    return cut("its last record cannot be read");
                }
                match kind {
                    0x06 => {
                        found.chunks += 1;
                        if !chunk(&body, sink)? {
                            found.damaged_chunks += 1;
                            found.first_damaged_byte.get_or_insert(start);
                        }
                    }
                    // The end of the data, with the checksum of all that comes before.
                    0x0f => match Fields(&body).u32() {
                        Some(told) => found.data_differs |= told != 0 && told != sum.finalize(),
                        None => return cut("a record is damaged"),
                    },
                    _ => match Record::parse(kind, &body) {
                        Some(record) => record.give(sink)?,
                        None => return cut("a record is damaged"),
                    },
                }
            }
            _ => {
                if io::copy(&mut file.take(length), &mut io::sink()).is_err() {
                    return cut("its last record cannot be read");
                }
            }
        }
    }
}

fn record_head(head: [u8; 9]) -> (u8, u64) {
    let [kind, length @ ..] = head;
    (kind, u64::from_le_bytes(length))
}

/// Gives the records of a chunk; `false` when it is damaged, and then none of them.
fn chunk(body: &[u8], sink: &mut impl Sink) -> Result<bool, String> {
    let Some(Chunk { size, checksum, compression, packed }) = Fields(body).chunk() else { return Ok(false) };
    if size > MAX_CHUNK_BYTES {
        return Ok(false);
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
                return Ok(false);
            }
            &unpacked
        }
        other => return Err(format!("its chunks are packed as `{other}`, which is not known")),
    };
    // A checksum of 0 says that there is none.
    if checksum != 0 && crc32fast::hash(all) != checksum || inside(all).any(|record| record.is_none()) {
        return Ok(false);
    }
    for record in inside(all).flatten() {
        record.give(sink)?;
    }
    Ok(true)
}

/// The records of unpacked bytes; one that is `None` is damaged, and the last.
fn inside(all: &[u8]) -> impl Iterator<Item = Option<Record<'_>>> {
    let mut rest = Some(Fields(all));
    std::iter::from_fn(move || {
        let mut fields = rest.take().filter(|fields| !fields.0.is_empty())?;
        let head = fields.take(9).and_then(|head| head.try_into().ok()).map(record_head);
        let body = head.and_then(|(kind, length)| Some((kind, fields.take(usize::try_from(length).ok()?)?)));
        let record = body.and_then(|(kind, body)| Record::parse(kind, body));
        rest = record.is_some().then_some(fields);
        Some(record)
    })
}

/// A record that matters here.
enum Record<'a> {
    Schema(u16, Schema),
    Channel(u16, Channel),
    Message(Message<'a>),
    Other,
}

impl<'a> Record<'a> {
    fn parse(kind: u8, body: &'a [u8]) -> Option<Self> {
        let mut fields = Fields(body);
        Some(match kind {
            0x03 => {
                let (id, schema) = fields.schema()?;
                Self::Schema(id, schema)
            }
            0x04 => {
                let (id, channel) = fields.channel()?;
                Self::Channel(id, channel)
            }
            0x05 => Self::Message(fields.message()?),
            _ => Self::Other,
        })
    }

    fn give(self, sink: &mut impl Sink) -> Result<(), String> {
        match self {
            Self::Schema(id, schema) => sink.schema(id, schema),
            Self::Channel(id, channel) => sink.channel(id, channel),
            Self::Message(message) => sink.message(&message)?,
            Self::Other => {}
        }
        Ok(())
    }
}

/// A chunk before it is unpacked.
struct Chunk<'a> {
    /// Unpacked.
    size: u64,
    /// CRC-32 of the unpacked bytes.
    checksum: u32,
    compression: String,
    packed: &'a [u8],
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

    fn chunk(mut self) -> Option<Chunk<'a>> {
        // Before the size stand the first and last time.
        self.take(16)?;
        let (size, checksum, compression) = (self.u64()?, self.u32()?, self.text()?);
        let length = usize::try_from(self.u64()?).ok()?;
        Some(Chunk { size, checksum, compression, packed: self.take(length)? })
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
