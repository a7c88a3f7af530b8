//! What the window remembers: across starts ([`Persisted`]) and until it closes ([`Transient`]).

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    path::PathBuf,
    time::Instant,
};

use serde::{Deserialize, Serialize};

use super::{
    budget::Memory,
    chosen_frames::ChosenFrames,
    command::Command,
    detections::{Choice, DetectionsLook},
    dialogs::Dialog,
    dock::{BUILT_IN, Layout},
    explore::{Marks, TimelineMemory},
    grid_choice::GridChoice,
    looking::Looking,
    sql::SqlMemory,
    statistics::{StatChoice, StatLook},
};
use crate::jobs::Progress;

/// The theme a person chose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ThemeChoice {
    /// As the desktop is set.
    #[default]
    System,
    /// Dark.
    Dark,
    /// Light.
    Light,
}

impl From<ThemeChoice> for egui::ThemePreference {
    fn from(choice: ThemeChoice) -> Self {
        match choice {
            ThemeChoice::System => Self::System,
            ThemeChoice::Dark => Self::Dark,
            ThemeChoice::Light => Self::Light,
        }
    }
}

/// A page of the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Workspace {
    /// Find and see frames.
    #[default]
    Explore,
    /// Numbers about the data, and the frames behind them.
    Statistics,
    /// What was seen most, where and when.
    Detections,
    /// What was run on this lake.
    Runs,
}

/// Order of the grid.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct SortBy {
    /// `time`, `frame_idx`, `labels` or a metric.
    pub column: String,
    /// Largest first.
    pub descending: bool,
}

/// What is remembered of one lake.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct LakeMemory {
    /// The filter.
    pub filter: String,
    /// The order of the grid.
    pub sort: Option<SortBy>,
    /// What a tile of the grid stands for.
    pub grid: GridChoice,
    /// Filters used lately, newest first.
    pub filters: Vec<String>,
    /// Lanes and axis of the timeline.
    pub timeline: TimelineMemory,
    /// How frames are looked at.
    pub looking: Looking,
    /// The frames that were chosen last.
    pub chosen: ChosenFrames,
    /// The marks A and B.
    pub marks: Marks,
    /// The metric that routes are coloured by: empty for none, `None` until someone chose.
    pub track: Option<String>,
    /// What is asked of detection events.
    pub detections: Choice,
    /// How its panels show the answer.
    pub detections_look: DetectionsLook,
    /// The query in SQL, and how its answer is shown.
    pub sql: SqlMemory,
    /// What is asked of values; `None` until someone chose.
    pub statistics: Option<StatChoice>,
    /// How the panels show the numbers.
    pub statistics_look: StatLook,
}

/// Kept in the user's configuration folder.
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Persisted {
    /// Theme.
    pub theme: ThemeChoice,
    /// The page shown last.
    pub workspace: Workspace,
    /// Lakes opened lately, newest first.
    pub recent: Vec<PathBuf>,
    /// What is remembered of each of them.
    pub lakes: BTreeMap<PathBuf, LakeMemory>,
    /// Width of the tiles of frames, px.
    pub tile_width: f32,
    /// Width of the tiles of objects, px.
    pub object_width: f32,
    /// Whether tiles show the boxes of labels.
    pub tile_boxes: bool,
    /// Whether the viewer shows them.
    pub boxes: bool,
    /// Zoom of the whole window.
    pub zoom: f32,
    /// Inner size of the window, points.
    pub window: Option<[f32; 2]>,
    /// Memory for pictures.
    pub memory: Memory,
    /// Speed of playback; 1 is as recorded.
    pub speed: f32,
    /// Whether playback begins again at the end.
    pub repeat: bool,
    /// Whether all menus stand in a row on top.
    pub menu_bar: bool,
    /// Where the panels of the Explore workspace are.
    pub layout: Layout,
    /// The name of the layout that was chosen last.
    pub layout_name: String,
    /// Where the panels of the Detections workspace are.
    pub detections_layout: Layout,
    /// The name of its layout that was chosen last.
    pub detections_layout_name: String,
    /// Where the panels of the Statistics workspace are.
    pub statistics_layout: Layout,
    /// The name of its layout that was chosen last.
    pub statistics_layout_name: String,
    /// Layouts that a person saved.
    pub layouts: BTreeMap<String, Layout>,
}

impl Default for Persisted {
    fn default() -> Self {
        Self {
            theme: ThemeChoice::default(),
            workspace: Workspace::default(),
            recent: Vec::new(),
            lakes: BTreeMap::new(),
            tile_width: 176.0,
            object_width: 104.0,
            tile_boxes: false,
            boxes: true,
            zoom: 1.0,
            window: None,
            memory: Memory::default(),
            speed: 1.0,
            repeat: false,
            menu_bar: false,
            layout: Layout::default(),
            layout_name: BUILT_IN[0].to_owned(),
            detections_layout: Layout::of(Workspace::Detections),
            detections_layout_name: Layout::usual(Workspace::Detections).to_owned(),
            statistics_layout: Layout::of(Workspace::Statistics),
            statistics_layout_name: Layout::usual(Workspace::Statistics).to_owned(),
            layouts: BTreeMap::new(),
        }
    }
}

/// Messages that can be read again.
const TOLD: usize = 100;

/// Lakes kept in the list of recent ones.
const RECENT: usize = 10;

impl Persisted {
    /// The layout of this name: one that a person saved, else one that is always there.
    #[must_use]
    pub fn named_layout(&self, name: &str) -> Option<Layout> {
        self.layouts.get(name).cloned().or_else(|| Layout::built_in(name))
    }

    /// Where the panels of a workspace are, and the name of the layout that was chosen last.
    pub fn layout_of(&mut self, workspace: Workspace) -> (&mut Layout, &mut String) {
        match workspace {
            Workspace::Detections => (&mut self.detections_layout, &mut self.detections_layout_name),
            Workspace::Statistics => (&mut self.statistics_layout, &mut self.statistics_layout_name),
            Workspace::Explore | Workspace::Runs => (&mut self.layout, &mut self.layout_name),
        }
    }

    /// Where the panels of the workspace that is shown are, and the name of the layout that was chosen last.
    #[must_use]
    pub fn layout_here(&self) -> (&Layout, &str) {
        match self.workspace {
            Workspace::Detections => (&self.detections_layout, &self.detections_layout_name),
            Workspace::Statistics => (&self.statistics_layout, &self.statistics_layout_name),
            Workspace::Explore | Workspace::Runs => (&self.layout, &self.layout_name),
        }
    }

    /// Puts `lake` first in the list of recent lakes.
    pub fn touch_recent(&mut self, lake: PathBuf) {
        self.recent.retain(|known| *known != lake);
        self.recent.insert(0, lake);
        self.trim_recent();
    }

    /// Keeps as many recent lakes as the list shows.
    pub fn trim_recent(&mut self) {
        self.recent.truncate(RECENT);
        let recent = &self.recent;
        self.lakes.retain(|known, _| recent.contains(known));
    }
}

/// A message at the edge of the window.
#[derive(Debug, Clone)]
pub struct Notice {
    /// Names it.
    pub id: u64,
    /// What happened.
    pub text: String,
    /// Whether something failed.
    pub failed: bool,
    /// A folder it is about.
    pub folder: Option<PathBuf>,
    /// What can be done about it.
    pub way: Option<Way>,
    /// When it came.
    pub since: Instant,
}

/// What can be done about what a message tells.
#[derive(Debug, Clone)]
pub struct Way {
    /// The word on the button.
    pub name: &'static str,
    /// What it does.
    pub command: Command,
}

/// A message that was shown.
#[derive(Debug, Clone)]
pub struct Told {
    /// Names it, as it did the message.
    pub id: u64,
    /// When, ns UTC.
    pub at_ns: i64,
    /// What happened.
    pub text: String,
    /// Whether something failed.
    pub failed: bool,
    /// What can still be done about it.
    pub way: Option<Way>,
}

/// Long work that runs now.
#[derive(Debug)]
pub struct RunningJob {
    /// Names it.
    pub id: u64,
    /// `Indexing`, `Exporting 1,204 frames`.
    pub title: String,
    /// The lake it is for.
    pub root: PathBuf,
    /// How far it is, and how to stop it.
    pub progress: Progress,
}

impl RunningJob {
    /// Whether it reads a lake's index.
    pub fn is_index(&self) -> bool {
        self.title.starts_with("Indexing")
    }
}

/// Forgotten when the window closes.
#[derive(Debug, Default)]
pub struct Transient {
    /// The dialog that is open.
    pub dialog: Option<Dialog>,
    /// Messages.
    pub notices: Vec<Notice>,
    /// Work that runs.
    pub jobs: Vec<RunningJob>,
    /// The query bar takes the keyboard in the next frame.
    pub focus_query: bool,
    /// The run shown in the Runs workspace.
    pub run: Option<i64>,
    /// Recent lakes whose folder is not there.
    pub missing: BTreeSet<PathBuf>,
    /// What was told since the window opened, oldest first.
    pub told: VecDeque<Told>,
    /// A folder dialog of the desktop is open.
    pub choosing_folder: bool,
    /// The viewer is asked to show pixels one to one (true) or the whole frame (false).
    pub view_scale: Option<bool>,
    next_id: u64,
}

impl Transient {
    /// A number that was not given before.
    pub fn new_id(&mut self) -> u64 {
        self.next_id += 1;
        self.next_id
    }

    /// Tells that something went well.
    pub fn tell(&mut self, text: impl Into<String>) {
        self.notice(text.into(), false, None, None);
    }

    /// Tells something that can be taken back.
    pub fn tell_undo(&mut self, text: impl Into<String>, undo: Command) {
        self.notice(text.into(), false, None, Some(Way { name: "Undo", command: undo }));
    }

    /// Tells that something went wrong, and what can be done about it.
    pub fn complain_with(&mut self, text: impl Into<String>, way: Way) {
        self.notice(text.into(), true, None, Some(way));
    }

    /// What a message offered was done: it cannot be done twice.
    pub fn way_taken(&mut self, id: u64) {
        self.notices.retain(|notice| notice.id != id);
        for told in self.told.iter_mut().filter(|told| told.id == id) {
            told.way = None;
        }
    }

    /// What messages offer belongs to a lake that is left.
    pub fn forget_ways(&mut self) {
        self.notices.retain(|notice| notice.way.is_none());
        self.told.iter_mut().for_each(|told| told.way = None);
    }

    /// Tells that something went wrong.
    pub fn complain(&mut self, text: impl Into<String>) {
        self.notice(text.into(), true, None, None);
    }

    /// Tells something, and what can be done next.
    pub fn tell_way(&mut self, text: impl Into<String>, way: Way) {
        self.notice(text.into(), false, None, Some(way));
    }

    /// Tells something about a folder.
    pub fn tell_folder(&mut self, text: impl Into<String>, folder: PathBuf) {
        self.notice(text.into(), false, Some(folder), None);
    }

    fn notice(&mut self, text: String, failed: bool, folder: Option<PathBuf>, way: Option<Way>) {
        let id = self.new_id();
        // Each way back stays, though it be told in the same words.
        self.notices.retain(|notice| notice.text != text || notice.way.is_some());
        if self.told.len() >= TOLD {
            // What can still be taken back stays longest.
            let oldest = self.told.iter().position(|told| told.way.is_none()).unwrap_or(0);
            self.told.remove(oldest);
        }
        let at_ns = i64::try_from(jiff::Timestamp::now().as_nanosecond()).unwrap_or(i64::MAX);
        self.told.push_back(Told { id, at_ns, text: text.clone(), failed, way: way.clone() });
        self.notices.push(Notice { id, text, failed, folder, way, since: Instant::now() });
    }
}

/// Both halves.
#[derive(Debug, Default)]
pub struct State {
    /// Kept across starts.
    pub persisted: Persisted,
    /// Not kept.
    pub transient: Transient,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gui::command::Action;

    #[test]
    fn what_can_be_taken_back_stays_in_the_list_until_it_is_or_the_lake_is_left() {
        let mut transient = Transient::default();
        transient.tell_undo("Tag deleted.", Action::Undo.into());
        transient.tell_undo("View deleted.", Action::Undo.into());
        for number in 0..TOLD * 2 {
            transient.tell(format!("message {number}"));
        }
        // The messages went by themselves.
        transient.notices.clear();
        let ways = |transient: &Transient| -> Vec<String> {
            transient.told.iter().filter(|told| told.way.is_some()).map(|told| told.text.clone()).collect()
        };
        assert_eq!(
            (ways(&transient), transient.told.len()),
            (vec!["Tag deleted.".into(), "View deleted.".into()], TOLD)
        );
        let first = transient.told[0].id;
        transient.way_taken(first);
        assert_eq!(ways(&transient), ["View deleted."]);
        transient.forget_ways();
        assert!(ways(&transient).is_empty() && transient.told.len() == TOLD);
    }
}
