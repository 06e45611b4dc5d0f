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
use super::runs::Runs;
#[cfg(target_arch = "x86_64")]
use super::simd;
use super::simd::{STRIP_BLOCKS, SimdLevel, StripMasks};
use super::table::{PatternTable, TrigramIndex, word_at};
use crate::anchors::AnchorClass;
use crate::prefilter::RunNotes;

/// Bytes of a block: one mask is a `u64`.
const BLOCK: usize = 64;

/// Token starts of a strip, at most, and slack: of two in a row, the second follows a byte that is none.
const STARTS_MAX: usize = STRIP_BLOCKS * BLOCK / 2 + 4;

type Starts = Places<STARTS_MAX>;

/// Memory for a strip, kept from scan to scan: clearing it costs as much as scanning a short text. What an earlier strip
/// left there is written over before it is read.
#[derive(Debug)]
pub(super) struct StripBuffers {
    masks: StripMasks,
    runs: Runs,
    starts: Starts,
}

impl Default for StripBuffers {
    fn default() -> Self {
        Self { masks: StripMasks::new(), runs: Runs::new(), starts: Starts::new() }
    }
}

/// What a scan writes to besides its report.
pub(super) struct TokenMemory<'a> {
    pub(super) state: &'a mut TokenState,
    /// Long runs of base64 are noted here.
    pub(super) notes: &'a mut RunNotes,
    pub(super) buffers: &'a mut StripBuffers,
}

/// Prefixes and keywords.
#[derive(Debug)]
pub(super) struct Tokens {
    prefixes: TrigramIndex,
    near: Near,
}

/// What is carried from one strip to the next.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct TokenState {
    /// The mask of characters that continue a token, of the block before.
    before_start: u64,
    /// Bit 0: whether gap bytes with an operator among them end at the block.
    before_is_operator: bool,
    near: NearState,
}

impl Tokens {
    /// Indexes the patterns of classes B and C.
    pub(super) fn new(table: &PatternTable, level: SimdLevel) -> Self {
        let prefixes = table.of_class(|class| class == AnchorClass::TokenStart);
        Self { prefixes: TrigramIndex::new(table, &prefixes), near: Near::new(table, level) }
    }

    /// Whether there is nothing to look for.
    pub(super) fn is_empty(&self) -> bool {
        self.prefixes.is_empty() && self.near.is_empty()
    }

    /// Reports prefixes at the token starts in `range`, and keywords in front of the neighbours that begin
    /// there. Long runs of base64 are noted.
    pub(super) fn scan(
        &self,
        bytes: &[u8],
        range: Range<usize>,
        level: SimdLevel,
        memory: TokenMemory<'_>,
        report: &mut impl FnMut(u32, usize),
    ) {
        if self.is_empty() {
            return;
        }
        #[cfg(target_arch = "x86_64")]
        if level == SimdLevel::Avx2 {
            let scan = Scan { tokens: self, bytes, range, level, memory, report };
            return simd::avx2::compiled(level, scan);
        }
        self.scan_strips(bytes, range, level, memory, report);
    }

    #[inline(always)]
    fn scan_strips(
        &self,
        bytes: &[u8],
        range: Range<usize>,
        level: SimdLevel,
        memory: TokenMemory<'_>,
        report: &mut impl FnMut(u32, usize),
    ) {
        let TokenMemory { state, notes, buffers: StripBuffers { masks, runs, starts } } = memory;
        self.near.schemes(bytes, range.clone(), &mut state.near, report);
        let mut at = range.start;
        while at < range.end {
            let blocks = (range.end - at).div_ceil(BLOCK).min(STRIP_BLOCKS);
            masks.start[0] = state.before_start;
            masks.fill(level, bytes, (at, blocks));
            runs.find(masks, blocks);
            starts.clear();
            for index in 0..blocks {
                let place = at + index * BLOCK;
                if runs.noted[index] != 0 {
                    notes.add(place, runs.noted[index]);
                }
                self.neighbours(bytes, place, (masks, runs, index), state, report);
                starts.push(runs.tokens[index], index * BLOCK);
            }
            state.before_start = masks.start[blocks];
            self.look_up(bytes, at, starts, report);
            at += blocks * BLOCK;
        }
    }

    /// Deals with the neighbours of block `index` of a strip, which begins at `at`.
    #[inline(always)]
    fn neighbours(
        &self,
        bytes: &[u8],
        at: usize,
        (masks, runs, index): (&StripMasks, &Runs, usize),
        state: &mut TokenState,
        report: &mut impl FnMut(u32, usize),
    ) {
        // Adding the operators to the gap bytes carries past the end of each stretch that holds one.
        let gap = masks.gap[index];
        let (sum, first) = gap.overflowing_add(masks.operator[index]);
        let (sum, second) = sum.overflowing_add(u64::from(state.before_is_operator));
        state.before_is_operator = first | second;
        let long = runs.base64[index];
        let starts = sum & !gap & (runs.words[index] | long);
        let wide = |masks: &[u64]| u128::from(masks[index]) | u128::from(masks[index + 1]) << 64;
        if long != 0 {
            self.near.base64(bytes, at, (long, wide(&masks.base64)), &mut state.near, report);
        }
        if starts != 0 {
            let (word, digit) = (wide(&masks.word), wide(&masks.digit));
            let values = Values { starts, long, word, digit };
            self.near.values(bytes, at, values, &mut state.near, report);
        }
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
    memory: TokenMemory<'a>,
    report: &'a mut R,
}

#[cfg(target_arch = "x86_64")]
impl<R: FnMut(u32, usize)> simd::avx2::Work for Scan<'_, R> {
    #[inline(always)]
    fn run(self) {
        self.tokens.scan_strips(self.bytes, self.range, self.level, self.memory, self.report);
    }
}
