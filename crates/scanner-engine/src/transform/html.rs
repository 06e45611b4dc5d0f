//! `&#65;`, `&#x41;` and the few names that markup escapes need.

use std::ops::Range;

use super::{Sink, copy_until, push_char};

/// Bytes of an entity, at most.
const ENTITY_MAX: usize = 12;

/// Names and what they stand for.
const NAMES: [(&[u8], u32); 6] = [
    (b"amp", 0x26),
    (b"lt", 0x3c),
    (b"gt", 0x3e),
    (b"quot", 0x22),
    (b"apos", 0x27),
    (b"nbsp", 0xa0),
];

/// The character of an entity at `at` and its length.
fn entity(bytes: &[u8], at: usize) -> Option<(u32, usize)> {
    let rest = bytes.get(at + 1..)?;
    let rest = &rest[..rest.len().min(ENTITY_MAX)];
    let len = rest.iter().position(|byte| *byte == b';')?;
    let name = &rest[..len];
    let code = match name {
        [b'#', b'x' | b'X', digits @ ..] => number(digits, 16)?,
        [b'#', digits @ ..] => number(digits, 10)?,
        _ => NAMES.iter().find(|(known, _)| *known == name)?.1,
    };
    Some((code, len + 2))
}

fn number(digits: &[u8], radix: u32) -> Option<u32> {
    let digits = std::str::from_utf8(digits).ok().filter(|digits| !digits.starts_with('+'))?;
    u32::from_str_radix(digits, radix).ok()
}

/// Whether an `&` at `at` begins an entity.
pub(super) fn begins(bytes: &[u8], at: usize) -> bool {
    entity(bytes, at).is_some()
}

/// Whether the byte at `at` stands in text between two tags, on a line.
pub(super) fn is_inside(bytes: &[u8], at: usize) -> bool {
    !matches!(bytes[at], b'\n' | b'<' | b'>')
}

/// Undoes the entities; everything else stays.
pub(super) fn decode(bytes: &[u8], range: Range<usize>, out: &mut impl Sink) -> bool {
    let seen = &bytes[..range.end];
    let mut at = range.start;
    loop {
        let (from, has_room) = copy_until(b'&', bytes, (at, range.end), out);
        if !has_room || from == range.end {
            return has_room;
        }
        out.unit(from);
        let has_room = if let Some((code, len)) = entity(seen, from) {
            at = from + len;
            push_char(out, code, from, at)
        } else {
            at = from + 1;
            out.push(b'&', from, at)
        };
        if !has_room {
            return false;
        }
    }
}
