//! Results that appear whole: a folder or a file is written under another name and then renamed.

use std::{
    fs::{self, File},
    io::{self, Write},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use super::ExportError;

/// A folder that is being written beside its final place. Dropping it unfinished removes what was written.
#[derive(Debug)]
pub struct FinishedFolder {
    part: PathBuf,
    place: PathBuf,
    finished: bool,
    /// Held while the folder is written, so that another export knows it is not a leftover.
    lock: File,
}

impl FinishedFolder {
    /// Begins a folder that will be `place`. What killed exports left beside it is removed first; a part that another
    /// process is still writing is left alone.
    ///
    /// # Errors
    /// `place` has files in it, or its parent cannot be written.
    pub fn begin(place: &Path) -> Result<Self, ExportError> {
        let place = std::path::absolute(place).map_err(|source| write_error(place, source))?;
        if !is_free(&place)? {
            return Err(ExportError::NotEmpty(place));
        }
        let Some((parent, name)) = place.parent().zip(place.file_name()) else {
            return Err(ExportError::NotEmpty(place));
        };
        fs::create_dir_all(parent).map_err(|source| write_error(parent, source))?;
        let prefix = format!(".{}.lakescope-", name.to_string_lossy());
        remove_leftovers(parent, &prefix);
        let part = tempfile::Builder::new()
            .prefix(&prefix)
            .suffix(".part")
            .permissions(fs::Permissions::from_mode(0o777 & !umask()))
            .tempdir_in(parent)
            .map_err(|source| write_error(parent, source))?
            .keep();
        let lock = File::open(&part).map_err(|source| write_error(&part, source))?;
        lock.lock().map_err(|source| write_error(&part, source))?;
        Ok(Self { part, place, finished: false, lock })
    }

    /// Where to write meanwhile.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.part
    }

    /// Puts the folder into its place, once its files are safe on the disk. A place that another process has filled
    /// meanwhile is left as it is.
    ///
    /// # Errors
    /// The place was filled meanwhile, or the folder cannot be renamed.
    pub fn finish(mut self) -> Result<PathBuf, ExportError> {
        let failed = |source| write_error(&self.place, source);
        rustix::fs::syncfs(&self.lock).map_err(|error| failed(error.into()))?;
        // An empty folder may stand there; one with files in it refuses to be removed.
        match fs::remove_dir(&self.place) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(_) => return Err(ExportError::NotEmpty(self.place.clone())),
        }
        move_to_free_place(&self.part, &self.place).map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => ExportError::NotEmpty(self.place.clone()),
            _ => failed(error),
        })?;
        self.finished = true;
        Ok(self.place.clone())
    }
}

fn write_error(path: &Path, source: io::Error) -> ExportError {
    ExportError::Write { path: path.to_owned(), source }
}

/// Whether nothing, or an empty folder, stands at a place.
fn is_free(place: &Path) -> Result<bool, ExportError> {
    match fs::read_dir(place) {
        Ok(mut entries) => Ok(entries.next().is_none()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(true),
        Err(source) => Err(write_error(place, source)),
    }
}

/// Removes the parts that killed exports left: nobody holds their lock any more.
fn remove_leftovers(parent: &Path, prefix: &str) {
    let Ok(entries) = fs::read_dir(parent) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if !(name.starts_with(prefix) && name.ends_with(".part") && entry.file_type().is_ok_and(|kind| kind.is_dir())) {
            continue;
        }
        let free = File::open(entry.path()).is_ok_and(|folder| folder.try_lock().is_ok());
        if free && let Err(error) = fs::remove_dir_all(entry.path()) {
            log::warn!("what a stopped export left in {} cannot be removed: {error}", entry.path().display());
        }
    }
}

/// Renames a folder to a place where nothing stands, in one step where the system can.
fn move_to_free_place(from: &Path, to: &Path) -> io::Result<()> {
    use rustix::{fs, io::Errno};
    match fs::renameat_with(fs::CWD, from, fs::CWD, to, fs::RenameFlags::NOREPLACE) {
        // Some filesystems cannot refuse to replace; a rename onto a folder with files in it fails there, too.
        Err(Errno::INVAL | Errno::NOSYS) => std::fs::rename(from, to),
        result => Ok(result?),
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
/// Something stands there that no result takes the place of ([`check_place`]), the file cannot be written, or `write` fails.
pub fn write_file(place: &Path, write: impl FnOnce(&mut File) -> Result<(), ExportError>) -> Result<(), ExportError> {
    spare(place).map_err(|source| ExportError::Write { path: place.to_owned(), source })?;
    replace_file(place, write)
}

/// The same for a file that belongs to the program, such as a saved analysis in a lake.
///
/// # Errors
/// The file cannot be written, or `write` fails.
pub fn replace_file(place: &Path, write: impl FnOnce(&mut File) -> Result<(), ExportError>) -> Result<(), ExportError> {
    let failed = |source| ExportError::Write { path: place.to_owned(), source };
    let folder = folder_of(place);
    let part = tempfile::Builder::new().prefix(".").suffix(".part").tempfile_in(folder);
    let mut part = part.map_err(|error| failed(without_part(&error)))?;
    write(part.as_file_mut())?;
    part.as_file_mut().flush().map_err(failed)?;
    part.as_file().sync_all().map_err(failed)?;
    let file = part.persist(place).map_err(|error| failed(error.error))?;
    open_to_all(&file).map_err(failed)
}

/// Whether a file can be written at a place, found out before the work that its rows cost. Nothing is left there.
///
/// # Errors
/// The place is a folder or a device, a file of a lake stands there, or a file cannot be made in its folder.
pub fn check_place(place: &Path) -> Result<(), ExportError> {
    let refuse = |source| Err(ExportError::Write { path: place.to_owned(), source });
    if place.is_dir() {
        return refuse(io::Error::new(io::ErrorKind::IsADirectory, "it is a folder, name a file in it"));
    }
    if let Err(error) = spare(place) {
        return refuse(error);
    }
    let folder = folder_of(place);
    if !folder.is_dir() {
        let what = format!("the folder {} is not there, make it or name another", folder.display());
        return refuse(io::Error::new(io::ErrorKind::NotFound, what));
    }
    match tempfile::tempfile_in(folder) {
        Ok(_) => Ok(()),
        Err(error) => refuse(without_part(&error)),
    }
}

/// Refuses to put a result in the place of what is no plain file, which would be gone then, and of the files that a lake
/// already has.
fn spare(place: &Path) -> io::Result<()> {
    let refused = |what: String| Err(io::Error::new(io::ErrorKind::AlreadyExists, what));
    let Ok(there) = fs::metadata(place) else { return Ok(()) };
    if !there.is_file() {
        return refused("it is no file but a device or a pipe; leave it away to print, or name a file".to_owned());
    }
    let Ok(folder) = folder_of(place).canonicalize() else { return Ok(()) };
    let is_lake = |folder: &&Path| folder.join("lake.toml").is_file() || folder.join(".lakescope").is_dir();
    match folder.ancestors().find(is_lake) {
        Some(lake) => refused(format!("it is a file of the lake {} already; name another", lake.display())),
        None => Ok(()),
    }
}

fn folder_of(place: &Path) -> &Path {
    place.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// An error of making a temporary file, without the name that this file would have had: nobody knows it.
fn without_part(error: &io::Error) -> io::Error {
    io::Error::from(error.kind())
}

/// Temporary files are private to their owner; a result gets the rights that any new file has here.
fn open_to_all(file: &File) -> io::Result<()> {
    file.set_permissions(fs::Permissions::from_mode(0o666 & !umask()))
}

/// The rights that new files are denied, read from the kernel because asking for it by umask(2) would change it.
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
    fn places_that_cannot_be_written_are_told_by_their_names() {
        let folder = tempfile::tempdir().unwrap();
        check_place(&folder.path().join("a.csv")).unwrap();
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
        let missing = folder.path().join("none/a.csv");
        for (place, part) in [(folder.path(), "it is a folder"), (&missing, "none is not there")] {
            let told = check_place(place).unwrap_err().to_string();
            assert!(told.contains(part) && told.contains(&place.display().to_string()), "{told}");
        }
        let device = Path::new("/dev/null");
        for told in [check_place(device).unwrap_err(), write_file(device, |_| Ok(())).unwrap_err()] {
            assert!(told.to_string().contains("no file but a device"), "{told}");
        }
        assert!(!device.is_file());
        let own = folder.path().join("lake/drives/front.h5");
        fs::create_dir_all(own.parent().unwrap()).unwrap();
        fs::write(&own, "kept").unwrap();
        write_file(&own, |file| Ok(file.write_all(b"first")?)).unwrap();
        fs::write(folder.path().join("lake/lake.toml"), "").unwrap();
        for told in [check_place(&own).unwrap_err(), write_file(&own, |_| Ok(())).unwrap_err()] {
            assert!(told.to_string().contains("a file of the lake"), "{told}");
        }
        write_file(&own.with_extension("csv"), |file| Ok(file.write_all(b"new")?)).unwrap();
        assert_eq!(fs::read_to_string(&own).unwrap(), "first");
        let told = write_file(&missing, |_| Ok(())).unwrap_err().to_string();
        assert!(told.contains("none/a.csv") && !told.contains(".part"), "{told}");
    }

    #[test]
    fn a_folder_appears_whole_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("a/out");
        let begun = FinishedFolder::begin(&place).unwrap();
        fs::write(begun.path().join("x"), "1").unwrap();
        assert!(!place.exists());
        drop(begun);
        assert_eq!(fs::read_dir(folder.path().join("a")).unwrap().count(), 0);

        // What a killed process left is cleared away, an empty folder may be there already, and a part that is being
        // written by someone else is left alone.
        let left = folder.path().join("a/.out.lakescope-killed.part");
        fs::create_dir_all(&left).unwrap();
        fs::write(left.join("old"), "1").unwrap();
        let own = folder.path().join("a/.out.part");
        fs::create_dir(&own).unwrap();
        fs::create_dir(&place).unwrap();
        let first = FinishedFolder::begin(&place).unwrap();
        let second = FinishedFolder::begin(&place).unwrap();
        assert!(!left.exists() && own.exists() && first.path().exists());
        fs::write(first.path().join("x"), "1").unwrap();
        fs::write(second.path().join("y"), "2").unwrap();
        first.finish().unwrap();
        assert!(matches!(second.finish(), Err(ExportError::NotEmpty(_))));
        assert_eq!(fs::read_to_string(place.join("x")).unwrap(), "1");
        assert!(!place.join("y").exists());
        assert_eq!(fs::read_dir(folder.path().join("a")).unwrap().count(), 2);
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
