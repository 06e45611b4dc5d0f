//! Class D: literals of three bytes and more, by fingerprints at every position.
//!
//! Of each literal four bytes are chosen that are rare and that other literals have too: its stem. Stems are spread over sixteen buckets ([`super::buckets`]). For each of the first bytes of a stem two tables
//! say, by low and by high nibble, which buckets allow it; a position whose bytes leave a bucket is compared
//! with the stems that share its first three bytes.

use std::ops::Range;

use super::embedded;
use super::fingerprints::Fingerprints;
use super::layout::Stem;
use super::places::Places;
use super::simd::SimdLevel;
use super::table::{PatternTable, TrigramIndex, word_at};

/// Bytes whose places are collected before they are looked at.
const STRIP_BYTES: usize = 2048;

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
        let layout = embedded::layout(Stem::Rare, &table.literals(ids));
        let stems = ids.iter().zip(layout.offsets).map(|(id, offset)| (*id, offset));
        let prints = Fingerprints::new(&layout.buckets);
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
