//! `VsUtf16StreamDb`: anchors in UTF-16 of either byte order, over decoded bytes that arrive in pieces.

use std::ops::ControlFlow;
use std::sync::Arc;

use scanner_vectorscan::{Database, Flags, Match, Scanned, Scratch, Stream, Streaming, VsError};

use super::anchors::{Anchor, AnchorHit, AnchorTable};
use super::builder::{Builder, VsDbError};
use super::slots::fresh;
use super::stream::VsStreamWindow;
use crate::prefilter::{RADIUS, RuleReach};

const KIND: &str = "vs-utf16-stream-db:stream";

/// Anchors as literals, in stream mode, with a radius for each rule.
#[derive(Debug)]
pub struct VsUtf16StreamDb {
    database: Arc<Database<Streaming>>,
    anchors: AnchorTable,
    /// Bytes of UTF-16 text on either side of an anchor, by rule.
    radius_utf16: Vec<u64>,
}

impl VsUtf16StreamDb {
    /// A database of the anchors; empty ones are left out.
    ///
    /// # Errors
    ///
    /// All are empty.
    pub fn try_new_utf16_stream(
        anchors: &[Anchor],
        reach: &[RuleReach],
        builder: &Builder,
    ) -> Result<Self, VsDbError> {
        let nothing = VsDbError::Nothing { kind: "utf16 stream", refused: Vec::new() };
        let anchors = AnchorTable::new(0, anchors);
        if anchors.is_empty() {
            return Err(nothing);
        }
        let mut built = builder.single::<Streaming>(KIND, &anchors.patterns(Flags::NONE)?)?;
        if built.databases.len() > 1 {
            return Err(nothing);
        }
        let database = Arc::new(built.databases.pop().ok_or(nothing)?);
        let radius = |reach: &RuleReach| 2 * (u64::from(reach.width) + u64::from(RADIUS));
        Ok(Self { database, anchors, radius_utf16: reach.iter().map(radius).collect() })
    }

    /// A stream that has seen nothing, in a slot that keeps it for the next time.
    ///
    /// # Errors
    ///
    /// There is no memory.
    pub fn open_stream<'s>(
        &self,
        slot: &'s mut Option<Stream>,
        scratch: &mut Scratch,
    ) -> Result<&'s mut Stream, VsError> {
        fresh(slot, &self.database, scratch)
    }

    /// Scans the next piece of a stream whose first byte stands at `base_offset` of the decoded bytes; `on_event` is
    /// told of each window.
    ///
    /// # Errors
    ///
    /// The piece has 4 GiB or more, or the library fails.
    pub fn scan_stream(
        &self,
        (stream, base_offset): (&mut Stream, u64),
        piece: &[u8],
        scratch: &mut Scratch,
        mut on_event: impl FnMut(VsStreamWindow),
    ) -> Result<Scanned, VsError> {
        stream.scan(piece, scratch, |Match { id, to }| {
            for AnchorHit { len, target, .. } in self.anchors.hits(id) {
                let radius = self.radius_utf16.get(target.rule().index()).copied().unwrap_or(0);
                let to = base_offset.saturating_add(to);
                let from = to.saturating_sub(u64::from(len));
                let reach = (u64::from(len) + radius, radius);
                on_event(VsStreamWindow::behind(
                    (target.rule(), target.variant()),
                    from,
                    to,
                    reach,
                ));
            }
            ControlFlow::Continue(())
        })
    }
}
