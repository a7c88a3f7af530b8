//! What became of the events, step by step, as a strip: how many were read, left out, counted and joined, and how long it took.

use std::time::Duration;

use egui::{
    Align, Color32, Id, Popup, PopupCloseBehavior, Rect, RichText, ScrollArea, Sense, Stroke, Ui, WidgetInfo,
    accesskit::Role, pos2, text::LayoutJob, vec2,
};

use super::{Choice, bar::ask, door::STOPPED, state::Answers, why::passed_over};
use crate::{
    gui::{
        command::{Action, Command},
        lake::Lake,
        theme::{self, Colors, STEP, colors},
        widgets::{
            elided, plain_button, quiet_button,
            text::{count, counted},
            waiting_ui,
        },
    },
    session::{EngineChoice, PassedOver, Stages},
};

/// Height of the strip, points.
pub const HEIGHT: f32 = 56.0;
/// Height of the notes at most, points.
const NOTES: f32 = 400.0;
/// Lines of an error that are shown; all of it is told when the pointer rests on it.
const ERROR_LINES: usize = 3;
/// Least width of a step, points.
const LEAST: f32 = 84.0;

/// What part of the room each step has: more where something is left out, less where nothing is.
const PARTS: [f32; 7] = [0.9, 1.0, 1.2, 1.3, 1.1, 0.7, 0.8];

/// A step.
struct Step {
    /// Its name, of one thing and of several.
    name: (&'static str, &'static str),
    number: u64,
    /// What left the way before it, or goes beside it.
    less: Vec<(String, Color32)>,
    hint: &'static str,
}

impl Step {
    fn name(&self) -> &'static str {
        if self.number == 1 { self.name.0 } else { self.name.1 }
    }
}

/// What the limits leave out: events without a time in any case, the others together where there are several kinds of them.
fn beyond(stages: &Stages, colors: &Colors) -> Vec<(String, Color32)> {
    let passed = stages.passed_over;
    let timeless = PassedOver { without_time: passed.without_time, ..PassedOver::default() };
    let mut others = passed_over(&PassedOver { without_time: 0, ..passed });
    if others.len() > 1 {
        others = vec![format!("{} beyond the limits", count(passed.total() - passed.without_time))];
    }
    let ink = |told: Vec<String>, ink| told.into_iter().map(move |text| (format!("− {text}"), ink));
    ink(passed_over(&timeless), colors.warning).chain(ink(others, colors.muted)).collect()
}

/// The steps of an answer. Each number is the one before it less what is told below it.
fn steps_of(stages: &Stages, colors: &Colors) -> [Step; 7] {
    let told = |sign: &str, number: u64, (one, many): (&str, &str), ink| {
        let what = if number == 1 { one } else { many };
        (number > 0).then(|| (format!("{sign} {} {what}", count(number)), ink))
    };
    let away = |number: u64, what: &'static str, ink| told("−", number, (what, what), ink);
    let bad = stages.bad_rows.total();
    let kept = stages.read.saturating_sub(bad).saturating_sub(stages.incomplete);
    let distinct = kept.saturating_sub(stages.duplicates);
    [
        Step {
            name: ("row read", "rows read"),
            number: stages.read,
            less: Vec::new(),
            hint: "Rows of all files, bad ones included.",
        },
        Step {
            name: ("event", "events"),
            number: kept,
            less: [away(bad, "bad", colors.error), away(stages.incomplete, "incomplete", colors.warning)]
                .into_iter()
                .flatten()
                .collect(),
            hint: "Rows that are events and name a location and an item.",
        },
        Step {
            name: ("distinct", "distinct"),
            number: distinct,
            less: told("−", stages.duplicates, ("duplicate", "duplicates"), colors.muted).into_iter().collect(),
            hint: "Each detection_oid once: the earliest event holds. Events without one are never merged.",
        },
        Step {
            name: ("counted", "counted"),
            number: stages.after_filters,
            less: beyond(stages, colors),
            hint: "Events in the span, at the locations and of the items that are asked for: these are ranked.",
        },
        Step {
            name: ("with a name", "with a name"),
            number: stages.joined,
            less: told("+", stages.unmatched, ("without", "without"), colors.warning).into_iter().collect(),
            hint: "Counted events whose location the table of locations has. The others count as well, under their oid.",
        },
        Step {
            name: ("group", "groups"),
            number: stages.groups,
            less: Vec::new(),
            hint: "Different locations, windows and items.",
        },
        Step {
            name: ("answer row", "answer rows"),
            number: stages.rows_out,
            less: Vec::new(),
            hint: "Rows of the answer: the groups up to the rank that is asked for.",
        },
    ]
}

/// Draws the strip. `files` is the menu that tells which events.
pub fn steps_ui(ui: &mut Ui, lake: &Lake, answers: &mut Answers, files: Option<Id>, out: &mut Vec<Command>) {
    let colors = colors(ui);
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), HEIGHT), Sense::hover());
    let mut ui = ui.new_child(egui::UiBuilder::new().max_rect(rect).layout(egui::Layout::left_to_right(Align::Center)));
    let ui = &mut ui;
    if answers.top.error().is_some() {
        failed_ui(ui, lake, answers, files, out);
        return;
    }
    let Some(top) = answers.top.value() else {
        waiting_ui(ui, "Counting events…");
        return;
    };
    let stages = &top.rows.stages;
    let steps = steps_of(stages, colors);
    let took = 258.0;
    let room = rect.width() - took;
    let shown: Vec<&Step> = if room >= LEAST * PARTS.iter().sum::<f32>() {
        steps.iter().collect()
    } else {
        // In a narrow window the last ones give way; the table tells them too.
        steps.iter().take(5).collect()
    };
    let parts: f32 = PARTS[..shown.len()].iter().sum();
    let most = stages.read.max(1);
    let mut left = rect.left();
    for (index, step) in shown.iter().enumerate() {
        let width = (room / parts).max(LEAST) * PARTS[index];
        let place = Rect::from_min_size(pos2(left, rect.top()), vec2(width - 8.0, HEIGHT));
        step_ui(ui, step, place, most, (index < 5, index > 0, room / parts < 148.0));
        left += width;
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
    let response = ui.interact(rect, ui.scope_id().with(("step", step.name.1)), Sense::hover());
    let less: Vec<&str> = step.less.iter().map(|less| less.0.as_str()).collect();
    response.widget_info(|| {
        let less = if less.is_empty() { String::new() } else { format!(", {}", less.join(", ")) };
        WidgetInfo::labeled(Role::Label, true, format!("{} {}{less}", count(step.number), step.name()))
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
    let name = painter.layout_no_wrap(step.name().to_owned(), theme::medium(11.5), colors.muted);
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
        ui.set_width(540.0);
        // As high as its text, up to this.
        let area = ScrollArea::vertical().max_height(NOTES).min_scrolled_height(NOTES);
        area.show(ui, |ui| ui.with_layout(egui::Layout::top_down(Align::Min), |ui| notes_ui(ui, answers)));
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

/// Begins with a capital letter, as a sentence does, unless it begins with a path.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let word = text.split_whitespace().next().unwrap_or_default();
    match letters.next() {
        Some(first) if word.chars().all(char::is_alphabetic) => first.to_uppercase().chain(letters).collect(),
        _ => text.to_owned(),
    }
}

/// Why there is no answer, told once for all panels, and the ways out.
fn failed_ui(ui: &mut Ui, lake: &Lake, answers: &Answers, files: Option<Id>, out: &mut Vec<Command>) {
    let Some(error) = answers.top.error() else { return };
    let told = sentence(error);
    let colors = colors(ui);
    let choice = &lake.detections.choice;
    let named = answers.sources.value().is_some_and(|sources| sources.engine.is_some());
    let remote = match choice.engine {
        EngineChoice::Local => false,
        EngineChoice::Lake => named,
        EngineChoice::Remote(_) => true,
    };
    let area = ui.available_rect_before_wrap();
    ui.with_layout(egui::Layout::right_to_left(Align::Center), |ui| {
        ui.spacing_mut().item_spacing.x = STEP;
        if plain_button(ui, true, "Retry").on_hover_text(Action::AskAgain.tip()).clicked() {
            out.push(Action::AskAgain.into());
        }
        if remote {
            let hint = "Answers it without the cluster. What was asked stays as it is.";
            if plain_button(ui, true, "Use this machine").on_hover_text(hint).clicked() {
                out.push(ask(Choice { engine: EngineChoice::Local, ..choice.clone() }));
            }
        } else if error != STOPPED
            && let Some(menu) = files
        {
            let hint = "Opens the menu that tells which events and locations are read.";
            if plain_button(ui, true, "Choose another file").on_hover_text(hint).clicked() {
                Popup::open_id(ui.ctx(), menu);
            }
        }
        let text = area.with_max_x(ui.min_rect().left() - STEP * 2.0);
        let mark = Rect::from_center_size(text.left_center() + vec2(9.0, 0.0), vec2(18.0, 18.0));
        crate::gui::widgets::paint_icon(ui.painter(), mark, crate::gui::widgets::Icon::Warning, colors.error);
        let text = text.with_min_x(mark.right() + STEP);
        let mut job = LayoutJob::simple(told.clone(), theme::medium(12.5), colors.error, text.width());
        job.wrap.max_rows = ERROR_LINES;
        let galley = ui.painter().layout_job(job);
        let response = ui.interact(text, ui.scope_id().with("error"), Sense::click());
        response.widget_info(|| WidgetInfo::labeled(Role::Alert, true, &told));
        ui.painter().galley(pos2(text.left(), text.center().y - galley.size().y / 2.0), galley, colors.error);
        let response = response.on_hover_text(format!("{told}\n\nPress to copy it."));
        if response.clicked() {
            out.push(Command::Copy { text: error.to_owned(), what: "the message" });
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
