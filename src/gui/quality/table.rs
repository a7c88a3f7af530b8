//! What is listed, as rows.

use std::sync::Arc;

use egui::{Align2, Rect, Sense, Stroke, Ui, WidgetInfo, accesskit::Role, pos2, vec2};

use super::{
    cards::severity_look,
    command::{QualityCommand, QualityLook},
    listed::{Found, about, kind_name, lasts_ns},
    set_look,
};
use crate::{
    gui::{
        command::Command,
        fetch::Fetch,
        lake::Lake,
        theme::{self, CONTROL, colors},
        widgets::{
            BAR, Icon, VirtualScroll, elided, empty_ui, paint_icon, plain_button, rows_ui,
            text::{count, time_utc},
        },
        work::Workers,
    },
    jobs::Priority,
    session::{FootageQuality, MetricQuality, QualityFinding, QualityTable},
};

/// Height of a row, points.
const LINE: f32 = 28.0;
const MARGIN: f32 = 12.0;
const GAP: f32 = 14.0;

/// A column: its number in the order of [`Found`], its head, its width, whether it holds numbers.
#[derive(Debug, Clone)]
struct Column {
    at: usize,
    name: String,
    width: f32,
    number: bool,
}

/// The columns of findings; the last one takes what is left.
const FINDINGS: [(&str, f32, bool); 7] = [
    ("finding", 142.0, false),
    ("recording", 176.0, false),
    ("about", 146.0, false),
    ("start, UTC", 190.0, false),
    ("lasts", 78.0, true),
    ("count", 70.0, true),
    ("what", 200.0, false),
];
/// What gives way first where there is no room for all.
const GIVE_WAY: [usize; 3] = [5, 4, 3];

/// A table, and which of its rows are listed, in their order.
type Listed = (QualityTable, Arc<Vec<u32>>);

/// The panel's rows.
#[derive(Default)]
pub(super) struct TablePane {
    of: Option<Arc<Found>>,
    order: Fetch<(usize, QualityLook), Listed>,
    scroll: VirtualScroll,
    across: f32,
}

fn columns(table: QualityTable, room: f32) -> Vec<Column> {
    let named = |heads: &[&str]| -> Vec<Column> {
        let texts = if table == QualityTable::Metrics { 3 } else { 2 };
        heads
            .iter()
            .enumerate()
            .map(|(at, name)| Column {
                at,
                name: name.replace('_', " "),
                width: if at < texts { 150.0 } else { 104.0 },
                number: at >= texts,
            })
            .collect()
    };
    match table {
        QualityTable::Metrics => named(&MetricQuality::HEADER),
        QualityTable::Footages => named(&FootageQuality::HEADER),
        QualityTable::Findings => {
            let mut shown: Vec<Column> = FINDINGS
                .iter()
                .enumerate()
                .map(|(at, (name, width, number))| Column {
                    at,
                    name: (*name).to_owned(),
                    width: *width,
                    number: *number,
                })
                .collect();
            for goes in GIVE_WAY {
                if shown.iter().map(|column| column.width).sum::<f32>() > room {
                    shown.retain(|column| column.at != goes);
                }
            }
            shown
        }
    }
}

impl TablePane {
    /// Draws what is listed over the whole rectangle of `ui`.
    pub(super) fn ui(
        &mut self,
        ui: &mut Ui,
        lake: &Lake,
        found: &Arc<Found>,
        workers: &Workers,
        out: &mut Vec<Command>,
    ) {
        let look = &lake.quality.look;
        if self.of.as_ref().is_none_or(|known| !Arc::ptr_eq(known, found)) {
            self.order.clear();
            self.of = Some(Arc::clone(found));
        }
        let (all, asked) = (Arc::clone(found), look.clone());
        let key = (Arc::as_ptr(found).addr(), look.clone());
        self.order.request(key, &workers.ask, Priority::Visible, ui.ctx(), move |_| {
            Ok((asked.table, Arc::new(all.listed(&asked))))
        });
        self.order.poll();
        // The newest answer may still be of the table that was listed before.
        let Some((_, order)) = self.order.value().filter(|(of, _)| *of == look.table).cloned() else { return };
        if order.is_empty() {
            let body = format!("{} rows are there, and none of them fits.", count(found.rows(look.table) as u64));
            empty_ui(ui, Icon::Search, "Nothing is listed", &body, |ui| {
                if plain_button(ui, !look.is_all(), "List all").clicked() {
                    out.push(set_look(QualityLook { table: look.table, ..QualityLook::default() }));
                }
            });
            return;
        }
        let area = ui.available_rect_before_wrap();
        let room = area.width() - MARGIN * 2.0 - BAR;
        let mut columns = columns(look.table, room);
        let wanted: f32 = columns.iter().map(|column| column.width).sum();
        if let Some(last) = columns.last_mut().filter(|last| !last.number) {
            last.width += (room - wanted).max(0.0);
        }
        let furthest = (wanted - room).max(0.0);
        if ui.rect_contains_pointer(area) {
            let turned = ui.input_mut(|input| std::mem::take(&mut input.smooth_scroll_delta.x));
            self.across -= turned;
        }
        self.across = self.across.clamp(0.0, furthest);
        let head = area.with_max_y(area.top() + CONTROL);
        self.heads_ui(ui, head, look, &columns, out);
        let body = area.with_min_y(head.bottom() + 1.0);
        let across = self.across;
        ui.scope_builder(egui::UiBuilder::new().max_rect(body), |ui| {
            ui.shrink_clip_rect(body);
            rows_ui(ui, &mut self.scroll, "Scroll the findings", (order.len(), LINE), |ui, index, rect| {
                let Some(row) = order.get(index).map(|row| *row as usize) else { return };
                match look.table {
                    QualityTable::Findings => {
                        if let Some(finding) = found.report.findings.get(row) {
                            finding_ui(ui, lake, (row, finding), &columns, (rect, across), out);
                        }
                    }
                    QualityTable::Metrics => texts_ui(ui, look, &found.metrics[row], &columns, (rect, across), out),
                    QualityTable::Footages => texts_ui(ui, look, &found.footages[row], &columns, (rect, across), out),
                }
            });
        });
    }

    fn heads_ui(&self, ui: &Ui, head: Rect, look: &QualityLook, columns: &[Column], out: &mut Vec<Command>) {
        let colors = colors(ui);
        ui.painter().hline(head.x_range(), head.bottom(), Stroke::new(1.0, colors.line));
        let mut left = head.left() + MARGIN - self.across;
        for column in columns {
            let cell = Rect::from_min_size(pos2(left, head.top()), vec2(column.width, CONTROL));
            left += column.width;
            head_ui(ui, look, column, cell.intersect(head), out);
        }
    }
}

/// A head: a press sorts by it, another one the other way round, a third one takes the order away.
fn head_ui(ui: &Ui, look: &QualityLook, column: &Column, cell: Rect, out: &mut Vec<Command>) {
    if cell.width() <= 1.0 {
        return;
    }
    let colors = colors(ui);
    let response = ui.interact(cell, ui.scope_id().with(("quality head", column.at)), Sense::click());
    let order = look.sort.filter(|by| by.0 == column.at).map(|by| by.1);
    let name = format!("Sort findings by {}", column.name);
    response.widget_info(|| WidgetInfo::selected(Role::ColumnHeader, true, order.is_some(), &name));
    let painter = ui.painter().with_clip_rect(cell.intersect(ui.clip_rect()));
    let ink = if order.is_some() || response.hovered() { colors.text } else { colors.muted };
    let inner = cell.with_max_x(cell.right() - GAP);
    let (at, anchor) = if column.number {
        (inner.right_center(), Align2::RIGHT_CENTER)
    } else {
        (inner.left_center(), Align2::LEFT_CENTER)
    };
    let drawn = painter.text(at, anchor, &column.name, theme::medium(11.5), ink);
    if let Some(descending) = order {
        let icon = if descending { Icon::Descending } else { Icon::Ascending };
        let x = if column.number { drawn.left() - 9.0 } else { drawn.right() + 9.0 };
        paint_icon(&painter, Rect::from_center_size(pos2(x, cell.center().y), vec2(12.0, 12.0)), icon, colors.accent);
    }
    if response.clicked() {
        let first = column.number;
        let sort = match order {
            None => Some((column.at, first)),
            Some(now) if now == first => Some((column.at, !first)),
            Some(_) => None,
        };
        out.push(set_look(QualityLook { sort, ..look.clone() }));
    }
}

/// `0.40 s`, `12.5 s`, `3 min 20 s`
#[expect(clippy::cast_precision_loss, reason = "seconds for people")]
pub(super) fn lasts(ns: i64) -> String {
    let seconds = ns as f64 / 1e9;
    if seconds < 60.0 {
        return format!("{seconds:.2} s");
    }
    crate::gui::widgets::text::duration(std::time::Duration::from_nanos(ns.unsigned_abs()))
}

fn finding_ui(
    ui: &mut Ui,
    lake: &Lake,
    (row, finding): (usize, &QualityFinding),
    columns: &[Column],
    (rect, across): (Rect, f32),
    out: &mut Vec<Command>,
) {
    let colors = colors(ui);
    let response = ui.interact(rect, ui.scope_id().with("finding"), Sense::click());
    let chosen = lake.quality.chosen == Some(row);
    response.widget_info(|| {
        let place = format!("{} {}", finding.recording, about(finding));
        let name = format!("{}, {}, {}", kind_name(finding.kind), place.trim(), finding.what);
        WidgetInfo::selected(Role::Row, true, chosen, name)
    });
    let painter = ui.painter();
    if chosen {
        painter.rect_filled(rect, 0, colors.accent_wash);
    } else if response.hovered() {
        painter.rect_filled(rect, 0, colors.hover);
    }
    let mut left = rect.left() + MARGIN - across;
    for column in columns {
        let cell = Rect::from_min_size(pos2(left, rect.top()), vec2(column.width - GAP, LINE));
        left += column.width;
        let painter = painter.with_clip_rect(cell.expand(1.0).intersect(ui.clip_rect()));
        let text = |text: String, font, ink| elided(&painter, cell.left_center(), text, font, ink, cell.width());
        let figure = |text: String| {
            painter.text(cell.right_center(), Align2::RIGHT_CENTER, text, theme::numbers(12.5), colors.text);
        };
        match column.at {
            0 => {
                let (ink, icon) = severity_look(finding.severity, colors);
                let mark = Rect::from_center_size(cell.left_center() + vec2(7.0, 0.0), vec2(13.0, 13.0));
                paint_icon(&painter, mark, icon, ink);
                let at = cell.left_center() + vec2(21.0, 0.0);
                elided(&painter, at, kind_name(finding.kind), theme::medium(12.5), colors.text, cell.width() - 21.0);
            }
            1 => text(finding.recording.clone(), theme::medium(12.5), colors.text),
            2 => text(about(finding), theme::medium(12.5), colors.text),
            3 => text(time_utc(finding.start_ns), theme::numbers(12.5), colors.text),
            4 => figure(lasts(lasts_ns(finding))),
            5 => figure(count(finding.count)),
            _ => text(finding.what.clone(), theme::medium(12.5), colors.muted),
        }
    }
    let arrow = Rect::from_center_size(pos2(rect.right() - 14.0, rect.center().y), vec2(24.0, LINE));
    let go = ui.interact(arrow, ui.scope_id().with("go"), Sense::click());
    go.widget_info(|| WidgetInfo::labeled(Role::Button, true, format!("Show moment {} in Explore", row + 1)));
    if response.hovered() || go.hovered() || go.has_focus() || chosen {
        let fill = if go.hovered() { colors.pressed } else { colors.hover };
        ui.painter().rect_filled(arrow.shrink2(vec2(1.0, 4.0)), 4, fill);
        let mark = Rect::from_center_size(arrow.center(), vec2(13.0, 13.0));
        paint_icon(ui.painter(), mark, Icon::Right, colors.accent);
    }
    let here =
        Command::Quality(QualityCommand::Go(finding.recording.clone(), finding.camera.clone(), finding.start_ns));
    if go.on_hover_text("Show this moment in Explore").clicked() || response.double_clicked() {
        out.push(here);
    } else if response.clicked() {
        out.push(Command::Quality(QualityCommand::Choose(Some(row).filter(|_| !chosen))));
    }
    response.on_hover_text(&finding.what);
}

/// A row of metrics or footages: a press lists what was found there.
fn texts_ui(
    ui: &mut Ui,
    look: &QualityLook,
    cells: &[String],
    columns: &[Column],
    (rect, across): (Rect, f32),
    out: &mut Vec<Command>,
) {
    let colors = colors(ui);
    let response = ui.interact(rect, ui.scope_id().with("row"), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Row, true, cells.join(", ")));
    if response.hovered() {
        ui.painter().rect_filled(rect, 0, colors.hover);
    }
    let mut left = rect.left() + MARGIN - across;
    for column in columns {
        let cell = Rect::from_min_size(pos2(left, rect.top()), vec2(column.width - GAP, LINE));
        left += column.width;
        let Some(text) = cells.get(column.at) else { continue };
        let painter = ui.painter().with_clip_rect(cell.expand(1.0).intersect(ui.clip_rect()));
        if column.number {
            let odd = look.table == QualityTable::Metrics && column.at >= 7 || column.name == "missing frames";
            let ink = match (odd, text.as_str()) {
                (_, "0") => colors.muted,
                (true, _) => colors.warning,
                _ => colors.text,
            };
            painter.text(cell.right_center(), Align2::RIGHT_CENTER, text, theme::numbers(12.5), ink);
        } else {
            elided(&painter, cell.left_center(), text, theme::medium(12.5), colors.text, cell.width());
        }
    }
    let search = cells.iter().take(2).cloned().collect::<Vec<_>>().join(" ");
    if response.on_hover_text("List what was found here").clicked() {
        out.push(set_look(QualityLook { search, ..QualityLook::default() }));
    }
}
