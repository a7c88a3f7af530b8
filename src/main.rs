//! The `lakescope` program: a window and a command line on one library.

#[cfg(feature = "window")]
use lakescope::gui::run as open_window;

fn main() -> std::process::ExitCode {
    env_logger::Builder::from_env(env_logger::Env::default().default_filter_or("warn,tiny_skia=error,winit=error"))
        .init();
    lakescope::cli::main(std::env::args_os(), open_window)
}

/// Stands in for the window in a build that has none.
#[cfg(not(feature = "window"))]
fn open_window(_: Option<std::path::PathBuf>, _: lakescope::session::OpenOptions) -> anyhow::Result<()> {
    anyhow::bail!(
        "this build has no window (it was made without the feature `window`); \
         `lakescope --help` lists what works without one"
    )
}
