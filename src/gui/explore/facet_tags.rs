//! Tags as a facet: how many frames have each, and how many of those match everything else in the filter.

use std::sync::Arc;

use egui::{Frame, Label, Margin, RichText, Ui};

use super::{
    facet_line::{Line, Mark},
    facet_lists::Category,
    facets::{Facets, Panel},
};
use crate::{
    filter::{
        Filter, FrameColumns, FrameSet,
        edit::{self, Facet},
        facets::CategoryCount,
    },
    gui::{
        command::{Action, Command},
        fetch::Fetch,
        theme::colors,
        widgets::{divider, plain_button, text::counted},
        work::Workers,
    },
    jobs::Priority,
};

/// As a filter spells it.
const NAME: &str = "tag";
/// Tags shown before “Show all”.
const FEW: usize = 8;

/// Generation of the index, state of what is kept, and the filter without its conditions on tags.
type TagsKey = (u64, u64, String);

/// What the tags count.
#[derive(Default)]
pub(super) struct Tags(Fetch<TagsKey, Vec<CategoryCount>>);

/// Frames of each tag, and those without one, of all and of what the filter finds.
fn counts(table: &dyn FrameColumns, filter: &str) -> Result<Vec<CategoryCount>, String> {
    let tags = table.tags()?;
    if tags.tags.is_empty() {
        return Ok(Vec::new());
    }
    let filter = Filter::parse(filter).map_err(|error| error.to_string())?;
    let set = filter.evaluate(table).map_err(|error| error.to_string())?;
    let counted = |value: Option<&str>, frames: &FrameSet| {
        let matching = frames.bits().intersection_count(set.bits());
        CategoryCount { value: value.map(str::to_owned), frames: frames.count(), matching }
    };
    let mut counts: Vec<CategoryCount> = tags.tags.iter().map(|(tag, frames)| counted(Some(tag), frames)).collect();
    let mut without = fixedbitset::FixedBitSet::with_capacity(table.rows());
    without.set_range(.., true);
    for frames in tags.tags.values() {
        without.difference_with(frames.bits());
    }
    let matching = without.intersection_count(set.bits());
    counts.push(CategoryCount { value: None, frames: without.count_ones(..), matching });
    Ok(counts)
}

impl Facets {
    /// The tags, each with how often it matches, and the frames without one.
    pub(super) fn tags_ui(&mut self, ui: &mut Ui, panel: &Panel<'_>, workers: &Workers, out: &mut Vec<Command>) {
        let lake = panel.lake;
        let Some(view) = &lake.view else { return };
        // The facet's own conditions are left out, so that each number is what a press would bring.
        // While the section is closed, only the number of tags is shown, and no filter is run for it.
        let closed = self.is_closed("Tags");
        let others =
            if closed { String::new() } else { edit::clear(&view.key.filter, Facet::Name(NAME)).unwrap_or_default() };
        let (table, filter) = (Arc::clone(lake.table()), others.clone());
        let key = (table.generation(), lake.selections_version, others);
        self.tags.0.request(key, &workers.ask, Priority::Visible, ui.ctx(), move |_| counts(&*table, &filter));
        self.tags.0.poll();
        let error = self.tags.0.error().map(str::to_owned);
        let all = self.tags.0.value().cloned().unwrap_or_default();
        let wanted = |count: &&CategoryCount| panel.wants_in("Tags", count.value.as_deref().unwrap_or("no tag"));
        let shown: Vec<&CategoryCount> = all.iter().filter(wanted).collect();
        if shown.is_empty() && !panel.wants("Tags") {
            return;
        }
        divider(ui);
        let asked = panel.owns(Facet::Name(NAME));
        let number = all.iter().filter(|count| count.value.is_some()).count();
        let (open, cleared) = self.asked_section(ui, "Tags", number, false, asked);
        if cleared {
            Panel::ask(edit::clear(&lake.filter, Facet::Name(NAME)), out);
        }
        if !open {
            return;
        }
        if let Some(error) = error {
            told_ui(ui, &format!("The tags cannot be counted: {error}"));
        }
        if all.is_empty() {
            none_ui(ui, panel, out);
            return;
        }
        let category = Category { title: "Tag", name: NAME, flag: false };
        let choice = category.choice(panel);
        let long = shown.len() > FEW + 1;
        let search = self.lists.search_ui(ui, NAME, "Search tags", long);
        let whole = !search.is_empty() || !long || self.lists.is_whole(NAME);
        let most = shown.iter().map(|count| count.frames).max().unwrap_or(1);
        for (place, count) in shown.iter().enumerate() {
            let value = count.value.as_deref();
            let text = value.unwrap_or("no tag");
            let short = !whole && place >= FEW && value.is_some() && !choice.names(value);
            if short || !text.to_lowercase().contains(&search) {
                continue;
            }
            let line = Line {
                text,
                spoken: format!("Tag: {text}"),
                mark: Mark::Free,
                frames: count.frames,
                matching: count.matching,
                most,
                swatch: None,
                faint: value.is_none(),
            };
            if let Some(wanted) = category.line_ui(ui, line, value, &choice, || None) {
                Panel::ask(category.set(&lake.filter, &wanted), out);
            }
        }
        if search.is_empty() {
            self.lists.more_ui(ui, NAME, shown.len(), FEW);
        }
        ui.add_space(8.0);
    }
}

fn told_ui(ui: &mut Ui, text: &str) {
    Frame::new().inner_margin(Margin { left: 14, right: 14, top: 2, bottom: 8 }).show(ui, |ui| {
        ui.add(Label::new(RichText::new(text).size(12.0).color(colors(ui).muted)).wrap());
    });
}

/// No tag yet: how to give one.
fn none_ui(ui: &mut Ui, panel: &Panel<'_>, out: &mut Vec<Command>) {
    let selected = panel.lake.selected.count() as u64;
    if selected == 0 {
        told_ui(ui, "No tags yet. Select frames in the grid, then press T.");
        return;
    }
    Frame::new().inner_margin(Margin { left: 14, right: 14, top: 2, bottom: 10 }).show(ui, |ui| {
        if plain_button(ui, true, &format!("Tag {}…", counted(selected, "selected frame"))).clicked() {
            out.push(Action::Tag.into());
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::filter::{MemoryColumns, truth_table};

    #[test]
    fn tags_are_counted_and_without_any_no_filter_is_run() {
        let told: Vec<(Option<String>, usize, usize)> = counts(&truth_table::lake(), "speed > 0")
            .unwrap()
            .into_iter()
            .map(|count| (count.value, count.frames, count.matching))
            .collect();
        let tag = |name: &str| Some(name.to_owned());
        assert_eq!(told, [(tag("Look again"), 2, 1), (tag("good"), 3, 2), (None, 4, 1)]);
        // A filter that would fail shows whether it is run.
        let mut bare = MemoryColumns::new();
        bare.add_footage("r", "c", 0, &Arc::default(), 0..9);
        assert!(counts(&bare, "nothing > 3").unwrap().is_empty());
        assert!(counts(&truth_table::lake(), "nothing > 3").is_err());
    }
}
