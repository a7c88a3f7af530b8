//! What a facet shows beside each value: how many frames have it, and how many of them match.

use std::{cmp::Ordering, collections::HashMap};

use super::{
    FilterError, FrameColumns, FrameSet, Mark,
    names::{Names, Referent},
};
use crate::model::{Column, MetricKind, NULL_WORD};

/// One value of a category.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CategoryCount {
    /// The value; `None` counts the frames without one.
    pub value: Option<String>,
    /// Frames that have it.
    pub frames: usize,
    /// Those of them in the frame set.
    pub matching: usize,
}

/// One label class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClassCount {
    /// The class.
    pub class: String,
    /// Frames with at least one label of the class.
    pub frames: usize,
    /// Those of them in the frame set.
    pub matching: usize,
    /// Labels of the class on frames of the frame set.
    pub labels: u64,
}

/// Counts per value of `recording`, `camera`, an attribute, or a text or boolean metric, named as a filter names it
/// (without back quotes). Values stand in natural order, the frames without one last. Without a set every frame matches.
///
/// # Errors
/// When the name is unknown, is not a category, or its column cannot be read.
pub fn category_counts(
    columns: &dyn FrameColumns,
    name: &str,
    within: Option<&FrameSet>,
) -> Result<Vec<CategoryCount>, FilterError> {
    let place = 0..name.len();
    let not_a_category =
        || FilterError::new(place.clone(), format!("`{name}` is not a category")).hint("look at its histogram instead");
    let mut counts = match Names::new(columns).resolve(name) {
        None => return Err(FilterError::new(place, format!("`{name}` is not known"))),
        Some(Referent::Recording) => footage_counts(columns, within, |_, footage| Some(footage.recording.as_str())),
        Some(Referent::Camera) => footage_counts(columns, within, |_, footage| Some(footage.camera.as_str())),
        Some(Referent::Store) => footage_counts(columns, within, |footage, _| columns.store(footage)),
        Some(Referent::Attribute(key)) => {
            footage_counts(columns, within, |_, footage| footage.attributes.get(&key).map(String::as_str))
        }
        Some(Referent::Marked(mark)) => marked_counts(columns, mark, within),
        Some(Referent::Metric { name, kind: MetricKind::Bool | MetricKind::Text, .. }) => {
            let column = columns.metric(&name).map_err(|cause| FilterError::new(place.clone(), cause))?;
            column_counts(&column, within)
        }
        Some(_) => return Err(not_a_category()),
    };
    counts.sort_by(|a, b| match (&a.value, &b.value) {
        (Some(a), Some(b)) => alphanumeric_sort::compare_str(a, b).then_with(|| a.cmp(b)),
        (None, None) => Ordering::Equal,
        (None, Some(_)) => Ordering::Greater,
        (Some(_), None) => Ordering::Less,
    });
    Ok(counts)
}

fn footage_counts<'a>(
    columns: &'a dyn FrameColumns,
    within: Option<&FrameSet>,
    value: impl Fn(usize, &'a super::FootageRows) -> Option<&'a str>,
) -> Vec<CategoryCount> {
    let mut counts: HashMap<Option<&str>, (usize, usize)> = HashMap::new();
    for (index, footage) in columns.footages().iter().enumerate() {
        let matching =
            within.map_or(footage.rows, |set| set.count_in(footage.first_row, footage.first_row + footage.rows));
        let count = counts.entry(value(index, footage)).or_default();
        count.0 += footage.rows;
        count.1 += matching;
    }
    let count = |(value, (frames, matching)): (Option<&str>, _)| CategoryCount {
        value: value.map(str::to_owned),
        frames,
        matching,
    };
    counts.into_iter().map(count).collect()
}

/// Counts of the rows with a mark and of those without; of a side that no frame is on there is none.
fn marked_counts(columns: &dyn FrameColumns, mark: Mark, within: Option<&FrameSet>) -> Vec<CategoryCount> {
    let (mut frames, mut matching) = (0, 0);
    for rows in columns.marked(mark) {
        frames += rows.len();
        matching += within.map_or(rows.len(), |set| set.count_in(rows.start, rows.end));
    }
    let rest = (columns.rows() - frames, within.map_or(columns.rows(), FrameSet::count) - matching);
    [("false", rest), ("true", (frames, matching))]
        .into_iter()
        .filter(|(_, (frames, _))| *frames > 0)
        .map(|(value, (frames, matching))| CategoryCount { value: Some(value.to_owned()), frames, matching })
        .collect()
}

/// Counts of every word, or of true and false; words that no frame has are left out.
fn column_counts(column: &Column, within: Option<&FrameSet>) -> Vec<CategoryCount> {
    match column {
        Column::Text { codes, words } => {
            // The slot after the words counts nulls.
            let slot = |row: usize| match codes[row] {
                NULL_WORD => words.len(),
                code => (code as usize).min(words.len()),
            };
            let counts = slot_counts(codes.len(), words.len() + 1, slot, within);
            let mut by_word: HashMap<Option<&String>, (usize, usize)> = HashMap::new();
            for (slot, (frames, matching)) in counts.into_iter().enumerate().filter(|(_, (frames, _))| *frames > 0) {
                let count = by_word.entry(words.get(slot)).or_default();
                count.0 += frames;
                count.1 += matching;
            }
            by_word
                .into_iter()
                .map(|(word, (frames, matching))| CategoryCount { value: word.cloned(), frames, matching })
                .collect()
        }
        Column::Bool(flags) => {
            let counts = slot_counts(flags.len(), 3, |row| usize::from(flags[row]).min(2), within);
            let value = |slot| match slot {
                0 => Some("false".to_owned()),
                1 => Some("true".to_owned()),
                _ => None,
            };
            let slots = counts.into_iter().enumerate().filter(|(_, (frames, _))| *frames > 0);
            slots.map(|(slot, (frames, matching))| CategoryCount { value: value(slot), frames, matching }).collect()
        }
        Column::Float(_) | Column::Int { .. } => Vec::new(),
    }
}

/// Frames and matching frames for each slot.
fn slot_counts(
    rows: usize,
    slots: usize,
    slot: impl Fn(usize) -> usize,
    within: Option<&FrameSet>,
) -> Vec<(usize, usize)> {
    let mut counts = vec![(0, 0); slots];
    (0..rows).for_each(|row| counts[slot(row)].0 += 1);
    match within {
        None => counts.iter_mut().for_each(|count| count.1 = count.0),
        Some(set) => set.iter().filter(|row| *row < rows).for_each(|row| counts[slot(row)].1 += 1),
    }
    counts
}

/// Counts per label class, in the lake's order of classes. Without a set every frame matches.
///
/// # Errors
/// When the counts of a class cannot be read.
pub fn class_counts(columns: &dyn FrameColumns, within: Option<&FrameSet>) -> Result<Vec<ClassCount>, FilterError> {
    let count = |class: &String| {
        let counts = columns.class_count(class).map_err(|cause| FilterError::new(0..0, cause))?;
        let frames = counts.iter().filter(|count| **count > 0).count();
        let (mut matching, mut labels) = (0, 0_u64);
        let mut add = |count: u32| {
            matching += usize::from(count > 0);
            labels += u64::from(count);
        };
        match within {
            None => counts.iter().for_each(|count| add(*count)),
            Some(set) => set.iter().filter_map(|row| counts.get(row)).for_each(|count| add(*count)),
        }
        Ok(ClassCount { class: class.clone(), frames, matching, labels })
    };
    columns.classes().iter().map(count).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::filter::{Filter, truth_table::lake};

    #[test]
    fn counts_categories() {
        let lake = lake();
        let set = Filter::parse("speed > 0").unwrap().evaluate(&lake).unwrap();
        for (name, expected) in [
            ("recording", "drive_1 6 3, drive_2 2 1"),
            ("camera", "Front 2 1, front 4 1, rear 2 2"),
            ("store", "drive_1/front.h5 4 1, drive_1/rear.h5 2 2, - 2 1"),
            ("damaged", "false 6 2, true 2 2"),
            ("problem", "false 2 0, true 6 4"),
            ("region", "north 6 3, - 2 1"),
            ("vehicle", "Van 2 1, van 6 3"),
            ("weather", "Rain 1 0, rain 1 0, snow 1 1, sun 3 3, - 2 0"),
            ("braking", "false 3 2, true 3 2, - 2 0"),
        ] {
            let counts = category_counts(&lake, name, Some(&set)).unwrap();
            let shown: Vec<String> = counts
                .iter()
                .map(|count| format!("{} {} {}", count.value.as_deref().unwrap_or("-"), count.frames, count.matching))
                .collect();
            assert_eq!(shown.join(", "), expected, "{name}");
            let all = category_counts(&lake, name, None).unwrap();
            assert!(all.iter().all(|count| count.frames == count.matching));
            assert_eq!(all.iter().map(|count| count.frames).sum::<usize>(), 8);
        }
        assert!(category_counts(&lake, "speed", None).is_err());
        assert!(category_counts(&lake, "nothing", None).is_err());
    }

    #[test]
    fn counts_classes() {
        let lake = lake();
        let set = Filter::parse("speed is not null").unwrap().evaluate(&lake).unwrap();
        let shown: Vec<_> = class_counts(&lake, Some(&set))
            .unwrap()
            .into_iter()
            .map(|count| (count.class, count.frames, count.matching, count.labels))
            .collect();
        assert_eq!(shown, [("car".into(), 3, 3, 4), ("pedestrian".into(), 2, 1, 3), ("traffic light".into(), 1, 1, 1)]);
        assert_eq!(class_counts(&lake, None).unwrap()[1].labels, 4);
    }
}
