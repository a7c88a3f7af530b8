//! From counts to the rows of the answer.

use std::{
    collections::HashMap,
    ops::Range,
    sync::{Arc, Mutex, PoisonError},
    time::Instant,
};

use super::{
    counts::Key,
    query::{CountsBy, EventCounts, LocationEvents, Ranking, Resources, Scope, Stages, TopItems, TopQuery, Window},
    room::{self, Kept},
    totals::{Cell, Totals, in_parallel, start_of, windows},
    words::Words,
};
use crate::{analytics::AnalyticsError, formats::Locations, jobs::Progress};

/// Names and their order.
struct Names {
    /// By place, where its oid stands among all.
    place_order: Vec<u32>,
    /// By item, where its name stands among all.
    item_order: Vec<u32>,
    places: Vec<Place>,
    items: Vec<Arc<str>>,
}

/// What the table of locations says of a place.
#[derive(Debug, Clone)]
struct Place {
    known: bool,
    name: Option<Arc<str>>,
}

/// Where each of the values stands when they are in order.
pub(super) fn order_of<T: Ord>(values: &[T]) -> Vec<u32> {
    let mut sorted: Vec<u32> = (0..).take(values.len()).collect();
    sorted.sort_unstable_by_key(|at| &values[*at as usize]);
    let mut order = vec![0_u32; values.len()];
    for (place, at) in (0..).zip(&sorted) {
        order[*at as usize] = place;
    }
    order
}

impl Names {
    fn new(words: &Words, locations: &Locations) -> Self {
        let rows: HashMap<i64, usize> = locations.oids.iter().enumerate().map(|(row, oid)| (*oid, row)).collect();
        let place = |oid: &i64| match rows.get(oid) {
            Some(row) => Place { known: true, name: locations.names[*row].as_deref().map(Arc::from) },
            None => Place { known: false, name: None },
        };
        Self {
            place_order: order_of(&words.places),
            item_order: order_of(&words.items),
            places: words.places.iter().map(place).collect(),
            items: words.items.iter().map(|name| Arc::from(name.as_str())).collect(),
        }
    }
}

/// Tells how many events are left, and where.
fn tell_places(totals: &Totals, words: &Words, names: &Names, stages: &mut Stages) -> Vec<LocationEvents> {
    let mut found = Vec::new();
    for ((oid, events), place) in words.places.iter().zip(&totals.places).zip(&names.places) {
        if place.known {
            stages.joined += events;
        } else {
            stages.unmatched += events;
        }
        if *events > 0 {
            found.push(LocationEvents {
                location: *oid,
                name: place.name.clone(),
                known: place.known,
                events: *events,
            });
        }
    }
    stages.after_filters = stages.joined + stages.unmatched;
    stages.spilled_bytes += totals.spilled_bytes;
    found.sort_unstable_by_key(|one| (std::cmp::Reverse(one.events), one.location));
    found
}

/// Chunks of rows in the order of their places: which rows of which chunk come next.
fn in_order<R>(chunks: &[Vec<R>], place: impl Fn(&R) -> u32) -> Vec<(usize, Range<usize>)> {
    let mut runs = Vec::new();
    for (at, chunk) in chunks.iter().enumerate() {
        let mut start = 0;
        for run in chunk.chunk_by(|one, other| place(one) == place(other)) {
            runs.push((place(&run[0]), at, start..start + run.len()));
            start += run.len();
        }
    }
    runs.sort_unstable_by_key(|(place, ..)| *place);
    runs.into_iter().map(|(_, at, rows)| (at, rows)).collect()
}

/// A part of the counts, that a thread takes.
pub(super) type Chunk = Mutex<Vec<(Key, u64)>>;

/// The number of chunks, and a way to take each of them once. Windows that would not fit into memory are refused.
#[expect(clippy::type_complexity, reason = "a pair of a number and a way to take what is counted")]
fn pieces(
    totals: Totals,
    window: Option<Window>,
    kept: Kept,
    resources: &Resources,
) -> Result<(usize, impl Fn(usize) -> Vec<(Key, u64)> + Sync), AnalyticsError> {
    let chunks: Vec<Chunk> = totals.chunks.into_iter().map(Mutex::new).collect();
    let count = chunks.len();
    room::check(&chunks, window, kept, resources)?;
    let take = move |at: usize| std::mem::take(&mut *chunks[at].lock().unwrap_or_else(PoisonError::into_inner));
    Ok((count, take))
}

/// Ranks the counts and gives locations their names.
pub(super) fn rank(
    mut totals: Totals,
    words: &Words,
    locations: &Locations,
    query: &TopQuery,
    (resources, progress): (&Resources, &Progress),
    mut stages: Stages,
) -> Result<TopItems, AnalyticsError> {
    let (began, threads) = (Instant::now(), resources.threads);
    let names = Names::new(words, locations);
    let by_location = tell_places(&totals, words, &names, &mut stages);
    totals.listed(CountsBy { location: query.scope == Scope::Location, item: true }, threads);
    let kept = match (query.scope, query.ranking) {
        (Scope::Global, _) => Kept::UntilRanked,
        (Scope::Location, Ranking::Row) => Kept::Best(query.n),
        // Any number of items may share a rank.
        (Scope::Location, Ranking::Dense | Ranking::Competition) => Kept::Best(u32::MAX),
    };
    let (pieces, take) = pieces(totals, query.window, kept, resources)?;
    let windowed = |at| windows(take(at), query.window, progress);
    let ranked_of = |mut cells: Vec<Cell>| {
        let place = |cell: &Cell| names.place_order.get(cell.place as usize).copied().unwrap_or(0);
        cells.sort_unstable_by_key(|cell| {
            let count = std::cmp::Reverse(cell.count);
            (place(cell), cell.window_ns, count, names.item_order[cell.item as usize])
        });
        (cells.len() as u64, ranks(&cells, query))
    };
    let ranked = match query.scope {
        Scope::Location => in_parallel(threads, pieces, |at| ranked_of(windowed(at))),
        // Ranks are over all items, and items lie in different pieces.
        Scope::Global => vec![ranked_of(in_parallel(threads, pieces, windowed).concat())],
    };
    progress.check()?;
    let mut top = TopItems { scope: query.scope, windowed: query.window.is_some(), by_location, ..TopItems::default() };
    stages.groups = ranked.iter().map(|(groups, _)| groups).sum();
    let chunks: Vec<Vec<(i32, Cell)>> = ranked.into_iter().map(|(_, rows)| rows).collect();
    let place = |row: &(i32, Cell)| names.place_order.get(row.1.place as usize).copied().unwrap_or(0);
    for (chunk, rows) in in_order(&chunks, place) {
        for (rank, cell) in &chunks[chunk][rows] {
            if query.scope == Scope::Location {
                top.locations.push(words.places[cell.place as usize]);
                top.location_names.push(names.places[cell.place as usize].name.clone());
            }
            if query.window.is_some() {
                top.windows_ns.push(cell.window_ns);
            }
            top.ranks.push(*rank);
            top.items.push(Arc::clone(&names.items[cell.item as usize]));
            top.counts.push(i64::try_from(cell.count).unwrap_or(i64::MAX));
        }
    }
    stages.rows_out = top.ranks.len() as u64;
    stages.ranking = began.elapsed();
    top.stages = stages;
    Ok(top)
}

/// The cells with a rank of at most `n`; cells come in the order of groups, counts and names.
fn ranks(cells: &[Cell], query: &TopQuery) -> Vec<(i32, Cell)> {
    let mut ranked = Vec::new();
    for group in cells.chunk_by(|one, other| (one.place, one.window_ns) == (other.place, other.window_ns)) {
        let (mut dense, mut shared, mut last) = (0_u32, 0_u32, None);
        for (place, cell) in (1_u32..).zip(group) {
            if last != Some(cell.count) {
                (dense, shared, last) = (dense + 1, place, Some(cell.count));
            }
            let rank = match query.ranking {
                Ranking::Row => place,
                Ranking::Dense => dense,
                Ranking::Competition => shared,
            };
            if rank > query.n {
                break;
            }
            ranked.push((i32::try_from(rank).unwrap_or(i32::MAX), *cell));
        }
    }
    ranked
}

/// One value of each cell, in the order of `runs`; the threads each write a part.
fn gathered(
    chunks: &[Vec<Cell>],
    runs: &[(usize, Range<usize>)],
    rows: usize,
    threads: usize,
    of: &(dyn Fn(&Cell) -> i64 + Sync),
) -> Vec<i64> {
    let mut column = vec![0; rows];
    let share = rows.div_ceil(threads.max(1)).max(1);
    std::thread::scope(|scope| {
        let (mut rest, mut runs) = (column.as_mut_slice(), runs);
        while !runs.is_empty() {
            let (mut taken, mut length) = (0, 0);
            while taken < runs.len() && length < share {
                length += runs[taken].1.len();
                taken += 1;
            }
            let (part, left) = rest.split_at_mut(length);
            let (mine, others) = runs.split_at(taken);
            (rest, runs) = (left, others);
            scope.spawn(move || {
                let cells = mine.iter().flat_map(|(chunk, rows)| &chunks[*chunk][rows.clone()]);
                part.iter_mut().zip(cells).for_each(|(value, cell)| *value = of(cell));
            });
        }
    });
    column
}

/// The counts as they are, in order of location, item and window.
pub(super) fn list(
    mut totals: Totals,
    words: &Words,
    locations: &Locations,
    query: &TopQuery,
    by: CountsBy,
    (resources, progress): (&Resources, &Progress),
    mut stages: Stages,
) -> Result<EventCounts, AnalyticsError> {
    let (began, threads) = (Instant::now(), resources.threads);
    let names = Names::new(words, locations);
    let by_location = tell_places(&totals, words, &names, &mut stages);
    let mut oids = words.places.clone();
    oids.sort_unstable();
    if let (Some(window), false) = (query.window.filter(|window| window.size_ns == window.slide_ns), by.item)
        && let Some(panes) = totals.panes.take()
    {
        // What panes are counted by is in the order of the answer, and panes are the windows.
        let keys = if by.location { oids } else { vec![0] };
        let columns = panes.columns(&keys, threads, |pane| start_of(pane, window));
        progress.check()?;
        stages.groups = columns.counts.len() as u64;
        stages.rows_out = stages.groups;
        stages.ranking = began.elapsed();
        return Ok(EventCounts {
            by,
            windowed: true,
            by_location,
            locations: if by.location { columns.keys } else { Vec::new() },
            windows_ns: columns.panes,
            counts: columns.counts,
            stages,
            ..EventCounts::default()
        });
    }
    totals.listed(by, threads);
    let place = |cell: &Cell| if by.location { names.place_order[cell.place as usize] } else { 0 };
    let item = |cell: &Cell| if by.item { names.item_order[cell.item as usize] } else { 0 };
    let (pieces, take) = pieces(totals, query.window, Kept::All, resources)?;
    let chunks = in_parallel(threads, pieces, |at| {
        let mut cells = windows(take(at), query.window, progress);
        // Numbers become places in the order of the answer, so that sorting compares what it has at hand.
        for cell in &mut cells {
            (cell.place, cell.item) = (place(cell), item(cell));
        }
        cells.sort_unstable_by_key(|cell| (u64::from(cell.place) << 32 | u64::from(cell.item), cell.window_ns));
        cells
    });
    progress.check()?;
    let mut sorted_items = names.items.clone();
    sorted_items.sort_unstable();
    let rows = chunks.iter().map(Vec::len).sum();
    // Where places are not told apart, each item lies in one chunk.
    let runs = in_order(&chunks, |cell: &Cell| if by.location { cell.place } else { cell.item });
    let column = |wanted: bool, of: &(dyn Fn(&Cell) -> i64 + Sync)| {
        if wanted { gathered(&chunks, &runs, rows, threads, of) } else { Vec::new() }
    };
    let mut counts = EventCounts {
        by,
        windowed: query.window.is_some(),
        by_location,
        locations: column(by.location, &|cell| oids[cell.place as usize]),
        windows_ns: column(query.window.is_some(), &|cell| cell.window_ns),
        counts: column(true, &|cell| i64::try_from(cell.count).unwrap_or(i64::MAX)),
        ..EventCounts::default()
    };
    if by.item {
        let cells = runs.iter().flat_map(|(chunk, rows)| &chunks[*chunk][rows.clone()]);
        counts.items = cells.map(|cell| Arc::clone(&sorted_items[cell.item as usize])).collect();
    }
    stages.groups = rows as u64;
    stages.rows_out = rows as u64;
    stages.ranking = began.elapsed();
    counts.stages = stages;
    Ok(counts)
}
