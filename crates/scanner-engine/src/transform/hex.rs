//! Pairs of hexadecimal digits that spell text.

use std::ops::Range;

use super::{Sink, hex_pair};

/// The span of pairs around `at`, which stands at the first digit of one.
pub(super) fn span(bytes: &[u8], at: usize) -> Range<usize> {
    let digits = |bytes: &[u8]| bytes.iter().take_while(|b| b.is_ascii_hexdigit()).count();
    let before = bytes[..at].iter().rev().take_while(|b| b.is_ascii_hexdigit()).count();
    at - before / 2 * 2..at + digits(&bytes[at..]) / 2 * 2
}

/// A byte for each pair.
pub(super) fn decode(bytes: &[u8], range: Range<usize>, out: &mut impl Sink) -> bool {
    for at in range.step_by(2) {
        let Some(byte) = hex_pair(bytes, at) else { return true };
        out.unit(at);
        if !out.push(byte, at, at + 2) {
            return false;
        }
    }
    true
}
