//! Triangles to pixels, as a graphics card does it, so that pictures can be written without one.

use std::collections::HashMap;

use egui::{
    Color32, ColorImage, Pos2, TextureId, Vec2,
    epaint::{ClippedPrimitive, Mesh, Primitive, Vertex},
};

/// Puts a part into a texture.
pub(super) fn patch(whole: &mut ColorImage, part: &ColorImage, [left, top]: [usize; 2]) {
    let [width, height] = part.size;
    for row in 0..height {
        let from = &part.pixels[row * width..(row + 1) * width];
        let at = (top + row) * whole.size[0] + left;
        if let Some(to) = whole.pixels.get_mut(at..at + width) {
            to.copy_from_slice(from);
        }
    }
}

/// Paints the triangles on black; what covers the whole picture comes first.
pub(super) fn paint(
    primitives: &[ClippedPrimitive],
    textures: &HashMap<TextureId, ColorImage>,
    size: Vec2,
    scale: f32,
) -> ColorImage {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "sides of a picture, checked by the caller"
    )]
    let [width, height] = [size.x, size.y].map(|side| (side * scale) as usize);
    let mut image = ColorImage::filled([width, height], Color32::BLACK);
    for clipped in primitives {
        let Primitive::Mesh(mesh) = &clipped.primitive else { continue };
        let Some(texture) = textures.get(&mesh.texture_id) else { continue };
        let clip = clipped.clip_rect * scale;
        let clip = [
            pixel(clip.left().round(), width),
            pixel(clip.right().round(), width),
            pixel(clip.top().round(), height),
            pixel(clip.bottom().round(), height),
        ];
        mesh_on(&mut image, mesh, texture, clip, scale);
    }
    image
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to the picture")]
fn pixel(at: f32, most: usize) -> usize {
    (at.max(0.0) as usize).min(most)
}

fn mesh_on(
    image: &mut ColorImage,
    mesh: &Mesh,
    texture: &ColorImage,
    [left, right, top, bottom]: [usize; 4],
    scale: f32,
) {
    for corners in mesh.indices.as_chunks::<3>().0 {
        let [Some(a), Some(mut b), Some(mut c)] = corners.map(|index| mesh.vertices.get(index as usize)) else {
            continue;
        };
        let [pa, mut pb, mut pc] = [a, b, c].map(|vertex| vertex.pos * scale);
        let mut area = cross(pa, pb, pc);
        if area < 0.0 {
            (b, c, pb, pc, area) = (c, b, pc, pb, -area);
        }
        if area < 1e-6 {
            continue;
        }
        let low = pa.min(pb).min(pc);
        let high = pa.max(pb).max(pc);
        let (x0, x1) = (pixel(low.x.floor(), right).max(left), pixel(high.x.ceil(), right));
        let (y0, y1) = (pixel(low.y.floor(), bottom).max(top), pixel(high.y.ceil(), bottom));
        for y in y0..y1 {
            for x in x0..x1 {
                #[expect(clippy::cast_precision_loss, reason = "places in a picture")]
                let at = Pos2::new(x as f32 + 0.5, y as f32 + 0.5);
                // An edge that two triangles share belongs to one of them.
                let sides = [(pb, pc), (pc, pa), (pa, pb)].map(|(from, to)| (cross(from, to, at), first(from, to)));
                if sides.iter().any(|(side, edge)| *side < 0.0 || (*side == 0.0 && !edge)) {
                    continue;
                }
                let color = mixed(texture, [a, b, c], sides.map(|(side, _)| side / area));
                let to = &mut image.pixels[y * image.size[0] + x];
                *to = over(color, *to);
            }
        }
    }
}

/// Twice the area of a triangle; positive when it turns clockwise on a screen.
fn cross(a: Pos2, b: Pos2, c: Pos2) -> f32 {
    (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x)
}

/// Whether pixels right on this edge belong to the triangle: those of its upper and left edges do.
fn first(from: Pos2, to: Pos2) -> bool {
    let along = to - from;
    along.y < 0.0 || (along.y == 0.0 && along.x > 0.0)
}

/// The colour between the corners: that of the corners times that of the texture, red, green, blue, alpha from 0 to 1.
fn mixed(texture: &ColorImage, corners: [&Vertex; 3], weights: [f32; 3]) -> [f32; 4] {
    let mut color = [0.0; 4];
    let mut uv = Vec2::ZERO;
    for (corner, weight) in corners.iter().zip(weights) {
        uv += corner.uv.to_vec2() * weight;
        for (sum, value) in color.iter_mut().zip(corner.color.to_array()) {
            *sum += f32::from(value) / 255.0 * weight;
        }
    }
    for (value, texel) in color.iter_mut().zip(sample(texture, uv)) {
        *value *= texel;
    }
    color
}

/// The texture at a place from 0 to 1, between the four texels around it.
fn sample(texture: &ColorImage, uv: Vec2) -> [f32; 4] {
    let [width, height] = texture.size;
    #[expect(clippy::cast_precision_loss, reason = "sides of a texture")]
    let (x, y) = (uv.x * width as f32 - 0.5, uv.y * height as f32 - 0.5);
    let (left, top) = (x.floor(), y.floor());
    let (right_part, lower_part) = (x - left, y - top);
    let mut color = [0.0; 4];
    for (dx, dy, weight) in [
        (0.0, 0.0, (1.0 - right_part) * (1.0 - lower_part)),
        (1.0, 0.0, right_part * (1.0 - lower_part)),
        (0.0, 1.0, (1.0 - right_part) * lower_part),
        (1.0, 1.0, right_part * lower_part),
    ] {
        let (column, row) = (pixel(left + dx, width.saturating_sub(1)), pixel(top + dy, height.saturating_sub(1)));
        let texel = texture.pixels.get(row * width + column).copied().unwrap_or_default();
        for (sum, value) in color.iter_mut().zip(texel.to_array()) {
            *sum += f32::from(value) / 255.0 * weight;
        }
    }
    color
}

/// Lays a colour over another one; its parts are already weighted by its alpha.
fn over([red, green, blue, alpha]: [f32; 4], under: Color32) -> Color32 {
    let channel = |value: f32, below: u8| {
        let mixed = value + f32::from(below) / 255.0 * (1.0 - alpha);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to a byte")]
        let byte = (mixed * 255.0).round().clamp(0.0, 255.0) as u8;
        byte
    };
    Color32::from_rgb(channel(red, under.r()), channel(green, under.g()), channel(blue, under.b()))
}

#[cfg(test)]
mod tests {
    use egui::{Rect, pos2, vec2};

    use super::*;

    #[test]
    fn two_triangles_of_a_square_meet_without_a_seam() {
        let white = ColorImage::filled([4, 4], Color32::WHITE);
        let textures = HashMap::from([(TextureId::default(), white)]);
        let half = Color32::from_black_alpha(0).lerp_to_gamma(Color32::WHITE, 0.5);
        let mut mesh = Mesh::default();
        mesh.add_colored_rect(Rect::from_min_max(pos2(2.0, 2.0), pos2(8.0, 8.0)), half);
        for vertex in &mut mesh.vertices {
            vertex.uv = pos2(0.5, 0.5);
        }
        let primitives = [ClippedPrimitive {
            clip_rect: Rect::from_min_max(pos2(0.0, 0.0), pos2(7.0, 10.0)),
            primitive: Primitive::Mesh(mesh),
        }];
        let image = paint(&primitives, &textures, vec2(10.0, 10.0), 1.0);
        for y in 0..10 {
            for x in 0..10 {
                let inside = (2..7).contains(&x) && (2..8).contains(&y);
                let expected = if inside { half.r() } else { 0 };
                assert_eq!(image.pixels[y * 10 + x].r(), expected, "{x} {y}");
            }
        }
    }
}
