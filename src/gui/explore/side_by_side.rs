//! Several cameras of one recording: which of them, which frame of each belongs to a moment, and where each is drawn.

use egui::{Rect, pos2, vec2};

use crate::{
    filter::{FootageRows, FrameColumns as _},
    gui::{frame_times::FrameTimes, lake::Lake, looking::Looking},
};

/// Space between two pictures, points.
const GAP: f32 = 2.0;
/// A frame this near is near, however fast the camera is, ns.
const NEAR_NS: u64 = 60_000_000;

/// A camera that is shown.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Camera {
    /// Its name.
    pub name: String,
    /// The catalog's number of the footage.
    pub footage: i64,
    /// Its first row.
    pub first_row: usize,
    /// Its frames.
    pub rows: usize,
    /// Width over height of its frames.
    pub aspect: f32,
}

/// The cameras of a recording, in the order of the lake, with the places of the footages.
pub(super) fn of_recording(lake: &Lake, row: usize) -> Vec<usize> {
    let footages = lake.table().footages();
    let here = lake.table().footage_index(row);
    let same = |at: &usize| footages[*at].recording == footages[here].recording;
    let first = (0..here).rev().take_while(same).last().unwrap_or(here);
    (first..footages.len()).take_while(same).collect()
}

/// The cameras that are shown for the frame at `row`, and which of them it is of.
pub(super) fn shown(lake: &Lake, looking: &Looking, row: usize) -> (Vec<Camera>, usize) {
    let here = lake.table().footage_index(row);
    let all = if looking.all_cameras { of_recording(lake, row) } else { vec![here] };
    let table = lake.table();
    let cameras: Vec<(usize, Camera)> = all
        .into_iter()
        // The camera that is looked at is always shown.
        .filter(|at| *at == here || !looking.cameras_off.contains(&table.footages()[*at].camera))
        .map(|at| {
            let FootageRows { camera, first_row, rows, .. } = &table.footages()[at];
            let aspect = table.footage_list().get(at).map_or(16.0 / 9.0, |f| aspect(f.width_px, f.height_px));
            let footage = table.footage_id(at);
            (at, Camera { name: camera.clone(), footage, first_row: *first_row, rows: *rows, aspect })
        })
        .collect();
    let lead = cameras.iter().position(|(at, _)| *at == here).unwrap_or(0);
    (cameras.into_iter().map(|(_, camera)| camera).collect(), lead)
}

#[expect(clippy::cast_precision_loss, reason = "a ratio on screen")]
fn aspect(width: u32, height: u32) -> f32 {
    if width == 0 || height == 0 { 16.0 / 9.0 } else { (width as f32 / height as f32).clamp(0.1, 10.0) }
}

/// The frame of a camera nearest to a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Nearest {
    /// Its index in the footage.
    pub frame: usize,
    /// How much later than the moment it was taken, ns.
    pub offset_ns: i64,
    /// Whether that is near enough to be shown beside the others: within the time from one frame of it to the next.
    pub near: bool,
}

/// Finds it; nothing in a footage without frames.
pub(super) fn nearest(frames: FrameTimes<'_>, moment_ns: i64) -> Option<Nearest> {
    let (frame, times) = (frames.nearest(moment_ns)?, frames.all());
    let stretch = frames.stretch_of(frame);
    let (first, last) = (times[stretch.start], times[stretch.end - 1]);
    let period = last.abs_diff(first) / (stretch.len() as u64 - 1).max(1);
    let near = times[frame].abs_diff(moment_ns) <= period.max(NEAR_NS);
    Some(Nearest { frame, offset_ns: times[frame].saturating_sub(moment_ns), near })
}

/// `+12 ms`, `−3 ms`, `0 ms`, and seconds from ten on.
pub(super) fn offset_text(ns: i64) -> String {
    let ms = ns.unsigned_abs().saturating_add(500_000) / 1_000_000;
    let sign = match ns {
        _ if ms == 0 => "",
        ns if ns < 0 => "−",
        _ => "+",
    };
    if ms < 10_000 {
        format!("{sign}{ms} ms")
    } else {
        #[expect(clippy::cast_precision_loss, reason = "shown with one digit")]
        let seconds = ms as f64 / 1000.0;
        format!("{sign}{seconds:.1} s")
    }
}

/// Where pictures of these shapes stand so that they are as large as can be: lines of cells that fill the area, in order.
pub(super) fn cells(area: Rect, aspects: &[f32]) -> Vec<Rect> {
    let mut best: Option<(f32, Vec<Rect>)> = None;
    for lines in 1..=aspects.len() {
        let (seen, cells) = in_lines(area, aspects, lines);
        if best.as_ref().is_none_or(|(most, _)| seen > most * 1.001) {
            best = Some((seen, cells));
        }
    }
    best.map(|(_, cells)| cells).unwrap_or_default()
}

/// The cells in so many lines, and how good that is: the smallest picture counts most, then all together.
#[expect(clippy::cast_precision_loss, reason = "a few cells")]
fn in_lines(area: Rect, aspects: &[f32], lines: usize) -> (f32, Vec<Rect>) {
    // As even as can be, the fuller lines first.
    let (each, more) = (aspects.len() / lines, aspects.len() % lines);
    let mut rest = aspects;
    let lines: Vec<&[f32]> = (0..lines)
        .map(|line| {
            let (now, after) = rest.split_at(each + usize::from(line < more));
            rest = after;
            now
        })
        .collect();
    let room = (area.height() - GAP * (lines.len() as f32 - 1.0)).max(1.0);
    let wide = |line: &[f32]| (area.width() - GAP * (line.len() as f32 - 1.0)).max(1.0);
    // A line is as high as its pictures are when they fill its width; all are shrunk or spread alike to fill the height.
    let heights: Vec<f32> = lines.iter().map(|line| wide(line) / line.iter().sum::<f32>()).collect();
    let stretch = room / heights.iter().sum::<f32>();
    let (mut seen, mut least) = (0.0, f32::INFINITY);
    let (mut cells, mut top) = (Vec::with_capacity(aspects.len()), area.top());
    for (line, natural) in lines.iter().zip(&heights) {
        let height = natural * stretch;
        let mut left = area.left();
        for aspect in *line {
            let width = wide(line) * aspect / line.iter().sum::<f32>();
            let picture = (width / aspect).min(height);
            seen += picture * picture * aspect;
            least = least.min(picture * picture * aspect);
            cells.push(Rect::from_min_size(pos2(left, top), vec2(width, height)));
            left += width + GAP;
        }
        top += height + GAP;
    }
    (least * aspects.len() as f32 + seen * 0.1, cells)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_fill_the_area_in_the_lines_that_make_pictures_largest() {
        let wide = 16.0 / 9.0;
        for (width, height, aspects, lines) in [
            (1200.0, 600.0, vec![wide; 1], vec![1]),
            (1200.0, 400.0, vec![wide; 2], vec![2]),
            (600.0, 800.0, vec![wide; 2], vec![1, 1]),
            (1200.0, 700.0, vec![wide; 4], vec![2, 2]),
            (600.0, 480.0, vec![wide; 4], vec![2, 2]),
            (300.0, 900.0, vec![wide; 4], vec![1, 1, 1, 1]),
            (1900.0, 300.0, vec![wide; 4], vec![4]),
            (900.0, 700.0, vec![wide; 5], vec![2, 2, 1]),
            (1400.0, 600.0, vec![wide; 5], vec![3, 2]),
            (1200.0, 700.0, vec![wide; 6], vec![2, 2, 2]),
            (1200.0, 500.0, vec![wide; 6], vec![3, 3]),
            (800.0, 600.0, vec![0.5, 0.5, 2.0], vec![2, 1]),
            (418.0, 440.0, vec![wide; 4], vec![2, 2]),
            (240.0, 160.0, vec![wide; 3], vec![2, 1]),
        ] {
            let area = Rect::from_min_size(pos2(10.0, 20.0), vec2(width, height));
            let cells = cells(area, &aspects);
            assert_eq!(cells.len(), aspects.len());
            let mut found: Vec<usize> = Vec::new();
            for (at, cell) in cells.iter().enumerate() {
                assert!(area.expand(0.01).contains_rect(*cell), "{cell:?} of {area:?}");
                assert!(cells[..at].iter().all(|other| !other.shrink(0.01).intersects(*cell)), "{cells:?}");
                match found.last_mut() {
                    Some(count) if (cells[at - 1].top() - cell.top()).abs() < 0.01 => *count += 1,
                    _ => found.push(1),
                }
            }
            assert_eq!(found, lines, "{width} × {height}, {} cameras", aspects.len());
            let filled: f32 = cells.iter().map(Rect::area).sum();
            assert!(filled > area.area() * 0.97, "{filled} of {}", area.area());
        }
        assert!(cells(Rect::from_min_size(pos2(0.0, 0.0), vec2(100.0, 100.0)), &[]).is_empty());
    }

    #[test]
    fn the_nearest_frame_and_whether_it_is_near() {
        let hundred: Vec<i64> = (0..10).map(|frame| frame * 100_000_000).collect();
        let gap = [0, 100_000_000, 200_000_000, 1_900_000_000];
        for (times, moment, frame, offset_ms, near) in [
            (&hundred[..], 0, 0, 0, true),
            (&hundred[..], 249_000_000, 2, -49, true),
            (&hundred[..], 251_000_000, 3, 49, true),
            (&hundred[..], 250_000_000, 2, -50, true),
            (&hundred[..], 990_000_000, 9, -90, true),
            (&hundred[..], 1_100_000_000, 9, -200, false),
            (&hundred[..], -200_000_000, 0, 200, false),
            (&gap[..], 1_000_000_000, 2, -800, false),
            (&[5_000_000_000][..], 5_050_000_000, 0, -50, true),
            (&[5_000_000_000][..], 6_000_000_000, 0, -1000, false),
        ] {
            let found = nearest(FrameTimes::new(times, &[]), moment).unwrap();
            assert_eq!((found.frame, found.offset_ns / 1_000_000, found.near), (frame, offset_ms, near), "{moment}");
        }
        assert_eq!(nearest(FrameTimes::new(&[], &[]), 0), None);
        // The clock was set back by 5 s before the third frame.
        let times = [0, 100_000_000, -4_900_000_000, -4_800_000_000];
        let found = nearest(FrameTimes::new(&times, &[2]), -4_840_000_000).unwrap();
        assert_eq!((found.frame, found.offset_ns / 1_000_000, found.near), (3, 40, true));
    }

    #[test]
    fn offsets_are_told_in_milliseconds() {
        for (ns, expected) in [
            (0, "0 ms"),
            (400_000, "0 ms"),
            (12_000_000, "+12 ms"),
            (-3_600_000, "−4 ms"),
            (9_999_400_000, "+9999 ms"),
            (-12_340_000_000, "−12.3 s"),
        ] {
            assert_eq!(offset_text(ns), expected);
        }
    }
}
