//! How tabs and panels look and what can be done with them.

use egui::{
    Align2, Color32, Id, Rect, Response, Sense, Stroke, Ui, UiBuilder, WidgetInfo, WidgetText, accesskit::Role, pos2,
    vec2,
};
use egui_tiles::{Behavior, ResizeState, SimplificationOptions, TabState, Tabs, Tile, TileId, Tiles, UiResponse};

use super::{
    Contents, Pane,
    fold::{GAP, TABS},
};
use crate::gui::{
    command::{Action, Command},
    shell::menu_entry_ui,
    theme::{self, ROUND, colors},
    widgets::{Icon, paint_icon},
};

/// Free space left and right of a name, points.
const MARGIN: f32 = 10.0;
/// Side of the cross that closes a panel, points.
const CROSS: f32 = 16.0;
/// Side of the button that enlarges a panel, points.
const BUTTON: f32 = 22.0;

/// Every panel has a tab, so that it can be taken and moved; nothing stands in between without need.
pub(super) fn simplification() -> SimplificationOptions {
    SimplificationOptions {
        all_panes_must_have_tabs: true,
        flatten_tabs_in_tabs: true,
        ..SimplificationOptions::default()
    }
}

/// Draws panels and tabs.
pub(super) struct Look<'a> {
    pub contents: &'a mut dyn Contents,
    pub out: &'a mut Vec<Command>,
    pub maximised: Option<Pane>,
    pub pointed: Option<Pane>,
    /// The panels that stand behind or before another one.
    pub grouped: Vec<TileId>,
}

impl Look<'_> {
    /// The other state of a panel: over the whole window, or beside the others.
    fn turned(&self, pane: Pane) -> Option<Pane> {
        if self.maximised.is_some() { None } else { Some(pane) }
    }

    fn close_ui(&mut self, ui: &Ui, tab: Rect, pane: Pane, shown: bool) {
        let colors = colors(ui);
        let cross = Rect::from_center_size(pos2(tab.right() - 4.0 - CROSS / 2.0, tab.center().y), vec2(CROSS, CROSS));
        let response = ui.interact(cross, Id::unique(("close panel", pane.key())), Sense::click());
        let name = format!("Close {}", pane.name());
        response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &name));
        if shown || response.hovered() || response.has_focus() {
            if response.hovered() || response.has_focus() {
                ui.painter().rect_filled(cross, 4, colors.pressed);
            }
            let ink = if response.hovered() { colors.text } else { colors.muted };
            paint_icon(ui.painter(), cross.shrink(3.0), Icon::Close, ink);
        }
        if response.on_hover_text(name).clicked() {
            self.out.push(Command::ClosePane(pane));
        }
    }

    fn menu_ui(&mut self, response: &Response, pane: Pane) {
        let (turned, out) = (self.turned(pane), &mut *self.out);
        response.context_menu(|ui| {
            let turn = if turned.is_some() { "Maximise" } else { "Restore" };
            if ui.button(turn).clicked() {
                out.push(Command::Maximise(turned));
                ui.close();
            }
            if ui.button("Close").clicked() {
                out.push(Command::ClosePane(pane));
                ui.close();
            }
            ui.separator();
            menu_entry_ui(ui, Action::ResetLayout, true, None, out);
        });
    }
}

impl Behavior<Pane> for Look<'_> {
    fn pane_ui(&mut self, ui: &mut Ui, _tile: TileId, pane: &mut Pane) -> UiResponse {
        let (pane, rect) = (*pane, ui.max_rect());
        let colors = colors(ui);
        if ui.rect_contains_pointer(rect) {
            self.pointed = Some(pane);
        }
        ui.painter().rect_filled(rect, 0, colors.panel);
        // Under an id of its own, so that a panel remembers where it was scrolled to wherever it is moved.
        let place = UiBuilder::new().scope_id(Id::unique(("panel", pane.key()))).max_rect(rect);
        let region = ui.interact(rect, Id::unique(("panel region", pane.key())), Sense::hover());
        region.widget_info(|| WidgetInfo::labeled(Role::TabPanel, true, format!("{} panel", pane.name())));
        ui.scope_builder(place, |ui| {
            ui.shrink_clip_rect(rect);
            ui.spacing_mut().item_spacing.y = 0.0;
            self.contents.pane_ui(ui, pane, self.out);
        });
        ui.painter().hline(rect.x_range(), rect.top() + 0.5, Stroke::new(1.0, colors.line));
        UiResponse::None
    }

    fn tab_title_for_pane(&mut self, pane: &Pane) -> WidgetText {
        self.contents.title(*pane).into()
    }

    fn tab_ui(&mut self, tiles: &mut Tiles<Pane>, ui: &mut Ui, id: Id, tile: TileId, state: &TabState) -> Response {
        let colors = colors(ui);
        let Some(Tile::Pane(pane)) = tiles.get(tile) else {
            return ui.interact(Rect::from_min_size(ui.cursor().min, vec2(0.0, 0.0)), id, Sense::hover());
        };
        let pane = *pane;
        let title = self.contents.title(pane);
        let alone = !self.grouped.contains(&tile);
        let galley = ui.painter().layout_no_wrap(title.clone(), theme::medium(12.0), Color32::PLACEHOLDER);
        let size = vec2(galley.size().x + MARGIN * 2.0 + CROSS - 4.0, ui.available_height());
        let (_, rect) = ui.allocate_space(size);
        let response = ui.interact(rect, id, Sense::click_and_drag());
        response.widget_info(|| WidgetInfo::selected(Role::Tab, true, state.active, &title));
        if !state.is_being_dragged && ui.is_rect_visible(rect) {
            let over = ui.rect_contains_pointer(rect);
            if over && !state.active {
                ui.painter().rect_filled(rect.shrink2(vec2(2.0, 3.0)), ROUND - 2, colors.hover);
            }
            let ink = if state.active || over { colors.text } else { colors.muted };
            let at = pos2(rect.left() + MARGIN, rect.center().y - galley.size().y / 2.0);
            ui.painter().galley(at, galley, ink);
            if state.active && !alone {
                let line = Rect::from_min_max(
                    pos2(rect.left() + MARGIN, rect.bottom() - 2.0),
                    pos2(rect.right() - CROSS + 4.0 - MARGIN, rect.bottom()),
                );
                ui.painter().rect_filled(line, 1, colors.accent);
            }
            if response.has_focus() {
                let around = rect.shrink2(vec2(2.0, 3.0));
                ui.painter().rect_stroke(around, ROUND - 2, Stroke::new(1.0, colors.accent), egui::StrokeKind::Inside);
            }
            self.close_ui(ui, rect, pane, over);
        }
        if response.double_clicked() {
            self.out.push(Command::Maximise(self.turned(pane)));
        } else if response.middle_clicked() {
            self.out.push(Command::ClosePane(pane));
        }
        self.menu_ui(&response, pane);
        response
    }

    fn drag_ui(&mut self, tiles: &Tiles<Pane>, ui: &mut Ui, tile: TileId) {
        let Some(pane) = tiles.get_pane(&tile) else { return };
        let colors = colors(ui);
        let galley = ui.painter().layout_no_wrap(pane.name().to_owned(), theme::medium(12.0), colors.text);
        let (rect, _) = ui.allocate_exact_size(galley.size() + vec2(MARGIN * 2.0, 10.0), Sense::hover());
        let outline = Stroke::new(1.0, colors.accent);
        ui.painter().rect(rect, ROUND, colors.raised, outline, egui::StrokeKind::Inside);
        ui.painter().galley(Align2::CENTER_CENTER.align_size_within_rect(galley.size(), rect).min, galley, colors.text);
    }

    fn top_bar_right_ui(&mut self, tiles: &Tiles<Pane>, ui: &mut Ui, _tile: TileId, tabs: &Tabs, _offset: &mut f32) {
        let Some(pane) = tabs.active.and_then(|active| tiles.get_pane(&active)).copied() else { return };
        let colors = colors(ui);
        ui.spacing_mut().item_spacing.x = 2.0;
        ui.add_space(4.0);
        let (rect, response) = ui.allocate_exact_size(vec2(BUTTON, BUTTON), Sense::click());
        let (verb, icon) =
            if self.maximised.is_some() { ("Restore", Icon::Restore) } else { ("Maximise", Icon::Maximise) };
        let name = format!("{verb} {}", pane.name());
        response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &name));
        let near = response.hovered() || response.has_focus();
        if near {
            ui.painter().rect_filled(rect, 4, colors.hover);
        }
        let ink = if near {
            colors.text
        } else if self.maximised.is_some() {
            colors.accent
        } else {
            colors.faint
        };
        paint_icon(ui.painter(), rect.shrink(5.0), icon, ink);
        let keys = Action::MaximisePane.keys().unwrap_or_default();
        if response.on_hover_text(format!("{name}  {keys}")).clicked() {
            self.out.push(Command::Maximise(self.turned(pane)));
        }
        self.contents.tools_ui(ui, pane, self.out);
    }

    fn tab_bar_height(&self, _style: &egui::Style) -> f32 {
        TABS
    }

    fn gap_width(&self, _style: &egui::Style) -> f32 {
        GAP
    }

    fn simplification_options(&self) -> SimplificationOptions {
        simplification()
    }

    fn tab_bar_color(&self, visuals: &egui::Visuals) -> Color32 {
        visuals.panel_fill
    }

    fn resize_stroke(&self, style: &egui::Style, _state: ResizeState) -> Stroke {
        Stroke::new(GAP, style.visuals.widgets.noninteractive.bg_stroke.color)
    }

    fn drag_preview_stroke(&self, visuals: &egui::Visuals) -> Stroke {
        Stroke::new(1.0, visuals.selection.stroke.color)
    }

    fn drag_preview_color(&self, visuals: &egui::Visuals) -> Color32 {
        visuals.selection.stroke.color.gamma_multiply(0.18)
    }

    fn paint_drag_preview(&self, visuals: &egui::Visuals, painter: &egui::Painter, _parent: Option<Rect>, to: Rect) {
        let (fill, stroke) = (self.drag_preview_color(visuals), self.drag_preview_stroke(visuals));
        painter.rect(to, ROUND, fill, stroke, egui::StrokeKind::Inside);
    }

    /// Panels are moved one by one; a whole group stays where it is.
    fn is_tile_draggable(&self, tiles: &Tiles<Pane>, tile: TileId) -> bool {
        self.maximised.is_none() && tiles.get_pane(&tile).is_some()
    }

    /// The lines between panels are our own, with names and least lengths.
    fn is_container_resizable(&self, _tiles: &Tiles<Pane>, _tile: TileId) -> bool {
        false
    }
}
