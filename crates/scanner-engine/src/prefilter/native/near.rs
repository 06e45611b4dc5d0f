//! Class C: keywords in front of a neighbour.
//!
//! The masks of [`super::tokens`] find the neighbours; here each is looked at more closely and the bytes in
//! front of it are searched, none of them twice.

use std::ops::Range;

use memchr::memmem;

use super::embedded;
use super::fingerprints::Fingerprints;
use super::layout::Stem;
use super::simd::SimdLevel;
use super::table::{PatternTable, TrigramIndex, word_at};
use crate::anchors::{
    ALNUM_RUN_MIN, AnchorClass, Neighbour, PLAIN_RUN_MIN, SCHEME_END, WORD_RUN_MIN,
};

/// Keywords by what they stand in front of.
#[derive(Debug)]
pub(super) struct Near {
    value: Keywords,
    base64: Keywords,
    scheme: Keywords,
    scheme_end: memmem::Finder<'static>,
}

/// How far each kind of keyword was looked for in a buffer.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct NearState {
    value: Searched,
    base64: Searched,
    scheme: Searched,
}

/// How far keywords were looked for.
#[derive(Clone, Copy, Debug, Default)]
struct Searched(usize);

/// Keywords looked for in front of one kind of neighbour.
#[derive(Debug)]
struct Keywords {
    index: TrigramIndex,
    /// Bytes before the neighbour in which a keyword may begin, at most.
    reach: usize,
    /// Finds where few keywords may begin in long stretches.
    prints: Option<Fingerprints>,
    level: SimdLevel,
}

/// Bytes of a stretch that is searched with fingerprints, at least: setting up their tables is what 30 bytes cost without.
const LONG_BYTES: usize = 48;

impl Keywords {
    fn new(table: &PatternTable, wanted: Neighbour, level: SimdLevel) -> Self {
        let ids = table.of_class(
            |class| matches!(class, AnchorClass::Near { neighbour, .. } if neighbour == wanted),
        );
        let reach = ids.iter().filter_map(|id| table.class(*id).reach()).max().unwrap_or(0);
        // The stretches of the others are short.
        let prints = || {
            let layout = embedded::layout(Stem::First, &table.literals(&ids));
            Fingerprints::new(&layout.buckets)
        };
        let prints = (wanted == Neighbour::Base64).then(prints);
        Self { index: TrigramIndex::new(table, &ids), reach: reach as usize, prints, level }
    }

    /// Looks for keywords that begin in the reach before `neighbour` and before `end`, where nobody has looked
    /// yet.
    #[inline(never)]
    fn search(
        &self,
        bytes: &[u8],
        (neighbour, end): (usize, usize),
        searched: &mut Searched,
        report: &mut impl FnMut(u32, usize),
    ) {
        let from = neighbour.saturating_sub(self.reach).max(searched.0);
        if self.index.is_empty() || from >= end {
            return;
        }
        searched.0 = end;
        let end = end.min(bytes.len());
        let from = self.search_long(bytes, from..end, report);
        let whole = &bytes[from..(end + 3).min(bytes.len())];
        let mut place = from;
        for four in whole.windows(4) {
            let word = u32::from_le_bytes([four[0], four[1], four[2], four[3]]);
            if self.index.may_begin(word) {
                self.index.verify(bytes, place, word, report);
            }
            place += 1;
        }
        // The last places of the buffer have no four bytes.
        for place in place..end {
            let word = word_at(bytes, place);
            if self.index.may_begin(word) {
                self.index.verify(bytes, place, word, report);
            }
        }
    }

    /// Searches a long stretch as far as vectors go; returns where that is.
    fn search_long(
        &self,
        bytes: &[u8],
        stretch: Range<usize>,
        report: &mut impl FnMut(u32, usize),
    ) -> usize {
        let Some(prints) = self.prints.as_ref().filter(|_| stretch.len() >= LONG_BYTES) else {
            return stretch.start;
        };
        let end = stretch.end;
        let done = prints.masks(self.level, bytes, stretch, &mut |mut mask, at| {
            while mask != 0 {
                let place = at + mask.trailing_zeros() as usize;
                mask &= mask - 1;
                let word = word_at(bytes, place);
                if self.index.may_begin(word) {
                    self.index.verify(bytes, place, word, report);
                }
            }
        });
        done.min(end)
    }
}

impl Near {
    /// Indexes the patterns of class C.
    pub(super) fn new(table: &PatternTable, level: SimdLevel) -> Self {
        let keywords = |neighbour| Keywords::new(table, neighbour, level);
        Self {
            value: keywords(Neighbour::Value),
            base64: keywords(Neighbour::Base64),
            scheme: keywords(Neighbour::Scheme),
            scheme_end: memmem::Finder::new(SCHEME_END),
        }
    }

    /// Whether there are no keywords.
    pub(super) fn is_empty(&self) -> bool {
        [&self.value, &self.base64, &self.scheme].iter().all(|keywords| keywords.index.is_empty())
    }

    /// Values behind an operator, in the order of their places: what one search has passed over, no later one
    /// looks at.
    #[inline(always)]
    pub(super) fn values(
        &self,
        bytes: &[u8],
        at: usize,
        mut values: Values,
        state: &mut NearState,
        report: &mut impl FnMut(u32, usize),
    ) {
        while values.starts != 0 {
            let bit = values.starts.trailing_zeros();
            values.starts &= values.starts - 1;
            let start = at + bit as usize;
            if values.is_secret(bit, &bytes[start..]) {
                self.value(bytes, start, state, report);
            }
        }
    }

    /// A value that begins at `start`: keywords stand before it, on the same line.
    fn value(
        &self,
        bytes: &[u8],
        start: usize,
        state: &mut NearState,
        report: &mut impl FnMut(u32, usize),
    ) {
        let from = start.saturating_sub(self.value.reach);
        let line = memchr::memrchr(b'\n', &bytes[from..start]).map_or(from, |at| from + at + 1);
        state.value.0 = state.value.0.max(line);
        self.value.search(bytes, (start, start), &mut state.value, report);
    }

    /// Runs of base64 of at least [`BASE64_RUN_MIN`] from the bits of `long` on. `inside` are the runs of the
    /// block and the next.
    ///
    /// [`BASE64_RUN_MIN`]: crate::anchors::BASE64_RUN_MIN
    #[inline(always)]
    pub(super) fn base64(
        &self,
        bytes: &[u8],
        at: usize,
        (mut long, inside): (u64, u128),
        state: &mut NearState,
        report: &mut impl FnMut(u32, usize),
    ) {
        while long != 0 {
            let bit = long.trailing_zeros();
            let len = (inside >> bit).trailing_ones();
            long &= u64::MAX.checked_shl(bit + len).unwrap_or(0);
            let start = at + bit as usize;
            // A keyword may begin directly behind the run. What goes on behind the two blocks is seen again.
            let end = start + len as usize + 1;
            self.base64.search(bytes, (start, end), &mut state.base64, report);
        }
    }

    /// Ends of schemes that begin in `range`.
    pub(super) fn schemes(
        &self,
        bytes: &[u8],
        range: Range<usize>,
        state: &mut NearState,
        report: &mut impl FnMut(u32, usize),
    ) {
        if self.scheme.index.is_empty() {
            return;
        }
        let seen = &bytes[range.start..(range.end + SCHEME_END.len() - 1).min(bytes.len())];
        for found in self.scheme_end.find_iter(seen) {
            let end = range.start + found + SCHEME_END.len();
            self.scheme.search(bytes, (end, end), &mut state.scheme, report);
        }
    }
}

/// Where values begin in a block behind an operator, and what tells whether they may be secrets.
#[derive(Clone, Copy, Debug)]
pub(super) struct Values {
    /// The first bytes of values with a run that may be long enough.
    pub(super) starts: u64,
    /// The first bytes of runs of base64 that are long enough.
    pub(super) long: u64,
    /// Word characters of the block and the next.
    pub(super) word: u128,
    /// Digits of the block and the next.
    pub(super) digit: u128,
}

impl Values {
    /// Whether the value at `bit`, which is `value`, begins with a run as [`Neighbour::Value`] says.
    #[inline(always)]
    fn is_secret(&self, bit: u32, value: &[u8]) -> bool {
        let len = (self.word >> bit).trailing_ones();
        let is_long = self.long >> bit & 1 != 0 || len >= PLAIN_RUN_MIN;
        is_long || {
            // A run that begins with `+` or `/` has no word characters.
            let run = u128::MAX.checked_shr(128 - len).unwrap_or(0);
            self.digit >> bit & run != 0 && (len >= WORD_RUN_MIN || is_alnum_secret(value))
        }
    }
}

/// Whether a value begins with at least [`ALNUM_RUN_MIN`] letters and digits.
fn is_alnum_secret(value: &[u8]) -> bool {
    let run = value.iter().take(ALNUM_RUN_MIN as usize).take_while(|b| b.is_ascii_alphanumeric());
    run.count() == ALNUM_RUN_MIN as usize
}
