//! Thumbnails as small JPEG files, for the store that keeps them.

use std::cell::RefCell;

use turbojpeg::{Compressor, Image, PixelFormat, Subsamp};

use super::coded;
use crate::model::{RgbImage, Samples};

/// Quality of a thumbnail.
const QUALITY: i32 = 85;
/// Pictures below this width are kept with more care: few pixels show every fault.
const SMALL_WIDTH_PX: u32 = 96;
const SMALL_QUALITY: i32 = 93;

thread_local! {
    static ENCODER: RefCell<Option<Compressor>> = const { RefCell::new(None) };
}

/// A thumbnail as a JPEG file.
///
/// # Errors
/// What the encoder refuses, as a clause.
pub fn encode_thumbnail(picture: &RgbImage) -> Result<Vec<u8>, String> {
    let (width, height) = (picture.width_px as usize, picture.height_px as usize);
    if width == 0
        || height == 0
        || width.checked_mul(height).and_then(|n| n.checked_mul(3)) != Some(picture.pixels.len())
    {
        return Err("the picture is empty".to_owned());
    }
    let (quality, subsampling) = match picture.width_px {
        0..SMALL_WIDTH_PX => (SMALL_QUALITY, Subsamp::None),
        _ => (QUALITY, Subsamp::Sub2x2),
    };
    let image = Image { pixels: &picture.pixels[..], width, pitch: width * 3, height, format: PixelFormat::RGB };
    ENCODER.with_borrow_mut(|kept| {
        let mut encode = || {
            let mut encoder = match kept.take() {
                Some(encoder) => encoder,
                None => Compressor::new()?,
            };
            encoder.set_quality(quality)?;
            encoder.set_subsamp(subsampling)?;
            let bytes = encoder.compress_to_vec(image)?;
            *kept = Some(encoder);
            Ok(bytes)
        };
        encode().map_err(|error: turbojpeg::Error| error.to_string())
    })
}

/// Width and height that a thumbnail's file declares; nothing when it is no JPEG file.
#[must_use]
pub fn thumbnail_dimensions(bytes: &[u8]) -> Option<(u32, u32)> {
    if coded::Coding::of(bytes) == Some(coded::Coding::Jpeg) { coded::dimensions(bytes).ok() } else { None }
}

/// The picture of a JPEG file that must have exactly this size; nothing when it is something else. The bytes may come
/// from anywhere.
#[must_use]
pub fn decode_thumbnail(bytes: &[u8], (width, height): (u32, u32)) -> Option<RgbImage> {
    if thumbnail_dimensions(bytes)? != (width, height) {
        return None;
    }
    let raster = coded::decode(bytes).ok()?;
    match raster.samples {
        Samples::U8(pixels) if raster.channels == 3 => Some(RgbImage { width_px: width, height_px: height, pixels }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(width: u32, height: u32) -> RgbImage {
        let byte = |n: u32| u8::try_from(n % 256).unwrap();
        let pixels = (0..width * height).flat_map(|i| [byte(i % width), byte(i / width * 2), 90]).collect();
        RgbImage { width_px: width, height_px: height, pixels }
    }

    #[test]
    fn thumbnails_come_back_nearly_as_they_were() {
        for (width, height) in [(160, 90), (64, 36), (1, 1), (95, 7), (256, 192)] {
            let picture = picture(width, height);
            let bytes = encode_thumbnail(&picture).unwrap();
            let back = decode_thumbnail(&bytes, (width, height)).unwrap();
            let off: u64 = picture.pixels.iter().zip(&back.pixels).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
            assert!(off <= picture.pixels.len() as u64 * 3, "{width} × {height}: {off}");
        }
    }

    #[test]
    fn what_has_another_size_or_is_no_jpeg_is_no_thumbnail() {
        let bytes = encode_thumbnail(&picture(160, 90)).unwrap();
        assert!(decode_thumbnail(&bytes, (160, 91)).is_none());
        assert!(decode_thumbnail(&bytes[..bytes.len() / 2], (160, 90)).is_none());
        assert!(decode_thumbnail(b"", (0, 0)).is_none());
        let mut huge = bytes.clone();
        let frame = huge.windows(2).position(|w| w == [0xff, 0xc0]).unwrap();
        huge[frame + 5..frame + 9].copy_from_slice(&[0xff; 4]);
        assert!(decode_thumbnail(&huge, (65_535, 65_535)).is_none());
        assert!(encode_thumbnail(&RgbImage { width_px: 2, height_px: 2, pixels: vec![0; 3] }).is_err());
    }
}
