//! The grid without a tile: why it is empty, and what to do.

use std::sync::Arc;

use egui::{Rect, Sense, Stroke, StrokeKind, Ui, WidgetInfo, accesskit::Role, pos2, vec2};

use crate::{
    catalog::FrameTable,
    filter::FrameColumns as _,
    gui::{
        command::{Action, Command},
        fetch::Fetch,
        lake::Lake,
        theme::{self, STEP, colors},
        widgets::{
            Icon, empty_ui, plain_button,
            text::{count, counted},
        },
        work::Workers,
    },
    jobs::Priority,
    session::{Explanation, FilterPart, Session, SessionError},
};

/// Which part of a filter leaves no frame, worked out by a worker.
#[derive(Default)]
pub(super) struct Why(Fetch<(u64, u64, String), Reason>);

/// Why no frame matches.
struct Reason {
    told: Option<String>,
    /// A word that is likely to be meant, and the filter with it.
    meant: Option<(String, String)>,
}

impl Reason {
    fn of(session: &Session, table: &FrameTable, filter: &str) -> Result<Self, SessionError> {
        let absent = session.absent_words(table, filter)?;
        let words = absent.iter().map(|word| {
            let told = word.told();
            format!("N{}{}", &told[1..], if told.ends_with('?') { "" } else { "." })
        });
        let told: Vec<String> = blame(&session.explain(table, filter)?).into_iter().chain(words).collect();
        let meant = absent.iter().find_map(|word| Some((word.near.clone()?, word.mended(filter)?)));
        Ok(Self { told: (!told.is_empty()).then(|| told.join("\n")), meant })
    }
}

impl Why {
    fn told(&mut self, ui: &Ui, lake: &Lake, workers: &Workers) -> Option<&Reason> {
        let filter = lake.view.as_ref()?.key.filter.clone();
        let (session, table) = (lake.session.clone(), Arc::clone(lake.table()));
        let key = (table.generation(), lake.selections_version, filter.clone());
        self.0.request(key, &workers.ask, Priority::Visible, ui.ctx(), move |_| {
            Reason::of(&session, &table, &filter).map_err(|error| error.to_string())
        });
        self.0.poll();
        self.0.ready()
    }
}

/// The first part that holds nowhere, else the one that leaves nothing of those before it.
fn blame(told: &Explanation) -> Option<String> {
    let parts: Vec<(&FilterPart, u64)> = told.parts.iter().filter_map(|part| Some((part, part.together?))).collect();
    if parts.len() < 2 {
        return None;
    }
    if let Some((part, _)) = parts.iter().find(|(part, _)| part.alone == 0) {
        return Some(format!("{} holds on no frame at all.", part.part));
    }
    let at = parts.iter().position(|(_, together)| *together == 0)?;
    let (_, before) = parts.get(at.checked_sub(1)?)?;
    Some(format!("What stands before “{}” holds on {}.", parts[at].0.part, counted(*before, "frame")))
}

/// Where no frame can be shown as a tile.
pub(super) fn frames_ui(ui: &mut Ui, lake: &Lake, workers: &Workers, why: &mut Why, out: &mut Vec<Command>) {
    match &lake.view {
        Some(_) if lake.frames() == 0 => no_frames_ui(ui, lake, out),
        Some(_) => {
            let why = why.told(ui, lake, workers);
            no_match_ui(ui, lake, why, out);
        }
        None => waiting_ui(ui, lake, out),
    }
}

/// Where no object can be.
pub(super) fn objects_ui(ui: &mut Ui, lake: &Lake, workers: &Workers, why: &mut Why, out: &mut Vec<Command>) {
    let Some(view) = &lake.view else { return waiting_ui(ui, lake, out) };
    let query = &lake.grid.query;
    if lake.frames() == 0 {
        return no_frames_ui(ui, lake, out);
    }
    if lake.table().classes().is_empty() {
        let body = "Objects are the labels with a box, and this lake has none. Put label files into its recordings and index again.";
        return empty_ui(ui, Icon::Boxes, "No labels in this lake", body, |ui| frames_button_ui(ui, out));
    }
    if view.is_empty() {
        let why = why.told(ui, lake, workers);
        return no_match_ui(ui, lake, why, out);
    }
    if let Some(error) = lake.objects.error() {
        // The first line says what, the others where.
        let body = error.lines().filter(|line| !line.trim_start().starts_with('^')).collect::<Vec<_>>().join("\n");
        return empty_ui(ui, Icon::Funnel, "The objects cannot be found", &body, |ui| everything_ui(ui, lake, out));
    }
    if lake.objects.ready().is_none() {
        return skeleton_ui(ui, "Looking for objects…");
    }
    let frames = counted(view.len() as u64, "frame");
    let which = match query.classes.as_slice() {
        [] => "No object".to_owned(),
        [class] => format!("No {class}"),
        classes => format!("None of {}", classes.join(", ")),
    };
    let such =
        if query.condition.trim().is_empty() { String::new() } else { format!(" with {}", query.condition.trim()) };
    let body =
        format!("{which}{such} has a box on the {frames} that match. Choose other classes, or change the filter.");
    empty_ui(ui, Icon::Boxes, "No such object", &body, |ui| everything_ui(ui, lake, out));
}

/// Back to every object of every class.
fn everything_ui(ui: &mut Ui, lake: &Lake, out: &mut Vec<Command>) {
    if plain_button(ui, true, "Show all objects").clicked() {
        let mut choice = lake.grid.clone();
        choice.query.classes.clear();
        choice.query.condition.clear();
        out.push(Command::SetGrid(Box::new(choice)));
    }
}

fn frames_button_ui(ui: &mut Ui, out: &mut Vec<Command>) {
    if plain_button(ui, true, "Show frames").clicked() {
        out.push(Action::Objects.into());
    }
}

/// Places of tiles while the first answer is on its way, with what is being done. It stands still: an answer wakes the
/// window by itself.
fn skeleton_ui(ui: &mut Ui, told: &str) {
    let colors = colors(ui);
    let area = ui.available_rect_before_wrap().intersect(ui.clip_rect());
    let response = ui.allocate_rect(area, Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Status, true, told));
    ui.ctx().accesskit_node_builder(response.id, egui::accesskit::Node::set_busy);
    let painter = ui.painter().with_clip_rect(area);
    let inner = area.shrink(STEP);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a few columns")]
    let columns = (inner.width() / 184.0).floor().clamp(1.0, 24.0) as u8;
    let tile = (inner.width() + STEP) / f32::from(columns) - STEP;
    let tall = (tile * 9.0 / 16.0).round();
    for line in 0_u8..24 {
        let top = inner.top() + f32::from(line) * (tall + 30.0);
        if top > inner.bottom() {
            break;
        }
        for column in 0..columns {
            let at = pos2(inner.left() + f32::from(column) * (tile + STEP), top);
            painter.rect_filled(Rect::from_min_size(at, vec2(tile, tall)), 4, colors.control);
            let caption = Rect::from_min_size(at + vec2(2.0, tall + 7.0), vec2(tile * 0.6, 8.0));
            painter.rect_filled(caption, 3, colors.control);
        }
    }
    let galley = painter.layout_no_wrap(told.to_owned(), theme::medium(13.0), colors.muted);
    let pill = Rect::from_center_size(area.center(), galley.size() + vec2(28.0, 16.0));
    painter.rect(pill, 8, colors.raised, Stroke::new(1.0, colors.outline), StrokeKind::Inside);
    painter.galley(pill.center() - galley.size() / 2.0, galley, colors.muted);
}

/// There is no answer yet, or none can come.
fn waiting_ui(ui: &mut Ui, lake: &Lake, out: &mut Vec<Command>) {
    if lake.filter_error.is_none() {
        return skeleton_ui(ui, "Counting the frames that match…");
    }
    let body = "Mend it in the query bar, or clear it to see all frames.";
    empty_ui(ui, Icon::Funnel, "The filter cannot be read", body, |ui| clear_ui(ui, out));
}

fn no_frames_ui(ui: &mut Ui, lake: &Lake, out: &mut Vec<Command>) {
    let body = if lake.loaded.info.problems.is_empty() {
        "No HDF5 store with frames was found in this folder. A lake is a folder of drives; open the one that holds them."
    } else {
        "No HDF5 store with frames could be read in this folder. What is wrong with those there are is listed under \
         Problems on the left."
    };
    empty_ui(ui, Icon::Lake, "No frames in this lake", body, |ui| {
        if plain_button(ui, true, Action::IndexAgain.name()).clicked() {
            out.push(Action::IndexAgain.into());
        }
    });
}

fn no_match_ui(ui: &mut Ui, lake: &Lake, why: Option<&Reason>, out: &mut Vec<Command>) {
    // Of the filter that was asked, which is not the one in the bar while that cannot be read.
    let asked = lake.view.as_ref().map_or(lake.applied(), |view| view.key.filter.trim());
    let body = format!(
        "None of the {} frames fulfils: {asked}\n{}",
        count(lake.frames() as u64),
        why.and_then(|why| why.told.as_deref()).unwrap_or("Widen a range, or take a condition away.")
    );
    // What is offered is of the filter that was asked.
    let meant = why.and_then(|why| why.meant.as_ref()).filter(|_| lake.shown_instead().is_none());
    empty_ui(ui, Icon::Funnel, "No frame matches", &body, |ui| {
        if let Some((word, filter)) = meant
            && plain_button(ui, true, &format!("Write “{word}”")).clicked()
        {
            out.push(Command::AskFilter(filter.clone()));
        }
        clear_ui(ui, out);
    });
}

fn clear_ui(ui: &mut Ui, out: &mut Vec<Command>) {
    if plain_button(ui, true, "Clear the filter").clicked() {
        out.push(Action::ClearFilter.into());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_part_that_leaves_nothing_is_named() {
        for (parts, expected) in [
            (vec![(9, 9), (0, 0)], Some("b holds on no frame at all.")),
            (vec![(9, 9), (4, 0)], Some("What stands before “b” holds on 9 frames.")),
            (vec![(0, 0)], None),
            (vec![], None),
        ] {
            let part = |(at, (alone, together)): (usize, (u64, u64))| FilterPart {
                part: ["a", "b"][at].to_owned(),
                span: 0..1,
                depth: 0,
                alone,
                together: Some(together),
            };
            let mut parts: Vec<FilterPart> = parts.into_iter().enumerate().map(part).collect();
            // A branch that holds nowhere is not to blame.
            parts.push(FilterPart { part: "c".to_owned(), span: 0..1, depth: 1, alone: 0, together: None });
            assert_eq!(blame(&Explanation { frames: 20, parts, matches: 0 }).as_deref(), expected);
        }
    }
}
