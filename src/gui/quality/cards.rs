//! How many findings there are of each kind, as cards to choose from.

use egui::{
    Align2, Color32, CornerRadius, Rect, Sense, Stroke, StrokeKind, Ui, WidgetInfo, accesskit::Role, pos2, vec2,
};

use super::{
    command::QualityLook,
    listed::{Found, kind_name},
    set_look,
};
use crate::{
    gui::{
        command::Command,
        theme::{self, Colors, ROUND, STEP, colors},
        widgets::{Icon, text::count},
    },
    session::{FindingKind, Severity},
};

/// Height of a card, and of one where there is little room, points.
const HEIGHT: f32 = 50.0;
const LOW: f32 = 28.0;
/// Height of the panel below which cards are low, points.
const ROOMY: f32 = 330.0;

/// The colour and the icon of a severity.
pub(super) fn severity_look(severity: Severity, colors: &Colors) -> (Color32, Icon) {
    match severity {
        Severity::Error => (colors.error, Icon::Warning),
        Severity::Warning => (colors.warning, Icon::Warning),
        Severity::Note => (colors.muted, Icon::Search),
    }
}

pub(super) fn cards_ui(ui: &mut Ui, found: &Found, look: &QualityLook, out: &mut Vec<Command>) {
    let low = ui.available_height() < ROOMY;
    egui::Frame::new().inner_margin(egui::Margin { left: 12, right: 12, top: 0, bottom: 8 }).show(ui, |ui| {
        let width = ui.available_width();
        ui.horizontal_wrapped(|ui| {
            ui.set_width(width);
            ui.spacing_mut().item_spacing = vec2(STEP, STEP);
            for (kind, severity, number) in &found.kinds {
                let on = look.kinds.contains(kind);
                if card_ui(ui, (*kind, *severity, *number), on, low) {
                    let mut kinds = look.kinds.clone();
                    if on {
                        kinds.retain(|known| known != kind);
                    } else {
                        kinds.push(*kind);
                    }
                    out.push(set_look(QualityLook { kinds, ..look.clone() }));
                }
            }
        });
    });
}

/// A card; true when it was pressed.
fn card_ui(ui: &mut Ui, (kind, severity, number): (FindingKind, Severity, usize), on: bool, low: bool) -> bool {
    let colors = colors(ui);
    let laid = |text: String, font| ui.painter().layout_no_wrap(text, font, colors.text);
    let name = laid(kind_name(kind).to_owned(), theme::medium(12.0));
    let figure = laid(count(number as u64), theme::numbers_medium(if low { 12.5 } else { 17.0 }));
    let wide = if low { name.size().x + figure.size().x + 40.0 } else { (name.size().x + 26.0).max(96.0) };
    let (rect, response) = ui.allocate_exact_size(vec2(wide, if low { LOW } else { HEIGHT }), Sense::click());
    response.widget_info(|| {
        let name = format!("{}, {} found", kind_name(kind), count(number as u64));
        WidgetInfo::selected(Role::Button, true, on, name)
    });
    let fill = match (response.is_pointer_button_down_on(), response.hovered(), on) {
        (true, ..) => colors.pressed,
        (_, true, _) => colors.hover,
        (_, _, true) => colors.accent_wash,
        _ => colors.raised,
    };
    let edge = if on || response.has_focus() { colors.accent } else { colors.line };
    let painter = ui.painter();
    painter.rect(rect, CornerRadius::same(ROUND), fill, Stroke::new(1.0, edge), StrokeKind::Inside);
    let (ink, _) = severity_look(severity, colors);
    if low {
        painter.circle_filled(pos2(rect.left() + 13.0, rect.center().y), 3.5, ink);
        let at = rect.left_center() + vec2(23.0, -name.size().y / 2.0);
        painter.galley_with_override_text_color(at, name, colors.muted);
        let at = rect.right_center() - vec2(figure.size().x + 10.0, figure.size().y / 2.0);
        painter.galley_with_override_text_color(at, figure, colors.text);
    } else {
        let stripe = Rect::from_min_max(rect.min + vec2(1.0, 8.0), pos2(rect.left() + 4.0, rect.bottom() - 8.0));
        painter.rect_filled(stripe, 1.5, ink);
        let at = rect.min + vec2(13.0, 7.0);
        painter.galley_with_override_text_color(at, figure, colors.text);
        painter.text(
            pos2(rect.left() + 13.0, rect.bottom() - 13.0),
            Align2::LEFT_CENTER,
            kind_name(kind),
            theme::medium(12.0),
            colors.muted,
        );
    }
    let tip = if on { "Press to list all kinds again" } else { "Press to list findings of this kind" };
    response.on_hover_text(format!("{} · gravest: {}\n{tip}", meaning(kind), severity.as_str())).clicked()
}

/// What a kind says, in a sentence.
pub(super) fn meaning(kind: FindingKind) -> &'static str {
    match kind {
        FindingKind::Gap => "Samples do not go on for longer than they may",
        FindingKind::Duplicate => "Rows repeat the time of another",
        FindingKind::OutOfOrder => "Rows stood before earlier ones",
        FindingKind::Frozen => "A value that changes otherwise stays the same",
        FindingKind::Outlier => "Values lie far from all others",
        FindingKind::ClockOffset => "Sensor and camera do not begin or end together",
        FindingKind::NoOverlap => "Sensor and camera have no time in common",
        FindingKind::MissingFrames => "Frames are missing between others",
        FindingKind::TimesGoBack => "The times of a footage go back",
        FindingKind::FootageLength => "A footage is longer or shorter than its rate tells",
        FindingKind::LabelCoverage => "Frames of a labelled footage have no labels",
    }
}
