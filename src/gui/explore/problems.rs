//! What could not be read, and what was guessed; which frames that concerns, and which are damaged.

use egui::{Frame, Label, Margin, Rect, RichText, Sense, Stroke, Ui, WidgetInfo, accesskit::Role, pos2, vec2};

use super::{
    facet_line::{Line, Mark},
    facet_lists::Category,
    facets::{Facets, Panel},
};
use crate::{
    filter::{
        FrameColumns as _,
        choice::{self, Choice},
        crossfilter::{FacetCounts, FacetKey},
    },
    gui::{
        command::Command,
        theme::{self, colors},
        widgets::{
            Icon, icon_button, middle_elided,
            text::{count, counted},
        },
    },
    model::Problem,
};

/// Problems drawn at once; the rest is in what the copy button copies, and in `lakescope info`.
const SHOWN: usize = 200;

impl Facets {
    /// Damaged frames and frames that a problem concerns, each to be asked for; nothing while there are none.
    pub(super) fn marks_ui(&mut self, ui: &mut Ui, panel: &Panel<'_>, out: &mut Vec<Command>) {
        for (name, title, text) in [
            ("damaged", "Damaged frames", "damaged frames"),
            ("problem", "Frames with a problem", "frames with a problem"),
        ] {
            let category = Category { title, name, flag: true };
            let choice = category.choice(panel);
            let key = FacetKey::Category(name.to_owned());
            let (counts, _) = panel.lake.counting.of(&key);
            self.wanted.push(key);
            let Some(FacetCounts::Category(counts)) = counts else { continue };
            let marked = counts.iter().find(|count| count.value.as_deref() == Some("true"));
            let (frames, matching) = marked.map_or((0, 0), |count| (count.frames, count.matching));
            if frames == 0 && choice.is_empty() {
                continue;
            }
            let spoken = format!("Problems: {text}");
            let line = Line {
                text,
                spoken,
                mark: Mark::Free,
                frames,
                matching,
                most: panel.lake.frames(),
                swatch: None,
                faint: false,
            };
            if let Some(wanted) = category.line_ui(ui, line, Some("true"), &choice, || None) {
                Panel::ask(category.set(&panel.lake.filter, &wanted), out);
            }
        }
        ui.add_space(4.0);
    }
}

/// One card per problem.
pub(super) fn problems_ui(ui: &mut Ui, panel: &Panel<'_>, problems: &[Problem], out: &mut Vec<Command>) {
    let colors = colors(ui);
    Frame::new().inner_margin(Margin { left: 12, right: 12, top: 0, bottom: 12 }).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 8.0;
        if problems.is_empty() {
            ui.label(RichText::new("Nothing was found that could not be read.").size(12.0).color(colors.muted));
            return;
        }
        ui.horizontal(|ui| {
            let rest = if panel.lake.frames() > 0 {
                "The rest of the lake is not affected."
            } else {
                "Nothing else was found."
            };
            ui.label(RichText::new(rest).size(12.0).color(colors.muted));
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                if icon_button(ui, Icon::Copy, "Copy all problems").clicked() {
                    let lines: Vec<String> = problems
                        .iter()
                        .map(|problem| format!("{}\t{}\t{}", problem.path, problem.what, problem.hint))
                        .collect();
                    out.push(Command::Copy { text: lines.join("\n"), what: "the list of problems" });
                }
            });
        });
        for problem in problems.iter().take(SHOWN) {
            let card = Frame::new()
                .fill(colors.raised)
                .stroke(Stroke::new(1.0, colors.line))
                .corner_radius(6)
                .inner_margin(Margin::symmetric(10, 8));
            card.show(ui, |ui| {
                ui.set_width(ui.available_width());
                ui.spacing_mut().item_spacing.y = 3.0;
                path_ui(ui, &problem.path);
                ui.add(Label::new(RichText::new(&problem.what).size(12.5).color(colors.text)).wrap());
                ui.add(Label::new(RichText::new(&problem.hint).size(12.0).color(colors.muted)).wrap());
                frames_ui(ui, panel, problem, out);
            });
        }
        if problems.len() > SHOWN {
            let more =
                format!("and {} more; the copy button takes all of them.", count((problems.len() - SHOWN) as u64));
            ui.label(RichText::new(more).size(12.0).color(colors.muted));
        }
    });
}

/// The path with its end in sight, which tells one store from another.
fn path_ui(ui: &mut Ui, path: &str) {
    let ink = colors(ui).muted;
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 16.0), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, path));
    let font = theme::mono(11.5);
    middle_elided(ui.painter(), pos2(rect.left(), rect.center().y), path, &font, ink, rect.width());
    response.on_hover_text(path);
}

/// How many frames the problem concerns; a press shows them.
fn frames_ui(ui: &mut Ui, panel: &Panel<'_>, problem: &Problem, out: &mut Vec<Command>) {
    let table = panel.lake.table();
    let concerned = table.concerned(&problem.path);
    let spans = || concerned.iter().filter_map(|footage| table.footages().get(*footage));
    let frames: usize = spans().map(|span| span.rows).sum();
    if frames == 0 {
        return;
    }
    let colors = colors(ui);
    let told = format!("Show its {}", counted(frames as u64, "frame"));
    let galley = ui.painter().layout_no_wrap(told.clone(), theme::medium(12.0), colors.accent);
    let (rect, response) = ui.allocate_exact_size(galley.size() + vec2(0.0, 4.0), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Link, true, format!("{told}: {}", problem.path)));
    ui.painter().galley(rect.left_center() - vec2(0.0, galley.size().y / 2.0), galley, colors.accent);
    if response.hovered() || response.has_focus() {
        let line = Rect::from_min_max(pos2(rect.left(), rect.bottom() - 2.0), pos2(rect.right(), rect.bottom() - 1.0));
        ui.painter().rect_filled(line, 0, colors.accent);
        ui.ctx().set_cursor_icon(egui::CursorIcon::PointingHand);
    }
    if response.clicked() {
        // The problem is of one store, or of a recording with all its cameras.
        let of_store = concerned.iter().all(|footage| table.store(*footage) == Some(problem.path.as_str()));
        let edited = if of_store {
            choice::set_choice(&panel.lake.filter, "store", &Choice::of([&problem.path]))
        } else {
            let mut recordings: Vec<&str> = spans().map(|span| span.recording.as_str()).collect();
            recordings.dedup();
            choice::set_choice(&panel.lake.filter, "recording", &Choice::of(recordings))
        };
        Panel::ask(edited, out);
    }
}
