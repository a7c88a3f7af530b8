//! The bar on top: the whole question in one line, from how it is counted to where it is answered.

use egui::{DragValue, Popup, PopupCloseBehavior, RichText, Ui, style::StyleModifier, vec2};

use super::{
    Choice, DetectionsCommand,
    choice::{MOST, Ties, WINDOWS, length_of, length_text},
    limits::{Limits, hint_ui},
    source::{SourceMenu, engine_text, source_text},
    state::Answers,
};
use crate::gui::{
    command::{Action, Command},
    lake::Lake,
    theme::{self, CONTROL, STEP, colors},
    widgets::{Icon, choice_button, field, icon_button, segmented},
    work::Workers,
};
use crate::session::EngineChoice;

/// What is typed in the bar's menus.
#[derive(Default)]
pub struct Bar {
    limits: Limits,
    source: SourceMenu,
    window: String,
    slide: String,
    files: Option<egui::Id>,
}

/// Asks this from now on.
pub(super) fn ask(choice: Choice) -> Command {
    Command::Detections(DetectionsCommand::Ask(Box::new(choice)))
}

impl Bar {
    /// The menu that tells which events, for who opens it from elsewhere.
    pub(super) fn files_menu(&self) -> Option<egui::Id> {
        self.files
    }

    pub(super) fn ui(
        &mut self,
        ui: &mut Ui,
        lake: &Lake,
        answers: &mut Answers,
        workers: &Workers,
        out: &mut Vec<Command>,
    ) {
        let choice = &lake.detections.choice;
        // The whole width, however few controls stand in the last line.
        let width = ui.available_width();
        ui.horizontal_wrapped(|ui| {
            ui.set_width(width);
            ui.spacing_mut().item_spacing = vec2(STEP, STEP);
            ui.set_row_height(CONTROL);
            self.counting_ui(ui, choice, out);
            self.limits.ui(ui, lake, answers, workers, out);
            self.place_ui(ui, lake, answers, workers, out);
        });
    }

    /// How events are counted.
    fn counting_ui(&mut self, ui: &mut Ui, choice: &Choice, out: &mut Vec<Command>) {
        let mut n = choice.n;
        let drag = DragValue::new(&mut n).range(1..=MOST).speed(0.2).prefix("Top ").max_decimals(0);
        let response = ui.add_sized(vec2(74.0, CONTROL), drag).accessible_name("Ranks up to");
        if response.on_hover_text("Ranks that are shown. Drag, or click and type.").changed() {
            let changed = Choice { n, ..choice.clone() };
            // A drag is one step back, and so is each key.
            out.push(match ui.input(|input| input.pointer.press_start_time()) {
                Some(since) => Command::Detections(DetectionsCommand::Drag(Box::new(changed), since)),
                None => ask(changed),
            });
        }
        if let Some(overall) = segmented(ui, choice.overall, &[(false, "By location"), (true, "Overall")]) {
            out.push(ask(Choice { overall, ..choice.clone() }));
        }
        let ties = choice_button(ui, "Ranks", choice.ranking.name(), false, "How equal counts are ranked");
        Popup::menu(&ties).style(StyleModifier::default()).show(|ui| {
            for (ranking, name, hint) in Ties::ALL {
                if ui.radio(choice.ranking == ranking, format!("{name}   {hint}")).clicked() {
                    out.push(ask(Choice { ranking, ..choice.clone() }));
                    ui.close();
                }
            }
        });
        self.window_ui(ui, choice, out);
        let mut dedup = choice.dedup;
        let distinct = ui.checkbox(&mut dedup, "Distinct").accessible_name("Count each detection once");
        if distinct
            .on_hover_text("Each detection_oid counts once, however often it came; the earliest event holds.")
            .clicked()
        {
            out.push(ask(Choice { dedup, ..choice.clone() }));
        }
    }

    fn window_ui(&mut self, ui: &mut Ui, choice: &Choice, out: &mut Vec<Command>) {
        let text = match (choice.window_ns, choice.slide_ns) {
            (None, _) => "none".to_owned(),
            (Some(size), Some(slide)) if slide != size => format!("{} every {}", length_text(size), length_text(slide)),
            (Some(size), _) => WINDOWS
                .iter()
                .find(|known| known.0 == size)
                .map_or_else(|| length_text(size), |known| known.1.to_owned()),
        };
        let button = choice_button(ui, "Window", &text, false, "Windows of time");
        let menu = Popup::menu(&button)
            .style(StyleModifier::default())
            .close_behavior(PopupCloseBehavior::CloseOnClickOutside);
        menu.show(|ui| {
            ui.set_width(236.0);
            let muted = colors(ui).muted;
            if ui.radio(choice.window_ns.is_none(), "No windows").clicked() {
                out.push(ask(Choice { window_ns: None, slide_ns: None, ..choice.clone() }));
                ui.close();
            }
            for (size, name) in WINDOWS {
                if ui.radio(choice.window_ns == Some(size), name).clicked() {
                    out.push(ask(Choice { window_ns: Some(size), slide_ns: None, ..choice.clone() }));
                    ui.close();
                }
            }
            ui.separator();
            ui.label(RichText::new("Length, and from one to the next").font(theme::medium(11.5)).color(muted));
            ui.horizontal(|ui| {
                field(ui, &mut self.window, "Length of windows", "20m", 64.0);
                field(ui, &mut self.slide, "From one window to the next", "5m", 64.0);
                let size = length_of(&self.window);
                let slide = if self.slide.trim().is_empty() { size } else { length_of(&self.slide) };
                let fits = size.zip(slide).filter(|(size, slide)| slide <= size);
                if crate::gui::widgets::plain_button(ui, fits.is_some(), "Set").clicked()
                    && let Some((size, slide)) = fits
                {
                    let slide_ns = Some(slide).filter(|slide| *slide != size);
                    out.push(ask(Choice { window_ns: Some(size), slide_ns, ..choice.clone() }));
                    ui.close();
                }
            });
            let hint = "Windows that slide overlap, and an event counts in each that holds it.";
            hint_ui(ui, RichText::new(hint).size(11.5).color(muted));
        });
    }

    /// Where it is answered.
    fn place_ui(&mut self, ui: &mut Ui, lake: &Lake, answers: &mut Answers, workers: &Workers, out: &mut Vec<Command>) {
        let choice = &lake.detections.choice;
        let engine = {
            let named = answers.sources.value().and_then(|sources| sources.engine.as_deref());
            let text = engine_text(choice, named);
            choice_button(ui, "", &text, choice.engine != EngineChoice::Lake, "Where it is answered")
        };
        self.source.engine_ui(&engine, choice, answers, lake, workers, out);
        let files = choice_button(
            ui,
            "",
            &source_text(choice),
            choice.events.is_some() || choice.places.is_some(),
            "Which events",
        );
        self.files = Some(Popup::default_response_id(&files));
        self.source.files_ui(&files, choice, answers, out);
    }
}

/// What can be done with the answer: write it, copy its question, ask again. From right to left.
pub(super) fn tools_ui(ui: &mut Ui, out: &mut Vec<Command>) {
    if icon_button(ui, Icon::Repeat, &Action::AskAgain.tip()).clicked() {
        out.push(Action::AskAgain.into());
    }
    let copy = icon_button(ui, Icon::Copy, "Copy the question");
    Popup::menu(&copy).show(|ui| {
        for action in [Action::CopyCommandLine, Action::CopySql] {
            crate::gui::shell::menu_entry_ui(ui, action, true, None, out);
        }
    });
    if icon_button(ui, Icon::Export, &Action::ExportAnswer.tip()).clicked() {
        out.push(Action::ExportAnswer.into());
    }
}
