//! Files of events as views on the server.
//!
//! Which files there are, and what they are like, is looked up here, so that both engines read the same. Files whose columns
//! have the same names and types are one view; the tree puts the views together and brings their times to nanoseconds.

use super::{super::EngineError, PathMap, relations, relations::Ids, view_name};
use crate::{
    analytics::tree::{
        Expr, Kind, Op, Tree, Value, all, col, text,
        times::time_ns,
        top::{CAMERA, DETECTION, EVENT_COLUMNS, ITEM, PLACE, TIME, with_times},
    },
    formats::{EventColumn, EventOptions, EventSet, Stored, StoredColumn, TimeUnit},
};

/// A name in the session, and what it stands for.
type View = (String, spark_connect_proto::Relation);

/// The views of all files, and the events in them as a tree.
pub(super) fn views(
    set: &EventSet,
    options: &EventOptions,
    paths: &PathMap,
    ids: &mut Ids,
) -> Result<(Tree, Vec<View>), EngineError> {
    let mut groups: Vec<(Stored, Vec<String>)> = Vec::new();
    for (path, stored) in set.stored()? {
        let there = paths.there(&path)?;
        match groups.iter_mut().find(|(other, _)| *other == stored) {
            Some((_, files)) => files.push(there),
            None => groups.push((stored, vec![there])),
        }
    }
    let (mut trees, mut views) = (Vec::new(), Vec::new());
    for (stored, files) in groups {
        let name = view_name();
        let (tree, relation) = match stored {
            Stored::Parquet { columns } => parquet(&name, &columns, options, files, ids),
            Stored::Csv { delimiter, places, columns } => {
                csv(&name, delimiter, places, columns, options.time_unit, files, ids)
            }
            Stored::Ndjson { names } => ndjson(&name, &names, options.time_unit, files, ids),
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

/// Cells come as text, by their place in the row, and are looked at as the reader of this machine does.
fn csv(
    view: &str,
    delimiter: char,
    places: [usize; 5],
    columns: usize,
    unit: Option<TimeUnit>,
    files: Vec<String>,
    ids: &mut Ids,
) -> (Tree, spark_connect_proto::Relation) {
    let schema: Vec<String> = (0..columns).map(|at| format!("c{at} STRING")).collect();
    let delimiter = delimiter.to_string();
    let options = [("header", "true"), ("sep", &delimiter), ("quote", "\""), ("escape", "\"")];
    let read = relations::files("csv", Some(schema.join(", ")), &options, files, ids);
    let cells = NAMES.iter().zip(places);
    let cells = cells.map(|(name, place)| ((*name).to_owned(), relations::column(&format!("c{place}"))));
    let relation = relations::project(read, cells.collect(), ids);
    let cell = |name: &str| Expr::Trim(Box::new(col(name)));
    let is_empty = |name: &str| col(name).is_null().or(cell(name).with(Op::Equal, text("")));
    let number = |name: &str| Expr::Parse(Box::new(cell(name)));
    let numbers = [PLACE, CAMERA, DETECTION, TIME];
    let is_event = all(numbers.map(|name| is_empty(name).or(number(name).is_there())));
    let time = time_ns(number(TIME), unit);
    let rows = Tree::scan(view, &NAMES.map(|name| (name, Kind::Text))).filter(is_event).project([
        (PLACE, number(PLACE)),
        (CAMERA, number(CAMERA)),
        (DETECTION, number(DETECTION)),
        (ITEM, cell(ITEM).only_if(Expr::Not(Box::new(is_empty(ITEM))), Kind::Text)),
        (TIME, time),
    ]);
    (rows, relation)
}

/// Fields are read under the names that the file has for them, and the right ones, which go first.
fn ndjson(
    view: &str,
    names: &[String; 5],
    unit: Option<TimeUnit>,
    files: Vec<String>,
    ids: &mut Ids,
) -> (Tree, spark_connect_proto::Relation) {
    let quoted = |name: &str| format!("`{}`", name.replace('`', "``"));
    let mut schema = Vec::new();
    let mut columns = Vec::new();
    for (column, found) in NAMES.iter().zip(names) {
        // Names that differ in their case alone are one to the server, and the file's own is the one that it finds.
        let mut spelled = vec![found.as_str()];
        if !found.eq_ignore_ascii_case(column) {
            spelled.insert(0, column);
        }
        if *column == CAMERA && !spelled.contains(&"ideo_camera_oid") {
            spelled.push("ideo_camera_oid");
        }
        let kind = if *column == ITEM { "STRING" } else { "BIGINT" };
        schema.extend(spelled.iter().map(|name| format!("{} {kind}", quoted(name))));
        let values = spelled.iter().map(|name| relations::column(&quoted(name)));
        if let Some(value) = values.reduce(relations::first_of) {
            columns.push(((*column).to_owned(), value));
        }
    }
    let read = relations::files("json", Some(schema.join(", ")), &[], files, ids);
    let relation = relations::project(read, columns, ids);
    (with_times(Tree::scan(view, &EVENT_COLUMNS), unit), relation)
}
