//! Colours for numbers: even steps of a number look like even steps of colour, also to people who see few hues, and in
//! print. The map is viridis by N. Smith and S. van der Walt (CC0), less its ends that would fade into the background.

use egui::Color32;

/// Viridis at nine even steps.
const VIRIDIS: [[f32; 3]; 9] = [
    [68.0, 1.0, 84.0],
    [71.0, 44.0, 122.0],
    [59.0, 81.0, 139.0],
    [44.0, 113.0, 142.0],
    [33.0, 144.0, 141.0],
    [39.0, 173.0, 129.0],
    [92.0, 200.0, 99.0],
    [170.0, 220.0, 50.0],
    [253.0, 231.0, 37.0],
];

/// The stretch of the map that is used on a dark and on a light background.
const ON_DARK: (f32, f32) = (0.24, 1.0);
const ON_LIGHT: (f32, f32) = (0.0, 0.86);

/// The colour of `part`, from 0 to 1.
#[must_use]
pub(super) fn shade(part: f32, dark: bool) -> Color32 {
    let (low, high) = if dark { ON_DARK } else { ON_LIGHT };
    let at = (low + (high - low) * part.clamp(0.0, 1.0)) * 8.0;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to 8")]
    let step = (at as usize).min(7);
    #[expect(clippy::cast_precision_loss, reason = "below 8")]
    let rest = at - step as f32;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between two bytes")]
    let channel = |of: usize| (VIRIDIS[step][of] + (VIRIDIS[step + 1][of] - VIRIDIS[step][of]) * rest).round() as u8;
    Color32::from_rgb(channel(0), channel(1), channel(2))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lightness L* of CIE 1976.
    fn lightness(color: Color32) -> f64 {
        let linear = |value: u8| {
            let value = f64::from(value) / 255.0;
            if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        let y = 0.2126 * linear(color.r()) + 0.7152 * linear(color.g()) + 0.0722 * linear(color.b());
        116.0 * y.cbrt() - 16.0
    }

    #[test]
    fn even_steps_look_even() {
        for dark in [true, false] {
            let steps: Vec<f64> = (0..=20_u8).map(|step| lightness(shade(f32::from(step) / 20.0, dark))).collect();
            let whole = steps[20] - steps[0];
            assert!(whole > 50.0, "{whole}");
            for pair in steps.windows(2) {
                let rise = (pair[1] - pair[0]) / whole * 20.0;
                assert!((0.5..1.6).contains(&rise), "{dark}: {rise}");
            }
        }
        assert_eq!(shade(f32::NAN.max(-1.0), true), shade(0.0, true));
    }
}
