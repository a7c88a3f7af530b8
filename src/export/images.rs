//! Frames as image files: 8-bit values as PNG or JPEG, 16-bit as 16-bit PNG, others as TIFF with their values kept.

use std::{io::Cursor, path::Path};

use image::{ExtendedColorType, ImageEncoder, codecs::png};
use tiff::encoder::{TiffEncoder, colortype};

use super::ExportError;
use crate::model::{Label, Look, Raster, RgbImage, Samples, class_style};

/// Quality of exported JPEG files.
const JPEG_QUALITY: i32 = 92;

/// An image file format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImageFormat {
    /// Lossless; 8 and 16 bit.
    Png,
    /// Lossy, 8 bit; high-depth frames are scaled as on screen.
    Jpeg,
    /// Lossless; any depth.
    Tiff,
}

impl ImageFormat {
    /// The format that a file's ending asks for.
    ///
    /// # Errors
    /// No known ending.
    pub fn of_path(path: &Path) -> Result<Self, ExportError> {
        let ending = path.extension().map(|ending| ending.to_string_lossy().to_ascii_lowercase()).unwrap_or_default();
        match ending.as_str() {
            "png" => Ok(Self::Png),
            "jpg" | "jpeg" => Ok(Self::Jpeg),
            "tif" | "tiff" => Ok(Self::Tiff),
            _ => Err(ExportError::ImageEnding(path.display().to_string())),
        }
    }

    /// The format that keeps the values of a frame, `self` when it can.
    #[must_use]
    pub fn keeping_values(self, raster: &Raster) -> Self {
        match (&raster.samples, self) {
            (Samples::I32(_) | Samples::U32(_) | Samples::F32(_) | Samples::F64(_), Self::Png) => Self::Tiff,
            _ => self,
        }
    }

    /// The usual ending of its files.
    #[must_use]
    pub fn ending(self) -> &'static str {
        match self {
            Self::Png => "png",
            Self::Jpeg => "jpg",
            Self::Tiff => "tiff",
        }
    }
}

/// Encodes a frame with its channels in the order that `look` tells. PNG of 32- and 64-bit values, which PNG cannot hold, and JPEG of high-depth values show them in the
/// range of `look`; use [`ImageFormat::keeping_values`] where the values matter.
///
/// # Errors
/// The encoder refuses the image.
pub fn encode(mut raster: Raster, format: ImageFormat, look: &Look) -> Result<Vec<u8>, ExportError> {
    if look.swap_red_blue {
        raster.swap_red_blue();
    }
    let look = Look { swap_red_blue: false, range: look.range };
    let shape = format!("an image of {} × {} px", raster.width_px, raster.height_px);
    let failed = |why: String| ExportError::Encode { what: shape.clone(), why };
    match format {
        ImageFormat::Png => png_bytes(raster, &look).map_err(|error| failed(error.to_string())),
        ImageFormat::Jpeg => {
            let rgb = raster.into_rgb(&look);
            jpeg_bytes(&rgb).map_err(|error| failed(error.to_string()))
        }
        ImageFormat::Tiff => tiff_bytes(&raster).map_err(|error| failed(error.to_string())),
    }
}

fn png_bytes(raster: Raster, look: &Look) -> Result<Vec<u8>, image::ImageError> {
    let (width, height, channels) = (raster.width_px, raster.height_px, raster.channels);
    let mut bytes = Vec::new();
    let encoder = png::PngEncoder::new_with_quality(&mut bytes, png::CompressionType::Fast, png::FilterType::Adaptive);
    match raster.samples {
        Samples::U8(values) => {
            let color = match channels {
                1 => ExtendedColorType::L8,
                4 => ExtendedColorType::Rgba8,
                _ => ExtendedColorType::Rgb8,
            };
            encoder.write_image(&values, width, height, color)?;
        }
        Samples::U16(values) => {
            let color = match channels {
                1 => ExtendedColorType::L16,
                4 => ExtendedColorType::Rgba16,
                _ => ExtendedColorType::Rgb16,
            };
            // The encoder takes native-endian samples and writes them big-endian itself.
            encoder.write_image(bytemuck::cast_slice(&values), width, height, color)?;
        }
        samples => {
            let rgb = Raster { samples, width_px: width, height_px: height, channels }.into_rgb(look);
            encoder.write_image(&rgb.pixels, width, height, ExtendedColorType::Rgb8)?;
        }
    }
    Ok(bytes)
}

fn jpeg_bytes(rgb: &RgbImage) -> Result<Vec<u8>, turbojpeg::Error> {
    let (width, height) = (rgb.width_px as usize, rgb.height_px as usize);
    let image = turbojpeg::Image {
        pixels: rgb.pixels.as_slice(),
        width,
        pitch: width * 3,
        height,
        format: turbojpeg::PixelFormat::RGB,
    };
    Ok(turbojpeg::compress(image, JPEG_QUALITY, turbojpeg::Subsamp::Sub2x2)?.to_vec())
}

fn tiff_bytes(raster: &Raster) -> Result<Vec<u8>, tiff::TiffError> {
    let (w, h) = (raster.width_px, raster.height_px);
    let mut out = Cursor::new(Vec::new());
    let mut file = TiffEncoder::new(&mut out)?;
    match (&raster.samples, raster.channels) {
        (Samples::U8(v), 1) => file.write_image::<colortype::Gray8>(w, h, v)?,
        (Samples::U8(v), 4) => file.write_image::<colortype::RGBA8>(w, h, v)?,
        (Samples::U8(v), _) => file.write_image::<colortype::RGB8>(w, h, v)?,
        (Samples::U16(v), 1) => file.write_image::<colortype::Gray16>(w, h, v)?,
        (Samples::U16(v), 4) => file.write_image::<colortype::RGBA16>(w, h, v)?,
        (Samples::U16(v), _) => file.write_image::<colortype::RGB16>(w, h, v)?,
        (Samples::I32(v), 1) => file.write_image::<colortype::GrayI32>(w, h, v)?,
        (Samples::I32(v), channels) => {
            // TIFF has no colour type for signed integers here; doubles hold every one of them exactly.
            let wide: Vec<f64> = first_three(v, channels).map(f64::from).collect();
            file.write_image::<colortype::RGB64Float>(w, h, &wide)?;
        }
        (Samples::U32(v), 1) => file.write_image::<colortype::Gray32>(w, h, v)?,
        (Samples::U32(v), 4) => file.write_image::<colortype::RGBA32>(w, h, v)?,
        (Samples::U32(v), _) => file.write_image::<colortype::RGB32>(w, h, v)?,
        (Samples::F32(v), 1) => file.write_image::<colortype::Gray32Float>(w, h, v)?,
        (Samples::F32(v), 4) => file.write_image::<colortype::RGBA32Float>(w, h, v)?,
        (Samples::F32(v), _) => file.write_image::<colortype::RGB32Float>(w, h, v)?,
        (Samples::F64(v), 1) => file.write_image::<colortype::Gray64Float>(w, h, v)?,
        (Samples::F64(v), 4) => file.write_image::<colortype::RGBA64Float>(w, h, v)?,
        (Samples::F64(v), _) => file.write_image::<colortype::RGB64Float>(w, h, v)?,
    }
    Ok(out.into_inner())
}

/// The first three values of each pixel.
fn first_three<T: Copy>(values: &[T], channels: u8) -> impl Iterator<Item = T> + '_ {
    values.chunks_exact(usize::from(channels).max(1)).flat_map(|pixel| pixel.iter().take(3).copied())
}

/// Draws the boxes of labels onto a picture, in the colour and with the line of their class, a pixel wide (more on large
/// pictures).
#[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "clamped to the picture first")]
pub fn draw_labels(picture: &mut RgbImage, labels: &[Label]) {
    let (width, height) = (i64::from(picture.width_px), i64::from(picture.height_px));
    let stroke = (width / 320).max(1);
    for label in labels {
        let Some(bbox) = label.bbox else { continue };
        let style = class_style(&label.class);
        let edge = |value: f64, limit: i64| (value.round() as i64).clamp(0, limit);
        let (left, right) = (edge(bbox.x, width), edge(bbox.x + bbox.w, width));
        let (top, bottom) = (edge(bbox.y, height), edge(bbox.y + bbox.h, height));
        for y in top..bottom {
            for x in left..right {
                let inner = x >= left + stroke && x < right - stroke && y >= top + stroke && y < bottom - stroke;
                // Along an edge both count from the same corner, so that the line goes on around the others.
                let along = ((x - left) + (y - top)) as f32 / stroke as f32;
                if !inner
                    && style.line.is_drawn(along)
                    && let Ok(at) = usize::try_from((y * width + x) * 3)
                {
                    picture.pixels[at..at + 3].copy_from_slice(&style.rgb);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::BoundingBox;

    fn raster(channels: u8, samples: Samples) -> Raster {
        Raster { width_px: 2, height_px: 1, channels, samples }
    }

    #[test]
    fn lossless_formats_keep_every_value() {
        for (raster, format) in [
            (raster(3, Samples::U8(vec![1, 2, 3, 250, 251, 252])), ImageFormat::Png),
            (raster(1, Samples::U8(vec![7, 9])), ImageFormat::Png),
            (raster(1, Samples::U16(vec![1, 65_535])), ImageFormat::Png),
            (raster(3, Samples::U16(vec![1, 2, 3, 4, 5, 6])), ImageFormat::Tiff),
            (raster(3, Samples::F32(vec![0.5, -1.0, 1e9, 0.25, 0.0, 3.0])), ImageFormat::Tiff),
        ] {
            let bytes = encode(raster.clone(), format, &Look::default()).unwrap();
            let back = image::load_from_memory(&bytes).unwrap();
            match &raster.samples {
                Samples::U8(values) => assert_eq!(back.as_bytes(), values),
                Samples::U16(values) => assert_eq!(back.as_bytes(), bytemuck::cast_slice::<u16, u8>(values)),
                Samples::F32(values) => assert_eq!(back.as_bytes(), bytemuck::cast_slice::<f32, u8>(values)),
                Samples::I32(_) | Samples::U32(_) | Samples::F64(_) => unreachable!(),
            }
        }
        let float = raster(1, Samples::F32(vec![0.5, -1.0]));
        assert_eq!(ImageFormat::Png.keeping_values(&float), ImageFormat::Tiff);
        assert!(encode(float, ImageFormat::Tiff, &Look::default()).is_ok());
        assert!(ImageFormat::of_path(Path::new("a.bmp")).is_err());
        assert_eq!(ImageFormat::of_path(Path::new("a.JPEG")).unwrap(), ImageFormat::Jpeg);
    }

    #[test]
    fn wide_values_are_kept_in_tiff() {
        use tiff::decoder::{Decoder, DecodingResult};
        let doubles = [0.1, -1e300, f64::MIN_POSITIVE, 16_777_217.0, 1.0 / 3.0, f64::MAX, 0.0, 2.5];
        let whole = [16_777_217, u32::MAX, 0, 1, 2_147_483_649, 7, 8, 9];
        for channels in [1_u8, 3, 4] {
            let count = usize::from(channels) * 2;
            for samples in [Samples::F64(doubles[..count].to_vec()), Samples::U32(whole[..count].to_vec())] {
                let raster = raster(channels, samples);
                assert_eq!(ImageFormat::Png.keeping_values(&raster), ImageFormat::Tiff);
                let bytes = encode(raster.clone(), ImageFormat::Tiff, &Look::default()).unwrap();
                let back = match Decoder::new(Cursor::new(bytes)).unwrap().read_image().unwrap() {
                    DecodingResult::F64(values) => Samples::F64(values),
                    DecodingResult::U32(values) => Samples::U32(values),
                    _ => panic!("another type of values"),
                };
                assert_eq!(back, raster.samples, "{channels} channels");
            }
        }
    }

    #[test]
    fn a_look_swaps_channels_and_scales_only_what_is_shown() {
        let fixed = crate::model::ValueRange::Fixed { low: 0.0, high: 600.0 };
        let look = Look { swap_red_blue: true, range: fixed };
        let deep = raster(3, Samples::U16(vec![1, 2, 3, 100, 300, 600]));
        let png = image::load_from_memory(&encode(deep.clone(), ImageFormat::Png, &look).unwrap()).unwrap();
        assert_eq!(png.to_rgb16().into_raw(), [3, 2, 1, 600, 300, 100]);
        let jpeg = encode(deep, ImageFormat::Jpeg, &look).unwrap();
        let dark = image::load_from_memory(&jpeg).unwrap().to_rgb8().into_raw();
        assert!(dark[..3].iter().all(|value| *value < 90), "{dark:?}");
    }

    #[test]
    fn boxes_are_drawn_inside_the_picture() {
        let mut picture = RgbImage { width_px: 6, height_px: 5, pixels: vec![0; 90] };
        let bbox = Some(BoundingBox { x: 1.0, y: -3.0, w: 100.0, h: 6.0 });
        draw_labels(
            &mut picture,
            &[Label { frame_idx: 0, class: "car".into(), bbox, score: None, track_id: None, attributes: None }],
        );
        let drawn: Vec<bool> = picture.pixels.chunks(3).map(|p| p != [0, 0, 0]).collect();
        assert!(drawn[1] && drawn[5] && drawn[2 * 6 + 3]);
        assert!(!drawn[0] && !drawn[6 + 2] && !drawn[3 * 6 + 3]);
    }
}
