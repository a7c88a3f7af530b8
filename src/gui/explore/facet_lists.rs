//! Facets that are lists: categories and saved selections.

use std::collections::{BTreeMap, BTreeSet};

use egui::{Align2, Rect, RichText, Sense, Ui, WidgetInfo, accesskit::Role, pos2, vec2};

use super::{
    facet_head::list_head_ui,
    facet_line::{Line, Mark, line_ui, menu_ui},
    facets::Panel,
};
use crate::{
    filter::{
        FilterError, FrameColumns as _,
        choice::{self, Choice},
        edit::{self, Facet},
        facets::CategoryCount,
    },
    gui::{
        command::Command,
        theme::{self, colors},
        widgets::{
            Icon, elided, field, icon_button, paint_icon, quiet_button,
            text::{count, time_utc},
        },
    },
    model::MetricKind,
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

/// The values in the order they are shown. It depends on the lake alone, so that no line moves when the filter changes.
fn ordered(mut values: Vec<&CategoryCount>, by_count: bool) -> Vec<&CategoryCount> {
    if by_count {
        // Equal ones stay in the order of their names, frames without a value at the end.
        values.sort_by_key(|value| (value.value.is_none(), std::cmp::Reverse(value.frames)));
    }
    values
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
    counts: &[CategoryCount],
    lists: &mut Lists,
    out: &mut Vec<Command>,
) {
    let (title, name) = (category.title, category.name);
    let shown: Vec<&CategoryCount> = counts
        .iter()
        .filter(|count| panel.wants(title) || count.value.as_deref().is_some_and(|value| panel.wants(value)))
        .collect();
    if shown.is_empty() {
        return;
    }
    let asked = panel.owns(Facet::Name(name));
    if list_head_ui(ui, title, counts.iter().filter(|count| count.value.is_some()).count(), asked) {
        Panel::ask(edit::clear(&panel.lake.filter, Facet::Name(name)), out);
    }
    let long = shown.len() > FEW + 1;
    let search = lists.search_ui(ui, name, &format!("Search in {title}"), long);
    let shown: Vec<&CategoryCount> = shown
        .into_iter()
        .filter(|count| {
            search.is_empty() || count.value.as_deref().unwrap_or(NO_VALUE).to_lowercase().contains(&search)
        })
        .collect();
    let shown = ordered(shown, lists.by_count.contains(name));
    let most = shown.iter().map(|count| count.frames).max().unwrap_or(1);
    let choice = category.choice(panel);
    let whole = !search.is_empty() || lists.is_whole(name) || !long;
    let few = if whole { shown.len().min(MOST) } else { FEW };
    for (place, counted) in shown.iter().enumerate() {
        let value = counted.value.as_deref();
        // What is asked for stays in sight, and so do the frames without a value.
        if place >= few && value.is_some() && !choice.names(value) {
            continue;
        }
        let text = value.unwrap_or(NO_VALUE);
        let line = Line {
            text,
            spoken: format!("{title}: {text}"),
            mark: Mark::Free,
            frames: counted.frames,
            matching: counted.matching,
            most,
            swatch: None,
            faint: value.is_none(),
        };
        let row = || {
            let (_, from) = lists.last.as_ref().filter(|(list, _)| list == name)?;
            row_of(&shown, &choice, from.as_deref(), value)
        };
        if let Some(wanted) = category.line_ui(ui, line, value, &choice, row) {
            Panel::ask(category.set(&panel.lake.filter, &wanted), out);
            lists.last = Some((name.to_owned(), counted.value.clone()));
        }
    }
    if shown.is_empty() {
        none_ui(ui, &format!("Nothing in {title} is called so."));
    } else if whole && shown.len() > few {
        none_ui(ui, &format!("and {} more; search for them above.", count((shown.len() - few) as u64)));
    }
    if long && search.is_empty() {
        lists.more_ui(ui, name, shown.len(), FEW);
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

/// Whether a metric is true or false by itself.
pub(super) fn is_flag(panel: &Panel<'_>, name: &str) -> bool {
    let metrics = panel.lake.table().metrics();
    metrics.iter().any(|metric| metric.kind == MetricKind::Bool && crate::filter::metric_name(&metric.name) == name)
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
    fn the_order_depends_on_the_lake_alone() {
        let shown = |matching: usize, by_count| {
            let mut counts = counts();
            counts[0].matching = matching;
            let values: Vec<String> = ordered(counts.iter().collect(), by_count)
                .into_iter()
                .map(|count| count.value.clone().unwrap_or_default())
                .collect();
            values.join(" ")
        };
        for matching in [0, 3] {
            assert_eq!(shown(matching, false), "a1 a2 a10 b ");
            assert_eq!(shown(matching, true), "a2 b a1 a10 ");
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
