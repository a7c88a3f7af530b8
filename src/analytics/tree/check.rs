//! Which columns a tree gives; refuses trees that no engine should see.

use super::{Aggregate, Expr, How, Kind, Op, Order, Tree, Value};

/// A tree that makes no sense.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TreeError {
    /// A column that is not there.
    #[error("the question names the column `{name}`, and there are only {there}")]
    NoColumn {
        /// Its name.
        name: String,
        /// The columns that are there.
        there: String,
    },
    /// A value of the wrong type.
    #[error("the question takes {what} for {found:?}, and it must be {needed:?}")]
    Kind {
        /// What was looked at.
        what: String,
        /// What it is.
        found: Kind,
        /// What it has to be.
        needed: Kind,
    },
    /// A name twice.
    #[error("the question gives two columns the name `{name}`")]
    Twice {
        /// The name.
        name: String,
    },
    /// Anything else.
    #[error("the question {0}")]
    Shape(&'static str),
}

type Columns = Vec<(String, Kind)>;

fn kind_of_column(columns: &Columns, name: &str) -> Result<Kind, TreeError> {
    columns.iter().find(|(there, _)| there == name).map(|(_, kind)| *kind).ok_or_else(|| TreeError::NoColumn {
        name: name.to_owned(),
        there: columns.iter().map(|(name, _)| format!("`{name}`")).collect::<Vec<_>>().join(", "),
    })
}

fn need(what: &Expr, found: Kind, needed: Kind) -> Result<(), TreeError> {
    if found == needed { Ok(()) } else { Err(TreeError::Kind { what: format!("{what:?}"), found, needed }) }
}

impl Value {
    /// What it is.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self {
            Self::Null(kind) => *kind,
            Self::Bool(_) => Kind::Bool,
            Self::Int64(_) => Kind::Int64,
            Self::Text(_) => Kind::Text,
        }
    }
}

impl Expr {
    /// What it gives for rows with these columns.
    ///
    /// # Errors
    /// [`TreeError`] when a column is not there or a value has the wrong type.
    pub fn kind(&self, columns: &[(String, Kind)]) -> Result<Kind, TreeError> {
        self.kind_in(&columns.to_vec())
    }

    fn kind_in(&self, columns: &Columns) -> Result<Kind, TreeError> {
        let is = |expr: &Self, needed| need(expr, expr.kind_in(columns)?, needed);
        match self {
            Self::Column(name) => kind_of_column(columns, name),
            Self::Value(value) => Ok(value.kind()),
            Self::Two(op, left, right) => {
                let kind = left.kind_in(columns)?;
                need(right, right.kind_in(columns)?, kind)?;
                match op {
                    Op::Add | Op::Subtract | Op::Multiply => is(left, Kind::Int64).map(|()| Kind::Int64),
                    Op::And | Op::Or => is(left, Kind::Bool).map(|()| Kind::Bool),
                    _ => Ok(Kind::Bool),
                }
            }
            Self::Not(expr) => is(expr, Kind::Bool).map(|()| Kind::Bool),
            Self::IsNull(expr) => expr.kind_in(columns).map(|_| Kind::Bool),
            Self::OneOf(expr, values) => {
                let kind = expr.kind_in(columns)?;
                values.iter().try_for_each(|value| need(expr, kind, value.kind()))?;
                Ok(Kind::Bool)
            }
            Self::Modulo(expr, by) => {
                is(expr, Kind::Int64)?;
                if *by > 0 {
                    Ok(Kind::Int64)
                } else {
                    Err(TreeError::Shape("divides by a number that is not positive"))
                }
            }
            Self::Case(arms, otherwise) => {
                let kind = otherwise.kind_in(columns)?;
                for (condition, value) in arms {
                    is(condition, Kind::Bool)?;
                    need(value, value.kind_in(columns)?, kind)?;
                }
                Ok(kind)
            }
            Self::Cast(expr, to) => match (expr.kind_in(columns)?, to) {
                (Kind::Int32 | Kind::Int64, Kind::Int32 | Kind::Int64) => Ok(*to),
                (found, _) => need(expr, found, Kind::Int64).map(|()| *to),
            },
            Self::Parse(expr) => is(expr, Kind::Text).map(|()| Kind::Int64),
            Self::Trim(expr) => is(expr, Kind::Text).map(|()| Kind::Text),
        }
    }
}

impl Tree {
    /// The columns it gives, in order.
    ///
    /// # Errors
    /// [`TreeError`] when the tree makes no sense.
    pub fn columns(&self) -> Result<Vec<(String, Kind)>, TreeError> {
        let columns = match self {
            Self::Scan { columns, .. } => columns.clone(),
            Self::Numbers { column, .. } => vec![(column.clone(), Kind::Int64)],
            Self::Filter { input, keep } => {
                let columns = input.columns()?;
                need(keep, keep.kind_in(&columns)?, Kind::Bool)?;
                columns
            }
            Self::Project { input, columns } => {
                let there = input.columns()?;
                let kinds = columns.iter().map(|(name, expr)| Ok((name.clone(), expr.kind_in(&there)?)));
                kinds.collect::<Result<_, TreeError>>()?
            }
            Self::Group { input, keys, aggregates } => {
                let there = input.columns()?;
                let mut columns = Columns::new();
                for key in keys {
                    columns.push((key.clone(), kind_of_column(&there, key)?));
                }
                for (name, aggregate) in aggregates {
                    if let Aggregate::Sum(expr) | Aggregate::Min(expr) | Aggregate::Max(expr) = aggregate {
                        need(expr, expr.kind_in(&there)?, Kind::Int64)?;
                    }
                    columns.push((name.clone(), Kind::Int64));
                }
                columns
            }
            Self::Rank { input, column, within, order, .. } => {
                let mut columns = input.columns()?;
                within.iter().try_for_each(|name| kind_of_column(&columns, name).map(drop))?;
                ordered(&columns, order)?;
                columns.push((column.clone(), Kind::Int64));
                columns
            }
            Self::Join { left, right, how, on } => joined(left.columns()?, &right.columns()?, *how, on)?,
            Self::Union(parts) => {
                let mut parts = parts.iter().map(Self::columns);
                let first = parts.next().ok_or(TreeError::Shape("puts no tables together"))??;
                for part in parts {
                    if part? != first {
                        return Err(TreeError::Shape("puts tables with different columns together"));
                    }
                }
                first
            }
            Self::Sort { input, order } => {
                let columns = input.columns()?;
                ordered(&columns, order)?;
                columns
            }
            Self::Limit { input, .. } => input.columns()?,
        };
        if columns.is_empty() {
            return Err(TreeError::Shape("asks for no columns"));
        }
        for (at, (name, _)) in columns.iter().enumerate() {
            if columns[..at].iter().any(|(other, _)| other == name) {
                return Err(TreeError::Twice { name: name.clone() });
            }
        }
        Ok(columns)
    }
}

fn ordered(columns: &Columns, order: &[Order]) -> Result<(), TreeError> {
    if order.is_empty() {
        return Err(TreeError::Shape("puts rows in order by no column"));
    }
    order.iter().try_for_each(|order| kind_of_column(columns, &order.column).map(drop))
}

fn joined(left: Columns, right: &Columns, how: How, on: &[(String, String)]) -> Result<Columns, TreeError> {
    if (how == How::Cross) != on.is_empty() {
        return Err(TreeError::Shape("joins without keys, or with keys where there are none"));
    }
    for (one, other) in on {
        let (found, needed) = (kind_of_column(right, other)?, kind_of_column(&left, one)?);
        need(&Expr::Column(other.clone()), found, needed)?;
    }
    let rest = right.iter().filter(|(name, _)| !on.iter().any(|(_, key)| key == name)).cloned();
    Ok(left.into_iter().chain(rest).collect())
}
