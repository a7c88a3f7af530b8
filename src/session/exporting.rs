//! Exports: which frames, from where, and the record of it.

use std::path::Path;

use serde_json::json;

use super::{
    DrawnLabels, ExportImages, ExportReport, ExportRequest, LookOverride, Session, SessionError, json_text, now_text,
};
use crate::{
    catalog::FrameTable,
    export::{self, FrameSource, ImageFormat, Package, PackageImages},
    filter::FrameSet,
    jobs::Progress,
    model::{FrameId, Label, Look, Raster, RgbImage, Samples},
    tasks::{self, Outcome},
};

/// Labels and images of one table, for the export room.
pub(super) struct Source<'a> {
    pub(super) session: &'a Session,
    pub(super) table: &'a FrameTable,
}

impl FrameSource for Source<'_> {
    fn raster(&self, row: usize) -> Result<Raster, String> {
        self.session.image(self.table, row).map_err(|error| error.to_string())
    }

    fn look(&self, row: usize) -> Look {
        self.session.look(self.table, self.table.footage_index(row))
    }

    fn stored(&self, row: usize) -> Result<Option<(Vec<u8>, &'static str)>, String> {
        self.session.stored_bytes(self.table, row).map_err(|error| error.to_string())
    }

    fn labels(&self, row: usize) -> Result<Vec<Label>, String> {
        self.session.labels(self.table, row).map_err(|error| error.to_string())
    }
}

impl Session {
    /// Writes frames, labels and images, as a run named `export`.
    ///
    /// # Errors
    /// The filter or selection cannot be used, the folder is not empty or cannot be written, or the work was cancelled;
    /// nothing is left under the folder's name then.
    pub fn export(&self, request: &ExportRequest, progress: &Progress) -> Result<ExportReport, SessionError> {
        // What was typed wrongly is no run.
        let table = self.table()?;
        let (rows, from, missing) = self.scope_rows(&table, &request.scope)?;
        let seconds = |ns: i64| std::time::Duration::from_nanos(ns.unsigned_abs()).as_secs_f64();
        let (every_s, around_s) = (request.every_ns.map(seconds), request.around_ns.map(seconds));
        let parameters = json!({
            "scope": request.scope, "out": request.out, "images": request.images, "labels": request.labels,
            "every_s": every_s, "around_s": around_s,
        });
        let (rows, matches) = self.in_time(&table, rows, request)?;
        let report =
            tasks::run(self.inner.kept.as_ref().ok(), "export", &parameters.to_string(), progress, |progress| {
                let provenance = json!({
                    "lake": self.name(),
                    "scope": from,
                    "every_s": every_s,
                    "around_s": around_s,
                    "matches": matches.as_ref().map_or(rows.len(), FrameSet::count),
                    "frames_no_longer_in_the_lake": missing,
                    "exported_at": now_text(),
                    "lakescope_version": env!("CARGO_PKG_VERSION"),
                    "index_generation": table.generation(),
                });
                let report = Package {
                    table: &table,
                    rows: &rows,
                    matches: matches.clone(),
                    source: &Source { session: self, table: &table },
                    out: &request.out,
                    images: match request.images {
                        ExportImages::None => PackageImages::None,
                        ExportImages::Png => PackageImages::As(ImageFormat::Png),
                        ExportImages::Jpeg => PackageImages::As(ImageFormat::Jpeg),
                        ExportImages::Original => PackageImages::Original,
                    },
                    labels: request.labels,
                    spreadsheet: request.spreadsheet,
                    provenance,
                }
                .write(progress)
                .map_err(SessionError::from)?;
                let report = ExportReport {
                    out: report.out,
                    frames: report.frames,
                    labels: report.labels,
                    images: report.images,
                    failed: report.failed,
                };
                Ok(Outcome {
                    rows_in: report.frames,
                    rows_out: report.frames,
                    result: json_text(&report),
                    value: report,
                })
            })?;
        Ok(report)
    }

    /// Writes one frame as an image file; the ending tells the format. `labels` tells the boxes that are drawn. `ways` can say
    /// otherwise how it is shown. With boxes or a range of its own, values of more than 8 bit are scaled as on screen.
    ///
    /// # Errors
    /// No such frame, an unknown ending, or the frame or the file cannot be read or written.
    pub fn write_image(
        &self,
        table: &FrameTable,
        id: &FrameId,
        out: &Path,
        labels: DrawnLabels<'_>,
        ways: LookOverride,
    ) -> Result<(), SessionError> {
        let row = self.row_of(table, id)?;
        let labels = match labels {
            DrawnLabels::None => None,
            DrawnLabels::All => Some(self.labels(table, row)?),
            DrawnLabels::Of(filter) => Some(self.labels_of(table, row, filter)?),
        };
        self.write_picture(table, row, out, labels.as_deref(), ways)
    }

    /// The same for the frame at `row`, with the boxes of these labels.
    ///
    /// # Errors
    /// As [`Self::write_image`].
    pub fn write_picture(
        &self,
        table: &FrameTable,
        row: usize,
        out: &Path,
        labels: Option<&[Label]>,
        ways: LookOverride,
    ) -> Result<(), SessionError> {
        let asked = ImageFormat::of_path(out)?;
        let mut look = ways.apply(self.look(table, table.footage_index(row)));
        let mut raster = self.image(table, row)?;
        if labels.is_some() || ways.range.is_some() {
            let (width_px, height_px) = (raster.width_px, raster.height_px);
            let mut picture = raster.into_rgb(&look);
            look = Look::default();
            if let Some(labels) = labels {
                export::draw_labels(&mut picture, labels);
            }
            raster = Raster { width_px, height_px, channels: 3, samples: Samples::U8(picture.pixels) };
        } else if asked.keeping_values(&raster) != asked {
            return Err(SessionError::Usage(format!(
                "{} holds values that PNG cannot hold; write {} to keep them",
                table.frame_id(row),
                out.with_extension("tiff").display()
            )));
        }
        let bytes = export::encode(raster, asked, &look)?;
        export::write_file(out, |file| Ok(std::io::Write::write_all(file, &bytes)?))?;
        Ok(())
    }

    /// The frame at `row` as it is shown, with the boxes of these labels.
    ///
    /// # Errors
    /// The frame cannot be read.
    pub fn picture(&self, table: &FrameTable, row: usize, labels: &[Label]) -> Result<RgbImage, SessionError> {
        let look = self.look(table, table.footage_index(row));
        let mut picture = self.image(table, row)?.into_rgb(&look);
        export::draw_labels(&mut picture, labels);
        Ok(picture)
    }
}
