//! Lines of many points as one mesh with soft edges, each point in a colour of its own.

use egui::{
    Color32, Mesh, Pos2, Vec2,
    epaint::{Vertex, WHITE_UV},
    vec2,
};

/// A line that is being drawn.
pub(super) struct Ribbon {
    mesh: Mesh,
    width: f32,
    /// Points of a pixel.
    soft: f32,
    line: Vec<(Pos2, Color32)>,
}

impl Ribbon {
    /// Lines of this width, in points; a pixel is `1 / pixels_per_point` of them.
    pub fn new(width: f32, pixels_per_point: f32) -> Self {
        Self { mesh: Mesh::default(), width, soft: 1.0 / pixels_per_point.max(0.1), line: Vec::new() }
    }

    /// The line goes on to here.
    pub fn to(&mut self, at: Pos2, color: Color32) {
        // Points on top of each other have no direction.
        if self.line.last().is_none_or(|(last, _)| last.distance_sq(at) > 0.04) {
            self.line.push((at, color));
        }
    }

    /// The line ends.
    pub fn up(&mut self) {
        let line = std::mem::take(&mut self.line);
        match line.as_slice() {
            [] => {}
            // A single point is a short stroke, so that a parked car is seen.
            [(at, color)] => {
                let half = vec2(self.width / 2.0, 0.0);
                self.stroke(&[(*at - half, *color), (*at + half, *color)]);
            }
            line => self.stroke(line),
        }
        self.line = line;
        self.line.clear();
    }

    fn stroke(&mut self, line: &[(Pos2, Color32)]) {
        let direction = |from: usize, to: usize| (line[to].0 - line[from].0).normalized();
        let last = line.len() - 1;
        for (at, (here, color)) in line.iter().copied().enumerate() {
            let into = if at > 0 { direction(at - 1, at) } else { direction(0, 1) };
            let out = if at < last { direction(at, at + 1) } else { into };
            let straight = into.dot(out);
            if straight < -0.2 && at > 0 && at < last {
                // Round a hairpin the two sides of a ribbon would cross: it ends and begins again.
                self.across(here, into.rot90(), color, true);
                self.across(here, out.rot90(), color, false);
                continue;
            }
            let normal = (into + out).normalized().rot90();
            let longer = 1.0 / normal.dot(into.rot90()).max(0.4);
            self.across(here, normal * longer, color, at > 0);
        }
    }

    /// Four vertices across the line, joined with the four before.
    fn across(&mut self, at: Pos2, normal: Vec2, color: Color32, joined: bool) {
        let inner = ((self.width - self.soft) / 2.0).max(0.0);
        let outer = inner + self.soft;
        // A line thinner than a pixel is fainter instead.
        let color = if self.width < self.soft { color.gamma_multiply(self.width / self.soft) } else { color };
        let Ok(first) = u32::try_from(self.mesh.vertices.len()) else { return };
        for (away, color) in
            [(-outer, Color32::TRANSPARENT), (-inner, color), (inner, color), (outer, Color32::TRANSPARENT)]
        {
            self.mesh.vertices.push(Vertex { pos: at + normal * away, uv: WHITE_UV, color });
        }
        if let (true, Some(before)) = (joined, first.checked_sub(4)) {
            for side in 0..3 {
                self.mesh.add_triangle(before + side, before + side + 1, first + side);
                self.mesh.add_triangle(before + side + 1, first + side, first + side + 1);
            }
        }
    }

    /// All lines.
    pub fn finish(mut self) -> Mesh {
        self.up();
        self.mesh
    }
}

#[cfg(test)]
mod tests {
    use egui::pos2;

    use super::*;

    #[test]
    fn ribbons_are_as_wide_as_asked_and_never_run_away() {
        for width in [0.5, 1.0, 3.0] {
            let mut ribbon = Ribbon::new(width, 1.0);
            let turns = [(0.0, 0.0), (10.0, 0.0), (10.0, 10.0), (10.0, 0.1), (10.05, 0.1), (40.0, 5.0), (41.0, -30.0)];
            for (x, y) in turns {
                ribbon.to(pos2(x, y), Color32::RED);
            }
            ribbon.up();
            ribbon.to(pos2(100.0, 100.0), Color32::BLUE);
            let mesh = ribbon.finish();
            assert!(mesh.is_valid() && !mesh.is_empty());
            for vertex in &mesh.vertices {
                let near = turns
                    .iter()
                    .chain([&(100.0, 100.0)])
                    .any(|(x, y)| vertex.pos.distance(pos2(*x, *y)) <= width * 2.6 + 2.6);
                assert!(near, "{width}: {:?}", vertex.pos);
            }
            let ends: Vec<f32> = mesh.vertices.iter().take(4).map(|vertex| vertex.pos.y).collect();
            let solid = (ends[2] - ends[1]).abs();
            assert!((solid - (width - 1.0).max(0.0)).abs() < 1e-3, "{ends:?}");
        }
        assert!(Ribbon::new(1.0, 2.0).finish().is_empty());
    }
}
