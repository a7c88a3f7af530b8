//! Dialogs: the command palette, the shortcut sheet, export, saving a selection, checksums. What is kept has dialogs of its
//! own beside this folder.

mod about;
mod checksums;
mod export;
mod jump;
mod palette;
mod path;
mod save_layout;
mod save_selection;
mod settings;
mod shortcuts;
mod write;

pub use checksums::{ChecksumDraft, VerifyDraft};
pub use export::{ExportDraft, ExportFrames};
pub use jump::JumpDraft;
pub use palette::Palette;
pub use path::{PathDraft, PathFor};
pub use save_layout::LayoutDraft;
pub use save_selection::SelectionDraft;
pub use settings::SettingsDraft;
pub use write::{CHARTS, PICTURES, ROWS, WriteDraft};

use egui::{Context, Frame, Id, Margin, Modal, ScrollArea, Ui, vec2};

use super::{
    command::Command,
    keep::{CompareDraft, Library, ViewDraft},
    lake::Lake,
    leaving::LeaveDraft,
    sql::NameDraft,
    state::State,
    statistics::AnalysisDraft,
    widgets::{Icon, icon_button},
    work::Workers,
};

/// The dialog that is open.
#[derive(Debug)]
pub enum Dialog {
    /// Commands by name.
    Palette(Palette),
    /// What this program is.
    About,
    /// All shortcuts.
    Shortcuts,
    /// What to export, and where to.
    Export(ExportDraft),
    /// Where to write a table, or a chart, to.
    Write(WriteDraft),
    /// A name for a query in SQL.
    NameQuery(NameDraft),
    /// A path that is typed.
    Path(PathDraft),
    /// Where to go.
    Jump(JumpDraft),
    /// Name and note of a selection.
    SaveSelection(SelectionDraft),
    /// Name and note of a view.
    SaveView(ViewDraft),
    /// Name and note of an analysis.
    SaveAnalysis(AnalysisDraft),
    /// Views, selections and tags.
    Library(Library),
    /// Two sets of frames side by side.
    Compare(CompareDraft),
    /// Name of a layout.
    SaveLayout(LayoutDraft),
    /// Recording checksums.
    Checksums(ChecksumDraft),
    /// Verifying the lake.
    Verify(VerifyDraft),
    /// Whether to break off work that runs.
    Leave(LeaveDraft),
    /// Settings of the lake.
    Settings(Box<SettingsDraft>),
}

/// Draws the dialog; false when it is to be closed.
pub fn dialog_ui(
    ctx: &Context,
    dialog: &mut Dialog,
    state: &State,
    lake: Option<&Lake>,
    workers: &Workers,
    out: &mut Vec<Command>,
) -> bool {
    match dialog {
        Dialog::Palette(palette) => palette.ui(ctx, state, lake, out),
        Dialog::About => about::about_ui(ctx),
        Dialog::Shortcuts => shortcuts::shortcuts_ui(ctx),
        Dialog::Export(draft) => lake.is_some_and(|lake| draft.ui(ctx, state, lake, out)),
        Dialog::Write(draft) => draft.ui(ctx, out),
        Dialog::NameQuery(draft) => draft.ui(ctx, out),
        Dialog::Path(draft) => draft.ui(ctx, workers, out),
        Dialog::Jump(draft) => lake.is_some_and(|lake| draft.ui(ctx, lake, out)),
        Dialog::SaveSelection(draft) => lake.is_some_and(|lake| draft.ui(ctx, lake, out)),
        Dialog::SaveView(draft) => lake.is_some_and(|lake| draft.ui(ctx, lake, out)),
        Dialog::SaveAnalysis(draft) => lake.is_some_and(|lake| draft.ui(ctx, lake, out)),
        Dialog::Library(library) => lake.is_some_and(|lake| library.dialog_ui(ctx, lake, out)),
        Dialog::Compare(draft) => lake.is_some_and(|lake| draft.dialog_ui(ctx, lake, out)),
        Dialog::SaveLayout(draft) => draft.ui(ctx, state, out),
        Dialog::Checksums(draft) => lake.is_some_and(|lake| draft.ui(ctx, lake, out)),
        Dialog::Verify(draft) => lake.is_some_and(|lake| draft.ui(ctx, lake, out)),
        Dialog::Leave(draft) => draft.ui(ctx, state, out),
        Dialog::Settings(draft) => lake.is_some_and(|lake| draft.ui(ctx, lake, workers, out)),
    }
}

/// A button that copies what a dialog would do as a command; it cannot be pressed where no command says the same.
fn copy_line_ui(ui: &mut Ui, line: Option<String>, out: &mut Vec<Command>) {
    let response = ui.add_enabled_ui(line.is_some(), |ui| icon_button(ui, Icon::Copy, "Copy as command line")).inner;
    if let Some(text) = line
        && response.clicked()
    {
        out.push(Command::Copy { text, what: "the command line" });
    }
}

/// A dialog in the middle of the window; false once a press beside it asked to close it.
pub(super) fn modal(ctx: &Context, name: &str, width: f32, contents: impl FnOnce(&mut Ui) -> bool) -> bool {
    let frame = Frame::window(&ctx.global_style()).inner_margin(Margin::same(20));
    let room = ctx.content_rect().size() - vec2(72.0, 72.0);
    let response = Modal::new(Id::unique(name)).frame(frame).show(ctx, |ui| {
        ui.set_width(width.min(room.x));
        // What does not fit into a low window is scrolled.
        ScrollArea::vertical()
            .auto_shrink([false, true])
            .min_scrolled_height(room.y.max(160.0))
            .max_height(room.y.max(160.0))
            .show(ui, |ui| {
                ui.spacing_mut().item_spacing = vec2(8.0, 8.0);
                contents(ui)
            })
    });
    response.inner.inner && !response.backdrop_response.clicked()
}
