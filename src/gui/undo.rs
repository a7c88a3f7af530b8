//! Undo and redo of what is shown: filter, order, selection.

use std::sync::Arc;

use super::{row_names::RowNames, selected::Selected, state::SortBy};

/// What can be undone.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ViewState {
    /// Filter text.
    pub filter: String,
    /// Whether the filter is turned off.
    pub off: bool,
    /// Conditions that are set aside.
    pub aside: Vec<String>,
    /// Order.
    pub sort: Option<SortBy>,
    /// Chosen frames.
    pub selected: Arc<Selected>,
    /// What the rows of the chosen frames mean.
    pub names: Arc<RowNames>,
}

/// States before and after the present one.
#[derive(Debug, Default)]
pub struct Undo {
    before: Vec<ViewState>,
    after: Vec<ViewState>,
    last_filter_change: Option<f64>,
}

/// Filter changes that follow each other faster are one step: typing, dragging a brush.
const TOGETHER_S: f64 = 1.0;
const STEPS: usize = 200;

impl Undo {
    /// Remembers `present` before it changes. `typing_at` is the time of a change of the filter text, s.
    pub fn record(&mut self, present: ViewState, typing_at: Option<f64>) {
        let joined = match (typing_at, self.last_filter_change) {
            (Some(now), Some(last)) => now - last < TOGETHER_S,
            _ => false,
        };
        self.last_filter_change = typing_at;
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
    pub fn undo(&mut self, present: ViewState) -> Option<ViewState> {
        let state = self.before.pop()?;
        self.after.push(present);
        self.last_filter_change = None;
        Some(state)
    }

    /// The state that was undone last.
    pub fn redo(&mut self, present: ViewState) -> Option<ViewState> {
        let state = self.after.pop()?;
        self.before.push(present);
        self.last_filter_change = None;
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
        undo.record(state(""), Some(1.0));
        undo.record(state("s"), Some(1.2));
        undo.record(state("sp"), Some(1.4));
        undo.record(state("spe"), Some(9.0));
        assert_eq!(undo.undo(state("speed > 1")), Some(state("spe")));
        assert_eq!(undo.undo(state("spe")), Some(state("")));
        assert_eq!(undo.undo(state("")), None);
        assert_eq!(undo.redo(state("")), Some(state("spe")));
        undo.record(state("spe"), Some(20.0));
        assert_eq!(undo.redo(state("x")), None);
    }
}
