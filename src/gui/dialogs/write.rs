//! The dialog that writes something to a file: a table, a chart.

use std::{fmt, path::PathBuf};

use egui::{Align, Context, Key, Layout, RichText, Ui};

use super::modal;
use crate::gui::{
    command::Command,
    lake::Lake,
    theme::{STEP, colors, heading},
    widgets::{Icon, bar, field, icon_button, plain_button, primary_button, segmented},
};

/// An ending of files, and the name of the format.
pub type Format = (&'static str, &'static str);

/// Formats of rows.
pub const ROWS: [Format; 3] = [("csv", "CSV"), ("parquet", "Parquet"), ("json", "JSON")];
/// Formats of charts.
pub const CHARTS: [Format; 3] = [("png", "PNG"), ("svg", "SVG"), ("csv", "CSV")];

/// Formats of pictures.
pub const PICTURES: [Format; 2] = [CHARTS[0], CHARTS[1]];

/// What is written, and where to.
pub struct WriteDraft {
    title: String,
    told: String,
    formats: &'static [Format],
    ending: &'static str,
    out: String,
    write: Box<dyn Fn(PathBuf) -> Command>,
}

impl fmt::Debug for WriteDraft {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WriteDraft").field("title", &self.title).field("out", &self.out).finish_non_exhaustive()
    }
}

impl WriteDraft {
    /// Writes something named `name` beside the lake, in the first of some formats until another one is chosen; `write`
    /// makes the command of the file, whose ending tells the format.
    pub fn new(
        lake: &Lake,
        (title, told): (String, &str),
        name: &str,
        formats: &'static [Format],
        write: impl Fn(PathBuf) -> Command + 'static,
    ) -> Self {
        let ending = formats.first().map_or("csv", |format| format.0);
        let folder = lake.root.parent().unwrap_or(&lake.root);
        let file = format!("{} {name}.{ending}", lake.session.name()).replace([' ', '/', '\\'], "-").to_lowercase();
        let out = folder.join(file).display().to_string();
        Self { title, told: told.to_owned(), formats, ending, out, write: Box::new(write) }
    }

    /// Draws it; false when it is to be closed.
    pub(super) fn ui(&mut self, ctx: &Context, out: &mut Vec<Command>) -> bool {
        modal(ctx, "write to a file", 520.0, |ui| self.contents_ui(ui, out))
    }

    fn contents_ui(&mut self, ui: &mut Ui, out: &mut Vec<Command>) -> bool {
        let muted = colors(ui).muted;
        let mut keep = true;
        bar(ui, 28.0, |ui| {
            ui.label(heading(&*self.title));
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                keep = !icon_button(ui, Icon::Close, "Close").clicked();
            });
        });
        ui.label(RichText::new(&self.told).color(muted));
        ui.add_space(STEP / 2.0);
        if self.formats.len() > 1
            && let Some(ending) = segmented(ui, self.ending, self.formats)
        {
            let path = PathBuf::from(self.out.trim());
            self.out = path.with_extension(ending).display().to_string();
            self.ending = ending;
        }
        let entered = field(ui, &mut self.out, "File", "Path of the file", ui.available_width() - 8.0).lost_focus();
        ui.add_space(STEP);
        let row = egui::vec2(ui.available_width(), crate::gui::theme::CONTROL);
        ui.allocate_ui_with_layout(row, Layout::right_to_left(Align::Center), |ui| {
            let fits = !self.out.trim().is_empty();
            let enter = entered && ui.input(|input| input.key_pressed(Key::Enter));
            if primary_button(ui, fits, "Write").clicked() || (enter && fits) {
                let mut path = PathBuf::from(self.out.trim());
                // The ending tells the format, so that it is the one that was chosen.
                if !path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case(self.ending)) {
                    path.as_mut_os_string().push(format!(".{}", self.ending));
                }
                out.push((self.write)(path));
                keep = false;
            }
            if plain_button(ui, true, "Cancel").clicked() {
                keep = false;
            }
        });
        keep
    }
}
