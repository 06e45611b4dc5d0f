//! Class D: literals of three bytes and more, by fingerprints at every position.
//!
//! Of each literal four bytes are chosen that are rare and that other literals have too: its stem. Stems are spread over sixteen buckets ([`super::buckets`]). For each of the first bytes of a stem two tables
//! say, by low and by high nibble, which buckets allow it; a position whose bytes leave a bucket is compared
//! with the stems that share its first three bytes.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::buckets::{cost, print};
use super::fingerprints::{Fingerprints, PRINT_BYTES};
use super::places::Places;
use super::simd::SimdLevel;
use super::table::{PatternTable, TrigramIndex, word_at};

/// Bytes whose places are collected before they are looked at.
const STRIP_BYTES: usize = 2048;

/// How much likelier a byte is behind itself than its frequency says.
const REPEAT_FACTOR: f32 = 40.0;

/// Places of a strip that some bucket allows.
pub(super) type StemPlaces = Places<{ STRIP_BYTES + 4 }>;

/// Stems by fingerprint.
#[derive(Debug)]
pub(super) struct Stems {
    prints: Fingerprints,
    index: TrigramIndex,
}

impl Stems {
    /// Indexes the patterns `ids`, each of three bytes or more.
    pub(super) fn new(table: &PatternTable, ids: &[u32]) -> Self {
        let offsets = stem_offsets(&ids.iter().map(|id| table.pattern(*id)).collect::<Vec<_>>());
        let stems = ids.iter().zip(&offsets);
        let prints = stems
            .clone()
            .map(|(id, offset)| print(&table.pattern(*id)[*offset..], table.ignores_case(*id)));
        let prints = Fingerprints::new(prints.collect());
        let stems = stems.map(|(id, offset)| (*id, *offset));
        Self { prints, index: TrigramIndex::with_offsets(table, stems) }
    }

    /// Reports every stem whose fingerprint begins in `range` of `bytes`. What `places` holds before does not matter.
    pub(super) fn scan(
        &self,
        bytes: &[u8],
        range: Range<usize>,
        level: SimdLevel,
        places: &mut StemPlaces,
        report: &mut impl FnMut(u32, usize),
    ) {
        if self.index.is_empty() {
            return;
        }
        let mut at = range.start;
        while at < range.end {
            let strip = at..(at + STRIP_BYTES).min(range.end);
            places.clear();
            self.fill(bytes, strip.clone(), level, places);
            for place in places.iter() {
                self.verify(bytes, strip.start + place, report);
            }
            at = strip.end;
        }
    }

    /// The places of a strip that some bucket allows.
    fn fill(&self, bytes: &[u8], strip: Range<usize>, level: SimdLevel, places: &mut StemPlaces) {
        let at = self.prints.masks(level, bytes, strip.clone(), &mut |mask, at| {
            places.push(mask, at - strip.start);
        });
        for place in at..strip.end {
            places.push(u64::from(self.prints.may_begin(bytes, place)), place - strip.start);
        }
    }

    #[inline]
    fn verify(&self, bytes: &[u8], place: usize, report: &mut impl FnMut(u32, usize)) {
        let word = word_at(bytes, place);
        if self.index.may_begin(word) {
            self.index.verify(bytes, place, word, report);
        }
    }
}

/// Where the stem of each literal begins: the cheapest of its windows.
fn stem_offsets(literals: &[&[u8]]) -> Vec<usize> {
    let folded: Vec<Vec<u8>> = literals.iter().map(|l| l.to_ascii_lowercase()).collect();
    let windows = |literal: &'_ [u8]| 0..=literal.len().saturating_sub(PRINT_BYTES);
    let window = |literal: &[u8], at: usize| -> [u8; PRINT_BYTES] {
        std::array::from_fn(|index| literal.get(at + index).copied().unwrap_or(0))
    };
    let mut holders: BTreeMap<[u8; PRINT_BYTES], u32> = BTreeMap::new();
    for literal in &folded {
        let held: BTreeSet<_> = windows(literal).map(|at| window(literal, at)).collect();
        for window in held {
            *holders.entry(window).or_default() += 1;
        }
    }
    let price = |literal: &[u8], at: usize| {
        let window = window(literal, at);
        // The same byte again is what separators and padding are made of.
        let repeats = window.windows(2).filter(|pair| pair[0] == pair[1]);
        let often =
            repeats.fold(cost(&print(&literal[at..], true)), |often, _| often * REPEAT_FACTOR);
        // Where it stands, each literal is compared; finding them costs once.
        f64::from(often) * (1.0 + 1.0 / f64::from(holders[&window]))
    };
    folded
        .iter()
        .map(|literal| {
            windows(literal)
                .min_by(|left, right| price(literal, *left).total_cmp(&price(literal, *right)))
                .unwrap_or(0)
        })
        .collect()
}
