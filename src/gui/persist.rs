//! Reads and writes what the window remembers: one small JSON file, replaced in one step.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs, io,
    io::Write as _,
    path::{Path, PathBuf},
};

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::{
    dock::Layout,
    state::{LakeMemory, Persisted, Workspace},
};

/// Where the file is, in the user's configuration folder.
#[must_use]
pub fn default_path() -> Option<PathBuf> {
    Some(directories::ProjectDirs::from("", "", "lakescope")?.config_dir().join("window.json"))
}

/// What was remembered, and what to tell of what could not be understood. That is left out, the rest is kept, and the file is
/// kept beside as it was, so that nothing is lost when it is written again.
#[must_use]
pub fn load(path: &Path) -> (Persisted, Vec<String>) {
    let (persisted, wrong) = read(path);
    if wrong.is_empty() {
        return (persisted, Vec::new());
    }
    let aside = aside(path);
    let kept = match fs::copy(path, &aside) {
        Ok(_) => format!("The file as it was is kept as {}.", aside.display()),
        Err(error) => format!("The file could not be kept beside: {error}."),
    };
    let what = if wrong.len() > 3 {
        format!("{} and {} more", wrong[..3].join(", "), wrong.len() - 3)
    } else {
        wrong.join(", ")
    };
    let told = format!("What the window remembered could not all be read ({what}). {kept}");
    (persisted, vec![told])
}

/// What can be understood of the file, and what cannot; the defaults when there is no file.
#[must_use]
pub fn read(path: &Path) -> (Persisted, Vec<String>) {
    let text = match fs::read(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Default::default(),
        Err(error) => return (Persisted::default(), vec![error.to_string()]),
    };
    match serde_json::from_slice(&text) {
        Ok(value) => {
            let mut wrong = Vec::new();
            (understood(value, &mut wrong), wrong)
        }
        Err(error) => (Persisted::default(), vec![error.to_string()]),
    }
}

/// A name beside the file that is not taken.
fn aside(path: &Path) -> PathBuf {
    let name = |number: u32| path.with_extension(format!("damaged-{number}.json"));
    (1..1000).map(name).find(|name| !name.exists()).unwrap_or_else(|| name(1000))
}

/// Reads field by field: one unknown word must not cost the rest.
fn understood(value: Value, wrong: &mut Vec<String>) -> Persisted {
    let Value::Object(fields) = value else {
        wrong.push("it is not an object".to_owned());
        return Persisted::default();
    };
    let mut sound = Map::new();
    for (name, value) in fields {
        let value = match (name.as_str(), value) {
            ("lakes", Value::Object(lakes)) => {
                let mut kept = Map::new();
                for (root, memory) in lakes {
                    if let Value::Object(memory) = memory {
                        let memory = sound_fields::<LakeMemory>(memory, &root, wrong);
                        kept.insert(root, Value::Object(memory));
                    } else {
                        wrong.push(format!("{root}: it is not an object"));
                    }
                }
                Value::Object(kept)
            }
            ("layouts", Value::Object(layouts)) => Value::Object(sound_entries::<Layout>(layouts, &name, wrong)),
            (_, value) => value,
        };
        sound.insert(name, value);
    }
    let sound = sound_fields::<Persisted>(sound, "", wrong);
    let mut kept: Persisted = serde_json::from_value(Value::Object(sound)).unwrap_or_else(|error| {
        wrong.push(error.to_string());
        Persisted::default()
    });
    // A layout of which nothing was understood is one of another workspace.
    for workspace in [Workspace::Detections, Workspace::Statistics] {
        let (layout, _) = kept.layout_of(workspace);
        if layout.workspace() != workspace {
            *layout = Layout::of(workspace);
        }
    }
    kept
}

/// The fields that `T` understands, each taken for itself.
fn sound_fields<T: DeserializeOwned>(
    fields: Map<String, Value>,
    of: &str,
    wrong: &mut Vec<String>,
) -> Map<String, Value> {
    let mut sound = Map::new();
    for (name, value) in fields {
        let alone = Map::from_iter([(name.clone(), value.clone())]);
        match serde_json::from_value::<T>(Value::Object(alone)) {
            Ok(_) => {
                sound.insert(name, value);
            }
            Err(error) => wrong.push(format!("{of}{}{name}: {error}", if of.is_empty() { "" } else { ": " })),
        }
    }
    sound
}

/// The entries that are a `T`.
fn sound_entries<T: DeserializeOwned>(
    entries: Map<String, Value>,
    of: &str,
    wrong: &mut Vec<String>,
) -> Map<String, Value> {
    let mut sound = Map::new();
    for (name, value) in entries {
        match serde_json::from_value::<T>(value.clone()) {
            Ok(_) => {
                sound.insert(name, value);
            }
            Err(error) => wrong.push(format!("{of}: {name}: {error}")),
        }
    }
    sound
}

/// Writes them beside the file first, so that a crash leaves the old or the new ones. What another window has written since
/// `before` was read or saved stays, where this one has not changed the same.
///
/// # Errors
/// Whatever the file system reports.
pub fn save(path: &Path, persisted: &Persisted, before: &Persisted) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let mut merged = persisted.clone();
    // A file that cannot be read whole was kept beside when it was loaded, and is no other window's.
    if let (theirs, wrong) = read(path)
        && wrong.is_empty()
        && path.exists()
    {
        merge(&mut merged, before, theirs);
    }
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(&serde_json::to_vec_pretty(&merged)?)?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(())
}

/// Takes in what another window has changed of lists that grow: recent lakes, what is remembered of them, layouts.
fn merge(ours: &mut Persisted, before: &Persisted, theirs: Persisted) {
    merge_maps(&mut ours.lakes, &before.lakes, theirs.lakes);
    merge_maps(&mut ours.layouts, &before.layouts, theirs.layouts);
    for lake in theirs.recent {
        if !ours.recent.contains(&lake) && !before.recent.contains(&lake) {
            ours.recent.push(lake);
        }
    }
    ours.trim_recent();
}

/// What we changed is ours; of the rest, what they have.
fn merge_maps<K: Ord + Clone, V: PartialEq>(
    ours: &mut BTreeMap<K, V>,
    before: &BTreeMap<K, V>,
    mut theirs: BTreeMap<K, V>,
) {
    let keys: BTreeSet<K> = ours.keys().chain(theirs.keys()).cloned().collect();
    for key in keys {
        if ours.get(&key) != before.get(&key) {
            continue;
        }
        match theirs.remove(&key) {
            Some(value) => ours.insert(key, value),
            None => ours.remove(&key),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gui::state::{SortBy, ThemeChoice};
    use crate::gui::{
        explore::{AxisTime, Lane, TimelineMemory},
        looking::Looking,
    };

    #[test]
    fn comes_back_as_it_was_and_damage_gives_the_defaults() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/window.json");
        assert_eq!(load(&path), (Persisted::default(), Vec::new()));
        let mut kept = Persisted { theme: ThemeChoice::Light, tile_width: 96.0, ..Persisted::default() };
        kept.touch_recent("/data/lake".into());
        kept.lakes.insert(
            "/data/lake".into(),
            LakeMemory {
                track: None,
                filter: "speed > 80".into(),
                sort: Some(SortBy { column: "speed".into(), descending: true }),
                filters: vec!["has(car)".into()],
                timeline: TimelineMemory {
                    lanes: Some(vec![Lane::Metric("speed".into()), Lane::Matches]),
                    axis: AxisTime::Clock,
                },
                looking: Looking { all_cameras: true, ..Looking::default() },
                ..LakeMemory::default()
            },
        );
        save(&path, &kept, &Persisted::default()).unwrap();
        assert_eq!(load(&path), (kept, Vec::new()));
        fs::write(&path, b"{\"theme\": 3").unwrap();
        let (read, told) = load(&path);
        assert_eq!((read, told.len()), (Persisted::default(), 1));
        assert_eq!(fs::read(folder.path().join("deep/window.damaged-1.json")).unwrap(), b"{\"theme\": 3");
        fs::write(&path, b"{\"tile_width\": 64.0, \"of a later version\": 1}").unwrap();
        let (read, told) = load(&path);
        assert!((read.tile_width - 64.0).abs() < 1e-6 && told.is_empty());
    }

    #[test]
    fn one_unknown_word_costs_no_more_than_its_field() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("window.json");
        let text = r#"{"theme": "sepia", "tile_width": 64.0, "recent": ["/a"], "memory": 7,
            "lakes": {"/a": {"filter": "speed > 1", "looking": {"emphasis": "glow"}}, "/b": 5}}"#;
        fs::write(&path, text).unwrap();
        let (read, told) = load(&path);
        assert_eq!(
            (read.tile_width, &read.recent, &*read.lakes[Path::new("/a")].filter),
            (64.0, &vec!["/a".into()], "speed > 1")
        );
        assert_eq!((read.theme, read.memory, told.len()), (ThemeChoice::System, Persisted::default().memory, 1));
        assert!(told[0].contains("sepia") && told[0].contains("window.damaged-1.json"), "{told:?}");
        assert_eq!(fs::read_to_string(folder.path().join("window.damaged-1.json")).unwrap(), text);
    }

    #[test]
    fn two_windows_leave_each_other_their_lakes_and_layouts() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("window.json");
        let memory = |filter: &str| LakeMemory { filter: filter.into(), ..LakeMemory::default() };
        let mut before = Persisted::default();
        before.touch_recent("/old".into());
        before.touch_recent("/shared".into());
        before.lakes.insert("/shared".into(), memory(""));
        before.layouts.insert("gone".into(), Layout::default());
        save(&path, &before, &Persisted::default()).unwrap();
        let (mut one, mut two) = (before.clone(), before.clone());
        one.touch_recent("/one".into());
        one.lakes.insert("/one".into(), memory("one"));
        one.lakes.insert("/shared".into(), memory("changed"));
        one.layouts.insert("mine".into(), Layout::default());
        one.layouts.remove("gone");
        two.touch_recent("/two".into());
        two.recent.retain(|lake| lake != Path::new("/old"));
        two.lakes.insert("/two".into(), memory("two"));
        save(&path, &one, &before).unwrap();
        save(&path, &two, &before).unwrap();
        let (read, _) = load(&path);
        let recent: Vec<PathBuf> = ["/two", "/shared", "/one"].map(PathBuf::from).to_vec();
        assert_eq!(read.recent, recent);
        let filters: Vec<&str> = read.lakes.values().map(|memory| &*memory.filter).collect();
        assert_eq!(filters, ["one", "changed", "two"]);
        assert_eq!(read.layouts.keys().collect::<Vec<_>>(), ["mine"]);
    }
}
