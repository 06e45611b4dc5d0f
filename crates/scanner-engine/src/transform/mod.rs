//! Encoded text: where it stands in a buffer, and how each encoding is undone.
//!
//! `masks.rs` marks, in one pass, the places where something encoded may begin; `find.rs` looks at each closely
//! and gives spans; each encoding's file says how far a span reaches and decodes it. A decoded byte knows the
//! encoded bytes that it comes from, so that findings lead back to the exact place.

mod base64;
mod escape;
pub(crate) mod find;
mod hex;
mod html;
pub(crate) mod inflate;
mod join;
mod masks;
mod peel;
mod percent;
mod quoted;
pub(crate) mod stream;

use std::ops::Range;

use scanner_core::DecodeKind;

pub use peel::{Peeled, peel, undo};

/// Bytes to either side of an escape that belong to its span, at most.
pub(crate) const SIDE_MAX: usize = 4096;

/// Encoded bytes in a buffer; in the order of where they begin, then of the encodings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct EncodedSpan {
    /// Their first byte. Chunks are smaller than 4 GiB.
    pub(crate) start: u32,
    /// The encoding.
    pub(crate) kind: DecodeKind,
    /// Behind the last byte.
    pub(crate) end: u32,
}

const _: () = assert!(size_of::<EncodedSpan>() == 12, "a chunk may have 65,536 of them");

impl EncodedSpan {
    /// A range of bytes of this encoding.
    pub(crate) fn new(kind: DecodeKind, range: Range<usize>) -> Self {
        Self { start: range.start as u32, kind, end: range.end as u32 }
    }

    /// The bytes.
    pub(crate) fn range(&self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// Where the bytes of a piece of decoded text come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// Each from bytes of its own, which are found by decoding again from the last mark before it.
    Marked(Marked),
    /// Three from each four characters that begin here.
    Base64(usize),
    /// Each from all of the encoded bytes, of which there are so many.
    All(usize),
}

/// What it takes to find where a byte of a piece comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Marked {
    kind: DecodeKind,
    /// Behind the last encoded byte.
    end: u32,
    /// The piece's own marks among [`Decoded::marks`]; the first is that of its first byte.
    marks: (u32, u32),
    /// Decoded bytes in front of the piece that the marks count too.
    skipped: u32,
}

impl Origin {
    /// The bytes of `encoded` that decoded byte `at` comes from: begin and end.
    pub(crate) fn of(&self, at: usize, decoded: &Decoded, encoded: &[u8]) -> (usize, usize) {
        match self {
            Self::Marked(marked) => marked.of(at, decoded, encoded),
            Self::Base64(start) => {
                let from = start + at / 3 * 4 + at % 3;
                (from, from + 2)
            }
            Self::All(len) => (0, *len),
        }
    }
}

impl Marked {
    fn of(&self, at: usize, decoded: &Decoded, encoded: &[u8]) -> (usize, usize) {
        let at = at + self.skipped as usize;
        let (first, last) = self.marks;
        let marks = &decoded.marks[first as usize..last as usize];
        let known = marks.partition_point(|(done, _)| *done as usize <= at);
        let (done, place) = marks.get(known.wrapping_sub(1)).copied().unwrap_or_default();
        let end = self.end as usize;
        let mut place_of = PlaceOf { left: at - done as usize, found: (end, end) };
        decode_by_unit(encoded, (self.kind, place as usize..end), &mut place_of);
        place_of.found
    }
}

/// Takes what is decoded.
trait Sink {
    /// What follows is decoded from the encoded bytes at `at` on, whatever stands before them.
    fn unit(&mut self, at: usize);

    /// Takes a byte that comes from `from..to`; whether there was room.
    fn push(&mut self, byte: u8, from: usize, to: usize) -> bool;

    /// Takes bytes that stand for themselves, from `from` on; whether there was room for all.
    fn copy(&mut self, bytes: &[u8], from: usize) -> bool;
}

/// Finds where the byte behind `left` others comes from.
struct PlaceOf {
    left: usize,
    found: (usize, usize),
}

impl Sink for PlaceOf {
    fn unit(&mut self, _at: usize) {}

    fn push(&mut self, _byte: u8, from: usize, to: usize) -> bool {
        let is_it = self.left == 0;
        if is_it {
            self.found = (from, to);
        }
        self.left = self.left.saturating_sub(1);
        !is_it
    }

    fn copy(&mut self, bytes: &[u8], from: usize) -> bool {
        let is_here = self.left < bytes.len();
        if is_here {
            self.found = (from + self.left, from + self.left + 1);
        }
        self.left = self.left.saturating_sub(bytes.len());
        !is_here
    }
}

/// Decoded bytes from one mark to the next, at least: what has to be decoded again to find a place.
const MARK_BYTES: usize = 64;

/// Bytes that there is room for, at least, where a piece begins.
const GROWTH_BYTES: usize = 16 * 1024;

/// Decoded bytes, and where they come from.
#[derive(Debug, Default)]
pub(crate) struct Decoded {
    /// The bytes.
    pub(crate) bytes: Vec<u8>,
    /// Of pieces that are decoded byte by byte: decoded bytes of the piece, and the encoded place where the next comes from.
    pub(crate) marks: Vec<(u32, u32)>,
    /// Bytes that there is room for.
    pub(crate) room: usize,
    /// Where the piece at hand begins in the bytes, and from where on it gets its next mark.
    piece: (usize, usize),
    /// The encoded place of the last unit, and the bytes in front of it.
    unit: (usize, usize),
}

impl Decoded {
    /// Begins a piece that is decoded byte by byte.
    fn begin(&mut self) {
        self.piece = (self.bytes.len(), self.bytes.len());
        // Small pieces behind a large one shall not double it.
        if self.bytes.capacity() - self.bytes.len() < GROWTH_BYTES / 4 {
            self.bytes.reserve_exact(GROWTH_BYTES);
        }
    }

    /// The piece at hand, of which the first `skipped` bytes are left out.
    fn marked(&self, kind: DecodeKind, end: usize, (first, skipped): (usize, usize)) -> Origin {
        let marks = (first as u32, self.marks.len() as u32);
        Origin::Marked(Marked { kind, end: end as u32, marks, skipped: skipped as u32 })
    }

    /// Forgets the marks of a piece.
    pub(crate) fn forget(&mut self, origin: &Origin) {
        if let Origin::Marked(marked) = origin {
            self.marks.truncate(marked.marks.0 as usize);
        }
    }
}

impl Sink for Decoded {
    #[inline]
    fn unit(&mut self, at: usize) {
        let here = self.bytes.len();
        self.unit = (at, here);
        if here >= self.piece.1 {
            self.marks.push(((here - self.piece.0) as u32, at as u32));
            self.piece.1 = here + MARK_BYTES;
        }
    }

    #[inline]
    fn push(&mut self, byte: u8, _from: usize, _to: usize) -> bool {
        let has_room = self.bytes.len() < self.room;
        if has_room {
            self.bytes.push(byte);
        }
        has_room
    }

    #[inline]
    fn copy(&mut self, bytes: &[u8], from: usize) -> bool {
        self.unit(from);
        let fitting = bytes.len().min(self.room.saturating_sub(self.bytes.len()));
        self.bytes.extend_from_slice(&bytes[..fitting]);
        if fitting < bytes.len() {
            self.unit = (from + fitting, self.bytes.len());
        }
        fitting == bytes.len()
    }
}

/// Decodes a span of `bytes`: where its bytes come from, and whether everything found room. Compressed data is
/// not decoded here.
pub(crate) fn decode(bytes: &[u8], span: &EncodedSpan, out: &mut Decoded) -> (Origin, bool) {
    let range = span.range();
    if span.kind == DecodeKind::Base64 && !base64::is_wrapped(&bytes[range.clone()]) {
        let start = range.start;
        return (Origin::Base64(start), base64::decode_run(&bytes[range], out));
    }
    let (first, end) = (out.marks.len(), range.end);
    out.begin();
    let whole = decode_by_unit(bytes, (span.kind, range), out);
    (out.marked(span.kind, end, (first, 0)), whole)
}

/// Decodes a range of `bytes` unit by unit; whether everything found room.
fn decode_by_unit(
    bytes: &[u8],
    (kind, range): (DecodeKind, Range<usize>),
    out: &mut impl Sink,
) -> bool {
    match kind {
        DecodeKind::Base64 => base64::decode(bytes, range, out),
        DecodeKind::Hex => hex::decode(bytes, range, out),
        DecodeKind::Percent => percent::decode(bytes, range, out),
        DecodeKind::Escape => escape::decode(bytes, range, out),
        DecodeKind::HtmlEntity => html::decode(bytes, range, out),
        DecodeKind::QuotedPrintable => quoted::decode(bytes, range, out),
        DecodeKind::Join => join::decode(bytes, range, out),
        _ => true,
    }
}

/// The value of a hexadecimal digit.
#[inline]
fn hex_value(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        b'A'..=b'F' => Some(byte - b'A' + 10),
        _ => None,
    }
}

/// The byte of two hexadecimal digits at `at`.
#[inline]
fn hex_pair(bytes: &[u8], at: usize) -> Option<u8> {
    let [high, low] = bytes.get(at..at + 2)? else { return None };
    Some(hex_value(*high)? << 4 | hex_value(*low)?)
}

/// Whether an escape of this byte is worth undoing: secrets are text.
fn is_text(byte: u8) -> bool {
    (0x20..0x7f).contains(&byte) || matches!(byte, b'\t' | b'\n' | b'\r')
}

/// Copies what stands for itself from `at` on, up to the next `special`; where that stands, and whether there was room.
#[inline]
fn copy_until(
    special: u8,
    bytes: &[u8],
    (at, end): (usize, usize),
    out: &mut impl Sink,
) -> (usize, bool) {
    let len = memchr::memchr(special, &bytes[at..end]).unwrap_or(end - at);
    (at + len, len == 0 || out.copy(&bytes[at..at + len], at))
}

/// Writes the UTF-8 bytes of a character that comes from `from..to`.
fn push_char(out: &mut impl Sink, code: u32, from: usize, to: usize) -> bool {
    let character = char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER);
    let mut utf8 = [0; 4];
    character.encode_utf8(&mut utf8).bytes().all(|byte| out.push(byte, from, to))
}
