//! Crops of objects: a picture for each, `crops.csv` and `export.json` in one folder.

use std::{
    collections::HashMap,
    fs::{self, File},
    io::BufWriter,
    path::{Path, PathBuf},
};

use rayon::prelude::*;
use serde_json::json;

use super::{
    Cell, ExportError, FinishedFolder, FrameSource, ImageFormat,
    cell::guard_formula,
    encode,
    package::{file_name, image_stem},
};
use crate::{
    catalog::FrameTable,
    filter::FrameColumns as _,
    jobs::Progress,
    model::{BoundingBox, CropCut, PixelArea, Raster, RgbImage},
};

/// Frames between two looks at whether the work should stop.
const BATCH: usize = 64;

/// The columns of `crops.csv`. The box is that of the label, the crop is in whole pixels of the frame.
const COLUMNS: [&str; 18] = [
    "file",
    "frame_id",
    "recording",
    "camera",
    "frame_idx",
    "timestamp_ns",
    "time",
    "class",
    "score",
    "track_id",
    "x",
    "y",
    "w",
    "h",
    "crop_x",
    "crop_y",
    "crop_w",
    "crop_h",
];

/// An object whose crop is to be written.
#[derive(Debug, Clone, Copy)]
pub struct CropToWrite<'a> {
    /// Row of its frame.
    pub row: usize,
    /// Its class.
    pub class: &'a str,
    /// Its box.
    pub bbox: BoundingBox,
    /// Confidence.
    pub score: Option<f64>,
    /// The object's id over time.
    pub track_id: Option<i64>,
}

/// Crops to write.
pub struct Crops<'a> {
    /// The frame table.
    pub table: &'a FrameTable,
    /// The objects, in the order of `crops.csv`.
    pub objects: &'a [CropToWrite<'a>],
    /// The frames.
    pub source: &'a dyn FrameSource,
    /// How much of the frame is cut out.
    pub cut: CropCut,
    /// Longest side, px; `None` keeps pixels and values as they are.
    pub size_px: Option<u32>,
    /// Makes a picture smaller until its longest side is so many pixels.
    pub shrink: &'a (dyn Fn(RgbImage, u32) -> RgbImage + Sync),
    /// The folder to make.
    pub out: &'a Path,
    /// Guard text that a spreadsheet would take for a formula.
    pub spreadsheet: bool,
    /// What `export.json` says of where the objects come from.
    pub provenance: serde_json::Value,
}

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CropsWritten {
    /// The folder.
    pub out: PathBuf,
    /// Frames with an object.
    pub frames: u64,
    /// Image files.
    pub crops: u64,
    /// Objects without a pixel in their frame.
    pub outside: u64,
    /// Frames that could not be read: frame and reason.
    pub failed: Vec<(String, String)>,
}

/// What became of one object: its file and the pixels in it, or nothing.
type Crop = Option<(String, PixelArea)>;

impl Crops<'_> {
    /// Writes the folder; it appears under its name when everything in it is written. Every frame is decoded once.
    ///
    /// # Errors
    /// The folder is not empty or cannot be written, or the work was cancelled. A frame that cannot be read is no error: it
    /// is told in the report and in `export.json`.
    pub fn write(&self, progress: &Progress) -> Result<CropsWritten, ExportError> {
        let folder = FinishedFolder::begin(self.out)?;
        let mut order: Vec<usize> = (0..self.objects.len()).collect();
        order.sort_by_key(|at| self.objects[*at].row);
        let frames: Vec<&[usize]> = order.chunk_by(|a, b| self.objects[*a].row == self.objects[*b].row).collect();
        progress.set_total(frames.len() as u64);
        progress.stage("writing crops");
        let names = self.names();
        let mut crops: Vec<Crop> = vec![None; self.objects.len()];
        let (mut failed, mut unread) = (Vec::new(), 0);
        for batch in frames.chunks(BATCH) {
            progress.check()?;
            let made: Vec<Result<Vec<Crop>, ExportError>> = batch
                .par_iter()
                .map(|objects| self.write_frame(folder.path(), objects, &names).inspect(|_| progress.add(1)))
                .collect();
            for (objects, made) in batch.iter().zip(made) {
                match made {
                    Ok(made) => objects.iter().zip(made).for_each(|(at, crop)| crops[*at] = crop),
                    Err(error @ ExportError::Write { .. }) => return Err(error),
                    Err(error) => {
                        progress.add(1);
                        unread += objects.len();
                        let frame = self.table.frame_id(self.objects[objects[0]].row).to_string();
                        progress.log(format!("{frame}: {error}"));
                        failed.push((frame, error.to_string()));
                    }
                }
            }
        }
        progress.stage("writing crops.csv");
        self.write_rows(&folder.path().join("crops.csv"), &crops)?;
        let written = crops.iter().flatten().count();
        let outside = self.objects.len() - written - unread;
        let mut record = self.provenance.clone();
        record["rows"] = json!(self.objects.len());
        record["crops"] = json!(written);
        record["outside_of_their_frame"] = json!(outside);
        record["frames_failed"] = failed.iter().map(|(frame, why)| json!({"frame_id": frame, "reason": why})).collect();
        let path = folder.path().join("export.json");
        fs::write(&path, format!("{record:#}\n")).map_err(|source| ExportError::Write { path, source })?;
        Ok(CropsWritten {
            out: folder.finish()?,
            frames: frames.len() as u64,
            crops: written as u64,
            outside: outside as u64,
            failed,
        })
    }

    /// The file of each object without its ending: class, recording, camera, frame, and which of the frame's objects of
    /// this export it is.
    fn names(&self) -> Vec<String> {
        let mut numbers: HashMap<usize, usize> = HashMap::new();
        let name = |object: &CropToWrite<'_>| {
            let number = numbers.entry(object.row).or_insert(0);
            *number += 1;
            let stem = image_stem(&self.table.frame_id(object.row));
            format!("crops/{}/{stem}_{number}", file_name(object.class))
        };
        self.objects.iter().map(name).collect()
    }

    fn write_frame(&self, folder: &Path, objects: &[usize], names: &[String]) -> Result<Vec<Crop>, ExportError> {
        let row = self.objects[objects[0]].row;
        let (mut raster, mut look) = (self.source.raster(row).map_err(ExportError::Read)?, self.source.look(row));
        if self.size_px.is_some() {
            // Shades of deep values depend on the whole frame.
            raster = Raster::from(raster.into_rgb(&look));
            look = crate::model::Look::default();
        }
        let size = (raster.width_px, raster.height_px);
        let mut made = Vec::with_capacity(objects.len());
        for at in objects {
            let area = self.cut.area(&self.objects[*at].bbox, size);
            let Some((area, mut crop)) = area.and_then(|area| Some((area, raster.crop(area)?))) else {
                made.push(None);
                continue;
            };
            if let Some(most) = self.size_px {
                crop = Raster::from((self.shrink)(crop.into_rgb(&look), most));
            }
            let format = ImageFormat::Png.keeping_values(&crop);
            let file = format!("{}.{}", names[*at], format.ending());
            let path = folder.join(&file);
            let write = |bytes: &[u8]| {
                if let Some(parent) = path.parent() {
                    fs::create_dir_all(parent)?;
                }
                fs::write(&path, bytes)
            };
            write(&encode(crop, format, &look)?).map_err(|source| ExportError::Write { path: path.clone(), source })?;
            made.push(Some((file, area)));
        }
        Ok(made)
    }

    fn write_rows(&self, path: &Path, crops: &[Crop]) -> Result<(), ExportError> {
        let times = self.table.timestamps().map_err(ExportError::Read)?;
        let file = File::create(path).map_err(|source| ExportError::Write { path: path.to_owned(), source })?;
        let mut writer = csv::Writer::from_writer(BufWriter::new(file));
        let failed = |error: csv::Error| ExportError::Rows(error.into());
        writer.write_record(COLUMNS).map_err(failed)?;
        let mut text = String::new();
        for (object, crop) in self.objects.iter().zip(crops) {
            let id = self.table.frame_id(object.row);
            let number = |value: Option<f64>| value.map_or(Cell::Null, Cell::Float);
            let pixel = |side: fn(&PixelArea) -> u32| {
                crop.as_ref().map_or(Cell::Null, |(_, area)| Cell::Int(i64::from(side(area))))
            };
            let cells = [
                crop.as_ref().map_or(Cell::Null, |(file, _)| Cell::Text(file.as_str().into())),
                Cell::Text(id.to_string().into()),
                Cell::Text(id.recording.as_str().into()),
                Cell::Text(id.camera.as_str().into()),
                Cell::Int(i64::try_from(id.frame_idx).unwrap_or(i64::MAX)),
                Cell::Int(times[object.row]),
                Cell::Time(times[object.row]),
                Cell::Text(object.class.into()),
                number(object.score),
                object.track_id.map_or(Cell::Null, Cell::Int),
                Cell::Float(object.bbox.x),
                Cell::Float(object.bbox.y),
                Cell::Float(object.bbox.w),
                Cell::Float(object.bbox.h),
                pixel(|area| area.x),
                pixel(|area| area.y),
                pixel(|area| area.w),
                pixel(|area| area.h),
            ];
            for cell in &cells {
                text.clear();
                cell.write_text(&mut text);
                if self.spreadsheet && matches!(cell, Cell::Text(_)) {
                    guard_formula(&mut text);
                }
                writer.write_field(&text).map_err(failed)?;
            }
            writer.write_record(None::<&[u8]>).map_err(failed)?;
        }
        Ok(writer.flush()?)
    }
}
