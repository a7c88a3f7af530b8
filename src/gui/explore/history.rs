//! The list of filters used lately, under the query bar.

use egui::{
    Area, Frame, Id, Key, Margin, Modifiers, Order, Rect, ScrollArea, Sense, Stroke, Ui, WidgetInfo, accesskit::Role,
    pos2, vec2,
};

use super::highlight;
use crate::gui::{
    lake::Lake,
    theme::{self, ROUND, colors},
};

/// Whether the list is open, and which filter Enter takes.
#[derive(Default)]
pub(super) struct History {
    open: bool,
    chosen: usize,
}

/// The filters used lately, without the present one.
pub(super) fn others(lake: &Lake) -> impl Iterator<Item = &String> {
    lake.filters.iter().filter(|filter| filter.as_str() != lake.filter.trim())
}

impl History {
    pub fn is_open(&self) -> bool {
        self.open
    }

    pub fn close(&mut self) {
        self.open = false;
    }

    /// Down opens the list; Up, Down, Enter and Esc go through it, before the text field sees them.
    pub fn keys(&mut self, ui: &Ui, lake: &Lake) -> Option<String> {
        let last = others(lake).count().checked_sub(1)?;
        if !self.open {
            self.open = ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::ArrowDown));
            self.chosen = 0;
            return None;
        }
        let (down, up, enter, escape) = ui.input_mut(|input| {
            (
                input.count_and_consume_key(Modifiers::NONE, Key::ArrowDown),
                input.count_and_consume_key(Modifiers::NONE, Key::ArrowUp),
                input.consume_key(Modifiers::NONE, Key::Enter),
                input.consume_key(Modifiers::NONE, Key::Escape),
            )
        });
        if escape || up > self.chosen + down {
            self.open = false;
            return None;
        }
        self.chosen = (self.chosen + down).saturating_sub(up).min(last);
        if !enter {
            return None;
        }
        self.open = false;
        others(lake).nth(self.chosen).cloned()
    }

    /// Draws the list below `bar`; a pressed filter is taken.
    pub fn ui(&mut self, ui: &Ui, bar: Rect, lake: &Lake) -> Option<String> {
        if !self.open {
            return None;
        }
        let colors = colors(ui);
        let mut taken = None;
        let place = bar.left_bottom() + vec2(0.0, 6.0);
        let area =
            Area::new(Id::unique("recent filters")).order(Order::Foreground).fixed_pos(place).show(ui.ctx(), |ui| {
                let frame = Frame::new()
                    .fill(colors.raised)
                    .stroke(Stroke::new(1.0, colors.outline))
                    .corner_radius(ROUND + 2)
                    .shadow(ui.visuals().popup_shadow)
                    .inner_margin(Margin::same(6));
                frame.show(ui, |ui| {
                    ui.set_width(bar.width().clamp(280.0, 680.0));
                    ui.spacing_mut().item_spacing.y = 0.0;
                    ScrollArea::vertical().max_height(312.0).auto_shrink([false, true]).show(ui, |ui| {
                        for (place, filter) in others(lake).enumerate() {
                            if entry_ui(ui, filter, place == self.chosen) {
                                taken = Some(filter.clone());
                            }
                        }
                    });
                });
            });
        let beside = |pointer| !area.response.rect.contains(pointer) && !bar.contains(pointer);
        let left = ui.input(|input| input.pointer.any_pressed() && input.pointer.interact_pos().is_some_and(beside));
        self.open &= taken.is_none() && !left;
        taken
    }
}

/// One filter; whether it was pressed.
pub(super) fn entry_ui(ui: &mut Ui, filter: &str, chosen: bool) -> bool {
    let colors = colors(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 26.0), Sense::click());
    let spoken = format!("Filter used lately: {filter}");
    response.widget_info(|| WidgetInfo::selected(Role::ListBoxOption, true, chosen, &spoken));
    if chosen {
        response.scroll_to_me(None);
    }
    if chosen || response.hovered() {
        ui.painter().rect_filled(rect, 4, if chosen { colors.accent_wash } else { colors.hover });
    }
    let mut job = highlight::layout(filter, &theme::mono(12.0), colors);
    job.wrap = egui::text::TextWrapping::truncate_at_width(rect.width() - 16.0);
    let galley = ui.painter().layout_job(job);
    let at = pos2(rect.left() + 8.0, rect.center().y - galley.size().y / 2.0);
    ui.painter().galley(at, galley, colors.text);
    response.on_hover_text(filter).clicked()
}
