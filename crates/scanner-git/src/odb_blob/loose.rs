//! Loose objects, shared out among the sinks by a counter.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

use crate::counters::GitCounters;
use crate::damage::{Damage, DamageReport};
use crate::odb_blob::{OdbReport, OdbRequest};
use crate::oid::Oid;
use crate::pack::inflate::Inflater;
use crate::sink::{Blob, BlobSink};
use crate::spill::BufferPool;
use crate::store::ObjectStore;

/// Gives out the loose objects that no pack has; returns what these are, sorted.
pub(super) fn give_loose<S: BlobSink>(
    store: &ObjectStore,
    request: &OdbRequest<'_>,
    sinks: Vec<S>,
    report: &mut OdbReport,
) -> (Vec<S>, Vec<Oid>) {
    let (mut oids, failed) = store.loose().list();
    report.unlisted = failed.len() as u64;
    oids.retain(|oid| store.packs().iter().all(|pack| pack.idx().find(oid).is_none()));
    if oids.is_empty() {
        return (sinks, oids);
    }
    let round = Round {
        store,
        request,
        oids: &oids,
        next: AtomicUsize::new(0),
        stop: AtomicBool::new(false),
    };
    let parts: Vec<_> = thread::scope(|scope| {
        let handles: Vec<_> =
            sinks.into_iter().map(|sink| scope.spawn(|| round.work(sink))).collect();
        handles
            .into_iter()
            .map(|handle| handle.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            .collect()
    });
    report.stopped |= round.stop.load(Ordering::Relaxed);
    let sinks = parts.into_iter().map(|(sink, damage, counters)| {
        report.damage.merge(damage);
        report.counters.merge(&counters);
        sink
    });
    (sinks.collect(), oids)
}

struct Round<'a> {
    store: &'a ObjectStore,
    request: &'a OdbRequest<'a>,
    oids: &'a [Oid],
    next: AtomicUsize,
    stop: AtomicBool,
}

impl Round<'_> {
    fn work<S: BlobSink>(&self, mut sink: S) -> (S, DamageReport, GitCounters) {
        let mut damage = DamageReport::default();
        let mut counters = GitCounters::default();
        let mut inflater = Inflater::new();
        let spill_dir = self.store.spill_dir().to_path_buf();
        let mut pool = BufferPool::new(&self.store.limits().pack, spill_dir);
        while !self.stop.load(Ordering::Relaxed) {
            let Some(oid) = self.oids.get(self.next.fetch_add(1, Ordering::Relaxed)) else { break };
            if self.request.seen.contains(oid) {
                counters.seen += 1;
                continue;
            }
            let object = match self.store.loose().read(oid, &mut inflater, &mut pool) {
                Ok(object) => object,
                Err(found) => {
                    // Listed a moment ago: what is gone now was packed or pruned meanwhile.
                    damage.add(*oid, found);
                    continue;
                }
            };
            counters.decoded += 1;
            let kind = object.kind;
            if self.request.kinds.contains(kind) {
                let bytes = &object.buffer.bytes()[object.start..];
                counters.given(kind, bytes.len());
                counters.loose += 1;
                let blob = Blob { oid: *oid, kind, bytes, keep: None, delta: None };
                if sink.blob(&blob).is_break() {
                    self.stop.store(true, Ordering::Relaxed);
                }
            }
            pool.give(object.buffer);
        }
        counters.chance.spilled = pool.spilled;
        (sink, damage, counters)
    }
}

/// Whether a second look elsewhere may help.
pub(super) fn may_lie_elsewhere(damage: Damage) -> bool {
    !matches!(damage, Damage::TooLarge | Damage::SpillFailed)
}
