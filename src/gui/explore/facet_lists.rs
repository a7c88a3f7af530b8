//! Facets that are lists: categories and saved selections.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use egui::{Align2, Rect, RichText, Sense, Ui, WidgetInfo, accesskit::Role, pos2, vec2};

use super::{
    facet_head::list_head_ui,
    facet_line::{Line, Mark, line_ui, menu_ui},
    facets::Panel,
};
use crate::{
    filter::{
        FilterError,
        choice::{self, Choice},
        edit::{self, Facet},
        facets::{CategoryCount, CategoryCounts},
    },
    gui::{
        command::Command,
        theme::{self, colors},
        widgets::{
            Icon, elided, field, icon_button, paint_icon, quiet_button,
            text::{count, time_utc},
        },
    },
    session::Selection,
};

/// Values shown before “Show all”.
const FEW: usize = 8;
/// Values drawn at once of a list that is shown whole; the search finds the others.
const MOST: usize = 500;

/// How the lists are shown.
#[derive(Default)]
pub(super) struct Lists {
    /// Those shown whole.
    whole: BTreeSet<String>,
    /// Those with the most frequent value first.
    by_count: BTreeSet<String>,
    /// What is searched for inside each.
    searches: BTreeMap<String, String>,
    /// The value pressed last: where a row of values begins.
    last: Option<(String, Option<String>)>,
    /// Which values each list shows, in which order: found again only when the list or what is searched for changes.
    shown: BTreeMap<String, Shown>,
}

/// What the values of a list that are shown depend on. Counts that change with the filter are no part of it.
#[derive(PartialEq)]
struct ShownKey {
    /// The search of the whole panel, empty where the title is what it finds.
    panel: String,
    /// The search inside the list.
    inside: String,
    by_count: bool,
    /// The values are told apart by their order in memory.
    order: Arc<Vec<u32>>,
}

/// The values of a list that are shown.
#[derive(Default)]
struct Shown {
    key: Option<ShownKey>,
    /// Places of the values in the counts.
    places: Vec<u32>,
    /// Most frames of one of them.
    most: usize,
    /// Values that the panel's search leaves, before what is searched for inside the list.
    found: usize,
}

impl Shown {
    /// Finds the values that are shown, unless nothing has changed.
    fn find(&mut self, counts: &CategoryCounts, key: ShownKey) {
        let same = self.key.as_ref().is_some_and(|known| {
            Arc::ptr_eq(&known.order, &key.order)
                && (&known.panel, &known.inside, known.by_count) == (&key.panel, &key.inside, key.by_count)
        });
        if same {
            return;
        }
        let value = |place: u32| counts.get(place as usize).and_then(|count| count.value.as_deref());
        let fits = |text: Option<&str>, search: &str| {
            search.is_empty() || text.is_some_and(|text| text.to_lowercase().contains(search))
        };
        let all: Vec<u32> = if key.by_count {
            key.order.to_vec()
        } else {
            (0..counts.len()).filter_map(|place| u32::try_from(place).ok()).collect()
        };
        self.places = all.into_iter().filter(|place| fits(value(*place), &key.panel)).collect();
        self.found = self.places.len();
        // A short list has no search of its own.
        if self.found > FEW + 1 {
            self.places.retain(|place| fits(Some(value(*place).unwrap_or(NO_VALUE)), &key.inside));
        }
        let frames = |place: &u32| counts.get(*place as usize).map_or(0, |count| count.frames);
        self.most = self.places.iter().map(frames).max().unwrap_or(1);
        self.key = Some(key);
    }

    /// The values from the beginning, then those further down that are asked for, and the frames without a value: what is
    /// asked for stays in sight.
    fn in_sight<'a>(&self, counts: &'a CategoryCounts, few: usize, choice: &Choice) -> Vec<&'a CategoryCount> {
        let count = |place: &u32| counts.get(*place as usize);
        let mut shown: Vec<&CategoryCount> = self.places.iter().take(few).filter_map(count).collect();
        let rest = self.places.get(few..).unwrap_or_default();
        if choice.values.is_empty() {
            shown.extend(rest.last().and_then(count).filter(|count| count.value.is_none()));
        } else {
            let kept = |count: &&CategoryCount| count.value.is_none() || choice.names(count.value.as_deref());
            shown.extend(rest.iter().filter_map(count).filter(kept));
        }
        shown
    }
}

impl Lists {
    pub fn is_whole(&self, name: &str) -> bool {
        self.whole.contains(name)
    }

    /// A field to search inside a long list; what is searched for, in small letters.
    pub fn search_ui(&mut self, ui: &mut Ui, name: &str, spoken: &str, long: bool) -> String {
        if !long {
            return String::new();
        }
        let search = self.searches.entry(name.to_owned()).or_default();
        egui::Frame::new().inner_margin(egui::Margin { left: 14, right: 14, top: 0, bottom: 4 }).show(ui, |ui| {
            let width = ui.available_width();
            field(ui, search, spoken, spoken, width);
        });
        search.trim().to_lowercase()
    }

    /// The line that shows a long list whole, or short again.
    pub fn more_ui(&mut self, ui: &mut Ui, name: &str, all: usize, few: usize) {
        if all <= few + 1 {
            return;
        }
        let whole = self.is_whole(name);
        let text = if whole { "Show fewer".to_owned() } else { format!("Show all {}", count(all as u64)) };
        ui.horizontal(|ui| {
            ui.add_space(6.0);
            let accent = colors(ui).accent;
            if quiet_button(ui, RichText::new(text).font(theme::medium(12.0)).color(accent)).clicked() {
                if whole {
                    self.whole.remove(name);
                } else {
                    self.whole.insert(name.to_owned());
                }
            }
        });
    }

    /// The line that turns the order of a long list.
    fn order_ui(&mut self, ui: &mut Ui, name: &str, title: &str) {
        let by_count = self.by_count.contains(name);
        ui.horizontal(|ui| {
            ui.add_space(6.0);
            let text = if by_count { "Most frequent first" } else { "By name" };
            let ink = colors(ui).muted;
            let button = quiet_button(ui, RichText::new(text).font(theme::medium(11.5)).color(ink));
            let button = button.accessible_name(format!("Order of {title}: {text}"));
            if button.on_hover_text("Order of this list, by the frames of the whole lake").clicked() {
                if by_count {
                    self.by_count.remove(name);
                } else {
                    self.by_count.insert(name.to_owned());
                }
            }
        });
    }
}

/// A category: what it is called, and how its values go into the filter.
pub(super) struct Category<'a> {
    pub title: &'a str,
    /// As a filter spells it, without back quotes.
    pub name: &'a str,
    /// Whether it is true or false by itself.
    pub flag: bool,
}

impl Category<'_> {
    /// What the filter asks for now.
    pub fn choice(&self, panel: &Panel<'_>) -> Choice {
        panel.expr.as_ref().and_then(|expr| choice::choice_of(expr, self.name)).unwrap_or_default()
    }

    /// The filter with this choice.
    pub fn set(&self, filter: &str, choice: &Choice) -> Result<String, FilterError> {
        if self.flag {
            choice::set_flag(filter, self.name, choice)
        } else {
            choice::set_choice(filter, self.name, choice)
        }
    }

    /// One value; what is asked for when it was pressed. `row` is what Shift asks for.
    pub fn line_ui(
        &self,
        ui: &mut Ui,
        line: Line<'_>,
        value: Option<&str>,
        choice: &Choice,
        row: impl FnOnce() -> Option<Choice>,
    ) -> Option<Choice> {
        let mark = match (choice.names(value), choice.excluded) {
            (true, true) => Mark::LeftOut,
            (true, false) => Mark::Chosen,
            (false, _) => Mark::Free,
        };
        let response = line_ui(ui, &Line { mark, ..line });
        let toggled = || {
            let same = choice.names(value) && !choice.excluded;
            if !self.flag {
                choice.clone().toggled(value)
            } else if same {
                Choice::default()
            } else {
                Choice::default().toggled(value)
            }
        };
        let mut wanted = None;
        if response.clicked() {
            let modifiers = ui.input(|input| input.modifiers);
            wanted = Some(if modifiers.alt {
                choice.clone().without(value)
            } else {
                let of_row = if modifiers.shift { row() } else { None };
                of_row.unwrap_or_else(toggled)
            });
        }
        menu_ui(&response, |ui| {
            let also = if mark == Mark::Chosen { "No longer this" } else { "Also this" };
            for (entry, choice) in [
                ("Only this", Choice::default().toggled(value)),
                (also, toggled()),
                ("Leave this out", choice.clone().without(value)),
                ("Ask for nothing here", Choice::default()),
            ] {
                if ui.button(entry).clicked() {
                    wanted = Some(choice);
                    ui.close();
                }
            }
        });
        wanted
    }
}

/// Values of one category.
pub(super) fn category_ui(
    ui: &mut Ui,
    panel: &Panel<'_>,
    category: &Category<'_>,
    counts: &CategoryCounts,
    lists: &mut Lists,
    out: &mut Vec<Command>,
) {
    let (title, name) = (category.title, category.name);
    let mut shown = lists.shown.remove(name).unwrap_or_default();
    let panel_search = if panel.wants(title) { String::new() } else { panel.search.clone() };
    let inside = lists.searches.get(name).map(|search| search.trim().to_lowercase()).unwrap_or_default();
    let by_count = lists.by_count.contains(name);
    shown.find(counts, ShownKey { panel: panel_search, inside, by_count, order: Arc::clone(counts.by_frames()) });
    if shown.found > 0 {
        values_ui(ui, panel, category, (counts, &shown), lists, out);
    }
    lists.shown.insert(name.to_owned(), shown);
}

fn values_ui(
    ui: &mut Ui,
    panel: &Panel<'_>,
    category: &Category<'_>,
    (counts, shown): (&CategoryCounts, &Shown),
    lists: &mut Lists,
    out: &mut Vec<Command>,
) {
    let (title, name) = (category.title, category.name);
    let asked = panel.owns(Facet::Name(name));
    // Frames without a value stand last.
    let valued = counts.len() - usize::from(counts.last().is_some_and(|count| count.value.is_none()));
    if list_head_ui(ui, title, valued, asked) {
        Panel::ask(edit::clear(&panel.lake.filter, Facet::Name(name)), out);
    }
    let long = shown.found > FEW + 1;
    let search = lists.search_ui(ui, name, &format!("Search in {title}"), long);
    let choice = category.choice(panel);
    let whole = !search.is_empty() || lists.is_whole(name) || !long;
    let few = if whole { shown.places.len().min(MOST) } else { FEW };
    for counted in shown.in_sight(counts, few, &choice) {
        let value = counted.value.as_deref();
        let text = value.unwrap_or(NO_VALUE);
        let line = Line {
            text,
            spoken: format!("{title}: {text}"),
            mark: Mark::Free,
            frames: counted.frames,
            matching: counted.matching,
            most: shown.most,
            swatch: None,
            faint: value.is_none(),
        };
        let row = || {
            let (_, from) = lists.last.as_ref().filter(|(list, _)| list == name)?;
            let all: Vec<&CategoryCount> =
                shown.places.iter().filter_map(|place| counts.get(*place as usize)).collect();
            row_of(&all, &choice, from.as_deref(), value)
        };
        if let Some(wanted) = category.line_ui(ui, line, value, &choice, row) {
            Panel::ask(category.set(&panel.lake.filter, &wanted), out);
            lists.last = Some((name.to_owned(), counted.value.clone()));
        }
    }
    let all = shown.places.len();
    if all == 0 {
        none_ui(ui, &format!("Nothing in {title} is called so."));
    } else if whole && all > few {
        none_ui(ui, &format!("and {} more; search for them above.", count((all - few) as u64)));
    }
    if long && search.is_empty() {
        lists.more_ui(ui, name, all, FEW);
        lists.order_ui(ui, name, title);
    }
    ui.add_space(6.0);
}

/// How frames without a value are called.
const NO_VALUE: &str = "no value";

/// A choice of all values from one to another, as they are shown, beside those that were chosen before.
fn row_of(shown: &[&CategoryCount], before: &Choice, from: Option<&str>, to: Option<&str>) -> Option<Choice> {
    let place = |value: Option<&str>| shown.iter().position(|count| count.value.as_deref() == value);
    let (a, b) = (place(from)?, place(to)?);
    let mut choice = if before.excluded { Choice::default() } else { before.clone() };
    for count in &shown[a.min(b)..=a.max(b)] {
        if !choice.names(count.value.as_deref()) {
            choice = choice.toggled(count.value.as_deref());
        }
    }
    Some(choice)
}

fn none_ui(ui: &mut Ui, text: &str) {
    egui::Frame::new().inner_margin(egui::Margin { left: 14, right: 14, top: 2, bottom: 4 }).show(ui, |ui| {
        ui.add(egui::Label::new(RichText::new(text).size(12.0).color(colors(ui).muted)).wrap());
    });
}

/// Saved selections: press to load, or forget.
pub(super) fn selections_ui(ui: &mut Ui, selections: &[Selection], out: &mut Vec<Command>) {
    let colors = colors(ui);
    if selections.is_empty() {
        egui::Frame::new().inner_margin(egui::Margin { left: 14, right: 14, top: 2, bottom: 12 }).show(ui, |ui| {
            let text = "Nothing saved yet. Select frames in the grid, then press Ctrl+S.";
            ui.add(egui::Label::new(RichText::new(text).size(12.0).color(colors.muted)).wrap());
        });
        return;
    }
    for selection in selections {
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 0.0;
            let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width() - 32.0, 30.0), Sense::click());
            let spoken = format!("Load selection {}", selection.name);
            response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &spoken));
            if response.hovered() || response.has_focus() {
                ui.painter().rect_filled(rect, 0, colors.hover);
            }
            let center = rect.center().y;
            let icon = Rect::from_center_size(pos2(rect.left() + 21.0, center), vec2(14.0, 14.0));
            paint_icon(ui.painter(), icon, Icon::Bookmark, colors.muted);
            let number = count(selection.frames);
            let at = pos2(rect.right() - 6.0, center);
            let drawn = ui.painter().text(at, Align2::RIGHT_CENTER, number, theme::numbers(12.0), colors.muted);
            let left = pos2(rect.left() + 36.0, center);
            let font = egui::FontId::proportional(13.0);
            elided(ui.painter(), left, &selection.name, font, colors.text, drawn.left() - 8.0 - left.x);
            let saved = time_utc(selection.saved_at_ns);
            let tip = format!("{}\nsaved {saved} UTC\n\n{}", selection.name, selection.note);
            let tip = tip.trim_end();
            if response.on_hover_text(tip).clicked() {
                out.push(Command::LoadSelection(selection.name.clone()));
            }
            if icon_button(ui, Icon::Trash, &format!("Delete selection {}", selection.name)).clicked() {
                out.push(Command::DeleteSelection(selection.name.clone()));
            }
        });
    }
    ui.add_space(8.0);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts() -> Vec<CategoryCount> {
        [("a1", 3), ("a2", 9), ("a10", 3), ("b", 9)]
            .into_iter()
            .map(|(value, frames)| CategoryCount { value: Some(value.to_owned()), frames, matching: 0 })
            .chain([CategoryCount { value: None, frames: 50, matching: 0 }])
            .collect()
    }

    #[test]
    fn what_is_shown_is_found_once_and_again_when_something_changes() {
        let mut counts = CategoryCounts::from(counts());
        let mut shown = Shown::default();
        let key = |counts: &CategoryCounts, panel: &str, inside: &str, by_count| ShownKey {
            panel: panel.to_owned(),
            inside: inside.to_owned(),
            by_count,
            order: Arc::clone(counts.by_frames()),
        };
        for (panel, inside, by_count, expected, found) in [
            ("", "", false, &[0, 1, 2, 3, 4][..], 5),
            ("", "", true, &[1, 3, 0, 2, 4], 5),
            ("a", "", true, &[1, 0, 2], 3),
            ("", "a1", false, &[0, 1, 2, 3, 4], 5),
            ("c", "", false, &[], 0),
        ] {
            shown.find(&counts, key(&counts, panel, inside, by_count));
            assert_eq!((&*shown.places, shown.found), (expected, found), "{panel} {inside}");
        }
        // As long as nothing changes nothing is looked for: what would be found is not put in its place.
        shown.find(&counts, key(&counts, "", "", false));
        shown.places = vec![7];
        shown.find(&counts, key(&counts, "", "", false));
        assert_eq!(shown.places, [7]);
        counts = CategoryCounts::from(counts.to_vec());
        shown.find(&counts, key(&counts, "", "", false));
        assert_eq!(shown.places, [0, 1, 2, 3, 4]);
        // A long list has a search of its own.
        let one = |at: usize| CategoryCount { value: (at < 19).then(|| format!("v{at:02}")), frames: at, matching: 0 };
        let counts = CategoryCounts::from((0..20).map(one).collect::<Vec<_>>());
        for (inside, by_count, expected) in [("v1", true, 9), ("v1", false, 9), ("no val", false, 1)] {
            shown.find(&counts, key(&counts, "", inside, by_count));
            assert_eq!((shown.places.len(), shown.found), (expected, 20), "{inside}");
            assert_eq!(shown.places[0], if inside == "v1" { if by_count { 18 } else { 10 } } else { 19 });
        }
    }

    #[test]
    fn what_is_asked_for_stays_in_sight() {
        let counts = CategoryCounts::from(counts());
        let mut shown = Shown::default();
        let order = Arc::clone(counts.by_frames());
        shown.find(&counts, ShownKey { panel: String::new(), inside: String::new(), by_count: false, order });
        for (few, choice, expected) in [
            (2, Choice::default(), vec![Some("a1"), Some("a2"), None]),
            (2, Choice::of(["b"]), vec![Some("a1"), Some("a2"), Some("b"), None]),
            (9, Choice::of(["b"]), vec![Some("a1"), Some("a2"), Some("a10"), Some("b"), None]),
        ] {
            let values: Vec<Option<&str>> =
                shown.in_sight(&counts, few, &choice).iter().map(|count| count.value.as_deref()).collect();
            assert_eq!(values, expected);
        }
    }

    #[test]
    fn a_row_of_values_is_taken_together() {
        let counts = counts();
        let shown: Vec<&CategoryCount> = counts.iter().collect();
        for (before, from, to, expected) in [
            (Choice::default(), Some("a2"), Some("b"), vec!["a2", "a10", "b"]),
            (Choice::of(["a1"]), Some("b"), Some("a10"), vec!["a1", "a10", "b"]),
            (Choice::default().without(Some("a1")), Some("a1"), Some("a1"), vec!["a1"]),
        ] {
            assert_eq!(row_of(&shown, &before, from, to), Some(Choice::of(expected)));
        }
        assert_eq!(row_of(&shown, &Choice::default(), Some("gone"), Some("b")), None);
        assert!(row_of(&shown, &Choice::default(), Some("b"), None).is_some_and(|choice| choice.null));
    }
}
