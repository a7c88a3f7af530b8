//! Docking: panels that a person drags to other places, puts behind each other, resizes, closes, reopens and enlarges. The
//! tree is drawn by `egui_tiles`; which panels there are, how they are arranged and what of that is kept is decided here.

mod edges;
mod fold;
mod kept;
mod layout;
mod look;
mod pane;
mod tree;

pub use layout::{BUILT_IN, Layout};
pub use pane::Pane;

use egui::{Rect, Ui};
use egui_tiles::{Container, Tile, TileId, Tree};

use super::{
    command::{Action, Command},
    widgets::{Icon, empty_ui, plain_button},
};
use fold::{GAP, dealt, wish};
use tree::{Sizes, complete_sizes, layout_of, part_of, tree_of};

/// What fills the panels.
pub trait Contents {
    /// Name of a panel on its tab, with what there is to count.
    fn title(&self, pane: Pane) -> String;
    /// Fills the whole rectangle of `ui` with a panel.
    fn pane_ui(&mut self, ui: &mut Ui, pane: Pane, out: &mut Vec<Command>);
    /// Adds what a panel needs beside its tab, from right to left.
    fn tools_ui(&mut self, ui: &mut Ui, pane: Pane, out: &mut Vec<Command>);
}

/// The tree that is drawn, made anew when the layout is another one.
pub struct Dock {
    tree: Tree<Pane>,
    sizes: Sizes,
    made: Option<Made>,
    /// The panel that has the whole window.
    maximised: Option<Pane>,
    /// A panel to bring to the front.
    reveal: Option<Pane>,
    /// The panel that the pointer was over last.
    pointed: Option<Pane>,
}

/// What the tree was made of.
struct Made {
    layout: Layout,
    fitted: Layout,
    maximised: Option<Pane>,
}

impl Made {
    /// Whether the tree is the whole layout, so that what is moved in it is moved in the layout.
    fn is_whole(&self) -> bool {
        self.maximised.is_none() && self.fitted.root.same_shape(&self.layout.root)
    }
}

impl Default for Dock {
    fn default() -> Self {
        let tree = Tree::empty(egui::Id::unique("dock"));
        Self { tree, sizes: Sizes::new(), made: None, maximised: None, reveal: None, pointed: None }
    }
}

impl Dock {
    /// Brings a panel to the front of its tabs, and back beside the others when one has the whole window.
    pub fn reveal(&mut self, pane: Pane) {
        self.reveal = Some(pane);
        if self.maximised != Some(pane) {
            self.maximised = None;
        }
    }

    /// Gives a panel the whole window, or all panels their places again.
    pub fn maximise(&mut self, pane: Option<Pane>) {
        self.maximised = pane;
    }

    /// The panel that has the whole window.
    #[must_use]
    pub fn maximised(&self) -> Option<Pane> {
        self.maximised
    }

    /// The panel that the pointer was over last, if it is on screen.
    #[must_use]
    pub fn pointed(&self) -> Option<Pane> {
        self.pointed.filter(|pane| self.is_seen(*pane))
    }

    /// Whether a panel is on screen, and in front.
    #[must_use]
    pub fn is_seen(&self, pane: Pane) -> bool {
        let seen = |id: &TileId| self.tree.tiles.get_pane(id) == Some(&pane);
        self.tree.active_tiles().iter().any(seen)
    }

    /// Makes the tree be what `layout` is in a window of this size, points.
    pub fn prepare(&mut self, layout: &Layout, size: egui::Vec2) {
        self.maximised = self.maximised.filter(|pane| layout.is_open(*pane));
        let fitted = match self.maximised {
            Some(pane) => Layout::only(pane),
            None => layout.fitted([size.x, size.y]),
        };
        let as_made = self.made.as_ref().is_some_and(|made| {
            made.layout == *layout && made.maximised == self.maximised && made.fitted.root.same_shape(&fitted.root)
        });
        if !as_made {
            // In a narrow window the tabs that were in front stay there, when the layout changed for another reason.
            let both_folded = self.made.as_ref().is_some_and(|made| !made.is_whole() && made.maximised.is_none());
            let front: Vec<TileId> = if both_folded { self.tree.active_tiles() } else { Vec::new() };
            (self.tree, self.sizes) = tree_of(&fitted);
            self.made = Some(Made { layout: layout.clone(), fitted, maximised: self.maximised });
            let panels =
                |ids: &[TileId], tree: &Tree<Pane>| ids.iter().filter(|id| tree.tiles.get_pane(id).is_some()).count();
            if panels(&front, &self.tree) == panels(&self.tree.active_tiles(), &self.tree) {
                self.tree.make_active(|id, tile| tile.is_pane() && front.contains(&id));
            }
        }
        if let Some(pane) = self.reveal.take() {
            self.tree.make_active(|_, tile| matches!(tile, Tile::Pane(other) if *other == pane));
        }
        self.tree.simplify(&look::simplification());
    }

    /// Draws the panels over the whole rectangle of `ui`.
    pub fn ui(&mut self, ui: &mut Ui, contents: &mut dyn Contents, out: &mut Vec<Command>) {
        if self.tree.active_tiles().iter().all(|id| self.tree.tiles.get_pane(id).is_none()) {
            let body = "They come back under View, Panels, each in its place.";
            empty_ui(ui, Icon::Panels, "All panels are closed", body, |ui| {
                if plain_button(ui, true, Action::ResetLayout.name()).clicked() {
                    out.push(Action::ResetLayout.into());
                }
            });
            return;
        }
        let whole = ui.available_rect_before_wrap();
        complete_sizes(&self.tree, &mut self.sizes);
        if let Some(root) = self.tree.root() {
            self.deal(root, whole);
        }
        let grouped = self.grouped();
        let mut look = look::Look { contents, out, maximised: self.maximised, pointed: self.pointed, grouped };
        self.tree.ui(&mut look, ui);
        self.pointed = look.pointed;
        self.edges_ui(ui);
        self.tree.simplify(&look::simplification());
        complete_sizes(&self.tree, &mut self.sizes);
        if let Some(made) = &mut self.made
            && made.is_whole()
            && let Some(layout) = layout_of(&self.tree, &self.sizes)
            && layout != made.layout
        {
            made.layout.clone_from(&layout);
            made.fitted.clone_from(&layout);
            out.push(Command::SetLayout(layout));
        }
    }

    /// The panels that share their place with another one.
    fn grouped(&self) -> Vec<TileId> {
        let groups = self.tree.tiles.tiles().filter_map(|tile| match tile {
            Tile::Container(Container::Tabs(tabs)) => {
                Some(tabs.children.iter().copied().filter(|id| self.tree.is_visible(*id)).collect::<Vec<_>>())
            }
            _ => None,
        });
        groups.filter(|group| group.len() > 1).flatten().collect()
    }

    /// Gives every part of every row and column its length.
    fn deal(&mut self, id: TileId, rect: Rect) {
        let Some(Tile::Container(Container::Linear(linear))) = self.tree.tiles.get(id) else { return };
        let horizontal = linear.dir == egui_tiles::LinearDir::Horizontal;
        let axis = usize::from(!horizontal);
        let children = linear.children.clone();
        let shown: Vec<_> = children
            .iter()
            .filter_map(|child| Some((*child, wish(&part_of(&self.tree, &self.sizes, *child)?, axis)?)))
            .collect();
        #[expect(clippy::cast_precision_loss, reason = "a few parts")]
        let gaps = shown.len().saturating_sub(1) as f32 * GAP;
        let wishes: Vec<_> = shown.iter().map(|(_, wish)| *wish).collect();
        let lengths = dealt(&wishes, if horizontal { rect.width() } else { rect.height() } - gaps);
        let mut from = if horizontal { rect.left() } else { rect.top() };
        for ((child, _), length) in shown.iter().zip(&lengths) {
            let range = from..=from + length;
            let inner = if horizontal {
                Rect::from_x_y_ranges(range, rect.y_range())
            } else {
                Rect::from_x_y_ranges(rect.x_range(), range)
            };
            from += length + GAP;
            self.deal(*child, inner);
        }
        if let Some(Tile::Container(Container::Linear(linear))) = self.tree.tiles.get_mut(id) {
            for ((child, _), length) in shown.into_iter().zip(lengths) {
                linear.shares.set_share(child, length.max(1.0));
            }
        }
    }
}
