//! Stored values made into a raster: byte order, order of axes, where they begin, palettes.

use super::{Encoding, FrameLayout, Origin, PixelOrder, ValueType, recognise::picture_size};
use crate::model::{Raster, Samples};

/// The raster of a frame's stored bytes.
///
/// # Errors
/// What does not fit, as a clause.
pub(super) fn to_raster(layout: &FrameLayout, bytes: Vec<u8>) -> Result<Raster, String> {
    let Encoding::Pixels { value, big_endian, order } = layout.encoding else {
        return super::coded::decode(&bytes);
    };
    let (width, height, channels) =
        picture_size(layout.frame_shape(), order).ok_or("the axes of its dataset are not those of an image")?;
    let count = width.checked_mul(height).and_then(|n| n.checked_mul(channels));
    let fits = count.and_then(|n| usize::try_from(n).ok()?.checked_mul(value.bytes())) == Some(bytes.len());
    let channels =
        u8::try_from(channels).ok().filter(|c| matches!(c, 1 | 3 | 4)).ok_or("it has an odd number of channels")?;
    let (Ok(width_px), Ok(height_px), true) = (u32::try_from(width), u32::try_from(height), fits) else {
        return Err("its bytes do not fit its shape".to_owned());
    };
    super::coded::checked(width_px as usize, height_px as usize)?;
    let samples = match (value, big_endian) {
        (ValueType::U8, _) => Samples::U8(bytes),
        (ValueType::I8, _) => Samples::I32(bytes.iter().map(|b| i32::from(b.cast_signed())).collect()),
        (ValueType::U16, false) => Samples::U16(each(&bytes, u16::from_le_bytes)),
        (ValueType::U16, true) => Samples::U16(each(&bytes, u16::from_be_bytes)),
        (ValueType::I16, false) => Samples::I32(each(&bytes, |b| i32::from(i16::from_le_bytes(b)))),
        (ValueType::I16, true) => Samples::I32(each(&bytes, |b| i32::from(i16::from_be_bytes(b)))),
        (ValueType::I32, false) => Samples::I32(each(&bytes, i32::from_le_bytes)),
        (ValueType::I32, true) => Samples::I32(each(&bytes, i32::from_be_bytes)),
        (ValueType::U32, false) => Samples::U32(each(&bytes, u32::from_le_bytes)),
        (ValueType::U32, true) => Samples::U32(each(&bytes, u32::from_be_bytes)),
        (ValueType::F32, false) => Samples::F32(each(&bytes, f32::from_le_bytes)),
        (ValueType::F32, true) => Samples::F32(each(&bytes, f32::from_be_bytes)),
        (ValueType::F64, false) => Samples::F64(each(&bytes, f64::from_le_bytes)),
        (ValueType::F64, true) => Samples::F64(each(&bytes, f64::from_be_bytes)),
    };
    let samples = match order {
        PixelOrder::Chw if channels > 1 => interleave(samples, channels, count_of(width, height)),
        // Each line is a picture of planes by itself.
        PixelOrder::Hcw if channels > 1 => interleave(samples, channels, count_of(width, 1)),
        _ => samples,
    };
    let samples = turned(samples, layout.origin, count_of(width, 1) * usize::from(channels), channels);
    let raster = Raster { width_px, height_px, channels, samples };
    Ok(colour(raster, &layout.palette, layout.white_is_zero))
}

/// Width, height and channels of a frame whose stored bytes are its picture as they are: 8-bit values, channels last, no
/// palette.
pub(super) fn plain_bytes(layout: &FrameLayout, bytes: &[u8]) -> Option<(u32, u32, u8)> {
    let Encoding::Pixels { value: ValueType::U8, order, .. } = layout.encoding else { return None };
    let (width, height, channels) = picture_size(layout.frame_shape(), order)?;
    let usual = layout.palette.is_empty() && !layout.white_is_zero && layout.origin == Origin::UpperLeft;
    let in_rows = matches!(order, PixelOrder::Hw | PixelOrder::Hwc);
    let plain = usual && (in_rows || channels == 1);
    let channels = u8::try_from(channels).ok().filter(|c| plain && matches!(c, 1 | 3 | 4))?;
    let (width_px, height_px) = (u32::try_from(width).ok()?, u32::try_from(height).ok()?);
    let count = width.checked_mul(height)?.checked_mul(u64::from(channels))?;
    (count == bytes.len() as u64 && count > 0).then_some((width_px, height_px, channels))
}

fn each<const N: usize, T>(bytes: &[u8], convert: impl Fn([u8; N]) -> T) -> Vec<T> {
    bytes.as_chunks::<N>().0.iter().map(|b| convert(*b)).collect()
}

/// Pixels of an area that is known to fit into memory.
fn count_of(width: u64, height: u64) -> usize {
    usize::try_from(width.saturating_mul(height)).unwrap_or(usize::MAX)
}

/// Applies what is written once for every type of values.
macro_rules! each_type {
    ($samples:expr, $values:ident => $result:expr) => {
        match $samples {
            Samples::U8($values) => Samples::U8($result),
            Samples::U16($values) => Samples::U16($result),
            Samples::I32($values) => Samples::I32($result),
            Samples::U32($values) => Samples::U32($result),
            Samples::F32($values) => Samples::F32($result),
            Samples::F64($values) => Samples::F64($result),
        }
    };
}

/// Turns rows and columns round so that the first row is at the top and the first column at the left.
fn turned(samples: Samples, origin: Origin, row: usize, channels: u8) -> Samples {
    fn turn<T>(mut values: Vec<T>, origin: Origin, row: usize, channels: usize) -> Vec<T> {
        if matches!(origin, Origin::LowerLeft | Origin::LowerRight) {
            let rows = values.len() / row;
            for at in 0..rows / 2 {
                let (upper, lower) = values.split_at_mut((rows - 1 - at) * row);
                upper[at * row..(at + 1) * row].swap_with_slice(&mut lower[..row]);
            }
        }
        if matches!(origin, Origin::UpperRight | Origin::LowerRight) {
            for row in values.chunks_exact_mut(row) {
                row.reverse();
                row.chunks_exact_mut(channels).for_each(<[T]>::reverse);
            }
        }
        values
    }
    if origin == Origin::UpperLeft || row == 0 {
        return samples;
    }
    let channels = usize::from(channels);
    each_type!(samples, values => turn(values, origin, row, channels))
}

/// Planes of `plane` values each made into pixels, group of planes by group.
fn interleave(samples: Samples, channels: u8, plane: usize) -> Samples {
    fn all<T: Copy>(values: &[T], channels: usize, plane: usize) -> Vec<T> {
        if values.len() == channels * plane {
            return mix(values, channels);
        }
        values.chunks_exact((channels * plane).max(1)).flat_map(|group| mix(group, channels)).collect()
    }
    fn mix<T: Copy>(values: &[T], channels: usize) -> Vec<T> {
        let plane = values.len() / channels;
        if let (3, Some(first)) = (channels, values.first()) {
            // The common case, in a form the compiler makes fast.
            let (red, rest) = values.split_at(plane);
            let (green, blue) = rest.split_at(plane);
            let mut mixed = vec![*first; values.len()];
            for (((pixel, r), g), b) in mixed.as_chunks_mut::<3>().0.iter_mut().zip(red).zip(green).zip(blue) {
                *pixel = [*r, *g, *b];
            }
            return mixed;
        }
        (0..plane).flat_map(|pixel| (0..channels).map(move |c| values[c * plane + pixel])).collect()
    }
    let channels = usize::from(channels);
    each_type!(samples, values => all(&values, channels, plane))
}

/// Looks 8-bit gray values up in the palette, or turns unsigned ones round where 0 is white. Values beyond the palette
/// are black.
fn colour(raster: Raster, palette: &[u8], white_is_zero: bool) -> Raster {
    match raster.samples {
        Samples::U8(values) if raster.channels == 1 && !palette.is_empty() => {
            let mut table = [[0_u8; 3]; 256];
            for (to, from) in table.iter_mut().zip(palette.as_chunks::<3>().0) {
                *to = *from;
            }
            let pixels = values.iter().flat_map(|v| table[usize::from(*v)]).collect();
            Raster { channels: 3, samples: Samples::U8(pixels), ..raster }
        }
        Samples::U8(values) if raster.channels == 1 && white_is_zero => {
            Raster { samples: Samples::U8(values.iter().map(|v| 255 - v).collect()), ..raster }
        }
        Samples::U16(values) if raster.channels == 1 && white_is_zero => {
            Raster { samples: Samples::U16(values.iter().map(|v| !v).collect()), ..raster }
        }
        Samples::U32(values) if raster.channels == 1 && white_is_zero => {
            Raster { samples: Samples::U32(values.iter().map(|v| !v).collect()), ..raster }
        }
        samples => Raster { samples, ..raster },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frames::Storage;

    fn layout(shape: &[u64], value: ValueType, big_endian: bool, order: PixelOrder) -> FrameLayout {
        FrameLayout {
            dataset: "/frames".to_owned(),
            members: vec![],
            shape: shape.to_vec(),
            chunk: vec![],
            encoding: Encoding::Pixels { value, big_endian, order },
            storage: Storage::Contiguous,
            filters: vec![],
            fill: vec![],
            palette: vec![],
            white_is_zero: false,
            sources: vec![],
            parts: vec![],
            origin: Origin::UpperLeft,
        }
    }

    #[test]
    fn every_number_format() {
        use PixelOrder::Hw;
        use ValueType::{F32, F64, I8, I16, I32, U8, U16, U32};
        for (value, big_endian, bytes, expected) in [
            (U8, false, vec![1, 255], Samples::U8(vec![1, 255])),
            (I8, false, vec![1, 255], Samples::I32(vec![1, -1])),
            (U16, false, vec![1, 2, 3, 4], Samples::U16(vec![0x0201, 0x0403])),
            (U16, true, vec![1, 2, 3, 4], Samples::U16(vec![0x0102, 0x0304])),
            (I16, true, vec![255, 254, 0, 1], Samples::I32(vec![-2, 1])),
            (I32, false, vec![255, 255, 255, 255, 1, 0, 0, 0], Samples::I32(vec![-1, 1])),
            (U32, false, vec![5, 0, 0, 0, 1, 0, 0, 0], Samples::U32(vec![5, 1])),
            (U32, true, vec![255, 0, 0, 1, 0, 0, 0, 1], Samples::U32(vec![4_278_190_081, 1])),
            (F32, true, [1.5_f32, -2.0].iter().flat_map(|v| v.to_be_bytes()).collect(), Samples::F32(vec![1.5, -2.0])),
            (F64, false, [0.1_f64, -2.0].iter().flat_map(|v| v.to_le_bytes()).collect(), Samples::F64(vec![0.1, -2.0])),
            (
                F64,
                true,
                [0.1_f64, 1e300].iter().flat_map(|v| v.to_be_bytes()).collect(),
                Samples::F64(vec![0.1, 1e300]),
            ),
        ] {
            let raster = to_raster(&layout(&[9, 1, 2], value, big_endian, Hw), bytes).unwrap();
            assert_eq!(raster.samples, expected, "{value:?}");
        }
    }

    #[test]
    fn planes_palettes_and_white() {
        let chw = layout(&[9, 3, 1, 2], ValueType::U8, false, PixelOrder::Chw);
        assert_eq!(to_raster(&chw, vec![1, 2, 3, 4, 5, 6]).unwrap().samples, Samples::U8(vec![1, 3, 5, 2, 4, 6]));
        let four = layout(&[9, 4, 1, 2], ValueType::U8, false, PixelOrder::Chw);
        let rgba = to_raster(&four, (1..=8).collect()).unwrap();
        assert_eq!(rgba.samples, Samples::U8(vec![1, 3, 5, 7, 2, 4, 6, 8]));
        let mut indexed = layout(&[9, 1, 2], ValueType::U8, false, PixelOrder::Hw);
        indexed.palette = vec![10, 11, 12, 20, 21, 22];
        let raster = to_raster(&indexed, vec![1, 7]).unwrap();
        assert_eq!((raster.channels, raster.samples), (3, Samples::U8(vec![20, 21, 22, 0, 0, 0])));
        let mut white = layout(&[9, 1, 2], ValueType::U8, false, PixelOrder::Hw);
        white.white_is_zero = true;
        assert_eq!(to_raster(&white, vec![0, 200]).unwrap().samples, Samples::U8(vec![255, 55]));
        let mut deep = layout(&[9, 1, 2], ValueType::U16, false, PixelOrder::Hw);
        deep.white_is_zero = true;
        assert_eq!(to_raster(&deep, vec![0, 0, 1, 1]).unwrap().samples, Samples::U16(vec![65_535, 65_278]));
        let lines = layout(&[9, 2, 3, 2], ValueType::U8, false, PixelOrder::Hcw);
        let rgb = to_raster(&lines, (1..=12).collect()).unwrap();
        assert_eq!(rgb.samples, Samples::U8(vec![1, 3, 5, 2, 4, 6, 7, 9, 11, 8, 10, 12]));
    }

    #[test]
    fn origins_turn_rows_and_columns() {
        use Origin::{LowerLeft, LowerRight, UpperLeft, UpperRight};
        for (origin, gray, colour) in [
            (UpperLeft, [1, 2, 3, 4, 5, 6], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]),
            (LowerLeft, [5, 6, 3, 4, 1, 2], [7, 8, 9, 10, 11, 12, 1, 2, 3, 4, 5, 6]),
            (UpperRight, [2, 1, 4, 3, 6, 5], [4, 5, 6, 1, 2, 3, 10, 11, 12, 7, 8, 9]),
            (LowerRight, [6, 5, 4, 3, 2, 1], [10, 11, 12, 7, 8, 9, 4, 5, 6, 1, 2, 3]),
        ] {
            let mut three_rows = layout(&[9, 3, 2], ValueType::U8, false, PixelOrder::Hw);
            three_rows.origin = origin;
            assert_eq!(to_raster(&three_rows, (1..=6).collect()).unwrap().samples, Samples::U8(gray.to_vec()));
            let mut two_rows = layout(&[9, 2, 2, 3], ValueType::U8, false, PixelOrder::Hwc);
            two_rows.origin = origin;
            assert_eq!(to_raster(&two_rows, (1..=12).collect()).unwrap().samples, Samples::U8(colour.to_vec()));
        }
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let hwc = layout(&[9, 2, 2, 3], ValueType::U8, false, PixelOrder::Hwc);
        assert!(to_raster(&hwc, vec![0; 11]).is_err());
        assert!(to_raster(&layout(&[9, 2, 2, 2], ValueType::U8, false, PixelOrder::Hwc), vec![0; 8]).is_err());
        assert!(to_raster(&layout(&[9, 2], ValueType::U8, false, PixelOrder::Hwc), vec![0; 2]).is_err());
    }
}
