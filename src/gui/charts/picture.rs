//! Writes what is shown to a file: the same drawing code in a window that nobody sees, then its shapes as SVG, or as pixels.
//! To be called by a worker.

use std::{
    collections::HashMap,
    fs, io,
    path::{Path, PathBuf},
};

use egui::{Color32, ColorImage, Context, Pos2, RawInput, Rect, RichText, TextureId, Theme, Ui, UiBuilder, Vec2, vec2};

use super::{raster, svg};
use crate::gui::theme::{self, colors};

/// Where a picture goes, and how it looks.
#[derive(Debug, Clone, PartialEq)]
pub struct ChartFile {
    /// The file; its ending tells the format: `.svg`, else PNG.
    pub out: PathBuf,
    /// Width and height, points.
    pub size: [f32; 2],
    /// On a dark ground.
    pub dark: bool,
}

/// Pixels of a PNG per point: enough for print.
const SCALE: f32 = 2.0;
/// Free space around, points.
const MARGIN: f32 = 16.0;
/// Passes until everything stands where it stays: axes take their room one pass after their ticks are known.
const PASSES: usize = 5;
/// Largest side of a picture, points.
const MOST: f32 = 4096.0;

/// Draws `draw` below a title and writes it, beside its place first.
///
/// # Errors
/// The file cannot be written.
pub fn write_picture(file: &ChartFile, title: &str, draw: impl FnMut(&mut Ui)) -> io::Result<()> {
    let bytes = match file.out.extension() {
        Some(ending) if ending.eq_ignore_ascii_case("svg") => svg_of(file, title, draw).into_bytes(),
        _ => png_of(file, title, draw)?,
    };
    write_whole(&file.out, &bytes)
}

/// Writes a file that appears when it is whole.
///
/// # Errors
/// Whatever the file system reports.
pub fn write_whole(out: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = out.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    crate::session::write_bytes(out, bytes).map_err(io::Error::other)
}

fn svg_of(file: &ChartFile, title: &str, draw: impl FnMut(&mut Ui)) -> String {
    let (_, output, _) = drawn(file, title, 1.0, draw);
    let text = svg::of(&output.shapes, size_of(file));
    output.drop_without_applying_deltas();
    text
}

fn png_of(file: &ChartFile, title: &str, draw: impl FnMut(&mut Ui)) -> io::Result<Vec<u8>> {
    let (ctx, mut output, textures) = drawn(file, title, SCALE, draw);
    let shapes = std::mem::take(&mut output.shapes);
    let primitives = ctx.tessellate(shapes, SCALE);
    output.drop_without_applying_deltas();
    let image = raster::paint(&primitives, &textures, size_of(file), SCALE);
    let [width, height] = image.size.map(|side| u32::try_from(side).unwrap_or(0));
    let pixels: Vec<u8> = image.pixels.iter().flat_map(|pixel| [pixel.r(), pixel.g(), pixel.b()]).collect();
    let mut bytes = Vec::new();
    image::write_buffer_with_format(
        &mut io::Cursor::new(&mut bytes),
        &pixels,
        width,
        height,
        image::ExtendedColorType::Rgb8,
        image::ImageFormat::Png,
    )
    .map_err(io::Error::other)?;
    Ok(bytes)
}

fn size_of(file: &ChartFile) -> Vec2 {
    let side = |side: f32| if side.is_finite() { side.clamp(64.0, MOST).round() } else { 64.0 };
    vec2(side(file.size[0]), side(file.size[1]))
}

/// The last of some passes, with the textures it is drawn with.
fn drawn(
    file: &ChartFile,
    title: &str,
    scale: f32,
    mut draw: impl FnMut(&mut Ui),
) -> (Context, egui::FullOutput, HashMap<TextureId, ColorImage>) {
    let ctx = Context::default();
    theme::install(&ctx);
    ctx.set_theme(if file.dark { Theme::Dark } else { Theme::Light });
    ctx.set_pixels_per_point(scale);
    let size = size_of(file);
    let mut textures: HashMap<TextureId, ColorImage> = HashMap::new();
    let mut pass = || {
        let input = RawInput {
            screen_rect: Some(Rect::from_min_size(Pos2::ZERO, size)),
            max_texture_side: Some(8192),
            ..RawInput::default()
        };
        let output = ctx.run_ui(input, |ui| {
            let whole = Rect::from_min_size(Pos2::ZERO, size);
            ui.painter().rect_filled(whole, 0, colors(ui).panel);
            ui.scope_builder(UiBuilder::new().max_rect(whole.shrink(MARGIN)), |ui| {
                if !title.is_empty() {
                    let ink: Color32 = colors(ui).text;
                    ui.label(RichText::new(title).font(theme::semibold(14.0)).color(ink));
                    ui.add_space(6.0);
                }
                draw(ui);
            });
        });
        for (id, deltas) in &output.textures_delta.set {
            for delta in deltas {
                let egui::ImageData::Color(image) = &delta.image;
                match (delta.pos, textures.get_mut(id)) {
                    (Some(at), Some(whole)) => raster::patch(whole, image, at),
                    _ => {
                        textures.insert(*id, (**image).clone());
                    }
                }
            }
        }
        output
    };
    let mut output = pass();
    for _ in 1..PASSES {
        output.drop_without_applying_deltas();
        output = pass();
    }
    (ctx, output, textures)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gui::charts::{Axis, Chart, Look, Marks, Series, chart_ui};

    fn chart() -> Chart {
        let points: Vec<[f64; 2]> = (0..24).map(|at| [f64::from(at), f64::from(at % 7 + 1)]).collect();
        let series = Series { name: "events <all>".into(), marks: Marks::Bars(1.0), points, ..Series::default() };
        Chart {
            name: "Over time".into(),
            x: Axis::counts("hour"),
            y: Axis::counts("events"),
            series: vec![series],
            ..Chart::default()
        }
    }

    #[test]
    fn pictures_show_bars_titles_and_ticks() {
        let folder = tempfile::tempdir().unwrap();
        for dark in [true, false] {
            for ending in ["png", "svg"] {
                let out = folder.path().join(format!("deep/chart.{ending}"));
                let file = ChartFile { out: out.clone(), size: [480.0, 240.0], dark };
                let chart = chart();
                write_picture(&file, "Events & hours", |ui| {
                    chart_ui(ui, &chart, &Look { id: "test", still: true, ..Look::default() });
                })
                .unwrap();
                let bytes = fs::read(&out).unwrap();
                if ending == "png" {
                    let image = image::load_from_memory(&bytes).unwrap().to_rgb8();
                    assert_eq!(image.dimensions(), (960, 480));
                    let palette = if dark { &theme::DARK } else { &theme::LIGHT };
                    let ink = palette.plot[0];
                    let bars = image.pixels().filter(|pixel| pixel.0 == [ink.r(), ink.g(), ink.b()]).count();
                    assert!((20_000..300_000).contains(&bars), "{bars} pixels of bars");
                    let ground = palette.panel;
                    assert_eq!(image.get_pixel(2, 2).0, [ground.r(), ground.g(), ground.b()]);
                    let text = image
                        .enumerate_pixels()
                        .filter(|(_, y, pixel)| *y < 60 && pixel.0 != [ground.r(), ground.g(), ground.b()]);
                    assert!(text.count() > 200, "the title is drawn");
                } else {
                    let text = String::from_utf8(bytes).unwrap();
                    let document = roxmltree::Document::parse(&text).unwrap();
                    let texts: Vec<_> = document
                        .descendants()
                        .filter(|node| node.has_tag_name("text"))
                        .filter_map(|node| node.text())
                        .collect();
                    for expected in ["Events & hours", "hour", "events", "5"] {
                        assert!(texts.contains(&expected), "{expected} in {texts:?}");
                    }
                    assert!(document.descendants().filter(|node| node.has_tag_name("rect")).count() >= 24);
                }
            }
        }
    }
}
