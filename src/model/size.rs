//! Sizes in bytes as people write them.

/// Reads `512MB`, `2GB`, `1.5 GiB` or a number of bytes.
///
/// # Errors
/// What a size looks like, when this is none.
pub fn parse_size(text: &str) -> Result<u64, String> {
    let text = text.trim();
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let wrong = || "write a size such as 512MB or 2GB".to_owned();
    let number: f64 = text[..end].parse().map_err(|_| wrong())?;
    let factor = match text[end..].trim().to_ascii_lowercase().as_str() {
        "" | "b" => 1.0,
        "k" | "kb" => 1e3,
        "m" | "mb" => 1e6,
        "g" | "gb" => 1e9,
        "t" | "tb" => 1e12,
        "kib" => 1024.0,
        "mib" => 1_048_576.0,
        "gib" => 1_073_741_824.0,
        _ => return Err(wrong()),
    };
    let bytes = number * factor;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked to be small and not negative")]
    if (0.0..1e18).contains(&bytes) { Ok(bytes as u64) } else { Err(wrong()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_sizes() {
        for (text, expected) in [
            ("2GB", Some(2_000_000_000)),
            ("512 mb", Some(512_000_000)),
            ("1.5GiB", Some(1_610_612_736)),
            ("1000", Some(1000)),
            ("", None),
            ("GB", None),
            ("2 apples", None),
            ("1e3", None),
        ] {
            assert_eq!(parse_size(text).ok(), expected, "{text}");
        }
    }
}
