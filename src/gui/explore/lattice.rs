//! Tiles in rows, of which only those on screen are made: where they stand, and how they are scrolled.

use std::ops::Range;

use egui::{Key, Modifiers, Rect, Sense, Ui, pos2, vec2};

use crate::gui::{
    theme::STEP,
    widgets::{BAR, VirtualScroll},
};

/// Where tiles stand, worked out anew each frame.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Plan {
    pub columns: usize,
    /// Width of a tile.
    pub tile: f32,
    pub gap: f32,
    /// Height of its picture; a caption is below where there is room for one.
    pub picture: f32,
    /// From one row to the next.
    pub row: f32,
}

/// Least width of a tile with a caption, px.
pub(super) const CAPTION: f32 = 88.0;

impl Plan {
    fn new(wanted: f32, width: f32, aspect: f32) -> Self {
        let gap = if wanted < 80.0 { 2.0 } else { STEP };
        let room = (width - STEP * 2.0 - BAR / 2.0).max(24.0);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a positive count")]
        let columns = (((room + gap) / (wanted + gap)).floor() as usize).max(1);
        #[expect(clippy::cast_precision_loss, reason = "a few columns")]
        let tile = ((room + gap) / columns as f32 - gap).floor().max(8.0);
        let picture = (tile / aspect).round();
        let caption = if tile >= CAPTION { 22.0 } else { 0.0 };
        Self { columns, tile, gap, picture, row: picture + caption + gap }
    }
}

/// The tiles on screen.
pub(super) struct Shown {
    pub plan: Plan,
    /// Places of tiles with where they stand.
    pub tiles: Vec<(usize, Rect)>,
    /// Places that come into sight next in the direction of scrolling.
    pub ahead: Range<usize>,
    /// Room of the whole grid.
    pub area: Rect,
}

/// Scroll position, kept in place while tiles change their size.
#[derive(Default)]
pub(super) struct Lattice {
    scroll: VirtualScroll,
    /// Where the frame before was scrolled to, and whether that was further up.
    scrolled: (f64, bool),
    plan: Option<Plan>,
}

impl Lattice {
    /// Shows the beginning.
    pub fn scroll_to_top(&mut self) {
        self.scroll.offset = 0.0;
    }

    /// Takes the free space for `count` tiles about `wanted` wide, and brings the tile `reveal` into sight.
    pub fn lay_out(&mut self, ui: &mut Ui, count: usize, wanted: f32, aspect: f32, reveal: Option<usize>) -> Shown {
        // What the bar above could not fit must not widen the grid.
        let area = ui.available_rect_before_wrap().intersect(ui.clip_rect());
        let plan = self.plan(wanted, area.width(), aspect);
        let lines = count.div_ceil(plan.columns);
        let margin = f64::from(STEP);
        #[expect(clippy::cast_precision_loss, reason = "exact below 2^52 pixels")]
        let content = lines as f64 * f64::from(plan.row) + margin * 2.0 - f64::from(plan.gap);
        if let Some(place) = reveal.filter(|place| *place < count) {
            self.bring_in(place, plan, area.height());
        }
        self.keys(ui, plan, area.height(), content);
        self.scroll.ui(ui, area, content, "Scroll the grid");
        let above = self.scroll.offset - margin;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "clamped at zero; rows are counted in usize"
        )]
        let first = (above / f64::from(plan.row)).floor().max(0.0) as usize;
        #[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "the difference is on screen")]
        let top = area.top() + (first as f64 * f64::from(plan.row) - above) as f32;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a positive count")]
        let shown = (area.height() / plan.row).ceil() as usize + 2;
        let mut tiles = Vec::new();
        for line in first..(first + shown).min(lines) {
            #[expect(clippy::cast_precision_loss, reason = "a few rows")]
            let y = top + (line - first) as f32 * plan.row;
            if y > area.bottom() || y + plan.row < area.top() {
                continue;
            }
            for column in 0..plan.columns {
                let place = line * plan.columns + column;
                if place >= count {
                    break;
                }
                #[expect(clippy::cast_precision_loss, reason = "a few columns")]
                let x = area.left() + STEP + column as f32 * (plan.tile + plan.gap);
                tiles.push((place, Rect::from_min_size(pos2(x, y), vec2(plan.tile, plan.row - plan.gap))));
            }
        }
        let ahead = self.ahead(first, shown, lines);
        let ahead = ahead.start * plan.columns..(ahead.end * plan.columns).min(count);
        ui.allocate_rect(area, Sense::hover());
        Shown { plan, tiles, ahead, area }
    }

    /// The lines of one more screen in the direction of scrolling.
    fn ahead(&mut self, first: usize, shown: usize, lines: usize) -> Range<usize> {
        let (before, mut up) = self.scrolled;
        let offset = self.scroll.offset;
        if (offset - before).abs() > 0.5 {
            up = offset < before;
        }
        self.scrolled = (offset, up);
        if up { first.saturating_sub(shown)..first } else { (first + shown).min(lines)..(first + shown * 2).min(lines) }
    }

    /// Keeps the first tile in place when the tiles change their size.
    fn plan(&mut self, wanted: f32, width: f32, aspect: f32) -> Plan {
        let plan = Plan::new(wanted, width, aspect);
        if let Some(old) = self.plan
            && old != plan
        {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a positive count")]
            let line = (self.scroll.offset / f64::from(old.row)).floor() as usize;
            let part = (self.scroll.offset / f64::from(old.row)).fract();
            #[expect(clippy::cast_precision_loss, reason = "exact below 2^52")]
            let line = (line * old.columns / plan.columns) as f64;
            self.scroll.offset = (line + part) * f64::from(plan.row);
        }
        self.plan = Some(plan);
        plan
    }

    fn bring_in(&mut self, place: usize, plan: Plan, height: f32) {
        #[expect(clippy::cast_precision_loss, reason = "exact below 2^52 pixels")]
        let top = (place / plan.columns) as f64 * f64::from(plan.row);
        let bottom = top + f64::from(plan.row) + f64::from(STEP);
        if top < self.scroll.offset {
            self.scroll.offset = top;
        } else if bottom > self.scroll.offset + f64::from(height) {
            self.scroll.offset = bottom - f64::from(height);
        }
    }

    fn keys(&mut self, ui: &Ui, plan: Plan, height: f32, content: f64) {
        if ui.ctx().text_edit_focused() || ui.ctx().any_popup_open() {
            return;
        }
        let page = f64::from((height / plan.row).floor().max(1.0) * plan.row);
        let pressed = |key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
        if pressed(Key::PageDown) {
            self.scroll.offset += page;
        }
        if pressed(Key::PageUp) {
            self.scroll.offset -= page;
        }
        self.scroll.offset = self.scroll.offset.clamp(0.0, (content - f64::from(height)).max(0.0));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tiles_fill_the_width_down_to_the_tiniest() {
        for (wanted, width, columns, caption) in
            [(176.0, 900.0, 4, true), (24.0, 900.0, 33, false), (640.0, 200.0, 1, true), (24.0, 20.0, 1, false)]
        {
            let plan = Plan::new(wanted, width, 16.0 / 9.0);
            assert_eq!((plan.columns, plan.row > plan.picture + plan.gap), (columns, caption), "{wanted} in {width}");
            #[expect(clippy::cast_precision_loss, reason = "a few columns")]
            let taken = plan.columns as f32 * (plan.tile + plan.gap) - plan.gap;
            assert!(taken <= width.max(24.0), "{plan:?}");
        }
    }
}
