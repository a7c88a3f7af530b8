//! The facets on the left: what there is in the lake, how often, and how often among what matches. All of them edit the
//! filter's text.

use std::collections::BTreeSet;

use egui::{Frame, Margin, Rect, RichText, ScrollArea, Sense, Ui, WidgetInfo, accesskit::Role, vec2};

use super::{
    chips::chips_ui,
    facet_head::{clear_ui, head_ui, nulls_ui, range_text},
    facet_lists::{self, Category, Lists},
    facet_tags::Tags,
    problems,
};
use crate::{
    filter::{
        self, Expr, Filter, FrameColumns as _, MetricName, choice,
        crossfilter::{FacetCounts, FacetKey},
        edit::{self, Facet},
    },
    gui::{
        categories::CategoryName,
        command::{Action, Command},
        lake::Lake,
        theme::{self, STEP, colors},
        widgets::{
            Brush, Histogram, Icon, divider, field, paint_icon, quiet_button,
            text::{number, unit_text},
        },
        work::Workers,
    },
    model::MetricKind,
};

/// Height kept for a histogram facet that is not on screen, px.
const CARD: f32 = 92.0;

/// State and caches of the panel.
#[derive(Default)]
pub struct Facets {
    search: String,
    /// The facets in sight in this pass.
    pub(super) wanted: Vec<FacetKey>,
    closed: BTreeSet<&'static str>,
    pub(super) lists: Lists,
    pub(super) tags: Tags,
    scroll_to_problems: bool,
    /// Whether the search has found something in this frame.
    found: bool,
}

/// What the parts of the panel are drawn from.
pub(super) struct Panel<'a> {
    pub lake: &'a Lake,
    /// The filter that is applied, as a tree: none while it is turned off, so that the facets show what is then.
    pub expr: Option<Expr>,
    /// The filter as it is written, applied or not, when it can be read.
    pub written: Option<Expr>,
    /// What was typed into the search field, in small letters.
    pub search: String,
}

impl Panel<'_> {
    pub fn wants(&self, name: &str) -> bool {
        self.search.is_empty() || name.to_lowercase().contains(&self.search)
    }

    /// Whether the search is for the entry, or for the whole section.
    pub fn wants_in(&self, section: &str, name: &str) -> bool {
        self.wants(section) || self.wants(name)
    }

    /// Whether the filter has a condition of the facet's own.
    pub fn owns(&self, facet: Facet<'_>) -> bool {
        self.expr.as_ref().is_some_and(|expr| edit::conjuncts(expr).iter().any(|part| facet.owns(part)))
    }

    /// The facets of the label classes that the filter has conditions on, and that of all labels together.
    fn owned_labels(&self) -> Vec<Facet<'_>> {
        let classes = self.expr.as_ref().map(choice::classes_of).unwrap_or_default();
        let all = Some(Facet::Name("labels")).filter(|facet| self.owns(*facet));
        classes.into_iter().map(Facet::Class).chain(all).collect()
    }

    /// Asks for a changed filter text in a step of its own; one that cannot be read is left alone and shown for mending.
    pub fn ask(edited: Result<String, filter::FilterError>, out: &mut Vec<Command>) {
        out.push(match edited {
            Ok(filter) => Command::AskFilter(filter),
            Err(_) => Action::FocusQuery.into(),
        });
    }

    /// The same while a brush moves: what follows soon is the same step.
    pub fn edit(edited: Result<String, filter::FilterError>, out: &mut Vec<Command>) {
        out.push(match edited {
            Ok(filter) => Command::SetFilter(filter),
            Err(_) => Action::FocusQuery.into(),
        });
    }
}

impl Facets {
    /// Opens the list of problems and scrolls to it.
    pub fn show_problems(&mut self) {
        self.closed.remove("Problems");
        self.search.clear();
        self.scroll_to_problems = true;
    }

    /// Shows the facet of a metric.
    pub fn go_to(&mut self, metric: &str) {
        self.closed.remove("Metrics");
        metric.clone_into(&mut self.search);
    }

    /// Draws the panel.
    pub fn ui(&mut self, ui: &mut Ui, lake: &Lake, workers: &Workers, out: &mut Vec<Command>) {
        ui.spacing_mut().item_spacing.y = 0.0;
        Frame::new().inner_margin(Margin::symmetric(12, 6)).show(ui, |ui| {
            let width = ui.available_width();
            field(ui, &mut self.search, "Search facets", "Search facets", width);
        });
        // While the filter in the bar does not hold, chips and facets tell of the one that is applied, as the grid does.
        let text = lake.shown_instead().map_or(lake.filter.as_str(), |(_, shown)| shown);
        let written = Filter::parse(text).ok().and_then(|filter| filter.expr().cloned());
        let expr = written.clone().filter(|_| !lake.off);
        let panel = Panel { lake, expr, written, search: self.search.trim().to_lowercase() };
        let before = out.len();
        divider(ui);
        if panel.written.is_some() || !lake.aside.is_empty() {
            // At the bottom, where its coming and going moves nothing that is being pressed.
            let frame =
                Frame::new().fill(colors(ui).panel).inner_margin(Margin { left: 12, right: 12, top: 8, bottom: 8 });
            egui::Panel::bottom("conditions").resizable(false).frame(frame).show(ui, |ui| chips_ui(ui, &panel, out));
        }
        ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            self.labels_ui(ui, &panel, out);
            self.metrics_ui(ui, &panel, out);
            self.categories_ui(ui, &panel, out);
            self.tags_ui(ui, &panel, workers, out);
            self.selections_ui(ui, &panel, out);
            self.problems_ui(ui, &panel, out);
            self.nothing_ui(ui, &panel);
            ui.add_space(STEP * 3.0);
        });
        if lake.shown_instead().is_some() {
            // What is pressed is about the filter that is applied, and would change the one that is typed: that is mended first.
            let edits = |command: &&mut Command| {
                matches!(
                    command,
                    Command::AskFilter(_) | Command::SetFilter(_) | Command::SetAside(_) | Command::TakeUp(_)
                )
            };
            out.iter_mut().skip(before).filter(edits).for_each(|command| *command = Action::FocusQuery.into());
        }
        let wanted = std::mem::take(&mut self.wanted);
        if wanted != lake.counting.wanted() {
            out.push(Command::CountFacets(wanted));
        }
    }

    /// A heading that opens and closes what is below it; false when that is closed.
    fn section(&mut self, ui: &mut Ui, name: &'static str, count: usize, warn: bool) -> bool {
        self.asked_section(ui, name, count, warn, false).0
    }

    /// Whether a section is closed.
    pub(super) fn is_closed(&self, name: &str) -> bool {
        self.closed.contains(name)
    }

    /// The same with a cross while something in it is asked for; whether the cross was pressed, too.
    pub(super) fn asked_section(
        &mut self,
        ui: &mut Ui,
        name: &'static str,
        count: usize,
        warn: bool,
        asked: bool,
    ) -> (bool, bool) {
        let colors = colors(ui);
        self.found = true;
        let open = !self.closed.contains(name);
        let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 36.0), Sense::click());
        response.widget_info(|| WidgetInfo::selected(Role::Button, true, open, format!("{name} section")));
        if response.hovered() {
            ui.painter().rect_filled(rect, 0, colors.hover);
        }
        let center = rect.center().y;
        let arrow = Rect::from_center_size(egui::pos2(rect.left() + 16.0, center), vec2(12.0, 12.0));
        paint_icon(ui.painter(), arrow, if open { Icon::Down } else { Icon::Right }, colors.muted);
        let at = egui::pos2(rect.left() + 28.0, center);
        ui.painter().text(at, egui::Align2::LEFT_CENTER, name, theme::semibold(12.5), colors.text);
        let cleared = asked && clear_ui(ui, rect.with_max_x(rect.right() - 12.0), name);
        let ink = if warn { colors.warning } else { colors.muted };
        let right = egui::pos2(rect.right() - if asked { 34.0 } else { 12.0 }, center);
        ui.painter().text(right, egui::Align2::RIGHT_CENTER, count.to_string(), theme::numbers(12.0), ink);
        if response.clicked() && !cleared {
            if open {
                self.closed.insert(name);
            } else {
                self.closed.remove(name);
            }
        }
        (open, cleared)
    }

    fn metrics_ui(&mut self, ui: &mut Ui, panel: &Panel<'_>, out: &mut Vec<Command>) {
        let metrics: Vec<&MetricName> = panel
            .lake
            .table()
            .metrics()
            .iter()
            .filter(|metric| {
                panel.wants_in("Metrics", &metric.name) && matches!(metric.kind, MetricKind::Float | MetricKind::Int)
            })
            .collect();
        if metrics.is_empty() || !self.section(ui, "Metrics", metrics.len(), false) {
            return;
        }
        for metric in metrics {
            self.metric_ui(ui, panel, metric, out);
        }
        divider(ui);
    }

    fn metric_ui(&mut self, ui: &mut Ui, panel: &Panel<'_>, metric: &MetricName, out: &mut Vec<Command>) {
        let colors = colors(ui);
        // A facet out of sight is only its height.
        let top = ui.cursor().top();
        let ahead = ui.clip_rect().height();
        if top > ui.clip_rect().bottom() + ahead || top + CARD < ui.clip_rect().top() {
            ui.allocate_space(vec2(ui.available_width(), CARD));
            return;
        }
        let key = FacetKey::Numbers(metric.name.clone());
        let (counts, error) = panel.lake.counting.of(&key);
        self.wanted.push(key);
        let name = filter::metric_name(&metric.name);
        let range = panel.expr.as_ref().and_then(|expr| edit::range_of(expr, &name, metric.unit.as_deref()));
        let ends = range.map(|range| (finite(range.low), finite(range.high)));
        let missing = panel.expr.as_ref().and_then(|expr| choice::choice_of(expr, &name)).filter(|choice| choice.null);
        let asked = match (range, &missing) {
            (Some(range), _) => Some(range_text(range)),
            (None, Some(choice)) => Some(if choice.excluded { "any value" } else { "no value" }.to_owned()),
            (None, None) => panel.owns(Facet::Name(&name)).then(|| "in a list".to_owned()),
        };
        ui.allocate_ui(vec2(ui.available_width(), CARD), |ui| {
            ui.set_min_height(CARD);
            Frame::new().inner_margin(Margin { left: 14, right: 14, top: 6, bottom: 6 }).show(ui, |ui| {
                ui.set_width(ui.available_width());
                if head_ui(ui, &metric.name, unit_text(metric.unit.as_deref()), asked.as_deref()) {
                    Panel::ask(edit::clear(&panel.lake.filter, Facet::Name(&name)), out);
                }
                match counts {
                    Some(FacetCounts::Numbers { bins, total, front }) if bins.min.is_some() => {
                        let nulls = (total.nulls, front.nulls);
                        let total: Vec<u32> = total.counts.iter().map(|count| clamp(*count)).collect();
                        let front: Vec<u32> = front.counts.iter().map(|count| clamp(*count)).collect();
                        let spoken = format!("Histogram of {}", metric.name);
                        let histogram = Histogram {
                            name: &spoken,
                            min: bins.low,
                            max: bins.high,
                            total: &total,
                            front: &front,
                            range: ends,
                        };
                        let (_, brush) = histogram.ui(ui);
                        if let Some(brush) = brush {
                            let range = match brush {
                                Brush::Clear => None,
                                Brush::Range(low, high) => {
                                    Some((low.unwrap_or(f64::NEG_INFINITY), high.unwrap_or(f64::INFINITY)))
                                }
                            };
                            Panel::edit(edit::set_range(&panel.lake.filter, &name, range), out);
                        }
                        ui.add_space(3.0);
                        let line = ends_ui(ui, bins.min, bins.max);
                        let only = missing.as_ref().is_some_and(|choice| !choice.excluded);
                        if let Some(response) = nulls_ui(ui, line, &metric.name, only, nulls.0, nulls.1)
                            && response.clicked()
                        {
                            let leave_out = ui.input(|input| input.modifiers.alt);
                            let wanted =
                                choice::Choice { null: leave_out || !only, excluded: leave_out, ..Default::default() };
                            Panel::ask(choice::set_choice(&panel.lake.filter, &name, &wanted), out);
                        }
                    }
                    Some(_) => {
                        ui.label(RichText::new("No frame has a value").size(12.0).color(colors.muted));
                    }
                    None => {
                        if let Some(error) = error {
                            ui.colored_label(colors.warning, error);
                        }
                    }
                }
            });
        });
    }

    fn labels_ui(&mut self, ui: &mut Ui, panel: &Panel<'_>, out: &mut Vec<Command>) {
        let classes = panel.lake.table().classes();
        let shown = classes.iter().any(|class| panel.wants_in("Labels", class)) || panel.wants("no labels");
        if !shown || classes.is_empty() {
            return;
        }
        let own = panel.owned_labels();
        let (open, cleared) = self.asked_section(ui, "Labels", classes.len(), false, !own.is_empty());
        if cleared {
            Panel::ask(edit::clear_all(&panel.lake.filter, &own), out);
        }
        if !open {
            return;
        }
        let (counts, _) = panel.lake.counting.of(&FacetKey::Classes);
        self.wanted.push(FacetKey::Classes);
        if let Some(FacetCounts::Classes { classes, bare }) = counts {
            self.classes_ui(ui, panel, classes, *bare, out);
        }
        ui.add_space(STEP);
        divider(ui);
    }

    fn categories_ui(&mut self, ui: &mut Ui, panel: &Panel<'_>, out: &mut Vec<Command>) {
        let before = ui.cursor().top();
        for CategoryName { title, name, flag } in &*panel.lake.loaded.categories {
            let key = FacetKey::Category(name.clone());
            let (counts, error) = panel.lake.counting.of(&key);
            if ui.cursor().top() < ui.clip_rect().bottom() + 200.0 {
                self.wanted.push(key);
            }
            let Some(FacetCounts::Category(counts)) = counts else {
                if let Some(error) = error {
                    ui.colored_label(colors(ui).warning, error);
                }
                ui.add_space(if error.is_none() { 96.0 } else { 0.0 });
                continue;
            };
            let category = Category { title, name, flag: *flag };
            facet_lists::category_ui(ui, panel, &category, counts, &mut self.lists, out);
        }
        self.found |= ui.cursor().top() > before;
    }

    /// Said when the search finds no facet at all.
    fn nothing_ui(&mut self, ui: &mut Ui, panel: &Panel<'_>) {
        if !std::mem::take(&mut self.found) && !panel.search.is_empty() {
            Frame::new().inner_margin(Margin::symmetric(14, 10)).show(ui, |ui| {
                let text = format!("No metric, label, category or value is called “{}”.", self.search.trim());
                ui.add(egui::Label::new(RichText::new(text).color(colors(ui).muted)).wrap());
                if quiet_button(ui, "Show all facets").clicked() {
                    self.search.clear();
                }
            });
        }
    }

    fn selections_ui(&mut self, ui: &mut Ui, panel: &Panel<'_>, out: &mut Vec<Command>) {
        let selections = panel.lake.selections.value().map_or(&[][..], Vec::as_slice);
        if !panel.wants("Selections") {
            return;
        }
        divider(ui);
        if self.section(ui, "Selections", selections.len(), false) {
            facet_lists::selections_ui(ui, selections, out);
        }
    }

    fn problems_ui(&mut self, ui: &mut Ui, panel: &Panel<'_>, out: &mut Vec<Command>) {
        let problems = &panel.lake.loaded.info.problems;
        if !["Problems", "damaged"].into_iter().any(|name| panel.wants(name)) {
            return;
        }
        divider(ui);
        // The cursor itself reaches down without end; what is to be seen is the heading.
        let heading = egui::Rect::from_min_size(ui.cursor().min, vec2(1.0, 36.0));
        if std::mem::take(&mut self.scroll_to_problems) {
            ui.scroll_to_rect(heading, Some(egui::Align::TOP));
        }
        let own: Vec<Facet<'_>> =
            [Facet::Name("damaged"), Facet::Name("problem")].into_iter().filter(|facet| panel.owns(*facet)).collect();
        let (open, cleared) = self.asked_section(ui, "Problems", problems.len(), !problems.is_empty(), !own.is_empty());
        if cleared {
            Panel::ask(edit::clear_all(&panel.lake.filter, &own), out);
        }
        if open {
            self.marks_ui(ui, panel, out);
            problems::problems_ui(ui, panel, problems, out);
        }
    }
}

fn ends_ui(ui: &mut Ui, min: Option<f64>, max: Option<f64>) -> Rect {
    let colors = colors(ui);
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 14.0), Sense::hover());
    for (value, at, align) in
        [(min, rect.left_center(), egui::Align2::LEFT_CENTER), (max, rect.right_center(), egui::Align2::RIGHT_CENTER)]
    {
        if let Some(value) = value {
            ui.painter().text(at, align, number(value), theme::numbers(11.0), colors.muted);
        }
    }
    rect
}

fn finite(value: f64) -> Option<f64> {
    value.is_finite().then_some(value)
}

fn clamp(count: u64) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
