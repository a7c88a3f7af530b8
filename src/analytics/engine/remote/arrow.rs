//! Rows as Arrow streams, which is how they travel, and back.

use std::io::Cursor;

use arrow::{
    array::{Array, BooleanArray, PrimitiveArray, Utf8Array},
    datatypes::{ArrowDataType, ArrowSchema, Field},
    io::ipc::{
        read::{StreamReader, StreamState, read_stream_metadata},
        write::{StreamWriter, WriteOptions},
    },
    record_batch::RecordBatchT,
};
use polars::prelude::{Column, DataFrame, DataType, PolarsError, PolarsResult, Series};
use polars_arrow as arrow;

use crate::analytics::tree::Kind;

fn refuse(what: String) -> PolarsError {
    PolarsError::ComputeError(what.into())
}

/// What the columns of a frame hold.
pub(super) fn kinds(frame: &DataFrame) -> PolarsResult<Vec<(String, Kind)>> {
    let kind = |column: &Column| {
        let kind = match column.dtype() {
            DataType::Boolean => Kind::Bool,
            DataType::Int32 => Kind::Int32,
            DataType::Int64 => Kind::Int64,
            DataType::String => Kind::Text,
            other => return Err(refuse(format!("the column `{}` holds {other}, which is not sent", column.name()))),
        };
        Ok((column.name().to_string(), kind))
    };
    frame.columns().iter().map(kind).collect()
}

fn type_of(kind: Kind) -> DataType {
    match kind {
        Kind::Bool => DataType::Boolean,
        Kind::Int32 => DataType::Int32,
        Kind::Int64 => DataType::Int64,
        Kind::Text => DataType::String,
    }
}

/// A frame as one Arrow stream, text with 32-bit offsets as every server knows it.
pub(super) fn encode(frame: &DataFrame) -> PolarsResult<Vec<u8>> {
    let (mut fields, mut arrays): (Vec<Field>, Vec<Box<dyn Array>>) = (Vec::new(), Vec::new());
    for (column, (name, kind)) in frame.columns().iter().zip(kinds(frame)?) {
        let (kind, array): (ArrowDataType, Box<dyn Array>) = match kind {
            Kind::Bool => (ArrowDataType::Boolean, Box::new(column.bool()?.iter().collect::<BooleanArray>())),
            Kind::Int32 => (ArrowDataType::Int32, Box::new(column.i32()?.iter().collect::<PrimitiveArray<i32>>())),
            Kind::Int64 => (ArrowDataType::Int64, Box::new(column.i64()?.iter().collect::<PrimitiveArray<i64>>())),
            Kind::Text => {
                (ArrowDataType::Utf8, Box::new(Utf8Array::<i32>::from(column.str()?.iter().collect::<Vec<_>>())))
            }
        };
        fields.push(Field::new(name.into(), kind, true));
        arrays.push(array);
    }
    let schema: ArrowSchema = fields.into_iter().map(|field| (field.name.clone(), field)).collect();
    let mut writer = StreamWriter::new(Vec::new(), WriteOptions { compression: None });
    writer.start(&schema, None)?;
    let batch = RecordBatchT::try_new(frame.height(), std::sync::Arc::new(schema), arrays)?;
    writer.write(&batch, None)?;
    writer.finish()?;
    Ok(writer.into_inner())
}

/// The rows of some streams, one after the other; `None` of none.
pub(super) fn decode(streams: &[impl AsRef<[u8]>]) -> PolarsResult<Option<DataFrame>> {
    let mut frame: Option<DataFrame> = None;
    for stream in streams.iter().map(AsRef::as_ref).filter(|stream| !stream.is_empty()) {
        let mut bytes = Cursor::new(stream);
        let metadata = read_stream_metadata(&mut bytes)?;
        let schema = metadata.schema.clone();
        let empty = schema.iter_values().map(|field| {
            Series::try_from((field, arrow::array::new_empty_array(field.dtype.clone()))).map(Column::from)
        });
        let empty = DataFrame::new(0, empty.collect::<PolarsResult<Vec<_>>>()?)?;
        let frame = frame.get_or_insert(empty);
        for state in StreamReader::new(bytes, metadata, None) {
            let StreamState::Some(batch) = state? else {
                return Err(refuse("a part of it ends too early".to_owned()));
            };
            let rows = batch.len();
            let columns = schema
                .iter_values()
                .zip(batch.into_arrays())
                .map(|(field, array)| Series::try_from((field, array)).map(Column::from));
            frame.vstack_mut(&DataFrame::new(rows, columns.collect::<PolarsResult<Vec<_>>>()?)?)?;
        }
    }
    Ok(frame)
}

/// An answer with the columns that were asked for, in the types that were told.
pub(super) fn typed(answer: Option<DataFrame>, columns: &[(String, Kind)]) -> PolarsResult<DataFrame> {
    let Some(answer) = answer else {
        let empty = columns.iter().map(|(name, kind)| Column::new_empty(name.as_str().into(), &type_of(*kind)));
        return DataFrame::new(0, empty.collect());
    };
    let there: Vec<&str> = answer.columns().iter().map(|column| column.name().as_str()).collect();
    if there.iter().ne(columns.iter().map(|(name, _)| name)) {
        return Err(refuse(format!("it has the columns {}", there.join(", "))));
    }
    let typed = answer.columns().iter().zip(columns).map(|(column, (_, kind))| column.strict_cast(&type_of(*kind)));
    DataFrame::new(answer.height(), typed.collect::<PolarsResult<Vec<_>>>()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_travel_there_and_back() {
        let frame = DataFrame::new(
            3,
            vec![
                Column::new("a".into(), [Some(i64::MIN), None, Some(7)]),
                Column::new("b".into(), [Some("x"), None, Some("straße")]),
                Column::new("c".into(), [Some(true), None, Some(false)]),
                Column::new("d".into(), [Some(1_i32), None, Some(-1)]),
            ],
        )
        .unwrap();
        let sent = encode(&frame).unwrap();
        assert!(decode(std::slice::from_ref(&sent)).unwrap().unwrap().equals_missing(&frame));
        let twice = decode(&[sent.clone(), Vec::new(), sent.clone()]).unwrap().unwrap();
        assert_eq!(twice.height(), 6);
        assert!(decode(&[] as &[Vec<u8>]).unwrap().is_none());
        let columns = kinds(&frame).unwrap();
        assert_eq!(typed(None, &columns).unwrap().schema(), frame.schema());
        assert!(typed(Some(frame.clone()), &columns).unwrap().equals_missing(&frame));
        assert!(typed(Some(frame.clone()), &columns[1..]).is_err());
        assert!(typed(Some(frame.select(["b"]).unwrap()), &[("b".to_owned(), Kind::Int64)]).is_err());
        for end in [3, sent.len() / 2] {
            assert!(decode(&[&sent[..end]]).is_err(), "cut at {end}");
        }
    }
}
