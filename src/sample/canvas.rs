//! The picture under work: the frame, a clear layer on which one object is drawn at a time, and who covers which pixel.
//!
//! Labels come from here, so that a box is exactly what was drawn.

use tiny_skia::{
    FillRule, GradientStop, LinearGradient, Paint, Path, PathBuilder, Pixmap, Point, Shader, SpreadMode, Transform,
};

use super::{camera::P2, color::Rgb};

/// Coverage from which a pixel of an object counts as drawn.
const DRAWN_ALPHA: u8 = 112;

/// How a shape is filled.
#[derive(Debug, Clone, Copy)]
pub(super) enum Fill {
    /// One colour.
    Flat(Rgb),
    /// One colour with an opacity.
    Clear(Rgb, f32),
    /// From one colour at one point to another colour at another point.
    Ramp(P2, Rgb, P2, Rgb),
}

/// A range of pixels: left, top, right, bottom; the last two are one past the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct PxBox {
    pub(super) left: u32,
    pub(super) top: u32,
    pub(super) right: u32,
    pub(super) bottom: u32,
}

impl PxBox {
    const EMPTY: Self = Self { left: u32::MAX, top: u32::MAX, right: 0, bottom: 0 };

    /// Width, px.
    pub(super) fn width(self) -> u32 {
        self.right.saturating_sub(self.left)
    }

    /// Height, px.
    pub(super) fn height(self) -> u32 {
        self.bottom.saturating_sub(self.top)
    }

    /// The same box on an image `factor` times larger.
    pub(super) fn scaled(self, factor: u32) -> Self {
        Self {
            left: self.left * factor,
            top: self.top * factor,
            right: self.right * factor,
            bottom: self.bottom * factor,
        }
    }

    fn add(&mut self, x: u32, y: u32) {
        self.left = self.left.min(x);
        self.top = self.top.min(y);
        self.right = self.right.max(x + 1);
        self.bottom = self.bottom.max(y + 1);
    }
}

/// What became of one object: how many pixels it would cover alone, and which of them are seen.
#[derive(Debug, Clone, Copy)]
pub(super) struct Coverage {
    /// Pixels it covers inside the image when nothing stands before it.
    pub(super) alone_px: u32,
    /// Pixels of it that are seen.
    pub(super) seen_px: u32,
    /// Tight box of the pixels that are seen.
    pub(super) seen: PxBox,
    /// Whether the image cuts it.
    pub(super) cut: bool,
}

/// The frame, the layer, and the owner of each pixel.
pub(super) struct Canvas {
    pub(super) frame: Pixmap,
    layer: Pixmap,
    /// Index into `alone` plus one; 0 where scenery is seen.
    owner: Vec<u16>,
    /// Pixels each finished object covers alone, and whether it touches the border.
    alone: Vec<(u32, bool)>,
    /// Part of the layer that may be drawn on, in px; may reach outside.
    dirty: Option<[f32; 4]>,
}

impl Canvas {
    /// An empty picture; `None` when it would hold no pixel.
    pub(super) fn new(width: u32, height: u32) -> Option<Self> {
        Some(Self {
            frame: Pixmap::new(width, height)?,
            layer: Pixmap::new(width, height)?,
            owner: vec![0; width as usize * height as usize],
            alone: Vec::new(),
            dirty: None,
        })
    }

    /// Starts the next picture. The frame keeps its old pixels: the backdrop covers all of them.
    pub(super) fn begin(&mut self) {
        self.owner.fill(0);
        self.alone.clear();
    }

    /// Width, px.
    pub(super) fn width(&self) -> u32 {
        self.frame.width()
    }

    /// Height, px.
    pub(super) fn height(&self) -> u32 {
        self.frame.height()
    }

    /// Fills a polygon on the layer.
    pub(super) fn polygon(&mut self, points: &[P2], fill: Fill) {
        if let Some(path) = polygon_path(points) {
            self.fill(&path, fill);
        }
    }

    /// Fills an ellipse on the layer.
    pub(super) fn ellipse(&mut self, centre: P2, rx: f32, ry: f32, fill: Fill) {
        let rect = tiny_skia::Rect::from_ltrb(centre.x - rx, centre.y - ry, centre.x + rx, centre.y + ry);
        if let Some(path) = rect.and_then(PathBuilder::from_oval) {
            self.fill(&path, fill);
        }
    }

    /// Fills a limb: two circles and what lies between their outer tangents.
    pub(super) fn limb(&mut self, a: P2, b: P2, ra: f32, rb: f32, fill: Fill) {
        let (dx, dy) = (b.x - a.x, b.y - a.y);
        let length = dx.hypot(dy);
        let mut outline = Vec::with_capacity(16);
        if length > 0.01 {
            let direction = dy.atan2(dx);
            // Half turns round either end; the slope of the tangents hardly matters at these sizes.
            for (centre, radius, from) in [(a, ra, 0.5_f32), (b, rb, -0.5)] {
                for step in 0..=6_u8 {
                    let angle = direction + std::f32::consts::PI * (from + f32::from(step) / 6.0);
                    outline.push(P2 { x: centre.x + radius * angle.cos(), y: centre.y + radius * angle.sin() });
                }
            }
            self.polygon(&outline, fill);
        } else {
            self.ellipse(a, ra.max(rb), ra.max(rb), fill);
        }
    }

    /// Fills a path on the layer.
    fn fill(&mut self, path: &Path, fill: Fill) {
        let bounds = path.bounds();
        let (width, height) = (self.width() as f32, self.height() as f32);
        if bounds.right() < 0.0 || bounds.bottom() < 0.0 || bounds.left() > width || bounds.top() > height {
            // It still tells that the object reaches outside.
            self.touch([bounds.left(), bounds.top(), bounds.right(), bounds.bottom()]);
            return;
        }
        self.touch([bounds.left(), bounds.top(), bounds.right(), bounds.bottom()]);
        self.layer.fill_path(path, &paint(fill), FillRule::Winding, Transform::identity(), None);
    }

    fn touch(&mut self, bounds: [f32; 4]) {
        let [l, t, r, b] = self.dirty.unwrap_or(bounds);
        self.dirty = Some([l.min(bounds[0]), t.min(bounds[1]), r.max(bounds[2]), b.max(bounds[3])]);
    }

    /// The dirty part inside the image, and whether it reaches outside.
    fn take_dirty(&mut self) -> Option<(PxBox, bool)> {
        let [l, t, r, b] = self.dirty.take()?;
        let (width, height) = (self.width(), self.height());
        let inside = PxBox {
            left: (l.floor() - 1.0).max(0.0) as u32,
            top: (t.floor() - 1.0).max(0.0) as u32,
            right: ((r.ceil() + 1.0).max(0.0) as u32).min(width),
            bottom: ((b.ceil() + 1.0).max(0.0) as u32).min(height),
        };
        let cut = l < -0.5 || t < -0.5 || r > width as f32 + 0.5 || b > height as f32 + 0.5;
        (inside.left < inside.right && inside.top < inside.bottom).then_some((inside, cut))
    }

    /// Puts the layer on the frame and clears it. With `labelled` the object gets the next number (counted from 0) and
    /// its pixels are remembered; without, it hides what lies behind it.
    pub(super) fn finish(&mut self, labelled: bool) -> Option<usize> {
        let number = labelled.then(|| {
            self.alone.push((0, false));
            self.alone.len() - 1
        });
        let Some((area, cut)) = self.take_dirty() else { return number };
        // More than 65,535 objects on one frame are beyond any scene drawn here.
        let owner = number.map_or(0, |number| u16::try_from(number + 1).unwrap_or(u16::MAX));
        let width = self.width() as usize;
        let (mut covered, layer, frame) = (0, self.layer.data_mut(), self.frame.data_mut());
        for y in area.top..area.bottom {
            let row = y as usize * width;
            for x in area.left..area.right {
                let at = row + x as usize;
                let source = &mut layer[at * 4..at * 4 + 4];
                let alpha = source[3];
                if alpha == 0 {
                    continue;
                }
                let keep = 255 - u32::from(alpha);
                let target = &mut frame[at * 4..at * 4 + 4];
                for channel in 0..3 {
                    let value = u32::from(source[channel]) + (u32::from(target[channel]) * keep + 127) / 255;
                    target[channel] = value.min(255) as u8;
                }
                if alpha >= DRAWN_ALPHA {
                    self.owner[at] = owner;
                    covered += 1;
                }
                source.fill(0);
            }
        }
        if let Some(number) = number {
            self.alone[number] = (covered, cut);
        }
        number
    }

    /// Puts the layer on the frame upside down about row `base`, faded with distance from it, and clears it: the
    /// reflection of an object in a wet road.
    pub(super) fn finish_mirrored(&mut self, base: f32, strength: f32) {
        let Some((area, _)) = self.take_dirty() else { return };
        let (width, height) = (self.width() as usize, self.height());
        let (layer, frame) = (self.layer.data_mut(), self.frame.data_mut());
        let reach = (base - area.top as f32).max(1.0);
        for y in area.top..area.bottom {
            let away = base - y as f32;
            let mirrored = (base + away * 0.92).round();
            let fade = strength * (1.0 - 0.75 * (away / reach).clamp(0.0, 1.0));
            let visible = away >= 0.0 && mirrored >= 0.0 && mirrored < height as f32;
            for x in area.left..area.right {
                let from = (y as usize * width + x as usize) * 4;
                let alpha = f32::from(layer[from + 3]) / 255.0 * fade;
                if visible && alpha > 0.0 {
                    let to = (mirrored as usize * width + x as usize) * 4;
                    for channel in 0..3 {
                        let value =
                            f32::from(layer[from + channel]) * fade + f32::from(frame[to + channel]) * (1.0 - alpha);
                        frame[to + channel] = value.min(255.0) as u8;
                    }
                }
                layer[from..from + 4].fill(0);
            }
        }
    }

    /// Fills a polygon straight on the frame (shadows, marks): part of no object.
    pub(super) fn stain(&mut self, points: &[P2], fill: Fill) {
        if let Some(path) = polygon_path(points) {
            self.frame.fill_path(&path, &paint(fill), FillRule::Winding, Transform::identity(), None);
        }
    }

    /// Adds light round a point: an ellipse that fades to nothing at its border.
    pub(super) fn glow(&mut self, centre: P2, rx: f32, ry: f32, light: Rgb) {
        let (width, height) = (self.width(), self.height());
        if !(rx > 0.3 && ry > 0.3) || centre.x + rx < 0.0 || centre.y + ry < 0.0 {
            return;
        }
        let left = (centre.x - rx).max(0.0) as u32;
        let top = (centre.y - ry).max(0.0) as u32;
        let right = ((centre.x + rx).ceil().max(0.0) as u32).min(width);
        let bottom = ((centre.y + ry).ceil().max(0.0) as u32).min(height);
        let frame = self.frame.data_mut();
        for y in top..bottom {
            let dy = (y as f32 + 0.5 - centre.y) / ry;
            for x in left..right {
                let dx = (x as f32 + 0.5 - centre.x) / rx;
                let inside = 1.0 - dx * dx - dy * dy;
                if inside <= 0.0 {
                    continue;
                }
                let gain = inside * inside * inside;
                let at = (y as usize * width as usize + x as usize) * 4;
                for channel in 0..3 {
                    let before = f32::from(frame[at + channel]) / 255.0;
                    // Screening instead of adding keeps bright lights from burning out flat.
                    let after = 1.0 - (1.0 - before) * (1.0 - (light.0[channel] * gain).clamp(0.0, 1.0));
                    frame[at + channel] = (after * 255.0 + 0.5) as u8;
                }
            }
        }
    }

    /// What is seen of each labelled object, in the order they were finished.
    pub(super) fn coverage(&self) -> Vec<Coverage> {
        let mut all: Vec<Coverage> = self
            .alone
            .iter()
            .map(|(alone_px, cut)| Coverage { alone_px: *alone_px, seen_px: 0, seen: PxBox::EMPTY, cut: *cut })
            .collect();
        let width = self.width() as usize;
        for (at, owner) in self.owner.iter().enumerate().filter(|(_, owner)| **owner != 0) {
            let coverage = &mut all[usize::from(*owner) - 1];
            coverage.seen_px += 1;
            coverage.seen.add((at % width) as u32, (at / width) as u32);
        }
        all
    }
}

fn polygon_path(points: &[P2]) -> Option<Path> {
    // Far outside the image the rasteriser loses precision, and nothing is seen of it anyway.
    let clamp = |p: P2| (p.x.clamp(-4000.0, 8000.0), p.y.clamp(-4000.0, 8000.0));
    let (first, rest) = points.split_first()?;
    if rest.len() < 2 {
        return None;
    }
    let mut builder = PathBuilder::with_capacity(points.len() + 2, points.len() + 2);
    let (x, y) = clamp(*first);
    builder.move_to(x, y);
    for point in rest {
        let (x, y) = clamp(*point);
        builder.line_to(x, y);
    }
    builder.close();
    builder.finish()
}

fn paint(fill: Fill) -> Paint<'static> {
    let shader = match fill {
        Fill::Flat(color) => Shader::SolidColor(color.paint(1.0)),
        Fill::Clear(color, alpha) => Shader::SolidColor(color.paint(alpha)),
        Fill::Ramp(from, a, to, b) => LinearGradient::new(
            Point::from_xy(from.x, from.y),
            Point::from_xy(to.x, to.y),
            vec![GradientStop::new(0.0, a.paint(1.0)), GradientStop::new(1.0, b.paint(1.0))],
            SpreadMode::Pad,
            Transform::identity(),
        )
        // The two points coincide: any of the colours will do.
        .unwrap_or_else(|| Shader::SolidColor(a.mix(b, 0.5).paint(1.0))),
    };
    Paint { shader, anti_alias: true, ..Paint::default() }
}
