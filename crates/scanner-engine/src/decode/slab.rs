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
        self.decoded.origin.clear();
        (self.decoded.room, self.items_max) = (budget.bytes, budget.items);
        self.items.clear();
        self.steps.clear();
        self.gave_up = false;
        if let Some(seen) = &mut self.seen {
            seen.clear();
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
