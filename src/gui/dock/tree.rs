//! From a layout to the tiles that are drawn, and back.

use std::collections::HashMap;

use egui::Id;
use egui_tiles::{Container, Linear, LinearDir, Tabs as TabTile, Tile, TileId, Tiles, Tree};

use super::{
    layout::{Layout, Node, Part, Tab, Tabs},
    pane::Pane,
};

/// The lengths that a person gave to the parts of rows and columns, points.
pub(super) type Sizes = HashMap<TileId, f32>;

/// Panels have the same tile in every tree, so that nothing in them is forgotten when the tree is made anew.
fn tile_of(pane: Pane) -> TileId {
    TileId::from_u64(1 + pane as u64)
}

/// Tiles of containers are numbered from here.
const CONTAINERS: u64 = 1000;

/// The tiles of a layout, and the lengths of its parts.
pub(super) fn tree_of(layout: &Layout) -> (Tree<Pane>, Sizes) {
    let (mut tiles, mut sizes) = (Tiles::default(), Sizes::new());
    let mut next = CONTAINERS;
    let root = put(&layout.root, &mut tiles, &mut sizes, &mut next);
    (Tree::new(Id::unique("dock"), root, tiles), sizes)
}

fn put(node: &Node, tiles: &mut Tiles<Pane>, sizes: &mut Sizes, next: &mut u64) -> TileId {
    let container = match node {
        Node::Tabs(tabs) => {
            for tab in &tabs.panes {
                tiles.insert(tile_of(tab.pane), Tile::Pane(tab.pane));
                tiles.set_visible(tile_of(tab.pane), tab.open);
            }
            let mut tile = TabTile::new(tabs.panes.iter().map(|tab| tile_of(tab.pane)).collect());
            tile.active = tabs.active.map(tile_of);
            Container::Tabs(tile)
        }
        Node::Row(parts) | Node::Column(parts) => {
            let dir = if matches!(node, Node::Row(_)) { LinearDir::Horizontal } else { LinearDir::Vertical };
            let children = parts.iter().map(|part| {
                let child = put(&part.node, tiles, sizes, next);
                sizes.insert(child, part.size);
                child
            });
            Container::Linear(Linear::new(dir, children.collect()))
        }
    };
    let id = TileId::from_u64(*next);
    *next += 1;
    tiles.insert(id, Tile::Container(container));
    id
}

/// The layout that the tiles show.
pub(super) fn layout_of(tree: &Tree<Pane>, sizes: &Sizes) -> Option<Layout> {
    let mut layout = Layout { root: take(tree, sizes, tree.root()?)? };
    layout.tidy().then_some(layout)
}

fn take(tree: &Tree<Pane>, sizes: &Sizes, id: TileId) -> Option<Node> {
    match tree.tiles.get(id)? {
        Tile::Pane(pane) => {
            let tab = Tab { pane: *pane, open: tree.is_visible(id) };
            Some(Node::Tabs(Tabs { panes: vec![tab], active: Some(*pane) }))
        }
        Tile::Container(Container::Linear(linear)) => {
            let parts = linear.children.iter().filter_map(|child| {
                Some(Part {
                    size: sizes.get(child).map_or(300.0, |size| size.round()),
                    node: take(tree, sizes, *child)?,
                })
            });
            let parts = parts.collect();
            Some(if linear.dir == LinearDir::Horizontal { Node::Row(parts) } else { Node::Column(parts) })
        }
        Tile::Container(container) => {
            // Containers do not come into tabs or grids by hand; should one, its panels are kept.
            let inner = container.children().filter_map(|child| Some((*child, take(tree, sizes, *child)?)));
            let mut tabs = Tabs::default();
            let active = if let Container::Tabs(tile) = container { tile.active } else { None };
            for (child, node) in inner {
                let panes = node.panes();
                if active == Some(child) {
                    tabs.active = panes.first().map(|tab| tab.pane);
                }
                tabs.panes.extend(panes);
            }
            Some(Node::Tabs(tabs))
        }
    }
}

/// The rows and columns of a tree.
pub(super) fn linears(tree: &Tree<Pane>) -> Vec<TileId> {
    let linear =
        |(id, tile): (&TileId, &Tile<Pane>)| matches!(tile, Tile::Container(Container::Linear(_))).then_some(*id);
    tree.tiles.iter().filter_map(linear).collect()
}

/// What a tile shows, as a part of a layout.
pub(super) fn part_of(tree: &Tree<Pane>, sizes: &Sizes, id: TileId) -> Option<Part> {
    Some(Part { size: sizes.get(&id).copied()?, node: take(tree, sizes, id)? })
}

/// Gives a length to each part that has none yet: what was dropped gets as much as its neighbours have on average, and a
/// tile that took the place of another one gets what that had.
pub(super) fn complete_sizes(tree: &Tree<Pane>, sizes: &mut Sizes) {
    for id in linears(tree) {
        let Some(Tile::Container(Container::Linear(linear))) = tree.tiles.get(id) else { continue };
        for child in &linear.children {
            let inherited = linear.shares.iter().find(|(known, _)| *known == child).map(|(_, share)| *share);
            if let Some(share) = inherited.filter(|_| !sizes.contains_key(child)) {
                sizes.insert(*child, share);
            }
        }
        let known: Vec<f32> = linear.children.iter().filter_map(|child| sizes.get(child).copied()).collect();
        #[expect(clippy::cast_precision_loss, reason = "a few parts")]
        let mean = if known.is_empty() { 300.0 } else { known.iter().sum::<f32>() / known.len() as f32 };
        for child in &linear.children {
            sizes.entry(*child).or_insert(mean);
        }
    }
    let children: Vec<TileId> = linears(tree)
        .into_iter()
        .filter_map(|id| tree.tiles.get_container(id))
        .flat_map(|container| container.children().copied().collect::<Vec<_>>())
        .collect();
    sizes.retain(|id, _| children.contains(id));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gui::dock::layout::BUILT_IN;

    #[test]
    fn tiles_give_back_the_layout_they_were_made_of() {
        for name in BUILT_IN {
            let mut layout = Layout::built_in(name).unwrap();
            layout.close(Pane::Labels);
            layout.open(Pane::Values);
            let (mut tree, sizes) = tree_of(&layout);
            assert_eq!(layout_of(&tree, &sizes), Some(layout.clone()), "{name}");
            tree.simplify(&super::super::look::simplification());
            assert_eq!(layout_of(&tree, &sizes), Some(layout), "{name}");
        }
    }
}
