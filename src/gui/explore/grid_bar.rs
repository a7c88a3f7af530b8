//! The bar above the grid: how many match, what is selected, order, size of tiles.

use egui::{
    Align, Frame, Layout, Margin, Popup, RichText, ScrollArea, Slider, Ui, WidgetInfo, accesskit::Role,
    style::StyleModifier,
};

use crate::{
    filter::FrameColumns as _,
    gui::{
        apply::TILE,
        command::{Action, Command},
        lake::Lake,
        state::{SortBy, State},
        theme::{self, STEP, colors},
        widgets::{Icon, bar, divider, icon_button, icon_toggle, quiet_button, text::count},
    },
};

pub(super) fn grid_bar_ui(ui: &mut Ui, state: &State, lake: &Lake, out: &mut Vec<Command>) {
    let colors = colors(ui);
    let frame = Frame::new().fill(colors.panel).inner_margin(Margin::symmetric(12, 0));
    ui.spacing_mut().item_spacing.y = 0.0;
    frame.show(ui, |ui| {
        // Counts, selection and tools stand in one row where they fit; otherwise the selection has a row of its own.
        let room = ui.available_width();
        let fits = room >= ONE_ROW;
        let wide = |text: &str, font| ui.painter().layout_no_wrap(text.to_owned(), font, colors.text).size().x;
        let (shown, rest) = counts(lake);
        let least = wide(&shown, theme::numbers_medium(14.0))
            + wide(&rest, theme::numbers(13.0))
            + wide(&sort_name(lake), theme::medium(12.5))
            + TOOLS;
        let narrow = room < least;
        let with_zoom = room >= least + ZOOM;
        if narrow {
            bar(ui, 32.0, |ui| counts_ui(ui, lake));
        }
        bar(ui, 40.0, |ui| {
            if !narrow {
                counts_ui(ui, lake);
            }
            if !lake.selected.is_empty() && fits {
                selection_ui(ui, lake, out);
            }
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                ui.spacing_mut().item_spacing.x = 4.0;
                if with_zoom || (narrow && room >= ZOOM + NARROW) {
                    zoom_ui(ui, state, out);
                }
                if icon_toggle(ui, Icon::Boxes, &Action::TileBoxes.tip(), state.persisted.tile_boxes).clicked() {
                    out.push(Action::TileBoxes.into());
                }
                sort_ui(ui, lake, out);
            });
        });
        if !lake.selected.is_empty() && !fits {
            bar(ui, 32.0, |ui| selection_ui(ui, lake, out));
        }
    });
    divider(ui);
}

/// Width of the order switch, the switch for labels, and of what stands between and around all texts, px.
const TOOLS: f32 = 108.0;
/// Width of the size of thumbnails with its buttons, px. Where it does not fit, it is left to its keys.
const ZOOM: f32 = 152.0;
/// Width of order and switches with the longest name of an order that is common, px.
const NARROW: f32 = 220.0;
/// Width in which counts of seven digits, the selection with its buttons, and the tools stand beside each other, px.
const ONE_ROW: f32 = 760.0;

fn counts_ui(ui: &mut Ui, lake: &Lake) {
    let colors = colors(ui);
    let matching = lake.view.as_ref().map(|view| view.len() as u64);
    ui.spacing_mut().item_spacing.x = 5.0;
    let (shown, rest) = counts(lake);
    let number = ui.label(RichText::new(shown).font(theme::numbers_medium(14.0)).color(colors.text));
    number.widget_info(|| WidgetInfo::labeled(Role::Status, true, format!("{} frames match", matching.unwrap_or(0))));
    ui.label(RichText::new(rest).font(theme::numbers(13.0)).color(colors.muted));
}

/// How many match, and of how many.
fn counts(lake: &Lake) -> (String, String) {
    let total = lake.frames() as u64;
    let matching = lake.view.as_ref().map(|view| view.len() as u64);
    let rest = if matching == Some(total) { "frames".to_owned() } else { format!("of {} frames", count(total)) };
    (matching.map_or_else(|| "…".to_owned(), count), rest)
}

fn sort_name(lake: &Lake) -> String {
    format!("Sort: {}", lake.sort.as_ref().map_or("recording", |sort| name_of(&sort.column)))
}

fn selection_ui(ui: &mut Ui, lake: &Lake, out: &mut Vec<Command>) {
    let colors = colors(ui);
    ui.add_space(STEP);
    let text = format!("{} selected", count(lake.selected.count() as u64));
    ui.label(RichText::new(text).font(theme::numbers_medium(13.0)).color(colors.accent));
    ui.spacing_mut().item_spacing.x = 0.0;
    if icon_button(ui, Icon::Bookmark, &Action::SaveSelection.tip()).clicked() {
        out.push(Action::SaveSelection.into());
    }
    if icon_button(ui, Icon::Export, &Action::Export.tip()).clicked() {
        out.push(Action::Export.into());
    }
    if icon_button(ui, Icon::Close, &Action::SelectNone.tip()).clicked() {
        out.push(Action::SelectNone.into());
    }
}

fn zoom_ui(ui: &mut Ui, state: &State, out: &mut Vec<Command>) {
    if icon_button(ui, Icon::LargeTile, &Action::TilesLarger.tip()).clicked() {
        out.push(Action::TilesLarger.into());
    }
    let mut width = state.persisted.tile_width;
    ui.spacing_mut().slider_width = 72.0;
    ui.spacing_mut().interact_size.y = 16.0;
    let slider =
        ui.add(Slider::new(&mut width, TILE).logarithmic(true).show_value(false)).accessible_name("Size of thumbnails");
    if slider.changed() {
        out.push(Command::SetTileWidth(width));
    }
    ui.spacing_mut().interact_size.y = theme::CONTROL;
    if icon_button(ui, Icon::SmallTiles, &Action::TilesSmaller.tip()).clicked() {
        out.push(Action::TilesSmaller.into());
    }
}

fn sort_ui(ui: &mut Ui, lake: &Lake, out: &mut Vec<Command>) {
    let colors = colors(ui);
    let sort = lake.sort.as_ref();
    let descending = sort.is_some_and(|sort| sort.descending);
    let (icon, name) = if descending { (Icon::Descending, "Descending") } else { (Icon::Ascending, "Ascending") };
    if icon_button(ui, icon, &format!("Order: {name}")).clicked() {
        out.push(Command::SetSort(turned(sort)));
    }
    let button = quiet_button(ui, RichText::new(sort_name(lake)).font(theme::medium(12.5)).color(colors.muted))
        .accessible_name("Sort");
    Popup::menu(&button).style(StyleModifier::default()).show(|ui| {
        ui.set_min_width(200.0);
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
                choose(ui, Some(&metric.name), &metric.name);
            }
        });
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
