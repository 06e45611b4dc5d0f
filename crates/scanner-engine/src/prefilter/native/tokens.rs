//! Classes B and C: masks over blocks of 64 bytes.
//!
//! Class B looks up prefixes where a token starts: a byte that a word boundary lets begin, the first of at
//! least twelve token characters. Class C looks for keywords only in front of neighbours that the build has
//! proven: long runs with a digit, values behind an operator, the end of a URI's scheme.
//!
//! Token starts are collected a strip at a time and looked up afterwards.

use std::ops::Range;

use super::near::{Near, NearState, Values};
use super::places::Places;
use super::simd::{self, BlockMasks, SimdLevel};
use super::table::{PatternTable, TrigramIndex, word_at};
use crate::build::anchors::{
    ALNUM_RUN_MIN, AnchorClass, BASE64_RUN_MIN, TOKEN_RUN_MIN, WORD_RUN_MIN,
};

const _: () = assert!(TOKEN_RUN_MIN == 12 && ALNUM_RUN_MIN == 16);
const _: () = assert!(WORD_RUN_MIN == 20 && BASE64_RUN_MIN == 32);

/// Bytes of a block: one mask is a `u64`.
const BLOCK: usize = 64;

/// Blocks whose masks are made at a time, and one more.
const STRIP_BLOCKS: usize = 33;

/// Token starts of a strip, at most, and slack: of two in a row, the second follows a byte that is none.
const STARTS_MAX: usize = (STRIP_BLOCKS - 1) * BLOCK / 2 + 4;

type Starts = Places<STARTS_MAX>;

/// Prefixes and keywords.
#[derive(Debug)]
pub(super) struct Tokens {
    prefixes: TrigramIndex,
    near: Near,
}

/// What is carried from one strip to the next.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct TokenState {
    /// Bit 0: whether the byte before the block continues a token.
    before_is_token: u64,
    /// Bit 0: whether gap bytes with an operator among them end at the block.
    before_is_operator: bool,
    near: NearState,
}

impl Tokens {
    /// Indexes the patterns of classes B and C.
    pub(super) fn new(table: &PatternTable) -> Self {
        let prefixes = table.of_class(|class| class == AnchorClass::TokenStart);
        Self { prefixes: TrigramIndex::new(table, &prefixes), near: Near::new(table) }
    }

    /// Reports prefixes at the token starts in `range`, and keywords in front of the neighbours that begin
    /// there.
    pub(super) fn scan(
        &self,
        bytes: &[u8],
        range: Range<usize>,
        level: SimdLevel,
        state: &mut TokenState,
        report: &mut impl FnMut(u32, usize),
    ) {
        if self.prefixes.is_empty() && self.near.is_empty() {
            return;
        }
        #[cfg(target_arch = "x86_64")]
        if level == SimdLevel::Avx2 {
            let scan = Scan { tokens: self, bytes, range, level, state, report };
            return simd::avx2::compiled(level, scan);
        }
        self.scan_strips(bytes, range, level, state, report);
    }

    #[inline(always)]
    fn scan_strips(
        &self,
        bytes: &[u8],
        range: Range<usize>,
        level: SimdLevel,
        state: &mut TokenState,
        report: &mut impl FnMut(u32, usize),
    ) {
        let mut masks = [BlockMasks::default(); STRIP_BLOCKS];
        let mut starts = Starts::new();
        self.near.schemes(bytes, range.clone(), &mut state.near, report);
        let mut at = range.start;
        while at < range.end {
            // One block more than is dealt with, so that runs can be followed over the edge.
            let blocks = (range.end - at).div_ceil(BLOCK).min(STRIP_BLOCKS - 1);
            simd::fill_masks(level, bytes, at, &mut masks[..=blocks]);
            starts.clear();
            for (index, pair) in masks[..=blocks].windows(2).enumerate() {
                let begins = self.scan_block(bytes, at + index * BLOCK, pair, state, report);
                starts.push(begins, index * BLOCK);
            }
            self.look_up(bytes, at, &starts, report);
            at += blocks * BLOCK;
        }
    }

    /// Deals with the neighbours of one block; gives the token starts. The masks of the block behind it tell
    /// how runs go on.
    #[inline(always)]
    fn scan_block(
        &self,
        bytes: &[u8],
        at: usize,
        pair: &[BlockMasks],
        state: &mut TokenState,
        report: &mut impl FnMut(u32, usize),
    ) -> u64 {
        let [current, next] = pair else { return 0 };
        let begins = current.start & !(current.start << 1 | state.before_is_token);
        state.before_is_token = current.start >> (BLOCK - 1);
        let wide = |low: u64, high: u64| u128::from(low) | u128::from(high) << 64;

        // Adding the operators to the gap bytes carries past the end of each stretch that holds one.
        let (sum, first) = current.gap.overflowing_add(current.operator);
        let (sum, second) = sum.overflowing_add(u64::from(state.before_is_operator));
        state.before_is_operator = first | second;
        let values = sum & !current.gap;

        let mut long = 0;
        if may_begin_32(current.base64, next.base64) {
            let base64 = wide(current.base64, next.base64);
            let base64_8 = in_a_row_8(base64);
            let base64_16 = base64_8 & base64_8 >> 8;
            long = (base64_16 & base64_16 >> 16) as u64;
            self.near.base64(bytes, at, (long, base64), &mut state.near, report);
        }
        let word = wide(current.word, next.word);
        let word8 = in_a_row_8(word);
        let starts = values & ((word8 & word8 >> 8) as u64 | long);
        if starts != 0 {
            let values = Values { starts, long, word, digit: wide(current.digit, next.digit) };
            self.near.values(bytes, at, values, &mut state.near, report);
        }

        let token = wide(current.token, next.token);
        let token4 = in_a_row_4(token);
        begins & (token4 & token4 >> 4 & token4 >> 8) as u64
    }

    /// Looks up the prefixes at the collected starts.
    fn look_up(
        &self,
        bytes: &[u8],
        base: usize,
        starts: &Starts,
        report: &mut impl FnMut(u32, usize),
    ) {
        for start in starts.iter() {
            let place = base + start;
            let word = word_at(bytes, place);
            if self.prefixes.may_begin(word) {
                self.prefixes.verify(bytes, place, word, report);
            }
        }
    }
}

/// The arguments of [`Tokens::scan_strips`], to run it compiled for other instructions.
#[cfg(target_arch = "x86_64")]
struct Scan<'a, R> {
    tokens: &'a Tokens,
    bytes: &'a [u8],
    range: Range<usize>,
    level: SimdLevel,
    state: &'a mut TokenState,
    report: &'a mut R,
}

#[cfg(target_arch = "x86_64")]
impl<R: FnMut(u32, usize)> simd::avx2::Work for Scan<'_, R> {
    #[inline(always)]
    fn run(self) {
        self.tokens.scan_strips(self.bytes, self.range, self.level, self.state, self.report);
    }
}

/// Whether 32 set bits in a row may begin in `current`: they hold sixteen that begin at a multiple of sixteen.
#[inline(always)]
fn may_begin_32(current: u64, next: u64) -> bool {
    let eight = current & current >> 8;
    let four = eight & eight >> 4;
    let two = four & four >> 2;
    two & two >> 1 & 0x0001_0001_0001_0001 != 0 || next & 0xffff == 0xffff
}

/// Bits at which four set bits in a row begin.
#[inline(always)]
fn in_a_row_4(mask: u128) -> u128 {
    let two = mask & mask >> 1;
    two & two >> 2
}

/// Bits at which eight set bits in a row begin.
#[inline(always)]
fn in_a_row_8(mask: u128) -> u128 {
    let four = in_a_row_4(mask);
    four & four >> 4
}
