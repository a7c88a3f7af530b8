//! Colours as three numbers from 0 to 1, as they are shown (sRGB), with the little arithmetic the scenes need.

use std::ops::{Add, Mul};

use super::noise::lerp;

/// Red, green, blue; 1 is full.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Rgb(pub(super) [f32; 3]);

/// From the usual hexadecimal notation, `0xRRGGBB`.
pub(super) const fn hex(code: u32) -> Rgb {
    Rgb([((code >> 16) & 0xff) as f32 / 255.0, ((code >> 8) & 0xff) as f32 / 255.0, (code & 0xff) as f32 / 255.0])
}

impl Rgb {
    /// No light.
    pub(super) const BLACK: Self = Self([0.0; 3]);
    /// Full light.
    pub(super) const WHITE: Self = Self([1.0; 3]);

    /// A gray.
    pub(super) const fn gray(value: f32) -> Self {
        Self([value; 3])
    }

    /// This colour at 0, `other` at 1.
    pub(super) fn mix(self, other: Self, t: f32) -> Self {
        Self(std::array::from_fn(|i| lerp(self.0[i], other.0[i], t)))
    }

    /// Each part times the same part of `light`.
    pub(super) fn lit(self, light: Self) -> Self {
        Self(std::array::from_fn(|i| self.0[i] * light.0[i]))
    }

    /// How bright it looks.
    pub(super) fn luma(self) -> f32 {
        0.299 * self.0[0] + 0.587 * self.0[1] + 0.114 * self.0[2]
    }

    /// Bytes to store.
    pub(super) fn bytes(self) -> [u8; 3] {
        self.0.map(|part| (part.clamp(0.0, 1.0) * 255.0 + 0.5) as u8)
    }

    /// For the painter, with an opacity.
    pub(super) fn paint(self, alpha: f32) -> tiny_skia::Color {
        let [r, g, b] = self.0.map(|part| part.clamp(0.0, 1.0));
        // All four parts were clamped to 0..=1.
        tiny_skia::Color::from_rgba(r, g, b, alpha.clamp(0.0, 1.0)).unwrap_or(tiny_skia::Color::TRANSPARENT)
    }
}

impl Mul<f32> for Rgb {
    type Output = Self;

    fn mul(self, factor: f32) -> Self {
        Self(self.0.map(|part| part * factor))
    }
}

impl Add for Rgb {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(std::array::from_fn(|i| self.0[i] + other.0[i]))
    }
}
