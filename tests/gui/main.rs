//! Flows through the window, driven by accessible labels, without a screen.

mod docking;
mod explore;
mod harness;
mod panels;
mod playing;
mod renewal;
mod select;
mod settings;
mod shell;
mod track;
mod verify;
mod viewer;
