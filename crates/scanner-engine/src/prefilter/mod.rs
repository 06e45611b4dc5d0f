//! The prefilter's contract, and the window arithmetic that all prefilters share.
//!
//! A prefilter may admit too much, never too little: for every match of a rule it reports at least one
//! anchor inside the match. What it reports becomes a window that holds the whole match, so what is found
//! does not depend on which prefilter looked.

mod everywhere;
mod exhaustive;
pub mod native;
mod sink;
mod stream;
pub mod window;

use std::ops::Range;

use scanner_core::RuleId;

pub use everywhere::Everywhere;
pub use exhaustive::Exhaustive;
pub(crate) use sink::RADIUS;
pub use sink::{HitSink, RuleReach};
pub use stream::{BlockStream, StreamPiece, StreamSink, StreamWindow};

use crate::delta::Locality;

/// Finds the places of a buffer where rules might match.
pub trait Prefilter: Send + Sync + std::fmt::Debug {
    /// Reports anchors in `bytes` as they stand there.
    fn scan_block(&self, bytes: &[u8], sink: &mut HitSink<'_>);

    /// As [`Self::scan_block`], for anchors all of whose bytes, and those that decide about them, stand at `places`.
    /// Others may be reported too. Only asked of prefilters that have a [`Self::locality`].
    fn scan_places(&self, bytes: &[u8], places: Range<usize>, sink: &mut HitSink<'_>) {
        let _ = places;
        self.scan_block(bytes, sink);
    }

    /// Whether any anchor of any rule stands in `bytes`; a cheap look before decoding. It may say yes
    /// wrongly, never no.
    fn is_present(&self, bytes: &[u8]) -> bool;

    /// Takes the next piece of a stream of decoded bytes and reports the windows of anchors in it, raw and in UTF-16.
    /// A window may be reported a few pieces late; all are once the last piece is in. `stream` is what the scans of
    /// one stream remember.
    ///
    /// Unless a prefilter has a stream mode of its own, pieces are joined and scanned as blocks.
    fn scan_stream(
        &self,
        piece: StreamPiece<'_>,
        stream: &mut BlockStream,
        sink: &mut StreamSink<'_>,
    ) {
        let scan = &mut |bytes: &[u8], hits: &mut HitSink<'_>| self.scan_block(bytes, hits);
        stream.scan(piece, self.locality(), scan, sink);
    }

    /// How far from an anchor the bytes stand that decide whether it is reported; `None` where that may be any byte.
    fn locality(&self) -> Option<Locality> {
        None
    }

    /// The name used in reports.
    fn name(&self) -> &'static str;

    /// Every anchor that is looked for: class (`A` to `D`), text, rules. Nothing where there are none.
    fn anchors(&self) -> Vec<(char, String, Vec<RuleId>)> {
        Vec::new()
    }
}
