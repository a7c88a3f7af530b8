//! How uneven the locations are: the share of the biggest, and events per location.

use egui::{Align, Layout, RichText, Ui};

use super::{
    ChartOf, DetectionsLook,
    answer::{Places, per_cent},
    charts::Charts,
    over_time::save_button,
    places::{limits_button, set_look},
    state::Answers,
    words::failed_or_waiting,
};
use crate::gui::{
    charts::{Look, chart_ui},
    command::Command,
    lake::Lake,
    theme::{self, colors},
    widgets::{Icon, bar, empty_ui, segmented, text::count},
};

pub(super) fn skew_ui(ui: &mut Ui, lake: &Lake, answers: &Answers, charts: &Charts, out: &mut Vec<Command>) {
    let colors = colors(ui);
    let Some(places) = failed_or_waiting(ui, &answers.places, answers.top.error(), "Counting events by location…", out)
    else {
        return;
    };
    let look = &lake.detections.look;
    if places.events == 0 {
        let limited = lake.detections.choice.is_limited();
        empty_ui(ui, Icon::Chart, "No events to compare", "No event lies within the limits.", |ui| {
            limits_button(ui, limited, out);
        });
        return;
    }
    let Some(chart) = charts.get(ChartOf::Skew) else { return };
    egui::Frame::new().inner_margin(egui::Margin::symmetric(12, 0)).show(ui, |ui| {
        bar(ui, 36.0, |ui| {
            let room = ui.available_width();
            if room > 330.0 {
                ui.label(RichText::new(told(places)).font(theme::numbers(12.0)).color(colors.muted))
                    .on_hover_text("Events of the busiest locations, as a part of all.");
            }
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                save_button(ui, ChartOf::Skew, out);
                if let Some(shares) = segmented(ui, look.shares, &[(false, "Events"), (true, "Share")]) {
                    out.push(set_look(DetectionsLook { shares, ..look.clone() }));
                }
            });
        });
    });
    egui::Frame::new().inner_margin(egui::Margin { left: 8, right: 12, top: 0, bottom: 6 }).show(ui, |ui| {
        chart_ui(ui, &chart, &Look { id: "skew of locations", ..Look::default() });
    });
}

/// `the busiest 10 of 400 have 31 %`
fn told(places: &Places) -> String {
    let busy = places.list.iter().filter(|place| place.events > 0).count();
    let first = busy.min(10);
    let events: u64 = places.list.iter().take(first).map(|place| place.events).sum();
    format!("busiest {first} of {}: {}", count(busy as u64), per_cent(places.share(events)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gui::detections::answer::Place;

    #[test]
    fn the_share_of_the_busiest_is_told() {
        let place = |oid, events| Place { oid, name: None, matched: false, events, at: None };
        let places = Places::new((0..40).map(|oid| place(oid, if oid < 10 { 90 } else { 10 })).collect());
        assert_eq!(told(&places), "busiest 10 of 40: 75.0 %");
        assert_eq!(told(&Places::new(vec![place(1, 5), place(2, 0)])), "busiest 1 of 1: 100.0 %");
    }
}
