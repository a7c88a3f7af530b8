//! Choosing everything between two tiles. There may be millions of them, so a worker gathers the frames of many.

use std::sync::Arc;

use egui::Context;
use fixedbitset::FixedBitSet;

use super::{
    fetch::Fetch, lake::Lake, objects::Objects, row_names::RowNames, selected::Selected, undo::Change, view::ViewKey,
    work::Workers,
};
use crate::jobs::Priority;

/// Tiles that are gathered at once; more take longer than there is between two pictures of the window.
const AT_ONCE: usize = 20_000;

/// Frames that are about to be chosen.
pub struct Extending {
    /// Which frame each row is: the index may change meanwhile.
    names: Arc<RowNames>,
    rows: Fetch<(), Arc<Selected>>,
}

impl Lake {
    /// Chooses everything from the row chosen last to `row`, as the grid shows it.
    pub fn select_to(&mut self, row: usize, workers: &Workers, ctx: &Context) {
        let Some(view) = self.view.clone() else { return };
        let selected = Arc::make_mut(&mut self.selected);
        let anchor = selected.range_to(row);
        let (Some(from), Some(to)) = (view.tile_of(anchor), view.tile_of(row)) else { return selected.insert(row) };
        let gather = move || view.range(anchor, row).unwrap_or_default();
        self.extend(from.abs_diff(to), gather, workers, ctx);
    }

    /// Chooses the frames of the objects between two places.
    pub fn select_objects(&mut self, objects: &Arc<Objects>, from: usize, to: usize, workers: &Workers, ctx: &Context) {
        let objects = Arc::clone(objects);
        self.extend(from.abs_diff(to), move || objects.rows_between(from, to), workers, ctx);
    }

    fn extend(
        &mut self,
        tiles: usize,
        gather: impl FnOnce() -> FixedBitSet + Send + 'static,
        workers: &Workers,
        ctx: &Context,
    ) {
        if tiles < AT_ONCE {
            Arc::make_mut(&mut self.selected).add(&gather());
            return;
        }
        let mut rows = Fetch::default();
        let work = move |_: &_| Ok(Arc::new(Selected::of_bits(gather())));
        rows.request((), &workers.ask, Priority::Visible, ctx, work);
        self.extending.push(Extending { names: Arc::clone(&self.loaded.names), rows });
    }

    /// Chooses everything that is shown, as soon as what the present choices ask for is there.
    pub fn select_all(&mut self) {
        self.all_wanted = Some(self.view_key(self.table().generation()));
        self.take_all_wanted();
    }

    /// Whether the grid shows what the present choices ask for, or the nearest there is to what cannot be answered.
    fn all_there(&self, key: &ViewKey) -> bool {
        let frames = self.refused.as_ref() == Some(key) || self.view.as_ref().is_some_and(|view| view.key == *key);
        if !self.grid.objects {
            return frames && self.view.is_some();
        }
        let shown = self.view.as_ref().map(|view| &view.key.filter);
        frames
            && self.shown_objects().is_some_and(|objects| {
                Some(&objects.key.filter) == shown && objects.key.query == self.grid.query && !self.objects.is_pending()
            })
    }

    /// Chooses what was asked for once it is there. Who asks for something else in between means that.
    pub(super) fn take_all_wanted(&mut self) {
        let Some(wanted) = self.all_wanted.take() else { return };
        let now = self.view_key(self.table().generation());
        // A newer index or other tags ask the same again.
        let same = ViewKey { generation: wanted.generation, tags: wanted.tags, ..now.clone() } == wanted;
        if !same {
            return;
        }
        if !self.all_there(&now) {
            self.all_wanted = Some(now);
            return;
        }
        self.undo.record(self.view_state(), Change::Other);
        if let Some(objects) = self.shown_objects().filter(|_| self.grid.objects).cloned() {
            Arc::make_mut(&mut self.selected).add(&objects.rows);
        } else if let Some(view) = self.view.clone() {
            Arc::make_mut(&mut self.selected).all(&view);
        }
    }

    /// Takes in what was gathered; frames of an earlier index are found in the present one first.
    pub(super) fn take_extensions(&mut self, workers: &Workers, ctx: &Context) {
        for mut extending in std::mem::take(&mut self.extending) {
            extending.rows.poll();
            let Some(rows) = extending.rows.take_ready() else {
                if extending.rows.is_pending() {
                    self.extending.push(extending);
                }
                continue;
            };
            if Arc::ptr_eq(&extending.names, &self.loaded.names) {
                Arc::make_mut(&mut self.selected).add_all(&rows);
                continue;
            }
            let (before, now) = (extending.names, Arc::clone(&self.loaded.names));
            let names = Arc::clone(&now);
            let mut found = Fetch::default();
            let work = move |_: &_| Ok(Arc::new(before.selected_in(&rows, &now)));
            found.request((), &workers.ask, Priority::Visible, ctx, work);
            self.extending.push(Extending { names, rows: found });
        }
    }
}
