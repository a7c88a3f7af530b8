//! The export dialog: which frames, what of them, and where to.

use std::path::PathBuf;

use egui::{Align, ComboBox, Context, Key, Layout, RichText, Ui};

use super::modal;
use crate::{
    catalog::FrameTable,
    filter::parse_duration,
    gui::{
        command::Command,
        command_line,
        explore::{count_between, marked_span, span_filter},
        keep::KeepCommand,
        lake::Lake,
        selected::Selected,
        state::State,
        theme::{self, STEP, colors, heading},
        widgets::{
            bar, field, plain_button, primary_button, quiet_button, segmented,
            text::{count, counted},
        },
    },
    session::{ExportImages, ExportLabels, ExportRequest, ExportScope},
};

/// Which frames to take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExportFrames {
    /// The whole lake.
    All,
    /// What this filter matches.
    Filtered(String),
    /// What is selected.
    Selected,
    /// What lies between the marks A and B of this recording, as a filter.
    Between(String),
    /// A saved selection.
    Saved(String),
    /// What a saved view matches.
    View(String),
}

/// What was chosen so far.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportDraft {
    /// Which frames.
    pub frames: ExportFrames,
    /// Images.
    pub images: ExportImages,
    /// Labels.
    pub labels: Option<ExportLabels>,
    /// Guard text that a spreadsheet would take for a formula.
    pub spreadsheet: bool,
    /// At least this much time between two frames of a footage; empty for all.
    pub every: String,
    /// Frames at most this far away come too; empty for none.
    pub around: String,
    /// Folder to make.
    pub out: String,
}

impl ExportDraft {
    /// The usual choice: the selection if there is one that the filter finds, else what the filter matches. An older
    /// selection of frames that are not shown is not taken without being asked for.
    pub fn new(lake: &Lake) -> Self {
        let settled = lake.view.as_ref().is_some_and(|view| view.key.filter == lake.applied());
        let seen = settled && lake.selected_outside() == 0;
        let frames = match filtered(lake) {
            _ if !lake.selected.is_empty() && seen => ExportFrames::Selected,
            ExportFrames::Filtered(filter) if filter.is_empty() => ExportFrames::All,
            filtered => filtered,
        };
        Self {
            frames,
            images: ExportImages::Original,
            labels: Some(ExportLabels::Csv),
            spreadsheet: false,
            every: String::new(),
            around: String::new(),
            out: proposal(lake).display().to_string(),
        }
    }

    /// The frames between the marks A and B.
    pub fn between(lake: &Lake) -> Self {
        Self { frames: between(lake).unwrap_or(ExportFrames::All), ..Self::new(lake) }
    }

    /// Puts the export into `folder`.
    pub fn put_into(&mut self, folder: &std::path::Path) {
        let name = PathBuf::from(&self.out).file_name().map_or_else(|| "export".into(), std::ffi::OsStr::to_owned);
        self.out = folder.join(name).display().to_string();
    }

    /// The file for a list of the frames, beside the folder.
    pub fn list(&self) -> PathBuf {
        format!("{}-frames.csv", self.out.trim().trim_end_matches(['/', '\\'])).into()
    }

    /// What the session is asked for. Names every selected frame, so a worker calls it.
    ///
    /// # Errors
    /// A duration that is none.
    pub fn request(&self, table: &FrameTable, selected: &Selected) -> Result<ExportRequest, String> {
        let duration = |text: &str| match text.trim() {
            "" => Ok(None),
            text => parse_duration(text).map(Some),
        };
        Ok(ExportRequest {
            scope: match &self.frames {
                ExportFrames::All => ExportScope::Filter(String::new()),
                ExportFrames::Filtered(filter) | ExportFrames::Between(filter) => ExportScope::Filter(filter.clone()),
                ExportFrames::Saved(name) => ExportScope::Selection(name.clone()),
                ExportFrames::View(name) => ExportScope::View(name.clone()),
                ExportFrames::Selected => {
                    ExportScope::Frames(selected.rows().map(|row| table.frame_id(row as usize).to_string()).collect())
                }
            },
            out: PathBuf::from(self.out.trim()),
            images: self.images,
            labels: self.labels,
            spreadsheet: self.spreadsheet,
            every_ns: duration(&self.every)?,
            around_ns: duration(&self.around)?,
        })
    }

    /// What the number of frames depends on.
    fn counted_by(&self) -> Self {
        Self { out: String::new(), images: ExportImages::None, labels: None, spreadsheet: false, ..self.clone() }
    }

    pub(super) fn ui(&mut self, ctx: &Context, state: &State, lake: &Lake, out: &mut Vec<Command>) -> bool {
        let running = state.transient.jobs.iter().any(|job| job.title.starts_with("Exporting"));
        // Whether the filter holds may be known only now.
        if matches!(self.frames, ExportFrames::Filtered(_)) {
            self.frames = filtered(lake);
        }
        modal(ctx, "export", 540.0, |ui| {
            ui.label(heading("Export frames"));
            ui.add_space(STEP / 2.0);
            self.scope_ui(ui, lake);
            caption(ui, "In time");
            // Enter begins the work from a field that a person went into, and not before.
            let mut entered = false;
            bar(ui, 28.0, |ui| {
                for (text, name, hint, about) in [
                    (
                        &mut self.every,
                        "Take one frame every",
                        "every frame",
                        "Of each footage the first of these frames, then always the next that is at least so much later: 1 s, 500 ms.",
                    ),
                    (
                        &mut self.around,
                        "Frames around, at most",
                        "none",
                        "Also the frames of the same footage at most so much before or after: 2 s. A column “match” tells them apart.",
                    ),
                ] {
                    let label = if name.starts_with("Take") { "One every" } else { "Around" };
                    ui.label(label).on_hover_text(about);
                    entered |= field(ui, text, name, hint, 104.0).on_hover_text(about).lost_focus();
                    ui.add_space(STEP);
                }
            });
            caption(ui, "Images");
            let images = [
                (ExportImages::None, "None"),
                (ExportImages::Png, "PNG"),
                (ExportImages::Jpeg, "JPEG"),
                (ExportImages::Original, "As stored"),
            ];
            if let Some(chosen) = segmented(ui, self.images, &images) {
                self.images = chosen;
            }
            caption(ui, "Labels");
            let labels_name = |labels: Option<ExportLabels>| labels.map_or("No labels", ExportLabels::name);
            let combo = ComboBox::from_id_salt("labels").selected_text(labels_name(self.labels)).show_ui(ui, |ui| {
                for labels in ExportLabels::ALL.map(Some).into_iter().chain([None]) {
                    ui.selectable_value(&mut self.labels, labels, labels_name(labels));
                }
            });
            combo.response.accessible_name("Format of the labels");
            ui.add_space(STEP / 2.0);
            ui.checkbox(&mut self.spreadsheet, "Safe to open in a spreadsheet").on_hover_text(
                "Text that begins with = + - @ is guarded, so that no spreadsheet runs it as a formula.",
            );
            caption(ui, "Folder");
            bar(ui, 28.0, |ui| {
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    if plain_button(ui, !state.transient.choosing_folder, "Choose…").clicked() {
                        out.push(Command::ChooseExportFolder);
                    }
                    let width = ui.available_width();
                    entered |= field(ui, &mut self.out, "Folder to export to", "Folder", width).lost_focus();
                });
            });
            ui.add_space(STEP);
            let entered = entered && ui.input(|input| input.key_pressed(Key::Enter));
            self.end_ui(ui, (running, entered), lake, out)
        })
    }

    /// The exact number, asked for as soon as something changes, and the buttons.
    fn end_ui(&self, ui: &mut Ui, (running, entered): (bool, bool), lake: &Lake, out: &mut Vec<Command>) -> bool {
        let wanted = self.counted_by();
        let fetch = &lake.keep.count;
        let current = fetch.key().is_some_and(|key| key.2 == wanted);
        if !current {
            out.push(KeepCommand::Count(Box::new(wanted)).into());
        }
        let found = fetch.ready().filter(|_| current);
        let failed = fetch.error().filter(|_| current);
        let number = found.map_or(0, |found| found.frames);
        let colors = colors(ui);
        let (told, ink) = match (running, failed, found) {
            (true, ..) => ("Another export is running.".to_owned(), colors.muted),
            (_, Some(error), _) => (error.lines().next().unwrap_or_default().to_owned(), colors.error),
            (_, _, None) => ("Counting…".to_owned(), colors.muted),
            (_, _, Some(found)) if found.frames == 0 => ("No frames to export.".to_owned(), colors.muted),
            (_, _, Some(found)) => {
                let gone = match found.gone {
                    0 => String::new(),
                    gone => format!(" {} no longer in the lake.", counted(gone, "frame")),
                };
                let matches = if found.matches == found.frames {
                    String::new()
                } else {
                    format!(" {} matching, {} around them.", count(found.matches), count(found.frames - found.matches))
                };
                (format!("{}.{matches}{gone}", self.summary(found.frames)), colors.muted)
            }
        };
        ui.add(egui::Label::new(RichText::new(told).font(theme::numbers(12.0)).color(ink)).wrap());
        let mut keep = true;
        bar(ui, 36.0, |ui| {
            let accent = RichText::new("Copy as command line").font(theme::medium(12.0)).color(colors.accent);
            let list = self.list();
            if self.frames == ExportFrames::Selected {
                let named = number > 0 && !self.out.trim().is_empty();
                let button = ui.add_enabled_ui(named, |ui| quiet_button(ui, accent)).inner;
                let tip = format!("Writes the names of the selected frames into {}, for --frames", list.display());
                if button.on_hover_text(tip).clicked() {
                    out.push(Command::CopyListExport(Box::new(self.clone())));
                }
            } else if quiet_button(ui, accent).clicked() {
                let text = command_line::export(&lake.root, self, &list);
                out.push(Command::Copy { text, what: "the command line" });
            }
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                let ready = number > 0 && !running && !self.out.trim().is_empty();
                let name = format!("Export {}", counted(number, "frame"));
                if primary_button(ui, ready, &name).clicked() || (ready && entered) {
                    out.push(Command::Export(self.clone(), number));
                    keep = false;
                }
                keep &= !plain_button(ui, true, "Cancel").clicked();
            });
        });
        keep
    }

    fn scope_ui(&mut self, ui: &mut Ui, lake: &Lake) {
        let filtered = filtered(lake);
        let shown = lake.view.as_ref().filter(|view| filtered == ExportFrames::Filtered(view.key.filter.trim().into()));
        let instead = lake.shown_instead();
        let matching =
            if instead.is_some() { "Frames that match the filter shown" } else { "Frames that match the filter" };
        let selected = match lake.selected_outside() {
            0 => "Selected frames".to_owned(),
            outside => format!("Selected frames, {} of them outside the filter", count(outside as u64)),
        };
        let mut choices = vec![
            (ExportFrames::All, "All frames".to_owned(), Some(lake.frames())),
            // A number that is not known yet is told at the bottom, once it was counted.
            (filtered, matching.to_owned(), shown.map(|view| view.len())),
            (ExportFrames::Selected, selected, Some(lake.selected.count())),
        ];
        if let Some(between) = between(lake) {
            let name = "Frames from A to B, of all cameras of the recording";
            choices.push((between, name.to_owned(), Some(count_between(lake))));
        }
        for (frames, name, number) in choices {
            bar(ui, 26.0, |ui| {
                let muted = colors(ui).muted;
                ui.add_enabled_ui(number != Some(0), |ui| ui.radio_value(&mut self.frames, frames, name));
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    let number = number.map_or_else(|| "…".to_owned(), |number| count(number as u64));
                    ui.label(RichText::new(number).font(theme::numbers_medium(13.0)).color(muted));
                });
            });
        }
        let selections: Vec<&str> = lake.selections.value().into_iter().flatten().map(|one| &*one.name).collect();
        let views = lake.keep.views.value().into_iter().flat_map(|all| &all.views);
        let views: Vec<&str> = views.map(|view| &*view.name).collect();
        let named = |frames: &ExportFrames| match frames {
            ExportFrames::Saved(name) => (Some(name.clone()), None),
            ExportFrames::View(name) => (None, Some(name.clone())),
            _ => (None, None),
        };
        let (selection, view) = named(&self.frames);
        self.saved_ui(ui, "saved selection", selection.as_deref(), &selections, ExportFrames::Saved);
        self.saved_ui(ui, "saved view", view.as_deref(), &views, ExportFrames::View);
        if let ExportFrames::Filtered(filter) | ExportFrames::Between(filter) = &self.frames
            && !filter.is_empty()
        {
            let ink = colors(ui).muted;
            ui.add(egui::Label::new(RichText::new(filter).font(theme::mono(12.0)).color(ink)).truncate());
        }
        if let (Some((error, shown)), ExportFrames::Filtered(_)) = (instead, &self.frames) {
            let shown = if shown.is_empty() { "all frames".to_owned() } else { format!("“{shown}”") };
            let told = format!(
                "The filter in the bar does not hold: {error}. These are the frames of what is shown, {shown}."
            );
            let ink = colors(ui).warning;
            ui.add(egui::Label::new(RichText::new(told).size(12.5).color(ink)).wrap());
        }
    }

    /// One of several that have names.
    fn saved_ui(
        &mut self,
        ui: &mut Ui,
        what: &str,
        chosen: Option<&str>,
        all: &[&str],
        frames: fn(String) -> ExportFrames,
    ) {
        bar(ui, 30.0, |ui| {
            ui.add_enabled_ui(!all.is_empty(), |ui| {
                if ui.radio(chosen.is_some(), format!("A {what}")).clicked()
                    && let Some(first) = all.first()
                    && chosen.is_none()
                {
                    self.frames = frames((*first).to_owned());
                }
                let shown = chosen.unwrap_or("none");
                let combo = ComboBox::from_id_salt(what).width(180.0).truncate().selected_text(shown);
                let response = combo.show_ui(ui, |ui| {
                    for name in all {
                        ui.selectable_value(&mut self.frames, frames((*name).to_owned()), *name);
                    }
                });
                response.response.accessible_name(format!("Which {what}"));
            });
        });
    }

    fn summary(&self, frames: u64) -> String {
        let mut parts = vec!["frames.csv"];
        parts.extend(self.labels.map(ExportLabels::place));
        let images = if self.images == ExportImages::None {
            String::new()
        } else {
            format!(" and {}", counted(frames, "image"))
        };
        format!("{}{images}", parts.join(", "))
    }
}

/// The filter that is applied, its answer there or not; while that in the bar does not hold, the one of what is shown.
fn filtered(lake: &Lake) -> ExportFrames {
    let filter = lake.shown_instead().map_or(lake.applied(), |(_, shown)| shown);
    ExportFrames::Filtered(filter.trim().to_owned())
}

/// What lies between the marks A and B, where both are set.
fn between(lake: &Lake) -> Option<ExportFrames> {
    let (recording, span) = marked_span(lake)?;
    Some(ExportFrames::Between(span_filter(&recording, span)))
}

fn caption(ui: &mut Ui, text: &str) {
    let muted = colors(ui).muted;
    ui.add_space(STEP / 2.0);
    ui.label(RichText::new(text).font(theme::medium(12.0)).color(muted));
}

/// A folder in the person's documents, named after the lake and the minute.
fn proposal(lake: &Lake) -> PathBuf {
    let base = directories::UserDirs::new()
        .map(|dirs| dirs.document_dir().unwrap_or(dirs.home_dir()).to_path_buf())
        .or_else(|| lake.root.parent().map(std::path::Path::to_path_buf))
        .unwrap_or_else(|| PathBuf::from("."));
    let name: String =
        lake.session.name().chars().map(|c| if c.is_alphanumeric() || "-_.".contains(c) { c } else { '_' }).collect();
    base.join(format!("{name}-{}", jiff::Timestamp::now().strftime("%Y-%m-%d-%H%M%S")))
}
