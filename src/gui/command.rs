//! Everything that can be asked of the window. Menus, shortcuts, the palette and the widgets all speak in these.

use std::path::PathBuf;

use egui::{Key, KeyboardShortcut, Modifiers};

pub use super::action_group::Group;
use super::budget::Memory;
use super::detections::DetectionsCommand;
use super::dialogs::ExportDraft;
use super::dock::{Layout, Pane};
use super::explore::TimelineCommand;
use super::grid_choice::GridChoice;
use super::keep::KeepCommand;
use super::keys::written;
use super::leaving::Leave;
use super::looking::{ChosenBox, Emphasis};
use super::quality::QualityCommand;
use super::sql::SqlCommand;
use super::state::{SortBy, ThemeChoice, Workspace};
use super::statistics::StatisticsCommand;
use crate::{
    filter::crossfilter::FacetKey,
    model::{BoundingBox, ValueRange},
    session::SettingChange,
};

/// A change that a person asked for. Only [`super::App::apply`] carries it out.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// One without a parameter, which menus, shortcuts and the palette list.
    Do(Action),
    /// Opens a lake folder.
    OpenLake(PathBuf),
    /// Takes a folder off the list of recent lakes.
    ForgetRecent(PathBuf),
    /// Chooses the theme.
    SetTheme(ThemeChoice),
    /// Shows a workspace.
    ShowWorkspace(Workspace),
    /// Replaces the filter text; changes that follow each other fast are one step back.
    SetFilter(String),
    /// Replaces the filter text, in a step of its own.
    AskFilter(String),
    /// Takes the filter's top-level condition of this place out and keeps it at hand.
    SetAside(usize),
    /// Puts a condition that was set aside back into the filter.
    TakeUp(usize),
    /// Forgets a condition that was set aside.
    ForgetAside(usize),
    /// Remembers the present filter among those used lately.
    KeepFilter,
    /// Counts these facets, which are in sight.
    CountFacets(Vec<FacetKey>),
    /// Changes what a tile of the grid stands for, or the order of spans or objects.
    SetGrid(Box<GridChoice>),
    /// Sorts the grid; `None` is the lake's own order.
    SetSort(Option<SortBy>),
    /// Width of the tiles, px.
    SetTileWidth(f32),
    /// Shows a frame in the viewer.
    Show(usize),
    /// Shows the frame of the current footage nearest to a time, ns UTC.
    Seek(i64),
    /// Adds a frame to the selection or takes it out.
    SelectToggle(usize),
    /// Adds all frames from the last chosen one to this one, in the grid's order.
    SelectTo(usize),
    /// Adds all frames of the span that a row is in to the selection, or takes them out when all are in it.
    SelectToggleSpan(usize),
    /// Adds the frames of the objects between two places of the grid.
    SelectObjects(usize, usize),
    /// Shows the frame at a row, with the object in this box marked.
    ShowObject(usize, BoundingBox),
    /// Saves the selected frames under a name with a note.
    SaveSelection {
        /// Name.
        name: String,
        /// Note.
        note: String,
    },
    /// Selects the frames of a saved selection.
    LoadSelection(String),
    /// Forgets a saved selection.
    DeleteSelection(String),
    /// Starts recording checksums.
    RecordChecksums {
        /// Whether stores that were rewritten get new ones.
        accept_changes: bool,
    },
    /// Starts verifying the stores.
    Verify {
        /// Only recordings with such a name.
        recording: Option<String>,
    },
    /// Changes or opens what is kept.
    Keep(KeepCommand),
    /// Starts an export of so many frames.
    Export(ExportDraft, u64),
    /// Asks the desktop for the folder that an export goes into.
    ChooseExportFolder,
    /// A person moved panels: where they are from now on.
    SetLayout(Layout),
    /// Shows a panel in front, where it was or where it belongs.
    OpenPane(Pane),
    /// Takes a panel away.
    ClosePane(Pane),
    /// Takes a panel away when it is in sight, else shows it in front.
    TogglePane(Pane),
    /// Gives one panel the whole window; `None` puts it back beside the others.
    Maximise(Option<Pane>),
    /// Arranges the panels as a layout of this name says.
    UseLayout(String),
    /// Keeps the present arrangement of the panels under a name.
    SaveLayout(String),
    /// Forgets a layout that was saved.
    DeleteLayout(String),
    /// Memory for pictures.
    SetMemory(Memory),
    /// Which values of the footage that is looked at are black and white.
    SetRange(ValueRange),
    /// Shows a camera beside the others or leaves it out.
    ShowCamera {
        /// The camera.
        camera: String,
        /// Whether it is shown.
        on: bool,
    },
    /// Draws the boxes of a class or leaves them out.
    ShowClass {
        /// The class.
        class: String,
        /// Whether they are drawn.
        on: bool,
    },
    /// Which boxes stand out when the filter talks of labels.
    SetEmphasis(Emphasis),
    /// Holds on to a box, or to none.
    ChooseBox(Option<ChosenBox>),
    /// Writes the picture of a frame to a file.
    SaveImage {
        /// The frame.
        row: usize,
        /// Whether with the boxes that are drawn.
        labels: bool,
        /// The file; its ending tells the format.
        out: PathBuf,
    },
    /// Speed of playback; 1 is as recorded.
    SetSpeed(f32),
    /// Colours routes by a metric; by none where it is empty.
    SetTrackMetric(String),
    /// Changes settings of the lake.
    ChangeSettings {
        /// The changes.
        changes: Vec<SettingChange>,
        /// Whether they need an index run.
        index: bool,
    },
    /// Stops a running job.
    CancelJob(u64),
    /// Changes the timeline.
    Timeline(TimelineCommand),
    /// Puts text on the clipboard and says so.
    Copy {
        /// The text.
        text: String,
        /// What was copied, for the message.
        what: &'static str,
    },
    /// Shows a folder in the desktop's file manager.
    OpenFolderOutside(PathBuf),
    /// The query bar has taken the keyboard.
    QueryFocused,
    /// The viewer has taken its new scale.
    ViewScaled,
    /// A person drags through a footage.
    ScrubTo(usize),
    /// Playback has come to a frame.
    PlayTo(usize),
    /// Opens the list of problems.
    ShowProblems,
    /// Shows the facet of a metric.
    ShowFacet(String),
    /// Shows one run in the Runs workspace.
    ShowRun(i64),
    /// Runs a task of this name.
    RunTask(String),
    /// Changes what is listed of the quality of data.
    Quality(QualityCommand),
    /// Changes what is asked in SQL, and how it is shown.
    Sql(SqlCommand),
    /// Changes what the Detections workspace asks and shows.
    Detections(DetectionsCommand),
    /// Changes what the Statistics workspace asks and shows.
    Statistics(StatisticsCommand),
    /// Takes a message away.
    DismissNotice(u64),
    /// What a message offered was done; to be pushed behind what does it.
    TakeWay(u64),
    /// Writes a list of the selected frames and copies the command line that exports them.
    CopyListExport(Box<ExportDraft>),
    /// Reads the index again, as it could not be read before.
    ReadAgain,
    /// Goes on with what long work keeps from being done: now, which stops the work, or as soon as it has ended.
    Leave(Leave),
}

/// A command without a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "`Action::name` says what each does")]
pub enum Action {
    OpenFolder,
    OpenPath,
    OpenSample,
    CloseLake,
    Retry,
    IndexAgain,
    Settings,
    RecordChecksums,
    VerifyLake,
    Quit,
    Palette,
    Shortcuts,
    Explore,
    Statistics,
    Detections,
    Runs,
    AskAgain,
    ClearLimits,
    ExportAnswer,
    RunSql,
    FocusQuery,
    FilterOnOff,
    ExplainFilter,
    ClearFilter,
    CopyCommandLine,
    CopySql,
    Undo,
    Redo,
    HistoryBack,
    HistoryForward,
    NextMatch,
    PreviousMatch,
    NextSpan,
    PreviousSpan,
    NextFrame,
    PreviousFrame,
    FirstFrame,
    LastFrame,
    PlayPause,
    PlayFaster,
    PlaySlower,
    PlayAgain,
    JumpTo,
    MarkA,
    MarkB,
    ClearMarks,
    FilterSpan,
    ExportSpan,
    ToggleBoxes,
    NextEmphasis,
    AllCameras,
    ZoomTogether,
    Magnifier,
    SwapRedBlue,
    ActualSize,
    FitView,
    CopyFrameId,
    CopyImage,
    CopyImageLabels,
    SaveImage,
    SaveImageLabels,
    CopyFrameCommand,
    SelectAll,
    SelectNone,
    ToggleSelected,
    SaveSelection,
    SaveView,
    SaveAnalysis,
    Library,
    Tag,
    Compare,
    Export,
    Objects,
    GroupSpans,
    TileBoxes,
    TilesLarger,
    TilesSmaller,
    FacetsPanel,
    ViewerPanel,
    TrackPanel,
    MaximisePane,
    SaveLayout,
    ResetLayout,
    Fullscreen,
    ZoomIn,
    ZoomOut,
    ZoomReset,
    CycleTheme,
    MenuBar,
    About,
    CloseDialog,
}

const CTRL: Modifiers = Modifiers::COMMAND;
const PLAIN: Modifiers = Modifiers::NONE;
const ALT: Modifiers = Modifiers::ALT;
const SHIFT: Modifiers = Modifiers::SHIFT;
const CTRL_ALT: Modifiers = Modifiers { alt: true, ctrl: false, shift: false, mac_cmd: false, command: true };
const CTRL_SHIFT: Modifiers = Modifiers { alt: false, ctrl: false, shift: true, mac_cmd: false, command: true };

/// Group, action, name, first shortcut, further shortcuts.
type Entry = (Group, Action, &'static str, Option<KeyboardShortcut>, &'static [KeyboardShortcut]);

#[expect(clippy::unnecessary_wraps, reason = "the table reads better: `on(CTRL, Key::O)` or `None`")]
const fn on(modifiers: Modifiers, key: Key) -> Option<KeyboardShortcut> {
    Some(KeyboardShortcut::new(modifiers, key))
}

/// All actions in menu order.
const ENTRIES: &[Entry] = &[
    (Group::Lake, Action::OpenFolder, "Open folder…", on(CTRL, Key::O), &[]),
    (Group::Lake, Action::OpenPath, "Open a folder by its path…", on(CTRL_SHIFT, Key::O), &[]),
    (Group::Lake, Action::OpenSample, "Open the sample", None, &[]),
    (Group::Lake, Action::IndexAgain, "Index again", on(PLAIN, Key::F5), &[]),
    (Group::Lake, Action::Settings, "Settings…", on(CTRL, Key::Comma), &[]),
    (Group::Lake, Action::RecordChecksums, "Record checksums…", None, &[]),
    (Group::Lake, Action::VerifyLake, "Verify the lake…", None, &[]),
    (Group::Lake, Action::CloseLake, "Close lake", on(CTRL, Key::W), &[]),
    (Group::Lake, Action::Quit, "Quit", on(CTRL, Key::Q), &[]),
    (Group::Find, Action::FocusQuery, "Go to the query bar", on(CTRL, Key::F), &[]),
    (Group::Find, Action::FilterOnOff, "Turn the filter off or on", on(PLAIN, Key::Q), &[]),
    (Group::Find, Action::ExplainFilter, "Explain the filter", on(CTRL_SHIFT, Key::E), &[]),
    (Group::Find, Action::ClearFilter, "Clear the filter", on(CTRL_SHIFT, Key::X), &[]),
    (Group::Find, Action::Undo, "Undo", on(CTRL, Key::Z), &[]),
    (Group::Find, Action::Redo, "Redo", on(CTRL_SHIFT, Key::Z), &[KeyboardShortcut::new(CTRL, Key::Y)]),
    (Group::Find, Action::CopyCommandLine, "Copy as command line", on(CTRL_SHIFT, Key::C), &[]),
    (Group::Find, Action::CopySql, "Copy as SQL", None, &[]),
    (Group::Find, Action::RunSql, "Run the query", on(CTRL, Key::Enter), &[]),
    (Group::Find, Action::SaveView, "Save view…", on(CTRL_SHIFT, Key::S), &[]),
    (Group::Find, Action::SaveAnalysis, "Save analysis…", None, &[]),
    (Group::Frame, Action::NextMatch, "Next matching frame", on(PLAIN, Key::ArrowRight), &[]),
    (Group::Frame, Action::PreviousMatch, "Previous matching frame", on(PLAIN, Key::ArrowLeft), &[]),
    (Group::Frame, Action::NextSpan, "Next span", on(SHIFT, Key::ArrowRight), &[]),
    (Group::Frame, Action::PreviousSpan, "Previous span", on(SHIFT, Key::ArrowLeft), &[]),
    (Group::Frame, Action::NextFrame, "Next frame", on(ALT, Key::ArrowRight), &[]),
    (Group::Frame, Action::PreviousFrame, "Previous frame", on(ALT, Key::ArrowLeft), &[]),
    (Group::Frame, Action::FirstFrame, "First frame of the footage", on(PLAIN, Key::Home), &[]),
    (Group::Frame, Action::LastFrame, "Last frame of the footage", on(PLAIN, Key::End), &[]),
    (Group::Frame, Action::PlayPause, "Play or pause", on(PLAIN, Key::Space), &[]),
    (Group::Frame, Action::PlayFaster, "Play faster", on(PLAIN, Key::Period), &[]),
    (Group::Frame, Action::PlaySlower, "Play slower", on(PLAIN, Key::Comma), &[]),
    (Group::Frame, Action::PlayAgain, "Play in a loop", on(PLAIN, Key::L), &[]),
    (Group::Frame, Action::JumpTo, "Go to a frame or time…", on(CTRL, Key::G), &[]),
    (Group::Frame, Action::MarkA, "Set mark A", on(SHIFT, Key::A), &[]),
    (Group::Frame, Action::MarkB, "Set mark B", on(SHIFT, Key::B), &[]),
    (Group::Frame, Action::ClearMarks, "Clear the marks", on(SHIFT, Key::C), &[]),
    (Group::Frame, Action::FilterSpan, "Filter to A–B", on(SHIFT, Key::F), &[]),
    (Group::Frame, Action::ExportSpan, "Export A–B…", on(SHIFT, Key::E), &[]),
    (Group::Frame, Action::HistoryBack, "Back to the frame before", on(CTRL, Key::OpenBracket), &[]),
    (Group::Frame, Action::HistoryForward, "Forward", on(CTRL, Key::CloseBracket), &[]),
    (Group::Frame, Action::ToggleBoxes, "Show labels", on(PLAIN, Key::H), &[]),
    (Group::Frame, Action::NextEmphasis, "Emphasise matching labels", on(PLAIN, Key::M), &[]),
    (Group::Frame, Action::AllCameras, "All cameras side by side", on(PLAIN, Key::C), &[]),
    (Group::Frame, Action::ZoomTogether, "Zoom all cameras together", on(ALT, Key::C), &[]),
    (Group::Frame, Action::Magnifier, "Magnifier", on(PLAIN, Key::Z), &[]),
    (Group::Frame, Action::SwapRedBlue, "Swap red and blue", on(PLAIN, Key::R), &[]),
    (Group::Frame, Action::ActualSize, "Actual size", on(PLAIN, Key::Num1), &[]),
    (Group::Frame, Action::FitView, "Fit to view", on(PLAIN, Key::Num0), &[]),
    (Group::Frame, Action::CopyFrameId, "Copy the frame's name", on(CTRL_SHIFT, Key::N), &[]),
    (Group::Frame, Action::CopyImage, "Copy the image", on(CTRL, Key::C), &[]),
    (Group::Frame, Action::CopyImageLabels, "Copy the image with labels", on(CTRL_ALT, Key::C), &[]),
    (Group::Frame, Action::SaveImage, "Save the image…", on(CTRL_SHIFT, Key::I), &[]),
    (Group::Frame, Action::SaveImageLabels, "Save the image with labels…", None, &[]),
    (Group::Frame, Action::CopyFrameCommand, "Copy the frame's command line", None, &[]),
    (Group::Select, Action::SelectAll, "Select all matching frames", on(CTRL, Key::A), &[]),
    (Group::Select, Action::SelectNone, "Select none", on(CTRL_SHIFT, Key::A), &[]),
    (Group::Select, Action::ToggleSelected, "Select or deselect the frame", on(PLAIN, Key::X), &[]),
    (Group::Select, Action::SaveSelection, "Save selection…", on(CTRL, Key::S), &[]),
    (Group::Select, Action::Tag, "Tag the selected frames…", on(PLAIN, Key::T), &[]),
    (Group::Select, Action::Library, "Library of views, selections and tags…", on(CTRL, Key::L), &[]),
    (Group::Select, Action::Compare, "Compare…", None, &[]),
    (Group::Select, Action::Export, "Export…", on(PLAIN, Key::E), &[KeyboardShortcut::new(CTRL, Key::E)]),
    (Group::Detections, Action::AskAgain, "Ask again", on(CTRL, Key::R), &[]),
    (Group::Detections, Action::ClearLimits, "Take all limits away", None, &[]),
    (Group::Detections, Action::ExportAnswer, "Export the top items…", None, &[]),
    (Group::View, Action::Explore, "Explore", on(CTRL, Key::Num1), &[]),
    (Group::View, Action::Statistics, "Statistics", on(CTRL, Key::Num2), &[]),
    (Group::View, Action::Detections, "Detections", on(CTRL, Key::Num3), &[]),
    (Group::View, Action::Runs, "Runs", on(CTRL, Key::Num4), &[]),
    (Group::View, Action::GroupSpans, "Group frames into spans", on(PLAIN, Key::G), &[]),
    (Group::View, Action::Objects, "Objects as tiles", on(PLAIN, Key::O), &[]),
    (Group::View, Action::TileBoxes, "Labels on thumbnails", on(PLAIN, Key::B), &[]),
    (Group::View, Action::TilesLarger, "Larger thumbnails", on(PLAIN, Key::CloseBracket), &[]),
    (Group::View, Action::TilesSmaller, "Smaller thumbnails", on(PLAIN, Key::OpenBracket), &[]),
    (Group::View, Action::FacetsPanel, "Show or hide the facets", on(CTRL_SHIFT, Key::F), &[]),
    (Group::View, Action::ViewerPanel, "Show or hide the viewer", on(CTRL_SHIFT, Key::D), &[]),
    (Group::View, Action::TrackPanel, "Show or hide the track", on(CTRL_SHIFT, Key::M), &[]),
    (Group::View, Action::MaximisePane, "Maximise or restore the panel", on(CTRL, Key::M), &[]),
    (Group::View, Action::SaveLayout, "Save the layout…", None, &[]),
    (Group::View, Action::ResetLayout, "Reset the layout", None, &[]),
    (Group::View, Action::CycleTheme, "Switch theme", on(CTRL_SHIFT, Key::L), &[]),
    (Group::View, Action::Fullscreen, "Full screen", on(PLAIN, Key::F11), &[KeyboardShortcut::new(PLAIN, Key::F)]),
    (
        Group::View,
        Action::ZoomIn,
        "Zoom the window in",
        on(CTRL, Key::Plus),
        &[KeyboardShortcut::new(CTRL, Key::Equals)],
    ),
    (Group::View, Action::ZoomOut, "Zoom the window out", on(CTRL, Key::Minus), &[]),
    (Group::View, Action::ZoomReset, "Window at 100 %", on(CTRL, Key::Num0), &[]),
    (Group::View, Action::MenuBar, "Menu bar", None, &[]),
    (Group::Help, Action::Palette, "Command palette", on(CTRL, Key::K), &[]),
    (Group::Help, Action::Shortcuts, "Keyboard shortcuts", on(PLAIN, Key::Questionmark), &[]),
    (Group::Help, Action::About, "About Lakescope", None, &[]),
];

impl Action {
    /// All listed actions of a group, in menu order.
    pub fn of(group: Group) -> impl Iterator<Item = Self> {
        ENTRIES.iter().filter(move |entry| entry.0 == group).map(|entry| entry.1)
    }

    /// All listed actions, in menu order.
    pub fn all() -> impl Iterator<Item = Self> {
        ENTRIES.iter().map(|entry| entry.1)
    }

    fn entry(self) -> Option<&'static Entry> {
        ENTRIES.iter().find(|entry| entry.1 == self)
    }

    /// Name in menus and in the palette.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Retry => "Try again",
            Self::CloseDialog => "Close",
            _ => self.entry().map_or("", |entry| entry.2),
        }
    }

    /// The group it stands in.
    #[must_use]
    pub fn group(self) -> Option<Group> {
        self.entry().map(|entry| entry.0)
    }

    /// Whether it works on the frames that Explore shows: on one that is looked at, on those that match or are selected, or on
    /// how they are shown.
    #[must_use]
    pub fn concerns_frames(self) -> bool {
        match self.group() {
            Some(Group::Frame) => true,
            Some(Group::Select) => !matches!(self, Self::Export | Self::Library | Self::Compare),
            _ => matches!(
                self,
                Self::FilterOnOff
                    | Self::GroupSpans
                    | Self::Objects
                    | Self::TileBoxes
                    | Self::TilesLarger
                    | Self::TilesSmaller
            ),
        }
    }

    /// Every shortcut, the one to show first.
    pub fn shortcuts(self) -> impl Iterator<Item = KeyboardShortcut> {
        self.entry().into_iter().flat_map(|entry| entry.3.into_iter().chain(entry.4.iter().copied()))
    }

    /// The shortcut as people write it, for menus and tooltips: `Ctrl+Shift+Z`.
    #[must_use]
    pub fn keys(self) -> Option<String> {
        self.shortcuts().next().map(written)
    }

    /// Name with the shortcut, for tooltips.
    #[must_use]
    pub fn tip(self) -> String {
        match self.keys() {
            Some(keys) => format!("{}  {keys}", self.name()),
            None => self.name().to_owned(),
        }
    }

    /// Whether it makes sense only with an open lake.
    #[must_use]
    pub fn needs_lake(self) -> bool {
        match self.group() {
            Some(Group::Find | Group::Frame | Group::Select | Group::Detections) => true,
            Some(Group::Lake) => {
                matches!(
                    self,
                    Self::CloseLake | Self::IndexAgain | Self::Settings | Self::RecordChecksums | Self::VerifyLake
                )
            }
            Some(Group::View) => {
                matches!(
                    self,
                    Self::Explore
                        | Self::Statistics
                        | Self::Detections
                        | Self::Runs
                        | Self::GroupSpans
                        | Self::Objects
                        | Self::TileBoxes
                        | Self::TilesLarger
                        | Self::TilesSmaller
                        | Self::FacetsPanel
                        | Self::ViewerPanel
                        | Self::TrackPanel
                        | Self::MaximisePane
                        | Self::SaveLayout
                        | Self::ResetLayout
                )
            }
            Some(Group::Help) | None => false,
        }
    }
}

impl From<TimelineCommand> for Command {
    fn from(command: TimelineCommand) -> Self {
        Self::Timeline(command)
    }
}

impl From<KeepCommand> for Command {
    fn from(command: KeepCommand) -> Self {
        Self::Keep(command)
    }
}

impl From<Action> for Command {
    fn from(action: Action) -> Self {
        Self::Do(action)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn no_two_actions_share_a_shortcut_or_a_name() {
        let mut keys = HashSet::new();
        let mut names = HashSet::new();
        for action in Action::all() {
            assert!(names.insert(action.name()), "{}", action.name());
            for shortcut in action.shortcuts() {
                assert!(keys.insert(written(shortcut)), "{}", written(shortcut));
            }
        }
        assert_eq!(Action::Redo.keys().as_deref(), Some("Ctrl+Shift+Z"));
        assert_eq!(Action::PreviousMatch.tip(), "Previous matching frame  Left");
    }
}
