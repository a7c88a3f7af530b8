//! Prints a tree as a lazy frame of Polars.

use polars::prelude::{self as pl, IntoLazy, LazyFrame, NamedFrom, PolarsError, PolarsResult};

use super::{Aggregate, Expr, How, Kind, Op, Order, Tree, TreeError, Value};
use crate::analytics::Ranking;

/// Prints a tree; `table` gives the tables by their names.
///
/// # Errors
/// [`TreeError`] when the tree makes no sense, in words of Polars; also when `table` fails.
pub fn print(tree: &Tree, table: &dyn Fn(&str) -> PolarsResult<LazyFrame>) -> PolarsResult<LazyFrame> {
    let checked = |tree: &Tree| tree.columns().map_err(|error: TreeError| refuse(&error.to_string()));
    let columns = checked(tree)?;
    let named = |names: &[String]| names.iter().map(|name| pl::col(name.as_str())).collect::<Vec<pl::Expr>>();
    Ok(match tree {
        Tree::Scan { table: name, columns } => {
            let typed = |(name, kind): &(String, Kind)| pl::col(name.as_str()).cast(type_of(*kind));
            table(name)?.select(columns.iter().map(typed).collect::<Vec<_>>())
        }
        Tree::Numbers { column, count } => {
            let numbers: Vec<i64> = (0..i64::from(*count)).collect();
            let column = pl::Column::new(column.as_str().into(), numbers);
            pl::DataFrame::new(column.len(), vec![column])?.lazy()
        }
        Tree::Filter { input, keep } => print(input, table)?.filter(expr(keep)),
        Tree::Project { input, columns } => {
            let columns: Vec<pl::Expr> = columns.iter().map(|(name, value)| expr(value).alias(name.as_str())).collect();
            let rows = print(input, table)?;
            // A frame of constants alone would have one row.
            rows.with_columns(columns.clone()).select(columns_by_name(&columns_of(tree)?))
        }
        Tree::Group { input, keys, aggregates } => {
            let told: Vec<pl::Expr> = aggregates
                .iter()
                .map(|(name, aggregate)| match aggregate {
                    Aggregate::Count => pl::len().cast(pl::DataType::Int64).alias(name.as_str()),
                    Aggregate::Sum(value) => expr(value).sum().cast(pl::DataType::Int64).alias(name.as_str()),
                    Aggregate::Min(value) => expr(value).min().cast(pl::DataType::Int64).alias(name.as_str()),
                    Aggregate::Max(value) => expr(value).max().cast(pl::DataType::Int64).alias(name.as_str()),
                })
                .collect();
            let rows = print(input, table)?;
            if keys.is_empty() {
                rows.select(told)
            } else if told.is_empty() {
                rows.select(named(keys)).unique_generic(None, pl::UniqueKeepStrategy::Any)
            } else {
                rows.group_by(named(keys)).agg(told)
            }
        }
        Tree::Rank { input, column, ranking, within, order } => {
            let groups: Vec<Order> =
                within.iter().map(|name| Order { column: name.clone(), descending: false }).collect();
            let sorted = sort(print(input, table)?, groups.iter().chain(order));
            rank(sorted, column, *ranking, &named(within), order)?
        }
        Tree::Join { left, right, how, on } => {
            let (left, right) = (print(left, table)?, print(right, table)?);
            let (one, other): (Vec<_>, Vec<_>) =
                on.iter().map(|(left, right)| (pl::col(left.as_str()), pl::col(right.as_str()))).unzip();
            let joined = match how {
                How::Cross => left.cross_join(right, None),
                How::Inner => left.join(right, one, other, pl::JoinArgs::new(pl::JoinType::Inner)),
                How::Left => left.join(right, one, other, pl::JoinArgs::new(pl::JoinType::Left)),
            };
            joined.select(columns_by_name(&columns))
        }
        Tree::Union(parts) => {
            let parts = parts.iter().map(|part| print(part, table)).collect::<PolarsResult<Vec<_>>>()?;
            pl::concat(parts, pl::UnionArgs::default())?
        }
        Tree::Sort { input, order } => sort(print(input, table)?, order),
        Tree::Limit { input, rows } => print(input, table)?.limit(*rows),
    })
}

fn refuse(what: &str) -> PolarsError {
    PolarsError::InvalidOperation(what.to_owned().into())
}

fn columns_of(tree: &Tree) -> PolarsResult<Vec<(String, Kind)>> {
    tree.columns().map_err(|error| refuse(&error.to_string()))
}

fn columns_by_name(columns: &[(String, Kind)]) -> Vec<pl::Expr> {
    columns.iter().map(|(name, _)| pl::col(name.as_str())).collect()
}

/// Rows in order.
pub fn sort<'a>(rows: LazyFrame, order: impl IntoIterator<Item = &'a Order>) -> LazyFrame {
    let (mut by, mut descending): (Vec<pl::Expr>, Vec<bool>) = (Vec::new(), Vec::new());
    for order in order {
        by.push(pl::col(order.column.as_str()));
        descending.push(order.descending);
    }
    let options = pl::SortMultipleOptions::default()
        .with_order_descending_multi(descending)
        .with_nulls_last_multi(vec![true; by.len()])
        .with_maintain_order(true);
    rows.sort_by_exprs(by, options)
}

/// Ranks rows that stand in order already.
fn rank(
    rows: LazyFrame,
    column: &str,
    ranking: Ranking,
    within: &[pl::Expr],
    order: &[Order],
) -> PolarsResult<LazyFrame> {
    let over = |value: pl::Expr| if within.is_empty() { Ok(value) } else { value.over(within) };
    let (place_column, new_column) = ("rank_place", "rank_new");
    // The places of a group are the sums of ones up to each row.
    let ones = rows.with_columns([pl::lit(1_i64).cast(pl::DataType::Int64).alias(place_column)]);
    let rows = ones.with_columns([over(pl::col(place_column).cast(pl::DataType::Int64).cum_sum(false))?]);
    if ranking == Ranking::Row {
        return Ok(rows.rename([place_column], [column], true));
    }
    // A row ranks with the one before it unless it differs in what decides; the first of a group always begins anew.
    let mut new = pl::col(place_column).eq(pl::lit(1_i64));
    for order in order {
        let value = pl::col(order.column.as_str());
        new = new.or(value.clone().neq_missing(value.shift(pl::lit(1_i64))));
    }
    let rows = rows.with_columns([new.alias(new_column)]);
    let value = match ranking {
        Ranking::Competition => {
            let begins = pl::when(pl::col(new_column)).then(pl::col(place_column)).otherwise(pl::lit(0_i64));
            over(begins.cum_max(false))?
        }
        _ => over(pl::col(new_column).cast(pl::DataType::Int64).cum_sum(false))?,
    };
    Ok(rows.with_columns([value.alias(column)]).drop(pl::by_name([place_column, new_column], true, false)))
}

fn type_of(kind: Kind) -> pl::DataType {
    match kind {
        Kind::Bool => pl::DataType::Boolean,
        Kind::Int32 => pl::DataType::Int32,
        Kind::Int64 => pl::DataType::Int64,
        Kind::Text => pl::DataType::String,
    }
}

fn literal(value: &Value) -> pl::Expr {
    match value {
        Value::Null(kind) => pl::lit(pl::NULL).cast(type_of(*kind)),
        Value::Bool(value) => pl::lit(*value),
        Value::Int64(value) => pl::lit(*value),
        Value::Text(value) => pl::lit(value.as_str()),
    }
}

/// A list of values of one type.
fn values(list: &[Value]) -> pl::Expr {
    let texts: Option<Vec<&str>> =
        list.iter().map(|value| if let Value::Text(text) = value { Some(text.as_str()) } else { None }).collect();
    let series = if let Some(texts) = texts {
        pl::Series::new("values".into(), texts)
    } else {
        let numbers = list.iter().map(|value| if let Value::Int64(number) = value { Some(*number) } else { None });
        pl::Series::new("values".into(), numbers.collect::<Vec<Option<i64>>>())
    };
    pl::lit(series).implode(true)
}

fn expr(value: &Expr) -> pl::Expr {
    match value {
        Expr::Column(name) => pl::col(name.as_str()),
        Expr::Value(value) => literal(value),
        Expr::Two(op, left, right) => {
            let (left, right) = (expr(left), expr(right));
            match op {
                Op::Add => left + right,
                Op::Subtract => left - right,
                Op::Multiply => left * right,
                Op::Equal => left.eq(right),
                Op::NotEqual => left.neq(right),
                Op::Less => left.lt(right),
                Op::LessOrEqual => left.lt_eq(right),
                Op::Greater => left.gt(right),
                Op::GreaterOrEqual => left.gt_eq(right),
                Op::And => left.and(right),
                Op::Or => left.or(right),
            }
        }
        Expr::Not(inner) => expr(inner).not(),
        Expr::IsNull(inner) => expr(inner).is_null(),
        Expr::OneOf(_, list) if list.is_empty() => pl::lit(false),
        Expr::OneOf(inner, list) => expr(inner).is_in(values(list), false),
        // The remainder has the sign of the divisor here.
        Expr::Modulo(inner, by) => expr(inner) % pl::lit(*by),
        Expr::Case(arms, otherwise) => arms.iter().rev().fold(expr(otherwise), |rest, (condition, value)| {
            pl::when(expr(condition)).then(expr(value)).otherwise(rest)
        }),
        Expr::Cast(inner, to) => expr(inner).cast(type_of(*to)),
        Expr::Parse(inner) => expr(inner).cast(pl::DataType::Int64),
        Expr::Trim(inner) => expr(inner).str().strip_chars(pl::lit(" ")),
    }
}

/// Works out what was printed.
///
/// # Errors
/// What Polars says.
pub fn collect(rows: LazyFrame) -> PolarsResult<pl::DataFrame> {
    rows.collect()
}
