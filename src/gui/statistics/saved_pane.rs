//! The saved analyses: opened with a press, renamed, deleted. They are files of the lake, the same that the command line runs.

use egui::{Frame, Key, Margin, Rect, RichText, ScrollArea, Sense, Ui, WidgetInfo, accesskit::Role, vec2};

use super::{StatisticsCommand, state::Answers};
use crate::{
    gui::{
        command::{Action, Command},
        lake::Lake,
        theme::{self, ROUND, STEP, colors},
        widgets::{Icon, bar, elided, empty_ui, field, icon_button, plain_button, waiting_ui},
    },
    session::{Analysis, SavedAnalysis},
};

/// Height of an entry, points.
const ENTRY: f32 = 46.0;

/// The panel.
#[derive(Default)]
pub struct SavedPane {
    /// The analysis whose name is typed, and the name.
    renaming: Option<(String, String, bool)>,
}

/// What an analysis asks, in a line.
fn told(analysis: &Analysis) -> String {
    let mut text = analysis.metrics.join(", ");
    if text.is_empty() {
        text = analysis.keep.clone().unwrap_or_default();
    }
    if !analysis.by.is_empty() {
        text = format!("{text} by {}", analysis.by.join(", "));
    }
    match (&analysis.view, &analysis.selection) {
        (Some(name), _) => format!("{text} · view “{name}”"),
        (None, Some(name)) => format!("{text} · selection “{name}”"),
        (None, None) if !analysis.filter.is_empty() => format!("{text} · {}", analysis.filter),
        (None, None) => text,
    }
}

impl SavedPane {
    pub(super) fn ui(&mut self, ui: &mut Ui, lake: &Lake, answers: &Answers, out: &mut Vec<Command>) {
        let colors = colors(ui);
        let Some(saved) = answers.saved.value() else {
            match answers.saved.error() {
                Some(error) => empty_ui(ui, Icon::Warning, "The analyses cannot be read", error, |_| {}),
                None => waiting_ui(ui, "Reading the analyses…"),
            }
            return;
        };
        Frame::new().inner_margin(Margin::symmetric(12, 0)).show(ui, |ui| {
            bar(ui, 40.0, |ui| {
                if plain_button(ui, !lake.statistics.choice.is_empty(), Action::SaveAnalysis.name()).clicked() {
                    out.push(Action::SaveAnalysis.into());
                }
                if icon_button(ui, Icon::Repeat, "Read the analyses again").clicked() {
                    out.push(Command::Statistics(StatisticsCommand::ReadSaved));
                }
                if ui.available_width() > 80.0 {
                    let told = crate::gui::widgets::text::count(saved.len() as u64);
                    ui.label(RichText::new(format!("{told} saved")).font(theme::numbers(12.0)).color(colors.muted));
                }
            });
        });
        if saved.is_empty() {
            let body = "Save what is asked under a name; `lakescope stats --saved NAME` then tells the same.";
            empty_ui(ui, Icon::Bookmark, "No analysis is saved", body, |_| {});
            return;
        }
        ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            Frame::new().inner_margin(Margin::symmetric(8, 0)).show(ui, |ui| {
                ui.spacing_mut().item_spacing.y = 2.0;
                for one in saved {
                    self.entry_ui(ui, lake, one, out);
                }
            });
        });
    }

    fn entry_ui(&mut self, ui: &mut Ui, lake: &Lake, one: &SavedAnalysis, out: &mut Vec<Command>) {
        let colors = colors(ui);
        if self.renaming.as_ref().is_some_and(|(name, ..)| *name == one.name) {
            self.renaming_ui(ui, out);
            return;
        }
        let opened = lake.statistics.opened.as_deref() == Some(&one.name);
        let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ENTRY), Sense::click());
        response.widget_info(|| {
            WidgetInfo::selected(Role::ListBoxOption, true, opened, format!("Open analysis {}", one.name))
        });
        let fill = if opened {
            colors.accent_wash
        } else if response.hovered() {
            colors.hover
        } else {
            egui::Color32::TRANSPARENT
        };
        ui.painter().rect_filled(rect, ROUND, fill);
        let left = rect.left() + 10.0;
        let wide = rect.width() - 20.0;
        elided(ui.painter(), egui::pos2(left, rect.top() + 15.0), &one.name, theme::medium(13.0), colors.text, wide);
        let (line, ink) = match (&one.analysis, &one.error) {
            (Some(analysis), _) => (told(analysis), colors.muted),
            (None, error) => (error.clone().unwrap_or_default(), colors.warning),
        };
        elided(ui.painter(), egui::pos2(left, rect.top() + 32.0), &line, theme::medium(11.5), ink, wide);
        let note = one.analysis.as_ref().map(|analysis| analysis.note.clone()).unwrap_or_default();
        let hover = [line.as_str(), note.as_str(), "Right-click to rename or delete."].join("\n");
        let response = response.on_hover_text(hover.replace("\n\n", "\n"));
        if response.clicked()
            && let Some(analysis) = &one.analysis
        {
            let analysis = Box::new(analysis.clone());
            out.push(Command::Statistics(StatisticsCommand::Open(one.name.clone(), analysis)));
        }
        response.context_menu(|ui| {
            if ui.button("Rename…").clicked() {
                self.renaming = Some((one.name.clone(), one.name.clone(), true));
                ui.close();
            }
            if ui.button("Delete").clicked() {
                out.push(Command::Statistics(StatisticsCommand::Delete(one.name.clone())));
                ui.close();
            }
            if ui.button("Copy as command line").clicked() {
                let text = format!(
                    "lakescope stats {} --saved {}",
                    crate::gui::command_line::quoted(&lake.root.display().to_string()),
                    crate::gui::command_line::quoted(&one.name)
                );
                out.push(Command::Copy { text, what: "the command line" });
                ui.close();
            }
        });
    }

    fn renaming_ui(&mut self, ui: &mut Ui, out: &mut Vec<Command>) {
        let Some((name, text, focus)) = &mut self.renaming else { return };
        let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), ENTRY), Sense::hover());
        let inner = Rect::from_min_max(rect.min + vec2(2.0, 8.0), rect.max - vec2(2.0, 8.0));
        let mut done = false;
        ui.scope_builder(egui::UiBuilder::new().max_rect(inner), |ui| {
            ui.horizontal(|ui| {
                let edit = field(ui, text, "New name of the analysis", "Name", (inner.width() - 84.0).max(60.0));
                if std::mem::take(focus) {
                    edit.request_focus();
                }
                let enter = edit.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
                let fits = !text.trim().is_empty();
                if (plain_button(ui, fits, "Rename").clicked() || enter) && fits {
                    let new = text.trim().to_owned();
                    if new != *name {
                        out.push(Command::Statistics(StatisticsCommand::Rename { name: name.clone(), new }));
                    }
                    done = true;
                }
                done |= edit.lost_focus() && ui.input(|input| input.key_pressed(Key::Escape));
            });
        });
        ui.add_space(STEP / 4.0);
        if done {
            self.renaming = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_analysis_is_told_in_a_line() {
        let analysis = Analysis {
            metrics: vec!["speed".into(), "brake".into()],
            by: vec!["day".into()],
            filter: "has(car)".into(),
            ..Analysis::default()
        };
        assert_eq!(told(&analysis), "speed, brake by day · has(car)");
        let kept = Analysis { keep: Some("max:speed".into()), view: Some("night".into()), ..Analysis::default() };
        assert_eq!(told(&kept), "max:speed · view “night”");
    }
}
