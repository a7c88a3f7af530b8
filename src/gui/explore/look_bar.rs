//! How the values of a footage become colours: which of them are black and white, and whether blue is stored first.

use egui::{DragValue, Popup, PopupCloseBehavior, RichText, Ui, style::StyleModifier};

use crate::{
    gui::{
        command::{Action, Command},
        pictures::Picture,
        theme::{self, STEP, colors},
        widgets::{Icon, icon_toggle, quiet_button, text::number},
    },
    model::{Raster, Samples, ValueRange},
};

/// Numbers that are being edited.
#[derive(Debug, Clone, Copy)]
pub(super) struct RangeDraft {
    percentiles: (f64, f64),
    fixed: Option<(f64, f64)>,
}

impl Default for RangeDraft {
    fn default() -> Self {
        Self { percentiles: (1.0, 99.0), fixed: None }
    }
}

/// Draws what applies to this picture, from the right.
pub(super) fn look_ui(ui: &mut Ui, draft: &mut RangeDraft, picture: &Picture, out: &mut Vec<Command>) {
    let Some(raster) = &picture.raster else { return };
    if raster.channels >= 3 {
        let on = picture.look.swap_red_blue;
        if icon_toggle(ui, Icon::Swap, &Action::SwapRedBlue.tip(), on).clicked() {
            out.push(Action::SwapRedBlue.into());
        }
    }
    if !matches!(raster.samples, Samples::U8(_)) || picture.look.range != ValueRange::MinMax {
        range_ui(ui, draft, raster, picture.look.range, out);
    }
}

fn range_ui(ui: &mut Ui, draft: &mut RangeDraft, raster: &Raster, now: ValueRange, out: &mut Vec<Command>) {
    let colors = colors(ui);
    let name = name_of(now);
    let text = RichText::new(&name).font(theme::numbers_medium(12.0)).color(colors.muted);
    let button = quiet_button(ui, text)
        .accessible_name(format!("Value range: {name}"))
        .on_hover_text("Which stored values are shown black and white; remembered for this footage");
    match now {
        ValueRange::Percentile { low, high } if !button_open(&button) => draft.percentiles = (low, high),
        ValueRange::Fixed { low, high } if !button_open(&button) => draft.fixed = Some((low, high)),
        _ => {}
    }
    // Numbers to edit need the frames that entries of a menu go without.
    let popup = Popup::menu(&button).style(StyleModifier::default());
    popup.close_behavior(PopupCloseBehavior::CloseOnClickOutside).show(|ui| {
        ui.set_min_width(248.0);
        ui.spacing_mut().item_spacing.y = STEP / 2.0;
        ui.label(RichText::new("Black to white").font(theme::medium(11.5)).color(colors.muted));
        if ui.radio(now == ValueRange::MinMax, "Smallest to largest of the frame").clicked() {
            out.push(Command::SetRange(ValueRange::MinMax));
        }
        let (low, high) = draft.percentiles;
        let chosen = matches!(now, ValueRange::Percentile { .. });
        let mut set = ui.radio(chosen, "Percentiles of the frame").clicked();
        let names = ("Black below, percent", "White above, percent");
        set |= pair_ui(ui, names, " %", &mut draft.percentiles, 0.1, 0.0..=100.0)
            && (chosen || draft.percentiles != (low, high));
        if set {
            send(ValueRange::Percentile { low: draft.percentiles.0, high: draft.percentiles.1 }, out);
        }
        let chosen = matches!(now, ValueRange::Fixed { .. });
        // The first suggestion is what this frame holds.
        let fixed = draft.fixed.get_or_insert_with(|| ends(raster));
        let before = *fixed;
        let mut set = ui.radio(chosen, "Between two values, the same in every frame").clicked();
        let speed = ((fixed.1 - fixed.0).abs() / 400.0).max(1e-9);
        set |= pair_ui(ui, ("Black value", "White value"), "", fixed, speed, f64::MIN..=f64::MAX)
            && (chosen || *fixed != before);
        if set {
            send(ValueRange::Fixed { low: fixed.0, high: fixed.1 }, out);
        }
    });
}

fn button_open(button: &egui::Response) -> bool {
    Popup::is_id_open(&button.ctx, Popup::default_response_id(button))
}

/// Only what makes sense is sent; while one end is being typed past the other, nothing is.
fn send(range: ValueRange, out: &mut Vec<Command>) {
    if let Ok(range) = range.checked() {
        out.push(Command::SetRange(range));
    }
}

/// Two numbers to drag or type; true once an edit of one of them is finished.
fn pair_ui(
    ui: &mut Ui,
    names: (&str, &str),
    suffix: &str,
    pair: &mut (f64, f64),
    speed: f64,
    range: std::ops::RangeInclusive<f64>,
) -> bool {
    ui.horizontal(|ui| {
        ui.add_space(24.0);
        let mut done = false;
        for (name, value) in [(names.0, &mut pair.0), (names.1, &mut pair.1)] {
            let drag = DragValue::new(value)
                .speed(speed)
                .range(range.clone())
                .max_decimals(6)
                .suffix(suffix)
                .update_while_editing(false);
            let response = ui.add(drag).accessible_name(name).on_hover_text(name);
            done |= response.drag_stopped() || (response.changed() && !response.dragged());
        }
        done
    })
    .inner
}

fn name_of(range: ValueRange) -> String {
    match range {
        ValueRange::MinMax => "min–max".to_owned(),
        ValueRange::Percentile { low, high } => format!("{}–{} %", number(low), number(high)),
        ValueRange::Fixed { low, high } => format!("{}–{}", number(low), number(high)),
    }
}

/// The smallest and the largest finite value of every sixteenth row, which is near enough for a first suggestion.
fn ends(raster: &Raster) -> (f64, f64) {
    let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
    for y in (0..raster.height_px).step_by(16) {
        for x in (0..raster.width_px).step_by(4) {
            for value in raster.values_at(x, y).into_iter().filter(|value| value.is_finite()) {
                low = low.min(value);
                high = high.max(value);
            }
        }
    }
    if low < high { (low, high) } else { (0.0, 1.0) }
}
