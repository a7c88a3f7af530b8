//! Filters: any text is a filter or an error that can be shown; a filter printed and parsed again is the same filter
//! and matches the same frames of a small table.

#![no_main]

use std::{collections::BTreeMap, sync::Arc};

use lakescope::{
    filter::{Filter, MemoryColumns},
    model::{Column, NULL_BOOL, NULL_WORD},
};
use libfuzzer_sys::fuzz_target;

thread_local! {
    static COLUMNS: MemoryColumns = columns();
}

fn columns() -> MemoryColumns {
    let mut columns = MemoryColumns::new();
    let attributes = Arc::new(BTreeMap::from([("region".to_owned(), "north".to_owned())]));
    columns.add_footage("drive_1", "front", 1_000, &attributes, (0..4).map(|i| 1_000 + i * 100_000_000));
    columns.add_footage("drive_2", "rear", 5, &Arc::default(), [5, 6, i64::MAX]);
    columns.add_metric("speed", Some("m/s"), Column::Float(vec![0.0, -1.5, f64::NAN, 1e300, f64::INFINITY, 3.0, 4.0]));
    let values = vec![0, 1, i64::MIN, i64::MAX, 5, 6, 0];
    columns.add_metric("gear", None, Column::Int { values, valid: vec![true, true, true, true, true, true, false] });
    columns.add_metric("brake", None, Column::Bool(vec![0, 1, NULL_BOOL, 0, 1, 0, 1]));
    let words = vec!["on".to_owned(), "off".to_owned()];
    columns.add_metric("lamp", None, Column::Text { codes: vec![0, 1, NULL_WORD, 0, 1, 0, 1], words });
    columns.add_metric("lat", Some("deg"), Column::Float(vec![0.0, -10.0, f64::NAN, 48.15, 90.0, -90.0, 1e300]));
    columns.add_metric("lon", None, Column::Float(vec![0.0, 180.0, 3.0, -11.45, -180.0, 539.0, f64::INFINITY]));
    columns.add_class("car", vec![0, 1, 2, u32::MAX, 0, 1, 2]);
    columns.add_class("stop sign", vec![1; 7]);
    columns
}

fuzz_target!(|text: &str| {
    let filter = match Filter::parse(text) {
        Ok(filter) => filter,
        Err(error) => return drop(error.render(text)),
    };
    let printed = filter.to_string();
    let again = Filter::parse(&printed).unwrap_or_else(|error| panic!("{}", error.render(&printed)));
    assert_eq!(again, filter, "{printed}");
    assert_eq!(again.to_string(), printed);
    COLUMNS.with(|columns| match (filter.evaluate(columns), again.evaluate(columns)) {
        (Ok(one), Ok(other)) => assert_eq!(one, other, "{printed}"),
        (Err(one), Err(_)) => drop(one.render(text)),
        (one, other) => panic!("{printed}: {one:?}, {other:?}"),
    });
});
