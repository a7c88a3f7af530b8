//! COCO: `labels.json` with images, annotations and categories.
//!
//! Categories are numbered from 1 in alphabetical order of all classes of the lake, so that two exports agree. Images also
//! tell recording, camera, frame and time, by which they are found again without guessing.

use std::{
    fs::File,
    io::{self, BufWriter, Seek, Write},
    path::{Path, PathBuf},
};

use serde_json::{Value, json};

use super::{LabelFrame, LabelSink, Lost, TAGS, attributes_of, create, put};
use crate::{export::ExportError, model::Label};

pub(super) struct Coco {
    path: PathBuf,
    out: BufWriter<File>,
    /// Annotations come after all images, so they wait in a file without a name.
    annotations: BufWriter<File>,
    classes: Vec<String>,
    images: u64,
    written: u64,
}

impl Coco {
    pub(super) fn begin(folder: &Path, classes: &[String]) -> Result<Self, ExportError> {
        let path = folder.join("labels.json");
        let mut out = create(&path)?;
        put(&mut out, &path, "{\"info\":{\"description\":\"written by Lakescope\"},\"images\":[")?;
        let waiting = tempfile::tempfile_in(folder);
        let waiting = waiting.map_err(|source| ExportError::Write { path: folder.to_owned(), source })?;
        let annotations = BufWriter::new(waiting);
        Ok(Self { path, out, annotations, classes: classes.to_vec(), images: 0, written: 0 })
    }

    fn annotation(&self, label: &Label, category: usize) -> Option<Value> {
        let bbox = label.bbox?;
        let mut attributes = attributes_of(label);
        let area = attributes.remove("area").filter(Value::is_number);
        let crowd = attributes.remove("iscrowd").filter(Value::is_number);
        let mut annotation = json!({
            "id": self.written + 1,
            "image_id": self.images,
            "category_id": category + 1,
            "bbox": [bbox.x, bbox.y, bbox.w, bbox.h],
            "area": area.unwrap_or_else(|| json!(bbox.w * bbox.h)),
            "iscrowd": crowd.unwrap_or_else(|| json!(0)),
        });
        if let Some(score) = label.score {
            annotation["score"] = json!(score);
        }
        if let Some(track) = label.track_id {
            annotation["track_id"] = json!(track);
        }
        if !attributes.is_empty() {
            annotation["attributes"] = Value::Object(attributes);
        }
        Some(annotation)
    }
}

impl LabelSink for Coco {
    fn frame(&mut self, frame: &LabelFrame<'_>, lost: &mut Lost) -> Result<u64, ExportError> {
        self.images += 1;
        let comma = if self.images > 1 { "," } else { "" };
        let image = json!({
            "id": self.images,
            "file_name": frame.image,
            "width": frame.width_px,
            "height": frame.height_px,
            "recording": frame.id.recording,
            "camera": frame.id.camera,
            "frame_index": frame.id.frame_idx,
            "timestamp_ns": frame.time_ns,
        });
        put(&mut self.out, &self.path, &format!("{comma}\n{image}"))?;
        let before = self.written;
        for label in frame.labels {
            let Ok(category) = self.classes.binary_search(&label.class) else {
                lost.add("labels of classes that came while the export ran");
                continue;
            };
            let Some(annotation) = self.annotation(label, category) else {
                lost.add(TAGS);
                continue;
            };
            let comma = if self.written > 0 { "," } else { "" };
            put(&mut self.annotations, &self.path, &format!("{comma}\n{annotation}"))?;
            self.written += 1;
        }
        Ok(self.written - before)
    }

    fn finish(mut self: Box<Self>) -> Result<(), ExportError> {
        let path = self.path.clone();
        let failed = |source| ExportError::Write { path: path.clone(), source };
        put(&mut self.out, &path, "\n],\"annotations\":[")?;
        let mut waiting = self.annotations.into_inner().map_err(|error| failed(error.into_error()))?;
        waiting.rewind().map_err(failed)?;
        io::copy(&mut waiting, &mut self.out).map_err(failed)?;
        let category = |(at, name): (usize, &String)| json!({"id": at + 1, "name": name, "supercategory": ""});
        let categories: Vec<Value> = self.classes.iter().enumerate().map(category).collect();
        put(&mut self.out, &path, &format!("\n],\"categories\":{}}}\n", Value::Array(categories)))?;
        self.out.flush().map_err(failed)
    }
}
