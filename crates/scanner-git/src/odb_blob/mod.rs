//! Every unique object once: packs in pack order along their deltas, then loose objects, then packs that appeared
//! meanwhile, then what was damaged in its first place and lies elsewhere too.
//!
//! An object may be packed and its loose file removed after the packs were opened and before loose objects are listed;
//! so packs are listed once more after that, and what neither list had is given out from them.
//!
//! Nothing here looks at references or history, so unreachable and dangling objects are included.

mod loose;
mod missing;
mod salvage;

use std::sync::atomic::{AtomicU64, Ordering};

use scanner_stdx::AtomicBitSet;

use crate::counters::GitCounters;
use crate::damage::DamageReport;
use crate::oid::{KindSet, ObjectKind, Oid};
use crate::pack::Pack;
use crate::pack::exec::{ExecConfig, Job, execute};
use crate::pack::plan::{PackPlan, Select};
use crate::sink::{BlobSink, SeenBlobs};
use crate::store::{ObjectStore, SharedReader, shadowed};

pub use missing::missing_objects;

/// What to give out.
#[derive(Clone, Copy)]
pub struct OdbRequest<'a> {
    /// Which kinds of objects.
    pub kinds: KindSet,
    /// Blobs that need not be given out. Commits, tags and trees are never left out.
    pub seen: &'a dyn SeenBlobs,
}

/// What a run found besides the objects.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OdbReport {
    /// Objects that are there and could not be given out.
    pub damage: DamageReport,
    /// What was done.
    pub counters: GitCounters,
    /// Folders of loose objects that could not be listed, and packs that appeared meanwhile and cannot be used.
    pub unlisted: u64,
    /// Whether a sink asked to stop; the rest is not complete then.
    pub stopped: bool,
}

/// Gives every object that `request` asks for to one of `sinks`, each exactly once, with one worker for each sink.
///
/// The sinks come back in their order. Objects, damage and counters are the same for every number of sinks; which
/// sink gets which object is not.
pub fn scan_objects<S: BlobSink>(
    store: &ObjectStore,
    request: &OdbRequest<'_>,
    sinks: Vec<S>,
) -> (Vec<S>, OdbReport) {
    let mut report = OdbReport::default();
    if sinks.is_empty() {
        return (sinks, report);
    }
    let sinks = give_packs(store, request, None, sinks, &mut report);
    if report.stopped {
        return (sinks, report);
    }
    let (sinks, listed) = loose::give_loose(store, request, sinks, &mut report);
    let sinks = match store.look_again() {
        Some(late) if !report.stopped => {
            report.unlisted += late.warnings().len() as u64;
            let known = Known { store, loose: &listed };
            give_packs(late, request, Some(known), sinks, &mut report)
        }
        _ => sinks,
    };
    let sinks = salvage::give_elsewhere(store, request, sinks, &mut report);
    (sinks, report)
}

/// Whether nothing is left to give out: all packs were seen whole, and nothing lies loose.
///
/// Whoever finds it so may leave out [`scan_objects`], which would give out nothing and find no damage.
pub fn is_all_seen(store: &ObjectStore, seen: &dyn SeenBlobs) -> bool {
    let all_packs = |store: &ObjectStore| {
        store.packs().iter().all(|pack| is_seen(pack, seen) && salvage::is_whole(pack))
    };
    if !all_packs(store) {
        return false;
    }
    // What is loose may be a tree, of which nobody says that it was seen; and is packed before packs are listed again.
    let (loose, failed) = store.loose().list();
    let is_known = |oid| seen.contains(oid) || store.places(oid).next().is_some();
    failed.is_empty()
        && loose.iter().all(is_known)
        && store.look_again().is_none_or(|late| late.warnings().is_empty() && all_packs(late))
}

fn is_seen(pack: &Pack, seen: &dyn SeenBlobs) -> bool {
    pack.checksum().is_some_and(|checksum| seen.contains_pack(&checksum))
}

/// Gives out what lies in the packs of `store` and is not `known`.
fn give_packs<S: BlobSink>(
    store: &ObjectStore,
    request: &OdbRequest<'_>,
    known: Option<Known<'_>>,
    sinks: Vec<S>,
    report: &mut OdbReport,
) -> Vec<S> {
    let workers = sinks.len();
    if store.packs().iter().all(|pack| is_seen(pack, request.seen)) {
        return sinks;
    }
    let shared = SharedReader::new(store);
    let duplicates = shadowed(store.packs(), workers);
    let selects: Vec<_> = store
        .packs()
        .iter()
        .zip(&duplicates)
        .map(|(pack, duplicates)| {
            let declined = AtomicU64::new(0);
            let (kinds, seen) = (request.kinds, request.seen);
            PackSelect { pack, duplicates, known, seen, shared: &shared, kinds, declined }
        })
        .collect();
    let jobs: Vec<_> = selects
        .iter()
        .filter(|select| !is_seen(select.pack, request.seen))
        .map(|select| {
            select.pack.advise_needed();
            let mut plan = PackPlan::new(select.pack, request.kinds, select, workers);
            // Another pack gives out its copy of these.
            plan.damage.retain(|oid| !select.is_duplicate(oid));
            Job { pack: select.pack, plan }
        })
        .collect();
    let declined = selects.iter().map(|select| select.declined.load(Ordering::Relaxed));
    report.counters.seen += declined.sum::<u64>();
    let config = ExecConfig {
        limits: store.limits().pack,
        spill_dir: store.spill_dir().to_path_buf(),
        bases: &shared,
    };
    let (sinks, done) = execute(&jobs, &config, sinks);
    report.counters.merge(&done.counters);
    report.damage.merge(done.damage);
    report.stopped |= done.stopped;
    sinks
}

/// Objects that were given out, or were to be, before packs were listed again.
#[derive(Clone, Copy)]
struct Known<'a> {
    store: &'a ObjectStore,
    /// Sorted.
    loose: &'a [Oid],
}

impl Known<'_> {
    fn contains(&self, oid: &Oid) -> bool {
        self.loose.binary_search(oid).is_ok() || self.store.places(oid).next().is_some()
    }
}

/// Selects what one pack gives out.
struct PackSelect<'a> {
    pack: &'a Pack,
    /// Positions that an earlier pack gives out.
    duplicates: &'a AtomicBitSet,
    known: Option<Known<'a>>,
    seen: &'a dyn SeenBlobs,
    shared: &'a SharedReader<'a>,
    kinds: KindSet,
    /// Objects left out because they were seen.
    declined: AtomicU64,
}

impl PackSelect<'_> {
    fn is_duplicate(&self, oid: &Oid) -> bool {
        let position = self.pack.idx().find(oid);
        let is_set = |position: u32| self.duplicates.is_set(position as usize);
        position.is_some_and(is_set) || self.known.is_some_and(|known| known.contains(oid))
    }
}

impl Select for PackSelect<'_> {
    fn wants(&self, position: u32, kind: ObjectKind) -> bool {
        if self.duplicates.is_set(position as usize) {
            return false;
        }
        if self.known.is_some_and(|known| known.contains(&self.pack.idx().oid(position))) {
            return false;
        }
        let seen = self.kinds.contains(kind) && self.seen.contains(&self.pack.idx().oid(position));
        if seen {
            self.declined.fetch_add(1, Ordering::Relaxed);
        }
        !seen
    }

    fn external_kind(&self, oid: &Oid) -> Option<ObjectKind> {
        self.shared.with(|reader| reader.kind(oid))
    }
}
