//! `%41` of URLs and forms.

use std::ops::Range;

use super::{Decoded, hex_pair, is_text};

/// Whether a `%` at `at` begins an escape of text.
pub(super) fn begins(bytes: &[u8], at: usize) -> bool {
    hex_pair(bytes, at + 1).is_some_and(is_text)
}

/// Whether the byte at `at` can stand in a URL or form.
pub(super) fn is_inside(bytes: &[u8], at: usize) -> bool {
    let byte = bytes[at];
    byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\'' | b'<' | b'>' | b'`')
}

/// Undoes the escapes; everything else stays.
pub(super) fn decode(bytes: &[u8], range: Range<usize>, out: &mut Decoded) -> bool {
    let mut at = range.start;
    while at < range.end {
        let escaped = (bytes[at] == b'%' && at + 3 <= range.end).then(|| hex_pair(bytes, at + 1));
        let (byte, len) = match escaped.flatten() {
            Some(byte) => (byte, 3),
            None => (bytes[at], 1),
        };
        if !out.push(byte, at, at + len) {
            return false;
        }
        at += len;
    }
    true
}
