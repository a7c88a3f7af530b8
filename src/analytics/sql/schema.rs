//! The tables that a question can be asked of: names, columns, types.

use datafusion::arrow::datatypes::DataType as Arrow;
use polars::prelude::{DataType, TimeUnit, TimeZone};
use serde::{Deserialize, Serialize};

/// The type of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SqlType {
    /// Text.
    Text,
    /// Whole numbers of 64 bits.
    Int64,
    /// Whole numbers of 32 bits.
    Int32,
    /// Floating-point numbers of 64 bits.
    Double,
    /// True and false.
    Bool,
    /// Times in UTC, to the nanosecond.
    Timestamp,
}

impl SqlType {
    /// The word for it in lists and in JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Int64 => "int64",
            Self::Int32 => "int32",
            Self::Double => "double",
            Self::Bool => "bool",
            Self::Timestamp => "timestamp",
        }
    }

    /// The same in the words of data frames.
    #[must_use]
    pub fn data_type(self) -> DataType {
        match self {
            Self::Text => DataType::String,
            Self::Int64 => DataType::Int64,
            Self::Int32 => DataType::Int32,
            Self::Double => DataType::Float64,
            Self::Bool => DataType::Boolean,
            Self::Timestamp => {
                DataType::Datetime(TimeUnit::Nanoseconds, TimeZone::opt_try_new(Some("UTC")).ok().flatten())
            }
        }
    }

    /// The type in which values of a type of the SQL engine leave a query; what is none of ours leaves as text.
    #[must_use]
    pub(super) fn of(kind: &Arrow) -> Self {
        match kind {
            Arrow::Int32 => Self::Int32,
            kind if kind.is_integer() => Self::Int64,
            kind if kind.is_floating() || kind.is_decimal() => Self::Double,
            Arrow::Boolean => Self::Bool,
            Arrow::Timestamp(..) => Self::Timestamp,
            _ => Self::Text,
        }
    }
}

/// A column of a table or of an answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SqlColumn {
    /// Its name, as a query writes it (in double quotes where it is no plain word).
    pub name: String,
    /// Its type.
    #[serde(rename = "type")]
    pub kind: SqlType,
}

impl SqlColumn {
    /// A column.
    pub fn new(name: impl Into<String>, kind: SqlType) -> Self {
        Self { name: name.into(), kind }
    }
}

/// A table of a lake.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SqlTable {
    /// Its name.
    pub name: String,
    /// Its columns, in their order.
    pub columns: Vec<SqlColumn>,
}

impl SqlTable {
    /// A table.
    #[must_use]
    pub fn new(name: &str, columns: Vec<SqlColumn>) -> Self {
        Self { name: name.to_owned(), columns }
    }

    /// Whether it has a column of exactly this name.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.columns.iter().any(|column| column.name == name)
    }
}

/// The order of an answer: by one of its columns, what has no value last. Rows that are equal stay as they were.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct SqlSort {
    /// The column of the answer.
    pub column: String,
    /// Largest first.
    pub descending: bool,
}
