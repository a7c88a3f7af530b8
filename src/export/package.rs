//! A whole export: `frames.csv`, labels, images and `export.json` in one folder.

use std::{
    fmt::Write as _,
    fs::{self, File},
    path::{Path, PathBuf},
};

use rayon::prelude::*;
use serde::Serialize;
use serde_json::json;

use super::{
    ExportError, FinishedFolder, ImageFormat, LabelFormat, OutColumn, RowFormat, class_column_name, encode,
    frame_columns,
    label_files::{self, LabelFrame, Lost},
    match_column, write_rows,
};
use crate::{
    catalog::FrameTable,
    filter::{FrameColumns, FrameSet},
    jobs::Progress,
    model::{FrameId, Label, Look, Raster},
};

/// Frames between two looks at whether the work should stop, and per batch of images.
const BATCH: usize = 64;

/// Where an export gets labels and images from.
pub trait FrameSource: Sync {
    /// The stored values of the frame at `row`.
    ///
    /// # Errors
    /// Why they cannot be had, for a person.
    fn raster(&self, row: usize) -> Result<Raster, String>;

    /// How the frame is shown.
    fn look(&self, row: usize) -> Look;
    /// The stored file of the frame at `row` and its ending, when frames are stored as JPEG or PNG files.
    ///
    /// # Errors
    /// Why they cannot be had, for a person.
    fn stored(&self, row: usize) -> Result<Option<(Vec<u8>, &'static str)>, String>;
    /// Labels of the frame at `row`.
    ///
    /// # Errors
    /// Why they cannot be had, for a person.
    fn labels(&self, row: usize) -> Result<Vec<Label>, String>;
}

/// What is written of the images.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PackageImages {
    /// Nothing.
    None,
    /// Files of one format; PNG of values that PNG cannot hold becomes TIFF.
    As(ImageFormat),
    /// The stored bytes where frames are stored as files, PNG (or TIFF) otherwise.
    Original,
}

/// An export to write.
pub struct Package<'a> {
    /// The frame table.
    pub table: &'a FrameTable,
    /// Rows to write, in this order.
    pub rows: &'a [u32],
    /// When some of the rows are there as context alone: those that are not, which a column `match` tells.
    pub matches: Option<FrameSet>,
    /// Labels and images.
    pub source: &'a dyn FrameSource,
    /// The folder to make.
    pub out: &'a Path,
    /// Images to write.
    pub images: PackageImages,
    /// The format that labels are written in, if they are.
    pub labels: Option<LabelFormat>,
    /// Guard text that a spreadsheet would take for a formula.
    pub spreadsheet: bool,
    /// What `export.json` says of where the frames come from: filter text or selection, lake, versions.
    pub provenance: serde_json::Value,
}

/// What was written.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PackageReport {
    /// The folder.
    pub out: PathBuf,
    /// Rows of `frames.csv`.
    pub frames: u64,
    /// Labels written.
    pub labels: u64,
    /// Image files.
    pub images: u64,
    /// Frames whose image could not be written: frame and reason.
    pub failed: Vec<(String, String)>,
}

impl Package<'_> {
    /// Writes the folder; it appears under its name when everything in it is written.
    ///
    /// # Errors
    /// The folder is not empty or cannot be written, a column or the labels cannot be read, or the work was cancelled.
    /// An image that cannot be read is no error: it is told in the report and in `export.json`.
    pub fn write(&self, progress: &Progress) -> Result<PackageReport, ExportError> {
        let folder = FinishedFolder::begin(self.out)?;
        progress.set_total(self.rows.len() as u64 * if self.images == PackageImages::None { 1 } else { 2 });
        progress.stage("writing frames.csv");
        self.write_frames(&folder.path().join("frames.csv"), progress)?;
        progress.stage("writing images");
        let (endings, failed) = self.write_images(folder.path(), progress)?;
        let images = endings.iter().flatten().count() as u64;
        let mut record = self.provenance.clone();
        record["frames"] = json!(self.rows.len());
        record["labels"] = serde_json::Value::Null;
        let mut labels = 0;
        if let Some(format) = self.labels {
            progress.stage("writing labels");
            let classes = self.classes();
            let lost;
            (labels, lost) = self.write_labels(format, folder.path(), &classes, &endings, progress)?;
            record["labels"] = json!(labels);
            record["labels_format"] = json!(format);
            record["labels_not_kept"] = lost.into_json();
            if format.numbers_classes() {
                record["classes"] = json!(classes);
            }
        }
        record["images"] = json!(images);
        record["images_failed"] = failed.iter().map(|(frame, why)| json!({"frame_id": frame, "reason": why})).collect();
        let path = folder.path().join("export.json");
        let text = format!("{record:#}\n");
        fs::write(&path, text).map_err(|source| ExportError::Write { path, source })?;
        let out = folder.finish()?;
        Ok(PackageReport { out, frames: self.rows.len() as u64, labels, images, failed })
    }

    /// Every column of the frames table and the count of each class.
    fn columns(&self) -> Result<Vec<OutColumn<'_>>, ExportError> {
        let mut columns = frame_columns(self.table, None)?;
        let classes: Vec<String> = self.table.classes().iter().map(|class| class_column_name(class)).collect();
        columns.extend(frame_columns(self.table, Some(&classes))?);
        columns.extend(self.matches.clone().map(|set| match_column(self.table, set)));
        Ok(columns)
    }

    fn write_frames(&self, path: &Path, progress: &Progress) -> Result<(), ExportError> {
        let file = create(path)?;
        write_rows(&self.columns()?, self.rows, RowFormat::Csv { spreadsheet: self.spreadsheet }, file, progress)?;
        // The writer counts in steps; the rest is added here so that the bar ends where it should.
        progress.add(self.rows.len() as u64 - progress.snapshot().done.min(self.rows.len() as u64));
        Ok(())
    }

    /// Every class of the lake, sorted, so that its number does not depend on the frames that are exported.
    fn classes(&self) -> Vec<String> {
        let mut classes = self.table.classes().to_vec();
        classes.sort();
        classes.dedup();
        classes
    }

    /// Writes the labels; `endings` are those of the image files, so that both go by the same names.
    fn write_labels(
        &self,
        format: LabelFormat,
        folder: &Path,
        classes: &[String],
        endings: &[Option<&'static str>],
        progress: &Progress,
    ) -> Result<(u64, Lost), ExportError> {
        let mut sink = label_files::begin(format, folder, classes, self.spreadsheet)?;
        let times = self.table.timestamps().map_err(ExportError::Read)?;
        let (mut written, mut lost) = (0, Lost::default());
        for (at, row) in self.rows.iter().enumerate() {
            if at % BATCH == 0 {
                progress.check()?;
            }
            let row = *row as usize;
            let id = self.table.frame_id(row);
            let footage = &self.table.footage_list()[self.table.footage_index(row)];
            let labels = self.source.labels(row).map_err(ExportError::Read)?;
            let ending = endings.get(at).copied().flatten().unwrap_or("png");
            let frame = LabelFrame {
                id: &id,
                image: &image_name(&id, ending),
                width_px: footage.width_px,
                height_px: footage.height_px,
                time_ns: times[row],
                labels: &labels,
            };
            written += sink.frame(&frame, &mut lost)?;
        }
        sink.finish()?;
        Ok((written, lost))
    }

    /// Writes the images and gives the ending of each file, none where there is no file, and what failed.
    fn write_images(&self, folder: &Path, progress: &Progress) -> Result<WrittenImages, ExportError> {
        let (mut endings, mut failed) = (Vec::new(), Vec::new());
        if self.images == PackageImages::None {
            return Ok((endings, failed));
        }
        for batch in self.rows.chunks(BATCH) {
            progress.check()?;
            let results: Vec<Result<&'static str, ExportError>> = batch
                .par_iter()
                .map(|row| self.write_image(folder, *row as usize).inspect(|_| progress.add(1)))
                .collect();
            for (row, result) in batch.iter().zip(results) {
                match result {
                    Ok(ending) => endings.push(Some(ending)),
                    Err(error @ ExportError::Write { .. }) => return Err(error),
                    Err(error) => {
                        progress.add(1);
                        let frame = self.table.frame_id(*row as usize).to_string();
                        progress.log(format!("{frame}: {error}"));
                        failed.push((frame, error.to_string()));
                        endings.push(None);
                    }
                }
            }
        }
        Ok((endings, failed))
    }

    fn write_image(&self, folder: &Path, row: usize) -> Result<&'static str, ExportError> {
        if self.images == PackageImages::Original
            && let Some((bytes, ending)) = self.source.stored(row).map_err(ExportError::Read)?
        {
            return self.put(folder, row, ending, &bytes);
        }
        let raster = self.source.raster(row).map_err(ExportError::Read)?;
        let asked = match self.images {
            PackageImages::As(format) => format,
            PackageImages::Original | PackageImages::None => ImageFormat::Png,
        };
        let format = asked.keeping_values(&raster);
        self.put(folder, row, format.ending(), &encode(raster, format, &self.source.look(row))?)
    }

    fn put(&self, folder: &Path, row: usize, ending: &'static str, bytes: &[u8]) -> Result<&'static str, ExportError> {
        let path = folder.join("images").join(image_name(&self.table.frame_id(row), ending));
        let write = |path: &Path| {
            if let Some(parent) = path.parent() {
                fs::create_dir_all(parent)?;
            }
            fs::write(path, bytes)
        };
        write(&path).map_err(|source| ExportError::Write { path, source })?;
        Ok(ending)
    }
}

/// The ending of each image file, and the frames without one with the reason.
type WrittenImages = (Vec<Option<&'static str>>, Vec<(String, String)>);

fn create(path: &Path) -> Result<File, ExportError> {
    File::create(path).map_err(|source| ExportError::Write { path: path.to_owned(), source })
}

/// `<recording>/<camera>/<frame_idx>.<ending>`, the index with six digits so that names sort as frames do.
fn image_name(id: &FrameId, ending: &str) -> String {
    format!("{}.{ending}", image_stem(id))
}

/// The same without an ending.
pub(super) fn image_stem(id: &FrameId) -> String {
    let mut name: String = id.recording.split('/').map(|part| file_name(part) + "/").collect();
    let _ = write!(name, "{}/{:06}", file_name(&id.camera), id.frame_idx);
    name
}

/// A name as a file name of any system. What would climb out of the folder, hide the file or be refused somewhere is
/// spelt `%` and two hex digits, so that different names stay different.
pub(super) fn file_name(name: &str) -> String {
    let mut safe = String::new();
    for (at, c) in name.char_indices() {
        if c.is_ascii_control() || r#"%/\:*?"<>|"#.contains(c) || (at == 0 && c == '.') {
            let _ = write!(safe, "%{:02X}", u32::from(c));
        } else {
            safe.push(c);
        }
    }
    if safe.is_empty() { "%".to_owned() } else { safe }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn image_names_stay_in_the_folder() {
        for (recording, camera, expected) in [
            ("drive_1", "front", "drive_1/front/000042.png"),
            ("a/demo_2", "cam", "a/demo_2/cam/000042.png"),
            ("../../etc", "..", "%2E./%2E./etc/%2E./000042.png"),
            ("/abs", "x/y", "%/abs/x%2Fy/000042.png"),
            ("c:\\x", "a*b", "c%3A%5Cx/a%2Ab/000042.png"),
            ("a_b%", "c", "a_b%25/c/000042.png"),
        ] {
            let id = FrameId { recording: recording.into(), camera: camera.into(), frame_idx: 42 };
            assert_eq!(image_name(&id, "png"), expected);
        }
    }
}
