//! The query bar: the filter as text, coloured, completed, and told what is wrong with it.

use std::{ops::Range, time::Duration};

use egui::{
    Align, Event, Frame, Id, Key, Layout, Margin, Modifiers, Order, Popup, Rect, RichText, Stroke, StrokeKind,
    TextEdit, Ui,
    text::{CCursor, CCursorRange},
    text_edit::TextEditOutput,
    vec2,
};

use super::{
    completion::{Completions, Taken},
    highlight,
};
use crate::{
    filter::{FrameColumns, MetricName, metric_reference, name_text, text_literal},
    gui::{
        command::{Action, Command},
        lake::Lake,
        shell::menu_entry_ui,
        state::State,
        theme::{self, CONTROL, ROUND, colors},
        widgets::{Icon, icon_button, paint_icon},
    },
    model::MetricKind,
};

/// A mistake is told once the typing has paused this long, s.
const PATIENCE_S: f64 = 0.6;

/// What is being typed.
#[derive(Default)]
pub struct QueryBar {
    text: String,
    shown: Option<String>,
    edited_at: f64,
    completions: Completions,
    /// A filter that could be typed in this lake.
    example: String,
}

impl QueryBar {
    /// Draws the bar over the width that is left.
    pub fn ui(&mut self, ui: &mut Ui, state: &State, lake: &Lake, out: &mut Vec<Command>) {
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
        let wrong = lake.filter_error.as_ref().filter(|_| self.text == lake.filter && !lake.is_filtering());
        let patient = !focused || now - self.edited_at > PATIENCE_S;
        if wrong.is_some() && !patient {
            ui.ctx().request_repaint_after(Duration::from_secs_f64(PATIENCE_S));
        }
        let wrong = wrong.filter(|_| patient);
        let rect = Rect::from_min_size(ui.cursor().left_top(), vec2(ui.available_width(), CONTROL + 4.0));
        let edge = match (wrong, focused) {
            (Some(_), _) => colors.error,
            (None, true) => colors.accent,
            (None, false) => colors.outline,
        };
        let fill = ui.visuals().text_edit_bg_color();
        ui.painter().rect(rect, ROUND, fill, Stroke::new(1.0, edge), StrokeKind::Inside);
        let taken = if focused { self.completions.keys(ui) } else { None };
        let span = wrong.map(|error| error.span.clone());
        let Some(mut output) = self.edit_ui(ui, rect, id, span.as_ref(), out) else { return };
        let response = output.response.response.clone().accessible_name("Filter");
        if state.transient.focus_query {
            response.request_focus();
            let all = CCursorRange::two(CCursor::new(0), CCursor::new(self.text.chars().count()));
            output.state.cursor.set_char_range(Some(all));
            output.state.clone().store(ui.ctx(), id);
            out.push(Command::QueryFocused);
        }
        let cursor = output.cursor_range.map(|range| byte_of(&self.text, range.primary.index.0));
        if response.changed() {
            self.edited(now, out);
        }
        if response.has_focus() {
            let typed = response.changed();
            self.completions.update(&self.text, cursor.unwrap_or(self.text.len()), lake, typed);
            if ui.input_mut(|input| !self.completions.is_open() && input.consume_key(Modifiers::NONE, Key::Escape)) {
                response.surrender_focus();
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
        } else {
            self.completions.close();
        }
        if let Some(error) = wrong
            && !self.completions.is_open()
        {
            error_ui(ui, rect, &error.message, error.hint.as_deref());
        }
        if ui.input(|input| input.events.iter().any(|event| matches!(event, Event::Paste(_)))) && response.has_focus() {
            // Line breaks have no meaning in a filter of one line.
            self.text = self.text.replace(['\n', '\r'], " ");
        }
    }

    /// Icon, text and buttons inside the frame.
    fn edit_ui(
        &mut self,
        ui: &mut Ui,
        rect: Rect,
        id: Id,
        wrong: Option<&Range<usize>>,
        out: &mut Vec<Command>,
    ) -> Option<TextEditOutput> {
        let colors = colors(ui);
        let mut output = None;
        ui.allocate_ui_with_layout(rect.size(), Layout::left_to_right(Align::Center), |ui| {
            ui.spacing_mut().item_spacing.x = 0.0;
            ui.add_space(8.0);
            let (icon, _) = ui.allocate_exact_size(vec2(16.0, 16.0), egui::Sense::hover());
            let focused = ui.memory(|memory| memory.has_focus(id));
            paint_icon(ui.painter(), icon, Icon::Funnel, if focused { colors.accent } else { colors.muted });
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                ui.add_space(2.0);
                let more = icon_button(ui, Icon::Down, "Query menu");
                Popup::menu(&more).show(|ui| {
                    for action in [Action::CopyCommandLine, Action::ClearFilter, Action::Undo, Action::Redo] {
                        menu_entry_ui(ui, action, true, None, out);
                    }
                });
                if !self.text.is_empty() && icon_button(ui, Icon::Close, &Action::ClearFilter.tip()).clicked() {
                    out.push(Action::ClearFilter.into());
                }
                let font = theme::mono(13.0);
                let mut layouter = |ui: &Ui, text: &dyn egui::TextBuffer, _width: f32| {
                    ui.fonts_mut(|fonts| fonts.layout_job(highlight::layout(text.as_str(), &font, colors, wrong)))
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
                    .layouter(&mut layouter);
                output = Some(edit.show(ui));
            });
        });
        output
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

fn byte_of(text: &str, characters: usize) -> usize {
    text.char_indices().nth(characters).map_or(text.len(), |(at, _)| at)
}

fn error_ui(ui: &Ui, below: Rect, message: &str, hint: Option<&str>) {
    let colors = colors(ui);
    egui::Area::new(Id::unique("filter error"))
        .order(Order::Foreground)
        .interactable(false)
        .fixed_pos(below.left_bottom() + vec2(0.0, 6.0))
        .show(ui.ctx(), |ui| {
            Frame::new()
                .fill(colors.raised)
                .stroke(Stroke::new(1.0, colors.outline))
                .corner_radius(ROUND)
                .shadow(ui.visuals().popup_shadow)
                .inner_margin(Margin::symmetric(12, 8))
                .show(ui, |ui| {
                    ui.set_max_width(below.width().max(280.0) - 24.0);
                    ui.label(RichText::new(message).font(theme::medium(13.0)).color(colors.error));
                    if let Some(hint) = hint {
                        ui.label(RichText::new(hint).color(colors.text));
                    }
                });
        });
}
