//! One reader process and the thread that talks to it, so that a request can be waited for with a clock.

use std::{
    io::{self, BufReader, Read, Write},
    path::Path,
    process::{Child, Command, Stdio},
    sync::Arc,
    thread,
    time::Duration,
};

use crossbeam_channel::{Receiver, Sender, bounded};
use parking_lot::Mutex;

use crate::frames::protocol::{Request, Response, read_message, write_message};

/// What became of a request.
pub(super) enum Answer {
    /// The reader's answer.
    Message(Response, Vec<u8>),
    /// The reader ended, or said something that is no message.
    Ended,
    /// The time ran out.
    Late,
}

/// A started reader. Dropping it ends the process.
#[derive(Debug)]
pub(super) struct Reader {
    requests: Sender<(Request, Vec<u8>)>,
    answers: Receiver<Option<(Response, Vec<u8>)>>,
    process: Arc<Mutex<Option<Child>>>,
}

impl Reader {
    /// Starts `exe hdf5-child`. The process is started by the thread that talks to it, because the system can end a
    /// process together with the thread that started it.
    pub(super) fn process(exe: &Path) -> io::Result<Self> {
        let mut command = Command::new(exe);
        command.arg("hdf5-child").env_clear();
        // No locks on stores that others write or that lie on network shares; no filters loaded from folders.
        command.env("HDF5_USE_FILE_LOCKING", "FALSE").env("HDF5_PLUGIN_PRELOAD", "::");
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let process = Arc::new(Mutex::new(None));
        let (started, wait_started) = bounded(1);
        let (requests, take_requests) = bounded(1);
        let (give_answers, answers) = bounded(1);
        let held = Arc::clone(&process);
        thread::Builder::new().name("hdf5-reader".to_owned()).spawn(move || {
            let mut child = match command.spawn() {
                Ok(child) => child,
                Err(error) => {
                    let _ = started.send(Err(error));
                    return;
                }
            };
            let pipes = child.stdin.take().zip(child.stdout.take());
            *held.lock() = Some(child);
            let _ = started.send(Ok(()));
            if let Some((input, output)) = pipes {
                talk(&take_requests, &give_answers, input, BufReader::new(output));
            }
            end(&held);
        })?;
        wait_started.recv().map_err(|_| io::Error::other("its thread ended"))??;
        Ok(Self { requests, answers, process })
    }

    /// A reader in a thread of this process, for tests.
    #[cfg(test)]
    pub(super) fn thread() -> io::Result<Self> {
        let (child_input, input) = io::pipe()?;
        let (output, child_output) = io::pipe()?;
        let (requests, take_requests) = bounded(1);
        let (give_answers, answers) = bounded(1);
        thread::spawn(move || crate::frames::child::serve(child_input, child_output));
        thread::spawn(move || talk(&take_requests, &give_answers, input, BufReader::new(output)));
        Ok(Self { requests, answers, process: Arc::new(Mutex::new(None)) })
    }

    /// Sends one request and waits for its answer.
    pub(super) fn ask(&mut self, request: Request, body: Vec<u8>, timeout: Duration) -> Answer {
        if self.requests.send((request, body)).is_err() {
            return Answer::Ended;
        }
        match self.answers.recv_timeout(timeout) {
            Ok(Some((response, body))) => Answer::Message(response, body),
            Ok(None) | Err(crossbeam_channel::RecvTimeoutError::Disconnected) => Answer::Ended,
            Err(crossbeam_channel::RecvTimeoutError::Timeout) => Answer::Late,
        }
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        end(&self.process);
    }
}

/// Ends the process, if it still runs, and collects it.
fn end(process: &Mutex<Option<Child>>) {
    if let Some(mut child) = process.lock().take() {
        // It may have ended by itself; then there is nothing to do but to collect it.
        let _ = child.kill();
        let _ = child.wait();
    }
}

/// Passes requests on until the reader ends or nobody asks any more.
fn talk(
    requests: &Receiver<(Request, Vec<u8>)>,
    answers: &Sender<Option<(Response, Vec<u8>)>>,
    mut input: impl Write,
    mut output: impl Read,
) {
    for (request, body) in requests {
        let answer = write_message(&mut input, &request, &body).and_then(|()| read_message(&mut output));
        let answer = answer.ok().flatten();
        let ended = answer.is_none();
        if answers.send(answer).is_err() || ended {
            return;
        }
    }
}
