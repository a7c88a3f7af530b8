//! The KITTI readings of a source: one folder of small files is one table.

use std::collections::BTreeMap;

use super::source::Reading;
use crate::{
    formats::{self, MetricOptions},
    lake::MetricFile,
    model::{Problem, Series},
};

/// Reads every `oxts` folder among the files and gives its metrics to `add`.
pub(super) fn read(
    reading: &Reading<'_>,
    files: &[&MetricFile],
    options: &impl Fn(&str) -> MetricOptions,
    mut add: impl FnMut(&str, Vec<Series>),
    problems: &mut Vec<Problem>,
) {
    let mut folders = BTreeMap::<&str, (Option<&str>, Vec<String>)>::new();
    for file in files {
        let folder = |path: &'_ str| path.rfind('/').unwrap_or(0);
        let inside = &file.path[..folder(&file.path)];
        if let Some(above) = inside.strip_suffix("/data").or_else(|| (inside == "data").then_some("")) {
            folders.entry(above).or_default().1.push(file.path.clone());
        } else {
            folders.entry(inside).or_default().0 = Some(&file.path);
        }
    }
    for (folder, (times, readings)) in folders {
        let Some(times) = times else {
            problems.push(Problem::new(
                folder,
                format!("{} readings have no times: timestamps.txt is missing", readings.len()),
                "Put timestamps.txt beside the folder data.",
            ));
            continue;
        };
        match formats::read_oxts(reading.root, &readings, times, &options(times)) {
            Ok(table) => {
                problems.extend(table.all_notes().into_iter().map(|note| note.into_problem(folder)));
                add(times, table.series);
            }
            Err(error) => problems.push(reading.format_problem(times, &error)),
        }
    }
}
