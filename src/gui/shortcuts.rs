//! Reads the keyboard. Keys without Ctrl are left to a text field while one has the focus.

use egui::{Context, Event, Key, KeyboardShortcut, Modifiers};

use super::command::{Action, Command};

/// The actions whose shortcuts were pressed since the last frame; their keys are taken out of the input. Where no frames are
/// in sight, keys that would change, select or tag them do nothing.
pub fn pressed(ctx: &Context, dialog_open: bool, frames_in_sight: bool) -> Vec<Command> {
    let typing = ctx.text_edit_focused();
    let popup = ctx.any_popup_open();
    let mut commands = Vec::new();
    if dialog_open && ctx.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Escape)) {
        return vec![Action::CloseDialog.into()];
    }
    ctx.input_mut(|input| {
        // Longer shortcuts first: Ctrl+Z would also answer to Ctrl+Shift+Z.
        let mut wanted: Vec<(Action, KeyboardShortcut)> =
            Action::all().flat_map(|action| action.shortcuts().map(move |shortcut| (action, shortcut))).collect();
        wanted.sort_by_key(|(_, shortcut)| std::cmp::Reverse(weight(shortcut.modifiers)));
        for (action, shortcut) in wanted {
            if typing && !works_while_typing(action, shortcut) {
                continue;
            }
            if !frames_in_sight && action.concerns_frames() {
                continue;
            }
            if dialog_open && !matches!(action, Action::Palette | Action::Shortcuts | Action::Quit) {
                continue;
            }
            if popup && shortcut.modifiers.is_none() && !matches!(shortcut.logical_key, Key::F5 | Key::F11) {
                continue;
            }
            if input.consume_shortcut(&shortcut) {
                commands.push(action.into());
            }
        }
        if !typing && !dialog_open && !popup && frames_in_sight && input.modifiers.command_only() {
            let before = input.events.len();
            input.events.retain(|event| !matches!(event, Event::Copy));
            if input.events.len() != before {
                commands.push(Action::CopyImage.into());
            }
        }
        // Clipboard shortcuts arrive as events of their own; while no text is edited, Ctrl+Shift+C is one of ours.
        if !typing && !dialog_open && input.modifiers.shift {
            let before = input.events.len();
            input.events.retain(|event| !matches!(event, Event::Copy));
            if input.events.len() != before {
                commands.push(Action::CopyCommandLine.into());
            }
            let before = input.events.len();
            input.events.retain(|event| !matches!(event, Event::Cut));
            if input.events.len() != before {
                commands.push(Action::ClearFilter.into());
            }
        }
    });
    commands
}

fn weight(modifiers: Modifiers) -> u8 {
    u8::from(modifiers.command || modifiers.ctrl) + u8::from(modifiers.shift) + u8::from(modifiers.alt)
}

/// In a text field Ctrl+Z undoes text, Ctrl+A selects text, and letters are letters.
fn works_while_typing(action: Action, shortcut: KeyboardShortcut) -> bool {
    if matches!(shortcut.logical_key, Key::F5 | Key::F11) {
        return true;
    }
    let text_editing = matches!(
        action,
        Action::Undo
            | Action::Redo
            | Action::SelectAll
            | Action::SelectNone
            | Action::CopyCommandLine
            | Action::CopyImage
            | Action::ClearFilter
    );
    shortcut.modifiers.command && !text_editing
}
