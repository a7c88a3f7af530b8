//! Layouts as they are kept. What a file says is taken as far as it is understood: a panel or a kind of container that this
//! version does not know costs itself, not the rest.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value, json};

use super::{
    layout::{Layout, Node, Part, Tab, Tabs},
    pane::Pane,
};

/// Containers in containers that are followed; no arrangement on a screen comes near.
const DEPTH: usize = 24;

impl Serialize for Layout {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        write(&self.root).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Layout {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let kept = Value::deserialize(deserializer)?;
        let mut layout = Self { root: read(&kept, DEPTH) };
        Ok(if layout.tidy() { layout } else { Self::default() })
    }
}

fn write(node: &Node) -> Value {
    let parts = |parts: &[Part]| -> Vec<Value> {
        parts
            .iter()
            .map(|part| {
                let mut value = write(&part.node);
                value["size"] = json!(part.size.round());
                value
            })
            .collect()
    };
    match node {
        Node::Row(inner) => json!({ "row": parts(inner) }),
        Node::Column(inner) => json!({ "column": parts(inner) }),
        Node::Tabs(tabs) => {
            let keys = |tabs: &mut dyn Iterator<Item = &Tab>| tabs.map(|tab| tab.pane.key()).collect::<Vec<_>>();
            let mut value = json!({ "tabs": keys(&mut tabs.panes.iter()) });
            let closed = keys(&mut tabs.panes.iter().filter(|tab| !tab.open));
            if !closed.is_empty() {
                value["closed"] = json!(closed);
            }
            if let Some(active) = tabs.active.filter(|_| tabs.panes.len() > 1) {
                value["active"] = json!(active.key());
            }
            value
        }
    }
}

fn read(kept: &Value, depth: usize) -> Node {
    let nothing = Node::Tabs(Tabs::default());
    let (Some(depth), Some(fields)) = (depth.checked_sub(1), kept.as_object()) else { return nothing };
    let parts = |inner: &Value| -> Vec<Part> {
        let inner = inner.as_array().map_or(&[][..], Vec::as_slice);
        inner.iter().map(|part| Part { size: size(part), node: read(part, depth) }).collect()
    };
    if let Some(inner) = fields.get("row") {
        return Node::Row(parts(inner));
    }
    if let Some(inner) = fields.get("column") {
        return Node::Column(parts(inner));
    }
    if fields.contains_key("tabs") {
        return Node::Tabs(read_tabs(fields));
    }
    // A container of a later version: what is in it is shown from left to right.
    let inner = fields.values().filter(|value| value.is_array()).flat_map(&parts);
    Node::Row(inner.collect())
}

fn read_tabs(fields: &Map<String, Value>) -> Tabs {
    let panes = |name: &str| -> Vec<Pane> {
        let keys = fields.get(name).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        keys.iter().filter_map(|key| Pane::of_key(key.as_str()?)).collect()
    };
    let closed = panes("closed");
    let tab = |pane: Pane| Tab { pane, open: !closed.contains(&pane) };
    Tabs {
        panes: panes("tabs").into_iter().map(tab).collect(),
        active: fields.get("active").and_then(Value::as_str).and_then(Pane::of_key),
    }
}

#[expect(clippy::cast_possible_truncation, reason = "clamped to what a screen has")]
fn size(part: &Value) -> f32 {
    part.get("size").and_then(Value::as_f64).filter(|size| size.is_finite()).unwrap_or(300.0).clamp(1.0, 32_768.0)
        as f32
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::gui::dock::layout::BUILT_IN;

    fn back(text: &str) -> Layout {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn a_layout_comes_back_as_it_was() {
        for name in BUILT_IN {
            let mut layout = Layout::built_in(name).unwrap();
            assert_eq!(back(&serde_json::to_string(&layout).unwrap()), layout);
            layout.close(Pane::Values);
            layout.open(Pane::Labels);
            assert_eq!(back(&serde_json::to_string(&layout).unwrap()), layout);
        }
    }

    #[test]
    fn what_another_version_kept_costs_only_itself() {
        let known = back(
            r#"{"row": [{"tabs": ["facets"], "size": 300}, {"tabs": ["grid", "viewer"], "active": "viewer", "size": 700}]}"#,
        );
        for text in [
            r#"{"row": [{"tabs": ["facets", "hologram"], "size": 300}, {"tabs": ["of 2031"], "size": 90},
                {"tabs": ["grid", "viewer"], "active": "viewer", "colour": 3, "size": 700}], "version": 9}"#,
            r#"{"row": [{"tabs": ["facets"], "size": 300}, {"tabs": ["grid", "viewer", "grid"], "active": "viewer", "size": 700},
                {"column": [{"tabs": []}, {"tabs": [7, null]}]}, {"tabs": ["facets"]}]}"#,
            r#"{"spiral": [{"tabs": ["facets"], "size": 300}, {"tabs": ["grid", "viewer"], "active": "viewer", "size": 700}]}"#,
        ] {
            assert_eq!(back(text), known, "{text}");
        }
        for text in ["{}", "7", "null", "\"x\"", r#"{"tabs": ["hologram"]}"#, r#"{"row": {"row": 3}}"#] {
            assert_eq!(back(text), Layout::default(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_nesting_gives_a_layout_with_each_panel_once(seed in prop::collection::vec(0_u8..8, 0..60)) {
            let mut node = json!({ "tabs": ["grid"] });
            for byte in seed {
                node = match byte {
                    0 => json!({ "row": [node, { "tabs": ["facets", "grid"], "size": -4 }] }),
                    1 => json!({ "column": [{ "tabs": ["viewer"] }, node] }),
                    2 => json!({ "row": [node] }),
                    3 => json!({ "later": [node, { "tabs": ["labels"], "closed": ["labels"] }] }),
                    4 => json!({ "column": node }),
                    5 => json!({ "tabs": [node], "row": [] }),
                    6 => json!([node]),
                    _ => json!({ "column": [node, { "tabs": ["timeline", "values"], "active": "facets", "size": 1e300 }] }),
                };
            }
            let layout: Layout = serde_json::from_value(node).unwrap();
            let mut panes: Vec<Pane> = layout.panes().iter().map(|tab| tab.pane).collect();
            prop_assert!(!panes.is_empty());
            let count = panes.len();
            panes.sort();
            panes.dedup();
            prop_assert_eq!(panes.len(), count);
            prop_assert_eq!(back(&serde_json::to_string(&layout).unwrap()).panes(), layout.panes());
        }
    }
}
