//! The two palettes. Text colours keep a contrast of 4.5:1 or more on every surface they are used on (see the tests).

use egui::{self, Color32};

/// Named colours of one theme.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Colors {
    /// Behind pictures: the grid and the viewer.
    pub canvas: Color32,
    /// Panels and bars.
    pub panel: Color32,
    /// Cards, menus, dialogs.
    pub raised: Color32,
    /// Buttons and fields at rest.
    pub control: Color32,
    /// Under the pointer.
    pub hover: Color32,
    /// Pressed or open.
    pub pressed: Color32,
    /// Lines between panels.
    pub line: Color32,
    /// Outlines of controls.
    pub outline: Color32,
    /// Main text.
    pub text: Color32,
    /// Second text: captions, units, hints.
    pub muted: Color32,
    /// Marks that carry no text: bars behind, disabled icons.
    pub faint: Color32,
    /// Bars of all frames, behind.
    pub behind: Color32,
    /// Bars of matching frames, in front.
    pub front: Color32,
    /// The one accent.
    pub accent: Color32,
    /// The accent under the pointer.
    pub accent_hover: Color32,
    /// Text on the accent.
    pub on_accent: Color32,
    /// A wash of the accent behind what is selected.
    pub accent_wash: Color32,
    /// Something to look at.
    pub warning: Color32,
    /// Something that failed.
    pub error: Color32,
    /// Something that ended well.
    pub success: Color32,
    /// Syntax: names of metrics, attributes, functions.
    pub syntax_name: Color32,
    /// Syntax: label classes and quoted text.
    pub syntax_text: Color32,
    /// Syntax: numbers, units and times.
    pub syntax_number: Color32,
    /// Syntax: words of the language and operators.
    pub syntax_word: Color32,
    /// Lines of plots, in order of use.
    pub plot: [Color32; 6],
}

const fn rgb(hex: u32) -> Color32 {
    let [_, r, g, b] = hex.to_be_bytes();
    Color32::from_rgb(r, g, b)
}

/// For dark rooms.
pub const DARK: Colors = Colors {
    canvas: rgb(0x0d_0f12),
    panel: rgb(0x14_171b),
    raised: rgb(0x1b_1f24),
    control: rgb(0x20_252b),
    hover: rgb(0x29_2f37),
    pressed: rgb(0x32_3943),
    line: rgb(0x22_272d),
    outline: rgb(0x31_3841),
    text: rgb(0xe6_e9ed),
    muted: rgb(0x9a_a4b0),
    faint: rgb(0x43_4c57),
    behind: rgb(0x39_414b),
    front: rgb(0x3f_a5b7),
    accent: rgb(0x4c_c2d6),
    accent_hover: rgb(0x6d_d0e1),
    on_accent: rgb(0x05_2027),
    accent_wash: rgb(0x17_343b),
    warning: rgb(0xe6_ae55),
    error: rgb(0xf4_817c),
    success: rgb(0x64_c793),
    syntax_name: rgb(0x82_c8ff),
    syntax_text: rgb(0xe3_b97c),
    syntax_number: rgb(0x8f_d6a6),
    syntax_word: rgb(0xc4_a7f5),
    plot: [rgb(0x4c_c2d6), rgb(0xe6_9f4a), rgb(0xa9_90ee), rgb(0x79_c682), rgb(0xee_83a4), rgb(0xd8_cf6a)],
};

/// For bright rooms and print.
pub const LIGHT: Colors = Colors {
    canvas: rgb(0xee_f0f3),
    panel: rgb(0xf8_f9fb),
    raised: rgb(0xff_ffff),
    control: rgb(0xff_ffff),
    hover: rgb(0xed_f0f3),
    pressed: rgb(0xe2_e6eb),
    line: rgb(0xe1_e5ea),
    outline: rgb(0xcf_d5dc),
    text: rgb(0x17_1b20),
    muted: rgb(0x58_626e),
    faint: rgb(0xb9_c1ca),
    behind: rgb(0xd2_d8df),
    front: rgb(0x2b_8fa2),
    accent: rgb(0x0b_7285),
    accent_hover: rgb(0x08_5d6d),
    on_accent: rgb(0xff_ffff),
    accent_wash: rgb(0xd9_eff3),
    warning: rgb(0x8a_5300),
    error: rgb(0xb9_2a26),
    success: rgb(0x1a_7246),
    syntax_name: rgb(0x0a_5ca8),
    syntax_text: rgb(0x8d_4e04),
    syntax_number: rgb(0x1a_6b3c),
    syntax_word: rgb(0x69_36b5),
    plot: [rgb(0x0b_7285), rgb(0xb3_5900), rgb(0x63_45b8), rgb(0x2a_7a37), rgb(0xb0_2f5c), rgb(0x76_6a00)],
};

/// The colours of the theme that is shown now.
#[must_use]
pub fn colors(ui: &egui::Ui) -> &'static Colors {
    if ui.visuals().dark_mode { &DARK } else { &LIGHT }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Relative luminance and contrast after WCAG 2.2.
    fn luminance(color: Color32) -> f64 {
        let channel = |value: u8| {
            let value = f64::from(value) / 255.0;
            if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * channel(color.r()) + 0.7152 * channel(color.g()) + 0.0722 * channel(color.b())
    }

    fn contrast(a: Color32, b: Color32) -> f64 {
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    #[test]
    fn text_can_be_read_on_every_surface() {
        for theme in [&DARK, &LIGHT] {
            for surface in [theme.canvas, theme.panel, theme.raised, theme.control, theme.hover] {
                for text in [
                    theme.text,
                    theme.muted,
                    theme.accent,
                    theme.warning,
                    theme.error,
                    theme.success,
                    theme.syntax_name,
                    theme.syntax_text,
                    theme.syntax_number,
                    theme.syntax_word,
                ] {
                    let ratio = contrast(text, surface);
                    assert!(ratio >= 4.5, "{text:?} on {surface:?}: {ratio:.2}");
                }
            }
            for (text, ground) in [
                (theme.on_accent, theme.accent),
                (theme.on_accent, theme.accent_hover),
                (theme.text, theme.accent_wash),
                (theme.muted, theme.accent_wash),
                (theme.accent, theme.accent_wash),
                (theme.text, theme.pressed),
                (theme.muted, theme.pressed),
            ] {
                let ratio = contrast(text, ground);
                assert!(ratio >= 4.5, "{text:?} on {ground:?}: {ratio:.2}");
            }
            // Outlines and marks that tell something by themselves, after WCAG 2.2, 1.4.11.
            for mark in [theme.accent, theme.front, theme.warning, theme.error, theme.success] {
                for ground in [theme.canvas, theme.panel, theme.raised] {
                    assert!(contrast(mark, ground) >= 3.0, "{mark:?} on {ground:?}");
                }
            }
            for line in theme.plot {
                assert!(contrast(line, theme.panel) >= 3.0, "{line:?}");
            }
        }
    }
}
