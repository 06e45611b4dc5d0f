//! Objects that trees name and the store does not have: what a partial clone left behind.
//!
//! All trees of the store are asked, reachable or not. Looking up every entry costs more than decoding the trees, and
//! neighbouring versions of a folder name the same objects; so each worker remembers what it has just looked up.

use std::ops::ControlFlow;

use crate::damage::{Damage, DamageReport};
use crate::odb_blob::{OdbRequest, scan_objects};
use crate::oid::{KindSet, Oid};
use crate::sink::{Blob, BlobSink, NothingSeen};
use crate::store::ObjectStore;
use crate::tree::TreeEntries;

/// Objects that one worker remembers; a power of two.
const REMEMBERED: usize = 1 << 15;

/// Finds the files and folders that a tree of the store names and the store does not have, with `workers` threads.
pub fn missing_objects(store: &ObjectStore, workers: usize) -> DamageReport {
    let request = OdbRequest { kinds: KindSet::TREES, seen: &NothingSeen };
    let sinks = (0..workers.max(1)).map(|_| Lookup::new(store)).collect();
    let (sinks, _) = scan_objects(store, &request, sinks);
    let mut missing = DamageReport::default();
    for sink in sinks {
        missing.merge(sink.missing);
    }
    missing
}

struct Lookup<'a> {
    store: &'a ObjectStore,
    known: Vec<Option<Oid>>,
    missing: DamageReport,
}

impl<'a> Lookup<'a> {
    fn new(store: &'a ObjectStore) -> Self {
        Self { store, known: vec![None; REMEMBERED], missing: DamageReport::default() }
    }
}

impl BlobSink for Lookup<'_> {
    type Carry = ();

    fn blob(&mut self, blob: &Blob<'_>) -> ControlFlow<()> {
        for entry in TreeEntries::new(blob.bytes, blob.oid.format()) {
            if !entry.mode.is_blob() && !entry.mode.is_tree() {
                continue;
            }
            let oid = entry.oid();
            let slot = &mut self.known[oid.prefix64() as usize % REMEMBERED];
            if *slot == Some(oid) {
                continue;
            }
            *slot = Some(oid);
            if !self.store.contains(&oid) {
                self.missing.add(oid, Damage::Missing);
            }
        }
        ControlFlow::Continue(())
    }
}
