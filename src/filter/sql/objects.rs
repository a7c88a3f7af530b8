//! Single objects: conditions over the table of labels.

use super::{NoSql, Writer, quoted_text};
use crate::filter::{FrameColumns, boxes::checked_objects};

/// What stands behind `WHERE` over `labels` for the objects with a box of these classes (of any when none is named) for which
/// a condition holds, as `boxes` finds them.
///
/// # Errors
/// As for `boxes`, or a part of the condition cannot be said.
pub fn objects_sql(columns: &dyn FrameColumns, classes: &[String], condition: &str) -> Result<String, NoSql> {
    let wanted = checked_objects(columns, classes, condition).map_err(NoSql::Filter)?;
    let mut text = "\"w\" IS NOT NULL".to_owned();
    if !classes.is_empty() {
        let classes = classes.iter().map(|class| quoted_text(class)).collect::<Result<Vec<_>, _>>()?;
        text = format!("{text} AND \"class\" IN ({})", classes.join(", "));
    }
    if let Some(wanted) = wanted {
        let mut labels = Writer::new(columns);
        labels.of_labels = true;
        text = format!("{text} AND ({})", labels.condition(&wanted.condition)?.text);
    }
    Ok(text)
}
