//! The query bar: the filter as text, coloured, completed, and told what is wrong with it.

use std::{ops::Range, sync::Arc, time::Duration};

use egui::{
    Align, Event, Frame, Id, Key, Layout, Margin, Modifiers, Popup, Rect, RichText, Stroke, StrokeKind, TextEdit, Ui,
    text::{CCursor, CCursorRange},
    text_edit::TextEditOutput,
    vec2,
};

use super::{
    completion::{Completions, Taken},
    explain::Explain,
    highlight::{self, Emphasis},
    history::{self, History},
    mistake::mistake_ui,
};
use crate::{
    filter::{
        Filter, FilterError, FrameColumns, MetricName, complete::is_about_labels, metric_reference, name_text,
        text_literal,
    },
    gui::{
        command::{Action, Command},
        fetch::Fetch,
        lake::Lake,
        shell::menu_entry_ui,
        state::State,
        theme::{self, CONTROL, ROUND, colors},
        widgets::{Icon, icon_button, icon_toggle},
        work::Workers,
    },
    jobs::Priority,
    model::MetricKind,
};

/// Filters used lately that the menu lists; all of them are under the bar, on Down.
const IN_MENU: usize = 8;
/// A mistake is told once the typing has paused this long, s.
const PATIENCE_S: f64 = 0.3;

/// What is being typed.
#[derive(Default)]
pub struct QueryBar {
    text: String,
    shown: Option<String>,
    edited_at: f64,
    /// A text, and why it cannot be read.
    unread: (String, Option<FilterError>),
    completions: Completions,
    /// The attributes of labels were read, for an index of this generation.
    attributes: Fetch<u64, ()>,
    history: History,
    /// What each part of the filter leaves.
    pub explain: Explain,
    /// The part that is pointed at in the explanation.
    marked: Option<Range<usize>>,
    /// The text whose mistake a person sent away with Esc.
    hidden: Option<String>,
    /// Where the mistake is told.
    told_at: Option<Rect>,
    /// The part to select in the next frame.
    select: Option<Range<usize>>,
    /// A filter that could be typed in this lake.
    example: String,
}

impl QueryBar {
    /// Draws the bar over the width that is left.
    pub fn ui(&mut self, ui: &mut Ui, state: &State, lake: &Lake, workers: &Workers, out: &mut Vec<Command>) {
        if self.shown.as_ref() != Some(&lake.filter) {
            self.text.clone_from(&lake.filter);
            self.shown = Some(lake.filter.clone());
        }
        if self.example.is_empty() {
            self.example = example(&**lake.table());
        }
        let colors = colors(ui);
        let id = Id::unique("query bar");
        let focused = ui.memory(|memory| memory.has_focus(id));
        let now = ui.input(|input| input.time);
        self.read();
        // What cannot be read is known at once; what does not fit the lake, once a worker has looked.
        let answered = lake.filter_error.as_ref().filter(|_| self.text == lake.filter && !lake.is_filtering());
        let unread = self.unread.1.clone();
        let wrong = unread.as_ref().or(answered);
        let left = if focused { PATIENCE_S - (now - self.edited_at) } else { 0.0 };
        if wrong.is_some() && left > 0.0 {
            ui.ctx().request_repaint_after(Duration::from_secs_f64(left + 0.01));
        }
        let wrong = wrong.filter(|_| left <= 0.0);
        let rect = Rect::from_min_size(ui.cursor().left_top(), vec2(ui.available_width(), CONTROL + 4.0));
        let edge = match (wrong, focused) {
            (Some(_), _) => colors.error,
            (None, true) => colors.accent,
            (None, false) => colors.outline,
        };
        let fill = ui.visuals().text_edit_bg_color();
        ui.painter().rect(rect, ROUND, fill, Stroke::new(1.0, edge), StrokeKind::Inside);
        let taken = if focused { self.completions.keys(ui, &self.text) } else { None };
        let recalled = if focused && !self.completions.is_open() { self.history.keys(ui, lake) } else { None };
        let emphasis =
            Emphasis { wrong: wrong.map(|error| error.span.clone()), marked: self.marked.clone(), off: lake.off };
        let Some(mut output) = self.edit_ui(ui, rect, id, &emphasis, lake, out) else { return };
        let response = output.response.response.clone().accessible_name("Filter");
        let select = match self.select.take() {
            Some(part) => Some((characters(&self.text, part.start), characters(&self.text, part.end))),
            None => state.transient.focus_query.then(|| (0, self.text.chars().count())),
        };
        if let Some((start, end)) = select {
            response.request_focus();
            let range = CCursorRange::two(CCursor::new(start), CCursor::new(end));
            output.state.cursor.set_char_range(Some(range));
            output.state.clone().store(ui.ctx(), id);
            out.push(Command::QueryFocused);
        }
        let cursor = output.cursor_range.map(|range| byte_of(&self.text, range.primary.index.0));
        if response.changed() {
            self.history.close();
            self.edited(now, out);
        }
        if response.has_focus() {
            let typed = response.changed();
            let caret = cursor.unwrap_or(self.text.len());
            self.ask_for_attributes(ui, caret, lake, workers);
            self.completions.update(&self.text, caret, lake, typed);
            if !self.completions.is_open() {
                let escape = ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Escape));
                if escape && self.explain.is_open() {
                    self.explain.toggle();
                } else if escape {
                    self.hidden = Some(self.text.clone());
                    response.surrender_focus();
                }
            }
            // The keyboard stays: letters after Enter are part of the filter, not keys of the window.
            if ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Enter)) {
                out.push(Command::KeepFilter);
            }
            // What is wrong matters more than what could follow.
            if wrong.is_some() && !self.completions.has_choice() {
                self.completions.close();
            }
            let clicked = self.completions.ui(ui, rect);
            if let Some(taken) = taken.or(clicked) {
                let at = self.take(&taken);
                output.state.cursor.set_char_range(Some(CCursorRange::one(CCursor::new(at))));
                output.state.store(ui.ctx(), id);
                response.request_focus();
                self.edited(now, out);
                self.completions.update(&self.text, byte_of(&self.text, at), lake, true);
            }
            if ui.input(|input| input.events.iter().any(|event| matches!(event, Event::Paste(_)))) {
                // Line breaks have no meaning in a filter of one line.
                self.text = self.text.replace(['\n', '\r'], " ");
            }
        } else {
            self.completions.close();
            if response.lost_focus() {
                if ui.input(|input| input.key_pressed(Key::Escape)) {
                    self.hidden = Some(self.text.clone());
                }
                out.push(Command::KeepFilter);
                // Esc takes the keyboard away; a press may be on the list itself.
                if !ui.input(|input| input.pointer.any_down() || input.pointer.any_released()) {
                    self.history.close();
                }
            }
        }
        // Under the part that is wrong, where the eye is.
        let place = wrong.map_or(rect.left(), |error| {
            let start = CCursor::new(characters(&self.text, error.span.start));
            output.galley_pos.x + output.galley.pos_from_cursor(start).min.x
        });
        self.below_ui(ui, (rect, place), wrong, recalled, lake, workers, out);
    }

    /// Has a worker look which attributes labels have, once someone types where their names stand.
    fn ask_for_attributes(&mut self, ui: &Ui, caret: usize, lake: &Lake, workers: &Workers) {
        if lake.table().known_label_attributes().is_none() && is_about_labels(&self.text, caret) {
            let table = Arc::clone(lake.table());
            self.attributes.request(table.generation(), &workers.ask, Priority::Visible, ui.ctx(), move |_| {
                table.label_attributes().map(|_| ())
            });
        }
        if self.attributes.poll() {
            self.completions.ask_again();
        }
    }

    /// What hangs under the bar: one of the filters used lately, what is wrong, and the explanation.
    #[expect(clippy::too_many_arguments, reason = "each is another thing")]
    fn below_ui(
        &mut self,
        ui: &Ui,
        (rect, place): (Rect, f32),
        wrong: Option<&FilterError>,
        recalled: Option<String>,
        lake: &Lake,
        workers: &Workers,
        out: &mut Vec<Command>,
    ) {
        let recalled = recalled.or_else(|| self.history.ui(ui, rect, lake));
        let free = !self.completions.is_open() && !self.history.is_open();
        if self.hidden.as_ref().is_some_and(|hidden| *hidden != self.text) {
            self.hidden = None;
        }
        // Told while one is at the bar, or about to press what is offered: it must not lie on what one has turned to.
        let at_bar = ui.memory(|memory| memory.has_focus(Id::unique("query bar")));
        let pointer = ui.input(|input| input.pointer.latest_pos());
        let there = self.told_at.zip(pointer).is_some_and(|(told_at, pointer)| told_at.contains(pointer));
        let in_reach = free && self.hidden.is_none() && (at_bar || there);
        let told = wrong.filter(|_| in_reach).map(|error| mistake_ui(ui, rect, place, &self.text, error));
        self.told_at = told.as_ref().map(|told| told.0);
        let mended = told.and_then(|(_, mended)| mended);
        if let Some(filter) = recalled.or(mended) {
            out.push(Command::AskFilter(filter));
        }
        self.marked = None;
        if free && wrong.is_none() {
            let pointed = self.explain.ui(ui, rect, lake, workers);
            self.marked = pointed.over;
            if pointed.pressed.is_some() {
                self.select = pointed.pressed;
            }
        }
    }

    /// Icon, text and buttons inside the frame.
    fn edit_ui(
        &mut self,
        ui: &mut Ui,
        rect: Rect,
        id: Id,
        emphasis: &Emphasis,
        lake: &Lake,
        out: &mut Vec<Command>,
    ) -> Option<TextEditOutput> {
        let colors = colors(ui);
        let mut output = None;
        ui.allocate_ui_with_layout(rect.size(), Layout::left_to_right(Align::Center), |ui| {
            ui.spacing_mut().item_spacing.x = 0.0;
            ui.add_space(2.0);
            self.switch_ui(ui, lake, out);
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                ui.add_space(2.0);
                let more = icon_button(ui, Icon::Down, "Query menu");
                Popup::menu(&more).show(|ui| {
                    let any = !self.text.is_empty();
                    for (action, enabled) in [
                        (Action::ExplainFilter, true),
                        (Action::FilterOnOff, any),
                        (Action::ClearFilter, any),
                        (Action::CopyCommandLine, true),
                        (Action::CopySql, true),
                        (Action::Undo, true),
                        (Action::Redo, true),
                    ] {
                        menu_entry_ui(ui, action, enabled, None, out);
                    }
                    recent_ui(ui, lake, out);
                });
                let explain = icon_toggle(ui, Icon::Steps, &Action::ExplainFilter.tip(), self.explain.is_open());
                if explain.clicked() {
                    out.push(Action::ExplainFilter.into());
                }
                if !self.text.is_empty() && icon_button(ui, Icon::Close, &Action::ClearFilter.tip()).clicked() {
                    out.push(Action::ClearFilter.into());
                }
                let font = theme::mono(13.0);
                let mut layouter = |ui: &Ui, text: &dyn egui::TextBuffer, _width: f32| {
                    ui.fonts_mut(|fonts| {
                        fonts.layout_job(highlight::layout_with(text.as_str(), &font, colors, emphasis))
                    })
                };
                let hint = RichText::new(format!("Filter frames, for example  {}", self.example))
                    .font(theme::mono(12.5))
                    .color(colors.muted);
                let edit = TextEdit::singleline(&mut self.text)
                    .id(id)
                    .frame(Frame::NONE.inner_margin(Margin::symmetric(8, 0)))
                    .align(egui::Align2::LEFT_CENTER)
                    .min_size(vec2(0.0, CONTROL))
                    .hint_text(hint)
                    .desired_width(ui.available_width())
                    .lock_focus(self.completions.is_open())
                    .return_key(None)
                    .layouter(&mut layouter);
                output = Some(edit.show(ui));
            });
        });
        output
    }

    /// The funnel, which turns the filter off and on.
    fn switch_ui(&self, ui: &mut Ui, lake: &Lake, out: &mut Vec<Command>) {
        let on = !self.text.trim().is_empty() && !lake.off;
        ui.add_enabled_ui(!self.text.trim().is_empty(), |ui| {
            if icon_toggle(ui, Icon::Funnel, &Action::FilterOnOff.tip(), on).clicked() {
                out.push(Action::FilterOnOff.into());
            }
        });
    }

    /// Reads the text as it stands, once.
    fn read(&mut self) {
        if self.unread.0 != self.text {
            self.unread = (self.text.clone(), Filter::parse(&self.text).err());
        }
    }

    fn edited(&mut self, now: f64, out: &mut Vec<Command>) {
        self.edited_at = now;
        self.shown = Some(self.text.clone());
        out.push(Command::SetFilter(self.text.clone()));
    }

    /// Puts a completion into the text; returns the cursor, in characters.
    fn take(&mut self, taken: &Taken) -> usize {
        self.text.replace_range(taken.range.clone(), &taken.insert);
        let end = taken.range.start + taken.insert.len();
        self.text[..end].chars().count()
    }
}

/// A filter made of what the lake has.
fn example(table: &dyn FrameColumns) -> String {
    let numeric = |metric: &&MetricName| matches!(metric.kind, MetricKind::Float | MetricKind::Int);
    let metrics = table.metrics();
    let metric = metrics.iter().find(|metric| metric.name == "speed").or_else(|| metrics.iter().find(numeric));
    let classes = table.classes();
    let class = classes.iter().find(|class| *class == "pedestrian").or(classes.first());
    let parts: Vec<String> = metric
        .map(|metric| format!("{} > 15", metric_reference(&metric.name)))
        .into_iter()
        .chain(class.map(|class| format!("has({})", name_text(class))))
        .collect();
    match (parts.is_empty(), table.footages().first()) {
        (true, Some(footage)) => format!("camera = {}", text_literal(&footage.camera)),
        _ => parts.join(" and "),
    }
}

/// The filters used lately that fit into a menu.
fn recent_ui(ui: &mut Ui, lake: &Lake, out: &mut Vec<Command>) {
    if history::others(lake).next().is_none() {
        return;
    }
    ui.separator();
    ui.label(RichText::new("Used lately").font(theme::medium(11.5)).color(colors(ui).muted));
    for filter in history::others(lake).take(IN_MENU) {
        if history::entry_ui(ui, filter, false) {
            out.push(Command::AskFilter(filter.clone()));
            ui.close();
        }
    }
}

/// The number of characters before a byte.
fn characters(text: &str, byte: usize) -> usize {
    text.char_indices().take_while(|(at, _)| *at < byte).count()
}

fn byte_of(text: &str, characters: usize) -> usize {
    text.char_indices().nth(characters).map_or(text.len(), |(at, _)| at)
}
