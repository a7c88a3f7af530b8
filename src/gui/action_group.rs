//! The groups in which actions stand.

/// Where an action stands in menus and the shortcut sheet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Group {
    /// Opening and closing lakes.
    Lake,
    /// Finding frames.
    Find,
    /// Looking at frames.
    Frame,
    /// Choosing frames and taking them away.
    Select,
    /// The window itself.
    View,
    /// Detection events.
    Detections,
    /// Finding out.
    Help,
}

impl Group {
    /// Every group, in menu order.
    pub const ALL: [Self; 7] =
        [Self::Lake, Self::Find, Self::Frame, Self::Select, Self::Detections, Self::View, Self::Help];

    /// Name in menus.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Lake => "Lake",
            Self::Find => "Find",
            Self::Frame => "Frame",
            Self::Select => "Select",
            Self::Detections => "Detections",
            Self::View => "View",
            Self::Help => "Help",
        }
    }
}
