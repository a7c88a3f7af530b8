//! Writes the answer of a query as it comes: to a terminal, to a file, in any format of rows.

use std::{fs::File, path::Path};

use serde_json::json;

use super::{SqlReport, SqlRequest, SqlStream, told};
use crate::{
    export::{self, RowFormat},
    jobs::Progress,
    session::{FrameFormat, HEAD_ROWS, Session, SessionError, find::write_whole_file, json_text},
    tasks::{self, Outcome},
};

impl Session {
    /// Runs a query and writes its rows as they come; returns how many.
    ///
    /// # Errors
    /// [`SessionError::Usage`] tells what is wrong with the text, and where; anything else that ended the query, or `out`
    /// refuses bytes.
    pub fn write_sql(
        &self,
        request: &SqlRequest,
        format: FrameFormat,
        out: &mut File,
        progress: &Progress,
    ) -> Result<u64, SessionError> {
        Ok(self.answer_sql(request, Some((out, format)), progress)?.rows)
    }

    /// Runs a query and writes its rows as they come, or lets them pass; also tells the first of them.
    pub(in crate::session) fn answer_sql(
        &self,
        request: &SqlRequest,
        out: Option<(&mut File, FrameFormat)>,
        progress: &Progress,
    ) -> Result<Answered, SessionError> {
        let mut stream = self.run_sql(request, progress).map_err(|error| told(error, &request.text))?;
        write(&mut stream, request, out, progress)
    }

    /// Runs a query and writes its rows into a file that appears under its name when it is whole, as a run named `sql`.
    ///
    /// # Errors
    /// As [`Self::write_sql`], or the file cannot be made.
    pub fn write_sql_file(
        &self,
        request: &SqlRequest,
        format: FrameFormat,
        path: &Path,
        progress: &Progress,
    ) -> Result<SqlReport, SessionError> {
        // What was typed wrongly is no run.
        let mut stream = self.run_sql(request, progress).map_err(|error| told(error, &request.text))?;
        let parameters =
            json!({ "query": request.text, "sort": request.sort, "out": path, "limit": request.limit }).to_string();
        let report = tasks::run(self.inner.kept.as_ref().ok(), "sql", &parameters, progress, |progress| {
            let mut rows = 0;
            write_whole_file(path, |file| {
                rows = write(&mut stream, request, Some((file, format)), progress)?.rows;
                Ok(())
            })?;
            let report = SqlReport {
                query: request.text.trim().to_owned(),
                out: path.to_owned(),
                columns: stream.columns().to_vec(),
                rows,
            };
            Ok(Outcome { rows_in: rows, rows_out: rows, result: json_text(&report), value: report })
        })?;
        Ok(report)
    }
}

/// What came of a query.
#[derive(Debug, Default)]
pub(in crate::session) struct Answered {
    /// The names of its columns.
    pub(in crate::session) columns: Vec<String>,
    /// Its rows.
    pub(in crate::session) rows: u64,
    /// The first of them as texts.
    pub(in crate::session) head: Vec<Vec<Option<String>>>,
}

fn write(
    stream: &mut SqlStream,
    request: &SqlRequest,
    out: Option<(&mut File, FrameFormat)>,
    progress: &Progress,
) -> Result<Answered, SessionError> {
    let columns: Vec<_> =
        stream.columns().iter().map(|column| (column.name.clone(), column.kind.data_type())).collect();
    let names = columns.iter().map(|(name, _)| name.clone()).collect();
    let mut answered = Answered { columns: names, ..Answered::default() };
    let mut next = || -> Result<_, SessionError> {
        let left = request.limit.map_or(u64::MAX, |limit| limit.saturating_sub(answered.rows));
        if left == 0 {
            return Ok(None);
        }
        let Some(batch) = stream.next_batch().map_err(|error| told(error, &request.text))? else { return Ok(None) };
        let mut frame = batch.frame().map_err(|error| SessionError::Failed(format!("rows cannot be read: {error}")))?;
        if let Ok(left) = usize::try_from(left)
            && frame.height() > left
        {
            frame = frame.head(Some(left));
        }
        let missing = HEAD_ROWS.saturating_sub(answered.head.len());
        if missing > 0 {
            answered.head.extend(export::frame_texts(&frame.head(Some(missing)))?);
        }
        answered.rows += frame.height() as u64;
        progress.add(frame.height() as u64);
        Ok(Some(frame))
    };
    let Some((out, format)) = out else {
        while next()?.is_some() {}
        return Ok(answered);
    };
    let format = match format {
        FrameFormat::Parquet => {
            export::write_parquet_batches(&columns, &mut next, out)?;
            return Ok(answered);
        }
        FrameFormat::Table => RowFormat::Table,
        FrameFormat::Csv { spreadsheet } => RowFormat::Csv { spreadsheet },
        FrameFormat::Json => RowFormat::Json,
        FrameFormat::Ndjson => RowFormat::Ndjson,
    };
    export::write_batches(&columns, &mut next, format, out)?;
    Ok(answered)
}
