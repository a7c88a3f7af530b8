//! The Python with which tests make and read files by other means than the program's own.

use std::{
    ffi::OsStr,
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
};

use crate::tools::{skipped, tools};

/// What the scripts in `tests/py` import.
const IMPORTS: &str = "import h5py, hdf5plugin, numpy, pandas, pyarrow, PIL, pycocotools";

/// Runs a script of `tests/py` and gives what it printed. `None` when there is no Python for it and tests may be skipped:
/// the test then returns, and is told as skipped at the end of `make test`.
///
/// # Panics
/// There is no Python and tests may not be skipped, or the script failed.
#[track_caller]
pub(crate) fn run(script: &str, arguments: &[&OsStr]) -> Option<Vec<u8>> {
    let Some(python) = interpreter() else {
        skip(script);
        return None;
    };
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/py").join(script);
    let output =
        Command::new(python).arg(path).args(arguments).output().unwrap_or_else(|error| panic!("{script}: {error}"));
    assert!(output.status.success(), "{script}: {}", String::from_utf8_lossy(&output.stderr));
    Some(output.stdout)
}

/// The one `make test` names, or the one that the set-up installs; only if it has all the packages.
fn interpreter() -> Option<&'static Path> {
    static FOUND: OnceLock<Option<PathBuf>> = OnceLock::new();
    let find = || {
        let named = std::env::var_os("LAKESCOPE_PYTHON").map(PathBuf::from);
        let installed = tools().map(|tools| tools.join("bin/python"));
        let works = |python: &PathBuf| {
            Command::new(python).args(["-c", IMPORTS]).output().is_ok_and(|done| done.status.success())
        };
        named.into_iter().chain(installed).find(works)
    };
    FOUND.get_or_init(find).as_deref()
}

fn skip(script: &str) {
    skipped(&format!(
        "tests/py/{script} needs Python with the packages of tests/py/requirements.txt; `make test` installs them when pip can"
    ));
}

#[test]
fn scripts_of_other_software_run() {
    let folder = std::env::temp_dir().join(format!("lakescope-python-{}", std::process::id()));
    let (lake, expected) = (folder.join("lake"), folder.join("expected"));
    let made = run("foreign_stores.py", &[lake.as_os_str(), expected.as_os_str()]);
    let written = std::fs::read_to_string(expected.join("expected.json")).unwrap_or_default();
    let store = lake.join("native_latest/recordings/gzip/footages/front.h5");
    let read = run("read_frame.py", &[store.as_os_str(), OsStr::new("frames"), OsStr::new("11")]);
    let kept = std::fs::read_dir(&expected).map_or(0, Iterator::count);
    std::fs::remove_dir_all(&folder).ok();
    if made.is_none() {
        return;
    }
    assert!(written.contains("\"camera_hint\": \"agentview\""), "{written}");
    assert!(kept > 60, "{kept} files of expected pixels");
    // `picture(1, 11)` begins with red 11 * 7 + 1, green 11 * 3, blue 11.
    assert_eq!(read.unwrap()[..3], [78, 33, 11]);
}
