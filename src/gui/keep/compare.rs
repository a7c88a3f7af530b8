//! Two sets of frames side by side.

use egui::{
    Align, Align2, ComboBox, Context, Frame, Layout, Margin, Rect, RichText, ScrollArea, Sense, Stroke, Ui, WidgetInfo,
    accesskit::Role, pos2, vec2,
};

use super::metric_card::metric_ui;
use crate::{
    catalog::FrameTable,
    gui::{
        command::Command,
        command_line,
        dialogs::{Dialog, modal},
        dock::Pane,
        keep::KeepCommand,
        lake::Lake,
        selected::Selected,
        state::State,
        theme::{self, STEP, colors, heading},
        widgets::{
            Icon, MARK, bar, divider, elided, empty_ui, icon_button, paint_class_mark, plain_button, swatch,
            text::{count, counted},
        },
    },
    session::{Comparison, ExportScope},
};

/// One of the two sets that are compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Side {
    /// What a filter matches, a selection or a view.
    Scope(ExportScope),
    /// The frames that are selected now, saved or not.
    Selected,
}

impl Side {
    fn filter(filter: &str) -> Self {
        Self::Scope(ExportScope::Filter(filter.to_owned()))
    }

    /// Its frames; `selected` are those that are selected now.
    pub fn scope(&self, table: &FrameTable, selected: &Selected) -> ExportScope {
        match self {
            Self::Scope(scope) => scope.clone(),
            Self::Selected => {
                ExportScope::Frames(selected.rows().map(|row| table.frame_id(row as usize).to_string()).collect())
            }
        }
    }
}

/// What is compared.
#[derive(Debug, Default)]
pub struct CompareDraft {
    sides: Option<[Side; 2]>,
    /// The filter that was in the query bar when it was drawn last.
    filter: String,
}

/// Widths of the columns of numbers, px, and of what the scroll bar takes.
const NUMBER: f32 = 88.0;
const SCROLL: f32 = 12.0;

impl CompareDraft {
    /// These frames beside all.
    pub fn of(scope: ExportScope) -> Self {
        Self { sides: Some([Side::Scope(scope), Side::filter("")]), filter: String::new() }
    }

    /// Draws it as a dialog; false when it is to be closed.
    pub fn dialog_ui(&mut self, ctx: &Context, lake: &Lake, out: &mut Vec<Command>) -> bool {
        let screen = ctx.content_rect();
        let (width, height) = ((screen.width() - 80.0).min(860.0), screen.height() - 120.0);
        modal(ctx, "compare", width, |ui| {
            ui.set_height(height);
            let mut keep = true;
            bar(ui, 32.0, |ui| {
                ui.label(heading("Compare"));
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    keep &= !icon_button(ui, Icon::Close, "Close the comparison").clicked();
                    if icon_button(ui, Icon::Panels, "Keep the comparison in a panel").clicked() {
                        out.push(Command::OpenPane(Pane::Compare));
                        keep = false;
                    }
                    self.copy_ui(ui, lake, out);
                });
            });
            self.ui(ui, lake, out);
            keep
        })
    }

    /// Fills a panel. While the dialog is open, that is where one compares.
    pub fn pane_ui(&mut self, ui: &mut Ui, state: &State, lake: &Lake, out: &mut Vec<Command>) {
        if matches!(state.transient.dialog, Some(Dialog::Compare(_))) {
            self.sides = None;
            return empty_ui(ui, Icon::Chart, "Compared in the dialog", "Close it to go on here.", |_| {});
        }
        if self.sides.is_none() {
            self.sides = lake.keep.compared().map(|(a, b)| [a.clone(), b.clone()]);
        }
        self.follow(lake);
        Frame::new().inner_margin(Margin::symmetric(12, 4)).show(ui, |ui| self.ui(ui, lake, out));
    }

    /// A side that is the filter of the query bar stays it, whatever is typed there.
    fn follow(&mut self, lake: &Lake) {
        let filter = lake.filter.trim();
        if lake.filter_error.is_some() || lake.is_filtering() || filter == self.filter {
            return;
        }
        let before = Side::filter(&std::mem::replace(&mut self.filter, filter.to_owned()));
        let was_there = before != Side::filter("");
        for side in self.sides.iter_mut().flatten().filter(|side| was_there && **side == before) {
            *side = Side::filter(filter);
        }
    }

    fn copy_ui(&self, ui: &mut Ui, lake: &Lake, out: &mut Vec<Command>) {
        let Some([a, b]) = &self.sides else { return };
        let scopes = [a, b].map(|side| if let Side::Scope(scope) = side { Some(scope) } else { None });
        let named = if let [Some(a), Some(b)] = scopes { Some((a, b)) } else { None };
        let button = plain_button(ui, named.is_some(), "Copy as command line");
        if let Some((a, b)) = named.filter(|_| button.clicked()) {
            let text = command_line::compare(&lake.root, a, b);
            out.push(Command::Copy { text, what: "the command line" });
        }
        button.on_disabled_hover_text("Save the selection first: the command line knows it by its name.");
        if plain_button(ui, true, "Copy as SQL").clicked() {
            out.push(KeepCommand::CopySqlOfCompared(a.clone(), b.clone()).into());
        }
    }

    /// Fills the rectangle.
    pub fn ui(&mut self, ui: &mut Ui, lake: &Lake, out: &mut Vec<Command>) {
        let choices = choices(lake);
        let [a, b] = self.sides.get_or_insert_with(|| {
            // What one has looked at against everything is a fair first question.
            let first = choices.iter().find(|choice| !matches!(choice, Side::Selected)).cloned();
            [first.unwrap_or(Side::filter("")), Side::filter("")]
        });
        let mut swapped = false;
        bar(ui, 36.0, |ui| {
            // Beside the two lists stand two marks with their letters, and the button between them.
            let width = (ui.available_width() - 148.0) / 2.0;
            for (name, side) in [("A", &mut *a), ("B", &mut *b)] {
                let ink = side_color(ui, name == "A");
                swatch(ui, ink);
                ui.label(RichText::new(name).font(theme::semibold(13.0)));
                ComboBox::from_id_salt(("side", name))
                    .width(width.max(60.0))
                    .truncate()
                    .selected_text(name_of(side))
                    .show_ui(ui, |ui| {
                        for choice in &choices {
                            ui.selectable_value(side, choice.clone(), name_of(choice));
                        }
                    })
                    .response
                    .accessible_name(format!("Side {name}"));
                if name == "A" {
                    swapped = icon_button(ui, Icon::ForwardMatch, "Swap the sides").clicked();
                }
            }
        });
        if swapped {
            std::mem::swap(a, b);
        }
        let wanted = [a.clone(), b.clone()];
        if lake.keep.compared().is_none_or(|(a, b)| [a, b] != [&wanted[0], &wanted[1]]) {
            out.push(KeepCommand::Compare(wanted[0].clone(), wanted[1].clone()).into());
        }
        divider(ui);
        let fetch = &lake.keep.comparison;
        let current = fetch.key().is_some_and(|key| key.2 == wanted[0] && key.3 == wanted[1]);
        match (fetch.error().filter(|_| current), fetch.ready().filter(|_| current)) {
            (Some(error), _) => {
                empty_ui(ui, Icon::Warning, "They cannot be compared", error, |_| {});
            }
            (None, None) => {
                empty_ui(ui, Icon::Clock, "Comparing…", "Columns are read and counted.", |_| {});
            }
            (None, Some(comparison)) => {
                ScrollArea::vertical().auto_shrink(false).show(ui, |ui| comparison_ui(ui, comparison));
            }
        }
    }
}

/// The colour of a side.
pub(super) fn side_color(ui: &Ui, first: bool) -> egui::Color32 {
    let colors = colors(ui);
    if first { colors.plot[0] } else { colors.plot[1] }
}

/// Everything that can be compared.
fn choices(lake: &Lake) -> Vec<Side> {
    let mut choices = Vec::new();
    let filter = lake.filter.trim();
    if !filter.is_empty() && lake.filter_error.is_none() {
        choices.push(Side::filter(filter));
    }
    if !lake.selected.is_empty() {
        choices.push(Side::Selected);
    }
    let selections = lake.selections.value().into_iter().flatten();
    choices.extend(selections.map(|selection| Side::Scope(ExportScope::Selection(selection.name.clone()))));
    let views = lake.keep.views.value().into_iter().flat_map(|all| &all.views);
    choices.extend(views.map(|view| Side::Scope(ExportScope::View(view.name.clone()))));
    choices.push(Side::filter(""));
    choices
}

/// A side as people name it.
fn name_of(side: &Side) -> String {
    let Side::Scope(scope) = side else { return "The selected frames".to_owned() };
    match scope {
        ExportScope::Filter(filter) if filter.is_empty() => "All frames".to_owned(),
        ExportScope::Filter(filter) => format!("Filter: {filter}"),
        ExportScope::Selection(name) => format!("Selection: {name}"),
        ExportScope::View(name) => format!("View: {name}"),
        ExportScope::Frames(frames) => counted(frames.len() as u64, "frame"),
    }
}

fn comparison_ui(ui: &mut Ui, comparison: &Comparison) {
    let colors = colors(ui);
    let (a, b) = (&comparison.a, &comparison.b);
    ui.spacing_mut().item_spacing.y = 0.0;
    ui.set_max_width((ui.available_width() - SCROLL).max(0.0));
    for gone in [a.gone, b.gone].into_iter().filter(|gone| *gone > 0) {
        let told = format!("{} of a selection: no longer in the lake.", counted(gone, "frame"));
        ui.label(RichText::new(told).color(colors.warning));
    }
    section(ui, "Counts");
    let heads = [("A", side_color(ui, true)), ("B", side_color(ui, false)), ("B − A", colors.muted)];
    row_ui(ui, "", None, &heads.map(|(text, ink)| (text.to_owned(), ink)));
    for (name, of_a, of_b) in [
        ("Frames", a.frames, b.frames),
        ("Recordings", a.recordings, b.recordings),
        ("Footages", a.footages, b.footages),
        ("Labels", a.labels, b.labels),
    ] {
        counts_ui(ui, name, None, [of_a, of_b]);
    }
    let shared = format!("{} in both", counted(comparison.in_both, "frame"));
    ui.label(RichText::new(shared).font(theme::numbers(12.0)).color(colors.muted));
    if !comparison.classes.is_empty() {
        section(ui, "Labels by class");
        for class in &comparison.classes {
            counts_ui(ui, &class.class, Some(&class.class), [class.a, class.b]);
        }
    }
    section(ui, "Metrics");
    for metric in &comparison.metrics {
        metric_ui(ui, metric);
    }
    ui.add_space(STEP);
}

fn section(ui: &mut Ui, title: &str) {
    ui.add_space(STEP);
    ui.label(RichText::new(title).font(theme::semibold(13.0)));
    ui.add_space(2.0);
}

/// One row of counts: of A, of B, and the difference.
fn counts_ui(ui: &mut Ui, name: &str, mark: Option<&str>, [a, b]: [u64; 2]) {
    let colors = colors(ui);
    let difference = match b.cmp(&a) {
        std::cmp::Ordering::Less => format!("−{}", count(a - b)),
        std::cmp::Ordering::Equal => "=".to_owned(),
        std::cmp::Ordering::Greater => format!("+{}", count(b - a)),
    };
    row_ui(ui, name, mark, &[(count(a), colors.text), (count(b), colors.text), (difference, colors.muted)]);
}

/// A name, with the mark of a label class before it, and three texts under each other's heads.
fn row_ui(ui: &mut Ui, name: &str, class: Option<&str>, cells: &[(String, egui::Color32); 3]) {
    let colors = colors(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 24.0), Sense::hover());
    if !name.is_empty() {
        let spoken = format!("{name}: A {}, B {}, difference {}", cells[0].0, cells[1].0, cells[2].0);
        response.widget_info(|| WidgetInfo::labeled(Role::Row, true, &spoken));
    }
    // Numbers end at the same place in every row, be there a mark or not.
    let number = NUMBER.min(rect.width() * 0.22);
    let center = rect.center().y;
    for (at, (text, ink)) in (0_u8..).zip(cells) {
        let right = rect.right() - number * f32::from(2 - at);
        ui.painter().text(pos2(right, center), Align2::RIGHT_CENTER, text, theme::numbers(12.5), *ink);
    }
    let mut left = rect.left();
    if let Some(class) = class {
        let mark = Rect::from_center_size(pos2(left + MARK / 2.0, center), vec2(MARK, MARK));
        paint_class_mark(ui.painter(), colors, mark, class, true);
        left += MARK + 8.0;
    }
    let room = rect.right() - number * 3.0 - left;
    elided(ui.painter(), pos2(left, center), name, egui::FontId::proportional(13.0), colors.text, room);
    ui.painter().hline(rect.x_range(), rect.bottom() - 0.5, Stroke::new(1.0, colors.line));
}
