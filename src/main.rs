//! The `lakescope` program: a window and a command line on one library.

fn main() -> std::process::ExitCode {
    env_logger::Builder::from_env(env_logger::Env::default().default_filter_or("warn,tiny_skia=error,winit=error"))
        .init();
    lakescope::cli::main(std::env::args_os(), lakescope::gui::run)
}
