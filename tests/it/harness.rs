//! A lake in a folder of its own, and the program run on it as a person would.

use std::{
    path::{Path, PathBuf},
    process::{Command, Output},
    sync::OnceLock,
};

/// The program under test, with a home folder of its own so that no test meets a person's settings.
pub(crate) fn lakescope(home: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lakescope"));
    command.env("HOME", home).env_remove("XDG_CACHE_HOME").env_remove("XDG_DATA_HOME").env_remove("XDG_CONFIG_HOME");
    command
}

/// All files below a folder.
pub(crate) fn files_below(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files_below(&path) } else { vec![path] }).collect()
}

/// A copy of the small sample lake, removed when dropped.
pub(crate) struct Lake {
    folder: tempfile::TempDir,
}

impl Lake {
    /// A fresh copy of a lake of three drives with two cameras and 24 frames each (8 in the lossless store), every layout among them, not indexed.
    pub(crate) fn new() -> Self {
        let lake = Self::empty();
        copy(small_sample(), &lake.path());
        lake
    }

    /// A folder with nothing in it.
    pub(crate) fn empty() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("lake")).unwrap();
        Self { folder }
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join("lake")
    }

    /// A path beside the lake, for what commands write.
    pub(crate) fn beside(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A command on this lake: `lakescope <command> <lake> <args…>`.
    pub(crate) fn command(&self, name: &str, args: &[&str]) -> Command {
        let mut command = lakescope(self.folder.path());
        command.arg(name).arg(self.path()).args(args);
        command
    }

    /// Runs a command to its end.
    pub(crate) fn output(&self, name: &str, args: &[&str]) -> Output {
        self.command(name, args).output().unwrap()
    }

    /// Runs a command that must succeed and returns what it printed.
    pub(crate) fn run(&self, name: &str, args: &[&str]) -> String {
        let output = self.output(name, args);
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "lakescope {name} {args:?}: {error}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// Runs a command that must fail with `code` and returns what it said.
    pub(crate) fn fail(&self, name: &str, args: &[&str], code: i32) -> String {
        let output = self.output(name, args);
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(code), "lakescope {name} {args:?}: {error}");
        error
    }

    /// Runs a command with `--json` and returns its answer.
    pub(crate) fn json(&self, name: &str, args: &[&str]) -> serde_json::Value {
        let args: Vec<&str> = args.iter().copied().chain(["--json"]).collect();
        serde_json::from_str(&self.run(name, &args)).unwrap()
    }

    /// Everything that an index answers, as text to compare: counts, metrics, problems and every frame.
    pub(crate) fn answers(&self) -> String {
        let mut info = self.json("info", &[]);
        info.as_object_mut().unwrap().remove("catalog_bytes");
        format!("{info:#}\n{}", self.run("frames", &["--format", "csv"]))
    }
}

/// The sample that the lakes are copied from, made once per run of the tests.
fn small_sample() -> &'static Path {
    static SAMPLE: OnceLock<tempfile::TempDir> = OnceLock::new();
    let folder = SAMPLE.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let output = lakescope(folder.path())
            .arg("sample")
            .arg(folder.path().join("lake"))
            .args([
                "--recordings",
                "3",
                "--cameras",
                "2",
                "--frames",
                "24",
                "--size",
                "128x72",
                "--events",
                "200",
                "--seed",
                "5",
            ])
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        folder
    });
    // The parent is what tempfile removes; the lake lies in it.
    Box::leak(folder.path().join("lake").into_boxed_path())
}

/// Copies a folder with all that is in it.
pub(crate) fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let place = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &place);
        } else {
            std::fs::copy(entry.path(), place).unwrap();
        }
    }
}
