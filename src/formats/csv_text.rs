//! The text of a CSV file: its encoding, delimiter, comment lines and header, before any row is taken apart.

use std::path::Path;

use super::{FormatError, Note};

/// How the rows of a text table are written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Dialect {
    /// The byte between cells.
    pub(super) delimiter: u8,
    /// Whether double quotes enclose cells.
    pub(super) quoting: bool,
    /// Names of the columns as written.
    pub(super) header: Vec<String>,
    /// Where the first row of values begins.
    pub(super) body_start: usize,
    /// Line (from 1) of the first row of values.
    pub(super) body_line: u64,
}

/// Text of the file as UTF-8, without a byte order mark.
pub(super) fn decode(path: &Path, bytes: Vec<u8>, notes: &mut Vec<Note>) -> Result<String, FormatError> {
    if let [a @ (0xff | 0xfe), b @ (0xff | 0xfe), rest @ ..] = bytes.as_slice()
        && a != b
    {
        let little = *a == 0xff;
        let units = rest.chunks_exact(2).map(|pair| {
            let pair = [pair[0], pair[1]];
            if little { u16::from_le_bytes(pair) } else { u16::from_be_bytes(pair) }
        });
        return Ok(char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)).collect());
    }
    let head = &bytes[..bytes.len().min(64 << 10)];
    if head.contains(&0) {
        return Err(FormatError::WrongContent {
            path: path.to_owned(),
            expected: "a text table",
            found: "it holds zero bytes, as binary files do",
            remedy: "give the file the ending of its real format",
        });
    }
    let mut text = match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            notes.push(Note::new("the text is not UTF-8; it was read as Latin-1", "save the file as UTF-8"));
            error.into_bytes().into_iter().map(char::from).collect()
        }
    };
    if text.starts_with('\u{feff}') {
        text.drain(..'\u{feff}'.len_utf8());
    }
    Ok(text)
}

/// Finds delimiter and header.
pub(super) fn dialect(path: &Path, text: &str, notes: &mut Vec<Note>) -> Result<Dialect, FormatError> {
    let empty = || FormatError::Empty { path: path.to_owned() };
    let mut comment = None;
    let mut lines = Lines { text, start: 0, read: 0 };
    let first = loop {
        let line = lines.next().ok_or_else(empty)?;
        if let Some(said) = comment_of(line.text) {
            comment = Some(said);
        } else if !line.text.trim().is_empty() {
            break line;
        }
    };
    let sample: Vec<&str> =
        std::iter::once(first.text).chain(lines.clone().map(|line| line.text)).filter(is_row).take(50).collect();
    let delimiter = sniff_delimiter(&sample);
    let cells = split(first.text, delimiter);

    let after = lines.start.min(text.len());
    if !looks_like_values(&cells) {
        return Ok(Dialect { delimiter, quoting: true, header: cells, body_start: after, body_line: lines.read + 1 });
    }
    // No header line. Some recorders write it as a comment: `#timestamp [ns],speed [m/s]`.
    let header = match comment.map(|said| split(said, delimiter)) {
        Some(said) if said.len() == cells.len() && cells.len() > 1 => said,
        _ => {
            notes.push(Note::new(
                format!("the first row holds values; the columns are called column_1 to column_{}", cells.len()),
                "write a header line with the names of the columns",
            ));
            (1..=cells.len()).map(|at| format!("column_{at}")).collect()
        }
    };
    Ok(Dialect { delimiter, quoting: true, header, body_start: first.start, body_line: first.number })
}

fn is_row(line: &&str) -> bool {
    !line.trim().is_empty() && comment_of(line).is_none()
}

/// The words of a comment line.
fn comment_of(line: &str) -> Option<&str> {
    let line = line.trim_start();
    line.strip_prefix('#').or_else(|| line.strip_prefix("//")).map(str::trim)
}

/// The delimiter that parts most lines into the same number of cells, more cells winning.
fn sniff_delimiter(sample: &[&str]) -> u8 {
    let score = |delimiter: u8| {
        let counts: Vec<usize> = sample.iter().map(|line| count_outside_quotes(line, delimiter)).collect();
        let first = counts.first().copied().unwrap_or(0);
        let same = counts.iter().filter(|count| **count == first).count();
        // A decimal comma parts every cell of a `;` table in two, but its header has none.
        (first > 0, same * 2 > counts.len(), first)
    };
    // On equal scores the later one wins; the comma is the usual one.
    [b'|', b'\t', b';', b','].into_iter().max_by_key(|delimiter| score(*delimiter)).unwrap_or(b',')
}

fn count_outside_quotes(line: &str, delimiter: u8) -> usize {
    let mut quoted = false;
    line.bytes()
        .filter(|byte| {
            quoted ^= *byte == b'"';
            *byte == delimiter && !quoted
        })
        .count()
}

fn split(line: &str, delimiter: u8) -> Vec<String> {
    let mut reader =
        csv::ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter).from_reader(line.as_bytes());
    let mut record = csv::StringRecord::new();
    match reader.read_record(&mut record) {
        Ok(true) => record.iter().map(|cell| cell.trim().to_owned()).collect(),
        _ => vec![line.trim().to_owned()],
    }
}

/// Whether a line can only be values: most cells are numbers or times.
fn looks_like_values(cells: &[String]) -> bool {
    let value = |cell: &&String| cell.parse::<f64>().is_ok() || crate::model::parse_time_ns(cell).is_some();
    let values = cells.iter().filter(value).count();
    values > 0 && values * 2 >= cells.iter().filter(|cell| !cell.is_empty()).count()
}

/// Lines with their place in the text.
#[derive(Clone)]
struct Lines<'a> {
    text: &'a str,
    /// Where the next line begins.
    start: usize,
    /// Number of the line read last, from 1.
    read: u64,
}

struct Line<'a> {
    text: &'a str,
    start: usize,
    number: u64,
}

impl<'a> Iterator for Lines<'a> {
    type Item = Line<'a>;

    fn next(&mut self) -> Option<Line<'a>> {
        if self.start >= self.text.len() {
            return None;
        }
        let start = self.start;
        let rest = &self.text[start..];
        let end = rest.find('\n').unwrap_or(rest.len());
        self.start = start + end + 1;
        self.read += 1;
        Some(Line { text: rest[..end].trim_end_matches('\r'), start, number: self.read })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sniff(text: &str) -> (char, Vec<String>, String) {
        let found = dialect(Path::new("a.csv"), text, &mut Vec::new()).unwrap();
        (char::from(found.delimiter), found.header, text.get(found.body_start..).unwrap_or("").to_owned())
    }

    #[test]
    fn finds_delimiter_and_header() {
        for (text, delimiter, header, body) in [
            ("t,a\n1,2\n", ',', vec!["t", "a"], "1,2\n"),
            ("t;a\r\n1,5;2,5\r\n", ';', vec!["t", "a"], "1,5;2,5\r\n"),
            ("t\ta b\n1\t2\n", '\t', vec!["t", "a b"], "1\t2\n"),
            ("t|a|b\n1|2|3", '|', vec!["t", "a", "b"], "1|2|3"),
            ("# made today\n\nt,a\n1,2\n", ',', vec!["t", "a"], "1,2\n"),
            ("#timestamp [ns],w\n1,2\n", ',', vec!["timestamp [ns]", "w"], "1,2\n"),
            ("1,2\n3,4\n", ',', vec!["column_1", "column_2"], "1,2\n3,4\n"),
            ("\"t\",\"a;b\"\n1,2\n", ',', vec!["t", "a;b"], "1,2\n"),
            ("t", ',', vec!["t"], ""),
            ("2024-05-01T00:00Z,go\n", ',', vec!["column_1", "column_2"], "2024-05-01T00:00Z,go\n"),
        ] {
            let header: Vec<String> = header.into_iter().map(str::to_owned).collect();
            assert_eq!(sniff(text), (delimiter, header, body.to_owned()), "{text:?}");
        }
        assert!(matches!(dialect(Path::new("a"), "\n# x\n", &mut vec![]), Err(FormatError::Empty { .. })));
    }

    #[test]
    fn decodes_text() {
        let utf16: Vec<u8> = [0xff, 0xfe].into_iter().chain("t,ä".encode_utf16().flat_map(u16::to_le_bytes)).collect();
        for (bytes, expected, noted) in [
            (b"\xef\xbb\xbft,a".to_vec(), "t,a", 0),
            (b"t,\xe4".to_vec(), "t,ä", 1),
            (utf16, "t,ä", 0),
            (b"\xfe\xff\0t".to_vec(), "t", 0),
        ] {
            let mut notes = Vec::new();
            assert_eq!(decode(Path::new("a"), bytes, &mut notes).unwrap(), expected);
            assert_eq!(notes.len(), noted);
        }
        assert!(decode(Path::new("a"), b"\x89HDF\0".to_vec(), &mut Vec::new()).is_err());
    }
}
