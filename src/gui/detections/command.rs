//! What can be asked of the workspace, and what is remembered of it.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::Choice;
use crate::{
    gui::undo::Undo,
    session::{TopColumn, TopOrder},
};

/// A change of the workspace.
#[derive(Debug, Clone, PartialEq)]
pub enum DetectionsCommand {
    /// Asks this from now on; can be undone.
    Ask(Box<Choice>),
    /// Asks this, as a part of a change that began at this time, s: one step of undo.
    Drag(Box<Choice>, f64),
    /// Shows the events of an item, or of none.
    Show(Option<Sighted>),
    /// How panels show the answer.
    SetLook(DetectionsLook),
    /// Asks everything again.
    Again,
    /// Stops what is worked out.
    Stop,
    /// Opens the dialog that exports the table, or a chart.
    OpenExport(Option<ChartOf>),
    /// Writes the table to a file whose ending tells the format.
    ExportTable(PathBuf),
    /// Writes a chart to a file whose ending tells the format.
    ExportChart(ChartOf, PathBuf),
    /// Asks the desktop for the files to read events or locations from.
    ChooseSource(Source),
}

/// A source that can be chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// A folder of event files.
    EventFolder,
    /// A file of events.
    EventFile,
    /// A file of locations.
    Places,
}

/// A chart that can be written to a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ChartOf {
    /// The ranked bars.
    Ranked,
    /// Events over time.
    OverTime,
    /// How uneven locations are.
    Skew,
    /// Where they are.
    Map,
    /// Delays between copies.
    Repeats,
}

impl ChartOf {
    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Ranked => "Top items",
            Self::OverTime => "Events over time",
            Self::Skew => "Skew of locations",
            Self::Map => "Map of locations",
            Self::Repeats => "Delay between copies",
        }
    }
}

/// An item whose events are shown.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Sighted {
    /// The location; `None` for all.
    pub location: Option<i64>,
    /// The item.
    pub item: String,
    /// Start and end of its window, ns UTC.
    pub window: Option<(i64, i64)>,
}

impl Sighted {
    /// As it fits a question: a window that the question does not have is let go, the item stays.
    #[must_use]
    pub fn fitting(self, choice: &Choice) -> Self {
        let fits = |(from, to): (i64, i64)| {
            let size = choice.window_ns?;
            let slide = choice.slide_ns.unwrap_or(size).max(1);
            (to.saturating_sub(from) == size && from.rem_euclid(slide) == 0).then_some((from, to))
        };
        Self { window: self.window.and_then(fits), ..self }
    }
}

/// How panels show the answer: remembered with the lake.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct DetectionsLook {
    /// Order of the locations.
    pub places: PlacesBy,
    /// The other way round.
    pub places_turned: bool,
    /// Order of the table: a column by its number, and whether largest first.
    pub table: Option<(usize, bool)>,
    /// The skew as shares that add up, rather than events per location.
    pub shares: bool,
    /// Events over time on a scale of logarithms; as suits them until someone chose.
    pub log_time: Option<bool>,
}

impl DetectionsLook {
    /// Order of the rows of the table.
    #[must_use]
    pub fn order(&self) -> Option<TopOrder> {
        let (column, descending) = self.table?;
        Some(TopOrder { by: *TopColumn::ALL.get(column)?, descending })
    }
}

/// Order of the locations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PlacesBy {
    /// Busiest first.
    #[default]
    Events,
    /// By name.
    Name,
    /// By oid.
    Oid,
}

/// What is asked of the lake that is shown.
#[derive(Default)]
pub struct Asked {
    /// The question.
    pub choice: Choice,
    /// The question is one of many while something is dragged or typed.
    pub passing: bool,
    /// How panels show the answer.
    pub look: DetectionsLook,
    /// The item whose events are shown.
    pub shown: Option<Sighted>,
    /// Questions before and after.
    pub undo: Undo<Choice>,
}

impl Asked {
    /// As it was remembered.
    #[must_use]
    pub fn new(choice: Choice, look: DetectionsLook) -> Self {
        Self { choice, look, ..Self::default() }
    }

    /// Asks this; whose events are shown follows it.
    pub fn take(&mut self, choice: Choice) {
        self.shown = self.shown.take().map(|shown| shown.fitting(&choice));
        self.choice = choice;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_of_a_window_that_is_gone_are_those_of_the_item() {
        let (minute, from) = (60_000_000_000, 1_200_000_000_000);
        let shown = || Sighted { location: Some(1), item: "car".into(), window: Some((from, from + minute)) };
        let choice = |window_ns, slide_ns| Choice { window_ns, slide_ns, ..Choice::default() };
        for (choice, fits) in [
            (choice(Some(minute), None), true),
            (choice(Some(minute), Some(minute / 2)), true),
            (choice(Some(minute), Some(7 * minute / 9)), false),
            (choice(Some(2 * minute), None), false),
            (choice(None, None), false),
        ] {
            let fitting = shown().fitting(&choice);
            assert_eq!((fitting.window.is_some(), fitting.item.as_str(), fitting.location), (fits, "car", Some(1)));
        }
    }
}
