//! Seeing UTF-16 text in a chunk: where zero bytes alternate with text, the text is narrowed to a byte a unit
//! and prefiltered like any other.

mod regions;

use scanner_core::Variant;

use super::{BytesOf, HitSink, Locality, Prefilter, PrefilterScratch, RuleReach};
use crate::hits::HitAccPool;
use regions::Regions;

/// Stands for a unit that is not ASCII.
const NOT_ASCII: u8 = 0xff;

/// Memory for looking at such text.
#[derive(Debug, Default)]
pub(crate) struct Narrowing {
    regions: Regions,
    /// One byte a unit.
    text: Vec<u8>,
}

/// Prefilters the UTF-16 text of a chunk, whatever its byte order and alignment. Returns whether there was
/// anything that looked like such text.
pub(crate) fn scan_block(
    prefilter: &dyn Prefilter,
    (bytes, of): (&[u8], BytesOf),
    reach: &[RuleReach],
    (pool, narrowing, memory): (&mut HitAccPool, &mut Narrowing, &mut PrefilterScratch),
) -> bool {
    if !narrowing.regions.find(bytes) {
        return false;
    }
    let len = bytes.len() as u32;
    let mut sink = HitSink::raw(pool, reach, len);
    if prefilter.scan_utf16(bytes, of, memory, &mut sink) {
        return true;
    }
    narrowing.narrow_regions(bytes, prefilter.locality(), |variant, first, text| {
        let mut sink = HitSink::utf16(pool, reach, variant, first as u32, len);
        prefilter.scan_block(text, memory, &mut sink);
    });
    true
}

impl Narrowing {
    /// Gives the UTF-16 text of `bytes`, narrowed to a byte a unit, with the place of its first unit: each region that
    /// may hold anchors, once for each byte order in which it may be read.
    pub(crate) fn each(
        &mut self,
        bytes: &[u8],
        locality: Option<Locality>,
        take: impl FnMut(Variant, usize, &[u8]),
    ) {
        if self.regions.find(bytes) {
            self.narrow_regions(bytes, locality, take);
        }
    }

    fn narrow_regions(
        &mut self,
        bytes: &[u8],
        locality: Option<Locality>,
        mut take: impl FnMut(Variant, usize, &[u8]),
    ) {
        let Self { regions, text } = self;
        for parity in 0..2 {
            // Zero bytes at `parity`: little-endian units begin before them, big-endian units with them.
            for (variant, first) in [(Variant::Utf16Le, 1 - parity), (Variant::Utf16Be, parity)] {
                regions.each(parity, locality, |region| {
                    let first = region.start + first;
                    narrow_into(bytes.get(first..region.end).unwrap_or_default(), variant, text);
                    take(variant, first, text);
                });
            }
        }
    }
}

/// One byte for each unit: its low byte where it is ASCII.
fn narrow_into(units: &[u8], variant: Variant, out: &mut Vec<u8>) {
    let narrowed = |low: u8, high: u8| low | (u8::from(high != 0 || low >= 0x80) * NOT_ASCII);
    let (units, _) = units.as_chunks::<2>();
    out.clear();
    if variant == Variant::Utf16Be {
        out.extend(units.iter().map(|[high, low]| narrowed(*low, *high)));
    } else {
        out.extend(units.iter().map(|[low, high]| narrowed(*low, *high)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn narrowing_keeps_ascii_and_marks_the_rest() {
        let mut out = Vec::new();
        let le: Vec<u8> = "aé語b".encode_utf16().flat_map(u16::to_le_bytes).collect();
        narrow_into(&le, Variant::Utf16Le, &mut out);
        assert_eq!(out, [b'a', NOT_ASCII, NOT_ASCII, b'b']);
    }
}
