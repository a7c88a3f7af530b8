//! What goes over the pipes between the app and the process that works on a query: a question with its tables one way, an
//! answer the other. Tables and answers travel as Arrow IPC, a stream of its own for each batch of rows, so that a batch can be
//! kept, put aside and read again by itself. Declared lengths are checked before anything is read.

use std::io::{self, Cursor, Read, Write};

use polars::prelude::{CompatLevel, DataFrame, PolarsError, PolarsResult, Series};
use polars_arrow::{
    datatypes::ArrowSchema,
    io::ipc::{
        read::{StreamReader, StreamState, read_stream_metadata},
        write::{StreamWriter, WriteOptions},
    },
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::{
    mistake::SqlMistake,
    schema::{SqlColumn, SqlSort, SqlTable},
};

/// Longest JSON, bytes.
const MAX_JSON_BYTES: u64 = 64 << 20;
/// Longest batch, bytes.
const MAX_BATCH_BYTES: u64 = 4 << 30;

/// What is asked; the tables follow, each batch after the number of its table, and after all of them [`NO_MORE`].
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Ask {
    /// What a person wrote.
    pub(super) text: String,
    /// The order of the answer, where it is to have another than the text says.
    pub(super) sort: Option<SqlSort>,
    /// Memory it may take, bytes.
    pub(super) memory_bytes: u64,
    /// All tables of the lake, with all their columns.
    pub(super) tables: Vec<SqlTable>,
    /// The columns that come of each table that is sent, by its number.
    pub(super) sent: Vec<(usize, Vec<SqlColumn>)>,
}

/// Stands in place of a table's number behind the last batch.
pub(super) const NO_MORE: u32 = u32::MAX;

/// What is answered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Answer {
    /// The columns; comes first.
    Columns(Vec<SqlColumn>),
    /// Rows; their bytes follow.
    Rows(u64),
    /// The end.
    Done,
    /// The text is at fault.
    Mistake { span: Option<(usize, usize)>, message: String, hint: Option<String> },
    /// It needs more memory than it may have.
    NoRoom,
    /// It cannot be done.
    Failed(String),
}

impl Answer {
    pub(super) fn mistake(mistake: SqlMistake) -> Self {
        let SqlMistake { span, message, hint, fix: _ } = mistake;
        Self::Mistake { span: span.map(|span| (span.start, span.end)), message, hint }
    }
}

/// Rows of an answer.
#[derive(Debug, Clone)]
pub struct Batch {
    /// How many.
    pub rows: usize,
    /// They themselves, as Arrow IPC.
    pub bytes: Vec<u8>,
}

impl Batch {
    /// The rows as columns.
    ///
    /// # Errors
    /// The bytes are not what they should be.
    pub fn frame(&self) -> PolarsResult<DataFrame> {
        let frame = unpack(&self.bytes)?;
        if frame.height() == self.rows { Ok(frame) } else { Err(PolarsError::ComputeError("rows are missing".into())) }
    }
}

/// Rows as Arrow IPC.
pub(super) fn pack(frame: &mut DataFrame) -> PolarsResult<Vec<u8>> {
    let mut writer = StreamWriter::new(Vec::new(), WriteOptions::default());
    frame.align_chunks_par();
    let schema: ArrowSchema =
        frame.columns().iter().map(|column| column.field().to_arrow(CompatLevel::newest())).collect();
    writer.start(&schema, None)?;
    for chunk in frame.iter_chunks(CompatLevel::newest(), false) {
        writer.write(&chunk, None)?;
    }
    writer.finish()?;
    Ok(writer.into_inner())
}

/// Arrow IPC as rows.
pub(super) fn unpack(bytes: &[u8]) -> PolarsResult<DataFrame> {
    let mut cursor = Cursor::new(bytes);
    let metadata = read_stream_metadata(&mut cursor)?;
    let fields: Vec<_> = metadata.schema.iter_values().cloned().collect();
    let mut whole: Option<DataFrame> = None;
    for state in StreamReader::new(cursor, metadata, None) {
        let StreamState::Some(chunk) = state? else { break };
        let columns = fields
            .iter()
            .zip(chunk.arrays())
            .map(|(field, array)| Ok(Series::try_from((field, vec![array.clone()]))?.into()))
            .collect::<PolarsResult<Vec<_>>>()?;
        let part = DataFrame::new(chunk.len(), columns)?;
        match &mut whole {
            None => whole = Some(part),
            Some(whole) => {
                whole.vstack_mut(&part)?;
            }
        }
    }
    if let Some(whole) = whole {
        return Ok(whole);
    }
    let columns = fields
        .iter()
        .map(|field| {
            let kind = polars::prelude::DataType::from_arrow_field(field);
            Series::new_empty(field.name.clone(), &kind).into()
        })
        .collect();
    DataFrame::new(0, columns)
}

fn too_long(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("a {what} is longer than it can be"))
}

/// Reads `length` bytes; the buffer grows only as they arrive.
fn read_bytes(input: &mut impl Read, length: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(usize::try_from(length.min(1 << 20)).unwrap_or(0));
    input.take(length).read_to_end(&mut bytes)?;
    if bytes.len() as u64 == length { Ok(bytes) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
}

fn read_length(input: &mut impl Read, most: u64, what: &str) -> io::Result<u64> {
    let mut length = [0; 8];
    input.read_exact(&mut length)?;
    let length = u64::from_le_bytes(length);
    if length > most { Err(too_long(what)) } else { Ok(length) }
}

/// Writes one JSON message.
pub(super) fn write_json(output: &mut impl Write, value: &impl Serialize) -> io::Result<()> {
    write_bytes(output, &serde_json::to_vec(value)?)
}

/// Reads one JSON message.
pub(super) fn read_json<T: DeserializeOwned>(input: &mut impl Read) -> io::Result<T> {
    let length = read_length(input, MAX_JSON_BYTES, "message")?;
    Ok(serde_json::from_slice(&read_bytes(input, length)?)?)
}

/// Writes the bytes of a batch.
pub(super) fn write_bytes(output: &mut impl Write, bytes: &[u8]) -> io::Result<()> {
    output.write_all(&(bytes.len() as u64).to_le_bytes())?;
    output.write_all(bytes)
}

/// Reads the bytes of a batch.
pub(super) fn read_batch(input: &mut impl Read) -> io::Result<Vec<u8>> {
    let length = read_length(input, MAX_BATCH_BYTES, "batch")?;
    read_bytes(input, length)
}

/// Writes the number of the table that the next batch is of.
pub(super) fn write_table(output: &mut impl Write, table: u32) -> io::Result<()> {
    output.write_all(&table.to_le_bytes())
}

/// Reads it.
pub(super) fn read_table(input: &mut impl Read) -> io::Result<u32> {
    let mut table = [0; 4];
    input.read_exact(&mut table)?;
    Ok(u32::from_le_bytes(table))
}
