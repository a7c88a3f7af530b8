//! Words that a filter compares with and that no frame has: most likely slips of the hand.

use std::{collections::BTreeSet, ops::Range};

use super::{
    Filter, FilterError, FrameColumns,
    ast::{CompareOp, Expr, ExprKind, Literal},
    facets::category_counts,
    names::{Names, Referent},
    print::{name_text, text_literal},
    suggest::nearest,
};
use crate::model::MetricKind;

/// A word that no frame has under a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AbsentWord {
    /// The bytes of the word in the filter, its quotes included.
    pub span: Range<usize>,
    /// What is compared with it.
    pub name: String,
    /// The word.
    pub word: String,
    /// The word that may be meant.
    pub near: Option<String>,
}

impl AbsentWord {
    /// It, in a sentence without a full stop.
    #[must_use]
    pub fn told(&self) -> String {
        let said = format!("no frame has {} = {}", name_text(&self.name), text_literal(&self.word));
        match &self.near {
            Some(near) => format!("{said}; did you mean {}?", text_literal(near)),
            None => said,
        }
    }

    /// `source`, the text of the filter, with the word that may be meant.
    #[must_use]
    pub fn mended(&self, source: &str) -> Option<String> {
        let near = text_literal(self.near.as_ref()?);
        let (before, after) = (source.get(..self.span.start)?, source.get(self.span.end..)?);
        Some(format!("{before}{near}{after}"))
    }
}

/// The words that the filter compares text of frames with, by `=`, `!=` or `in`, and that no frame has, in the order written.
/// Words behind a `where`, which are of labels, are left alone.
///
/// # Errors
/// When a column cannot be read.
pub fn absent_words(filter: &Filter, columns: &dyn FrameColumns) -> Result<Vec<AbsentWord>, FilterError> {
    let names = Names::new(columns);
    let mut found = Vec::new();
    filter.expr().map_or(Ok(()), |expr| look(expr, &names, &mut found))?;
    Ok(found)
}

fn look(expr: &Expr, names: &Names<'_>, found: &mut Vec<AbsentWord>) -> Result<(), FilterError> {
    match &expr.kind {
        ExprKind::Compare { op: CompareOp::Equal | CompareOp::NotEqual, left, right } => {
            match (&left.kind, &right.kind) {
                (ExprKind::Name(name), _) => compare(name, std::slice::from_ref(right), names, found),
                (_, ExprKind::Name(name)) => compare(name, std::slice::from_ref(left), names, found),
                _ => Ok(()),
            }
        }
        ExprKind::In { value, list } => match &value.kind {
            ExprKind::Name(name) => compare(name, list, names, found),
            _ => Ok(()),
        },
        ExprKind::LabelsWhere { .. } => Ok(()),
        _ => expr.children().into_iter().try_for_each(|child| look(child, names, found)),
    }
}

fn compare<T: std::borrow::Borrow<Expr>>(
    name: &str,
    with: &[T],
    names: &Names<'_>,
    found: &mut Vec<AbsentWord>,
) -> Result<(), FilterError> {
    let literal = |expr: &Expr| match &expr.kind {
        ExprKind::Literal(Literal::Text(word)) => Some((expr.span.clone(), word.clone())),
        _ => None,
    };
    let words: Vec<_> = with.iter().filter_map(|expr| literal(expr.borrow())).collect();
    if words.is_empty() {
        return Ok(());
    }
    let there: BTreeSet<String> = match names.resolve(name) {
        Some(Referent::Tags) => {
            let tags = names.columns.tags().map_err(|cause| FilterError::new(0..0, cause).of_lake())?;
            tags.tags.keys().cloned().collect()
        }
        Some(
            Referent::Recording
            | Referent::Camera
            | Referent::Store
            | Referent::Attribute(_)
            | Referent::Metric { kind: MetricKind::Text, .. },
        ) => {
            let counts = category_counts(names.columns, name, None)?;
            counts.into_iter().filter_map(|count| count.value).collect()
        }
        _ => return Ok(()),
    };
    found.extend(words.into_iter().filter(|(_, word)| !there.contains(word)).map(|(span, word)| {
        let near = nearest(&word, there.iter().map(String::as_str)).map(str::to_owned);
        AbsentWord { span, name: name.to_owned(), word, near }
    }));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::filter::truth_table;

    #[test]
    fn words_that_are_nowhere_are_told_with_the_one_that_is_meant() {
        let lake = truth_table::lake();
        for (text, told, mended) in [
            ("weather = \"rain\"", vec![], None),
            (
                "speed > 1 and weather = \"rian\"",
                vec!["no frame has weather = \"rian\"; did you mean \"rain\"?"],
                Some("speed > 1 and weather = \"rain\""),
            ),
            (
                "not weather in ('sun', 'Snow')",
                vec!["no frame has weather = \"Snow\"; did you mean \"snow\"?"],
                Some("not weather in ('sun', \"snow\")"),
            ),
            ("'zebra' != weather", vec!["no frame has weather = \"zebra\""], None),
            (
                "camera = \"reer\" or gear = 3",
                vec!["no frame has camera = \"reer\"; did you mean \"rear\"?"],
                Some("camera = \"rear\" or gear = 3"),
            ),
            ("count(car where occluded = 'x') > 1", vec![], None),
            ("speed > 1", vec![], None),
            ("", vec![], None),
        ] {
            let found = absent_words(&Filter::parse(text).unwrap(), &lake).unwrap();
            assert_eq!(found.iter().map(AbsentWord::told).collect::<Vec<_>>(), told, "{text}");
            assert_eq!(found.first().and_then(|word| word.mended(text)).as_deref(), mended, "{text}");
        }
    }
}
