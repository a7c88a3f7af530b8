//! Messages in the lower right corner. They go by themselves once there was time to read them, and can be read again from
//! the bar below.

use std::time::Duration;

use egui::{Align, Align2, Area, Context, Frame, Id, Label, Layout, Margin, Order, RichText, Stroke, vec2};

use crate::gui::{
    command::Command,
    state::{Notice, State},
    theme::{CONTROL, STEP, colors},
    widgets::{Icon, icon_button, paint_icon, plain_button},
};

/// How long a message stays: bad news longer than good, something to press longer than something to read, and each longer the
/// more there is to read.
fn stay(notice: &Notice) -> Duration {
    let base = match (notice.failed, notice.folder.is_some() || notice.way.is_some()) {
        (true, _) => 15_000,
        (false, true) => 12_000,
        (false, false) => 3_500,
    };
    Duration::from_millis(base + 45 * notice.text.chars().take(400).count() as u64)
}

/// Draws the messages.
pub fn notices_ui(ctx: &Context, state: &State, out: &mut Vec<Command>) {
    if state.transient.notices.is_empty() {
        return;
    }
    let area =
        Area::new(Id::unique("notices")).order(Order::Foreground).anchor(Align2::RIGHT_BOTTOM, vec2(-16.0, -44.0));
    // Under the pointer they stay: someone reads, or is about to press.
    let held = ctx.memory(|memory| memory.area_rect(Id::unique("notices"))).is_some_and(|area| {
        ctx.input(|input| input.pointer.latest_pos()).is_some_and(|pointer| area.contains(pointer))
    });
    area.show(ctx, |ui| {
        let colors = colors(ui);
        ui.set_max_width(420.0);
        for notice in &state.transient.notices {
            if held {
                ui.ctx().request_repaint_after(Duration::from_millis(500));
            } else {
                match stay(notice).checked_sub(notice.since.elapsed()) {
                    Some(left) => ui.ctx().request_repaint_after(left),
                    None => out.push(Command::DismissNotice(notice.id)),
                }
            }
            let (icon, ink) = if notice.failed { (Icon::Warning, colors.error) } else { (Icon::Check, colors.success) };
            let card = Frame::new()
                .fill(colors.raised)
                .stroke(Stroke::new(1.0, colors.outline))
                .corner_radius(8)
                .shadow(ui.visuals().popup_shadow)
                .inner_margin(Margin { left: 14, right: 8, top: 8, bottom: 8 });
            card.show(ui, |ui| {
                // A row is as high as what is in it; a layout of its own would take all the height there is.
                ui.horizontal(|ui| {
                    ui.set_width(396.0);
                    let (rect, _) = ui.allocate_exact_size(vec2(16.0, 16.0), egui::Sense::hover());
                    paint_icon(ui.painter(), rect, icon, ink);
                    let buttons = match (&notice.folder, &notice.way) {
                        (Some(_), _) => 148.0,
                        (None, Some(way)) if way.name.len() > 5 => 148.0,
                        (None, Some(_)) => 104.0,
                        (None, None) => 40.0,
                    };
                    let width = ui.available_width() - buttons;
                    let font = egui::TextStyle::Body.resolve(ui.style());
                    let tall = ui.painter().layout(notice.text.clone(), font, colors.text, width).size().y;
                    ui.vertical(|ui| {
                        ui.set_width(width);
                        // One line stands in the middle, beside the icon.
                        ui.spacing_mut().item_spacing.y = 0.0;
                        ui.add_space(((CONTROL - tall) / 2.0).max(0.0));
                        ui.add(Label::new(RichText::new(&notice.text).color(colors.text)).wrap());
                    });
                    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                        if icon_button(ui, Icon::Close, "Dismiss").clicked() {
                            out.push(Command::DismissNotice(notice.id));
                        }
                        if let Some(way) = &notice.way
                            && plain_button(ui, true, way.name)
                                .accessible_name(format!("{}: {}", way.name, notice.text))
                                .clicked()
                        {
                            out.push(way.command.clone());
                            out.push(Command::TakeWay(notice.id));
                        }
                        if let Some(folder) = &notice.folder
                            && plain_button(ui, true, "Open folder")
                                .on_hover_text(folder.display().to_string())
                                .clicked()
                        {
                            out.push(Command::OpenFolderOutside(folder.clone()));
                            out.push(Command::DismissNotice(notice.id));
                        }
                    });
                });
            });
            ui.add_space(STEP);
        }
    });
}
