//! From marks to spans.

use std::ops::Range;

use scanner_core::DecodeKind;

use super::masks::{BLOCK, Marks, marks, scan_escapes, scan_hints, standard};
use super::{EncodedSpan, SIDE_MAX, base64, escape, hex, html, join, percent, quoted};
use crate::prefilter::NotedBlocks;
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
    escapes: [Option<usize>; 5],
}

impl Taken {
    /// Places of the block at `at` whose alignment a span holds that reaches beyond the block.
    fn base64_in(&self, at: usize) -> u64 {
        let taken = |alignment: usize| {
            let is_taken = self.base64[alignment] >= at + BLOCK;
            let first = alignment.wrapping_sub(at) % 4;
            if is_taken { 0x1111_1111_1111_1111 << first } else { 0 }
        };
        taken(0) | taken(1) | taken(2) | taken(3)
    }
}

/// Finds encoded text in `bytes`, in the order of [`EncodedSpan`]. `runs` are the blocks with places where 24 characters of
/// standard base64 in a row begin, and those places, where they are known.
pub(crate) fn find(
    level: SimdLevel,
    bytes: &[u8],
    runs: Option<&[NotedBlocks]>,
    out: &mut Vec<EncodedSpan>,
) {
    let mut search = Search::new(level, bytes);
    match runs {
        Some(runs) => {
            for (at, begins) in runs.iter().flat_map(|blocks| blocks.iter()) {
                search.find_in_runs(at, begins, out);
            }
            scan_escapes(level, bytes, &mut |at, escapes| search.find_escapes(at, escapes, out));
        }
        None => search.find(0..bytes.len(), out),
    }
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
    /// The block looked at last, in which a run of the block before may go on, and its marks.
    ahead: (usize, Marks),
}

impl<'a> Search<'a> {
    pub(crate) fn new(level: SimdLevel, bytes: &'a [u8]) -> Self {
        let ahead = (usize::MAX, Marks::default());
        Self { level, bytes, taken: Taken::default(), reached: 0, ahead }
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
        let ends = out[before..].iter().chain(longer).map(|span| span.end as usize);
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
            let here = standard(self.level, self.bytes, at);
            let behind = standard(self.level, self.bytes, at + BLOCK);
            let begins = long_run(wide(here, behind)) & within;
            if begins != 0 {
                self.find_in_runs(at, begins, out);
            }
        }
        self.find_escapes(at, escapes, out);
    }

    /// Looks at escapes that may begin in the block at `at`.
    #[inline]
    fn find_escapes(&mut self, at: usize, escapes: u64, out: &mut Vec<EncodedSpan>) {
        for place in places(escapes, at) {
            if is_escape(self.bytes, place) {
                take_escape(self.bytes, place, &mut self.taken, out);
            }
        }
    }

    /// Looks at the places of the block at `at` where long runs begin.
    fn find_in_runs(&mut self, at: usize, begins: u64, out: &mut Vec<EncodedSpan>) {
        let (level, bytes, taken) = (self.level, self.bytes, &mut self.taken);
        let current = if self.ahead.0 == at { self.ahead.1 } else { marks(level, bytes, at) };
        self.ahead = (at + BLOCK, marks(level, bytes, at + BLOCK));
        let (current, next) = (&current, &self.ahead.1);
        let ascii = ascii_groups(current, next) & begins & !taken.base64_in(at);
        // What is compressed begins where the run does.
        let zipped = begins & !(begins << 1);
        for place in places(ascii | zipped, at) {
            if ascii >> (place - at) & 1 == 1 || is_zipped(bytes, place) {
                take_base64(level, bytes, place, taken, out);
            }
        }
        for place in places(hex_text(current, next) & begins, at) {
            if place >= taken.hex[place % 2] {
                let range = hex::span(bytes, place);
                taken.hex[place % 2] = range.end;
                out.push(EncodedSpan::new(DecodeKind::Hex, range));
            }
        }
    }
}

/// Bits at which 24 characters of base64 in a row begin.
#[inline(always)]
fn long_run(run: u128) -> u64 {
    let two = run & run >> 1;
    let four = two & two >> 2;
    let eight = four & four >> 4;
    (eight & eight >> 8 & eight >> 16) as u64
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
fn take_base64(
    level: SimdLevel,
    bytes: &[u8],
    place: usize,
    taken: &mut Taken,
    out: &mut Vec<EncodedSpan>,
) {
    if place < taken.base64[place % 4] {
        return;
    }
    let (range, is_wrapped) = base64::span(level, bytes, place);
    if is_wrapped {
        // Wrapped lines need not keep the alignment of places.
        taken.base64 = [range.end; 4];
    } else {
        taken.base64[place % 4] = range.end;
    }
    out.push(EncodedSpan::new(DecodeKind::Base64, range));
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
        // ASCII, so the first digit is small or there are zeros in front.
        Some([b'\\', b'u', after]) => matches!(after, b'0' | b'{'),
        Some([b'\\', b'U', after]) => *after == b'0',
        Some([b'\\', b'x', after]) => (b'0'..b'8').contains(after),
        Some([b'\\', b'\n' | b'\r', _]) => true,
        Some([b'\\', ..]) => false,
        Some([b'"' | b'\'' | b'`', ..]) => join::may_begin(bytes, place),
        _ => true,
    }
}

/// Adds the escape at `place`, with up to [`SIDE_MAX`] bytes to either side, to the last span of its kind where they
/// touch, or else to a new one. So spans follow from the text alone, wherever it was cut.
fn take_escape(bytes: &[u8], place: usize, taken: &mut Taken, out: &mut Vec<EncodedSpan>) {
    let (which, kind) = match bytes[place] {
        b'%' => (0, DecodeKind::Percent),
        b'\\' if !matches!(bytes.get(place + 1), Some(b'\n' | b'\r')) => (1, DecodeKind::Escape),
        b'&' => (2, DecodeKind::HtmlEntity),
        b'=' => (3, DecodeKind::QuotedPrintable),
        _ => (4, DecodeKind::Join),
    };
    let known = taken.escapes[which].map_or(0, |index| out[index].end as usize);
    // Where an escape of text begins, the text around it.
    let sides = match which {
        0 => percent::begins(bytes, place).then(|| sides(bytes, place, known, percent::is_inside)),
        1 => escape::begins(bytes, place).then(|| sides(bytes, place, known, escape::is_inside)),
        2 => html::begins(bytes, place).then(|| sides(bytes, place, known, html::is_inside)),
        3 => quoted::begins(bytes, place).then(|| sides(bytes, place, known, quoted::is_inside)),
        _ => join::begins(bytes, place).then(|| around(bytes, place, known)),
    };
    let Some(Range { start, end }) = sides else { return };
    if let Some(index) = taken.escapes[which].filter(|_| start <= known) {
        out[index].end = end as u32;
    } else {
        taken.escapes[which] = Some(out.len());
        out.push(EncodedSpan::new(kind, start..end));
    }
}

/// How far the text around the escape at `place` reaches. The last span of the kind ends at `known`: where the text touches
/// it, it is followed from there on. A copy for each kind, as this looks at every byte.
#[inline]
fn sides(
    bytes: &[u8],
    place: usize,
    known: usize,
    is_inside: impl Fn(&[u8], usize) -> bool,
) -> Range<usize> {
    let least = known.max(place.saturating_sub(SIDE_MAX)).min(place);
    let start = (least..place).rev().find(|at| !is_inside(bytes, *at)).map_or(least, |at| at + 1);
    let from = if start <= known { known } else { place };
    let to = (place + SIDE_MAX).min(bytes.len());
    start..(from..to).find(|at| !is_inside(bytes, *at)).unwrap_or(to.max(from))
}

/// As [`sides`], of a join: everything as far as it goes.
fn around(bytes: &[u8], place: usize, known: usize) -> Range<usize> {
    let start = known.max(place.saturating_sub(join::SIDE)).min(place);
    start..(place + join::SIDE).min(bytes.len()).max(known)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prefilter::RunNotes;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn known_runs_change_nothing(
            parts in prop::collection::vec(prop_oneof![
                "[A-Za-z0-9+/]{1,90}",
                "[A-Za-z0-9+/]{200,400}",
                "(VGhlIHF1aWNrIGJyb3duIGZveCBqdW1wcyBv){1,4}\n?",
                "(74686520717569636b2062726f){1,4}",
                "[ -~\n]{0,9}(%41|&amp;|=3D|H4sIAAAA)?",
            ], 0..20),
        ) {
            let text = parts.concat().into_bytes();
            let level = SimdLevel::detect();
            let blocks = (0..text.len()).step_by(BLOCK).map(|at| {
                let here = standard(level, &text, at);
                (at, long_run(wide(here, standard(level, &text, at + BLOCK))))
            });
            let mut runs = RunNotes::default();
            runs.begin(text.len());
            blocks.filter(|(_, begins)| *begins != 0).for_each(|(at, begins)| runs.add(at, begins));
            let (mut with, mut without) = (Vec::new(), Vec::new());
            find(level, &text, runs.blocks(text.len()), &mut with);
            find(level, &text, None, &mut without);
            prop_assert_eq!(with, without);
        }
    }
}
