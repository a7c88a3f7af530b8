//! Going to a frame or a time that is typed.

use egui::{Align, Context, Key, Label, Layout, RichText};

use super::modal;
use crate::{
    filter::FootageRows,
    gui::{
        command::Command,
        explore::{ACCEPTED, JumpFrom, Place},
        lake::Lake,
        theme::{self, colors, heading},
        widgets::{
            bar, field, plain_button, primary_button,
            text::{clock, count, time_utc},
        },
    },
};

/// What was typed.
#[derive(Debug, Default)]
pub struct JumpDraft {
    text: String,
    asked_focus: bool,
}

impl JumpDraft {
    pub(super) fn ui(&mut self, ctx: &Context, lake: &Lake, out: &mut Vec<Command>) -> bool {
        let Some(row) = lake.current.filter(|row| *row < lake.frames()) else { return false };
        let (_, footage) = lake.footage(row);
        modal(ctx, "jump", 440.0, |ui| {
            let colors = colors(ui);
            ui.label(heading("Go to"));
            let edit = field(ui, &mut self.text, "Frame or time", "120, +5s, t 12.5, 08:00:05, 50 %", f32::INFINITY);
            if !self.asked_focus {
                edit.request_focus();
                self.asked_focus = true;
            }
            let found = found(lake, footage, row, &self.text);
            let entered = edit.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
            let empty = self.text.trim().is_empty();
            let (told, ink) = match &found {
                Ok(row) => {
                    let since = clock(lake.time(*row).saturating_sub(footage.started_at_ns));
                    let frame = count((row - footage.first_row) as u64);
                    (format!("Frame {frame}, {} UTC, t {since}", time_utc(lake.time(*row))), colors.text)
                }
                Err(_) if empty => (ACCEPTED.to_owned(), colors.muted),
                Err(error) => (error.clone(), colors.error),
            };
            ui.add(Label::new(RichText::new(told).font(theme::numbers(12.5)).color(ink)).wrap());
            let mut keep = true;
            bar(ui, 36.0, |ui| {
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    let pressed = primary_button(ui, found.is_ok(), "Go").clicked();
                    if let Ok(row) = &found
                        && (pressed || entered)
                    {
                        out.push(Command::Show(*row));
                        keep = false;
                    } else if entered {
                        // What was typed stays, to be mended.
                        self.asked_focus = false;
                    }
                    keep &= !plain_button(ui, true, "Cancel").clicked();
                });
            });
            keep
        })
    }
}

/// The row that is meant, or why there is none.
fn found(lake: &Lake, footage: &FootageRows, row: usize, text: &str) -> Result<usize, String> {
    let times = lake.frame_times(footage.first_row, footage.rows);
    let here = JumpFrom { times, frame: row - footage.first_row, zero: footage.started_at_ns };
    Place::parse(text).and_then(|place| place.find(&here)).map(|frame| footage.first_row + frame)
}
