//! Tests of the generator: same seed, same bytes; labels and metrics that agree with what is drawn.

use std::collections::BTreeMap;

use polars::prelude::{ParquetReader, SerReader as _};

use super::{
    camera::{Pose, v3},
    motion::Bends,
    scene::{Detail, Stage},
    world::{Item, Motion, SignalPlan, Thing, World},
    *,
};

fn small() -> SampleSpec {
    SampleSpec { frames: 12, width: 64, height: 36, events: 300, locations: 20, ..SampleSpec::showcase() }
}

fn files(dir: &Path) -> BTreeMap<String, Vec<u8>> {
    walkdir::WalkDir::new(dir)
        .into_iter()
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.file_type().is_file())
        .map(|entry| {
            let name = entry.path().strip_prefix(dir).unwrap().to_string_lossy().into_owned();
            (name, fs::read(entry.path()).unwrap())
        })
        .collect()
}

#[test]
fn the_same_seed_gives_the_same_bytes() {
    let dir = tempfile::tempdir().unwrap();
    let (first, second, other) = (dir.path().join("first"), dir.path().join("second"), dir.path().join("other"));
    let report = generate(&first, &small(), &Progress::new()).unwrap();
    assert_eq!((report.recordings, report.footages), (4, 8));
    assert!(report.events > 320, "{report:?}");
    // The two lossless stores take every third frame.
    assert_eq!(report.frames, 6 * 12 + 2 * 4);
    assert!(report.labels > 100 && report.samples > 4000, "{report:?}");
    generate(&second, &small(), &Progress::new()).unwrap();
    let (a, b) = (files(&first), files(&second));
    assert_eq!(a.keys().collect::<Vec<_>>(), b.keys().collect::<Vec<_>>());
    for (name, bytes) in &a {
        assert!(bytes == &b[name], "{name} differs");
    }
    generate(&other, &SampleSpec { seed: 8, ..small() }, &Progress::new()).unwrap();
    let c = files(&other);
    let store = "recordings/2024-05-01_city_day/footages/front.h5";
    assert!(a[store] != c[store], "another seed gives another drive");
}

#[test]
fn the_committed_lake_is_the_showcase() {
    let committed = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample_lake");
    let dir = tempfile::tempdir().unwrap();
    // Everything but the pictures, the labels and the events they give: drawing all of them would take half a minute.
    generate(dir.path(), &SampleSpec { images: false, ..SampleSpec::showcase() }, &Progress::new()).unwrap();
    let fresh = files(dir.path());
    let mut size = 0;
    for name in fresh.keys() {
        let path = committed.join(name);
        size += fs::metadata(&path).map(|meta| meta.len()).unwrap_or_default();
        if name.contains("/footages/") || name.contains("/labels/") || name == "landing/detections_drives.parquet" {
            assert!(path.exists(), "{name} is missing");
        } else {
            assert!(fresh[name] == fs::read(&path).unwrap(), "{name} differs: run `lakescope sample` again");
        }
    }
    assert!((10_000_000..20_000_000).contains(&size), "{size} bytes");
}

#[test]
fn a_folder_with_content_is_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("precious.txt"), "x").unwrap();
    assert!(matches!(generate(dir.path(), &small(), &Progress::new()), Err(SampleError::NotEmpty { .. })));
    assert_eq!(files(dir.path()).len(), 1);
}

#[test]
fn impossible_sizes_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    for spec in [
        SampleSpec { recordings: 0, ..small() },
        SampleSpec { cameras: 5, ..small() },
        SampleSpec { frames: 0, ..small() },
        SampleSpec { width: 8, ..small() },
        SampleSpec { rate_hz: f64::NAN, ..small() },
        SampleSpec { distinct: Some(0), ..small() },
    ] {
        assert!(matches!(generate(dir.path(), &spec, &Progress::new()), Err(SampleError::Spec { .. })), "{spec:?}");
    }
}

#[test]
fn a_cancelled_lake_has_no_lake_toml() {
    let dir = tempfile::tempdir().unwrap();
    let progress = Progress::new();
    progress.cancel();
    assert!(matches!(generate(dir.path(), &small(), &progress), Err(SampleError::Cancelled)));
    assert!(!dir.path().join("lake.toml").exists());
}

#[test]
fn without_images_stores_hold_times_and_labels_stay() {
    let dir = tempfile::tempdir().unwrap();
    let spec = SampleSpec { images: false, width: 640, height: 360, frames: 400, distinct: Some(10), ..small() };
    let report = generate(dir.path(), &spec, &Progress::new()).unwrap();
    assert_eq!(report.frames, 6 * 400 + 2 * 134);
    assert!(report.labels > 5000, "{report:?}");
    let store = dir.path().join("recordings/2024-05-01_city_day/footages/front.h5");
    assert!(fs::metadata(store).unwrap().len() < 400 * 8 + 8192);
}

/// A world with nothing but one thing on an empty road.
fn alone(thing: Thing, s: f64, d: f32, yaw: f32) -> (World, World) {
    let mut world = World::new(mood::Weather::Day, 15.0, 3);
    world.road.bends = Bends { wide: (0.0, 0.0), tight: (0.0, 0.0), ..world.road.bends };
    world.items.clear();
    world.signals = Some(SignalPlan { amber: 1.0, red: 2.0, red_amber: 3.0, green: 4.0 });
    let empty = world.clone();
    world.items.push(Item { thing, motion: Motion::Still(s), d, yaw });
    (world, empty)
}

/// The box of pixels that differ clearly between two frames.
fn changed(a: &[u8], b: &[u8], width: usize) -> Option<(u32, u32, u32, u32)> {
    let mut bounds: Option<(u32, u32, u32, u32)> = None;
    for (at, (p, q)) in a.chunks_exact(3).zip(b.chunks_exact(3)).enumerate() {
        let difference: i32 = p.iter().zip(q).map(|(p, q)| (i32::from(*p) - i32::from(*q)).abs()).sum();
        if difference > 0 {
            let (x, y) = ((at % width) as u32, (at / width) as u32);
            let (l, t, r, b) = bounds.unwrap_or((x, y, x + 1, y + 1));
            bounds = Some((l.min(x), t.min(y), r.max(x + 1), b.max(y + 1)));
        }
    }
    bounds
}

#[test]
fn boxes_fit_what_is_drawn() {
    let source = World::new(mood::Weather::Day, 15.0, 3);
    let mut classes = std::collections::BTreeSet::new();
    for weather in [mood::Weather::Day, mood::Weather::Night, mood::Weather::Dusk] {
        for item in World::new(weather, 15.0, 3).items {
            let Some(class) = item.thing.class() else { continue };
            if !classes.insert(class) {
                continue;
            }
            // Seen along the road and askew; high enough over the shadow to tell them apart.
            for (ahead, d, yaw) in [(14.0, -3.5_f32, 0.0_f32), (22.0, 2.0, 0.5)] {
                let s = source.vehicle.at(0.0).distance_m + ahead;
                let (with, without) = alone(item.thing, s, d, yaw);
                let (mut stage, mut empty) =
                    (Stage::new(&with, 640, 360, 0.0).unwrap(), Stage::new(&without, 640, 360, 0.0).unwrap());
                let seen = stage.draw(View::Front, 0.0, Detail::Picture);
                empty.draw(View::Front, 0.0, Detail::Picture);
                let near: Vec<_> = seen.iter().filter(|seen| seen.lap == Some(0)).collect();
                assert_eq!(near.len(), 1, "{class} at {ahead}: {seen:?}");
                let bbox = near[0].bbox;
                let (l, t, r, _) = changed(&stage.rgb(), &empty.rgb(), 640).unwrap();
                // The shadow lies beside and below: above and on the side away from it, the box ends where the change
                // does; nowhere does it reach beyond.
                assert!(bbox.top.abs_diff(t) <= 1, "{class}: top {} changed {t}", bbox.top);
                assert!(bbox.left + 1 >= l && bbox.right <= r + 1, "{class}: {bbox:?} changed {l}..{r}");
                let column = |x: u32| {
                    let (a, b) = (stage.rgb(), empty.rgb());
                    (bbox.top..bbox.top + bbox.height() / 2).any(|y| {
                        let at = ((y * 640 + x) * 3) as usize;
                        a[at..at + 3] != b[at..at + 3]
                    })
                };
                let upper = (0..640).filter(|x| column(*x)).fold((640, 0), |(l, r), x| (l.min(x), r.max(x + 1)));
                assert!(
                    upper.0 + 1 >= bbox.left && upper.1 <= bbox.right + 1,
                    "{class}: {bbox:?} upper half {upper:?}"
                );
            }
        }
    }
    assert_eq!(classes.len(), 10, "{classes:?}");
}

#[test]
fn hidden_and_small_objects_get_no_label() {
    let source = World::new(mood::Weather::Day, 15.0, 3);
    let car = source.items.iter().find(|item| item.thing.class() == Some("car")).unwrap().thing;
    let truck = World::new(mood::Weather::Dusk, 15.0, 3)
        .items
        .into_iter()
        .find(|item| item.thing.class() == Some("truck"))
        .unwrap()
        .thing;
    let (mut world, _) = alone(car, 30.0, -1.75, 0.0);
    let labels = |world: &World| Stage::new(world, 640, 360, 0.0).unwrap().draw(View::Front, 0.0, Detail::Labels);
    assert_eq!(labels(&world).iter().filter(|seen| seen.class == "car" && seen.lap == Some(0)).count(), 1);
    world.items.push(Item { thing: truck, motion: Motion::Still(16.0), d: -1.75, yaw: 0.0 });
    let seen = labels(&world);
    assert_eq!(seen.iter().filter(|seen| seen.class == "car").count(), 0, "{seen:?}");
    let (far, _) = alone(Thing::Cone, 110.0, -1.75, 0.0);
    assert!(labels(&far).is_empty(), "a cone of a few pixels");
}

/// The columns of a drive's Parquet metrics.
fn metrics(dir: &Path, drive: &str) -> polars::prelude::DataFrame {
    let path = dir.join("recordings").join(drive).join("metrics/vehicle.parquet");
    ParquetReader::new(fs::File::open(path).unwrap()).finish().unwrap()
}

fn floats(frame: &polars::prelude::DataFrame, name: &str) -> Vec<Option<f64>> {
    frame.column(name).unwrap().f64().unwrap().iter().collect()
}

#[test]
fn metrics_agree_with_the_motion() {
    let dir = tempfile::tempdir().unwrap();
    let spec = SampleSpec { recordings: 1, cameras: 1, frames: 120, images: false, ..small() };
    generate(dir.path(), &spec, &Progress::new()).unwrap();
    let table = metrics(dir.path(), "2024-05-01_city_day");
    let time: Vec<i64> = table.column("timestamp_ns").unwrap().i64().unwrap().iter().flatten().collect();
    let [speed, acceleration, brake, latitude, longitude] =
        ["speed", "acceleration", "brake", "latitude", "longitude"].map(|name| floats(&table, name));
    let mut way = 0.0;
    for at in 1..time.len() {
        let seconds = (time[at] - time[at - 1]) as f64 / 1e9;
        // Over the gap the trapezium is only nearly right; it is counted as well.
        way += 0.5 * (speed[at].unwrap() + speed[at - 1].unwrap()) * seconds;
        if brake[at].unwrap() > 0.02 {
            assert!(acceleration[at].unwrap() < 0.0, "brakes but does not slow down at row {at}");
        }
    }
    let north = (latitude[time.len() - 1].unwrap() - latitude[0].unwrap()) * metric_table::METRES_PER_DEGREE;
    let east = (longitude[time.len() - 1].unwrap() - longitude[0].unwrap())
        * metric_table::METRES_PER_DEGREE
        * latitude[0].unwrap().to_radians().cos();
    let straight = north.hypot(east);
    // The street bends only a little, so the way is a little longer than the straight line.
    assert!(straight < way * 1.002 && straight > way * 0.97, "way {way} straight {straight}");
    let gaps = time.windows(2).filter(|pair| pair[1] - pair[0] > 1_000_000_000).count();
    assert_eq!(gaps, 1);
    let temperature = floats(&table, "ambient_temperature");
    assert_eq!(temperature.iter().flatten().filter(|value| value.is_nan()).count(), 1);
    assert!(temperature.iter().any(Option::is_none));
}

#[test]
fn fast_driving_past_pedestrians_happens() {
    // What the sample lake promises: speed > 15 m/s with two pedestrians or more in the picture.
    let spec = SampleSpec::showcase();
    let mut found = 0;
    for index in 0..4 {
        let drive = Drive::new(&spec, index);
        let mut stage = Stage::new(&drive.world, 320, 180, 0.0).unwrap();
        for frame in (0..120).step_by(4) {
            let t = f64::from(frame) / 8.0;
            let seen = stage.draw(View::Front, t, Detail::Labels);
            let walkers = seen.iter().filter(|seen| seen.class == "pedestrian").count();
            found += usize::from(drive.world.vehicle.at(t).speed > 15.2 && walkers >= 2);
        }
    }
    assert!(found >= 8, "{found} of every fourth frame");
}

#[test]
fn poses_turn_to_the_left() {
    let pose = Pose::new(v3(1.0, 2.0, 0.0), std::f32::consts::FRAC_PI_2);
    let point = pose.at(3.0, 1.0, 0.5);
    assert!((point - v3(0.0, 5.0, 0.5)).length() < 1e-5, "{point:?}");
}
