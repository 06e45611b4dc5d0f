//! From marks to spans.

use std::ops::Range;

use scanner_core::DecodeKind;

use super::masks::{BLOCK, Marks, leads, marks, scan_escapes, scan_hints, standard};
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
    /// From a place on where base64 shows itself to the end of its run, which is text all the way: there is nothing else
    /// in it.
    text: Range<usize>,
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

    /// Places of the block at `at` that lie in the run that is text.
    fn text_in(&self, at: usize) -> u64 {
        let below = |end: usize| match end.saturating_sub(at) {
            len if len < BLOCK => (1_u64 << len) - 1,
            _ => u64::MAX,
        };
        below(self.text.end) & !below(self.text.start)
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
        let mut text = taken.text_in(at);
        if begins & !text == 0 {
            return;
        }
        // What is compressed begins where the run does.
        let zipped = places(begins & !(begins << 1), at).filter(|place| is_zipped(bytes, *place));
        let zipped = zipped.fold(0, |mask, place| mask | 1 << (place - at));
        let leads = leads(level, bytes, at);
        if (ascii_leads(leads.first) | text_leads(leads.hex_high)) & begins | zipped == 0 {
            return;
        }
        let current = if self.ahead.0 == at { self.ahead.1 } else { marks(level, bytes, at) };
        self.ahead = (at + BLOCK, marks(level, bytes, at + BLOCK));
        let (current, next) = (&current, &self.ahead.1);
        let ascii = ascii_groups(current, next) & begins & !taken.base64_in(at);
        for place in places(ascii | zipped, at) {
            take_base64(level, bytes, place, taken, out);
            // A block may hold the end of one text and the begin of another.
            text |= taken.text_in(at);
        }
        for place in places(hex_text(current, next) & begins & !text, at) {
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

/// Bits at which six groups of base64 may begin that decode to ASCII, by their first characters alone: most names of
/// programs have a small letter where there would be none.
#[inline(always)]
fn ascii_leads(first: u128) -> u64 {
    let two = first & first >> 4;
    (two & two >> 8 & two >> 16) as u64
}

/// Bits at which sixteen pairs of hexadecimal digits may begin that are ASCII text, by their first digits alone.
#[inline(always)]
fn text_leads(hex_high: u128) -> u64 {
    let two = hex_high & hex_high >> 2;
    let four = two & two >> 4;
    let eight = four & four >> 8;
    (eight & eight >> 16) as u64
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
    ascii_leads(group)
}

/// Bits at which sixteen pairs of hexadecimal digits begin that are ASCII text.
#[inline(always)]
fn hex_text(current: &Marks, next: &Marks) -> u64 {
    text_leads(wide(current.hex_high, next.hex_high) & wide(current.hex, next.hex) >> 1)
}

/// The span of the group at `place`, unless one of that alignment holds it. A run that shows ASCII in two alignments is
/// decoded in both, unless it is text from the first such place to its end: the mappings of source maps show ASCII in all.
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
    } else if base64::is_text(level, &bytes[place..range.end]) {
        taken.base64 = [range.end; 4];
        taken.text = place..range.end;
    } else {
        taken.base64[place % 4] = range.end;
    }
    out.push(EncodedSpan::new(DecodeKind::Base64, range));
}

/// Whether base64 of compressed data may begin at `place`: `eJ` and `eN` are zlib's first bytes, `H4sI` gzip's.
fn is_zipped(bytes: &[u8], place: usize) -> bool {
    let magic = match &bytes[place..] {
        [b'e', b'J', third, ..] => (b'w'..=b'z').contains(third),
        [b'e', b'N', third, ..] => (b'o'..=b'r').contains(third),
        run => run.starts_with(b"H4sI"),
    };
    let is_first = || place == 0 || base64::value(bytes[place - 1]).is_none();
    let is_run = |run: &[u8]| run.iter().all(|byte| base64::standard_value(*byte).is_some());
    magic && is_first() && bytes.get(place..place + ZIPPED_MIN).is_some_and(is_run)
}

/// A closer look at a place that may begin an escape, before anything is called: at its neighbours.
#[inline(always)]
fn is_escape(bytes: &[u8], place: usize) -> bool {
    let near = place.checked_sub(1).and_then(|from| bytes[from..].first_chunk());
    let Some([before, here, next, third, fourth]) = near else { return true };
    let [of_before, of_here, of_next, of_third] = [(0, before), (1, here), (2, next), (3, third)]
        .map(|(of, byte)| NEAR[of][usize::from(*byte)]);
    match of_before & of_here & of_next & of_third {
        0 => false,
        JOINED => !third.is_ascii_alphabetic() || NEAR_QUOTES.contains(fourth),
        // ASCII, so there are zeros in front.
        UNICODE => *third == b'{' || *fourth == b'0',
        QUOTED => *next != b'3' || matches!(third, b'D' | b'd'),
        _ => true,
    }
}

/// The kinds of escapes that [`NEAR`] knows, a bit for each: `%41`, `\x41`, `\u0041`, a line carried over by a backslash,
/// `&#65;`, `=3D`, a quote that closes a literal.
const PERCENT: u8 = 1;
const BYTE: u8 = 2;
const UNICODE: u8 = 4;
const CARRIED: u8 = 8;
const ENTITY: u8 = 16;
const QUOTED: u8 = 32;
const JOINED: u8 = 64;

/// What may open a literal.
const NEAR_QUOTES: &[u8] = b"\"'`\\";

/// By byte, the kinds of escapes that it may stand before, begin, and stand second and third in.
static NEAR: [[u8; 256]; 4] = {
    let mut near = [[0; 256]; 4];
    let all = PERCENT | BYTE | UNICODE | CARRIED | ENTITY | QUOTED;
    let mut byte = 0;
    while byte < 256 {
        near[0][byte] = if join::may_end(byte as u8) { all | JOINED } else { all };
        near[3][byte] = CARRIED | QUOTED | if join::may_go_on(byte as u8) { JOINED } else { 0 };
        byte += 1;
    }
    let known: [(usize, &[u8], u8); 16] = [
        (1, b"%", PERCENT),
        (2, b"0123456789abcdefABCDEF", PERCENT),
        (3, b"0123456789abcdefABCDEF", PERCENT),
        (1, b"\\", BYTE | UNICODE | CARRIED),
        (2, b"x", BYTE),
        (3, b"0234567", BYTE),
        (2, b"uU", UNICODE),
        (3, b"0{", UNICODE),
        (2, b"\r\n", CARRIED),
        (1, b"&", ENTITY),
        (2, b"#alqgn", ENTITY),
        (3, b"0123456789xXmptub", ENTITY),
        (1, b"=", QUOTED),
        (2, b"3\r\n", QUOTED),
        (1, b"\"'`", JOINED),
        (2, b" \t\r\n+.&\\", JOINED),
    ];
    let mut row = 0;
    while row < known.len() {
        let (of, bytes, kinds) = known[row];
        let mut index = 0;
        while index < bytes.len() {
            near[of][bytes[index] as usize] |= kinds;
            index += 1;
        }
        row += 1;
    }
    near
};

/// Adds the escape at `place`, with up to [`SIDE_MAX`] bytes to either side, to the last span of its kind where they
/// touch, or else to a new one. So spans follow from the text alone, wherever it was cut.
#[inline(never)]
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

    #[test]
    fn a_run_that_is_text_is_decoded_once() {
        let spans = |text: &str| {
            let mut spans = Vec::new();
            find(SimdLevel::detect(), text.as_bytes(), None, &mut spans);
            spans.iter().map(|span| (span.kind, span.range())).collect::<Vec<_>>()
        };
        // Shows ASCII in each alignment.
        let mappings = data_encoding::BASE64
            .encode("{\"mappings\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAA;AACA\"}".as_bytes());
        let run = mappings.trim_end_matches('=');
        assert_eq!(spans(&mappings), [(DecodeKind::Base64, 0..run.len())]);
        // Behind something else it is text all the same; before binary data it is not.
        assert_eq!(spans(&format!("x{run}")), [(DecodeKind::Base64, 1..run.len() + 1)]);
        assert_eq!(spans(&format!("{run}/////////w")).len(), 4);
        // Two in one block, each of which would show hexadecimal digits too.
        let two = format!("{}\"{}", "d3".repeat(55), "d3".repeat(40));
        assert_eq!(spans(&two), [(DecodeKind::Base64, 0..110), (DecodeKind::Base64, 111..191)]);
    }
}
