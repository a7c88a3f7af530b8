//! The frame whose route is under the pointer. Many routes may pass there, so a worker looks for it.

use std::{sync::Arc, time::Duration};

use egui::Context;

use super::routes::Routes;
use crate::{
    filter::FrameColumns as _,
    gui::{fetch::Fetch, lake::Lake, work::Workers},
};

/// How long the answer for a place is waited for before that for the next one is asked for.
const PATIENCE: Duration = Duration::from_millis(100);

/// Where the pointer is, and on which map.
#[derive(Debug, Clone, PartialEq)]
struct Place {
    generation: u64,
    at: [f64; 2],
    reach: f64,
    /// The camera that is looked at.
    camera: Option<String>,
}

/// What is there: a row, and the footage of the camera that is looked at, where the recording has it.
#[derive(Debug, Clone, Copy)]
struct Found {
    row: usize,
    same: Option<usize>,
}

/// Whether a place is the very one that was asked for.
fn same_place(a: [f64; 2], b: [f64; 2]) -> bool {
    a.map(f64::to_bits) == b.map(f64::to_bits)
}

/// The frame under the pointer, and where the pointer was pressed.
#[derive(Debug, Default)]
pub(super) struct Under {
    found: Fetch<Place, Option<Found>>,
    pressed: Option<[f64; 2]>,
}

impl Under {
    /// Asks which drawn row is nearest to a place of the plane, at most so many units away.
    pub fn ask(
        &mut self,
        routes: &Arc<Routes>,
        (at, reach): ([f64; 2], f64),
        lake: &Lake,
        workers: &Workers,
        ctx: &Context,
    ) {
        self.found.poll();
        // Where it was pressed is asked for until it is known.
        let at = self.pressed.unwrap_or(at);
        let seen = lake.current.filter(|row| *row < lake.frames()).map(|row| lake.footage(row).1.camera.clone());
        let table = Arc::clone(lake.table());
        let place = Place { generation: table.generation(), at, reach, camera: seen.clone() };
        let routes = Arc::clone(routes);
        self.found.follow(place, PATIENCE, &workers.ask, ctx, move |_| {
            let Some((footage, row)) = routes.nearest(at, reach) else { return Ok(None) };
            let footages = table.footages();
            let Some(found) = footages.get(footage).filter(|_| row < table.rows()) else { return Ok(None) };
            let same =
                footages.iter().position(|one| one.recording == found.recording && Some(&one.camera) == seen.as_ref());
            let same = same.filter(|same| footages[*same].camera != found.camera);
            Ok(Some(Found { row, same }))
        });
    }

    /// The frame at a place of the plane, once it is known: of the camera that is looked at, where the recording has it.
    pub fn row(&self, at: [f64; 2], lake: &Lake) -> Option<usize> {
        let place =
            self.found.key().filter(|place| same_place(place.at, at) && place.generation == lake.table().generation());
        let Found { row, same } = place.and(self.found.ready().copied().flatten())?;
        let same = same.and_then(|same| lake.table().footages().get(same));
        Some(same.map_or(row, |same| lake.row_at(same, lake.time(row)))).filter(|row| *row < lake.frames())
    }

    /// The place was pressed: its frame is wanted.
    pub fn press(&mut self, at: [f64; 2]) {
        self.pressed = Some(at);
    }

    /// Where it was pressed, until the frame there is known.
    pub fn pressed(&self) -> Option<[f64; 2]> {
        self.pressed
    }

    /// The frame of the place that was pressed, once.
    pub fn take_pressed(&mut self, lake: &Lake) -> Option<usize> {
        self.found.poll();
        let at = self.pressed?;
        let known = self.found.key().is_some_and(|place| same_place(place.at, at)) && !self.found.is_pending();
        if !known {
            return None;
        }
        self.pressed = None;
        self.row(at, lake)
    }
}
