//! Recording checksums and verifying from the window, and what it tells when they end.

use std::path::Path;

use egui::Context;

use super::{
    App,
    app::Slot,
    events::{Ended, Outcome},
    widgets::text::{bytes, counted},
};
use crate::session::{ChecksumReport, VerifyReport};

const RECORDING: &str = "Recording checksums";
const VERIFYING: &str = "Verifying";

impl App {
    pub(super) fn start_checksums(&mut self, accept_changes: bool, ctx: &Context) {
        let Some(session) = self.session_unless_busy(RECORDING) else { return };
        let root = session.root().to_path_buf();
        self.start(RECORDING.to_owned(), root, ctx, move |progress| {
            let report = session.record_checksums(accept_changes, progress).map_err(Ended::from);
            Outcome::Recorded(report, session.generation().ok())
        });
    }

    pub(super) fn start_verify(&mut self, recording: Option<String>, ctx: &Context) {
        let Some(session) = self.session_unless_busy(VERIFYING) else { return };
        let root = session.root().to_path_buf();
        self.start(VERIFYING.to_owned(), root, ctx, move |progress| {
            let report = session.verify(recording.as_deref(), progress).map_err(Ended::from);
            Outcome::Verified(report, session.generation().ok())
        });
    }

    /// The open lake's session, when no such work is running.
    fn session_unless_busy(&mut self, title: &str) -> Option<crate::session::Session> {
        if self.state.transient.jobs.iter().any(|job| job.title == title) {
            self.state.transient.tell(format!("{title} is at work already; see the bar below."));
            return None;
        }
        self.lake().map(|lake| lake.session.clone())
    }

    pub(super) fn recorded(&mut self, report: Result<ChecksumReport, Ended>) {
        match report {
            Ok(report) => {
                let told = format!(
                    "Checksums of {} recorded, {} read.",
                    counted(report.stores_read, "store"),
                    bytes(report.bytes_read)
                );
                let (differing, skipped) = (report.differing.len() as u64, report.skipped.len() as u64);
                if differing + skipped == 0 {
                    self.state.transient.tell(told);
                } else {
                    let mut left = Vec::new();
                    if differing > 0 {
                        left.push(format!("{} from checksums, which are kept: verify the lake", differs(differing)));
                    }
                    if skipped > 0 {
                        left.push(format!("{} left out: Runs tells why", counted(skipped, "store")));
                    }
                    self.state.transient.complain(format!("{told} {}.", left.join("; ")));
                }
            }
            Err(Ended::Cancelled) => {
                self.state.transient.tell("Recording cancelled; the checksums made so far are kept.");
            }
            Err(Ended::Failed(error)) => self.state.transient.complain(error),
        }
    }

    pub(super) fn verified(&mut self, report: Result<VerifyReport, Ended>) {
        match report {
            Ok(report) if report.intact && report.stores_covered == 0 => {
                self.state.transient.complain("Nothing was verified: no store has checksums. Record them first.");
            }
            Ok(report) => {
                let mut told = if report.intact {
                    format!("Verified {}: every byte is as it was.", bytes(report.bytes_covered))
                } else {
                    let stores = (report.damaged.len() + report.resized.len() + report.missing.len()) as u64;
                    format!(
                        "Verifying found {} in trouble, with {}; Problems and Runs name them.",
                        counted(stores, "store"),
                        counted(report.frames_damaged, "damaged frame")
                    )
                };
                let without = report.not_covered.len() as u64;
                if without > 0 {
                    told = format!("{told} {} without checksums.", counted(without, "store"));
                }
                if report.intact {
                    self.state.transient.tell(told);
                } else {
                    self.state.transient.complain(told);
                }
            }
            Err(Ended::Cancelled) => {
                self.state.transient.tell("Verifying cancelled; damage found so far is marked.");
            }
            Err(Ended::Failed(error)) => self.state.transient.complain(error),
        }
    }

    /// Shows new marks and problems at once.
    pub(super) fn reload_changed(&mut self, root: &Path, generation: Option<u64>, ctx: &Context) {
        if let Slot::Ready(lake) = &mut self.slot
            && lake.root == root
            && generation.is_some_and(|now| now != lake.table().generation())
        {
            lake.reload(&self.workers, ctx);
        }
    }
}

/// `1 store differs`, `3 stores differ`
fn differs(stores: u64) -> String {
    format!("{} {}", counted(stores, "store"), if stores == 1 { "differs" } else { "differ" })
}
