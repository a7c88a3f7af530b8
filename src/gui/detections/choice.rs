//! What is asked: kept with the lake, and every change of it can be undone.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::{
    filter::parse_duration,
    session::{EngineChoice, Ranking, Scope, TopQuery, Window},
};

/// Everything a person chose.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct Choice {
    /// Ranks up to this are shown.
    pub n: u32,
    /// Items are ranked over all locations together.
    pub overall: bool,
    /// What equal counts mean.
    pub ranking: Ties,
    /// Events at this time or later, ns UTC.
    pub from_ns: Option<i64>,
    /// Events before this time, ns UTC.
    pub to_ns: Option<i64>,
    /// Only these locations; all when empty.
    pub locations: Vec<i64>,
    /// Only these items; all when empty.
    pub items: Vec<String>,
    /// Ranks within windows of this length, ns.
    pub window_ns: Option<i64>,
    /// From one window to the next, ns; the length when windows do not overlap.
    pub slide_ns: Option<i64>,
    /// A detection counts once, however often it came.
    pub dedup: bool,
    /// What answers. The token of an address lives in memory alone: it is not kept.
    pub engine: EngineChoice,
    /// A file or folder of events; the lake's own when `None`.
    pub events: Option<PathBuf>,
    /// A file of locations; the lake's own when `None`.
    pub places: Option<PathBuf>,
}

/// What equal counts mean for ranks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Ties {
    /// 1, 2, 3: equal counts by name.
    #[default]
    Row,
    /// 1, 1, 2.
    Dense,
    /// 1, 1, 3.
    Competition,
}

impl Ties {
    /// Each with its name and how it counts.
    pub const ALL: [(Self, &'static str, &'static str); 3] = [
        (Self::Row, "Row", "1, 2, 3 · equal counts by name"),
        (Self::Dense, "Dense", "1, 1, 2 · equal counts share a rank"),
        (Self::Competition, "Competition", "1, 1, 3 · as in sports"),
    ];

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|entry| entry.0 == self).map_or("", |entry| entry.1)
    }
}

impl Default for Choice {
    fn default() -> Self {
        Self {
            n: 10,
            overall: false,
            ranking: Ties::Row,
            from_ns: None,
            to_ns: None,
            locations: Vec::new(),
            items: Vec::new(),
            window_ns: None,
            slide_ns: None,
            dedup: true,
            engine: EngineChoice::default(),
            events: None,
            places: None,
        }
    }
}

/// Most ranks that can be asked for.
pub const MOST: u32 = 1_000_000;

impl Choice {
    /// As the question that is asked.
    #[must_use]
    pub fn query(&self) -> TopQuery {
        TopQuery {
            n: self.n,
            scope: if self.overall { Scope::Global } else { Scope::Location },
            ranking: match self.ranking {
                Ties::Row => Ranking::Row,
                Ties::Dense => Ranking::Dense,
                Ties::Competition => Ranking::Competition,
            },
            from_ns: self.from_ns,
            to_ns: self.to_ns,
            locations: self.locations.clone(),
            items: self.items.clone(),
            window: self.window_ns.map(|size_ns| Window { size_ns, slide_ns: self.slide_ns.unwrap_or(size_ns) }),
            dedup: self.dedup,
        }
    }

    /// Whether something limits which events count.
    #[must_use]
    pub fn is_limited(&self) -> bool {
        self.from_ns.is_some() || self.to_ns.is_some() || !self.locations.is_empty() || !self.items.is_empty()
    }

    /// Without limits; how they are counted stays.
    #[must_use]
    pub fn unlimited(&self) -> Self {
        Self { from_ns: None, to_ns: None, locations: Vec::new(), items: Vec::new(), ..self.clone() }
    }

    /// With a location chosen, or let go when it was the only one; `beside` keeps the others.
    #[must_use]
    pub fn with_location(&self, oid: i64, beside: bool) -> Self {
        Self { locations: toggled(&self.locations, oid, beside), ..self.clone() }
    }

    /// With an item chosen, or let go when it was the only one; `beside` keeps the others.
    #[must_use]
    pub fn with_item(&self, item: &str, beside: bool) -> Self {
        Self { items: toggled(&self.items, item.to_owned(), beside), ..self.clone() }
    }

    /// With this span of event time.
    #[must_use]
    pub fn with_span(&self, span: Option<(i64, i64)>) -> Self {
        Self { from_ns: span.map(|span| span.0), to_ns: span.map(|span| span.1), ..self.clone() }
    }
}

fn toggled<T: Ord + Clone>(chosen: &[T], one: T, beside: bool) -> Vec<T> {
    let known = chosen.contains(&one);
    let mut chosen: Vec<T> = if beside { chosen.to_vec() } else { Vec::new() };
    match (beside, known) {
        (true, true) => chosen.retain(|other| *other != one),
        (false, true) => {}
        (_, false) => chosen.push(one),
    }
    chosen.sort();
    chosen
}

/// Lengths of windows to choose from, ns, and their names.
pub const WINDOWS: [(i64, &str); 8] = [
    (60 * S, "1 min"),
    (300 * S, "5 min"),
    (900 * S, "15 min"),
    (3600 * S, "1 h"),
    (6 * 3600 * S, "6 h"),
    (24 * 3600 * S, "1 day"),
    (7 * 24 * 3600 * S, "7 days"),
    (30 * 24 * 3600 * S, "30 days"),
];

const S: i64 = 1_000_000_000;

/// A length of time as the command line reads it: `15min`, `1h`, `90s`.
#[must_use]
pub fn length_text(ns: i64) -> String {
    for (unit, name) in [(3600 * S, "h"), (60 * S, "min"), (S, "s"), (1_000_000, "ms")] {
        if ns >= unit && ns % unit == 0 {
            return format!("{}{name}", ns / unit);
        }
    }
    format!("{ns}ns")
}

/// A length of time that was typed; `None` when it is none, or not above 0.
#[must_use]
pub fn length_of(text: &str) -> Option<i64> {
    let text = text.trim();
    let number = |unit: &str| text.strip_suffix(unit)?.trim().parse::<i64>().ok();
    // Minutes and days as people write them, beside what filters read.
    let ns = match (number("m"), number("d")) {
        (Some(minutes), _) => minutes.checked_mul(60 * S),
        (_, Some(days)) => days.checked_mul(24 * 3600 * S),
        _ => parse_duration(text).ok(),
    };
    ns.filter(|ns| *ns > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_choice_is_kept_and_asked() {
        let choice = Choice { window_ns: Some(60 * S), slide_ns: Some(30 * S), overall: true, ..Choice::default() };
        let query = choice.query();
        assert_eq!((query.n, query.scope, query.dedup), (10, Scope::Global, true));
        assert_eq!(query.window, Some(Window { size_ns: 60 * S, slide_ns: 30 * S }));
        let text = serde_json::to_string(&choice).unwrap();
        assert_eq!(serde_json::from_str::<Choice>(&text).unwrap(), choice);
        assert_eq!(serde_json::from_str::<Choice>("{\"later\": 1}").unwrap(), Choice::default());
        let engine = EngineChoice::parse("sc://host:443/;use_ssl=true;token=secret").unwrap();
        let text = serde_json::to_string(&Choice { engine, ..Choice::default() }).unwrap();
        assert!(text.contains("\"sc://host:443/;use_ssl=true\"") && !text.contains("secret"), "{text}");
    }

    #[test]
    fn locations_are_chosen_alone_or_beside_others() {
        let choice = Choice::default().with_location(7, false);
        assert_eq!(choice.locations, [7]);
        assert_eq!(choice.with_location(3, true).locations, [3, 7]);
        assert_eq!(choice.with_location(3, true).with_location(7, true).locations, [3]);
        assert_eq!(choice.with_location(3, false).locations, [3]);
        assert!(choice.with_location(7, false).locations.is_empty());
        assert!(choice.is_limited() && !choice.unlimited().is_limited());
    }

    #[test]
    fn lengths_are_read_as_they_are_written() {
        for (text, ns) in
            [("15min", 900 * S), ("1h", 3600 * S), ("90s", 90 * S), ("250ms", 250_000_000), ("168h", 604_800 * S)]
        {
            assert_eq!(length_of(text), Some(ns));
            assert_eq!(length_text(ns), text);
        }
        for (text, seconds) in [("2 min", 120), ("2m", 120), ("7d", 604_800)] {
            assert_eq!(length_of(text), Some(seconds * S), "{text}");
        }
        for text in ["", "h", "5", "-3s", "0s", "9999999999999d", "1 week"] {
            assert_eq!(length_of(text), None, "{text}");
        }
    }
}
