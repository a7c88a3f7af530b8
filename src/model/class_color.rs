//! One colour and one kind of line per label class, the same everywhere: on screen, in exported pictures, in every lake.
//!
//! Both depend on the name alone, so that they stay when classes are added. Eight hues are as many as stay apart for every
//! common kind of colour blindness; classes beyond them differ by their line.

/// Hues that stay apart also with no red or no green receptors, light enough to be seen on night scenes; the window's tests
/// measure by how much.
const HUES: [[u8; 3]; 8] = [
    [0x4b, 0xb2, 0xff],
    [0xff, 0x95, 0x00],
    [0x1b, 0xd0, 0xaa],
    [0xff, 0xf9, 0x14],
    [0x99, 0x73, 0x94],
    [0xd9, 0x4a, 0x03],
    [0x46, 0x72, 0xff],
    [0xd1, 0xf5, 0xff],
];

/// How the outline of a box is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LinePattern {
    /// Without a break.
    Solid,
    /// Long dashes.
    Dashed,
    /// Dots.
    Dotted,
    /// A dash and a dot in turn.
    DashDotted,
}

impl LinePattern {
    /// Every pattern, the plainest first.
    pub const ALL: [Self; 4] = [Self::Solid, Self::Dashed, Self::Dotted, Self::DashDotted];

    /// Lengths of a stroke and of the gap behind it, in widths of the line, one after the other; nothing for a line without
    /// a break.
    #[must_use]
    pub fn dashes(self) -> &'static [(f32, f32)] {
        match self {
            Self::Solid => &[],
            Self::Dashed => &[(5.0, 2.5)],
            Self::Dotted => &[(1.2, 2.0)],
            Self::DashDotted => &[(5.0, 2.0), (1.2, 2.0)],
        }
    }

    /// Whether the line is drawn at this distance from its beginning, in widths of the line.
    #[must_use]
    pub fn is_drawn(self, at: f32) -> bool {
        let period: f32 = self.dashes().iter().map(|(stroke, gap)| stroke + gap).sum();
        if period <= 0.0 {
            return true;
        }
        let mut rest = at.rem_euclid(period);
        for (stroke, gap) in self.dashes() {
            if rest < stroke + gap {
                return rest < *stroke;
            }
            rest -= stroke + gap;
        }
        true
    }
}

/// How boxes of a class are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ClassStyle {
    /// Red, green, blue.
    pub rgb: [u8; 3],
    /// The outline.
    pub line: LinePattern,
}

/// Classes met on roads: the frequent ones have a hue of their own and a line without a break. Names of the same thing look
/// the same.
const KNOWN: [(&str, usize, LinePattern); 30] = [
    ("car", 0, LinePattern::Solid),
    ("vehicle", 0, LinePattern::Solid),
    ("pedestrian", 1, LinePattern::Solid),
    ("person", 1, LinePattern::Solid),
    ("truck", 2, LinePattern::Solid),
    ("traffic_sign", 3, LinePattern::Solid),
    ("traffic sign", 3, LinePattern::Solid),
    ("sign", 3, LinePattern::Solid),
    ("bus", 4, LinePattern::Solid),
    ("traffic_light", 5, LinePattern::Solid),
    ("traffic light", 5, LinePattern::Solid),
    ("bicycle", 6, LinePattern::Solid),
    ("cyclist", 6, LinePattern::Solid),
    ("motorcycle", 7, LinePattern::Solid),
    ("motorbike", 7, LinePattern::Solid),
    ("van", 0, LinePattern::Dashed),
    ("rider", 1, LinePattern::Dashed),
    ("trailer", 2, LinePattern::Dashed),
    ("stop_sign", 3, LinePattern::Dashed),
    ("stop sign", 3, LinePattern::Dashed),
    ("train", 4, LinePattern::Dashed),
    ("tram", 4, LinePattern::Dashed),
    ("cone", 5, LinePattern::Dashed),
    ("traffic_cone", 5, LinePattern::Dashed),
    ("traffic cone", 5, LinePattern::Dashed),
    ("scooter", 6, LinePattern::Dashed),
    ("animal", 7, LinePattern::Dashed),
    ("dog", 7, LinePattern::Dashed),
    ("cat", 7, LinePattern::Dotted),
    ("barrier", 5, LinePattern::Dotted),
];

/// How a class is drawn. Capitals do not matter.
#[must_use]
pub fn class_style(class: &str) -> ClassStyle {
    let lower = class.to_lowercase();
    let known = KNOWN.iter().find(|(name, ..)| *name == lower).map(|(_, hue, line)| (*hue, *line));
    let (hue, line) = known.unwrap_or_else(|| by_name(&lower));
    ClassStyle { rgb: HUES[hue], line }
}

/// The colour of a class as red, green, blue. Capitals do not matter.
#[must_use]
pub fn class_rgb(class: &str) -> [u8; 3] {
    class_style(class).rgb
}

/// One of all combinations of hue and line.
fn by_name(name: &str) -> (usize, LinePattern) {
    // FNV-1a, so that it depends on nothing but the name.
    let hash = name.bytes().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    // The low bits of short names are alike.
    let hash = (hash ^ (hash >> 15)) as usize;
    (hash % HUES.len(), LinePattern::ALL[hash / HUES.len() % LinePattern::ALL.len()])
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn looks_depend_on_the_name_alone() {
        for class in ["car", "CAR", "unicorn"] {
            assert_eq!(class_style(class), class_style(&class.to_lowercase()), "{class}");
        }
        let frequent = ["car", "pedestrian", "truck", "sign", "bus", "traffic_light", "bicycle", "motorcycle"];
        for (index, first) in frequent.iter().enumerate() {
            assert_eq!(class_style(first).line, LinePattern::Solid);
            for second in &frequent[index + 1..] {
                assert_ne!(class_rgb(first), class_rgb(second), "{first} {second}");
            }
        }
    }

    #[test]
    fn many_classes_use_every_hue_and_every_line() {
        let styles: HashSet<ClassStyle> = (0..400).map(|number| class_style(&format!("class {number}"))).collect();
        assert_eq!(styles.len(), HUES.len() * LinePattern::ALL.len());
    }

    #[test]
    fn lines_are_broken_where_they_say() {
        for (line, drawn) in [
            (LinePattern::Solid, [true, true, true, true]),
            (LinePattern::Dashed, [true, true, false, true]),
            (LinePattern::Dotted, [true, true, false, false]),
            (LinePattern::DashDotted, [true, true, false, true]),
        ] {
            let found = [0.5, 3.5, 6.0, 8.0].map(|at| line.is_drawn(at));
            assert_eq!(found, drawn, "{line:?}");
        }
    }
}
