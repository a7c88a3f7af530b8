//! Label classes as a facet: whether there is one on the frame, how many at least, and none at all.

use egui::{Rect, Sense, Ui, WidgetInfo, accesskit::Role, pos2, vec2};

use super::{
    facet_line::{Line, Mark, Swatch, line_ui, menu_ui},
    facets::{Facets, Panel},
};
use crate::{
    filter::{
        choice::{self, CountRange},
        crossfilter::{FacetCounts, FacetKey},
        edit::{self, Facet},
        facets::ClassCount,
        name_text,
    },
    gui::{
        command::Command,
        theme::{self, colors},
        widgets::{
            Icon, paint_icon,
            text::{count, counted},
        },
    },
};

/// Height of the bars under a class, px.
const BARS: f32 = 26.0;
/// Classes shown before “Show all”.
const FEW: usize = 12;

impl Facets {
    /// The classes, each with how often it matches, and the frames without labels.
    pub(super) fn classes_ui(
        &mut self,
        ui: &mut Ui,
        panel: &Panel<'_>,
        classes: &[ClassCount],
        bare: [usize; 2],
        out: &mut Vec<Command>,
    ) {
        let asked = panel.expr.as_ref().map(choice::classes_of).unwrap_or_default();
        let most = classes.iter().map(|class| class.frames).chain([bare[0]]).max().unwrap_or(1);
        let search = self.lists.search_ui(ui, "labels", "Search label classes", classes.len() > FEW + 1);
        let wanted: Vec<&ClassCount> = classes
            .iter()
            .filter(|class| panel.wants_in("Labels", &class.class) && class.class.to_lowercase().contains(&search))
            .collect();
        let whole = !search.is_empty() || self.lists.is_whole("labels") || wanted.len() <= FEW + 1;
        let few = if whole { wanted.len() } else { FEW };
        for (place, class) in wanted.iter().enumerate() {
            // What is asked for stays in sight, however short the list is.
            if place < few || asked.contains(&class.class.as_str()) {
                self.class_ui(ui, panel, class, most, out);
            }
        }
        if search.is_empty() {
            self.lists.more_ui(ui, "labels", wanted.len(), FEW);
        }
        if panel.wants_in("Labels", "no labels") {
            self.bare_ui(ui, panel, bare, most, out);
        }
    }

    /// The frames without labels.
    fn bare_ui(&mut self, ui: &mut Ui, panel: &Panel<'_>, bare: [usize; 2], most: usize, out: &mut Vec<Command>) {
        let range = panel.expr.as_ref().and_then(|expr| edit::range_of(expr, "labels", None));
        let ticked = range.is_some_and(|range| range.high <= 0.0);
        let mut matching = bare[1];
        if panel.owns(Facet::Name("labels")) {
            if let Some(FacetCounts::Labels(counted)) = panel.lake.counting.of(&FacetKey::Labels(None)).0 {
                matching = counted.first().map_or(0, |frames| usize::try_from(*frames).unwrap_or(usize::MAX));
            }
            self.wanted.push(FacetKey::Labels(None));
        }
        let line = Line {
            text: "no labels",
            spoken: "Label: no labels".to_owned(),
            mark: if ticked { Mark::Chosen } else { Mark::Free },
            frames: bare[0],
            matching,
            most,
            swatch: Some(Swatch::Room),
            faint: true,
        };
        if line_ui(ui, &line).clicked() {
            let leave_out = ui.input(|input| input.modifiers.alt);
            let range = if leave_out { (1.0, f64::INFINITY) } else { (0.0, 0.0) };
            Panel::ask(edit::set_range(&panel.lake.filter, "labels", (!ticked).then_some(range)), out);
        }
    }

    fn class_ui(&mut self, ui: &mut Ui, panel: &Panel<'_>, class: &ClassCount, most: usize, out: &mut Vec<Command>) {
        let name = class.class.as_str();
        let range = panel.expr.as_ref().and_then(|expr| choice::class_of(expr, name));
        let mark = match range {
            None => Mark::Free,
            Some(CountRange::NONE) => Mark::LeftOut,
            Some(_) => Mark::Chosen,
        };
        // A class that the filter asks for is counted as if it did not, so that each number is what a click would bring.
        let mut matching = class.matching;
        if mark != Mark::Free {
            let key = FacetKey::Labels(Some(name.to_owned()));
            if let Some(FacetCounts::Labels(counted)) = panel.lake.counting.of(&key).0 {
                matching = with_one(counted);
            }
            self.wanted.push(key);
        }
        let line = Line {
            text: name,
            spoken: format!("Label: {name}"),
            mark,
            frames: class.frames,
            matching,
            most,
            swatch: Some(Swatch::Class(name)),
            faint: false,
        };
        let filter = &panel.lake.filter;
        let ask = |range: Option<CountRange>, out: &mut Vec<Command>| {
            Panel::ask(choice::set_class(filter, name, range), out);
        };
        let response = line_ui(ui, &line);
        if response.clicked() {
            let leave_out = ui.input(|input| input.modifiers.alt);
            let wanted = if leave_out { CountRange::NONE } else { CountRange::at_least(1) };
            let same = if leave_out { mark == Mark::LeftOut } else { mark != Mark::Free };
            ask((!same).then_some(wanted), out);
        }
        menu_ui(&response, |ui| {
            let text = name_text(name);
            for (entry, range) in [
                (format!("At least one: has({text})"), Some(CountRange::at_least(1))),
                (format!("At least two: count({text}) >= 2"), Some(CountRange::at_least(2))),
                (format!("None: not has({text})"), Some(CountRange::NONE)),
                ("Do not ask".to_owned(), None),
            ] {
                if ui.button(entry).clicked() {
                    ask(range, out);
                    ui.close();
                }
            }
        });
        if mark == Mark::Chosen
            && let Some(range) = range
        {
            numbers_ui(ui, panel, name, range, out);
        }
    }
}

/// How many frames have one label of the class, two, three, …; press a bar or step to ask for at least so many.
fn numbers_ui(ui: &mut Ui, panel: &Panel<'_>, class: &str, range: CountRange, out: &mut Vec<Command>) {
    let Some(FacetCounts::Labels(told)) = panel.lake.counting.of(&FacetKey::Labels(Some(class.to_owned()))).0 else {
        ui.add_space(BARS + 10.0);
        return;
    };
    let frames = bars_of(told);
    let colors = colors(ui);
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), BARS + 10.0), Sense::hover());
    let inner = rect.shrink2(vec2(14.0, 0.0)).with_min_x(rect.left() + 36.0);
    let steps = Rect::from_min_max(pos2(inner.right() - 84.0, inner.top()), inner.max);
    let bars = Rect::from_min_max(inner.min, pos2(steps.left() - 10.0, inner.top() + BARS));
    let ask = |low: u64, out: &mut Vec<Command>| {
        let high = range.high.filter(|high| *high >= low);
        let range = (low > 0 || high.is_some()).then_some(CountRange { low, high });
        Panel::ask(choice::set_class(&panel.lake.filter, class, range), out);
    };
    #[expect(clippy::cast_precision_loss, reason = "sizes of bars")]
    let (tallest, number) = (frames.iter().copied().max().unwrap_or(1).max(1) as f32, frames.len().max(1) as f32);
    let width = (bars.width() / number).min(18.0);
    for (index, with) in frames.iter().enumerate() {
        let at_least = index as u64 + 1;
        #[expect(clippy::cast_precision_loss, reason = "sizes of bars")]
        let (left, part) = (bars.left() + width * index as f32, (*with as f32 / tallest).sqrt());
        let place = Rect::from_min_size(pos2(left, bars.top()), vec2(width, bars.height()));
        let response = ui.interact(place, ui.scope_id().with(("at least", class, index)), Sense::click());
        response.widget_info(|| WidgetInfo::labeled(Role::Button, true, format!("At least {at_least} of {class}")));
        let inside = at_least >= range.low && range.high.is_none_or(|high| at_least <= high);
        let fill = match (inside, response.hovered()) {
            (_, true) => colors.accent,
            (true, _) => colors.front,
            _ => colors.faint,
        };
        let height = if *with == 0 { 1.0 } else { (part * bars.height()).max(2.0) };
        let bar = Rect::from_min_max(
            pos2(place.left(), place.bottom() - height),
            pos2(place.right() - if width > 3.0 { 1.0 } else { 0.0 }, place.bottom()),
        );
        ui.painter().rect_filled(bar, 0, fill);
        let more = if index + 1 == frames.len() && index > 0 { " or more" } else { "" };
        let tip = format!("{} with {at_least}{more}\nPress to ask for at least {at_least}", counted(*with, "frame"));
        if response.on_hover_text(tip).clicked() {
            ask(at_least, out);
        }
    }
    let asked = match range.high {
        None => format!("≥ {}", count(range.low)),
        Some(high) if high == range.low => format!("= {}", count(high)),
        Some(high) => format!("{} – {}", count(range.low), count(high)),
    };
    let center = bars.center().y;
    let at = pos2(steps.center().x, center);
    ui.painter().text(at, egui::Align2::CENTER_CENTER, asked, theme::numbers_medium(12.0), colors.accent);
    for (icon, x, low, name) in [
        (Icon::Minus, steps.left() + 11.0, range.low.saturating_sub(1), "Fewer"),
        (Icon::Plus, steps.right() - 11.0, range.low + 1, "More"),
    ] {
        let place = Rect::from_center_size(pos2(x, center), vec2(22.0, 22.0));
        let response = ui.interact(place, ui.scope_id().with((name, class)), Sense::click());
        response.widget_info(|| WidgetInfo::labeled(Role::Button, true, format!("{name} of {class}")));
        if response.hovered() || response.has_focus() {
            ui.painter().rect_filled(place, 4, colors.hover);
        }
        paint_icon(ui.painter(), place.shrink(5.0), icon, colors.text);
        if response.on_hover_text(format!("Ask for at least {}", count(low))).clicked() {
            ask(low, out);
        }
    }
}

/// Most bars that tell how many labels of a class a frame has.
const NUMBERS: usize = 24;

/// Frames with one, two, … labels of a class, the last with so many or more; from those with none, one, two, …
fn bars_of(counted: &[u64]) -> Vec<u64> {
    let with = counted.get(1..).unwrap_or_default();
    let mut bars: Vec<u64> = with.iter().take(NUMBERS).copied().collect();
    if let Some(last) = bars.last_mut() {
        *last += with.iter().skip(NUMBERS).sum::<u64>();
    }
    bars
}

/// Frames with at least one label.
fn with_one(counted: &[u64]) -> usize {
    usize::try_from(counted.iter().skip(1).sum::<u64>()).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_with_many_labels_share_the_last_bar() {
        assert_eq!((bars_of(&[9, 2, 0, 1]), with_one(&[9, 2, 0, 1])), (vec![2, 0, 1], 3));
        assert_eq!((bars_of(&[9]), with_one(&[])), (Vec::new(), 0));
        let many: Vec<u64> = (0..30).collect();
        let bars = bars_of(&many);
        assert_eq!((bars.len(), bars[0], bars.iter().sum::<u64>()), (NUMBERS, 1, (1..30).sum()));
    }
}
