//! Class C: keywords in front of a neighbour.
//!
//! The masks of [`super::tokens`] find the neighbours; here each is looked at more closely and the bytes in
//! front of it are searched, none of them twice.

use std::ops::Range;

use memchr::memmem;

use super::table::{PatternTable, TrigramIndex, word_at};
use crate::build::anchors::{
    ALNUM_RUN_MIN, AnchorClass, Neighbour, PLAIN_RUN_MIN, SCHEME_END, WORD_RUN_MIN, is_run_byte,
};

/// Keywords by what they stand in front of.
#[derive(Debug)]
pub(super) struct Near {
    alnum_value: Keywords,
    word_value: Keywords,
    base64_value: Keywords,
    base64: Keywords,
    scheme: Keywords,
    scheme_end: memmem::Finder<'static>,
}

/// How far each kind of keyword was looked for in a buffer.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct NearState {
    alnum_value: Searched,
    word_value: Searched,
    base64_value: Searched,
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
}

impl Keywords {
    fn new(table: &PatternTable, wanted: Neighbour) -> Self {
        let ids = table.of_class(
            |class| matches!(class, AnchorClass::Near { neighbour, .. } if neighbour == wanted),
        );
        let reach = ids.iter().filter_map(|id| table.class(*id).reach()).max().unwrap_or(0);
        Self { index: TrigramIndex::new(table, &ids), reach: reach as usize }
    }

    #[inline(never)]
    /// Looks for keywords that begin in the reach before `neighbour` and before `end`, where nobody has looked
    /// yet.
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
}

impl Near {
    /// Indexes the patterns of class C.
    pub(super) fn new(table: &PatternTable) -> Self {
        let keywords = |neighbour| Keywords::new(table, neighbour);
        Self {
            alnum_value: keywords(Neighbour::AlnumValue),
            word_value: keywords(Neighbour::WordValue),
            base64_value: keywords(Neighbour::Base64Value),
            base64: keywords(Neighbour::Base64),
            scheme: keywords(Neighbour::Scheme),
            scheme_end: memmem::Finder::new(SCHEME_END),
        }
    }

    /// Whether there are no keywords.
    pub(super) fn is_empty(&self) -> bool {
        let [a, b, c] = [&self.alnum_value, &self.word_value, &self.base64_value];
        [a, b, c, &self.base64, &self.scheme].iter().all(|keywords| keywords.index.is_empty())
    }

    /// Values that begin at the bits of `starts` with a run of word characters of at least
    /// [`ALNUM_RUN_MIN`].
    #[cold]
    #[inline(never)]
    pub(super) fn values(
        &self,
        bytes: &[u8],
        at: usize,
        mut starts: u64,
        state: &mut NearState,
        report: &mut impl FnMut(u32, usize),
    ) {
        while starts != 0 {
            let start = at + starts.trailing_zeros() as usize;
            starts &= starts - 1;
            let seen = &bytes[start..(start + PLAIN_RUN_MIN as usize).min(bytes.len())];
            if may_be_secret(seen, ALNUM_RUN_MIN, |byte| byte.is_ascii_alphanumeric()) {
                self.alnum_value.search(bytes, (start, start), &mut state.alnum_value, report);
            }
            if may_be_secret(seen, WORD_RUN_MIN, is_run_byte) {
                self.word_value.search(bytes, (start, start), &mut state.word_value, report);
            }
        }
    }

    /// Runs of base64 of at least [`BASE64_RUN_MIN`] from the bits of `long` on. `inside` are the runs of the
    /// block and the next, `values` the bits behind an operator.
    ///
    /// [`BASE64_RUN_MIN`]: crate::build::anchors::BASE64_RUN_MIN
    #[cold]
    #[inline(never)]
    pub(super) fn base64(
        &self,
        bytes: &[u8],
        at: usize,
        (mut long, values, inside): (u64, u64, u128),
        state: &mut NearState,
        report: &mut impl FnMut(u32, usize),
    ) {
        while long != 0 {
            let bit = long.trailing_zeros();
            let len = (inside >> bit).trailing_ones();
            long &= u64::MAX.checked_shl(bit + len).unwrap_or(0);
            let start = at + bit as usize;
            if values >> bit & 1 != 0 {
                self.base64_value.search(bytes, (start, start), &mut state.base64_value, report);
            }
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

/// Whether a value whose first bytes are `seen`, [`PLAIN_RUN_MIN`] of them or all, begins with a run that may
/// be a secret: at least `least` characters and a digit, or as many as are seen.
fn may_be_secret(seen: &[u8], least: u32, inside: fn(u8) -> bool) -> bool {
    let len = seen.iter().take_while(|byte| inside(**byte)).count();
    len >= PLAIN_RUN_MIN as usize
        || len >= least as usize && seen[..len].iter().any(u8::is_ascii_digit)
}
