//! Colours of label classes on screen: those of the model, and an ink that can be read on them.

use egui::Color32;

use crate::model::class_rgb;

/// The colour of a label class.
#[must_use]
pub fn class_color(class: &str) -> Color32 {
    let [red, green, blue] = class_rgb(class);
    Color32::from_rgb(red, green, blue)
}

/// Black or white, whichever is read better on `background`.
#[must_use]
pub fn text_on(background: Color32) -> Color32 {
    if background.intensity() > 0.35 { Color32::from_rgb(0x10, 0x12, 0x14) } else { Color32::WHITE }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_depend_on_the_name_alone() {
        for class in ["car", "CAR", "unicorn"] {
            assert_eq!(class_color(class), class_color(&class.to_lowercase()), "{class}");
        }
        let frequent = ["car", "pedestrian", "truck", "sign", "bus", "traffic_light", "bicycle", "motorcycle"];
        for (index, first) in frequent.iter().enumerate() {
            for second in &frequent[index + 1..] {
                assert_ne!(class_color(first), class_color(second), "{first} {second}");
            }
        }
    }
}
