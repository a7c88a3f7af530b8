//! Settings of the lake: what is known of its metrics, cameras and sensor files, what was guessed, and what a person says
//! instead. What is saved goes into `lake.toml`, and what it concerns is indexed again.

use std::{collections::BTreeMap, sync::Arc};

use egui::{Align, ComboBox, Context, Label, Layout, RichText, ScrollArea, TextEdit, Ui, vec2};

use super::modal;
use crate::{
    formats::Interpolation,
    gui::{
        command::Command,
        fetch::Fetch,
        lake::Lake,
        theme::{self, CONTROL, STEP, colors, heading},
        widgets::{bar, field, plain_button, primary_button, segmented, text::counted},
        work::Workers,
    },
    jobs::Priority,
    lake::{AxisOrder, ClockUnit},
    model::MetricKind,
    session::{Concerned, LakeSettings, Session, SettingChange, SettingOf},
};

/// Units of times that are numbers.
const UNITS: [(&str, &str); 4] =
    [("s", "seconds"), ("ms", "milliseconds"), ("us", "microseconds"), ("ns", "nanoseconds")];
/// Ways between samples.
const WAYS: [(&str, &str); 4] =
    [("linear", "linear"), ("previous", "previous"), ("nearest", "nearest"), ("circular", "circular")];
/// Orders of the axes of a frame.
const ORDERS: [(&str, &str); 3] =
    [("hwc", "rows, columns, channels"), ("chw", "channels, rows, columns"), ("hw", "rows, columns")];
/// Height of the list, points.
const LIST: f32 = 330.0;
/// What the frame of a field takes of its width, points.
const FIELD: f32 = 16.0;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Tab {
    #[default]
    Metrics,
    Cameras,
    Sensors,
    Lake,
}

/// What came of what was typed, worked out by a worker: zones are looked up on the disk.
#[derive(Debug, Clone, Default)]
struct Checked {
    /// Why a setting cannot be saved as it stands.
    wrong: BTreeMap<(SettingOf, String), String>,
    /// What the changes concern, as far as the index can tell.
    concerned: Option<Concerned>,
}

impl Checked {
    /// Looks at every change.
    fn of(session: &Session, changes: &[SettingChange]) -> Result<Self, String> {
        let wrong = changes.iter().filter_map(|change| {
            let error = Session::check_setting(change).err()?;
            Some(((change.of.clone(), change.key.clone()), error.to_string()))
        });
        let concerned = session.concerned(changes).map_err(|error| error.to_string())?;
        Ok(Self { wrong: wrong.collect(), concerned: Some(concerned) })
    }
}

/// What was typed.
#[derive(Debug, Default)]
pub struct SettingsDraft {
    tab: Tab,
    search: String,
    known: Fetch<u64, Arc<LakeSettings>>,
    /// What is different from what is set now: the new text, empty to remove.
    edits: BTreeMap<(SettingOf, &'static str), String>,
    /// Grows with each of them.
    edited: u64,
    /// What came of them, by the generation of the index and their number.
    checked: Fetch<(u64, u64), Checked>,
}

impl SettingsDraft {
    /// Whether something was typed that is not saved.
    pub fn has_changes(&self) -> bool {
        !self.edits.is_empty()
    }

    fn changes(&self) -> Vec<SettingChange> {
        self.edits
            .iter()
            .map(|((of, key), text)| {
                let value = Some(text.trim().to_owned()).filter(|text| !text.is_empty());
                SettingChange { of: of.clone(), key: (*key).to_owned(), value }
            })
            .collect()
    }

    fn ask(&mut self, ctx: &Context, lake: &Lake, workers: &Workers) {
        let session = lake.session.clone();
        let generation = lake.table().generation();
        self.known.request(generation, &workers.ask, Priority::Visible, ctx, move |_| {
            session.lake_settings().map(Arc::new).map_err(|error| error.to_string())
        });
        self.known.poll();
        if self.edits.is_empty() {
            return;
        }
        let key = (generation, self.edited);
        if self.checked.key() != Some(&key) {
            let (session, changes) = (lake.session.clone(), self.changes());
            let check = move |_: &_| Checked::of(&session, &changes);
            self.checked.request(key, &workers.ask, Priority::Visible, ctx, check);
        }
        self.checked.poll();
    }

    pub(super) fn ui(&mut self, ctx: &Context, lake: &Lake, workers: &Workers, out: &mut Vec<Command>) -> bool {
        self.ask(ctx, lake, workers);
        let width = (ctx.content_rect().width() - 80.0).clamp(420.0, 1040.0);
        modal(ctx, "settings", width, |ui| {
            ui.label(heading("Settings of this lake"));
            ui.add_space(STEP / 2.0);
            bar(ui, CONTROL, |ui| {
                let tabs = [
                    (Tab::Metrics, "Metrics"),
                    (Tab::Cameras, "Cameras"),
                    (Tab::Sensors, "Sensor files"),
                    (Tab::Lake, "Lake"),
                ];
                if let Some(tab) = segmented(ui, self.tab, &tabs) {
                    self.tab = tab;
                }
                if self.tab != Tab::Lake {
                    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                        let room = ui.available_width().min(200.0);
                        field(ui, &mut self.search, "Search settings", "Search", room);
                    });
                }
            });
            ui.add_space(STEP / 2.0);
            let known = self.known.value().cloned();
            let error = self.known.error().map(str::to_owned);
            let (red, muted) = (colors(ui).error, colors(ui).muted);
            match (&known, error) {
                (_, Some(error)) => {
                    ui.colored_label(red, error);
                }
                (None, None) => {
                    ui.colored_label(muted, "Reading the settings…");
                }
                (Some(known), None) => self.tab_ui(ui, known),
            }
            ui.add_space(STEP / 2.0);
            self.end_ui(ui, out)
        })
    }

    fn tab_ui(&mut self, ui: &mut Ui, known: &LakeSettings) {
        let wanted = self.search.trim().to_lowercase();
        let fits = |name: &str| wanted.is_empty() || name.to_lowercase().contains(&wanted);
        match self.tab {
            Tab::Metrics => {
                let all: Vec<_> = known.metrics.iter().filter(|metric| fits(&metric.name)).collect();
                let columns = [("Unit", 92.0), ("Between samples", 150.0), ("Longest gap, s", 96.0)];
                let told = "No metric file was found in this lake.";
                list(ui, "Metric", &columns, all.len(), told, |ui, at| {
                    let metric = all[at];
                    let of = SettingOf::Metric(metric.name.clone());
                    let set = &metric.set;
                    let gap = set.max_gap_s.map(|gap| gap.to_string());
                    self.edit(ui, 96.0, &of, "max_gap_s", gap.as_deref(), "1");
                    let usual = if metric.kind == MetricKind::Text { "previous" } else { way(metric.usual) };
                    let usual = format!("{usual} (usual)");
                    self.choice(ui, 150.0, &of, "interpolate", set.interpolate.as_deref(), &usual, &WAYS);
                    let hint = metric.unit.as_deref().unwrap_or("unknown");
                    self.edit(ui, 92.0, &of, "unit", set.unit.as_deref(), hint);
                    (metric.name.clone(), metric.kind.as_str().to_owned())
                });
            }
            Tab::Cameras => {
                let all: Vec<_> = known.cameras.iter().filter(|camera| fits(&camera.name)).collect();
                let columns = [
                    ("Clock offset, s", 96.0),
                    ("Frames a second", 104.0),
                    ("First frame at", 150.0),
                    ("Array of times", 110.0),
                    ("Their unit", 100.0),
                    ("Order of axes", 100.0),
                ];
                list(ui, "Camera", &columns, all.len(), "No footage was found in this lake.", |ui, at| {
                    let camera = all[at];
                    let of = SettingOf::Footages(camera.name.clone());
                    let holds = &camera.holds;
                    let usual = holds.order.map_or("as guessed", AxisOrder::word);
                    self.choice(ui, 100.0, &of, "order", camera.own.order.map(AxisOrder::word), usual, &ORDERS);
                    let usual = holds.clock.map_or("as guessed", ClockUnit::word);
                    self.choice(ui, 100.0, &of, "clock", camera.own.clock.map(ClockUnit::word), usual, &UNITS);
                    let hint = holds.times.as_deref().unwrap_or("as found");
                    self.edit(ui, 110.0, &of, "times", camera.own.times.as_deref(), hint);
                    let starts = camera.own.starts_at.map(crate::model::format_ns);
                    self.edit(ui, 150.0, &of, "starts_at", starts.as_deref(), "as the store tells");
                    let (rate, known) = (camera.own.rate_hz, camera.rate_hz);
                    self.edit(
                        ui,
                        104.0,
                        &of,
                        "rate_hz",
                        rate.map(|rate| rate.to_string()).as_deref(),
                        &format!("{known:.3}"),
                    );
                    let offset = camera.own.offset_s.map(|offset| offset.to_string());
                    let hint = camera.holds.offset_s.map_or_else(|| "0".to_owned(), |offset| offset.to_string());
                    self.edit(ui, 96.0, &of, "offset_s", offset.as_deref(), &hint);
                    (camera.name.clone(), String::new())
                });
            }
            Tab::Sensors => {
                let all: Vec<_> = known.sensors.iter().filter(|file| fits(&file.path)).collect();
                let columns = [
                    ("Clock offset, s", 96.0),
                    ("Zone of its times", 140.0),
                    ("Column of times", 130.0),
                    ("Their unit", 110.0),
                ];
                list(ui, "File", &columns, all.len(), "No sensor file was found in this lake.", |ui, at| {
                    let file = all[at];
                    let of = SettingOf::Sensors(file.path.clone());
                    let usual = file.holds.time_unit.map_or("as guessed", ClockUnit::word);
                    self.choice(ui, 110.0, &of, "time_unit", file.own.time_unit.map(ClockUnit::word), usual, &UNITS);
                    let hint = file.holds.time_column.as_deref().unwrap_or("as found");
                    self.edit(ui, 130.0, &of, "time_column", file.own.time_column.as_deref(), hint);
                    let zone = file.holds.time_zone.as_deref().or(known.time_zone.as_deref()).unwrap_or("UTC");
                    self.edit(ui, 140.0, &of, "time_zone", file.own.time_zone.as_deref(), zone);
                    let hint = file.holds.offset_s.map_or_else(|| "0".to_owned(), |offset| offset.to_string());
                    self.edit(
                        ui,
                        96.0,
                        &of,
                        "offset_s",
                        file.own.offset_s.map(|offset| offset.to_string()).as_deref(),
                        &hint,
                    );
                    (file.path.clone(), String::new())
                });
            }
            Tab::Lake => self.lake_ui(ui, known),
        }
    }

    fn lake_ui(&mut self, ui: &mut Ui, known: &LakeSettings) {
        ui.set_min_height(LIST + CONTROL);
        let line = |ui: &mut Ui, name: &str, add: &mut dyn FnMut(&mut Ui)| {
            bar(ui, CONTROL + 6.0, |ui| {
                ui.allocate_ui_with_layout(vec2(240.0, CONTROL), Layout::left_to_right(Align::Center), |ui| {
                    ui.set_min_width(240.0);
                    ui.label(name);
                });
                add(ui);
            });
        };
        line(ui, "Zone of times without one", &mut |ui: &mut Ui| {
            self.edit(ui, 240.0, &SettingOf::Lake, "time_zone", known.time_zone.as_deref(), "UTC");
        });
        note(
            ui,
            "An IANA name such as Europe/Berlin. It counts for CSV, Parquet and recording.toml; times in HDF5 stores are UTC.",
        );
        ui.add_space(STEP);
        for (key, name, set) in [
            ("latitude", "Metric of the latitude", &known.latitude),
            ("longitude", "Metric of the longitude", &known.longitude),
        ] {
            let found =
                known.position.as_ref().map(|names| if key == "latitude" { &names.latitude } else { &names.longitude });
            let usual = found.map_or("none", String::as_str);
            line(ui, name, &mut |ui: &mut Ui| {
                let shown = self.shown(&SettingOf::Position, key, set.as_deref());
                let text = if shown.is_empty() { format!("by its name ({usual})") } else { shown.clone() };
                let combo = ComboBox::from_id_salt(("position", key)).width(240.0).selected_text(text).truncate();
                let response = combo.show_ui(ui, |ui| {
                    let numeric = |kind: MetricKind| matches!(kind, MetricKind::Float | MetricKind::Int);
                    let names =
                        known.metrics.iter().filter(|metric| numeric(metric.kind)).map(|metric| metric.name.as_str());
                    for choice in std::iter::once("").chain(names) {
                        let label = if choice.is_empty() { "By its name" } else { choice };
                        if ui.selectable_label(shown == choice, label).clicked() {
                            self.put(&SettingOf::Position, key, set.as_deref(), choice.to_owned());
                        }
                    }
                });
                response.response.accessible_name(name);
            });
        }
        note(ui, "In degrees. They draw the track and answer in_box(…).");
        ui.add_space(STEP);
        line(ui, "Corners in Pascal VOC files count", &mut |ui: &mut Ui| {
            let set = known.voc_zero_based.then_some("true");
            self.choice(ui, 240.0, &SettingOf::Labels, "voc_zero_based", set, "from 1", &[("true", "from 0")]);
        });
    }

    /// The text of a setting as it stands.
    fn shown(&self, of: &SettingOf, key: &'static str, set: Option<&str>) -> String {
        self.edits.get(&(of.clone(), key)).cloned().unwrap_or_else(|| set.unwrap_or_default().to_owned())
    }

    /// Keeps what is different from what is set now.
    fn put(&mut self, of: &SettingOf, key: &'static str, set: Option<&str>, text: String) {
        self.edited += 1;
        if text.trim() == set.unwrap_or_default() {
            self.edits.remove(&(of.clone(), key));
        } else {
            self.edits.insert((of.clone(), key), text);
        }
    }

    /// Why a setting that was changed cannot be so, as far as it is known yet.
    fn wrong(&self, of: &SettingOf, key: &'static str) -> Option<&str> {
        let checked = self.checked.value().filter(|checked| !checked.wrong.is_empty())?;
        self.edits.get(&(of.clone(), key))?;
        checked.wrong.get(&(of.clone(), key.to_owned())).map(String::as_str)
    }

    /// A setting as text. `hint` is what holds while nothing is set.
    fn edit(&mut self, ui: &mut Ui, width: f32, of: &SettingOf, key: &'static str, set: Option<&str>, hint: &str) {
        let colors = colors(ui);
        let mut text = self.shown(of, key, set);
        let wrong = self.wrong(of, key).map(str::to_owned);
        let ink = if wrong.is_some() { colors.error } else { colors.text };
        let edit = TextEdit::singleline(&mut text)
            .hint_text(hint)
            .desired_width(width)
            .text_color(ink)
            .min_size(vec2(0.0, CONTROL))
            .align(egui::Align2::LEFT_CENTER);
        let response = slot(ui, width, |ui| ui.add(edit)).accessible_name(spoken(of, key));
        let changed = response.changed();
        if let Some(wrong) = wrong {
            response.on_hover_text(wrong);
        }
        if changed {
            self.put(of, key, set, text);
        }
    }

    /// A setting as one of some values, each with its name. `usual` is what holds while nothing is set.
    #[expect(clippy::too_many_arguments, reason = "what an edit has, and the choices")]
    fn choice(
        &mut self,
        ui: &mut Ui,
        width: f32,
        of: &SettingOf,
        key: &'static str,
        set: Option<&str>,
        usual: &str,
        choices: &[(&str, &str)],
    ) {
        let shown = self.shown(of, key, set);
        let all = || std::iter::once(("", usual)).chain(choices.iter().copied());
        let text = all().find(|(value, _)| *value == shown).map_or(shown.as_str(), |(_, name)| name);
        let combo = ComboBox::from_id_salt((of.name(), key)).width(width).selected_text(text).truncate();
        let response = slot(ui, width, |ui| {
            combo.show_ui(ui, |ui| {
                for (value, name) in all() {
                    if ui.selectable_label(shown == value, name).clicked() {
                        self.put(of, key, set, value.to_owned());
                    }
                }
            })
        });
        response.response.accessible_name(spoken(of, key));
    }

    /// What will happen, and the buttons.
    fn end_ui(&mut self, ui: &mut Ui, out: &mut Vec<Command>) -> bool {
        let colors = colors(ui);
        // What was checked last is shown until there is news; only what was checked as it stands can be saved.
        let checked = self.checked.value().filter(|_| !self.edits.is_empty()).cloned().unwrap_or_default();
        let sure = self.checked.ready().is_some() && self.checked.key().is_some_and(|key| key.1 == self.edited);
        let failed = self.checked.error().map(str::to_owned);
        let mistake = failed.or_else(|| checked.wrong.into_values().next());
        let concerned = checked.concerned;
        let (told, ink) = match (&mistake, concerned) {
            _ if self.edits.is_empty() => ("Nothing is changed.".to_owned(), colors.muted),
            (Some(mistake), _) => (mistake.clone(), colors.error),
            (None, Some(concerned)) => (effect(self.edits.len(), concerned), colors.muted),
            (None, None) => (counted(self.edits.len() as u64, "setting"), colors.muted),
        };
        let mut keep = true;
        bar(ui, 40.0, |ui| {
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                let index = concerned.is_some_and(|concerned| concerned.index);
                let name = if index { "Save and index" } else { "Save" };
                let ready = !self.edits.is_empty() && sure && mistake.is_none() && concerned.is_some();
                if primary_button(ui, ready, name).clicked() {
                    out.push(Command::ChangeSettings { changes: self.changes(), index });
                    keep = false;
                }
                keep &= !plain_button(ui, true, "Cancel").clicked();
                ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                    let text = RichText::new(&told).font(theme::numbers(12.0)).color(ink);
                    ui.add(Label::new(text).wrap());
                });
            });
        });
        keep
    }
}

/// `2 settings; 3 of 4 recordings are read again`
fn effect(settings: usize, concerned: Concerned) -> String {
    let settings = counted(settings as u64, "setting");
    match (concerned.index, concerned.recordings) {
        (false, _) => format!("{settings}; nothing is read again."),
        (true, 0) => format!("{settings}; no recording is read again."),
        (true, all) if all == concerned.of => format!("{settings}; all {} are read again.", counted(all, "recording")),
        (true, some) => format!("{settings}; {some} of {} are read again.", counted(concerned.of, "recording")),
    }
}

fn way(interpolation: Interpolation) -> &'static str {
    match interpolation {
        Interpolation::Linear => "linear",
        Interpolation::Previous => "previous",
        Interpolation::Nearest => "nearest",
        Interpolation::Circular => "circular",
    }
}

/// The name of a field for assistive technology.
fn spoken(of: &SettingOf, key: &str) -> String {
    let what = match key {
        "unit" => "Unit",
        "interpolate" => "Between samples",
        "max_gap_s" => "Longest gap",
        "offset_s" => "Clock offset",
        "rate_hz" => "Frames a second",
        "starts_at" => "First frame at",
        "time_zone" => "Time zone",
        "time_unit" | "clock" => "Unit of times",
        "time_column" => "Column of times",
        "times" => "Array of times",
        "order" => "Order of axes",
        "voc_zero_based" => "Corners",
        _ => key,
    };
    format!("{what} of {}", of.name().unwrap_or(of.what()))
}

fn note(ui: &mut Ui, text: &str) {
    let muted = colors(ui).muted;
    ui.add(Label::new(RichText::new(text).size(12.0).color(muted)).wrap());
}

/// A cell of a table: as wide as its head, whatever is in it.
fn slot<R>(ui: &mut Ui, width: f32, add: impl FnOnce(&mut Ui) -> R) -> R {
    ui.allocate_ui_with_layout(vec2(width, CONTROL), Layout::left_to_right(Align::Center), |ui| {
        ui.set_min_width(width);
        ui.set_max_width(width);
        add(ui)
    })
    .inner
}

/// A table whose first column takes the room that is left. `row` draws the cells from right to left and gives the name and
/// what stands faintly behind it.
fn list(
    ui: &mut Ui,
    name: &str,
    columns: &[(&str, f32)],
    rows: usize,
    empty: &str,
    mut row: impl FnMut(&mut Ui, usize) -> (String, String),
) {
    let colors = colors(ui);
    let head = |ui: &mut Ui, text: &str| ui.label(RichText::new(text).font(theme::medium(11.5)).color(colors.muted));
    bar(ui, 22.0, |ui| {
        head(ui, name);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.add_space(10.0);
            for (name, width) in columns.iter().rev() {
                slot(ui, *width, |ui| {
                    // Above the text of the fields.
                    ui.add_space(FIELD / 2.0);
                    head(ui, name);
                });
            }
        });
    });
    if rows == 0 {
        ui.add_space(STEP);
        ui.colored_label(colors.muted, empty);
        ui.add_space(LIST - STEP - 20.0);
        return;
    }
    let scroll =
        ScrollArea::vertical().id_salt(name).max_height(LIST).min_scrolled_height(LIST).auto_shrink([false, false]);
    scroll.show_rows(ui, CONTROL + 2.0, rows, |ui, range| {
        for at in range {
            bar(ui, CONTROL + 2.0, |ui| {
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    ui.add_space(10.0);
                    let (name, more) = row(ui, at);
                    ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                        ui.add(Label::new(RichText::new(&name).font(theme::medium(13.0))).truncate())
                            .on_hover_text(&name);
                        if !more.is_empty() {
                            ui.label(RichText::new(more).size(12.0).color(colors.muted));
                        }
                    });
                });
            });
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_typed_is_checked_once_by_a_worker() {
        let mut draft = SettingsDraft::default();
        let of = SettingOf::Lake;
        for text in ["B", "Be", ""] {
            draft.put(&of, "time_zone", None, text.to_owned());
        }
        assert_eq!((draft.edited, draft.changes().len()), (3, 0), "as it was before is no change");
        draft.put(&of, "time_zone", None, "Berlin".to_owned());
        // Until the answer comes nothing is said to be wrong, and nothing is looked up here.
        assert_eq!(draft.wrong(&of, "time_zone"), None);
        let folder = tempfile::tempdir().unwrap();
        let session = Session::open(folder.path(), crate::session::OpenOptions::default()).unwrap();
        assert!(Checked::of(&session, &draft.changes()).is_err(), "no index can tell whom it concerns");
    }

    #[test]
    fn what_will_happen_is_told() {
        for (recordings, index, expected) in [
            (0, false, "1 setting; nothing is read again."),
            (0, true, "1 setting; no recording is read again."),
            (2, true, "1 setting; 2 of 4 recordings are read again."),
            (4, true, "1 setting; all 4 recordings are read again."),
        ] {
            assert_eq!(effect(1, Concerned { recordings, of: 4, index }), expected);
        }
    }
}
