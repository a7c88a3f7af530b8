//! The parts of a metric's column, one of each footage, as one column of the widest kind among them.

use std::collections::HashMap;

use crate::model::{Column, NULL_BOOL, NULL_WORD};

/// Writes one footage's part into the whole column, converted to the whole column's kind.
#[expect(
    clippy::cast_precision_loss,
    reason = "a metric that is whole in one drive and fractional in another is a float"
)]
pub(super) fn place(whole: &mut Column, first: usize, part: Column, known: &mut HashMap<String, u32>) {
    match (whole, part) {
        (Column::Float(all), Column::Float(values)) => all[first..first + values.len()].copy_from_slice(&values),
        (Column::Float(all), Column::Int { values, valid }) => {
            for (at, value) in values.into_iter().enumerate().filter(|(at, _)| valid.is_empty() || valid[*at]) {
                all[first + at] = value as f64;
            }
        }
        (Column::Float(all), Column::Bool(values)) => {
            for (at, value) in values.into_iter().enumerate().filter(|(_, value)| *value != NULL_BOOL) {
                all[first + at] = f64::from(value);
            }
        }
        (Column::Int { values: all, valid: all_valid }, Column::Int { values, valid }) => {
            all[first..first + values.len()].copy_from_slice(&values);
            if valid.is_empty() {
                all_valid[first..first + values.len()].fill(true);
            } else {
                all_valid[first..first + values.len()].copy_from_slice(&valid);
            }
        }
        (Column::Bool(all), Column::Bool(values)) => all[first..first + values.len()].copy_from_slice(&values),
        (Column::Text { codes: all, words: all_words }, part) => {
            let mut code_of = |word: &str| {
                *known.entry(word.to_owned()).or_insert_with(|| {
                    all_words.push(word.to_owned());
                    u32::try_from(all_words.len() - 1).unwrap_or(NULL_WORD)
                })
            };
            if let Column::Text { codes, words } = &part {
                let map: Vec<u32> = words.iter().map(|word| code_of(word)).collect();
                for (at, code) in codes.iter().enumerate().filter(|(_, code)| **code != NULL_WORD) {
                    all[first + at] = map[*code as usize];
                }
            } else {
                for at in 0..part.len() {
                    if let Some(text) = part.text(at) {
                        all[first + at] = code_of(&text);
                    }
                }
            }
        }
        // The whole column's kind is the widest of its parts, so a narrower whole cannot meet a wider part; a catalog
        // that says otherwise leaves nulls.
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::MetricKind;

    #[test]
    fn parts_of_other_kinds_are_widened() {
        let mut codes = HashMap::new();
        let mut whole = Column::nulls(MetricKind::Float, 4);
        place(&mut whole, 0, Column::Float(vec![0.5]), &mut codes);
        place(&mut whole, 1, Column::Int { values: vec![2, 0], valid: vec![true, false] }, &mut codes);
        place(&mut whole, 3, Column::Bool(vec![1]), &mut codes);
        assert_eq!((0..4).map(|row| whole.number(row)).collect::<Vec<_>>(), [Some(0.5), Some(2.0), None, Some(1.0)]);

        let mut whole = Column::nulls(MetricKind::Text, 4);
        place(
            &mut whole,
            0,
            Column::Text { codes: vec![1, NULL_WORD], words: vec!["a".into(), "b".into()] },
            &mut codes,
        );
        place(&mut whole, 2, Column::Int { values: vec![7], valid: vec![] }, &mut codes);
        place(&mut whole, 3, Column::Text { codes: vec![0], words: vec!["b".into()] }, &mut codes);
        assert_eq!(
            (0..4).map(|row| whole.text(row)).collect::<Vec<_>>(),
            [Some("b".into()), None, Some("7".into()), Some("b".into())]
        );
    }
}
