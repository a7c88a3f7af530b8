//! Shapes as SVG: text stays text, lines stay lines.

use std::fmt::Write as _;

use egui::{
    Color32, FontFamily, FontId, Pos2, Rect, Shape, Stroke, Vec2,
    epaint::{ClippedShape, ColorMode, Mesh, PathShape, PathStroke, RectShape, StrokeKind, TextShape},
};

/// What the shapes show, as a document.
pub(super) fn of(shapes: &[ClippedShape], size: Vec2) -> String {
    let mut svg = Svg { text: String::new(), clips: 0, whole: Rect::from_min_size(Pos2::ZERO, size) };
    let (width, height) = (size.x, size.y);
    let _ = writeln!(
        svg.text,
        r#"<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}">"#
    );
    for clipped in shapes {
        svg.clipped(clipped);
    }
    svg.text += "</svg>\n";
    svg.text
}

struct Svg {
    text: String,
    clips: usize,
    whole: Rect,
}

impl Svg {
    // Writing into memory cannot fail.
    fn put(&mut self, line: std::fmt::Arguments<'_>) {
        let _ = self.text.write_fmt(line);
        self.text.push('\n');
    }

    fn clipped(&mut self, clipped: &ClippedShape) {
        if matches!(clipped.shape, Shape::Noop) {
            return;
        }
        let clip = clipped.clip_rect.intersect(self.whole);
        if !clip.is_positive() {
            return;
        }
        let all =
            clipped.clip_rect.contains_rect(self.whole) || clip.contains_rect(clipped.shape.visual_bounding_rect());
        if !all {
            self.clips += 1;
            let (id, size) = (self.clips, clip.size());
            self.put(format_args!(
                r#"<clipPath id="clip{id}"><path d="M{} {}h{}v{}h{}z"/></clipPath><g clip-path="url(#clip{id})">"#,
                part(clip.left()),
                part(clip.top()),
                part(size.x),
                part(size.y),
                part(-size.x)
            ));
        }
        self.shape(&clipped.shape);
        if !all {
            self.put(format_args!("</g>"));
        }
    }

    fn shape(&mut self, shape: &Shape) {
        match shape {
            Shape::Vec(shapes) => shapes.iter().for_each(|shape| self.shape(shape)),
            Shape::Rect(rect) => self.rect(rect),
            Shape::Circle(circle) => {
                let look = look(circle.fill, circle.stroke);
                self.put(format_args!(
                    r#"<circle cx="{}" cy="{}" r="{}"{look}/>"#,
                    part(circle.center.x),
                    part(circle.center.y),
                    part(circle.radius)
                ));
            }
            Shape::Ellipse(ellipse) => {
                let look = look(ellipse.fill, ellipse.stroke);
                self.put(format_args!(
                    r#"<ellipse cx="{}" cy="{}" rx="{}" ry="{}"{look}/>"#,
                    part(ellipse.center.x),
                    part(ellipse.center.y),
                    part(ellipse.radius.x),
                    part(ellipse.radius.y)
                ));
            }
            Shape::LineSegment { points, stroke } => self.line(points, false, Color32::TRANSPARENT, *stroke),
            Shape::Path(path) => self.path(path),
            Shape::Text(text) => self.text(text),
            Shape::Mesh(mesh) => self.mesh(mesh),
            Shape::QuadraticBezier(curve) => {
                let path = PathShape {
                    points: curve.flatten(None),
                    closed: curve.closed,
                    fill: curve.fill,
                    stroke: curve.stroke.clone(),
                };
                self.path(&path);
            }
            Shape::CubicBezier(curve) => {
                for points in curve.flatten_closed(None, None) {
                    let path =
                        PathShape { points, closed: curve.closed, fill: curve.fill, stroke: curve.stroke.clone() };
                    self.path(&path);
                }
            }
            // Charts have neither bands nor pictures of other programs.
            Shape::Noop | Shape::Band(_) | Shape::Callback(_) => {}
        }
    }

    fn rect(&mut self, shape: &RectShape) {
        if shape.fill == Color32::TRANSPARENT && shape.stroke.is_empty() {
            return;
        }
        let grown = match shape.stroke_kind {
            StrokeKind::Inside => -shape.stroke.width / 2.0,
            StrokeKind::Middle => 0.0,
            StrokeKind::Outside => shape.stroke.width / 2.0,
        };
        let rect = if shape.stroke.is_empty() { shape.rect } else { shape.rect.expand(grown) };
        let look = look(shape.fill, shape.stroke);
        let round = shape.corner_radius.nw;
        let corner = if round > 0 { format!(r#" rx="{round}""#) } else { String::new() };
        self.put(format_args!(
            r#"<rect x="{}" y="{}" width="{}" height="{}"{corner}{look}/>"#,
            part(rect.left()),
            part(rect.top()),
            part(rect.width().max(0.0)),
            part(rect.height().max(0.0))
        ));
    }

    fn path(&mut self, path: &PathShape) {
        self.line(&path.points, path.closed, path.fill, solid(&path.stroke));
    }

    fn line(&mut self, points: &[Pos2], closed: bool, fill: Color32, stroke: Stroke) {
        if points.is_empty() || (fill == Color32::TRANSPARENT && stroke.is_empty()) {
            return;
        }
        let mut way = String::new();
        for (index, point) in points.iter().enumerate() {
            let _ = write!(way, "{}{} {}", if index == 0 { "M" } else { "L" }, part(point.x), part(point.y));
        }
        if closed {
            way.push('z');
        }
        let look = look(fill, stroke);
        self.put(format_args!(r#"<path d="{way}" stroke-linejoin="round"{look}/>"#));
    }

    fn mesh(&mut self, mesh: &Mesh) {
        for corners in mesh.indices.as_chunks::<3>().0 {
            let [Some(a), Some(b), Some(c)] = corners.map(|index| mesh.vertices.get(index as usize)) else { continue };
            self.line(&[a.pos, b.pos, c.pos], true, a.color, Stroke::NONE);
        }
    }

    fn text(&mut self, shape: &TextShape) {
        let format = shape.galley.job.sections.first().map(|section| section.format.clone()).unwrap_or_default();
        let own = if format.color == Color32::PLACEHOLDER { shape.fallback_color } else { format.color };
        let color = shape.override_text_color.unwrap_or(own);
        let ink = fill(color.gamma_multiply(shape.opacity_factor));
        let turn = if shape.angle == 0.0 {
            String::new()
        } else {
            format!(
                r#" transform="rotate({} {} {})""#,
                part(shape.angle.to_degrees()),
                part(shape.pos.x),
                part(shape.pos.y)
            )
        };
        let font = font(&format.font_id);
        for row in &shape.galley.rows {
            let Some(glyph) = row.glyphs.first() else { continue };
            let at = shape.pos + row.pos.to_vec2();
            let words = escaped(row.text().trim_end());
            // As wide as it was measured, whatever typeface a reader of the file has.
            let wide = row.glyphs.last().map_or(0.0, egui::epaint::text::Glyph::max_x) - glyph.pos.x;
            self.put(format_args!(
                r#"<text x="{}" y="{}" textLength="{}" lengthAdjust="spacingAndGlyphs"{font}{ink}{turn}>{words}</text>"#,
                part(at.x + glyph.pos.x),
                part(at.y + glyph.pos.y),
                part(wide)
            ));
        }
    }
}

fn solid(stroke: &PathStroke) -> Stroke {
    match &stroke.color {
        ColorMode::Solid(color) => Stroke::new(stroke.width, *color),
        ColorMode::UV(_) => Stroke::NONE,
    }
}

fn font(font: &FontId) -> String {
    let (family, weight) = match &font.family {
        FontFamily::Monospace => ("'JetBrains Mono', monospace", 400),
        FontFamily::Name(name) if name.contains("semibold") => ("Inter, sans-serif", 600),
        FontFamily::Name(name) if name.contains("medium") => ("Inter, sans-serif", 500),
        _ => ("Inter, sans-serif", 400),
    };
    format!(r#" font-family="{family}" font-size="{}" font-weight="{weight}""#, part(font.size))
}

fn look(inside: Color32, stroke: Stroke) -> String {
    let mut look = if inside == Color32::TRANSPARENT { r#" fill="none""#.to_owned() } else { fill(inside) };
    if !stroke.is_empty() {
        let [red, green, blue, alpha] = stroke.color.to_srgba_unmultiplied();
        let _ = write!(look, r##" stroke="#{red:02x}{green:02x}{blue:02x}" stroke-width="{}""##, part(stroke.width));
        if alpha < 255 {
            let _ = write!(look, r#" stroke-opacity="{}""#, part(f32::from(alpha) / 255.0));
        }
    }
    look
}

fn fill(color: Color32) -> String {
    let [red, green, blue, alpha] = color.to_srgba_unmultiplied();
    let mut fill = format!(r##" fill="#{red:02x}{green:02x}{blue:02x}""##);
    if alpha < 255 {
        let _ = write!(fill, r#" fill-opacity="{}""#, part(f32::from(alpha) / 255.0));
    }
    fill
}

/// A number with two decimals at most.
fn part(value: f32) -> String {
    let text = format!("{value:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Text between tags: what means something to XML is written out, what XML forbids is left out.
fn escaped(text: &str) -> String {
    text.chars()
        .filter(|letter| !letter.is_control())
        .map(|letter| match letter {
            '&' => "&amp;".to_owned(),
            '<' => "&lt;".to_owned(),
            '>' => "&gt;".to_owned(),
            letter => letter.to_string(),
        })
        .collect()
}
