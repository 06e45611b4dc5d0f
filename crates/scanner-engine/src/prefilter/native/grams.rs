//! Literals of five bytes and more, by looking at every second or every fourth byte.
//!
//! Any nine bytes in a row hold six that begin at a multiple of four (class A); any five hold four that begin
//! at a multiple of two (the longer literals of class D). For each literal the rarest window is chosen and
//! its grams, one for each alignment and case folded, are put into a blocked Bloom filter of 32 KiB, three
//! bits in one word. A sample that passes is looked up, and each literal that has the gram there is compared.
//! Rarity of the window matters: without it a variant ran at half the speed.

use super::simd::{self, SimdLevel};
use super::table::{Needle, PatternTable};
use crate::build::anchors::{SAMPLED_LEN_MIN, byte_rarity};
use std::ops::Range;

/// How literals are sampled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Sampling {
    /// Bytes of a gram, 4 to 6.
    gram_bytes: usize,
    /// Distance of samples, 2 or 4.
    stride: usize,
}

impl Sampling {
    /// For literals of nine bytes and more.
    pub(super) const SPARSE: Self = Self { gram_bytes: 6, stride: 4 };
    /// For literals of five bytes and more.
    pub(super) const DENSE: Self = Self { gram_bytes: 4, stride: 2 };

    /// Bytes of the shortest literal that is certain to be sampled.
    pub(super) const fn window(self) -> usize {
        self.gram_bytes + self.stride - 1
    }

    /// The bytes of a gram in the upper half of its word.
    const fn high_mask(self) -> u32 {
        (1 << (8 * (self.gram_bytes - 4))) - 1
    }
}

const _: () = assert!(SAMPLED_LEN_MIN == Sampling::SPARSE.window());

/// Words of the filter: 32 KiB.
pub(super) const FILTER_WORDS: usize = 8192;

/// Bits of a hash that choose a slot of the exact index.
const SLOT_BITS: u32 = 13;

/// The filter and the exact index behind it.
#[derive(Debug)]
pub(super) struct Grams {
    sampling: Sampling,
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
    /// Indexes the patterns `ids`, each at least as long as the sampling's window.
    pub(super) fn new(table: &PatternTable, ids: &[u32], sampling: Sampling) -> Self {
        let needles: Box<[Needle]> = ids.iter().map(|id| Needle::new(table, *id)).collect();
        let mut entries = Vec::new();
        for (index, needle) in needles.iter().enumerate() {
            let window = rarest_window(&needle.bytes, sampling.window());
            for offset in window..window + sampling.stride {
                let gram = sampling.fold(load(&needle.bytes, offset));
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
            sampling,
            filter: filter.try_into().expect("the vector has that many words"),
            offsets: offsets.into_boxed_slice(),
            entries: entries.into_boxed_slice(),
            needles,
        }
    }

    /// Reports every literal whose sample lies in `range` of `bytes`; `range.start` is a multiple of the
    /// stride.
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
            let samples = simd::avx2::SampleLoop {
                filter: &self.filter,
                high_mask: self.sampling.high_mask(),
                stride: self.sampling.stride,
            };
            at = simd::avx2::sample_grams(level, bytes, range.clone(), samples, &mut |sample| {
                self.verify(bytes, sample, report);
            });
        }
        while at < range.end {
            let hash = hash(self.sampling.fold(load(bytes, at)));
            let bits = bits(hash);
            if self.filter[word_index(hash)] & bits == bits {
                self.verify(bytes, at, report);
            }
            at += self.sampling.stride;
        }
    }

    /// Compares the anchors that have the gram at `sample` there.
    #[inline(never)]
    fn verify(&self, bytes: &[u8], sample: usize, report: &mut impl FnMut(u32, usize)) {
        let gram = self.sampling.fold(load(bytes, sample));
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
fn rarest_window(bytes: &[u8], len: usize) -> usize {
    (0..=bytes.len() - len)
        .max_by_key(|start| {
            let rarity: u32 = bytes[*start..start + len].iter().map(|b| byte_rarity(*b)).sum();
            (rarity, std::cmp::Reverse(*start))
        })
        .unwrap_or(0)
}

/// Eight bytes at `at`, missing ones zero.
#[inline]
fn load(bytes: &[u8], at: usize) -> u64 {
    if let Some(eight) = bytes.get(at..at + 8) {
        u64::from_le_bytes(eight.try_into().expect("eight bytes"))
    } else {
        let mut word = [0; 8];
        let rest = bytes.get(at..).unwrap_or_default();
        let len = rest.len().min(8);
        word[..len].copy_from_slice(&rest[..len]);
        u64::from_le_bytes(word)
    }
}

impl Sampling {
    /// The bytes of a gram with bit 0x20 set: letters of either case become one, some other bytes fall
    /// together.
    #[inline]
    fn fold(self, word: u64) -> u64 {
        let mask = u64::from(self.high_mask()) << 32 | 0xffff_ffff;
        (word | 0x2020_2020_2020_2020) & mask
    }
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
