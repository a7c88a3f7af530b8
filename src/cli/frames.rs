//! `lakescope frames`

use std::{
    fs::File,
    io::{self, IsTerminal, Write},
    path::Path,
};

use super::{
    Failure,
    args::{Format, FramesArgs, Rows},
    keep::tell_gone,
    table::{open_indexed, print, print_json, say},
};
use crate::{
    catalog::FrameTable,
    filter::{FrameColumns as _, FrameSet},
    jobs::Progress,
    model::one_line,
    session::{
        BoxOrder, BoxQuery, Explanation, ExportScope, FilterPart, FrameFormat, GridChoice, SavedView, Session, Sort,
        SpanChoice, SpanOrder, SqlText, SqlView,
    },
};

pub(super) fn run(args: &FramesArgs) -> Result<(), Failure> {
    let session = open_indexed(&args.lake)?;
    let table = session.table()?;
    let view = args.view.as_deref().map(|name| session.view(name)).transpose()?;
    let filter = view.as_ref().map_or(&args.filter, |view| &view.rule.filter);
    let shown = Shown::of(args, view.as_ref(), filter)?;
    let sort = view.as_ref().and_then(|view| view.rule.sort.clone());
    if args.sql {
        let sort = match &args.sort {
            Some(sort) => Some(parse_sort(sort)?),
            None => sort,
        };
        let view = match (&args.selection, shown.rows) {
            (_, Rows::Spans) => {
                return Err(Failure::Usage("spans have no SQL; --as frames gives that of their frames".to_owned()));
            }
            (Some(_), Rows::Objects) => {
                return Err(Failure::Usage("objects of a selection have no SQL; leave --as away".to_owned()));
            }
            (Some(name), Rows::Frames) => SqlView::Scope(ExportScope::Selection(name.clone())),
            (None, Rows::Objects) => SqlView::Objects(filter.clone(), shown.grid.query),
            (None, Rows::Frames) => SqlView::Frames(filter.clone(), sort),
        };
        return print_sql(&session.sql_view(&table, &view)?, args.json);
    }
    if args.explain {
        let explanation = session.explain(&table, filter)?;
        return if args.json { print_json(&explanation) } else { print_explanation(&explanation) };
    }
    let mut found = if let Some(name) = &args.selection {
        let (rows, gone) = session.selection_rows(&table, name)?;
        tell_gone(gone);
        FrameSet::from_rows(table.rows(), rows.into_iter().map(|row| row as usize))
    } else {
        let found = session.find(&table, filter)?;
        for word in session.absent_words(&table, filter)? {
            eprintln!("lakescope: hint: {}", one_line(&word.told()));
        }
        found
    };
    if let Some(every_ns) = args.every {
        found = session.thin(&table, &found, every_ns)?;
    }
    if args.count {
        say(format_args!("{}", args.limit.map_or(found.count(), |limit| limit.min(found.count()))))?;
        return Ok(());
    }
    let asked = args.format.or(args.json.then_some(Format::Json));
    let format = chosen_format(asked, args.out.as_deref(), args.spreadsheet)?;
    let found = Found { session: &session, table: &table, set: &found, filter, format };
    match shown.rows {
        Rows::Spans => return found.spans(args, &shown.grid.spans),
        Rows::Objects => return found.objects(args, &shown.grid.query),
        Rows::Frames => {}
    }
    let sort = match &args.sort {
        Some(sort) => Some(parse_sort(sort)?),
        None => sort,
    };
    let progress = Progress::new();
    let Found { set: found, .. } = found;
    let mut rows = session.sorted(&table, found.to_rows(), sort.as_ref())?;
    rows.truncate(args.limit.unwrap_or(usize::MAX));
    let columns = args.columns.as_deref();
    if let Some(path) = &args.out {
        session.write_frames_file(&table, &rows, columns, format, path, &progress)?;
    } else {
        let mut out = stdout_file()?;
        session.write_frames(&table, &rows, columns, format, &mut out, &progress)?;
        out.flush()?;
    }
    Ok(())
}

/// Prints a statement, with what to know about it before it.
pub(super) fn print_sql(written: &SqlText, json: bool) -> Result<(), Failure> {
    if json {
        return print_json(written);
    }
    for note in &written.notes {
        say(format_args!("-- {note}"))?;
    }
    say(format_args!("{}", written.sql))
}

/// What a row is, and which spans or objects.
struct Shown {
    rows: Rows,
    grid: GridChoice,
}

impl Shown {
    /// What was asked for; without that what the view shows, and frames where nobody chose.
    fn of(args: &FramesArgs, view: Option<&SavedView>, filter: &str) -> Result<Self, Failure> {
        let chosen = match view.map(|view| (view, view.rule.grid())) {
            Some((_, Ok(grid))) => grid,
            Some((view, Err(error))) => {
                eprintln!(
                    "lakescope: what a row of the view `{}` is cannot be read ({error}); a row is a frame unless --as tells otherwise",
                    view.name
                );
                None
            }
            None => None,
        };
        let told = args.rows.or(args.events.then_some(Rows::Spans));
        // These ask for frames by themselves.
        let of_frames = args.count || args.explain || args.sql || args.every.is_some() || args.columns.is_some();
        let rows = told.unwrap_or(match &chosen {
            _ if of_frames => Rows::Frames,
            Some(grid) if grid.objects => Rows::Objects,
            Some(grid) if grid.groups(filter) => Rows::Spans,
            _ => Rows::Frames,
        });
        if rows != Rows::Spans && (args.gap.is_some() || args.peak.is_some()) {
            return Err(Failure::Usage("--gap and --peak are about spans; add --as spans".to_owned()));
        }
        if rows != Rows::Frames && (args.columns.is_some() || args.every.is_some()) {
            return Err(Failure::Usage("--columns and --every are about frames; leave --as away".to_owned()));
        }
        Ok(Self { rows, grid: chosen.unwrap_or_default() })
    }
}

/// The frames that were found, and how they are written.
struct Found<'a> {
    session: &'a Session,
    table: &'a FrameTable,
    set: &'a FrameSet,
    filter: &'a str,
    format: FrameFormat,
}

impl Found<'_> {
    /// Writes spans of the frames.
    fn spans(&self, args: &FramesArgs, choice: &SpanChoice) -> Result<(), Failure> {
        let Self { session, table, set, filter, format } = *self;
        let peak = session.peak(table, filter, args.peak.as_deref().or(choice.peak.as_deref()))?;
        let mut spans = session.spans(table, set, args.gap.or(choice.gap_ns))?;
        let (order, descending) = match &args.sort {
            Some(text) => order_of(text, &SpanOrder::ALL, SpanOrder::as_str)?,
            None => (choice.order, choice.descending),
        };
        if order != SpanOrder::Recording || descending {
            let peaks = match &peak {
                Some(peak) if order == SpanOrder::Peak => session.peaks(table, set, &spans, peak)?,
                None if order == SpanOrder::Peak => {
                    return Err(Failure::Usage(
                        "--sort peak: the filter names no metric; choose one with --peak METRIC".to_owned(),
                    ));
                }
                _ => Vec::new(),
            };
            let places = Session::span_places(&spans, &peaks, order, descending);
            spans = places.into_iter().map(|place| spans[place as usize].clone()).collect();
        }
        spans.truncate(args.limit.unwrap_or(usize::MAX));
        let (found, progress) = ((set, spans.as_slice()), Progress::new());
        if let Some(path) = &args.out {
            session.write_spans_file(table, found, peak.as_ref(), format, path, &progress)?;
        } else {
            let mut out = stdout_file()?;
            session.write_spans(table, found, peak.as_ref(), format, &mut out, &progress)?;
            out.flush()?;
        }
        Ok(())
    }

    /// Writes the objects on the frames.
    fn objects(&self, args: &FramesArgs, query: &BoxQuery) -> Result<(), Failure> {
        let Self { session, table, set, format, .. } = *self;
        let mut query = query.clone();
        if let Some(text) = &args.sort {
            (query.order, query.descending) = order_of(text, &BoxOrder::ALL, BoxOrder::as_str)?;
        }
        let mut objects = session.boxes(table, set, &query)?;
        objects.truncate(args.limit.unwrap_or(usize::MAX));
        let progress = Progress::new();
        if let Some(path) = &args.out {
            session.write_objects_file(table, &objects, format, path, &progress)?;
        } else {
            let mut out = stdout_file()?;
            session.write_objects(table, &objects, format, &mut out, &progress)?;
            out.flush()?;
        }
        Ok(())
    }
}

/// Prints the parts of a filter, and what is left at the end.
fn print_explanation(explanation: &Explanation) -> Result<(), Failure> {
    let row = |part: &str, alone: u64, together: Option<u64>| {
        vec![part.to_owned(), alone.to_string(), together.map_or_else(String::new, |together| together.to_string())]
    };
    // What stands inside a part is indented below it.
    let indented = |part: &FilterPart| format!("{}{}", "  ".repeat(part.depth), part.part);
    let mut rows: Vec<Vec<String>> =
        explanation.parts.iter().map(|part| row(&indented(part), part.alone, part.together)).collect();
    rows.push(row("all", explanation.frames, Some(explanation.matches)));
    print(&["part", "alone", "together"], &rows)
}

/// Standard output without the line buffer that `io::stdout` puts before it.
pub(super) fn stdout_file() -> io::Result<File> {
    use std::os::fd::AsFd;
    Ok(File::from(io::stdout().as_fd().try_clone_to_owned()?))
}

/// How rows are written: as asked, as the ending of the file says, else a table on a terminal and CSV elsewhere.
pub(super) fn chosen_format(
    asked: Option<Format>,
    out: Option<&Path>,
    spreadsheet: bool,
) -> Result<FrameFormat, Failure> {
    let terminal = out.is_none() && io::stdout().is_terminal();
    Ok(match asked.or_else(|| out.and_then(format_of)) {
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
        Some(Format::Csv) | None => FrameFormat::Csv { spreadsheet },
    })
}

/// The format that the ending of a file tells.
pub(super) fn format_of(path: &Path) -> Option<Format> {
    Some(match path.extension()?.to_str()?.to_ascii_lowercase().as_str() {
        "parquet" => Format::Parquet,
        "csv" => Format::Csv,
        "json" => Format::Json,
        "ndjson" | "jsonl" => Format::Ndjson,
        "txt" => Format::Table,
        _ => return None,
    })
}

/// Reads one of a few orders, with `:desc` or without.
pub(super) fn order_of<T: Copy>(
    text: &str,
    orders: &[T],
    name: impl Fn(T) -> &'static str,
) -> Result<(T, bool), Failure> {
    let Sort { column, descending } = parse_sort(text)?;
    let found = orders.iter().copied().find(|order| name(*order) == column);
    found.map(|order| (order, descending)).ok_or_else(|| {
        let names: Vec<&str> = orders.iter().map(|order| name(*order)).collect();
        Failure::Usage(format!("--sort {text}: there is no such order here; sort by {}", names.join(", ")))
    })
}

/// Reads `COL` or `COL:desc`.
pub(super) fn parse_sort(text: &str) -> Result<Sort, Failure> {
    let (column, descending) = match text.rsplit_once(':') {
        Some((column, "desc")) => (column, true),
        Some((column, "asc")) => (column, false),
        Some((_, other)) => {
            return Err(Failure::Usage(format!("--sort {text}: `{other}` is no order; write asc or desc")));
        }
        None => (text, false),
    };
    Ok(Sort { column: column.to_owned(), descending })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ending_tells_the_format() {
        for (path, expected) in [
            ("a/x.parquet", Some(Format::Parquet)),
            ("x.CSV", Some(Format::Csv)),
            ("x.json", Some(Format::Json)),
            ("x.jsonl", Some(Format::Ndjson)),
            ("x.ndjson", Some(Format::Ndjson)),
            ("x.txt", Some(Format::Table)),
            ("x.dat", None),
            ("parquet", None),
        ] {
            assert_eq!(format_of(Path::new(path)), expected, "{path}");
        }
    }

    #[test]
    fn reads_orders() {
        for (text, expected) in [
            ("speed", Some(("speed", false))),
            ("speed:desc", Some(("speed", true))),
            ("a:asc", Some(("a", false))),
            ("a:up", None),
        ] {
            let sort = parse_sort(text).ok();
            assert_eq!(sort.as_ref().map(|sort| (sort.column.as_str(), sort.descending)), expected, "{text}");
        }
    }
}
