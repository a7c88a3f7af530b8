//! `lakescope sql`

use std::{
    fs,
    io::{self, IsTerminal, Read, Write},
    path::Path,
    time::Duration,
};

use super::{
    Failure,
    args::Format,
    frames::{format_of, stdout_file},
    sql_args::SqlArgs,
    table::{counted, open_indexed, print, print_json, say},
};
use crate::{
    jobs::Progress,
    model::format_ns,
    session::{FrameFormat, OpenOptions, Session, SqlRequest, SqlSort},
};

pub(super) fn run(args: &SqlArgs) -> Result<(), Failure> {
    if args.queries || args.history || args.delete.is_some() {
        return kept(args, &Session::open(&args.lake, OpenOptions::default())?);
    }
    let session = open_indexed(&args.lake)?;
    if args.tables {
        return tables(args, &session);
    }
    let text = text(args, &session)?;
    if let Some(name) = &args.save {
        let saved = session.save_query(name, &text, &args.note)?;
        return say(format_args!("saved the query {}", saved.name));
    }
    let request = SqlRequest {
        text,
        sort: args.sort.as_deref().map(sort_of),
        memory_bytes: args.memory,
        timeout: args.timeout.map(|ns| Duration::from_nanos(ns.unsigned_abs())),
        limit: args.limit,
    };
    let terminal = args.out.is_none() && io::stdout().is_terminal();
    let asked = args.format.or(args.json.then_some(Format::Json));
    let format = match asked.or_else(|| args.out.as_deref().and_then(format_of)) {
        Some(Format::Parquet) if terminal => {
            return Err(Failure::Usage(
                "Parquet is not text; add --out FILE.parquet or redirect the output".to_owned(),
            ));
        }
        Some(Format::Parquet) => FrameFormat::Parquet,
        Some(Format::Json) => FrameFormat::Json,
        Some(Format::Ndjson) => FrameFormat::Ndjson,
        Some(Format::Table) => FrameFormat::Table,
        None if terminal => FrameFormat::Table,
        Some(Format::Csv) | None => FrameFormat::Csv { spreadsheet: args.spreadsheet },
    };
    let progress = Progress::new();
    if let Some(path) = &args.out {
        let report = session.write_sql_file(&request, format, path, &progress)?;
        eprintln!("lakescope: {} in {}", counted(report.rows, "row"), path.display());
        return Ok(());
    }
    let mut out = stdout_file()?;
    session.write_sql(&request, format, &mut out, &progress)?;
    Ok(out.flush()?)
}

/// `COL`, `COL:asc` or `COL:desc`; a column may have a colon in its name.
fn sort_of(text: &str) -> SqlSort {
    let (column, descending) = match text.rsplit_once(':') {
        Some((column, "desc")) => (column, true),
        Some((column, "asc")) => (column, false),
        _ => (text, false),
    };
    SqlSort { column: column.to_owned(), descending }
}

/// The query that was given in one of the ways there are.
fn text(args: &SqlArgs, session: &Session) -> Result<String, Failure> {
    if let Some(text) = &args.query {
        return Ok(text.clone());
    }
    if let Some(name) = &args.saved {
        return Ok(session.saved_query(name)?.text);
    }
    let Some(path) = &args.file else {
        return Err(Failure::Usage(
            "there is no query; write one, for example 'SELECT recording, count(*) FROM frames GROUP BY recording', or --tables"
                .to_owned(),
        ));
    };
    let cannot = |error: io::Error| Failure::Usage(format!("the query in {} cannot be read: {error}", path.display()));
    if path == Path::new("-") {
        let mut text = String::new();
        io::stdin().lock().read_to_string(&mut text).map_err(cannot)?;
        return Ok(text);
    }
    fs::read_to_string(path).map_err(cannot)
}

fn tables(args: &SqlArgs, session: &Session) -> Result<(), Failure> {
    let tables = session.sql_tables()?;
    if args.json {
        return print_json(&tables);
    }
    let rows: Vec<Vec<String>> = tables
        .iter()
        .flat_map(|table| {
            let row = |column: &crate::session::SqlColumn| {
                vec![table.name.clone(), column.name.clone(), column.kind.as_str().to_owned()]
            };
            table.columns.iter().map(row)
        })
        .collect();
    print(&["table", "column", "type"], &rows)
}

fn kept(args: &SqlArgs, session: &Session) -> Result<(), Failure> {
    if let Some(name) = &args.delete {
        session.delete_query(name)?;
        return say(format_args!("forgot the query {name}"));
    }
    if args.history {
        let past = session.past_queries()?;
        if args.json {
            let list: Vec<_> =
                past.iter().map(|one| serde_json::json!({ "query": one.text, "ran_at_ns": one.ran_at_ns })).collect();
            return print_json(&list);
        }
        let rows: Vec<Vec<String>> = past.into_iter().map(|one| vec![format_ns(one.ran_at_ns), one.text]).collect();
        return print(&["ran", "query"], &rows);
    }
    let queries = session.saved_queries()?;
    if args.json {
        let list: Vec<_> = queries
            .iter()
            .map(|one| {
                serde_json::json!({
                    "name": one.name, "query": one.text, "note": one.note, "saved_at_ns": one.saved_at_ns,
                })
            })
            .collect();
        return print_json(&list);
    }
    let rows: Vec<Vec<String>> =
        queries.into_iter().map(|one| vec![one.name, one.note, format_ns(one.saved_at_ns), one.text]).collect();
    print(&["query", "note", "saved", "text"], &rows)
}
