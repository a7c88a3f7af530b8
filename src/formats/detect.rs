//! What a file is, for lakes that do not follow the native layout: by its name first, then by a look at its contents.

use std::{io::Read, path::Path};

use super::{
    csv_table,
    error::open_regular,
    label_files::is_bdd,
    labels_table::are_labels,
    locations::are_locations,
    metrics_table::{is_mcap, is_mdf},
    parquet_table,
    table::{TableKind, table_kind},
    time_axis::is_time_name,
};

/// How much of a text file is looked at.
const HEAD_BYTES: u64 = 64 << 10;

/// A kind of file that this room reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FileKind {
    /// For [`super::read_metrics`].
    Metrics,
    /// For [`super::read_labels_table`].
    LabelTable,
    /// For [`super::read_labels_coco`].
    CocoLabels,
    /// For [`super::read_label_files`].
    BddLabels,
    /// For [`super::read_recording_toml`].
    Recording,
    /// For [`super::read_locations`].
    Locations,
}

/// The kind of a file, `None` for what this room does not read (and for what cannot be opened).
///
/// A table is one of labels when its columns name a class and a box or a frame, or when it lies in a folder `labels`
/// and has a class; one of locations by its two columns; otherwise one of metrics, when it has a time column by name or
/// type or lies in a folder `metrics`. Detection events (with a `detection_oid`) are none of these.
#[must_use]
pub fn detect(path: &Path) -> Option<FileKind> {
    if path.file_name().is_some_and(|name| name.eq_ignore_ascii_case("recording.toml")) {
        return Some(FileKind::Recording);
    }
    if path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("json")) {
        let head = head(path)?;
        if is_coco(&head) {
            return Some(FileKind::CocoLabels);
        }
        return is_bdd(&String::from_utf8_lossy(&head)).then_some(FileKind::BddLabels);
    }
    if is_mdf(path) || is_mcap(path) {
        return Some(FileKind::Metrics);
    }
    let kind = table_kind(path)?;
    let is_parquet = kind == TableKind::Parquet || head(path)?.starts_with(b"PAR1");
    let (names, dated) =
        if is_parquet { parquet_table::column_names(path)? } else { csv_table::column_names(path, head(path)?)? };
    let has = |wanted: &str| names.iter().any(|name| name.eq_ignore_ascii_case(wanted));
    if has("detection_oid") {
        return None;
    }
    if are_locations(&names) {
        return Some(FileKind::Locations);
    }
    if are_labels(&names) || (lies_in(path, "labels") && (has("class") || has("label") || has("category"))) {
        return Some(FileKind::LabelTable);
    }
    let timed = dated || names.iter().any(|name| is_time_name(name));
    (timed || lies_in(path, "metrics")).then_some(FileKind::Metrics)
}

fn lies_in(path: &Path, folder: &str) -> bool {
    path.parent().and_then(Path::file_name).is_some_and(|name| name.eq_ignore_ascii_case(folder))
}

fn head(path: &Path) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    open_regular(path).ok()?.take(HEAD_BYTES).read_to_end(&mut bytes).ok()?;
    // The last line may be cut inside a character.
    if bytes.len() as u64 == HEAD_BYTES
        && let Some(end) = bytes.iter().rposition(|byte| *byte == b'\n')
    {
        bytes.truncate(end + 1);
    }
    Some(bytes)
}

/// Whether JSON text begins as a COCO file does: an object with one of its lists, or a list of results.
pub(super) fn is_coco(head: &[u8]) -> bool {
    let text = String::from_utf8_lossy(head);
    let text = text.trim_start_matches('\u{feff}').trim_start();
    let has = |key: &str| text.contains(&format!("\"{key}\""));
    match text.as_bytes().first() {
        Some(b'{') => {
            (has("images") || has("annotations") || has("categories"))
                && (has("file_name") || has("image_id") || has("bbox") || has("supercategory"))
        }
        Some(b'[') => has("image_id") && (has("bbox") || has("category_id")),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_told_apart() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("labels")).unwrap();
        std::fs::create_dir(folder.path().join("metrics")).unwrap();
        for (name, contents, expected) in [
            ("a.csv", "timestamp_ns,speed\n1,2\n", Some(FileKind::Metrics)),
            ("b.csv", "frame,class,x,y,w,h\n", Some(FileKind::LabelTable)),
            ("c.tsv", "timestamp\tlabel\tx1\ty1\tx2\ty2\n", Some(FileKind::LabelTable)),
            ("labels/d.csv", "timestamp_ns,class\n", Some(FileKind::LabelTable)),
            ("metrics/e.csv", "speed,rpm\n1,2\n", Some(FileKind::Metrics)),
            ("f.csv", "speed,rpm\n1,2\n", None),
            ("o.csv", "when,rpm\n2024-05-01T08:00:00Z,2\n", Some(FileKind::Metrics)),
            ("g.csv", "geographical_location_oid,geographical_location\n", Some(FileKind::Locations)),
            ("h.csv", "geographical_location_oid,video_camera_oid,detection_oid,item_name,timestamp_detected\n", None),
            ("i.json", "{\"images\":[{\"id\":1,\"file_name\":\"1.png\"}],", Some(FileKind::CocoLabels)),
            ("j.json", " [{\"image_id\":1,\"category_id\":2,\"bbox\":[", Some(FileKind::CocoLabels)),
            ("n.json", "[{\"name\":\"1.jpg\",\"labels\":[{\"category\":\"car\",", Some(FileKind::BddLabels)),
            ("k.json", "{\"vehicle_status\":[]}", None),
            ("Recording.toml", "", Some(FileKind::Recording)),
            ("lake.toml", "", None),
            ("l.h5", "", None),
            ("m.parquet", "no parquet", None),
            ("n.csv", "", None),
        ] {
            let path = folder.path().join(name);
            std::fs::write(&path, contents).unwrap();
            assert_eq!(detect(&path), expected, "{name}");
        }
        assert_eq!(detect(&folder.path().join("none.csv")), None);
    }
}
