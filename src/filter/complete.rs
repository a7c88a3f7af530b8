//! What the query bar offers at the caret: names, classes, values, words and signs that can stand there.

use std::{collections::BTreeSet, ops::Range};

use super::{
    FrameColumns, attribute_keys,
    label_rows::FIELDS,
    names::{Names, Referent, attribute_reference, label_attribute_reference, metric_reference},
    place::{Place, place},
    print::{name_text, text_literal},
    token::{TokenKind, lex, word_len},
};
use crate::model::MetricKind;

/// What a candidate is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum CandidateKind {
    /// A value that a recording has, or `true` and `false`.
    Value,
    /// A metric.
    Metric,
    /// `recording`, `camera`, `time`, ….
    Fixed,
    /// A key of the recordings.
    Attribute,
    /// A label class.
    Class,
    /// `has(` and `count(`.
    Function,
    /// A sign such as `>=`.
    Operator,
    /// A word such as `and`.
    Keyword,
}

/// Something that can stand at the caret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// What a list shows.
    pub label: String,
    /// What goes into the text in place of [`Completions::replace`].
    pub insert: String,
    /// What it is.
    pub kind: CandidateKind,
    /// One line about it, such as a metric's unit; may be empty.
    pub detail: String,
}

/// The candidates at a caret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Completions {
    /// The bytes that a candidate replaces: what was begun to be typed before the caret.
    pub replace: Range<usize>,
    /// Best first.
    pub candidates: Vec<Candidate>,
}

/// The candidates at byte `caret` of a filter text that may be unfinished or wrong.
#[must_use]
pub fn complete(text: &str, caret: usize, columns: &dyn FrameColumns) -> Completions {
    let mut caret = caret.min(text.len());
    while !text.is_char_boundary(caret) {
        caret -= 1;
    }
    let before = &text[..caret];
    let (mut tokens, error) = lex(before);
    let mut typed = Typed { start: caret, prefix: String::new(), in_text: false };
    let open_quote = error.and_then(|error| before[error.span.start..].chars().next().map(|c| (error.span.start, c)));
    match open_quote {
        Some((start, quote @ ('"' | '\'' | '`'))) => {
            let prefix = before[start + 1..].to_owned();
            typed = Typed { start, prefix, in_text: quote != '`' };
        }
        // A sign that the language does not have: nothing fits behind it.
        Some(_) => return Completions { replace: caret..caret, candidates: Vec::new() },
        None => {
            if let Some(last) = tokens.last().filter(|last| last.span.end == caret) {
                if let TokenKind::Word(word) = &last.kind {
                    typed = Typed { start: last.span.start, prefix: word.clone(), in_text: false };
                    tokens.pop();
                } else if let TokenKind::Number { digits, unit: Some(unit) } = &last.kind
                    && unit.span.start > last.span.start + digits.len()
                {
                    // `x > 5 an`: the beginning of `and` looks like a unit.
                    typed = Typed { start: unit.span.start, prefix: unit.text.clone(), in_text: false };
                }
            }
        }
    }
    let (place, of_labels) = place(&tokens);
    let mut candidates = Vec::new();
    // To find the attributes takes a look at every label: those are offered that are known already.
    let names = if of_labels {
        Names::of_labels(columns, columns.known_label_attributes().unwrap_or_default())
    } else {
        Names::new(columns)
    };
    Offer { columns, names, out: &mut candidates }.at(&place);
    typed.select(&mut candidates);
    Completions { replace: typed.start..caret, candidates }
}

/// Whether the caret is where the names of labels stand, so that their attributes are worth knowing.
#[must_use]
pub fn is_about_labels(text: &str, caret: usize) -> bool {
    let before = text.get(..caret).unwrap_or(text);
    place(&lex(before).0).1
}

/// What was begun to be typed.
struct Typed {
    start: usize,
    prefix: String,
    /// Within quotes of a text, where only values fit.
    in_text: bool,
}

impl Typed {
    /// Keeps what fits the prefix: those that begin with it first, then those that have it inside.
    fn select(&self, candidates: &mut Vec<Candidate>) {
        let prefix = self.prefix.to_lowercase();
        let rank = |candidate: &Candidate| {
            let label = candidate.label.to_lowercase();
            let label = label.trim_start_matches(['"', '`']);
            if label.starts_with(&prefix) { Some(0) } else { label.contains(&prefix).then_some(1) }
        };
        candidates.retain(|candidate| {
            rank(candidate).is_some()
                && (!self.in_text || matches!(candidate.kind, CandidateKind::Value | CandidateKind::Class))
                && (prefix.is_empty() || candidate.kind != CandidateKind::Operator)
        });
        candidates.sort_by_key(|candidate| rank(candidate));
    }
}

/// Collects candidates.
struct Offer<'a> {
    columns: &'a dyn FrameColumns,
    names: Names<'a>,
    out: &'a mut Vec<Candidate>,
}

impl Offer<'_> {
    fn push(&mut self, text: &str, insert: &str, kind: CandidateKind, detail: &str) {
        let candidate =
            Candidate { label: text.to_owned(), insert: insert.to_owned(), kind, detail: detail.to_owned() };
        self.out.push(candidate);
    }

    fn words(&mut self, words: &[(&str, &str)], kind: CandidateKind) {
        for (word, detail) in words {
            self.push(word, &format!("{word} "), kind, detail);
        }
    }

    fn at(&mut self, place: &Place) {
        match place {
            Place::Condition => {
                self.all_names();
                self.functions(true);
                self.number_functions();
                self.places();
                self.words(&[("not", "the opposite")], CandidateKind::Keyword);
            }
            Place::Operand(name) => {
                self.values(name.as_deref());
                if !self.is_category(name.as_deref()) {
                    self.all_names();
                    self.functions(false);
                    self.number_functions();
                }
            }
            Place::Argument { .. } => {
                self.all_names();
                self.functions(false);
            }
            Place::AfterArgument { window: true } => {
                self.push(",", ", ", CandidateKind::Operator, "and over how long");
            }
            Place::AfterArgument { window: false } | Place::Close => {
                self.push(")", ") ", CandidateKind::Operator, "");
            }
            Place::AfterClass => {
                self.words(&[("where", "only labels that are like this")], CandidateKind::Keyword);
                self.push(")", ") ", CandidateKind::Operator, "");
            }
            Place::Duration { .. } => self
                .words(&[("1 s", ""), ("3 s", ""), ("10 s", ""), ("500 ms", ""), ("1 min", "")], CandidateKind::Value),
            Place::Side => self.words(
                &[("of", "before or after"), ("before", "earlier than"), ("after", "later than")],
                CandidateKind::Keyword,
            ),
            Place::List(name) => self.values(name.as_deref()),
            Place::Class => {
                for class in self.columns.classes() {
                    let text = name_text(class);
                    self.push(class, &text, CandidateKind::Class, "label class");
                }
            }
            Place::AfterValue(name) => self.operators(name.as_deref()),
            Place::AfterCondition => {
                self.words(&[("and", "both"), ("or", "either")], CandidateKind::Keyword);
                self.over_time();
            }
            Place::AfterLow => self.words(&[("and", "the upper end")], CandidateKind::Keyword),
            Place::ListOpen => self.push("(", "(", CandidateKind::Operator, "a list of values"),
            Place::Null { negated } => {
                self.words(&[("null", "without a value")], CandidateKind::Keyword);
                if !negated {
                    self.words(&[("not null", "with a value")], CandidateKind::Keyword);
                }
            }
            Place::Corner | Place::Nothing => {}
        }
    }

    fn over_time(&mut self) {
        if !self.names.is_of_labels() {
            let words = [("for", "without a break, so long"), ("within", "near to another condition")];
            self.words(&words, CandidateKind::Keyword);
        }
    }

    fn number_functions(&mut self) {
        if self.names.is_of_labels() || self.columns.metrics().is_empty() {
            return;
        }
        for (label, insert, detail) in [
            ("rate(…)", "rate(", "change per second"),
            ("mean(…)", "mean(", "mean over the time up to the frame"),
            ("min(…)", "min(", "smallest value over the time up to the frame"),
            ("max(…)", "max(", "largest value over the time up to the frame"),
        ] {
            self.push(label, insert, CandidateKind::Function, detail);
        }
    }

    fn places(&mut self) {
        if self.names.is_of_labels() || self.columns.position().is_none() {
            return;
        }
        for (label, insert, detail) in [
            ("in_box(…)", "in_box(", "taken between south, west, north and east"),
            ("in_polygon(…)", "in_polygon(", "taken inside corners: lat lon, lat lon, …"),
        ] {
            self.push(label, insert, CandidateKind::Function, detail);
        }
    }

    fn all_names(&mut self) {
        if self.names.is_of_labels() {
            for (field, kind, unit) in FIELDS {
                let detail = unit
                    .map_or_else(|| format!("of the label, {}", kind.as_str()), |unit| format!("of the label, {unit}"));
                self.push(field, field, CandidateKind::Metric, &detail);
            }
            for attribute in self.columns.known_label_attributes().iter().flat_map(|known| known.iter()) {
                let text = label_attribute_reference(&attribute.name);
                let detail = format!("attribute, {}", attribute.kind.as_str());
                self.push(&text, &text, CandidateKind::Attribute, &detail);
            }
            return;
        }
        for metric in self.columns.metrics() {
            let text = metric_reference(&metric.name);
            let detail = match (&metric.unit, metric.kind) {
                (Some(unit), _) => format!("metric, {unit}"),
                (None, kind) => format!("metric, {}", kind.as_str()),
            };
            self.push(&text, &text, CandidateKind::Metric, &detail);
        }
        for (name, detail) in [
            ("recording", "name of the recording"),
            ("camera", "name of the camera"),
            ("time", "time of the frame, UTC"),
            ("t", "seconds since the recording began"),
            ("frame", "index in the footage"),
            ("labels", "number of labels on the frame"),
            ("tag", "what people tagged the frame with"),
            ("store", "path of its file inside the lake"),
            ("damaged", "verifying found its bytes damaged"),
            ("problem", "a line of Problems is about it"),
        ] {
            self.push(name, name, CandidateKind::Fixed, detail);
        }
        for key in attribute_keys(self.columns) {
            let text = attribute_reference(self.columns, key);
            self.push(&text, &text, CandidateKind::Attribute, "of the recording");
        }
    }

    fn functions(&mut self, conditions: bool) {
        if self.columns.classes().is_empty() || self.names.is_of_labels() {
            return;
        }
        if conditions {
            self.push("has(…)", "has(", CandidateKind::Function, "a label of the class is on the frame");
        }
        self.push("count(…)", "count(", CandidateKind::Function, "labels of the class on the frame");
    }

    fn is_category(&self, name: Option<&str>) -> bool {
        matches!(
            name.and_then(|name| self.names.resolve(name)),
            Some(
                Referent::Recording
                    | Referent::Camera
                    | Referent::Store
                    | Referent::Tags
                    | Referent::Marked(_)
                    | Referent::Attribute(_)
                    | Referent::Metric { kind: MetricKind::Text | MetricKind::Bool, .. }
            )
        )
    }

    /// The values that recordings have for the name.
    fn values(&mut self, name: Option<&str>) {
        let footages = self.columns.footages().iter();
        let tags = self.columns.known_tags();
        let values: BTreeSet<&str> = match name.and_then(|name| self.names.resolve(name)) {
            Some(Referent::Recording) => footages.map(|footage| footage.recording.as_str()).collect(),
            Some(Referent::Camera) => footages.map(|footage| footage.camera.as_str()).collect(),
            Some(Referent::Store) => (0..footages.len()).filter_map(|footage| self.columns.store(footage)).collect(),
            Some(Referent::Tags) => tags.iter().map(String::as_str).collect(),
            Some(Referent::Attribute(key)) => {
                footages.filter_map(|footage| footage.attributes.get(&key)).map(String::as_str).collect()
            }
            Some(Referent::Marked(_) | Referent::Metric { kind: MetricKind::Bool, .. }) => {
                self.words(&[("true", ""), ("false", "")], CandidateKind::Value);
                return;
            }
            _ => return,
        };
        let mut values: Vec<&str> = values.into_iter().collect();
        values.sort_by(|a, b| alphanumeric_sort::compare_str(a, b));
        for value in values {
            let text = text_literal(value);
            self.push(&text, &text, CandidateKind::Value, "");
        }
    }

    fn operators(&mut self, name: Option<&str>) {
        const NUMBER: [(&str, &str); 6] = [
            (">", "more than"),
            (">=", "at least"),
            ("<", "less than"),
            ("<=", "at most"),
            ("=", "equal"),
            ("!=", "not equal"),
        ];
        let kind = match name.and_then(|name| self.names.resolve(name)) {
            Some(
                Referent::Recording | Referent::Camera | Referent::Store | Referent::Tags | Referent::Attribute(_),
            ) => MetricKind::Text,
            Some(Referent::Marked(_)) => MetricKind::Bool,
            Some(Referent::Metric { kind, .. }) => kind,
            _ => MetricKind::Float,
        };
        match kind {
            MetricKind::Text => {
                let signs = [("=", "equal"), ("!=", "not equal"), ("~", "like a pattern with * and ?")];
                self.words(&signs, CandidateKind::Operator);
                self.words(&[("in", "one of a list"), ("is null", "without a value")], CandidateKind::Keyword);
                self.words(&[("is not null", "with a value")], CandidateKind::Keyword);
            }
            MetricKind::Bool => {
                let words = [("and", "both"), ("or", "either"), ("is null", "without a value")];
                self.words(&words, CandidateKind::Keyword);
                self.over_time();
            }
            MetricKind::Float | MetricKind::Int => {
                self.words(&NUMBER, CandidateKind::Operator);
                let words = [
                    ("between", "within two ends"),
                    ("in", "one of a list"),
                    ("is null", "without a value"),
                    ("is not null", "with a value"),
                ];
                self.words(&words, CandidateKind::Keyword);
                self.words(&[("+", ""), ("-", ""), ("*", ""), ("/", "")], CandidateKind::Operator);
            }
        }
    }
}

/// The bytes of the word around the caret, for a double click or a hint.
#[must_use]
pub fn word_at(text: &str, caret: usize) -> Option<Range<usize>> {
    let (tokens, _) = lex(text);
    let token = tokens.into_iter().find(|token| token.span.contains(&caret))?;
    matches!(&token.kind, TokenKind::Word(word) if word_len(word) > 0).then_some(token.span)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::filter::truth_table::lake;

    /// The first few labels, and what is replaced.
    fn offered(text: &str) -> (String, usize) {
        let caret = text.find('|').unwrap();
        let found = complete(&text.replace('|', ""), caret, &lake());
        let labels: Vec<&str> = found.candidates.iter().map(|candidate| candidate.label.as_str()).take(4).collect();
        (labels.join(" "), found.replace.len())
    }

    #[test]
    fn offers_what_fits() {
        for (text, expected, replaced) in [
            ("|", "big braking gear speed", 0),
            ("sp|", "speed", 2),
            ("SPE|", "speed", 3),
            ("`two|", "`two words`", 4),
            ("has(|", "car pedestrian traffic light", 0),
            ("count(ped|", "pedestrian", 3),
            ("has(\"tra|", "traffic light", 4),
            ("speed |", "> >= < <=", 0),
            ("speed > 1 |", "and or for within", 0),
            ("speed > 1 fo|", "for", 2),
            ("speed > 1 for |", "1 s 3 s 10 s 500 ms", 0),
            ("speed > 1 for 3 s |", "and or for within", 0),
            ("braking within |", "1 s 3 s 10 s 500 ms", 0),
            ("braking within 2 s |", "of before after", 0),
            ("braking within 2 s of |", "big braking gear speed", 0),
            ("braking within 2 s before ha|", "has(…)", 2),
            ("ra|", "rate(…) braking camera frame", 2),
            ("rate(|", "big braking gear speed", 0),
            ("rate(speed |", ")", 0),
            ("rate(speed) |", "> >= < <=", 0),
            ("mean(speed|", "speed", 5),
            ("mean(speed |", ",", 0),
            ("mean(speed, |", "1 s 3 s 10 s 500 ms", 0),
            ("mean(speed, 5 s |", ")", 0),
            ("count(car |", "where )", 0),
            ("count(* |", "where )", 0),
            ("count(car where |", "class score x y", 0),
            ("count(car where sc|", "score", 2),
            ("count(car where occ|", "occluded", 3),
            ("has(* where la|", "lane class", 2),
            ("has(car where occluded |", "and or is null", 0),
            ("count(car where (score > 0.5) |", "and or", 0),
            ("count(car where score > 0.5) |", "> >= < <=", 0),
            ("has(car where class = \"car\") |", "and or for within", 0),
            ("speed > 1 an|", "and", 2),
            ("speed between 1 |", "and", 0),
            ("speed between 1 and 2 |", "and or for within", 0),
            ("camera = |", "\"Front\" \"front\" \"rear\"", 0),
            ("camera = \"re|", "\"rear\"", 3),
            ("camera |", "= != ~ in", 0),
            ("camera in (|", "\"Front\" \"front\" \"rear\"", 0),
            ("camera in (\"front\", |", "\"Front\" \"front\" \"rear\"", 0),
            ("camera in (\"front\") |", "and or for within", 0),
            ("camera ~ |", "", 0),
            ("region != |", "\"north\"", 0),
            ("braking = |", "true false", 0),
            ("braking |", "and or is null for", 0),
            ("speed is |", "null not null", 0),
            ("speed is not |", "null", 0),
            ("has(car) |", "and or for within", 0),
            ("count(car) |", "> >= < <=", 0),
            ("has(car) and ca|", "camera", 2),
            ("(has(car) or sp|", "speed", 2),
            ("speed > 1 and (|", "big braking gear speed", 0),
            ("speed > cou|", "count(…)", 3),
            ("metric|", "metric.time", 6),
            ("driv|er = 1", "driver", 4),
            ("in_|", "in_box(…) in_polygon(…)", 3),
            ("in_box(48, |", "", 0),
            ("in_box(48, 11, 49, 12) |", "and or for within", 0),
            ("in_polygon(48 11, 49 -12, 5 6) |", "and or for within", 0),
            ("not in_box(1, 2, 3, 4) and sp|", "speed", 2),
            ("dama|", "damaged", 4),
            ("not prob|", "problem", 4),
            ("store = |", "\"drive_1/front.h5\" \"drive_1/rear.h5\"", 0),
            ("store |", "= != ~ in", 0),
            ("tag |", "= != ~ in", 0),
            ("tag = |", "\"Look again\" \"good\"", 0),
            ("tag in (\"good\", \"loo|", "\"Look again\"", 4),
            ("problem |", "and or is null for", 0),
            ("a & |", "", 0),
        ] {
            assert_eq!(offered(text), (expected.to_owned(), replaced), "{text}");
        }
        let found = complete("has(tr", 6, &lake());
        assert_eq!(found.candidates[0].insert, "`traffic light`");
        assert_eq!(word_at("speed > 1", 2), Some(0..5));
        assert_eq!(word_at("speed > 1", 6), None);
    }

    proptest! {
        #[test]
        fn any_text_and_caret_will_do(text in "[a-z(),=<>~`'\" .0-9é速-]{0,40}", caret in 0_usize..60) {
            let found = complete(&text, caret, &lake());
            prop_assert!(text.get(found.replace.clone()).is_some());
        }
    }
}
