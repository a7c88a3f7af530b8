//! The text of simple filters, and what cannot be said. That the text means what the filter means is tested with a database.

use super::*;
use crate::{filter::truth_table, model::Column};

fn text(filter: &str) -> Result<Sql, NoSql> {
    sql_of(&Filter::parse(filter).unwrap(), &truth_table::lake())
}

#[test]
fn simple_filters_are_simple_conditions() {
    for (filter, expected) in [
        ("speed > 15", "\"speed\" > 15"),
        ("speed >= 15", "\"speed\" >= 15"),
        ("speed < 54 km/h", "\"speed\" < 15"),
        ("speed != 0.1", "\"speed\" <> 0.1"),
        ("speed between 1 and 2.5", "\"speed\" BETWEEN 1 AND 2.5"),
        ("speed > 1 and speed < 2", "\"speed\" > 1 AND \"speed\" < 2"),
        ("gear > 1.5", "\"gear\" >= 2"),
        ("gear = 1.5", "CASE WHEN \"gear\" IS NOT NULL THEN FALSE END"),
        ("gear in (1, 3)", "\"gear\" IN (1, 3)"),
        ("braking and not weather = \"it's\"", "\"braking\" AND NOT (\"weather\" = 'it''s')"),
        ("braking or weather is null", "\"braking\" OR \"weather\" IS NULL"),
        ("(braking or labels > 2) and frame < 9", "(\"braking\" OR \"labels\" >= 3) AND \"frame_idx\" <= 8"),
        ("weather ~ \"s?n_*\"", "lower(\"weather\") LIKE 's_n!_%' ESCAPE '!'"),
        ("time >= 1970-01-01T00:00:01Z", "\"timestamp_ns\" >= 1000000000"),
        ("metric.time > 5", "\"metric.time\" > 5"),
        ("`two words` + 1 = 0", "(\"two words\" + 1.0) = 0"),
        ("speed / gear > 2", "(\"speed\" / nullif(CAST(\"gear\" AS DOUBLE PRECISION), 0)) > 2"),
        ("(speed > 1) is null", "(\"speed\" > 1) IS NULL"),
        ("true", "TRUE"),
    ] {
        let found = text(filter).unwrap_or_else(|error| panic!("{filter}: {error}"));
        assert_eq!(found.text, format!("SELECT * FROM frames WHERE {expected}"), "{filter}");
        assert!(found.notes.is_empty());
    }
    assert_eq!(text("").unwrap().text, "SELECT * FROM frames");
}

#[test]
fn labels_and_recordings_are_joined_once() {
    let found = text("has(car) and count(car) < 3 and driver = \"A\"").unwrap().text;
    assert_eq!(found.matches("LEFT JOIN").count(), 2, "{found}");
    let found = text("rate(speed) < 0 or rate(speed) > 9").unwrap().text;
    assert_eq!(found.matches("lead(timestamp_ns)").count(), 2, "{found}");
    assert_eq!(text("mean(speed, 1 s) > 1").unwrap().notes.len(), 1);
}

#[test]
fn what_cannot_be_said_is_told_with_the_reason() {
    for (filter, part, why) in [
        ("speed > 1 and tag = \"good\"", "tag", "no table has them"),
        ("has(car where lane = 2)", "attribute.lane", "JSON"),
        ("weather ~ \"ä*\"", "~ \"ä*\"", "capital letters"),
        ("speed + 1e308 * 10 > 1", "inf", "infinite"),
    ] {
        match text(filter) {
            Err(error @ NoSql::Unsaid { .. }) => {
                let told = error.to_string();
                assert!(told.contains(part) && told.contains(why), "{told}");
            }
            other => panic!("{filter}: {other:?}"),
        }
    }
    assert!(matches!(text("sped > 1"), Err(NoSql::Filter(_))));
    let mut lake = truth_table::lake();
    lake.add_metric("Speed", None, Column::Float(vec![0.0; 8]));
    lake.add_metric("q1", None, Column::Float(vec![0.0; 8]));
    let said = |filter: &str| sql_of(&Filter::parse(filter).unwrap(), &lake);
    assert!(said("speed > 1").unwrap_err().to_string().contains("capital letters"));
    assert!(said("has(car)").unwrap().text.contains("AS q_1"), "made columns clash with none of the lake");
}

#[test]
fn headings_go_round_in_sql_too() {
    let mut lake = truth_table::lake();
    lake.set_circle("speed", crate::model::Circle { radians: false, signed: false });
    let text = |filter: &str| sql_of(&Filter::parse(filter).unwrap(), &lake).unwrap().text;
    let rate = text("rate(speed) > 3");
    assert!(rate.contains("<= 180") && rate.contains("- 360") && rate.contains("round("), "{rate}");
    let mean = text("mean(speed, 1 s) > 3");
    assert!(mean.contains("atan2(") && mean.contains("cos(") && mean.contains("sin("), "{mean}");
}
