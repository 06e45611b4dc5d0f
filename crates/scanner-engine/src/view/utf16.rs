//! The view of a window of UTF-16 text: decoded to UTF-8, with a way back from decoded offsets to units.
//!
//! Unpaired surrogates become U+FFFD, one for each unit.

use std::ops::Range;

use scanner_core::{Chunk, Variant};

use super::{Origin, WindowView};

/// One decoded character: what it is and how many units it took.
#[inline]
fn next_char(units: &[u8], big_endian: bool) -> Option<(char, usize)> {
    let unit = |at: usize| {
        let pair = units.get(2 * at..2 * at + 2)?;
        let pair = [pair[0], pair[1]];
        Some(if big_endian { u16::from_be_bytes(pair) } else { u16::from_le_bytes(pair) })
    };
    let first = unit(0)?;
    if (0xd800..0xdc00).contains(&first)
        && let Some(second) = unit(1)
        && (0xdc00..0xe000).contains(&second)
    {
        let code = 0x1_0000 + (u32::from(first - 0xd800) << 10) + u32::from(second - 0xdc00);
        return Some((char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER), 2));
    }
    Some((char::from_u32(u32::from(first)).unwrap_or(char::REPLACEMENT_CHARACTER), 1))
}

/// Decodes `units` into `out`, which is cleared first. An odd byte at the end is left out.
pub(crate) fn decode_window(units: &[u8], big_endian: bool, out: &mut Vec<u8>) {
    out.clear();
    let mut rest = units;
    let mut buf = [0; 4];
    while let Some((c, taken)) = next_char(rest, big_endian) {
        out.extend_from_slice(c.encode_utf8(&mut buf).as_bytes());
        rest = &rest[2 * taken..];
    }
}

/// How many units stand before the character that holds the decoded byte at `offset`.
pub(super) fn units_before(units: &[u8], big_endian: bool, offset: usize) -> usize {
    let mut decoded = 0;
    let mut count = 0;
    while decoded < offset
        && let Some((c, taken)) = next_char(&units[2 * count..], big_endian)
    {
        decoded += c.len_utf8();
        count += taken;
    }
    count
}

/// The decoded offset of the first character at or behind unit `unit`.
fn decoded_before(units: &[u8], big_endian: bool, unit: usize) -> usize {
    let mut decoded = 0;
    let mut count = 0;
    while count < unit
        && let Some((c, taken)) = next_char(&units[2 * count..], big_endian)
    {
        decoded += c.len_utf8();
        count += taken;
    }
    decoded
}

/// The view of the units at `span` of the chunk, decoded into `text`; matches lie in `search`, a range of the
/// chunk inside the span.
pub(crate) fn utf16_view<'a>(
    chunk: &Chunk<'a>,
    variant: Variant,
    span: Range<usize>,
    search: Range<usize>,
    text: &'a [u8],
) -> WindowView<'a> {
    let units = &chunk.data[span.clone()];
    let big_endian = variant == Variant::Utf16Be;
    let place = |at: usize| decoded_before(units, big_endian, at.saturating_sub(span.start) / 2);
    let search = place(search.start)..place(search.end + 1).min(text.len());
    WindowView {
        bytes: text,
        hint: search.start,
        search,
        variant,
        origin: Origin::Utf16 { base: chunk.base_offset + span.start as u64, units, big_endian },
        file_id: chunk.file_id,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn decodes_as_the_standard_library(units in prop::collection::vec(any::<u16>(), 0..60)) {
            for big_endian in [false, true] {
                let order = |unit: &u16| if big_endian { unit.to_be_bytes() } else { unit.to_le_bytes() };
                let bytes: Vec<u8> = units.iter().flat_map(order).collect();
                let mut out = Vec::new();
                decode_window(&bytes, big_endian, &mut out);
                let want = String::from_utf16_lossy(&units);
                prop_assert_eq!(std::str::from_utf8(&out).unwrap(), &want);
                // Every character boundary leads back to the units before it.
                for (offset, _) in want.char_indices() {
                    let before = units_before(&bytes, big_endian, offset);
                    prop_assert_eq!(String::from_utf16_lossy(&units[..before]).len(), offset);
                    prop_assert_eq!(decoded_before(&bytes, big_endian, before), offset);
                }
            }
        }
    }
}
