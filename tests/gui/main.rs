//! Flows through the window, driven by accessible labels, without a screen.

mod brush;
mod docking;
mod explore;
mod facets;
mod harness;
mod panels;
mod playing;
mod renewal;
mod select;
mod shell;
mod timeline;
mod verify;
mod viewer;
