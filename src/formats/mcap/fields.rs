//! The fields of messages as columns: each number, word and switch under its path (`acceleration.x`, `wheels.0`).

use std::collections::{BTreeSet, HashMap};

use prost_reflect::{DynamicMessage, ReflectMessage, Value as Proto};
use serde_json::Value;

use crate::{
    formats::table::{Words, whole_numbers},
    model::{Column, NULL_BOOL, NULL_FLOAT},
};

/// Most fields of one topic.
pub(super) const MAX_FIELDS: usize = 1000;
/// Longest list whose elements become fields; longer ones are scans and pictures.
pub(super) const MAX_ELEMENTS: usize = 16;
/// How deep messages are looked into.
pub(super) const MAX_DEPTH: usize = 16;

/// One value of a message.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Cell {
    Int(i64),
    Float(f64),
    Bool(bool),
    Text(String),
}

/// The columns of a topic, in the order in which fields were met.
#[derive(Debug, Default)]
pub(super) struct FieldColumns {
    places: HashMap<String, usize>,
    columns: Vec<(String, Vec<(usize, Cell)>)>,
    values: u64,
    too_many: bool,
    /// Fields that are no single values: bytes, maps, long lists.
    left_out: BTreeSet<String>,
}

impl FieldColumns {
    /// Number of values so far.
    pub(super) fn values(&self) -> u64 {
        self.values
    }

    /// Whether fields were left out.
    pub(super) fn too_many(&self) -> bool {
        self.too_many
    }

    /// Fields that hold no single values.
    pub(super) fn left_out(&self) -> &BTreeSet<String> {
        &self.left_out
    }

    pub(super) fn leave_out(&mut self, path: &str) {
        if self.left_out.len() < MAX_FIELDS && !self.left_out.contains(path) {
            self.left_out.insert(path.to_owned());
        }
    }

    pub(super) fn push(&mut self, path: &str, row: usize, cell: Cell) {
        let place = match self.places.get(path) {
            Some(place) => *place,
            None if self.columns.len() >= MAX_FIELDS => {
                self.too_many = true;
                return;
            }
            None => {
                self.places.insert(path.to_owned(), self.columns.len());
                self.columns.push((path.to_owned(), Vec::new()));
                self.columns.len() - 1
            }
        };
        self.values += 1;
        self.columns[place].1.push((row, cell));
    }

    /// The columns with one value per message, null where a message has none.
    pub(super) fn into_columns(self, rows: usize) -> impl Iterator<Item = (String, Column)> {
        self.columns.into_iter().map(move |(name, cells)| (name, column(rows, &cells)))
    }
}

#[expect(clippy::cast_precision_loss, reason = "metrics are doubles; counters beyond 2^53 lose their last digits")]
fn column(rows: usize, cells: &[(usize, Cell)]) -> Column {
    let all = |fits: fn(&Cell) -> bool| cells.iter().all(|(_, cell)| fits(cell));
    if all(|cell| matches!(cell, Cell::Int(_))) {
        let mut values = vec![None; rows];
        for (row, cell) in cells {
            values[*row] = if let Cell::Int(value) = cell { Some(*value) } else { None };
        }
        return whole_numbers(rows, values.into_iter());
    }
    if all(|cell| matches!(cell, Cell::Int(_) | Cell::Float(_))) {
        let mut values = vec![NULL_FLOAT; rows];
        for (row, cell) in cells {
            values[*row] = match cell {
                Cell::Int(value) => *value as f64,
                Cell::Float(value) => *value,
                Cell::Bool(_) | Cell::Text(_) => NULL_FLOAT,
            };
        }
        return Column::Float(values);
    }
    if all(|cell| matches!(cell, Cell::Bool(_))) {
        let mut values = vec![NULL_BOOL; rows];
        for (row, cell) in cells {
            values[*row] = u8::from(*cell == Cell::Bool(true));
        }
        return Column::Bool(values);
    }
    let mut words = Words::default();
    let mut cells = cells.iter().peekable();
    for row in 0..rows {
        // A list may be told twice in a message; the last holds.
        let mut word = None;
        while let Some((_, cell)) = cells.next_if(|(of, _)| *of == row) {
            word = Some(match cell {
                Cell::Int(value) => value.to_string(),
                Cell::Float(value) => value.to_string(),
                Cell::Bool(value) => value.to_string(),
                Cell::Text(text) => text.clone(),
            });
        }
        words.push(word.as_deref());
    }
    words.into_column()
}

/// Adds a name to a path, runs, and takes it off again.
pub(super) fn below(path: &mut String, name: &str, run: impl FnOnce(&mut String)) {
    let length = path.len();
    if !path.is_empty() {
        path.push('.');
    }
    path.push_str(name);
    run(path);
    path.truncate(length);
}

/// Puts the fields of a JSON message into the columns.
pub(super) fn flatten_json(value: &Value, row: usize, columns: &mut FieldColumns) {
    json(value, row, 0, &mut String::new(), columns);
}

fn json(value: &Value, row: usize, depth: usize, path: &mut String, columns: &mut FieldColumns) {
    match value {
        Value::Null => {}
        Value::Bool(value) => columns.push(path, row, Cell::Bool(*value)),
        Value::Number(value) => {
            let cell = value.as_i64().map(Cell::Int).or_else(|| value.as_f64().map(Cell::Float));
            if let Some(cell) = cell {
                columns.push(path, row, cell);
            }
        }
        Value::String(text) => columns.push(path, row, Cell::Text(text.clone())),
        Value::Array(list) if list.len() <= MAX_ELEMENTS && depth < MAX_DEPTH => {
            for (at, value) in list.iter().enumerate() {
                below(path, &at.to_string(), |path| json(value, row, depth + 1, path, columns));
            }
        }
        Value::Object(object) if depth < MAX_DEPTH => {
            for (name, value) in object {
                below(path, name, |path| json(value, row, depth + 1, path, columns));
            }
        }
        Value::Array(_) | Value::Object(_) => columns.leave_out(path),
    }
}

/// Puts the fields of a Protobuf message into the columns. Fields that are not there have their default, as the encoding
/// leaves out zeros.
pub(super) fn flatten_protobuf(message: &DynamicMessage, row: usize, columns: &mut FieldColumns) {
    proto_message(message, row, 0, &mut String::new(), columns);
}

fn proto_message(message: &DynamicMessage, row: usize, depth: usize, path: &mut String, columns: &mut FieldColumns) {
    for field in message.descriptor().fields() {
        if field.supports_presence() && !message.has_field(&field) {
            continue;
        }
        let value = message.get_field(&field);
        let kind = field.kind();
        let word = match (value.as_ref(), kind.as_enum()) {
            (Proto::EnumNumber(number), Some(of)) => of.get_value(*number).map(|value| value.name().to_owned()),
            _ => None,
        };
        below(path, field.name(), |path| match word {
            Some(word) => columns.push(path, row, Cell::Text(word)),
            None => proto(&value, row, depth, path, columns),
        });
    }
}

#[expect(clippy::cast_precision_loss, reason = "metrics are doubles; counters beyond 2^53 lose their last digits")]
fn proto(value: &Proto, row: usize, depth: usize, path: &mut String, columns: &mut FieldColumns) {
    match value {
        Proto::Bool(value) => columns.push(path, row, Cell::Bool(*value)),
        Proto::I32(value) | Proto::EnumNumber(value) => columns.push(path, row, Cell::Int(i64::from(*value))),
        Proto::I64(value) => columns.push(path, row, Cell::Int(*value)),
        Proto::U32(value) => columns.push(path, row, Cell::Int(i64::from(*value))),
        Proto::U64(value) => {
            columns.push(path, row, i64::try_from(*value).map_or(Cell::Float(*value as f64), Cell::Int));
        }
        Proto::F32(value) => columns.push(path, row, Cell::Float(f64::from(*value))),
        Proto::F64(value) => columns.push(path, row, Cell::Float(*value)),
        Proto::String(text) => columns.push(path, row, Cell::Text(text.clone())),
        Proto::Message(message) if depth < MAX_DEPTH => proto_message(message, row, depth + 1, path, columns),
        Proto::List(list) if list.len() <= MAX_ELEMENTS && depth < MAX_DEPTH => {
            for (at, value) in list.iter().enumerate() {
                below(path, &at.to_string(), |path| proto(value, row, depth + 1, path, columns));
            }
        }
        Proto::Message(_) | Proto::List(_) | Proto::Map(_) | Proto::Bytes(_) => columns.leave_out(path),
    }
}
