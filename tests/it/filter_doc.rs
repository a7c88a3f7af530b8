//! The examples of `docs/filter.md` and the numbers that stand beside them, on the lake that comes with the project.

use std::path::Path;

use lakescope::{
    jobs::Progress,
    session::{OpenOptions, Session},
};

use crate::harness::copy;

/// The examples in tables that end in the columns `example` and `frames`: line number, filter, number.
fn examples(text: &str) -> Vec<(usize, String, String)> {
    let mut found = Vec::new();
    let mut inside = false;
    for (at, line) in text.lines().enumerate() {
        let cells: Vec<&str> = line.trim().trim_matches('|').split('|').map(str::trim).collect();
        match cells.as_slice() {
            _ if !line.starts_with('|') => inside = false,
            [.., "example", "frames"] => inside = true,
            [.., example, frames] if inside && !frames.starts_with("---") => {
                found.push((at + 1, example.trim_matches('`').to_owned(), (*frames).to_owned()));
            }
            _ => {}
        }
    }
    found
}

#[test]
fn the_examples_of_the_filter_language_count_what_they_say() {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(repository.join("docs/filter.md")).unwrap();
    let examples = examples(&text);
    assert!(examples.len() >= 40, "only {} examples were found", examples.len());

    let folder = tempfile::tempdir().unwrap();
    let lake = folder.path().join("lake");
    copy(&repository.join("sample_lake"), &lake);
    let options = OpenOptions {
        reader_exe: Some(env!("CARGO_BIN_EXE_lakescope").into()),
        user_dir: Some(folder.path().join("user")),
        ..OpenOptions::default()
    };
    let session = Session::open(&lake, options).unwrap();
    session.index(&Progress::new()).unwrap();
    let table = session.table().unwrap();
    let mut wrong = Vec::new();
    for (line, filter, frames) in examples {
        let found = session.find(&table, &filter).unwrap_or_else(|error| panic!("line {line}: {error}"));
        if found.count().to_string() != frames {
            wrong.push(format!("line {line}: {filter} lets {} frames through, not {frames}", found.count()));
        }
        // Again from what was worked out the first time.
        assert_eq!(session.find(&table, &filter).unwrap(), found, "{filter}");
    }
    assert!(wrong.is_empty(), "docs/filter.md is wrong:\n{}", wrong.join("\n"));
}
