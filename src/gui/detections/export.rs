//! What of the answer is written to a file.

use super::{ChartOf, DetectionsCommand};
use crate::gui::{
    command::Command,
    dialogs::{CHARTS, ROWS, WriteDraft},
    lake::Lake,
};

/// The dialog that writes the table, or a chart.
#[must_use]
pub fn export_draft(lake: &Lake, what: Option<ChartOf>) -> WriteDraft {
    if let Some(what) = what {
        let title = format!("Save “{}”", what.name());
        let told = "The chart as it is now; CSV holds the values that are drawn.";
        let name = what.name().to_lowercase();
        return WriteDraft::new(lake, (title, told), &name, &CHARTS, move |path| {
            Command::Detections(DetectionsCommand::ExportChart(what, path))
        });
    }
    let told = "The whole answer, with the columns of the table.";
    WriteDraft::new(lake, ("Export the top items".to_owned(), told), "top items", &ROWS, |path| {
        Command::Detections(DetectionsCommand::ExportTable(path))
    })
}
