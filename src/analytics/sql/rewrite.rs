//! What standard SQL says and the engine does not, in the engine's words: LIKE with ESCAPE, and windows whose frame moves.

use std::{collections::HashMap, ops::ControlFlow};

use sqlparser::ast::{
    BinaryOperator, DataType, Expr, Function, FunctionArg, FunctionArgExpr, FunctionArgumentList, FunctionArguments,
    Ident, NamedWindowExpr, ObjectName, ObjectNamePart, OrderByExpr, OrderByKind, Query, Select, SelectItem, SetExpr,
    Spanned, Statement, UnaryOperator, Value, ValueWithSpan, VisitMut, VisitorMut, WindowFrame, WindowFrameBound,
    WindowFrameUnits, WindowSpec, WindowType,
};

use super::{
    frame_window::{Bound, Frame, MovingFunction, Units},
    mistake::SqlMistake,
};
use crate::model::{format_ns, parse_time_ns};

/// Longest text of an expression that is its name, bytes.
const LONGEST_NAME: usize = 200;

/// Rewrites a statement.
pub(super) fn rewrite(statement: &mut Statement, text: &str) -> Result<(), SqlMistake> {
    let mut rewriter = Rewriter { text, windows: Vec::new() };
    match VisitMut::visit(statement, &mut rewriter) {
        ControlFlow::Break(mistake) => Err(mistake),
        ControlFlow::Continue(()) => Ok(()),
    }
}

struct Rewriter<'a> {
    text: &'a str,
    /// The named windows of the SELECTs that are being looked at, the innermost last.
    windows: Vec<HashMap<String, WindowSpec>>,
}

impl VisitorMut for Rewriter<'_> {
    type Break = SqlMistake;

    fn pre_visit_query(&mut self, query: &mut Query) -> ControlFlow<SqlMistake> {
        order_by_place(query);
        ControlFlow::Continue(())
    }

    fn pre_visit_select(&mut self, select: &mut Select) -> ControlFlow<SqlMistake> {
        let mut windows: HashMap<String, WindowSpec> = HashMap::new();
        for definition in &select.named_window {
            let spec = match &definition.1 {
                NamedWindowExpr::WindowSpec(spec) => Some(spec.clone()),
                NamedWindowExpr::NamedWindow(other) => windows.get(&other.value).cloned(),
            };
            if let Some(spec) = spec {
                windows.insert(definition.0.value.clone(), spec);
            }
        }
        self.windows.push(windows);
        select.projection.iter_mut().for_each(name_of_expression);
        ControlFlow::Continue(())
    }

    fn post_visit_select(&mut self, _: &mut Select) -> ControlFlow<SqlMistake> {
        self.windows.pop();
        ControlFlow::Continue(())
    }

    fn post_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<SqlMistake> {
        let new = match expr {
            Expr::Like { escape_char: Some(_), .. } | Expr::ILike { escape_char: Some(_), .. } => self.like(expr),
            Expr::Function(function) => self.moving(function),
            Expr::Value(ValueWithSpan { value: Value::Number(number, _), .. }) if number.contains(['e', 'E']) => {
                if let Ok(value) = number.parse::<f64>() {
                    *number = decimal(value);
                }
                return ControlFlow::Continue(());
            }
            Expr::BinaryOp { left, op, right } if is_comparison(op) => {
                if is_time(left) {
                    time_as_text(right);
                } else if is_time(right) {
                    time_as_text(left);
                }
                return ControlFlow::Continue(());
            }
            Expr::Between { expr, low, high, .. } if is_time(expr) => {
                time_as_text(low);
                time_as_text(high);
                return ControlFlow::Continue(());
            }
            _ => return ControlFlow::Continue(()),
        };
        match new {
            Ok(Some(new)) => *expr = new,
            Ok(None) => {}
            Err(mistake) => return ControlFlow::Break(mistake),
        }
        ControlFlow::Continue(())
    }
}

/// Puts the place in the list where ORDER BY repeats an expression of the list: behind a GROUP BY the engine does not find
/// columns of joined tables by their names.
fn order_by_place(query: &mut Query) {
    let Query { body, order_by: Some(order), .. } = query else { return };
    let (SetExpr::Select(select), OrderByKind::Expressions(order)) = (&**body, &mut order.kind) else { return };
    let starred = |item: &SelectItem| matches!(item, SelectItem::Wildcard(_) | SelectItem::QualifiedWildcard(..));
    if select.projection.iter().any(starred) {
        return;
    }
    for one in order {
        let same = |item: &SelectItem| match item {
            SelectItem::UnnamedExpr(expr) | SelectItem::ExprWithAlias { expr, .. } => *expr == one.expr,
            _ => false,
        };
        if let Some(place) = select.projection.iter().position(same) {
            one.expr = Expr::Value(ValueWithSpan::from(Value::Number((place + 1).to_string(), false)));
        }
    }
}

/// A double without an exponent, which the engine does not read, and with a point, so that it stays a double.
pub(super) fn decimal(value: f64) -> String {
    let text = value.to_string();
    if text.contains('.') { text } else { format!("{text}.0") }
}

/// An expression without a name is called as it is written; the engine would call it after a column in it.
fn name_of_expression(item: &mut SelectItem) {
    let SelectItem::UnnamedExpr(expr) = item else { return };
    if matches!(expr, Expr::Identifier(_) | Expr::CompoundIdentifier(_)) {
        return;
    }
    let text = expr.to_string();
    if text.len() <= LONGEST_NAME {
        let alias = Ident::with_quote('"', text);
        *item = SelectItem::ExprWithAlias { expr: expr.clone(), alias };
    }
}

impl Rewriter<'_> {
    fn no(&self, expr: &impl Spanned, message: &str, hint: &str) -> SqlMistake {
        SqlMistake::new(message).at(self.text, expr.span()).hint(hint)
    }

    /// `x LIKE 'pattern' ESCAPE '!'` as a regular expression.
    fn like(&self, expr: &Expr) -> Result<Option<Expr>, SqlMistake> {
        let (Expr::Like { negated, any, expr: subject, pattern, escape_char }
        | Expr::ILike { negated, any, expr: subject, pattern, escape_char }) = expr
        else {
            return Ok(None);
        };
        let small = matches!(expr, Expr::ILike { .. });
        let escape = escape_char.as_ref().and_then(|value| literal(&value.value)).and_then(|text| text.chars().next());
        let (Some(escape), Some(pattern), false) = (escape, literal_of(pattern), *any) else {
            return Err(self.no(expr, "LIKE with ESCAPE takes a pattern in quotes", "write x LIKE 'a!_b%' ESCAPE '!'"));
        };
        let mut regex = if small { "(?is)^" } else { "(?s)^" }.to_owned();
        let mut letters = pattern.chars();
        while let Some(letter) = letters.next() {
            match letter {
                letter if letter == escape => letters.next().into_iter().for_each(|next| escaped(&mut regex, next)),
                '%' => regex.push_str(".*"),
                '_' => regex.push('.'),
                letter => escaped(&mut regex, letter),
            }
        }
        regex.push('$');
        let pattern = Expr::Value(ValueWithSpan::from(Value::SingleQuotedString(regex)));
        let call = call("regexp_like", vec![(**subject).clone(), pattern]);
        Ok(Some(if *negated {
            Expr::UnaryOp { op: UnaryOperator::Not, expr: Box::new(Expr::Nested(Box::new(call))) }
        } else {
            call
        }))
    }

    /// An aggregate over a window whose frame moves with the row.
    fn moving(&self, function: &Function) -> Result<Option<Expr>, SqlMistake> {
        let spec = match &function.over {
            None => return Ok(None),
            Some(WindowType::WindowSpec(spec)) => spec,
            Some(WindowType::NamedWindow(name)) => {
                let known = self.windows.iter().rev().find_map(|windows| windows.get(&name.value));
                let Some(spec) = known else {
                    let mistake =
                        SqlMistake::new(format!("there is no window `{}`", name.value)).at(self.text, name.span);
                    return Err(mistake.hint("define it with WINDOW name AS (…)"));
                };
                spec
            }
        };
        let name = function.name.to_string().to_lowercase();
        let known = MovingFunction::parse(&name);
        let Some(frame) = &spec.window_frame else {
            // Without a frame, and with an order, rows of the same place in the order count together.
            return match (known, spec.order_by.as_slice()) {
                (Some(known), [order]) if spec.window_name.is_none() && function.filter.is_none() => {
                    let frame = Frame { units: Units::Range, start: Bound::FarBefore, end: Bound::Here };
                    Ok(self.moving_call(known, function, spec, order, &frame).unwrap_or(None))
                }
                _ => Ok(None),
            };
        };
        let span_hint = "frames can be ROWS or RANGE BETWEEN … PRECEDING, CURRENT ROW or … FOLLOWING, over min, max, sum, count and avg, in \
                         one order";
        let ([order], Some(known), None, None) = (spec.order_by.as_slice(), known, &spec.window_name, &function.filter)
        else {
            if name == "first_value" || name == "last_value" || is_from_the_start(frame) {
                return Ok(None);
            }
            return Err(self.no(&function.name, "this window is not at hand", span_hint));
        };
        let frame = self.frame(frame)?;
        self.moving_call(known, function, spec, order, &frame)
    }

    fn frame(&self, frame: &WindowFrame) -> Result<Frame, SqlMistake> {
        let units = match frame.units {
            WindowFrameUnits::Rows => Units::Rows,
            WindowFrameUnits::Range => Units::Range,
            WindowFrameUnits::Groups => {
                return Err(SqlMistake::new("frames in GROUPS are not at hand").hint("write ROWS or RANGE"));
            }
        };
        let start = self.bound(&frame.start_bound)?;
        let end = frame.end_bound.as_ref().map_or(Ok(Bound::Here), |bound| self.bound(bound))?;
        Ok(Frame { units, start, end })
    }

    fn bound(&self, bound: &WindowFrameBound) -> Result<Bound, SqlMistake> {
        let length = |expr: &Expr| {
            let wrong = || self.no(expr, "the length of a frame is a number", "write for example 1000000000 PRECEDING");
            match expr {
                Expr::Value(value) => match &value.value {
                    Value::Number(number, _) => number.parse::<f64>().map(|_| number.clone()).map_err(|_| wrong()),
                    _ => Err(wrong()),
                },
                _ => Err(wrong()),
            }
        };
        Ok(match bound {
            WindowFrameBound::CurrentRow => Bound::Here,
            WindowFrameBound::Preceding(None) => Bound::FarBefore,
            WindowFrameBound::Following(None) => Bound::FarBehind,
            WindowFrameBound::Preceding(Some(expr)) => Bound::Before(length(expr)?),
            WindowFrameBound::Following(Some(expr)) => Bound::Behind(length(expr)?),
        })
    }

    fn moving_call(
        &self,
        known: MovingFunction,
        function: &Function,
        spec: &WindowSpec,
        order: &OrderByExpr,
        frame: &Frame,
    ) -> Result<Option<Expr>, SqlMistake> {
        let FunctionArguments::List(FunctionArgumentList { duplicate_treatment: None, args, clauses }) = &function.args
        else {
            return Err(self.no(
                &function.name,
                "DISTINCT over a moving window is not at hand",
                "count in a subquery first",
            ));
        };
        let (known, value) = match (known, args.as_slice()) {
            (MovingFunction::Count, [FunctionArg::Unnamed(FunctionArgExpr::Wildcard)]) => {
                (MovingFunction::Rows, order.expr.clone())
            }
            (known, [FunctionArg::Unnamed(FunctionArgExpr::Expr(value))]) if clauses.is_empty() => {
                (known, value.clone())
            }
            _ => return Err(self.no(&function.name, "this function takes one argument", "write name(x) OVER (…)")),
        };
        let name = frame.name(known, order.options.asc == Some(false));
        let mut arguments = vec![value, order.expr.clone()];
        arguments.extend(spec.partition_by.iter().cloned());
        Ok(Some(call(&name, arguments)))
    }
}

fn is_comparison(op: &BinaryOperator) -> bool {
    use BinaryOperator::{Eq, Gt, GtEq, Lt, LtEq, NotEq};
    matches!(op, Eq | NotEq | Lt | LtEq | Gt | GtEq)
}

/// Whether an expression is the column `time` of a table.
fn is_time(expr: &Expr) -> bool {
    match expr {
        Expr::Identifier(name) => name.value == "time",
        Expr::CompoundIdentifier(parts) => parts.last().is_some_and(|name| name.value == "time"),
        _ => false,
    }
}

/// Puts a time that is written out into the one form that the engine compares with a column of times.
fn time_as_text(expr: &mut Expr) {
    let text = match &*expr {
        Expr::TypedString(typed) => literal(&typed.value.value),
        Expr::Cast { expr: inner, data_type: DataType::Timestamp(..) | DataType::Datetime(_), .. } => literal_of(inner),
        Expr::Function(function) if function.name.to_string().eq_ignore_ascii_case("timestamp") => match &function.args
        {
            FunctionArguments::List(list) => match list.args.as_slice() {
                [FunctionArg::Unnamed(FunctionArgExpr::Expr(inner))] => literal_of(inner),
                _ => None,
            },
            _ => None,
        },
        other => literal_of(other),
    };
    if let Some(ns) = text.and_then(parse_time_ns) {
        let text = format_ns(ns).replace('T', " ").replace('Z', "");
        *expr = Expr::Value(ValueWithSpan::from(Value::SingleQuotedString(text)));
    }
}

/// Whether a frame is all rows from the first to this one, which the engine knows itself.
fn is_from_the_start(frame: &WindowFrame) -> bool {
    frame.units == WindowFrameUnits::Rows
        && matches!(frame.start_bound, WindowFrameBound::Preceding(None))
        && matches!(frame.end_bound, None | Some(WindowFrameBound::CurrentRow))
}

fn literal(value: &Value) -> Option<&str> {
    match value {
        Value::SingleQuotedString(text) => Some(text),
        _ => None,
    }
}

fn literal_of(expr: &Expr) -> Option<&str> {
    match expr {
        Expr::Value(value) => literal(&value.value),
        _ => None,
    }
}

fn escaped(regex: &mut String, letter: char) {
    if !letter.is_alphanumeric() && letter.is_ascii() && !letter.is_ascii_whitespace() && letter != '_' {
        regex.push('\\');
    }
    regex.push(letter);
}

fn call(name: &str, arguments: Vec<Expr>) -> Expr {
    let args = arguments.into_iter().map(|one| FunctionArg::Unnamed(FunctionArgExpr::Expr(one))).collect();
    Expr::Function(Function {
        name: ObjectName(vec![ObjectNamePart::Identifier(Ident::with_quote('"', name))]),
        uses_odbc_syntax: false,
        parameters: FunctionArguments::None,
        args: FunctionArguments::List(FunctionArgumentList { duplicate_treatment: None, args, clauses: Vec::new() }),
        filter: None,
        null_treatment: None,
        over: None,
        within_group: Vec::new(),
    })
}
