//! The bar over the text: run it or end it, queries that are kept and that ran, what a query may take.

use egui::{Align, DragValue, Layout, Popup, PopupCloseBehavior, RichText, Ui, style::StyleModifier, vec2};

use super::{
    command::{SqlBounds, SqlCommand, SqlMemory},
    kept::Kept,
    running::Running,
    words,
};
use crate::gui::{
    command::{Action, Command},
    lake::Lake,
    theme::{CONTROL, STEP, colors},
    widgets::{Icon, bar, choice_button, icon_button, icon_toggle, plain_button, primary_button},
};

/// Memory that is offered, MB.
const MEMORY: [u64; 5] = [500, 1000, 2000, 4000, 8000];
/// Least and most that can be typed, MB.
const MEMORY_RANGE: std::ops::RangeInclusive<u64> = 100..=1_000_000;
/// Times that are offered, s, and their names.
const TIMES: [(Option<u64>, &str); 4] =
    [(None, "As long as it likes"), (Some(10), "10 s"), (Some(60), "1 min"), (Some(600), "10 min")];

pub(super) fn bar_ui(ui: &mut Ui, lake: &Lake, kept: &Kept, running: &Running, out: &mut Vec<Command>) {
    let memory = &lake.sql.memory;
    egui::Frame::new().inner_margin(egui::Margin::symmetric(12, 0)).show(ui, |ui| {
        bar(ui, 44.0, |ui| {
            ui.spacing_mut().item_spacing.x = STEP;
            let empty = memory.text.trim().is_empty();
            if running.is_running() {
                if plain_button(ui, true, "Cancel").on_hover_text("Ends the query and its process.").clicked() {
                    out.push(Command::Sql(SqlCommand::Stop));
                }
            } else if primary_button(ui, !empty, "Run").on_hover_text(Action::RunSql.tip()).clicked() {
                out.push(Action::RunSql.into());
            }
            let saved = choice_button(ui, "", "Saved", false, "Saved queries");
            Popup::menu(&saved).style(StyleModifier::default()).show(|ui| kept.saved_menu_ui(ui, memory, out));
            let past = choice_button(ui, "", "History", false, "Queries that ran");
            Popup::menu(&past).style(StyleModifier::default()).show(|ui| kept.past_menu_ui(ui, out));
            let room = ui.available_width();
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                if room > 470.0
                    && icon_toggle(ui, Icon::Panels, "Tables beside the text", memory.shows_tables).clicked()
                {
                    out.push(Command::Sql(SqlCommand::ShowTables(!memory.shows_tables)));
                }
                if icon_button(ui, Icon::Copy, "Copy as command line").clicked() {
                    out.push(copy(lake));
                }
                if room > 240.0 {
                    bounds_ui(ui, memory, out);
                }
            });
        });
    });
}

/// Puts the command that answers the text as it stands on the clipboard.
pub(super) fn copy(lake: &Lake) -> Command {
    let asked = lake.sql.asked_now();
    Command::Copy { text: words::command_line(&lake.root, &asked), what: "the command line" }
}

/// `2 GB`, `512 MB`
fn memory_text(mb: u64) -> String {
    if mb.is_multiple_of(1000) { format!("{} GB", mb / 1000) } else { format!("{mb} MB") }
}

fn bounds_ui(ui: &mut Ui, memory: &SqlMemory, out: &mut Vec<Command>) {
    let bounds = memory.bounds;
    let set = |bounds: SqlBounds| Command::Sql(SqlCommand::SetBounds(bounds));
    let text = match bounds.timeout_s {
        None => memory_text(bounds.memory_mb),
        Some(seconds) => format!("{}, {seconds} s", memory_text(bounds.memory_mb)),
    };
    let lit = bounds != SqlBounds::default();
    let button = choice_button(ui, "Up to", &text, lit, "What a query may take");
    let menu = Popup::menu(&button).style(StyleModifier::default());
    menu.close_behavior(PopupCloseBehavior::CloseOnClickOutside).show(|ui| {
        ui.set_width(230.0);
        let muted = colors(ui).muted;
        ui.label(RichText::new("Memory").font(crate::gui::theme::medium(11.5)).color(muted));
        for mb in MEMORY {
            if ui.radio(bounds.memory_mb == mb, memory_text(mb)).clicked() {
                out.push(set(SqlBounds { memory_mb: mb, ..bounds }));
            }
        }
        let mut mb = bounds.memory_mb;
        let drag = DragValue::new(&mut mb).range(MEMORY_RANGE).speed(10.0).suffix(" MB").max_decimals(0);
        if ui.add_sized(vec2(110.0, CONTROL), drag).accessible_name("Memory of a query, MB").changed() {
            out.push(set(SqlBounds { memory_mb: mb, ..bounds }));
        }
        ui.separator();
        ui.label(RichText::new("Time").font(crate::gui::theme::medium(11.5)).color(muted));
        for (timeout_s, name) in TIMES {
            if ui.radio(bounds.timeout_s == timeout_s, name).clicked() {
                out.push(set(SqlBounds { timeout_s, ..bounds }));
            }
        }
        ui.label(RichText::new("A query that comes to a bound ends with a message.").size(11.5).color(muted));
    });
}
