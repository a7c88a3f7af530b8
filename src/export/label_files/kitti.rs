//! KITTI: `labels/<image>.txt` with the objects of a frame, or `labels/<recording>/<camera>.txt` with those of a drive.

use std::{
    fmt::Write as _,
    fs::{self, OpenOptions},
    io::BufWriter,
    path::{Path, PathBuf},
};

use super::{
    ATTRIBUTES, FrameFiles, LabelFrame, LabelSink, Lost, TAGS, TRACKS, attributes_of, count_from_zero,
    lines::{one_word, take_number, take_three},
    put,
};
use crate::{export::ExportError, model::Label};

/// Words for names that are written with `class_` before them.
pub(super) const NUMBERS: &str = "class names that are numbers";

/// One file per frame, also for frames without objects.
pub(super) struct Objects {
    files: FrameFiles,
}

impl Objects {
    pub(super) fn begin(folder: &Path) -> Result<Self, ExportError> {
        let labels = folder.join("labels");
        count_from_zero(&labels)?;
        Ok(Self { files: FrameFiles::new(labels) })
    }
}

impl LabelSink for Objects {
    fn frame(&mut self, frame: &LabelFrame<'_>, lost: &mut Lost) -> Result<u64, ExportError> {
        let (mut text, mut written) = (String::new(), 0);
        for label in frame.labels {
            if object(&mut text, label, lost) {
                lost.add_if(label.track_id.is_some(), TRACKS);
                written += 1;
            }
        }
        self.files.write(frame.image, "txt", &text)?;
        Ok(written)
    }

    fn finish(self: Box<Self>) -> Result<(), ExportError> {
        Ok(())
    }
}

/// One file per footage; labels without a track have the track -1.
pub(super) struct Tracking {
    folder: PathBuf,
    open: Option<(PathBuf, BufWriter<fs::File>)>,
}

impl Tracking {
    pub(super) fn new(folder: &Path) -> Self {
        Self { folder: folder.join("labels"), open: None }
    }

    fn close(&mut self) -> Result<(), ExportError> {
        match self.open.take() {
            Some((path, mut out)) => {
                std::io::Write::flush(&mut out).map_err(|source| ExportError::Write { path, source })
            }
            None => Ok(()),
        }
    }
}

impl LabelSink for Tracking {
    fn frame(&mut self, frame: &LabelFrame<'_>, lost: &mut Lost) -> Result<u64, ExportError> {
        let footage = frame.image.rsplit_once('/').map_or(frame.image, |(footage, _)| footage);
        let path = self.folder.join(format!("{footage}.txt"));
        if self.open.as_ref().is_none_or(|(open, _)| *open != path) {
            self.close()?;
            let failed = |source| ExportError::Write { path: path.clone(), source };
            path.parent().map_or(Ok(()), fs::create_dir_all).map_err(failed)?;
            // Frames may come in any order, so a footage may be met again.
            let file = OpenOptions::new().append(true).create(true).open(&path).map_err(failed)?;
            self.open = Some((path.clone(), BufWriter::new(file)));
        }
        let (mut text, mut written) = (String::new(), 0);
        for label in frame.labels {
            let before = text.len();
            // Writing to a string cannot fail.
            let _ = write!(text, "{} {} ", frame.id.frame_idx, label.track_id.unwrap_or(-1));
            if object(&mut text, label, lost) {
                lost.add_if(label.track_id.is_some_and(|track| track < 0), TRACKS);
                written += 1;
            } else {
                text.truncate(before);
            }
        }
        if let Some((path, out)) = &mut self.open {
            put(out, path, &text)?;
        }
        Ok(written)
    }

    fn finish(mut self: Box<Self>) -> Result<(), ExportError> {
        self.close()
    }
}

/// `type truncated occluded alpha left top right bottom height width length x y z rotation_y [score]`, with the values
/// that the development kit gives to what is not known. Tells whether there was a box to write.
fn object(text: &mut String, label: &Label, lost: &mut Lost) -> bool {
    let Some(bbox) = label.bbox else {
        lost.add(TAGS);
        return false;
    };
    let (class, changed) = one_word(&label.class);
    lost.add_if(changed, "blanks in class names");
    // Readers tell a line of KITTI from one of YOLO by its first column.
    let is_number = class.parse::<f64>().is_ok();
    lost.add_if(is_number, NUMBERS);
    let class = if is_number { format!("class_{class}") } else { class };
    let mut known = attributes_of(label);
    let mut number = |name, unknown| take_number(&mut known, name).unwrap_or(unknown);
    let (truncated, occluded, alpha) = (number("truncated", -1.0), number("occluded", -1.0), number("alpha", -10.0));
    let rotation = number("rotation_y", -10.0);
    let size = take_three(&mut known, "dimensions").unwrap_or([-1.0; 3]);
    let place = take_three(&mut known, "location").unwrap_or([-1000.0; 3]);
    lost.add_if(!known.is_empty(), ATTRIBUTES);
    // Writing to a string cannot fail.
    let _ = write!(
        text,
        "{class} {truncated} {occluded} {alpha} {} {} {} {}",
        bbox.x,
        bbox.y,
        bbox.x + bbox.w,
        bbox.y + bbox.h
    );
    for value in size.into_iter().chain(place).chain([rotation]).chain(label.score) {
        let _ = write!(text, " {value}");
    }
    text.push('\n');
    true
}
