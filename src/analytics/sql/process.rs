//! The app's side of a query: it starts the process, feeds it the tables, takes its answer as it comes, and ends it when the
//! time is up or nobody wants the rest.

use std::{
    io::{self, BufReader, BufWriter, Read, Write},
    os::unix::process::{CommandExt, ExitStatusExt},
    path::Path,
    process::{Child, ChildStderr, ChildStdin, ChildStdout, Command, ExitStatus, Stdio},
    sync::Arc,
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded};
use parking_lot::Mutex;
use polars::prelude::DataFrame;

use super::{
    error::SqlError,
    gate::{Checked, Need, check},
    mistake::SqlMistake,
    schema::{SqlColumn, SqlSort, SqlTable},
    wire::{self, Answer, Ask, Batch, NO_MORE},
};
use crate::jobs::Progress;

/// Most bytes that are kept of what the process says on standard error: the last ones.
const MAX_SAID_BYTES: usize = 4096;
/// How often it is looked whether someone wants to stop.
const LOOK_EVERY: Duration = Duration::from_millis(20);
/// How long a process that closed its output may take to be gone.
const TIME_TO_END: Duration = Duration::from_secs(1);
/// Batches that may wait for whoever takes them; then the process waits.
const WAITING: usize = 2;

/// Bounds on a query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Memory that its process may take, bytes.
    pub memory_bytes: u64,
    /// Time that it may take; `None` for as long as it likes.
    pub timeout: Option<Duration>,
}

/// What is asked.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// The query.
    pub text: &'a str,
    /// The order of its answer, where it is to have another than the text says.
    pub sort: Option<&'a SqlSort>,
}

/// Least memory a query can be given: the engine alone needs some of it.
pub const LEAST_MEMORY_BYTES: u64 = 96 << 20;

impl Default for Limits {
    fn default() -> Self {
        Self { memory_bytes: 2_000_000_000, timeout: None }
    }
}

/// Where the rows of tables come from.
pub trait TableSource: Send {
    /// Gives the columns that are needed of a table, batch by batch, to `take`, which says whether it wants more.
    ///
    /// # Errors
    /// What kept the table from being read, for a person.
    fn read(&mut self, need: &Need, take: &mut dyn FnMut(DataFrame) -> bool) -> Result<(), String>;
}

/// An answer on its way.
#[derive(Debug)]
pub struct SqlStream {
    columns: Vec<SqlColumn>,
    text: String,
    running: Arc<Running>,
    answers: Receiver<io::Result<(Answer, Vec<u8>)>>,
    limits: Limits,
    began: Instant,
    progress: Progress,
    feeding: Arc<Mutex<Option<String>>>,
    threads: Vec<JoinHandle<()>>,
    ended: bool,
}

#[derive(Debug, Default)]
struct Running {
    process: Mutex<Option<Child>>,
    said: Mutex<Vec<u8>>,
}

impl Running {
    /// Ends the process, if it still runs, and collects it.
    fn end(&self) {
        if let Some(mut child) = self.process.lock().take() {
            // It may have ended by itself; then there is nothing to do but to collect it.
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    fn status(&self) -> Option<ExitStatus> {
        let began = Instant::now();
        loop {
            match self.process.lock().as_mut().map(Child::try_wait) {
                Some(Ok(Some(status))) => return Some(status),
                Some(Ok(None)) if began.elapsed() < TIME_TO_END => thread::sleep(Duration::from_millis(2)),
                _ => return None,
            }
        }
    }
}

impl SqlStream {
    /// Starts `exe sql-child` on a query. The source is read in a thread of its own while the answer is waited for; this
    /// returns once the columns of the answer are known.
    ///
    /// # Errors
    /// Anything that [`SqlError`] tells.
    pub fn start(
        exe: &Path,
        question: Question<'_>,
        tables: &[SqlTable],
        source: impl TableSource + 'static,
        limits: Limits,
        progress: &Progress,
    ) -> Result<Self, SqlError> {
        let checked = check(question.text, tables)?;
        let ask = ask(question, tables, &checked, limits);
        let running = Arc::new(Running::default());
        let feeding = Arc::new(Mutex::new(None));
        let (give, answers) = bounded(WAITING);
        let (pipes, wait_pipes) = bounded(1);
        let started = |name: &str, work: Box<dyn FnOnce() + Send>| {
            thread::Builder::new().name(name.to_owned()).spawn(work).map_err(SqlError::Start)
        };
        // The process is started by the thread that hears it out, because the system ends a process together with the thread
        // that started it.
        let (held, exe) = (Arc::clone(&running), exe.to_owned());
        let mut threads = vec![started("sql-answer", Box::new(move || run(&exe, &held, &pipes, &give)))?];
        let (input, errors) =
            wait_pipes.recv().unwrap_or_else(|_| Err(io::Error::other("its thread ended"))).map_err(SqlError::Start)?;
        let (said, failed) = (Arc::clone(&running), Arc::clone(&feeding));
        threads.push(started("sql-errors", Box::new(move || listen(errors, &said.said)))?);
        threads.push(started(
            "sql-tables",
            Box::new(move || *failed.lock() = feed(input, &ask, &checked.needs, source).err()),
        )?);
        let mut stream = Self {
            columns: Vec::new(),
            text: question.text.to_owned(),
            running,
            answers,
            limits,
            began: Instant::now(),
            progress: progress.clone(),
            feeding,
            threads,
            ended: false,
        };
        match stream.answer()? {
            (Answer::Columns(columns), _) => stream.columns = columns,
            _ => return Err(Self::died("it answered with something else")),
        }
        Ok(stream)
    }

    /// The columns of the answer.
    #[must_use]
    pub fn columns(&self) -> &[SqlColumn] {
        &self.columns
    }

    /// The next rows; `None` after the last.
    ///
    /// # Errors
    /// Anything that [`SqlError`] tells.
    pub fn next_batch(&mut self) -> Result<Option<Batch>, SqlError> {
        if self.ended {
            return Ok(None);
        }
        match self.answer()? {
            (Answer::Rows(rows), bytes) => {
                let rows = usize::try_from(rows).map_err(|_| Self::died("it answered with something else"))?;
                Ok(Some(Batch { rows, bytes }))
            }
            (Answer::Done, _) => {
                self.ended = true;
                Ok(None)
            }
            _ => Err(Self::died("it answered with something else")),
        }
    }

    /// The next that the process says.
    fn answer(&mut self) -> Result<(Answer, Vec<u8>), SqlError> {
        loop {
            self.progress.check().map_err(|_| SqlError::Cancelled)?;
            if let Some(timeout) = self.limits.timeout
                && self.began.elapsed() >= timeout
            {
                return Err(SqlError::Late { seconds: timeout.as_secs() });
            }
            match self.answers.recv_timeout(LOOK_EVERY) {
                Ok(Ok((Answer::Mistake { span, message, hint }, _))) => {
                    let span = span.map(|(start, end)| start..end).filter(|span| self.text.get(span.clone()).is_some());
                    // A table that could not be read leaves the process with less than it was promised.
                    return Err(self.table_failed().unwrap_or(SqlError::Mistake(SqlMistake {
                        span,
                        message,
                        hint,
                        fix: None,
                    })));
                }
                Ok(Ok((Answer::NoRoom, _))) => {
                    let allowed_bytes = self.limits.memory_bytes;
                    return Err(self.table_failed().unwrap_or(SqlError::Memory { allowed_bytes }));
                }
                Ok(Ok((Answer::Failed(message), _))) => {
                    return Err(self.table_failed().unwrap_or_else(|| SqlError::Mistake(SqlMistake::new(message))));
                }
                Ok(Ok(answer)) => return Ok(answer),
                Ok(Err(error)) if error.kind() == io::ErrorKind::InvalidData => {
                    return Err(Self::died(&format!("it answered with something else ({error})")));
                }
                Ok(Err(_)) | Err(RecvTimeoutError::Disconnected) => return Err(self.how_it_ended()),
                Err(RecvTimeoutError::Timeout) => {}
            }
        }
    }

    fn table_failed(&self) -> Option<SqlError> {
        self.feeding.lock().clone().map(SqlError::Table)
    }

    fn died(how: &str) -> SqlError {
        SqlError::Died { how: how.to_owned() }
    }

    /// Why the process closed its output before the end.
    fn how_it_ended(&mut self) -> SqlError {
        let status = self.running.status();
        self.running.end();
        for thread in self.threads.drain(..) {
            // They end with the process; what they found out stands in what they share.
            let _ = thread.join();
        }
        if let Some(error) = self.table_failed() {
            return error;
        }
        let said = String::from_utf8_lossy(&self.running.said.lock()).into_owned();
        log::debug!("a process for queries ended ({status:?}): {said}");
        let no_room =
            ["memory allocation of", "Cannot allocate memory", "out of memory", "Out of memory", "OutOfMemory"];
        if no_room.iter().any(|words| said.contains(words)) {
            return SqlError::Memory { allowed_bytes: self.limits.memory_bytes };
        }
        let how = match status.map(|status| (status.signal(), status.code())) {
            Some((Some(libc::SIGKILL), _)) => "someone or the system ended it".to_owned(),
            Some((Some(libc::SIGSEGV | libc::SIGBUS), _)) => "it touched memory that is not its own".to_owned(),
            Some((Some(signal), _)) => format!("signal {signal}"),
            Some((None, Some(code))) => {
                let last = said.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or_default();
                format!("exit code {code} ({last})")
            }
            _ => "it closed its output".to_owned(),
        };
        SqlError::Died { how }
    }
}

impl Drop for SqlStream {
    fn drop(&mut self) {
        // Cancelling is this: whatever it is at, it is over.
        self.running.end();
    }
}

fn command(exe: &Path) -> Command {
    let mut command = Command::new(exe);
    command.arg("sql-child").env_clear();
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    // Ctrl+C in a terminal is for the app, which ends its processes itself.
    command.process_group(0);
    command
}

fn ask(question: Question<'_>, tables: &[SqlTable], checked: &Checked, limits: Limits) -> Ask {
    let sent = checked.needs.iter().filter_map(|need| {
        let at = tables.iter().position(|table| table.name == need.table)?;
        let columns = tables[at].columns.iter().filter(|column| need.columns.contains(&column.name));
        Some((at, columns.cloned().collect()))
    });
    Ask {
        text: question.text.to_owned(),
        sort: question.sort.cloned(),
        memory_bytes: limits.memory_bytes.max(LEAST_MEMORY_BYTES),
        tables: tables.to_vec(),
        sent: sent.collect(),
    }
}

/// Sends the question and its tables. A process that is gone is no error here: its end tells more.
fn feed(input: ChildStdin, ask: &Ask, needs: &[Need], mut source: impl TableSource) -> Result<(), String> {
    let mut input = BufWriter::with_capacity(1 << 16, input);
    if wire::write_json(&mut input, ask).is_err() {
        return Ok(());
    }
    for (at, need) in needs.iter().enumerate() {
        let table = u32::try_from(at).unwrap_or(NO_MORE);
        let mut broken = None;
        source.read(need, &mut |mut rows| {
            let sent = wire::pack(&mut rows).map_err(|error| Some(error.to_string())).and_then(|bytes| {
                wire::write_table(&mut input, table)
                    .and_then(|()| wire::write_bytes(&mut input, &bytes))
                    .map_err(|_| None)
            });
            broken = sent.err();
            broken.is_none()
        })?;
        match broken {
            None => {}
            Some(None) => return Ok(()),
            Some(Some(error)) => return Err(format!("the table {} cannot be sent: {error}", need.table)),
        }
    }
    // Without its end the process knows that something is missing.
    let _ = wire::write_table(&mut input, NO_MORE).and_then(|()| input.flush());
    Ok(())
}

type Pipes = (ChildStdin, ChildStderr);

/// Starts the process, hands its pipes out, and hears it out.
fn run(exe: &Path, running: &Running, pipes: &Sender<io::Result<Pipes>>, give: &Sender<io::Result<(Answer, Vec<u8>)>>) {
    let mut child = match command(exe).spawn() {
        Ok(child) => child,
        Err(error) => {
            let _ = pipes.send(Err(error));
            return;
        }
    };
    let (Some(input), Some(output), Some(errors)) = (child.stdin.take(), child.stdout.take(), child.stderr.take())
    else {
        let _ = pipes.send(Err(io::Error::other("it has no pipes")));
        let _ = child.kill();
        let _ = child.wait();
        return;
    };
    *running.process.lock() = Some(child);
    if pipes.send(Ok((input, errors))).is_ok() {
        hear(output, give);
        running.status();
    }
}

/// Takes answers until the last.
fn hear(output: ChildStdout, give: &Sender<io::Result<(Answer, Vec<u8>)>>) {
    let mut output = BufReader::with_capacity(1 << 16, output);
    loop {
        let answer = wire::read_json::<Answer>(&mut output).and_then(|answer| {
            let bytes = if matches!(answer, Answer::Rows(_)) { wire::read_batch(&mut output)? } else { Vec::new() };
            Ok((answer, bytes))
        });
        let last = !matches!(answer, Ok((Answer::Columns(_) | Answer::Rows(_), _)));
        if give.send(answer).is_err() || last {
            return;
        }
    }
}

/// Keeps the last bytes of what the process says on standard error, until it ends.
fn listen(mut errors: impl Read, said: &Mutex<Vec<u8>>) {
    let mut buffer = [0; MAX_SAID_BYTES];
    while let Ok(length) = errors.read(&mut buffer) {
        if length == 0 {
            break;
        }
        let mut said = said.lock();
        said.extend(&buffer[..length]);
        let over = said.len().saturating_sub(MAX_SAID_BYTES);
        said.drain(..over);
    }
}
