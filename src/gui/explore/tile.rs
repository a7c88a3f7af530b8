//! One tile of the grid: picture, boxes, caption, marks.

use egui::{
    Align2, Color32, Rect, Sense, Stroke, StrokeKind, Ui, WidgetInfo, accesskit::Role, epaint::RectShape, pos2, vec2,
};

use super::{
    boxes::broken_outline,
    lattice::Plan,
    span_tile::{Card, peak_text},
};
use crate::{
    gui::{
        command::Command,
        lake::Lake,
        selected::Share,
        theme::{self, class_color, colors},
        tile_labels::TileLabel,
        tile_pictures::Thumb,
        trouble::Trouble,
        view::{SortValues, View},
        widgets::{
            Icon, elided, paint_icon,
            text::{clock, number, time_utc, unit_text},
        },
    },
    model::{Label, LinePattern, class_style},
};

/// Least width for the name of the recording beside that of the camera, points.
const RECORDING: f32 = 36.0;

/// What is known of a tile.
pub(super) struct Tile<'a> {
    /// The frame that is shown; of a span the one under the pointer.
    pub row: usize,
    pub rect: Rect,
    pub plan: Plan,
    pub thumb: Thumb,
    /// The labels, where boxes are drawn and once they are there.
    pub labels: Option<TileLabel>,
    /// The span that it stands for, if it is more than a frame.
    pub card: Option<Card<'a>>,
}

impl Tile<'_> {
    pub fn ui(self, ui: &Ui, lake: &Lake, view: &View, out: &mut Vec<Command>) {
        let colors = colors(ui);
        // The same while the pointer scrubs through its frames.
        let (known, face) = match &self.card {
            Some(card) => (card.span.first as usize, card.span.face as usize),
            None => (self.row, self.row),
        };
        let id = ui.scope_id().with(("tile", known));
        let response = ui.interact(self.rect, id, Sense::click());
        let share = match &self.card {
            Some(card) => lake.selected.share(&view.set, &card.span.rows()),
            None if lake.selected.contains(self.row) => Share::All,
            None => Share::None,
        };
        response.widget_info(|| {
            let span = self.card.as_ref().map(Card::spoken).unwrap_or_default();
            let frame = lake.table().frame_id(face);
            let text = format!("Frame {frame}{span}{}", self.trouble(lake));
            WidgetInfo::selected(Role::ListBoxOption, true, share == Share::All, text)
        });
        if matches!(self.thumb, Thumb::Loading) {
            ui.ctx().accesskit_node_builder(response.id, egui::accesskit::Node::set_busy);
        }
        let picture = Rect::from_min_size(self.rect.min, vec2(self.rect.width(), self.plan.picture));
        let rounding = if picture.width() >= 80.0 { 4.0 } else { 2.0 };
        if self.card.is_some() {
            Card::stack_ui(ui, picture, self.plan.gap);
        }
        let painter = ui.painter();
        let drawn = match &self.thumb {
            Thumb::Ready(texture, uv) => {
                painter.rect_filled(picture, rounding, Color32::BLACK);
                let fitted = fit(picture, self.aspect(lake));
                painter.add(RectShape::filled(fitted, rounding, Color32::WHITE).with_texture(*texture, *uv));
                Some(fitted)
            }
            Thumb::Loading => {
                painter.rect_filled(picture, rounding, colors.panel);
                None
            }
            Thumb::Failed(trouble) => {
                trouble_ui(ui, picture, rounding, trouble);
                None
            }
        };
        match (drawn, &self.labels) {
            (Some(drawn), Some(Ok(labels))) => self.boxes_ui(ui, lake, drawn, labels),
            (_, Some(Err(_))) => torn_ui(ui, picture),
            _ => {}
        }
        if let Some(card) = &self.card {
            card.marks_ui(ui, view, picture);
        }
        self.marks_ui(ui, lake, picture, rounding, share, response.hovered());
        if self.rect.height() > self.plan.picture + 12.0 {
            self.caption_ui(ui, lake, view);
        }
        if response.clicked() {
            let modifiers = ui.input(|input| input.modifiers);
            out.push(if modifiers.command && self.card.is_some() {
                Command::SelectToggleSpan(self.row)
            } else if modifiers.command {
                Command::SelectToggle(self.row)
            } else if modifiers.shift {
                Command::SelectTo(self.row)
            } else {
                Command::Show(self.row)
            });
        }
        // A dialog opened by a key leaves the pointer where it was.
        if ui.ctx().memory(|memory| memory.top_modal_layer().is_none()) {
            response.on_hover_ui(|ui| self.tip_ui(ui, lake, view));
        }
    }

    /// What is wrong with the frame, as the end of its accessible name.
    fn trouble(&self, lake: &Lake) -> &'static str {
        match &self.thumb {
            Thumb::Failed(_) if lake.table().damage(self.row).is_some() => ", damaged",
            Thumb::Failed(_) => ", cannot be shown",
            Thumb::Ready(..) | Thumb::Loading if matches!(self.labels, Some(Err(_))) => ", its labels cannot be read",
            Thumb::Ready(..) | Thumb::Loading => "",
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "a ratio on screen")]
    fn aspect(&self, lake: &Lake) -> Option<f32> {
        let footage = lake.table().footage_list().get(lake.table().footage_index(self.row))?;
        (footage.width_px > 0 && footage.height_px > 0).then(|| footage.width_px as f32 / footage.height_px as f32)
    }

    #[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "positions on screen")]
    fn boxes_ui(&self, ui: &Ui, lake: &Lake, drawn: Rect, labels: &[Label]) {
        let Some(footage) = lake.table().footage_list().get(lake.table().footage_index(self.row)) else { return };
        if footage.width_px == 0 {
            return;
        }
        let scale = drawn.width() / footage.width_px as f32;
        let painter = ui.painter().with_clip_rect(drawn.intersect(ui.clip_rect()));
        for label in labels {
            let Some(bbox) = label.bbox else { continue };
            let corner = drawn.min + vec2(bbox.x as f32, bbox.y as f32) * scale;
            let rect = Rect::from_min_size(corner, vec2(bbox.w as f32, bbox.h as f32) * scale);
            let style = class_style(&label.class);
            let stroke = Stroke::new(1.2, class_color(&label.class));
            if style.line == LinePattern::Solid {
                painter.rect_stroke(rect, 1, stroke, StrokeKind::Middle);
            } else {
                painter.extend(broken_outline(rect, painter.clip_rect(), stroke, style.line));
            }
        }
    }

    fn marks_ui(&self, ui: &Ui, lake: &Lake, picture: Rect, rounding: f32, share: Share, hovered: bool) {
        let colors = colors(ui);
        let painter = ui.painter();
        let current = lake.current.is_some_and(|current| match &self.card {
            Some(card) => card.span.rows().contains(&current),
            None => current == self.row,
        });
        if current {
            painter.rect_stroke(picture, rounding, Stroke::new(2.0, colors.text), StrokeKind::Outside);
        } else if hovered {
            painter.rect_stroke(picture, rounding, Stroke::new(1.0, colors.muted), StrokeKind::Outside);
        }
        if share != Share::None {
            painter.rect_stroke(picture, rounding, Stroke::new(2.0, colors.accent), StrokeKind::Inside);
            if picture.width() >= 44.0 {
                let mark = Rect::from_min_size(picture.left_top() + vec2(6.0, 6.0), vec2(16.0, 16.0));
                painter.circle_filled(mark.center(), 8.5, colors.accent);
                if share == Share::All {
                    paint_icon(painter, mark.shrink(2.5), Icon::Check, colors.on_accent);
                } else {
                    // Of a span, some frames and not all.
                    let dash = Rect::from_center_size(mark.center(), vec2(8.0, 2.0));
                    painter.rect_filled(dash, 1, colors.on_accent);
                }
            } else {
                painter.rect_filled(picture, rounding, colors.accent.gamma_multiply(0.35));
            }
        }
    }

    fn caption_ui(&self, ui: &Ui, lake: &Lake, view: &View) {
        let colors = colors(ui);
        let line = Rect::from_min_max(pos2(self.rect.left() + 2.0, self.rect.top() + self.plan.picture), self.rect.max);
        let painter = ui.painter().with_clip_rect(line.intersect(ui.clip_rect()));
        let (_, footage) = lake.footage(self.row);
        let value = self.card.as_ref().map(|card| card.value(lake, view));
        let in_order = !matches!(view.values, SortValues::Time);
        let (value, sorted) = value.unwrap_or_else(|| (self.value(lake, view), in_order));
        let y = line.center().y - 1.0;
        let ink = if sorted { colors.text } else { colors.muted };
        let right =
            painter.text(pos2(line.right() - 2.0, y), Align2::RIGHT_CENTER, value.trim(), theme::numbers(11.5), ink);
        let room = right.left() - 8.0 - line.left();
        // The camera tells neighbours apart: of a narrow caption the recording is what gives way.
        let font = egui::FontId::proportional(11.5);
        let wide = |text: &str| painter.layout_no_wrap(text.to_owned(), font.clone(), colors.muted).size().x;
        let camera = format!(" · {}", footage.camera);
        let rest = room - wide(&camera);
        if rest >= RECORDING {
            let name = wide(&footage.recording).min(rest);
            elided(&painter, pos2(line.left(), y), &footage.recording, font.clone(), colors.muted, name + 0.5);
            elided(&painter, pos2(line.left() + name, y), camera, font, colors.muted, room - name + 4.0);
        } else {
            elided(&painter, pos2(line.left(), y), &footage.camera, font, colors.muted, room);
        }
    }

    /// What stands at the right below the picture of a single frame.
    fn value(&self, lake: &Lake, view: &View) -> String {
        let (_, footage) = lake.footage(self.row);
        // Among spans a single frame tells the same as they do.
        let span = view.spans.as_ref().and_then(|spans| spans.at(spans.place_of(self.row)?));
        if let Some((peak, _)) = span.and_then(|span| peak_text(span, view)) {
            return peak;
        }
        match &view.values {
            SortValues::Time => clock(lake.time(self.row) - footage.started_at_ns),
            SortValues::Labels(counts) => {
                let count = counts.get(self.row).copied().unwrap_or(0);
                format!("{count} label{}", if count == 1 { "" } else { "s" })
            }
            SortValues::Metric(column, unit) => match column.number(self.row) {
                Some(value) => match (unit_text(unit.as_deref()), &view.key.sort) {
                    (Some(unit), _) => format!("{} {unit}", number(value)),
                    // A number without a unit tells by its name what it is.
                    (None, Some(sort)) => named(&sort.column, value),
                    (None, None) => number(value),
                },
                None => column.text(self.row).unwrap_or_else(|| "—".to_owned()),
            },
        }
    }

    fn tip_ui(&self, ui: &mut Ui, lake: &Lake, view: &View) {
        let colors = colors(ui);
        ui.label(egui::RichText::new(lake.table().frame_id(self.row).to_string()).font(theme::medium(12.5)));
        ui.label(egui::RichText::new(time_utc(lake.time(self.row))).font(theme::numbers(12.0)).color(colors.muted));
        if let Some(card) = &self.card {
            ui.label(card.told(lake, view));
        }
        if let Thumb::Failed(trouble) = &self.thumb {
            ui.colored_label(colors.warning, trouble.headline());
            ui.label(&*trouble.message);
        }
        if let Some(Err(error)) = &self.labels {
            ui.colored_label(colors.warning, "The labels of this frame cannot be read");
            ui.label(&**error);
        }
    }
}

/// A value without a unit, with what it is the value of.
pub(super) fn named(name: &str, value: f64) -> String {
    const LONGEST: usize = 14;
    let short: String = name.chars().take(LONGEST).collect();
    let cut = if short.len() < name.len() { "…" } else { "" };
    format!("{short}{cut} {}", number(value))
}

/// A mark that labels are missing because they cannot be read, not because there are none.
fn torn_ui(ui: &Ui, picture: Rect) {
    let colors = colors(ui);
    let side = (picture.height() * 0.3).clamp(10.0, 20.0);
    let mark = Rect::from_min_size(picture.right_top() + vec2(-side - 4.0, 4.0), vec2(side, side));
    ui.painter().rect_filled(mark, 4, Color32::from_black_alpha(190));
    paint_icon(ui.painter(), mark.shrink(side * 0.15), Icon::Warning, colors.warning);
}

/// A tile without a picture: what is wrong with it, in a word where there is room.
pub(super) fn trouble_ui(ui: &Ui, picture: Rect, rounding: f32, trouble: &Trouble) {
    let (colors, painter) = (colors(ui), ui.painter());
    painter.rect_filled(picture, rounding, colors.panel);
    let damaged = trouble.is_marked();
    let (icon, ink) = (trouble.icon(), trouble.ink(colors));
    if damaged {
        painter.rect_stroke(picture, rounding, Stroke::new(1.5, ink), StrokeKind::Inside);
    }
    let side = (picture.height() * 0.4).min(22.0);
    let roomy = picture.width() >= 80.0 && picture.height() >= 56.0;
    let up = if roomy { vec2(0.0, 9.0) } else { vec2(0.0, 0.0) };
    paint_icon(painter, Rect::from_center_size(picture.center() - up, vec2(side, side)), icon, ink);
    if roomy {
        let at = picture.center() + vec2(0.0, 14.0);
        let word_ink = if damaged { colors.text } else { colors.muted };
        painter.text(at, Align2::CENTER_CENTER, trouble.word(), theme::medium(11.5), word_ink);
    }
}

/// The largest rectangle of this aspect in the middle of `area`.
pub(super) fn fit(area: Rect, aspect: Option<f32>) -> Rect {
    let Some(aspect) = aspect else { return area };
    let size = if area.width() / area.height() > aspect {
        vec2(area.height() * aspect, area.height())
    } else {
        vec2(area.width(), area.width() / aspect)
    };
    // Less than two pixels of border is rounding, not a different shape.
    if (size - area.size()).abs().max_elem() < 2.0 { area } else { Rect::from_center_size(area.center(), size) }
}
