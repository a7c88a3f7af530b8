//! Which events count: menus of the span, the locations and the items, each with a search.

use std::sync::Arc;

use egui::{Key, Popup, PopupCloseBehavior, Response, RichText, ScrollArea, Ui, style::StyleModifier, vec2};

use super::{
    Choice,
    answer::{Places, per_cent},
    bar::ask,
    places::{Found, Wanted},
    state::Answers,
};
use crate::{
    gui::{
        command::{Action, Command},
        lake::Lake,
        theme::{self, STEP, colors},
        widgets::{
            Icon, VirtualScroll, choice_button, elided, field, icon_button, plain_button, rows_ui,
            text::{count, time_utc},
        },
        work::Workers,
    },
    model::parse_time_ns,
};

/// Height of an entry of a list, points.
const ENTRY: f32 = 28.0;

/// What is typed in the menus.
#[derive(Default)]
pub(super) struct Limits {
    from: String,
    to: String,
    /// The span that the fields were filled with.
    filled: Option<(Option<i64>, Option<i64>)>,
    place: String,
    item: String,
    found: Found,
    scroll: VirtualScroll,
}

/// A time without what is zero at its end: `2024-05-01 08:00`.
pub(super) fn short_time(ns: i64) -> String {
    let text = time_utc(ns);
    let text = text.strip_suffix(".000").unwrap_or(&text);
    let text = text.strip_suffix(":00").unwrap_or(text);
    text.strip_suffix(" 00:00").unwrap_or(text).to_owned()
}

/// A span in a few words; the day is told once.
pub(super) fn span_text(from: Option<i64>, to: Option<i64>) -> String {
    match (from, to) {
        (None, None) => "All times".to_owned(),
        (Some(from), None) => format!("from {}", short_time(from)),
        (None, Some(to)) => format!("until {}", short_time(to)),
        (Some(from), Some(to)) => {
            let (first, last) = (short_time(from), short_time(to));
            match (first.get(..11), last.get(..11), last.get(11..)) {
                (Some(day), Some(other), Some(time)) if day == other && first.len() > 11 => format!("{first} – {time}"),
                // The year is told once, too.
                _ if first.get(..5) == last.get(..5) => format!("{first} – {}", last.get(5..).unwrap_or(&last)),
                _ => format!("{first} – {last}"),
            }
        }
    }
}

impl Limits {
    pub(super) fn ui(
        &mut self,
        ui: &mut Ui,
        lake: &Lake,
        answers: &mut Answers,
        workers: &Workers,
        out: &mut Vec<Command>,
    ) {
        let choice = &lake.detections.choice;
        let limited = choice.from_ns.is_some() || choice.to_ns.is_some();
        let button = choice_button(ui, "", &span_text(choice.from_ns, choice.to_ns), limited, "Span of time");
        self.span_ui(&button, choice, out);
        let places = answers.places.value().cloned();
        let button = choice_button(
            ui,
            "",
            &places_text(choice, places.as_deref()),
            !choice.locations.is_empty(),
            "Which locations",
        );
        self.places_ui(&button, choice, places, workers, out);
        let items = match choice.items.as_slice() {
            [] => "All items".to_owned(),
            [one] => one.clone(),
            many => format!("{} items", many.len()),
        };
        let button = choice_button(ui, "", &items, !choice.items.is_empty(), "Which items");
        answers.wants_items = self.items_ui(&button, choice, answers, out);
        if choice.is_limited() && icon_button(ui, Icon::Close, &Action::ClearLimits.tip()).clicked() {
            out.push(Action::ClearLimits.into());
        }
    }

    fn span_ui(&mut self, button: &Response, choice: &Choice, out: &mut Vec<Command>) {
        let menu =
            Popup::menu(button).style(StyleModifier::default()).close_behavior(PopupCloseBehavior::CloseOnClickOutside);
        menu.show(|ui| {
            ui.set_width(300.0);
            let colors = colors(ui);
            let now = (choice.from_ns, choice.to_ns);
            if self.filled != Some(now) {
                self.filled = Some(now);
                self.from = now.0.map(short_time).unwrap_or_default();
                self.to = now.1.map(short_time).unwrap_or_default();
            }
            ui.label(RichText::new("From, UTC").font(theme::medium(11.5)).color(colors.muted));
            let mut entered = field(ui, &mut self.from, "From", "the first event", 284.0).lost_focus();
            ui.label(RichText::new("Until, UTC; not included").font(theme::medium(11.5)).color(colors.muted));
            entered |= field(ui, &mut self.to, "Until", "the last event", 284.0).lost_focus();
            let read = |text: &str| {
                if text.trim().is_empty() { Ok(None) } else { parse_time_ns(text.trim()).map(Some).ok_or(()) }
            };
            let span = read(&self.from).and_then(|from| Ok((from, read(&self.to)?)));
            let wrong = match span {
                Err(()) => Some("Write times like 2024-05-01 08:30."),
                Ok((Some(from), Some(to))) if from >= to => Some("The span ends before it begins."),
                Ok(_) => None,
            };
            ui.add_space(STEP / 2.0);
            ui.label(
                RichText::new(wrong.unwrap_or("Or drag on the chart “Over time”."))
                    .size(11.5)
                    .color(if wrong.is_some() { colors.error } else { colors.muted }),
            );
            ui.horizontal(|ui| {
                let enter = entered && ui.input(|input| input.key_pressed(Key::Enter));
                if (plain_button(ui, wrong.is_none(), "Set the span").clicked() || (enter && wrong.is_none()))
                    && let Ok((from_ns, to_ns)) = span
                {
                    out.push(ask(Choice { from_ns, to_ns, ..choice.clone() }));
                    ui.close();
                }
                if plain_button(ui, now != (None, None), "All times").clicked() {
                    out.push(ask(choice.with_span(None)));
                    ui.close();
                }
            });
        });
    }

    fn places_ui(
        &mut self,
        button: &Response,
        choice: &Choice,
        places: Option<Arc<Places>>,
        workers: &Workers,
        out: &mut Vec<Command>,
    ) {
        let menu =
            Popup::menu(button).style(StyleModifier::default()).close_behavior(PopupCloseBehavior::CloseOnClickOutside);
        menu.show(|ui| {
            ui.set_width(340.0);
            let colors = colors(ui);
            field(ui, &mut self.place, "Search locations", "Name or oid", 324.0);
            let Some(places) = places else {
                ui.label(RichText::new("The locations are being counted.").color(colors.muted));
                return;
            };
            if plain_button(ui, !choice.locations.is_empty(), "All locations").clicked() {
                out.push(ask(Choice { locations: Vec::new(), ..choice.clone() }));
                ui.close();
            }
            let wanted = Wanted { search: self.place.clone(), ..Wanted::default() };
            let found = self.found.of(&places, wanted, workers, ui.ctx());
            let found = found.as_deref().map_or(&[][..], Vec::as_slice);
            if found.is_empty() {
                ui.label(RichText::new(format!("No location is called “{}”.", self.place.trim())).color(colors.muted));
            }
            let (_, area) = ui.allocate_space(vec2(324.0, 280.0));
            ui.scope_builder(egui::UiBuilder::new().max_rect(area), |ui| {
                rows_ui(ui, &mut self.scroll, "Scroll the locations", (found.len(), ENTRY), |ui, index, rect| {
                    let Some(place) = found.get(index).and_then(|at| places.list.get(*at as usize)) else { return };
                    let mut on = choice.locations.contains(&place.oid);
                    let mut line = ui.new_child(egui::UiBuilder::new().max_rect(rect));
                    let name = format!("Location {}", place.text());
                    if line.checkbox(&mut on, "").accessible_name(&name).clicked() {
                        out.push(ask(choice.with_location(place.oid, true)));
                    }
                    let at = rect.left_center() + vec2(28.0, 0.0);
                    elided(ui.painter(), at, place.text(), theme::medium(12.5), colors.text, rect.width() - 120.0);
                    let told = count(place.events);
                    ui.painter().text(
                        rect.right_center(),
                        egui::Align2::RIGHT_CENTER,
                        told,
                        theme::numbers(12.0),
                        colors.muted,
                    );
                });
            });
        });
    }

    /// True while the list is open.
    fn items_ui(&mut self, button: &Response, choice: &Choice, answers: &Answers, out: &mut Vec<Command>) -> bool {
        let menu =
            Popup::menu(button).style(StyleModifier::default()).close_behavior(PopupCloseBehavior::CloseOnClickOutside);
        let shown = menu.show(|ui| {
            ui.set_width(300.0);
            let colors = colors(ui);
            field(ui, &mut self.item, "Search items", "Name", 284.0);
            if plain_button(ui, !choice.items.is_empty(), "All items").clicked() {
                out.push(ask(Choice { items: Vec::new(), ..choice.clone() }));
                ui.close();
            }
            let Some(items) = answers.items.value() else {
                let text = answers.items.error().unwrap_or("The items are being counted.");
                ui.label(RichText::new(text).color(colors.muted));
                return;
            };
            let all: u64 = items.iter().map(|item| item.1).sum();
            let search = self.item.trim().to_lowercase();
            let found: Vec<&(String, u64)> =
                items.iter().filter(|item| item.0.to_lowercase().contains(&search)).collect();
            if found.is_empty() {
                ui.label(RichText::new(format!("No item is called “{}”.", self.item.trim())).color(colors.muted));
            }
            ScrollArea::vertical().max_height(300.0).show_rows(ui, ENTRY, found.len(), |ui, range| {
                for (name, events) in &found[range] {
                    ui.horizontal(|ui| {
                        ui.set_height(ENTRY - ui.spacing().item_spacing.y);
                        let mut on = choice.items.contains(name);
                        if ui.checkbox(&mut on, name).accessible_name(format!("Item {name}")).clicked() {
                            out.push(ask(choice.with_item(name, true)));
                        }
                        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                            #[expect(clippy::cast_precision_loss, reason = "a part shown in per cent")]
                            let part = if all == 0 { 0.0 } else { *events as f64 / all as f64 };
                            ui.label(RichText::new(per_cent(part)).font(theme::numbers(12.0)).color(colors.muted));
                            ui.label(RichText::new(count(*events)).font(theme::numbers(12.0)).color(colors.text));
                        });
                    });
                }
            });
        });
        shown.is_some()
    }
}

fn places_text(choice: &Choice, places: Option<&Places>) -> String {
    match choice.locations.as_slice() {
        [] => "All locations".to_owned(),
        [one] => {
            places.and_then(|places| places.of(*one)).map_or_else(|| format!("oid {one}"), super::answer::Place::text)
        }
        many => format!("{} locations", count(many.len() as u64)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_told_in_few_words() {
        let at = |text: &str| parse_time_ns(text).unwrap();
        for (from, to, expected) in [
            (None, None, "All times"),
            (Some("2024-05-01T00:00:00Z"), None, "from 2024-05-01"),
            (None, Some("2024-05-01T08:30:00Z"), "until 2024-05-01 08:30"),
            (Some("2024-05-01T08:00:00Z"), Some("2024-05-01T09:30:15Z"), "2024-05-01 08:00 – 09:30:15"),
            (Some("2024-05-01T08:00:00Z"), Some("2024-05-02T00:00:00Z"), "2024-05-01 08:00 – 05-02"),
        ] {
            assert_eq!(span_text(from.map(at), to.map(at)), expected);
        }
    }
}
