//! The picture in the viewer: zoom to the pointer, pan, one to one, boxes, values under the pointer.

use std::sync::Arc;

use egui::{
    Align2, Color32, ColorImage, CursorIcon, Rect, Sense, TextureFilter, TextureHandle, TextureOptions, Ui, Vec2,
    WidgetInfo, accesskit::Role, pos2, vec2,
};

use super::{
    boxes::{Placement, boxes_ui, marked_ui},
    pixel_values,
};
use crate::{
    gui::{
        command::Command,
        frame_key::FrameKey,
        pictures::Picture,
        theme::{self, colors},
    },
    model::BoundingBox,
};

/// Zoom and pan, kept while stepping through frames.
#[derive(Default)]
pub(super) struct Viewport {
    /// Screen pixels per picture pixel; `None` fits the frame into the view.
    zoom: Option<f32>,
    /// What is in the middle of the view, as a part of the picture's width and height.
    center: Option<Vec2>,
    texture: Option<TextureHandle>,
    /// The picture on the graphics card, and whether its pixels are shown as squares.
    uploaded: Option<(Arc<ColorImage>, bool)>,
}

/// What the viewport shows now.
pub(super) struct Shown<'a> {
    /// The frame asked for.
    pub key: FrameKey,
    /// Its picture, or an earlier one while it is on its way: with the frame it belongs to.
    pub picture: Option<(FrameKey, &'a Picture)>,
    /// Whether it is told that an earlier picture stands in. Not while playing: there each stands until the next is due.
    pub waits: bool,
    /// Whether boxes are drawn.
    pub boxes: bool,
    /// The box of an object that is looked at.
    pub marked: Option<BoundingBox>,
    /// Accessible name.
    pub name: &'a str,
}

const ZOOM: std::ops::RangeInclusive<f32> = 0.02..=64.0;

impl Viewport {
    /// One picture pixel on one screen pixel, or the whole frame.
    pub fn set_scale(&mut self, actual: bool) {
        self.zoom = actual.then_some(1.0);
        self.center = None;
    }

    /// Draws the view over `area`.
    pub fn ui(&mut self, ui: &mut Ui, area: Rect, shown: &Shown<'_>, out: &mut Vec<Command>) {
        let colors = colors(ui);
        let response = ui.interact(area, ui.scope_id().with("viewport"), Sense::click_and_drag());
        response.widget_info(|| WidgetInfo::labeled(Role::Image, true, shown.name));
        let painter = ui.painter().with_clip_rect(area);
        painter.rect_filled(area, 0, colors.canvas);
        let Some((key, picture)) = shown.picture else { return };
        let image = match &picture.image {
            Ok(image) => image,
            Err(trouble) => {
                trouble.ui(ui, area, out);
                return;
            }
        };
        let size = size_of(image);
        let ppp = ui.pixels_per_point();
        let fit = (area.width() / size.x).min(area.height() / size.y);
        if response.double_clicked() {
            self.set_scale(false);
        }
        self.wheel(ui, &response, area, size, fit, ppp);
        let scale = self.zoom.map_or(fit, |zoom| zoom / ppp);
        let center = self.center.get_or_insert(vec2(0.5, 0.5));
        if self.zoom.is_none() {
            *center = vec2(0.5, 0.5);
        } else if response.dragged() {
            *center -= response.drag_delta() / (size * scale);
            ui.ctx().set_cursor_icon(CursorIcon::Grabbing);
        }
        *center = center.clamp(Vec2::ZERO, Vec2::splat(1.0));
        let origin = area.center() - *center * size * scale;
        let rect = Rect::from_min_size(origin, size * scale);
        let coarse = scale * ppp >= 3.0;
        let texture = self.upload(ui, coarse, image);
        let uv = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
        painter.image(texture, rect, uv, Color32::WHITE);
        let held = ui.input(|input| input.modifiers.shift_only());
        if shown.boxes
            && !held
            && let Ok(detail) = &picture.detail
        {
            boxes_ui(&painter, Placement { origin, scale }, &detail.labels);
        }
        if let Some(bbox) = shown.marked.filter(|_| key == shown.key && !held) {
            marked_ui(&painter, Placement { origin, scale }, &bbox);
        }
        if key != shown.key && shown.waits {
            // An earlier frame stands in; a thin line tells that the right one is on its way.
            painter.hline(area.x_range(), area.top() + 1.0, egui::Stroke::new(2.0, colors.accent));
        }
        if let Some(pointer) = response.hover_pos() {
            values_ui(ui, area, picture, (pointer - origin) / scale);
        }
        if let Some(zoom) = self.zoom {
            let text = format!("{:.0} %", zoom * 100.0);
            note(ui, area.right_bottom() - vec2(8.0, 8.0), Align2::RIGHT_BOTTOM, &text);
        }
    }

    fn wheel(&mut self, ui: &Ui, response: &egui::Response, area: Rect, size: Vec2, fit: f32, ppp: f32) {
        if !response.hovered() {
            return;
        }
        let (wheel, pinch) = ui.input(|input| (input.smooth_scroll_delta().y, input.zoom_delta()));
        let factor = (wheel * 0.005).exp() * pinch;
        let Some(pointer) = response.hover_pos().filter(|_| (factor - 1.0).abs() > 1e-4) else { return };
        ui.input_mut(|input| input.smooth_scroll_delta = Vec2::ZERO);
        let scale = self.zoom.map_or(fit, |zoom| zoom / ppp);
        let center = self.center.unwrap_or(vec2(0.5, 0.5));
        // The point under the pointer stays under it.
        let under = center + (pointer - area.center()) / (size * scale);
        let wanted = (scale * factor * ppp).clamp((fit * ppp).min(*ZOOM.start()).max(fit * ppp * 0.5), *ZOOM.end());
        if wanted <= fit * ppp && factor < 1.0 {
            self.set_scale(false);
            return;
        }
        self.zoom = Some(wanted);
        self.center = Some(under - (pointer - area.center()) / (size * (wanted / ppp)));
    }

    fn upload(&mut self, ui: &Ui, coarse: bool, image: &Arc<ColorImage>) -> egui::TextureId {
        let magnification = if coarse { TextureFilter::Nearest } else { TextureFilter::Linear };
        let options = TextureOptions { magnification, ..TextureOptions::LINEAR };
        let current = matches!(&self.uploaded, Some((before, kept)) if Arc::ptr_eq(before, image) && *kept == coarse);
        self.uploaded = Some((Arc::clone(image), coarse));
        if let Some(texture) = &mut self.texture {
            if !current {
                texture.set(Arc::clone(image), options);
            }
            return texture.id();
        }
        self.texture.insert(ui.ctx().load_texture("viewer", Arc::clone(image), options)).id()
    }

    /// The frames look different now.
    pub fn forget(&mut self) {
        self.uploaded = None;
    }
}

#[expect(clippy::cast_precision_loss, reason = "pixels of a picture")]
fn size_of(image: &ColorImage) -> Vec2 {
    vec2(image.size[0] as f32, image.size[1] as f32)
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked to be inside the picture")]
fn values_ui(ui: &Ui, area: Rect, picture: &Picture, at: Vec2) {
    let Some(raster) = &picture.raster else { return };
    if at.x < 0.0 || at.y < 0.0 {
        return;
    }
    let (x, y) = (at.x as u32, at.y as u32);
    let Some(values) = pixel_values::told(raster, &picture.look, x, y) else { return };
    let text = format!("{x}, {y}    {values}");
    ui.interact(Rect::from_min_size(area.left_bottom(), Vec2::ZERO), ui.scope_id().with("pixel"), Sense::hover())
        .widget_info(|| WidgetInfo::labeled(Role::Status, true, format!("Pixel {text}")));
    note(ui, area.left_bottom() + vec2(8.0, -8.0), Align2::LEFT_BOTTOM, &text);
}

fn note(ui: &Ui, at: egui::Pos2, align: Align2, text: &str) {
    let galley = ui.painter().layout_no_wrap(text.to_owned(), theme::numbers(11.5), Color32::WHITE);
    let rect = align.anchor_size(at, galley.size() + vec2(14.0, 6.0));
    ui.painter().rect_filled(rect, 4, Color32::from_black_alpha(180));
    ui.painter().galley(rect.center() - galley.size() / 2.0, galley, Color32::WHITE);
}
