//! Labels of a drive as a Parquet table, a CSV table or a COCO file: lakes have all of them.

use std::{fmt::Write as _, path::Path};

use polars::prelude::{Column, NamedFrom as _, Series};
use serde_json::{Map, Value, json};

use super::{
    SampleError,
    drive::Drive,
    footage::Footage,
    scene::Seen,
    spec::SampleSpec,
    table_file::{write_parquet, write_text},
};

/// Longest drive, in frames a camera, whose labels are written as text.
const MOST_TEXT_FRAMES: u64 = 5000;

/// The classes, in the order of their COCO ids.
const CLASSES: [&str; 10] = [
    "pedestrian",
    "car",
    "truck",
    "bus",
    "bicycle",
    "motorcycle",
    "traffic_light",
    "traffic_sign",
    "traffic_cone",
    "dog",
];

/// Writes the labels of all cameras of a drive into `folder`; returns their number.
pub(super) fn write_labels(
    folder: &Path,
    spec: &SampleSpec,
    drive: &Drive,
    footages: &[Footage],
) -> Result<u64, SampleError> {
    // Numbers of tracks grow by this much from lap to lap.
    let stride = (drive.world.items.len() + 1).next_multiple_of(1000) as i64;
    match drive.index % 4 {
        1 if spec.frames <= MOST_TEXT_FRAMES => write_csv(folder, footages, stride),
        2 if spec.frames <= MOST_TEXT_FRAMES => write_coco(folder, footages, stride),
        _ => write_table(folder, footages, stride),
    }
}

/// The track of an object on a frame of lap `lap`.
fn track_id(seen: &Seen, lap: i64, stride: i64) -> i64 {
    let copy = seen.lap.map_or(0, |own| own + lap + 8);
    seen.item as i64 + 1 + stride * copy
}

fn attributes(seen: &Seen) -> Option<Map<String, Value>> {
    let mut map = Map::new();
    if seen.occluded >= 0.05 {
        map.insert("occluded".to_owned(), json!(seen.occluded));
    }
    if seen.truncated {
        map.insert("truncated".to_owned(), json!(true));
    }
    if let Some(state) = seen.state {
        map.insert("state".to_owned(), json!(state));
    }
    if seen.brakes {
        map.insert("brake_lights".to_owned(), json!(true));
    }
    (!map.is_empty()).then_some(map)
}

/// All labels, frame by frame: (frame, lap, object).
fn rows(footage: &Footage) -> impl Iterator<Item = (u64, i64, &Seen)> {
    (0..footage.frames).flat_map(|frame| {
        let (picture, lap) = footage.lap.picture(frame);
        footage.pictures[picture].iter().map(move |seen| (frame, lap, seen))
    })
}

fn write_table(folder: &Path, footages: &[Footage], stride: i64) -> Result<u64, SampleError> {
    let count: usize = footages.iter().map(|footage| rows(footage).count()).sum();
    let (mut frame, mut camera, mut class) =
        (Vec::with_capacity(count), Vec::with_capacity(count), Vec::with_capacity(count));
    let mut sides: [Vec<f64>; 4] = std::array::from_fn(|_| Vec::with_capacity(count));
    let (mut score, mut track, mut more) =
        (Vec::with_capacity(count), Vec::with_capacity(count), Vec::with_capacity(count));
    for footage in footages {
        // Text is made once a picture and repeated.
        let texts: Vec<Vec<Option<String>>> = footage
            .pictures
            .iter()
            .map(|seen| seen.iter().map(|seen| attributes(seen).map(|map| Value::Object(map).to_string())).collect())
            .collect();
        for index in 0..footage.frames {
            let (picture, lap) = footage.lap.picture(index);
            for (seen, text) in footage.pictures[picture].iter().zip(&texts[picture]) {
                frame.push(index as i64);
                camera.push(footage.camera);
                class.push(seen.class);
                let b = seen.bbox;
                for (side, value) in sides.iter_mut().zip([b.left, b.top, b.width(), b.height()]) {
                    side.push(f64::from(value));
                }
                score.push(seen.score);
                track.push(track_id(seen, lap, stride));
                more.push(text.clone());
            }
        }
    }
    let [x, y, w, h] = sides;
    let columns: Vec<Column> = vec![
        Series::new("frame".into(), frame).into(),
        Series::new("camera".into(), camera).into(),
        Series::new("class".into(), class).into(),
        Series::new("x".into(), x).into(),
        Series::new("y".into(), y).into(),
        Series::new("w".into(), w).into(),
        Series::new("h".into(), h).into(),
        Series::new("score".into(), score).into(),
        Series::new("track_id".into(), track).into(),
        Series::new("attributes".into(), more).into(),
    ];
    write_parquet(&folder.join("objects.parquet"), columns)?;
    Ok(count as u64)
}

/// One table a camera, attributes in columns of their own.
fn write_csv(folder: &Path, footages: &[Footage], stride: i64) -> Result<u64, SampleError> {
    let mut count = 0;
    for footage in footages {
        let mut text = "frame,camera,class,x,y,w,h,score,track_id,occluded,truncated,state\n".to_owned();
        for (frame, lap, seen) in rows(footage) {
            let (b, track) = (seen.bbox, track_id(seen, lap, stride));
            // Writing to a string cannot fail.
            let _ = writeln!(
                text,
                "{frame},{},{},{},{},{},{},{},{track},{},{},{}",
                footage.camera,
                seen.class,
                b.left,
                b.top,
                b.width(),
                b.height(),
                seen.score,
                seen.occluded,
                seen.truncated,
                seen.state.unwrap_or_default(),
            );
            count += 1;
        }
        write_text(&folder.join(format!("{}.csv", footage.camera)), &text)?;
    }
    Ok(count)
}

/// One COCO file for all cameras; the folder in a file name is the camera.
fn write_coco(folder: &Path, footages: &[Footage], stride: i64) -> Result<u64, SampleError> {
    let categories: Vec<Value> = (1_u32..).zip(CLASSES).map(|(id, name)| json!({"id": id, "name": name})).collect();
    let (mut images, mut annotations) = (Vec::new(), Vec::new());
    for footage in footages {
        let first = images.len() as u64 + 1;
        for frame in 0..footage.frames {
            images.push(json!({
                "id": first + frame,
                "file_name": format!("{}/{frame:06}.jpg", footage.camera),
                "width": footage.width,
                "height": footage.height,
            }));
        }
        for (frame, lap, seen) in rows(footage) {
            let b = seen.bbox;
            let category = CLASSES.iter().position(|class| *class == seen.class).unwrap_or_default() + 1;
            let mut annotation = json!({
                "id": annotations.len() + 1,
                "image_id": first + frame,
                "category_id": category,
                "bbox": [b.left, b.top, b.width(), b.height()],
                "area": b.width() * b.height(),
                "iscrowd": 0,
                "score": seen.score,
                "track_id": track_id(seen, lap, stride),
            });
            if let Some(map) = attributes(seen) {
                annotation["attributes"] = Value::Object(map);
            }
            annotations.push(annotation);
        }
    }
    let count = annotations.len() as u64;
    let file = json!({"images": images, "categories": categories, "annotations": annotations});
    write_text(&folder.join("annotations.json"), &format!("{file}\n"))?;
    Ok(count)
}
