//! The look of the window: colours, type, spacing, and the colours of label classes.

mod class_color;
mod colors;
mod fonts;
mod style;

pub use class_color::{class_color, class_ink, text_on};
pub use colors::{Colors, DARK, LIGHT, colors};
pub use fonts::{heading, medium, mono, numbers, numbers_medium, semibold, title};
pub use style::install;

/// One grid step, px.
pub const STEP: f32 = 8.0;
/// Height of buttons, fields and menu entries, px.
pub const CONTROL: f32 = 28.0;
/// Rounding of controls and cards, px.
pub const ROUND: u8 = 6;
