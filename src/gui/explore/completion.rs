//! The list of completions under the query bar.

use egui::{Rect, Ui};

pub(super) use crate::gui::widgets::Taken;
use crate::{
    filter::complete::{Candidate, CandidateKind, complete},
    gui::{
        lake::Lake,
        widgets::{Offer, Offers, Showing},
    },
};

/// What could stand at the cursor.
#[derive(Default)]
pub(super) struct Completions {
    offers: Offers,
    asked: (String, usize),
    /// Whether it was asked because someone typed.
    typed: bool,
}

impl Completions {
    pub fn is_open(&self) -> bool {
        self.offers.is_open()
    }

    /// Whether Tab and Enter would take an entry.
    pub fn has_choice(&self) -> bool {
        self.offers.has_choice()
    }

    pub fn close(&mut self) {
        self.offers.close();
    }

    /// Up, Down, Tab, Enter, Esc and Ctrl+Space, before the text field sees them. Only what was on screen for this very text
    /// is taken.
    pub fn keys(&mut self, ui: &Ui, text: &str) -> Option<Taken> {
        self.offers.keys(ui).filter(|_| self.asked.0 == text)
    }

    /// Asks again when text or cursor changed; the list opens only by typing.
    pub fn update(&mut self, text: &str, cursor: usize, lake: &Lake, typed: bool) {
        if self.asked.0 == text && self.asked.1 == cursor {
            return;
        }
        let again = self.asked.0 == text && self.asked.1 == usize::MAX;
        self.typed = typed || (again && self.typed);
        let typed = self.typed;
        self.asked = (text.to_owned(), cursor);
        let found = complete(text, cursor, &**lake.table());
        let closed = text.get(found.replace.end..).is_some_and(|rest| rest.trim_start().starts_with(')'));
        let word = text.get(found.replace.clone()).unwrap_or_default();
        // Nothing to offer once the word is complete.
        let finished = found.candidates.first().is_some_and(|first| first.insert.trim_end() == word);
        let entries = found.candidates.into_iter().map(|candidate| offer(candidate, closed)).collect();
        self.offers.put(entries, found.replace, word, Showing::of(typed && !word.is_empty(), finished));
    }

    /// What there is to offer has changed, though the text has not.
    pub fn ask_again(&mut self) {
        self.asked.1 = usize::MAX;
    }

    /// Draws the list below `bar`; a pressed entry is taken.
    pub fn ui(&mut self, ui: &Ui, bar: Rect) -> Option<Taken> {
        self.offers.ui(ui, "completions", bar, 420.0_f32.min(bar.width()))
    }
}

/// A class is written with the parenthesis that closes it, unless one stands there.
fn offer(candidate: Candidate, closed: bool) -> Offer {
    let mut insert = candidate.insert;
    if candidate.kind == CandidateKind::Class && !closed {
        insert.push(')');
    }
    Offer { label: candidate.label, insert, detail: candidate.detail }
}
