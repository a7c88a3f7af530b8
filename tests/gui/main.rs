//! Flows through the window, driven by accessible labels, without a screen.

mod crops;
mod docking;
mod explore;
mod harness;
mod panels;
mod playing;
mod renewal;
mod select;
mod shell;
mod spans;
mod verify;
mod viewer;
