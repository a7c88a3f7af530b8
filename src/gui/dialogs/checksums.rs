//! Recording checksums, and verifying the lake against them: what each does, and what can be chosen.

use egui::{Align, Context, Key, Layout, RichText, Ui};

use super::{copy_line_ui, modal};
use crate::gui::{
    command::Command,
    command_line,
    lake::Lake,
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
    pub(super) fn ui(&mut self, ctx: &Context, lake: &Lake, out: &mut Vec<Command>) -> bool {
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
            let told = command_line::checksums(&lake.root, accept_changes);
            buttons_ui(ui, "Record", [focus, false], told, Command::RecordChecksums { accept_changes }, out)
        })
    }
}

impl VerifyDraft {
    pub(super) fn ui(&mut self, ctx: &Context, lake: &Lake, out: &mut Vec<Command>) -> bool {
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
            let recording = Some(self.recording.trim().to_owned()).filter(|recording| !recording.is_empty());
            let told = command_line::verify(&lake.root, recording.as_deref());
            buttons_ui(ui, "Verify", [false, entered], told, Command::Verify { recording }, out)
        })
    }
}

fn told(ui: &mut Ui, text: &str) {
    let ink = colors(ui).muted;
    ui.label(RichText::new(text).color(ink));
}

/// The buttons; false once one of them was pressed. `focus` gives the keyboard to the first; `entered` presses it.
fn buttons_ui(
    ui: &mut Ui,
    name: &str,
    [focus, entered]: [bool; 2],
    line: String,
    go: Command,
    out: &mut Vec<Command>,
) -> bool {
    let mut keep = true;
    bar(ui, 36.0, |ui| {
        copy_line_ui(ui, Some(line), out);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let button = primary_button(ui, true, name);
            if focus {
                button.request_focus();
            }
            if button.clicked() || entered {
                out.push(go);
                keep = false;
            }
            keep &= !plain_button(ui, true, "Cancel").clicked();
        });
    });
    keep
}
