//! The inner loops with 256-bit vectors.
//!
//! Every public function takes the [`SimdLevel`], which can only be `Avx2` after detection; that is what
//! makes calling the vector code sound.

use std::arch::x86_64::{
    __m256i, _mm256_add_epi8, _mm256_add_epi32, _mm256_and_si256, _mm256_castsi256_ps,
    _mm256_cmpeq_epi8, _mm256_cmpeq_epi32, _mm256_cmpgt_epi8, _mm256_loadu_si256,
    _mm256_movemask_epi8, _mm256_movemask_ps, _mm256_mullo_epi32, _mm256_or_si256,
    _mm256_set1_epi8, _mm256_set1_epi32, _mm256_setr_epi32, _mm256_setzero_si256,
    _mm256_shuffle_epi8, _mm256_sllv_epi32, _mm256_srli_epi16, _mm256_srli_epi32,
    _mm256_storeu_si256, _mm256_xor_si256,
};

use std::ops::Range;

use super::super::buckets::PRINT_BYTES;
use super::super::grams::{FILTER_WORDS, MULTIPLIERS};
use super::{BlockMasks, SimdLevel, StripMasks};
use crate::anchors::is_gap_byte;

/// Plain Rust that gains from being compiled for newer instructions; `run` is `#[inline(always)]`.
pub(in super::super) trait Work {
    /// Does it.
    fn run(self);
}

/// Runs `work` compiled for AVX2 and the instructions on bits that come with it.
#[inline(always)]
#[expect(unsafe_code, reason = "calls a function compiled for AVX2")]
pub(in super::super) fn compiled(level: SimdLevel, work: impl Work) {
    assert!(matches!(level, SimdLevel::Avx2));
    // SAFETY: `Avx2` is only made by `SimdLevel::detect` on a processor that has it.
    unsafe { compiled_avx2(work) }
}

#[target_feature(enable = "avx2,bmi1,bmi2,popcnt")]
fn compiled_avx2(work: impl Work) {
    work.run();
}

#[inline]
#[target_feature(enable = "avx2,bmi1,bmi2,popcnt")]
#[expect(unsafe_code, reason = "vector load")]
fn load(bytes: &[u8; 32]) -> __m256i {
    // SAFETY: the array is 32 readable bytes and the load needs no alignment.
    unsafe { _mm256_loadu_si256(bytes.as_ptr().cast()) }
}

#[inline(always)]
fn half(block: &[u8], at: usize) -> &[u8; 32] {
    block[at..at + 32].try_into().expect("thirty-two bytes")
}

/// The masks of a block.
#[inline(always)]
#[expect(unsafe_code, reason = "calls a function compiled for AVX2")]
pub(in super::super) fn block_masks(level: SimdLevel, block: &[u8; 64]) -> BlockMasks {
    assert!(matches!(level, SimdLevel::Avx2));
    // SAFETY: `Avx2` is only made by `SimdLevel::detect` on a processor that has it.
    unsafe { block_masks_avx2(block) }
}

/// The masks of `blocks` whole blocks from `at` on and of the one behind them, or as many as there are; returns how many.
#[inline(always)]
#[expect(unsafe_code, reason = "calls a function compiled for AVX2")]
pub(in super::super) fn fill_masks(
    level: SimdLevel,
    bytes: &[u8],
    (at, blocks): (usize, usize),
    out: &mut StripMasks,
) -> usize {
    assert!(matches!(level, SimdLevel::Avx2));
    // SAFETY: `Avx2` is only made by `SimdLevel::detect` on a processor that has it.
    unsafe { fill_masks_avx2(bytes.get(at..).unwrap_or_default(), blocks + 1, out) }
}

#[target_feature(enable = "avx2,bmi1,bmi2,popcnt")]
fn fill_masks_avx2(bytes: &[u8], count: usize, out: &mut StripMasks) -> usize {
    let (blocks, _) = bytes.as_chunks::<64>();
    for (index, block) in blocks.iter().take(count).enumerate() {
        out.set(index, block_masks_avx2(block));
    }
    blocks.len().min(count)
}

#[inline]
#[target_feature(enable = "avx2,bmi1,bmi2,popcnt")]
fn block_masks_avx2(block: &[u8; 64]) -> BlockMasks {
    let low = classify(load(half(block, 0)));
    let high = classify(load(half(block, 32)));
    let wide = |index: usize| u64::from(low[index]) | u64::from(high[index]) << 32;
    BlockMasks {
        start: wide(0),
        word: wide(1),
        token: wide(2),
        base64: wide(3),
        gap: wide(4),
        operator: wide(5),
        digit: wide(6),
    }
}

/// Gap bytes by nibbles: a bit for each high nibble that has some, and by low nibble the bits of the high ones
/// that it makes a gap byte with.
const GAPS: ([u8; 16], [u8; 16]) = {
    let (mut by_low, mut by_high) = ([0u8; 16], [0u8; 16]);
    let mut next = 1u8;
    let mut high = 0;
    while high < 16 {
        let mut low = 0;
        while low < 16 {
            if is_gap_byte(high << 4 | low) {
                by_low[low as usize] |= next;
                by_high[high as usize] = next;
            }
            low += 1;
        }
        if by_high[high as usize] != 0 {
            next <<= 1;
        }
        high += 1;
    }
    (by_low, by_high)
};

/// Masks of 32 bytes, in the order of [`BlockMasks`].
#[inline]
#[target_feature(enable = "avx2,bmi1,bmi2,popcnt")]
fn classify(bytes: __m256i) -> [u32; 7] {
    let splat = |byte: u8| _mm256_set1_epi8(byte.cast_signed());
    let mask = |vector: __m256i| _mm256_movemask_epi8(vector).cast_unsigned();
    let equal = |byte: u8| _mm256_cmpeq_epi8(bytes, splat(byte));
    // A range of bytes is moved to the top of the signed range, where one comparison tells it.
    let folded = _mm256_or_si256(bytes, splat(0x20));
    let letter = _mm256_cmpgt_epi8(_mm256_add_epi8(folded, splat(0x7f - b'z')), splat(0x7f - 26));
    let digit = _mm256_cmpgt_epi8(_mm256_add_epi8(bytes, splat(0x7f - b'9')), splat(0x7f - 10));
    let alnum = _mm256_or_si256(letter, digit);
    let start = _mm256_or_si256(alnum, equal(b'_'));
    let word = _mm256_or_si256(start, equal(b'-'));
    let token = _mm256_or_si256(word, equal(b'.'));
    let nibble = splat(0x0f);
    let no_gap = _mm256_cmpeq_epi8(
        _mm256_and_si256(
            _mm256_shuffle_epi8(both_lanes(&GAPS.0), _mm256_and_si256(bytes, nibble)),
            _mm256_shuffle_epi8(
                both_lanes(&GAPS.1),
                _mm256_and_si256(_mm256_srli_epi16::<4>(bytes), nibble),
            ),
        ),
        _mm256_setzero_si256(),
    );
    let operator = _mm256_or_si256(
        _mm256_or_si256(_mm256_or_si256(equal(b'='), equal(b',')), equal(b'(')),
        _mm256_or_si256(equal(b'>'), equal(b':')),
    );
    let base64 = _mm256_or_si256(alnum, _mm256_or_si256(equal(b'/'), equal(b'+')));
    [mask(start), mask(word), mask(token), mask(base64), !mask(no_gap), mask(operator), mask(digit)]
}

/// What the loop over samples needs beside the bytes.
#[derive(Clone, Copy)]
pub(in super::super) struct SampleLoop<'a> {
    /// The filter of grams.
    pub(in super::super) filter: &'a [u32; FILTER_WORDS],
    /// The bytes of a gram beyond its fourth.
    pub(in super::super) high_mask: u32,
}

/// Reports every place in `range` (a multiple of four each) whose gram may be in the filter, as far as
/// whole vectors reach; returns where it stopped.
#[inline(always)]
#[expect(unsafe_code, reason = "calls a function compiled for AVX2")]
pub(in super::super) fn sample_grams(
    level: SimdLevel,
    bytes: &[u8],
    range: Range<usize>,
    samples: SampleLoop<'_>,
    found: &mut impl FnMut(usize),
) -> usize {
    assert!(matches!(level, SimdLevel::Avx2));
    // SAFETY: `Avx2` is only made by `SimdLevel::detect` on a processor that has it.
    unsafe { sample_grams_avx2(bytes, range, samples, found) }
}

#[target_feature(enable = "avx2,bmi1,bmi2,popcnt")]
fn sample_grams_avx2(
    bytes: &[u8],
    range: Range<usize>,
    samples: SampleLoop<'_>,
    found: &mut impl FnMut(usize),
) -> usize {
    let mut at = range.start;
    while at < range.end && at + 48 <= bytes.len() {
        let block: &[u8; 48] = bytes[at..at + 48].try_into().expect("forty-eight bytes");
        let mut hits = eight_samples(block, samples);
        while hits != 0 {
            let place = at + 4 * hits.trailing_zeros() as usize;
            hits &= hits - 1;
            if place < range.end {
                found(place);
            }
        }
        at += 32;
    }
    at
}

/// Eight samples, four bytes apart: bit `i` says that the sample at `4 * i` may be one.
///
/// Hashes and bits are computed in vectors, the filter is read a word at a time: on the processors measured a
/// gather takes three times as long.
#[inline]
#[target_feature(enable = "avx2,bmi1,bmi2,popcnt")]
fn eight_samples(block: &[u8; 48], samples: SampleLoop<'_>) -> u32 {
    let splat = |word: u32| _mm256_set1_epi32(word.cast_signed());
    let fold = splat(0x2020_2020);
    let first = _mm256_or_si256(load(half(block, 0)), fold);
    let second = _mm256_or_si256(load(half(block, 4)), fold);
    let second = _mm256_and_si256(second, splat(samples.high_mask));
    let mixed = _mm256_add_epi32(
        _mm256_mullo_epi32(first, splat(MULTIPLIERS.0)),
        _mm256_mullo_epi32(second, splat(MULTIPLIERS.1)),
    );
    let hash = _mm256_xor_si256(mixed, _mm256_srli_epi32::<15>(mixed));
    let one = splat(1);
    let five = splat(31);
    let bit = |shifted: __m256i| _mm256_sllv_epi32(one, _mm256_and_si256(shifted, five));
    let wanted = _mm256_or_si256(
        _mm256_or_si256(bit(hash), bit(_mm256_srli_epi32::<5>(hash))),
        bit(_mm256_srli_epi32::<10>(hash)),
    );
    let index = words(_mm256_srli_epi32::<19>(hash));
    let word =
        |lane: usize| samples.filter[index[lane] as usize & (FILTER_WORDS - 1)].cast_signed();
    let there =
        _mm256_setr_epi32(word(0), word(1), word(2), word(3), word(4), word(5), word(6), word(7));
    let hits = _mm256_cmpeq_epi32(_mm256_and_si256(there, wanted), wanted);
    _mm256_movemask_ps(_mm256_castsi256_ps(hits)).cast_unsigned()
}

/// The lanes of a vector.
#[inline]
#[target_feature(enable = "avx2,bmi1,bmi2,popcnt")]
#[expect(unsafe_code, reason = "vector store")]
fn words(vector: __m256i) -> [u32; 8] {
    let mut out = [0u32; 8];
    // SAFETY: the array is 32 writable bytes and the store needs no alignment.
    unsafe { _mm256_storeu_si256(out.as_mut_ptr().cast(), vector) };
    out
}

/// Tables of eight buckets: for each of the first bytes of a stem, by low and by high nibble, the buckets that
/// allow it.
pub(in super::super) type NibbleTables = [[[u8; 16]; 2]; PRINT_BYTES];

/// Gives the places in `range` that a bucket of either set of tables allows, as masks and where their first bit
/// stands, as far as whole vectors reach; returns where it stopped.
#[inline(always)]
#[expect(unsafe_code, reason = "calls a function compiled for AVX2")]
pub(in super::super) fn fingerprints(
    level: SimdLevel,
    bytes: &[u8],
    range: Range<usize>,
    tables: &[NibbleTables; 2],
    found: &mut impl FnMut(u64, usize),
) -> usize {
    assert!(matches!(level, SimdLevel::Avx2));
    // SAFETY: `Avx2` is only made by `SimdLevel::detect` on a processor that has it.
    unsafe { fingerprints_avx2(bytes, range, tables, found) }
}

#[target_feature(enable = "avx2,bmi1,bmi2,popcnt")]
fn fingerprints_avx2(
    bytes: &[u8],
    range: Range<usize>,
    tables: &[NibbleTables; 2],
    found: &mut impl FnMut(u64, usize),
) -> usize {
    let nibble = _mm256_set1_epi8(0x0f);
    let vector = |set: usize, at: usize, half: usize| both_lanes(&tables[set][at][half]);
    let both = |at: usize, half: usize| [vector(0, at, half), vector(1, at, half)];
    let vectors: [_; PRINT_BYTES] = std::array::from_fn(|at| [both(at, 0), both(at, 1)]);
    let mut at = range.start;
    while at < range.end && at + 40 <= bytes.len() {
        let block: &[u8; 40] = bytes[at..at + 40].try_into().expect("forty bytes");
        let mut buckets = [_mm256_set1_epi8(-1); 2];
        for (offset, [low, high]) in vectors.iter().enumerate() {
            let here = load(half(block, offset));
            let low_nibbles = _mm256_and_si256(here, nibble);
            let high_nibbles = _mm256_and_si256(_mm256_srli_epi16::<4>(here), nibble);
            for (set, buckets) in buckets.iter_mut().enumerate() {
                let allowed = _mm256_and_si256(
                    _mm256_shuffle_epi8(low[set], low_nibbles),
                    _mm256_shuffle_epi8(high[set], high_nibbles),
                );
                *buckets = _mm256_and_si256(*buckets, allowed);
            }
        }
        let any = _mm256_or_si256(buckets[0], buckets[1]);
        let none = _mm256_cmpeq_epi8(any, _mm256_setzero_si256());
        let within = u32::MAX >> (32 - (range.end - at).min(32));
        found(u64::from(!_mm256_movemask_epi8(none).cast_unsigned() & within), at);
        at += 32;
    }
    at
}

/// A table of sixteen bytes in both halves of a vector.
#[inline]
#[target_feature(enable = "avx2,bmi1,bmi2,popcnt")]
fn both_lanes(table: &[u8; 16]) -> __m256i {
    let mut both = [0; 32];
    both[..16].copy_from_slice(table);
    both[16..].copy_from_slice(table);
    load(&both)
}
