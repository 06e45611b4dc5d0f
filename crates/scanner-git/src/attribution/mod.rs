//! Where blobs come from: the commit that introduced each, the last that has it, its paths.
//!
//! Done for the few blobs that have findings. Trees are small beside blobs, so all of them are decoded once, in pack
//! order and in parallel ([`mod@collect`]); only the edges between trees and the places of the wanted blobs are kept. Then
//! commits are visited in the order of [`crate::graph`]: the first visit of a tree is the first commit that has it, and
//! the first commit of a blob is the least of those of its trees. A commit that is first must have added the blob,
//! because its parents come before it and do not have it.
//!
//! The result is exact and does not depend on the number of workers. Trees that cannot be read are damage; what they
//! would have shown is missing.

mod climb;
mod collect;
mod scan_tree;

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::thread;

use crate::attribution::climb::{Climber, Parents};
use crate::attribution::collect::{Forest, collect};
use crate::damage::DamageReport;
use crate::graph::{CommitGraph, CommitInfo, Reach, peel};
use crate::oid::{ObjectKind, Oid};
use crate::open::Repository;

/// Which paths to tell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PathScope {
    /// Those in the introducing commit.
    #[default]
    First,
    /// Those in any commit.
    All,
}

/// Where one object comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The object.
    pub oid: Oid,
    /// The commit that introduced it; for a commit, itself. `None` if no commit has it.
    pub first: Option<CommitInfo>,
    /// Place of `first` in the order of all commits, for comparing with other origins of the same question.
    pub first_rank: Option<u32>,
    /// The last commit that has it, of those with the same reach as the first.
    pub last: Option<CommitInfo>,
    /// Place of `last` in the same order.
    pub last_rank: Option<u32>,
    /// Its paths, sorted.
    pub paths: Vec<Vec<u8>>,
    /// Whether there are more paths than the limit.
    pub paths_cut: bool,
    /// Who leads to it.
    pub reach: Reach,
    /// Whether the commit checked out has it.
    pub in_head: bool,
    /// Paths at which it is staged in an index of a worktree.
    pub staged: Vec<Vec<u8>>,
}

/// Origins, and what was wrong on the way.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origins {
    /// In the order of the question.
    pub origins: Vec<Origin>,
    /// Trees and commits that could not be read.
    pub damage: DamageReport,
    /// Whether there were more edges than the limit; origins are not exact then.
    pub edges_cut: bool,
}

/// Finds out where `oids` come from, with `workers` threads.
pub fn attribute(
    repository: &Repository,
    oids: &[Oid],
    scope: PathScope,
    workers: usize,
) -> Origins {
    origins_of(repository, None, (oids, scope), workers)
}

/// As [`attribute`], where all `commits` of the repository are known: they are not read again.
pub fn attribute_among(
    repository: &Repository,
    commits: Vec<CommitInfo>,
    oids: &[Oid],
    scope: PathScope,
    workers: usize,
) -> Origins {
    origins_of(repository, Some(commits), (oids, scope), workers)
}

fn origins_of(
    repository: &Repository,
    commits: Option<Vec<CommitInfo>>,
    (oids, scope): (&[Oid], PathScope),
    workers: usize,
) -> Origins {
    if oids.is_empty() {
        return Origins::default();
    }
    let mut forest = collect(repository.store(), oids, commits, workers.max(1));
    let commits = std::mem::take(&mut forest.commits);
    // Side by side: neither needs the other.
    let (parents, (starts, graph)) = thread::scope(|scope| {
        let parents = scope.spawn(|| Parents::new(&forest));
        let starts = Starts::new(repository);
        let graph = CommitGraph::new(commits, &starts.refs, &starts.logged);
        (parents.join().expect("turning edges around does not panic"), (starts, graph))
    });
    let roots: Vec<_> = graph.commits.iter().map(|commit| forest.ordinal(&commit.tree)).collect();
    let forward = || roots.iter().enumerate().map(|(rank, root)| (rank as u32, *root));
    // The last of the living before the last of the dead: whole groups of reach, each from its end.
    let mut backwards: Vec<_> = forward().collect();
    backwards.sort_by_key(|(rank, _)| (graph.reach[*rank as usize], Reverse(*rank)));
    let head = starts.head.and_then(|oid| graph.rank(&oid));
    let head = head.map(|rank| (rank, roots[rank as usize]));
    let (first, last, in_head) = thread::scope(|scope| {
        let first = scope.spawn(|| forest.visit(forward()));
        let last = scope.spawn(|| forest.visit(backwards.iter().copied()));
        let in_head = scope.spawn(|| forest.visit(head.into_iter()));
        let joined = |handle: thread::ScopedJoinHandle<'_, Vec<u32>>| {
            handle.join().expect("walking over the forest does not panic")
        };
        (joined(first), joined(last), joined(in_head))
    });
    let places = forest.places(oids);
    let limits = repository.store().limits().tree;
    let climber = Climber::new(&forest, parents, &first, &roots, limits);
    let mut staged = staged_paths(repository, oids);
    let origins = oids
        .iter()
        .zip(&places)
        .map(|(oid, places)| {
            let ranks = |of: &[u32]| -> Vec<u32> {
                places.iter().map(|place| of[place.tree as usize]).filter(|r| *r != NEVER).collect()
            };
            let itself = graph.rank(oid);
            let first_rank = itself.or_else(|| ranks(&first).into_iter().min());
            let last_rank = itself.or_else(|| {
                ranks(&last)
                    .into_iter()
                    .min_by_key(|rank| (graph.reach[*rank as usize], Reverse(*rank)))
            });
            let commit = |rank: Option<u32>| Some(graph.commits[rank? as usize].clone());
            let (paths, paths_cut) = match first_rank {
                Some(rank) if scope == PathScope::First => climber.paths(places, Some(rank)),
                _ => climber.paths(places, None),
            };
            let by_commit = first_rank.map_or(Reach::Nothing, |rank| graph.reach[rank as usize]);
            Origin {
                oid: *oid,
                first: commit(first_rank),
                first_rank,
                last: commit(last_rank),
                last_rank,
                paths,
                paths_cut,
                reach: by_commit.min(starts.reach_of(oid)),
                in_head: !ranks(&in_head).is_empty(),
                staged: staged.remove(oid).unwrap_or_default(),
            }
        })
        .collect();
    Origins { origins, damage: forest.damage, edges_cut: forest.edges_cut }
}

/// The rank of trees that no commit has.
const NEVER: u32 = u32::MAX;

/// Where history is entered.
struct Starts {
    /// Commits that references lead to, through tags.
    refs: Vec<Oid>,
    logged: Vec<Oid>,
    /// Whatever references point at directly or through tags, sorted: tags, and blobs and trees too.
    direct: Vec<Oid>,
    head: Option<Oid>,
}

impl Starts {
    fn new(repository: &Repository) -> Self {
        let mut reader = repository.store().reader();
        let mut refs = Vec::new();
        // A million references may name few objects.
        let mut targets: Vec<_> = repository.refs().iter().map(|known| known.target).collect();
        targets.sort_unstable();
        targets.dedup();
        let mut direct = targets.clone();
        for target in targets {
            if let Some((oid, kind)) = peel(&mut reader, target) {
                direct.push(oid);
                if kind == ObjectKind::Commit {
                    refs.push(oid);
                }
            }
        }
        // What is being staged is as alive as a reference.
        direct.sort_unstable();
        direct.dedup();
        let head = repository.find_ref(b"HEAD");
        Self { refs, logged: repository.logged().to_vec(), direct, head }
    }

    fn reach_of(&self, oid: &Oid) -> Reach {
        if self.direct.binary_search(oid).is_ok() { Reach::Refs } else { Reach::Nothing }
    }
}

fn staged_paths(repository: &Repository, oids: &[Oid]) -> BTreeMap<Oid, Vec<Vec<u8>>> {
    let mut wanted: BTreeMap<Oid, Vec<Vec<u8>>> =
        oids.iter().map(|oid| (*oid, Vec::new())).collect();
    for entry in repository.all_indexes().0 {
        if let Some(paths) = wanted.get_mut(&entry.oid) {
            paths.push(entry.path);
        }
    }
    for paths in wanted.values_mut() {
        paths.sort();
        paths.dedup();
    }
    wanted
}

impl Forest {
    /// Walks from each root in the order given; gives for each tree the rank of the first walk that met it.
    fn visit(&self, roots: impl Iterator<Item = (u32, Option<u32>)>) -> Vec<u32> {
        let mut ranks = vec![NEVER; self.len()];
        let mut open = Vec::new();
        for (rank, root) in roots {
            open.extend(root);
            while let Some(tree) = open.pop() {
                if ranks[tree as usize] == NEVER {
                    ranks[tree as usize] = rank;
                    let children = self.edges(tree).iter().map(|edge| edge.child);
                    open.extend(children.filter(|child| ranks[*child as usize] == NEVER));
                }
            }
        }
        ranks
    }
}
