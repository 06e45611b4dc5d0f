//! From a byte offset to line and column, for objects that come in chunks.
//!
//! Lines end with LF (so CRLF ends one line, and a lone CR none). Columns count Unicode scalar values from
//! 1; each byte that is not UTF-8, each surrogate without its partner and an odd last byte of UTF-16 count
//! one; a byte order mark counts none. An offset within a character has that character's column.
//!
//! Cost: an object in one chunk pays only where something is located. An object in several chunks pays
//! one count of line feeds over each byte, plus one count of characters on lines that cross a chunk's end.
//! Locating in the order of offsets passes over each byte of a chunk once, however long its lines are.

use memchr::{memchr_iter, memrchr};
use scanner_core::{Location, RootSpan, Variant};

/// Knows line and column of the first byte of the data at hand.
///
/// ```
/// use scanner_core::{RootSpan, Variant};
/// use scanner_report::LineCounter;
///
/// let mut lines = LineCounter::new(Variant::Raw);
/// // One chunk: locate, and be done.
/// let data = b"first\nsecond";
/// let place = lines.locate(data, RootSpan { start: 8, end: 10 });
/// assert_eq!((place.line, place.column, place.end_column), (2, 3, 5));
/// // More chunks: say which bytes leave; the rest is the prefix of the next chunk.
/// lines.advance(&data[..10]);
/// let place = lines.locate(b"nd\nthird", RootSpan { start: 13, end: 18 });
/// assert_eq!((place.line, place.column), (3, 1));
/// ```
#[derive(Clone, Debug)]
pub struct LineCounter {
    encoding: Variant,
    /// Where the data at hand begins.
    anchor: Cursor,
    /// Where the finding located last begins; the next one usually lies behind it.
    last: Cursor,
    /// The first bytes of the object, for the byte order mark.
    head: [u8; 3],
    head_len: usize,
}

impl LineCounter {
    /// A counter at the start of an object whose text has this encoding.
    pub fn new(encoding: Variant) -> Self {
        Self {
            encoding,
            anchor: Cursor::default(),
            last: Cursor::default(),
            head: [0; 3],
            head_len: 0,
        }
    }

    /// Starts another object.
    pub fn reset(&mut self, encoding: Variant) {
        *self = Self::new(encoding);
    }

    /// Moves past bytes at the front of the data at hand. Of a chunk that another one follows, those are
    /// all bytes but the ones which the next chunk repeats as its prefix.
    pub fn advance(&mut self, leaving: &[u8]) {
        self.see_head(leaving);
        self.anchor.advance(leaving, self.encoding);
        self.last = self.anchor;
    }

    /// Line and column of `span`, which counts from the start of the object. `data` begins where the last
    /// [`LineCounter::advance`] stopped. What lies outside of `data` is taken to lie at its nearer end.
    pub fn locate(&mut self, data: &[u8], span: RootSpan) -> Location {
        self.see_head(data);
        let base = self.anchor.offset;
        let limit = base + data.len() as u64;
        let start = span.start.clamp(base, limit);
        let mut cursor = if self.last.offset <= start { self.last } else { self.anchor };
        cursor.advance(slice(data, base, cursor.offset, start), self.encoding);
        self.last = cursor;
        let (line, column) = self.position(cursor, data, base);
        let mut location = Location {
            line,
            column,
            end_line: line,
            end_column: column,
            offset: span.start,
            length: span.len(),
        };
        if span.end > span.start && limit > start {
            let last_byte = (span.end - 1).clamp(start, limit - 1);
            cursor.advance(slice(data, base, start, last_byte), self.encoding);
            let (end_line, end_column) = self.position(cursor, data, base);
            location.end_line = end_line;
            location.end_column = end_column + 1;
        }
        location
    }

    /// Remembers the first bytes of the object.
    fn see_head(&mut self, data: &[u8]) {
        let from = self.anchor.offset;
        if from >= self.head.len() as u64 || self.head_len == self.head.len() {
            return;
        }
        for (slot, byte) in self.head.iter_mut().skip(from as usize).zip(data) {
            *slot = *byte;
        }
        self.head_len = self.head.len().min(from as usize + data.len()).max(self.head_len);
    }

    fn starts_with_mark(&self) -> bool {
        let head = &self.head[..self.head_len];
        match self.encoding {
            Variant::Raw => head == b"\xef\xbb\xbf",
            Variant::Utf16Le => head.starts_with(b"\xff\xfe"),
            Variant::Utf16Be => head.starts_with(b"\xfe\xff"),
        }
    }

    /// Line and column, from 1, of the character that has the byte at the cursor.
    fn position(&self, cursor: Cursor, data: &[u8], base: u64) -> (u64, u64) {
        let ahead = &data[(cursor.offset - base) as usize..];
        let mut column = cursor.chars + cursor.stray_chars(ahead, self.encoding);
        if cursor.line == 0 && self.starts_with_mark() {
            column = column.saturating_sub(1);
        }
        (cursor.line + 1, column + 1)
    }
}

/// The bytes `from..to`, counted from the start of the object, of data that begins at `base`.
fn slice(data: &[u8], base: u64, from: u64, to: u64) -> &[u8] {
    &data[(from - base) as usize..(to - base) as usize]
}

/// A point in an object: how many lines ended before it, and how many characters of its line.
#[derive(Clone, Copy, Debug, Default)]
struct Cursor {
    offset: u64,
    line: u64,
    chars: u64,
    /// Bytes before the offset of a character that is not over yet; they are not in `chars`.
    open: [u8; 3],
    open_len: usize,
}

impl Cursor {
    fn advance(&mut self, mut bytes: &[u8], encoding: Variant) {
        self.offset += bytes.len() as u64;
        while self.open_len > 0 && !bytes.is_empty() {
            bytes = self.go_on_with_open(bytes, encoding);
        }
        let (lines, on_line) = match encoding {
            Variant::Raw => lines_of_bytes(bytes),
            Variant::Utf16Le | Variant::Utf16Be => lines_of_units(bytes, encoding),
        };
        if lines > 0 {
            self.line += lines;
            self.chars = 0;
        }
        let (chars, open) = count_chars(on_line, encoding);
        self.chars += chars;
        if !open.is_empty() {
            self.open[..open.len()].copy_from_slice(open);
            self.open_len = open.len();
        }
    }

    /// Adds one byte to the open character. Returns the bytes not used.
    fn go_on_with_open<'a>(&mut self, bytes: &'a [u8], encoding: Variant) -> &'a [u8] {
        let mut buffer = [0_u8; 4];
        let len = self.open_len + 1;
        buffer[..self.open_len].copy_from_slice(&self.open[..self.open_len]);
        buffer[self.open_len] = bytes[0];
        self.open_len = 0;
        // The buffer is tiny: counting it anew is the same code as counting anything else.
        let (lines, on_line) = match encoding {
            Variant::Raw => lines_of_bytes(&buffer[..len]),
            Variant::Utf16Le | Variant::Utf16Be => lines_of_units(&buffer[..len], encoding),
        };
        if lines > 0 {
            self.line += lines;
            self.chars = 0;
        }
        let (chars, open) = count_chars(on_line, encoding);
        self.chars += chars;
        self.open[..open.len()].copy_from_slice(open);
        self.open_len = open.len();
        &bytes[1..]
    }

    /// How many characters before the offset are in the open bytes, now that what follows is known.
    fn stray_chars(&self, ahead: &[u8], encoding: Variant) -> u64 {
        let open = &self.open[..self.open_len];
        if open.is_empty() {
            return 0;
        }
        match encoding {
            Variant::Raw => {
                let mut buffer = [0_u8; 6];
                let seen = ahead.len().min(3);
                buffer[..open.len()].copy_from_slice(open);
                buffer[open.len()..open.len() + seen].copy_from_slice(&ahead[..seen]);
                let whole = &buffer[..open.len() + seen];
                let valid = match std::str::from_utf8(whole) {
                    Ok(_) => whole.len(),
                    Err(e) => e.valid_up_to(),
                };
                if valid > 0 { 0 } else { open.len() as u64 }
            }
            // Open is one byte of a unit, or a high surrogate, or that and one byte.
            Variant::Utf16Le | Variant::Utf16Be => {
                let mut buffer = [0_u8; 6];
                let seen = ahead.len().min(3);
                buffer[..open.len()].copy_from_slice(open);
                buffer[open.len()..open.len() + seen].copy_from_slice(&ahead[..seen]);
                let partner = buffer[..open.len() + seen]
                    .get(2..4)
                    .is_some_and(|pair| is_low_surrogate(unit(pair, encoding)));
                u64::from(open.len() >= 2 && !partner)
            }
        }
    }
}

/// How many lines end in the bytes, and what follows the last end.
fn lines_of_bytes(bytes: &[u8]) -> (u64, &[u8]) {
    match memrchr(b'\n', bytes) {
        None => (0, bytes),
        Some(at) => (memchr_iter(b'\n', &bytes[..=at]).count() as u64, &bytes[at + 1..]),
    }
}

/// The same for UTF-16 that begins at a unit.
fn lines_of_units(bytes: &[u8], encoding: Variant) -> (u64, &[u8]) {
    // The byte 0x0a is the first of its unit in little endian, the second in big endian.
    let place = usize::from(encoding == Variant::Utf16Be);
    let mut lines = 0;
    let mut rest = bytes;
    for at in memchr_iter(b'\n', bytes) {
        if at % 2 == place && bytes.get(at ^ 1) == Some(&0) {
            lines += 1;
            rest = &bytes[(at | 1) + 1..];
        }
    }
    (lines, rest)
}

/// How many characters are over in the bytes of one line, and the bytes of one that is not.
fn count_chars(bytes: &[u8], encoding: Variant) -> (u64, &[u8]) {
    match encoding {
        Variant::Raw => count_utf8(bytes),
        Variant::Utf16Le | Variant::Utf16Be => count_utf16(bytes, encoding),
    }
}

fn count_utf8(mut bytes: &[u8]) -> (u64, &[u8]) {
    let mut chars = 0;
    loop {
        let error = match std::str::from_utf8(bytes) {
            Ok(text) => return (chars + text.chars().count() as u64, &[]),
            Err(error) => error,
        };
        let (valid, rest) = bytes.split_at(error.valid_up_to());
        chars += valid.iter().filter(|b| (**b).cast_signed() >= -0x40).count() as u64;
        let Some(invalid) = error.error_len() else { return (chars, rest) };
        // Runs of bytes that begin no character are common in binaries; the validator would return for each.
        let more = rest[invalid..].iter().take_while(|b| begins_no_character(**b)).count();
        chars += (invalid + more) as u64;
        bytes = &rest[invalid + more..];
    }
}

const fn begins_no_character(byte: u8) -> bool {
    matches!(byte, 0x80..=0xc1 | 0xf5..=0xff)
}

fn count_utf16(bytes: &[u8], encoding: Variant) -> (u64, &[u8]) {
    let units = bytes.chunks_exact(2);
    let odd = units.remainder().len();
    let mut chars = 0;
    let mut after_high = false;
    for pair in units {
        let unit = unit(pair, encoding);
        chars += u64::from(!(after_high && is_low_surrogate(unit)));
        after_high = is_high_surrogate(unit);
    }
    // A high surrogate at the end is open: its partner may follow.
    let open = odd + if after_high { 2 } else { 0 };
    (chars - u64::from(after_high), &bytes[bytes.len() - open..])
}

fn unit(pair: &[u8], encoding: Variant) -> u16 {
    let pair = [pair[0], pair[1]];
    if encoding == Variant::Utf16Be { u16::from_be_bytes(pair) } else { u16::from_le_bytes(pair) }
}

const fn is_high_surrogate(unit: u16) -> bool {
    unit & 0xfc00 == 0xd800
}

const fn is_low_surrogate(unit: u16) -> bool {
    unit & 0xfc00 == 0xdc00
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Every character as its first byte, its bytes and whether it ends a line.
    fn characters(data: &[u8], encoding: Variant) -> Vec<(usize, usize, bool)> {
        let mut list = Vec::new();
        let mut at = 0;
        while at < data.len() {
            let len = if encoding == Variant::Raw {
                (1..=4.min(data.len() - at))
                    .find(|len| std::str::from_utf8(&data[at..at + len]).is_ok())
                    .unwrap_or(1)
            } else {
                let units: Vec<u16> =
                    data[at..].chunks_exact(2).take(2).map(|p| unit(p, encoding)).collect();
                match char::decode_utf16(units.iter().copied()).next() {
                    None => 1,
                    Some(Ok(c)) => c.len_utf16() * 2,
                    Some(Err(_)) => 2,
                }
            };
            let ends_line = match encoding {
                Variant::Raw => data[at] == b'\n',
                Variant::Utf16Le => &data[at..at + len] == b"\n\0",
                Variant::Utf16Be => &data[at..at + len] == b"\0\n",
            };
            list.push((at, len, ends_line));
            at += len;
        }
        list
    }

    /// Line and column of every byte, obviously right.
    fn model(data: &[u8], encoding: Variant) -> Vec<(u64, u64)> {
        let mark = match encoding {
            Variant::Raw => data.starts_with(b"\xef\xbb\xbf"),
            Variant::Utf16Le => data.starts_with(b"\xff\xfe"),
            Variant::Utf16Be => data.starts_with(b"\xfe\xff"),
        };
        let (mut line, mut column) = (1, u64::from(!mark));
        let mut places = Vec::new();
        for (_, len, ends_line) in characters(data, encoding) {
            places.extend(std::iter::repeat_n((line, column.max(1)), len));
            if ends_line {
                (line, column) = (line + 1, 1);
            } else {
                column += 1;
            }
        }
        places
    }

    fn locate(data: &[u8], range: std::ops::Range<u64>) -> (u64, u64, u64, u64) {
        let span = RootSpan { start: range.start, end: range.end };
        let place = LineCounter::new(Variant::Raw).locate(data, span);
        assert_eq!((place.offset, place.length), (span.start, span.len()));
        (place.line, place.column, place.end_line, place.end_column)
    }

    #[test]
    fn lines_and_columns_count_from_one() {
        assert_eq!(locate(b"abc", 0..3), (1, 1, 1, 4));
        assert_eq!(locate(b"a\nbc\n", 2..4), (2, 1, 2, 3));
    }

    #[test]
    fn crlf_ends_one_line_and_a_lone_cr_none() {
        assert_eq!(locate(b"a\r\nb\rc", 5..6), (2, 3, 2, 4));
    }

    #[test]
    fn the_end_is_on_the_line_of_the_last_character() {
        assert_eq!(locate(b"ab\ncd\n", 1..4), (1, 2, 2, 2));
        assert_eq!(locate(b"ab\ncd\n", 1..3), (1, 2, 1, 4));
    }

    #[test]
    fn columns_are_scalar_values() {
        assert_eq!(locate("é\u{1f600}x".as_bytes(), 6..7), (1, 3, 1, 4));
        assert_eq!(locate(b"\xff\xe2\x82x", 3..4), (1, 4, 1, 5));
    }

    #[test]
    fn a_byte_order_mark_has_no_column() {
        assert_eq!(locate("\u{feff}ab\ncd".as_bytes(), 3..4), (1, 1, 1, 2));
        assert_eq!(locate("\u{feff}ab\ncd".as_bytes(), 6..7), (2, 1, 2, 2));
    }

    #[test]
    fn an_empty_span_and_one_outside_are_clamped() {
        assert_eq!(locate(b"ab", 1..1), (1, 2, 1, 2));
        assert_eq!(locate(b"ab", 7..9), (1, 3, 1, 3));
        assert_eq!(locate(b"", 0..5), (1, 1, 1, 1));
        assert_eq!(locate(b"ab", 1..u64::MAX), (1, 2, 1, 3));
    }

    #[test]
    fn many_findings_on_one_long_line_are_located_in_one_pass() {
        // Quadratic work here would be 4 GB for every thousand findings, and the test would not end.
        let data = vec![b'x'; 4 << 20];
        let mut lines = LineCounter::new(Variant::Raw);
        for start in (0..data.len() as u64).step_by(16) {
            let place = lines.locate(&data, RootSpan { start, end: start + 8 });
            assert_eq!((place.line, place.column), (1, start + 1));
        }
    }

    fn bytes() -> impl Strategy<Value = Vec<u8>> {
        let piece = prop_oneof![
            Just(b"\n".to_vec()),
            Just(b"\r\n".to_vec()),
            Just(b"\n\0".to_vec()),
            Just(b"\0\n".to_vec()),
            Just("\u{20ac}".as_bytes().to_vec()),
            Just("\u{1f600}".as_bytes().to_vec()),
            Just(vec![0x3d, 0xd8, 0x00, 0xde]),
            Just(vec![0xd8, 0x3d, 0xde, 0x00]),
            Just(vec![0xff, 0xfe]),
            Just(vec![0xef, 0xbb, 0xbf]),
            any::<u8>().prop_map(|b| vec![b]),
        ];
        prop::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn one_chunk_agrees_with_the_model(
            data in bytes(),
            encoding in prop::sample::select(&Variant::ALL),
            spans in prop::collection::vec((any::<prop::sample::Index>(), 1_usize..20), 1..8),
        ) {
            let places = model(&data, encoding);
            prop_assume!(!data.is_empty());
            let mut lines = LineCounter::new(encoding);
            for (index, len) in spans {
                let start = index.index(data.len());
                let end = (start + len).min(data.len());
                let place = lines.locate(&data, RootSpan { start: start as u64, end: end as u64 });
                prop_assert_eq!((place.line, place.column), places[start]);
                let (line, column) = places[end - 1];
                prop_assert_eq!((place.end_line, place.end_column), (line, column + 1));
            }
        }

        #[test]
        fn the_split_into_chunks_does_not_matter(
            data in bytes(),
            encoding in prop::sample::select(&Variant::ALL),
            steps in prop::collection::vec((1_usize..9, 0_usize..12), 1..20),
        ) {
            let places = model(&data, encoding);
            let mut lines = LineCounter::new(encoding);
            let mut base = 0;
            for (step, prefix) in steps.iter().cycle() {
                if base >= data.len() {
                    break;
                }
                // Four bytes to look ahead, as the contract of chunks has it for all but the last.
                let end = (base + prefix + step + 4).min(data.len());
                for (start, expected) in places.iter().enumerate().skip(base).take(*step) {
                    let span = RootSpan { start: start as u64, end: start as u64 + 1 };
                    let place = lines.locate(&data[base..end], span);
                    prop_assert_eq!((place.line, place.column), *expected);
                    let end = (place.end_line, place.end_column);
                    prop_assert_eq!(end, (expected.0, expected.1 + 1));
                }
                let leaving = *step.min(&(data.len() - base));
                lines.advance(&data[base..base + leaving]);
                base += leaving;
            }
        }
    }
}
