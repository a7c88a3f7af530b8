//! `lakescope tasks` and `lakescope run`

use std::{
    io::{self, IsTerminal, Write},
    path::Path,
};

use super::{
    Failure,
    args::{Format, LakeArgs},
    frames::{chosen_format, stdout_file},
    table::{counted, open_indexed, print, print_json, with_progress},
    task_args::RunArgs,
};
use crate::{
    jobs::Progress,
    model::format_ns,
    session::{OpenOptions, Session, Task, TaskRequest},
};

pub(super) fn list(args: &LakeArgs) -> Result<(), Failure> {
    let session = Session::open(&args.lake, OpenOptions::default())?;
    let tasks = session.tasks()?;
    if args.json {
        return print_json(&tasks);
    }
    print(&["task", "kind", "what", "last_run", "started"], &tasks.iter().map(row).collect::<Vec<_>>())
}

fn row(task: &Task) -> Vec<String> {
    let (state, started) = match &task.last_run {
        Some(run) => (run.state.as_str().to_owned(), format_ns(run.started_at_ns)),
        None => <_>::default(),
    };
    let what = task.error.clone().unwrap_or_else(|| task.about.clone());
    vec![task.name.clone(), task.kind.as_str().to_owned(), what, state, started]
}

pub(super) fn run(args: &RunArgs) -> Result<(), Failure> {
    let parameters = parameters(args)?;
    let out = parameters.iter().find(|(name, _)| name == "out").map(|(_, path)| Path::new(path));
    let asked = args.format.or(args.json.then_some(Format::Json));
    let format = chosen_format(asked, out, args.spreadsheet)?;
    let session = open_indexed(&args.lake)?;
    let mut stdout = stdout_file()?;
    let request = TaskRequest {
        task: &args.task,
        parameters: &parameters,
        format: Some(format),
        print: out.is_none().then_some(&mut stdout),
    };
    // A bar would stand between the rows that come.
    let report = if out.is_none() && io::stdout().is_terminal() {
        session.run_task(request, &Progress::new())?
    } else {
        with_progress(|progress| session.run_task(request, progress))?
    };
    stdout.flush()?;
    if let Some(path) = &report.out {
        eprintln!("lakescope: {} in {}", counted(report.rows, "row"), path.display());
    }
    for note in &report.notes {
        eprintln!("lakescope: {note}");
    }
    Ok(())
}

/// The parameters as they were given.
fn parameters(args: &RunArgs) -> Result<Vec<(String, String)>, Failure> {
    let given = args.parameters.iter().map(|text| match text.split_once('=') {
        Some((name, value)) => Ok((name.trim().to_owned(), value.to_owned())),
        None => Err(Failure::Usage(format!("--param {text}: write NAME=VALUE, for example where='speed > 10'"))),
    });
    let mut given = given.collect::<Result<Vec<_>, _>>()?;
    if let Some(out) = &args.out {
        given.push(("out".to_owned(), text_of(out)?));
    }
    Ok(given)
}

fn text_of(path: &Path) -> Result<String, Failure> {
    path.to_str()
        .map(str::to_owned)
        .ok_or_else(|| Failure::Usage(format!("--out {}: the name of the file is no text", path.display())))
}
