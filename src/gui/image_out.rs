//! The picture that is looked at, taken away: to the clipboard, or as a file.

use std::{path::PathBuf, sync::Arc, thread, time::Instant};

use egui::{ColorImage, Context};

use super::{
    App,
    app::Slot,
    apply::{AT_ONCE, NO_DIALOG},
    command::Command,
    dialogs::{Dialog, PathDraft, PathFor},
    events::Event,
};
use crate::{
    jobs::Priority,
    model::Label,
    session::{LookOverride, SessionError},
};

impl App {
    /// The frame that is looked at, and of its labels those that are drawn, when they are asked for.
    fn picture_asked(&mut self, row: usize, labels: bool) -> Option<Vec<Label>> {
        let Slot::Ready(lake) = &self.slot else { return None };
        if !labels {
            return Some(Vec::new());
        }
        let drawn = self.workspaces.explore.viewer.drawn_labels(lake, row);
        if drawn.is_none() {
            self.state.transient.complain(
                "The labels of this frame cannot be drawn: they are still being read, or cannot be. Try again, or copy the image alone.",
            );
        }
        drawn
    }

    /// Puts the picture that is looked at on the clipboard.
    pub(super) fn copy_image(&mut self, labels: bool, ctx: &Context) {
        let Some(row) = self.lake().and_then(|lake| lake.current) else { return };
        let Some(drawn) = self.picture_asked(row, labels) else { return };
        let Slot::Ready(lake) = &self.slot else { return };
        let (session, table) = (lake.session.clone(), Arc::clone(lake.table()));
        let (tell, ctx) = (self.tell.clone(), ctx.clone());
        let work = move |_: &_| {
            let picture = session.picture(&table, row, &drawn).and_then(|picture| {
                let size = [picture.width_px as usize, picture.height_px as usize];
                let whole = size[0].checked_mul(size[1]).and_then(|pixels| pixels.checked_mul(3));
                if whole == Some(picture.pixels.len()) && !picture.pixels.is_empty() {
                    Ok(Box::new(ColorImage::from_rgb(size, &picture.pixels)))
                } else {
                    Err(SessionError::Failed("the stored picture is empty".to_owned()))
                }
            });
            let with = if labels { " with its labels" } else { "" };
            let told = picture.map_err(|error| format!("The image cannot be copied: {error}"));
            let what = format!("Copied the image of {}{with}.", table.frame_id(row));
            let _ = tell.send(Event::ImageReady { image: told, what });
            ctx.request_repaint();
        };
        self.workers.ask.spawn(Priority::Visible, work).detach();
    }

    /// Asks the desktop for the file. It waits for a person, so it has a thread of its own that nobody waits for.
    pub(super) fn ask_where_to_save(&mut self, labels: bool, ctx: &Context) {
        let Slot::Ready(lake) = &self.slot else { return };
        let Some(row) = lake.current.filter(|_| !self.state.transient.choosing_folder) else { return };
        let name = lake.table().frame_id(row).to_string().replace(['/', '\\'], "_") + ".png";
        self.state.transient.choosing_folder = true;
        let (tell, ctx) = (self.tell.clone(), ctx.clone());
        let ask = move || {
            let dialog = rfd::FileDialog::new().set_title("Save the image").set_file_name(name);
            let dialog = dialog.add_filter("Images", &["png", "jpg", "jpeg", "tif", "tiff"]);
            let asked = Instant::now();
            let out = dialog.save_file();
            let at_once = out.is_none() && asked.elapsed() < AT_ONCE;
            let _ = tell.send(Event::ImageFileChosen { row, labels, out, at_once });
            ctx.request_repaint();
        };
        if let Err(error) = thread::Builder::new().name("file-dialog".into()).spawn(ask) {
            self.state.transient.choosing_folder = false;
            self.state.transient.complain(format!("The file dialog cannot be opened: {error}"));
        }
    }

    /// A person chose a file in the desktop's dialog, or none.
    pub(super) fn take_image_file(
        &mut self,
        (row, labels): (usize, bool),
        out: Option<PathBuf>,
        at_once: bool,
        ctx: &Context,
    ) {
        self.state.transient.choosing_folder = false;
        if let Some(out) = out {
            self.apply(Command::SaveImage { row, labels, out }, ctx);
        } else if at_once && let Some(lake) = self.lake() {
            let name = lake.table().frame_id(row).to_string().replace(['/', '\\'], "_") + ".png";
            let start = lake.root.parent().unwrap_or(&lake.root).join(name);
            self.toggle_dialog(Dialog::Path(PathDraft::new(PathFor::Image { row, labels }, &start, Some(NO_DIALOG))));
        }
    }

    /// Writes the picture of a frame to a file.
    pub(super) fn save_image(&mut self, row: usize, labels: bool, out: PathBuf, ctx: &Context) {
        let Some(drawn) = self.picture_asked(row, labels) else { return };
        let Slot::Ready(lake) = &self.slot else { return };
        let (session, table) = (lake.session.clone(), Arc::clone(lake.table()));
        let (tell, ctx) = (self.tell.clone(), ctx.clone());
        let work = move |_: &_| {
            let drawn = labels.then_some(drawn.as_slice());
            let told = session.write_picture(&table, row, &out, drawn, LookOverride::default());
            let told = told.map(|()| out).map_err(|error| format!("The image cannot be saved: {error}"));
            let _ = tell.send(Event::ImageSaved(told));
            ctx.request_repaint();
        };
        self.workers.ask.spawn(Priority::Visible, work).detach();
    }
}
