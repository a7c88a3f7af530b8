//! The categories of a lake, gathered by a worker when its index is read: that looks at every footage.

use crate::{
    catalog::FrameTable,
    filter::{self, FrameColumns as _, attribute_keys},
    model::MetricKind,
};

/// A category, and how a filter names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CategoryName {
    /// What it is called.
    pub title: String,
    /// As a filter spells it, without back quotes.
    pub name: String,
    /// Whether it is true or false by itself.
    pub flag: bool,
}

/// Cameras, recordings, what recordings tell of themselves, and metrics of words and truth values.
pub fn categories_of(table: &FrameTable) -> Vec<CategoryName> {
    let one = |title: &str, name: String, flag| CategoryName { title: title.to_owned(), name, flag };
    let mut all = vec![one("Camera", "camera".to_owned(), false), one("Recording", "recording".to_owned(), false)];
    let keys = attribute_keys(table).into_iter();
    all.extend(keys.map(|key| one(key, bare(&filter::attribute_reference(table, key)), false)));
    let words = table.metrics().iter().filter(|metric| matches!(metric.kind, MetricKind::Text | MetricKind::Bool));
    let metric = |metric: &filter::MetricName| {
        one(&metric.name, filter::metric_name(&metric.name), metric.kind == MetricKind::Bool)
    };
    all.extend(words.map(metric));
    all
}

/// A name without the back quotes that a filter may need around it.
fn bare(reference: &str) -> String {
    match reference.strip_prefix('`').and_then(|rest| rest.strip_suffix('`')) {
        Some(quoted) => quoted.replace("``", "`"),
        None => reference.to_owned(),
    }
}
