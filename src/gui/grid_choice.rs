//! What a tile of the grid stands for: a frame, a span of frames, or one object. Remembered with the lake.

use serde::{Deserialize, Serialize};

use crate::{
    filter::{Filter, objects_of},
    model::CropCut,
    session::{BoxQuery, SpanOrder},
};

/// Everything a person chose of it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct GridChoice {
    /// Whether each labelled object is a tile.
    pub objects: bool,
    /// Whether frames that match a filter stay single. They are grouped into spans otherwise.
    pub split_matches: bool,
    /// Whether frames are grouped while no filter is set.
    pub group_all: bool,
    /// Which spans.
    pub spans: SpanChoice,
    /// Which objects, and in which order.
    pub query: BoxQuery,
    /// How much of a frame an object's tile shows.
    pub cut: Cut,
}

/// Which frames make a span, and the order of spans.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct SpanChoice {
    /// Spans with at most so much time between them are one, ns.
    pub gap_ns: Option<i64>,
    /// The number whose extreme stands for a span, as on the command line (`speed`, `speed:min`); the one that the filter
    /// is chiefly about when `None`.
    pub peak: Option<String>,
    /// Order.
    pub order: SpanOrder,
    /// Largest first.
    pub descending: bool,
}

/// How much of a frame an object's tile shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cut(pub CropCut);

impl Default for Cut {
    /// A little of what is around an object tells where it is.
    fn default() -> Self {
        Self(CropCut { margin_percent: 10, square: false })
    }
}

impl GridChoice {
    /// Whether frames are grouped into spans under this filter.
    #[must_use]
    pub fn groups(&self, filter: &str) -> bool {
        if filter.trim().is_empty() { self.group_all } else { !self.split_matches }
    }

    /// The same with objects as tiles, or without. Where none were chosen yet, they are those that the filter asks for.
    #[must_use]
    pub fn with_objects(mut self, objects: bool, filter: &str, classes: &[String]) -> Self {
        self.objects = objects;
        let query = &mut self.query;
        if objects
            && query.classes.is_empty()
            && query.condition.is_empty()
            && let Some((class, condition)) = Filter::parse(filter).ok().as_ref().and_then(objects_of)
            && class.as_ref().is_none_or(|class| classes.contains(class))
        {
            query.classes = class.into_iter().collect();
            query.condition = condition;
        }
        self
    }

    /// The same with frames grouped, or single, under this filter.
    #[must_use]
    pub fn regrouped(mut self, filter: &str) -> Self {
        if filter.trim().is_empty() {
            self.group_all ^= true;
        } else {
            self.split_matches ^= true;
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_begin_with_those_of_the_filter() {
        let classes = ["car".to_owned()];
        let query = |filter: &str| GridChoice::default().with_objects(true, filter, &classes).query;
        let found = query("speed > 3 and count(car where score > 0.5) > 1");
        assert_eq!((found.classes, found.condition), (vec!["car".to_owned()], "score > 0.5".to_owned()));
        for filter in ["speed > 3", "has(", "has(boat)", "not has(car)"] {
            assert_eq!(query(filter), BoxQuery::default(), "{filter}");
        }
        let chosen = GridChoice::default().with_objects(true, "has(car)", &classes);
        let kept = chosen.clone().with_objects(false, "", &classes).with_objects(true, "has(*)", &classes);
        assert_eq!(kept, chosen);
    }

    #[test]
    fn matches_are_grouped_and_the_whole_lake_is_not_until_a_person_says_so() {
        let usual = GridChoice::default();
        assert_eq!((usual.groups("speed > 3"), usual.groups(" ")), (true, false));
        let split = usual.clone().regrouped("speed > 3");
        assert_eq!((split.groups("gear = 1"), split.groups("")), (false, false));
        let all = usual.regrouped("");
        assert_eq!((all.groups("gear = 1"), all.groups("")), (true, true));
        let kept = serde_json::to_string(&all).unwrap();
        assert_eq!(serde_json::from_str::<GridChoice>(&kept).unwrap(), all);
        assert_eq!(serde_json::from_str::<GridChoice>("{}").unwrap().cut.0.margin_percent, 10);
    }
}
