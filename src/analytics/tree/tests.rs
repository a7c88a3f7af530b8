//! The trees as text, and by hand-made rows.

use polars::prelude::{Column, DataFrame, IntoLazy};

use super::{top::*, *};
use crate::{
    analytics::{
        CountsBy, Scope, TopQuery, Window,
        engine::{Engine, LocalEngine, Table},
    },
    formats::TimeUnit,
    jobs::Progress,
};

fn text_of(tree: &Tree) -> String {
    let sql = sql::print(tree, &|table| format!("view_of_{table}")).unwrap();
    format!("{}\n-- {:?}", sql.text, sql.values)
}

#[test]
fn questions_as_sql() {
    insta::assert_snapshot!("top", text_of(&top(&TopQuery::default(), Shape::default())));
    let query = TopQuery {
        n: 3,
        scope: Scope::Global,
        ranking: Ranking::Dense,
        from_ns: Some(i64::MIN),
        to_ns: Some(5),
        locations: vec![-1, 7],
        items: vec!["it's \\ `x`".to_owned()],
        window: Some(Window { size_ns: 10, slide_ns: 4 }),
        dedup: false,
    };
    insta::assert_snapshot!("top_in_windows", text_of(&top(&query, Shape { salt: 16 })));
    let by = CountsBy { location: true, item: true };
    let windowed = TopQuery { window: query.window, ..TopQuery::default() };
    insta::assert_snapshot!("totals", text_of(&totals(&windowed, by)));
    insta::assert_snapshot!("counts", text_of(&counts(&TopQuery::default(), CountsBy::default(), Shape::default())));
    let events = Tree::scan("raw", &EVENT_COLUMNS);
    insta::assert_snapshot!("times", text_of(&with_times(events, None)));
}

fn frame(columns: Vec<Column>) -> DataFrame {
    DataFrame::new(columns[0].len(), columns).unwrap()
}

#[test]
fn times_are_told_as_the_files_are_read() {
    let cases = [
        (None, None, None),
        (Some(0), None, Some(0)),
        (Some(1_700_000_000), None, Some(1_700_000_000_000_000_000)),
        (Some(-1_700_000_000), None, Some(-1_700_000_000_000_000_000)),
        (Some(99_999_999_999), None, None),
        (Some(100_000_000_000), None, Some(100_000_000_000_000_000)),
        (Some(1_700_000_000_123), None, Some(1_700_000_000_123_000_000)),
        (Some(99_999_999_999_999), None, None),
        (Some(100_000_000_000_000), None, Some(100_000_000_000_000_000)),
        (Some(99_999_999_999_999_999), None, None),
        (Some(100_000_000_000_000_000), None, Some(100_000_000_000_000_000)),
        (Some(i64::MAX), None, Some(i64::MAX)),
        (Some(i64::MIN), None, Some(i64::MIN)),
        (Some(5), Some(TimeUnit::Ns), Some(5)),
        (Some(-5), Some(TimeUnit::Us), Some(-5000)),
        (Some(i64::MAX), Some(TimeUnit::Ms), None),
        (Some(9_223_372_036), Some(TimeUnit::S), Some(9_223_372_036_000_000_000)),
        (Some(9_223_372_037), Some(TimeUnit::S), None),
    ];
    for (stored, unit, expected) in cases {
        let rows = frame(vec![Column::new("t".into(), [stored])]);
        let tree = Tree::scan("t", &[("t", Kind::Int64)]).project([("ns", times::time_ns(col("t"), unit))]);
        let answer = LocalEngine.query(&tree, &[("t", Table::Rows(&rows))], &Progress::new()).unwrap();
        assert_eq!(answer.column("ns").unwrap().i64().unwrap().get(0), expected, "{stored:?} {unit:?}");
    }
}

#[test]
fn windows_hold_their_times() {
    let starts = |size_ns, slide_ns, time: i64| {
        let rows = frame(vec![Column::new("t".into(), [Some(time), None])]);
        let window = Window { size_ns, slide_ns };
        let tree = times::in_windows(Tree::scan("t", &[("t", Kind::Int64)]), "t", "start", window, &[]);
        let answer = LocalEngine.query(&tree.sort(vec![down("start")]), &[("t", Table::Rows(&rows))], &Progress::new());
        answer.unwrap().column("start").unwrap().i64().unwrap().iter().flatten().collect::<Vec<_>>()
    };
    assert_eq!(starts(10, 10, 25), [20]);
    assert_eq!(starts(10, 10, 20), [20]);
    assert_eq!(starts(10, 10, -1), [-10]);
    assert_eq!(starts(10, 5, 12), [10, 5]);
    assert_eq!(starts(10, 4, 12), [12, 8, 4]);
    assert_eq!(starts(10, 4, 11), [8, 4]);
    assert_eq!(starts(10, 10, i64::MIN), Vec::<i64>::new());
    assert_eq!(starts(i64::MAX, i64::MAX, i64::MAX), [i64::MAX]);
    assert_eq!(starts(10, 5, i64::MIN + 9), [i64::MIN + 8, i64::MIN + 3]);
    assert_eq!(starts(10, 5, i64::MIN + 4), [i64::MIN + 3]);
}

#[test]
fn ranks_of_every_kind() {
    let rows = frame(vec![
        Column::new("g".into(), [1_i64, 1, 1, 1, 2]),
        Column::new("v".into(), [Some(5_i64), Some(7), Some(5), None, Some(1)]),
        Column::new("k".into(), ["b", "a", "a", "c", "z"]),
    ]);
    let kinds = [("g", Kind::Int64), ("v", Kind::Int64), ("k", Kind::Text)];
    let ranks = |ranking, within: &[&str], order: Vec<Order>| {
        let tree = Tree::scan("t", &kinds).rank("r", ranking, within, order).sort(vec![up("g"), up("k"), up("v")]);
        let answer = LocalEngine.query(&tree, &[("t", Table::Rows(&rows))], &Progress::new()).unwrap();
        answer.column("r").unwrap().i64().unwrap().iter().flatten().collect::<Vec<_>>()
    };
    // Sorted by g, k, v: (1, a, 5), (1, a, 7), (1, b, 5), (1, c, null), (2, z, 1).
    assert_eq!(ranks(Ranking::Row, &["g"], vec![down("v"), up("k")]), [2, 1, 3, 4, 1]);
    assert_eq!(ranks(Ranking::Dense, &["g"], vec![down("v")]), [2, 1, 2, 3, 1]);
    assert_eq!(ranks(Ranking::Competition, &["g"], vec![down("v")]), [2, 1, 2, 4, 1]);
    assert_eq!(ranks(Ranking::Competition, &[], vec![up("v")]), [2, 4, 2, 5, 1]);
}

#[test]
fn questions_without_sense_are_refused() {
    let scan = || Tree::scan("t", &[("a", Kind::Int64), ("b", Kind::Text)]);
    for (tree, part) in [
        (scan().filter(col("c").is_null()), "`c`"),
        (scan().filter(col("a")), "must be Bool"),
        (scan().project([("x", col("a").with(Op::Add, col("b")))]), "must be Int64"),
        (scan().project([("x", col("a")), ("x", col("b"))]), "two columns the name `x`"),
        (scan().join(scan(), How::Cross, &[]), "two columns the name `a`"),
        (scan().join(scan(), How::Left, &[]), "joins without keys"),
        (scan().join(scan(), How::Inner, &[("a", "b")]), "must be Int64"),
        (Tree::Union(vec![scan(), scan().project([("a", col("a"))])]), "different columns"),
        (scan().sort(Vec::new()), "by no column"),
        (scan().project([("x", Expr::Modulo(Box::new(col("a")), 0))]), "not positive"),
    ] {
        let error = tree.columns().unwrap_err().to_string();
        assert!(error.contains(part), "{error}");
        assert!(sql::print(&tree, &str::to_owned).is_err());
        assert!(lazy::print(&tree, &|_| Ok(DataFrame::empty().lazy())).is_err());
    }
}

#[test]
fn windowed_counts_are_by_window_and_key() {
    let rows = frame(vec![
        Column::new("t".into(), [Some(1_i64), Some(12), Some(13), None]),
        Column::new("k".into(), ["a", "a", "b", "a"]),
    ]);
    let scan = Tree::scan("t", &[("t", Kind::Int64), ("k", Kind::Text)]);
    let tree = times::windowed_counts(scan, "t", Window { size_ns: 10, slide_ns: 10 }, &["k"]);
    let tree = tree.sort(vec![up("k"), up("window_start_ns")]).limit(2);
    let answer = LocalEngine.query(&tree, &[("t", Table::Rows(&rows))], &Progress::new()).unwrap();
    let column = |name: &str| answer.column(name).unwrap().i64().unwrap().iter().flatten().collect::<Vec<_>>();
    assert_eq!((column("window_start_ns"), column("count")), (vec![0, 10], vec![1, 1]));
}
