//! Class A: literals of nine bytes and more, by looking at every fourth byte.
//!
//! Any nine bytes in a row hold six that begin at a multiple of four. For each literal the rarest window of
//! nine is chosen and its four grams, case folded, are put into a blocked Bloom filter of 32 KiB, three bits in
//! one word. A sample that passes is looked up, and each literal that has the gram there is compared. Rarity of
//! the window matters: without it a variant ran at half the speed.

use super::simd::{self, SimdLevel};
use super::table::{Needle, PatternTable, eight_at};
use crate::anchors::{SAMPLED_LEN_MIN, byte_rarity};
use std::ops::Range;

/// Bytes of a gram, 4 to 8.
const GRAM_BYTES: usize = 6;

/// Distance of samples.
const STRIDE: usize = 4;

/// Bytes of the shortest literal that is certain to be sampled.
const WINDOW: usize = GRAM_BYTES + STRIDE - 1;

/// The bytes of a gram in the upper half of its word.
const HIGH_MASK: u32 = (1 << (8 * (GRAM_BYTES - 4))) - 1;

const _: () = assert!(SAMPLED_LEN_MIN == WINDOW);

/// Words of the filter: 32 KiB.
pub(super) const FILTER_WORDS: usize = 8192;

/// Bits of a hash that choose a slot of the exact index.
const SLOT_BITS: u32 = 13;

/// The filter and the exact index behind it.
#[derive(Debug)]
pub(super) struct Grams {
    filter: Box<[u32; FILTER_WORDS]>,
    offsets: Box<[u32]>,
    entries: Box<[Entry]>,
    needles: Box<[Needle]>,
}

/// A gram of an anchor.
#[derive(Clone, Copy, Debug)]
struct Entry {
    gram: u64,
    needle: u32,
    offset: u32,
}

impl Grams {
    /// Indexes the patterns `ids`, each of at least [`SAMPLED_LEN_MIN`] bytes.
    pub(super) fn new(table: &PatternTable, ids: &[u32]) -> Self {
        let needles: Box<[Needle]> = ids.iter().map(|id| Needle::new(table, *id)).collect();
        let mut entries = Vec::new();
        for (index, needle) in needles.iter().enumerate() {
            let window = rarest_window(&needle.bytes);
            for offset in window..window + STRIDE {
                let gram = fold(eight_at(&needle.bytes, offset));
                entries.push(Entry { gram, needle: index as u32, offset: offset as u32 });
            }
        }
        entries.sort_by_key(|entry| (slot(hash(entry.gram)), entry.needle, entry.offset));
        let mut filter = vec![0u32; FILTER_WORDS];
        let mut offsets = vec![0u32; (1 << SLOT_BITS) + 1];
        for entry in &entries {
            let hash = hash(entry.gram);
            filter[word_index(hash)] |= bits(hash);
            offsets[slot(hash) + 1] += 1;
        }
        for index in 1..offsets.len() {
            offsets[index] += offsets[index - 1];
        }
        Self {
            filter: filter.try_into().expect("the vector has that many words"),
            offsets: offsets.into_boxed_slice(),
            entries: entries.into_boxed_slice(),
            needles,
        }
    }

    /// Reports every literal whose sample lies in `range` of `bytes`; `range.start` is a multiple of
    /// the stride.
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
        #[cfg(target_arch = "x86_64")]
        if level == SimdLevel::Avx2 {
            let samples = simd::avx2::SampleLoop { filter: &self.filter, high_mask: HIGH_MASK };
            at = simd::avx2::sample_grams(level, bytes, range.clone(), samples, &mut |sample| {
                self.verify(bytes, sample, report);
            });
        }
        while at < range.end {
            let hash = hash(fold(eight_at(bytes, at)));
            let bits = bits(hash);
            if self.filter[word_index(hash)] & bits == bits {
                self.verify(bytes, at, report);
            }
            at += STRIDE;
        }
    }

    /// Compares the anchors that have the gram at `sample` there.
    #[inline(never)]
    fn verify(&self, bytes: &[u8], sample: usize, report: &mut impl FnMut(u32, usize)) {
        let gram = fold(eight_at(bytes, sample));
        let slot = slot(hash(gram));
        let range = self.offsets[slot] as usize..self.offsets[slot + 1] as usize;
        for entry in &self.entries[range] {
            if entry.gram != gram {
                continue;
            }
            let needle = &self.needles[entry.needle as usize];
            if let Some(from) = sample.checked_sub(entry.offset as usize)
                && needle.is_at(bytes, from)
            {
                report(needle.id, from);
            }
        }
    }
}

/// Where the rarest window of a literal begins; the earliest of equals.
fn rarest_window(bytes: &[u8]) -> usize {
    (0..=bytes.len() - WINDOW)
        .max_by_key(|start| {
            let rarity: u32 = bytes[*start..start + WINDOW].iter().map(|b| byte_rarity(*b)).sum();
            (rarity, std::cmp::Reverse(*start))
        })
        .unwrap_or(0)
}

/// The bytes of a gram with bit 0x20 set: letters of either case become one, some other bytes fall together.
#[inline]
fn fold(word: u64) -> u64 {
    (word | 0x2020_2020_2020_2020) & (u64::from(HIGH_MASK) << 32 | 0xffff_ffff)
}

/// Multipliers of the two halves of a gram; odd, with well spread bits.
pub(super) const MULTIPLIERS: (u32, u32) = (0x9e37_79b1, 0x85eb_ca6b);

/// 32 bits of hash, computed in 32-bit lanes so that the vector form gives the same.
#[inline]
fn hash(gram: u64) -> u32 {
    let low = (gram as u32).wrapping_mul(MULTIPLIERS.0);
    let high = ((gram >> 32) as u32).wrapping_mul(MULTIPLIERS.1);
    let mixed = low.wrapping_add(high);
    mixed ^ (mixed >> 15)
}

/// The filter's word: the top 13 bits.
#[inline]
fn word_index(hash: u32) -> usize {
    (hash >> 19) as usize
}

/// Three bits of the word, from the low 15 bits.
#[inline]
fn bits(hash: u32) -> u32 {
    1 << (hash & 31) | 1 << (hash >> 5 & 31) | 1 << (hash >> 10 & 31)
}

/// The slot of the exact index.
#[inline]
fn slot(hash: u32) -> usize {
    (hash >> (32 - SLOT_BITS)) as usize
}
