//! Files of events as views on the server.
//!
//! Which files there are, and what they are like, is looked up here, so that both engines read the same. Files whose columns
//! have the same names and types are one view; the tree puts the views together and brings their times to nanoseconds.

use super::{super::EngineError, PathMap, cells, relations, relations::Ids, view_name};
use crate::{
    analytics::tree::{
        Aggregate, Expr, Kind, Op, Tree, Value, col, int, text,
        times::time_ns,
        top::{CAMERA, COUNT, DETECTION, EVENT_COLUMNS, ITEM, PLACE, TIME, with_times},
        up,
    },
    formats::{EventColumn, EventOptions, EventSet, GivenValue, Stored, StoredColumn, TimeUnit},
};

/// A name in the session, and what it stands for.
pub(super) type View = (String, spark_connect_proto::Relation);

/// Most views of a question: a tree with more folders than that, whose names tell a column, would be a plan without end.
const MOST_GROUPS: usize = 500;

/// Files on the server that are alike.
fn groups(set: &EventSet, paths: &PathMap) -> Result<Vec<(Stored, Vec<String>)>, EngineError> {
    let mut groups: Vec<(Stored, Vec<String>)> = Vec::new();
    for (path, stored) in set.stored()? {
        if let Stored::Parquet { columns } = &stored
            && columns[EventColumn::Time as usize].unit == Some(TimeUnit::Ns)
        {
            return Err(EngineError::Nanoseconds { path: path.display().to_string() });
        }
        if let Stored::Parquet { columns } = &stored
            && columns.iter().any(|column| column.decimal)
        {
            let what =
                "it stores whole numbers as decimal ones, which only this machine looks at one by one (--engine local)";
            return Err(EngineError::Path { path: path.display().to_string(), what });
        }
        let in_folders = match &stored {
            Stored::Parquet { .. } => false,
            Stored::Csv { places, .. } => places.contains(&usize::MAX),
            Stored::Ndjson { given, .. } => *given,
        };
        if in_folders || groups.len() > MOST_GROUPS {
            let what = if in_folders {
                "names of folders tell a column that this text file lacks, which only this machine reads (--engine local)"
            } else {
                "names of folders tell apart more than 500 groups of files; ask this machine (--engine local)"
            };
            return Err(EngineError::Path { path: path.display().to_string(), what });
        }
        let there = paths.there(&path)?;
        match groups.iter_mut().find(|(other, _)| *other == stored) {
            Some((_, files)) => files.push(there),
            None => groups.push((stored, vec![there])),
        }
    }
    Ok(groups)
}

/// The views of all files, and the events in them as a tree.
pub(super) fn views(
    set: &EventSet,
    options: &EventOptions,
    paths: &PathMap,
    ids: &mut Ids,
) -> Result<(Tree, Vec<View>), EngineError> {
    let (mut trees, mut views) = (Vec::new(), Vec::new());
    for (stored, files) in groups(set, paths)? {
        let name = view_name();
        let (tree, relation) = if let Stored::Parquet { columns } = &stored {
            parquet(&name, columns, options, files, ids)
        } else {
            let (lines, relation) = lines(&name, &stored, &files, ids);
            (lines.events(options.time_unit), relation)
        };
        trees.push(tree);
        views.push((name, relation));
    }
    let tree = match trees.len() {
        // Files without events are no table at all; a table without rows answers every question.
        0 => Tree::Numbers { column: "none".to_owned(), count: 0 }
            .project(EVENT_COLUMNS.map(|(name, kind)| (name, Expr::Value(Value::Null(kind))))),
        1 => trees.remove(0),
        _ => Tree::Union(trees),
    };
    Ok((tree, views))
}

/// The lines of text files that are no events, counted by the reason, which is a number of [`REASONS`]; `None` without such
/// files.
pub(super) fn bad_lines(
    set: &EventSet,
    paths: &PathMap,
    ids: &mut Ids,
) -> Result<Option<(Tree, Vec<View>)>, EngineError> {
    let (mut trees, mut views) = (Vec::new(), Vec::new());
    for (stored, files) in groups(set, paths)? {
        if !matches!(stored, Stored::Parquet { .. }) {
            let name = view_name();
            let (lines, relation) = lines(&name, &stored, &files, ids);
            trees.push(lines.rows.project([(REASON, lines.reason)]).filter(col(REASON).is_there()));
            views.push((name, relation));
        }
    }
    let tree = match trees.len() {
        0 => return Ok(None),
        1 => trees.remove(0),
        _ => Tree::Union(trees),
    };
    Ok(Some((tree.group(&[REASON], [(COUNT, Aggregate::Count)]).sort(vec![up(REASON)]), views)))
}

/// The column of reasons.
pub(super) const REASON: &str = "reason";

/// Why a line is no event, as the reader of this machine says it.
pub(super) const REASONS: [&str; 7] = [
    "has too few cells",
    "is no JSON object with the fields of an event",
    "has a geographical_location_oid that is no whole number",
    "has a video_camera_oid that is no whole number",
    "has a detection_oid that is no whole number",
    "has a timestamp_detected that is no time",
    "has a timestamp_detected that is written out",
];

/// The number of the last of these, which is no reason on this machine: it reads such times.
pub(super) const WRITTEN_OUT: usize = REASONS.len() - 1;

/// In the order of [`EventColumn::ALL`].
const NAMES: [&str; 5] = [PLACE, CAMERA, DETECTION, ITEM, TIME];

fn parquet(
    view: &str,
    columns: &[StoredColumn; 5],
    options: &EventOptions,
    files: Vec<String>,
    ids: &mut Ids,
) -> (Tree, spark_connect_proto::Relation) {
    let read = relations::files("parquet", None, &[], files, ids);
    let mut unit = options.time_unit;
    let columns = EventColumn::ALL.iter().zip(columns).map(|(column, stored)| {
        let (name, value) = (column.name(), relations::column(&stored.name));
        let value = match column {
            EventColumn::Item if stored.given.is_some() => given(stored, Kind::Text),
            _ if stored.given.is_some() => given(stored, Kind::Int64),
            EventColumn::Item => relations::cast(value, Kind::Text),
            EventColumn::Time if stored.unit.is_some() => {
                unit = Some(TimeUnit::Us);
                relations::microseconds(value)
            }
            _ => relations::cast(value, Kind::Int64),
        };
        (name.to_owned(), value)
    });
    let relation = relations::project(read, columns.collect(), ids);
    (with_times(Tree::scan(view, &EVENT_COLUMNS), unit), relation)
}

/// What the names of folders tell of all rows.
fn given(stored: &StoredColumn, kind: Kind) -> spark_connect_proto::Expression {
    let value = match &stored.given {
        Some(GivenValue::Number(Some(number))) => Value::Int64(*number),
        Some(GivenValue::Text(Some(text))) => Value::Text(text.clone()),
        _ => Value::Null(kind),
    };
    relations::literal(&value)
}

/// The numbers of an event, in the order of their reasons.
const NUMBERS: [&str; 4] = [PLACE, CAMERA, DETECTION, TIME];

/// Lines of text as a view of cells.
struct Lines {
    rows: Tree,
    /// A number of [`REASONS`]; null where the line is an event.
    reason: Expr,
    /// Whether text stands in quotes always, as JSON has it.
    quoted: bool,
}

impl Lines {
    /// The events among the lines.
    fn events(self, unit: Option<TimeUnit>) -> Tree {
        // A name in quotes is what it is, spaces and all; a cell without text is none.
        let item =
            if self.quoted { col(ITEM) } else { cell(ITEM).only_if(Expr::Not(Box::new(is_empty(ITEM))), Kind::Text) };
        self.rows.filter(self.reason.is_null()).project([
            (PLACE, number(PLACE)),
            (CAMERA, number(CAMERA)),
            (DETECTION, number(DETECTION)),
            (ITEM, item),
            (TIME, time_ns(number(TIME), unit)),
        ])
    }
}

fn cell(name: &str) -> Expr {
    Expr::Trim(Box::new(col(name)))
}

fn is_empty(name: &str) -> Expr {
    col(name).is_null().or(cell(name).with(Op::Equal, text("")))
}

fn number(name: &str) -> Expr {
    Expr::Parse(Box::new(cell(name)))
}

fn is_no_number(name: &str) -> Expr {
    Expr::Not(Box::new(is_empty(name).or(number(name).is_there())))
}

/// Whether the time is written out.
fn is_written_out() -> Expr {
    col(TIME).is_there().and(cell(TIME).with(Op::Equal, text(cells::WRITTEN_OUT)))
}

/// The first reason that holds.
fn first_reason(of: Vec<(Expr, i64)>) -> Expr {
    let arms = of.into_iter().map(|(condition, reason)| (condition, int(reason))).collect();
    Expr::Case(arms, Box::new(Expr::Value(Value::Null(Kind::Int64))))
}

/// Text files line by line. Servers differ in what they make of lines with too few cells or fields of other types: some fill
/// them with nulls, some refuse the whole file. Therefore they are given whole lines, and cut them by these expressions.
fn lines(view: &str, stored: &Stored, files: &[String], ids: &mut Ids) -> (Lines, spark_connect_proto::Relation) {
    // No file of text has these characters, so that a line is one cell.
    let options = |header| [("header", header), ("sep", "\u{1}"), ("quote", "\u{2}"), ("escape", "\u{2}")];
    let mut whole =
        |header| relations::files("csv", Some("line STRING".to_owned()), &options(header), files.to_vec(), ids);
    let (read, cells, reason): (_, Vec<_>, _) = if let Stored::Csv { delimiter, places, .. } = stored {
        let cells =
            NAMES.iter().zip(places).map(|(name, place)| ((*name).to_owned(), cells::csv(name, *delimiter, *place)));
        let mut reasons = vec![(col(ITEM).is_null(), 0), (is_written_out(), 6)];
        for (name, reason) in NUMBERS.into_iter().zip(2..) {
            reasons.extend([(col(name).is_null(), 0), (is_no_number(name), reason)]);
        }
        (whole("true"), cells.collect(), first_reason(reasons))
    } else {
        let found = |at: usize| match stored {
            Stored::Ndjson { names, .. } => names[at].as_str(),
            _ => NAMES[at],
        };
        let mut cells: Vec<_> =
            (0..NAMES.len()).map(|at| (NAMES[at].to_owned(), cells::json(NAMES[at], found(at)))).collect();
        cells.push((BROKEN.to_owned(), cells::json_is_broken(found(EventColumn::Item as usize))));
        let mut reasons = vec![(col(BROKEN).is_there(), 1), (is_written_out(), 6)];
        reasons.extend(NUMBERS.map(|name| (is_no_number(name), 1)));
        (whole("false"), cells, first_reason(reasons))
    };
    let columns: Vec<(&str, Kind)> = cells.iter().map(|(name, _)| (name.as_str(), Kind::Text)).collect();
    let rows = Tree::scan(view, &columns);
    let quoted = matches!(stored, Stored::Ndjson { .. });
    (Lines { rows, reason, quoted }, relations::project(read, cells, ids))
}

/// Not null where a line of JSON is no event.
const BROKEN: &str = "is_broken";
