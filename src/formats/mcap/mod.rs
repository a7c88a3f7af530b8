//! MCAP recordings: the numbers, words and switches in messages of JSON, Protobuf, ROS 1 and ROS 2, one metric per field of
//! a topic.
//!
//! Times are those at which messages were logged, or those of a field that a setting names. Channels in other encodings are named, not read.

mod container;
mod fields;
mod ros;
mod ros_schema;
mod stamp;

use std::{
    collections::BTreeMap,
    io::BufReader,
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
};

use prost_reflect::{DescriptorPool, DynamicMessage, MessageDescriptor};

use self::{
    container::{ById, Channel, End, Found, Message, Schema, Sink},
    fields::{FieldColumns, flatten_json, flatten_protobuf},
    ros::{Encoding, flatten_ros},
    ros_schema::RosSchema,
};
use super::{
    BadRows, FormatError, MetricOptions, MetricTable, Note, TimeOptions,
    error::open_regular,
    mdf::add_part,
    metrics_table::from_table,
    note::first_words,
    table::{Cells, Table, TableColumn},
};
use crate::model::Column;

/// Most values of one file.
const MAX_VALUES: u64 = 1 << 28;

/// Reads the messages of an MCAP file as metrics.
///
/// # Errors
/// [`FormatError`] when the file cannot be opened or is no MCAP file, or holds more values than are read.
pub(super) fn read_mcap(path: &Path, options: &MetricOptions) -> Result<MetricTable, FormatError> {
    let file = open_regular(path)?;
    let failed = |what| FormatError::Foreign { path: path.to_owned(), format: "MCAP", what };
    let size_bytes = file.metadata().map_err(|source| FormatError::Read { path: path.to_owned(), source })?.len();
    // The libraries that unpack and decode are foreign code on foreign bytes.
    let read = catch_unwind(AssertUnwindSafe(|| {
        let mut topics = Topics::default();
        let found = container::read(BufReader::with_capacity(1 << 20, file), size_bytes, &mut topics)?;
        Ok::<_, String>((topics, found))
    }));
    let (topics, found) =
        read.unwrap_or_else(|_| Err("its decoder gave up on damaged bytes".to_owned())).map_err(failed)?;
    topics.into_table(path, options, &found)
}

/// How the messages of a channel are decoded.
enum Decoder {
    Json,
    Protobuf(MessageDescriptor),
    Ros(RosSchema, Encoding),
    /// Not at all: why.
    None(String),
}

/// The messages of one channel so far.
struct Topic {
    name: String,
    decoder: Decoder,
    times: Vec<i64>,
    fields: FieldColumns,
    messages: u64,
}

#[derive(Default)]
struct Topics {
    schemas: ById<Schema>,
    channels: ById<Channel>,
    by_channel: BTreeMap<u16, Topic>,
    bad: BadRows,
    values: u64,
}

impl Sink for Topics {
    fn schema(&mut self, id: u16, schema: Schema) {
        self.schemas.insert(id, schema);
    }

    fn channel(&mut self, id: u16, channel: Channel) {
        // Channels are told again in the summary; the first holds.
        self.channels.entry(id).or_insert(channel);
    }

    fn message(&mut self, message: &Message<'_>) -> Result<(), String> {
        let (channels, schemas) = (&self.channels, &self.schemas);
        let topic = match self.by_channel.entry(message.channel) {
            std::collections::btree_map::Entry::Occupied(known) => known.into_mut(),
            std::collections::btree_map::Entry::Vacant(free) => {
                let Some(channel) = channels.get(&message.channel) else {
                    self.bad.add("are of a channel that the file does not describe", || {
                        format!("channel {}", message.channel)
                    });
                    return Ok(());
                };
                free.insert(Topic {
                    name: channel.topic.trim_matches('/').replace('/', "."),
                    decoder: decoder(channel, schemas.get(&channel.schema)),
                    times: Vec::new(),
                    fields: FieldColumns::default(),
                    messages: 0,
                })
            }
        };
        topic.messages += 1;
        let number = topic.messages;
        let place = || format!("message {number} of `{}`", topic.name);
        let Ok(time) = i64::try_from(message.log_time) else {
            self.bad.add("have a time that is no date", place);
            return Ok(());
        };
        let row = topic.times.len();
        let before = topic.fields.values();
        match &topic.decoder {
            Decoder::None(_) => return Ok(()),
            Decoder::Json => {
                let Ok(value) = serde_json::from_slice(message.data) else {
                    self.bad.add("are no JSON", place);
                    return Ok(());
                };
                flatten_json(&value, row, &mut topic.fields);
            }
            Decoder::Protobuf(descriptor) => {
                let Ok(value) = DynamicMessage::decode(descriptor.clone(), message.data) else {
                    self.bad.add("are no Protobuf of their schema", place);
                    return Ok(());
                };
                flatten_protobuf(&value, row, &mut topic.fields);
            }
            Decoder::Ros(schema, encoding) => {
                if flatten_ros(schema, *encoding, message.data, row, &mut topic.fields).is_none() {
                    self.bad.add("are no ROS messages of their definition", place);
                    return Ok(());
                }
            }
        }
        topic.times.push(time);
        self.values += topic.fields.values() - before + 1;
        if self.values > MAX_VALUES {
            return Err(format!("it holds more than {MAX_VALUES} values, the limit"));
        }
        Ok(())
    }
}

fn decoder(channel: &Channel, schema: Option<&Schema>) -> Decoder {
    match (channel.encoding.as_str(), schema) {
        ("json", _) => Decoder::Json,
        ("protobuf", Some(schema)) if schema.encoding == "protobuf" => {
            let pool = DescriptorPool::decode(schema.data.as_slice());
            match pool.ok().and_then(|pool| pool.get_message_by_name(&schema.name)) {
                Some(descriptor) => Decoder::Protobuf(descriptor),
                None => Decoder::None(format!("its schema {} is damaged", schema.name)),
            }
        }
        ("ros1", Some(schema)) if schema.encoding == "ros1msg" => ros(schema, Encoding::Ros1),
        ("cdr", Some(schema)) if schema.encoding == "ros2msg" => ros(schema, Encoding::Cdr),
        (encoding, schema) => {
            let of = schema.map_or_else(String::new, |schema| format!(" of {}", schema.name));
            Decoder::None(format!("encoded as {encoding}{of}"))
        }
    }
}

fn ros(schema: &Schema, encoding: Encoding) -> Decoder {
    let text = String::from_utf8_lossy(&schema.data);
    match RosSchema::parse(&schema.name, &text, encoding == Encoding::Cdr) {
        Ok(parsed) => Decoder::Ros(parsed, encoding),
        Err(why) => Decoder::None(format!("the definition of {} is not understood: {why}", schema.name)),
    }
}

/// What is wrong with the bytes of a file.
fn damage(found: &Found) -> Vec<Note> {
    let mut notes = Vec::new();
    if let End::Cut(why) = &found.end {
        notes.push(Note::new(
            format!("the recording is not whole: {why}; what comes before was read"),
            "repair it with `mcap recover` if it should hold more",
        ));
    }
    if let Some(byte) = found.first_damaged_byte {
        notes.push(Note::new(
            format!(
                "{} of {} chunks are damaged, the first at byte {byte}: what they hold is not what was written, and none of their values were taken",
                found.damaged_chunks, found.chunks
            ),
            "copy the file anew from where it was recorded, and compare the copies",
        ));
    } else if found.data_differs {
        notes.push(Note::new(
            "the checksum of its data is not the one the file tells, though its chunks are whole; values outside of chunks, or in chunks without a checksum, may be wrong",
            "copy the file anew from where it was recorded, and compare the copies",
        ));
    }
    notes
}

impl Topics {
    fn into_table(self, path: &Path, options: &MetricOptions, found: &Found) -> Result<MetricTable, FormatError> {
        let mut result = MetricTable { notes: damage(found), ..MetricTable::default() };
        let names: Vec<&str> = self.by_channel.values().map(|topic| topic.name.as_str()).collect();
        let shared = |name: &str| names.iter().filter(|other| **other == name).count() > 1;
        let prefixes: Vec<String> = self
            .by_channel
            .iter()
            .map(|(id, topic)| if shared(&topic.name) { format!("{}_{id}", topic.name) } else { topic.name.clone() })
            .collect();
        let mut unstamped = Vec::new();
        for (prefix, topic) in prefixes.into_iter().zip(self.by_channel.into_values()) {
            if let Decoder::None(why) = &topic.decoder {
                result.notes.push(Note::new(
                    format!("the {} messages of `{}` were not read: {why}", topic.messages, topic.name),
                    "JSON, Protobuf and messages of ROS with their definitions are read; convert the topic, or export what matters as CSV or Parquet",
                ));
                continue;
            }
            if topic.fields.too_many() {
                result.notes.push(Note::new(
                    format!("`{}` has more than {} fields; the first were read", topic.name, fields::MAX_FIELDS),
                    "write what matters to a topic of its own",
                ));
            }
            if !topic.fields.left_out().is_empty() {
                result.notes.push(Note::new(
                    format!(
                        "{} fields of `{}` were not read: they are bytes, maps, lists of more than 16 values, or too deep ({})",
                        topic.fields.left_out().len(),
                        topic.name,
                        first_words(topic.fields.left_out().iter().map(String::as_str))
                    ),
                    "nothing is to be done unless they hold sensor values",
                ));
            }
            let rows = topic.times.len();
            let logged = Column::Int { values: topic.times, valid: Vec::new() };
            let column = |name, cells| TableColumn { name, unit: None, cells: Cells::Values(cells) };
            let mut fields: Vec<(String, Column)> = topic.fields.into_columns(rows).collect();
            let of_ros = matches!(topic.decoder, Decoder::Ros(..));
            let wanted = options.time.column.as_deref();
            let stamp = wanted.and_then(|name| stamp::take(&mut fields, name, of_ros, options));
            if stamp.is_none() && rows > 0 {
                unstamped.push(topic.name);
            }
            let (times, options) = stamp.unwrap_or_else(|| {
                let time = TimeOptions { column: None, unit: None, ..options.time.clone() };
                (column("timestamp_ns".to_owned(), logged), MetricOptions { time, units: options.units.clone() })
            });
            let mut table = Table { rows, ..Table::default() };
            table.columns.push(times);
            for (name, values) in fields {
                let name = if name.is_empty() { prefix.clone() } else { format!("{prefix}.{name}") };
                table.columns.push(column(name, values));
            }
            if rows > 0 && table.columns.len() > 1 {
                add_part(&mut result, from_table(path, table, &options)?);
            }
        }
        if let Some(name) = options.time.column.as_deref().filter(|_| !unstamped.is_empty()) {
            result.notes.push(Note::new(
                format!(
                    "{} topics have no field `{name}`, which time_column of lake.toml names ({}); their times are those at which they were logged",
                    unstamped.len(),
                    first_words(unstamped.iter().map(String::as_str))
                ),
                "nothing is to be done when another topic has it; otherwise correct the name of the field, without that of the topic",
            ));
        }
        result.bad_rows.append(self.bad);
        Ok(result)
    }
}

#[cfg(test)]
mod tests;
