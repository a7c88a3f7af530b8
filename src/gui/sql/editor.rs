//! The text of the query: coloured, numbered by line, completed, and marked where it is wrong.

use std::{ops::Range, sync::Arc, time::Duration};

use egui::{
    Align2, Color32, Event, EventFilter, Frame, Id, Key, Margin, Modifiers, Rect, ScrollArea, Stroke, StrokeKind,
    TextEdit, Ui, pos2,
    text::{CCursor, CCursorRange, LayoutJob},
    text_edit::TextEditState,
    vec2,
};

use super::{
    command::SqlCommand,
    completion::{Completions, Known},
};
use crate::{
    gui::{
        command::Command,
        fetch::Fetch,
        theme::{self, Colors, ROUND, colors},
        widgets::{Emphasis, colored},
        work::Workers,
    },
    jobs::Priority,
    session::{Session, SqlMistake, SqlTable, SqlWord},
};

/// A mistake is told once the typing has paused this long, s.
const PATIENCE_S: f64 = 0.5;
/// What Tab writes.
const TAB: &str = "  ";
/// A query that any lake answers.
const EXAMPLE: &str = "SELECT recording, camera, count(*) AS frames\nFROM frames\nGROUP BY recording, camera";

/// The editor.
#[derive(Default)]
pub struct Editor {
    text: String,
    shown: Option<String>,
    edited_at: f64,
    words: (String, Vec<(Range<usize>, SqlWord)>),
    /// What is wrong with a text, as far as can be told without running it.
    checked: Fetch<(String, usize), Option<SqlMistake>>,
    completions: Completions,
    /// Text that goes to the cursor in the next frame.
    insert: Option<String>,
}

impl Editor {
    /// The field's name in the window.
    fn id() -> Id {
        Id::unique("sql editor")
    }

    /// The text as it stands.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Writes `text` where the cursor is.
    pub fn insert(&mut self, text: String) {
        self.insert = Some(text);
    }

    /// Puts `insert` in place of some bytes, as a mistake's remedy does.
    pub fn mend(&mut self, range: Range<usize>, insert: &str, out: &mut Vec<Command>) {
        if self.text.get(range.clone()).is_some() {
            self.text.replace_range(range, insert);
            self.edited(out);
        }
    }

    /// What is wrong with the text as it stands, once that is known and typing has paused.
    pub fn mistake(&self) -> Option<&SqlMistake> {
        self.checked.ready().filter(|_| self.checked.key().is_some_and(|key| key.0 == self.text))?.as_ref()
    }

    /// Draws the editor over the whole rectangle of `ui`. `ran` is a mistake that running this very text told.
    pub fn ui(
        &mut self,
        ui: &mut Ui,
        text: &str,
        tables: Option<&Arc<Vec<SqlTable>>>,
        ran: Option<&SqlMistake>,
        workers: &Workers,
        out: &mut Vec<Command>,
    ) {
        if self.shown.as_deref() != Some(text) {
            text.clone_into(&mut self.text);
            self.shown = Some(text.to_owned());
            self.completions.close();
        }
        let id = Self::id();
        let colors = colors(ui);
        self.insert_now(ui, id, out);
        let focused = ui.memory(|memory| memory.has_focus(id));
        self.check(ui, tables, focused, workers);
        let wrong = ran.or(self.mistake()).and_then(|mistake| mistake.span.clone());
        let area = ui.available_rect_before_wrap();
        let edge = match (&wrong, focused) {
            (Some(_), _) => colors.error,
            (None, true) => colors.accent,
            (None, false) => colors.outline,
        };
        let fill = ui.visuals().text_edit_bg_color();
        ui.painter().rect(area, ROUND, fill, Stroke::new(1.0, edge), StrokeKind::Inside);
        let taken = if focused { self.completions.keys(ui) } else { None };
        if focused && ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Tab)) {
            ui.input_mut(|input| input.events.push(Event::Text(TAB.to_owned())));
        }
        ui.scope_builder(egui::UiBuilder::new().max_rect(area.shrink(1.0)), |ui| {
            let scroll = ScrollArea::vertical().id_salt("sql text").auto_shrink(false);
            scroll.show(ui, |ui| self.text_ui(ui, id, wrong, tables, taken, out));
        });
    }

    fn text_ui(
        &mut self,
        ui: &mut Ui,
        id: Id,
        wrong: Option<Range<usize>>,
        tables: Option<&Arc<Vec<SqlTable>>>,
        taken: Option<super::completion::Taken>,
        out: &mut Vec<Command>,
    ) {
        let colors = colors(ui);
        let font = theme::mono(13.0);
        if self.words.0 != self.text || self.words.1.is_empty() {
            self.words = (self.text.clone(), Session::sql_words(&self.text));
        }
        let lines = self.text.matches('\n').count() + 1;
        #[expect(clippy::cast_precision_loss, reason = "the digits of a line's number")]
        let gutter = 14.0 + 8.0 * (lines.max(10).ilog10() + 1) as f32;
        let emphasis = Emphasis { wrong, ..Emphasis::default() };
        let words = &self.words;
        let mut layouter = |ui: &Ui, text: &dyn egui::TextBuffer, width: f32| {
            let mut job = if text.as_str() == words.0 {
                laid(text.as_str(), &words.1, &font, colors, &emphasis)
            } else {
                laid(text.as_str(), &Session::sql_words(text.as_str()), &font, colors, &Emphasis::default())
            };
            job.wrap.max_width = width;
            ui.fonts_mut(|fonts| fonts.layout_job(job))
        };
        let hint = egui::RichText::new(EXAMPLE).font(theme::mono(13.0)).color(colors.muted);
        let height = ui.available_height();
        #[expect(clippy::cast_possible_truncation, reason = "narrower than a window")]
        let left = gutter as i8 + 4;
        let edit = TextEdit::multiline(&mut self.text)
            .id(id)
            .frame(Frame::NONE.inner_margin(Margin { left, right: 8, top: 8, bottom: 8 }))
            .hint_text(hint)
            .min_size(vec2(0.0, height))
            .desired_width(ui.available_width())
            // Tab writes, and Esc closes the list of completions before it takes the keyboard away.
            .event_filter(EventFilter { tab: true, horizontal_arrows: true, vertical_arrows: true, escape: true })
            .layouter(&mut layouter);
        let mut output = edit.show(ui);
        let response = output.response.response.clone().accessible_name("SQL query");
        // A number beside each line that is not the rest of another.
        let mut number = 1;
        let mut begins = true;
        for row in &output.galley.rows {
            if begins {
                let at = pos2(ui.max_rect().left() + gutter - 4.0, output.galley_pos.y + row.rect().center().y);
                let text = number.to_string();
                ui.painter().text(at, Align2::RIGHT_CENTER, text, theme::mono(11.0), colors.faint);
                number += 1;
            }
            begins = row.ends_with_newline;
        }
        let cursor = output.cursor_range.map(|range| byte_of(&self.text, range.primary.index.0));
        if response.changed() {
            self.edited_at = ui.input(|input| input.time);
            self.edited(out);
        }
        if !response.has_focus() {
            self.completions.close();
            return;
        }
        let known = Known { text: &self.text, caret: cursor.unwrap_or(self.text.len()), tables };
        self.completions.update(&known, response.changed());
        if !self.completions.is_open() && ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Escape)) {
            response.surrender_focus();
        }
        let begin = CCursor::new(characters(&self.text, self.completions.begin().min(self.text.len())));
        let line = output.galley.pos_from_cursor(begin).translate(output.galley_pos.to_vec2());
        let line = Rect::from_min_max(line.min - vec2(14.0, 0.0), line.max);
        let clicked = self.completions.ui(ui, line);
        if let Some(taken) = taken.or(clicked)
            && self.text.get(taken.range.clone()).is_some()
        {
            self.text.replace_range(taken.range.clone(), &taken.insert);
            let end = taken.range.start + taken.insert.len();
            let at = CCursor::new(characters(&self.text, end));
            output.state.cursor.set_char_range(Some(CCursorRange::one(at)));
            output.state.store(ui.ctx(), id);
            response.request_focus();
            self.edited(out);
            self.completions.update(&Known { text: &self.text, caret: end, tables }, true);
        }
    }

    fn edited(&mut self, out: &mut Vec<Command>) {
        self.shown = Some(self.text.clone());
        out.push(Command::Sql(SqlCommand::SetText(self.text.clone())));
    }

    /// Writes what waits for it at the cursor, which is where it was when the field had the keyboard last.
    fn insert_now(&mut self, ui: &Ui, id: Id, out: &mut Vec<Command>) {
        let Some(insert) = self.insert.take() else { return };
        let mut state = TextEditState::load(ui.ctx(), id).unwrap_or_default();
        let end = self.text.chars().count();
        let range = state.cursor.char_range().map_or((end, end), |range| {
            let ends = [range.primary.index.0.min(end), range.secondary.index.0.min(end)];
            (ends[0].min(ends[1]), ends[0].max(ends[1]))
        });
        let bytes = byte_of(&self.text, range.0)..byte_of(&self.text, range.1);
        self.text.replace_range(bytes, &insert);
        let at = CCursor::new(range.0 + insert.chars().count());
        state.cursor.set_char_range(Some(CCursorRange::one(at)));
        state.store(ui.ctx(), id);
        ui.memory_mut(|memory| memory.request_focus(id));
        self.edited(out);
    }

    /// Has a worker look at the text when typing has paused.
    fn check(&mut self, ui: &Ui, tables: Option<&Arc<Vec<SqlTable>>>, focused: bool, workers: &Workers) {
        self.checked.poll();
        let Some(tables) = tables else { return };
        let key = (self.text.clone(), Arc::as_ptr(tables).addr());
        if self.checked.key() == Some(&key) {
            return;
        }
        let left = PATIENCE_S - (ui.input(|input| input.time) - self.edited_at);
        if focused && left > 0.0 {
            ui.ctx().request_repaint_after(Duration::from_secs_f64(left + 0.01));
            return;
        }
        let (text, tables) = (self.text.clone(), Arc::clone(tables));
        self.checked.request(key, &workers.ask, Priority::Visible, ui.ctx(), move |_| {
            Ok(if text.trim().is_empty() { None } else { Session::sql_check(&text, &tables).err() })
        });
    }
}

fn laid(
    text: &str,
    words: &[(Range<usize>, SqlWord)],
    font: &egui::FontId,
    colors: &Colors,
    emphasis: &Emphasis,
) -> LayoutJob {
    let pieces = words.iter().map(|(range, kind)| (range.clone(), ink(*kind, colors)));
    colored(text, pieces, font, colors, emphasis)
}

fn ink(kind: SqlWord, colors: &Colors) -> Color32 {
    match kind {
        SqlWord::Word => colors.syntax_word,
        SqlWord::Function => colors.syntax_name,
        SqlWord::Text => colors.syntax_text,
        SqlWord::Number => colors.syntax_number,
        SqlWord::Comment => colors.muted,
        SqlWord::Name | SqlWord::Other => colors.text,
    }
}

/// The number of characters before a byte.
fn characters(text: &str, byte: usize) -> usize {
    text.char_indices().take_while(|(at, _)| *at < byte).count()
}

fn byte_of(text: &str, characters: usize) -> usize {
    text.char_indices().nth(characters).map_or(text.len(), |(at, _)| at)
}
