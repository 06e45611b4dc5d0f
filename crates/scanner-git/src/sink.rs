//! Where the bytes leave: [`BlobSink`], made once for each worker.
//!
//! # Deltas and their bases
//!
//! A worker walks down a tree of deltas. An object with a [`Blob::keep`] slot is the base of objects that come later:
//! what the sink keeps under that slot (its findings, say) stays useful until [`BlobSink::leave`] names the slot. An
//! object with [`Blob::delta`] tells from which slot and how it was made. Slots are small numbers and are used again
//! after `leave`; at most a few dozen are in use at a time, however long the chains are.
//!
//! When other workers are idle a worker gives them part of its tree. The base goes with it, and what the sink keeps
//! for the base can go too: [`BlobSink::hand_over`] copies it out and [`BlobSink::take_over`] puts it into a slot of
//! the other worker's sink. A sink that hands over `None` is told no deltas of that base on the other side, and
//! nothing else changes.

use std::ops::ControlFlow;

use crate::delta::{DeltaOps, LongCopy};
use crate::oid::{ObjectKind, Oid};

/// Names what a sink keeps for a base. Small numbers: a sink can index a vector with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BaseSlot(pub u32);

/// How an object was made from another that the same sink was given before.
#[derive(Clone, Debug)]
pub struct Delta<'a> {
    /// The slot that the base was kept under.
    pub base: BaseSlot,
    /// Size of the base.
    pub base_bytes: u64,
    /// The copies of at least [`LISTED_BYTES_MIN`](crate::LISTED_BYTES_MIN) bytes, in order.
    pub long: &'a [LongCopy],
    pub(crate) ops: DeltaOps<'a>,
}

impl<'a> Delta<'a> {
    /// Copies and inserts in order; their results lie one after the other and fill the object.
    pub fn ops(&self) -> DeltaOps<'a> {
        self.ops.clone()
    }
}

/// An object handed out.
#[derive(Clone, Debug)]
pub struct Blob<'a> {
    /// Its id, as the index tells it (not computed from the bytes).
    pub oid: Oid,
    /// What it is.
    pub kind: ObjectKind,
    /// All of its bytes.
    pub bytes: &'a [u8],
    /// Set if later objects may be made from this one.
    pub keep: Option<BaseSlot>,
    /// Set if this one was made from another whose slot is kept.
    pub delta: Option<Delta<'a>>,
}

/// Takes objects, each exactly once over all sinks of a run. One sink belongs to one worker.
pub trait BlobSink: Send {
    /// What goes to another worker with a base.
    type Carry: Send;

    /// Takes an object. `Break` stops all workers.
    fn blob(&mut self, blob: &Blob<'_>) -> ControlFlow<()>;

    /// No further object will name this slot.
    fn leave(&mut self, slot: BaseSlot) {
        let _ = slot;
    }

    /// A copy of what is kept under `slot`, for another worker.
    fn hand_over(&mut self, slot: BaseSlot) -> Option<Self::Carry> {
        let _ = slot;
        None
    }

    /// Keeps under `slot` what another worker's sink handed over.
    fn take_over(&mut self, slot: BaseSlot, carry: Self::Carry) {
        let _ = (slot, carry);
    }
}

/// Which objects an earlier run has scanned.
pub trait SeenBlobs: Sync {
    /// Whether `oid` need not be given out, whatever its kind.
    fn contains(&self, oid: &Oid) -> bool;

    /// Whether no object of the pack with this checksum need be given out. A pack never changes, so it is then not even
    /// looked into.
    fn contains_pack(&self, checksum: &Oid) -> bool {
        let _ = checksum;
        false
    }
}

/// Nothing was seen.
#[derive(Clone, Copy, Debug, Default)]
pub struct NothingSeen;

impl SeenBlobs for NothingSeen {
    fn contains(&self, _: &Oid) -> bool {
        false
    }
}

impl<S: std::hash::BuildHasher + Sync> SeenBlobs for std::collections::HashSet<Oid, S> {
    fn contains(&self, oid: &Oid) -> bool {
        Self::contains(self, oid)
    }
}
