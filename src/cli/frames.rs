//! `lakescope frames`

use std::{
    fs::File,
    io::{self, IsTerminal, Write},
};

use super::{
    Failure,
    args::{Format, FramesArgs},
    table::{open_indexed, say},
};
use crate::{
    jobs::Progress,
    session::{FrameFormat, Sort},
};

pub(super) fn run(args: &FramesArgs) -> Result<(), Failure> {
    let session = open_indexed(&args.lake)?;
    let table = session.table()?;
    let found = session.find(&table, &args.filter)?;
    if args.count {
        say(format_args!("{}", args.limit.map_or(found.count(), |limit| limit.min(found.count()))))?;
        return Ok(());
    }
    let sort = args.sort.as_deref().map(parse_sort).transpose()?;
    let mut rows = session.sorted(&table, found.to_rows(), sort.as_ref())?;
    rows.truncate(args.limit.unwrap_or(usize::MAX));
    let terminal = args.out.is_none() && io::stdout().is_terminal();
    let format = match args.format.or(args.json.then_some(Format::Json)) {
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
    let columns = args.columns.as_deref();
    let progress = Progress::new();
    if let Some(path) = &args.out {
        session.write_frames_file(&table, &rows, columns, format, path, &progress)?;
    } else {
        let mut out = stdout_file()?;
        session.write_frames(&table, &rows, columns, format, &mut out, &progress)?;
        out.flush()?;
    }
    Ok(())
}

/// Standard output without the line buffer that `io::stdout` puts before it.
fn stdout_file() -> io::Result<File> {
    use std::os::fd::AsFd;
    Ok(File::from(io::stdout().as_fd().try_clone_to_owned()?))
}

/// Reads `COL` or `COL:desc`.
fn parse_sort(text: &str) -> Result<Sort, Failure> {
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
