//! What lies behind everything: sky, clouds, sun or moon, stars, far hills and the outline of a town.

use super::{
    camera::{Camera, V3, v3},
    color::{Rgb, hex},
    mood::{Mood, Weather},
    noise::{fractal, hash2, lerp, smooth, step},
};

/// What stands on the horizon.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Horizon {
    /// The roofs of a town.
    Town,
    /// Wooded hills.
    Hills,
    /// Mountains behind hills.
    Mountains,
}

/// Looks up the colour of the backdrop in any direction.
pub(super) struct Backdrop<'a> {
    pub(super) mood: &'a Mood,
    pub(super) horizon: Horizon,
    /// Direction of the vehicle in the world, radians to the left.
    pub(super) heading: f32,
    /// Drift of the clouds, in units of their pattern.
    pub(super) drift: f32,
    /// Varies clouds and hills from drive to drive.
    pub(super) seed: f32,
}

impl Backdrop<'_> {
    /// Turns a direction of the vehicle's frame into the world's.
    fn to_world(&self, ray: V3) -> V3 {
        let (sin, cos) = self.heading.sin_cos();
        v3(ray.x * cos - ray.y * sin, ray.x * sin + ray.y * cos, ray.z)
    }

    /// The sun's direction in the vehicle's frame.
    pub(super) fn sun(&self) -> V3 {
        let (sin, cos) = (-self.heading).sin_cos();
        let sun = self.mood.sun;
        v3(sun.x * cos - sun.y * sin, sun.x * sin + sun.y * cos, sun.z)
    }

    /// Sky without hills: for reflections on wet roads and windows.
    pub(super) fn gradient(&self, up: f32) -> Rgb {
        let [top, middle, low] = self.mood.sky;
        let up = up.max(0.0);
        if up < 0.22 { low.mix(middle, (up / 0.22).powf(0.75)) } else { middle.mix(top, ((up - 0.22) / 0.5).min(1.0)) }
    }

    /// Colour in direction `ray` (vehicle's frame, any length, at or above the horizon).
    pub(super) fn color(&self, ray: V3) -> Rgb {
        let ray = self.to_world(ray.unit());
        let azimuth = ray.y.atan2(ray.x);
        if let Some(ground) = self.skyline(azimuth, ray.z) {
            return ground;
        }
        let mood = self.mood;
        let mut color = self.gradient(ray.z);
        let toward = ray.dot(mood.sun).max(0.0);
        if mood.weather == Weather::Night {
            color = Self::stars(color, azimuth, ray.z);
        }
        let halo = match mood.weather {
            Weather::Dusk => 0.85 * toward.powi(18) + 0.35 * toward.powi(4),
            Weather::Day => 0.7 * toward.powi(40) + 0.12 * toward.powi(6),
            Weather::Night => 0.30 * toward.powi(220),
            Weather::Rain => 0.0,
        };
        color = color.mix(mood.disc, halo.min(1.0));
        color = self.clouds(color, ray, toward);
        let disc = match mood.weather {
            Weather::Dusk => step(0.99915, 0.9996, toward),
            Weather::Day => step(0.9992, 0.9998, toward),
            Weather::Night => step(0.99955, 0.99975, toward),
            Weather::Rain => 0.0,
        };
        color.mix(mood.disc.mix(Rgb::WHITE, 0.6), disc)
    }

    fn clouds(&self, sky: Rgb, ray: V3, toward: f32) -> Rgb {
        let (bright, dark, cover) = self.mood.clouds;
        if cover <= 0.0 || ray.z < 0.004 {
            return sky;
        }
        // A flat layer overhead, which gathers towards the horizon as real clouds do.
        let flat = 0.9 / (ray.z + 0.10);
        let (x, y) = (ray.x * flat + self.drift + self.seed * 13.7, ray.y * flat + self.seed * 7.1);
        let density = fractal(x, y * 1.25, 5);
        let threshold = 0.74 - 0.50 * cover;
        let amount = step(threshold, threshold + 0.17, density) * step(0.0, 0.09, ray.z) * 0.94;
        if amount <= 0.0 {
            return sky;
        }
        // Thick parts are dark below; a second, shifted look tells the side that faces the light.
        let thick = step(threshold + 0.02, threshold + 0.30, density);
        let edge = smooth(x * 2.3 + 4.0, y * 2.3 - 2.0);
        let shade = (0.75 * thick + 0.25 * edge).clamp(0.0, 1.0);
        let lit = bright.mix(self.mood.disc, 0.5 * toward.powi(6));
        sky.mix(lit.mix(dark, shade), amount)
    }

    fn stars(sky: Rgb, azimuth: f32, up: f32) -> Rgb {
        let (x, y) = (azimuth * 90.0, up * 110.0);
        let (cx, cy) = (x.floor(), y.floor());
        let (ix, iy) = (cx as i64, cy as i64);
        if hash2(ix, iy + 7000) < 0.955 {
            return sky;
        }
        let (sx, sy) = (cx + 0.2 + 0.6 * hash2(ix + 91, iy), cy + 0.2 + 0.6 * hash2(ix, iy + 91));
        let away = (x - sx).powi(2) + (y - sy).powi(2);
        let shine = (1.0 - away * 14.0).max(0.0) * (0.25 + 0.6 * hash2(ix, iy)) * step(0.02, 0.25, up);
        sky.mix(hex(0xe8_ecff), shine)
    }

    /// Colour of far land in direction (`azimuth`, `up`), when there is some.
    fn skyline(&self, azimuth: f32, up: f32) -> Option<Rgb> {
        let around = azimuth + std::f32::consts::PI;
        match self.horizon {
            Horizon::Town => self.roofs(around, up),
            Horizon::Hills => self.ridges(around, up, &[(0.020, 0.050, 2.2, 0.80), (0.004, 0.036, 5.0, 0.52)]),
            Horizon::Mountains => self.ridges(
                around,
                up,
                &[(0.045, 0.115, 2.6, 0.86), (0.020, 0.058, 3.8, 0.70), (0.004, 0.034, 6.5, 0.45)],
            ),
        }
    }

    /// Ridges from far to near: lowest and highest elevation, bends round the horizon, share of haze.
    fn ridges(&self, around: f32, up: f32, layers: &[(f32, f32, f32, f32)]) -> Option<Rgb> {
        let night = self.mood.ambient.luma();
        let mut found = None;
        for (index, (low, high, bends, haze)) in (0_u8..).zip(layers) {
            if up > high + 0.002 {
                continue;
            }
            let offset = self.seed * 31.0 + f32::from(index) * 11.3;
            let ridge = lerp(*low, *high, fractal(around * bends + offset, offset, 5));
            let inside = step(ridge + 0.0012, ridge - 0.0012, up);
            if inside > 0.0 {
                let texture = 0.9 + 0.2 * fractal(around * 60.0, up * 240.0 + offset, 3);
                let near = hex(0x3f_5a3c) * (texture * night * 1.25);
                let depth = *haze + (1.0 - *haze) * 0.35 * step(ridge, *low * 0.2, up);
                let land = near.mix(self.mood.haze.0.mix(self.mood.sky[1], 0.25), depth);
                let behind = found.unwrap_or_else(|| self.gradient(up));
                found = (inside > 0.5 || found.is_some()).then(|| behind.mix(land, inside)).or(found);
            }
        }
        found
    }

    fn roofs(&self, around: f32, up: f32) -> Option<Rgb> {
        let mood = self.mood;
        for (layer, width, low, high, haze) in
            [(1_i64, 0.035_f32, 0.012_f32, 0.048_f32, 0.60_f32), (2, 0.06, 0.02, 0.085, 0.82)]
        {
            let column = (around / width).floor();
            let index = column as i64 + layer * 1000;
            let seed = (self.seed * 1000.0) as i64;
            let roof = lerp(low, high, hash2(index, seed).powi(2));
            if up < roof {
                let wall = hex(0x8a_8f98) * mood.ambient.luma();
                let mut color = wall.mix(mood.haze.0, haze);
                let (wx, wy) = ((around - column * width) / width * 7.0, up * 330.0);
                let window = wx.fract() > 0.3 && wy.fract() > 0.35;
                let lit = hash2(index * 64 + wx as i64, wy as i64 + seed) < mood.lit_windows * 0.7;
                if window && lit {
                    color = color.mix(hex(0xff_cf86), 0.62 * (1.0 - haze * 0.5));
                } else if window {
                    color = color * 0.965;
                }
                return Some(color);
            }
        }
        None
    }

    /// Draws everything above the horizon into `rows` of the frame (RGBA), given the camera.
    pub(super) fn paint(&self, camera: &Camera, frame: &mut [u8]) {
        for y in 0..camera.height {
            for x in 0..camera.width {
                let ray = camera.ray(x as f32, y as f32);
                // One row more than the horizon, so that the ground blends into it.
                if ray.z < -0.004 * ray.length() {
                    continue;
                }
                let [r, g, b] = self.color(v3(ray.x, ray.y, ray.z.max(0.0))).bytes();
                let at = (y * camera.width + x) as usize * 4;
                frame[at..at + 4].copy_from_slice(&[r, g, b, 255]);
            }
        }
    }
}
