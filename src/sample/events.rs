//! Locations with cameras, and the detection events that arrive from them: late, out of order, a tenth of them twice.

use std::{collections::HashSet, fs, path::Path};

use polars::prelude::{Column, NamedFrom as _, Series};

use super::{
    SampleError,
    drive::{Drive, REGIONS},
    footage::Footage,
    noise::Random,
    spec::SampleSpec,
    table_file::write_parquet,
};

/// Rows of one arriving file.
const ROWS_A_FILE: usize = 5000;

/// Most rows of one file of a large lake.
const MOST_ROWS_A_FILE: usize = 1_000_000;

/// The first arrival, 2024-05-01T08:00:00Z, ms.
const FIRST_MS: i64 = 1_714_550_400_000;

const STREETS: [&str; 16] = [
    "Mill Lane",
    "Station Road",
    "Harbour Street",
    "Market Square",
    "Bridge Road",
    "Church Street",
    "Park Avenue",
    "Ring Road",
    "Canal Street",
    "Castle Hill",
    "Garden Row",
    "Theatre Square",
    "North Gate",
    "River Walk",
    "Museum Street",
    "Tower Road",
];

/// Items and how often each is seen.
const ITEMS: [(&str, u64); 10] = [
    ("car", 380),
    ("pedestrian", 240),
    ("bicycle", 110),
    ("truck", 80),
    ("bus", 55),
    ("motorcycle", 45),
    ("traffic_sign", 35),
    ("traffic_light", 25),
    ("dog", 20),
    ("traffic_cone", 10),
];

/// Id of the first location.
const FIRST_LOCATION: i64 = 1001;

/// Writes `reference/locations.parquet`: places near the drives.
pub(super) fn write_locations(dir: &Path, spec: &SampleSpec, drives: &[Drive]) -> Result<(), SampleError> {
    if spec.locations == 0 {
        return Ok(());
    }
    let folder = dir.join("reference");
    fs::create_dir_all(&folder).map_err(|source| SampleError::File { path: folder.clone(), source })?;
    let mut random = Random::new(spec.seed, 21);
    let regions = &REGIONS[..drives.len().clamp(1, REGIONS.len())];
    let (mut oids, mut names, mut places) = (Vec::new(), Vec::new(), Vec::new());
    let (mut latitudes, mut longitudes) = (Vec::new(), Vec::new());
    for index in 0..u64::from(spec.locations) {
        let region = regions[index as usize % regions.len()];
        let number = index / regions.len() as u64;
        let street = STREETS[(number as usize) % STREETS.len()];
        oids.push(FIRST_LOCATION + index as i64);
        names.push(format!("{street} {}, {}", 1 + number / STREETS.len() as u64 * 12 + random.below(11), region.name));
        places.push(region.name);
        let round = |degrees: f64| (degrees * 1e6).round() / 1e6;
        latitudes.push(round(region.latitude + 0.022 * random.normal()));
        longitudes.push(round(region.longitude + 0.034 * random.normal()));
    }
    let columns: Vec<Column> = vec![
        Series::new("geographical_location_oid".into(), oids).into(),
        Series::new("geographical_location".into(), names).into(),
        Series::new("region".into(), places).into(),
        Series::new("latitude".into(), latitudes).into(),
        Series::new("longitude".into(), longitudes).into(),
    ];
    write_parquet(&folder.join("locations.parquet"), columns)
}

/// One arriving row.
#[derive(Debug, Clone, Copy)]
pub(super) struct Event {
    location: i64,
    camera: i64,
    detection: i64,
    item: &'static str,
    time_ms: i64,
}

/// Writes the arriving files into `landing/`; returns the number of rows.
pub(super) fn write_events(dir: &Path, spec: &SampleSpec) -> Result<u64, SampleError> {
    if spec.events == 0 {
        return Ok(0);
    }
    let folder = dir.join("landing");
    fs::create_dir_all(&folder).map_err(|source| SampleError::File { path: folder.clone(), source })?;
    let events = events(spec);
    let size = if events.len() > 20 * ROWS_A_FILE { MOST_ROWS_A_FILE } else { ROWS_A_FILE };
    for (number, part) in events.chunks(size).enumerate() {
        let last_ms = part.iter().map(|event| event.time_ms).max().unwrap_or(FIRST_MS);
        let time = jiff::Timestamp::from_millisecond(last_ms).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
        write_file(&folder.join(format!("detections_{}_{number:04}.parquet", time.strftime("%Y%m%dT%H%M%S"))), part)?;
    }
    Ok(events.len() as u64)
}

/// Writes one arriving file.
fn write_file(path: &Path, part: &[Event]) -> Result<(), SampleError> {
    let columns: Vec<Column> = vec![
        Series::new("geographical_location_oid".into(), column(part, |event| event.location)).into(),
        Series::new("video_camera_oid".into(), column(part, |event| event.camera)).into(),
        Series::new("detection_oid".into(), column(part, |event| event.detection)).into(),
        Series::new("item_name".into(), column(part, |event| event.item)).into(),
        Series::new("timestamp_detected".into(), column(part, |event| event.time_ms)).into(),
    ];
    write_parquet(path, columns)
}

/// Id of the first detection of a drive's own cameras, and how many ids each drive has.
const FIRST_SEEN: i64 = 7_000_000_001;
const IDS_A_DRIVE: i64 = 100_000;

/// What the cameras of one kind are called in events: the number of the first, which is the front camera.
pub(super) const FIRST_CAMERA: i64 = 9001;

/// The detections of a drive's own cameras: each object when a camera first sees it, in the drive's first lap. They are the
/// events that a frame of the lake shows.
pub(super) fn seen(spec: &SampleSpec, drive: &Drive, footages: &[Footage]) -> Vec<Event> {
    if spec.events == 0 || spec.locations == 0 {
        return Vec::new();
    }
    let regions = i64::from(spec.recordings.clamp(1, REGIONS.len() as u32));
    let region = REGIONS.iter().position(|region| region.name == drive.region.name).unwrap_or(0) as i64 % regions;
    let mut found = Vec::new();
    for (camera, footage) in (0_u32..).zip(footages) {
        let mut known = HashSet::new();
        for frame in 0..footage.frames.min(footage.lap.frames) {
            let (picture, _) = footage.lap.picture(frame);
            for object in &footage.pictures[picture] {
                if !known.insert((object.item, object.lap)) {
                    continue;
                }
                // Places near the road follow one another.
                let along = (frame * 3 / footage.lap.frames.max(1)) as i64;
                found.push(Event {
                    location: FIRST_LOCATION + (region + along * regions) % i64::from(spec.locations),
                    camera: FIRST_CAMERA + i64::from(camera),
                    detection: 0,
                    item: object.class,
                    time_ms: drive.frame_stamp_ns(footage.rate_hz, camera, frame).div_euclid(1_000_000),
                });
            }
        }
    }
    found.sort_by_key(|event| event.time_ms);
    for (event, number) in found.iter_mut().zip(0..IDS_A_DRIVE) {
        event.detection = FIRST_SEEN + i64::from(drive.index) * IDS_A_DRIVE + number;
    }
    found.truncate(IDS_A_DRIVE as usize);
    found
}

/// Writes what the drives' own cameras saw; returns the number of rows.
pub(super) fn write_seen(dir: &Path, spec: &SampleSpec, mut events: Vec<Event>) -> Result<u64, SampleError> {
    events.sort_by_key(|event| (event.time_ms, event.detection));
    if spec.events > 0 && !events.is_empty() {
        write_file(&dir.join("landing/detections_drives.parquet"), &events)?;
    }
    Ok(events.len() as u64)
}

fn column<T>(events: &[Event], of: impl Fn(&Event) -> T) -> Vec<T> {
    events.iter().map(of).collect()
}

/// All rows in order of arrival. A tenth repeat an earlier detection: most exactly, some with a later time, a few with
/// another item.
fn events(spec: &SampleSpec) -> Vec<Event> {
    let mut random = Random::new(spec.seed, 22);
    let repeats = spec.events / 10;
    let firsts = spec.events - repeats;
    let locations = u64::from(spec.locations.max(1));
    let mut time_ms = FIRST_MS;
    let mut rows: Vec<(u64, Event)> = Vec::with_capacity(spec.events as usize);
    for index in 0..firsts {
        time_ms += 1 + random.below(1700) as i64;
        // Few places see most; one in a hundred events comes from a place that the list does not know.
        let place = if random.chance(0.01) {
            locations + random.below(5)
        } else {
            (random.unit().powf(2.6) * locations as f64) as u64
        };
        let location = FIRST_LOCATION + place as i64;
        let event = Event {
            location,
            camera: location * 10 + random.below(3) as i64,
            detection: 5_000_000_001 + index as i64,
            item: item(&mut random),
            time_ms,
        };
        rows.push((index * 4, event));
    }
    for _ in 0..repeats {
        let (place, mut event) = rows[random.below(firsts) as usize];
        let kind = random.below(10);
        if kind >= 7 {
            event.time_ms += 1000 + random.below(30_000) as i64;
        }
        if kind == 9 {
            event.item = item(&mut random);
        }
        // It comes again up to 1,500 events later.
        rows.push((place + 1 + random.below(6000), event));
    }
    rows.sort_by_key(|(place, event)| (*place, event.detection));
    rows.into_iter().map(|(_, event)| event).collect()
}

fn item(random: &mut Random) -> &'static str {
    let mut at = random.below(ITEMS.iter().map(|(_, weight)| weight).sum());
    for (name, weight) in ITEMS {
        if at < weight {
            return name;
        }
        at -= weight;
    }
    ITEMS[0].0
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    #[test]
    fn a_tenth_of_the_rows_repeat_an_earlier_detection() {
        let rows = events(&SampleSpec { events: 20_000, ..SampleSpec::showcase() });
        assert_eq!(rows.len(), 20_000);
        let mut seen: HashMap<i64, Event> = HashMap::new();
        let (mut repeats, mut differ) = (0, 0);
        for row in &rows {
            if let Some(first) = seen.get(&row.detection) {
                repeats += 1;
                differ += u32::from(first.item != row.item || first.time_ms != row.time_ms);
                assert!(first.time_ms <= row.time_ms, "the first arrival is the earliest");
            } else {
                seen.insert(row.detection, *row);
            }
        }
        assert_eq!(repeats, 2000);
        assert!((400..900).contains(&differ), "{differ} repeats differ");
        let unknown = rows.iter().filter(|row| row.location >= FIRST_LOCATION + 400).count();
        assert!((100..400).contains(&unknown), "{unknown} from unknown places");
    }
}
