//! The facets on the left: what there is in the lake, how often, and how often among what matches. All of them edit the
//! filter's text.

use std::collections::BTreeSet;

use egui::{Frame, Margin, RichText, ScrollArea, Sense, Stroke, StrokeKind, Ui, WidgetInfo, accesskit::Role, vec2};

use super::{
    facet_lists::{self, Lists},
    highlight, problems,
};
use crate::{
    filter::{
        self, Expr, Filter, FrameColumns, MetricName, attribute_keys,
        crossfilter::{FacetCounts, FacetKey},
        edit,
    },
    gui::{
        command::{Action, Command},
        lake::Lake,
        theme::{self, STEP, colors},
        widgets::{
            Brush, Histogram, Icon, divider, field, paint_icon,
            text::{number, unit_text},
        },
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
    wanted: Vec<FacetKey>,
    closed: BTreeSet<&'static str>,
    lists: Lists,
    scroll_to_problems: bool,
}

/// What the parts of the panel are drawn from.
pub(super) struct Panel<'a> {
    pub lake: &'a Lake,
    /// The filter as a tree, when it can be read.
    pub expr: Option<Expr>,
    /// What was typed into the search field, in small letters.
    pub search: String,
}

impl Panel<'_> {
    pub fn wants(&self, name: &str) -> bool {
        self.search.is_empty() || name.to_lowercase().contains(&self.search)
    }

    /// Asks for a changed filter text; one that cannot be read is left alone and shown for mending.
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
    pub fn ui(&mut self, ui: &mut Ui, lake: &Lake, out: &mut Vec<Command>) {
        ui.spacing_mut().item_spacing.y = 0.0;
        Frame::new().inner_margin(Margin::symmetric(12, 6)).show(ui, |ui| {
            let width = ui.available_width();
            field(ui, &mut self.search, "Search facets", "Search facets", width);
        });
        let expr = Filter::parse(&lake.filter).ok().and_then(|filter| filter.expr().cloned());
        let panel = Panel { lake, expr, search: self.search.trim().to_lowercase() };
        divider(ui);
        if panel.expr.is_some() {
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
            self.selections_ui(ui, &panel, out);
            self.problems_ui(ui, &panel, out);
            ui.add_space(STEP * 3.0);
        });
        let wanted = std::mem::take(&mut self.wanted);
        if wanted != lake.counting.wanted() {
            out.push(Command::CountFacets(wanted));
        }
    }

    /// A heading that opens and closes what is below it; false when that is closed.
    fn section(&mut self, ui: &mut Ui, name: &'static str, count: usize, warn: bool) -> bool {
        let colors = colors(ui);
        let open = !self.closed.contains(name);
        let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 36.0), Sense::click());
        response.widget_info(|| WidgetInfo::selected(Role::Button, true, open, format!("{name} section")));
        if response.hovered() {
            ui.painter().rect_filled(rect, 0, colors.hover);
        }
        let center = rect.center().y;
        let arrow = egui::Rect::from_center_size(egui::pos2(rect.left() + 16.0, center), vec2(12.0, 12.0));
        paint_icon(ui.painter(), arrow, if open { Icon::Down } else { Icon::Right }, colors.muted);
        let at = egui::pos2(rect.left() + 28.0, center);
        ui.painter().text(at, egui::Align2::LEFT_CENTER, name, theme::semibold(12.5), colors.text);
        let ink = if warn { colors.warning } else { colors.muted };
        let right = egui::pos2(rect.right() - 12.0, center);
        ui.painter().text(right, egui::Align2::RIGHT_CENTER, count.to_string(), theme::numbers(12.0), ink);
        if response.clicked() {
            if open {
                self.closed.insert(name);
            } else {
                self.closed.remove(name);
            }
        }
        open
    }

    fn metrics_ui(&mut self, ui: &mut Ui, panel: &Panel<'_>, out: &mut Vec<Command>) {
        let metrics: Vec<&MetricName> = panel
            .lake
            .table()
            .metrics()
            .iter()
            .filter(|metric| panel.wants(&metric.name) && matches!(metric.kind, MetricKind::Float | MetricKind::Int))
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
        ui.allocate_ui(vec2(ui.available_width(), CARD), |ui| {
            ui.set_min_height(CARD);
            Frame::new().inner_margin(Margin { left: 14, right: 14, top: 6, bottom: 6 }).show(ui, |ui| {
                ui.set_width(ui.available_width());
                head_ui(ui, &metric.name, unit_text(metric.unit.as_deref()), ends);
                match counts {
                    Some(FacetCounts::Numbers { bins, total, front }) if bins.min.is_some() => {
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
                        ends_ui(ui, bins.min, bins.max);
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
        let shown = classes.iter().filter(|class| panel.wants(class)).count();
        if shown == 0 || !self.section(ui, "Labels", classes.len(), false) {
            return;
        }
        let (counts, _) = panel.lake.counting.of(&FacetKey::Classes);
        self.wanted.push(FacetKey::Classes);
        if let Some(FacetCounts::Classes { classes, bare }) = counts {
            facet_lists::classes_ui(ui, panel, classes, *bare, out);
        }
        ui.add_space(STEP);
        divider(ui);
    }

    fn categories_ui(&mut self, ui: &mut Ui, panel: &Panel<'_>, out: &mut Vec<Command>) {
        let table = panel.lake.table();
        let mut names: Vec<(String, String)> =
            vec![("Camera".into(), "camera".into()), ("Recording".into(), "recording".into())];
        names.extend(
            attribute_keys(&**table)
                .into_iter()
                .map(|key| (key.to_owned(), bare(&filter::attribute_reference(&**table, key)))),
        );
        let words = table.metrics().iter().filter(|metric| matches!(metric.kind, MetricKind::Text | MetricKind::Bool));
        names.extend(words.map(|metric| (metric.name.clone(), filter::metric_name(&metric.name))));
        for (title, name) in names {
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
            facet_lists::category_ui(ui, panel, &title, &name, counts, &mut self.lists, out);
        }
    }

    fn selections_ui(&mut self, ui: &mut Ui, panel: &Panel<'_>, out: &mut Vec<Command>) {
        let selections = panel.lake.selections.value().map_or(&[][..], Vec::as_slice);
        divider(ui);
        if self.section(ui, "Selections", selections.len(), false) {
            facet_lists::selections_ui(ui, selections, out);
        }
    }

    fn problems_ui(&mut self, ui: &mut Ui, panel: &Panel<'_>, out: &mut Vec<Command>) {
        let problems = &panel.lake.loaded.info.problems;
        divider(ui);
        // The cursor itself reaches down without end; what is to be seen is the heading.
        let heading = egui::Rect::from_min_size(ui.cursor().min, vec2(1.0, 36.0));
        if std::mem::take(&mut self.scroll_to_problems) {
            ui.scroll_to_rect(heading, Some(egui::Align::TOP));
        }
        if self.section(ui, "Problems", problems.len(), !problems.is_empty()) {
            problems::problems_ui(ui, problems, out);
        }
    }
}

/// The conditions of the filter, each with a cross that takes it away.
fn chips_ui(ui: &mut Ui, panel: &Panel<'_>, out: &mut Vec<Command>) {
    let Some(expr) = &panel.expr else { return };
    let colors = colors(ui);
    ui.spacing_mut().item_spacing = vec2(4.0, 4.0);
    ui.spacing_mut().interact_size.y = 0.0;
    ui.horizontal_wrapped(|ui| {
        for (index, part) in edit::conjuncts(expr).iter().enumerate() {
            let text = part.to_string();
            let font = theme::mono(11.5);
            let mut job = highlight::layout(&text, &font, colors, None);
            job.wrap = egui::text::TextWrapping::truncate_at_width(ui.max_rect().width() - 32.0);
            let galley = ui.painter().layout_job(job);
            let (rect, response) = ui.allocate_exact_size(galley.size() + vec2(28.0, 6.0), Sense::click());
            response.widget_info(|| WidgetInfo::labeled(Role::Button, true, format!("Remove condition {text}")));
            let edge = if response.hovered() { colors.accent } else { colors.outline };
            ui.painter().rect(rect, 11, colors.control, Stroke::new(1.0, edge), StrokeKind::Inside);
            let at = egui::pos2(rect.left() + 8.0, rect.center().y - galley.size().y / 2.0);
            ui.painter().galley(at, galley, colors.text);
            let cross =
                egui::Rect::from_center_size(egui::pos2(rect.right() - 11.0, rect.center().y), vec2(10.0, 10.0));
            paint_icon(ui.painter(), cross, Icon::Close, if response.hovered() { colors.text } else { colors.muted });
            if response.on_hover_text("Remove this condition").clicked() {
                Panel::edit(edit::remove_conjunct(&panel.lake.filter, index), out);
            }
        }
    });
}

/// Name and unit on the left, the chosen range on the right.
fn head_ui(ui: &mut Ui, name: &str, unit: Option<&str>, range: Option<(Option<f64>, Option<f64>)>) {
    let colors = colors(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 22.0), Sense::hover());
    let painter = ui.painter().with_clip_rect(rect.intersect(ui.clip_rect()));
    let center = rect.center().y;
    let mut right = rect.right();
    if let Some((low, high)) = range {
        let text = match (low, high) {
            (Some(low), Some(high)) => format!("{} – {}", number(low), number(high)),
            (Some(low), None) => format!("≥ {}", number(low)),
            (None, Some(high)) => format!("≤ {}", number(high)),
            (None, None) => String::new(),
        };
        let at = egui::pos2(rect.right(), center);
        right =
            painter.text(at, egui::Align2::RIGHT_CENTER, text, theme::numbers_medium(12.0), colors.accent).left() - 6.0;
    }
    let painter = painter.with_clip_rect(rect.with_max_x(right).intersect(ui.clip_rect()));
    let at = egui::pos2(rect.left(), center);
    let drawn = painter.text(at, egui::Align2::LEFT_CENTER, name, theme::medium(12.5), colors.text);
    if let Some(unit) = unit {
        let at = egui::pos2(drawn.right() + 6.0, center);
        painter.text(at, egui::Align2::LEFT_CENTER, unit, egui::FontId::proportional(11.5), colors.muted);
    }
    response.on_hover_text(unit.map_or_else(|| name.to_owned(), |unit| format!("{name}, {unit}")));
}

fn ends_ui(ui: &mut Ui, min: Option<f64>, max: Option<f64>) {
    let colors = colors(ui);
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 14.0), Sense::hover());
    for (value, at, align) in
        [(min, rect.left_center(), egui::Align2::LEFT_CENTER), (max, rect.right_center(), egui::Align2::RIGHT_CENTER)]
    {
        if let Some(value) = value {
            ui.painter().text(at, align, number(value), theme::numbers(11.0), colors.muted);
        }
    }
}

/// A name without the back quotes that a filter may need around it.
fn bare(reference: &str) -> String {
    match reference.strip_prefix('`').and_then(|rest| rest.strip_suffix('`')) {
        Some(quoted) => quoted.replace("``", "`"),
        None => reference.to_owned(),
    }
}

fn finite(value: f64) -> Option<f64> {
    value.is_finite().then_some(value)
}

fn clamp(count: u64) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
