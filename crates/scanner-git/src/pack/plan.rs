//! What to decode of one pack, and in which order: every entry's base, the forest of deltas, and which of it is needed.
//!
//! Nodes are numbered in pack order. A node is *wanted* if the caller selects it and *needed* if it or something that
//! hangs on it is wanted; only needed nodes are linked into the forest. Among the children of a node the one with the
//! most descendants stands last: its base can be freed before going down, so that a depth-first walk holds at most
//! log2(nodes) bases however long the chains are.
//!
//! Memory: 25 bytes for each object of the pack.

use std::collections::HashSet;
use std::thread;

use crate::damage::{Damage, DamageReport};
use crate::oid::{KindSet, ObjectKind, Oid};
use crate::pack::entry::EntryKind;
use crate::pack::file::Pack;

/// "No node".
pub(crate) const NIL: u32 = u32::MAX;

/// Objects whose headers one thread reads at least.
const HEADERS_PER_THREAD_MIN: usize = 4096;

const KIND: u8 = 0b0000_0111;
const KIND_UNKNOWN: u8 = 4;
const KIND_DAMAGED: u8 = 5;
const WANTED: u8 = 0b0001_0000;
const NEEDED: u8 = 0b0010_0000;
const EXTERNAL: u8 = 0b0100_0000;

/// Who decides what is wanted, and knows objects outside of the pack.
pub(crate) trait Select: Sync {
    /// Whether to give out the object at `position` of the index.
    fn wants(&self, position: u32, kind: ObjectKind) -> bool;

    /// The kind of an object that is not in the pack; `None` if it is nowhere.
    fn external_kind(&self, oid: &Oid) -> Option<ObjectKind>;
}

/// The plan of one pack.
#[derive(Debug)]
pub(crate) struct PackPlan {
    offsets: Vec<u64>,
    positions: Vec<u32>,
    flags: Vec<u8>,
    first_child: Vec<u32>,
    next_sibling: Vec<u32>,
    /// Needed nodes that are whole objects, or deltas against objects outside of the pack.
    pub(crate) roots: Vec<u32>,
    /// Objects that cannot be decoded from this pack.
    pub(crate) damage: DamageReport,
}

impl PackPlan {
    /// Plans the kinds in `kinds` that `select` wants.
    pub(crate) fn new(pack: &Pack, kinds: KindSet, select: &dyn Select, threads: usize) -> Self {
        let mut builder = Builder::new(pack, threads);
        builder.read_headers(threads);
        let order = builder.order();
        builder.spread_kinds(order.as_deref(), select);
        builder.mark_wanted(kinds, select);
        builder.link(order.as_deref())
    }

    pub(crate) fn offset(&self, node: u32) -> u64 {
        self.offsets[node as usize]
    }

    /// Where the entry ends at the latest.
    pub(crate) fn end(&self, node: u32, pack: &Pack) -> u64 {
        self.offsets.get(node as usize + 1).copied().unwrap_or_else(|| pack.end())
    }

    /// Position in the pack's index.
    pub(crate) fn position(&self, node: u32) -> u32 {
        self.positions[node as usize]
    }

    pub(crate) fn is_wanted(&self, node: u32) -> bool {
        self.flags[node as usize] & WANTED != 0
    }

    /// Whether the base of the node lies outside of the pack.
    pub(crate) fn is_external(&self, node: u32) -> bool {
        self.flags[node as usize] & EXTERNAL != 0
    }

    pub(crate) fn kind(&self, node: u32) -> ObjectKind {
        kind_of(self.flags[node as usize]).expect("needed nodes have a kind")
    }

    pub(crate) fn first_child(&self, node: u32) -> u32 {
        self.first_child[node as usize]
    }

    pub(crate) fn next_sibling(&self, node: u32) -> u32 {
        self.next_sibling[node as usize]
    }
}

fn kind_of(flags: u8) -> Option<ObjectKind> {
    match flags & KIND {
        0 => Some(ObjectKind::Commit),
        1 => Some(ObjectKind::Tree),
        2 => Some(ObjectKind::Blob),
        3 => Some(ObjectKind::Tag),
        _ => None,
    }
}

struct Builder<'a> {
    pack: &'a Pack,
    offsets: Vec<u64>,
    positions: Vec<u32>,
    flags: Vec<u8>,
    parents: Vec<u32>,
    externals: Vec<(u32, Oid)>,
    damage: DamageReport,
}

/// What a thread read of its share of the headers.
#[derive(Default)]
struct Read {
    externals: Vec<(u32, Oid)>,
    damage: Vec<(u32, Damage)>,
}

impl<'a> Builder<'a> {
    /// All objects of the index in pack order.
    fn new(pack: &'a Pack, threads: usize) -> Self {
        let mut damage = DamageReport::default();
        let mut places = Vec::with_capacity(pack.idx().count() as usize);
        for position in 0..pack.idx().count() {
            match pack.idx().offset(position) {
                Some(offset) if offset < pack.end() => places.push((offset, position)),
                _ => damage.add(pack.idx().oid(position), Damage::OffsetOutOfBounds),
            }
        }
        sort_places(&mut places, threads);
        let nodes = places.len();
        Self {
            pack,
            offsets: places.iter().map(|(offset, _)| *offset).collect(),
            positions: places.iter().map(|(_, position)| *position).collect(),
            flags: vec![KIND_UNKNOWN; nodes],
            parents: vec![NIL; nodes],
            externals: Vec::new(),
            damage,
        }
    }

    fn read_headers(&mut self, threads: usize) {
        let nodes = self.offsets.len();
        let share = nodes.div_ceil(threads.max(1)).max(HEADERS_PER_THREAD_MIN);
        let (pack, offsets, positions) = (self.pack, &self.offsets, &self.positions);
        let reads: Vec<Read> = thread::scope(|scope| {
            let shares = self.flags.chunks_mut(share).zip(self.parents.chunks_mut(share));
            let handles: Vec<_> = shares
                .enumerate()
                .map(|(index, (flags, parents))| {
                    let reader = HeaderReader { pack, offsets, first: index * share };
                    scope.spawn(move || reader.read(flags, parents))
                })
                .collect();
            handles
                .into_iter()
                .map(|handle| handle.join().expect("reading headers does not panic"))
                .collect()
        });
        for read in reads {
            self.externals.extend(read.externals);
            for (node, damage) in read.damage {
                self.damage.add(pack.idx().oid(positions[node as usize]), damage);
            }
        }
    }

    /// An order in which parents come before their children: `None` is pack order. Nodes in a cycle are left out.
    fn order(&mut self) -> Option<Vec<u32>> {
        let ascending = self
            .parents
            .iter()
            .enumerate()
            .all(|(node, parent)| *parent == NIL || (*parent as usize) < node);
        if ascending {
            return None;
        }
        let nodes = self.parents.len();
        let mut first_child = vec![NIL; nodes];
        let mut next_sibling = vec![NIL; nodes];
        let mut order: Vec<u32> = Vec::with_capacity(nodes);
        for node in (0..nodes).rev() {
            let parent = self.parents[node];
            if parent == NIL {
                order.push(node as u32);
            } else {
                next_sibling[node] = first_child[parent as usize];
                first_child[parent as usize] = node as u32;
            }
        }
        let mut done = 0;
        while done < order.len() {
            let mut child = first_child[order[done] as usize];
            while child != NIL {
                order.push(child);
                child = next_sibling[child as usize];
            }
            done += 1;
        }
        self.note_cycles(&order);
        Some(order)
    }

    fn note_cycles(&mut self, order: &[u32]) {
        if order.len() == self.parents.len() {
            return;
        }
        let reached: HashSet<u32> = order.iter().copied().collect();
        for node in (0..self.parents.len() as u32).filter(|node| !reached.contains(node)) {
            self.flags[node as usize] = KIND_DAMAGED;
            self.damage.add(self.oid(node), Damage::DeltaCycle);
        }
    }

    fn oid(&self, node: u32) -> Oid {
        self.pack.idx().oid(self.positions[node as usize])
    }

    /// Gives every delta the kind of its base.
    fn spread_kinds(&mut self, order: Option<&[u32]>, select: &dyn Select) {
        for (node, base) in std::mem::take(&mut self.externals) {
            if let Some(kind) = select.external_kind(&base) {
                self.flags[node as usize] = kind as u8 | EXTERNAL;
            } else {
                self.flags[node as usize] = KIND_DAMAGED;
                self.damage.add(self.oid(node), Damage::BaseMissing);
            }
        }
        for index in 0..order.map_or(self.flags.len(), <[u32]>::len) {
            let node = order.map_or(index as u32, |order| order[index]);
            let parent = self.parents[node as usize];
            if parent == NIL {
                continue;
            }
            let kind = self.flags[parent as usize] & KIND;
            self.flags[node as usize] = kind;
            if kind == KIND_DAMAGED {
                self.damage.add(self.oid(node), Damage::BaseDamaged);
            }
        }
    }

    fn mark_wanted(&mut self, kinds: KindSet, select: &dyn Select) {
        for (flags, position) in self.flags.iter_mut().zip(&self.positions) {
            let Some(kind) = kind_of(*flags) else { continue };
            if kinds.contains(kind) && select.wants(*position, kind) {
                *flags |= WANTED | NEEDED;
            }
        }
    }

    /// Links what is needed into a forest, the child with the most descendants last.
    fn link(mut self, order: Option<&[u32]>) -> PackPlan {
        let nodes = self.flags.len();
        let count = order.map_or(nodes, <[u32]>::len);
        let at = |index: usize| order.map_or(index as u32, |order| order[index]);
        let mut weights = vec![1_u32; nodes];
        let mut heavy = vec![NIL; nodes];
        for node in (0..count).rev().map(at) {
            let parent = self.parents[node as usize];
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
        let mut roots = Vec::new();
        for node in (0..nodes as u32).rev() {
            let parent = self.parents[node as usize];
            if self.flags[node as usize] & NEEDED == 0 {
                continue;
            }
            if parent == NIL {
                roots.push(node);
            } else if heavy[parent as usize] != node {
                next_sibling[node as usize] = first_child[parent as usize];
                first_child[parent as usize] = node;
            }
        }
        roots.reverse();
        let Self { offsets, positions, flags, damage, .. } = self;
        PackPlan { offsets, positions, flags, first_child, next_sibling, roots, damage }
    }
}

/// Sorts by offset.
fn sort_places(places: &mut [(u64, u32)], threads: usize) {
    if threads < 2 || places.len() < 2 * HEADERS_PER_THREAD_MIN {
        places.sort_unstable();
        return;
    }
    // Two halves by value, sorted side by side, twice: four threads are where it ends to pay.
    let (low, _, high) = places.select_nth_unstable(places.len() / 2);
    thread::scope(|scope| {
        scope.spawn(|| low.sort_unstable());
        high.sort_unstable();
    });
}

struct HeaderReader<'a> {
    pack: &'a Pack,
    offsets: &'a [u64],
    first: usize,
}

impl HeaderReader<'_> {
    fn read(&self, flags: &mut [u8], parents: &mut [u32]) -> Read {
        let mut read = Read::default();
        for (index, (flag, parent)) in flags.iter_mut().zip(parents).enumerate() {
            let node = self.first + index;
            match self.pack.entry(self.offsets[node]).map(|header| header.kind) {
                Ok(EntryKind::Whole(kind)) => *flag = kind as u8,
                Ok(EntryKind::OffsetDelta(base)) => {
                    if let Some(base) = self.node_before(node, base) {
                        *parent = base;
                    } else {
                        *flag = KIND_DAMAGED;
                        read.damage.push((node as u32, Damage::WrongBase));
                    }
                }
                Ok(EntryKind::RefDelta(base)) => match self.node_of(&base) {
                    Some(base) => *parent = base,
                    None => read.externals.push((node as u32, base)),
                },
                Err(damage) => {
                    *flag = KIND_DAMAGED;
                    read.damage.push((node as u32, damage));
                }
            }
        }
        read
    }

    /// The node at `offset`, which lies before `node`.
    fn node_before(&self, node: usize, offset: u64) -> Option<u32> {
        self.offsets[..node].binary_search(&offset).ok().map(|found| found as u32)
    }

    fn node_of(&self, oid: &Oid) -> Option<u32> {
        let offset = self.pack.offset_of(oid)?;
        self.offsets.binary_search(&offset).ok().map(|found| found as u32)
    }
}
