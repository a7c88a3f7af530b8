//! Conditions over strips of rows. Each condition gives the rows where it is true and the rows where it is false, only
//! those that are asked for; what is in neither is unknown. So `not` swaps the two, and a filter without `not` never
//! looks for nulls.

use std::ops::Range;

use super::{
    FootageRows,
    ast::{ArithmeticOp, CompareOp, Number as Value},
    bounds::Bounds,
    frame_set::WORD_ROWS,
    kernel::{EMPTY, Mask, STRIP_ROWS, select, zip},
    plan::{Test, Texts, Values, word},
    typed::{arithmetic, order_int_float},
};
use crate::model::{Column, NULL_WORD};

/// Which outcomes are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Want {
    pub yes: bool,
    pub no: bool,
}

/// The rows where a condition is true and where it is false; a side that was not asked for means nothing.
pub(super) struct Truth {
    pub yes: Mask,
    pub no: Mask,
}

/// Up to 1,024 rows, beginning at a multiple of that.
#[derive(Debug, Clone, Copy)]
pub(super) struct Strip<'a> {
    pub first: usize,
    pub rows: usize,
    pub footages: &'a [FootageRows],
}

impl Strip<'_> {
    fn range(&self) -> Range<usize> {
        self.first..self.first + self.rows
    }

    /// The words of the strip out of those of all rows.
    fn words(&self, all: &[usize]) -> Mask {
        let mut mask = EMPTY;
        let from = all.get(self.first / WORD_ROWS..).unwrap_or_default();
        mask.iter_mut().zip(from).for_each(|(mask, word)| *mask = *word as u64);
        mask
    }

    /// One bit for each row that there is.
    pub(super) fn every_row(&self) -> Mask {
        every_row(self.rows)
    }

    /// The footages with rows in the strip: number, footage, rows within the strip.
    fn footages(&self) -> impl Iterator<Item = (usize, &FootageRows, Range<usize>)> {
        let begin = self.footages.partition_point(|footage| footage.first_row + footage.rows <= self.first);
        let end = self.first + self.rows;
        self.footages[begin..].iter().enumerate().take_while(move |(_, footage)| footage.first_row < end).map(
            move |(at, footage)| {
                let from = footage.first_row.max(self.first) - self.first;
                let to = (footage.first_row + footage.rows).min(end) - self.first;
                (begin + at, footage, from..to)
            },
        )
    }
}

/// One bit for each of the first `rows` rows of a strip.
pub(super) fn every_row(rows: usize) -> Mask {
    let mut mask = EMPTY;
    set_range(&mut mask, 0..rows);
    mask
}

/// Sets the bits of a range of rows.
fn set_range(mask: &mut Mask, rows: Range<usize>) {
    for (at, word) in mask.iter_mut().enumerate() {
        let from = rows.start.clamp(at * WORD_ROWS, (at + 1) * WORD_ROWS) - at * WORD_ROWS;
        let to = rows.end.clamp(at * WORD_ROWS, (at + 1) * WORD_ROWS) - at * WORD_ROWS;
        if from < to {
            *word |= (u64::MAX >> (WORD_ROWS - (to - from))) << from;
        }
    }
}

fn is_empty(mask: &Mask) -> bool {
    mask.iter().all(|word| *word == 0)
}

fn and(a: &Mask, b: &Mask) -> Mask {
    zip(a, b, |a, b| a & b)
}

fn or(a: &Mask, b: &Mask) -> Mask {
    zip(a, b, |a, b| a | b)
}

fn without(a: &Mask, b: &Mask) -> Mask {
    zip(a, b, |a, b| a & !b)
}

/// Both sides of a condition that is known for `known` and true for `yes`, which lies inside it.
fn split(yes: Mask, known: &Mask) -> Truth {
    Truth { no: without(known, &yes), yes }
}

impl Test {
    /// The outcomes for the rows among `care`.
    pub(super) fn truth(&self, strip: &Strip<'_>, care: &Mask, want: Want) -> Truth {
        match self {
            Self::Constant(value) => Truth {
                yes: if *value == Some(true) { *care } else { EMPTY },
                no: if *value == Some(false) { *care } else { EMPTY },
            },
            Self::Not(inner) => {
                let Truth { yes, no } = inner.truth(strip, care, Want { yes: want.no, no: want.yes });
                Truth { yes: no, no: yes }
            }
            Self::All(parts) => all(parts, strip, care, want),
            Self::Any(parts) => {
                let mut truth = Truth { yes: EMPTY, no: *care };
                let mut left = *care;
                for part in parts {
                    if is_empty(&left) {
                        break;
                    }
                    let one = part.truth(strip, &left, want);
                    truth.yes = or(&truth.yes, &one.yes);
                    truth.no = and(&truth.no, &one.no);
                    left = without(&left, &one.yes);
                    if !want.yes {
                        // Only rows where every part so far is false can still be false.
                        left = truth.no;
                    }
                }
                truth
            }
            Self::Same(left, right) => {
                let both = Want { yes: true, no: true };
                let a = left.truth(strip, care, both);
                let b = right.truth(strip, &or(&a.yes, &a.no), both);
                Truth {
                    yes: or(&and(&a.yes, &b.yes), &and(&a.no, &b.no)),
                    no: or(&and(&a.yes, &b.no), &and(&a.no, &b.yes)),
                }
            }
            Self::IsUnknown(inner) => {
                let Truth { yes, no } = inner.truth(strip, care, Want { yes: true, no: true });
                let known = or(&yes, &no);
                Truth { yes: without(care, &known), no: known }
            }
            Self::Known(sides) => Truth {
                yes: and(&strip.words(&sides.0), care),
                no: if want.no { and(&strip.words(&sides.1), care) } else { EMPTY },
            },
            Self::Flag(column) => {
                let Column::Bool(flags) = &**column else { return Truth { yes: EMPTY, no: EMPTY } };
                let flags = &flags[strip.range()];
                Truth {
                    yes: if want.yes { select(flags, care, |v| v == 1) } else { EMPTY },
                    no: if want.no { select(flags, care, |v| v == 0) } else { EMPTY },
                }
            }
            Self::Within { values, bounds } => within(values, *bounds, strip, care, want),
            Self::OneOf { values, list } => {
                if values.is_exact() {
                    let mut ints = [0; STRIP_ROWS];
                    let known = and(care, &values.ints(strip, &mut ints));
                    split(select(&ints[..strip.rows], &known, |v| list.has_int(v)), &known)
                } else {
                    let floats = values.floats(strip);
                    let known = select(&floats, care, |v| !v.is_nan());
                    split(select(&floats, &known, |v| list.has_float(v)), &known)
                }
            }
            Self::Compare { op, left, right } => compare(*op, left, right, strip, care),
            Self::InPlace { latitude, longitude, place } => {
                let (latitudes, longitudes) = (latitude.floats(strip), longitude.floats(strip));
                let known = select(&latitudes, care, |v| !v.is_nan());
                let known = select(&longitudes, &known, |v| !v.is_nan());
                split(place.within(&latitudes, &longitudes, &known), &known)
            }
            Self::IsNull(values) => split(values.nulls(strip, care), care),
            Self::Footages(outcomes) => {
                let (mut yes, mut no) = (EMPTY, EMPTY);
                for (at, _, rows) in strip.footages() {
                    match outcomes[at] {
                        Some(true) => set_range(&mut yes, rows),
                        Some(false) => set_range(&mut no, rows),
                        None => {}
                    }
                }
                Truth { yes: and(&yes, care), no: and(&no, care) }
            }
            Self::Words { column, outcomes, null } => {
                let Column::Text { codes, .. } = &**column else { return Truth { yes: EMPTY, no: EMPTY } };
                let codes = &codes[strip.range()];
                let outcome = |code: u32| match code {
                    NULL_WORD => *null,
                    code => outcomes.get(code as usize).copied().unwrap_or(*null),
                };
                Truth {
                    yes: if want.yes { select(codes, care, |code| outcome(code) == Some(true)) } else { EMPTY },
                    no: if want.no { select(codes, care, |code| outcome(code) == Some(false)) } else { EMPTY },
                }
            }
            Self::CompareText { op, left, right } => compare_texts(*op, left, right, strip, care),
        }
    }
}

fn all(parts: &[Test], strip: &Strip<'_>, care: &Mask, want: Want) -> Truth {
    let mut truth = Truth { yes: *care, no: EMPTY };
    let mut left = *care;
    for part in parts {
        if is_empty(&left) {
            break;
        }
        let one = part.truth(strip, &left, want);
        truth.yes = and(&truth.yes, &one.yes);
        truth.no = or(&truth.no, &one.no);
        // Rows known to be false are done; when only the true ones are asked for, unknown ones are done too.
        left = if want.no { without(&left, &one.no) } else { truth.yes };
    }
    truth
}

fn within(values: &Values, bounds: Bounds, strip: &Strip<'_>, care: &Mask, want: Want) -> Truth {
    if let (Values::Column(column), Bounds::Float { low, high }) = (values, bounds)
        && let Column::Float(floats) = &**column
    {
        return floats_within(&floats[strip.range()], low, high, care, want);
    }
    let Bounds::Int { low, high } = bounds else {
        let Bounds::Float { low, high } = bounds else { return Truth { yes: EMPTY, no: EMPTY } };
        return floats_within(&values.floats(strip), low, high, care, want);
    };
    match values {
        Values::Column(column) if let Column::Int { values, valid } = &**column => {
            let yes = select(&values[strip.range()], care, |v| v >= low && v <= high);
            if valid.is_empty() {
                return split(yes, care);
            }
            let known = select(&valid[strip.range()], care, |valid| valid);
            split(and(&yes, &known), &known)
        }
        Values::Counts(counts) => {
            // Counts are never negative: an interval that ends below zero or begins past 32 bits holds none.
            let yes = match (u32::try_from(low.max(0)), u32::try_from(high.min(i64::from(u32::MAX)))) {
                (Ok(low), Ok(high)) => select(&counts[strip.range()], care, |v| v >= low && v <= high),
                _ => EMPTY,
            };
            split(yes, care)
        }
        Values::Times(times) => split(select(&times[strip.range()], care, |v| v >= low && v <= high), care),
        _ => {
            let mut ints = [0; STRIP_ROWS];
            let known = and(care, &values.ints(strip, &mut ints));
            split(select(&ints[..strip.rows], &known, |v| v >= low && v <= high), &known)
        }
    }
}

fn floats_within(floats: &[f64], low: f64, high: f64, care: &Mask, want: Want) -> Truth {
    Truth {
        yes: match (want.yes, low == f64::NEG_INFINITY, high == f64::INFINITY) {
            (false, ..) => EMPTY,
            // Half-open intervals, which most filters are, need one compare.
            (true, false, true) => select(floats, care, |v| v >= low),
            (true, true, false) => select(floats, care, |v| v <= high),
            (true, ..) => select(floats, care, |v| v >= low && v <= high),
        },
        no: if want.no { select(floats, care, |v| v < low || v > high) } else { EMPTY },
    }
}

fn compare(op: CompareOp, left: &Values, right: &Values, strip: &Strip<'_>, care: &Mask) -> Truth {
    let (mut yes, mut known) = (EMPTY, EMPTY);
    let mut set = |row: usize, order: Option<std::cmp::Ordering>| {
        if let Some(order) = order {
            let bit = 1 << (row % WORD_ROWS);
            known[row / WORD_ROWS] |= bit;
            yes[row / WORD_ROWS] |= if op.holds(order) { bit } else { 0 };
        }
    };
    let (mut a, mut b) = ([0; STRIP_ROWS], [0; STRIP_ROWS]);
    let valid = match (left.is_exact(), right.is_exact()) {
        (true, true) => {
            let valid = and(&left.ints(strip, &mut a), &right.ints(strip, &mut b));
            (0..strip.rows).for_each(|row| set(row, Some(a[row].cmp(&b[row]))));
            valid
        }
        (true, false) => {
            let (valid, b) = (left.ints(strip, &mut a), right.floats(strip));
            (0..strip.rows).for_each(|row| set(row, order_int_float(a[row], b[row])));
            valid
        }
        (false, true) => {
            let (valid, a) = (right.ints(strip, &mut b), left.floats(strip));
            (0..strip.rows).for_each(|row| set(row, order_int_float(b[row], a[row]).map(std::cmp::Ordering::reverse)));
            valid
        }
        (false, false) => {
            let (a, b) = (left.floats(strip), right.floats(strip));
            (0..strip.rows).for_each(|row| set(row, a[row].partial_cmp(&b[row])));
            *care
        }
    };
    let known = and(&and(&known, &valid), care);
    split(and(&yes, &known), &known)
}

fn compare_texts(op: CompareOp, left: &Texts, right: &Texts, strip: &Strip<'_>, care: &Mask) -> Truth {
    let (mut yes, mut known) = (EMPTY, EMPTY);
    for (footage, _, rows) in strip.footages() {
        for row in rows {
            let texts = (left.at(footage, strip.first + row), right.at(footage, strip.first + row));
            if let (Some(a), Some(b)) = texts {
                let bit = 1 << (row % WORD_ROWS);
                known[row / WORD_ROWS] |= bit;
                yes[row / WORD_ROWS] |= if op.holds(a.cmp(b)) { bit } else { 0 };
            }
        }
    }
    let known = and(&known, care);
    split(and(&yes, &known), &known)
}

impl Texts {
    fn at(&self, footage: usize, row: usize) -> Option<&str> {
        match self {
            Self::Constant(text) => Some(text),
            Self::Column(column) => word(column, row),
            Self::Footages(texts) => texts[footage].as_deref(),
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "arithmetic is in doubles; exact comparisons read the whole numbers")]
impl Values {
    /// Whether [`Self::ints`] gives the values exactly.
    fn is_exact(&self) -> bool {
        match self {
            Self::Column(column) => matches!(&**column, Column::Int { .. }),
            Self::Counts(_) | Self::Times(_) | Self::Frame | Self::Constant(Value::Int(_)) => true,
            Self::Constant(Value::Float(_))
            | Self::Null
            | Self::SinceStart(_)
            | Self::Negate(_)
            | Self::Arithmetic { .. } => false,
        }
    }

    /// Whole numbers of the strip into `out`; the rows that have one. None for values that are not whole numbers.
    fn ints(&self, strip: &Strip<'_>, out: &mut [i64; STRIP_ROWS]) -> Mask {
        let every = strip.every_row();
        match self {
            Self::Column(column) => {
                let Column::Int { values, valid } = &**column else { return EMPTY };
                out[..strip.rows].copy_from_slice(&values[strip.range()]);
                if valid.is_empty() { every } else { select(&valid[strip.range()], &every, |valid| valid) }
            }
            Self::Counts(counts) => {
                out.iter_mut().zip(&counts[strip.range()]).for_each(|(out, count)| *out = i64::from(*count));
                every
            }
            Self::Times(times) => {
                out[..strip.rows].copy_from_slice(&times[strip.range()]);
                every
            }
            Self::Frame => {
                for (_, footage, rows) in strip.footages() {
                    for row in rows {
                        // A row number is far below 2^63.
                        out[row] = i64::try_from(strip.first + row - footage.first_row).unwrap_or(i64::MAX);
                    }
                }
                every
            }
            Self::Constant(Value::Int(value)) => {
                out.fill(*value);
                every
            }
            Self::Constant(Value::Float(_))
            | Self::Null
            | Self::SinceStart(_)
            | Self::Negate(_)
            | Self::Arithmetic { .. } => EMPTY,
        }
    }

    /// The strip as doubles, NaN where null.
    pub(super) fn floats(&self, strip: &Strip<'_>) -> Vec<f64> {
        match self {
            Self::Column(column) if let Column::Float(values) = &**column => values[strip.range()].to_vec(),
            Self::Constant(value) => vec![value.as_f64(); strip.rows],
            Self::Null => vec![f64::NAN; strip.rows],
            Self::SinceStart(times) => {
                let mut out = vec![f64::NAN; strip.rows];
                for (_, footage, rows) in strip.footages() {
                    for row in rows {
                        let elapsed_ns = i128::from(times[strip.first + row]) - i128::from(footage.started_at_ns);
                        out[row] = elapsed_ns as f64 / 1e9;
                    }
                }
                out
            }
            Self::Negate(inner) => {
                let mut out = inner.floats(strip);
                for value in &mut out {
                    *value = -*value;
                }
                out
            }
            Self::Arithmetic { op, left, right } => {
                let mut out = left.floats(strip);
                if let Self::Constant(right) = &**right {
                    calculate(*op, &mut out, std::iter::repeat(right.as_f64()));
                } else {
                    calculate(*op, &mut out, right.floats(strip));
                }
                out
            }
            Self::Column(_) | Self::Counts(_) | Self::Times(_) | Self::Frame => {
                let mut ints = [0; STRIP_ROWS];
                let valid = self.ints(strip, &mut ints);
                let there = |row: usize| valid[row / WORD_ROWS] >> (row % WORD_ROWS) & 1 == 1;
                (0..strip.rows).map(|row| if there(row) { ints[row] as f64 } else { f64::NAN }).collect()
            }
        }
    }

    /// The rows among `care` without a value.
    fn nulls(&self, strip: &Strip<'_>, care: &Mask) -> Mask {
        match self {
            Self::Column(column) => match &**column {
                Column::Float(values) => select(&values[strip.range()], care, f64::is_nan),
                Column::Int { valid, .. } if valid.is_empty() => EMPTY,
                Column::Int { valid, .. } => select(&valid[strip.range()], care, |valid| !valid),
                Column::Bool(_) | Column::Text { .. } => *care,
            },
            Self::Counts(_) | Self::Times(_) | Self::Frame | Self::Constant(_) => EMPTY,
            Self::Null | Self::SinceStart(_) | Self::Negate(_) | Self::Arithmetic { .. } => {
                select(&self.floats(strip), care, f64::is_nan)
            }
        }
    }
}

fn calculate(op: ArithmeticOp, left: &mut [f64], right: impl IntoIterator<Item = f64>) {
    for (left, right) in left.iter_mut().zip(right) {
        *left = arithmetic(op, *left, right);
    }
}
