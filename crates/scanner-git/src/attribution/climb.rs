//! From the places of a blob up to the roots: its paths.
//!
//! All trees that have the blob under the same trailing path are climbed from together, so that the work is bounded by
//! paths and trees and not by their product with commits.

use std::collections::BTreeMap;

use crate::attribution::NEVER;
use crate::attribution::collect::{Forest, Place};
use crate::limits::TreeLimits;

/// Steps of one climb in which nothing new need come out.
const STEPS_MAX: usize = 4_000_000;

/// Climbs; made once for all blobs.
pub(super) struct Climber<'a> {
    forest: &'a Forest,
    parents: Parents,
    /// Rank of the first commit that has a tree.
    first: &'a [u32],
    /// Whether a tree is the root of a commit.
    is_root: Vec<bool>,
    roots: &'a [Option<u32>],
    limits: TreeLimits,
}

/// The trees that each tree lies in.
pub(super) struct Parents {
    /// By ordinal of the tree: where its parents begin.
    starts: Vec<u32>,
    /// Parent and name in it.
    parents: Vec<(u32, u32)>,
}

impl Parents {
    pub(super) fn new(forest: &Forest) -> Self {
        let count = forest.len();
        let mut starts = vec![0_u32; count + 1];
        for tree in 0..count as u32 {
            for edge in forest.edges(tree) {
                starts[edge.child as usize + 1] += 1;
            }
        }
        for at in 1..starts.len() {
            starts[at] += starts[at - 1];
        }
        let mut next = starts.clone();
        let mut parents = vec![(0, 0); starts.last().copied().unwrap_or(0) as usize];
        for tree in 0..count as u32 {
            for edge in forest.edges(tree) {
                let slot = &mut next[edge.child as usize];
                parents[*slot as usize] = (tree, edge.name);
                *slot += 1;
            }
        }
        Self { starts, parents }
    }

    fn of(&self, tree: u32) -> &[(u32, u32)] {
        let (from, to) = (self.starts[tree as usize], self.starts[tree as usize + 1]);
        &self.parents[from as usize..to as usize]
    }
}

impl<'a> Climber<'a> {
    pub(super) fn new(
        forest: &'a Forest,
        parents: Parents,
        first: &'a [u32],
        roots: &'a [Option<u32>],
        limits: TreeLimits,
    ) -> Self {
        let mut is_root = vec![false; forest.len()];
        for root in roots.iter().flatten() {
            is_root[*root as usize] = true;
        }
        Self { forest, parents, first, is_root, roots, limits }
    }

    /// The paths of a blob, sorted: in the commit of `rank`, which must be the first that has it, or in all commits.
    /// The second part tells whether there are more.
    ///
    /// A tree on a path in the first commit has the blob and lies in that commit, so the commit is the tree's first
    /// one too: only such trees need to be climbed through.
    pub(super) fn paths(&self, places: &[Place], rank: Option<u32>) -> (Vec<Vec<u8>>, bool) {
        let admitted = |tree: u32| match rank {
            Some(rank) => self.first[tree as usize] == rank,
            None => self.first[tree as usize] != NEVER,
        };
        let root = rank.map(|rank| self.roots[rank as usize]);
        let ends = |tree: u32| match root {
            Some(root) => root == Some(tree),
            None => self.is_root[tree as usize],
        };
        let mut level: BTreeMap<Vec<u8>, Vec<u32>> = BTreeMap::new();
        let mut cut = false;
        for place in places.iter().filter(|place| admitted(place.tree)) {
            let name = self.forest.name(place.name);
            if name.len() > self.limits.path_bytes_max as usize {
                cut = true;
            } else {
                level.entry(name.to_vec()).or_default().push(place.tree);
            }
        }
        let mut paths = Vec::new();
        let mut steps = 0;
        while !level.is_empty() {
            let mut above: BTreeMap<Vec<u8>, Vec<u32>> = BTreeMap::new();
            for (path, mut trees) in level {
                trees.sort_unstable();
                trees.dedup();
                if trees.iter().any(|tree| ends(*tree)) {
                    paths.push(path.clone());
                }
                for (parent, name) in trees.iter().flat_map(|tree| self.parents.of(*tree)) {
                    steps += 1;
                    let name = self.forest.name(*name);
                    let long = path.len() + name.len() >= self.limits.path_bytes_max as usize;
                    let wide = above.len() > 4 * self.limits.paths_per_blob_max as usize;
                    if long || wide || steps > STEPS_MAX {
                        cut = true;
                    } else if admitted(*parent) {
                        above.entry([name, b"/", &path].concat()).or_default().push(*parent);
                    }
                }
            }
            level = above;
        }
        paths.sort();
        cut |= paths.len() > self.limits.paths_per_blob_max as usize;
        paths.truncate(self.limits.paths_per_blob_max as usize);
        (paths, cut)
    }
}
