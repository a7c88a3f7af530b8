//! Facets that are lists: categories, label classes, saved selections.

use std::collections::BTreeSet;

use egui::{Align2, Rect, Response, RichText, Sense, Stroke, StrokeKind, Ui, WidgetInfo, accesskit::Role, pos2, vec2};

use super::facets::Panel;
use crate::{
    filter::{
        FrameColumns as _, edit,
        facets::{CategoryCount, ClassCount},
    },
    gui::{
        command::Command,
        theme::{self, class_color, colors},
        widgets::{
            Icon, elided, icon_button, paint_icon, quiet_button,
            text::{count, counted, time_utc},
        },
    },
    model::MetricKind,
    session::Selection,
};

/// Values shown before “Show all”.
const FEW: usize = 8;
/// Height of a line, px.
const LINE: f32 = 24.0;

/// Which long lists are shown whole.
#[derive(Default)]
pub(super) struct Lists {
    whole: BTreeSet<String>,
}

struct Line<'a> {
    text: &'a str,
    spoken: String,
    ticked: bool,
    frames: usize,
    matching: usize,
    most: usize,
    swatch: Option<egui::Color32>,
    faint: bool,
}

fn line_ui(ui: &mut Ui, line: &Line<'_>) -> Response {
    let colors = colors(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), LINE), Sense::click());
    let enabled = ui.is_enabled();
    response.widget_info(|| {
        let mut info = WidgetInfo::selected(Role::CheckBox, enabled, line.ticked, &line.spoken);
        let (matching, frames) = (count(line.matching as u64), count(line.frames as u64));
        info.current_text_value = Some(format!("{matching} of {frames} frames"));
        info
    });
    if !ui.is_rect_visible(rect) {
        return response;
    }
    let inner = rect.shrink2(vec2(14.0, 0.0));
    if response.hovered() || response.has_focus() {
        ui.painter().rect_filled(rect, 0, colors.hover);
    }
    let center = rect.center().y;
    let tick = Rect::from_center_size(pos2(inner.left() + 7.0, center), vec2(14.0, 14.0));
    let (fill, edge) = if line.ticked { (colors.accent, colors.accent) } else { (colors.control, colors.outline) };
    ui.painter().rect(tick, 3, fill, Stroke::new(1.0, edge), StrokeKind::Inside);
    if line.ticked {
        paint_icon(ui.painter(), tick.shrink(1.5), Icon::Check, colors.on_accent);
    }
    let mut left = inner.left() + 22.0;
    if let Some(swatch) = line.swatch {
        let mark = Rect::from_center_size(pos2(left + 4.5, center), vec2(9.0, 9.0));
        ui.painter().rect_filled(mark, 2, swatch);
        left += 16.0;
    }
    // A bar under the numbers shows the share at a glance.
    let numbers = 92.0_f32.min(inner.width() * 0.4);
    let bar = Rect::from_min_max(pos2(inner.right() - numbers, center + 8.0), pos2(inner.right(), center + 10.0));
    #[expect(clippy::cast_precision_loss, reason = "widths of bars")]
    let part = |value: usize| bar.width() * value as f32 / line.most.max(1) as f32;
    ui.painter().rect_filled(bar.with_min_x(bar.right() - part(line.frames)), 1, colors.behind);
    ui.painter().rect_filled(bar.with_min_x(bar.right() - part(line.matching)), 1, colors.front);
    let ink = if line.matching == 0 { colors.muted } else { colors.text };
    let text = count(line.matching as u64);
    let at = pos2(inner.right(), center - 1.0);
    let drawn = ui.painter().text(at, Align2::RIGHT_CENTER, text, theme::numbers(12.0), ink);
    let name_ink = if line.faint { colors.muted } else { colors.text };
    let room = drawn.left() - 8.0 - left;
    elided(ui.painter(), pos2(left, center), line.text, egui::FontId::proportional(13.0), name_ink, room);
    response.on_hover_text(format!(
        "{}\n{} of {} match everything else in the filter",
        line.text,
        count(line.matching as u64),
        counted(line.frames as u64, "frame")
    ))
}

/// Values of one category.
pub(super) fn category_ui(
    ui: &mut Ui,
    panel: &Panel<'_>,
    title: &str,
    name: &str,
    counts: &[CategoryCount],
    lists: &mut Lists,
    out: &mut Vec<Command>,
) {
    let shown: Vec<&CategoryCount> = counts
        .iter()
        .filter(|count| panel.wants(title) || count.value.as_deref().is_some_and(|value| panel.wants(value)))
        .collect();
    if shown.is_empty() {
        return;
    }
    heading(ui, title, counts.iter().filter(|count| count.value.is_some()).count());
    let flag = panel
        .lake
        .table()
        .metrics()
        .iter()
        .any(|metric| metric.kind == MetricKind::Bool && crate::filter::metric_name(&metric.name) == name);
    let chosen: Vec<String> = match &panel.expr {
        None => Vec::new(),
        Some(expr) if flag => edit::flag_of(expr, name).map(|on| on.to_string()).into_iter().collect(),
        Some(expr) => edit::choice_of(expr, name).unwrap_or_default(),
    };
    let most = shown.iter().map(|count| count.frames).max().unwrap_or(1);
    let whole = lists.whole.contains(name) || shown.len() <= FEW + 1;
    let few = if whole { shown.len() } else { FEW };
    for counted in &shown[..few] {
        let Some(value) = &counted.value else { continue };
        let ticked = chosen.contains(value);
        let line = Line {
            text: value,
            spoken: format!("{title}: {value}"),
            ticked,
            frames: counted.frames,
            matching: counted.matching,
            most,
            swatch: None,
            faint: false,
        };
        if line_ui(ui, &line).clicked() {
            if flag {
                let asked = (!ticked).then_some(value == "true");
                Panel::edit(edit::set_flag(&panel.lake.filter, name, asked), out);
            } else {
                let mut values = chosen.clone();
                match values.iter().position(|known| known == value) {
                    Some(place) => {
                        values.remove(place);
                    }
                    None => values.push(value.clone()),
                }
                Panel::edit(edit::set_choice(&panel.lake.filter, name, Some(&values)), out);
            }
        }
    }
    if shown.len() > FEW + 1 {
        let text = if whole { "Show fewer".to_owned() } else { format!("Show all {}", count(shown.len() as u64)) };
        ui.horizontal(|ui| {
            ui.add_space(6.0);
            let accent = colors(ui).accent;
            if quiet_button(ui, RichText::new(text).font(theme::medium(12.0)).color(accent)).clicked() {
                if whole {
                    lists.whole.remove(name);
                } else {
                    lists.whole.insert(name.to_owned());
                }
            }
        });
    }
    ui.add_space(6.0);
}

fn heading(ui: &mut Ui, title: &str, values: usize) {
    let colors = colors(ui);
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 32.0), Sense::hover());
    let at = pos2(rect.left() + 14.0, rect.center().y + 2.0);
    ui.painter().text(at, Align2::LEFT_CENTER, title, theme::semibold(12.5), colors.text);
    let at = pos2(rect.right() - 14.0, rect.center().y + 2.0);
    ui.painter().text(at, Align2::RIGHT_CENTER, count(values as u64), theme::numbers(12.0), colors.muted);
}

/// Label classes, and the frames without labels.
pub(super) fn classes_ui(
    ui: &mut Ui,
    panel: &Panel<'_>,
    classes: &[ClassCount],
    bare: [usize; 2],
    out: &mut Vec<Command>,
) {
    let chosen: Vec<&str> = panel.expr.as_ref().map(edit::classes_of).unwrap_or_default();
    let most = classes.iter().map(|class| class.frames).chain([bare[0]]).max().unwrap_or(1);
    for class in classes.iter().filter(|class| panel.wants(&class.class)) {
        let ticked = chosen.contains(&&*class.class);
        let line = Line {
            text: &class.class,
            spoken: format!("Label: {}", class.class),
            ticked,
            frames: class.frames,
            matching: class.matching,
            most,
            swatch: Some(class_color(&class.class)),
            faint: false,
        };
        if line_ui(ui, &line).clicked() {
            Panel::edit(edit::set_class(&panel.lake.filter, &class.class, !ticked), out);
        }
    }
    if panel.wants("no labels") {
        let range = panel.expr.as_ref().and_then(|expr| edit::range_of(expr, "labels", None));
        let ticked = range.is_some_and(|range| range.high <= 0.0);
        let line = Line {
            text: "no labels",
            spoken: "Label: no labels".to_owned(),
            ticked,
            frames: bare[0],
            matching: bare[1],
            most,
            swatch: Some(egui::Color32::TRANSPARENT),
            faint: true,
        };
        if line_ui(ui, &line).clicked() {
            let range = (!ticked).then_some((0.0, 0.0));
            let edited = edit::set_range(&panel.lake.filter, "labels", range);
            Panel::edit(edited.map(|text| text.replace("labels between 0 and 0", "labels = 0")), out);
        }
    }
}

/// Saved selections: press to load, or forget.
pub(super) fn selections_ui(ui: &mut Ui, selections: &[Selection], out: &mut Vec<Command>) {
    let colors = colors(ui);
    if selections.is_empty() {
        egui::Frame::new().inner_margin(egui::Margin { left: 14, right: 14, top: 2, bottom: 12 }).show(ui, |ui| {
            let text = "Nothing saved yet. Select frames in the grid, then press Ctrl+S.";
            ui.add(egui::Label::new(RichText::new(text).size(12.0).color(colors.muted)).wrap());
        });
        return;
    }
    for selection in selections {
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 0.0;
            let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width() - 32.0, 30.0), Sense::click());
            let spoken = format!("Load selection {}", selection.name);
            response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &spoken));
            if response.hovered() || response.has_focus() {
                ui.painter().rect_filled(rect, 0, colors.hover);
            }
            let center = rect.center().y;
            let icon = Rect::from_center_size(pos2(rect.left() + 21.0, center), vec2(14.0, 14.0));
            paint_icon(ui.painter(), icon, Icon::Bookmark, colors.muted);
            let number = count(selection.frames);
            let at = pos2(rect.right() - 6.0, center);
            let drawn = ui.painter().text(at, Align2::RIGHT_CENTER, number, theme::numbers(12.0), colors.muted);
            let left = pos2(rect.left() + 36.0, center);
            let font = egui::FontId::proportional(13.0);
            elided(ui.painter(), left, &selection.name, font, colors.text, drawn.left() - 8.0 - left.x);
            let saved = time_utc(selection.saved_at_ns);
            let tip = format!("{}\nsaved {saved} UTC\n\n{}", selection.name, selection.note);
            let tip = tip.trim_end();
            if response.on_hover_text(tip).clicked() {
                out.push(Command::LoadSelection(selection.name.clone()));
            }
            if icon_button(ui, Icon::Trash, &format!("Delete selection {}", selection.name)).clicked() {
                out.push(Command::DeleteSelection(selection.name.clone()));
            }
        });
    }
    ui.add_space(8.0);
}
