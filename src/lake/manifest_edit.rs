//! Changing settings in a `lake.toml`, with everything else in it left as it was written.

use std::{
    fs,
    io::{self, Write},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use toml_edit::{Array, DocumentMut, Item, Table, Value};

use super::{
    FootageSetting, LakeError, Manifest, SettingChange, SettingOf,
    footage_settings::nearest,
    manifest::{line_and_column, read_text},
    place::resolve_inside,
    plain::plain,
};
use crate::model::ValueRange;

/// Makes all of these changes in the manifest `file` of the folder `root`, or none of them: settings get values, those
/// without one are removed. The file is made when it is not there and replaced as a whole, once; comments and order stay.
/// Values are written as on the command line: `bgr`, `20`, `0:4095`.
///
/// # Errors
/// [`LakeError::Setting`] when a key or a value cannot be; [`LakeError::Manifest`] when the file is not valid, or would not be
/// with these values together; [`LakeError::Read`] or [`LakeError::Write`] when it cannot be read or written. The file is left
/// alone then.
pub fn edit_manifest(root: &Path, file: &str, changes: &[SettingChange]) -> Result<PathBuf, LakeError> {
    let values: Vec<Option<Value>> = changes
        .iter()
        .map(|SettingChange { of, key, value }| {
            known_key(of, key)?;
            value.as_deref().map(|text| value_of(of, key, text)).transpose()
        })
        .collect::<Result<_, _>>()?;
    let path = target(root, file)?;
    let text = match read_text(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
        Err(source) => return Err(LakeError::Read { path, source }),
    };
    // What does not parse is told in the same words as when the lake is opened.
    Manifest::parse(&path, &text)?;
    let mut document: DocumentMut = text.parse().map_err(|error: toml_edit::TomlError| {
        let (line, column) = line_and_column(&text, error.span().map_or(0, |span| span.start));
        let message = format!("line {line}, column {column}: {}", error.message());
        LakeError::Manifest { path: path.clone(), message }
    })?;
    for (SettingChange { of, key, .. }, value) in changes.iter().zip(values) {
        let odd =
            || LakeError::Manifest { path: path.clone(), message: format!("{} is no table", of.table().join(".")) };
        put(document.as_item_mut(), &of.table(), key, value).ok_or_else(odd)?;
    }
    let changed = document.to_string();
    if changed != text {
        Manifest::parse(&path, &changed)?;
        // Somebody else may have saved it meanwhile: what they wrote is not to be lost.
        if read_text(&path).unwrap_or_default() != text {
            return edit_manifest(root, file, changes);
        }
        replace(&path, &changed).map_err(|source| LakeError::Write { path: path.clone(), source })?;
    }
    Ok(path)
}

/// Tells whether a value can be set, without setting it.
///
/// # Errors
/// [`LakeError::Setting`] when key or value cannot be.
pub fn check_setting(of: &SettingOf, key: &str, value: &str) -> Result<(), LakeError> {
    value_of(of, key, value).map(|_| ())
}

/// The file itself where the manifest is a link to one inside the lake.
fn target(root: &Path, file: &str) -> Result<PathBuf, LakeError> {
    match fs::symlink_metadata(root.join(file)) {
        Ok(_) => {
            let real = root.canonicalize().map_err(|source| LakeError::Read { path: root.to_owned(), source })?;
            resolve_inside(&real, file)
        }
        Err(_) => Ok(root.join(file)),
    }
}

fn known_key(of: &SettingOf, key: &str) -> Result<(), LakeError> {
    if of.keys().contains(&key) {
        return Ok(());
    }
    let hint = nearest(of.keys(), key).map_or_else(
        || format!("the keys are {}", of.keys().join(", ")),
        |known| format!("perhaps `{known}` was meant"),
    );
    Err(LakeError::Setting(format!("there is no setting `{key}` of {}; {hint}", of.what())))
}

/// The value that a text stands for, checked.
fn value_of(of: &SettingOf, key: &str, text: &str) -> Result<Value, LakeError> {
    known_key(of, key)?;
    let text = text.trim();
    let value = match key {
        "rate_hz" | "offset_s" | "max_gap_s" | "video_camera_oid" => match (text.parse::<i64>(), text.parse::<f64>()) {
            (Ok(whole), _) => Value::from(whole),
            (_, Ok(number)) => Value::from(number),
            _ => Value::from(text),
        },
        "voc_zero_based" => text.parse::<bool>().map_or_else(|_| Value::from(text), Value::from),
        "range" => match ValueRange::parse(text) {
            Ok(ValueRange::Fixed { low, high }) => Value::from(Array::from_iter([number(low), number(high)])),
            _ => Value::from(text),
        },
        _ => Value::from(text),
    };
    let refused = |why: &str| LakeError::Setting(format!("{key} cannot be \"{text}\": {}", why.trim()));
    if let SettingOf::Footages(_) = of {
        return match toml::from_str::<FootageSetting>(&format!("{key} = {value}")) {
            Ok(_) => Ok(value),
            Err(error) => Err(refused(&plain(error.message()))),
        };
    }
    let mut alone = DocumentMut::new();
    // An empty document takes any table.
    let _ = put(alone.as_item_mut(), &of.table(), key, Some(value.clone()));
    match Manifest::parse(Path::new("lake.toml"), &alone.to_string()) {
        Ok(_) => Ok(value),
        // Where it stands in a text that nobody sees does not matter.
        Err(LakeError::Manifest { message, .. }) => Err(match message.split_once(": ") {
            Some((place, why)) if place.starts_with("line ") => refused(why),
            _ => refused(&message),
        }),
        Err(error) => Err(error),
    }
}

/// Whole numbers are written without a fraction.
fn number(value: f64) -> Value {
    #[expect(clippy::cast_possible_truncation, reason = "checked to be whole and small")]
    if value.fract() == 0.0 && value.abs() < 1e15 { Value::from(value as i64) } else { Value::from(value) }
}

/// Nothing when something on the way is no table.
fn put(document: &mut Item, table: &[&str], key: &str, value: Option<Value>) -> Option<()> {
    let Some(value) = value else { return remove(document, table, key) };
    let mut inside = document;
    for (depth, name) in table.iter().enumerate() {
        inside = inside.as_table_like_mut()?.entry(name).or_insert_with(|| {
            let mut made = Table::new();
            // Only the innermost table gets a heading.
            made.set_implicit(depth + 1 < table.len());
            Item::Table(made)
        });
    }
    let inside = inside.as_table_like_mut()?;
    match inside.get_mut(key).and_then(Item::as_value_mut) {
        // What stands around a value, such as a comment behind it, stays.
        Some(old) => {
            let around = old.decor().clone();
            *old = value;
            *old.decor_mut() = around;
        }
        None => {
            inside.insert(key, Item::Value(value));
        }
    }
    Some(())
}

/// Takes a value away, and the table that is empty then.
fn remove(inside: &mut Item, table: &[&str], key: &str) -> Option<()> {
    let inside = inside.as_table_like_mut()?;
    let Some((name, rest)) = table.split_first() else {
        inside.remove(key);
        return Some(());
    };
    let Some(one) = inside.get_mut(name) else { return Some(()) };
    remove(one, rest, key)?;
    // What a person wrote above the table stays.
    let prefix = one.as_table().and_then(|table| table.decor().prefix()?.as_str());
    let spoken_for = prefix.is_some_and(|text| text.contains('#'));
    if rest.is_empty() && one.as_table_like().is_some_and(toml_edit::TableLike::is_empty) && !spoken_for {
        inside.remove(name);
    }
    Some(())
}

/// Replaces a file as a whole, with the rights it had.
fn replace(path: &Path, text: &str) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let rights = match fs::metadata(path) {
        // A file that may not be written is not replaced either.
        Ok(meta) => {
            fs::OpenOptions::new().write(true).open(path)?;
            meta.permissions()
        }
        Err(_) => fs::Permissions::from_mode(0o644),
    };
    let mut part = tempfile::Builder::new().prefix(".").suffix(".part").tempfile_in(folder)?;
    part.write_all(text.as_bytes())?;
    part.as_file().set_permissions(rights)?;
    part.as_file().sync_all()?;
    part.persist(path).map_err(|error| error.error)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(of: SettingOf, key: &str, value: Option<&str>) -> SettingChange {
        SettingChange { of, key: key.to_owned(), value: value.map(str::to_owned) }
    }

    fn edited(before: &str, steps: &[(&str, &str, Option<&str>)]) -> String {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lake.toml");
        if !before.is_empty() {
            fs::write(&path, before).unwrap();
        }
        for (footage, key, value) in steps {
            let change = change(SettingOf::Footages((*footage).to_owned()), key, *value);
            edit_manifest(folder.path(), "lake.toml", &[change]).unwrap();
        }
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), usize::from(path.exists()));
        fs::read_to_string(path).unwrap_or_default()
    }

    #[test]
    fn one_setting_changes_and_the_rest_stays() {
        let written = "# our lake\nname = \"north\"   # for now\n\n[footages.\"d1/front\"] # swapped\nchannels = \"rgb\" # since May\nrate_hz = 20\n\n[metrics.speed]\nunit = \"m/s\"\n";
        for (before, steps, after) in [
            (
                "",
                vec![("d1/front", "channels", Some("bgr"))],
                "[footages.\"d1/front\"]\nchannels = \"bgr\"\n".to_owned(),
            ),
            (written, vec![("d1/front", "channels", Some("bgr"))], written.replace("\"rgb\"", "\"bgr\"")),
            (written, vec![("d1/front", "channels", None)], written.replace("channels = \"rgb\" # since May\n", "")),
            (written, vec![("d2/rear", "channels", None)], written.to_owned()),
            (
                written,
                vec![("d1/front", "range", Some("0:4095"))],
                written.replace("rate_hz = 20\n", "rate_hz = 20\nrange = [0, 4095]\n"),
            ),
            (
                "footages = { \"a/b\" = { rate_hz = 5 } }\n",
                vec![("a/b", "rate_hz", Some("7.5"))],
                "footages = { \"a/b\" = { rate_hz = 7.5 } }\n".to_owned(),
            ),
            (
                "name = \"x\"\n",
                vec![("a/b", "channels", Some("bgr")), ("a/b", "channels", None)],
                "name = \"x\"\n".to_owned(),
            ),
        ] {
            assert_eq!(edited(before, &steps), after, "{steps:?}");
        }
    }

    #[test]
    fn every_kind_of_setting_finds_its_table() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lake.toml");
        let written = "# ours\nname = \"x\"\n\n[metrics.speed] # of the wheels\nunit = \"m/s\"\n";
        fs::write(&path, written).unwrap();
        let set = |of: SettingOf, key: &str, value: Option<&str>| {
            edit_manifest(folder.path(), "lake.toml", &[change(of, key, value)]).unwrap();
            fs::read_to_string(&path).unwrap()
        };
        let speed = || SettingOf::Metric("speed".into());
        assert_eq!(set(speed(), "unit", Some("km/h")), written.replace("m/s", "km/h"));
        assert_eq!(set(speed(), "unit", Some("m/s")), written);
        let text = set(SettingOf::Lake, "time_zone", Some("Europe/Berlin"));
        assert!(text.starts_with("# ours\nname = \"x\"\ntime_zone = \"Europe/Berlin\"\n"), "{text}");
        let text = set(SettingOf::Position, "latitude", Some("north deg"));
        assert!(text.ends_with("\n[position]\nlatitude = \"north deg\"\n"), "{text}");
        let text = set(SettingOf::Sensors("*.csv".into()), "offset_s", Some("-0.25"));
        assert!(text.ends_with("\n[sensors.\"*.csv\"]\noffset_s = -0.25\n"), "{text}");
        set(SettingOf::Sensors("*.csv".into()), "offset_s", None);
        set(SettingOf::Position, "latitude", None);
        assert_eq!(set(SettingOf::Lake, "time_zone", None), written);
        for (of, key, value, part) in [
            (SettingOf::Lake, "time_zone", "Berlin", "is not an IANA zone"),
            (SettingOf::Lake, "timezone", "UTC", "perhaps `time_zone` was meant"),
            (speed(), "interpolate", "spline", "it can be linear, previous"),
            (speed(), "max_gap_s", "long", "max_gap_s cannot be \"long\""),
            (speed(), "max_gap_s", "-1", "from 0 to 1e9"),
            (SettingOf::Sensors("a".into()), "offset_s", "inf", "offset_s is a number of seconds"),
            (SettingOf::Position, "altitude", "z", "no setting `altitude` of the position"),
        ] {
            let error = check_setting(&of, key, value).unwrap_err().to_string();
            assert!(error.contains(part), "{error}");
        }
        assert_eq!(fs::read_to_string(&path).unwrap(), written);
    }

    #[test]
    fn several_settings_are_one_change_of_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lake.toml");
        fs::write(&path, "# ours\n[metrics.speed]\nunit = \"m/s\"\n").unwrap();
        let changes = [
            change(SettingOf::Metric("speed".into()), "unit", None),
            change(SettingOf::Labels, "voc_zero_based", Some("true")),
            change(SettingOf::Lake, "rate_hz", Some("20")),
        ];
        edit_manifest(folder.path(), "lake.toml", &changes).unwrap();
        let manifest = Manifest::read(folder.path()).unwrap();
        assert!(manifest.labels.voc_zero_based && manifest.rate_hz == Some(20.0));
        // Its table stays for what stands above it.
        assert_eq!(manifest.metrics["speed"].unit, None);
        let refused = check_setting(&SettingOf::Labels, "voc_zero_based", "yes").unwrap_err().to_string();
        assert!(refused.contains("voc_zero_based cannot be"), "{refused}");
    }

    #[test]
    fn nothing_is_lost_when_it_cannot_be_done() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lake.toml");
        for (text, key, value, word) in [
            ("name = ", "channels", "bgr", "line 1"),
            ("footages = 3", "channels", "bgr", "line 1"),
            ("name = \"x\"", "chanels", "bgr", "perhaps `channels` was meant"),
            ("name = \"x\"", "channels", "red", "channels cannot be \"red\""),
            ("name = \"x\"", "range", "9:1", "the smaller one first"),
        ] {
            fs::write(&path, text).unwrap();
            // One that could be set beside it is not set either.
            let of = || SettingOf::Footages("a/b".into());
            let changes = [change(of(), "rate_hz", Some("5")), change(of(), key, Some(value))];
            let error = edit_manifest(folder.path(), "lake.toml", &changes).unwrap_err().to_string();
            assert!(error.contains(word), "{error}");
            assert_eq!(fs::read_to_string(&path).unwrap(), text);
        }
        let outside = tempfile::tempdir().unwrap();
        fs::write(outside.path().join("other.toml"), "").unwrap();
        fs::remove_file(&path).unwrap();
        std::os::unix::fs::symlink(outside.path().join("other.toml"), &path).unwrap();
        let refused = edit_manifest(
            folder.path(),
            "lake.toml",
            &[change(SettingOf::Footages("a/b".into()), "channels", Some("bgr"))],
        );
        assert!(matches!(refused, Err(LakeError::Outside(_))), "{refused:?}");
    }
}
