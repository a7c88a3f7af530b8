//! The controls under the picture: the scrub bar, stepping, playing, and where one is.

use egui::{Align, Frame, Layout, Margin, Popup, RichText, Ui, style::StyleModifier};

use super::{SPEEDS, scrub::Scrub};
use crate::gui::{
    command::{Action, Command},
    lake::Lake,
    state::State,
    theme::{self, STEP, colors},
    widgets::{
        Icon, bar, divider, icon_button, icon_toggle, quiet_button,
        text::{clock, count, counted, time_utc},
    },
    work::Workers,
};

/// What is played, and where.
#[derive(Debug, Clone, Copy)]
pub(super) struct Transport {
    pub playing: bool,
    /// Frames that came too late to be shown.
    pub dropped: usize,
    pub row: usize,
    /// Where one is stands above the buttons, not beside them.
    pub own_row: bool,
}

/// Height of the row that tells where one is, where it is one of its own, points.
pub(super) const PLACE: f32 = 22.0;

/// What is told of a frame that the filter does not find, and the width from which the moment stands beside it, points.
const NO_MATCH: &str = "no match";
const NO_MATCH_TIP: &str = "The filter does not find this frame";
const BOTH: f32 = 132.0;

/// Draws the controls over the whole width.
pub(super) fn transport_ui(
    ui: &mut Ui,
    state: &State,
    lake: &Lake,
    workers: &Workers,
    scrub: &mut Scrub,
    transport: Transport,
    out: &mut Vec<Command>,
) {
    ui.spacing_mut().item_spacing.y = 0.0;
    divider(ui);
    Frame::new().inner_margin(Margin::symmetric(12, 0)).show(ui, |ui| {
        ui.add_space(6.0);
        scrub.ui(ui, lake, workers, transport.row, out);
        if transport.own_row {
            bar(ui, PLACE, |ui| {
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| place_ui(ui, lake, &transport));
            });
        }
        bar(ui, 40.0, |ui| {
            ui.spacing_mut().item_spacing.x = 0.0;
            let button = |ui: &mut Ui, icon, action: Action, out: &mut Vec<Command>| {
                if icon_button(ui, icon, &action.tip()).clicked() {
                    out.push(action.into());
                }
            };
            for (icon, action) in [
                (Icon::First, Action::FirstFrame),
                (Icon::BackMatch, Action::PreviousMatch),
                (Icon::Back, Action::PreviousFrame),
            ] {
                button(ui, icon, action, out);
            }
            let (icon, name) = if transport.playing { (Icon::Pause, "Pause") } else { (Icon::Play, "Play") };
            if icon_button(ui, icon, &format!("{name}  Space")).clicked() {
                out.push(Action::PlayPause.into());
            }
            for (icon, action) in [
                (Icon::Forward, Action::NextFrame),
                (Icon::ForwardMatch, Action::NextMatch),
                (Icon::Last, Action::LastFrame),
            ] {
                button(ui, icon, action, out);
            }
            speed_ui(ui, state, out);
            if !transport.own_row {
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| place_ui(ui, lake, &transport));
            }
        });
    });
}

fn speed_ui(ui: &mut Ui, state: &State, out: &mut Vec<Command>) {
    let colors = colors(ui);
    ui.add_space(2.0);
    let now = state.persisted.speed;
    let usual = (now - 1.0).abs() < 1e-3;
    let ink = if usual { colors.muted } else { colors.accent };
    let text = RichText::new(speed_name(now)).font(theme::numbers_medium(12.5)).color(ink);
    let tip = format!("Speed of playback\n{}, {}", Action::PlaySlower.tip(), Action::PlayFaster.tip());
    let button = quiet_button(ui, text).accessible_name(format!("Speed: {}", speed_name(now))).on_hover_text(tip);
    Popup::menu(&button).style(StyleModifier::default()).show(|ui| {
        ui.set_min_width(120.0);
        for speed in SPEEDS {
            if ui.radio((now - speed).abs() < 1e-3, speed_name(speed)).clicked() {
                out.push(Command::SetSpeed(speed));
                ui.close();
            }
        }
    });
    if icon_toggle(ui, Icon::Repeat, &Action::PlayAgain.tip(), state.persisted.repeat).clicked() {
        out.push(Action::PlayAgain.into());
    }
}

fn speed_name(speed: f32) -> String {
    format!("{speed}×")
}

/// From the right: the moment, whether the frame matches, its number in the footage, the time of day. What does not fit is
/// left out, the least needed first.
fn place_ui(ui: &mut Ui, lake: &Lake, transport: &Transport) {
    let colors = colors(ui);
    let row = transport.row;
    let (_, footage) = lake.footage(row);
    ui.spacing_mut().item_spacing.x = STEP * 1.5;
    let lost = lake.view.as_ref().is_some_and(|view| view.place(row).is_none());
    if lost && ui.available_width() < BOTH {
        // Where there is room for one text alone, this is the one that is told nowhere else.
        ui.label(RichText::new(NO_MATCH).size(12.5).color(colors.muted)).on_hover_text(NO_MATCH_TIP);
        return;
    }
    let moment = clock(lake.time(row) - footage.started_at_ns);
    ui.label(RichText::new(moment).font(theme::numbers_medium(13.0)).color(colors.text))
        .on_hover_text("Time since the recording began");
    if let Some(view) = &lake.view {
        let (text, tip) = match view.place(row) {
            Some(place) => {
                let text = format!("match {} of {}", count(place as u64 + 1), count(view.len() as u64));
                let text = RichText::new(text).font(theme::numbers(12.5)).color(colors.accent);
                (text, "Place among the frames that the filter finds, in the grid's order")
            }
            None => (RichText::new(NO_MATCH).size(12.5).color(colors.muted), NO_MATCH_TIP),
        };
        let _ = fitting(ui, text, tip);
    }
    if transport.dropped > 0 {
        let text = RichText::new(format!("{} dropped", count(transport.dropped as u64)));
        let tip = format!(
            "{} came too late to be shown: reading, decoding or drawing could not keep up. A slower speed shows all.",
            counted(transport.dropped as u64, "frame")
        );
        let _ = fitting(ui, text.font(theme::numbers(12.5)).color(colors.warning), &tip);
    }
    let number = format!("#{} of {}", count((row - footage.first_row) as u64), count(footage.rows as u64));
    let tip = "Number of the frame in its footage (from 0), and how many frames that has";
    let _ = fitting(ui, RichText::new(number).font(theme::numbers(12.5)).color(colors.muted), tip);
    // The day is told in the head.
    let day = time_utc(lake.time(row)).get(11..).map(|time| format!("{time} UTC"));
    let day = RichText::new(day.unwrap_or_default()).font(theme::numbers(12.5)).color(colors.muted);
    let _ = fitting(ui, day, "Time of the frame, UTC");
}

/// A text that is left out where it would be cut. Whether it is there.
pub(super) fn fitting(ui: &mut Ui, text: RichText, tip: &str) -> bool {
    let label = egui::WidgetText::from(text).into_galley(
        ui,
        Some(egui::TextWrapMode::Extend),
        f32::INFINITY,
        egui::TextStyle::Body,
    );
    let fits = label.size().x <= ui.available_width();
    if fits {
        ui.label(label).on_hover_text(tip);
    }
    fits
}
