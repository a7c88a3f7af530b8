//! One column of a CSV file while it is read: text cells become values of the kind the column holds.

use super::{
    decimal::{Decimal, NO_TIME},
    table::{Cells, Words},
};
use crate::model::{Column, LocalTimes, NULL_BOOL, NULL_FLOAT, WrittenTime, parse_written_time};

/// What the cells of a column are read as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CellKind {
    /// No cell was filled yet; the first filled one decides.
    Open,
    /// Whole numbers; becomes `Float` at the first fraction.
    Int,
    /// Numbers.
    Float,
    /// true and false.
    Bool,
    /// Points in time as text.
    Instant,
    /// Exact decimals (a column named as times).
    Decimal,
    /// Words.
    Text,
}

/// How the kind of a column is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reading {
    /// By what its cells look like.
    Guessed,
    /// As times: decimal numbers are kept exactly, and more rubbish among them is borne.
    Times,
    /// As words, each as it is written: names, of which `007` and `1e3` are some.
    Words,
}

/// Whether a cell stands for "no value". Words that may mean something as text count only in columns of numbers.
fn is_empty(cell: &str, text_column: bool) -> bool {
    match cell.len() {
        0 => true,
        1 => cell == "-" && !text_column,
        3..=4 => {
            ["nan", "null"].iter().any(|word| cell.eq_ignore_ascii_case(word))
                || (!text_column && ["n/a", "#n/a", "none", "-nan"].iter().any(|word| cell.eq_ignore_ascii_case(word)))
        }
        2 => !text_column && cell.eq_ignore_ascii_case("na"),
        _ => false,
    }
}

fn parse_float(cell: &str, decimal_comma: bool) -> Option<f64> {
    match cell.parse() {
        Ok(value) => Some(value),
        Err(_) if decimal_comma && cell.contains(',') && !cell.contains('.') => cell.replace(',', ".").parse().ok(),
        Err(_) => None,
    }
}

fn parse_bool(cell: &str) -> Option<u8> {
    match cell {
        "0" | "false" | "False" | "FALSE" => Some(0),
        "1" | "true" | "True" | "TRUE" => Some(1),
        _ => None,
    }
}

fn parse_instant(cell: &str) -> Option<WrittenTime> {
    // A date has a `-` inside; this spares plain numbers the full parser.
    (cell.len() >= 8 && cell[1..].contains('-'))
        .then(|| parse_written_time(cell))
        .flatten()
        .filter(|time| time.ns != NO_TIME)
}

/// The kind one cell would give its column, `Open` for an empty cell.
fn kind_of(cell: &str, decimal_comma: bool) -> CellKind {
    if is_empty(cell, false) {
        CellKind::Open
    } else if cell.parse::<i64>().is_ok() {
        CellKind::Int
    } else if parse_float(cell, decimal_comma).is_some() {
        CellKind::Float
    } else if parse_bool(cell).is_some() {
        CellKind::Bool
    } else if cell.is_char_boundary(1) && parse_instant(cell).is_some() {
        CellKind::Instant
    } else {
        CellKind::Text
    }
}

/// The kind that at least nine of ten filled cells agree on (half of them in a column of times), else text.
pub(super) fn guess_kind<'a>(cells: impl Iterator<Item = &'a str>, decimal_comma: bool, reading: Reading) -> CellKind {
    if reading == Reading::Words {
        return CellKind::Text;
    }
    let exact = reading == Reading::Times;
    let (mut ints, mut floats, mut bools, mut instants, mut filled) = (0_usize, 0, 0, 0, 0);
    for cell in cells {
        let kind = kind_of(cell.trim(), decimal_comma);
        filled += usize::from(kind != CellKind::Open);
        match kind {
            CellKind::Int => ints += 1,
            CellKind::Float => floats += 1,
            CellKind::Bool => bools += 1,
            CellKind::Instant => instants += 1,
            _ => {}
        }
    }
    // A table without times is lost as a whole, so times are looked for among more rubbish.
    let most = |count: usize| count * 10 >= filled * if exact { 5 } else { 9 };
    if filled == 0 {
        CellKind::Open
    } else if most(ints + floats) {
        match (exact, floats) {
            (true, _) => CellKind::Decimal,
            (false, 0) => CellKind::Int,
            (false, _) => CellKind::Float,
        }
    } else if bools > 0 && most(bools + ints) {
        CellKind::Bool
    } else if most(instants) {
        CellKind::Instant
    } else {
        CellKind::Text
    }
}

#[derive(Debug)]
enum Values {
    Open(usize),
    Int {
        values: Vec<i64>,
        valid: Vec<bool>,
    },
    Float(Vec<f64>),
    Bool(Vec<u8>),
    /// Times, and which of them were written without a zone.
    Instant {
        values: Vec<i64>,
        local: Vec<bool>,
    },
    Decimal(Vec<Decimal>),
    Text(Words),
}

/// A column being read.
#[derive(Debug)]
pub(super) struct CellReader {
    values: Values,
    decimal_comma: bool,
    reading: Reading,
    /// Cells that held something.
    pub(super) filled: u64,
    /// Filled cells that were not of the column's kind; they count as missing.
    pub(super) misfits: u64,
    /// Row and text of the first misfit.
    pub(super) first_misfit: Option<(usize, String)>,
}

impl CellReader {
    /// A reader of cells of one kind.
    pub(super) fn new(kind: CellKind, decimal_comma: bool, reading: Reading) -> Self {
        let values = match kind {
            CellKind::Open => Values::Open(0),
            CellKind::Int => Values::Int { values: Vec::new(), valid: Vec::new() },
            CellKind::Float => Values::Float(Vec::new()),
            CellKind::Bool => Values::Bool(Vec::new()),
            CellKind::Instant => Values::Instant { values: Vec::new(), local: Vec::new() },
            CellKind::Decimal => Values::Decimal(Vec::new()),
            CellKind::Text => Values::Text(Words::default()),
        };
        Self { values, decimal_comma, reading, filled: 0, misfits: 0, first_misfit: None }
    }

    /// What the column is read as by now.
    pub(super) fn kind(&self) -> CellKind {
        match self.values {
            Values::Open(_) => CellKind::Open,
            Values::Int { .. } => CellKind::Int,
            Values::Float(_) => CellKind::Float,
            Values::Bool(_) => CellKind::Bool,
            Values::Instant { .. } => CellKind::Instant,
            Values::Decimal(_) => CellKind::Decimal,
            Values::Text(_) => CellKind::Text,
        }
    }

    /// Number of cells read.
    pub(super) fn len(&self) -> usize {
        match &self.values {
            Values::Open(rows) => *rows,
            Values::Int { values, .. } | Values::Instant { values, .. } => values.len(),
            Values::Float(values) => values.len(),
            Values::Bool(values) => values.len(),
            Values::Decimal(values) => values.len(),
            Values::Text(words) => words.len(),
        }
    }

    /// Reads one cell, its surrounding blanks taken off.
    pub(super) fn push(&mut self, cell: &str) {
        let cell = cell.trim();
        if is_empty(cell, matches!(self.values, Values::Text(_))) {
            // A NaN that was written is no value either, yet it is not the same as an empty cell.
            match &mut self.values {
                Values::Float(values) if cell.eq_ignore_ascii_case("nan") || cell.eq_ignore_ascii_case("-nan") => {
                    values.push(f64::NAN);
                }
                _ => self.push_null(),
            }
            return;
        }
        self.filled += 1;
        if let Values::Open(rows) = self.values {
            let kind = guess_kind(std::iter::once(cell), self.decimal_comma, self.reading);
            self.values = Self::new(kind, self.decimal_comma, self.reading).values;
            for _ in 0..rows {
                self.push_null();
            }
        }
        let decimal_comma = self.decimal_comma;
        let taken = match &mut self.values {
            Values::Int { values, valid } => match cell.parse() {
                Ok(value) => {
                    values.push(value);
                    if !valid.is_empty() {
                        valid.push(true);
                    }
                    true
                }
                Err(_) => match parse_float(cell, decimal_comma) {
                    Some(value) => {
                        self.widen();
                        if let Values::Float(values) = &mut self.values {
                            values.push(value);
                        }
                        true
                    }
                    None => false,
                },
            },
            Values::Float(values) => parse_float(cell, decimal_comma).map(|value| values.push(value)).is_some(),
            Values::Bool(values) => parse_bool(cell).map(|value| values.push(value)).is_some(),
            Values::Instant { values, local } => {
                let time = if cell.is_char_boundary(1) { parse_instant(cell) } else { None };
                if let Some(time) = time {
                    values.push(time.ns);
                    local.push(!time.zoned);
                }
                time.is_some()
            }
            Values::Decimal(values) => {
                let number = Decimal::parse(cell).or_else(|| {
                    (decimal_comma && cell.contains(',')).then(|| Decimal::parse(&cell.replace(',', "."))).flatten()
                });
                number.filter(|number| !number.is_null()).map(|number| values.push(number)).is_some()
            }
            Values::Text(words) => {
                words.push(Some(cell));
                true
            }
            Values::Open(_) => false,
        };
        if !taken {
            self.misfits += 1;
            if self.first_misfit.is_none() {
                self.first_misfit = Some((self.len(), cell.chars().take(40).collect()));
            }
            self.push_null();
        }
    }

    /// Adds a missing value.
    pub(super) fn push_null(&mut self) {
        match &mut self.values {
            Values::Open(rows) => *rows += 1,
            Values::Int { values, valid } => {
                if valid.is_empty() {
                    valid.resize(values.len(), true);
                }
                values.push(0);
                valid.push(false);
            }
            Values::Float(values) => values.push(NULL_FLOAT),
            Values::Bool(values) => values.push(NULL_BOOL),
            Values::Instant { values, local } => {
                values.push(NO_TIME);
                local.push(false);
            }
            Values::Decimal(values) => values.push(Decimal::NULL),
            Values::Text(words) => words.push(None),
        }
    }

    /// Whole numbers become doubles.
    #[expect(clippy::cast_precision_loss, reason = "the column holds fractions, so all of it is doubles")]
    fn widen(&mut self) {
        if let Values::Int { values, valid } = &self.values {
            let there = |row: usize| valid.is_empty() || valid[row];
            let doubles = values.iter().enumerate();
            self.values =
                Values::Float(doubles.map(|(row, v)| if there(row) { *v as f64 } else { NULL_FLOAT }).collect());
        }
    }

    /// Adds what was read of the following part of the file; `false` when the two parts are of kinds that do not mix.
    pub(super) fn append(&mut self, mut other: Self) -> bool {
        let before = self.len();
        match (self.kind(), other.kind()) {
            (CellKind::Open, kind) if kind != CellKind::Open => {
                self.values = Self::new(kind, self.decimal_comma, self.reading).values;
                for _ in 0..before {
                    self.push_null();
                }
            }
            (CellKind::Int, CellKind::Float) => self.widen(),
            (CellKind::Float, CellKind::Int) => other.widen(),
            _ => {}
        }
        match (&mut self.values, other.values) {
            (Values::Open(rows), Values::Open(more)) => *rows += more,
            (_, Values::Open(more)) => (0..more).for_each(|_| self.push_null()),
            (Values::Int { values, valid }, Values::Int { values: more, valid: more_valid }) => {
                if !(valid.is_empty() && more_valid.is_empty()) {
                    valid.resize(values.len(), true);
                    valid.extend(&more_valid);
                    valid.resize(values.len() + more.len(), true);
                }
                values.extend(more);
            }
            (Values::Float(values), Values::Float(more)) => values.extend(more),
            (Values::Bool(values), Values::Bool(more)) => values.extend(more),
            (Values::Instant { values, local }, Values::Instant { values: more, local: more_local }) => {
                values.extend(more);
                local.extend(more_local);
            }
            (Values::Decimal(values), Values::Decimal(more)) => values.extend(more),
            (Values::Text(words), Values::Text(more)) => {
                let (codes, known) = more.into_parts();
                for code in codes {
                    words.push(known.get(code as usize).map(String::as_str));
                }
            }
            _ => return false,
        }
        self.filled += other.filled;
        self.misfits += other.misfits;
        if self.first_misfit.is_none() {
            self.first_misfit = other.first_misfit.map(|(row, cell)| (before + row, cell));
        }
        true
    }

    /// The values. Times without a zone are read by `zone`, or in UTC when there is none.
    pub(super) fn finish(self, zone: Option<&mut LocalTimes<'_>>) -> Cells {
        match self.values {
            Values::Open(rows) => Cells::Values(Column::Float(vec![NULL_FLOAT; rows])),
            Values::Int { values, valid } => Cells::Values(Column::Int { values, valid }),
            Values::Float(values) => Cells::Values(Column::Float(values)),
            Values::Bool(values) => Cells::Values(Column::Bool(values)),
            Values::Instant { mut values, local } => {
                if let Some(zone) = zone {
                    for (ns, _) in values.iter_mut().zip(local).filter(|(_, local)| *local) {
                        *ns = zone.to_utc(*ns).unwrap_or(NO_TIME);
                    }
                }
                Cells::Instants(values)
            }
            Values::Decimal(values) => Cells::Decimals(values),
            Values::Text(words) => Cells::Values(words.into_column()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::NULL_WORD;

    fn read(cells: &[&str], reading: Reading) -> (Cells, u64) {
        let kind = guess_kind(cells.iter().copied(), true, reading);
        let mut reader = CellReader::new(kind, true, reading);
        for cell in cells {
            reader.push(cell);
        }
        let misfits = reader.misfits;
        (reader.finish(None), misfits)
    }

    #[test]
    fn cells_become_values() {
        let int = |values: Vec<i64>, valid: Vec<bool>| Cells::Values(Column::Int { values, valid });
        for (cells, expected) in [
            (vec!["1", "", "-3"], int(vec![1, 0, -3], vec![true, false, true])),
            (vec!["1", "2"], int(vec![1, 2], vec![])),
            (vec!["true", "FALSE", "NA"], Cells::Values(Column::Bool(vec![1, 0, NULL_BOOL]))),
            (vec!["1,5", "2.5", " 3 "], Cells::Values(Column::Float(vec![1.5, 2.5, 3.0]))),
            (
                vec!["drive", "", "park", "drive", "none"],
                Cells::Values(Column::Text {
                    codes: vec![0, NULL_WORD, 1, 0, 2],
                    words: ["drive", "park", "none"].map(str::to_owned).to_vec(),
                }),
            ),
            (vec!["1970-01-01 00:00:01", "1970-01-01T00:00:02Z"], Cells::Instants(vec![1_000_000_000, 2_000_000_000])),
        ] {
            assert_eq!(read(&cells, Reading::Guessed), (expected, 0), "{cells:?}");
        }
        let (cells, _) = read(&["1.5", "2"], Reading::Times);
        assert_eq!(
            cells,
            Cells::Decimals(vec![Decimal { whole: 1, nano: 500_000_000 }, Decimal { whole: 2, nano: 0 }])
        );
        let names = Column::Text { codes: vec![0, 1, NULL_WORD, 0], words: ["007", "1e3"].map(str::to_owned).to_vec() };
        assert_eq!(read(&["007", "1e3", "", "007"], Reading::Words), (Cells::Values(names), 0));
    }

    #[test]
    fn a_stray_word_does_not_make_numbers_words() {
        let mut cells = vec!["1"; 20];
        cells[7] = "ERR";
        let (Cells::Values(Column::Int { values, valid }), 1) = read(&cells, Reading::Guessed) else {
            panic!("not whole numbers")
        };
        assert_eq!((values[7], valid[7], valid[8]), (0, false, true));
    }

    #[test]
    fn fractions_widen_whole_numbers() {
        let mut reader = CellReader::new(CellKind::Int, false, Reading::Guessed);
        for cell in ["1", "", "2.5"] {
            reader.push(cell);
        }
        let Cells::Values(Column::Float(values)) = reader.finish(None) else { panic!("not doubles") };
        assert!(values[0].to_bits() == 1.0_f64.to_bits() && values[1].is_nan() && values[2] > 2.4);
    }

    #[test]
    fn parts_join_as_one() {
        let all = ["", "", "1", "2", "", "2.5", "x", "4"];
        for cut in 0..=all.len() {
            let mut whole = CellReader::new(CellKind::Open, false, Reading::Guessed);
            let (mut first, mut second) = (
                CellReader::new(CellKind::Open, false, Reading::Guessed),
                CellReader::new(CellKind::Open, false, Reading::Guessed),
            );
            for (at, cell) in all.iter().enumerate() {
                whole.push(cell);
                if at < cut { &mut first } else { &mut second }.push(cell);
            }
            if first.append(second) {
                assert_eq!((first.filled, first.misfits), (whole.filled, whole.misfits), "cut at {cut}");
                assert_eq!(first.first_misfit, whole.first_misfit);
                assert_eq!(format!("{:?}", first.finish(None)), format!("{:?}", whole.finish(None)), "cut at {cut}");
            } else {
                assert_eq!(cut, 6, "only a part that begins with a word is of another kind");
            }
        }
    }
}
