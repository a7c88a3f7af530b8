//! Every way in which HDF5 stores images, written by h5py and hdf5plugin, read back value by value.

use std::{path::Path, sync::Arc};

use lakescope::{
    frames::{ChildPool, Extents, FoundFootage, FrameReader, PoolLimits, Storage, StoreProbe, StoreRef, probe_store},
    model::Samples,
};
use serde_json::Value;

use crate::{harness::Lake, python};

/// What h5py wrote, and a pool of readers for it; nothing when there is no Python.
struct Stores {
    lake: Lake,
    entries: Vec<Value>,
    pool: Arc<ChildPool>,
    /// Bytes of decoded chunks kept while reading.
    reader: FrameReader,
}

fn stores() -> Option<Stores> {
    let lake = Lake::empty();
    let expected = lake.beside("expected");
    python::run("all_layouts.py", &[lake.path().as_os_str(), expected.as_os_str()])?;
    let list = std::fs::read_to_string(expected.join("expected.json")).unwrap();
    let pool = Arc::new(ChildPool::new(env!("CARGO_BIN_EXE_lakescope").into(), PoolLimits::default()));
    let reader = FrameReader::with_cache(Some(Arc::clone(&pool)), 1 << 20);
    Some(Stores { entries: serde_json::from_str(&list).unwrap(), pool, reader, lake })
}

impl Stores {
    /// What is wrong with one store, if anything.
    fn wrong(&self, entry: &Value) -> Option<String> {
        let store = entry["store"].as_str().unwrap();
        let probe = match probe_store(&self.pool, &self.lake.path(), store) {
            Ok(probe) => probe,
            Err(error) => return Some(format!("{store}: {error}")),
        };
        if let Some(word) = entry["problem"].as_str() {
            let told = probe.footages.is_empty() && probe.problems.iter().any(|(what, _)| what.contains(word));
            return (!told).then(|| format!("{store}: no word of {word}: {:?}", probe.problems));
        }
        let [footage] = &probe.footages[..] else {
            return Some(format!("{store}: {} footages, {:?}", probe.footages.len(), probe.problems));
        };
        let (kind, library) = (entry["kind"].as_str().unwrap(), entry["library"].as_bool().unwrap());
        if footage.store_kind != kind || (footage.layout.storage == Storage::Library) != library {
            return Some(format!("{store}: {} as {:?}", footage.store_kind, footage.layout.storage));
        }
        let packed = footage.extents.pack();
        if packed.len() > 64 + 30 * footage.extents.stored() + footage.extents.kept().len() {
            return Some(format!("{store}: {} bytes for {} pieces", packed.len(), footage.extents.stored()));
        }
        let raw = std::fs::read(self.lake.beside("expected").join(entry["raw"].as_str().unwrap())).unwrap();
        let frames = entry["shape"][0].as_u64().unwrap();
        if footage.frames != frames {
            return Some(format!("{store}: {} frames", footage.frames));
        }
        let frame_bytes = raw.len() / usize::try_from(frames).unwrap();
        // From the end, so that no reading ahead makes it right by chance.
        raw.chunks(frame_bytes).enumerate().rev().find_map(|(at, wanted)| {
            let found = self.frame(store, &probe, footage, at as u64, &packed, entry["values"].as_str().unwrap());
            match found {
                Ok(found) if found == wanted => None,
                Ok(found) => {
                    let first = found.iter().zip(wanted).position(|(a, b)| a != b);
                    Some(format!("{store}: frame {at} differs at byte {first:?} of {}, {}", wanted.len(), found.len()))
                }
                Err(why) => Some(why),
            }
        })
    }

    fn frame(
        &self,
        store: &str,
        probe: &StoreProbe,
        footage: &FoundFootage,
        frame_idx: u64,
        packed: &[u8],
        values: &str,
    ) -> Result<Vec<u8>, String> {
        let root = self.lake.path();
        let place = StoreRef { lake_root: &root, store, identity: probe.identity };
        let extents = Extents::unpack(packed).unwrap();
        let raster = self.reader.read(&place, &footage.layout, &extents, frame_idx).map_err(|e| e.to_string())?;
        Ok(bytes(raster.samples, values))
    }
}

/// Values as they were stored, little-endian.
fn bytes(samples: Samples, values: &str) -> Vec<u8> {
    match samples {
        Samples::U8(values) => values,
        Samples::U16(values) => values.into_iter().flat_map(u16::to_le_bytes).collect(),
        // 16-bit signed values are widened.
        Samples::I32(wide) if values == "i2" => {
            wide.into_iter().flat_map(|v| i16::try_from(v).unwrap().to_le_bytes()).collect()
        }
        Samples::I32(values) => values.into_iter().flat_map(i32::to_le_bytes).collect(),
        Samples::F32(values) => values.into_iter().flat_map(f32::to_le_bytes).collect(),
        Samples::F64(values) => values.into_iter().flat_map(f64::to_le_bytes).collect(),
        Samples::U32(values) => values.into_iter().flat_map(u32::to_le_bytes).collect(),
    }
}

#[test]
fn every_layout_and_filter_gives_the_values_that_h5py_reads() {
    let Some(stores) = stores() else { return };
    assert!(stores.entries.len() > 1000);
    let wrong: Vec<String> = stores.entries.iter().filter_map(|entry| stores.wrong(entry)).collect();
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), stores.entries.len(), wrong.join("\n"));
}

#[test]
fn damaged_chunks_do_no_harm() {
    let Some(stores) = stores() else { return };
    let root = stores.lake.path();
    let (mut seed, mut refused, mut read) = (1_u64, 0, 0);
    let mut next = |below: u64| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) % below
    };
    for entry in &stores.entries {
        let store = entry["store"].as_str().unwrap();
        if entry["problem"].is_string() || !(store.contains("le_u2_2x7x9") || store.contains("_smooth")) {
            continue;
        }
        let probe = probe_store(&stores.pool, &root, store).unwrap();
        let footage = &probe.footages[0];
        let path = root.join(store);
        let sound = std::fs::read(&path).unwrap();
        let chunks: Vec<_> = footage.extents.iter().map(|(_, extent)| extent).collect();
        for _ in 0..40 {
            let chunk = chunks[usize::try_from(next(chunks.len() as u64)).unwrap()];
            let mut bytes = sound.clone();
            for _ in 0..=next(3) {
                // Headers are where the sizes are.
                let within = if next(2) == 0 { chunk.length_bytes.min(48) } else { chunk.length_bytes };
                let at = usize::try_from(chunk.address + next(within)).unwrap();
                bytes[at] =
                    [0, 1, 0x7f, 0x80, 0xff, bytes[at] ^ 1, bytes[at] ^ 0x10][usize::try_from(next(7)).unwrap()];
            }
            std::fs::write(&path, &bytes).unwrap();
            let identity = lakescope::frames::StoreIdentity::of(&std::fs::File::open(&path).unwrap()).unwrap();
            let place = StoreRef { lake_root: &root, store, identity };
            let reader = FrameReader::with_cache(None, 0);
            for frame_idx in 0..footage.frames {
                match reader.read(&place, &footage.layout, &footage.extents, frame_idx) {
                    Ok(_) => read += 1,
                    Err(error) if error.to_string().contains("frame ") => refused += 1,
                    Err(error) => panic!("{store}: {error}"),
                }
            }
        }
    }
    assert!(refused > 100 && read > 100, "{refused} frames refused, {read} read");
}

/// Sets a file's time of change without touching its bytes.
fn touch(path: &Path) {
    let file = std::fs::File::options().write(true).open(path).unwrap();
    file.set_modified(std::time::SystemTime::UNIX_EPOCH).unwrap();
}

#[test]
fn sources_that_changed_are_told_and_indexed_again() {
    let Some(stores) = stores() else { return };
    let lake = &stores.lake;
    for folder in ["chunks", "types", "filters", "compact"] {
        std::fs::remove_dir_all(lake.path().join(folder)).unwrap();
    }
    lake.run("index", &[]);
    let out = lake.beside("frame.png");
    let frames: Vec<Value> =
        serde_json::from_str(&lake.run("frames", &["--json", "--columns", "frame_id,store,frame_idx"])).unwrap();
    let id = |store: &str, frame_idx: u64| {
        let found = frames.iter().find(|f| f["store"] == store && f["frame_idx"].as_u64() == Some(frame_idx));
        found.unwrap_or_else(|| panic!("{store}"))["frame_id"].as_str().unwrap().to_owned()
    };
    let (inner, external) = (id("parts/nested.h5", 4), id("raws/latest_two_files.h5", 3));
    let read = |id: &str| lake.output("frame", &[id, "--out", out.to_str().unwrap()]);
    assert!(read(&inner).status.success() && read(&external).status.success());
    let info = lake.json("info", &[])["problems"].to_string();
    assert!(info.contains("parts/gone.h5 data"), "{info}");

    touch(&lake.path().join("parts/part_2.h5"));
    touch(&lake.path().join("raws/latest_two_files_b.bin"));
    for (id, source) in [(&inner, "parts/part_2.h5"), (&external, "raws/latest_two_files_b.bin")] {
        let output = read(id);
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success() && error.contains(&format!("{source} changed")), "{error}");
    }
    // The stores themselves are as they were; their sources make them be read again, also one that was not there.
    std::fs::copy(lake.path().join("parts/part_1.h5"), lake.path().join("parts/gone.h5")).unwrap();
    lake.run("index", &[]);
    assert!(read(&inner).status.success() && read(&external).status.success());
    let info = lake.json("info", &[])["problems"].to_string();
    assert!(!info.contains("some of its sources are not there"), "{info}");
    let clean = lake.answers();
    lake.run("index", &[]);
    assert_eq!(lake.answers(), clean);
}
