//! Counting rows by their codes: those that match now and did not, less those that matched and do not.

use rayon::prelude::*;

use super::coded::{Codes, Lane};
use crate::filter::frame_set::WORD_ROWS;

/// Words that are looked at before the next lane is: 32,768 rows, whose places fit 16 bits and whose codes stay in a near
/// cache.
const BLOCK_WORDS: usize = 512;
/// Tables that counts of one lane are spread over. Neighbouring rows often have one code, and an addition to a number
/// has to wait for the one before it.
const TABLES: usize = 4;

/// Changes of the counts of one lane while they are collected.
enum Tally {
    Narrow(Box<[[i32; 256]; TABLES]>),
    Wide(Vec<i32>),
}

/// How the count of each code of each lane changes when `now` match instead of `before`; from nothing without a before.
pub(super) fn changes(lanes: &[&Lane], before: Option<&[usize]>, now: &[usize]) -> Vec<Vec<i64>> {
    // A few pieces for each thread: the counts of a piece fit 32 bits, as rows do.
    let pieces = rayon::current_num_threads().max(1) * 4;
    let words = now.len().div_ceil(pieces).next_multiple_of(BLOCK_WORDS).max(BLOCK_WORDS);
    let begun = || lanes.iter().map(|lane| vec![0; lane.totals.len()]).collect::<Vec<Vec<i64>>>();
    let piece = |(at, now): (usize, &[usize])| {
        let first = at * words;
        let before = before.map(|before| &before[first..first + now.len()]);
        let mut tallies: Vec<Tally> = lanes.iter().map(|lane| Tally::new(lane)).collect();
        collect(lanes, &mut tallies, first, before, now);
        lanes.iter().zip(&tallies).map(|(lane, tally)| tally.sums(lane.totals.len())).collect::<Vec<_>>()
    };
    let join = |mut a: Vec<Vec<i64>>, b: Vec<Vec<i64>>| {
        a.iter_mut().zip(&b).for_each(|(a, b)| a.iter_mut().zip(b).for_each(|(a, b)| *a += b));
        a
    };
    now.par_chunks(words).enumerate().map(piece).reduce(begun, join)
}

fn collect(lanes: &[&Lane], tallies: &mut [Tally], first: usize, before: Option<&[usize]>, now: &[usize]) {
    let (mut came, mut left) = ([0; BLOCK_WORDS], [0; BLOCK_WORDS]);
    let mut places = Vec::with_capacity(BLOCK_WORDS * WORD_ROWS);
    for (block, now) in now.chunks(BLOCK_WORDS).enumerate() {
        let begin = block * BLOCK_WORDS;
        let came: &[usize] = if let Some(before) = before {
            let before = &before[begin..begin + now.len()];
            for ((came, left), (before, now)) in came.iter_mut().zip(&mut left).zip(before.iter().zip(now)) {
                *came = now & !before;
                *left = before & !now;
            }
            &came[..now.len()]
        } else {
            now
        };
        let left = if before.is_some() { &left[..now.len()] } else { &[] };
        let row = (first + begin) * WORD_ROWS;
        for (words, step) in [(came, 1), (left, -1)] {
            let count = words.iter().map(|word| word.count_ones() as usize).sum::<usize>();
            if count == 0 {
                continue;
            }
            let dense = count * 4 > words.len() * WORD_ROWS * 3;
            if !dense || lanes.iter().any(|lane| matches!(lane.codes, Codes::Wide(_))) {
                list(words, &mut places);
            }
            for (lane, tally) in lanes.iter().zip(&mut *tallies) {
                match (&lane.codes, tally) {
                    (Codes::Narrow(codes), Tally::Narrow(tables)) if dense => {
                        narrow(&codes[row..], words, tables, step);
                    }
                    (Codes::Narrow(codes), Tally::Narrow(tables)) => listed(&codes[row..], &places, tables, step),
                    (Codes::Wide(codes), Tally::Wide(table)) => {
                        let codes = places.iter().filter_map(|place| codes[row..].get(usize::from(*place)));
                        codes.for_each(|code| table[usize::from(*code)] += step);
                    }
                    _ => {}
                }
            }
        }
    }
}

/// Many rows: whole words are counted, less the rows that are missing in them.
fn narrow(codes: &[u8], words: &[usize], tables: &mut [[i32; 256]; TABLES], step: i32) {
    for (word, codes) in words.iter().zip(codes.chunks(WORD_ROWS)) {
        let whole = codes.len() == WORD_ROWS && word.count_ones() > 40;
        if whole {
            for codes in codes.as_chunks::<TABLES>().0 {
                for (table, code) in tables.iter_mut().zip(codes) {
                    table[usize::from(*code)] += step;
                }
            }
        }
        let (mut word, step) = if whole { (!word, -step) } else { (*word, step) };
        let mut turn = 0;
        while word != 0 {
            if let Some(code) = codes.get(word.trailing_zeros() as usize) {
                tables[turn % TABLES][usize::from(*code)] += step;
            }
            turn += 1;
            word &= word - 1;
        }
    }
}

/// The places of the ones, counted from the beginning of the block.
#[expect(clippy::cast_possible_truncation, reason = "a block has fewer rows than 16 bits can number")]
fn list(words: &[usize], places: &mut Vec<u16>) {
    places.clear();
    for (at, word) in words.iter().enumerate() {
        let mut word = *word;
        while word != 0 {
            places.push((at * WORD_ROWS + word.trailing_zeros() as usize) as u16);
            word &= word - 1;
        }
    }
}

/// Few rows: finding them anew for each lane would take longer than counting them.
fn listed(codes: &[u8], places: &[u16], tables: &mut [[i32; 256]; TABLES], step: i32) {
    let count = |table: &mut [i32; 256], place: u16| {
        if let Some(code) = codes.get(usize::from(place)) {
            table[usize::from(*code)] += step;
        }
    };
    let (several, rest) = places.as_chunks::<TABLES>();
    for places in several {
        tables.iter_mut().zip(places).for_each(|(table, place)| count(table, *place));
    }
    tables.iter_mut().zip(rest).for_each(|(table, place)| count(table, *place));
}

impl Tally {
    fn new(lane: &Lane) -> Self {
        match &lane.codes {
            Codes::Narrow(_) => Self::Narrow(Box::new([[0; 256]; TABLES])),
            Codes::Wide(_) => Self::Wide(vec![0; lane.totals.len()]),
        }
    }

    fn sums(&self, slots: usize) -> Vec<i64> {
        match self {
            Self::Narrow(tables) => {
                (0..slots).map(|slot| tables.iter().map(|table| i64::from(table[slot])).sum()).collect()
            }
            Self::Wide(table) => table.iter().copied().map(i64::from).collect(),
        }
    }
}
