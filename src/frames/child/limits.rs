//! Limits the reader process puts on itself before it reads anything.

use hdf5_sys::{
    h5::H5open,
    h5l::{H5L_type_t, H5Lunregister},
};
use rustix::process::{Resource, Rlimit, Signal, set_parent_process_death_signal, setrlimit};

/// Memory, bytes of address space.
const MEMORY_BYTES: u64 = 4 << 30;
/// Open files: a virtual dataset may have many sources, but they are opened in turn.
const OPEN_FILES: u64 = 256;

/// Applies every limit. One that the system refuses is left as it was: the process is no less safe than the app then.
pub(super) fn apply() {
    for (resource, most) in [
        (Resource::As, MEMORY_BYTES),
        (Resource::Core, 0),
        // It writes to a pipe only; no file may grow.
        (Resource::Fsize, 0),
        (Resource::Nofile, OPEN_FILES),
    ] {
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
