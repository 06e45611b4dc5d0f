//! The inner loops with 256-bit vectors.
//!
//! Every public function takes the [`SimdLevel`], which can only be `Avx2` after detection; that is what
//! makes calling the vector code sound.

use std::arch::x86_64::{
    __m256i, _mm256_add_epi8, _mm256_add_epi32, _mm256_and_si256, _mm256_castsi256_ps,
    _mm256_cmpeq_epi8, _mm256_cmpeq_epi32, _mm256_cmpgt_epi8, _mm256_i32gather_epi32,
    _mm256_loadu_si256, _mm256_movemask_epi8, _mm256_movemask_ps, _mm256_mullo_epi32,
    _mm256_or_si256, _mm256_set1_epi8, _mm256_set1_epi32, _mm256_setzero_si256,
    _mm256_shuffle_epi8, _mm256_sllv_epi32, _mm256_srli_epi16, _mm256_srli_epi32, _mm256_xor_si256,
};

use super::super::grams::{FILTER_WORDS, MULTIPLIERS};
use super::{BlockMasks, SimdLevel};

#[inline]
#[target_feature(enable = "avx2,bmi1")]
#[expect(unsafe_code, reason = "vector load")]
fn load(bytes: &[u8; 32]) -> __m256i {
    // SAFETY: the array is 32 readable bytes and the load needs no alignment.
    unsafe { _mm256_loadu_si256(bytes.as_ptr().cast()) }
}

#[inline(always)]
fn half(block: &[u8], at: usize) -> &[u8; 32] {
    block[at..at + 32].try_into().expect("thirty-two bytes")
}

/// The masks of 64 bytes.
#[inline(always)]
#[expect(unsafe_code, reason = "calls a function compiled for AVX2")]
pub(in super::super) fn block_masks(level: SimdLevel, block: &[u8; 64]) -> BlockMasks {
    assert!(matches!(level, SimdLevel::Avx2));
    // SAFETY: `Avx2` is only made by `SimdLevel::detect` on a processor that has it.
    unsafe { block_masks_avx2(block) }
}

#[target_feature(enable = "avx2,bmi1")]
fn block_masks_avx2(block: &[u8; 64]) -> BlockMasks {
    let low = classify(load(half(block, 0)));
    let high = classify(load(half(block, 32)));
    let wide = |index: usize| u64::from(low[index]) | u64::from(high[index]) << 32;
    BlockMasks { start: wide(0), alnum: wide(1), digit: wide(2), dash: wide(3), dot: wide(4) }
}

/// Masks of 32 bytes, in the order of [`BlockMasks`].
#[inline]
#[target_feature(enable = "avx2,bmi1")]
fn classify(bytes: __m256i) -> [u32; 5] {
    let splat = |byte: u8| _mm256_set1_epi8(byte.cast_signed());
    let mask = |vector: __m256i| _mm256_movemask_epi8(vector).cast_unsigned();
    // A range of bytes is moved to the top of the signed range, where one comparison tells it.
    let folded = _mm256_or_si256(bytes, splat(0x20));
    let letter = _mm256_cmpgt_epi8(_mm256_add_epi8(folded, splat(0x7f - b'z')), splat(0x7f - 26));
    let digit = _mm256_cmpgt_epi8(_mm256_add_epi8(bytes, splat(0x7f - b'9')), splat(0x7f - 10));
    let alnum = _mm256_or_si256(letter, digit);
    let start = _mm256_or_si256(alnum, _mm256_cmpeq_epi8(bytes, splat(b'_')));
    [
        mask(start),
        mask(alnum),
        mask(digit),
        mask(_mm256_cmpeq_epi8(bytes, splat(b'-'))),
        mask(_mm256_cmpeq_epi8(bytes, splat(b'.'))),
    ]
}

/// Eight samples, four bytes apart, against the filter of grams: bit `i` says that the sample at `4 * i`
/// may be one. `high_mask` covers the bytes of a gram beyond its fourth; `bytes` are at least 40.
#[inline(always)]
#[expect(unsafe_code, reason = "calls a function compiled for AVX2")]
pub(in super::super) fn sample_grams(
    level: SimdLevel,
    bytes: &[u8],
    filter: &[u32; FILTER_WORDS],
    high_mask: u32,
) -> u32 {
    assert!(matches!(level, SimdLevel::Avx2));
    // SAFETY: `Avx2` is only made by `SimdLevel::detect` on a processor that has it.
    unsafe { sample_grams_avx2(bytes, filter, high_mask) }
}

#[target_feature(enable = "avx2,bmi1")]
#[expect(unsafe_code, reason = "gather")]
fn sample_grams_avx2(bytes: &[u8], filter: &[u32; FILTER_WORDS], high_mask: u32) -> u32 {
    let splat = |word: u32| _mm256_set1_epi32(word.cast_signed());
    let fold = splat(0x2020_2020);
    let first = _mm256_or_si256(load(half(bytes, 0)), fold);
    let second = _mm256_or_si256(load(half(bytes, 4)), fold);
    let second = _mm256_and_si256(second, splat(high_mask));
    let mixed = _mm256_add_epi32(
        _mm256_mullo_epi32(first, splat(MULTIPLIERS.0)),
        _mm256_mullo_epi32(second, splat(MULTIPLIERS.1)),
    );
    let hash = _mm256_xor_si256(mixed, _mm256_srli_epi32::<15>(mixed));
    let index = _mm256_srli_epi32::<19>(hash);
    // SAFETY: an index is the top 13 bits of a lane, so it is below `FILTER_WORDS`.
    let words = unsafe { _mm256_i32gather_epi32::<4>(filter.as_ptr().cast(), index) };
    let one = splat(1);
    let five = splat(31);
    let bit = |shifted: __m256i| _mm256_sllv_epi32(one, _mm256_and_si256(shifted, five));
    let wanted = _mm256_or_si256(
        _mm256_or_si256(bit(hash), bit(_mm256_srli_epi32::<5>(hash))),
        bit(_mm256_srli_epi32::<10>(hash)),
    );
    let found = _mm256_cmpeq_epi32(_mm256_and_si256(words, wanted), wanted);
    _mm256_movemask_ps(_mm256_castsi256_ps(found)).cast_unsigned()
}

/// Tables of a fingerprint: for each of four bytes, by low and by high nibble, the buckets that allow it.
pub(in super::super) type NibbleTables = [[[u8; 16]; 2]; 4];

/// Which of 32 positions may begin a stem: bit `i` for position `i`. `bytes` are at least 35.
#[inline(always)]
#[expect(unsafe_code, reason = "calls a function compiled for AVX2")]
pub(in super::super) fn fingerprints(level: SimdLevel, bytes: &[u8], tables: &NibbleTables) -> u32 {
    assert!(matches!(level, SimdLevel::Avx2));
    // SAFETY: `Avx2` is only made by `SimdLevel::detect` on a processor that has it.
    unsafe { fingerprints_avx2(bytes, tables) }
}

#[target_feature(enable = "avx2,bmi1")]
fn fingerprints_avx2(bytes: &[u8], tables: &NibbleTables) -> u32 {
    let fold = _mm256_set1_epi8(0x20);
    let nibble = _mm256_set1_epi8(0x0f);
    let mut buckets = _mm256_set1_epi8(-1);
    for (offset, [low, high]) in tables.iter().enumerate() {
        let folded = _mm256_or_si256(load(half(bytes, offset)), fold);
        let low_nibbles = _mm256_and_si256(folded, nibble);
        let high_nibbles = _mm256_and_si256(_mm256_srli_epi16::<4>(folded), nibble);
        let allowed = _mm256_and_si256(
            _mm256_shuffle_epi8(both_lanes(low), low_nibbles),
            _mm256_shuffle_epi8(both_lanes(high), high_nibbles),
        );
        buckets = _mm256_and_si256(buckets, allowed);
    }
    !_mm256_movemask_epi8(_mm256_cmpeq_epi8(buckets, _mm256_setzero_si256())).cast_unsigned()
}

/// A table of sixteen bytes in both halves of a vector.
#[inline]
#[target_feature(enable = "avx2,bmi1")]
fn both_lanes(table: &[u8; 16]) -> __m256i {
    let mut both = [0; 32];
    both[..16].copy_from_slice(table);
    both[16..].copy_from_slice(table);
    load(&both)
}
