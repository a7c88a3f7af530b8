//! A table of statistics on its way out.

use std::{fs::File, path::Path};

use super::StatsTable;
use crate::{
    catalog::FrameTable,
    export,
    jobs::Progress,
    session::{FrameFormat, Session, SessionError, find},
};

impl Session {
    /// Writes a table of statistics to `out`.
    ///
    /// # Errors
    /// `out` refuses bytes.
    pub fn write_stats(
        &self,
        table: &FrameTable,
        stats: &StatsTable,
        format: FrameFormat,
        out: &mut File,
        progress: &Progress,
    ) -> Result<(), SessionError> {
        let columns: Vec<export::OutColumn<'_>> = stats
            .columns
            .iter()
            .map(|column| {
                let cells = column.values.iter().map(super::StatValue::cell).collect();
                export::cell_column(table, column.name.clone(), column.kind, cells)
            })
            .collect();
        let rows: Vec<u32> = (0..u32::try_from(stats.rows).unwrap_or(u32::MAX)).collect();
        find::write_columns(&columns, &rows, format, out, progress)
    }

    /// The same into a file that appears under its name when it is whole.
    ///
    /// # Errors
    /// As [`Self::write_stats`], or the file cannot be made.
    pub fn write_stats_file(
        &self,
        table: &FrameTable,
        stats: &StatsTable,
        format: FrameFormat,
        path: &Path,
        progress: &Progress,
    ) -> Result<(), SessionError> {
        find::write_whole_file(path, |file| self.write_stats(table, stats, format, file, progress))
    }
}
