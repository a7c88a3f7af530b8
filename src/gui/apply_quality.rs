//! Commands on the panel of data quality.

use egui::Context;

use super::{
    App,
    app::Slot,
    command::Command,
    dialogs::{Dialog, WriteDraft},
    events::{Ended, Outcome},
    quality::QualityCommand,
    sql::frame_at,
    state::Workspace,
};
use crate::session::QualityTable;

impl App {
    pub(super) fn apply_to_quality(&mut self, command: QualityCommand, ctx: &Context) {
        let Slot::Ready(lake) = &mut self.slot else { return };
        let space = &mut self.workspaces.statistics.quality;
        match command {
            QualityCommand::SetLook(look) => lake.quality.look = *look,
            QualityCommand::Choose(chosen) => lake.quality.chosen = chosen,
            QualityCommand::Go(recording, camera, time_ns) => {
                match frame_at(lake, &recording, camera.as_deref(), time_ns) {
                    Some(row) => {
                        self.state.persisted.workspace = Workspace::Explore;
                        self.apply(Command::Show(row), ctx);
                    }
                    None => self.state.transient.tell(format!("{recording} has no frames to show.")),
                }
            }
            QualityCommand::Again => {
                lake.quality.chosen = None;
                space.again();
            }
            QualityCommand::Stop => space.stop(),
            QualityCommand::OpenExport => {
                let (what, name) = match lake.quality.look.table {
                    QualityTable::Findings => ("findings", "findings"),
                    QualityTable::Metrics => ("quality of metrics", "metrics quality"),
                    QualityTable::Footages => ("quality of footages", "footages quality"),
                };
                let told = if lake.quality.look.is_all() {
                    "Every row, with the columns of the command line."
                } else {
                    "The rows that are listed, with the columns of the command line."
                };
                let draft = WriteDraft::new(lake, (format!("Export {what}"), told), name, &[("csv", "CSV")], |path| {
                    Command::Quality(QualityCommand::Export(path))
                });
                self.state.transient.dialog = Some(Dialog::Write(draft));
            }
            QualityCommand::Export(out) => {
                let Some(found) = space.found().cloned() else { return };
                let (look, root) = (lake.quality.look.clone(), lake.root.clone());
                self.start("Exporting what was found".to_owned(), root, ctx, move |_| {
                    let part = found.part(&look);
                    let rows = part.table(look.table).1.len() as u64;
                    Outcome::Rows(part.write_csv(look.table, &out).map(|()| (rows, out)).map_err(Ended::from))
                });
            }
        }
    }
}
