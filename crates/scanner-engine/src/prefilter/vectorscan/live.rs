//! A stream in progress: decoded bytes go through the stream databases as they arrive, and only those that may still
//! decide about an anchor are kept.
//!
//! Patterns are windows at once. An anchor waits until everything around it is in that tells whether it can belong to a
//! match ([`proof`]), as in a block. UTF-16 text is looked for from the first zero byte on, since without one there is
//! none.

use scanner_core::{RuleId, Variant};
use scanner_vectorscan::{Scratch, Stream, VsError};

use super::anchors::AnchorHit;
use super::proof;
use super::stream::{Found, VsStreamDb, VsStreamWindow};
use super::utf16_stream::VsUtf16StreamDb;
use crate::prefilter::Locality;
use crate::prefilter::{StreamPiece, StreamSink, StreamWindow};

/// What the scans of one stream remember.
#[derive(Debug, Default)]
pub struct LiveStream {
    raw: Option<Stream>,
    wide: Option<Stream>,
    /// Place of the first byte that was looked at for UTF-16 text.
    wide_base: Option<u64>,
    /// The end of the stream so far.
    bytes: Vec<u8>,
    /// Place of the first of `bytes`.
    base: u64,
    /// Anchors that are not decided yet, each with its end, in the order of their ends.
    waiting: Vec<(AnchorHit, u64)>,
}

impl LiveStream {
    /// Takes a piece and reports windows. `judged` says how far from an anchor the bytes stand that decide about it.
    ///
    /// # Errors
    ///
    /// The library fails; what was reported so far may not be all.
    pub(super) fn scan<'d>(
        &mut self,
        piece: StreamPiece<'_>,
        (database, wide): (&VsStreamDb, impl FnOnce() -> Option<&'d VsUtf16StreamDb>),
        (judged, scratch): (Locality, &mut Scratch),
        sink: &mut StreamSink<'_>,
    ) -> Result<(), VsError> {
        let stream = if piece.is_first {
            (self.base, self.wide_base) = (0, None);
            self.bytes.clear();
            self.waiting.clear();
            database.open_stream(&mut self.raw, scratch)?
        } else {
            self.raw.as_mut().ok_or(VsError::ForeignScratch)?
        };
        let waiting = &mut self.waiting;
        database.scan_found(stream, piece.bytes, scratch, |found| match found {
            Found::Pattern(meta, _) if meta.whole_buffer_on_hit => sink.force_full(),
            // A secret may go on behind what the pattern matches.
            Found::Pattern(meta, to) => {
                sink.hit(meta.rule_id, Variant::Raw, to.saturating_sub(1)..to);
            }
            Found::Anchor(hit, to) => waiting.push((hit, to)),
        })?;
        if self.wide_base.is_some() || memchr::memchr(0, piece.bytes).is_some() {
            match wide() {
                Some(wide) => self.scan_wide(piece.bytes, wide, scratch, sink)?,
                None => sink.force_full(),
            }
        }
        self.bytes.extend_from_slice(piece.bytes);
        self.judge(judged, piece.is_last, sink);
        Ok(())
    }

    /// Looks for UTF-16 text in a piece that is not yet among `bytes`.
    fn scan_wide(
        &mut self,
        piece: &[u8],
        database: &VsUtf16StreamDb,
        scratch: &mut Scratch,
        sink: &mut StreamSink<'_>,
    ) -> Result<(), VsError> {
        let mut told = |window: VsStreamWindow| report(&window, sink);
        let base = if let Some(base) = self.wide_base {
            base
        } else {
            // Before the first zero byte may stand the byte that it belongs to.
            let before = &self.bytes[self.bytes.len().saturating_sub(1)..];
            let base = self.base + (self.bytes.len() - before.len()) as u64;
            let stream = database.open_stream(&mut self.wide, scratch)?;
            database.scan_stream((stream, base), before, scratch, &mut told)?;
            *self.wide_base.insert(base)
        };
        let stream = self.wide.as_mut().ok_or(VsError::ForeignScratch)?;
        database.scan_stream((stream, base), piece, scratch, &mut told)?;
        Ok(())
    }

    /// Reports the anchors about which nothing that is still to come can decide, and forgets what is not needed for the
    /// others.
    fn judge(&mut self, judged: Locality, is_last: bool, sink: &mut StreamSink<'_>) {
        let end = self.base + self.bytes.len() as u64;
        let Self { waiting, bytes, base, .. } = self;
        let mut first = end;
        waiting.retain(|(hit, to)| {
            let from = to.saturating_sub(u64::from(hit.len));
            if !is_last && from + u64::from(judged.behind) > end {
                first = first.min(from);
                return true;
            }
            let at = |place: u64| place.saturating_sub(*base) as usize;
            if proof::admits(hit.class, bytes, at(from), at(*to)) {
                sink.hit(hit.target.rule(), Variant::Raw, from..*to);
            }
            false
        });
        // An anchor that has begun may end in the next piece.
        let first = first.min(end.saturating_sub(u64::from(judged.behind)));
        let keep = first.saturating_sub(u64::from(judged.before)).max(*base);
        bytes.drain(..(keep - *base) as usize);
        *base = keep;
    }
}

/// Hands on a window of the databases.
fn report(window: &VsStreamWindow, sink: &mut StreamSink<'_>) {
    if window.force_full {
        return sink.force_full();
    }
    sink.window(StreamWindow {
        rule: RuleId::new(window.rule_id),
        variant: window.variant(),
        lo: window.lo,
        hi: window.hi,
        anchor_hint: window.anchor_hint,
    });
}
