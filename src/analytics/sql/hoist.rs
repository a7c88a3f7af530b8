//! Takes the parts of a query apart, so that each runs by itself and is then a table for the others. The engine works parts
//! inside of parts out without the functions that this program adds; a part that stands alone has them.

use std::ops::ControlFlow;

use sqlparser::ast::{Expr, Ident, Query, SetExpr, Statement, TableAlias, Visit, VisitMut, Visitor, VisitorMut};

use super::frame_window::PREFIX;

/// A part of a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// The name under which the parts behind it know it.
    pub name: String,
    /// What runs.
    pub text: String,
    /// Whether it stands for one value, and not for a table.
    pub is_value: bool,
}

/// Takes a statement apart where it must be; the parts in the order in which they run. What is left is the statement.
pub(super) fn take_apart(statement: &mut Statement) -> Vec<Part> {
    let mut values = Values(false);
    let _ = Visit::visit(&*statement, &mut values);
    if !values.0 && !has_own(&statement.to_string()) {
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

/// Whether a SELECT stands somewhere for one value.
struct Values(bool);

impl Visitor for Values {
    type Break = ();

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
    /// Makes a part of a text; what stands in its place then.
    fn part(&mut self, text: String) -> String {
        let name = format!("part|{}", self.parts.len());
        self.parts.push(Part { name: name.clone(), text, is_value: false });
        format!("SELECT * FROM {}", Ident::with_quote('"', name))
    }

    fn replaced(&mut self, text: String) -> Option<Query> {
        let text = self.part(text);
        parsed(&text)
    }

    /// The sides of a UNION are parts, too.
    fn sides(&mut self, body: &mut SetExpr) {
        if let SetExpr::SetOperation { left, right, .. } = body {
            for side in [left, right] {
                if matches!(**side, SetExpr::SetOperation { .. }) {
                    self.sides(side);
                } else if has_own(&side.to_string())
                    && let Some(query) = self.replaced(side.to_string())
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
            self.parts.push(Part { name: cte.alias.name.value, text, is_value: false });
        }
        ControlFlow::Continue(())
    }

    fn post_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<()> {
        if let Expr::Subquery(query) = expr {
            let name = format!("value|{}", self.parts.len());
            self.parts.push(Part { name: name.clone(), text: query.to_string(), is_value: true });
            *expr = Expr::Identifier(Ident::with_quote('"', name));
        }
        ControlFlow::Continue(())
    }

    fn post_visit_query(&mut self, query: &mut Query) -> ControlFlow<()> {
        self.depth -= 1;
        self.sides(&mut query.body);
        if self.depth > 0
            && has_own(&query.to_string())
            && let Some(alone) = self.replaced(query.to_string())
        {
            *query = alone;
        }
        ControlFlow::Continue(())
    }
}
