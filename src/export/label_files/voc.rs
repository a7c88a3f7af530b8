//! Pascal VOC: `annotations/<image>.xml`. The first pixel is 1 and the last one belongs to the box, so only the minimum
//! corner moves by one.

use std::{fmt::Write as _, path::Path};

use serde_json::Value;

use super::{
    ATTRIBUTES, FrameFiles, LabelFrame, LabelSink, Lost, SCORES, TAGS, TRACKS, attributes_of,
    xml_text::{escaped, plain},
};
use crate::{export::ExportError, model::Label};

pub(super) struct Voc {
    files: FrameFiles,
}

impl Voc {
    pub(super) fn new(folder: &Path) -> Self {
        Self { files: FrameFiles::new(folder.join("annotations")) }
    }
}

/// What the format keeps of an object beside its name and box, and the value that says nothing.
const KEPT: [(&str, &str); 4] = [("pose", "Unspecified"), ("truncated", "0"), ("difficult", "0"), ("occluded", "0")];

fn object(text: &mut String, label: &Label, lost: &mut Lost) -> bool {
    let Some(bbox) = label.bbox else {
        lost.add(TAGS);
        return false;
    };
    lost.add_if(label.score.is_some(), SCORES);
    lost.add_if(label.track_id.is_some(), TRACKS);
    let mut attributes = attributes_of(label);
    // Writing to a string cannot fail.
    let _ = writeln!(text, "  <object>\n    <name>{}</name>", escaped(&label.class));
    for (name, nothing) in KEPT {
        // All but the pose are flags.
        let fits =
            |value: &Value| if name == "pose" { value.is_string() } else { value.is_i64() || value.is_boolean() };
        let value = if attributes.get(name).is_some_and(fits) { attributes.shift_remove(name) } else { None };
        let value = match value {
            Some(Value::Bool(flag)) => u8::from(flag).to_string(),
            Some(value) => plain(&value),
            None => nothing.to_owned(),
        };
        let _ = writeln!(text, "    <{name}>{}</{name}>", escaped(&value));
    }
    lost.add_if(!attributes.is_empty(), ATTRIBUTES);
    let _ = writeln!(
        text,
        "    <bndbox><xmin>{}</xmin><ymin>{}</ymin><xmax>{}</xmax><ymax>{}</ymax></bndbox>\n  </object>",
        bbox.x + 1.0,
        bbox.y + 1.0,
        bbox.x + bbox.w,
        bbox.y + bbox.h
    );
    true
}

impl LabelSink for Voc {
    fn frame(&mut self, frame: &LabelFrame<'_>, lost: &mut Lost) -> Result<u64, ExportError> {
        let (folder, file) = frame.image.rsplit_once('/').unwrap_or(("", frame.image));
        let mut text = format!(
            "<annotation>\n  <folder>{}</folder>\n  <filename>{}</filename>\n  <source><database>Lakescope</database></source>\n  \
             <size><width>{}</width><height>{}</height><depth>3</depth></size>\n  <segmented>0</segmented>\n",
            escaped(folder),
            escaped(file),
            frame.width_px,
            frame.height_px
        );
        let written = frame.labels.iter().filter(|label| object(&mut text, label, lost)).count() as u64;
        text.push_str("</annotation>\n");
        self.files.write(frame.image, "xml", &text)?;
        Ok(written)
    }

    fn finish(self: Box<Self>) -> Result<(), ExportError> {
        Ok(())
    }
}
