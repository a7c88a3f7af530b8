//! Names, texts and numbers as SQL spells them.

use super::NoSql;

/// A name in double quotes, which double inside.
pub fn quoted_name(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A text in single quotes, which double inside.
pub fn quoted_text(text: &str) -> Result<String, NoSql> {
    if text.contains('\0') {
        return Err(NoSql::of(text.replace('\0', "␀"), "texts of SQL cannot hold the character zero"));
    }
    Ok(format!("'{}'", text.replace('\'', "''")))
}

/// A double: the digits that give the same double back, with an exponent where an engine could take them for a decimal.
pub fn double(value: f64) -> Result<String, NoSql> {
    if !value.is_finite() {
        return Err(NoSql::of(value.to_string(), "SQL has no way to write an infinite number that all engines read"));
    }
    let text = format!("{value:?}");
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    // Up to fifteen digits, a decimal that becomes a double is the nearest one.
    Ok(if digits <= 15 || text.contains('e') { text } else { format!("{value:e}") })
}

/// A double beside one that it is compared with: without a point where it is whole.
pub fn compared(value: f64) -> Result<String, NoSql> {
    let text = double(value)?;
    Ok(text.strip_suffix(".0").map_or_else(|| text.clone(), str::to_owned))
}

/// A pattern of `~` as `LIKE` has it, with `!` before what would mean something there.
pub fn like_pattern(pattern: &str) -> Result<String, NoSql> {
    if !pattern.is_ascii() {
        return Err(NoSql::of(
            format!("~ \"{pattern}\""),
            "engines disagree on capital letters beyond a to z; compare with `=` or `in` instead",
        ));
    }
    let mut like = String::new();
    for c in pattern.chars() {
        match c {
            '*' => like.push('%'),
            '?' => like.push('_'),
            '%' | '_' | '!' => like.extend(['!', c]),
            c => like.push(c.to_ascii_lowercase()),
        }
    }
    quoted_text(&like)
}
