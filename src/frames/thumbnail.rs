//! Pictures made smaller by averaging areas.

use crate::model::{Look, Raster, RgbImage, Samples, ValueRange};

/// The largest size with the same proportions that fits; never larger than the picture, at least one pixel.
#[must_use]
pub fn fit((width, height): (u32, u32), (max_w, max_h): (u32, u32)) -> (u32, u32) {
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

/// The picture made smaller, by averaging areas, until it fits; one that fits is left as it is.
#[must_use]
pub fn shrink(image: RgbImage, most: (u32, u32)) -> RgbImage {
    let size = (image.width_px, image.height_px);
    let to = fit(size, most);
    if to == size { image } else { reduce_bytes(&image.pixels, 3, size, to, &Look::default()) }
}

/// Makes a raster an RGB picture of the given size, which is at most its own.
pub(super) fn reduce(raster: Raster, (width, height): (u32, u32), look: &Look) -> RgbImage {
    if (raster.width_px, raster.height_px) == (width, height) {
        return raster.into_rgb(look);
    }
    match raster {
        Raster { samples: Samples::U8(values), channels, width_px, height_px } if look.range == ValueRange::MinMax => {
            reduce_bytes(&values, channels, (width_px, height_px), (width, height), look)
        }
        // Other values are first scaled to 8 bits over the whole frame, so that size does not change brightness.
        other => {
            let full = other.into_rgb(look);
            // Its colours stand in the right order already.
            reduce_bytes(&full.pixels, 3, (full.width_px, full.height_px), (width, height), &Look::default())
        }
    }
}

/// The same of 8-bit values that belong to someone else.
pub(super) fn reduce_bytes(
    values: &[u8],
    channels: u8,
    size: (u32, u32),
    (width, height): (u32, u32),
    look: &Look,
) -> RgbImage {
    let small =
        if size == (width, height) { values.to_vec() } else { average(values, channels, size, (width, height)) };
    Raster { width_px: width, height_px: height, channels, samples: Samples::U8(small) }.into_rgb(look)
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
    let (kx, ky) = ((w / to_w.max(1)) as usize, (h / to_h.max(1)) as usize);
    if w.checked_rem(to_w) == Some(0) && h.checked_rem(to_h) == Some(0) && ky <= MOST_ROWS && kx * ky <= MOST_PIXELS {
        return average_boxes::<C>(values, w as usize, (kx, ky), to_w as usize * to_h as usize);
    }
    average_areas::<C>(values, (w, h), (to_w, to_h))
}

/// Most rows of a box: that many bytes add up in 16 bits.
const MOST_ROWS: usize = 256;
/// Most pixels of a box: with more, dividing by a multiplication is not exact any more.
const MOST_PIXELS: usize = 4096;

/// Averages boxes of whole pixels, exactly, halves rounded up: the usual case of a frame made four times smaller.
fn average_boxes<const C: usize>(values: &[u8], w: usize, (kx, ky): (usize, usize), pixels: usize) -> Vec<u8> {
    let mut out = vec![0; pixels * C];
    let mut sums = vec![0_u16; w * C];
    let to_w = w / kx;
    for (rows, to) in values.chunks_exact(w * C * ky).zip(out.chunks_exact_mut(to_w * C)) {
        add_rows(rows, &mut sums);
        // With the width known at compile time the inner loops are unrolled.
        match kx {
            2 => divide::<C, 2>(&sums, ky, to),
            3 => divide::<C, 3>(&sums, ky, to),
            4 => divide::<C, 4>(&sums, ky, to),
            5 => divide::<C, 5>(&sums, ky, to),
            6 => divide::<C, 6>(&sums, ky, to),
            8 => divide::<C, 8>(&sums, ky, to),
            _ => divide_any::<C>(&sums, (kx, ky), to),
        }
    }
    out
}

/// Sums of the columns of some rows, four rows at a time: straight loops that become vector instructions.
fn add_rows(rows: &[u8], sums: &mut [u16]) {
    let width = sums.len();
    let mut fours = rows.chunks_exact(width * 4);
    sums.fill(0);
    for four in &mut fours {
        let (upper, lower) = four.split_at(width * 2);
        let ((first, second), (third, fourth)) = (upper.split_at(width), lower.split_at(width));
        for ((((sum, one), two), three), four) in sums.iter_mut().zip(first).zip(second).zip(third).zip(fourth) {
            *sum += u16::from(*one) + u16::from(*two) + u16::from(*three) + u16::from(*four);
        }
    }
    for row in fours.remainder().chunks_exact(width) {
        for (sum, value) in sums.iter_mut().zip(row) {
            *sum += u16::from(*value);
        }
    }
}

/// What to multiply a sum by, and shift right by 32, to divide it by `n`: exact for sums of at most 4096 bytes.
fn reciprocal(n: usize) -> u64 {
    (1_u64 << 32).div_ceil(n.max(1) as u64)
}

fn divide<const C: usize, const K: usize>(sums: &[u16], ky: usize, to: &mut [u8]) {
    let (half, factor) = ((K * ky / 2) as u64, reciprocal(K * ky));
    for (pixel, sums) in to.as_chunks_mut::<C>().0.iter_mut().zip(sums.chunks_exact(C * K)) {
        for (channel, value) in pixel.iter_mut().enumerate() {
            let mut total = 0_u32;
            for at in 0..K {
                total += u32::from(sums[at * C + channel]);
            }
            *value = (((u64::from(total) + half) * factor) >> 32).min(255) as u8;
        }
    }
}

fn divide_any<const C: usize>(sums: &[u16], (kx, ky): (usize, usize), to: &mut [u8]) {
    let (half, factor) = ((kx * ky / 2) as u64, reciprocal(kx * ky));
    for (pixel, sums) in to.as_chunks_mut::<C>().0.iter_mut().zip(sums.chunks_exact(C * kx)) {
        for (channel, value) in pixel.iter_mut().enumerate() {
            let total: u32 = sums.iter().skip(channel).step_by(C).map(|sum| u32::from(*sum)).sum();
            *value = (((u64::from(total) + half) * factor) >> 32).min(255) as u8;
        }
    }
}

/// Averages areas of any size, with shares of the pixels at their edges.
fn average_areas<const C: usize>(values: &[u8], (w, h): (u32, u32), (to_w, to_h): (u32, u32)) -> Vec<u8> {
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

    proptest::proptest! {
        #[test]
        fn boxes_are_averaged_exactly(
            (kx, ky) in (1_usize..20, 1_usize..20),
            (to_w, to_h) in (1_usize..9, 1_usize..5),
            channels in proptest::sample::select(vec![1_usize, 3, 4]),
            seed in proptest::prelude::any::<u32>(),
        ) {
            let (w, h) = (kx * to_w, ky * to_h);
            // Extremes are as likely as anything between.
            let byte = |i: usize| match (i as u64).wrapping_mul(2_654_435_761).wrapping_add(u64::from(seed)) >> 16 {
                n if n % 3 == 0 => 255,
                n => u8::try_from(n % 256).unwrap(),
            };
            let values: Vec<u8> = (0..w * h * channels).map(byte).collect();
            let mut expected = Vec::new();
            for (y, x, c) in (0..to_h).flat_map(|y| (0..to_w).flat_map(move |x| (0..channels).map(move |c| (y, x, c)))) {
                let cells = (0..ky).flat_map(|dy| (0..kx).map(move |dx| ((y * ky + dy) * w + x * kx + dx) * channels + c));
                let sum: usize = cells.map(|at| usize::from(values[at])).sum();
                expected.push(u8::try_from((sum + kx * ky / 2) / (kx * ky)).unwrap());
            }
            let side = |n: usize| u32::try_from(n).unwrap();
            let (size, to) = ((side(w), side(h)), (side(to_w), side(to_h)));
            let small = average(&values, u8::try_from(channels).unwrap(), size, to);
            proptest::prop_assert_eq!(&small, &expected);
            // The way for areas of any size agrees but for rounding.
            let any = match channels {
                1 => average_areas::<1>(&values, size, to),
                3 => average_areas::<3>(&values, size, to),
                _ => average_areas::<4>(&values, size, to),
            };
            proptest::prop_assert!(any.iter().zip(&small).all(|(a, b)| a.abs_diff(*b) <= 1));
        }
    }

    #[test]
    fn large_boxes_do_not_overflow() {
        for (w, h, to) in [(64, 64, (1, 1)), (4096, 1, (1, 1)), (16, 256, (1, 1)), (300, 300, (1, 1)), (2, 512, (1, 1))]
        {
            let small = reduce(gray(w, h, vec![255; (w * h) as usize]), to, &Look::default());
            assert_eq!(small.pixels, [255; 3], "{w} × {h}");
        }
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
