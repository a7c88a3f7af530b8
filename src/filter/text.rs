//! A filter as a person holds it: its text, and the tree the text says.

use std::{fmt, str::FromStr};

use super::{Bound, Expr, FilterError, FrameColumns, FrameSet, parse::parse};

/// A filter that parses. The empty filter lets every frame through.
///
/// Two filters are equal when they say the same tree, however they were written. [`fmt::Display`] gives the canonical
/// text, which parses to an equal filter.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    text: String,
    expr: Option<Expr>,
}

impl Filter {
    /// Reads a filter text; empty text or white space is the empty filter.
    ///
    /// # Errors
    /// Where the text stops being a filter; names and types are checked by [`Self::bind`].
    pub fn parse(text: &str) -> Result<Self, FilterError> {
        Ok(Self { expr: parse(text)?, text: text.to_owned() })
    }

    /// The text as it was written; spans of errors count its bytes.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The tree; `None` for the empty filter.
    #[must_use]
    pub fn expr(&self) -> Option<&Expr> {
        self.expr.as_ref()
    }

    /// Whether it lets every frame through without a look.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.expr.is_none()
    }

    /// Checks names and types against a lake.
    ///
    /// # Errors
    /// A name or a label class that the lake does not have, or operands that do not fit together.
    pub fn bind(&self, columns: &dyn FrameColumns) -> Result<Bound, FilterError> {
        Bound::new(self.expr.as_ref(), columns)
    }

    /// Checks and evaluates in one go.
    ///
    /// # Errors
    /// As [`Self::bind`] and [`Bound::evaluate`].
    pub fn evaluate(&self, columns: &dyn FrameColumns) -> Result<FrameSet, FilterError> {
        self.bind(columns)?.evaluate(columns)
    }
}

impl PartialEq for Filter {
    fn eq(&self, other: &Self) -> bool {
        self.expr == other.expr
    }
}

impl FromStr for Filter {
    type Err = FilterError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.expr.as_ref().map_or(Ok(()), |expr| expr.fmt(f))
    }
}
