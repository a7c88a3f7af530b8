//! The list of completions under the query bar.

use std::ops::Range;

use egui::{
    Area, Event, Frame, Id, Key, Margin, Modifiers, Order, Rect, ScrollArea, Sense, Stroke, Ui, WidgetInfo,
    accesskit::Role, vec2,
};

use crate::{
    filter::complete::{Candidate, CandidateKind, complete},
    gui::{
        lake::Lake,
        theme::{self, ROUND, colors},
    },
};

/// Height of a row, points, and how many are shown at once.
const ROW: f32 = 26.0;
const ROWS: usize = 10;

/// A completion that was taken: bytes to replace, and with what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Taken {
    pub range: Range<usize>,
    pub insert: String,
}

/// What could stand at the cursor.
#[derive(Default)]
pub(super) struct Completions {
    entries: Vec<Candidate>,
    replace: Range<usize>,
    /// The entry that Tab and Enter take. None while nothing of a word is typed: Enter must not put in what nobody began.
    chosen: Option<usize>,
    open: bool,
    asked: (String, usize),
}

impl Completions {
    pub fn is_open(&self) -> bool {
        self.open
    }

    /// Whether Tab and Enter would take an entry.
    pub fn has_choice(&self) -> bool {
        self.open && self.chosen.is_some()
    }

    pub fn close(&mut self) {
        self.open = false;
    }

    /// Up, Down, Tab, Enter, Esc and Ctrl+Space, before the text field sees them. Only what was on screen for this very text
    /// is taken: with more typed in the same frame, the list is that of another text.
    pub fn keys(&mut self, ui: &Ui, text: &str) -> Option<Taken> {
        if ui.input_mut(|input| input.consume_key(Modifiers::CTRL, Key::Space)) && !self.entries.is_empty() {
            self.open = true;
        }
        if !self.open {
            return None;
        }
        let (down, up, accept, escape) = ui.input_mut(|input| {
            let (down, up) = (
                input.count_and_consume_key(Modifiers::NONE, Key::ArrowDown),
                input.count_and_consume_key(Modifiers::NONE, Key::ArrowUp),
            );
            let takes = self.chosen.is_some() || down > 0;
            (
                down,
                up,
                takes
                    && (input.consume_key(Modifiers::NONE, Key::Tab) || input.consume_key(Modifiers::NONE, Key::Enter)),
                input.consume_key(Modifiers::NONE, Key::Escape),
            )
        });
        if escape {
            self.open = false;
            return None;
        }
        let accept = accept && self.asked.0 == text && !typed_now(ui);
        let last = self.entries.len().saturating_sub(1);
        self.chosen = match self.chosen {
            Some(chosen) => Some((chosen + down).saturating_sub(up).min(last)),
            None => (down > 0).then(|| (down - 1).min(last)),
        };
        self.chosen.filter(|_| accept).and_then(|chosen| self.taken(chosen))
    }

    /// Asks again when text or cursor changed; the list opens only by typing.
    pub fn update(&mut self, text: &str, cursor: usize, lake: &Lake, typed: bool) {
        if self.asked.0 == text && self.asked.1 == cursor {
            return;
        }
        self.asked = (text.to_owned(), cursor);
        let found = complete(text, cursor, &**lake.table());
        self.entries = found.candidates;
        self.replace = found.replace;
        // Nothing to offer once the word is complete.
        let word = text.get(self.replace.clone()).unwrap_or_default();
        self.chosen = (!word.is_empty()).then_some(0);
        let finished = self.entries.first().is_some_and(|first| first.insert.trim_end() == word);
        self.open = !self.entries.is_empty() && !finished && (typed || self.open) && (!word.is_empty() || self.open);
    }

    fn taken(&self, place: usize) -> Option<Taken> {
        let entry = self.entries.get(place)?;
        let mut insert = entry.insert.clone();
        let closed = self.asked.0.get(self.replace.end..).is_some_and(|rest| rest.trim_start().starts_with(')'));
        if entry.kind == CandidateKind::Class && !closed {
            insert.push(')');
        }
        Some(Taken { range: self.replace.clone(), insert })
    }

    /// Draws the list below `bar`; a pressed entry is taken.
    pub fn ui(&mut self, ui: &Ui, bar: Rect) -> Option<Taken> {
        if !self.open {
            return None;
        }
        let colors = colors(ui);
        let mut taken = None;
        let area =
            Area::new(Id::unique("completions")).order(Order::Foreground).fixed_pos(bar.left_bottom() + vec2(0.0, 6.0));
        area.show(ui.ctx(), |ui| {
            let frame = Frame::new()
                .fill(colors.raised)
                .stroke(Stroke::new(1.0, colors.outline))
                .corner_radius(ROUND + 2)
                .shadow(ui.visuals().popup_shadow)
                .inner_margin(Margin::same(6));
            frame.show(ui, |ui| {
                ui.set_width(420.0_f32.min(bar.width()));
                ui.spacing_mut().item_spacing.y = 0.0;
                // Whole rows, however small the list was the moment before.
                #[expect(clippy::cast_precision_loss, reason = "a few rows")]
                let height = ROW * self.entries.len().min(ROWS) as f32;
                ui.set_min_height(height);
                let scroll = ScrollArea::vertical().max_height(height).min_scrolled_height(height);
                scroll.auto_shrink([false, true]).show(ui, |ui| {
                    for (place, entry) in self.entries.iter().enumerate() {
                        let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::click());
                        let chosen = Some(place) == self.chosen;
                        response.widget_info(|| WidgetInfo::selected(Role::ListBoxOption, true, chosen, &entry.label));
                        if chosen {
                            response.scroll_to_me(None);
                        }
                        if chosen || response.hovered() {
                            ui.painter().rect_filled(rect, 4, if chosen { colors.accent_wash } else { colors.hover });
                        }
                        let left = rect.left_center() + vec2(8.0, 0.0);
                        ui.painter().text(
                            left,
                            egui::Align2::LEFT_CENTER,
                            &entry.label,
                            theme::mono(12.5),
                            colors.text,
                        );
                        let right = rect.right_center() - vec2(8.0, 0.0);
                        ui.painter().text(
                            right,
                            egui::Align2::RIGHT_CENTER,
                            &entry.detail,
                            theme::numbers(11.5),
                            colors.muted,
                        );
                        if response.clicked() {
                            taken = Some(place);
                        }
                    }
                });
            });
        });
        taken.and_then(|place| self.taken(place))
    }
}

/// Whether the text changes with what came in this frame.
fn typed_now(ui: &Ui) -> bool {
    ui.input(|input| {
        input.events.iter().any(|event| match event {
            Event::Text(_) | Event::Paste(_) | Event::Cut | Event::Ime(_) => true,
            Event::Key { key, pressed, .. } => *pressed && matches!(key, Key::Backspace | Key::Delete),
            _ => false,
        })
    })
}
