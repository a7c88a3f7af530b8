//! Objects one by one: which there are, their pictures, and their crops as files.

use std::cmp::Ordering;

use rayon::prelude::*;
use serde_json::json;

use super::{
    BoxOrder, BoxQuery, CropsReport, CropsRequest, FrameTrouble, Session, SessionError, exporting::Source,
    images::again, json_text, now_text,
};
use crate::{
    catalog::FrameTable,
    export::{CropToWrite, Crops},
    filter::{self, FilterError, FrameColumns, FrameSet, LabelBox},
    frames::shrink,
    jobs::Progress,
    model::{BoundingBox, CropCut, Raster, RgbImage, Samples},
    tasks::{self, Outcome},
};

impl Session {
    /// The objects with a box on the frames of a set, in the order asked for; equal ones stay in the lake's order.
    ///
    /// # Errors
    /// [`SessionError::Usage`] for a class that is not there or a condition that is none of a label; labels or times that
    /// cannot be read.
    pub fn boxes(&self, table: &FrameTable, set: &FrameSet, query: &BoxQuery) -> Result<Vec<LabelBox>, SessionError> {
        let mut found = filter::boxes(table, set, &query.classes, &query.condition)
            .map_err(|error| wrong_objects(&error, &query.condition))?;
        let turn = |order: Ordering| if query.descending { order.reverse() } else { order };
        let nulls_last = |a: Option<f64>, b: Option<f64>| match (a, b) {
            (Some(a), Some(b)) => turn(a.total_cmp(&b)),
            (a, b) => b.is_some().cmp(&a.is_some()),
        };
        match query.order {
            BoxOrder::Recording if query.descending => found.par_sort_by_key(|one| std::cmp::Reverse(one.row)),
            BoxOrder::Recording => {}
            BoxOrder::Time => {
                let times = table.timestamps().map_err(SessionError::Failed)?;
                found.par_sort_by(|a, b| turn(times[a.row as usize].cmp(&times[b.row as usize])));
            }
            BoxOrder::Score => found.par_sort_by(|a, b| nulls_last(a.score(), b.score())),
            BoxOrder::Size => found.par_sort_by(|a, b| turn(a.area_px().total_cmp(&b.area_px()))),
            BoxOrder::Track => found.par_sort_by(|a, b| match (a.track_id(), b.track_id()) {
                (Some(a), Some(b)) => turn(a.cmp(&b)),
                (a, b) => b.is_some().cmp(&a.is_some()),
            }),
        }
        Ok(found)
    }

    /// Pictures of single objects, each no larger than `most_px` on its longer side and never enlarged, handed to `each`
    /// with its place in `wanted` (rows and boxes). One frame is decoded once for all of its objects. `each` returns whether
    /// it wants more.
    pub fn crops(
        &self,
        table: &FrameTable,
        wanted: &[(usize, BoundingBox)],
        (cut, most_px): (CropCut, u32),
        mut each: impl FnMut(usize, Result<RgbImage, SessionError>) -> bool,
    ) {
        let mut order: Vec<usize> = (0..wanted.len()).collect();
        order.sort_by_key(|at| wanted[*at].0);
        let of_frames: Vec<&[usize]> = order.chunk_by(|a, b| wanted[*a].0 == wanted[*b].0).collect();
        let rows: Vec<usize> = of_frames.iter().map(|objects| wanted[objects[0]].0).collect();
        self.images(table, &rows, |frame, raster| {
            let raster = match raster {
                Ok(raster) => raster,
                Err(error) => return of_frames[frame].iter().all(|at| each(*at, Err(again(&error)))),
            };
            let look = self.look(table, table.footage_index(rows[frame]));
            // Shades of deep values depend on the whole frame.
            let whole;
            let (source, look) = if matches!(raster.samples, Samples::U8(_)) {
                (raster, look)
            } else {
                whole = Raster::from(raster.to_rgb(&look));
                (&whole, crate::model::Look::default())
            };
            of_frames[frame].iter().all(|at| {
                let area = cut.area(&wanted[*at].1, (source.width_px, source.height_px));
                let crop = area.and_then(|area| source.crop(area));
                let picture = crop.map(|crop| shrink(crop.into_rgb(&look), (most_px, most_px)));
                each(*at, picture.ok_or_else(outside))
            })
        });
    }

    /// Writes the crops of objects and `crops.csv`, as a run named `crops`.
    ///
    /// # Errors
    /// The filter, a class or the condition cannot be used, the folder is not empty or cannot be written, or the work was
    /// cancelled; nothing is left under the folder's name then.
    pub fn export_crops(&self, request: &CropsRequest, progress: &Progress) -> Result<CropsReport, SessionError> {
        // What was typed wrongly is no run.
        let table = self.table()?;
        if request.size_px == Some(0) {
            return Err(SessionError::Usage("crops of 0 px hold nothing; give a size of at least 1".to_owned()));
        }
        let set = self.find(&table, &request.filter)?;
        let mut boxes = self.boxes(&table, &set, &request.objects)?;
        boxes.truncate(request.limit.unwrap_or(usize::MAX));
        let parameters = json_text(request);
        let report = tasks::run(self.inner.kept.as_ref().ok(), "crops", &parameters, progress, |progress| {
            let objects: Vec<CropToWrite> = boxes
                .iter()
                .map(|one| CropToWrite {
                    row: one.row as usize,
                    class: &table.classes()[one.class as usize],
                    bbox: one.bbox,
                    score: one.score(),
                    track_id: one.track_id(),
                })
                .collect();
            let provenance = json!({
                "lake": self.name(),
                "filter": request.filter,
                "objects": request.objects,
                "limit": request.limit,
                "cut": request.cut,
                "size_px": request.size_px,
                "exported_at": now_text(),
                "lakescope_version": env!("CARGO_PKG_VERSION"),
                "index_generation": table.generation(),
            });
            let written = Crops {
                table: &table,
                objects: &objects,
                source: &Source { session: self, table: &table },
                cut: request.cut,
                size_px: request.size_px,
                shrink: &|image, most| shrink(image, (most, most)),
                out: &request.out,
                spreadsheet: request.spreadsheet,
                provenance,
            }
            .write(progress)
            .map_err(SessionError::from)?;
            let report = CropsReport {
                out: written.out,
                objects: objects.len() as u64,
                frames: written.frames,
                crops: written.crops,
                outside: written.outside,
                failed: written.failed,
            };
            Ok(Outcome { rows_in: report.frames, rows_out: report.crops, result: json_text(&report), value: report })
        })?;
        Ok(report)
    }
}

/// A box without a pixel of its frame.
fn outside() -> SessionError {
    SessionError::Frame {
        trouble: FrameTrouble::Outside,
        message: "the box of this object lies outside of its frame; correct its label and index again".to_owned(),
    }
}

/// What is wrong with the objects asked for, told with its place in the condition.
fn wrong_objects(error: &FilterError, condition: &str) -> SessionError {
    if error.of_lake {
        return SessionError::Failed(error.message.clone());
    }
    if error.span.is_empty() && condition.trim().is_empty() {
        let hint = error.hint.as_ref().map(|hint| format!("; {hint}")).unwrap_or_default();
        return SessionError::Usage(format!("{}{hint}", error.message));
    }
    SessionError::Usage(format!("the condition on labels cannot be used\n{}", error.render(condition)))
}
