//! One line of a facet that is a list: a tick, a name, how many frames.

use egui::{Align2, FontId, Rect, Response, Sense, Stroke, StrokeKind, Ui, WidgetInfo, accesskit::Role, pos2, vec2};

use crate::gui::{
    theme::{self, colors},
    widgets::{
        Icon, MARK, elided, paint_class_mark, paint_icon,
        text::{count, counted},
    },
};

/// Height of a line, px.
pub(super) const LINE: f32 = 24.0;

/// What the filter says of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mark {
    /// Nothing.
    Free,
    /// It is asked for.
    Chosen,
    /// It is left out.
    LeftOut,
}

/// What stands before a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Swatch<'a> {
    /// Nothing, but as much room as a mark takes.
    Room,
    /// The mark of a label class.
    Class(&'a str),
}

/// A value with its counts.
pub(super) struct Line<'a> {
    pub text: &'a str,
    pub spoken: String,
    pub mark: Mark,
    pub frames: usize,
    pub matching: usize,
    /// The largest number of frames among its neighbours.
    pub most: usize,
    pub swatch: Option<Swatch<'a>>,
    pub faint: bool,
}

/// Draws the line over the whole width.
pub(super) fn line_ui(ui: &mut Ui, line: &Line<'_>) -> Response {
    let colors = colors(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), LINE), Sense::click());
    let enabled = ui.is_enabled();
    response.widget_info(|| {
        let spoken =
            if line.mark == Mark::LeftOut { format!("{}, left out", line.spoken) } else { line.spoken.clone() };
        let mut info = WidgetInfo::selected(Role::CheckBox, enabled, line.mark == Mark::Chosen, spoken);
        let (matching, frames) = (count(line.matching as u64), count(line.frames as u64));
        info.current_text_value = Some(format!("{matching} of {frames} frames"));
        info
    });
    if !ui.is_rect_visible(rect) {
        return response;
    }
    let inner = rect.shrink2(vec2(14.0, 0.0));
    if response.hovered() || response.has_focus() {
        ui.painter().rect_filled(rect, 0, colors.hover);
    }
    let center = rect.center().y;
    let tick = Rect::from_center_size(pos2(inner.left() + 7.0, center), vec2(14.0, 14.0));
    let (fill, edge) = match line.mark {
        Mark::Free => (colors.control, colors.outline),
        Mark::Chosen => (colors.accent, colors.accent),
        Mark::LeftOut => (colors.control, colors.warning),
    };
    ui.painter().rect(tick, 3, fill, Stroke::new(1.0, edge), StrokeKind::Inside);
    match line.mark {
        Mark::Free => {}
        Mark::Chosen => paint_icon(ui.painter(), tick.shrink(1.5), Icon::Check, colors.on_accent),
        Mark::LeftOut => paint_icon(ui.painter(), tick.shrink(1.5), Icon::Close, colors.warning),
    }
    let mut left = inner.left() + 22.0;
    if let Some(swatch) = line.swatch {
        if let Swatch::Class(class) = swatch {
            let mark = Rect::from_center_size(pos2(left + MARK / 2.0, center), vec2(MARK, MARK));
            paint_class_mark(ui.painter(), colors, mark, class, true);
        }
        left += 18.0;
    }
    // A bar under the numbers shows the share at a glance.
    let numbers = 92.0_f32.min(inner.width() * 0.4);
    let bar = Rect::from_min_max(pos2(inner.right() - numbers, center + 8.0), pos2(inner.right(), center + 10.0));
    #[expect(clippy::cast_precision_loss, reason = "widths of bars")]
    let part = |value: usize| bar.width() * value as f32 / line.most.max(1) as f32;
    ui.painter().rect_filled(bar.with_min_x(bar.right() - part(line.frames)), 1, colors.behind);
    ui.painter().rect_filled(bar.with_min_x(bar.right() - part(line.matching)), 1, colors.front);
    let ink = if line.matching == 0 { colors.muted } else { colors.text };
    let text = count(line.matching as u64);
    let at = pos2(inner.right(), center - 1.0);
    let drawn = ui.painter().text(at, Align2::RIGHT_CENTER, text, theme::numbers(12.0), ink);
    let faint = line.faint || line.mark == Mark::LeftOut;
    let name_ink = if faint { colors.muted } else { colors.text };
    let room = drawn.left() - 8.0 - left;
    elided(ui.painter(), pos2(left, center), line.text, FontId::proportional(13.0), name_ink, room);
    if line.mark == Mark::LeftOut {
        let width = ui.painter().layout_no_wrap(line.text.to_owned(), FontId::proportional(13.0), name_ink).size().x;
        ui.painter().hline(left..=left + width.min(room), center, Stroke::new(1.0, name_ink));
    }
    response.on_hover_text(format!(
        "{}\n{} of {} match everything else in the filter\nAlt+Click leaves it out, Shift+Click takes a row of them",
        line.text,
        count(line.matching as u64),
        counted(line.frames as u64, "frame")
    ))
}

/// The menu of a line, by the second button or its key.
pub(super) fn menu_ui(response: &Response, contents: impl FnOnce(&mut Ui)) {
    response.context_menu(|ui| {
        ui.set_min_width(200.0);
        contents(ui);
    });
}
