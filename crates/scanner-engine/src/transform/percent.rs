//! `%41` of URLs and forms.

use std::ops::Range;

use super::{Decoded, around, hex_pair, is_text};

/// The span around a `%` at `at`, where it begins an escape of text.
pub(super) fn span(bytes: &[u8], at: usize) -> Option<Range<usize>> {
    hex_pair(bytes, at + 1).filter(|byte| is_text(*byte))?;
    Some(around(bytes, at, |byte| {
        byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\'' | b'<' | b'>' | b'`')
    }))
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
