//! The builder: which numbers of which metrics, by which groups, of which frames.

use egui::{DragValue, Frame, Key, Margin, Popup, RichText, ScrollArea, Ui, style::StyleModifier, vec2};

use super::{
    StatChoice, StatScope, StatisticsCommand,
    choice::USUAL,
    pick::{Entry, List, add_button, chip_ui, list_ui, toggled},
    state::Answers,
};
use crate::{
    analytics::stats::{Aggregate, GroupKey, Keep},
    filter::{FrameColumns, MetricName},
    gui::{
        command::{Action, Command},
        lake::Lake,
        theme::{self, CONTROL, STEP, colors},
        widgets::{
            Icon, choice_button, field, icon_button, plain_button, segmented,
            text::{number, unit_text},
        },
    },
    model::MetricKind,
};

/// What is typed in the builder.
#[derive(Default)]
pub struct Build {
    metric: String,
    by: String,
    aggregate: String,
    typed: String,
    kept: String,
}

/// Asks this from now on.
pub(super) fn ask(choice: StatChoice) -> Command {
    Command::Statistics(StatisticsCommand::Ask(Box::new(choice)))
}

/// Asks this; while something is dragged, as one step.
pub(super) fn ask_dragged(ui: &Ui, choice: StatChoice) -> Command {
    match ui.input(|input| input.pointer.press_start_time()) {
        Some(since) => Command::Statistics(StatisticsCommand::Drag(Box::new(choice), since)),
        None => ask(choice),
    }
}

/// The metrics of a lake as entries of a list.
pub(super) fn metric_entries(metrics: &[MetricName], numbers: bool, on: impl Fn(&str) -> bool) -> Vec<Entry> {
    let wanted = metrics.iter().filter(|metric| !numbers || metric.kind != MetricKind::Text);
    let entry = |metric: &MetricName| Entry {
        text: metric.name.clone(),
        hint: match metric.kind {
            MetricKind::Text => "words".to_owned(),
            MetricKind::Bool => "yes or no".to_owned(),
            MetricKind::Float | MetricKind::Int => unit_text(metric.unit.as_deref()).unwrap_or_default().to_owned(),
        },
        word: metric.name.clone(),
        on: on(&metric.name),
    };
    wanted.map(entry).collect()
}

fn caption(ui: &mut Ui, text: &str) {
    let muted = colors(ui).muted;
    ui.add_space(STEP + 2.0);
    ui.label(RichText::new(text).font(theme::medium(11.5)).color(muted));
    ui.add_space(2.0);
}

/// A width for bins that makes about ten of them: 1, 2 or 5 times a power of ten.
pub(super) fn bin_width(low: f64, high: f64) -> f64 {
    let least = (high - low) / 12.0;
    if !(least.is_finite() && least > 0.0) {
        return 1.0;
    }
    let power = 10_f64.powf(least.log10().floor());
    let width = [1.0, 2.0, 5.0, 10.0].into_iter().map(|times| times * power).find(|width| *width >= least * 0.999);
    // As it is written in few digits, so that edges are what they look like.
    let width = width.unwrap_or(power);
    format!("{width:.12}").parse().ok().filter(|width| *width > 0.0).unwrap_or(width)
}

impl Build {
    pub(super) fn ui(&mut self, ui: &mut Ui, lake: &Lake, answers: &Answers, out: &mut Vec<Command>) {
        let choice = &lake.statistics.choice;
        ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            Frame::new().inner_margin(Margin { left: 14, right: 14, top: 2, bottom: 14 }).show(ui, |ui| {
                ui.set_width(ui.available_width());
                ui.spacing_mut().item_spacing = vec2(6.0, 6.0);
                self.metrics_ui(ui, lake, choice, out);
                self.groups_ui(ui, lake, answers, choice, out);
                self.aggregates_ui(ui, choice, out);
                self.keep_ui(ui, lake, choice, out);
                values_ui(ui, choice, out);
                scope_ui(ui, lake, choice, out);
                ui.add_space(STEP * 2.0);
                ui.horizontal(|ui| {
                    if plain_button(ui, !choice.is_empty(), Action::SaveAnalysis.name()).clicked() {
                        out.push(Action::SaveAnalysis.into());
                    }
                    if icon_button(ui, Icon::Copy, &Action::CopyCommandLine.tip()).clicked() {
                        out.push(Action::CopyCommandLine.into());
                    }
                    if icon_button(ui, Icon::Repeat, &Action::AskAgain.tip()).clicked() {
                        out.push(Action::AskAgain.into());
                    }
                });
            });
        });
    }

    fn metrics_ui(&mut self, ui: &mut Ui, lake: &Lake, choice: &StatChoice, out: &mut Vec<Command>) {
        caption(ui, "Metrics");
        ui.horizontal_wrapped(|ui| {
            for metric in &choice.metrics {
                if chip_ui(ui, metric, &format!("Take out metric {metric}")) {
                    out.push(ask(StatChoice { metrics: toggled(&choice.metrics, metric), ..choice.clone() }));
                }
            }
            let button = add_button(ui, "Add a metric");
            let entries = metric_entries(lake.table().metrics(), false, |name| {
                choice.metrics.iter().any(|metric| metric == name)
            });
            let list = List { what: "Metric", hint: "Search metrics", one: false };
            if let Some(metric) = list_ui(&button, &list, &mut self.metric, &entries, |_| {}) {
                out.push(ask(StatChoice { metrics: toggled(&choice.metrics, &metric), ..choice.clone() }));
            }
        });
    }

    fn groups_ui(&mut self, ui: &mut Ui, lake: &Lake, answers: &Answers, choice: &StatChoice, out: &mut Vec<Command>) {
        caption(ui, "Group by");
        let bins = |word: &String| match word.parse::<GroupKey>() {
            Ok(GroupKey::Bins { metric, width }) => Some((metric, width)),
            _ => None,
        };
        ui.horizontal_wrapped(|ui| {
            for key in &choice.by {
                let text = bins(key).map_or_else(|| key.replace('_', " "), |(metric, _)| format!("{metric}, in bins"));
                if chip_ui(ui, &text, &format!("Take out group {key}")) {
                    out.push(ask(StatChoice { by: toggled(&choice.by, key), ..choice.clone() }));
                }
            }
            let button = add_button(ui, "Add a group");
            let entries = group_entries(lake, answers, choice);
            let list = List { what: "Group by", hint: "Search groups", one: false };
            if let Some(key) = list_ui(&button, &list, &mut self.by, &entries, |_| {}) {
                out.push(ask(StatChoice { by: toggled(&choice.by, &key), ..choice.clone() }));
            }
        });
        for (place, key) in choice.by.iter().enumerate() {
            let Some((metric, width)) = bins(key) else { continue };
            ui.horizontal(|ui| {
                let muted = colors(ui).muted;
                let mut wide = width;
                let drag = DragValue::new(&mut wide).range(1e-9..=1e12).speed(width / 40.0).max_decimals(6);
                let changed = ui
                    .add_sized(vec2(76.0, CONTROL), drag)
                    .accessible_name(format!("Width of the bins of {metric}"))
                    .on_hover_text("Drag, or click and type.")
                    .changed();
                let unit = lake.table().metrics().iter().find(|known| known.name == metric);
                let unit = unit.and_then(|known| unit_text(known.unit.as_deref())).unwrap_or_default();
                ui.label(RichText::new(format!("{unit} of {metric} each").trim().to_owned()).size(12.0).color(muted));
                if changed && wide > 0.0 {
                    let mut by = choice.by.clone();
                    by[place] = GroupKey::Bins { metric: metric.clone(), width: wide }.to_string();
                    out.push(ask_dragged(ui, StatChoice { by, ..choice.clone() }));
                }
            });
        }
    }

    fn aggregates_ui(&mut self, ui: &mut Ui, choice: &StatChoice, out: &mut Vec<Command>) {
        caption(ui, "Tell");
        let usual: Vec<String> = USUAL.iter().map(ToString::to_string).collect();
        let now = if choice.aggregates.is_empty() { &usual } else { &choice.aggregates };
        let with = |word: &str| ask(StatChoice { aggregates: toggled(now, word), ..choice.clone() });
        ui.horizontal_wrapped(|ui| {
            for word in now {
                if chip_ui(ui, word, &format!("Take out {word}")) {
                    out.push(with(word));
                }
            }
            let button = add_button(ui, "Add an aggregate");
            let others = choice.metrics.iter().map(|metric| (format!("corr:{metric}"), "correlation".to_owned()));
            let entries: Vec<Entry> = AGGREGATES
                .iter()
                .map(|(word, hint)| ((*word).to_owned(), (*hint).to_owned()))
                .chain(others)
                .map(|(word, hint)| Entry { text: word.clone(), hint, on: now.contains(&word), word })
                .collect();
            let list = List { what: "Tell", hint: "Search", one: false };
            let typed = &mut self.typed;
            let mut entered = None;
            let pressed = list_ui(&button, &list, &mut self.aggregate, &entries, |ui| {
                ui.separator();
                ui.horizontal(|ui| {
                    let edit = field(ui, typed, "Another aggregate", "p99.9, q0.25, corr:metric", 190.0);
                    let enter = edit.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
                    let read = typed.trim().parse::<Aggregate>();
                    if plain_button(ui, read.is_ok(), "Add").clicked() || (enter && read.is_ok()) {
                        entered = Some(std::mem::take(typed).trim().to_owned());
                    }
                });
                if let (false, Err(error)) = (typed.trim().is_empty(), typed.trim().parse::<Aggregate>()) {
                    let ink = colors(ui).error;
                    ui.label(RichText::new(error.to_string()).size(11.5).color(ink));
                }
            });
            out.extend(pressed.map(|word| with(&word)));
            if let Some(word) = entered.filter(|word| !now.contains(word)) {
                out.push(with(&word));
            }
        });
    }

    fn keep_ui(&mut self, ui: &mut Ui, lake: &Lake, choice: &StatChoice, out: &mut Vec<Command>) {
        caption(ui, "Keep whole rows of each group");
        let keep = choice.keep.as_ref().and_then(|keep| keep.parse::<Keep>().ok());
        let kind = keep.as_ref().map_or(0, |keep| match (keep.lowest, keep.number) {
            (true, _) => 2,
            (false, 1) => 1,
            _ => 3_u8,
        });
        let metric = keep.as_ref().map(|keep| keep.metric.clone()).or_else(|| choice.metrics.first().cloned());
        let asked = |keep: Option<Keep>| StatChoice { keep: keep.map(|keep| keep.to_string()), ..choice.clone() };
        ui.horizontal_wrapped(|ui| {
            if let Some(kind) = segmented(ui, kind, &[(0, "None"), (1, "Max"), (2, "Min"), (3, "Top")]) {
                let made = metric.clone().map(|metric| Keep {
                    metric,
                    lowest: kind == 2,
                    number: if kind == 3 { 3 } else { 1 },
                });
                out.push(ask(asked(made.filter(|_| kind > 0))));
            }
            let Some(keep) = &keep else { return };
            if kind == 3 {
                let mut n = keep.number;
                let drag = DragValue::new(&mut n).range(2..=1_000_000).speed(1.0);
                let response = ui.add_sized(vec2(52.0, CONTROL), drag).accessible_name("Rows of each group");
                if response.on_hover_text("Rows that are kept of each group.").changed() {
                    out.push(ask_dragged(ui, asked(Some(Keep { number: n, ..keep.clone() }))));
                }
            }
            let button = choice_button(ui, "of", &keep.metric, false, "Metric whose extremes are kept");
            let entries = metric_entries(lake.table().metrics(), true, |name| name == keep.metric);
            let list = List { what: "Keep", hint: "Search metrics", one: true };
            if let Some(metric) = list_ui(&button, &list, &mut self.kept, &entries, |_| {}) {
                out.push(ask(asked(Some(Keep { metric, ..keep.clone() }))));
            }
        });
    }
}

/// What can be told, with a word on each.
const AGGREGATES: [(&str, &str); 18] = [
    ("count", "values"),
    ("missing", "nulls"),
    ("nan", "not a number"),
    ("mean", "average"),
    ("std", "spread"),
    ("min", "smallest"),
    ("max", "largest"),
    ("sum", ""),
    ("median", "half lie below"),
    ("p5", "5 % lie below"),
    ("p25", "25 % lie below"),
    ("p75", "75 % lie below"),
    ("p95", "95 % lie below"),
    ("p99", "99 % lie below"),
    ("mode", "most frequent"),
    ("first", "earliest"),
    ("last", "latest"),
    ("distinct", "different values"),
];

fn group_entries(lake: &Lake, answers: &Answers, choice: &StatChoice) -> Vec<Entry> {
    let on = |word: &str| choice.by.iter().any(|key| key == word);
    let named = |word: &str, hint: &str| Entry {
        text: word.replace('_', " "),
        hint: hint.to_owned(),
        on: on(word),
        word: word.to_owned(),
    };
    let hints = |word: &str| match word {
        "label" => "classes",
        "hour" | "day" | "hour_of_day" | "weekday" => "time",
        "selection" | "tag" => "kept",
        _ => "",
    };
    let mut entries: Vec<Entry> = GroupKey::names().map(|word| named(word, hints(word))).collect();
    let own = answers.attributes.value().map_or(&[][..], Vec::as_slice);
    let always = ["vehicle", "region"].into_iter().filter(|key| !own.iter().any(|known| known == key));
    let attributes = always.map(str::to_owned).chain(own.iter().cloned());
    entries.extend(attributes.map(|key| named(&GroupKey::Attribute(key).to_string(), "of the recording")));
    for metric in lake.loaded.info.metrics.iter().filter(|metric| metric.kind != MetricKind::Text) {
        let prefix = format!("{}:", metric.name);
        let chosen = choice
            .by
            .iter()
            .find(|key| matches!(key.parse(), Ok(GroupKey::Bins { metric: own, .. }) if own == metric.name));
        let width = bin_width(metric.min.unwrap_or(0.0), metric.max.unwrap_or(0.0));
        entries.push(Entry {
            text: format!("{}, in bins", metric.name),
            hint: unit_text(metric.unit.as_deref()).unwrap_or_default().to_owned(),
            on: chosen.is_some(),
            word: chosen.cloned().unwrap_or_else(|| format!("{prefix}{}", number_word(width))),
        });
    }
    entries
}

/// A number as it is typed.
fn number_word(value: f64) -> String {
    let short = number(value);
    if short.parse::<f64>().is_ok_and(|read| read.total_cmp(&value).is_eq()) { short } else { value.to_string() }
}

fn values_ui(ui: &mut Ui, choice: &StatChoice, out: &mut Vec<Command>) {
    caption(ui, "Values");
    ui.horizontal_wrapped(|ui| {
        if let Some(frames) = segmented(ui, choice.frames, &[(false, "Samples"), (true, "Frames")]) {
            out.push(ask(StatChoice { frames, ..choice.clone() }));
        }
    });
    let mut weighted = choice.weighted;
    let weigh = ui.checkbox(&mut weighted, "Weigh by time").accessible_name("Weigh values by how long they hold");
    let hint = "Mean, spread and quantiles weigh a value by how long it holds: until the next one. A sensor that sends more when \
                more happens is then told fairly.";
    if weigh.on_hover_text(hint).clicked() {
        out.push(ask(StatChoice { weighted, ..choice.clone() }));
    }
}

fn scope_ui(ui: &mut Ui, lake: &Lake, choice: &StatChoice, out: &mut Vec<Command>) {
    caption(ui, "Of the frames");
    let text = match &choice.scope {
        StatScope::Filter if super::state::in_force(lake).trim().is_empty() => "All; no filter".to_owned(),
        StatScope::Filter => "That the filter matches".to_owned(),
        StatScope::View(name) => format!("View “{name}”"),
        StatScope::Selection(name) => format!("Selection “{name}”"),
    };
    let lit = choice.scope != StatScope::Filter;
    let button = choice_button(ui, "", &text, lit, "Which frames");
    Popup::menu(&button).style(StyleModifier::default()).show(|ui| {
        ui.set_width(260.0);
        let mut scope = |ui: &mut Ui, scope: StatScope, name: String| {
            if ui.radio(choice.scope == scope, name).clicked() {
                out.push(ask(StatChoice { scope, ..choice.clone() }));
                ui.close();
            }
        };
        scope(ui, StatScope::Filter, "Those of the filter".to_owned());
        ScrollArea::vertical().max_height(280.0).show(ui, |ui| {
            for view in lake.keep.views.value().map_or(&[][..], |all| all.views.as_slice()) {
                scope(ui, StatScope::View(view.name.clone()), format!("View “{}”", view.name));
            }
            for selection in lake.selections.value().map_or(&[][..], Vec::as_slice) {
                scope(ui, StatScope::Selection(selection.name.clone()), format!("Selection “{}”", selection.name));
            }
        });
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bins_are_about_ten_and_round() {
        for (low, high, expected) in [(0.0, 100.0, 10.0), (0.0, 33.0, 5.0), (-0.2, 0.9, 0.1), (3.0, 3.0, 1.0)] {
            let width = bin_width(low, high);
            assert!((width - expected).abs() < 1e-12, "{low} {high}: {width}");
            assert_eq!(number_word(width).parse::<f64>().unwrap().to_bits(), width.to_bits());
        }
        assert!(bin_width(f64::NAN, 1.0) > 0.0);
        for (word, _) in AGGREGATES {
            assert!(word.parse::<Aggregate>().is_ok(), "{word}");
        }
    }
}
