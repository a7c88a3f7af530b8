//! What a reader of settings says, in words of the field instead of the parser's.

/// Kinds of values as the parser calls them, and as people do.
const KINDS: [(&str, &str); 14] = [
    ("f64", "a number"),
    ("f32", "a number"),
    ("i64", "a whole number"),
    ("u64", "a whole number, not negative"),
    ("u32", "a whole number, not negative"),
    ("usize", "a whole number, not negative"),
    ("a string", "text in quotes"),
    ("string only", "text in quotes"),
    ("a boolean", "true or false"),
    ("a map", "a table"),
    ("a sequence", "a list"),
    ("any valid TOML value", "a value"),
    ("wanted string or table", "text in quotes"),
    ("a TOML value", "a value"),
];

/// The message with kinds of values named as people name them. What is already said plainly stays as it is.
pub(super) fn plain(message: &str) -> String {
    let message = message.trim();
    let split =
        |rest: &str| rest.split_once(", expected ").map(|(found, wanted)| (found.to_owned(), wanted.to_owned()));
    if let Some(rest) = message.strip_prefix("invalid type: ").or_else(|| message.strip_prefix("invalid value: "))
        && let Some((found, wanted)) = split(rest)
    {
        return format!("{} is expected here, not {}", kind(&wanted), value(&found));
    }
    if let Some((word, known)) = message.strip_prefix("unknown variant ").and_then(split) {
        return format!("{word} is not known here; it can be {}", list(&known));
    }
    if let Some((key, known)) = message.strip_prefix("unknown field ").and_then(split) {
        return format!("there is no key {key} here; {}", keys(&known));
    }
    if let Some(key) = message.strip_prefix("missing field ") {
        return format!("the key {key} is missing");
    }
    message.to_owned()
}

fn kind(wanted: &str) -> String {
    let known = KINDS.iter().find(|(theirs, _)| *theirs == wanted).map(|(_, ours)| (*ours).to_owned());
    known.unwrap_or_else(|| if wanted.starts_with("struct ") { "a table".to_owned() } else { wanted.to_owned() })
}

/// What was written, told as ``integer `3` ``, `string "x"` or `map`.
fn value(found: &str) -> String {
    let (what, shown) = found.split_once(' ').unwrap_or((found, ""));
    let shown = shown.trim_matches('`');
    match what {
        "string" => format!("the text {shown}"),
        "integer" => format!("the number {shown}"),
        "floating" => format!("the number {}", shown.trim_start_matches("point ").trim_matches('`')),
        "boolean" => shown.to_owned(),
        "map" => "a table".to_owned(),
        "sequence" => "a list".to_owned(),
        _ => found.to_owned(),
    }
}

/// The words alone of ``one of `a`, `b` `` and of `` `a` or `b` ``.
fn list(known: &str) -> String {
    known.trim_start_matches("one of ").to_owned()
}

fn keys(known: &str) -> String {
    let known = list(known);
    if known.contains(' ') { format!("the keys are {known}") } else { format!("the key is {known}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lake::{FootageSetting, Manifest};

    #[test]
    fn nothing_is_said_in_the_words_of_the_parser() {
        let footage = |text: &str| toml::from_str::<FootageSetting>(text).unwrap_err().message().to_owned();
        let manifest = |text: &str| toml::from_str::<Manifest>(text).unwrap_err().message().to_owned();
        for (message, expected) in [
            (footage("rate_hz = \"fast\""), "a number is expected here, not the text \"fast\""),
            (footage("rate_hz = true"), "a number is expected here, not true"),
            (footage("offset_s = [1]"), "a number is expected here, not a list"),
            (footage("times = 3"), "text in quotes is expected here, not the number 3"),
            (footage("channels = \"grb\""), "`grb` is not known here; it can be `rgb` or `bgr`"),
            (footage("order = \"whc\""), "`whc` is not known here; it can be `hwc`, `chw`, `hw`"),
            (footage("rate_hz = 0"), "rate_hz is a number of frames a second above 0"),
            (manifest("name = 3"), "text in quotes is expected here, not the number 3"),
            (manifest("rate_hz = {}"), "a number is expected here, not a table"),
            (manifest("metrics = 3"), "a table is expected here, not the number 3"),
            (manifest("metrics = { speed = 2.5 }"), "a table is expected here, not the number 2.5"),
            (manifest("footages = 'x'"), "a table is expected here, not the text \"x\""),
            (manifest("[labels]\nvoc_zero_based = 1"), "true or false is expected here, not the number 1"),
            (manifest("[labels]\nvoc = true"), "there is no key `voc` here; the key is `voc_zero_based`"),
            (
                manifest("[metrics.a]\nunits = 'x'"),
                "there is no key `units` here; the keys are `unit`, `interpolate`, `max_gap_s`",
            ),
        ] {
            assert_eq!(plain(&message), expected, "{message}");
        }
    }
}
