//! What the window shows, as a command that gives the same on the command line.

use super::{
    dialogs::{ExportDraft, ExportFrames},
    state::SortBy,
};
use crate::session::{ExportImages, ExportLabels, ExportScope};

/// The command that lists the frames of the grid.
pub fn frames(root: &str, filter: &str, sort: Option<&SortBy>) -> String {
    let mut words = vec!["lakescope".to_owned(), "frames".to_owned(), quoted(root)];
    if !filter.trim().is_empty() {
        words.extend(["--where".to_owned(), quoted(filter.trim())]);
    }
    if let Some(sort) = sort {
        let direction = if sort.descending { ":desc" } else { "" };
        words.extend(["--sort".to_owned(), quoted(&format!("{}{direction}", sort.column))]);
    }
    words.join(" ")
}

/// The command that lists the frames of an open view that was not changed.
pub fn view(root: &str, name: &str) -> String {
    format!("lakescope frames {} --view={}", quoted(root), quoted(name))
}

/// The command that writes an export; `None` for frames that only the window knows.
pub fn export(root: &str, draft: &ExportDraft) -> Option<String> {
    let mut words = vec!["lakescope".to_owned(), "export".to_owned(), quoted(root)];
    match &draft.frames {
        ExportFrames::All => {}
        ExportFrames::Filtered(filter) if filter.trim().is_empty() => {}
        ExportFrames::Filtered(filter) | ExportFrames::Between(filter) => {
            words.extend(["--where".to_owned(), quoted(filter.trim())]);
        }
        ExportFrames::Saved(name) => words.push(format!("--selection={}", quoted(name))),
        ExportFrames::Selected => return None,
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
    Some(words.join(" "))
}

/// The command that compares two scopes.
pub fn compare(root: &str, a: &ExportScope, b: &ExportScope) -> String {
    let side = |scope: &ExportScope| match scope {
        ExportScope::Filter(filter) => quoted(&format!("filter:{}", filter.trim())),
        ExportScope::Selection(name) => quoted(&format!("selection:{name}")),
        ExportScope::View(name) => quoted(&format!("view:{name}")),
        // Frames one by one are never compared.
        ExportScope::Frames(_) => "all".to_owned(),
    };
    format!("lakescope compare {} {} {}", quoted(root), side(a), side(b))
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
            assert_eq!(frames(root, filter, sort), expected);
        }
        assert_eq!(view("/l", "a b"), "lakescope frames /l --view='a b'");
        let (a, b) = (ExportScope::Filter("speed > 1".into()), ExportScope::Selection("odd".into()));
        assert_eq!(compare("/l", &a, &b), "lakescope compare /l 'filter:speed > 1' selection:odd");
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
        assert_eq!(export("/l", &draft).as_deref(), Some(expected));
        draft.frames = ExportFrames::Selected;
        assert_eq!(export("/l", &draft), None);
    }
}
