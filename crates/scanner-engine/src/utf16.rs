//! Seeing UTF-16 text in a chunk: where zero bytes alternate with text, the text is narrowed to a byte a unit
//! and prefiltered like any other.
//!
//! Three ASCII characters in a row put three zero bytes two apart, with two other bytes between; every anchor
//! has at least three characters, so a chunk without that pattern holds no UTF-16 anchor. Most files hold no
//! zero byte at all.

use scanner_core::Variant;

use crate::prefilter::{BytesOf, HitSink, Prefilter, RuleReach};
use crate::scratch::ScanScratch;

/// Stands for a unit that is not ASCII.
const NOT_ASCII: u8 = 0xff;

/// Prefilters the UTF-16 text of a chunk, whatever its byte order and alignment. Returns whether there was
/// anything that looked like such text.
pub(crate) fn scan_block(
    prefilter: &dyn Prefilter,
    (bytes, of): (&[u8], BytesOf),
    reach: &[RuleReach],
    scratch: &mut ScanScratch,
) -> bool {
    let zeros = zero_parities(bytes);
    let ScanScratch { hits: pool, narrow, prefilter: memory, .. } = scratch;
    if zeros == [false; 2] {
        return false;
    }
    let mut sink = HitSink::raw(pool, reach, bytes.len() as u32);
    if prefilter.scan_utf16(bytes, of, memory, &mut sink) {
        return true;
    }
    for (parity, found) in zeros.into_iter().enumerate() {
        if !found {
            continue;
        }
        // Zero bytes at `parity`: little-endian units begin before them, big-endian units with them.
        for (variant, first) in [(Variant::Utf16Le, 1 - parity), (Variant::Utf16Be, parity)] {
            narrow_into(bytes.get(first..).unwrap_or_default(), variant, narrow);
            let len = bytes.len() as u32;
            let mut sink = HitSink::utf16(pool, reach, variant, first as u32, len);
            prefilter.scan_block(narrow, memory, &mut sink);
        }
    }
    true
}

/// Gives the UTF-16 text of `bytes`, narrowed to a byte a unit, with the place of its first unit: once for each byte
/// order and alignment in which there may be any.
pub(crate) fn each_narrowed(
    bytes: &[u8],
    narrow: &mut Vec<u8>,
    mut take: impl FnMut(Variant, usize, &[u8]),
) {
    for (parity, found) in zero_parities(bytes).into_iter().enumerate() {
        // Zero bytes at `parity`: little-endian units begin before them, big-endian units with them.
        for (variant, first) in [(Variant::Utf16Le, 1 - parity), (Variant::Utf16Be, parity)] {
            if found {
                narrow_into(bytes.get(first..).unwrap_or_default(), variant, narrow);
                take(variant, first, narrow);
            }
        }
    }
}

/// Whether zero bytes alternate with text at even and at odd places.
fn zero_parities(bytes: &[u8]) -> [bool; 2] {
    let mut found = [false; 2];
    let mut at = 0;
    while let Some(next) = bytes.get(at..).and_then(|rest| memchr::memchr(0, rest)) {
        // Of zeros in a row only the last may begin the pattern.
        at += next;
        at += zeros_in_a_row(&bytes[at..]) - 1;
        let pattern = bytes.get(at..at + 5);
        if pattern.is_some_and(|p| p[2] == 0 && p[4] == 0 && is_text(p[1]) && is_text(p[3])) {
            found[at & 1] = true;
            if found == [true; 2] {
                break;
            }
        }
        at += 1;
    }
    found
}

/// How many zero bytes stand at the front.
fn zeros_in_a_row(bytes: &[u8]) -> usize {
    let (words, _) = bytes.as_chunks::<16>();
    let whole = 16 * words.iter().take_while(|word| u128::from_le_bytes(**word) == 0).count();
    whole + bytes[whole..].iter().take_while(|byte| **byte == 0).count()
}

fn is_text(byte: u8) -> bool {
    (0x20..0x7f).contains(&byte) || matches!(byte, b'\t' | b'\n' | b'\r')
}

/// One byte for each unit: its low byte where it is ASCII.
fn narrow_into(units: &[u8], variant: Variant, out: &mut Vec<u8>) {
    out.clear();
    let (low, high) = if variant == Variant::Utf16Be { (1, 0) } else { (0, 1) };
    out.extend(
        units
            .chunks_exact(2)
            .map(|unit| if unit[high] == 0 && unit[low] < 0x80 { unit[low] } else { NOT_ASCII }),
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alternating_zeros_are_seen_at_either_parity() {
        let le: Vec<u8> = "abc".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let be: Vec<u8> = "abc".encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!(zero_parities(&le), [false, true]);
        assert_eq!(zero_parities(&be), [true, false]);
        assert_eq!(zero_parities(&[b"x".as_slice(), &le].concat()), [true, false]);
        assert_eq!(zero_parities(b"a\0\0\0b\0\0\0"), [false, false]);
        assert_eq!(zero_parities(&[[0; 37].as_slice(), b"a\0b\0c\0"].concat()), [true, false]);
        assert_eq!(zero_parities(&[0; 100]), [false, false]);
        assert_eq!(zero_parities(b"plain"), [false, false]);
        assert_eq!(zero_parities(b""), [false, false]);
    }

    #[test]
    fn narrowing_keeps_ascii_and_marks_the_rest() {
        let mut out = Vec::new();
        let le: Vec<u8> = "aé語b".encode_utf16().flat_map(u16::to_le_bytes).collect();
        narrow_into(&le, Variant::Utf16Le, &mut out);
        assert_eq!(out, [b'a', NOT_ASCII, NOT_ASCII, b'b']);
    }
}
