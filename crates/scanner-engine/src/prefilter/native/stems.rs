//! Class D: literals of three bytes and more, by fingerprints at every position.
//!
//! Stems are spread over sixteen buckets ([`super::buckets`]). For each of the first bytes of a stem two tables
//! say, by low and by high nibble, which buckets allow it; a position whose bytes leave a bucket is compared
//! with the stems that share its first three bytes.

use std::ops::Range;

use super::buckets::{Print, buckets, print};
use super::simd::SimdLevel;
#[cfg(target_arch = "x86_64")]
use super::simd::avx2::{self, NibbleTables};
use super::table::{PatternTable, TrigramIndex, word_at};

#[cfg(not(target_arch = "x86_64"))]
type NibbleTables = [[[u8; 16]; 2]; PRINT_BYTES];

/// Bytes of a fingerprint.
pub(super) const PRINT_BYTES: usize = 4;

/// Stems by fingerprint.
#[derive(Debug)]
pub(super) struct Stems {
    /// Eight buckets each.
    tables: [NibbleTables; 2],
    index: TrigramIndex,
}

impl Stems {
    /// Indexes the patterns `ids`, each of three bytes or more.
    pub(super) fn new(table: &PatternTable, ids: &[u32]) -> Self {
        let prints = ids.iter().map(|id| print(table.pattern(*id), table.ignores_case(*id)));
        let mut tables: [NibbleTables; 2] = [[[[0; 16]; 2]; PRINT_BYTES]; 2];
        for (bucket, allowed) in buckets(prints.collect()).into_iter().enumerate() {
            fill(&mut tables[bucket / 8], 1 << (bucket % 8), &allowed);
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
        let word = word_at(bytes, place);
        let mut buckets = u16::MAX;
        for at in 0..PRINT_BYTES {
            let byte = (word >> (8 * at)) as u8;
            let allowed = |table: &NibbleTables| {
                table[at][0][usize::from(byte & 15)] & table[at][1][usize::from(byte >> 4)]
            };
            let [first, second] = &self.tables;
            buckets &= u16::from(allowed(first)) | u16::from(allowed(second)) << 8;
        }
        buckets != 0
    }

    #[inline]
    fn verify(&self, bytes: &[u8], place: usize, report: &mut impl FnMut(u32, usize)) {
        let word = word_at(bytes, place);
        if self.index.may_begin(word) {
            self.index.verify(bytes, place, word, report);
        }
    }
}

/// Enters a bucket into its tables.
fn fill(tables: &mut NibbleTables, bucket: u8, allowed: &Print) {
    for ([low, high], allowed) in tables.iter_mut().zip(allowed) {
        for nibble in 0..16 {
            if allowed.low >> nibble & 1 != 0 {
                low[nibble] |= bucket;
            }
            if allowed.high >> nibble & 1 != 0 {
                high[nibble] |= bucket;
            }
        }
    }
}
