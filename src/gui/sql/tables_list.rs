//! The tables of the lake with their columns, beside the text: a press writes the name.

use std::{collections::BTreeSet, sync::Arc};

use egui::{Rect, ScrollArea, Sense, Ui, WidgetInfo, accesskit::Role, vec2};

use super::editor::Editor;
use crate::{
    gui::{
        theme::{self, colors},
        widgets::{Icon, elided, paint_icon},
    },
    session::{Session, SqlColumn, SqlTable},
};

/// Height of a line, points.
const LINE: f32 = 24.0;

/// Which tables are open.
#[derive(Default)]
pub struct TablesList {
    open: BTreeSet<String>,
}

impl TablesList {
    /// Draws the list over the whole rectangle of `ui`.
    pub(super) fn ui(&mut self, ui: &mut Ui, tables: &Arc<Vec<SqlTable>>, editor: &mut Editor) {
        ScrollArea::vertical().id_salt("sql tables").auto_shrink(false).show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            for table in tables.iter() {
                let open = self.open.contains(&table.name);
                let (pressed, arrow) = table_ui(ui, table, open);
                if arrow && !self.open.remove(&table.name) {
                    self.open.insert(table.name.clone());
                }
                if pressed {
                    let empty = editor.text().trim().is_empty();
                    let all = format!("SELECT * FROM {} LIMIT 100", table.name);
                    editor.insert(if empty { all } else { table.name.clone() });
                }
                if open {
                    for column in &table.columns {
                        if column_ui(ui, table, column) {
                            editor.insert(Session::sql_name(&column.name));
                        }
                    }
                }
            }
        });
    }
}

/// A table; whether its name was pressed, and whether its arrow was.
fn table_ui(ui: &mut Ui, table: &SqlTable, open: bool) -> (bool, bool) {
    let colors = colors(ui);
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), LINE), Sense::hover());
    let (left, right) = rect.split_left_right_at_x(rect.left() + 22.0);
    let id = ui.scope_id().with(("table", &table.name));
    let arrow = ui.interact(left, id.with("arrow"), Sense::click());
    let name = ui.interact(right, id, Sense::click());
    let verb = if open { "Hide" } else { "Show" };
    arrow.widget_info(|| {
        WidgetInfo::selected(Role::DisclosureTriangle, true, open, format!("{verb} columns of {}", table.name))
    });
    name.widget_info(|| WidgetInfo::labeled(Role::Button, true, format!("Write table {}", table.name)));
    if arrow.hovered() || name.hovered() {
        ui.painter().rect_filled(rect.shrink2(vec2(2.0, 0.0)), 4, colors.hover);
    }
    let mark = Rect::from_center_size(left.center() + vec2(2.0, 0.0), vec2(11.0, 11.0));
    paint_icon(ui.painter(), mark, if open { Icon::Down } else { Icon::Right }, colors.muted);
    let at = right.left_center() + vec2(2.0, 0.0);
    elided(ui.painter(), at, &*table.name, theme::medium(12.5), colors.text, right.width() - 6.0);
    let tip = format!("Write {}. The arrow lists its {} columns.", table.name, table.columns.len());
    (name.on_hover_text(tip).clicked(), arrow.clicked())
}

/// A column; true when it was pressed.
fn column_ui(ui: &mut Ui, table: &SqlTable, column: &SqlColumn) -> bool {
    let colors = colors(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), LINE - 2.0), Sense::click());
    response.widget_info(|| {
        WidgetInfo::labeled(Role::Button, true, format!("Write column {} of {}", column.name, table.name))
    });
    if !ui.is_rect_visible(rect) {
        return response.clicked();
    }
    if response.hovered() || response.has_focus() {
        ui.painter().rect_filled(rect.shrink2(vec2(2.0, 0.0)), 4, colors.hover);
    }
    let kind = ui.painter().layout_no_wrap(column.kind.as_str().to_owned(), theme::numbers(11.0), colors.muted);
    let room = rect.width() - 24.0 - kind.size().x - 20.0;
    let at = rect.left_center() + vec2(24.0, 0.0);
    elided(ui.painter(), at, &*column.name, theme::mono(12.0), colors.text, room);
    let at = rect.right_center() - vec2(kind.size().x + 12.0, kind.size().y / 2.0);
    ui.painter().galley(at, kind, colors.muted);
    response.on_hover_text(format!("{}, {}", column.name, column.kind.as_str())).clicked()
}
