//! The frames of the recording that is looked at, and the strips of its lanes, made by workers.

use std::{collections::HashMap, sync::Arc};

use egui::Context;

use super::{
    axis::{Axis, Stretch},
    strips::{NOTHING, Tile, level_of},
};
use crate::{
    filter::FrameColumns,
    gui::{fetch::Fetch, lake::Lake, selected::Selected, view::View, work::Workers},
    jobs::Priority,
};

/// One camera of the recording.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Camera {
    /// Its name.
    pub name: String,
    /// Index of the footage in the table.
    pub footage: usize,
    /// Its first row.
    pub first_row: usize,
    /// Number of frames.
    pub rows: usize,
}

/// What is looked at.
#[derive(Debug, Clone)]
pub struct Here {
    /// The row of the frame.
    pub row: usize,
    /// Its time, ns UTC.
    pub moment: i64,
    /// Its recording.
    pub recording: String,
    /// When that began, ns UTC.
    pub zero: i64,
    /// Index of its footage in the table.
    pub footage: usize,
    /// The cameras of the recording.
    pub cameras: Vec<Camera>,
    /// From the first frame of any camera to the last.
    pub whole: Stretch,
}

impl Here {
    /// The surroundings of a frame. Footages of a recording lie beside each other in the table.
    pub fn of(lake: &Lake, row: usize) -> Self {
        let (footage, rows) = lake.footage(row);
        let all = lake.table().footages();
        let same = |other: &usize| all[*other].recording == rows.recording;
        let first = (0..footage).rev().take_while(same).last().unwrap_or(footage);
        let cameras: Vec<Camera> = (first..all.len())
            .take_while(same)
            .map(|at| Camera {
                name: all[at].camera.clone(),
                footage: at,
                first_row: all[at].first_row,
                rows: all[at].rows,
            })
            .collect();
        let ends = cameras
            .iter()
            .filter(|camera| camera.rows > 0)
            .map(|camera| Stretch::new(lake.time(camera.first_row), lake.time(camera.first_row + camera.rows - 1)));
        let moment = lake.time(row);
        let whole = ends.reduce(Stretch::union).unwrap_or(Stretch::new(moment, moment));
        Self { row, moment, recording: rows.recording.clone(), zero: rows.started_at_ns, footage, cameras, whole }
    }
}

/// Compares by identity: a new answer is another object.
#[derive(Debug)]
struct Same<T>(Arc<T>);

impl<T> PartialEq for Same<T> {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

/// Levels of one lane, a line for each camera.
#[derive(Debug)]
pub struct Strip {
    /// What they cover.
    pub tile: Tile,
    /// Levels of each camera.
    pub lines: Vec<Vec<u8>>,
}

/// Where labels of a class are, and how many.
#[derive(Debug)]
pub struct Presence {
    /// The strip of the camera that is looked at.
    pub strip: Strip,
    /// Labels of the class on each frame of the lake.
    pub counts: Arc<Vec<u32>>,
}

/// The strips shown last.
#[derive(Default)]
pub struct Strips {
    matches: Fetch<(Same<View>, usize, Tile), Strip>,
    selected: Fetch<(Same<Selected>, u64, usize, Tile), Strip>,
    labels: HashMap<String, Fetch<(u64, usize, Tile), Presence>>,
}

impl Strips {
    /// Where the filter matches.
    pub fn matches(
        &mut self,
        lake: &Lake,
        here: &Here,
        axis: &Axis,
        workers: &Workers,
        ctx: &Context,
    ) -> Option<&Strip> {
        let view = Arc::clone(lake.view.as_ref()?);
        let tile = Tile::of(axis);
        let key = (Same(Arc::clone(&view)), here.cameras.first()?.first_row, tile);
        let make = strip_of(lake, here, tile, move |from, to| view.set.count_in(from, to));
        self.matches.request(key, &workers.ask, Priority::Visible, ctx, move |_| make());
        self.matches.poll();
        self.matches.value()
    }

    /// Which frames are selected.
    pub fn selected(
        &mut self,
        lake: &Lake,
        here: &Here,
        axis: &Axis,
        workers: &Workers,
        ctx: &Context,
    ) -> Option<&Strip> {
        let selected = Arc::clone(&lake.selected);
        let tile = Tile::of(axis);
        let generation = lake.table().generation();
        let key = (Same(Arc::clone(&selected)), generation, here.cameras.first()?.first_row, tile);
        let make = strip_of(lake, here, tile, move |from, to| selected.count_in(from, to));
        self.selected.request(key, &workers.ask, Priority::Visible, ctx, move |_| make());
        self.selected.poll();
        self.selected.value()
    }

    /// Where labels of a class are on the frames of the camera that is looked at; or why that cannot be told.
    pub fn labels(
        &mut self,
        class: &str,
        lake: &Lake,
        here: &Here,
        axis: &Axis,
        workers: &Workers,
        ctx: &Context,
    ) -> (Option<&Presence>, Option<&str>) {
        let fetch = self.labels.entry(class.to_owned()).or_default();
        let tile = Tile::of(axis);
        let generation = lake.table().generation();
        // What is there is of another camera.
        if fetch.key().is_some_and(|key| (key.0, key.1) != (generation, here.footage)) {
            fetch.clear();
        }
        let (table, times) = (Arc::clone(lake.table()), Arc::clone(&lake.loaded.times));
        let (name, footage) = (class.to_owned(), here.footage);
        fetch.request((generation, footage, tile), &workers.ask, Priority::Visible, ctx, move |_| {
            let counts = table.class_count(&name)?;
            let rhythms = table.rhythms()?;
            let rows = &table.footages()[footage];
            let range = rows.first_row..rows.first_row + rows.rows;
            let own = counts.get(range.clone()).unwrap_or_default();
            let most = f64::from(own.iter().max().copied().unwrap_or(0)).sqrt();
            let level = |frames: std::ops::Range<usize>| {
                let here = own.get(frames).unwrap_or_default().iter().max().copied().unwrap_or(0);
                if here == 0 { NOTHING } else { level_of(f64::from(here).sqrt(), most) }
            };
            let line = tile.levels(times.get(range).unwrap_or_default(), &rhythms[footage], level);
            Ok(Presence { strip: Strip { tile, lines: vec![line] }, counts })
        });
        fetch.poll();
        (fetch.value(), fetch.error())
    }

    /// Forgets classes whose lanes are gone.
    pub fn keep_labels(&mut self, shown: impl Fn(&str) -> bool) {
        self.labels.retain(|class, _| shown(class));
    }
}

/// The work that makes a strip: for each camera, how many of its rows are in a set.
#[expect(clippy::cast_precision_loss, reason = "counts of frames in a stretch")]
fn strip_of(
    lake: &Lake,
    here: &Here,
    tile: Tile,
    count: impl Fn(usize, usize) -> usize + Send + 'static,
) -> impl FnOnce() -> Result<Strip, String> + Send + 'static {
    let (table, times, cameras) = (Arc::clone(lake.table()), Arc::clone(&lake.loaded.times), here.cameras.clone());
    move || {
        let rhythms = table.rhythms()?;
        let line = |camera: &Camera| {
            let own = times.get(camera.first_row..camera.first_row + camera.rows).unwrap_or_default();
            tile.levels(own, &rhythms[camera.footage], |frames| {
                let found = count(camera.first_row + frames.start, camera.first_row + frames.end);
                level_of(found as f64, frames.len() as f64)
            })
        };
        Ok(Strip { tile, lines: cameras.iter().map(line).collect() })
    }
}
