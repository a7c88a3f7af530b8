//! Which frames are meant: by a filter, a selection, a view, or one by one.

use serde_json::json;

use super::{ExportRequest, ExportScope, Session, SessionError, find};
use crate::{
    catalog::FrameTable,
    filter::{FrameColumns, FrameSet},
};

/// What an export would take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExportCount {
    /// Frames that would be written.
    pub frames: u64,
    /// Of these, frames that match themselves and are not there for being near one that does.
    pub matches: u64,
    /// Frames of the selection that are no longer in the lake.
    pub gone: u64,
}

impl Session {
    /// The frames of a scope, in the order of the lake or of the selection, and how many of its frames are no longer in
    /// the lake.
    ///
    /// # Errors
    /// The filter cannot be used, or there is no such selection or view.
    pub fn scope(&self, table: &FrameTable, scope: &ExportScope) -> Result<(Vec<u32>, u64), SessionError> {
        self.scope_rows(table, scope).map(|(rows, _, gone)| (rows, gone))
    }

    /// What a name on the command line means: a saved selection or view of that name, `selection:NAME`, `view:NAME`,
    /// `filter:TEXT` or `all`.
    ///
    /// # Errors
    /// Nothing has that name, or two things have.
    pub fn named(&self, text: &str) -> Result<ExportScope, SessionError> {
        for (word, scope) in [
            ("selection:", ExportScope::Selection as fn(String) -> ExportScope),
            ("view:", ExportScope::View),
            ("filter:", ExportScope::Filter),
        ] {
            if let Some(rest) = text.strip_prefix(word) {
                return Ok(scope(rest.to_owned()));
            }
        }
        let kept = self.kept()?;
        match (kept.selection(text)?.is_some(), kept.views()?.iter().any(|view| view.name == text)) {
            (true, false) => Ok(ExportScope::Selection(text.to_owned())),
            (false, true) => Ok(ExportScope::View(text.to_owned())),
            (true, true) => Err(SessionError::Usage(format!(
                "there is a selection and a view named `{text}`; write selection:{text} or view:{text}"
            ))),
            (false, false) if text == "all" => Ok(ExportScope::Filter(String::new())),
            (false, false) => Err(SessionError::Usage(format!(
                "no selection or view is named `{text}`; `lakescope selections` and `lakescope views` list them, and \
                 filter:TEXT compares what a filter matches"
            ))),
        }
    }

    /// How many frames an export would write, without writing any.
    ///
    /// # Errors
    /// As [`Session::export`], as far as the frames are concerned.
    pub fn export_count(&self, table: &FrameTable, request: &ExportRequest) -> Result<ExportCount, SessionError> {
        let (rows, _, gone) = self.scope_rows(table, &request.scope)?;
        let (rows, matches) = self.in_time(table, rows, request)?;
        let frames = rows.len() as u64;
        Ok(ExportCount { frames, matches: matches.map_or(frames, |set| set.count() as u64), gone })
    }

    /// The rows thinned out and with those around them, and then which of them are matches.
    pub(super) fn in_time(
        &self,
        table: &FrameTable,
        rows: Vec<u32>,
        request: &ExportRequest,
    ) -> Result<(Vec<u32>, Option<FrameSet>), SessionError> {
        if request.every_ns.is_none() && request.around_ns.is_none() {
            return Ok((rows, None));
        }
        let mut set = FrameSet::from_rows(table.rows(), rows.into_iter().map(|row| row as usize));
        if let Some(every_ns) = request.every_ns {
            set = self.thin(table, &set, every_ns)?;
        }
        Ok(match request.around_ns {
            Some(around_ns) => (self.around(table, &set, around_ns)?.to_rows(), Some(set)),
            None => (set.to_rows(), None),
        })
    }

    /// Rows of a scope, the scope as `export.json` tells it, and how many of its frames are gone from the lake.
    pub(super) fn scope_rows(
        &self,
        table: &FrameTable,
        scope: &ExportScope,
    ) -> Result<(Vec<u32>, serde_json::Value, u64), SessionError> {
        match scope {
            ExportScope::Filter(filter) => {
                let rows = self.find(table, filter)?.to_rows();
                Ok((rows, json!({"filter": filter}), 0))
            }
            ExportScope::View(name) => {
                let rule = self.view(name)?.rule;
                let rows = self.find(table, &rule.filter)?.to_rows();
                Ok((rows, json!({"view": name, "filter": rule.filter}), 0))
            }
            ExportScope::Selection(name) => {
                let (rows, gone) = self.selection_rows(table, name)?;
                Ok((rows, json!({"selection": name}), gone))
            }
            ExportScope::Frames(frames) => {
                let rows = find::rows_of(table, frames);
                let gone = (frames.len() - rows.len()) as u64;
                Ok((rows, json!({"frames": frames.len(), "list": "frames.csv"}), gone))
            }
        }
    }
}
