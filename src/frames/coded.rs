//! JPEG and PNG rows: what they are, how large, and their pixels.

use std::{cell::RefCell, io::Cursor};

use image::ImageDecoder as _;
use turbojpeg::{Decompressor, PixelFormat, ScalingFactor};

use super::large_work;
use crate::model::{Raster, Samples};

/// Largest image, pixels.
const MAX_PIXELS: usize = 100_000_000;
/// Largest progressive JPEG, pixels: it takes nine bytes for each.
const MAX_PROGRESSIVE_PIXELS: usize = 64_000_000;
/// Pictures whose memory is not worth a thought, pixels.
const SMALL_PIXELS: usize = 4_000_000;
/// Most memory of a PNG picture, and of what its decoder takes beside it.
const MAX_PNG_BYTES: u64 = 512 << 20;
/// Most scans of a progressive JPEG: real ones have about ten.
const MAX_SCANS: u32 = 500;

/// Format of a coded image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Coding {
    Jpeg,
    Png,
}

impl Coding {
    /// File name extension, and the name of the format in tables.
    pub(super) fn extension(self) -> &'static str {
        match self {
            Self::Jpeg => "jpeg",
            Self::Png => "png",
        }
    }

    /// The format, from the first bytes.
    pub(super) fn of(bytes: &[u8]) -> Option<Self> {
        if bytes.starts_with(&[0xff, 0xd8, 0xff]) {
            Some(Self::Jpeg)
        } else if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
            Some(Self::Png)
        } else {
            None
        }
    }
}

thread_local! {
    static JPEG: RefCell<Option<Decompressor>> = const { RefCell::new(None) };
}

fn with_jpeg<T>(use_it: impl FnOnce(&mut Decompressor) -> turbojpeg::Result<T>) -> Result<T, String> {
    JPEG.with_borrow_mut(|kept| {
        let mut decompressor = match kept.take() {
            Some(decompressor) => decompressor,
            None => Decompressor::new()
                .and_then(|mut new| new.set_scan_limit(MAX_SCANS).map(|()| new))
                .map_err(|error| error.to_string())?,
        };
        let result = use_it(&mut decompressor).map_err(|error| format!("its JPEG data is damaged ({error})"));
        *kept = Some(decompressor);
        result
    })
}

/// Width and height from the header.
pub(super) fn dimensions(bytes: &[u8]) -> Result<(u32, u32), String> {
    match Coding::of(bytes) {
        Some(Coding::Jpeg) => {
            let header = with_jpeg(|jpeg| jpeg.read_header(bytes))?;
            checked(header.width, header.height)
        }
        Some(Coding::Png) => {
            let decoder = png(bytes)?;
            let (width, height) = decoder.dimensions();
            checked(width as usize, height as usize)
        }
        None => Err("its bytes are neither JPEG nor PNG".to_owned()),
    }
}

/// Width and height when the picture is one that is shown here.
pub(super) fn checked(width: usize, height: usize) -> Result<(u32, u32), String> {
    let too_large = || format!("it declares {width}×{height} pixels, more than {MAX_PIXELS}");
    if width.checked_mul(height).is_none_or(|pixels| pixels > MAX_PIXELS || pixels == 0) {
        return Err(too_large());
    }
    Ok((u32::try_from(width).map_err(|_| too_large())?, u32::try_from(height).map_err(|_| too_large())?))
}

/// Decodes a coded image at full size.
pub(super) fn decode(bytes: &[u8]) -> Result<Raster, String> {
    decode_at(bytes, None, Vec::new()).map(|(raster, _)| raster)
}

/// The same into memory that was used before; its content does not matter.
pub(super) fn decode_into(bytes: &[u8], memory: Vec<u8>) -> Result<Raster, String> {
    decode_at(bytes, None, memory).map(|(raster, _)| raster)
}

/// Decodes a coded image, a JPEG at the smallest scale (1, 1/2, 1/4, 1/8) that is at least as large as `fit` says. Also
/// gives the full width and height.
pub(super) fn decode_reduced(
    bytes: &[u8],
    fit: impl Fn(u32, u32) -> (u32, u32),
    memory: Vec<u8>,
) -> Result<(Raster, (u32, u32)), String> {
    decode_at(bytes, Some(&fit), memory)
}

type Fit<'a> = &'a dyn Fn(u32, u32) -> (u32, u32);

fn decode_at(bytes: &[u8], fit: Option<Fit<'_>>, memory: Vec<u8>) -> Result<(Raster, (u32, u32)), String> {
    match Coding::of(bytes) {
        Some(Coding::Jpeg) => decode_jpeg(bytes, fit, memory),
        Some(Coding::Png) => {
            let raster = decode_png(bytes)?;
            let size = (raster.width_px, raster.height_px);
            Ok((raster, size))
        }
        None => Err("its bytes are neither JPEG nor PNG".to_owned()),
    }
}

fn decode_jpeg(bytes: &[u8], fit: Option<Fit<'_>>, mut pixels: Vec<u8>) -> Result<(Raster, (u32, u32)), String> {
    let header = with_jpeg(|jpeg| jpeg.read_header(bytes))?;
    let full = checked(header.width, header.height)?;
    let mut scale = ScalingFactor::ONE;
    if let (Some(fit), false) = (fit, header.is_lossless) {
        let (least_w, least_h) = fit(full.0, full.1);
        // The decoder has fast paths for these scales only.
        let enough =
            |s: &ScalingFactor| s.scale(header.width) >= least_w as usize && s.scale(header.height) >= least_h as usize;
        scale = [ScalingFactor::ONE_EIGHTH, ScalingFactor::ONE_QUARTER, ScalingFactor::ONE_HALF]
            .into_iter()
            .find(enough)
            .unwrap_or(ScalingFactor::ONE);
    }
    let (format, channels) = match header.colorspace {
        turbojpeg::Colorspace::Gray => (PixelFormat::GRAY, 1_u8),
        turbojpeg::Colorspace::CMYK | turbojpeg::Colorspace::YCCK => {
            return Err("it is a CMYK JPEG; convert it to RGB".to_owned());
        }
        _ => (PixelFormat::RGB, 3),
    };
    let (width, height) = (scale.scale(header.width), scale.scale(header.height));
    let pitch = width * usize::from(channels);
    let _turn = large_work::turn((pitch * height + coefficient_bytes(bytes, header.width * header.height)?) as u64);
    // The decoder writes every byte, so old ones may stay until then.
    pixels.resize(pitch * height, 0);
    let output = turbojpeg::Image { pixels: &mut pixels[..], width, pitch, height, format };
    let mut warned = None;
    with_jpeg(|jpeg| {
        jpeg.set_scaling_factor(scale)?;
        match jpeg.decompress(bytes, output) {
            // Some cameras pad between markers; the picture is complete.
            Err(turbojpeg::Error::TurboJpegError(text)) if text.contains("extraneous bytes") => {
                warned = Some(text);
                Ok(())
            }
            result => result,
        }
    })?;
    if let Some(text) = warned {
        log::debug!("a JPEG row: {text}");
    }
    let (width_px, height_px) = checked(width, height)?;
    Ok((Raster { width_px, height_px, channels, samples: Samples::U8(pixels) }, full))
}

/// Memory for the coefficients of a progressive picture, all of which are held before it is put together; other kinds
/// take a few rows.
fn coefficient_bytes(bytes: &[u8], pixels: usize) -> Result<usize, String> {
    // Inside the coded data no such pair stands; inside a preview it may, and then memory is counted that is not taken.
    if pixels < SMALL_PIXELS || !bytes.windows(2).any(|pair| pair == [0xff, 0xc2]) {
        return Ok(0);
    }
    if pixels > MAX_PROGRESSIVE_PIXELS {
        return Err(format!("it is a progressive JPEG of {pixels} pixels, more than {MAX_PROGRESSIVE_PIXELS}"));
    }
    Ok(pixels * 6)
}

fn png(bytes: &[u8]) -> Result<image::codecs::png::PngDecoder<Cursor<&[u8]>>, String> {
    let mut limits = image::Limits::default();
    limits.max_alloc = Some(MAX_PNG_BYTES);
    image::codecs::png::PngDecoder::with_limits(Cursor::new(bytes), limits)
        .map_err(|error| format!("its PNG data is damaged ({error})"))
}

fn decode_png(bytes: &[u8]) -> Result<Raster, String> {
    use image::DynamicImage::{ImageLuma8, ImageLuma16, ImageLumaA8, ImageLumaA16, ImageRgb8, ImageRgb16, ImageRgba8};
    let decoder = png(bytes)?;
    let (width, height) = decoder.dimensions();
    let (width_px, height_px) = checked(width as usize, height as usize)?;
    if decoder.total_bytes() > MAX_PNG_BYTES {
        return Err(format!(
            "its {width}×{height} pixels take {} bytes, more than {MAX_PNG_BYTES}",
            decoder.total_bytes()
        ));
    }
    let _turn = large_work::turn(decoder.total_bytes());
    let image = image::DynamicImage::from_decoder(decoder).map_err(|e| format!("its PNG data is damaged ({e})"))?;
    let (channels, samples) = match image {
        ImageLuma8(pixels) => (1, Samples::U8(pixels.into_raw())),
        ImageLumaA8(_) => (1, Samples::U8(image.into_luma8().into_raw())),
        ImageRgb8(pixels) => (3, Samples::U8(pixels.into_raw())),
        ImageRgba8(pixels) => (4, Samples::U8(pixels.into_raw())),
        ImageLuma16(pixels) => (1, Samples::U16(pixels.into_raw())),
        ImageLumaA16(_) => (1, Samples::U16(image.into_luma16().into_raw())),
        ImageRgb16(pixels) => (3, Samples::U16(pixels.into_raw())),
        other => (4, Samples::U16(other.into_rgba16().into_raw())),
    };
    Ok(Raster { width_px, height_px, channels, samples })
}

/// The image without the zeros that pad its row: neither format ends with a zero byte.
pub(super) fn without_padding(mut bytes: Vec<u8>) -> Vec<u8> {
    let length = bytes.iter().rposition(|b| *b != 0).map_or(0, |last| last + 1);
    bytes.truncate(length);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gradient(width: usize, height: usize) -> Vec<u8> {
        let byte = |n: usize| u8::try_from(n % 256).unwrap();
        (0..width * height).flat_map(|i| [byte(i % width), byte(i / width), 128]).collect()
    }

    fn jpeg(width: usize, height: usize) -> Vec<u8> {
        let pixels = gradient(width, height);
        let image = turbojpeg::Image { pixels: &pixels[..], width, pitch: width * 3, height, format: PixelFormat::RGB };
        turbojpeg::compress(image, 95, turbojpeg::Subsamp::None).unwrap().to_vec()
    }

    #[test]
    fn jpeg_rows() {
        let mut bytes = jpeg(200, 100);
        let full = decode(&bytes).unwrap();
        assert_eq!((full.width_px, full.height_px), (200, 100));
        assert_eq!(decode_into(&bytes, vec![7; 99_999]).unwrap(), full, "old memory does not shine through");
        let Samples::U8(pixels) = &full.samples else { panic!() };
        let far = pixels.iter().zip(gradient(200, 100)).map(|(a, b)| a.abs_diff(b)).max();
        assert!(far.unwrap() <= 4, "{far:?}");
        let reduced = |size| decode_reduced(&bytes, |_, _| size, Vec::new()).unwrap();
        let (small, size) = reduced((50, 25));
        assert_eq!(size, (200, 100));
        assert_eq!((small.width_px, small.height_px), (50, 25));
        let (still_small, _) = reduced((51, 25));
        assert_eq!((still_small.width_px, still_small.height_px), (100, 50));
        assert_eq!(decode(&bytes).unwrap(), full, "the scale does not stay");
        let length = bytes.len();
        bytes.extend([0; 50]);
        assert_eq!(decode(&bytes).unwrap(), full, "padding does not matter");
        assert_eq!(without_padding(bytes.clone()).len(), length);
        assert!(decode(&bytes[..length / 2]).is_err());
    }

    #[test]
    fn png_rows() {
        let mut bytes = Vec::new();
        let image = image::ImageBuffer::<image::Luma<u16>, _>::from_raw(3, 2, vec![1_u16, 2, 3, 40_000, 5, 6]).unwrap();
        image.write_to(&mut Cursor::new(&mut bytes), image::ImageFormat::Png).unwrap();
        let raster = decode(&bytes).unwrap();
        assert_eq!((raster.width_px, raster.height_px), (3, 2));
        assert_eq!((raster.channels, &raster.samples), (1, &Samples::U16(vec![1, 2, 3, 40_000, 5, 6])));
        assert!(decode(&bytes[..30]).is_err());
    }

    #[test]
    fn huge_declarations_are_refused() {
        let mut bytes = jpeg(16, 16);
        let frame = bytes.windows(2).position(|w| w == [0xff, 0xc0]).unwrap();
        bytes[frame + 5..frame + 9].copy_from_slice(&[0x80, 0, 0x80, 0]);
        let refused = decode(&bytes).unwrap_err();
        assert!(refused.contains("more than"), "{refused}");
        assert!(decode(b"GIF89a").is_err());
        assert!(decode(b"").is_err());
    }
}
