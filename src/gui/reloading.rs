//! Reading the lake's table again after its index changed, with what was shown and chosen.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use egui::Context;

use super::{
    fetch::Fetch,
    lake::{Lake, Loaded},
    selected::Selected,
    view::{View, ViewKey},
    work::Workers,
};
use crate::{jobs::Priority, model::Look};

/// What could not be read is tried again after this long.
const AGAIN: Duration = Duration::from_secs(10);

/// A newer index, with what was shown of the one before.
struct Reloaded {
    loaded: Loaded,
    /// The frames that match now.
    view: Option<View>,
    /// The chosen frames as they were when this was asked for, and the same ones in the newer index.
    selected: (Arc<Selected>, Arc<Selected>),
}

/// The newer index on its way.
#[derive(Default)]
pub struct Reloading {
    answer: Fetch<u64, Reloaded>,
    wanted: u64,
    /// When it failed last; nothing once it was read or is being read.
    failed_at: Option<Instant>,
    /// What to tell, and whether that was told since it could be read.
    news: Option<String>,
    told: bool,
}

impl Reloading {
    /// Takes in why it failed: what to tell of a row of failures comes once.
    fn failed(&mut self, error: &str, now: Instant) {
        self.failed_at = Some(now);
        if !std::mem::replace(&mut self.told, true) {
            self.news = Some(error.to_owned());
        }
    }

    /// How long until it is tried again; nothing where nothing failed.
    fn waits(&self, now: Instant) -> Option<Duration> {
        self.failed_at.map(|failed| AGAIN.saturating_sub(now.duration_since(failed)))
    }
}

impl Lake {
    /// Reads the table again, for example after the index changed, and finds the chosen frames in it.
    pub fn reload(&mut self, workers: &Workers, ctx: &Context) {
        self.reloading.wanted += 1;
        self.reloading.failed_at = None;
        let session = self.session.clone();
        let (names, selected) = (Arc::clone(&self.loaded.names), Arc::clone(&self.selected));
        let key = self.view_key(0);
        self.reloading.answer.request(self.reloading.wanted, &workers.ask, Priority::Visible, ctx, move |_| {
            let loaded = Loaded::read(&session)?;
            let found = Arc::new(names.selected_in(&selected, &loaded.names));
            // The frames that match come together with the table, so that the grid does not blink.
            let key = ViewKey { generation: loaded.table.generation(), ..key };
            let view = View::new(&session, &loaded.table, key).ok();
            Ok(Reloaded { loaded, view, selected: (selected, found) })
        });
    }

    /// Why the table could not be read again, once.
    pub fn take_reload_error(&mut self) -> Option<String> {
        self.reloading.news.take()
    }

    /// Takes in the newer index, or tries again to read it. Tells the footages that look different from now on.
    pub(super) fn poll_reload(&mut self, workers: &Workers, ctx: &Context) -> Vec<i64> {
        if self.reloading.answer.poll() {
            if let Some(error) = self.reloading.answer.error() {
                let error = error.to_owned();
                self.reloading.failed(&error, Instant::now());
            }
            return self.take_reload(workers, ctx);
        }
        match self.reloading.waits(Instant::now()) {
            Some(Duration::ZERO) => self.reload(workers, ctx),
            Some(left) => ctx.request_repaint_after(left),
            None => {}
        }
        Vec::new()
    }

    fn take_reload(&mut self, workers: &Workers, ctx: &Context) -> Vec<i64> {
        let Some(Reloaded { loaded, view, selected: (asked, found) }) = self.reloading.answer.take_ready() else {
            return Vec::new();
        };
        (self.reloading.told, self.reloading.failed_at) = (false, None);
        let chosen = self.view_state();
        let before = std::mem::replace(&mut self.loaded, loaded);
        let now = &self.loaded.names;
        let find = |row: usize| before.names.row_in(row, now);
        self.current = self.current.and_then(find);
        self.back = self.back.iter().copied().filter_map(find).collect();
        self.forward = self.forward.iter().copied().filter_map(find).collect();
        self.marked = self.marked.and_then(|(row, bbox)| Some((find(row)?, bbox)));
        self.selected = found;
        // What was chosen since this was asked for is found again.
        self.finding = None;
        if !Arc::ptr_eq(&asked, &chosen.selected) {
            self.find_selected((chosen.selected, chosen.names), workers, ctx);
        }
        self.view = None;
        self.refused = None;
        self.counting.renew();
        if let Some(view) = view.filter(|view| view.key == self.view_key(view.key.generation)) {
            self.show_view(view);
        }
        self.selections_version += 1;
        let look = |(footage, look): (&i64, &Look)| (self.loaded.looks.get(footage)? != look).then_some(*footage);
        before.looks.iter().filter_map(look).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_of_failures_is_told_once_and_tried_again_after_a_while() {
        let (mut reloading, begun) = (Reloading::default(), Instant::now());
        assert_eq!((reloading.waits(begun), reloading.news.take()), (None, None));
        reloading.failed("no such table", begun);
        assert_eq!(reloading.waits(begun + AGAIN / 2), Some(AGAIN / 2));
        assert_eq!(reloading.waits(begun + AGAIN * 2), Some(Duration::ZERO));
        assert_eq!(reloading.news.take().as_deref(), Some("no such table"));
        reloading.failed("no such table", begun + AGAIN * 2);
        assert_eq!((reloading.news.take(), reloading.waits(begun + AGAIN * 2)), (None, Some(AGAIN)));
    }
}
