//! How large a sample lake is to be.

use super::SampleError;

/// How the stores of a sample lake keep their frames.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SampleLayout {
    /// JPEG rows for most, at three quarters of the size for all but the front camera; the last camera of every fourth
    /// drive is a compressed store of half the size, that of the drive after it a plain store of a quarter, both with
    /// every third frame.
    Mixed,
    /// JPEG rows.
    Jpeg,
    /// One deflated chunk a frame.
    Gzip,
    /// Pixels in one piece.
    Raw,
}

/// What a sample lake holds. The same spec gives the same bytes.
#[derive(Debug, Clone, PartialEq)]
pub struct SampleSpec {
    /// Number of drives.
    pub recordings: u32,
    /// Cameras a drive, 1 to 4: front, rear, left, right.
    pub cameras: u32,
    /// Frames a camera.
    pub frames: u64,
    /// Width of a frame in pixels.
    pub width: u32,
    /// Height of a frame in pixels.
    pub height: u32,
    /// How stores keep frames.
    pub layout: SampleLayout,
    /// Varies everything.
    pub seed: u64,
    /// Whether frames are drawn; without, stores hold `/timestamps` alone.
    pub images: bool,
    /// Rows of arriving detection events, a tenth of them duplicates.
    pub events: u64,
    /// Frames a second.
    pub rate_hz: f64,
    /// Rows of sensor readings a second.
    pub metric_rate_hz: f64,
    /// Most different pictures a camera; fewer make large lakes cheaper. `None`: all frames of a lap, at most 300.
    pub distinct: Option<u32>,
    /// Locations in `reference/`.
    pub locations: u32,
}

impl SampleSpec {
    /// The lake that is committed as `sample_lake`: 4 drives of 15 s, 2 cameras, 120 frames a camera.
    #[must_use]
    pub fn showcase() -> Self {
        Self {
            recordings: 4,
            cameras: 2,
            frames: 120,
            width: 640,
            height: 360,
            layout: SampleLayout::Mixed,
            seed: 7,
            images: true,
            events: 20_000,
            rate_hz: 8.0,
            metric_rate_hz: 100.0,
            distinct: None,
            locations: 400,
        }
    }

    pub(super) fn check(&self) -> Result<(), SampleError> {
        let what = if self.recordings == 0 || self.recordings > 100_000 {
            "it needs 1 to 100,000 recordings"
        } else if self.cameras == 0 || self.cameras > 4 {
            "it needs 1 to 4 cameras"
        } else if self.frames == 0 || self.frames > 100_000_000 {
            "it needs 1 to 100,000,000 frames a camera"
        } else if !(16..=8192).contains(&self.width) || !(9..=8192).contains(&self.height) {
            "frames need 16 to 8192 pixels in width and 9 to 8192 in height"
        } else if !(0.1..=1000.0).contains(&self.rate_hz) {
            "the camera rate must lie between 0.1 and 1000 frames a second"
        } else if !(0.1..=10_000.0).contains(&self.metric_rate_hz) {
            "the metric rate must lie between 0.1 and 10,000 rows a second"
        } else if self.distinct == Some(0) {
            "it needs at least one distinct picture"
        } else {
            return Ok(());
        };
        Err(SampleError::Spec { what: what.to_owned() })
    }

    /// Frames of one lap.
    pub(super) fn frames_per_lap(&self) -> u64 {
        ((15.0 * self.rate_hz).round() as u64).max(1)
    }

    /// Different pictures of one lap, not more than about half a gigabyte of them in memory.
    pub(super) fn pictures_per_lap(&self, frame_bytes: usize) -> u64 {
        let share = (512 << 20) / rayon::current_num_threads().max(1) / frame_bytes.max(1);
        u64::from(self.distinct.unwrap_or(300)).min(share as u64).clamp(1, self.frames_per_lap())
    }
}
