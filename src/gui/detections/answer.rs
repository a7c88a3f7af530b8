//! Answers as the panels show them, made by workers so that drawing costs what is in sight.

use std::{collections::HashMap, ops::Range};

use crate::session::TopItems;

/// The top items, as groups of one location and window each.
#[derive(Debug, Default)]
pub struct Top {
    /// The answer, row by row.
    pub rows: TopItems,
    /// Groups as they are shown: busiest location first, then by window.
    pub groups: Vec<Group>,
    /// Letters of the longest oid, and of the largest count as it is shown.
    pub oid_letters: usize,
    pub count_letters: usize,
    /// Where the lines of each group begin, and how many lines there are, at the end.
    starts: Vec<usize>,
}

/// Rows of one location and window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// Its rows in the answer.
    pub rows: Range<usize>,
    /// The location; `None` over all.
    pub location: Option<i64>,
    /// Start of the window, ns UTC; `None` without windows.
    pub window_ns: Option<i64>,
    /// Events of its rows.
    pub shown: i64,
    /// The largest count.
    pub most: i64,
}

/// What a line of the ranked bars shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RankedLine {
    /// The head of a group.
    Head(usize),
    /// A row of the answer, and its group.
    Bar { row: usize, group: usize },
}

impl Top {
    /// Groups the rows of an answer.
    #[must_use]
    pub fn new(rows: TopItems) -> Self {
        let mut groups: Vec<Group> = Vec::new();
        for row in 0..rows.ranks.len() {
            let location = rows.locations.get(row).copied();
            let window_ns = rows.windows_ns.get(row).copied();
            let count = rows.counts[row];
            match groups.last_mut().filter(|group| group.location == location && group.window_ns == window_ns) {
                Some(group) => {
                    group.rows.end = row + 1;
                    group.shown = group.shown.saturating_add(count);
                    group.most = group.most.max(count);
                }
                None => groups.push(Group { rows: row..row + 1, location, window_ns, shown: count, most: count }),
            }
        }
        let mut busy: HashMap<Option<i64>, i64> = HashMap::new();
        for group in &groups {
            let sum = busy.entry(group.location).or_default();
            *sum = sum.saturating_add(group.shown);
        }
        groups.sort_by_key(|group| {
            (std::cmp::Reverse(busy.get(&group.location).copied().unwrap_or(0)), group.location, group.window_ns)
        });
        let mut starts = Vec::with_capacity(groups.len() + 1);
        let mut lines = 0;
        for group in &groups {
            starts.push(lines);
            lines += 1 + group.rows.len();
        }
        starts.push(lines);
        let letters = |number: Option<&i64>| number.map_or(0, |number| number.to_string().len());
        let oid_letters = letters(rows.locations.iter().min()).max(letters(rows.locations.iter().max()));
        let most = rows.counts.iter().max().map_or(0, |most| most.unsigned_abs());
        let count_letters = crate::gui::widgets::text::count(most).len();
        Self { rows, groups, oid_letters, count_letters, starts }
    }

    /// Number of lines: a head for each group, and a bar for each row.
    #[must_use]
    pub fn lines(&self) -> usize {
        self.starts.last().copied().unwrap_or(0)
    }

    /// Number of lines of the first groups.
    #[must_use]
    pub fn lines_of(&self, groups: usize) -> usize {
        self.starts.get(groups).copied().unwrap_or_else(|| self.lines())
    }

    /// What a line shows.
    #[must_use]
    pub fn line(&self, line: usize) -> Option<RankedLine> {
        let group = self.starts.partition_point(|start| *start <= line).checked_sub(1)?;
        let of = self.groups.get(group)?;
        Some(match line - self.starts[group] {
            0 => RankedLine::Head(group),
            place => RankedLine::Bar { row: of.rows.start + place - 1, group },
        })
    }

    /// The line of the head of the first group of a location.
    #[must_use]
    pub fn head_of(&self, location: i64) -> Option<usize> {
        let group = self.groups.iter().position(|group| group.location == Some(location))?;
        self.starts.get(group).copied()
    }
}

/// A location with its events.
#[derive(Debug, Clone, PartialEq)]
pub struct Place {
    /// `geographical_location_oid`.
    pub oid: i64,
    /// `geographical_location`; `None` where the table of locations lacks it.
    pub name: Option<String>,
    /// Whether the table of locations has it.
    pub matched: bool,
    /// Events.
    pub events: u64,
    /// Longitude and latitude, degrees.
    pub at: Option<[f64; 2]>,
}

impl Place {
    /// Its name, or its oid where it has none.
    #[must_use]
    pub fn text(&self) -> String {
        match &self.name {
            Some(name) => name.clone(),
            None => format!("oid {}", self.oid),
        }
    }
}

/// The locations, busiest first.
#[derive(Debug, Clone, Default)]
pub struct Places {
    /// Those with events, and those of the table without.
    pub list: Vec<Place>,
    /// Events of all.
    pub events: u64,
    /// Locations with events that the table of locations lacks.
    pub unmatched: usize,
    by_oid: HashMap<i64, usize>,
}

impl Places {
    /// Sorts them, busiest first, then by oid.
    #[must_use]
    pub fn new(mut list: Vec<Place>) -> Self {
        list.sort_by(|a, b| b.events.cmp(&a.events).then(a.oid.cmp(&b.oid)));
        let events = list.iter().map(|place| place.events).fold(0, u64::saturating_add);
        let unmatched = list.iter().filter(|place| !place.matched && place.events > 0).count();
        let by_oid = list.iter().enumerate().map(|(index, place)| (place.oid, index)).collect();
        Self { list, events, unmatched, by_oid }
    }

    /// The location of this oid.
    #[must_use]
    pub fn of(&self, oid: i64) -> Option<&Place> {
        self.list.get(*self.by_oid.get(&oid)?)
    }

    /// The part of all events, from 0 to 1.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "a part shown in per cent")]
    pub fn share(&self, events: u64) -> f64 {
        if self.events == 0 { 0.0 } else { events as f64 / self.events as f64 }
    }
}

/// A part as people read it: `12.3 %`, and never `0 %` for something.
#[must_use]
pub fn per_cent(part: f64) -> String {
    let value = part * 100.0;
    if value > 0.0 && value < 0.1 { "< 0.1 %".to_owned() } else { format!("{value:.1} %") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_become_groups_with_the_busiest_first() {
        let rows = TopItems {
            locations: vec![1, 1, 2, 2, 3],
            location_names: vec![None; 5],
            ranks: vec![1, 2, 1, 2, 1],
            items: ["car", "bus", "dog", "car", "car"].map(Into::into).to_vec(),
            counts: vec![5, 3, 90, 10, 40],
            ..TopItems::default()
        };
        let top = Top::new(rows);
        assert_eq!(top.groups.iter().map(|group| group.location).collect::<Vec<_>>(), [Some(2), Some(3), Some(1)]);
        assert_eq!((top.groups[0].shown, top.groups[0].most, top.lines()), (100, 90, 8));
        assert_eq!(top.line(0), Some(RankedLine::Head(0)));
        assert_eq!(top.line(2), Some(RankedLine::Bar { row: 3, group: 0 }));
        assert_eq!(top.line(4), Some(RankedLine::Bar { row: 4, group: 1 }));
        assert_eq!((top.line(8), top.head_of(1), top.head_of(9)), (None, Some(5), None));
        assert_eq!((Top::default().lines(), Top::default().line(0)), (0, None));
    }

    #[test]
    fn windows_of_a_location_stay_together_in_time() {
        let rows = TopItems {
            locations: vec![1, 1, 2],
            location_names: vec![None; 3],
            windows_ns: vec![0, 60, 0],
            ranks: vec![1; 3],
            items: vec!["car".into(); 3],
            counts: vec![5, 6, 9],
            ..TopItems::default()
        };
        let told: Vec<_> = Top::new(rows).groups.iter().map(|group| (group.location, group.window_ns)).collect();
        assert_eq!(told, [(Some(1), Some(0)), (Some(1), Some(60)), (Some(2), Some(0))]);
    }

    #[test]
    fn places_are_found_and_shares_told() {
        let place = |oid, events, matched: bool| Place {
            oid,
            name: matched.then(|| format!("P{oid}")),
            matched,
            events,
            at: None,
        };
        let places = Places::new(vec![place(1, 10, true), place(2, 30, false), place(3, 0, true)]);
        assert_eq!((places.list[0].oid, places.events, places.unmatched), (2, 40, 1));
        assert_eq!((places.of(3).map(Place::text), places.list[0].text()), (Some("P3".into()), "oid 2".into()));
        assert_eq!(
            (per_cent(places.share(30)), per_cent(0.000_01), per_cent(0.0)),
            ("75.0 %".into(), "< 0.1 %".into(), "0.0 %".into())
        );
    }
}
