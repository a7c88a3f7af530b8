//! Flows through the window, driven by accessible labels, without a screen.

mod boxes;
mod brush;
mod docking;
mod explore;
mod harness;
mod names;
mod panels;
mod playing;
mod renewal;
mod select;
mod settings;
mod shell;
mod side_by_side;
mod timeline;
mod track;
mod verify;
mod viewer;
mod views;
