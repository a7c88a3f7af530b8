//! Stores written by the library, probed and read back through the whole room. The reader runs in a thread here; the
//! process is tried in the integration tests.

use std::{path::PathBuf, sync::Arc};

use hdf5::types::VarLenArray;

use super::*;
use crate::model::{Look, Samples};

struct Lake {
    _folder: tempfile::TempDir,
    root: PathBuf,
    pool: Arc<ChildPool>,
}

fn lake(write: impl FnOnce(&hdf5::File)) -> Lake {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().to_owned();
    let file = hdf5::File::create(root.join("s.h5")).unwrap();
    write(&file);
    file.close().unwrap();
    Lake { _folder: folder, root, pool: Arc::new(ChildPool::in_process()) }
}

impl Lake {
    fn probe(&self) -> StoreProbe {
        probe_store(&self.pool, &self.root, "s.h5").unwrap()
    }

    fn store(&self, probe: &StoreProbe) -> StoreRef<'_> {
        StoreRef { lake_root: &self.root, store: "s.h5", identity: probe.identity }
    }

    /// Every value of every frame of the first footage, in order.
    fn bytes(&self) -> Vec<u8> {
        let probe = self.probe();
        let footage = &probe.footages[0];
        let reader = FrameReader::with_cache(Some(Arc::clone(&self.pool)), 1 << 20);
        let extents = Extents::unpack(&footage.extents.pack()).unwrap();
        (0..footage.frames)
            .flat_map(|i| match reader.read(&self.store(&probe), &footage.layout, &extents, i).unwrap().samples {
                Samples::U8(values) => values,
                Samples::U16(values) => values.into_iter().flat_map(u16::to_le_bytes).collect(),
                other => panic!("{other:?}"),
            })
            .collect()
    }
}

/// Values without a pattern that a wrong order of axes could keep.
fn values(count: usize) -> Vec<u8> {
    (0..count).map(|i| u8::try_from((i.wrapping_mul(2_654_435_761) >> 13) % 256).unwrap()).collect()
}

const SHAPE: (usize, usize, usize, usize) = (7, 19, 23, 3);
const COUNT: usize = 7 * 19 * 23 * 3;

#[test]
fn every_way_of_storing_pixels_gives_the_same_pixels() {
    type Write = fn(&hdf5::File, &[u8]);
    let expected = values(COUNT);
    let ways: [(&str, &str, Write); 9] = [
        ("one piece", "raw", |f, v| f.new_dataset::<u8>().shape(SHAPE).create("frames").unwrap().write_raw(v).unwrap()),
        ("a frame a chunk", "gzip", |f, v| {
            f.new_dataset::<u8>()
                .chunk((1, 19, 23, 3))
                .deflate(4)
                .shape(SHAPE)
                .create("frames")
                .unwrap()
                .write_raw(v)
                .unwrap();
        }),
        ("frames share chunks", "gzip", |f, v| {
            f.new_dataset::<u8>()
                .chunk((3, 19, 23, 3))
                .shuffle()
                .deflate(4)
                .shape(SHAPE)
                .create("frames")
                .unwrap()
                .write_raw(v)
                .unwrap();
        }),
        ("tiles", "gzip", |f, v| {
            f.new_dataset::<u8>()
                .chunk((1, 8, 10, 2))
                .deflate(1)
                .fletcher32()
                .shape(SHAPE)
                .create("frames")
                .unwrap()
                .write_raw(v)
                .unwrap();
        }),
        ("tiles that frames share", "gzip", |f, v| {
            f.new_dataset::<u8>()
                .chunk((4, 8, 10, 3))
                .deflate(1)
                .shape(SHAPE)
                .create("frames")
                .unwrap()
                .write_raw(v)
                .unwrap();
        }),
        ("chunks without filters", "raw", |f, v| {
            f.new_dataset::<u8>().chunk((4, 19, 23, 3)).shape(SHAPE).create("frames").unwrap().write_raw(v).unwrap();
        }),
        ("tiles without filters", "raw", |f, v| {
            f.new_dataset::<u8>().chunk((2, 7, 23, 3)).shape(SHAPE).create("frames").unwrap().write_raw(v).unwrap();
        }),
        ("checksums", "raw", |f, v| {
            f.new_dataset::<u8>()
                .chunk((1, 19, 23, 3))
                .fletcher32()
                .shape(SHAPE)
                .create("frames")
                .unwrap()
                .write_raw(v)
                .unwrap();
        }),
        ("only the library", "scaleoffset", |f, v| {
            let scale = hdf5::filters::ScaleOffset::Integer(0);
            f.new_dataset::<u8>()
                .chunk((1, 19, 23, 3))
                .scale_offset(scale)
                .shape(SHAPE)
                .create("frames")
                .unwrap()
                .write_raw(v)
                .unwrap();
        }),
    ];
    for (name, kind, write) in ways {
        let lake = lake(|file| write(file, &expected));
        let probe = lake.probe();
        assert_eq!((probe.footages.len(), probe.footages[0].store_kind.as_str()), (1, kind), "{name}");
        assert_eq!((probe.footages[0].width_px, probe.footages[0].height_px), (23, 19), "{name}");
        assert!(lake.bytes() == expected, "{name}");
    }
}

#[test]
fn chunks_never_written_hold_the_fill_value() {
    let lake = lake(|file| {
        let builder = file.new_dataset::<u16>().chunk((2, 8, 8, 3)).deflate(4).shape((4, 8, 8, 3)).fill_value(513_u16);
        let frames = builder.create("frames").unwrap();
        for (y, x) in (0..64).map(|i| (i / 8, i % 8)) {
            frames.write_slice(&[7_u16; 3], (2, y, x, ..)).unwrap();
        }
    });
    let bytes = lake.bytes();
    let frame = 8 * 8 * 3 * 2;
    assert!(bytes[..2 * frame].chunks(2).all(|v| v == [1, 2]), "absent chunk");
    assert!(bytes[2 * frame..3 * frame].chunks(2).all(|v| v == [7, 0]), "written");
    assert!(bytes[3 * frame..].chunks(2).all(|v| v == [1, 2]), "not written in a chunk that is there");
}

fn jpeg(width: usize, height: usize, seed: u8) -> Vec<u8> {
    let byte = |n: usize| u8::try_from(n % 256).unwrap();
    let pixels: Vec<u8> = (0..width * height).flat_map(|i| [seed, byte(i % width), byte(i / width)]).collect();
    let image =
        turbojpeg::Image { pixels: &pixels[..], width, pitch: width * 3, height, format: turbojpeg::PixelFormat::RGB };
    turbojpeg::compress(image, 90, turbojpeg::Subsamp::Sub2x2).unwrap().to_vec()
}

#[test]
fn coded_rows_and_their_times() {
    let rows: Vec<Vec<u8>> = (0..5).map(|i| jpeg(64, 36, i * 40)).collect();
    let lake = lake(|file| {
        let data: Vec<VarLenArray<u8>> = rows.iter().map(|row| VarLenArray::from_slice(row)).collect();
        file.new_dataset_builder().with_data(&data).create("frames").unwrap();
        let times: Vec<i64> = (0..5).map(|i| 1_700_000_000_000_000_000 + i * 100_000_000).collect();
        file.new_dataset_builder().with_data(&times).create("timestamps").unwrap();
    });
    let probe = lake.probe();
    let footage = &probe.footages[0];
    assert_eq!(probe.problems, []);
    assert_eq!((footage.width_px, footage.height_px, footage.store_kind.as_str()), (64, 36, "jpeg"));
    assert!(matches!(&footage.clock, Clock::Timestamps(times) if times[4] - times[0] == 400_000_000));
    let reader = FrameReader::new(None);
    let store = lake.store(&probe);
    for (i, row) in rows.iter().enumerate() {
        let stored = reader.stored_bytes(&store, &footage.layout, &footage.extents, i as u64).unwrap();
        assert_eq!((&stored.bytes, stored.extension), (row, "jpeg"));
        let small =
            reader.thumbnail(&store, &footage.layout, &footage.extents, i as u64, (16, 16), &Look::default()).unwrap();
        assert_eq!((small.width_px, small.height_px), (16, 9));
        let large = reader
            .thumbnail(&store, &footage.layout, &footage.extents, i as u64, (999, 999), &Look::default())
            .unwrap();
        assert_eq!((large.width_px, large.height_px), (64, 36), "never larger than the frame");
        assert!(small.pixels[0].abs_diff(u8::try_from(i).unwrap() * 40) < 6);
    }
    let gone = reader.read(&store, &footage.layout, &footage.extents, 5);
    assert!(matches!(gone, Err(FramesError::NoSuchFrame { frames: 5, .. })));
}

#[test]
fn a_store_that_changed_gives_no_pixels() {
    let lake = lake(|file| {
        file.new_dataset::<u8>().shape(SHAPE).create("frames").unwrap().write_raw(&values(COUNT)).unwrap();
    });
    let probe = lake.probe();
    let footage = &probe.footages[0];
    let (reader, store) = (FrameReader::new(None), lake.store(&probe));
    let read = || reader.read(&store, &footage.layout, &footage.extents, 0);
    assert!(read().is_ok());
    let path = lake.root.join("s.h5");
    let original = std::fs::read(&path).unwrap();
    let time = std::fs::metadata(&path).unwrap().modified().unwrap();

    // In place, with the time of change set back: only the ends of the file tell.
    let mut changed = original.clone();
    *changed.last_mut().unwrap() ^= 1;
    std::fs::write(&path, &changed).unwrap();
    std::fs::File::options().write(true).open(&path).unwrap().set_modified(time).unwrap();
    assert!(matches!(read(), Err(FramesError::StoreChanged { .. })), "same size and time");

    std::fs::write(&path, &original).unwrap();
    std::fs::File::options().write(true).open(&path).unwrap().set_modified(time).unwrap();
    assert!(read().is_ok(), "as it was");

    std::fs::write(lake.root.join("new.h5"), &original).unwrap();
    std::fs::rename(lake.root.join("new.h5"), &path).unwrap();
    assert!(matches!(read(), Err(FramesError::StoreChanged { .. })), "another file under the same name");
    std::fs::remove_file(&path).unwrap();
    assert!(read().is_err(), "gone");
}

#[test]
fn damage_is_told_and_stays_in_its_frame() {
    let expected = values(COUNT);
    let lake = lake(|file| {
        let builder = file.new_dataset::<u8>().chunk((1, 19, 23, 3)).deflate(4).fletcher32().shape(SHAPE);
        builder.create("frames").unwrap().write_raw(&expected).unwrap();
    });
    let extent = lake.probe().footages[0].extents.get(2).unwrap();
    let path = lake.root.join("s.h5");
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[usize::try_from(extent.address).unwrap() + 20] ^= 4;
    std::fs::write(&path, bytes).unwrap();
    let probe = lake.probe();
    let footage = &probe.footages[0];
    let (reader, store) = (FrameReader::new(None), lake.store(&probe));
    for i in 0..7 {
        let read = reader.read(&store, &footage.layout, &footage.extents, i);
        match (i, read) {
            (2, Err(error)) => assert!(error.to_string().contains("checksum"), "{error}"),
            (2, Ok(_)) => panic!("damage went unseen"),
            (_, read) => assert!(read.is_ok()),
        }
    }
}

#[test]
fn a_layout_from_anywhere_does_no_harm() {
    let lake = lake(|file| {
        file.new_dataset::<u8>()
            .chunk((1, 19, 23, 3))
            .deflate(1)
            .shape(SHAPE)
            .create("frames")
            .unwrap()
            .write_raw(&values(COUNT))
            .unwrap();
    });
    let probe = lake.probe();
    let footage = &probe.footages[0];
    let (reader, store) = (FrameReader::new(None), lake.store(&probe));
    let huge = u64::MAX / 2;
    let layouts = [
        FrameLayout { shape: vec![7, huge, huge, 3], ..footage.layout.clone() },
        FrameLayout { shape: vec![7, 1 << 15, 1 << 15, 3], ..footage.layout.clone() },
        FrameLayout { chunk: vec![1, huge, huge, 3], ..footage.layout.clone() },
        FrameLayout { chunk: vec![huge, 1, 1, 1], ..footage.layout.clone() },
        FrameLayout { chunk: vec![1, 0, 1, 1], ..footage.layout.clone() },
        FrameLayout { chunk: vec![1, 19], ..footage.layout.clone() },
        FrameLayout { shape: vec![7], ..footage.layout.clone() },
        FrameLayout { storage: Storage::Contiguous, chunk: vec![], ..footage.layout.clone() },
        FrameLayout { storage: Storage::PerFrame, members: vec!["x".into(); 7], ..footage.layout.clone() },
        FrameLayout { storage: Storage::Rows, ..footage.layout.clone() },
        FrameLayout { encoding: Encoding::Coded, ..footage.layout.clone() },
        FrameLayout { storage: Storage::Library, ..footage.layout.clone() },
    ];
    for (at, layout) in layouts.iter().enumerate() {
        assert!(reader.read(&store, layout, &footage.extents, 3).is_err(), "layout {at}");
    }
    for (address, length_bytes) in [(u64::MAX, 5), (1 << 40, 5), (0, 1 << 45)] {
        let far =
            Extents::new(7, (0..7).map(|i| (i, Extent { address, length_bytes, filter_mask: 0 })).collect()).unwrap();
        for storage in [Storage::Chunked, Storage::Rows, Storage::Contiguous] {
            if storage == Storage::Contiguous && address == 0 {
                // A place inside the file after all.
                continue;
            }
            let chunk = if storage == Storage::Contiguous { vec![] } else { footage.layout.chunk.clone() };
            let layout = FrameLayout { chunk, storage, ..footage.layout.clone() };
            assert!(reader.read(&store, &layout, &far, 3).is_err(), "{address} {length_bytes} {storage:?}");
        }
    }
}

#[test]
fn what_is_declared_but_not_there_is_told() {
    let lake = lake(|file| {
        file.new_dataset::<u8>().chunk((1, 64, 64, 3)).shape((1_usize << 31, 64, 64, 3)).create("frames").unwrap();
    });
    let probe = lake.probe();
    assert_eq!(probe.footages, []);
    assert!(probe.problems[0].0.contains("declares 2147483648 frames"), "{:?}", probe.problems);
}

#[test]
fn stores_without_images_and_files_that_are_none() {
    let log = lake(|file| {
        file.new_dataset_builder().with_data(&[0.5_f64, 1.5, 2.5]).create("times").unwrap();
        file.new_dataset_builder().with_data(&[1_i32, 2, 3]).create("gear").unwrap();
    });
    let probe = log.probe();
    let expected = vec![
        ("gear".to_owned(), structure::Values::Integers(vec![1, 2, 3])),
        ("times".to_owned(), structure::Values::Floats(vec![0.5, 1.5, 2.5])),
    ];
    assert_eq!((probe.footages.len(), probe.log), (0, expected));
    let nothing = lake(|_| {}).probe();
    assert!(nothing.problems[0].0.contains("no images"));
    std::fs::write(log.root.join("page.h5"), "<!DOCTYPE html>").unwrap();
    let page = probe_store(&log.pool, &log.root, "page.h5").unwrap_err();
    assert!(page.problem().0.contains("web page"));
    assert!(matches!(probe_store(&log.pool, &log.root, "../s.h5"), Err(FramesError::OutsideLake { .. })));
}

#[test]
fn arrays_and_images_one_dataset_each() {
    let lake = lake(|file| {
        for i in 0..12_u8 {
            let image =
                file.new_dataset::<u8>().chunk((9, 30)).deflate(1).shape((20, 30)).create(&*format!("im{i}")).unwrap();
            image.write_raw(&[i; 600]).unwrap();
        }
    });
    let footages = lake.probe().footages;
    assert_eq!((footages.len(), footages[0].layout.members[10].as_str()), (1, "im10"));
    let expected: Vec<u8> = (0..12_u8).flat_map(|i| [i; 600]).collect();
    assert!(lake.bytes() == expected);
}

#[test]
fn what_is_not_taken_for_images_is_told_in_one_line() {
    let times: Vec<i64> = (0..10).map(|i| 1_700_000_000_000_000_000 + i * 100_000_000).collect();
    let two_channels = lake(|file| {
        file.new_dataset::<u8>().shape((10, 32, 32, 2)).create("frames").unwrap();
        file.new_dataset_builder().with_data(&times).create("timestamps").unwrap();
    });
    let probe = two_channels.probe();
    assert_eq!((probe.footages.len(), probe.footages[0].width_px, probe.problems.len()), (1, 0, 1));
    assert!(probe.problems[0].0.contains("/frames (10×32×32×2 uint8): frames have"), "{:?}", probe.problems);
    let small = lake(|file| {
        for i in 0..300 {
            file.new_dataset::<u8>().shape((4, 4)).create(&*format!("im{i:03}")).unwrap();
        }
    });
    let probe = small.probe();
    assert_eq!((probe.footages.len(), probe.log.len(), probe.problems.len()), (0, 0, 1));
    assert!(probe.problems[0].0.contains("/im000 (4×4 uint8): 4×4 pixels"), "{:?}", probe.problems);
    assert!(probe.problems[0].0.ends_with("and 297 more"), "{:?}", probe.problems);
    let row = lake(|file| {
        file.new_dataset::<u8>().shape((10, 16)).create("frames").unwrap();
        file.new_dataset_builder().with_data(&times).create("timestamps").unwrap();
    });
    let probe = row.probe();
    assert_eq!((probe.footages.len(), probe.footages[0].frames, probe.problems.len()), (1, 1, 1));
    let expected = "/frames (10×16 uint8) was taken for one image although /timestamps has 10 times";
    assert!(probe.problems[0].0.contains(expected), "{:?}", probe.problems);
}

#[test]
fn times_of_another_length_are_handed_over() {
    for count in [0_i64, 7, 12] {
        let times: Vec<i64> = (0..count).map(|i| 1_700_000_000_000_000_000 + i * 100_000_000).collect();
        let lake = lake(|file| {
            file.new_dataset::<u8>().shape((10, 20, 30, 3)).create("frames").unwrap();
            file.new_dataset_builder().with_data(&times).create("timestamps").unwrap();
        });
        let footage = lake.probe().footages.remove(0);
        assert_eq!((footage.frames, footage.clock), (10, Clock::Timestamps(times)));
    }
}

#[test]
fn wide_values_are_read_as_stored() {
    let doubles: Vec<f64> = (0..400).map(|i| 0.1 + f64::from(i) / 3.0).collect();
    let whole: Vec<u32> = (0..400).map(|i| u32::MAX - i * 7).collect();
    let lake = lake(|file| {
        let data = file.new_dataset::<f64>().chunk((1, 10, 20)).deflate(1).shape((2, 10, 20)).create("a/frames");
        data.unwrap().write_raw(&doubles).unwrap();
        file.new_dataset::<u32>().shape((2, 10, 20)).create("b/frames").unwrap().write_raw(&whole).unwrap();
    });
    let probe = lake.probe();
    let reader = FrameReader::new(None);
    let read = |at: usize| {
        let footage = &probe.footages[at];
        reader.read(&lake.store(&probe), &footage.layout, &footage.extents, 1).unwrap().samples
    };
    assert_eq!((read(0), read(1)), (Samples::F64(doubles[200..].to_vec()), Samples::U32(whole[200..].to_vec())));
}
