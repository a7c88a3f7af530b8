//! Values of all kinds that files have, and files that are damaged.

use std::fs;

use polars::prelude::{DataFrame, IntoColumn as _, NamedFrom as _, ParquetWriter, Series};
use proptest::prelude::*;

use super::*;

#[test]
fn times_tell_their_unit_by_their_size() {
    for (value, unit, expected) in [
        (1_700_000_000, None, Some(1_700_000_000_000_000_000)),
        (1_700_000_000_123, None, Some(1_700_000_000_123_000_000)),
        (1_700_000_000_123_456, None, Some(1_700_000_000_123_456_000)),
        (1_700_000_000_123_456_789, None, Some(1_700_000_000_123_456_789)),
        (-5, None, Some(-5_000_000_000)),
        (5, Some(TimeUnit::Ms), Some(5_000_000)),
        (99_999_999_999, None, None),
        (i64::MIN, None, Some(i64::MIN)),
    ] {
        assert_eq!(time_ns(value, unit), expected, "{value}");
    }
}

fn all(path: &std::path::Path) -> Result<(Vec<String>, PartReport), FormatError> {
    let set = EventSet::find(path)?;
    let mut rows = Vec::new();
    let mut whole = PartReport::default();
    for part in &set.parts {
        let report = part.read(
            Wanted { item: true, detection: true, camera: true, time: true },
            &EventOptions::default(),
            &mut |batch, words| {
                for at in 0..batch.len() {
                    let value = |values: &[i64], valid: &[bool]| {
                        if valid.get(at) == Some(&false) { "-".to_owned() } else { values[at].to_string() }
                    };
                    let location =
                        words.locations.get(batch.locations[at] as usize).map_or("-".to_owned(), i64::to_string);
                    let item = words.items.get(batch.items[at] as usize).map_or("-", String::as_str);
                    rows.push(format!(
                        "{location} {} {} {item} {}",
                        value(&batch.cameras, &batch.camera_valid),
                        value(&batch.detections, &batch.detection_valid),
                        value(&batch.times_ns, &batch.time_valid),
                    ));
                }
                true
            },
        )?;
        whole.rows += report.rows;
        whole.bad_rows.append(report.bad_rows);
    }
    Ok((rows, whole))
}

/// Fields of an event that has none of them.
const OTHERS: &str = "\"video_camera_oid\":null,\"detection_oid\":null,\"timestamp_detected\":null";

#[test]
fn text_files_are_read_line_by_line() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.csv");
    fs::write(
        &path,
        "\u{feff}geographical_location_oid;ideo_camera_oid;detection_oid;item_name;timestamp_detected\n\
         1;2;3;\"a;b\";1700000000\n;;;;\nx;2;3;car;5\n1;2\n",
    )
    .unwrap();
    let (rows, report) = all(&path).unwrap();
    assert_eq!(rows, ["1 2 3 a;b 1700000000000000000", "- - - - -"]);
    assert_eq!((report.rows, report.bad_rows.total()), (4, 2));
    assert!(report.bad_rows.reasons().iter().any(|reason| reason.examples == ["line 4"]), "{report:?}");

    let path = folder.path().join("b.ndjson");
    let long = format!("{{\"item_name\":\"{}\"}}", "x".repeat(2 << 20));
    fs::write(
        &path,
        format!("{long}\n{{\"geographical_location_oid\":1,\"item_name\":\"\\u00e9\",{OTHERS}}}\r\n[]\n{{}}"),
    )
    .unwrap();
    let (rows, report) = all(&path).unwrap();
    assert_eq!(rows, ["1 - - é -", "- - - - -"]);
    assert_eq!((report.rows, report.bad_rows.total()), (4, 2));

    // A quote that is never closed.
    let header = "geographical_location_oid,video_camera_oid,detection_oid,item_name,timestamp_detected\n";
    let open = format!("{header}1,2,3,\"car,5\n{}", "1,2,3,car,5\n".repeat(300_000));
    fs::write(folder.path().join("open.csv"), open).unwrap();
    let error = all(&folder.path().join("open.csv")).unwrap_err().to_string();
    assert!(error.contains("longer than 1 MiB"), "{error}");
    let quoted = format!("{header}1,2,3,\"a \"\"b\"\"\n\",5\n{}", "1,2,3,\"car\",5\n".repeat(100_000));
    fs::write(folder.path().join("quoted.csv"), quoted).unwrap();
    assert_eq!(all(&folder.path().join("quoted.csv")).unwrap().1.rows, 100_001);

    fs::write(folder.path().join("c.csv"), "a,b\n1,2\n").unwrap();
    assert!(matches!(all(&folder.path().join("c.csv")), Err(FormatError::MissingColumn { .. })));
    assert!(matches!(all(&folder.path().join("none.csv")), Err(FormatError::Read { .. })));
    fs::write(folder.path().join("d.xml"), "").unwrap();
    assert!(matches!(all(&folder.path().join("d.xml")), Err(FormatError::UnknownExtension { .. })));
}

#[test]
fn folders_are_walked_in_order() {
    let folder = tempfile::tempdir().unwrap();
    let line = |id: i64| format!("{{\"geographical_location_oid\":{id},\"item_name\":\"car\",{OTHERS},\"n\":{id}}}\n");
    for (name, id) in [
        ("date=2024-01-02/b.ndjson", 2),
        ("date=2024-01-01/a.jsonl", 1),
        (".hidden/x.ndjson", 9),
        ("_temporary/x.ndjson", 9),
        ("note.txt", 9),
    ] {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, line(id)).unwrap();
    }
    let (rows, _) = all(folder.path()).unwrap();
    assert_eq!(rows, ["1 - - car -", "2 - - car -"]);
    assert_eq!(all(&folder.path().join("b*.ndjson")).unwrap().0, ["2 - - car -"]);
    assert!(all(&folder.path().join("c*")).unwrap().0.is_empty());
}

#[test]
fn forged_pages_are_refused() {
    // Whatever a byte is changed to, the reader comes back, and never with more rows than the file declares.
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.parquet");
    let numbers: Vec<i64> = (0..3000).collect();
    let words: Vec<String> = numbers.iter().map(|number| format!("item {}", number % 7)).collect();
    let whole = |name: &str| Series::new(name.into(), numbers.clone()).into_column();
    let columns = vec![
        whole("geographical_location_oid"),
        whole("video_camera_oid"),
        whole("detection_oid"),
        Series::new("item_name".into(), words).into_column(),
        whole("timestamp_detected"),
    ];
    let mut frame = DataFrame::new(3000, columns).unwrap();
    let mut bytes = Vec::new();
    ParquetWriter::new(&mut bytes).with_row_group_size(Some(1000)).finish(&mut frame).unwrap();
    fs::write(&path, &bytes).unwrap();
    assert_eq!(all(&path).unwrap().0.len(), 3000);
    for at in (4..bytes.len()).step_by(bytes.len() / 200) {
        let mut damaged = bytes.clone();
        damaged[at] ^= 0xff;
        fs::write(&path, &damaged).unwrap();
        if let Ok((rows, _)) = all(&path) {
            assert!(rows.len() <= 3000);
        }
    }
}

proptest! {
    #[test]
    fn any_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..400), kind in 0_usize..3) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(["a.csv", "a.ndjson", "a.parquet"][kind]);
        let mut whole = bytes;
        if kind == 2 {
            whole.splice(0..0, *b"PAR1");
            whole.extend(*b"PAR1");
        }
        fs::write(&path, whole).unwrap();
        let _ = all(&path);
    }
}

/// Notes and rows of one file of JSON objects.
fn json(text: &str) -> Result<(Vec<String>, Vec<String>), FormatError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.ndjson");
    fs::write(&path, text).unwrap();
    let notes = EventSet::find(&path)?.notes.into_iter().map(|note| note.what).collect();
    Ok((all(&path)?.0, notes))
}

#[test]
fn fields_of_objects_are_found_by_name() {
    let (rows, notes) = json(
        "{\"Geographical_Location_OID\":1,\"ideo_camera_oid\":2,\"detection_oids\":3,\"item_name\":\"car\",\
         \"timestamp_detectd\":4}\n\
         {\"geographical_location_oid\":5,\"video_camera_oid\":6,\"ideo_camera_oid\":7,\"detection_oid\":8}\n\
         {\"ideo_camera_oid\":7,\"video_camera_oid\":6,\"detection_oids\":null,\"detection_oid\":9}\n\
         {\"detection_oid\":9,\"detection_oid\":10}\n",
    )
    .unwrap();
    // A near name counts for nothing where the right one occurs, and the usual misspelling of the camera gives way to it.
    assert_eq!(rows, ["1 2 - car 4000000000", "5 6 8 - -", "- 6 9 - -"]);
    assert_eq!(notes.len(), 1, "{notes:?}");
    assert!(notes[0].contains("`timestamp_detectd` was read as `timestamp_detected`"), "{notes:?}");

    // What is in no row is not missing but misnamed.
    let error = json("{\"geographical_location_oid\":1,\"item\":\"car\"}\n").unwrap_err().to_string();
    assert!(error.contains("no column for video_camera_oid"), "{error}");
    // Fields may come late.
    let early = "{\"geographical_location_oid\":1,\"video_camera_oid\":2,\"detection_oid\":3,\"item_name\":\"a\"}\n";
    let late = format!("{}{{\"timestamp_detecte\":5}}\n", early.repeat(1500));
    let (rows, notes) = json(&late).unwrap();
    assert_eq!((rows.len(), rows[1500].as_str(), notes.len()), (1501, "- - - - 5000000000", 1));
    assert!(json(&early.repeat(1500)).is_err());
    assert_eq!(json("").unwrap(), (Vec::new(), Vec::new()));
}

#[test]
fn misspelt_headers_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let header = "geographical_location_oid,ideo_camera_oid,detection_oid,item_name,timestamp_detected\n";
    for name in ["a.csv", "b.csv"] {
        fs::write(folder.path().join(name), format!("{header}1,2,3,car,5\n")).unwrap();
    }
    let set = EventSet::find(folder.path()).unwrap();
    let notes: Vec<_> = set.notes.iter().map(|note| note.what.as_str()).collect();
    assert_eq!(notes.len(), 1, "{notes:?}");
    assert!(
        notes[0].starts_with("the column `ideo_camera_oid` was read as `video_camera_oid`, first met in"),
        "{notes:?}"
    );
    assert!(notes[0].ends_with("a.csv"), "{notes:?}");
}

#[test]
fn what_a_type_tells_of_times_holds() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.parquet");
    let number = |name: &str| Series::new(name.into(), [1_i64]).into_column();
    let times = Series::new("timestamp_detected".into(), [5_i64]);
    let times =
        times.cast(&polars::prelude::DataType::Datetime(polars::prelude::TimeUnit::Milliseconds, None)).unwrap();
    let columns = vec![
        number("geographical_location_oid"),
        number("video_camera_oid"),
        number("detection_oid"),
        Series::new("item_name".into(), ["car"]).into_column(),
        times.into_column(),
    ];
    ParquetWriter::new(fs::File::create(&path).unwrap()).finish(&mut DataFrame::new(1, columns).unwrap()).unwrap();
    let options = EventOptions { time_unit: Some(TimeUnit::S), root: None };
    let mut times = Vec::new();
    EventSet::find(&path).unwrap().parts[0]
        .read(Wanted { item: true, time: true, ..Wanted::default() }, &options, &mut |batch, _| {
            times.extend_from_slice(&batch.times_ns);
            true
        })
        .unwrap();
    assert_eq!(times, [5_000_000]);
}

#[test]
fn links_do_not_lead_out() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("lake");
    fs::create_dir(&root).unwrap();
    let event = format!("{{\"geographical_location_oid\":1,\"item_name\":\"car\",{OTHERS}}}\n");
    fs::write(folder.path().join("secret.ndjson"), &event).unwrap();
    fs::write(root.join("own.ndjson"), &event).unwrap();
    std::os::unix::fs::symlink(folder.path().join("secret.ndjson"), root.join("a.ndjson")).unwrap();
    std::os::unix::fs::symlink(root.join("own.ndjson"), root.join("b.ndjson")).unwrap();
    let set = EventSet::find_within(&root, Some(&root), &|| true).unwrap();
    assert_eq!((set.files, set.refused.len()), (2, 1));
    assert_eq!(set.refused[0].0.file_name().unwrap(), "a.ndjson");
    assert!(set.refused[0].1.to_string().contains("leads out of"), "{}", set.refused[0].1);
    assert!(EventSet::find_within(&root.join("a.ndjson"), Some(&root), &|| true).is_err());
    assert!(EventSet::find_within(folder.path(), Some(&root), &|| true).is_err());
    assert_eq!(EventSet::find(&root).unwrap().files, 3);
    for (name, expected) in [("", true), ("o*", true), ("x*", false), ("gone", false)] {
        assert_eq!(EventSet::any(&root.join(name)).unwrap(), expected, "{name}");
    }
}

#[test]
fn links_to_folders_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("events");
    fs::create_dir_all(root.join("may")).unwrap();
    let event = format!("{{\"geographical_location_oid\":1,\"item_name\":\"car\",{OTHERS}}}\n");
    std::os::unix::fs::symlink(&root, root.join("round")).unwrap();
    // Nothing but the link: it is why there are no events.
    assert!(EventSet::find(&root).unwrap_err().to_string().contains("round"));
    fs::write(root.join("may/a.ndjson"), &event).unwrap();
    let set = EventSet::find(&root).unwrap();
    assert_eq!((set.files, set.refused.len(), set.notes.len()), (1, 0, 1));
    assert!(set.notes[0].what.contains("round"), "{:?}", set.notes);
}

#[test]
fn folders_that_cannot_be_listed_are_left_out_by_their_name() {
    let folder = tempfile::tempdir().unwrap();
    let event = format!("{{\"geographical_location_oid\":1,\"item_name\":\"car\",{OTHERS}}}\n");
    fs::write(folder.path().join("a.ndjson"), &event).unwrap();
    let shut = folder.path().join("shut");
    fs::create_dir(&shut).unwrap();
    let allow = |mode| fs::set_permissions(&shut, std::os::unix::fs::PermissionsExt::from_mode(mode)).unwrap();
    allow(0);
    if fs::read_dir(&shut).is_ok() {
        // Nothing is shut for the superuser.
        return;
    }
    let set = EventSet::find(folder.path());
    let any = EventSet::any(folder.path());
    let none = EventSet::any(&folder.path().join("x*"));
    allow(0o700);
    let set = set.unwrap();
    assert_eq!((set.files, set.refused.len()), (1, 1));
    assert!(set.refused[0].1.to_string().contains("shut"), "{}", set.refused[0].1);
    assert!(any.unwrap() && none.is_err());
}

#[test]
fn looking_ends_between_files() {
    let folder = tempfile::tempdir().unwrap();
    let header = "geographical_location_oid,video_camera_oid,detection_oid,item_name,timestamp_detected\n";
    for at in 0..20 {
        fs::write(folder.path().join(format!("{at}.csv")), header).unwrap();
    }
    let looks = std::cell::Cell::new(0);
    let go_on = || {
        looks.set(looks.get() + 1);
        looks.get() < 5
    };
    let error = EventSet::find_within(folder.path(), None, &go_on).unwrap_err();
    assert!(
        matches!(&error, FormatError::Read { source, .. } if source.kind() == std::io::ErrorKind::Interrupted),
        "{error}"
    );
    assert_eq!(looks.get(), 5);
}
