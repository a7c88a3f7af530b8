//! Which events count: menus of the span, the locations and the items, each with a search.

use std::sync::Arc;

use egui::{
    Align, Key, Layout, Popup, PopupCloseBehavior, Rect, Response, RichText, Sense, Stroke, StrokeKind, Ui, WidgetInfo,
    accesskit::Role, pos2, style::StyleModifier, vec2,
};

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
        fetch::Fetch,
        lake::Lake,
        theme::{self, STEP, colors},
        widgets::{
            Icon, VirtualScroll, choice_button, elided, field, icon_button, paint_icon, plain_button, rows_ui,
            text::{count, time_utc},
        },
        work::Workers,
    },
    jobs::Priority,
    model::parse_time_ns,
};

/// Height of an entry of a list, points.
const ENTRY: f32 = 28.0;
/// Room of a number of an entry at least, points.
const SHARE: f32 = 56.0;
/// Height of a list at most, points: twelve entries.
const LIST: f32 = 12.0 * ENTRY;

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
    found_items: FoundItems,
    scroll: VirtualScroll,
    items: VirtualScroll,
}

/// Items with their events.
type Items = Arc<Vec<(String, u64)>>;

/// Which items are looked for, and among which.
struct ItemsOf {
    items: Items,
    search: String,
}

impl PartialEq for ItemsOf {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.items, &other.items) && self.search == other.search
    }
}

/// The items that were found, once for each text that is looked for: their places in the list, and the events of all items.
#[derive(Default)]
struct FoundItems {
    fetch: Fetch<ItemsOf, (Items, Arc<Vec<u32>>, u64)>,
}

impl FoundItems {
    /// Asks a worker; the newest answer there is, with the items that it is about.
    fn of(
        &mut self,
        items: &Items,
        search: &str,
        workers: &Workers,
        ctx: &egui::Context,
    ) -> Option<(Items, Arc<Vec<u32>>, u64)> {
        let key = ItemsOf { items: Arc::clone(items), search: search.trim().to_lowercase() };
        let (items, search) = (Arc::clone(items), key.search.clone());
        self.fetch.request(key, &workers.ask, Priority::Visible, ctx, move |_| {
            let found = found_items(&items, &search);
            let all = items.iter().map(|item| item.1).fold(0, u64::saturating_add);
            Ok((items, Arc::new(found), all))
        });
        self.fetch.poll();
        self.fetch.value().cloned()
    }
}

/// Places of the items whose names hold a text in small letters.
fn found_items(items: &[(String, u64)], search: &str) -> Vec<u32> {
    let fits = |name: &str| search.is_empty() || name.to_lowercase().contains(search);
    (0..).zip(items).filter(|(_, item)| fits(&item.0)).map(|(index, _)| index).collect()
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

/// Text of a menu: it wraps and is not drawn out to the width, as menus draw their entries.
pub(super) fn hint_ui(ui: &mut Ui, text: RichText) {
    ui.with_layout(Layout::top_down(Align::Min), |ui| ui.add(egui::Label::new(text).wrap().selectable(true)));
}

/// An entry that can be chosen beside others: all of it reacts.
fn entry_ui(ui: &Ui, rect: Rect, on: bool, (spoken, name): (&str, &str), told: [&str; 2]) -> bool {
    let colors = colors(ui);
    let response = ui.interact(rect, ui.scope_id().with("entry"), Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::CheckBox, true, on, spoken));
    let painter = ui.painter();
    if response.hovered() || response.has_focus() {
        painter.rect_filled(rect, 4, colors.hover);
    }
    let mark = Rect::from_center_size(rect.left_center() + vec2(14.0, 0.0), vec2(14.0, 14.0));
    if on {
        painter.rect_filled(mark, 3, colors.accent);
        paint_icon(painter, mark.shrink(1.5), Icon::Check, colors.on_accent);
    } else {
        painter.rect(mark, 3, colors.control, Stroke::new(1.0, colors.outline), StrokeKind::Inside);
    }
    // Each below the others, from the right.
    let mut right = rect.right() - 8.0;
    for text in told.into_iter().rev().filter(|text| !text.is_empty()) {
        let galley = painter.layout_no_wrap(text.to_owned(), theme::numbers(12.0), colors.muted);
        let size = galley.size();
        painter.galley(pos2(right - size.x, rect.center().y - size.y / 2.0), galley, colors.muted);
        right -= size.x.max(SHARE);
    }
    let at = rect.left_center() + vec2(30.0, 0.0);
    elided(painter, at, name, theme::medium(12.5), colors.text, right - STEP - at.x);
    response.clicked()
}

/// A list of entries that can be chosen, as high as they need and no higher than suits a menu.
fn entries_ui(
    ui: &mut Ui,
    scroll: &mut VirtualScroll,
    name: &str,
    (count, width): (usize, f32),
    entry: impl FnMut(&mut Ui, usize, Rect),
) {
    #[expect(clippy::cast_precision_loss, reason = "a few entries")]
    let tall = (count as f32 * ENTRY).min(LIST);
    let (_, area) = ui.allocate_space(vec2(width, tall));
    ui.scope_builder(egui::UiBuilder::new().max_rect(area), |ui| rows_ui(ui, scroll, name, (count, ENTRY), entry));
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
        answers.wants_items = self.items_ui(&button, choice, answers, workers, out);
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
                hint_ui(
                    ui,
                    RichText::new(format!("No location is called “{}”.", self.place.trim())).color(colors.muted),
                );
            }
            entries_ui(ui, &mut self.scroll, "Scroll the locations", (found.len(), 324.0), |ui, index, rect| {
                let Some(place) = found.get(index).and_then(|at| places.list.get(*at as usize)) else { return };
                let on = choice.locations.contains(&place.oid);
                let (name, told) = (place.text(), count(place.events));
                if entry_ui(ui, rect, on, (&format!("Location {name}"), &name), [&told, ""]) {
                    out.push(ask(choice.with_location(place.oid, true)));
                }
            });
        });
    }

    /// True while the list is open.
    fn items_ui(
        &mut self,
        button: &Response,
        choice: &Choice,
        answers: &Answers,
        workers: &Workers,
        out: &mut Vec<Command>,
    ) -> bool {
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
                hint_ui(ui, RichText::new(text).color(colors.muted));
                return;
            };
            // It comes within a moment.
            let Some((items, found, all)) = self.found_items.of(items, &self.item, workers, ui.ctx()) else { return };
            if found.is_empty() {
                hint_ui(ui, RichText::new(format!("No item is called “{}”.", self.item.trim())).color(colors.muted));
            }
            entries_ui(ui, &mut self.items, "Scroll the items", (found.len(), 284.0), |ui, index, rect| {
                let Some((name, events)) = found.get(index).and_then(|at| items.get(*at as usize)) else { return };
                #[expect(clippy::cast_precision_loss, reason = "a part shown in per cent")]
                let part = if all == 0 { 0.0 } else { *events as f64 / all as f64 };
                let (events, share) = (count(*events), per_cent(part));
                let on = choice.items.contains(name);
                if entry_ui(ui, rect, on, (&format!("Item {name}"), name), [&events, &share]) {
                    out.push(ask(choice.with_item(name, true)));
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
    fn items_are_found_by_a_part_of_their_name() {
        let items = [("Car".to_owned(), 3), ("bus".to_owned(), 2), ("Police CAR".to_owned(), 1)];
        for (search, expected) in [("", &[0, 1, 2][..]), ("car", &[0, 2]), ("lorry", &[])] {
            assert_eq!(found_items(&items, search), expected, "{search}");
        }
    }

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
