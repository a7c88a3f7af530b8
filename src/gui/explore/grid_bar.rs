//! The bar above the grid: how many match, what is selected, what a tile is, order, size of tiles.

use std::time::Duration;

use egui::{Align, Frame, Layout, Margin, RichText, Slider, Ui, WidgetInfo, accesskit::Role};

use super::{object_menu, sort_menu, span_menu};
use crate::gui::{
    apply::TILE,
    command::{Action, Command},
    lake::Lake,
    state::State,
    theme::{self, STEP, colors},
    widgets::{
        Icon, bar, divider, icon_button, icon_toggle,
        text::{count, counted},
    },
};

/// What is typed into the menus of the bar and not yet asked for.
#[derive(Default)]
pub(super) struct Draft {
    /// The condition on objects.
    pub condition: String,
}

/// Width of an icon with the space beside it, px.
const TOOL: f32 = 32.0;
/// Width of what stands between and around all texts, px.
const AROUND: f32 = 36.0;
/// Width of the size of thumbnails, px. Where it does not fit, it is left to its keys.
const ZOOM: f32 = 64.0;
/// The same with a button on either side.
const WIDE_ZOOM: f32 = 152.0;
/// That another filter is shown than the one in the bar is told once the typing has paused this long, s.
const PATIENCE_S: f64 = 0.3;
/// Width that a selection with its buttons takes, px.
const SELECTION: f32 = 220.0;

pub(super) fn grid_bar_ui(ui: &mut Ui, state: &State, lake: &Lake, draft: &mut Draft, out: &mut Vec<Command>) {
    let colors = colors(ui);
    let frame = Frame::new().fill(colors.panel).inner_margin(Margin::symmetric(12, 0));
    ui.spacing_mut().item_spacing.y = 0.0;
    frame.show(ui, |ui| {
        // Counts, selection and tools stand in one row where they fit; otherwise each has a row of its own.
        let room = ui.available_width();
        let wide = |text: &str, font| ui.painter().layout_no_wrap(text.to_owned(), font, colors.text).size().x;
        let (shown, rest) = counts(lake);
        let numbers = wide(&shown, theme::numbers_medium(14.0)) + wide(&rest, theme::numbers(13.0));
        let texts = wide(&sort_menu::name(lake), theme::medium(12.5))
            + if lake.grid.objects { wide(&object_menu::name(lake), theme::medium(12.5)) + 28.0 } else { 0.0 };
        #[expect(clippy::cast_precision_loss, reason = "a few icons")]
        let tools = icons(lake) as f32 * TOOL + AROUND;
        let narrow = room < numbers + texts + tools;
        let selection = SELECTION + outside(lake).map_or(0.0, |told| wide(&told, theme::numbers(12.0)) + 2.0 * STEP);
        let beside = !lake.selected.is_empty() && room >= numbers + texts + tools + selection;
        let taken = texts + tools + if narrow { 0.0 } else { numbers } + if beside { selection } else { 0.0 };
        if narrow {
            bar(ui, 32.0, |ui| counts_ui(ui, lake));
        }
        bar(ui, 40.0, |ui| {
            if !narrow {
                counts_ui(ui, lake);
            }
            if beside {
                selection_ui(ui, lake, out);
            }
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                ui.spacing_mut().item_spacing.x = 4.0;
                if room >= taken + ZOOM {
                    zoom_ui(ui, state, lake, room >= taken + WIDE_ZOOM, out);
                }
                tools_ui(ui, state, lake, draft, (room >= texts + tools, out));
            });
        });
        if !lake.selected.is_empty() && !beside {
            bar(ui, 32.0, |ui| selection_ui(ui, lake, out));
        }
        instead_ui(ui, lake, out);
    });
    divider(ui);
}

/// Whether frames are grouped into spans now.
fn grouped(lake: &Lake) -> bool {
    !lake.grid.objects && lake.grid.groups(lake.applied())
}

/// Icons of the tools, that of the order included.
fn icons(lake: &Lake) -> usize {
    3 + usize::from(!lake.grid.objects) + usize::from(grouped(lake))
}

fn tools_ui(ui: &mut Ui, state: &State, lake: &Lake, draft: &mut Draft, (with_texts, out): (bool, &mut Vec<Command>)) {
    let objects = lake.grid.objects;
    if !objects && icon_toggle(ui, Icon::Boxes, &Action::TileBoxes.tip(), state.persisted.tile_boxes).clicked() {
        out.push(Action::TileBoxes.into());
    }
    if icon_toggle(ui, Icon::Crop, &Action::Objects.tip(), objects).clicked() {
        out.push(Action::Objects.into());
    }
    if grouped(lake) {
        span_menu::span_menu_ui(ui, lake, out);
    }
    if icon_toggle(ui, Icon::Stack, &Action::GroupSpans.tip(), grouped(lake)).clicked() {
        out.push(Action::GroupSpans.into());
    }
    if objects {
        object_menu::object_menu_ui(ui, lake, draft, with_texts, out);
    }
    sort_menu::sort_ui(ui, lake, with_texts, out);
}

fn counts_ui(ui: &mut Ui, lake: &Lake) {
    let colors = colors(ui);
    let matching = lake.view.as_ref().map_or(0, |view| view.len() as u64);
    ui.spacing_mut().item_spacing.x = 5.0;
    let (shown, rest) = counts(lake);
    let tip = format!("{} of {} match the filter", count(matching), counted(lake.frames() as u64, "frame"));
    let number = ui.label(RichText::new(&shown).font(theme::numbers_medium(14.0)).color(colors.text));
    let spoken = if lake.view.is_some() { format!("{matching} frames match") } else { "Counting…".to_owned() };
    number.widget_info(|| WidgetInfo::labeled(Role::Status, true, &spoken));
    number.on_hover_text(&tip);
    let whole = format!("{shown} {rest}");
    let rest = ui.label(RichText::new(rest).font(theme::numbers(13.0)).color(colors.muted));
    if lake.grid.objects {
        rest.widget_info(|| WidgetInfo::labeled(Role::Status, true, &whole));
    }
    rest.on_hover_text(tip);
}

/// The number of what is shown, and what it is.
fn counts(lake: &Lake) -> (String, String) {
    let total = lake.frames() as u64;
    let pending = || ("…".to_owned(), "counting".to_owned());
    if lake.grid.objects {
        let Some(objects) = lake.shown_objects() else { return pending() };
        let (number, frames) = (objects.list.len() as u64, counted(objects.frames as u64, "frame"));
        return (count(number), format!("object{} on {frames}", if number == 1 { "" } else { "s" }));
    }
    let Some(view) = &lake.view else { return pending() };
    let matching = view.len() as u64;
    let frames = if matching == 1 { "frame" } else { "frames" };
    let rest = match &view.spans {
        Some(spans) => format!("{frames} in {}", counted(spans.len() as u64, "span")),
        None if matching == total => frames.to_owned(),
        None => format!("of {}", counted(total, "frame")),
    };
    (count(matching), rest)
}

/// Which filter the frames are of, while the one in the bar does not hold.
fn instead_ui(ui: &mut Ui, lake: &Lake, out: &mut Vec<Command>) {
    let Some((error, shown)) = lake.shown_instead() else { return };
    let waits = lake.filter_since + PATIENCE_S - ui.input(|input| input.time);
    if waits > 0.0 {
        // Not every letter of a filter that is still being typed is a mistake.
        ui.ctx().request_repaint_after(Duration::from_secs_f64(waits + 0.01));
        return;
    }
    let colors = colors(ui);
    let shown = if shown.is_empty() { "all frames" } else { shown };
    let (told, wrong) = (format!("Shown: {shown}"), format!("The filter in the bar does not hold: {error}"));
    bar(ui, 26.0, |ui| {
        let text = RichText::new(&told).font(theme::mono(12.0)).color(colors.warning);
        let button = egui::Button::new(text).frame_when_inactive(false).truncate();
        let button = ui.add(button).on_hover_text(format!("{wrong}. Press to mend it."));
        button.widget_info(|| WidgetInfo::labeled(Role::Button, true, format!("{told}. {wrong}")));
        if button.clicked() {
            out.push(Action::FocusQuery.into());
        }
    });
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
    if let Some(told) = outside(lake) {
        ui.add_space(STEP);
        let text = RichText::new(told).font(theme::numbers(12.0)).color(colors.warning);
        let tip = "They are selected and not shown, because the filter does not find them";
        ui.add(egui::Label::new(text).truncate()).on_hover_text(tip);
    }
}

/// How many of the selected frames the filter does not find, if there are any.
fn outside(lake: &Lake) -> Option<String> {
    let outside = lake.selected_outside();
    (outside > 0).then(|| format!("{} of them outside the filter", count(outside as u64)))
}

fn zoom_ui(ui: &mut Ui, state: &State, lake: &Lake, wide: bool, out: &mut Vec<Command>) {
    if wide && icon_button(ui, Icon::LargeTile, &Action::TilesLarger.tip()).clicked() {
        out.push(Action::TilesLarger.into());
    }
    let persisted = &state.persisted;
    let mut width = if lake.grid.objects { persisted.object_width } else { persisted.tile_width };
    ui.spacing_mut().slider_width = if wide { 72.0 } else { ZOOM - 8.0 };
    ui.spacing_mut().interact_size.y = 16.0;
    let slider =
        ui.add(Slider::new(&mut width, TILE).logarithmic(true).show_value(false)).accessible_name("Size of thumbnails");
    if slider.changed() {
        out.push(Command::SetTileWidth(width));
    }
    ui.spacing_mut().interact_size.y = theme::CONTROL;
    if wide && icon_button(ui, Icon::SmallTiles, &Action::TilesSmaller.tip()).clicked() {
        out.push(Action::TilesSmaller.into());
    }
}
