//! A packed column of values, one per frame or one per sample, with nulls.

use super::MetricKind;

/// Code of a null in [`Column::Bool`]; false is 0 and true is 1.
pub const NULL_BOOL: u8 = 2;
/// Code of a null in [`Column::Text`].
pub const NULL_WORD: u32 = u32::MAX;
/// A null among the raw samples of [`Column::Float`]: a NaN of its own, so that statistics can tell it from a NaN that a file
/// holds. Everything else takes the two alike.
pub const NULL_FLOAT: f64 = f64::from_bits(NULL_FLOAT_BITS);
/// A quiet NaN with a mark that no arithmetic makes.
const NULL_FLOAT_BITS: u64 = 0x7ff8_0000_6e75_6c6c;

/// Whether a floating-point sample is a null, and not a value or a NaN that a file holds.
#[must_use]
pub fn is_null_float(value: f64) -> bool {
    value.to_bits() == NULL_FLOAT_BITS
}

/// Values of one metric, all of one kind, in row order.
#[derive(Debug, Clone, PartialEq)]
pub enum Column {
    /// Floating-point values; a null is NaN (the filter language and exports read NaN in a frame column as null), in raw
    /// samples [`NULL_FLOAT`].
    Float(Vec<f64>),
    /// Whole numbers; `valid` is empty when every value is there, else one flag per row.
    Int {
        /// One value per row, 0 where null.
        values: Vec<i64>,
        /// Empty (all there) or one flag per row.
        valid: Vec<bool>,
    },
    /// 0 false, 1 true, [`NULL_BOOL`] null.
    Bool(Vec<u8>),
    /// Dictionary-coded text; code [`NULL_WORD`] is null.
    Text {
        /// One index into `words` per row.
        codes: Vec<u32>,
        /// The distinct words.
        words: Vec<String>,
    },
}

impl Column {
    /// Number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::Float(values) => values.len(),
            Self::Int { values, .. } => values.len(),
            Self::Bool(values) => values.len(),
            Self::Text { codes, .. } => codes.len(),
        }
    }

    /// Whether there are no rows.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The kind of metric these values are.
    #[must_use]
    pub fn kind(&self) -> MetricKind {
        match self {
            Self::Float(_) => MetricKind::Float,
            Self::Int { .. } => MetricKind::Int,
            Self::Bool(_) => MetricKind::Bool,
            Self::Text { .. } => MetricKind::Text,
        }
    }

    /// A column of `rows` nulls.
    #[must_use]
    pub fn nulls(kind: MetricKind, rows: usize) -> Self {
        match kind {
            MetricKind::Float => Self::Float(vec![f64::NAN; rows]),
            MetricKind::Int => Self::Int { values: vec![0; rows], valid: vec![false; rows] },
            MetricKind::Bool => Self::Bool(vec![NULL_BOOL; rows]),
            MetricKind::Text => Self::Text { codes: vec![NULL_WORD; rows], words: Vec::new() },
        }
    }

    /// Whether row `row` holds no value (NaN counts as none).
    #[must_use]
    pub fn is_null(&self, row: usize) -> bool {
        match self {
            Self::Float(values) => values[row].is_nan(),
            Self::Int { valid, .. } => !valid.is_empty() && !valid[row],
            Self::Bool(values) => values[row] == NULL_BOOL,
            Self::Text { codes, .. } => codes[row] == NULL_WORD,
        }
    }

    /// The value of row `row` as a number: booleans are 0 and 1; `None` for nulls and text.
    #[must_use]
    #[expect(
        clippy::cast_precision_loss,
        reason = "plots and summaries take doubles; exact integers stay in the column"
    )]
    pub fn number(&self, row: usize) -> Option<f64> {
        if self.is_null(row) {
            return None;
        }
        match self {
            Self::Float(values) => Some(values[row]),
            Self::Int { values, .. } => Some(values[row] as f64),
            Self::Bool(values) => Some(f64::from(values[row])),
            Self::Text { .. } => None,
        }
    }

    /// The value of row `row` as people read it, `None` for a null. Floats print with full precision.
    #[must_use]
    pub fn text(&self, row: usize) -> Option<String> {
        if self.is_null(row) {
            return None;
        }
        Some(match self {
            Self::Float(values) => values[row].to_string(),
            Self::Int { values, .. } => values[row].to_string(),
            Self::Bool(values) => (values[row] == 1).to_string(),
            Self::Text { codes, words } => words[codes[row] as usize].clone(),
        })
    }
}
