//! Takes the parts of a query apart, so that each runs by itself and is then a table for the others. The engine works parts
//! inside of parts out without the functions that this program adds; a part that stands alone has them.

use std::ops::ControlFlow;

use sqlparser::ast::{
    Expr, Ident, Query, SetExpr, SetOperator, Statement, TableAlias, Visit, VisitMut, Visitor, VisitorMut,
};

use super::frame_window::PREFIX;

/// A part of a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// The name under which the parts behind it know it.
    pub name: String,
    /// What runs.
    pub does: Does,
}

/// What a part does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Does {
    /// A query that makes a table.
    Table(String),
    /// A query that stands for one value.
    Value(String),
    /// The rows, each once, that are in both of two parts.
    Intersect(String, String),
    /// The rows, each once, that are in the first of two parts and not in the second.
    Except(String, String),
}

/// Takes a statement apart where it must be; the parts in the order in which they run. What is left is the statement.
pub(super) fn take_apart(statement: &mut Statement) -> Vec<Part> {
    let mut apart = Apart(false);
    let _ = Visit::visit(&*statement, &mut apart);
    if !apart.0 && !has_own(&statement.to_string()) {
        return Vec::new();
    }
    let mut hoist = Hoist { parts: Vec::new(), depth: 0 };
    let _ = VisitMut::visit(statement, &mut hoist);
    hoist.parts
}

/// Whether a text calls functions that this program adds.
fn has_own(text: &str) -> bool {
    text.contains(&format!("\"{PREFIX}"))
}

/// Whether a SELECT stands somewhere for one value, or rows of two are compared.
struct Apart(bool);

/// What is between two sets of rows, where the engine does not know it.
fn compared(body: &SetExpr) -> Option<SetOperator> {
    match body {
        SetExpr::SetOperation { op: op @ (SetOperator::Intersect | SetOperator::Except), .. } => Some(*op),
        _ => None,
    }
}

fn compares(body: &SetExpr) -> bool {
    match body {
        SetExpr::SetOperation { left, right, .. } => compared(body).is_some() || compares(left) || compares(right),
        _ => false,
    }
}

impl Visitor for Apart {
    type Break = ();

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<()> {
        self.0 |= compares(&query.body);
        ControlFlow::Continue(())
    }

    fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<()> {
        self.0 |= matches!(expr, Expr::Subquery(_));
        ControlFlow::Continue(())
    }
}

struct Hoist {
    parts: Vec<Part>,
    depth: usize,
}

impl Hoist {
    /// Makes a part; its name.
    fn part(&mut self, does: Does) -> String {
        let name = format!("part|{}", self.parts.len());
        self.parts.push(Part { name: name.clone(), does });
        name
    }

    /// Makes a part; what stands in its place then.
    fn replaced(&mut self, does: Does) -> Option<Query> {
        let name = self.part(does);
        parsed(&format!("SELECT * FROM {}", Ident::with_quote('"', name)))
    }

    /// The sides of INTERSECT and EXCEPT are parts, and so is what they make.
    fn compare(&mut self, body: &mut SetExpr) {
        let op = compared(body);
        let SetExpr::SetOperation { left, right, .. } = body else { return };
        self.compare(left);
        self.compare(right);
        let Some(op) = op else { return };
        let [left, right] = [left, right].map(|side| self.part(Does::Table(side.to_string())));
        let does = if op == SetOperator::Intersect { Does::Intersect(left, right) } else { Does::Except(left, right) };
        if let Some(query) = self.replaced(does) {
            *body = *query.body;
        }
    }

    /// The sides of a UNION are parts, too.
    fn sides(&mut self, body: &mut SetExpr) {
        if let SetExpr::SetOperation { left, right, .. } = body {
            for side in [left, right] {
                if matches!(**side, SetExpr::SetOperation { .. }) {
                    self.sides(side);
                } else if has_own(&side.to_string())
                    && let Some(query) = self.replaced(Does::Table(side.to_string()))
                {
                    *side = query.body;
                }
            }
        }
    }
}

/// A text of this file's own making as a tree.
fn parsed(text: &str) -> Option<Query> {
    let parsed = sqlparser::parser::Parser::parse_sql(&sqlparser::dialect::GenericDialect {}, text).ok()?;
    match parsed.into_iter().next()? {
        Statement::Query(query) => Some(*query),
        _ => None,
    }
}

/// A query under a name, with other names for its columns where it has them.
fn named(text: &str, alias: &TableAlias) -> String {
    if alias.columns.is_empty() { text.to_owned() } else { format!("SELECT * FROM ({text}) AS {alias}") }
}

impl VisitorMut for Hoist {
    type Break = ();

    fn pre_visit_query(&mut self, query: &mut Query) -> ControlFlow<()> {
        self.depth += 1;
        // Queries of WITH come first, in their order; each can name those before it.
        for mut cte in query.with.take().into_iter().flat_map(|with| with.cte_tables) {
            // One level down, so that it becomes a part itself where it has to.
            VisitMut::visit(&mut *cte.query, self)?;
            let text = named(&cte.query.to_string(), &cte.alias);
            self.parts.push(Part { name: cte.alias.name.value, does: Does::Table(text) });
        }
        ControlFlow::Continue(())
    }

    fn post_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<()> {
        if let Expr::Subquery(query) = expr {
            let name = format!("value|{}", self.parts.len());
            self.parts.push(Part { name: name.clone(), does: Does::Value(query.to_string()) });
            *expr = Expr::Identifier(Ident::with_quote('"', name));
        }
        ControlFlow::Continue(())
    }

    fn post_visit_query(&mut self, query: &mut Query) -> ControlFlow<()> {
        self.depth -= 1;
        self.compare(&mut query.body);
        self.sides(&mut query.body);
        if self.depth > 0
            && has_own(&query.to_string())
            && let Some(alone) = self.replaced(Does::Table(query.to_string()))
        {
            *query = alone;
        }
        ControlFlow::Continue(())
    }
}
