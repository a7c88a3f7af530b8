//! Undo and redo of what is shown: filter, order, grouping, selection, open view, lanes and marks of the timeline, how
//! frames are looked at, and what is asked of values.

use std::sync::Arc;

use super::{
    explore::{Lane, Marks},
    grid_choice::GridChoice,
    keep::OpenedView,
    looking::Looking,
    row_names::RowNames,
    selected::Selected,
    state::SortBy,
    statistics::StatChoice,
};

/// What can be undone.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ViewState {
    /// Filter text.
    pub filter: String,
    /// Whether the filter is turned off.
    pub off: bool,
    /// Conditions that are set aside.
    pub aside: Vec<String>,
    /// Order.
    pub sort: Option<SortBy>,
    /// The view that is open.
    pub view: Option<Arc<OpenedView>>,
    /// What a tile of the grid stands for.
    pub grid: GridChoice,
    /// Chosen frames.
    pub selected: Arc<Selected>,
    /// How frames are looked at.
    pub looking: Looking,
    /// What the rows of the chosen frames mean.
    pub names: Arc<RowNames>,
    /// Lanes of the timeline.
    pub lanes: Option<Vec<Lane>>,
    /// The marks A and B.
    pub marks: Marks,
    /// What is asked of values: the filter is a part of that question.
    pub statistics: StatChoice,
}

/// States before and after the present one.
#[derive(Debug)]
pub struct Undo<S = ViewState> {
    before: Vec<S>,
    after: Vec<S>,
    last: Option<Change>,
}

/// What changes.
#[derive(Debug, Clone, Copy)]
pub enum Change {
    /// The filter, at this time, s.
    Typed(f64),
    /// The filter, by a drag that began at this time, s: one step, however long it takes.
    Dragged(f64),
    /// Order or selection.
    Other,
}

impl Change {
    fn goes_on_from(self, last: Self) -> bool {
        match (self, last) {
            (Self::Typed(now), Self::Typed(last)) => now - last < TOGETHER_S,
            (Self::Dragged(now), Self::Dragged(last)) => now.total_cmp(&last).is_eq(),
            _ => false,
        }
    }
}

/// Filter changes that follow each other faster are one step of typing.
const TOGETHER_S: f64 = 1.0;
const STEPS: usize = 200;

impl<S> Default for Undo<S> {
    fn default() -> Self {
        Self { before: Vec::new(), after: Vec::new(), last: None }
    }
}

impl<S: PartialEq> Undo<S> {
    /// Remembers `present` before it changes.
    pub fn record(&mut self, present: S, change: Change) {
        let joined = self.last.is_some_and(|last| change.goes_on_from(last));
        self.last = Some(change);
        self.after.clear();
        if joined || self.before.last() == Some(&present) {
            return;
        }
        self.before.push(present);
        if self.before.len() > STEPS {
            self.before.remove(0);
        }
    }

    /// The state before `present`.
    pub fn undo(&mut self, present: S) -> Option<S> {
        let state = self.before.pop()?;
        // A text that could not be applied is taken back without a trace.
        if state != present {
            self.after.push(present);
        }
        self.last = None;
        Some(state)
    }

    /// The state that was undone last.
    pub fn redo(&mut self, present: S) -> Option<S> {
        let state = self.after.pop()?;
        self.before.push(present);
        self.last = None;
        Some(state)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state(filter: &str) -> ViewState {
        ViewState { filter: filter.into(), ..ViewState::default() }
    }

    #[test]
    fn typing_is_one_step_and_redo_ends_with_a_new_change() {
        let mut undo = Undo::default();
        undo.record(state(""), Change::Typed(1.0));
        undo.record(state("s"), Change::Typed(1.2));
        undo.record(state("sp"), Change::Typed(1.4));
        undo.record(state("spe"), Change::Typed(9.0));
        assert_eq!(undo.undo(state("speed > 1")), Some(state("spe")));
        assert_eq!(undo.undo(state("spe")), Some(state("")));
        assert_eq!(undo.undo(state("")), None);
        assert_eq!(undo.redo(state("")), Some(state("spe")));
        undo.record(state("spe"), Change::Typed(20.0));
        assert_eq!(undo.redo(state("x")), None);
    }

    #[test]
    fn what_could_not_be_applied_is_no_step() {
        let mut undo = Undo::default();
        undo.record(state(""), Change::Other);
        // A broken text tells of the text before it.
        undo.record(state("a"), Change::Typed(5.0));
        undo.record(state("a"), Change::Typed(9.0));
        assert_eq!(undo.undo(state("a")), Some(state("a")));
        assert_eq!(undo.redo(state("a")), None);
        assert_eq!(undo.undo(state("a")), Some(state("")));
        assert_eq!(undo.redo(state("")), Some(state("a")));
    }

    #[test]
    fn a_drag_is_one_step_however_long_and_the_next_one_is_another() {
        let mut undo = Undo::default();
        undo.record(state(""), Change::Dragged(1.0));
        undo.record(state("a"), Change::Dragged(1.0));
        undo.record(state("ab"), Change::Dragged(1.5));
        undo.record(state("abc"), Change::Typed(1.6));
        undo.record(state("abcd"), Change::Other);
        for expected in ["abcd", "abc", "ab", ""] {
            assert_eq!(undo.undo(state("x")), Some(state(expected)));
        }
    }
}
