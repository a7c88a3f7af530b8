//! Frames read together, and into memory that was used before: the same as each by itself.

use hdf5::types::VarLenArray;

use super::*;
use crate::model::Look;
use crate::model::{Raster, Samples};

/// A frame read by itself: its values, or that it cannot be read.
fn alone(reader: &FrameReader, store: &StoreRef<'_>, footage: &FoundFootage, frame_idx: u64) -> Option<Raster> {
    reader.read(store, &footage.layout, &footage.extents, frame_idx).ok()
}

/// Ways of storing of which some frames are damaged, absent or shared, each with its lake.
fn ways_for_groups() -> Vec<(&'static str, Lake)> {
    let pixels = values(COUNT);
    let damaged = lake(|file| {
        let builder = file.new_dataset::<u8>().chunk((1, 19, 23, 3)).deflate(4).fletcher32().shape(SHAPE);
        builder.create("frames").unwrap().write_raw(&pixels).unwrap();
    });
    let extent = damaged.probe().footages[0].extents.get(2).unwrap();
    let path = damaged.root.join("s.h5");
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[usize::try_from(extent.address).unwrap() + 20] ^= 4;
    std::fs::write(&path, bytes).unwrap();
    vec![
        ("damaged", damaged),
        ("raw", lake(|f| f.new_dataset::<u8>().shape(SHAPE).create("frames").unwrap().write_raw(&pixels).unwrap())),
        (
            "shared",
            lake(|f| {
                let builder = f.new_dataset::<u8>().chunk((3, 19, 23, 3)).deflate(4).shape(SHAPE);
                builder.create("frames").unwrap().write_raw(&pixels).unwrap();
            }),
        ),
        (
            "tiles",
            lake(|f| {
                let builder = f.new_dataset::<u8>().chunk((1, 8, 10, 2)).deflate(1).shape(SHAPE);
                builder.create("frames").unwrap().write_raw(&pixels).unwrap();
            }),
        ),
        (
            "absent",
            lake(|f| {
                let builder = f.new_dataset::<u8>().chunk((1, 19, 23, 3)).deflate(1).shape(SHAPE).fill_value(9_u8);
                let frames = builder.create("frames").unwrap();
                for (y, x) in (0..19 * 23).map(|i| (i / 23, i % 23)) {
                    frames.write_slice(&[7_u8; 3], (4, y, x, ..)).unwrap();
                }
            }),
        ),
        (
            "planes",
            lake(|f| {
                let planes = f.new_dataset::<u8>().chunk((1, 3, 40, 50)).deflate(1).shape((7, 3, 40, 50));
                planes.create("frames").unwrap().write_raw(&values(7 * 3 * 40 * 50)).unwrap();
            }),
        ),
        (
            "rows",
            lake(|f| {
                let rows: Vec<Vec<u8>> = (0..7).map(|i| jpeg(64, 36, i * 30)).collect();
                let data: Vec<VarLenArray<u8>> = rows.iter().map(|row| VarLenArray::from_slice(row)).collect();
                f.new_dataset_builder().with_data(&data).create("frames").unwrap();
            }),
        ),
    ]
}

#[test]
fn frames_read_together_are_those_read_one_by_one() {
    use proptest::{prelude::*, test_runner::TestRunner};
    for (name, lake) in ways_for_groups() {
        let probe = lake.probe();
        let footage = &probe.footages[0];
        let store = lake.store(&probe);
        let reader = FrameReader::with_cache(None, 1 << 20);
        let small_alone = |frame_idx| {
            reader.thumbnail(&store, &footage.layout, &footage.extents, frame_idx, (10, 9), &Look::default()).ok()
        };
        // Frames beyond the end are errors for themselves alone, and a frame may be asked for twice.
        TestRunner::new(ProptestConfig::with_cases(40))
            .run(&prop::collection::vec(0_u64..9, 0..12), |wanted| {
                let mut seen = vec![0; wanted.len()];
                reader.read_many(&store, &footage.layout, &footage.extents, &wanted, |at, image| {
                    seen[at] += 1;
                    assert_eq!(
                        image.ok(),
                        alone(&reader, &store, footage, wanted[at]).as_ref(),
                        "{name} {}",
                        wanted[at]
                    );
                    true
                });
                reader.thumbnails(
                    &store,
                    &footage.layout,
                    &footage.extents,
                    &wanted,
                    ((10, 9), &Look::default()),
                    |at, picture| {
                        seen[at] += 1;
                        assert_eq!(picture.ok(), small_alone(wanted[at]), "{name} {}", wanted[at]);
                        true
                    },
                );
                prop_assert!(seen.iter().all(|times| *times == 2), "{}: {:?}", name, seen);
                Ok(())
            })
            .unwrap();
        let mut calls = 0;
        reader.read_many(&store, &footage.layout, &footage.extents, &[0, 1, 2, 3], |_, _| {
            calls += 1;
            calls < 2
        });
        assert_eq!(calls, 2, "{name}: it stops when told");
    }
}

#[test]
fn one_raster_serves_many_frames_and_keeps_nothing_of_them() {
    let mut raster = Raster { width_px: 1, height_px: 1, channels: 1, samples: Samples::F32(vec![1.0]) };
    for (name, lake) in ways_for_groups() {
        let probe = lake.probe();
        let footage = &probe.footages[0];
        let (reader, store) = (FrameReader::new(None), lake.store(&probe));
        for frame_idx in [4, 0, 2, 4, 6, 7, 1] {
            let read = reader.read_into(&store, &footage.layout, &footage.extents, frame_idx, &mut raster);
            match alone(&reader, &store, footage, frame_idx) {
                Some(expected) => assert_eq!((read.is_ok(), &raster), (true, &expected), "{name} {frame_idx}"),
                None => assert!(read.is_err() && raster.width_px == 0, "{name} {frame_idx}"),
            }
        }
    }
}

#[test]
fn a_store_that_changed_gives_no_pixels_to_groups_either() {
    let lake = lake(|file| {
        let builder = file.new_dataset::<u8>().chunk((1, 19, 23, 3)).deflate(4).shape(SHAPE);
        builder.create("frames").unwrap().write_raw(&values(COUNT)).unwrap();
    });
    let probe = lake.probe();
    let footage = &probe.footages[0];
    let (reader, store) = (FrameReader::new(None), lake.store(&probe));
    let outcomes = || {
        let mut outcomes = Vec::new();
        let mut tell = |result: Result<(), FramesError>| {
            outcomes.push(match result {
                Ok(()) => "fine",
                Err(FramesError::StoreChanged { .. }) => "changed",
                Err(_) => "other",
            });
            true
        };
        reader.read_many(&store, &footage.layout, &footage.extents, &[0, 1, 2], |_, read| tell(read.map(|_| ())));
        reader.thumbnails(&store, &footage.layout, &footage.extents, &[0, 1], ((9, 9), &Look::default()), |_, read| {
            tell(read.map(|_| ()))
        });
        tell(reader.check_store(&store));
        outcomes
    };
    assert_eq!(outcomes(), ["fine"; 6]);
    let path = lake.root.join("s.h5");
    let original = std::fs::read(&path).unwrap();
    let time = std::fs::metadata(&path).unwrap().modified().unwrap();
    let mut changed = original.clone();
    *changed.last_mut().unwrap() ^= 1;
    std::fs::write(&path, &changed).unwrap();
    assert_eq!(outcomes(), ["changed"; 6]);
    std::fs::write(&path, &original).unwrap();
    std::fs::File::options().write(true).open(&path).unwrap().set_modified(time).unwrap();
    assert_eq!(outcomes(), ["fine"; 6], "as it was");
}
