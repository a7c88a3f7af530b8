//! How much memory pictures may take: one number that a person chooses, shared out.

use serde::{Deserialize, Serialize};

/// Memory for pictures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Memory {
    /// 256 MB.
    Small,
    /// 512 MB.
    #[default]
    Medium,
    /// 1 GB.
    Large,
    /// 2 GB.
    Huge,
}

impl Memory {
    /// Every choice with its name.
    pub const ALL: [(Self, &'static str); 4] =
        [(Self::Small, "256 MB"), (Self::Medium, "512 MB"), (Self::Large, "1 GB"), (Self::Huge, "2 GB")];

    fn bytes(self) -> usize {
        match self {
            Self::Small => 256 << 20,
            Self::Medium => 512 << 20,
            Self::Large => 1 << 30,
            Self::Huge => 2 << 30,
        }
    }

    /// Texture memory of thumbnails, bytes.
    #[must_use]
    pub fn thumbnails(self) -> usize {
        self.bytes() / 8
    }

    /// Whole frames for the viewer, bytes.
    #[must_use]
    pub fn pictures(self) -> usize {
        self.bytes() / 8 * 3
    }

    /// Decoded chunks of stores, bytes; of a lake that is opened from then on.
    #[must_use]
    pub fn chunks(self) -> usize {
        self.bytes() / 2 - self.labels()
    }

    /// Labels of tiles, bytes.
    #[must_use]
    pub fn labels(self) -> usize {
        self.bytes() / 64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shares_make_the_whole() {
        for ((memory, name), mib) in Memory::ALL.into_iter().zip([256, 512, 1024, 2048]) {
            let shares = memory.thumbnails() + memory.pictures() + memory.chunks() + memory.labels();
            assert_eq!(shares, mib << 20, "{name}");
        }
    }
}
