//! One object of the grid: its crop, what it is, and where it is from.

use egui::{
    Color32, FontId, Rect, Sense, Stroke, StrokeKind, Ui, WidgetInfo, accesskit::Role, epaint::RectShape, pos2, vec2,
};

use super::{
    lattice::{CAPTION, Plan},
    tile::{fit, trouble_ui},
};
use crate::{
    filter::{FrameColumns as _, LabelBox},
    gui::{
        command::Command,
        lake::Lake,
        theme::{self, colors},
        tile_pictures::Thumb,
        widgets::{
            Icon, elided, paint_class_mark, paint_icon,
            text::{number, time_utc},
        },
    },
};

/// Pixels of the screen for one of a small object, at most.
const ENLARGED: f32 = 4.0;

/// What is known of a tile.
pub(super) struct ObjectTile<'a> {
    /// Its place in the grid.
    pub place: usize,
    pub object: &'a LabelBox,
    pub rect: Rect,
    pub plan: Plan,
    pub thumb: Thumb,
}

impl ObjectTile<'_> {
    /// Draws it. `anchor` is the place from which a range is chosen.
    pub fn ui(self, ui: &Ui, lake: &Lake, anchor: &mut Option<usize>, out: &mut Vec<Command>) {
        let colors = colors(ui);
        let row = self.object.row as usize;
        let response = ui.interact(self.rect, ui.scope_id().with(("object", self.place)), Sense::click());
        let selected = lake.selected.contains(row);
        response.widget_info(|| {
            let text = format!("Object {} on {}{}", self.class(lake), lake.table().frame_id(row), self.trouble());
            WidgetInfo::selected(Role::ListBoxOption, true, selected, text)
        });
        if matches!(self.thumb, Thumb::Loading) {
            ui.ctx().accesskit_node_builder(response.id, egui::accesskit::Node::set_busy);
        }
        let picture = Rect::from_min_size(self.rect.min, vec2(self.rect.width(), self.plan.picture));
        let rounding = if picture.width() >= 80.0 { 4.0 } else { 2.0 };
        let painter = ui.painter();
        match &self.thumb {
            Thumb::Ready(texture, uv) => {
                painter.rect_filled(picture, rounding, colors.panel);
                let fitted = self.placed(ui, lake, picture);
                let corners = if fitted == picture { rounding } else { 0.0 };
                painter.add(RectShape::filled(fitted, corners, Color32::WHITE).with_texture(*texture, *uv));
            }
            Thumb::Loading => {
                painter.rect_filled(picture, rounding, colors.panel);
            }
            Thumb::Failed(trouble) => trouble_ui(ui, picture, rounding, trouble),
        }
        self.marks_ui(ui, lake, picture, rounding, (selected, response.hovered()));
        if self.rect.height() > self.plan.picture + 12.0 {
            self.caption_ui(ui, lake);
        }
        if response.clicked() {
            let modifiers = ui.input(|input| input.modifiers);
            out.push(if modifiers.command {
                *anchor = Some(self.place);
                Command::SelectToggle(row)
            } else if modifiers.shift {
                let from = anchor.unwrap_or(self.place);
                Command::SelectObjects(from.min(self.place), from.max(self.place))
            } else {
                *anchor = Some(self.place);
                Command::ShowObject(row, self.object.bbox)
            });
        }
        // A dialog opened by a key leaves the pointer where it was.
        if ui.ctx().memory(|memory| memory.top_modal_layer().is_none()) {
            response.on_hover_ui(|ui| self.tip_ui(ui, lake));
        }
    }

    fn class<'l>(&self, lake: &'l Lake) -> &'l str {
        lake.table().classes().get(self.object.class as usize).map_or("", String::as_str)
    }

    /// What is wrong with its frame, as the end of its accessible name.
    fn trouble(&self) -> &'static str {
        match &self.thumb {
            Thumb::Failed(trouble) if trouble.is_marked() => ", damaged",
            Thumb::Failed(_) => ", cannot be shown",
            Thumb::Ready(..) | Thumb::Loading => "",
        }
    }

    /// Where the crop stands: as large as the tile, but a small one is not enlarged beyond recognition.
    #[expect(clippy::cast_precision_loss, reason = "pixels of a frame")]
    fn placed(&self, ui: &Ui, lake: &Lake, picture: Rect) -> Rect {
        let footage = lake.table().footage_list().get(lake.table().footage_index(self.object.row as usize));
        let area =
            footage.and_then(|footage| lake.grid.cut.0.area(&self.object.bbox, (footage.width_px, footage.height_px)));
        let Some(area) = area else { return picture };
        let fitted = fit(picture, Some(area.w as f32 / area.h as f32));
        let most = area.w as f32 * ENLARGED / ui.pixels_per_point();
        if fitted.width() <= most {
            fitted
        } else {
            Rect::from_center_size(fitted.center(), fitted.size() * (most / fitted.width()))
        }
    }

    fn marks_ui(&self, ui: &Ui, lake: &Lake, picture: Rect, rounding: f32, (selected, hovered): (bool, bool)) {
        let (colors, painter) = (colors(ui), ui.painter());
        let row = self.object.row as usize;
        let current = lake.current == Some(row) && lake.marked == Some((row, self.object.bbox));
        if current {
            painter.rect_stroke(picture, rounding, Stroke::new(2.0, colors.text), StrokeKind::Outside);
        } else if hovered {
            painter.rect_stroke(picture, rounding, Stroke::new(1.0, colors.muted), StrokeKind::Outside);
        }
        if !selected {
            return;
        }
        painter.rect_stroke(picture, rounding, Stroke::new(2.0, colors.accent), StrokeKind::Inside);
        if picture.width() >= 44.0 {
            let mark = Rect::from_min_size(picture.left_top() + vec2(6.0, 6.0), vec2(16.0, 16.0));
            painter.circle_filled(mark.center(), 8.5, colors.accent);
            paint_icon(painter, mark.shrink(2.5), Icon::Check, colors.on_accent);
        } else {
            painter.rect_filled(picture, rounding, colors.accent.gamma_multiply(0.35));
        }
    }

    fn caption_ui(&self, ui: &Ui, lake: &Lake) {
        let colors = colors(ui);
        let line = Rect::from_min_max(pos2(self.rect.left() + 2.0, self.rect.top() + self.plan.picture), self.rect.max);
        let painter = ui.painter().with_clip_rect(line.intersect(ui.clip_rect()));
        let y = line.center().y - 1.0;
        let value = self.value(lake);
        let mut right = line.right() - 2.0;
        if self.plan.tile >= CAPTION && !value.is_empty() {
            let at = pos2(right, y);
            let drawn = painter.text(at, egui::Align2::RIGHT_CENTER, value, theme::numbers(11.5), colors.muted);
            right = drawn.left() - 8.0;
        }
        let class = self.class(lake);
        let mark = Rect::from_center_size(pos2(line.left() + 5.0, y), vec2(9.0, 9.0));
        paint_class_mark(&painter, colors, mark, class, true);
        let left = pos2(line.left() + 14.0, y);
        elided(&painter, left, class, FontId::proportional(11.5), colors.text, right - left.x);
    }

    /// What the objects are sorted by, else the score.
    fn value(&self, lake: &Lake) -> String {
        use crate::session::BoxOrder;
        match lake.grid.query.order {
            BoxOrder::Size => self.size(),
            BoxOrder::Track => self.object.track_id().map_or_else(|| "—".to_owned(), |track| format!("track {track}")),
            BoxOrder::Recording | BoxOrder::Time | BoxOrder::Score => {
                self.object.score().map(|score| format!("{score:.2}")).unwrap_or_default()
            }
        }
    }

    /// `48 × 121 px`
    fn size(&self) -> String {
        format!("{:.0} × {:.0} px", self.object.bbox.w, self.object.bbox.h)
    }

    fn tip_ui(&self, ui: &mut Ui, lake: &Lake) {
        let colors = colors(ui);
        let row = self.object.row as usize;
        ui.label(egui::RichText::new(self.class(lake)).font(theme::medium(12.5)));
        let mut parts = vec![self.size()];
        parts.extend(self.object.score().map(|score| format!("score {}", number(score))));
        parts.extend(self.object.track_id().map(|track| format!("track {track}")));
        ui.label(egui::RichText::new(parts.join(" · ")).font(theme::numbers(12.0)));
        let frame = format!("{}\n{}", lake.table().frame_id(row), time_utc(lake.time(row)));
        ui.label(egui::RichText::new(frame).font(theme::numbers(12.0)).color(colors.muted));
        if let Thumb::Failed(trouble) = &self.thumb {
            ui.colored_label(colors.warning, trouble.headline());
            ui.label(&*trouble.message);
        }
    }
}
