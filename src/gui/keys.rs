//! Shortcuts as people write them.

use egui::{Key, KeyboardShortcut};

/// A shortcut as people write it.
pub fn written(shortcut: KeyboardShortcut) -> String {
    let mut keys = String::new();
    let modifiers = shortcut.modifiers;
    for (held, name) in [
        (modifiers.command || modifiers.ctrl, if cfg!(target_os = "macos") { "Cmd" } else { "Ctrl" }),
        (modifiers.shift, "Shift"),
        (modifiers.alt, "Alt"),
    ] {
        if held {
            keys += name;
            keys.push('+');
        }
    }
    keys += match shortcut.logical_key {
        Key::ArrowLeft => "Left",
        Key::ArrowRight => "Right",
        Key::Questionmark => "?",
        Key::OpenBracket => "[",
        Key::CloseBracket => "]",
        Key::Period => ".",
        Key::Comma => ",",
        Key::Plus => "plus",
        Key::Minus => "−",
        Key::Num0 => "0",
        Key::Num1 => "1",
        Key::Num2 => "2",
        Key::Num3 => "3",
        Key::Num4 => "4",
        key => key.name(),
    };
    keys
}
