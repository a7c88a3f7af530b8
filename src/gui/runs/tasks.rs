//! What can be run on this lake: saved analyses and saved queries.

use std::path::Path;

use egui::{
    Align, Frame, Layout, Margin, Rect, RichText, ScrollArea, Sense, Ui, UiBuilder, WidgetInfo, accesskit::Role, pos2,
    vec2,
};

use super::table::{LINE, state_ink};
use crate::{
    gui::{
        command::Command,
        command_line,
        run_task::title,
        state::{RunningJob, Workspace},
        theme::{self, CONTROL, STEP, colors, heading},
        widgets::{
            bar, divider, elided, fraction, meter, plain_button, quiet_button, rows_table_header,
            text::{counted, time_utc},
        },
    },
    session::{Task, TaskKind},
};

/// Rows that are seen at once where there are more.
const MOST: f32 = 5.5;
/// Heights of the head of the panel and of the names of its columns, points.
const HEAD: f32 = 48.0;
const NAMES: f32 = CONTROL;
/// Widths of the columns of a fixed width, points.
const KIND: f32 = 88.0;
const LAST: f32 = 236.0;
const LAST_WORD: f32 = 96.0;
const BUTTON: f32 = 124.0;
/// Widths from which on a row also tells what its task does, of which kind it is, and when it ran.
const TELLS_WHAT: f32 = 740.0;
const TELLS_KIND: f32 = 620.0;
const TELLS_WHEN: f32 = 520.0;

/// The height that the tasks ask for.
#[expect(clippy::cast_precision_loss, reason = "rows on a screen")]
pub(super) fn height(tasks: &[Task]) -> f32 {
    if tasks.is_empty() { HEAD + 52.0 } else { HEAD + 4.0 + NAMES + LINE * (tasks.len() as f32).min(MOST) }
}

/// Draws the tasks, each with a button that runs it.
pub(super) fn tasks_ui(ui: &mut Ui, tasks: &[Task], jobs: &[RunningJob], root: &Path, out: &mut Vec<Command>) {
    let colors = colors(ui);
    ui.spacing_mut().item_spacing.y = 0.0;
    Frame::new().fill(colors.panel).inner_margin(Margin::symmetric(16, 0)).show(ui, |ui| {
        ui.set_min_width(ui.available_width());
        bar(ui, HEAD, |ui| {
            ui.label(heading("Tasks"));
            ui.add_space(STEP);
            ui.label(RichText::new(counted(tasks.len() as u64, "task")).color(colors.muted));
        });
    });
    divider(ui);
    if tasks.is_empty() {
        Frame::new().inner_margin(Margin::symmetric(16, 0)).show(ui, |ui| {
            bar(ui, 50.0, |ui| {
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    if plain_button(ui, true, "Open Statistics").clicked() {
                        out.push(Command::ShowWorkspace(Workspace::Statistics));
                    }
                    ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                        let text = "Save an analysis or an SQL query in Statistics: each can then be run here.";
                        ui.add(egui::Label::new(RichText::new(text).color(colors.muted)).wrap());
                    });
                });
            });
        });
        return;
    }
    let room = ui.available_width() - 32.0;
    let kind = if room >= TELLS_KIND { KIND } else { 0.0 };
    let (head, last) = if room >= TELLS_WHEN { ("Last run, UTC", LAST) } else { ("Last run", LAST_WORD) };
    let left = (room - kind - last - BUTTON).max(80.0);
    let name = if room >= TELLS_WHAT { (left * 0.5).floor() } else { left };
    let columns = [("Task", name), ("What it does", left - name), ("Kind", kind), (head, last)];
    let names: Vec<_> =
        columns.iter().filter(|column| column.1 > 0.0).map(|(name, width)| (*name, *width, Align::Min)).collect();
    Frame::new().inner_margin(Margin::symmetric(16, 0)).show(ui, |ui| rows_table_header(ui, &names));
    ScrollArea::vertical().id_salt("tasks").auto_shrink(false).show_rows(ui, LINE, tasks.len(), |ui, range| {
        ui.spacing_mut().item_spacing.y = 0.0;
        for task in &tasks[range] {
            let title = title(&task.name);
            let job = jobs.iter().find(|job| job.title == title && job.root == *root);
            task_ui(ui, task, job, columns.map(|(_, width)| width), root, out);
        }
    });
}

fn task_ui(ui: &mut Ui, task: &Task, job: Option<&RunningJob>, widths: [f32; 4], root: &Path, out: &mut Vec<Command>) {
    let colors = colors(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), LINE), Sense::click());
    let last = task.last_run.as_ref().map(|run| (state_ink(run.state, colors), run));
    let told = last.map_or("never run", |((_, word), _)| word);
    response.widget_info(|| WidgetInfo::labeled(Role::Row, true, format!("Task {}, {told}", task.name)));
    if response.hovered() {
        ui.painter().rect_filled(rect, 0, colors.hover);
    }
    ui.painter().hline(rect.x_range(), rect.bottom(), egui::Stroke::new(1.0, colors.line));
    let what = task.error.as_ref().unwrap_or(&task.about);
    let kind = match task.kind {
        TaskKind::Analysis => "Analysis",
        TaskKind::Query => "SQL query",
    };
    let when = match last {
        Some(((_, word), _)) if widths[3] < LAST => word.to_owned(),
        Some(((_, word), run)) => {
            format!("{word} · {}", time_utc(run.started_at_ns).get(..19).unwrap_or_default())
        }
        None => "Never run".to_owned(),
    };
    let last_ink = last.map_or(colors.muted, |((ink, _), _)| ink);
    let what_ink = if task.error.is_some() { colors.warning } else { colors.muted };
    let cells = [
        (task.work_name(), theme::medium(13.0), colors.text),
        (what, egui::FontId::proportional(12.5), what_ink),
        (kind, egui::FontId::proportional(12.5), colors.muted),
        (&when, theme::numbers(12.5), last_ink),
    ];
    let mut left = rect.left() + 16.0;
    for ((text, font, ink), width) in cells.into_iter().zip(widths) {
        elided(ui.painter(), pos2(left, rect.center().y), text, font, ink, width - 12.0);
        left += width;
    }
    let place = Rect::from_min_max(pos2(left, rect.top()), pos2(rect.right() - 16.0, rect.bottom()));
    let layout = Layout::right_to_left(Align::Center);
    ui.scope_builder(UiBuilder::new().max_rect(place).layout(layout).id_salt(&task.name), |ui| match job {
        Some(job) => {
            let name = format!("Cancel {}", task.name);
            let text = RichText::new("Cancel").font(theme::medium(12.0)).color(colors.accent);
            if job.progress.is_cancelled() {
                ui.label(RichText::new("Stopping…").size(12.0).color(colors.muted));
            } else if quiet_button(ui, text).accessible_name(name).clicked() {
                out.push(Command::CancelJob(job.id));
            }
            meter(ui, 48.0, fraction(&job.progress.snapshot()), &job.title);
        }
        None => {
            if plain_button(ui, true, "Run").accessible_name(format!("Run {}", task.name)).clicked() {
                out.push(Command::RunTask(task.name.clone()));
            }
        }
    });
    let response = response.on_hover_text(format!("{}\n{what}", task.name));
    if response.clicked()
        && let Some((_, run)) = last
    {
        out.push(Command::ShowRun(run.run_id));
    }
    response.context_menu(|ui| {
        if ui.button("Copy as command line").clicked() {
            let text = command_line::run(root, &task.name);
            out.push(Command::Copy { text, what: "the command line" });
            ui.close();
        }
    });
}
