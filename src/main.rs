//! The `lakescope` program: a window and a command line on one library.

fn main() -> std::process::ExitCode {
    std::process::ExitCode::SUCCESS
}
