//! Typefaces: Inter for text, Inter with figures of one width for numbers, `JetBrains Mono` for filters and logs.

use std::sync::Arc;

use egui::{FontData, FontDefinitions, FontFamily, FontId, RichText, TextStyle};

const FACES: [(&str, &[u8]); 6] = [
    ("Inter", include_bytes!("../../../assets/fonts/Inter-Regular.otf")),
    ("Inter Medium", include_bytes!("../../../assets/fonts/Inter-Medium.otf")),
    ("Inter SemiBold", include_bytes!("../../../assets/fonts/Inter-SemiBold.otf")),
    ("Inter Numbers", include_bytes!("../../../assets/fonts/InterNumbers-Regular.otf")),
    ("Inter Numbers Medium", include_bytes!("../../../assets/fonts/InterNumbers-Medium.otf")),
    ("JetBrains Mono", include_bytes!("../../../assets/fonts/JetBrainsMono-Regular.ttf")),
];

const MEDIUM: &str = "medium";
const SEMIBOLD: &str = "semibold";
const NUMBERS: &str = "numbers";
const NUMBERS_MEDIUM: &str = "numbers-medium";

pub(super) fn definitions() -> FontDefinitions {
    let mut fonts = FontDefinitions::empty();
    for (name, bytes) in FACES {
        fonts.font_data.insert(name.to_owned(), Arc::new(FontData::from_static(bytes)));
    }
    let mut family = |family: FontFamily, faces: &[&str]| {
        fonts.families.insert(family, faces.iter().map(|face| (*face).to_owned()).collect());
    };
    family(FontFamily::Proportional, &["Inter", "JetBrains Mono"]);
    family(FontFamily::Monospace, &["JetBrains Mono", "Inter"]);
    family(FontFamily::Name(MEDIUM.into()), &["Inter Medium", "JetBrains Mono"]);
    family(FontFamily::Name(SEMIBOLD.into()), &["Inter SemiBold", "JetBrains Mono"]);
    family(FontFamily::Name(NUMBERS.into()), &["Inter Numbers", "Inter", "JetBrains Mono"]);
    family(FontFamily::Name(NUMBERS_MEDIUM.into()), &["Inter Numbers Medium", "Inter Medium", "JetBrains Mono"]);
    fonts
}

pub(super) fn text_styles() -> std::collections::BTreeMap<TextStyle, FontId> {
    [
        (TextStyle::Small, FontId::new(11.5, FontFamily::Proportional)),
        (TextStyle::Body, FontId::new(13.0, FontFamily::Proportional)),
        (TextStyle::Button, FontId::new(13.0, FontFamily::Proportional)),
        (TextStyle::Heading, semibold(15.0)),
        (TextStyle::Monospace, mono(12.5)),
    ]
    .into()
}

/// Medium weight, for names and things to press.
#[must_use]
pub fn medium(size: f32) -> FontId {
    FontId::new(size, FontFamily::Name(MEDIUM.into()))
}

/// Semi-bold weight, for headings.
#[must_use]
pub fn semibold(size: f32) -> FontId {
    FontId::new(size, FontFamily::Name(SEMIBOLD.into()))
}

/// Figures of one width, for numbers that stand under each other or change in place.
#[must_use]
pub fn numbers(size: f32) -> FontId {
    FontId::new(size, FontFamily::Name(NUMBERS.into()))
}

/// Figures of one width, medium weight.
#[must_use]
pub fn numbers_medium(size: f32) -> FontId {
    FontId::new(size, FontFamily::Name(NUMBERS_MEDIUM.into()))
}

/// One width for every character, for filters, paths and logs.
#[must_use]
pub fn mono(size: f32) -> FontId {
    FontId::new(size, FontFamily::Monospace)
}

/// The largest text: the name of a page.
pub fn title(text: impl Into<String>) -> RichText {
    RichText::new(text).font(semibold(24.0))
}

/// Heading of a card, a dialog, a section.
pub fn heading(text: impl Into<String>) -> RichText {
    RichText::new(text).font(semibold(14.0))
}
