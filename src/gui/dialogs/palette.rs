//! The command palette: type a part of a name, press Enter. It knows nothing of what commands do.

use egui::{
    Context, Frame, Id, Key, Margin, Modal, Modifiers, Rect, ScrollArea, Sense, TextEdit, WidgetInfo, accesskit::Role,
    vec2,
};

use crate::gui::{
    command::{Action, Command},
    theme::{self, CONTROL, ROUND, STEP, colors},
    widgets::{Icon, paint_icon},
};

/// What was typed, and the entry that Enter takes.
#[derive(Debug, Default)]
pub struct Palette {
    query: String,
    chosen: usize,
}

/// How well `query` fits `name`: letters in order, better at the beginnings of words and in a row. Lower is better.
fn fit(query: &str, name: &str) -> Option<usize> {
    // A part of the name as it stands is better than letters picked from it.
    if let Some(at) = name.to_lowercase().find(query.trim().to_lowercase().as_str()) {
        return Some(usize::from(!name.get(..at).is_some_and(|before| before.is_empty() || before.ends_with(' '))));
    }
    let name: Vec<char> = name.to_lowercase().chars().collect();
    let mut cost = 2;
    let mut from = 0;
    for letter in query.to_lowercase().chars().filter(|letter| !letter.is_whitespace()) {
        let found = name[from..].iter().position(|other| *other == letter)? + from;
        let at_word = found == 0 || name[found - 1] == ' ';
        cost += if found == from && from > 0 { 0 } else { found - from + if at_word { 1 } else { 8 } };
        from = found + 1;
    }
    Some(cost)
}

fn matching(query: &str, with_lake: bool) -> Vec<Action> {
    let mut found: Vec<(usize, Action)> = Action::all()
        .filter(|action| *action != Action::Palette && (with_lake || !action.needs_lake()))
        .filter_map(|action| fit(query, action.name()).map(|cost| (cost, action)))
        .collect();
    if !query.trim().is_empty() {
        found.sort_by_key(|(cost, _)| *cost);
    }
    found.into_iter().map(|(_, action)| action).collect()
}

impl Palette {
    pub(super) fn ui(&mut self, ctx: &Context, with_lake: bool, out: &mut Vec<Command>) -> bool {
        let (down, up, enter) = ctx.input_mut(|input| {
            (
                input.count_and_consume_key(Modifiers::NONE, Key::ArrowDown),
                input.count_and_consume_key(Modifiers::NONE, Key::ArrowUp),
                input.consume_key(Modifiers::NONE, Key::Enter),
            )
        });
        let mut run = None;
        let id = Id::unique("palette");
        let area = Modal::default_area(id).anchor(egui::Align2::CENTER_TOP, vec2(0.0, 96.0));
        let response = Modal::new(id)
            .area(area)
            .frame(Frame::window(&ctx.global_style()).inner_margin(Margin::same(10)))
            .show(ctx, |ui| {
                ui.set_width(520.0);
                let edit = TextEdit::singleline(&mut self.query)
                    .hint_text("Type a command")
                    .desired_width(f32::INFINITY)
                    .min_size(vec2(0.0, 36.0))
                    .align(egui::Align2::LEFT_CENTER);
                let edit = ui.add(edit).accessible_name("Command");
                edit.request_focus();
                if edit.changed() {
                    self.chosen = 0;
                }
                let actions = matching(&self.query, with_lake);
                if !actions.is_empty() {
                    self.chosen = (self.chosen + down).saturating_sub(up).min(actions.len() - 1);
                }
                ui.add_space(STEP / 2.0);
                ScrollArea::vertical().max_height(380.0).auto_shrink([false, true]).show(ui, |ui| {
                    ui.spacing_mut().item_spacing.y = 0.0;
                    for (place, action) in actions.iter().enumerate() {
                        if entry_ui(ui, *action, place == self.chosen, down + up > 0) {
                            run = Some(*action);
                        }
                    }
                    if actions.is_empty() {
                        let muted = colors(ui).muted;
                        ui.add_space(STEP);
                        ui.colored_label(muted, format!("No command is called “{}”.", self.query));
                    }
                });
                if enter {
                    run = actions.get(self.chosen).copied();
                }
            });
        if let Some(action) = run {
            out.push(action.into());
            return false;
        }
        !response.backdrop_response.clicked()
    }
}

fn entry_ui(ui: &mut egui::Ui, action: Action, chosen: bool, moved: bool) -> bool {
    let colors = colors(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), CONTROL + 4.0), Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::MenuItem, true, chosen, action.name()));
    if chosen && moved {
        response.scroll_to_me(None);
    }
    if chosen || response.hovered() {
        ui.painter().rect_filled(rect, ROUND, if chosen { colors.accent_wash } else { colors.hover });
    }
    let center = rect.center().y;
    let mark = Rect::from_center_size(egui::pos2(rect.left() + 16.0, center), vec2(14.0, 14.0));
    paint_icon(ui.painter(), mark, Icon::Right, if chosen { colors.accent } else { colors.faint });
    let ink = colors.text;
    let name = egui::pos2(rect.left() + 32.0, center);
    ui.painter().text(name, egui::Align2::LEFT_CENTER, action.name(), theme::medium(13.0), ink);
    if let Some(keys) = action.keys() {
        let right = egui::pos2(rect.right() - 12.0, center);
        ui.painter().text(right, egui::Align2::RIGHT_CENTER, keys, theme::medium(11.5), colors.muted);
    }
    response.clicked()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_fit_comes_first() {
        for (query, expected) in [
            ("export", Action::Export),
            ("sel no", Action::SelectNone),
            ("next match", Action::NextMatch),
            ("theme", Action::CycleTheme),
            ("cmdl", Action::CopyCommandLine),
        ] {
            assert_eq!(matching(query, true).first(), Some(&expected), "{query}");
        }
        assert!(matching("zzzz", true).is_empty());
        assert!(!matching("", false).contains(&Action::Export));
    }
}
