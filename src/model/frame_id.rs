//! The text name of a frame: `recording/camera/frame_idx`.

use std::{fmt, str::FromStr};

/// Names one frame of a lake. Prints as `recording/camera/frame_idx`; the recording itself may hold `/`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct FrameId {
    /// The recording's name.
    pub recording: String,
    /// The camera's name.
    pub camera: String,
    /// Index in the footage, from 0.
    pub frame_idx: u64,
}

/// The text is not `recording/camera/number`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` does not name a frame; write recording/camera/number, for example drive_01/front/42")]
pub struct FrameIdError(pub String);

impl fmt::Display for FrameId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.recording, self.camera, self.frame_idx)
    }
}

impl FromStr for FrameId {
    type Err = FrameIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut parts = text.rsplitn(3, '/');
        let (idx, camera, recording) = (parts.next(), parts.next(), parts.next());
        match (idx.and_then(|idx| idx.parse().ok()), camera, recording) {
            (Some(frame_idx), Some(camera), Some(recording)) if !camera.is_empty() && !recording.is_empty() => {
                Ok(Self { recording: recording.to_owned(), camera: camera.to_owned(), frame_idx })
            }
            _ => Err(FrameIdError(text.to_owned())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parses_what_it_prints() {
        for (text, expected) in [
            ("drive_01/front/42", Some(("drive_01", "front", 42))),
            ("a/b/demo_2/agentview/0", Some(("a/b/demo_2", "agentview", 0))),
            ("front/42", None),
            ("drive//42", None),
            ("drive/front/x", None),
            ("drive/front/-1", None),
            ("", None),
        ] {
            let parsed = text.parse::<FrameId>();
            match expected {
                Some((recording, camera, frame_idx)) => {
                    let id = parsed.unwrap();
                    assert_eq!(
                        (id.recording.as_str(), id.camera.as_str(), id.frame_idx),
                        (recording, camera, frame_idx)
                    );
                    assert_eq!(id.to_string(), text);
                }
                None => assert_eq!(parsed, Err(FrameIdError(text.to_owned()))),
            }
        }
    }
}
