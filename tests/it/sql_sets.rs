//! INTERSECT, EXCEPT and EXISTS find what `SQLite` finds, rows without a value among them; and an answer in an order of its own.

use rusqlite::{Connection, types::Value as Cell};
use serde_json::Value;

use crate::harness::Lake;

/// Two sets of rows with copies and missing values.
const SETS: &str = "WITH a AS (
  SELECT CASE WHEN frame_idx % 5 = 0 THEN NULL ELSE frame_idx % 7 END AS x,
    CASE WHEN frame_idx % 3 = 0 THEN NULL ELSE camera END AS y
  FROM frames WHERE frame_idx < 12
), b AS (
  SELECT CASE WHEN frame_idx % 6 = 0 THEN NULL ELSE frame_idx % 4 + 2 END AS x,
    CASE WHEN frame_idx % 2 = 0 THEN 'front' ELSE camera END AS y
  FROM frames WHERE frame_idx < 9
)
";

fn by_lakescope(lake: &Lake, query: &str) -> Vec<String> {
    let text = |value: &Value| match value {
        Value::Null => "null".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let rows = lake.json("sql", &[query]);
    let rows = rows.as_array().unwrap().iter();
    let mut rows: Vec<String> =
        rows.map(|row| row.as_object().unwrap().values().map(text).collect::<Vec<_>>().join(" ")).collect();
    rows.sort();
    rows
}

/// The frames of a lake, as far as the queries need them.
fn database(lake: &Lake) -> Connection {
    let database = Connection::open_in_memory().unwrap();
    database.execute_batch("CREATE TABLE frames (frame_idx BIGINT, camera TEXT)").unwrap();
    let rows = lake.json("sql", &["SELECT frame_idx, camera FROM frames"]);
    for row in rows.as_array().unwrap() {
        let cells = (row["frame_idx"].as_i64().unwrap(), row["camera"].as_str().unwrap());
        database.execute("INSERT INTO frames VALUES (?, ?)", cells).unwrap();
    }
    database
}

fn by_sqlite(database: &Connection, query: &str) -> Vec<String> {
    let mut statement = database.prepare(query).unwrap();
    let width = statement.column_count();
    let text = |cell: Cell| match cell {
        Cell::Null => "null".to_owned(),
        Cell::Integer(number) => number.to_string(),
        Cell::Text(text) => text,
        other => panic!("{other:?}"),
    };
    let found = statement.query_map([], |row| {
        let cells = (0..width).map(|at| Ok(text(row.get(at)?))).collect::<Result<Vec<_>, rusqlite::Error>>()?;
        Ok(cells.join(" "))
    });
    let mut rows: Vec<String> = found.unwrap().map(Result::unwrap).collect();
    rows.sort();
    rows
}

#[test]
fn rows_of_two_queries_are_compared_as_sql_says() {
    let lake = Lake::new();
    lake.run("index", &[]);
    let database = database(&lake);
    for query in [
        "SELECT x, y FROM a INTERSECT SELECT x, y FROM b",
        "SELECT x, y FROM a EXCEPT SELECT x, y FROM b",
        "SELECT x FROM a EXCEPT SELECT x FROM b EXCEPT SELECT 4 AS x",
        "SELECT x FROM a UNION SELECT x FROM b EXCEPT SELECT 5 AS x",
        "SELECT x FROM a INTERSECT SELECT x AS other FROM b",
        "SELECT count(*) AS n FROM (SELECT x FROM a INTERSECT SELECT x FROM b) AS t",
        "SELECT y FROM a WHERE x IN (SELECT x FROM a EXCEPT SELECT x FROM b)",
        "SELECT x FROM a WHERE EXISTS (SELECT 1 FROM b WHERE b.x = a.x)",
        "SELECT x, y FROM a WHERE NOT EXISTS (SELECT 1 FROM b WHERE b.x = a.x)",
        "SELECT x FROM a WHERE EXISTS (SELECT * FROM b WHERE a.x = b.x AND b.y = 'rear')",
        "SELECT x FROM a WHERE x < 2 OR EXISTS (SELECT y FROM b WHERE b.x = a.x AND (b.y = 'front' OR b.y = 'none'))",
        "SELECT x FROM a WHERE EXISTS (SELECT 1 FROM b WHERE y = 'nothing')",
        "SELECT x FROM a WHERE NOT EXISTS (SELECT 1 FROM b WHERE y = 'nothing')",
        "SELECT x FROM a WHERE EXISTS (SELECT 1 FROM b WHERE y = 'rear') AND x > 2",
        "SELECT x, y FROM a WHERE EXISTS (SELECT 1 FROM b WHERE b.x = a.x AND b.y = a.y)",
        "SELECT x, y FROM a WHERE NOT EXISTS (SELECT 1 FROM b WHERE b.x = a.x AND b.y = a.y)",
        "SELECT x, (SELECT count(*) FROM b WHERE b.x = a.x) AS n FROM a",
        "SELECT a.x, b.x AS other FROM a LEFT JOIN b ON b.x = a.x AND b.y = 'rear'",
        "SELECT a.x, b.x AS other FROM a LEFT JOIN b ON b.x = a.x AND a.y = 'rear'",
        "SELECT a.x, b.x AS other FROM a LEFT JOIN b ON b.x > a.x",
        "SELECT a.y, b.y AS other, count(*) AS n FROM a JOIN b ON a.x = b.x OR a.y = b.y GROUP BY a.y, b.y",
        "SELECT x, y FROM a WHERE x IS DISTINCT FROM 3 AND y = 'rear' OR x = 1",
        "SELECT x, y FROM a WHERE (x > 2) IS NOT TRUE",
        "SELECT x FROM a WHERE x NOT IN (SELECT x FROM b)",
        "SELECT x FROM a WHERE NOT true",
        "SELECT 1 AS x WHERE 0 > 1",
        "SELECT max(x) AS m FROM a HAVING max(x) > 100",
        "SELECT count(*) AS n FROM (SELECT x FROM a UNION ALL SELECT x FROM b) AS t",
        "SELECT x, rank() OVER (PARTITION BY y ORDER BY x DESC, y) AS r FROM a WHERE x IS NOT NULL",
        "SELECT y, count(*) AS n, sum(count(*)) OVER () AS all_rows FROM a GROUP BY y",
        "SELECT x, last_value(x) OVER (ORDER BY x, y ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS l FROM a WHERE x IS NOT NULL",
        "SELECT x, lag(x, 2, 99) OVER (ORDER BY x) AS l FROM (SELECT DISTINCT x FROM a WHERE x IS NOT NULL) AS t",
        "SELECT y FROM a GROUP BY y ORDER BY max(x) DESC",
        "SELECT x AS r FROM a UNION ALL SELECT x FROM b ORDER BY r",
        "SELECT sum(DISTINCT x) AS s, count(DISTINCT y) AS n FROM a",
    ] {
        let query = format!("{SETS}{query}");
        let found = by_lakescope(&lake, &query);
        assert_eq!(found, by_sqlite(&database, &query), "{query}");
        let nothing = query.ends_with("y = 'nothing')") && !query.contains("NOT EXISTS")
            || ["NOT true", "0 > 1", "> 100", "NOT IN (SELECT x FROM b)"].iter().any(|end| query.ends_with(end));
        assert_eq!(found.is_empty(), nothing, "{query}: {found:?}");
    }
}

#[test]
fn what_cannot_be_compared_is_told() {
    let lake = Lake::new();
    lake.run("index", &[]);
    for (query, told) in [
        ("SELECT x FROM a EXCEPT SELECT x, y FROM b", "different number of columns"),
        ("SELECT x FROM a MINUS SELECT x FROM b", "MINUS is not at hand"),
    ] {
        let said = lake.fail("sql", &[&format!("{SETS}{query}")], 2);
        assert!(said.contains(told), "{query}: {said}");
    }
}

#[test]
fn an_answer_is_sorted_by_one_of_its_columns() {
    let lake = Lake::new();
    lake.run("index", &[]);
    let query = "SELECT DISTINCT CASE WHEN frame_idx = 2 THEN NULL ELSE frame_idx END AS x, camera AS y FROM frames \
                 WHERE camera = 'front' AND frame_idx < 4";
    for (sort, expected) in [
        ("x", "x,y\n0,front\n1,front\n3,front\n,front"),
        ("x:desc", "x,y\n3,front\n1,front\n0,front\n,front"),
        ("x:asc", "x,y\n0,front\n1,front\n3,front\n,front"),
    ] {
        assert_eq!(lake.run("sql", &[query, "--sort", sort, "--format", "csv"]).trim(), expected, "{sort}");
    }
    let said = lake.fail("sql", &[query, "--sort", "z"], 2);
    assert!(said.contains("the answer has no column `z`"), "{said}");
}
