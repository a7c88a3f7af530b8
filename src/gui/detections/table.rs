//! The whole answer as rows, with the columns of the output; sorted and copied by a worker.

use std::sync::Arc;

use egui::{Align2, Rect, Sense, Stroke, Ui, WidgetInfo, accesskit::Role, pos2, vec2};

use super::{
    DetectionsLook, answer::Top, limits::short_time, places::set_look, state::Answers, why::why_empty,
    words::failed_or_waiting,
};
use crate::{
    gui::{
        command::{Action, Command},
        fetch::Fetch,
        lake::Lake,
        theme::{self, CONTROL, colors},
        widgets::{
            Across, BAR, Icon, VirtualScroll, bar, elided, empty_ui, icon_button, paint_icon, rows_ui,
            text::{count, counted},
        },
        work::Workers,
    },
    jobs::Priority,
    model::format_ns,
    session::{TopColumn, TopOrder},
};

/// Height of a row, points.
const LINE: f32 = 26.0;

/// Space left of the first column, and right of each, points.
const MARGIN: f32 = 12.0;
const GAP: f32 = 14.0;
/// Width of a digit, points.
const DIGIT: f32 = 7.6;

/// A column as it is shown: its title, the least width it is read at and the one it likes, and whether it holds numbers.
struct Column {
    of: TopColumn,
    title: &'static str,
    least: f32,
    wide: f32,
    number: bool,
}

/// The columns, what matters most first; the oid has the width of the longest one.
const COLUMNS: [Column; 6] = [
    Column { of: TopColumn::Rank, title: "Rank", least: 58.0, wide: 70.0, number: true },
    Column { of: TopColumn::Item, title: "Item", least: 100.0, wide: 180.0, number: false },
    Column { of: TopColumn::Count, title: "Count", least: 72.0, wide: 96.0, number: true },
    Column { of: TopColumn::Name, title: "Location", least: 120.0, wide: 240.0, number: false },
    Column { of: TopColumn::Window, title: "Window from, UTC", least: 132.0, wide: 150.0, number: false },
    Column { of: TopColumn::Oid, title: "Location oid", least: 98.0, wide: 110.0, number: true },
];

/// Columns with their widths, from left to right.
type Placed = Vec<(&'static Column, f32)>;

/// An answer, by its address, and an order of it.
type Sorted = (usize, Option<TopOrder>);

/// The panel.
#[derive(Default)]
pub struct TablePane {
    order: Fetch<Sorted, Arc<Vec<u32>>>,
    of: Option<Arc<Top>>,
    copied: Fetch<u64, String>,
    copies: u64,
    scroll: VirtualScroll,
    across: Across,
}

/// Whether the answer tells a column.
fn has(top: &Top, of: TopColumn) -> bool {
    match of {
        TopColumn::Oid | TopColumn::Name => !top.rows.locations.is_empty(),
        TopColumn::Window => !top.rows.windows_ns.is_empty(),
        _ => true,
    }
}

/// The columns of files.
fn columns_of(top: &Top) -> Vec<TopColumn> {
    TopColumn::ALL.into_iter().filter(|of| has(top, *of)).collect()
}

/// The columns in so much room: in the order of files where all of them fit, else what matters most comes first and the
/// others are reached by scrolling.
#[expect(clippy::cast_precision_loss, reason = "a few digits")]
fn placed(top: &Top, room: f32) -> Placed {
    let digits = |of: TopColumn| match of {
        TopColumn::Oid => top.oid_letters as f32 * DIGIT + GAP,
        TopColumn::Count => top.count_letters as f32 * DIGIT + GAP,
        _ => 0.0,
    };
    let mut columns: Placed = COLUMNS
        .iter()
        .filter(|column| has(top, column.of))
        .map(|column| (column, column.least.max(digits(column.of))))
        .collect();
    let spare = room - columns.iter().map(|column| column.1).sum::<f32>();
    if spare < 0.0 {
        return columns;
    }
    columns.sort_by_key(|column| TopColumn::ALL.iter().position(|of| *of == column.0.of));
    let liked: f32 = columns.iter().map(|(column, width)| (column.wide - width).max(0.0)).sum();
    let part = (spare / liked.max(1.0)).min(1.0);
    let texts = columns.iter().filter(|column| !column.0.number).count().max(1) as f32;
    let left = (spare - liked).max(0.0) / texts;
    for (column, width) in &mut columns {
        *width += (column.wide - *width).max(0.0) * part + if column.number { 0.0 } else { left };
    }
    columns
}

/// The cell as it is written to files.
fn plain(top: &Top, of: TopColumn, row: usize) -> String {
    let rows = &top.rows;
    match of {
        TopColumn::Oid => rows.locations.get(row).map(i64::to_string),
        TopColumn::Name => rows.location_names.get(row).and_then(|name| name.as_deref().map(str::to_owned)),
        TopColumn::Window => rows.windows_ns.get(row).map(|start| format_ns(*start)),
        TopColumn::Rank => rows.ranks.get(row).map(i32::to_string),
        TopColumn::Item => rows.items.get(row).map(ToString::to_string),
        TopColumn::Count => rows.counts.get(row).map(i64::to_string),
    }
    .unwrap_or_default()
}

/// The cell as it is shown.
fn shown(top: &Top, of: TopColumn, row: usize) -> String {
    match of {
        TopColumn::Window => top.rows.windows_ns.get(row).map_or_else(String::new, |start| short_time(*start)),
        TopColumn::Count => top.rows.counts.get(row).map_or_else(String::new, |number| count(number.unsigned_abs())),
        _ => plain(top, of, row),
    }
}

/// The rows in an order.
fn sorted(top: &Top, order: Option<TopOrder>) -> Vec<u32> {
    let as_they_are = || (0..u32::try_from(top.rows.ranks.len()).unwrap_or(u32::MAX)).collect();
    order.map_or_else(as_they_are, |order| order.rows(&top.rows))
}

/// The rows in their order, with a head, as spreadsheets take them from the clipboard.
fn tabbed(top: &Top, order: &[u32]) -> String {
    let columns = columns_of(top);
    let mut text: String = columns.iter().map(|of| of.name()).collect::<Vec<_>>().join("\t");
    text.push('\n');
    for row in order {
        let cells = columns.iter().map(|of| plain(top, *of, *row as usize).replace(['\t', '\n', '\r'], " "));
        text += &cells.collect::<Vec<_>>().join("\t");
        text.push('\n');
    }
    text
}

impl TablePane {
    pub(super) fn ui(
        &mut self,
        ui: &mut Ui,
        lake: &Lake,
        answers: &Answers,
        workers: &Workers,
        out: &mut Vec<Command>,
    ) {
        let colors = colors(ui);
        let Some(top) = failed_or_waiting(ui, &answers.top, answers.top.error(), "Ranking items…", out).cloned()
        else {
            return;
        };
        if top.rows.ranks.is_empty() {
            let choice = &lake.detections.choice;
            let why = why_empty(&top.rows.stages, choice);
            empty_ui(ui, Icon::Chart, "No rows", &why, |ui| {
                super::places::limits_button(ui, choice.is_limited(), out);
            });
            return;
        }
        let look = &lake.detections.look;
        let known = self.of.as_ref().is_some_and(|known| Arc::ptr_eq(known, &top));
        if !known {
            self.order.clear();
            self.of = Some(Arc::clone(&top));
        }
        let (all, by) = (Arc::clone(&top), look.order());
        let key = (Arc::as_ptr(&top).addr(), by);
        self.order.request(key, &workers.ask, Priority::Visible, ui.ctx(), move |_| Ok(Arc::new(sorted(&all, by))));
        self.order.poll();
        self.copied.poll();
        if let Some(text) = self.copied.take_ready() {
            out.push(Command::Copy { text, what: "the table" });
        }
        let order = self.order.value().cloned().unwrap_or_default();
        egui::Frame::new().inner_margin(egui::Margin::symmetric(12, 0)).show(ui, |ui| {
            bar(ui, 36.0, |ui| {
                let told = counted(top.rows.ranks.len() as u64, "row");
                ui.label(egui::RichText::new(told).font(theme::numbers(12.5)).color(colors.muted));
                ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                    if icon_button(ui, Icon::Export, &Action::ExportAnswer.tip()).clicked() {
                        out.push(Action::ExportAnswer.into());
                    }
                    if icon_button(ui, Icon::Copy, "Copy the table").clicked() {
                        self.copies += 1;
                        let (top, order) = (Arc::clone(&top), Arc::clone(&order));
                        self.copied.request(self.copies, &workers.ask, Priority::Visible, ui.ctx(), move |_| {
                            Ok(tabbed(&top, &order))
                        });
                    }
                });
            });
        });
        self.cells_ui(ui, look, &top, &order, out);
    }

    fn cells_ui(&mut self, ui: &mut Ui, look: &DetectionsLook, top: &Top, order: &[u32], out: &mut Vec<Command>) {
        let colors = colors(ui);
        let area = ui.available_rect_before_wrap();
        let room = area.width() - MARGIN - BAR;
        let columns = placed(top, room);
        let wanted: f32 = columns.iter().map(|column| column.1).sum();
        let above = self.across.ui(ui, area, (wanted, room), "Scroll the columns of the table");
        let across = self.across.offset;
        let head = area.with_max_y(area.top() + CONTROL);
        ui.painter().hline(area.x_range(), head.bottom(), Stroke::new(1.0, colors.line));
        let mut left = area.left() + MARGIN - across;
        for (column, width) in &columns {
            let cell = Rect::from_min_size(pos2(left, head.top()), vec2(*width, CONTROL));
            left += width;
            head_ui(ui, look, column, (cell, head), out);
        }
        let body = above.with_min_y(head.bottom() + 1.0);
        ui.scope_builder(egui::UiBuilder::new().max_rect(body), |ui| {
            ui.shrink_clip_rect(body);
            rows_ui(ui, &mut self.scroll, "Scroll the table", (order.len(), LINE), |ui, index, rect| {
                let Some(row) = order.get(index).map(|row| *row as usize) else { return };
                let response = ui.interact(rect, ui.scope_id().with("row"), Sense::click());
                response.widget_info(|| {
                    let cells: Vec<String> = columns_of(top).iter().map(|of| shown(top, *of, row)).collect();
                    WidgetInfo::labeled(Role::Row, true, cells.join(", "))
                });
                if response.hovered() {
                    ui.painter().rect_filled(rect, 0, colors.hover);
                }
                let mut left = rect.left() + MARGIN - across;
                for (column, width) in &columns {
                    let cell = Rect::from_min_size(pos2(left, rect.top()), vec2(width - GAP, LINE));
                    left += width;
                    let seen = cell.expand(1.0).intersect(rect).intersect(ui.clip_rect());
                    if seen.is_positive() {
                        cell_ui(ui, top, column, row, (cell, seen));
                    }
                }
                response.context_menu(|ui| {
                    if ui.button("Copy the row").clicked() {
                        let text = columns_of(top).iter().map(|of| plain(top, *of, row)).collect::<Vec<_>>().join("\t");
                        out.push(Command::Copy { text, what: "the row" });
                        ui.close();
                    }
                });
            });
        });
    }
}

/// A cell, and the part of it that is in sight.
fn cell_ui(ui: &Ui, top: &Top, column: &Column, row: usize, (cell, seen): (Rect, Rect)) {
    let colors = colors(ui);
    let painter = ui.painter().with_clip_rect(seen);
    let text = shown(top, column.of, row);
    let nameless = text.is_empty() && column.of == TopColumn::Name;
    if column.number {
        painter.text(cell.right_center(), Align2::RIGHT_CENTER, text, theme::numbers(12.5), colors.text);
    } else if nameless {
        let told = "not in the table";
        elided(&painter, cell.left_center(), told, theme::medium(12.0), colors.warning, cell.width());
    } else {
        elided(&painter, cell.left_center(), text, theme::medium(12.5), colors.text, cell.width());
    }
}

/// A head: a press sorts by it, another one the other way round, a third one takes the order away.
fn head_ui(ui: &Ui, look: &DetectionsLook, column: &Column, (cell, head): (Rect, Rect), out: &mut Vec<Command>) {
    let colors = colors(ui);
    let seen = cell.intersect(head).intersect(ui.clip_rect());
    if !seen.is_positive() {
        return;
    }
    let response = ui.interact(seen, ui.scope_id().with(("column", column.title)), Sense::click());
    let order = look.order().filter(|order| order.by == column.of).map(|order| order.descending);
    response.widget_info(|| {
        let name = format!("Sort by {}", column.of.name());
        WidgetInfo::selected(Role::ColumnHeader, true, order.is_some(), name)
    });
    let painter = ui.painter().with_clip_rect(seen);
    let ink = if order.is_some() || response.hovered() { colors.text } else { colors.muted };
    let inner = cell.with_max_x(cell.right() - GAP);
    let (at, anchor) = if column.number {
        (inner.right_center(), Align2::RIGHT_CENTER)
    } else {
        (inner.left_center(), Align2::LEFT_CENTER)
    };
    let drawn = painter.text(at, anchor, column.title, theme::medium(11.5), ink);
    if let Some(descending) = order {
        let icon = if descending { Icon::Descending } else { Icon::Ascending };
        let mark = Rect::from_center_size(pos2(drawn.right() + 8.0, cell.center().y), vec2(12.0, 12.0));
        paint_icon(&painter, mark, icon, colors.accent);
    }
    let response = response.on_hover_text(format!("{} in files. Press to sort by it.", column.of.name()));
    if response.clicked() {
        let first = matches!(column.of, TopColumn::Count);
        let at = TopColumn::ALL.iter().position(|of| *of == column.of).unwrap_or_default();
        let table = match order {
            None => Some((at, first)),
            Some(now) if now == first => Some((at, !first)),
            Some(_) => None,
        };
        out.push(set_look(DetectionsLook { table, ..look.clone() }));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::TopItems;

    #[test]
    fn rows_are_sorted_and_copied_as_they_are_written() {
        let rows = TopItems {
            locations: vec![7, 7, 9],
            location_names: vec![Some("Pier\t1".into()), Some("Pier\t1".into()), None],
            ranks: vec![1, 2, 1],
            items: vec!["car".into(), "bus".into(), "car".into()],
            counts: vec![1500, 3, 20],
            ..TopItems::default()
        };
        let top = Top::new(rows);
        assert_eq!(sorted(&top, None), [0, 1, 2]);
        let by = |table| DetectionsLook { table, ..DetectionsLook::default() }.order();
        assert_eq!(sorted(&top, by(Some((5, true)))), [0, 2, 1]);
        assert_eq!(sorted(&top, by(Some((0, true)))), [2, 0, 1], "ranks rise within a location");
        assert_eq!(by(Some((99, false))), None);
        let text = tabbed(&top, &[2, 0]);
        assert_eq!(
            text,
            "geographical_location_oid\tgeographical_location\titem_rank\titem_name\titem_count\n9\t\t1\tcar\t20\n7\tPier 1\t1\tcar\t1500\n"
        );
        assert_eq!(shown(&top, TopColumn::Count, 0), "1,500");
    }

    #[test]
    fn what_matters_most_has_room_first() {
        let rows = TopItems {
            locations: vec![-7_000_000_000_000_000_000],
            location_names: vec![None],
            windows_ns: vec![0],
            ranks: vec![1],
            items: vec!["car".into()],
            counts: vec![1_234_567],
            ..TopItems::default()
        };
        let top = Top::new(rows);
        let at = |room: f32| placed(&top, room);
        let narrow: Vec<TopColumn> = at(260.0).iter().map(|column| column.0.of).collect();
        assert_eq!(narrow[..3], [TopColumn::Rank, TopColumn::Item, TopColumn::Count]);
        let right = |room: f32| at(room).iter().take(3).map(|column| column.1).sum::<f32>();
        assert!(right(260.0) <= 256.0, "they fit into the narrowest panel: {}", right(260.0));
        let wide: Vec<TopColumn> = at(900.0).iter().map(|column| column.0.of).collect();
        assert_eq!(wide, TopColumn::ALL);
        assert!((at(900.0).iter().map(|column| column.1).sum::<f32>() - 900.0).abs() < 0.1, "all of the room is used");
        assert!(at(900.0)[0].1 > 20.0 * DIGIT, "an oid is read as a whole");
    }
}
