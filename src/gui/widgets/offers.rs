//! A list of what can be written at the caret of a text: chosen with the arrows, taken with Tab, Enter or a press.

use std::ops::Range;

use egui::{
    Area, Event, Frame, Id, Key, Margin, Modifiers, Order, Rect, ScrollArea, Sense, Stroke, Ui, WidgetInfo,
    accesskit::Role, pos2, vec2,
};

use crate::gui::theme::{self, ROUND, colors};

/// Height of a row, points, and how many are shown at once.
const ROW: f32 = 26.0;
const ROWS: usize = 10;
/// Space between the line and the list, points.
const GAP: f32 = 6.0;

/// Something that can be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// What the list shows.
    pub label: String,
    /// What goes into the text.
    pub insert: String,
    /// One line about it.
    pub detail: String,
}

/// An offer that was taken: bytes to replace, and with what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// The bytes.
    pub range: Range<usize>,
    /// The text in their place.
    pub insert: String,
}

/// Whether a list with other offers is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Showing {
    /// No: there is nothing left to write.
    Off,
    /// Yes, if it was before.
    AsItIs,
    /// Yes.
    On,
}

impl Showing {
    /// The list opens by typing, and closes when the word is whole.
    pub fn of(typed: bool, finished: bool) -> Self {
        match (finished, typed) {
            (true, _) => Self::Off,
            (false, true) => Self::On,
            (false, false) => Self::AsItIs,
        }
    }
}

/// The list.
#[derive(Default)]
pub struct Offers {
    entries: Vec<Offer>,
    replace: Range<usize>,
    /// The entry that Tab and Enter take. None while nothing of a word is typed: Enter must not put in what nobody began.
    chosen: Option<usize>,
    open: bool,
}

impl Offers {
    /// Whether it is shown.
    pub fn is_open(&self) -> bool {
        self.open
    }

    /// Whether Tab and Enter would take an entry.
    pub fn has_choice(&self) -> bool {
        self.open && self.chosen.is_some()
    }

    /// Shows it no more.
    pub fn close(&mut self) {
        self.open = false;
    }

    /// Up, Down, Tab, Enter, Esc and Ctrl+Space, before the text field sees them. With more typed in the same frame nothing is
    /// taken: the list on screen is that of another text.
    pub fn keys(&mut self, ui: &Ui) -> Option<Taken> {
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
        let accept = accept && !typed_now(ui);
        let last = self.entries.len().saturating_sub(1);
        self.chosen = match self.chosen {
            Some(chosen) => Some((chosen + down).saturating_sub(up).min(last)),
            None => (down > 0).then(|| (down - 1).min(last)),
        };
        self.chosen.filter(|_| accept).and_then(|chosen| self.taken(chosen))
    }

    /// Other offers for the `word` that stands in `replace`.
    pub fn put(&mut self, entries: Vec<Offer>, replace: Range<usize>, word: &str, showing: Showing) {
        self.chosen = (!word.is_empty()).then_some(0);
        self.open = match showing {
            Showing::Off => false,
            Showing::On => !entries.is_empty(),
            Showing::AsItIs => self.open && !entries.is_empty(),
        };
        (self.entries, self.replace) = (entries, replace);
    }

    fn taken(&self, place: usize) -> Option<Taken> {
        self.entries.get(place).map(|entry| Taken { range: self.replace.clone(), insert: entry.insert.clone() })
    }

    /// Draws the list below `line`, or above it where there is more room; a pressed entry is taken.
    pub fn ui(&mut self, ui: &Ui, name: &str, line: Rect, width: f32) -> Option<Taken> {
        if !self.open {
            return None;
        }
        let colors = colors(ui);
        let mut taken = None;
        // Whole rows, however small the list was the moment before.
        #[expect(clippy::cast_precision_loss, reason = "a few rows")]
        let height = ROW * self.entries.len().min(ROWS) as f32;
        let screen = ui.ctx().content_rect();
        let whole = height + 14.0 + GAP;
        let above = line.bottom() + whole > screen.bottom() && line.top() - whole > screen.top();
        let top = if above { line.top() - whole } else { line.bottom() + GAP };
        let left = line.left().min(screen.right() - width - 26.0).max(screen.left());
        let area = Area::new(Id::unique(name)).order(Order::Foreground).fixed_pos(pos2(left, top));
        area.show(ui.ctx(), |ui| {
            let frame = Frame::new()
                .fill(colors.raised)
                .stroke(Stroke::new(1.0, colors.outline))
                .corner_radius(ROUND + 2)
                .shadow(ui.visuals().popup_shadow)
                .inner_margin(Margin::same(6));
            frame.show(ui, |ui| {
                ui.set_width(width);
                ui.spacing_mut().item_spacing.y = 0.0;
                ui.set_min_height(height);
                let scroll = ScrollArea::vertical().max_height(height).min_scrolled_height(height);
                scroll.auto_shrink([false, true]).show(ui, |ui| {
                    for (place, entry) in self.entries.iter().enumerate() {
                        if self.entry_ui(ui, place, entry) {
                            taken = Some(place);
                        }
                    }
                });
            });
        });
        taken.and_then(|place| self.taken(place))
    }

    /// One entry; true when it was pressed.
    fn entry_ui(&self, ui: &mut Ui, place: usize, entry: &Offer) -> bool {
        let colors = colors(ui);
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
        let drawn = ui.painter().text(left, egui::Align2::LEFT_CENTER, &entry.label, theme::mono(12.5), colors.text);
        let detail = ui.painter().layout_no_wrap(entry.detail.clone(), theme::numbers(11.5), colors.muted);
        let room = rect.right() - 8.0 - drawn.right() - 16.0;
        if detail.size().x <= room {
            let at = rect.right_center() - vec2(8.0 + detail.size().x, detail.size().y / 2.0);
            ui.painter().galley(at, detail, colors.muted);
        } else {
            let at = pos2(drawn.right() + 16.0, rect.center().y);
            super::elided(ui.painter(), at, &*entry.detail, theme::numbers(11.5), colors.muted, room);
        }
        response.clicked()
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
