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

use std::cmp::Ordering;
use std::ops::Range;

use scanner_core::DecodeKind;

pub use peel::{Peeled, peel, undo};

/// Bytes to either side of an escape that belong to its span, at most.
pub(crate) const SIDE_MAX: usize = 4096;

/// Encoded bytes in a buffer; in order of where they begin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct EncodedSpan {
    /// The encoding.
    pub(crate) kind: DecodeKind,
    /// The bytes.
    pub(crate) range: Range<usize>,
}

impl Ord for EncodedSpan {
    fn cmp(&self, other: &Self) -> Ordering {
        let key = |span: &Self| (span.range.start, span.kind, span.range.end);
        key(self).cmp(&key(other))
    }
}

impl PartialOrd for EncodedSpan {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Where the bytes of a piece of decoded text come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// Each from a range of its own, listed from this place of [`Decoded::origin`] on.
    Listed(usize),
    /// Three from each four characters that begin here.
    Base64(usize),
    /// Each from all of the encoded bytes, of which there are so many.
    All(usize),
}

impl Origin {
    /// The encoded bytes that decoded byte `at` comes from: begin and end.
    pub(crate) fn of(&self, at: usize, decoded: &Decoded) -> (usize, usize) {
        match self {
            Self::Listed(first) => {
                let (from, to) = decoded.origin[first + at];
                (from as usize, to as usize)
            }
            Self::Base64(start) => {
                let from = start + at / 3 * 4 + at % 3;
                (from, from + 2)
            }
            Self::All(len) => (0, *len),
        }
    }
}

/// Decoded bytes, and where they come from.
#[derive(Debug, Default)]
pub(crate) struct Decoded {
    /// The bytes.
    pub(crate) bytes: Vec<u8>,
    /// Ranges of encoded bytes, begin and end, for those pieces that list them.
    pub(crate) origin: Vec<(u32, u32)>,
    /// Bytes that there is room for.
    pub(crate) room: usize,
}

impl Decoded {
    /// Adds a byte that comes from `from..to`; whether there was room.
    #[inline]
    fn push(&mut self, byte: u8, from: usize, to: usize) -> bool {
        if self.bytes.len() >= self.room {
            return false;
        }
        self.bytes.push(byte);
        self.origin.push((from as u32, to as u32));
        true
    }

    /// Adds the bytes at `range` of a text as they stand there; whether there was room for all.
    fn copy(&mut self, text: &[u8], range: Range<usize>) -> bool {
        let room = self.room.saturating_sub(self.bytes.len());
        let taken = range.start..range.end.min(range.start.saturating_add(room));
        let is_all = taken == range;
        self.bytes.extend_from_slice(&text[taken.clone()]);
        let (from, to) = (taken.start as u32, taken.end as u32);
        self.origin.extend((from..to).map(|at| (at, at + 1)));
        is_all
    }
}

/// Decodes a span of `bytes`: where its bytes come from, and whether everything found room. Compressed data is
/// not decoded here.
pub(crate) fn decode(bytes: &[u8], span: &EncodedSpan, out: &mut Decoded) -> (Origin, bool) {
    let range = span.range.clone();
    if span.kind == DecodeKind::Base64 && !base64::is_wrapped(&bytes[range.clone()]) {
        let start = range.start;
        return (Origin::Base64(start), base64::decode_run(&bytes[range], out));
    }
    let origin = Origin::Listed(out.origin.len());
    (origin, decode_listed(bytes, (span.kind, range), out))
}

/// Decodes a range of `bytes` and lists where each byte comes from; whether everything found room.
fn decode_listed(
    bytes: &[u8],
    (kind, range): (DecodeKind, Range<usize>),
    out: &mut Decoded,
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

/// Writes the UTF-8 bytes of a character that comes from `from..to`.
fn push_char(out: &mut Decoded, code: u32, from: usize, to: usize) -> bool {
    let character = char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER);
    let mut utf8 = [0; 4];
    character.encode_utf8(&mut utf8).bytes().all(|byte| out.push(byte, from, to))
}
