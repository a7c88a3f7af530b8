//! Under the query bar: how many frames each part of the filter leaves, alone and in sequence.

use std::{ops::Range, sync::Arc};

use egui::{
    Align2, Area, Color32, Frame, Id, Key, Margin, Modifiers, Order, Rect, RichText, ScrollArea, Sense, Stroke, Ui,
    WidgetInfo, accesskit::Role, pos2, vec2,
};

use super::highlight;
use crate::{
    gui::{
        fetch::{Fetch, State},
        lake::Lake,
        theme::{self, ROUND, STEP, colors},
        widgets::{
            divider,
            text::{count, counted},
        },
        work::Workers,
    },
    jobs::Priority,
    session::Explanation,
};

/// Height of a line, px.
const LINE: f32 = 30.0;
/// Width of a column with a number and its bar, px.
const NUMBER: f32 = 104.0;

/// How far what stands inside a part is indented, px.
const INDENT: f32 = 18.0;

/// What is known of the present filter.
#[derive(Default)]
pub struct Explain {
    open: bool,
    answer: Fetch<(u64, u64, String), Explanation>,
}

/// What the pointer does to a part: bytes of the filter text.
#[derive(Debug, Default)]
pub(super) struct Pointed {
    /// It is over it.
    pub over: Option<Range<usize>>,
    /// It was pressed.
    pub pressed: Option<Range<usize>>,
}

impl Explain {
    /// Opens or closes it.
    pub fn toggle(&mut self) {
        self.open = !self.open;
    }

    pub(super) fn is_open(&self) -> bool {
        self.open
    }

    /// Draws the table below `bar` while it is open.
    pub(super) fn ui(&mut self, ui: &Ui, bar: Rect, lake: &Lake, workers: &Workers) -> Pointed {
        if !self.open {
            return Pointed::default();
        }
        if ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Escape)) {
            self.open = false;
            return Pointed::default();
        }
        self.ask(ui, lake, workers);
        let colors = colors(ui);
        let mut pointed = Pointed::default();
        let place = bar.left_bottom() + vec2(0.0, 6.0);
        Area::new(Id::unique("explanation")).order(Order::Middle).fixed_pos(place).show(ui.ctx(), |ui| {
            let frame = Frame::new()
                .fill(colors.raised)
                .stroke(Stroke::new(1.0, colors.outline))
                .corner_radius(ROUND + 2)
                .shadow(ui.visuals().popup_shadow)
                .inner_margin(Margin { left: 0, right: 0, top: 8, bottom: 6 });
            frame.show(ui, |ui| {
                ui.set_width(bar.width().clamp(320.0, 680.0));
                ui.spacing_mut().item_spacing.y = 0.0;
                match (self.answer.state(), self.answer.value()) {
                    (State::Failed { error, .. }, _) => note_ui(ui, error, colors.error),
                    (_, Some(explanation)) => table_ui(ui, lake, explanation, &mut pointed),
                    _ => note_ui(ui, "Counting…", colors.muted),
                }
            });
        });
        pointed
    }

    fn ask(&mut self, ui: &Ui, lake: &Lake, workers: &Workers) {
        let (session, table, filter) = (lake.session.clone(), Arc::clone(lake.table()), lake.filter.clone());
        let key = (table.generation(), lake.selections_version, filter.clone());
        self.answer.request(key, &workers.ask, Priority::Visible, ui.ctx(), move |_| {
            session.explain(&table, &filter).map_err(|error| error.to_string())
        });
        self.answer.poll();
    }
}

fn note_ui(ui: &mut Ui, text: &str, ink: Color32) {
    Frame::new().inner_margin(Margin::symmetric(14, 4)).show(ui, |ui| {
        ui.add(egui::Label::new(RichText::new(text).color(ink)).wrap());
    });
}

fn table_ui(ui: &mut Ui, lake: &Lake, explanation: &Explanation, pointed: &mut Pointed) {
    let colors = colors(ui);
    if explanation.parts.is_empty() {
        let text = format!("The filter is empty, so all {} are shown.", counted(explanation.frames, "frame"));
        note_ui(ui, &text, colors.muted);
        return;
    }
    head_ui(ui);
    divider(ui);
    let ended = explanation.parts.iter().position(|part| part.together == Some(0));
    ScrollArea::vertical().max_height(LINE * 9.5).auto_shrink([false, true]).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        for (place, part) in explanation.parts.iter().enumerate() {
            let told = match (part.alone, ended) {
                (0, _) if part.depth > 0 => Some("no frame alone"),
                (0, _) => Some("no frame fulfils this"),
                (_, Some(end)) if end == place => Some("nothing is left here"),
                _ => None,
            };
            let line = Line {
                text: &part.part,
                alone: part.alone,
                together: part.together,
                all: explanation.frames,
                told,
                code: true,
                depth: part.depth,
            };
            let response = line.ui(ui);
            // Its place, when the explanation is of the text that is shown.
            let span = Some(&part.span).filter(|span| lake.filter.get((*span).clone()) == Some(part.part.as_str()));
            if response.hovered() {
                pointed.over = span.cloned();
            }
            if response.clicked() {
                pointed.pressed = span.cloned();
            }
        }
    });
    divider(ui);
    let frames = counted(explanation.frames, "frame");
    let text = if lake.off {
        format!("All together, of {frames}; the filter is turned off")
    } else {
        format!("All together, of {frames}")
    };
    let all = Line {
        text: &text,
        alone: explanation.frames,
        together: Some(explanation.matches),
        all: explanation.frames,
        told: None,
        code: false,
        depth: 0,
    };
    all.ui(ui);
}

fn head_ui(ui: &mut Ui) {
    let colors = colors(ui);
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 22.0), Sense::hover());
    let font = theme::medium(11.5);
    let center = rect.center().y - 2.0;
    let text = |x: f32, align: Align2, text: &str| {
        ui.painter().text(pos2(x, center), align, text, font.clone(), colors.muted);
    };
    text(rect.left() + 14.0, Align2::LEFT_CENTER, "Condition");
    text(rect.right() - 14.0 - NUMBER - STEP, Align2::RIGHT_CENTER, "Alone");
    text(rect.right() - 14.0, Align2::RIGHT_CENTER, "With those above");
}

struct Line<'a> {
    text: &'a str,
    alone: u64,
    /// `None` for what stands inside another part.
    together: Option<u64>,
    all: u64,
    /// Why it is marked.
    told: Option<&'a str>,
    /// Whether the text is a part of the filter, and can be pressed.
    code: bool,
    /// How far it is indented.
    depth: usize,
}

impl Line<'_> {
    fn ui(&self, ui: &mut Ui) -> egui::Response {
        let colors = colors(ui);
        let sense = if self.code { Sense::click() } else { Sense::hover() };
        let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), LINE), sense);
        let spoken = match (self.code, self.together) {
            (true, Some(together)) => format!("{}: {} alone, {together} with those above", self.text, self.alone),
            (true, None) => format!("{}: {} alone, inside the condition above", self.text, self.alone),
            (false, together) => format!("{}: {}", self.text, together.unwrap_or(self.alone)),
        };
        let role = if self.code { Role::Button } else { Role::Label };
        response.widget_info(|| match self.told {
            Some(told) => WidgetInfo::labeled(role, true, format!("{spoken}, {told}")),
            None => WidgetInfo::labeled(role, true, &spoken),
        });
        if self.code && (response.hovered() || response.has_focus()) {
            ui.painter().rect_filled(rect, 0, colors.hover);
        }
        let center = rect.center().y;
        let mut right = rect.right() - 14.0;
        let values = [self.together, Some(self.alone)];
        for value in values.into_iter().take(if self.code { 2 } else { 1 }) {
            let Some(value) = value else {
                right -= NUMBER + STEP;
                continue;
            };
            let bar = Rect::from_min_max(pos2(right - NUMBER, center + 8.0), pos2(right, center + 10.0));
            #[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "width of a bar")]
            let part = (value as f64 / self.all.max(1) as f64) as f32;
            let ink = if value == 0 { colors.error } else { colors.text };
            ui.painter().rect_filled(bar, 1, colors.behind);
            ui.painter().rect_filled(bar.with_min_x(bar.right() - bar.width() * part), 1, colors.front);
            let at = pos2(right, center - 1.0);
            ui.painter().text(at, Align2::RIGHT_CENTER, count(value), theme::numbers(12.5), ink);
            right -= NUMBER + STEP;
        }
        #[expect(clippy::cast_precision_loss, reason = "a few steps")]
        let left = rect.left() + 14.0 + INDENT * self.depth as f32;
        if let Some(told) = self.told {
            let galley = ui.painter().layout_no_wrap(told.to_owned(), egui::FontId::proportional(11.5), colors.error);
            right -= galley.size().x + STEP;
            ui.painter().galley(pos2(right, center - galley.size().y / 2.0), galley, colors.error);
            right -= STEP;
            let mark = Rect::from_min_max(rect.left_top(), pos2(rect.left() + 3.0, rect.bottom()));
            ui.painter().rect_filled(mark, 0, colors.error);
        }
        let mut job = if self.code {
            highlight::layout(self.text, &theme::mono(12.0), colors)
        } else {
            egui::text::LayoutJob::simple_singleline(self.text.to_owned(), theme::medium(12.5), colors.text)
        };
        job.wrap = egui::text::TextWrapping::truncate_at_width((right - left).max(24.0));
        let galley = ui.painter().layout_job(job);
        ui.painter().galley(pos2(left, center - galley.size().y / 2.0), galley, colors.text);
        if self.code { response.on_hover_text(self.text) } else { response }
    }
}
