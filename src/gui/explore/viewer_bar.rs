//! The line above the picture: the name of the frame, which cameras are shown and how, and what can be taken away.

use egui::{
    Align, Frame, Label, Layout, Margin, Popup, PopupCloseBehavior, RichText, Sense, Ui, WidgetInfo, accesskit::Role,
    style::StyleModifier, vec2,
};

use super::{
    look_bar::{RangeDraft, look_ui},
    side_by_side,
    transport::fitting,
};
use crate::{
    filter::FrameColumns as _,
    gui::{
        command::{Action, Command},
        lake::Lake,
        pictures::Picture,
        state::State,
        theme::{self, STEP, colors},
        widgets::{Icon, bar, icon_button, icon_toggle, middle_elided, quiet_button, text::time_utc},
    },
};

/// Width from which a name that does not fit still tells its recording, points.
const WITH_RECORDING: f32 = 112.0;

/// Draws the line above the picture: the frame's name, and what can be done with it.
pub(super) fn header_ui(
    ui: &mut Ui,
    state: &State,
    lake: &Lake,
    row: usize,
    (picture, range): (Option<&Picture>, &mut RangeDraft),
    out: &mut Vec<Command>,
) {
    let colors = colors(ui);
    let frame = Frame::new().inner_margin(Margin::symmetric(12, 0));
    frame.show(ui, |ui| {
        bar(ui, 40.0, |ui| {
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                ui.spacing_mut().item_spacing.x = 2.0;
                if icon_button(ui, Icon::Fit, &Action::FitView.tip()).clicked() {
                    out.push(Action::FitView.into());
                }
                if icon_toggle(ui, Icon::Boxes, &Action::ToggleBoxes.tip(), state.persisted.boxes).clicked() {
                    out.push(Action::ToggleBoxes.into());
                }
                let selected = lake.selected.contains(row);
                if icon_toggle(ui, Icon::Check, &Action::ToggleSelected.tip(), selected).clicked() {
                    out.push(Action::ToggleSelected.into());
                }
                take_away_ui(ui, out);
                if let Some(picture) = picture {
                    look_ui(ui, range, picture, out);
                }
                cameras_ui(ui, lake, row, out);
                ui.add_space(STEP);
                ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                    ui.spacing_mut().item_spacing.x = STEP;
                    let id = lake.table().frame_id(row).to_string();
                    // Where the whole name does not fit, its end tells more than its beginning.
                    let end: Vec<&str> = id.rsplitn(3, '/').take(2).collect();
                    let end = end.iter().rev().copied().collect::<Vec<_>>().join("/");
                    let name = |text: &str| RichText::new(text).font(theme::semibold(13.5));
                    if !fitting(ui, name(&id), "Recording, camera and number of the frame") {
                        let room = ui.available_width();
                        if room >= WITH_RECORDING {
                            // What is left out stands in the middle, so that recording and frame can both be told.
                            let (rect, response) = ui.allocate_exact_size(vec2(room, 20.0), Sense::hover());
                            response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &id));
                            let font = theme::semibold(13.5);
                            middle_elided(ui.painter(), rect.left_center(), &id, &font, colors.text, room);
                            response.on_hover_text(&id);
                        } else if !fitting(ui, name(&end), &id) {
                            ui.add(Label::new(name(&end)).truncate()).on_hover_text(&id);
                        }
                        return;
                    }
                    let time = RichText::new(time_utc(lake.time(row))).font(theme::numbers(12.0));
                    let _ = fitting(ui, time.color(colors.muted), "Time of the frame, UTC");
                });
            });
        });
    });
}

/// The switch between this camera and all of the recording, and which of them; nothing where there is one alone.
fn cameras_ui(ui: &mut Ui, lake: &Lake, row: usize, out: &mut Vec<Command>) {
    let all = side_by_side::of_recording(lake, row);
    if all.len() < 2 {
        return;
    }
    let looking = &lake.looking;
    if looking.all_cameras {
        let footages = lake.table().footages();
        let here = &lake.footage(row).1.camera;
        let on = |camera: &String| camera == here || !looking.cameras_off.contains(camera);
        let shown = all.iter().filter(|at| on(&footages[**at].camera)).count();
        let text = RichText::new(format!("{shown} of {}", all.len())).font(theme::numbers_medium(12.0));
        let button = quiet_button(ui, text.color(colors(ui).muted))
            .accessible_name(format!("Cameras: {shown} of {}", all.len()))
            .on_hover_text("Which cameras stand side by side");
        let popup = Popup::menu(&button).style(StyleModifier::default());
        popup.close_behavior(PopupCloseBehavior::CloseOnClickOutside).show(|ui| {
            ui.set_min_width(180.0);
            for at in &all {
                let camera = &footages[*at].camera;
                let mut ticked = on(camera);
                let looked_at = camera == here;
                let response = ui.add_enabled(!looked_at, egui::Checkbox::new(&mut ticked, camera));
                if response.on_disabled_hover_text("The camera that is looked at is always shown").changed() {
                    out.push(Command::ShowCamera { camera: camera.clone(), on: ticked });
                }
            }
            ui.separator();
            let mut together = !looking.apart;
            let tip = Action::ZoomTogether.tip();
            if ui.checkbox(&mut together, "Zoom and move together").on_hover_text(tip).changed() {
                out.push(Action::ZoomTogether.into());
            }
        });
    }
    if icon_toggle(ui, Icon::SmallTiles, &Action::AllCameras.tip(), looking.all_cameras).clicked() {
        out.push(Action::AllCameras.into());
    }
}

/// A menu of what can be taken away of the frame.
fn take_away_ui(ui: &mut Ui, out: &mut Vec<Command>) {
    let button = icon_button(ui, Icon::Copy, "Copy or save");
    Popup::menu(&button).show(|ui| {
        ui.set_min_width(260.0);
        for action in [
            Action::CopyImage,
            Action::CopyImageLabels,
            Action::SaveImage,
            Action::SaveImageLabels,
            Action::CopyFrameId,
        ] {
            let keys = action.keys().unwrap_or_default();
            if ui.add(egui::Button::new(action.name()).shortcut_text(keys)).clicked() {
                out.push(action.into());
                ui.close();
            }
        }
    });
}
