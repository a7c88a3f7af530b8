//! The viewer: one frame with its name, the controls below it, and what the sensors said.

use std::{sync::Arc, time::Duration};

use egui::{
    Align, CursorIcon, Frame, Label, Layout, Margin, Rect, RichText, Sense, Ui, UiBuilder, WidgetInfo, accesskit::Role,
};

use super::{
    detail,
    look_bar::{RangeDraft, look_ui},
    playback::Playback,
    plots::Plots,
    scrub::Scrub,
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
        state::{DetailTab, State},
        theme::{self, STEP, colors},
        widgets::{Icon, bar, divider, empty_ui, icon_button, icon_toggle, segmented, text::time_utc},
        work::Workers,
    },
    jobs::Priority,
};

/// Height of scrub bar and buttons, px.
const TRANSPORT: f32 = 76.0;
/// Least height of the picture, as long as a quarter is left for the details, px.
const PICTURE: f32 = 160.0;
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
    plots: Plots,
    catalog: String,
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
    pub fn toggle_playing(&mut self, lake: &Lake, row: usize, speed: f32, now: f64) {
        if self.playing.is_some() {
            return self.pause();
        }
        let (index, footage) = lake.footage(row);
        // At the end, play begins again.
        let frame = row - footage.first_row;
        let from = if frame + 1 == footage.rows { 0 } else { frame };
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

    /// Draws the viewer.
    pub fn ui(&mut self, ui: &mut Ui, state: &State, lake: &Lake, workers: &Workers, out: &mut Vec<Command>) {
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
        let Some(row) = lake.current.filter(|row| *row < lake.frames()) else {
            empty_ui(ui, Icon::Broken, "No frame is shown", "Press a tile in the grid to see its frame here.", |_| {});
            return;
        };
        let source =
            Source { session: &lake.session, table: lake.table(), pool: &workers.pictures, ctx: &ui.ctx().clone() };
        let key = FrameKey::of(lake.table(), row);
        // While playing, the frame that is shown may be ahead of the one that is told until the next pass.
        let (seen, picture) = if self.playing.as_ref().is_some_and(|playing| playing.footage == key.footage) {
            let seen = self.play(ui, state, lake, source, row, out);
            (FrameKey::of(lake.table(), seen), self.pictures.get(seen, Priority::Paced, source))
        } else {
            self.pause();
            (key, self.fetch(lake, source, row))
        };
        ui.spacing_mut().item_spacing.y = 0.0;
        let stand_in = picture.clone().or_else(|| self.last.as_ref().map(|(_, picture)| Arc::clone(picture)));
        self.header_ui(ui, state, lake, row, stand_in.as_deref(), out);
        divider(ui);
        let whole = ui.available_rect_before_wrap();
        let share = state.persisted.detail_share;
        let lower = (whole.height() * share).clamp(120.0_f32.min(whole.height() * 0.4), whole.height() * 0.75);
        // In a low window the picture comes first.
        let lower = lower.min((whole.height() - TRANSPORT - PICTURE).max(whole.height() * 0.25));
        let cut = whole.bottom() - lower;
        let transport_top = (cut - TRANSPORT).max(whole.top());
        let area = whole.with_max_y(transport_top);
        Self::splitter_ui(ui, whole, cut, out);
        let name = format!("Picture of {}", lake.table().frame_id(row));
        let shown = Shown {
            key,
            picture: match &picture {
                Some(picture) => Some((seen, picture)),
                None => self.last.as_ref().map(|(key, picture)| (*key, &**picture)),
            },
            waits: self.playing.is_none(),
            boxes: state.persisted.boxes,
            marked: lake.marked.filter(|(marked, _)| *marked == row).map(|(_, bbox)| bbox),
            name: &name,
        };
        self.viewport.ui(ui, area, &shown, out);
        let part = |from: f32, to: f32| UiBuilder::new().max_rect(Rect::from_x_y_ranges(whole.x_range(), from..=to));
        ui.scope_builder(part(transport_top, cut), |ui| {
            let transport = Transport {
                playing: self.playing.is_some(),
                dropped: self.playing.as_ref().map_or(self.dropped, |playing| playing.dropped),
                row,
            };
            transport_ui(ui, state, lake, workers, &mut self.scrub, transport, out);
        });
        ui.scope_builder(part(cut, whole.bottom()), |ui| {
            ui.shrink_clip_rect(ui.max_rect());
            divider(ui);
            self.detail_ui(ui, state, lake, workers, row, picture.as_deref(), out);
        });
        if let Some(picture) = picture {
            self.last = Some((seen, picture));
        }
    }

    /// The line between controls and details, which can be moved.
    fn splitter_ui(ui: &Ui, whole: Rect, cut: f32, out: &mut Vec<Command>) {
        let line = Rect::from_x_y_ranges(whole.x_range(), cut - 3.0..=cut + 3.0);
        let response = ui.interact(line, ui.scope_id().with("splitter"), Sense::drag());
        response.widget_info(|| WidgetInfo::labeled(Role::Splitter, true, "Height of the details"));
        if response.hovered() || response.dragged() {
            ui.ctx().set_cursor_icon(CursorIcon::ResizeVertical);
        }
        if let Some(pointer) = response.interact_pointer_pos().filter(|_| response.dragged()) {
            out.push(Command::SetDetailShare((whole.bottom() - pointer.y) / whole.height().max(1.0)));
        }
    }

    /// The row of the newest frame that is due and there. Has the coming ones decoded, and wakes the window in time. Frames
    /// are read in the order in which they are due, on all workers; what is no longer needed is cancelled.
    fn play(
        &mut self,
        ui: &Ui,
        state: &State,
        lake: &Lake,
        source: Source<'_>,
        row: usize,
        out: &mut Vec<Command>,
    ) -> usize {
        let now = ui.input(|input| input.time);
        let (_, footage) = lake.footage(row);
        let first = footage.first_row;
        let times = lake.loaded.times.get(first..first + footage.rows).unwrap_or_default();
        let Some(mut playing) = self.playing.take() else { return row };
        playing.set_speed(state.persisted.speed, now);
        let bytes = self.last.as_ref().map_or(0, |(_, picture)| picture.bytes());
        let most = (state.persisted.memory.pictures() / 2).checked_div(bytes).unwrap_or(READY);
        let most = most.clamp(*AHEAD.start(), *AHEAD.end());
        let mut ahead = playing.upcoming(times, now, most);
        if state.persisted.repeat && ahead.len() < most {
            ahead.extend(0..(most - ahead.len()).min(times.len()));
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
            ui.ctx().request_repaint_after(Duration::from_secs_f64(playing.wait_s(times, now).min(1.0)));
        } else {
            ui.ctx().request_repaint_after(Duration::from_millis(20));
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

    #[expect(clippy::too_many_arguments, reason = "what a frame's detail is drawn from")]
    fn detail_ui(
        &mut self,
        ui: &mut Ui,
        state: &State,
        lake: &Lake,
        workers: &Workers,
        row: usize,
        picture: Option<&Picture>,
        out: &mut Vec<Command>,
    ) {
        let tab = state.persisted.detail;
        ui.spacing_mut().item_spacing.y = 0.0;
        let stand_in = self.last.as_ref().map(|(_, picture)| Arc::clone(picture));
        let picture = picture.or(stand_in.as_deref());
        let detail = picture.and_then(|picture| picture.detail.as_ref().ok());
        let labels = detail.map_or(0, |detail| detail.labels.len());
        Frame::new().inner_margin(Margin::symmetric(12, 0)).show(ui, |ui| {
            bar(ui, 44.0, |ui| {
                let labels = format!("Labels {labels}");
                let tabs =
                    [(DetailTab::Sensors, "Sensors"), (DetailTab::Values, "Values"), (DetailTab::Labels, &*labels)];
                if let Some(tab) = segmented(ui, tab, &tabs) {
                    out.push(Command::SetDetail(tab));
                }
                if tab == DetailTab::Sensors {
                    ui.with_layout(Layout::right_to_left(Align::Center), |ui| self.plots.chooser_ui(ui, lake, out));
                }
            });
        });
        match (tab, picture.map(|picture| &picture.detail)) {
            (DetailTab::Sensors, _) => self.plots.ui(ui, lake, workers, row, detail, out),
            (_, None) => {}
            (_, Some(Err(error))) => {
                empty_ui(ui, Icon::Warning, "The frame's data cannot be read", error, |_| {});
            }
            (DetailTab::Values, Some(Ok(detail))) => detail::values_ui(ui, detail),
            (DetailTab::Labels, Some(Ok(detail))) => detail::labels_ui(ui, detail),
        }
    }
}
