//! Requests answered about stores that the library wrote, through the same messages the reader process speaks.

use std::path::Path;

use hdf5::types::{FixedAscii, VarLenArray, VarLenUnicode};

use super::*;
use crate::frames::{
    Extents,
    protocol::ValuesKind,
    structure::{AttributeValue, Kept, StoredValue, Structure, attribute},
};

/// Writes a store with the library and closes it.
fn store(write: impl FnOnce(&hdf5::File)) -> (tempfile::TempDir, StorePath) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().canonicalize().unwrap().join("store.h5");
    let file = hdf5::File::create(&path).unwrap();
    write(&file);
    file.close().unwrap();
    let lake_root = path.parent().map(Path::to_owned).unwrap();
    (folder, StorePath { store: path, lake_root })
}

fn ask(path: &StorePath, request: &Request) -> (Response, Vec<u8>) {
    let (mut wire, mut answers) = (Vec::new(), Vec::new());
    write_message(&mut wire, request, &path.to_body()).unwrap();
    serve(wire.as_slice(), &mut answers, |_| {}).unwrap();
    read_message(&mut answers.as_slice(), request.most_answer_bytes()).unwrap().unwrap()
}

fn probe(path: &StorePath) -> Structure {
    let (response, body) = ask(path, &Request::Probe);
    assert_eq!(response, Response::Structure);
    serde_json::from_slice(&body).unwrap()
}

fn locate(path: &StorePath, dataset: &str) -> Extents {
    let (response, body) = ask(path, &Request::Locate { datasets: vec![dataset.to_owned()] });
    assert_eq!(response, Response::Located, "{dataset}");
    Extents::unpack(&body).unwrap()
}

fn failure(path: &StorePath, request: &Request) -> String {
    match ask(path, request) {
        (Response::Failed { what, .. }, _) => what,
        other => panic!("{other:?}"),
    }
}

#[test]
fn structure_tells_types_layouts_and_attributes() {
    let (_folder, path) = store(|file| {
        let frames = file.new_dataset::<u16>().chunk((1, 4, 5)).deflate(4).shape((6, 4, 5)).fill_value(7_u16);
        let frames = frames.create("a/frames").unwrap();
        frames
            .new_attr::<FixedAscii<8>>()
            .create("CLASS")
            .unwrap()
            .write_scalar(&FixedAscii::<8>::from_ascii("IMAGE").unwrap())
            .unwrap();
        let text: VarLenUnicode = "é".parse().unwrap();
        frames.new_attr::<VarLenUnicode>().create("note").unwrap().write_scalar(&text).unwrap();
        file.new_attr::<f32>().shape(1).create("fps").unwrap().write(&[12.5_f32]).unwrap();
        file.new_dataset_builder().with_data(&[true, false]).create("flags").unwrap();
        file.link_hard("a", "b").unwrap();
        file.group("a").unwrap().link_hard("/", "up").unwrap();
        file.link_soft("/nowhere", "lost").unwrap();
        file.link_external("/etc/hostname", "/", "out").unwrap();
    });
    let found = probe(&path);
    let names: Vec<&str> = found.datasets.iter().map(|d| d.path.as_str()).collect();
    assert_eq!(names, ["/flags", "/a/frames"], "each object once, though groups form a cycle");
    let frames = &found.datasets[1];
    assert_eq!((&frames.shape[..], &frames.chunk[..], frames.kept), (&[6, 4, 5][..], &[1, 4, 5][..], Kept::Chunked));
    assert_eq!(frames.value, StoredValue::Integer { bytes: 2, signed: false, big_endian: false });
    assert_eq!((frames.filters[0].id, &frames.fill[..]), (1, &[7, 0][..]));
    assert_eq!(attribute(&frames.attributes, "class").and_then(AttributeValue::text), Some("IMAGE"));
    assert_eq!(attribute(&frames.attributes, "note").and_then(AttributeValue::text), Some("é"));
    assert_eq!(attribute(&found.groups[0].attributes, "fps").and_then(AttributeValue::number), Some(12.5));
    assert_eq!(found.problems, ["1 links to other files were not followed", "1 links lead nowhere"]);
}

#[test]
fn chunks_are_in_grid_order_with_absent_ones_marked() {
    let (_folder, path) = store(|file| {
        let data = file.new_dataset::<u8>().chunk((1, 2)).shape((3, 4)).create("d").unwrap();
        data.write_slice(&[9_u8, 9], (2, 2..4)).unwrap();
        data.write_slice(&[5_u8, 6], (0, 0..2)).unwrap();
    });
    let extents = locate(&path, "/d");
    assert_eq!((extents.len(), extents.stored()), (6, 2));
    let bytes = std::fs::read(&path.store).unwrap();
    let at = |number| {
        let extent = extents.get(number).unwrap();
        let start = usize::try_from(extent.address).unwrap();
        bytes[start..start + usize::try_from(extent.length_bytes).unwrap()].to_vec()
    };
    assert_eq!((at(0), at(5), extents.get(1)), (vec![5, 6], vec![9, 9], None));
}

/// Writes rows in the given order and checks that each extent holds its row's bytes.
fn check_rows(rows: usize, chunk: Option<usize>, order: &[usize], user_block: u64) {
    let row = |i: usize| -> Vec<u8> { (0..=(i * 37) % 700).map(|k| u8::try_from((i + k) % 256).unwrap()).collect() };
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().canonicalize().unwrap().join("rows.h5");
    {
        let mut options = hdf5::File::with_options();
        options.with_fcpl(|plist| plist.userblock(user_block));
        let file = options.create(&store).unwrap();
        let builder = file.new_dataset::<VarLenArray<u8>>();
        let data = match chunk {
            Some(chunk) => builder.chunk(chunk).shuffle().deflate(3).shape(rows).create("frames").unwrap(),
            None => builder.shape(rows).create("frames").unwrap(),
        };
        for i in order {
            data.write_slice(&[VarLenArray::from_slice(&row(*i))], *i..*i + 1).unwrap();
        }
        file.close().unwrap();
    }
    let lake_root = store.parent().map(Path::to_owned).unwrap();
    let path = StorePath { store, lake_root };
    let extents = locate(&path, "/frames");
    let bytes = std::fs::read(&path.store).unwrap();
    assert_eq!((extents.len(), extents.stored()), (rows as u64, order.len()));
    for i in 0..rows {
        let found = extents.get(i as u64).map(|e| {
            let start = usize::try_from(e.address).unwrap();
            bytes[start..start + usize::try_from(e.length_bytes).unwrap()].to_vec()
        });
        assert_eq!(found, order.contains(&i).then(|| row(i)), "row {i}");
    }
}

#[test]
fn rows_are_found_in_the_global_heap() {
    let forward: Vec<usize> = (0..300).collect();
    let mixed: Vec<usize> = (0..300).map(|i| (i * 77) % 300).filter(|i| i % 13 != 0).collect();
    check_rows(300, None, &forward, 0);
    check_rows(300, None, &mixed, 512);
    check_rows(300, Some(64), &forward, 2048);
    check_rows(300, Some(7), &mixed, 0);
}

#[test]
fn damaged_heaps_are_told() {
    let (_folder, path) = store(|file| {
        let data = file.new_dataset::<VarLenArray<u8>>().shape(3).create("frames").unwrap();
        data.write(&[VarLenArray::from_slice(&[1, 2]), VarLenArray::from_slice(&[3]), VarLenArray::from_slice(&[4])])
            .unwrap();
    });
    let mut bytes = std::fs::read(&path.store).unwrap();
    let heap = bytes.windows(4).position(|w| w == b"GCOL").unwrap();
    bytes[heap] = b'X';
    std::fs::write(&path.store, &bytes).unwrap();
    let what = failure(&path, &Request::Locate { datasets: vec!["/frames".to_owned()] });
    assert!(what.contains("global heap"), "{what}");
}

#[test]
fn values_are_read_whole() {
    let (_folder, path) = store(|file| {
        file.new_dataset_builder().with_data(&[-1_i16, 2]).create("whole").unwrap();
        file.new_dataset_builder().with_data(&[u64::MAX, 2]).create("large").unwrap();
        file.new_dataset_builder().with_data(&[0.5_f32, 2.0]).create("real").unwrap();
        let texts: Vec<VarLenUnicode> = vec!["a b".parse().unwrap(), "".parse().unwrap()];
        file.new_dataset_builder().with_data(&texts).create("texts").unwrap();
        file.new_dataset::<f64>().chunk(1024).shape(1 << 24).create("hollow").unwrap();
        file.new_dataset::<f64>().chunk(1024).shape(1 << 40).create("declared").unwrap();
    });
    let read = |dataset: &str| ask(&path, &Request::ReadValues { dataset: dataset.to_owned() });
    let words = |body: &[u8]| -> Vec<[u8; 8]> { body.as_chunks::<8>().0.to_vec() };
    let (response, body) = read("/whole");
    assert_eq!(response, Response::Values { kind: ValuesKind::Integers, count: 2 });
    assert_eq!(words(&body), [(-1_i64).to_le_bytes(), 2_i64.to_le_bytes()]);
    assert_eq!(words(&read("/large").1)[0], i64::MAX.to_le_bytes());
    let (response, body) = read("/real");
    assert_eq!(response, Response::Values { kind: ValuesKind::Floats, count: 2 });
    assert_eq!(words(&body)[0], 0.5_f64.to_le_bytes());
    assert_eq!(read("/texts").1, b"a b\0\0");
    for (dataset, part) in [("/hollow", "holds only"), ("/declared", "more than are read whole"), ("/none", "HDF5")] {
        let what = failure(&path, &Request::ReadValues { dataset: dataset.to_owned() });
        assert!(what.contains(part), "{dataset}: {what}");
    }
}

#[test]
fn rows_come_through_the_library() {
    let (_folder, path) = store(|file| {
        let values: Vec<u16> = (0..24).collect();
        let data = file
            .new_dataset::<u16>()
            .chunk((1, 3, 4))
            .scale_offset(hdf5::filters::ScaleOffset::Integer(0))
            .shape((2, 3, 4));
        data.create("so").unwrap().write_raw(&values).unwrap();
    });
    let (response, body) = ask(&path, &Request::ReadRow { dataset: "/so".to_owned(), row: Some(1) });
    assert_eq!(response, Response::Row { value: crate::frames::ValueType::U16 });
    let expected: Vec<u8> = (12..24_u16).flat_map(u16::to_le_bytes).collect();
    assert_eq!(body, expected);
    assert_eq!(ask(&path, &Request::ReadRow { dataset: "/so".to_owned(), row: None }).1.len(), 48);
    assert!(failure(&path, &Request::ReadRow { dataset: "/so".to_owned(), row: Some(2) }).contains("no such row"));
}

#[test]
fn a_file_that_is_none_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("x.h5");
    std::fs::write(&store, b"no").unwrap();
    let path = StorePath { store, lake_root: folder.path().to_owned() };
    assert!(failure(&path, &Request::Probe).contains("HDF5 library says"));
    let gone = StorePath { store: folder.path().join("gone.h5"), ..path };
    assert!(failure(&gone, &Request::Probe).contains("cannot be read"));
}

#[test]
fn a_store_that_a_writer_holds_open_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let lake_root = folder.path().canonicalize().unwrap();
    let mut options = hdf5::File::with_options();
    options.with_fapl(|plist| plist.libver_latest());
    let writing = options.create(lake_root.join("writing.h5")).unwrap();
    let shape = hdf5::SimpleExtents::resizable([2, 3]);
    let data = writing.new_dataset::<u8>().chunk((1, 3)).shape(shape).create("d").unwrap();
    data.write_raw(&[1_u8, 2, 3, 4, 5, 6]).unwrap();
    writing.flush().unwrap();
    // A copy of the bytes is what another process sees; in this one the library would share the open file.
    let copied = |name: &str| {
        let store = lake_root.join(name);
        std::fs::copy(lake_root.join("writing.h5"), &store).unwrap();
        StorePath { store, lake_root: lake_root.clone() }
    };
    let exclusive = copied("exclusive.h5");
    assert!(failure(&exclusive, &Request::Probe).contains("already open for write"));
    writing.start_swmr().unwrap();
    data.write_slice(&[7_u8, 8, 9], (1, ..)).unwrap();
    data.flush().unwrap();
    writing.flush().unwrap();
    let shared = copied("shared.h5");
    assert_eq!(probe(&shared).datasets[0].shape, [2, 3]);
    let (response, body) = ask(&shared, &Request::ReadValues { dataset: "/d".to_owned() });
    assert!(matches!(response, Response::Values { count: 6, .. }), "{response:?}");
    let values: Vec<i64> = body.as_chunks::<8>().0.iter().map(|v| i64::from_le_bytes(*v)).collect();
    assert_eq!(values, [1, 2, 3, 7, 8, 9]);
    let bytes = std::fs::read(&shared.store).unwrap();
    let at = usize::try_from(locate(&shared, "/d").get(1).unwrap().address).unwrap();
    assert_eq!(bytes[at..at + 3], [7, 8, 9]);
}
