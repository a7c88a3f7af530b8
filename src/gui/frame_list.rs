//! The command line of an export of selected frames: only a list of them in a file can name them there.

use std::{path::PathBuf, sync::Arc};

use egui::Context;

use super::{App, command::Command, command_line, dialogs::ExportDraft, events::Event};
use crate::{
    jobs::{Priority, Progress},
    session::FrameFormat,
};

impl App {
    /// Has a worker write the selected frames into a list beside the folder to export to; the command line that takes them
    /// from there is put on the clipboard once that is written.
    pub(super) fn write_frame_list(&mut self, draft: &ExportDraft, ctx: &Context) {
        let Some(lake) = self.lake() else { return };
        let (session, table, selected) = (lake.session.clone(), Arc::clone(lake.table()), Arc::clone(&lake.selected));
        let list = draft.list();
        let line = command_line::export(&lake.root, draft, &list);
        let (tell, ctx) = (self.tell.clone(), ctx.clone());
        let work = move |_: &_| {
            let rows: Vec<u32> = selected.rows().collect();
            let columns = ["frame_id".to_owned()];
            let format = FrameFormat::Csv { spreadsheet: false };
            let written = session.write_frames_file(&table, &rows, Some(&columns), format, &list, &Progress::new());
            let written = written
                .map(|()| (line, list.clone()))
                .map_err(|error| format!("The list of frames {} cannot be written: {error}", list.display()));
            let _ = tell.send(Event::FrameListWritten(written));
            ctx.request_repaint();
        };
        self.workers.ask.spawn(Priority::Visible, work).detach();
    }

    /// The list is written, or not.
    pub(super) fn take_frame_list(&mut self, written: Result<(String, PathBuf), String>, ctx: &Context) {
        match written {
            Ok((text, list)) => {
                self.apply(Command::Copy { text, what: "the command line" }, ctx);
                self.state.transient.tell(format!("It takes the selected frames from {}.", list.display()));
            }
            Err(error) => self.state.transient.complain(error),
        }
    }
}
