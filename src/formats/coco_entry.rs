//! Entries of a COCO file, read so that one of the wrong shape is counted instead of ending the file.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{Error, IgnoredAny, MapAccess, SeqAccess, Visitor},
};

/// A JSON value where a single number or word is wanted.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) enum Scalar {
    /// Absent or null.
    #[default]
    Absent,
    Int(i64),
    Float(f64),
    Text(String),
    Bool(bool),
    /// A list, an object, or a number no `i64` holds.
    Other,
}

impl Scalar {
    /// A number, also written as text.
    #[expect(clippy::cast_precision_loss, reason = "sizes and scores are doubles")]
    pub(super) fn number(&self) -> Option<f64> {
        match self {
            Self::Int(value) => Some(*value as f64),
            Self::Float(value) => Some(*value),
            Self::Text(text) => text.trim().parse().ok(),
            Self::Absent | Self::Bool(_) | Self::Other => None,
        }
    }

    /// A whole number, also written as text or as `7.0`.
    #[expect(clippy::cast_possible_truncation, reason = "the range is checked first")]
    pub(super) fn whole(&self) -> Option<i64> {
        match self {
            Self::Int(value) => Some(*value),
            Self::Float(value) if value.fract() == 0.0 && value.abs() < 9e15 => Some(*value as i64),
            Self::Text(text) => text.trim().parse().ok(),
            _ => None,
        }
    }

    /// The value as a word, so that `7` and `"7"` are the same id.
    pub(super) fn word(&self) -> Option<String> {
        match self {
            Self::Int(value) => Some(value.to_string()),
            Self::Float(_) => self.whole().map(|value| value.to_string()),
            Self::Text(text) if !text.is_empty() => Some(text.clone()),
            _ => None,
        }
    }
}

impl<'de> Deserialize<'de> for Scalar {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ScalarVisitor;
        impl<'de> Visitor<'de> for ScalarVisitor {
            type Value = Scalar;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("any value")
            }
            fn visit_bool<E: Error>(self, value: bool) -> Result<Scalar, E> {
                Ok(Scalar::Bool(value))
            }
            fn visit_i64<E: Error>(self, value: i64) -> Result<Scalar, E> {
                Ok(Scalar::Int(value))
            }
            fn visit_u64<E: Error>(self, value: u64) -> Result<Scalar, E> {
                Ok(i64::try_from(value).map_or(Scalar::Other, Scalar::Int))
            }
            fn visit_f64<E: Error>(self, value: f64) -> Result<Scalar, E> {
                Ok(Scalar::Float(value))
            }
            fn visit_str<E: Error>(self, value: &str) -> Result<Scalar, E> {
                Ok(Scalar::Text(value.to_owned()))
            }
            fn visit_unit<E: Error>(self) -> Result<Scalar, E> {
                Ok(Scalar::Absent)
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Scalar, A::Error> {
                while seq.next_element::<IgnoredAny>()?.is_some() {}
                Ok(Scalar::Other)
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Scalar, A::Error> {
                while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                Ok(Scalar::Other)
            }
        }
        deserializer.deserialize_any(ScalarVisitor)
    }
}

/// The `bbox` of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) enum Corners {
    /// Absent, null or an empty list.
    #[default]
    Absent,
    /// Four numbers.
    Box([f64; 4]),
    /// Something else.
    Malformed,
}

impl<'de> Deserialize<'de> for Corners {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct CornersVisitor;
        impl<'de> Visitor<'de> for CornersVisitor {
            type Value = Corners;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("any value")
            }
            fn visit_bool<E: Error>(self, _: bool) -> Result<Corners, E> {
                Ok(Corners::Malformed)
            }
            fn visit_i64<E: Error>(self, _: i64) -> Result<Corners, E> {
                Ok(Corners::Malformed)
            }
            fn visit_u64<E: Error>(self, _: u64) -> Result<Corners, E> {
                Ok(Corners::Malformed)
            }
            fn visit_f64<E: Error>(self, _: f64) -> Result<Corners, E> {
                Ok(Corners::Malformed)
            }
            fn visit_str<E: Error>(self, _: &str) -> Result<Corners, E> {
                Ok(Corners::Malformed)
            }
            fn visit_unit<E: Error>(self) -> Result<Corners, E> {
                Ok(Corners::Absent)
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Corners, A::Error> {
                let mut sides = [0.0; 4];
                let (mut count, mut good) = (0, true);
                while let Some(side) = seq.next_element::<Scalar>()? {
                    match (sides.get_mut(count), side.number()) {
                        (Some(slot), Some(number)) => *slot = number,
                        _ => good = false,
                    }
                    count += 1;
                }
                Ok(match count {
                    0 => Corners::Absent,
                    4 if good => Corners::Box(sides),
                    _ => Corners::Malformed,
                })
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Corners, A::Error> {
                while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                Ok(Corners::Malformed)
            }
        }
        deserializer.deserialize_any(CornersVisitor)
    }
}

/// Whether there is anything in a value but zeros and empty lists: a polygon, a mask, key points.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Filled(pub(super) bool);

impl<'de> Deserialize<'de> for Filled {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct FilledVisitor;
        impl<'de> Visitor<'de> for FilledVisitor {
            type Value = Filled;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("any value")
            }
            fn visit_bool<E: Error>(self, value: bool) -> Result<Filled, E> {
                Ok(Filled(value))
            }
            fn visit_i64<E: Error>(self, value: i64) -> Result<Filled, E> {
                Ok(Filled(value != 0))
            }
            fn visit_u64<E: Error>(self, value: u64) -> Result<Filled, E> {
                Ok(Filled(value != 0))
            }
            fn visit_f64<E: Error>(self, value: f64) -> Result<Filled, E> {
                Ok(Filled(value != 0.0))
            }
            fn visit_str<E: Error>(self, value: &str) -> Result<Filled, E> {
                Ok(Filled(!value.is_empty()))
            }
            fn visit_unit<E: Error>(self) -> Result<Filled, E> {
                Ok(Filled(false))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Filled, A::Error> {
                let mut filled = false;
                while let Some(Filled(one)) = seq.next_element()? {
                    filled |= one;
                }
                Ok(Filled(filled))
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Filled, A::Error> {
                let mut filled = false;
                while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {
                    filled = true;
                }
                Ok(Filled(filled))
            }
        }
        deserializer.deserialize_any(FilledVisitor)
    }
}

#[derive(Deserialize)]
#[serde(field_identifier, rename_all = "snake_case")]
enum Key {
    Id,
    FileName,
    FrameIndex,
    FrameIdx,
    FrameId,
    Camera,
    Recording,
    Name,
    ImageId,
    CategoryId,
    CategoryName,
    Bbox,
    Score,
    TrackId,
    InstanceId,
    Iscrowd,
    Area,
    Attributes,
    Segmentation,
    Keypoints,
    #[serde(other)]
    Other,
}

/// One image, annotation or category. What an entry does not have stays absent; of a key told twice the last counts.
#[derive(Debug, Default)]
pub(super) struct Entry {
    pub(super) id: Scalar,
    pub(super) file_name: Scalar,
    pub(super) frame_index: Scalar,
    pub(super) frame_id: Scalar,
    pub(super) camera: Scalar,
    pub(super) recording: Scalar,
    pub(super) name: Scalar,
    pub(super) image_id: Scalar,
    pub(super) category_id: Scalar,
    pub(super) category_name: Scalar,
    pub(super) bbox: Corners,
    pub(super) score: Scalar,
    pub(super) track_id: Scalar,
    pub(super) iscrowd: Scalar,
    pub(super) area: Scalar,
    /// Whether it has a segmentation or key points.
    pub(super) has_shape: bool,
    pub(super) attributes: Option<serde_json::Map<String, serde_json::Value>>,
}

/// An element of a list of entries; `None` when it is no object.
pub(super) struct MaybeEntry(pub(super) Option<Entry>);

impl<'de> Deserialize<'de> for MaybeEntry {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct EntryVisitor;
        impl<'de> Visitor<'de> for EntryVisitor {
            type Value = MaybeEntry;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("any value")
            }
            fn visit_bool<E: Error>(self, _: bool) -> Result<MaybeEntry, E> {
                Ok(MaybeEntry(None))
            }
            fn visit_i64<E: Error>(self, _: i64) -> Result<MaybeEntry, E> {
                Ok(MaybeEntry(None))
            }
            fn visit_u64<E: Error>(self, _: u64) -> Result<MaybeEntry, E> {
                Ok(MaybeEntry(None))
            }
            fn visit_f64<E: Error>(self, _: f64) -> Result<MaybeEntry, E> {
                Ok(MaybeEntry(None))
            }
            fn visit_str<E: Error>(self, _: &str) -> Result<MaybeEntry, E> {
                Ok(MaybeEntry(None))
            }
            fn visit_unit<E: Error>(self) -> Result<MaybeEntry, E> {
                Ok(MaybeEntry(None))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<MaybeEntry, A::Error> {
                while seq.next_element::<IgnoredAny>()?.is_some() {}
                Ok(MaybeEntry(None))
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<MaybeEntry, A::Error> {
                let mut entry = Entry::default();
                while let Some(key) = map.next_key::<Key>()? {
                    let slot = match key {
                        Key::Bbox => {
                            entry.bbox = map.next_value()?;
                            continue;
                        }
                        Key::Attributes => {
                            entry.attributes = match map.next_value()? {
                                serde_json::Value::Object(object) if !object.is_empty() => Some(object),
                                _ => None,
                            };
                            continue;
                        }
                        Key::Segmentation | Key::Keypoints => {
                            entry.has_shape |= map.next_value::<Filled>()?.0;
                            continue;
                        }
                        Key::Other => {
                            map.next_value::<IgnoredAny>()?;
                            continue;
                        }
                        Key::Id => &mut entry.id,
                        Key::FileName => &mut entry.file_name,
                        Key::FrameIndex | Key::FrameIdx => &mut entry.frame_index,
                        Key::FrameId => &mut entry.frame_id,
                        Key::Camera => &mut entry.camera,
                        Key::Recording => &mut entry.recording,
                        Key::Name => &mut entry.name,
                        Key::ImageId => &mut entry.image_id,
                        Key::CategoryId => &mut entry.category_id,
                        Key::CategoryName => &mut entry.category_name,
                        Key::Score => &mut entry.score,
                        Key::TrackId | Key::InstanceId => &mut entry.track_id,
                        Key::Iscrowd => &mut entry.iscrowd,
                        Key::Area => &mut entry.area,
                    };
                    *slot = map.next_value()?;
                }
                Ok(MaybeEntry(Some(entry)))
            }
        }
        deserializer.deserialize_any(EntryVisitor)
    }
}
