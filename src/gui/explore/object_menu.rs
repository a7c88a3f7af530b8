//! Which objects are tiles, and how much of their frame is cut out.

use egui::{DragValue, Popup, PopupCloseBehavior, Rect, RichText, ScrollArea, Ui, style::StyleModifier, vec2};

use super::{grid_bar::Draft, sort_menu::changed};
use crate::{
    filter::FrameColumns as _,
    gui::{
        command::Command,
        lake::Lake,
        theme::{self, STEP, colors},
        widgets::{Icon, MARK, field, icon_button, paint_class_mark, quiet_button, segmented},
    },
};

/// The choice in a few words.
pub(super) fn name(lake: &Lake) -> String {
    match lake.grid.query.classes.as_slice() {
        [] => "All classes".to_owned(),
        [class] => class.clone(),
        classes => format!("{} classes", classes.len()),
    }
}

/// Draws the button and, once it is pressed, the choices.
pub(super) fn object_menu_ui(ui: &mut Ui, lake: &Lake, draft: &mut Draft, with_text: bool, out: &mut Vec<Command>) {
    let colors = colors(ui);
    let narrowed = !lake.grid.query.condition.trim().is_empty();
    let button = if with_text {
        let text = if narrowed { format!("{} …", name(lake)) } else { name(lake) };
        let ink = if narrowed || !lake.grid.query.classes.is_empty() { colors.accent } else { colors.muted };
        quiet_button(ui, RichText::new(text).font(theme::medium(12.5)).color(ink)).accessible_name("Which objects")
    } else {
        icon_button(ui, Icon::Sliders, "Which objects")
    };
    if !Popup::is_id_open(&button.ctx, Popup::default_response_id(&button)) {
        draft.condition.clone_from(&lake.grid.query.condition);
    }
    let popup = Popup::menu(&button).style(StyleModifier::default());
    popup.close_behavior(PopupCloseBehavior::CloseOnClickOutside).show(|ui| {
        ui.set_min_width(264.0);
        ui.spacing_mut().item_spacing.y = STEP / 2.0;
        let heading = |ui: &mut Ui, text: &str| {
            ui.label(RichText::new(text).font(theme::medium(11.5)).color(colors.muted));
        };
        heading(ui, "Classes");
        classes_ui(ui, lake, out);
        ui.add_space(STEP / 2.0);
        heading(ui, "Only objects with");
        let edit = field(ui, &mut draft.condition, "Condition on objects", "score > 0.5 and h > 40", 248.0);
        if edit.lost_focus() && draft.condition != lake.grid.query.condition {
            out.push(changed(lake, |grid| grid.query.condition.clone_from(&draft.condition)));
        }
        if let Some(error) = lake.objects.error() {
            // The first line says only that there is a mistake, the second which.
            let told = error.lines().nth(1).or(error.lines().next()).unwrap_or_default();
            ui.add(egui::Label::new(RichText::new(told).color(colors.warning)).wrap());
        }
        ui.add_space(STEP / 2.0);
        heading(ui, "What is cut out");
        let cut = lake.grid.cut.0;
        if let Some(square) = segmented(ui, cut.square, &[(false, "The box"), (true, "A square")]) {
            out.push(changed(lake, |grid| grid.cut.0.square = square));
        }
        ui.horizontal(|ui| {
            let mut margin = cut.margin_percent;
            let drag = DragValue::new(&mut margin).range(0..=100).suffix(" %");
            if ui.add(drag).accessible_name("Margin around the box, percent").changed() {
                out.push(changed(lake, |grid| grid.cut.0.margin_percent = margin));
            }
            ui.label(RichText::new("more on each side").color(colors.muted));
        });
    });
}

fn classes_ui(ui: &mut Ui, lake: &Lake, out: &mut Vec<Command>) {
    let chosen = &lake.grid.query.classes;
    if ui.radio(chosen.is_empty(), "All classes").clicked() {
        out.push(changed(lake, |grid| grid.query.classes.clear()));
    }
    ScrollArea::vertical().max_height(220.0).show(ui, |ui| {
        for class in lake.table().classes() {
            let mut on = chosen.contains(class);
            let response = ui.checkbox(&mut on, format!("    {class}")).accessible_name(format!("Objects: {class}"));
            // A swatch between the tick and the name, in the colour of the boxes.
            let center = response.rect.left_center() + vec2(30.0, 0.0);
            let mark = Rect::from_center_size(center, vec2(MARK, MARK));
            paint_class_mark(ui.painter(), colors(ui), mark, class, true);
            if response.changed() {
                out.push(changed(lake, |grid| {
                    grid.query.classes.retain(|known| known != class);
                    if on {
                        grid.query.classes.push(class.clone());
                    }
                }));
            }
        }
    });
}
