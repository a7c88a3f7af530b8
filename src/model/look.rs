//! How stored values become a picture: the order of the channels, and which values are black and white.

use std::fmt;

/// How the frames of a footage are shown. It never changes what is stored or told under a cursor.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Look {
    /// Whether blue is stored first, as `OpenCV` does.
    pub swap_red_blue: bool,
    /// Which values are black and white.
    pub range: ValueRange,
}

/// Which values of a frame are shown black and white; between them shades are linear, beyond them they stay black or
/// white. NaN is black. Infinities are beyond every range and count for no minimum, maximum or percentile.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum ValueRange {
    /// 8-bit values as they are; others from the frame's smallest to its largest.
    #[default]
    MinMax,
    /// Between two percentiles of the frame's values, each from 0 to 100, interpolated linearly between neighbours; a few
    /// odd pixels then do not darken the rest. Taken over all channels together.
    Percentile {
        /// Share of values that are black or darker, percent.
        low: f64,
        /// Share of values that are at most white, percent.
        high: f64,
    },
    /// Between two values: brightness is then the same in every frame.
    Fixed {
        /// The value shown black.
        low: f64,
        /// The value shown white.
        high: f64,
    },
}

impl ValueRange {
    /// Reads `minmax`, `p1-p99` (percentiles) or `0:4095` (values).
    ///
    /// # Errors
    /// What can be written instead, as a clause.
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        if text.eq_ignore_ascii_case("minmax") {
            return Ok(Self::MinMax);
        }
        let number = |text: &str| text.trim().parse::<f64>().ok();
        let percent = |text: &str| number(text.trim().strip_prefix(['p', 'P'])?);
        let range = match (text.split_once(':'), text.split_once('-')) {
            (Some((low, high)), _) => number(low).zip(number(high)).map(|(low, high)| Self::Fixed { low, high }),
            (None, Some((low, high))) => {
                percent(low).zip(percent(high)).map(|(low, high)| Self::Percentile { low, high })
            }
            (None, None) => None,
        };
        range
            .ok_or_else(|| "a range is minmax, two values such as 0:4095 or two percentiles such as p1-p99".to_owned())
            .and_then(Self::checked)
    }

    /// The range itself when it makes sense: finite, the low end below the high one, percentiles from 0 to 100.
    ///
    /// # Errors
    /// What is wrong, as a clause.
    pub fn checked(self) -> Result<Self, String> {
        match self {
            Self::MinMax => Ok(self),
            Self::Percentile { low, high } if 0.0 <= low && low < high && high <= 100.0 => Ok(self),
            Self::Percentile { .. } => Err("percentiles go from 0 to 100, the lower one first".to_owned()),
            Self::Fixed { low, high } if low.is_finite() && high.is_finite() && low < high => Ok(self),
            Self::Fixed { .. } => Err("a range needs two finite numbers, the smaller one first".to_owned()),
        }
    }

    /// The shade of every value.
    pub(super) fn bytes<T: Value>(self, values: &[T]) -> Vec<u8> {
        if self == Self::MinMax
            && let Some(bytes) = T::as_bytes(values)
        {
            return bytes.to_vec();
        }
        let ends = match self {
            Self::MinMax => min_max(values),
            Self::Percentile { low, high } => percentiles(values, low, high),
            Self::Fixed { low, high } => Some((low, high)),
        };
        let (low, high) = ends.unwrap_or((0.0, 0.0));
        if let Some(table) = T::table(|value| shade(value, low, high), values.len()) {
            return values.iter().map(|value| table[value.index()]).collect();
        }
        values.iter().map(|value| shade(value.number(), low, high)).collect()
    }
}

impl fmt::Display for ValueRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MinMax => f.write_str("minmax"),
            Self::Percentile { low, high } => write!(f, "p{low}-p{high}"),
            Self::Fixed { low, high } => write!(f, "{low}:{high}"),
        }
    }
}

/// A stored value that becomes a shade.
pub(super) trait Value: Copy {
    /// The value itself.
    fn number(self) -> f64;

    /// The values as shades, where they are.
    fn as_bytes(_values: &[Self]) -> Option<&[u8]> {
        None
    }

    /// Place of the value in a table of all values of its type.
    fn index(self) -> usize {
        0
    }

    /// The shades of all values of the type, where there are few enough for `count` of them to be worth it.
    fn table(_shade: impl Fn(f64) -> u8, _count: usize) -> Option<Vec<u8>> {
        None
    }
}

impl Value for u8 {
    fn number(self) -> f64 {
        f64::from(self)
    }

    fn as_bytes(values: &[Self]) -> Option<&[u8]> {
        Some(values)
    }

    fn index(self) -> usize {
        usize::from(self)
    }

    fn table(shade: impl Fn(f64) -> u8, _count: usize) -> Option<Vec<u8>> {
        Some((0..=u8::MAX).map(|value| shade(f64::from(value))).collect())
    }
}

impl Value for u16 {
    fn number(self) -> f64 {
        f64::from(self)
    }

    fn index(self) -> usize {
        usize::from(self)
    }

    fn table(shade: impl Fn(f64) -> u8, count: usize) -> Option<Vec<u8>> {
        (count > 1 << 16).then(|| (0..=u16::MAX).map(|value| shade(f64::from(value))).collect())
    }
}

impl Value for i32 {
    fn number(self) -> f64 {
        f64::from(self)
    }
}

impl Value for u32 {
    fn number(self) -> f64 {
        f64::from(self)
    }
}

impl Value for f32 {
    fn number(self) -> f64 {
        f64::from(self)
    }
}

impl Value for f64 {
    fn number(self) -> f64 {
        self
    }
}

/// Linear between the ends. A span of nothing is black up to it.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to 0..=255 first; NaN becomes 0")]
fn shade(value: f64, low: f64, high: f64) -> u8 {
    // Halves, as the span of doubles may be more than a double can hold.
    let span = high / 2.0 - low / 2.0;
    let shade = if span > 0.0 { (value / 2.0 - low / 2.0) / span * 255.0 } else { 0.0 };
    shade.round().clamp(0.0, 255.0) as u8
}

fn min_max<T: Value>(values: &[T]) -> Option<(f64, f64)> {
    let finite = values.iter().map(|value| value.number()).filter(|value| value.is_finite());
    finite.fold(None, |ends, value| {
        let (low, high) = ends.unwrap_or((value, value));
        Some((low.min(value), high.max(value)))
    })
}

fn percentiles<T: Value>(values: &[T], low: f64, high: f64) -> Option<(f64, f64)> {
    let mut finite: Vec<f64> = values.iter().map(|value| value.number()).filter(|value| value.is_finite()).collect();
    Some((percentile(&mut finite, low)?, percentile(&mut finite, high)?))
}

/// The value below which `percent` of the values lie, on the line between its neighbours in order.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "places in a frame stay far below 2^52"
)]
fn percentile(values: &mut [f64], percent: f64) -> Option<f64> {
    let last = values.len().checked_sub(1)?;
    let place = percent / 100.0 * last as f64;
    let at = (place.floor() as usize).min(last);
    let (_, below, rest) = values.select_nth_unstable_by(at, f64::total_cmp);
    let below = *below;
    let above = rest.iter().copied().min_by(f64::total_cmp).unwrap_or(below);
    let part = place - at as f64;
    Some(below * (1.0 - part) + above * part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_and_told_alike() {
        for (text, expected) in [
            ("minmax", Ok(ValueRange::MinMax)),
            ("0:4095", Ok(ValueRange::Fixed { low: 0.0, high: 4095.0 })),
            ("-2.5:1e3", Ok(ValueRange::Fixed { low: -2.5, high: 1000.0 })),
            ("p1-p99", Ok(ValueRange::Percentile { low: 1.0, high: 99.0 })),
            ("p0.5-p99.5", Ok(ValueRange::Percentile { low: 0.5, high: 99.5 })),
            ("p99-p1", Err("the lower one first")),
            ("p1-p101", Err("from 0 to 100")),
            ("5:5", Err("the smaller one first")),
            ("0:inf", Err("finite")),
            ("1-99", Err("a range is minmax")),
            ("wide", Err("a range is minmax")),
        ] {
            match (ValueRange::parse(text), expected) {
                (Ok(range), Ok(wanted)) => {
                    assert_eq!(range, wanted, "{text}");
                    assert_eq!(ValueRange::parse(&range.to_string()), Ok(range), "{text}");
                }
                (Err(error), Err(part)) => assert!(error.contains(part), "{text}: {error}"),
                (result, _) => panic!("{text}: {result:?}"),
            }
        }
    }

    #[test]
    fn shades_of_every_kind_of_range() {
        let fixed = ValueRange::Fixed { low: 100.0, high: 200.0 };
        let shades = [0, 0, 128, 255, 255];
        assert_eq!(fixed.bytes(&[0_u8, 100, 150, 200, 250]), shades);
        assert_eq!(fixed.bytes(&[0_u16, 100, 150, 200, 65_535]), shades);
        assert_eq!(fixed.bytes(&[i32::MIN, 100, 150, 200, i32::MAX]), shades);
        assert_eq!(fixed.bytes(&[0_u32, 100, 150, 200, u32::MAX]), shades);
        assert_eq!(fixed.bytes(&[f32::NEG_INFINITY, f32::NAN, 150.0, 200.0, f32::INFINITY]), shades);
        assert_eq!(fixed.bytes(&[f64::MIN, f64::NAN, 150.0, 200.0, f64::MAX]), shades);
        assert_eq!(ValueRange::MinMax.bytes(&[3_u8, 9]), [3, 9]);
        assert_eq!(ValueRange::MinMax.bytes(&[3_u16, 9, 6]), [0, 255, 128]);
        assert_eq!(ValueRange::MinMax.bytes(&[f64::NAN, f64::INFINITY]), [0, 0]);
        let many: Vec<u16> = (0..70_000_u32).map(|i| u16::try_from(i % 60_001).unwrap()).collect();
        let few: Vec<u8> =
            many.chunks(1000).flat_map(|part| ValueRange::Fixed { low: 9.0, high: 5e4 }.bytes(part)).collect();
        assert_eq!(ValueRange::Fixed { low: 9.0, high: 5e4 }.bytes(&many), few);
    }

    #[test]
    fn percentiles_are_exact() {
        // numpy.percentile of the same values.
        for (percent, expected) in [(0.0, 1.0), (25.0, 2.25), (40.0, 3.0), (50.0, 3.5), (90.0, 55.0), (100.0, 100.0)] {
            let mut values = [100.0, 4.0, 1.0, 10.0, 3.0, 2.0];
            let found = percentile(&mut values, percent).unwrap();
            assert!((found - expected).abs() < 1e-12, "{percent}: {found}");
        }
        assert_eq!(percentile(&mut [], 50.0), None);
        let odd: Vec<f32> = (0..1000_i16).map(|i| if i == 0 { 1e9 } else { f32::from(i) }).chain([f32::NAN]).collect();
        let shown = ValueRange::Percentile { low: 1.0, high: 99.0 }.bytes(&odd);
        assert_eq!((shown[0], shown[1], shown[1000]), (255, 0, 0));
        assert!((120..136).contains(&shown[500]), "{}", shown[500]);
    }
}
