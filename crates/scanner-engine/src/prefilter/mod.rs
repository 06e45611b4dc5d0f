//! The prefilter's contract, and the window arithmetic that all prefilters share.
//!
//! A prefilter may admit too much, never too little: for every match of a rule it reports at least one
//! anchor inside the match. What it reports becomes a window that holds the whole match, so what is found
//! does not depend on which prefilter looked.

mod everywhere;
mod exhaustive;
mod locality;
pub mod native;
mod notes;
mod sink;
mod stream;
mod target;
pub(crate) mod utf16;
#[cfg(feature = "vectorscan")]
pub mod vectorscan;
pub mod window;

use std::ops::Range;

use scanner_core::RuleId;

pub use everywhere::Everywhere;
pub use exhaustive::Exhaustive;
pub use locality::Locality;
pub(crate) use notes::{NOTED_RUN_MIN, NotedBlocks, RunNotes};
pub(crate) use sink::RADIUS;
pub use sink::{HitCollector, HitSink, RuleReach};
pub use stream::{BlockStream, StreamPiece, StreamSink, StreamWindow};
pub use target::Target;

/// What scans of one worker need to remember or write to.
#[derive(Debug, Default)]
pub struct PrefilterScratch {
    /// Long runs in the bytes that were scanned last, where the prefilter notes them.
    pub(crate) runs: RunNotes,
    /// The native prefilter's memory.
    pub(crate) native: Box<native::NativeBuffers>,
    /// The other engine's memory.
    #[cfg(feature = "vectorscan")]
    pub(crate) vs: vectorscan::VsSlots,
}

/// Where bytes come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BytesOf {
    /// They are the object's own.
    Object,
    /// They were decoded from the object's.
    Decoded,
}

/// Finds the places of a buffer where rules might match.
pub trait Prefilter: Send + Sync + std::fmt::Debug {
    /// Reports anchors in `bytes` as they stand there.
    fn scan_block(&self, bytes: &[u8], scratch: &mut PrefilterScratch, sink: &mut HitSink<'_>);

    /// Reports anchors in bytes that were decoded.
    fn scan_decoded(&self, bytes: &[u8], scratch: &mut PrefilterScratch, sink: &mut HitSink<'_>) {
        self.scan_block(bytes, scratch, sink);
    }

    /// Reports anchors in the UTF-16 text of `bytes`, and says so. A prefilter that says no is given the text
    /// narrowed to a byte a unit.
    fn scan_utf16(
        &self,
        _bytes: &[u8],
        _of: BytesOf,
        _scratch: &mut PrefilterScratch,
        _sink: &mut HitSink<'_>,
    ) -> bool {
        false
    }

    /// As [`Self::scan_block`], for anchors all of whose bytes, and those that decide about them, stand at `places`.
    /// Others may be reported too. Only asked of prefilters that have a [`Self::locality`].
    fn scan_places(
        &self,
        bytes: &[u8],
        places: Range<usize>,
        scratch: &mut PrefilterScratch,
        sink: &mut HitSink<'_>,
    ) {
        let _ = places;
        self.scan_block(bytes, scratch, sink);
    }

    /// Takes the next piece of a stream of decoded bytes and reports the windows of anchors in it, raw and in UTF-16.
    /// A window may be reported a few pieces late; all are once the last piece is in. `stream` is what the scans of
    /// one stream remember.
    ///
    /// Unless a prefilter has a stream mode of its own, pieces are joined and scanned as blocks.
    fn scan_stream(
        &self,
        piece: StreamPiece<'_>,
        (stream, scratch): (&mut BlockStream, &mut PrefilterScratch),
        sink: &mut StreamSink<'_>,
    ) {
        let scan =
            &mut |bytes: &[u8], hits: &mut HitSink<'_>| self.scan_block(bytes, scratch, hits);
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

    /// What people who look into the engine want to know, as name and value.
    fn facts(&self) -> Vec<(&'static str, String)> {
        Vec::new()
    }

    /// Rules whose patterns it does not take, each with what it says; their anchors are looked for instead.
    fn refused(&self) -> Vec<(RuleId, String)> {
        Vec::new()
    }

    /// Does whatever would otherwise be done when it is first needed, and waits for what is done beside.
    fn settle(&self) {}

    /// Waits for what is done beside.
    fn join(&self) {}
}
