//! Recording checksums, and verifying the lake against them: what each does, and what can be chosen.

use egui::{Align, Context, Key, Layout, RichText, Ui};

use super::modal;
use crate::gui::{
    command::Command,
    theme::{colors, heading},
    widgets::{bar, field, plain_button, primary_button},
};

/// What was chosen for recording.
#[derive(Debug, Default)]
pub struct ChecksumDraft {
    accept_changes: bool,
    asked_focus: bool,
}

/// What was chosen for verifying.
#[derive(Debug, Default)]
pub struct VerifyDraft {
    recording: String,
    asked_focus: bool,
}

impl ChecksumDraft {
    pub(super) fn ui(&mut self, ctx: &Context, out: &mut Vec<Command>) -> bool {
        modal(ctx, "checksums", 440.0, |ui| {
            ui.label(heading("Record checksums"));
            told(
                ui,
                "Every store that has no checksums of its present state is read once from end to end. The checksums are kept in the index, a few bytes per frame. It can be cancelled at any moment; the next time it goes on with the rest.",
            );
            ui.checkbox(&mut self.accept_changes, "Replace those of stores that were rewritten");
            told(
                ui,
                "Without this, a store that differs from its checksums keeps them, so that verifying names the difference.",
            );
            let (focus, accept_changes) = (!self.asked_focus, self.accept_changes);
            self.asked_focus = true;
            buttons_ui(ui, "Record", focus, false, || out.push(Command::RecordChecksums { accept_changes }))
        })
    }
}

impl VerifyDraft {
    pub(super) fn ui(&mut self, ctx: &Context, out: &mut Vec<Command>) -> bool {
        modal(ctx, "verify", 440.0, |ui| {
            ui.label(heading("Verify the lake"));
            told(
                ui,
                "Every store that has checksums is read again and compared with them. Frames whose stored bytes differ are marked, until a later verify finds them right again.",
            );
            let edit = field(
                ui,
                &mut self.recording,
                "Recordings to verify",
                "All recordings, or a name such as drive_0*",
                f32::INFINITY,
            );
            if !self.asked_focus {
                edit.request_focus();
                self.asked_focus = true;
            }
            let entered = edit.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
            buttons_ui(ui, "Verify", false, entered, || {
                let recording = self.recording.trim();
                out.push(Command::Verify { recording: (!recording.is_empty()).then(|| recording.to_owned()) });
            })
        })
    }
}

fn told(ui: &mut Ui, text: &str) {
    let ink = colors(ui).muted;
    ui.label(RichText::new(text).color(ink));
}

/// The two buttons; false once one of them was pressed. `focus` gives the keyboard to the first; `entered` presses it.
fn buttons_ui(ui: &mut Ui, name: &str, focus: bool, entered: bool, go: impl FnOnce()) -> bool {
    let mut keep = true;
    bar(ui, 36.0, |ui| {
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let button = primary_button(ui, true, name);
            if focus {
                button.request_focus();
            }
            if button.clicked() || entered {
                go();
                keep = false;
            }
            keep &= !plain_button(ui, true, "Cancel").clicked();
        });
    });
    keep
}
