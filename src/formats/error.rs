//! What can keep a whole file from being read. Single rows and cells never do: they are counted in the result.

use std::{
    fmt,
    fs::{File, OpenOptions},
    io,
    path::{Path, PathBuf},
};

/// A file of another program could not be read at all.
#[derive(Debug, thiserror::Error)]
pub enum FormatError {
    /// The operating system refused.
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The file is longer than the reader takes in.
    TooLarge {
        /// The file.
        path: PathBuf,
        /// Its length.
        size_bytes: u64,
        /// The limit.
        limit_bytes: u64,
    },
    /// The file declares more values than the reader takes in.
    TooManyValues {
        /// The file.
        path: PathBuf,
        /// Declared rows.
        rows: u64,
        /// Declared columns.
        columns: u64,
        /// Most values (rows × columns) read.
        limit: u64,
    },
    /// The bytes are something else than the name says.
    WrongContent {
        /// The file.
        path: PathBuf,
        /// What it should be.
        expected: &'static str,
        /// What it is.
        found: &'static str,
        /// What to do.
        remedy: &'static str,
    },
    /// The name ends in nothing this reader knows.
    UnknownExtension {
        /// The file.
        path: PathBuf,
    },
    /// No rows and no header.
    Empty {
        /// The file.
        path: PathBuf,
    },
    /// The Parquet reader gave up.
    Parquet {
        /// The file.
        path: PathBuf,
        /// What the reader said.
        what: String,
    },
    /// Some row groups of a Parquet file cannot be read.
    RowGroups {
        /// The first that cannot be read, from 1.
        first: usize,
        /// How many cannot be read.
        failed: usize,
        /// How many there are.
        all: usize,
        /// What is wrong with the first.
        error: Box<FormatError>,
    },
    /// A file lies elsewhere than the folder that it is looked for in.
    Outside {
        /// The file.
        path: PathBuf,
        /// The folder.
        root: PathBuf,
    },
    /// A setting names a column that is not there.
    UnknownColumn {
        /// The file.
        path: PathBuf,
        /// The column asked for.
        column: String,
        /// The columns there are.
        columns: String,
    },
    /// No column can be read as times.
    NoTimes {
        /// The file.
        path: PathBuf,
        /// The columns there are.
        columns: String,
    },
    /// The name of a folder tells a column of its files, and not by a whole number.
    Folder {
        /// The file.
        path: PathBuf,
        /// The name of the folder.
        folder: String,
    },
    /// A table lacks columns that its kind must have.
    MissingColumn {
        /// The file.
        path: PathBuf,
        /// What is missing.
        missing: &'static str,
        /// The columns there are.
        columns: String,
        /// What to do.
        remedy: &'static str,
    },
    /// JSON text breaks off or is malformed.
    Json {
        /// The file.
        path: PathBuf,
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
        /// What the parser said.
        what: String,
    },
    /// TOML text is malformed.
    Toml {
        /// The file.
        path: PathBuf,
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
        /// What the parser said.
        what: String,
    },
    /// XML text is malformed.
    Xml {
        /// The file.
        path: PathBuf,
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
        /// What the parser said.
        what: String,
    },
    /// YAML text is malformed.
    Yaml {
        /// The file.
        path: PathBuf,
        /// Line, from 1.
        line: u64,
        /// Column, from 1.
        column: u64,
        /// What the parser said.
        what: String,
    },
    /// The library for a binary format gave up.
    Foreign {
        /// The file.
        path: PathBuf,
        /// The format.
        format: &'static str,
        /// What the library said.
        what: String,
    },
    /// An array of a store does not have the shape it must have.
    Array {
        /// The store.
        path: PathBuf,
        /// The array's name.
        array: String,
        /// What is wrong with it.
        what: String,
        /// What to do.
        remedy: &'static str,
    },
}

impl FormatError {
    /// What happened and what to do, for where the path is told beside it: the file is called `it`.
    #[must_use]
    pub fn cause(&self) -> String {
        struct Cause<'a>(&'a FormatError);
        impl fmt::Display for Cause<'_> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.tell(&"it", f)
            }
        }
        Cause(self).to_string()
    }

    /// The file that it is about.
    fn path(&self) -> &Path {
        match self {
            Self::RowGroups { error, .. } => error.path(),
            Self::Read { path, .. }
            | Self::TooLarge { path, .. }
            | Self::TooManyValues { path, .. }
            | Self::WrongContent { path, .. }
            | Self::UnknownExtension { path, .. }
            | Self::Empty { path, .. }
            | Self::Parquet { path, .. }
            | Self::Outside { path, .. }
            | Self::UnknownColumn { path, .. }
            | Self::NoTimes { path, .. }
            | Self::Folder { path, .. }
            | Self::MissingColumn { path, .. }
            | Self::Json { path, .. }
            | Self::Toml { path, .. }
            | Self::Xml { path, .. }
            | Self::Yaml { path, .. }
            | Self::Foreign { path, .. }
            | Self::Array { path, .. } => path,
        }
    }

    /// Writes the message, with the file under a name.
    fn tell(&self, name: &dyn fmt::Display, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Read { source, .. } => {
                write!(f, "cannot read {name}: {source}; check that the file exists and that you may read it")
            }
            Self::TooLarge { size_bytes, limit_bytes, .. } => write!(
                f,
                "{name} holds {size_bytes} bytes, the limit is {limit_bytes}; split the file into smaller ones"
            ),
            Self::TooManyValues { rows, columns, limit, .. } => write!(
                f,
                "{name} declares {rows} rows of {columns} columns, the limit is {limit} values; split the file"
            ),
            Self::WrongContent { expected, found, remedy, .. } => {
                write!(f, "{name} is not {expected}: {found}; {remedy}")
            }
            Self::UnknownExtension { .. } => {
                write!(f, "{name} has no known ending; name it .csv, .tsv, .txt or .parquet")
            }
            Self::Empty { .. } => write!(f, "{name} holds no table; write a header line and rows, or remove the file"),
            Self::Parquet { what, .. } => write!(f, "{name} cannot be read as Parquet: {what}; write the file again"),
            Self::RowGroups { first, failed, all, error } => {
                error.tell(name, f)?;
                write!(f, " ({failed} of its {all} row groups are left out, the first is number {first})")
            }
            Self::Outside { root, .. } => {
                write!(f, "{name} leads out of {}; put the file itself there, or name its own place", root.display())
            }
            Self::UnknownColumn { column, columns, .. } => {
                write!(f, "{name} has no column `{column}`; its columns are {columns}; correct the setting")
            }
            Self::NoTimes { columns, .. } => write!(
                f,
                "no column of {name} can be read as times (columns: {columns}); name one `timestamp_ns` or set the time column"
            ),
            Self::Folder { folder, .. } => write!(
                f,
                "{name} lies in the folder `{folder}`, which tells a column by something that is no whole number; name the folder after the stored value, or keep the column in the files"
            ),
            Self::MissingColumn { missing, columns, remedy, .. } => {
                write!(f, "{name} has no column for {missing} (columns: {columns}); {remedy}")
            }
            Self::Json { line, column, what, .. } => {
                write!(f, "{name} is not valid JSON at line {line}, column {column}: {what}; write the file again")
            }
            Self::Toml { line, column, what, .. } => {
                write!(f, "{name} is not valid TOML at line {line}, column {column}: {what}; correct that line")
            }
            Self::Xml { line, column, what, .. } => {
                write!(f, "{name} is not valid XML at line {line}, column {column}: {what}; write the file again")
            }
            Self::Yaml { line, column, what, .. } => {
                write!(f, "{name} is not valid YAML at line {line}, column {column}: {what}; correct that line")
            }
            Self::Foreign { format, what, .. } => write!(
                f,
                "{name} cannot be read as {format}: {what}; write it again uncompressed, or convert it to Parquet"
            ),
            Self::Array { array, what, remedy, .. } => write!(f, "array `{array}` of {name} {what}; {remedy}"),
        }
    }
}

impl fmt::Display for FormatError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.tell(&self.path().display(), f)
    }
}

/// Opens a regular file for reading. Anything else (a folder, a pipe, a device) is refused, and a pipe that nobody writes
/// to is not waited for.
///
/// # Errors
/// [`FormatError::Read`].
pub(super) fn open_regular(path: &Path) -> Result<File, FormatError> {
    let failed = |source| FormatError::Read { path: path.to_owned(), source };
    let mut options = OpenOptions::new();
    options.read(true);
    // Opening a pipe waits for a writer otherwise; reading regular files is the same with and without.
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, libc::O_NONBLOCK);
    let file = options.open(path).map_err(failed)?;
    // The open file is asked, not the path: another file may stand there by now.
    if !file.metadata().map_err(failed)?.is_file() {
        return Err(failed(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file")));
    }
    Ok(file)
}

/// Reads a whole file, refusing one longer than `limit_bytes`.
///
/// # Errors
/// [`FormatError::Read`] or [`FormatError::TooLarge`].
pub(super) fn read_bytes(path: &Path, limit_bytes: u64) -> Result<Vec<u8>, FormatError> {
    use std::io::Read;

    let failed = |source| FormatError::Read { path: path.to_owned(), source };
    let file = open_regular(path)?;
    let meta = file.metadata().map_err(failed)?;
    let too_large = |size_bytes| FormatError::TooLarge { path: path.to_owned(), size_bytes, limit_bytes };
    if meta.len() > limit_bytes {
        return Err(too_large(meta.len()));
    }
    let mut bytes = Vec::with_capacity(usize::try_from(meta.len()).unwrap_or(0) + 1);
    // The file may grow while it is read; one byte past the limit is enough to know.
    let read = file.take(limit_bytes.saturating_add(1)).read_to_end(&mut bytes).map_err(failed)? as u64;
    if read > limit_bytes {
        return Err(too_large(read));
    }
    Ok(bytes)
}

/// Whether the first bytes show that a file is not what its name says: a web page or a pointer of Git LFS.
pub(super) fn reject_placeholders(path: &Path, bytes: &[u8], expected: &'static str) -> Result<(), FormatError> {
    let head: Vec<u8> = bytes.iter().take(64).map(u8::to_ascii_lowercase).collect();
    let head = head.trim_ascii_start();
    let wrong = |found, remedy| Err(FormatError::WrongContent { path: path.to_owned(), expected, found, remedy });
    if head.starts_with(b"<!doctype") || head.starts_with(b"<html") {
        return wrong("it holds a web page", "download the file itself");
    }
    if head.starts_with(b"version https://git-lfs") {
        return wrong("it is a Git LFS pointer", "fetch the file with `git lfs pull`");
    }
    Ok(())
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use crate::formats;

    #[test]
    fn only_regular_files_are_opened() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("a"), "x").unwrap();
        std::os::unix::fs::symlink("a", folder.path().join("link")).unwrap();
        assert_eq!(read_bytes(&folder.path().join("link"), 1).unwrap(), b"x");
        assert!(matches!(read_bytes(&folder.path().join("a"), 0), Err(FormatError::TooLarge { .. })));
        let error = open_regular(folder.path()).unwrap_err();
        assert!(error.to_string().contains("not a regular file"), "{error}");
    }

    /// Without a writer a pipe never ends, so a reader that waits for one would hang this test.
    #[test]
    fn no_reader_waits_for_a_pipe() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["a.csv", "a.parquet", "a.json", "recording.toml"] {
            let path = folder.path().join(name);
            assert!(std::process::Command::new("mkfifo").arg(&path).status().unwrap().success());
            let results = [
                formats::read_metrics(&path, &formats::MetricOptions::default()).map(drop),
                formats::read_labels_table(&path, &formats::LabelOptions::default()).map(drop),
                formats::read_labels_coco(&path, &formats::LabelOptions::default()).map(drop),
                formats::read_locations(&path).map(drop),
                formats::read_recording_toml(&path).map(drop),
            ];
            for error in results.into_iter().map(Result::unwrap_err) {
                assert!(matches!(error, FormatError::Read { .. } | FormatError::UnknownExtension { .. }), "{error}");
            }
            assert_eq!(formats::detect(&path), (name == "recording.toml").then_some(formats::FileKind::Recording));
        }
    }
}
