//! Prints a tree as SQL that Apache Spark 4 and Sail both take.
//!
//! Every value of the question is bound, none is written into the text: what `'x''y'` means differs between the two.
//! Casts, the order of nulls and the sides of joins are explicit. `QUALIFY`, `USING` and `window(…)` are avoided, since one
//! of the two lacks them.

use std::fmt::Write;

use super::{Aggregate, Expr, How, Kind, Op, Order, Tree, TreeError, Value};
use crate::analytics::Ranking;

/// A question as text, and the values that are bound to its parameters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sql {
    /// One SELECT, with parameters `:p1`, `:p2`, …
    pub text: String,
    /// Their values, the first for `:p1`.
    pub values: Vec<Value>,
}

/// Prints a tree; `table` gives the name that a table has in the session of the server.
///
/// # Errors
/// [`TreeError`] when the tree makes no sense.
pub fn print(tree: &Tree, table: &dyn Fn(&str) -> String) -> Result<Sql, TreeError> {
    tree.columns()?;
    let mut printer = Printer { table, values: Vec::new(), steps: Vec::new() };
    // The order of rows holds only at the very end.
    let (body, order) = match tree {
        Tree::Sort { input, order } => (input.as_ref(), order.as_slice()),
        _ => (tree, &[][..]),
    };
    let last = printer.step(body)?;
    let mut text = String::from("WITH\n");
    for (at, (_, step)) in printer.steps.iter().enumerate() {
        let comma = if at == 0 { "" } else { ",\n" };
        let _ = write!(text, "{comma}{} AS ({step})", name_of(at));
    }
    let names: Vec<String> = body.columns()?.iter().map(|(name, _)| quoted(name)).collect();
    let _ = write!(text, "\nSELECT {} FROM {}", names.join(", "), name_of(last));
    if !order.is_empty() {
        let _ = write!(text, " ORDER BY {}", ordered(order));
    }
    Ok(Sql { text, values: printer.values })
}

struct Printer<'a> {
    table: &'a dyn Fn(&str) -> String,
    values: Vec<Value>,
    /// What was printed, and as what: a part of the tree that occurs twice is printed once.
    steps: Vec<(Tree, String)>,
}

fn name_of(step: usize) -> String {
    format!("s{}", step + 1)
}

/// A name as the server takes it. Names are the program's own but for columns of files; backticks in those are doubled.
pub(crate) fn quoted(name: &str) -> String {
    format!("`{}`", name.replace('`', "``"))
}

fn list(names: &[String]) -> String {
    names.iter().map(|name| quoted(name)).collect::<Vec<_>>().join(", ")
}

fn ordered(order: &[Order]) -> String {
    let one = |order: &Order| {
        format!("{} {} NULLS LAST", quoted(&order.column), if order.descending { "DESC" } else { "ASC" })
    };
    order.iter().map(one).collect::<Vec<_>>().join(", ")
}

fn type_of(kind: Kind) -> &'static str {
    match kind {
        Kind::Bool => "BOOLEAN",
        Kind::Int32 => "INT",
        Kind::Int64 => "BIGINT",
        Kind::Text => "STRING",
    }
}

impl Printer<'_> {
    /// Prints a tree as a step of its own, and gives its number.
    fn step(&mut self, tree: &Tree) -> Result<usize, TreeError> {
        if let Some(at) = self.steps.iter().position(|(printed, _)| printed == tree) {
            return Ok(at);
        }
        let text = self.select(tree)?;
        self.steps.push((tree.clone(), text));
        Ok(self.steps.len() - 1)
    }

    fn select(&mut self, tree: &Tree) -> Result<String, TreeError> {
        Ok(match tree {
            Tree::Scan { table, columns } => {
                let names: Vec<String> = columns.iter().map(|(name, _)| name.clone()).collect();
                format!("SELECT {} FROM {}", list(&names), quoted(&(self.table)(table)))
            }
            // A number, which has no two readings, and no server takes a parameter here.
            Tree::Numbers { column, count } => {
                format!("SELECT CAST(id AS BIGINT) AS {} FROM range(0, {count})", quoted(column))
            }
            Tree::Filter { input, keep } => {
                let from = self.step(input)?;
                format!("SELECT * FROM {} WHERE {}", name_of(from), self.expr(keep))
            }
            Tree::Project { input, columns } => {
                let from = self.step(input)?;
                let columns: Vec<String> = columns
                    .iter()
                    .map(|(name, expr)| match expr {
                        Expr::Column(same) if same == name => quoted(name),
                        _ => format!("{} AS {}", self.expr(expr), quoted(name)),
                    })
                    .collect();
                format!("SELECT {} FROM {}", columns.join(", "), name_of(from))
            }
            Tree::Group { input, keys, aggregates } => {
                let from = self.step(input)?;
                let mut columns: Vec<String> = keys.iter().map(|key| quoted(key)).collect();
                for (name, aggregate) in aggregates {
                    let told = match aggregate {
                        Aggregate::Count => "COUNT(*)".to_owned(),
                        Aggregate::Sum(expr) => format!("COALESCE(SUM({}), CAST(0 AS BIGINT))", self.expr(expr)),
                        Aggregate::Min(expr) => format!("MIN({})", self.expr(expr)),
                        Aggregate::Max(expr) => format!("MAX({})", self.expr(expr)),
                    };
                    columns.push(format!("CAST({told} AS BIGINT) AS {}", quoted(name)));
                }
                let by = if keys.is_empty() { String::new() } else { format!(" GROUP BY {}", list(keys)) };
                format!("SELECT {} FROM {}{by}", columns.join(", "), name_of(from))
            }
            Tree::Rank { input, column, ranking, within, order } => {
                let from = self.step(input)?;
                let function = match ranking {
                    Ranking::Row => "ROW_NUMBER()",
                    Ranking::Dense => "DENSE_RANK()",
                    Ranking::Competition => "RANK()",
                };
                let within = if within.is_empty() { String::new() } else { format!("PARTITION BY {} ", list(within)) };
                format!(
                    "SELECT *, CAST({function} OVER ({within}ORDER BY {}) AS BIGINT) AS {} FROM {}",
                    ordered(order),
                    quoted(column),
                    name_of(from)
                )
            }
            Tree::Join { left, right, how, on } => self.join(left, right, *how, on)?,
            Tree::Union(parts) => {
                let mut selects = Vec::new();
                for part in parts {
                    let names: Vec<String> = part.columns()?.into_iter().map(|(name, _)| name).collect();
                    let from = self.step(part)?;
                    selects.push(format!("SELECT {} FROM {}", list(&names), name_of(from)));
                }
                selects.join(" UNION ALL ")
            }
            Tree::Sort { input, order } => {
                let from = self.step(input)?;
                format!("SELECT * FROM {} ORDER BY {}", name_of(from), ordered(order))
            }
            Tree::Limit { input, rows } => {
                // Rows in order are cut where they are put in order.
                let (from, order) = match input.as_ref() {
                    Tree::Sort { input, order } => (self.step(input)?, format!(" ORDER BY {}", ordered(order))),
                    other => (self.step(other)?, String::new()),
                };
                format!("SELECT * FROM {}{order} LIMIT {rows}", name_of(from))
            }
        })
    }

    fn join(&mut self, left: &Tree, right: &Tree, how: How, on: &[(String, String)]) -> Result<String, TreeError> {
        let sides = (left.columns()?, right.columns()?);
        let (one, other) = (self.step(left)?, self.step(right)?);
        let mut columns: Vec<String> = sides.0.iter().map(|(name, _)| format!("l.{}", quoted(name))).collect();
        let rest = sides.1.iter().filter(|(name, _)| !on.iter().any(|(_, key)| key == name));
        columns.extend(rest.map(|(name, _)| format!("r.{}", quoted(name))));
        let how = match how {
            How::Inner => "INNER JOIN",
            How::Left => "LEFT JOIN",
            How::Cross => "CROSS JOIN",
        };
        let keys: Vec<String> =
            on.iter().map(|(left, right)| format!("l.{} = r.{}", quoted(left), quoted(right))).collect();
        let on = if keys.is_empty() { String::new() } else { format!(" ON {}", keys.join(" AND ")) };
        Ok(format!("SELECT {} FROM {} AS l {how} {} AS r{on}", columns.join(", "), name_of(one), name_of(other)))
    }

    /// The parameter for a value; equal values share one.
    fn bound(&mut self, value: &Value) -> String {
        if let Value::Null(kind) = value {
            return format!("CAST(NULL AS {})", type_of(*kind));
        }
        let at = self.values.iter().position(|other| other == value).unwrap_or_else(|| {
            self.values.push(value.clone());
            self.values.len() - 1
        });
        format!(":p{}", at + 1)
    }

    fn expr(&mut self, expr: &Expr) -> String {
        match expr {
            Expr::Column(name) => quoted(name),
            Expr::Value(value) => self.bound(value),
            Expr::Two(op, left, right) => {
                let sign = match op {
                    Op::Add => "+",
                    Op::Subtract => "-",
                    Op::Multiply => "*",
                    Op::Equal => "=",
                    Op::NotEqual => "<>",
                    Op::Less => "<",
                    Op::LessOrEqual => "<=",
                    Op::Greater => ">",
                    Op::GreaterOrEqual => ">=",
                    Op::And => "AND",
                    Op::Or => "OR",
                };
                format!("({} {sign} {})", self.expr(left), self.expr(right))
            }
            Expr::Not(inner) => match inner.as_ref() {
                Expr::IsNull(inner) => format!("({} IS NOT NULL)", self.expr(inner)),
                inner => format!("(NOT {})", self.expr(inner)),
            },
            Expr::IsNull(inner) => format!("({} IS NULL)", self.expr(inner)),
            Expr::OneOf(_, values) if values.is_empty() => "FALSE".to_owned(),
            Expr::OneOf(inner, values) => {
                let inner = self.expr(inner);
                let values: Vec<String> = values.iter().map(|value| self.bound(value)).collect();
                format!("({inner} IN ({}))", values.join(", "))
            }
            Expr::Modulo(inner, by) => format!("pmod({}, {})", self.expr(inner), self.bound(&Value::Int64(*by))),
            Expr::Case(arms, otherwise) => {
                let mut text = "CASE".to_owned();
                for (condition, value) in arms {
                    let _ = write!(text, " WHEN {} THEN {}", self.expr(condition), self.expr(value));
                }
                format!("{text} ELSE {} END", self.expr(otherwise))
            }
            Expr::Cast(inner, to) => format!("CAST({} AS {})", self.expr(inner), type_of(*to)),
            Expr::Parse(inner) => format!("TRY_CAST({} AS BIGINT)", self.expr(inner)),
            Expr::Trim(inner) => format!("TRIM({})", self.expr(inner)),
        }
    }
}
