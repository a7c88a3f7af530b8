//! From counts to the rows of the answer.

use std::time::Instant;

use hashbrown::HashMap;

use super::{
    counts::{Key, of_scope},
    query::{Ranking, Scope, Stages, TopItems, TopQuery},
    words::Words,
};
use crate::formats::Locations;

/// Ranks the counts and gives locations their names.
pub(super) fn rank(
    list: Vec<(Key, u64)>,
    words: &Words,
    locations: &Locations,
    query: &TopQuery,
    mut stages: Stages,
) -> TopItems {
    let began = Instant::now();
    let (places, items) = (words.wanted_places(query), words.wanted_items(query));
    let mut list = list;
    list.retain(|(key, _)| places[key.place as usize] && items[key.item as usize]);
    let rows: HashMap<i64, usize> = locations.oids.iter().enumerate().map(|(row, oid)| (*oid, row)).collect();
    let row_of = |place: u32| rows.get(&words.places[place as usize]).copied();
    let known: Vec<bool> = (0..).zip(&words.places).map(|(place, _)| row_of(place).is_some()).collect();
    for (key, count) in &list {
        if known[key.place as usize] {
            stages.joined += count;
        } else {
            stages.unmatched += count;
        }
    }
    stages.after_filters = stages.joined + stages.unmatched;
    let mut list = of_scope(list, query.scope);
    stages.groups = list.len() as u64;

    // Names in order, so that comparing numbers is comparing names.
    let mut by_name: Vec<u32> = (0..).take(words.items.len()).collect();
    by_name.sort_unstable_by_key(|item| &words.items[*item as usize]);
    let mut name_order = vec![0_u32; words.items.len()];
    for (order, item) in (0..).zip(&by_name) {
        name_order[*item as usize] = order;
    }
    let oid = |key: &Key| if query.scope == Scope::Global { 0 } else { words.places[key.place as usize] };
    let group = |key: &Key| (oid(key), key.window_ns);
    list.sort_unstable_by(|(one, count), (other, other_count)| {
        group(one)
            .cmp(&group(other))
            .then(other_count.cmp(count))
            .then_with(|| name_order[one.item as usize].cmp(&name_order[other.item as usize]))
    });

    let mut top = TopItems::default();
    for group in list.chunk_by(|(one, _), (other, _)| group(one) == group(other)) {
        let (mut dense, mut shared, mut last) = (0_u32, 0_u32, None);
        for (place, (key, count)) in (1_u32..).zip(group) {
            if last != Some(*count) {
                (dense, shared, last) = (dense + 1, place, Some(*count));
            }
            let rank = match query.ranking {
                Ranking::Row => place,
                Ranking::Dense => dense,
                Ranking::Competition => shared,
            };
            if rank > query.n {
                break;
            }
            if query.scope == Scope::Location {
                top.locations.push(oid(key));
                top.location_names.push(row_of(key.place).and_then(|row| locations.names[row].clone()));
            }
            if query.window.is_some() {
                top.windows_ns.push(key.window_ns);
            }
            top.ranks.push(i32::try_from(rank).unwrap_or(i32::MAX));
            top.items.push(words.items[key.item as usize].clone());
            top.counts.push(i64::try_from(*count).unwrap_or(i64::MAX));
        }
    }
    stages.rows_out = top.ranks.len() as u64;
    stages.ranking = began.elapsed();
    top.stages = stages;
    top
}
