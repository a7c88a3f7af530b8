//! EXISTS in the engine's words. One that looks at nothing outside of itself is a count of rows; one that compares one of its
//! columns with one outside is an IN. A row without a value there is in neither, so what is missing is left out first and NOT
//! EXISTS stays exact.

use std::{collections::BTreeSet, ops::ControlFlow};

use sqlparser::{
    ast::{
        BinaryOperator, Distinct, Expr, GroupByExpr, Ident, Query, Select, SelectItem, SetExpr, Spanned, Statement,
        TableFactor, UnaryOperator, Visit, VisitMut, Visitor, VisitorMut,
    },
    dialect::GenericDialect,
    parser::Parser,
};

use super::mistake::SqlMistake;

/// Rewrites every EXISTS of a statement.
pub(super) fn rewrite(statement: &mut Statement, text: &str) -> Result<(), SqlMistake> {
    match VisitMut::visit(statement, &mut Rewriter { text }) {
        ControlFlow::Break(mistake) => Err(mistake),
        ControlFlow::Continue(()) => Ok(()),
    }
}

struct Rewriter<'a> {
    text: &'a str,
}

impl VisitorMut for Rewriter<'_> {
    type Break = SqlMistake;

    fn post_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<SqlMistake> {
        let Expr::Exists { subquery, negated } = expr else { return ControlFlow::Continue(()) };
        match instead(subquery) {
            Some(new) => {
                let new = Expr::Nested(Box::new(new));
                *expr = if *negated { Expr::UnaryOp { op: UnaryOperator::Not, expr: Box::new(new) } } else { new };
                ControlFlow::Continue(())
            }
            None => ControlFlow::Break(
                SqlMistake::new("this EXISTS looks outside of itself in a way that is not at hand")
                    .at(self.text, expr.span())
                    .hint("it can compare one column with one outside, as in WHERE inside.x = outside.x; else join and take DISTINCT"),
            ),
        }
    }
}

/// What says the same as EXISTS of this query; `None` where nothing does.
fn instead(query: &Query) -> Option<Expr> {
    if outside(query).is_empty() {
        return parsed(&format!("(SELECT count(*) > 0 FROM ({query}) AS \"rows|there\")"));
    }
    let Query { with: None, body, order_by: _, limit_clause: None, fetch: None, .. } = query else { return None };
    let SetExpr::Select(select) = &**body else { return None };
    let plain = matches!(&select.group_by, GroupByExpr::Expressions(list, _) if list.is_empty())
        && select.having.is_none()
        && select.qualify.is_none()
        && select.projection.iter().all(is_of_each_row);
    let condition = select.selection.as_ref().filter(|_| plain)?;
    let inner = relations(query);
    let mut rest = Vec::new();
    let mut pairs = Vec::new();
    for conjunct in conjuncts(condition) {
        match compared(conjunct, &inner) {
            Some(pair) => pairs.push(pair),
            None => rest.push(conjunct),
        }
    }
    // What is left must not look outside.
    let [(inside, out)] = pairs.as_slice() else { return None };
    let alone = Select { selection: joined(&rest), ..(**select).clone() };
    let alone = Query { body: Box::new(SetExpr::Select(Box::new(alone))), order_by: None, ..query.clone() };
    if !outside(&alone).is_empty() {
        return None;
    }
    let rest = joined(&rest).map_or_else(String::new, |rest| format!("({rest}) AND "));
    let SetExpr::Select(mut select) = *alone.body else { return None };
    // The engine holds the whole list beside each row: every value once is enough.
    select.distinct = Some(Distinct::Distinct);
    select.projection = vec![SelectItem::UnnamedExpr(inside.clone())];
    select.selection = Some(parsed(&format!("{rest}{inside} IS NOT NULL"))?);
    parsed(&format!("{out} IS NOT NULL AND {out} IN ({select})"))
}

/// Whether an item of a list is made of each row, so that there are as many as rows.
fn is_of_each_row(item: &SelectItem) -> bool {
    match item {
        SelectItem::Wildcard(_) | SelectItem::QualifiedWildcard(..) => true,
        SelectItem::UnnamedExpr(expr) | SelectItem::ExprWithAlias { expr, .. } => {
            matches!(expr, Expr::Value(_) | Expr::Identifier(_) | Expr::CompoundIdentifier(_))
        }
        SelectItem::ExprWithAliases { .. } => false,
    }
}

/// The parts of a condition that are joined by AND.
fn conjuncts(condition: &Expr) -> Vec<&Expr> {
    match condition {
        Expr::BinaryOp { left, op: BinaryOperator::And, right } => {
            let mut all = conjuncts(left);
            all.extend(conjuncts(right));
            all
        }
        Expr::Nested(inner) => conjuncts(inner),
        other => vec![other],
    }
}

fn joined(parts: &[&Expr]) -> Option<Expr> {
    let mut parts = parts.iter().map(|part| Expr::Nested(Box::new((*part).clone())));
    let first = parts.next()?;
    let and = |left: Expr, right: Expr| Expr::BinaryOp {
        left: Box::new(left),
        op: BinaryOperator::And,
        right: Box::new(right),
    };
    Some(parts.fold(first, and))
}

/// The columns of a comparison of one inside with one outside.
fn compared(conjunct: &Expr, inner: &BTreeSet<String>) -> Option<(Expr, Expr)> {
    let Expr::BinaryOp { left, op: BinaryOperator::Eq, right } = conjunct else { return None };
    let is_out = |expr: &Expr| match expr {
        Expr::CompoundIdentifier(parts) => parts.first().is_some_and(|table| !inner.contains(&table.value)),
        _ => false,
    };
    let is_in = |expr: &Expr| match expr {
        Expr::Identifier(_) => true,
        Expr::CompoundIdentifier(_) => !is_out(expr),
        _ => false,
    };
    match (is_out(left), is_out(right)) {
        (true, false) if is_in(right) => Some(((**right).clone(), (**left).clone())),
        (false, true) if is_in(left) => Some(((**left).clone(), (**right).clone())),
        _ => None,
    }
}

/// Names of tables and queries, and other names of them, anywhere in a query.
fn relations(query: &Query) -> BTreeSet<String> {
    struct Relations(BTreeSet<String>);
    impl Visitor for Relations {
        type Break = ();

        fn pre_visit_table_factor(&mut self, factor: &TableFactor) -> ControlFlow<()> {
            match factor {
                TableFactor::Table { alias: Some(alias), .. } | TableFactor::Derived { alias: Some(alias), .. } => {
                    self.0.insert(alias.name.value.clone());
                }
                // A table with another name is known by that alone.
                TableFactor::Table { name, alias: None, .. } => {
                    self.0.extend(name.0.iter().filter_map(|part| part.as_ident()).map(|name| name.value.clone()));
                }
                _ => {}
            }
            ControlFlow::Continue(())
        }
    }
    let mut found = Relations(BTreeSet::new());
    let _ = Visit::visit(query, &mut found);
    found.0
}

/// The columns of tables that the query does not name itself.
fn outside(query: &Query) -> Vec<Vec<Ident>> {
    struct Outside {
        inner: BTreeSet<String>,
        found: Vec<Vec<Ident>>,
    }
    impl Visitor for Outside {
        type Break = ();

        fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<()> {
            if let Expr::CompoundIdentifier(parts) = expr
                && parts.first().is_some_and(|table| !self.inner.contains(&table.value))
            {
                self.found.push(parts.clone());
            }
            ControlFlow::Continue(())
        }
    }
    let mut outside = Outside { inner: relations(query), found: Vec::new() };
    let _ = Visit::visit(query, &mut outside);
    outside.found
}

/// An expression of this file's own making as a tree.
fn parsed(text: &str) -> Option<Expr> {
    Parser::new(&GenericDialect {}).try_with_sql(text).ok()?.parse_expr().ok()
}
