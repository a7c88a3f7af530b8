//! Events in CSV and NDJSON files, line by line: the files may be longer than memory.

use std::{
    borrow::Cow,
    io::{BufRead, BufReader, Read},
    path::Path,
};

use super::{
    BATCH_ROWS, EventBatch, EventColumn, EventOptions, EventWords, Given, GivenValue, NO_CODE, PartReport, Places,
    TakeBatch, Wanted, push, time_ns,
};
use crate::{
    formats::{FormatError, Note, error::open_regular},
    model::parse_time_ns,
};

/// Longest line taken in.
const MAX_LINE_BYTES: u64 = 1 << 20;

/// Why a line is no event.
type Bad = &'static str;

/// Collects events and hands them out in batches.
pub(super) struct Batches<'a, 'b> {
    pub(super) wanted: Wanted,
    pub(super) options: &'a EventOptions,
    pub(super) take: &'a mut TakeBatch<'b>,
    /// What folders tell of all events.
    pub(super) given: &'a Given,
    pub(super) batch: EventBatch,
    pub(super) words: EventWords,
    pub(super) report: PartReport,
}

/// One event as a text file tells it.
#[derive(Debug, Default)]
pub(super) struct TextEvent<'a> {
    pub(super) location: Option<i64>,
    pub(super) camera: Option<i64>,
    pub(super) detection: Option<i64>,
    pub(super) item: Option<Cow<'a, str>>,
    pub(super) time: Option<TextTime>,
}

/// A time as text tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TextTime {
    /// A whole number, whose unit is told elsewhere.
    Number(i64),
    /// Nanoseconds, UTC, of a time that was written out.
    Ns(i64),
}

/// A whole number of CSV; also one that ends in `.0`, as tables with gaps are often written, up to where decimal numbers have
/// all whole ones.
fn whole_number(text: &str) -> Option<i64> {
    if let Ok(number) = text.parse() {
        return Some(number);
    }
    let (whole, zeros) = text.split_once('.')?;
    let number: i64 = whole.parse().ok()?;
    (zeros.bytes().all(|digit| digit == b'0') && number.unsigned_abs() <= MAX_DECIMAL).then_some(number)
}

/// Up to here decimal numbers of 64 bits have all whole ones.
pub(super) const MAX_DECIMAL: u64 = 1 << 53;

/// A time that is written out as ISO 8601 has it, ns UTC; one without a zone is UTC.
pub(super) fn written_time(text: &str) -> Option<TextTime> {
    // Digits alone are a number.
    let is_date = text.as_bytes().get(4) == Some(&b'-');
    is_date.then(|| parse_time_ns(text)).flatten().map(TextTime::Ns)
}

impl Batches<'_, '_> {
    /// Adds an event; `false` when the reader is told to stop.
    pub(super) fn add(&mut self, event: &TextEvent<'_>) -> bool {
        let batch = &mut self.batch;
        let number = |own, column| self.given.get(column).map_or(own, GivenValue::number);
        let location = number(event.location, EventColumn::Location);
        let item = self.given.get(EventColumn::Item).map_or(event.item.as_deref(), GivenValue::text);
        batch.locations.push(location.map_or(NO_CODE, |oid| self.words.location(oid)));
        batch.items.push(item.map_or(NO_CODE, |name| self.words.item(name.as_bytes())));
        if self.wanted.detection {
            let detection = number(event.detection, EventColumn::Detection);
            push(&mut batch.detections, &mut batch.detection_valid, detection);
        }
        if self.wanted.camera {
            push(&mut batch.cameras, &mut batch.camera_valid, number(event.camera, EventColumn::Camera));
        }
        if self.wanted.time {
            let unit = self.options.time_unit;
            let time = match self.given.get(EventColumn::Time) {
                Some(given) => given.number().map(TextTime::Number),
                None => event.time,
            };
            let time = time.and_then(|time| match time {
                TextTime::Number(number) => time_ns(number, unit),
                TextTime::Ns(ns) => Some(ns),
            });
            push(&mut batch.times_ns, &mut batch.time_valid, time);
        }
        self.batch.len() < BATCH_ROWS || self.hand_out()
    }

    pub(super) fn hand_out(&mut self) -> bool {
        let goes_on = self.batch.is_empty() || (self.take)(&self.batch, &self.words);
        self.batch = EventBatch::default();
        self.report.stopped = !goes_on;
        goes_on
    }

    /// Hands out what was read before a file ended or turned out to be damaged, and what was found beside it.
    pub(super) fn finish(mut self, report: &mut PartReport) {
        if !self.report.stopped {
            self.hand_out();
        }
        *report = self.report;
    }

    pub(super) fn bad(&mut self, why: Bad, line: u64) {
        self.report.bad_rows.add(why, || format!("line {line}"));
    }
}

/// Reads lines without their ends, and bounds their length: a file without line ends must not fill the memory.
pub(super) struct Lines<R> {
    pub(super) reader: BufReader<R>,
    pub(super) line: Vec<u8>,
    pub(super) number: u64,
}

impl<R: Read> Lines<R> {
    pub(super) fn open(file: R) -> Self {
        Self { reader: BufReader::with_capacity(1 << 20, file), line: Vec::new(), number: 0 }
    }

    /// The next line and whether it was too long to keep; `None` at the end.
    pub(super) fn next(&mut self) -> std::io::Result<Option<bool>> {
        self.line.clear();
        let read = (&mut self.reader).take(MAX_LINE_BYTES).read_until(b'\n', &mut self.line)?;
        if read == 0 {
            return Ok(None);
        }
        self.number += 1;
        let whole = self.line.ends_with(b"\n");
        if !whole && read as u64 == MAX_LINE_BYTES {
            self.reader.skip_until(b'\n')?;
            return Ok(Some(true));
        }
        while self.line.last().is_some_and(|byte| matches!(byte, b'\n' | b'\r')) {
            self.line.pop();
        }
        Ok(Some(false))
    }
}

/// Most bytes of one record: a quote that is opened and never closed must not take the rest of the file, and all memory.
const MAX_RECORD_BYTES: u64 = 1 << 20;

/// Where in a record a byte stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Within {
    /// At the start of a cell, where alone a quote opens one.
    Start,
    /// In a cell without quotes, or behind its end.
    Bare,
    /// In a quoted cell.
    Quoted,
    /// Behind a quote in a quoted cell: it ends there, unless another quote follows.
    Closed,
}

/// Passes bytes on and ends with an error where a record is too long.
struct Records<R> {
    reader: R,
    delimiter: u8,
    within: Within,
    /// Bytes passed on, as far as a byte order mark may reach.
    start: usize,
    record_bytes: u64,
}

/// What files may begin with.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";
/// Bytes that are looked at for a quote at once.
const PIECE: usize = 4096;

impl<R> Records<R> {
    fn new(reader: R, delimiter: u8) -> Self {
        Self { reader, delimiter, within: Within::Start, start: 0, record_bytes: 0 }
    }

    /// Goes on by a few bytes.
    fn pass(&mut self, piece: &[u8]) {
        let mut piece = piece;
        while let Some((byte, rest)) = piece.split_first()
            && BYTE_ORDER_MARK.get(self.start) == Some(byte)
        {
            (self.start, piece) = (self.start + 1, rest);
        }
        let Some(last) = piece.last() else { return };
        self.start = BYTE_ORDER_MARK.len();
        if self.within == Within::Quoted || piece.contains(&b'"') {
            for byte in piece {
                self.record_bytes += 1;
                self.step(*byte);
            }
            return;
        }
        // Without quotes the last line is all that matters.
        match piece.iter().rposition(|byte| matches!(byte, b'\n' | b'\r')) {
            Some(end) => self.record_bytes = (piece.len() - end - 1) as u64,
            None => self.record_bytes += piece.len() as u64,
        }
        let opens = matches!(last, b'\n' | b'\r') || *last == self.delimiter;
        self.within = if opens { Within::Start } else { Within::Bare };
    }

    /// Goes on by one byte.
    fn step(&mut self, byte: u8) {
        self.within = match (self.within, byte) {
            (Within::Quoted, b'"') => Within::Closed,
            (Within::Start | Within::Closed, b'"') | (Within::Quoted, _) => Within::Quoted,
            (_, b'\n' | b'\r') => {
                self.record_bytes = 0;
                Within::Start
            }
            (_, byte) if byte == self.delimiter => Within::Start,
            _ => Within::Bare,
        };
    }
}

impl<R: Read> Read for Records<R> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let read = self.reader.read(into)?;
        into[..read].chunks(PIECE).for_each(|piece| self.pass(piece));
        if self.record_bytes > MAX_RECORD_BYTES + into.len() as u64 {
            let what = "a record is longer than 1 MiB; perhaps a quote is opened and never closed";
            return Err(std::io::Error::new(std::io::ErrorKind::InvalidData, what));
        }
        Ok(read)
    }
}

/// The first line of a CSV file.
pub(super) struct CsvHead {
    /// What stands between the cells.
    pub(super) delimiter: u8,
    /// What the header names.
    pub(super) names: Vec<String>,
}

impl CsvHead {
    pub(super) fn read(path: &Path) -> Result<Self, FormatError> {
        let failed = |source| FormatError::Read { path: path.to_owned(), source };
        let mut reader = BufReader::with_capacity(1 << 20, open_regular(path)?);
        let head = reader.fill_buf().map_err(failed)?;
        let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
        let first = head.split(|byte| *byte == b'\n').next().unwrap_or_default();
        let marks = [b',', b';', b'\t'].into_iter();
        #[expect(clippy::naive_bytecount, reason = "one line")]
        let delimiter = marks.max_by_key(|mark| first.iter().filter(|byte| *byte == mark).count()).unwrap_or(b',');
        let mut rows = csv::ReaderBuilder::new().delimiter(delimiter).flexible(true).from_reader(head);
        let header = rows.byte_headers().map_err(|_| FormatError::Empty { path: path.to_owned() })?;
        if header.iter().all(|name| name.trim_ascii().is_empty()) {
            return Err(FormatError::Empty { path: path.to_owned() });
        }
        Ok(Self { delimiter, names: header.iter().map(|name| String::from_utf8_lossy(name).into_owned()).collect() })
    }

    /// Where the columns are, in the order of [`EventColumn::ALL`]: beyond all where folders tell them.
    pub(super) fn places(
        &self,
        path: &Path,
        notes: &mut Vec<Note>,
    ) -> Result<([usize; EventColumn::ALL.len()], Given), FormatError> {
        let names: Vec<&str> = self.names.iter().map(String::as_str).collect();
        let found = Places::find(&names, notes);
        let given = found.given(path, &names)?;
        Ok((EventColumn::ALL.map(|column| found.of(column).unwrap_or(usize::MAX)), given))
    }
}

/// Reads a CSV file with a header; commas, semicolons or tabs stand between the cells.
pub(super) fn read_csv(
    path: &Path,
    wanted: Wanted,
    options: &EventOptions,
    take: &mut TakeBatch<'_>,
    told: &mut PartReport,
) -> Result<(), FormatError> {
    let failed = |source| FormatError::Read { path: path.to_owned(), source };
    let head = CsvHead::read(path)?;
    // What was guessed was told when the file was looked at.
    let (at, given) = head.places(path, &mut Vec::new())?;
    let records = Records::new(BufReader::with_capacity(1 << 20, open_regular(path)?), head.delimiter);
    let mut rows = csv::ReaderBuilder::new().delimiter(head.delimiter).flexible(true).from_reader(records);
    let broken = |error: csv::Error| match error.into_kind() {
        csv::ErrorKind::Io(source) => failed(source),
        _ => FormatError::Empty { path: path.to_owned() },
    };
    let (batch, words, report) = (EventBatch::default(), EventWords::default(), PartReport::default());
    let mut batches = Batches { wanted, options, take, given: &given, batch, words, report };
    let mut row = csv::ByteRecord::new();
    let ended = loop {
        match rows.read_byte_record(&mut row) {
            Ok(true) => {}
            Ok(false) => break Ok(()),
            Err(error) => break Err(broken(error)),
        }
        batches.report.rows += 1;
        let line = row.position().map_or(0, csv::Position::line);
        match event_of(&row, &at, &given) {
            Ok(event) => {
                if !batches.add(&event) {
                    break Ok(());
                }
            }
            Err(why) => batches.bad(why, line),
        }
    };
    batches.finish(told);
    ended
}

fn event_of<'a>(row: &'a csv::ByteRecord, at: &[usize; 5], given: &Given) -> Result<TextEvent<'a>, Bad> {
    let cell = |column: EventColumn| match row.get(at[column as usize]) {
        Some(cell) => Ok(cell.trim_ascii()),
        None if given.has(column) => Ok(&b""[..]),
        None => Err("has too few cells"),
    };
    let number = |column, why| -> Result<Option<i64>, Bad> {
        let cell = cell(column)?;
        if cell.is_empty() {
            return Ok(None);
        }
        let text = std::str::from_utf8(cell).map_err(|_| why)?;
        whole_number(text).map(Some).ok_or(why)
    };
    let time = || -> Result<Option<TextTime>, Bad> {
        let why = "has a timestamp_detected that is no time";
        number(EventColumn::Time, why).map(|number| number.map(TextTime::Number)).or_else(|_| {
            let text = std::str::from_utf8(cell(EventColumn::Time)?).map_err(|_| why)?;
            written_time(text).map(Some).ok_or(why)
        })
    };
    let item = cell(EventColumn::Item)?;
    Ok(TextEvent {
        location: number(EventColumn::Location, "has a geographical_location_oid that is no whole number")?,
        camera: number(EventColumn::Camera, "has a video_camera_oid that is no whole number")?,
        detection: number(EventColumn::Detection, "has a detection_oid that is no whole number")?,
        item: if item.is_empty() {
            None
        } else {
            Some(Cow::Borrowed(std::str::from_utf8(item).map_err(|_| "has an item_name that is no UTF-8")?))
        },
        time: time()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Bytes of the record that a text ends in, however it is cut into pieces.
    fn last_record(text: &str) -> u64 {
        let bytes = |piece: usize| {
            let mut records = Records::new(std::io::empty(), b',');
            text.as_bytes().chunks(piece).for_each(|piece| records.pass(piece));
            records.record_bytes
        };
        let told = bytes(PIECE);
        (1..5).for_each(|piece| assert_eq!(bytes(piece), told, "{text} in pieces of {piece}"));
        told
    }

    #[test]
    fn quotes_open_cells_only_at_their_start() {
        for (text, expected) in [
            ("a,b\nc", 1),
            ("a\r\n", 0),
            ("1,19\" sign,2\nc", 1),
            ("1,\"a\nb", 6),
            ("\"a\n\"\nc", 1),
            ("\u{feff}\"a\nb", 4),
            ("1,\"a \"\"b\"\"\n\",2\nc", 1),
            ("1,\"a\"b\"\nc", 1),
            ("1,\"\"\nc", 1),
            (" \"a\nb", 1),
        ] {
            assert_eq!(last_record(text), expected, "{text}");
        }
        // Lines with one quote each, as signs of inches have it, are lines.
        let line = "1,2,3,19\" sign,1700000000\n";
        let mut records = Records::new(std::io::Cursor::new(line.repeat(100_000)), b',');
        assert!(std::io::copy(&mut records, &mut std::io::sink()).is_ok());
        let endless = format!("1,2,3,\"sign,5\n{}", "1,2,3,car,5\n".repeat(100_000));
        let mut open = Records::new(std::io::Cursor::new(endless), b',');
        assert!(std::io::copy(&mut open, &mut std::io::sink()).is_err());
    }

    #[test]
    fn whole_numbers_and_times_are_read_however_they_are_written() {
        for (text, expected) in [
            ("1", Some(1)),
            ("-7", Some(-7)),
            ("1.0", Some(1)),
            ("1.", Some(1)),
            ("-12.000", Some(-12)),
            ("9223372036854775807", Some(i64::MAX)),
            ("9007199254740992.0", Some(1 << 53)),
            ("9007199254740993.0", None),
            ("1.5", None),
            ("1e3", None),
            (".0", None),
            ("1.0.0", None),
            ("", None),
        ] {
            assert_eq!(whole_number(text), expected, "{text}");
        }
        let day = 1_714_521_600_000_000_000;
        for (text, expected) in [
            ("2024-05-01T08:00:00Z", Some(day + 28_800_000_000_000)),
            ("2024-05-01 08:00:00.5+02:00", Some(day + 21_600_500_000_000)),
            ("2024-05-01", Some(day)),
            ("20240501", None),
            ("2024-13-01", None),
            ("soon", None),
        ] {
            assert_eq!(written_time(text), expected.map(TextTime::Ns), "{text}");
        }
    }
}
