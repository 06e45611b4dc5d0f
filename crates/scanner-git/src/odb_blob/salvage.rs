//! Second chances: an object that is damaged in one place may lie whole in another, and a pack whose index lies may
//! have its objects where the index does not look.

use std::collections::HashSet;

use crate::odb_blob::loose::may_lie_elsewhere;
use crate::odb_blob::{OdbReport, OdbRequest};
use crate::oid::Oid;
use crate::pack::Pack;
use crate::sink::{Blob, BlobSink};
use crate::store::{Object, ObjectStore};

/// Reads damaged objects from wherever else they lie, and reads through packs that had damage.
///
/// Everything goes to the first sink: this is rare, and the order is that of the ids.
pub(super) fn give_elsewhere<S: BlobSink>(
    store: &ObjectStore,
    request: &OdbRequest<'_>,
    mut sinks: Vec<S>,
    report: &mut OdbReport,
) -> Vec<S> {
    if report.stopped || (report.damage.is_empty() && store.packs().iter().all(is_whole)) {
        return sinks;
    }
    let Some(sink) = sinks.first_mut() else { return sinks };
    let mut salvage = Salvage { request, report, sink, given: HashSet::new() };
    salvage.read_again(store);
    salvage.read_through(store);
    sinks
}

struct Salvage<'a, S> {
    request: &'a OdbRequest<'a>,
    report: &'a mut OdbReport,
    sink: &'a mut S,
    given: HashSet<Oid>,
}

/// Whether the index of a pack has as many objects as the pack promises.
pub(super) fn is_whole(pack: &Pack) -> bool {
    pack.idx().count() == pack.promised_count()
}

impl<S: BlobSink> Salvage<'_, S> {
    fn read_again(&mut self, store: &ObjectStore) {
        let mut reader = store.reader();
        for oid in self.damaged() {
            if self.report.stopped {
                return;
            }
            if let Ok(object) = reader.read(&oid)
                // The index lied once, or the object lies twice: the bytes must be those of the id.
                && store.format().hash_object(object.kind, object.bytes()) == oid
            {
                self.give(oid, &object);
                reader.recycle(object);
            }
        }
    }

    /// Reads the packs of damaged objects from front to back, without their indexes.
    fn read_through(&mut self, store: &ObjectStore) {
        for pack in store.packs() {
            let damaged: Vec<Oid> = self.damaged();
            let concerned = damaged.iter().any(|oid| pack.idx().find(oid).is_some());
            if self.report.stopped || (!concerned && is_whole(pack)) {
                continue;
            }
            let Some(salvaged) = pack.salvaged() else { continue };
            let known: HashSet<Oid> = damaged.into_iter().collect();
            let alone = ObjectStore::of_pack(salvaged, store.limits(), store.spill_dir());
            let mut reader = alone.reader();
            let idx = alone.packs()[0].idx();
            for position in 0..idx.count() {
                let oid = idx.oid(position);
                let is_new = !store.contains(&oid);
                if !(is_new || known.contains(&oid)) || !self.given.insert(oid) {
                    continue;
                }
                if let Ok(object) = reader.read(&oid) {
                    self.give(oid, &object);
                    reader.recycle(object);
                }
            }
        }
    }

    fn damaged(&self) -> Vec<Oid> {
        let damage = self.report.damage.iter();
        damage.filter(|(_, damage)| may_lie_elsewhere(*damage)).map(|(oid, _)| *oid).collect()
    }

    fn give(&mut self, oid: Oid, object: &Object) {
        self.report.damage.heal(&oid);
        self.report.counters.healed += 1;
        let seen = self.request.seen.contains(&oid);
        if seen || !self.request.kinds.contains(object.kind) {
            return;
        }
        self.report.counters.given(object.kind, object.bytes().len());
        let blob = Blob { oid, kind: object.kind, bytes: object.bytes(), keep: None, delta: None };
        self.report.stopped |= self.sink.blob(&blob).is_break();
    }
}
