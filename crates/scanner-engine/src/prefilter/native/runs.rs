//! Where long runs begin in a strip: from the masks of its blocks, many blocks at a time.
//!
//! A run is followed over the edge of its block into the next one, never farther: no run that is asked for is
//! longer than a block. The loops are plain Rust over arrays, which the compiler turns into vector code where
//! the caller was compiled for it.

use super::simd::{STRIP_BLOCKS, StripMasks};
use crate::anchors::{ALNUM_RUN_MIN, BASE64_RUN_MIN, TOKEN_RUN_MIN, WORD_RUN_MIN};
use crate::prefilter::NOTED_RUN_MIN;

const _: () = assert!(TOKEN_RUN_MIN == 12 && ALNUM_RUN_MIN == 16);
const _: () = assert!(NOTED_RUN_MIN == 24);
const _: () = assert!(WORD_RUN_MIN >= ALNUM_RUN_MIN && BASE64_RUN_MIN == 32);

/// Blocks of a short text.
const FEW_BLOCKS: usize = 4;

/// One mask a block: bit `i` says that byte `i` begins something.
#[derive(Debug)]
pub(super) struct Runs {
    /// Tokens of at least [`TOKEN_RUN_MIN`] characters, the first of which follows none that continues one.
    pub(super) tokens: [u64; STRIP_BLOCKS],
    /// [`ALNUM_RUN_MIN`] word characters in a row.
    pub(super) words: [u64; STRIP_BLOCKS],
    /// [`BASE64_RUN_MIN`] characters of base64 in a row.
    pub(super) base64: [u64; STRIP_BLOCKS],
    /// [`NOTED_RUN_MIN`] of them.
    pub(super) noted: [u64; STRIP_BLOCKS],
}

impl Runs {
    /// None yet.
    pub(super) fn new() -> Self {
        const NONE: [u64; STRIP_BLOCKS] = [0; STRIP_BLOCKS];
        Self { tokens: NONE, words: NONE, base64: NONE, noted: NONE }
    }

    /// Finds those of the first blocks of a strip, of which the masks are made, and of the one behind them.
    #[inline(always)]
    pub(super) fn find(&mut self, masks: &StripMasks, blocks: usize) {
        // A count that is known makes better vector code, and most short texts are of a few blocks.
        if blocks <= FEW_BLOCKS {
            self.find_first::<FEW_BLOCKS>(masks);
        } else {
            self.find_first::<STRIP_BLOCKS>(masks);
        }
    }

    #[inline(always)]
    fn find_first<const COUNT: usize>(&mut self, masks: &StripMasks) {
        for (index, out) in self.tokens[..COUNT].iter_mut().enumerate() {
            let before = masks.start[index] >> 63;
            let start = masks.start[index + 1];
            let four = Pair::at(&masks.token, index).shrink(1).shrink(2);
            *out = start & !(start << 1 | before) & four.first & four.shifted(4) & four.shifted(8);
        }
        for (index, out) in self.words[..COUNT].iter_mut().enumerate() {
            let eight = Pair::at(&masks.word, index).shrink(1).shrink(2).shrink(4);
            *out = eight.first & eight.shifted(8);
        }
        for index in 0..COUNT {
            let eight = Pair::at(&masks.base64, index).shrink(1).shrink(2).shrink(4);
            let sixteen = eight.shrink(8);
            self.base64[index] = sixteen.first & sixteen.shifted(16);
            self.noted[index] = sixteen.first & sixteen.shifted(8);
        }
    }
}

/// The masks of a block and of the next. Bits that depend on what follows the next are not right.
#[derive(Clone, Copy)]
struct Pair {
    first: u64,
    next: u64,
}

impl Pair {
    #[inline(always)]
    fn at(masks: &[u64; STRIP_BLOCKS + 1], index: usize) -> Self {
        Self { first: masks[index], next: masks[index + 1] }
    }

    /// The first mask moved down by `by` bits, filled up from the next.
    #[inline(always)]
    fn shifted(self, by: u32) -> u64 {
        self.first >> by | self.next << (64 - by)
    }

    /// Bits that are set and set `by` bits farther.
    #[inline(always)]
    fn shrink(self, by: u32) -> Self {
        Self { first: self.first & self.shifted(by), next: self.next & self.next >> by }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Whether `count` bits in a row are set from `bit` of block `index` on.
    fn in_a_row(masks: &[u64], index: usize, bit: usize, count: usize) -> bool {
        (bit..bit + count).all(|bit| masks[index + bit / 64] >> (bit % 64) & 1 != 0)
    }

    /// Masks with many long runs.
    fn masks() -> impl Strategy<Value = [u64; STRIP_BLOCKS + 1]> {
        let lengths = prop::collection::vec((1..70_usize, 1..6_usize), 60..200);
        lengths.prop_map(|lengths| {
            let mut masks = [0; STRIP_BLOCKS + 1];
            let mut at = 0;
            for (run, gap) in lengths {
                for bit in (at..at + run).take_while(|bit| bit / 64 <= STRIP_BLOCKS) {
                    masks[bit / 64] |= 1 << (bit % 64);
                }
                at += run + gap;
            }
            masks
        })
    }

    proptest! {
        #[test]
        fn runs_begin_where_bits_are_counted(token in masks(), word in masks(), base64 in masks(), start in masks()) {
            let mut strip = StripMasks::new();
            strip.token = token;
            strip.word = word;
            strip.base64 = base64;
            strip.start[..=STRIP_BLOCKS].copy_from_slice(&start);
            let mut runs = Runs::new();
            runs.find(&strip, STRIP_BLOCKS);
            for place in 0..STRIP_BLOCKS * 64 {
                let (index, bit) = (place / 64, place % 64);
                let is = |runs: &[u64]| runs[index] >> bit & 1 != 0;
                // The mask of starts has a block before the first.
                let starts = |place: usize| start[place / 64] >> (place % 64) & 1 != 0;
                let begins = place + 64 < start.len() * 64 && starts(place + 64) && !starts(place + 63);
                prop_assert_eq!(is(&runs.tokens), begins && in_a_row(&token, index, bit, 12));
                prop_assert_eq!(is(&runs.words), in_a_row(&word, index, bit, 16));
                prop_assert_eq!(is(&runs.base64), in_a_row(&base64, index, bit, 32));
                prop_assert_eq!(is(&runs.noted), in_a_row(&base64, index, bit, 24));
            }
        }
    }
}
