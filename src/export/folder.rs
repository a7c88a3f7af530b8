//! Results that appear whole: a folder or a file is written under another name and then renamed.

use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
};

use super::ExportError;

/// A folder that is being written beside its final place. Dropping it unfinished removes what was written.
#[derive(Debug)]
pub struct FinishedFolder {
    part: PathBuf,
    place: PathBuf,
    finished: bool,
}

impl FinishedFolder {
    /// Begins a folder that will be `place`. What a killed export left beside it is removed first.
    ///
    /// # Errors
    /// `place` has files in it, or its parent cannot be written.
    pub fn begin(place: &Path) -> Result<Self, ExportError> {
        let write = |path: &Path| {
            let path = path.to_owned();
            move |source| ExportError::Write { path, source }
        };
        let place = std::path::absolute(place).map_err(write(place))?;
        match fs::read_dir(&place) {
            Ok(mut entries) => {
                if entries.next().is_some() {
                    return Err(ExportError::NotEmpty(place));
                }
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(source) => return Err(ExportError::Write { path: place, source }),
        }
        let Some((parent, name)) = place.parent().zip(place.file_name()) else {
            return Err(ExportError::NotEmpty(place));
        };
        fs::create_dir_all(parent).map_err(write(parent))?;
        let mut part = std::ffi::OsString::from(".");
        part.push(name);
        part.push(".part");
        let part = parent.join(part);
        match fs::remove_dir_all(&part) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(source) => return Err(ExportError::Write { path: part, source }),
        }
        fs::create_dir(&part).map_err(write(&part))?;
        Ok(Self { part, place, finished: false })
    }

    /// Where to write meanwhile.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.part
    }

    /// Puts the folder into its place.
    ///
    /// # Errors
    /// It cannot be renamed (someone wrote into the place meanwhile).
    pub fn finish(mut self) -> Result<PathBuf, ExportError> {
        fs::rename(&self.part, &self.place)
            .map_err(|source| ExportError::Write { path: self.place.clone(), source })?;
        self.finished = true;
        Ok(self.place.clone())
    }
}

impl Drop for FinishedFolder {
    fn drop(&mut self) {
        if !self.finished {
            let _ = fs::remove_dir_all(&self.part);
        }
    }
}

/// Writes one file whole: to a name of its own beside the place, then renamed over it.
///
/// # Errors
/// The file cannot be written, or `write` fails.
pub fn write_file(place: &Path, write: impl FnOnce(&mut File) -> Result<(), ExportError>) -> Result<(), ExportError> {
    let failed = |source| ExportError::Write { path: place.to_owned(), source };
    let folder = place.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut part = tempfile::Builder::new().prefix(".").suffix(".part").tempfile_in(folder).map_err(failed)?;
    write(part.as_file_mut())?;
    part.as_file_mut().flush().map_err(failed)?;
    part.as_file().sync_all().map_err(failed)?;
    let file = part.persist(place).map_err(|error| failed(error.error))?;
    open_to_all(&file).map_err(failed)
}

/// Temporary files are private to their owner; a result gets the rights that any new file has here.
#[cfg(unix)]
fn open_to_all(file: &File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let mask = umask();
    file.set_permissions(fs::Permissions::from_mode(0o666 & !mask))
}

#[cfg(not(unix))]
fn open_to_all(_: &File) -> io::Result<()> {
    Ok(())
}

/// The rights that new files are denied, read from the kernel because asking for it by umask(2) would change it.
#[cfg(unix)]
fn umask() -> u32 {
    fs::read_to_string("/proc/self/status")
        .ok()
        .and_then(|status| {
            let line = status.lines().find_map(|line| line.strip_prefix("Umask:"))?;
            u32::from_str_radix(line.trim(), 8).ok()
        })
        .unwrap_or(0o022)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_appears_whole_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("a/out");
        let begun = FinishedFolder::begin(&place).unwrap();
        fs::write(begun.path().join("x"), "1").unwrap();
        assert!(!place.exists());
        drop(begun);
        assert_eq!(fs::read_dir(folder.path().join("a")).unwrap().count(), 0);

        // What a killed process left is cleared away, and an empty folder may be there already.
        fs::create_dir_all(folder.path().join("a/.out.part")).unwrap();
        fs::write(folder.path().join("a/.out.part/old"), "1").unwrap();
        fs::create_dir(&place).unwrap();
        let begun = FinishedFolder::begin(&place).unwrap();
        fs::write(begun.path().join("x"), "1").unwrap();
        begun.finish().unwrap();
        assert_eq!(fs::read_dir(&place).unwrap().count(), 1);
        assert!(matches!(FinishedFolder::begin(&place), Err(ExportError::NotEmpty(_))));
    }

    #[test]
    fn a_file_replaces_the_old_one_only_when_whole() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("x.csv");
        fs::write(&place, "old").unwrap();
        let failed = write_file(&place, |file| {
            file.write_all(b"new")?;
            Err(ExportError::Read("no".into()))
        });
        assert!(failed.is_err());
        assert_eq!(fs::read_to_string(&place).unwrap(), "old");
        write_file(&place, |file| Ok(file.write_all(b"new")?)).unwrap();
        assert_eq!(fs::read_to_string(&place).unwrap(), "new");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
