//! `NXdata` of the `NeXus` format: which dataset of a group is the signal, and which stands for its first axis.
//!
//! Source: <https://manual.nexusformat.org/classes/base_classes/NXdata.html>. Today the group names them in `signal` and
//! `axes`; older writers set `signal = 1` on the dataset and list the axes there in one text.

use std::collections::{HashMap, HashSet};

use super::{last, parent};
use crate::frames::structure::{Attribute, AttributeValue, DatasetInfo, Structure, attribute};

/// What a dataset is to the `NXdata` group it lies in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// What the group is about.
    Signal,
    /// An axis, errors, a mask.
    Companion,
}

/// The roles of the datasets that have one: those in `NXdata` groups that name a signal, and marked ones anywhere.
pub(super) fn roles(structure: &Structure) -> HashMap<usize, Role> {
    let declared: HashMap<&str, Option<&str>> = structure
        .groups
        .iter()
        .filter(|group| text(&group.attributes, "NX_class") == Some("NXdata"))
        .map(|group| (group.path.as_str(), text(&group.attributes, "signal")))
        .collect();
    let marked: HashSet<usize> = (0..structure.datasets.len())
        .filter(|at| {
            let signal = attribute(&structure.datasets[*at].attributes, "signal").and_then(AttributeValue::number);
            signal == Some(1.0)
        })
        .collect();
    let marking: HashSet<&str> = marked.iter().map(|at| parent(&structure.datasets[*at].path)).collect();
    let role = |at: usize| {
        let path = structure.datasets[at].path.as_str();
        let group = declared.get(parent(path));
        let signal = match group {
            Some(Some(name)) => last(path) == *name,
            _ if marked.contains(&at) => true,
            Some(None) if marking.contains(parent(path)) => false,
            _ => return None,
        };
        Some((at, if signal { Role::Signal } else { Role::Companion }))
    };
    (0..structure.datasets.len()).filter_map(role).collect()
}

/// Whether a signal says that it is no picture.
pub(super) fn is_no_picture(dataset: &DatasetInfo) -> bool {
    matches!(text(&dataset.attributes, "interpretation"), Some("scalar" | "spectrum" | "scaler" | "vertex"))
}

/// Path of the dataset that stands for the first axis of a signal.
pub(super) fn first_axis(structure: &Structure, dataset: &DatasetInfo) -> Option<String> {
    let own = text(&dataset.attributes, "axes");
    let axes = own.or_else(|| group_of(structure, dataset).and_then(|attributes| text(attributes, "axes")))?;
    let first = axes.trim_start_matches('[').split([':', ',', ']']).next()?.trim();
    let folder = parent(&dataset.path);
    (!matches!(first, "" | ".")).then(|| format!("{}/{first}", if folder == "/" { "" } else { folder }))
}

fn group_of<'a>(structure: &'a Structure, dataset: &DatasetInfo) -> Option<&'a [Attribute]> {
    let folder = parent(&dataset.path);
    structure.groups.iter().find(|group| group.path == folder).map(|group| &group.attributes[..])
}

fn text<'a>(attributes: &'a [Attribute], name: &str) -> Option<&'a str> {
    attribute(attributes, name).and_then(AttributeValue::text).map(str::trim)
}
