//! One reader process with the threads that talk to it.

use std::{
    io::{self, BufReader, Read, Write},
    os::unix::process::{CommandExt, ExitStatusExt},
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use crossbeam_channel::{Receiver, Sender, bounded};
use parking_lot::Mutex;

use crate::frames::{
    child::MEMORY_BYTES,
    protocol::{Request, Response, read_message, write_message},
};

/// Most bytes that are kept of what a reader says on standard error: the last ones.
const MAX_SAID_BYTES: usize = 4096;
/// How long a reader that closed its output may take to be gone.
const TIME_TO_END: Duration = Duration::from_millis(500);

/// What became of a request.
pub(super) enum Answer {
    /// The reader's answer.
    Message(Response, Vec<u8>),
    /// The reader ended, or said something that is no message.
    Ended(End),
    /// The time ran out.
    Late,
}

/// How a reader ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct End {
    /// As a clause.
    pub(super) how: String,
    /// Whether someone ended it from outside, which says nothing about the store.
    pub(super) by_others: bool,
}

impl End {
    fn new(how: impl Into<String>) -> Self {
        Self { how: how.into(), by_others: false }
    }
}

/// A started reader. Dropping it ends the process.
#[derive(Debug)]
pub(super) struct Reader {
    requests: Sender<(Request, Vec<u8>)>,
    answers: Receiver<Result<(Response, Vec<u8>), End>>,
    running: Arc<Running>,
    /// The lake of its first request; it can read no other one.
    pub(super) lake_root: Option<PathBuf>,
}

/// The process and the last it said on standard error.
#[derive(Debug, Default)]
struct Running {
    process: Mutex<Option<Child>>,
    said: Arc<Mutex<Vec<u8>>>,
}

impl Reader {
    /// Starts `exe hdf5-child`. The process is started by the thread that talks to it, because the system can end a
    /// process together with the thread that started it.
    pub(super) fn process(exe: &Path) -> io::Result<Self> {
        let mut command = Command::new(exe);
        command.arg("hdf5-child").env_clear();
        // No locks on stores that others write or that lie on network shares; no filters loaded from folders.
        command.env("HDF5_USE_FILE_LOCKING", "FALSE").env("HDF5_PLUGIN_PRELOAD", "::");
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        // Ctrl+C in a terminal is for the app, which ends its readers itself.
        command.process_group(0);
        let running = Arc::new(Running::default());
        let (started, wait_started) = bounded(1);
        let (requests, take_requests) = bounded(1);
        let (give_answers, answers) = bounded(1);
        let held = Arc::clone(&running);
        thread::Builder::new().name("hdf5-reader".to_owned()).spawn(move || {
            let mut child = match command.spawn() {
                Ok(child) => child,
                Err(error) => {
                    let _ = started.send(Err(error));
                    return;
                }
            };
            if let Some(errors) = child.stderr.take() {
                let said = Arc::clone(&held.said);
                // Without this thread the reader would wait once the pipe is full, and then be ended as late.
                let _ = thread::Builder::new().name("hdf5-errors".to_owned()).spawn(move || listen(errors, &said));
            }
            let pipes = child.stdin.take().zip(child.stdout.take());
            *held.process.lock() = Some(child);
            let _ = started.send(Ok(()));
            if let Some((input, output)) = pipes {
                talk(&take_requests, &give_answers, input, BufReader::new(output), || held.ended());
            }
            held.end();
        })?;
        wait_started.recv().map_err(|_| io::Error::other("its thread ended"))??;
        Ok(Self { requests, answers, running, lake_root: None })
    }

    /// A reader in a thread of this process, for tests.
    #[cfg(test)]
    pub(super) fn thread() -> io::Result<Self> {
        let (child_input, input) = io::pipe()?;
        let (output, child_output) = io::pipe()?;
        let (requests, take_requests) = bounded(1);
        let (give_answers, answers) = bounded(1);
        thread::spawn(move || crate::frames::child::serve(child_input, child_output, |_| {}));
        let end = || End::new("its thread ended");
        thread::spawn(move || talk(&take_requests, &give_answers, input, BufReader::new(output), end));
        Ok(Self { requests, answers, running: Arc::default(), lake_root: None })
    }

    /// A reader that says what it was given, whatever it is asked.
    #[cfg(any(test, fuzzing))]
    pub(super) fn recorded(answers: Vec<u8>) -> Self {
        let (requests, take_requests) = bounded(1);
        let (give_answers, take_answers) = bounded(1);
        let end = || End::new("its record ended");
        thread::spawn(move || talk(&take_requests, &give_answers, io::sink(), io::Cursor::new(answers), end));
        Self { requests, answers: take_answers, running: Arc::default(), lake_root: None }
    }

    /// Sends one request and waits for its answer.
    pub(super) fn ask(&mut self, request: Request, body: Vec<u8>, timeout: Duration) -> Answer {
        let gone = || Answer::Ended(self.running.ended());
        if self.requests.send((request, body)).is_err() {
            return gone();
        }
        match self.answers.recv_timeout(timeout) {
            Ok(Ok((response, body))) => Answer::Message(response, body),
            Ok(Err(end)) => Answer::Ended(end),
            Err(crossbeam_channel::RecvTimeoutError::Disconnected) => gone(),
            Err(crossbeam_channel::RecvTimeoutError::Timeout) => Answer::Late,
        }
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        self.running.end();
    }
}

impl Running {
    /// Ends the process, if it still runs, and collects it.
    fn end(&self) -> Option<ExitStatus> {
        let mut child = self.process.lock().take()?;
        // It may have ended by itself; then there is nothing to do but to collect it.
        let _ = child.kill();
        child.wait().ok()
    }

    /// How the process ended, which closed its output.
    fn ended(&self) -> End {
        let began = Instant::now();
        let status = loop {
            match self.process.lock().as_mut().map(Child::try_wait) {
                Some(Ok(Some(status))) => break Some(status),
                Some(Ok(None)) if began.elapsed() < TIME_TO_END => thread::sleep(Duration::from_millis(2)),
                _ => break None,
            }
        };
        // The last words may still be on their way: the thread that listens lets go of its end once they were heard.
        while Arc::strong_count(&self.said) > 1 && began.elapsed() < TIME_TO_END {
            thread::sleep(Duration::from_millis(2));
        }
        let said = String::from_utf8_lossy(&self.said.lock()).into_owned();
        log::debug!("an HDF5 reader ended ({status:?}): {said}");
        if said.contains("memory allocation of") {
            return End::new(format!("it wanted more than {} MB of memory", MEMORY_BYTES >> 20));
        }
        let Some(status) = status else { return End::new("it closed its output") };
        match (status.signal(), status.code()) {
            (Some(signal), _) => End {
                how: signal_name(signal),
                by_others: matches!(signal, libc::SIGINT | libc::SIGTERM | libc::SIGHUP | libc::SIGQUIT),
            },
            (None, Some(code)) => End::new(format!("exit code {code}")),
            (None, None) => End::new("for an unknown reason"),
        }
    }
}

/// A signal in words.
fn signal_name(signal: i32) -> String {
    match signal {
        libc::SIGSEGV | libc::SIGBUS => "it touched memory that is not its own".to_owned(),
        libc::SIGABRT => "it gave up".to_owned(),
        libc::SIGXCPU => "it computed too long".to_owned(),
        libc::SIGFPE => "it divided by zero".to_owned(),
        other => format!("signal {other}"),
    }
}

/// Keeps the last bytes of what a reader says on standard error, until it ends.
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

/// Passes requests on until the reader ends or nobody asks any more.
fn talk(
    requests: &Receiver<(Request, Vec<u8>)>,
    answers: &Sender<Result<(Response, Vec<u8>), End>>,
    mut input: impl Write,
    mut output: impl Read,
    ended: impl Fn() -> End,
) {
    for (request, body) in requests {
        let most_bytes = request.most_answer_bytes();
        let written = write_message(&mut input, &request, &body);
        let answer = match written.and_then(|()| read_message(&mut output, most_bytes)) {
            Ok(Some(message)) => Ok(message),
            Err(error) if error.kind() == io::ErrorKind::InvalidData => {
                Err(End::new(format!("it answered with something else: {error}")))
            }
            Ok(None) | Err(_) => Err(ended()),
        };
        let is_last = answer.is_err();
        if answers.send(answer).is_err() || is_last {
            return;
        }
    }
}
