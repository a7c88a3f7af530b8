//! A question as a small tree over named tables, written once and printed for each engine.
//!
//! Every tree can be checked ([`Tree::columns`]): which columns it gives, and of what type. [`lazy`] prints it for the
//! local engine and [`sql`] for Spark Connect; both hold to the same rules of nulls, types and order. What a tree means for
//! detection events is in [`top`].

mod check;
mod expr;
pub mod lazy;
pub mod sql;
#[cfg(test)]
mod tests;
pub mod times;
pub mod top;

pub use check::TreeError;
pub use expr::{Expr, Kind, Op, Value, all, col, int, text};

use super::Ranking;

/// In which order rows stand, by one column. Rows without a value come last, whatever the direction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// The column.
    pub column: String,
    /// Whether large values come first.
    pub descending: bool,
}

/// Small values first.
#[must_use]
pub fn up(column: &str) -> Order {
    Order { column: column.to_owned(), descending: false }
}

/// Large values first.
#[must_use]
pub fn down(column: &str) -> Order {
    Order { column: column.to_owned(), descending: true }
}

/// What is told of the rows of a group.
#[derive(Debug, Clone, PartialEq)]
pub enum Aggregate {
    /// How many there are.
    Count,
    /// The sum of a whole number; 0 of no rows.
    Sum(Expr),
    /// The smallest of whole numbers; null of none.
    Min(Expr),
    /// The largest of whole numbers; null of none.
    Max(Expr),
}

/// Which rows a join gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// Every pair of rows with equal keys.
    Inner,
    /// The same, and the left rows without a partner, with nulls.
    Left,
    /// Every left row with every right row; there are no keys.
    Cross,
}

/// A question about tables.
#[derive(Debug, Clone, PartialEq)]
pub enum Tree {
    /// Columns of a named table.
    Scan {
        /// The table.
        table: String,
        /// Its columns that are needed, and what they hold.
        columns: Vec<(String, Kind)>,
    },
    /// The whole numbers from 0.
    Numbers {
        /// The only column.
        column: String,
        /// How many.
        count: u32,
    },
    /// The rows for which an expression is true.
    Filter {
        /// Of these.
        input: Box<Tree>,
        /// What must be true.
        keep: Expr,
    },
    /// Other columns.
    Project {
        /// Of these rows.
        input: Box<Tree>,
        /// Their names, and what they hold.
        columns: Vec<(String, Expr)>,
    },
    /// A row for each group of rows with equal keys; without keys one row, also of nothing.
    Group {
        /// These rows.
        input: Box<Tree>,
        /// The columns that must be equal; nulls are equal.
        keys: Vec<String>,
        /// What is told of each group.
        aggregates: Vec<(String, Aggregate)>,
    },
    /// The rows with their rank, from 1, in a further column of 64-bit numbers.
    Rank {
        /// These rows.
        input: Box<Tree>,
        /// The further column.
        column: String,
        /// What equal places mean.
        ranking: Ranking,
        /// Ranks begin anew for each value of these columns.
        within: Vec<String>,
        /// What decides.
        order: Vec<Order>,
    },
    /// Rows of two tables side by side: the left columns, then the right ones but for its keys.
    Join {
        /// The rows on the left.
        left: Box<Tree>,
        /// The rows on the right.
        right: Box<Tree>,
        /// Which of them.
        how: How,
        /// Columns of the left and of the right that must be equal; nulls are equal to nothing.
        on: Vec<(String, String)>,
    },
    /// The rows of all, one after the other; all have the same columns.
    Union(Vec<Tree>),
    /// The rows in order.
    Sort {
        /// These rows.
        input: Box<Tree>,
        /// The first decides, then the next.
        order: Vec<Order>,
    },
    /// The first rows.
    Limit {
        /// Of these.
        input: Box<Tree>,
        /// At most so many.
        rows: u32,
    },
}

impl Tree {
    /// Columns of a table.
    #[must_use]
    pub fn scan(table: &str, columns: &[(&str, Kind)]) -> Self {
        let columns = columns.iter().map(|(name, kind)| ((*name).to_owned(), *kind)).collect();
        Self::Scan { table: table.to_owned(), columns }
    }

    /// Only the rows for which `keep` is true.
    #[must_use]
    pub fn filter(self, keep: Expr) -> Self {
        Self::Filter { input: Box::new(self), keep }
    }

    /// Other columns.
    #[must_use]
    pub fn project<'a>(self, columns: impl IntoIterator<Item = (&'a str, Expr)>) -> Self {
        let columns = columns.into_iter().map(|(name, expr)| (name.to_owned(), expr)).collect();
        Self::Project { input: Box::new(self), columns }
    }

    /// A row for each group.
    #[must_use]
    pub fn group<'a>(self, keys: &[&str], aggregates: impl IntoIterator<Item = (&'a str, Aggregate)>) -> Self {
        let aggregates = aggregates.into_iter().map(|(name, aggregate)| (name.to_owned(), aggregate)).collect();
        Self::Group { input: Box::new(self), keys: owned(keys), aggregates }
    }

    /// The rows with their rank.
    #[must_use]
    pub fn rank(self, column: &str, ranking: Ranking, within: &[&str], order: Vec<Order>) -> Self {
        Self::Rank { input: Box::new(self), column: column.to_owned(), ranking, within: owned(within), order }
    }

    /// Rows of two tables side by side.
    #[must_use]
    pub fn join(self, right: Self, how: How, on: &[(&str, &str)]) -> Self {
        let on = on.iter().map(|(left, right)| ((*left).to_owned(), (*right).to_owned())).collect();
        Self::Join { left: Box::new(self), right: Box::new(right), how, on }
    }

    /// The rows in order.
    #[must_use]
    pub fn sort(self, order: Vec<Order>) -> Self {
        Self::Sort { input: Box::new(self), order }
    }

    /// The first rows.
    #[must_use]
    pub fn limit(self, rows: u32) -> Self {
        Self::Limit { input: Box::new(self), rows }
    }

    /// The same question with other trees in the place of tables: `instead` gives one for the tables it knows.
    #[must_use]
    pub fn with_tables(self, instead: &dyn Fn(&str) -> Option<Self>) -> Self {
        let inside = |input: Box<Self>| Box::new(input.with_tables(instead));
        match self {
            Self::Scan { table, columns } => match instead(&table) {
                Some(tree) => tree.project(columns.iter().map(|(name, _)| (name.as_str(), col(name)))),
                None => Self::Scan { table, columns },
            },
            Self::Numbers { .. } => self,
            Self::Filter { input, keep } => Self::Filter { input: inside(input), keep },
            Self::Project { input, columns } => Self::Project { input: inside(input), columns },
            Self::Group { input, keys, aggregates } => Self::Group { input: inside(input), keys, aggregates },
            Self::Rank { input, column, ranking, within, order } => {
                Self::Rank { input: inside(input), column, ranking, within, order }
            }
            Self::Join { left, right, how, on } => Self::Join { left: inside(left), right: inside(right), how, on },
            Self::Union(parts) => Self::Union(parts.into_iter().map(|part| part.with_tables(instead)).collect()),
            Self::Sort { input, order } => Self::Sort { input: inside(input), order },
            Self::Limit { input, rows } => Self::Limit { input: inside(input), rows },
        }
    }
}

fn owned(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}
