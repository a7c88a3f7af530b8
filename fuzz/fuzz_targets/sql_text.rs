//! The gate of SQL: any text is a query over the known tables or a mistake that can be shown, and what can be typed next is
//! told at every place of it. What gets through reads no file and is one SELECT.

#![no_main]

use lakescope::analytics::sql::{SqlColumn, SqlTable, SqlType, check, complete};
use libfuzzer_sys::fuzz_target;

thread_local! {
    static TABLES: Vec<SqlTable> = tables();
}

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
                ("timestamp_ns", SqlType::Int64),
                ("time", SqlType::Timestamp),
                ("speed", SqlType::Double),
                ("yaw rate", SqlType::Double),
                ("on", SqlType::Bool),
            ],
        ),
        table("labels", &[("frame_id", SqlType::Text), ("class", SqlType::Text)]),
        table("samples", &[("recording", SqlType::Text), ("metric", SqlType::Text), ("value", SqlType::Double)]),
    ]
}

fuzz_target!(|text: &str| {
    TABLES.with(|tables| {
        match check(text, tables) {
            Ok(checked) => {
                let lower = checked.text.to_lowercase();
                assert!(lower.starts_with("select") || lower.starts_with("with") || lower.starts_with('('), "{lower}");
                for need in &checked.needs {
                    let table =
                        tables.iter().find(|table| table.name == need.table).expect("a table that is not there");
                    assert!(!need.columns.is_empty() && need.columns.iter().all(|name| table.has(name)), "{need:?}");
                }
            }
            Err(mistake) => drop((mistake.render(text), mistake.line_column(text))),
        }
        for caret in [0, text.len() / 2, text.len()] {
            let found = complete(text, caret, tables);
            assert!(text.get(found.replace).is_some());
        }
    });
});
