//! The time column of a table: which one it is, in what unit, and when its zero is.

use std::path::Path;

use super::{
    FormatError, Note,
    decimal::{Decimal, NO_TIME, TimeUnit},
    note::local_notes,
    table::{Cells, Table},
};
use crate::model::{Column, WrittenTime, Zone, parse_written_time};

/// What is known of a file's times from elsewhere (`lake.toml`, the recording).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TimeOptions {
    /// The time column's name; found by name or type when absent.
    pub column: Option<String>,
    /// The unit of numeric times; taken from the name or guessed by magnitude when absent.
    pub unit: Option<TimeUnit>,
    /// When the recording began, ns UTC: added to times too small to be dates.
    pub epoch_ns: Option<i64>,
    /// The zone of times that are written without one; UTC when absent.
    pub zone: Option<Zone>,
    /// Whether `epoch_ns` is a guess (the time of the first frame), which is told where it is used.
    pub epoch_guessed: bool,
}

/// Names that mean time, the most telling first, without unit suffix, letter case and separators.
const TIME_NAMES: [&str; 20] = [
    "timestamp",
    "timestamps",
    "timestamputc",
    "utctimestamp",
    "unixtimestamp",
    "unixtime",
    "epochtime",
    "epoch",
    "datetime",
    "utc",
    "utctime",
    "timeutc",
    "time",
    "times",
    "ts",
    "t",
    "stamp",
    "stamps",
    "date",
    "systime",
];

/// The rank of a name among [`TIME_NAMES`] (lower is more telling) and the unit its suffix tells.
pub(super) fn time_name(name: &str) -> Option<(usize, Option<TimeUnit>)> {
    let lower = name.trim().to_lowercase();
    let plain = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).collect::<String>();
    let rank = |text: &str| {
        let text = plain(text);
        TIME_NAMES.iter().position(|known| *known == text)
    };
    if let Some((base, suffix)) = lower.rsplit_once(['_', ' ', '.', '-'])
        && let (Some(rank), Some(unit)) = (rank(base), TimeUnit::parse(suffix))
    {
        return Some((rank, Some(unit)));
    }
    rank(&lower).map(|rank| (rank, None))
}

/// Whether a column name says that it holds times.
pub(super) fn is_time_name(name: &str) -> bool {
    time_name(name).is_some()
}

/// The times of a table, one per row.
#[derive(Debug)]
pub(super) struct TimeAxis {
    /// The column they come from.
    pub(super) column: usize,
    /// Times in ns UTC, [`NO_TIME`] where a row has none.
    pub(super) ns: Vec<i64>,
    /// What was guessed.
    pub(super) notes: Vec<Note>,
}

/// Finds the time column (setting, then name, then type, then the first column) and reads it.
pub(super) fn read(path: &Path, table: &mut Table, options: &TimeOptions) -> Result<TimeAxis, FormatError> {
    if let Some(name) = &options.column {
        let column = table.find(&[name.as_str()]).ok_or_else(|| FormatError::UnknownColumn {
            path: path.to_owned(),
            column: name.clone(),
            columns: table.column_names(),
        })?;
        return take(table, column, options, Vec::new()).ok_or_else(|| no_times(path, table));
    }
    read_named(path, table, options).transpose().unwrap_or_else(|| {
        let by_type = table.columns.iter().position(|column| matches!(column.cells, Cells::Instants(_)));
        let column = by_type.unwrap_or(0);
        let note = table.columns.get(column).map(|found| {
            Note::new(
                format!("no column is named as a time; `{}` was taken", found.name),
                "if another one holds the times, set time_column of the sensor file in lake.toml, or name that one timestamp_ns",
            )
        });
        note.and_then(|note| take(table, column, options, vec![note])).ok_or_else(|| no_times(path, table))
    })
}

/// The times of the column whose name says so; `None` when there is no such column.
pub(super) fn read_named(
    path: &Path,
    table: &mut Table,
    options: &TimeOptions,
) -> Result<Option<TimeAxis>, FormatError> {
    let mut candidates: Vec<(usize, usize)> = (table.columns.iter().enumerate())
        .filter_map(|(at, column)| time_name(&column.name).map(|(rank, _)| (rank, at)))
        .collect();
    candidates.sort_unstable();
    let any = !candidates.is_empty();
    for (_, column) in candidates {
        if let Some(axis) = take(table, column, options, Vec::new()) {
            return Ok(Some(axis));
        }
    }
    if any && table.rows > 0 { Err(no_times(path, table)) } else { Ok(None) }
}

fn no_times(path: &Path, table: &Table) -> FormatError {
    FormatError::NoTimes { path: path.to_owned(), columns: table.column_names() }
}

/// Reads one column as times, taking it out of the table; `None` (and the column left) when most rows are no times.
fn take(table: &mut Table, column: usize, options: &TimeOptions, mut notes: Vec<Note>) -> Option<TimeAxis> {
    let found = &table.columns[column];
    let named =
        found.unit.as_deref().and_then(TimeUnit::parse).or_else(|| time_name(&found.name).and_then(|(_, unit)| unit));
    let explicit = options.unit.or(named);
    let name = found.name.clone();
    let ns = match &found.cells {
        Cells::Instants(times) => times.clone(),
        Cells::Decimals(numbers) => scale(&name, numbers.len(), |row| numbers[row], explicit, options, &mut notes),
        Cells::Values(Column::Int { values, valid }) => {
            let number = |row: usize| {
                let there = valid.is_empty() || valid[row];
                if there { Decimal { whole: values[row], nano: 0 } } else { Decimal::NULL }
            };
            scale(&name, values.len(), number, explicit, options, &mut notes)
        }
        Cells::Values(Column::Float(values)) => {
            scale(&name, values.len(), |row| Decimal::from_f64(values[row]), explicit, options, &mut notes)
        }
        Cells::Values(Column::Text { codes, words }) => {
            let times: Vec<Option<WrittenTime>> = words.iter().map(|word| parse_written_time(word)).collect();
            let mut local = options.zone.as_ref().map(Zone::reader);
            let ns = codes
                .iter()
                .map(|code| {
                    let time = times.get(*code as usize).copied().flatten();
                    let read = time.and_then(|time| match &mut local {
                        Some(local) if !time.zoned => local.to_utc(time.ns),
                        _ => Some(time.ns),
                    });
                    read.unwrap_or(NO_TIME)
                })
                .collect();
            notes.extend(local_notes(local.as_ref(), &name));
            ns
        }
        Cells::Values(Column::Bool(_)) => return None,
    };
    let read = ns.iter().filter(|ns| **ns != NO_TIME).count();
    if read * 2 < ns.len() {
        return None;
    }
    table.take(column);
    Some(TimeAxis { column, ns, notes })
}

fn scale(
    name: &str,
    rows: usize,
    number: impl Fn(usize) -> Decimal,
    explicit: Option<TimeUnit>,
    options: &TimeOptions,
    notes: &mut Vec<Note>,
) -> Vec<i64> {
    let guess = guess(rows, &number, explicit);
    if explicit.is_none() && rows > 0 {
        let kind = if guess.relative { "since the recording began" } else { "since 1970" };
        notes.push(Note::new(
            format!("times in `{name}` were read as {} {kind}, by their size", guess.unit.name()),
            format!("if that is wrong, set time_unit of the sensor file in lake.toml, or name the column {name}_s, _ms, _us or _ns"),
        ));
    }
    let offset = if guess.relative { options.epoch_ns.unwrap_or(0) } else { 0 };
    if guess.relative && options.epoch_ns.is_none() {
        notes.push(Note::new(
            format!("times in `{name}` count from an unknown start; they stand right after 1970"),
            "tell started_at in recording.toml",
        ));
    }
    if guess.relative && options.epoch_ns.is_some() && options.epoch_guessed {
        notes.push(Note::new(
            format!("times in `{name}` count from an unknown start; the time of the first frame was taken for it"),
            "tell started_at in recording.toml if that is wrong",
        ));
    }
    let time = |row| match number(row).to_ns(guess.unit) {
        NO_TIME => NO_TIME,
        ns => ns.checked_add(offset).unwrap_or(NO_TIME),
    };
    (0..rows).map(time).collect()
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Guess {
    unit: TimeUnit,
    /// Whether the numbers are too small for dates, so that they count from the start of the recording.
    relative: bool,
}

/// Dates from 1990 to 2100, in seconds: numbers in this range are taken for dates.
const DATES_S: std::ops::Range<f64> = 631_152_000.0..4_102_444_800.0;
/// A recording is shorter than ten years; numbers that spread further are no dates in that unit.
const LONGEST_S: f64 = 315_360_000.0;
/// With a unit told, numbers below this many seconds (three years) count from the start of the recording.
const RELATIVE_BELOW_S: f64 = 1e8;

/// Unit and zero of numeric times, from up to 1001 of them spread over the rows. Numbers whose median is a date of the
/// years 1990 to 2100 in one of the units, and that lie close enough together, are dates in that unit. Others count from the start of the recording, in the
/// unit that gives their span a length between a millisecond and eleven days; seconds win for small spans.
#[expect(clippy::cast_precision_loss, reason = "magnitudes are compared, not times")]
fn guess(rows: usize, number: impl Fn(usize) -> Decimal, explicit: Option<TimeUnit>) -> Guess {
    let step = rows.div_ceil(1001).max(1);
    let mut sample: Vec<f64> =
        (0..rows).step_by(step).map(|row| number(row).to_f64()).filter(|v| !v.is_nan()).collect();
    sample.sort_unstable_by(f64::total_cmp);
    let Some(median) = sample.get(sample.len() / 2).copied() else {
        return Guess { unit: explicit.unwrap_or(TimeUnit::Ns), relative: false };
    };
    if let Some(unit) = explicit {
        let seconds = median.abs() * (unit.ns() as f64 / 1e9);
        return Guess { unit, relative: seconds < RELATIVE_BELOW_S };
    }
    let last = sample.len() - 1;
    let middle_half = sample[last - last / 4] - sample[last / 4];
    for unit in [TimeUnit::S, TimeUnit::Ms, TimeUnit::Us, TimeUnit::Ns] {
        let seconds = unit.ns() as f64 / 1e9;
        if DATES_S.contains(&(median * seconds)) && middle_half * seconds < LONGEST_S {
            return Guess { unit, relative: false };
        }
    }
    let span = sample[last - last / 20] - sample[last / 20];
    let unit = match span {
        span if span < 1e6 => TimeUnit::S,
        span if span < 1e9 => TimeUnit::Ms,
        span if span < 1e12 => TimeUnit::Us,
        _ => TimeUnit::Ns,
    };
    Guess { unit, relative: true }
}

/// The unit by which one number is a date of the years 1990 to 2100, and that date in ns UTC.
pub(super) fn as_date_ns(number: i64) -> Option<(TimeUnit, i64)> {
    let guess = guess(1, |_| Decimal { whole: number, nano: 0 }, None);
    if guess.relative {
        return None;
    }
    number.checked_mul(guess.unit.ns()).map(|ns| (guess.unit, ns))
}

/// Numeric times of an array, in the unit their size tells.
pub(super) fn array_times(name: &str, seconds: &[f64], options: &TimeOptions, notes: &mut Vec<Note>) -> Vec<i64> {
    scale(name, seconds.len(), |row| Decimal::from_f64(seconds[row]), options.unit, options, notes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_times_and_units() {
        for (name, expected) in [
            ("timestamp_ns", Some(Some(TimeUnit::Ns))),
            ("Timestamp", Some(None)),
            ("TIME_MS", Some(Some(TimeUnit::Ms))),
            ("unix_time_us", Some(Some(TimeUnit::Us))),
            ("t", Some(None)),
            ("t_s", Some(Some(TimeUnit::S))),
            ("utc time", Some(None)),
            ("date", Some(None)),
            ("speed", None),
            ("time_to_collision", None),
            ("brake_ms", None),
        ] {
            assert_eq!(time_name(name).map(|(_, unit)| unit), expected, "{name}");
        }
    }

    #[test]
    fn units_are_guessed_by_size() {
        let now = 1_714_550_400.0;
        for (times, explicit, unit, relative) in [
            (vec![now, now + 1.0], None, TimeUnit::S, false),
            (vec![now * 1e3, now * 1e3 + 1.0], None, TimeUnit::Ms, false),
            (vec![now * 1e6], None, TimeUnit::Us, false),
            (vec![now * 1e9], None, TimeUnit::Ns, false),
            (vec![0.0, now, now + 1.0, now + 2.0, now + 3.0], None, TimeUnit::S, false),
            (vec![0.0, 0.01, 0.02], None, TimeUnit::S, true),
            (vec![0.0, 3600.0], None, TimeUnit::S, true),
            (vec![0.0, 5e6], None, TimeUnit::Ms, true),
            (vec![0.0, 60e9], None, TimeUnit::Us, true),
            (vec![0.0, 3600e9], None, TimeUnit::Ns, true),
            (vec![0.0, 60e9], Some(TimeUnit::Ns), TimeUnit::Ns, true),
            (vec![now * 1e9], Some(TimeUnit::Ns), TimeUnit::Ns, false),
            (vec![now], Some(TimeUnit::Ms), TimeUnit::Ms, true),
            (vec![], None, TimeUnit::Ns, false),
        ] {
            let found = guess(times.len(), |row| Decimal::from_f64(times[row]), explicit);
            assert_eq!(found, Guess { unit, relative }, "{times:?}");
        }
    }

    #[test]
    fn a_single_number_may_be_a_date() {
        for (number, expected) in [
            (42, None),
            (1_533_151_603_512_404, Some((TimeUnit::Us, 1_533_151_603_512_404_000))),
            (1_714_550_400_123_456_789, Some((TimeUnit::Ns, 1_714_550_400_123_456_789))),
            (1_714_550_400, Some((TimeUnit::S, 1_714_550_400_000_000_000))),
            (i64::MAX, None),
        ] {
            assert_eq!(as_date_ns(number), expected, "{number}");
        }
    }
}
