//! Where the cluster sees the files of this machine.

use std::path::{Component, Path, PathBuf};

use super::super::EngineError;

/// Which folder of this machine is which folder of the cluster. What lies in none of them has the same path on both.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PathMap {
    /// Folders here and there, the longest first.
    folders: Vec<(PathBuf, String)>,
}

/// Characters that a reader of the cluster takes as a pattern.
const PATTERNS: [char; 7] = ['*', '?', '[', ']', '{', '}', '\\'];

impl PathMap {
    /// A map of folders here to folders there, for instance `/data/lake` to `s3a://bucket/lake`.
    #[must_use]
    pub fn new(folders: impl IntoIterator<Item = (PathBuf, String)>) -> Self {
        let mut folders: Vec<(PathBuf, String)> =
            folders.into_iter().map(|(here, there)| (here, there.trim_end_matches('/').to_owned())).collect();
        folders.sort_by_key(|(here, _)| std::cmp::Reverse(here.components().count()));
        Self { folders }
    }

    /// The path of a file as the cluster sees it.
    pub(super) fn there(&self, path: &Path) -> Result<String, EngineError> {
        let refuse = |what| EngineError::Path { path: path.display().to_string(), what };
        let absolute = std::path::absolute(path).map_err(|_| refuse("it has no absolute path here; name it by one"))?;
        let mapped = self.folders.iter().find_map(|(here, there)| Some((absolute.strip_prefix(here).ok()?, there)));
        let (rest, start) = mapped.map_or((absolute.as_path(), ""), |(rest, there)| (rest, there.as_str()));
        let mut out = start.to_owned();
        for part in rest.components() {
            match part {
                Component::Normal(name) => {
                    out.push('/');
                    out += name.to_str().ok_or_else(|| refuse("its name is no UTF-8; rename it"))?;
                }
                Component::ParentDir => return Err(refuse("its path goes up by `..`; name it by an absolute path")),
                _ => {}
            }
        }
        if out.contains(PATTERNS) {
            return Err(refuse("engines take * ? [ ] { } \\ in names as a pattern; rename it"));
        }
        Ok(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_mapped_by_the_longest() {
        let map =
            PathMap::new([("/data".into(), "/mnt".to_owned()), ("/data/lake".into(), "s3a://bucket/lake/".to_owned())]);
        for (here, there) in [
            ("/data/lake/raw/a b.parquet", "s3a://bucket/lake/raw/a b.parquet"),
            ("/data/lake2/x.csv", "/mnt/lake2/x.csv"),
            ("/else/x.csv", "/else/x.csv"),
            ("/data/./lake/x", "s3a://bucket/lake/x"),
        ] {
            assert_eq!(map.there(Path::new(here)).unwrap(), there);
        }
        assert_eq!(PathMap::default().there(Path::new("/a/b=1/c.parquet")).unwrap(), "/a/b=1/c.parquet");
        for odd in ["/data/a*.csv", "/data/{x}.csv", "/data/../etc/passwd"] {
            assert!(map.there(Path::new(odd)).is_err(), "{odd}");
        }
    }
}
