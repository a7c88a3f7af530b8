//! Scrolling the grid of a large lake through the real window: processor time of a pass, time until the first and the
//! last thumbnail of a new screen, the same of spans and of single objects, and memory over many screens.
//!
//! `cargo bench --bench scroll -- [FRAMES [SCREENS]]`; without arguments 100,000 and 1,000,000 frames, 2,000 screens.

#[path = "window/driver.rs"]
mod driver;

use std::{
    thread::sleep,
    time::{Duration, Instant},
};

use driver::{Window, resident_mb, spread};
use egui::Key;
use lakescope::{
    gui::{Command, GridChoice},
    sample::{SampleLayout, SampleSpec},
    session::BoxOrder,
};

/// Frames of one camera of one drive.
const FOOTAGE: u64 = 5_000;
/// Time between two passes of a common screen.
const REFRESH: Duration = Duration::from_micros(16_667);

fn spec(frames: u64) -> SampleSpec {
    let recordings = u32::try_from(frames.div_ceil(FOOTAGE * 2)).expect("few recordings");
    SampleSpec {
        recordings,
        cameras: 2,
        frames: FOOTAGE,
        width: 64,
        height: 36,
        layout: SampleLayout::Jpeg,
        rate_hz: 30.0,
        metric_rate_hz: 10.0,
        events: 0,
        distinct: Some(60),
        ..SampleSpec::showcase()
    }
}

fn main() {
    // Cargo passes `--bench`.
    let numbers: Vec<u64> = std::env::args().skip(1).filter_map(|text| text.parse().ok()).collect();
    let sizes = numbers.first().map_or_else(|| vec![100_000, 1_000_000], |frames| vec![*frames]);
    let screens = numbers.get(1).copied().unwrap_or(2_000);
    for frames in sizes {
        let lake = driver::lake(&format!("scroll-{frames}"), &spec(frames));
        measure(frames, &lake, screens);
    }
}

fn measure(frames: u64, lake: &std::path::Path, screens: u64) {
    println!("# {frames} frames");
    let mut window = Window::open(lake);
    // The size of tiles that the window begins with, and one of many small tiles.
    for (tile, from) in [(176.0, 0), (64.0, frames / 2)] {
        window.apply(Command::SetTileWidth(tile));
        println!("tiles of {tile} points, {} on a screen", settle(&mut window));
        for (name, points) in [("slow", 40.0), ("fast", 400.0), ("flinging", 4_000.0)] {
            let (mut times, mut tiles) = (Vec::new(), 0);
            for _ in 0..600 {
                let begun = Instant::now();
                let pass = window.wheel(points);
                times.push(pass.cpu);
                tiles += pass.pictures;
                sleep(REFRESH.saturating_sub(begun.elapsed()));
            }
            println!("  pass, scrolling {name:9}       {}, {} thumbnails a pass", spread(&mut times), tiles / 600);
            settle(&mut window);
        }
        first_pictures(&mut window, frames, from);
    }
    window.apply(Command::SetTileWidth(176.0));
    other_tiles(&mut window);
    memory(&mut window, screens);
}

/// Spans and objects as tiles: time until the first and the last picture, and passes while scrolling.
fn other_tiles(window: &mut Window) {
    for (name, filter, objects) in
        [("spans of labels > 2", "labels > 2", false), ("objects", "", true), ("the smallest objects first", "", true)]
    {
        let mut choice = GridChoice { objects, ..GridChoice::default() };
        if name.starts_with("the smallest") {
            choice.query.order = BoxOrder::Size;
        }
        let (begun, before) = (Instant::now(), resident_mb());
        window.apply(Command::SetFilter(filter.to_owned()));
        window.apply(Command::SetGrid(Box::new(choice)));
        // What was shown before is still there for a moment.
        while begun.elapsed() < Duration::from_millis(300) {
            window.pass(Vec::new());
        }
        let shown = settle(window);
        println!(
            "{name}: {shown} on a screen after {:.1} s, resident {:+.0} MB",
            begun.elapsed().as_secs_f64(),
            resident_mb() - before
        );
        for (speed, points) in [("slow", 40.0), ("fast", 400.0), ("flinging", 40_000.0)] {
            let mut times = Vec::new();
            for _ in 0..300 {
                let begun = Instant::now();
                times.push(window.wheel(points).cpu);
                sleep(REFRESH.saturating_sub(begun.elapsed()));
            }
            println!("  pass, scrolling {speed:9}       {}", spread(&mut times));
            let begun = Instant::now();
            settle(window);
            println!("  settled after                   {:.2} s", begun.elapsed().as_secs_f64());
        }
    }
    window.apply(Command::SetFilter(String::new()));
    window.apply(Command::SetGrid(Box::default()));
    settle(window);
}

/// Passes until the pictures stay the same, and how many those are.
fn settle(window: &mut Window) -> usize {
    let (mut same, mut before) = (0, 0);
    while same < 20 {
        let now = window.pass(Vec::new()).pictures;
        same = if now == before && now > 0 { same + 1 } else { 0 };
        before = now;
        sleep(Duration::from_millis(5));
    }
    before
}

/// Jumps to frames far apart, as a drag of the scroll bar does, each time to others than before: a picture of another size
/// would do for the beginning. A screen may end in the middle of a line: the pictures it
/// has when it is settled are all of them.
fn first_pictures(window: &mut Window, frames: u64, from: u64) {
    let (mut first, mut all) = (Vec::new(), Vec::new());
    for jump in 1..=40u64 {
        let row = usize::try_from((from + jump * 7_919_317) % frames).expect("rows fit");
        let begun = Instant::now();
        window.apply(Command::ScrubTo(row));
        let mut counts = Vec::new();
        while begun.elapsed() < Duration::from_millis(600) {
            counts.push((window.pass(Vec::new()).pictures, begun.elapsed()));
            sleep(Duration::from_millis(2));
        }
        let settled = counts.last().map_or(0, |(pictures, _)| *pictures);
        let reached = |wanted: usize| counts.iter().find(|(pictures, _)| *pictures >= wanted).map(|(_, at)| *at);
        first.extend(reached(1));
        all.extend(reached(settled.max(1)));
    }
    println!("  first thumbnail of a new screen {}", spread(&mut first));
    println!("  all thumbnails of a new screen  {}", spread(&mut all));
}

/// Goes down screen by screen, from the top again when the end is reached.
fn memory(window: &mut Window, screens: u64) {
    window.apply(Command::ScrubTo(0));
    let begun = Instant::now();
    for screen in 1..=screens {
        window.key(Key::PageDown);
        let since = Instant::now();
        while since.elapsed() < Duration::from_millis(12) {
            window.pass(Vec::new());
            sleep(Duration::from_millis(3));
        }
        if [100, 1_000, 2_000, 5_000, 10_000].contains(&screen) {
            println!(
                "after {screen:6} screens: resident {:7.1} MB, textures {:6.1} MB, {:.0} s",
                resident_mb(),
                window.texture_mb(),
                begun.elapsed().as_secs_f64()
            );
        }
    }
}
