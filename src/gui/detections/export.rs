//! The dialog that writes the table, or a chart, to a file.

use std::path::PathBuf;

use egui::{Align, Context, Key, Layout, RichText, Ui};

use super::{ChartOf, DetectionsCommand};
use crate::gui::{
    command::Command,
    dialogs::modal,
    lake::Lake,
    theme::{STEP, colors, heading},
    widgets::{Icon, bar, field, icon_button, plain_button, primary_button, segmented},
};

/// What is written, and where to.
#[derive(Debug)]
pub struct ExportDraft {
    what: Option<ChartOf>,
    ending: &'static str,
    out: String,
}

/// Formats of tables, and of charts.
const TABLES: [(&str, &str); 3] = [("csv", "CSV"), ("parquet", "Parquet"), ("json", "JSON")];
const CHARTS: [(&str, &str); 3] = [("png", "PNG"), ("svg", "SVG"), ("csv", "CSV")];
/// The rows of the ranked bars are those of the table, which has an export of its own.
const PICTURES: [(&str, &str); 2] = [CHARTS[0], CHARTS[1]];

impl ExportDraft {
    /// Of the table, or of a chart, beside the lake.
    #[must_use]
    pub fn new(lake: &Lake, what: Option<ChartOf>) -> Self {
        let ending = if what.is_some() { CHARTS[0].0 } else { TABLES[0].0 };
        let name = what.map_or_else(|| "top items".to_owned(), |what| what.name().to_lowercase());
        let folder = lake.root.parent().unwrap_or(&lake.root);
        let file = format!("{} {name}.{ending}", lake.session.name()).replace([' ', '/', '\\'], "-").to_lowercase();
        Self { what, ending, out: folder.join(file).display().to_string() }
    }

    /// Draws it; false when it is to be closed.
    pub fn ui(&mut self, ctx: &Context, out: &mut Vec<Command>) -> bool {
        modal(ctx, "export answer", 520.0, |ui| self.contents_ui(ui, out))
    }

    fn contents_ui(&mut self, ui: &mut Ui, out: &mut Vec<Command>) -> bool {
        let muted = colors(ui).muted;
        let mut keep = true;
        bar(ui, 28.0, |ui| {
            let title =
                self.what.map_or_else(|| "Export the top items".to_owned(), |what| format!("Save “{}”", what.name()));
            ui.label(heading(title));
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                keep = !icon_button(ui, Icon::Close, "Close").clicked();
            });
        });
        let told = match self.what {
            Some(ChartOf::Ranked) => "The bars of as many locations as fit on a page, the busiest first.",
            Some(_) => "The chart as it is now; CSV holds the values that are drawn.",
            None => "The whole answer, with the columns of the table.",
        };
        ui.label(RichText::new(told).color(muted));
        ui.add_space(STEP / 2.0);
        let formats = match self.what {
            Some(ChartOf::Ranked) => &PICTURES[..],
            Some(_) => &CHARTS,
            None => &TABLES,
        };
        if let Some(ending) = segmented(ui, self.ending, formats) {
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
                out.push(Command::Detections(match self.what {
                    Some(what) => DetectionsCommand::ExportChart(what, path),
                    None => DetectionsCommand::ExportTable(path),
                }));
                keep = false;
            }
            if plain_button(ui, true, "Cancel").clicked() {
                keep = false;
            }
        });
        keep
    }
}
