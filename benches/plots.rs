//! Zooming the sensor plots of a long recording in the real window: processor time of a pass.
//!
//! `cargo bench --bench plots -- [SAMPLES]`; without arguments 100,000 and 1,000,000 samples of each of four metrics.

#[path = "window/driver.rs"]
mod driver;

use std::{
    thread::sleep,
    time::{Duration, Instant},
};

use driver::{Window, spread};
use lakescope::sample::{SampleLayout, SampleSpec};

const REFRESH: Duration = Duration::from_micros(16_667);
/// Length of the recording, s.
const LENGTH_S: u64 = 1_000;
/// Inside the lowest but one of the plots, as parts of the window.
const OVER: [[f32; 2]; 3] = [[0.72, 0.86], [0.83, 0.86], [0.93, 0.86]];

fn spec(samples: u64) -> SampleSpec {
    SampleSpec {
        recordings: 1,
        cameras: 1,
        frames: LENGTH_S * 2,
        rate_hz: 2.0,
        metric_rate_hz: f64::from(u32::try_from(samples / LENGTH_S).expect("a rate")),
        width: 64,
        height: 36,
        layout: SampleLayout::Jpeg,
        events: 0,
        distinct: Some(30),
        ..SampleSpec::showcase()
    }
}

fn main() {
    // Cargo passes `--bench`.
    let given = std::env::args().skip(1).find_map(|text| text.parse().ok());
    for samples in given.map_or_else(|| vec![100_000, 1_000_000], |samples| vec![samples]) {
        let lake = driver::lake(&format!("plots-{samples}"), &spec(samples));
        measure(samples, &lake);
    }
}

fn measure(samples: u64, lake: &std::path::Path) {
    let mut window = Window::open(lake);
    let begun = Instant::now();
    while window.pass(Vec::new()).points < 1_000 {
        assert!(begun.elapsed() < Duration::from_mins(1), "no plot within a minute");
        sleep(Duration::from_millis(5));
    }
    println!("# {samples} samples a metric, drawn after {:.2} s", begun.elapsed().as_secs_f64());
    let mut idle: Vec<Duration> = (0..60).map(|_| window.pass(Vec::new()).cpu).collect();
    let whole = window.pass(Vec::new()).points;
    let (mut times, mut most, mut fewest) = (Vec::new(), 0, usize::MAX);
    for over in OVER {
        // In to a few samples, and out again past the whole.
        for (direction, passes) in [(1.0, 150), (-1.0, 170)] {
            for _ in 0..passes {
                let begun = Instant::now();
                let pass = window.wheel_at(over, -direction * 24.0);
                times.push(pass.cpu);
                most = most.max(pass.points);
                fewest = fewest.min(pass.points);
                sleep(REFRESH.saturating_sub(begun.elapsed()));
            }
        }
    }
    assert!(fewest < whole / 2, "the wheel did not zoom: {fewest} to {most} points, {whole} at rest");
    println!("  pass at rest        {}", spread(&mut idle));
    println!("  pass while zooming  {}, {fewest} to {most} points drawn", spread(&mut times));
}
