//! A path that is typed, where the desktop has no dialog to choose one with: folders are offered while it grows.

use std::{
    fs,
    path::{MAIN_SEPARATOR, Path, PathBuf},
};

use egui::{
    Align, Align2, Context, Key, Label, Layout, Modifiers, RichText, ScrollArea, Sense, TextEdit, Ui, WidgetInfo,
    accesskit::Role,
    text::{CCursor, CCursorRange},
    vec2,
};

use super::modal;
use crate::{
    gui::{
        command::Command,
        fetch::Fetch,
        theme::{self, CONTROL, STEP, colors, heading},
        widgets::{Icon, bar, elided, paint_icon, plain_button, primary_button},
        work::Workers,
    },
    jobs::Priority,
};

/// Height of a folder in the list, and of the list, points.
const ROW: f32 = 26.0;
const LIST: f32 = ROW * 8.0;

/// What the path is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PathFor {
    /// A folder to open as a lake.
    Lake,
    /// A file for the picture of this frame, with its labels or without.
    Image {
        /// The frame.
        row: usize,
        /// Whether with labels.
        labels: bool,
    },
}

/// What was typed.
#[derive(Debug)]
pub struct PathDraft {
    of: PathFor,
    why: Option<&'static str>,
    text: String,
    /// The keyboard goes to the field, behind its text.
    fresh: bool,
    listed: Fetch<String, Listed>,
}

/// What is there.
#[derive(Debug, Clone, Default)]
struct Listed {
    /// The path as it is meant.
    path: PathBuf,
    is_folder: bool,
    /// A folder or a file can be made there.
    has_parent: bool,
    /// Folders that begin with the text, as texts to put in its place.
    folders: Vec<String>,
    /// Why a folder cannot be listed.
    error: Option<String>,
}

impl PathDraft {
    /// A draft that begins with `start`. `why` tells a person why there is no other dialog.
    pub fn new(of: PathFor, start: &Path, why: Option<&'static str>) -> Self {
        let mut text = start.display().to_string();
        if of == PathFor::Lake && !text.ends_with(MAIN_SEPARATOR) {
            text.push(MAIN_SEPARATOR);
        }
        Self { of, why, text, fresh: true, listed: Fetch::default() }
    }

    pub(super) fn ui(&mut self, ctx: &Context, workers: &Workers, out: &mut Vec<Command>) -> bool {
        let asked = self.text.clone();
        self.listed.request(asked.clone(), &workers.ask, Priority::Visible, ctx, move |_| Ok(Listed::of(&asked)));
        self.listed.poll();
        let known = self.listed.ready().cloned();
        let listed = self.listed.value().cloned().unwrap_or_default();
        modal(ctx, "path", 560.0, |ui| {
            let colors = colors(ui);
            let (title, name, go) = match self.of {
                PathFor::Lake => ("Open a folder", "Folder to open", "Open"),
                PathFor::Image { .. } => ("Save the image", "File for the image", "Save"),
            };
            ui.label(heading(title));
            if let Some(why) = self.why {
                ui.add(Label::new(RichText::new(why).color(colors.muted)).wrap());
            }
            let taken = self.field_ui(ui, name, &listed);
            let entered = ui.input(|input| input.key_pressed(Key::Enter)) && !self.fresh;
            let taken = taken.or_else(|| folders_ui(ui, &listed.folders));
            let (told, ink) = self.told(&listed);
            ui.label(RichText::new(told).font(theme::numbers(12.5)).color(if ink {
                colors.error
            } else {
                colors.muted
            }));
            let ready = known.as_ref().is_some_and(|known| self.is_good(known));
            let mut keep = true;
            bar(ui, 36.0, |ui| {
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    let pressed = primary_button(ui, ready, go).clicked();
                    if let Some(known) = known.as_ref().filter(|_| ready && (pressed || entered)) {
                        out.push(match self.of {
                            PathFor::Lake => Command::OpenLake(known.path.clone()),
                            PathFor::Image { row, labels } => {
                                Command::SaveImage { row, labels, out: known.path.clone() }
                            }
                        });
                        keep = false;
                    }
                    keep &= !plain_button(ui, true, "Cancel").clicked();
                });
            });
            if let Some(taken) = taken {
                self.text = taken;
                self.fresh = true;
            }
            keep
        })
    }

    /// The field; the folder that Tab took.
    fn field_ui(&mut self, ui: &mut Ui, name: &str, listed: &Listed) -> Option<String> {
        let tab = ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Tab));
        let edit = TextEdit::singleline(&mut self.text)
            .font(theme::mono(13.0))
            .desired_width(f32::INFINITY)
            .min_size(vec2(0.0, CONTROL))
            .align(Align2::LEFT_CENTER)
            .lock_focus(true);
        let mut output = edit.show(ui);
        let response = output.response.response.clone().accessible_name(name);
        if std::mem::take(&mut self.fresh) {
            response.request_focus();
            let end = CCursor::new(self.text.chars().count());
            output.state.cursor.set_char_range(Some(CCursorRange::one(end)));
            output.state.store(ui.ctx(), response.id);
        }
        listed.folders.first().filter(|_| tab).cloned()
    }

    fn is_good(&self, listed: &Listed) -> bool {
        match self.of {
            PathFor::Lake => listed.is_folder,
            PathFor::Image { .. } => !listed.is_folder && listed.has_parent,
        }
    }

    /// What is to be said of the path, and whether it is a mistake.
    fn told(&self, listed: &Listed) -> (String, bool) {
        if let Some(error) = &listed.error {
            return (error.clone(), true);
        }
        match self.of {
            _ if self.listed.value().is_none() => (String::new(), false),
            PathFor::Lake if listed.is_folder => ("Tab takes the first folder, Enter opens this one.".into(), false),
            PathFor::Lake if !listed.folders.is_empty() => ("Tab takes the first folder.".into(), false),
            PathFor::Lake => ("There is no such folder.".into(), true),
            PathFor::Image { .. } if listed.is_folder => ("Add a name for the file, such as frame.png.".into(), false),
            PathFor::Image { .. } if listed.has_parent => ("PNG, JPEG or TIFF, as its name ends.".into(), false),
            PathFor::Image { .. } => ("The folder of this file is not there.".into(), true),
        }
    }
}

impl Listed {
    /// Looks at the disk; for a worker.
    fn of(text: &str) -> Self {
        let typed = text.trim();
        let path = match (typed.strip_prefix('~'), std::env::home_dir()) {
            (Some(rest), Some(home)) => home.join(rest.trim_start_matches(['/', MAIN_SEPARATOR])),
            _ => PathBuf::from(typed),
        };
        let ends = typed.ends_with(['/', MAIN_SEPARATOR]) || typed == "~";
        let (folder, begun) = if ends {
            (path.clone(), String::new())
        } else {
            let name = path.file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
            (path.parent().map(PathBuf::from).unwrap_or_default(), name)
        };
        let mut listed = Self {
            is_folder: path.is_dir(),
            has_parent: path.parent().is_some_and(Path::is_dir),
            path,
            ..Self::default()
        };
        match fs::read_dir(&folder) {
            Ok(entries) => {
                let mut folders: Vec<String> = entries
                    .flatten()
                    .filter(|entry| entry.path().is_dir())
                    .filter_map(|entry| {
                        let name = entry.file_name().into_string().ok()?;
                        let hidden = name.starts_with('.') && !begun.starts_with('.');
                        (!hidden && name.to_lowercase().starts_with(&begun))
                            .then(|| format!("{}{MAIN_SEPARATOR}", folder.join(name).display()))
                    })
                    .collect();
                folders.sort_by(|a, b| alphanumeric_sort::compare_str(a, b));
                listed.folders = folders;
            }
            Err(_) if !folder.exists() => {}
            Err(error) => listed.error = Some(format!("{} cannot be listed: {error}", folder.display())),
        }
        listed
    }
}

/// The folders; one that was pressed.
fn folders_ui(ui: &mut Ui, folders: &[String]) -> Option<String> {
    let mut pressed = None;
    ui.add_space(STEP / 2.0);
    let scroll = ScrollArea::vertical().max_height(LIST).min_scrolled_height(LIST).auto_shrink([false, false]);
    ui.spacing_mut().item_spacing.y = 0.0;
    scroll.show_rows(ui, ROW, folders.len(), |ui, range| {
        for folder in &folders[range] {
            let colors = colors(ui);
            let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::click());
            let name = folder.trim_end_matches(MAIN_SEPARATOR).rsplit(MAIN_SEPARATOR).next().unwrap_or(folder);
            response.widget_info(|| WidgetInfo::labeled(Role::ListBoxOption, true, format!("Folder {name}")));
            if response.hovered() || response.has_focus() {
                ui.painter().rect_filled(rect, 4, colors.hover);
            }
            let icon = egui::Rect::from_center_size(rect.left_center() + vec2(14.0, 0.0), vec2(14.0, 14.0));
            paint_icon(ui.painter(), icon, Icon::Lake, colors.muted);
            let font = egui::FontId::proportional(13.0);
            elided(ui.painter(), rect.left_center() + vec2(28.0, 0.0), name, font, colors.text, rect.width() - 36.0);
            if response.clicked() {
                pressed = Some(folder.clone());
            }
        }
    });
    pressed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_offered_that_begin_as_typed() {
        let place = tempfile::tempdir().unwrap();
        for name in ["drive 10", "drive 9", "Drives", "other", ".hidden"] {
            fs::create_dir(place.path().join(name)).unwrap();
        }
        fs::write(place.path().join("drive.txt"), "").unwrap();
        let of = |text: &str| {
            let listed = Listed::of(&format!("{}{MAIN_SEPARATOR}{text}", place.path().display()));
            let names = listed.folders.iter().map(|folder| {
                Path::new(folder).file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
            });
            (names.collect::<Vec<_>>().join(" | "), listed.is_folder)
        };
        for (text, expected, is_folder) in [
            ("drive", "Drives | drive 9 | drive 10", false),
            ("OTHER", "other", false),
            ("other", "other", true),
            (".h", ".hidden", false),
            ("none/of", "", false),
        ] {
            assert_eq!(of(text), (expected.to_owned(), is_folder), "{text}");
        }
        assert!(!of("").0.contains("hidden"));
        assert_eq!(Listed::of("").folders.len(), Listed::of("").folders.iter().filter(|text| !text.is_empty()).count());
    }
}
