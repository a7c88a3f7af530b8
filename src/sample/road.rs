//! The cross-section of a road: lanes, kerbs, what lies beside, lamps.

use super::{ground::Crossing, motion::Bends};

/// What the ground is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Surface {
    Asphalt,
    Parking,
    Kerb,
    Pavement,
    Grass,
    CycleLane,
}

/// A strip of one surface along the road; `right` and `left` are metres to the left of the middle.
#[derive(Debug, Clone, Copy)]
pub(super) struct Band {
    pub(super) right: f32,
    pub(super) left: f32,
    pub(super) surface: Surface,
}

/// A painted line along the road.
#[derive(Debug, Clone, Copy)]
pub(super) struct Line {
    pub(super) d: f32,
    pub(super) width: f32,
    /// Length of a dash and of the whole period, m.
    pub(super) dashes: Option<(f32, f32)>,
}

/// A road that repeats after `bends.length_m` metres.
#[derive(Debug, Clone)]
pub(super) struct Road {
    pub(super) bends: Bends,
    pub(super) bands: Vec<Band>,
    /// What lies beyond the bands.
    pub(super) beyond: Surface,
    pub(super) lines: Vec<Line>,
    pub(super) crossings: Vec<Crossing>,
    /// Width of a lane, and the edge of one, m: where wheels polish the asphalt.
    pub(super) lane_m: f32,
    pub(super) track_d: f32,
    /// How far from the middle the shadow of the houses begins (away from the sun), m.
    pub(super) shadow: Option<f32>,
    /// Distance between street lamps along the road and of their heads from its middle, m.
    pub(super) lamps: Option<(f32, f32)>,
}

impl Road {
    /// Bands given from the right to the left as (left end, surface), beginning at `right`.
    pub(super) fn bands(mut right: f32, strips: &[(f32, Surface)]) -> Vec<Band> {
        strips
            .iter()
            .map(|(left, surface)| {
                let band = Band { right, left: *left, surface: *surface };
                right = *left;
                band
            })
            .collect()
    }

    /// Light of the street lamps on the ground at (`s`, `d`), 0 to about 1.
    pub(super) fn lamp_light(&self, s: f32, d: f32) -> f32 {
        let Some((spacing, aside)) = self.lamps else { return 0.0 };
        let place = s / spacing;
        let mut light = 0.0;
        for side in [-1.0_f32, 1.0] {
            // Lamps of the left side stand between those of the right side.
            let shift = if side > 0.0 { 0.5 } else { 0.0 };
            let nearest = (place - shift).round() + shift;
            for neighbour in [-1.0_f32, 0.0, 1.0] {
                let along = (place - nearest - neighbour) * spacing;
                let across = d - side * aside;
                let near = 1.0 / (1.0 + (along * along + 1.3 * across * across) / 30.0);
                light += near * near;
            }
        }
        light.min(1.25)
    }
}
