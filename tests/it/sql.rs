//! Filters as SQL find the frames that the filters find: the truth table, and random filters over random lakes, in SQLite.

use std::{collections::BTreeMap, fmt::Write as _, sync::Arc};

use lakescope::{
    filter::{Filter, FrameColumns, MemoryColumns, NoSql, metric_name, sql_of, truth_table},
    model::{Column, Label, NULL_BOOL, NULL_WORD},
};
use proptest::prelude::*;
use rusqlite::{Connection, params_from_iter, types::Value};

type Labels = BTreeMap<usize, Vec<Label>>;

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn cell(column: &Column, row: usize) -> Value {
    if column.is_null(row) {
        return Value::Null;
    }
    match column {
        Column::Float(values) => Value::Real(values[row]),
        Column::Int { values, .. } => Value::Integer(values[row]),
        Column::Bool(values) => Value::Integer(i64::from(values[row])),
        Column::Text { .. } => Value::Text(column.text(row).unwrap()),
    }
}

/// The tables of a lake, filled. The frame's id is its row.
fn database(lake: &MemoryColumns, labels: &Labels) -> Connection {
    let database = Connection::open_in_memory().unwrap();
    let mut columns = String::new();
    for metric in lake.metrics() {
        let kind = match &*lake.metric(&metric.name).unwrap() {
            Column::Float(_) => "DOUBLE",
            Column::Int { .. } => "BIGINT",
            Column::Bool(_) => "BOOLEAN",
            Column::Text { .. } => "TEXT",
        };
        write!(columns, ", {} {kind}", quoted(&metric_name(&metric.name))).unwrap();
    }
    let keys = lake.footages().iter().flat_map(|footage| footage.attributes.keys());
    let mut known: Vec<&str> = keys.map(String::as_str).chain(["vehicle", "region"]).collect();
    known.sort_unstable();
    known.dedup();
    let attributes = known.iter().fold(String::new(), |all, key| all + ", " + &quoted(key) + " TEXT");
    database
        .execute_batch(&format!(
            "CREATE TABLE frames (frame_id TEXT, recording TEXT, camera TEXT, frame_idx BIGINT, timestamp_ns BIGINT, \
             time TEXT{columns}, labels BIGINT);
             CREATE TABLE recordings (recording TEXT, started_at_ns BIGINT, duration_ns BIGINT{attributes});
             CREATE TABLE footages (recording TEXT, camera TEXT, store TEXT);
             CREATE TABLE labels (frame_id TEXT, class TEXT, x DOUBLE, y DOUBLE, w DOUBLE, h DOUBLE, score DOUBLE, \
             track_id BIGINT, attributes TEXT);"
        ))
        .unwrap();
    let (times, counts) = (lake.timestamps().unwrap(), lake.label_count().unwrap());
    let metrics: Vec<Arc<Column>> = lake.metrics().iter().map(|metric| lake.metric(&metric.name).unwrap()).collect();
    let insert = |table: &str, values: Vec<Value>| {
        let marks = vec!["?"; values.len()].join(", ");
        let text = format!("INSERT INTO {table} VALUES ({marks})");
        database.prepare_cached(&text).unwrap().execute(params_from_iter(values)).unwrap();
    };
    let mut recordings = Vec::new();
    for (at, footage) in lake.footages().iter().enumerate() {
        if !recordings.contains(&&footage.recording) {
            recordings.push(&footage.recording);
            let mut values =
                vec![Value::Text(footage.recording.clone()), Value::Integer(footage.started_at_ns), Value::Null];
            values.extend(
                known
                    .iter()
                    .map(|key| footage.attributes.get(*key).map_or(Value::Null, |text| Value::Text(text.clone()))),
            );
            insert("recordings", values);
        }
        let store = lake.store(at).map_or(Value::Null, |store| Value::Text(store.to_owned()));
        let (recording, camera) = (footage.recording.clone(), footage.camera.clone());
        insert("footages", vec![Value::Text(recording), Value::Text(camera), store]);
        for frame in 0..footage.rows {
            let row = footage.first_row + frame;
            let mut values = vec![
                Value::Text(row.to_string()),
                Value::Text(footage.recording.clone()),
                Value::Text(footage.camera.clone()),
                Value::Integer(i64::try_from(frame).unwrap()),
                Value::Integer(times[row]),
                Value::Null,
            ];
            values.extend(metrics.iter().map(|column| cell(column, row)));
            values.push(Value::Integer(i64::from(counts[row])));
            insert("frames", values);
        }
        for label in labels.get(&at).into_iter().flatten() {
            let real = |value: Option<f64>| value.map_or(Value::Null, Value::Real);
            let side = |of: fn(&lakescope::model::BoundingBox) -> f64| real(label.bbox.as_ref().map(of));
            let row = footage.first_row + usize::try_from(label.frame_idx).unwrap();
            insert(
                "labels",
                vec![
                    Value::Text(row.to_string()),
                    Value::Text(label.class.clone()),
                    side(|sides| sides.x),
                    side(|sides| sides.y),
                    side(|sides| sides.w),
                    side(|sides| sides.h),
                    real(label.score),
                    label.track_id.map_or(Value::Null, Value::Integer),
                    label.attributes.clone().map_or(Value::Null, Value::Text),
                ],
            );
        }
    }
    database
}

fn rows_by_sql(database: &Connection, sql: &str) -> Result<Vec<usize>, rusqlite::Error> {
    let mut query = database.prepare(sql)?;
    let at = query.column_index("frame_id")?;
    let found = query.query_map([], |row| row.get::<_, String>(at))?;
    let mut rows = found.map(|id| Ok(id?.parse().unwrap())).collect::<Result<Vec<usize>, rusqlite::Error>>()?;
    rows.sort_unstable();
    Ok(rows)
}

#[test]
fn the_truth_table_holds_in_sql() {
    let lake = truth_table::lake();
    let database = database(&lake, &truth_table::labels());
    let (mut wrong, mut unsaid) = (Vec::new(), Vec::new());
    for (text, expected) in truth_table::CASES {
        let filter = Filter::parse(text).unwrap();
        match sql_of(&filter, &lake) {
            Ok(sql) => match rows_by_sql(&database, &sql.text) {
                Ok(found) if found == *expected => {}
                found => wrong.push(format!("{text}: {found:?} instead of {expected:?}\n{}", sql.text)),
            },
            Err(NoSql::Unsaid { part, .. }) => unsaid.push((*text, part)),
            Err(error) => panic!("{text}: {error}"),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    for (text, part) in &unsaid {
        assert!(["tag", "damaged or problem"].contains(&&**part) || part.starts_with("attribute."), "{text}: {part}");
    }
    let others = unsaid.iter().filter(|(_, part)| part == "tag" || part.starts_with("attribute.")).count();
    assert_eq!(others, 19, "{unsaid:?}");
}

/// A recording's number, the frame period in ms, and the step to each frame in percent of it.
type Plan = (usize, i64, Vec<i64>);

fn plans() -> impl Strategy<Value = Vec<Plan>> {
    let step = prop_oneof![
        6 => Just(100_i64),
        2 => 90_i64..110,
        1 => Just(200_i64),
        1 => 240_i64..260,
        1 => 300_i64..900,
        1 => Just(0_i64),
        1 => -150_i64..0
    ];
    let footage = (0_usize..3, prop::sample::select(vec![10_i64, 33, 100, 250]), prop::collection::vec(step, 0..24));
    prop::collection::vec(footage, 1..4)
}

/// A lake of these footages with columns that have nulls, infinities and large numbers.
fn random_lake(plans: &[Plan], seed: u64) -> (MemoryColumns, Labels) {
    const MS: i64 = 1_000_000;
    let mut state = seed | 1;
    let mut draw = move |below: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((state >> 33) % below).unwrap()
    };
    let mut lake = MemoryColumns::new();
    let mut labels = Labels::new();
    let mut rows = 0;
    for (at, (recording, period_ms, steps)) in plans.iter().enumerate() {
        let mut time = i64::try_from(at).unwrap() * 7 * MS;
        let times: Vec<i64> = steps
            .iter()
            .map(|percent| {
                time += percent * period_ms * MS / 100;
                time
            })
            .collect();
        rows += times.len();
        for frame in 0..times.len() as u64 {
            for _ in 0..draw(3) {
                labels.entry(at).or_default().push(Label {
                    frame_idx: frame,
                    class: ["car", "dog"][draw(2)].to_owned(),
                    score: [None, Some(0.25), Some(0.5), Some(1.0)][draw(4)],
                    bbox: None,
                    track_id: [None, Some(1), Some(2)][draw(3)],
                    attributes: None,
                });
            }
        }
        let attributes: BTreeMap<String, String> =
            if recording % 2 == 0 { [("region".to_owned(), "x".to_owned())].into() } else { BTreeMap::new() };
        lake.add_footage(&format!("r{recording}"), &format!("c{at}"), 3 * MS, &Arc::new(attributes), times);
    }
    // The classes must be there whatever was drawn.
    if rows > 0 {
        let at = plans.iter().position(|(_, _, steps)| !steps.is_empty()).unwrap();
        for class in ["car", "dog"] {
            let label = Label {
                frame_idx: 0,
                class: class.to_owned(),
                score: None,
                bbox: None,
                track_id: None,
                attributes: None,
            };
            labels.entry(at).or_default().push(label);
        }
    }
    let floats = [f64::NAN, f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -0.0, 0.5, 1.0, -1.5, 2.0];
    let ints = [i64::MAX, (1 << 53) + 1, -1, 0, 1, 2];
    for name in ["a", "b"] {
        lake.add_metric(name, None, Column::Float((0..rows).map(|_| floats[draw(9)]).collect()));
    }
    lake.add_metric("d", None, Column::Float((0..rows).map(|_| [f64::NAN, 0.5, 1.0, -2.0, 3.25][draw(5)]).collect()));
    let values = (0..rows).map(|_| ints[draw(6)]).collect();
    lake.add_metric("i", None, Column::Int { values, valid: (0..rows).map(|_| draw(4) > 0).collect() });
    lake.add_metric("j", None, Column::Int { values: (0..rows).map(|_| ints[draw(6)]).collect(), valid: Vec::new() });
    lake.add_metric("flag", None, Column::Bool((0..rows).map(|_| [0, 1, 1, NULL_BOOL][draw(4)]).collect()));
    let words: Vec<String> = ["x", "y", "Y"].map(str::to_owned).to_vec();
    let codes = (0..rows).map(|_| [0, 1, 2, NULL_WORD][draw(4)]).collect();
    lake.add_metric("w", None, Column::Text { codes, words });
    lake.add_labels(labels.clone());
    (lake, labels)
}

fn number() -> impl Strategy<Value = String> {
    let window = (prop::sample::select(vec!["a", "d", "i", "count(car)"]), 0_u32..400);
    let leaf = prop_oneof![
        4 => prop::sample::select(vec!["a", "b", "i", "j", "count(car)", "labels", "frame", "t", "timestamp_ns"]).prop_map(str::to_owned),
        2 => (-3_i32..4).prop_map(|v| v.to_string()),
        2 => (-6_i32..7).prop_map(|v| format!("{:?}", f64::from(v) / 2.0)),
        1 => prop::sample::select(vec!["a", "d", "i", "count(dog)", "a - b"]).prop_map(|x| format!("rate({x})")),
        1 => window.clone().prop_map(|(x, ms)| format!("min({x}, {ms} ms)")),
        1 => window.prop_map(|(x, ms)| format!("max({x}, {ms} ms)")),
        1 => (0_u32..400).prop_map(|ms| format!("mean(d, {ms} ms)")),
        1 => Just("count(car where score > 0.25 or track_id = 2)".to_owned()),
        1 => Just("count(* where not score > 0.25)".to_owned()),
    ];
    leaf.prop_recursive(2, 6, 2, |inner| {
        prop_oneof![
            inner.clone().prop_map(|x| format!("-({x})")),
            (inner.clone(), prop::sample::select(vec!["+", "-", "*", "/"]), inner)
                .prop_map(|(a, op, b)| format!("({a} {op} {b})")),
        ]
    })
}

fn condition() -> impl Strategy<Value = String> {
    let signs = || prop::sample::select(vec!["=", "!=", "<", "<=", ">", ">="]);
    let texts = || prop::sample::select(vec!["w", "camera", "region", "recording", "\"x\"", "\"Y\"", "\"c1\""]);
    let leaf = prop_oneof![
        4 => (number(), signs(), number()).prop_map(|(a, op, b)| format!("{a} {op} {b}")),
        1 => (number(), number(), number()).prop_map(|(a, b, c)| format!("{a} between {b} and {c}")),
        1 => (number(), prop::collection::vec(number(), 1..4)).prop_map(|(a, list)| format!("{a} in ({})", list.join(", "))),
        1 => number().prop_map(|a| format!("{a} is null")),
        2 => (texts(), signs(), texts()).prop_map(|(a, op, b)| format!("{a} {op} {b}")),
        1 => (texts(), prop::collection::vec(texts(), 1..4)).prop_map(|(a, list)| format!("{a} in ({})", list.join(", "))),
        1 => (texts(), prop::sample::select(vec!["y", "?", "c*", "X"])).prop_map(|(a, glob)| format!("{a} ~ \"{glob}\"")),
        2 => prop::sample::select(vec!["flag", "has(car)", "has(dog)", "true", "false", "w is null"]).prop_map(str::to_owned),
    ];
    leaf.prop_recursive(4, 16, 3, |inner| {
        prop_oneof![
            1 => inner.clone().prop_map(|x| format!("not ({x})")),
            2 => (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a}) and ({b})")),
            2 => (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a}) or ({b})")),
            1 => (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a}) = ({b})")),
            1 => inner.clone().prop_map(|x| format!("({x}) is null")),
            2 => (inner.clone(), 0_u32..700).prop_map(|(a, ms)| format!("(({a}) for {ms} ms)")),
            2 => (inner.clone(), 0_u32..400, prop::sample::select(vec!["of", "before", "after"]), inner)
                .prop_map(|(a, ms, side, b)| format!("(({a}) within {ms} ms {side} ({b}))")),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn sql_finds_what_the_filter_finds(plans in plans(), seed in any::<u64>(), text in condition()) {
        let (lake, labels) = random_lake(&plans, seed);
        prop_assume!(lake.rows() > 0);
        let filter = Filter::parse(&text).unwrap();
        // Some drawn filters do not fit: the rate of a constant, a unit that is known on one side only.
        let Ok(set) = filter.evaluate(&lake) else { return Ok(()) };
        let sql = match sql_of(&filter, &lake) {
            Ok(sql) => sql.text,
            Err(error) => return Err(TestCaseError::fail(format!("{text}: {error}"))),
        };
        let found = rows_by_sql(&database(&lake, &labels), &sql).map_err(|error| TestCaseError::fail(format!("{error}\n{text}\n{sql}")))?;
        prop_assert_eq!(found, set.iter().collect::<Vec<_>>(), "{}\n{}", text, sql);
    }
}
