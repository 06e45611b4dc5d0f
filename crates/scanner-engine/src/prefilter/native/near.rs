//! Class C: keywords in front of a neighbour.
//!
//! The masks of [`super::tokens`] find the neighbours; here the bytes in front of each are searched, none of
//! them twice.

use super::table::{PatternTable, TrigramIndex, word_at};
use crate::build::anchors::{AnchorClass, Neighbour, PLAIN_RUN_MIN};

/// Keywords by what they stand in front of.
#[derive(Debug)]
pub(super) struct Near {
    alnum: Keywords,
    alnum_value: Keywords,
    word_value: Keywords,
    base64: Keywords,
    scheme: Keywords,
}

/// What is carried along a buffer, by kind of neighbour.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct NearState {
    /// End of the last run of letters and digits that had no digit in two blocks and was followed.
    digitless: usize,
    alnum: Searched,
    alnum_value: Searched,
    word_value: Searched,
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
            alnum: keywords(Neighbour::Alnum),
            alnum_value: keywords(Neighbour::AlnumValue),
            word_value: keywords(Neighbour::WordValue),
            base64: keywords(Neighbour::Base64),
            scheme: keywords(Neighbour::Scheme),
        }
    }

    /// Whether there are no keywords.
    pub(super) fn is_empty(&self) -> bool {
        [&self.alnum, &self.alnum_value, &self.word_value, &self.base64, &self.scheme]
            .iter()
            .all(|keywords| keywords.index.is_empty())
    }

    /// Runs of letters and digits that are `long` from a bit on. `values` are the bits behind an operator.
    #[inline(always)]
    pub(super) fn alnum(
        &self,
        bytes: &[u8],
        at: usize,
        (mut long, values, inside, digit): (u64, u64, u128, u128),
        state: &mut NearState,
        report: &mut impl FnMut(u32, usize),
    ) {
        while long != 0 {
            let run = Run::take(&mut long, inside);
            let start = at + run.bit as usize;
            let has_digit = digit >> run.bit & run.ones() != 0;
            if values >> run.bit & 1 != 0 && is_secret(run.len, has_digit) {
                self.alnum_value.search(bytes, (start, start), &mut state.alnum_value, report);
            }
            if self.alnum.index.is_empty() || start + run.len as usize <= state.digitless {
                continue;
            }
            let mut end = start + run.len as usize;
            let mut has_digit = has_digit;
            if !has_digit && run.is_open() {
                (end, has_digit) = follow(bytes, start);
                state.digitless = end;
            }
            if has_digit {
                self.alnum.search(bytes, (start, end), &mut state.alnum, report);
            }
        }
    }

    /// Runs of word characters that begin at the bits of `starts`, each behind an operator and long.
    #[inline(always)]
    pub(super) fn words(
        &self,
        bytes: &[u8],
        at: usize,
        (mut starts, inside, digit): (u64, u128, u128),
        state: &mut NearState,
        report: &mut impl FnMut(u32, usize),
    ) {
        while starts != 0 {
            let run = Run::take(&mut starts, inside);
            let start = at + run.bit as usize;
            if is_secret(run.len, digit >> run.bit & run.ones() != 0) {
                self.word_value.search(bytes, (start, start), &mut state.word_value, report);
            }
        }
    }

    /// Runs of base64 that are `long` from a bit on.
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
            let run = Run::take(&mut long, inside);
            let start = at + run.bit as usize;
            // A keyword may begin directly behind the run. What goes on behind the two blocks is seen again.
            let end = start + run.len as usize + 1;
            self.base64.search(bytes, (start, end), &mut state.base64, report);
        }
    }

    /// Ends of schemes: `://` at each bit.
    #[inline(always)]
    pub(super) fn schemes(
        &self,
        bytes: &[u8],
        at: usize,
        mut schemes: u64,
        state: &mut NearState,
        report: &mut impl FnMut(u32, usize),
    ) {
        while schemes != 0 {
            let end = at + schemes.trailing_zeros() as usize + 3;
            schemes &= schemes - 1;
            self.scheme.search(bytes, (end, end), &mut state.scheme, report);
        }
    }
}

/// Whether a run behind an operator, long enough for its kind, may be a secret.
fn is_secret(len: u32, has_digit: bool) -> bool {
    has_digit || len >= PLAIN_RUN_MIN
}

/// A run as the masks of two blocks show it: at least 64 bits of it, or all.
#[derive(Clone, Copy)]
struct Run {
    /// Its first bit.
    bit: u32,
    /// Its bits in the two blocks.
    len: u32,
}

impl Run {
    /// The run at the first bit of `starts`, whose bits it loses.
    #[inline(always)]
    fn take(starts: &mut u64, inside: u128) -> Self {
        let bit = starts.trailing_zeros();
        let len = (inside >> bit).trailing_ones();
        *starts &= u64::MAX.checked_shl(bit + len).unwrap_or(0);
        Self { bit, len }
    }

    /// As many ones as the run is long.
    #[inline(always)]
    fn ones(self) -> u128 {
        u128::MAX >> (128 - self.len)
    }

    /// Whether the run may go on behind the two blocks.
    #[inline(always)]
    fn is_open(self) -> bool {
        self.bit + self.len >= 128
    }
}

/// The end of a run of letters and digits, and whether it holds a digit.
#[cold]
#[inline(never)]
fn follow(bytes: &[u8], start: usize) -> (usize, bool) {
    let len = bytes[start..].iter().take_while(|byte| byte.is_ascii_alphanumeric()).count();
    let end = start + len;
    (end, bytes[start..end].iter().any(u8::is_ascii_digit))
}
