//! Single objects on frames: labels with a box, one by one.

use std::sync::Arc;

use rayon::prelude::*;

use super::{
    Filter, FilterError, FrameColumns, FrameSet,
    ast::{Class, Expr, ExprKind, LabelQuantity},
    check::{Checker, Measured, Typed},
    count_labels::{LabelCount, fitting},
    names::Names,
    over_time::next,
    typed::Number,
};
use crate::model::BoundingBox;

/// One object on a frame. Small, as there may be millions.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LabelBox {
    /// Its box.
    pub bbox: BoundingBox,
    score: f64,
    track: i64,
    /// Row of its frame in the frame table.
    pub row: u32,
    /// Its class: a place in `FrameColumns::classes`.
    pub class: u32,
}

/// Stands for an object without a track. A track of this number would be taken for none.
const NO_TRACK: i64 = i64::MIN;

impl LabelBox {
    /// Confidence.
    #[must_use]
    pub fn score(&self) -> Option<f64> {
        (!self.score.is_nan()).then_some(self.score)
    }

    /// The object's id over time.
    #[must_use]
    pub fn track_id(&self) -> Option<i64> {
        (self.track != NO_TRACK).then_some(self.track)
    }

    /// Area, px².
    #[must_use]
    pub fn area_px(&self) -> f64 {
        self.bbox.w * self.bbox.h
    }
}

/// The objects with a box on the frames of a set, in row order: of these classes (of any when none is named), and for which
/// the condition holds. A condition is what stands behind `where` in `count(car where …)`; the empty one always holds.
///
/// # Errors
/// A class that the lake does not have, a condition that is none of a label (its span counts bytes of `condition`), or
/// labels that cannot be read.
pub fn boxes(
    columns: &dyn FrameColumns,
    set: &FrameSet,
    classes: &[String],
    condition: &str,
) -> Result<Vec<LabelBox>, FilterError> {
    let condition = checked_objects(columns, classes, condition)?;
    let failed = |cause: String| FilterError::new(0..0, format!("labels cannot be read: {cause}")).of_lake();
    let mut present = vec![false; columns.footages().len()];
    let counts = match classes {
        [] => vec![columns.label_count().map_err(failed)?],
        some => some.iter().map(|class| columns.class_count(class)).collect::<Result<_, _>>().map_err(failed)?,
    };
    for (footage, present) in columns.footages().iter().zip(&mut present) {
        let rows = footage.first_row..footage.first_row + footage.rows;
        *present = set.count_in(rows.start, rows.end) > 0
            && counts.iter().any(|counts| counts.get(rows.clone()).unwrap_or_default().iter().any(|count| *count > 0));
    }
    let search = Search { columns, set, classes, condition: condition.as_deref() };
    let found: Vec<Vec<LabelBox>> = (0..present.len())
        .into_par_iter()
        .filter(|footage| present[*footage])
        .map(|footage| search.of_footage(footage))
        .collect::<Result<_, _>>()?;
    let mut all = Vec::with_capacity(found.iter().map(Vec::len).sum());
    for part in found {
        all.extend(part);
    }
    Ok(all)
}

/// The objects that a filter asks for first, as `has(car)` or `count(car where score > 0.5) >= 2` do: their class, and the
/// condition on them, empty where there is none. Not those that it asks to be absent.
#[must_use]
pub fn objects_of(filter: &Filter) -> Option<(Option<String>, String)> {
    fn find(expr: &Expr) -> Option<(Option<String>, String)> {
        match &expr.kind {
            ExprKind::Not(_) => None,
            ExprKind::Labels { class, .. } => Some((Some(class.name.clone()), String::new())),
            ExprKind::LabelsWhere { class, condition, .. } => Some((
                class.as_ref().map(|class| class.name.clone()),
                condition.as_ref().map(ToString::to_string).unwrap_or_default(),
            )),
            _ => expr.children().into_iter().find_map(find),
        }
    }
    find(filter.expr()?)
}

/// The condition on objects of these classes with its names and types checked; `None` for the empty one.
pub(super) fn checked_objects(
    columns: &dyn FrameColumns,
    classes: &[String],
    condition: &str,
) -> Result<Option<Arc<LabelCount>>, FilterError> {
    let checker = Checker { names: Names::new(columns) };
    for name in classes {
        checker.class(&Class { name: name.clone(), span: 0..0 })?;
    }
    Filter::parse(condition)?.expr().map(|condition| checked(&checker, condition)).transpose()
}

/// A condition on labels with its names and types checked.
fn checked(checker: &Checker<'_>, condition: &Expr) -> Result<Arc<LabelCount>, FilterError> {
    let span = condition.span.clone();
    let kind = ExprKind::LabelsWhere {
        quantity: LabelQuantity::Count,
        class: None,
        condition: Some(Box::new(condition.clone())),
    };
    match checker.typed(&Expr::new(kind, span.clone()))? {
        Typed::Number(Measured { number: Number::Labels(wanted), .. }) => Ok(wanted),
        other => Err(FilterError::new(
            span,
            format!("a condition on labels is expected here, and this is {}", other.describe()),
        )),
    }
}

struct Search<'a> {
    columns: &'a dyn FrameColumns,
    set: &'a FrameSet,
    classes: &'a [String],
    condition: Option<&'a LabelCount>,
}

impl Search<'_> {
    fn of_footage(&self, at: usize) -> Result<Vec<LabelBox>, FilterError> {
        let footage = &self.columns.footages()[at];
        let labels = self
            .columns
            .labels_of(at)
            .map_err(|cause| FilterError::new(0..0, format!("labels cannot be read: {cause}")).of_lake())?;
        let fit = self.condition.map(|condition| fitting(&labels, condition)).transpose()?;
        // What each code of this footage means in the lake; `None` for what is not asked for.
        let (codes, words) = labels.classes();
        let meanings: Vec<Option<u32>> = words
            .iter()
            .map(|word| {
                let wanted = self.classes.is_empty() || self.classes.contains(word);
                let place = self.columns.classes().iter().position(|class| class == word).filter(|_| wanted)?;
                u32::try_from(place).ok()
            })
            .collect();
        let mut found = Vec::new();
        for (frame, ends) in labels.starts().windows(2).enumerate() {
            let row = footage.first_row + frame;
            if ends[0] == ends[1] || !self.set.contains(row) {
                continue;
            }
            let Ok(row) = u32::try_from(row) else { continue };
            for label in ends[0]..ends[1] {
                let class = codes.get(label).and_then(|code| meanings.get(*code as usize)).copied().flatten();
                let fits = fit.as_ref().is_none_or(|bits| next(bits, label, label + 1, true) == label);
                let (Some(class), true) = (class, fits) else { continue };
                let (Some(bbox), score, track) = labels.object(label) else { continue };
                found.push(LabelBox {
                    bbox,
                    score: score.unwrap_or(f64::NAN),
                    track: track.unwrap_or(NO_TRACK),
                    row,
                    class,
                });
            }
        }
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::{filter::MemoryColumns, model::Label};

    fn lake() -> MemoryColumns {
        let mut lake = MemoryColumns::new();
        lake.add_footage("a", "front", 0, &Arc::default(), (0..4).map(|n| n * 100));
        lake.add_footage("b", "front", 0, &Arc::default(), (0..2).map(|n| n * 100));
        let label = |frame_idx, class: &str, side: Option<f64>, score, track_id| Label {
            frame_idx,
            class: class.to_owned(),
            bbox: side.map(|side| BoundingBox { x: 1.0, y: 2.0, w: side, h: 10.0 }),
            score,
            track_id,
            attributes: None,
        };
        let first = vec![
            label(0, "car", Some(5.0), Some(0.9), Some(7)),
            label(0, "person", Some(6.0), None, None),
            label(0, "rain", None, None, None),
            label(2, "car", Some(7.0), Some(0.2), None),
        ];
        let second = vec![label(1, "person", Some(8.0), Some(0.5), Some(-1))];
        lake.add_labels([(0, first), (1, second)].into());
        lake
    }

    #[test]
    fn every_object_is_found_by_class_condition_and_frame() {
        let lake = lake();
        let class = |name: &str| name.to_owned();
        for (rows, classes, condition, expected) in [
            (vec![0, 1, 2, 3, 4, 5], vec![], "", "0 car 5, 0 person 6, 2 car 7, 5 person 8"),
            (vec![2, 5], vec![], "", "2 car 7, 5 person 8"),
            (vec![0, 1, 2, 3, 4, 5], vec![class("person")], "", "0 person 6, 5 person 8"),
            (vec![0, 1, 2, 3, 4, 5], vec![class("car"), class("person")], "score > 0.4", "0 car 5, 5 person 8"),
            (vec![0, 1, 2, 3, 4, 5], vec![], "w > 6 px and track_id is null", "2 car 7"),
            (vec![], vec![], "", ""),
        ] {
            let found = boxes(&lake, &FrameSet::from_rows(6, rows), &classes, condition).unwrap();
            let shown: Vec<String> = found
                .iter()
                .map(|found| format!("{} {} {}", found.row, lake.classes()[found.class as usize], found.bbox.w))
                .collect();
            assert_eq!(shown.join(", "), expected, "{classes:?} {condition}");
        }
        let found = boxes(&lake, &FrameSet::all(6), &[], "").unwrap();
        let told: Vec<_> = found.iter().map(|found| (found.score(), found.track_id(), found.area_px())).collect();
        assert_eq!(
            told,
            [(Some(0.9), Some(7), 50.0), (None, None, 60.0), (Some(0.2), None, 70.0), (Some(0.5), Some(-1), 80.0)]
        );
    }

    #[test]
    fn what_a_filter_asks_for_is_found() {
        for (filter, expected) in [
            ("speed > 3 and count(car where score > 0.5) >= 2", Some((Some("car"), "score > 0.5"))),
            ("not has(rain) and has(person) for 2 s", Some((Some("person"), ""))),
            ("has(* where w > 3 and h > 4)", Some((None, "w > 3 and h > 4"))),
            ("speed > 3", None),
            ("", None),
        ] {
            let found = objects_of(&Filter::parse(filter).unwrap());
            let found = found.as_ref().map(|(class, condition)| (class.as_deref(), condition.as_str()));
            assert_eq!(found, expected, "{filter}");
        }
    }

    #[test]
    fn mistakes_are_told_with_their_place() {
        let lake = lake();
        let fail =
            |classes: &[String], condition: &str| boxes(&lake, &FrameSet::all(6), classes, condition).unwrap_err();
        assert!(fail(&["cart".to_owned()], "").hint.unwrap().contains("car"));
        let wrong = fail(&[], "score > 0.5 and heigth > 3");
        assert_eq!(wrong.span, 16..22);
        for condition in ["score", "score >", "has(car)", "score > 0.5 for 2 s"] {
            fail(&[], condition);
        }
    }
}
