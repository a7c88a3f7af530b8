//! Statistics of many values by group, exact, on every core, in bounded memory.
//!
//! A [`Source`] reads values in units that are independent of each other and says which group each belongs to; what is asked
//! of them is plain data ([`Question`]). Moments are merged from parts, quantiles are found by selection or, where values do
//! not fit, by several looks at their bits. Which values there are and what groups mean is known to the session.

mod answer;
pub mod calendar;
mod distribution;
mod extremes;
pub mod intervals;
mod key;
mod moments;
mod quantile;
mod query;
pub mod shape;
mod source;
mod tally;

pub use answer::{Answer, Cell, NoAnswer, Question, Wanted, answer};
pub use distribution::{Matches, RankedColumn};
pub use extremes::{Ends, Reading, Top};
pub use key::{Groups, KeyValue, WEEKDAYS, bin_of};
pub use moments::{Moments, Pairs, Weighted};
pub use quantile::{between, places, quantiles_of, weighted_quantiles_of};
pub use query::{Aggregate, BadQuery, GroupKey, Keep, nearest};
pub use source::{MemorySource, Part, Source, Stopped, TakePart, scan};
pub use tally::Occurrences;
