//! The locations: how many events each has and what part of all, sorted and searched by a worker, drawn as far as in sight.

use std::sync::Arc;

use egui::{Align2, Context, Rect, RichText, Sense, Stroke, Ui, WidgetInfo, accesskit::Role, pos2, vec2};

use super::{
    DetectionsCommand, DetectionsLook,
    answer::{Place, Places, per_cent},
    bar::ask,
    command::PlacesBy,
    state::Answers,
    words::failed_or_waiting,
};
use crate::{
    gui::{
        command::Command,
        fetch::Fetch,
        lake::Lake,
        theme::{self, STEP, colors},
        widgets::{
            Icon, VirtualScroll, bar, divider, elided, empty_ui, field, icon_button, paint_icon, plain_button, rows_ui,
            text::{count, counted},
        },
        work::Workers,
    },
    jobs::Priority,
};

/// Height of a location, points.
const LINE: f32 = 40.0;

/// What is looked for, and in which order it is listed.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Wanted {
    /// A part of the name, or the beginning of the oid.
    pub search: String,
    /// Order.
    pub by: PlacesBy,
    /// The other way round.
    pub turned: bool,
}

/// The locations that were found: their places in the list.
#[derive(Default)]
pub(super) struct Found {
    fetch: Fetch<(usize, Wanted), Arc<Vec<u32>>>,
    of: Option<Arc<Places>>,
}

impl Found {
    /// Asks a worker for the locations that are looked for; the newest there are.
    pub fn of(
        &mut self,
        places: &Arc<Places>,
        wanted: Wanted,
        workers: &Workers,
        ctx: &Context,
    ) -> Option<Arc<Vec<u32>>> {
        let same = self.of.as_ref().is_some_and(|known| Arc::ptr_eq(known, places));
        if !same {
            self.fetch.clear();
            self.of = Some(Arc::clone(places));
        }
        let (all, key) = (Arc::clone(places), (Arc::as_ptr(places).addr(), wanted));
        let asked = key.1.clone();
        self.fetch.request(key, &workers.ask, Priority::Visible, ctx, move |_| Ok(Arc::new(found(&all, &asked))));
        self.fetch.poll();
        self.fetch.value().cloned()
    }
}

fn found(places: &Places, wanted: &Wanted) -> Vec<u32> {
    let search = wanted.search.trim().to_lowercase();
    let fits = |place: &Place| {
        search.is_empty()
            || place.name.as_ref().is_some_and(|name| name.to_lowercase().contains(&search))
            || place.oid.to_string().starts_with(&search)
    };
    let mut list: Vec<u32> =
        (0_u32..).zip(&places.list).filter(|(_, place)| fits(place)).map(|(index, _)| index).collect();
    let place = |index: &u32| &places.list[*index as usize];
    match wanted.by {
        // As they are.
        PlacesBy::Events => {}
        PlacesBy::Name => list.sort_by(|a, b| {
            let (a, b) = (place(a), place(b));
            let names = (a.name.as_deref().unwrap_or_default(), b.name.as_deref().unwrap_or_default());
            a.name
                .is_none()
                .cmp(&b.name.is_none())
                .then_with(|| alphanumeric_sort::compare_str(names.0, names.1))
                .then(a.oid.cmp(&b.oid))
        }),
        PlacesBy::Oid => list.sort_by_key(|index| place(index).oid),
    }
    if wanted.turned {
        list.reverse();
    }
    list
}

/// The panel.
#[derive(Default)]
pub struct PlacesPane {
    search: String,
    found: Found,
    scroll: VirtualScroll,
}

impl PlacesPane {
    pub(super) fn ui(
        &mut self,
        ui: &mut Ui,
        lake: &Lake,
        answers: &Answers,
        workers: &Workers,
        out: &mut Vec<Command>,
    ) {
        let colors = colors(ui);
        let (choice, look) = (&lake.detections.choice, &lake.detections.look);
        let Some(places) =
            failed_or_waiting(ui, &answers.places, answers.top.error(), "Counting events by location…", out).cloned()
        else {
            return;
        };
        let wanted = Wanted { search: self.search.clone(), by: look.places, turned: look.places_turned };
        let found = self.found.of(&places, wanted, workers, ui.ctx());
        let found = found.as_deref().map_or(&[][..], Vec::as_slice);
        egui::Frame::new().inner_margin(egui::Margin::symmetric(10, 0)).show(ui, |ui| {
            bar(ui, 40.0, |ui| {
                field(
                    ui,
                    &mut self.search,
                    "Search locations by name or oid",
                    "Name or oid",
                    ui.available_width() - 68.0,
                );
                let sort = icon_button(ui, Icon::Sliders, "Order of locations");
                egui::Popup::menu(&sort).style(egui::style::StyleModifier::default()).show(|ui| {
                    for (by, name) in
                        [(PlacesBy::Events, "By events"), (PlacesBy::Name, "By name"), (PlacesBy::Oid, "By oid")]
                    {
                        if ui.radio(look.places == by, name).clicked() {
                            out.push(set_look(DetectionsLook { places: by, ..look.clone() }));
                            ui.close();
                        }
                    }
                });
                let turn = if look.places_turned { Icon::Ascending } else { Icon::Descending };
                if icon_button(ui, turn, "Turn the order round").clicked() {
                    out.push(set_look(DetectionsLook { places_turned: !look.places_turned, ..look.clone() }));
                }
            });
        });
        divider(ui);
        if places.list.is_empty() {
            empty_ui(ui, Icon::Route, "No locations", "No event within the limits names a location.", |ui| {
                limits_button(ui, choice.is_limited(), out);
            });
            return;
        }
        if found.is_empty() && !self.search.trim().is_empty() {
            let body = format!(
                "None of {} is called “{}”.",
                counted(places.list.len() as u64, "location"),
                self.search.trim()
            );
            empty_ui(ui, Icon::Search, "Nothing found", &body, |_| {});
            return;
        }
        let foot = 26.0;
        let area = ui.available_rect_before_wrap();
        let list = area.with_max_y(area.bottom() - foot);
        let most = places.list.first().map_or(1, |place| place.events.max(1));
        ui.scope_builder(egui::UiBuilder::new().max_rect(list), |ui| {
            rows_ui(ui, &mut self.scroll, "Scroll the locations", (found.len(), LINE), |ui, index, rect| {
                let Some(place) = found.get(index).and_then(|at| places.list.get(*at as usize)) else { return };
                let on = choice.locations.contains(&place.oid);
                if place_ui(ui, &places, place, (on, most), rect).clicked() {
                    let beside = ui.input(|input| input.modifiers.command);
                    out.push(ask(choice.with_location(place.oid, beside)));
                }
            });
        });
        let line = area.with_min_y(area.bottom() - foot);
        ui.painter().hline(line.x_range(), line.top(), Stroke::new(1.0, colors.line));
        let all = counted(places.list.len() as u64, "location");
        let events = counted(places.events, "event");
        let told = match places.unmatched {
            0 => format!("{events}, {all}"),
            unmatched => format!("{events}, {all}, {} unnamed", count(unmatched as u64)),
        };
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

/// A way back when limits leave nothing.
pub(super) fn limits_button(ui: &mut Ui, limited: bool, out: &mut Vec<Command>) {
    let action = crate::gui::command::Action::ClearLimits;
    if limited && plain_button(ui, true, action.name()).clicked() {
        out.push(action.into());
    }
}

pub(super) fn set_look(look: DetectionsLook) -> Command {
    Command::Detections(DetectionsCommand::SetLook(look))
}

fn place_ui(ui: &Ui, places: &Places, place: &Place, (on, most): (bool, u64), rect: Rect) -> egui::Response {
    let colors = colors(ui);
    let response = ui.interact(rect, ui.scope_id().with("place"), Sense::click());
    let share = per_cent(places.share(place.events));
    response.widget_info(|| {
        let unmatched = if place.matched { "" } else { ", not in the table of locations" };
        let name = format!("{}, {}, {share}{unmatched}", place.text(), counted(place.events, "event"));
        WidgetInfo::selected(Role::ListBoxOption, true, on, name)
    });
    let painter = ui.painter();
    if on || response.hovered() {
        painter.rect_filled(rect, 0, if on { colors.accent_wash } else { colors.hover });
    }
    if on {
        painter.rect_filled(rect.with_max_x(rect.left() + 3.0), 0, colors.accent);
    }
    let (left, right) = (rect.left() + 12.0, rect.right() - 8.0);
    let number = painter.layout_no_wrap(count(place.events), theme::numbers_medium(12.5), colors.text);
    let wide = number.size().x.max(46.0);
    let mut name_at = pos2(left, rect.top() + 15.0);
    if !place.matched {
        let mark = Rect::from_center_size(name_at + vec2(6.0, 0.0), vec2(12.0, 12.0));
        paint_icon(painter, mark, Icon::Warning, colors.warning);
        name_at.x += 18.0;
    }
    let room = right - wide - STEP - name_at.x;
    elided(
        painter,
        name_at,
        place.text(),
        theme::medium(12.5),
        if place.matched { colors.text } else { colors.muted },
        room,
    );
    let top = pos2(right - number.size().x, rect.top() + 15.0 - number.size().y / 2.0);
    painter.galley(top, number, colors.text);
    #[expect(clippy::cast_precision_loss, reason = "drawn as a bar")]
    let part = (place.events as f32 / most as f32).clamp(0.0, 1.0);
    let track = Rect::from_min_max(pos2(left, rect.top() + 28.0), pos2(right - 54.0, rect.top() + 31.0));
    painter.rect_filled(track, 1, colors.pressed);
    painter.rect_filled(track.with_max_x(track.left() + track.width() * part), 1, colors.front);
    painter.text(pos2(right, rect.top() + 29.5), Align2::RIGHT_CENTER, share, theme::numbers(11.0), colors.muted);
    let tip = if place.matched {
        format!("{}\noid {}", place.text(), place.oid)
    } else {
        format!("oid {} is not in the table of locations", place.oid)
    };
    response.on_hover_ui(|ui| {
        ui.label(RichText::new(tip));
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn locations_are_found_by_name_and_oid_in_any_order() {
        let place = |oid, name: Option<&str>, events| Place {
            oid,
            name: name.map(str::to_owned),
            matched: name.is_some(),
            events,
            at: None,
        };
        let places =
            Places::new(vec![place(12, Some("Pier 10"), 5), place(7, Some("pier 9"), 50), place(121, None, 9)]);
        let oids = |wanted: &Wanted| {
            found(&places, wanted).iter().map(|index| places.list[*index as usize].oid).collect::<Vec<_>>()
        };
        let search = |text: &str| Wanted { search: text.into(), ..Wanted::default() };
        assert_eq!(oids(&Wanted::default()), [7, 121, 12]);
        assert_eq!(oids(&search(" PIER")), [7, 12]);
        assert_eq!(oids(&search("12")), [121, 12]);
        assert_eq!(oids(&Wanted { by: PlacesBy::Name, ..Wanted::default() }), [12, 7, 121]);
        assert_eq!(oids(&Wanted { by: PlacesBy::Oid, turned: true, ..Wanted::default() }), [121, 12, 7]);
    }
}
