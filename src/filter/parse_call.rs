//! Functions: `has`, `count`, `rate`, `mean`, `min`, `max`.

use super::{
    FilterError,
    ast::{Class, Expr, ExprKind, LabelQuantity, WindowFunction},
    parse::{Parser, Tall, binding},
    suggest::nearest,
    token::{Sign, Token, TokenKind},
};

/// The functions, as messages name them.
pub(super) const FUNCTIONS: [&str; 6] = ["has", "count", "rate", "mean", "min", "max"];

/// How a function is written, for a message.
fn shape(function: &str) -> String {
    match function {
        "has" | "count" => format!("{function}(CLASS)"),
        "rate" => "rate(METRIC)".to_owned(),
        _ => format!("{function}(METRIC, 5 s)"),
    }
}

impl Parser<'_> {
    /// A call; the function's name is taken, the parenthesis is next.
    pub(super) fn call(&mut self, function: &str, token: &Token) -> Result<Tall, FilterError> {
        let lower = function.to_ascii_lowercase();
        let Some(function) = FUNCTIONS.into_iter().find(|known| *known == lower) else {
            let hint = nearest(function, FUNCTIONS).map_or_else(
                || "there are `has`, `count`, `rate`, `mean`, `min` and `max`".to_owned(),
                |near| format!("did you mean `{}`?", shape(near)),
            );
            let message = format!("the function `{function}` is not known");
            return Err(FilterError::new(token.span.clone(), message).hint(hint));
        };
        self.next += 1;
        let (kind, height) = match function {
            "has" => self.labels(LabelQuantity::Has)?,
            "count" => self.labels(LabelQuantity::Count)?,
            "rate" => {
                let (value, height) = self.expression(binding::OR)?;
                (ExprKind::Rate(Box::new(value)), height)
            }
            "mean" => self.window(WindowFunction::Mean)?,
            "min" => self.window(WindowFunction::Min)?,
            _ => self.window(WindowFunction::Max)?,
        };
        let Some(close) = self.take_sign(Sign::Close) else {
            let error = self.expected("`)`");
            let takes_class = matches!(kind, ExprKind::Labels { .. }) && self.peek().is_some();
            return Err(match kind {
                _ if takes_class => error.hint("put a class with spaces or signs in quotes: \"…\""),
                ExprKind::Rate(_) if self.peek().is_some() => error.hint("`rate(METRIC)` takes the metric alone"),
                _ => error,
            });
        };
        let expr = Expr::new(kind, token.span.start..close.end);
        if height == 0 { Ok((expr, 1)) } else { self.taller(expr, height) }
    }

    /// `METRIC, 5 s` inside `mean(…)`.
    fn window(&mut self, function: WindowFunction) -> Result<(ExprKind, u16), FilterError> {
        let example = format!("`{}(speed, 5 s)`", function.as_str());
        let (value, height) = self.expression(binding::OR)?;
        if self.take_sign(Sign::Comma).is_none() {
            return Err(self.expected("`,` and a duration").hint(format!("for example {example}")));
        }
        let duration = self.duration(&example)?;
        Ok((ExprKind::Window { function, value: Box::new(value), duration }, height))
    }

    /// `CLASS`, `CLASS where …`, `*` or `* where …`.
    fn labels(&mut self, quantity: LabelQuantity) -> Result<(ExprKind, u16), FilterError> {
        let class = if self.take_sign(Sign::Star).is_some() {
            None
        } else {
            match self.peek() {
                Some(Token { kind: TokenKind::Word(name) | TokenKind::Quoted(name) | TokenKind::Text(name), span })
                    if !name.is_empty() =>
                {
                    self.next += 1;
                    Some(Class { name: name.clone(), span: span.clone() })
                }
                _ => {
                    let hint = format!("for example `{0}(pedestrian)`, or `{0}(*)` for any class", quantity.as_str());
                    return Err(self.expected("a label class").hint(hint));
                }
            }
        };
        if self.take_keyword("where") {
            let (condition, height) = self.expression(binding::OR)?;
            return Ok((ExprKind::LabelsWhere { quantity, class, condition: Some(Box::new(condition)) }, height));
        }
        Ok((
            match class {
                Some(class) => ExprKind::Labels { quantity, class },
                None => ExprKind::LabelsWhere { quantity, class: None, condition: None },
            },
            0,
        ))
    }
}
