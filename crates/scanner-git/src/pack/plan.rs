//! What to decode of one pack: the forest of deltas, and which of it is needed.
//!
//! Nodes are those of the pack's [`PackMap`]. A node is *wanted* if the caller selects it and *needed* if it or
//! something that hangs on it is wanted; only needed nodes are linked into the forest. Among the children of a node the
//! one with the most descendants stands last: its base can be freed before going down, so that a depth-first walk holds
//! at most log2(nodes) bases however long the chains are.
//!
//! Memory: 9 bytes for each object of the pack, besides its map.

use crate::damage::DamageReport;
use crate::oid::{KindSet, ObjectKind, Oid};
use crate::pack::file::Pack;
use crate::pack::map::{NIL, PackMap};

const WANTED: u8 = 1;
const NEEDED: u8 = 2;

/// Who decides what is wanted, and knows objects outside of the pack.
pub(crate) trait Select: Sync {
    /// Whether to give out the object at `position` of the index.
    fn wants(&self, position: u32, kind: ObjectKind) -> bool;

    /// The kind of an object that is not in the pack; `None` if it is nowhere.
    fn external_kind(&self, oid: &Oid) -> Option<ObjectKind>;
}

/// The plan of one pack.
#[derive(Debug)]
pub(crate) struct PackPlan<'a> {
    map: &'a PackMap,
    flags: Vec<u8>,
    first_child: Vec<u32>,
    next_sibling: Vec<u32>,
    /// Needed nodes that are whole objects, or deltas against objects outside of the pack.
    pub(crate) roots: Vec<u32>,
    /// Objects that cannot be decoded from this pack.
    pub(crate) damage: DamageReport,
}

impl<'a> PackPlan<'a> {
    /// Plans the kinds in `kinds` that `select` wants.
    pub(crate) fn new(pack: &'a Pack, kinds: KindSet, select: &dyn Select, threads: usize) -> Self {
        let map = pack.map(&|oid| select.external_kind(oid), threads);
        let mut plan = Self {
            map,
            flags: vec![0; map.len()],
            first_child: Vec::new(),
            next_sibling: Vec::new(),
            roots: Vec::new(),
            damage: map.damage().clone(),
        };
        plan.mark_wanted(kinds, select);
        plan.link();
        plan
    }

    pub(crate) fn offset(&self, node: u32) -> u64 {
        self.map.offset(node)
    }

    /// Where the entry ends at the latest.
    pub(crate) fn end(&self, node: u32, pack: &Pack) -> u64 {
        self.map.end(node, pack)
    }

    /// Position in the pack's index.
    pub(crate) fn position(&self, node: u32) -> u32 {
        self.map.positions()[node as usize]
    }

    pub(crate) fn is_wanted(&self, node: u32) -> bool {
        self.flags[node as usize] & WANTED != 0
    }

    /// Whether the base of the node lies outside of the pack.
    pub(crate) fn is_external(&self, node: u32) -> bool {
        self.map.is_external(node)
    }

    pub(crate) fn kind(&self, node: u32) -> ObjectKind {
        self.map.kind(node).expect("needed nodes have a kind")
    }

    pub(crate) fn first_child(&self, node: u32) -> u32 {
        self.first_child[node as usize]
    }

    pub(crate) fn next_sibling(&self, node: u32) -> u32 {
        self.next_sibling[node as usize]
    }

    fn mark_wanted(&mut self, kinds: KindSet, select: &dyn Select) {
        let nodes = self.map.positions().iter().zip(0..);
        for (flags, (position, node)) in self.flags.iter_mut().zip(nodes) {
            let Some(kind) = self.map.kind(node) else { continue };
            if kinds.contains(kind) && select.wants(*position, kind) {
                *flags = WANTED | NEEDED;
            }
        }
    }

    /// Links what is needed into a forest, the child with the most descendants last.
    fn link(&mut self) {
        let nodes = self.map.len();
        let parents = self.map.parents();
        let mut weights = vec![1_u32; nodes];
        let mut heavy = vec![NIL; nodes];
        for node in self.map.ordered().rev() {
            let parent = parents[node as usize];
            if parent == NIL || self.flags[node as usize] & NEEDED == 0 {
                continue;
            }
            self.flags[parent as usize] |= NEEDED;
            weights[parent as usize] =
                weights[parent as usize].saturating_add(weights[node as usize]);
            let known = heavy[parent as usize];
            if known == NIL || weights[node as usize] > weights[known as usize] {
                heavy[parent as usize] = node;
            }
        }
        // `heavy` begins each list and `weights` is not read again: both become the links.
        let mut first_child = heavy.clone();
        let mut next_sibling = weights;
        next_sibling.fill(NIL);
        for node in (0..nodes as u32).rev() {
            let parent = parents[node as usize];
            if self.flags[node as usize] & NEEDED == 0 {
                continue;
            }
            if parent == NIL {
                self.roots.push(node);
            } else if heavy[parent as usize] != node {
                next_sibling[node as usize] = first_child[parent as usize];
                first_child[parent as usize] = node;
            }
        }
        self.roots.reverse();
        (self.first_child, self.next_sibling) = (first_child, next_sibling);
    }
}
