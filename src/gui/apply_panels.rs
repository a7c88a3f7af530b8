//! Commands on the panels: open, close, enlarge, and layouts by name.

use super::{
    App,
    command::Command,
    dock::{BUILT_IN, Layout},
    state::Workspace,
};

impl App {
    pub(super) fn apply_to_panels(&mut self, command: Command) {
        let (kept, dock) = (&mut self.state.persisted, &mut self.workspaces.explore.dock);
        match command {
            Command::SetLayout(layout) => kept.layout = layout,
            Command::OpenPane(pane) => {
                kept.workspace = Workspace::Explore;
                kept.layout.open(pane);
                dock.reveal(pane);
            }
            Command::ClosePane(pane) => {
                kept.layout.close(pane);
                if dock.maximised() == Some(pane) {
                    dock.maximise(None);
                }
            }
            Command::TogglePane(pane) => {
                let seen = kept.workspace == Workspace::Explore && dock.is_seen(pane);
                self.apply_to_panels(if seen { Command::ClosePane(pane) } else { Command::OpenPane(pane) });
            }
            Command::Maximise(pane) => {
                if let Some(pane) = pane {
                    kept.layout.open(pane);
                }
                dock.maximise(pane);
            }
            Command::UseLayout(name) => {
                // The name of a layout that is no more stands for the first.
                let known = kept.named_layout(&name);
                kept.layout_name = if known.is_some() { name } else { BUILT_IN[0].to_owned() };
                kept.layout = known.unwrap_or_default();
                kept.workspace = Workspace::Explore;
                dock.maximise(None);
            }
            Command::SaveLayout(name) => {
                kept.layouts.insert(name.clone(), kept.layout.clone());
                kept.layout_name.clone_from(&name);
                self.state.transient.tell(format!("Saved layout “{name}”."));
            }
            Command::DeleteLayout(name) if kept.layouts.remove(&name).is_some() => {
                if kept.layout_name == name && Layout::built_in(&name).is_none() {
                    BUILT_IN[0].clone_into(&mut kept.layout_name);
                }
                self.state.transient.tell(format!("Deleted layout “{name}”. The panels stay as they are."));
            }
            _ => {}
        }
    }
}
