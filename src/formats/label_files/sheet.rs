//! What one label file tells, before the frames of its images are known, and how the sheets of a set become labels.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::class_names::ClassNames;
use crate::{
    formats::{
        BadRows, Note,
        image_counting::ImageNumbers,
        image_names::{camera_of, frame_of_image},
        label_rows::{FrameAt, LabelOptions, LabelRow, LabelTable},
    },
    model::BoundingBox,
};

/// One label file, taken apart.
#[derive(Debug, Default)]
pub(super) struct Sheet {
    pub(super) images: Vec<Image>,
    pub(super) rows: Vec<Row>,
    pub(super) bad: BadRows,
    /// Labels of the file, good and bad.
    pub(super) read: u64,
    /// Regions that the format marks as not labelled.
    pub(super) dont_care: u64,
    /// Boxes with a corner that a format counting from 1 cannot have.
    pub(super) below_one: u64,
    pub(super) notes: Vec<Note>,
    /// Whether the file is all there is about its frame, so that no other file may tell the same frame.
    pub(super) whole_frame: bool,
}

/// One image that a file names.
#[derive(Debug)]
pub(super) struct Image {
    pub(super) at: Result<FrameAt, &'static str>,
    /// Whether a number in a name tells `at`, so that it may count from 1.
    pub(super) named: bool,
    pub(super) camera: Option<String>,
}

impl Image {
    /// The image that a name tells.
    pub(super) fn named(name: &str, options: &LabelOptions) -> Self {
        Self {
            at: frame_of_image(name).ok_or("belongs to an image whose name tells no frame"),
            named: true,
            camera: camera_of(name, &options.cameras),
        }
    }

    /// An image whose frame the file tells outright.
    pub(super) fn told(at: FrameAt, name: &str, options: &LabelOptions) -> Self {
        Self { at: Ok(at), named: false, camera: camera_of(name, &options.cameras) }
    }
}

/// The class of a label as its file tells it.
#[derive(Debug, PartialEq)]
pub(super) enum Class {
    Named(String),
    /// A number, whose name another file tells.
    Number(u32),
}

/// One label of a sheet.
#[derive(Debug, PartialEq)]
pub(super) struct Row {
    /// Place in the sheet's images.
    pub(super) image: usize,
    pub(super) class: Class,
    pub(super) bbox: Option<BoundingBox>,
    /// Whether the box is in parts of the image instead of pixels.
    pub(super) parts: bool,
    pub(super) score: Option<f64>,
    pub(super) track_id: Option<i64>,
    pub(super) attributes: Option<String>,
}

impl Row {
    /// A label of the sheet's first image, with a class and a box.
    pub(super) fn new(class: Class, bbox: Option<BoundingBox>) -> Self {
        Self { image: 0, class, bbox, parts: false, score: None, track_id: None, attributes: None }
    }
}

/// The labels of a set of files: those in pixels, and those in parts of the image.
pub(super) fn join(sheets: Vec<(String, Sheet)>, names: &ClassNames) -> [LabelTable; 2] {
    let mut tables = [LabelTable::default(), LabelTable::default()];
    tables[1].boxes_are_parts = true;
    let mut numbers = ImageNumbers::default();
    for image in sheets.iter().flat_map(|(_, sheet)| &sheet.images).filter(|image| image.named) {
        if let Ok(at) = image.at {
            numbers.add(image.camera.as_deref(), at);
        }
    }
    let mut notes = Vec::new();
    let counting = numbers.decide(&mut notes);
    let twice = told_twice(&sheets);
    let (mut bad, mut unnamed) = (BadRows::default(), BTreeMap::<u32, u64>::new());
    let (mut read, mut dont_care, mut below_one) = (0, 0, 0);
    let alone = sheets.len() == 1;
    for (path, sheet) in sheets {
        read += sheet.read;
        dont_care += sheet.dont_care;
        below_one += sheet.below_one;
        notes.extend(sheet.notes);
        bad.append(if alone { sheet.bad } else { sheet.bad.of_file(&path) });
        for row in sheet.rows {
            let image = &sheet.images[row.image];
            let at = match image.at {
                Ok(at) if sheet.whole_frame && !twice.is_empty() && twice.contains(&(image.camera.clone(), at)) => {
                    bad.add("are of a frame that several files tell", || path.clone());
                    continue;
                }
                Ok(at) => at,
                Err(why) => {
                    bad.add(why, || path.clone());
                    continue;
                }
            };
            let at = if image.named { counting.frame(at) } else { at };
            let number;
            let class = match &row.class {
                Class::Named(name) => name.as_str(),
                Class::Number(class) => {
                    if let Some(name) = names.name(&path, *class) {
                        name
                    } else {
                        *unnamed.entry(*class).or_default() += 1;
                        number = class.to_string();
                        &number
                    }
                }
            };
            tables[usize::from(row.parts)].push(&LabelRow {
                recording: None,
                camera: image.camera.as_deref(),
                at,
                class,
                bbox: row.bbox,
                score: row.score,
                track_id: row.track_id,
                attributes: row.attributes.as_deref(),
            });
        }
    }
    if dont_care > 0 {
        notes.push(Note::new(
            format!("{dont_care} DontCare regions were skipped"),
            "nothing is to be done: they mark areas that nobody labelled",
        ));
    }
    if below_one > 0 {
        notes.push(Note::new(
            format!("{below_one} boxes begin at 0, but Pascal VOC counts pixels from 1"),
            "if the software that wrote the files counts from 0, set voc_zero_based = true under [labels] in lake.toml",
        ));
    }
    if !unnamed.is_empty() {
        let ids: Vec<String> = unnamed.keys().take(5).map(u32::to_string).collect();
        let more = if unnamed.len() > ids.len() { ", …" } else { "" };
        notes.push(Note::new(
            format!(
                "{} labels have class numbers without a name ({}{more}); the number is their class",
                unnamed.values().sum::<u64>(),
                ids.join(", ")
            ),
            "put a data.yaml or classes.txt with the names into the folder of the labels or one above it",
        ));
    }
    // What is told of the set is told once, with the table that has rows.
    let teller = usize::from(tables[0].is_empty() && !tables[1].is_empty());
    tables[teller].rows_read = read;
    tables[teller].bad_rows = bad;
    tables[teller].notes = notes;
    tables
}

/// Frames that more than one file tells, of those that tell whole frames.
fn told_twice(sheets: &[(String, Sheet)]) -> HashSet<(Option<String>, FrameAt)> {
    let mut seen = HashMap::<(Option<&str>, FrameAt), u32>::new();
    for image in sheets.iter().filter(|(_, sheet)| sheet.whole_frame).flat_map(|(_, sheet)| &sheet.images) {
        if let Ok(at) = image.at {
            *seen.entry((image.camera.as_deref(), at)).or_default() += 1;
        }
    }
    let several = seen.into_iter().filter(|(_, count)| *count > 1);
    several.map(|((camera, at), _)| (camera.map(str::to_owned), at)).collect()
}
