//! What is told of a box under the pointer.

use egui::{Response, RichText, Tooltip, Ui};

use crate::{
    gui::{
        theme::{self, colors},
        widgets::{class_mark, text::number},
    },
    model::Label,
};

/// Attributes that are listed; of more, the number of the others is told.
const MOST: usize = 12;

/// Class, score, track, size and attributes beside the pointer.
pub(super) fn tip_ui(response: &Response, label: &Label) {
    Tooltip::for_widget(response).at_pointer().gap(14.0).show(|ui| {
        ui.spacing_mut().item_spacing.y = 2.0;
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 6.0;
            class_mark(ui, &label.class);
            ui.label(RichText::new(&label.class).font(theme::medium(13.0)));
        });
        for (name, value) in lines(label) {
            line_ui(ui, &name, &value);
        }
    });
}

fn line_ui(ui: &mut Ui, name: &str, value: &str) {
    let muted = colors(ui).muted;
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        ui.label(RichText::new(name).size(12.0).color(muted));
        ui.label(RichText::new(value).font(theme::numbers(12.5)));
    });
}

/// Names and values, attributes last in the order of their names.
fn lines(label: &Label) -> Vec<(String, String)> {
    let mut lines = Vec::new();
    let mut line = |name: &str, value: String| lines.push((name.to_owned(), value));
    if let Some(score) = label.score {
        line("score", format!("{score:.3}"));
    }
    if let Some(track) = label.track_id {
        line("track", track.to_string());
    }
    if let Some(bbox) = label.bbox {
        line("size", format!("{} × {} px", number(bbox.w), number(bbox.h)));
        line("at", format!("{}, {} px", number(bbox.x), number(bbox.y)));
    }
    let Some(attributes) = &label.attributes else { return lines };
    match serde_json::from_str(attributes) {
        Ok(serde_json::Value::Object(attributes)) => {
            let more = attributes.len().saturating_sub(MOST);
            for (name, value) in attributes.into_iter().take(MOST) {
                let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                line(&name, short(&value));
            }
            if more > 0 {
                line("and", format!("{more} more, on the Labels page"));
            }
        }
        _ => line("attributes", short(attributes)),
    }
    lines
}

/// A text that fits a line.
fn short(text: &str) -> String {
    const LONG: usize = 60;
    if text.chars().count() <= LONG { text.to_owned() } else { text.chars().take(LONG - 1).chain(['…']).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::BoundingBox;

    #[test]
    fn all_that_is_known_is_told() {
        let label = Label {
            frame_idx: 0,
            class: "car".to_owned(),
            bbox: Some(BoundingBox { x: 10.0, y: 20.5, w: 33.25, h: 12.0 }),
            score: Some(0.875),
            track_id: Some(4),
            attributes: Some(r#"{"occluded": true, "lane": "left", "depth_m": 12.5}"#.to_owned()),
        };
        let expected = [
            ("score", "0.875"),
            ("track", "4"),
            ("size", "33.25 × 12 px"),
            ("at", "10, 20.5 px"),
            ("depth_m", "12.5"),
            ("lane", "left"),
            ("occluded", "true"),
        ];
        let mut found = lines(&label);
        found[4..].sort();
        assert_eq!(found, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
        let bare = Label { bbox: None, score: None, track_id: None, attributes: Some("not json".to_owned()), ..label };
        assert_eq!(lines(&bare), [("attributes".to_owned(), "not json".to_owned())]);
    }
}
