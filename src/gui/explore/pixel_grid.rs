//! Raw pixels: values printed in them where they are large enough, and a magnifier that follows the pointer.

use std::ops::Range;

use egui::{Color32, ColorImage, Painter, Pos2, Rect, Stroke, StrokeKind, Ui, Vec2, pos2, vec2};

use super::{boxes::Placement, pixel_values};
use crate::{
    gui::{
        pictures::Picture,
        theme::{self, colors, text_on},
    },
    model::Raster,
};

/// Screen pixels per picture pixel from which values are printed.
pub(super) const PRINTED: f32 = 48.0;
/// Pixels across the magnifier.
const LENS: i32 = 11;
/// Side of a magnified pixel, points.
const SIDE: f32 = 14.0;

/// The pixels in sight, as ranges of columns and rows.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to the picture")]
fn in_sight(area: Rect, place: Placement, size: [usize; 2]) -> (Range<usize>, Range<usize>) {
    let range = |low: f32, high: f32, origin: f32, count: usize| {
        let first = ((low - origin) / place.scale).floor().max(0.0) as usize;
        let end = ((high - origin) / place.scale).ceil().max(0.0) as usize;
        first.min(count)..end.min(count)
    };
    (
        range(area.left(), area.right(), place.origin.x, size[0]),
        range(area.top(), area.bottom(), place.origin.y, size[1]),
    )
}

/// Prints the stored values into the pixels in sight. To be called where a pixel has at least [`PRINTED`] screen pixels.
#[expect(clippy::cast_precision_loss, reason = "positions on screen")]
pub(super) fn values_ui(painter: &Painter, area: Rect, place: Placement, raster: &Raster, image: &ColorImage) {
    let (columns, rows) = in_sight(area, place, image.size);
    for y in rows {
        for x in columns.clone() {
            let at = place.origin + vec2(x as f32, y as f32) * place.scale;
            let pixel = Rect::from_min_size(at, Vec2::splat(place.scale));
            let (Ok(column), Ok(row)) = (u32::try_from(x), u32::try_from(y)) else { continue };
            let values = pixel_values::short(raster, column, row);
            let shade = image.pixels.get(y * image.size[0] + x).copied().unwrap_or_default();
            stacked(painter, pixel, &values, text_on(shade));
        }
    }
}

/// Lines of text in the middle of a pixel, as large as fits.
#[expect(clippy::cast_precision_loss, reason = "a few lines")]
fn stacked(painter: &Painter, pixel: Rect, lines: &[String], ink: Color32) {
    let room = pixel.shrink(3.0);
    let high = (room.height() / lines.len().max(1) as f32 / 1.2).clamp(6.0, 13.0);
    for (line, text) in lines.iter().enumerate() {
        let galley = painter.layout_no_wrap(text.clone(), theme::numbers(high), ink);
        // The widest of them sets nothing for the others: each is only as small as it must be.
        let galley = if galley.size().x > room.width() {
            let size = (high * room.width() / galley.size().x).max(5.0);
            painter.layout_no_wrap(text.clone(), theme::numbers(size), ink)
        } else {
            galley
        };
        let middle = (line as f32 - (lines.len() as f32 - 1.0) / 2.0) * high * 1.2;
        let at = room.center() + vec2(0.0, middle);
        painter.galley(at - galley.size() / 2.0, galley, ink);
    }
}

/// Where the magnifier stands: beside the pointer, on the side that has room.
fn lens_place(area: Rect, pointer: Pos2, size: Vec2) -> Rect {
    let beside = |at: f32, size: f32, low: f32, high: f32| {
        let after = at + 20.0;
        let before = at - 20.0 - size;
        if after + size <= high || before < low { after.min(high - size).max(low) } else { before }
    };
    let corner = pos2(
        beside(pointer.x, size.x, area.left(), area.right()),
        beside(pointer.y, size.y, area.top(), area.bottom()),
    );
    Rect::from_min_size(corner, size)
}

/// Shows the pixels around the pointer, which is over pixel `at`, with the values of the one in the middle.
#[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "positions on screen")]
pub(super) fn magnifier_ui(ui: &Ui, area: Rect, pointer: Pos2, at: Vec2, picture: &Picture, image: &ColorImage) {
    let (middle_x, middle_y) = (at.x.floor() as i32, at.y.floor() as i32);
    let values = picture.raster.as_ref().and_then(|raster| {
        let (x, y) = (u32::try_from(middle_x).ok()?, u32::try_from(middle_y).ok()?);
        pixel_values::told(raster, &picture.look, x, y)
    });
    let Some(values) = values else { return };
    let side = LENS as f32 * SIDE;
    let lens = lens_place(area, pointer, vec2(side, side + 22.0));
    let painter = ui.painter().with_clip_rect(area);
    painter.rect_filled(lens.expand(5.0), 6, Color32::from_black_alpha(200));
    for row in 0..LENS {
        for column in 0..LENS {
            let (x, y) = (middle_x + column - LENS / 2, middle_y + row - LENS / 2);
            let pixel = usize::try_from(x).ok().zip(usize::try_from(y).ok());
            let pixel = pixel.filter(|(x, y)| *x < image.size[0] && *y < image.size[1]);
            if let Some(shade) = pixel.and_then(|(x, y)| image.pixels.get(y * image.size[0] + x)) {
                let corner = lens.min + vec2(column as f32, row as f32) * SIDE;
                painter.rect_filled(Rect::from_min_size(corner, Vec2::splat(SIDE)), 0, *shade);
            }
        }
    }
    let middle = Rect::from_min_size(lens.min + Vec2::splat((LENS / 2) as f32 * SIDE), Vec2::splat(SIDE));
    painter.rect_stroke(middle, 0, Stroke::new(3.0, Color32::from_black_alpha(160)), StrokeKind::Outside);
    painter.rect_stroke(middle, 0, Stroke::new(1.5, colors(ui).accent_hover), StrokeKind::Outside);
    let line = Rect::from_min_max(pos2(lens.left(), lens.bottom() - 20.0), lens.max);
    crate::gui::widgets::elided(
        &painter,
        pos2(line.left() + 2.0, line.center().y),
        values,
        theme::numbers(11.0),
        Color32::WHITE,
        line.width() - 4.0,
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_pixels_in_sight_are_printed() {
        let area = Rect::from_min_size(pos2(100.0, 50.0), vec2(200.0, 100.0));
        for (x, y, scale, columns, rows) in [
            (100.0, 50.0, 50.0, 0..4, 0..2),
            (80.0, 40.0, 50.0, 0..5, 0..3),
            (-900.0, 50.0, 50.0, 20..24, 0..2),
            (250.0, 120.0, 64.0, 0..1, 0..1),
            (400.0, 50.0, 50.0, 0..0, 0..2),
            (-9e5, -9e5, 50.0, 30..30, 20..20),
        ] {
            let found = in_sight(area, Placement { origin: pos2(x, y), scale }, [30, 20]);
            assert_eq!(found, (columns, rows), "{x}, {y}");
        }
    }

    #[test]
    fn the_magnifier_stays_in_the_view_and_beside_the_pointer() {
        let area = Rect::from_min_size(pos2(0.0, 0.0), vec2(600.0, 400.0));
        let size = vec2(154.0, 176.0);
        for (x, y) in [(10.0, 10.0), (590.0, 10.0), (590.0, 390.0), (300.0, 200.0), (0.0, 399.0)] {
            let lens = lens_place(area, pos2(x, y), size);
            assert!(area.contains_rect(lens), "{lens:?}");
            assert!(!lens.contains(pos2(x, y)), "{lens:?}");
        }
    }
}
