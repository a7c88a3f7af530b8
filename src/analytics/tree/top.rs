//! The top items of detection events as a tree.

use super::{
    Aggregate, Expr, How, Kind, Op, Tree, Value, all, col, down, int,
    times::{in_windows, time_ns},
    up,
};
use crate::{
    analytics::{CountsBy, Ranking, Scope, TopQuery},
    formats::TimeUnit,
};

/// The table of events: their five columns, times in ns UTC.
pub const EVENTS: &str = "events";
/// The table of locations: a number that tells the order of its rows, and its two columns.
pub const LOCATIONS: &str = "locations";

/// `geographical_location_oid`
pub const PLACE: &str = "geographical_location_oid";
/// `video_camera_oid`
pub const CAMERA: &str = "video_camera_oid";
/// `detection_oid`
pub const DETECTION: &str = "detection_oid";
/// `item_name`
pub const ITEM: &str = "item_name";
/// `timestamp_detected`
pub const TIME: &str = "timestamp_detected";
/// `geographical_location`
pub const NAME: &str = "geographical_location";
/// Which row of the table of locations it is.
pub const ROW: &str = "location_row";
/// `item_rank`
pub const RANK: &str = "item_rank";
/// `item_count`
pub const COUNT: &str = "item_count";
/// Start of the window, ns UTC.
pub const WINDOW: &str = "window_start_ns";

const NTH: &str = "nth";
const SALT: &str = "salt";

/// How the tree is shaped for an engine.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Shape {
    /// Counts in two steps, the first within so many parts of each group; below 2 in one step. Spreads the work where
    /// few locations have most of the events and the engine does not count before it sends rows about.
    pub salt: u32,
}

/// The events as they are stored, with times in ns: a tree over a table that holds times in another unit, or in several.
#[must_use]
pub fn with_times(events: Tree, unit: Option<TimeUnit>) -> Tree {
    let same = [PLACE, CAMERA, DETECTION, ITEM].map(|name| (name, col(name)));
    events.project(same.into_iter().chain([(TIME, time_ns(col(TIME), unit))]))
}

/// The columns of events.
pub const EVENT_COLUMNS: [(&str, Kind); 5] =
    [(PLACE, Kind::Int64), (CAMERA, Kind::Int64), (DETECTION, Kind::Int64), (ITEM, Kind::Text), (TIME, Kind::Int64)];

fn events() -> Tree {
    Tree::scan(EVENTS, &EVENT_COLUMNS)
}

fn is_complete() -> Expr {
    col(PLACE).is_there().and(col(ITEM).is_there())
}

/// Events, each detection once, whether they have a location and an item or not.
fn different(query: &TopQuery) -> Tree {
    if !query.dedup {
        return events();
    }
    let columns = EVENT_COLUMNS.map(|(name, _)| (name, col(name)));
    let order = vec![up(TIME), up(PLACE), up(CAMERA), up(ITEM)];
    let named = events().filter(col(DETECTION).is_there());
    let named = named.rank(NTH, Ranking::Row, &[DETECTION], order).filter(col(NTH).with(Op::Equal, int(1)));
    Tree::Union(vec![named.project(columns), events().filter(col(DETECTION).is_null())])
}

/// Those of them with a location and an item. What they lack is looked at after duplicates are gone: a copy that has more does
/// not bring an event back.
fn unique(query: &TopQuery) -> Tree {
    different(query).filter(is_complete())
}

/// Whether an event is at a location that is asked for; `None` when all are.
fn at_wanted_place(query: &TopQuery) -> Option<Expr> {
    let oids: Vec<Value> = query.locations.iter().map(|oid| Value::Int64(*oid)).collect();
    (!oids.is_empty()).then(|| Expr::OneOf(Box::new(col(PLACE)), oids))
}

/// Whether it is of an item that is asked for; `None` when all are.
fn of_wanted_item(query: &TopQuery) -> Option<Expr> {
    let names: Vec<Value> = query.items.iter().map(|name| Value::Text(name.clone())).collect();
    (!names.is_empty()).then(|| Expr::OneOf(Box::new(col(ITEM)), names))
}

/// Whether its time lies in the span; `None` without one.
fn in_span(query: &TopQuery) -> Option<Expr> {
    let from = query.from_ns.map(|from| col(TIME).with(Op::GreaterOrEqual, int(from)));
    let to = query.to_ns.map(|to| col(TIME).with(Op::Less, int(to)));
    from.into_iter().chain(to).reduce(Expr::and)
}

/// Those of them that the question is about.
fn wanted(query: &TopQuery) -> Tree {
    let conditions: Vec<Expr> =
        [in_span(query), at_wanted_place(query), of_wanted_item(query)].into_iter().flatten().collect();
    let unique = unique(query);
    if conditions.is_empty() { unique } else { unique.filter(all(conditions)) }
}

/// How many of the whole events each limit leaves out, by the first that does, and the first and the last time of those that
/// lie outside of the span.
fn passed_over(query: &TopQuery) -> [(&'static str, Aggregate); 6] {
    let never = || Expr::Value(Value::Bool(false));
    let not = |condition: Expr| Expr::Not(Box::new(condition));
    let mut left = is_complete();
    let mut leave = |condition: Option<Expr>| {
        let Some(condition) = condition else { return never() };
        let out = left.clone().and(not(condition.clone()));
        left = left.clone().and(condition);
        out
    };
    let other_place = leave(at_wanted_place(query));
    let other_item = leave(of_wanted_item(query));
    let without_time = leave(query.needs_time().then(|| col(TIME).is_there()));
    let outside = leave(in_span(query));
    let time_outside = || col(TIME).only_if(outside.clone(), Kind::Int64);
    let count = |condition: Expr| Aggregate::Sum(condition.as_count());
    [
        (OTHER_PLACE, count(other_place)),
        (OTHER_ITEM, count(other_item)),
        (WITHOUT_TIME, count(without_time)),
        (OUTSIDE_FROM, Aggregate::Min(time_outside())),
        (OUTSIDE_TO, Aggregate::Max(time_outside())),
        (OUTSIDE, count(outside)),
    ]
}

/// Which of the locations ([`PLACE`]) or items ([`ITEM`]) that a question asks for any row names; `None` when it asks for none.
#[must_use]
pub fn met_of_asked(query: &TopQuery, name: &str) -> Option<Tree> {
    let asked = if name == PLACE { at_wanted_place(query) } else { of_wanted_item(query) }?;
    Some(events().filter(asked).group(&[name], [(COUNT, Aggregate::Count)]).sort(vec![down(COUNT), up(name)]))
}

/// The names of locations ([`PLACE`]) or items ([`ITEM`]) that most rows have, so many of them.
#[must_use]
pub fn met(name: &str, most: u32) -> Tree {
    let named = events().filter(col(name).is_there()).group(&[name], [(COUNT, Aggregate::Count)]);
    named.sort(vec![down(COUNT), up(name)]).limit(most)
}

/// What counts are told apart by.
fn count_keys(query: &TopQuery, by: CountsBy) -> Vec<&'static str> {
    let place = by.location.then_some(PLACE);
    place.into_iter().chain(by.item.then_some(ITEM)).chain(query.window.map(|_| WINDOW)).collect()
}

/// How many events there are of each location, item and window, as far as they are told apart.
fn counted(query: &TopQuery, by: CountsBy, shape: Shape) -> Tree {
    let mut events = wanted(query);
    let salted = shape.salt > 1;
    let id = if salted { &[DETECTION][..] } else { &[] };
    if let Some(window) = query.window {
        let kept: Vec<&str> = [PLACE, ITEM].iter().chain(id).copied().collect();
        events = in_windows(events, TIME, WINDOW, window, &kept);
    }
    let keys = count_keys(query, by);
    if !salted {
        return events.group(&keys, [(COUNT, Aggregate::Count)]);
    }
    // Ids spread the events of a group over its parts; those without one share the first.
    let part = Expr::Case(
        vec![(col(DETECTION).is_there(), Expr::Modulo(Box::new(col(DETECTION)), i64::from(shape.salt)))],
        Box::new(int(0)),
    );
    let columns: Vec<(&str, Expr)> = keys.iter().map(|key| (*key, col(key))).chain([(SALT, part)]).collect();
    let parts: Vec<&str> = keys.iter().copied().chain([SALT]).collect();
    let counted = events.project(columns).group(&parts, [("part_count", Aggregate::Count)]);
    // Always true, and no engine knows: Spark makes one step of two sums that stand next to each other.
    let counted = counted.filter(col("part_count").with(Op::Greater, int(0)));
    counted.group(&keys, [(COUNT, Aggregate::Sum(col("part_count")))])
}

/// The counts: [`PLACE`], [`ITEM`] and [`WINDOW`] as far as they are told apart, and [`COUNT`]; in the order of these.
#[must_use]
pub fn counts(query: &TopQuery, by: CountsBy, shape: Shape) -> Tree {
    let keys = count_keys(query, by);
    let counted = counted(query, by, shape);
    if keys.is_empty() {
        // Nothing is told apart, so that nothing counted is no group.
        return counted.filter(col(COUNT).with(Op::Greater, int(0)));
    }
    counted.sort(keys.into_iter().map(up).collect())
}

/// Locations, the first row of each oid.
fn names() -> Tree {
    let rows = Tree::scan(LOCATIONS, &[(ROW, Kind::Int64), (PLACE, Kind::Int64), (NAME, Kind::Text)]);
    let ranked = rows.rank(NTH, Ranking::Row, &[PLACE], vec![up(ROW)]);
    ranked.filter(col(NTH).with(Op::Equal, int(1))).project([(PLACE, col(PLACE)), (NAME, col(NAME))])
}

/// The answer: [`PLACE`] and [`NAME`] (but for [`Scope::Global`]), [`WINDOW`] (with windows), [`RANK`], [`ITEM`], [`COUNT`];
/// in order of location, window, rank and name.
#[must_use]
pub fn top(query: &TopQuery, shape: Shape) -> Tree {
    let by = CountsBy { location: query.scope == Scope::Location, item: true };
    let keys = count_keys(query, CountsBy { item: false, ..by });
    let order = match query.ranking {
        Ranking::Row => vec![down(COUNT), up(ITEM)],
        Ranking::Dense | Ranking::Competition => vec![down(COUNT)],
    };
    let ranked = counted(query, by, shape).rank(NTH, query.ranking, &keys, order);
    let mut top = ranked.filter(col(NTH).with(Op::LessOrEqual, int(i64::from(query.n))));
    let mut columns: Vec<(&str, Expr)> = Vec::new();
    if by.location {
        top = top.join(names(), How::Left, &[(PLACE, PLACE)]);
        columns.extend([(PLACE, col(PLACE)), (NAME, col(NAME))]);
    }
    columns.extend(query.window.map(|_| (WINDOW, col(WINDOW))));
    columns.push((RANK, Expr::Cast(Box::new(col(NTH)), Kind::Int32)));
    columns.extend([(ITEM, col(ITEM)), (COUNT, col(COUNT))]);
    let order = keys.into_iter().chain([RANK, ITEM]).map(up).collect();
    top.project(columns).sort(order)
}

/// Rows of events.
pub const READ: &str = "rows_read";
/// Those that are left when each detection counts once.
pub const DIFFERENT: &str = "different_rows";
/// Of them, those with a location and an item.
pub const KEPT: &str = "kept_rows";
/// Of these, those without a `detection_oid`.
pub const WITHOUT_ID: &str = "rows_without_id";
/// Whole events at other locations than those asked for.
pub const OTHER_PLACE: &str = "rows_at_other_places";
/// Of the others, those of other items.
pub const OTHER_ITEM: &str = "rows_of_other_items";
/// Of the others, those without a time, where the question has a span or windows.
pub const WITHOUT_TIME: &str = "rows_without_time";
/// Of the others, those outside of the span.
pub const OUTSIDE: &str = "rows_outside";
/// The first time of these, ns UTC; null of none.
pub const OUTSIDE_FROM: &str = "first_outside_ns";
/// The last.
pub const OUTSIDE_TO: &str = "last_outside_ns";
/// How many groups of location, window and item were counted, as far as these are told apart.
pub const GROUPS: &str = "counted_groups";
/// Whether the table of locations has it: 1 or nothing.
pub const KNOWN: &str = "known_location";

/// What became of the events: [`READ`], [`DIFFERENT`], [`KEPT`], [`WITHOUT_ID`], what the limits leave out ([`OTHER_PLACE`],
/// [`OTHER_ITEM`], [`WITHOUT_TIME`], [`OUTSIDE`], [`OUTSIDE_FROM`], [`OUTSIDE_TO`]) and [`GROUPS`], the same in every row; and a row
/// for each location that is left, most events first, with [`PLACE`], [`NAME`], [`KNOWN`] and its events as [`COUNT`]. When no
/// location is left there is one row without.
#[must_use]
pub fn totals(query: &TopQuery, by: CountsBy) -> Tree {
    const ONE: &str = "one";
    let read = events().group(&[], [(READ, Aggregate::Count)]);
    let kept = different(query).group(
        &[],
        [
            (DIFFERENT, Aggregate::Count),
            (KEPT, Aggregate::Sum(is_complete().as_count())),
            (WITHOUT_ID, Aggregate::Sum(is_complete().and(col(DETECTION).is_null()).as_count())),
        ]
        .into_iter()
        .chain(passed_over(query)),
    );
    let keys = count_keys(query, by);
    let groups = counted(query, by, Shape::default());
    let groups = if keys.is_empty() { groups.filter(col(COUNT).with(Op::Greater, int(0))) } else { groups };
    let groups = groups.group(&[], [(GROUPS, Aggregate::Count)]);
    let all = read.join(kept, How::Cross, &[]).join(groups, How::Cross, &[]);
    let columns = [
        READ,
        DIFFERENT,
        KEPT,
        WITHOUT_ID,
        OTHER_PLACE,
        OTHER_ITEM,
        WITHOUT_TIME,
        OUTSIDE,
        OUTSIDE_FROM,
        OUTSIDE_TO,
        GROUPS,
    ];
    let all = all.project(columns.into_iter().map(|name| (name, col(name))).chain([(ONE, int(1))]));

    let left = wanted(query);
    // An event without a time is in no window.
    let left = if query.window.is_some() { left.filter(col(TIME).is_there()) } else { left };
    let known = names().project([(PLACE, col(PLACE)), (NAME, col(NAME)), (KNOWN, int(1))]);
    let places = left.group(&[PLACE], [(COUNT, Aggregate::Count)]).join(known, How::Left, &[(PLACE, PLACE)]);
    let columns = [PLACE, NAME, KNOWN, COUNT];
    let places = places.project(columns.into_iter().map(|name| (name, col(name))).chain([("other_one", int(1))]));
    all.join(places, How::Left, &[(ONE, "other_one")]).sort(vec![down(COUNT), up(PLACE)])
}
