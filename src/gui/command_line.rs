//! What is shown, as the command that gives the same on the command line.

use std::path::Path;

use super::{
    dialogs::{ExportDraft, ExportFrames},
    state::SortBy,
};
use crate::session::{ExportImages, ExportLabels};

/// The frames of the grid in their order.
pub fn frames(root: &Path, filter: &str, sort: Option<&SortBy>) -> String {
    let mut words = command(root, "frames");
    with_filter(&mut words, filter);
    if let Some(sort) = sort {
        let direction = if sort.descending { ":desc" } else { "" };
        words.extend(["--sort".to_owned(), quoted(&format!("{}{direction}", sort.column))]);
    }
    words.join(" ")
}

/// One frame as an image.
pub fn frame(root: &Path, frame: &str, boxes: bool) -> String {
    let mut words = command(root, "frame");
    let file = format!("{}.png", frame.replace('/', "-"));
    words.extend([quoted(frame), "--out".to_owned(), quoted(&file)]);
    if boxes {
        words.push("--labels".to_owned());
    }
    words.join(" ")
}

/// The list of runs, or the log of one.
pub fn runs(root: &Path, run: Option<i64>) -> String {
    let mut words = command(root, "runs");
    if let Some(run) = run {
        words.extend(["--log".to_owned(), run.to_string()]);
    }
    words.join(" ")
}

/// Recording checksums.
pub fn checksums(root: &Path, accept_changes: bool) -> String {
    let mut words = command(root, "index");
    words.push("--checksums".to_owned());
    if accept_changes {
        words.push("--accept-changes".to_owned());
    }
    words.join(" ")
}

/// Verifying.
pub fn verify(root: &Path, recording: Option<&str>) -> String {
    let mut words = command(root, "verify");
    if let Some(recording) = recording {
        words.extend(["--recording".to_owned(), quoted(recording)]);
    }
    words.join(" ")
}

/// An export; `None` for frames that were chosen by hand and have no name that a command could say.
pub fn export(root: &Path, filter: &str, draft: &ExportDraft) -> Option<String> {
    let mut words = command(root, "export");
    match draft.frames {
        ExportFrames::All => {}
        ExportFrames::Filtered => with_filter(&mut words, filter),
        ExportFrames::Selected => return None,
    }
    words.extend(["--out".to_owned(), quoted(draft.out.trim())]);
    let images = match draft.images {
        ExportImages::None => "none",
        ExportImages::Png => "png",
        ExportImages::Jpeg => "jpeg",
        ExportImages::Original => "original",
    };
    words.extend(["--images".to_owned(), images.to_owned()]);
    let labels = match draft.labels {
        None => "none",
        Some(ExportLabels::Csv) => "csv",
        Some(ExportLabels::Coco) => "coco",
        Some(ExportLabels::Yolo) => "yolo",
        Some(ExportLabels::Kitti) => "kitti",
        Some(ExportLabels::KittiTracking) => "kitti-tracking",
        Some(ExportLabels::Voc) => "voc",
        Some(ExportLabels::Cvat) => "cvat",
        Some(ExportLabels::Bdd) => "bdd",
    };
    words.extend(["--labels".to_owned(), labels.to_owned()]);
    if draft.spreadsheet {
        words.push("--spreadsheet".to_owned());
    }
    Some(words.join(" "))
}

fn command(root: &Path, name: &str) -> Vec<String> {
    vec!["lakescope".to_owned(), name.to_owned(), quoted(&root.display().to_string())]
}

fn with_filter(words: &mut Vec<String>, filter: &str) {
    if !filter.trim().is_empty() {
        words.extend(["--where".to_owned(), quoted(filter.trim())]);
    }
}

/// For a POSIX shell: as it is when every character is plain, else in single quotes.
fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-:+,=@%".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_can_be_pasted() {
        let sort = SortBy { column: "speed".into(), descending: true };
        for (root, filter, sort, expected) in [
            ("/data/lake", "", None, "lakescope frames /data/lake"),
            ("my lake", "speed > 15", None, "lakescope frames 'my lake' --where 'speed > 15'"),
            (
                "/l",
                "weather = 'rain'",
                Some(&sort),
                r"lakescope frames /l --where 'weather = '\''rain'\''' --sort speed:desc",
            ),
        ] {
            assert_eq!(frames(Path::new(root), filter, sort), expected);
        }
        let lake = Path::new("/l");
        for (told, expected) in [
            (frame(lake, "a/front/7", true), "lakescope frame /l a/front/7 --out a-front-7.png --labels"),
            (runs(lake, Some(3)), "lakescope runs /l --log 3"),
            (verify(lake, Some("drive_0*")), "lakescope verify /l --recording 'drive_0*'"),
            (checksums(lake, true), "lakescope index /l --checksums --accept-changes"),
        ] {
            assert_eq!(told, expected);
        }
    }

    #[test]
    fn an_export_tells_all_that_was_chosen() {
        let mut draft = ExportDraft {
            frames: ExportFrames::Filtered,
            images: ExportImages::Jpeg,
            labels: Some(ExportLabels::Coco),
            spreadsheet: true,
            out: "/tmp/two words".into(),
        };
        let expected =
            "lakescope export /l --where 'has(car)' --out '/tmp/two words' --images jpeg --labels coco --spreadsheet";
        assert_eq!(export(Path::new("/l"), "has(car)", &draft).as_deref(), Some(expected));
        draft.labels = None;
        draft.frames = ExportFrames::All;
        let told = export(Path::new("/l"), "has(car)", &draft).unwrap_or_default();
        assert!(told.contains("--labels none") && !told.contains("--where"), "{told}");
        draft.frames = ExportFrames::Selected;
        assert_eq!(export(Path::new("/l"), "", &draft), None);
    }
}
