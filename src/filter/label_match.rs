//! Which labels of a frame a filter talks of: those that its `has(…)` and `count(…)` would count.

use std::sync::Arc;

use super::{
    Bound, FilterError,
    count_labels::LabelCount,
    evaluate::sides,
    frame_set::WORD_ROWS,
    label_rows::{LabelColumns, LabelRows},
    plan::Planner,
    run::Want,
    typed::{Number, Predicate},
};
use crate::model::Label;

/// Tells the labels that a filter talks of from the others.
#[derive(Debug, Clone)]
pub struct LabelTest {
    named: Vec<Named>,
}

#[derive(Debug, Clone)]
enum Named {
    /// Every label of a class.
    Class(String),
    /// Labels that are like that.
    Like(Arc<LabelCount>),
}

impl LabelTest {
    /// The test of a filter; `None` when it names neither a class nor what labels must be like.
    #[must_use]
    pub fn of(bound: &Bound) -> Option<Self> {
        let mut named = Vec::new();
        of_predicate(bound.predicate(), &mut named);
        (!named.is_empty()).then_some(Self { named })
    }

    /// For each of the labels of one frame whether some `has` or `count` of the filter takes it in.
    ///
    /// # Errors
    /// The fields of the labels cannot be tested.
    pub fn matching(&self, labels: &[Label]) -> Result<Vec<bool>, FilterError> {
        let mut found = vec![false; labels.len()];
        // One frame of a footage of its own.
        let here: Vec<Label> = labels.iter().map(|label| Label { frame_idx: 0, ..label.clone() }).collect();
        let rows = LabelRows::of(1, &here);
        for named in &self.named {
            match named {
                Named::Class(class) => {
                    found.iter_mut().zip(labels).for_each(|(found, label)| *found |= label.class == *class);
                }
                Named::Like(wanted) => {
                    let table = LabelColumns::new(&rows, &wanted.attributes);
                    let test = Planner::new(&table).test(&wanted.condition)?;
                    let footages = super::FrameColumns::footages(&table);
                    let (yes, _) = sides(&test, rows.len(), footages, Want { yes: true, no: false });
                    for (at, found) in found.iter_mut().enumerate() {
                        *found |= yes.get(at / WORD_ROWS).is_some_and(|word| word >> (at % WORD_ROWS) & 1 == 1);
                    }
                }
            }
        }
        Ok(found)
    }
}

fn of_predicate(predicate: &Predicate, named: &mut Vec<Named>) {
    match predicate {
        Predicate::Constant(_)
        | Predicate::Flag(_)
        | Predicate::Text { .. }
        | Predicate::Tagged { .. }
        | Predicate::Marked(_)
        | Predicate::CompareText { .. } => {}
        Predicate::Not(inner) | Predicate::IsUnknown(inner) => of_predicate(inner, named),
        Predicate::All(parts) | Predicate::Any(parts) => parts.iter().for_each(|part| of_predicate(part, named)),
        Predicate::Same(left, right) => {
            of_predicate(left, named);
            of_predicate(right, named);
        }
        Predicate::Held { condition, .. } => of_predicate(condition, named),
        Predicate::Near { other, .. } => of_predicate(other, named),
        Predicate::Within { value, .. } | Predicate::OneOf { value, .. } | Predicate::NumberIsNull(value) => {
            of_number(value, named);
        }
        Predicate::InPlace { latitude, longitude, .. } => {
            of_number(latitude, named);
            of_number(longitude, named);
        }
        Predicate::Compare { left, right, .. } => {
            of_number(left, named);
            of_number(right, named);
        }
    }
}

fn of_number(number: &Number, named: &mut Vec<Named>) {
    match number {
        Number::ClassCount(class) => named.push(Named::Class(class.name.clone())),
        Number::Labels(wanted) => named.push(Named::Like(Arc::clone(wanted))),
        Number::Rate { value, .. } | Number::Window { value, .. } | Number::Negate(value) => of_number(value, named),
        Number::Arithmetic { left, right, .. } => {
            of_number(left, named);
            of_number(right, named);
        }
        Number::Constant(_)
        | Number::Null
        | Number::Floats(_)
        | Number::Ints(_)
        | Number::LabelCount(_)
        | Number::Frame
        | Number::Timestamp(_)
        | Number::SinceStart(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        filter::{Filter, MemoryColumns},
        model::BoundingBox,
    };

    fn label(class: &str, score: f64, w: f64, attributes: Option<&str>) -> Label {
        Label {
            frame_idx: 7,
            class: class.to_owned(),
            bbox: Some(BoundingBox { x: 0.0, y: 0.0, w, h: 10.0 }),
            score: Some(score),
            track_id: None,
            attributes: attributes.map(str::to_owned),
        }
    }

    #[test]
    fn the_labels_that_has_and_count_take_in_are_told_apart() {
        let labels = [
            label("car", 0.9, 100.0, None),
            label("car", 0.4, 20.0, Some(r#"{"lane": "left"}"#)),
            label("pedestrian", 0.8, 12.0, None),
            label("sign", 0.7, 8.0, None),
        ];
        let mut lake = MemoryColumns::new();
        lake.add_footage("drive", "front", 0, &Arc::default(), (0..10).map(|second| second * 1_000_000_000));
        lake.add_labels([(0, labels.to_vec())].into());
        for (filter, expected) in [
            ("", None),
            ("frame >= 0", None),
            ("labels > 2", None),
            ("has(car)", Some([true, true, false, false])),
            ("count(car where score > 0.5) >= 1", Some([true, false, false, false])),
            ("not has(sign) or has(pedestrian where w > 40)", Some([false, false, false, true])),
            ("count(* where w > 10 and score < 0.85) = 2", Some([false, true, true, false])),
            ("has(car where lane = \"left\")", Some([false, true, false, false])),
            ("has(sign) for 1 s and count(pedestrian) + 1 > 1", Some([false, false, true, true])),
        ] {
            let bound =
                Filter::parse(filter).unwrap().bind(&lake).unwrap_or_else(|error| panic!("{filter}: {error:?}"));
            let found = LabelTest::of(&bound).map(|test| test.matching(&labels).unwrap());
            assert_eq!(found, expected.map(|row| row.to_vec()), "{filter}");
        }
        let bound = Filter::parse("has(car)").unwrap().bind(&lake).unwrap();
        assert_eq!(LabelTest::of(&bound).unwrap().matching(&[]).unwrap(), Vec::<bool>::new());
    }
}
