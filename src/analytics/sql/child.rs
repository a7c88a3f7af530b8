//! The process that works on one query. It is given its tables over standard input and answers over standard output; it opens
//! no file, reaches no network, and has a limit of memory that it sets itself. The app holds the clock and may end it at any
//! moment.

use std::{
    io::{self, BufReader, Read, Write},
    process::ExitCode,
    sync::{Arc, Mutex, PoisonError},
    thread,
};

use polars::{
    lazy::dsl::udf::UserDefinedFunction,
    prelude::{
        AnyValue, Column, DataFrame, DataType, Engine, IntoColumn, IntoLazy, LazyFrame, NamedFrom, PlanCallback,
        PolarsError, PolarsResult, Series, SortMultipleOptions, TimeUnit,
    },
    sql::{FunctionOptions, FunctionRegistry, SQLContext},
};
use rustix::process::{Resource, Rlimit, Signal, getrlimit, set_parent_process_death_signal, setrlimit};

use super::{
    compare::{self, Trouble},
    frame_window::Moving,
    gate::{Checked, check},
    hoist::Does,
    mistake::SqlMistake,
    rewrite::decimal,
    schema::{SqlColumn, SqlSort, SqlTable, SqlType},
    wire::{self, Answer, Ask, NO_MORE},
};
use crate::{
    confine::{self, Needs},
    model::format_ns,
};

/// Rows of a batch at most, so that none is long in memory.
const BATCH_ROWS: usize = 64 << 10;
/// Address space beyond the memory that may be used: stacks and arenas of threads, which are mostly never touched.
const ADDRESS_BYTES: u64 = 64 << 30;
/// Memory that the process itself takes beside the query: stacks, and the program's own data.
const OWN_BYTES: u64 = STACK_BYTES as u64 + (32 << 20);
/// Stack of the thread that plans the query.
const STACK_BYTES: usize = 64 << 20;
/// Open files: it opens none.
const OPEN_FILES: u64 = 64;

/// Runs the process on standard input and output: one query, then it ends.
#[must_use]
pub fn child_main() -> ExitCode {
    shut_in();
    match serve(BufReader::new(io::stdin().lock()), io::stdout()) {
        Ok(()) => ExitCode::SUCCESS,
        // The app closed the pipe: nobody wants the rest.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("lakescope sql-child: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Takes away what the process does not need, before it has read a byte and started a thread.
fn shut_in() {
    if let Err(error) = set_parent_process_death_signal(Some(Signal::KILL)) {
        eprintln!("lakescope sql-child: it may outlive the app: {error}");
    }
    for (resource, most) in [(Resource::Core, 0), (Resource::Fsize, 0), (Resource::Nofile, OPEN_FILES)] {
        limit(resource, most);
    }
    confine::enter(Needs { who: "sql-child", readable: None, threads: true });
}

fn limit(resource: Resource, most: u64) {
    // A limit that is lower already stays.
    let most = getrlimit(resource).maximum.map_or(most, |known| known.min(most));
    if let Err(error) = setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) }) {
        eprintln!("lakescope sql-child: a limit could not be set: {error}");
    }
}

/// Reads a question and answers it.
fn serve(mut input: impl Read, output: impl Write + Send + 'static) -> io::Result<()> {
    let ask: Ask = wire::read_json(&mut input)?;
    // The app looked at the text before; what runs is what this process lets through itself. That takes a deep stack for a
    // moment, so the limit of memory comes after it.
    let checked = check(&ask.text, &ask.tables);
    limit(Resource::Data, ask.memory_bytes.saturating_add(OWN_BYTES));
    limit(Resource::As, ask.memory_bytes.saturating_add(ADDRESS_BYTES));
    let output = Arc::new(Mutex::new(io::BufWriter::with_capacity(1 << 16, output)));
    let say = |answer: &Answer| {
        let mut output = output.lock().unwrap_or_else(PoisonError::into_inner);
        wire::write_json(&mut *output, answer)?;
        output.flush()
    };
    let tables = read_tables(&mut input, &ask)?;
    let shared = Arc::clone(&output);
    // A long condition is a deep tree, and planning walks it.
    let planner = thread::Builder::new().name("sql".to_owned()).stack_size(STACK_BYTES);
    let answered = planner
        .spawn(move || {
            let checked = checked.map_err(Answer::mistake)?;
            answer(&ask, &checked, tables, shared)
        })?
        .join();
    match answered {
        Ok(Ok(())) => say(&Answer::Done),
        Ok(Err(last)) => say(&last),
        Err(_) => {
            say(&Answer::Failed("the engine gave up; write the query in another way, and report this".to_owned()))
        }
    }
}

/// Reads the tables.
fn read_tables(input: &mut impl Read, ask: &Ask) -> io::Result<Vec<(String, DataFrame)>> {
    let bad = |error: PolarsError| io::Error::new(io::ErrorKind::InvalidData, error.to_string());
    let mut frames: Vec<(String, DataFrame)> = Vec::new();
    for (table, columns) in &ask.sent {
        let known = ask.tables.get(*table).ok_or_else(|| io::Error::other("a table is not known"))?;
        let columns = columns
            .iter()
            .map(|column| Series::new_empty(column.name.as_str().into(), &column.kind.data_type()).into_column())
            .collect();
        frames.push((known.name.clone(), DataFrame::new(0, columns).map_err(bad)?));
    }
    loop {
        let at = wire::read_table(input)?;
        if at == NO_MORE {
            return Ok(frames);
        }
        let part = wire::unpack(&wire::read_batch(input)?).map_err(bad)?;
        let frame = usize::try_from(at).ok().and_then(|at| frames.get_mut(at));
        let (_, frame) = frame.ok_or_else(|| io::Error::other("rows of a table that is not known"))?;
        frame.vstack_mut(&part).map_err(bad)?;
    }
}

type Output<W> = Arc<Mutex<io::BufWriter<W>>>;

/// Works a query out and sends its rows as they come.
fn answer<W: Write + Send + 'static>(
    ask: &Ask,
    checked: &Checked,
    tables: Vec<(String, DataFrame)>,
    output: Output<W>,
) -> Result<(), Answer> {
    let fail = |error: PolarsError| failed(&ask.text, &ask.tables, &error);
    let mut context = SQLContext::new().with_function_registry(Arc::new(OwnFunctions));
    for (name, frame) in tables {
        context.register(&name, frame.lazy());
    }
    // Values that SELECTs in parentheses stand for, in place of their names.
    let mut values: Vec<(String, String)> = Vec::new();
    let with_values = |text: &str, values: &[(String, String)]| {
        values.iter().fold(text.to_owned(), |text, (name, value)| text.replace(name, value))
    };
    for part in &checked.parts {
        match &part.does {
            Does::Table(text) => {
                let made = context.execute(&with_values(text, &values)).map_err(fail)?;
                context.register(&part.name, made);
            }
            Does::Value(text) => {
                let frame = context.execute(&with_values(text, &values)).and_then(LazyFrame::collect).map_err(fail)?;
                let value = one_value(&frame).map_err(|message| Answer::mistake(SqlMistake::new(message)))?;
                values.push((format!("\"{}\"", part.name), value));
            }
            Does::Intersect(left, right) | Does::Except(left, right) => {
                let mut side = |name: &str| context.execute(&format!("SELECT * FROM \"{name}\"")).map_err(fail);
                let sides = [side(left)?, side(right)?];
                let both = matches!(part.does, Does::Intersect(..));
                let made = compare::rows(sides, both).map_err(|trouble| match trouble {
                    Trouble::Engine(error) => fail(error),
                    Trouble::Widths(left, right) => {
                        Answer::mistake(compare::widths_mistake(&ask.text, both, (left, right)))
                    }
                })?;
                context.register(&part.name, made);
            }
        }
    }
    let mut query: LazyFrame = context.execute(&with_values(&checked.text, &values)).map_err(fail)?;
    let schema = query.collect_schema().map_err(fail)?;
    let columns: Vec<SqlColumn> =
        schema.iter().map(|(name, kind)| SqlColumn::new(name.as_str(), SqlType::of(kind))).collect();
    if let Some(sort) = &ask.sort {
        query = sorted(query, sort, &columns)?;
    }
    let broken = |error: io::Error| Answer::Failed(error.to_string());
    {
        let mut output = output.lock().unwrap_or_else(PoisonError::into_inner);
        wire::write_json(&mut *output, &Answer::Columns(columns.clone()))
            .and_then(|()| output.flush())
            .map_err(broken)?;
    }
    let send = move |frame: DataFrame| -> PolarsResult<bool> {
        let mut output = output.lock().unwrap_or_else(PoisonError::into_inner);
        for from in (0..frame.height()).step_by(BATCH_ROWS) {
            let part = frame.slice(i64::try_from(from).unwrap_or(i64::MAX), BATCH_ROWS);
            let mut part = outward(&part, &columns)?;
            let bytes = wire::pack(&mut part)?;
            wire::write_json(&mut *output, &Answer::Rows(part.height() as u64))?;
            wire::write_bytes(&mut *output, &bytes)?;
        }
        output.flush()?;
        Ok(false)
    };
    // Without a size of its own each piece is sent as soon as it is known: whoever looks sees the first rows at once.
    let sink = query.sink_batches(PlanCallback::new(send), true, None).map_err(fail)?;
    sink.collect_with_engine(Engine::Streaming).map_err(fail)?;
    Ok(())
}

/// The answer in an order of its own.
fn sorted(query: LazyFrame, sort: &SqlSort, columns: &[SqlColumn]) -> Result<LazyFrame, Answer> {
    let known = || columns.iter().map(|column| column.name.as_str());
    if !known().any(|name| name == sort.column) {
        let mistake = SqlMistake::new(format!("the answer has no column `{}` to be sorted by", sort.column));
        return Err(Answer::mistake(mistake.nearest(&sort.column, known())));
    }
    let order = SortMultipleOptions::default()
        .with_order_descending(sort.descending)
        .with_nulls_last(true)
        .with_maintain_order(true);
    Ok(query.sort([sort.column.as_str()], order))
}

/// What the engine says, with the place that it talks of and, where a column is not there, the nearest one.
fn failed(text: &str, tables: &[SqlTable], error: &PolarsError) -> Answer {
    let mistake = SqlMistake::told(text, &error.to_string());
    if matches!(error, PolarsError::ColumnNotFound(_) | PolarsError::SchemaFieldNotFound(_))
        && let Some(span) = mistake.span.clone()
    {
        let name = text[span].to_owned();
        let known = tables.iter().flat_map(|table| table.columns.iter().map(|column| column.name.as_str()));
        let near = mistake.nearest(&name, known.filter(|known| *known != name));
        return Answer::mistake(near);
    }
    Answer::mistake(mistake)
}

/// Rows in the six types of an answer.
fn outward(frame: &DataFrame, columns: &[SqlColumn]) -> PolarsResult<DataFrame> {
    let out = frame.columns().iter().zip(columns).map(|(column, wanted)| outward_column(column, wanted.kind));
    DataFrame::new(frame.height(), out.collect::<PolarsResult<_>>()?)
}

fn outward_column(column: &Column, wanted: SqlType) -> PolarsResult<Column> {
    let kind = wanted.data_type();
    match (column.dtype(), wanted) {
        (known, _) if *known == kind => Ok(column.clone()),
        (DataType::Datetime(TimeUnit::Nanoseconds, _), SqlType::Timestamp) => {
            column.cast(&DataType::Int64)?.cast(&kind)
        }
        (DataType::Datetime(_, zone), SqlType::Timestamp) => {
            let fine = column.strict_cast(&DataType::Datetime(TimeUnit::Nanoseconds, zone.clone()))?;
            fine.cast(&DataType::Int64)?.cast(&kind)
        }
        (_, SqlType::Text) => {
            let series = column.as_materialized_series();
            let texts: Vec<Option<String>> =
                series.iter().map(|value| (!value.is_null()).then(|| text_of(&value, false))).collect();
            Ok(Series::new(column.name().clone(), texts).into_column())
        }
        _ => column.strict_cast(&kind),
    }
}

/// A value of any type as text; lists are written whole, texts in them in quotes.
fn text_of(value: &AnyValue<'_>, inside: bool) -> String {
    match value {
        AnyValue::Null => "null".to_owned(),
        AnyValue::List(series) => {
            let values: Vec<String> = series.iter().map(|value| text_of(&value, true)).collect();
            format!("[{}]", values.join(", "))
        }
        value => match value.get_str() {
            Some(text) if inside => serde_json::Value::from(text).to_string(),
            Some(text) => text.to_owned(),
            None => value.to_string(),
        },
    }
}

/// The value of a SELECT that stands for one, as a query writes it.
fn one_value(frame: &DataFrame) -> Result<String, String> {
    if frame.width() != 1 || frame.height() > 1 {
        return Err(format!(
            "a SELECT in parentheses that stands for a value has {} rows of {} columns; make it one value with min, max or LIMIT 1",
            frame.height(),
            frame.width()
        ));
    }
    let column = &frame.columns()[0];
    let value = column.get(0).unwrap_or(AnyValue::Null);
    let quoted = |text: &str| format!("'{}'", text.replace('\'', "''"));
    Ok(match value {
        AnyValue::Null => "NULL".to_owned(),
        AnyValue::Boolean(value) => value.to_string(),
        AnyValue::Float64(value) if value.is_finite() => format!("({})", decimal(value)),
        AnyValue::Float64(value) if value.is_nan() => "NULL".to_owned(),
        AnyValue::Float64(value) => format!("(CAST('{value}' AS DOUBLE PRECISION))"),
        AnyValue::Datetime(..) | AnyValue::DatetimeOwned(..) => {
            let fine = outward_column(column, SqlType::Timestamp).and_then(|fine| fine.cast(&DataType::Int64));
            let ns = fine.ok().and_then(|fine| fine.i64().ok()?.get(0));
            ns.map_or_else(|| "NULL".to_owned(), |ns| quoted(&format_ns(ns).replace('T', " ").replace('Z', "")))
        }
        value => match (value.get_str(), value.extract::<i64>()) {
            (Some(text), _) => quoted(text),
            (None, Some(number)) if value.is_integer() => format!("({number})"),
            (None, _) => format!("({value})"),
        },
    })
}

/// The functions that this program adds to those of the engine.
struct OwnFunctions;

impl FunctionRegistry for OwnFunctions {
    fn register(&mut self, name: &str, _: UserDefinedFunction) -> PolarsResult<()> {
        Err(PolarsError::ComputeError(format!("`{name}` cannot be added").into()))
    }

    fn get_udf(&self, name: &str) -> PolarsResult<Option<UserDefinedFunction>> {
        Ok(Moving::read(name).map(|moving| {
            let mut function = UserDefinedFunction::new(name.into(), moving);
            function.options = FunctionOptions::length_preserving();
            function
        }))
    }

    fn contains(&self, name: &str) -> bool {
        Moving::read(name).is_some()
    }
}
