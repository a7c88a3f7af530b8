//! The same question as a query tree on Polars, slow: what the kernel must answer.

use std::{fs::File, path::Path};

use polars::prelude::*;

use super::TopQuery;
use crate::{
    analytics::{
        engine::{Engine, LocalEngine, Table},
        tree::top::{COUNT, EVENTS, ITEM, LOCATIONS, NAME, PLACE, RANK, ROW, Shape, WINDOW, top},
    },
    jobs::Progress,
};

/// One event.
#[derive(Debug, Clone)]
pub(super) struct Event {
    pub(super) location: Option<i64>,
    pub(super) camera: Option<i64>,
    pub(super) detection: Option<i64>,
    pub(super) item: Option<String>,
    /// ns UTC.
    pub(super) time: Option<i64>,
}

fn frame(events: &[Event]) -> DataFrame {
    let number = |name: &str, of: fn(&Event) -> Option<i64>| {
        Column::new(name.into(), events.iter().map(of).collect::<Vec<Option<i64>>>())
    };
    DataFrame::new(
        events.len(),
        vec![
            number("geographical_location_oid", |event| event.location),
            number("video_camera_oid", |event| event.camera),
            number("detection_oid", |event| event.detection),
            Column::new("item_name".into(), events.iter().map(|event| event.item.as_deref()).collect::<Vec<_>>()),
            number("timestamp_detected", |event| event.time),
        ],
    )
    .unwrap()
}

/// Writes events as Parquet with so many rows a group.
pub(super) fn write_parquet(events: &[Event], path: &Path, row_group: usize) {
    let mut frame = frame(events);
    ParquetWriter::new(File::create(path).unwrap()).with_row_group_size(Some(row_group)).finish(&mut frame).unwrap();
}

/// The same without some of the columns, which the names of folders tell.
pub(super) fn write_parquet_without(events: &[Event], columns: &[&str], path: &Path) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    let mut frame = frame(events).drop_many(columns.iter().copied());
    ParquetWriter::new(File::create(path).unwrap()).finish(&mut frame).unwrap();
}

/// Location, start of the window, rank, item, count.
pub(super) type Row = (Option<i64>, Option<i64>, i32, String, i64);

/// The answer.
pub(super) fn reference(events: &[Event], query: &TopQuery) -> Vec<Row> {
    let events = frame(events);
    let (oids, names): (Vec<i64>, Vec<Option<&str>>) = (Vec::new(), Vec::new());
    let locations =
        vec![Column::new(ROW.into(), oids.clone()), Column::new(PLACE.into(), oids), Column::new(NAME.into(), names)];
    let locations = DataFrame::new(0, locations).unwrap();
    let tables = [(EVENTS, Table::Rows(&events)), (LOCATIONS, Table::Rows(&locations))];
    let answer = LocalEngine.query(&top(query, Shape::default()), &tables, &Progress::new()).unwrap();
    let number =
        |name: &str, row: usize| answer.column(name).ok().map(|column| column.i64().unwrap().get(row).unwrap());
    let item = |row: usize| answer.column(ITEM).unwrap().str().unwrap().get(row).unwrap().to_owned();
    let rank = |row: usize| answer.column(RANK).unwrap().i32().unwrap().get(row).unwrap();
    let rows = 0..answer.height();
    let row = |row| (number(PLACE, row), number(WINDOW, row), rank(row), item(row), number(COUNT, row).unwrap());
    rows.map(row).collect()
}
