//! What is chosen in the builder: chips that are taken out with a press, and lists with a search.

use egui::{
    Popup, PopupCloseBehavior, Rect, Response, RichText, ScrollArea, Sense, Stroke, StrokeKind, Ui, WidgetInfo,
    accesskit::Role, pos2, style::StyleModifier, vec2,
};

use crate::gui::{
    theme::{self, ROUND, STEP, colors},
    widgets::{Icon, elided, field, paint_icon},
};

/// Height of a chip, points.
const CHIP: f32 = 24.0;

/// A word that is chosen; true when it is to be taken out.
pub(super) fn chip_ui(ui: &mut Ui, text: &str, name: &str) -> bool {
    let colors = colors(ui);
    let most = (ui.max_rect().width() - 8.0).max(60.0);
    let galley = ui.painter().layout_no_wrap(text.to_owned(), theme::medium(12.5), colors.text);
    let width = (galley.size().x + 34.0).min(most);
    let (rect, _) = ui.allocate_exact_size(vec2(width, CHIP), Sense::hover());
    let response = ui.interact(rect, ui.scope_id().with(name), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, name));
    let fill = if response.hovered() { colors.hover } else { colors.control };
    let edge = if response.has_focus() { colors.accent } else { colors.outline };
    ui.painter().rect(rect, ROUND, fill, Stroke::new(1.0, edge), StrokeKind::Inside);
    elided(ui.painter(), rect.left_center() + vec2(9.0, 0.0), text, theme::medium(12.5), colors.text, width - 33.0);
    let cross = Rect::from_center_size(pos2(rect.right() - 13.0, rect.center().y), vec2(12.0, 12.0));
    paint_icon(ui.painter(), cross, Icon::Close, if response.hovered() { colors.text } else { colors.muted });
    response.on_hover_text(name).clicked()
}

/// A small button that opens a list.
pub(super) fn add_button(ui: &mut Ui, name: &str) -> Response {
    let colors = colors(ui);
    // The list below it stays open while chips come and go before it.
    let (rect, _) = ui.allocate_exact_size(vec2(CHIP + 4.0, CHIP), Sense::hover());
    let response = ui.interact(rect, ui.scope_id().with(name), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, name));
    if response.hovered() || response.has_focus() {
        ui.painter().rect_filled(rect, ROUND, colors.hover);
    }
    if response.has_focus() {
        ui.painter().rect_stroke(rect, ROUND, Stroke::new(1.0, colors.accent), StrokeKind::Inside);
    }
    let plus = Rect::from_center_size(rect.center(), vec2(14.0, 14.0));
    paint_icon(ui.painter(), plus, Icon::Plus, colors.accent);
    response.on_hover_text(name)
}

/// One thing of a list.
pub(super) struct Entry {
    /// What it is called on screen.
    pub text: String,
    /// What stands at the right: a unit, a hint.
    pub hint: String,
    /// What it is in the question.
    pub word: String,
    /// Whether it is chosen.
    pub on: bool,
}

/// How a list is drawn.
pub(super) struct List<'a> {
    /// `Metric`, `Group by`: before the name of each entry, for assistive technology.
    pub what: &'a str,
    /// What the search says while it is empty.
    pub hint: &'a str,
    /// Whether one is chosen of all, rather than several.
    pub one: bool,
}

/// A list with a search below a button; gives the word that was pressed.
pub(super) fn list_ui(
    button: &Response,
    list: &List<'_>,
    search: &mut String,
    entries: &[Entry],
    more: impl FnOnce(&mut Ui),
) -> Option<String> {
    let mut pressed = None;
    let menu =
        Popup::menu(button).style(StyleModifier::default()).close_behavior(PopupCloseBehavior::CloseOnClickOutside);
    menu.show(|ui| {
        ui.set_width(276.0);
        let muted = colors(ui).muted;
        if entries.len() > 8 {
            field(ui, search, &format!("Search: {}", list.what), list.hint, 260.0);
            ui.add_space(STEP / 2.0);
        } else {
            search.clear();
        }
        let wanted = search.trim().to_lowercase();
        let found: Vec<&Entry> = entries.iter().filter(|entry| entry.text.to_lowercase().contains(&wanted)).collect();
        if found.is_empty() {
            let told = if entries.is_empty() {
                "There is none.".to_owned()
            } else {
                format!("None is called “{}”.", search.trim())
            };
            ui.label(RichText::new(told).color(muted));
        }
        ScrollArea::vertical().max_height(300.0).auto_shrink([false, true]).show_rows(
            ui,
            theme::CONTROL - ui.spacing().item_spacing.y,
            found.len(),
            |ui, range| {
                for entry in &found[range] {
                    ui.horizontal(|ui| {
                        let name = format!("{} {}", list.what, entry.text);
                        let clicked = if list.one {
                            ui.radio(entry.on, &entry.text).accessible_name(name).clicked()
                        } else {
                            let mut on = entry.on;
                            ui.checkbox(&mut on, &entry.text).accessible_name(name).clicked()
                        };
                        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                            ui.label(RichText::new(&entry.hint).font(theme::numbers(11.5)).color(muted));
                        });
                        if clicked {
                            pressed = Some(entry.word.clone());
                            if list.one {
                                ui.close();
                            }
                        }
                    });
                }
            },
        );
        more(ui);
    });
    pressed
}

/// Puts a word into a list or takes it out.
pub(super) fn toggled(words: &[String], word: &str) -> Vec<String> {
    let mut words = words.to_vec();
    match words.iter().position(|known| known == word) {
        Some(place) => drop(words.remove(place)),
        None => words.push(word.to_owned()),
    }
    words
}
