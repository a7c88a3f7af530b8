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
    if let Some(what) = what {
        let title = format!("Save “{}”", what.name());
        // The rows of the ranked bars are those of the table, which has an export of its own.
        let (told, formats) = match what {
            ChartOf::Ranked => ("The bars of as many locations as fit on a page, the busiest first.", &PICTURES[..]),
            _ => ("The chart as it is now; CSV holds the values that are drawn.", &CHARTS[..]),
        };
        let name = what.name().to_lowercase();
        return WriteDraft::new(lake, (title, told), &name, formats, move |path| {
            Command::Detections(DetectionsCommand::ExportChart(what, path))
        });
    }
    let told = "The whole answer, with the columns of the table.";
    WriteDraft::new(lake, ("Export the top items".to_owned(), told), "top items", &ROWS, |path| {
        Command::Detections(DetectionsCommand::ExportTable(path))
    })
}
