//! Colours of label classes: the same class has the same colour in every lake and on every day.

use egui::Color32;

/// Twelve hues that stay apart for the common kinds of colour blindness (after Okabe and Ito, and Paul Tol), light
/// enough to be seen on night scenes and outlined in black where it matters.
const HUES: [Color32; 12] = [
    Color32::from_rgb(0x56, 0xb4, 0xe9),
    Color32::from_rgb(0xe6, 0x9f, 0x00),
    Color32::from_rgb(0x00, 0xb4, 0x84),
    Color32::from_rgb(0xf0, 0xe4, 0x42),
    Color32::from_rgb(0xcc, 0x79, 0xa7),
    Color32::from_rgb(0xf0, 0x6a, 0x2a),
    Color32::from_rgb(0x7f, 0x9c, 0xff),
    Color32::from_rgb(0x99, 0xd5, 0x94),
    Color32::from_rgb(0xdd, 0xcc, 0x77),
    Color32::from_rgb(0x44, 0xaa, 0x99),
    Color32::from_rgb(0xff, 0x9d, 0xa7),
    Color32::from_rgb(0xb8, 0xa0, 0xe8),
];

/// Classes met on roads, so that the frequent ones never share a hue; every other class takes one by its name.
const KNOWN: [(&str, usize); 22] = [
    ("car", 0),
    ("vehicle", 0),
    ("pedestrian", 1),
    ("person", 1),
    ("truck", 2),
    ("traffic_sign", 3),
    ("traffic sign", 3),
    ("stop_sign", 3),
    ("sign", 3),
    ("bus", 4),
    ("traffic_light", 5),
    ("traffic light", 5),
    ("bicycle", 6),
    ("cyclist", 6),
    ("rider", 7),
    ("motorcycle", 7),
    ("animal", 8),
    ("dog", 8),
    ("van", 9),
    ("cone", 10),
    ("traffic_cone", 10),
    ("trailer", 11),
];

/// The colour of a label class.
#[must_use]
pub fn class_color(class: &str) -> Color32 {
    let lower = class.to_lowercase();
    let known = KNOWN.iter().find(|(name, _)| *name == lower).map(|(_, hue)| *hue);
    HUES[known.unwrap_or_else(|| by_name(&lower))]
}

fn by_name(name: &str) -> usize {
    // FNV-1a, so that the colour depends on nothing but the name.
    let hash = name.bytes().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    hash as usize % HUES.len()
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
