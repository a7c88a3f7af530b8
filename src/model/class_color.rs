//! One colour per label class, the same everywhere: on screen, in exported pictures, in every lake.

/// Twelve hues that stay apart for the common kinds of colour blindness (after Okabe and Ito, and Paul Tol), light
/// enough to be seen on night scenes.
const HUES: [[u8; 3]; 12] = [
    [0x56, 0xb4, 0xe9],
    [0xe6, 0x9f, 0x00],
    [0x00, 0xb4, 0x84],
    [0xf0, 0xe4, 0x42],
    [0xcc, 0x79, 0xa7],
    [0xf0, 0x6a, 0x2a],
    [0x7f, 0x9c, 0xff],
    [0x99, 0xd5, 0x94],
    [0xdd, 0xcc, 0x77],
    [0x44, 0xaa, 0x99],
    [0xff, 0x9d, 0xa7],
    [0xb8, 0xa0, 0xe8],
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

/// The colour of a class as red, green, blue. Capitals do not matter.
#[must_use]
pub fn class_rgb(class: &str) -> [u8; 3] {
    let lower = class.to_lowercase();
    let known = KNOWN.iter().find(|(name, _)| *name == lower).map(|(_, hue)| *hue);
    HUES[known.unwrap_or_else(|| by_name(&lower))]
}

fn by_name(name: &str) -> usize {
    // FNV-1a, so that the colour depends on nothing but the name.
    let hash = name.bytes().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    hash as usize % HUES.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_depend_on_the_name_alone() {
        for class in ["car", "CAR", "unicorn"] {
            assert_eq!(class_rgb(class), class_rgb(&class.to_lowercase()), "{class}");
        }
        let frequent = ["car", "pedestrian", "truck", "sign", "bus", "traffic_light", "bicycle", "motorcycle"];
        for (index, first) in frequent.iter().enumerate() {
            for second in &frequent[index + 1..] {
                assert_ne!(class_rgb(first), class_rgb(second), "{first} {second}");
            }
        }
    }
}
