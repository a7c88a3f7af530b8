//! Whatever steps led there, the counts are those of the plain evaluator over the whole filter.

use std::{
    collections::BTreeMap,
    sync::{Arc, atomic::AtomicBool},
};

use proptest::prelude::*;

use super::*;
use crate::{
    filter::{
        Mark, MemoryColumns,
        choice::{self, Choice, CountRange},
        edit::{self, Facet as Part},
        facets::{category_counts, class_counts},
        histogram::{Bins, NumberColumn},
    },
    model::{Column, NULL_BOOL, NULL_WORD},
};

static NEVER: AtomicBool = AtomicBool::new(false);

/// A few footages of metrics of every kind, with what makes trouble among them.
fn lake(rows: usize, seeds: &[u64]) -> MemoryColumns {
    let mut state = seeds.iter().fold(1_u64, |all, seed| all.wrapping_mul(31).wrapping_add(*seed)) | 1;
    let mut draw = move |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap() % below
    };
    let mut lake = MemoryColumns::new();
    let mut left = rows;
    for footage in 0..5 {
        let frames = if footage == 4 { left } else { draw(left + 1) };
        left -= frames;
        let region =
            if footage % 2 == 0 { BTreeMap::from([("region".into(), "north".into())]) } else { BTreeMap::new() };
        let times = (0..frames).map(|frame| i64::try_from(frame).unwrap() * 100_000_000);
        lake.add_footage(
            &format!("drive_{}", footage / 2),
            ["front", "rear"][footage % 2],
            0,
            &Arc::new(region),
            times,
        );
    }
    let mut float = |n: usize| match n {
        0 => f64::NAN,
        1 => f64::INFINITY,
        2 => f64::NEG_INFINITY,
        3 => -0.0,
        _ => f64::from(u32::try_from(draw(4000)).unwrap()) / 40.0 - 50.0,
    };
    let a = (0..rows).map(|row| float(row * 7 % 40)).collect();
    let b = (0..rows).map(|row| float(row % 9)).collect();
    lake.add_metric("a", None, Column::Float(a)).add_metric("b", Some("m"), Column::Float(b));
    let ints = [i64::MAX, (1 << 53) + 1, -3, 0, 1, 2, 3, 4, 5];
    let values = (0..rows).map(|_| ints[draw(ints.len())]).collect();
    let valid = (0..rows).map(|_| draw(4) > 0).collect();
    lake.add_metric("i", None, Column::Int { values, valid });
    let gears = (0..rows).map(|_| i64::try_from(draw(6)).unwrap()).collect();
    lake.add_metric("gear", None, Column::Int { values: gears, valid: Vec::new() });
    lake.add_metric("one", None, Column::Float(vec![7.0; rows]));
    lake.add_metric("none", None, Column::Float(vec![f64::NAN; rows]));
    lake.add_metric("flag", None, Column::Bool((0..rows).map(|_| [0, 1, NULL_BOOL][draw(3)]).collect()));
    let words: Vec<String> = ["w10", "w9", "unused", "W9", "w9"].map(str::to_owned).to_vec();
    let codes = (0..rows).map(|_| [0, 1, 3, 4, NULL_WORD, 77][draw(6)]).collect();
    lake.add_metric("word", None, Column::Text { codes, words });
    let many: Vec<String> = (0..400).map(|word| format!("street {word}")).collect();
    let codes = (0..rows).map(|_| u32::try_from(draw(400)).unwrap()).collect();
    lake.add_metric("street", None, Column::Text { codes, words: many });
    lake.add_class("car", (0..rows).map(|_| u32::try_from(draw(5)).unwrap()).collect());
    lake.set_store(0, "a.h5").set_store(2, "b.h5").set_store(3, "a.h5");
    lake.set_marked(Mark::Damaged, vec![rows / 9..rows / 5, rows / 2..rows / 2 + rows / 20]);
    lake.set_marked(Mark::Problem, std::iter::once(rows / 10..rows).collect());
    lake.add_class("sign", (0..rows).map(|_| if draw(50) == 0 { 300 } else { 0 }).collect());
    lake
}

fn every_key() -> Vec<FacetKey> {
    let numbers = ["a", "b", "i", "gear", "one", "none"].map(|name| FacetKey::Numbers(name.into()));
    let categories = ["camera", "recording", "region", "flag", "word", "street", "store", "damaged", "problem"];
    numbers
        .into_iter()
        .chain(categories.map(|name| FacetKey::Category(name.into())))
        .chain([FacetKey::Classes, FacetKey::Labels(Some("car".into())), FacetKey::Labels(None)])
        .collect()
}

/// The counts by the plain evaluator.
fn plainly(lake: &MemoryColumns, text: &str, key: &FacetKey) -> FacetCounts {
    let filter = Filter::parse(text).unwrap();
    let part = match key {
        FacetKey::Numbers(name) | FacetKey::Category(name) => Some(Part::Name(name)),
        FacetKey::Labels(Some(class)) => Some(Part::Class(class)),
        FacetKey::Labels(None) => Some(Part::Name("labels")),
        FacetKey::Classes => None,
    };
    let rest = filter.expr().and_then(|expr| match part {
        Some(part) => edit::without_own(expr, part),
        None => Some(expr.clone()),
    });
    let rest = rest.map(|rest| rest.to_string());
    let set = Filter::parse(&rest.unwrap_or_default()).unwrap().evaluate(lake).unwrap();
    match key {
        FacetKey::Numbers(name) => {
            let column = lake.metric(name).unwrap();
            let column = NumberColumn::Metric(&column);
            let bins = Bins::over(column, BINS);
            let (total, front) = (bins.histogram(column, None), bins.histogram(column, Some(&set)));
            FacetCounts::Numbers { bins, total, front }
        }
        FacetKey::Category(name) => FacetCounts::Category(category_counts(lake, name, Some(&set)).unwrap().into()),
        FacetKey::Labels(class) => {
            let counts = class.as_ref().map_or_else(|| lake.label_count(), |class| lake.class_count(class)).unwrap();
            let mut frames = vec![0; counts.iter().copied().max().unwrap_or(0) as usize + 1];
            set.iter().for_each(|row| frames[counts[row] as usize] += 1);
            FacetCounts::Labels(frames)
        }
        FacetKey::Classes => {
            let counts = lake.label_count().unwrap();
            let bare = (0..lake.rows()).filter(|row| counts[*row] == 0);
            let matching = bare.clone().filter(|row| set.contains(*row)).count();
            FacetCounts::Classes { classes: class_counts(lake, Some(&set)).unwrap(), bare: [bare.count(), matching] }
        }
    }
}

fn agrees(cross: &mut Crossfilter, lake: &MemoryColumns, text: &str, wanted: &[FacetKey]) {
    let filter = Filter::parse(text).unwrap();
    let step = cross.step(lake, &filter, wanted, &NEVER).unwrap().unwrap();
    assert_eq!(step.set, filter.evaluate(lake).unwrap(), "{text}");
    assert_eq!(step.facets.len(), wanted.len());
    for ((key, counts), wanted) in step.facets.iter().zip(wanted) {
        assert_eq!(key, wanted);
        assert_eq!(**counts.as_ref().unwrap(), plainly(lake, text, key), "{key:?} of {text}");
    }
}

/// What a person does to the filter.
#[derive(Debug, Clone)]
enum Deed {
    Brush(&'static str, Option<(f64, f64)>),
    Choose(&'static str, Vec<String>),
    Flag(Option<bool>),
    LeaveOut(&'static str, Option<&'static str>),
    Class(&'static str, Option<u64>),
    Chip(&'static str),
    Unchip(usize),
}

fn deed() -> impl Strategy<Value = Deed> {
    let end = || prop_oneof![8 => -60.0..60.0, 1 => Just(f64::INFINITY), 1 => Just(f64::NEG_INFINITY), 1 => Just(-0.0), 1 => Just(7.0), 2 => (-3_i32..6).prop_map(f64::from)];
    let chips = vec![
        "count(car) >= 2",
        "a * 2 > b",
        "a > 0 for 0.3 s",
        "b < 3 within 0.2 s of has(car)",
        "rate(a) > 0",
        "(word = \"w9\" or flag)",
        "labels = 0",
        "not damaged",
        "problem",
        "(word = \"w9\" or word is null)",
        "a is null",
        "not i > 2",
        "a != 3",
        "b > 1 cm",
    ];
    prop_oneof![
        8 => (prop::sample::select(vec!["a", "b", "i", "gear", "one", "none"]), prop::option::of((end(), end())))
            .prop_map(|(name, range)| Deed::Brush(name, range)),
        1 => prop::collection::vec(prop::sample::select(vec!["w9", "w10", "nothing"]).prop_map(str::to_owned), 0..3)
            .prop_map(|words| Deed::Choose("word", words)),
        1 => prop::collection::vec(prop::sample::select(vec!["front", "rear"]).prop_map(str::to_owned), 0..2)
            .prop_map(|words| Deed::Choose("camera", words)),
        1 => prop::option::of(any::<bool>()).prop_map(Deed::Flag),
        1 => (prop::sample::select(vec!["word", "region"]), prop::sample::select(vec![Some("w9"), Some("north"), None]))
            .prop_map(|(name, word)| Deed::LeaveOut(name, word)),
        1 => (prop::sample::select(vec!["car", "sign"]), prop::option::of(0_u64..4))
            .prop_map(|(class, on)| Deed::Class(class, on)),
        2 => prop::sample::select(chips).prop_map(Deed::Chip),
        1 => (0_usize..6).prop_map(Deed::Unchip),
    ]
}

fn done(text: &str, deed: &Deed) -> String {
    match deed {
        Deed::Brush(name, range) => edit::set_range(text, name, *range),
        Deed::Choose(name, words) => choice::set_choice(text, name, &Choice::of(words)),
        Deed::LeaveOut(name, word) => choice::set_choice(text, name, &Choice::default().without(*word)),
        Deed::Flag(on) => choice::set_flag(text, "flag", &Choice::of(on.map(|on| on.to_string()))),
        Deed::Class(class, at_least) => choice::set_class(text, class, at_least.map(CountRange::at_least)),
        Deed::Chip(chip) if text.is_empty() => Ok((*chip).to_owned()),
        Deed::Chip(chip) => Ok(format!("{text} and {chip}")),
        Deed::Unchip(at) => edit::remove_conjunct(text, *at),
    }
    .unwrap()
}

#[test]
fn one_drag_and_its_facets() {
    let lake = lake(3000, &[5]);
    let mut cross = Crossfilter::default();
    let keys = every_key();
    agrees(&mut cross, &lake, "", &keys);
    for high in 0..40 {
        agrees(&mut cross, &lake, &format!("a between -20 and {high} and has(car) and b > -30"), &keys);
    }
    agrees(&mut cross, &lake, "a between 30 and 31 or flag", &keys);
    assert!(cross.bytes() > 0);
}

#[test]
fn pieces_of_many_rows_add_up() {
    // Several blocks and pieces, and a last word that is not full; steps that change few, many and nearly all rows.
    let lake = lake(150_003, &[8]);
    let mut cross = Crossfilter::default();
    for text in
        ["", "a > 20", "a > 20.5 and has(car)", "a > 19 and has(car)", "a > 49.5", "a < 49", "a < 49.5 and b < 40"]
    {
        agrees(&mut cross, &lake, text, &every_key());
    }
}

#[test]
fn mistakes_and_stops_leave_it_usable() {
    let lake = lake(500, &[9]);
    let mut cross = Crossfilter::default();
    let keys = every_key();
    let error = cross.step(&lake, &Filter::parse("flag and nothing > 1").unwrap(), &keys, &NEVER).unwrap_err();
    assert_eq!(error.span, 9..16);
    let stopped = cross.step(&lake, &Filter::parse("a > 1").unwrap(), &keys, &AtomicBool::new(true)).unwrap();
    assert!(stopped.is_none());
    agrees(&mut cross, &lake, "a > 1", &keys);
    let unknown = [FacetKey::Numbers("nothing".into()), FacetKey::Category("a".into())];
    let step = cross.step(&lake, &Filter::default(), &unknown, &NEVER).unwrap().unwrap();
    assert!(step.facets.iter().all(|(_, counts)| counts.is_err()));
    // Another table: nothing of the one before is taken for its own.
    agrees(&mut cross, &self::lake(700, &[3]), "a > 1", &keys);
}

#[test]
fn codes_keep_to_their_memory() {
    let lake = lake(2000, &[1]);
    for rows_of_codes in [0, 1, 3, 5, 100] {
        let mut cross = Crossfilter::new(rows_of_codes * 2000);
        for wanted in every_key().windows(3) {
            agrees(&mut cross, &lake, "a > 1 and gear < 4 and has(car)", wanted);
            assert!(cross.codes_bytes() <= rows_of_codes * 2000, "{}", cross.codes_bytes());
        }
        agrees(&mut cross, &lake, "a > 2 and gear < 4", &every_key());
        assert!(cross.codes_bytes() <= rows_of_codes * 2000);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]
    #[test]
    fn steps_come_to_what_the_plain_evaluator_says(
        rows in prop_oneof![0_usize..200, 2000_usize..5000],
        seeds in prop::collection::vec(any::<u64>(), 1..3),
        deeds in prop::collection::vec((deed(), prop::collection::vec(any::<bool>(), 18)), 1..12),
        room in prop_oneof![2 => Just(BUDGET), 1 => 0_usize..40_000],
    ) {
        let lake = lake(rows, &seeds);
        let mut cross = Crossfilter::new(room);
        let mut text = String::new();
        for (deed, asked) in &deeds {
            text = done(&text, deed);
            let wanted: Vec<FacetKey> =
                every_key().into_iter().zip(asked).filter(|(_, asked)| **asked).map(|(key, _)| key).collect();
            agrees(&mut cross, &lake, &text, &wanted);
        }
    }
}

#[test]
fn the_truth_table_holds_in_steps_forth_and_back() {
    use crate::filter::truth_table::{CASES, lake};

    let lake = lake();
    let facets = [FacetKey::Numbers("speed".into()), FacetKey::Category("weather".into()), FacetKey::Classes];
    let mut cross = Crossfilter::default();
    let mut wrong = Vec::new();
    for (text, expected) in CASES.iter().chain(CASES.iter().rev()) {
        let filter = Filter::parse(text).unwrap();
        let step = cross.step(&lake, &filter, &facets, &NEVER).unwrap_or_else(|error| panic!("{}", error.render(text)));
        let found: Vec<usize> = step.unwrap().set.iter().collect();
        if found != *expected {
            wrong.push(format!("{text}: {found:?} instead of {expected:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
