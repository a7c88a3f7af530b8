//! Rows of two queries beside each other: those in both, or those in the first alone. The engine as it is built here has no
//! join that tells this, so rows of both are put under each other and grouped: equal rows, rows without values among them, are
//! one group, as the standard says of INTERSECT and EXCEPT.

use polars::prelude::{LazyFrame, PolarsError, UnionArgs, col, concat, lit};

use super::mistake::{SqlMistake, find_word};

/// Tells which side a row came from; no query can make a column of this name.
const SIDE: &str = "side|";
const FIRST: &str = "side|first";
const LAST: &str = "side|last";

/// Why rows cannot be compared.
pub(super) enum Trouble {
    /// The engine says why.
    Engine(PolarsError),
    /// The sides have so many columns each.
    Widths(usize, usize),
}

impl From<PolarsError> for Trouble {
    fn from(error: PolarsError) -> Self {
        Self::Engine(error)
    }
}

/// The distinct rows in both sides, or those in the left one and not in the right one. Columns are taken by their place, and
/// called as on the left.
pub(super) fn rows([mut left, mut right]: [LazyFrame; 2], in_both: bool) -> Result<LazyFrame, Trouble> {
    let names = |frame: &mut LazyFrame| -> Result<Vec<String>, PolarsError> {
        Ok(frame.collect_schema()?.iter_names().map(ToString::to_string).collect())
    };
    let (named, others) = (names(&mut left)?, names(&mut right)?);
    if named.len() != others.len() {
        return Err(Trouble::Widths(named.len(), others.len()));
    }
    let renamed: Vec<_> =
        others.iter().zip(&named).map(|(other, name)| col(other.as_str()).alias(name.as_str())).collect();
    let sides = [left.with_column(lit(1_i32).alias(SIDE)), right.select(renamed).with_column(lit(2_i32).alias(SIDE))];
    let all = concat(sides, UnionArgs { to_supertypes: true, ..UnionArgs::default() })?;
    let keys: Vec<_> = named.iter().map(|name| col(name.as_str())).collect();
    let grouped = all.group_by(keys.clone()).agg([col(SIDE).min().alias(FIRST), col(SIDE).max().alias(LAST)]);
    let wanted = col(FIRST).eq(lit(1_i32)).and(col(LAST).eq(lit(if in_both { 2_i32 } else { 1_i32 })));
    Ok(grouped.filter(wanted).select(keys))
}

/// That two sides do not have as many columns.
pub(super) fn widths_mistake(text: &str, in_both: bool, (left, right): (usize, usize)) -> SqlMistake {
    let word = if in_both { "INTERSECT" } else { "EXCEPT" };
    let mistake = SqlMistake::new(format!("the sides of {word} have {left} and {right} columns"))
        .hint("write as many columns on both sides; they are compared by their places");
    let place = find_word(&text.to_uppercase(), word).filter(|span| text.get(span.clone()).is_some());
    match place {
        Some(span) => mistake.within(span),
        None => mistake,
    }
}
