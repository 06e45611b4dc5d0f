//! What the headers of a pack say: every entry's place, kind and base. Read once for each pack, planned from often.
//!
//! Nodes are numbered in pack order. A delta has the kind of the object at the root of its chain; a base outside of the
//! pack gives its kind too.
//!
//! Memory: 17 bytes for each object of the pack, for as long as the pack is open.

use std::collections::HashSet;
use std::thread;

use crate::damage::{Damage, DamageReport};
use crate::oid::{ObjectKind, Oid};
use crate::pack::entry::EntryKind;
use crate::pack::file::Pack;

/// "No node".
pub(crate) const NIL: u32 = u32::MAX;

/// Objects whose headers one thread reads at least.
const HEADERS_PER_THREAD_MIN: usize = 4096;

const KIND: u8 = 0b0000_0111;
const KIND_UNKNOWN: u8 = 4;
const KIND_DAMAGED: u8 = 5;
const EXTERNAL: u8 = 0b0100_0000;

/// Who knows objects outside of the pack: the kind of one; `None` if it is nowhere.
pub(crate) type ExternalKind<'a> = &'a (dyn Fn(&Oid) -> Option<ObjectKind> + Sync);

/// The entries of a pack.
#[derive(Debug)]
pub(crate) struct PackMap {
    offsets: Vec<u64>,
    positions: Vec<u32>,
    flags: Vec<u8>,
    parents: Vec<u32>,
    /// Parents before their children; `None` is pack order. Nodes in a cycle are left out.
    order: Option<Vec<u32>>,
    /// Objects that cannot be decoded from this pack.
    damage: DamageReport,
}

impl PackMap {
    /// Reads all headers.
    pub(crate) fn read(pack: &Pack, external: ExternalKind<'_>, threads: usize) -> Self {
        let mut reader = Builder::new(pack, threads);
        reader.read_headers(threads);
        let order = reader.order();
        reader.spread_kinds(order.as_deref(), external);
        let Builder { offsets, positions, flags, parents, damage, .. } = reader;
        Self { offsets, positions, flags, parents, order, damage }
    }

    /// How many nodes there are.
    pub(crate) fn len(&self) -> usize {
        self.offsets.len()
    }

    /// Where the entry begins.
    pub(crate) fn offset(&self, node: u32) -> u64 {
        self.offsets[node as usize]
    }

    /// Where the entry ends at the latest.
    pub(crate) fn end(&self, node: u32, pack: &Pack) -> u64 {
        self.offsets.get(node as usize + 1).copied().unwrap_or_else(|| pack.end())
    }

    /// Positions in the pack's index, by node.
    pub(crate) fn positions(&self) -> &[u32] {
        &self.positions
    }

    /// The node of the base, by node; [`NIL`] for whole objects and where the base lies outside.
    pub(crate) fn parents(&self) -> &[u32] {
        &self.parents
    }

    /// All nodes that hang together, parents before their children.
    pub(crate) fn ordered(&self) -> impl DoubleEndedIterator<Item = u32> {
        let count = self.order.as_ref().map_or(self.len(), Vec::len);
        (0..count).map(|at| self.order.as_ref().map_or(at as u32, |order| order[at]))
    }

    /// `None` for what cannot be decoded.
    pub(crate) fn kind(&self, node: u32) -> Option<ObjectKind> {
        kind_of(self.flags[node as usize])
    }

    /// Whether the base of the node lies outside of the pack.
    pub(crate) fn is_external(&self, node: u32) -> bool {
        self.flags[node as usize] & EXTERNAL != 0
    }

    /// What cannot be decoded.
    pub(crate) fn damage(&self) -> &DamageReport {
        &self.damage
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

    /// See [`PackMap::order`].
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
    fn spread_kinds(&mut self, order: Option<&[u32]>, external: ExternalKind<'_>) {
        for (node, base) in std::mem::take(&mut self.externals) {
            if let Some(kind) = external(&base) {
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

    /// The node at `offset`, which lies before `node`. Bases are near more often than not, so the search gallops back.
    fn node_before(&self, node: usize, offset: u64) -> Option<u32> {
        let (mut end, mut step) = (node, 8);
        while end > 0 {
            let start = end.saturating_sub(step);
            if self.offsets[start] <= offset {
                let found = self.offsets[start..end].binary_search(&offset).ok()?;
                return Some((start + found) as u32);
            }
            (end, step) = (start, step * 4);
        }
        None
    }

    fn node_of(&self, oid: &Oid) -> Option<u32> {
        let offset = self.pack.offset_of(oid)?;
        self.offsets.binary_search(&offset).ok().map(|found| found as u32)
    }
}
