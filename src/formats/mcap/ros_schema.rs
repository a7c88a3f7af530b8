//! Message definitions of ROS 1 and ROS 2 as recordings carry them: the text of a `.msg` file, then those of all messages
//! it is made of, each behind a line of `=` and a line `MSG: package/Name`.
//! Sources: <https://docs.ros.org/en/rolling/Concepts/Basic/About-Interfaces.html>, <http://wiki.ros.org/msg>.

use std::collections::HashMap;

/// Most messages and fields of one definition.
const MAX_PARTS: usize = 10_000;

/// A type of fixed meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Primitive {
    Bool,
    Int {
        bytes: usize,
        signed: bool,
    },
    Float32,
    Float64,
    Text,
    /// ROS 1 `time` and `duration`: seconds and nanoseconds of 32 bits each; a duration has signs.
    Time {
        signed: bool,
    },
}

/// What a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Type {
    Primitive(Primitive),
    /// Another message, by its place in the schema.
    Message(usize),
}

/// How many of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Many {
    One,
    /// `[9]`
    Exactly(usize),
    /// `[]` and `[<=9]`: the number stands before the elements.
    Counted,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Field {
    pub(super) name: String,
    pub(super) of: Type,
    pub(super) many: Many,
}

/// All messages of a definition; the first is that of the channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RosSchema {
    pub(super) messages: Vec<Vec<Field>>,
    /// The message of a moment that both generations share, `sec` and `nanosec`, if it is used.
    pub(super) moments: Vec<usize>,
}

impl RosSchema {
    /// Reads a definition. An error says what in it is not understood.
    pub(super) fn parse(name: &str, text: &str, two: bool) -> Result<Self, String> {
        let mut parts: Vec<(String, Vec<&str>)> = vec![(plain_name(name), Vec::new())];
        let mut fresh = false;
        for line in text.lines().map(str::trim) {
            if line.len() >= 3 && line.bytes().all(|byte| byte == b'=') {
                fresh = true;
            } else if let Some(of) = line.strip_prefix("MSG:").filter(|_| fresh) {
                parts.push((plain_name(of.trim()), Vec::new()));
                fresh = false;
            } else if let Some((_, lines)) = parts.last_mut() {
                lines.push(line);
            }
            if parts.len() > MAX_PARTS {
                return Err("it is made of too many messages".to_owned());
            }
        }
        let mut places = HashMap::new();
        for (at, (name, _)) in parts.iter().enumerate() {
            // A message told twice is told alike.
            places.entry(name.clone()).or_insert(at);
        }
        let mut messages = Vec::with_capacity(parts.len());
        for (name, lines) in &parts {
            let package = name.rsplit_once('/').map_or("", |(package, _)| package);
            let fields = lines.iter().filter_map(|line| field(line, package, &places, two).transpose());
            let fields: Vec<Field> = fields.collect::<Result<_, _>>()?;
            if fields.len() > MAX_PARTS {
                return Err(format!("{name} has too many fields"));
            }
            messages.push(fields);
        }
        let moments = ["builtin_interfaces/Time", "builtin_interfaces/Duration"];
        let moments = moments.iter().filter_map(|name| places.get(*name).copied()).collect();
        Ok(Self { messages, moments })
    }
}

/// `package/msg/Name` as `package/Name`.
fn plain_name(name: &str) -> String {
    name.replace("/msg/", "/")
}

/// The field on a line; `None` for constants, comments and empty lines.
fn field(line: &str, package: &str, places: &HashMap<String, usize>, two: bool) -> Result<Option<Field>, String> {
    // A `#` inside the text of a constant or a default cuts off what is not needed anyway.
    let line = line.split('#').next().unwrap_or_default().trim();
    let Some((kind, rest)) = line.split_once(char::is_whitespace) else {
        return if line.is_empty() { Ok(None) } else { Err(format!("the line `{line}` is no field")) };
    };
    let rest = rest.trim_start();
    let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(rest.len());
    let (name, behind) = rest.split_at(end);
    if behind.trim_start().starts_with('=') {
        return Ok(None);
    }
    if name.is_empty() {
        return Err(format!("the line `{line}` is no field"));
    }
    let (kind, many) = match kind.split_once('[') {
        None => (kind, Many::One),
        Some((kind, count)) => match count.strip_suffix(']') {
            Some("") => (kind, Many::Counted),
            Some(count) if count.starts_with("<=") => (kind, Many::Counted),
            Some(count) => match count.parse() {
                Ok(count) => (kind, Many::Exactly(count)),
                Err(_) => return Err(format!("the length `[{count}]` of `{name}` is no number")),
            },
            None => return Err(format!("the line `{line}` is no field")),
        },
    };
    // `string<=20`: the bound changes nothing in the bytes.
    let kind = kind.split("<=").next().unwrap_or(kind);
    let of = match primitive(kind, two) {
        Some(primitive) => Type::Primitive(primitive),
        None if kind == "wstring" => return Err(format!("`{name}` is a wide string, which is not read")),
        None => {
            let full = match kind {
                "Header" if !two => "std_msgs/Header".to_owned(),
                _ if kind.contains('/') => plain_name(kind),
                _ => format!("{package}/{kind}"),
            };
            let bare = || kind.rsplit('/').next().and_then(|last| places.get(last));
            let place = places.get(&full).or_else(bare);
            Type::Message(*place.ok_or_else(|| format!("the type `{kind}` of `{name}` is not described"))?)
        }
    };
    Ok(Some(Field { name: name.to_owned(), of, many }))
}

fn primitive(kind: &str, two: bool) -> Option<Primitive> {
    let int = |bytes, signed| Primitive::Int { bytes, signed };
    Some(match kind {
        "bool" => Primitive::Bool,
        // ROS 1 calls a signed byte `byte`; ROS 2 an octet.
        "byte" => int(1, !two),
        "char" | "uint8" => int(1, false),
        "int8" => int(1, true),
        "int16" => int(2, true),
        "uint16" => int(2, false),
        "int32" => int(4, true),
        "uint32" => int(4, false),
        "int64" => int(8, true),
        "uint64" => int(8, false),
        "float32" => Primitive::Float32,
        "float64" => Primitive::Float64,
        "string" => Primitive::Text,
        "time" if !two => Primitive::Time { signed: false },
        "duration" if !two => Primitive::Time { signed: true },
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn definitions_are_read() {
        let text = "# a comment\nuint8 OFF=0\nstring NAME = \"a # b\"\nstd_msgs/Header header\nfloat64[9] covariance -1\n\
                    Wheel[<=4] wheels\nstring<=20 word \"none\"\nuint16[] ranges\n\
                    ================\nMSG: std_msgs/Header\nbuiltin_interfaces/Time stamp\nstring frame_id\n\
                    ================\nMSG: builtin_interfaces/Time\nint32 sec\nuint32 nanosec\n\
                    ================\nMSG: car/Wheel\nbool slips\n";
        let schema = RosSchema::parse("car/msg/State", text, true).unwrap();
        let names: Vec<&str> = schema.messages[0].iter().map(|field| field.name.as_str()).collect();
        assert_eq!(names, ["header", "covariance", "wheels", "word", "ranges"]);
        assert_eq!(schema.messages[0][0].of, Type::Message(1));
        assert_eq!(schema.messages[0][1].many, Many::Exactly(9));
        assert_eq!(schema.messages[0][2], Field { name: "wheels".into(), of: Type::Message(3), many: Many::Counted });
        assert_eq!(schema.messages[0][3].of, Type::Primitive(Primitive::Text));
        assert_eq!(schema.moments, [2]);

        let one =
            RosSchema::parse("a/B", "Header header\ntime at\nbyte b\n===\nMSG: std_msgs/Header\nuint32 seq\n", false);
        let fields = &one.unwrap().messages[0];
        assert_eq!(fields[0].of, Type::Message(1));
        assert_eq!(fields[1].of, Type::Primitive(Primitive::Time { signed: false }));
        assert_eq!(fields[2].of, Type::Primitive(Primitive::Int { bytes: 1, signed: true }));
    }

    #[test]
    fn what_is_not_understood_is_told() {
        for (text, told) in [
            ("float64", "no field"),
            ("float64[x] a", "no number"),
            ("float64[3 a", "no field"),
            ("Other a", "not described"),
            ("wstring a", "wide string"),
        ] {
            let error = RosSchema::parse("a/B", text, true).unwrap_err();
            assert!(error.contains(told), "{text}: {error}");
        }
    }
}
