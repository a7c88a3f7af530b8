//! Where the locations are, when the table of locations tells it: a dot each, larger the more events it has.

use egui::{Align, Layout, RichText, Ui};

use super::{ChartOf, bar::ask, charts::Charts, over_time::save_button, state::Answers, words::failed_or_waiting};
use crate::gui::{
    charts::{Look, chart_ui},
    command::Command,
    lake::Lake,
    theme::{self, colors},
    widgets::{Icon, bar, empty_ui, text::counted},
};

pub(super) fn map_ui(ui: &mut Ui, lake: &Lake, answers: &Answers, charts: &Charts, out: &mut Vec<Command>) {
    let colors = colors(ui);
    let Some(places) = failed_or_waiting(ui, &answers.places, answers.top.error(), "Counting events by location…", out)
    else {
        return;
    };
    let located = places.list.iter().filter(|place| place.at.is_some()).count();
    if located == 0 {
        let body = "The table of locations tells no coordinates. Columns named latitude and longitude, in degrees, are drawn here.";
        empty_ui(ui, Icon::Route, "No coordinates", body, |_| {});
        return;
    }
    // A worker makes it.
    let Some(chart) = charts.get(ChartOf::Map) else { return };
    let dots: usize = chart.series.iter().map(|series| series.points.len()).sum();
    egui::Frame::new().inner_margin(egui::Margin::symmetric(12, 0)).show(ui, |ui| {
        bar(ui, 36.0, |ui| {
            let told = counted(located as u64, "location");
            let elsewhere = places.list.len() - located;
            let more = if elsewhere > 0 { format!(", {elsewhere} without a place") } else { String::new() };
            let busiest = if dots < located { ", the busiest of each spot drawn" } else { "" };
            ui.label(RichText::new(format!("{told}{more}{busiest}")).font(theme::numbers(12.0)).color(colors.muted));
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| save_button(ui, ChartOf::Map, out));
        });
    });
    egui::Frame::new().inner_margin(egui::Margin { left: 8, right: 12, top: 0, bottom: 6 }).show(ui, |ui| {
        let shown = chart_ui(ui, &chart, &Look { id: "map of locations", ..Look::default() });
        let name = |point: (usize, usize)| chart.series.get(point.0)?.points.get(point.1).copied();
        if let Some(at) = shown.clicked.and_then(name)
            && let Some(place) = places.list.iter().find(|place| place.at == Some(at))
        {
            let beside = ui.input(|input| input.modifiers.command);
            out.push(ask(lake.detections.choice.with_location(place.oid, beside)));
        }
    });
}
