//! Settings on the command line: several at once, and the list of those that hold.

use lakescope::session::{OpenOptions, Session, SettingChange, SettingOf};
use serde_json::json;

use crate::harness::Lake;

#[test]
fn several_settings_are_kept_together_or_not_at_all() {
    let lake = Lake::new();
    let manifest = lake.path().join("lake.toml");
    let before = std::fs::read_to_string(&manifest).unwrap();
    let told = lake.fail("set", &["--metric", "speed", "unit=km/h", "interpolate=spline"], 2);
    assert!(told.contains("interpolate cannot be"), "{told}");
    assert_eq!(std::fs::read_to_string(&manifest).unwrap(), before, "neither is kept");
    assert!(lake.fail("set", &["--metric", "speed", "unit=km/h", "unit=m/s"], 2).contains("twice"));
    lake.run("set", &["--metric", "speed", "unit=km/h", "max_gap_s=0.5"]);
    let after = std::fs::read_to_string(&manifest).unwrap();
    assert!(after.contains("unit = \"km/h\"") && after.contains("max_gap_s = 0.5"), "{after}");
    // Things of several kinds at once, as the window saves them.
    let session = Session::open(&lake.path(), OpenOptions::default()).unwrap();
    let change = |of: SettingOf, key: &str, value: &str| SettingChange {
        of,
        key: key.to_owned(),
        value: Some(value.to_owned()),
    };
    let wrong = change(SettingOf::Lake, "time_zone", "Berlin");
    let right = change(SettingOf::Labels, "voc_zero_based", "true");
    assert!(session.change_settings(&[right.clone(), wrong]).is_err());
    assert_eq!(std::fs::read_to_string(&manifest).unwrap(), after);
    session.change_settings(&[right, change(SettingOf::Lake, "time_zone", "Asia/Tokyo")]).unwrap();
    let text = std::fs::read_to_string(&manifest).unwrap();
    assert!(text.contains("voc_zero_based = true") && text.contains("Asia/Tokyo"), "{text}");
}

#[test]
fn what_is_set_is_listed_with_whom_it_concerns() {
    let lake = Lake::new();
    let mut recordings: Vec<String> = std::fs::read_dir(lake.path().join("recordings"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    recordings.sort();
    let closer = format!("{}/front", recordings[0]);
    std::fs::write(
        lake.path().join("lake.toml"),
        format!(
            "rate_hz = 20\n[metrics.speed]\nunit = \"m/s\"\n[footages.\"*/front\"]\nchannels = \"bgr\"\nrange = [0, 9]\n\
         [footages.\"{closer}\"]\nchannels = \"rgb\"\n[footages.\"nobody/*\"]\nrate_hz = 3\n"
        ),
    )
    .unwrap();
    let listed = lake.json("set", &[]);
    assert!(listed.as_array().unwrap().iter().all(|one| one["concerns"].is_null()), "there is no index yet: {listed}");
    lake.run("index", &[]);
    let listed = lake.json("set", &[]);
    let of = |name: &str, key: &str| {
        let all = listed.as_array().unwrap();
        let found = all.iter().find(|one| one["name"] == name && one["key"] == key);
        let found = found.unwrap_or_else(|| panic!("{name} {key}: {listed:#}"));
        (found["value"].as_str().unwrap().to_owned(), found["concerns"].as_array().map_or(0, Vec::len))
    };
    assert_eq!(of(&closer, "channels"), ("rgb".to_owned(), 1));
    // The footage that another setting tells more closely is left out, for the setting that both tell.
    assert_eq!(of("*/front", "channels"), ("bgr".to_owned(), recordings.len() - 1));
    assert_eq!(of("*/front", "range"), ("0:9".to_owned(), recordings.len()));
    assert_eq!(of("nobody/*", "rate_hz"), ("3".to_owned(), 0));
    assert_eq!(of("speed", "unit"), ("m/s".to_owned(), recordings.len()));
    let text = lake.run("set", &[]);
    assert!(text.starts_with("about,name,setting,value,concerns,file\n"), "{text}");
    assert!(text.contains("lake,,rate_hz,20,the whole lake,lake.toml"), "{text}");
    assert!(text.contains("footages,nobody/*,rate_hz,3,nothing in this lake,lake.toml"), "{text}");
    let one = lake.json("set", &["--metric", "speed"]);
    assert_eq!((one.as_array().unwrap().len(), &one[0]["value"]), (1, &json!("m/s")));
    // What was set is answered as it holds.
    let set = lake.json("set", &["--metric", "speed", "unit=km/h"]);
    assert_eq!(set[0]["value"], "km/h");
}
