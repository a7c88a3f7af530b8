//! The process that works on one query. It is given its tables over standard input and answers over standard output; it opens
//! no file, reaches no network, and has a limit of memory that it sets itself. The app holds the clock and may end it at any
//! moment.

use std::{
    io::{self, BufReader, Read, Write},
    process::ExitCode,
    sync::{Arc, Mutex, PoisonError},
    thread,
};

use datafusion::{
    arrow::{
        array::RecordBatch,
        ipc::{reader::StreamReader, writer::StreamWriter},
    },
    common::SchemaError,
    error::DataFusionError,
};
use rustix::process::{Resource, Rlimit, Signal, getrlimit, set_parent_process_death_signal, setrlimit};

use super::{
    engine::{self, Stopped, Table},
    gate::{Checked, check},
    mistake::SqlMistake,
    schema::SqlTable,
    wire::{self, Answer, Ask, NO_MORE},
};
use crate::confine::{self, Needs};

/// Address space beyond the memory that may be used: stacks and arenas of threads, which are mostly never touched.
const ADDRESS_BYTES: u64 = 64 << 30;
/// Memory that the process itself takes beside the query: stacks, and the program's own data.
const OWN_BYTES: u64 = (STACK_BYTES + MOST_WORKERS * WORKER_STACK_BYTES) as u64 + (32 << 20);
/// Stack of the thread that plans the query.
const STACK_BYTES: usize = 64 << 20;
/// Stack of a thread that works on rows.
const WORKER_STACK_BYTES: usize = 8 << 20;
/// Threads that work on rows, at most.
const MOST_WORKERS: usize = 16;
/// Part of the memory that the engine may plan with, in percent: the rest is for what it does not count, such as batches on
/// their way.
const PLANNED_PERCENT: u64 = 85;
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
            answer(&ask, checked, tables, &shared)
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
fn read_tables(input: &mut impl Read, ask: &Ask) -> io::Result<Vec<Table>> {
    let mut tables: Vec<Table> = Vec::new();
    for (table, columns) in &ask.sent {
        let known = ask.tables.get(*table).ok_or_else(|| io::Error::other("a table is not known"))?;
        tables.push((known.name.clone(), engine::schema(columns), Vec::new()));
    }
    loop {
        let at = wire::read_table(input)?;
        if at == NO_MORE {
            return Ok(tables);
        }
        let bytes = wire::read_batch(input)?;
        let table = usize::try_from(at).ok().and_then(|at| tables.get_mut(at));
        let (_, schema, batches) = table.ok_or_else(|| io::Error::other("rows of a table that is not known"))?;
        for batch in StreamReader::try_new(bytes.as_slice(), None).map_err(io::Error::other)? {
            let batch = batch.map_err(io::Error::other)?;
            // The same columns; that some are said to hold no missing values plays no part.
            let batch = RecordBatch::try_new(Arc::clone(schema), batch.columns().to_vec()).map_err(io::Error::other)?;
            batches.push(batch);
        }
    }
}

type Output<W> = Mutex<io::BufWriter<W>>;

/// Works a query out and sends its rows as they come.
fn answer<W: Write + Send + 'static>(
    ask: &Ask,
    checked: Checked,
    tables: Vec<Table>,
    output: &Output<W>,
) -> Result<(), Answer> {
    let workers = thread::available_parallelism().map_or(1, usize::from).min(MOST_WORKERS);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(workers)
        .thread_stack_size(WORKER_STACK_BYTES)
        .enable_time()
        .build()
        .map_err(|error| Answer::Failed(format!("its threads cannot be started: {error}")))?;
    let held: usize = tables.iter().flat_map(|(_, _, batches)| batches).map(RecordBatch::get_array_memory_size).sum();
    let planned = (ask.memory_bytes / 100 * PLANNED_PERCENT).saturating_sub(held as u64);
    let room = usize::try_from(planned).unwrap_or(usize::MAX);
    let write = || output.lock().unwrap_or_else(PoisonError::into_inner);
    let answered = runtime.block_on(engine::run(
        checked.statement,
        tables,
        ask.sort.as_ref(),
        room,
        |columns| {
            let mut output = write();
            wire::write_json(&mut *output, &Answer::Columns(columns.to_vec()))?;
            output.flush()
        },
        |rows| {
            let mut output = write();
            wire::write_json(&mut *output, &Answer::Rows(rows.num_rows() as u64))?;
            wire::write_bytes(&mut *output, &packed(rows)?)?;
            output.flush()
        },
    ));
    // Work that nobody waits for any more is not waited for.
    runtime.shutdown_background();
    answered.map_err(|stopped| match stopped {
        Stopped::Engine(error) => failed(&ask.text, &ask.tables, &error),
        Stopped::Unwanted(error) => Answer::Failed(error.to_string()),
        Stopped::NoSuchSort(known) => {
            let column = ask.sort.as_ref().map_or("", |sort| sort.column.as_str());
            let mistake = SqlMistake::new(format!("the answer has no column `{column}` to be sorted by"));
            Answer::mistake(mistake.nearest(column, known.iter().map(String::as_str)))
        }
    })
}

/// Rows as Arrow IPC, a stream of their own.
fn packed(rows: &RecordBatch) -> io::Result<Vec<u8>> {
    let mut writer = StreamWriter::try_new(Vec::new(), rows.schema_ref()).map_err(io::Error::other)?;
    writer.write(rows).and_then(|()| writer.finish()).map_err(io::Error::other)?;
    writer.into_inner().map_err(io::Error::other)
}

/// What the engine says, with the place that it talks of and, where a column is not there, the nearest one.
fn failed(text: &str, tables: &[SqlTable], error: &DataFusionError) -> Answer {
    let root = error.find_root();
    match root {
        DataFusionError::ResourcesExhausted(_) => Answer::NoRoom,
        DataFusionError::SchemaError(about, _) => Answer::mistake(of_schema(text, tables, about)),
        other => {
            let message = other.message();
            let mistake = SqlMistake::told(text, &message);
            Answer::mistake(if message.to_lowercase().contains("scalar subquery") {
                mistake.hint("a SELECT that stands for a value has one row: make it one with min, max or LIMIT 1")
            } else {
                mistake
            })
        }
    }
}

/// A name that the engine does not find, or finds more than once.
fn of_schema(text: &str, tables: &[SqlTable], about: &SchemaError) -> SqlMistake {
    let placed = |mistake: SqlMistake, name: &str| match super::mistake::find_word(text, name) {
        Some(span) => mistake.within(span),
        None => mistake,
    };
    match about {
        SchemaError::FieldNotFound { field, valid_fields } => {
            let mistake = SqlMistake::new(format!("there is no column `{}` here", field.flat_name()));
            let here = valid_fields.iter().map(|field| field.name.as_str());
            let all = tables.iter().flat_map(|table| table.columns.iter().map(|column| column.name.as_str()));
            let mistake =
                placed(mistake, &field.name).nearest(&field.name, here.chain(all).filter(|one| *one != field.name));
            match (&mistake.hint, &field.relation) {
                (None, Some(_)) => mistake.hint("a query in parentheses has the columns of its own list alone"),
                _ => mistake,
            }
        }
        SchemaError::AmbiguousReference { field } => {
            let mistake = SqlMistake::new(format!("`{}` is a column of more than one table", field.name));
            placed(mistake, &field.name).hint(format!("write table.{}", field.name))
        }
        SchemaError::DuplicateQualifiedField { name, .. } | SchemaError::DuplicateUnqualifiedField { name } => {
            let mistake = SqlMistake::new(format!("two columns are called `{name}`"));
            placed(mistake, name).hint("give one of them another name with AS")
        }
    }
}
