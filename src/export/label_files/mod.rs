//! Labels in the formats of other software: one sink per format, each given the frames one by one.
//!
//! What a format has no place for is counted, so that `export.json` can tell what stayed behind.

mod bdd;
mod coco;
mod csv;
mod cvat;
mod kitti;
mod lines;
mod voc;
mod xml_text;
mod yolo;

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::{BufWriter, Write},
    path::{Path, PathBuf},
};

use serde::Serialize;

pub use self::csv::LABEL_COLUMNS;
use super::ExportError;
use crate::model::{FrameId, Label};

/// A format that labels are written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum LabelFormat {
    /// `labels.csv`, which keeps everything.
    Csv,
    /// `labels.json`, COCO object detection.
    Coco,
    /// One text file per frame with boxes in parts of the image, and `data.yaml` with the class names.
    Yolo,
    /// One text file per frame, KITTI objects.
    Kitti,
    /// One text file per footage, KITTI tracking.
    KittiTracking,
    /// One XML file per frame, Pascal VOC.
    Voc,
    /// `labels.xml`, CVAT 1.1 for images.
    Cvat,
    /// `labels.json`, BDD100K.
    Bdd,
}

impl LabelFormat {
    /// All of them, in the order to offer them.
    pub const ALL: [Self; 8] =
        [Self::Csv, Self::Coco, Self::Yolo, Self::Kitti, Self::KittiTracking, Self::Voc, Self::Cvat, Self::Bdd];

    /// The name for people.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Csv => "CSV",
            Self::Coco => "COCO",
            Self::Yolo => "YOLO",
            Self::Kitti => "KITTI objects",
            Self::KittiTracking => "KITTI tracking",
            Self::Voc => "Pascal VOC",
            Self::Cvat => "CVAT 1.1",
            Self::Bdd => "BDD100K",
        }
    }

    /// The file or folder that is written.
    #[must_use]
    pub fn place(self) -> &'static str {
        match self {
            Self::Csv => "labels.csv",
            Self::Coco | Self::Bdd => "labels.json",
            Self::Yolo | Self::Kitti | Self::KittiTracking => "labels/",
            Self::Voc => "annotations/",
            Self::Cvat => "labels.xml",
        }
    }

    /// Whether the format tells classes by number.
    pub(super) fn numbers_classes(self) -> bool {
        matches!(self, Self::Coco | Self::Yolo)
    }
}

/// A frame with its labels.
pub(super) struct LabelFrame<'a> {
    pub(super) id: &'a FrameId,
    /// The image's name below `images/`, with `/`, as it is or would be exported.
    pub(super) image: &'a str,
    /// Size of the image; 0 when there is none.
    pub(super) width_px: u32,
    pub(super) height_px: u32,
    /// Time, ns UTC.
    pub(super) time_ns: i64,
    pub(super) labels: &'a [Label],
}

/// What the format could not keep: what it was, and of how many labels.
#[derive(Debug, Default)]
pub(super) struct Lost(BTreeMap<&'static str, u64>);

impl Lost {
    fn add(&mut self, what: &'static str) {
        *self.0.entry(what).or_default() += 1;
    }

    fn add_if(&mut self, lost: bool, what: &'static str) {
        if lost {
            self.add(what);
        }
    }

    pub(super) fn into_json(self) -> serde_json::Value {
        self.0.into_iter().map(|(what, count)| (what.to_owned(), serde_json::Value::from(count))).collect()
    }
}

/// Words for what stays behind.
const TAGS: &str = "tags without a box";
const SCORES: &str = "scores";
const TRACKS: &str = "track ids";
const ATTRIBUTES: &str = "attributes";

/// Writes the labels of one export.
pub(super) trait LabelSink {
    /// Writes the labels of a frame and gives how many were written.
    fn frame(&mut self, frame: &LabelFrame<'_>, lost: &mut Lost) -> Result<u64, ExportError>;
    /// Writes what comes last.
    fn finish(self: Box<Self>) -> Result<(), ExportError>;
}

/// Begins to write labels into a folder; `classes` are all classes of the lake, sorted.
pub(super) fn begin(
    format: LabelFormat,
    folder: &Path,
    classes: &[String],
    spreadsheet: bool,
) -> Result<Box<dyn LabelSink>, ExportError> {
    Ok(match format {
        LabelFormat::Csv => Box::new(csv::LabelWriter::new(create(&folder.join("labels.csv"))?, spreadsheet)?),
        LabelFormat::Coco => Box::new(coco::Coco::begin(folder, classes)?),
        LabelFormat::Yolo => Box::new(yolo::Yolo::begin(folder, classes)?),
        LabelFormat::Kitti => Box::new(kitti::Objects::begin(folder)?),
        LabelFormat::KittiTracking => Box::new(kitti::Tracking::new(folder)),
        LabelFormat::Voc => Box::new(voc::Voc::new(folder)),
        LabelFormat::Cvat => Box::new(cvat::Cvat::begin(folder)?),
        LabelFormat::Bdd => Box::new(bdd::Bdd::begin(folder)?),
    })
}

fn create(path: &Path) -> Result<BufWriter<File>, ExportError> {
    let file = File::create(path).map_err(|source| ExportError::Write { path: path.to_owned(), source })?;
    Ok(BufWriter::new(file))
}

/// Folders of files per frame; each is made once.
struct FrameFiles {
    root: PathBuf,
    made: Option<PathBuf>,
}

impl FrameFiles {
    fn new(root: PathBuf) -> Self {
        Self { root, made: None }
    }

    /// Writes the file that goes with an image: the same name with another ending.
    fn write(&mut self, image: &str, ending: &str, text: &str) -> Result<(), ExportError> {
        let path = self.root.join(image).with_extension(ending);
        let failed = |source| ExportError::Write { path: path.clone(), source };
        if let Some(parent) = path.parent()
            && self.made.as_deref() != Some(parent)
        {
            fs::create_dir_all(parent).map_err(failed)?;
            self.made = Some(parent.to_owned());
        }
        fs::write(&path, text).map_err(failed)
    }
}

/// Says beside the labels that the numbers in their names count frames from 0; without it, an export of the frames 1 to N
/// would look as if it counted from 1.
fn count_from_zero(labels: &Path) -> Result<(), ExportError> {
    let path = labels.join("frames_from.txt");
    let written = fs::create_dir_all(labels).and_then(|()| fs::write(&path, "0\n"));
    written.map_err(|source| ExportError::Write { path, source })
}

/// The attributes of a label, none when they are no JSON object.
fn attributes_of(label: &Label) -> serde_json::Map<String, serde_json::Value> {
    let parsed = label.attributes.as_deref().and_then(|text| serde_json::from_str(text).ok());
    parsed.unwrap_or_default()
}

/// Writes the text to a file, with the file named when that fails.
fn put(out: &mut impl Write, path: &Path, text: &str) -> Result<(), ExportError> {
    out.write_all(text.as_bytes()).map_err(|source| ExportError::Write { path: path.to_owned(), source })
}

#[cfg(test)]
mod tests;
