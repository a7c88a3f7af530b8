//! The command palette: type a part of a name, press Enter. It lists every action, and what can be gone to by name: recent
//! lakes, layouts, panels, themes, facets of metrics, saved selections.

use std::{borrow::Cow, path::Path};

use egui::{
    Context, Frame, Id, Key, Margin, Modal, Modifiers, Rect, ScrollArea, Sense, TextEdit, WidgetInfo, accesskit::Role,
    vec2,
};

use crate::{
    filter::FrameColumns as _,
    gui::{
        command::{Action, Command},
        dock::{BUILT_IN, Pane},
        lake::Lake,
        state::{State, ThemeChoice},
        theme::{self, CONTROL, ROUND, STEP, colors},
        widgets::{Icon, elided, paint_icon},
    },
    model::MetricKind,
};

/// What was typed, and the entry that Enter takes.
#[derive(Debug, Default)]
pub struct Palette {
    query: String,
    chosen: usize,
}

/// Something that can be done.
#[derive(Debug, Clone, PartialEq)]
struct Entry {
    name: Cow<'static, str>,
    /// Shortcut, or what tells two of the same name apart.
    note: String,
    command: Command,
}

impl Entry {
    fn new(name: impl Into<Cow<'static, str>>, note: impl Into<String>, command: Command) -> Self {
        Self { name: name.into(), note: note.into(), command }
    }
}

/// Everything that can be done now: the actions in menu order, then what has a name of its own.
fn entries(state: &State, lake: Option<&Lake>) -> Vec<Entry> {
    let mut entries = actions(lake.is_some());
    for (choice, name) in [
        (ThemeChoice::System, "Theme: like the desktop"),
        (ThemeChoice::Dark, "Theme: dark"),
        (ThemeChoice::Light, "Theme: light"),
    ] {
        entries.push(Entry::new(name, "", Command::SetTheme(choice)));
    }
    if let Some(lake) = lake {
        entries
            .extend(Pane::all().map(|pane| Entry::new(format!("Panel: {}", pane.name()), "", Command::OpenPane(pane))));
        let saved = state.persisted.layouts.keys().cloned();
        for name in BUILT_IN.into_iter().map(str::to_owned).chain(saved) {
            entries.push(Entry::new(format!("Layout: {name}"), "", Command::UseLayout(name)));
        }
        for metric in lake.table().metrics() {
            if matches!(metric.kind, MetricKind::Float | MetricKind::Int) {
                let unit = metric.unit.clone().unwrap_or_default();
                let go = Command::ShowFacet(metric.name.clone());
                entries.push(Entry::new(format!("Facet: {}", metric.name), unit, go));
            }
        }
        for saved in lake.selections.value().map_or(&[][..], Vec::as_slice) {
            let load = Command::LoadSelection(saved.name.clone());
            entries.push(Entry::new(format!("Selection: {}", saved.name), saved.note.clone(), load));
        }
    }
    let here = lake.map(|lake| lake.root.as_path());
    let others = state.persisted.recent.iter().filter(|root| Some(root.as_path()) != here);
    for root in others.filter(|root| !state.transient.missing.contains(*root)) {
        let name = root.file_name().unwrap_or(root.as_os_str()).to_string_lossy().into_owned();
        entries.push(Entry::new(format!("Open {name}"), folder(root), Command::OpenLake(root.clone())));
    }
    entries
}

fn actions(with_lake: bool) -> Vec<Entry> {
    Action::all()
        .filter(|action| *action != Action::Palette && (with_lake || !action.needs_lake()))
        .map(|action| Entry::new(action.name(), action.keys().unwrap_or_default(), action.into()))
        .collect()
}

/// The folder that a lake lies in.
fn folder(root: &Path) -> String {
    root.parent().map_or_else(String::new, |folder| folder.display().to_string())
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

fn matching(query: &str, entries: Vec<Entry>) -> Vec<Entry> {
    let mut found: Vec<(usize, Entry)> =
        entries.into_iter().filter_map(|entry| fit(query, &entry.name).map(|cost| (cost, entry))).collect();
    if !query.trim().is_empty() {
        // Of names that fit alike the one that says least besides.
        found.sort_by_key(|(cost, entry)| (*cost, entry.name.chars().count()));
    }
    found.into_iter().map(|(_, entry)| entry).collect()
}

impl Palette {
    pub(super) fn ui(&mut self, ctx: &Context, state: &State, lake: Option<&Lake>, out: &mut Vec<Command>) -> bool {
        let (down, up, enter) = ctx.input_mut(|input| {
            (
                input.count_and_consume_key(Modifiers::NONE, Key::ArrowDown),
                input.count_and_consume_key(Modifiers::NONE, Key::ArrowUp),
                input.consume_key(Modifiers::NONE, Key::Enter),
            )
        });
        let mut run = None;
        let id = Id::unique("palette");
        let top = (ctx.content_rect().height() * 0.1).clamp(16.0, 96.0);
        let area = Modal::default_area(id).anchor(egui::Align2::CENTER_TOP, vec2(0.0, top));
        let room = ctx.content_rect().size() - vec2(48.0, top + 100.0);
        let response = Modal::new(id)
            .area(area)
            .frame(Frame::window(&ctx.global_style()).inner_margin(Margin::same(10)))
            .show(ctx, |ui| {
                ui.set_width(room.x.clamp(200.0, 560.0));
                let edit = TextEdit::singleline(&mut self.query)
                    .hint_text("Type a command, a layout, a metric or a lake")
                    .desired_width(f32::INFINITY)
                    .min_size(vec2(0.0, 36.0))
                    .align(egui::Align2::LEFT_CENTER);
                let edit = ui.add(edit).accessible_name("Command");
                edit.request_focus();
                if edit.changed() {
                    self.chosen = 0;
                }
                let entries = matching(&self.query, entries(state, lake));
                if !entries.is_empty() {
                    self.chosen = (self.chosen + down).saturating_sub(up).min(entries.len() - 1);
                }
                ui.add_space(STEP / 2.0);
                let tall = room.y.clamp(120.0, 416.0);
                let list = ScrollArea::vertical().min_scrolled_height(tall).max_height(tall).auto_shrink([false, true]);
                list.show(ui, |ui| {
                    ui.spacing_mut().item_spacing.y = 0.0;
                    for (place, entry) in entries.iter().enumerate() {
                        if entry_ui(ui, entry, place == self.chosen, down + up > 0) {
                            run = Some(entry.command.clone());
                        }
                    }
                    if entries.is_empty() {
                        let muted = colors(ui).muted;
                        ui.add_space(STEP);
                        ui.colored_label(muted, format!("Nothing is called “{}”.", self.query));
                    }
                });
                if enter {
                    run = entries.get(self.chosen).map(|entry| entry.command.clone());
                }
            });
        if let Some(command) = run {
            out.push(command);
            return false;
        }
        !response.backdrop_response.clicked()
    }
}

fn entry_ui(ui: &mut egui::Ui, entry: &Entry, chosen: bool, moved: bool) -> bool {
    let colors = colors(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), CONTROL + 4.0), Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::MenuItem, true, chosen, &*entry.name));
    if chosen && moved {
        response.scroll_to_me(None);
    }
    if !ui.is_rect_visible(rect) {
        return response.clicked();
    }
    if chosen || response.hovered() {
        ui.painter().rect_filled(rect, ROUND, if chosen { colors.accent_wash } else { colors.hover });
    }
    let center = rect.center().y;
    let mark = Rect::from_center_size(egui::pos2(rect.left() + 16.0, center), vec2(14.0, 14.0));
    paint_icon(ui.painter(), mark, Icon::Right, if chosen { colors.accent } else { colors.faint });
    let note = ui.painter().layout_no_wrap(entry.note.clone(), theme::medium(11.5), colors.muted);
    let most = rect.width() * 0.45;
    let note_width = note.size().x.min(most);
    let name = egui::pos2(rect.left() + 32.0, center);
    let room = rect.width() - 32.0 - 24.0 - note_width;
    elided(ui.painter(), name, &*entry.name, theme::medium(13.0), colors.text, room);
    let left = egui::pos2(rect.right() - 12.0 - note_width, center);
    elided(ui.painter(), left, &*entry.note, theme::medium(11.5), colors.muted, note_width + 0.5);
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
            ("switch th", Action::CycleTheme),
            ("cmdl", Action::CopyCommandLine),
        ] {
            let found = matching(query, actions(true));
            assert_eq!(found.first().map(|entry| &entry.command), Some(&Command::Do(expected)), "{query}");
        }
        assert!(matching("zzzz", actions(true)).is_empty());
        assert!(!actions(false).iter().any(|entry| entry.command == Command::Do(Action::Export)));
    }

    #[test]
    fn without_a_lake_recent_lakes_are_offered_as_far_as_they_are_there() {
        let mut state = State::default();
        for name in ["/data/one", "/data/two"] {
            state.persisted.touch_recent(name.into());
        }
        state.transient.missing.insert("/data/two".into());
        let names: Vec<String> =
            matching("open", entries(&state, None)).into_iter().map(|entry| entry.name.into_owned()).collect();
        assert!(names.contains(&"Open one".to_owned()), "{names:?}");
        assert!(!names.contains(&"Open two".to_owned()), "{names:?}");
        assert!(!names.iter().any(|name| name.starts_with("Layout")), "{names:?}");
    }
}
