//! Classes B and C: masks over blocks of 64 bytes.
//!
//! Class B looks up prefixes where a token starts: a byte that a word boundary lets begin, the first of at
//! least twelve token characters. Class C looks for keywords only in front of runs of at least sixteen run
//! characters with a digit; the build has proven that each of its rules demands such a run.

use std::ops::Range;

use super::simd::{self, BlockMasks, SimdLevel};
use super::table::{PatternTable, TrigramIndex, word_at};
use crate::build::anchors::{AnchorClass, SECRET_RUN_MIN, TOKEN_RUN_MIN};

const _: () = assert!(TOKEN_RUN_MIN == 12 && SECRET_RUN_MIN == 16);

/// Bytes of a block: one mask is a `u64`.
const BLOCK: usize = 64;

/// Blocks whose masks are made at a time, and one more: those of a strip.
const STRIP_BLOCKS: usize = 129;

/// Prefixes and keywords.
#[derive(Debug)]
pub(super) struct Tokens {
    prefixes: TrigramIndex,
    /// Keywords whose secret is letters and digits only.
    alnum: Keywords,
    /// Keywords whose secret may hold `_` and `-`.
    word: Keywords,
}

/// Keywords looked for near one kind of run.
#[derive(Debug)]
struct Keywords {
    index: TrigramIndex,
    /// Bytes before a run in which a keyword may begin, at most.
    reach: usize,
}

impl Keywords {
    fn new(table: &PatternTable, alnum: bool) -> Self {
        let wanted = |class| matches!(class, AnchorClass::NearRun { alnum: a, .. } if a == alnum);
        let ids = table.of_class(wanted);
        let reach = ids.iter().filter_map(|id| table.class(*id).reach()).max().unwrap_or(0);
        Self { index: TrigramIndex::new(table, &ids), reach: reach as usize }
    }

    /// Looks for keywords in front of and inside the run `run`, from `searched` on; returns how far it has
    /// looked.
    fn search(
        &self,
        bytes: &[u8],
        run: Range<usize>,
        searched: usize,
        report: &mut impl FnMut(u32, usize),
    ) -> usize {
        let from = run.start.saturating_sub(self.reach).max(searched);
        if from >= run.end {
            return searched;
        }
        let whole = &bytes[from..(run.end + 3).min(bytes.len())];
        for (index, four) in whole.windows(4).enumerate() {
            let word = u32::from_le_bytes([four[0], four[1], four[2], four[3]]);
            if self.index.may_begin(word) {
                self.index.verify(bytes, from + index, word, report);
            }
        }
        // The last places of the buffer have no four bytes.
        for at in (from + whole.len().saturating_sub(3)).max(from)..run.end {
            let word = word_at(bytes, at);
            if self.index.may_begin(word) {
                self.index.verify(bytes, at, word, report);
            }
        }
        run.end.max(searched)
    }
}

/// What is carried from one strip to the next.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct TokenState {
    /// Bit 0: whether the byte before the strip continues a token.
    before_is_token: u64,
    /// By kind of run.
    progress: [Progress; 2],
}

/// How far one kind of run has been dealt with, so that no byte is looked at twice.
#[derive(Clone, Copy, Debug, Default)]
struct Progress {
    /// End of the last run that was judged.
    judged: usize,
    /// How far keywords were looked for.
    searched: usize,
}

impl Tokens {
    /// Indexes the patterns of classes B and C.
    pub(super) fn new(table: &PatternTable) -> Self {
        let prefixes = table.of_class(|class| class == AnchorClass::TokenStart);
        Self {
            prefixes: TrigramIndex::new(table, &prefixes),
            alnum: Keywords::new(table, true),
            word: Keywords::new(table, false),
        }
    }

    /// Reports prefixes at the token starts in `range`, and keywords near the runs that begin there or go on
    /// from before.
    pub(super) fn scan(
        &self,
        bytes: &[u8],
        range: Range<usize>,
        level: SimdLevel,
        state: &mut TokenState,
        report: &mut impl FnMut(u32, usize),
    ) {
        if self.prefixes.is_empty() && self.alnum.index.is_empty() && self.word.index.is_empty() {
            return;
        }
        let mut masks = [BlockMasks::default(); STRIP_BLOCKS];
        let mut at = range.start;
        while at < range.end {
            // One block more than is dealt with, so that runs can be followed over the edge.
            let blocks = (range.end - at).div_ceil(BLOCK).min(STRIP_BLOCKS - 1);
            simd::fill_masks(level, bytes, at, &mut masks[..=blocks]);
            for pair in masks[..=blocks].windows(2) {
                self.scan_block(bytes, at, (pair[0], pair[1]), state, report);
                at += BLOCK;
            }
        }
    }

    /// One block, with the masks of the block behind it so that runs can be followed over the edge.
    #[inline(always)]
    fn scan_block(
        &self,
        bytes: &[u8],
        at: usize,
        (current, next): (BlockMasks, BlockMasks),
        state: &mut TokenState,
        report: &mut impl FnMut(u32, usize),
    ) {
        let begins = current.start & !(current.start << 1 | state.before_is_token);
        state.before_is_token = current.start >> (BLOCK - 1);
        let wide = |low: u64, high: u64| u128::from(low) | u128::from(high) << 64;
        let alnum = wide(current.alnum, next.alnum);
        let word = wide(current.start | current.dash, next.start | next.dash);
        let token = word | wide(current.dot, next.dot);
        let digit = wide(current.digit, next.digit);

        let token4 = in_a_row_4(token);
        let token12 = token4 & token4 >> 4 & token4 >> 8;
        let mut candidates = begins & token12 as u64;
        while candidates != 0 {
            let place = at + candidates.trailing_zeros() as usize;
            candidates &= candidates - 1;
            let word = word_at(bytes, place);
            if self.prefixes.may_begin(word) {
                self.prefixes.verify(bytes, place, word, report);
            }
        }
        let [near_alnum, near_word] = &mut state.progress;
        if !self.alnum.index.is_empty() {
            let runs = Runs { inside: alnum, digit, at };
            runs.search(bytes, (&self.alnum, is_alnum), near_alnum, report);
        }
        if !self.word.index.is_empty() {
            let runs = Runs { inside: word, digit, at };
            runs.search(bytes, (&self.word, is_word), near_word, report);
        }
    }
}

fn is_alnum(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-'
}

/// Bits at which four set bits in a row begin.
#[inline(always)]
fn in_a_row_4(mask: u128) -> u128 {
    let two = mask & mask >> 1;
    two & two >> 2
}

/// The runs of one block.
struct Runs {
    inside: u128,
    digit: u128,
    at: usize,
}

impl Runs {
    /// Looks for keywords near each run of at least sixteen characters with a digit that begins in the
    /// block. What reaches into it from the block before was judged there.
    #[inline(always)]
    fn search(
        &self,
        bytes: &[u8],
        (keywords, inside): (&Keywords, fn(u8) -> bool),
        progress: &mut Progress,
        report: &mut impl FnMut(u32, usize),
    ) {
        let four = in_a_row_4(self.inside);
        let eight = four & four >> 4;
        let mut long = (eight & eight >> 8) as u64;
        while long != 0 {
            let bit = long.trailing_zeros();
            let start = self.at + bit as usize;
            let len = (self.inside >> bit).trailing_ones();
            long &= u64::MAX.checked_shl(bit + len).unwrap_or(0);
            if start + (len as usize) <= progress.judged {
                continue;
            }
            // A run that ends inside the two blocks is judged by its mask, a longer one byte by byte.
            let (end, has_digit) = if bit + len < 128 {
                let in_run = (1u128 << len) - 1;
                (start + len as usize, self.digit >> bit & in_run != 0)
            } else {
                follow(bytes, start, inside)
            };
            progress.judged = end;
            if has_digit {
                progress.searched = keywords.search(bytes, start..end, progress.searched, report);
            }
        }
    }
}

/// The end of a run that is longer than two blocks, and whether it holds a digit.
#[cold]
#[inline(never)]
fn follow(bytes: &[u8], start: usize, inside: fn(u8) -> bool) -> (usize, bool) {
    let len = bytes[start..].iter().take_while(|byte| inside(**byte)).count();
    let end = start + len;
    (end, bytes[start..end].iter().any(u8::is_ascii_digit))
}
