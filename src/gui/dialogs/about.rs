//! What this program is.

use egui::{Align, Context, Layout, RichText, Sense, vec2};

use super::modal;
use crate::gui::{
    theme::{STEP, colors, title},
    widgets::{bar, paint_brand, primary_button},
};

pub(super) fn about_ui(ctx: &Context) -> bool {
    modal(ctx, "about", 420.0, |ui| {
        let colors = colors(ui);
        ui.horizontal(|ui| {
            let (mark, _) = ui.allocate_exact_size(vec2(48.0, 48.0), Sense::hover());
            paint_brand(ui, mark);
            ui.add_space(STEP);
            ui.vertical(|ui| {
                ui.spacing_mut().item_spacing.y = 2.0;
                ui.label(title("Lakescope"));
                ui.label(RichText::new(format!("Version {}", env!("CARGO_PKG_VERSION"))).color(colors.muted));
            });
        });
        ui.add_space(STEP);
        ui.label(env!("CARGO_PKG_DESCRIPTION").to_owned() + ".");
        let terms = "MIT or Apache-2.0, as you like. The typefaces Inter and JetBrains Mono are under the SIL Open Font License.";
        ui.label(RichText::new(terms).color(colors.muted));
        let mut keep = true;
        bar(ui, 36.0, |ui| {
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                keep = !primary_button(ui, true, "Close").clicked();
            });
        });
        keep
    })
}
