//! BDD100K: `labels.json`, a list of frames with their labels. The last column and row belong to a box, so `x2` is one less
//! than the right edge.

use std::{
    fs::File,
    io::{BufWriter, Write},
    path::{Path, PathBuf},
};

use serde_json::{Value, json};

use super::{LabelFrame, LabelSink, Lost, attributes_of, create, put};
use crate::{export::ExportError, model::Label};

pub(super) struct Bdd {
    path: PathBuf,
    out: BufWriter<File>,
    any: bool,
}

impl Bdd {
    pub(super) fn begin(folder: &Path) -> Result<Self, ExportError> {
        let path = folder.join("labels.json");
        let mut out = create(&path)?;
        put(&mut out, &path, "[")?;
        Ok(Self { path, out, any: false })
    }
}

fn label_of(label: &Label) -> Value {
    let mut value = json!({"category": label.class});
    if let Some(track) = label.track_id {
        // Ids are words in this format.
        value["id"] = json!(track.to_string());
    }
    if let Some(bbox) = label.bbox {
        value["box2d"] = json!({"x1": bbox.x, "y1": bbox.y, "x2": bbox.x + bbox.w - 1.0, "y2": bbox.y + bbox.h - 1.0});
    }
    if let Some(score) = label.score {
        value["score"] = json!(score);
    }
    let mut attributes = attributes_of(label);
    if let (None, Some(id)) = (label.track_id, attributes.remove("id")) {
        value["id"] = id;
    }
    if !attributes.is_empty() {
        value["attributes"] = Value::Object(attributes);
    }
    value
}

impl LabelSink for Bdd {
    fn frame(&mut self, frame: &LabelFrame<'_>, _: &mut Lost) -> Result<u64, ExportError> {
        let labels: Vec<Value> = frame.labels.iter().map(label_of).collect();
        let written = labels.len() as u64;
        let image = json!({
            "name": frame.image,
            "videoName": format!("{}/{}", frame.id.recording, frame.id.camera),
            "frameIndex": frame.id.frame_idx,
            "timestamp": frame.time_ns.div_euclid(1_000_000),
            "labels": labels,
        });
        let comma = if self.any { "," } else { "" };
        self.any = true;
        put(&mut self.out, &self.path, &format!("{comma}\n{image}"))?;
        Ok(written)
    }

    fn finish(mut self: Box<Self>) -> Result<(), ExportError> {
        put(&mut self.out, &self.path, "\n]\n")?;
        self.out.flush().map_err(|source| ExportError::Write { path: self.path, source })
    }
}
