//! Quoted-printable of mail: `=3D` for a byte, `=` at the end of a line for a line that goes on.

use std::ops::Range;

use super::{Sink, copy_until, hex_pair};

/// Bytes of a line that is broken softly, its `=` included: mail breaks as late as it may.
const SOFT_LINE: std::ops::RangeInclusive<usize> = 70..=76;

/// Whether a `=` at `at` is an escaped `=` or breaks a long line softly.
pub(super) fn begins(bytes: &[u8], at: usize) -> bool {
    if hex_pair(bytes, at + 1) == Some(b'=') {
        return true;
    }
    let is_operator = at > 0 && b" +-*/!=<>|&^%".contains(&bytes[at - 1]);
    let before = &bytes[at.saturating_sub(*SOFT_LINE.end())..at];
    let line = before.iter().rev().take_while(|byte| **byte != b'\n').count() + 1;
    line_break(bytes, at + 1).is_some() && !is_operator && SOFT_LINE.contains(&line)
}

/// Whether the byte at `at` stands in a line or ends one softly.
pub(super) fn is_inside(bytes: &[u8], at: usize) -> bool {
    let before = bytes[..at].strip_suffix(b"\r").unwrap_or(&bytes[..at]);
    bytes[at] != b'\n' || before.ends_with(b"=")
}

/// The length of the line break at `at`.
fn line_break(bytes: &[u8], at: usize) -> Option<usize> {
    match bytes.get(at..)? {
        [b'\n', ..] => Some(1),
        [b'\r', b'\n', ..] => Some(2),
        _ => None,
    }
}

/// Undoes escapes and soft breaks; everything else stays.
pub(super) fn decode(bytes: &[u8], range: Range<usize>, out: &mut impl Sink) -> bool {
    let seen = &bytes[..range.end];
    let mut at = range.start;
    loop {
        let (from, has_room) = copy_until(b'=', bytes, (at, range.end), out);
        if !has_room || from == range.end {
            return has_room;
        }
        if let Some(len) = line_break(seen, from + 1) {
            at = from + 1 + len;
            continue;
        }
        let (byte, len) = hex_pair(seen, from + 1).map_or((b'=', 1), |byte| (byte, 3));
        out.unit(from);
        at = from + len;
        if !out.push(byte, from, at) {
            return false;
        }
    }
}
