//! The filter as a tree, as it was written: nothing here knows the lake's names or types.

use std::ops::Range;

/// An expression and the bytes it was written in. Two expressions are equal when they mean the same tree, wherever
/// and with however many parentheses they were written.
#[derive(Debug, Clone)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Bytes of the filter text, parentheses around it included.
    pub span: Range<usize>,
    /// Whether it was written inside parentheses of its own.
    pub grouped: bool,
}

impl PartialEq for Expr {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind
    }
}

/// The kinds of expression.
#[derive(Debug, Clone, PartialEq)]
pub enum ExprKind {
    /// A value written out.
    Literal(Literal),
    /// A metric, an attribute or a fixed name, without its back quotes.
    Name(String),
    /// `has(CLASS)` or `count(CLASS)`.
    Labels {
        /// Which of the two.
        quantity: LabelQuantity,
        /// The class.
        class: Class,
    },
    /// `has(CLASS where …)`, `count(CLASS where …)`, and both with `*` in place of the class.
    LabelsWhere {
        /// Which of the two.
        quantity: LabelQuantity,
        /// The class; `None` for `*`, labels of any class.
        class: Option<Class>,
        /// What a label must be like; names inside are fields of the label. `None` only beside `*`.
        condition: Option<Box<Expr>>,
    },
    /// `in_box(south, west, north, east)` or `in_polygon(lat lon, …)`: where the frame was taken.
    InPlace {
        /// Which of the two.
        shape: PlaceShape,
        /// Numbers written out, in degrees: the four sides, or latitude and longitude of each corner in turn.
        corners: Vec<Expr>,
    },
    /// `rate(x)`: change per second.
    Rate(Box<Expr>),
    /// `mean(x, 5 s)` and its like.
    Window {
        /// What is taken of the window's values.
        function: WindowFunction,
        /// The values.
        value: Box<Expr>,
        /// Length of the window, which ends at the frame.
        duration: Duration,
    },
    /// `-x`; of a number written out, the number itself is negative instead.
    Negate(Box<Expr>),
    /// `left + right` and its like.
    Arithmetic {
        /// The operator.
        op: ArithmeticOp,
        /// Left operand.
        left: Box<Expr>,
        /// Right operand.
        right: Box<Expr>,
    },
    /// `left = right` and its like.
    Compare {
        /// The operator.
        op: CompareOp,
        /// Left operand.
        left: Box<Expr>,
        /// Right operand.
        right: Box<Expr>,
    },
    /// `value between low and high`, both ends included.
    Between {
        /// What is tested.
        value: Box<Expr>,
        /// Lower end.
        low: Box<Expr>,
        /// Upper end.
        high: Box<Expr>,
    },
    /// `value in (a, b, …)`, at least one element.
    In {
        /// What is tested.
        value: Box<Expr>,
        /// The elements.
        list: Vec<Expr>,
    },
    /// `value ~ "pattern"`.
    Glob {
        /// What is tested.
        value: Box<Expr>,
        /// The pattern: `*` any run of characters, `?` one character.
        pattern: String,
    },
    /// `value is null` or `value is not null`.
    IsNull {
        /// What is tested.
        value: Box<Expr>,
        /// Whether it was `is not null`.
        negated: bool,
    },
    /// `condition for 3 s`.
    For {
        /// What must hold without a break.
        condition: Box<Expr>,
        /// For how long at least.
        duration: Duration,
    },
    /// `condition within 2 s of other`.
    Within {
        /// What must hold at the frame.
        condition: Box<Expr>,
        /// How far away the other may be.
        duration: Duration,
        /// On which side of it.
        side: Side,
        /// What must hold at some frame of the recording.
        other: Box<Expr>,
    },
    /// `not x`.
    Not(Box<Expr>),
    /// `a and b and …`: two or more, none of them an `and` itself.
    And(Vec<Expr>),
    /// `a or b or …`: two or more, none of them an `or` itself.
    Or(Vec<Expr>),
}

/// A value written out.
#[derive(Debug, Clone, PartialEq)]
pub enum Literal {
    /// A number, perhaps with a unit.
    Number {
        /// The number.
        value: Number,
        /// The unit as written.
        unit: Option<String>,
    },
    /// Text in quotes.
    Text(String),
    /// A time, ns UTC.
    Time(i64),
    /// `true` or `false`.
    Bool(bool),
}

/// A number: whole ones stay exact.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Number {
    /// Written without point and exponent, and within 64 bits.
    Int(i64),
    /// Every other number; finite.
    Float(f64),
}

impl Number {
    /// As a double.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "the doc of every user says when the exact number is used instead")]
    pub fn as_f64(self) -> f64 {
        match self {
            Self::Int(value) => value as f64,
            Self::Float(value) => value,
        }
    }
}

/// What a label expression tells of a class.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LabelQuantity {
    /// Whether there is one on the frame.
    Has,
    /// How many there are on the frame.
    Count,
}

impl LabelQuantity {
    /// The function's name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Has => "has",
            Self::Count => "count",
        }
    }
}

/// What a place is bounded by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlaceShape {
    /// Two latitudes and two longitudes.
    Box,
    /// Three corners or more.
    Polygon,
}

impl PlaceShape {
    /// The function's name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Box => "in_box",
            Self::Polygon => "in_polygon",
        }
    }
}

/// What is taken of the values in a window of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WindowFunction {
    /// The arithmetic mean.
    Mean,
    /// The smallest.
    Min,
    /// The largest.
    Max,
}

impl WindowFunction {
    /// Its name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Mean => "mean",
            Self::Min => "min",
            Self::Max => "max",
        }
    }
}

/// Where the first condition of a `within` lies, seen from the second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Before or after: `within 2 s of`.
    Around,
    /// The first comes first: `within 2 s before`.
    Before,
    /// The first comes last: `within 2 s after`.
    After,
}

impl Side {
    /// The word between the duration and the second condition.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Around => "of",
            Self::Before => "before",
            Self::After => "after",
        }
    }
}

/// A stretch of time as written: a number, not negative, and its unit.
#[derive(Debug, Clone)]
pub struct Duration {
    /// The number.
    pub value: Number,
    /// The unit; whether it is one of time is for the check.
    pub unit: String,
    /// Bytes of the filter text.
    pub span: Range<usize>,
}

impl PartialEq for Duration {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value && self.unit == other.unit
    }
}

/// A label class as written.
#[derive(Debug, Clone)]
pub struct Class {
    /// Its name.
    pub name: String,
    /// Bytes of the filter text.
    pub span: Range<usize>,
}

impl PartialEq for Class {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

/// `+ - * /`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ArithmeticOp {
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`
    Divide,
}

impl ArithmeticOp {
    /// The sign.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Add => "+",
            Self::Subtract => "-",
            Self::Multiply => "*",
            Self::Divide => "/",
        }
    }
}

/// `= != < <= > >=`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CompareOp {
    /// `=`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterEqual,
}

impl CompareOp {
    /// The sign.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Equal => "=",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::LessEqual => "<=",
            Self::Greater => ">",
            Self::GreaterEqual => ">=",
        }
    }

    /// The operator that says the same with its operands swapped.
    #[must_use]
    pub fn flipped(self) -> Self {
        match self {
            Self::Equal | Self::NotEqual => self,
            Self::Less => Self::Greater,
            Self::LessEqual => Self::GreaterEqual,
            Self::Greater => Self::Less,
            Self::GreaterEqual => Self::LessEqual,
        }
    }

    /// Whether the operator holds for operands in this order.
    #[must_use]
    pub fn holds(self, order: std::cmp::Ordering) -> bool {
        match self {
            Self::Equal => order.is_eq(),
            Self::NotEqual => order.is_ne(),
            Self::Less => order.is_lt(),
            Self::LessEqual => order.is_le(),
            Self::Greater => order.is_gt(),
            Self::GreaterEqual => order.is_ge(),
        }
    }
}

impl Expr {
    /// An expression written at `span`.
    #[must_use]
    pub fn new(kind: ExprKind, span: Range<usize>) -> Self {
        Self { kind, span, grouped: false }
    }

    /// `left and right`, one flat list however the two were nested.
    #[must_use]
    pub fn and(left: Self, right: Self) -> Self {
        let span = left.span.start..right.span.end;
        let mut parts = left.into_conjuncts();
        parts.extend(right.into_conjuncts());
        Self::new(ExprKind::And(parts), span)
    }

    /// `left or right`, one flat list however the two were nested.
    #[must_use]
    pub fn or(left: Self, right: Self) -> Self {
        let span = left.span.start..right.span.end;
        let into_parts = |expr: Self| match expr.kind {
            ExprKind::Or(parts) => parts,
            _ => vec![expr],
        };
        let mut parts = into_parts(left);
        parts.extend(into_parts(right));
        Self::new(ExprKind::Or(parts), span)
    }

    /// The expressions that this one is made of, in the order written; what stands behind a `where` included.
    #[must_use]
    pub fn children(&self) -> Vec<&Self> {
        match &self.kind {
            ExprKind::Literal(_) | ExprKind::Name(_) | ExprKind::Labels { .. } | ExprKind::InPlace { .. } => Vec::new(),
            ExprKind::LabelsWhere { condition, .. } => condition.iter().map(|one| &**one).collect(),
            ExprKind::Rate(value)
            | ExprKind::Window { value, .. }
            | ExprKind::Negate(value)
            | ExprKind::Not(value)
            | ExprKind::Glob { value, .. }
            | ExprKind::IsNull { value, .. } => vec![value],
            ExprKind::Arithmetic { left, right, .. } | ExprKind::Compare { left, right, .. } => vec![left, right],
            ExprKind::Between { value, low, high } => vec![value, low, high],
            ExprKind::In { value, list } => std::iter::once(&**value).chain(list).collect(),
            ExprKind::For { condition, .. } => vec![condition],
            ExprKind::Within { condition, other, .. } => vec![condition, other],
            ExprKind::And(parts) | ExprKind::Or(parts) => parts.iter().collect(),
        }
    }

    /// The parts that must all hold.
    #[must_use]
    pub fn into_conjuncts(self) -> Vec<Self> {
        match self.kind {
            ExprKind::And(parts) => parts,
            _ => vec![self],
        }
    }
}
