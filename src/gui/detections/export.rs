//! What of the answer is written to a file.

use super::{ChartOf, DetectionsCommand};
use crate::gui::{
    command::Command,
    dialogs::{CHARTS, PICTURES, ROWS, WriteDraft},
    lake::Lake,
};

/// The dialog that writes the table, or a chart.
#[must_use]
pub fn export_draft(lake: &Lake, what: Option<ChartOf>) -> WriteDraft {
    match what {
        Some(what) => {
            let title = format!("Save “{}”", what.name());
            // The rows of the ranked bars are those of the table, which has an export of its own.
            let (told, formats) = match what {
                ChartOf::Ranked => ("The bars of as many locations as fit on a page, the busiest first.", &PICTURES[..]),
                _ => ("The chart as it is now; CSV holds the values that are drawn.", &CHARTS[..]),
            };
            let name = what.name().to_lowercase();
            WriteDraft::new(lake, (title, told), &name, formats, move |path| {
                Command::Detections(DetectionsCommand::ExportChart(what, path))
            })
        }
        None => {
            let title = "Export the top items".to_owned();
            let told = "The whole answer, with the columns of the table.";
            WriteDraft::new(lake, (title, told), "top items", &ROWS, |path| {
                Command::Detections(DetectionsCommand::ExportTable(path))
            })
        }
    }
}
