//! Which objects an earlier run has dealt with, so that a second run does only what is new.
//!
//! What is remembered holds for the rules of the run that
//! remembered it; who keeps it longer than a process keeps it apart by rule set and repository.

use std::collections::HashSet;
use std::fmt::Debug;
use std::sync::{Mutex, PoisonError};

use scanner_git::Oid;

/// Answers which blobs need not be scanned, and learns which were.
pub trait SeenObjects: Send + Sync + Debug {
    /// Whether this object need not be scanned.
    fn contains(&self, oid: &Oid) -> bool;

    /// Whether no object of the pack with this checksum need be scanned.
    fn contains_pack(&self, checksum: &Oid) -> bool {
        let _ = checksum;
        false
    }

    /// Whether [`Self::scanned`] is to be told.
    fn is_recording(&self) -> bool;

    /// These objects were scanned completely; `found` says whether something was found in each, or in none. Called by
    /// many workers, each object at most once. They count only after [`Self::finish`].
    fn scanned(&self, oids: &[Oid], found: bool);

    /// Every object of the packs with these checksums was scanned, or known. They count as objects do.
    fn scanned_packs(&self, checksums: &[Oid]) {
        let _ = checksums;
    }

    /// The run over a repository is complete: what was told stands. Not called for a run that left something out.
    fn finish(&self);
}

/// Every run is the first.
#[derive(Clone, Copy, Debug, Default)]
pub struct NothingSeenYet;

impl SeenObjects for NothingSeenYet {
    fn contains(&self, _: &Oid) -> bool {
        false
    }

    fn is_recording(&self) -> bool {
        false
    }

    fn scanned(&self, _: &[Oid], _: bool) {}

    fn finish(&self) {}
}

/// Remembers for as long as the process lives.
#[derive(Debug, Default)]
pub struct MemorySeen(Mutex<Memory>);

#[derive(Debug, Default)]
struct Memory {
    known: HashSet<Oid>,
    waiting: Vec<Oid>,
}

impl MemorySeen {
    fn with<T>(&self, use_it: impl FnOnce(&mut Memory) -> T) -> T {
        use_it(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl SeenObjects for MemorySeen {
    fn contains(&self, oid: &Oid) -> bool {
        self.with(|memory| memory.known.contains(oid))
    }

    fn is_recording(&self) -> bool {
        true
    }

    fn scanned(&self, oids: &[Oid], _: bool) {
        self.with(|memory| memory.waiting.extend_from_slice(oids));
    }

    fn finish(&self) {
        self.with(|memory| {
            let waiting = std::mem::take(&mut memory.waiting);
            memory.known.extend(waiting);
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use scanner_git::{ObjectFormat, ObjectKind};

    #[test]
    fn what_was_scanned_counts_after_the_run_is_complete() {
        let oid = ObjectFormat::Sha1.hash_object(ObjectKind::Blob, b"x");
        let seen = MemorySeen::default();
        seen.scanned(&[oid], false);
        assert!(!seen.contains(&oid));
        seen.finish();
        assert!(seen.contains(&oid) && !NothingSeenYet.contains(&oid));
    }
}
