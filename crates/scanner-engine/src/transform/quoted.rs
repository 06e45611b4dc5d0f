//! Quoted-printable of mail: `=3D` for a byte, `=` at the end of a line for a line that goes on.

use std::ops::Range;

use super::{Decoded, SIDE_MAX, around, hex_pair};

/// Bytes of a line that is broken softly, its `=` included: mail breaks as late as it may.
const SOFT_LINE: std::ops::RangeInclusive<usize> = 70..=76;

/// The span around a `=` at `at`, where it is an escaped `=` or breaks a long line softly.
pub(super) fn span(bytes: &[u8], at: usize) -> Option<Range<usize>> {
    let line = around(bytes, at, |byte| byte != b'\n');
    let is_operator = at > 0 && b" +-*/!=<>|&^%".contains(&bytes[at - 1]);
    let is_break = line_break(bytes, at + 1).is_some()
        && !is_operator
        && SOFT_LINE.contains(&(at + 1 - line.start));
    if hex_pair(bytes, at + 1) != Some(b'=') && !is_break {
        return None;
    }
    let mut end = line.end;
    // Lines go on as long as they are broken softly.
    while let Some(next) = soft_end(bytes, line.start, end).filter(|_| end - at < SIDE_MAX) {
        end = around(bytes, next, |byte| byte != b'\n').end;
    }
    Some(line.start..end)
}

/// The start of the next line, where the line that ends at `end` is broken softly.
fn soft_end(bytes: &[u8], start: usize, end: usize) -> Option<usize> {
    let line = &bytes[start..end];
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    (line.ends_with(b"=") && bytes.get(end) == Some(&b'\n')).then_some(end + 1)
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
pub(super) fn decode(bytes: &[u8], range: Range<usize>, out: &mut Decoded) -> bool {
    let mut at = range.start;
    while at < range.end {
        if bytes[at] == b'=' {
            if let Some(len) = line_break(bytes, at + 1) {
                at += 1 + len;
                continue;
            }
            if let Some(byte) = hex_pair(bytes, at + 1).filter(|_| at + 3 <= range.end) {
                if !out.push(byte, at, at + 3) {
                    return false;
                }
                at += 3;
                continue;
            }
        }
        if !out.push(bytes[at], at, at + 1) {
            return false;
        }
        at += 1;
    }
    true
}
