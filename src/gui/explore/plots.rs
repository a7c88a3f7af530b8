//! Sensor plots: raw samples of the recording, one plot per metric, all on one time axis with the frame's moment.

use egui::{
    Frame, Key, Margin, Popup, RichText, ScrollArea, Sense, Stroke, Ui, Vec2b, WidgetInfo, accesskit::Role, vec2,
};
use egui_plot::{AxisHints, GridMark, HPlacement, Line, Plot, PlotBounds, PlotPoints, VLine};

use super::{
    pyramid::Pyramid,
    ticks::{round_ticks, time_ticks},
};
use crate::{
    filter::{FrameColumns, MetricName},
    gui::{
        command::Command,
        fetch::Fetch,
        lake::Lake,
        theme::{self, colors},
        widgets::{
            Icon, empty_ui, icon_button, quiet_button,
            text::{clock, number, shortened, unit_text},
        },
        work::Workers,
    },
    jobs::Priority,
    model::MetricKind,
    session::FrameDetail,
};

/// Height of one plot, px.
const HEIGHT: f32 = 68.0;
/// Plots shown before someone chose.
const FIRST: usize = 4;
/// What people look for first, when the lake has it.
const LIKELY: [&str; 8] =
    ["speed", "steering_angle", "brake", "acceleration", "gas", "yaw_rate", "heading", "throttle"];

/// The metrics plotted until someone chooses.
#[must_use]
pub fn default_plots(metrics: &[MetricName]) -> Vec<String> {
    let numeric = || metrics.iter().filter(|metric| metric.kind != MetricKind::Text).map(|metric| metric.name.as_str());
    let mut chosen: Vec<&str> = LIKELY.into_iter().filter(|likely| numeric().any(|name| name == *likely)).collect();
    chosen.extend(numeric().filter(|name| !LIKELY.contains(name)));
    chosen.into_iter().take(FIRST).map(str::to_owned).collect()
}

type Asked = (u64, String, Vec<String>);

/// Samples of the recording, and the stretch of time that is shown.
#[derive(Default)]
pub(super) struct Plots {
    series: Fetch<Asked, Vec<Pyramid>>,
    /// Shown time, ns UTC; `None` shows the whole footage.
    shown: Option<(i64, i64)>,
    recording: String,
    search: String,
}

impl Plots {
    fn chosen(lake: &Lake) -> Vec<String> {
        lake.plots.clone().unwrap_or_else(|| default_plots(lake.table().metrics()))
    }

    /// The menu that chooses metrics.
    pub fn chooser_ui(&mut self, ui: &mut Ui, lake: &Lake, out: &mut Vec<Command>) {
        let colors = colors(ui);
        let button = quiet_button(ui, RichText::new("Metrics").font(theme::medium(12.5)).color(colors.muted))
            .accessible_name("Choose metrics");
        if self.shown.is_some() && icon_button(ui, Icon::Fit, "Show the whole recording").clicked() {
            self.shown = None;
        }
        let chosen = Self::chosen(lake);
        let menu = Popup::menu(&button).close_behavior(egui::PopupCloseBehavior::CloseOnClickOutside);
        menu.show(|ui| {
            ui.set_min_width(220.0);
            crate::gui::widgets::field(ui, &mut self.search, "Search metrics", "Search", 220.0);
            let wanted = self.search.to_lowercase();
            ScrollArea::vertical().max_height(320.0).show(ui, |ui| {
                for metric in lake.table().metrics().iter().filter(|metric| metric.kind != MetricKind::Text) {
                    if !metric.name.to_lowercase().contains(&wanted) {
                        continue;
                    }
                    let mut on = chosen.contains(&metric.name);
                    if ui.checkbox(&mut on, &metric.name).clicked() {
                        out.push(Command::TogglePlot(metric.name.clone()));
                    }
                }
            });
        });
    }

    /// Draws the plots over the space that is left.
    pub fn ui(
        &mut self,
        ui: &mut Ui,
        lake: &Lake,
        workers: &Workers,
        row: usize,
        detail: Option<&FrameDetail>,
        out: &mut Vec<Command>,
    ) {
        let (_, footage) = lake.footage(row);
        if self.recording != footage.recording {
            self.recording.clone_from(&footage.recording);
            self.shown = None;
        }
        let chosen = Self::chosen(lake);
        let key = (lake.table().generation(), footage.recording.clone(), chosen.clone());
        let (session, recording, metrics) = (lake.session.clone(), footage.recording.clone(), chosen.clone());
        self.series.request(key, &workers.ask, Priority::Visible, ui.ctx(), move |_| {
            let series = session.series(&recording, &metrics).map_err(|error| error.to_string())?;
            Ok(series.iter().filter_map(Pyramid::new).collect())
        });
        self.series.poll();
        if chosen.is_empty() {
            let (headline, body) = if lake.table().metrics().is_empty() {
                ("No sensor metrics", "No metric file was found in this lake.")
            } else {
                ("No metric is plotted", "Choose some under Metrics above.")
            };
            empty_ui(ui, Icon::Chart, headline, body, |_| {});
            return;
        }
        if let Some(error) = self.series.error() {
            empty_ui(ui, Icon::Warning, "The samples cannot be read", error, |_| {});
            return;
        }
        let current = self.series.key().is_some_and(|key| key.1 == self.recording);
        let Some(series) = self.series.value().filter(|_| current) else { return };
        if series.is_empty() && !self.series.is_pending() {
            empty_ui(ui, Icon::Chart, "No samples", "This recording has no sensor metrics.", |_| {});
            return;
        }
        let end = footage.first_row + footage.rows;
        let whole =
            (lake.time(footage.first_row), lake.time(end.saturating_sub(1)).max(lake.time(footage.first_row) + 1));
        let shown = self.shown.unwrap_or(whole);
        let view = View { lake, detail, whole, shown, zero: footage.started_at_ns, moment: lake.time(row) };
        let mut shown_after = self.shown;
        ScrollArea::vertical().id_salt("plots").auto_shrink(false).show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            Frame::new().inner_margin(Margin { left: 12, right: 12, top: 0, bottom: 8 }).show(ui, |ui| {
                let order = chosen.iter().filter_map(|name| series.iter().find(|pyramid| pyramid.name == *name));
                let order: Vec<&Pyramid> = order.collect();
                for (place, pyramid) in order.iter().enumerate() {
                    let last = place + 1 == order.len();
                    if let Some(changed) = view.plot_ui(ui, pyramid, place, last, out) {
                        shown_after = changed;
                    }
                }
                for missing in chosen.iter().filter(|name| !series.iter().any(|pyramid| pyramid.name == **name)) {
                    let muted = colors(ui).muted;
                    if !self.series.is_pending() {
                        ui.label(
                            RichText::new(format!("{missing}: not measured in this recording")).size(12.0).color(muted),
                        );
                    }
                }
            });
        });
        self.shown = shown_after;
    }
}

/// One look at a recording.
struct View<'a> {
    lake: &'a Lake,
    detail: Option<&'a FrameDetail>,
    whole: (i64, i64),
    shown: (i64, i64),
    /// The zero of the time axis, ns UTC.
    zero: i64,
    /// The frame's time, ns UTC.
    moment: i64,
}

impl View<'_> {
    /// Draws one plot. Returns the new stretch of time when a person changed it.
    #[expect(clippy::option_option, reason = "the inner None is the whole footage")]
    fn plot_ui(
        &self,
        ui: &mut Ui,
        pyramid: &Pyramid,
        place: usize,
        last: bool,
        out: &mut Vec<Command>,
    ) -> Option<Option<(i64, i64)>> {
        let colors = colors(ui);
        let ink = colors.plot[place % colors.plot.len()];
        self.head_ui(ui, pyramid, ink);
        let (from, to) = self.shown;
        let width = ui.available_width().max(40.0);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a positive width")]
        let lines = pyramid.lines(from, to, width as usize);
        let (low, high) = pyramid.extremes(from, to).unwrap_or((0.0, 1.0));
        let margin = if high > low { (high - low) * 0.1 } else { high.abs().max(1.0) * 0.1 };
        let bounds = PlotBounds::from_min_max([self.seconds(from), low - margin], [self.seconds(to), high + margin]);
        let height = HEIGHT + if last { 20.0 } else { 0.0 };
        let faint = colors.muted;
        let x_axis = AxisHints::new_x()
            .label_spacing(20.0..=30.0)
            .formatter(|mark: GridMark, _: &_| seconds_text(mark.value))
            .tick_label_color(faint)
            .tick_label_font(theme::numbers(11.0));
        let y_axis = AxisHints::new_y()
            .formatter(tick_text)
            .min_thickness(44.0)
            .placement(HPlacement::Left)
            .tick_label_color(faint)
            .label_spacing(4.0..=8.0)
            .tick_label_font(theme::numbers(11.0));
        let plot = Plot::new(("plot", &pyramid.name))
            .height(height)
            .show_axes(Vec2b::new(last, true))
            .custom_x_axes(vec![x_axis])
            .custom_y_axes(vec![y_axis])
            .x_grid_spacer(move |input| time_ticks(&input, (f64::from(width) / 90.0).max(2.0)))
            .y_grid_spacer(|input| round_ticks(&input, 3.0))
            .grid_fade(0.0)
            .show_background(false)
            .grid_color(colors.line)
            .show_x(false)
            .show_y(false)
            .show_crosshair(false)
            .allow_zoom(false)
            .allow_scroll(false)
            .allow_drag(false)
            .allow_boxed_zoom(false)
            .allow_axis_zoom_drag(false)
            .allow_double_click_reset(false)
            .sense(Sense::click_and_drag());
        let response = plot.show(ui, |plot| {
            plot.set_plot_bounds(bounds);
            for line in lines {
                let points: Vec<[f64; 2]> = line.iter().map(|(time, value)| [self.seconds(*time), *value]).collect();
                let line =
                    Line::new(pyramid.name.clone(), PlotPoints::from(points)).color(ink).width(1.4).allow_hover(false);
                plot.line(line);
            }
            plot.vline(
                VLine::new("frame", self.seconds(self.moment)).stroke(Stroke::new(1.2, colors.text)).allow_hover(false),
            );
        });
        let spoken = format!("Plot of {}", pyramid.name);
        response.response.widget_info(|| WidgetInfo::labeled(Role::Image, true, &spoken));
        self.interact(ui, &response.response, &response.transform, out)
    }

    /// Name, unit, and the value at the frame.
    fn head_ui(&self, ui: &mut Ui, pyramid: &Pyramid, ink: egui::Color32) {
        let colors = colors(ui);
        let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 20.0), Sense::hover());
        let metric = self.lake.table().metrics().iter().find(|metric| metric.name == pyramid.name);
        let unit = unit_text(metric.and_then(|metric| metric.unit.as_deref())).unwrap_or_default();
        let painter = ui.painter();
        let mark = egui::Rect::from_center_size(egui::pos2(rect.left() + 5.0, rect.center().y), vec2(10.0, 3.0));
        painter.rect_filled(mark, 1, ink);
        let at = egui::pos2(rect.left() + 16.0, rect.center().y);
        painter.text(at, egui::Align2::LEFT_CENTER, &pyramid.name, theme::medium(12.0), colors.text);
        let value = self
            .detail
            .and_then(|detail| detail.values.iter().find(|(metric, _)| metric.name == pyramid.name))
            .and_then(|(_, value)| value.as_deref());
        let text = match value {
            Some(value) => format!("{} {unit}", shortened(value)),
            None if pyramid.has_values() => "no value at this frame".to_owned(),
            None => "no values in this recording".to_owned(),
        };
        let ink = if value.is_some() { colors.text } else { colors.muted };
        let at = rect.right_center();
        painter.text(at, egui::Align2::RIGHT_CENTER, text.trim(), theme::numbers_medium(12.0), ink);
    }

    /// Click goes there, drag moves, wheel zooms, Ctrl+drag zooms into a stretch, double-click shows all.
    #[expect(
        clippy::option_option,
        clippy::cast_possible_truncation,
        reason = "the inner None is the whole footage; times on screen"
    )]
    fn interact(
        &self,
        ui: &Ui,
        response: &egui::Response,
        transform: &egui_plot::PlotTransform,
        out: &mut Vec<Command>,
    ) -> Option<Option<(i64, i64)>> {
        let colors = colors(ui);
        let time_at = |x: f32| self.zero + (transform.value_from_position(egui::pos2(x, 0.0)).x * 1e9) as i64;
        let (from, to) = self.shown;
        if response.double_clicked() {
            return Some(None);
        }
        if response.clicked()
            && let Some(pointer) = response.interact_pointer_pos()
        {
            out.push(Command::Seek(time_at(pointer.x)));
        }
        let hover = response.hover_pos();
        if let Some(pointer) = hover {
            let frame = transform.frame();
            ui.painter().with_clip_rect(*frame).vline(pointer.x, frame.y_range(), Stroke::new(1.0, colors.muted));
            let text = clock(time_at(pointer.x) - self.zero);
            let at = egui::pos2(pointer.x + 6.0, frame.top() + 2.0);
            ui.painter().with_clip_rect(*frame).text(
                at,
                egui::Align2::LEFT_TOP,
                text,
                theme::numbers(11.0),
                colors.muted,
            );
            let wheel = ui.input(|input| input.smooth_scroll_delta().y + input.smooth_scroll_delta().x);
            let pinch = ui.input(egui::InputState::zoom_delta);
            let factor = f64::from((wheel * 0.004).exp() * pinch);
            if (factor - 1.0).abs() > 1e-4 && !ui.input(|input| input.key_down(Key::Space)) {
                ui.input_mut(|input| input.smooth_scroll_delta = egui::Vec2::ZERO);
                let center = time_at(pointer.x);
                #[expect(clippy::cast_precision_loss, reason = "times within a recording")]
                let scaled = |end: i64| center + ((end - center) as f64 / factor) as i64;
                return Some(self.within(scaled(from), scaled(to)));
            }
        }
        let boxed = ui.input(|input| input.modifiers.command);
        if response.dragged() && !boxed {
            let moved = time_at(0.0) - time_at(response.drag_delta().x);
            return Some(self.within(from + moved, to + moved));
        }
        if boxed
            && let (Some(start), Some(now)) =
                (ui.input(|input| input.pointer.press_origin()), response.interact_pointer_pos())
        {
            let frame = transform.frame();
            let chosen = egui::Rect::from_x_y_ranges(start.x.min(now.x)..=start.x.max(now.x), frame.y_range());
            ui.painter().with_clip_rect(*frame).rect_filled(chosen, 0, colors.accent.gamma_multiply(0.2));
            if response.drag_stopped() && chosen.width() > 4.0 {
                return Some(self.within(time_at(chosen.left()), time_at(chosen.right())));
            }
        }
        None
    }

    /// The stretch, kept inside the footage and at least 50 ms long; the whole footage is `None`.
    fn within(&self, from: i64, to: i64) -> Option<(i64, i64)> {
        let (first, last) = self.whole;
        let length = (to - from).max(50_000_000);
        if length >= last - first {
            return None;
        }
        let from = from.clamp(first, last - length);
        Some((from, from + length))
    }

    #[expect(clippy::cast_precision_loss, reason = "seconds since the recording began")]
    fn seconds(&self, ns: i64) -> f64 {
        (ns - self.zero) as f64 / 1e9
    }
}

#[expect(clippy::cast_possible_truncation, reason = "whole seconds of a recording")]
fn seconds_text(seconds: f64) -> String {
    if seconds.abs() < 60.0 {
        return format!("{} s", number(seconds));
    }
    let whole = seconds.floor() as i64;
    let rest = seconds - seconds.floor();
    let part = if rest > 1e-6 { format!("{rest:.1}").trim_start_matches('0').to_owned() } else { String::new() };
    format!("{}:{:02}{part}", whole / 60, whole % 60)
}

/// The number at a tick; none where it would run into the name above or below.
fn tick_text(mark: GridMark, range: &std::ops::RangeInclusive<f64>) -> String {
    let part = (mark.value - range.start()) / (range.end() - range.start());
    if (0.06..=0.92).contains(&part) { number(mark.value) } else { String::new() }
}
