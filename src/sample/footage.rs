//! Draws the frames of one camera and writes its store.

use std::path::Path;

use rayon::prelude::*;

use super::{
    SampleError,
    drive::Drive,
    scene::{Detail, Seen, Stage, View},
    spec::{SampleLayout, SampleSpec},
};
use crate::{
    frames::{StoreLayout, StoreSpec, StoreWriter},
    jobs::Progress,
};

/// JPEG quality: flat colours show no artefacts at actual size, and the committed lake stays small.
const JPEG_QUALITY: i32 = 75;

/// Frames handed to the store at once.
const BATCH: u64 = 2048;

/// What was written of one camera.
pub(super) struct Footage {
    pub(super) camera: &'static str,
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) frames: u64,
    pub(super) rate_hz: f64,
    /// Objects on each picture of a lap.
    pub(super) pictures: Vec<Vec<Seen>>,
    pub(super) lap: Lap,
}

/// Which picture a frame shows.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lap {
    pub(super) frames: u64,
    pub(super) pictures: u64,
}

impl Lap {
    /// Number of the picture that frame `frame` shows, and of the lap it is in.
    pub(super) fn picture(self, frame: u64) -> (usize, i64) {
        let within = frame % self.frames;
        ((within * self.pictures / self.frames) as usize, (frame / self.frames) as i64)
    }

    /// First frame of the first lap that shows picture `picture`.
    fn first_frame(self, picture: u64) -> u64 {
        (picture * self.frames).div_ceil(self.pictures)
    }
}

/// Size, rate and layout of one store.
struct Plan {
    layout: StoreLayout,
    width: u32,
    height: u32,
    rate_hz: f64,
    frames: u64,
}

fn plan(spec: &SampleSpec, drive: &Drive, camera: u32) -> Plan {
    let full =
        |layout| Plan { layout, width: spec.width, height: spec.height, rate_hz: spec.rate_hz, frames: spec.frames };
    let last = camera + 1 == spec.cameras;
    // Lossless stores take much room: a third of the frames, and smaller ones.
    let lossless = |layout, part: u32| Plan {
        width: (spec.width / part).max(16),
        height: (spec.height / part).max(9),
        rate_hz: spec.rate_hz / 3.0,
        frames: spec.frames.div_ceil(3),
        ..full(layout)
    };
    let mut plan = match spec.layout {
        SampleLayout::Mixed if last && drive.index % 4 == 2 => lossless(StoreLayout::Gzip, 2),
        SampleLayout::Mixed if last && drive.index % 4 == 3 => lossless(StoreLayout::Raw, 4),
        SampleLayout::Mixed if camera > 0 => Plan {
            width: (spec.width * 3 / 4).max(16),
            height: (spec.height * 3 / 4).max(9),
            ..full(StoreLayout::Jpeg)
        },
        SampleLayout::Mixed | SampleLayout::Jpeg => full(StoreLayout::Jpeg),
        SampleLayout::Gzip => full(StoreLayout::Gzip),
        SampleLayout::Raw => full(StoreLayout::Raw),
    };
    if !spec.images {
        plan.layout = StoreLayout::TimesOnly;
    }
    plan
}

/// Draws and writes the store of camera number `camera`.
pub(super) fn write_footage(
    path: &Path,
    spec: &SampleSpec,
    drive: &Drive,
    camera: u32,
    view: View,
    name: &'static str,
    progress: &Progress,
) -> Result<Footage, SampleError> {
    let plan = plan(spec, drive, camera);
    let frame_bytes = plan.width as usize * plan.height as usize * 3;
    let lap_frames = ((spec.frames_per_lap() as f64 * plan.rate_hz / spec.rate_hz).round() as u64).max(1);
    let lap = Lap { frames: lap_frames, pictures: spec.pictures_per_lap(frame_bytes).min(lap_frames) };
    let needed = (0..lap.pictures).take_while(|picture| lap.first_frame(*picture) < plan.frames).count() as u64;
    let pictures: Vec<(Vec<u8>, Vec<Seen>)> = (0..needed)
        .into_par_iter()
        .map_init(
            || Artist::new(path, drive, &plan),
            |artist, picture| {
                progress.check()?;
                let t = Drive::frame_time_s(plan.rate_hz, camera, lap.first_frame(picture));
                artist.as_mut().map_err(|error| SampleError::Spec { what: error.to_string() })?.draw(path, view, t)
            },
        )
        .collect::<Result<_, SampleError>>()?;
    let (pictures, seen): (Vec<Vec<u8>>, Vec<Vec<Seen>>) = pictures.into_iter().unzip();
    write_store(path, &plan, drive, camera, name, &pictures, lap, progress)?;
    Ok(Footage {
        camera: name,
        width: plan.width,
        height: plan.height,
        frames: plan.frames,
        rate_hz: plan.rate_hz,
        pictures: seen,
        lap,
    })
}

#[expect(clippy::too_many_arguments, reason = "the parts of one store, used once")]
fn write_store(
    path: &Path,
    plan: &Plan,
    drive: &Drive,
    camera: u32,
    name: &str,
    pictures: &[Vec<u8>],
    lap: Lap,
    progress: &Progress,
) -> Result<(), SampleError> {
    let mut attributes = vec![("recording".to_owned(), drive.name.clone()), ("camera".to_owned(), name.to_owned())];
    if plan.layout != StoreLayout::TimesOnly {
        attributes.push(("color".to_owned(), "RGB".to_owned()));
    }
    let store = StoreSpec {
        layout: plan.layout,
        width_px: plan.width,
        height_px: plan.height,
        frames: plan.frames,
        rate_hz: plan.rate_hz,
        attributes,
    };
    let mut writer = StoreWriter::create(path, store)?;
    let batch = match plan.layout {
        StoreLayout::Jpeg | StoreLayout::TimesOnly => BATCH,
        // Pixels are copied for writing: 64 MB at once.
        StoreLayout::Gzip | StoreLayout::Raw => {
            ((64 << 20) / (u64::from(plan.width) * u64::from(plan.height) * 3).max(1)).clamp(1, BATCH)
        }
    };
    let mut first = 0;
    while first < plan.frames {
        progress.check()?;
        let end = (first + batch).min(plan.frames);
        if plan.layout != StoreLayout::TimesOnly {
            let rows: Vec<&[u8]> = (first..end).map(|frame| pictures[lap.picture(frame).0].as_slice()).collect();
            if plan.layout == StoreLayout::Jpeg { writer.append_jpeg(&rows)? } else { writer.append_pixels(&rows)? }
        }
        progress.add(end - first);
        first = end;
    }
    let stamps: Vec<i64> = (0..plan.frames).map(|frame| drive.frame_stamp_ns(plan.rate_hz, camera, frame)).collect();
    Ok(writer.finish(&stamps)?)
}

/// A stage and an encoder for one thread.
struct Artist<'a> {
    stage: Stage<'a>,
    jpeg: Option<turbojpeg::Compressor>,
    plan: &'a Plan,
    /// How much larger the frame is than what is drawn for labels alone.
    scale: u32,
}

impl<'a> Artist<'a> {
    fn new(path: &Path, drive: &'a Drive, plan: &'a Plan) -> Result<Self, SampleError> {
        let jpeg = |source| SampleError::Jpeg { path: path.to_owned(), source };
        let compressor = if plan.layout == StoreLayout::Jpeg {
            let mut compressor = turbojpeg::Compressor::new().map_err(jpeg)?;
            compressor.set_quality(JPEG_QUALITY).map_err(jpeg)?;
            compressor.set_subsamp(turbojpeg::Subsamp::Sub2x2).map_err(jpeg)?;
            compressor.set_optimize(true).map_err(jpeg)?;
            Some(compressor)
        } else {
            None
        };
        // Without pictures the boxes come from a small drawing: four times coarser, sixteen times cheaper.
        let scale = if plan.layout == StoreLayout::TimesOnly && plan.width >= 320 { 4 } else { 1 };
        // Compressed pixels stay free of noise, which no filter can shrink.
        let noise = if plan.layout == StoreLayout::Gzip { 0.0 } else { 1.0 };
        let stage = Stage::new(&drive.world, plan.width / scale, plan.height / scale, noise)
            .ok_or_else(|| SampleError::Spec { what: "frames need at least one pixel".to_owned() })?;
        Ok(Self { stage, jpeg: compressor, plan, scale })
    }

    fn draw(&mut self, path: &Path, view: View, t: f64) -> Result<(Vec<u8>, Vec<Seen>), SampleError> {
        if self.plan.layout == StoreLayout::TimesOnly {
            let mut seen = self.stage.draw(view, t, Detail::Labels);
            for one in &mut seen {
                one.bbox = one.bbox.scaled(self.scale);
            }
            return Ok((Vec::new(), seen));
        }
        let seen = self.stage.draw(view, t, Detail::Picture);
        let mut pixels = self.stage.rgb();
        if self.plan.layout == StoreLayout::Gzip {
            // Six bits a channel, as cheap sensors give: halves the size.
            for value in &mut pixels {
                *value &= 0xfc;
            }
        }
        let Some(jpeg) = &mut self.jpeg else { return Ok((pixels, seen)) };
        let image = turbojpeg::Image {
            pixels: pixels.as_slice(),
            width: self.plan.width as usize,
            pitch: self.plan.width as usize * 3,
            height: self.plan.height as usize,
            format: turbojpeg::PixelFormat::RGB,
        };
        let bytes =
            jpeg.compress_to_vec(image).map_err(|source| SampleError::Jpeg { path: path.to_owned(), source })?;
        Ok((bytes, seen))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_frame_shows_a_picture_drawn_at_or_before_it() {
        for (frames, pictures) in [(150, 150), (150, 40), (7, 3), (1, 1)] {
            let lap = Lap { frames, pictures };
            for frame in 0..frames * 2 {
                let (picture, number) = lap.picture(frame);
                assert!((picture as u64) < pictures && number == (frame / frames) as i64);
                let first = lap.first_frame(picture as u64);
                assert!(first <= frame % frames, "{frames}/{pictures}: frame {frame} shows {picture} of {first}");
                assert_eq!(lap.picture(first).0, picture);
            }
        }
    }
}
