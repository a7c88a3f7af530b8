//! Commands on the panels: open, close, enlarge, and layouts by name. Each workspace has panels and a layout of its own.

use super::{
    App,
    command::Command,
    dock::{Dock, Layout},
    state::Workspace,
};

impl App {
    /// The docking of a workspace.
    pub(super) fn dock_of(&mut self, workspace: Workspace) -> &mut Dock {
        let spaces = &mut self.workspaces;
        match workspace {
            Workspace::Detections => &mut spaces.detections.dock,
            Workspace::Statistics => &mut spaces.statistics.dock,
            Workspace::Explore | Workspace::Runs => &mut spaces.explore.dock,
        }
    }

    pub(super) fn apply_to_panels(&mut self, command: Command) {
        let here = self.state.persisted.workspace;
        match command {
            Command::SetLayout(layout) => {
                let workspace = layout.workspace();
                *self.state.persisted.layout_of(workspace).0 = layout;
            }
            Command::OpenPane(pane) => {
                self.state.persisted.workspace = pane.workspace();
                self.state.persisted.layout_of(pane.workspace()).0.open(pane);
                self.dock_of(pane.workspace()).reveal(pane);
            }
            Command::ClosePane(pane) => {
                self.state.persisted.layout_of(pane.workspace()).0.close(pane);
                let dock = self.dock_of(pane.workspace());
                if dock.maximised() == Some(pane) {
                    dock.maximise(None);
                }
            }
            Command::TogglePane(pane) => {
                let seen = here == pane.workspace() && self.dock_of(pane.workspace()).is_seen(pane);
                self.apply_to_panels(if seen { Command::ClosePane(pane) } else { Command::OpenPane(pane) });
            }
            Command::Maximise(pane) => {
                let workspace = pane.map_or(here, super::dock::Pane::workspace);
                if let Some(pane) = pane {
                    self.state.persisted.layout_of(workspace).0.open(pane);
                }
                self.dock_of(workspace).maximise(pane);
            }
            Command::UseLayout(name) => {
                // The name of a layout that is no more stands for the first.
                let known = self.state.persisted.named_layout(&name);
                let workspace = known.as_ref().map_or(here, Layout::workspace);
                let (layout, chosen) = self.state.persisted.layout_of(workspace);
                *chosen = if known.is_some() { name } else { Layout::usual(workspace).to_owned() };
                *layout = known.unwrap_or_else(|| Layout::of(workspace));
                self.state.persisted.workspace = workspace;
                self.dock_of(workspace).maximise(None);
            }
            Command::SaveLayout(name) => {
                let (layout, chosen) = self.state.persisted.layout_of(here);
                chosen.clone_from(&name);
                let layout = layout.clone();
                self.state.persisted.layouts.insert(name.clone(), layout);
                self.state.transient.tell(format!("Saved layout “{name}”."));
            }
            Command::DeleteLayout(name) => {
                let Some(layout) = self.state.persisted.layouts.remove(&name) else { return };
                let workspace = layout.workspace();
                let (_, chosen) = self.state.persisted.layout_of(workspace);
                if *chosen == name && Layout::built_in(&name).is_none() {
                    Layout::usual(workspace).clone_into(chosen);
                }
                self.state.transient.tell(format!("Deleted layout “{name}”. The panels stay as they are."));
            }
            _ => {}
        }
    }
}
