//! The order of tiles: of frames by a column, of spans and objects by what they have.

use egui::{Popup, RichText, ScrollArea, Ui, style::StyleModifier};

use crate::{
    filter::{FrameColumns as _, metric_name},
    gui::{
        command::Command,
        grid_choice::GridChoice,
        lake::Lake,
        state::SortBy,
        theme::{self, colors},
        widgets::{Icon, icon_button, quiet_button},
    },
    session::{BoxOrder, SpanOrder},
};

/// What the order is of.
enum Order<'a> {
    Frames(Option<&'a SortBy>),
    Spans(SpanOrder),
    Objects(BoxOrder),
}

fn order(lake: &Lake) -> (Order<'_>, bool) {
    let grid = &lake.grid;
    if grid.objects {
        (Order::Objects(grid.query.order), grid.query.descending)
    } else if grid.groups(lake.applied()) {
        (Order::Spans(grid.spans.order), grid.spans.descending)
    } else {
        (Order::Frames(lake.sort.as_ref()), lake.sort.as_ref().is_some_and(|sort| sort.descending))
    }
}

/// The order in a few words.
pub(super) fn name(lake: &Lake) -> String {
    let name = match order(lake).0 {
        Order::Frames(sort) => sort.map_or("recording", |sort| name_of(&sort.column)),
        Order::Spans(order) => order.as_str(),
        Order::Objects(order) => order.as_str(),
    };
    format!("Sort: {name}")
}

/// Draws the menu, from the right; without its text where there is no room for it.
pub(super) fn sort_ui(ui: &mut Ui, lake: &Lake, with_text: bool, out: &mut Vec<Command>) {
    let colors = colors(ui);
    let (order, descending) = order(lake);
    let (icon, turn) = if descending { (Icon::Descending, "Descending") } else { (Icon::Ascending, "Ascending") };
    if icon_button(ui, icon, &format!("Order: {turn}")).clicked() {
        out.push(match order {
            Order::Frames(sort) => Command::SetSort(turned(sort)),
            Order::Spans(_) => changed(lake, |grid| grid.spans.descending ^= true),
            Order::Objects(_) => changed(lake, |grid| grid.query.descending ^= true),
        });
    }
    let button = if with_text {
        quiet_button(ui, RichText::new(name(lake)).font(theme::medium(12.5)).color(colors.muted))
            .accessible_name("Sort")
    } else {
        icon_button(ui, Icon::Menu, "Sort")
    };
    Popup::menu(&button).style(StyleModifier::default()).show(|ui| {
        ui.set_min_width(200.0);
        match order {
            Order::Frames(sort) => frames_ui(ui, lake, sort, out),
            Order::Spans(now) => {
                let no_peak =
                    lake.view.as_ref().and_then(|view| view.spans.as_ref()).is_none_or(|spans| spans.peak.is_none());
                for order in SpanOrder::ALL {
                    let text = match order {
                        SpanOrder::Recording => "Recording and camera",
                        SpanOrder::Start => "Start",
                        SpanOrder::Duration => "Duration",
                        SpanOrder::Frames => "Number of frames",
                        SpanOrder::Peak => "Value of the peak",
                    };
                    ui.add_enabled_ui(order != SpanOrder::Peak || !no_peak || now == order, |ui| {
                        let tip = "Choose the number of the peak beside the switch for spans";
                        if ui.radio(now == order, text).on_disabled_hover_text(tip).clicked() {
                            out.push(changed(lake, |grid| grid.spans.order = order));
                            ui.close();
                        }
                    });
                }
            }
            Order::Objects(now) => {
                for order in BoxOrder::ALL {
                    let text = match order {
                        BoxOrder::Recording => "Recording and camera",
                        BoxOrder::Time => "Time",
                        BoxOrder::Score => "Score",
                        BoxOrder::Size => "Size of the box",
                        BoxOrder::Track => "Track",
                    };
                    if ui.radio(now == order, text).clicked() {
                        out.push(changed(lake, |grid| grid.query.order = order));
                        ui.close();
                    }
                }
            }
        }
    });
}

/// The present choice with a change.
pub(super) fn changed(lake: &Lake, change: impl FnOnce(&mut GridChoice)) -> Command {
    let mut choice = lake.grid.clone();
    change(&mut choice);
    Command::SetGrid(Box::new(choice))
}

fn frames_ui(ui: &mut Ui, lake: &Lake, sort: Option<&SortBy>, out: &mut Vec<Command>) {
    let mut choose = |ui: &mut Ui, column: Option<&str>, text: &str| {
        let now = sort.map(|sort| sort.column.as_str()).filter(|column| *column != "recording");
        let on = now == column;
        if ui.radio(on, text).clicked() {
            let descending = sort.is_some_and(|sort| sort.descending && on);
            out.push(Command::SetSort(column.map(|column| SortBy { column: column.to_owned(), descending })));
            ui.close();
        }
    };
    choose(ui, None, "Recording and camera");
    choose(ui, Some("time"), "Time");
    choose(ui, Some("frame_idx"), "Frame number");
    choose(ui, Some("labels"), "Number of labels");
    ui.separator();
    ScrollArea::vertical().max_height(320.0).show(ui, |ui| {
        for metric in lake.table().metrics() {
            // A metric named like something that every frame has is asked for with its prefix, as in filters.
            choose(ui, Some(&metric_name(&metric.name)), &metric.name);
        }
    });
}

/// The same order the other way round. The lake's own order has no column, and no need of one.
fn turned(sort: Option<&SortBy>) -> Option<SortBy> {
    match sort {
        None => Some(SortBy { column: "recording".to_owned(), descending: true }),
        Some(sort) if sort.column == "recording" && sort.descending => None,
        Some(sort) => Some(SortBy { column: sort.column.clone(), descending: !sort.descending }),
    }
}

fn name_of(column: &str) -> &str {
    match column {
        "frame_idx" => "frame number",
        "labels" => "labels",
        other => other,
    }
}
