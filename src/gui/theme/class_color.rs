//! Colours of label classes on screen: those of the model, and an ink that can be read on them.

use egui::{Color32, Rgba};

use super::Colors;
use crate::model::class_rgb;

/// The colour of a label class.
#[must_use]
pub fn class_color(class: &str) -> Color32 {
    let [red, green, blue] = class_rgb(class);
    Color32::from_rgb(red, green, blue)
}

/// The colour of a label class where it stands on a panel and not on a picture: on bright panels so dark that it is seen,
/// with a contrast of 3:1 at least (WCAG 2.2, 1.4.11).
#[must_use]
pub fn class_ink(colors: &Colors, class: &str) -> Color32 {
    let color = class_color(class);
    // The darkest of the bright surfaces. On dark ones every class is seen as it is.
    let ground = luminance(colors.pressed);
    if ground < 0.5 {
        return color;
    }
    let most = (ground + 0.05) / 3.1 - 0.05;
    let here = luminance(color);
    if here <= most {
        return color;
    }
    let (light, part) = (Rgba::from(color), most / here);
    Color32::from(Rgba::from_rgb(light.r() * part, light.g() * part, light.b() * part))
}

/// Black or white, whichever is read better on `background`.
#[must_use]
pub fn text_on(background: Color32) -> Color32 {
    // From here on the contrast with black is the higher one (WCAG 2.2).
    if luminance(background) > 0.179 { Color32::BLACK } else { Color32::WHITE }
}

/// Relative luminance after WCAG 2.2.
fn luminance(color: Color32) -> f32 {
    let light = Rgba::from(color);
    0.2126 * light.r() + 0.7152 * light.g() + 0.0722 * light.b()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What people see: of red, green and blue light, and with the red or the green receptors missing (Machado, Oliveira and
    /// Fernandes 2009, severity 1).
    const EYES: [(&str, [[f64; 3]; 3]); 3] = [
        ("usual", [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]),
        (
            "protanopia",
            [
                [0.152_286, 1.052_583, -0.204_868],
                [0.114_503, 0.786_281, 0.099_216],
                [-0.003_882, -0.048_116, 1.051_998],
            ],
        ),
        (
            "deuteranopia",
            [[0.367_322, 0.860_646, -0.227_968], [0.280_085, 0.672_501, 0.047_413], [-0.011_820, 0.042_940, 0.968_881]],
        ),
    ];

    fn times(matrix: &[[f64; 3]; 3], vector: [f64; 3]) -> [f64; 3] {
        matrix.map(|row| row.iter().zip(vector).map(|(a, b)| a * b).sum())
    }

    fn linear(color: Color32) -> [f64; 3] {
        [color.r(), color.g(), color.b()].map(|value| {
            let value = f64::from(value) / 255.0;
            if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        })
    }

    /// Lightness and two axes of colour in the Oklab space, in which equal distances look equally far apart.
    fn oklab(light: [f64; 3]) -> [f64; 3] {
        let cones = [
            [0.412_221_470_8, 0.536_332_536_3, 0.051_445_992_9],
            [0.211_903_498_2, 0.680_699_545_1, 0.107_396_956_6],
            [0.088_302_461_9, 0.281_718_837_6, 0.629_978_700_5],
        ];
        let axes = [
            [0.210_454_255_3, 0.793_617_785_0, -0.004_072_046_8],
            [1.977_998_495_1, -2.428_592_205_0, 0.450_593_709_9],
            [0.025_904_037_1, 0.782_771_766_2, -0.808_675_766_0],
        ];
        times(&axes, times(&cones, light.map(|value| value.clamp(0.0, 1.0))).map(f64::cbrt))
    }

    /// Distance at which two colours of lines are told apart with ease; a difference just seen is about 0.02.
    const APART: f64 = 0.15;
    /// Lightness from which a line is seen on a night scene.
    const LIGHT: f64 = 0.60;

    #[test]
    fn hues_stay_apart_for_every_common_kind_of_sight() {
        let each = ["car", "pedestrian", "truck", "sign", "bus", "traffic_light", "bicycle", "motorcycle"];
        let mut least = f64::INFINITY;
        for (eye, matrix) in &EYES {
            let seen = each.map(|class| oklab(times(matrix, linear(class_color(class)))));
            for (at, first) in seen.iter().enumerate() {
                for (other, second) in seen.iter().enumerate().skip(at + 1) {
                    let apart = first.iter().zip(second).map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt();
                    least = least.min(apart);
                    assert!(apart >= APART, "{} and {} with {eye} sight: {apart:.3}", each[at], each[other]);
                }
            }
        }
        assert!(least.is_finite());
    }

    #[test]
    fn marks_are_seen_on_every_surface_of_both_themes() {
        use super::super::{DARK, LIGHT};
        for number in 0..300 {
            let class = format!("class {number}");
            for theme in [&DARK, &LIGHT] {
                let ink = f64::from(super::luminance(class_ink(theme, &class)));
                for surface in [theme.canvas, theme.panel, theme.raised, theme.hover] {
                    let ground = f64::from(super::luminance(surface));
                    let contrast = (ink.max(ground) + 0.05) / (ink.min(ground) + 0.05);
                    assert!(contrast >= 3.0, "{class} on {surface:?}: {contrast:.2}");
                }
            }
        }
    }

    #[test]
    fn lines_are_seen_at_night_and_names_are_read_on_them() {
        for class in ["car", "pedestrian", "truck", "sign", "bus", "traffic_light", "bicycle", "motorcycle"] {
            let color = class_color(class);
            assert!(oklab(linear(color))[0] >= LIGHT, "{class}");
            let luminance = |color| times(&[[0.2126, 0.7152, 0.0722]; 3], linear(color))[0];
            let (a, b) = (luminance(color), luminance(text_on(color)));
            assert!((a.max(b) + 0.05) / (a.min(b) + 0.05) >= 4.5, "{class}");
        }
    }
}
