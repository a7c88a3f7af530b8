//! The rows of an answer in another order, for the screen and for files alike.

use std::cmp::Ordering;

use super::TopItems;

/// A column of the answer, in the order of the output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TopColumn {
    /// `geographical_location_oid`
    Oid,
    /// `geographical_location`
    Name,
    /// `window_start`
    Window,
    /// `item_rank`
    Rank,
    /// `item_name`
    Item,
    /// `item_count`
    Count,
}

impl TopColumn {
    /// All of them.
    pub const ALL: [Self; 6] = [Self::Oid, Self::Name, Self::Window, Self::Rank, Self::Item, Self::Count];

    /// Its name in files.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Oid => "geographical_location_oid",
            Self::Name => "geographical_location",
            Self::Window => "window_start",
            Self::Rank => "item_rank",
            Self::Item => "item_name",
            Self::Count => "item_count",
        }
    }
}

/// An order of rows: by a column, smallest first or largest first. Rows that are equal there stay in the order of the answer
/// either way (location, window, rank), so that ranks rise within a location; what has no name comes last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TopOrder {
    /// The column.
    pub by: TopColumn,
    /// Largest first.
    pub descending: bool,
}

impl TopOrder {
    /// The numbers of the rows in this order.
    #[must_use]
    pub fn rows(self, top: &TopItems) -> Vec<u32> {
        let mut rows: Vec<u32> = (0..u32::try_from(top.ranks.len()).unwrap_or(u32::MAX)).collect();
        match self.by {
            TopColumn::Oid => self.sort(&mut rows, &top.locations, Ord::cmp),
            TopColumn::Name => self.sort_names(&mut rows, top),
            TopColumn::Window => self.sort(&mut rows, &top.windows_ns, Ord::cmp),
            TopColumn::Rank => self.sort(&mut rows, &top.ranks, Ord::cmp),
            TopColumn::Item => self.sort(&mut rows, &top.items, Ord::cmp),
            TopColumn::Count => self.sort(&mut rows, &top.counts, Ord::cmp),
        }
        rows
    }

    /// The answer with its rows in this order.
    #[must_use]
    pub fn arranged(self, top: TopItems) -> TopItems {
        fn taken<T: Clone>(rows: &[u32], of: &[T]) -> Vec<T> {
            rows.iter().filter_map(|row| of.get(*row as usize).cloned()).collect()
        }
        let rows = self.rows(&top);
        TopItems {
            locations: taken(&rows, &top.locations),
            location_names: taken(&rows, &top.location_names),
            windows_ns: taken(&rows, &top.windows_ns),
            ranks: taken(&rows, &top.ranks),
            items: taken(&rows, &top.items),
            counts: taken(&rows, &top.counts),
            ..top
        }
    }

    /// Sorts by a column, unless the answer has none like it.
    fn sort<T>(self, rows: &mut [u32], of: &[T], compare: impl Fn(&T, &T) -> Ordering) {
        if of.len() < rows.len() {
            return;
        }
        rows.sort_by(|a, b| {
            let order = compare(&of[*a as usize], &of[*b as usize]);
            if self.descending { order.reverse() } else { order }
        });
    }

    fn sort_names(self, rows: &mut [u32], top: &TopItems) {
        // Without a name is last in both directions, and so not turned round with the others.
        self.sort(rows, &top.location_names, |a, b| match (a, b) {
            (Some(a), Some(b)) => a.cmp(b),
            (a, b) if self.descending => a.is_some().cmp(&b.is_some()),
            (a, b) => b.is_some().cmp(&a.is_some()),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer() -> TopItems {
        TopItems {
            locations: vec![7, 7, 8, 8, 9],
            location_names: vec![Some("Pier".into()), Some("Pier".into()), None, None, Some("Dock".into())],
            ranks: vec![1, 2, 1, 2, 1],
            items: ["car", "bus", "car", "dog", "bus"].map(Into::into).to_vec(),
            counts: vec![1500, 3, 20, 3, 20],
            ..TopItems::default()
        }
    }

    #[test]
    fn equal_rows_stay_in_the_order_of_the_answer() {
        for (by, descending, expected) in [
            (TopColumn::Oid, false, [0, 1, 2, 3, 4]),
            (TopColumn::Oid, true, [4, 2, 3, 0, 1]),
            (TopColumn::Name, false, [4, 0, 1, 2, 3]),
            (TopColumn::Name, true, [0, 1, 4, 2, 3]),
            (TopColumn::Rank, true, [1, 3, 0, 2, 4]),
            (TopColumn::Item, false, [1, 4, 0, 2, 3]),
            (TopColumn::Count, true, [0, 2, 4, 1, 3]),
            (TopColumn::Count, false, [1, 3, 2, 4, 0]),
            // The answer has no windows.
            (TopColumn::Window, true, [0, 1, 2, 3, 4]),
        ] {
            assert_eq!(TopOrder { by, descending }.rows(&answer()), expected, "{by:?} {descending}");
        }
    }

    #[test]
    fn rows_are_arranged_whole() {
        let arranged = TopOrder { by: TopColumn::Oid, descending: true }.arranged(answer());
        assert_eq!((arranged.locations, arranged.ranks), (vec![9, 8, 8, 7, 7], vec![1, 1, 2, 1, 2]));
        assert_eq!(arranged.counts, [20, 20, 3, 1500, 3]);
        assert_eq!(arranged.items.iter().map(|item| &**item).collect::<Vec<_>>(), ["bus", "car", "dog", "car", "bus"]);
        assert!(arranged.windows_ns.is_empty() && arranged.location_names[1].is_none());
    }
}
