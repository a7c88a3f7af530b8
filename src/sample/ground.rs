//! The ground: asphalt with its marks, kerbs, pavements, grass, computed per pixel from the point of the world it shows.

use super::{
    camera::{Camera, V3, v3},
    color::{Rgb, hex},
    noise::{floor, fractal, smooth, step},
    road::{Band, Road, Surface},
    sky::Backdrop,
};

/// How far the ground is drawn, m.
const REACH_M: f32 = 600.0;

/// Everything the ground needs to know of one frame.
pub(super) struct Ground<'a> {
    pub(super) road: &'a Road,
    pub(super) backdrop: &'a Backdrop<'a>,
    /// The course of the road seen from the vehicle.
    pub(super) course: &'a Course,
}

/// The road near the vehicle: for every half metre ahead (and behind) where its middle lies, in the vehicle's frame.
pub(super) struct Course {
    /// (x, y, direction) at `FIRST_M + index * STEP_M` metres along the road from the vehicle.
    points: Vec<(f32, f32, f32)>,
    /// (distance along the road, y, direction) where the road crosses x = `FIRST_M + index * STEP_M`.
    by_x: Vec<(f32, f32, f32)>,
    /// Distance driven by the vehicle, m.
    pub(super) s: f64,
}

const FIRST_M: f32 = -330.0;
const STEP_M: f32 = 1.0;
const POINTS: usize = 740;

impl Course {
    /// The road seen from distance `s` along it, `offset` metres to the left of its middle.
    pub(super) fn new(road: &Road, s: f64, offset: f32) -> Self {
        let here = road.bends.direction(s);
        let middle = (-FIRST_M / STEP_M) as usize;
        let mut points = vec![(0.0, -offset, 0.0); POINTS];
        let direction = |index: usize| {
            let along = f64::from(FIRST_M) + f64::from(STEP_M) * index as f64;
            (road.bends.direction(s + along) - here) as f32
        };
        for index in middle + 1..POINTS {
            let half = 0.5 * (direction(index - 1) + direction(index));
            let (x, y, _) = points[index - 1];
            points[index] = (x + half.cos() * STEP_M, y + half.sin() * STEP_M, direction(index));
        }
        for index in (0..middle).rev() {
            let half = 0.5 * (direction(index + 1) + direction(index));
            let (x, y, _) = points[index + 1];
            points[index] = (x - half.cos() * STEP_M, y - half.sin() * STEP_M, direction(index));
        }
        let mut by_x = Vec::with_capacity(POINTS);
        let mut at = 0;
        for index in 0..POINTS {
            let x = FIRST_M + STEP_M * index as f32;
            while at + 2 < POINTS && points[at + 1].0 < x {
                at += 1;
            }
            let (a, b) = (points[at], points[at + 1]);
            let t = if b.0 > a.0 { ((x - a.0) / (b.0 - a.0)).clamp(-2.0, 3.0) } else { 0.0 };
            let along = FIRST_M + STEP_M * (at as f32 + t);
            by_x.push((along, a.1 + (b.1 - a.1) * t, a.2 + (b.2 - a.2) * t));
        }
        Self { points, by_x, s }
    }

    fn look_up(table: &[(f32, f32, f32)], at: f32) -> (f32, f32, f32) {
        let place = ((at - FIRST_M) / STEP_M).clamp(0.0, (POINTS - 2) as f32);
        let index = place as usize;
        // Beyond the table the last piece goes on straight.
        let t = (at - FIRST_M) / STEP_M - index as f32;
        let (a, b) = (table[index], table[index + 1]);
        (a.0 + (b.0 - a.0) * t, a.1 + (b.1 - a.1) * t, a.2 + (b.2 - a.2) * t.clamp(0.0, 1.0))
    }

    /// Where the point `along` metres down the road and `d` metres left of its middle lies, and the road's direction.
    pub(super) fn place(&self, along: f32, d: f32) -> (V3, f32) {
        let (x, y, direction) = Self::look_up(&self.points, along);
        (v3(x - direction.sin() * d, y + direction.cos() * d, 0.0), direction)
    }

    /// Distance along the road from the vehicle, and to the left of its middle, of a point of the ground.
    fn locate(&self, x: f32, y: f32) -> (f32, f32) {
        let (along, middle, direction) = Self::look_up(&self.by_x, x);
        let (sin, cos) = direction.sin_cos();
        (along + (y - middle) * sin, (y - middle) * cos)
    }
}

impl Ground<'_> {
    /// Draws everything below the horizon into the frame (RGBA).
    pub(super) fn paint(&self, camera: &Camera, frame: &mut [u8]) {
        let height = camera.position.z;
        for y in 0..camera.height {
            for x in 0..camera.width {
                let ray = camera.ray(x as f32, y as f32);
                if ray.z >= 0.0 {
                    continue;
                }
                let depth = (height / -ray.z).min(REACH_M * 4.0);
                let point = camera.position + ray * depth;
                let across = depth / camera.focal_px;
                let along = (depth * depth / (camera.focal_px * height)).max(across);
                let [r, g, b] = self.color(point, ray, across, along).bytes();
                let at = (y * camera.width + x) as usize * 4;
                frame[at..at + 4].copy_from_slice(&[r, g, b, 255]);
            }
        }
    }

    /// Colour of the ground at `point`; the pixel covers `across` by `along` metres.
    fn color(&self, point: V3, ray: V3, across: f32, along: f32) -> Rgb {
        let mood = self.backdrop.mood;
        let distance = point.x.hypot(point.y);
        let (ahead, d) = self.course.locate(point.x, point.y);
        // The pattern repeats with the road, so its coordinate can stay small and precise.
        let s = (self.course.s + f64::from(ahead)).rem_euclid(self.road.bends.length_m) as f32;
        let (surface, wetness) = self.surface(s, d, across, along);
        let shadow = self.shadow(s, d, across);
        let lamp = self.road.lamp_light(s, d);
        let flat = v3(0.0, 0.0, 1.0);
        let light = mood.ambient
            + mood.sunlight * (self.sun_height() * (1.0 - shadow))
            + Rgb([1.0, 0.96, 0.86]) * (1.25 * mood.headlight(v3(point.x, point.y, 0.0)))
            + Rgb([1.0, 0.80, 0.52]) * (lamp * mood.lamps);
        let light = light * (1.0 - 0.16 * shadow);
        let mut color = surface.lit(light);
        let down = -ray.unit().dot(flat);
        if wetness > 0.0 {
            let grazing = (1.0 - down).powi(4);
            let puddles = step(0.46, 0.66, fractal(s * 0.16, d * 0.45, 3));
            let ripple = 0.85 + 0.3 * (smooth(s * 3.0, d * 6.0) - 0.5) * (0.25 / (0.25 + along)).min(1.0);
            let amount = wetness * (0.08 + 0.62 * grazing) * (0.62 + 0.5 * puddles) * ripple;
            let mirrored = self.backdrop.gradient(down * 0.9 + 0.02);
            color = (color * (1.0 - 0.22 * wetness * puddles)).mix(mirrored, amount.clamp(0.0, 0.85));
        }
        // A low sun ahead glitters on the asphalt.
        let mirrored = v3(ray.x, ray.y, -ray.z).unit();
        let glint = mirrored.dot(self.backdrop.sun()).max(0.0).powi(24) * (1.0 - shadow);
        color = color + mood.sunlight * (glint * 0.75);
        mood.haze(color, distance)
    }

    fn sun_height(&self) -> f32 {
        (self.backdrop.mood.sun.z * 1.3).clamp(0.25, 1.0)
    }

    /// Colour under even light, and how much it mirrors.
    fn surface(&self, s: f32, d: f32, across: f32, along: f32) -> (Rgb, f32) {
        let mood = self.backdrop.mood;
        let mut color = Rgb::BLACK;
        let mut wetness = 0.0;
        let mut left_over = 1.0_f32;
        for Band { right, left, surface } in &self.road.bands {
            let share = overlap(d, across, *right, *left).min(left_over);
            if share > 0.0 {
                let (part, mirror) = self.material(*surface, s, d, across, along);
                color = color + part * share;
                wetness += mirror * share * mood.wet;
                left_over -= share;
                if left_over <= 0.0 {
                    break;
                }
            }
        }
        if left_over > 0.0 {
            let (part, mirror) = self.material(self.road.beyond, s, d, across, along);
            color = color + part * left_over;
            wetness += mirror * left_over * mood.wet;
        }
        let mut paint = 0.0_f32;
        for line in &self.road.lines {
            let mut share = overlap(d, across, line.d - 0.5 * line.width, line.d + 0.5 * line.width);
            if share > 0.0 {
                if let Some((on, period)) = line.dashes {
                    share *= dashes(s, along, on, period);
                }
                paint = paint.max(share);
            }
        }
        for crossing in &self.road.crossings {
            paint = paint.max(crossing.paint(s, d, across, along));
        }
        // Marks wear: not evenly, and less visibly from afar.
        let wear = 0.90 - 0.22 * fractal(s * 1.7, d * 3.1, 2);
        (color.mix(hex(0xee_ece4), paint * wear), wetness)
    }

    fn material(&self, surface: Surface, s: f32, d: f32, across: f32, along: f32) -> (Rgb, f32) {
        let far = (0.6 / (0.6 + along)).min(1.0);
        match surface {
            Surface::Asphalt | Surface::Parking => {
                let base = if surface == Surface::Asphalt { hex(0x5f_6166) } else { hex(0x55_5559) };
                let grain = (smooth(s * 9.0, d * 9.0) - 0.5) * 0.018 * (0.03 / (0.03 + across)).min(1.0);
                let patches = (fractal(s * 0.11, d * 0.6, 3) - 0.5) * 0.20;
                // Wheels polish two tracks in every lane.
                let track = ((d - self.road.track_d) / self.road.lane_m).fract().abs();
                let tracks = 0.035 * ((track - 0.5).abs() * 4.0 - 1.0).clamp(-1.0, 1.0);
                (base * (1.0 + grain * far + patches + tracks), 1.0)
            }
            Surface::Kerb => {
                let joints = 0.14 * dashes(s, along, 0.08, 1.0);
                (hex(0xb4_b2ac) * (1.0 - joints), 0.25)
            }
            Surface::Pavement => {
                let joints = dashes(s, along, 0.04, 0.6).max(dashes(d + 0.13, across, 0.04, 0.6));
                let tone = (fractal(s * 0.5, d * 0.7, 2) - 0.5) * 0.14;
                (hex(0xa5_a098) * (1.0 + tone - 0.10 * joints), 0.45)
            }
            Surface::Grass => {
                let tone = fractal(s * 0.35, d * 0.35, 4) - 0.5;
                let blades = (smooth(s * 5.0, d * 5.0) - 0.5) * 0.07 * far;
                (hex(0x6f_8a48).mix(hex(0x93_9a55), (tone + 0.4).clamp(0.0, 1.0)) * (1.0 + 0.4 * tone + blades), 0.10)
            }
            Surface::CycleLane => {
                let tone = (fractal(s * 0.3, d * 0.9, 3) - 0.5) * 0.14;
                (hex(0x9a_5b4c) * (1.0 + tone), 0.8)
            }
        }
    }

    /// How much a point lies in the shadow of the houses along the road.
    fn shadow(&self, s: f32, d: f32, across: f32) -> f32 {
        let Some(reach) = self.road.shadow else { return 0.0 };
        // Whole houses cast steps of shadow, so the edge jumps and is not a wave.
        let house = floor(s / 11.0);
        let edge = reach + 2.4 * (super::noise::hash2(i64::from(house), 77) - 0.5);
        let from_sun = if self.backdrop.mood.sun.y > 0.0 { d } else { -d };
        step(edge - 0.10 - across, edge + 0.10 + across, from_sun)
    }
}

/// Share of the interval of size `size` round `at` that lies in `low..high`.
fn overlap(at: f32, size: f32, low: f32, high: f32) -> f32 {
    let covered = (at + 0.5 * size).min(high) - (at - 0.5 * size).max(low);
    (covered / size).clamp(0.0, 1.0)
}

/// Share of the interval of size `size` round `at` that lies on dashes of length `on` every `period`.
fn dashes(at: f32, size: f32, on: f32, period: f32) -> f32 {
    let painted = |x: f32| {
        let turns = floor(x / period) as f32;
        turns * on + (x - turns * period).min(on)
    };
    ((painted(at + 0.5 * size) - painted(at - 0.5 * size)) / size).clamp(0.0, 1.0)
}

/// A zebra crossing or a stop line.
#[derive(Debug, Clone, Copy)]
pub(super) struct Crossing {
    /// Its middle along the road, m.
    pub(super) s: f32,
    /// Its extent along the road, m.
    pub(super) length: f32,
    /// Right and left end, m from the middle of the road.
    pub(super) span: (f32, f32),
    /// Bars across the road instead of one solid line.
    pub(super) bars: bool,
}

impl Crossing {
    fn paint(&self, s: f32, d: f32, across: f32, along: f32) -> f32 {
        let inside = overlap(s, along, self.s - 0.5 * self.length, self.s + 0.5 * self.length)
            * overlap(d, across, self.span.0, self.span.1);
        if inside > 0.0 && self.bars { inside * dashes(d, across, 0.55, 1.1) } else { inside }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_of_intervals() {
        for (got, expected) in [
            (overlap(0.0, 2.0, 0.0, 5.0), 0.5),
            (overlap(9.0, 2.0, 0.0, 5.0), 0.0),
            (dashes(1.5, 1.0, 3.0, 9.0), 1.0),
            (dashes(6.0, 1.0, 3.0, 9.0), 0.0),
            (dashes(100.0, 900.0, 3.0, 9.0), 1.0 / 3.0),
            (dashes(-6.0, 2.0, 3.0, 9.0), 0.5),
        ] {
            assert!((got - expected).abs() < 1e-4, "{got} {expected}");
        }
    }
}
