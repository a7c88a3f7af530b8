//! What lies between the scene and the picture: rain, drops on the glass, the bonnet, glare, vignette, sensor noise.

use super::{
    camera::P2,
    canvas::{Canvas, Fill},
    color::{Rgb, hex},
    mood::{Mood, Weather},
    noise::{Random, hash2, step},
};

/// Rain streaks: `amount` 0 to 1; they lean away from the middle as the vehicle drives faster.
pub(super) fn rain(canvas: &mut Canvas, amount: f32, speed: f32, moment: u64) {
    if amount <= 0.0 {
        return;
    }
    let (width, height) = (canvas.width() as f32, canvas.height() as f32);
    let scale = width / 640.0;
    let mut random = Random::new(moment, 71);
    let count = (150.0 * amount) as u32;
    for _ in 0..count {
        let (x, y) = (random.range_f32(-0.05, 1.05) * width, random.range_f32(-0.1, 1.0) * height);
        let near = random.range_f32(0.25, 1.0);
        let length = (10.0 + 22.0 * near) * scale;
        let lean = (x / width - 0.5) * 0.024 * speed + 0.06;
        let half = (0.35 + 0.35 * near) * scale.max(0.5);
        let (dx, dy) = (lean * length, length);
        let points = [
            P2 { x: x - half, y },
            P2 { x: x + half, y },
            P2 { x: x + dx + half, y: y + dy },
            P2 { x: x + dx - half, y: y + dy },
        ];
        canvas.stain(&points, Fill::Clear(hex(0xdd_e4ea), 0.10 + 0.16 * near));
    }
}

/// Drops on the glass: each bends the light, dark above and bright below. They change a few times a second.
pub(super) fn drops(canvas: &mut Canvas, amount: f32, seed: u64, t: f64) {
    if amount <= 0.0 {
        return;
    }
    let (width, height) = (canvas.width() as f32, canvas.height() as f32);
    let scale = width / 640.0;
    for index in 0..(46.0 * amount) as i64 {
        // Every drop lives a while and comes back somewhere else; a whole number of lives fits a lap of 15 s.
        let life = 3.0;
        let age = t / life + f64::from(hash2(index, seed as i64));
        let round = (age.floor() as i64).rem_euclid(5);
        let grown = step(0.0, 0.08, age.fract() as f32) * (1.0 - step(0.9, 1.0, age.fract() as f32));
        let x = hash2(index * 7 + 1, round + seed as i64) * width;
        let y = hash2(index * 7 + 2, round + seed as i64) * height * 0.93;
        let r = (1.4 + 4.2 * hash2(index * 7 + 3, round).powi(3)) * scale * grown;
        if r < 0.6 {
            continue;
        }
        let above = pick(canvas, x, y - 2.5 * r - 8.0 * scale);
        let below = pick(canvas, x, y + 2.5 * r + 10.0 * scale);
        let oval = |grow: f32, dy: f32| -> Vec<P2> {
            (0..16_u8)
                .map(|corner| {
                    let angle = std::f32::consts::TAU * f32::from(corner) / 16.0;
                    P2 { x: x + grow * r * angle.cos(), y: y + dy + grow * 1.15 * r * angle.sin() }
                })
                .collect()
        };
        canvas.stain(&oval(1.12, 0.25 * r), Fill::Clear(Rgb::BLACK, 0.16));
        // A drop shows the world upside down.
        let fill = Fill::Ramp(P2 { x, y: y - r }, below * 0.92, P2 { x, y: y + r }, above.mix(Rgb::WHITE, 0.10));
        canvas.stain(&oval(1.0, 0.0), fill);
        if r > 1.6 * scale {
            let spark: Vec<P2> = oval(0.22, -0.45 * r).into_iter().map(|p| P2 { x: p.x - 0.32 * r, y: p.y }).collect();
            canvas.stain(&spark, Fill::Clear(Rgb::WHITE, 0.65));
        }
    }
}

fn pick(canvas: &Canvas, x: f32, y: f32) -> Rgb {
    let x = (x.max(0.0) as u32).min(canvas.width() - 1);
    let y = (y.max(0.0) as u32).min(canvas.height() - 1);
    let at = (y * canvas.width() + x) as usize * 4;
    let data = canvas.frame.data();
    Rgb([f32::from(data[at]) / 255.0, f32::from(data[at + 1]) / 255.0, f32::from(data[at + 2]) / 255.0])
}

/// The vehicle's own bonnet at the lower edge; hides what lies behind it.
pub(super) fn bonnet(canvas: &mut Canvas, mood: &Mood, paint: Rgb) {
    let (width, height) = (canvas.width() as f32, canvas.height() as f32);
    let arc = |lift: f32| -> Vec<P2> {
        let mut points: Vec<P2> = (0..=24_u8)
            .map(|step| {
                let across = f32::from(step) / 24.0 * 2.0 - 1.0;
                let drop = across * across * 0.030 + across.powi(8) * 0.05;
                P2 { x: 0.5 * width * (1.0 + across * 1.02), y: height * (1.0 - lift + drop) }
            })
            .collect();
        points.push(P2 { x: width + 2.0, y: height + 2.0 });
        points.push(P2 { x: -2.0, y: height + 2.0 });
        points
    };
    let base = paint.lit(mood.ambient + mood.sunlight * 0.6);
    let mirrored = mood.sky[1] * 0.55 + mood.sky[2] * 0.2;
    let top = base.mix(mirrored, 0.42);
    canvas
        .polygon(&arc(0.066), Fill::Ramp(P2 { x: 0.0, y: height * 0.934 }, top, P2 { x: 0.0, y: height }, base * 0.55));
    canvas.polygon(
        &arc(0.050),
        Fill::Ramp(P2 { x: 0.0, y: height * 0.95 }, top * 0.86, P2 { x: 0.0, y: height }, base * 0.42),
    );
    canvas.finish(false);
}

/// Glare of a sun in the picture: a veil of light and a few ghosts through the middle.
pub(super) fn glare(canvas: &mut Canvas, mood: &Mood, sun: P2, seen: f32) {
    if seen <= 0.0 || mood.weather != Weather::Dusk {
        return;
    }
    let (width, height) = (canvas.width() as f32, canvas.height() as f32);
    let light = mood.disc;
    canvas.glow(sun, width * 0.16, width * 0.16, light * (0.75 * seen));
    canvas.glow(sun, width * 0.55, width * 0.40, hex(0xff_b060) * (0.34 * seen));
    canvas.glow(sun, width * 0.50, height * 0.012, hex(0xff_e0b0) * (0.30 * seen));
    let (cx, cy) = (0.5 * width - sun.x, 0.52 * height - sun.y);
    for (share, size, color) in
        [(0.55, 0.020, 0xff_9a50), (1.25, 0.034, 0x9a_d070), (1.62, 0.016, 0x70_a0ff), (1.95, 0.052, 0xff_8060)]
    {
        let at = P2 { x: sun.x + cx * share, y: sun.y + cy * share };
        canvas.glow(at, width * size, width * size, hex(color) * (0.16 * seen));
    }
}

/// Darker corners and a little noise, stronger in the dark.
pub(super) fn sensor(canvas: &mut Canvas, mood: &Mood, moment: u64, noise: f32) {
    let (width, height) = (canvas.width(), canvas.height());
    let strength = noise
        * match mood.weather {
            Weather::Night => 2.2,
            Weather::Dusk => 1.1,
            Weather::Day | Weather::Rain => 0.9,
        };
    let salt = super::noise::mix(moment);
    let data = canvas.frame.data_mut();
    for y in 0..height {
        let dy = (y as f32 + 0.5) / height as f32 - 0.5;
        for x in 0..width {
            let dx = (x as f32 + 0.5) / width as f32 - 0.5;
            let corner = (dx * dx + dy * dy) * 1.9;
            let gain = 1.0 - 0.20 * corner * corner;
            let at = (y * width + x) as usize * 4;
            let mut grain = 0.0;
            if strength > 0.0 {
                let bits = (u64::from(y) * 0x9e37_79b9 + u64::from(x)).wrapping_mul(0xbf58_476d_1ce4_e5b9) ^ salt;
                let bits = bits.wrapping_mul(0x94d0_49bb_1331_11eb) >> 32;
                grain = ((bits & 0xff) as f32 + ((bits >> 8) & 0xff) as f32 - 255.0) / 255.0 * strength;
            }
            for channel in &mut data[at..at + 3] {
                *channel = (f32::from(*channel) * gain + grain).round().clamp(0.0, 255.0) as u8;
            }
        }
    }
}
