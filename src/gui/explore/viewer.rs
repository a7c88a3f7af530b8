//! The viewer: the frame that is looked at, alone or with the other cameras of its recording, and the controls below it; what
//! it fetched serves the panels of values and labels.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
    time::Duration,
};

use egui::{Context, Rect, Ui, UiBuilder};

use super::{
    boxes::BoxLook,
    legend::{self, legend_ui},
    look_bar::RangeDraft,
    playback::Playback,
    reading::{self, Follower, Playing, Seen},
    scrub::Scrub,
    side_by_side::{self, Camera, cells, offset_text},
    timeline::part_between,
    transport::{PLACE, Transport, transport_ui},
    viewer_bar::header_ui,
    viewport::{Caption, Done, Shown, Viewport},
};
use crate::{
    filter::{FrameColumns as _, LabelTest},
    gui::{
        command::Command,
        fetch::Fetch,
        frame_key::FrameKey,
        lake::Lake,
        looking::ChosenBox,
        pictures::{Picture, Pictures},
        source::Source,
        state::State,
        theme::{self, colors},
        widgets::{Icon, divider, empty_ui, waiting_ui},
        work::Workers,
    },
    jobs::Priority,
    model::Label as FrameLabel,
    session::FrameDetail,
};

/// Height of scrub bar and buttons, px.
const TRANSPORT: f32 = 76.0;
/// Width below which the place of the frame has a row of its own, where the viewer is higher than this, points.
const NARROW: f32 = 524.0;
const LOW: f32 = 190.0;
/// Least height of the pictures beside which there is room for the classes, px.
const WITH_LEGEND: f32 = 120.0;

/// One camera's picture on screen.
#[derive(Default)]
struct Cell {
    viewport: Viewport,
    /// The picture shown last, which stands in while the next is on its way.
    last: Option<(FrameKey, Arc<Picture>)>,
    /// Which of its labels the filter talks of.
    matching: Option<Matching>,
}

/// An answer of the test of labels, kept while picture and filter stay.
struct Matching {
    picture: Arc<Picture>,
    filter: (u64, String),
    found: Option<Vec<bool>>,
}

/// State and caches of the viewer.
#[derive(Default)]
pub struct Viewer {
    pictures: Pictures,
    /// By the name of the camera.
    cells: BTreeMap<String, Cell>,
    /// The camera that was looked at last.
    lead: String,
    playing: Option<Playback>,
    followers: HashMap<i64, Follower>,
    /// Frames that the playback before could not show in time.
    dropped: usize,
    /// The labels that the filter talks of.
    test: Fetch<(u64, String), Option<LabelTest>>,
    scrub: Scrub,
    range: RangeDraft,
    catalog: String,
    now: Option<Now>,
}

/// The frames of this pass, for every panel that shows something of them.
struct Now {
    row: usize,
    cameras: Vec<Camera>,
    /// The camera that is looked at.
    lead: usize,
    seen: Vec<Seen>,
}

impl Viewer {
    /// Stops playing.
    pub fn pause(&mut self) {
        if let Some(playing) = self.playing.take() {
            self.dropped = playing.dropped + self.dropped_beside();
            self.followers.clear();
        }
    }

    fn dropped_beside(&self) -> usize {
        self.followers.values().map(|follower| follower.dropped).sum()
    }

    /// The frames of a footage look different from now on, or may no longer be shown.
    pub fn forget_pictures(&mut self, footage: i64) {
        self.pictures.forget(footage);
        for cell in self.cells.values_mut() {
            cell.last.take_if(|(key, _)| key.footage == footage);
            cell.matching = None;
        }
    }

    /// The footages that pictures are kept of, and a number that grows with every picture that came.
    pub fn kept(&self) -> (impl Iterator<Item = i64> + '_, u64) {
        (self.pictures.footages(), self.pictures.came())
    }

    /// The labels of the frame at `row` whose boxes are drawn; `None` while they are not known.
    pub fn drawn_labels(&self, lake: &Lake, row: usize) -> Option<Vec<FrameLabel>> {
        let key = FrameKey::of(lake.table(), row);
        let detail = self.pictures.kept(key)?.detail.as_ref().ok()?;
        let matching = self.matching(&detail.labels);
        let look = BoxLook { looking: &lake.looking, matching: matching.as_deref(), chosen: lake.chosen_box.as_ref() };
        let drawn = detail.labels.iter().enumerate();
        Some(drawn.filter(|(at, label)| look.tone(key, *at, label).is_some()).map(|(_, label)| label.clone()).collect())
    }

    /// For each label whether the filter talks of it; `None` when it talks of none.
    fn matching(&self, labels: &[FrameLabel]) -> Option<Vec<bool>> {
        self.test.value()?.as_ref()?.matching(labels).ok()
    }

    /// The same for the picture that a camera shows, worked out once.
    fn matching_kept(&mut self, camera: &str, picture: &Arc<Picture>) -> Option<Vec<bool>> {
        let filter = self.test.key()?.clone();
        let pending = self.test.is_pending();
        let kept = self.cells.get(camera).and_then(|cell| cell.matching.as_ref());
        // Until the new answer is there, the one before stands, so that boxes do not blink.
        let stands = |kept: &&Matching| Arc::ptr_eq(&kept.picture, picture) && (pending || kept.filter == filter);
        if let Some(kept) = kept.filter(stands) {
            return kept.found.clone();
        }
        let found = picture.detail.as_ref().ok().and_then(|detail| self.matching(&detail.labels));
        if !pending && let Some(cell) = self.cells.get_mut(camera) {
            cell.matching = Some(Matching { picture: Arc::clone(picture), filter, found: found.clone() });
        }
        found
    }

    /// Starts at `row`, or stops.
    pub fn toggle_playing(&mut self, lake: &Lake, row: usize, (speed, repeat): (f32, bool), now: f64) {
        if self.playing.is_some() {
            return self.pause();
        }
        let (index, footage) = lake.footage(row);
        // At the end, play begins again.
        let frame = row - footage.first_row;
        let mut from = if frame + 1 == footage.rows { 0 } else { frame };
        // In a loop from A to B, play begins inside.
        if let Some((first, last)) = part_between(lake, row).filter(|_| repeat)
            && !(first..last).contains(&frame)
        {
            from = first;
        }
        self.dropped = 0;
        self.playing = Some(Playback::start(lake.table().footage_id(index), from, speed, now));
    }

    /// Goes on from `row`, if it plays.
    pub fn seek(&mut self, lake: &Lake, row: usize, speed: f32, now: f64) {
        if self.playing.is_some() {
            self.pause();
            let (index, footage) = lake.footage(row);
            let (id, from) = (lake.table().footage_id(index), row - footage.first_row);
            let mut playing = Playback::start(id, from, speed, now);
            // It goes on: what was dropped before still counts.
            playing.dropped = self.dropped;
            self.playing = Some(playing);
        }
    }

    /// Has the frames fetched that are looked at, and plays; to be called before the panels are drawn, when one of them shows
    /// the frame or something of it (`wanted`).
    pub fn prepare(
        &mut self,
        ctx: &Context,
        state: &State,
        lake: &Lake,
        workers: &Workers,
        wanted: bool,
        out: &mut Vec<Command>,
    ) {
        self.now = None;
        if self.catalog != lake.table().catalog_uid() {
            lake.table().catalog_uid().clone_into(&mut self.catalog);
            self.playing = None;
            self.cells.clear();
            self.test.clear();
        }
        self.pictures.begin_frame(lake.table(), state.persisted.memory.pictures());
        if let Some(actual) = state.transient.view_scale {
            for (camera, cell) in &mut self.cells {
                if *camera == self.lead || !lake.looking.apart {
                    cell.viewport.set_scale(actual);
                }
            }
            out.push(Command::ViewScaled);
        }
        let Some(row) = lake.current.filter(|row| *row < lake.frames()) else { return };
        if !wanted {
            return self.pause();
        }
        self.ask_for_test(ctx, lake, workers);
        let (cameras, lead) = side_by_side::shown(lake, &lake.looking, row);
        self.take_lead(&cameras, lead, lake.looking.apart);
        let source = Source { session: &lake.session, table: lake.table(), pool: &workers.pictures, ctx };
        // While playing, the frame that is shown may be ahead of the one that is told until the next pass.
        let seen = if self.playing.as_ref().is_some_and(|playing| playing.footage == cameras[lead].footage) {
            self.play(state, lake, source, (&cameras, lead), row, out)
        } else {
            self.pause();
            reading::resting(&mut self.pictures, source, lake, &cameras, lead, row)
        };
        self.keep(&cameras, &seen);
        self.now = Some(Now { row, cameras, lead, seen });
    }

    /// The picture of the frame that is looked at, or until that is there the one before.
    fn stand_in(&self) -> Option<Arc<Picture>> {
        let (_, picture) = self.cells.get(&self.lead)?.last.as_ref()?;
        Some(Arc::clone(picture))
    }

    /// Number of objects on the frame.
    #[must_use]
    pub fn labels(&self) -> Option<usize> {
        let picture = self.stand_in()?;
        self.now.as_ref()?;
        picture.detail.as_ref().ok().map(|detail| detail.labels.len())
    }

    /// Draws the cameras and their controls.
    pub fn ui(&mut self, ui: &mut Ui, state: &State, lake: &Lake, workers: &Workers, out: &mut Vec<Command>) {
        let Some(now) = self.now.take() else { return no_frame_ui(ui) };
        ui.spacing_mut().item_spacing.y = 0.0;
        let stand_in = self.stand_in();
        header_ui(ui, state, lake, now.row, (stand_in.as_deref(), &mut self.range), out);
        divider(ui);
        let whole = ui.available_rect_before_wrap();
        // Beside the buttons there is no room in a narrow viewer: where one is has a row of its own then.
        let own_row = whole.width() < NARROW && whole.height() > LOW;
        let transport = if own_row { TRANSPORT + PLACE } else { TRANSPORT };
        let transport_top = (whole.bottom() - transport).max(whole.top());
        // Where there are classes and room, the strip keeps its place, so that pictures do not jump.
        let classes = lake.table().classes();
        let strip = state.persisted.boxes && !classes.is_empty() && transport_top - whole.top() > WITH_LEGEND;
        let area = whole.with_max_y(if strip { transport_top - legend::HEIGHT } else { transport_top });
        let numbers = self.cells_ui(ui, area, state, lake, &now, out);
        let part = |from: f32, to: f32| UiBuilder::new().max_rect(Rect::from_x_y_ranges(whole.x_range(), from..=to));
        if strip {
            ui.scope_builder(part(area.bottom(), transport_top), |ui| {
                ui.shrink_clip_rect(ui.max_rect());
                let counted = legend::counted(classes, &lake.looking, numbers.iter());
                let asked = matches!(self.test.value(), Some(Some(_)));
                legend_ui(ui, &lake.looking, &counted, asked, out);
            });
        }
        ui.scope_builder(part(transport_top, whole.bottom()), |ui| {
            let dropped = self.playing.as_ref().map_or(self.dropped, |playing| playing.dropped + self.dropped_beside());
            let transport = Transport { playing: self.playing.is_some(), dropped, row: now.row, own_row };
            transport_ui(ui, state, lake, workers, &mut self.scrub, transport, out);
        });
        self.now = Some(now);
    }

    /// Draws what is known of the frame with `draw`, or why it is not known.
    pub fn detail_ui(&mut self, ui: &mut Ui, draw: impl FnOnce(&mut Ui, &FrameDetail)) {
        if self.now.is_none() {
            return no_frame_ui(ui);
        }
        match self.stand_in().as_ref().map(|picture| &picture.detail) {
            None => waiting_ui(ui, "Reading the frame…"),
            Some(Err(error)) => empty_ui(ui, Icon::Warning, "The frame's data cannot be read", error, |_| {}),
            Some(Ok(detail)) => draw(ui, detail),
        }
    }

    /// Asks for the labels that the filter talks of.
    fn ask_for_test(&mut self, ctx: &Context, lake: &Lake, workers: &Workers) {
        let Some(view) = &lake.view else { return };
        let key = (view.key.generation, view.key.filter.clone());
        let (session, table, filter) = (lake.session.clone(), Arc::clone(lake.table()), key.1.clone());
        self.test.request(key, &workers.ask, Priority::Visible, ctx, move |_| {
            session.label_test(&table, &filter).map_err(|error| error.to_string())
        });
        self.test.poll();
    }

    /// Makes a cell for every camera. One that was not shown before shows the part that the camera looked at before does.
    fn take_lead(&mut self, cameras: &[Camera], lead: usize, apart: bool) {
        let before = self.cells.remove(&self.lead);
        let follow = |cell: &mut Cell| {
            if let Some(before) = &before {
                cell.viewport.follow(&before.viewport);
            }
        };
        let stand_in = before.as_ref().and_then(|before| before.last.clone()).filter(|_| cameras.len() == 1);
        for camera in cameras.iter().filter(|camera| camera.name != self.lead) {
            let known = self.cells.contains_key(&camera.name);
            let cell = self.cells.entry(camera.name.clone()).or_default();
            if !known || (cameras.len() == 1 && !apart) {
                follow(cell);
            }
            if cell.last.is_none() {
                cell.last.clone_from(&stand_in);
            }
        }
        if let Some(before) = before {
            self.cells.insert(std::mem::take(&mut self.lead), before);
        }
        self.lead.clone_from(&cameras[lead].name);
        self.cells.entry(self.lead.clone()).or_default();
        for (name, cell) in &mut self.cells {
            if cameras.iter().all(|camera| camera.name != *name) {
                cell.viewport.put_away();
                cell.last = None;
                cell.matching = None;
            }
        }
    }

    /// Keeps what is shown, to stand in for what comes next.
    fn keep(&mut self, cameras: &[Camera], seen: &[Seen]) {
        for (camera, seen) in cameras.iter().zip(seen) {
            let Some(cell) = self.cells.get_mut(&camera.name) else { continue };
            if let Some(picture) = &seen.picture {
                cell.last = Some((seen.key, Arc::clone(picture)));
            }
        }
    }

    /// Draws the cameras; gives the labels of the frames that are on screen.
    fn cells_ui(
        &mut self,
        ui: &mut Ui,
        area: Rect,
        state: &State,
        lake: &Lake,
        now: &Now,
        out: &mut Vec<Command>,
    ) -> Vec<FrameLabel> {
        let Now { cameras, lead, seen, .. } = now;
        let lead = *lead;
        let aspects: Vec<f32> = cameras.iter().map(|camera| camera.aspect).collect();
        // Shift held hides the boxes.
        let boxes = state.persisted.boxes && !ui.input(|input| input.modifiers.shift_only());
        let mut labels = Vec::new();
        let mut moved = None;
        for (at, (camera, cell_area)) in cameras.iter().zip(cells(area, &aspects)).enumerate() {
            let near = seen[at].nearest.filter(|near| near.near);
            let Some(cell) = self.cells.get(&camera.name) else { continue };
            let kept = cell.last.clone().filter(|_| near.is_some());
            let shown_labels =
                kept.as_ref().and_then(|(_, picture)| picture.detail.as_ref().ok()).map(|detail| &detail.labels[..]);
            let matching = kept.as_ref().and_then(|(_, picture)| self.matching_kept(&camera.name, picture));
            labels.extend(shown_labels.unwrap_or_default().iter().cloned());
            let offset = seen[at].nearest.map_or_else(String::new, |near| offset_text(near.offset_ns));
            let name = spoken(lake, camera, &seen[at], at == lead, &offset);
            let shown = Shown {
                key: seen[at].key,
                picture: kept.as_ref().map(|(key, picture)| (*key, &**picture)),
                waits: self.playing.is_none(),
                boxes: boxes.then_some(BoxLook {
                    looking: &lake.looking,
                    matching: matching.as_deref(),
                    chosen: lake.chosen_box.as_ref(),
                }),
                marked: lake.marked.filter(|(marked, _)| at == lead && *marked == now.row).map(|(_, bbox)| bbox),
                magnifier: lake.looking.magnifier,
                name: &name,
                caption: (cameras.len() > 1).then_some(Caption {
                    camera: &camera.name,
                    offset: if near.is_some() { &offset } else { "" },
                    lead: at == lead,
                }),
            };
            let Some(cell) = self.cells.get_mut(&camera.name) else { continue };
            let done = cell.viewport.ui(ui, cell_area, &shown, out);
            if near.is_none() {
                far_ui(ui, cell_area, &offset);
            }
            if done.moved {
                moved = Some(camera.name.clone());
            }
            pressed(lake, camera, kept.as_ref(), &done, near.filter(|_| at != lead).map(|near| near.frame), out);
        }
        if let Some(moved) = moved.filter(|_| !lake.looking.apart && cameras.len() > 1)
            && let Some(by) = self.cells.remove(&moved)
        {
            self.cells.values_mut().for_each(|cell| cell.viewport.follow(&by.viewport));
            self.cells.insert(moved, by);
            ui.ctx().request_repaint();
        }
        labels
    }

    /// Shows what is due of all cameras, and wakes the window in time.
    fn play(
        &mut self,
        state: &State,
        lake: &Lake,
        source: Source<'_>,
        (cameras, lead): (&[Camera], usize),
        row: usize,
        out: &mut Vec<Command>,
    ) -> Vec<Seen> {
        let now = source.ctx.input(|input| input.time);
        let times = lake.played_times(cameras[lead].first_row, cameras[lead].rows);
        let Some(mut playing) = self.playing.take() else { return Vec::new() };
        playing.set_speed(state.persisted.speed, now);
        playing.set_loop(part_between(lake, row).filter(|_| state.persisted.repeat));
        let bytes = cameras.iter().filter_map(|camera| self.cells.get(&camera.name)?.last.as_ref());
        let given = Playing {
            lake,
            cameras,
            lead,
            row,
            now,
            budget: state.persisted.memory.pictures(),
            bytes: bytes.map(|(_, picture)| picture.bytes()).sum(),
            repeat: state.persisted.repeat,
        };
        let refresh = reading::playing(&mut self.pictures, source, &mut playing, &mut self.followers, &given);
        let seen = refresh.seen;
        if refresh.row != row {
            out.push(Command::PlayTo(refresh.row));
        }
        if refresh.runs {
            // Other cameras have moments of their own.
            let most = if cameras.len() > 1 { 1.0 / 60.0 } else { 1.0 };
            source.ctx.request_repaint_after(Duration::from_secs_f64(playing.wait_s(times, now).min(most)));
        } else {
            source.ctx.request_repaint_after(Duration::from_millis(20));
        }
        if !playing.is_over(times, now) {
            self.playing = Some(playing);
        } else if state.persisted.repeat {
            playing.again(times, now);
            self.playing = Some(playing);
        } else {
            self.dropped = playing.dropped + self.dropped_beside();
            self.followers.clear();
        }
        seen
    }
}

fn no_frame_ui(ui: &mut Ui) {
    empty_ui(ui, Icon::Broken, "No frame is shown", "Press a tile in the grid to see its frame here.", |_| {});
}

/// What assistive technology says of a camera.
fn spoken(lake: &Lake, camera: &Camera, seen: &Seen, lead: bool, offset: &str) -> String {
    match seen.nearest {
        Some(near) if lead => format!("Picture of {}", lake.table().frame_id(camera.first_row + near.frame)),
        Some(near) if near.near => format!("Camera {}: frame {}, {offset}", camera.name, near.frame),
        Some(_) => format!("Camera {}: no frame near, the nearest is {offset} away", camera.name),
        None => format!("Camera {}: no frames", camera.name),
    }
}

/// Says in a cell that there is nothing to show beside the other cameras.
fn far_ui(ui: &Ui, area: Rect, offset: &str) {
    let colors = colors(ui);
    let painter = ui.painter().with_clip_rect(area.intersect(ui.clip_rect()));
    let center = area.center();
    let text =
        if offset.is_empty() { "No frames".to_owned() } else { format!("No frame near: the nearest is {offset} away") };
    let galley = painter.layout(text, theme::medium(12.5), colors.muted, (area.width() - 24.0).max(40.0));
    painter.galley(center - galley.size() / 2.0, galley, colors.muted);
}

/// What a press on a camera asks for: its footage, unless it is looked at already, and the box under the pointer.
fn pressed(
    lake: &Lake,
    camera: &Camera,
    kept: Option<&(FrameKey, Arc<Picture>)>,
    done: &Done,
    beside: Option<usize>,
    out: &mut Vec<Command>,
) {
    if let Some(frame) = beside.filter(|_| done.clicked) {
        out.push(Command::Show(camera.first_row + frame));
    }
    let label = kept.zip(done.pressed).and_then(|((key, picture), index)| {
        let label = picture.detail.as_ref().ok()?.labels.get(index)?;
        let again = lake.chosen_box.as_ref().is_some_and(|chosen| chosen.is(*key, index, label));
        Some((ChosenBox { key: *key, index, track_id: label.track_id }, again))
    });
    match label {
        // Pressed again, it is let go.
        Some((_, true)) => out.push(Command::ChooseBox(None)),
        Some((chosen, false)) => out.push(Command::ChooseBox(Some(chosen))),
        None if done.clicked && lake.chosen_box.is_some() => out.push(Command::ChooseBox(None)),
        None => {}
    }
}
