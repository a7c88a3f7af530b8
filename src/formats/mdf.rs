//! ASAM MDF 4 measurement files, through `mf4-rs`. Each channel group has its own times.
//!
//! The library is given the bytes, not the file, so that a file that shrinks cannot end the process; its panics on foreign
//! bytes end here and become an error of the file.

use std::{
    collections::BTreeMap,
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
};

use mf4_rs::{
    api::{channel::Channel, channel_group::ChannelGroup, mdf::MDF},
    parsing::decoder::DecodedValue,
};

use super::{
    FormatError, MetricOptions, MetricTable, Note,
    error::{read_bytes, reject_placeholders},
    metrics_table::{earlier, from_table},
    note::{first_words, local_notes},
    table::{Cells, Table, TableColumn, Words, whole_numbers},
};
use crate::model::{Column, NULL_FLOAT};

/// Longest measurement file taken in; it is held in memory twice.
const MAX_BYTES: u64 = 2 << 30;
/// Where the header block is in every file.
const HEADER: usize = 64;
/// Most values of one file.
const MAX_VALUES: u64 = 1 << 28;

/// Reads the channels of an MDF 4 file.
///
/// # Errors
/// [`FormatError`] when the file cannot be read as a whole: another version, compressed data, damage.
pub(super) fn read_mdf(path: &Path, options: &MetricOptions) -> Result<MetricTable, FormatError> {
    let bytes = read_bytes(path, MAX_BYTES)?;
    reject_placeholders(path, &bytes, "an MDF 4 file")?;
    let size_bytes = bytes.len() as u64;
    let local = starts_at_local_time(&bytes);
    let read = catch_unwind(AssertUnwindSafe(|| {
        let file = MDF::from_bytes(bytes).map_err(|error| error.to_string())?;
        read_groups(path, &file, size_bytes, local, options)
    }));
    let read = read.unwrap_or_else(|_| Err("its parser gave up on damaged bytes".to_owned()));
    read.map_err(|what| FormatError::Foreign { path: path.to_owned(), format: "MDF 4", what })
}

/// Whether the header says that its start is local time: bit 0 of its time flags, which the library does not look at.
fn starts_at_local_time(bytes: &[u8]) -> bool {
    bytes.get(HEADER..HEADER + 4) == Some(b"##HD") && bytes.get(HEADER + 84).is_some_and(|flags| flags & 1 != 0)
}

/// When the file began, ns UTC; local time is read in the zone of the file or the lake.
fn start_of(file: &MDF, local: bool, options: &MetricOptions, notes: &mut Vec<Note>) -> Option<i64> {
    let start = i64::try_from(file.start_time_ns()?).ok()?;
    if !local {
        return Some(start);
    }
    let Some(zone) = &options.time.zone else {
        notes.push(Note::new(
            "it tells its start in local time and not in which zone; it was read as UTC",
            "tell time_zone in lake.toml, of this file or of the lake",
        ));
        return Some(start);
    };
    let mut reader = zone.reader();
    let start = reader.to_utc(start);
    notes.extend(local_notes(Some(&reader), "start"));
    start
}

fn read_groups(
    path: &Path,
    file: &MDF,
    size_bytes: u64,
    local: bool,
    options: &MetricOptions,
) -> Result<MetricTable, String> {
    let groups = file.channel_groups();
    let mut columns_of: BTreeMap<String, usize> = BTreeMap::new();
    for group in &groups {
        for channel in group.channels() {
            let name = name_of(&channel);
            *columns_of.entry(name).or_default() += 1;
        }
    }
    let mut result = MetricTable::default();
    let start = start_of(file, local, options, &mut result.notes);
    let (mut values, mut unread, mut timeless) = (0_u64, Vec::new(), Vec::new());
    for (number, group) in groups.iter().enumerate() {
        let block = &group.raw_channel_group().block;
        let channels = group.channels().len() as u64;
        // The library allocates what the file declares, so that is checked before.
        let declared = block.cycles_nr.saturating_mul(channels.max(1));
        values = values.saturating_add(declared);
        if block.cycles_nr > size_bytes || values > MAX_VALUES {
            return Err(format!("it declares {declared} values in a group, more than it can hold or than are read"));
        }
        if block.cycles_nr == 0 {
            continue;
        }
        let label = group.name().ok().flatten().filter(|name| !name.is_empty());
        let label = label.unwrap_or_else(|| format!("group_{}", number + 1));
        let Some(table) = group_table(start, group, &label, &columns_of, &mut unread)? else {
            timeless.push(label);
            continue;
        };
        let part = from_table(path, table, options).map_err(|error| error.to_string())?;
        add_part(&mut result, part);
    }
    if !unread.is_empty() {
        result.notes.push(Note::new(
            format!(
                "{} channels hold neither numbers nor words and were not read ({})",
                unread.len(),
                first_words(unread.iter().map(String::as_str))
            ),
            "convert them to numbers with the software that wrote the file, if they matter",
        ));
    }
    if !timeless.is_empty() {
        result.notes.push(Note::new(
            format!(
                "{} channel groups have no time channel and were not read ({})",
                timeless.len(),
                first_words(timeless.iter().map(String::as_str))
            ),
            "write the file with times",
        ));
    }
    Ok(result)
}

/// Adds what another part of a file gave.
pub(super) fn add_part(all: &mut MetricTable, part: MetricTable) {
    all.series.extend(part.series);
    all.rows_read += part.rows_read;
    all.bad_rows.append(part.bad_rows);
    all.unsorted_rows += part.unsorted_rows;
    all.duplicate_rows += part.duplicate_rows;
    all.first_unsorted_ns = earlier(all.first_unsorted_ns, part.first_unsorted_ns);
    all.first_duplicate_ns = earlier(all.first_duplicate_ns, part.first_duplicate_ns);
    for note in part.notes {
        if !all.notes.contains(&note) {
            all.notes.push(note);
        }
    }
}

fn name_of(channel: &Channel<'_>) -> String {
    channel.name().ok().flatten().filter(|name| !name.is_empty()).unwrap_or_else(|| "unnamed".to_owned())
}

/// The channels of a group as a table with a column of times; `None` without a time channel.
fn group_table(
    start: Option<i64>,
    group: &ChannelGroup<'_>,
    label: &str,
    columns_of: &BTreeMap<String, usize>,
    unread: &mut Vec<String>,
) -> Result<Option<Table>, String> {
    let told = |error: mf4_rs::error::MdfError| error.to_string();
    let Some(master) = group.master_channel() else { return Ok(None) };
    // The master may count angles or distances as well.
    if !matches!(master.block().sync_type, 0 | 1) {
        return Ok(None);
    }
    let seconds = master.values_as_f64().map_err(told)?;
    let rows = seconds.len();
    let mut table = Table { rows, ..Table::default() };
    table.columns.push(times(&seconds, start));
    let mut known = BTreeMap::<String, u32>::new();
    for channel in group.channels() {
        if matches!(channel.block().channel_type, 2 | 3) {
            continue;
        }
        let own = name_of(&channel);
        let shared = columns_of.get(&own).is_some_and(|count| *count > 1);
        let mut name = if shared { format!("{label}.{own}") } else { own };
        let twice = known.entry(name.clone()).or_default();
        *twice += 1;
        if *twice > 1 {
            name = format!("{name}_{twice}");
        }
        let values = channel.values().map_err(told)?;
        match column(&values).filter(|column| column.len() == rows) {
            Some(column) => table.columns.push(TableColumn {
                name,
                unit: channel.unit().ok().flatten().filter(|unit| !unit.is_empty()),
                cells: Cells::Values(column),
            }),
            None => unread.push(name),
        }
    }
    Ok((table.columns.len() > 1).then_some(table))
}

/// The times of a group: since 1970 when the file tells when it began, otherwise since the recording began.
#[expect(clippy::cast_possible_truncation, reason = "the range is checked first")]
fn times(seconds: &[f64], start: Option<i64>) -> TableColumn {
    let (name, unit, values) = match start {
        Some(start) => {
            let at = |seconds: &f64| {
                let ns = (seconds * 1e9).round();
                (ns.abs() < 9e18).then(|| start.checked_add(ns as i64)).flatten()
            };
            ("timestamp_ns", None, whole_numbers(seconds.len(), seconds.iter().map(at)))
        }
        None => ("t", Some("s".to_owned()), Column::Float(seconds.to_vec())),
    };
    TableColumn { name: name.to_owned(), unit, cells: Cells::Values(values) }
}

/// Values as a column: whole numbers, numbers or words; `None` for bytes and the like.
#[expect(clippy::cast_precision_loss, reason = "metrics are doubles; counters beyond 2^53 lose their last digits")]
fn column(values: &[Option<DecodedValue>]) -> Option<Column> {
    use DecodedValue::{Float, SignedInteger, String as Word, UnsignedInteger};
    let all = |fits: fn(&DecodedValue) -> bool| values.iter().flatten().all(fits);
    if all(|value| matches!(value, UnsignedInteger(..=0x7fff_ffff_ffff_ffff) | SignedInteger(_))) {
        let whole = |value: &Option<DecodedValue>| match value {
            Some(UnsignedInteger(value)) => i64::try_from(*value).ok(),
            Some(SignedInteger(value)) => Some(*value),
            _ => None,
        };
        return Some(whole_numbers(values.len(), values.iter().map(whole)));
    }
    if all(|value| matches!(value, UnsignedInteger(_) | SignedInteger(_) | Float(_))) {
        let number = |value: &Option<DecodedValue>| match value {
            Some(UnsignedInteger(value)) => *value as f64,
            Some(SignedInteger(value)) => *value as f64,
            Some(Float(value)) => *value,
            _ => NULL_FLOAT,
        };
        return Some(Column::Float(values.iter().map(number).collect()));
    }
    // A conversion may give words for some numbers (`gear 0` is `neutral`).
    if all(|value| matches!(value, UnsignedInteger(_) | SignedInteger(_) | Float(_) | Word(_))) {
        let mut words = Words::default();
        for value in values {
            let word = match value {
                Some(Word(word)) => Some(word.trim_end_matches('\0').to_owned()),
                Some(UnsignedInteger(value)) => Some(value.to_string()),
                Some(SignedInteger(value)) => Some(value.to_string()),
                Some(Float(value)) => Some(value.to_string()),
                _ => None,
            };
            words.push(word.as_deref());
        }
        return Some(words.into_column());
    }
    None
}

#[cfg(test)]
#[path = "mdf_tests.rs"]
mod tests;
