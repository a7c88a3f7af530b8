//! What the fuzz targets share: files in memory, and layouts made of plain bytes.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
};

use lakescope::{
    frames::{
        Encoding, Extents, FrameLayout, FrameReader, Origin, PixelOrder, Storage, StoreIdentity, StoreRef,
        StoredFilter, ValueType,
    },
    model::Look,
};

/// A folder in memory with one file, whose content is another one at each call.
pub struct Scratch {
    folder: tempfile::TempDir,
    name: &'static str,
}

impl Scratch {
    /// A folder for a file of this name.
    pub fn new(name: &'static str) -> Self {
        let memory = Path::new("/dev/shm");
        let folder = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
        Self { folder: folder.expect("a temporary folder can be made"), name }
    }

    /// The folder.
    pub fn root(&self) -> &Path {
        self.folder.path()
    }

    /// The file's path.
    pub fn path(&self) -> PathBuf {
        self.root().join(self.name)
    }

    /// Gives the file this content.
    pub fn fill(&self, bytes: &[u8]) -> PathBuf {
        fs::write(self.path(), bytes).expect("the temporary file can be written");
        self.path()
    }
}

/// Reads an input from its front. Where it ends, zeros go on.
pub struct Bytes<'a>(pub &'a [u8]);

impl<'a> Bytes<'a> {
    pub fn byte(&mut self) -> u8 {
        self.0.split_off_first().copied().unwrap_or(0)
    }

    pub fn word(&mut self) -> u16 {
        u16::from_le_bytes([self.byte(), self.byte()])
    }

    pub fn long(&mut self) -> u32 {
        u32::from(self.word()) | u32::from(self.word()) << 16
    }

    /// At most `length` bytes.
    pub fn some(&mut self, length: usize) -> &'a [u8] {
        let (taken, rest) = self.0.split_at(length.min(self.0.len()));
        self.0 = rest;
        taken
    }
}

/// A layout: from JSON when the first byte is `{`, as the catalog keeps it, else from a few bytes.
pub fn layout(bytes: &mut Bytes<'_>) -> Option<FrameLayout> {
    if bytes.0.first() == Some(&b'{') {
        let end = bytes.0.iter().position(|byte| *byte == b'\n').unwrap_or(bytes.0.len());
        let json = bytes.some(end);
        bytes.byte();
        return serde_json::from_slice(json).ok();
    }
    let storages =
        [Storage::Contiguous, Storage::Chunked, Storage::Rows, Storage::PerFrame, Storage::Library, Storage::None];
    let values = [
        ValueType::U8,
        ValueType::I8,
        ValueType::U16,
        ValueType::I16,
        ValueType::U32,
        ValueType::I32,
        ValueType::F32,
        ValueType::F64,
    ];
    let storage = storages[usize::from(bytes.byte()) % storages.len()];
    let value = values[usize::from(bytes.byte()) % values.len()];
    let flags = bytes.byte();
    let order = [PixelOrder::Hw, PixelOrder::Hwc, PixelOrder::Chw, PixelOrder::Hw][usize::from(flags & 3)];
    let encoding =
        if flags & 4 != 0 { Encoding::Coded } else { Encoding::Pixels { value, big_endian: flags & 8 != 0, order } };
    let axes = bytes.byte() % 6;
    let axis = |bytes: &mut Bytes<'_>| match bytes.word() {
        // Some numbers that a file may hold and nobody expects.
        huge @ 0xfff0.. => u64::MAX >> (huge & 0xf) * 4,
        small => u64::from(small),
    };
    let shape: Vec<u64> = (0..axes).map(|_| axis(bytes)).collect();
    let chunk = if flags & 16 != 0 { (0..axes).map(|_| axis(bytes)).collect() } else { Vec::new() };
    let filters = (0..bytes.byte() % 6)
        .map(|_| {
            let id = match bytes.byte() {
                id @ 0..16 => u32::from(id),
                id @ 16..64 => 32_000 + u32::from(id) - 16,
                id => 240 + u32::from(id),
            };
            let count = bytes.byte() % 16;
            StoredFilter { id, name: String::new(), params: (0..count).map(|_| bytes.long()).collect() }
        })
        .collect();
    let members = if flags & 32 != 0 { (0..bytes.byte()).map(|n| n.to_string()).collect() } else { Vec::new() };
    let fill = bytes.byte() % 10;
    let fill = bytes.some(usize::from(fill)).to_vec();
    let palette = if flags & 64 != 0 { usize::from(bytes.byte()) * 3 } else { 0 };
    Some(FrameLayout {
        dataset: "/frames".to_owned(),
        members,
        shape,
        chunk,
        encoding,
        storage,
        filters,
        fill,
        palette: bytes.some(palette).to_vec(),
        white_is_zero: flags & 128 != 0,
        origin: Origin::UpperLeft,
        sources: Vec::new(),
        parts: Vec::new(),
    })
}

/// Most bytes of one frame that are decoded here; the program's own bound is a matter of memory, not of sense.
const MOST_FRAME_BYTES: u64 = 4 << 20;

/// Reads the first frames, one in the middle and the last one, in every way there is.
pub fn read_frames(scratch: &Scratch, layout: &FrameLayout, extents: &Extents) {
    let bytes = |axes: &[u64]| axes.iter().try_fold(8_u64, |product, axis| product.checked_mul(*axis));
    // What overflows is refused before memory is taken; what merely is large only slows the fuzzer.
    let slow = |axes: &[u64]| bytes(axes).is_some_and(|n| n > MOST_FRAME_BYTES && n < 1 << 40);
    if slow(layout.frame_shape()) || slow(&layout.chunk) {
        return;
    }
    let Ok(file) = File::open(scratch.path()) else { return };
    let Ok(identity) = StoreIdentity::of(&file) else { return };
    let store = StoreRef { lake_root: scratch.root(), store: scratch.name, identity };
    let reader = FrameReader::with_cache(None, 1 << 20);
    let frames = layout.frames();
    for frame_idx in [0, 1, frames / 2, frames.saturating_sub(1), frames] {
        let whole = reader.read(&store, layout, extents, frame_idx);
        if let Ok(raster) = &whole {
            let picture = raster.clone().into_rgb(&Look::default());
            assert_eq!(picture.pixels.len(), picture.width_px as usize * picture.height_px as usize * 3);
        }
        if let Ok(small) = reader.thumbnail(&store, layout, extents, frame_idx, (13, 7), &Look::default()) {
            assert!(small.width_px <= 13 && small.height_px <= 7);
            assert_eq!(small.pixels.len(), small.width_px as usize * small.height_px as usize * 3);
        }
        let _ = reader.stored_bytes(&store, layout, extents, frame_idx);
    }
}
