//! What facets that are lists ask for: some values of a category, and how many labels of a class.

use super::{
    Expr, FilterError,
    ast::{CompareOp, ExprKind, LabelQuantity, Literal},
    edit::{Facet, conjuncts, replace_own},
    print::{name_text, text_literal},
};

/// Values of a category that a filter asks for, or that it leaves out. The values of a condition are `true` and `false`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Choice {
    /// The values that are named.
    pub values: Vec<String>,
    /// Whether the frames without a value are among them.
    pub null: bool,
    /// Whether they are left out, and all others asked for.
    pub excluded: bool,
}

impl Choice {
    /// Just these values.
    #[must_use]
    pub fn of(values: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self { values: values.into_iter().map(Into::into).collect(), null: false, excluded: false }
    }

    /// Whether it names this value; `None` stands for frames without one.
    #[must_use]
    pub fn names(&self, value: Option<&str>) -> bool {
        value.map_or(self.null, |value| self.values.iter().any(|known| known == value))
    }

    /// Whether nothing is named.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.values.is_empty() && !self.null
    }

    /// What is asked for after a click on a value: it comes in or goes out. Where values are left out, it is left out no
    /// more, or asked for by itself when it was not.
    #[must_use]
    pub fn toggled(mut self, value: Option<&str>) -> Self {
        if self.excluded && !self.names(value) {
            self = Self::default();
        }
        match value {
            None => self.null = !self.null,
            Some(value) => match self.values.iter().position(|known| known == value) {
                Some(place) => {
                    self.values.remove(place);
                }
                None => self.values.push(value.to_owned()),
            },
        }
        // Leaving out values leaves out frames without one, but not for ever.
        if self.excluded && self.values.is_empty() && value.is_some() { Self::default() } else { self }
    }

    /// What is asked for after a value is left out, or is left out no more.
    #[must_use]
    pub fn without(mut self, value: Option<&str>) -> Self {
        if !self.excluded {
            self = Self { excluded: true, ..Self::default() };
        } else if self.names(value) {
            return self.toggled(value);
        }
        match value {
            None => self.null = true,
            Some(value) => {
                self.values.push(value.to_owned());
                // A comparison with a missing value is unknown, so those frames go too.
                self.null = true;
            }
        }
        self
    }

    /// Both at once.
    fn and(self, other: Self) -> Self {
        match (self.excluded, other.excluded) {
            (false, false) => Self {
                values: self.values.into_iter().filter(|value| other.values.contains(value)).collect(),
                null: self.null && other.null,
                excluded: false,
            },
            (true, true) => {
                let mut values = self.values;
                for value in other.values {
                    if !values.contains(&value) {
                        values.push(value);
                    }
                }
                Self { values, null: self.null || other.null, excluded: true }
            }
            (true, false) => other.and(self),
            (false, true) => Self {
                values: self.values.into_iter().filter(|value| !other.values.contains(value)).collect(),
                null: self.null && !other.null,
                excluded: false,
            },
        }
    }

    /// The condition that asks for it; `None` when it asks for nothing.
    fn condition(&self, name: &str) -> Option<String> {
        let name = name_text(name);
        let listed = match &*self.values {
            [] if self.excluded => return self.null.then(|| format!("{name} is not null")),
            [] => return self.null.then(|| format!("{name} is null")),
            [value] => format!("{name} = {}", text_literal(value)),
            values => {
                let list: Vec<String> = values.iter().map(|value| text_literal(value)).collect();
                format!("{name} in ({})", list.join(", "))
            }
        };
        Some(match (self.excluded, self.null) {
            (false, false) => listed,
            (false, true) => format!("({listed} or {name} is null)"),
            (true, true) => format!("not {listed}"),
            (true, false) => format!("(not {listed} or {name} is null)"),
        })
    }

    /// The condition that asks for it of something that is true or false.
    fn flag_condition(&self, name: &str) -> Option<String> {
        let named = |value: &str| self.values.iter().any(|known| known == value) != self.excluded;
        let (yes, no, null) = (named("true"), named("false"), self.null != self.excluded);
        let name = name_text(name);
        match (yes, no, null) {
            _ if self.is_empty() => None,
            (true, true, true) | (false, false, false) => None,
            (true, false, false) => Some(name),
            (false, true, false) => Some(format!("not {name}")),
            (true, true, false) => Some(format!("{name} is not null")),
            (false, false, true) => Some(format!("{name} is null")),
            (true, false, true) => Some(format!("({name} or {name} is null)")),
            (false, true, true) => Some(format!("(not {name} or {name} is null)")),
        }
    }
}

/// What the facet's own conjuncts ask for; `None` when it owns none that is a choice.
#[must_use]
pub fn choice_of(expr: &Expr, name: &str) -> Option<Choice> {
    let own = conjuncts(expr).iter().filter(|part| Facet::Name(name).owns(part));
    own.filter_map(|part| part_choice(part).map(|(_, choice)| choice)).reduce(Choice::and)
}

/// The text with this choice of `name`, or without one. An empty choice is none: a facet without a tick asks for nothing.
///
/// # Errors
/// When the text does not parse.
pub fn set_choice(text: &str, name: &str, choice: &Choice) -> Result<String, FilterError> {
    replace_own(text, Facet::Name(name), choice.condition(name))
}

/// The same for a name that is true or false by itself.
///
/// # Errors
/// When the text does not parse.
pub fn set_flag(text: &str, name: &str, choice: &Choice) -> Result<String, FilterError> {
    replace_own(text, Facet::Name(name), choice.flag_condition(name))
}

/// Name and choice of a condition that is a choice and nothing else.
pub(super) fn part_choice(part: &Expr) -> Option<(&str, Choice)> {
    let of = |values: Vec<String>| Choice::of(values);
    Some(match &part.kind {
        ExprKind::Name(name) => (name.as_str(), of(vec!["true".to_owned()])),
        ExprKind::Compare { op: CompareOp::Equal, left, right } => {
            let (name, value) = if let Some(name) = name_of(left) { (name, right) } else { (name_of(right)?, left) };
            (name, of(vec![word(value)?]))
        }
        ExprKind::Compare { op: CompareOp::NotEqual, left, right } => {
            let (name, value) = if let Some(name) = name_of(left) { (name, right) } else { (name_of(right)?, left) };
            (name, left_out(of(vec![word(value)?])))
        }
        ExprKind::In { value, list } => (name_of(value)?, of(list.iter().map(word).collect::<Option<_>>()?)),
        ExprKind::IsNull { value, negated } => {
            (name_of(value)?, Choice { values: Vec::new(), null: true, excluded: *negated })
        }
        ExprKind::Not(inner) => {
            let (name, choice) = part_choice(inner)?;
            match &inner.kind {
                ExprKind::IsNull { .. } => (name, Choice { excluded: !choice.excluded, ..choice }),
                // Never more than one `not` deep.
                ExprKind::Name(_) | ExprKind::Compare { op: CompareOp::Equal, .. } | ExprKind::In { .. } => {
                    (name, left_out(choice))
                }
                _ => return None,
            }
        }
        // Some values, or no value: what is written for a tick beside “no value”.
        ExprKind::Or(parts) => {
            let [first, second] = parts.as_slice() else { return None };
            let ExprKind::IsNull { negated: false, .. } = &second.kind else { return None };
            if matches!(first.kind, ExprKind::IsNull { .. } | ExprKind::Or(_)) {
                return None;
            }
            let ((name, choice), (other, _)) = (part_choice(first)?, part_choice(second)?);
            if name != other {
                return None;
            }
            (name, Choice { null: !choice.excluded, ..choice })
        }
        _ => return None,
    })
}

/// `not` before a choice of values: unknown stays unknown, so frames without a value are left out too.
fn left_out(choice: Choice) -> Choice {
    Choice { null: true, excluded: true, ..choice }
}

fn name_of(expr: &Expr) -> Option<&str> {
    match &expr.kind {
        ExprKind::Name(name) => Some(name),
        _ => None,
    }
}

/// A value of a category as text. Numbers are no values of a category.
fn word(expr: &Expr) -> Option<String> {
    match &expr.kind {
        ExprKind::Literal(Literal::Text(text)) => Some(text.clone()),
        ExprKind::Literal(Literal::Bool(value)) => Some(value.to_string()),
        _ => None,
    }
}

/// How many labels of a class are asked for, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CountRange {
    /// At least so many.
    pub low: u64,
    /// At most so many; `None` sets no limit.
    pub high: Option<u64>,
}

impl CountRange {
    /// At least so many.
    #[must_use]
    pub fn at_least(low: u64) -> Self {
        Self { low, high: None }
    }

    /// None at all.
    pub const NONE: Self = Self { low: 0, high: Some(0) };
}

/// How many labels of `class` the filter asks for; `None` when it does not ask.
#[must_use]
pub fn class_of(expr: &Expr, class: &str) -> Option<CountRange> {
    let of_class = |part| class_range(part).filter(|(name, _)| *name == class).map(|(_, range)| range);
    conjuncts(expr).iter().filter_map(of_class).reduce(|a, b| CountRange {
        low: a.low.max(b.low),
        high: match (a.high, b.high) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (high, None) | (None, high) => high,
        },
    })
}

/// The classes that the filter asks for or leaves out, in the order written, each once.
#[must_use]
pub fn classes_of(expr: &Expr) -> Vec<&str> {
    let mut found = Vec::new();
    for (class, _) in conjuncts(expr).iter().filter_map(class_range) {
        if !found.contains(&class) {
            found.push(class);
        }
    }
    found
}

/// The text that asks for so many labels of the class, or does not ask.
///
/// # Errors
/// When the text does not parse.
pub fn set_class(text: &str, class: &str, range: Option<CountRange>) -> Result<String, FilterError> {
    let name = name_text(class);
    let condition = range.and_then(|CountRange { low, high }| match (low, high) {
        (0, None) => None,
        (1, None) => Some(format!("has({name})")),
        (low, None) => Some(format!("count({name}) >= {low}")),
        (0, Some(0)) => Some(format!("not has({name})")),
        (0, Some(high)) => Some(format!("count({name}) <= {high}")),
        (low, Some(high)) if low == high => Some(format!("count({name}) = {low}")),
        (low, Some(high)) => Some(format!("count({name}) between {low} and {high}")),
    });
    replace_own(text, Facet::Class(class), condition)
}

/// Class and number of labels that a condition asks for, when it does that and nothing else.
pub(super) fn class_range(part: &Expr) -> Option<(&str, CountRange)> {
    match &part.kind {
        ExprKind::Labels { quantity: LabelQuantity::Has, class } => Some((&class.name, CountRange::at_least(1))),
        ExprKind::Not(inner) => match &inner.kind {
            ExprKind::Labels { quantity: LabelQuantity::Has, class } => Some((&class.name, CountRange::NONE)),
            _ => None,
        },
        ExprKind::Between { value, low, high } => {
            let (low, high) = (number(low)?, number(high)?);
            Some((counted(value)?, CountRange { low: whole(low.ceil())?, high: Some(whole(high.floor())?) }))
        }
        ExprKind::Compare { op, left, right } => {
            let (class, op, limit) = match counted(left) {
                Some(class) => (class, *op, number(right)?),
                None => (counted(right)?, op.flipped(), number(left)?),
            };
            let range = match op {
                CompareOp::GreaterEqual => CountRange::at_least(whole(limit.ceil())?),
                CompareOp::Greater => CountRange::at_least(whole((limit + 1.0).floor())?),
                CompareOp::LessEqual => CountRange { low: 0, high: Some(whole(limit.floor())?) },
                CompareOp::Less => CountRange { low: 0, high: Some(whole((limit - 1.0).ceil())?) },
                CompareOp::Equal if limit.fract() == 0.0 => {
                    CountRange { low: whole(limit)?, high: Some(whole(limit)?) }
                }
                CompareOp::Equal | CompareOp::NotEqual => return None,
            };
            Some((class, range))
        }
        _ => None,
    }
}

fn counted(expr: &Expr) -> Option<&str> {
    match &expr.kind {
        ExprKind::Labels { quantity: LabelQuantity::Count, class } => Some(&class.name),
        _ => None,
    }
}

fn number(expr: &Expr) -> Option<f64> {
    match &expr.kind {
        ExprKind::Literal(Literal::Number { value, unit: None }) => Some(value.as_f64()),
        _ => None,
    }
}

/// A number of labels that a facet can show: not negative and far below what a double tells apart.
fn whole(value: f64) -> Option<u64> {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked to be in range")]
    (0.0..=4_294_967_295.0).contains(&value).then_some(value as u64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::filter::{
        Filter,
        parse::parse,
        truth_table::{CASES, lake},
    };

    fn expr(text: &str) -> Expr {
        parse(text).unwrap().unwrap()
    }

    fn shown(choice: &Choice) -> String {
        let sign = if choice.excluded { "all but " } else { "" };
        format!("{sign}{}{}", choice.values.join(","), if choice.null { " null" } else { "" })
    }

    #[test]
    fn choices_are_read_and_written_back() {
        for (text, expected, written) in [
            ("x = 'a'", "a", "x = \"a\""),
            ("x in ('a', 'b') and y = 1", "a,b", "x in (\"a\", \"b\") and y = 1"),
            ("not x = 'a'", "all but a null", "not x = \"a\""),
            ("x != 'a'", "all but a null", "not x = \"a\""),
            ("x not in ('a', 'b')", "all but a,b null", "not x in (\"a\", \"b\")"),
            ("x is null", " null", "x is null"),
            ("x is not null", "all but  null", "x is not null"),
            ("not x is null", "all but  null", "x is not null"),
            ("(x = 'a' or x is null) and y = 1", "a null", "(x = \"a\" or x is null) and y = 1"),
            ("(not x = 'a' or x is null)", "all but a", "(not x = \"a\" or x is null)"),
            ("x in ('a', 'b') and x in ('b', 'c')", "b", "x = \"b\""),
            ("x in ('a', 'b') and not x = 'b'", "a", "x = \"a\""),
            ("not x = 'a' and not x = 'b'", "all but a,b null", "not x in (\"a\", \"b\")"),
        ] {
            let choice = choice_of(&expr(text), "x").unwrap_or_else(|| panic!("{text}"));
            assert_eq!(shown(&choice), expected, "{text}");
            assert_eq!(set_choice(text, "x", &choice).unwrap(), written, "{text}");
        }
        for text in ["x ~ 'a'", "x = 'a' or y = 'b'", "x = 'a' or x = 'b' or x is null", "x = y", "not not x", "x > 3"]
        {
            assert_eq!(choice_of(&expr(text), "x"), None, "{text}");
        }
    }

    #[test]
    fn clicks_change_a_choice() {
        let none = Choice::default;
        let front = || Choice::of(["front"]);
        let but = || none().without(Some("front"));
        for (choice, expected) in [
            (none().toggled(Some("front")), "x = \"front\""),
            (front().toggled(Some("front")), ""),
            (front().toggled(Some("rear")), "x in (\"front\", \"rear\")"),
            (front().toggled(None), "(x = \"front\" or x is null)"),
            (front().toggled(None).toggled(Some("front")), "x is null"),
            (but(), "not x = \"front\""),
            (but().without(Some("rear")), "not x in (\"front\", \"rear\")"),
            (but().without(Some("front")), ""),
            (but().toggled(Some("front")), ""),
            (but().toggled(Some("rear")), "x = \"rear\""),
            (but().toggled(None), "(not x = \"front\" or x is null)"),
            (but().toggled(None).without(None), "not x = \"front\""),
            (front().without(Some("rear")), "not x = \"rear\""),
            (none().without(None), "x is not null"),
            (none().without(None).without(None), ""),
        ] {
            assert_eq!(set_choice("", "x", &choice).unwrap(), expected, "{choice:?}");
        }
    }

    #[test]
    fn what_a_facet_writes_finds_the_frames_that_it_names() {
        let lake = lake();
        let rows = |text: &str| Filter::parse(text).unwrap().evaluate(&lake).unwrap();
        for name in ["weather", "region", "store", "camera"] {
            let counts = crate::filter::facets::category_counts(&lake, name, None).unwrap();
            for excluded in [false, true] {
                for mask in 1_u32..1 << counts.len() {
                    let mut choice = Choice { excluded, ..Choice::default() };
                    for (_, count) in counts.iter().enumerate().filter(|(at, _)| mask >> at & 1 == 1) {
                        match &count.value {
                            Some(value) => choice.values.push(value.clone()),
                            None => choice.null = true,
                        }
                    }
                    let text = set_choice("", name, &choice).unwrap();
                    let named: usize = counts
                        .iter()
                        .filter(|count| choice.names(count.value.as_deref()) != excluded)
                        .map(|count| count.frames)
                        .sum();
                    // Where nothing else is named, frames without a value are the whole of what is left out or asked for.
                    assert_eq!(rows(&text).count(), named, "{text}");
                }
            }
        }
        for (values, null, excluded, expected) in [
            (&["true"][..], false, false, "braking"),
            (&["false"], false, false, "not braking"),
            (&["true", "false"], false, false, "braking is not null"),
            (&[], true, false, "braking is null"),
            (&["true"], true, false, "(braking or braking is null)"),
            (&["false"], true, false, "(not braking or braking is null)"),
            (&["true", "false"], true, false, ""),
            (&["true"], true, true, "not braking"),
            (&["false"], true, true, "braking"),
            (&[], true, true, "braking is not null"),
            (&[], false, true, ""),
        ] {
            let choice = Choice { values: values.iter().map(|value| (*value).to_owned()).collect(), null, excluded };
            let text = set_flag("", "braking", &choice).unwrap();
            assert_eq!(text, expected, "{choice:?}");
            if !text.is_empty() {
                let read = choice_of(&expr(&text), "braking").unwrap();
                assert_eq!(set_flag("", "braking", &read).unwrap(), text);
            }
        }
        assert_eq!(shown(&choice_of(&expr("braking = false"), "braking").unwrap()), "false");
    }

    #[test]
    fn numbers_of_labels_are_read_and_written_back() {
        for (text, expected, written) in [
            ("has(car)", (1, None), "has(car)"),
            ("not has(car)", (0, Some(0)), "not has(car)"),
            ("count(car) >= 3 and x = 1", (3, None), "count(car) >= 3 and x = 1"),
            ("count(car) > 2", (3, None), "count(car) >= 3"),
            ("count(car) > 2.5", (3, None), "count(car) >= 3"),
            ("3 <= count(car)", (3, None), "count(car) >= 3"),
            ("count(car) < 4", (0, Some(3)), "count(car) <= 3"),
            ("count(car) = 0", (0, Some(0)), "not has(car)"),
            ("count(car) = 2", (2, Some(2)), "count(car) = 2"),
            ("count(car) between 2 and 5", (2, Some(5)), "count(car) between 2 and 5"),
            ("has(car) and count(car) <= 4", (1, Some(4)), "count(car) between 1 and 4"),
        ] {
            let range = class_of(&expr(text), "car").unwrap_or_else(|| panic!("{text}"));
            assert_eq!((range.low, range.high), expected, "{text}");
            assert_eq!(set_class(text, "car", Some(range)).unwrap(), written, "{text}");
        }
        for text in ["count(car) != 3", "count(car) > -1.5", "count(bus) > 1", "has(car where w > 1)", "count(car) > x"]
        {
            assert_eq!(class_of(&expr(text), "car"), None, "{text}");
        }
        let text = set_class("a = 1 or b = 2", "traffic light", Some(CountRange::at_least(1))).unwrap();
        assert_eq!(text, "(a = 1 or b = 2) and has(`traffic light`)");
        let text = set_class(&text, "car", Some(CountRange::at_least(2))).unwrap();
        assert_eq!(classes_of(&expr(&text)), ["traffic light", "car"]);
        assert_eq!(set_class(&text, "car", None).unwrap(), "(a = 1 or b = 2) and has(`traffic light`)");
    }

    #[test]
    fn what_is_owned_and_written_again_finds_the_same_frames() {
        let lake = lake();
        let rows = |text: &str| Filter::parse(text).unwrap().evaluate(&lake).unwrap();
        let mut owned = 0;
        for (text, _) in CASES {
            let Some(tree) = parse(text).unwrap() else { continue };
            for class in ["car", "pedestrian"] {
                if let Some(range) = class_of(&tree, class) {
                    owned += 1;
                    assert_eq!(rows(&set_class(text, class, Some(range)).unwrap()), rows(text), "{text}");
                }
            }
            for name in ["weather", "camera", "region", "store", "recording", "vehicle"] {
                if let Some(choice) = choice_of(&tree, name)
                    && !choice.is_empty()
                {
                    owned += 1;
                    assert_eq!(rows(&set_choice(text, name, &choice).unwrap()), rows(text), "{text}");
                }
            }
            for name in ["braking", "damaged", "problem"] {
                if let Some(choice) = choice_of(&tree, name)
                    && !choice.is_empty()
                {
                    owned += 1;
                    let edited = set_flag(text, name, &choice).unwrap();
                    let edited = if edited.is_empty() { "true".to_owned() } else { edited };
                    assert_eq!(rows(&edited), rows(text), "{text}");
                }
            }
        }
        assert!(owned > 20, "{owned}");
    }
}
