//! Tables under the picture: values and attributes, and the objects on the frame.

use egui::{Align, Frame, Label as TextLabel, Layout, Margin, RichText, ScrollArea, Ui, vec2};

use crate::{
    gui::{
        theme::{self, class_color, colors},
        widgets::{
            Icon, empty_ui, rows_table_header, swatch,
            text::{number, shortened, time_utc, unit_text},
        },
    },
    session::FrameDetail,
};

/// Width of the four numbers of a box, px.
const BOX: f32 = 150.0;
/// Height of a line, px.
const LINE: f32 = 24.0;

fn scrolled(ui: &mut Ui, name: &str, contents: impl FnOnce(&mut Ui)) {
    ScrollArea::vertical().id_salt(name).auto_shrink(false).show(ui, |ui| {
        Frame::new().inner_margin(Margin { left: 12, right: 12, top: 0, bottom: 12 }).show(ui, contents);
    });
}

/// A name and its value, one line.
fn line(ui: &mut Ui, name: &str, unit: Option<&str>, value: Option<&str>) {
    let colors = colors(ui);
    let size = vec2(ui.available_width(), LINE);
    ui.allocate_ui_with_layout(size, Layout::left_to_right(Align::Center), |ui| {
        ui.set_min_height(LINE);
        let half = (size.x * 0.42).max(96.0);
        ui.allocate_ui_with_layout(vec2(half, LINE), Layout::left_to_right(Align::Center), |ui| {
            ui.set_min_width(half);
            ui.add(TextLabel::new(RichText::new(name).color(colors.muted)).truncate());
        });
        match value {
            Some(value) => {
                let text = RichText::new(shortened(value)).font(theme::numbers(13.0)).color(colors.text);
                ui.add(TextLabel::new(text).truncate()).on_hover_text(value);
                if let Some(unit) = unit {
                    ui.label(RichText::new(unit).size(12.0).color(colors.muted));
                }
            }
            None => {
                ui.label(RichText::new("—").color(colors.faint)).on_hover_text("No value at this frame");
            }
        }
    });
    let y = ui.min_rect().bottom();
    ui.painter().hline(ui.min_rect().x_range(), y, egui::Stroke::new(1.0, colors.line));
}

/// Metrics at the frame, attributes of the recording, and where the frame is stored.
pub(super) fn values_ui(ui: &mut Ui, detail: &FrameDetail) {
    scrolled(ui, "values", |ui| {
        for (metric, value) in &detail.values {
            line(ui, &metric.name, unit_text(metric.unit.as_deref()), value.as_deref());
        }
        heading(ui, "Recording");
        line(ui, "recording", None, Some(&detail.id.recording));
        for (key, value) in &detail.attributes {
            line(ui, key, None, Some(value));
        }
        heading(ui, "Frame");
        line(ui, "camera", None, Some(&detail.id.camera));
        line(ui, "frame", None, Some(&detail.id.frame_idx.to_string()));
        line(ui, "time (UTC)", None, Some(&time_utc(detail.time_ns)));
        let footage = &detail.footage;
        line(ui, "size", Some("px"), Some(&format!("{} × {}", footage.width_px, footage.height_px)));
        line(ui, "rate", Some("Hz"), Some(&number(footage.rate_hz)));
        line(ui, "stored as", None, Some(&footage.store_kind));
        line(ui, "store", None, Some(&footage.store));
    });
}

fn heading(ui: &mut Ui, text: &str) {
    ui.add_space(14.0);
    ui.label(RichText::new(text).font(theme::semibold(12.5)));
    ui.add_space(2.0);
}

/// One line per object.
pub(super) fn labels_ui(ui: &mut Ui, detail: &FrameDetail) {
    if detail.labels.is_empty() {
        empty_ui(
            ui,
            Icon::Boxes,
            "No labels on this frame",
            "No label file of the recording names an object here.",
            |_| {},
        );
        return;
    }
    scrolled(ui, "labels", |ui| {
        let width = ui.available_width();
        let columns = [
            ("Class", (width - 108.0 - BOX).max(72.0), Align::Min),
            ("Score", 52.0, Align::Max),
            ("Track", 56.0, Align::Max),
            ("x, y, w, h  px", BOX, Align::Max),
        ];
        rows_table_header(ui, &columns);
        for label in &detail.labels {
            let colors = colors(ui);
            let cells = [
                label.score.map(|score| format!("{score:.2}")).unwrap_or_default(),
                label.track_id.map(|track| track.to_string()).unwrap_or_default(),
                label.bbox.map_or_else(
                    || "whole frame".to_owned(),
                    |b| format!("{:.0}, {:.0}, {:.0}, {:.0}", b.x, b.y, b.w, b.h),
                ),
            ];
            let row = ui.allocate_ui_with_layout(vec2(width, LINE), Layout::left_to_right(Align::Center), |ui| {
                ui.spacing_mut().item_spacing.x = 0.0;
                ui.allocate_ui_with_layout(vec2(columns[0].1, LINE), Layout::left_to_right(Align::Center), |ui| {
                    ui.set_min_width(columns[0].1);
                    swatch(ui, class_color(&label.class));
                    ui.add_space(8.0);
                    ui.add(TextLabel::new(RichText::new(&label.class).font(theme::medium(13.0))).truncate());
                });
                for ((_, width, _), cell) in columns[1..].iter().zip(cells) {
                    ui.allocate_ui_with_layout(vec2(*width, LINE), Layout::right_to_left(Align::Center), |ui| {
                        ui.set_min_width(*width);
                        ui.label(RichText::new(cell).font(theme::numbers(12.5)).color(colors.muted));
                    });
                }
            });
            if let Some(attributes) = &label.attributes {
                row.response.on_hover_text(attributes);
            }
        }
    });
}
