//! Over the answer: how far it is, how long it took, and what can be done with it; in its place, why there is none.

use egui::{Align, Label, Layout, RichText, Ui};

use super::{
    bar,
    command::{SqlBounds, SqlCommand, SqlWritten},
    rows::RowsPane,
    running::{Ended, Running},
};
use crate::gui::{
    command::{Action, Command},
    dock::Pane,
    lake::Lake,
    theme::{self, STEP, colors},
    widgets::{
        self, Icon, empty_ui, icon_button, meter, plain_button, primary_button, segmented,
        text::{count, counted, duration},
    },
    work::Workers,
};

/// `0.03 s`, `4.1 s`, `2 min 03 s`
fn took(running: &Running) -> String {
    let took = running.took();
    if took.as_secs() == 0 && !running.is_running() {
        return format!("{:.2} s", took.as_secs_f64());
    }
    duration(took)
}

/// What the head says.
fn told(running: &Running) -> String {
    let Some(asked) = running.asked() else { return "Nothing asked yet".to_owned() };
    let rows = running.answer().map_or(0, crate::session::SqlAnswer::rows) as u64;
    let columns = running.answer().map_or(0, |answer| answer.columns().len()) as u64;
    let sorted = asked.sort.as_ref().map_or_else(String::new, |sort| {
        format!(" · sorted by {}, {} first", sort.column, if sort.descending { "largest" } else { "smallest" })
    });
    match running.ended() {
        None if running.broken().is_some() => "It broke off".to_owned(),
        None if rows == 0 => format!("Running, {}", took(running)),
        None => format!("{} so far · {}{sorted}", counted(rows, "row"), took(running)),
        Some(Ended::Whole) => {
            format!("{} · {} · {}{sorted}", counted(rows, "row"), counted(columns, "column"), took(running))
        }
        Some(Ended::Mistake(_)) if rows == 0 => "Not run".to_owned(),
        Some(Ended::Stopped) if rows > 0 => format!("Stopped after {}: {} came", took(running), counted(rows, "row")),
        Some(Ended::Stopped) => format!("Stopped after {}", took(running)),
        Some(_) if rows > 0 => format!("Ended after {} with {} of an answer", took(running), counted(rows, "row")),
        Some(_) => format!("Ended after {}", took(running)),
    }
}

/// The line over the answer.
pub(super) fn head_ui(
    ui: &mut Ui,
    lake: &Lake,
    running: &Running,
    rows: &mut RowsPane,
    workers: &Workers,
    out: &mut Vec<Command>,
) {
    let colors = colors(ui);
    let memory = &lake.sql.memory;
    widgets::bar(ui, 40.0, |ui| {
        ui.spacing_mut().item_spacing.x = STEP;
        let any = running.answer().is_some_and(|answer| answer.rows() > 0);
        if running.is_running() {
            meter(ui, 64.0, None, "The query runs");
            if plain_button(ui, true, "Stop").on_hover_text("Ends the query and its process.").clicked() {
                out.push(Command::Sql(SqlCommand::Stop));
            }
        }
        let room = (ui.available_width() - if any { 230.0 } else { 0.0 }).max(40.0);
        ui.allocate_ui_with_layout(egui::vec2(room, 40.0), Layout::left_to_right(Align::Center), |ui| {
            ui.set_min_width(room);
            let failed = running.ended().is_some_and(|ended| !matches!(ended, Ended::Whole));
            let ink = if failed { colors.warning } else { colors.muted };
            let text = told(running);
            let label = Label::new(RichText::new(&text).font(theme::numbers(12.5)).color(ink)).truncate();
            ui.add(label);
        });
        if !any {
            return;
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let what = if memory.shows_chart { SqlWritten::Chart } else { SqlWritten::Rows };
            let name = if memory.shows_chart { "Save the chart" } else { "Export the answer" };
            if icon_button(ui, Icon::Export, name).clicked() {
                out.push(Command::Sql(SqlCommand::OpenExport(what)));
            }
            let copy = icon_button(ui, Icon::Copy, "Copy the answer");
            egui::Popup::menu(&copy).show(|ui| {
                if ui.button("Copy the rows").clicked()
                    && let Some(answer) = running.answer()
                {
                    rows.copy(answer, workers, ui.ctx());
                }
                if ui.button("Copy as command line").clicked() {
                    out.push(bar::copy(lake));
                }
            });
            let choices = [(false, "Rows"), (true, "Chart")];
            if let Some(chart) = segmented(ui, memory.shows_chart, &choices) {
                out.push(Command::Sql(SqlCommand::ShowChart(chart)));
            }
        });
    });
}

/// What stands in place of rows: why there are none, and what to do. False when there are rows to show.
pub(super) fn without_rows_ui(ui: &mut Ui, lake: &Lake, running: &Running, out: &mut Vec<Command>) -> bool {
    if running.asked().is_none() {
        let body = "A query over the tables of the lake answers here, its first rows as soon as they are known.";
        empty_ui(ui, Icon::Table, "No query ran yet", body, |ui| {
            if lake.sql.memory.text.trim().is_empty() {
                if plain_button(ui, true, "Write a query").clicked() {
                    out.push(Command::OpenPane(Pane::Sql));
                }
            } else if primary_button(ui, true, "Run").on_hover_text(Action::RunSql.tip()).clicked() {
                out.push(Action::RunSql.into());
            }
        });
        return true;
    }
    let rows = running.answer().map_or(0, crate::session::SqlAnswer::rows);
    if let Some(error) = running.broken() {
        failed_ui(ui, "The query broke off", error, out);
        return true;
    }
    let Some(ended) = running.ended() else {
        if rows == 0 {
            widgets::waiting_ui(ui, "Working on the query…");
        }
        return rows == 0;
    };
    if rows > 0 {
        if !matches!(ended, Ended::Whole | Ended::Stopped) {
            let colors = colors(ui);
            egui::Frame::new().inner_margin(egui::Margin::symmetric(12, 4)).show(ui, |ui| {
                let text = format!("These are not all rows: {}", reason(ended, running));
                ui.add(Label::new(RichText::new(text).color(colors.error)).wrap());
            });
        }
        return false;
    }
    match ended {
        Ended::Whole => {
            let columns = running.answer().map_or(0, |answer| answer.columns().len()) as u64;
            let body = format!("The query was answered: {} and not a single row.", counted(columns, "column"));
            empty_ui(ui, Icon::Table, "No rows", &body, |_| {});
        }
        Ended::Memory => memory_ui(ui, running, out),
        Ended::Stopped => {
            failed_ui(ui, "The query was stopped", "Its process was ended; nothing else was touched.", out);
        }
        Ended::Mistake(mistake) => {
            let hint = mistake.hint.as_deref().map_or_else(String::new, |hint| format!("\n{hint}"));
            let body = format!("{}{hint}", sentence(&mistake.message));
            empty_ui(ui, Icon::Warning, "The query cannot be run", &body, |ui| {
                if plain_button(ui, true, "Show the query").clicked() {
                    out.push(Command::OpenPane(Pane::Sql));
                }
            });
        }
        Ended::Late | Ended::Failed(_) => {
            failed_ui(ui, "The query has no answer", &reason(ended, running), out);
        }
    }
    true
}

/// With a great letter in front and a full stop behind.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|letter| letter.to_uppercase().to_string()).unwrap_or_default();
    let stop = if text.ends_with(['.', '?', '!']) { "" } else { "." };
    format!("{first}{}{stop}", letters.as_str())
}

/// Why there are no rows, or no more rows.
fn reason(ended: &Ended, running: &Running) -> String {
    let bounds = running.asked().map_or_else(SqlBounds::default, |asked| asked.bounds);
    match ended {
        Ended::Whole => String::new(),
        Ended::Stopped => "It was stopped.".to_owned(),
        Ended::Mistake(mistake) => sentence(&mistake.message),
        Ended::Memory => {
            format!("It needs more than the {} MB of memory that it may have.", count(bounds.memory_mb))
        }
        Ended::Late => format!(
            "It was ended after {} s, the time that it may take. Allow more, or ask for less.",
            bounds.timeout_s.unwrap_or_default()
        ),
        Ended::Failed(error) => sentence(error),
    }
}

fn failed_ui(ui: &mut Ui, headline: &str, body: &str, out: &mut Vec<Command>) {
    empty_ui(ui, Icon::Warning, headline, body, |ui| {
        if plain_button(ui, true, "Run again").on_hover_text(Action::RunSql.tip()).clicked() {
            out.push(Action::RunSql.into());
        }
    });
}

/// A query outgrew what it was allowed; the app goes on.
fn memory_ui(ui: &mut Ui, running: &Running, out: &mut Vec<Command>) {
    let bounds = running.asked().map_or_else(SqlBounds::default, |asked| asked.bounds);
    let headline = format!("The query needs more than {} MB of memory", count(bounds.memory_mb));
    let body = "Its process was ended; nothing else was touched. Ask for fewer columns or rows (a WHERE inside, not around, \
                a subquery), aggregate before joining, or allow more.";
    let more = bounds.memory_mb.saturating_mul(2);
    empty_ui(ui, Icon::Warning, &headline, body, |ui| {
        if plain_button(ui, true, &format!("Allow {} MB and run again", count(more))).clicked() {
            out.push(Command::Sql(SqlCommand::SetBounds(SqlBounds { memory_mb: more, ..bounds })));
            out.push(Action::RunSql.into());
        }
    });
}
