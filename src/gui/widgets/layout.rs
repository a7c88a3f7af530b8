//! Bars, dividers and text fields on the grid.

use egui::{
    Align, Color32, FontId, Layout, Painter, Pos2, Response, Sense, Stroke, TextEdit, Ui, text::LayoutJob, vec2,
};

use crate::gui::theme::{self, CONTROL, colors};

/// A row of controls, centred on one line, `height` high.
pub fn bar<R>(ui: &mut Ui, height: f32, contents: impl FnOnce(&mut Ui) -> R) -> R {
    let size = vec2(ui.available_width(), height);
    ui.allocate_ui_with_layout(size, Layout::left_to_right(Align::Center), |ui| {
        ui.set_min_height(height);
        contents(ui)
    })
    .inner
}

/// A row of controls in the middle of the width, however wide they are. `name` tells it from other rows there.
pub fn centred<R>(ui: &mut Ui, name: &str, contents: impl FnOnce(&mut Ui) -> R) -> R {
    let id = ui.scope_id().with(("centred", name));
    let before = ui.data(|data| data.get_temp::<f32>(id));
    let room = ui.available_width();
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = theme::STEP;
        let margin = (room - before.unwrap_or(room)).max(0.0) / 2.0;
        // A space of nothing would still be followed by a gap.
        ui.add_space(margin);
        let inner = ui.scope(|ui| ui.horizontal(contents).inner);
        let width = inner.response.rect.width();
        if before.is_none_or(|before| (before - width).abs() > 0.5) {
            ui.data_mut(|data| data.insert_temp(id, width));
            // How wide they are is known only now.
            ui.ctx().request_discard("a row is centred");
        }
        inner.inner
    })
    .inner
}

/// A thin line across, without space of its own.
pub fn divider(ui: &mut Ui) {
    let colors = colors(ui);
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 1.0), Sense::hover());
    ui.painter().hline(rect.x_range(), rect.center().y, Stroke::new(1.0, colors.line));
}

/// A line of text to fill in; `name` is what assistive technology reads.
pub fn field(ui: &mut Ui, text: &mut String, name: &str, hint: &str, width: f32) -> Response {
    let edit = TextEdit::singleline(text)
        .hint_text(hint)
        .desired_width(width)
        .min_size(vec2(0.0, CONTROL))
        .align(egui::Align2::LEFT_CENTER);
    ui.add(edit).accessible_name(name)
}

/// Column heads of a table: text and width of each, the text muted and small.
pub fn rows_table_header(ui: &mut Ui, columns: &[(&str, f32, Align)]) {
    let colors = colors(ui);
    bar(ui, CONTROL, |ui| {
        ui.spacing_mut().item_spacing.x = 0.0;
        for (name, width, align) in columns {
            let layout = if *align == Align::Max {
                Layout::right_to_left(Align::Center)
            } else {
                Layout::left_to_right(Align::Center)
            };
            ui.allocate_ui_with_layout(vec2(*width, CONTROL), layout, |ui| {
                ui.set_min_width(*width);
                ui.label(egui::RichText::new(*name).font(theme::medium(11.5)).color(colors.muted));
            });
        }
    });
}

/// Draws one line of text as [`elided`] does, but leaves out the middle, so that its end can be read.
pub fn middle_elided(painter: &Painter, left: Pos2, text: &str, font: &FontId, ink: Color32, width: f32) {
    let laid = |text: String| painter.layout_no_wrap(text, font.clone(), ink);
    let whole = laid(text.to_owned());
    let shown = if whole.size().x <= width {
        whole
    } else {
        let letters: Vec<char> = text.chars().collect();
        let cut = |keep: usize| {
            // The end tells more than the beginning.
            let head = keep / 3;
            let tail = letters.len() - (keep - head);
            letters[..head].iter().chain(['…'].iter()).chain(&letters[tail..]).collect::<String>()
        };
        // The most letters that fit, found by halving.
        let (mut fits, mut too_many) = (0, letters.len());
        while too_many - fits > 1 {
            let middle = fits.midpoint(too_many);
            if laid(cut(middle)).size().x <= width { fits = middle } else { too_many = middle }
        }
        laid(cut(fits))
    };
    painter.galley(left - vec2(0.0, shown.size().y / 2.0), shown, ink);
}

/// Draws one line of text that begins at `left` (centred on its height), cut with an ellipsis at `width`.
pub fn elided(painter: &Painter, left: Pos2, text: impl Into<String>, font: FontId, ink: Color32, width: f32) {
    if width < 8.0 {
        return;
    }
    let mut job = LayoutJob::simple_singleline(text.into(), font, ink);
    job.wrap = egui::text::TextWrapping::truncate_at_width(width);
    let galley = painter.layout_job(job);
    painter.galley(left - vec2(0.0, galley.size().y / 2.0), galley, ink);
}
