//! Literals of three and four bytes, by fingerprints at every position. Longer ones are sampled (`grams`).
//!
//! Stems are spread over eight buckets. For each of the first four bytes of a fingerprint two tables say, by
//! low and by high nibble, which buckets allow it; a position whose four bytes leave a bucket is compared
//! with the stems that share its first three bytes.

use std::ops::Range;

use super::simd::SimdLevel;
#[cfg(target_arch = "x86_64")]
use super::simd::avx2::{self, NibbleTables};
use super::table::{PatternTable, TrigramIndex, word_at};

#[cfg(not(target_arch = "x86_64"))]
type NibbleTables = [[[u8; 16]; 2]; 4];

/// Bytes of a fingerprint.
const PRINT_BYTES: usize = 4;

const BUCKETS: usize = 8;

/// Stems by fingerprint.
#[derive(Debug)]
pub(super) struct Stems {
    tables: NibbleTables,
    index: TrigramIndex,
}

impl Stems {
    /// Indexes the patterns `ids`, each of three bytes or more.
    pub(super) fn new(table: &PatternTable, ids: &[u32]) -> Self {
        let mut prints: Vec<(u32, u32)> = ids
            .iter()
            .map(|id| {
                let bytes = table.pattern(*id);
                let len = bytes.len().min(PRINT_BYTES);
                let mask = if len == PRINT_BYTES { u32::MAX } else { (1 << (8 * len)) - 1 };
                (fold(word_at(bytes, 0)) & mask, mask)
            })
            .collect();
        // Neighbours in a bucket share bytes, so the bucket allows fewer combinations.
        prints.sort_unstable();
        let mut tables: NibbleTables = [[[0; 16]; 2]; 4];
        let per_bucket = prints.len().div_ceil(BUCKETS).max(1);
        for (index, (print, mask)) in prints.into_iter().enumerate() {
            let bucket = 1u8 << (index / per_bucket);
            for (at, [low, high]) in tables.iter_mut().enumerate() {
                if (mask >> (8 * at)) as u8 == 0 {
                    for allowed in low.iter_mut().chain(high) {
                        *allowed |= bucket;
                    }
                } else {
                    let byte = (print >> (8 * at)) as u8;
                    low[usize::from(byte & 15)] |= bucket;
                    high[usize::from(byte >> 4)] |= bucket;
                }
            }
        }
        Self { tables, index: TrigramIndex::new(table, ids) }
    }

    /// Reports every stem whose fingerprint begins in `range` of `bytes`.
    pub(super) fn scan(
        &self,
        bytes: &[u8],
        range: Range<usize>,
        level: SimdLevel,
        report: &mut impl FnMut(u32, usize),
    ) {
        if self.index.is_empty() {
            return;
        }
        let mut at = range.start;
        #[cfg(target_arch = "x86_64")]
        if level == SimdLevel::Avx2 {
            at = avx2::fingerprints(level, bytes, range.clone(), &self.tables, &mut |place| {
                self.verify(bytes, place, report);
            });
        }
        for place in at..range.end {
            if self.may_begin(bytes, place) {
                self.verify(bytes, place, report);
            }
        }
    }

    /// The scalar form of the fingerprint tables.
    fn may_begin(&self, bytes: &[u8], place: usize) -> bool {
        let word = fold(word_at(bytes, place));
        let allowed = |at: usize| {
            let byte = (word >> (8 * at)) as u8;
            self.tables[at][0][usize::from(byte & 15)] & self.tables[at][1][usize::from(byte >> 4)]
        };
        allowed(0) & allowed(1) & allowed(2) & allowed(3) != 0
    }

    #[inline]
    fn verify(&self, bytes: &[u8], place: usize, report: &mut impl FnMut(u32, usize)) {
        let word = word_at(bytes, place);
        if self.index.may_begin(word) {
            self.index.verify(bytes, place, word, report);
        }
    }
}

#[inline]
fn fold(word: u32) -> u32 {
    word | 0x2020_2020
}
