//! The gate: what gets through, what does not, and what is told; names; what a query needs; what can be typed next.

use proptest::prelude::*;

use super::{schema::SqlType, *};

fn tables() -> Vec<SqlTable> {
    let table = |name: &str, columns: &[(&str, SqlType)]| {
        SqlTable::new(name, columns.iter().map(|(name, kind)| SqlColumn::new(*name, *kind)).collect())
    };
    vec![
        table(
            "frames",
            &[
                ("frame_id", SqlType::Text),
                ("recording", SqlType::Text),
                ("camera", SqlType::Text),
                ("frame_idx", SqlType::Int64),
                ("timestamp_ns", SqlType::Int64),
                ("speed", SqlType::Double),
                ("yaw rate", SqlType::Double),
                ("metric.time", SqlType::Double),
                ("labels", SqlType::Int32),
            ],
        ),
        table("labels", &[("frame_id", SqlType::Text), ("class", SqlType::Text), ("score", SqlType::Double)]),
        table("recordings", &[("recording", SqlType::Text), ("region", SqlType::Text)]),
        table("samples", &[("recording", SqlType::Text), ("metric", SqlType::Text), ("value", SqlType::Double)]),
    ]
}

fn refused(text: &str) -> SqlMistake {
    match check(text, &tables()) {
        Err(mistake) => mistake,
        Ok(checked) => panic!("{text} got through as {}", checked.text),
    }
}

/// Everything that someone could try so that a query reads something else, writes, or does something.
const ATTACKS: &[&str] = &[
    "",
    "   -- nothing",
    ";",
    "INSERT INTO frames VALUES (1)",
    "UPDATE frames SET speed = 0",
    "DELETE FROM frames",
    "DELETE FROM frames WHERE speed > 1",
    "TRUNCATE TABLE frames",
    "DROP TABLE frames",
    "CREATE TABLE x AS SELECT * FROM frames",
    "CREATE VIEW x AS SELECT * FROM frames",
    "CREATE TABLE x (a int)",
    "ALTER TABLE frames ADD COLUMN x int",
    "MERGE INTO frames USING labels ON true WHEN MATCHED THEN DELETE",
    "REPLACE INTO frames VALUES (1)",
    "COPY frames TO '/tmp/x.csv'",
    "COPY (SELECT * FROM frames) TO '/tmp/x.csv'",
    "COPY frames FROM '/etc/passwd'",
    "ATTACH DATABASE '/tmp/x.db' AS x",
    "DETACH x",
    "SET memory_limit = '1TB'",
    "RESET ALL",
    "PRAGMA database_list",
    "SHOW TABLES",
    "DESCRIBE frames",
    "EXPLAIN SELECT * FROM frames",
    "EXPLAIN ANALYZE SELECT * FROM frames",
    "USE x",
    "BEGIN",
    "COMMIT",
    "GRANT ALL ON frames TO public",
    "CALL something()",
    "EXECUTE x",
    "PREPARE x AS SELECT 1",
    "LOAD 'x'",
    "INSTALL x",
    "VACUUM",
    "ANALYZE frames",
    "KILL 1",
    "EXPORT DATABASE 'x'",
    "UNLOAD (SELECT * FROM frames) TO 's3://x'",
    "TABLE frames",
    "VALUES (1)",
    "FROM frames",
    "FROM frames SELECT *",
    "SELECT 1; SELECT 2",
    "SELECT 1; DROP TABLE frames",
    "SELECT * FROM frames; -- x\nDELETE FROM frames",
    "SELECT * INTO x FROM frames",
    "SELECT * INTO OUTFILE '/tmp/x' FROM frames",
    "SELECT * FROM read_csv('/etc/passwd')",
    "SELECT * FROM read_parquet('../x.parquet')",
    "SELECT * FROM read_ipc('/x')",
    "SELECT * FROM read_json('/x')",
    "SELECT * FROM READ_CSV('/etc/passwd') AS frames",
    "SELECT * FROM \"read_csv\"('/etc/passwd')",
    "SELECT * FROM frames JOIN read_csv('/etc/passwd') AS x ON true",
    "SELECT * FROM frames, read_csv('/etc/passwd')",
    "SELECT * FROM (SELECT * FROM read_csv('/etc/passwd')) AS x",
    "WITH x AS (SELECT * FROM read_csv('/etc/passwd')) SELECT * FROM x",
    "SELECT (SELECT count(*) FROM read_csv('/etc/passwd'))",
    "SELECT * FROM frames WHERE frame_id IN (SELECT column_1 FROM read_csv('/etc/passwd'))",
    "SELECT 1 UNION ALL SELECT * FROM read_csv('/etc/passwd')",
    "SELECT * FROM frames ORDER BY (SELECT count(*) FROM read_csv('/etc/passwd'))",
    "SELECT CASE WHEN true THEN (SELECT count(*) FROM read_parquet('/x')) END",
    "SELECT * FROM '/etc/passwd'",
    "SELECT * FROM \"/etc/passwd\"",
    "SELECT * FROM `/etc/passwd`",
    "SELECT * FROM lake.sqlite",
    "SELECT * FROM main.frames",
    "SELECT * FROM sqlite_schema",
    "SELECT * FROM information_schema.tables",
    "SELECT * FROM frames()",
    "SELECT * FROM TABLE(frames)",
    "SELECT * FROM generate_series(1, 1000000000)",
    "SELECT * FROM UNNEST([1, 2]) AS t(a)",
    "SELECT * FROM frames, LATERAL (SELECT 1) AS x",
    "SELECT * FROM frames FOR UPDATE",
    "SELECT * FROM frames FORMAT CSV",
    "SELECT * FROM frames SETTINGS max_memory_usage = 1",
    "SELECT * FROM frames |> DROP speed",
    "SELECT read_text('/etc/passwd')",
    "SELECT load_extension('x')",
    "SELECT pg_read_file('/etc/passwd')",
    "SELECT system('ls')",
    "SELECT columns('.*') FROM frames",
    "SELECT \"moving|min|rows|start|end|up\"(speed, frame_idx) FROM frames",
    "SELECT count(*) FILTER (WHERE load_extension('x') = 1) FROM frames",
    "WITH RECURSIVE x AS (SELECT 1 AS a UNION ALL SELECT a FROM x) SELECT * FROM x",
    "WITH x AS (DELETE FROM frames RETURNING *) SELECT * FROM x",
    "WITH x AS (INSERT INTO frames VALUES (1)) SELECT * FROM x",
    "WITH x AS (SELECT 1) DELETE FROM frames",
    "WITH x AS (SELECT 1) INSERT INTO frames SELECT * FROM x",
    "(INSERT INTO frames VALUES (1))",
    "(SELECT 1) UNION (DELETE FROM frames)",
    "WITH frames AS (SELECT 1 AS a) SELECT * FROM frames",
    "SELECT * FROM (SELECT 1 AS a) AS labels",
    "SELECT * FROM frames AS labels",
    "SELECT * FROM frames MATCH_RECOGNIZE (PATTERN (a) DEFINE a AS true)",
    "SELECT * FROM frames TABLESAMPLE BERNOULLI (10)",
    "SELECT * FROM frames FOR SYSTEM_TIME AS OF '2024-01-01'",
    "SELECT * FROM frames WITH (NOLOCK)",
    "SELECT TOP 10 * FROM frames",
    "SELECT 'unfinished",
    "SELECT /* unfinished",
];

#[test]
fn nothing_but_one_select_gets_through() {
    for text in ATTACKS {
        let mistake = refused(text);
        assert!(!mistake.message.is_empty() && !mistake.message.ends_with('.'), "{text}: {}", mistake.message);
        assert!(!mistake.render(text).is_empty());
    }
}

/// What the attacks are hidden in.
const WRAPPINGS: &[&str] = &[
    "{}",
    "  {}  ",
    "/* x */ {} -- y",
    "({})",
    "{};",
    "SELECT * FROM ({}) AS inner_one",
    "WITH inner_one AS ({}) SELECT * FROM inner_one",
    "SELECT ({})",
    "SELECT 1 AS a UNION ALL {}",
    "SELECT * FROM frames WHERE frame_id IN ({})",
    "SELECT 1; {}",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn no_wrapping_gets_an_attack_through(
        attack in prop::sample::select(ATTACKS),
        wrappings in prop::collection::vec(prop::sample::select(WRAPPINGS), 1..4),
        upper in any::<bool>(),
    ) {
        let mut text = attack.trim().to_owned();
        // Nothing at all, and a list of values, are fine inside of something else.
        prop_assume!(!["", ";", "-- nothing", "VALUES (1)"].contains(&text.as_str()));
        for wrapping in wrappings {
            text = wrapping.replace("{}", &text);
        }
        let text = if upper { text.to_uppercase() } else { text };
        if let Ok(checked) = check(&text, &tables()) {
            return Err(TestCaseError::fail(format!("{text}\ngot through as {}", checked.text)));
        }
    }

    #[test]
    fn any_text_is_a_query_or_a_mistake_that_can_be_shown(text in ".{0,200}") {
        if let Err(mistake) = check(&text, &tables()) {
            prop_assert!(!mistake.render(&text).is_empty());
        }
    }

    #[test]
    fn what_gets_through_gets_through_again_and_names_only_tables(
        words in prop::collection::vec(prop::sample::select(vec![
            "SELECT", "FROM", "frames", "labels", "WHERE", "speed", "recording", ",", "*", "(", ")", "count(*)", "=", "1", "'x'",
            "AS", "a", "JOIN", "ON", "WITH", "UNION ALL", "GROUP BY", "ORDER BY", "LIMIT", "AND", "f", ".", ";", "INTO", "read_csv",
            "INSERT", "DELETE", "DROP", "OVER", "PARTITION BY", "IN", "NOT", "CASE", "WHEN", "THEN", "END",
        ]), 0..24),
    ) {
        let text = words.join(" ");
        if let Ok(checked) = check(&text, &tables()) {
            for need in &checked.needs {
                prop_assert!(tables().iter().any(|table| table.name == need.table));
            }
            prop_assert!(!checked.text.to_lowercase().contains("read_csv("), "{}", checked.text);
        }
    }
}

#[test]
fn queries_get_through() {
    for text in [
        "SELECT 1",
        "select * from frames;",
        "SELECT f.recording, count(*) AS n FROM frames AS f GROUP BY f.recording HAVING count(*) > 1 ORDER BY n DESC LIMIT 3 OFFSET 1",
        "WITH fast AS (SELECT frame_id FROM frames WHERE speed > 3) SELECT * FROM labels WHERE frame_id IN (SELECT frame_id FROM fast)",
        "SELECT * FROM frames LEFT JOIN recordings USING (recording)",
        "SELECT \"yaw rate\", \"metric.time\" FROM frames",
        "SELECT recording FROM frames UNION SELECT recording FROM recordings",
        "SELECT recording, row_number() OVER (PARTITION BY recording ORDER BY timestamp_ns) AS n FROM frames QUALIFY n <= 3",
        "SELECT avg(speed) OVER w FROM frames WINDOW w AS (PARTITION BY recording ORDER BY timestamp_ns)",
        "SELECT max(speed) OVER (ORDER BY timestamp_ns RANGE BETWEEN 1000000000 PRECEDING AND CURRENT ROW) FROM frames",
        "SELECT CASE WHEN speed > 1 THEN 'fast' ELSE 'slow' END AS pace, count(*) FROM frames GROUP BY pace",
        "SELECT * FROM labels WHERE class LIKE 'tr!_%' ESCAPE '!'",
        "(SELECT recording FROM frames) UNION ALL (SELECT recording FROM samples)",
    ] {
        if let Err(mistake) = check(text, &tables()) {
            panic!("{}", mistake.render(text));
        }
    }
}

#[test]
fn mistakes_are_told_with_their_place_and_a_remedy() {
    for (text, place, message, hint) in [
        ("SELECT *\nFROM fraems", (2, 6), "there is no table `fraems`", "did you mean `frames`?"),
        ("SELECT speeed FROM frames", (1, 8), "there is no column `speeed`", "did you mean `speed`?"),
        ("SELECT f.sped\nFROM frames f", (1, 10), "`frames` has no column `sped`", "did you mean `speed`?"),
        ("SELECT g.speed FROM frames f", (1, 8), "there is no table `g` in this query", ""),
        ("SELECT cuont(*) FROM frames", (1, 8), "there is no function `cuont`", "did you mean `count`?"),
        ("SELECT speed FROM frames WHERE camera = \"front\"", (1, 41), "no column `front`", "single quotes: 'front'"),
        ("SELECT yaw_rate FROM frames", (1, 8), "no column `yaw_rate`", "did you mean `\"yaw rate\"`?"),
        ("SELECT 1;\nSELECT 2", (2, 1), "a second statement", "one query at a time"),
        ("DELETE FROM frames", (1, 1), "only a SELECT can be run here", "never changes anything"),
        ("SELECT * FROM read_csv('x')", (1, 15), "called as a function", "no files"),
        ("SELECT speed FORM frames", (1, 19), "expected", ""),
        ("SELECT 'ä', speeed FROM frames", (1, 13), "`speeed`", "`speed`"),
    ] {
        let mistake = refused(text);
        assert_eq!(mistake.line_column(text), Some(place), "{text}: {mistake:?}");
        assert!(mistake.message.to_lowercase().contains(&message.to_lowercase()), "{text}: {}", mistake.message);
        assert!(mistake.hint.as_deref().unwrap_or_default().contains(hint), "{text}: {:?}", mistake.hint);
        let shown = mistake.render(text);
        assert!(shown.contains(&format!("line {}, column {}", place.0, place.1)) && shown.contains('^'), "{shown}");
    }
}

#[test]
fn names_are_put_into_the_spelling_of_the_lake() {
    for (text, expected) in [
        ("SELECT SPEED FROM Frames", "SELECT speed FROM frames"),
        ("SELECT F.Speed FROM frames AS f", "SELECT f.speed FROM frames AS f"),
        ("SELECT frames.speed FROM FRAMES", "SELECT frames.speed FROM frames"),
        (
            "WITH Fast AS (SELECT speed AS V FROM frames) SELECT v FROM fast",
            "WITH Fast AS (SELECT speed AS V FROM frames) SELECT V FROM Fast",
        ),
    ] {
        assert_eq!(check(text, &tables()).unwrap().text, expected);
    }
}

#[test]
fn only_what_is_named_is_needed() {
    for (text, expected) in [
        ("SELECT count(*) FROM frames", "frames: frame_idx"),
        ("SELECT speed FROM frames WHERE camera = 'front'", "frames: camera speed"),
        ("SELECT * FROM labels", "labels: frame_id class score"),
        (
            "SELECT l.* FROM frames f JOIN labels l ON l.frame_id = f.frame_id",
            "frames: frame_id recording camera frame_idx timestamp_ns speed yaw rate metric.time labels; labels: frame_id class score",
        ),
        ("WITH x AS (SELECT recording FROM frames) SELECT * FROM x", "frames: recording"),
        (
            "SELECT f.speed FROM frames f JOIN recordings r USING (recording) WHERE r.region = 'x'",
            "frames: recording speed; recordings: recording region",
        ),
        ("SELECT 1", ""),
    ] {
        let needs = check(text, &tables()).unwrap().needs;
        let told = needs.iter().map(|need| format!("{}: {}", need.table, need.columns.join(" "))).collect::<Vec<_>>();
        assert_eq!(told.join("; "), expected, "{text}");
    }
}

#[test]
fn samples_are_asked_for_by_metric_where_that_is_the_same() {
    for (text, metrics, recordings) in [
        ("SELECT value FROM samples WHERE metric = 'speed'", Some("speed"), None),
        (
            "SELECT value FROM samples s WHERE s.metric IN ('a', 'b') AND s.recording = 'r' AND value > 1",
            Some("a b"),
            Some("r"),
        ),
        ("SELECT value FROM samples WHERE (metric = 'speed' AND value > 1)", Some("speed"), None),
        ("SELECT value FROM samples WHERE metric = 'speed' OR value > 1", None, None),
        ("SELECT value FROM samples WHERE NOT (metric = 'speed')", None, None),
        ("SELECT value FROM samples WHERE metric NOT IN ('speed')", None, None),
        ("SELECT metric = 'speed' FROM samples", None, None),
        ("SELECT a.value FROM samples a JOIN samples b USING (recording) WHERE a.metric = 'x'", None, None),
        ("SELECT value FROM samples WHERE metric = 'x' UNION ALL SELECT value FROM samples", None, None),
        (
            "SELECT s.value FROM recordings r LEFT JOIN samples s USING (recording) WHERE s.metric = 'x'",
            Some("x"),
            None,
        ),
        ("SELECT s.value FROM recordings r JOIN samples s USING (recording) WHERE metric = 'x'", None, None),
    ] {
        let needs = check(text, &tables()).unwrap().needs;
        let need = needs.iter().find(|need| need.table == "samples").unwrap();
        let joined = |list: &Option<Vec<String>>| list.as_ref().map(|list| list.join(" "));
        assert_eq!(joined(&need.metrics).as_deref(), metrics, "{text}");
        assert_eq!(joined(&need.recordings).as_deref(), recordings, "{text}");
    }
}

#[test]
fn long_and_deep_texts_end_in_a_message() {
    let sum = |terms: usize| format!("SELECT {} AS x", vec!["1"; terms].join(" + "));
    assert!(check(&sum(500), &tables()).is_ok());
    for text in [
        sum(5_000),
        sum(200_000),
        format!("SELECT {}1{}", "(".repeat(10_000), ")".repeat(10_000)),
        format!("SELECT {}1", "NOT ".repeat(5_000)),
        format!("{}SELECT 1{}", "SELECT * FROM (".repeat(3_000), ") AS x".repeat(3_000)),
        format!("SELECT '{}'", "x".repeat(2 << 20)),
    ] {
        assert!(check(&text, &tables()).is_err());
    }
}

#[test]
fn what_can_be_typed_next_depends_on_the_place() {
    let at = |text: &str| {
        let caret = text.find('|').unwrap();
        let text = text.replace('|', "");
        complete(&text, caret, &tables())
    };
    for (text, wanted, unwanted) in [
        ("SELECT spe| FROM frames", Some("speed"), Some("score")),
        ("SELECT sc| FROM labels", Some("score"), Some("speed")),
        ("SELECT * FROM fr|", Some("frames"), Some("speed")),
        ("SELECT * FROM frames, la|", Some("labels"), Some("lag")),
        ("SELECT f.| FROM frames f", Some("yaw rate"), Some("class")),
        ("SELECT l.| FROM frames f JOIN labels l ON true", Some("class"), Some("speed")),
        ("SELECT cou|", Some("count"), None),
        ("SELECT * FROM frames WH|", Some("WHERE"), None),
        ("WITH fast AS (SELECT 1) SELECT * FROM fa|", Some("fast"), None),
        ("SELECT * FROM frames WHERE camera = 'fr|", None, Some("frames")),
        ("SELECT 1 -- fr|", None, Some("frames")),
        ("SELECT \"ya| FROM frames", Some("yaw rate"), None),
    ] {
        let found = at(text);
        let has = |label: &str| found.candidates.iter().any(|one| one.label == label);
        assert!(wanted.is_none_or(has), "{text}: {found:?}");
        assert!(!unwanted.is_some_and(has), "{text}: {found:?}");
    }
    let found = at("SELECT \"ya| FROM frames");
    assert_eq!((found.replace, found.candidates[0].insert.as_str()), (7..10, "\"yaw rate\""));
    for caret in 0..20 {
        let text = "SELECT 'ä' \"ö FROM x";
        assert!(text.get(complete(text, caret, &tables()).replace).is_some());
    }
}
