//! What of the answer is written to a file.

use super::command::{SqlCommand, SqlWritten};
use crate::gui::{
    command::Command,
    dialogs::{CHARTS, ROWS, WriteDraft},
    lake::Lake,
};

/// The dialog that writes the answer, or its chart.
#[must_use]
pub fn export_draft(lake: &Lake, what: SqlWritten) -> WriteDraft {
    match what {
        SqlWritten::Rows => {
            let told = "The query runs once more, and all of its rows are written as they come.";
            WriteDraft::new(lake, ("Export the answer".to_owned(), told), "answer", &ROWS, |path| {
                Command::Sql(SqlCommand::Export(path))
            })
        }
        SqlWritten::Chart => {
            let told = "The chart as it is now; CSV holds the values that are drawn.";
            WriteDraft::new(lake, ("Save the chart".to_owned(), told), "answer chart", &CHARTS, |path| {
                Command::Sql(SqlCommand::ExportChart(path))
            })
        }
    }
}
