//! Pipelines of filters, sound, damaged and foreign.

use proptest::prelude::*;

use super::*;

const DEFLATE: u32 = 1;
const SHUFFLE: u32 = 2;
const LZ4: u32 = 32_004;
const BITSHUFFLE: u32 = 32_008;
const ZSTD: u32 = 32_015;
/// Every filter that is undone here.
const ALL: [u32; 11] = [1, 2, 3, 4, 307, 32_000, 32_001, LZ4, BITSHUFFLE, ZSTD, 32_026];

pub(super) fn with_params(id: u32, params: &[u32]) -> StoredFilter {
    StoredFilter { id, name: String::new(), params: params.to_vec() }
}

pub(super) fn filter(id: u32) -> StoredFilter {
    with_params(id, &[])
}

pub(super) fn deflate(data: &[u8]) -> Vec<u8> {
    let mut compressor = libdeflater::Compressor::new(libdeflater::CompressionLvl::new(4).unwrap());
    let mut out = vec![0; compressor.zlib_compress_bound(data.len())];
    let length = compressor.zlib_compress(data, &mut out).unwrap();
    out.truncate(length);
    out
}

pub(super) fn zstd(data: &[u8]) -> Vec<u8> {
    let mut out = vec![0; zstd_safe::compress_bound(data.len())];
    let length = zstd_safe::compress(&mut out[..], data, 3).unwrap();
    out.truncate(length);
    out
}

/// As the HDF5 filter writes it, with blocks of 100 bytes.
pub(super) fn lz4(data: &[u8]) -> Vec<u8> {
    let mut out = (data.len() as u64).to_be_bytes().to_vec();
    out.extend(100_u32.to_be_bytes());
    for part in data.chunks(100) {
        let coded = lz4_flex::block::compress(part);
        let stored = if coded.len() < part.len() { &coded } else { part };
        out.extend(u32::try_from(stored.len()).unwrap().to_be_bytes());
        out.extend(stored);
    }
    out
}

pub(super) fn shuffle(value_bytes: usize, data: &[u8]) -> Vec<u8> {
    let count = data.len() / value_bytes;
    let mut out: Vec<u8> =
        (0..value_bytes).flat_map(|byte| (0..count).map(move |v| data[v * value_bytes + byte])).collect();
    out.extend(&data[count * value_bytes..]);
    out
}

fn with_checksum(mut data: Vec<u8>) -> Vec<u8> {
    let sum = fletcher32::sum(&data);
    data.extend(sum.to_le_bytes());
    data
}

fn store(ids: &[u32], value_bytes: usize, data: &[u8]) -> Vec<u8> {
    ids.iter().fold(data.to_vec(), |data, id| match *id {
        DEFLATE => deflate(&data),
        SHUFFLE => shuffle(value_bytes, &data),
        LZ4 => lz4(&data),
        ZSTD => zstd(&data),
        _ => with_checksum(data),
    })
}

#[test]
fn refuses_what_does_not_fit() {
    let data: Vec<u8> = (0..1000_u32).map(|i| (i % 7) as u8).collect();
    let mut out = vec![0; 1000];
    for id in [DEFLATE, LZ4, ZSTD] {
        let stored = store(&[id], 1, &data);
        assert!(decode(&[filter(id)], 0, 1, &stored, &mut out[..999]).is_err(), "{id}: too long");
        assert!(decode(&[filter(id)], 0, 1, &stored, &mut vec![0; 1001]).is_err(), "{id}: too short");
        assert!(decode(&[filter(id)], 0, 1, &stored[1..], &mut out).is_err(), "{id}: damaged");
        assert!(decode(&[filter(id)], 0, 1, &stored[..stored.len() - 5], &mut out).is_err(), "{id}: cut");
        assert!(decode(&[filter(id)], 0, 1, &stored, &mut out).is_ok() && out == data, "{id}");
    }
    let mut summed = with_checksum(data.clone());
    assert!(decode(&[filter(3)], 0, 1, &summed, &mut out).is_ok());
    assert!(decode(&[filter(3)], 1, 1, &data, &mut out).is_ok(), "the mask skips the filter");
    summed[5] ^= 1;
    assert!(decode(&[filter(3)], 0, 1, &summed, &mut out).unwrap_err().contains("checksum"));
    assert!(decode(&[filter(32_013)], 0, 1, &data, &mut out).unwrap_err().contains("zfp (number 32013)"));
    assert!(decode(&[], 0, 1, &data[1..], &mut out).is_err());
}

#[test]
fn tells_which_pipelines_it_undoes() {
    let cases: [(&[u32], Option<u32>); 7] = [
        (&[2, 1, 3], None),
        (&[2, 32_004, 32_015], None),
        (&[1, 32_015, 3], None),
        (&[32_015, 1], Some(1)),
        (&[1, 1], Some(1)),
        (&[2, 6], Some(6)),
        (&[99], Some(99)),
    ];
    for (ids, expected) in cases {
        let filters: Vec<_> = ids.iter().map(|id| filter(*id)).collect();
        assert_eq!(unknown(&filters).map(|f| f.id), expected, "{ids:?}");
    }
    assert_eq!(unknown(&[with_params(BITSHUFFLE, &[0, 4, 2, 0, 9])]).map(|f| f.id), Some(BITSHUFFLE));
    assert_eq!(kind(&[filter(2), filter(32_015), filter(3)]), "zstd");
    assert_eq!((kind(&[filter(2)]), name(32_020), name(77)), ("raw".into(), "vbz".into(), "filter 77".into()));
}

#[test]
fn declared_lengths_are_not_trusted() {
    // An inner compression whose outer one declares too much, and chunks that declare more than there is room for.
    let data = vec![7; 100];
    let mut stored = store(&[DEFLATE, LZ4], 1, &data);
    let mut out = vec![0; 100];
    decode(&[filter(DEFLATE), filter(LZ4)], 0, 1, &stored, &mut out).unwrap();
    stored[3] = 1;
    let what = decode(&[filter(DEFLATE), filter(LZ4)], 0, 1, &stored, &mut out).unwrap_err();
    assert!(what.contains("too many for its chunk"), "{what}");
    assert!(decode_alone(&filter(LZ4), &stored, 1 << 20).unwrap_err().contains("declares more"));
    assert_eq!(decode_alone(&filter(ZSTD), &zstd(&data), 1 << 20).unwrap(), data);
    assert!(decode_alone(&filter(ZSTD), &zstd(&data), 99).is_err());
}

#[test]
fn lzf_copies_overlapping_runs() {
    // Two literals, then 12 more copied from a distance of 2.
    let mut out = [0; 14];
    lzf::decode(&[1, b'a', b'b', 7 << 5, 3, 1], &mut out).unwrap();
    assert_eq!(&out, b"ababababababab");
    assert!(lzf::decode(&[1, b'a', b'b', 7 << 5, 3, 5], &mut out).is_err(), "before the start");
    assert!(lzf::decode(&[1, b'a'], &mut out).is_err(), "ends early");
}

/// Sizes of values that no image has, as the HDF5 library writes them with libaec: 30 values in lines of 15.
#[test]
fn szip_of_odd_sizes() {
    for (options, block, bits, high_byte_first, stored) in [
        (
            169,
            8,
            24,
            false,
            "780000009000000550d8ab08ca9094945a0e2246e7d5112b525155a647951c5f5b96435360b9cfe4f7b600004c0ddb47d8e2e7d9\
             38166d8da3456b023b30972e6604",
        ),
        (
            149,
            8,
            24,
            true,
            "780000008d221a400005584ca915f2613418a267d53900644d2463090c280e2891dcb25a70e734d291000013a92bddb450270a57\
             c43154752662890f6e640fff62aabfffffffffffffffffff8000",
        ),
        (
            169,
            4,
            20,
            false,
            "78000000880000248ab099522525490d2d07112373ea8895a9ee991eaa38bf5b9b21aa249ec1773f97bdb000048ddb4558b9f49c\
             0a6d8df3468a7581136612f9733010",
        ),
        (169, 8, 12, false, "3c000000f0005615797c95f148df54bfef6e1501a2486a58f7f25bb000f6d18c15f19394997ee6128cc040"),
    ] {
        let stored: Vec<u8> =
            (0..stored.len() / 2).map(|at| u8::from_str_radix(&stored[2 * at..2 * at + 2], 16).unwrap()).collect();
        let bytes = if bits > 16 { 4 } else { 2 };
        let mut out = vec![0; 30 * bytes];
        decode(&[with_params(4, &[options, block, bits, 15])], 0, bytes, &stored, &mut out).unwrap();
        for (at, value) in (0_u32..).zip(out.chunks(bytes)) {
            let found = if high_byte_first {
                value.iter().fold(0, |all, byte| all << 8 | u32::from(*byte))
            } else {
                value.iter().rev().fold(0, |all, byte| all << 8 | u32::from(*byte))
            };
            let written = if at < 22 { (at * at * 1009 + at % 5 * 70_000) % (1 << bits) } else { 4095 };
            assert_eq!(found, written, "{bits} bits, value {at}");
        }
    }
}

/// Blosc headers that are not sound, over blocks of a sound chunk of 300 bytes that is copied as it is.
#[test]
fn blosc_headers_are_checked() {
    let chunk = |length: u32, block: u32, stored: u32| {
        let mut bytes = vec![2, 1, 2, 1];
        bytes.extend([length, block, stored].into_iter().flat_map(u32::to_le_bytes));
        bytes.extend((0..300).map(|i| u8::try_from(i % 256).unwrap()));
        bytes
    };
    let read = |bytes: &[u8]| {
        let mut out = vec![0; 300];
        decode(&[filter(32_001)], 0, 1, bytes, &mut out).map(|()| out)
    };
    assert!(read(&chunk(300, 64, 316)).unwrap()[..] == chunk(0, 0, 0)[16..]);
    for (length, block, stored) in [(299, 64, 316), (300, 0, 316), (300, 64, 15), (300, 64, 315), (300, 64, 317)] {
        assert!(read(&chunk(length, block, stored)).is_err(), "{length} {block} {stored}");
    }
    assert!(read(&chunk(300, u32::MAX, 316)).is_ok(), "a block longer than the chunk is the chunk");
}

proptest! {
    #[test]
    fn undoes_every_pipeline(
        data in prop::collection::vec(any::<u8>(), 0..3000),
        ids in prop::collection::vec(prop::sample::select(vec![1_u32, 2, 3, LZ4, ZSTD]), 0..5),
        value_bytes in 1_usize..10,
    ) {
        let filters: Vec<_> = ids.iter().map(|id| filter(*id)).collect();
        prop_assume!(unknown(&filters).is_none());
        let stored = store(&ids, value_bytes, &data);
        let mut out = vec![0; data.len()];
        decode(&filters, 0, value_bytes, &stored, &mut out).unwrap();
        prop_assert_eq!(out, data);
    }

    #[test]
    fn never_panics_on_foreign_bytes(
        stored in prop::collection::vec(any::<u8>(), 0..300),
        filters in prop::collection::vec(
            (prop::sample::select(ALL.to_vec()), prop::collection::vec(0_u32..100, 0..6)), 0..4),
        mask in any::<u32>(),
        length in 0_usize..2000,
    ) {
        let filters: Vec<_> = filters.iter().map(|(id, params)| with_params(*id, params)).collect();
        let _ = decode(&filters, mask, 4, &stored, &mut vec![0; length]);
        for one in &filters {
            let _ = decode_alone(one, &stored, 1 << 16);
        }
    }

    #[test]
    fn foreign_bytes_behind_a_sound_header_do_no_harm(
        kind in 0_usize..5,
        codec in 0_u8..7,
        flags in 0_u8..32,
        value_bytes in 1_u8..20,
        block in 1_u32..600,
        body in prop::collection::vec(prop_oneof![Just(0_u8), 0_u8..40, any::<u8>()], 0..300),
    ) {
        let length = 512_usize;
        let stored_bytes = u32::try_from(body.len()).unwrap();
        let (filter, head): (_, Vec<u8>) = match kind {
            0 => (filter(LZ4), [&512_u64.to_be_bytes()[..], &block.to_be_bytes()].concat()),
            1 | 2 => {
                let comp = if kind == 1 { 2 } else { 3 };
                let block = (block / 8 + 1) * 8 * u32::from(value_bytes);
                let params = [0, 4, u32::from(value_bytes), 0, comp];
                (with_params(BITSHUFFLE, &params), [&512_u64.to_be_bytes()[..], &block.to_be_bytes()].concat())
            }
            3 => {
                let mut head = vec![flags % 6, 1, codec << 5 | flags, value_bytes];
                head.extend([512, block, stored_bytes + 16].into_iter().flat_map(u32::to_le_bytes));
                (self::filter(32_001), head)
            }
            _ => {
                let bits = [8, 16, 24, 32, 64, 12][usize::from(codec) % 6];
                (with_params(4, &[u32::from(flags) * 8, block % 65, bits, block]), 512_u32.to_le_bytes().to_vec())
            }
        };
        let stored = [head, body].concat();
        let mut out = vec![0; length];
        let _ = decode(&[filter], 0, 4, &stored, &mut out);
    }

    #[test]
    fn one_changed_byte_does_no_harm(
        data in prop::collection::vec(0_u8..4, 1..2000),
        id in prop::sample::select(vec![DEFLATE, LZ4, ZSTD]),
        at in any::<prop::sample::Index>(),
        byte in any::<u8>(),
    ) {
        let mut stored = store(&[id], 1, &data);
        let at = at.index(stored.len());
        stored[at] = byte;
        let _ = decode(&[filter(id)], 0, 1, &stored, &mut vec![0; data.len()]);
    }
}
