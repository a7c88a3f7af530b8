//! Refuses what is no plain SELECT: anything that names files, changes something, or that the engine would pass over in
//! silence. What is allowed is listed; what a later version of the parser adds is not in the list.

use std::ops::ControlFlow;

use sqlparser::{
    ast::{
        Expr, Function, FunctionArguments, GroupByExpr, JoinOperator, Query, Select, SelectFlavor, SetExpr,
        SetOperator, Spanned, Statement, TableFactor, Visit, Visitor,
    },
    tokenizer::Span,
};

use super::{
    functions::{function_names, is_function},
    mistake::SqlMistake,
};

/// Deepest nesting of expressions. The engine walks them too.
const MAX_DEPTH: usize = 800;

/// Looks at every part of the tree.
pub(super) fn refuse(statement: &Statement, text: &str) -> Result<(), SqlMistake> {
    let mut guard = Guard { text, depth: 0, statements: 0 };
    match statement.visit(&mut guard) {
        ControlFlow::Break(mistake) => Err(mistake),
        ControlFlow::Continue(()) => Ok(()),
    }
}

struct Guard<'a> {
    text: &'a str,
    depth: usize,
    statements: usize,
}

impl Guard<'_> {
    fn no(&self, span: Span, message: impl Into<String>, hint: &str) -> ControlFlow<SqlMistake> {
        ControlFlow::Break(SqlMistake::new(message).at(self.text, span).hint(hint))
    }

    fn body(&self, body: &SetExpr) -> ControlFlow<SqlMistake> {
        match body {
            SetExpr::Select(_) | SetExpr::Query(_) | SetExpr::Values(_) => ControlFlow::Continue(()),
            SetExpr::SetOperation {
                op: SetOperator::Union | SetOperator::Intersect | SetOperator::Except,
                left,
                right,
                ..
            } => {
                self.body(left)?;
                self.body(right)
            }
            SetExpr::SetOperation { op, left, .. } => {
                self.no(left.span(), format!("{op} is not at hand"), "write UNION, INTERSECT or EXCEPT")
            }
            SetExpr::Insert(_) | SetExpr::Update(_) | SetExpr::Delete(_) | SetExpr::Merge(_) | SetExpr::Table(_) => {
                self.no(
                    body.span(),
                    "only a SELECT can be run here",
                    "a query reads the lake and never changes anything: begin with SELECT or WITH",
                )
            }
        }
    }

    fn function(&self, function: &Function) -> ControlFlow<SqlMistake> {
        let span = function.name.span();
        let name = function.name.to_string();
        if function.name.0.len() != 1 || !is_function(&name) {
            let mistake = SqlMistake::new(format!("there is no function `{name}`")).at(self.text, span);
            return ControlFlow::Break(mistake.nearest(&name, function_names()));
        }
        if !matches!(function.parameters, FunctionArguments::None) || function.uses_odbc_syntax {
            return self.no(span, format!("`{name}` is called in a way that is not known"), "write name(argument, …)");
        }
        ControlFlow::Continue(())
    }
}

const KEEP_TO_SELECT: &str =
    "keep to SELECT, FROM, JOIN, WHERE, GROUP BY, HAVING, WINDOW, QUALIFY, ORDER BY, LIMIT, OFFSET";

impl Visitor for Guard<'_> {
    type Break = SqlMistake;

    fn pre_visit_statement(&mut self, statement: &Statement) -> ControlFlow<SqlMistake> {
        self.statements += 1;
        if self.statements > 1 || !matches!(statement, Statement::Query(_)) {
            return self.no(statement.span(), "only one SELECT can be run here", "take the other statement out");
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<SqlMistake> {
        let Query {
            with,
            body,
            order_by: _,
            limit_clause: _,
            fetch,
            locks,
            for_clause,
            settings,
            format_clause,
            pipe_operators,
        } = query;
        let span = query.span();
        if let Some(with) = with
            && with.recursive
        {
            return self.no(with.span(), "WITH RECURSIVE is not at hand", "leave RECURSIVE out");
        }
        let odd = [
            (!locks.is_empty(), "FOR UPDATE or FOR SHARE"),
            (for_clause.is_some(), "FOR XML or FOR JSON"),
            (settings.is_some(), "SETTINGS"),
            (format_clause.is_some(), "FORMAT"),
            (!pipe_operators.is_empty(), "a pipe operator"),
            (fetch.as_ref().is_some_and(|fetch| fetch.percent || fetch.with_ties), "FETCH with PERCENT or TIES"),
        ];
        if let Some((_, what)) = odd.into_iter().find(|(there, _)| *there) {
            return self.no(span, format!("{what} is not at hand"), KEEP_TO_SELECT);
        }
        self.body(body)
    }

    fn pre_visit_select(&mut self, select: &Select) -> ControlFlow<SqlMistake> {
        let Select {
            select_token: _,
            optimizer_hints,
            distinct: _,
            select_modifiers,
            top,
            top_before_distinct: _,
            projection: _,
            exclude,
            into,
            from,
            lateral_views,
            prewhere,
            selection: _,
            connect_by,
            group_by,
            cluster_by,
            distribute_by,
            sort_by,
            having: _,
            named_window: _,
            qualify: _,
            window_before_qualify: _,
            value_table_mode,
            flavor,
        } = select;
        if into.is_some() {
            return self.no(
                select.span(),
                "SELECT INTO would write",
                "a query only reads: take INTO out, and use --out",
            );
        }
        let modifiers = match group_by {
            GroupByExpr::All(modifiers) | GroupByExpr::Expressions(_, modifiers) => !modifiers.is_empty(),
        };
        let odd = [
            (!optimizer_hints.is_empty(), "a hint to the optimizer"),
            (select_modifiers.is_some(), "this modifier of SELECT"),
            (top.is_some(), "TOP (write LIMIT)"),
            (exclude.is_some(), "EXCLUDE at the end of a list (write it behind *)"),
            (!lateral_views.is_empty(), "LATERAL VIEW"),
            (prewhere.is_some(), "PREWHERE"),
            (!connect_by.is_empty(), "CONNECT BY"),
            (modifiers, "GROUP BY … WITH CUBE, ROLLUP or TOTALS (write GROUP BY ROLLUP (a, b))"),
            (!cluster_by.is_empty(), "CLUSTER BY"),
            (!distribute_by.is_empty(), "DISTRIBUTE BY"),
            (!sort_by.is_empty(), "SORT BY"),
            (value_table_mode.is_some(), "SELECT AS"),
            (!matches!(flavor, SelectFlavor::Standard), "FROM in front of SELECT"),
        ];
        if let Some((_, what)) = odd.into_iter().find(|(there, _)| *there) {
            return self.no(select.span(), format!("{what} is not at hand"), KEEP_TO_SELECT);
        }
        for join in from.iter().flat_map(|tables| &tables.joins) {
            let known = matches!(
                join.join_operator,
                JoinOperator::Join(_)
                    | JoinOperator::Inner(_)
                    | JoinOperator::Left(_)
                    | JoinOperator::LeftOuter(_)
                    | JoinOperator::Right(_)
                    | JoinOperator::RightOuter(_)
                    | JoinOperator::FullOuter(_)
                    | JoinOperator::CrossJoin(_)
                    | JoinOperator::LeftSemi(_)
                    | JoinOperator::RightSemi(_)
                    | JoinOperator::LeftAnti(_)
                    | JoinOperator::RightAnti(_)
            );
            if !known || join.global {
                return self.no(
                    join.relation.span(),
                    "this kind of join is not at hand",
                    "write JOIN, LEFT JOIN, RIGHT JOIN, FULL JOIN, CROSS JOIN, LEFT SEMI JOIN or LEFT ANTI JOIN",
                );
            }
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_table_factor(&mut self, factor: &TableFactor) -> ControlFlow<SqlMistake> {
        match factor {
            TableFactor::Table {
                name,
                alias: _,
                args,
                with_hints,
                version,
                with_ordinality,
                partitions,
                json_path,
                sample,
                index_hints,
            } => {
                if args.is_some() {
                    return self.no(
                        name.span(),
                        format!("`{name}` would be called as a function that makes a table"),
                        "a query reads the tables of the lake and no files; `lakescope sql LAKE --tables` lists them",
                    );
                }
                let plain = with_hints.is_empty()
                    && version.is_none()
                    && !with_ordinality
                    && partitions.is_empty()
                    && json_path.is_none()
                    && sample.is_none()
                    && index_hints.is_empty();
                if !plain || name.0.len() != 1 || name.0[0].as_ident().is_none() {
                    return self.no(
                        name.span(),
                        format!("`{name}` is no plain name of a table"),
                        "write the table's name alone; `lakescope sql LAKE --tables` lists them",
                    );
                }
                ControlFlow::Continue(())
            }
            TableFactor::Derived { lateral: false, sample: None, .. } => ControlFlow::Continue(()),
            TableFactor::NestedJoin { .. } => self.no(
                factor.span(),
                "a join in parentheses is not at hand",
                "write the joins one after the other, or a SELECT in the parentheses",
            ),
            _ => self.no(
                factor.span(),
                "a query can be made FROM tables and from SELECT in parentheses alone",
                "`lakescope sql LAKE --tables` lists the tables",
            ),
        }
    }

    fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<SqlMistake> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return ControlFlow::Break(
                SqlMistake::new("the query is nested too deeply")
                    .hint("write x IN (a, b, …) in place of a long row of OR, or give inner parts names with WITH"),
            );
        }
        match expr {
            Expr::Function(function) => self.function(function),
            Expr::AllOp { .. } => self.no(
                expr.span(),
                "ALL of a SELECT is not at hand",
                "compare with its max or min: x > (SELECT max(y) FROM …)",
            ),
            _ => ControlFlow::Continue(()),
        }
    }

    fn post_visit_expr(&mut self, _: &Expr) -> ControlFlow<SqlMistake> {
        self.depth -= 1;
        ControlFlow::Continue(())
    }
}
