//! What became of the events, step by step, as a strip: how many were read, left out, counted and joined, and how long it took.

use std::time::Duration;

use egui::{
    Align, Color32, Popup, PopupCloseBehavior, Rect, RichText, ScrollArea, Sense, Stroke, Ui, WidgetInfo,
    accesskit::Role, pos2, vec2,
};

use super::state::Answers;
use crate::gui::{
    command::{Action, Command},
    theme::{self, STEP, colors},
    widgets::{
        elided, plain_button, quiet_button,
        text::{count, counted},
        waiting_ui,
    },
};

/// Height of the strip, points.
pub const HEIGHT: f32 = 56.0;
/// Least width of a step, points.
const LEAST: f32 = 84.0;

/// A step.
struct Step {
    name: &'static str,
    number: u64,
    /// What left the way before it.
    less: Vec<(String, Color32)>,
    hint: &'static str,
}

/// Draws the strip.
pub fn steps_ui(ui: &mut Ui, answers: &mut Answers, out: &mut Vec<Command>) {
    let colors = colors(ui);
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), HEIGHT), Sense::hover());
    let mut ui = ui.new_child(egui::UiBuilder::new().max_rect(rect).layout(egui::Layout::left_to_right(Align::Center)));
    let ui = &mut ui;
    if let Some(error) = answers.top.error() {
        failed_ui(ui, error, out);
        return;
    }
    let Some(top) = answers.top.value() else {
        waiting_ui(ui, "Counting events…");
        return;
    };
    let stages = &top.rows.stages;
    let away = |number: u64, what: &str, ink| (number > 0).then(|| (format!("− {} {what}", count(number)), ink));
    let bad = stages.bad_rows.total();
    let kept = stages.read.saturating_sub(bad).saturating_sub(stages.incomplete);
    let distinct = kept.saturating_sub(stages.duplicates);
    let limited = distinct.saturating_sub(stages.after_filters);
    let steps = [
        Step { name: "read", number: stages.read, less: Vec::new(), hint: "Rows of all files, bad ones included." },
        Step {
            name: "events",
            number: kept,
            less: [away(bad, "bad", colors.error), away(stages.incomplete, "incomplete", colors.warning)]
                .into_iter()
                .flatten()
                .collect(),
            hint: "Rows that are events and name a location and an item.",
        },
        Step {
            name: "detections",
            number: distinct,
            less: away(stages.duplicates, "duplicates", colors.muted).into_iter().collect(),
            hint: "Each detection_oid once: the earliest event holds. Events without one are never merged.",
        },
        Step {
            name: "within limits",
            number: stages.after_filters,
            less: away(limited, "outside", colors.muted).into_iter().collect(),
            hint: "Detections in the span, at the locations and of the items that are asked for.",
        },
        Step {
            name: "joined",
            number: stages.joined,
            less: away(stages.unmatched, "unmatched", colors.warning).into_iter().collect(),
            hint: "Detections whose location the table of locations has. The others are kept, with their oid.",
        },
        Step {
            name: "groups",
            number: stages.groups,
            less: Vec::new(),
            hint: "Different locations, windows and items.",
        },
        Step { name: "rows", number: stages.rows_out, less: Vec::new(), hint: "Rows of the answer." },
    ];
    let took = 258.0;
    let room = rect.width() - took;
    let shown: Vec<&Step> = if room >= LEAST * 7.0 {
        steps.iter().collect()
    } else {
        // In a narrow window the last ones give way; the table tells them too.
        steps.iter().take(5).collect()
    };
    #[expect(clippy::cast_precision_loss, reason = "a few steps")]
    let width = (room / shown.len() as f32).max(LEAST);
    let most = stages.read.max(1);
    for (index, step) in shown.iter().enumerate() {
        #[expect(clippy::cast_precision_loss, reason = "a few steps")]
        let left = rect.left() + width * index as f32;
        let place = Rect::from_min_size(pos2(left, rect.top()), vec2(width - 8.0, HEIGHT));
        step_ui(ui, step, place, most, (index < 5, index > 0, width < 148.0));
    }
    let last = Rect::from_min_max(pos2(rect.right() - took, rect.top()), rect.max);
    ui.scope_builder(egui::UiBuilder::new().max_rect(last).layout(egui::Layout::right_to_left(Align::Center)), |ui| {
        ui.spacing_mut().item_spacing.x = 2.0;
        super::bar::tools_ui(ui, out);
        times_ui(ui, answers);
    });
}

fn step_ui(ui: &Ui, step: &Step, rect: Rect, most: u64, (bar, arrow, narrow): (bool, bool, bool)) {
    let colors = colors(ui);
    let response = ui.interact(rect, ui.scope_id().with(("step", step.name)), Sense::hover());
    let less: Vec<&str> = step.less.iter().map(|less| less.0.as_str()).collect();
    response.widget_info(|| {
        let less = if less.is_empty() { String::new() } else { format!(", {}", less.join(", ")) };
        WidgetInfo::labeled(Role::Label, true, format!("{} {}{less}", count(step.number), step.name))
    });
    let painter = ui.painter();
    let left = rect.left() + if arrow { 14.0 } else { 0.0 };
    if arrow {
        let (x, y) = (rect.left() + 2.0, rect.top() + 19.0);
        let stroke = Stroke::new(1.5, colors.faint);
        painter.line_segment([pos2(x, y - 4.0), pos2(x + 4.0, y)], stroke);
        painter.line_segment([pos2(x + 4.0, y), pos2(x, y + 4.0)], stroke);
    }
    let width = rect.right() - left;
    let number = painter.layout_no_wrap(count(step.number), theme::numbers_medium(14.0), colors.text);
    let name = painter.layout_no_wrap(step.name.to_owned(), theme::medium(11.5), colors.muted);
    // Side by side where there is room, else below each other.
    let beside = !narrow;
    let (first, line, last) = if beside { (18.0, 30.0, 43.0) } else { (12.0, 36.0, 47.0) };
    let (number_size, name_size) = (number.size(), name.size());
    painter.galley(pos2(left, rect.top() + first - number_size.y / 2.0), number, colors.text);
    let name_at =
        if beside { pos2(left + number_size.x + 6.0, rect.top() + 18.5) } else { pos2(left, rect.top() + 26.5) };
    painter.galley(name_at - vec2(0.0, name_size.y / 2.0), name, colors.muted);
    if bar {
        #[expect(clippy::cast_precision_loss, reason = "drawn as a bar")]
        let part = (step.number as f32 / most as f32).clamp(0.0, 1.0);
        let track = Rect::from_min_size(pos2(left, rect.top() + line), vec2(width, 3.0));
        painter.rect_filled(track, 1, colors.pressed);
        painter.rect_filled(track.with_max_x(left + width * part), 1, colors.front);
    }
    let mut at = left;
    for (text, ink) in &step.less {
        let room = rect.right() - at;
        if room < 24.0 {
            break;
        }
        elided(painter, pos2(at, rect.top() + last), text.clone(), theme::numbers(11.0), *ink, room);
        at += painter.layout_no_wrap(text.clone(), theme::numbers(11.0), *ink).size().x + 10.0;
    }
    let more = if less.is_empty() { String::new() } else { format!("\n{}", less.join("\n")) };
    response.on_hover_text(format!("{}{more}", step.hint));
}

/// How long it took, and what there is to say of the files. Late events are looked for while the notes are open.
fn times_ui(ui: &mut Ui, answers: &mut Answers) {
    let colors = colors(ui);
    let Some(top) = answers.top.value().cloned() else { return };
    let (stages, rows) = (&top.rows.stages, &top.rows);
    let whole = stages.reading + stages.counting + stages.ranking;
    ui.spacing_mut().item_spacing.x = STEP;
    let late = answers.lateness.value().map_or(0, |late| u64::from(late.late > 0) + u64::from(late.future > 0));
    let notes = rows.problems.len() as u64 + late;
    let bad = !rows.skipped.is_empty() || stages.bad_rows.total() > 0;
    let ink = if bad { colors.warning } else { colors.muted };
    let text = if notes > 0 { counted(notes, "note") } else { "Notes".to_owned() };
    let text = RichText::new(text).font(theme::numbers_medium(12.0)).color(ink);
    let button = quiet_button(ui, text)
        .accessible_name("Notes")
        .on_hover_text("Skipped files, bad rows, late events, and what was guessed.");
    let menu = Popup::menu(&button).close_behavior(PopupCloseBehavior::CloseOnClickOutside);
    let open = menu.show(|ui| {
        ui.set_width(460.0);
        ScrollArea::vertical().max_height(360.0).show(ui, |ui| notes_ui(ui, answers));
    });
    answers.wants_lateness = open.is_some();
    let response = ui.label(RichText::new(short(whole)).font(theme::numbers(12.0)).color(colors.muted));
    let spilled = if stages.spilled_bytes > 0 {
        format!("\n{} put aside on disk meanwhile", crate::gui::widgets::text::bytes(stages.spilled_bytes))
    } else {
        String::new()
    };
    response.on_hover_text(format!(
        "Reading and sorting apart {}\nFinding duplicates and counting {}\nRanking and joining {}{spilled}",
        short(stages.reading),
        short(stages.counting),
        short(stages.ranking)
    ));
}

/// The problems, and what is late.
fn notes_ui(ui: &mut Ui, answers: &Answers) {
    let colors = colors(ui);
    let Some(top) = answers.top.value() else { return };
    let line = |ui: &mut Ui, text: String, ink| {
        ui.add(egui::Label::new(RichText::new(text).size(12.0).color(ink)).wrap().selectable(true));
    };
    if let Some(error) = answers.lateness.error() {
        line(ui, format!("Late events could not be looked for: {error}"), colors.warning);
    } else if answers.lateness.value().is_none() {
        line(ui, "Looking for late events…".to_owned(), colors.muted);
    }
    if let Some(late) = answers.lateness.value() {
        for (number, examples, what) in [
            (late.late, &late.late_examples, "more than an hour behind newer ones that came before"),
            (late.future, &late.future_examples, "with a time in the future"),
        ] {
            if number == 0 {
                continue;
            }
            line(ui, format!("{} {what}", counted(number, "event")), colors.warning);
            for one in examples {
                let id = one.detection.map_or_else(|| "without an id".to_owned(), |id| id.to_string());
                let file = one.path.file_name().unwrap_or(one.path.as_os_str()).to_string_lossy().into_owned();
                let by = Duration::from_nanos(one.by_ns.unsigned_abs());
                let by = crate::gui::widgets::text::duration(by);
                line(
                    ui,
                    format!("{file}: detection {id}, {}, by {by}", super::limits::short_time(one.time_ns)),
                    colors.muted,
                );
            }
            ui.add_space(STEP / 2.0);
        }
    }
    if answers.lateness.value().is_some_and(|late| late.late == 0 && late.future == 0) {
        line(ui, "No event is late or from the future.".to_owned(), colors.muted);
    }
    for problem in &top.rows.problems {
        line(ui, format!("{}: {}", problem.path, problem.what), colors.text);
        line(ui, problem.hint.clone(), colors.muted);
        ui.add_space(STEP / 2.0);
    }
}

fn failed_ui(ui: &mut Ui, error: &str, out: &mut Vec<Command>) {
    let colors = colors(ui);
    let (mark, _) = ui.allocate_exact_size(vec2(18.0, 18.0), Sense::hover());
    crate::gui::widgets::paint_icon(ui.painter(), mark, crate::gui::widgets::Icon::Warning, colors.error);
    let width = ui.available_width() - 120.0;
    ui.allocate_ui_with_layout(vec2(width, HEIGHT), egui::Layout::left_to_right(Align::Center), |ui| {
        ui.add(egui::Label::new(RichText::new(error).color(colors.error)).wrap().selectable(true));
    });
    ui.with_layout(egui::Layout::right_to_left(Align::Center), |ui| {
        if plain_button(ui, true, "Retry").on_hover_text(Action::AskAgain.tip()).clicked() {
            out.push(Action::AskAgain.into());
        }
    });
}

/// `0.34 s`, `12 ms`.
pub(super) fn short(time: Duration) -> String {
    let seconds = time.as_secs_f64();
    if seconds < 0.1 {
        format!("{:.0} ms", seconds * 1e3)
    } else if seconds < 10.0 {
        format!("{seconds:.2} s")
    } else {
        crate::gui::widgets::text::duration(time)
    }
}
