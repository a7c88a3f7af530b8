//! The viewer: one frame with its name, the controls below it, and what the sensors said.

use std::{sync::Arc, time::Duration};

use egui::{
    Align, CursorIcon, Frame, Label, Layout, Margin, Rect, RichText, Sense, Ui, UiBuilder, WidgetInfo, accesskit::Role,
};

use super::{
    detail,
    plots::Plots,
    scrub::Scrub,
    viewport::{Shown, Viewport},
};
use crate::{
    gui::{
        command::{Action, Command},
        lake::Lake,
        pictures::{Picture, Pictures},
        state::{DetailTab, State},
        theme::{self, STEP, colors},
        widgets::{
            Icon, bar, divider, empty_ui, icon_button, icon_toggle, segmented,
            text::{clock, count, time_utc},
        },
        work::Workers,
    },
    jobs::Priority,
};

/// Height of scrub bar and buttons, px.
const TRANSPORT: f32 = 76.0;
/// Frames read ahead while playing or stepping.
const AHEAD: usize = 6;

/// Playback at recorded speed: at time `since` of the window, the moment `from_ns` was shown.
#[derive(Debug, Clone, Copy)]
struct Playing {
    since: f64,
    from_ns: i64,
}

/// State and caches of the viewer.
#[derive(Default)]
pub struct Viewer {
    pictures: Pictures,
    viewport: Viewport,
    playing: Option<Playing>,
    /// The picture shown last, which stands in while the next is on its way.
    last: Option<(usize, Arc<Picture>)>,
    scrub: Scrub,
    plots: Plots,
    generation: u64,
}

impl Viewer {
    /// Stops playing.
    pub fn pause(&mut self) {
        self.playing = None;
    }

    /// Someone stepped: playback goes on from there.
    pub fn moved(&mut self, _now: f64) {
        self.playing = None;
    }

    /// Whether frames are played.
    pub fn is_playing(&self) -> bool {
        self.playing.is_some()
    }

    /// Starts at `row`, or stops.
    pub fn toggle_playing(&mut self, lake: &Lake, row: usize, now: f64) {
        if self.playing.take().is_some() {
            return;
        }
        let (_, footage) = lake.footage(row);
        // At the end, play begins again.
        let last = footage.first_row + footage.rows - 1;
        let from = if row == last { footage.first_row } else { row };
        self.playing = Some(Playing { since: now, from_ns: lake.time(from) });
    }

    /// Draws the viewer.
    pub fn ui(&mut self, ui: &mut Ui, state: &State, lake: &Lake, workers: &Workers, out: &mut Vec<Command>) {
        let generation = lake.table().generation();
        if self.generation != generation {
            self.generation = generation;
            self.last = None;
            self.playing = None;
            self.viewport.forget();
        }
        self.pictures.begin_frame(generation);
        if let Some(actual) = state.transient.view_scale {
            self.viewport.set_scale(actual);
            out.push(Command::ViewScaled);
        }
        let Some(row) = lake.current.filter(|row| *row < lake.frames()) else {
            empty_ui(ui, Icon::Broken, "No frame is shown", "Press a tile in the grid to see its frame here.", |_| {});
            return;
        };
        self.play(ui, lake, row, out);
        let picture = self.fetch(ui, lake, workers, row);
        ui.spacing_mut().item_spacing.y = 0.0;
        Self::header_ui(ui, state, lake, row, out);
        divider(ui);
        let whole = ui.available_rect_before_wrap();
        let share = state.persisted.detail_share;
        let lower = (whole.height() * share).clamp(120.0_f32.min(whole.height() * 0.4), whole.height() * 0.75);
        let cut = whole.bottom() - lower;
        let transport_top = (cut - TRANSPORT).max(whole.top());
        let area = whole.with_max_y(transport_top);
        Self::splitter_ui(ui, whole, cut, out);
        let name = format!("Picture of {}", lake.table().frame_id(row));
        let shown = Shown {
            row,
            picture: match &picture {
                Some(picture) => Some((row, picture)),
                None => self.last.as_ref().map(|(row, picture)| (*row, &**picture)),
            },
            boxes: state.persisted.boxes,
            name: &name,
        };
        self.viewport.ui(ui, area, &shown);
        let part = |from: f32, to: f32| UiBuilder::new().max_rect(Rect::from_x_y_ranges(whole.x_range(), from..=to));
        ui.scope_builder(part(transport_top, cut), |ui| self.transport_ui(ui, lake, workers, row, out));
        ui.scope_builder(part(cut, whole.bottom()), |ui| {
            ui.shrink_clip_rect(ui.max_rect());
            divider(ui);
            self.detail_ui(ui, state, lake, workers, row, picture.as_deref(), out);
        });
        if let Some(picture) = picture {
            self.last = Some((row, picture));
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

    /// Moves to the frame of the moment, and wakes the window when the next is due.
    fn play(&mut self, ui: &Ui, lake: &Lake, row: usize, out: &mut Vec<Command>) {
        let Some(playing) = self.playing else { return };
        let (_, footage) = lake.footage(row);
        let elapsed = ui.input(|input| input.time) - playing.since;
        #[expect(clippy::cast_possible_truncation, reason = "nanoseconds of one playback fit 64 bits for 292 years")]
        let now_ns = playing.from_ns.saturating_add((elapsed * 1e9) as i64);
        let end = footage.first_row + footage.rows;
        let times = lake.loaded.times.get(footage.first_row..end).unwrap_or_default();
        let passed = times.partition_point(|time| *time <= now_ns);
        let due = footage.first_row + passed.saturating_sub(1);
        if due != row {
            out.push(Command::PlayTo(due));
        }
        match times.get(passed) {
            Some(next) => {
                let wait = u64::try_from(next.saturating_sub(now_ns)).unwrap_or(0);
                ui.ctx().request_repaint_after(Duration::from_nanos(wait));
            }
            None => self.playing = None,
        }
    }

    /// The frame of `row`, with what is likely to be wanted next asked for behind it.
    fn fetch(&mut self, ui: &Ui, lake: &Lake, workers: &Workers, row: usize) -> Option<Arc<Picture>> {
        let end = lake.footage(row).1.first_row + lake.footage(row).1.rows;
        let mut ahead: Vec<usize> = Vec::new();
        if self.is_playing() {
            ahead.extend(row + 1..(row + 1 + AHEAD).min(end));
        } else if let Some(view) = &lake.view {
            ahead.extend(view.after(Some(row)));
            ahead.extend(view.before(Some(row)));
            ahead.extend((row + 1 < end).then_some(row + 1));
        }
        let mut wanted = ahead.clone();
        wanted.push(row);
        self.pictures.keep_only(&wanted);
        let pool = &workers.pictures;
        let picture = self.pictures.get(row, Priority::Visible, &lake.session, lake.table(), pool, ui.ctx());
        if picture.is_some() {
            for next in ahead {
                self.pictures.get(next, Priority::Background, &lake.session, lake.table(), pool, ui.ctx());
            }
        }
        picture
    }

    fn header_ui(ui: &mut Ui, state: &State, lake: &Lake, row: usize, out: &mut Vec<Command>) {
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
                    ui.add_space(STEP);
                    ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                        ui.spacing_mut().item_spacing.x = STEP;
                        let id = lake.table().frame_id(row).to_string();
                        ui.add(Label::new(RichText::new(id).font(theme::semibold(13.5))).truncate());
                        let time = time_utc(lake.time(row));
                        ui.add(
                            Label::new(RichText::new(time).font(theme::numbers(12.0)).color(colors.muted)).truncate(),
                        )
                        .on_hover_text("Time of the frame, UTC");
                    });
                });
            });
        });
    }

    fn transport_ui(&mut self, ui: &mut Ui, lake: &Lake, workers: &Workers, row: usize, out: &mut Vec<Command>) {
        let colors = colors(ui);
        ui.spacing_mut().item_spacing.y = 0.0;
        divider(ui);
        Frame::new().inner_margin(Margin::symmetric(12, 0)).show(ui, |ui| {
            ui.add_space(6.0);
            self.scrub.ui(ui, lake, workers, row, out);
            bar(ui, 40.0, |ui| {
                ui.spacing_mut().item_spacing.x = 0.0;
                for (icon, action) in [
                    (Icon::First, Action::FirstFrame),
                    (Icon::BackMatch, Action::PreviousMatch),
                    (Icon::Back, Action::PreviousFrame),
                ] {
                    if icon_button(ui, icon, &action.tip()).clicked() {
                        out.push(action.into());
                    }
                }
                let (icon, name) = if self.is_playing() { (Icon::Pause, "Pause") } else { (Icon::Play, "Play") };
                if icon_button(ui, icon, &format!("{name}  Space")).clicked() {
                    out.push(Action::PlayPause.into());
                }
                for (icon, action) in [
                    (Icon::Forward, Action::NextFrame),
                    (Icon::ForwardMatch, Action::NextMatch),
                    (Icon::Last, Action::LastFrame),
                ] {
                    if icon_button(ui, icon, &action.tip()).clicked() {
                        out.push(action.into());
                    }
                }
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    let (_, footage) = lake.footage(row);
                    ui.spacing_mut().item_spacing.x = STEP * 1.5;
                    let number =
                        format!("{} / {}", count((row - footage.first_row) as u64 + 1), count(footage.rows as u64));
                    ui.label(RichText::new(number).font(theme::numbers(12.5)).color(colors.muted))
                        .on_hover_text("Frame of the footage");
                    let moment = clock(lake.time(row) - footage.started_at_ns);
                    ui.label(RichText::new(moment).font(theme::numbers_medium(13.0)).color(colors.text))
                        .on_hover_text("Time since the recording began");
                    if let Some(place) = lake.view.as_ref().and_then(|view| view.place(row)) {
                        let text = format!("match {}", count(place as u64 + 1));
                        ui.label(RichText::new(text).font(theme::numbers(12.5)).color(colors.accent));
                    } else {
                        ui.label(RichText::new("no match").size(12.5).color(colors.muted));
                    }
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
