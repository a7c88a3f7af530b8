//! Class names and numbers as formats of plain lines take them.

use serde_json::{Map, Value};

/// A class name as one word: blanks part the columns. Tells whether it had to be changed.
pub(super) fn one_word(class: &str) -> (String, bool) {
    let word = class.split_whitespace().collect::<Vec<_>>().join("_");
    let word = if word.is_empty() { "_".to_owned() } else { word };
    let changed = word != class;
    (word, changed)
}

/// Takes a number out of attributes.
pub(super) fn take_number(attributes: &mut Map<String, Value>, name: &str) -> Option<f64> {
    let number = attributes.get(name)?.as_f64()?;
    attributes.remove(name);
    Some(number)
}

/// Takes three numbers out of attributes.
pub(super) fn take_three(attributes: &mut Map<String, Value>, name: &str) -> Option<[f64; 3]> {
    let list = attributes.get(name)?.as_array()?;
    let numbers: Vec<f64> = list.iter().map(Value::as_f64).collect::<Option<_>>()?;
    let three = numbers.try_into().ok()?;
    attributes.remove(name);
    Some(three)
}
