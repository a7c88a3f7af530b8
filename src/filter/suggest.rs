//! The nearest known name to a misspelt one.

use strsim::{jaro_winkler, normalized_damerau_levenshtein};

/// The candidate most like `word`: the same but for case and word separators, else begun by it, or one or two slips away; `None` when
/// nothing is near. Of equally near ones the first.
#[must_use]
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let folded = fold(word);
    let mut best: Option<([f64; 2], &str)> = None;
    for candidate in candidates {
        let other = fold(candidate);
        let likeness = if folded == other {
            2.0
        } else if folded.chars().count() >= 3 && other.starts_with(&folded) {
            0.9
        } else {
            let edits = normalized_damerau_levenshtein(&folded, &other);
            let prefix = jaro_winkler(&folded, &other);
            if edits < 0.6 && prefix < 0.88 {
                continue;
            }
            edits.midpoint(prefix)
        };
        // Among those that are equally like it, the one that is written like it.
        let rank = [likeness, normalized_damerau_levenshtein(word, candidate)];
        if best.is_none_or(|(most, _)| rank > most) {
            best = Some((rank, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// Lower case without what people put between words.
fn fold(word: &str) -> String {
    word.chars().filter(|c| !matches!(c, '_' | '-' | ' ' | '.')).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_nearest_name() {
        let names = ["speed", "steering_angle", "brake", "Traffic Light", "yaw_rate"];
        for (word, expected) in [
            ("sped", Some("speed")),
            ("speeed", Some("speed")),
            ("Speed", Some("speed")),
            ("SteeringAngle", Some("steering_angle")),
            ("steering", Some("steering_angle")),
            ("braek", Some("brake")),
            ("traffic_light", Some("Traffic Light")),
            ("yaw", Some("yaw_rate")),
            ("zebra", None),
            ("x", None),
            ("", None),
        ] {
            assert_eq!(nearest(word, names), expected, "{word}");
        }
    }
}
