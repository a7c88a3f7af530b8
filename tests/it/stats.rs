//! Statistics of samples between two times.

use serde_json::Value;

use crate::harness::Lake;

fn recording(lake: &Lake) -> String {
    let frames = lake.json("frames", &["--columns", "recording", "--limit", "1"]);
    frames[0]["recording"].as_str().unwrap().to_owned()
}

fn of<'a>(found: &'a Value, metric: &str) -> &'a Value {
    found.as_array().unwrap().iter().find(|one| one["metric"] == metric).unwrap()
}

#[test]
fn parts_of_a_recording_add_up_to_the_whole() {
    let lake = Lake::new();
    let name = recording(&lake);
    let all = lake.json("stats", &[&name]);
    let speed = of(&all, "speed");
    let info = lake.json("info", &[]);
    let known = info["metrics"].as_array().unwrap().iter().find(|metric| metric["name"] == "speed").unwrap();
    assert!(speed["min"].as_f64() >= known["min"].as_f64() && speed["max"].as_f64() <= known["max"].as_f64());
    let start = |metric: &Value| metric["count"].as_u64().unwrap() + metric["missing"].as_u64().unwrap();
    // A time between two samples, so that none counts twice.
    let cut = "1.0003s";
    let before = lake.json("stats", &[&name, "--to", cut, "--metric", "speed"]);
    let after = lake.json("stats", &[&name, "--from", cut, "--metric", "speed"]);
    let (before, after) = (of(&before, "speed"), of(&after, "speed"));
    assert_eq!(start(before) + start(after), start(speed));
    assert_eq!((&before["first"], &after["last"]), (&speed["first"], &speed["last"]));
    let sum = |metric: &Value| metric["mean"].as_f64().unwrap() * metric["count"].as_f64().unwrap();
    assert!((sum(before) + sum(after) - sum(speed)).abs() < 1e-6 * sum(speed).abs().max(1.0));
    let difference = speed["last"].as_f64().unwrap() - speed["first"].as_f64().unwrap();
    assert!((speed["difference"].as_f64().unwrap() - difference).abs() < 1e-12);
    assert!(speed["std"].as_f64().unwrap() >= 0.0 && speed["kind"] == "float");
}

#[test]
fn what_cannot_be_meant_is_told() {
    let lake = Lake::new();
    let name = recording(&lake);
    for (args, told) in [
        (vec!["nowhere"], "there is no recording `nowhere`"),
        (vec![&*name, "--metric", "sped"], "--metric sped"),
        (vec![&*name, "--from", "soon"], "--from soon"),
        (vec![&*name, "--from", "5s", "--to", "1s"], "--from lies after --to"),
    ] {
        let error = lake.fail("stats", &args, 2);
        assert!(error.contains(told), "{args:?}: {error}");
    }
}
