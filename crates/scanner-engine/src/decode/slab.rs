//! `DecodeSlab`: everything that one chunk decodes to, kept until the next chunk.

use std::ops::Range;

use flate2::Decompress;
use scanner_core::{DecodeKind, StepId};
use scanner_stdx::{FixedSet128, Inserted};

use super::Budget;
use super::steps::StepArena;
use super::stream::SpanStream;
use crate::transform::{Decoded, EncodedSpan, Origin};

/// Items of which equal ones are recognised.
const SEEN_MAX: usize = 1024;

/// Pieces that may wait; from then on what was decoded last is scanned first.
const WAITING_ITEMS: usize = 512;
/// And their bytes; one more piece may follow.
const WAITING_BYTES: usize = 128 * 1024;

/// How full a slab is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Level {
    pub(super) items: usize,
    bytes: usize,
    marks: usize,
}

/// Decoded bytes that are to be scanned.
#[derive(Debug)]
pub(crate) struct WorkItem {
    /// The bytes, in the slab.
    pub(super) bytes: Range<usize>,
    /// Where they begin in what their span decodes to.
    pub(super) start: usize,
    /// Whether that holds more before them, or behind.
    pub(super) is_cut: (bool, bool),
    /// Decoded bytes that were needed for it: what the budget pays.
    pub(super) charged: usize,
    /// Where they come from in the bytes of their parent.
    pub(super) origin: Origin,
    /// The item whose bytes they were encoded in; `None` for the chunk.
    pub(super) parent: Option<usize>,
    /// Encodings undone, 1 for what stands in the chunk.
    pub(super) depth: u32,
    /// How they were decoded.
    pub(super) step: StepId,
    /// The number of the chunk's span that it comes from.
    pub(super) span: usize,
}

/// The decoded bytes of a chunk, with what is to be done with them. Buffers keep their room from chunk to chunk.
#[derive(Debug, Default)]
pub(crate) struct DecodeSlab {
    pub(super) decoded: Decoded,
    pub(super) items: Vec<WorkItem>,
    /// Pieces that there may be.
    pub(super) items_max: usize,
    pub(super) steps: StepArena,
    /// Steps of pieces in which something was found, and those before them.
    pub(super) steps_kept: usize,
    /// Spans of the chunk.
    pub(super) chunk_spans: Vec<EncodedSpan>,
    /// Spans of the parent at hand.
    pub(super) spans: Vec<EncodedSpan>,
    /// Bytes of the parent at hand.
    pub(super) parent: Vec<u8>,
    pub(super) inflater: Option<Decompress>,
    /// What long spans are decoded with.
    pub(super) stream: Option<Box<SpanStream>>,
    /// Spans of the chunk that were.
    pub(super) streams: u64,
    /// What was decoded in this chunk.
    seen: Option<FixedSet128>,
    /// Whether a budget ended the decoding.
    pub(super) gave_up: bool,
}

impl DecodeSlab {
    /// Forgets the chunk before.
    pub(super) fn begin(&mut self, budget: Budget) {
        self.decoded.bytes.clear();
        self.decoded.marks.clear();
        (self.decoded.room, self.items_max) = (budget.bytes, budget.items);
        self.items.clear();
        self.steps.clear();
        self.steps_kept = 0;
        self.gave_up = false;
        if let Some(seen) = &mut self.seen {
            seen.clear();
        }
    }

    /// How full it is now.
    pub(super) fn level(&self) -> Level {
        let Decoded { bytes, marks, .. } = &self.decoded;
        Level { items: self.items.len(), bytes: bytes.len(), marks: marks.len() }
    }

    /// Whether what is above `level` should be scanned before more is decoded.
    pub(super) fn is_full_above(&self, level: &Level) -> bool {
        let is_full =
            self.items.len() >= WAITING_ITEMS || self.decoded.bytes.len() >= WAITING_BYTES;
        is_full && self.items.len() > level.items
    }

    /// Forgets what is above `level`, which was scanned. How it was decoded stays known where something was found in it.
    pub(super) fn release(&mut self, level: &Level, has_findings: bool) {
        self.items_max -= self.items.len() - level.items;
        let released = self.decoded.bytes.len() - level.bytes;
        self.decoded.room = self.decoded.room.saturating_sub(released);
        self.items.truncate(level.items);
        self.decoded.bytes.truncate(level.bytes);
        self.decoded.marks.truncate(level.marks);
        if has_findings {
            self.steps_kept = self.steps.len();
        } else {
            let needed = self.items.last().map_or(0, |item| item.step.index() + 1);
            self.steps.truncate(self.steps_kept.max(needed));
        }
    }

    /// Whether nothing with this key was decoded before. Where too many are known, everything is new: the
    /// budgets end it.
    pub(super) fn is_new(&mut self, key: u128) -> bool {
        let seen = self.seen.get_or_insert_with(|| FixedSet128::with_capacity(SEEN_MAX));
        seen.insert(key) != Inserted::Present
    }

    /// The encodings undone, outermost first.
    pub(crate) fn chain(&self, step: StepId) -> Vec<DecodeKind> {
        self.steps.chain(step)
    }
}
