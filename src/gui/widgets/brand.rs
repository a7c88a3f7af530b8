//! The program's mark, as a picture.

use egui::{Color32, ColorImage, Id, Rect, TextureHandle, TextureOptions, Ui, pos2};

/// Sides it is kept in, px: for bars, and for the welcome page.
const SIDES: [usize; 2] = [64, 128];

/// Draws the mark over `rect`.
pub fn paint_brand(ui: &Ui, rect: Rect) {
    let large = usize::from(rect.width() * ui.pixels_per_point() > 48.0);
    let id = Id::unique(("brand", large));
    let known = ui.data(|data| data.get_temp::<Option<TextureHandle>>(id));
    let texture = known.unwrap_or_else(|| {
        let texture = shrunk(SIDES[large]).map(|image| ui.ctx().load_texture("brand", image, TextureOptions::LINEAR));
        ui.data_mut(|data| data.insert_temp(id, texture.clone()));
        texture
    });
    if let Some(texture) = texture {
        let whole = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
        ui.painter().image(texture.id(), rect, whole, Color32::WHITE);
    }
}

/// The icon at `side` × `side`, each pixel the mean of a square, so that it stays clean when small.
fn shrunk(side: usize) -> Option<ColorImage> {
    let icon = eframe::icon_data::from_png_bytes(include_bytes!("../../../assets/icon.png")).ok()?;
    let from = usize::try_from(icon.width).ok()?;
    let step = (from / side).max(1);
    let mean = |x: usize, y: usize| {
        let mut sum = [0_usize; 4];
        for (dy, dx) in (0..step).flat_map(|dy| (0..step).map(move |dx| (dy, dx))) {
            let at = ((y * step + dy) * from + x * step + dx) * 4;
            let [r, g, b, a] =
                [0, 1, 2, 3].map(|channel| usize::from(icon.rgba.get(at + channel).copied().unwrap_or(0)));
            // Weighted by alpha, so that the clear corners lend no colour.
            sum[0] += r * a;
            sum[1] += g * a;
            sum[2] += b * a;
            sum[3] += a;
        }
        let byte = |value: usize| u8::try_from(value).unwrap_or(u8::MAX);
        let [r, g, b] = [0, 1, 2].map(|channel| byte(sum[channel].checked_div(sum[3]).unwrap_or(0)));
        Color32::from_rgba_unmultiplied(r, g, b, byte(sum[3] / (step * step)))
    };
    let side = from / step;
    let pixels = (0..side).flat_map(|y| (0..side).map(move |x| (x, y))).map(|(x, y)| mean(x, y)).collect();
    Some(ColorImage::new([side, side], pixels))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_icon_can_be_shrunk() {
        for side in SIDES {
            let image = shrunk(side).unwrap();
            assert_eq!(image.size, [side, side]);
            assert_eq!(image.pixels[0].a(), 0, "the corners are clear");
            assert_eq!(image.pixels[side * side / 2 + side / 2].a(), 255);
        }
    }
}
