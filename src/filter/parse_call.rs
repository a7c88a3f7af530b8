//! Functions: `has`, `count`, `rate`, `mean`, `min`, `max`, `in_box`, `in_polygon`.

use super::{
    FilterError,
    ast::{Class, Expr, ExprKind, LabelQuantity, PlaceShape, WindowFunction},
    parse::{Parser, Tall, binding, number},
    suggest::nearest,
    token::{Sign, Token, TokenKind},
};

/// The functions, as messages name them.
pub(super) const FUNCTIONS: [&str; 8] = ["has", "count", "rate", "mean", "min", "max", "in_box", "in_polygon"];

/// How the places are written, for a message.
const BOX_EXAMPLE: &str = "for example `in_box(48.1, 11.5, 48.2, 11.6)`: south, west, north, east";
const POLYGON_EXAMPLE: &str =
    "for example `in_polygon(48.1 11.5, 48.2 11.5, 48.2 11.6)`: latitude and longitude of each corner";

/// How a function is written, for a message.
fn shape(function: &str) -> String {
    match function {
        "has" | "count" => format!("{function}(CLASS)"),
        "rate" => "rate(METRIC)".to_owned(),
        "in_box" => "in_box(SOUTH, WEST, NORTH, EAST)".to_owned(),
        "in_polygon" => "in_polygon(LATITUDE LONGITUDE, …)".to_owned(),
        _ => format!("{function}(METRIC, 5 s)"),
    }
}

impl Parser<'_> {
    /// A call; the function's name is taken, the parenthesis is next.
    pub(super) fn call(&mut self, function: &str, token: &Token) -> Result<Tall, FilterError> {
        let lower = function.to_ascii_lowercase();
        let Some(function) = FUNCTIONS.into_iter().find(|known| *known == lower) else {
            let error = FilterError::new(token.span.clone(), format!("the function `{function}` is not known"));
            return Err(match nearest(function, FUNCTIONS) {
                Some(near) => error.hint(format!("did you mean `{}`?", shape(near))).fix(near),
                None => error.hint("there are `has`, `count`, `rate`, `mean`, `min`, `max`, `in_box` and `in_polygon`"),
            });
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
            "in_box" => self.in_box()?,
            "in_polygon" => self.in_polygon()?,
            _ => self.window(WindowFunction::Max)?,
        };
        let Some(close) = self.take_sign(Sign::Close) else {
            let error = self.expected("`)`");
            let takes_class = matches!(kind, ExprKind::Labels { .. }) && self.peek().is_some();
            return Err(match kind {
                _ if takes_class => error.hint("put a class with spaces or signs in quotes: \"…\""),
                ExprKind::InPlace { shape: PlaceShape::Box, .. } => error.hint(BOX_EXAMPLE),
                ExprKind::InPlace { shape: PlaceShape::Polygon, .. } => error.hint(POLYGON_EXAMPLE),
                ExprKind::Rate(_) if self.peek().is_some() => error.hint("`rate(METRIC)` takes the metric alone"),
                _ => error,
            });
        };
        let expr = Expr::new(kind, token.span.start..close.end);
        if height == 0 { Ok((expr, 1)) } else { self.taller(expr, height) }
    }

    /// `south, west, north, east` inside `in_box(…)`.
    fn in_box(&mut self) -> Result<(ExprKind, u16), FilterError> {
        let mut corners = Vec::with_capacity(4);
        for side in ["southern latitude", "western longitude", "northern latitude", "eastern longitude"] {
            if !corners.is_empty() && self.take_sign(Sign::Comma).is_none() {
                return Err(self.expected(&format!("`,` and the {side}")).hint(BOX_EXAMPLE));
            }
            corners.push(self.degrees(side, BOX_EXAMPLE)?);
        }
        Ok((ExprKind::InPlace { shape: PlaceShape::Box, corners }, 0))
    }

    /// `lat lon, lat lon, …` inside `in_polygon(…)`.
    fn in_polygon(&mut self) -> Result<(ExprKind, u16), FilterError> {
        let mut corners = Vec::new();
        loop {
            corners.push(self.degrees("latitude of a corner", POLYGON_EXAMPLE)?);
            corners.push(self.degrees("longitude of the corner", POLYGON_EXAMPLE)?);
            if self.take_sign(Sign::Comma).is_none() {
                return Ok((ExprKind::InPlace { shape: PlaceShape::Polygon, corners }, 0));
            }
        }
    }

    /// A number written out: `48.1 -11.5` are two of them, not a difference.
    fn degrees(&mut self, what: &str, example: &str) -> Result<Expr, FilterError> {
        let minus = self.take_sign(Sign::Minus);
        let Some(Token { kind: TokenKind::Number { digits, unit }, span }) = self.peek() else {
            return Err(self.expected(&format!("the {what} in degrees")).hint(example));
        };
        self.next += 1;
        let span = minus.as_ref().map_or(span.start, |minus| minus.start)..span.end;
        Ok(Expr::new(number(digits, unit.as_ref(), minus.is_some(), &span)?, span))
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
