//! Keeps the house in order: which room may import which, which library lives where, how long files get, and that the
//! documents point at things that are there. `ARCHITECTURE.md` tells the reasons.

mod markdown;
mod rust_paths;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Component, Path, PathBuf},
};

use rust_paths::{Root, Token, roots, tokens};

/// The rooms, from the ground up. A room imports from itself and from rooms of the lines above it, never from a neighbour
/// on its own line.
const FLOORS: &[&[&str]] = &[
    &["model", "jobs", "confine"],
    &["lake", "formats", "frames", "filter"],
    &["catalog"],
    &["analytics", "export", "sample", "tasks"],
    &["session"],
    &["cli", "gui"],
];

/// Libraries that only some rooms may name.
const OWNERS: &[(&str, &[&str])] = &[
    ("egui", &["gui"]),
    ("eframe", &["gui"]),
    ("egui_extras", &["gui"]),
    ("egui_plot", &["gui"]),
    ("egui_tiles", &["gui"]),
    ("rfd", &["gui"]),
    ("rusqlite", &["catalog"]),
    ("hdf5", &["frames"]),
    ("clap", &["cli"]),
    ("landlock", &["confine"]),
    ("seccompiler", &["confine"]),
    ("sqlparser", &["analytics"]),
];

/// Libraries that only some folders of a room may name: the client of the remote engine, the engine of a person's own SQL, and
/// the runtime that both bring along.
const FOLDERS: &[(&str, &[&str])] = &[
    ("spark_connect_core", &["src/analytics/engine/remote/"]),
    ("spark_connect_proto", &["src/analytics/engine/remote/"]),
    ("datafusion", &["src/analytics/sql/"]),
    ("tokio", &["src/analytics/engine/remote/", "src/analytics/sql/"]),
];

/// Libraries that some rooms may not name.
const STRANGERS: &[(&str, &[&str])] = &[("polars", &["cli", "gui"])];

/// Macros that leave a hole, or noise.
const FORBIDDEN_MACROS: &[&str] = &["todo", "unimplemented", "dbg"];

/// Past this a file has more than one reason to change.
const MAX_LINES: usize = 600;

fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Files under `folder` (relative to the repository, with `/`), sorted. Hidden folders and build output are left out.
fn files_under(folder: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![repository().join(folder)];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = fs::read_dir(&folder) else { continue };
        for entry in entries {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir() {
                if !name.starts_with('.') && !matches!(name.as_str(), "target" | "__pycache__") {
                    folders.push(path);
                }
            } else {
                found.push(path.strip_prefix(repository()).unwrap().to_string_lossy().replace('\\', "/"));
            }
        }
    }
    found.sort();
    found
}

fn with_extension(files: Vec<String>, extensions: &[&str]) -> Vec<String> {
    files
        .into_iter()
        .filter(|file| Path::new(file).extension().is_some_and(|e| extensions.iter().any(|wanted| e == *wanted)))
        .collect()
}

fn read(file: &str) -> String {
    fs::read_to_string(repository().join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

/// The program's source files.
fn sources() -> Vec<String> {
    let found = with_extension(files_under("src"), &["rs"]);
    assert!(found.iter().any(|file| file == "src/lib.rs"), "src was not read: {found:?}");
    found
}

/// The Rust files of the repository.
fn rust_files() -> Vec<String> {
    ["src", "tests", "benches", "fuzz"]
        .into_iter()
        .flat_map(|folder| with_extension(files_under(folder), &["rs"]))
        .collect()
}

/// The documents: those of the top level, and those beside what they describe.
fn documents() -> Vec<String> {
    let mut found = with_extension(
        fs::read_dir(repository())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
            .collect(),
        &["md"],
    );
    for folder in ["docs", "benches", "tests", "assets"] {
        found.extend(with_extension(files_under(folder), &["md"]));
    }
    found
}

#[track_caller]
fn assert_none(complaints: &[String], rule: &str) {
    assert!(complaints.is_empty(), "{rule}:\n  {}", complaints.join("\n  "));
}

/// The room of a source file: its folder in `src`, or the stem of a file that lies there directly.
fn room_of(file: &str) -> &str {
    let inside = file.strip_prefix("src/").unwrap_or(file);
    inside.split('/').next().unwrap_or_default().trim_end_matches(".rs")
}

/// How many modules a source file lies below the crate's root.
fn depth_of(file: &str) -> usize {
    let inside = file.strip_prefix("src/").unwrap_or(file);
    let folders = inside.matches('/').count();
    match inside.rsplit('/').next() {
        Some("mod.rs" | "lib.rs" | "main.rs") => folders,
        _ => folders + 1,
    }
}

fn floor_of(room: &str) -> Option<usize> {
    FLOORS.iter().position(|floor| floor.contains(&room))
}

/// Imports of `file` that go up or sideways. The roots of the two crates stand outside the order.
fn wrong_imports(file: &str, source: &str) -> Vec<String> {
    let room = room_of(file);
    if matches!(room, "lib" | "main") {
        return Vec::new();
    }
    let Some(floor) = floor_of(room) else {
        return vec![format!("{file}: room `{room}` has no place in FLOORS")];
    };
    let mut complaints = Vec::new();
    for (root, line) in roots(source, depth_of(file)) {
        let Root::Crate(other) = root else { continue };
        match floor_of(&other) {
            Some(below) if below < floor => {}
            _ if other == room => {}
            Some(_) => complaints.push(format!("{file}:{line}: `{room}` may not import `{other}`")),
            None => complaints.push(format!("{file}:{line}: `crate::{other}` is not a room; name the room it is in")),
        }
    }
    complaints
}

/// Libraries that `file` names although they live in another room.
fn wrong_libraries(file: &str, source: &str) -> Vec<String> {
    let room = room_of(file);
    let mut complaints = BTreeSet::new();
    for (root, line) in roots(source, depth_of(file)) {
        let Root::Outer(library) = root else { continue };
        let owned = OWNERS.iter().find(|(name, rooms)| *name == library && !rooms.contains(&room));
        let strange = STRANGERS.iter().find(|(name, rooms)| *name == library && rooms.contains(&room));
        let is_in = |folders: &[&str]| folders.iter().any(|folder| file.starts_with(folder));
        let apart = FOLDERS.iter().find(|(name, folders)| *name == library && !is_in(folders));
        if let Some((_, folders)) = apart {
            complaints.insert((line, format!("{file}:{line}: `{library}` is for {} alone", folders.join(", "))));
        } else if let Some((_, rooms)) = owned {
            complaints.insert((line, format!("{file}:{line}: `{library}` is for {} alone", rooms.join(", "))));
        } else if strange.is_some() {
            complaints.insert((line, format!("{file}:{line}: `{library}` is not for `{room}`")));
        }
    }
    complaints.into_iter().map(|(_, complaint)| complaint).collect()
}

fn forbidden_macros(file: &str, source: &str) -> Vec<String> {
    let tokens = tokens(source);
    let sign = |at: usize, wanted: char| tokens.get(at).is_some_and(|placed| placed.token == Token::Sign(wanted));
    let mut complaints = Vec::new();
    for (at, placed) in tokens.iter().enumerate() {
        let Token::Word(word) = &placed.token else { continue };
        // `dbg != x` compares.
        if FORBIDDEN_MACROS.contains(&word.as_str()) && sign(at + 1, '!') && !sign(at + 2, '=') {
            complaints.push(format!("{file}:{}: `{word}!`", placed.line));
        }
    }
    complaints
}

fn tabs(file: &str, text: &str) -> Vec<String> {
    let lines = text.lines().enumerate().filter(|(_, line)| line.contains('\t'));
    lines.map(|(index, _)| format!("{file}:{}: a tab", index + 1)).collect()
}

/// `path` with `.` and `..` taken out; `None` when it leads above the repository.
fn normalised(path: &Path) -> Option<String> {
    let mut parts = Vec::new();
    for component in path.components() {
        match component {
            Component::Normal(name) => parts.push(name.to_str()?),
            Component::ParentDir => {
                parts.pop()?;
            }
            Component::CurDir => {}
            Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    Some(parts.join("/"))
}

/// A link that stays in the repository: the file it leads to, and the heading in it.
fn local_target(document: &str, target: &str) -> Option<(PathBuf, Option<String>)> {
    if target.contains("://") || target.starts_with("mailto:") {
        return None;
    }
    let (path, anchor) = match target.split_once('#') {
        Some((path, anchor)) => (path, Some(anchor.to_owned())),
        None => (target, None),
    };
    let folder = Path::new(document).parent().unwrap_or(Path::new(""));
    Some((if path.is_empty() { PathBuf::from(document) } else { folder.join(path) }, anchor))
}

/// Links of `document` that lead nowhere. `look_up` gives the text of a file (empty for a folder or an image).
fn broken_links(document: &str, text: &str, look_up: impl Fn(&str) -> Option<String>) -> Vec<String> {
    let mut complaints = Vec::new();
    for link in markdown::links(text) {
        let Some((path, anchor)) = local_target(document, &link.target) else { continue };
        let found = normalised(&path).and_then(|path| look_up(&path));
        let complaint = match (found, anchor) {
            (None, _) => "is not there",
            (Some(text), Some(anchor)) if !markdown::anchors(&text).contains(&anchor) => "has no such heading",
            _ => continue,
        };
        complaints.push(format!("{document}:{}: {} {complaint}", link.line, link.target));
    }
    complaints
}

/// Which of `documents` and other files can be reached from `start` by links.
fn reachable(start: &str, documents: &BTreeMap<String, String>) -> BTreeSet<String> {
    let mut seen = BTreeSet::new();
    let mut open = vec![start.to_owned()];
    while let Some(file) = open.pop() {
        if !seen.insert(file.clone()) {
            continue;
        }
        for link in documents.get(&file).map(|text| markdown::links(text)).unwrap_or_default() {
            open.extend(local_target(&file, &link.target).and_then(|(path, _)| normalised(&path)));
        }
    }
    seen
}

#[test]
fn imports_point_one_way() {
    let complaints: Vec<_> = sources().iter().flat_map(|file| wrong_imports(file, &read(file))).collect();
    assert_none(
        &complaints,
        "model <- {lake, formats, frames, filter} <- catalog <- {export, sample, tasks} <- session <- {cli, gui}",
    );
}

#[test]
fn every_room_has_its_place() {
    let declared: BTreeSet<_> = tokens(&read("src/lib.rs"))
        .windows(2)
        .filter_map(|pair| match (&pair[0].token, &pair[1].token) {
            (Token::Word(keyword), Token::Word(name)) if keyword == "mod" => Some(name.clone()),
            _ => None,
        })
        .collect();
    let placed: BTreeSet<_> = FLOORS.iter().flat_map(|floor| floor.iter().map(|room| (*room).to_owned())).collect();
    assert_eq!(declared, placed, "modules of src/lib.rs (left) and FLOORS (right)");
    let map = read("ARCHITECTURE.md");
    let untold: Vec<_> = placed.iter().filter(|room| !map.contains(&format!("  {room}/"))).collect();
    assert!(untold.is_empty(), "ARCHITECTURE.md does not show these rooms: {untold:?}");
}

#[test]
fn libraries_stay_in_their_rooms() {
    let manifest = read("Cargo.toml");
    let libraries = OWNERS.iter().chain(STRANGERS).map(|(library, _)| *library);
    for library in libraries.chain(FOLDERS.iter().map(|(library, _)| *library)) {
        let in_manifest = library.replace("spark_connect_", "spark-connect-");
        let is_dependency = manifest.lines().any(|line| line.split([' ', '=']).next() == Some(&in_manifest));
        assert!(is_dependency, "`{library}` is no dependency of Cargo.toml; this test would hold nothing");
    }
    let complaints: Vec<_> = sources().iter().flat_map(|file| wrong_libraries(file, &read(file))).collect();
    assert_none(&complaints, "libraries outside their rooms");
}

#[test]
fn files_stay_short() {
    let long: Vec<_> = rust_files()
        .iter()
        .map(|file| (read(file).lines().count(), file))
        .filter(|(lines, _)| *lines > MAX_LINES)
        .map(|(lines, file)| format!("{file}: {lines} lines"))
        .collect();
    assert_none(&long, &format!("files past {MAX_LINES} lines"));
}

#[test]
fn modules_say_what_lives_in_them() {
    let mute: Vec<_> = rust_files().into_iter().filter(|file| !read(file).starts_with("//! ")).collect();
    assert_none(&mute, "files that do not open with `//!`");
}

#[test]
fn no_holes_are_left() {
    let complaints: Vec<_> = sources().iter().flat_map(|file| forbidden_macros(file, &read(file))).collect();
    assert_none(&complaints, "macros that do not belong in finished code");
}

#[test]
fn text_has_no_tabs() {
    let mut files = rust_files();
    files.extend(documents());
    files.extend(["Cargo.toml", "rustfmt.toml", ".ci/run"].map(str::to_owned));
    files.extend(with_extension(files_under(".ci"), &["sh"]));
    for folder in ["tests", "benches", "fuzz"] {
        files.extend(with_extension(files_under(folder), &["py", "txt", "toml"]));
    }
    let complaints: Vec<_> = files.iter().flat_map(|file| tabs(file, &read(file))).collect();
    assert_none(&complaints, "tabs");
}

#[test]
fn links_lead_somewhere() {
    let look_up = |path: &str| {
        let full = repository().join(path);
        full.exists().then(|| fs::read_to_string(full).unwrap_or_default())
    };
    let complaints: Vec<_> = documents().iter().flat_map(|file| broken_links(file, &read(file), look_up)).collect();
    assert_none(&complaints, "links that lead nowhere");
}

#[test]
fn every_document_can_be_found() {
    let texts: BTreeMap<_, _> = documents().into_iter().map(|file| (file.clone(), read(&file))).collect();
    let seen = reachable("README.md", &texts);
    let docs = files_under("docs");
    assert!(!docs.is_empty(), "docs was not read");
    let lost: Vec<_> = docs.into_iter().chain(texts.keys().cloned()).filter(|file| !seen.contains(file)).collect();
    assert_none(&lost, "documents that no chain of links from README.md reaches");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_wrong_imports() {
        for (file, source, expected) in [
            ("src/catalog/mod.rs", "use crate::model::Label;", 0),
            ("src/catalog/write.rs", "use crate::catalog::read; use crate::frames::Layout;", 0),
            ("src/catalog/write.rs", "use super::super::session::Session;", 1),
            ("src/catalog/write.rs", "use crate::{frames::Layout,\n session::Session};", 1),
            ("src/frames/mod.rs", "use crate::formats::Table;", 1),
            ("src/model/mod.rs", "use crate::jobs::Pool;", 1),
            ("src/gui/mod.rs", "use crate::cli::print;", 1),
            ("src/gui/mod.rs", "use crate::*;", 1),
            ("src/gui/mod.rs", "use crate::Session;", 1),
            ("src/attic/mod.rs", "", 1),
            ("src/main.rs", "use lakescope::cli;", 0),
        ] {
            assert_eq!(wrong_imports(file, source).len(), expected, "{file}: {source}");
        }
        let line = "src/lake/mod.rs:2: `lake` may not import `catalog`";
        assert_eq!(wrong_imports("src/lake/mod.rs", "\nuse crate::catalog::Catalog;"), [line]);
    }

    #[test]
    fn tells_wrong_libraries() {
        for (file, source, expected) in [
            ("src/gui/app.rs", "use egui::Ui;", 0),
            ("src/cli/mod.rs", "use egui::Ui;", 1),
            ("src/lake/mod.rs", "use {clap, serde};", 1),
            ("src/main.rs", "fn main() { eframe::run_native(); }", 1),
            ("src/catalog/mod.rs", "rusqlite::Connection::open(path)", 0),
            ("src/session/mod.rs", "rusqlite::Connection::open(path)", 1),
            ("src/formats/csv.rs", "use polars::prelude::*;", 0),
            ("src/gui/plot.rs", "use polars::prelude::*;", 1),
            ("src/analytics/engine/remote/call.rs", "use tokio::time::sleep; use spark_connect_core::runtime;", 0),
            ("src/analytics/engine/local.rs", "use tokio::time::sleep;", 1),
            ("src/session/mod.rs", "spark_connect_proto::Plan::default()", 1),
        ] {
            assert_eq!(wrong_libraries(file, source).len(), expected, "{file}: {source}");
        }
    }

    #[test]
    fn tells_rooms_and_depths() {
        for (file, room, depth) in [
            ("src/lib.rs", "lib", 0),
            ("src/model/mod.rs", "model", 1),
            ("src/model/time.rs", "model", 2),
            ("src/gui/widgets/mod.rs", "gui", 2),
            ("src/gui/widgets/grid.rs", "gui", 3),
        ] {
            assert_eq!((room_of(file), depth_of(file)), (room, depth), "{file}");
        }
    }

    #[test]
    fn tells_forbidden_macros() {
        let source =
            "fn f() { todo!() }\nfn g() { std::dbg!(1); }\n// todo!()\nlet ok = todo != 1; let text = \"dbg!(x)\";";
        assert_eq!(forbidden_macros("f.rs", source), ["f.rs:1: `todo!`", "f.rs:2: `dbg!`"]);
    }

    #[test]
    fn tells_tabs() {
        assert_eq!(tabs("a.md", "one\ntwo\t\n"), ["a.md:2: a tab"]);
    }

    #[test]
    fn tells_broken_links() {
        let look_up = |path: &str| match path {
            "docs/cli.md" => Some("# Command line\n".to_owned()),
            "docs/images/a.png" | "README.md" => Some(String::new()),
            _ => None,
        };
        for (target, expected) in [
            ("cli.md", None),
            ("cli.md#command-line", None),
            ("cli.md#window", Some("docs/a.md:1: cli.md#window has no such heading")),
            ("../README.md", None),
            ("images/a.png", None),
            ("images/b.png", Some("docs/a.md:1: images/b.png is not there")),
            ("../../outside.md", Some("docs/a.md:1: ../../outside.md is not there")),
            ("/README.md", Some("docs/a.md:1: /README.md is not there")),
            ("https://example.org/x", None),
            ("#here", None),
        ] {
            let text = format!("[x]({target})");
            let with_itself = |path: &str| if path == "docs/a.md" { Some("# Here".to_owned()) } else { look_up(path) };
            let expected: Vec<_> = expected.into_iter().collect();
            assert_eq!(broken_links("docs/a.md", &text, with_itself), expected, "{target}");
        }
    }

    #[test]
    fn follows_links_from_document_to_document() {
        let documents = BTreeMap::from([
            ("README.md".to_owned(), "[a](docs/a.md)".to_owned()),
            ("docs/a.md".to_owned(), "![p](images/p.png) [b](b.md)".to_owned()),
            ("docs/b.md".to_owned(), "[up](../README.md)".to_owned()),
            ("docs/lost.md".to_owned(), "[a](a.md)".to_owned()),
        ]);
        let seen = reachable("README.md", &documents);
        let expected = ["README.md", "docs/a.md", "docs/b.md", "docs/images/p.png"];
        assert_eq!(seen.into_iter().collect::<Vec<_>>(), expected);
    }
}
