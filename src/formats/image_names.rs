//! What the name of an image file tells: its frame and its camera.

use super::{label_rows::FrameAt, time_axis::as_date_ns};
use crate::model::FrameId;

/// The frame an image or frame name tells, and the camera and recording when it holds them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NamedFrame {
    pub(super) recording: Option<String>,
    pub(super) camera: Option<String>,
    pub(super) at: FrameAt,
    /// Whether the frame is a number in the name of an image, which may count from 1.
    pub(super) by_image: bool,
}

/// Reads `42`, `recording/camera/42` (the text of a frame id) or the name of an image file, by [`frame_of_image`].
pub(super) fn frame_of_text(text: &str, cameras: &[String]) -> Option<NamedFrame> {
    let text = text.trim();
    if let Ok(index) = text.parse() {
        return Some(NamedFrame { recording: None, camera: None, at: FrameAt::Index(index), by_image: false });
    }
    if let Ok(id) = text.parse::<FrameId>() {
        let (recording, camera) = (Some(id.recording), Some(id.camera));
        return Some(NamedFrame { recording, camera, at: FrameAt::Index(id.frame_idx), by_image: false });
    }
    frame_of_image(text).map(|at| NamedFrame { recording: None, camera: camera_of(text, cameras), at, by_image: true })
}

/// The frame that the trailing digits of an image's stem tell: `front_000042.jpg` is frame 42. Digits that make a date
/// of the years 1990 to 2100 in milliseconds or finer are a time.
pub(super) fn frame_of_image(path: &str) -> Option<FrameAt> {
    let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
    // Only known endings come off: a name such as `frame.42` keeps its number.
    let stem = match name.rsplit_once('.') {
        Some((stem, ending)) if !ending.is_empty() && !ending.bytes().all(|byte| byte.is_ascii_digit()) => stem,
        _ => name,
    };
    let digits = stem.len() - stem.bytes().rev().take_while(u8::is_ascii_digit).count();
    let number: i64 = stem.get(digits..)?.parse().ok()?;
    match as_date_ns(number) {
        Some((unit, ns)) if unit != super::TimeUnit::S => Some(FrameAt::Time(ns)),
        _ => u64::try_from(number).ok().map(FrameAt::Index),
    }
}

/// The one of `cameras` that a path names: a folder (the last that fits), or the beginning or end of the file's stem.
pub(super) fn camera_of(path: &str, cameras: &[String]) -> Option<String> {
    let mut parts = path.rsplit(['/', '\\']);
    let stem = parts.next().unwrap_or(path).split('.').next().unwrap_or("");
    let folder = parts.find_map(|folder| cameras.iter().find(|camera| camera.eq_ignore_ascii_case(folder)));
    folder.or_else(|| camera_of_stem(stem, cameras)).cloned()
}

fn camera_of_stem<'a>(stem: &str, cameras: &'a [String]) -> Option<&'a String> {
    let ends_word = |rest: &str| !rest.starts_with(char::is_alphanumeric);
    let lower = stem.to_lowercase();
    let named = |camera: &&String| {
        let camera = camera.to_lowercase();
        lower.strip_prefix(&camera).is_some_and(ends_word)
            || lower.strip_suffix(&camera).is_some_and(|rest| !rest.ends_with(char::is_alphanumeric))
    };
    cameras.iter().filter(named).max_by_key(|camera| camera.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_name_frames() {
        for (path, expected) in [
            ("front_000042.jpg", Some(FrameAt::Index(42))),
            ("images/front/42.png", Some(FrameAt::Index(42))),
            ("a\\b\\frame7.jpeg", Some(FrameAt::Index(7))),
            ("frame.42", Some(FrameAt::Index(42))),
            ("000000000139", Some(FrameAt::Index(139))),
            ("n015-2018__CAM_FRONT__1533151603512404.jpg", Some(FrameAt::Time(1_533_151_603_512_404_000))),
            ("1714550400123456789.png", Some(FrameAt::Time(1_714_550_400_123_456_789))),
            ("cat.jpg", None),
            ("99999999999999999999.jpg", None),
            ("", None),
        ] {
            assert_eq!(frame_of_image(path), expected, "{path}");
        }
    }

    #[test]
    fn paths_name_cameras() {
        let cameras = ["front", "front_left", "rear"].map(str::to_owned).to_vec();
        for (path, expected) in [
            ("x/front/42.png", Some("front")),
            ("x/Rear/front_1.png", Some("rear")),
            ("front_left_0007.jpg", Some("front_left")),
            ("front_0007.jpg", Some("front")),
            ("labels_rear.csv", Some("rear")),
            ("frontal_1.jpg", None),
            ("42.png", None),
        ] {
            assert_eq!(camera_of(path, &cameras).as_deref(), expected, "{path}");
        }
        let id = frame_of_text("drive/a/rear/12", &cameras).unwrap();
        assert_eq!(
            (id.recording.as_deref(), id.camera.as_deref(), id.at),
            (Some("drive/a"), Some("rear"), FrameAt::Index(12))
        );
        assert_eq!(frame_of_text(" 5 ", &cameras).unwrap().at, FrameAt::Index(5));
        assert_eq!(frame_of_text("x", &cameras), None);
    }
}
