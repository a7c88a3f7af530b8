//! Writes stores of the native layout: `/frames` and `/timestamps`.
//!
//! The same input gives the same bytes: no times are kept in the file. A store appears under its name only when it is
//! complete. The HDF5 library takes one lock for the whole process, so the work that costs time (compressing) is done
//! outside of it.

use std::{
    fs,
    path::{Path, PathBuf},
};

use hdf5::{
    Dataset, Dataspace, Datatype, File, FileBuilder,
    plist::dataset_create::{AllocTime, FillTime},
    types::{VarLenArray, VarLenUnicode},
};
use libdeflater::{CompressionLvl, Compressor};
use rayon::prelude::*;

/// Deflate level of compressed frames: higher ones cost much time for little.
const DEFLATE_LEVEL: i32 = 6;

/// How a new store keeps its frames.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StoreLayout {
    /// `/frames` (N) of variable-length uint8: one JPEG file a row.
    Jpeg,
    /// `/frames` uint8 (N, H, W, 3), one deflated chunk a frame.
    Gzip,
    /// `/frames` uint8 (N, H, W, 3) in one piece.
    Raw,
    /// No `/frames`: `/timestamps` alone.
    TimesOnly,
}

/// What a new store holds.
#[derive(Debug, Clone)]
pub struct StoreSpec {
    /// How frames are kept.
    pub layout: StoreLayout,
    /// Width in pixels.
    pub width_px: u32,
    /// Height in pixels.
    pub height_px: u32,
    /// Number of frames that will be written.
    pub frames: u64,
    /// Frames a second, kept as an attribute.
    pub rate_hz: f64,
    /// Further attributes of the file, as text.
    pub attributes: Vec<(String, String)>,
}

/// Why a store could not be written.
#[derive(Debug, thiserror::Error)]
pub enum WriteStoreError {
    /// The file could not be made, renamed or removed.
    #[error("could not write {path}: {source}; check that the folder exists, is writable and has room")]
    File {
        /// The file.
        path: PathBuf,
        /// The operating system's answer.
        source: std::io::Error,
    },
    /// The HDF5 library refused.
    #[error("could not write {object} of {path}: {source}")]
    Hdf5 {
        /// The file.
        path: PathBuf,
        /// The dataset or attribute.
        object: String,
        /// The library's answer.
        source: hdf5::Error,
    },
    /// Frames do not have the size or number that the store was made for.
    #[error("{path}: {what}")]
    Mismatch {
        /// The file.
        path: PathBuf,
        /// What does not fit.
        what: String,
    },
}

/// A store under work; dropped before [`Self::finish`] it leaves nothing behind.
pub struct StoreWriter {
    path: PathBuf,
    part: PathBuf,
    spec: StoreSpec,
    file: Option<File>,
    frames: Option<Dataset>,
    written: u64,
}

impl StoreWriter {
    /// Begins the store `path`; until it is finished the file is called `<name>.part`.
    ///
    /// # Errors
    /// When the file or its datasets cannot be made.
    pub fn create(path: &Path, spec: StoreSpec) -> Result<Self, WriteStoreError> {
        let mut name = path.file_name().unwrap_or_default().to_os_string();
        name.push(".part");
        let part = path.with_file_name(name);
        let file = FileBuilder::new()
            .with_fcpl(|list| list.obj_track_times(false))
            .create(&part)
            .map_err(|source| WriteStoreError::Hdf5 { path: path.to_owned(), object: "the file".to_owned(), source })?;
        let mut writer = Self { path: path.to_owned(), part, spec, file: Some(file), frames: None, written: 0 };
        writer.prepare().map_err(|source| writer.hdf5("/frames", source))?;
        Ok(writer)
    }

    fn hdf5(&self, object: &str, source: hdf5::Error) -> WriteStoreError {
        WriteStoreError::Hdf5 { path: self.path.clone(), object: object.to_owned(), source }
    }

    fn mismatch(&self, what: impl Into<String>) -> WriteStoreError {
        WriteStoreError::Mismatch { path: self.path.clone(), what: what.into() }
    }

    /// Makes the attributes and the empty `/frames`.
    fn prepare(&mut self) -> hdf5::Result<()> {
        let Some(file) = &self.file else { return Ok(()) };
        file.new_attr::<f64>().create("rate_hz")?.write_scalar(&self.spec.rate_hz)?;
        for (name, value) in &self.spec.attributes {
            // Text without a zero byte always fits.
            let text: VarLenUnicode = value.replace('\0', " ").parse().unwrap_or_default();
            file.new_attr::<VarLenUnicode>().create(name.as_str())?.write_scalar(&text)?;
        }
        let shape = self.shape(self.spec.frames);
        self.frames = match self.spec.layout {
            StoreLayout::TimesOnly => None,
            StoreLayout::Jpeg => {
                Some(file.new_dataset::<VarLenArray<u8>>().obj_track_times(false).shape(shape[0]).create("frames")?)
            }
            StoreLayout::Gzip => {
                let mut chunk = shape;
                chunk[0] = 1;
                let level = u8::try_from(DEFLATE_LEVEL).unwrap_or(6);
                let builder = file.new_dataset::<u8>().obj_track_times(false).deflate(level).chunk(chunk);
                Some(builder.shape(shape).create("frames")?)
            }
            StoreLayout::Raw => {
                let builder = file.new_dataset::<u8>().obj_track_times(false).no_chunk();
                let builder = builder.alloc_time(Some(AllocTime::Early)).fill_time(FillTime::Never);
                Some(builder.shape(shape).create("frames")?)
            }
        };
        Ok(())
    }

    fn shape(&self, frames: u64) -> [usize; 4] {
        [to_usize(frames), self.spec.width_height().1, self.spec.width_height().0, 3]
    }

    /// Appends frames to a [`StoreLayout::Jpeg`] store: one whole JPEG file each.
    ///
    /// # Errors
    /// When the store has another layout, too many frames arrive, or the library refuses.
    pub fn append_jpeg<B: AsRef<[u8]>>(&mut self, files: &[B]) -> Result<(), WriteStoreError> {
        self.expect(StoreLayout::Jpeg, files.len())?;
        let Some(dataset) = &self.frames else { return Ok(()) };
        let start = to_usize(self.written);
        let rows: Vec<VarLenArray<u8>> = files.iter().map(|file| VarLenArray::from_slice(file.as_ref())).collect();
        dataset.write_slice(&rows, start..start + rows.len()).map_err(|source| self.hdf5("/frames", source))?;
        self.written += files.len() as u64;
        Ok(())
    }

    /// Appends frames to a [`StoreLayout::Gzip`] or [`StoreLayout::Raw`] store: `height * width * 3` RGB bytes each.
    ///
    /// # Errors
    /// When the store has another layout, a frame has the wrong size, too many arrive, or the library refuses.
    pub fn append_pixels<B: AsRef<[u8]> + Sync>(&mut self, frames: &[B]) -> Result<(), WriteStoreError> {
        let layout = if self.spec.layout == StoreLayout::Gzip { StoreLayout::Gzip } else { StoreLayout::Raw };
        self.expect(layout, frames.len())?;
        let (width, height) = self.spec.width_height();
        if let Some(odd) = frames.iter().find(|frame| frame.as_ref().len() != width * height * 3) {
            return Err(self.mismatch(format!("a frame of {} bytes is not {width} x {height} x 3", odd.as_ref().len())));
        }
        let Some(dataset) = &self.frames else { return Ok(()) };
        let done = if layout == StoreLayout::Gzip {
            write_chunks(dataset, self.written, frames)
        } else {
            self.write_plain(dataset, frames)
        };
        done.map_err(|source| self.hdf5("/frames", source))?;
        self.written += frames.len() as u64;
        Ok(())
    }

    fn write_plain<B: AsRef<[u8]>>(&self, dataset: &Dataset, frames: &[B]) -> hdf5::Result<()> {
        let start = to_usize(self.written);
        let bytes: Vec<u8> = frames.iter().flat_map(AsRef::as_ref).copied().collect();
        let memory = Dataspace::try_new(self.shape(frames.len() as u64))?;
        let file = dataset.space()?.select((start..start + frames.len(), .., .., ..))?;
        let kind = Datatype::from_type::<u8>()?;
        hdf5::sync::sync(|| {
            // SAFETY: all ids are alive for the call, `memory` describes exactly the `frames * H * W * 3` bytes of
            // `bytes` (each frame's length was checked), and `kind` is one byte wide.
            hdf5::h5check(unsafe {
                hdf5_sys::h5d::H5Dwrite(
                    dataset.id(),
                    kind.id(),
                    memory.id(),
                    file.id(),
                    hdf5_sys::h5p::H5P_DEFAULT,
                    bytes.as_ptr().cast(),
                )
            })
        })?;
        Ok(())
    }

    fn expect(&self, layout: StoreLayout, more: usize) -> Result<(), WriteStoreError> {
        if self.spec.layout != layout {
            return Err(self.mismatch(format!("a {:?} store cannot take {layout:?} frames", self.spec.layout)));
        }
        if self.written + more as u64 > self.spec.frames {
            return Err(self.mismatch(format!("more than the announced {} frames", self.spec.frames)));
        }
        Ok(())
    }

    /// Writes `/timestamps` (ns UTC), closes the file and gives it its name.
    ///
    /// # Errors
    /// When frames are missing, the number of times differs, or the file cannot be completed.
    pub fn finish(mut self, timestamps_ns: &[i64]) -> Result<(), WriteStoreError> {
        let expected = self.spec.frames;
        if timestamps_ns.len() as u64 != expected {
            return Err(self.mismatch(format!("{} times for {expected} frames", timestamps_ns.len())));
        }
        if self.spec.layout != StoreLayout::TimesOnly && self.written != expected {
            return Err(self.mismatch(format!("only {} of {expected} frames were written", self.written)));
        }
        self.write_times(timestamps_ns).map_err(|source| self.hdf5("/timestamps", source))?;
        self.frames = None;
        if let Some(file) = self.file.take() {
            file.close().map_err(|source| self.hdf5("the file", source))?;
        }
        fs::rename(&self.part, &self.path).map_err(|source| WriteStoreError::File { path: self.path.clone(), source })
    }

    fn write_times(&self, timestamps_ns: &[i64]) -> hdf5::Result<()> {
        let Some(file) = &self.file else { return Ok(()) };
        let dataset =
            file.new_dataset::<i64>().obj_track_times(false).shape(timestamps_ns.len()).create("timestamps")?;
        dataset.write_raw(timestamps_ns)?;
        let unit: VarLenUnicode = "ns since 1970-01-01T00:00:00Z".parse().unwrap_or_default();
        dataset.new_attr::<VarLenUnicode>().create("units")?.write_scalar(&unit)
    }
}

impl Drop for StoreWriter {
    fn drop(&mut self) {
        self.frames = None;
        if self.file.take().is_some() {
            let _ = fs::remove_file(&self.part);
        }
    }
}

impl StoreSpec {
    fn width_height(&self) -> (usize, usize) {
        (self.width_px as usize, self.height_px as usize)
    }
}

/// Compresses on all cores, then hands the finished chunks to the library in order.
fn write_chunks<B: AsRef<[u8]> + Sync>(dataset: &Dataset, first: u64, frames: &[B]) -> hdf5::Result<()> {
    let chunks: Vec<Vec<u8>> = frames.par_iter().map(|frame| deflate(frame.as_ref())).collect::<hdf5::Result<_>>()?;
    for (index, chunk) in (first..).zip(&chunks) {
        let offset = [index, 0, 0, 0];
        hdf5::sync::sync(|| {
            // SAFETY: the dataset is alive and has four axes as `offset` does, the library reads `chunk.len()` bytes
            // from `chunk`, and filter mask 0 says that all filters (deflate alone) were applied.
            hdf5::h5check(unsafe {
                hdf5_sys::h5d::H5Dwrite_chunk(
                    dataset.id(),
                    hdf5_sys::h5p::H5P_DEFAULT,
                    0,
                    offset.as_ptr(),
                    chunk.len(),
                    chunk.as_ptr().cast(),
                )
            })
        })?;
    }
    Ok(())
}

/// A zlib stream, as the deflate filter of HDF5 stores it.
fn deflate(bytes: &[u8]) -> hdf5::Result<Vec<u8>> {
    let level = CompressionLvl::new(DEFLATE_LEVEL).unwrap_or_default();
    let mut compressor = Compressor::new(level);
    let mut stream = vec![0; compressor.zlib_compress_bound(bytes.len())];
    let length = compressor
        .zlib_compress(bytes, &mut stream)
        .map_err(|_| hdf5::Error::from("a frame did not fit the bound of its compressed size"))?;
    stream.truncate(length);
    Ok(stream)
}

fn to_usize(count: u64) -> usize {
    usize::try_from(count).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spec(layout: StoreLayout) -> StoreSpec {
        let attributes = vec![("camera".to_owned(), "front".to_owned())];
        StoreSpec { layout, width_px: 16, height_px: 9, frames: 5, rate_hz: 10.0, attributes }
    }

    fn frames() -> Vec<Vec<u8>> {
        (0..5_u32).map(|frame| (0..16 * 9 * 3_u32).map(|at| ((at * 7 + frame * 31) % 251) as u8).collect()).collect()
    }

    fn write(path: &Path, layout: StoreLayout) {
        let mut writer = StoreWriter::create(path, spec(layout)).unwrap();
        let frames = frames();
        // In two parts, as long stores are written.
        for part in [&frames[..2], &frames[2..]] {
            match layout {
                StoreLayout::Jpeg => writer.append_jpeg(part).unwrap(),
                StoreLayout::Gzip | StoreLayout::Raw => writer.append_pixels(part).unwrap(),
                StoreLayout::TimesOnly => {}
            }
        }
        writer.finish(&[10, 20, 30, 40, 50]).unwrap();
    }

    #[test]
    fn the_library_reads_what_was_written() {
        let dir = tempfile::tempdir().unwrap();
        for layout in [StoreLayout::Jpeg, StoreLayout::Gzip, StoreLayout::Raw, StoreLayout::TimesOnly] {
            let path = dir.path().join(format!("{layout:?}.h5"));
            write(&path, layout);
            let file = File::open(&path).unwrap();
            assert_eq!(file.dataset("timestamps").unwrap().read_raw::<i64>().unwrap(), [10, 20, 30, 40, 50]);
            assert_eq!(file.attr("rate_hz").unwrap().read_scalar::<f64>().unwrap().to_bits(), 10.0_f64.to_bits());
            let expected = frames();
            match layout {
                StoreLayout::TimesOnly => assert!(file.dataset("frames").is_err()),
                StoreLayout::Jpeg => {
                    let rows = file.dataset("frames").unwrap().read_raw::<VarLenArray<u8>>().unwrap();
                    assert!(rows.iter().zip(&expected).all(|(row, frame)| row.as_slice() == frame.as_slice()));
                    assert_eq!(rows.len(), 5);
                }
                StoreLayout::Gzip | StoreLayout::Raw => {
                    let dataset = file.dataset("frames").unwrap();
                    assert_eq!(dataset.shape(), [5, 9, 16, 3]);
                    assert_eq!(dataset.chunk().is_some(), layout == StoreLayout::Gzip);
                    assert_eq!(dataset.read_raw::<u8>().unwrap(), expected.concat());
                }
            }
        }
    }

    #[test]
    fn the_same_input_gives_the_same_bytes() {
        let dir = tempfile::tempdir().unwrap();
        for layout in [StoreLayout::Jpeg, StoreLayout::Gzip, StoreLayout::Raw, StoreLayout::TimesOnly] {
            let (first, second) = (dir.path().join("first.h5"), dir.path().join("second.h5"));
            write(&first, layout);
            std::thread::sleep(std::time::Duration::from_millis(1100));
            write(&second, layout);
            assert!(fs::read(&first).unwrap() == fs::read(&second).unwrap(), "{layout:?} differs");
        }
    }

    #[test]
    fn an_unfinished_store_leaves_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.h5");
        let mut writer = StoreWriter::create(&path, spec(StoreLayout::Raw)).unwrap();
        assert!(writer.append_pixels(&[vec![0_u8; 3]]).is_err(), "a frame of the wrong size");
        assert!(writer.append_jpeg(&[vec![0_u8; 3]]).is_err(), "the wrong layout");
        writer.append_pixels(&frames()).unwrap();
        assert!(writer.append_pixels(&frames()).is_err(), "too many frames");
        assert!(dir.path().join("a.h5.part").exists());
        assert!(writer.finish(&[1, 2]).is_err(), "too few times");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
    }
}
