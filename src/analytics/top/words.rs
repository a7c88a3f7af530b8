//! Numbers for locations and items, the same in all files.

use hashbrown::HashMap;

use super::query::TopQuery;
use crate::formats::EventWords;

/// The number of a location or an item that is missing. No word has it.
pub(super) const ABSENT: u32 = (1 << 31) - 1;

/// Bits of a [`Group`] for the item; the others are for the place.
const ITEM_BITS: u32 = 12;
const MAX_ITEM: u32 = (1 << ITEM_BITS) - 1;
const MAX_PLACE: u32 = (1 << (32 - ITEM_BITS)) - 1;

/// Place and item in 32 bits, which fits up to a million locations and four thousand items.
pub(super) struct Group;

impl Group {
    /// `None` when they do not fit. The largest numbers stand for [`ABSENT`].
    #[inline]
    pub(super) fn pack(place: u32, item: u32) -> Option<u32> {
        let narrow = |number: u32, most: u32| match number {
            ABSENT => Some(most),
            number => (number < most).then_some(number),
        };
        Some(narrow(place, MAX_PLACE)? << ITEM_BITS | narrow(item, MAX_ITEM)?)
    }

    #[inline]
    pub(super) fn unpack(group: u32) -> (u32, u32) {
        let wide = |number: u32, most: u32| if number == most { ABSENT } else { number };
        (wide(group >> ITEM_BITS, MAX_PLACE), wide(group & MAX_ITEM, MAX_ITEM))
    }
}

/// All locations and items met so far.
#[derive(Debug, Default)]
pub(super) struct Words {
    pub(super) places: Vec<i64>,
    pub(super) items: Vec<String>,
    place_numbers: HashMap<i64, u32>,
    item_numbers: HashMap<String, u32>,
    /// Bytes of the names of items.
    item_bytes: usize,
}

/// Bytes of a location and of an item beside its name, in their lists and maps, about.
const PLACE_BYTES: usize = 40;
const ITEM_BYTES: usize = 112;

impl Words {
    /// Bytes of memory that they take, about.
    pub(super) fn bytes(&self) -> usize {
        self.places.len() * PLACE_BYTES + self.items.len() * ITEM_BYTES + 2 * self.item_bytes
    }

    fn place(&mut self, oid: i64) -> u32 {
        let Self { places, place_numbers, .. } = self;
        *place_numbers.entry(oid).or_insert_with(|| {
            places.push(oid);
            number(places.len())
        })
    }

    fn item(&mut self, name: &str) -> u32 {
        if let Some(number) = self.item_numbers.get(name) {
            return *number;
        }
        self.items.push(name.to_owned());
        self.item_bytes += name.len();
        let number = number(self.items.len());
        self.item_numbers.insert(name.to_owned(), number);
        number
    }

    /// The location of a number; `None` where it is missing.
    #[inline]
    pub(super) fn location(&self, place: u32) -> Option<i64> {
        self.places.get(place as usize).copied()
    }

    /// Which places and items the question is about.
    pub(super) fn limits(&self, query: &TopQuery) -> Limits {
        let mut limits = Limits::default();
        if !query.locations.is_empty() {
            let mut wanted = vec![false; self.places.len()];
            for number in query.locations.iter().filter_map(|oid| self.place_numbers.get(oid)) {
                wanted[*number as usize] = true;
            }
            limits.places = Some(wanted);
        }
        if !query.items.is_empty() {
            let mut wanted = vec![false; self.items.len()];
            for number in query.items.iter().filter_map(|name| self.item_numbers.get(name)) {
                wanted[*number as usize] = true;
            }
            limits.items = Some(wanted);
        }
        limits
    }
}

/// Which places and items a question is about, by their numbers.
#[derive(Debug, Default)]
pub(super) struct Limits {
    places: Option<Vec<bool>>,
    items: Option<Vec<bool>>,
}

impl Limits {
    /// Whether an event at this place is within the limits.
    #[inline]
    pub(super) fn allow_place(&self, place: u32) -> bool {
        within(self.places.as_ref(), place)
    }

    /// Whether an event of this item is within the limits.
    #[inline]
    pub(super) fn allow_item(&self, item: u32) -> bool {
        within(self.items.as_ref(), item)
    }
}

#[inline]
fn within(wanted: Option<&Vec<bool>>, number: u32) -> bool {
    wanted.is_none_or(|wanted| wanted.get(number as usize).copied().unwrap_or(false))
}

/// The number of the last of so many words; two thousand million are more than memory holds.
fn number(words: usize) -> u32 {
    u32::try_from(words - 1).ok().filter(|number| *number < ABSENT).unwrap_or(ABSENT - 1)
}

/// From the codes of one part of a file to the numbers of all.
#[derive(Debug, Default)]
pub(super) struct Translation {
    places: Vec<u32>,
    items: Vec<u32>,
    /// By code, whether the question is about it.
    place_wanted: Vec<bool>,
    item_wanted: Vec<bool>,
    /// Largest numbers that occur.
    most: (u32, u32),
}

impl Translation {
    /// Whether the part has met words that are not translated yet.
    pub(super) fn lacks(&self, part: &EventWords) -> bool {
        self.places.len() < part.locations.len() || self.items.len() < part.items.len()
    }

    /// Translates the words that the part has met since.
    pub(super) fn extend(&mut self, part: &EventWords, query: &TopQuery, words: &mut Words) {
        for oid in &part.locations[self.places.len()..] {
            let number = words.place(*oid);
            self.most.0 = self.most.0.max(number);
            self.places.push(number);
            self.place_wanted.push(query.locations.is_empty() || query.locations.contains(oid));
        }
        for name in &part.items[self.items.len()..] {
            let number = words.item(name);
            self.most.1 = self.most.1.max(number);
            self.items.push(number);
            self.item_wanted.push(query.items.is_empty() || query.items.contains(name));
        }
    }

    /// Whether the question is about a location, by its code.
    #[inline]
    pub(super) fn wants_place(&self, location: u32) -> bool {
        self.place_wanted[location as usize]
    }

    /// Whether the question is about an item, by its code; about any where none is told.
    #[inline]
    pub(super) fn wants_item(&self, item: Option<u32>) -> bool {
        item.is_none_or(|item| self.item_wanted[item as usize])
    }

    /// Whether all numbers fit into a [`Group`].
    pub(super) fn fits(&self) -> bool {
        Group::pack(self.most.0, self.most.1).is_some()
    }

    /// The number of a location; [`ABSENT`] where it is missing: its code is beyond all that are translated.
    #[inline]
    pub(super) fn place(&self, location: u32) -> u32 {
        self.places.get(location as usize).copied().unwrap_or(ABSENT)
    }

    /// The same of an item.
    #[inline]
    pub(super) fn item(&self, item: u32) -> u32 {
        self.items.get(item as usize).copied().unwrap_or(ABSENT)
    }
}
