//! The real window without a screen: passes of the user interface with their CPU time, and what they drew.

#![allow(dead_code, reason = "each bench uses its part")]

use std::{
    collections::HashMap,
    fs,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use eframe::App as _;
use egui::{
    Context, Event, Modifiers, MouseWheelSource, MouseWheelUnit, Pos2, RawInput, Rect, Shape, TouchPhase, vec2,
};
use lakescope::{
    gui::{App, Command},
    jobs::Progress,
    sample::{SampleSpec, generate},
    session::{OpenOptions, Session},
};

/// Size of the window, points and pixels.
const SIZE: [f32; 2] = [1440.0, 900.0];

/// Where lakes are kept from one run to the next.
fn kept() -> PathBuf {
    let home = std::env::var_os("HOME").map_or_else(std::env::temp_dir, PathBuf::from);
    home.join(".cache/lakescope-bench")
}

fn options() -> OpenOptions {
    OpenOptions { reader_exe: Some(env!("CARGO_BIN_EXE_lakescope").into()), ..OpenOptions::default() }
}

/// A lake of this spec with its index, made once.
pub fn lake(name: &str, spec: &SampleSpec) -> PathBuf {
    let folder = kept().join(name);
    let whole = folder.with_extension("whole");
    if !whole.exists() {
        eprintln!("making {} …", folder.display());
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(kept()).expect("the cache folder can be made");
        generate(&folder, spec, &Progress::new()).expect("the sample lake can be made");
        fs::write(&whole, "").expect("the cache folder can be written");
    }
    let session = Session::open(&folder, options()).expect("opens");
    session.index(&Progress::new()).expect("can be indexed");
    folder
}

/// What one pass did.
#[derive(Debug, Clone, Copy, Default)]
pub struct Pass {
    /// Processor time of the pass and of tessellation, on the thread that draws.
    pub cpu: Duration,
    /// Tiles with a thumbnail: what is drawn from a part of a texture.
    pub pictures: usize,
    /// Bytes handed to the graphics card.
    pub uploaded: usize,
    /// Points of lines: what plots are made of.
    pub points: usize,
    /// Whole textures of at least a million pixels handed over: frames of the viewer.
    pub large: usize,
}

/// The window.
pub struct Window {
    pub ctx: Context,
    app: App,
    frame: eframe::Frame,
    begun: Instant,
    textures: HashMap<egui::TextureId, usize>,
}

impl Window {
    /// Opens `lake` and waits until its first tiles are drawn.
    pub fn open(lake: &Path) -> Self {
        let ctx = Context::default();
        // What assistive technology asks for is part of a pass for those who use it; most do not.
        let app = App::new(&ctx, Some(lake.to_owned()), options(), None);
        let frame = eframe::Frame::_new_kittest();
        let mut window = Self { ctx, app, frame, begun: Instant::now(), textures: HashMap::new() };
        let begun = Instant::now();
        while window.pass(Vec::new()).pictures == 0 {
            assert!(begun.elapsed() < Duration::from_mins(1), "no picture within a minute");
            std::thread::sleep(Duration::from_millis(5));
        }
        window
    }

    /// Carries out a command as a press of a button would.
    pub fn apply(&mut self, command: Command) {
        self.app.apply(command, &self.ctx);
    }

    /// One pass with these events.
    pub fn pass(&mut self, events: Vec<Event>) -> Pass {
        let input = RawInput {
            screen_rect: Some(Rect::from_min_size(Pos2::ZERO, SIZE.into())),
            time: Some(self.begun.elapsed().as_secs_f64()),
            max_texture_side: Some(8192),
            focused: true,
            events,
            ..RawInput::default()
        };
        let before = thread_cpu();
        let (app, frame) = (&mut self.app, &mut self.frame);
        let mut output = self.ctx.run_ui(input, |ui| app.ui(ui, frame));
        let pictures = output.shapes.iter().map(|clipped| pictures(&clipped.shape)).sum();
        let points = output.shapes.iter().map(|clipped| points(&clipped.shape)).sum();
        let shapes = std::mem::take(&mut output.shapes);
        let primitives = self.ctx.tessellate(shapes, output.pixels_per_point);
        let cpu = thread_cpu().saturating_sub(before);
        drop(primitives);
        let mut pass = Pass { cpu, pictures, points, ..Pass::default() };
        for (id, deltas) in &output.textures_delta.set {
            for delta in deltas {
                let [width, height] = delta.image.size();
                pass.uploaded += width * height * 4;
                if delta.pos.is_none() {
                    self.textures.insert(*id, width * height * 4);
                    // Pages of thumbnails are square.
                    pass.large += usize::from(width * height >= 1_000_000 && width != height);
                }
            }
        }
        for id in &output.textures_delta.free {
            self.textures.remove(id);
        }
        output.drop_without_applying_deltas();
        pass
    }

    /// Memory of all textures, MB.
    pub fn texture_mb(&self) -> f64 {
        let bytes: usize = self.textures.values().sum();
        u32::try_from(bytes >> 10).map_or(f64::NAN, f64::from) / 1024.0
    }

    /// Turns the wheel over the grid.
    pub fn wheel(&mut self, points: f32) -> Pass {
        self.wheel_at([0.35, 0.6], points)
    }

    /// Turns the wheel over this part of the window's width and height.
    pub fn wheel_at(&mut self, part: [f32; 2], points: f32) -> Pass {
        self.pass(vec![
            Event::PointerMoved(Pos2::new(SIZE[0] * part[0], SIZE[1] * part[1])),
            Event::MouseWheel {
                unit: MouseWheelUnit::Point,
                delta: vec2(0.0, -points),
                phase: TouchPhase::Move,
                source: MouseWheelSource::Unknown,
                modifiers: Modifiers::NONE,
            },
        ])
    }

    /// Presses a key.
    pub fn key(&mut self, key: egui::Key) -> Pass {
        let event =
            |pressed| Event::Key { key, physical_key: None, pressed, repeat: false, modifiers: Modifiers::NONE };
        self.pass(vec![event(true), event(false)])
    }
}

fn pictures(shape: &Shape) -> usize {
    let whole = Rect::from_min_max(Pos2::ZERO, Pos2::new(1.0, 1.0));
    match shape {
        Shape::Vec(shapes) => shapes.iter().map(pictures).sum(),
        Shape::Rect(rect) => rect.brush.as_ref().map_or(0, |brush| usize::from(brush.uv != whole)),
        _ => 0,
    }
}

fn points(shape: &Shape) -> usize {
    match shape {
        Shape::Vec(shapes) => shapes.iter().map(points).sum(),
        Shape::Path(path) => path.points.len(),
        // Where there are more points than pixels, they are drawn as upright strokes.
        Shape::LineSegment { .. } => 2,
        _ => 0,
    }
}

/// Processor time of this thread.
pub fn thread_cpu() -> Duration {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: `time` is valid for writing, and the clock exists on every system that this program runs on.
    let answer = unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &raw mut time) };
    assert_eq!(answer, 0, "the thread's clock can be read");
    Duration::new(u64::try_from(time.tv_sec).unwrap_or(0), u32::try_from(time.tv_nsec).unwrap_or(0))
}

/// Resident memory of this process, MB.
pub fn resident_mb() -> f64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or("0");
    line.split_whitespace().next().and_then(|kb| kb.parse::<f64>().ok()).unwrap_or(0.0) / 1024.0
}

/// `p50 1.2  p95 2.0  p99 3.1  max 4.0 ms`
pub fn spread(times: &mut [Duration]) -> String {
    times.sort_unstable();
    let at = |part: usize| times.get((times.len() * part / 100).min(times.len().saturating_sub(1)));
    let ms = |time: Option<&Duration>| time.map_or(f64::NAN, |time| time.as_secs_f64() * 1e3);
    format!(
        "p50 {:.2}  p95 {:.2}  p99 {:.2}  max {:.2} ms  ({} passes)",
        ms(at(50)),
        ms(at(95)),
        ms(at(99)),
        ms(times.last()),
        times.len()
    )
}
