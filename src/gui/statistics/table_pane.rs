//! The numbers as rows: sorted by a worker, drawn as far as they are in sight. A press on a row shows its frames.

use std::{cmp::Ordering, sync::Arc};

use egui::{
    Align, Align2, Frame, Layout, Margin, Rect, RichText, Sense, Stroke, Ui, WidgetInfo, accesskit::Role, pos2, vec2,
};

use super::{
    StatLook, StatisticsCommand,
    command::{Behind, Kept},
    draw::told,
    state::Answers,
    words::failed_or_waiting,
};
use crate::{
    export::CellType,
    gui::{
        command::{Action, Command},
        fetch::Fetch,
        lake::Lake,
        theme::{self, CONTROL, colors},
        widgets::{
            Icon, VirtualScroll, bar, elided, empty_ui, icon_button, paint_icon, plain_button, rows_ui,
            text::{counted, number, unit_text},
        },
        work::Workers,
    },
    jobs::Priority,
    session::{ColumnRole, StatColumn, StatValue, StatsTable},
};

/// Height of a row, points.
const LINE: f32 = 26.0;

/// What a press on the button of kept rows does.
const KEPT: &str = "Selects the frames of all these rows in Explore.";

/// A table, by its address, and an order of it.
type Sorted = (usize, Option<(String, bool)>);

/// The panel.
#[derive(Default)]
pub struct TablePane {
    order: Fetch<Sorted, Arc<Vec<u32>>>,
    of: Option<Arc<StatsTable>>,
    copied: Fetch<u64, String>,
    copies: u64,
    scroll: VirtualScroll,
    across: f32,
}

/// The order of two values of a column; none comes last.
fn compared(a: &StatValue, b: &StatValue, descending: bool) -> Ordering {
    let turned = |order: Ordering| if descending { order.reverse() } else { order };
    match (a, b) {
        (StatValue::Null, StatValue::Null) => Ordering::Equal,
        (StatValue::Null, _) => Ordering::Greater,
        (_, StatValue::Null) => Ordering::Less,
        (StatValue::Text(a), StatValue::Text(b)) => turned(crate::lake::natural_cmp(a, b)),
        (a, b) => match (a.number(), b.number()) {
            (Some(a), Some(b)) => turned(a.total_cmp(&b)),
            _ => Ordering::Equal,
        },
    }
}

/// The rows in an order: by a column, its equals as they were.
fn sorted(table: &StatsTable, by: Option<&(String, bool)>) -> Vec<u32> {
    let mut order: Vec<u32> = (0..u32::try_from(table.rows).unwrap_or(u32::MAX)).collect();
    if let Some((name, descending)) = by
        && let Some(column) = table.column(name)
    {
        order.sort_by(|a, b| compared(&column.values[*a as usize], &column.values[*b as usize], *descending));
    }
    order
}

/// The rows in their order, with a head, as spreadsheets take them from the clipboard.
fn tabbed(table: &StatsTable, order: &[u32]) -> String {
    let mut text = table.columns.iter().map(|column| column.name.as_str()).collect::<Vec<_>>().join("\t");
    text.push('\n');
    for row in order {
        let cells = table.columns.iter().map(|column| match &column.values[*row as usize] {
            StatValue::Null => String::new(),
            StatValue::Float(value) => value.to_string(),
            StatValue::Time(ns) => crate::model::format_ns(*ns),
            value => told(value).replace(['\t', '\n', '\r'], " "),
        });
        text += &cells.collect::<Vec<_>>().join("\t");
        text.push('\n');
    }
    text
}

/// A cell as it is shown.
fn shown(value: &StatValue) -> String {
    match value {
        StatValue::Int(value) if value.unsigned_abs() >= 10_000 => {
            let sign = if *value < 0 { "-" } else { "" };
            format!("{sign}{}", crate::gui::widgets::text::count(value.unsigned_abs()))
        }
        StatValue::Float(value) => number(*value),
        StatValue::Null => "–".to_owned(),
        value => told(value),
    }
}

fn is_number(column: &StatColumn) -> bool {
    matches!(column.kind, CellType::Int | CellType::Float) || matches!(column.role, ColumnRole::Statistic { .. })
}

/// The head of a column: its name and its unit.
fn head(column: &StatColumn) -> String {
    let name = column.name.replace('_', " ");
    unit_text(column.unit.as_deref()).map_or_else(|| name.clone(), |unit| format!("{name}, {unit}"))
}

/// The width that a column asks for, points: of its head and of its first values.
fn width(column: &StatColumn) -> f32 {
    let letters = |text: &str| text.chars().count();
    let longest = column.values.iter().take(50).map(|value| letters(&shown(value))).max().unwrap_or(0);
    #[expect(clippy::cast_precision_loss, reason = "a few letters")]
    let wide = longest.max(letters(&head(column))) as f32 * 7.2 + 30.0;
    wide.clamp(72.0, 260.0)
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
        if lake.statistics.choice.is_empty() {
            empty_ui(ui, Icon::Chart, "No numbers yet", "Choose a metric to tell numbers of.", |_| {});
            return;
        }
        let found = failed_or_waiting(ui, &answers.numbers, "Working the numbers out…", out);
        let Some(table) = found.and_then(|tables| tables.first()).cloned() else {
            return;
        };
        if table.rows == 0 {
            let body = "No frame that the filter matches is in any group.";
            empty_ui(ui, Icon::Chart, "No rows", body, |ui| {
                if plain_button(ui, !lake.filter.is_empty(), Action::ClearFilter.name()).clicked() {
                    out.push(Action::ClearFilter.into());
                }
            });
            return;
        }
        let look = &lake.statistics.look;
        if !self.of.as_ref().is_some_and(|known| Arc::ptr_eq(known, &table)) {
            self.order.clear();
            self.of = Some(Arc::clone(&table));
        }
        let (all, by) = (Arc::clone(&table), look.sort.clone());
        let key = (Arc::as_ptr(&table).addr(), by.clone());
        let sort = move |_: &_| Ok(Arc::new(sorted(&all, by.as_ref())));
        self.order.request(key, &workers.ask, Priority::Visible, ui.ctx(), sort);
        self.order.poll();
        self.copied.poll();
        if let Some(text) = self.copied.take_ready() {
            out.push(Command::Copy { text, what: "the table" });
        }
        let order = self.order.value().cloned().unwrap_or_default();
        Frame::new().inner_margin(Margin::symmetric(12, 0)).show(ui, |ui| {
            bar(ui, 36.0, |ui| {
                let small = |text: String| RichText::new(text).font(theme::numbers(12.5)).color(colors.muted);
                let what = if lake.statistics.choice.frames { "value" } else { "reading" };
                let mut line = format!("{} of {}", counted(table.rows as u64, "row"), counted(table.read, what));
                if table.seconds >= 0.1 {
                    line = format!("{line} · {:.1} s", table.seconds);
                }
                let notes = table.notes.join("\n");
                let label = ui.label(small(line));
                if !notes.is_empty() {
                    let noted =
                        crate::gui::widgets::quiet_button(ui, RichText::new("Notes").size(12.0).color(colors.accent));
                    noted.on_hover_text(notes);
                }
                label.on_hover_text("Press a row for its frames. Shift and the wheel move across.");
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    let kept = table.request.keep.is_some() && ui.available_width() > 180.0;
                    if kept && plain_button(ui, true, "Select what is kept").on_hover_text(KEPT).clicked() {
                        out.push(Command::Statistics(StatisticsCommand::SelectKept(Kept(Arc::clone(&table)))));
                    }
                    if icon_button(ui, Icon::Export, "Export the numbers").clicked() {
                        out.push(Command::Statistics(StatisticsCommand::OpenExport { chart: false }));
                    }
                    if icon_button(ui, Icon::Copy, "Copy the numbers").clicked() {
                        self.copies += 1;
                        let (table, order) = (Arc::clone(&table), Arc::clone(&order));
                        self.copied.request(self.copies, &workers.ask, Priority::Visible, ui.ctx(), move |_| {
                            Ok(tabbed(&table, &order))
                        });
                    }
                });
            });
        });
        self.cells_ui(ui, look, &table, &order, out);
    }

    fn cells_ui(
        &mut self,
        ui: &mut Ui,
        look: &StatLook,
        table: &Arc<StatsTable>,
        order: &[u32],
        out: &mut Vec<Command>,
    ) {
        let colors = colors(ui);
        let area = ui.available_rect_before_wrap();
        let widths: Vec<f32> = table.columns.iter().map(width).collect();
        let wanted: f32 = widths.iter().sum();
        let furthest = (wanted + 36.0 - area.width()).max(0.0);
        if ui.rect_contains_pointer(area) {
            let turned = ui.input_mut(|input| std::mem::take(&mut input.smooth_scroll_delta.x));
            self.across -= turned;
        }
        self.across = self.across.clamp(0.0, furthest);
        // What is left goes to all columns alike, up to a width that can still be followed.
        #[expect(clippy::cast_precision_loss, reason = "a few columns")]
        let spare = ((area.width() - 36.0 - wanted).max(0.0) / widths.len().max(1) as f32).min(60.0);
        let head_area = area.with_max_y(area.top() + CONTROL);
        ui.painter().hline(area.x_range(), head_area.bottom(), Stroke::new(1.0, colors.line));
        let start = area.left() + 12.0 - self.across;
        let lefts: Vec<f32> = widths
            .iter()
            .scan(start, |left, width| {
                let here = *left;
                *left += width + spare;
                Some(here)
            })
            .collect();
        let cell = |index: usize, top: f32, height: f32| {
            Rect::from_min_size(pos2(lefts[index], top), vec2(widths[index] + spare - 14.0, height))
        };
        let seen = |index: &usize| {
            let rect = cell(*index, area.top(), LINE);
            rect.right() >= area.left() && rect.left() <= area.right()
        };
        let columns: Vec<usize> = (0..table.columns.len()).filter(seen).collect();
        for index in &columns {
            let rect = cell(*index, head_area.top(), CONTROL);
            head_ui(ui, look, &table.columns[*index], rect, area, out);
        }
        let body = area.with_min_y(head_area.bottom() + 1.0);
        ui.scope_builder(egui::UiBuilder::new().max_rect(body), |ui| {
            rows_ui(ui, &mut self.scroll, "Scroll the numbers", (order.len(), LINE), |ui, index, rect| {
                let Some(row) = order.get(index).map(|row| *row as usize) else { return };
                let response = ui.interact(rect, ui.scope_id().with("row"), Sense::click());
                response.widget_info(|| {
                    let cells = table.columns.iter().take(40).map(|column| shown(&column.values[row]));
                    WidgetInfo::labeled(Role::Row, true, cells.collect::<Vec<_>>().join(", "))
                });
                if response.hovered() {
                    ui.painter().rect_filled(rect, 0, colors.hover);
                }
                for at in &columns {
                    let column = &table.columns[*at];
                    let place = cell(*at, rect.top(), LINE);
                    let painter = ui.painter().with_clip_rect(place.expand(2.0).intersect(ui.clip_rect()));
                    let value = &column.values[row];
                    let ink = if matches!(value, StatValue::Null) { colors.faint } else { colors.text };
                    if is_number(column) {
                        painter.text(
                            place.right_center(),
                            Align2::RIGHT_CENTER,
                            shown(value),
                            theme::numbers(12.5),
                            ink,
                        );
                    } else {
                        elided(&painter, place.left_center(), shown(value), theme::medium(12.5), ink, place.width());
                    }
                }
                let go = || Command::Statistics(StatisticsCommand::Go(Behind { table: Arc::clone(table), row }));
                if response.clicked() {
                    out.push(go());
                }
                response.context_menu(|ui| {
                    if ui.button("Show the frames in Explore").clicked() {
                        out.push(go());
                        ui.close();
                    }
                    if ui.button("Copy the row").clicked() {
                        let row = u32::try_from(row).unwrap_or(u32::MAX);
                        let text = tabbed(table, &[row]).lines().nth(1).unwrap_or_default().to_owned();
                        out.push(Command::Copy { text, what: "the row" });
                        ui.close();
                    }
                });
            });
        });
    }
}

/// A head: a press sorts by it, another one the other way round, a third one takes the order away.
fn head_ui(ui: &Ui, look: &StatLook, column: &StatColumn, cell: Rect, area: Rect, out: &mut Vec<Command>) {
    let colors = colors(ui);
    let inside = cell.intersect(area);
    let response = ui.interact(inside, ui.scope_id().with(("column", &column.name)), Sense::click());
    let order = look.sort.as_ref().filter(|by| by.0 == column.name).map(|by| by.1);
    response.widget_info(|| {
        WidgetInfo::selected(Role::ColumnHeader, true, order.is_some(), format!("Sort by {}", column.name))
    });
    let painter = ui.painter().with_clip_rect(inside.expand2(vec2(14.0, 0.0)).intersect(area));
    let ink = if order.is_some() || response.hovered() { colors.text } else { colors.muted };
    let text = head(column);
    let galley = painter.layout_no_wrap(text.clone(), theme::medium(11.5), ink);
    let wide = galley.size().x.min(cell.width());
    let left = if is_number(column) { cell.right() - wide } else { cell.left() };
    elided(&painter, pos2(left, cell.center().y), text, theme::medium(11.5), ink, cell.width());
    if let Some(descending) = order {
        let icon = if descending { Icon::Descending } else { Icon::Ascending };
        let mark = Rect::from_center_size(pos2(left + wide + 8.0, cell.center().y), vec2(12.0, 12.0));
        paint_icon(&painter, mark, icon, colors.accent);
    }
    if response.clicked() {
        let first = is_number(column);
        let sort = match order {
            None => Some((column.name.clone(), first)),
            Some(now) if now == first => Some((column.name.clone(), !first)),
            Some(_) => None,
        };
        out.push(Command::Statistics(StatisticsCommand::SetLook(StatLook { sort })));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_no_value_comes_last_either_way() {
        let values = [StatValue::Float(2.0), StatValue::Null, StatValue::Int(10), StatValue::Float(-1.0)];
        for (descending, expected) in [(false, [3, 0, 2, 1]), (true, [2, 0, 3, 1])] {
            let mut order = [0, 1, 2, 3];
            order.sort_by(|a: &usize, b| compared(&values[*a], &values[*b], descending));
            assert_eq!(order, expected);
        }
        let names = ["drive_10", "drive_2"].map(|text| StatValue::Text(text.into()));
        assert_eq!(compared(&names[0], &names[1], false), Ordering::Greater);
        assert_eq!((shown(&StatValue::Int(-12_345)), shown(&StatValue::Null)), ("-12,345".into(), "–".into()));
    }
}
