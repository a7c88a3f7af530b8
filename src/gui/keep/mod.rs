//! What a person keeps of a lake: views, selections, tags; and two of them side by side.

mod change;
mod compare;
mod library;
mod metric_card;
mod save_view;
mod view_status;

pub use change::{Done, KeepCommand};
pub use compare::{CompareDraft, Side};
pub use library::{Library, Shelf};
pub use save_view::ViewDraft;
pub use view_status::view_status_ui;

use std::sync::{Arc, atomic::AtomicBool};

use egui::Context;

use super::{
    dialogs::ExportDraft, explore::Lane, fetch::Fetch, grid_choice::GridChoice, lake::Lake, selected::Selected,
    state::SortBy, undo::Change, work::Workers,
};
use crate::{
    catalog::FrameTable,
    jobs::Priority,
    session::{Comparison, ExportCount, SavedView, SavedViews, Session, SessionError, Sort, Tag, ViewRule},
};

/// A view that was opened, as it was then.
#[derive(Debug, Clone, PartialEq)]
pub struct OpenedView {
    /// Its name.
    pub name: String,
    /// Its rule.
    pub rule: ViewRule,
}

/// Two sets to compare, in one state of the index and of what is kept; what is selected, where one of them is that.
pub type CompareKey = (u64, u64, Side, Side, Option<Arc<Selected>>);

/// What is kept of the lake that is shown.
#[derive(Default)]
pub struct Keep {
    /// The saved views.
    pub views: Fetch<u64, SavedViews>,
    /// The tags.
    pub tags: Fetch<(u64, u64), Vec<Tag>>,
    /// The view that is open.
    pub opened: Option<Arc<OpenedView>>,
    /// What two scopes come to.
    pub comparison: Fetch<CompareKey, Comparison>,
    /// How many frames an export would take.
    pub count: Fetch<(u64, u64, ExportDraft), ExportCount>,
    comparing: Option<(Side, Side)>,
    counting: Option<ExportDraft>,
}

impl Keep {
    /// Asks for two sets to be compared.
    pub fn compare(&mut self, a: Side, b: Side) {
        self.comparing = Some((a, b));
    }

    /// The two sets that are compared.
    pub fn compared(&self) -> Option<&(Side, Side)> {
        self.comparing.as_ref()
    }

    /// Comparisons or counts that nobody looks at any more are stopped and forgotten.
    pub fn ask_no_more(&mut self, compares: bool, counts: bool) {
        if !compares && self.comparing.take().is_some() {
            self.comparison.clear();
        }
        if !counts && self.counting.take().is_some() {
            self.count.clear();
        }
    }

    /// Asks how many frames an export would take.
    pub fn count(&mut self, draft: ExportDraft) {
        self.counting = Some(draft);
    }

    /// Asks for views, tags, comparisons and counts of this state, and takes in what came. `kept` is another number
    /// whenever something kept has changed.
    pub fn poll(
        &mut self,
        session: &Session,
        (table, selected): (&Arc<FrameTable>, &Arc<Selected>),
        kept: u64,
        workers: &Workers,
        ctx: &Context,
    ) {
        let generation = table.generation();
        let text = |error: SessionError| error.to_string();
        let (door, frames) = (session.clone(), Arc::clone(table));
        self.views.request(kept, &workers.ask, Priority::Background, ctx, move |_| door.views().map_err(text));
        self.views.poll();
        let door = session.clone();
        self.tags.request((generation, kept), &workers.ask, Priority::Background, ctx, move |_| {
            door.tags(&frames).map_err(text)
        });
        self.tags.poll();
        if let Some((a, b)) = self.comparing.clone() {
            let (door, frames) = (session.clone(), Arc::clone(table));
            let chosen = [&a, &b].contains(&&Side::Selected).then(|| Arc::clone(selected));
            let key = (generation, kept, a, b, chosen);
            self.comparison.request(
                key.clone(),
                &workers.ask,
                Priority::Visible,
                ctx,
                move |cancelled: &AtomicBool| {
                    let none = Selected::default();
                    let chosen = key.4.as_deref().unwrap_or(&none);
                    let [a, b] = [&key.2, &key.3].map(|side| side.scope(&frames, chosen));
                    door.compare(&frames, &a, &b, cancelled).map_err(text)
                },
            );
            self.comparison.poll();
        }
        if let Some(draft) = self.counting.clone() {
            let (door, frames, selected) = (session.clone(), Arc::clone(table), Arc::clone(selected));
            self.count.request((generation, kept, draft.clone()), &workers.ask, Priority::Visible, ctx, move |_| {
                door.export_count(&frames, &draft.request(&frames, &selected)?).map_err(text)
            });
            self.count.poll();
        }
    }
}

impl Lake {
    /// What is shown, as the rule of a view. What a later version added to the open view stays.
    pub fn rule(&self) -> ViewRule {
        let sort = self.sort.as_ref().map(|sort| Sort { column: sort.column.clone(), descending: sort.descending });
        let more = self.keep.opened.as_ref().map(|opened| opened.rule.more.clone()).unwrap_or_default();
        let lanes = self.timeline.lanes.as_ref().map(|lanes| lanes.iter().map(Lane::to_text).collect());
        ViewRule { filter: self.filter.trim().to_owned(), sort, lanes, more }.with_grid(&self.grid)
    }

    /// Whether what is shown differs from the view that is open.
    pub fn view_changed(&self) -> bool {
        let Some(opened) = &self.keep.opened else { return false };
        // A view where nobody chose is shown in the usual way.
        let known = matches!(opened.rule.grid(), Ok(Some(_)));
        let usual = (!known).then(|| opened.rule.clone().with_grid(&GridChoice::default()));
        self.off || *usual.as_ref().unwrap_or(&opened.rule) != self.rule()
    }

    /// Shows what a view says.
    pub fn open_view(&mut self, view: &SavedView) {
        self.undo.record(self.view_state(), Change::Other);
        self.filter.clone_from(&view.rule.filter);
        self.off = false;
        self.sort =
            view.rule.sort.as_ref().map(|sort| SortBy { column: sort.column.clone(), descending: sort.descending });
        self.timeline.lanes =
            view.rule.lanes.as_ref().map(|lanes| lanes.iter().map(|text| Lane::of_text(text)).collect());
        // A view of another version may group in a way that this one does not know.
        self.grid = view.rule.grid().ok().flatten().unwrap_or_default();
        self.keep.opened = Some(Arc::new(OpenedView { name: view.name.clone(), rule: view.rule.clone() }));
    }
}
