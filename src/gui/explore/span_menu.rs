//! Which frames make a span, and which number stands for it.

use egui::{DragValue, Label, Popup, PopupCloseBehavior, RichText, ScrollArea, Ui, style::StyleModifier};

use super::sort_menu::changed;
use crate::{
    filter::{FrameColumns as _, metric_reference},
    gui::{
        command::Command,
        lake::Lake,
        theme::{self, STEP, colors},
        widgets::{Icon, icon_button},
    },
    model::MetricKind,
};

/// Longest gap that can be chosen here, s.
const MOST_S: f64 = 600.0;

/// Draws the button and, once it is pressed, the choices.
pub(super) fn span_menu_ui(ui: &mut Ui, lake: &Lake, out: &mut Vec<Command>) {
    let colors = colors(ui);
    let button = icon_button(ui, Icon::Sliders, "What makes a span");
    // Numbers to edit need the frames that entries of a menu go without.
    let popup = Popup::menu(&button).style(StyleModifier::default());
    popup.close_behavior(PopupCloseBehavior::CloseOnClickOutside).show(|ui| {
        ui.set_min_width(248.0);
        ui.spacing_mut().item_spacing.y = STEP / 2.0;
        let heading = |ui: &mut Ui, text: &str| {
            ui.label(RichText::new(text).font(theme::medium(11.5)).color(colors.muted));
        };
        heading(ui, "Join spans with at most this between them");
        gap_ui(ui, lake, out);
        ui.add_space(STEP / 2.0);
        heading(ui, "The frame that stands for a span");
        peak_ui(ui, lake, out);
        let error = lake.view.as_ref().and_then(|view| view.spans.as_ref()?.peak_error.clone());
        if let Some(error) = error {
            let first = error.lines().take(2).collect::<Vec<_>>().join(" ");
            ui.add(Label::new(RichText::new(first).color(colors.warning)).wrap());
        }
    });
}

#[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "whole milliseconds of a few minutes")]
fn gap_ui(ui: &mut Ui, lake: &Lake, out: &mut Vec<Command>) {
    let mut seconds = lake.grid.spans.gap_ns.unwrap_or(0) as f64 / 1e9;
    ui.horizontal(|ui| {
        let drag = DragValue::new(&mut seconds).speed(0.05).range(0.0..=MOST_S).max_decimals(3).suffix(" s");
        let response = ui.add(drag.update_while_editing(false)).accessible_name("Gap that is bridged, seconds");
        if response.changed() {
            let gap_ns = (seconds * 1e3).round() as i64 * 1_000_000;
            out.push(changed(lake, |grid| grid.spans.gap_ns = (gap_ns > 0).then_some(gap_ns)));
        }
        if seconds == 0.0 {
            ui.label(RichText::new("only frames in a row").color(colors(ui).muted));
        }
    });
}

fn peak_ui(ui: &mut Ui, lake: &Lake, out: &mut Vec<Command>) {
    let now = lake.grid.spans.peak.as_deref();
    let (of, lowest) = match now.map(|text| text.strip_suffix(":min").map_or((text, false), |of| (of, true))) {
        Some((of, lowest)) => (Some(of), lowest),
        None => (None, false),
    };
    let set = |of: Option<String>, lowest: bool| {
        changed(lake, |grid| grid.spans.peak = of.map(|of| if lowest { format!("{of}:min") } else { of }))
    };
    let shown = lake.view.as_ref().and_then(|view| view.spans.as_ref()?.peak.as_ref());
    let auto = match shown.filter(|_| of.is_none()) {
        Some(peak) => format!("As the filter says: {} {}", if peak.lowest { "lowest" } else { "highest" }, peak.of),
        None => "As the filter says, else in the middle".to_owned(),
    };
    if ui.radio(of.is_none(), auto).clicked() {
        out.push(set(None, false));
    }
    let numbers = lake
        .table()
        .metrics()
        .iter()
        .filter(|metric| matches!(metric.kind, MetricKind::Float | MetricKind::Int))
        .map(|metric| metric_reference(&metric.name));
    ScrollArea::vertical().max_height(240.0).show(ui, |ui| {
        for number in numbers {
            let on = of == Some(number.as_str());
            if ui.radio(on, &number).accessible_name(format!("Peak of {number}")).clicked() {
                out.push(set(Some(number), lowest));
            }
        }
    });
    if let Some(of) = of {
        let mut low = lowest;
        if ui.checkbox(&mut low, "Its smallest value").changed() {
            out.push(set(Some(of.to_owned()), low));
        }
    }
}
