//! Class D: what no other class can take, by fingerprints of up to four bytes at every position.
//!
//! Stems are spread over eight buckets. For each of the first four bytes of a fingerprint two tables say, by
//! low and by high nibble, which buckets allow it; a position whose four bytes leave a bucket is compared
//! with that bucket's stems. A fingerprint is the rarest four bytes of its stem (or all three of a short
//! one), so `password` costs no more than its `ssw`.

use std::ops::Range;

use super::simd::SimdLevel;
#[cfg(target_arch = "x86_64")]
use super::simd::avx2::{self, NibbleTables};
use super::table::{Needle, PatternTable, word_at};
use crate::build::anchors::{AnchorClass, byte_rarity};

#[cfg(not(target_arch = "x86_64"))]
type NibbleTables = [[[u8; 16]; 2]; 4];

/// Bytes of a fingerprint.
const PRINT_BYTES: usize = 4;

const BUCKETS: usize = 8;

/// Stems by fingerprint.
#[derive(Debug)]
pub(super) struct Stems {
    tables: NibbleTables,
    /// Folded fingerprints with the bytes that count, sorted by `(print & mask)`.
    entries: Box<[Entry]>,
    needles: Box<[Needle]>,
}

/// A stem's fingerprint.
#[derive(Clone, Copy, Debug)]
struct Entry {
    print: u32,
    mask: u32,
    needle: u32,
    offset: u32,
}

impl Stems {
    /// Indexes the patterns of class D.
    pub(super) fn new(table: &PatternTable) -> Self {
        let ids = table.of_class(|class| class == AnchorClass::Everywhere);
        let needles: Box<[Needle]> = ids.iter().map(|id| Needle::new(table, *id)).collect();
        let mut entries: Vec<Entry> = needles
            .iter()
            .enumerate()
            .map(|(index, needle)| {
                let (offset, len) = rarest_print(&needle.bytes);
                let print = fold(word_at(&needle.bytes, offset));
                let mask = if len >= PRINT_BYTES { u32::MAX } else { (1 << (8 * len)) - 1 };
                Entry { print: print & mask, mask, needle: index as u32, offset: offset as u32 }
            })
            .collect();
        entries.sort_by_key(|entry| (entry.print, entry.needle));
        let mut tables: NibbleTables = [[[0; 16]; 2]; 4];
        let per_bucket = entries.len().div_ceil(BUCKETS).max(1);
        for (index, entry) in entries.iter().enumerate() {
            let bucket = 1u8 << (index / per_bucket);
            for (at, [low, high]) in tables.iter_mut().enumerate() {
                if (entry.mask >> (8 * at)) as u8 == 0 {
                    for allowed in low.iter_mut().chain(high) {
                        *allowed |= bucket;
                    }
                } else {
                    let byte = (entry.print >> (8 * at)) as u8;
                    low[usize::from(byte & 15)] |= bucket;
                    high[usize::from(byte >> 4)] |= bucket;
                }
            }
        }
        Self { tables, entries: entries.into_boxed_slice(), needles }
    }

    /// Reports every stem whose fingerprint begins in `range` of `bytes`.
    pub(super) fn scan(
        &self,
        bytes: &[u8],
        range: Range<usize>,
        level: SimdLevel,
        report: &mut impl FnMut(u32, usize),
    ) {
        if self.needles.is_empty() {
            return;
        }
        let mut at = range.start;
        match level {
            #[cfg(target_arch = "x86_64")]
            SimdLevel::Avx2 => {
                while at + 36 <= bytes.len() && at < range.end {
                    let mut hits = avx2::fingerprints(level, &bytes[at..at + 36], &self.tables);
                    while hits != 0 {
                        let place = at + hits.trailing_zeros() as usize;
                        hits &= hits - 1;
                        if place < range.end {
                            self.verify(bytes, place, report);
                        }
                    }
                    at += 32;
                }
            }
            _ => {}
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
        let word = fold(word_at(bytes, place));
        for entry in &self.entries {
            if word & entry.mask != entry.print {
                continue;
            }
            let needle = &self.needles[entry.needle as usize];
            if let Some(from) = place.checked_sub(entry.offset as usize)
                && needle.is_at(bytes, from)
            {
                report(needle.id, from);
            }
        }
    }
}

#[inline]
fn fold(word: u32) -> u32 {
    word | 0x2020_2020
}

/// Where the rarest four bytes of a stem begin, and how many bytes the print has.
fn rarest_print(bytes: &[u8]) -> (usize, usize) {
    let len = bytes.len().min(PRINT_BYTES);
    let start = (0..=bytes.len() - len)
        .max_by_key(|start| {
            let print = &bytes[*start..start + len];
            let rarity: u32 = print.iter().map(|byte| byte_rarity(*byte)).sum();
            (rarity, std::cmp::Reverse(*start))
        })
        .unwrap_or(0);
    (start, len)
}
