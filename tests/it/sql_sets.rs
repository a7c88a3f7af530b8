//! INTERSECT, EXCEPT and EXISTS find what `SQLite` finds, rows without a value among them; and an answer in an order of its own.

use rusqlite::{Connection, types::Value as Cell};
use serde_json::Value;

use crate::harness::Lake;

/// Two sets of rows with copies and missing values.
const SETS: &str = "WITH a AS (
  SELECT 1 AS x, 'p' AS y UNION ALL SELECT 1, 'p' UNION ALL SELECT 2, 'q' UNION ALL SELECT 3, 'q'
  UNION ALL SELECT CAST(NULL AS BIGINT), 'r' UNION ALL SELECT 4, CAST(NULL AS VARCHAR)
), b AS (
  SELECT 2 AS x, 'q' AS y UNION ALL SELECT 3, 'p' UNION ALL SELECT 3, 'p' UNION ALL SELECT 5, 's'
  UNION ALL SELECT CAST(NULL AS BIGINT), 'r' UNION ALL SELECT 4, CAST(NULL AS VARCHAR)
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

fn by_sqlite(query: &str) -> Vec<String> {
    let database = Connection::open_in_memory().unwrap();
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
        "SELECT x FROM a WHERE EXISTS (SELECT * FROM b WHERE a.x = b.x AND b.y = 'q')",
        "SELECT x FROM a WHERE x < 2 OR EXISTS (SELECT y FROM b WHERE b.x = a.x AND (b.y = 'p' OR b.y = 'r'))",
        "SELECT x FROM a WHERE EXISTS (SELECT 1 FROM b WHERE y = 'nothing')",
        "SELECT x FROM a WHERE NOT EXISTS (SELECT 1 FROM b WHERE y = 'nothing')",
        "SELECT x FROM a WHERE EXISTS (SELECT 1 FROM b WHERE y = 's') AND x > 2",
    ] {
        let query = format!("{SETS}{query}");
        assert_eq!(by_lakescope(&lake, &query), by_sqlite(&query), "{query}");
    }
}

#[test]
fn what_cannot_be_compared_is_told_with_another_way() {
    let lake = Lake::new();
    lake.run("index", &[]);
    for (query, told) in [
        ("SELECT x FROM a EXCEPT SELECT x, y FROM b", "the sides of EXCEPT have 1 and 2 columns"),
        ("SELECT x FROM a EXCEPT ALL SELECT x FROM b", "EXCEPT ALL is not at hand"),
        ("SELECT x FROM a WHERE EXISTS (SELECT 1 FROM b WHERE b.x = a.x AND b.y = a.y)", "join and take DISTINCT"),
        ("SELECT x FROM a WHERE EXISTS (SELECT 1 FROM b WHERE b.x > a.x)", "looks outside of itself"),
        ("SELECT x FROM a WHERE EXISTS (SELECT count(*) FROM b WHERE b.x = a.x)", "looks outside of itself"),
    ] {
        let said = lake.fail("sql", &[&format!("{SETS}{query}")], 2);
        assert!(said.contains(told), "{query}: {said}");
    }
}

#[test]
fn an_answer_is_sorted_by_one_of_its_columns() {
    let lake = Lake::new();
    lake.run("index", &[]);
    let query = format!("{SETS}SELECT x, y FROM a LIMIT 5");
    for (sort, expected) in [
        ("x", "x,y\n1,p\n1,p\n2,q\n3,q\n,r"),
        ("x:desc", "x,y\n3,q\n2,q\n1,p\n1,p\n,r"),
        ("y:desc", "x,y\n,r\n2,q\n3,q\n1,p\n1,p"),
    ] {
        assert_eq!(lake.run("sql", &[&query, "--sort", sort, "--format", "csv"]).trim(), expected, "{sort}");
    }
    let said = lake.fail("sql", &[&query, "--sort", "z"], 2);
    assert!(said.contains("the answer has no column `z`"), "{said}");
}
