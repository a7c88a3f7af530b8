//! The answer as rows: those in sight are read by a worker, a page at a time, however many there are.

use std::{collections::BTreeMap, sync::Arc};

use egui::{Align2, CursorIcon, Rect, Sense, Stroke, Ui, WidgetInfo, accesskit::Role, pos2, vec2};

use super::{command::SqlCommand, frames::Names, running::Running};
use crate::{
    gui::{
        command::Command,
        fetch::Fetch,
        lake::Lake,
        state::Workspace,
        theme::{self, CONTROL, colors},
        widgets::{Across, BAR, Icon, VirtualScroll, elided, empty_ui, paint_icon, rows_ui},
        work::Workers,
    },
    jobs::Priority,
    session::{Session, SqlAnswer, SqlColumn, SqlSort, SqlType},
};

/// Height of a row, points.
const LINE: f32 = 26.0;
/// Rows of a page.
const PAGE: usize = 256;
/// Pages that are kept.
const PAGES: usize = 24;
/// Narrowest and widest column that nobody has drawn wider, points.
const NARROW: f32 = 56.0;
const WIDE: f32 = 320.0;
/// Space right of each cell, points.
const GAP: f32 = 16.0;
/// Left of the first column: the number of the row, points.
const MARGIN: f32 = 12.0;

/// Rows as texts.
type Page = Vec<Vec<Option<String>>>;
/// The pages that are asked for: of which answer, the first and the last, and how many rows were known.
type Asked = (u64, usize, usize, usize);

/// The panel's rows.
#[derive(Default)]
pub struct RowsPane {
    of: Option<u64>,
    pages: BTreeMap<usize, Arc<Page>>,
    asked: Fetch<Asked, Vec<(usize, Arc<Page>)>>,
    copied: Fetch<(u64, u64), String>,
    copies: u64,
    widths: Vec<f32>,
    measured: usize,
    scroll: VirtualScroll,
    across: Across,
    chosen: Option<usize>,
}

impl RowsPane {
    /// Forgets the rows of another answer.
    pub(super) fn of(&mut self, number: Option<u64>) {
        if self.of != number {
            *self = Self { of: number, ..Self::default() };
        }
    }

    /// Puts all rows on the clipboard once they are read.
    pub(super) fn copy(&mut self, answer: &SqlAnswer, workers: &Workers, ctx: &egui::Context) {
        self.copies += 1;
        let answer = answer.clone();
        let key = (self.of.unwrap_or(0), self.copies);
        self.copied.request(key, &workers.ask, Priority::Visible, ctx, move |_| tabbed(&answer));
    }

    /// Draws the rows over the whole rectangle of `ui`.
    pub(super) fn ui(
        &mut self,
        ui: &mut Ui,
        lake: &Lake,
        (answer, running): (&SqlAnswer, &Running),
        workers: &Workers,
        out: &mut Vec<Command>,
    ) {
        self.copied.poll();
        if let Some(text) = self.copied.take_ready() {
            out.push(Command::Copy { text, what: "the rows" });
        }
        let columns = answer.columns();
        let rows = answer.rows();
        self.take_pages(ui, columns);
        if let Some(error) = self.asked.error() {
            empty_ui(ui, Icon::Warning, "The rows cannot be read back", error, |_| {});
            return;
        }
        let area = ui.available_rect_before_wrap();
        let wanted: f32 = self.widths.iter().sum();
        let room = area.width() - MARGIN - BAR;
        let above = self.across.ui(ui, area, (wanted, room), "Scroll the columns");
        let head = area.with_max_y(area.top() + CONTROL + 14.0);
        self.heads_ui(ui, head, columns, running, out);
        let body = above.with_min_y(head.bottom() + 1.0);
        let names = Names::of(columns);
        let (across, widths) = (self.across.offset, self.widths.clone());
        let mut wants = (usize::MAX, 0);
        let (pages, chosen) = (&self.pages, &mut self.chosen);
        ui.scope_builder(egui::UiBuilder::new().max_rect(body), |ui| {
            ui.shrink_clip_rect(body);
            rows_ui(ui, &mut self.scroll, "Scroll the answer", (rows, LINE), |ui, row, rect| {
                wants = (wants.0.min(row), wants.1.max(row));
                let cells = pages.get(&(row / PAGE)).and_then(|page| page.get(row % PAGE));
                let line = Line { row, cells, columns, widths: &widths, across, is_chosen: *chosen == Some(row) };
                if row_ui(ui, &line, rect, &names, lake, out) {
                    *chosen = Some(row);
                }
            });
        });
        if wants.0 <= wants.1 && rows > 0 {
            self.want(answer, (wants.0 / PAGE, wants.1 / PAGE), rows, workers, ui);
        }
    }

    /// Takes in pages that came; widths of columns follow the first of them.
    fn take_pages(&mut self, ui: &Ui, columns: &[SqlColumn]) {
        self.asked.poll();
        for (number, page) in self.asked.take_ready().into_iter().flatten() {
            self.pages.insert(number, page);
        }
        if self.widths.len() != columns.len() {
            self.widths = columns.iter().map(|column| head_width(ui, column)).collect();
            self.measured = 0;
        }
        if let Some(page) = self.pages.get(&0).filter(|page| page.len() > self.measured) {
            // The longest text of each column is measured; to measure all would take longer than anyone wants to wait.
            for (at, width) in self.widths.iter_mut().enumerate() {
                let texts = page[self.measured..].iter().filter_map(|cells| cells.get(at)?.as_deref());
                let Some(longest) = texts.max_by_key(|text| text.len()) else { continue };
                let shown: String = longest.chars().take(60).collect();
                let laid = ui.painter().layout_no_wrap(shown, theme::numbers(12.5), colors(ui).text);
                *width = width.max((laid.size().x + GAP + 4.0).min(WIDE));
            }
            self.measured = page.len();
        }
    }

    /// Has a worker read the pages in sight that are not there, or not whole.
    fn want(&mut self, answer: &SqlAnswer, (first, last): (usize, usize), rows: usize, workers: &Workers, ui: &Ui) {
        let whole = |number: usize| rows.saturating_sub(number * PAGE).min(PAGE);
        let missing: Vec<usize> = (first..=last)
            .filter(|number| self.pages.get(number).map_or(0, |page| page.len()) < whole(*number))
            .collect();
        if self.pages.len() > PAGES {
            // Those in sight are asked for again otherwise.
            self.pages.retain(|number, _| *number == 0 || (first.saturating_sub(4)..=last + 4).contains(number));
        }
        let (Some(from), Some(to)) = (missing.first().copied(), missing.last().copied()) else { return };
        // While rows come, the page that grows is read again, and no faster than it can be.
        if self.asked.is_pending() && self.asked.key().is_some_and(|key| (key.1, key.2) == (from, to)) {
            return;
        }
        let key = (self.of.unwrap_or(0), from, to, rows);
        let answer = answer.clone();
        self.asked.request(key, &workers.ask, Priority::Visible, ui.ctx(), move |_| {
            let read = |number: usize| {
                let rows = number * PAGE..(number + 1) * PAGE;
                Session::sql_rows(&answer, rows).map(|page| (number, Arc::new(page))).map_err(|error| error.to_string())
            };
            missing.into_iter().map(read).collect()
        });
    }

    /// The heads of the columns: name and type; a press sorts, an edge can be drawn.
    fn heads_ui(&mut self, ui: &Ui, head: Rect, columns: &[SqlColumn], running: &Running, out: &mut Vec<Command>) {
        let colors = colors(ui);
        ui.painter().hline(head.x_range(), head.bottom(), Stroke::new(1.0, colors.line));
        let sort = running.asked().and_then(|asked| asked.sort.as_ref());
        let mut left = head.left() + MARGIN - self.across.offset;
        for (at, column) in columns.iter().enumerate() {
            let width = self.widths[at];
            let cell = Rect::from_min_size(pos2(left, head.top()), vec2(width, head.height()));
            left += width;
            let seen = cell.intersect(head);
            if seen.width() <= 1.0 {
                continue;
            }
            let order = sort.filter(|sort| sort.column == column.name).map(|sort| sort.descending);
            if let Some(order) = head_ui(ui, (at, column), cell, seen, order) {
                out.push(Command::Sql(SqlCommand::Sort(
                    order.map(|descending| SqlSort { column: column.name.clone(), descending }),
                )));
            }
            let edge =
                Rect::from_center_size(pos2(cell.right() - GAP / 2.0, cell.center().y), vec2(8.0, cell.height()));
            let grip = ui.interact(edge.intersect(head), ui.scope_id().with(("edge", at)), Sense::drag());
            grip.widget_info(|| WidgetInfo::labeled(Role::Splitter, true, format!("Width of {}", column.name)));
            if grip.dragged() {
                self.widths[at] = (width + grip.drag_delta().x).max(NARROW);
            }
            if grip.hovered() || grip.dragged() {
                ui.painter().vline(edge.center().x, head.y_range(), Stroke::new(1.0, colors.accent));
            }
            grip.on_hover_cursor(CursorIcon::ResizeColumn);
        }
    }
}

/// Whether values of a type stand at the right.
fn is_number(kind: SqlType) -> bool {
    matches!(kind, SqlType::Int64 | SqlType::Int32 | SqlType::Double)
}

fn head_width(ui: &Ui, column: &SqlColumn) -> f32 {
    let name = ui.painter().layout_no_wrap(column.name.clone(), theme::medium(12.0), colors(ui).text);
    // Room for the arrow that tells the order.
    (name.size().x + GAP + 18.0).clamp(NARROW, WIDE)
}

/// A head; the order that is asked for when it was pressed.
#[expect(clippy::option_option, reason = "no press, or no order, or an order")]
fn head_ui(
    ui: &Ui,
    (at, column): (usize, &SqlColumn),
    cell: Rect,
    seen: Rect,
    order: Option<bool>,
) -> Option<Option<bool>> {
    let colors = colors(ui);
    let response = ui.interact(seen.with_max_x(seen.right() - GAP), ui.scope_id().with(("head", at)), Sense::click());
    let name = format!("Sort the answer by {}", column.name);
    response.widget_info(|| WidgetInfo::selected(Role::ColumnHeader, true, order.is_some(), &name));
    let painter = ui.painter().with_clip_rect(seen.intersect(ui.clip_rect()));
    let ink = if order.is_some() || response.hovered() { colors.text } else { colors.muted };
    let number = is_number(column.kind);
    let inner = cell.with_max_x(cell.right() - GAP);
    let (x, anchor) = if number { (inner.right(), Align2::RIGHT_CENTER) } else { (inner.left(), Align2::LEFT_CENTER) };
    let top = pos2(x, cell.top() + 14.0);
    let drawn = painter.text(top, anchor, &column.name, theme::medium(12.0), ink);
    let below = pos2(x, cell.top() + 30.0);
    painter.text(below, anchor, column.kind.as_str(), theme::numbers(11.0), colors.muted);
    if let Some(descending) = order {
        let icon = if descending { Icon::Descending } else { Icon::Ascending };
        let x = if number { drawn.left() - 9.0 } else { drawn.right() + 9.0 };
        paint_icon(&painter, Rect::from_center_size(pos2(x, top.y), vec2(12.0, 12.0)), icon, colors.accent);
    }
    let tip = format!(
        "{}, {}\nA press runs the query again and has its process sort the answer by this column; a third one takes the order away.",
        column.name,
        column.kind.as_str()
    );
    let clicked = response.on_hover_text(tip).clicked();
    let next = match order {
        None => Some(number),
        Some(now) if now == number => Some(!number),
        Some(_) => None,
    };
    clicked.then_some(next)
}

/// A row as it is drawn.
struct Line<'a> {
    row: usize,
    cells: Option<&'a Vec<Option<String>>>,
    columns: &'a [SqlColumn],
    widths: &'a [f32],
    across: f32,
    is_chosen: bool,
}

/// Draws a row; true when it was pressed.
fn row_ui(ui: &mut Ui, line: &Line<'_>, rect: Rect, names: &Names, lake: &Lake, out: &mut Vec<Command>) -> bool {
    let colors = colors(ui);
    let response = ui.interact(rect, ui.scope_id().with("row"), Sense::click());
    let Some(cells) = line.cells else {
        response.widget_info(|| WidgetInfo::labeled(Role::Row, false, format!("Row {} is being read", line.row + 1)));
        let bar = Rect::from_min_size(pos2(rect.left() + MARGIN, rect.center().y - 3.0), vec2(90.0, 6.0));
        ui.painter().rect_filled(bar, 3, colors.line);
        return false;
    };
    response.widget_info(|| {
        let texts: Vec<&str> = cells.iter().map(|cell| cell.as_deref().unwrap_or("null")).collect();
        WidgetInfo::labeled(Role::Row, true, texts.join(", "))
    });
    let leads = names.any();
    let hovered = response.hovered();
    if line.is_chosen {
        ui.painter().rect_filled(rect, 0, colors.accent_wash);
    } else if hovered {
        ui.painter().rect_filled(rect, 0, colors.hover);
    }
    let mut left = rect.left() + MARGIN - line.across;
    let pointer = response.hover_pos();
    let mut under = None;
    for (at, (column, cell)) in line.columns.iter().zip(cells).enumerate() {
        let width = line.widths.get(at).copied().unwrap_or(NARROW);
        let place = Rect::from_min_size(pos2(left, rect.top()), vec2(width - GAP, rect.height()));
        left += width;
        if place.right() < rect.left() || place.left() > rect.right() {
            continue;
        }
        if pointer.is_some_and(|pointer| place.expand(GAP / 2.0).contains(pointer)) {
            under = Some((at, place));
        }
        cell_ui(ui, place.intersect(rect), place, column, cell.as_deref());
    }
    if leads && hovered {
        let mark = Rect::from_center_size(pos2(rect.right() - 10.0, rect.center().y), vec2(13.0, 13.0));
        ui.painter().rect_filled(mark.expand(4.0), 4, colors.hover);
        paint_icon(ui.painter(), mark, Icon::Right, colors.accent);
    }
    let clicked = response.clicked();
    if clicked && leads {
        open(names, cells, lake, out);
    }
    let whole = under.and_then(|(at, place)| Some((cells.get(at)?.as_deref()?, place)));
    let wide = |text: &str| ui.painter().layout_no_wrap(text.to_owned(), theme::numbers(12.5), colors.text).size().x;
    let cut = whole.filter(|(text, place)| text.len() > 400 || text.contains('\n') || wide(text) > place.width());
    let response = match (cut, leads) {
        (Some((text, _)), _) => response.on_hover_text(text),
        (None, true) => response.on_hover_text("Show its frame in Explore"),
        (None, false) => response,
    };
    let menu = response.id.with("cell");
    if response.secondary_clicked() {
        ui.data_mut(|data| data.insert_temp(menu, under.map_or(0, |(at, _)| at)));
    }
    response.context_menu(|ui| {
        if leads && ui.button("Show the frame in Explore").clicked() {
            open(names, cells, lake, out);
            ui.close();
        }
        if ui.button("Copy the cell").clicked() {
            let at = ui.data(|data| data.get_temp::<usize>(menu)).unwrap_or(0);
            let text = cells.get(at).cloned().flatten().unwrap_or_default();
            out.push(Command::Copy { text, what: "the cell" });
            ui.close();
        }
        if ui.button("Copy the row").clicked() {
            let text = cells.iter().map(|cell| tab_text(cell.as_deref())).collect::<Vec<_>>().join("\t");
            out.push(Command::Copy { text, what: "the row" });
            ui.close();
        }
    });
    clicked
}

/// A cell: numbers at the right, what has no value in a word of its own, an empty text as such.
fn cell_ui(ui: &Ui, seen: Rect, place: Rect, column: &SqlColumn, cell: Option<&str>) {
    let colors = colors(ui);
    let painter = ui.painter().with_clip_rect(seen.expand(1.0).intersect(ui.clip_rect()));
    // What has no value, and a text without letters, are told apart from each other and from what is written.
    let (text, font, ink) = match cell {
        None => ("null", theme::medium(11.0), colors.muted),
        Some("") => ("\u{201c}\u{201d}", theme::numbers(12.5), colors.muted),
        Some(text) => (text, theme::numbers(12.5), colors.text),
    };
    if is_number(column.kind) {
        painter.text(place.right_center(), Align2::RIGHT_CENTER, text, font, ink);
        return;
    }
    let line = text.split('\n').next().unwrap_or_default();
    let line = line.char_indices().nth(400).map_or(line, |(end, _)| &line[..end]);
    elided(&painter, place.left_center(), line, font, ink, place.width());
}

/// Leads to the frame of a row.
fn open(names: &Names, cells: &[Option<String>], lake: &Lake, out: &mut Vec<Command>) {
    if let Some(frame) = names.frame(cells, lake) {
        out.push(Command::ShowWorkspace(Workspace::Explore));
        out.push(Command::Show(frame));
    } else {
        out.push(Command::Sql(SqlCommand::NoFrame));
    }
}

fn tab_text(cell: Option<&str>) -> String {
    cell.unwrap_or_default().replace(['\t', '\n', '\r'], " ")
}

/// All rows with a head, as spreadsheets take them from the clipboard.
fn tabbed(answer: &SqlAnswer) -> Result<String, String> {
    let names: Vec<&str> = answer.columns().iter().map(|column| column.name.as_str()).collect();
    let mut text = names.join("\t") + "\n";
    for from in (0..answer.rows()).step_by(PAGE * 16) {
        for row in Session::sql_rows(answer, from..from + PAGE * 16).map_err(|error| error.to_string())? {
            let cells: Vec<String> = row.iter().map(|cell| tab_text(cell.as_deref())).collect();
            text += &cells.join("\t");
            text.push('\n');
        }
    }
    Ok(text)
}
