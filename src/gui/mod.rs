//! The window: draws what is in memory, asks workers for the rest, and changes nothing except through [`Command`]s.
//!
//! Nothing here reads a disk, a database or a store by itself: all of that is [`crate::session`]'s, called by workers.

mod action_group;
mod app;
mod apply;
mod apply_detections;
mod apply_filter;
mod apply_grid;
mod apply_lake;
mod apply_panels;
mod apply_quality;
mod apply_sql;
mod apply_statistics;
mod apply_timeline;
mod asking;
mod atlas;
mod budget;
mod categories;
mod charts;
mod chosen_frames;
mod command;
mod command_line;
mod counting;
mod detections;
mod dialogs;
mod dock;
mod events;
mod explore;
mod extend;
mod fetch;
mod folders;
mod frame_key;
mod frame_list;
mod frame_times;
mod grid_choice;
mod grid_command;
mod image_out;
mod integrity;
mod keep;
mod keys;
mod lake;
mod leaving;
mod long_work;
mod looking;
mod object_pictures;
mod objects;
mod persist;
mod pictures;
mod quality;
mod reloading;
mod row_names;
mod run_task;
mod runs;
mod selected;
mod shell;
mod shortcuts;
mod source;
mod spans;
mod sql;
mod state;
mod statistics;
mod theme;
mod thumbs;
mod tile_labels;
mod tile_pictures;
mod trouble;
mod undo;
mod view;
mod widgets;
mod work;

use std::path::PathBuf;

pub use app::App;
pub use budget::Memory;
pub use command::{Action, Command};
pub use detections::{Choice as DetectionsChoice, DetectionsCommand};
pub use dock::{Layout, Pane};
pub use grid_choice::GridChoice;
pub use sql::{SqlBounds, SqlCommand};
pub use state::{SortBy, ThemeChoice, Workspace};
pub use statistics::{StatChoice, StatScope, StatisticsCommand};

use crate::session::OpenOptions;

/// Opens the window and returns when it is closed.
///
/// # Errors
/// When there is no display, or no graphics that can be used.
pub fn run(lake: Option<PathBuf>, options: OpenOptions) -> anyhow::Result<()> {
    let settings = match &options.user_dir {
        Some(folder) => Some(folder.join("window.json")),
        None => persist::default_path(),
    };
    let (remembered, _) = settings.as_deref().map(persist::read).unwrap_or_default();
    let size = remembered.window.unwrap_or([1440.0, 900.0]);
    let mut viewport = egui::ViewportBuilder::default()
        .with_title("Lakescope")
        .with_app_id("lakescope")
        .with_inner_size(size)
        .with_min_inner_size([560.0, 420.0])
        .with_drag_and_drop(true);
    match eframe::icon_data::from_png_bytes(include_bytes!("../../assets/icon.png")) {
        Ok(icon) => viewport = viewport.with_icon(icon),
        Err(error) => log::warn!("the icon cannot be used: {error}"),
    }
    let native = eframe::NativeOptions {
        viewport,
        renderer: eframe::Renderer::Glow,
        persist_window: false,
        ..eframe::NativeOptions::default()
    };
    eframe::run_native(
        "lakescope",
        native,
        Box::new(move |creation| Ok(Box::new(App::new(&creation.egui_ctx, lake, options, settings)))),
    )
    .map_err(|error| {
        let no_display = ["DISPLAY", "WAYLAND_DISPLAY"].iter().all(|name| std::env::var_os(name).is_none());
        let error = if no_display {
            "neither DISPLAY nor WAYLAND_DISPLAY is set".to_owned()
        } else {
            error.to_string().trim_end_matches('.').to_owned()
        };
        anyhow::anyhow!(
            "the window cannot be opened: {error}. A display and OpenGL 2 or newer are needed; \
             `lakescope --help` lists what works without a window"
        )
    })
}
