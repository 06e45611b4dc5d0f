//! `%41` of URLs and forms.

use std::ops::Range;

use super::{Sink, copy_until, hex_pair, is_text};

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
pub(super) fn decode(bytes: &[u8], range: Range<usize>, out: &mut impl Sink) -> bool {
    let mut at = range.start;
    loop {
        let (escape, has_room) = copy_until(b'%', bytes, (at, range.end), out);
        if !has_room || escape == range.end {
            return has_room;
        }
        let escaped = (escape + 3 <= range.end).then(|| hex_pair(bytes, escape + 1)).flatten();
        let (byte, len) = escaped.map_or((b'%', 1), |byte| (byte, 3));
        out.unit(escape);
        at = escape + len;
        if !out.push(byte, escape, at) {
            return false;
        }
    }
}
