//! Decoded images: the values of one frame, and the RGB picture made of them.

use super::look::{Look, ValueRange};

/// The stored values of one frame, row by row, channels interleaved.
#[derive(Debug, Clone, PartialEq)]
pub enum Samples {
    /// 8-bit values.
    U8(Vec<u8>),
    /// 16-bit values.
    U16(Vec<u16>),
    /// Signed 32-bit values (16-bit signed values are widened).
    I32(Vec<i32>),
    /// Unsigned 32-bit values.
    U32(Vec<u32>),
    /// Single-precision floating-point values.
    F32(Vec<f32>),
    /// Double-precision floating-point values.
    F64(Vec<f64>),
}

/// One frame as stored: values kept, nothing scaled.
#[derive(Debug, Clone, PartialEq)]
pub struct Raster {
    /// Width in pixels.
    pub width_px: u32,
    /// Height in pixels.
    pub height_px: u32,
    /// Values a pixel: 1 (gray), 3 (RGB) or 4 (RGBA).
    pub channels: u8,
    /// `width_px * height_px * channels` values.
    pub samples: Samples,
}

/// An 8-bit RGB picture, rows from the top, 3 bytes a pixel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RgbImage {
    /// Width in pixels.
    pub width_px: u32,
    /// Height in pixels.
    pub height_px: u32,
    /// `width_px * height_px * 3` bytes.
    pub pixels: Vec<u8>,
}

impl Raster {
    /// The picture to show: see [`Look`]. Gray spreads to three channels and alpha is dropped.
    #[must_use]
    pub fn to_rgb(&self, look: &Look) -> RgbImage {
        let bytes = match &self.samples {
            Samples::U8(values) => look.range.bytes(values),
            Samples::U16(values) => look.range.bytes(values),
            Samples::I32(values) => look.range.bytes(values),
            Samples::U32(values) => look.range.bytes(values),
            Samples::F32(values) => look.range.bytes(values),
            Samples::F64(values) => look.range.bytes(values),
        };
        self.picture(bytes, look)
    }

    /// As [`Self::to_rgb`], without a copy where the values can stay as they are.
    #[must_use]
    pub fn into_rgb(mut self, look: &Look) -> RgbImage {
        if look.range != ValueRange::MinMax {
            return self.to_rgb(look);
        }
        match &mut self.samples {
            Samples::U8(values) => {
                let values = std::mem::take(values);
                self.picture(values, look)
            }
            _ => self.to_rgb(look),
        }
    }

    /// The picture of values that are bytes already.
    fn picture(&self, bytes: Vec<u8>, look: &Look) -> RgbImage {
        let mut pixels: Vec<u8> = match self.channels {
            1 => bytes.iter().flat_map(|v| [*v; 3]).collect(),
            4 => bytes.as_chunks::<4>().0.iter().flat_map(|p| [p[0], p[1], p[2]]).collect(),
            _ => bytes,
        };
        if look.swap_red_blue && self.channels >= 3 {
            pixels.as_chunks_mut::<3>().0.iter_mut().for_each(|pixel| pixel.swap(0, 2));
        }
        RgbImage { width_px: self.width_px, height_px: self.height_px, pixels }
    }

    /// Exchanges the first and the third value of every pixel of a colour frame: blue stored first becomes red first.
    pub fn swap_red_blue(&mut self) {
        fn swap<T>(values: &mut [T], channels: usize) {
            values.chunks_exact_mut(channels).for_each(|pixel| pixel.swap(0, 2));
        }
        let channels = usize::from(self.channels);
        if channels < 3 {
            return;
        }
        match &mut self.samples {
            Samples::U8(values) => swap(values, channels),
            Samples::U16(values) => swap(values, channels),
            Samples::I32(values) => swap(values, channels),
            Samples::U32(values) => swap(values, channels),
            Samples::F32(values) => swap(values, channels),
            Samples::F64(values) => swap(values, channels),
        }
    }

    /// The stored values of pixel (`x`, `y`), one per channel; empty outside the image.
    #[must_use]
    pub fn values_at(&self, x: u32, y: u32) -> Vec<f64> {
        if x >= self.width_px || y >= self.height_px {
            return Vec::new();
        }
        let channels = usize::from(self.channels);
        let start = (y as usize * self.width_px as usize + x as usize) * channels;
        let range = start..start + channels;
        match &self.samples {
            Samples::U8(values) => values[range].iter().map(|v| f64::from(*v)).collect(),
            Samples::U16(values) => values[range].iter().map(|v| f64::from(*v)).collect(),
            Samples::I32(values) => values[range].iter().map(|v| f64::from(*v)).collect(),
            Samples::U32(values) => values[range].iter().map(|v| f64::from(*v)).collect(),
            Samples::F32(values) => values[range].iter().map(|v| f64::from(*v)).collect(),
            Samples::F64(values) => values[range].to_vec(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn channels_are_exchanged_on_request_alone() {
        let swap = Look { swap_red_blue: true, ..Look::default() };
        for (channels, values, plain, swapped) in [
            (1, vec![7], [7, 7, 7], [7, 7, 7]),
            (3, vec![1, 2, 3], [1, 2, 3], [3, 2, 1]),
            (4, vec![1, 2, 3, 99], [1, 2, 3], [3, 2, 1]),
        ] {
            let mut raster = Raster { width_px: 1, height_px: 1, channels, samples: Samples::U8(values) };
            assert_eq!(raster.to_rgb(&Look::default()).pixels, plain);
            assert_eq!(raster.to_rgb(&swap).pixels, swapped);
            assert_eq!(raster.clone().into_rgb(&swap).pixels, swapped);
            raster.swap_red_blue();
            assert_eq!(raster.into_rgb(&Look::default()).pixels, swapped);
        }
        let mut deep =
            Raster { width_px: 1, height_px: 1, channels: 4, samples: Samples::F32(vec![1.0, 2.0, 3.0, 0.5]) };
        deep.swap_red_blue();
        assert_eq!(deep.samples, Samples::F32(vec![3.0, 2.0, 1.0, 0.5]));
    }

    #[test]
    fn wide_values_are_told_exactly_and_shown_from_smallest_to_largest() {
        let raster = |samples| Raster { width_px: 3, height_px: 1, channels: 1, samples };
        let whole = raster(Samples::U32(vec![16_777_217, u32::MAX, 16_777_217]));
        assert_eq!((whole.values_at(0, 0), whole.values_at(1, 0)), (vec![16_777_217.0], vec![4_294_967_295.0]));
        assert_eq!(whole.into_rgb(&Look::default()).pixels, [0, 0, 0, 255, 255, 255, 0, 0, 0]);
        let exact = 0.1 + f64::EPSILON / 8.0;
        let double = raster(Samples::F64(vec![exact, f64::NAN, 1.1]));
        assert_eq!((double.values_at(0, 0), double.values_at(3, 0)), (vec![exact], vec![]));
        assert_eq!(double.into_rgb(&Look::default()).pixels, [0, 0, 0, 0, 0, 0, 255, 255, 255]);
        let far = raster(Samples::F64(vec![f64::MIN, 0.0, f64::MAX]));
        assert_eq!(far.into_rgb(&Look::default()).pixels, [0, 0, 0, 128, 128, 128, 255, 255, 255]);
        let flat = raster(Samples::F64(vec![7.0; 3]));
        assert_eq!(flat.into_rgb(&Look::default()).pixels, [0; 9]);
    }
}
