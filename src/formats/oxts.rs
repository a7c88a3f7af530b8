//! KITTI OXTS: one text file of 30 numbers per reading of the GPS/IMU unit, and `timestamps.txt` beside their folder.
//!
//! The fields and units are those of `dataformat.txt` in the raw data development kit:
//! <https://www.cvlibs.net/datasets/kitti/raw_data.php>.

use std::path::Path;

use rayon::prelude::*;

use super::{
    BadRows, FormatError, MetricOptions, MetricTable, Note,
    error::read_bytes,
    metrics_table::from_table,
    note::local_notes,
    table::{Cells, Table, TableColumn},
};
use crate::model::{Column, Zone, parse_written_time};

/// Longest reading, and longest list of times, taken in.
const MAX_READING_BYTES: u64 = 64 << 10;
const MAX_TIMES_BYTES: u64 = 1 << 30;

/// The fields in file order, with their units.
const FIELDS: [(&str, Option<&str>); 30] = [
    ("lat", Some("deg")),
    ("lon", Some("deg")),
    ("alt", Some("m")),
    ("roll", Some("rad")),
    ("pitch", Some("rad")),
    ("yaw", Some("rad")),
    ("vn", Some("m/s")),
    ("ve", Some("m/s")),
    ("vf", Some("m/s")),
    ("vl", Some("m/s")),
    ("vu", Some("m/s")),
    ("ax", Some("m/s^2")),
    ("ay", Some("m/s^2")),
    ("az", Some("m/s^2")),
    ("af", Some("m/s^2")),
    ("al", Some("m/s^2")),
    ("au", Some("m/s^2")),
    ("wx", Some("rad/s")),
    ("wy", Some("rad/s")),
    ("wz", Some("rad/s")),
    ("wf", Some("rad/s")),
    ("wl", Some("rad/s")),
    ("wu", Some("rad/s")),
    ("pos_accuracy", Some("m")),
    ("vel_accuracy", Some("m/s")),
    ("navstat", None),
    ("numsats", None),
    ("posmode", None),
    ("velmode", None),
    ("orimode", None),
];

/// How many of the last fields are whole numbers.
const WHOLE_FIELDS: usize = 5;

/// Reads the readings of one OXTS folder. `readings` are the files of its `data` folder in natural order; the number in
/// a file's name is its line in `times`, from 0. Readings without a time, or that are not 30 numbers, are counted.
///
/// # Errors
/// [`FormatError`] when the times cannot be read.
pub fn read_oxts(
    root: &Path,
    readings: &[String],
    times: &str,
    options: &MetricOptions,
) -> Result<MetricTable, FormatError> {
    let times_path = root.join(times);
    let bytes = read_bytes(&times_path, MAX_TIMES_BYTES)?;
    let text = String::from_utf8_lossy(&bytes);
    let mut local = options.time.zone.as_ref().map(Zone::reader);
    let times: Vec<Option<i64>> = text
        .lines()
        .map(|line| {
            let time = parse_written_time(line)?;
            match &mut local {
                Some(local) if !time.zoned => local.to_utc(time.ns),
                _ => Some(time.ns),
            }
        })
        .collect();
    let parsed: Vec<(&String, Result<Reading, &'static str>)> =
        readings.par_iter().map(|path| (path, read_one(root, path, &times))).collect();
    let mut bad_rows = BadRows::default();
    let mut at = Vec::with_capacity(parsed.len());
    let mut columns: Vec<Vec<f64>> = vec![Vec::with_capacity(parsed.len()); FIELDS.len()];
    for (path, reading) in parsed {
        match reading {
            Ok(reading) => {
                at.push(reading.time_ns);
                for (column, value) in columns.iter_mut().zip(reading.values) {
                    column.push(value);
                }
            }
            Err(why) => bad_rows.add(why, || path.clone()),
        }
    }
    let rows = at.len();
    let mut table = Table { rows, bad_rows, ..Table::default() };
    if times.len() > readings.len() {
        table.notes.push(Note::new(
            format!("{} times stand for {} readings; times without a reading are gaps", times.len(), readings.len()),
            "nothing is to be done when the readings were lost",
        ));
    }
    table.notes.extend(local_notes(local.as_ref(), "timestamps.txt"));
    let column = |name: &str, unit: Option<&str>, values| TableColumn {
        name: name.to_owned(),
        unit: unit.map(str::to_owned),
        cells: Cells::Values(values),
    };
    table.columns.push(column("timestamp_ns", None, Column::Int { values: at, valid: Vec::new() }));
    for (place, ((name, unit), values)) in FIELDS.iter().zip(columns).enumerate() {
        let values = if place + WHOLE_FIELDS < FIELDS.len() { Column::Float(values) } else { whole(&values) };
        table.columns.push(column(name, *unit, values));
    }
    from_table(&times_path, table, options)
}

struct Reading {
    time_ns: i64,
    values: [f64; FIELDS.len()],
}

fn read_one(root: &Path, path: &str, times: &[Option<i64>]) -> Result<Reading, &'static str> {
    let name = path.rsplit('/').next().unwrap_or(path);
    let number: usize = name.split('.').next().and_then(|stem| stem.parse().ok()).ok_or("have no number as name")?;
    let time_ns = *times.get(number).ok_or("have no line in timestamps.txt")?;
    let time_ns = time_ns.ok_or("have a time that cannot be read")?;
    let bytes = read_bytes(&root.join(path), MAX_READING_BYTES).map_err(|_| "cannot be read")?;
    let text = std::str::from_utf8(&bytes).map_err(|_| "are no text")?;
    let mut values = [0.0; FIELDS.len()];
    let mut fields = text.split_ascii_whitespace();
    for value in &mut values {
        *value = fields.next().and_then(|field| field.parse().ok()).ok_or("are not 30 numbers")?;
    }
    if fields.next().is_some() {
        return Err("are not 30 numbers");
    }
    Ok(Reading { time_ns, values })
}

/// Whole numbers; values with fractions stay as they are.
#[expect(clippy::cast_possible_truncation, reason = "the range is checked first")]
fn whole(values: &[f64]) -> Column {
    if values.iter().all(|value| value.fract() == 0.0 && value.abs() < 9e15) {
        Column::Int { values: values.iter().map(|value| *value as i64).collect(), valid: Vec::new() }
    } else {
        Column::Float(values.to_vec())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINE: &str = "49.015003823272 8.4342971002335 116.43032836914 0.035752 0.00903 -2.6087069803847 -6.811441479104 -11.275641809511 13.172716663769 -0.12475264293164 -0.032919903047354 0.44519814404031 0.1543130886668 10.12837837838 0.6 0.1 9.8 -0.01 -0.005 0.2 -0.01 -0.003 0.2 0.54 0.03 4 9 6 6 6";

    #[test]
    fn readings_get_their_times() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        };
        write(
            "oxts/timestamps.txt",
            "2011-09-26 13:02:25.964389445\n2011-09-26 13:02:26.074343000\nsoon\n2011-09-26 13:02:27\n",
        );
        for (name, text) in [
            ("0000000000", LINE),
            ("0000000001", LINE),
            ("0000000002", LINE),
            ("0000000003", "1 2 3"),
            ("0000000009", LINE),
            ("x", LINE),
        ] {
            write(&format!("oxts/data/{name}.txt"), text);
        }
        let readings: Vec<String> = ["0000000000", "0000000001", "0000000002", "0000000003", "0000000009", "x", "none"]
            .map(|name| format!("oxts/data/{name}.txt"))
            .into();
        let table = read_oxts(folder.path(), &readings, "oxts/timestamps.txt", &MetricOptions::default()).unwrap();
        assert_eq!(table.series.len(), 30);
        assert_eq!(*table.series[0].time_ns, [1_317_042_145_964_389_445, 1_317_042_146_074_343_000]);
        assert_eq!((table.series[0].name.as_str(), table.series[0].unit.as_deref()), ("lat", Some("deg")));
        assert_eq!(table.series[8].values, Column::Float(vec![13.172_716_663_769; 2]));
        assert_eq!(table.series[26].values, Column::Int { values: vec![9, 9], valid: vec![] });
        assert_eq!(table.bad_rows.total(), 5, "{:?}", table.bad_rows);
        let missing = read_oxts(folder.path(), &readings, "none.txt", &MetricOptions::default());
        assert!(matches!(missing, Err(FormatError::Read { .. })));
    }
}
