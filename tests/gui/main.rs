//! Flows through the window, driven by accessible labels, without a screen.

mod explore;
mod harness;
mod select;
mod shell;
mod verify;
