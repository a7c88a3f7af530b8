//! Everything that is kept, on three shelves: views, selections, tags.

use egui::{Align, Context, Frame, Key, Layout, Margin, RichText, ScrollArea, TextEdit, Ui};

use crate::{
    gui::{
        command::{Action, Command},
        dialogs::modal,
        fetch::Fetch,
        keep::KeepCommand,
        lake::Lake,
        theme::{self, STEP, colors, heading},
        widgets::{
            Icon, bar, divider, empty_ui, field, icon_button, plain_button, primary_button, segmented,
            text::{counted, time_utc},
        },
    },
    session::{Combine, ExportScope, SavedViews, Selection, SqlView},
};

/// What a shelf holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Shelf {
    /// Rules.
    #[default]
    Views,
    /// Frames under a name.
    Selections,
    /// Words on frames.
    Tags,
}

/// What is being changed on a shelf.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Editing {
    Name(String),
    Note(String),
}

/// The shelf that is looked at, and what is typed there.
#[derive(Debug, Default)]
pub struct Library {
    shelf: Shelf,
    editing: Option<Editing>,
    text: String,
    tag: String,
    /// The text that was just asked for takes the keyboard once.
    focus: bool,
}

/// One thing on a shelf, as it is drawn.
struct Line<'a> {
    name: &'a str,
    told: String,
    /// What it asks for, as a filter.
    rule: &'a str,
    /// What stands below.
    note: &'a str,
    /// What is wrong with it.
    wrong: &'a str,
}

/// What a name or a note that was changed asks for.
#[derive(Clone, Copy)]
struct Change {
    rename: fn(String, String) -> KeepCommand,
    /// `None` where there are no notes.
    note: Option<fn(String, String) -> KeepCommand>,
}

impl Library {
    /// The library at one shelf.
    pub fn at(shelf: Shelf) -> Self {
        Self { shelf, focus: shelf == Shelf::Tags, ..Self::default() }
    }

    /// Draws it as a dialog; false when it is to be closed.
    pub fn dialog_ui(&mut self, ctx: &Context, lake: &Lake, out: &mut Vec<Command>) -> bool {
        let screen = ctx.content_rect();
        let (width, height) = ((screen.width() - 80.0).min(640.0), (screen.height() - 120.0).min(560.0));
        modal(ctx, "library", width, |ui| {
            ui.set_height(height);
            let mut keep = true;
            bar(ui, 32.0, |ui| {
                ui.label(heading("Library"));
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    keep &= !icon_button(ui, Icon::Close, "Close the library").clicked();
                });
            });
            keep & self.ui(ui, lake, out)
        })
    }

    /// Draws it as a panel beside others.
    pub fn pane_ui(&mut self, ui: &mut Ui, lake: &Lake, out: &mut Vec<Command>) {
        Frame::new().inner_margin(Margin::symmetric(12, 8)).show(ui, |ui| self.ui(ui, lake, out));
    }

    /// Fills the rectangle; false once something was opened that is looked at elsewhere.
    pub fn ui(&mut self, ui: &mut Ui, lake: &Lake, out: &mut Vec<Command>) -> bool {
        let shelves = [(Shelf::Views, "Views"), (Shelf::Selections, "Selections"), (Shelf::Tags, "Tags")];
        if let Some(shelf) = segmented(ui, self.shelf, &shelves) {
            *self = Self::at(shelf);
        }
        ui.add_space(STEP / 2.0);
        divider(ui);
        match self.shelf {
            Shelf::Views => self.views_ui(ui, lake, out),
            Shelf::Selections => self.selections_ui(ui, lake, out),
            Shelf::Tags => self.tags_ui(ui, lake, out),
        }
    }

    fn views_ui(&mut self, ui: &mut Ui, lake: &Lake, out: &mut Vec<Command>) -> bool {
        let mut keep = true;
        let Some(SavedViews { views, unreadable }) = there(ui, &lake.keep.views, "views") else { return true };
        if views.is_empty() && unreadable.is_empty() {
            let body = "A view keeps the rule: filter, order, tiles and lanes of the timeline. Set them as you like, then save the view.";
            empty_ui(ui, Icon::Bookmark, "No views yet", body, |ui| {
                if plain_button(ui, true, Action::SaveView.name()).clicked() {
                    out.push(Action::SaveView.into());
                }
            });
            return true;
        }
        let change = Change { rename: KeepCommand::RenameView, note: Some(KeepCommand::NoteView) };
        let minute = |ns: i64| time_utc(ns).get(..16).unwrap_or_default().to_owned();
        scroll(ui, |ui| {
            for view in unreadable {
                let told = minute(view.saved_at_ns);
                let line = Line { name: &view.name, told, rule: "", note: &view.note, wrong: &view.why };
                self.line_ui(ui, &line, out, change, |_, ui, out| {
                    if icon_button(ui, Icon::Trash, &format!("Delete view {}", view.name)).clicked() {
                        out.push(KeepCommand::DeleteView(view.name.clone()).into());
                    }
                });
            }
            for view in views {
                let rule = if view.rule.filter.is_empty() { "all frames" } else { &view.rule.filter };
                let order = view.rule.sort.as_ref().map(|sort| format!("by {} · ", sort.column)).unwrap_or_default();
                let told = format!("{order}{}", minute(view.saved_at_ns));
                let line = Line { name: &view.name, told, rule, note: &view.note, wrong: "" };
                self.line_ui(ui, &line, out, change, |library, ui, out| {
                    if icon_button(ui, Icon::Trash, &format!("Delete view {}", view.name)).clicked() {
                        out.push(KeepCommand::DeleteView(view.name.clone()).into());
                    }
                    let more = icon_button(ui, Icon::Menu, &format!("More about {}", view.name));
                    egui::Popup::menu(&more).show(|ui| {
                        let scope = ExportScope::View(view.name.clone());
                        library.note_ui(ui, &view.name, &view.note, scope.clone(), out);
                        sql_ui(ui, scope, out);
                    });
                    if plain_button(ui, true, "Open").accessible_name(format!("Open view {}", view.name)).clicked() {
                        out.push(KeepCommand::OpenView(view.name.clone()).into());
                        keep = false;
                    }
                });
            }
        });
        keep
    }

    fn selections_ui(&mut self, ui: &mut Ui, lake: &Lake, out: &mut Vec<Command>) -> bool {
        let mut keep = true;
        let Some(selections) = there(ui, &lake.selections, "selections") else { return true };
        if selections.is_empty() {
            let body = "A selection keeps frames under a name, whatever a filter says later. Choose frames in the grid, then press Ctrl+S.";
            empty_ui(ui, Icon::Bookmark, "No selections yet", body, |_| {});
            return true;
        }
        let change = Change { rename: KeepCommand::RenameSelection, note: Some(KeepCommand::NoteSelection) };
        scroll(ui, |ui| {
            for selection in selections {
                let saved = time_utc(selection.saved_at_ns);
                let told = format!("{} · {}", counted(selection.frames, "frame"), saved.get(..16).unwrap_or_default());
                let line = Line { name: &selection.name, told, rule: "", note: &selection.note, wrong: "" };
                self.line_ui(ui, &line, out, change, |library, ui, out| {
                    if icon_button(ui, Icon::Trash, &format!("Delete {}", selection.name)).clicked() {
                        out.push(Command::DeleteSelection(selection.name.clone()));
                    }
                    library.more_ui(ui, selection, selections, out);
                    let name = format!("Select {}", selection.name);
                    if plain_button(ui, true, "Select").accessible_name(&name).clicked() {
                        out.push(Command::LoadSelection(selection.name.clone()));
                        keep = false;
                    }
                });
            }
        });
        keep
    }

    /// The entries of a menu that let name and note be changed, and that compare.
    fn note_ui(&mut self, ui: &mut Ui, name: &str, note: &str, scope: ExportScope, out: &mut Vec<Command>) {
        if ui.button("Rename").clicked() {
            self.edit(Editing::Name(name.to_owned()), name);
            ui.close();
        }
        if ui.button("Edit the note").clicked() {
            self.edit(Editing::Note(name.to_owned()), note);
            ui.close();
        }
        if ui.button("Compare with all frames").clicked() {
            out.push(KeepCommand::CompareKept(scope).into());
            ui.close();
        }
    }

    /// Note and combinations of a selection.
    fn more_ui(&mut self, ui: &mut Ui, selection: &Selection, all: &[Selection], out: &mut Vec<Command>) {
        let button = icon_button(ui, Icon::Menu, &format!("More about {}", selection.name));
        egui::Popup::menu(&button).show(|ui| {
            let scope = ExportScope::Selection(selection.name.clone());
            self.note_ui(ui, &selection.name, &selection.note, scope.clone(), out);
            sql_ui(ui, scope, out);
            for (how, name, sign) in [
                (Combine::Union, "Unite with", "or"),
                (Combine::Intersect, "Keep what is also in", "and"),
                (Combine::Subtract, "Take away what is in", "without"),
            ] {
                ui.add_enabled_ui(all.len() > 1, |ui| {
                    ui.menu_button(name, |ui| {
                        for other in all.iter().filter(|other| other.name != selection.name) {
                            if ui.button(&other.name).clicked() {
                                let into = free(&format!("{} {sign} {}", selection.name, other.name), all);
                                let (first, second) = (selection.name.clone(), other.name.clone());
                                out.push(KeepCommand::Combine { first, how, second, into }.into());
                                ui.close();
                            }
                        }
                    });
                });
            }
        });
    }

    fn tags_ui(&mut self, ui: &mut Ui, lake: &Lake, out: &mut Vec<Command>) -> bool {
        let chosen = lake.selected.count() as u64;
        let ink = colors(ui).muted;
        ui.add_space(STEP / 2.0);
        bar(ui, 30.0, |ui| {
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                let ready = chosen > 0 && !self.tag.trim().is_empty();
                let name = if chosen > 0 { format!("Tag {}", counted(chosen, "frame")) } else { "Tag".to_owned() };
                let pressed = primary_button(ui, ready, &name).clicked();
                let width = ui.available_width();
                let edit = field(ui, &mut self.tag, "Tag to give", "A tag for the selected frames", width);
                if std::mem::take(&mut self.focus) {
                    edit.request_focus();
                }
                let entered = edit.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
                // Letters and Enter may have come in one frame.
                let ready = chosen > 0 && !self.tag.trim().is_empty();
                if ready && (pressed || entered) {
                    out.push(KeepCommand::Tag(std::mem::take(&mut self.tag)).into());
                }
            });
        });
        if chosen == 0 {
            ui.label(
                RichText::new("Nothing is selected: choose frames in the grid to tag them.").size(12.0).color(ink),
            );
        }
        ui.add_space(STEP / 2.0);
        let Some(tags) = there(ui, &lake.keep.tags, "tags") else { return true };
        if tags.is_empty() {
            let body =
                "A tag is a word that frames are given; a frame may have several. Filters find them: tag = \"…\".";
            empty_ui(ui, Icon::Bookmark, "No tags yet", body, |_| {});
            return true;
        }
        let change = Change { rename: KeepCommand::RenameTag, note: None };
        scroll(ui, |ui| {
            for tag in tags {
                let gone = match tag.gone {
                    0 => String::new(),
                    gone => format!("{} no longer in the lake", counted(gone, "frame")),
                };
                let told = counted(tag.frames, "frame");
                let line = Line { name: &tag.name, told, rule: "", note: &gone, wrong: "" };
                self.line_ui(ui, &line, out, change, |_, ui, out| {
                    if icon_button(ui, Icon::Trash, &format!("Delete tag {}", tag.name)).clicked() {
                        out.push(KeepCommand::DeleteTag(tag.name.clone()).into());
                    }
                    if plain_button(ui, chosen > 0, "Untag").accessible_name(format!("Untag {}", tag.name)).clicked() {
                        out.push(KeepCommand::Untag(tag.name.clone()).into());
                    }
                    if plain_button(ui, true, "Filter").accessible_name(format!("Filter {}", tag.name)).clicked() {
                        out.push(KeepCommand::FilterTag(tag.name.clone()).into());
                    }
                });
            }
        });
        true
    }

    fn edit(&mut self, editing: Editing, text: &str) {
        self.editing = Some(editing);
        text.clone_into(&mut self.text);
        self.focus = true;
    }

    /// One thing: its name (press to rename), what is told of it, and what can be done with it.
    fn line_ui(
        &mut self,
        ui: &mut Ui,
        line: &Line<'_>,
        out: &mut Vec<Command>,
        change: Change,
        deeds: impl FnOnce(&mut Self, &mut Ui, &mut Vec<Command>),
    ) {
        let colors = colors(ui);
        ui.add_space(STEP / 2.0);
        bar(ui, 30.0, |ui| {
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                ui.spacing_mut().item_spacing.x = 4.0;
                deeds(self, ui, out);
                ui.add_space(STEP);
                ui.label(RichText::new(&line.told).font(theme::numbers(12.0)).color(colors.muted));
                ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                    if self.editing == Some(Editing::Name(line.name.to_owned())) {
                        self.field_ui(ui, "New name", |text| (change.rename)(line.name.to_owned(), text), out);
                        return;
                    }
                    let name = egui::Button::new(RichText::new(line.name).font(theme::medium(13.5)).color(colors.text))
                        .frame_when_inactive(false)
                        .truncate();
                    let response = ui.add(name).on_hover_text("Press to rename");
                    if response.accessible_name(format!("Rename {}", line.name)).clicked() {
                        self.edit(Editing::Name(line.name.to_owned()), line.name);
                    }
                });
            });
        });
        let noted = change.note.filter(|_| self.editing == Some(Editing::Note(line.name.to_owned())));
        let editing = noted.is_some();
        if let Some(note) = noted {
            let name = line.name.to_owned();
            self.field_ui(ui, "New note", |text| note(name, text), out);
        }
        let text = |size| egui::FontId::proportional(size);
        for (below, font, ink, whole) in [
            (line.wrong, text(12.0), colors.warning, true),
            (line.rule, theme::mono(12.0), colors.muted, false),
            (if editing { "" } else { line.note }, text(12.0), colors.muted, false),
        ] {
            if below.is_empty() {
                continue;
            }
            ui.horizontal(|ui| {
                // Under the name, which stands inside of its button.
                ui.add_space(ui.spacing().button_padding.x);
                let label = egui::Label::new(RichText::new(below).font(font).color(ink));
                ui.add(if whole { label.wrap() } else { label.truncate() });
            });
        }
        ui.add_space(STEP / 2.0);
        divider(ui);
    }

    /// The text that is being changed: Enter takes it, leaving it does not.
    fn field_ui(&mut self, ui: &mut Ui, name: &str, take: impl FnOnce(String) -> KeepCommand, out: &mut Vec<Command>) {
        let edit = TextEdit::singleline(&mut self.text).desired_width(ui.available_width());
        let edit = ui.add(edit).accessible_name(name);
        if std::mem::take(&mut self.focus) {
            edit.request_focus();
        }
        if edit.lost_focus() {
            if ui.input(|input| input.key_pressed(Key::Enter)) {
                out.push(take(std::mem::take(&mut self.text)).into());
            }
            self.editing = None;
        }
    }
}

/// The entry of a menu that says in SQL what is kept.
fn sql_ui(ui: &mut Ui, scope: ExportScope, out: &mut Vec<Command>) {
    if ui.button("Copy as SQL").clicked() {
        out.push(KeepCommand::CopySqlOf(SqlView::Scope(scope)).into());
        ui.close();
    }
}

/// The list, or what stands in its place while it is not there.
fn there<'a, K: PartialEq, T: Send + 'static>(ui: &mut Ui, fetch: &'a Fetch<K, T>, what: &str) -> Option<&'a T> {
    if let Some(error) = fetch.error() {
        empty_ui(ui, Icon::Warning, &format!("The {what} cannot be read"), error, |_| {});
        return None;
    }
    if fetch.value().is_none() {
        empty_ui(ui, Icon::Clock, "Reading…", &format!("The {what} are being read."), |_| {});
    }
    fetch.value()
}

fn scroll(ui: &mut Ui, contents: impl FnOnce(&mut Ui)) {
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        contents(ui);
    });
}

/// A name that no selection has yet.
fn free(name: &str, all: &[Selection]) -> String {
    let taken = |name: &str| all.iter().any(|other| other.name == name);
    if !taken(name) {
        return name.to_owned();
    }
    // One more than there are selections is enough.
    let numbers = 2..=all.len() + 2;
    numbers.map(|number| format!("{name} ({number})")).find(|name| !taken(name)).unwrap_or_else(|| name.to_owned())
}
