//! `lakescope stats` by group, and `lakescope analyses`

use std::io::Write;

use super::{
    Failure,
    args::Format,
    frames::{chosen_format, stdout_file},
    stats_args::{AnalysesArgs, ChartArg, OverArg, ShapeArg, StatsArgs, WeightArg},
    table::{open_indexed, print, print_json, say, with_progress},
};
use crate::{
    analytics::stats::BadQuery,
    catalog::FrameTable,
    filter::FrameColumns,
    session::{
        Analysis, ChartKind, ExportScope, FrameFormat, OpenOptions, Over, Session, Shape, StatsRequest, StatsTable,
        Weight,
    },
};

pub(super) fn run(args: &StatsArgs) -> Result<(), Failure> {
    let session = open_indexed(&args.lake)?;
    let table = session.table()?;
    let request = match &args.saved {
        Some(name) => {
            let analysis = session.analysis(name)?;
            match args.shape {
                None | Some(ShapeArg::Table) => analysis.request()?,
                Some(ShapeArg::Chart) => analysis.chart_request()?.map_or_else(|| analysis.request(), Ok)?,
                Some(_) => {
                    return Err(Failure::Usage(
                        "a saved analysis is told with --as table, or with --as chart as its chart shows it".to_owned(),
                    ));
                }
            }
        }
        None => request(args, &table)?,
    };
    let asked = args.format.or(args.json.then_some(Format::Json));
    let format = chosen_format(asked, args.out.as_deref(), args.spreadsheet)?;
    let mut found = with_progress(|progress| session.stats_run(&table, &request, args.record, progress))?;
    if let Some(name) = &args.save {
        // What cannot be asked is not saved, which asking has shown.
        let path = session.save_analysis(name, &Analysis::of(&request, chart(args.chart), &args.note))?;
        eprintln!("lakescope: saved as {}", path.display());
    }
    found.rows = args.limit.map_or(found.rows, |limit| limit.min(found.rows));
    write(&session, &table, &found, format, args)?;
    for note in &found.notes {
        eprintln!("lakescope: {note}");
    }
    Ok(())
}

fn write(
    session: &Session,
    table: &FrameTable,
    found: &StatsTable,
    format: FrameFormat,
    args: &StatsArgs,
) -> Result<(), Failure> {
    let progress = crate::jobs::Progress::new();
    if let Some(path) = &args.out {
        return Ok(session.write_stats_file(table, found, format, path, &progress)?);
    }
    let mut out = stdout_file()?;
    session.write_stats(table, found, format, &mut out, &progress)?;
    Ok(out.flush()?)
}

fn request(args: &StatsArgs, table: &FrameTable) -> Result<StatsRequest, Failure> {
    let wrong = |option: &str, error: BadQuery| Failure::Usage(format!("{option}: {error}"));
    let scope = match (&args.view, &args.selection) {
        (Some(view), _) => ExportScope::View(view.clone()),
        (None, Some(selection)) => ExportScope::Selection(selection.clone()),
        (None, None) => ExportScope::Filter(args.filter.clone().unwrap_or_default()),
    };
    Ok(StatsRequest {
        metrics: metrics(&args.metrics, table),
        by: args
            .by
            .iter()
            .map(|key| key.trim().parse().map_err(|error| wrong("--by", error)))
            .collect::<Result<_, _>>()?,
        aggregates: (args.agg.iter())
            .map(|aggregate| aggregate.trim().parse().map_err(|error| wrong("--agg", error)))
            .collect::<Result<_, _>>()?,
        keep: args.keep.as_ref().map(|keep| keep.parse().map_err(|error| wrong("--keep", error))).transpose()?,
        over: if args.over == Some(OverArg::Frames) { Over::Frames } else { Over::Samples },
        weight: if args.weight == Some(WeightArg::Time) { Weight::Time } else { Weight::None },
        shape: shape(args)?,
        scope,
    })
}

fn shape(args: &StatsArgs) -> Result<Shape, Failure> {
    Ok(match args.shape {
        Some(ShapeArg::Histogram) => Shape::Histogram(args.bins),
        Some(ShapeArg::LogHistogram) => Shape::LogHistogram(args.bins),
        Some(ShapeArg::Density) => Shape::Density(args.bins),
        Some(_) if args.bins.is_some() => {
            return Err(Failure::Usage("--bins is for --as histogram, log-histogram and density".to_owned()));
        }
        None | Some(ShapeArg::Table) => Shape::Table,
        Some(ShapeArg::Chart) => {
            return Err(Failure::Usage("--as chart is for the analyses of --saved".to_owned()));
        }
        Some(ShapeArg::Box) => Shape::Box,
        Some(ShapeArg::Scatter) => Shape::Scatter,
    })
}

/// The names of metrics; a name with a comma that is none is several.
fn metrics(words: &[String], table: &FrameTable) -> Vec<String> {
    let known = |name: &str| table.metrics().iter().any(|metric| metric.name == name);
    let parts = |word: &String| -> Vec<String> {
        if known(word) { vec![word.clone()] } else { word.split(',').map(|name| name.trim().to_owned()).collect() }
    };
    words.iter().flat_map(parts).filter(|name| !name.is_empty()).collect()
}

fn chart(chart: ChartArg) -> ChartKind {
    match chart {
        ChartArg::Bar => ChartKind::Bar,
        ChartArg::Line => ChartKind::Line,
        ChartArg::Histogram => ChartKind::Histogram,
        ChartArg::Box => ChartKind::Box,
        ChartArg::Scatter => ChartKind::Scatter,
        ChartArg::Heat => ChartKind::Heat,
        ChartArg::Correlation => ChartKind::Correlation,
    }
}

pub(super) fn analyses(args: &AnalysesArgs) -> Result<(), Failure> {
    let session = Session::open(&args.lake, OpenOptions::default())?;
    if let Some(name) = &args.delete {
        session.delete_analysis(name)?;
        return say(format_args!("{name}: deleted"));
    }
    let saved = session.analyses();
    if args.json {
        return print_json(&saved);
    }
    let rows: Vec<Vec<String>> = saved
        .iter()
        .map(|one| {
            let analysis = one.analysis.clone().unwrap_or_default();
            let scope = analysis.view.map(|view| format!("view:{view}"));
            let scope = scope.or(analysis.selection.map(|selection| format!("selection:{selection}")));
            vec![
                one.name.clone(),
                analysis.metrics.join(","),
                analysis.by.join(","),
                analysis.aggregates.join(","),
                analysis.keep.unwrap_or_default(),
                scope.unwrap_or(analysis.filter),
                one.error.clone().unwrap_or(analysis.note),
            ]
        })
        .collect();
    print(&["name", "metrics", "by", "aggregates", "keep", "where", "note"], &rows)
}
