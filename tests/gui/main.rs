//! Flows through the window, driven by accessible labels, without a screen.

mod asking;
mod boxes;
mod brush;
mod copied;
mod crops;
mod detections;
mod detections_panels;
mod docking;
mod explore;
mod facets;
mod harness;
mod keeping;
mod kept_changes;
mod manners;
mod many;
mod names;
mod panels;
mod playing;
mod quality;
mod renewal;
mod select;
#[path = "../it/servers.rs"]
#[expect(dead_code, reason = "shared with the other tests, which start other servers, too")]
mod servers;
mod set_back;
mod settings;
mod shell;
mod side_by_side;
mod spans;
mod sql_tab;
mod statistics;
mod tasks;
mod timeline;
#[path = "../it/tools.rs"]
mod tools;
mod track;
mod verify;
mod viewer;
mod views;
