//! The reader process: it opens stores with the HDF5 library and answers requests about them.
//!
//! It reads files that may come from anywhere through a C library, so it limits itself and may die at any moment; the
//! app holds the clock and starts another one (see [`super::pool`]).

mod attributes;
mod dataset;
mod datatype;
mod elsewhere;
mod failure;
mod heap;
mod library;
mod limits;
mod locate;
mod numbers;
mod plugins;
mod values;
mod walk;

use std::{
    io::{self, Read, Write},
    path::PathBuf,
    process::ExitCode,
};

use self::{dataset::Place, failure::Failure, locate::Store};
use super::{
    file_access,
    protocol::{MAX_REQUEST_BODY_BYTES, Request, Response, StorePath, read_message, write_message},
    structure::Structure,
};
use crate::confine::{self, Needs};

pub(super) use limits::MEMORY_BYTES;

/// Runs the reader process on standard input and output, until the input ends. The lake of the first request is the
/// only one it can read.
#[must_use]
pub fn child_main() -> ExitCode {
    limits::apply();
    let (input, output) = (io::stdin().lock(), io::stdout().lock());
    let mut lake: Option<PathBuf> = None;
    let prepare = |path: &StorePath| {
        limits::renew_cpu_time();
        if lake.is_none() {
            confine::enter(Needs { who: "hdf5-child", readable: Some(&path.lake_root), threads: false });
            lake = Some(path.lake_root.clone());
        }
    };
    match serve(io::BufReader::new(input), output, prepare) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("lakescope hdf5-child: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Answers requests until `input` ends; `prepare` is called before each of them.
///
/// # Errors
/// What the system said about `input` or `output`, or that a message was none.
pub(super) fn serve(
    mut input: impl Read,
    mut output: impl Write,
    mut prepare: impl FnMut(&StorePath),
) -> io::Result<()> {
    hdf5::sync::sync(plugins::register);
    while let Some((request, body)) = read_message::<Request>(&mut input, MAX_REQUEST_BODY_BYTES)? {
        let answer = match StorePath::from_body(&body) {
            // The library is not safe for threads: this lock is the one that every use of it in this program takes.
            Some(path) => {
                prepare(&path);
                hdf5::sync::sync(|| answer(&request, &path))
            }
            None => Err(Failure::new("a request names no store", "report this")),
        };
        let (response, body) =
            answer.unwrap_or_else(|failure| (Response::Failed { what: failure.what, hint: failure.hint }, Vec::new()));
        write_message(&mut output, &response, &body)?;
    }
    Ok(())
}

fn answer(request: &Request, path: &StorePath) -> Result<(Response, Vec<u8>), Failure> {
    let plain = file_access::open_regular(&path.store)?;
    let size_bytes = file_access::status(&plain)?.size_bytes;
    let file = library::open_file(&path.store)?;
    let place = Place { store: &path.store, lake_root: &path.lake_root };
    let store = Store { file: &file, plain: &plain, size_bytes, place };
    match request {
        Request::Probe => {
            let structure = walk::walk(&file, place)?;
            let json = serde_json::to_vec(&structure).map_err(io::Error::from)?;
            Ok((Response::Structure, json))
        }
        Request::Describe { dataset } => {
            let datasets = vec![dataset::open(&file, dataset, place)?.info];
            let json = serde_json::to_vec(&Structure { datasets, ..Structure::default() }).map_err(io::Error::from)?;
            Ok((Response::Structure, json))
        }
        Request::Locate { datasets } => Ok((Response::Located, locate::locate(&store, datasets)?.pack())),
        Request::ReadValues { dataset } => {
            let (kind, count, body) = values::read_all(&store, dataset)?;
            Ok((Response::Values { kind, count }, body))
        }
        Request::ReadRow { dataset, row } => {
            let (value, body) = values::read_row(&store, dataset, *row)?;
            Ok((Response::Row { value }, body))
        }
    }
}

#[cfg(test)]
mod tests;
