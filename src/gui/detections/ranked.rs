//! The items seen most, as bars: a group for each location and window, the busiest first.

use std::sync::Arc;

use egui::{Align, Align2, Layout, Rect, RichText, Sense, Stroke, Ui, WidgetInfo, accesskit::Role, pos2, vec2};

use super::{
    ChartOf, DetectionsCommand, Sighted,
    answer::{Group, Places, RankedLine, Top},
    limits::short_time,
    over_time::save_button,
    places::limits_button,
    state::Answers,
    why::why_empty,
    words::failed_or_waiting,
};
use crate::gui::{
    command::Command,
    lake::Lake,
    theme::{self, colors},
    widgets::{
        Icon, VirtualScroll, bar, elided, empty_ui, reveal, rows_ui,
        text::{count, counted},
    },
};

/// Height of a line, points.
const LINE: f32 = 28.0;

/// The panel.
#[derive(Default)]
pub struct RankedPane {
    scroll: VirtualScroll,
    reveal: Option<i64>,
}

/// What a line is drawn from.
struct Lines<'a> {
    top: &'a Top,
    places: Option<&'a Places>,
    /// Length of the windows of the answer.
    window_ns: Option<i64>,
    /// The item whose events are shown.
    shown: Option<&'a Sighted>,
}

/// The bars on their way to a file.
pub struct RankedPicture {
    top: Arc<Top>,
    places: Option<Arc<Places>>,
    window_ns: Option<i64>,
    /// Groups that fit on the page.
    groups: usize,
}

/// Width of the picture, points, and the lines that fit.
const PAGE: f32 = 640.0;
const PAGE_LINES: usize = 120;
/// Room for the title and the margins.
const ROUND: f32 = 64.0;

impl RankedPicture {
    /// As many groups as fit, the first in any case; `None` before there is an answer.
    pub(super) fn of(lake: &Lake, answers: &Answers) -> Option<Self> {
        let top = Arc::clone(answers.top.value()?);
        let groups =
            (1..=top.groups.len()).take_while(|count| *count == 1 || top.lines_of(*count) <= PAGE_LINES).last()?;
        let places = answers.places.value().map(Arc::clone);
        Some(Self { top, places, window_ns: lake.detections.choice.window_ns, groups })
    }

    /// Width and height, points.
    #[must_use]
    pub fn size(&self) -> [f32; 2] {
        #[expect(clippy::cast_precision_loss, reason = "a few lines")]
        let lines = (self.top.lines_of(self.groups) + usize::from(self.left_out().is_some())) as f32;
        [PAGE, lines * LINE + ROUND]
    }

    /// What is said of the groups that do not fit.
    fn left_out(&self) -> Option<String> {
        let more = self.top.groups.len() - self.groups;
        let what = if self.window_ns.is_some() { "location in a window" } else { "location" };
        (more > 0).then(|| format!("and {} in the table", counted(more as u64, &format!("more {what}"))))
    }

    /// Draws it.
    pub fn ui(&self, ui: &mut Ui) {
        let lines = Lines { top: &self.top, places: self.places.as_deref(), window_ns: self.window_ns, shown: None };
        let line = |ui: &mut Ui| ui.allocate_exact_size(vec2(ui.available_width(), LINE), Sense::hover()).0;
        for index in 0..self.top.lines_of(self.groups) {
            let rect = line(ui);
            ui.push_id(index, |ui| match self.top.line(index) {
                Some(RankedLine::Head(group)) => lines.head_ui(ui, group, rect),
                Some(RankedLine::Bar { row, group }) => lines.bar_ui(ui, row, group, rect, &mut Vec::new()),
                None => {}
            });
        }
        if let Some(told) = self.left_out() {
            let rect = line(ui);
            let at = pos2(rect.left() + 12.0, rect.center().y);
            ui.painter().text(at, Align2::LEFT_CENTER, told, theme::medium(12.5), colors(ui).muted);
        }
    }
}

impl RankedPane {
    /// Scrolls to a location.
    pub(super) fn reveal(&mut self, oid: i64) {
        self.reveal = Some(oid);
    }

    pub(super) fn ui(&mut self, ui: &mut Ui, lake: &Lake, answers: &Answers, out: &mut Vec<Command>) {
        let Some(top) = failed_or_waiting(ui, &answers.top, answers.top.error(), "Ranking items…", out) else {
            return;
        };
        let choice = &lake.detections.choice;
        if top.groups.is_empty() {
            let body = why_empty(&top.rows.stages, choice);
            empty_ui(ui, Icon::Chart, "No detections", &body, |ui| limits_button(ui, choice.is_limited(), out));
            return;
        }
        if let Some(line) = self.reveal.take().and_then(|oid| top.head_of(oid)) {
            reveal(&mut self.scroll, line, LINE, LINE);
        }
        egui::Frame::new().inner_margin(egui::Margin::symmetric(12, 0)).show(ui, |ui| {
            bar(ui, 32.0, |ui| {
                let what = if choice.window_ns.is_some() { "group" } else { "location" };
                let told = match top.groups.len() {
                    1 => "All that was asked for".to_owned(),
                    groups => format!("{}, the busiest first", counted(groups as u64, what)),
                };
                ui.label(RichText::new(told).font(theme::numbers(12.5)).color(colors(ui).muted));
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| save_button(ui, ChartOf::Ranked, out));
            });
        });
        let lines = Lines {
            top,
            places: answers.places.value().map(|places| &**places),
            window_ns: choice.window_ns,
            shown: lake.detections.shown.as_ref(),
        };
        rows_ui(ui, &mut self.scroll, "Scroll the top items", (top.lines(), LINE), |ui, index, rect| {
            match top.line(index) {
                Some(RankedLine::Head(group)) => lines.head_ui(ui, group, rect),
                Some(RankedLine::Bar { row, group }) => lines.bar_ui(ui, row, group, rect, out),
                None => {}
            }
        });
    }
}

impl Lines<'_> {
    /// The name of a group's location, or what stands for all.
    fn name(&self, group: &Group) -> String {
        let Some(oid) = group.location else { return "All locations".to_owned() };
        let name = self.top.rows.location_names.get(group.rows.start).and_then(Option::as_deref);
        name.map_or_else(|| format!("oid {oid}"), str::to_owned)
    }

    /// The events of a group: all of them, where they are known, and how many of them the ranks show.
    fn told(&self, group: &Group) -> String {
        let shown = group.shown.unsigned_abs();
        let all = match (group.location, group.window_ns) {
            (Some(oid), None) => self.places.and_then(|places| places.of(oid)).map(|place| place.events),
            (None, None) => Some(self.top.rows.stages.after_filters),
            // How many lie in a window beside the ranks is not told.
            (_, Some(_)) => return format!("{} in these ranks", counted(shown, "event")),
        };
        match all {
            Some(all) if all > shown => format!("{} of {}", count(shown), counted(all, "event")),
            _ => counted(shown, "event"),
        }
    }

    fn head_ui(&self, ui: &Ui, index: usize, rect: Rect) {
        let colors = colors(ui);
        let Some(group) = self.top.groups.get(index) else { return };
        let response = ui.interact(rect, ui.scope_id().with("head"), Sense::hover());
        let name = self.name(group);
        let window = group.window_ns.map(|start| format!("  ·  {}", short_time(start))).unwrap_or_default();
        let told = self.told(group);
        response.widget_info(|| WidgetInfo::labeled(Role::Heading, true, format!("{name}{window}, {told}")));
        let painter = ui.painter();
        if index > 0 {
            painter.hline(rect.left() + 12.0..=rect.right() - 8.0, rect.top() + 2.0, Stroke::new(1.0, colors.line));
        }
        let right = rect.right() - 8.0;
        let galley = painter.layout_no_wrap(told, theme::numbers(12.0), colors.muted);
        let wide = galley.size().x;
        painter.galley(pos2(right - wide, rect.center().y + 2.0 - galley.size().y / 2.0), galley, colors.muted);
        let matched =
            group.location.is_none() || self.top.rows.location_names.get(group.rows.start).is_some_and(Option::is_some);
        let ink = if matched { colors.text } else { colors.warning };
        let at = pos2(rect.left() + 12.0, rect.center().y + 2.0);
        elided(painter, at, format!("{name}{window}"), theme::semibold(12.5), ink, right - wide - 20.0 - at.x);
    }

    fn bar_ui(&self, ui: &Ui, row: usize, group: usize, rect: Rect, out: &mut Vec<Command>) {
        let colors = colors(ui);
        let (rows, Some(of)) = (&self.top.rows, self.top.groups.get(group)) else { return };
        let (Some(item), Some(events), Some(rank)) = (rows.items.get(row), rows.counts.get(row), rows.ranks.get(row))
        else {
            return;
        };
        let events = events.unsigned_abs();
        let window = of.window_ns.zip(self.window_ns).map(|(start, length)| (start, start.saturating_add(length)));
        let sighted = Sighted { location: of.location, item: item.to_string(), window };
        let on = self.shown == Some(&sighted);
        let response = ui.interact(rect, ui.scope_id().with("bar"), Sense::click());
        response.widget_info(|| {
            let name = format!("Rank {rank} {item}, {} at {}", counted(events, "event"), self.name(of));
            WidgetInfo::selected(Role::ListBoxOption, true, on, name)
        });
        let painter = ui.painter();
        if on || response.hovered() {
            painter.rect_filled(rect, 0, if on { colors.accent_wash } else { colors.hover });
        }
        let left = rect.left() + 12.0;
        let middle = rect.center().y;
        painter.text(
            pos2(left + 22.0, middle),
            Align2::RIGHT_CENTER,
            rank.to_string(),
            theme::numbers(12.0),
            colors.muted,
        );
        let names = (rect.width() * 0.28).clamp(80.0, 190.0);
        elided(painter, pos2(left + 34.0, middle), &**item, theme::medium(12.5), colors.text, names);
        let from = left + 34.0 + names + 10.0;
        let number = painter.layout_no_wrap(count(events), theme::numbers_medium(12.5), colors.text);
        let room = (rect.right() - 8.0 - number.size().x.max(40.0) - 8.0 - from).max(8.0);
        #[expect(clippy::cast_precision_loss, reason = "drawn as a bar")]
        let part = (events as f32 / of.most.max(1) as f32).clamp(0.0, 1.0);
        let bar = Rect::from_min_size(pos2(from, middle - 6.0), vec2((room * part).max(2.0), 12.0));
        painter.rect_filled(bar, 2, if on || response.hovered() { colors.accent } else { colors.front });
        painter.galley(pos2(bar.right() + 8.0, middle - number.size().y / 2.0), number, colors.text);
        if response.on_hover_text("Click to see its events, and the frames they were seen on.").clicked() {
            out.push(Command::Detections(DetectionsCommand::Show(Some(sighted).filter(|_| !on))));
        }
    }
}
