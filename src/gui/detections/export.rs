//! The dialog that writes the table, or a chart, to a file.

use std::path::PathBuf;

use egui::{Align, Context, Key, Layout, RichText, Ui};

use super::{ChartOf, DetectionsCommand};
use crate::gui::{
    command::Command,
    dialogs::modal,
    lake::Lake,
    statistics::StatisticsCommand,
    theme::{STEP, colors, heading},
    widgets::{Icon, bar, field, icon_button, plain_button, primary_button, segmented},
};

/// What is written.
#[derive(Debug, Clone, PartialEq)]
enum What {
    /// The top items.
    TopItems,
    /// A chart of detection events.
    Events(ChartOf),
    /// The numbers of the Statistics workspace.
    Numbers,
    /// Its chart, by its name.
    Chart(String),
}

impl What {
    fn name(&self) -> &str {
        match self {
            Self::TopItems => "top items",
            Self::Events(chart) => chart.name(),
            Self::Numbers => "statistics",
            Self::Chart(name) => name,
        }
    }

    fn is_chart(&self) -> bool {
        matches!(self, Self::Events(_) | Self::Chart(_))
    }

    fn title(&self) -> String {
        match self {
            Self::TopItems => "Export the top items".to_owned(),
            Self::Numbers => "Export the numbers".to_owned(),
            Self::Events(_) | Self::Chart(_) => format!("Save “{}”", self.name()),
        }
    }

    fn write(&self, out: PathBuf) -> Command {
        match self {
            Self::TopItems => Command::Detections(DetectionsCommand::ExportTable(out)),
            Self::Events(chart) => Command::Detections(DetectionsCommand::ExportChart(*chart, out)),
            Self::Numbers => Command::Statistics(StatisticsCommand::ExportTable(out)),
            Self::Chart(_) => Command::Statistics(StatisticsCommand::ExportChart(out)),
        }
    }
}

/// What is written, and where to.
#[derive(Debug)]
pub struct ExportDraft {
    what: What,
    ending: &'static str,
    out: String,
}

/// Formats of tables, and of charts.
const TABLES: [(&str, &str); 3] = [("csv", "CSV"), ("parquet", "Parquet"), ("json", "JSON")];
const CHARTS: [(&str, &str); 3] = [("png", "PNG"), ("svg", "SVG"), ("csv", "CSV")];

impl ExportDraft {
    /// Of the top items, or of a chart of events, beside the lake.
    #[must_use]
    pub fn new(lake: &Lake, what: Option<ChartOf>) -> Self {
        Self::of(lake, what.map_or(What::TopItems, What::Events))
    }

    /// Of the numbers of the Statistics workspace, or of its chart of this name, beside the lake.
    #[must_use]
    pub fn statistics(lake: &Lake, chart: Option<String>) -> Self {
        Self::of(lake, chart.map_or(What::Numbers, What::Chart))
    }

    fn of(lake: &Lake, what: What) -> Self {
        let ending = if what.is_chart() { CHARTS[0].0 } else { TABLES[0].0 };
        let name = what.name().to_lowercase().replace([',', ':', '·'], "");
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
            ui.label(heading(self.what.title()));
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                keep = !icon_button(ui, Icon::Close, "Close").clicked();
            });
        });
        let told = if self.what.is_chart() {
            "The chart as it is now; CSV holds the values that are drawn."
        } else {
            "The whole answer, with the columns of the table."
        };
        ui.label(RichText::new(told).color(muted));
        ui.add_space(STEP / 2.0);
        let formats = if self.what.is_chart() { &CHARTS } else { &TABLES };
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
                out.push(self.what.write(path));
                keep = false;
            }
            if plain_button(ui, true, "Cancel").clicked() {
                keep = false;
            }
        });
        keep
    }
}
