//! The part of a frame that shows one object.

use serde::{Deserialize, Serialize};

use super::{BoundingBox, Raster, RgbImage, Samples};

/// Pixels of a frame; never empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub struct PixelArea {
    /// Left edge.
    pub x: u32,
    /// Top edge.
    pub y: u32,
    /// Width.
    pub w: u32,
    /// Height.
    pub h: u32,
}

/// How much of a frame is cut out around a box.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct CropCut {
    /// What is added on each side, in percent of the box's width and height.
    pub margin_percent: u8,
    /// A square around the middle of the box, as large as the longer side, moved into the frame where it would leave it.
    pub square: bool,
}

/// Farther away than any pixel of any frame.
const FAR: f64 = 1e12;

impl CropCut {
    /// The whole pixels that the box and its margin touch, inside a frame of this size; `None` when there are none.
    #[must_use]
    pub fn area(self, bbox: &BoundingBox, (width_px, height_px): (u32, u32)) -> Option<PixelArea> {
        let BoundingBox { x, y, w, h } = *bbox;
        if !([x, y, w, h].iter().all(|value| value.is_finite()) && w > 0.0 && h > 0.0) {
            return None;
        }
        let share = f64::from(self.margin_percent) / 100.0;
        let across = ends((x - w * share, x + w + w * share), width_px)?;
        let down = ends((y - h * share, y + h + h * share), height_px)?;
        let (across, down) = if self.square {
            let side = w.max(h) * (1.0 + 2.0 * share);
            (around(x + w / 2.0, side, width_px), around(y + h / 2.0, side, height_px))
        } else {
            (across, down)
        };
        Some(PixelArea { x: across.0, y: down.0, w: across.1 - across.0, h: down.1 - down.0 })
    }
}

/// The whole pixels between two places, inside the frame; `None` when none are.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to the frame first")]
fn ends((from, to): (f64, f64), limit: u32) -> Option<(u32, u32)> {
    let limit = f64::from(limit);
    let (from, to) = (from.floor().clamp(0.0, limit), to.ceil().clamp(0.0, limit));
    (from < to).then_some((from as u32, to as u32))
}

/// A stretch of whole pixels around a place, moved into the frame; the whole frame when it is longer. Never empty in a
/// frame that has pixels.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to the frame first")]
fn around(middle: f64, side: f64, limit: u32) -> (u32, u32) {
    let length = side.clamp(1.0, FAR).ceil().min(f64::from(limit));
    let from = (middle - length / 2.0).round().clamp(0.0, f64::from(limit) - length);
    (from as u32, (from + length) as u32)
}

impl Raster {
    /// A part of the frame, values as they are; `None` when the area is not inside.
    #[must_use]
    pub fn crop(&self, area: PixelArea) -> Option<Self> {
        fn cut<T: Copy>(values: &[T], width: usize, channels: usize, area: PixelArea) -> Option<Vec<T>> {
            let (x, y, w, h) = (area.x as usize, area.y as usize, area.w as usize, area.h as usize);
            let mut out = Vec::with_capacity(w * h * channels);
            for line in y..y + h {
                let start = (line * width + x) * channels;
                out.extend_from_slice(values.get(start..start + w * channels)?);
            }
            Some(out)
        }
        let inside =
            |from: u32, length: u32, limit: u32| length > 0 && from.checked_add(length).is_some_and(|end| end <= limit);
        if !(inside(area.x, area.w, self.width_px) && inside(area.y, area.h, self.height_px)) {
            return None;
        }
        let (width, channels) = (self.width_px as usize, usize::from(self.channels));
        let samples = match &self.samples {
            Samples::U8(values) => Samples::U8(cut(values, width, channels, area)?),
            Samples::U16(values) => Samples::U16(cut(values, width, channels, area)?),
            Samples::I32(values) => Samples::I32(cut(values, width, channels, area)?),
            Samples::U32(values) => Samples::U32(cut(values, width, channels, area)?),
            Samples::F32(values) => Samples::F32(cut(values, width, channels, area)?),
            Samples::F64(values) => Samples::F64(cut(values, width, channels, area)?),
        };
        Some(Self { width_px: area.w, height_px: area.h, channels: self.channels, samples })
    }
}

impl From<RgbImage> for Raster {
    fn from(image: RgbImage) -> Self {
        Self { width_px: image.width_px, height_px: image.height_px, channels: 3, samples: Samples::U8(image.pixels) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boxes_become_whole_pixels_inside_the_frame() {
        let plain = CropCut::default();
        let wide = CropCut { margin_percent: 50, square: false };
        let square = CropCut { margin_percent: 0, square: true };
        for (cut, bbox, expected) in [
            (plain, [10.0, 20.0, 5.0, 7.0], Some([10, 20, 5, 7])),
            (plain, [10.4, 20.0, 5.2, 0.5], Some([10, 20, 6, 1])),
            (plain, [-3.0, -4.0, 5.0, 5.0], Some([0, 0, 2, 1])),
            (plain, [95.0, 45.0, 50.0, 50.0], Some([95, 45, 5, 5])),
            (plain, [100.0, 0.0, 5.0, 5.0], None),
            (plain, [-9.0, 0.0, 9.0, 5.0], None),
            (plain, [1.0, 1.0, 0.0, 5.0], None),
            (plain, [f64::NAN, 1.0, 2.0, 5.0], None),
            (plain, [-1e300, -1e300, f64::MAX, f64::MAX], Some([0, 0, 100, 50])),
            (wide, [10.0, 20.0, 4.0, 8.0], Some([8, 16, 8, 16])),
            (square, [10.0, 20.0, 4.0, 8.0], Some([8, 20, 8, 8])),
            (square, [0.0, 20.0, 4.0, 8.0], Some([0, 20, 8, 8])),
            (square, [96.0, 46.0, 4.0, 4.0], Some([96, 46, 4, 4])),
            (square, [0.0, 0.0, 90.0, 10.0], Some([0, 0, 90, 50])),
            (square, [200.0, 0.0, 4.0, 4.0], None),
        ] {
            let [x, y, w, h] = bbox;
            let found = cut.area(&BoundingBox { x, y, w, h }, (100, 50));
            assert_eq!(found.map(|area| [area.x, area.y, area.w, area.h]), expected, "{cut:?} {bbox:?}");
        }
    }

    #[test]
    fn a_crop_is_a_slice() {
        let values: Vec<u16> = (0..4 * 3 * 3).collect();
        let raster = Raster { width_px: 4, height_px: 3, channels: 3, samples: Samples::U16(values) };
        let area = PixelArea { x: 1, y: 1, w: 2, h: 2 };
        let crop = raster.crop(area).unwrap();
        assert_eq!((crop.width_px, crop.height_px, crop.channels), (2, 2, 3));
        assert_eq!(crop.samples, Samples::U16(vec![15, 16, 17, 18, 19, 20, 27, 28, 29, 30, 31, 32]));
        for area in [
            PixelArea { x: 3, y: 0, w: 2, h: 1 },
            PixelArea { x: 0, y: 0, w: 0, h: 1 },
            PixelArea { x: u32::MAX, y: 0, w: 1, h: 1 },
        ] {
            assert_eq!(raster.crop(area), None);
        }
        let torn = Raster { width_px: 4, height_px: 3, channels: 1, samples: Samples::U8(vec![0; 5]) };
        assert_eq!(torn.crop(area), None);
    }
}
