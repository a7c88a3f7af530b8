//! The Detections workspace: what was seen most, where and when. One question on top; every panel shows a side of its answer.

mod answer;
mod bar;
mod charts;
mod choice;
mod command;
mod door;
mod events;
mod export;
mod limits;
mod map;
mod over_time;
mod places;
mod ranked;
mod repeats;
mod skew;
mod source;
mod state;
mod steps;
mod table;
mod why;
mod words;

pub use choice::Choice;
pub use command::{Asked, ChartOf, DetectionsCommand, DetectionsLook, Sighted, Source};
pub use door::request;
pub use export::export_draft;
pub use ranked::RankedPicture;
pub use words::{command_line, sql};

use egui::{Margin, Ui};

use super::{
    command::Command,
    dock::{Contents, Dock, Pane},
    lake::Lake,
    state::State,
    theme::colors,
    widgets::divider,
    work::Workers,
};
use state::Answers;

/// State and caches of the workspace.
#[derive(Default)]
pub struct Detections {
    /// What was answered.
    answers: Answers,
    bar: bar::Bar,
    places: places::PlacesPane,
    ranked: ranked::RankedPane,
    table: table::TablePane,
    events: events::EventsPane,
    charts: charts::Charts,
    /// Where the panels are.
    pub dock: Dock,
}

impl Detections {
    /// Draws the workspace.
    pub fn ui(&mut self, ui: &mut Ui, state: &State, lake: &Lake, workers: &Workers, out: &mut Vec<Command>) {
        ui.painter().rect_filled(ui.available_rect_before_wrap(), 0, colors(ui).canvas);
        ui.spacing_mut().item_spacing.y = 0.0;
        let Self { answers, bar, places, ranked, table, events, charts, dock } = self;
        answers.ask_sources(lake, workers, ui.ctx());
        egui::Frame::new().fill(colors(ui).panel).inner_margin(Margin::symmetric(12, 8)).show(ui, |ui| {
            bar.ui(ui, lake, answers, workers, out);
        });
        divider(ui);
        if answers.nothing_to_ask() {
            source::nothing_ui(ui, lake, answers, out);
            return;
        }
        dock.prepare(&state.persisted.detections_layout, ui.available_size() - egui::vec2(0.0, steps::HEIGHT + 1.0));
        let seen = |pane: Pane| dock.is_seen(pane);
        answers.ask(lake, workers, ui.ctx(), &seen);
        charts.renew(lake, answers, (workers, ui.ctx()), &seen);
        egui::Frame::new().fill(colors(ui).panel).inner_margin(Margin::symmetric(12, 0)).show(ui, |ui| {
            steps::steps_ui(ui, lake, answers, bar.files_menu(), out);
        });
        divider(ui);
        dock.ui(ui, &mut Panes { answers, places, ranked, table, events, charts, lake, workers }, out);
    }

    /// The work under way, once it takes long.
    #[must_use]
    pub fn long_work(&self) -> Option<&crate::jobs::Progress> {
        self.answers.long_work()
    }

    /// Whether something is worked out.
    #[must_use]
    pub fn is_asking(&self) -> bool {
        self.answers.is_asking()
    }

    /// Stops what is under way.
    pub fn stop(&mut self) {
        self.answers.stop();
    }

    /// Asks everything again.
    pub fn again(&mut self) {
        self.answers.again();
    }

    /// The frames of a footage look different from now on.
    pub fn forget_pictures(&mut self, footage: i64) {
        self.events.forget_pictures(footage);
    }

    /// The footages that pictures are kept of in memory, and a number that grows with every picture that comes.
    pub fn kept(&self) -> (impl Iterator<Item = i64> + '_, u64) {
        self.events.kept()
    }

    /// Scrolls the ranked bars to a location.
    pub fn reveal_location(&mut self, oid: i64) {
        self.ranked.reveal(oid);
    }

    /// The ranked bars as they are shown now, for a file.
    #[must_use]
    pub fn ranked_picture(&self, lake: &Lake) -> Option<RankedPicture> {
        RankedPicture::of(lake, &self.answers)
    }

    /// A chart as it is shown now.
    #[must_use]
    pub fn chart(&self, of: ChartOf) -> Option<std::sync::Arc<super::charts::Chart>> {
        self.charts.get(of)
    }
}

/// What the panels are drawn from.
struct Panes<'a> {
    answers: &'a mut Answers,
    places: &'a mut places::PlacesPane,
    ranked: &'a mut ranked::RankedPane,
    table: &'a mut table::TablePane,
    events: &'a mut events::EventsPane,
    charts: &'a mut charts::Charts,
    lake: &'a Lake,
    workers: &'a Workers,
}

impl Contents for Panes<'_> {
    fn title(&self, pane: Pane) -> String {
        pane.name().to_owned()
    }

    fn pane_ui(&mut self, ui: &mut Ui, pane: Pane, out: &mut Vec<Command>) {
        let Self { lake, workers, .. } = *self;
        match pane {
            Pane::Places => self.places.ui(ui, lake, self.answers, workers, out),
            Pane::Ranked => self.ranked.ui(ui, lake, self.answers, out),
            Pane::OverTime => over_time::over_time_ui(ui, lake, self.answers, self.charts, out),
            Pane::Answer => self.table.ui(ui, lake, self.answers, workers, out),
            Pane::Skew => skew::skew_ui(ui, lake, self.answers, self.charts, out),
            Pane::Map => map::map_ui(ui, lake, self.answers, self.charts, out),
            Pane::Repeats => repeats::repeats_ui(ui, lake, self.answers, self.charts, out),
            Pane::Sightings => self.events.ui(ui, lake, self.answers, workers, out),
            _ => {}
        }
    }

    /// No panel has any: each keeps its tools inside.
    fn tools_ui(&mut self, _: &mut Ui, _: Pane, _: &mut Vec<Command>) {}
}
