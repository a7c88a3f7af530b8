//! The dialogs that write the numbers, or the chart.

use super::StatisticsCommand;
use crate::gui::{
    command::Command,
    dialogs::{CHARTS, ROWS, WriteDraft},
    lake::Lake,
};

/// The dialog that writes the numbers, or the chart of this name.
#[must_use]
pub fn export_draft(lake: &Lake, chart: Option<String>) -> WriteDraft {
    if let Some(name) = chart {
        let title = format!("Save “{name}”");
        let told = "The chart as it is now; CSV holds the values that are drawn.";
        let file = name.to_lowercase().replace([',', ':', '·'], "");
        return WriteDraft::new(lake, (title, told), &file, &CHARTS, |path| {
            Command::Statistics(StatisticsCommand::ExportChart(path))
        });
    }
    let told = "All rows, with the columns of the table.";
    WriteDraft::new(lake, ("Export the numbers".to_owned(), told), "statistics", &ROWS, |path| {
        Command::Statistics(StatisticsCommand::ExportTable(path))
    })
}
