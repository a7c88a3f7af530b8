//! Which frame a row of an answer leads to.

use crate::{
    filter::FrameColumns,
    gui::lake::Lake,
    model::{FrameId, parse_time_ns},
    session::SqlColumn,
};

/// The columns of an answer that name a frame.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Names {
    id: Option<usize>,
    recording: Option<usize>,
    camera: Option<usize>,
    frame_idx: Option<usize>,
    ns: Option<usize>,
    time: Option<usize>,
}

impl Names {
    pub(super) fn of(columns: &[SqlColumn]) -> Self {
        let at = |name: &str| columns.iter().position(|column| column.name.eq_ignore_ascii_case(name));
        Self {
            id: at("frame_id"),
            recording: at("recording"),
            camera: at("camera"),
            frame_idx: at("frame_idx"),
            ns: at("timestamp_ns"),
            time: at("time"),
        }
    }

    /// Whether rows can lead to frames at all.
    pub(super) fn any(&self) -> bool {
        self.id.is_some() || (self.recording.is_some() && (self.by_index() || self.ns.or(self.time).is_some()))
    }

    fn by_index(&self) -> bool {
        self.camera.is_some() && self.frame_idx.is_some()
    }

    /// The row of the frame that these cells tell: by its name, by its number, or the nearest in time.
    pub(super) fn frame(&self, cells: &[Option<String>], lake: &Lake) -> Option<usize> {
        let cell = |at: Option<usize>| cells.get(at?)?.as_deref();
        if let Some(id) = cell(self.id) {
            return lake.table().row_of(&id.parse::<FrameId>().ok()?);
        }
        let recording = cell(self.recording)?;
        if let (Some(camera), Some(idx)) = (cell(self.camera), cell(self.frame_idx)) {
            let frame_idx = idx.parse().ok()?;
            let id = FrameId { recording: recording.to_owned(), camera: camera.to_owned(), frame_idx };
            return lake.table().row_of(&id);
        }
        let ns = match (cell(self.ns), cell(self.time)) {
            (Some(ns), _) => ns.parse().ok()?,
            (None, time) => parse_time_ns(time?)?,
        };
        frame_at(lake, recording, cell(self.camera), ns)
    }
}

/// The frame of a recording nearest to a time: of this camera, or of whichever has the nearest.
pub(in crate::gui) fn frame_at(lake: &Lake, recording: &str, camera: Option<&str>, time_ns: i64) -> Option<usize> {
    let footages = lake.table().footages().iter();
    let rows = footages
        .filter(|footage| footage.recording == recording && footage.rows > 0)
        .filter(|footage| camera.is_none_or(|camera| footage.camera == camera))
        .map(|footage| lake.row_at(footage, time_ns));
    rows.min_by_key(|row| lake.time(*row).abs_diff(time_ns))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::SqlType;

    #[test]
    fn rows_lead_to_frames_where_they_name_one() {
        for (columns, leads) in [
            (&["frame_id", "n"][..], true),
            (&["Recording", "CAMERA", "frame_idx"], true),
            (&["recording", "timestamp_ns"], true),
            (&["recording", "time"], true),
            (&["recording", "camera"], false),
            (&["camera", "frame_idx"], false),
            (&["class"], false),
        ] {
            let columns: Vec<_> = columns.iter().map(|name| SqlColumn::new(*name, SqlType::Text)).collect();
            assert_eq!(Names::of(&columns).any(), leads, "{columns:?}");
        }
    }
}
