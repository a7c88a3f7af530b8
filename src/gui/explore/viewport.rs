//! The picture of one camera: zoom to the pointer, pan, one to one, boxes, values under the pointer and in the pixels.

use std::sync::Arc;

use egui::{
    Align2, Color32, ColorImage, CursorIcon, Painter, Rect, Response, Sense, Stroke, StrokeKind, TextureFilter,
    TextureHandle, TextureOptions, Ui, Vec2, WidgetInfo, accesskit::Role, pos2, vec2,
};

use super::{
    box_tip,
    boxes::{BoxLook, Drawn, Placement, Tone, boxes_ui, caption, marked_ui, under},
    pixel_grid, pixel_values,
};
use crate::{
    gui::{
        command::Command,
        frame_key::FrameKey,
        pictures::Picture,
        theme::{self, colors},
    },
    model::{BoundingBox, Label},
};

/// Zoom and pan, kept while stepping through frames.
#[derive(Default)]
pub(super) struct Viewport {
    /// Screen pixels per picture pixel; `None` fits the frame into the view.
    zoom: Option<f32>,
    /// What is in the middle of the view, as a part of the picture's width and height.
    center: Option<Vec2>,
    /// Screen pixels per picture pixel that fit the frame into the view, as it was drawn last.
    fit: f32,
    /// A zoom as times the fitting one, taken over from another view before this one was drawn.
    times: Option<f32>,
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
    /// How boxes are drawn; `None` when none are.
    pub boxes: Option<BoxLook<'a>>,
    /// The box of an object that is looked at.
    pub marked: Option<BoundingBox>,
    /// Whether a magnifier follows the pointer.
    pub magnifier: bool,
    /// Accessible name.
    pub name: &'a str,
    /// Name and moment of the camera, where several stand side by side.
    pub caption: Option<Caption<'a>>,
}

/// What stands in the corner of a camera's picture.
#[derive(Clone, Copy)]
pub(super) struct Caption<'a> {
    pub camera: &'a str,
    pub offset: &'a str,
    /// Whether it is the camera that is looked at.
    pub lead: bool,
}

/// What a person did to a view.
#[derive(Debug, Default)]
pub(super) struct Done {
    /// Zoomed or moved it.
    pub moved: bool,
    /// Pressed it.
    pub clicked: bool,
    /// The label whose box was pressed.
    pub pressed: Option<usize>,
}

const ZOOM: std::ops::RangeInclusive<f32> = 0.02..=128.0;
/// Above it pixels are shown as squares.
const SQUARES: f32 = 4.0;

impl Viewport {
    /// One picture pixel on one screen pixel, or the whole frame.
    pub fn set_scale(&mut self, actual: bool) {
        self.zoom = actual.then_some(1.0);
        self.center = None;
        self.times = None;
    }

    /// Shows the same part of the picture as another view does.
    pub fn follow(&mut self, other: &Self) {
        self.center = other.center;
        self.zoom = None;
        self.times = match other.zoom {
            Some(zoom) if other.fit > 0.0 => Some(zoom / other.fit),
            _ => other.times,
        };
    }

    /// Gives back the memory of a view that is not shown.
    pub fn put_away(&mut self) {
        self.texture = None;
        self.uploaded = None;
    }

    /// Draws the view over `area`.
    pub fn ui(&mut self, ui: &mut Ui, area: Rect, shown: &Shown<'_>, out: &mut Vec<Command>) -> Done {
        let colors = colors(ui);
        let id = ui.scope_id().with(("viewport", shown.caption.map(|caption| caption.camera)));
        let response = ui.interact(area, id, Sense::click_and_drag());
        response.widget_info(|| WidgetInfo::labeled(Role::Image, true, shown.name));
        let mut done = Done { clicked: response.clicked(), ..Done::default() };
        let painter = ui.painter().with_clip_rect(area.intersect(ui.clip_rect()));
        painter.rect_filled(area, 0, colors.canvas);
        let Some((key, picture)) = shown.picture else {
            caption_ui(ui, area, shown);
            return done;
        };
        let image = match &picture.image {
            Ok(image) => image,
            Err(trouble) => {
                trouble.ui(ui, area, out);
                caption_ui(ui, area, shown);
                return done;
            }
        };
        let place = self.place(ui, &response, area, size_of(image), &mut done);
        let Placement { origin, scale } = place;
        let ppp = ui.pixels_per_point();
        let rect = Rect::from_min_size(origin, size_of(image) * scale);
        let texture = self.upload(ui, scale * ppp > SQUARES, image);
        let uv = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
        painter.image(texture, rect, uv, Color32::WHITE);
        if scale * ppp >= pixel_grid::PRINTED
            && let Some(raster) = &picture.raster
        {
            pixel_grid::values_ui(&painter, area, place, raster, image);
        }
        if let Some(look) = &shown.boxes
            && let Ok(detail) = &picture.detail
        {
            let drawn = look.drawn(key, place, &detail.labels);
            done.pressed = labels_ui(ui, &painter, &response, shown, &drawn);
        }
        if let Some(bbox) = shown.marked.filter(|_| key == shown.key && !ui.input(|input| input.modifiers.shift_only()))
        {
            marked_ui(&painter, place, &bbox);
        }
        if key != shown.key && shown.waits {
            // An earlier frame stands in; a thin line tells that the right one is on its way.
            painter.hline(area.x_range(), area.top() + 1.0, Stroke::new(2.0, colors.accent));
        }
        caption_ui(ui, area, shown);
        if let Some(pointer) = response.hover_pos() {
            let at = (pointer - origin) / scale;
            values_ui(ui, area, picture, at);
            if shown.magnifier && scale * ppp < pixel_grid::PRINTED / 3.0 && !response.dragged() {
                pixel_grid::magnifier_ui(ui, area, pointer, at, picture, image);
            }
        }
        if let Some(zoom) = self.zoom {
            let text = format!("{:.0} %", zoom * 100.0);
            note(&painter, area.right_bottom() - vec2(8.0, 8.0), Align2::RIGHT_BOTTOM, &text);
        }
        done
    }

    /// Where the picture is drawn, after what a person did with wheel and pointer.
    fn place(&mut self, ui: &Ui, response: &Response, area: Rect, size: Vec2, done: &mut Done) -> Placement {
        let ppp = ui.pixels_per_point();
        let fit = (area.width() / size.x).min(area.height() / size.y);
        self.fit = fit * ppp;
        if let Some(times) = self.times.take() {
            self.zoom = Some((times * self.fit).min(*ZOOM.end()));
        }
        if response.double_clicked() {
            self.set_scale(false);
            done.moved = true;
        }
        self.wheel(ui, response, area, size, fit, ppp, done);
        let scale = self.zoom.map_or(fit, |zoom| zoom / ppp);
        let center = self.center.get_or_insert(vec2(0.5, 0.5));
        if self.zoom.is_none() {
            *center = vec2(0.5, 0.5);
        } else if response.dragged() {
            *center -= response.drag_delta() / (size * scale);
            done.moved = true;
            ui.ctx().set_cursor_icon(CursorIcon::Grabbing);
        }
        *center = center.clamp(Vec2::ZERO, Vec2::splat(1.0));
        Placement { origin: area.center() - *center * size * scale, scale }
    }

    #[expect(clippy::too_many_arguments, reason = "what a turn of the wheel depends on")]
    fn wheel(&mut self, ui: &Ui, response: &Response, area: Rect, size: Vec2, fit: f32, ppp: f32, done: &mut Done) {
        if !response.hovered() {
            return;
        }
        let (wheel, pinch) = ui.input(|input| (input.smooth_scroll_delta().y, input.zoom_delta()));
        let factor = (wheel * 0.005).exp() * pinch;
        let Some(pointer) = response.hover_pos().filter(|_| (factor - 1.0).abs() > 1e-4) else { return };
        ui.input_mut(|input| input.smooth_scroll_delta = Vec2::ZERO);
        done.moved = true;
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
}

/// Draws the boxes and tells of the one under the pointer; the label that was pressed.
fn labels_ui(ui: &Ui, painter: &Painter, response: &Response, shown: &Shown<'_>, drawn: &[Drawn<'_>]) -> Option<usize> {
    let pointer = response.hover_pos().filter(|_| !response.dragged());
    let hovered = pointer.and_then(|pointer| under(drawn, pointer));
    let top = if shown.caption.is_some() { 34.0 } else { 8.0 };
    let corner = painter.clip_rect().left_top();
    // The name of the camera stands there, drawn over the boxes.
    let taken = shown.caption.map(|_| Rect::from_min_size(corner, vec2(160.0, 30.0)));
    boxes_ui(painter, drawn, hovered, corner + vec2(8.0, top), taken);
    let mut pressed = hovered.filter(|_| response.clicked()).map(|at| drawn[at].index);
    if let Some(at) = hovered {
        ui.ctx().set_cursor_icon(CursorIcon::PointingHand);
        // A magnifier stands where this would.
        if !shown.magnifier {
            box_tip::tip_ui(response, drawn[at].label);
        }
    }
    // Assistive technology reads the boxes of the camera that is looked at, and presses them.
    if shown.caption.is_none_or(|caption| caption.lead) {
        for each in drawn {
            let Some(rect) = each.rect else { continue };
            let seen = rect.intersect(painter.clip_rect());
            if seen.is_positive() {
                let id = response.id.with(("label", each.index));
                let node = ui.interact(seen, id, Sense::hover());
                node.widget_info(|| {
                    let chosen = each.tone == Tone::Chosen;
                    WidgetInfo::selected(Role::ListBoxOption, true, chosen, spoken(each.label, each.tone))
                });
                if ui.input(|input| input.has_accesskit_action_request(id, egui::accesskit::Action::Click)) {
                    pressed = Some(each.index);
                }
            }
        }
    }
    pressed
}

/// Camera and moment in the corner, and a frame around the camera that is looked at.
fn caption_ui(ui: &Ui, area: Rect, shown: &Shown<'_>) {
    let Some(Caption { camera, offset, lead }) = shown.caption else { return };
    let painter = ui.painter().with_clip_rect(area.intersect(ui.clip_rect()));
    if lead {
        painter.rect_stroke(area, 0, Stroke::new(1.5, colors(ui).accent), StrokeKind::Inside);
    }
    let name = painter.layout_no_wrap(camera.to_owned(), theme::medium(12.0), Color32::WHITE);
    let moment = painter.layout_no_wrap(offset.to_owned(), theme::numbers(11.5), Color32::from_gray(0xc8));
    let both = name.size().x + 8.0 + moment.size().x;
    // In a small cell the name is enough.
    let whole = both + 28.0 <= area.width();
    let width = if whole { both } else { name.size().x };
    let at = area.left_top() + vec2(6.0, 6.0);
    let rect = Rect::from_min_size(at, vec2((width + 14.0).min(area.width() - 12.0), 22.0));
    painter.rect_filled(rect, 4, Color32::from_black_alpha(180));
    let painter = painter.with_clip_rect(rect.intersect(area));
    let end = rect.left() + 7.0 + name.size().x;
    painter.galley(pos2(rect.left() + 7.0, rect.center().y - name.size().y / 2.0), name, Color32::WHITE);
    if whole {
        painter.galley(pos2(end + 8.0, rect.center().y - moment.size().y / 2.0), moment, Color32::WHITE);
    }
}

/// What assistive technology says of a box.
fn spoken(label: &Label, tone: Tone) -> String {
    let track = label.track_id.map(|track| format!(", track {track}")).unwrap_or_default();
    let faint = if tone == Tone::Faint { ", faint" } else { "" };
    format!("Label {}{track}{faint}", caption(label))
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
    let painter = ui.painter().with_clip_rect(area.intersect(ui.clip_rect()));
    note(&painter, area.left_bottom() + vec2(8.0, -8.0), Align2::LEFT_BOTTOM, &text);
}

fn note(painter: &Painter, at: egui::Pos2, align: Align2, text: &str) {
    let galley = painter.layout_no_wrap(text.to_owned(), theme::numbers(11.5), Color32::WHITE);
    let rect = align.anchor_size(at, galley.size() + vec2(14.0, 6.0));
    painter.rect_filled(rect, 4, Color32::from_black_alpha(180));
    painter.galley(rect.center() - galley.size() / 2.0, galley, Color32::WHITE);
}
