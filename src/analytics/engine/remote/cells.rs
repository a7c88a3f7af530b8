//! Lines of text cut into cells by functions of the server.

use spark_connect_proto::Expression;

use super::relations::{call, cast_to, column, first_of, integer, string};
use crate::analytics::tree::top::{CAMERA, ITEM, TIME};

/// What stands for a time that is written out, which is no number.
pub(super) const WRITTEN_OUT: &str = "a time that is written out";

/// How a time begins that is written out.
const DATE: &str = "[0-9]{4}-[0-9]";

/// The largest whole number up to which decimal ones have all, as text: 2^53.
const MAX_DECIMAL: &str = "9007199254740992";

/// Whole numbers that are no larger, as a pattern: digit by digit those that are smaller, and the number itself.
fn up_to_max_decimal() -> String {
    let longest = MAX_DECIMAL.len();
    let smaller = MAX_DECIMAL.char_indices().filter(|(_, digit)| *digit > '0').filter_map(|(at, digit)| {
        let below = char::from_digit(digit.to_digit(10)?.checked_sub(1)?, 10)?;
        Some(format!("{}[0-{below}][0-9]{{{}}}", &MAX_DECIMAL[..at], longest - at - 1))
    });
    let smaller: Vec<String> = smaller.collect();
    format!("0*(?:[0-9]{{1,{}}}|{}|{MAX_DECIMAL})", longest - 1, smaller.join("|"))
}

/// The same number without `.0` behind it; other text as it is.
fn without_zeros(text: &Expression) -> Expression {
    let whole = up_to_max_decimal();
    let number = extract(text.clone(), &format!("^[ \t]*([+-]?{whole})[.]0*[ \t]*$"));
    when(matches(text.clone(), &format!("^[ \t]*[+-]?{whole}[.]0*[ \t]*$")), number, Some(text.clone()))
}

/// A number of JSON as a server tells it: one with an exponent, which servers make of decimal numbers, as the whole number
/// that it is; `?` where it is none or too large.
fn without_exponent(text: &Expression) -> Expression {
    let decimal = || cast_to(text.clone(), "double");
    let is_whole = call("==", vec![decimal(), call("floor", vec![decimal()])]);
    let is_small = call("<=", vec![call("abs", vec![decimal()]), cast_to(string(MAX_DECIMAL), "double")]);
    let whole = cast_to(cast_to(decimal(), "bigint"), "string");
    let number = when(is_small, when(is_whole, whole, Some(string("?"))), Some(string("?")));
    when(matches(text.clone(), "^-?[0-9]+(?:[.][0-9]+)?[eE][+-]?[0-9]+$"), number, Some(without_zeros(text)))
}

fn line() -> Expression {
    column("line")
}

fn matches(text: Expression, pattern: &str) -> Expression {
    call("rlike", vec![text, string(pattern)])
}

/// A value where a condition holds, else null or another value.
fn when(condition: Expression, value: Expression, other: Option<Expression>) -> Expression {
    call("when", [condition, value].into_iter().chain(other).collect())
}

fn extract(text: Expression, pattern: &str) -> Expression {
    call("regexp_extract", vec![text, string(pattern), integer(1)])
}

/// A cell of CSV by its place; null where the line has too few, which an empty cell is not. `name` is its column.
pub(super) fn csv(name: &str, delimiter: char, place: usize) -> Expression {
    let cell = any_csv(delimiter, place);
    if name == ITEM {
        return cell;
    }
    let number = without_zeros(&cell);
    if name != TIME {
        return number;
    }
    when(matches(cell, &format!("^[ \t]*{DATE}")), string(WRITTEN_OUT), Some(number))
}

fn any_csv(delimiter: char, place: usize) -> Expression {
    let place = i32::try_from(place).unwrap_or(i32::MAX);
    let plain = call("get", vec![call("split", vec![line(), string(&format!("[{delimiter}]"))]), integer(place)]);
    // Doubled quotes stand for one, and what follows the closing quote belongs to the cell.
    let quoted = r#""[^"]*(?:""[^"]*)*""#;
    let any = format!("(?:{quoted}[^{delimiter}]*|[^{delimiter}\"][^{delimiter}]*|)");
    let this = format!("^(?:{any}{delimiter}){{{place}}}({any})(?:{delimiter}|$)");
    let cell = extract(line(), &this);
    let inside =
        call("replace", vec![extract(cell.clone(), r#"^"([^"]*(?:""[^"]*)*)""#), string("\"\""), string("\"")]);
    let behind = extract(cell.clone(), &format!("^{quoted}(.*)$"));
    let cell = when(matches(cell.clone(), "^\""), call("concat", vec![inside, behind]), Some(cell));
    let cell = when(matches(line(), &this), cell, None);
    when(call("contains", vec![line(), string("\"")]), cell, Some(plain))
}

/// A field at the top of a line of JSON as text.
fn field(name: &str) -> Expression {
    let simple = name.chars().all(|one| one.is_ascii_alphanumeric() || one == '_');
    let path = if simple { format!("$.{name}") } else { format!("$['{name}']") };
    call("get_json_object", vec![line(), string(&path)])
}

/// How a field of the right type begins in the line.
fn begins(name: &str, with: &str) -> Expression {
    let name: String = name
        .chars()
        .flat_map(|one| [(!one.is_alphanumeric() && one != '_').then_some('\\'), Some(one)])
        .flatten()
        .collect();
    matches(line(), &format!("\"{name}\"[ \t]*:[ \t]*{with}"))
}

fn is_there(value: Expression) -> Expression {
    call("isnotnull", vec![value])
}

/// A whole number as text; `?`, which is none, where the field has a value of another type that reads alike.
fn whole_number(name: &str) -> Expression {
    let other = when(is_there(field(name)), string("?"), None);
    when(begins(name, "-?[0-9]"), without_exponent(&field(name)), Some(other))
}

/// The same of a time, which may be written out.
fn time(name: &str) -> Expression {
    let written = call("and", vec![is_there(field(name)), begins(name, &format!("\"[ \t]*{DATE}"))]);
    when(written, string(WRITTEN_OUT), Some(whole_number(name)))
}

/// The other name that files give the camera.
const MISSPELT_CAMERA: &str = "ideo_camera_oid";

/// The names that a field may have, the right one first; `found` is what a file calls it.
fn names<'a>(right: &'a str, found: &'a str) -> Vec<&'a str> {
    let mut names = vec![right];
    if found != right {
        names.push(found);
    }
    if right == CAMERA && found != MISSPELT_CAMERA {
        names.push(MISSPELT_CAMERA);
    }
    names
}

/// The first of the fields that is there.
fn first_field(names: &[&str], of: fn(&str) -> Expression) -> Expression {
    let mut values = names.iter().rev().map(|name| of(name));
    // A field has one name at least.
    let last = values.next().unwrap_or_else(|| string("?"));
    values.fold(last, |later, earlier| first_of(earlier, later))
}

/// A field of an event as text; `found` is what the file calls it.
pub(super) fn json(name: &str, found: &str) -> Expression {
    let of = match name {
        ITEM => field,
        TIME => time,
        _ => whole_number,
    };
    first_field(&names(name, found), of)
}

/// Not null where the line is no JSON object, or has an item that cannot be meant. `item` is what the file calls it.
pub(super) fn json_is_broken(item: &str) -> Expression {
    let no_object = call("isnull", vec![call("json_object_keys", vec![line()])]);
    let bad = names(ITEM, item)
        .into_iter()
        .map(|name| call("and", vec![is_there(field(name)), call("not", vec![begins(name, "\"")])]))
        .fold(no_object, |bad, no_text| call("or", vec![bad, no_text]));
    when(bad, string("bad"), None)
}
