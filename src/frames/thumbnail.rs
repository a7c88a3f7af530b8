//! Pictures made smaller by averaging areas.

use crate::model::{Look, Raster, RgbImage, Samples, ValueRange};

/// The largest size with the same proportions that fits; never larger than the picture, at least one pixel.
pub(super) fn fit((width, height): (u32, u32), (max_w, max_h): (u32, u32)) -> (u32, u32) {
    let (max_w, max_h) = (max_w.max(1), max_h.max(1));
    if width <= max_w && height <= max_h {
        return (width, height);
    }
    let (w, h, max_w, max_h) = (u64::from(width), u64::from(height), u64::from(max_w), u64::from(max_h));
    // Which side is the tighter one, without fractions.
    let (fit_w, fit_h) = if w * max_h >= h * max_w {
        (max_w, (h * max_w + w / 2) / w.max(1))
    } else {
        ((w * max_h + h / 2) / h.max(1), max_h)
    };
    let side = |n: u64, max: u64| u32::try_from(n.clamp(1, max)).unwrap_or(1);
    (side(fit_w, max_w), side(fit_h, max_h))
}

/// Makes a raster an RGB picture of the given size, which is at most its own.
pub(super) fn reduce(raster: Raster, (width, height): (u32, u32), look: &Look) -> RgbImage {
    if (raster.width_px, raster.height_px) == (width, height) {
        return raster.into_rgb(look);
    }
    match raster {
        Raster { samples: Samples::U8(values), channels, width_px, height_px } if look.range == ValueRange::MinMax => {
            let small = average(&values, channels, (width_px, height_px), (width, height));
            Raster { width_px: width, height_px: height, channels, samples: Samples::U8(small) }.into_rgb(look)
        }
        // Other values are first scaled to 8 bits over the whole frame, so that size does not change brightness.
        other => {
            let full = other.into_rgb(look);
            let pixels = average(&full.pixels, 3, (full.width_px, full.height_px), (width, height));
            RgbImage { width_px: width, height_px: height, pixels }
        }
    }
}

/// Which source pixels make an output pixel along one axis, with their shares in 1/65536.
struct Share {
    first: usize,
    weights: Vec<u32>,
}

/// Shares of every output pixel: the source pixels it covers, the ones at its ends in part.
fn shares(from: u32, to: u32) -> Vec<Share> {
    let (from, to) = (u64::from(from), u64::from(to));
    (0..to)
        .map(|at| {
            // In units of 1/to of a source pixel.
            let (start, end) = (at * from, (at + 1) * from);
            let (first, last) = (start / to, (end - 1) / to);
            let part = |pixel: u64| end.min((pixel + 1) * to) - start.max(pixel * to);
            let mut weights: Vec<u32> =
                (first..=last).map(|p| u32::try_from((part(p) << 16) / from).unwrap_or(1 << 16)).collect();
            // Rounding must not make the picture darker: the first share takes what is missing.
            let sum: u32 = weights.iter().sum();
            weights[0] += (1 << 16) - sum;
            Share { first: usize::try_from(first).unwrap_or(0), weights }
        })
        .collect()
}

fn average(values: &[u8], channels: u8, (w, h): (u32, u32), (to_w, to_h): (u32, u32)) -> Vec<u8> {
    match channels {
        1 => average_channels::<1>(values, (w, h), (to_w, to_h)),
        4 => average_channels::<4>(values, (w, h), (to_w, to_h)),
        _ => average_channels::<3>(values, (w, h), (to_w, to_h)),
    }
}

fn average_channels<const C: usize>(values: &[u8], (w, h): (u32, u32), (to_w, to_h): (u32, u32)) -> Vec<u8> {
    let (across, down) = (shares(w, to_w), shares(h, to_h));
    let row_values = w as usize * C;
    let mut out = Vec::with_capacity(to_w as usize * to_h as usize * C);
    // One row of sums in 1/65536, over the source's full width: rows are added first, as that is one straight loop.
    let mut sums = vec![0_u32; row_values];
    for share in &down {
        sums.fill(0);
        for (row, weight) in share.weights.iter().enumerate() {
            let start = (share.first + row) * row_values;
            for (sum, value) in sums.iter_mut().zip(&values[start..start + row_values]) {
                *sum += u32::from(*value) * weight;
            }
        }
        let pixels = sums.as_chunks::<C>().0;
        for share in &across {
            let mut total = [0_u64; C];
            for (pixel, weight) in pixels[share.first..].iter().zip(&share.weights) {
                for channel in 0..C {
                    total[channel] += u64::from(pixel[channel]) * u64::from(*weight);
                }
            }
            // 255 << 32 at most, so the result fits a byte.
            out.extend(total.map(|sum| ((sum + (1 << 31)) >> 32).min(255) as u8));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_keep_their_proportions() {
        for (size, max, expected) in [
            ((640, 360), (160, 160), (160, 90)),
            ((360, 640), (160, 160), (90, 160)),
            ((100, 50), (200, 200), (100, 50)),
            ((1000, 1), (10, 10), (10, 1)),
            ((1, 1000), (10, 10), (1, 10)),
            ((640, 360), (0, 0), (1, 1)),
            ((u32::MAX, u32::MAX), (7, 9), (7, 7)),
        ] {
            assert_eq!(fit(size, max), expected, "{size:?} in {max:?}");
        }
    }

    fn gray(width_px: u32, height_px: u32, values: Vec<u8>) -> Raster {
        Raster { width_px, height_px, channels: 1, samples: Samples::U8(values) }
    }

    #[test]
    fn areas_are_averaged() {
        let small = reduce(gray(4, 2, vec![0, 100, 50, 50, 100, 200, 50, 50]), (2, 1), &Look::default());
        assert_eq!(small.pixels, [100, 100, 100, 50, 50, 50]);
        // Three to two: each output covers one and a half pixels.
        let small = reduce(gray(3, 1, vec![90, 30, 60]), (2, 1), &Look::default());
        assert_eq!(small.pixels, [70, 70, 70, 50, 50, 50]);
        let white = reduce(gray(641, 359, vec![255; 641 * 359]), (17, 13), &Look::default());
        assert!(white.pixels.iter().all(|v| *v == 255));
    }

    #[test]
    fn colours_stay_apart() {
        let raster = Raster {
            width_px: 2,
            height_px: 1,
            channels: 4,
            samples: Samples::U8(vec![10, 20, 30, 255, 30, 40, 50, 255]),
        };
        let swap = Look { swap_red_blue: true, ..Look::default() };
        assert_eq!(reduce(raster.clone(), (1, 1), &swap).pixels, [40, 30, 20]);
        assert_eq!(reduce(raster, (1, 1), &Look::default()).pixels, [20, 30, 40]);
        let deep = Raster { width_px: 2, height_px: 1, channels: 1, samples: Samples::U16(vec![200, 600]) };
        let look = Look { range: ValueRange::Fixed { low: 0.0, high: 1000.0 }, ..Look::default() };
        assert_eq!(reduce(deep, (1, 1), &look).pixels, [102; 3]);
    }
}
