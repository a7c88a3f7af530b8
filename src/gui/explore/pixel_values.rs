//! The stored values of a pixel as text: whole numbers exactly, fractions with the digits that their kind holds.

use crate::model::{Look, Raster, Samples};

/// Significant digits of single and double precision that are worth reading.
const SINGLE: usize = 7;
const DOUBLE: usize = 10;
/// And of those that stand in a pixel.
const SHORT: usize = 4;

/// The values of all channels at (`x`, `y`) in the order in which they are stored, named; `None` outside the picture.
pub(super) fn told(raster: &Raster, look: &Look, x: u32, y: u32) -> Option<String> {
    let values = raster.values_at(x, y);
    if values.is_empty() {
        return None;
    }
    let names: &[&str] = match values.len() {
        1 => &["value"],
        2 => &["value", "alpha"],
        _ if look.swap_red_blue => &["B", "G", "R", "A"],
        _ => &["R", "G", "B", "A"],
    };
    let told = values.iter().enumerate().map(|(channel, value)| {
        let name = names.get(channel).copied().unwrap_or("·");
        format!("{name} {}", value_text(&raster.samples, *value))
    });
    Some(told.collect::<Vec<_>>().join("  "))
}

/// The same without names and with few digits, for where there is little room.
pub(super) fn short(raster: &Raster, x: u32, y: u32) -> Vec<String> {
    let whole = !matches!(raster.samples, Samples::F32(_) | Samples::F64(_));
    let text = |value: f64| if whole { format!("{value:.0}") } else { fraction(value, SHORT) };
    raster.values_at(x, y).into_iter().map(text).collect()
}

fn value_text(samples: &Samples, value: f64) -> String {
    match samples {
        // Whole numbers of at most 32 bits are exact as doubles.
        Samples::U8(_) | Samples::U16(_) | Samples::I32(_) | Samples::U32(_) => format!("{value:.0}"),
        Samples::F32(_) => fraction(value, SINGLE),
        Samples::F64(_) => fraction(value, DOUBLE),
    }
}

/// `value` with so many significant digits, without zeros at the end.
fn fraction(value: f64, digits: usize) -> String {
    if !value.is_finite() || value == 0.0 {
        return if value == 0.0 { "0".to_owned() } else { value.to_string() };
    }
    let scientific = format!("{value:.*e}", digits - 1);
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let trimmed = |text: &str| {
        let short = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { text };
        short.to_owned()
    };
    match exponent.parse::<i32>() {
        Ok(exponent @ -4..=9) => {
            let decimals = usize::try_from(i32::try_from(digits).unwrap_or(0) - 1 - exponent).unwrap_or(0);
            trimmed(&format!("{value:.decimals$}"))
        }
        _ => format!("{}e{exponent}", trimmed(mantissa)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers_are_exact_and_fractions_have_the_digits_they_hold() {
        let raster = |channels, samples| Raster { width_px: 1, height_px: 1, channels, samples };
        for (channels, samples, expected) in [
            (3, Samples::U8(vec![1, 20, 255]), "R 1  G 20  B 255"),
            (4, Samples::U8(vec![1, 2, 3, 4]), "R 1  G 2  B 3  A 4"),
            (1, Samples::U16(vec![65_535]), "value 65535"),
            (1, Samples::U32(vec![u32::MAX]), "value 4294967295"),
            (1, Samples::I32(vec![i32::MIN]), "value -2147483648"),
            (1, Samples::F32(vec![0.1]), "value 0.1"),
            (1, Samples::F32(vec![std::f32::consts::PI]), "value 3.141593"),
            (1, Samples::F32(vec![1.5e-9]), "value 1.5e-9"),
            (1, Samples::F32(vec![16_777_216.0]), "value 16777216"),
            (1, Samples::F64(vec![std::f64::consts::PI * 100.0]), "value 314.1592654"),
            (1, Samples::F64(vec![f64::NAN]), "value NaN"),
            (1, Samples::F64(vec![f64::NEG_INFINITY]), "value -inf"),
            (1, Samples::F64(vec![-0.0]), "value 0"),
        ] {
            assert_eq!(told(&raster(channels, samples), &Look::default(), 0, 0).as_deref(), Some(expected));
        }
        assert_eq!(told(&raster(1, Samples::U8(vec![1])), &Look::default(), 1, 0), None);
        for (samples, expected) in [
            (Samples::U16(vec![65_535]), "65535"),
            (Samples::F32(vec![0.123_456]), "0.1235"),
            (Samples::F64(vec![-1234.56]), "-1235"),
        ] {
            assert_eq!(short(&raster(1, samples), 0, 0), [expected]);
        }
        assert!(short(&raster(1, Samples::U8(vec![1])), 0, 1).is_empty());
        let swapped = Look { swap_red_blue: true, ..Look::default() };
        let told = told(&raster(3, Samples::U8(vec![1, 2, 3])), &swapped, 0, 0);
        assert_eq!(told.as_deref(), Some("B 1  G 2  R 3"));
    }
}
