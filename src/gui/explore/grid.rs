//! The grid: a tile for each frame, each span of frames, or each object. Only tiles on screen are made, so its length does
//! not matter.

use egui::{Context, Ui};

use super::{
    empty_grid, grid_bar,
    lattice::Lattice,
    object_tile::ObjectTile,
    span_tile::{Card, scrubbed},
    tile::Tile,
};
use crate::gui::{
    command::Command,
    lake::Lake,
    object_pictures::{ObjectPictures, WantedObject, object_bucket},
    objects::Objects,
    source::{Source, Wanted},
    spans::frame_of,
    state::State,
    thumbs::{Thumbs, bucket_for},
    tile_labels::TileLabels,
    tile_pictures::Thumb,
    view::View,
    work::Workers,
};

/// Least width of a tile that shows boxes of labels, px.
const BOXES: f32 = 64.0;
/// Frames of a span that are read ahead while the pointer is over it.
const SCRUB_AHEAD: usize = 24;

/// Scroll position and pictures.
#[derive(Default)]
pub struct Grid {
    lattice: Lattice,
    thumbs: Thumbs,
    labels: TileLabels,
    objects: ObjectPictures,
    shows_objects: bool,
    catalog: String,
    generation: u64,
    reveal: Option<usize>,
    aspect: Option<(u64, f32)>,
    /// The conditions on objects while they are typed.
    draft: grid_bar::Draft,
    /// Why no frame matches.
    why: empty_grid::Why,
    /// The place from which a range of objects is chosen.
    anchor: Option<usize>,
}

impl Grid {
    /// Shows the beginning.
    pub fn scroll_to_top(&mut self) {
        self.lattice.scroll_to_top();
        self.anchor = None;
    }

    /// The frames of a footage look different from now on.
    pub fn forget_pictures(&mut self, footage: i64) {
        self.thumbs.forget(footage);
        self.objects.forget(footage);
    }

    /// The footages that pictures are kept of, and a number that grows with every picture that came.
    pub fn kept(&self) -> (impl Iterator<Item = i64> + '_, u64) {
        let came = self.thumbs.came().wrapping_add(self.objects.came());
        (self.thumbs.footages().chain(self.objects.footages()), came)
    }

    /// Brings `row` onto the screen.
    pub fn reveal(&mut self, row: usize) {
        self.reveal = Some(row);
    }

    /// Draws bar and grid.
    pub fn ui(&mut self, ui: &mut Ui, state: &State, lake: &Lake, workers: &Workers, out: &mut Vec<Command>) {
        if self.catalog != lake.table().catalog_uid() {
            lake.table().catalog_uid().clone_into(&mut self.catalog);
            self.labels.clear();
            self.generation = 0;
        }
        if self.generation != lake.table().generation() {
            self.generation = lake.table().generation();
            self.labels.try_again();
        }
        grid_bar::grid_bar_ui(ui, state, lake, &mut self.draft, out);
        let ctx = ui.ctx().clone();
        if self.shows_objects != lake.grid.objects {
            self.shows_objects = lake.grid.objects;
            // Pictures of the other kind would take the same memory again.
            self.thumbs = Thumbs::default();
            self.objects = ObjectPictures::default();
        }
        if lake.grid.objects {
            self.objects_ui(ui, &ctx, state, lake, workers, out);
        } else {
            self.frames_ui(ui, &ctx, state, lake, workers, out);
        }
    }

    fn frames_ui(
        &mut self,
        ui: &mut Ui,
        ctx: &Context,
        state: &State,
        lake: &Lake,
        workers: &Workers,
        out: &mut Vec<Command>,
    ) {
        let memory = state.persisted.memory;
        self.thumbs.begin_frame(ctx, lake.table(), (), memory.thumbnails());
        self.labels.begin_frame();
        let source = |pool| Source { session: &lake.session, table: lake.table(), pool, ctx };
        let (bucket, ahead) = match &lake.view {
            Some(view) if !view.is_empty() => self.tiles_ui(ui, state, lake, view, out),
            _ => (0, Vec::new()),
        };
        let ahead = ahead.into_iter().map(|row| Wanted::of(lake.table(), row));
        self.thumbs.end_frame(source(&workers.pictures), bucket, ahead);
        self.labels.end_frame(source(&workers.ask), memory.labels());
        if lake.view.as_ref().is_none_or(|view| view.is_empty()) {
            empty_grid::frames_ui(ui, lake, workers, &mut self.why, out);
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
        let reveal = self.reveal.take().and_then(|row| view.tile_of(row));
        let aspect = self.aspect(lake);
        let shown = self.lattice.lay_out(ui, view.tiles(), state.persisted.tile_width, aspect, reveal);
        let old_clip = ui.clip_rect();
        ui.set_clip_rect(old_clip.intersect(shown.area));
        let bucket = bucket_for(shown.plan.tile * ui.pixels_per_point());
        let table = lake.table();
        let boxes = state.persisted.tile_boxes && shown.plan.tile >= BOXES;
        let mut ahead = Vec::new();
        for (place, rect) in shown.tiles {
            let Some(mut row) = view.face(place) else { continue };
            let span = view.spans.as_ref().and_then(|spans| spans.at(place)).filter(|span| span.frames > 1);
            let mut thumb = self.thumbs.get(Wanted::of(table, row), bucket, table);
            let mut card = span.map(|span| Card { span, at: None });
            if let (Some(span), Some(card)) = (span, &mut card)
                && let Some(part) = scrubbed(ui, rect.with_max_y(rect.top() + shown.plan.picture))
            {
                #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a part of a count")]
                let nth =
                    |part: f32| ((f64::from(part) * f64::from(span.frames)) as usize).min(span.frames as usize - 1);
                if let Some(under) = frame_of(span, &view.set, nth(part)) {
                    card.at = Some(part);
                    match self.thumbs.get(Wanted::of(table, under), bucket, table) {
                        // Until the frame under the pointer is there, the one that stands for the span is shown.
                        Thumb::Loading => {}
                        there => thumb = there,
                    }
                    row = under;
                }
                #[expect(clippy::cast_precision_loss, reason = "a few steps")]
                let step = |n: usize| (n as f32 + 0.5) / SCRUB_AHEAD as f32;
                ahead.extend((0..SCRUB_AHEAD).filter_map(|n| frame_of(span, &view.set, nth(step(n)))));
            }
            let labels = boxes.then(|| self.labels.get(row, table)).flatten();
            Tile { row, rect, plan: shown.plan, thumb, labels, card }.ui(ui, lake, view, out);
        }
        if self.thumbs.is_complete() {
            ahead.extend(shown.ahead.filter_map(|place| view.face(place)));
        } else {
            ahead.clear();
        }
        ui.set_clip_rect(old_clip);
        (bucket, ahead)
    }

    fn objects_ui(
        &mut self,
        ui: &mut Ui,
        ctx: &Context,
        state: &State,
        lake: &Lake,
        workers: &Workers,
        out: &mut Vec<Command>,
    ) {
        let cut = lake.grid.cut.0;
        self.objects.begin_frame(ctx, lake.table(), cut, state.persisted.memory.thumbnails());
        let source = Source { session: &lake.session, table: lake.table(), pool: &workers.pictures, ctx };
        let objects = lake.shown_objects().filter(|objects| !objects.list.is_empty() && lake.objects.error().is_none());
        let (bucket, ahead) = match objects {
            Some(objects) => self.object_tiles_ui(ui, state, lake, objects, out),
            None => (0, 0..0),
        };
        let list = objects.map(|objects| objects.list.get(ahead).unwrap_or_default()).unwrap_or_default();
        let ahead = list.iter().map(|object| WantedObject::of(lake.table(), object));
        self.objects.end_frame(source, bucket, ahead);
        if objects.is_none() {
            empty_grid::objects_ui(ui, lake, workers, &mut self.why, out);
        }
    }

    fn object_tiles_ui(
        &mut self,
        ui: &mut Ui,
        state: &State,
        lake: &Lake,
        objects: &Objects,
        out: &mut Vec<Command>,
    ) -> (usize, std::ops::Range<usize>) {
        let reveal = self.reveal.take().and_then(|row| {
            let marked = lake.marked.filter(|(marked, _)| *marked == row);
            objects.place_of(row, marked.map(|(_, bbox)| bbox))
        });
        let shown = self.lattice.lay_out(ui, objects.list.len(), state.persisted.object_width, 1.0, reveal);
        let old_clip = ui.clip_rect();
        ui.set_clip_rect(old_clip.intersect(shown.area));
        let bucket = object_bucket(shown.plan.tile * ui.pixels_per_point());
        for (place, rect) in shown.tiles {
            let Some(object) = objects.list.get(place) else { continue };
            let thumb = self.objects.get(WantedObject::of(lake.table(), object), bucket, lake.table());
            let tile = ObjectTile { place, object, rect, plan: shown.plan, thumb };
            tile.ui(ui, lake, &mut self.anchor, out);
        }
        ui.set_clip_rect(old_clip);
        (bucket, if self.objects.is_complete() { shown.ahead } else { 0..0 })
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
}
