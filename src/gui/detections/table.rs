//! The whole answer as rows, with the columns of the output; sorted and copied by a worker.

use std::sync::Arc;

use egui::{Align2, Rect, Sense, Stroke, Ui, WidgetInfo, accesskit::Role, pos2, vec2};

use super::{
    DetectionsLook, answer::Top, limits::short_time, places::set_look, state::Answers, words::failed_or_waiting,
};
use crate::{
    gui::{
        command::{Action, Command},
        fetch::Fetch,
        lake::Lake,
        theme::{self, CONTROL, colors},
        widgets::{
            Icon, VirtualScroll, bar, elided, empty_ui, icon_button, paint_icon, rows_ui,
            text::{count, counted},
        },
        work::Workers,
    },
    jobs::Priority,
    model::format_ns,
};

/// Height of a row, points.
const LINE: f32 = 26.0;

/// A column: the name it has in the output, its width, and whether it holds numbers.
struct Column {
    name: &'static str,
    width: f32,
    number: bool,
    of: Of,
}

/// What a column shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Of {
    Oid,
    Name,
    Window,
    Rank,
    Item,
    Count,
}

/// The columns, in the order of the output.
const COLUMNS: [Column; 6] = [
    Column { name: "geographical_location_oid", width: 176.0, number: true, of: Of::Oid },
    Column { name: "geographical_location", width: 220.0, number: false, of: Of::Name },
    Column { name: "window_start", width: 150.0, number: false, of: Of::Window },
    Column { name: "item_rank", width: 84.0, number: true, of: Of::Rank },
    Column { name: "item_name", width: 160.0, number: false, of: Of::Item },
    Column { name: "item_count", width: 100.0, number: true, of: Of::Count },
];

/// An answer, by its address, and an order of it.
type Sorted = (usize, Option<(usize, bool)>);

/// The panel.
#[derive(Default)]
pub struct TablePane {
    order: Fetch<Sorted, Arc<Vec<u32>>>,
    of: Option<Arc<Top>>,
    copied: Fetch<u64, String>,
    copies: u64,
    scroll: VirtualScroll,
    across: f32,
}

fn columns(top: &Top) -> Vec<(usize, &'static Column)> {
    let has = |of: Of| match of {
        Of::Oid | Of::Name => !top.rows.locations.is_empty(),
        Of::Window => !top.rows.windows_ns.is_empty(),
        _ => true,
    };
    COLUMNS.iter().enumerate().filter(|(_, column)| has(column.of)).collect()
}

/// The cell as it is written to files.
fn plain(top: &Top, of: Of, row: usize) -> String {
    let rows = &top.rows;
    match of {
        Of::Oid => rows.locations.get(row).map(i64::to_string),
        Of::Name => rows.location_names.get(row).and_then(|name| name.as_deref().map(str::to_owned)),
        Of::Window => rows.windows_ns.get(row).map(|start| format_ns(*start)),
        Of::Rank => rows.ranks.get(row).map(i32::to_string),
        Of::Item => rows.items.get(row).map(ToString::to_string),
        Of::Count => rows.counts.get(row).map(i64::to_string),
    }
    .unwrap_or_default()
}

/// The cell as it is shown.
fn shown(top: &Top, of: Of, row: usize) -> String {
    match of {
        Of::Window => top.rows.windows_ns.get(row).map_or_else(String::new, |start| short_time(*start)),
        Of::Count => top.rows.counts.get(row).map_or_else(String::new, |number| count(number.unsigned_abs())),
        _ => plain(top, of, row),
    }
}

/// The rows in an order: by a column, its equals as they were.
fn sorted(top: &Top, by: Option<(usize, bool)>) -> Vec<u32> {
    let rows = &top.rows;
    let mut order: Vec<u32> = (0..u32::try_from(rows.ranks.len()).unwrap_or(u32::MAX)).collect();
    let Some((column, descending)) = by else { return order };
    let at = |row: &u32| *row as usize;
    match COLUMNS.get(column).map(|column| column.of) {
        Some(Of::Oid) => order.sort_by_key(|row| rows.locations.get(at(row)).copied()),
        Some(Of::Name) => order.sort_by(|a, b| rows.location_names.get(at(a)).cmp(&rows.location_names.get(at(b)))),
        Some(Of::Window) => order.sort_by_key(|row| rows.windows_ns.get(at(row)).copied()),
        Some(Of::Rank) => order.sort_by_key(|row| rows.ranks.get(at(row)).copied()),
        Some(Of::Item) => order.sort_by(|a, b| rows.items.get(at(a)).cmp(&rows.items.get(at(b)))),
        Some(Of::Count) => order.sort_by_key(|row| rows.counts.get(at(row)).copied()),
        None => {}
    }
    if descending {
        order.reverse();
    }
    order
}

/// The rows in their order, with a head, as spreadsheets take them from the clipboard.
fn tabbed(top: &Top, order: &[u32]) -> String {
    let columns = columns(top);
    let mut text: String = columns.iter().map(|(_, column)| column.name).collect::<Vec<_>>().join("\t");
    text.push('\n');
    for row in order {
        let cells =
            columns.iter().map(|(_, column)| plain(top, column.of, *row as usize).replace(['\t', '\n', '\r'], " "));
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
        let Some(top) = failed_or_waiting(ui, &answers.top, "Ranking items…", out).cloned() else { return };
        if top.rows.ranks.is_empty() {
            let limited = lake.detections.choice.is_limited();
            empty_ui(ui, Icon::Chart, "No rows", "No event lies within the limits.", |ui| {
                super::places::limits_button(ui, limited, out);
            });
            return;
        }
        let look = &lake.detections.look;
        let known = self.of.as_ref().is_some_and(|known| Arc::ptr_eq(known, &top));
        if !known {
            self.order.clear();
            self.of = Some(Arc::clone(&top));
        }
        let (all, by) = (Arc::clone(&top), look.table);
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
        let columns = columns(top);
        let area = ui.available_rect_before_wrap();
        let wanted: f32 = columns.iter().map(|(_, column)| column.width).sum();
        // What is left goes to the names; what has no room is moved to with the wheel and Shift.
        let spare = (area.width() - 36.0 - wanted).max(0.0);
        let furthest = (wanted + 36.0 - area.width()).max(0.0);
        if ui.rect_contains_pointer(area) {
            let turned = ui.input_mut(|input| std::mem::take(&mut input.smooth_scroll_delta.x));
            self.across -= turned;
        }
        self.across = self.across.clamp(0.0, furthest);
        let texts = columns.iter().filter(|(_, column)| !column.number).count().max(1);
        #[expect(clippy::cast_precision_loss, reason = "a few columns")]
        let width = |column: &Column| column.width + if column.number { 0.0 } else { spare / texts as f32 };
        let head = area.with_max_y(area.top() + CONTROL);
        ui.painter().hline(area.x_range(), head.bottom(), Stroke::new(1.0, colors.line));
        let mut left = area.left() + 12.0 - self.across;
        for (index, column) in &columns {
            let cell = Rect::from_min_size(pos2(left, head.top()), vec2(width(column), CONTROL));
            left += width(column);
            Self::head_ui(ui, look, (*index, column), cell.intersect(area), out);
        }
        let body = area.with_min_y(head.bottom() + 1.0);
        let across = self.across;
        ui.scope_builder(egui::UiBuilder::new().max_rect(body), |ui| {
            rows_ui(ui, &mut self.scroll, "Scroll the table", (order.len(), LINE), |ui, index, rect| {
                let Some(row) = order.get(index).map(|row| *row as usize) else { return };
                let response = ui.interact(rect, ui.scope_id().with("row"), Sense::click());
                let cells: Vec<String> = columns.iter().map(|(_, column)| shown(top, column.of, row)).collect();
                response.widget_info(|| WidgetInfo::labeled(Role::Row, true, cells.join(", ")));
                if response.hovered() {
                    ui.painter().rect_filled(rect, 0, colors.hover);
                }
                let mut left = rect.left() + 12.0 - across;
                for ((_, column), text) in columns.iter().zip(cells) {
                    let cell = Rect::from_min_size(pos2(left, rect.top()), vec2(width(column) - 14.0, LINE));
                    left += width(column);
                    let painter = ui.painter().with_clip_rect(cell.expand(1.0).intersect(ui.clip_rect()));
                    if column.number {
                        painter.text(
                            cell.right_center(),
                            Align2::RIGHT_CENTER,
                            text,
                            theme::numbers(12.5),
                            colors.text,
                        );
                    } else if text.is_empty() && column.of == Of::Name {
                        painter.text(
                            cell.left_center(),
                            Align2::LEFT_CENTER,
                            "not in the table",
                            theme::medium(12.0),
                            colors.warning,
                        );
                    } else {
                        elided(&painter, cell.left_center(), text, theme::medium(12.5), colors.text, cell.width());
                    }
                }
                response.context_menu(|ui| {
                    if ui.button("Copy the row").clicked() {
                        let text =
                            columns.iter().map(|(_, column)| plain(top, column.of, row)).collect::<Vec<_>>().join("\t");
                        out.push(Command::Copy { text, what: "the row" });
                        ui.close();
                    }
                });
            });
        });
    }

    /// A head: a press sorts by it, another one the other way round, a third one takes the order away.
    fn head_ui(ui: &Ui, look: &DetectionsLook, (index, column): (usize, &Column), cell: Rect, out: &mut Vec<Command>) {
        let colors = colors(ui);
        let response = ui.interact(cell, ui.scope_id().with(("column", index)), Sense::click());
        let order = look.table.filter(|by| by.0 == index).map(|by| by.1);
        response.widget_info(|| {
            WidgetInfo::selected(Role::ColumnHeader, true, order.is_some(), format!("Sort by {}", column.name))
        });
        let painter = ui.painter().with_clip_rect(cell);
        let ink = if order.is_some() || response.hovered() { colors.text } else { colors.muted };
        let inner = cell.with_max_x(cell.right() - 14.0);
        let (at, anchor) = if column.number {
            (inner.right_center(), Align2::RIGHT_CENTER)
        } else {
            (inner.left_center(), Align2::LEFT_CENTER)
        };
        let drawn = painter.text(at, anchor, column.name, theme::medium(11.5), ink);
        if let Some(descending) = order {
            let icon = if descending { Icon::Descending } else { Icon::Ascending };
            let mark = Rect::from_center_size(pos2(drawn.right() + 8.0, cell.center().y), vec2(12.0, 12.0));
            paint_icon(&painter, mark, icon, colors.accent);
        }
        if response.clicked() {
            let first = column.number && column.of != Of::Rank;
            let table = match order {
                None => Some((index, first)),
                Some(now) if now == first => Some((index, !first)),
                Some(_) => None,
            };
            out.push(set_look(DetectionsLook { table, ..look.clone() }));
        }
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
        assert_eq!(sorted(&top, Some((5, true))), [0, 2, 1]);
        assert_eq!(sorted(&top, Some((4, false))), [1, 0, 2]);
        assert_eq!(sorted(&top, Some((99, false))), [0, 1, 2]);
        let text = tabbed(&top, &[2, 0]);
        assert_eq!(
            text,
            "geographical_location_oid\tgeographical_location\titem_rank\titem_name\titem_count\n9\t\t1\tcar\t20\n7\tPier 1\t1\tcar\t1500\n"
        );
        assert_eq!(shown(&top, Of::Count, 0), "1,500");
    }
}
