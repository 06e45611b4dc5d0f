//! `\u0041`, `\u{41}`, `\x41` of JSON, JavaScript, C, Python and the like, and the escapes of one letter that
//! stand beside them.

use std::ops::Range;

use super::{Sink, copy_until, hex_pair, hex_value, is_text, push_char};

/// The character of a numeric escape at `at` and its length.
fn numeric(bytes: &[u8], at: usize) -> Option<(u32, usize)> {
    match bytes.get(at + 1)? {
        b'x' => hex_pair(bytes, at + 2).map(|byte| (u32::from(byte), 4)),
        b'u' if bytes.get(at + 2) == Some(&b'{') => {
            let digits = bytes.get(at + 3..)?.iter().take(7).take_while(|b| **b != b'}').count();
            let code = digits_value(bytes.get(at + 3..at + 3 + digits)?)?;
            (bytes.get(at + 3 + digits) == Some(&b'}')).then_some((code, digits + 4))
        }
        b'u' => digits_value(bytes.get(at + 2..at + 6)?).map(|code| (code, 6)),
        b'U' => digits_value(bytes.get(at + 2..at + 10)?).map(|code| (code, 10)),
        _ => None,
    }
}

/// The value of one to eight hexadecimal digits.
fn digits_value(digits: &[u8]) -> Option<u32> {
    if digits.is_empty() {
        return None;
    }
    digits.iter().try_fold(0u32, |value, digit| Some(value << 4 | u32::from(hex_value(*digit)?)))
}

/// The byte of an escape of one letter.
fn letter(byte: u8) -> Option<u8> {
    match byte {
        b'n' => Some(b'\n'),
        b'r' => Some(b'\r'),
        b't' => Some(b'\t'),
        b'"' | b'\'' | b'\\' | b'/' => Some(byte),
        _ => None,
    }
}

/// Whether a `\` at `at` begins a numeric escape of text.
pub(super) fn begins(bytes: &[u8], at: usize) -> bool {
    numeric(bytes, at).and_then(|(code, _)| u8::try_from(code).ok()).is_some_and(is_text)
}

/// Whether the byte at `at` stands in a line.
pub(super) fn is_inside(bytes: &[u8], at: usize) -> bool {
    bytes[at] != b'\n'
}

/// Undoes the escapes; everything else stays.
pub(super) fn decode(bytes: &[u8], range: Range<usize>, out: &mut impl Sink) -> bool {
    let seen = &bytes[..range.end];
    let mut at = range.start;
    loop {
        let (from, has_room) = copy_until(b'\\', bytes, (at, range.end), out);
        if !has_room || from == range.end {
            return has_room;
        }
        out.unit(from);
        let has_room = if let Some((code, len)) = numeric(seen, from) {
            at = from + len;
            push_char(out, code, from, at)
        } else if let Some(byte) = seen.get(from + 1).and_then(|byte| letter(*byte)) {
            at = from + 2;
            out.push(byte, from, at)
        } else {
            at = from + 1;
            out.push(b'\\', from, at)
        };
        if !has_room {
            return false;
        }
    }
}
