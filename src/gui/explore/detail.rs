//! Tables under the picture: values and attributes, and the objects on the frame.

use egui::{
    Align, Frame, Label as TextLabel, Layout, Margin, RichText, ScrollArea, Sense, Ui, UiBuilder, WidgetInfo,
    accesskit::Role, vec2,
};

use crate::{
    gui::{
        command::Command,
        frame_key::FrameKey,
        looking::ChosenBox,
        theme::{self, colors},
        widgets::{
            Icon, class_mark, elided, empty_ui, rows_table_header,
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
    line_of(ui, name, unit, value, value.map(shortened));
}

/// The same with the text that is shown in place of the value.
fn line_of(ui: &mut Ui, name: &str, unit: Option<&str>, value: Option<&str>, shown: Option<String>) {
    let colors = colors(ui);
    let size = vec2(ui.available_width(), LINE);
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, name));
    ui.painter().hline(rect.x_range(), rect.bottom() - 0.5, egui::Stroke::new(1.0, colors.line));
    let half = (size.x * 0.42).max(96.0);
    let font = egui::FontId::proportional(13.0);
    elided(ui.painter(), rect.left_center(), name, font, colors.muted, half - 10.0);
    let rest = rect.with_min_x(rect.left() + half);
    ui.scope_builder(UiBuilder::new().max_rect(rest).layout(Layout::left_to_right(Align::Center)), |ui| {
        match value.zip(shown) {
            Some((value, shown)) => {
                let text = RichText::new(shown).font(theme::numbers(13.0)).color(colors.text);
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
}

/// Whether a metric is a latitude or a longitude. Five digits of one would be a kilometre.
fn is_place(name: &str, unit: Option<&str>) -> bool {
    let degrees = unit.is_some_and(|unit| {
        let unit = unit.to_ascii_lowercase();
        unit.starts_with("deg") || unit == "°"
    });
    let name = name.to_ascii_lowercase();
    let mut words = name.split(|c: char| !c.is_ascii_alphanumeric());
    let named = words.any(|word| {
        matches!(word, "lat" | "lon" | "lng" | "long" | "latitude" | "longitude")
            || word.ends_with("latitude")
            || word.ends_with("longitude")
    });
    named && (degrees || unit.is_none())
}

/// Degrees to a centimetre: seven decimals, without zeros at the end.
fn place_text(value: &str) -> String {
    match value.parse::<f64>() {
        Ok(degrees) if degrees.is_finite() => {
            let text = format!("{degrees:.7}");
            text.trim_end_matches('0').trim_end_matches('.').to_owned()
        }
        _ => value.to_owned(),
    }
}

/// Metrics at the frame, attributes of the recording, and where the frame is stored.
pub(super) fn values_ui(ui: &mut Ui, detail: &FrameDetail) {
    scrolled(ui, "values", |ui| {
        for (metric, value) in &detail.values {
            let unit = unit_text(metric.unit.as_deref());
            let value = value.as_deref();
            let place = is_place(&metric.name, unit);
            line_of(ui, &metric.name, unit, value, value.map(if place { place_text } else { shortened }));
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

/// One line per object; pressed, its box is held on to.
pub(super) fn labels_ui(
    ui: &mut Ui,
    detail: &FrameDetail,
    key: FrameKey,
    chosen: Option<&ChosenBox>,
    out: &mut Vec<Command>,
) {
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
        for (index, label) in detail.labels.iter().enumerate() {
            let colors = colors(ui);
            let on = chosen.is_some_and(|chosen| chosen.is(key, index, label));
            let behind = ui.painter().add(egui::Shape::Noop);
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
                    class_mark(ui, &label.class);
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
            let response = ui.interact(row.response.rect, ui.scope_id().with(("label", index)), Sense::click());
            response.widget_info(|| {
                WidgetInfo::selected(Role::ListBoxOption, true, on, format!("Line of {} {index}", label.class))
            });
            if on || response.hovered() {
                let fill = if on { colors.accent_wash } else { colors.hover };
                let rect = row.response.rect.expand2(vec2(6.0, 0.0));
                ui.painter().set(behind, egui::epaint::RectShape::filled(rect, 4, fill));
            }
            if response.clicked() {
                let chosen = ChosenBox { key, index, track_id: label.track_id };
                out.push(Command::ChooseBox((!on).then_some(chosen)));
            }
            if let Some(attributes) = &label.attributes {
                response.on_hover_text(attributes);
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_told_to_a_centimetre_and_other_numbers_shortened() {
        for (name, unit, expected) in [
            ("latitude", Some("deg"), true),
            ("gps_lon", Some("°"), true),
            ("gps.lat", None, true),
            ("gpslatitude", Some("degrees"), true),
            ("flat_tyre", Some("deg"), false),
            ("lon_accel", Some("m/s^2"), false),
            ("heading", Some("deg"), false),
        ] {
            assert_eq!(is_place(name, unit), expected, "{name}");
        }
        for (value, expected) in [
            ("48.13715432198", "48.1371543"),
            ("-11.5", "-11.5"),
            ("11", "11"),
            ("100", "100"),
            ("0.0000001", "0.0000001"),
            ("north", "north"),
        ] {
            assert_eq!(place_text(value), expected);
        }
    }
}
