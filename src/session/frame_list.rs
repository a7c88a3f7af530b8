//! A list of frames in a file: the `frames.csv` of an export, or one name a line.

use std::{fs::File, path::Path};

use super::{ExportScope, Session, SessionError};
use crate::model::FrameId;

impl Session {
    /// The frames that a file lists: by its column `frame_id`, or one name a line. Of the `frames.csv` of an export with
    /// frames around others, those that `match` says are matches, so that the same export can be made of them again.
    ///
    /// # Errors
    /// The file cannot be read, or a line of it names no frame: which.
    pub fn frames_listed(&self, path: &Path) -> Result<ExportScope, SessionError> {
        listed(path).map(ExportScope::Frames)
    }
}

fn listed(path: &Path) -> Result<Vec<String>, SessionError> {
    let wrong = |why: &dyn std::fmt::Display| {
        SessionError::Usage(format!("the list of frames {} cannot be used: {why}", path.display()))
    };
    let file = File::open(path).map_err(|error| wrong(&error))?;
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(file);
    let (mut name_at, mut match_at) = (0, None);
    let mut frames = Vec::new();
    for (number, record) in reader.records().enumerate() {
        let record = record.map_err(|error| wrong(&error))?;
        if number == 0
            && let Some(at) = record.iter().position(|column| column.trim_start_matches('\u{feff}') == "frame_id")
        {
            (name_at, match_at) = (at, record.iter().position(|column| column == "match"));
            continue;
        }
        if match_at.and_then(|at| record.get(at)) == Some("false") {
            continue;
        }
        let line = record.position().map_or(number as u64 + 1, csv::Position::line);
        let name = record.get(name_at).unwrap_or_default().trim();
        // A file that is safe to open in a spreadsheet has a quote before what would be a formula.
        let name = name.strip_prefix('\'').filter(|rest| rest.starts_with(['=', '+', '-', '@'])).unwrap_or(name);
        if name.parse::<FrameId>().is_err() {
            return Err(wrong(&format_args!(
                "line {line} says `{name}`, which is no frame; one is RECORDING/CAMERA/NUMBER, in a column `frame_id` or \
                 alone in its line"
            )));
        }
        frames.push(name.to_owned());
    }
    Ok(frames)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_in_either_shape_are_read_and_a_wrong_line_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("list");
        for (text, expected) in [
            ("a/front/0\nb/c/front/12\n", Ok(vec!["a/front/0", "b/c/front/12"])),
            ("", Ok(vec![])),
            ("frame_id,speed\na/front/1,2\n\"a,b/front/2\",\n", Ok(vec!["a/front/1", "a,b/front/2"])),
            ("t,frame_id,match\n1,a/front/1,false\n2,a/front/2,true\n", Ok(vec!["a/front/2"])),
            ("frame_id\n'=a/front/1\n'b/front/1\n", Ok(vec!["=a/front/1", "'b/front/1"])),
            ("a/front/0\nfront\n", Err("line 2 says `front`")),
            ("speed\n3\n", Err("line 1 says `speed`")),
        ] {
            std::fs::write(&path, text).unwrap();
            match (listed(&path), expected) {
                (Ok(frames), Ok(expected)) => assert_eq!(frames, expected, "{text}"),
                (Err(error), Err(expected)) => assert!(error.to_string().contains(expected), "{text}: {error}"),
                (found, _) => panic!("{text}: {found:?}"),
            }
        }
        assert!(listed(&folder.path().join("none")).is_err());
    }
}
