//! COCO object detection files: <https://cocodataset.org/#format-data>, datasets and lists of results alike.

use std::{collections::HashMap, fmt, path::Path};

use serde::{
    Deserialize, Deserializer,
    de::{Error, IgnoredAny, MapAccess, SeqAccess, Visitor},
};

use super::{
    BadRows, FormatError, Note,
    coco_entry::{Corners, Entry, MaybeEntry, Scalar},
    error::{read_bytes, reject_placeholders},
    image_counting::ImageNumbers,
    image_names::{camera_of, frame_of_image},
    label_rows::{FrameAt, LabelOptions, LabelRow, LabelTable},
    labels_table::checked_box,
};

/// Longest COCO file taken in.
const MAX_BYTES: u64 = 8 << 30;

/// Reads the labels of a COCO file.
///
/// The frame of an image is, in this order: its `frame_index` or `frame_idx`, the trailing digits of its `file_name`
/// (`front_000042.jpg` is frame 42; digits that make a date are a time), its `frame_id`, or, when no image tells any of
/// these, its place among all images by id (noted as a guess). Where frames come from names alone, names whose numbers
/// are exactly 1 to N count from 1 (noted); others count from 0 (noted unless there is a 0). `area`, `iscrowd` and `attributes` become attributes.
///
/// # Errors
/// [`FormatError`] when the file cannot be read, is no JSON, or holds neither annotations nor a list of results.
pub fn read_labels_coco(path: &Path, options: &LabelOptions) -> Result<LabelTable, FormatError> {
    let bytes = read_bytes(path, MAX_BYTES)?;
    read_coco_bytes(path, bytes, options)
}

/// Reads the labels of a COCO file whose bytes are in memory already.
///
/// # Errors
/// As [`read_labels_coco`].
pub(super) fn read_coco_bytes(path: &Path, bytes: Vec<u8>, options: &LabelOptions) -> Result<LabelTable, FormatError> {
    reject_placeholders(path, &bytes, "a COCO file")?;
    let mut notes = Vec::new();
    let text = String::from_utf8(bytes).unwrap_or_else(|error| {
        notes.push(Note::new("the text is not UTF-8; bytes that are not were replaced", "save the file as UTF-8"));
        String::from_utf8_lossy(error.as_bytes()).into_owned()
    });
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let file: CocoFile = serde_json::from_str(text).map_err(|error| {
        let said = error.to_string();
        let what = said.rsplit_once(" at line").map_or(said.as_str(), |(what, _)| what).to_owned();
        FormatError::Json { path: path.to_owned(), line: error.line(), column: error.column(), what }
    })?;
    if !file.has_annotations {
        return Err(FormatError::WrongContent {
            path: path.to_owned(),
            expected: "a COCO file",
            found: "it holds neither `annotations` nor a list of results",
            remedy: "give the file another ending or write its annotations",
        });
    }
    let mut table = LabelTable::new(file.entries, file.bad, notes);
    join(&file.images, &file.categories, &file.annotations, path, options, &mut table);
    Ok(table)
}

/// What is kept of an annotation until images and categories are known.
struct Annotation {
    number: u64,
    image: Option<String>,
    category: Option<String>,
    category_name: Option<String>,
    bbox: Corners,
    has_shape: bool,
    score: Option<f64>,
    track: Scalar,
    attributes: Option<String>,
}

impl Annotation {
    fn new(number: u64, entry: Entry) -> Self {
        let mut attributes = entry.attributes.unwrap_or_default();
        let inner_track = attributes.get("track_id").and_then(serde_json::Value::as_i64);
        for (key, value) in [("area", &entry.area), ("iscrowd", &entry.iscrowd)] {
            let value = match value {
                Scalar::Int(value) => serde_json::Value::from(*value),
                Scalar::Float(value) => serde_json::Value::from(*value),
                Scalar::Bool(value) => serde_json::Value::from(*value),
                _ => continue,
            };
            attributes.insert(key.to_owned(), value);
        }
        let track = match (entry.track_id, inner_track) {
            (Scalar::Absent, Some(track)) => Scalar::Int(track),
            (track, _) => track,
        };
        if let (None, Some(word)) = (track.whole(), track.word()) {
            attributes.insert("track_id".to_owned(), word.into());
        }
        Self {
            number,
            image: entry.image_id.word(),
            category: entry.category_id.word(),
            category_name: entry.category_name.word(),
            bbox: entry.bbox,
            has_shape: entry.has_shape,
            score: entry.score.number().filter(|score| score.is_finite()),
            track,
            attributes: (!attributes.is_empty()).then(|| serde_json::Value::Object(attributes).to_string()),
        }
    }
}

#[derive(Default)]
struct CocoFile {
    images: Vec<Entry>,
    annotations: Vec<Annotation>,
    categories: HashMap<String, String>,
    has_annotations: bool,
    entries: u64,
    bad: BadRows,
}

impl<'de> Deserialize<'de> for CocoFile {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct FileVisitor;
        impl<'de> Visitor<'de> for FileVisitor {
            type Value = CocoFile;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object with `images` and `annotations`, or a list of results")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<CocoFile, A::Error> {
                let mut file = CocoFile::default();
                while let Some(key) = map.next_key::<Section>()? {
                    if key == Section::Other {
                        map.next_value::<IgnoredAny>()?;
                    } else {
                        map.next_value_seed(Entries { file: &mut file, section: key })?;
                    }
                }
                Ok(file)
            }
            fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<CocoFile, A::Error> {
                let mut file = CocoFile::default();
                Entries { file: &mut file, section: Section::Annotations }.visit_seq(seq)?;
                Ok(file)
            }
        }
        deserializer.deserialize_any(FileVisitor)
    }
}

#[derive(Deserialize, Clone, Copy, PartialEq)]
#[serde(field_identifier, rename_all = "snake_case")]
enum Section {
    Images,
    Annotations,
    Categories,
    #[serde(other)]
    Other,
}

/// Reads one list of the file entry by entry, so that only what is needed of each stays.
struct Entries<'a> {
    file: &'a mut CocoFile,
    section: Section,
}

impl<'de> serde::de::DeserializeSeed<'de> for Entries<'_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Entries<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        let file = self.file;
        file.has_annotations |= self.section == Section::Annotations;
        let mut number = 0_u64;
        while let Some(MaybeEntry(entry)) = seq.next_element()? {
            number += 1;
            file.entries += u64::from(self.section == Section::Annotations);
            match (entry, self.section) {
                (Some(entry), Section::Annotations) => file.annotations.push(Annotation::new(number, entry)),
                (Some(entry), Section::Categories) => {
                    if let (Some(id), Some(name)) = (entry.id.word(), entry.name.word()) {
                        file.categories.insert(id, name);
                    } else {
                        file.bad.add("is a category without id or name", || format!("category {number}"));
                    }
                }
                (Some(entry), _) if entry.id != Scalar::Absent => file.images.push(entry),
                (Some(_), _) => file.bad.add("is an image without id", || format!("image {number}")),
                (None, _) => file.bad.add("is no JSON object", || format!("entry {number}")),
            }
        }
        Ok(())
    }
}

struct ImageFrame {
    at: Option<FrameAt>,
    camera: Option<String>,
    recording: Option<String>,
    /// Whether the name of the file tells `at`, so that it may count from 1.
    named: bool,
}

fn join(
    images: &[Entry],
    categories: &HashMap<String, String>,
    annotations: &[Annotation],
    path: &Path,
    options: &LabelOptions,
    table: &mut LabelTable,
) {
    let stem = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or("");
    let file_camera = camera_of(stem, &options.cameras);
    let no_images = images.is_empty();
    let frames = image_frames(images, options, &mut table.notes);
    if no_images && !annotations.is_empty() {
        table.notes.push(Note::new(
            "the file lists no images; image ids were taken as frame indices",
            "add the list of images, with file names that end in the frame index",
        ));
    }
    let mut unnamed: HashMap<&str, u64> = HashMap::new();
    let mut shapes = 0_u64;
    for annotation in annotations {
        let mut bad = |why| table.bad_rows.add(why, || format!("annotation {}", annotation.number));
        let Some(image) = annotation.image.as_deref() else {
            bad("has no image_id");
            continue;
        };
        let (at, camera, recording) = match frames.get(image) {
            Some(frame) => (frame.at, frame.camera.as_deref(), frame.recording.as_deref()),
            None if no_images => (frame_of_image(image), None, None),
            None => {
                bad("belongs to an image that the file does not list");
                continue;
            }
        };
        let Some(at) = at else {
            bad("belongs to an image whose name tells no frame");
            continue;
        };
        let by_id = annotation.category.as_ref().and_then(|id| categories.get(id));
        let Some(class) = by_id.or(annotation.category_name.as_ref()).or(annotation.category.as_ref()) else {
            bad("has no category");
            continue;
        };
        let bbox = match annotation.bbox {
            Corners::Absent if annotation.has_shape => Err("has another shape than a box, and only boxes are read"),
            Corners::Absent => Ok(None),
            Corners::Box(sides) => checked_box(sides).map(Some),
            Corners::Malformed => Err("has a bbox that is not four numbers"),
        };
        let bbox = match bbox {
            Ok(bbox) => bbox,
            Err(why) => {
                bad(why);
                continue;
            }
        };
        shapes += u64::from(annotation.has_shape);
        if by_id.is_none() && annotation.category_name.is_none() {
            *unnamed.entry(class).or_default() += 1;
        }
        table.push(&LabelRow {
            recording,
            camera: camera.or(file_camera.as_deref()),
            at,
            class,
            bbox,
            score: annotation.score,
            track_id: annotation.track.whole(),
            attributes: annotation.attributes.as_deref(),
        });
    }
    if shapes > 0 {
        table.notes.push(Note::new(
            format!("{shapes} annotations have a segmentation or key points beside their box, which were not read"),
            "nothing is to be done when the boxes are enough",
        ));
    }
    if !unnamed.is_empty() {
        let count: u64 = unnamed.values().sum();
        let ids = super::note::first_words(unnamed.into_keys());
        table.notes.push(Note::new(
            format!("{count} annotations name categories that the file does not list ({ids}); the id is their class"),
            "add the list of categories to the file",
        ));
    }
}

/// The frame and camera of each image, by image id.
fn image_frames(images: &[Entry], options: &LabelOptions, notes: &mut Vec<Note>) -> HashMap<String, ImageFrame> {
    let index = |scalar: &Scalar| scalar.whole().and_then(|index| u64::try_from(index).ok()).map(FrameAt::Index);
    let mut frames = HashMap::with_capacity(images.len());
    let mut order = Vec::with_capacity(images.len());
    let (mut told, mut twice) = (0_u64, 0_u64);
    // Once an image tells its index, the writer knew indices and numbers in names are taken as they are.
    let by_name = images.iter().all(|image| index(&image.frame_index).is_none());
    let mut numbers = ImageNumbers::default();
    for image in images {
        let Some(id) = image.id.word() else { continue };
        let file_name = match &image.file_name {
            Scalar::Text(name) => name.as_str(),
            _ => "",
        };
        let named = frame_of_image(file_name).filter(|_| by_name);
        let camera = image.camera.word().or_else(|| camera_of(file_name, &options.cameras));
        if let Some(at) = named {
            numbers.add(camera.as_deref(), at);
        }
        let at = index(&image.frame_index).or_else(|| frame_of_image(file_name)).or_else(|| index(&image.frame_id));
        told += u64::from(at.is_some());
        order.push((image.id.whole(), id.clone()));
        twice += u64::from(
            frames
                .insert(id, ImageFrame { at, camera, recording: image.recording.word(), named: named.is_some() })
                .is_some(),
        );
    }
    let counting = numbers.decide(notes);
    for frame in frames.values_mut().filter(|frame| frame.named) {
        frame.at = frame.at.map(|at| counting.frame(at));
    }
    if twice > 0 {
        notes.push(Note::new(
            format!("{twice} image ids occur more than once; the last holds"),
            "give each image an id of its own",
        ));
    }
    if told == 0 && !frames.is_empty() {
        order.sort();
        order.dedup();
        for (place, (_, id)) in order.into_iter().enumerate() {
            if let Some(frame) = frames.get_mut(&id) {
                frame.at = Some(FrameAt::Index(place as u64));
            }
        }
        notes.push(Note::new(
            "no image tells its frame; images were taken as frames 0, 1, 2, … in the order of their ids",
            "add `frame_index` to each image, or end its file name in the frame index",
        ));
    }
    frames
}

#[cfg(test)]
#[path = "labels_coco_tests.rs"]
mod tests;
