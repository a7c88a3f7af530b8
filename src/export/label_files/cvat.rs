//! CVAT 1.1 for images: `labels.xml`. Track ids and scores are attributes called `track_id` and `score`, as converters
//! have it; the format has no other place for them.

use std::{
    fmt::Write as _,
    fs::File,
    io::{BufWriter, Write},
    path::{Path, PathBuf},
};

use super::{
    LabelFrame, LabelSink, Lost, attributes_of, create, put,
    xml_text::{escaped, plain},
};
use crate::{export::ExportError, formats::value_of_text, model::Label};

pub(super) struct Cvat {
    path: PathBuf,
    out: BufWriter<File>,
    images: u64,
}

impl Cvat {
    pub(super) fn begin(folder: &Path) -> Result<Self, ExportError> {
        let path = folder.join("labels.xml");
        let mut out = create(&path)?;
        // The numbers in the names of images count from 0, whichever frames are exported.
        put(
            &mut out,
            &path,
            "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<annotations>\n  <version>1.1</version>\n  \
             <meta><frames_from>0</frames_from></meta>\n",
        )?;
        Ok(Self { path, out, images: 0 })
    }
}

/// What is counted where a value would be read as one of another kind, such as the text `7`: the format writes all as text.
pub(super) const KINDS: &str = "kinds of attribute values";

fn shape(text: &mut String, label: &Label, lost: &mut Lost) {
    let mut attributes = attributes_of(label);
    lost.add_if(attributes.values().any(|value| value_of_text(&plain(value)) != *value), KINDS);
    if let Some(score) = label.score {
        attributes.insert("score".to_owned(), score.into());
    }
    if let Some(track) = label.track_id {
        attributes.insert("track_id".to_owned(), track.into());
    }
    let (class, kind) = (escaped(&label.class), if label.bbox.is_some() { "box" } else { "tag" });
    // Writing to a string cannot fail.
    let _ = write!(text, "    <{kind} label=\"{class}\" source=\"manual\"");
    if let Some(bbox) = label.bbox {
        let occluded = attributes.shift_remove("occluded");
        let flag = occluded.as_ref().is_some_and(|value| matches!(plain(value).as_str(), "1" | "true"));
        if let Some(other) = occluded.filter(|value| value.as_i64() != Some(1)) {
            attributes.insert("occluded".to_owned(), other);
        }
        let (right, bottom) = (bbox.x + bbox.w, bbox.y + bbox.h);
        let _ = write!(
            text,
            " occluded=\"{}\" xtl=\"{}\" ytl=\"{}\" xbr=\"{right}\" ybr=\"{bottom}\" z_order=\"0\"",
            u8::from(flag),
            bbox.x,
            bbox.y
        );
    }
    if attributes.is_empty() {
        text.push_str("/>\n");
        return;
    }
    text.push_str(">\n");
    for (name, value) in &attributes {
        let _ = writeln!(text, "      <attribute name=\"{}\">{}</attribute>", escaped(name), escaped(&plain(value)));
    }
    let _ = writeln!(text, "    </{kind}>");
}

impl LabelSink for Cvat {
    fn frame(&mut self, frame: &LabelFrame<'_>, lost: &mut Lost) -> Result<u64, ExportError> {
        let mut text = format!(
            "  <image id=\"{}\" name=\"{}\" width=\"{}\" height=\"{}\">\n",
            self.images,
            escaped(frame.image),
            frame.width_px,
            frame.height_px
        );
        self.images += 1;
        for label in frame.labels {
            shape(&mut text, label, lost);
        }
        text.push_str("  </image>\n");
        put(&mut self.out, &self.path, &text)?;
        Ok(frame.labels.len() as u64)
    }

    fn finish(mut self: Box<Self>) -> Result<(), ExportError> {
        put(&mut self.out, &self.path, "</annotations>\n")?;
        self.out.flush().map_err(|source| ExportError::Write { path: self.path, source })
    }
}
