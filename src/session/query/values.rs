//! Values of an answer by column, for charts.

use std::ops::Range;

use polars::prelude::{AnyValue, DataType};

use super::{SqlAnswer, SqlError};
use crate::session::{Session, SessionError};

/// The values of one column; `None` where there is none.
#[derive(Debug, Clone, PartialEq)]
pub enum SqlValues {
    /// Numbers; true and false are 1 and 0.
    Numbers(Vec<Option<f64>>),
    /// Times, ns UTC.
    Times(Vec<Option<i64>>),
    /// Words.
    Texts(Vec<Option<String>>),
}

impl Session {
    /// Some rows of some columns of an answer, the columns by their numbers and in the order asked for. A number that no
    /// column has gives no values.
    ///
    /// # Errors
    /// The rows cannot be read back.
    pub fn sql_values(
        answer: &SqlAnswer,
        rows: Range<usize>,
        columns: &[usize],
    ) -> Result<Vec<SqlValues>, SessionError> {
        let frame = answer.slice(rows).map_err(|error| SessionError::Failed(SqlError::Keep(error).to_string()))?;
        let values = columns.iter().map(|at| {
            let Some(column) = frame.columns().get(*at) else { return SqlValues::Numbers(Vec::new()) };
            let cells = column.as_materialized_series().iter();
            match column.dtype() {
                DataType::String => SqlValues::Texts(cells.map(|cell| cell.get_str().map(str::to_owned)).collect()),
                DataType::Datetime(..) => SqlValues::Times(cells.map(|cell| time_ns(&cell)).collect()),
                _ => SqlValues::Numbers(cells.map(|cell| number(&cell)).collect()),
            }
        });
        Ok(values.collect())
    }
}

/// Times leave a query in nanoseconds.
fn time_ns(cell: &AnyValue<'_>) -> Option<i64> {
    match cell {
        AnyValue::Datetime(ns, ..) | AnyValue::DatetimeOwned(ns, ..) => Some(*ns),
        _ => None,
    }
}

fn number(cell: &AnyValue<'_>) -> Option<f64> {
    match cell {
        AnyValue::Boolean(value) => Some(f64::from(u8::from(*value))),
        cell => cell.extract::<f64>().filter(|value| !value.is_nan()),
    }
}
