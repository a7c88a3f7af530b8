//! Numbers that look random and are the same everywhere: a hash of integers, a small generator, and smooth noise.

/// Mixes 64 bits well (the finaliser of `SplitMix64`).
pub(super) fn mix(mut x: u64) -> u64 {
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

/// A value in `0.0..1.0` that belongs to the pair (`a`, `b`).
pub(super) fn hash2(a: i64, b: i64) -> f32 {
    let bits =
        mix((a as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ mix((b as u64).wrapping_add(0x632b_e59b_d9b4_e019)));
    (bits >> 40) as f32 / (1_u64 << 24) as f32
}

/// A value in `0.0..1.0` on a lattice point: cheaper than [`hash2`], for noise that is evaluated per pixel.
fn lattice(x: i32, y: i32) -> f32 {
    let mut bits = (x as u32).wrapping_mul(0x9e37_79b1) ^ (y as u32).wrapping_mul(0x85eb_ca77);
    bits = (bits ^ (bits >> 15)).wrapping_mul(0x2c1b_3c6d);
    bits = (bits ^ (bits >> 12)).wrapping_mul(0x297a_2d39);
    ((bits ^ (bits >> 15)) >> 8) as f32 / (1_u32 << 24) as f32
}

/// The next whole number at or below `x`; the library's own rounding is a call on plain `x86_64`.
pub(super) fn floor(x: f32) -> i32 {
    let whole = x as i32;
    whole - i32::from((whole as f32) > x)
}

/// Smooth noise in `0.0..1.0` with features of size one.
pub(super) fn smooth(x: f32, y: f32) -> f32 {
    let (ix, iy) = (floor(x), floor(y));
    let (u, v) = (ease(x - ix as f32), ease(y - iy as f32));
    let top = lerp(lattice(ix, iy), lattice(ix.wrapping_add(1), iy), u);
    let bottom = lerp(lattice(ix, iy.wrapping_add(1)), lattice(ix.wrapping_add(1), iy.wrapping_add(1)), u);
    lerp(top, bottom, v)
}

/// Noise of several sizes added up, in `0.0..1.0`.
pub(super) fn fractal(mut x: f32, mut y: f32, octaves: u32) -> f32 {
    let (mut sum, mut weight, mut total) = (0.0, 1.0, 0.0);
    for _ in 0..octaves {
        sum += weight * smooth(x, y);
        total += weight;
        weight *= 0.5;
        (x, y) = (x * 1.94 + 17.3, y * 2.03 + 5.1);
    }
    sum / total
}

/// `a` at 0, `b` at 1.
pub(super) fn lerp(a: f32, b: f32, t: f32) -> f32 {
    a + (b - a) * t
}

/// The cubic `3t² - 2t³`.
pub(super) fn ease(t: f32) -> f32 {
    t * t * (3.0 - 2.0 * t)
}

/// 0 up to `low`, 1 from `high` on, eased between.
pub(super) fn step(low: f32, high: f32, x: f32) -> f32 {
    ease(((x - low) / (high - low)).clamp(0.0, 1.0))
}

/// A sequence of numbers from one seed.
#[derive(Debug, Clone)]
pub(super) struct Random(u64);

impl Random {
    /// The sequence that belongs to `seed` and `stream`.
    pub(super) fn new(seed: u64, stream: u64) -> Self {
        Self(mix(seed ^ mix(stream.wrapping_add(0x9e37_79b9_7f4a_7c15))))
    }

    /// The next 64 bits.
    pub(super) fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mix(self.0)
    }

    /// A value in `0.0..1.0`.
    pub(super) fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// A value in `low..high`.
    pub(super) fn range(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    /// A value in `low..high`, single precision.
    pub(super) fn range_f32(&mut self, low: f32, high: f32) -> f32 {
        self.range(f64::from(low), f64::from(high)) as f32
    }

    /// A whole number in `0..count` (`count` at least 1).
    pub(super) fn below(&mut self, count: u64) -> u64 {
        self.bits() % count.max(1)
    }

    /// True with the given chance.
    pub(super) fn chance(&mut self, chance: f64) -> bool {
        self.unit() < chance
    }

    /// One of `choices`, which must not be empty.
    pub(super) fn pick<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len() as u64) as usize]
    }

    /// About normally distributed, mean 0, deviation 1 (sum of four uniform values).
    pub(super) fn normal(&mut self) -> f64 {
        (self.unit() + self.unit() + self.unit() + self.unit() - 2.0) * 1.732
    }
}
