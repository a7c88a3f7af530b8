//! Tests of the metric tables.

use std::fmt::Write;

use polars::prelude::{DataFrame, DataType, NamedFrom, ParquetWriter, Series as PolarsSeries, TimeUnit as PolarsUnit};

use super::*;
use crate::{
    formats::TimeUnit,
    model::MetricKind::{Bool, Float, Int, Text},
};

const EPOCH: i64 = 1_714_550_400_000_000_000;

fn read_bytes(name: &str, bytes: &[u8], options: &MetricOptions) -> Result<MetricTable, FormatError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    read_metrics(&path, options)
}

fn read(text: &str) -> MetricTable {
    read_bytes("a.csv", text.as_bytes(), &MetricOptions::default()).unwrap()
}

fn with_epoch() -> MetricOptions {
    MetricOptions { time: TimeOptions { epoch_ns: Some(EPOCH), ..TimeOptions::default() }, ..MetricOptions::default() }
}

#[test]
fn times_are_read_in_each_form() {
    for (text, expected, notes) in [
        ("timestamp_ns,a\n1714550400000000001,1\n", EPOCH + 1, 0),
        ("a,Timestamp\n1,1714550400.000000001\n", EPOCH + 1, 1),
        ("time_ms,a\n1714550400000.5,1\n", EPOCH + 500_000, 0),
        ("time [us],a\n1714550400000001,1\n", EPOCH + 1000, 0),
        ("utc,a\n2024-05-01T08:00:00.000000001Z,1\n", EPOCH + 1, 0),
        ("date;a\n2024-05-01 08:00:00;1\n", EPOCH, 0),
        ("when,a\n2024-05-01T10:00:00+02:00,1\n", EPOCH, 1),
        ("t,a\n0.25,1\n", EPOCH + 250_000_000, 1),
        ("t_ms,a\n250,1\n", EPOCH + 250_000_000, 0),
        ("x,a\n0.25,1\n", EPOCH + 250_000_000, 2),
        ("#timestamp [ns],a\n1714550400000000001,1\n", EPOCH + 1, 0),
        ("1714550400000000001,1\n", EPOCH + 1, 3),
        ("timestamp;a\n1714550400,5;1\n", EPOCH + 500_000_000, 1),
    ] {
        let table = read_bytes("a.csv", text.as_bytes(), &with_epoch()).unwrap();
        assert_eq!(table.series.len(), 1, "{text}");
        assert_eq!((table.series[0].time_ns[0], table.notes.len()), (expected, notes), "{text}: {:?}", table.notes);
    }
}

#[test]
fn settings_win_over_guesses() {
    let mut options = with_epoch();
    options.time.column = Some("clock".to_owned());
    options.time.unit = Some(TimeUnit::Us);
    options.units = [("speed".to_owned(), "km/h".to_owned())].into();
    let table = read_bytes("a.csv", b"time,clock,speed [m/s]\n1,500,3\n2,600,4\n", &options).unwrap();
    assert_eq!(*table.series[0].time_ns, [EPOCH + 500_000, EPOCH + 600_000]);
    let names: Vec<(&str, Option<&str>)> =
        table.series.iter().map(|series| (series.name.as_str(), series.unit.as_deref())).collect();
    assert_eq!(names, [("time", None), ("speed", Some("km/h"))]);
    assert!(table.notes.is_empty());
    options.time.column = Some("watch".to_owned());
    let error = read_bytes("a.csv", b"time,a\n1,2\n", &options).unwrap_err();
    assert!(matches!(error, FormatError::UnknownColumn { .. }), "{error}");
}

#[test]
fn rows_are_sorted_and_repeated_times_joined() {
    let table = read("timestamp_ns,a,b\n30,3,x\n10,1,y\n20,2,\n10,,z\n20,5,w\nbad,7,v\n5,8\n");
    let series = &table.series[0];
    assert_eq!(*series.time_ns, [10, 20, 30]);
    assert_eq!(series.values, Column::Int { values: vec![1, 5, 3], valid: vec![true; 3] });
    let words: Vec<Option<String>> = (0..3).map(|row| table.series[1].values.text(row)).collect();
    assert_eq!(words, ["z", "w", "x"].map(|word| Some(word.to_owned())));
    assert!(Arc::ptr_eq(&series.time_ns, &table.series[1].time_ns));
    assert_eq!((table.rows_read, table.bad_rows.total(), table.unsorted_rows, table.duplicate_rows), (7, 2, 2, 2));
    assert!(table.all_notes().iter().any(|note| note.what.contains("line 7")), "{:?}", table.all_notes());
}

#[test]
fn kinds_and_gaps_are_kept() {
    let table = read("t_ns,f,i,b,w,n\n1,1.5,1,true,on,\n2,NaN,,false,,\n3,,3,,off,\n");
    let kinds: Vec<_> = table.series.iter().map(|series| series.values.kind()).collect();
    assert_eq!(kinds, [Float, Int, Bool, Text, Float]);
    // `f` has one value in three rows, so it is taken at its own rate; `n` has none and keeps the shared times.
    assert_eq!(table.series[0].time_ns.len(), 1);
    assert_eq!(table.series[4].time_ns.len(), 3);
    assert_eq!(table.bad_rows.total(), 0);
}

#[test]
fn joined_tables_keep_each_rate() {
    let mut text = "timestamp_ns,fast,slow\n".to_owned();
    for row in 0..100 {
        writeln!(text, "{row},{row},{}", if row % 10 == 0 { "7" } else { "" }).unwrap();
    }
    let table = read(&text);
    assert_eq!(table.series[0].time_ns.len(), 100);
    assert_eq!(*table.series[1].time_ns, (0..10).map(|at| at * 10).collect::<Vec<_>>());
    assert!(table.notes.iter().any(|note| note.what.contains("filled in 10 of 100 rows")));
}

#[test]
fn long_form_is_recognised() {
    let table = read(
        "timestamp_ns,metric,value,unit\n1,speed,1.5,m/s\n1,gear,D,\n2,speed,2,m/s\n3,gear,R,\n2,on,true,\n3,,5,\n",
    );
    let told: Vec<_> = table
        .series
        .iter()
        .map(|series| {
            let values: Vec<String> = (0..series.values.len()).filter_map(|row| series.values.text(row)).collect();
            (series.name.as_str(), series.unit.as_deref(), series.time_ns.to_vec(), values)
        })
        .collect();
    let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    assert_eq!(
        told,
        [
            ("gear", None, vec![1, 3], words(&["D", "R"])),
            ("on", None, vec![2], words(&["true"])),
            ("speed", Some("m/s"), vec![1, 2], words(&["1.5", "2"])),
        ]
    );
    assert_eq!(table.bad_rows.total(), 1);
    assert_eq!(read("timestamp_ns,name,value,other\n1,a,2,3\n").series.len(), 3, "a further column makes it wide");
}

#[test]
fn files_that_are_no_tables_are_refused() {
    for (name, bytes) in [
        ("a.csv", b"".as_slice()),
        ("a.csv", b"<!DOCTYPE html><html></html>"),
        ("a.parquet", b"version https://git-lfs.github.com/spec/v1\n"),
        ("a.parquet", b"PAR1 nothing inside PAR1"),
        ("a.parquet", b"PAR1"),
        ("a.csv", b"name,city\nx,y\n"),
        ("a.csv", b"\x89HDF\r\n\x1a\n\0\0\0"),
        ("a.xyz", b"t,a\n1,2\n"),
    ] {
        let found = read_bytes(name, bytes, &MetricOptions::default());
        assert!(found.is_err(), "{name} {bytes:?}");
        let said = found.unwrap_err().to_string();
        assert!(said.contains(name) && said.contains(';') || said.contains("index"), "{said}");
    }
    assert!(read("timestamp_ns,a\n").series[0].time_ns.is_empty(), "a header alone is an empty table");
}

fn parquet_bytes(columns: Vec<PolarsSeries>) -> Vec<u8> {
    let rows = columns[0].len();
    let mut frame = DataFrame::new(rows, columns.into_iter().map(Into::into).collect()).unwrap();
    let mut bytes = Vec::new();
    ParquetWriter::new(&mut bytes).finish(&mut frame).unwrap();
    bytes
}

#[test]
fn parquet_columns_keep_their_kind() {
    let time = PolarsSeries::new("time".into(), [EPOCH / 1000, EPOCH / 1000 + 1])
        .cast(&DataType::Datetime(PolarsUnit::Microseconds, None))
        .unwrap();
    let bytes = parquet_bytes(vec![
        PolarsSeries::new("speed (km/h)".into(), [Some(1.5), None]),
        time,
        PolarsSeries::new("small".into(), [1_i8, -2]),
        PolarsSeries::new("big".into(), [1_u64, u64::MAX]),
        PolarsSeries::new("on".into(), [Some(true), None]),
        PolarsSeries::new("gear".into(), [Some("D"), None]),
        PolarsSeries::new("half".into(), [0.5_f32, 0.25]),
    ]);
    let table = read_bytes("a.parquet", &bytes, &MetricOptions::default()).unwrap();
    assert_eq!(*table.series[0].time_ns, [EPOCH, EPOCH + 1000]);
    let by_name = |name: &str| &table.series.iter().find(|series| series.name == name).unwrap().values;
    assert_eq!(table.series[0].unit.as_deref(), Some("km/h"));
    assert!(matches!(by_name("speed"), Column::Float(values) if values[1].is_nan()));
    assert_eq!(*by_name("small"), Column::Int { values: vec![1, -2], valid: vec![] });
    assert_eq!(*by_name("big"), Column::Float(vec![1.0, u64::MAX as f64]));
    assert_eq!(*by_name("on"), Column::Bool(vec![1, 2]));
    assert_eq!(*by_name("gear"), Column::Text { codes: vec![0, NULL_WORD], words: vec!["D".to_owned()] });
    assert_eq!(*by_name("half"), Column::Float(vec![0.5, 0.25]));
}

#[test]
fn damaged_parquet_is_an_error_not_a_crash() {
    let values: Vec<f64> = (0..5000).map(f64::from).collect();
    let times: Vec<i64> = (0..5000).collect();
    let good =
        parquet_bytes(vec![PolarsSeries::new("timestamp_ns".into(), times), PolarsSeries::new("a".into(), values)]);
    let mut unread = 0;
    for at in (4..good.len() - 4).step_by(good.len() / 150) {
        let mut bytes = good.clone();
        bytes[at] ^= 0xff;
        unread += usize::from(read_bytes("a.parquet", &bytes, &MetricOptions::default()).is_err());
    }
    assert!(unread > 0, "no flipped byte was noticed");
    assert!(read_bytes("a.parquet", &good[..good.len() / 2], &MetricOptions::default()).is_err());
}
