//! Queries that are kept under a name, and those that ran.

use egui::{Align, Context, Key, Layout, RichText, ScrollArea, Sense, TextEdit, Ui, WidgetInfo, accesskit::Role, vec2};

use super::command::{SavedKept, SqlCommand, SqlMemory};
use crate::{
    gui::{
        command::Command,
        dialogs::modal,
        fetch::Fetch,
        lake::Lake,
        theme::{self, CONTROL, STEP, colors, heading},
        widgets::{Icon, bar, elided, field, icon_button, plain_button, primary_button, text::time_utc},
        work::Workers,
    },
    jobs::Priority,
    session::{PastQuery, SavedQuery, SessionError},
};

/// Width of the menus, points.
const WIDTH: f32 = 420.0;
/// Height of an entry, points.
const ENTRY: f32 = 40.0;
/// Height of a menu, points.
const HEIGHT: f32 = 320.0;

/// A state of what is kept: as others changed it, as this window did, and which query runs or ran.
type Version = (u64, u64, (u64, bool));

/// The lists.
#[derive(Default)]
pub struct Kept {
    saved: Fetch<Version, Vec<SavedQuery>>,
    past: Fetch<Version, Vec<PastQuery>>,
}

/// The text of a query in one line.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

impl Kept {
    /// Reads the lists again when something has changed.
    pub(super) fn poll(&mut self, lake: &Lake, ran: (u64, bool), workers: &Workers, ctx: &Context) {
        let version = (lake.selections_version, lake.sql.version, ran);
        let text = |error: SessionError| error.to_string();
        let session = lake.session.clone();
        self.saved
            .request(version, &workers.ask, Priority::Background, ctx, move |_| session.saved_queries().map_err(text));
        self.saved.poll();
        let session = lake.session.clone();
        self.past
            .request(version, &workers.ask, Priority::Background, ctx, move |_| session.past_queries().map_err(text));
        self.past.poll();
    }

    /// The menu of queries under a name.
    pub(super) fn saved_menu_ui(&self, ui: &mut Ui, memory: &SqlMemory, out: &mut Vec<Command>) {
        ui.set_width(WIDTH);
        let any = !memory.text.trim().is_empty();
        if ui.add_enabled(any, egui::Button::new("Save this query…")).clicked() {
            out.push(Command::Sql(SqlCommand::AskName));
            ui.close();
        }
        ui.separator();
        let Some(saved) = self.saved.value() else {
            told_ui(ui, self.saved.error(), "Reading saved queries…");
            return;
        };
        if saved.is_empty() {
            told_ui(ui, None, "No query is saved yet. The command line knows the same: lakescope sql LAKE --queries");
            return;
        }
        ScrollArea::vertical().max_height(HEIGHT).show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            for query in saved {
                saved_ui(ui, query, out);
            }
        });
    }

    /// The menu of queries that ran, the latest first.
    pub(super) fn past_menu_ui(&self, ui: &mut Ui, out: &mut Vec<Command>) {
        ui.set_width(WIDTH);
        let Some(past) = self.past.value() else {
            told_ui(ui, self.past.error(), "Reading the history…");
            return;
        };
        if past.is_empty() {
            told_ui(ui, None, "No query ran yet. What runs here and on the command line is listed here.");
            return;
        }
        ui.spacing_mut().item_spacing.y = 0.0;
        ScrollArea::vertical().max_height(HEIGHT).show_rows(ui, ENTRY, past.len(), |ui, range| {
            for query in past.get(range).unwrap_or_default() {
                bar(ui, ENTRY, |ui| {
                    let line = one_line(&query.text);
                    let time = format!("{} UTC", time_utc(query.ran_at_ns).get(..19).unwrap_or_default());
                    let name = format!("Open past query {line}");
                    if entry_ui(ui, ui.available_width(), (&line, &time), &name, &query.text) {
                        out.push(Command::Sql(SqlCommand::Open(query.text.clone())));
                        ui.close();
                    }
                });
            }
        });
    }
}

/// A saved query with what can be done with it.
fn saved_ui(ui: &mut Ui, query: &SavedQuery, out: &mut Vec<Command>) {
    bar(ui, ENTRY, |ui| {
        ui.spacing_mut().item_spacing.x = 0.0;
        let width = ui.available_width() - 2.0 * CONTROL - 4.0;
        let below = if query.note.is_empty() { one_line(&query.text) } else { query.note.clone() };
        let name = format!("Open query {}", query.name);
        if entry_ui(ui, width, (&query.name, &below), &name, &query.text) {
            out.push(Command::Sql(SqlCommand::Open(query.text.clone())));
            ui.close();
        }
        if icon_button(ui, Icon::Pen, &format!("Rename query {}", query.name)).clicked() {
            out.push(Command::Sql(SqlCommand::AskNewName(query.name.clone())));
            ui.close();
        }
        if icon_button(ui, Icon::Trash, &format!("Delete query {}", query.name)).clicked() {
            out.push(Command::Sql(SqlCommand::Delete(SavedKept::from(query))));
        }
    });
}

/// What a menu says while it has no list.
fn told_ui(ui: &mut Ui, error: Option<&str>, waiting: &str) {
    let colors = colors(ui);
    let (text, ink) = error.map_or((waiting, colors.muted), |error| (error, colors.error));
    ui.add(egui::Label::new(RichText::new(text).color(ink)).wrap());
}

/// Two lines to press; true when they were.
fn entry_ui(ui: &mut Ui, width: f32, (above, below): (&str, &str), name: &str, tip: &str) -> bool {
    let colors = colors(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(width, ENTRY), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::MenuItem, true, name));
    if response.hovered() || response.has_focus() {
        ui.painter().rect_filled(rect, 4, colors.hover);
    }
    let (left, room) = (rect.left() + 8.0, rect.width() - 16.0);
    let painter = ui.painter();
    elided(painter, egui::pos2(left, rect.top() + 12.0), above, theme::medium(12.5), colors.text, room);
    elided(painter, egui::pos2(left, rect.bottom() - 11.0), below, theme::numbers(11.5), colors.muted, room);
    response.on_hover_text(tip).clicked()
}

/// A name for a query.
#[derive(Debug, Default)]
pub struct NameDraft {
    /// The query that gets another name; else one is saved.
    renamed: Option<String>,
    text: String,
    name: String,
    note: String,
    known: Vec<String>,
    asked_focus: bool,
}

impl NameDraft {
    /// For a query that is saved.
    #[must_use]
    pub fn save(text: String, known: Vec<String>) -> Self {
        Self { text, known, ..Self::default() }
    }

    /// For a query that has a name.
    #[must_use]
    pub fn rename(name: String, known: Vec<String>) -> Self {
        Self { name: name.clone(), renamed: Some(name), known, ..Self::default() }
    }

    /// Draws it; false when it is to be closed.
    pub fn ui(&mut self, ctx: &Context, out: &mut Vec<Command>) -> bool {
        modal(ctx, "name of a query", 420.0, |ui| self.contents_ui(ui, out))
    }

    fn contents_ui(&mut self, ui: &mut Ui, out: &mut Vec<Command>) -> bool {
        let colors = colors(ui);
        let name = self.name.trim().to_owned();
        let taken = self.known.contains(&name) && self.renamed.as_ref() != Some(&name);
        ui.label(heading(if self.renamed.is_some() { "Rename the query" } else { "Save the query" }));
        let edit = field(ui, &mut self.name, "Name of the query", "Name", f32::INFINITY);
        if !self.asked_focus {
            edit.request_focus();
            self.asked_focus = true;
        }
        let entered = edit.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
        if self.renamed.is_none() {
            let note = TextEdit::multiline(&mut self.note).hint_text("Note (optional)").desired_width(f32::INFINITY);
            ui.add(note.desired_rows(2)).accessible_name("Note");
        }
        let replaces = taken && self.renamed.is_none();
        if replaces {
            ui.colored_label(colors.warning, format!("“{name}” exists already and will be replaced."));
        } else if taken {
            ui.colored_label(colors.warning, format!("Another query is called “{name}”."));
        }
        let mut keep = true;
        ui.add_space(STEP / 2.0);
        bar(ui, CONTROL, |ui| {
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                let ready = !name.is_empty() && (self.renamed.is_none() || !taken);
                let word = match (&self.renamed, replaces) {
                    (Some(_), _) => "Rename",
                    (None, true) => "Replace",
                    (None, false) => "Save",
                };
                if primary_button(ui, ready, word).clicked() || (entered && ready) {
                    out.push(Command::Sql(match &self.renamed {
                        Some(from) => SqlCommand::Rename(from.clone(), name.clone()),
                        None => SqlCommand::Save {
                            name: name.clone(),
                            text: self.text.clone(),
                            note: self.note.trim().to_owned(),
                        },
                    }));
                    keep = false;
                }
                keep &= !plain_button(ui, true, "Cancel").clicked();
            });
        });
        keep
    }
}

impl Kept {
    /// The names that are taken.
    pub(super) fn names(&self) -> Vec<String> {
        self.saved.value().into_iter().flatten().map(|query| query.name.clone()).collect()
    }
}
