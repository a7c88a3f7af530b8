//! One metric of two sets: histograms over the same bins, and what the values come to.

use egui::{Pos2, Rect, RichText, Sense, Stroke, Ui, WidgetInfo, accesskit::Role, pos2, vec2};

use super::compare::side_color;
use crate::{
    gui::{
        theme::{self, STEP, colors},
        widgets::text::{count, number, unit_text},
    },
    session::{Bins, MetricCompared, ValueCompared},
};

/// Height of the histograms, px.
const TALL: f32 = 56.0;

/// Draws one metric.
pub(super) fn metric_ui(ui: &mut Ui, metric: &MetricCompared) {
    let colors = colors(ui);
    ui.add_space(STEP / 2.0);
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        ui.label(RichText::new(&metric.name).font(theme::medium(13.0)).color(colors.text));
        if let Some(unit) = unit_text(metric.unit.as_deref()) {
            ui.label(RichText::new(unit).size(12.0).color(colors.muted));
        }
    });
    if let Some(bins) = &metric.histogram {
        bins_ui(ui, &metric.name, bins);
    }
    if !metric.values.is_empty() {
        values_ui(ui, metric);
    } else if metric.distinct > 0 {
        let told = format!("{} different values", count(metric.distinct));
        ui.label(RichText::new(told).font(theme::numbers(12.0)).color(colors.muted));
    }
    let small = |text: String| RichText::new(text).font(theme::numbers(12.0)).color(colors.muted);
    let shown = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), number);
    let signed = |value: Option<f64>| match value {
        Some(value) if value > 0.0 => format!("+{}", number(value)),
        value => shown(value),
    };
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = STEP * 2.0;
        let (a, b) = (&metric.a, &metric.b);
        if a.mean.is_some() || b.mean.is_some() {
            let difference = signed(metric.mean_difference);
            ui.label(small(format!("mean {} · {} ({difference})", shown(a.mean), shown(b.mean))));
            let difference = signed(metric.median_difference);
            ui.label(small(format!("median {} · {} ({difference})", shown(a.median), shown(b.median))));
        }
        ui.label(small(format!("missing {} · {}", count(a.missing), count(b.missing))));
    });
    ui.add_space(STEP / 2.0);
}

/// Both histograms, each as shares of its own frames, so that a small set can be seen beside a large one.
#[expect(clippy::cast_precision_loss, reason = "heights of bars")]
fn bins_ui(ui: &mut Ui, name: &str, bins: &Bins) {
    let colors = colors(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), TALL), Sense::hover());
    let spoken = format!("Histograms of {name}");
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, &spoken));
    let share = |counts: &[u64]| -> Vec<f32> {
        let all = counts.iter().sum::<u64>().max(1) as f32;
        counts.iter().map(|count| *count as f32 / all).collect()
    };
    let sides = [share(&bins.a), share(&bins.b)];
    let most = sides.iter().flatten().copied().fold(f32::MIN_POSITIVE, f32::max);
    let width = rect.width() / bins.a.len().max(1) as f32;
    let edge = |at: usize, part: f32| pos2(rect.left() + width * at as f32, rect.bottom() - part / most * (TALL - 4.0));
    for (side, shares) in sides.iter().enumerate() {
        let ink = side_color(ui, side == 0);
        let mut outline: Vec<Pos2> = Vec::with_capacity(shares.len() * 2);
        for (at, part) in shares.iter().enumerate() {
            let (left, right) = (edge(at, *part), edge(at + 1, *part));
            if *part > 0.0 {
                let bar = Rect::from_min_max(left, pos2(right.x, rect.bottom()));
                ui.painter().rect_filled(bar, 0, ink.gamma_multiply(0.22));
            }
            outline.extend([left, right]);
        }
        ui.painter().line(outline, Stroke::new(1.5, ink));
    }
    ui.painter().hline(rect.x_range(), rect.bottom(), Stroke::new(1.0, colors.outline));
    if let Some(pointer) = response.hover_pos() {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "inside of the rectangle")]
        let at = (((pointer.x - rect.left()) / width).max(0.0) as usize).min(bins.a.len().saturating_sub(1));
        let step = (bins.high - bins.low) / bins.a.len().max(1) as f64;
        let (from, to) = (bins.low + step * at as f64, bins.low + step * (at + 1) as f64);
        let told = format!(
            "{} to {}\nA: {}\nB: {}",
            number(from),
            number(to),
            count(bins.a.get(at).copied().unwrap_or(0)),
            count(bins.b.get(at).copied().unwrap_or(0))
        );
        response.on_hover_text_at_pointer(told);
    }
    let ends = pos2(rect.left(), rect.bottom() + 2.0);
    let font = theme::numbers(11.0);
    ui.painter().text(ends, egui::Align2::LEFT_TOP, number(bins.low), font.clone(), colors.muted);
    let ends = pos2(rect.right(), rect.bottom() + 2.0);
    ui.painter().text(ends, egui::Align2::RIGHT_TOP, number(bins.high), font, colors.muted);
    ui.add_space(16.0);
}

/// Words and truths: a pair of bars each, as shares of the frames with a value.
#[expect(clippy::cast_precision_loss, reason = "lengths of bars")]
fn values_ui(ui: &mut Ui, metric: &MetricCompared) {
    let colors = colors(ui);
    let all = [metric.a.values.max(1) as f32, metric.b.values.max(1) as f32];
    for ValueCompared { value, a, b } in &metric.values {
        let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 20.0), Sense::hover());
        let name = (rect.width() * 0.3).clamp(60.0, 180.0);
        let left = pos2(rect.left(), rect.center().y);
        crate::gui::widgets::elided(
            ui.painter(),
            left,
            value,
            egui::FontId::proportional(12.5),
            colors.text,
            name - 8.0,
        );
        let numbers = format!("{} · {}", count(*a), count(*b));
        let right = pos2(rect.right(), rect.center().y);
        let drawn = ui.painter().text(right, egui::Align2::RIGHT_CENTER, numbers, theme::numbers(12.0), colors.muted);
        let room = (drawn.left() - 8.0 - rect.left() - name).max(0.0);
        for (side, (number, all)) in [*a, *b].into_iter().zip(all).enumerate() {
            let top = rect.top() + 3.0 + 7.0 * side as f32;
            let bar = Rect::from_min_size(pos2(rect.left() + name, top), vec2(room * number as f32 / all, 6.0));
            ui.painter().rect_filled(bar, 1, side_color(ui, side == 0));
        }
        response.on_hover_text(format!("{value}\nA: {}\nB: {}", count(*a), count(*b)));
    }
}
