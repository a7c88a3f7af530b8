//! Decoded images: the values of one frame, and the RGB picture made of them.

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
    /// The picture to show: 8-bit values as they are, others scaled from their minimum to their maximum; gray spreads
    /// to three channels and alpha is dropped. NaN shows black.
    #[must_use]
    pub fn into_rgb(self) -> RgbImage {
        let (width_px, height_px, channels) = (self.width_px, self.height_px, self.channels);
        let bytes = match self.samples {
            Samples::U8(values) => values,
            Samples::U16(values) => stretch(&values, |v| f64::from(*v)),
            Samples::I32(values) => stretch(&values, |v| f64::from(*v)),
            Samples::U32(values) => stretch(&values, |v| f64::from(*v)),
            Samples::F32(values) => stretch(&values, |v| f64::from(*v)),
            Samples::F64(values) => stretch(&values, |v| *v),
        };
        let pixels = match channels {
            1 => bytes.iter().flat_map(|v| [*v; 3]).collect(),
            4 => bytes.chunks_exact(4).flat_map(|p| [p[0], p[1], p[2]]).collect(),
            _ => bytes,
        };
        RgbImage { width_px, height_px, pixels }
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

/// Scales values linearly so that the smallest finite one is 0 and the largest 255.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to 0..=255 first")]
fn stretch<T>(values: &[T], to_f64: impl Fn(&T) -> f64) -> Vec<u8> {
    let (low, high) = values
        .iter()
        .map(&to_f64)
        .filter(|v| v.is_finite())
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(v), high.max(v)));
    // Halves, as the span of doubles may be more than a double can hold.
    let span = high / 2.0 - low / 2.0;
    let shade = |v: f64| if span > 0.0 { (v / 2.0 - low / 2.0) / span * 255.0 } else { 0.0 };
    values.iter().map(|v| shade(to_f64(v)).round().clamp(0.0, 255.0) as u8).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wide_values_are_told_exactly_and_shown_from_smallest_to_largest() {
        let raster = |samples| Raster { width_px: 3, height_px: 1, channels: 1, samples };
        let whole = raster(Samples::U32(vec![16_777_217, u32::MAX, 16_777_217]));
        assert_eq!((whole.values_at(0, 0), whole.values_at(1, 0)), (vec![16_777_217.0], vec![4_294_967_295.0]));
        assert_eq!(whole.into_rgb().pixels, [0, 0, 0, 255, 255, 255, 0, 0, 0]);
        let exact = 0.1 + f64::EPSILON / 8.0;
        let double = raster(Samples::F64(vec![exact, f64::NAN, 1.1]));
        assert_eq!((double.values_at(0, 0), double.values_at(3, 0)), (vec![exact], vec![]));
        assert_eq!(double.into_rgb().pixels, [0, 0, 0, 0, 0, 0, 255, 255, 255]);
        let far = raster(Samples::F64(vec![f64::MIN, 0.0, f64::MAX]));
        assert_eq!(far.into_rgb().pixels, [0, 0, 0, 128, 128, 128, 255, 255, 255]);
        let flat = raster(Samples::F64(vec![7.0; 3]));
        assert_eq!(flat.into_rgb().pixels, [0; 9]);
    }
}
