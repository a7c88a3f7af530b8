//! The bar above the ruler, and the menu of lanes.

use egui::{Align, Layout, Popup, PopupCloseBehavior, RichText, ScrollArea, Ui, vec2};

use super::{
    Timeline,
    axis::Stretch,
    choice::{AxisTime, Lane, Mark, TimelineCommand},
    frames::Here,
};
use crate::{
    filter::FrameColumns,
    gui::{
        command::{Action, Command},
        explore::transport::fitting,
        keep::KeepCommand,
        lake::Lake,
        theme::{self, colors},
        widgets::{Icon, bar, field, icon_button, icon_toggle, quiet_button, text::count},
    },
    session::SqlView,
};

/// Height of the bar.
pub const BAR: f32 = 36.0;

impl Timeline {
    /// Marks and jump on the left; lanes, axis and zoom on the right.
    pub(super) fn bar_ui(
        &mut self,
        ui: &mut Ui,
        lake: &Lake,
        (here, limits): (&Here, Stretch),
        lanes: &[Lane],
        out: &mut Vec<Command>,
    ) {
        let in_sight = self.shown.unwrap_or(limits);
        let ink = colors(ui);
        bar(ui, BAR, |ui| {
            ui.spacing_mut().item_spacing.x = 2.0;
            ui.add_space(6.0);
            for (mark, action) in [(Mark::A, Action::MarkA), (Mark::B, Action::MarkB)] {
                let set = lake.marks.at(&here.recording, mark).is_some();
                let text = RichText::new(mark.letter()).font(theme::semibold(13.0));
                let text = text.color(if set { ink.accent } else { ink.muted });
                let button = quiet_button(ui, text).accessible_name(action.name());
                if button.on_hover_text(action.tip()).clicked() {
                    out.push(action.into());
                }
            }
            if icon_button(ui, Icon::Search, &Action::JumpTo.tip()).clicked() {
                out.push(Action::JumpTo.into());
            }
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                ui.add_space(6.0);
                self.lanes_button_ui(ui, lake, lanes, out);
                let clock = lake.timeline.axis == AxisTime::Clock;
                if icon_toggle(ui, Icon::Clock, "Clock time on the axis", clock).clicked() {
                    let axis = if clock { AxisTime::Elapsed } else { AxisTime::Clock };
                    out.push(TimelineCommand::SetAxis(axis).into());
                }
                let readings = "Copy the readings from A to B, or in sight, as SQL";
                if icon_button(ui, Icon::Copy, readings).clicked() {
                    let metrics = lanes.iter();
                    let metrics =
                        metrics.filter_map(|lane| if let Lane::Metric(name) = lane { Some(name) } else { None });
                    let span = lake.marks.span(&here.recording).unwrap_or((in_sight.from, in_sight.to));
                    let (recording, metrics) = (here.recording.clone(), metrics.cloned().collect());
                    out.push(KeepCommand::CopySqlOf(SqlView::Samples { recording, metrics, span }).into());
                }
                let zoomed = self.shown.is_some() || !self.values.is_empty();
                if zoomed && icon_button(ui, Icon::Fit, "Show the whole recording").clicked() {
                    self.shown = None;
                    self.values.clear();
                }
                ui.add_space(8.0);
                ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                    let camera = here.cameras.iter().find(|camera| camera.footage == here.footage);
                    if let Some(camera) = camera {
                        let frame = here.row.saturating_sub(camera.first_row) as u64;
                        let short = format!("#{} of {}", count(frame), count(camera.rows as u64));
                        let text = |told: &str| RichText::new(told).font(theme::numbers(12.0)).color(ink.muted);
                        let tip =
                            "Recording, number of the frame in its footage (from 0), and how many frames that has";
                        ui.add_space(6.0);
                        if !fitting(ui, text(&format!("{}   {short}", here.recording)), tip) {
                            let _ = fitting(ui, text(&short), tip);
                        }
                    }
                });
            });
        });
    }

    fn lanes_button_ui(&mut self, ui: &mut Ui, lake: &Lake, lanes: &[Lane], out: &mut Vec<Command>) {
        let muted = colors(ui).muted;
        let text = RichText::new("Lanes").font(theme::medium(12.5)).color(muted);
        let button = quiet_button(ui, text).accessible_name("Choose lanes");
        let menu = Popup::menu(&button).close_behavior(PopupCloseBehavior::CloseOnClickOutside);
        menu.show(|ui| {
            ui.set_width(280.0);
            ui.spacing_mut().item_spacing = vec2(4.0, 2.0);
            field(ui, &mut self.search, "Search lanes", "Search", 264.0);
            let wanted = self.search.to_lowercase();
            ScrollArea::vertical().max_height(420.0).show(ui, |ui| {
                caption(ui, "Shown");
                for (place, lane) in lanes.iter().enumerate() {
                    let name = lane.full_name();
                    if !name.to_lowercase().contains(&wanted) {
                        continue;
                    }
                    bar(ui, 28.0, |ui| {
                        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                            let step = |ui: &mut Ui, icon, way: &str, slot: Option<usize>, out: &mut Vec<Command>| {
                                let can = slot.is_some();
                                ui.add_enabled_ui(can, |ui| {
                                    if icon_button(ui, icon, &format!("Move {name} {way}")).clicked()
                                        && let Some(slot) = slot
                                    {
                                        out.push(TimelineCommand::MoveLane(lane.clone(), slot).into());
                                    }
                                });
                            };
                            let down = (place + 1 < lanes.len()).then_some(place + 2);
                            step(ui, Icon::Descending, "down", down, out);
                            step(ui, Icon::Ascending, "up", place.checked_sub(1), out);
                            ui.with_layout(Layout::left_to_right(Align::Center), |ui| lane_box(ui, lane, true, out));
                        });
                    });
                }
                let table = lake.table();
                let strips = [Lane::Matches, Lane::Selected].into_iter();
                let metrics = table.metrics().iter().map(|metric| Lane::Metric(metric.name.clone()));
                let classes = table.classes().iter().map(|class| Lane::Labels(class.clone()));
                for (group, others) in [
                    ("Frames", strips.collect::<Vec<_>>()),
                    ("Metrics", metrics.collect()),
                    ("Labels", classes.collect()),
                ] {
                    let mut others = others
                        .into_iter()
                        .filter(|lane| !lanes.contains(lane) && lane.full_name().to_lowercase().contains(&wanted))
                        .peekable();
                    if others.peek().is_some() {
                        caption(ui, group);
                    }
                    for lane in others {
                        bar(ui, 26.0, |ui| lane_box(ui, &lane, false, out));
                    }
                }
            });
            if lake.timeline.lanes.is_some()
                && quiet_button(ui, RichText::new("The usual lanes").color(muted)).clicked()
            {
                out.push(TimelineCommand::UsualLanes.into());
            }
        });
    }
}

fn lane_box(ui: &mut Ui, lane: &Lane, shown: bool, out: &mut Vec<Command>) {
    let mut on = shown;
    if ui.checkbox(&mut on, lane.full_name()).clicked() {
        out.push(TimelineCommand::ToggleLane(lane.clone()).into());
    }
}

fn caption(ui: &mut Ui, text: &str) {
    let muted = colors(ui).muted;
    ui.add_space(4.0);
    ui.label(RichText::new(text).font(theme::medium(11.5)).color(muted));
}
