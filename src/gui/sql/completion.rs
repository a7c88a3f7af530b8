//! What can be written at the cursor of a query.

use std::sync::Arc;

use egui::{Rect, Ui};

pub(super) use crate::gui::widgets::Taken;
use crate::{
    gui::widgets::{Offer, Offers, Showing},
    session::{Session, SqlTable},
};

/// Width of the list, points.
const WIDTH: f32 = 400.0;
/// Candidates that are listed: more than that nobody looks through.
const LISTED: usize = 200;

/// What is typed, and where.
pub(super) struct Known<'a> {
    pub text: &'a str,
    /// The byte of the cursor.
    pub caret: usize,
    /// The tables, once they are known.
    pub tables: Option<&'a Arc<Vec<SqlTable>>>,
}

/// The list at the cursor.
#[derive(Default)]
pub(super) struct Completions {
    offers: Offers,
    asked: (String, usize, usize),
    begin: usize,
}

impl Completions {
    pub fn is_open(&self) -> bool {
        self.offers.is_open()
    }

    pub fn close(&mut self) {
        self.offers.close();
    }

    /// The byte at which the word begins that would be replaced.
    pub fn begin(&self) -> usize {
        self.begin
    }

    /// The keys of the list, before the text field sees them.
    pub fn keys(&mut self, ui: &Ui) -> Option<Taken> {
        self.offers.keys(ui)
    }

    /// Asks again when text or cursor changed.
    pub fn update(&mut self, known: &Known<'_>, typed: bool) {
        let Some(tables) = known.tables else { return };
        let of = Arc::as_ptr(tables).addr();
        if self.asked.0 == known.text && (self.asked.1, self.asked.2) == (known.caret, of) {
            return;
        }
        self.asked = (known.text.to_owned(), known.caret, of);
        let found = Session::sql_complete(known.text, known.caret, tables);
        let word = known.text.get(found.replace.clone()).unwrap_or_default();
        let finished = found.candidates.first().is_some_and(|first| first.insert.trim_end() == word);
        // Behind a table's point its columns are what comes next.
        let behind_point = known.text.get(..found.replace.start).is_some_and(|before| before.ends_with('.'));
        let showing = Showing::of(typed && (!word.is_empty() || behind_point), finished);
        let entries = found.candidates.into_iter().take(LISTED);
        let entries = entries.map(|one| Offer { label: one.label, insert: one.insert, detail: one.detail });
        self.begin = found.replace.start;
        self.offers.put(entries.collect(), found.replace, word, showing);
    }

    /// Draws the list at `line`; a pressed entry is taken.
    pub fn ui(&mut self, ui: &Ui, line: Rect) -> Option<Taken> {
        self.offers.ui(ui, "sql completions", line, WIDTH)
    }
}
