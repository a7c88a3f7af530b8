//! Controls that egui lacks or draws differently, each with an accessible name.

mod across;
mod brand;
mod button;
mod chip;
mod choice;
mod class_mark;
mod colored;
mod empty;
mod histogram;
mod icon;
mod layout;
mod offers;
mod progress;
mod rows;
mod scroll;
mod segmented;
pub mod text;

pub use across::Across;
pub use brand::paint_brand;
pub use button::{icon_button, icon_toggle, plain_button, primary_button, quiet_button};
pub use chip::{paint_keys, swatch};
pub use choice::choice_button;
pub use class_mark::{MARK, class_mark, paint_class_mark};
pub use colored::{Emphasis, colored};
pub use empty::{empty_ui, waiting_ui};
pub use histogram::{Brush, Histogram};
pub use icon::{Icon, paint_icon};
pub use layout::{bar, centred, divider, elided, field, middle_elided, rows_table_header};
pub use offers::{Offer, Offers, Showing, Taken};
pub use progress::{fraction, meter, progress_line};
pub use rows::{reveal, rows_ui};
pub use scroll::{BAR, VirtualScroll};
pub use segmented::segmented;
