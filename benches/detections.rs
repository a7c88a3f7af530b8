//! The Detections workspace over many events in the real window: processor time of a pass while answers are worked out, while
//! lists are scrolled, and time to an answer.
//!
//! `cargo bench --bench detections -- [EVENTS]`; without an argument 2,000,000 events at 10,000 locations.

#[path = "window/driver.rs"]
mod driver;

use std::{
    thread::sleep,
    time::{Duration, Instant},
};

use driver::{Window, spread};
use lakescope::{
    gui::{Command, DetectionsChoice, DetectionsCommand, Workspace},
    sample::{SampleLayout, SampleSpec},
};

const REFRESH: Duration = Duration::from_micros(16_667);

fn spec(events: u64) -> SampleSpec {
    SampleSpec {
        recordings: 1,
        cameras: 1,
        frames: 60,
        width: 64,
        height: 36,
        layout: SampleLayout::Jpeg,
        locations: 10_000,
        events,
        ..SampleSpec::showcase()
    }
}

fn main() {
    // Cargo passes `--bench`.
    let events = std::env::args().skip(1).find_map(|text| text.parse().ok()).unwrap_or(2_000_000);
    let lake = driver::lake(&format!("detections-{events}"), &spec(events));
    let mut window = Window::open(&lake);
    println!("# {events} events");
    window.apply(Command::ShowWorkspace(Workspace::Detections));
    let mut times = passes(&mut window, Duration::from_secs(6));
    println!("  pass while the first answers come  {}", spread(&mut times));
    let mut times = Vec::new();
    for step in 0..8_u32 {
        let choice = DetectionsChoice { n: 5 + step, overall: step % 2 == 1, ..DetectionsChoice::default() };
        window.apply(Command::Detections(DetectionsCommand::Ask(Box::new(choice))));
        times.extend(passes(&mut window, Duration::from_millis(1200)));
    }
    println!("  pass while questions change        {}", spread(&mut times));
    for (name, at) in [("locations", [0.1, 0.6]), ("top items", [0.45, 0.7]), ("time", [0.45, 0.3])] {
        let mut times = Vec::new();
        for turn in 0..240_u32 {
            let begun = Instant::now();
            times.push(window.wheel_at(at, if turn < 160 { 60.0 } else { -90.0 }).cpu);
            sleep(REFRESH.saturating_sub(begun.elapsed()));
        }
        println!("  wheel over {name:<12}             {}", spread(&mut times));
    }
}

/// Passes as a screen asks for them.
fn passes(window: &mut Window, length: Duration) -> Vec<Duration> {
    let begun = Instant::now();
    let mut times = Vec::new();
    while begun.elapsed() < length {
        let pass = Instant::now();
        times.push(window.pass(Vec::new()).cpu);
        sleep(REFRESH.saturating_sub(pass.elapsed()));
    }
    times
}
