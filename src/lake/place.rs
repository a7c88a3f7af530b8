//! Where things are: paths inside the lake, and where its databases live.

use std::{
    fs, io,
    path::{Component, Path, PathBuf},
};

use super::LakeError;

/// Where a lake and its databases are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Places {
    /// The lake's folder, absolute, links resolved.
    pub root: PathBuf,
    /// The catalog: derived, may be deleted.
    pub catalog: PathBuf,
    /// The store of thumbnails: derived, may be deleted.
    pub thumbnails: PathBuf,
    /// The kept database: selections, runs.
    pub kept: PathBuf,
    /// The lock that a writer of the catalog holds.
    pub write_lock: PathBuf,
    /// Whether the databases lie in the lake itself.
    pub in_lake: bool,
}

impl Places {
    /// Finds the places of a lake. They are in the lake when its folder can be written and lies on a local disk, else
    /// in the cache and data folders of the person (or in `user_dir` when given), keyed by the lake's path.
    ///
    /// # Errors
    /// No such folder, or no place can be made.
    pub fn of(folder: &Path, user_dir: Option<&Path>) -> Result<Self, LakeError> {
        let root = match folder.canonicalize() {
            Ok(root) => root,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(LakeError::NoFolder(folder.to_owned()));
            }
            Err(source) => return Err(LakeError::Read { path: folder.to_owned(), source }),
        };
        if !root.is_dir() {
            return Err(LakeError::NotAFolder(root));
        }
        fs::read_dir(&root).map_err(|source| LakeError::Read { path: root.clone(), source })?;
        let own = root.join(".lakescope");
        if holds_databases(&root, &own) {
            return Ok(Self {
                catalog: own.join("catalog.sqlite"),
                thumbnails: own.join("thumbnails.sqlite"),
                write_lock: own.join("write.lock"),
                kept: root.join("lake.sqlite"),
                in_lake: true,
                root,
            });
        }
        let (cache, data) = match user_dir {
            Some(folder) => (folder.join("cache"), folder.join("data")),
            None => directories::ProjectDirs::from("", "", "lakescope")
                .map(|dirs| (dirs.cache_dir().to_owned(), dirs.data_dir().to_owned()))
                .ok_or_else(|| LakeError::NoHome(root.clone()))?,
        };
        let key = format!("{:016x}", xxhash_rust::xxh3::xxh3_64(root.as_os_str().as_encoded_bytes()));
        let (cache, data) = (cache.join(&key), data.join(&key));
        for folder in [&cache, &data] {
            fs::create_dir_all(folder).map_err(|source| LakeError::Make { path: folder.clone(), source })?;
        }
        Ok(Self {
            catalog: cache.join("catalog.sqlite"),
            thumbnails: cache.join("thumbnails.sqlite"),
            write_lock: cache.join("write.lock"),
            kept: data.join("lake.sqlite"),
            in_lake: false,
            root,
        })
    }
}

/// The lake that is meant by a path: the folder itself; for a file, the nearest folder above it that was a lake before or
/// has a `lake.toml`, else the one that holds its `recordings`, else the folder it lies in.
#[must_use]
pub fn lake_of(path: &Path) -> PathBuf {
    if !path.is_file() {
        return path.to_owned();
    }
    let above = || path.ancestors().skip(1);
    let known =
        |folder: &&Path| ["lake.toml", "lake.sqlite", ".lakescope"].iter().any(|name| folder.join(name).exists());
    let native = || above().find(|folder| folder.ends_with("recordings")).and_then(Path::parent);
    above().find(known).or_else(native).or_else(|| path.parent()).unwrap_or(path).to_owned()
}

/// Whether the lake itself can hold its databases: `.lakescope` is a real folder and what is in it real files (a link
/// could lead anywhere), all of them can be written, and the disk is local (SQLite's write-ahead log needs shared memory).
fn holds_databases(root: &Path, own: &Path) -> bool {
    let is_link = |path: &Path| fs::symlink_metadata(path).is_ok_and(|meta| meta.file_type().is_symlink());
    if is_link(own) || on_network_disk(root) || fs::create_dir_all(own).is_err() {
        return false;
    }
    let databases = ["", "-wal", "-shm", "-journal"].into_iter().flat_map(|ending| {
        [
            own.join(format!("catalog.sqlite{ending}")),
            own.join(format!("thumbnails.sqlite{ending}")),
            root.join(format!("lake.sqlite{ending}")),
        ]
    });
    for file in databases.chain([own.join("write.lock")]) {
        match fs::symlink_metadata(&file) {
            Ok(meta) if !meta.is_file() => return false,
            // Another person's index can be read but not be brought up to date: this person gets one of their own.
            Ok(_) if !may_be_written(&file) => return false,
            _ => {}
        }
    }
    let writable = |folder: &Path| tempfile::Builder::new().prefix(".probe").tempfile_in(folder).is_ok();
    writable(own) && writable(root)
}

/// Whether this process may write a file. Nothing is opened: closing a file gives up every lock that the process holds on it,
/// and with those of an open database another process would take its write-ahead log away.
fn may_be_written(file: &Path) -> bool {
    use rustix::{
        fs::{Access, AtFlags, CWD, accessat},
        io::Errno,
    };
    match accessat(CWD, file, Access::WRITE_OK, AtFlags::EACCESS) {
        // Kernels before 5.8 can only be asked as the person who started the program, who is hardly ever another.
        Err(Errno::NOSYS | Errno::INVAL) => accessat(CWD, file, Access::WRITE_OK, AtFlags::empty()).is_ok(),
        answer => answer.is_ok(),
    }
}

/// Whether the folder lies on a filesystem that other machines write to.
#[cfg(target_os = "linux")]
fn on_network_disk(path: &Path) -> bool {
    // Magic numbers of statfs(2): NFS, SMB (two), CIFS, AFS, Ceph, 9P, FUSE (sshfs and the like), Lustre, GPFS, BeeGFS.
    const NETWORK: [i64; 11] = [
        0x6969,
        0x517b,
        0xfe53_4d42,
        0xff53_4d42,
        0x5346_414f,
        0x00c3_6400,
        0x0102_1997,
        0x6573_5546,
        0x0bd0_0bd0,
        0x4750_4653,
        0x1983_0326,
    ];
    rustix::fs::statfs(path).is_ok_and(|stat| NETWORK.contains(&(stat.f_type & 0xffff_ffff)))
}

#[cfg(not(target_os = "linux"))]
fn on_network_disk(_: &Path) -> bool {
    false
}

/// The file that `relative` names inside `root`, links resolved.
///
/// # Errors
/// [`LakeError::Outside`] when it is absolute, climbs with `..` or a link leads out; [`LakeError::Read`] when it is not there.
pub fn resolve_inside(root: &Path, relative: &str) -> Result<PathBuf, LakeError> {
    let inside = Path::new(relative).components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
    if !inside {
        return Err(LakeError::Outside(relative.to_owned()));
    }
    let path = root.join(relative);
    let real = path.canonicalize().map_err(|source| LakeError::Read { path, source })?;
    if real.starts_with(root) { Ok(real) } else { Err(LakeError::Outside(relative.to_owned())) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_outside_the_lake_is_resolved() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap().join("lake");
        fs::create_dir_all(root.join("a")).unwrap();
        fs::write(root.join("a/x.h5"), "x").unwrap();
        fs::write(folder.path().join("secret"), "x").unwrap();
        std::os::unix::fs::symlink(folder.path().join("secret"), root.join("link")).unwrap();
        std::os::unix::fs::symlink(root.join("a/x.h5"), root.join("inner")).unwrap();
        for (path, fine) in [
            ("a/x.h5", true),
            ("./a/x.h5", true),
            ("inner", true),
            ("../secret", false),
            ("a/../a/x.h5", false),
            ("/etc/hostname", false),
            ("link", false),
            ("none", false),
        ] {
            assert_eq!(resolve_inside(&root, path).is_ok(), fine, "{path}");
        }
    }

    #[test]
    fn databases_of_a_lake_with_a_planted_link_live_elsewhere() {
        let folder = tempfile::tempdir().unwrap();
        let (root, user) = (folder.path().join("lake"), folder.path().join("user"));
        fs::create_dir_all(&root).unwrap();
        assert!(Places::of(&root, Some(&user)).unwrap().in_lake);
        fs::remove_dir_all(root.join(".lakescope")).unwrap();
        std::os::unix::fs::symlink(folder.path(), root.join(".lakescope")).unwrap();
        let places = Places::of(&root, Some(&user)).unwrap();
        assert!(!places.in_lake && places.catalog.starts_with(&user) && places.kept.starts_with(&user));
        assert!(matches!(Places::of(&folder.path().join("none"), None), Err(LakeError::NoFolder(_))));
        for planted in [
            ".lakescope/write.lock",
            ".lakescope/catalog.sqlite",
            ".lakescope/catalog.sqlite-wal",
            ".lakescope/thumbnails.sqlite",
            "lake.sqlite",
        ] {
            let _ = fs::remove_file(root.join(".lakescope"));
            let _ = fs::remove_dir_all(root.join(".lakescope"));
            fs::create_dir_all(root.join(".lakescope")).unwrap();
            std::os::unix::fs::symlink(folder.path().join("precious"), root.join(planted)).unwrap();
            assert!(!Places::of(&root, Some(&user)).unwrap().in_lake, "{planted}");
            fs::remove_file(root.join(planted)).unwrap();
        }
    }
}
