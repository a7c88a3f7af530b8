//! The conditions of the filter as chips: each can be set aside and taken up again, or removed.

use egui::{
    FontId, Sense, Stroke, StrokeKind, Ui, WidgetInfo,
    accesskit::Role,
    pos2,
    text::{LayoutJob, TextWrapping},
    vec2,
};

use super::{
    facets::Panel,
    highlight::{self, Emphasis},
};
use crate::{
    filter::edit,
    gui::{
        command::Command,
        theme::{self, Colors, colors},
        widgets::{Icon, paint_icon},
    },
};

/// Height of a chip, px.
const HEIGHT: f32 = 22.0;

/// What was done with a chip.
enum Pressed {
    Switch,
    Remove,
}

/// Draws the conditions of the filter, then those that were set aside.
pub(super) fn chips_ui(ui: &mut Ui, panel: &Panel<'_>, out: &mut Vec<Command>) {
    ui.spacing_mut().item_spacing = vec2(4.0, 4.0);
    ui.spacing_mut().interact_size.y = 0.0;
    let lake = panel.lake;
    ui.horizontal_wrapped(|ui| {
        let parts = panel.written.as_ref().map(edit::conjuncts).unwrap_or_default();
        for (index, part) in parts.iter().enumerate() {
            match chip_ui(ui, &part.to_string(), !lake.off) {
                Some(Pressed::Switch) => out.push(Command::SetAside(index)),
                Some(Pressed::Remove) => Panel::ask(edit::remove_conjunct(&lake.filter, index), out),
                None => {}
            }
        }
        for (index, condition) in lake.aside.iter().enumerate() {
            match chip_ui(ui, condition, false) {
                Some(Pressed::Switch) => out.push(Command::TakeUp(index)),
                Some(Pressed::Remove) => out.push(Command::ForgetAside(index)),
                None => {}
            }
        }
    });
}

fn chip_ui(ui: &mut Ui, text: &str, on: bool) -> Option<Pressed> {
    let colors = colors(ui);
    let job = laid_out(text, colors, on, ui.max_rect().width() - 40.0);
    let galley = ui.painter().layout_job(job);
    let (rect, _) = ui.allocate_exact_size(vec2(galley.size().x + 32.0, HEIGHT), Sense::hover());
    let (body, end) = rect.split_left_right_at_x(rect.right() - 22.0);
    let id = ui.next_auto_id().with(text);
    ui.skip_ahead_auto_ids(1);
    let switch = ui.interact(body, id.with("switch"), Sense::click());
    let remove = ui.interact(end, id.with("remove"), Sense::click());
    switch.widget_info(|| WidgetInfo::selected(Role::Switch, true, on, format!("Condition {text}")));
    remove.widget_info(|| WidgetInfo::labeled(Role::Button, true, format!("Remove condition {text}")));
    let pointed = switch.hovered() || switch.has_focus();
    let edge = if pointed { colors.accent } else { colors.outline };
    let fill = if on { colors.control } else { colors.panel };
    ui.painter().rect(rect, 11, fill, Stroke::new(1.0, edge), StrokeKind::Inside);
    let at = pos2(rect.left() + 10.0, rect.center().y - galley.size().y / 2.0);
    ui.painter().galley(at, galley, colors.text);
    let cross = egui::Rect::from_center_size(pos2(rect.right() - 12.0, rect.center().y), vec2(10.0, 10.0));
    let ink = if remove.hovered() || remove.has_focus() { colors.text } else { colors.muted };
    paint_icon(ui.painter(), cross, Icon::Close, ink);
    let tip = if on { "Press to set it aside" } else { "Not applied now; press to apply it" };
    let switched = switch.on_hover_text(format!("{text}\n{tip}")).clicked();
    let removed = remove.on_hover_text("Remove this condition").clicked();
    match (switched, removed) {
        (_, true) => Some(Pressed::Remove),
        (true, _) => Some(Pressed::Switch),
        _ => None,
    }
}

fn laid_out(text: &str, colors: &Colors, on: bool, width: f32) -> LayoutJob {
    let font: FontId = theme::mono(11.5);
    let mut job = highlight::layout_with(text, &font, colors, &Emphasis { off: !on, ..Emphasis::default() });
    job.wrap = TextWrapping::truncate_at_width(width.max(40.0));
    job
}
