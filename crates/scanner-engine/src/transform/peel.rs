//! One layer of encodings undone, for tests, tools and fuzz targets: what the engine sees in a text, without rules.
//!
//! The engine itself goes through `decode`, with budgets and reused memory; here everything is allocated.

use std::ops::Range;

use scanner_core::DecodeKind;

use super::{Decoded, EncodedSpan, Origin, decode, find::find, inflate};
use crate::prefilter::native::SimdLevel;

/// Encoded bytes and what they decode to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Peeled {
    /// The encoding.
    pub kind: DecodeKind,
    /// The encoded bytes.
    pub range: Range<usize>,
    /// The decoded bytes.
    pub bytes: Vec<u8>,
    /// For each decoded byte the encoded ones that it comes from.
    pub origin: Vec<Range<usize>>,
}

/// Everything in `bytes` that is encoded, each undone once, in the order in which it is noticed; of each at most
/// `room` decoded bytes. Compressed data is seen where it is all of `bytes`.
pub fn peel(bytes: &[u8], level: SimdLevel, room: usize) -> Vec<Peeled> {
    let mut spans = Vec::new();
    if let Some((kind, _)) = inflate::detect(bytes) {
        spans.push(EncodedSpan::new(kind, 0..bytes.len()));
    } else {
        find(level, bytes, None, &mut spans);
    }
    spans.iter().map(|span| undo_span(bytes, span, room)).collect()
}

/// All of `bytes` undone as `kind`, whether or not it looks like that; at most `room` decoded bytes. Without its
/// header, compressed data decodes to nothing.
pub fn undo(bytes: &[u8], kind: DecodeKind, room: usize) -> Peeled {
    undo_span(bytes, &EncodedSpan::new(kind, 0..bytes.len()), room)
}

fn undo_span(bytes: &[u8], span: &EncodedSpan, room: usize) -> Peeled {
    let mut decoded = Decoded { room, ..Decoded::default() };
    let (kind, range) = (span.kind, span.range());
    let origin = if matches!(kind, DecodeKind::Gzip | DecodeKind::Zlib) {
        if let Some((_, from)) = inflate::detect(bytes).filter(|(seen, _)| *seen == kind) {
            inflate::inflate(&bytes[from..], &mut None, &mut decoded.bytes, room);
        }
        Origin::All(bytes.len())
    } else {
        decode(bytes, span, &mut decoded).0
    };
    let places = 0..decoded.bytes.len();
    let origin =
        places.map(|at| origin.of(at, &decoded, bytes)).map(|(from, to)| from..to).collect();
    Peeled { kind, range, bytes: decoded.bytes, origin }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_layer_is_undone_with_the_place_of_each_byte() {
        let text = b"x = %41%20b&c=d";
        let peeled = peel(text, SimdLevel::detect(), 100);
        let [only] = &peeled[..] else { panic!("{peeled:?}") };
        assert_eq!((only.kind, only.range.clone()), (DecodeKind::Percent, 4..15));
        assert_eq!(only.bytes, b"A b&c=d");
        assert_eq!(only.origin[..3], [4..7, 7..10, 10..11]);
        assert_eq!(undo(text, DecodeKind::Percent, 5).bytes, b"x = A");
    }

    #[test]
    fn without_its_header_compressed_data_is_nothing() {
        assert!(undo(b"nothing of the kind", DecodeKind::Gzip, 100).bytes.is_empty());
    }
}
