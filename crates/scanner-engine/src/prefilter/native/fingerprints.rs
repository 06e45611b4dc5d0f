//! Which places of a text may begin one of some words, by the nibbles of the first four bytes: 32 places at a time.
//!
//! Words are spread over sixteen buckets ([`super::buckets`]). For each of the first bytes of a word two tables say, by low
//! and by high nibble, which buckets allow it; a place whose bytes leave a bucket may begin a word of that bucket. Nearly
//! all others begin none, and none is missed.

use std::ops::Range;

use super::buckets::{PRINT_BYTES, Print, buckets, print};
use super::simd::SimdLevel;
#[cfg(target_arch = "x86_64")]
use super::simd::avx2::{self, NibbleTables};
use super::table::word_at;

#[cfg(not(target_arch = "x86_64"))]
type NibbleTables = [[[u8; 16]; 2]; PRINT_BYTES];

/// The tables of some words, eight buckets each.
#[derive(Debug)]
pub(crate) struct Fingerprints([NibbleTables; 2]);

impl Fingerprints {
    /// Tables for words in either case.
    pub(crate) fn of_words<'a>(words: impl Iterator<Item = &'a [u8]>) -> Self {
        Self::new(&buckets(words.map(|word| print(word, true)).collect()))
    }

    /// Tables of what each bucket allows.
    pub(super) fn new(buckets: &[Print]) -> Self {
        let mut tables: [NibbleTables; 2] = [[[[0; 16]; 2]; PRINT_BYTES]; 2];
        for (bucket, allowed) in buckets.iter().enumerate() {
            enter(&mut tables[bucket / 8], 1 << (bucket % 8), allowed);
        }
        Self(tables)
    }

    /// Gives the places in `range` that some bucket allows, as masks and where their first bit stands, as far as vectors
    /// go; returns where that is. The bytes behind `range` are read too.
    #[inline(always)]
    pub(crate) fn masks(
        &self,
        level: SimdLevel,
        bytes: &[u8],
        range: Range<usize>,
        found: &mut impl FnMut(u64, usize),
    ) -> usize {
        #[cfg(target_arch = "x86_64")]
        if level == SimdLevel::Avx2 {
            return avx2::fingerprints(level, bytes, range, &self.0, found);
        }
        range.start
    }

    /// Whether some bucket allows a place: for those that [`Self::masks`] left over.
    pub(super) fn may_begin(&self, bytes: &[u8], place: usize) -> bool {
        let word = word_at(bytes, place);
        let mut buckets = u16::MAX;
        for at in 0..PRINT_BYTES {
            let byte = (word >> (8 * at)) as u8;
            let allowed = |table: &NibbleTables| {
                table[at][0][usize::from(byte & 15)] & table[at][1][usize::from(byte >> 4)]
            };
            let [first, second] = &self.0;
            buckets &= u16::from(allowed(first)) | u16::from(allowed(second)) << 8;
        }
        buckets != 0
    }
}

/// Enters a bucket into its tables.
fn enter(tables: &mut NibbleTables, bucket: u8, allowed: &Print) {
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
