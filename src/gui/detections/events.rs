//! The events of one item: when, by which camera, how many copies; and the frames that show them, as tiles.

use egui::{Align, Layout, Rect, RichText, Sense, Stroke, StrokeKind, Ui, WidgetInfo, accesskit::Role, pos2, vec2};

use super::{
    DetectionsCommand, Sighted,
    door::{LISTED, Sightings},
    limits::short_time,
    state::Answers,
    words::failed_or_waiting,
};
use crate::{
    gui::{
        command::{Action, Command},
        lake::Lake,
        source::{Source, Wanted},
        theme::{self, STEP, colors},
        thumbs::{Thumbs, bucket_for},
        tile_pictures::Thumb,
        widgets::{
            Icon, VirtualScroll, bar, divider, elided, empty_ui, icon_button, paint_icon, rows_ui,
            text::{count, counted, time_utc},
        },
        work::Workers,
    },
    session::DetectionEvent,
};

/// Height of an event, points.
const LINE: f32 = 26.0;
/// Width and height of a tile, points.
const TILE: [f32; 2] = [132.0, 99.0];
/// Bytes of memory for the tiles.
const THUMBS: usize = 32 << 20;
/// Space between tiles, points.
const GAP: f32 = 6.0;

/// The panel.
#[derive(Default)]
pub struct EventsPane {
    scroll: VirtualScroll,
    tiles: VirtualScroll,
    thumbs: Thumbs,
    of: Option<Sighted>,
}

impl EventsPane {
    /// The frames of a footage look different from now on.
    pub(super) fn forget_pictures(&mut self, footage: i64) {
        self.thumbs.forget(footage);
    }

    /// The footages that pictures are kept of in memory, and a number that grows with every picture that comes.
    pub(super) fn kept(&self) -> (impl Iterator<Item = i64> + '_, u64) {
        (self.thumbs.footages(), self.thumbs.came())
    }

    pub(super) fn ui(
        &mut self,
        ui: &mut Ui,
        lake: &Lake,
        answers: &Answers,
        workers: &Workers,
        out: &mut Vec<Command>,
    ) {
        let colors = colors(ui);
        let Some(shown) = &lake.detections.shown else {
            let body = "Press an item among the top items: its events are listed here, with the frames that show them.";
            empty_ui(ui, Icon::Boxes, "No item is chosen", body, |_| {});
            return;
        };
        if self.of.as_ref() != Some(shown) {
            self.of = Some(shown.clone());
            (self.scroll, self.tiles) = (VirtualScroll::default(), VirtualScroll::default());
        }
        egui::Frame::new().inner_margin(egui::Margin::symmetric(12, 0)).show(ui, |ui| {
            bar(ui, 36.0, |ui| {
                let place = match shown.location {
                    None => "all locations".to_owned(),
                    Some(oid) => {
                        let known = answers.places.value().and_then(|places| places.of(oid));
                        known.map_or_else(|| format!("oid {oid}"), super::answer::Place::text)
                    }
                };
                let window = shown.window.map(|window| format!(", from {}", short_time(window.0))).unwrap_or_default();
                let room = ui.available_width() - 36.0;
                let (rect, _) = ui.allocate_exact_size(vec2(room, 28.0), Sense::hover());
                let text = format!("{} at {place}{window}", shown.item);
                elided(ui.painter(), rect.left_center(), text, theme::semibold(12.5), colors.text, room);
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    if icon_button(ui, Icon::Close, "Let the item go").clicked() {
                        out.push(Command::Detections(DetectionsCommand::Show(None)));
                    }
                });
            });
        });
        divider(ui);
        let Some(found) =
            failed_or_waiting(ui, &answers.sightings, answers.top.error(), "Listing events…", out).cloned()
        else {
            return;
        };
        if found.behind.events.is_empty() {
            empty_ui(ui, Icon::Boxes, "No events", "No event of this item lies within the limits.", |_| {});
            return;
        }
        self.tiles_ui(ui, lake, &found, workers, out);
        self.list_ui(ui, lake, &found, out);
    }

    /// The frames that show the events.
    fn tiles_ui(&mut self, ui: &mut Ui, lake: &Lake, found: &Sightings, workers: &Workers, out: &mut Vec<Command>) {
        let colors = colors(ui);
        let table = lake.table();
        let mut rows: Vec<usize> = found.rows.iter().copied().flatten().filter(|row| *row < lake.frames()).collect();
        rows.dedup();
        if rows.is_empty() {
            let text = "No camera of these events is a footage of this lake. A footage is found by video_camera_oid, set in lake.toml or in Settings.";
            egui::Frame::new().inner_margin(egui::Margin::symmetric(12, 8)).show(ui, |ui| {
                ui.add(egui::Label::new(RichText::new(text).size(12.0).color(colors.muted)).wrap());
            });
            divider(ui);
            return;
        }
        self.thumbs.begin_frame(ui.ctx(), table, (), THUMBS);
        let area = ui.available_rect_before_wrap();
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a few tiles")]
        let across = (((area.width() - 20.0 + GAP) / (TILE[0] + GAP)) as usize).max(1);
        let lines = rows.len().div_ceil(across);
        #[expect(clippy::cast_precision_loss, reason = "at most a few lines are drawn")]
        let tall =
            (TILE[1] + GAP) * (lines as f32).min(((area.height() * 0.5) / (TILE[1] + GAP)).floor().max(1.0)) + 8.0;
        let place = area.with_max_y(area.top() + tall);
        ui.scope_builder(egui::UiBuilder::new().max_rect(place.shrink2(vec2(8.0, 4.0))), |ui| {
            rows_ui(ui, &mut self.tiles, "Scroll the frames", (lines, TILE[1] + GAP), |ui, line, rect| {
                for column in 0..across {
                    let Some(row) = rows.get(line * across + column).copied() else { return };
                    #[expect(clippy::cast_precision_loss, reason = "a few tiles")]
                    let left = rect.left() + column as f32 * (TILE[0] + GAP);
                    let tile = Rect::from_min_size(pos2(left, rect.top()), TILE.into());
                    if tile_ui(ui, &mut self.thumbs, lake, row, tile) {
                        out.push(Action::Explore.into());
                        out.push(Command::Show(row));
                    }
                }
            });
        });
        let source = Source { session: &lake.session, table, pool: &workers.pictures, ctx: ui.ctx() };
        self.thumbs.end_frame(source, bucket_for(TILE[0]), std::iter::empty());
        ui.advance_cursor_after_rect(place);
        divider(ui);
    }

    fn list_ui(&mut self, ui: &mut Ui, lake: &Lake, found: &Sightings, out: &mut Vec<Command>) {
        let colors = colors(ui);
        let area = ui.available_rect_before_wrap();
        let foot = 26.0;
        let list = area.with_max_y(area.bottom() - foot);
        let events = &found.behind.events;
        ui.scope_builder(egui::UiBuilder::new().max_rect(list), |ui| {
            rows_ui(ui, &mut self.scroll, "Scroll the events", (events.len(), LINE), |ui, index, rect| {
                let Some(event) = events.get(index) else { return };
                let row = found.rows.get(index).copied().flatten().filter(|row| *row < lake.frames());
                if event_ui(ui, event, row.is_some(), rect) {
                    if let Some(row) = row {
                        out.push(Action::Explore.into());
                        out.push(Command::Show(row));
                    } else if let Some(id) = event.detection {
                        out.push(Command::Copy { text: id.to_string(), what: "the detection_oid" });
                    }
                }
            });
        });
        let line = area.with_min_y(area.bottom() - foot);
        ui.painter().hline(line.x_range(), line.top(), Stroke::new(1.0, colors.line));
        let all = counted(found.behind.total, "event");
        let told = if found.behind.total > LISTED { format!("{all}, the first {} listed", count(LISTED)) } else { all };
        let framed = found.rows.iter().filter(|row| row.is_some()).count();
        let told = if framed > 0 { format!("{told}, {} with a frame", count(framed as u64)) } else { told };
        elided(
            ui.painter(),
            line.left_center() + vec2(12.0, 0.0),
            told,
            theme::numbers(12.0),
            colors.muted,
            line.width() - 24.0,
        );
    }
}

/// A frame; true when it was pressed.
fn tile_ui(ui: &Ui, thumbs: &mut Thumbs, lake: &Lake, row: usize, tile: Rect) -> bool {
    let colors = colors(ui);
    let response = ui.interact(tile, ui.scope_id().with(("frame", row)), Sense::click());
    let id = lake.table().frame_id(row).to_string();
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, format!("Open frame {id}")));
    let painter = ui.painter();
    painter.rect_filled(tile, 4, colors.canvas);
    match thumbs.get(Wanted::of(lake.table(), row), bucket_for(TILE[0]), lake.table()) {
        Thumb::Ready(texture, uv) => {
            painter.image(texture, tile, uv, egui::Color32::WHITE);
        }
        Thumb::Loading => {}
        Thumb::Failed(_) => {
            let mark = Rect::from_center_size(tile.center(), vec2(20.0, 20.0));
            paint_icon(painter, mark, Icon::Broken, colors.muted);
        }
    }
    if response.hovered() || response.has_focus() {
        painter.rect_stroke(tile, 4, Stroke::new(2.0, colors.accent), StrokeKind::Inside);
    }
    response.on_hover_text(format!("{id}\nOpen in Explore")).clicked()
}

/// An event in a line; true when it was pressed.
fn event_ui(ui: &Ui, event: &DetectionEvent, framed: bool, rect: Rect) -> bool {
    let colors = colors(ui);
    let response = ui.interact(rect, ui.scope_id().with("event"), Sense::click());
    let time = event.time_ns.map_or_else(|| "no time".to_owned(), time_utc);
    let camera = event.camera.map_or_else(|| "no camera".to_owned(), |oid| format!("camera {oid}"));
    let id = event.detection.map_or_else(|| "no id".to_owned(), |id| id.to_string());
    let copies = if event.copies > 1 { format!("{}×", event.copies) } else { String::new() };
    response.widget_info(|| {
        WidgetInfo::labeled(
            Role::Row,
            true,
            format!(
                "Event {time}, {camera}, detection {id}, {}",
                counted(event.copies, "copy").replace("copys", "copies")
            ),
        )
    });
    let painter = ui.painter();
    if response.hovered() {
        painter.rect_filled(rect, 0, colors.hover);
    }
    let middle = rect.center().y;
    let mut left = rect.left() + 12.0;
    let room = rect.width() - 24.0;
    let widths = if room > 420.0 { [166.0, 110.0, room - 316.0, 40.0] } else { [166.0, 0.0, room - 206.0, 40.0] };
    for (text, width, ink) in [
        (time, widths[0], colors.text),
        (camera.clone(), widths[1], colors.muted),
        (id, widths[2], colors.muted),
        (copies, widths[3], colors.warning),
    ] {
        elided(painter, pos2(left, middle), text, theme::numbers(12.0), ink, width - STEP);
        left += width;
    }
    if framed {
        let mark = Rect::from_center_size(pos2(rect.right() - 10.0, middle), vec2(12.0, 12.0));
        paint_icon(painter, mark, Icon::Right, colors.accent);
    }
    let tip = if framed { "Open its frame in Explore" } else { "Copy the detection_oid" };
    response.on_hover_text(format!("{camera}\n{tip}")).clicked()
}
