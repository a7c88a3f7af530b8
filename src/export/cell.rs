//! One value of a row on its way out.

use std::{borrow::Cow, fmt::Write as _};

use crate::model::format_ns;

/// A value with its type, so that each format can write it in its own way.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell<'a> {
    /// No value.
    Null,
    /// Text.
    Text(Cow<'a, str>),
    /// A whole number.
    Int(i64),
    /// A floating-point number.
    Float(f64),
    /// True or false.
    Bool(bool),
    /// A time in ns UTC.
    Time(i64),
}

impl Cell<'_> {
    /// Writes the value as CSV and tables show it: null is empty, floats keep every digit and a decimal point (so that
    /// a reader takes the column for floats), NaN is `NaN`, times have nine digits and `Z`.
    pub(super) fn write_text(&self, out: &mut String) {
        // Writing to a String cannot fail.
        let _ = match self {
            Self::Null => Ok(()),
            Self::Text(text) => out.write_str(text),
            Self::Int(value) => write!(out, "{value}"),
            Self::Float(value) if value.is_nan() => out.write_str("NaN"),
            Self::Float(value) => write!(out, "{value:?}"),
            Self::Bool(value) => write!(out, "{value}"),
            Self::Time(ns) => out.write_str(&format_ns(*ns)),
        };
    }

    /// The value as CSV and tables show it; `None` where there is none.
    #[must_use]
    pub fn text(&self) -> Option<String> {
        (*self != Cell::Null).then(|| {
            let mut text = String::new();
            self.write_text(&mut text);
            text
        })
    }

    /// The value as JSON; what JSON cannot hold (NaN, infinities) is null.
    pub(super) fn json(&self) -> serde_json::Value {
        match self {
            Self::Null => serde_json::Value::Null,
            Self::Text(text) => text.as_ref().into(),
            Self::Int(value) => (*value).into(),
            Self::Float(value) => (*value).into(),
            Self::Bool(value) => (*value).into(),
            Self::Time(ns) => format_ns(*ns).into(),
        }
    }
}

/// Keeps a spreadsheet from taking text for a formula: a quote goes before `= + - @`, tab and return (OWASP, CSV
/// injection). Only text is guarded; a negative number stays a number.
pub(super) fn guard_formula(text: &mut String) {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        text.insert(0, '\'');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_written_as_documented() {
        for (cell, text, json) in [
            (Cell::Null, "", "null"),
            (Cell::Text("a,b".into()), "a,b", "\"a,b\""),
            (Cell::Int(-3), "-3", "-3"),
            (Cell::Float(1.0), "1.0", "1.0"),
            (Cell::Float(0.1 + 0.2), "0.30000000000000004", "0.30000000000000004"),
            (Cell::Float(f64::NAN), "NaN", "null"),
            (Cell::Bool(true), "true", "true"),
            (Cell::Time(1), "1970-01-01T00:00:00.000000001Z", "\"1970-01-01T00:00:00.000000001Z\""),
        ] {
            let mut written = String::new();
            cell.write_text(&mut written);
            assert_eq!(written, text);
            assert_eq!(cell.json().to_string(), json);
        }
    }

    #[test]
    fn formulas_are_guarded() {
        for (text, expected) in [("=1+1", "'=1+1"), ("@x", "'@x"), ("plain", "plain"), ("", "")] {
            let mut guarded = text.to_owned();
            guard_formula(&mut guarded);
            assert_eq!(guarded, expected);
        }
    }
}
