//! Limits the reader process puts on itself before it reads anything.

use hdf5_sys::{
    h5::H5open,
    h5l::{H5L_type_t, H5Lunregister},
};
use rustix::process::{Resource, Rlimit, Signal, getrlimit, set_parent_process_death_signal, setrlimit};

/// Memory it may write to, bytes. With the app's own it stays below a gigabyte.
pub(in crate::frames) const MEMORY_BYTES: u64 = 768 << 20;
/// Address space, bytes: the same bound for systems that do not count private memory, with room for the program itself.
const ADDRESS_BYTES: u64 = 2 << 30;
/// Open files: a virtual dataset may have many sources, but they are opened in turn.
const OPEN_FILES: u64 = 256;
/// Seconds of processor time for one request. The app ends a request that takes too long by the clock; this ends one
/// whose app is gone or stopped.
const REQUEST_CPU_SECONDS: u64 = 120;

/// Applies every limit. One that the system refuses is left as it was: the process is no less safe than the app then.
pub(super) fn apply() {
    for (resource, most) in [
        (Resource::Data, MEMORY_BYTES),
        (Resource::As, ADDRESS_BYTES),
        (Resource::Core, 0),
        // It writes to a pipe only; no file may grow.
        (Resource::Fsize, 0),
        (Resource::Nofile, OPEN_FILES),
        // It starts no process and no thread.
        (Resource::Nproc, 0),
    ] {
        // A limit that is lower already stays.
        let most = getrlimit(resource).maximum.map_or(most, |known| known.min(most));
        let limit = Rlimit { current: Some(most), maximum: Some(most) };
        if let Err(error) = setrlimit(resource, limit) {
            eprintln!("lakescope hdf5-child: a limit could not be set: {error}");
        }
    }
    // The app may be killed while the reader hangs in the library; then nobody else would end it.
    if let Err(error) = set_parent_process_death_signal(Some(Signal::KILL)) {
        eprintln!("lakescope hdf5-child: it may outlive the app: {error}");
    }
    // Where the library looks for a source that is not where it was found before, it must not look beside the app.
    if let Err(error) = std::env::set_current_dir("/") {
        eprintln!("lakescope hdf5-child: it stays in the app's folder: {error}");
    }
    hdf5::sync::sync(|| {
        // SAFETY: the library is initialised here, and no file is open. Without this kind of link the library cannot
        // be led into other files by a path.
        unsafe {
            H5open();
            H5Lunregister(H5L_type_t::H5L_TYPE_EXTERNAL);
        }
    });
}

/// Gives the next request its processor time: the limit counts from the start of the process, so it moves on.
pub(super) fn renew_cpu_time() {
    let used = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime).tv_sec;
    let most = u64::try_from(used).unwrap_or(0).saturating_add(REQUEST_CPU_SECONDS);
    let maximum = getrlimit(Resource::Cpu).maximum;
    let current = Some(maximum.map_or(most, |maximum| maximum.min(most)));
    if let Err(error) = setrlimit(Resource::Cpu, Rlimit { current, maximum }) {
        eprintln!("lakescope hdf5-child: its processor time could not be limited: {error}");
    }
}
