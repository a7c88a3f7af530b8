//! Where it is answered and from which files: two menus of the bar, and what is said when there are no events.

use std::path::Path;

use egui::{Popup, PopupCloseBehavior, Response, RichText, Ui, style::StyleModifier};

use super::{
    Choice, DetectionsCommand, bar::ask, command::Source, limits::hint_ui, state::Answers, words::failed_or_waiting,
};
use crate::gui::{
    command::{Action, Command},
    lake::Lake,
    theme::{self, STEP, colors},
    widgets::{Icon, empty_ui, field, plain_button},
    work::Workers,
};
use crate::session::EngineChoice;

/// What is typed in the menus.
#[derive(Default)]
pub(super) struct SourceMenu {
    address: String,
    tried: Option<EngineChoice>,
    events: String,
    places: String,
}

/// Where it is answered, in few words; `named` is the engine of the lake.
pub(super) fn engine_text(choice: &Choice, named: Option<&str>) -> String {
    let text = match (&choice.engine, named) {
        (EngineChoice::Remote(address), _) => address.to_string(),
        (EngineChoice::Lake, Some(named)) => named.to_owned(),
        (EngineChoice::Local, _) | (EngineChoice::Lake, None) => return "This machine".to_owned(),
    };
    text.strip_prefix("sc://").unwrap_or(&text).to_owned()
}

/// Which events, in few words.
pub(super) fn source_text(choice: &Choice) -> String {
    let name =
        |path: &Path| path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into());
    match (&choice.events, &choice.places) {
        (None, None) => "Lake events".to_owned(),
        (Some(events), _) => name(events),
        (None, Some(places)) => format!("with {}", name(places)),
    }
}

impl SourceMenu {
    pub(super) fn engine_ui(
        &mut self,
        button: &Response,
        choice: &Choice,
        answers: &mut Answers,
        lake: &Lake,
        workers: &Workers,
        out: &mut Vec<Command>,
    ) {
        let menu =
            Popup::menu(button).style(StyleModifier::default()).close_behavior(PopupCloseBehavior::CloseOnClickOutside);
        menu.show(|ui| {
            ui.set_width(340.0);
            let colors = colors(ui);
            let named = answers.sources.value().and_then(|sources| sources.engine.as_deref());
            let lake_says = format!("As the lake says ({})", named.unwrap_or("this machine"));
            for (engine, name) in [(EngineChoice::Lake, &*lake_says), (EngineChoice::Local, "This machine")] {
                if ui.radio(choice.engine == engine, name).clicked() {
                    out.push(ask(Choice { engine, ..choice.clone() }));
                    ui.close();
                }
            }
            if let EngineChoice::Remote(address) = &choice.engine
                && ui.radio(true, address.to_string()).clicked()
            {
                ui.close();
            }
            ui.separator();
            let small = |text: &str| RichText::new(text.to_owned()).font(theme::medium(11.5)).color(colors.muted);
            ui.label(small("A cluster that speaks Spark Connect"));
            field(ui, &mut self.address, "Address of the cluster", "sc://host:15002", 324.0);
            let address = self.address.trim().to_owned();
            let engine = EngineChoice::parse(&address).ok().filter(|engine| *engine != EngineChoice::Local);
            let readable = engine.is_some();
            ui.horizontal(|ui| {
                if plain_button(ui, readable, "Ask there").clicked()
                    && let Some(engine) = engine.clone()
                {
                    out.push(ask(Choice { engine, ..choice.clone() }));
                    ui.close();
                }
                if plain_button(ui, readable, "Test the connection").clicked()
                    && let Some(engine) = engine
                {
                    answers.test(&engine, lake, workers, ui.ctx());
                    self.tried = Some(engine);
                }
            });
            if !address.is_empty() && !readable {
                ui.label(RichText::new("Write an address like sc://host:15002.").size(12.0).color(colors.error));
            }
            if let Some(tried) = &self.tried {
                let (text, ink) = match answers.tested(tried) {
                    None => (format!("Trying {tried}…"), colors.muted),
                    Some(Ok(told)) => (told, colors.success),
                    Some(Err(error)) => (error, colors.error),
                };
                hint_ui(ui, RichText::new(text).size(12.0).color(ink));
            }
            ui.add_space(STEP / 2.0);
            let hint = "A cluster answers the top items and all counts; duplicates, late and single events are told by this machine. A token is kept until the window closes.";
            hint_ui(ui, RichText::new(hint).size(11.5).color(colors.muted));
        });
    }

    pub(super) fn files_ui(&mut self, button: &Response, choice: &Choice, answers: &Answers, out: &mut Vec<Command>) {
        let menu =
            Popup::menu(button).style(StyleModifier::default()).close_behavior(PopupCloseBehavior::CloseOnClickOutside);
        menu.show(|ui| {
            ui.set_width(360.0);
            let colors = colors(ui);
            let own = choice.events.is_none() && choice.places.is_none();
            if ui.radio(own, "The lake’s own events and locations").clicked() {
                out.push(ask(Choice { events: None, places: None, ..choice.clone() }));
                ui.close();
            }
            if let Some(source) = answers.sources.value().and_then(|sources| sources.source.as_ref()) {
                let line = |ui: &mut Ui, name: &str, path: Option<&Path>| {
                    let told = path
                        .map_or_else(|| "none: locations have no names".to_owned(), |path| path.display().to_string());
                    ui.label(RichText::new(name).font(theme::medium(11.5)).color(colors.muted));
                    hint_ui(ui, RichText::new(told).font(theme::mono(11.5)).color(colors.text));
                };
                ui.separator();
                line(ui, "Events", Some(&source.detections));
                line(ui, "Locations", source.locations.as_deref());
            }
            ui.separator();
            let small = |text: &str| RichText::new(text.to_owned()).font(theme::medium(11.5)).color(colors.muted);
            ui.label(small("Others, by their paths"));
            field(ui, &mut self.events, "Path of events", "File, folder, or folder/pattern_*", 344.0);
            field(ui, &mut self.places, "Path of the table of locations", "Table of locations", 344.0);
            let path = |text: &str| (!text.trim().is_empty()).then(|| std::path::PathBuf::from(text.trim()));
            let typed = (path(&self.events), path(&self.places));
            if plain_button(ui, typed != (None, None), "Use these").clicked() {
                out.push(ask(Choice { events: typed.0, places: typed.1, ..choice.clone() }));
                ui.close();
            }
            ui.separator();
            for (source, name) in [
                (Source::EventFolder, "Events of another folder…"),
                (Source::EventFile, "Events of a file…"),
                (Source::Places, "Another table of locations…"),
            ] {
                if plain_button(ui, true, name).clicked() {
                    out.push(Command::Detections(DetectionsCommand::ChooseSource(source)));
                    ui.close();
                }
            }
        });
    }
}

/// What is shown while there are no events to ask about.
pub(super) fn nothing_ui(ui: &mut Ui, lake: &Lake, answers: &Answers, out: &mut Vec<Command>) {
    let Some(sources) = failed_or_waiting(ui, &answers.sources, None, "Looking for detection events…", out) else {
        return;
    };
    if sources.any() {
        return;
    }
    let root = lake.root.display();
    let body = format!(
        "Looked for in {root}: curated/detections, and files named detections_* in landing (Parquet, CSV or NDJSON, with \
         detection_oid, geographical_location_oid, video_camera_oid, item_name and timestamp_detected). Put files there, name \
         others as detections.events in lake.toml, or choose them here. To try it, lakescope sample makes a lake with events."
    );
    empty_ui(ui, Icon::Chart, "No detections in this lake", &body, |ui| {
        ui.horizontal(|ui| {
            let wide = 330.0;
            ui.add_space(((ui.available_width() - wide) / 2.0).max(0.0));
            for (source, name) in [(Source::EventFolder, "Choose a folder…"), (Source::EventFile, "Choose a file…")]
            {
                if plain_button(ui, true, name).clicked() {
                    out.push(Command::Detections(DetectionsCommand::ChooseSource(source)));
                }
            }
            if plain_button(ui, true, "Look again").on_hover_text(Action::AskAgain.tip()).clicked() {
                out.push(Action::AskAgain.into());
            }
        });
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_it_is_answered_is_told_without_its_token() {
        let choice = |text: &str| Choice { engine: text.to_owned().try_into().unwrap(), ..Choice::default() };
        for (engine, named, told) in [
            ("lake", None, "This machine"),
            ("lake", Some("sc://spark:15002"), "spark:15002"),
            ("local", Some("sc://spark:15002"), "This machine"),
            ("sc://other:443/;token=secret", Some("sc://spark:15002"), "other:443"),
        ] {
            assert_eq!(engine_text(&choice(engine), named), told);
        }
    }
}
