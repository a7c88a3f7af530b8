//! The truth table of the language: a small lake and filters over it with the rows they match. Every evaluator of
//! filters has to pass it; that is why it is data and not a test.

use std::{collections::BTreeMap, sync::Arc};

use super::{Mark, MemoryColumns};
use crate::model::{BoundingBox, Column, Label, NULL_BOOL, NULL_WORD};

/// 2024-05-01T08:00:00Z in ns: when recording `drive_1` of [`lake`] begins.
pub const START_NS: i64 = 1_714_550_400_000_000_000;

/// Eight frames: `drive_1/front` rows 0 to 3, `drive_1/rear` rows 4 and 5, `drive_2/Front` rows 6 and 7, a frame every
/// half second.
///
/// | row | speed m/s | gear | big | braking | weather | car | pedestrian | frame | t |
/// |---|---|---|---|---|---|---|---|---|---|
/// | 0 | 10 | 1 | 2⁵³ | true | sun | 2 | 0 | 0 | 0 |
/// | 1 | NaN | 2 | 2⁵³ + 1 | false | rain | 0 | 1 | 1 | 0.5 |
/// | 2 | 0 | null | 0 | null | null | 1 | 0 | 2 | 1 |
/// | 3 | −5 | −1 | −1 | true | Rain | 0 | 3 | 3 | 1.5 |
/// | 4 | 25 | 3 | 5 | false | sun | 0 | 0 | 0 | 0 |
/// | 5 | ∞ | 0 | max | true | sun | 1 | 0 | 1 | 0.5 |
/// | 6 | 30 | 3 | min | false | snow | 0 | 0 | 0 | 0 |
/// | 7 | NaN | null | 7 | null | null | 0 | 0 | 1 | 0.5 |
///
/// | row | labels: class, score, x y w h, track, attributes |
/// |---|---|
/// | 0 | car 0.9 (0 0 100 50) 1 occluded, lane 2; car 0.4 (10 20 30 20) not occluded, lane 1, colour red |
/// | 1 | pedestrian (5 5 20 60) 7 |
/// | 2 | car 0.4, 1, lane 2.5, colour Red |
/// | 3 | pedestrian 0.5 (0 0 40 90) 7 colour blue; 0.6 (w 50) 8; 0.7 (w 60) 9 |
/// | 5 | car 0.8 (50 0 60 40) 2⁵³ + 1 |
/// | 6 | traffic light 1.0, occluded, state green |
///
/// | row | vehicle.latitude | vehicle.longitude |
/// |---|---|---|
/// | 0 | 48 | 11 |
/// | 1 | 48.5 | 11.5 |
/// | 2 | NaN | NaN |
/// | 3 | −10 | 179.5 |
/// | 4 | −10 | −179.5 |
/// | 5 | NaN | 11 |
/// | 6 | 90 | 0 |
/// | 7 | 48.25 | 371.25 |
/// Rows 0, 3 and 6 are tagged `good`, rows 3 and 4 `Look again`.
///
/// `drive_1` has `vehicle = "van"`, `region = "north"`, `driver = "A"`; `drive_2`, a day later, has only
/// `vehicle = "Van"`. A metric called `time` holds the row number, one called `two words` minus it. Rows 4 and 6 are
/// damaged, a problem concerns rows 2 to 6 and 0; the footages of `drive_1` have the stores `drive_1/front.h5` and
/// `drive_1/rear.h5`, that of `drive_2` none.
#[must_use]
pub fn lake() -> MemoryColumns {
    const HALF_SECOND_NS: i64 = 500_000_000;
    const DAY_NS: i64 = 86_400_000_000_000;
    let attributes = |pairs: &[(&str, &str)]| -> Arc<BTreeMap<String, String>> {
        Arc::new(pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect())
    };
    let first = attributes(&[("vehicle", "van"), ("region", "north"), ("driver", "A")]);
    let second = attributes(&[("vehicle", "Van")]);
    let times = |start: i64, frames: i64| (0..frames).map(move |i| start + i * HALF_SECOND_NS);
    let mut lake = MemoryColumns::new();
    lake.add_footage("drive_1", "front", START_NS, &first, times(START_NS, 4))
        .add_footage("drive_1", "rear", START_NS, &first, times(START_NS, 2))
        .add_footage("drive_2", "Front", START_NS + DAY_NS, &second, times(START_NS + DAY_NS, 2));
    let nan = f64::NAN;
    lake.add_metric("speed", Some("m/s"), Column::Float(vec![10.0, nan, 0.0, -5.0, 25.0, f64::INFINITY, 30.0, nan]))
        .add_metric(
            "gear",
            None,
            Column::Int {
                values: vec![1, 2, 0, -1, 3, 0, 3, 0],
                valid: vec![true, true, false, true, true, true, true, false],
            },
        )
        .add_metric(
            "big",
            None,
            Column::Int { values: vec![1 << 53, (1 << 53) + 1, 0, -1, 5, i64::MAX, i64::MIN, 7], valid: Vec::new() },
        )
        .add_metric("braking", None, Column::Bool(vec![1, 0, NULL_BOOL, 1, 0, 1, 0, NULL_BOOL]))
        .add_metric(
            "weather",
            None,
            Column::Text {
                codes: vec![0, 1, NULL_WORD, 2, 0, 0, 3, NULL_WORD],
                words: ["sun", "rain", "Rain", "snow"].map(str::to_owned).to_vec(),
            },
        )
        .add_metric("time", None, Column::Float(vec![0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0]))
        .add_metric("two words", None, Column::Float(vec![0.0, -1.0, -2.0, -3.0, -4.0, -5.0, -6.0, -7.0]))
        .add_metric(
            "vehicle.latitude",
            Some("deg"),
            Column::Float(vec![48.0, 48.5, nan, -10.0, -10.0, nan, 90.0, 48.25]),
        )
        .add_metric(
            "vehicle.longitude",
            Some("deg"),
            Column::Float(vec![11.0, 11.5, nan, 179.5, -179.5, 11.0, 0.0, 371.25]),
        )
        .add_labels(labels())
        .add_tag("good", [0, 3, 6])
        .add_tag("Look again", [3, 4])
        .set_store(0, "drive_1/front.h5")
        .set_store(1, "drive_1/rear.h5")
        .set_marked(Mark::Damaged, vec![4..5, 6..7])
        .set_marked(Mark::Problem, vec![0..1, 2..7]);
    lake
}

/// The labels of [`lake`] by footage.
#[must_use]
pub fn labels() -> BTreeMap<usize, Vec<Label>> {
    type Side = Option<[f64; 4]>;
    let label = |frame_idx, class: &str, score: Option<f64>, sides: Side, track_id, attributes: &str| Label {
        frame_idx,
        class: class.to_owned(),
        score,
        bbox: sides.map(|[x, y, w, h]| BoundingBox { x, y, w, h }),
        track_id,
        attributes: (!attributes.is_empty()).then(|| attributes.to_owned()),
    };
    let front = vec![
        label(0, "car", Some(0.9), Some([0.0, 0.0, 100.0, 50.0]), Some(1), r#"{"occluded":true,"lane":2}"#),
        label(
            0,
            "car",
            Some(0.4),
            Some([10.0, 20.0, 30.0, 20.0]),
            None,
            r#"{"occluded":false,"lane":1,"colour":"red"}"#,
        ),
        label(1, "pedestrian", None, Some([5.0, 5.0, 20.0, 60.0]), Some(7), ""),
        label(2, "car", Some(0.4), None, Some(1), r#"{"occluded":null,"lane":2.5,"colour":"Red"}"#),
        label(3, "pedestrian", Some(0.5), Some([0.0, 0.0, 40.0, 90.0]), Some(7), r#"{"colour":"blue"}"#),
        label(3, "pedestrian", Some(0.6), Some([0.0, 0.0, 50.0, 90.0]), Some(8), ""),
        label(3, "pedestrian", Some(0.7), Some([0.0, 0.0, 60.0, 90.0]), Some(9), "not JSON"),
    ];
    let rear = vec![label(1, "car", Some(0.8), Some([50.0, 0.0, 60.0, 40.0]), Some((1 << 53) + 1), "")];
    let second = vec![label(0, "traffic light", Some(1.0), None, None, r#"{"state":"green","occluded":true}"#)];
    BTreeMap::from([(0, front), (1, rear), (2, second)])
}

/// Filters over [`lake`] and the rows they match.
pub const CASES: &[(&str, &[usize])] = &[
    ("", &[0, 1, 2, 3, 4, 5, 6, 7]),
    ("true", &[0, 1, 2, 3, 4, 5, 6, 7]),
    ("false", &[]),
    // NaN reads as null: no comparison is true of it, nor is the denial of one.
    ("speed > 0", &[0, 4, 5, 6]),
    ("not speed > 0", &[2, 3]),
    ("speed != 10", &[2, 3, 4, 5, 6]),
    ("speed = 10 or speed != 10", &[0, 2, 3, 4, 5, 6]),
    ("speed is null", &[1, 7]),
    ("speed is not null", &[0, 2, 3, 4, 5, 6]),
    ("not speed is null", &[0, 2, 3, 4, 5, 6]),
    ("speed = speed", &[0, 2, 3, 4, 5, 6]),
    ("speed = -0.0", &[2]),
    ("speed < 0.0", &[3]),
    ("speed > -0.0", &[0, 4, 5, 6]),
    ("speed > 1e308", &[5]),
    ("speed between 0 and 25", &[0, 2, 4]),
    ("speed not between 0 and 25", &[3, 5, 6]),
    ("speed between 25 and 0", &[]),
    ("not speed between 25 and 0", &[0, 2, 3, 4, 5, 6]),
    ("speed between gear and 25", &[0, 4]),
    ("10 between gear and speed", &[0, 4, 5, 6]),
    ("3 in (gear, frame)", &[3, 4, 6]),
    ("\"rear\" in (camera, weather)", &[4, 5]),
    ("speed in (10, 30, 99)", &[0, 6]),
    ("speed not in (10, 30)", &[2, 3, 4, 5]),
    ("speed in (10, 0, -5, 25, 1, 2, 3, 4)", &[0, 2, 3, 4]),
    ("speed >= 0 and speed < 25", &[0, 2]),
    // Units.
    ("speed > 36 km/h", &[4, 5, 6]),
    ("speed >= 36 km/h", &[0, 4, 5, 6]),
    ("speed = 10 m/s", &[0]),
    ("speed in (90 km/h, 10 mps)", &[0, 4]),
    ("speed + 36 km/h > 20", &[4, 5, 6]),
    ("speed >= 26 km/h + 10", &[0, 4, 5, 6]),
    ("10 + 26 km/h <= speed", &[0, 4, 5, 6]),
    ("speed >= 18 km/h + 5 m/s", &[0, 4, 5, 6]),
    ("t >= 500 ms", &[1, 2, 3, 5, 7]),
    // Three-valued `and`, `or`, `not`: false and unknown is false, true or unknown is true.
    ("not (speed > 0 and braking)", &[1, 2, 3, 4, 6]),
    ("speed > 0 or braking", &[0, 3, 4, 5, 6]),
    ("not (speed > 100 or braking)", &[4, 6]),
    ("not not braking", &[0, 3, 5]),
    ("(speed > 0) is null", &[1, 7]),
    ("(speed > 0 and braking) is null", &[7]),
    ("(speed > 0 or braking) is not null", &[0, 3, 4, 5, 6]),
    ("((speed > 0) is null) is null", &[]),
    // Booleans.
    ("braking", &[0, 3, 5]),
    ("not braking", &[1, 4, 6]),
    ("braking = true", &[0, 3, 5]),
    ("braking = false", &[1, 4, 6]),
    ("braking != true", &[1, 4, 6]),
    ("braking is null", &[2, 7]),
    ("braking = has(car)", &[0, 1, 4, 5, 6]),
    ("braking in (true, false)", &[0, 1, 3, 4, 5, 6]),
    // Whole numbers: exact, also beyond what doubles hold and against numbers with a point.
    ("gear = 3", &[4, 6]),
    ("gear != 3", &[0, 1, 3, 5]),
    ("gear > 0.5", &[0, 1, 4, 6]),
    ("gear < 1.5", &[0, 3, 5]),
    ("gear = 1.5", &[]),
    ("not gear = 1.5", &[0, 1, 3, 4, 5, 6]),
    ("gear is null", &[2, 7]),
    ("gear in (1, 3, 2.5)", &[0, 4, 6]),
    ("gear not in (1, 3)", &[1, 3, 5]),
    ("big = 9007199254740993", &[1]),
    ("big > 9007199254740992.0", &[1, 5]),
    ("big in (9007199254740992, -1)", &[0, 3]),
    ("big = 9223372036854775807", &[5]),
    ("big < -9223372036854775807", &[6]),
    ("big >= 1e19", &[]),
    ("big > -1e19", &[0, 1, 2, 3, 4, 5, 6, 7]),
    ("big > frame", &[0, 1, 4, 5, 7]),
    ("gear > speed", &[3]),
    ("gear <= speed", &[0, 4, 5, 6]),
    // Arithmetic is in doubles; a division by zero is null.
    ("speed * 2 - 10 = 10", &[0]),
    ("speed / 4 > 2", &[0, 4, 5, 6]),
    ("speed / gear > 0", &[0, 3, 4, 6]),
    ("speed / gear is null", &[1, 2, 5, 7]),
    ("not speed / 0 > 1", &[]),
    ("1 / 0 is null", &[0, 1, 2, 3, 4, 5, 6, 7]),
    ("-speed > 0", &[3]),
    ("gear / 2 = 1.5", &[4, 6]),
    ("7 / 2 = 3.5", &[0, 1, 2, 3, 4, 5, 6, 7]),
    ("(speed + gear) * 2 = 22", &[0]),
    // Labels: a class that a footage lacks counts 0 there.
    ("has(car)", &[0, 2, 5]),
    ("not has(car)", &[1, 3, 4, 6, 7]),
    ("count(car) >= 2", &[0]),
    ("count(car) = 0", &[1, 3, 4, 6, 7]),
    ("count(car) != 0", &[0, 2, 5]),
    ("count(car) > -1", &[0, 1, 2, 3, 4, 5, 6, 7]),
    ("count(car) < 0.5", &[1, 3, 4, 6, 7]),
    ("count(pedestrian) = 0", &[0, 2, 4, 5, 6, 7]),
    ("count(pedestrian) > count(car)", &[1, 3]),
    ("count(car) is null", &[]),
    ("has(\"traffic light\")", &[6]),
    ("labels = 0", &[4, 7]),
    ("labels >= 2", &[0, 3]),
    ("labels in (1, 2)", &[0, 1, 2, 5, 6]),
    // Text: `=` minds case, `~` does not.
    ("weather = \"rain\"", &[1]),
    ("weather ~ \"rain\"", &[1, 3]),
    ("weather ~ \"s*\"", &[0, 4, 5, 6]),
    ("weather ~ \"?UN\"", &[0, 4, 5]),
    ("not weather = \"rain\"", &[0, 3, 4, 5, 6]),
    ("not weather ~ \"r*\"", &[0, 4, 5, 6]),
    ("weather is null", &[2, 7]),
    ("weather is not null", &[0, 1, 3, 4, 5, 6]),
    ("weather in (\"sun\", 'Rain')", &[0, 3, 4, 5]),
    ("weather not in (\"sun\", 'Rain')", &[1, 6]),
    ("weather < \"rain\"", &[3]),
    ("\"rain\" <= weather", &[0, 1, 4, 5, 6]),
    ("weather between \"rain\" and \"snow\"", &[1, 6]),
    ("weather = camera", &[]),
    ("weather != vehicle", &[0, 1, 3, 4, 5, 6]),
    ("camera = \"front\"", &[0, 1, 2, 3]),
    ("camera ~ \"front\"", &[0, 1, 2, 3, 6, 7]),
    ("camera in (\"rear\", \"Front\")", &[4, 5, 6, 7]),
    ("recording = \"drive_2\"", &[6, 7]),
    ("recording ~ \"*_1\" and frame = 1", &[1, 5]),
    ("vehicle = \"van\"", &[0, 1, 2, 3, 4, 5]),
    ("camera < recording", &[6, 7]),
    // An attribute that a recording lacks is null.
    ("region = \"north\"", &[0, 1, 2, 3, 4, 5]),
    ("not region = \"north\"", &[]),
    ("region != \"south\"", &[0, 1, 2, 3, 4, 5]),
    ("region is null", &[6, 7]),
    ("driver = vehicle", &[]),
    ("driver != vehicle", &[0, 1, 2, 3, 4, 5]),
    ("attribute.driver ~ \"a\"", &[0, 1, 2, 3, 4, 5]),
    // Time, time since the recording began, index in the footage.
    ("time >= 2024-05-01T08:00:01Z", &[2, 3, 6, 7]),
    ("time < \"2024-05-01T10:00:00.5+02:00\"", &[0, 4]),
    ("time between 2024-05-01 and 2024-05-02", &[0, 1, 2, 3, 4, 5]),
    ("time = 2024-05-02T08:00Z", &[6]),
    ("time in (2024-05-02T08:00Z, '2024-05-01T08:00:01.5Z')", &[3, 6]),
    ("timestamp_ns = 1714550400500000000", &[1, 5]),
    ("time is null", &[]),
    ("t > 0.5", &[2, 3]),
    ("t * 2 = frame", &[0, 1, 2, 3, 4, 5, 6, 7]),
    ("frame = 0", &[0, 4, 6]),
    ("frame_idx >= 2", &[2, 3]),
    ("not frame between 1 and 2", &[0, 3, 4, 6]),
    ("frame in (0, 3)", &[0, 3, 4, 6]),
    // The store, and what is known of a frame beside its values; that is always known.
    ("store = \"drive_1/rear.h5\"", &[4, 5]),
    ("store ~ \"*/FRONT.*\"", &[0, 1, 2, 3]),
    ("not store ~ \"*front*\"", &[4, 5]),
    ("store is null", &[6, 7]),
    ("damaged", &[4, 6]),
    ("damaged = true", &[4, 6]),
    ("not damaged", &[0, 1, 2, 3, 5, 7]),
    ("damaged is null", &[]),
    ("damaged and speed > 25", &[6]),
    ("problem", &[0, 2, 3, 4, 5, 6]),
    ("problem and not damaged", &[0, 2, 3, 5]),
    ("not problem or damaged", &[1, 4, 6, 7]),
    ("problem in (false)", &[1, 7]),
    ("problem for 1 s", &[2, 3, 4, 5]),
    ("speed > 0 within 0.5 s of damaged", &[0, 4, 5, 6]),
    // Names.
    ("metric.time > 5", &[6, 7]),
    ("metric.speed = 10", &[0]),
    ("`two words` = -3", &[3]),
    ("`metric.two words` = -3", &[3]),
    // Places; a position that lacks one of its two numbers is unknown.
    ("in_box(47, 10, 49, 12)", &[0, 1, 7]),
    ("not in_box(47, 10, 49, 12)", &[3, 4, 6]),
    ("in_box(47, 10, 49, 12) is null", &[2, 5]),
    ("in_box(48, 11, 48, 11)", &[0]),
    ("in_box(47 deg, 10 °, 49, 12) and speed > 0", &[0]),
    // From west to east, so that a western side in the east crosses the antimeridian.
    ("in_box(-20, 179, 0, -179)", &[3, 4]),
    ("in_box(-20, -179, 0, 179)", &[]),
    ("in_box(-20, -180, 0, 0)", &[4]),
    ("in_box(-90, -180, 90, 180)", &[0, 1, 3, 4, 6, 7]),
    ("in_polygon(47 10, 49 10, 49 13)", &[0, 1, 7]),
    ("in_polygon(48.1 11.1, 48.6 11.1, 48.6 11.9, 48.1 11.9)", &[1, 7]),
    ("not in_polygon(48.1 11.1, 48.6 11.1, 48.6 11.9, 48.1 11.9)", &[0, 3, 4, 6]),
    ("in_polygon(-20 179, -20 -179, 0 -179, 0 179)", &[3, 4]),
    ("in_box(47, 10, 49, 12) for 1 s", &[0, 1]),
    ("in_box(47, 10, 49, 12) for 0.5 s", &[0, 1, 7]),
    // Precedence: `not` before `and` before `or`.
    ("has(car) or has(pedestrian) and not braking", &[0, 1, 2, 5]),
    ("(has(car) or has(pedestrian)) and not braking", &[1]),
    ("not has(car) and braking", &[3]),
    // `for`: runs of one footage, from the first frame to the last and one frame period more. Unknown breaks a run and
    // stays unknown; a run that is too short is false.
    ("braking for 0.5 s", &[0, 3, 5]),
    ("braking for 501 ms", &[]),
    ("not has(car) for 1 s", &[6, 7]),
    ("not (has(car) for 1 s)", &[0, 1, 2, 3, 4, 5, 6, 7]),
    ("speed is not null for 1 s", &[2, 3, 4, 5]),
    ("true for 2 s", &[0, 1, 2, 3]),
    ("frame >= 0 for 2001 ms", &[]),
    ("speed > 0 for 0 s", &[0, 4, 5, 6]),
    ("speed > 0 for 1 s", &[4, 5]),
    ("not (speed > 0 for 1 s)", &[0, 2, 3, 6]),
    ("(speed > 0 for 1 s) is null", &[1, 7]),
    ("speed > 0 / 0 for 1 s", &[]),
    ("(speed > 0 for 1 s) for 1 s", &[4, 5]),
    // `within`: the same recording, any camera. Where the second condition is unknown, it is not true.
    ("has(pedestrian) within 0.5 s of has(car)", &[1, 3]),
    ("has(pedestrian) within 400 ms of has(car)", &[1]),
    ("has(pedestrian) within 0 s of has(car)", &[1]),
    ("speed > 20 within 0 s of braking", &[4, 5]),
    ("has(car) within 500 ms before has(pedestrian)", &[0, 2, 5]),
    ("has(car) within 500 ms after has(pedestrian)", &[2, 5]),
    ("has(car) within 1 s of speed is null", &[0, 2, 5]),
    ("frame >= 0 within 10 h of has(`traffic light`)", &[6, 7]),
    ("not (speed > 0 within 1 s of has(`traffic light`))", &[0, 1, 2, 3, 4, 5]),
    ("(speed > 0 within 1 s of has(`traffic light`)) is null", &[7]),
    ("speed > 0 within 1 s of speed / 0 > 1", &[]),
    ("camera = \"rear\" and speed > 1 within 1 s of has(car where score < 0.5)", &[4, 5]),
    // `rate`: from the frame before to the frame after.
    ("rate(speed) < 0", &[1]),
    ("rate(speed) = -10 m/s2", &[1]),
    ("rate(speed) < -1 g", &[1]),
    ("rate(speed) is null", &[0, 2, 3, 4, 5, 6, 7]),
    ("not rate(speed) < 0", &[]),
    ("rate(gear) = -3", &[2]),
    ("rate(metric.time) = 2", &[1, 2]),
    ("rate(t) = 1", &[1, 2]),
    ("rate(count(car)) < 0", &[1]),
    ("rate(rate(metric.time)) is not null", &[]),
    // Windows end at the frame, both ends included; missing values do not count.
    ("mean(speed, 500 ms) = 10", &[0, 1]),
    ("mean(speed, 500 ms) < 0", &[3]),
    ("mean(speed, 500 ms) >= 30", &[5, 6, 7]),
    ("mean(speed, 0 s) is null", &[1, 7]),
    ("mean(speed, 1 s) > 36 km/h", &[4, 5, 6, 7]),
    ("mean(speed, 1 s) - speed >= 2.5 m/s", &[2, 3]),
    ("min(speed, 1 s) = 0", &[2]),
    ("min(gear, 1 s) = -1", &[3]),
    ("max(speed, 10 s) = 10", &[0, 1, 2, 3]),
    ("max(-speed, 10 s) = 5", &[3]),
    // Labels one by one: a label counts for which the condition is true.
    ("count(car where score > 0.5) >= 1", &[0, 5]),
    ("has(car where score > 0.5)", &[0, 5]),
    ("has(car where not score > 0.5)", &[0, 2]),
    ("not has(car where score > 0.5)", &[1, 2, 3, 4, 6, 7]),
    ("has(pedestrian where score is null)", &[1]),
    ("has(pedestrian where not score > 0.5)", &[3]),
    ("count(pedestrian where score > 0.5) = 2", &[3]),
    ("count(pedestrian where score > 0.5) = 0", &[0, 1, 2, 4, 5, 6, 7]),
    ("has(* where w >= 50 px and h is not null)", &[0, 3, 5]),
    ("count(* where class in (\"car\", \"pedestrian\") and track_id is not null) = 1", &[0, 1, 2, 5]),
    ("has(car where track_id = 9007199254740993)", &[5]),
    ("has(car where x + w > 100 or y > 10)", &[0, 5]),
    ("has(car where class = \"pedestrian\")", &[]),
    ("has(* where class ~ \"CAR\")", &[0, 2, 5]),
    ("count(*) = labels", &[0, 1, 2, 3, 4, 5, 6, 7]),
    ("has(*)", &[0, 1, 2, 3, 5, 6]),
    ("has(car where score > 0.5) for 0.5 s", &[0, 5]),
    ("camera = \"rear\" and has(car where score > 0.5)", &[5]),
    ("not (camera = \"rear\" and has(car where score > 0.5))", &[0, 1, 2, 3, 4, 6, 7]),
    // Attributes; a label without one has null.
    ("has(* where occluded)", &[0, 6]),
    ("has(car where not occluded)", &[0]),
    ("has(car where occluded is null)", &[2, 5]),
    ("has(car where lane > 2)", &[2]),
    ("has(car where lane = 2)", &[0]),
    ("has(* where colour = \"red\")", &[0]),
    ("has(* where colour ~ \"RED\")", &[0, 2]),
    ("has(* where attribute.colour = \"blue\")", &[3]),
    // Tags: a frame may have several; one that no frame has matches none.
    ("tag = \"good\"", &[0, 3, 6]),
    ("tag != \"good\"", &[1, 2, 4, 5, 7]),
    ("not \"good\" = tag", &[1, 2, 4, 5, 7]),
    ("tag in (\"good\", \"Look again\")", &[0, 3, 4, 6]),
    ("tag = \"good\" and tag = \"Look again\"", &[3]),
    ("tag ~ \"LOOK*\"", &[3, 4]),
    ("tag is null", &[1, 2, 5, 7]),
    ("tag is not null and braking", &[0, 3]),
    ("tag = \"nowhere\"", &[]),
    ("tag = \"good\" for 0.5 s", &[0, 3, 6]),
    ("braking within 1 s of tag = \"Look again\"", &[0, 3, 5]),
];

/// Filters that parse but do not fit [`lake`], with the bytes the error points at.
pub const MISFITS: &[(&str, std::ops::Range<usize>)] = &[
    ("sped > 1", 0..4),
    ("Speed > 1", 0..5),
    ("has(truck)", 4..9),
    ("has(Car)", 4..7),
    ("speed", 0..5),
    ("camera", 0..6),
    ("speed > \"80\"", 8..12),
    ("camera = 3", 9..10),
    ("camera = front", 9..14),
    ("braking > true", 0..14),
    ("braking = 1", 10..11),
    ("speed ~ \"1*\"", 0..5),
    ("time > 5", 7..8),
    ("time > \"noon\"", 7..13),
    ("t > 2024-05-01", 4..14),
    ("speed > 80 kg", 8..13),
    ("gear > 3 km/h", 7..13),
    ("speed * 3.6 > 80 km/h", 14..21),
    ("speed * 2 km/h > 1", 8..14),
    ("speed + camera > 1", 8..14),
    ("speed in (1, \"a\")", 13..16),
    ("speed and braking", 0..5),
    ("damagd", 0..6),
    ("problem > 3", 10..11),
    ("store = 3", 8..9),
    ("frame_id = \"a/b/1\"", 0..8),
    ("speed for 3 s", 0..5),
    ("braking for 3 kg", 12..16),
    ("braking within 2 m of has(car)", 15..18),
    ("braking within 2 s of speed", 22..27),
    ("rate(braking) > 1", 5..12),
    ("rate(camera) = 1", 5..11),
    ("rate(5) > 1", 5..6),
    ("rate(speed) > 3 m/s", 14..19),
    ("mean(speed, 5 kg) > 1", 12..16),
    ("mean(speed, 5 s) > 3 kg", 19..23),
    ("count(car where scor > 1) > 1", 16..20),
    ("has(Car where score > 1)", 4..7),
    ("has(car where score)", 14..19),
    ("has(car where speed > 1)", 14..19),
    ("has(car where class = car)", 22..25),
    ("has(car where has(car))", 14..22),
    ("has(car where score > 1 for 3 s)", 14..31),
    ("tag", 0..3),
    ("tag > \"a\"", 0..9),
    ("tag = 3", 6..7),
    ("tag = camera", 6..12),
    ("rate(tag) > 1", 5..8),
    ("in_box(49, 10, 47, 12)", 7..17),
    ("in_box(47, 10, 95, 12)", 15..17),
    ("in_box(47, 10, 49, 190)", 19..22),
    ("in_box(47 km, 10, 49, 12)", 7..12),
    ("in_polygon(47 10, 49 10)", 0..24),
    ("has(car where in_box(47, 10, 49, 12))", 14..36),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::filter::Filter;

    #[test]
    fn columns_pass() {
        let lake = lake();
        let mut wrong = Vec::new();
        for (text, expected) in CASES {
            let filter = Filter::parse(text).unwrap_or_else(|error| panic!("{}", error.render(text)));
            let set = filter.evaluate(&lake).unwrap_or_else(|error| panic!("{}", error.render(text)));
            let found: Vec<usize> = set.iter().collect();
            if found != *expected {
                wrong.push(format!("{text}: {found:?} instead of {expected:?}"));
            }
            let printed = filter.to_string();
            assert_eq!(Filter::parse(&printed).unwrap(), filter, "{text} printed as {printed}");
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    #[test]
    fn misfits_are_pointed_at() {
        let lake = lake();
        for (text, span) in MISFITS {
            let filter = Filter::parse(text).unwrap_or_else(|error| panic!("{}", error.render(text)));
            let error = filter.bind(&lake).expect_err(text);
            assert_eq!(error.span, *span, "{}", error.render(text));
            assert!(error.hint.is_some(), "{}", error.render(text));
        }
    }
}
