//! Base64, standard and URL-safe, padded or not, on one line or wrapped.
//!
//! A span is found where groups of four characters decode to ASCII ([`super::masks`]), so its alignment is
//! known wherever its run begins, and text glued to its front does no harm.

use std::ops::Range;

use super::Decoded;

/// Characters of a wrapped line, at least: shorter ones are not joined to the next.
const LINE_MIN: usize = 40;

/// Blanks that the next wrapped line may begin with, at most.
const INDENT_MAX: usize = 64;

/// The six bits of a character; 64 where it is none.
const VALUES: [u8; 256] = {
    let mut table = [64; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = match byte as u8 {
            b @ b'A'..=b'Z' => b - b'A',
            b @ b'a'..=b'z' => b - b'a' + 26,
            b @ b'0'..=b'9' => b - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            _ => 64,
        };
        byte += 1;
    }
    table
};

/// The six bits of a character of either alphabet.
pub(super) const fn value(byte: u8) -> Option<u8> {
    let value = VALUES[byte as usize];
    if value < 64 { Some(value) } else { None }
}

/// As [`value`], of the standard alphabet: what base64 is noticed by. The `-` and `_` of the other stand in too many
/// names of programs.
pub(super) const fn standard_value(byte: u8) -> Option<u8> {
    if matches!(byte, b'-' | b'_') { None } else { value(byte) }
}

fn run_len(bytes: &[u8]) -> usize {
    bytes.iter().take_while(|byte| value(**byte).is_some()).count()
}

/// The span of whole groups that holds the group at `at`; lines that it is wrapped over are inside.
pub(super) fn span(bytes: &[u8], at: usize) -> Range<usize> {
    let before = bytes[..at].iter().rev().take_while(|byte| value(**byte).is_some()).count();
    let mut line = at - before;
    let start = at - before / 4 * 4;
    let mut end = at + run_len(&bytes[at..]);
    while end - line >= LINE_MIN
        && let Some(next) = next_line(bytes, end)
    {
        line = next;
        end = next + run_len(&bytes[next..]);
    }
    start..end
}

/// Where the line behind the break at `end` goes on with base64.
fn next_line(bytes: &[u8], end: usize) -> Option<usize> {
    let rest = &bytes[end..];
    let break_len = [b"\r\n".as_slice(), b"\n", b"\\r\\n", b"\\n"]
        .into_iter()
        .find(|line_break| rest.starts_with(line_break))?
        .len();
    let indent = rest[break_len..]
        .iter()
        .take(INDENT_MAX)
        .take_while(|byte| matches!(byte, b' ' | b'\t'))
        .count();
    let next = end + break_len + indent;
    (run_len(&bytes[next..(next + 4).min(bytes.len())]) >= 2).then_some(next)
}

/// Whether a span holds anything but characters of the alphabet.
pub(super) fn is_wrapped(span: &[u8]) -> bool {
    memchr::memchr2(b'\n', b'\\', span).is_some()
}

/// As [`decode`], of a run without line breaks, whose bytes need no list of where they come from.
pub(super) fn decode_run(run: &[u8], out: &mut Decoded) -> bool {
    let room = out.room.saturating_sub(out.bytes.len());
    let (groups, rest) = run.as_chunks::<4>();
    let fitting = groups.len().min(room / 3);
    out.bytes.extend(groups[..fitting].iter().flat_map(|group| {
        let [first, second, third, fourth] = group.map(|byte| VALUES[usize::from(byte)] & 63);
        [first << 2 | second >> 4, second << 4 | third >> 2, third << 6 | fourth]
    }));
    if fitting < groups.len() {
        return false;
    }
    if let [first, second, ..] = *rest {
        let third = rest.get(2).map(|byte| VALUES[usize::from(*byte)] & 63);
        let (first, second) = (VALUES[usize::from(first)] & 63, VALUES[usize::from(second)] & 63);
        let last = [first << 2 | second >> 4, second << 4 | third.unwrap_or(0) >> 2];
        let count = if third.is_some() { 2 } else { 1 };
        if out.room.saturating_sub(out.bytes.len()) < count {
            return false;
        }
        out.bytes.extend_from_slice(&last[..count]);
    }
    true
}

/// The bytes of all whole groups, and of a last one of two or three characters. What is no character of the
/// alphabet is passed over: a span holds nothing else than line breaks and indents.
pub(super) fn decode(bytes: &[u8], range: Range<usize>, out: &mut Decoded) -> bool {
    let mut group = [(0u8, 0usize); 4];
    let mut filled = 0;
    let mut at = range.start;
    while at < range.end {
        // The `n` of an escaped line break is no character of the text.
        if bytes[at] == b'\\' {
            at += 2;
            continue;
        }
        if let Some(value) = value(bytes[at]) {
            group[filled] = (value, at);
            filled += 1;
        }
        at += 1;
        if filled == 4 {
            if !emit(&group, 3, out) {
                return false;
            }
            filled = 0;
        }
    }
    filled < 2 || emit(&group, filled - 1, out)
}

/// The first `count` bytes of a group.
fn emit(group: &[(u8, usize); 4], count: usize, out: &mut Decoded) -> bool {
    (0..count).all(|index| {
        let ((left, from), (right, to)) = (group[index], group[index + 1]);
        let byte = match index {
            0 => left << 2 | right >> 4,
            1 => left << 4 | right >> 2,
            _ => left << 6 | right,
        };
        out.push(byte, from, to + 1)
    })
}
