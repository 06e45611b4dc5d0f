//! `primaryLocationLineHash`: the fingerprint by which GitHub's code scanning recognises a line that moved.
//!
//! The facts (github/codeql-action, `src/fingerprints.ts`): the file is read as UTF-8, its characters are
//! UTF-16 code units; blanks and tabs are left out; CR, LF and CRLF are all one LF; the unit 65535 follows
//! the last character, then units 0 without end. A line's hash is `sum(unit[i] * 37^(99-i))` over the 100
//! units from the line's start on, in wrapping 64-bit arithmetic, written in hexadecimal without leading
//! zeros, then `:` and how many lines up to this one have that hash.
//!
//! Line numbers here are those of that algorithm: unlike in our locations a lone CR ends a line, because
//! code scanning compares the hash with its own for the same line number.
//!
//! Memory is eight bytes a line; a file of more than [`LINES_MAX`] lines gets no hashes beyond them.

use std::collections::BTreeMap;

use memchr::memchr2;

/// Units that a line's hash looks at.
const WINDOW: usize = 100;

/// Multiplier of the polynomial.
const MULTIPLIER: u64 = 37;

/// The unit that stands for the end of the file.
const END_OF_FILE: u16 = u16::MAX;

/// `37^100`: the weight with which a unit leaves the window.
const LEAVING_WEIGHT: u64 = {
    let mut weight = 1_u64;
    let mut i = 0;
    while i < WINDOW {
        weight = weight.wrapping_mul(MULTIPLIER);
        i += 1;
    }
    weight
};

/// Lines whose hashes are kept: 8 MiB at most.
pub const LINES_MAX: usize = 1 << 20;

/// Bytes that are hashed before it is asked again whether the rest of a long line can be skipped.
const PIECE_BYTES: usize = 1024;

/// Hashes every line of an object that comes in pieces.
#[derive(Clone, Debug)]
pub struct LineHasher {
    window: Window,
    state: State,
    /// The beginning of a character whose end is in the next piece.
    partial: [u8; 3],
    partial_len: usize,
    /// One hash a line, in order.
    hashes: Vec<u64>,
}

/// The last 100 units.
#[derive(Clone, Debug)]
struct Window {
    units: [u16; WINDOW],
    /// Whether the unit at the same index starts a line whose hash is still to come.
    starts: [bool; WINDOW],
}

/// What changes with every unit; small, so that the loop keeps it in registers.
#[derive(Clone, Copy, Debug)]
struct State {
    index: usize,
    hash: u64,
    /// How many starts are in the window.
    open_lines: usize,
    at_line_start: bool,
    after_cr: bool,
}

impl Default for LineHasher {
    fn default() -> Self {
        Self {
            window: Window { units: [0; WINDOW], starts: [false; WINDOW] },
            state: State { index: 0, hash: 0, open_lines: 0, at_line_start: true, after_cr: false },
            partial: [0; 3],
            partial_len: 0,
            hashes: Vec::new(),
        }
    }
}

impl LineHasher {
    /// A hasher at the start of an object.
    pub fn new() -> Self {
        Self::default()
    }

    /// Forgets the object, keeps the memory.
    pub fn reset(&mut self) {
        let mut hashes = std::mem::take(&mut self.hashes);
        hashes.clear();
        *self = Self { hashes, ..Self::default() };
    }

    /// Takes the next bytes of the object, each once: of a chunk, the payload.
    pub fn feed(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() && self.hashes.len() < LINES_MAX {
            if self.state.open_lines == 0 && !self.state.at_line_start {
                bytes = self.skip_line(bytes);
            }
            let (piece, rest) = bytes.split_at(bytes.len().min(PIECE_BYTES));
            self.feed_piece(piece);
            bytes = rest;
        }
    }

    /// No line's hash looks at what is left of the current line: goes to its end and starts afresh.
    fn skip_line<'a>(&mut self, bytes: &'a [u8]) -> &'a [u8] {
        let end = memchr2(b'\n', b'\r', bytes).unwrap_or(bytes.len());
        if end > 0 {
            self.partial_len = 0;
            self.state.after_cr = false;
        }
        self.state.hash = 0;
        self.window.units = [0; WINDOW];
        &bytes[end..]
    }

    fn feed_piece(&mut self, mut bytes: &[u8]) {
        while self.partial_len > 0 && !bytes.is_empty() {
            bytes = self.complete_partial(bytes);
        }
        let mut chunks = bytes.utf8_chunks().peekable();
        while let Some(chunk) = chunks.next() {
            self.text(chunk.valid());
            let invalid = chunk.invalid();
            if invalid.is_empty() {
                continue;
            }
            if chunks.peek().is_none() && is_incomplete(invalid) {
                self.partial[..invalid.len()].copy_from_slice(invalid);
                self.partial_len = invalid.len();
            } else {
                self.units([REPLACEMENT]);
            }
        }
    }

    /// Ends the object and gives the hashes of the wanted lines (counted from 1). Lines that the object
    /// does not have, and those past [`LINES_MAX`], are not in the answer.
    pub fn finish(&mut self, wanted: &[u64]) -> BTreeMap<u64, String> {
        if self.partial_len > 0 {
            self.partial_len = 0;
            self.units([REPLACEMENT]);
        }
        self.units([END_OF_FILE]);
        for _ in 0..WINDOW {
            self.state.report_leaving(&mut self.window, &mut self.hashes);
            self.state.push(&mut self.window, 0);
        }
        self.answer(wanted)
    }

    /// One pass over all lines counts those that have a wanted hash.
    fn answer(&self, wanted: &[u64]) -> BTreeMap<u64, String> {
        let mut lines: Vec<usize> = wanted
            .iter()
            .filter_map(|line| usize::try_from(line.checked_sub(1)?).ok())
            .filter(|index| *index < self.hashes.len().min(LINES_MAX))
            .collect();
        lines.sort_unstable();
        lines.dedup();
        let mut counts: BTreeMap<u64, u64> =
            lines.iter().map(|index| (self.hashes[*index], 0)).collect();
        let mut answer = BTreeMap::new();
        let mut next = lines.iter().peekable();
        for (index, hash) in self.hashes.iter().enumerate() {
            let Some(wanted_index) = next.peek() else { break };
            let Some(count) = counts.get_mut(hash) else { continue };
            *count += 1;
            if **wanted_index == index {
                answer.insert(index as u64 + 1, format!("{hash:x}:{count}"));
                next.next();
            }
        }
        answer
    }

    /// Adds bytes to the character that the last piece began; gives what it did not need.
    fn complete_partial<'a>(&mut self, bytes: &'a [u8]) -> &'a [u8] {
        let mut character = [0_u8; 4];
        let held = self.partial_len;
        character[..held].copy_from_slice(&self.partial[..held]);
        character[held] = bytes[0];
        let tried = &character[..=held];
        match std::str::from_utf8(tried) {
            Ok(text) => {
                self.partial_len = 0;
                self.text(text);
                &bytes[1..]
            }
            Err(e) if e.error_len().is_none() => {
                self.partial[held] = bytes[0];
                self.partial_len += 1;
                &bytes[1..]
            }
            // The new byte does not go on with the character: what was held is one replacement.
            Err(_) => {
                self.partial_len = 0;
                self.units([REPLACEMENT]);
                bytes
            }
        }
    }

    fn text(&mut self, text: &str) {
        if text.is_ascii() {
            self.units(text.bytes().map(u16::from));
        } else {
            self.units(text.encode_utf16());
        }
    }

    #[inline]
    fn units(&mut self, units: impl IntoIterator<Item = u16>) {
        let mut state = self.state;
        for unit in units {
            state.unit(unit, &mut self.window, &mut self.hashes);
        }
        self.state = state;
    }
}

impl State {
    #[inline]
    fn unit(&mut self, mut unit: u16, window: &mut Window, hashes: &mut Vec<u64>) {
        let skipped = matches!(unit, BLANK | TAB) || (self.after_cr && unit == LINE_FEED);
        self.after_cr = unit == CARRIAGE_RETURN;
        if skipped {
            return;
        }
        if self.after_cr {
            unit = LINE_FEED;
        }
        self.report_leaving(window, hashes);
        window.starts[self.index] = self.at_line_start;
        self.open_lines += usize::from(self.at_line_start);
        self.at_line_start = unit == LINE_FEED;
        self.push(window, unit);
    }

    /// The unit at the index is about to leave the window: where it starts a line, the window is that
    /// line's first 100 units.
    #[inline]
    fn report_leaving(&mut self, window: &mut Window, hashes: &mut Vec<u64>) {
        if std::mem::take(&mut window.starts[self.index]) {
            self.open_lines -= 1;
            if hashes.len() < LINES_MAX {
                hashes.push(self.hash);
            }
        }
    }

    #[inline]
    fn push(&mut self, window: &mut Window, unit: u16) {
        let leaving = u64::from(std::mem::replace(&mut window.units[self.index], unit));
        let change = u64::from(unit).wrapping_sub(LEAVING_WEIGHT.wrapping_mul(leaving));
        self.hash = self.hash.wrapping_mul(MULTIPLIER).wrapping_add(change);
        self.index = if self.index + 1 == WINDOW { 0 } else { self.index + 1 };
    }
}

/// What a byte sequence that is not UTF-8 is read as.
const REPLACEMENT: u16 = 0xfffd;
const BLANK: u16 = 0x20;
const TAB: u16 = 0x09;
const LINE_FEED: u16 = 0x0a;
const CARRIAGE_RETURN: u16 = 0x0d;

/// Whether bytes could become a character if more followed.
fn is_incomplete(bytes: &[u8]) -> bool {
    matches!(std::str::from_utf8(bytes), Err(e) if e.error_len().is_none())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn all(data: &[u8]) -> Vec<String> {
        let mut hasher = LineHasher::new();
        hasher.feed(data);
        let wanted: Vec<u64> = (1..=data.len() as u64 + 1).collect();
        hasher.finish(&wanted).into_values().collect()
    }

    fn check(text: &str, expected: &[&str]) {
        assert_eq!(all(text.as_bytes()), expected, "{text:?}");
    }

    // The expected values of this module are the published ones of codeql-action's own tests.

    #[test]
    fn an_empty_file_has_one_line() {
        check("", &["c129715d7a2bc9a3:1"]);
    }

    #[test]
    fn blanks_do_not_count() {
        let expected =
            ["271789c17abda88f:1", "54703d4cd895b18:1", "180aee12dab6264:1", "a23a3dc5e078b07b:1"];
        check(" a\nb\n  \t\tc\n d", &expected);
    }

    const GREETING: [&str; 7] = [
        "e9496ae3ebfced30:1",
        "fb7c023a8b9ccb3f:1",
        "ce8ba1a563dcdaca:1",
        "e20e36e16fcb0cc8:1",
        "b3edc88f2938467e:1",
        "c8e28b0b4002a3a0:1",
        "c129715d7a2bc9a3:1",
    ];

    #[test]
    fn every_line_ending_is_the_same() {
        check(" hello; \t\nworld!!!\n\n\n  \t\tGreetings\n End\n", &GREETING);
        check(" hello; \t\nworld!!!\r\r\r  \t\tGreetings\r End\r", &GREETING);
        check(" hello; \t\r\nworld!!!\r\n\r\n\r\n  \t\tGreetings\r\n End\r\n", &GREETING);
        check(" hello; \t\nworld!!!\r\n\n\r  \t\tGreetings\r End\r\n", &GREETING);
    }

    #[test]
    fn the_last_line_needs_no_ending() {
        let expected = [
            "8b7cf3e952e7aeb2:1",
            "b1ae1287ec4718d9:1",
            "bff680108adb0fcc:1",
            "c6805c5e1288b612:1",
            "b86d3392aea1be30:1",
            "e6ceba753e1a442:1",
        ];
        check(" hello; \t\nworld!!!\n\n\n  \t\tGreetings\n End", &expected);
    }

    #[test]
    fn equal_lines_are_counted() {
        let expected = [
            "a7f2ff13bc495cf2:1",
            "a7f2ff13bc495cf2:2",
            "a7f2ff13bc495cf2:3",
            "a7f2ff13bc495cf2:4",
            "a7f2ff13bc495cf2:5",
            "a7f2ff13bc495cf2:6",
            "a7f2ff1481e87703:1",
            "a9cf91f7bbf1862b:1",
            "55ec222b86bcae53:1",
            "cc97dc7b1d7d8f7b:1",
            "c129715d7a2bc9a3:1",
        ];
        check(&"Lorem ipsum dolor sit amet.\n".repeat(10), &expected);
    }

    #[test]
    fn only_wanted_lines_are_answered() {
        let mut hasher = LineHasher::new();
        hasher.feed("Lorem ipsum dolor sit amet.\n".repeat(10).as_bytes());
        let answer = hasher.finish(&[6, 0, 3, 3, 900]);
        let expected = [(3, "a7f2ff13bc495cf2:3".to_owned()), (6, "a7f2ff13bc495cf2:6".to_owned())];
        assert_eq!(answer.into_iter().collect::<Vec<_>>(), expected);
    }

    #[test]
    fn reset_starts_over() {
        let mut hasher = LineHasher::new();
        hasher.feed(b"something\r");
        hasher.reset();
        assert_eq!(hasher.finish(&[1])[&1], "c129715d7a2bc9a3:1");
    }

    #[test]
    fn lines_past_the_limit_have_no_hash() {
        let mut hasher = LineHasher::new();
        let block = vec![b'\n'; LINES_MAX / 4];
        for _ in 0..6 {
            hasher.feed(&block);
        }
        let last = LINES_MAX as u64;
        let answer = hasher.finish(&[last, last + 1]);
        assert_eq!(answer.into_keys().collect::<Vec<_>>(), [last]);
    }

    proptest! {
        #[test]
        fn the_split_does_not_matter(
            data in prop::collection::vec(
                prop_oneof![Just(b'\n'), Just(b'\r'), Just(b' '), Just(0xe2), Just(0x82), Just(0xac),
                    Just(0xf0), Just(0x9f), any::<u8>()],
                0..400,
            ),
            cuts in prop::collection::vec(1_usize..40, 1..20),
        ) {
            let whole = all(&data);
            let mut hasher = LineHasher::new();
            let mut rest = &data[..];
            for cut in cuts.iter().cycle() {
                if rest.is_empty() {
                    break;
                }
                let (head, tail) = rest.split_at((*cut).min(rest.len()));
                hasher.feed(head);
                rest = tail;
            }
            let wanted: Vec<u64> = (1..=data.len() as u64 + 1).collect();
            prop_assert_eq!(hasher.finish(&wanted).into_values().collect::<Vec<_>>(), whole);
        }

        #[test]
        fn the_rolling_hash_is_the_polynomial(
            short in "[a-c \t\n\u{e9}\u{1f600}]{0,300}",
            long in "[a-c \u{e9}\u{1f600}]{0,9}",
            repeats in 0_usize..600,
            end in "[a-c\n]{0,200}",
        ) {
            let text = format!("{short}{}{end}", long.repeat(repeats));
            let mut units: Vec<u16> =
                text.encode_utf16().filter(|u| !matches!(*u, BLANK | TAB)).collect();
            units.push(END_OF_FILE);
            let starts = (0..units.len()).filter(|i| *i == 0 || units[i - 1] == LINE_FEED);
            let expected: Vec<String> = starts
                .map(|start| {
                    let hash = (0..WINDOW).fold(0_u64, |hash, i| {
                        let unit = units.get(start + i).copied().unwrap_or(0);
                        hash.wrapping_mul(MULTIPLIER).wrapping_add(u64::from(unit))
                    });
                    format!("{hash:x}")
                })
                .collect();
            let hashes: Vec<String> = all(text.as_bytes())
                .iter()
                .map(|h| h.split(':').next().unwrap().to_owned())
                .collect();
            prop_assert_eq!(hashes, expected);
        }
    }
}
