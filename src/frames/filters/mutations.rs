//! Sound streams of every codec, and what becomes of them when they are damaged. The encoders here are as plain as the
//! formats allow; that the decoders read what the codecs' own writers make is tested with files that those wrote.

use proptest::prelude::*;

use super::{tests::*, *};

/// Two blocks of whole groups of eight values.
const LENGTH: usize = 1024;
const BLOCK_BYTES: usize = 512;
const VALUE_BYTES: usize = 4;

/// What compresses one block.
type Encoder = fn(&[u8]) -> Vec<u8>;

fn be(number: usize) -> [u8; 4] {
    u32::try_from(number).unwrap().to_be_bytes()
}

fn le(number: usize) -> [u8; 4] {
    u32::try_from(number).unwrap().to_le_bytes()
}

fn shuffle_bits(block: &[u8]) -> Vec<u8> {
    let values = block.len() / VALUE_BYTES;
    let mut out = vec![0; block.len()];
    for bit in 0..8 * VALUE_BYTES {
        for value in 0..values {
            let set = block[value * VALUE_BYTES + bit / 8] >> (bit % 8) & 1;
            out[bit * values / 8 + value / 8] |= set << (value % 8);
        }
    }
    out
}

fn bitshuffled(data: &[u8], code: Option<Encoder>) -> Vec<u8> {
    let blocks = data.chunks(BLOCK_BYTES).map(shuffle_bits);
    let Some(code) = code else { return blocks.flatten().collect() };
    let mut out = [&(data.len() as u64).to_be_bytes()[..], &be(BLOCK_BYTES)].concat();
    for block in blocks {
        let coded = code(&block);
        out.extend(be(coded.len()));
        out.extend(coded);
    }
    out
}

fn bzip2(data: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut encoder = ::bzip2::read::BzEncoder::new(data, ::bzip2::Compression::fast());
    std::io::Read::read_to_end(&mut encoder, &mut out).unwrap();
    out
}

/// Literals, and runs of one byte as copies from a distance of one; lengths are stored less `bias`.
fn runs(data: &[u8], least: usize, most: usize, bias: usize) -> Vec<u8> {
    let (mut out, mut at) = (Vec::new(), 0);
    while at < data.len() {
        let run = if at == 0 { 0 } else { data[at..].iter().take_while(|byte| **byte == data[at - 1]).count() };
        if run < least {
            out.extend([0, data[at]]);
            at += 1;
            continue;
        }
        let run = run.min(most);
        let length = run - bias;
        if length < 7 {
            out.extend([u8::try_from(length << 5).unwrap(), 0]);
        } else {
            out.extend([7 << 5, u8::try_from(length - 7).unwrap(), 0]);
        }
        at += run;
    }
    out
}

fn lzf(data: &[u8]) -> Vec<u8> {
    runs(data, 3, 200, 2)
}

fn blosclz(data: &[u8]) -> Vec<u8> {
    // A length of 7 there is followed by bytes of which the last one is below 255.
    runs(data, 4, 200, 2)
}

fn snappy(data: &[u8]) -> Vec<u8> {
    snap::raw::Encoder::new().compress_vec(data).unwrap()
}

fn lz4_block(data: &[u8]) -> Vec<u8> {
    lz4_flex::block::compress(data)
}

/// The number of a codec inside Blosc, and its encoder.
type Codec = (u8, Encoder);

const CODECS: [Codec; 5] = [(0, blosclz), (1, lz4_block), (2, snappy), (3, deflate), (4, zstd)];

/// A Blosc chunk with a header of 16 or 32 bytes.
fn blosc(data: &[u8], codec: Codec, step: u8, new: bool) -> Vec<u8> {
    let blocks: Vec<Vec<u8>> = data
        .chunks(BLOCK_BYTES)
        .map(|block| {
            let block = match step {
                1 => shuffle(VALUE_BYTES, block),
                2 => shuffle_bits(block),
                _ => block.to_vec(),
            };
            let coded = codec.1(&block);
            let stored = if coded.len() < block.len() { coded } else { block };
            [&le(stored.len())[..], &stored].concat()
        })
        .collect();
    let flags = if new { 5 } else { [0, 1, 4][usize::from(step)] } | 16 | codec.0 << 5;
    let head = if new { 32 } else { 16 };
    let mut at = head + 4 * blocks.len();
    let stored_bytes = at + blocks.iter().map(Vec::len).sum::<usize>();
    let mut out = vec![if new { 5 } else { 2 }, 1, flags, 4];
    out.extend([data.len(), BLOCK_BYTES, stored_bytes].into_iter().flat_map(le));
    if new {
        out.extend([step, 0, 0, 0, 0, 0]);
        out.resize(head, 0);
    }
    for block in &blocks {
        out.extend(le(at));
        at += block.len();
    }
    out.extend(blocks.concat());
    out
}

/// A frame with one chunk that is an array of 16 × 16 values, in blocks of 8 × 16.
fn blosc2(data: &[u8], codec: Codec, step: u8) -> Vec<u8> {
    let chunk = blosc(data, codec, step, true);
    let number = |n: usize| [&[0xd2][..], &be(n)].concat();
    let mut array = vec![0x97, 0, 2, 0x92];
    for _ in 0..2 {
        array.push(0xd3);
        array.extend(16_u64.to_be_bytes());
    }
    for sides in [[16, 16], [8, 16]] {
        array.push(0x92);
        array.extend(sides.into_iter().flat_map(number));
    }
    let mut header = vec![0; 0x5e];
    header[2..10].copy_from_slice(b"b2frame\0");
    header[0x5d] = 1;
    let content = 0x5e + 10;
    header.extend([0xa4, b'b', b'2', b'n', b'd', 0xd2]);
    header.extend(be(content));
    header.push(0xc6);
    header.extend(be(array.len()));
    header.extend(array);
    let length = header.len();
    header[0x0b..0x0f].copy_from_slice(&be(length));
    header[0x1e..0x26].copy_from_slice(&(data.len() as u64).to_be_bytes());
    header[0x27..0x2f].copy_from_slice(&(chunk.len() as u64).to_be_bytes());
    header[0x3a..0x3e].copy_from_slice(&be(data.len()));
    // The offset of the chunk, copied as it is.
    let mut index = vec![2, 1, 2, 8];
    index.extend([8, 8, 24].into_iter().flat_map(le));
    index.extend([0; 8]);
    [header, chunk, index].concat()
}

/// Blocks of 16 values of 8 bits, each block as it is.
fn szip(data: &[u8]) -> Vec<u8> {
    let mut bits = Vec::new();
    for block in data.chunks(16) {
        bits.extend([true; 3]);
        bits.extend(block.iter().flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1 == 1)));
    }
    let packed =
        bits.chunks(8).map(|bits| bits.iter().enumerate().fold(0, |byte, (at, bit)| byte | u8::from(*bit) << (7 - at)));
    le(data.len()).into_iter().chain(packed).collect()
}

/// Every codec, with the bytes it makes of `data`.
fn streams(data: &[u8]) -> Vec<(StoredFilter, Vec<u8>)> {
    let bitshuffle = |comp| with_params(32_008, &[0, 4, 4, 128, comp]);
    let mut all = vec![
        (filter(1), deflate(data)),
        (with_params(4, &[0, 16, 8, 64]), szip(data)),
        (filter(307), bzip2(data)),
        (filter(32_000), lzf(data)),
        (filter(32_004), lz4(data)),
        (bitshuffle(0), bitshuffled(data, None)),
        (bitshuffle(2), bitshuffled(data, Some(lz4_block))),
        (bitshuffle(3), bitshuffled(data, Some(zstd))),
        (filter(32_015), zstd(data)),
    ];
    for (codec, step) in CODECS.into_iter().flat_map(|codec| (0..3).map(move |step| (codec, step))) {
        all.push((filter(32_001), blosc(data, codec, step, false)));
        all.push((filter(32_026), blosc2(data, codec, step)));
    }
    all
}

/// One way to damage a stream.
#[derive(Debug, Clone)]
enum Damage {
    Set(prop::sample::Index, u8),
    Turn(prop::sample::Index, u8),
    Cut(prop::sample::Index),
    Double(prop::sample::Index, usize),
    Remove(prop::sample::Index, usize),
}

impl Damage {
    fn any() -> impl Strategy<Value = Self> {
        let (at, few) = (any::<prop::sample::Index>(), 1_usize..20);
        prop_oneof![
            (at.clone(), any::<u8>()).prop_map(|(at, byte)| Self::Set(at, byte)),
            (at.clone(), prop::sample::select(vec![0_u8, 1, 127, 128, 255])).prop_map(|(at, byte)| Self::Set(at, byte)),
            (at.clone(), 0_u8..8).prop_map(|(at, bit)| Self::Turn(at, bit)),
            at.clone().prop_map(Self::Cut),
            (at.clone(), few.clone()).prop_map(|(at, count)| Self::Double(at, count)),
            (at, few).prop_map(|(at, count)| Self::Remove(at, count)),
        ]
    }

    /// Headers are where the sizes are: `early` damages only them.
    fn apply(&self, bytes: &mut Vec<u8>, early: bool) {
        if bytes.is_empty() {
            return;
        }
        let most = if early { bytes.len().min(40) } else { bytes.len() };
        match self {
            Self::Set(at, byte) => bytes[at.index(most)] = *byte,
            Self::Turn(at, bit) => bytes[at.index(most)] ^= 1 << bit,
            Self::Cut(at) => bytes.truncate(at.index(most)),
            Self::Double(at, count) => {
                let at = at.index(most);
                let again = bytes[at..].iter().take(*count).copied().collect::<Vec<_>>();
                bytes.splice(at..at, again);
            }
            Self::Remove(at, count) => {
                let at = at.index(most);
                bytes.drain(at..bytes.len().min(at + count));
            }
        }
    }
}

proptest! {
    /// 256 cases of 39 streams each.
    #[test]
    fn damaged_streams_do_no_harm(
        data in prop_oneof![
            prop::collection::vec(0_u8..3, LENGTH),
            prop::collection::vec(any::<u8>(), LENGTH),
            prop::collection::vec((any::<u8>(), 1_usize..100), 40).prop_map(|runs| {
                let mut data: Vec<u8> = runs.into_iter().flat_map(|(byte, count)| vec![byte; count]).collect();
                data.resize(LENGTH, 7);
                data
            }),
        ],
        damage in prop::collection::vec(Damage::any(), 1..5),
        early in any::<bool>(),
        other_length in 0_usize..3000,
    ) {
        for (filter, mut stored) in streams(&data) {
            let mut out = vec![0; LENGTH];
            let result = decode(std::slice::from_ref(&filter), 0, VALUE_BYTES, &stored, &mut out);
            prop_assert!(result.is_ok() && out == data, "{filter:?}: {result:?}");
            let alone = decode_alone(&filter, &stored, 1 << 16);
            prop_assert!(filter.id == 1 || alone.as_ref() == Ok(&data), "{filter:?}: {:?}", alone.err());
            for change in &damage {
                change.apply(&mut stored, early);
            }
            let _ = decode(std::slice::from_ref(&filter), 0, VALUE_BYTES, &stored, &mut out);
            let _ = decode(std::slice::from_ref(&filter), 0, VALUE_BYTES, &stored, &mut vec![0; other_length]);
            if let Ok(alone) = decode_alone(&filter, &stored, 1 << 16) {
                prop_assert!(alone.len() <= 1 << 16);
            }
        }
    }
}

/// Blocks that all point to one stream would be decoded as often as there are blocks.
#[test]
fn blosc_blocks_share_no_bytes() {
    let data: Vec<u8> = (0..LENGTH).map(|at| u8::try_from(at / 2 % 256).unwrap()).collect();
    let mut stored = blosc(&data, CODECS[4], 0, false);
    let mut out = vec![0; LENGTH];
    decode(&[filter(32_001)], 0, 1, &stored, &mut out).unwrap();
    assert_eq!(out, data);
    // One block that is nearly all of the chunk, asked for twice.
    let long = blosc(&data, (4, |block: &[u8]| [zstd(&block[..256]), zstd(&block[256..])].concat()), 0, false);
    assert_eq!(decode(&[filter(32_001)], 0, 1, &long, &mut out), Ok(()));
    let first: [u8; 4] = stored[16..20].try_into().unwrap();
    let second = usize::try_from(u32::from_le_bytes(stored[20..24].try_into().unwrap())).unwrap();
    stored[20..24].copy_from_slice(&first);
    stored.truncate(second);
    stored[12..16].copy_from_slice(&le(second));
    let why = decode(&[filter(32_001)], 0, 1, &stored, &mut out).unwrap_err();
    assert!(why.contains("share bytes"), "{why}");
}

/// What this program does not undo inside Blosc2 is named.
#[test]
fn kinds_of_blosc2_that_are_not_undone_are_named() {
    fn codec(bytes: &mut [u8], number: u8) {
        bytes[2] = bytes[2] & 31 | number << 5;
    }
    type Change = fn(&mut [u8]);
    let data = vec![5; LENGTH];
    let sound = blosc(&data, CODECS[1], 0, true);
    let cases: [(&str, Change); 7] = [
        ("delta filter", |bytes| bytes[16] = 3),
        ("dictionary", |bytes| bytes[31] |= 1),
        ("not stored in the chunk", |bytes| bytes[31] |= 8),
        ("plugin codec 33", |bytes| {
            codec(bytes, 6);
            bytes[22] = 33;
        }),
        ("codec 7", |bytes| codec(bytes, 7)),
        ("bytedelta", |bytes| bytes[16] = 35),
        ("filter 40", |bytes| bytes[16] = 40),
    ];
    for (word, change) in cases {
        let mut bytes = sound.clone();
        change(&mut bytes);
        let why = decode(&[filter(32_001)], 0, VALUE_BYTES, &bytes, &mut vec![0; LENGTH]).unwrap_err();
        assert!(why.contains(word), "{word}: {why}");
    }
}
