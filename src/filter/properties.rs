//! Properties that hold for every filter: printing and parsing undo each other, the parser survives any text, and the
//! vectorised evaluator says what a plain three-valued walk over single rows says.

use std::{cmp::Ordering, collections::BTreeMap, sync::Arc};

use proptest::prelude::*;

use super::{
    Filter, FrameColumns, MemoryColumns,
    ast::{
        ArithmeticOp, Class, CompareOp, Duration, Expr, ExprKind, LabelQuantity, Literal, Number, PlaceShape, Side,
        WindowFunction,
    },
    parse::parse,
    typed::{arithmetic, order},
};
use crate::model::{Column, NULL_BOOL, NULL_WORD};

fn expr(kind: ExprKind) -> Expr {
    Expr::new(kind, 0..0)
}

fn boxed(expr: Expr) -> Box<Expr> {
    Box::new(expr)
}

fn compare_op() -> impl Strategy<Value = CompareOp> {
    prop::sample::select(vec![
        CompareOp::Equal,
        CompareOp::NotEqual,
        CompareOp::Less,
        CompareOp::LessEqual,
        CompareOp::Greater,
        CompareOp::GreaterEqual,
    ])
}

fn arithmetic_op() -> impl Strategy<Value = ArithmeticOp> {
    prop::sample::select(vec![ArithmeticOp::Add, ArithmeticOp::Subtract, ArithmeticOp::Multiply, ArithmeticOp::Divide])
}

fn window_function() -> impl Strategy<Value = WindowFunction> {
    prop::sample::select(vec![WindowFunction::Mean, WindowFunction::Min, WindowFunction::Max])
}

fn side() -> impl Strategy<Value = Side> {
    prop::sample::select(vec![Side::Around, Side::Before, Side::After])
}

fn duration() -> impl Strategy<Value = Duration> {
    let value = prop_oneof![
        (0..i64::MAX).prop_map(Number::Int),
        any::<f64>().prop_filter("not negative", |v| v.is_finite() && v.is_sign_positive()).prop_map(Number::Float),
    ];
    let unit = prop_oneof![Just("s".to_owned()), Just("min".to_owned()), Just("of".to_owned()), "\\PC{1,4}"];
    (value, unit).prop_map(|(value, unit)| Duration { value, unit, span: 0..0 })
}

/// Any tree the parser can give, whatever its types.
fn any_expr() -> impl Strategy<Value = Expr> {
    let number = prop_oneof![
        any::<i64>().prop_map(Number::Int),
        any::<f64>().prop_filter("literals are finite", |v| v.is_finite()).prop_map(Number::Float),
        (-3_i32..3).prop_map(|v| Number::Float(f64::from(v) / 2.0)),
    ];
    let unit = prop::option::of(prop_oneof![
        Just("km/h".to_owned()),
        Just("m/s^2".to_owned()),
        Just("and".to_owned()),
        "\\PC{1,4}"
    ]);
    let name = prop_oneof![
        Just("speed".to_owned()),
        Just("Not".to_owned()),
        Just("has".to_owned()),
        "\\PC{1,6}",
        "[ -~\n]{1,4}"
    ];
    let degrees = (number.clone(), unit.clone())
        .prop_map(|(value, unit)| expr(ExprKind::Literal(Literal::Number { value, unit })));
    let places = prop_oneof![
        prop::collection::vec(degrees.clone(), 4..=4)
            .prop_map(|corners| expr(ExprKind::InPlace { shape: PlaceShape::Box, corners })),
        prop::collection::vec((degrees.clone(), degrees.clone()), 1..5).prop_map(|pairs| expr(ExprKind::InPlace {
            shape: PlaceShape::Polygon,
            corners: pairs.into_iter().flat_map(|(latitude, longitude)| [latitude, longitude]).collect(),
        })),
    ];
    let leaf = prop_oneof![
        degrees,
        places,
        "\\PC{0,6}".prop_map(|text| expr(ExprKind::Literal(Literal::Text(text)))),
        any::<i64>().prop_map(|ns| expr(ExprKind::Literal(Literal::Time(ns)))),
        any::<bool>().prop_map(|value| expr(ExprKind::Literal(Literal::Bool(value)))),
        name.clone().prop_map(|name| expr(ExprKind::Name(name))),
    ];
    let class = name.prop_map(|name| Class { name, span: 0..0 });
    leaf.prop_recursive(5, 40, 4, move |inner| {
        let one = || inner.clone().prop_map(boxed);
        let over_time =
            prop_oneof![
                one().prop_map(|x| expr(ExprKind::Rate(x))),
                (window_function(), one(), duration()).prop_map(|(function, value, duration)| expr(ExprKind::Window {
                    function,
                    value,
                    duration
                })),
                (one(), duration()).prop_map(|(condition, duration)| expr(ExprKind::For { condition, duration })),
                (one(), duration(), side(), one()).prop_map(|(condition, duration, side, other)| expr(
                    ExprKind::Within { condition, duration, side, other }
                )),
                (any::<bool>(), prop::option::of(class.clone()), prop::option::of(one())).prop_map(
                    |(has, class, condition)| {
                        let quantity = if has { LabelQuantity::Has } else { LabelQuantity::Count };
                        expr(match (class, condition) {
                            (Some(class), None) => ExprKind::Labels { quantity, class },
                            (class, condition) => ExprKind::LabelsWhere { quantity, class, condition },
                        })
                    }
                ),
            ];
        prop_oneof![
            4 => over_time,
            1 => one().prop_map(|x| expr(ExprKind::Negate(x))),
            1 => one().prop_map(|x| expr(ExprKind::Not(x))),
            1 => (arithmetic_op(), one(), one()).prop_map(|(op, left, right)| expr(ExprKind::Arithmetic {
                op,
                left,
                right
            })),
            1 => (compare_op(), one(), one()).prop_map(|(op, left, right)| expr(ExprKind::Compare { op, left, right })),
            1 => (one(), one(), one()).prop_map(|(value, low, high)| expr(ExprKind::Between { value, low, high })),
            1 => (one(), prop::collection::vec(inner.clone(), 1..4))
                .prop_map(|(value, list)| expr(ExprKind::In { value, list })),
            1 => (one(), "\\PC{0,4}").prop_map(|(value, pattern)| expr(ExprKind::Glob { value, pattern })),
            1 => (one(), any::<bool>()).prop_map(|(value, negated)| expr(ExprKind::IsNull { value, negated })),
            1 => (inner.clone(), inner.clone()).prop_map(|(a, b)| Expr::and(a, b)),
            1 => (inner.clone(), inner.clone()).prop_map(|(a, b)| Expr::or(a, b)),
        ]
    })
}

/// Texts of numbers over the columns of [`random_lake`].
fn number_text() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        prop::sample::select(vec!["a", "b", "i", "j", "count(car)", "labels", "frame", "t"]).prop_map(str::to_owned),
        (-3_i32..4).prop_map(|v| v.to_string()),
        (-6_i32..7).prop_map(|v| format!("{:?}", f64::from(v) / 2.0)),
    ];
    leaf.prop_recursive(2, 6, 2, |inner| {
        prop_oneof![
            inner.clone().prop_map(|x| format!("-({x})")),
            (inner.clone(), prop::sample::select(vec!["+", "-", "*", "/"]), inner)
                .prop_map(|(a, op, b)| format!("({a} {op} {b})")),
        ]
    })
}

/// Texts of conditions over the columns of [`random_lake`].
fn condition_text() -> impl Strategy<Value = String> {
    let signs = || prop::sample::select(vec!["=", "!=", "<", "<=", ">", ">="]);
    let texts = || prop::sample::select(vec!["w", "v", "camera", "region", "\"x\"", "\"Y\"", "\"front\""]);
    let leaf = prop_oneof![
        4 => (number_text(), signs(), number_text()).prop_map(|(a, op, b)| format!("{a} {op} {b}")),
        1 => (number_text(), number_text(), number_text()).prop_map(|(a, b, c)| format!("{a} between {b} and {c}")),
        1 => (number_text(), prop::collection::vec(number_text(), 1..6))
            .prop_map(|(a, list)| format!("{a} in ({})", list.join(", "))),
        1 => (number_text(), any::<bool>())
            .prop_map(|(a, not)| format!("{a} is {}null", if not { "not " } else { "" })),
        2 => (texts(), signs(), texts()).prop_map(|(a, op, b)| format!("{a} {op} {b}")),
        1 => (texts(), prop::collection::vec(texts(), 1..4)).prop_map(|(a, list)| format!("{a} in ({})", list.join(", "))),
        1 => (texts(), prop::sample::select(vec!["y", "?", "f*", "X"])).prop_map(|(a, glob)| format!("{a} ~ \"{glob}\"")),
        1 => texts().prop_map(|a| format!("{a} is null")),
        1 => (-3_i32..3, -4_i32..5, 0_i32..4, -4_i32..5)
            .prop_map(|(south, west, height, east)| format!("in_box({south}, {}, {}, {})", west * 45, south + height, east * 45)),
        1 => prop::sample::select(vec!["flag", "has(car)", "true", "false"]).prop_map(str::to_owned),
    ];
    leaf.prop_recursive(4, 24, 3, |inner| {
        prop_oneof![
            inner.clone().prop_map(|x| format!("not ({x})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a}) and ({b})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a}) or ({b})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a}) = ({b})")),
            inner.prop_map(|x| format!("({x}) is null")),
        ]
    })
}

/// A lake of a few footages, some of them empty, and columns with nulls, drawn from few values so that they meet.
fn random_lake() -> impl Strategy<Value = MemoryColumns> {
    (prop::collection::vec((0_usize..700, any::<bool>()), 1..5), any::<u64>()).prop_map(|(footages, seed)| {
        let mut state = seed | 1;
        let mut draw = move |below: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            usize::try_from((state >> 33) % below).unwrap()
        };
        let mut lake = MemoryColumns::new();
        let mut rows = 0;
        for (at, (frames, region)) in footages.into_iter().enumerate() {
            let attributes: BTreeMap<_, _> =
                region.then(|| ("region".to_owned(), "x".to_owned())).into_iter().collect();
            let times = (0..frames).map(|i| i64::try_from(i).unwrap() * 500_000_000);
            let camera = if at % 2 == 0 { "front" } else { "Y" };
            lake.add_footage("r", camera, 0, &Arc::new(attributes), times);
            rows += frames;
        }
        let mut float = |_| match draw(9) {
            0 | 1 => f64::NAN,
            2 => f64::INFINITY,
            3 => -0.0,
            n => f64::from(u32::try_from(n).unwrap()) / 2.0 - 2.0,
        };
        let (a, b) = ((0..rows).map(&mut float).collect(), (0..rows).map(&mut float).collect());
        lake.add_metric("a", None, Column::Float(a)).add_metric("b", None, Column::Float(b));
        let latitudes = (0..rows).map(|_| [f64::NAN, -2.0, -1.5, 0.0, 1.0, 3.0][draw(6)]).collect();
        let longitudes =
            (0..rows).map(|_| [f64::NAN, -180.0, -45.0, 0.0, 10.5, 135.0, 180.0, 225.0][draw(8)]).collect();
        lake.add_metric("lat", None, Column::Float(latitudes)).add_metric("lon", None, Column::Float(longitudes));
        let int = |n: usize| match n {
            5 => i64::MAX,
            6 => (1 << 53) + 1,
            n => i64::try_from(n).unwrap() - 2,
        };
        let values = (0..rows).map(|_| int(draw(7))).collect();
        let valid = (0..rows).map(|_| draw(4) > 0).collect();
        lake.add_metric("i", None, Column::Int { values, valid });
        lake.add_metric(
            "j",
            None,
            Column::Int { values: (0..rows).map(|_| int(draw(7))).collect(), valid: Vec::new() },
        );
        lake.add_metric("flag", None, Column::Bool((0..rows).map(|_| [0, 1, NULL_BOOL][draw(3)]).collect()));
        let words: Vec<String> = ["x", "y", "Y"].map(str::to_owned).to_vec();
        for name in ["v", "w"] {
            let codes = (0..rows).map(|_| [0, 1, 2, NULL_WORD][draw(4)]).collect();
            lake.add_metric(name, None, Column::Text { codes, words: words.clone() });
        }
        lake.add_class("car", (0..rows).map(|_| u32::try_from(draw(4)).unwrap()).collect());
        lake
    })
}

/// One value of the plain walk.
#[derive(Debug, Clone, PartialEq)]
enum Value {
    Null,
    Bool(bool),
    Number(Number),
    Text(String),
}

/// Looks at one row at a time.
struct Walk<'a>(&'a MemoryColumns);

impl Walk<'_> {
    #[expect(clippy::cast_precision_loss, reason = "`t` is a double")]
    fn name(&self, name: &str, row: usize) -> Value {
        let footage = self.0.footages().iter().find(|f| (f.first_row..f.first_row + f.rows).contains(&row)).unwrap();
        let frame = i64::try_from(row - footage.first_row).unwrap();
        match name {
            "camera" => return Value::Text(footage.camera.clone()),
            "region" => return footage.attributes.get(name).map_or(Value::Null, |text| Value::Text(text.clone())),
            "frame" => return Value::Number(Number::Int(frame)),
            "t" => return Value::Number(Number::Float(self.0.timestamps().unwrap()[row] as f64 / 1e9)),
            "labels" => return Value::Number(Number::Int(i64::from(self.0.label_count().unwrap()[row]))),
            _ => {}
        }
        let column = self.0.metric(name).unwrap();
        if column.is_null(row) {
            return Value::Null;
        }
        match &*column {
            Column::Float(values) => Value::Number(Number::Float(values[row])),
            Column::Int { values, .. } => Value::Number(Number::Int(values[row])),
            Column::Bool(values) => Value::Bool(values[row] == 1),
            Column::Text { .. } => Value::Text(column.text(row).unwrap()),
        }
    }

    fn value(&self, expr: &Expr, row: usize) -> Value {
        let bool = |value: Option<bool>| value.map_or(Value::Null, Value::Bool);
        match &expr.kind {
            ExprKind::Literal(Literal::Number { value, .. }) => Value::Number(*value),
            ExprKind::Literal(Literal::Text(text)) => Value::Text(text.clone()),
            ExprKind::Literal(Literal::Bool(value)) => Value::Bool(*value),
            ExprKind::Literal(Literal::Time(_)) => unreachable!("not drawn"),
            ExprKind::Name(name) => self.name(name, row),
            ExprKind::Labels { quantity, class } => {
                let count = self.0.class_count(&class.name).unwrap()[row];
                match quantity {
                    LabelQuantity::Has => Value::Bool(count > 0),
                    LabelQuantity::Count => Value::Number(Number::Int(i64::from(count))),
                }
            }
            ExprKind::LabelsWhere { .. }
            | ExprKind::Rate(_)
            | ExprKind::Window { .. }
            | ExprKind::For { .. }
            | ExprKind::Within { .. } => unreachable!("not drawn; the properties of time have oracles of their own"),
            ExprKind::InPlace { corners, .. } => {
                let side = |at: usize| as_f64(&self.value(&corners[at], row)).unwrap();
                let [south, west, north, east] = [0, 1, 2, 3].map(side);
                bool(as_f64(&self.name("lat", row)).zip(as_f64(&self.name("lon", row))).map(|(latitude, longitude)| {
                    // How far east of the western side, once round at most.
                    let width = if east >= west { east - west } else { east - west + 360.0 };
                    let past = (longitude - west).rem_euclid(360.0);
                    (south..=north).contains(&latitude) && (past <= width || width >= 360.0)
                }))
            }
            ExprKind::Negate(inner) => number(|| Some(-as_f64(&self.value(inner, row))?)),
            ExprKind::Arithmetic { op, left, right } => {
                number(|| Some(arithmetic(*op, as_f64(&self.value(left, row))?, as_f64(&self.value(right, row))?)))
            }
            ExprKind::Compare { op, left, right } => bool(self.compare(*op, left, right, row)),
            ExprKind::Between { value, low, high } => bool(and([
                self.compare(CompareOp::GreaterEqual, value, low, row),
                self.compare(CompareOp::LessEqual, value, high, row),
            ])),
            ExprKind::In { value, list } => {
                bool(or(list.iter().map(|entry| self.compare(CompareOp::Equal, value, entry, row))))
            }
            ExprKind::Glob { value, pattern } => match self.value(value, row) {
                Value::Text(text) => Value::Bool(glob(&pattern.to_lowercase(), &text.to_lowercase())),
                _ => Value::Null,
            },
            ExprKind::IsNull { value, negated } => Value::Bool((self.value(value, row) == Value::Null) != *negated),
            ExprKind::Not(inner) => bool(self.truth(inner, row).map(|value| !value)),
            ExprKind::And(parts) => bool(and(parts.iter().map(|part| self.truth(part, row)))),
            ExprKind::Or(parts) => bool(or(parts.iter().map(|part| self.truth(part, row)))),
        }
    }

    fn truth(&self, expr: &Expr, row: usize) -> Option<bool> {
        match self.value(expr, row) {
            Value::Bool(value) => Some(value),
            _ => None,
        }
    }

    fn compare(&self, op: CompareOp, left: &Expr, right: &Expr, row: usize) -> Option<bool> {
        let order = match (self.value(left, row), self.value(right, row)) {
            (Value::Number(a), Value::Number(b)) => order(a, b)?,
            (Value::Text(a), Value::Text(b)) => a.cmp(&b),
            (Value::Bool(a), Value::Bool(b)) if a == b => Ordering::Equal,
            (Value::Bool(_), Value::Bool(_)) => Ordering::Less,
            _ => return None,
        };
        Some(op.holds(order))
    }
}

fn number(value: impl FnOnce() -> Option<f64>) -> Value {
    value().filter(|v| !v.is_nan()).map_or(Value::Null, |v| Value::Number(Number::Float(v)))
}

fn as_f64(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => Some(number.as_f64()),
        _ => None,
    }
}

fn and(parts: impl IntoIterator<Item = Option<bool>>) -> Option<bool> {
    parts.into_iter().reduce(|all, part| match (all, part) {
        (Some(false), _) | (_, Some(false)) => Some(false),
        (Some(true), Some(true)) => Some(true),
        _ => None,
    })?
}

fn or(parts: impl IntoIterator<Item = Option<bool>>) -> Option<bool> {
    and(parts.into_iter().map(|part| part.map(|value| !value))).map(|value| !value)
}

fn glob(pattern: &str, text: &str) -> bool {
    match pattern.chars().next() {
        None => text.is_empty(),
        Some('*') => {
            text.char_indices().map(|(at, _)| at).chain([text.len()]).any(|at| glob(&pattern[1..], &text[at..]))
        }
        Some(c) => text
            .chars()
            .next()
            .is_some_and(|t| (c == '?' || c == t) && glob(&pattern[c.len_utf8()..], &text[t.len_utf8()..])),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn printing_and_parsing_undo_each_other(tree in any_expr()) {
        let text = tree.to_string();
        let parsed = parse(&text).map_err(|error| TestCaseError::fail(error.render(&text)))?;
        prop_assert_eq!(parsed.as_ref(), Some(&tree), "{}", text);
        prop_assert_eq!(parsed.unwrap().to_string(), text);
    }

    #[test]
    fn the_parser_survives_any_text(text in prop_oneof!["\\PC{0,60}", "[a-z0-9 ()=<>~.,'\"`*/+-]{0,80}"]) {
        if let Err(error) = parse(&text) {
            prop_assert!(error.span.start <= error.span.end && error.span.end <= text.len());
            prop_assert!(text.is_char_boundary(error.span.start) && text.is_char_boundary(error.span.end));
            prop_assert!(error.render(&text).contains('^'));
        }
    }

    #[test]
    fn rows_match_as_in_a_plain_walk(lake in random_lake(), text in condition_text()) {
        let filter = Filter::parse(&text).map_err(|error| TestCaseError::fail(error.render(&text)))?;
        let set = filter.evaluate(&lake).map_err(|error| TestCaseError::fail(error.render(&text)))?;
        let walk = Walk(&lake);
        let tree = filter.expr().unwrap();
        for row in 0..lake.rows() {
            prop_assert_eq!(set.contains(row), walk.truth(tree, row) == Some(true), "{} at row {}", text, row);
        }
    }
}

#[test]
fn deep_filters_are_refused_not_crashed_on() {
    for text in [
        "(".repeat(100_000),
        "not ".repeat(100_000),
        "-".repeat(100_000) + "x > 1",
        "x".to_owned() + &" + x".repeat(100_000) + " > 1",
        "x = ".to_owned() + &"(x = ".repeat(1000) + "x" + &")".repeat(1000),
    ] {
        let error = parse(&text).expect_err("deep");
        assert!(error.message.contains("nested"), "{}", error.message);
    }
    // Nesting that is allowed stays cheap to check.
    let mut text = "true".to_owned();
    for _ in 0..40 {
        text = format!("(({text}) in (true, false)) = true");
    }
    let lake = super::truth_table::lake();
    assert!(Filter::parse(&text).is_err() || Filter::parse(&text).unwrap().bind(&lake).is_err());
    let mut text = "braking".to_owned();
    for _ in 0..40 {
        text = format!("(({text}) = has(car)) is null");
    }
    assert!(Filter::parse(&text).unwrap().evaluate(&lake).unwrap().is_empty());
    // Long is not deep.
    let long = vec!["x > 1"; 50_000].join(" and ");
    assert_eq!(Filter::parse(&long).unwrap().to_string(), long);
    let nested = "(".repeat(60) + "x > 1" + &")".repeat(60);
    assert!(parse(&nested).is_ok());
}

#[test]
fn every_filter_at_the_limit_of_nesting_prints_to_text_that_parses_again() {
    // What stands before and behind the heart of the filter, once a level.
    let levels = [
        ("-", ""),
        ("(", ")"),
        ("not ", ""),
        ("-(", " + 1)"),
        ("1 - (", ")"),
        ("(", " not in (1)) "),
        ("(", ") not between 1 and 2"),
        ("a and (b or (", "))"),
        ("not (a and ", ")"),
        ("rate(", ")"),
        ("((", " for 1 s) within 1 s of b)"),
        ("count(car where ", ") > 1"),
    ];
    for heart in ["5", "x > 1"] {
        for (before, behind) in levels {
            for (outer_before, outer_behind) in levels {
                let mut parsed = 0;
                for count in [1, 2, 20, 42, 43, 44, 63, 64, 65, 66, 85, 86, 87, 126, 127, 128, 129, 130, 192, 260, 280]
                {
                    let (outer, inner) = (count / 3, count - count / 3);
                    let text = outer_before.repeat(outer)
                        + &before.repeat(inner)
                        + heart
                        + &behind.repeat(inner)
                        + &outer_behind.repeat(outer);
                    let Ok(filter) = Filter::parse(&text) else { continue };
                    parsed = count;
                    let printed = filter.to_string();
                    let again = Filter::parse(&printed).unwrap_or_else(|error| panic!("{}", error.render(&printed)));
                    assert_eq!(again, filter, "{printed}");
                }
                assert!(parsed < 280, "{before} has no limit");
            }
        }
    }
}
