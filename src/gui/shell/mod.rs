//! What frames every workspace: the bar on top, the bar below, the pages without a lake, messages.

mod drops;
mod menus;
mod notices;
mod pages;
mod status_bar;
mod top_bar;
mod welcome;

pub use drops::drop_ui;
pub use menus::{entry_ui as menu_entry_ui, menu_bar_ui};
pub use notices::notices_ui;
pub use pages::{failed_ui, indexing_ui, opening_ui};
pub use status_bar::{Answering, status_bar_ui};
pub use top_bar::top_bar_ui;
pub use welcome::welcome_ui;
