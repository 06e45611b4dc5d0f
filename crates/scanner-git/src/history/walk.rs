//! Selecting commits.
//!
//! Commits are taken from a heap by date and painted from both sides; the walk ends when only known ones are left in
//! the heap, and some more have been looked at. Where clocks were wrong it may give commits that are known already,
//! and never leaves out one that is not.

use std::collections::{BinaryHeap, HashMap};

use crate::damage::{Damage, DamageReport};
use crate::graph::{CommitGraph, CommitInfo, peel};
use crate::history::{Selection, not_a_commit};
use crate::oid::{ObjectKind, Oid};
use crate::open::Repository;
use crate::store::Reader;

/// Known commits looked at after the last unknown one, in case that clocks were wrong.
const SLOP: u32 = 64;

const INCLUDED: u8 = 1;
const EXCLUDED: u8 = 2;

/// The selected commits, parents first.
pub fn select(repository: &Repository, selection: &Selection) -> (Vec<CommitInfo>, DamageReport) {
    let mut walk = Walk {
        reader: repository.store().reader(),
        shallow: repository.shallow(),
        known: HashMap::new(),
        heap: BinaryHeap::new(),
        unknown: 0,
        damage: DamageReport::default(),
    };
    for (oids, flag) in [(&selection.exclude, EXCLUDED), (&selection.include, INCLUDED)] {
        for oid in oids {
            match peel(&mut walk.reader, *oid) {
                Some((commit, ObjectKind::Commit)) => walk.paint(commit, flag),
                Some(_) => {}
                // What the other side has and we do not cannot be ours to exclude: everything is selected then.
                None if flag == EXCLUDED => {}
                None => walk.damage.add(*oid, Damage::Missing),
            }
        }
    }
    walk.run();
    let Walk { known, damage, .. } = walk;
    let mut selected: Vec<_> = known
        .into_values()
        .filter(|node| node.flags == INCLUDED)
        .map(|node| node.commit)
        .filter(|commit| selection.since.is_none_or(|since| commit.committer_time >= since))
        .collect();
    selected.sort_by_key(|commit| commit.oid);
    (CommitGraph::new(selected, &[], &[]).commits, damage)
}

struct Node {
    commit: CommitInfo,
    flags: u8,
    /// Its entries in the heap.
    queued: u32,
}

struct Walk<'a> {
    reader: Reader<'a>,
    shallow: &'a [Oid],
    known: HashMap<Oid, Node>,
    heap: BinaryHeap<(i64, Oid)>,
    /// Entries of the heap that are not excluded.
    unknown: usize,
    damage: DamageReport,
}

impl Walk<'_> {
    fn paint(&mut self, oid: Oid, flags: u8) {
        if let Some(node) = self.known.get_mut(&oid) {
            if node.flags | flags != node.flags {
                if node.flags & EXCLUDED == 0 && flags & EXCLUDED != 0 {
                    // All its entries in the heap become known.
                    self.unknown -= node.queued as usize;
                }
                node.flags |= flags;
                self.push(oid);
            }
            return;
        }
        match read_commit(&mut self.reader, &oid) {
            Ok(commit) => {
                self.known.insert(oid, Node { commit, flags, queued: 0 });
                self.push(oid);
            }
            // An excluded history need not be whole.
            Err(_) if flags & EXCLUDED != 0 => {}
            Err(damage) => self.damage.add(oid, damage),
        }
    }

    fn push(&mut self, oid: Oid) {
        let Some(node) = self.known.get_mut(&oid) else { return };
        node.queued += 1;
        self.unknown += usize::from(node.flags & EXCLUDED == 0);
        self.heap.push((node.commit.committer_time, oid));
    }

    fn run(&mut self) {
        let mut slop = SLOP;
        while let Some((_, oid)) = self.heap.pop() {
            let Some(node) = self.known.get_mut(&oid) else { continue };
            node.queued -= 1;
            let flags = node.flags;
            self.unknown -= usize::from(flags & EXCLUDED == 0);
            if flags & EXCLUDED == 0 || self.unknown > 0 {
                slop = SLOP;
            } else if slop == 0 {
                break;
            } else {
                slop -= 1;
            }
            if self.shallow.binary_search(&oid).is_ok() {
                continue;
            }
            for parent in node.commit.parents.clone() {
                self.paint(parent, flags);
            }
        }
    }
}

/// Reads and parses a commit.
pub(super) fn read_commit(reader: &mut Reader<'_>, oid: &Oid) -> Result<CommitInfo, Damage> {
    let object = reader.read(oid)?;
    let commit =
        (object.kind == ObjectKind::Commit).then(|| CommitInfo::parse(*oid, object.bytes()));
    let kind = object.kind;
    reader.recycle(object);
    commit.flatten().ok_or_else(|| not_a_commit(kind))
}
