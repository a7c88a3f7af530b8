//! Playing 1920 × 1080 JPEG rows through the real window: frames shown a second, frames that came too late, and
//! processor time of a pass; beside it how many frames a second all workers decode when nothing else is asked.
//!
//! `cargo bench --bench playback -- [SECONDS]`

#[path = "window/driver.rs"]
mod driver;

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread::{self, sleep},
    time::{Duration, Instant},
};

use driver::{Window, spread};
use lakescope::{
    gui::{Action, Command},
    sample::{SampleLayout, SampleSpec},
    session::{OpenOptions, Session},
};

const REFRESH: Duration = Duration::from_micros(16_667);

fn spec(rate_hz: f64) -> SampleSpec {
    SampleSpec {
        recordings: 1,
        cameras: 1,
        frames: 1_800,
        width: 1920,
        height: 1080,
        layout: SampleLayout::Jpeg,
        rate_hz,
        metric_rate_hz: 10.0,
        events: 0,
        distinct: Some(60),
        ..SampleSpec::showcase()
    }
}

fn main() {
    let seconds = std::env::args().skip(1).find_map(|text| text.parse().ok()).unwrap_or(10.0);
    let lakes = [30.0, 60.0].map(|rate| (rate, driver::lake(&format!("playback-{rate}"), &spec(rate))));
    decode(&lakes[0].1);
    for (rate, lake) in &lakes {
        let mut window = Window::open(lake);
        for _ in 0..40 {
            window.pass(Vec::new());
            sleep(REFRESH);
        }
        window.apply(Command::SetSpeed(1.0));
        window.apply(Command::Do(Action::PlayPause));
        let (mut times, mut uploads, mut shown) = (Vec::new(), Vec::new(), 0_u32);
        let begun = Instant::now();
        let mut refresh = begun;
        while begun.elapsed().as_secs_f64() < seconds {
            let pass = window.pass(Vec::new());
            if pass.large > 0 {
                shown += u32::try_from(pass.large).expect("a frame or none");
                uploads.push(pass.cpu);
            }
            times.push(pass.cpu);
            // At the refreshes of a screen, those left out that passed meanwhile.
            while refresh <= Instant::now() {
                refresh += REFRESH;
            }
            sleep(refresh.saturating_duration_since(Instant::now()));
        }
        let elapsed = begun.elapsed().as_secs_f64();
        println!("recorded at {rate} Hz: {:.1} frames shown a second, over {elapsed:.1} s", f64::from(shown) / elapsed);
        println!("  pass                      {}", spread(&mut times));
        println!("  pass that shows a frame   {}", spread(&mut uploads));
    }
}

/// The session's own reading and decoding on every core, frames in order.
fn decode(lake: &std::path::Path) {
    let options = OpenOptions { reader_exe: Some(env!("CARGO_BIN_EXE_lakescope").into()), ..OpenOptions::default() };
    let session = Session::open(lake, options).expect("opens");
    let table = session.table().expect("is indexed");
    let next = Arc::new(AtomicUsize::new(0));
    let workers = thread::available_parallelism().map_or(2, usize::from);
    let begun = Instant::now();
    let frames = 600_u32;
    thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                loop {
                    let row = next.fetch_add(1, Ordering::Relaxed);
                    if row >= frames as usize {
                        return;
                    }
                    std::hint::black_box(session.image(&table, row).expect("decodes"));
                }
            });
        }
    });
    let rate = f64::from(frames) / begun.elapsed().as_secs_f64();
    println!("decoding alone: {rate:.0} frames a second on {workers} threads");
}
