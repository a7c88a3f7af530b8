//! The export dialog: which frames, what of them, and where to.

use std::path::PathBuf;

use egui::{Align, Context, Layout, RichText, Ui};

use super::modal;
use crate::{
    gui::{
        command::Command,
        explore::{count_between, marked_span},
        lake::Lake,
        state::State,
        theme::{self, STEP, colors, heading},
        widgets::{
            bar, field, plain_button, primary_button, segmented,
            text::{count, counted},
        },
    },
    session::{ExportImages, ExportLabels},
};

/// Which frames to take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExportFrames {
    /// The whole lake.
    All,
    /// What the filter matches.
    Filtered,
    /// What is selected.
    Selected,
    /// What lies between the marks A and B.
    Between,
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
    /// Folder to make.
    pub out: String,
}

impl ExportDraft {
    /// The usual choice: the selection if there is one, else what the filter matches.
    pub fn new(lake: &Lake) -> Self {
        let frames = if !lake.selected.is_empty() {
            ExportFrames::Selected
        } else if lake.applied().trim().is_empty() {
            ExportFrames::All
        } else {
            ExportFrames::Filtered
        };
        Self {
            frames,
            images: ExportImages::Original,
            labels: Some(ExportLabels::Csv),
            spreadsheet: false,
            out: proposal(lake).display().to_string(),
        }
    }

    /// The frames between the marks A and B.
    pub fn between(lake: &Lake) -> Self {
        Self { frames: ExportFrames::Between, ..Self::new(lake) }
    }

    /// Puts the export into `folder`.
    pub fn put_into(&mut self, folder: &std::path::Path) {
        let name = PathBuf::from(&self.out).file_name().map_or_else(|| "export".into(), std::ffi::OsStr::to_owned);
        self.out = folder.join(name).display().to_string();
    }

    fn number(lake: &Lake, frames: ExportFrames) -> usize {
        match frames {
            ExportFrames::All => lake.frames(),
            ExportFrames::Filtered => lake.view.as_ref().map_or(0, |view| view.len()),
            ExportFrames::Selected => lake.selected.count(),
            ExportFrames::Between => count_between(lake),
        }
    }

    pub(super) fn ui(&mut self, ctx: &Context, state: &State, lake: &Lake, out: &mut Vec<Command>) -> bool {
        let running = state.transient.jobs.iter().any(|job| job.title.starts_with("Exporting"));
        modal(ctx, "export", 520.0, |ui| {
            ui.label(heading("Export frames"));
            ui.add_space(STEP / 2.0);
            self.scope_ui(ui, lake);
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
            egui::ComboBox::from_id_salt("labels").selected_text(labels_name(self.labels)).show_ui(ui, |ui| {
                for labels in ExportLabels::ALL.map(Some).into_iter().chain([None]) {
                    ui.selectable_value(&mut self.labels, labels, labels_name(labels));
                }
            });
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
                    field(ui, &mut self.out, "Folder to export to", "Folder", width);
                });
            });
            let number = Self::number(lake, self.frames) as u64;
            ui.add_space(STEP);
            let mut keep = true;
            bar(ui, 36.0, |ui| {
                let muted = colors(ui).muted;
                let told = if running {
                    "Another export is running.".to_owned()
                } else if number == 0 {
                    "No frames to export.".to_owned()
                } else {
                    self.summary(number)
                };
                ui.label(RichText::new(told).font(theme::numbers(12.0)).color(muted));
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    let ready = number > 0 && !running && !self.out.trim().is_empty();
                    let name = format!("Export {}", counted(number, "frame"));
                    if primary_button(ui, ready, &name).clicked() {
                        out.push(Command::Export(self.clone()));
                        keep = false;
                    }
                    keep &= !plain_button(ui, true, "Cancel").clicked();
                });
            });
            keep
        })
    }

    fn scope_ui(&mut self, ui: &mut Ui, lake: &Lake) {
        for (frames, name) in [
            (ExportFrames::All, "All frames"),
            (ExportFrames::Filtered, "Frames that match the filter"),
            (ExportFrames::Selected, "Selected frames"),
            (ExportFrames::Between, "Frames from A to B, of all cameras of the recording"),
        ] {
            let number = Self::number(lake, frames);
            if frames == ExportFrames::Between && marked_span(lake).is_none() {
                continue;
            }
            bar(ui, 26.0, |ui| {
                let muted = colors(ui).muted;
                ui.add_enabled_ui(number > 0, |ui| ui.radio_value(&mut self.frames, frames, name));
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    ui.label(RichText::new(count(number as u64)).font(theme::numbers_medium(13.0)).color(muted));
                });
            });
        }
        if self.frames == ExportFrames::Filtered && !lake.applied().trim().is_empty() {
            let text = colors(ui).muted;
            ui.label(RichText::new(lake.applied()).font(theme::mono(12.0)).color(text));
        }
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
