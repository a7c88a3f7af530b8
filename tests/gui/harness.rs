//! A small lake of one's own, and a window on it.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::{Arc, OnceLock},
    thread,
    time::{Duration, Instant},
};

use egui_kittest::{
    Harness,
    kittest::{NodeT as _, Queryable as _},
};
use lakescope::{gui::App, session::OpenOptions};

const PROGRAM: &str = env!("CARGO_BIN_EXE_lakescope");

/// Runs the program and gives what it printed.
pub fn lakescope(arguments: &[&str]) -> String {
    let output = Command::new(PROGRAM).args(arguments).output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// Drawn once for all tests, never opened itself.
fn drawn() -> &'static Path {
    static DRAWN: OnceLock<tempfile::TempDir> = OnceLock::new();
    DRAWN
        .get_or_init(|| {
            let folder = tempfile::tempdir().unwrap();
            let lake = folder.path().join("lake");
            let size = ["--recordings", "2", "--cameras", "2", "--frames", "40", "--size", "160x90", "--seed", "11"];
            lakescope(&[&["sample", lake.to_str().unwrap()][..], &size].concat());
            folder
        })
        .path()
}

/// Copies a folder.
pub fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// A file or a folder from outside the window.
#[derive(Debug)]
struct Dropped(PathBuf);

impl egui::DroppedFile for Dropped {
    fn path(&self) -> &Path {
        &self.0
    }

    fn bytes(&self) -> Result<Vec<u8>, String> {
        fs::read(&self.0).map_err(|error| error.to_string())
    }
}

/// A lake in a folder that goes with it, and the window.
pub struct Window {
    pub lake: PathBuf,
    pub harness: Harness<'static, App>,
    folder: tempfile::TempDir,
}

impl Window {
    /// Opens a fresh copy of the small lake and waits until its frames are there.
    pub fn open() -> Self {
        Self::open_with(|_| {})
    }

    /// The same, with something done to the lake first.
    pub fn open_with(change: impl FnOnce(&Path)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let lake = folder.path().join("lake");
        copy(&drawn().join("lake"), &lake);
        change(&lake);
        let harness = Self::start(Some(lake.clone()), &folder);
        let mut window = Self { lake, harness, folder };
        window.until("the frames are there", |window| window.matches().is_some_and(|count| count > 0));
        window
    }

    /// The same from its first steps on: nothing is waited for.
    pub fn open_with_first_steps() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let lake = folder.path().join("lake");
        copy(&drawn().join("lake"), &lake);
        lakescope(&["index", lake.to_str().unwrap()]);
        let harness = Self::start(Some(lake.clone()), &folder);
        Self { lake, harness, folder }
    }

    /// A window without a lake.
    pub fn welcome() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let harness = Self::start(None, &folder);
        Self { lake: folder.path().join("none"), harness, folder }
    }

    fn start(lake: Option<PathBuf>, folder: &tempfile::TempDir) -> Harness<'static, App> {
        let options = OpenOptions {
            reader_exe: Some(PROGRAM.into()),
            user_dir: Some(folder.path().join("user")),
            ..OpenOptions::default()
        };
        let settings = folder.path().join("window.json");
        Harness::builder()
            .with_size([1600.0, 1000.0])
            .with_step_dt(0.05)
            .build_eframe(move |creation| App::new(&creation.egui_ctx, lake, options, Some(settings)))
    }

    /// Closes the window and opens it again on the same lake, with what it remembered.
    pub fn again(self) -> Self {
        let Self { lake, harness, folder } = self;
        drop(harness);
        let harness = Self::start(Some(lake.clone()), &folder);
        let mut window = Self { lake, harness, folder };
        window.until("the frames are there", |window| window.matches().is_some_and(|count| count > 0));
        window
    }

    /// Waits until what the window remembers contains this text.
    pub fn until_remembered(&mut self, text: &str) {
        let file = self.folder.path().join("window.json");
        self.until(&format!("{text} is remembered"), |_| {
            fs::read_to_string(&file).is_ok_and(|kept| kept.contains(text))
        });
    }

    /// Lets go of a file or a folder over the window.
    pub fn drop_file(&mut self, path: &Path) {
        self.harness.input_mut().dropped_files.push(Arc::new(Dropped(path.to_owned())));
        self.settle();
    }

    /// Presses a key; what that puts on the clipboard.
    pub fn copied_by(&mut self, modifiers: egui::Modifiers, key: egui::Key) -> String {
        // One event a pass: a text that is copied is there for the pass alone.
        self.harness.event(egui::Event::ModifiersChanged(modifiers));
        self.harness.step();
        self.harness.event(egui::Event::Key { key, pressed: true, modifiers, repeat: false, physical_key: None });
        for _ in 0..6 {
            self.harness.step();
            let copied = self.harness.output().platform_output.commands.iter().find_map(|command| match command {
                egui::OutputCommand::CopyText(text) => Some(text.clone()),
                _ => None,
            });
            if let Some(text) = copied {
                self.harness.event(egui::Event::ModifiersChanged(egui::Modifiers::NONE));
                self.settle();
                return text;
            }
        }
        panic!("nothing was copied");
    }

    /// Makes the window this large, points.
    pub fn resize(&mut self, width: f32, height: f32) {
        self.harness.set_size(egui::vec2(width, height));
        self.settle();
    }

    /// A folder beside the lake.
    pub fn beside(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Draws frames until `condition` holds.
    pub fn until(&mut self, what: &str, condition: impl Fn(&Self) -> bool) {
        let begun = Instant::now();
        loop {
            self.harness.step();
            if condition(self) {
                return;
            }
            assert!(
                begun.elapsed() < Duration::from_secs(20),
                "waited in vain until {what}; on screen: {:#?}",
                self.labels()
            );
            thread::sleep(Duration::from_millis(4));
        }
    }

    /// Draws a few frames, so that what was pressed takes effect.
    pub fn settle(&mut self) {
        for _ in 0..4 {
            self.harness.step();
            thread::sleep(Duration::from_millis(4));
        }
    }

    /// Whether something with exactly this name is on screen.
    pub fn shows(&self, label: &str) -> bool {
        self.harness.query_all_by_label(label).next().is_some()
    }

    /// Whether a name on screen contains this.
    pub fn tells(&self, part: &str) -> bool {
        self.harness.query_all_by_label_contains(part).next().is_some()
    }

    /// Number of tiles on screen, and of those whose picture is still to come.
    pub fn tiles(&self) -> (usize, usize) {
        let tiles = || {
            let frames = self.harness.query_all_by_label_contains("Frame ");
            frames.filter(|node| node.accesskit_node().role() == egui::accesskit::Role::ListBoxOption)
        };
        (tiles().count(), tiles().filter(|tile| tile.accesskit_node().is_busy()).count())
    }

    /// Presses what has this name, as soon as it is there: a menu may need a moment to open.
    pub fn click(&mut self, label: &str) {
        self.until(&format!("{label} is there"), |window| window.shows(label));
        self.harness.get_by_label(label).click();
        self.settle();
    }

    /// Presses what has this name the way assistive technology does, be it scrolled out of sight or not.
    pub fn press(&mut self, label: &str) {
        self.until(&format!("{label} is there"), |window| window.shows(label));
        self.harness.get_by_label(label).click_accesskit();
        self.settle();
    }

    /// The number of matching frames that the window tells.
    pub fn matches(&self) -> Option<usize> {
        self.harness.query_all_by_label_contains(" frames match").find_map(|node| {
            let told = node.accesskit_node().label()?;
            told.strip_suffix(" frames match")?.parse().ok()
        })
    }

    /// Shows single frames where matches are grouped into spans.
    pub fn ungroup(&mut self) {
        self.until("frames are grouped", Self::grouped);
        self.press("Group frames into spans");
        self.until("frames are single", |window| !window.grouped());
    }

    /// Whether the grid shows spans, or is about to.
    pub fn grouped(&self) -> bool {
        self.shows("What makes a span") || self.tells(", span of ")
    }

    /// Replaces the filter by typing.
    pub fn type_filter(&mut self, filter: &str) {
        self.harness.get_by_label("Filter").focus();
        self.settle();
        self.harness.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::A);
        self.harness.get_by_label("Filter").type_text(filter);
        self.settle();
    }

    /// The filter text as it stands.
    pub fn filter(&self) -> String {
        self.harness.get_by_label("Filter").value().unwrap_or_default()
    }

    /// Takes the keyboard away from any text field.
    pub fn leave_text(&mut self) {
        self.harness.key_press(egui::Key::Escape);
        self.settle();
        self.harness.key_press(egui::Key::Escape);
        self.settle();
    }

    /// Presses a key.
    pub fn key(&mut self, modifiers: egui::Modifiers, key: egui::Key) {
        self.harness.key_press_modifiers(modifiers, key);
        self.settle();
    }

    /// Number of frames that the command line finds.
    pub fn counted_by_command_line(&self, filter: &str) -> usize {
        lakescope(&["frames", self.lake.to_str().unwrap(), "--where", filter, "--count"]).parse().unwrap()
    }

    /// The frame that the viewer shows.
    pub fn shown_frame(&self) -> Option<String> {
        let node = self.harness.query_all_by_label_contains("Picture of ").next()?;
        Some(node.accesskit_node().label()?.strip_prefix("Picture of ")?.to_owned())
    }

    fn labels(&self) -> Vec<String> {
        self.harness
            .query_all_by_label_contains("")
            .filter_map(|node| node.accesskit_node().label().or(node.value()))
            .collect()
    }
}
