//! What the window shows, as a command that gives the same on the command line.

use std::path::Path;

use super::dialogs::{ExportDraft, ExportFrames};
pub use super::grid_command::grid;
use crate::session::{ExportImages, ExportLabels, ExportScope};

/// The command that lists what an open view that was not changed shows; `spans` where it does not say so itself.
pub fn view(root: &Path, name: &str, spans: bool) -> String {
    let spans = if spans { " --as spans" } else { "" };
    format!("lakescope frames {} --view={}{spans}", quoted(&root.display().to_string()), quoted(name))
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

/// A task.
pub fn run(root: &Path, task: &str) -> String {
    let mut words = command(root, "run");
    words.push(quoted(task));
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

fn command(root: &Path, name: &str) -> Vec<String> {
    vec!["lakescope".to_owned(), name.to_owned(), quoted(&root.display().to_string())]
}

/// The command that writes an export; of selected frames, with this list of them.
pub fn export(root: &Path, draft: &ExportDraft, list: &Path) -> String {
    let mut words = vec!["lakescope".to_owned(), "export".to_owned(), quoted(&root.display().to_string())];
    match &draft.frames {
        ExportFrames::All => {}
        ExportFrames::Filtered(filter) if filter.trim().is_empty() => {}
        ExportFrames::Filtered(filter) | ExportFrames::Between(filter) => {
            words.extend(["--where".to_owned(), quoted(filter.trim())]);
        }
        ExportFrames::Saved(name) => words.push(format!("--selection={}", quoted(name))),
        ExportFrames::View(name) => words.push(format!("--view={}", quoted(name))),
        ExportFrames::Selected => words.extend(["--frames".to_owned(), quoted(&list.display().to_string())]),
    }
    for (option, text) in [("--every", &draft.every), ("--around", &draft.around)] {
        if !text.trim().is_empty() {
            words.extend([option.to_owned(), quoted(text.trim())]);
        }
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
    words.join(" ")
}

/// The command that compares two scopes.
pub fn compare(root: &Path, a: &ExportScope, b: &ExportScope) -> String {
    let side = |scope: &ExportScope| match scope {
        ExportScope::Filter(filter) => quoted(&format!("filter:{}", filter.trim())),
        ExportScope::Selection(name) => quoted(&format!("selection:{name}")),
        ExportScope::View(name) => quoted(&format!("view:{name}")),
        // Frames one by one are never compared.
        ExportScope::Frames(_) => "all".to_owned(),
    };
    format!("lakescope compare {} {} {}", quoted(&root.display().to_string()), side(a), side(b))
}

/// For a POSIX shell: as it is when every character is plain, else in single quotes.
pub fn quoted(text: &str) -> String {
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
        assert_eq!(view(Path::new("/l"), "a b", false), "lakescope frames /l --view='a b'");
        assert_eq!(view(Path::new("/l"), "a", true), "lakescope frames /l --view=a --as spans");
        let (a, b) = (ExportScope::Filter("speed > 1".into()), ExportScope::Selection("odd".into()));
        assert_eq!(compare(Path::new("/l"), &a, &b), "lakescope compare /l 'filter:speed > 1' selection:odd");
        let lake = Path::new("/l");
        for (told, expected) in [
            (frame(lake, "a/front/7", true), "lakescope frame /l a/front/7 --out a-front-7.png --labels"),
            (runs(lake, Some(3)), "lakescope runs /l --log 3"),
            (run(lake, "analysis/by day"), "lakescope run /l 'analysis/by day'"),
            (verify(lake, Some("drive_0*")), "lakescope verify /l --recording 'drive_0*'"),
            (checksums(lake, true), "lakescope index /l --checksums --accept-changes"),
        ] {
            assert_eq!(told, expected);
        }
    }

    #[test]
    fn an_export_is_told_as_the_dialog_has_it() {
        let mut draft = ExportDraft {
            frames: ExportFrames::Saved("rain".into()),
            images: ExportImages::Png,
            labels: Some(ExportLabels::KittiTracking),
            spreadsheet: true,
            every: "1 s".into(),
            around: String::new(),
            out: "/tmp/x".into(),
        };
        let expected = "lakescope export /l --selection=rain --every '1 s' --out /tmp/x --images png --labels kitti-tracking --spreadsheet";
        assert_eq!(export(Path::new("/l"), &draft, &draft.list()), expected);
        draft.frames = ExportFrames::View("wet days".into());
        let told = export(Path::new("/l"), &draft, &draft.list());
        assert!(told.starts_with("lakescope export /l --view='wet days' --every"), "{told}");
        draft.frames = ExportFrames::Selected;
        let told = export(Path::new("/l"), &draft, &draft.list());
        assert!(
            told.starts_with("lakescope export /l --frames /tmp/x-frames.csv --every '1 s' --out /tmp/x"),
            "{told}"
        );
    }
}
