//! Expressions over the columns of a row.

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// True or false.
    Bool,
    /// Whole numbers of 32 bits.
    Int32,
    /// Whole numbers of 64 bits.
    Int64,
    /// Text, compared by its bytes.
    Text,
}

/// A value that stands in the question itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// No value of this type.
    Null(Kind),
    /// True or false.
    Bool(bool),
    /// A whole number.
    Int64(i64),
    /// Text.
    Text(String),
}

/// What is done with two values. Where one of them is null the result is, but for `And` and `Or` that are decided by the
/// other. Whoever adds, subtracts or multiplies sees to it that the result fits into 64 bits: engines differ in what they
/// do when it does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Op {
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `=`
    Equal,
    /// `<>`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
    /// Both.
    And,
    /// One or both.
    Or,
}

/// What a row gives.
#[derive(Debug, Clone, PartialEq)]
pub enum Expr {
    /// A column.
    Column(String),
    /// A value that stands in the question itself.
    Value(Value),
    /// Two values taken together.
    Two(Op, Box<Expr>, Box<Expr>),
    /// True for false and false for true.
    Not(Box<Expr>),
    /// Whether there is no value.
    IsNull(Box<Expr>),
    /// Whether it is one of these values.
    OneOf(Box<Expr>, Vec<Value>),
    /// What is left when the largest multiple of a positive number is taken off that is not above.
    Modulo(Box<Expr>, i64),
    /// The value of the first arm whose condition is true, else the last one. An engine works out an arm only for rows that
    /// reach it, or takes no harm from doing more.
    Case(Vec<(Expr, Expr)>, Box<Expr>),
    /// The same number in another width.
    Cast(Box<Expr>, Kind),
    /// A text as a whole number of 64 bits; null where it is none.
    Parse(Box<Expr>),
    /// A text without spaces at its ends.
    Trim(Box<Expr>),
}

/// A column.
#[must_use]
pub fn col(name: &str) -> Expr {
    Expr::Column(name.to_owned())
}

/// A whole number.
#[must_use]
pub fn int(value: i64) -> Expr {
    Expr::Value(Value::Int64(value))
}

/// A text.
#[must_use]
pub fn text(value: &str) -> Expr {
    Expr::Value(Value::Text(value.to_owned()))
}

/// Whether all are true; true of none.
#[must_use]
pub fn all(conditions: impl IntoIterator<Item = Expr>) -> Expr {
    conditions.into_iter().reduce(Expr::and).unwrap_or(Expr::Value(Value::Bool(true)))
}

impl Expr {
    /// With another value.
    #[must_use]
    pub fn with(self, op: Op, other: Self) -> Self {
        Self::Two(op, Box::new(self), Box::new(other))
    }

    /// Both.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        self.with(Op::And, other)
    }

    /// One or both.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        self.with(Op::Or, other)
    }

    /// Whether there is no value.
    #[must_use]
    pub fn is_null(self) -> Self {
        Self::IsNull(Box::new(self))
    }

    /// Whether there is a value.
    #[must_use]
    pub fn is_there(self) -> Self {
        Self::Not(Box::new(self.is_null()))
    }

    /// Whether it lies between two numbers, both included.
    #[must_use]
    pub fn between(self, least: i64, most: i64) -> Self {
        self.clone().with(Op::GreaterOrEqual, int(least)).and(self.with(Op::LessOrEqual, int(most)))
    }

    /// Itself where a condition is true, else no value.
    #[must_use]
    pub fn only_if(self, condition: Self, kind: Kind) -> Self {
        Self::Case(vec![(condition, self)], Box::new(Self::Value(Value::Null(kind))))
    }

    /// 1 where it is true, else 0; to be summed.
    #[must_use]
    pub fn as_count(self) -> Self {
        Self::Case(vec![(self, int(1))], Box::new(int(0)))
    }
}
