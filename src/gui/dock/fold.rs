//! Room: how long each part of a row or a column is, and what becomes of panels that have no room beside the others.

use super::{
    layout::{Layout, Node, Part, Tabs},
    pane::Pane,
};

/// Height of the names above panels, points.
pub const TABS: f32 = 28.0;
/// Width of the line between parts, points.
pub const GAP: f32 = 1.0;

/// What a part of a row or a column asks for, points.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Wish {
    /// Length it was given by a person.
    pub size: f32,
    /// Least length it is of use with.
    pub least: f32,
    /// Whether it keeps its length when there is more room.
    pub keeps: bool,
}

/// Deals out `room`. Parts that keep their length do so as long as the others have theirs; the others share the rest in
/// proportion. Where even the least lengths do not fit, all are short in proportion.
#[must_use]
pub fn dealt(wishes: &[Wish], room: f32) -> Vec<f32> {
    let room = room.max(0.0);
    let least: f32 = wishes.iter().map(|wish| wish.least).sum();
    if least >= room {
        return wishes.iter().map(|wish| wish.least / least.max(1.0) * room).collect();
    }
    let all_keep = wishes.iter().all(|wish| wish.keeps);
    let elastic = |wish: &Wish| all_keep || !wish.keeps;
    let mut sizes: Vec<f32> = wishes.iter().map(|wish| wish.size.max(wish.least)).collect();
    let kept: f32 = wishes.iter().zip(&sizes).filter(|(wish, _)| !elastic(wish)).map(|(_, size)| size).sum();
    let others: f32 = wishes.iter().filter(|wish| elastic(wish)).map(|wish| wish.least).sum();
    // What the kept ones cannot have beside the least of the others, they give up, in proportion to what they can.
    let over = (kept + others - room).max(0.0);
    let spare: f32 =
        wishes.iter().zip(&sizes).filter(|(wish, _)| !elastic(wish)).map(|(wish, size)| size - wish.least).sum();
    let mut left = room;
    for (wish, size) in wishes.iter().zip(&mut sizes).filter(|(wish, _)| !elastic(wish)) {
        if spare > 0.0 {
            *size -= (*size - wish.least) / spare * over;
        }
        left -= *size;
    }
    // Those whose proportion is less than their least get the least; the rest is dealt out among the others.
    let mut open: Vec<usize> = (0..wishes.len()).filter(|place| elastic(&wishes[*place])).collect();
    loop {
        let weight: f32 = open.iter().map(|place| wishes[*place].size.max(1.0)).sum();
        let given = |place: usize| wishes[place].size.max(1.0) / weight * left;
        let Some(short) = open.iter().position(|place| given(*place) < wishes[*place].least) else {
            for place in open {
                sizes[place] = given(place);
            }
            return sizes;
        };
        let place = open.remove(short);
        sizes[place] = wishes[place].least;
        left -= wishes[place].least;
    }
}

/// Width and height that what is shown in `node` needs; `None` when nothing is shown.
#[must_use]
pub fn least(node: &Node) -> Option<[f32; 2]> {
    let along = |parts: &[Part], axis: usize| {
        let inner: Vec<[f32; 2]> = parts.iter().filter_map(|part| least(&part.node)).collect();
        let across = inner.iter().map(|least| least[1 - axis]).reduce(f32::max)?;
        #[expect(clippy::cast_precision_loss, reason = "a few parts")]
        let gaps = (inner.len() - 1) as f32 * GAP;
        let length = inner.iter().map(|least| least[axis]).sum::<f32>() + gaps;
        Some(if axis == 0 { [length, across] } else { [across, length] })
    };
    match node {
        Node::Tabs(tabs) => tabs
            .panes
            .iter()
            .filter(|tab| tab.open)
            .map(|tab| tab.pane.least())
            .reduce(|a, b| [a[0].max(b[0]), a[1].max(b[1])])
            .map(|[width, height]| [width, height + TABS]),
        Node::Row(parts) => along(parts, 0),
        Node::Column(parts) => along(parts, 1),
    }
}

/// Whether every panel in it keeps its width.
#[must_use]
pub fn keeps_width(node: &Node) -> bool {
    let mut open = node.panes().into_iter().filter(|tab| tab.open).peekable();
    open.peek().is_some() && open.all(|tab| tab.pane.about().is_some_and(|about| about.keeps_width))
}

/// How much a part of the window is worth keeping in sight: what gives way first has the least.
fn worth(node: &Node) -> u8 {
    let open = |pane: Pane| node.panes().iter().any(|tab| tab.open && tab.pane == pane);
    if open(Pane::Grid) || open(Pane::Ranked) || open(Pane::StatChart) {
        3
    } else if open(Pane::Viewer) || open(Pane::OverTime) || open(Pane::StatTable) {
        2
    } else {
        u8::from(!keeps_width(node))
    }
}

impl Layout {
    /// As it fits into `size`: where panels have no room beside each other, some become tabs of their neighbours.
    #[must_use]
    pub fn fitted(&self, size: [f32; 2]) -> Self {
        let mut fitted = self.clone();
        fold(&mut fitted.root, size);
        fitted.root.tidy();
        fitted
    }
}

fn fold(node: &mut Node, size: [f32; 2]) {
    let axis = usize::from(matches!(node, Node::Column(_)));
    let parts = match node {
        Node::Tabs(_) => return,
        Node::Row(parts) | Node::Column(parts) => parts,
    };
    while let Some((goes, into)) = too_many(parts, axis, size[axis]) {
        let part = parts.remove(goes);
        let before = goes <= into;
        if let Some(tabs) = parts.get_mut(into).and_then(|part| part.node.first_tabs()) {
            take_in(tabs, &part.node, before);
        }
    }
    let wishes: Vec<Option<Wish>> = parts.iter().map(|part| wish(part, axis)).collect();
    let shown: Vec<Wish> = wishes.iter().copied().flatten().collect();
    #[expect(clippy::cast_precision_loss, reason = "a few parts")]
    let gaps = shown.len().saturating_sub(1) as f32 * GAP;
    let mut lengths = dealt(&shown, size[axis] - gaps).into_iter();
    for (part, wish) in parts.iter_mut().zip(wishes) {
        let Some(length) = wish.and_then(|_| lengths.next()) else { continue };
        fold(&mut part.node, if axis == 0 { [length, size[1]] } else { [size[0], length] });
    }
}

/// What a part asks for along its row (0) or column (1); `None` when nothing in it is shown.
#[must_use]
pub fn wish(part: &Part, axis: usize) -> Option<Wish> {
    let least = least(&part.node)?[axis];
    Some(Wish { size: part.size, least, keeps: axis == 0 && keeps_width(&part.node) })
}

/// While there are more parts than have room: the place of the one that goes, and then the place of the one that takes it in.
fn too_many(parts: &[Part], axis: usize, room: f32) -> Option<(usize, usize)> {
    let shown: Vec<usize> = (0..parts.len()).filter(|place| parts[*place].node.is_open()).collect();
    let needs: f32 = shown.iter().filter_map(|place| least(&parts[*place].node)).map(|least| least[axis]).sum();
    #[expect(clippy::cast_precision_loss, reason = "a few parts")]
    let gaps = shown.len().saturating_sub(1) as f32 * GAP;
    if shown.len() < 2 || needs + gaps <= room {
        return None;
    }
    // Of several that are worth the same, the last.
    let at = (0..shown.len()).rev().min_by_key(|at| worth(&parts[shown[*at]].node))?;
    let goes = shown[at];
    let left = at.checked_sub(1).map(|before| shown[before]);
    let right = shown.get(at + 1).copied();
    let into = match (left, right) {
        (Some(left), Some(right)) if worth(&parts[right].node) > worth(&parts[left].node) => right,
        (Some(left), _) => left,
        (None, right) => right?,
    };
    Some((goes, if into > goes { into - 1 } else { into }))
}

/// Puts the panels of `node` before or behind those of `tabs`; what is seen stays what it is.
fn take_in(tabs: &mut Tabs, node: &Node, before: bool) {
    let panes = node.panes();
    let place = if before { 0 } else { tabs.panes.len() };
    tabs.panes.splice(place..place, panes);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gui::dock::layout::BUILT_IN;

    fn wishes(wishes: &[(f32, f32, bool)]) -> Vec<Wish> {
        wishes.iter().map(|(size, least, keeps)| Wish { size: *size, least: *least, keeps: *keeps }).collect()
    }

    #[test]
    fn room_is_dealt_out_whole_and_the_least_is_kept() {
        let three = wishes(&[(272.0, 216.0, true), (563.0, 240.0, false), (605.0, 320.0, false)]);
        for (parts, room, expected) in [
            (&three, 1440.0, vec![272.0, 563.0, 605.0]),
            (&three, 2608.0, vec![272.0, 1126.0, 1210.0]),
            (&three, 860.0, vec![272.0, 268.0, 320.0]),
            (&three, 800.0, vec![240.0, 240.0, 320.0]),
            (&three, 776.0, vec![216.0, 240.0, 320.0]),
            (&three, 388.0, vec![108.0, 120.0, 160.0]),
            (&wishes(&[(300.0, 200.0, true), (100.0, 50.0, true)]), 800.0, vec![600.0, 200.0]),
            (&wishes(&[(0.0, 10.0, false), (99.0, 10.0, false)]), 200.0, vec![10.0, 190.0]),
            (&wishes(&[]), 200.0, vec![]),
        ] {
            let sizes: Vec<f32> = dealt(parts, room).iter().map(|size| size.round()).collect();
            assert_eq!(sizes, expected, "{room}");
        }
    }

    /// The panels of each place, in front first, from left to right and top to bottom.
    fn shape(node: &Node) -> String {
        match node {
            Node::Tabs(tabs) => {
                let keys = tabs.panes.iter().filter(|tab| tab.open).map(|tab| {
                    let star = if tabs.active == Some(tab.pane) { "*" } else { "" };
                    format!("{}{star}", tab.pane.key())
                });
                keys.collect::<Vec<_>>().join("+")
            }
            Node::Row(parts) => {
                format!("[{}]", parts.iter().map(|part| shape(&part.node)).collect::<Vec<_>>().join(" | "))
            }
            Node::Column(parts) => {
                format!("[{}]", parts.iter().map(|part| shape(&part.node)).collect::<Vec<_>>().join(" / "))
            }
        }
    }

    #[test]
    fn what_has_no_room_becomes_a_tab() {
        let whole = Layout::default();
        for (size, expected) in [
            ([1440.0, 820.0], "[facets* | grid* | [viewer* / timeline*+values+labels]]"),
            ([780.0, 820.0], "[facets* | grid* | [viewer* / timeline*+values+labels]]"),
            ([700.0, 820.0], "[facets+grid* | [viewer* / timeline*+values+labels]]"),
            ([540.0, 820.0], "facets+grid*+viewer+timeline+values+labels"),
            ([1440.0, 340.0], "[facets* | grid* | viewer*+timeline+values+labels]"),
        ] {
            assert_eq!(shape(&whole.fitted(size).root), expected, "{size:?}");
        }
    }

    #[test]
    fn whatever_the_window_no_panel_is_lost_and_what_is_kept_has_room() {
        for name in BUILT_IN {
            let layout = Layout::built_in(name).unwrap();
            for width in [330.0, 500.0, 640.0, 900.0, 1300.0, 3000.0] {
                for height in [260.0, 300.0, 500.0, 900.0] {
                    let fitted = layout.fitted([width, height]);
                    let mut panes = fitted.panes();
                    panes.sort_by_key(|tab| tab.pane);
                    assert_eq!(panes.len(), layout.panes().len(), "{name} {width} {height}");
                    let [least_width, least_height] = least(&fitted.root).unwrap();
                    let alone = matches!(fitted.root, Node::Tabs(_));
                    assert!(
                        alone || (least_width <= width && least_height <= height),
                        "{name} {width} {height}: {fitted:?}"
                    );
                }
            }
        }
    }
}
