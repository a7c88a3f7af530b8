//! Rows in the six types of an answer. What is none of them (lists, dates, spans of time) leaves as text.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, AsArray, LargeStringBuilder, RecordBatch, RecordBatchOptions},
        compute::{CastOptions, cast_with_options},
        datatypes::{DataType, Field, Schema, SchemaRef},
        error::ArrowError,
        util::display::{ArrayFormatter, DurationFormat, FormatOptions},
    },
    error::DataFusionError,
};

use super::{
    engine::data_type,
    schema::{SqlColumn, SqlType},
};

/// The type in which a column travels.
fn travels_as(kind: SqlType) -> DataType {
    // Views would drag along every text that their batch was cut from.
    if kind == SqlType::Text { DataType::LargeUtf8 } else { data_type(kind) }
}

/// The columns of an answer as they travel.
pub(super) fn schema(columns: &[SqlColumn]) -> SchemaRef {
    let fields = columns.iter().map(|column| Field::new(&column.name, travels_as(column.kind), true));
    Arc::new(Schema::new(fields.collect::<Vec<_>>()))
}

/// Rows of the engine in the types of an answer.
///
/// # Errors
/// A number does not fit into 64 bits.
pub(super) fn batch(rows: &RecordBatch, schema: &SchemaRef) -> Result<RecordBatch, DataFusionError> {
    let columns = rows.columns().iter().zip(schema.fields()).map(|(column, field)| array(column, field.data_type()));
    let columns = columns.collect::<Result<Vec<_>, ArrowError>>().map_err(told)?;
    // Without columns there is still a number of rows.
    let options = RecordBatchOptions::new().with_row_count(Some(rows.num_rows()));
    RecordBatch::try_new_with_options(Arc::clone(schema), columns, &options).map_err(told)
}

fn told(error: ArrowError) -> DataFusionError {
    DataFusionError::ArrowError(Box::new(error), None)
}

fn array(column: &ArrayRef, kind: &DataType) -> Result<ArrayRef, ArrowError> {
    if column.data_type() == kind {
        return Ok(Arc::clone(column));
    }
    let strict = CastOptions { safe: false, ..CastOptions::default() };
    let text = *kind == DataType::LargeUtf8;
    if !text || matches!(column.data_type(), DataType::Utf8 | DataType::Utf8View | DataType::Null) {
        return cast_with_options(column, kind, &strict);
    }
    let mut texts = LargeStringBuilder::new();
    for row in 0..column.len() {
        if column.is_null(row) {
            texts.append_null();
        } else {
            texts.append_value(value(column, row, false)?);
        }
    }
    Ok(Arc::new(texts.finish()))
}

/// A value of any type as text; lists are written whole, texts in them in quotes.
fn value(column: &ArrayRef, row: usize, inside: bool) -> Result<String, ArrowError> {
    if column.is_null(row) {
        return Ok("null".to_owned());
    }
    let listed = |values: ArrayRef| {
        let values: Result<Vec<String>, ArrowError> = (0..values.len()).map(|at| value(&values, at, true)).collect();
        Ok(format!("[{}]", values?.join(", ")))
    };
    match column.data_type() {
        DataType::List(_) => return listed(column.as_list::<i32>().value(row)),
        DataType::LargeList(_) => return listed(column.as_list::<i64>().value(row)),
        DataType::FixedSizeList(..) => return listed(column.as_fixed_size_list().value(row)),
        _ => {}
    }
    let options = FormatOptions::default().with_duration_format(DurationFormat::Pretty);
    let text = ArrayFormatter::try_new(column.as_ref(), &options)?.value(row).try_to_string()?;
    let is_text = matches!(column.data_type(), DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View);
    Ok(if inside && is_text { serde_json::Value::from(text).to_string() } else { text })
}
