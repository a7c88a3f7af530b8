//! Messages of ROS 1 and of ROS 2 (CDR) as cells.
//! Sources: <http://wiki.ros.org/ROS/Connection%20Header>, OMG DDSI-RTPS 10.5 and DDS-XTypes 7.4 (plain CDR).

use super::{
    fields::{Cell, FieldColumns, MAX_DEPTH, MAX_ELEMENTS, below},
    ros_schema::{Many, Primitive, RosSchema, Type},
};

/// How values lie in the bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Encoding {
    /// ROS 1: little endian, without gaps.
    Ros1,
    /// ROS 2: four bytes tell the order, then each number begins at a multiple of its size.
    Cdr,
}

/// Puts the fields of a message into the columns. `None`, and nothing in the columns, when the bytes are not such a message.
pub(super) fn flatten_ros(
    schema: &RosSchema,
    encoding: Encoding,
    data: &[u8],
    row: usize,
    columns: &mut FieldColumns,
) -> Option<()> {
    let mut cells = Vec::new();
    let mut reader = Reader::new(encoding, data)?;
    let mut walk = Walk { schema, steps: MAX_STEPS, cells: &mut cells, columns };
    walk.message(&mut reader, 0, 0, &mut String::new(), true)?;
    // Bytes behind the message are padding at most.
    if reader.left().len() > 7 {
        return None;
    }
    for (path, cell) in cells {
        columns.push(&path, row, cell);
    }
    Some(())
}

struct Reader<'a> {
    data: &'a [u8],
    at: usize,
    little: bool,
    /// Largest alignment; 1 is none.
    align: usize,
    encoding: Encoding,
}

impl<'a> Reader<'a> {
    fn new(encoding: Encoding, data: &'a [u8]) -> Option<Self> {
        if encoding == Encoding::Ros1 {
            return Some(Self { data, at: 0, little: true, align: 1, encoding });
        }
        let (head, data) = data.split_at_checked(4)?;
        // The kinds with lists of parameters and with delimiters are not written for ROS messages.
        let (little, align) = match head[1] {
            0 if head[0] == 0 => (false, 8),
            1 if head[0] == 0 => (true, 8),
            6 if head[0] == 0 => (false, 4),
            7 if head[0] == 0 => (true, 4),
            _ => return None,
        };
        Some(Self { data, at: 0, little, align, encoding })
    }

    fn left(&self) -> &'a [u8] {
        self.data.get(self.at..).unwrap_or_default()
    }

    fn bytes(&mut self, count: usize) -> Option<&'a [u8]> {
        let bytes = self.left().get(..count)?;
        self.at += count;
        Some(bytes)
    }

    fn align(&mut self, size: usize) -> Option<()> {
        self.at = self.at.checked_next_multiple_of(size.min(self.align))?;
        Some(())
    }

    fn number<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.align(N)?;
        let mut bytes: [u8; N] = self.bytes(N)?.try_into().ok()?;
        if !self.little {
            bytes.reverse();
        }
        Some(bytes)
    }

    fn count(&mut self) -> Option<usize> {
        usize::try_from(u32::from_le_bytes(self.number()?)).ok()
    }
}

/// Most values of one message that are looked at one by one. A definition can tell of more without a byte for them.
const MAX_STEPS: u32 = 1 << 20;

struct Walk<'a> {
    schema: &'a RosSchema,
    /// Values that may still be looked at.
    steps: u32,
    cells: &'a mut Vec<(String, Cell)>,
    columns: &'a mut FieldColumns,
}

impl Walk<'_> {
    /// Reads one message; `kept` tells whether its values become cells or are only passed over.
    fn message(
        &mut self,
        reader: &mut Reader<'_>,
        place: usize,
        depth: usize,
        path: &mut String,
        kept: bool,
    ) -> Option<()> {
        let schema = self.schema;
        let fields = schema.messages.get(place)?;
        if depth > MAX_DEPTH {
            return None;
        }
        if fields.is_empty() && reader.encoding == Encoding::Cdr {
            // A structure without members has one byte there.
            return reader.bytes(1).map(drop);
        }
        if schema.moments.contains(&place) && fields.len() == 2 {
            let seconds = i32::from_le_bytes(reader.number()?);
            let nanoseconds = u32::from_le_bytes(reader.number()?);
            return self.keep(path, kept, Cell::Int(i64::from(seconds) * 1_000_000_000 + i64::from(nanoseconds)));
        }
        for field in fields {
            let mut read = Some(());
            below(path, &field.name, |path| read = self.field(reader, field.of, field.many, depth, path, kept));
            read?;
        }
        Some(())
    }

    fn field(
        &mut self,
        reader: &mut Reader<'_>,
        of: Type,
        many: Many,
        depth: usize,
        path: &mut String,
        kept: bool,
    ) -> Option<()> {
        self.steps = self.steps.checked_sub(1)?;
        let count = match many {
            Many::One => return self.value(reader, of, depth, path, kept),
            Many::Exactly(count) => count,
            Many::Counted => reader.count()?,
        };
        let octets = matches!(of, Type::Primitive(Primitive::Int { bytes: 1, signed: false }));
        let as_cells = kept && count <= MAX_ELEMENTS && !octets;
        if kept && !as_cells {
            self.columns.leave_out(path);
        }
        // Numbers that are passed over need no look at each.
        if !as_cells && let Some(size) = size_of(of) {
            if count > 0 {
                reader.align(size)?;
            }
            return reader.bytes(count.checked_mul(size)?).map(drop);
        }
        for at in 0..count {
            self.steps = self.steps.checked_sub(1)?;
            let before = reader.at;
            let mut read = Some(());
            below(path, &at.to_string(), |path| read = self.value(reader, of, depth, path, as_cells));
            read?;
            if reader.at == before && !as_cells {
                // Elements without bytes could be told by the billion.
                break;
            }
        }
        Some(())
    }

    fn value(&mut self, reader: &mut Reader<'_>, of: Type, depth: usize, path: &mut String, kept: bool) -> Option<()> {
        let primitive = match of {
            Type::Message(place) => return self.message(reader, place, depth + 1, path, kept),
            Type::Primitive(primitive) => primitive,
        };
        let cell = match primitive {
            Primitive::Bool => Cell::Bool(u8::from_le_bytes(reader.number()?) != 0),
            Primitive::Int { bytes, signed } => whole(reader, bytes, signed)?,
            Primitive::Float32 => Cell::Float(f64::from(f32::from_le_bytes(reader.number()?))),
            Primitive::Float64 => Cell::Float(f64::from_le_bytes(reader.number()?)),
            Primitive::Text => {
                let count = reader.count()?;
                let bytes = reader.bytes(count)?;
                // CDR counts a zero at the end.
                let bytes =
                    if reader.encoding == Encoding::Cdr { bytes.strip_suffix(b"\0").unwrap_or(bytes) } else { bytes };
                Cell::Text(String::from_utf8_lossy(bytes).into_owned())
            }
            Primitive::Time { signed } => {
                let (seconds, nanoseconds): ([u8; 4], [u8; 4]) = (reader.number()?, reader.number()?);
                let (seconds, nanoseconds) = if signed {
                    (i64::from(i32::from_le_bytes(seconds)), i64::from(i32::from_le_bytes(nanoseconds)))
                } else {
                    (i64::from(u32::from_le_bytes(seconds)), i64::from(u32::from_le_bytes(nanoseconds)))
                };
                Cell::Int(seconds * 1_000_000_000 + nanoseconds)
            }
        };
        self.keep(path, kept, cell)
    }

    #[expect(clippy::unnecessary_wraps, reason = "ends the walk of a value as every other step does")]
    fn keep(&mut self, path: &str, kept: bool, cell: Cell) -> Option<()> {
        if kept {
            self.cells.push((path.to_owned(), cell));
        }
        Some(())
    }
}

/// Bytes of a number in a list of them; `None` for what has no fixed size.
fn size_of(of: Type) -> Option<usize> {
    match of {
        Type::Primitive(Primitive::Bool) => Some(1),
        Type::Primitive(Primitive::Int { bytes, .. }) => Some(bytes),
        Type::Primitive(Primitive::Float32) => Some(4),
        Type::Primitive(Primitive::Float64) => Some(8),
        Type::Primitive(Primitive::Text | Primitive::Time { .. }) | Type::Message(_) => None,
    }
}

#[expect(clippy::cast_precision_loss, reason = "metrics are doubles; counters beyond 2^63 lose their last digits")]
fn whole(reader: &mut Reader<'_>, bytes: usize, signed: bool) -> Option<Cell> {
    Some(Cell::Int(match (bytes, signed) {
        (1, true) => i8::from_le_bytes(reader.number()?).into(),
        (1, false) => u8::from_le_bytes(reader.number()?).into(),
        (2, true) => i16::from_le_bytes(reader.number()?).into(),
        (2, false) => u16::from_le_bytes(reader.number()?).into(),
        (4, true) => i32::from_le_bytes(reader.number()?).into(),
        (4, false) => u32::from_le_bytes(reader.number()?).into(),
        (_, true) => i64::from_le_bytes(reader.number()?),
        (_, false) => {
            let value = u64::from_le_bytes(reader.number()?);
            return Some(i64::try_from(value).map_or(Cell::Float(value as f64), Cell::Int));
        }
    }))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const TEXT: &str = "Inner[] many\nfloat64[] values\nstring word\nEmpty nothing\nLoop[] again\n\
                        ===\nMSG: a/Inner\nuint8 small\nfloat64 large\n===\nMSG: a/Empty\n===\nMSG: a/Loop\nLoop[] again\n";

    #[test]
    fn cdr_aligns_and_knows_both_orders() {
        let schema = RosSchema::parse("a/B", "uint8 small\nfloat64 large\nstring word\nuint16 last", true).unwrap();
        let mut little = vec![0, 1, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0];
        little.extend(1.5_f64.to_le_bytes());
        little.extend([3, 0, 0, 0, b'o', b'n', 0, 0, 9, 1]);
        let mut big = vec![0, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0];
        big.extend(1.5_f64.to_be_bytes());
        big.extend([0, 0, 0, 3, b'o', b'n', 0, 0, 1, 9]);
        for data in [little, big] {
            let mut columns = FieldColumns::default();
            flatten_ros(&schema, Encoding::Cdr, &data, 0, &mut columns).unwrap();
            let found: Vec<_> = columns.into_columns(1).map(|(name, values)| (name, values.text(0))).collect();
            let expected = [("small", "7"), ("large", "1.5"), ("word", "on"), ("last", "265")];
            assert_eq!(found, expected.map(|(name, text)| (name.to_owned(), Some(text.to_owned()))));
        }
        // XCDR 2 aligns to four at most.
        let schema = RosSchema::parse("a/B", "uint8 small\nfloat64 large", true).unwrap();
        let mut data = vec![0, 7, 0, 0, 7, 0, 0, 0];
        data.extend(1.5_f64.to_le_bytes());
        assert!(flatten_ros(&schema, Encoding::Cdr, &data, 0, &mut FieldColumns::default()).is_some());
        assert!(flatten_ros(&schema, Encoding::Cdr, &data[..12], 0, &mut FieldColumns::default()).is_none());
    }

    #[test]
    fn definitions_that_tell_of_values_without_bytes_come_to_an_end() {
        for nothing in ["float64[0] none", ""] {
            let fields = |of: u32| (0..200).map(|at| format!("M{of} f{at}\n")).collect::<Vec<_>>().concat();
            let inner = (1..15).map(|depth| format!("===\nMSG: a/M{depth}\n{}", fields(depth + 1)));
            let text =
                [fields(1), inner.collect::<Vec<_>>().concat(), format!("===\nMSG: a/M15\n{nothing}\n")].concat();
            let schema = RosSchema::parse("a/B", &text, false).unwrap();
            assert!(flatten_ros(&schema, Encoding::Ros1, &[], 0, &mut FieldColumns::default()).is_none());
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_survived(data in prop::collection::vec(any::<u8>(), 0..200), two in any::<bool>()) {
            let schema = RosSchema::parse("a/B", TEXT, two).unwrap();
            let encoding = if two { Encoding::Cdr } else { Encoding::Ros1 };
            let mut columns = FieldColumns::default();
            let _ = flatten_ros(&schema, encoding, &data, 0, &mut columns);
            prop_assert!(columns.values() < 10_000);
        }

        #[test]
        fn any_definition_is_survived(text in "[ -~\n=\\[\\]<>#/]{0,300}", data in prop::collection::vec(any::<u8>(), 0..60)) {
            if let Ok(schema) = RosSchema::parse("a/B", &text, true) {
                let _ = flatten_ros(&schema, Encoding::Cdr, &data, 0, &mut FieldColumns::default());
            }
        }
    }
}
