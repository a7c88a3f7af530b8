//! How the panels are arranged: rows and columns of tabs. Kept as a small tree of names, so that it outlives the library
//! that draws it and versions of the program that know other panels.

use super::pane::{Home, Pane};
use crate::gui::state::Workspace;

/// Panels in one place, one of which is seen.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Tabs {
    /// The panels; a closed one keeps its place.
    pub panes: Vec<Tab>,
    /// The one that is seen.
    pub active: Option<Pane>,
}

/// A panel in its place.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tab {
    /// Which.
    pub pane: Pane,
    /// Whether it is shown.
    pub open: bool,
}

/// A part of a row or a column.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// Its share of the length, in points of the window it was arranged in.
    pub size: f32,
    /// What is in it.
    pub node: Node,
}

/// A place in the tree.
#[derive(Debug, Clone, PartialEq)]
pub enum Node {
    /// Panels behind each other.
    Tabs(Tabs),
    /// Parts from left to right.
    Row(Vec<Part>),
    /// Parts from top to bottom.
    Column(Vec<Part>),
}

/// An arrangement of panels. Each panel is in it at most once.
#[derive(Debug, Clone, PartialEq)]
pub struct Layout {
    /// The whole window.
    pub root: Node,
}

/// The names of the layouts that are always there, the first of each workspace for everyone who never chose.
pub const BUILT_IN: [&str; 5] = ["Explore", "Review", "Sensors", "Detections", "Statistics"];

fn tabs(panes: &[Pane]) -> Node {
    let open = panes.iter().map(|pane| Tab { pane: *pane, open: true });
    Node::Tabs(Tabs { panes: open.collect(), active: panes.first().copied() })
}

fn part(size: f32, node: Node) -> Part {
    Part { size, node }
}

impl Default for Layout {
    fn default() -> Self {
        let details = [Pane::Timeline, Pane::Values, Pane::Labels];
        let right = Node::Column(vec![part(440.0, tabs(&[Pane::Viewer])), part(380.0, tabs(&details))]);
        let parts = vec![part(272.0, tabs(&[Pane::Facets])), part(563.0, tabs(&[Pane::Grid])), part(605.0, right)];
        Self { root: Node::Row(parts) }
    }
}

impl Layout {
    /// The layout of this name among those that are always there.
    #[must_use]
    pub fn built_in(name: &str) -> Option<Self> {
        let details = [Pane::Values, Pane::Labels];
        let root = match BUILT_IN.iter().position(|known| *known == name)? {
            0 => return Some(Self::default()),
            // A large frame, the grid in a column beside it.
            1 => {
                let left = Node::Column(vec![
                    part(470.0, tabs(&[Pane::Grid, Pane::Facets])),
                    part(350.0, tabs(&[Pane::Labels, Pane::Values])),
                ]);
                let right =
                    Node::Column(vec![part(600.0, tabs(&[Pane::Viewer])), part(220.0, tabs(&[Pane::Timeline]))]);
                Node::Row(vec![part(380.0, left), part(1060.0, right)])
            }
            // The plots over the whole width.
            2 => {
                let above = Node::Row(vec![
                    part(272.0, tabs(&[Pane::Facets])),
                    part(500.0, tabs(&[Pane::Grid])),
                    part(668.0, tabs(&[Pane::Viewer])),
                ]);
                let below = Node::Row(vec![part(1060.0, tabs(&[Pane::Timeline])), part(380.0, tabs(&details))]);
                Node::Column(vec![part(440.0, above), part(380.0, below)])
            }
            3 => {
                let middle = Node::Column(vec![
                    part(250.0, tabs(&[Pane::OverTime])),
                    part(450.0, tabs(&[Pane::Ranked, Pane::Answer])),
                ]);
                let right = Node::Column(vec![
                    part(320.0, tabs(&[Pane::Map, Pane::Skew])),
                    part(380.0, tabs(&[Pane::Sightings, Pane::Repeats])),
                ]);
                Node::Row(vec![part(300.0, tabs(&[Pane::Places])), part(700.0, middle), part(440.0, right)])
            }
            _ => {
                let right = Node::Column(vec![
                    part(460.0, tabs(&[Pane::StatChart, Pane::Sql, Pane::Quality])),
                    part(300.0, tabs(&[Pane::StatTable, Pane::SqlResult])),
                ]);
                Node::Row(vec![part(292.0, tabs(&[Pane::StatBuild, Pane::StatSaved])), part(1148.0, right)])
            }
        };
        Some(Self { root })
    }

    /// The layout of a workspace for everyone who never chose.
    #[must_use]
    pub fn of(workspace: Workspace) -> Self {
        Self::built_in(Self::usual(workspace)).unwrap_or_default()
    }

    /// The name of [`Self::of`].
    #[must_use]
    pub fn usual(workspace: Workspace) -> &'static str {
        match workspace {
            Workspace::Detections => BUILT_IN[3],
            Workspace::Statistics => BUILT_IN[4],
            Workspace::Explore | Workspace::Runs => BUILT_IN[0],
        }
    }

    /// The workspace whose panels it holds.
    #[must_use]
    pub fn workspace(&self) -> Workspace {
        self.panes().first().map_or(Workspace::Explore, |tab| tab.pane.workspace())
    }

    /// One panel over the whole window.
    #[must_use]
    pub fn only(pane: Pane) -> Self {
        Self { root: tabs(&[pane]) }
    }

    /// Every panel that is in it, and whether it is shown.
    #[must_use]
    pub fn panes(&self) -> Vec<Tab> {
        self.root.panes()
    }

    /// Whether a panel is shown, be it behind another one or not.
    #[must_use]
    pub fn is_open(&self, pane: Pane) -> bool {
        self.panes().contains(&Tab { pane, open: true })
    }

    /// Takes a panel away; its place is kept.
    pub fn close(&mut self, pane: Pane) {
        if let Some(tabs) = self.root.tabs_of(pane) {
            let place = tabs.panes.iter().position(|tab| tab.pane == pane).unwrap_or(0);
            tabs.panes[place].open = false;
            if tabs.active == Some(pane) {
                let open = |tab: &&Tab| tab.open;
                let next = tabs.panes[place..].iter().find(open).or(tabs.panes[..place].iter().rfind(open));
                tabs.active = next.map(|tab| tab.pane);
            }
        }
    }

    /// Shows a panel in front, where it was, or where it belongs.
    pub fn open(&mut self, pane: Pane) {
        let Some(about) = pane.about() else { return };
        if self.root.tabs_of(pane).is_none() {
            let home = match about.home {
                Home::With(other) | Home::Below(other) if self.root.tabs_of(other).is_none() => Home::Right,
                home => home,
            };
            match home {
                Home::Left => self.put_at_edge(pane, 0),
                Home::Right => self.put_at_edge(pane, usize::MAX),
                Home::With(other) => {
                    if let Some(tabs) = self.root.tabs_of(other) {
                        tabs.panes.push(Tab { pane, open: true });
                    }
                }
                Home::Below(other) => self.put_below(pane, other),
            }
        }
        if let Some(tabs) = self.root.tabs_of(pane) {
            for tab in tabs.panes.iter_mut().filter(|tab| tab.pane == pane) {
                tab.open = true;
            }
            tabs.active = Some(pane);
        }
    }

    fn put_at_edge(&mut self, pane: Pane, place: usize) {
        let size = pane.least()[0] * 1.25;
        if let Node::Row(parts) = &mut self.root {
            let place = place.min(parts.len());
            parts.insert(place, part(size, tabs(&[pane])));
            return;
        }
        let before = std::mem::replace(&mut self.root, Node::Row(Vec::new()));
        let mut parts = vec![part(1440.0 - size, before)];
        parts.insert(place.min(1), part(size, tabs(&[pane])));
        self.root = Node::Row(parts);
    }

    fn put_below(&mut self, pane: Pane, other: Pane) {
        let below = tabs(&[pane]);
        if let Some(above) = self.root.place_of(other) {
            let before = std::mem::replace(above, Node::Column(Vec::new()));
            *above = Node::Column(vec![part(500.0, before), part(280.0, below)]);
            self.root.tidy();
        }
    }

    /// Every panel once, no empty places, rows in rows joined. False when nothing is left.
    pub fn tidy(&mut self) -> bool {
        let mut seen = Vec::new();
        self.root.drop_again(&mut seen);
        self.root.tidy()
    }
}

impl Node {
    /// Every panel in it, and whether it is shown.
    #[must_use]
    pub fn panes(&self) -> Vec<Tab> {
        match self {
            Self::Tabs(tabs) => tabs.panes.clone(),
            Self::Row(parts) | Self::Column(parts) => parts.iter().flat_map(|part| part.node.panes()).collect(),
        }
    }

    /// Whether something in it is shown.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.panes().iter().any(|tab| tab.open)
    }

    fn parts(&mut self) -> Option<&mut Vec<Part>> {
        match self {
            Self::Tabs(_) => None,
            Self::Row(parts) | Self::Column(parts) => Some(parts),
        }
    }

    /// The first tabs in it.
    pub(super) fn first_tabs(&mut self) -> Option<&mut Tabs> {
        match self {
            Self::Tabs(tabs) => Some(tabs),
            Self::Row(parts) | Self::Column(parts) => parts.iter_mut().find_map(|part| part.node.first_tabs()),
        }
    }

    fn tabs_of(&mut self, pane: Pane) -> Option<&mut Tabs> {
        match self.place_of(pane)? {
            Self::Tabs(tabs) => Some(tabs),
            Self::Row(_) | Self::Column(_) => None,
        }
    }

    /// The tabs that hold a panel, as a place in the tree.
    fn place_of(&mut self, pane: Pane) -> Option<&mut Self> {
        if matches!(self, Self::Tabs(_)) {
            return self.panes().iter().any(|tab| tab.pane == pane).then_some(self);
        }
        self.parts()?.iter_mut().find_map(|part| part.node.place_of(pane))
    }

    fn drop_again(&mut self, seen: &mut Vec<Pane>) {
        match self {
            Self::Tabs(tabs) => tabs.panes.retain(|tab| {
                let new = !seen.contains(&tab.pane);
                seen.push(tab.pane);
                new
            }),
            Self::Row(parts) | Self::Column(parts) => {
                for part in parts {
                    part.node.drop_again(seen);
                }
            }
        }
    }

    /// False when nothing is left in it.
    pub(super) fn tidy(&mut self) -> bool {
        let row = matches!(self, Self::Row(_));
        let parts = match self {
            Self::Tabs(tabs) => {
                let open = |pane: Pane| tabs.panes.contains(&Tab { pane, open: true });
                tabs.active = tabs
                    .active
                    .filter(|pane| open(*pane))
                    .or_else(|| tabs.panes.iter().find(|tab| tab.open).map(|tab| tab.pane));
                return !tabs.panes.is_empty();
            }
            Self::Row(parts) | Self::Column(parts) => parts,
        };
        parts.retain_mut(|part| part.node.tidy());
        let mut joined = Vec::with_capacity(parts.len());
        for part in parts.drain(..) {
            match part.node {
                Self::Row(inner) if row => joined.extend(shared(part.size, inner)),
                Self::Column(inner) if !row => joined.extend(shared(part.size, inner)),
                node => joined.push(Part { size: part.size, node }),
            }
        }
        *parts = joined;
        if parts.len() == 1
            && let Some(last) = parts.pop()
        {
            *self = last.node;
            return true;
        }
        !parts.is_empty()
    }

    /// Whether it is arranged like another one, whatever the sizes.
    #[must_use]
    pub fn same_shape(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Tabs(a), Self::Tabs(b)) => a.panes == b.panes,
            (Self::Row(a), Self::Row(b)) | (Self::Column(a), Self::Column(b)) => {
                a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.node.same_shape(&b.node))
            }
            _ => false,
        }
    }
}

/// Parts that take the place of one.
fn shared(size: f32, parts: Vec<Part>) -> impl Iterator<Item = Part> {
    let whole: f32 = parts.iter().map(|part| part.size).sum::<f32>().max(1.0);
    parts.into_iter().map(move |part| Part { size: part.size / whole * size, node: part.node })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_closed_panel_keeps_its_place() {
        for name in BUILT_IN {
            let whole = Layout::built_in(name).unwrap();
            for pane in whole.panes().into_iter().map(|tab| tab.pane) {
                let mut layout = whole.clone();
                assert!(layout.is_open(pane), "{name} {pane:?}");
                layout.close(pane);
                assert!(!layout.is_open(pane));
                assert!(layout.tidy());
                layout.open(pane);
                assert!(layout.root.same_shape(&whole.root), "{name} {pane:?}");
            }
        }
    }

    #[test]
    fn closing_the_front_panel_brings_its_neighbour_to_the_front() {
        let mut layout = Layout::default();
        layout.open(Pane::Values);
        layout.close(Pane::Values);
        assert_eq!(layout.root.tabs_of(Pane::Values).unwrap().active, Some(Pane::Labels));
        layout.close(Pane::Labels);
        assert_eq!(layout.root.tabs_of(Pane::Values).unwrap().active, Some(Pane::Timeline));
    }

    #[test]
    fn a_panel_that_a_layout_never_had_goes_where_it_belongs() {
        let mut layout = Layout::only(Pane::Grid);
        for pane in Pane::of(Workspace::Explore) {
            layout.open(pane);
            assert!(layout.is_open(pane), "{pane:?}");
        }
        let Node::Row(parts) = &layout.root else { panic!("{layout:?}") };
        let mut left = parts[0].node.clone();
        assert_eq!(left.panes().len(), 2);
        assert_eq!(left.tabs_of(Pane::Facets).unwrap().active, Some(Pane::Selections));
        let Node::Column(middle) = &parts[1].node else { panic!("{layout:?}") };
        assert_eq!((&middle[0].node, &middle[1].node), (&tabs(&[Pane::Grid]), &tabs(&[Pane::Track])));
        let Node::Column(right) = &parts[2].node else { panic!("{layout:?}") };
        assert_eq!(right[0].node, tabs(&[Pane::Viewer]));
        assert_eq!(right[1].node.panes().len(), 4);
    }

    #[test]
    fn each_workspace_has_a_layout_of_its_own_panels() {
        for workspace in [Workspace::Explore, Workspace::Statistics, Workspace::Detections] {
            let mut layout = Layout::of(workspace);
            assert_eq!(layout.workspace(), workspace);
            assert!(layout.panes().iter().all(|tab| tab.pane.workspace() == workspace));
            Pane::of(workspace).for_each(|pane| layout.open(pane));
            assert!(Pane::of(workspace).all(|pane| layout.is_open(pane)));
        }
    }

    #[test]
    fn tidying_leaves_each_panel_once_and_joins_rows() {
        let inner = Node::Row(vec![part(10.0, tabs(&[Pane::Grid, Pane::Viewer])), part(30.0, tabs(&[Pane::Facets]))]);
        let root = Node::Row(vec![part(100.0, tabs(&[Pane::Viewer])), part(200.0, inner), part(9.0, tabs(&[]))]);
        let mut layout = Layout { root };
        assert!(layout.tidy());
        let expected = vec![
            part(100.0, tabs(&[Pane::Viewer])),
            part(50.0, tabs(&[Pane::Grid])),
            part(150.0, tabs(&[Pane::Facets])),
        ];
        assert_eq!(layout.root, Node::Row(expected));
        let mut nothing = Layout { root: Node::Column(vec![part(1.0, tabs(&[]))]) };
        assert!(!nothing.tidy());
    }
}
