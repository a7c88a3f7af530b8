//! The panels that can be docked, by name. Each belongs to a workspace, which has a layout of its own.

use crate::gui::state::Workspace;

/// A panel. Those without content yet are reserved: they are in no menu and in no layout.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Pane {
    /// What there is, how often, and how often among what matches.
    Facets,
    /// Thumbnails of the frames that match.
    Grid,
    /// One frame with its controls.
    Viewer,
    /// Values and attributes of the frame.
    Values,
    /// Objects on the frame.
    Labels,
    /// The recording in time: matches, sensors, labels.
    Timeline,
    /// Routes of the drives.
    Track,
    /// Two sets of frames side by side.
    Compare,
    /// Views, selections and tags.
    Selections,
    /// The locations of detections, with their events.
    Places,
    /// The items seen most.
    Ranked,
    /// Events over time.
    OverTime,
    /// The whole answer as rows.
    Answer,
    /// How uneven locations are.
    Skew,
    /// Where the locations are.
    Map,
    /// Detections that came more than once.
    Repeats,
    /// The events of one item.
    Sightings,
    /// What numbers are asked for, of what, by what.
    StatBuild,
    /// Saved analyses.
    StatSaved,
    /// The numbers as a chart.
    StatChart,
    /// The numbers as rows.
    StatTable,
    /// A query in SQL.
    Sql,
    /// Its answer.
    SqlResult,
    /// What is odd about recordings, footages and metrics.
    Quality,
}

/// Where a panel goes that is opened in a layout without it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Home {
    /// A column of its own at the left edge.
    Left,
    /// A column of its own at the right edge.
    Right,
    /// A tab beside another panel; at the right edge where that is not there.
    With(Pane),
    /// Below another panel; at the right edge where that is not there.
    Below(Pane),
}

/// What the docking knows of a panel.
#[derive(Debug)]
pub struct About {
    /// Which.
    pub pane: Pane,
    /// Its name in kept layouts, which never changes.
    pub key: &'static str,
    /// Its name on screen.
    pub name: &'static str,
    /// Width and height it needs to be of use, points.
    pub least: [f32; 2],
    /// Whether it has no use for the width that a larger window brings.
    pub keeps_width: bool,
    /// Where it opens.
    pub home: Home,
    /// The workspace it belongs to.
    pub workspace: Workspace,
}

/// The panels that have content. A panel comes with a line here and an arm in `pane_ui` of its workspace.
const REGISTERED: &[About] = &[
    about(Pane::Facets, "facets", "Facets", [216.0, 160.0], true, Home::Left),
    about(Pane::Grid, "grid", "Grid", [240.0, 160.0], false, Home::Left),
    about(Pane::Viewer, "viewer", "Viewer", [320.0, 220.0], false, Home::Right),
    about(Pane::Timeline, "timeline", "Timeline", [240.0, 120.0], false, Home::Below(Pane::Viewer)),
    about(Pane::Values, "values", "Values", [240.0, 96.0], false, Home::With(Pane::Timeline)),
    about(Pane::Track, "track", "Track", [240.0, 160.0], false, Home::Below(Pane::Grid)),
    about(Pane::Selections, "selections", "Library", [280.0, 160.0], true, Home::With(Pane::Facets)),
    about(Pane::Compare, "compare", "Compare", [320.0, 200.0], false, Home::With(Pane::Timeline)),
    about(Pane::Labels, "labels", "Labels", [240.0, 96.0], false, Home::With(Pane::Timeline)),
    detections(Pane::Places, "locations", "Locations", [240.0, 160.0], true, Home::Left),
    detections(Pane::Ranked, "top-items", "Top items", [280.0, 160.0], false, Home::Right),
    detections(Pane::OverTime, "over-time", "Over time", [280.0, 140.0], false, Home::Below(Pane::Ranked)),
    detections(Pane::Answer, "answer", "Table", [280.0, 160.0], false, Home::With(Pane::Ranked)),
    detections(Pane::Map, "map", "Map", [240.0, 160.0], false, Home::Right),
    detections(Pane::Skew, "skew", "Skew", [240.0, 160.0], false, Home::With(Pane::Map)),
    detections(Pane::Sightings, "sightings", "Events", [280.0, 160.0], false, Home::Below(Pane::Map)),
    detections(Pane::Repeats, "duplicates", "Duplicates", [280.0, 160.0], false, Home::With(Pane::Sightings)),
    statistics(Pane::StatBuild, "stat-build", "Build", [240.0, 160.0], true, Home::Left),
    statistics(Pane::StatSaved, "stat-saved", "Analyses", [240.0, 160.0], true, Home::With(Pane::StatBuild)),
    statistics(Pane::StatChart, "stat-chart", "Chart", [300.0, 200.0], false, Home::Right),
    statistics(Pane::StatTable, "stat-table", "Numbers", [280.0, 140.0], false, Home::Below(Pane::StatChart)),
    statistics(Pane::Sql, "sql", "SQL", [300.0, 160.0], false, Home::With(Pane::StatChart)),
    statistics(Pane::SqlResult, "sql-result", "SQL answer", [280.0, 140.0], false, Home::With(Pane::StatTable)),
    statistics(Pane::Quality, "quality", "Data quality", [300.0, 160.0], false, Home::With(Pane::StatChart)),
];

const fn about(
    pane: Pane,
    key: &'static str,
    name: &'static str,
    least: [f32; 2],
    keeps_width: bool,
    home: Home,
) -> About {
    About { pane, key, name, least, keeps_width, home, workspace: Workspace::Explore }
}

const fn detections(
    pane: Pane,
    key: &'static str,
    name: &'static str,
    least: [f32; 2],
    keeps_width: bool,
    home: Home,
) -> About {
    About { pane, key, name, least, keeps_width, home, workspace: Workspace::Detections }
}

const fn statistics(
    pane: Pane,
    key: &'static str,
    name: &'static str,
    least: [f32; 2],
    keeps_width: bool,
    home: Home,
) -> About {
    About { pane, key, name, least, keeps_width, home, workspace: Workspace::Statistics }
}

impl Pane {
    /// Every panel that has content, in menu order.
    pub fn all() -> impl Iterator<Item = Self> {
        REGISTERED.iter().map(|about| about.pane)
    }

    /// The panels of a workspace, in menu order.
    pub fn of(workspace: Workspace) -> impl Iterator<Item = Self> {
        REGISTERED.iter().filter(move |about| about.workspace == workspace).map(|about| about.pane)
    }

    /// The workspace it belongs to.
    #[must_use]
    pub fn workspace(self) -> Workspace {
        self.about().map_or(Workspace::Explore, |about| about.workspace)
    }

    /// The panel of a kept layout; `None` for one that this version does not have.
    #[must_use]
    pub fn of_key(key: &str) -> Option<Self> {
        REGISTERED.iter().find(|about| about.key == key).map(|about| about.pane)
    }

    /// What is known of it; `None` while it has no content.
    #[must_use]
    pub fn about(self) -> Option<&'static About> {
        REGISTERED.iter().find(|about| about.pane == self)
    }

    /// Its name on screen.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.about().map_or("", |about| about.name)
    }

    /// Its name in kept layouts.
    #[must_use]
    pub fn key(self) -> &'static str {
        self.about().map_or("", |about| about.key)
    }

    /// Width and height it needs, points.
    #[must_use]
    pub fn least(self) -> [f32; 2] {
        self.about().map_or([240.0, 160.0], |about| about.least)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn each_panel_is_registered_once() {
        for unique in [
            |about: &About| about.key.to_owned(),
            |about: &About| about.name.to_owned(),
            |about: &About| format!("{:?}", about.pane),
        ] {
            let names: HashSet<String> = REGISTERED.iter().map(unique).collect();
            assert_eq!(names.len(), REGISTERED.len());
        }
        for pane in Pane::all() {
            assert_eq!(Pane::of_key(pane.key()), Some(pane));
        }
        assert_eq!(Pane::of_key("of a later version"), None);
    }
}
