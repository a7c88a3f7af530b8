//! Numbers: whole ones stay whole, calculating is in doubles.

use super::{NoSql, Writer, literal::double, quoted_name};
use crate::filter::{
    ast::{ArithmeticOp, Number as Value},
    typed::{ColumnName, Number},
};

/// Expressions longer than this become a column of their own before they are written twice.
const SHORT: usize = 100;
/// Longer ones are not worth sending to anyone.
const LONGEST: usize = 20_000;

impl Writer<'_> {
    /// The number as it is compared: binds tighter than any comparison.
    pub(super) fn number(&mut self, number: &Number) -> Result<String, NoSql> {
        Ok(match number {
            Number::Constant(Value::Int(value)) => value.to_string(),
            Number::Constant(Value::Float(value)) => double(*value)?,
            Number::Null => "CAST(NULL AS DOUBLE PRECISION)".to_owned(),
            Number::Floats(name) | Number::Ints(name) => self.metric(&name.name)?,
            Number::ClassCount(ColumnName { name, .. }) => {
                let condition = format!("\"class\" = {}", super::quoted_text(name)?);
                self.label_count(&format!("class {name}"), &condition)
            }
            Number::LabelCount(_) => quoted_name("labels"),
            Number::Labels(wanted) => {
                let mut labels = Writer::new(self.columns);
                labels.of_labels = true;
                let condition = labels.condition(&wanted.condition)?.text;
                self.label_count(&format!("labels {condition}"), &condition)
            }
            Number::Frame => quoted_name("frame_idx"),
            Number::Timestamp(_) => quoted_name("timestamp_ns"),
            Number::SinceStart(_) => {
                self.with_recordings = true;
                self.add("since start", |_| {
                    "CAST(f.timestamp_ns - coalesce(r.started_at_ns, 0) AS DOUBLE PRECISION) / 1e9".to_owned()
                })
            }
            Number::Rate { value, circle, name } => {
                let rate = self.rate(value, *circle, &name.name)?;
                if is_finite(value) { rate } else { self.without_nan(rate)? }
            }
            Number::Window { value, length_ns, circle: Some(circle), name, .. } => {
                self.mean_direction(value, *length_ns, *circle, &name.name)?
            }
            Number::Window { function, value, length_ns, name, .. } => {
                self.window(*function, value, *length_ns, &name.name)?
            }
            Number::Negate(inner) => format!("(-{})", self.calculated(inner)?),
            Number::Arithmetic { op, left, right } => {
                let (left_text, right_text) = (self.calculated(left)?, self.calculated(right)?);
                let right_text = match (op, &**right) {
                    (ArithmeticOp::Divide, right) if !is_constant_other_than_zero(right) => {
                        format!("nullif({right_text}, 0)")
                    }
                    _ => right_text,
                };
                let text = format!("({left_text} {} {right_text})", op.as_str());
                if can_be_nan(*op, left, right) { self.without_nan(text)? } else { text }
            }
        })
    }

    /// The number as a double.
    pub(super) fn calculated(&mut self, number: &Number) -> Result<String, NoSql> {
        let text = match number {
            Number::Constant(value) => {
                let text = double(value.as_f64())?;
                return Ok(if text.starts_with('-') { format!("({text})") } else { text });
            }
            number => self.number(number)?,
        };
        if text.len() > LONGEST {
            return Err(NoSql::of("…", "the expression becomes too long"));
        }
        Ok(if number.is_exact() { format!("CAST({text} AS DOUBLE PRECISION)") } else { text })
    }

    /// Null where the double is NaN. Engines with a NaN sort it above all numbers, its negative too.
    pub(super) fn without_nan(&mut self, text: String) -> Result<String, NoSql> {
        let value = if text.len() > SHORT && !self.of_labels {
            let name = self.fresh();
            self.step(vec![format!("{text} AS {name}")], None);
            name
        } else {
            text
        };
        if value.len() > LONGEST {
            return Err(NoSql::of("…", "the expression becomes too long"));
        }
        Ok(format!("(CASE WHEN NOT ({value} > 0 AND -{value} > 0) THEN {value} END)"))
    }
}

fn is_constant_other_than_zero(number: &Number) -> bool {
    matches!(number, Number::Constant(value) if value.as_f64() != 0.0)
}

/// Whether it is never infinite.
pub(super) fn is_finite(number: &Number) -> bool {
    match number {
        Number::Constant(value) => value.as_f64().is_finite(),
        Number::Null | Number::SinceStart(_) => true,
        Number::Negate(inner) => is_finite(inner),
        Number::Window { value, .. } => is_finite(value),
        number => number.is_exact(),
    }
}

/// Whether the operation can give NaN where both operands are numbers: infinity less infinity, by nothing, or by infinity.
fn can_be_nan(op: ArithmeticOp, left: &Number, right: &Number) -> bool {
    match op {
        ArithmeticOp::Add | ArithmeticOp::Subtract | ArithmeticOp::Divide => !is_finite(left) && !is_finite(right),
        ArithmeticOp::Multiply => {
            !(is_finite(left) && is_finite(right)
                || is_constant_other_than_zero(left)
                || is_constant_other_than_zero(right))
        }
    }
}
