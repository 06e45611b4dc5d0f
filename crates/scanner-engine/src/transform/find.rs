//! From marks to spans.

use std::ops::Range;

use scanner_core::DecodeKind;

use super::masks::{BLOCK, Marks, marks, scan_hints};
use super::{EncodedSpan, SIDE_MAX, base64, escape, hex, html, percent, quoted};
use crate::prefilter::native::SimdLevel;

/// Characters of base64 that begin with compressed data, at least.
const ZIPPED_MIN: usize = 24;

/// How far spans reach, so that none is taken twice.
#[derive(Default)]
struct Taken {
    /// Of base64, by alignment of the group.
    base64: [usize; 4],
    /// Of hex, by parity of the pair.
    hex: [usize; 2],
    /// The last span of each kind of escape, as its index among all spans.
    escapes: [Option<usize>; 4],
}

/// How spans of a kind of escape are found. Where escapes stand close together their spans are one.
struct EscapeKind {
    kind: DecodeKind,
    /// Whether an escape of text begins at a place.
    begins: fn(&[u8], usize) -> bool,
    /// Whether the byte at a place can be inside a span.
    is_inside: fn(&[u8], usize) -> bool,
}

const ESCAPE_KINDS: [EscapeKind; 4] = [
    EscapeKind {
        kind: DecodeKind::Percent,
        begins: percent::begins,
        is_inside: percent::is_inside,
    },
    EscapeKind { kind: DecodeKind::Escape, begins: escape::begins, is_inside: escape::is_inside },
    EscapeKind { kind: DecodeKind::HtmlEntity, begins: html::begins, is_inside: html::is_inside },
    EscapeKind {
        kind: DecodeKind::QuotedPrintable,
        begins: quoted::begins,
        is_inside: quoted::is_inside,
    },
];

/// Finds encoded text in `bytes`, in the order of [`EncodedSpan`].
pub(crate) fn find(level: SimdLevel, bytes: &[u8], out: &mut Vec<EncodedSpan>) {
    Search::new(level, bytes).find(0..bytes.len(), out);
    out.sort_unstable();
}

/// A search through parts of some bytes, from front to back. What is found depends on the bytes alone, not on where
/// parts or blocks begin.
pub(crate) struct Search<'a> {
    level: SimdLevel,
    bytes: &'a [u8],
    taken: Taken,
    /// Behind the last byte of all spans found so far.
    reached: usize,
}

impl<'a> Search<'a> {
    pub(crate) fn new(level: SimdLevel, bytes: &'a [u8]) -> Self {
        Self { level, bytes, taken: Taken::default(), reached: 0 }
    }

    /// Bytes that are searched.
    pub(crate) fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Behind the last byte of all that was found so far.
    pub(crate) fn reached(&self) -> usize {
        self.reached
    }

    /// Finds what shows itself at one of `places`; spans may reach beyond them. `out` holds what was found before: the
    /// last spans in it may become longer.
    pub(crate) fn find(&mut self, places: Range<usize>, out: &mut Vec<EncodedSpan>) {
        let (until, before) = (places.end, out.len());
        scan_hints(self.level, self.bytes, places, &mut |at, run, escapes| {
            let within = u64::MAX >> BLOCK.saturating_sub(until.saturating_sub(at)).min(63);
            self.look_closer((at, run, escapes & within, within), out);
        });
        let longer = self.taken.escapes.iter().flatten().map(|index| &out[*index]);
        let ends = out[before..].iter().chain(longer).map(|span| span.range.end);
        self.reached = ends.max().unwrap_or(0).max(self.reached);
    }

    /// A block that shows a long run, or escapes.
    #[cold]
    #[inline(never)]
    fn look_closer(
        &mut self,
        (at, run, escapes, within): (usize, bool, u64, u64),
        out: &mut Vec<EncodedSpan>,
    ) {
        if run {
            self.find_runs(at, within, out);
        }
        for place in places(escapes, at) {
            if is_escape(self.bytes, place) {
                take_escape(self.bytes, place, &mut self.taken, out);
            }
        }
    }

    fn find_runs(&mut self, at: usize, within: u64, out: &mut Vec<EncodedSpan>) {
        let (bytes, taken) = (self.bytes, &mut self.taken);
        let current = &marks(self.level, bytes, at);
        let next = &marks(self.level, bytes, at + BLOCK);
        let ascii = ascii_groups(current, next);
        for place in places((ascii | current.zip) & within, at) {
            if ascii >> (place - at) & 1 == 1 || is_zipped(bytes, place) {
                take_base64(bytes, place, taken, out);
            }
        }
        for place in places(hex_text(current, next) & within, at) {
            if place >= taken.hex[place % 2] {
                let range = hex::span(bytes, place);
                taken.hex[place % 2] = range.end;
                out.push(EncodedSpan { kind: DecodeKind::Hex, range });
            }
        }
    }
}

fn places(mut mask: u64, at: usize) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        if mask == 0 {
            return None;
        }
        let place = at + mask.trailing_zeros() as usize;
        mask &= mask - 1;
        Some(place)
    })
}

fn wide(low: u64, high: u64) -> u128 {
    u128::from(low) | u128::from(high) << 64
}

/// Bits at which six groups of base64 in a row begin that decode to ASCII. Any twenty characters of ASCII hold
/// the eighteen bytes of six whole groups, whatever the alignment; in random base64 one place in 260,000 looks
/// the same.
#[inline(always)]
fn ascii_groups(current: &Marks, next: &Marks) -> u64 {
    let group = wide(current.first, next.first)
        & wide(current.second, next.second) >> 1
        & wide(current.third, next.third) >> 2
        & wide(current.fourth, next.fourth) >> 3;
    let two = group & group >> 4;
    (two & two >> 8 & two >> 16) as u64
}

/// Bits at which sixteen pairs of hexadecimal digits begin that are ASCII text.
#[inline(always)]
fn hex_text(current: &Marks, next: &Marks) -> u64 {
    let pair = wide(current.hex_high, next.hex_high) & wide(current.hex, next.hex) >> 1;
    let two = pair & pair >> 2;
    let four = two & two >> 4;
    let eight = four & four >> 8;
    (eight & eight >> 16) as u64
}

/// The span of the group at `place`, unless one of that alignment holds it. A run that decodes to text in two
/// alignments is decoded in both.
fn take_base64(bytes: &[u8], place: usize, taken: &mut Taken, out: &mut Vec<EncodedSpan>) {
    if place < taken.base64[place % 4] {
        return;
    }
    let range = base64::span(bytes, place);
    if bytes[range.clone()].iter().all(|byte| base64::value(*byte).is_some()) {
        taken.base64[place % 4] = range.end;
    } else {
        // Wrapped lines need not keep the alignment of places.
        taken.base64 = [range.end; 4];
    }
    out.push(EncodedSpan { kind: DecodeKind::Base64, range });
}

/// Whether base64 of compressed data may begin at `place`: `eJ` and `eN` are zlib's first bytes, `H4sI` gzip's.
fn is_zipped(bytes: &[u8], place: usize) -> bool {
    let begins = place == 0 || base64::value(bytes[place - 1]).is_none();
    let Some(run) = bytes.get(place..place + ZIPPED_MIN) else { return false };
    let magic = match run {
        [b'e', b'J', third, ..] => (b'w'..=b'z').contains(third),
        [b'e', b'N', third, ..] => (b'o'..=b'r').contains(third),
        _ => run.starts_with(b"H4sI"),
    };
    begins && magic && run.iter().all(|byte| base64::standard_value(*byte).is_some())
}

/// A closer look at a place that may begin an escape, before anything is called.
#[inline(always)]
fn is_escape(bytes: &[u8], place: usize) -> bool {
    match bytes.get(place..place + 3) {
        Some([b'%', high, _]) => high.is_ascii_hexdigit(),
        Some([b'&', next, after]) => matches!(
            (next, after),
            (b'#', _) | (b'a', b'm' | b'p') | (b'l' | b'g', b't') | (b'q', b'u') | (b'n', b'b')
        ),
        Some([b'=', next, after]) => {
            matches!((next, after), (b'3', b'D' | b'd') | (b'\n', _) | (b'\r', b'\n'))
        }
        _ => true,
    }
}

/// Adds the escape at `place`, with up to [`SIDE_MAX`] bytes to either side, to the last span of its kind where they
/// touch, or else to a new one. So spans follow from the text alone, wherever it was cut.
fn take_escape(bytes: &[u8], place: usize, taken: &mut Taken, out: &mut Vec<EncodedSpan>) {
    let which = match bytes[place] {
        b'%' => 0,
        b'\\' => 1,
        b'&' => 2,
        _ => 3,
    };
    let EscapeKind { kind, begins, is_inside } = ESCAPE_KINDS[which];
    if !begins(bytes, place) {
        return;
    }
    let last = taken.escapes[which].map(|index| out[index].range.clone());
    let known = last.map_or(0, |last| last.end);
    let end_from = |from: usize| {
        let to = (place + SIDE_MAX).min(bytes.len());
        (from..to).find(|at| !is_inside(bytes, *at)).unwrap_or(to.max(from))
    };
    let least = known.max(place.saturating_sub(SIDE_MAX)).min(place);
    let start = (least..place).rev().find(|at| !is_inside(bytes, *at)).map_or(least, |at| at + 1);
    if let Some(index) = taken.escapes[which].filter(|_| start <= known) {
        out[index].range.end = end_from(known);
    } else {
        taken.escapes[which] = Some(out.len());
        out.push(EncodedSpan { kind, range: start..end_from(place) });
    }
}
