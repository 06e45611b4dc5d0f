//! `diff-history`: what a range of commits, the index, or a push brings.
//!
//! A [`Selection`] says which commits; [`introduced`] compares each with all of its parents and gives every blob that is
//! new at its path, once, with the first commit that has it. [`staged`] does the same for the index against `HEAD`.
//! [`scan_listed`] hands the bytes to sinks.

mod protocol;
mod revision;
mod walk;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use crate::counters::GitCounters;
use crate::damage::{Damage, DamageReport};
use crate::error::Warning;
use crate::graph::CommitInfo;
use crate::oid::{ObjectKind, Oid};
use crate::open::Repository;
use crate::sink::{Blob, BlobSink};
use crate::store::ObjectStore;
use crate::tree::{Change, TreeCache, TreeDiff};

pub use protocol::{ProtocolError, RefUpdate, pre_push, pre_receive};
pub use revision::{RevisionError, parse_range, resolve};
pub use walk::select;

/// Which commits: those that `include` reaches and `exclude` does not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// Where to begin.
    pub include: Vec<Oid>,
    /// What is known already, with everything before it.
    pub exclude: Vec<Oid>,
    /// Only commits committed at this time (seconds since 1970) or later.
    pub since: Option<i64>,
}

/// A blob that a commit or the index brings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Introduced {
    /// The blob.
    pub oid: Oid,
    /// Its path; the first in order if it has several.
    pub path: Vec<u8>,
    /// Index into [`Introductions::commits`]; `None` for what is only staged.
    pub commit: Option<u32>,
}

/// What commits bring.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Introductions {
    /// The selected commits, parents first.
    pub commits: Vec<CommitInfo>,
    /// Each blob once, in order of commits and paths.
    pub blobs: Vec<Introduced>,
    /// Commits and trees that could not be read.
    pub damage: DamageReport,
    /// Paths and folders beyond the limits.
    pub paths_cut: u64,
}

/// Finds what the selected commits bring, with `workers` threads; the result does not depend on how many.
pub fn introduced(repository: &Repository, selection: &Selection, workers: usize) -> Introductions {
    let (commits, damage) = select(repository, selection);
    let trees = commits.iter().map(|commit| (commit.oid, commit.tree)).collect();
    let comparison = Comparison { repository, commits: &commits, trees, next: AtomicUsize::new(0) };
    let shares = commits.len().div_ceil(COMMITS_PER_SHARE);
    let workers = workers.clamp(1, shares.max(1));
    let merge = Mutex::new(Merge {
        found: Introductions { damage, ..Introductions::default() },
        ..Merge::default()
    });
    thread::scope(|scope| {
        for _ in 1..workers {
            scope.spawn(|| comparison.work(workers, &merge));
        }
        comparison.work(workers, &merge);
    });
    let mut found = merge.into_inner().unwrap_or_else(PoisonError::into_inner).found;
    found.commits = commits;
    found
}

/// Commits that a worker compares at a time. Neighbours share their trees.
const COMMITS_PER_SHARE: usize = 64;

/// Commits that are compared with their parents.
struct Comparison<'a> {
    repository: &'a Repository,
    commits: &'a [CommitInfo],
    /// Of the commits.
    trees: HashMap<Oid, Oid>,
    /// The next share.
    next: AtomicUsize,
}

/// What a share of the commits brings: each blob once.
#[derive(Default)]
struct Share {
    blobs: Vec<Introduced>,
    damage: DamageReport,
    paths_cut: u64,
}

/// Shares put together in order.
#[derive(Default)]
struct Merge {
    found: Introductions,
    known: HashSet<Oid>,
    /// How many shares are in.
    done: usize,
    /// Shares that came before their turn.
    waiting: BTreeMap<usize, Share>,
}

impl Merge {
    fn add(&mut self, number: usize, share: Share) {
        self.waiting.insert(number, share);
        while let Some(share) = self.waiting.remove(&self.done) {
            let Self { found, known, .. } = self;
            found.blobs.extend(share.blobs.into_iter().filter(|blob| known.insert(blob.oid)));
            found.damage.merge(share.damage);
            found.paths_cut += share.paths_cut;
            self.done += 1;
        }
    }
}

impl Comparison<'_> {
    fn work(&self, workers: usize, merge: &Mutex<Merge>) {
        let store = self.repository.store();
        let bytes = store.limits().store.cache_small_bytes / workers as u64;
        let mut trees = TreeCache::new(store.reader(), bytes);
        loop {
            let number = self.next.fetch_add(1, Ordering::Relaxed);
            let first = number * COMMITS_PER_SHARE;
            if first >= self.commits.len() {
                return;
            }
            let share = self.share(first, &mut trees);
            merge.lock().unwrap_or_else(PoisonError::into_inner).add(number, share);
        }
    }

    fn share(&self, first: usize, trees: &mut TreeCache<'_>) -> Share {
        let mut share = Share::default();
        let mut known = HashSet::new();
        let last = (first + COMMITS_PER_SHARE).min(self.commits.len());
        for (index, commit) in self.commits[first..last].iter().enumerate() {
            let olds = self.parent_trees(commit, trees, &mut share.damage);
            let mut diff = TreeDiff::new(trees, self.repository.store().limits().tree);
            diff.compare(&olds, commit.tree);
            share.paths_cut += diff.cut;
            for (oid, damage) in diff.damage {
                share.damage.add(oid, damage);
            }
            let new = diff.changes.into_iter().filter(|change| known.insert(change.oid));
            let commit = Some((first + index) as u32);
            share.blobs.extend(new.map(|Change { oid, path }| Introduced { oid, path, commit }));
        }
        share
    }

    fn parent_trees(
        &self,
        commit: &CommitInfo,
        trees: &mut TreeCache<'_>,
        damage: &mut DamageReport,
    ) -> Vec<Oid> {
        if self.repository.shallow().binary_search(&commit.oid).is_ok() {
            return Vec::new();
        }
        let mut olds = Vec::with_capacity(commit.parents.len());
        for parent in &commit.parents {
            if let Some(tree) = self.trees.get(parent) {
                olds.push(*tree);
                continue;
            }
            match walk::read_commit(trees.reader(), parent) {
                Ok(parent) => olds.push(parent.tree),
                Err(found) => damage.add(*parent, found),
            }
        }
        olds
    }
}

/// Finds what is staged: entries of the index whose blob `HEAD` does not have at that path.
///
/// # Errors
/// A [`Warning`], if the index cannot be read.
pub fn staged(repository: &Repository) -> Result<Introductions, Warning> {
    let mut found = Introductions::default();
    let entries = repository.index()?;
    let mut reader = repository.store().reader();
    let head = repository.find_ref(b"HEAD");
    let tree = head.and_then(|oid| match walk::read_commit(&mut reader, &oid) {
        Ok(commit) => Some(commit.tree),
        Err(damage) => {
            found.damage.add(oid, damage);
            None
        }
    });
    let mut lookup = revision::PathLookup::new(&mut reader, tree);
    let mut known = HashSet::new();
    for entry in entries.iter().filter(|entry| entry.is_blob()) {
        if lookup.find(&entry.path) != Some(entry.oid) && known.insert(entry.oid) {
            let path = entry.path.clone();
            found.blobs.push(Introduced { oid: entry.oid, path, commit: None });
        }
    }
    Ok(found)
}

/// Hands listed objects to sinks, each once, with one worker for each sink. Objects that cannot be read are damage.
pub fn scan_listed<S: BlobSink>(
    store: &ObjectStore,
    oids: &[Oid],
    sinks: Vec<S>,
) -> (Vec<S>, DamageReport, GitCounters) {
    let mut oids = oids.to_vec();
    oids.sort_unstable();
    oids.dedup();
    let next = AtomicUsize::new(0);
    let stop = AtomicBool::new(false);
    let work = |mut sink: S| {
        let mut reader = store.reader();
        let mut damage = DamageReport::default();
        let mut counters = GitCounters::default();
        while !stop.load(Ordering::Relaxed) {
            let Some(oid) = oids.get(next.fetch_add(1, Ordering::Relaxed)) else { break };
            match reader.read(oid) {
                Ok(object) => {
                    let (kind, bytes) = (object.kind, object.bytes());
                    counters.decoded += 1;
                    counters.given(kind, bytes.len());
                    let blob = Blob { oid: *oid, kind, bytes, keep: None, delta: None };
                    if sink.blob(&blob).is_break() {
                        stop.store(true, Ordering::Relaxed);
                    }
                    reader.recycle(object);
                }
                Err(found) => damage.add(*oid, found),
            }
        }
        (sink, damage, counters)
    };
    let parts: Vec<_> = thread::scope(|scope| {
        let work = &work;
        let handles: Vec<_> =
            sinks.into_iter().map(|sink| scope.spawn(move || work(sink))).collect();
        handles
            .into_iter()
            .map(|handle| handle.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            .collect()
    });
    let mut damage = DamageReport::default();
    let mut counters = GitCounters::default();
    let mut sinks = Vec::with_capacity(parts.len());
    for (sink, bad, counted) in parts {
        damage.merge(bad);
        counters.merge(&counted);
        sinks.push(sink);
    }
    (sinks, damage, counters)
}

/// The commit that `oid` is, or that it tags.
pub fn commit_of(repository: &Repository, oid: &Oid) -> Option<CommitInfo> {
    let mut reader = repository.store().reader();
    let (oid, _) = crate::graph::peel(&mut reader, *oid)?;
    walk::read_commit(&mut reader, &oid).ok()
}

/// What is wrong with an object that should have been a commit.
pub(crate) fn not_a_commit(kind: ObjectKind) -> Damage {
    match kind {
        ObjectKind::Commit => Damage::BadCommit,
        _ => Damage::BadHeader,
    }
}
