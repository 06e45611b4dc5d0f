//! What a run did, as numbers. Sums that are the same for every number of workers stand apart from those that are not.

use crate::oid::ObjectKind;

/// Work done on objects.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GitCounters {
    /// Objects given out.
    pub objects: u64,
    /// Of these, blobs.
    pub blobs: u64,
    /// Bytes of the objects given out.
    pub bytes: u64,
    /// Of these, bytes of blobs.
    pub blob_bytes: u64,
    /// Objects decoded, given out or not.
    pub decoded: u64,
    /// Of these, from a delta.
    pub deltas: u64,
    /// Loose objects given out.
    pub loose: u64,
    /// Objects found elsewhere after their first place was damaged.
    pub healed: u64,
    /// Objects left out because they were seen before.
    pub seen: u64,
    /// How the work happened to be done; differs from run to run.
    pub chance: ChanceCounters,
}

/// What depends on timing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ChanceCounters {
    /// Buffers that went to temporary files.
    pub spilled: u64,
    /// Parts of delta trees given to other workers.
    pub donated: u64,
}

impl GitCounters {
    /// Counts an object given out.
    pub(crate) fn given(&mut self, kind: ObjectKind, bytes: usize) {
        self.objects += 1;
        self.bytes += bytes as u64;
        if kind == ObjectKind::Blob {
            self.blobs += 1;
            self.blob_bytes += bytes as u64;
        }
    }

    /// Adds another's numbers.
    pub fn merge(&mut self, other: &Self) {
        self.objects += other.objects;
        self.blobs += other.blobs;
        self.bytes += other.bytes;
        self.blob_bytes += other.blob_bytes;
        self.decoded += other.decoded;
        self.deltas += other.deltas;
        self.loose += other.loose;
        self.healed += other.healed;
        self.seen += other.seen;
        self.chance.spilled += other.chance.spilled;
        self.chance.donated += other.chance.donated;
    }
}
