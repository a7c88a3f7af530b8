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

/// Every other piece of code that is a whole filter: blocks that no language is named of, and what facets own. Line and text.
fn others(text: &str) -> Vec<(usize, String)> {
    let lines: Vec<&str> = text.lines().collect();
    let mut found = Vec::new();
    let begin = lines.iter().position(|line| *line == "```").unwrap();
    let length = lines[begin + 1..].iter().position(|line| *line == "```").unwrap();
    found.push((begin + 2, lines[begin + 1..begin + 1 + length].join("\n")));
    let facets = lines.iter().position(|line| *line == "| facet | owns |").unwrap();
    for (at, line) in lines.iter().enumerate().skip(facets + 2).take_while(|(_, line)| line.starts_with('|')) {
        let code = line.split('`').skip(1).step_by(2).filter(|code| !code.contains('…'));
        found.extend(code.map(|code| (at + 1, code.to_owned())));
    }
    found
}

#[test]
fn the_examples_of_the_filter_language_count_what_they_say() {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(repository.join("docs/filter.md")).unwrap();
    let examples = examples(&text);
    assert!(examples.len() >= 60, "only {} examples were found", examples.len());

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
    let others = others(&text);
    assert!(others.len() > 15, "{others:?}");
    assert!(session.find(&table, &others[0].1).is_ok_and(|found| found.count() > 0), "{}", others[0].1);
    for (line, filter) in others {
        if let Err(error) = session.find(&table, &filter) {
            wrong.push(format!("line {line}: {filter}: {error}"));
        }
    }
    assert!(wrong.is_empty(), "docs/filter.md is wrong:\n{}", wrong.join("\n"));
}
