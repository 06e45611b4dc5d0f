//! `diff-history`: what a range of commits, the index, or a push brings.
//!
//! A [`Selection`] says which commits; [`introduced`] compares each with all of its parents and gives every blob that is
//! new at its path, once, with the first commit that has it. [`staged`] does the same for the index against `HEAD`.
//! [`scan_listed`] hands the bytes to sinks.

mod protocol;
mod revision;
mod walk;

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

use crate::counters::GitCounters;
use crate::damage::{Damage, DamageReport};
use crate::error::Warning;
use crate::graph::CommitInfo;
use crate::oid::{ObjectKind, Oid};
use crate::open::Repository;
use crate::sink::{Blob, BlobSink};
use crate::store::ObjectStore;
use crate::tree::TreeDiff;

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

/// Finds what the selected commits bring.
pub fn introduced(repository: &Repository, selection: &Selection) -> Introductions {
    let (commits, damage) = select(repository, selection);
    let store = repository.store();
    let mut found = Introductions { damage, ..Introductions::default() };
    let mut reader = store.reader();
    let mut parent_reader = store.reader();
    let mut known = HashSet::new();
    for (index, commit) in commits.iter().enumerate() {
        let is_border = repository.shallow().binary_search(&commit.oid).is_ok();
        let mut olds = Vec::new();
        for parent in commit.parents.iter().filter(|_| !is_border) {
            match walk::read_commit(&mut parent_reader, parent) {
                Ok(parent) => olds.push(parent.tree),
                Err(damage) => found.damage.add(*parent, damage),
            }
        }
        let mut diff = TreeDiff::new(&mut reader, store.limits().tree);
        diff.compare(&olds, commit.tree);
        found.paths_cut += diff.cut;
        for (oid, damage) in diff.damage {
            found.damage.add(oid, damage);
        }
        for change in diff.changes {
            if known.insert(change.oid) {
                let commit = Some(index as u32);
                found.blobs.push(Introduced { oid: change.oid, path: change.path, commit });
            }
        }
    }
    found.commits = commits;
    found
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
