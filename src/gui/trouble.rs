//! Why a frame has no picture, and how that is told.

use std::sync::Arc;

use super::{
    theme::Colors,
    widgets::{Icon, empty_ui, plain_button},
};
use crate::{
    gui::command::{Action, Command},
    session::{FrameTrouble, SessionError},
};

/// What keeps a frame from being shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    kind: FrameTrouble,
    /// What happened, to what, what to do.
    pub message: Arc<str>,
}

impl From<SessionError> for Trouble {
    fn from(error: SessionError) -> Self {
        let kind = if let SessionError::Frame { trouble, .. } = &error { *trouble } else { FrameTrouble::Damaged };
        let message = error.to_string();
        Self { kind, message: if kind == FrameTrouble::Marked { sentence(&message) } else { message }.into() }
    }
}

impl Trouble {
    /// A picture that was read and cannot be drawn.
    pub fn damaged(message: impl Into<Arc<str>>) -> Self {
        Self { kind: FrameTrouble::Damaged, message: message.into() }
    }

    /// A frame that verifying found to be damaged.
    pub fn marked(reason: &Arc<str>) -> Self {
        Self { kind: FrameTrouble::Marked, message: sentence(reason).into() }
    }

    /// Whether verifying found it.
    pub fn is_marked(&self) -> bool {
        self.kind == FrameTrouble::Marked
    }

    /// The mark on a tile.
    pub fn icon(&self) -> Icon {
        match self.kind {
            FrameTrouble::Changed => Icon::Clock,
            FrameTrouble::Absent => Icon::Folder,
            FrameTrouble::NoImages => Icon::Chart,
            FrameTrouble::Damaged => Icon::Broken,
            FrameTrouble::Marked => Icon::Warning,
            FrameTrouble::Outside => Icon::Boxes,
        }
    }

    /// The colour of the mark: a footage that never had pictures is nothing to worry about.
    pub fn ink(&self, colors: &Colors) -> egui::Color32 {
        match self.kind {
            FrameTrouble::NoImages | FrameTrouble::Outside => colors.faint,
            FrameTrouble::Marked => colors.error,
            _ => colors.warning,
        }
    }

    /// In a few words.
    pub fn headline(&self) -> &'static str {
        match self.kind {
            FrameTrouble::Changed => "The store changed since it was indexed",
            FrameTrouble::Absent => "The store is not there",
            FrameTrouble::NoImages => "This footage has no images",
            FrameTrouble::Damaged => "This frame cannot be read",
            FrameTrouble::Marked => "This frame is damaged",
            FrameTrouble::Outside => "The box lies outside of its frame",
        }
    }

    /// In one or two, on a tile.
    pub fn word(&self) -> &'static str {
        match self.kind {
            FrameTrouble::Changed => "Changed",
            FrameTrouble::Absent => "Not there",
            FrameTrouble::NoImages => "No images",
            FrameTrouble::Damaged => "Unreadable",
            FrameTrouble::Marked => "Damaged",
            FrameTrouble::Outside => "Outside",
        }
    }

    /// Fills the viewer with what is wrong and what to do.
    pub fn ui(&self, ui: &mut egui::Ui, area: egui::Rect, out: &mut Vec<Command>) {
        ui.scope_builder(egui::UiBuilder::new().max_rect(area), |ui| {
            ui.shrink_clip_rect(area);
            empty_ui(ui, self.icon(), self.headline(), &self.message, |ui| match self.kind {
                FrameTrouble::NoImages | FrameTrouble::Outside => {}
                FrameTrouble::Changed | FrameTrouble::Absent | FrameTrouble::Damaged => {
                    if plain_button(ui, true, Action::IndexAgain.name()).clicked() {
                        out.push(Action::IndexAgain.into());
                    }
                }
                FrameTrouble::Marked => {
                    if plain_button(ui, true, Action::VerifyLake.name()).clicked() {
                        out.push(Action::VerifyLake.into());
                    }
                }
            });
        });
    }
}

/// A reason that follows a headline, as a sentence of its own.
fn sentence(reason: &str) -> String {
    let reason = reason.strip_prefix("damaged: ").unwrap_or(reason);
    let mut rest = reason.chars();
    let first = rest.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", rest.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_becomes_a_sentence_and_says_nothing_twice() {
        for (reason, expected) in [
            ("damaged: its bytes differ; restore it", "Its bytes differ; restore it."),
            ("cannot be read", "Cannot be read."),
        ] {
            assert_eq!(&*Trouble::marked(&Arc::from(reason)).message, expected);
        }
    }
}
