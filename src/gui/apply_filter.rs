//! Commands on the filter: its text, its conditions, whether it is applied.

use super::{
    App,
    app::Slot,
    command::{Action, Command},
    lake::Lake,
    state::Workspace,
    undo::Change,
};
use crate::filter::edit;

/// A filter that stood so long, s, is worth coming back to.
const SETTLED_S: f64 = 2.0;

impl App {
    pub(super) fn apply_to_filter(&mut self, command: Command, now: f64, change: Change) {
        let Slot::Ready(lake) = &mut self.slot else { return };
        match command {
            Command::SetFilter(filter) if filter != lake.filter => replace(lake, filter, now, change),
            Command::AskFilter(filter) if filter != lake.filter => replace(lake, filter, now, Change::Other),
            Command::SetAside(place) => {
                let (Ok(Some(condition)), Ok(rest)) =
                    (edit::conjunct_text(&lake.filter, place), edit::remove_conjunct(&lake.filter, place))
                else {
                    return;
                };
                lake.undo.record(lake.view_state(), Change::Other);
                lake.aside.push(condition);
                lake.filter = rest;
            }
            Command::TakeUp(place) if place < lake.aside.len() => {
                let Ok(filter) = edit::add_conjunct(&lake.filter, &lake.aside[place]) else {
                    // A filter that cannot be read is mended first.
                    self.state.transient.focus_query = true;
                    return;
                };
                lake.undo.record(lake.view_state(), Change::Other);
                lake.aside.remove(place);
                lake.filter = filter;
            }
            Command::ForgetAside(place) if place < lake.aside.len() => {
                lake.undo.record(lake.view_state(), Change::Other);
                lake.aside.remove(place);
                return;
            }
            Command::KeepFilter => {
                lake.keep_filter();
                return;
            }
            _ => return,
        }
        self.workspaces.explore.grid.scroll_to_top();
    }

    pub(super) fn act_on_filter(&mut self, action: Action) {
        let Slot::Ready(lake) = &mut self.slot else { return };
        match action {
            Action::ClearFilter if !lake.filter.is_empty() || !lake.aside.is_empty() => {
                lake.keep_filter();
                lake.undo.record(lake.view_state(), Change::Other);
                (lake.filter, lake.off) = (String::new(), false);
                lake.aside.clear();
            }
            Action::FilterOnOff if lake.filter.trim().is_empty() => {
                self.state.transient.tell("There is no filter to turn off.");
                return;
            }
            Action::FilterOnOff => {
                lake.keep_filter();
                lake.undo.record(lake.view_state(), Change::Other);
                lake.off = !lake.off;
            }
            Action::ExplainFilter => {
                self.state.persisted.workspace = Workspace::Explore;
                self.workspaces.explore.query.explain.toggle();
                return;
            }
            _ => return,
        }
        self.workspaces.explore.grid.scroll_to_top();
    }
}

/// Replaces the filter text at this time, s.
fn replace(lake: &mut Lake, filter: String, now: f64, change: Change) {
    if now - lake.filter_since > SETTLED_S {
        lake.keep_filter();
    }
    lake.filter_since = now;
    lake.undo.record(lake.view_state(), change);
    lake.filter = filter;
    // Who changes a filter wants to see what it finds.
    lake.off = false;
}
