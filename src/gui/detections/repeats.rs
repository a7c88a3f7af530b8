//! Detections that came more than once: how many, how late the copies came, from which cameras, and which disagree.

use egui::{Align, Layout, Rect, RichText, ScrollArea, Sense, Stroke, Ui, WidgetInfo, accesskit::Role, pos2, vec2};

use super::{
    ChartOf, answer::per_cent, charts::Charts, door::Repeats, limits::short_time, over_time::save_button,
    state::Answers, steps::short, words::failed_or_waiting,
};
use crate::{
    gui::{
        charts::{Look, chart_ui},
        command::Command,
        lake::Lake,
        theme::{self, STEP, colors},
        widgets::{
            Icon, bar, elided, empty_ui,
            text::{count, counted},
        },
    },
    session::{DetectionEvent, Disagreement},
};

/// Height of a line of a list, points.
const LINE: f32 = 24.0;
/// Cameras that are drawn as bars; the others are counted.
const CAMERAS: usize = 200;

pub(super) fn repeats_ui(ui: &mut Ui, lake: &Lake, answers: &Answers, charts: &Charts, out: &mut Vec<Command>) {
    let choice = &lake.detections.choice;
    let Some(repeats) = failed_or_waiting(ui, &answers.repeats, answers.top.error(), "Looking for duplicates…", out)
    else {
        return;
    };
    if repeats.duplicates == 0 {
        let body = format!(
            "All {} have a detection_oid of their own.{}",
            counted(repeats.events, "event"),
            if choice.is_limited() { " All events of the files are looked at, whatever the limits." } else { "" }
        );
        empty_ui(ui, Icon::Check, "No duplicates", &body, |_| {});
        return;
    }
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        egui::Frame::new().inner_margin(egui::Margin { left: 12, right: 14, top: 8, bottom: 12 }).show(ui, |ui| {
            ui.set_width(ui.available_width());
            if choice.is_limited() {
                let text = "Of all events of the files: span, locations and items do not limit what is told here.";
                ui.add(egui::Label::new(RichText::new(text).size(12.0).color(colors(ui).muted)).wrap());
                ui.add_space(STEP / 2.0);
            }
            head_ui(ui, repeats);
            ui.add_space(STEP);
            bar(ui, 28.0, |ui| {
                caption(ui, "Delay between copies");
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| save_button(ui, ChartOf::Repeats, out));
            });
            if let Some(chart) = charts.get(ChartOf::Repeats) {
                let (_, rect) = ui.allocate_space(vec2(ui.available_width(), 150.0));
                ui.scope_builder(egui::UiBuilder::new().max_rect(rect), |ui| {
                    chart_ui(ui, &chart, &Look { id: "delay between copies", ..Look::default() });
                });
            }
            ui.add_space(STEP);
            cameras_ui(ui, repeats);
            ui.add_space(STEP);
            disagreements_ui(ui, repeats);
        });
    });
}

fn caption(ui: &mut Ui, text: &str) {
    ui.label(RichText::new(text).font(theme::semibold(12.5)));
}

#[expect(clippy::cast_precision_loss, reason = "a part shown in per cent")]
fn head_ui(ui: &mut Ui, repeats: &Repeats) {
    let colors = colors(ui);
    let part = repeats.duplicates as f64 / repeats.events.max(1) as f64;
    ui.label(
        RichText::new(format!(
            "{} of {} ({})",
            counted(repeats.duplicates, "duplicate"),
            counted(repeats.events, "event"),
            per_cent(part)
        ))
        .font(theme::numbers_medium(14.0)),
    );
    let half = repeats.delays.quantile_ns(0.5).map(std::time::Duration::from_nanos);
    let most = repeats.delays.extremes_ns().map(|ends| std::time::Duration::from_nanos(ends.1));
    let mut told = format!("{} came more than once", counted(repeats.repeated_ids, "detection"));
    if let (Some(half), Some(most)) = (half, most) {
        let within = if half.is_zero() { "at the same time".to_owned() } else { format!("within {}", short(half)) };
        told = format!("{told}; half of the copies {within}, the latest after {}", short(most));
    }
    ui.add(egui::Label::new(RichText::new(told).color(colors.muted)).wrap());
    if repeats.null_ids > 0 {
        let text =
            format!("{} without a detection_oid: never taken for duplicates.", counted(repeats.null_ids, "event"));
        ui.add(egui::Label::new(RichText::new(text).color(colors.warning)).wrap());
    }
}

fn cameras_ui(ui: &mut Ui, repeats: &Repeats) {
    let colors = colors(ui);
    caption(ui, "By camera");
    let most = repeats.cameras.first().map_or(1, |camera| camera.duplicates.max(1));
    let tall = LINE * 6.0;
    ui.spacing_mut().item_spacing.y = 0.0;
    ScrollArea::vertical()
        .id_salt("cameras")
        .max_height(tall)
        .min_scrolled_height(tall)
        .auto_shrink([false, true])
        .show_rows(ui, LINE, repeats.cameras.len().min(CAMERAS), |ui, range| {
            ui.spacing_mut().item_spacing.y = 0.0;
            for camera in &repeats.cameras[range] {
                let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), LINE), Sense::hover());
                let name = camera.camera.map_or_else(|| "no camera".to_owned(), |oid| oid.to_string());
                let told = format!("{} of {}", count(camera.duplicates), count(camera.events));
                response.widget_info(|| {
                    WidgetInfo::labeled(Role::Row, true, format!("Camera {name}: {told} events are duplicates"))
                });
                let painter = ui.painter();
                elided(painter, rect.left_center(), name, theme::numbers(12.0), colors.text, 96.0);
                let number = painter.layout_no_wrap(told, theme::numbers(12.0), colors.muted);
                let from = rect.left() + 104.0;
                let room = (rect.right() - number.size().x.max(84.0) - 12.0 - from).max(8.0);
                #[expect(clippy::cast_precision_loss, reason = "drawn as a bar")]
                let part = (camera.duplicates as f32 / most as f32).clamp(0.0, 1.0);
                let shown = Rect::from_min_size(pos2(from, rect.center().y - 4.0), vec2((room * part).max(1.0), 8.0));
                painter.rect_filled(shown, 2, colors.plot[2]);
                painter.galley(
                    pos2(rect.right() - number.size().x, rect.center().y - number.size().y / 2.0),
                    number,
                    colors.muted,
                );
            }
        });
    let more = repeats.cameras.len().saturating_sub(CAMERAS);
    if more > 0 {
        ui.label(RichText::new(format!("and {} with fewer", counted(more as u64, "camera"))).color(colors.muted));
    }
}

#[expect(clippy::cast_precision_loss, reason = "positions on the screen")]
fn disagreements_ui(ui: &mut Ui, repeats: &Repeats) {
    let colors = colors(ui);
    caption(ui, "Copies that disagree");
    if repeats.disagreeing == 0 {
        ui.label(RichText::new("None: all copies name the same location, camera and item.").color(colors.muted));
        return;
    }
    let mut parts = Vec::new();
    for (number, what) in [
        (repeats.differ_in_location, "location"),
        (repeats.differ_in_camera, "camera"),
        (repeats.differ_in_item, "item"),
    ] {
        if number > 0 {
            parts.push(format!("{} in the {what}", count(number)));
        }
    }
    let told = format!("{}: {}. The first of each holds.", counted(repeats.disagreeing, "detection"), parts.join(", "));
    ui.add(egui::Label::new(RichText::new(told).color(colors.muted)).wrap());
    // One line for each detection and each of its events: an id may have more events than can be drawn.
    let starts = starts_of(repeats);
    let lines = starts.last().copied().unwrap_or(0);
    let (area, _) = ui.allocate_exact_size(vec2(ui.available_width(), LINE * lines as f32), Sense::hover());
    let seen = ui.clip_rect();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a line in sight, not below 0")]
    let at = |y: f32| ((y - area.top()) / LINE).max(0.0) as usize;
    for index in at(seen.top())..(at(seen.bottom()) + 1).min(lines) {
        let rect = Rect::from_min_size(area.left_top() + vec2(0.0, LINE * index as f32), vec2(area.width(), LINE));
        let Some((one, event)) = line_at(repeats, &starts, index) else { continue };
        match event.and_then(|event| Some((event, one.events.get(event)?))) {
            None => {
                ui.painter().hline(rect.x_range(), rect.top() + 1.0, Stroke::new(1.0, colors.line));
                let text = format!("detection {}", one.detection);
                let font = theme::numbers_medium(12.0);
                elided(ui.painter(), rect.left_center(), text, font, colors.text, rect.width());
            }
            Some((number, event)) => {
                let response = ui.interact(rect, ui.scope_id().with(("disagreement", index)), Sense::hover());
                let text = event_text(event);
                let name = format!("Detection {}: {text}", one.detection);
                response.widget_info(|| WidgetInfo::labeled(Role::Row, true, name.clone()));
                let ink = if number == 0 { colors.text } else { colors.muted };
                let left = rect.left_center() + vec2(14.0, 0.0);
                elided(ui.painter(), left, text, theme::numbers(12.0), ink, rect.width() - 14.0);
            }
        }
    }
    let more = repeats.disagreeing.saturating_sub(repeats.disagreements.len() as u64);
    if more > 0 {
        let text = format!("and {} more; lakescope top --duplicates lists all", counted(more, "detection"));
        ui.label(RichText::new(text).color(colors.muted));
    }
}

/// Where the lines of each disagreeing detection begin, and how many there are, at the end.
fn starts_of(repeats: &Repeats) -> Vec<usize> {
    let ends = repeats.disagreements.iter().scan(0, |lines, one| {
        *lines += 1 + one.events.len();
        Some(*lines)
    });
    std::iter::once(0).chain(ends).collect()
}

/// What a line shows: a detection, and which of its events; none in its head.
fn line_at<'a>(repeats: &'a Repeats, starts: &[usize], line: usize) -> Option<(&'a Disagreement, Option<usize>)> {
    let at = starts.partition_point(|start| *start <= line).checked_sub(1)?;
    Some((repeats.disagreements.get(at)?, (line - starts[at]).checked_sub(1)))
}

/// What an event tells, in a line.
fn event_text(event: &DetectionEvent) -> String {
    let oid = || event.location.map_or_else(|| "no location".to_owned(), |oid| format!("oid {oid}"));
    let place = event.location_name.as_deref().map_or_else(oid, str::to_owned);
    let camera = event.camera.map_or_else(|| "no camera".to_owned(), |oid| format!("camera {oid}"));
    let time = event.time_ns.map_or_else(|| "no time".to_owned(), short_time);
    format!("{} · {time} · {place} · {camera}", event.item.as_deref().unwrap_or("no item"))
}
