//! The grid of thumbnails. Only rows on screen are made, so its length does not matter.

use egui::{Key, Modifiers, Rect, Sense, Ui, pos2, vec2};

use super::{grid_bar, tile::Tile};
use crate::gui::{
    command::{Action, Command},
    lake::Lake,
    source::Source,
    state::State,
    theme::STEP,
    thumbs::{Thumbs, bucket_for},
    tile_labels::TileLabels,
    view::View,
    widgets::{BAR, Icon, VirtualScroll, empty_ui, plain_button},
    work::Workers,
};

/// Where tiles stand, worked out anew each frame.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Plan {
    columns: usize,
    tile: f32,
    gap: f32,
    picture: f32,
    row: f32,
}

/// Scroll position and thumbnails.
#[derive(Default)]
pub struct Grid {
    scroll: VirtualScroll,
    thumbs: Thumbs,
    labels: TileLabels,
    /// Where the frame before was scrolled to, and whether that was further up.
    scrolled: (f64, bool),
    catalog: String,
    generation: u64,
    reveal: Option<usize>,
    plan: Option<Plan>,
    aspect: Option<(u64, f32)>,
}

impl Grid {
    /// Shows the beginning.
    pub fn scroll_to_top(&mut self) {
        self.scroll.offset = 0.0;
    }

    /// The frames of a footage look different from now on.
    pub fn forget_pictures(&mut self, footage: i64) {
        self.thumbs.forget(footage);
    }

    /// The footages that pictures are kept of, and a number that grows with every picture that came.
    pub fn kept(&self) -> (impl Iterator<Item = i64> + '_, u64) {
        (self.thumbs.footages(), self.thumbs.came())
    }

    /// Brings `row` onto the screen.
    pub fn reveal(&mut self, row: usize) {
        self.reveal = Some(row);
    }

    /// Draws bar and grid.
    pub fn ui(&mut self, ui: &mut Ui, state: &State, lake: &Lake, workers: &Workers, out: &mut Vec<Command>) {
        let (memory, ctx) = (state.persisted.memory, ui.ctx().clone());
        if self.catalog != lake.table().catalog_uid() {
            lake.table().catalog_uid().clone_into(&mut self.catalog);
            self.labels.clear();
            self.generation = 0;
        }
        if self.generation != lake.table().generation() {
            self.generation = lake.table().generation();
            self.labels.try_again();
        }
        self.thumbs.begin_frame(ui.ctx(), lake.table(), memory.thumbnails());
        self.labels.begin_frame();
        grid_bar::grid_bar_ui(ui, state, lake, out);
        let source = |pool| Source { session: &lake.session, table: lake.table(), pool, ctx: &ctx };
        let (bucket, ahead) = match &lake.view {
            Some(view) if !view.is_empty() => self.tiles_ui(ui, state, lake, view, out),
            _ => (0, Vec::new()),
        };
        self.thumbs.end_frame(source(&workers.pictures), bucket, ahead.into_iter());
        self.labels.end_frame(source(&workers.ask), memory.labels());
        match &lake.view {
            Some(view) if !view.is_empty() => {}
            Some(_) if lake.frames() == 0 => no_frames_ui(ui, out),
            Some(_) => no_match_ui(ui, lake, out),
            None if lake.filter_error.is_some() => {
                empty_ui(
                    ui,
                    Icon::Funnel,
                    "The filter cannot be read",
                    "Mend it in the query bar, or clear it to see all frames.",
                    |ui| {
                        if plain_button(ui, true, "Clear the filter").clicked() {
                            out.push(Action::ClearFilter.into());
                        }
                    },
                );
            }
            None => {
                ui.ctx().request_repaint_after(std::time::Duration::from_millis(50));
            }
        }
    }

    /// Draws the tiles; tells their size of picture, and the rows that are likely to be seen next once all are there.
    fn tiles_ui(
        &mut self,
        ui: &mut Ui,
        state: &State,
        lake: &Lake,
        view: &View,
        out: &mut Vec<Command>,
    ) -> (usize, Vec<usize>) {
        // What the bar above could not fit must not widen the grid.
        let area = ui.available_rect_before_wrap().intersect(ui.clip_rect());
        let plan = self.plan(lake, state.persisted.tile_width, area.width());
        let rows = view.len().div_ceil(plan.columns);
        let margin = f64::from(STEP);
        #[expect(clippy::cast_precision_loss, reason = "exact below 2^52 pixels")]
        let content = rows as f64 * f64::from(plan.row) + margin * 2.0 - f64::from(plan.gap);
        if let Some(row) = self.reveal.take()
            && let Some(place) = view.place(row)
        {
            self.bring_in(place, plan, area.height());
        }
        self.keys(ui, plan, area.height(), content);
        self.scroll.ui(ui, area, content, "Scroll the grid");
        let painter_clip = ui.clip_rect().intersect(area);
        let old_clip = ui.clip_rect();
        ui.set_clip_rect(painter_clip);
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
        let bucket = bucket_for(plan.tile * ui.pixels_per_point());
        let mut tiles = Vec::new();
        for line in first..(first + shown).min(rows) {
            #[expect(clippy::cast_precision_loss, reason = "a few rows")]
            let y = top + (line - first) as f32 * plan.row;
            if y > area.bottom() || y + plan.row < area.top() {
                continue;
            }
            for column in 0..plan.columns {
                let Some(row) = view.row(line * plan.columns + column) else { continue };
                #[expect(clippy::cast_precision_loss, reason = "a few columns")]
                let x = area.left() + STEP + column as f32 * (plan.tile + plan.gap);
                tiles.push((row, Rect::from_min_size(pos2(x, y), vec2(plan.tile, plan.row - plan.gap))));
            }
        }
        let table = lake.table();
        let boxes = state.persisted.tile_boxes && plan.tile >= 64.0;
        for (row, rect) in tiles {
            let thumb = self.thumbs.get(row, bucket, table);
            let labels = boxes.then(|| self.labels.get(row, table)).flatten();
            Tile { row, rect, picture: plan.picture, thumb, labels }.ui(ui, lake, view, out);
        }
        let ahead = self.ahead(first, shown, rows);
        let rows = |line: usize| (0..plan.columns).filter_map(move |column| view.row(line * plan.columns + column));
        let ahead = if self.thumbs.is_complete() { ahead.flat_map(rows).collect() } else { Vec::new() };
        ui.set_clip_rect(old_clip);
        ui.allocate_rect(area, Sense::hover());
        (bucket, ahead)
    }

    /// The lines of one more screen in the direction of scrolling.
    fn ahead(&mut self, first: usize, shown: usize, lines: usize) -> std::ops::Range<usize> {
        let (before, mut up) = self.scrolled;
        let offset = self.scroll.offset;
        if (offset - before).abs() > 0.5 {
            up = offset < before;
        }
        self.scrolled = (offset, up);
        if up { first.saturating_sub(shown)..first } else { (first + shown).min(lines)..(first + shown * 2).min(lines) }
    }

    /// Keeps the first tile in place when the tiles change their size.
    fn plan(&mut self, lake: &Lake, wanted: f32, width: f32) -> Plan {
        let gap = if wanted < 80.0 { 2.0 } else { STEP };
        let room = (width - STEP * 2.0 - BAR / 2.0).max(32.0);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a positive count")]
        let columns = (((room + gap) / (wanted + gap)).floor() as usize).max(1);
        #[expect(clippy::cast_precision_loss, reason = "a few columns")]
        let tile = ((room + gap) / columns as f32 - gap).floor().max(8.0);
        let picture = (tile / self.aspect(lake)).round();
        let caption = if tile >= 88.0 { 22.0 } else { 0.0 };
        let plan = Plan { columns, tile, gap, picture, row: picture + caption + gap };
        if let Some(old) = self.plan
            && old != plan
        {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a positive count")]
            let line = (self.scroll.offset / f64::from(old.row)).floor() as usize;
            let part = (self.scroll.offset / f64::from(old.row)).fract();
            #[expect(clippy::cast_precision_loss, reason = "exact below 2^52")]
            let line = (line * old.columns / columns) as f64;
            self.scroll.offset = (line + part) * f64::from(plan.row);
        }
        self.plan = Some(plan);
        plan
    }

    /// Width over height of the pictures most frames have.
    #[expect(clippy::cast_precision_loss, reason = "a ratio for people")]
    fn aspect(&mut self, lake: &Lake) -> f32 {
        let generation = lake.table().generation();
        if let Some((known, aspect)) = self.aspect
            && known == generation
        {
            return aspect;
        }
        let widest = lake
            .table()
            .footage_list()
            .iter()
            .filter(|footage| footage.width_px > 0 && footage.height_px > 0)
            .max_by_key(|footage| footage.frames);
        let aspect = widest.map_or(16.0 / 9.0, |footage| footage.width_px as f32 / footage.height_px as f32);
        let aspect = aspect.clamp(0.75, 2.4);
        self.aspect = Some((generation, aspect));
        aspect
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

fn no_frames_ui(ui: &mut Ui, out: &mut Vec<Command>) {
    let body = "No HDF5 store with frames was found in this folder. What could not be read is listed under Problems on the left.";
    empty_ui(ui, Icon::Lake, "No frames in this lake", body, |ui| {
        if plain_button(ui, true, Action::IndexAgain.name()).clicked() {
            out.push(Action::IndexAgain.into());
        }
    });
}

fn no_match_ui(ui: &mut Ui, lake: &Lake, out: &mut Vec<Command>) {
    let body = format!(
        "None of the {} frames fulfils: {}",
        crate::gui::widgets::text::count(lake.frames() as u64),
        lake.filter
    );
    empty_ui(ui, Icon::Funnel, "No frame matches", &body, |ui| {
        if plain_button(ui, true, "Clear the filter").clicked() {
            out.push(Action::ClearFilter.into());
        }
    });
}
