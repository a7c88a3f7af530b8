//! Lines of text cut into cells by functions of the server.

use spark_connect_proto::Expression;

use super::relations::{call, column, first_of, integer, string};
use crate::analytics::tree::top::{CAMERA, ITEM};

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

/// A cell of CSV by its place; null where the line has too few, which an empty cell is not.
pub(super) fn csv(delimiter: char, place: usize) -> Expression {
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
    call("get_json_object", vec![line(), string(&format!("$.{name}"))])
}

/// How a field of the right type begins in the line.
fn begins(name: &str, with: &str) -> Expression {
    matches(line(), &format!("\"{name}\"[ \t]*:[ \t]*{with}"))
}

fn is_there(value: Expression) -> Expression {
    call("isnotnull", vec![value])
}

/// A whole number as text; `?`, which is none, where the field has a value of another type that reads alike.
fn whole_number(name: &str) -> Expression {
    when(begins(name, "-?[0-9]"), field(name), Some(when(is_there(field(name)), string("?"), None)))
}

/// The other name that files give the camera.
const MISSPELT_CAMERA: &str = "ideo_camera_oid";

/// A field of an event as text.
pub(super) fn json(name: &str) -> Expression {
    match name {
        ITEM => field(ITEM),
        CAMERA => first_of(whole_number(CAMERA), whole_number(MISSPELT_CAMERA)),
        _ => whole_number(name),
    }
}

/// Not null where the line is no JSON object, or has fields that cannot be meant.
pub(super) fn json_is_broken() -> Expression {
    let no_object = call("isnull", vec![call("json_object_keys", vec![line()])]);
    let no_text = call("and", vec![is_there(field(ITEM)), call("not", vec![begins(ITEM, "\"")])]);
    let twice = call("and", vec![is_there(field(CAMERA)), is_there(field(MISSPELT_CAMERA))]);
    let bad = call("or", vec![no_object, call("or", vec![no_text, twice])]);
    when(bad, string("bad"), None)
}
