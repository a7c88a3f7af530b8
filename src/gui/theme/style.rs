//! Turns the palettes into egui styles.

use egui::{
    self, Color32, CornerRadius, Margin, Shadow, Stroke, Style, Theme, Visuals,
    style::{HandleShape, ScrollStyle, WidgetVisuals},
    vec2,
};

use super::{
    CONTROL, ROUND,
    colors::{Colors, DARK, LIGHT},
    fonts,
};

/// Gives `ctx` the typefaces and both themes.
pub fn install(ctx: &egui::Context) {
    ctx.set_fonts(fonts::definitions());
    for (theme, colors) in [(Theme::Dark, &DARK), (Theme::Light, &LIGHT)] {
        ctx.style_mut_of(theme, |style| {
            layout(style);
            style.visuals = visuals(theme, colors);
        });
    }
    ctx.options_mut(|options| {
        options.zoom_with_keyboard = false;
        options.fallback_theme = Theme::Dark;
    });
}

fn layout(style: &mut Style) {
    style.text_styles = fonts::text_styles();
    style.animation_time = 0.12;
    style.url_in_tooltip = false;
    let spacing = &mut style.spacing;
    spacing.item_spacing = vec2(8.0, 4.0);
    spacing.window_margin = Margin::same(20);
    spacing.menu_margin = Margin::same(6);
    spacing.button_padding = vec2(10.0, 4.0);
    spacing.interact_size = vec2(CONTROL, CONTROL);
    spacing.icon_width = 16.0;
    spacing.icon_width_inner = 8.0;
    spacing.icon_spacing = 8.0;
    spacing.slider_width = 120.0;
    spacing.slider_rail_height = 4.0;
    spacing.combo_width = 120.0;
    spacing.tooltip_width = 360.0;
    spacing.menu_spacing = 4.0;
    spacing.menu_width = 260.0;
    spacing.scroll = ScrollStyle { bar_width: 8.0, floating_width: 4.0, ..ScrollStyle::floating() };
    spacing.scroll.fade.strength = 0.0;
    style.interaction.tooltip_delay = 0.4;
    style.interaction.selectable_labels = false;
}

fn visuals(theme: Theme, colors: &Colors) -> Visuals {
    let dark = theme == Theme::Dark;
    let mut visuals = if dark { Visuals::dark() } else { Visuals::light() };
    let round = CornerRadius::same(ROUND);
    let look = |fill: Color32, outline: Color32, text: Color32| WidgetVisuals {
        bg_fill: fill,
        weak_bg_fill: fill,
        bg_stroke: Stroke::new(1.0, outline),
        corner_radius: round,
        fg_stroke: Stroke::new(1.0, text),
        expansion: 0.0,
    };
    visuals.widgets.noninteractive = look(colors.panel, colors.line, colors.text);
    visuals.widgets.inactive = look(colors.control, colors.outline, colors.text);
    visuals.widgets.hovered = look(colors.hover, colors.outline, colors.text);
    visuals.widgets.active = look(colors.pressed, colors.outline, colors.text);
    visuals.widgets.open = look(colors.pressed, colors.outline, colors.text);
    visuals.selection.bg_fill =
        if dark { Color32::from_rgb(0x1d, 0x4b, 0x56) } else { Color32::from_rgb(0xb5, 0xe1, 0xea) };
    visuals.selection.stroke = Stroke::new(1.0, colors.accent);
    visuals.hyperlink_color = colors.accent;
    visuals.weak_text_color = Some(colors.muted);
    visuals.faint_bg_color = colors.raised;
    visuals.extreme_bg_color = colors.canvas;
    visuals.text_edit_bg_color = Some(if dark { colors.canvas } else { colors.raised });
    visuals.code_bg_color = colors.control;
    visuals.warn_fg_color = colors.warning;
    visuals.error_fg_color = colors.error;
    visuals.panel_fill = colors.panel;
    visuals.window_fill = colors.raised;
    visuals.window_stroke = Stroke::new(1.0, colors.outline);
    visuals.window_corner_radius = CornerRadius::same(10);
    visuals.menu_corner_radius = CornerRadius::same(8);
    let shade = Color32::from_black_alpha(if dark { 110 } else { 34 });
    visuals.window_shadow = Shadow { offset: [0, 12], blur: 40, spread: 0, color: shade };
    visuals.popup_shadow = Shadow { offset: [0, 6], blur: 20, spread: 0, color: shade };
    visuals.text_cursor.stroke = Stroke::new(1.5, colors.accent);
    visuals.slider_trailing_fill = true;
    visuals.handle_shape = HandleShape::Circle;
    visuals.striped = false;
    visuals.indent_has_left_vline = false;
    visuals
}
