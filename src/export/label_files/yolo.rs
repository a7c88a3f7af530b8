//! YOLO: `labels/<image>.txt` with boxes in parts of the image, and `data.yaml` with the names of the classes.

use std::{fmt::Write as _, fs, path::Path};

use super::{ATTRIBUTES, FrameFiles, LabelFrame, LabelSink, Lost, TAGS, TRACKS, count_from_zero};
use crate::{export::ExportError, model::BoundingBox};

pub(super) struct Yolo {
    files: FrameFiles,
    classes: Vec<String>,
}

impl Yolo {
    pub(super) fn begin(folder: &Path, classes: &[String]) -> Result<Self, ExportError> {
        // Strings of JSON are strings of YAML.
        let mut text = "path: .\ntrain: images\nval: images\nnames:\n".to_owned();
        for (number, class) in classes.iter().enumerate() {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "  {number}: {}", serde_json::Value::from(class.as_str()));
        }
        if classes.is_empty() {
            text = text.replace("names:\n", "names: {}\n");
        }
        let path = folder.join("data.yaml");
        fs::write(&path, text).map_err(|source| ExportError::Write { path, source })?;
        let labels = folder.join("labels");
        count_from_zero(&labels)?;
        Ok(Self { files: FrameFiles::new(labels), classes: classes.to_vec() })
    }
}

impl LabelSink for Yolo {
    fn frame(&mut self, frame: &LabelFrame<'_>, lost: &mut Lost) -> Result<u64, ExportError> {
        let (width, height) = (f64::from(frame.width_px), f64::from(frame.height_px));
        let (mut text, mut written) = (String::new(), 0);
        for label in frame.labels {
            let Some(bbox) = label.bbox else {
                lost.add(TAGS);
                continue;
            };
            if width * height <= 0.0 {
                lost.add("labels on frames without an image, whose size is not known");
                continue;
            }
            let Some((inside, cut)) = inside(bbox, width, height) else {
                lost.add("boxes outside the image");
                continue;
            };
            lost.add_if(cut, "parts of boxes beyond the image's edge");
            lost.add_if(label.track_id.is_some(), TRACKS);
            lost.add_if(label.attributes.is_some(), ATTRIBUTES);
            let Ok(class) = self.classes.binary_search(&label.class) else {
                lost.add("labels of classes that came while the export ran");
                continue;
            };
            let BoundingBox { x, y, w, h } = inside;
            let sides =
                [(x + w / 2.0) / width, (y + h / 2.0) / height, w / width, h / height].map(|side| side.min(1.0));
            let _ = write!(text, "{class} {} {} {} {}", sides[0], sides[1], sides[2], sides[3]);
            if let Some(score) = label.score {
                let _ = write!(text, " {score}");
            }
            text.push('\n');
            written += 1;
        }
        // An absent file would mean the same as an empty one; with it, each image has its file.
        self.files.write(frame.image, "txt", &text)?;
        Ok(written)
    }

    fn finish(self: Box<Self>) -> Result<(), ExportError> {
        Ok(())
    }
}

/// The part of a box inside the image, and whether anything was cut off. Readers refuse boxes that reach beyond.
fn inside(bbox: BoundingBox, width: f64, height: f64) -> Option<(BoundingBox, bool)> {
    let (right, bottom) = (bbox.x + bbox.w, bbox.y + bbox.h);
    if bbox.x >= 0.0 && bbox.y >= 0.0 && right <= width && bottom <= height {
        return Some((bbox, false));
    }
    let (x, y) = (bbox.x.max(0.0), bbox.y.max(0.0));
    let (w, h) = (right.min(width) - x, bottom.min(height) - y);
    (w >= 0.0 && h >= 0.0).then_some((BoundingBox { x, y, w, h }, true))
}
