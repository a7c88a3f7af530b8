//! `lakescope runs` and `lakescope selections`

use super::{
    Failure,
    args::{RunsArgs, SelectionsArgs},
    table::{open_indexed, print, print_json, say},
};
use crate::{
    model::{Run, RunState, format_ns, one_line, parse_time_ns},
    session::{OpenOptions, Session},
};

pub(super) fn run(args: &RunsArgs) -> Result<(), Failure> {
    let state = args
        .state
        .as_deref()
        .map(|word| {
            RunState::parse(word).ok_or_else(|| {
                Failure::Usage(format!("--state {word}: write running, done, failed, cancelled or lost"))
            })
        })
        .transpose()?;
    let since = args
        .since
        .as_deref()
        .map(|text| {
            parse_time_ns(text)
                .ok_or_else(|| Failure::Usage(format!("--since {text}: write a time such as 2024-05-01T08:00Z")))
        })
        .transpose()?;
    let session = Session::open(&args.lake, OpenOptions::default())?;
    if let Some(run) = args.log {
        let lines = session.run_log(run)?;
        if args.json {
            return print_json(&lines);
        }
        for line in lines {
            say(format_args!("{}", one_line(&line)))?;
        }
        return Ok(());
    }
    let mut runs = session.runs()?;
    runs.retain(|run| {
        args.task.as_ref().is_none_or(|task| *task == run.task)
            && state.is_none_or(|state| state == run.state)
            && since.is_none_or(|since| run.started_at_ns >= since)
    });
    if args.json {
        return print_json(&runs);
    }
    let header = ["run", "task", "state", "progress", "started", "seconds", "rows_in", "rows_out", "error"];
    print(&header, &runs.iter().map(row).collect::<Vec<_>>())
}

#[expect(clippy::cast_precision_loss, reason = "durations are shown to the hundredth")]
fn row(run: &Run) -> Vec<String> {
    let number = |value: Option<u64>| value.map_or_else(String::new, |value| value.to_string());
    vec![
        run.run_id.to_string(),
        run.task.clone(),
        run.state.as_str().to_owned(),
        run.total.map_or_else(|| run.done.to_string(), |total| format!("{}/{total}", run.done)),
        format_ns(run.started_at_ns),
        run.ended_at_ns.map_or_else(String::new, |end| format!("{:.2}", (end - run.started_at_ns) as f64 / 1e9)),
        number(run.rows_in),
        number(run.rows_out),
        run.error.clone().unwrap_or_default(),
    ]
}

pub(super) fn selections(args: &SelectionsArgs) -> Result<(), Failure> {
    let session = if args.save.is_some() {
        open_indexed(&args.lake)?
    } else {
        Session::open(&args.lake, OpenOptions::default())?
    };
    if let Some(name) = &args.delete {
        session.delete_selection(name)?;
    }
    if let Some(name) = &args.save {
        let table = session.table()?;
        let rows = session.find(&table, args.filter.as_deref().unwrap_or(""))?.to_rows();
        session.save_selection(&table, name, &args.note, &rows)?;
    }
    let selections = session.selections()?;
    if args.json {
        return print_json(&selections);
    }
    let rows: Vec<Vec<String>> = selections
        .iter()
        .map(|selection| {
            vec![
                selection.name.clone(),
                selection.frames.to_string(),
                format_ns(selection.saved_at_ns),
                selection.note.clone(),
            ]
        })
        .collect();
    print(&["name", "frames", "saved", "note"], &rows)
}
