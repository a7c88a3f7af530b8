//! The command line: the same session as the window, printed.

mod args;
mod bench;
mod compare;
mod crops;
mod export;
mod frames;
mod index;
mod info;
mod keep;
mod keep_args;
mod quality;
mod runs;
mod sample;
mod set;
mod show;
mod sql;
mod sql_args;
mod stats;
mod stats_args;
mod stats_table;
mod table;
mod task_args;
mod tasks;
mod top;
mod top_args;
mod verify;

use std::{ffi::OsString, io, path::PathBuf, process::ExitCode};

use clap::Parser;

pub use args::{Cli, Command};

use crate::{
    model::one_line,
    session::{OpenOptions, SessionError},
};

/// Exit code of a command that was used wrongly; clap uses the same.
const WRONG_USAGE: u8 = 2;

/// Why a command ended without its answer.
#[derive(Debug)]
pub(crate) enum Failure {
    /// What was typed cannot be right.
    Usage(String),
    /// It could not be done: cause and remedy.
    Failed(anyhow::Error),
}

impl<E: Into<anyhow::Error>> From<E> for Failure {
    fn from(error: E) -> Self {
        let error = error.into();
        match error.downcast_ref::<SessionError>() {
            Some(SessionError::Usage(message)) => Self::Usage(message.clone()),
            _ => Self::Failed(error),
        }
    }
}

/// Opens the window on a lake; given by the program, since the faces do not know each other.
pub type OpenWindow = fn(Option<PathBuf>, OpenOptions) -> anyhow::Result<()>;

/// Reads the arguments, does what they say and returns the exit code: 0 done, 1 failed (or damage found), 2 wrong
/// usage.
#[must_use]
pub fn main(args: impl IntoIterator<Item = OsString>, open_window: OpenWindow) -> ExitCode {
    let cli = match Cli::try_parse_from(args) {
        Ok(cli) => cli,
        Err(error) => {
            let _ = error.print();
            return if error.use_stderr() { ExitCode::from(WRONG_USAGE) } else { ExitCode::SUCCESS };
        }
    };
    match run(cli, open_window) {
        Ok(code) => code,
        Err(Failure::Usage(message)) => {
            eprintln!("lakescope: {message}");
            ExitCode::from(WRONG_USAGE)
        }
        // The reader of our output has seen enough (`| head`).
        Err(Failure::Failed(error)) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(Failure::Failed(error)) => {
            eprintln!("lakescope: {}", one_line(&format!("{error:#}")));
            ExitCode::FAILURE
        }
    }
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    let gone = |error: &io::Error| error.kind() == io::ErrorKind::BrokenPipe;
    error.chain().any(|cause| {
        cause.downcast_ref::<io::Error>().is_some_and(gone)
            || cause
                .downcast_ref::<csv::Error>()
                .is_some_and(|error| matches!(error.kind(), csv::ErrorKind::Io(error) if gone(error)))
    })
}

fn run(cli: Cli, open_window: OpenWindow) -> Result<ExitCode, Failure> {
    let done = |()| ExitCode::SUCCESS;
    match cli.command {
        None => {
            open_window(cli.lake, OpenOptions::default())?;
            Ok(ExitCode::SUCCESS)
        }
        Some(Command::Hdf5Child) => Ok(crate::frames::child_main()),
        Some(Command::SqlChild) => Ok(crate::analytics::sql::child_main()),
        Some(Command::Index(args)) => index::run(&args).map(done),
        Some(Command::Verify(args)) => verify::run(&args),
        Some(Command::Info(args)) => info::run(&args).map(done),
        Some(Command::Frames(args)) => frames::run(&args).map(done),
        Some(Command::Frame(args)) => show::run(&args).map(done),
        Some(Command::Export(args)) => export::run(&args).map(done),
        Some(Command::Stats(args)) => stats::run(&args).map(done),
        Some(Command::Analyses(args)) => stats_table::analyses(&args).map(done),
        Some(Command::Quality(args)) => quality::run(&args).map(done),
        Some(Command::Top(args)) => top::run(&args).map(done),
        Some(Command::Crops(args)) => crops::run(&args).map(done),
        Some(Command::Set(args)) => set::run(&args).map(done),
        Some(Command::Selections(args)) => runs::selections(&args).map(done),
        Some(Command::Selection(args)) => keep::selection(&args).map(done),
        Some(Command::Views(args)) => keep::views(&args).map(done),
        Some(Command::View(args)) => keep::view(&args).map(done),
        Some(Command::Tags(args)) => keep::tags(&args).map(done),
        Some(Command::Tag(args)) => keep::tag(&args).map(done),
        Some(Command::Compare(args)) => compare::run(&args).map(done),
        Some(Command::Sql(args)) => sql::run(&args).map(done),
        Some(Command::Tasks(args)) => tasks::list(&args).map(done),
        Some(Command::Run(args)) => tasks::run(&args).map(done),
        Some(Command::Runs(args)) => runs::run(&args).map(done),
        Some(Command::Sample(args)) => sample::run(&args).map(done),
        Some(Command::Bench(args)) => bench::run(&args).map(done),
    }
}
