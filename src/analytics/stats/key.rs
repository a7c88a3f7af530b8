//! The values of group keys, and the groups that they make.

use std::{
    cmp::Ordering,
    collections::HashMap,
    hash::{Hash, Hasher},
    sync::Arc,
};

use parking_lot::Mutex;

use crate::lake::natural_cmp;

/// One value of one group key. A group without a value comes last.
#[derive(Debug, Clone)]
pub enum KeyValue {
    /// Text, in natural order.
    Text(Arc<str>),
    /// The lower edge of a bin.
    Number(f64),
    /// A whole number.
    Int(i64),
    /// A time, ns UTC.
    Time(i64),
    /// A day, counted from 1970-01-01.
    Day(i32),
    /// A day of the week; 0 is Monday.
    Weekday(u8),
    /// None.
    Null,
}

impl KeyValue {
    fn rank(&self) -> u8 {
        match self {
            Self::Text(_) => 0,
            Self::Number(_) => 1,
            Self::Int(_) => 2,
            Self::Time(_) => 3,
            Self::Day(_) => 4,
            Self::Weekday(_) => 5,
            Self::Null => 6,
        }
    }
}

impl Ord for KeyValue {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Text(a), Self::Text(b)) => natural_cmp(a, b),
            (Self::Number(a), Self::Number(b)) => a.total_cmp(b),
            (Self::Int(a), Self::Int(b)) | (Self::Time(a), Self::Time(b)) => a.cmp(b),
            (Self::Day(a), Self::Day(b)) => a.cmp(b),
            (Self::Weekday(a), Self::Weekday(b)) => a.cmp(b),
            _ => self.rank().cmp(&other.rank()),
        }
    }
}

impl PartialOrd for KeyValue {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for KeyValue {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for KeyValue {}

impl Hash for KeyValue {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.rank().hash(state);
        match self {
            Self::Text(text) => text.hash(state),
            Self::Number(number) => number.to_bits().hash(state),
            Self::Int(number) | Self::Time(number) => number.hash(state),
            Self::Day(day) => day.hash(state),
            Self::Weekday(day) => day.hash(state),
            Self::Null => {}
        }
    }
}

/// The names of the days of the week, Monday first.
pub const WEEKDAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/// The groups found so far, numbered in the order they were found.
#[derive(Debug, Default)]
pub struct Groups(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    numbers: HashMap<Arc<[KeyValue]>, u32>,
    keys: Vec<Arc<[KeyValue]>>,
}

impl Groups {
    /// The number of a group.
    pub fn number(&self, key: &[KeyValue]) -> u32 {
        let mut known = self.0.lock();
        if let Some(number) = known.numbers.get(key) {
            return *number;
        }
        // Groups fill memory long before their numbers are used up.
        let number = u32::try_from(known.keys.len()).unwrap_or(u32::MAX);
        let key: Arc<[KeyValue]> = key.into();
        known.keys.push(Arc::clone(&key));
        known.numbers.insert(key, number);
        number
    }

    /// Forgets them all, for another start; the group of no key at all stays the first.
    pub fn forget(&self) {
        let mut known = self.0.lock();
        let whole = known.keys.first().is_some_and(|key| key.is_empty());
        *known = Known::default();
        drop(known);
        if whole {
            self.number(&[]);
        }
    }

    /// The groups by number.
    #[must_use]
    pub fn keys(&self) -> Vec<Arc<[KeyValue]>> {
        self.0.lock().keys.clone()
    }
}

/// The lower edge of the bin of a value.
#[must_use]
pub fn bin_of(value: f64, width: f64) -> KeyValue {
    let bin = (value / width).floor() * width;
    // A zero is a zero, whichever its sign.
    if value.is_nan() { KeyValue::Null } else { KeyValue::Number(bin + 0.0) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_come_in_natural_order_and_none_last() {
        let text = |text: &str| KeyValue::Text(text.into());
        let mut keys = vec![KeyValue::Null, text("drive_10"), text("drive_2")];
        keys.sort();
        assert_eq!(keys, [text("drive_2"), text("drive_10"), KeyValue::Null]);
        let groups = Groups::default();
        assert_eq!([groups.number(&keys[..1]), groups.number(&keys[1..2]), groups.number(&keys[..1])], [0, 1, 0]);
        assert_eq!(groups.keys().len(), 2);
    }

    #[test]
    fn bins_begin_at_multiples_of_their_width() {
        for (value, width, expected) in [(12.0, 10.0, 10.0), (-0.5, 10.0, -10.0), (10.0, 10.0, 10.0), (-0.0, 5.0, 0.0)]
        {
            assert_eq!(bin_of(value, width), KeyValue::Number(expected), "{value}");
        }
        assert_eq!(bin_of(f64::NAN, 1.0), KeyValue::Null);
    }
}
