//! The viewer: one frame with its name, and the controls below it; what it fetched serves the panels of values and labels.

use std::{sync::Arc, time::Duration};

use egui::{Align, Context, Frame, Label, Layout, Margin, RichText, Ui, UiBuilder};

use super::{
    look_bar::{RangeDraft, look_ui},
    playback::Playback,
    scrub::Scrub,
    timeline::frames_between,
    transport::{Transport, fitting, transport_ui},
    viewport::{Shown, Viewport},
};
use crate::{
    gui::{
        command::{Action, Command},
        frame_key::FrameKey,
        lake::Lake,
        pictures::{Picture, Pictures},
        source::Source,
        state::State,
        theme::{self, STEP, colors},
        widgets::{Icon, bar, divider, empty_ui, icon_button, icon_toggle, text::time_utc, waiting_ui},
        work::Workers,
    },
    jobs::Priority,
    session::FrameDetail,
};

/// Height of scrub bar and buttons, px.
const TRANSPORT: f32 = 76.0;
/// Frames read ahead while playing: no fewer, and no more even where memory would allow it.
const AHEAD: std::ops::RangeInclusive<usize> = 3..=24;
/// Frames that are ready before a playback's clock starts.
const READY: usize = 3;

/// State and caches of the viewer.
#[derive(Default)]
pub struct Viewer {
    pictures: Pictures,
    viewport: Viewport,
    playing: Option<Playback>,
    /// Frames that the playback before could not show in time.
    dropped: usize,
    /// The picture shown last, which stands in while the next is on its way.
    last: Option<(FrameKey, Arc<Picture>)>,
    scrub: Scrub,
    range: RangeDraft,
    catalog: String,
    now: Option<Now>,
}

/// The frame of this pass, for every panel that shows something of it.
struct Now {
    row: usize,
    key: FrameKey,
    /// The row whose picture is shown; ahead of `row` by a pass while playing.
    seen: usize,
    picture: Option<Arc<Picture>>,
}

impl Viewer {
    /// Stops playing.
    pub fn pause(&mut self) {
        if let Some(playing) = self.playing.take() {
            self.dropped = playing.dropped;
        }
    }

    /// The frames of a footage look different from now on.
    pub fn forget_pictures(&mut self, footage: i64) {
        self.pictures.forget(footage);
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
        if let Some((first, last)) = frames_between(lake, row).filter(|_| repeat)
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
            self.playing = Some(Playback::start(id, from, speed, now));
        }
    }

    /// Has the frame fetched that is looked at, and plays; to be called before the panels are drawn, when one of them shows
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
            self.last = None;
            self.playing = None;
            self.viewport.forget();
        }
        self.pictures.begin_frame(lake.table(), state.persisted.memory.pictures());
        if let Some(actual) = state.transient.view_scale {
            self.viewport.set_scale(actual);
            out.push(Command::ViewScaled);
        }
        let Some(row) = lake.current.filter(|row| *row < lake.frames()) else { return };
        if !wanted {
            return self.pause();
        }
        let source = Source { session: &lake.session, table: lake.table(), pool: &workers.pictures, ctx };
        let key = FrameKey::of(lake.table(), row);
        // While playing, the frame that is shown may be ahead of the one that is told until the next pass.
        let (seen, picture) = if self.playing.as_ref().is_some_and(|playing| playing.footage == key.footage) {
            let seen = self.play(ctx, state, lake, source, row, out);
            (seen, self.pictures.get(seen, Priority::Paced, source))
        } else {
            self.pause();
            (row, self.fetch(lake, source, row))
        };
        if let Some(picture) = &picture {
            self.last = Some((FrameKey::of(lake.table(), seen), Arc::clone(picture)));
        }
        self.now = Some(Now { row, key, seen, picture });
    }

    /// The picture of the frame, or until that is there the one before.
    fn stand_in(&self) -> Option<Arc<Picture>> {
        self.last.as_ref().map(|(_, picture)| Arc::clone(picture))
    }

    /// Number of objects on the frame.
    #[must_use]
    pub fn labels(&self) -> Option<usize> {
        let (_, picture) = self.last.as_ref()?;
        self.now.as_ref()?;
        picture.detail.as_ref().ok().map(|detail| detail.labels.len())
    }

    /// Draws the frame and its controls.
    pub fn ui(&mut self, ui: &mut Ui, state: &State, lake: &Lake, workers: &Workers, out: &mut Vec<Command>) {
        let Some(now) = self.now.take() else { return no_frame_ui(ui) };
        ui.spacing_mut().item_spacing.y = 0.0;
        let stand_in = self.stand_in();
        self.header_ui(ui, state, lake, now.row, stand_in.as_deref(), out);
        divider(ui);
        let whole = ui.available_rect_before_wrap();
        let transport_top = (whole.bottom() - TRANSPORT).max(whole.top());
        let name = format!("Picture of {}", lake.table().frame_id(now.row));
        let shown = Shown {
            key: now.key,
            picture: match &now.picture {
                Some(picture) => Some((FrameKey::of(lake.table(), now.seen), picture)),
                None => self.last.as_ref().map(|(key, picture)| (*key, &**picture)),
            },
            waits: self.playing.is_none(),
            boxes: state.persisted.boxes,
            name: &name,
        };
        self.viewport.ui(ui, whole.with_max_y(transport_top), &shown, out);
        let controls = UiBuilder::new().max_rect(whole.with_min_y(transport_top));
        ui.scope_builder(controls, |ui| {
            let transport = Transport {
                playing: self.playing.is_some(),
                dropped: self.playing.as_ref().map_or(self.dropped, |playing| playing.dropped),
                row: now.row,
            };
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

    /// The row of the newest frame that is due and there. Has the coming ones decoded, and wakes the window in time. Frames
    /// are read in the order in which they are due, on all workers; what is no longer needed is cancelled.
    fn play(
        &mut self,
        ctx: &Context,
        state: &State,
        lake: &Lake,
        source: Source<'_>,
        row: usize,
        out: &mut Vec<Command>,
    ) -> usize {
        let now = ctx.input(|input| input.time);
        let (_, footage) = lake.footage(row);
        let first = footage.first_row;
        let times = lake.loaded.times.get(first..first + footage.rows).unwrap_or_default();
        let Some(mut playing) = self.playing.take() else { return row };
        playing.set_speed(state.persisted.speed, now);
        playing.set_loop(frames_between(lake, row).filter(|_| state.persisted.repeat));
        let bytes = self.last.as_ref().map_or(0, |(_, picture)| picture.bytes());
        let most = (state.persisted.memory.pictures() / 2).checked_div(bytes).unwrap_or(READY);
        let most = most.clamp(*AHEAD.start(), *AHEAD.end());
        let mut ahead = playing.upcoming(times, now, most);
        if state.persisted.repeat && ahead.len() < most {
            ahead.extend(playing.beginning(most - ahead.len(), times.len()));
        }
        let mut wanted: Vec<FrameKey> =
            ahead.iter().map(|frame| FrameKey { footage: playing.footage, frame: *frame }).collect();
        wanted.push(FrameKey::of(lake.table(), row));
        self.pictures.keep_only(&wanted);
        let ready = ahead
            .iter()
            .map(|frame| self.pictures.get(first + frame, Priority::Paced, source))
            .take_while(Option::is_some)
            .count();
        for frame in ahead.iter().skip(ready + 1) {
            self.pictures.get(first + frame, Priority::Paced, source);
        }
        let mut shown = row;
        if playing.run(times, now, ready >= READY.min(ahead.len())) {
            if let Some(frame) = self.pictures.latest(playing.footage, &playing.showable(times, now)) {
                playing.show(times, frame);
                shown = first + frame;
                if shown != row {
                    out.push(Command::PlayTo(shown));
                }
            }
            ctx.request_repaint_after(Duration::from_secs_f64(playing.wait_s(times, now).min(1.0)));
        } else {
            ctx.request_repaint_after(Duration::from_millis(20));
        }
        if playing.is_over(times, now) {
            if state.persisted.repeat {
                playing.again(times, now);
                self.playing = Some(playing);
            } else {
                self.dropped = playing.dropped;
            }
        } else {
            self.playing = Some(playing);
        }
        shown
    }

    /// The frame of `row`, with what is likely to be wanted next asked for behind it.
    fn fetch(&mut self, lake: &Lake, source: Source<'_>, row: usize) -> Option<Arc<Picture>> {
        let end = lake.footage(row).1.first_row + lake.footage(row).1.rows;
        let mut ahead: Vec<usize> = Vec::new();
        if let Some(view) = &lake.view {
            ahead.extend(view.after(Some(row)));
            ahead.extend(view.before(Some(row)));
        }
        ahead.extend((row + 1..end).take(2));
        let wanted: Vec<FrameKey> = ahead.iter().chain([&row]).map(|row| FrameKey::of(lake.table(), *row)).collect();
        self.pictures.keep_only(&wanted);
        let picture = self.pictures.get(row, Priority::Visible, source);
        if picture.is_some() {
            for next in ahead {
                self.pictures.get(next, Priority::Background, source);
            }
        }
        picture
    }

    fn header_ui(
        &mut self,
        ui: &mut Ui,
        state: &State,
        lake: &Lake,
        row: usize,
        picture: Option<&Picture>,
        out: &mut Vec<Command>,
    ) {
        let colors = colors(ui);
        let frame = Frame::new().inner_margin(Margin::symmetric(12, 0));
        frame.show(ui, |ui| {
            bar(ui, 40.0, |ui| {
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    ui.spacing_mut().item_spacing.x = 2.0;
                    if icon_button(ui, Icon::Fit, &Action::FitView.tip()).clicked() {
                        out.push(Action::FitView.into());
                    }
                    if icon_toggle(ui, Icon::Boxes, &Action::ToggleBoxes.tip(), state.persisted.boxes).clicked() {
                        out.push(Action::ToggleBoxes.into());
                    }
                    let selected = lake.selected.contains(row);
                    if icon_toggle(ui, Icon::Check, &Action::ToggleSelected.tip(), selected).clicked() {
                        out.push(Action::ToggleSelected.into());
                    }
                    if icon_button(ui, Icon::Copy, &Action::CopyFrameId.tip()).clicked() {
                        out.push(Action::CopyFrameId.into());
                    }
                    if let Some(picture) = picture {
                        look_ui(ui, &mut self.range, picture, out);
                    }
                    ui.add_space(STEP);
                    ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                        ui.spacing_mut().item_spacing.x = STEP;
                        let id = lake.table().frame_id(row).to_string();
                        // Where the whole name does not fit, its end tells more than its beginning.
                        let end: Vec<&str> = id.rsplitn(3, '/').take(2).collect();
                        let end = end.iter().rev().copied().collect::<Vec<_>>().join("/");
                        let name = |text: &str| RichText::new(text).font(theme::semibold(13.5));
                        if !fitting(ui, name(&id), "Recording, camera and number of the frame")
                            && !fitting(ui, name(&end), &id)
                        {
                            ui.add(Label::new(name(&end)).truncate()).on_hover_text(&id);
                        }
                        let time = RichText::new(time_utc(lake.time(row))).font(theme::numbers(12.0));
                        let _ = fitting(ui, time.color(colors.muted), "Time of the frame, UTC");
                    });
                });
            });
        });
    }
}

fn no_frame_ui(ui: &mut Ui) {
    empty_ui(ui, Icon::Broken, "No frame is shown", "Press a tile in the grid to see its frame here.", |_| {});
}
