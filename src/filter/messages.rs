//! What people read when a filter is wrong, all in one snapshot.

use super::{Filter, truth_table};

#[test]
fn messages() {
    let lake = truth_table::lake();
    let texts = [
        "speed >",
        "speed > 80 annd braking",
        "speed > 80 braking",
        "(speed > 80",
        "speed > 80)",
        "1 < speed < 2",
        "speed = null",
        "speed is 3",
        "speed between 1",
        "speed in 3",
        "speed in (1 2)",
        "camera ~ front",
        "camera = \"front",
        "camera = “front”",
        "speed > 1 && braking",
        "speed > 80 for",
        "speed > 80 for 3",
        "speed > 80 fro 3 s",
        "braking for 3 s for 5 s",
        "braking for 100000000 h",
        "braking within 2 s",
        "braking within 2 s has(car)",
        "braking of has(car)",
        "rate(speed, 5 s) > 1",
        "mean(speed) > 1",
        "mean(speed, 5) > 1",
        "maen(speed, 5 s) > 1",
        "speed > 80 where braking",
        "count(car where) > 1",
        "has(* score > 1)",
        "cuont(car) > 1",
        "has(traffic light)",
        "has()",
        "braking = not braking",
        "größe > 1e999",
        "time > 2024-02-31",
        "for > 1",
        "`` > 1",
        "x > 5 €",
        "drive-1 > 2",
        "pedestrian > 2",
        "has(trafficlight)",
        "metric.spede > 1",
        "(speed in (1)) in (true)",
        "in_box(47, 10)",
        "in_box(47, 10, 49, 12, 13)",
        "in_box(south, 10, 49, 12)",
        "in_polygon(47 10, 49, 12)",
        "in_bocks(47, 10, 49, 12)",
        "in_polygon(0 0, 80 120, 80 -120)",
    ];
    let misfits = truth_table::MISFITS.iter().map(|(text, _)| *text);
    let shown: Vec<String> = texts
        .into_iter()
        .chain(misfits)
        .map(|text| {
            let error = Filter::parse(text).and_then(|filter| filter.bind(&lake)).expect_err(text);
            error.render(text)
        })
        .collect();
    insta::assert_snapshot!(shown.join("\n\n"));
}

#[test]
fn what_is_offered_mends_the_filter() {
    let lake = truth_table::lake();
    for (text, expected) in [
        ("speeed > 1", Some("speed > 1")),
        ("has(car) and `two wordz` > 1", Some("has(car) and `two words` > 1")),
        ("has(trafficlight)", Some("has(`traffic light`)")),
        ("pedestrian and braking", Some("has(pedestrian) and braking")),
        ("camera = front", Some("camera = \"front\"")),
        ("speed > \"80\"", Some("speed > 80")),
        ("camera = 3", Some("camera = \"3\"")),
        ("speed > 80 annd braking", Some("speed > 80 and braking")),
        ("braking && has(car)", Some("braking and has(car)")),
        ("!braking", Some("not braking")),
        ("speed > 80)", Some("speed > 80")),
        ("hs(car)", Some("has(car)")),
        ("has(car where scor > 1)", Some("has(car where score > 1)")),
        ("speed >", None),
        ("zebra > 1", None),
    ] {
        let wrong = |text: &str| Filter::parse(text).and_then(|filter| filter.bind(&lake)).err();
        let mended = wrong(text).unwrap().mended(text);
        assert_eq!(mended.as_deref(), expected, "{text}");
        if let Some(mended) = mended {
            assert_eq!(wrong(&mended), None, "{mended}");
        }
    }
}
