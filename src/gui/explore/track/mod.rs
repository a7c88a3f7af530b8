//! The track panel: where the drives went, drawn from latitude and longitude, in step with the viewer. It needs no map
//! from anywhere.

mod brush;
mod camera;
mod geo;
mod layers;
mod marks;
mod ribbon;
mod routes;
mod shades;
mod under;

use std::{ops::Range, sync::Arc};

use egui::{
    Align, Align2, Color32, ComboBox, CursorIcon, Key, Layout, PointerButton, Pos2, Rect, Response, RichText, Sense,
    Ui, WidgetInfo, accesskit::Role, pos2, vec2,
};

use self::{
    brush::{Brush, Drawn, Tool},
    camera::Camera,
    layers::{Canvas, Coloring, Layers, bounds_of},
    routes::Routes,
    under::Under,
};
use super::facets::Panel;
use crate::{
    filter::{Filter, FrameColumns as _, PositionNames, edit},
    gui::{
        command::{Action, Command},
        fetch::Fetch,
        keep::KeepCommand,
        lake::Lake,
        theme::{self, colors},
        widgets::{
            Icon, bar, divider, empty_ui, icon_button, icon_toggle, plain_button,
            text::{counted, number, time_utc, unit_text},
        },
        work::Workers,
    },
    jobs::Priority,
    model::MetricKind,
    session::SqlView,
};

/// How near the pointer must come to a route to mean it, points.
const REACH: f64 = 14.0;
/// Way over which a car's direction is told, m.
const COURSE_M: f64 = 3.0;
/// Height of the bar on top, points.
const BAR: f32 = 36.0;
/// Units a point that following comes near to at least; about a metre.
const FOLLOW_SCALE: f64 = 64.0;
/// The metric that routes are coloured by until someone chooses.
const USUAL: &str = "speed";

/// State and caches of the panel.
#[derive(Default)]
pub struct Track {
    routes: Fetch<(String, u64), Arc<Routes>>,
    coloring: Fetch<ColoringKey, Arc<Coloring>>,
    layers: Layers,
    camera: Option<Camera>,
    follow: bool,
    fit: Option<Fit>,
    tool: Tool,
    brush: Option<Brush>,
    /// The frame under the pointer.
    under: Under,
}

/// The index, the metric, and the rows of the route that is drawn in colours.
type ColoringKey = (String, u64, String, Range<usize>);

/// What is to be seen whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fit {
    All,
    Matches,
}

impl Track {
    /// Draws the panel over the space there is.
    pub fn ui(&mut self, ui: &mut Ui, lake: &Lake, workers: &Workers, out: &mut Vec<Command>) {
        let Some(names) = lake.table().position() else {
            return nowhere_ui(ui, out);
        };
        self.ask(ui, lake, workers, &names);
        ui.spacing_mut().item_spacing.y = 0.0;
        if let Some(error) = self.routes.error() {
            let error = error.to_owned();
            let again = empty_ui(ui, Icon::Warning, "The positions cannot be read", &error, |ui| {
                plain_button(ui, true, "Try again").clicked()
            });
            if again {
                self.routes.clear();
            }
            return;
        }
        let Some(routes) = self.routes.ready().cloned() else {
            empty_ui(ui, Icon::Route, "Reading positions", "Routes are drawn as soon as they are there.", |_| {});
            return;
        };
        let Some(whole) = routes.bounds else {
            let body = format!("{} and {} have no value at any frame.", names.latitude, names.longitude);
            empty_ui(ui, Icon::Route, "No frame has a position", &body, |_| {});
            return;
        };
        self.bar_ui(ui, lake, &names, out);
        divider(ui);
        let rect = ui.available_rect_before_wrap();
        let response = ui.allocate_rect(rect, Sense::click_and_drag());
        response.widget_info(|| WidgetInfo::labeled(Role::Canvas, true, "Map of the routes"));
        if rect.width() < 20.0 || rect.height() < 20.0 {
            return;
        }
        let current = lake.current.filter(|row| *row < lake.frames());
        let strong = current.and_then(|row| drawn_of(&routes, lake, row));
        let first = || strong.and_then(|footage| routes.by_footage[footage].bounds).unwrap_or(whole);
        let wanted = match self.fit.take() {
            Some(Fit::All) => Some(whole),
            Some(Fit::Matches) => {
                lake.view.as_ref().and_then(|view| bounds_of(&routes, |from, to| view.set.count_in(from, to) > 0))
            }
            None => self.camera.is_none().then(first),
        };
        if let Some(bounds) = wanted {
            self.camera = Some(Camera::fitted(&bounds, rect.size()));
        }
        let mut camera = self.camera.unwrap_or_else(|| Camera::fitted(&whole, rect.size()));
        let here = current.and_then(|row| routes.point(lake.footage(row).0, row));
        self.interact(ui, &response, rect, &mut camera, &routes, lake, out);
        if let Some(at) = self.under.pressed() {
            self.under.ask(&routes, (at, REACH * camera.scale), lake, workers, ui.ctx());
        }
        if let Some(row) = self.under.take_pressed(lake) {
            out.push(Command::Show(row));
        }
        if let (true, Some(here)) = (self.follow, here) {
            camera.center = here.map(f64::from);
        }
        self.camera = Some(camera);
        let canvas = Canvas {
            camera,
            rect,
            pixels_per_point: ui.ctx().pixels_per_point(),
            dark: ui.visuals().dark_mode,
            colors: colors(ui),
        };
        self.paint(ui, &canvas, &routes, lake, current, here);
        if self.brush.is_none() && response.hovered() {
            self.hover_ui(ui, &canvas, &routes, lake, workers, &response);
        }
    }

    fn ask(&mut self, ui: &Ui, lake: &Lake, workers: &Workers, names: &PositionNames) {
        let table = Arc::clone(lake.table());
        let index = (table.catalog_uid().to_owned(), table.generation());
        let (columns, names) = (Arc::clone(&table), names.clone());
        self.routes.request(index.clone(), &workers.ask, Priority::Visible, ui.ctx(), move |stop| {
            Routes::build(&*columns, &names, stop).map(Arc::new)
        });
        let before = self.routes.value().map(|routes| routes.projection);
        if self.routes.poll() && before.is_some() && before != self.routes.ready().map(|routes| routes.projection) {
            self.camera = None;
        }
        let Some(metric) = chosen_metric(lake) else { return };
        let rows = self.rows_in_colours(lake);
        let key = (index.0, index.1, metric.clone(), rows.clone());
        self.coloring.request(key, &workers.ask, Priority::Visible, ui.ctx(), move |_| {
            let column = table.metric(&metric)?;
            let unit = table.metrics().iter().find(|known| known.name == metric).and_then(|known| known.unit.clone());
            Ok(Arc::new(Coloring::new(metric, unit, column, rows)))
        });
        self.coloring.poll();
    }

    /// The rows of the route that is drawn in colours; all while none is.
    fn rows_in_colours(&self, lake: &Lake) -> Range<usize> {
        let row = lake.current.filter(|row| *row < lake.frames());
        let drawn = row.zip(self.routes.value()).and_then(|(row, routes)| drawn_of(routes, lake, row));
        let footage = drawn.and_then(|footage| lake.table().footages().get(footage));
        footage.map_or(0..lake.frames(), |footage| footage.first_row..footage.first_row + footage.rows)
    }

    /// What colours tell, and what can be done.
    fn bar_ui(&mut self, ui: &mut Ui, lake: &Lake, names: &PositionNames, out: &mut Vec<Command>) {
        let expr = Filter::parse(&lake.filter).ok().and_then(|filter| filter.expr().cloned());
        let placed = expr.is_some_and(|expr| !edit::places_of(&expr).is_empty());
        bar(ui, BAR, |ui| {
            ui.add_space(8.0);
            ui.spacing_mut().item_spacing.x = 2.0;
            metric_ui(ui, lake, names, out);
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                ui.add_space(6.0);
                if icon_toggle(ui, Icon::Follow, "Follow the frame", self.follow).clicked() {
                    self.follow ^= true;
                    // From afar nothing would be seen to move.
                    if let Some(camera) = self.camera.as_mut().filter(|_| self.follow) {
                        camera.scale = camera.scale.min(FOLLOW_SCALE);
                    }
                }
                for (fit, icon, name) in [
                    (Fit::Matches, Icon::FitMatches, "Show the frames that match"),
                    (Fit::All, Icon::Fit, "Show all routes"),
                ] {
                    let there = fit == Fit::All || lake.view.as_ref().is_some_and(|view| !view.is_empty());
                    if ui.add_enabled_ui(there, |ui| icon_button(ui, icon, name).clicked()).inner {
                        self.fit = Some(fit);
                        self.follow = false;
                    }
                }
                for (tool, icon, name) in [
                    (Tool::Lasso, Icon::Lasso, "Draw an outline to filter by"),
                    (Tool::Rectangle, Icon::Rectangle, "Draw a box to filter by  Shift+Drag"),
                ] {
                    if icon_toggle(ui, icon, name, self.tool == tool).clicked() {
                        self.tool = if self.tool == tool { Tool::Move } else { tool };
                    }
                }
                if icon_button(ui, Icon::Copy, "Copy the places as SQL").clicked() {
                    let view = SqlView::Track(lake.applied().to_owned(), chosen_metric(lake));
                    out.push(KeepCommand::CopySqlOf(view).into());
                }
                if placed && icon_button(ui, Icon::Close, "Filter by no place").clicked() {
                    Panel::edit(edit::set_box(&lake.filter, None), out);
                }
            });
        });
    }

    #[expect(clippy::too_many_arguments, reason = "what a hand on the map may change")]
    fn interact(
        &mut self,
        ui: &Ui,
        response: &Response,
        rect: Rect,
        camera: &mut Camera,
        routes: &Routes,
        lake: &Lake,
        out: &mut Vec<Command>,
    ) {
        let (shift, escape, origin) =
            ui.input(|input| (input.modifiers.shift, input.key_pressed(Key::Escape), input.pointer.press_origin()));
        if escape {
            self.brush = None;
            self.tool = Tool::Move;
        }
        if response.drag_started_by(PointerButton::Primary)
            && let Some(origin) = origin
        {
            let tool = if shift { Tool::Rectangle } else { self.tool };
            self.brush = (tool != Tool::Move).then(|| Brush::begin(tool, origin));
        }
        let pointer = response.interact_pointer_pos();
        if let Some(brush) = &mut self.brush {
            if let Some(pointer) = pointer {
                brush.to(pointer);
            }
            if response.drag_stopped() {
                if let Some(drawn) = brush.finish(*camera, rect, routes.projection) {
                    let edited = match drawn {
                        Drawn::Box(sides) => edit::set_box(&lake.filter, Some(sides)),
                        Drawn::Polygon(corners) => edit::set_polygon(&lake.filter, &corners),
                    };
                    Panel::edit(edited, out);
                }
                self.brush = None;
                self.tool = Tool::Move;
            }
            return;
        }
        if response.dragged() {
            camera.pan(response.drag_delta());
            self.follow = false;
        }
        if response.double_clicked() {
            if let Some(whole) = &routes.bounds {
                *camera = Camera::fitted(whole, rect.size());
            }
        } else if response.clicked()
            && let Some(pointer) = pointer
        {
            self.under.press(camera.to_plane(rect, pointer));
        }
        if let Some(pointer) = response.hover_pos() {
            let wheel = ui.input(|input| input.smooth_scroll_delta().y);
            let pinch = ui.input(egui::InputState::zoom_delta);
            let factor = f64::from((wheel * 0.005).exp() * pinch);
            if (factor - 1.0).abs() > 1e-4 {
                ui.input_mut(|input| input.smooth_scroll_delta = egui::Vec2::ZERO);
                camera.zoom(rect, pointer, factor);
            }
        }
        if response.hovered() && (self.tool != Tool::Move || shift) {
            ui.ctx().set_cursor_icon(CursorIcon::Crosshair);
        }
    }

    fn paint(
        &mut self,
        ui: &Ui,
        canvas: &Canvas<'_>,
        routes: &Arc<Routes>,
        lake: &Lake,
        current: Option<usize>,
        here: Option<geo::Point>,
    ) {
        let Canvas { camera, rect, colors, .. } = *canvas;
        let painter = ui.painter().with_clip_rect(rect);
        painter.rect_filled(rect, 0, colors.canvas);
        marks::graticule(&painter, canvas, routes.projection);
        let wanted = chosen_metric(lake);
        let coloring = self.coloring.value().filter(|coloring| Some(&coloring.metric) == wanted.as_ref()).cloned();
        let strong = current.and_then(|row| drawn_of(routes, lake, row));
        let (mesh, far) = self.layers.routes(canvas, routes, coloring.as_ref(), strong);
        painter.add(egui::Shape::mesh(mesh));
        painter.extend(far.iter().map(|at| egui::Shape::circle_filled(*at, 3.0, colors.muted)));
        let (matches, chosen) = self.layers.dots(canvas, routes, lake.view.as_ref(), &lake.selected);
        marks::dots(&painter, colors, matches, chosen);
        if let Some(expr) = Filter::parse(&lake.filter).ok().as_ref().and_then(Filter::expr) {
            for outline in edit::places_of(expr) {
                let mut near = camera.center[0];
                let corner = |[latitude, longitude]: [f64; 2]| {
                    let at = routes.projection.place_near(latitude, longitude, near);
                    near = at[0];
                    camera.to_screen(rect, at)
                };
                marks::place(&painter, colors, &outline.into_iter().map(corner).collect::<Vec<_>>(), false);
            }
        }
        if let (Some(row), Some(point)) = (current, here) {
            let way = COURSE_M / geo::metres_a_unit(f64::from(point[1])).max(1e-9);
            let course = routes.by_footage.get(lake.footage(row).0).and_then(|route| route.course(row, way));
            marks::car(&painter, colors, camera.point(rect, point), course);
        }
        if let Some(brush) = &self.brush {
            marks::place(&painter, colors, &brush.outline(), true);
        }
        marks::north(&painter, canvas);
        if let Some((at, text)) = marks::scale(&painter, canvas) {
            tell(ui, "scale", at, &format!("Scale {text}"));
        }
        if let Some(coloring) = &coloring {
            let (at, text) = marks::legend(&painter, canvas, coloring);
            tell(ui, "legend", at, &text);
        }
        let mut notes = Vec::new();
        if current.is_some() && here.is_none() {
            notes.push("This frame has no position".to_owned());
        }
        if routes.without_fix > 0 {
            notes.push(format!("{} at 0°, 0° left out", counted(routes.without_fix as u64, "frame")));
        }
        for (line, text) in (0_u8..).zip(notes) {
            let at = rect.center_top() + vec2(0.0, 24.0 + f32::from(line) * 18.0);
            let patch = marks::note(&painter, colors, at, Align2::CENTER_TOP, &text, colors.muted);
            tell(ui, &text, patch, &text);
        }
    }

    /// What is under the pointer.
    fn hover_ui(
        &mut self,
        ui: &Ui,
        canvas: &Canvas<'_>,
        routes: &Arc<Routes>,
        lake: &Lake,
        workers: &Workers,
        response: &Response,
    ) {
        let Some(pointer) = response.hover_pos() else { return };
        let at = canvas.camera.to_plane(canvas.rect, pointer);
        self.under.ask(routes, (at, REACH * canvas.camera.scale), lake, workers, ui.ctx());
        let Some(row) = self.under.row(at, lake) else { return };
        if self.tool == Tool::Move && !ui.input(|input| input.modifiers.shift) {
            ui.ctx().set_cursor_icon(CursorIcon::PointingHand);
        }
        let mut lines = vec![lake.table().frame_id(row).to_string(), format!("{} UTC", time_utc(lake.time(row)))];
        if let Some(coloring) = self.coloring.value() {
            let value = coloring.column.number(row).filter(|value| !value.is_nan());
            let unit = unit_text(coloring.unit.as_deref()).unwrap_or_default();
            lines.push(match value {
                Some(value) => format!("{} {} {unit}", coloring.metric, number(value)).trim().to_owned(),
                None => format!("{} has no value here", coloring.metric),
            });
        }
        if let Some(point) = routes.point(lake.footage(row).0, row) {
            let [latitude, longitude] = routes.projection.unproject(point.map(f64::from));
            lines.push(format!("{latitude:.6}, {longitude:.6}"));
            canvas_ring(ui, canvas, canvas.camera.point(canvas.rect, point));
        }
        card_ui(ui, canvas, pointer, &lines);
        tell(ui, "hover", Rect::from_center_size(pointer, vec2(1.0, 1.0)), &lines.join(", "));
    }
}

fn canvas_ring(ui: &Ui, canvas: &Canvas<'_>, at: Pos2) {
    let painter = ui.painter().with_clip_rect(canvas.rect);
    painter.circle(at, 5.0, Color32::TRANSPARENT, egui::Stroke::new(2.0, canvas.colors.text));
}

/// Some lines beside the pointer, inside the map.
fn card_ui(ui: &Ui, canvas: &Canvas<'_>, pointer: Pos2, lines: &[String]) {
    let Canvas { rect, colors, .. } = *canvas;
    let galleys: Vec<_> = lines
        .iter()
        .enumerate()
        .map(|(at, line)| {
            let font = if at == 0 { theme::semibold(12.0) } else { theme::numbers(11.5) };
            let ink = if at == 0 { colors.text } else { colors.muted };
            ui.painter().layout_no_wrap(line.clone(), font, ink)
        })
        .collect();
    let width = galleys.iter().map(|galley| galley.size().x).fold(0.0, f32::max) + 20.0;
    let height = galleys.iter().map(|galley| galley.size().y + 2.0).sum::<f32>() + 12.0;
    let left = if pointer.x + 16.0 + width < rect.right() { pointer.x + 16.0 } else { pointer.x - 16.0 - width };
    let top = (pointer.y - height / 2.0).clamp(rect.top() + 4.0, (rect.bottom() - height - 4.0).max(rect.top() + 4.0));
    let card = Rect::from_min_size(pos2(left.max(rect.left() + 4.0), top), vec2(width, height));
    let painter = ui.painter().with_clip_rect(rect);
    painter.rect(card, 6, colors.raised, egui::Stroke::new(1.0, colors.outline), egui::StrokeKind::Inside);
    let mut at = card.min + vec2(10.0, 7.0);
    for galley in galleys {
        let down = galley.size().y + 2.0;
        painter.galley(at, galley, colors.text);
        at.y += down;
    }
}

/// What is drawn, for those who do not see it.
fn tell(ui: &Ui, id: &str, at: Rect, text: &str) {
    let told = ui.interact(at, ui.scope_id().with(("told", id)), Sense::hover());
    told.widget_info(|| WidgetInfo::labeled(Role::Status, true, text));
}

/// The footage whose route stands for the recording of `row`; the one that is looked at may lack positions.
fn drawn_of(routes: &Routes, lake: &Lake, row: usize) -> Option<usize> {
    let recording = &lake.footage(row).1.recording;
    let footages = lake.table().footages();
    routes.drawn.iter().copied().find(|footage| footages.get(*footage).is_some_and(|one| one.recording == *recording))
}

/// The metric that routes are coloured by.
fn chosen_metric(lake: &Lake) -> Option<String> {
    let numeric = |name: &str| {
        let kinds = [MetricKind::Float, MetricKind::Int];
        lake.table().metrics().iter().any(|metric| metric.name == name && kinds.contains(&metric.kind))
    };
    match lake.track_metric.as_deref() {
        Some("") => None,
        Some(name) if numeric(name) => Some(name.to_owned()),
        _ => numeric(USUAL).then(|| USUAL.to_owned()),
    }
}

fn metric_ui(ui: &mut Ui, lake: &Lake, names: &PositionNames, out: &mut Vec<Command>) {
    let chosen = chosen_metric(lake);
    let shown = chosen.clone().unwrap_or_else(|| "No colours".to_owned());
    let width = (ui.available_width() - 220.0).clamp(44.0, 190.0);
    let text = RichText::new(shown).font(theme::medium(12.5));
    let combo = ComboBox::from_id_salt("track metric").width(width).selected_text(text).truncate();
    let response = combo.show_ui(ui, |ui| {
        if ui.selectable_label(chosen.is_none(), "No colours").clicked() {
            out.push(Command::SetTrackMetric(String::new()));
        }
        for metric in lake.table().metrics() {
            let numeric = matches!(metric.kind, MetricKind::Float | MetricKind::Int);
            if !numeric || metric.name == names.latitude || metric.name == names.longitude {
                continue;
            }
            if ui.selectable_label(chosen.as_ref() == Some(&metric.name), &metric.name).clicked() {
                out.push(Command::SetTrackMetric(metric.name.clone()));
            }
        }
    });
    response.response.accessible_name("Colour routes by").on_hover_text("Colour routes by");
}

fn nowhere_ui(ui: &mut Ui, out: &mut Vec<Command>) {
    let body = "No metrics of this lake are called latitude and longitude (or lat and lon, or gps_latitude and so on). \
                If others hold the position, name them.";
    let named = empty_ui(ui, Icon::Route, "No positions", body, |ui| plain_button(ui, true, "Name them…").clicked());
    if named {
        out.push(Action::Settings.into());
    }
}
