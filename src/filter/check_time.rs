//! Types of what looks at many frames or at single labels: `for`, `within`, `rate`, windows, `count(… where …)`.

use std::{ops::Range, sync::Arc};

use super::{
    FilterError, FrameColumns, MetricName,
    ast::{Class, CompareOp, Duration, Expr, ExprKind, LabelQuantity, Side, WindowFunction},
    bounds::Bounds,
    check::{Checker, Measured, Typed, UnitOf},
    count_labels::LabelCount,
    duration::duration_ns,
    label_rows::FIELDS,
    names::Names,
    typed::{ColumnName, Number, Predicate, Text, TextTest},
    unit,
};

impl Checker<'_> {
    /// What looks at many frames or at labels, with its type; `expr` is one of those kinds.
    pub(super) fn over_time(&self, expr: &Expr) -> Result<Typed, FilterError> {
        if self.names.is_of_labels() {
            let message = "a label is looked at by itself, without other frames or labels";
            return Err(FilterError::new(expr.span.clone(), message)
                .hint("write this outside of `where`, for example `count(car where score > 0.5) >= 2 for 3 s`"));
        }
        let name = ColumnName { name: self.key(expr)?, span: expr.span.clone() };
        match &expr.kind {
            ExprKind::For { condition, duration } => Ok(Typed::Condition(Predicate::Held {
                condition: Box::new(self.predicate(condition)?),
                at_least_ns: duration_ns(duration)?,
                name,
            })),
            ExprKind::Within { condition, duration, side, other } => {
                Ok(Typed::Condition(self.within(condition, duration, *side, other)?))
            }
            ExprKind::Rate(value) => self.rate(value, name),
            ExprKind::Window { function, value, duration } => self.window(*function, value, duration, name),
            ExprKind::LabelsWhere { quantity, class, condition } => {
                self.labels_where(*quantity, class.as_ref(), condition.as_deref(), name)
            }
            _ => Err(FilterError::new(expr.span.clone(), "a condition over time is expected here")),
        }
    }

    fn within(
        &self,
        condition: &Expr,
        duration: &Duration,
        side: Side,
        other: &Expr,
    ) -> Result<Predicate, FilterError> {
        let condition = self.predicate(condition)?;
        let length_ns = duration_ns(duration)?;
        let near = Predicate::Near {
            other: Box::new(self.predicate(other)?),
            length_ns,
            side,
            name: ColumnName {
                name: format!("{length_ns} ns {} {}", side.as_str(), self.key(other)?),
                span: other.span.clone(),
            },
        };
        Ok(Predicate::All(vec![condition, near]))
    }

    /// What names a column that is worked out.
    fn key(&self, expr: &Expr) -> Result<String, FilterError> {
        text_with_tags(expr, self.names.columns)
    }

    /// A number that changes from frame to frame.
    fn changing(&self, function: &str, value: &Expr) -> Result<Measured, FilterError> {
        let number = match self.typed(value)? {
            Typed::Number(measured) => measured,
            other => {
                let message = format!("`{function}` takes a number, and `{value}` is {}", other.describe());
                let error = FilterError::new(value.span.clone(), message);
                return Err(match other {
                    Typed::Condition(_) => error.hint(format!("for a condition there is `{value} for 3 s`")),
                    _ => error.hint(format!(
                        "for example `{function}(speed{})`",
                        if function == "rate" { "" } else { ", 5 s" }
                    )),
                });
            }
        };
        if matches!(number.number, Number::Constant(_) | Number::Null) {
            let message = format!("`{value}` is the same on every frame, so `{function}` says nothing of it");
            return Err(FilterError::new(value.span.clone(), message).hint("use a metric"));
        }
        Ok(number)
    }

    fn rate(&self, value: &Expr, name: ColumnName) -> Result<Typed, FilterError> {
        let Measured { number, unit, circle } = self.changing("rate", value)?;
        let unit = match unit {
            UnitOf::Column(unit) | UnitOf::Written(unit, _) => UnitOf::Column(unit::per_second(&unit)),
            UnitOf::Any | UnitOf::Unknown => UnitOf::Unknown,
        };
        // How fast a heading turns is a plain number.
        Ok(Typed::Number(Measured {
            number: Number::Rate { value: Box::new(number), circle, name },
            unit,
            circle: None,
        }))
    }

    fn window(
        &self,
        function: WindowFunction,
        value: &Expr,
        duration: &Duration,
        name: ColumnName,
    ) -> Result<Typed, FilterError> {
        let Measured { number, unit, circle } = self.changing(function.as_str(), value)?;
        if circle.is_some() && function != WindowFunction::Mean {
            let message = format!("`{value}` is a direction, which goes round, so it has no smallest or largest value");
            return Err(FilterError::new(value.span.clone(), message).hint(format!(
                "`mean({value}, {duration})` is the mean direction, `rate({value})` how fast it turns"
            )));
        }
        let length_ns = duration_ns(duration)?;
        Ok(Typed::Number(Measured {
            number: Number::Window { function, value: Box::new(number), length_ns, circle, name },
            unit,
            circle,
        }))
    }

    fn labels_where(
        &self,
        quantity: LabelQuantity,
        class: Option<&Class>,
        condition: Option<&Expr>,
        name: ColumnName,
    ) -> Result<Typed, FilterError> {
        let class = class.map(|class| self.class(class)).transpose()?;
        let Some(condition) = condition else {
            return Ok(quantity_of(quantity, Number::LabelCount(name.span)));
        };
        let attributes = self.attributes_for(condition)?;
        let inner = Checker { names: Names::of_labels(self.names.columns, Arc::clone(&attributes)) };
        let mut parts = vec![inner.predicate(condition)?];
        if let Some(class) = &class {
            let value = Text::Metric(ColumnName { name: "class".to_owned(), span: class.span.clone() });
            let test = TextTest::Compare(CompareOp::Equal, class.name.clone());
            parts.insert(0, Predicate::Text { value, test });
        }
        let wanted = LabelCount { class, condition: Predicate::All(parts), attributes, name };
        Ok(quantity_of(quantity, Number::Labels(Arc::new(wanted))))
    }

    /// The attributes of the lake's labels, when the condition names something that is no field; to find them takes a look
    /// at every label.
    fn attributes_for(&self, condition: &Expr) -> Result<Arc<Vec<MetricName>>, FilterError> {
        let Some(span) = other_name(condition) else { return Ok(Arc::default()) };
        self.names
            .columns
            .label_attributes()
            .map_err(|cause| FilterError::new(span, format!("labels cannot be read: {cause}")).of_lake())
    }
}

/// `has` or `count` of a number of labels.
pub(super) fn quantity_of(quantity: LabelQuantity, count: Number) -> Typed {
    match quantity {
        LabelQuantity::Count => Typed::Number(Measured { number: count, unit: UnitOf::Unknown, circle: None }),
        LabelQuantity::Has => {
            Typed::Condition(Predicate::Within { value: count, bounds: Bounds::Int { low: 1, high: i64::MAX } })
        }
    }
}

/// What names the rows that an expression finds: its text, and which tags it was worked out from.
pub(super) fn text_with_tags(expr: &Expr, columns: &dyn FrameColumns) -> Result<String, FilterError> {
    let Some(span) = tag_name(expr) else { return Ok(expr.to_string()) };
    let tags = columns.tags();
    let tags = tags.map_err(|cause| FilterError::new(span, format!("tags cannot be read: {cause}")).of_lake())?;
    Ok(format!("{expr} with tags {}", tags.version))
}

/// Where an expression names tags.
fn tag_name(expr: &Expr) -> Option<Range<usize>> {
    match &expr.kind {
        ExprKind::Name(name) => (name == "tag").then(|| expr.span.clone()),
        _ => expr.children().into_iter().find_map(tag_name),
    }
}

/// Where an expression names something that is no field of a label.
fn other_name(expr: &Expr) -> Option<Range<usize>> {
    match &expr.kind {
        ExprKind::Name(name) => {
            let is_field = FIELDS.iter().any(|(field, ..)| field == name);
            (!is_field).then(|| expr.span.clone())
        }
        _ => expr.children().into_iter().find_map(other_name),
    }
}
