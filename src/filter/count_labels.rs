//! `count(CLASS where …)`: how many labels of a frame are like that.

use std::sync::Arc;

use rayon::prelude::*;

use super::{
    FilterError, FrameColumns, MetricName,
    evaluate::sides,
    frame_set::WORD_ROWS,
    label_rows::{LabelColumns, LabelRows},
    over_time::next,
    plan::Planner,
    run::Want,
    typed::{ColumnName, Predicate},
};

/// The labels to count, checked.
#[derive(Debug, Clone)]
pub(super) struct LabelCount {
    /// The class; `None` for any.
    pub class: Option<ColumnName>,
    /// What a label must be like, over the columns of labels, the class included.
    pub condition: Predicate,
    /// Every attribute of the lake's labels; empty when none is named.
    pub attributes: Arc<Vec<MetricName>>,
    /// The expression as text.
    pub name: ColumnName,
}

/// Labels of each frame that fit; 0 in footages that are not `needed`. `present` tells how many labels of the class a
/// frame has: footages without one are not read.
pub(super) fn count(
    columns: &dyn FrameColumns,
    wanted: &LabelCount,
    present: &[u32],
    needed: &[bool],
) -> Result<Vec<u32>, FilterError> {
    let mut counts = vec![0; columns.rows()];
    let mut parts = Vec::new();
    let mut rest = counts.as_mut_slice();
    for (at, footage) in columns.footages().iter().enumerate() {
        let (part, after) = rest.split_at_mut(footage.rows);
        let there = &present[footage.first_row..footage.first_row + footage.rows];
        if needed[at] && there.iter().any(|count| *count > 0) {
            parts.push((at, part));
        }
        rest = after;
    }
    parts.into_par_iter().try_for_each(|(footage, counts)| {
        let labels = columns.labels_of(footage).map_err(|cause| {
            let message = format!("labels cannot be read: {cause}");
            FilterError::new(wanted.name.span.clone(), message).of_lake()
        })?;
        count_in(&labels, wanted, counts)
    })?;
    Ok(counts)
}

/// The labels that fit, as words.
pub(super) fn fitting(labels: &LabelRows, wanted: &LabelCount) -> Result<Vec<usize>, FilterError> {
    let table = LabelColumns::new(labels, &wanted.attributes);
    let test = Planner::new(&table).test(&wanted.condition)?;
    Ok(sides(&test, table.rows(), table.footages(), Want { yes: true, no: false }).0)
}

fn count_in(labels: &LabelRows, wanted: &LabelCount, counts: &mut [u32]) -> Result<(), FilterError> {
    let yes = fitting(labels, wanted)?;
    debug_assert_eq!(yes.len(), labels.len().div_ceil(WORD_ROWS));
    for (count, ends) in counts.iter_mut().zip(labels.starts().windows(2)) {
        let mut at = next(&yes, ends[0], ends[1], true);
        while at < ends[1] {
            *count = count.saturating_add(1);
            at = next(&yes, at + 1, ends[1], true);
        }
    }
    Ok(())
}
