//! Names of registered HDF5 filters, for people.
//!
//! Source: the list of registered filter plugins of The HDF Group.

use super::{Filter, StoredFilter};

/// Filters that nobody here undoes, by their registered numbers.
const OTHERS: [(u32, &str); 30] = [
    (5, "nbit"),
    (6, "scaleoffset"),
    (257, "hpss-lzf"),
    (258, "hpss-bzip2"),
    (305, "lzo"),
    (32_002, "mafisc"),
    (32_003, "snappy"),
    (32_005, "apax"),
    (32_006, "cbf"),
    (32_007, "jpeg-xr"),
    (32_009, "spdp"),
    (32_010, "lpc-rice"),
    (32_011, "ccsds-123"),
    (32_012, "jpeg-ls"),
    (32_013, "zfp"),
    (32_014, "fpzip"),
    (32_016, "b3d"),
    (32_017, "sz"),
    (32_018, "fcidecomp"),
    (32_019, "jpeg"),
    (32_020, "vbz"),
    (32_021, "fapec"),
    (32_022, "bitgroom"),
    (32_023, "granular bitround"),
    (32_024, "sz3"),
    (32_025, "delta-rice"),
    (32_027, "flac"),
    (32_028, "sperr"),
    (32_029, "trpx"),
    (32_030, "ffmpeg"),
];

/// A short name for the way values are stored: `gzip`, `lzf`, … or `raw`.
#[must_use]
pub fn kind(filters: &[StoredFilter]) -> String {
    let name = |filter: &StoredFilter| match Filter::of(filter.id) {
        Some(Filter::Shuffle | Filter::Fletcher32) => None,
        _ => Some(name(filter.id)),
    };
    filters.iter().rev().find_map(name).unwrap_or_else(|| "raw".to_owned())
}

/// The name of one filter; its number where it has none here.
#[must_use]
pub fn name(id: u32) -> String {
    let known = match Filter::of(id) {
        Some(Filter::Deflate) => "gzip",
        Some(Filter::Shuffle) => "shuffle",
        Some(Filter::Fletcher32) => "fletcher32",
        Some(Filter::Szip) => "szip",
        Some(Filter::Bzip2) => "bzip2",
        Some(Filter::Lzf) => "lzf",
        Some(Filter::Blosc) => "blosc",
        Some(Filter::Lz4) => "lz4",
        Some(Filter::Bitshuffle) => "bitshuffle",
        Some(Filter::Zstd) => "zstd",
        Some(Filter::Blosc2) => "blosc2",
        None => match OTHERS.iter().find(|(number, _)| *number == id) {
            Some((_, name)) => *name,
            None => return format!("filter {id}"),
        },
    };
    known.to_owned()
}
