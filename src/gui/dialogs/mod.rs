//! Dialogs: the command palette, the shortcut sheet, export, saving a selection, checksums.

mod checksums;
mod export;
mod jump;
mod palette;
mod save_layout;
mod save_selection;
mod shortcuts;

pub use checksums::{ChecksumDraft, VerifyDraft};
pub use export::{ExportDraft, ExportFrames};
pub use jump::JumpDraft;
pub use palette::Palette;
pub use save_layout::LayoutDraft;
pub use save_selection::SelectionDraft;

use egui::{Context, Frame, Id, Margin, Modal, Ui, vec2};

use super::{command::Command, lake::Lake, state::State};

/// The dialog that is open.
#[derive(Debug)]
pub enum Dialog {
    /// Commands by name.
    Palette(Palette),
    /// All shortcuts.
    Shortcuts,
    /// What to export, and where to.
    Export(ExportDraft),
    /// Where to go.
    Jump(JumpDraft),
    /// Name and note of a selection.
    SaveSelection(SelectionDraft),
    /// Name of a layout.
    SaveLayout(LayoutDraft),
    /// Recording checksums.
    Checksums(ChecksumDraft),
    /// Verifying the lake.
    Verify(VerifyDraft),
}

/// Draws the dialog; false when it is to be closed.
pub fn dialog_ui(
    ctx: &Context,
    dialog: &mut Dialog,
    state: &State,
    lake: Option<&Lake>,
    out: &mut Vec<Command>,
) -> bool {
    match dialog {
        Dialog::Palette(palette) => palette.ui(ctx, lake.is_some(), out),
        Dialog::Shortcuts => shortcuts::shortcuts_ui(ctx),
        Dialog::Export(draft) => lake.is_some_and(|lake| draft.ui(ctx, state, lake, out)),
        Dialog::Jump(draft) => lake.is_some_and(|lake| draft.ui(ctx, lake, out)),
        Dialog::SaveSelection(draft) => lake.is_some_and(|lake| draft.ui(ctx, lake, out)),
        Dialog::SaveLayout(draft) => draft.ui(ctx, state, out),
        Dialog::Checksums(draft) => lake.is_some() && draft.ui(ctx, out),
        Dialog::Verify(draft) => lake.is_some() && draft.ui(ctx, out),
    }
}

/// A dialog in the middle of the window; false once a press beside it asked to close it.
fn modal(ctx: &Context, name: &str, width: f32, contents: impl FnOnce(&mut Ui) -> bool) -> bool {
    let frame = Frame::window(&ctx.global_style()).inner_margin(Margin::same(20));
    let response = Modal::new(Id::unique(name)).frame(frame).show(ctx, |ui| {
        ui.set_width(width);
        ui.spacing_mut().item_spacing = vec2(8.0, 8.0);
        contents(ui)
    });
    response.inner && !response.backdrop_response.clicked()
}
